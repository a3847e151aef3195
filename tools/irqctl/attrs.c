// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <string.h>

#include "attrs.h"

static int policy_type(enum spec_type type)
{
	if (spec_is_u32(type))
		return NLA_U32;
	if (spec_is_u64(type))
		return NLA_U64;
	if (spec_is_text(type))
		return NLA_STRING;
	return NLA_UNSPEC;
}

int attrs_parse(struct attrs *attrs, const struct spec_set *set, struct nlattr *head,
		int length)
{
	struct nla_policy policy[SPEC_ATTRS_MAX] = { 0 };

	for (unsigned int i = 0; i <= set->max; i++)
		policy[i].type = policy_type(set->attrs[i].type);
	memset(attrs, 0, sizeof(*attrs));
	attrs->set = set;
	attrs->head = head;
	attrs->length = length;
	return nla_parse(attrs->tb, set->max, head, length, policy) ? -EBADMSG : 0;
}

int attrs_parse_nest(struct attrs *attrs, const struct spec_set *set, struct nlattr *nest)
{
	return attrs_parse(attrs, set, nla_data(nest), nla_len(nest));
}

struct nlattr *attrs_next(const struct attrs *attrs, int attr, struct nlattr *pos)
{
	char *end = (char *)attrs->head + attrs->length;
	char *from = (char *)attrs->head;

	if (pos)
		from = (char *)pos + NLA_ALIGN(pos->nla_len);
	return nla_find((struct nlattr *)from, end - from, attr);
}

bool attrs_number(const struct attrs *attrs, int attr, __u64 *number)
{
	enum spec_type type = attrs->set->attrs[attr].type;
	struct nlattr *nla = attrs->tb[attr];

	if (!nla)
		return false;
	if (type == SPEC_S32)
		*number = (__s64)nla_get_s32(nla);
	else if (spec_is_u64(type))
		*number = nla_get_u64(nla);
	else
		*number = nla_get_u32(nla);
	return true;
}

const char *attrs_text(const struct attrs *attrs, int attr)
{
	const struct spec_attr *spec = &attrs->set->attrs[attr];
	struct nlattr *nla = attrs->tb[attr];
	const char *name;

	if (!nla)
		return NULL;
	if (spec->type != SPEC_ENUM)
		return nla_get_string(nla);
	name = spec_name(spec->values, nla_get_u32(nla));
	return name ? name : "unknown";
}
