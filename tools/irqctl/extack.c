// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <string.h>
#include <linux/genetlink.h>
#include <netlink/attr.h>
#include <netlink/msg.h>

#include "extack.h"

static struct nla_policy tlv_policy[NLMSGERR_ATTR_MAX + 1] = {
	[NLMSGERR_ATTR_MSG]		= { .type = NLA_STRING },
	[NLMSGERR_ATTR_OFFS]		= { .type = NLA_U32 },
	[NLMSGERR_ATTR_POLICY]		= { .type = NLA_NESTED },
	[NLMSGERR_ATTR_MISS_TYPE]	= { .type = NLA_U32 },
};

static struct nla_policy range_policy[NL_POLICY_TYPE_ATTR_MAX + 1] = {
	[NL_POLICY_TYPE_ATTR_MIN_VALUE_S]	= { .type = NLA_U64 },
	[NL_POLICY_TYPE_ATTR_MAX_VALUE_S]	= { .type = NLA_U64 },
	[NL_POLICY_TYPE_ATTR_MIN_VALUE_U]	= { .type = NLA_U64 },
	[NL_POLICY_TYPE_ATTR_MAX_VALUE_U]	= { .type = NLA_U64 },
	[NL_POLICY_TYPE_ATTR_MAX_LENGTH]	= { .type = NLA_U32 },
};

void extack_set(struct extack *extack, int error)
{
	memset(extack, 0, sizeof(*extack));
	extack->error = error;
	snprintf(extack->text, sizeof(extack->text), "%s", strerror(error));
}

/* Where the attributes begin: behind the error, and behind the request if it is quoted. */
static size_t tlv_offset(const struct nlmsghdr *answer)
{
	const struct nlmsgerr *err = nlmsg_data(answer);
	size_t quoted = 0;

	if (answer->nlmsg_type == NLMSG_DONE)
		return NLMSG_ALIGN(sizeof(int));
	if (!(answer->nlmsg_flags & NLM_F_CAPPED))
		quoted = NLMSG_ALIGN(err->msg.nlmsg_len) - NLMSG_HDRLEN;
	return NLMSG_ALIGN(sizeof(*err)) + quoted;
}

static bool parse_tlvs(struct nlmsghdr *answer, struct nlattr **tb)
{
	size_t offset = tlv_offset(answer);
	size_t length = nlmsg_datalen(answer);

	if (!(answer->nlmsg_flags & NLM_F_ACK_TLVS) || offset > length)
		return false;
	return !nla_parse(tb, NLMSGERR_ATTR_MAX, (void *)((char *)nlmsg_data(answer) + offset),
			  length - offset, tlv_policy);
}

/* Blames the attribute that begins at that offset of the request. */
static void blame(struct extack *extack, struct nlmsghdr *request, __u32 offset,
		  const struct spec_set *set)
{
	const struct spec_attr *attr;
	struct nlattr *pos;
	int rest;

	nlmsg_for_each_attr(pos, request, GENL_HDRLEN, rest) {
		if ((char *)pos - (char *)request != (long)offset)
			continue;
		attr = spec_attr(set, nla_type(pos));
		if (!attr)
			return;
		extack->attr = attr->name;
		if (spec_is_text(attr->type))
			nla_strlcpy(extack->value, pos, sizeof(extack->value));
	}
}

static void blame_missing(struct extack *extack, __u32 type, const struct spec_set *set)
{
	const struct spec_attr *attr = spec_attr(set, type);

	extack->missing = true;
	extack->attr = attr ? attr->name : NULL;
}

static void append_range(struct extack *extack, struct nlattr *policy)
{
	struct nlattr *tb[NL_POLICY_TYPE_ATTR_MAX + 1];
	size_t used = strlen(extack->text);
	char *end = extack->text + used;
	size_t room = sizeof(extack->text) - used;

	if (nla_parse_nested(tb, NL_POLICY_TYPE_ATTR_MAX, policy, range_policy))
		return;
	if (tb[NL_POLICY_TYPE_ATTR_MIN_VALUE_S] && tb[NL_POLICY_TYPE_ATTR_MAX_VALUE_S])
		snprintf(end, room, " (%lld to %lld)",
			 (long long)nla_get_u64(tb[NL_POLICY_TYPE_ATTR_MIN_VALUE_S]),
			 (long long)nla_get_u64(tb[NL_POLICY_TYPE_ATTR_MAX_VALUE_S]));
	else if (tb[NL_POLICY_TYPE_ATTR_MIN_VALUE_U] && tb[NL_POLICY_TYPE_ATTR_MAX_VALUE_U])
		snprintf(end, room, " (%llu to %llu)",
			 (unsigned long long)nla_get_u64(tb[NL_POLICY_TYPE_ATTR_MIN_VALUE_U]),
			 (unsigned long long)nla_get_u64(tb[NL_POLICY_TYPE_ATTR_MAX_VALUE_U]));
	else if (tb[NL_POLICY_TYPE_ATTR_MAX_LENGTH])
		snprintf(end, room, " (%u bytes at most)",
			 nla_get_u32(tb[NL_POLICY_TYPE_ATTR_MAX_LENGTH]));
}

void extack_parse(struct extack *extack, int error, struct nlmsghdr *answer,
		  struct nlmsghdr *request, const struct spec_set *set)
{
	struct nlattr *tb[NLMSGERR_ATTR_MAX + 1];

	extack_set(extack, error);
	if (!parse_tlvs(answer, tb))
		return;
	if (tb[NLMSGERR_ATTR_MSG])
		snprintf(extack->text, sizeof(extack->text), "%s",
			 nla_get_string(tb[NLMSGERR_ATTR_MSG]));
	if (tb[NLMSGERR_ATTR_POLICY])
		append_range(extack, tb[NLMSGERR_ATTR_POLICY]);
	if (tb[NLMSGERR_ATTR_MISS_TYPE])
		blame_missing(extack, nla_get_u32(tb[NLMSGERR_ATTR_MISS_TYPE]), set);
	else if (tb[NLMSGERR_ATTR_OFFS])
		blame(extack, request, nla_get_u32(tb[NLMSGERR_ATTR_OFFS]), set);
}
