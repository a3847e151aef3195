/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The attributes of one message, or of a nest in one, checked against the spec.
 */
#ifndef IRQCTL_ATTRS_H
#define IRQCTL_ATTRS_H

#include <stdbool.h>
#include <netlink/attr.h>

#include "spec.h"

struct attrs {
	int cmd;			/* IRQLINE_CMD_*, 0 in a nest */
	const struct spec_set *set;
	struct nlattr *tb[SPEC_ATTRS_MAX];	/* the last one of each */
	struct nlattr *head;		/* all of them, in order */
	int length;
};

/* The first one of that number, or the next one after @pos; NULL at the end. */
struct nlattr *attrs_next(const struct attrs *attrs, int attr, struct nlattr *pos);

/* 0, or -EBADMSG for one of the wrong type or length. Unknown ones pass. */
int attrs_parse(struct attrs *attrs, const struct spec_set *set, struct nlattr *head,
		int length);

/* The same for what is in a nest. */
int attrs_parse_nest(struct attrs *attrs, const struct spec_set *set, struct nlattr *nest);

/* False if there is no such attribute. For 32 and 64 bits; signed ones extend. */
bool attrs_number(const struct attrs *attrs, int attr, __u64 *number);

/* NULL if there is no such attribute. In case of SPEC_ENUM, its value's name. */
const char *attrs_text(const struct attrs *attrs, int attr);

#endif
