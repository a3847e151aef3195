// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "policy.h"
#include "util.h"

static bool find_number(const struct nlattr *nest, __u16 type, void *number, size_t size)
{
	const struct nlattr *attr = nl_find_nested(nest, type);

	if (!attr)
		return false;
	if (nl_len(attr) != size)
		die("the kernel tells of a policy in numbers of another size");
	memcpy(number, nl_data(attr), size);
	return true;
}

static void parse_range(struct policy_attr *attr, const struct nlattr *nest)
{
	attr->is_signed = find_number(nest, NL_POLICY_TYPE_ATTR_MIN_VALUE_S, &attr->min, 8);
	attr->ranged = attr->is_signed ||
		       find_number(nest, NL_POLICY_TYPE_ATTR_MIN_VALUE_U, &attr->min, 8);
	if (attr->ranged &&
	    !find_number(nest, attr->is_signed ? NL_POLICY_TYPE_ATTR_MAX_VALUE_S :
			 NL_POLICY_TYPE_ATTR_MAX_VALUE_U, &attr->max, 8))
		die("the kernel tells of a range that has no end");
}

static void parse_attr(struct policy_set *set, const struct nlattr *nest)
{
	unsigned int type = nl_type(nest);
	struct policy_attr *attr;
	__u32 index;

	if (type >= POLICY_ATTRS)
		die("attribute %u is beyond what this fuzzer has room for", type);
	attr = &set->attrs[type];
	attr->kind = nl_value_u32(nl_find_nested(nest, NL_POLICY_TYPE_ATTR_TYPE));
	parse_range(attr, nest);
	find_number(nest, NL_POLICY_TYPE_ATTR_MIN_LENGTH, &attr->min_len, 4);
	find_number(nest, NL_POLICY_TYPE_ATTR_MAX_LENGTH, &attr->max_len, 4);
	attr->nested = -1;
	if (find_number(nest, NL_POLICY_TYPE_ATTR_POLICY_IDX, &index, 4))
		attr->nested = index;
	if ((int)type > set->max)
		set->max = type;
}

/* A nest for each set, that has one for each attribute; one message has a part. */
static void parse_sets(struct policy *policy, const struct nlattr *sets)
{
	const struct nlattr *set, *attr;
	size_t len, inner;

	nl_for_each_attr(set, nl_nested(sets, &len), &len) {
		if (nl_type(set) >= POLICY_SETS)
			die("more policies than this fuzzer has room for");
		if (nl_type(set) >= policy->sets)
			policy->sets = nl_type(set) + 1;
		nl_for_each_attr(attr, nl_nested(set, &inner), &inner)
			parse_attr(&policy->set[nl_type(set)], attr);
	}
}

static void parse_ops(struct policy *policy, const struct nlattr *ops)
{
	const struct nlattr *nest;
	struct policy_op *op;
	size_t len;
	__u32 index;

	nl_for_each_attr(nest, nl_nested(ops, &len), &len) {
		if (policy->ops == POLICY_OPS)
			die("more commands than this fuzzer has room for");
		op = &policy->op[policy->ops++];
		*op = (struct policy_op){ .cmd = nl_type(nest), .on_do = -1, .on_dump = -1 };
		if (find_number(nest, CTRL_ATTR_POLICY_DO, &index, 4))
			op->on_do = index;
		if (find_number(nest, CTRL_ATTR_POLICY_DUMP, &index, 4))
			op->on_dump = index;
	}
}

static void parse(struct policy *policy, const struct nlmsghdr *header)
{
	const struct nlattr *sets = nl_find(header, CTRL_ATTR_POLICY);
	const struct nlattr *ops = nl_find(header, CTRL_ATTR_OP_POLICY);

	if (sets)
		parse_sets(policy, sets);
	if (ops)
		parse_ops(policy, ops);
}

void policy_learn(struct policy *policy, const char *family)
{
	const struct nlmsghdr *header;
	struct nl_list list = { 0 };
	struct nl_msg msg;
	struct nl nl;

	memset(policy, 0, sizeof(*policy));
	nl_open(&nl, family);
	nl.family = GENL_ID_CTRL;
	nl_init(&msg, CTRL_CMD_GETPOLICY);
	nl_put_str(&msg, CTRL_ATTR_FAMILY_NAME, family);
	if (nl_dump(&nl, &msg, &list))
		die("the kernel does not tell the policy: %s", strerror(nl.ack.error));
	nl_for_each(header, &list)
		parse(policy, header);
	nl_free(&list);
	nl_close(&nl);
	if (!policy->ops || !policy->sets)
		die("the policy of %s is empty", family);
}

const struct policy_op *policy_op(const struct policy *policy, __u8 cmd)
{
	int i;

	for (i = 0; i < policy->ops; i++)
		if (policy->op[i].cmd == cmd)
			return &policy->op[i];
	return NULL;
}

size_t policy_width(const struct policy_attr *attr)
{
	switch (attr->kind) {
	case NL_ATTR_TYPE_U8:
	case NL_ATTR_TYPE_S8:
		return 1;
	case NL_ATTR_TYPE_U16:
	case NL_ATTR_TYPE_S16:
		return 2;
	case NL_ATTR_TYPE_U32:
	case NL_ATTR_TYPE_S32:
		return 4;
	case NL_ATTR_TYPE_U64:
	case NL_ATTR_TYPE_S64:
		return 8;
	default:
		return 0;
	}
}
