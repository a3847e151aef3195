/* SPDX-License-Identifier: GPL-2.0-only */
/* Requests as tables of attributes and their values. */
#ifndef VALUES_H
#define VALUES_H

#include "nl.h"

enum form { TEXT, U32, S32, U64, FLAG };

/* One attribute of a request that is written down case by case. */
struct value {
	__u16 type;
	enum form form;
	__u64 number;
	const char *text;
};

#define T(type, string)	{ type, TEXT, .text = string }
#define N(type, value)	{ type, U32, .number = (__u32)(value) }
#define L(type, value)	{ type, U64, .number = value }
#define F(flag)		{ .type = flag, .form = FLAG }

/* A table ends at the first type 0, or here. */
#define VALUES_MAX	6

void put_value(struct nl_msg *msg, const struct value *value);
void put_values(struct nl_msg *msg, const struct value *values);
bool has_value(const struct value *values, __u16 type);

#endif /* VALUES_H */
