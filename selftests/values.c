// SPDX-License-Identifier: GPL-2.0-only
#include "values.h"

void put_value(struct nl_msg *msg, const struct value *value)
{
	switch (value->form) {
	case TEXT:
		nl_put_str(msg, value->type, value->text);
		break;
	case U32:
	case S32:
		nl_put_u32(msg, value->type, value->number);
		break;
	case U64:
		nl_put_u64(msg, value->type, value->number);
		break;
	case FLAG:
		nl_put_flag(msg, value->type);
		break;
	}
}

void put_values(struct nl_msg *msg, const struct value *values)
{
	int i;

	for (i = 0; i < VALUES_MAX && values[i].type; i++)
		put_value(msg, &values[i]);
}

bool has_value(const struct value *values, __u16 type)
{
	int i;

	for (i = 0; i < VALUES_MAX && values[i].type; i++) {
		if (values[i].type == type)
			return true;
	}
	return false;
}
