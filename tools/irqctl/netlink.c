// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <linux/genetlink.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <netlink/socket.h>

#include "netlink.h"

/* More than the kernel puts into one datagram of a dump. */
#define BUFFER_SIZE	65536
/* For notifications to wait in; libnl's default is meagre. The kernel may give less. */
#define NOTIFY_BUFFER	(1024 * 1024)
/* How often a dump is read again before the caller is told. */
#define DUMP_TRIES	100

static struct nla_policy group_policy[CTRL_ATTR_MCAST_GRP_MAX + 1] = {
	[CTRL_ATTR_MCAST_GRP_NAME]	= { .type = NLA_STRING },
	[CTRL_ATTR_MCAST_GRP_ID]	= { .type = NLA_U32 },
};

struct irqnl {
	struct nl_sock *sock;
	int family;
	struct extack error;
	char *answers;		/* messages, one after the other */
	size_t used;
	size_t size;
	bool interrupted;	/* the dump at hand mixes before and after */
	union {
		struct nlmsghdr hdr;
		char bytes[BUFFER_SIZE];
	} buffer;
};

void irqnl_close(struct irqnl *nl)
{
	if (!nl)
		return;
	if (nl->sock)
		nl_socket_free(nl->sock);
	free(nl->answers);
	free(nl);
}

const struct extack *irqnl_error(const struct irqnl *nl)
{
	return &nl->error;
}

int irqnl_fd(const struct irqnl *nl)
{
	return nl_socket_get_fd(nl->sock);
}

void irqnl_begin(struct irqnl *nl, struct irqnl_request *request, int cmd)
{
	request->set = spec_of_command(cmd);
	request->msg = nlmsg_alloc();
	request->failed = !request->msg || !genlmsg_put(request->msg, NL_AUTO_PORT, NL_AUTO_SEQ,
							nl->family, 0, NLM_F_REQUEST, cmd,
							IRQLINE_FAMILY_VERSION);
}

static int put(struct nl_msg *msg, int attr, enum spec_type type, __u64 number)
{
	if (type == SPEC_FLAG)
		return number ? nla_put_flag(msg, attr) : 0;
	if (spec_is_u64(type))
		return nla_put_u64(msg, attr, number);
	return nla_put_u32(msg, attr, number);
}

void irqnl_put(struct irqnl_request *request, int attr, __u64 number)
{
	if (!request->failed)
		request->failed = put(request->msg, attr, request->set->attrs[attr].type, number);
}

void irqnl_put_text(struct irqnl_request *request, int attr, const char *text)
{
	if (!request->failed)
		request->failed = nla_put_string(request->msg, attr, text);
}

void irqnl_drop(struct irqnl_request *request)
{
	nlmsg_free(request->msg);
	request->msg = NULL;
}

/* One datagram of the kernel's; others may send to us, too. */
static ssize_t receive(struct irqnl *nl, int flags)
{
	struct sockaddr_nl from = { 0 };
	socklen_t length;
	ssize_t size;

	do {
		length = sizeof(from);
		size = recvfrom(irqnl_fd(nl), &nl->buffer, BUFFER_SIZE, flags | MSG_TRUNC,
				(struct sockaddr *)&from, &length);
	} while (size < 0 ? errno == EINTR : from.nl_pid != 0);

	if (size < 0)
		return -errno;
	return size > BUFFER_SIZE ? -EMSGSIZE : size;
}

static int keep(struct irqnl *nl, const struct nlmsghdr *hdr)
{
	size_t length = NLMSG_ALIGN(hdr->nlmsg_len);
	char *answers;

	if (nl->used + length > nl->size) {
		answers = realloc(nl->answers, 2 * nl->size + length);
		if (!answers)
			return -ENOMEM;
		nl->answers = answers;
		nl->size = 2 * nl->size + length;
	}
	memcpy(nl->answers + nl->used, hdr, hdr->nlmsg_len);
	nl->used += length;
	return 0;
}

/* The end of a call: 1 if it is a good one. */
static int finish(struct irqnl *nl, struct nlmsghdr *hdr, struct irqnl_request *request)
{
	int error;

	if (nlmsg_datalen(hdr) < (int)sizeof(error))
		return hdr->nlmsg_type == NLMSG_DONE ? 1 : -EBADMSG;
	error = *(int *)nlmsg_data(hdr);
	if (error >= 0)
		return 1;
	if (hdr->nlmsg_type == NLMSG_ERROR && nlmsg_datalen(hdr) < (int)sizeof(struct nlmsgerr))
		return -EBADMSG;
	extack_parse(&nl->error, -error, hdr, nlmsg_hdr(request->msg), request->set);
	return error;
}

/* 0 to go on, 1 at the end. */
static int take(struct irqnl *nl, struct nlmsghdr *hdr, struct irqnl_request *request)
{
	if (hdr->nlmsg_seq != nlmsg_hdr(request->msg)->nlmsg_seq)
		return 0;
	if (hdr->nlmsg_flags & NLM_F_DUMP_INTR)
		nl->interrupted = true;
	if (hdr->nlmsg_type == NLMSG_ERROR || hdr->nlmsg_type == NLMSG_DONE)
		return finish(nl, hdr, request);
	return hdr->nlmsg_type == nlmsg_hdr(request->msg)->nlmsg_type ? keep(nl, hdr) : 0;
}

/* What was asked for may be done. */
static int lose_answer(struct irqnl *nl, int err)
{
	extack_set(&nl->error, -err);
	snprintf(nl->error.text, sizeof(nl->error.text), "the answer was lost: %s", strerror(-err));
	return err;
}

static int collect(struct irqnl *nl, struct irqnl_request *request)
{
	struct nlmsghdr *hdr;
	ssize_t size;
	int rest, end;

	for (;;) {
		size = receive(nl, 0);
		if (size < 0)
			return lose_answer(nl, size);
		rest = size;
		for (hdr = &nl->buffer.hdr; nlmsg_ok(hdr, rest); hdr = nlmsg_next(hdr, &rest)) {
			end = take(nl, hdr, request);
			if (end)
				return end < 0 ? end : 0;
		}
	}
}

static int transact(struct irqnl *nl, struct irqnl_request *request, int flags)
{
	struct nlmsghdr *hdr = nlmsg_hdr(request->msg);

	nl->used = 0;
	nl->interrupted = false;
	hdr->nlmsg_seq = NL_AUTO_SEQ;
	hdr->nlmsg_flags |= flags;
	nl_complete_msg(nl->sock, request->msg);
	if (send(irqnl_fd(nl), hdr, hdr->nlmsg_len, 0) < 0)
		return -errno;
	return collect(nl, request);
}

static int set_option(struct irqnl *nl, int option)
{
	int one = 1;

	if (setsockopt(irqnl_fd(nl), SOL_NETLINK, option, &one, sizeof(one)))
		return -errno;
	return 0;
}

/* Asks the kernel what it knows of a family; the answer is kept. */
static int ask_family(struct irqnl *nl, const char *family)
{
	struct irqnl_request request = { .msg = nlmsg_alloc() };
	struct nl_msg *msg = request.msg;
	int err = -ENOMEM;

	if (msg && genlmsg_put(msg, NL_AUTO_PORT, NL_AUTO_SEQ, GENL_ID_CTRL, 0, NLM_F_REQUEST,
			       CTRL_CMD_GETFAMILY, 1) &&
	    !nla_put_string(msg, CTRL_ATTR_FAMILY_NAME, family))
		err = transact(nl, &request, NLM_F_ACK);
	irqnl_drop(&request);
	return err;
}

/* libnl's own functions take any failure for a family that there is not. */
static int find_family(struct irqnl *nl)
{
	int err = ask_family(nl, IRQLINE_FAMILY_NAME);
	struct nlmsghdr *hdr = (void *)nl->answers;
	struct nlattr *id;

	if (err)
		return err;
	if (!nlmsg_ok(hdr, nl->used) || !genlmsg_valid_hdr(hdr, 0))
		return -EBADMSG;
	id = nlmsg_find_attr(hdr, GENL_HDRLEN, CTRL_ATTR_FAMILY_ID);
	if (!id || nla_len(id) != sizeof(__u16))
		return -EBADMSG;
	nl->family = nla_get_u16(id);
	return 0;
}

static int connect_family(struct irqnl *nl)
{
	int err;

	nl->sock = nl_socket_alloc();
	if (!nl->sock)
		return -ENOMEM;
	nl_socket_disable_auto_ack(nl->sock);
	errno = 0;
	if (genl_connect(nl->sock))
		return errno ? -errno : -EPROTONOSUPPORT;
	err = set_option(nl, NETLINK_EXT_ACK);
	if (!err)
		err = set_option(nl, NETLINK_GET_STRICT_CHK);
	if (err)
		return err;
	return find_family(nl);
}

int irqnl_open(struct irqnl **nl)
{
	int err;

	*nl = calloc(1, sizeof(**nl));
	if (!*nl)
		return -ENOMEM;
	err = connect_family(*nl);
	if (err) {
		irqnl_close(*nl);
		*nl = NULL;
	}
	return err;
}

static int deliver(struct nlmsghdr *hdr, irqnl_fn fn, void *arg)
{
	struct genlmsghdr *genl = nlmsg_data(hdr);
	struct attrs attrs;
	const struct spec_set *set;
	int err;

	if (!genlmsg_valid_hdr(hdr, 0))
		return -EBADMSG;
	set = spec_of_command(genl->cmd);
	if (!set)
		return 0;
	err = attrs_parse(&attrs, set, genlmsg_attrdata(genl, 0), genlmsg_attrlen(genl, 0));
	attrs.cmd = genl->cmd;
	return err ? err : fn(&attrs, arg);
}

static int deliver_all(struct irqnl *nl, irqnl_fn fn, void *arg)
{
	struct nlmsghdr *hdr = (void *)nl->answers;
	int rest = nl->used;
	int err = 0;

	for (; !err && fn && nlmsg_ok(hdr, rest); hdr = nlmsg_next(hdr, &rest))
		err = deliver(hdr, fn, arg);
	return err;
}

static int call(struct irqnl *nl, struct irqnl_request *request, int flags,
		irqnl_fn fn, void *arg)
{
	int tries = DUMP_TRIES;
	int err;

	if (request->failed)
		return -ENOMEM;
	do {
		err = transact(nl, request, flags);
	} while (!err && nl->interrupted && --tries);
	if (!err && nl->interrupted)
		err = -EAGAIN;
	return err ? err : deliver_all(nl, fn, arg);
}

static int call_and_free(struct irqnl *nl, struct irqnl_request *request, int flags,
			 irqnl_fn fn, void *arg)
{
	int err;

	extack_set(&nl->error, 0);
	err = call(nl, request, flags, fn, arg);
	if (err && !nl->error.error)
		extack_set(&nl->error, -err);
	irqnl_drop(request);
	return err;
}

int irqnl_call(struct irqnl *nl, struct irqnl_request *request, irqnl_fn fn, void *arg)
{
	return call_and_free(nl, request, NLM_F_ACK, fn, arg);
}

int irqnl_dump(struct irqnl *nl, struct irqnl_request *request, irqnl_fn fn, void *arg)
{
	return call_and_free(nl, request, NLM_F_DUMP, fn, arg);
}

/* The number of a group in what was answered last, or a negative errno. */
static int group_id(struct irqnl *nl, const char *name)
{
	struct nlmsghdr *hdr = (void *)nl->answers;
	struct nlattr *groups, *group, *id;
	int rest;

	groups = nlmsg_ok(hdr, nl->used) && genlmsg_valid_hdr(hdr, 0) ?
		 nlmsg_find_attr(hdr, GENL_HDRLEN, CTRL_ATTR_MCAST_GROUPS) : NULL;
	if (!groups)
		return -ENOENT;
	nla_for_each_nested(group, groups, rest) {
		struct nlattr *tb[CTRL_ATTR_MCAST_GRP_MAX + 1];

		if (nla_parse_nested(tb, CTRL_ATTR_MCAST_GRP_MAX, group, group_policy))
			return -EBADMSG;
		id = tb[CTRL_ATTR_MCAST_GRP_ID];
		if (id && tb[CTRL_ATTR_MCAST_GRP_NAME] &&
		    !nla_strcmp(tb[CTRL_ATTR_MCAST_GRP_NAME], name))
			return nla_get_u32(id);
	}
	return -ENOENT;
}

static int join(struct irqnl *nl, const char *family, const char *group)
{
	int err = ask_family(nl, family);
	int id = err ? err : group_id(nl, group);

	if (id < 0)
		return id;
	if (setsockopt(irqnl_fd(nl), SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &id, sizeof(id)))
		return -errno;
	return 0;
}

int irqnl_join(struct irqnl *nl, const char *group)
{
	int err;

	if (nl_socket_set_buffer_size(nl->sock, NOTIFY_BUFFER, 0))
		return -ENOBUFS;
	err = join(nl, "nlctrl", "notify");
	return err ? err : join(nl, IRQLINE_FAMILY_NAME, group);
}

static bool is_unload(struct irqnl *nl, struct nlmsghdr *hdr)
{
	struct nlattr *id;

	if (hdr->nlmsg_type != GENL_ID_CTRL || !genlmsg_valid_hdr(hdr, 0))
		return false;
	if (genlmsg_hdr(hdr)->cmd != CTRL_CMD_DELFAMILY)
		return false;
	id = nlmsg_find_attr(hdr, GENL_HDRLEN, CTRL_ATTR_FAMILY_ID);
	return id && nla_len(id) == sizeof(__u16) && nla_get_u16(id) == nl->family;
}

static int notify(struct irqnl *nl, struct nlmsghdr *hdr, irqnl_fn fn, void *arg)
{
	if (is_unload(nl, hdr))
		return -ENODEV;
	return hdr->nlmsg_type == nl->family ? deliver(hdr, fn, arg) : 0;
}

int irqnl_receive(struct irqnl *nl, irqnl_fn fn, void *arg)
{
	ssize_t size = receive(nl, MSG_DONTWAIT);
	struct nlmsghdr *hdr = &nl->buffer.hdr;
	int rest = size;
	int err = 0;

	if (size < 0)
		return size == -EAGAIN ? 0 : size;
	for (; !err && nlmsg_ok(hdr, rest); hdr = nlmsg_next(hdr, &rest))
		err = notify(nl, hdr, fn, arg);
	return err;
}
