/* SPDX-License-Identifier: GPL-2.0-only */
/* How an object of the kernel's is shown: from its attributes to columns. */
#ifndef IRQCTL_VIEW_H
#define IRQCTL_VIEW_H

#include "irqctl.h"
#include "settings.h"

struct view {
	const char *kind;			/* the key in JSON */
	const struct out_column *columns;	/* an id is an attribute's number */
	/* Fills in what is more than one attribute. May be NULL. */
	int (*fill)(struct out *out, const struct attrs *attrs);
};

extern const struct view line_view;
extern const struct view handler_view;
extern const struct view stats_view;

/* Prints a single object. 0 or a negative errno. */
int view_print(const struct view *view, const struct out_style *style,
	       const struct attrs *attrs);

/* Asks the kernel for one object, and prints it. */
int view_one(const struct view *view, const struct args *args, int cmd,
	     const struct settings *settings);

/* The same for all that fit. */
int view_all(const struct view *view, const struct args *args, int cmd,
	     const struct settings *settings);

#endif
