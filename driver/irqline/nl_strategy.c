// SPDX-License-Identifier: GPL-2.0-only
#include "bottom/bottom.h"
#include "compat.h"
#include "netlink.h"
#include "strategy.h"
#include "top/top.h"

const struct nla_policy irqline_nl_strategy_policy[IRQLINE_A_STRATEGY_MAX + 1] = {
	[IRQLINE_A_STRATEGY_NAME] = { .type = NLA_NUL_STRING,
				      .len = IRQLINE_NAME_MAX },
	[IRQLINE_A_STRATEGY_KIND] = NLA_POLICY_MAX(NLA_U32, IRQLINE_KIND_BOTTOM),
};

static int irqline_nl_put_top(struct sk_buff *skb,
			      const struct irqline_top_ops *ops)
{
	return nla_put_u32(skb, IRQLINE_A_STRATEGY_CONTEXT, ops->context) ?:
	       nla_put_u32(skb, IRQLINE_A_STRATEGY_SETTINGS, ops->settings);
}

static int irqline_nl_put_bottom_ops(struct sk_buff *skb,
				     const struct irqline_bottom_ops *ops)
{
	if (nla_put_u32(skb, IRQLINE_A_STRATEGY_CONTEXT, ops->context) ||
	    nla_put_u32(skb, IRQLINE_A_STRATEGY_MAY_SLEEP, ops->may_sleep) ||
	    nla_put_u32(skb, IRQLINE_A_STRATEGY_SETTINGS, ops->settings) ||
	    nla_put_u32(skb, IRQLINE_A_STRATEGY_ORDER, ops->order) ||
	    nla_put_u32(skb, IRQLINE_A_STRATEGY_PLACE, ops->place))
		return -EMSGSIZE;
	if (!ops->softirq)
		return 0;
	return nla_put_string(skb, IRQLINE_A_STRATEGY_SOFTIRQ, ops->softirq);
}

static int irqline_nl_fill_strategy(struct sk_buff *skb,
				    const struct irqline_nl_to *to,
				    const struct irqline_strategy *s)
{
	void *hdr = irqline_nl_put(skb, to);

	if (!hdr)
		return -EMSGSIZE;
	if (nla_put_string(skb, IRQLINE_A_STRATEGY_NAME, s->name) ||
	    nla_put_u32(skb, IRQLINE_A_STRATEGY_KIND, s->kind) ||
	    nla_put_u32(skb, IRQLINE_A_STRATEGY_AVAILABLE,
			irqline_strategy_available(s)) ||
	    (s->since &&
	     nla_put_string(skb, IRQLINE_A_STRATEGY_SINCE, s->since)) ||
	    (s->top && irqline_nl_put_top(skb, s->top)) ||
	    (s->bottom && irqline_nl_put_bottom_ops(skb, s->bottom))) {
		genlmsg_cancel(skb, hdr);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, hdr);
	return 0;
}

/**
 * irqline_nl_strategy_get() - the doit of strategy-get
 * @skb: the request
 * @info: likewise
 *
 * Return: 0 or an error.
 */
int irqline_nl_strategy_get(struct sk_buff *skb, struct genl_info *info)
{
	const struct irqline_strategy *strategy;
	const struct nlattr *name = info->attrs[IRQLINE_A_STRATEGY_NAME];
	struct irqline_nl_to to;
	struct sk_buff *msg;
	int err;

	err = irqline_nl_once(info->nlhdr, info->extack);
	if (err)
		return err;
	if (irqline_nl_missing(info, IRQLINE_A_STRATEGY_NAME, "name is missing") ||
	    irqline_nl_missing(info, IRQLINE_A_STRATEGY_KIND, "kind is missing"))
		return -EINVAL;
	strategy = irqline_strategy_find(nla_get_u32(info->attrs[IRQLINE_A_STRATEGY_KIND]),
					 nla_data(name));
	if (!strategy) {
		NL_SET_ERR_MSG_ATTR(info->extack, name, "no such strategy");
		return -ENOENT;
	}
	msg = genlmsg_new(NLMSG_GOODSIZE, GFP_KERNEL);
	if (!msg)
		return irqline_nl_error(info->extack, -ENOMEM);
	irqline_nl_to_asker(&to, info, IRQLINE_CMD_STRATEGY_GET);
	err = irqline_nl_fill_strategy(msg, &to, strategy);
	if (err) {
		nlmsg_free(msg);
		return err;
	}
	return genlmsg_reply(msg, info);
}

/**
 * irqline_nl_strategy_dump() - the dumpit of strategy-get
 * @skb: where to
 * @cb: the dump; args[0] counts strategies
 *
 * Return: what a dumpit op returns.
 */
int irqline_nl_strategy_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	const struct irqline_strategy *strategy;
	struct nlattr **attrs = irqline_dump_attrs(cb);
	const struct nlattr *bad = attrs[IRQLINE_A_STRATEGY_NAME] ?:
				   attrs[IRQLINE_A_STRATEGY_KIND];
	struct irqline_nl_to to;
	int err = 0;

	if (bad) {
		NL_SET_ERR_MSG_ATTR(cb->extack, bad, "a dump takes no selection");
		return -EINVAL;
	}
	irqline_nl_to_dump(&to, cb, IRQLINE_CMD_STRATEGY_GET);
	while (!err && (strategy = irqline_strategy_at(cb->args[0]))) {
		err = irqline_nl_fill_strategy(skb, &to, strategy);
		if (!err)
			cb->args[0]++;
	}
	return skb->len ?: err;
}
