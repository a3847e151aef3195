// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <string.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>

#include "request.h"
#include "util.h"

void request_begin(struct request *request, __u8 cmd)
{
	request->cmd = cmd;
	request->version = 1;
	request->reserved = 0;
	request->flags = NLM_F_REQUEST | NLM_F_ACK;
	request->count = 0;
}

struct request_attr *request_put(struct request *request, __u16 type, const void *data,
				 size_t len)
{
	struct request_attr *attr = &request->attrs[request->count];

	if (request->count == REQUEST_ATTRS || len > REQUEST_DATA)
		return NULL;
	request->count++;
	attr->type = type;
	attr->len = len;
	if (len)
		memcpy(attr->data, data, len);
	return attr;
}

void request_u32(struct request *request, __u16 type, __u32 value)
{
	request_put(request, type, &value, sizeof(value));
}

void request_u64(struct request *request, __u16 type, __u64 value)
{
	request_put(request, type, &value, sizeof(value));
}

void request_str(struct request *request, __u16 type, const char *text)
{
	request_put(request, type, text, strlen(text) + 1);
}

bool request_has(const struct request *request, __u16 type)
{
	int i;

	for (i = 0; i < request->count; i++)
		if (request->attrs[i].type == type)
			return true;
	return false;
}

static size_t message_size(const struct request *request)
{
	size_t size = NLMSG_LENGTH(GENL_HDRLEN);
	int i;

	for (i = 0; i < request->count; i++)
		size += NLA_HDRLEN + NLA_ALIGN(request->attrs[i].len);
	return size;
}

static __u8 *add_attr(__u8 *at, const struct request_attr *attr)
{
	const struct nlattr header = {
		.nla_type = attr->type,
		.nla_len = NLA_HDRLEN + attr->len,
	};

	memcpy(at, &header, sizeof(header));
	memcpy(at + NLA_HDRLEN, attr->data, attr->len);
	return at + NLA_HDRLEN + NLA_ALIGN(attr->len);
}

void datagram_add(struct datagram *datagram, const struct request *request, __u16 family,
		  __u32 seq)
{
	size_t size = message_size(request);
	__u8 *at = datagram->bytes + datagram->len;
	const struct genlmsghdr genl = {
		.cmd = request->cmd,
		.version = request->version,
		.reserved = request->reserved,
	};
	const struct nlmsghdr header = {
		.nlmsg_len = size,
		.nlmsg_type = family,
		.nlmsg_flags = request->flags,
		.nlmsg_seq = seq,
	};
	int i;

	if (datagram->len + size > DATAGRAM_SIZE)
		return;
	memset(at, 0, size);
	memcpy(at, &header, sizeof(header));
	memcpy(at + NLMSG_HDRLEN, &genl, sizeof(genl));
	at += NLMSG_LENGTH(GENL_HDRLEN);
	for (i = 0; i < request->count; i++)
		at = add_attr(at, &request->attrs[i]);
	datagram->len += size;
}

/* Exchanges the number of the family in the first message. */
static void set_family(struct datagram *datagram, __u16 from, __u16 to)
{
	struct nlmsghdr *header = (struct nlmsghdr *)datagram->bytes;

	if (datagram->len >= NLMSG_HDRLEN && header->nlmsg_type == from)
		header->nlmsg_type = to;
}

void datagram_print(const struct datagram *datagram, __u16 family)
{
	struct datagram copy = *datagram;
	size_t i;

	set_family(&copy, family, 0);
	printf("# ");
	for (i = 0; i < copy.len; i++)
		printf("%02x", copy.bytes[i]);
	printf("\n");
}

void datagram_parse(struct datagram *datagram, const char *line, __u16 family)
{
	unsigned int byte;

	for (datagram->len = 0; *line; line += 2) {
		if (datagram->len == DATAGRAM_SIZE || sscanf(line, "%2x", &byte) != 1 ||
		    !line[1])
			die("not a datagram: %.60s", line);
		datagram->bytes[datagram->len++] = byte;
	}
	set_family(datagram, 0, family);
}
