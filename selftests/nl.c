// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "nl.h"
#include "util.h"

#ifndef SOL_NETLINK
#define SOL_NETLINK	270
#endif

static void set_option(int fd, int option, int value)
{
	if (setsockopt(fd, SOL_NETLINK, option, &value, sizeof(value)))
		die("netlink option %d: %s", option, strerror(errno));
}

static void open_socket(struct nl *nl)
{
	const struct sockaddr_nl address = { .nl_family = AF_NETLINK };
	const struct timeval timeout = { .tv_sec = NL_TIMEOUT };

	memset(nl, 0, offsetof(struct nl, buf));
	nl->chunk = sizeof(nl->buf);
	nl->fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC);
	if (nl->fd < 0)
		die("netlink socket: %s", strerror(errno));
	set_option(nl->fd, NETLINK_EXT_ACK, 1);
	set_option(nl->fd, NETLINK_CAP_ACK, 1);
	setsockopt(nl->fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout));
	if (bind(nl->fd, (const struct sockaddr *)&address, sizeof(address)))
		die("netlink bind: %s", strerror(errno));
}

static void receive(struct nl *nl)
{
	ssize_t len = recv(nl->fd, nl->buf, nl->chunk, MSG_TRUNC);

	if (len < 0 && errno == EAGAIN)
		die("no answer from the kernel within %d seconds", NL_TIMEOUT);
	if (len < 0)
		die("netlink: %s", strerror(errno));
	if ((size_t)len > nl->chunk)
		die("netlink message of %zd bytes, more than %zu", len,
		    nl->chunk);
	nl->len = len;
	nl->next = 0;
}

/* The next message of what was received, or NULL. */
static const struct nlmsghdr *unread(struct nl *nl)
{
	const struct nlmsghdr *header = (const void *)(nl->buf + nl->next);

	if (!NLMSG_OK(header, nl->len - nl->next))
		return NULL;
	nl->next += NLMSG_ALIGN(header->nlmsg_len);
	return header;
}

static const struct nlmsghdr *next_message(struct nl *nl)
{
	const struct nlmsghdr *header;

	while (!(header = unread(nl)))
		receive(nl);
	return header;
}

static const struct nlattr *attr_at(const void *at, size_t len)
{
	const struct nlattr *attr = at;

	if (len < NLA_HDRLEN || attr->nla_len < NLA_HDRLEN ||
	    attr->nla_len > len)
		return NULL;
	return attr;
}

const struct nlattr *nl_attr_next(const struct nlattr *attr, size_t *len)
{
	size_t step = NLA_ALIGN(attr->nla_len);

	if (step >= *len)
		return NULL;
	*len -= step;
	return attr_at((const char *)attr + step, *len);
}

const struct nlattr *nl_attrs(const struct nlmsghdr *header, size_t *len)
{
	*len = header->nlmsg_len - NLMSG_LENGTH(GENL_HDRLEN);
	return attr_at((const char *)header + NLMSG_LENGTH(GENL_HDRLEN), *len);
}

const struct nlattr *nl_nested(const struct nlattr *nest, size_t *len)
{
	*len = nl_len(nest);
	return attr_at(nl_data(nest), *len);
}

const struct nlattr *nl_find(const struct nlmsghdr *header, __u16 type)
{
	const struct nlattr *attr;
	size_t len;

	nl_for_each_attr(attr, nl_attrs(header, &len), &len) {
		if (nl_type(attr) == type)
			return attr;
	}
	return NULL;
}

const struct nlattr *nl_find_nested(const struct nlattr *nest, __u16 type)
{
	const struct nlattr *attr;
	size_t len;

	nl_for_each_attr(attr, nl_nested(nest, &len), &len) {
		if (nl_type(attr) == type)
			return attr;
	}
	return NULL;
}

__u32 nl_value_u32(const struct nlattr *attr)
{
	__u32 value;

	if (!attr || nl_len(attr) != sizeof(value))
		die("a 32-bit attribute is missing or of another length");
	memcpy(&value, nl_data(attr), sizeof(value));
	return value;
}

__u64 nl_value_u64(const struct nlattr *attr)
{
	__u64 value;

	if (!attr || nl_len(attr) != sizeof(value))
		die("a 64-bit attribute is missing or of another length");
	memcpy(&value, nl_data(attr), sizeof(value));
	return value;
}

const char *nl_value_str(const struct nlattr *attr)
{
	if (!attr || !memchr(nl_data(attr), '\0', nl_len(attr)))
		die("a string attribute is missing or has no end");
	return nl_data(attr);
}

static const struct nlattr *must_find(const struct nlmsghdr *header, __u16 type)
{
	const struct nlattr *attr = nl_find(header, type);

	if (!attr)
		die("a message of command %u lacks attribute %u",
		    nl_cmd(header), type);
	return attr;
}

__u32 nl_u32(const struct nlmsghdr *header, __u16 type)
{
	return nl_value_u32(must_find(header, type));
}

__u64 nl_u64(const struct nlmsghdr *header, __u16 type)
{
	return nl_value_u64(must_find(header, type));
}

const char *nl_str(const struct nlmsghdr *header, __u16 type)
{
	return nl_value_str(must_find(header, type));
}

static void parse_ack_attr(struct nl_ack *ack, const struct nlattr *attr)
{
	switch (nl_type(attr)) {
	case NLMSGERR_ATTR_MSG:
		snprintf(ack->text, sizeof(ack->text), "%s",
			 nl_value_str(attr));
		break;
	case NLMSGERR_ATTR_OFFS:
		ack->offset = nl_value_u32(attr);
		break;
	case NLMSGERR_ATTR_MISS_TYPE:
		ack->missing = nl_value_u32(attr);
		break;
	}
}

/* Of an NLMSG_ERROR, or of an NLMSG_DONE, which starts with an errno alone. */
void nl_parse_ack(struct nl_ack *ack, const struct nlmsghdr *header)
{
	const int *error = NLMSG_DATA(header);
	size_t skip = sizeof(*error), len;
	const struct nlattr *attr;

	ack->error = -*error;
	if (!(header->nlmsg_flags & NLM_F_ACK_TLVS))
		return;
	if (header->nlmsg_type == NLMSG_ERROR) {
		const struct nlmsgerr *whole = NLMSG_DATA(header);

		skip = sizeof(*whole);
		if (!(header->nlmsg_flags & NLM_F_CAPPED))
			skip += whole->msg.nlmsg_len - sizeof(whole->msg);
	}
	skip = NLMSG_ALIGN(skip);
	len = header->nlmsg_len - NLMSG_HDRLEN - skip;
	nl_for_each_attr(attr, attr_at((const char *)error + skip, len), &len)
		parse_ack_attr(ack, attr);
}

int nl_send(struct nl *nl, struct nl_msg *msg, __u16 flags)
{
	msg->header.nlmsg_type = nl->family;
	msg->header.nlmsg_flags |= NLM_F_REQUEST | flags;
	msg->header.nlmsg_seq = ++nl->seq;
	nl->ack = (struct nl_ack){ .offset = -1, .missing = -1 };
	nl->len = 0;
	nl->next = 0;
	return send(nl->fd, msg->buf, msg->header.nlmsg_len, 0) < 0 ? errno : 0;
}

static void transmit(struct nl *nl, struct nl_msg *msg, __u16 flags)
{
	int err = nl_send(nl, msg, flags);

	if (err)
		die("netlink send: %s", strerror(err));
}

int nl_do(struct nl *nl, struct nl_msg *msg, struct nl_list *list)
{
	const struct nlmsghdr *header;

	transmit(nl, msg, NLM_F_ACK);
	for (;;) {
		header = next_message(nl);
		if (header->nlmsg_seq != nl->seq)
			continue;
		if (header->nlmsg_type == NLMSG_ERROR)
			break;
		if (list)
			nl_add(list, header);
	}
	nl_parse_ack(&nl->ack, header);
	return nl->ack.error;
}

void nl_must(struct nl *nl, struct nl_msg *msg, struct nl_list *list)
{
	if (nl_do(nl, msg, list))
		die("command %u: %s: %s", nl_cmd(&msg->header),
		    strerror(nl->ack.error), nl->ack.text);
}

void nl_dump_start(struct nl *nl, struct nl_msg *msg)
{
	transmit(nl, msg, NLM_F_DUMP);
}

/* All of one datagram. */
bool nl_dump_more(struct nl *nl, struct nl_list *list)
{
	const struct nlmsghdr *header;

	receive(nl);
	while ((header = unread(nl))) {
		if (header->nlmsg_seq != nl->seq)
			continue;
		if (header->nlmsg_flags & NLM_F_DUMP_INTR)
			list->interrupted = true;
		if (header->nlmsg_type == NLMSG_ERROR ||
		    header->nlmsg_type == NLMSG_DONE) {
			nl_parse_ack(&nl->ack, header);
			return false;
		}
		nl_add(list, header);
	}
	return true;
}

int nl_dump(struct nl *nl, struct nl_msg *msg, struct nl_list *list)
{
	nl_dump_start(nl, msg);
	while (nl_dump_more(nl, list))
		;
	return nl->ack.error;
}

const struct nlmsghdr *nl_notification(struct nl *nl, int ms)
{
	struct pollfd poller = { .fd = nl->fd, .events = POLLIN };
	const struct nlmsghdr *header;

	header = unread(nl);
	if (header)
		return header;
	if (poll(&poller, 1, ms) != 1)
		return NULL;
	return next_message(nl);
}

void nl_init(struct nl_msg *msg, __u8 cmd)
{
	struct genlmsghdr *genl = (struct genlmsghdr *)(msg->buf + NLMSG_HDRLEN);

	memset(msg, 0, sizeof(*msg));
	msg->header.nlmsg_len = NLMSG_LENGTH(GENL_HDRLEN);
	genl->cmd = cmd;
	genl->version = 1;
}

int nl_put(struct nl_msg *msg, __u16 type, const void *data, size_t len)
{
	int offset = NLMSG_ALIGN(msg->header.nlmsg_len);
	struct nlattr *attr = (struct nlattr *)(msg->buf + offset);

	if (offset + NLA_HDRLEN + NLA_ALIGN(len) > sizeof(msg->buf))
		die("the request grows too long");
	attr->nla_type = type;
	attr->nla_len = NLA_HDRLEN + len;
	if (len)
		memcpy((char *)attr + NLA_HDRLEN, data, len);
	msg->header.nlmsg_len = offset + NLA_ALIGN(attr->nla_len);
	return offset;
}

int nl_put_flag(struct nl_msg *msg, __u16 type)
{
	return nl_put(msg, type, NULL, 0);
}

int nl_put_u32(struct nl_msg *msg, __u16 type, __u32 value)
{
	return nl_put(msg, type, &value, sizeof(value));
}

int nl_put_u64(struct nl_msg *msg, __u16 type, __u64 value)
{
	return nl_put(msg, type, &value, sizeof(value));
}

int nl_put_str(struct nl_msg *msg, __u16 type, const char *text)
{
	return nl_put(msg, type, text, strlen(text) + 1);
}

const struct nlmsghdr *nl_first(const struct nl_list *list)
{
	return list->len ? (const void *)list->buf : NULL;
}

const struct nlmsghdr *nl_next(const struct nl_list *list,
			       const struct nlmsghdr *header)
{
	const char *next = (const char *)header + NLMSG_ALIGN(header->nlmsg_len);

	return next < list->buf + list->len ? (const void *)next : NULL;
}

void nl_add(struct nl_list *list, const struct nlmsghdr *header)
{
	size_t len = NLMSG_ALIGN(header->nlmsg_len);

	if (list->len + len > list->size) {
		list->size = 2 * (list->len + len);
		list->buf = realloc(list->buf, list->size);
		if (!list->buf)
			die("out of memory");
	}
	memcpy(list->buf + list->len, header, header->nlmsg_len);
	list->len += len;
	list->count++;
}

void nl_free(struct nl_list *list)
{
	free(list->buf);
	memset(list, 0, sizeof(*list));
}

__u8 nl_cmd(const struct nlmsghdr *header)
{
	const struct genlmsghdr *genl = NLMSG_DATA(header);

	return genl->cmd;
}

bool nl_same(const struct nlmsghdr *a, const struct nlmsghdr *b)
{
	size_t skip = NLMSG_LENGTH(GENL_HDRLEN);

	return a->nlmsg_len == b->nlmsg_len &&
	       !memcmp((const char *)a + skip, (const char *)b + skip,
		       a->nlmsg_len - skip);
}

bool nl_list_same(const struct nl_list *a, const struct nl_list *b)
{
	const struct nlmsghdr *in_a, *in_b = nl_first(b);

	if (a->count != b->count)
		return false;
	nl_for_each(in_a, a) {
		if (!nl_same(in_a, in_b))
			return false;
		in_b = nl_next(b, in_b);
	}
	return true;
}

/* What the controller says of a family. */
static void get_family(const char *name, struct nl_list *reply)
{
	struct nl_msg msg;
	struct nl ctrl;

	open_socket(&ctrl);
	ctrl.family = GENL_ID_CTRL;
	nl_init(&msg, CTRL_CMD_GETFAMILY);
	nl_put_str(&msg, CTRL_ATTR_FAMILY_NAME, name);
	if (nl_do(&ctrl, &msg, reply) || !reply->count)
		die("no netlink family %s: is the module loaded?", name);
	nl_close(&ctrl);
}

void nl_open(struct nl *nl, const char *family)
{
	struct nl_list reply = { 0 };
	const struct nlattr *id;

	get_family(family, &reply);
	id = nl_find(nl_first(&reply), CTRL_ATTR_FAMILY_ID);
	if (!id)
		die("the family %s has no number", family);
	open_socket(nl);
	nl->family = *(const __u16 *)nl_data(id);
	nl_free(&reply);
}

void nl_open_too(struct nl *nl, const struct nl *other)
{
	open_socket(nl);
	nl->family = other->family;
}

void nl_close(struct nl *nl)
{
	close(nl->fd);
}

void nl_join(struct nl *nl, const char *family, const char *group)
{
	const struct nlattr *groups, *entry, *name;
	struct nl_list reply = { 0 };
	size_t len;
	int id = 0;

	get_family(family, &reply);
	groups = nl_find(nl_first(&reply), CTRL_ATTR_MCAST_GROUPS);
	if (!groups)
		die("the family %s has no groups", family);
	nl_for_each_attr(entry, nl_nested(groups, &len), &len) {
		name = nl_find_nested(entry, CTRL_ATTR_MCAST_GRP_NAME);
		if (!strcmp(nl_value_str(name), group))
			id = nl_value_u32(nl_find_nested(entry,
							 CTRL_ATTR_MCAST_GRP_ID));
	}
	if (!id)
		die("the family %s has no group %s", family, group);
	set_option(nl->fd, NETLINK_ADD_MEMBERSHIP, id);
	nl_free(&reply);
}
