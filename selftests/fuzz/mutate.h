/* SPDX-License-Identifier: GPL-2.0-only */
/* Makes requests wrong. */
#ifndef MUTATE_H
#define MUTATE_H

#include "request.h"
#include "valid.h"

/* Each of them changes an attribute, or what there is of attributes. */
enum mutation {
	MUTATE_VALUE,		/* at, beside and beyond its limits */
	MUTATE_LENGTH,
	MUTATE_TEXT,
	MUTATE_TYPE,
	MUTATE_TWICE,
	MUTATE_MISSING,
	MUTATE_UNKNOWN,
	MUTATE_MORE,		/* one that the policy has, with any value */
	MUTATE_NESTED,
	MUTATE_ORDER,
	MUTATIONS,
};

/* A mutation of the attribute with this index. */
void mutate_attr(struct request *request, const struct vocabulary *words, int index,
		 enum mutation mutation, __u32 *seed);
/* Any mutation of any attribute. */
void mutate_request(struct request *request, const struct vocabulary *words, __u32 *seed);

/* The header of generic netlink, and the flags of netlink's. */
void mutate_header(struct request *request, __u32 *seed);
/* The bytes: lengths that lie, and anything else. */
void mutate_bytes(struct datagram *datagram, __u32 *seed);

#endif /* MUTATE_H */
