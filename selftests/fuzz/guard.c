// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>

#include "guard.h"
#include "valid.h"

/* Both in nanoseconds. */
#define WORK_MAX	(200 * NSEC_PER_USEC)
#define DELAY_MAX	(500 * NSEC_PER_USEC)

static __u8 *data(struct nlattr *attr)
{
	return (__u8 *)attr + NLA_HDRLEN;
}

static bool is_named(struct nlattr *attr, const char *name)
{
	size_t len = attr->nla_len - NLA_HDRLEN;

	return len >= strlen(name) && !memcmp(data(attr), name, strlen(name)) &&
	       (len == strlen(name) || !data(attr)[strlen(name)]);
}

/* Down to a time that can be borne. */
static void limit(struct nlattr *attr, __u64 max)
{
	__u64 time;

	if (attr->nla_len != NLA_HDRLEN + sizeof(time))
		return;
	memcpy(&time, data(attr), sizeof(time));
	if (time > max && time <= IRQLINE_WORK_TIME_MAX)
		time = 1 + time % max;
	memcpy(data(attr), &time, sizeof(time));
}

static void limit_sources(struct nlattr *attr, __u32 sources)
{
	if (attr->nla_len == NLA_HDRLEN + sizeof(sources))
		memcpy(data(attr), &sources, sizeof(sources));
}

static bool is_kept(__u16 type)
{
	switch (type) {
	case IRQLINE_A_HANDLER_SOURCES:
	case IRQLINE_A_HANDLER_PRIORITY:
	case IRQLINE_A_HANDLER_EXCLUSIVE:
	case IRQLINE_A_HANDLER_QUEUE:
	case IRQLINE_A_HANDLER_OVERFLOW:
	case IRQLINE_A_HANDLER_HIGH:
	case IRQLINE_A_HANDLER_LOW:
		return true;
	default:
		return false;
	}
}

/* The attributes of a message, as the kernel finds them. */
static struct nlattr *next(__u8 **at, __u8 *end)
{
	struct nlattr *attr = (struct nlattr *)*at;

	if (end - *at < NLA_HDRLEN || attr->nla_len < NLA_HDRLEN || attr->nla_len > end - *at)
		return NULL;
	*at += NLA_ALIGN(attr->nla_len);
	if (*at > end)
		*at = end;
	return attr;
}

static void guard_handler(__u8 cmd, __u8 *attrs, __u8 *end)
{
	struct nlattr *attr, *name = NULL;
	bool keeps = cmd == IRQLINE_CMD_HANDLER_DEL;
	bool idle, witness;
	__u8 *at = attrs;

	while ((attr = next(&at, end))) {
		if ((attr->nla_type & NLA_TYPE_MASK) == IRQLINE_A_HANDLER_NAME)
			name = attr;
		keeps |= is_kept(attr->nla_type & NLA_TYPE_MASK);
	}
	if (!name)
		return;
	idle = is_named(name, VALID_IDLE);
	witness = is_named(name, VALID_WITNESS);
	if (witness && keeps)
		data(name)[0] = 'x';
	for (at = attrs; (attr = next(&at, end));) {
		__u16 type = attr->nla_type & NLA_TYPE_MASK;

		if (type == IRQLINE_A_HANDLER_WORK_TIME && !idle)
			limit(attr, WORK_MAX);
		else if (type == IRQLINE_A_HANDLER_DELAY && !idle)
			limit(attr, DELAY_MAX);
		else if (type == IRQLINE_A_HANDLER_SOURCES && idle)
			limit_sources(attr, GUARD_IDLE_SOURCE);
	}
}

static void guard_message(struct nlmsghdr *header, size_t len)
{
	struct genlmsghdr *genl = NLMSG_DATA(header);

	if (len < NLMSG_LENGTH(GENL_HDRLEN))
		return;
	if (genl->cmd == IRQLINE_CMD_HANDLER_NEW || genl->cmd == IRQLINE_CMD_HANDLER_SET ||
	    genl->cmd == IRQLINE_CMD_HANDLER_DEL)
		guard_handler(genl->cmd, (__u8 *)header + NLMSG_LENGTH(GENL_HDRLEN),
			      (__u8 *)header + len);
}

void guard(struct datagram *datagram, __u16 family)
{
	size_t at = 0, len;

	while (at + NLMSG_HDRLEN <= datagram->len) {
		struct nlmsghdr *header = (struct nlmsghdr *)(datagram->bytes + at);

		len = header->nlmsg_len;
		if (len < NLMSG_HDRLEN || len > datagram->len - at)
			return;
		if (header->nlmsg_type == family)
			guard_message(header, len);
		at += NLMSG_ALIGN(len);
	}
}
