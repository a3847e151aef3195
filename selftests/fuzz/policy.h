/* SPDX-License-Identifier: GPL-2.0-only */
/* What a family says that its requests may hold, as the kernel tells it. */
#ifndef POLICY_H
#define POLICY_H

#include "nl.h"

#define POLICY_ATTRS	64
#define POLICY_SETS	32
#define POLICY_OPS	32

struct policy_attr {
	__u32 kind;		/* NL_ATTR_TYPE_*; 0 for one that is not allowed */
	bool is_signed, ranged;
	__s64 min, max;		/* as many bits as the kind has, where ranged */
	__u32 min_len, max_len;	/* max_len 0: as long as one likes */
	int nested;		/* the set within, or -1 */
};

struct policy_set {
	int max;		/* the highest attribute */
	struct policy_attr attrs[POLICY_ATTRS];
};

struct policy_op {
	__u8 cmd;
	int on_do, on_dump;	/* the sets, or -1 */
};

struct policy {
	int sets, ops;
	struct policy_set set[POLICY_SETS];
	struct policy_op op[POLICY_OPS];
};

/* Ends the test if the kernel does not tell. */
void policy_learn(struct policy *policy, const char *family);
const struct policy_op *policy_op(const struct policy *policy, __u8 cmd);

/* Bytes of a number of this kind; 0 if it is none. */
size_t policy_width(const struct policy_attr *attr);

#endif /* POLICY_H */
