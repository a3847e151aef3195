/* SPDX-License-Identifier: GPL-2.0-only */
/* The settings of a line, as a struct. */
#ifndef LINE_SETTINGS_H
#define LINE_SETTINGS_H

#include "objects.h"

/* What a line-get says of settings. */
struct settings {
	char top[IRQLINE_NAME_MAX + 1];
	char affinity[IRQLINE_CPULIST_MAX + 1];
	__u64 period;
	__u32 delivery, nothread, clock, irq;
	bool forced;
};

struct settings settings_get(struct nl *nl, const char *line);
/* All but what the passes have shown. */
bool settings_same(const struct settings *a, const struct settings *b);

/* LINE polls, and shall do so this often. */
void period_set(struct nl *nl, __u64 period);
/* LINE's top half can be a thread. It is hard afterwards. */
bool can_thread(struct nl *nl);

#endif /* LINE_SETTINGS_H */
