// SPDX-License-Identifier: GPL-2.0-only
/*
 * From attributes to the settings of a handler. Nothing changes here: the
 * result is valid as a whole, or there is an error with its reason.
 */
#include <linux/capability.h>
#include <linux/cpumask.h>
#include <linux/log2.h>

#include "bottom/bottom.h"
#include "line.h"
#include "netlink.h"
#include "strategy.h"

/* Not const, as 6.1 takes them. */
static struct netlink_range_validation irqline_nl_sources = {
	.min = 1,
	.max = U32_MAX,
};

static struct netlink_range_validation irqline_nl_queue = {
	.min = IRQLINE_QUEUE_MIN,
	.max = IRQLINE_QUEUE_MAX,
};

static struct netlink_range_validation irqline_nl_delay = {
	.max = IRQLINE_DELAY_MAX,
};

static struct netlink_range_validation irqline_nl_work_time = {
	.min = 1,
	.max = IRQLINE_WORK_TIME_MAX,
};

const struct nla_policy
irqline_nl_handler_settings_policy[IRQLINE_A_HANDLER_MAX + 1] = {
	[IRQLINE_A_HANDLER_LINE] = { .type = NLA_NUL_STRING,
				     .len = IRQLINE_NAME_MAX },
	[IRQLINE_A_HANDLER_NAME] = { .type = NLA_NUL_STRING,
				     .len = IRQLINE_NAME_MAX },
	[IRQLINE_A_HANDLER_SOURCES] =
		NLA_POLICY_FULL_RANGE(NLA_U32, &irqline_nl_sources),
	[IRQLINE_A_HANDLER_PRIORITY] =
		NLA_POLICY_RANGE(NLA_S32, IRQLINE_PRIORITY_MIN,
				 IRQLINE_PRIORITY_MAX),
	[IRQLINE_A_HANDLER_EXCLUSIVE] = NLA_POLICY_MAX(NLA_U32, 1),
	[IRQLINE_A_HANDLER_BOTTOM] = { .type = NLA_NUL_STRING,
				       .len = IRQLINE_NAME_MAX },
	[IRQLINE_A_HANDLER_CPU] = NLA_POLICY_MIN(NLA_S32, -1),
	[IRQLINE_A_HANDLER_LANES] = NLA_POLICY_MAX(NLA_U32, IRQLINE_LANES_PERCPU),
	[IRQLINE_A_HANDLER_DELAY] =
		NLA_POLICY_FULL_RANGE(NLA_U64, &irqline_nl_delay),
	[IRQLINE_A_HANDLER_SCHED] = NLA_POLICY_MAX(NLA_U32, IRQLINE_SCHED_RR),
	[IRQLINE_A_HANDLER_SCHED_PRIORITY] = NLA_POLICY_RANGE(NLA_U32, 1, 99),
	[IRQLINE_A_HANDLER_NICE] = NLA_POLICY_RANGE(NLA_S32, -20, 19),
	[IRQLINE_A_HANDLER_THREADED] = NLA_POLICY_MAX(NLA_U32, 1),
	[IRQLINE_A_HANDLER_BUDGET] = NLA_POLICY_RANGE(NLA_U32, 1,
						      IRQLINE_BUDGET_MAX),
	[IRQLINE_A_HANDLER_QUEUE] =
		NLA_POLICY_FULL_RANGE(NLA_U32, &irqline_nl_queue),
	[IRQLINE_A_HANDLER_OVERFLOW] =
		NLA_POLICY_MAX(NLA_U32, IRQLINE_OVERFLOW_BACKPRESSURE),
	[IRQLINE_A_HANDLER_HIGH] = { .type = NLA_U32 },
	[IRQLINE_A_HANDLER_LOW] = { .type = NLA_U32 },
	[IRQLINE_A_HANDLER_WORK] = NLA_POLICY_MAX(NLA_U32, IRQLINE_WORK_SLEEP),
	[IRQLINE_A_HANDLER_WORK_TIME] =
		NLA_POLICY_FULL_RANGE(NLA_U64, &irqline_nl_work_time),
};

/**
 * struct irqline_nl_request - a request for settings, while it is checked
 * @skb: who asks
 * @attrs: what for
 * @extack: for the error
 * @line: of the handler
 * @handler: that is to change, or NULL for a new one
 * @settings: the result
 */
struct irqline_nl_request {
	struct sk_buff *skb;
	struct nlattr **attrs;
	struct netlink_ext_ack *extack;
	const struct irqline_line *line;
	const struct irqline_handler *handler;
	struct irqline_handler_settings *settings;
};

/* Blame an attribute. The text must be a literal: the answer points to it. */
static int irqline_nl_blame(struct irqline_nl_request *req, int type,
			    const char *text, int err)
{
	NL_SET_BAD_ATTR(req->extack, req->attrs[type]);
	req->extack->_msg = text;
	return err;
}

static int irqline_nl_lack(struct irqline_nl_request *req, int type,
			   const char *text)
{
	NL_SET_ERR_ATTR_MISS(req->extack, NULL, type);
	req->extack->_msg = text;
	return -EINVAL;
}

static u32 irqline_nl_u32_or(struct irqline_nl_request *req, int type, u32 other)
{
	return req->attrs[type] ? nla_get_u32(req->attrs[type]) : other;
}

static int irqline_nl_parse_queue(struct irqline_nl_request *req)
{
	u32 size = irqline_nl_u32_or(req, IRQLINE_A_HANDLER_QUEUE,
				     req->settings->queue);

	if (!is_power_of_2(size))
		return irqline_nl_blame(req, IRQLINE_A_HANDLER_QUEUE,
					"the size of a queue is a power of two",
					-EINVAL);
	req->settings->queue = size;
	return 0;
}

static int irqline_nl_parse_overflow(struct irqline_nl_request *req)
{
	const struct nlattr *attr = req->attrs[IRQLINE_A_HANDLER_OVERFLOW];
	u32 policy;

	if (!attr)
		return 0;
	policy = nla_get_u32(attr);
	req->settings->overflow = policy;
	if (req->handler && req->handler->builtin &&
	    policy != IRQLINE_OVERFLOW_MERGE &&
	    policy != IRQLINE_OVERFLOW_BACKPRESSURE)
		return irqline_nl_blame(req, IRQLINE_A_HANDLER_OVERFLOW,
					"the device's own handler must not lose a source; choose merge or backpressure",
					-EINVAL);
	return 0;
}

/* Default: the whole queue, which is all that the other policies have. */
static int irqline_nl_parse_high(struct irqline_nl_request *req, u32 queue)
{
	struct irqline_handler_settings *s = req->settings;
	const struct nlattr *attr = req->attrs[IRQLINE_A_HANDLER_HIGH];

	if (s->overflow != IRQLINE_OVERFLOW_BACKPRESSURE) {
		s->high = s->queue;
		return attr ? irqline_nl_blame(req, IRQLINE_A_HANDLER_HIGH,
					       "only backpressure has a high watermark",
					       -EINVAL) : 0;
	}
	if (attr)
		s->high = nla_get_u32(attr);
	else if (s->high == queue)
		s->high = s->queue;
	if (s->high && s->high <= s->queue)
		return 0;
	if (attr)
		return irqline_nl_blame(req, IRQLINE_A_HANDLER_HIGH,
					"the high watermark is at least 1 and at most the size of the queue",
					-ERANGE);
	return irqline_nl_blame(req, IRQLINE_A_HANDLER_QUEUE,
				"the high watermark is above that size; set it, too",
				-ERANGE);
}

/* Default: half of the high one. Blame what the request changes. */
static int irqline_nl_parse_low(struct irqline_nl_request *req, u32 high)
{
	struct irqline_handler_settings *s = req->settings;
	const struct nlattr *attr = req->attrs[IRQLINE_A_HANDLER_LOW];

	if (attr)
		s->low = nla_get_u32(attr);
	else if (s->low == high / 2)
		s->low = s->high / 2;
	if (s->low < s->high)
		return 0;
	if (attr)
		return irqline_nl_blame(req, IRQLINE_A_HANDLER_LOW,
					"the low watermark is below the high one, and below the size of the queue",
					-ERANGE);
	return irqline_nl_blame(req, req->attrs[IRQLINE_A_HANDLER_HIGH] ?
				IRQLINE_A_HANDLER_HIGH : IRQLINE_A_HANDLER_QUEUE,
				"the low watermark is not below that; set it, too",
				-ERANGE);
}

/* A watermark that has its default keeps it when what it derives from changes. */
static int irqline_nl_parse_watermarks(struct irqline_nl_request *req, u32 queue)
{
	u32 high = req->settings->high;

	return irqline_nl_parse_high(req, queue) ?:
	       irqline_nl_parse_low(req, high);
}

static int irqline_nl_parse_rank(struct irqline_nl_request *req)
{
	static const int fixed[] = {
		IRQLINE_A_HANDLER_SOURCES,
		IRQLINE_A_HANDLER_PRIORITY,
		IRQLINE_A_HANDLER_EXCLUSIVE,
	};
	struct irqline_handler_settings *s = req->settings;
	const struct nlattr *priority = req->attrs[IRQLINE_A_HANDLER_PRIORITY];
	unsigned int i;

	if (req->handler && req->handler->builtin)
		for (i = 0; i < ARRAY_SIZE(fixed); i++)
			if (req->attrs[fixed[i]])
				return irqline_nl_blame(req, fixed[i],
							"the device's own handler keeps this",
							-EBUSY);
	s->sources = irqline_nl_u32_or(req, IRQLINE_A_HANDLER_SOURCES, s->sources);
	if (s->sources & ~req->line->sources)
		return irqline_nl_blame(req, IRQLINE_A_HANDLER_SOURCES,
					"the line does not have all of these sources",
					-EINVAL);
	if (priority)
		s->priority = nla_get_s32(priority);
	s->exclusive = irqline_nl_u32_or(req, IRQLINE_A_HANDLER_EXCLUSIVE,
					 s->exclusive);
	return 0;
}

static int irqline_nl_parse_bottom(struct irqline_nl_request *req)
{
	const struct nlattr *attr = req->attrs[IRQLINE_A_HANDLER_BOTTOM];
	const struct irqline_strategy *strategy;

	if (!attr)
		return 0;
	strategy = irqline_strategy_find(IRQLINE_KIND_BOTTOM, nla_data(attr));
	if (!strategy)
		return irqline_nl_blame(req, IRQLINE_A_HANDLER_BOTTOM,
					"no such strategy of a bottom half",
					-ENOENT);
	if (!irqline_strategy_available(strategy))
		return irqline_nl_blame(req, IRQLINE_A_HANDLER_BOTTOM,
					"this kernel does not have what the strategy needs",
					-EOPNOTSUPP);
	req->settings->bottom = (struct irqline_bottom_config) {
		.ops	= strategy->bottom,
		.cpu	= -1,
	};
	return 0;
}

static int irqline_nl_parse_cpu(struct irqline_nl_request *req)
{
	struct irqline_bottom_config *bottom = &req->settings->bottom;
	const struct nlattr *attr = req->attrs[IRQLINE_A_HANDLER_CPU];

	if (!attr)
		return 0;
	bottom->cpu = nla_get_s32(attr);
	if (bottom->cpu < 0)
		return 0;
	if (!(bottom->ops->settings & IRQLINE_SETTING_CPU))
		return irqline_nl_blame(req, IRQLINE_A_HANDLER_CPU,
					bottom->ops->unbound, -EINVAL);
	if (bottom->cpu >= nr_cpu_ids || !cpu_online(bottom->cpu))
		return irqline_nl_blame(req, IRQLINE_A_HANDLER_CPU,
					"there is no such CPU online", -EINVAL);
	return 0;
}

/* What concerns the scheduling of a thread needs a capability of its own. */
static int irqline_nl_check_thread(struct irqline_nl_request *req, int type,
				   u32 setting)
{
	if (!req->attrs[type])
		return 0;
	if (!(req->settings->bottom.ops->settings & setting))
		return irqline_nl_blame(req, type,
					"the strategy has no thread of its own; choose kthread or kthread-worker",
					-EINVAL);
	if (!netlink_capable(req->skb, CAP_SYS_NICE))
		return irqline_nl_blame(req, type,
					"scheduling needs CAP_SYS_NICE, too",
					-EPERM);
	return 0;
}

static int irqline_nl_parse_class(struct irqline_nl_request *req)
{
	struct irqline_bottom_config *bottom = &req->settings->bottom;

	bottom->sched = irqline_nl_u32_or(req, IRQLINE_A_HANDLER_SCHED,
					  bottom->sched);
	if (bottom->sched == IRQLINE_SCHED_OTHER) {
		bottom->sched_priority = 0;
		if (req->attrs[IRQLINE_A_HANDLER_SCHED_PRIORITY])
			return irqline_nl_blame(req,
						IRQLINE_A_HANDLER_SCHED_PRIORITY,
						"only fifo and rr have a priority",
						-EINVAL);
		return 0;
	}
	bottom->nice = 0;
	if (req->attrs[IRQLINE_A_HANDLER_NICE])
		return irqline_nl_blame(req, IRQLINE_A_HANDLER_NICE,
					"fifo and rr have no nice value", -EINVAL);
	if (req->attrs[IRQLINE_A_HANDLER_SCHED] &&
	    !req->attrs[IRQLINE_A_HANDLER_SCHED_PRIORITY])
		return irqline_nl_lack(req, IRQLINE_A_HANDLER_SCHED_PRIORITY,
				       "sched-priority is missing");
	return 0;
}

static int irqline_nl_parse_sched(struct irqline_nl_request *req)
{
	struct irqline_bottom_config *bottom = &req->settings->bottom;
	const struct nlattr *nice = req->attrs[IRQLINE_A_HANDLER_NICE];
	int err;

	err = irqline_nl_check_thread(req, IRQLINE_A_HANDLER_SCHED,
				      IRQLINE_SETTING_SCHED) ?:
	      irqline_nl_check_thread(req, IRQLINE_A_HANDLER_SCHED_PRIORITY,
				      IRQLINE_SETTING_SCHED) ?:
	      irqline_nl_check_thread(req, IRQLINE_A_HANDLER_NICE,
				      IRQLINE_SETTING_NICE) ?:
	      irqline_nl_parse_class(req);
	if (err)
		return err;
	bottom->sched_priority =
		irqline_nl_u32_or(req, IRQLINE_A_HANDLER_SCHED_PRIORITY,
				  bottom->sched_priority);
	if (nice)
		bottom->nice = nla_get_s32(nice);
	return 0;
}

/* Blame the strategy, or the CPU, if that is what the request changes. */
static int irqline_nl_parse_lanes(struct irqline_nl_request *req)
{
	struct irqline_handler_settings *s = req->settings;
	bool lanes = req->attrs[IRQLINE_A_HANDLER_LANES];

	s->lanes = irqline_nl_u32_or(req, IRQLINE_A_HANDLER_LANES, s->lanes);
	if (s->lanes == IRQLINE_LANES_SINGLE)
		return 0;
	if (s->bottom.ops->single)
		return irqline_nl_blame(req, lanes ? IRQLINE_A_HANDLER_LANES :
					IRQLINE_A_HANDLER_BOTTOM,
					s->bottom.ops->single, -EINVAL);
	if (s->bottom.cpu >= 0)
		return irqline_nl_blame(req, lanes ? IRQLINE_A_HANDLER_LANES :
					IRQLINE_A_HANDLER_CPU,
					"lanes for each CPU, or one CPU; choose lanes single for that",
					-EINVAL);
	return 0;
}

static int irqline_nl_parse_delay(struct irqline_nl_request *req)
{
	struct irqline_bottom_config *bottom = &req->settings->bottom;
	const struct nlattr *attr = req->attrs[IRQLINE_A_HANDLER_DELAY];

	if (!attr)
		return 0;
	if (!(bottom->ops->settings & IRQLINE_SETTING_DELAY))
		return irqline_nl_blame(req, IRQLINE_A_HANDLER_DELAY,
					"the strategy has no delay; choose timer or hrtimer",
					-EINVAL);
	bottom->delay = nla_get_u64(attr);
	return 0;
}

static int irqline_nl_parse_threaded(struct irqline_nl_request *req)
{
	struct irqline_bottom_config *bottom = &req->settings->bottom;

	bottom->threaded = irqline_nl_u32_or(req, IRQLINE_A_HANDLER_THREADED,
					     bottom->threaded);
	if (bottom->threaded &&
	    !(bottom->ops->settings & IRQLINE_SETTING_THREADED))
		return irqline_nl_blame(req, IRQLINE_A_HANDLER_THREADED,
					"the strategy cannot be threaded; choose napi, irq-thread or kthread",
					-EINVAL);
	return 0;
}

static int irqline_nl_parse_work(struct irqline_nl_request *req)
{
	struct irqline_handler_settings *s = req->settings;
	const struct nlattr *time = req->attrs[IRQLINE_A_HANDLER_WORK_TIME];

	s->work = irqline_nl_u32_or(req, IRQLINE_A_HANDLER_WORK, s->work);
	if (s->work == IRQLINE_WORK_NONE) {
		s->work_time = 0;
		if (time)
			return irqline_nl_blame(req, IRQLINE_A_HANDLER_WORK_TIME,
						"no work takes no time", -EINVAL);
		return 0;
	}
	if (req->attrs[IRQLINE_A_HANDLER_WORK] && !time)
		return irqline_nl_lack(req, IRQLINE_A_HANDLER_WORK_TIME,
				       "work-time is missing");
	if (time)
		s->work_time = nla_get_u64(time);
	return 0;
}

/* Blame the strategy if that is what the request changes. */
static int irqline_nl_parse_budget(struct irqline_nl_request *req)
{
	struct irqline_handler_settings *s = req->settings;
	u32 most = s->bottom.ops->budget_max;

	s->budget = irqline_nl_u32_or(req, IRQLINE_A_HANDLER_BUDGET, s->budget);
	if (most && s->budget > most)
		return irqline_nl_blame(req,
					req->attrs[IRQLINE_A_HANDLER_BUDGET] ?
					IRQLINE_A_HANDLER_BUDGET :
					IRQLINE_A_HANDLER_BOTTOM,
					"a budget of the strategy is at most 64",
					-ERANGE);
	return 0;
}

/* Blame the strategy if that is what the request changes. */
static int irqline_nl_check_work(struct irqline_nl_request *req)
{
	const struct irqline_handler_settings *s = req->settings;
	bool bottom = req->attrs[IRQLINE_A_HANDLER_BOTTOM];

	if (s->bottom.ops->may_sleep)
		return 0;
	if (s->work == IRQLINE_WORK_SLEEP)
		return irqline_nl_blame(req, bottom ? IRQLINE_A_HANDLER_BOTTOM :
					IRQLINE_A_HANDLER_WORK,
					"the work sleeps, but the strategy may not; choose workqueue, irq-thread or kthread",
					-EINVAL);
	if (s->work == IRQLINE_WORK_SPIN && s->work_time > IRQLINE_SPIN_TIME_MAX)
		return irqline_nl_blame(req, bottom ? IRQLINE_A_HANDLER_BOTTOM :
					IRQLINE_A_HANDLER_WORK_TIME,
					"where it may not sleep, a bottom half spins for 1 ms at most",
					-ERANGE);
	return 0;
}

/**
 * irqline_nl_settings_parse() - the settings that a request asks for
 * @skb: the request
 * @info: likewise
 * @line: the line
 * @handler: the handler that is to change, or NULL for a new one
 * @settings: the settings now, or the defaults; the result
 *
 * Context: process; CPU hotplug lock held for reading, and handler->mutex.
 * Return: 0 or an error, with a text and the attribute to blame.
 */
int irqline_nl_settings_parse(struct sk_buff *skb, struct genl_info *info,
			      const struct irqline_line *line,
			      const struct irqline_handler *handler,
			      struct irqline_handler_settings *settings)
{
	struct irqline_nl_request req = {
		.skb		= skb,
		.attrs		= info->attrs,
		.extack		= info->extack,
		.line		= line,
		.handler	= handler,
		.settings	= settings,
	};
	u32 queue = settings->queue;

	return irqline_nl_parse_queue(&req) ?:
	       irqline_nl_parse_overflow(&req) ?:
	       irqline_nl_parse_watermarks(&req, queue) ?:
	       irqline_nl_parse_rank(&req) ?:
	       irqline_nl_parse_bottom(&req) ?:
	       irqline_nl_parse_cpu(&req) ?:
	       irqline_nl_parse_lanes(&req) ?:
	       irqline_nl_parse_sched(&req) ?:
	       irqline_nl_parse_delay(&req) ?:
	       irqline_nl_parse_threaded(&req) ?:
	       irqline_nl_parse_work(&req) ?:
	       irqline_nl_parse_budget(&req) ?:
	       irqline_nl_check_work(&req);
}
