/* SPDX-License-Identifier: GPL-2.0-only */
/* What the objects share with main. */
#ifndef IRQCTL_IRQCTL_H
#define IRQCTL_IRQCTL_H

#include "args.h"
#include "netlink.h"
#include "output.h"

struct command {
	const char *name;
	int (*run)(struct args *args);
};

/* Ends with a command that has no name; the first is the default. */
struct object {
	const char *name;
	const char *help;
	const struct command *commands;
	int (*run)(struct args *args);	/* instead of commands */
};

extern const struct object line_object;
extern const struct object handler_object;
extern const struct object strategy_object;
extern const struct object stats_object;
extern const struct object monitor_object;
extern const struct object raise_object;

/* As -j and -p have it, without an event. */
struct out_style irqctl_style(void);

/* Connects to irqline, or says why not. */
int irqctl_open(const struct args *args, struct irqnl **nl);

#endif
