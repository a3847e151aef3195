// SPDX-License-Identifier: GPL-2.0-only
/*
 * The generic-netlink family. Documentation/netlink/specs/irqline.yaml is its
 * source of truth.
 */
#include <linux/bitmap.h>
#include <linux/capability.h>
#include <linux/err.h>
#include <linux/module.h>
#include <linux/notifier.h>
#include <irqline_fault.h>

#include "compat.h"
#include "line.h"
#include "netlink.h"
#include "roster.h"

/* More than any set of attributes has. */
#define IRQLINE_NL_ATTRS \
	(IRQLINE_A_LINE_MAX + IRQLINE_A_HANDLER_MAX + IRQLINE_A_STRATEGY_MAX + \
	 IRQLINE_A_STATS_MAX)

/**
 * irqline_nl_once() - refuse an attribute that is given twice
 * @nlh: the request
 * @extack: for the text and the attribute
 *
 * The parser would take the last one and say nothing.
 *
 * Return: 0 or -EINVAL.
 */
int irqline_nl_once(const struct nlmsghdr *nlh, struct netlink_ext_ack *extack)
{
	DECLARE_BITMAP(seen, IRQLINE_NL_ATTRS) = { };
	const struct nlattr *attr;
	int rem;

	nlmsg_for_each_attr(attr, nlh, GENL_HDRLEN, rem) {
		if (nla_type(attr) < IRQLINE_NL_ATTRS &&
		    !__test_and_set_bit(nla_type(attr), seen))
			continue;
		NL_SET_ERR_MSG_ATTR(extack, attr, "given twice");
		return -EINVAL;
	}
	return 0;
}

/**
 * irqline_nl_missing() - is a required attribute missing?
 * @info: the request
 * @type: the attribute
 * @text: what to say; a literal, as the answer points to it
 *
 * Return: true if so.
 */
bool irqline_nl_missing(struct genl_info *info, int type, const char *text)
{
	if (info->attrs[type])
		return false;
	NL_SET_ERR_ATTR_MISS(info->extack, NULL, type);
	info->extack->_msg = text;
	return true;
}

/**
 * irqline_nl_may_change() - the checks that each changing request begins with
 * @skb: the request
 * @info: likewise
 *
 * GENL_ADMIN_PERM would ask for the same capability, but refuse without a word.
 *
 * Return: 0, -EPERM or -EINVAL.
 */
int irqline_nl_may_change(struct sk_buff *skb, struct genl_info *info)
{
	if (!netlink_capable(skb, CAP_NET_ADMIN)) {
		NL_SET_ERR_MSG(info->extack, "changes need CAP_NET_ADMIN");
		return -EPERM;
	}
	return irqline_nl_once(info->nlhdr, info->extack);
}

/**
 * irqline_nl_error() - see that an error of the kernel's has a text
 * @extack: of the request
 * @err: 0 or the error
 *
 * Return: @err.
 */
int irqline_nl_error(struct netlink_ext_ack *extack, int err)
{
	if (!err || extack->_msg)
		return err;
	if (err == -ENOMEM)
		NL_SET_ERR_MSG(extack, "out of memory");
	else if (err == -ENODEV)
		NL_SET_ERR_MSG(extack, "the device is gone");
	else if (err == -EINTR)
		NL_SET_ERR_MSG(extack, "interrupted");
	return err;
}

/**
 * irqline_nl_find_line() - the line that a request names
 * @attr: its name
 * @extack: for the error
 *
 * Return: the line, to be given up by irqline_line_put(), or NULL for ENOENT.
 */
struct irqline_line *irqline_nl_find_line(const struct nlattr *attr,
					  struct netlink_ext_ack *extack)
{
	struct irqline_line *line = irqline_registry_find(nla_data(attr));

	if (!line)
		NL_SET_ERR_MSG_ATTR(extack, attr, "no such line");
	return line;
}

/**
 * irqline_nl_find_handler() - the handler that a request names
 * @line: its line
 * @attr: its name
 * @extack: for the error
 *
 * Return: the handler, to be given up by irqline_handler_put(), or NULL for
 * ENOENT.
 */
struct irqline_handler *irqline_nl_find_handler(struct irqline_line *line,
						const struct nlattr *attr,
						struct netlink_ext_ack *extack)
{
	struct irqline_handler *handler;

	mutex_lock(&line->mutex);
	handler = irqline_roster_find(line, nla_data(attr));
	if (handler)
		kref_get(&handler->ref);
	else
		NL_SET_ERR_MSG_ATTR(extack, attr, "no such handler on this line");
	mutex_unlock(&line->mutex);
	return handler;
}

/**
 * irqline_nl_to_asker() - the answer goes to the one who asked
 * @to: to be filled
 * @info: the request
 * @cmd: IRQLINE_CMD_*
 */
void irqline_nl_to_asker(struct irqline_nl_to *to, const struct genl_info *info,
			 u8 cmd)
{
	*to = (struct irqline_nl_to) {
		.portid	= info->snd_portid,
		.seq	= info->snd_seq,
		.cmd	= cmd,
	};
}

/**
 * irqline_nl_to_dump() - the answer is a part of a dump
 * @to: to be filled
 * @cb: the dump
 * @cmd: IRQLINE_CMD_*
 */
void irqline_nl_to_dump(struct irqline_nl_to *to, struct netlink_callback *cb,
			u8 cmd)
{
	*to = (struct irqline_nl_to) {
		.portid	= NETLINK_CB(cb->skb).portid,
		.seq	= cb->nlh->nlmsg_seq,
		.flags	= NLM_F_MULTI,
		.cmd	= cmd,
		.cb	= cb,
	};
	cb->seq = irqline_generation();
}

/**
 * irqline_nl_put() - begin a message
 * @skb: where to
 * @to: where it goes
 *
 * Return: the header, for genlmsg_end(), or NULL if there is no room.
 */
void *irqline_nl_put(struct sk_buff *skb, const struct irqline_nl_to *to)
{
	void *hdr = genlmsg_put(skb, to->portid, to->seq, &irqline_nl_family,
				to->flags, to->cmd);

	if (hdr && to->cb)
		genl_dump_check_consistent(to->cb, hdr);
	return hdr;
}

/**
 * irqline_nl_listened() - does anybody listen?
 * @group: to this group
 *
 * Return: true if so.
 */
bool irqline_nl_listened(enum irqline_nl_group group)
{
	return genl_has_listeners(&irqline_nl_family, &init_net, group);
}

/**
 * irqline_nl_multicast() - tell all who listen
 * @msg: the message, consumed; or the ERR_PTR that it became
 * @group: to whom
 *
 * Who cannot be told, for lack of memory here or of room in its socket, finds
 * ENOBUFS there.
 *
 * Context: may sleep.
 */
void irqline_nl_multicast(struct sk_buff *msg, enum irqline_nl_group group)
{
	if (IS_ERR(msg))
		genl_set_err(&irqline_nl_family, &init_net, 0, group, -ENOBUFS);
	else
		genlmsg_multicast(&irqline_nl_family, msg, 0, group, GFP_KERNEL);
}

static int irqline_nl_dump_line(struct sk_buff *skb, struct netlink_callback *cb,
				const struct irqline_nl_to *to,
				struct irqline_line *line,
				irqline_nl_fill_handler *fill)
{
	struct irqline_handler *handler;
	int err = 0;

	mutex_lock(&line->mutex);
	while (!err && (handler = irqline_roster_at(line, cb->args[1]))) {
		err = fill(skb, to, line, handler);
		if (!err)
			cb->args[1]++;
	}
	mutex_unlock(&line->mutex);
	return err;
}

/**
 * irqline_nl_dump_check() - check the request for a dump, at its first call
 * @cb: the dump; args[2] tells that it was checked
 * @line: the attribute that may name a line
 * @handler: the attribute that must not be there
 *
 * Not in a start op: there 6.1 has no extack.
 *
 * Return: 0 or an error.
 */
int irqline_nl_dump_check(struct netlink_callback *cb, int line, int handler)
{
	struct nlattr **attrs = irqline_dump_attrs(cb);
	struct irqline_line *found;
	int err;

	if (cb->args[2]++)
		return 0;
	err = irqline_nl_once(cb->nlh, cb->extack);
	if (err)
		return err;
	if (attrs[handler]) {
		NL_SET_ERR_MSG_ATTR(cb->extack, attrs[handler],
				    "a dump takes no handler");
		return -EINVAL;
	}
	if (!attrs[line])
		return 0;
	found = irqline_nl_find_line(attrs[line], cb->extack);
	if (!found)
		return -ENOENT;
	irqline_line_put(found);
	return 0;
}

/**
 * irqline_nl_dump_handlers() - dump something of each handler
 * @skb: where to
 * @cb: the dump; args[0] counts lines, args[1] handlers of that line, and
 *	args[3] is for @fill
 * @to: of irqline_nl_to_dump()
 * @only: the name of the one line to dump, or NULL for all
 * @fill: one handler; called with the line's mutex held
 *
 * Return: what a dumpit op returns.
 */
int irqline_nl_dump_handlers(struct sk_buff *skb, struct netlink_callback *cb,
			     const struct irqline_nl_to *to,
			     const struct nlattr *only,
			     irqline_nl_fill_handler *fill)
{
	struct irqline_line *line;
	int err = 0;

	while (!err && (line = irqline_registry_at(cb->args[0]))) {
		if (!only || !nla_strcmp(only, line->name))
			err = irqline_nl_dump_line(skb, cb, to, line, fill);
		irqline_line_put(line);
		if (err)
			break;
		cb->args[0]++;
		cb->args[1] = 0;
	}
	return skb->len ?: err;
}

static int irqline_nl_event(struct notifier_block *nb, unsigned long what,
			    void *data)
{
	switch (what) {
	case IRQLINE_NOTIFY_LINE_ADD:
		irqline_nl_line_notify(data, IRQLINE_CMD_LINE_ADD_NTF);
		irqline_nl_handlers_notify(data, IRQLINE_CMD_HANDLER_ADD_NTF);
		break;
	case IRQLINE_NOTIFY_LINE_DEL:
		irqline_nl_handlers_notify(data, IRQLINE_CMD_HANDLER_DEL_NTF);
		irqline_nl_line_notify(data, IRQLINE_CMD_LINE_DEL_NTF);
		break;
	case IRQLINE_NOTIFY_LINE_CHANGE:
		irqline_nl_line_notify(data, IRQLINE_CMD_LINE_CHANGE_NTF);
		break;
	case IRQLINE_NOTIFY_ALERT:
		irqline_nl_alert(data);
		break;
	}
	return NOTIFY_OK;
}

static struct notifier_block irqline_nl_notifier = {
	.notifier_call	= irqline_nl_event,
};

/* Without a dump, a request that says NLM_F_DUMP is refused by genetlink. */
static const struct genl_ops irqline_nl_ops[] = {
	{
		.cmd		= IRQLINE_CMD_LINE_GET,
		.policy		= irqline_nl_line_get_policy,
		.maxattr	= IRQLINE_A_LINE_MAX,
		.doit		= irqline_nl_line_get,
		.dumpit		= irqline_nl_line_dump,
	},
	{
		.cmd		= IRQLINE_CMD_LINE_SET,
		.policy		= irqline_nl_line_set_policy,
		.maxattr	= IRQLINE_A_LINE_MAX,
		.doit		= irqline_nl_line_set,
	},
	{
		.cmd		= IRQLINE_CMD_HANDLER_GET,
		.policy		= irqline_nl_handler_id_policy,
		.maxattr	= IRQLINE_A_HANDLER_MAX,
		.doit		= irqline_nl_handler_get,
		.dumpit		= irqline_nl_handler_dump,
	},
	{
		.cmd		= IRQLINE_CMD_HANDLER_NEW,
		.policy		= irqline_nl_handler_settings_policy,
		.maxattr	= IRQLINE_A_HANDLER_MAX,
		.doit		= irqline_nl_handler_new,
	},
	{
		.cmd		= IRQLINE_CMD_HANDLER_SET,
		.policy		= irqline_nl_handler_settings_policy,
		.maxattr	= IRQLINE_A_HANDLER_MAX,
		.doit		= irqline_nl_handler_set,
	},
	{
		.cmd		= IRQLINE_CMD_HANDLER_DEL,
		.policy		= irqline_nl_handler_id_policy,
		.maxattr	= IRQLINE_A_HANDLER_MAX,
		.doit		= irqline_nl_handler_del,
	},
	{
		.cmd		= IRQLINE_CMD_STRATEGY_GET,
		.policy		= irqline_nl_strategy_policy,
		.maxattr	= IRQLINE_A_STRATEGY_MAX,
		.doit		= irqline_nl_strategy_get,
		.dumpit		= irqline_nl_strategy_dump,
	},
	{
		.cmd		= IRQLINE_CMD_STATS_GET,
		.policy		= irqline_nl_stats_get_policy,
		.maxattr	= IRQLINE_A_STATS_MAX,
		.doit		= irqline_nl_stats_get,
		.start		= irqline_nl_stats_start,
		.dumpit		= irqline_nl_stats_dump,
	},
	{
		.cmd		= IRQLINE_CMD_STATS_RESET,
		.policy		= irqline_nl_stats_reset_policy,
		.maxattr	= IRQLINE_A_STATS_MAX,
		.doit		= irqline_nl_stats_reset,
	},
};

static const struct genl_multicast_group irqline_nl_groups[] = {
	[IRQLINE_NL_CONFIG]	= { .name = IRQLINE_MCGRP_CONFIG },
	[IRQLINE_NL_ALERT]	= { .name = IRQLINE_MCGRP_ALERT },
};

struct genl_family irqline_nl_family __ro_after_init = {
	.name		= IRQLINE_FAMILY_NAME,
	.version	= IRQLINE_FAMILY_VERSION,
	.module		= THIS_MODULE,
	.parallel_ops	= true,
	.ops		= irqline_nl_ops,
	.n_ops		= ARRAY_SIZE(irqline_nl_ops),
	.mcgrps		= irqline_nl_groups,
	.n_mcgrps	= ARRAY_SIZE(irqline_nl_groups),
};

/**
 * irqline_nl_init() - make the family known
 *
 * Context: may sleep.
 * Return: 0 or an error.
 */
int irqline_nl_init(void)
{
	int err = irqline_fault() ? -ENOMEM :
		  genl_register_family(&irqline_nl_family);

	if (err)
		return err;
	err = irqline_notifier_register(&irqline_nl_notifier);
	if (err)
		genl_unregister_family(&irqline_nl_family);
	return err;
}

/**
 * irqline_nl_exit() - withdraw the family; waits for requests at work
 *
 * Context: may sleep.
 */
void irqline_nl_exit(void)
{
	irqline_notifier_unregister(&irqline_nl_notifier);
	genl_unregister_family(&irqline_nl_family);
}
