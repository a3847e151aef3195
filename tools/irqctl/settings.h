/* SPDX-License-Identifier: GPL-2.0-only */
/* The attributes of a request, and the words NAME VALUE that they come from. */
#ifndef IRQCTL_SETTINGS_H
#define IRQCTL_SETTINGS_H

#include "args.h"
#include "netlink.h"

struct settings {
	const struct spec_set *set;
	bool given[SPEC_ATTRS_MAX];
	__u64 number[SPEC_ATTRS_MAX];
	const char *text[SPEC_ATTRS_MAX];
};

struct setting {
	int attr;	/* the word is the attribute's name; 0 ends a table */
	/* Takes what follows the word, where that is more than a plain value. */
	const char *(*take)(struct settings *settings, const char *value, struct args *args);
};

void settings_number(struct settings *settings, int attr, __u64 number);
void settings_text(struct settings *settings, int attr, const char *text);

/* Sets one by the value's word. NULL, or what is wrong with it. */
const char *settings_take(struct settings *settings, int attr, const char *value);

/* Takes all the words that are left. STATUS_OK, or complains. */
int settings_parse(struct settings *settings, const struct setting *table, struct args *args);

/*
 * Asks the kernel, and hands what it answers to @fn, which may be NULL. STATUS_OK,
 * or complains.
 */
int settings_call(const struct settings *settings, const struct args *args, int cmd,
		  irqnl_fn fn, void *arg);

/* The same for a dump. */
int settings_dump(const struct settings *settings, const struct args *args, int cmd,
		  irqnl_fn fn, void *arg);

#endif
