// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>

#include "fuzz.h"
#include "kselftest.h"
#include "mutate.h"

/* Beside a limit, at the ends of what the number can hold, or anything. */
static __u64 odd_number(const struct policy_attr *policy, __u32 *seed)
{
	static const __u64 odd[] = {
		0, 1, ~0ULL, 0x7f, 0x80, 0xff, 0x7fff, 0xffff, 0x10000, 0x7fffffff,
		0x80000000, 0xffffffff, 0x100000000, 0x7fffffffffffffff, 0x8000000000000000,
	};
	bool ranged = policy && policy->ranged;

	switch (random_below(seed, ranged ? 6 : 2)) {
	case 0:
		return odd[random_below(seed, ARRAY_SIZE(odd))];
	case 1:
		return (__u64)random_u32(seed) << random_below(seed, 33);
	case 2:
		return policy->min - 1;
	case 3:
		return policy->max + 1;
	case 4:
		return policy->min;
	default:
		return policy->max;
	}
}

static void mutate_value(struct request_attr *attr, const struct policy_attr *policy,
			 __u32 *seed)
{
	size_t width = policy ? policy_width(policy) : 0;
	__u64 value = odd_number(policy, seed);

	if (!width)
		width = attr->len < sizeof(value) ? attr->len : sizeof(value);
	attr->len = width;
	memcpy(attr->data, &value, width);
}

/* What grows does so by zeros. */
static void set_length(struct request_attr *attr, unsigned int len)
{
	if (len > REQUEST_DATA)
		len = REQUEST_DATA;
	if (len > attr->len)
		memset(attr->data + attr->len, 0, len - attr->len);
	attr->len = len;
}

static void mutate_length(struct request_attr *attr, __u32 *seed)
{
	static const __u16 lengths[] = { 0, 1, 2, 3, 4, 7, 8, 9, 16, 255, 256, 257, 1024 };

	switch (random_below(seed, 3)) {
	case 0:
		set_length(attr, attr->len ? attr->len - 1 : 1);
		break;
	case 1:
		set_length(attr, attr->len + 1);
		break;
	default:
		set_length(attr, lengths[random_below(seed, ARRAY_SIZE(lengths))]);
	}
}

/* So many bytes of text, as often as not at the limit of a name, with an end or not. */
static void fill_text(struct request_attr *attr, __u32 *seed)
{
	static const __u16 lengths[] = { 1, 30, 31, 32, 33, 254, 255, 256, 257, 1000 };
	__u16 len = lengths[random_below(seed, ARRAY_SIZE(lengths))];

	memset(attr->data, 'a' + random_below(seed, 26), len);
	attr->data[len] = '\0';
	attr->len = len + random_below(seed, 2);
}

static void mutate_text(struct request_attr *attr, __u32 *seed)
{
	static const char * const texts[] = {
		"", "/", "a/b", ".", "..", " ", "a b", "%s%n%x", "\n", "\x7f", "\xff\xfe",
		"\xc3\xa9", "-1", "0-", "0-99999", "0,,1", "1-0", "0-3:1/2", "all", "none",
		"4294967295", "EDU0", "edu0 ", "edu99", "inline", "uio", "tasklet-hi ", "hard",
	};
	const char *text = texts[random_below(seed, ARRAY_SIZE(texts))];

	switch (random_below(seed, 4)) {
	case 0:
		fill_text(attr, seed);
		break;
	case 1:		/* ends in the middle */
		if (attr->len > 1)
			attr->data[random_below(seed, attr->len)] = '\0';
		break;
	case 2:		/* does not end */
		set_length(attr, strnlen((char *)attr->data, attr->len));
		break;
	default:
		set_length(attr, strlen(text) + 1);
		memcpy(attr->data, text, attr->len);
	}
}

static void mutate_type(struct request_attr *attr, __u32 *seed)
{
	switch (random_below(seed, 4)) {
	case 0:
		attr->type ^= NLA_F_NESTED;
		break;
	case 1:
		attr->type ^= NLA_F_NET_BYTEORDER;
		break;
	case 2:
		attr->type = random_u32(seed);
		break;
	default:
		attr->type = random_below(seed, IRQLINE_A_HANDLER_MAX + 2);
	}
}

static void put_twice(struct request *request, int index, const struct policy_attr *policy,
		      __u32 *seed)
{
	const struct request_attr *attr = &request->attrs[index];
	struct request_attr *copy;

	copy = request_put(request, attr->type, attr->data, attr->len);
	if (copy && random_below(seed, 2))
		mutate_value(copy, policy, seed);
}

static void take_away(struct request *request, int index)
{
	request->count--;
	memmove(&request->attrs[index], &request->attrs[index + 1],
		(request->count - index) * sizeof(request->attrs[0]));
}

static void put_unknown(struct request *request, __u32 *seed)
{
	static const __u16 types[] = {
		0, IRQLINE_A_LINE_MAX + 1, IRQLINE_A_HANDLER_MAX + 1, IRQLINE_A_STATS_MAX + 1,
		IRQLINE_A_STRATEGY_MAX + 1, 100, 255, 1000, 0x3fff,
	};
	__u32 value = random_u32(seed);

	request_put(request, types[random_below(seed, ARRAY_SIZE(types))], &value,
		    random_below(seed, 5));
}

static void put_more(struct request *request, const struct vocabulary *words, __u32 *seed)
{
	unsigned int type = random_below(seed, IRQLINE_A_HANDLER_MAX + 1);
	const struct policy_attr *policy = valid_policy(words, request->cmd, type);
	__u64 value;

	if (!policy)
		return;
	value = valid_number(policy, seed);
	request_put(request, type, &value, policy_width(policy) ? : random_below(seed, 9));
}

/* A nest in a nest and so on, of so many levels as fit or fewer. */
static void nest(struct request_attr *attr, __u32 *seed)
{
	unsigned int depth = 1 + random_below(seed, REQUEST_DATA / NLA_HDRLEN), i;
	struct nlattr header;

	if (random_below(seed, 4))
		depth = 1 + random_below(seed, 12);
	attr->len = depth * NLA_HDRLEN;
	for (i = 0; i < depth; i++) {
		header.nla_type = NLA_F_NESTED | random_below(seed, 4);
		header.nla_len = attr->len - i * NLA_HDRLEN;
		memcpy(attr->data + i * NLA_HDRLEN, &header, sizeof(header));
	}
	if (random_below(seed, 2))
		attr->type |= NLA_F_NESTED;
}

static void swap(struct request *request, int index, __u32 *seed)
{
	struct request_attr *other = &request->attrs[random_below(seed, request->count)];
	struct request_attr saved = request->attrs[index];

	request->attrs[index] = *other;
	*other = saved;
}

void mutate_attr(struct request *request, const struct vocabulary *words, int index,
		 enum mutation mutation, __u32 *seed)
{
	struct request_attr *attr = &request->attrs[index];
	const struct policy_attr *policy = valid_policy(words, request->cmd, attr->type);

	switch (mutation) {
	case MUTATE_VALUE:
		return mutate_value(attr, policy, seed);
	case MUTATE_LENGTH:
		return mutate_length(attr, seed);
	case MUTATE_TEXT:
		return mutate_text(attr, seed);
	case MUTATE_TYPE:
		return mutate_type(attr, seed);
	case MUTATE_TWICE:
		return put_twice(request, index, policy, seed);
	case MUTATE_MISSING:
		return take_away(request, index);
	case MUTATE_UNKNOWN:
		return put_unknown(request, seed);
	case MUTATE_MORE:
		return put_more(request, words, seed);
	case MUTATE_NESTED:
		return nest(attr, seed);
	default:
		return swap(request, index, seed);
	}
}

void mutate_request(struct request *request, const struct vocabulary *words, __u32 *seed)
{
	enum mutation mutation = random_below(seed, MUTATIONS);

	if (request->count)
		mutate_attr(request, words, random_below(seed, request->count), mutation,
			    seed);
	else if (random_below(seed, 2))
		put_unknown(request, seed);
	else
		put_more(request, words, seed);
}

void mutate_header(struct request *request, __u32 *seed)
{
	static const __u16 flags[] = {
		NLM_F_DUMP, NLM_F_ROOT, NLM_F_MATCH, NLM_F_ATOMIC, NLM_F_ECHO, NLM_F_MULTI,
		NLM_F_ACK, NLM_F_REQUEST, NLM_F_DUMP_INTR, NLM_F_DUMP_FILTERED, 0x8000,
	};

	switch (random_below(seed, 6)) {
	case 0:
		request->cmd = random_u32(seed);
		break;
	case 1:
		request->cmd = random_below(seed, IRQLINE_CMD_MAX + 2);
		break;
	case 2:
		request->version = random_u32(seed);
		break;
	case 3:
		request->reserved = random_u32(seed);
		break;
	case 4:
		request->flags = random_u32(seed);
		break;
	default:
		request->flags ^= flags[random_below(seed, ARRAY_SIZE(flags))];
	}
}

static void lie_in_header(struct datagram *datagram, __u32 *seed)
{
	struct nlmsghdr *header = (struct nlmsghdr *)datagram->bytes;
	__u32 len = header->nlmsg_len;
	const __u32 lengths[] = {
		0, 1, NLMSG_HDRLEN - 1, NLMSG_HDRLEN, NLMSG_HDRLEN + 3, NLMSG_HDRLEN + 4,
		len - 1, len + 1, len - 4, len + 4, len / 2, len * 2, 0x7fffffff, 0xffffffff,
	};

	header->nlmsg_len = lengths[random_below(seed, ARRAY_SIZE(lengths))];
}

/* The length of an attribute: what comes next is then read from another place. */
static void lie_in_attr(struct datagram *datagram, __u32 *seed)
{
	size_t at = NLMSG_LENGTH(GENL_HDRLEN), rest;
	struct nlattr *attr;

	while (at + NLA_HDRLEN <= datagram->len) {
		attr = (struct nlattr *)(datagram->bytes + at);
		rest = datagram->len - at;
		if (fuzz_chance(seed, 3)) {
			attr->nla_len = random_below(seed, 2) ? random_below(seed, 8) :
					random_below(seed, 2 * rest);
			return;
		}
		at += NLA_ALIGN(attr->nla_len) ? : NLA_HDRLEN;
	}
}

void mutate_bytes(struct datagram *datagram, __u32 *seed)
{
	if (datagram->len < NLMSG_LENGTH(GENL_HDRLEN))
		return;
	switch (random_below(seed, 5)) {
	case 0:
		lie_in_header(datagram, seed);
		break;
	case 1:
		lie_in_attr(datagram, seed);
		break;
	case 2:		/* cut, though the header says otherwise */
		datagram->len = 1 + random_below(seed, datagram->len);
		break;
	case 3:		/* more than the header says */
		if (datagram->len + 64 <= DATAGRAM_SIZE)
			datagram->len += 1 + random_below(seed, 64);
		break;
	default:
		datagram->bytes[NLMSG_HDRLEN + random_below(seed, datagram->len - NLMSG_HDRLEN)] ^=
			1 << random_below(seed, 8);
	}
}
