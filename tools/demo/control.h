/* SPDX-License-Identifier: GPL-2.0-only */
/* What the demo asks of irqline. Functions return false when they have complained. */
#ifndef DEMO_CONTROL_H
#define DEMO_CONTROL_H

#include <stdbool.h>
#include <linux/irqline.h>

#define CONTROL_STRATEGIES	32

struct irqnl;

struct control {
	struct irqnl *nl;
	const char *line;
	const char *handler;
};

struct strategies {
	char names[CONTROL_STRATEGIES][IRQLINE_NAME_MAX + 1];
	unsigned int count;
};

/* The kernel's own counts. */
struct counts {
	__u64 taken;
	__u64 handled;
	__u64 dropped;
	__u64 switches;
	__u64 owned;
	__u64 owed;
};

bool control_open(struct control *control, const char *line, const char *handler);
void control_close(struct control *control);

/* Events carry no times while the line's clock is off. */
bool control_has_clock(struct control *control);

/* The bottom strategies that this kernel has. */
bool control_strategies(struct control *control, struct strategies *strategies);

bool control_add(struct control *control, __u32 sources, const char *strategy);
bool control_id(struct control *control, __u32 *id);
bool control_switch(struct control *control, const char *strategy);
bool control_counts(struct control *control, struct counts *counts);
bool control_delete(struct control *control);

#endif
