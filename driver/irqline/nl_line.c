// SPDX-License-Identifier: GPL-2.0-only
#include <linux/cpumask.h>
#include <linux/interrupt.h>
#include <linux/irq.h>
#include <irqline_fault.h>

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

	/*
	 * What is given up may be another's already, and without an interrupt
	 * no CPU takes it.
	 */
	if (line->dead || line->moving || line->settings.top->polls)
		return 0;
	mask = irq_get_affinity_mask(line->irq);
	if (!mask)
		return 0;
	if (snprintf(list, sizeof(list), "%*pbl", cpumask_pr_args(mask)) >=
	    sizeof(list))
		return 0;
	return nla_put_string(skb, IRQLINE_A_LINE_AFFINITY, list);
}

static int irqline_nl_put_period(struct sk_buff *skb,
				 const struct irqline_line *line)
{
	if (!(line->settings.top->settings & IRQLINE_SETTING_PERIOD))
		return 0;
	return nla_put_u64_64bit(skb, IRQLINE_A_LINE_PERIOD,
				 line->settings.period, IRQLINE_A_LINE_PAD);
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
	       nla_put_u64_64bit(skb, IRQLINE_A_LINE_THROTTLES,
				 counts.throttles, IRQLINE_A_LINE_PAD) ?:
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
	    nla_put_u32(skb, IRQLINE_A_LINE_IRQ, line->irq) ||
	    nla_put_u32(skb, IRQLINE_A_LINE_SOURCES, line->sources) ||
	    nla_put_string(skb, IRQLINE_A_LINE_TOP, line->settings.top->name) ||
	    irqline_nl_put_period(skb, line) ||
	    nla_put_u32(skb, IRQLINE_A_LINE_DELIVERY, line->settings.delivery) ||
	    irqline_nl_put_affinity(skb, line) ||
	    nla_put_u32(skb, IRQLINE_A_LINE_CLOCK, READ_ONCE(line->hub.clock)) ||
	    nla_put_u32(skb, IRQLINE_A_LINE_NOTHREAD,
			line->settings.nothread) ||
	    (irqline_line_forced(line) &&
	     nla_put_flag(skb, IRQLINE_A_LINE_FORCED)) ||
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

/**
 * struct irqline_nl_line_request - a line-set
 * @info: the message
 * @line: the line
 * @settings: of the top half, as they are to be
 * @cpus: the CPUs to take the interrupt, if the request names any
 */
struct irqline_nl_line_request {
	struct genl_info *info;
	struct irqline_line *line;
	struct irqline_top_settings settings;
	cpumask_var_t cpus;
};

static const struct nlattr *
irqline_nl_line_attr(const struct irqline_nl_line_request *req, int type)
{
	return req->info->attrs[type];
}

/* Blame an attribute for an error that may have its text already. */
static int irqline_nl_line_blame(struct irqline_nl_line_request *req, int type,
				 const char *text, int err)
{
	NL_SET_BAD_ATTR(req->info->extack, irqline_nl_line_attr(req, type));
	if (text)
		req->info->extack->_msg = text;
	return err;
}

/* To name a strategy starts from its defaults. */
static int irqline_nl_parse_top(struct irqline_nl_line_request *req)
{
	const struct nlattr *attr = irqline_nl_line_attr(req, IRQLINE_A_LINE_TOP);
	const struct irqline_strategy *strategy;
	struct irqline_top_settings *settings = &req->settings;

	if (!attr)
		return 0;
	strategy = irqline_strategy_find(IRQLINE_KIND_TOP, nla_data(attr));
	if (!strategy)
		return irqline_nl_line_blame(req, IRQLINE_A_LINE_TOP,
					     "no such strategy of a top half",
					     -ENOENT);
	settings->top = strategy->top;
	settings->nothread = false;
	settings->period = strategy->top->settings & IRQLINE_SETTING_PERIOD ?
			   IRQLINE_PERIOD_DEFAULT : 0;
	return 0;
}

static int irqline_nl_parse_period(struct irqline_nl_line_request *req)
{
	const struct nlattr *attr = irqline_nl_line_attr(req, IRQLINE_A_LINE_PERIOD);

	if (!attr)
		return 0;
	if (!(req->settings.top->settings & IRQLINE_SETTING_PERIOD))
		return irqline_nl_line_blame(req, IRQLINE_A_LINE_PERIOD,
					     "the top half has no period; choose poll",
					     -EINVAL);
	req->settings.period = nla_get_u64(attr);
	return 0;
}

static int irqline_nl_parse_nothread(struct irqline_nl_line_request *req)
{
	const struct nlattr *attr =
		irqline_nl_line_attr(req, IRQLINE_A_LINE_NOTHREAD);

	if (!attr)
		return 0;
	req->settings.nothread = nla_get_u32(attr);
	if (req->settings.nothread &&
	    !(req->settings.top->settings & IRQLINE_SETTING_NOTHREAD))
		return irqline_nl_line_blame(req, IRQLINE_A_LINE_NOTHREAD,
					     "the top half has no primary handler to exempt; choose hard",
					     -EINVAL);
	return 0;
}

static int irqline_nl_parse_delivery(struct irqline_nl_line_request *req)
{
	const struct nlattr *attr =
		irqline_nl_line_attr(req, IRQLINE_A_LINE_DELIVERY);

	if (attr)
		req->settings.delivery = nla_get_u32(attr);
	return 0;
}

static int irqline_nl_parse_affinity(struct irqline_nl_line_request *req)
{
	const struct nlattr *attr =
		irqline_nl_line_attr(req, IRQLINE_A_LINE_AFFINITY);

	if (!attr)
		return 0;
	if (cpulist_parse(nla_data(attr), req->cpus))
		return irqline_nl_line_blame(req, IRQLINE_A_LINE_AFFINITY,
					     "not a list of CPUs", -EINVAL);
	if (!cpumask_intersects(req->cpus, cpu_online_mask))
		return irqline_nl_line_blame(req, IRQLINE_A_LINE_AFFINITY,
					     "none of these CPUs is online",
					     -EINVAL);
	if (req->settings.top->polls)
		return irqline_nl_line_blame(req, IRQLINE_A_LINE_AFFINITY,
					     "the top half polls, no CPU takes the interrupt; choose hard or thread",
					     -EINVAL);
	return 0;
}

/* What of the request a failed switch is to be blamed on. */
static int irqline_nl_blame_switch(struct irqline_nl_line_request *req, int err)
{
	static const int types[] = {
		IRQLINE_A_LINE_DELIVERY, IRQLINE_A_LINE_TOP,
		IRQLINE_A_LINE_NOTHREAD, IRQLINE_A_LINE_PERIOD,
	};
	unsigned int i;

	if (err == -ENOMEM)
		return err;
	for (i = 0; i < ARRAY_SIZE(types); i++)
		if (irqline_nl_line_attr(req, types[i]))
			return irqline_nl_line_blame(req, types[i], NULL, err);
	return err;
}

/*
 * What the interrupt has now is not what it will have if a change waits for the
 * next interrupt, so an affinity that looks the same is set, too.
 */
static int irqline_nl_apply_affinity(struct irqline_nl_line_request *req)
{
	struct irqline_line *line = req->line;
	const struct cpumask *now;
	bool same;
	int err;

	if (!irqline_nl_line_attr(req, IRQLINE_A_LINE_AFFINITY))
		return 0;
	now = irq_get_affinity_mask(line->irq);
	same = now && cpumask_equal(now, req->cpus);
	err = irqline_fault() ? -ENOMEM : irq_set_affinity(line->irq, req->cpus);
	if (err)
		return irqline_nl_line_blame(req, IRQLINE_A_LINE_AFFINITY,
					     "the interrupt controller refuses",
					     err);
	line->affine = true;
	cpumask_copy(line->affinity, req->cpus);
	if (!same)
		irqline_tops_changed(line);
	return 0;
}

static void irqline_nl_apply_clock(struct irqline_nl_line_request *req)
{
	const struct nlattr *attr = irqline_nl_line_attr(req, IRQLINE_A_LINE_CLOCK);
	struct irqline_hub *hub = &req->line->hub;

	if (!attr || nla_get_u32(attr) == hub->clock)
		return;
	raw_spin_lock_irq(&hub->lock);
	hub->clock = !hub->clock;
	raw_spin_unlock_irq(&hub->lock);
	irqline_tops_changed(req->line);
}

/* In the order of what can fail; the switch can be taken back. */
static int irqline_nl_apply_line(struct irqline_nl_line_request *req)
{
	const struct irqline_top_settings before = req->line->settings;
	int err;

	err = irqline_tops_set(req->line, &req->settings, req->info->extack);
	if (err)
		return irqline_nl_blame_switch(req, err);
	err = irqline_nl_apply_affinity(req);
	if (err) {
		irqline_tops_set(req->line, &before, NULL);
		return err;
	}
	irqline_nl_apply_clock(req);
	return 0;
}

/* Context: irqline_tops_lock() held. */
static int irqline_nl_set_line(struct irqline_nl_line_request *req)
{
	irqline_tops_assert_held();

	if (req->line->dead)
		return irqline_nl_line_blame(req, IRQLINE_A_LINE_NAME, NULL,
					     -ENODEV);
	req->settings = req->line->settings;
	return irqline_nl_parse_top(req) ?:
	       irqline_nl_parse_period(req) ?:
	       irqline_nl_parse_nothread(req) ?:
	       irqline_nl_parse_delivery(req) ?:
	       irqline_nl_parse_affinity(req) ?:
	       irqline_nl_apply_line(req);
}

static int irqline_nl_change_line(struct genl_info *info,
				  struct irqline_line *line)
{
	struct irqline_nl_line_request req = { .info = info, .line = line };
	int err;

	if (!alloc_cpumask_var(&req.cpus, GFP_KERNEL))
		return -ENOMEM;
	err = irqline_tops_lock_killable();
	if (!err) {
		err = irqline_nl_set_line(&req);
		irqline_tops_unlock();
	}
	free_cpumask_var(req.cpus);
	return err;
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
	err = irqline_nl_change_line(info, line);
	irqline_line_put(line);
	return irqline_nl_error(info->extack, err);
}
