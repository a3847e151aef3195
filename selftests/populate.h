/* SPDX-License-Identifier: GPL-2.0-only */
/* Handlers of LINE that share a source, and events for them. */
#ifndef POPULATE_H
#define POPULATE_H

#include "objects.h"

#define HANDLER		"handler"
#define SLEEPER		"sleeper"
/* Of no device's own. */
#define SOURCE		0x2U
#define OTHER		0x4U

void add_inline(struct nl *nl, const char *name, __u32 sources, int priority,
		bool exclusive);
/* Sleeps that long for each event of SOURCE, and has room for so many. */
__u32 add_sleeper(struct nl *nl, const char *name, __u32 queue, int ms);
/* Of SOURCE, one event for each: the next is raised when the one before was taken. */
void raise_events(struct nl *nl, int fd, const char *name, int count);
void await_idle(struct nl *nl, const char *name);

/*
 * HANDLER of both lines and SLEEPER, and some counts, so that there is something to
 * tell. The file is of LINE.
 */
void populate(struct nl *nl, int fd);

#endif /* POPULATE_H */
