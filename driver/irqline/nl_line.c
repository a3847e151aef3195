// SPDX-License-Identifier: GPL-2.0-only
#include <linux/cpumask.h>
#include <linux/interrupt.h>
#include <linux/irq.h>

#include "compat.h"
#include "line.h"
#include "netlink.h"
#include "strategy.h"

/* Not const, as 6.1 takes it. */
static struct netlink_range_validation irqline_nl_period = {
	.min = IRQLINE_PERIOD_MIN,
	.max = IRQLINE_PERIOD_MAX,
};

const struct nla_policy irqline_nl_line_get_policy[IRQLINE_A_LINE_MAX + 1] = {
	[IRQLINE_A_LINE_NAME] = { .type = NLA_NUL_STRING, .len = IRQLINE_NAME_MAX },
};

const struct nla_policy irqline_nl_line_set_policy[IRQLINE_A_LINE_MAX + 1] = {
	[IRQLINE_A_LINE_NAME] = { .type = NLA_NUL_STRING, .len = IRQLINE_NAME_MAX },
	[IRQLINE_A_LINE_TOP] = { .type = NLA_NUL_STRING, .len = IRQLINE_NAME_MAX },
	[IRQLINE_A_LINE_PERIOD] =
		NLA_POLICY_FULL_RANGE(NLA_U64, &irqline_nl_period),
	[IRQLINE_A_LINE_DELIVERY] =
		NLA_POLICY_MAX(NLA_U32, IRQLINE_DELIVERY_INTX),
	[IRQLINE_A_LINE_AFFINITY] = { .type = NLA_NUL_STRING,
				      .len = IRQLINE_CPULIST_MAX },
	[IRQLINE_A_LINE_CLOCK] = NLA_POLICY_MAX(NLA_U32, 1),
	[IRQLINE_A_LINE_NOTHREAD] = NLA_POLICY_MAX(NLA_U32, 1),
};

static int irqline_nl_put_affinity(struct sk_buff *skb,
				   const struct irqline_line *line)
{
	const struct cpumask *mask;
	char list[IRQLINE_CPULIST_MAX + 1];

	/* The interrupt of a dead line may be another's already. */
	if (line->dead)
		return 0;
	mask = irq_get_affinity_mask(line->hub.irq);
	if (!mask)
		return 0;
	if (snprintf(list, sizeof(list), "%*pbl", cpumask_pr_args(mask)) >=
	    sizeof(list))
		return 0;
	return nla_put_string(skb, IRQLINE_A_LINE_AFFINITY, list);
}

static int irqline_nl_put_line_counts(struct sk_buff *skb,
				      struct irqline_line *line)
{
	struct irqline_line_counts counts;
	bool gone;

	irqline_line_counts(line, &counts, &gone);
	return nla_put_u64_64bit(skb, IRQLINE_A_LINE_PASSES, counts.passes,
				 IRQLINE_A_LINE_PAD) ?:
	       nla_put_u64_64bit(skb, IRQLINE_A_LINE_FOREIGN, counts.foreign,
				 IRQLINE_A_LINE_PAD) ?:
	       nla_put_u64_64bit(skb, IRQLINE_A_LINE_UNCLAIMED,
				 counts.unclaimed, IRQLINE_A_LINE_PAD) ?:
	       nla_put_u64_64bit(skb, IRQLINE_A_LINE_REARMS, counts.rearms,
				 IRQLINE_A_LINE_PAD) ?:
	       (gone ? nla_put_flag(skb, IRQLINE_A_LINE_GONE) : 0);
}

/* Context: line->mutex held. */
static int irqline_nl_fill_line(struct sk_buff *skb,
				const struct irqline_nl_to *to,
				struct irqline_line *line)
{
	void *hdr = irqline_nl_put(skb, to);

	lockdep_assert_held(&line->mutex);

	if (!hdr)
		return -EMSGSIZE;
	if (nla_put_string(skb, IRQLINE_A_LINE_NAME, line->name) ||
	    nla_put_u32(skb, IRQLINE_A_LINE_IRQ, line->hub.irq) ||
	    nla_put_u32(skb, IRQLINE_A_LINE_SOURCES, line->sources) ||
	    nla_put_string(skb, IRQLINE_A_LINE_TOP, line->top_ops->name) ||
	    nla_put_u32(skb, IRQLINE_A_LINE_DELIVERY, line->delivery) ||
	    irqline_nl_put_affinity(skb, line) ||
	    nla_put_u32(skb, IRQLINE_A_LINE_CLOCK, READ_ONCE(line->hub.clock)) ||
	    nla_put_u32(skb, IRQLINE_A_LINE_NOTHREAD, 0) ||
	    nla_put_u32(skb, IRQLINE_A_LINE_HANDLERS, line->nr_handlers) ||
	    nla_put_u64_64bit(skb, IRQLINE_A_LINE_MEMORY,
			      irqline_line_memory(line), IRQLINE_A_LINE_PAD) ||
	    irqline_nl_put_line_counts(skb, line)) {
		genlmsg_cancel(skb, hdr);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, hdr);
	return 0;
}

/* Context: takes line->mutex. */
static struct sk_buff *irqline_nl_line_msg(struct irqline_line *line,
					   const struct irqline_nl_to *to)
{
	struct sk_buff *msg = genlmsg_new(NLMSG_GOODSIZE, GFP_KERNEL);
	int err;

	if (!msg)
		return ERR_PTR(-ENOMEM);
	mutex_lock(&line->mutex);
	err = irqline_nl_fill_line(msg, to, line);
	mutex_unlock(&line->mutex);
	if (err) {
		nlmsg_free(msg);
		return ERR_PTR(err);
	}
	return msg;
}

/**
 * irqline_nl_line_notify() - tell of a line
 * @line: the line
 * @cmd: IRQLINE_CMD_LINE_*_NTF
 *
 * Context: may sleep; takes line->mutex.
 */
void irqline_nl_line_notify(struct irqline_line *line, u8 cmd)
{
	const struct irqline_nl_to to = { .cmd = cmd };
	struct sk_buff *msg;

	if (!irqline_nl_listened(IRQLINE_NL_CONFIG))
		return;
	msg = irqline_nl_line_msg(line, &to);
	irqline_nl_multicast(msg, IRQLINE_NL_CONFIG);
}

/**
 * irqline_nl_line_get() - the doit of line-get
 * @skb: the request
 * @info: likewise
 *
 * Return: 0 or an error.
 */
int irqline_nl_line_get(struct sk_buff *skb, struct genl_info *info)
{
	struct irqline_line *line;
	struct irqline_nl_to to;
	struct sk_buff *msg;
	int err;

	err = irqline_nl_once(info->nlhdr, info->extack);
	if (err)
		return err;
	if (irqline_nl_missing(info, IRQLINE_A_LINE_NAME, "name is missing"))
		return -EINVAL;
	line = irqline_nl_find_line(info->attrs[IRQLINE_A_LINE_NAME],
				    info->extack);
	if (!line)
		return -ENOENT;
	irqline_nl_to_asker(&to, info, IRQLINE_CMD_LINE_GET);
	msg = irqline_nl_line_msg(line, &to);
	irqline_line_put(line);
	if (IS_ERR(msg))
		return irqline_nl_error(info->extack, PTR_ERR(msg));
	return genlmsg_reply(msg, info);
}

/**
 * irqline_nl_line_dump() - the dumpit of line-get
 * @skb: where to
 * @cb: the dump; args[0] counts lines
 *
 * Return: what a dumpit op returns.
 */
int irqline_nl_line_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	struct irqline_line *line;
	struct irqline_nl_to to;
	int err = 0;

	if (irqline_dump_attrs(cb)[IRQLINE_A_LINE_NAME]) {
		NL_SET_ERR_MSG_ATTR(cb->extack,
				    irqline_dump_attrs(cb)[IRQLINE_A_LINE_NAME],
				    "a dump takes no name");
		return -EINVAL;
	}
	irqline_nl_to_dump(&to, cb, IRQLINE_CMD_LINE_GET);
	while (!err && (line = irqline_registry_at(cb->args[0]))) {
		mutex_lock(&line->mutex);
		err = irqline_nl_fill_line(skb, &to, line);
		mutex_unlock(&line->mutex);
		irqline_line_put(line);
		if (!err)
			cb->args[0]++;
	}
	return skb->len ?: err;
}

static int irqline_nl_later(struct genl_info *info, int type, const char *text)
{
	NL_SET_BAD_ATTR(info->extack, info->attrs[type]);
	info->extack->_msg = text;
	return -EOPNOTSUPP;
}

static int irqline_nl_check_top(struct genl_info *info)
{
	const struct nlattr *attr = info->attrs[IRQLINE_A_LINE_TOP];

	if (!attr ||
	    irqline_strategy_find(IRQLINE_KIND_TOP, nla_data(attr)))
		return 0;
	NL_SET_ERR_MSG_ATTR(info->extack, attr, "no such strategy of a top half");
	return -ENOENT;
}

/* What this version cannot change. */
static int irqline_nl_check_line(struct genl_info *info,
				 const struct irqline_line *line)
{
	const struct nlattr *delivery = info->attrs[IRQLINE_A_LINE_DELIVERY];
	const struct nlattr *nothread = info->attrs[IRQLINE_A_LINE_NOTHREAD];

	if (info->attrs[IRQLINE_A_LINE_PERIOD])
		return irqline_nl_later(info, IRQLINE_A_LINE_PERIOD,
					"no strategy of a top half has a period yet");
	if (delivery && nla_get_u32(delivery) != line->delivery)
		return irqline_nl_later(info, IRQLINE_A_LINE_DELIVERY,
					"the delivery cannot be changed yet");
	if (nothread && nla_get_u32(nothread))
		return irqline_nl_later(info, IRQLINE_A_LINE_NOTHREAD,
					"the top half cannot be exempt from threading yet");
	return irqline_nl_check_top(info);
}

static int irqline_nl_parse_affinity(struct genl_info *info,
				     struct cpumask *mask)
{
	const struct nlattr *attr = info->attrs[IRQLINE_A_LINE_AFFINITY];

	if (cpulist_parse(nla_data(attr), mask)) {
		NL_SET_ERR_MSG_ATTR(info->extack, attr, "not a list of CPUs");
		return -EINVAL;
	}
	if (!cpumask_intersects(mask, cpu_online_mask)) {
		NL_SET_ERR_MSG_ATTR(info->extack, attr,
				    "none of these CPUs is online");
		return -EINVAL;
	}
	return 0;
}

/*
 * What the interrupt has now is not what it will have if a change waits for the
 * next interrupt, so an affinity that looks the same is set, too.
 */
static int irqline_nl_apply_affinity(struct genl_info *info,
				     struct irqline_line *line,
				     const struct cpumask *mask)
{
	const struct cpumask *now = irq_get_affinity_mask(line->hub.irq);
	bool same = now && cpumask_equal(now, mask);
	int err = irq_set_affinity(line->hub.irq, mask);

	if (err) {
		NL_SET_ERR_MSG_ATTR(info->extack,
				    info->attrs[IRQLINE_A_LINE_AFFINITY],
				    "the interrupt controller refuses");
		return err;
	}
	return !same;
}

/* Context: line->mutex held. Returns 1 if it changed, 0 if not, or an error. */
static int irqline_nl_set_affinity(struct genl_info *info,
				   struct irqline_line *line)
{
	const struct nlattr *attr = info->attrs[IRQLINE_A_LINE_AFFINITY];
	cpumask_var_t mask;
	int err;

	if (!attr)
		return 0;
	if (!alloc_cpumask_var(&mask, GFP_KERNEL))
		return -ENOMEM;
	err = irqline_nl_parse_affinity(info, mask);
	if (!err)
		err = irqline_nl_apply_affinity(info, line, mask);
	free_cpumask_var(mask);
	return err;
}

/* Context: line->mutex held. Returns true if it changed. */
static bool irqline_nl_set_clock(struct genl_info *info,
				 struct irqline_line *line)
{
	const struct nlattr *attr = info->attrs[IRQLINE_A_LINE_CLOCK];
	bool old = line->hub.clock;

	if (!attr || nla_get_u32(attr) == old)
		return false;
	raw_spin_lock_irq(&line->hub.lock);
	line->hub.clock = !old;
	raw_spin_unlock_irq(&line->hub.lock);
	return true;
}

/* Affinity is what can fail, so it comes first. */
static int irqline_nl_apply_line(struct genl_info *info,
				 struct irqline_line *line)
{
	int changed;

	mutex_lock(&line->mutex);
	if (line->dead) {
		NL_SET_BAD_ATTR(info->extack, info->attrs[IRQLINE_A_LINE_NAME]);
		changed = -ENODEV;
	} else {
		changed = irqline_nl_set_affinity(info, line);
		if (changed >= 0)
			changed |= irqline_nl_set_clock(info, line);
	}
	mutex_unlock(&line->mutex);
	return changed;
}

/**
 * irqline_nl_line_set() - the doit of line-set
 * @skb: the request
 * @info: likewise
 *
 * Return: 0 or an error.
 */
int irqline_nl_line_set(struct sk_buff *skb, struct genl_info *info)
{
	struct irqline_line *line;
	int err;

	err = irqline_nl_may_change(skb, info);
	if (err)
		return err;
	if (irqline_nl_missing(info, IRQLINE_A_LINE_NAME, "name is missing"))
		return -EINVAL;
	line = irqline_nl_find_line(info->attrs[IRQLINE_A_LINE_NAME],
				    info->extack);
	if (!line)
		return -ENOENT;
	err = irqline_nl_check_line(info, line);
	if (!err)
		err = irqline_nl_apply_line(info, line);
	if (err > 0) {
		irqline_nl_line_notify(line, IRQLINE_CMD_LINE_CHANGE_NTF);
		err = 0;
	}
	irqline_line_put(line);
	return irqline_nl_error(info->extack, err);
}
