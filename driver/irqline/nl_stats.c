// SPDX-License-Identifier: GPL-2.0-only
#include <linux/cpumask.h>
#include <linux/err.h>
#include <linux/string.h>

#include "compat.h"
#include "line.h"
#include "netlink.h"
#include "roster.h"

/* Bytes: what has no number of its own, a bucket, and the count of a CPU. */
#define IRQLINE_NL_STATS_BASE	2048
#define IRQLINE_NL_BUCKET_SIZE	52
#define IRQLINE_NL_CPU_SIZE	32

/* Room for a message that has all it can have. */
static u32 irqline_nl_stats_size(bool buckets)
{
	u32 size = IRQLINE_NL_STATS_BASE + nr_cpu_ids * IRQLINE_NL_CPU_SIZE;

	if (buckets)
		size += 2 * IRQLINE_HIST_BUCKETS * IRQLINE_NL_BUCKET_SIZE;
	return size;
}

const struct nla_policy irqline_nl_stats_get_policy[IRQLINE_A_STATS_MAX + 1] = {
	[IRQLINE_A_STATS_LINE] = { .type = NLA_NUL_STRING,
				   .len = IRQLINE_NAME_MAX },
	[IRQLINE_A_STATS_HANDLER] = { .type = NLA_NUL_STRING,
				      .len = IRQLINE_NAME_MAX },
	[IRQLINE_A_STATS_LANE] = { .type = NLA_U32 },
	[IRQLINE_A_STATS_HIST] = { .type = NLA_FLAG },
};

const struct nla_policy irqline_nl_stats_reset_policy[IRQLINE_A_STATS_MAX + 1] = {
	[IRQLINE_A_STATS_LINE] = { .type = NLA_NUL_STRING,
				   .len = IRQLINE_NAME_MAX },
	[IRQLINE_A_STATS_HANDLER] = { .type = NLA_NUL_STRING,
				      .len = IRQLINE_NAME_MAX },
};

static int irqline_nl_put_bucket(struct sk_buff *skb, unsigned int bucket,
				 u64 count)
{
	struct nlattr *nest = nla_nest_start(skb, IRQLINE_A_HISTOGRAM_BUCKET);
	u64 lowest, highest;

	if (!nest)
		return -EMSGSIZE;
	irqline_hist_bounds(bucket, &lowest, &highest);
	if (nla_put_u64_64bit(skb, IRQLINE_A_BUCKET_LOWEST, lowest,
			      IRQLINE_A_BUCKET_PAD) ||
	    nla_put_u64_64bit(skb, IRQLINE_A_BUCKET_HIGHEST, highest,
			      IRQLINE_A_BUCKET_PAD) ||
	    nla_put_u64_64bit(skb, IRQLINE_A_BUCKET_COUNT, count,
			      IRQLINE_A_BUCKET_PAD))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

/* Each bucket is read once, so that the count is that of the buckets. */
static int irqline_nl_put_buckets(struct sk_buff *skb,
				  const struct irqline_hist *hist, bool buckets)
{
	u64 count = 0;
	unsigned int i;

	for (i = 0; i < IRQLINE_HIST_BUCKETS; i++) {
		u64 n = READ_ONCE(hist->bucket[i]);

		if (!n)
			continue;
		count += n;
		if (buckets && irqline_nl_put_bucket(skb, i, n))
			return -EMSGSIZE;
	}
	return nla_put_u64_64bit(skb, IRQLINE_A_HISTOGRAM_COUNT, count,
				 IRQLINE_A_HISTOGRAM_PAD);
}

static int irqline_nl_put_hist(struct sk_buff *skb, int type,
			       const struct irqline_hist *hist, bool buckets)
{
	struct nlattr *nest = nla_nest_start(skb, type);

	if (!nest)
		return -EMSGSIZE;
	if (irqline_nl_put_buckets(skb, hist, buckets) ||
	    nla_put_u64_64bit(skb, IRQLINE_A_HISTOGRAM_SUM, READ_ONCE(hist->sum),
			      IRQLINE_A_HISTOGRAM_PAD) ||
	    nla_put_u64_64bit(skb, IRQLINE_A_HISTOGRAM_MAXIMUM,
			      READ_ONCE(hist->maximum), IRQLINE_A_HISTOGRAM_PAD))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int irqline_nl_put_contexts(struct sk_buff *skb,
				   const struct irqline_stats *stats)
{
	struct nlattr *nest;
	unsigned int i;

	for (i = 0; i < IRQLINE_NR_CONTEXTS; i++) {
		u64 n = READ_ONCE(stats->context[i]);

		if (!n)
			continue;
		nest = nla_nest_start(skb, IRQLINE_A_STATS_CONTEXT);
		if (!nest ||
		    nla_put_u32(skb, IRQLINE_A_STATS_CONTEXT_CONTEXT, i) ||
		    nla_put_u64_64bit(skb, IRQLINE_A_STATS_CONTEXT_COUNT, n,
				      IRQLINE_A_STATS_CONTEXT_PAD))
			return -EMSGSIZE;
		nla_nest_end(skb, nest);
	}
	return 0;
}

static int irqline_nl_put_cpus(struct sk_buff *skb,
			       const struct irqline_stats *stats)
{
	struct nlattr *nest;
	unsigned int i;

	for (i = 0; i < nr_cpu_ids; i++) {
		u64 n = READ_ONCE(stats->cpu[i]);

		if (!n)
			continue;
		nest = nla_nest_start(skb, IRQLINE_A_STATS_CPU);
		if (!nest || nla_put_u32(skb, IRQLINE_A_STATS_CPU_CPU, i) ||
		    nla_put_u64_64bit(skb, IRQLINE_A_STATS_CPU_COUNT, n,
				      IRQLINE_A_STATS_CPU_PAD))
			return -EMSGSIZE;
		nla_nest_end(skb, nest);
	}
	return 0;
}

/* The owner may be writing the name; what is read then is told as it is. */
static int irqline_nl_put_thread(struct sk_buff *skb,
				 const struct irqline_stats *stats)
{
	char comm[TASK_COMM_LEN];

	strscpy(comm, stats->comm, sizeof(comm));
	if (!comm[0])
		return 0;
	return nla_put_u32(skb, IRQLINE_A_STATS_PID, READ_ONCE(stats->pid)) ?:
	       nla_put_string(skb, IRQLINE_A_STATS_COMM, comm);
}

static int irqline_nl_put_stats(struct sk_buff *skb,
				const struct irqline_stats *stats, bool buckets)
{
	return irqline_nl_put_contexts(skb, stats) ?:
	       irqline_nl_put_cpus(skb, stats) ?:
	       irqline_nl_put_thread(skb, stats) ?:
	       irqline_nl_put_hist(skb, IRQLINE_A_STATS_LATENCY, &stats->latency,
				   buckets) ?:
	       irqline_nl_put_hist(skb, IRQLINE_A_STATS_RUNTIME, &stats->runtime,
				   buckets);
}

static int irqline_nl_put_u64(struct sk_buff *skb, int type, u64 value)
{
	return nla_put_u64_64bit(skb, type, value, IRQLINE_A_STATS_PAD);
}

static int irqline_nl_put_counts(struct sk_buff *skb, struct irqline_line *line,
				 struct irqline_handler *handler,
				 const struct irqline_counts *counts)
{
	if (nla_put_string(skb, IRQLINE_A_STATS_LINE, line->name) ||
	    nla_put_string(skb, IRQLINE_A_STATS_HANDLER, handler->name) ||
	    irqline_nl_put_u64(skb, IRQLINE_A_STATS_TAKEN, counts->taken) ||
	    irqline_nl_put_u64(skb, IRQLINE_A_STATS_HANDLED, counts->handled) ||
	    irqline_nl_put_u64(skb, IRQLINE_A_STATS_DROPPED, counts->dropped) ||
	    irqline_nl_put_u64(skb, IRQLINE_A_STATS_MERGED, counts->merged) ||
	    irqline_nl_put_u64(skb, IRQLINE_A_STATS_PENDING, counts->pending))
		return -EMSGSIZE;
	return 0;
}

static int irqline_nl_put_switches(struct sk_buff *skb,
				   const struct irqline_counts *counts)
{
	return irqline_nl_put_u64(skb, IRQLINE_A_STATS_SWITCHES,
				  counts->switches) ?:
	       irqline_nl_put_u64(skb, IRQLINE_A_STATS_SWITCHES_OWNED,
				  counts->switches_owned) ?:
	       irqline_nl_put_u64(skb, IRQLINE_A_STATS_OWED, counts->owed);
}

/*
 * Of one lane, or with NULL of all of them: then @stats has their sum, which
 * names no thread. Context: line->mutex held.
 */
static int irqline_nl_fill_stats(struct sk_buff *skb,
				 const struct irqline_nl_to *to,
				 struct irqline_handler *handler,
				 struct irqline_lane *lane,
				 const struct irqline_stats *stats, bool buckets)
{
	void *hdr = irqline_nl_put(skb, to);
	struct irqline_counts counts;

	lockdep_assert_held(&handler->line->mutex);

	if (!hdr)
		return -EMSGSIZE;
	if (lane)
		irqline_lane_counts(lane, &counts);
	else
		irqline_laneset_counts(handler->lanes, &counts);
	if (irqline_nl_put_counts(skb, handler->line, handler, &counts) ||
	    (lane && nla_put_u32(skb, IRQLINE_A_STATS_LANE, lane->index)) ||
	    irqline_nl_put_switches(skb, &counts) ||
	    irqline_nl_put_stats(skb, stats, buckets)) {
		genlmsg_cancel(skb, hdr);
		return -EMSGSIZE;
	}
	genlmsg_end(skb, hdr);
	return 0;
}

static int irqline_nl_fill_lane(struct sk_buff *skb,
				const struct irqline_nl_to *to,
				struct irqline_handler *handler,
				struct irqline_lane *lane, bool buckets)
{
	int err;

	rcu_read_lock();
	err = irqline_nl_fill_stats(skb, to, handler, lane,
				    rcu_dereference(lane->stats), buckets);
	rcu_read_unlock();
	return err;
}

static int irqline_nl_fill_sum(struct sk_buff *skb,
			       const struct irqline_nl_to *to,
			       struct irqline_handler *handler, bool buckets)
{
	struct irqline_stats *sum = irqline_stats_alloc();
	struct irqline_lane *lane;
	unsigned int i;
	int err;

	if (!sum)
		return -ENOMEM;
	irqline_for_each_lane(lane, handler->lanes, i) {
		rcu_read_lock();
		irqline_stats_sum(sum, rcu_dereference(lane->stats));
		rcu_read_unlock();
	}
	err = irqline_nl_fill_stats(skb, to, handler, NULL, sum, buckets);
	kfree(sum);
	return err;
}

/* The lane that a request asks for: one of several, the only one, or all. */
static int irqline_nl_fill_asked(struct sk_buff *skb,
				 const struct irqline_nl_to *to,
				 struct genl_info *info,
				 struct irqline_handler *handler, bool buckets)
{
	const struct nlattr *attr = info->attrs[IRQLINE_A_STATS_LANE];
	const struct irqline_laneset *lanes = handler->lanes;
	u32 i = attr ? nla_get_u32(attr) : 0;

	if (!attr && lanes->percpu)
		return irqline_nl_fill_sum(skb, to, handler, buckets);
	if (i >= lanes->nr || !lanes->lane[i]) {
		NL_SET_ERR_MSG_ATTR(info->extack, attr,
				    "the handler has no such lane");
		return -ENOENT;
	}
	return irqline_nl_fill_lane(skb, to, handler, lanes->lane[i], buckets);
}

static int irqline_nl_reply_stats(struct genl_info *info,
				  struct irqline_line *line,
				  struct irqline_handler *handler)
{
	bool buckets = info->attrs[IRQLINE_A_STATS_HIST];
	struct irqline_nl_to to;
	struct sk_buff *msg;
	int err;

	msg = genlmsg_new(irqline_nl_stats_size(buckets), GFP_KERNEL);
	if (!msg)
		return -ENOMEM;
	irqline_nl_to_asker(&to, info, IRQLINE_CMD_STATS_GET);
	mutex_lock(&line->mutex);
	err = irqline_nl_fill_asked(msg, &to, info, handler, buckets);
	mutex_unlock(&line->mutex);
	if (err) {
		nlmsg_free(msg);
		return err;
	}
	return genlmsg_reply(msg, info);
}

/**
 * irqline_nl_stats_get() - the doit of stats-get
 * @skb: the request
 * @info: likewise
 *
 * Return: 0 or an error.
 */
int irqline_nl_stats_get(struct sk_buff *skb, struct genl_info *info)
{
	struct irqline_handler *handler;
	struct irqline_line *line;
	int err;

	err = irqline_nl_once(info->nlhdr, info->extack);
	if (err)
		return err;
	if (irqline_nl_missing(info, IRQLINE_A_STATS_LINE, "line is missing") ||
	    irqline_nl_missing(info, IRQLINE_A_STATS_HANDLER, "handler is missing"))
		return -EINVAL;
	line = irqline_nl_find_line(info->attrs[IRQLINE_A_STATS_LINE],
				    info->extack);
	if (!line)
		return -ENOENT;
	handler = irqline_nl_find_handler(line,
					  info->attrs[IRQLINE_A_STATS_HANDLER],
					  info->extack);
	if (handler) {
		err = irqline_nl_reply_stats(info, line, handler);
		irqline_handler_put(handler);
	} else {
		err = -ENOENT;
	}
	irqline_line_put(line);
	return irqline_nl_error(info->extack, err);
}

/**
 * irqline_nl_stats_start() - see that a message of the dump has room
 * @cb: the dump
 *
 * Return: 0.
 */
int irqline_nl_stats_start(struct netlink_callback *cb)
{
	const struct nlattr *hist = irqline_dump_attrs(cb)[IRQLINE_A_STATS_HIST];

	cb->min_dump_alloc = irqline_nl_stats_size(hist);
	return 0;
}

/* args[3] counts the lanes of the handler that is dumped. */
static int irqline_nl_dump_stats(struct sk_buff *skb,
				 const struct irqline_nl_to *to,
				 struct irqline_line *line,
				 struct irqline_handler *handler)
{
	const struct nlattr *hist =
		irqline_dump_attrs(to->cb)[IRQLINE_A_STATS_HIST];
	unsigned int i = to->cb->args[3];
	struct irqline_lane *lane;
	int err;

	for (; (lane = irqline_laneset_next(handler->lanes, &i)); i++) {
		to->cb->args[3] = i;
		err = irqline_nl_fill_lane(skb, to, handler, lane, hist);
		if (err)
			return err;
	}
	to->cb->args[3] = 0;
	return 0;
}

/**
 * irqline_nl_stats_dump() - the dumpit of stats-get
 * @skb: where to
 * @cb: the dump
 *
 * Return: what a dumpit op returns.
 */
int irqline_nl_stats_dump(struct sk_buff *skb, struct netlink_callback *cb)
{
	const struct nlattr *lane;
	struct irqline_nl_to to;
	int err;

	err = irqline_nl_dump_check(cb, IRQLINE_A_STATS_LINE,
				    IRQLINE_A_STATS_HANDLER);
	if (err)
		return err;
	lane = irqline_dump_attrs(cb)[IRQLINE_A_STATS_LANE];
	if (lane) {
		NL_SET_ERR_MSG_ATTR(cb->extack, lane,
				    "a dump has all lanes");
		return -EINVAL;
	}
	irqline_nl_to_dump(&to, cb, IRQLINE_CMD_STATS_GET);
	return irqline_nl_dump_handlers(skb, cb, &to,
					irqline_dump_attrs(cb)[IRQLINE_A_STATS_LINE],
					irqline_nl_dump_stats);
}

/* Statistics for each lane of a line, or of a handler, before any is replaced. */
struct irqline_nl_fresh {
	unsigned int nr;
	struct irqline_stats *stats[];
};

static void irqline_nl_fresh_free(struct irqline_nl_fresh *fresh)
{
	while (fresh->nr)
		kfree(fresh->stats[--fresh->nr]);
	kvfree(fresh);
}

static struct irqline_nl_fresh *irqline_nl_fresh_alloc(unsigned int nr)
{
	struct irqline_nl_fresh *fresh =
		kvzalloc(struct_size(fresh, stats, nr), GFP_KERNEL);
	struct irqline_stats *stats;

	while (fresh && fresh->nr < nr) {
		stats = irqline_stats_alloc();
		if (!stats) {
			irqline_nl_fresh_free(fresh);
			return NULL;
		}
		fresh->stats[fresh->nr++] = stats;
	}
	return fresh;
}

static void irqline_nl_reset_handler(struct irqline_handler *handler,
				     struct irqline_nl_fresh *fresh)
{
	struct irqline_lane *lane;
	unsigned int i;

	irqline_for_each_lane(lane, handler->lanes, i)
		irqline_lane_reset(lane, fresh->stats[--fresh->nr]);
}

/* Context: line->mutex held. */
static unsigned int irqline_nl_count_lanes(const struct irqline_line *line)
{
	struct irqline_handler *handler;
	unsigned int nr = 0;

	list_for_each_entry(handler, &line->handlers, node)
		nr += irqline_laneset_count(handler->lanes);
	return nr;
}

/* One handler, or, with NULL, all of the line and the line itself. */
static int irqline_nl_reset_line(struct irqline_line *line,
				 struct irqline_handler *only)
{
	struct irqline_nl_fresh *fresh;
	struct irqline_handler *handler;

	mutex_lock(&line->mutex);
	fresh = irqline_nl_fresh_alloc(only ? irqline_laneset_count(only->lanes) :
				       irqline_nl_count_lanes(line));
	if (!fresh) {
		mutex_unlock(&line->mutex);
		return -ENOMEM;
	}
	if (only) {
		irqline_nl_reset_handler(only, fresh);
	} else {
		list_for_each_entry(handler, &line->handlers, node)
			irqline_nl_reset_handler(handler, fresh);
		irqline_line_reset(line);
	}
	mutex_unlock(&line->mutex);
	irqline_nl_fresh_free(fresh);
	return 0;
}

static int irqline_nl_reset_all(void)
{
	struct irqline_line *line;
	unsigned int i;
	int err = 0;

	for (i = 0; !err && (line = irqline_registry_at(i)); i++) {
		err = irqline_nl_reset_line(line, NULL);
		irqline_line_put(line);
	}
	return err;
}

static int irqline_nl_reset_named(struct genl_info *info)
{
	const struct nlattr *name = info->attrs[IRQLINE_A_STATS_HANDLER];
	struct irqline_handler *handler = NULL;
	struct irqline_line *line;
	int err = -ENOENT;

	line = irqline_nl_find_line(info->attrs[IRQLINE_A_STATS_LINE],
				    info->extack);
	if (!line)
		return -ENOENT;
	if (name)
		handler = irqline_nl_find_handler(line, name, info->extack);
	if (handler || !name)
		err = irqline_nl_reset_line(line, handler);
	if (handler)
		irqline_handler_put(handler);
	irqline_line_put(line);
	return err;
}

/**
 * irqline_nl_stats_reset() - the doit of stats-reset
 * @skb: the request
 * @info: likewise
 *
 * Return: 0 or an error.
 */
int irqline_nl_stats_reset(struct sk_buff *skb, struct genl_info *info)
{
	int err;

	err = irqline_nl_may_change(skb, info);
	if (err)
		return err;
	if (info->attrs[IRQLINE_A_STATS_LINE])
		return irqline_nl_error(info->extack,
					irqline_nl_reset_named(info));
	if (info->attrs[IRQLINE_A_STATS_HANDLER]) {
		irqline_nl_missing(info, IRQLINE_A_STATS_LINE, "line is missing");
		return -EINVAL;
	}
	return irqline_nl_error(info->extack, irqline_nl_reset_all());
}

/* The account of a handler is that of its only lane, if there is one only. */
static int irqline_nl_put_account(struct sk_buff *skb,
				  const struct irqline_alert_info *info)
{
	struct irqline_handler *handler = info->handler;
	bool percpu;

	mutex_lock(&handler->line->mutex);
	percpu = handler->lanes->percpu;
	mutex_unlock(&handler->line->mutex);
	return irqline_nl_put_counts(skb, handler->line, handler,
				     &info->counts) ?:
	       (percpu ? 0 : nla_put_u32(skb, IRQLINE_A_STATS_LANE, 0));
}

static struct sk_buff *irqline_nl_alert_msg(const struct irqline_alert_info *info)
{
	const struct irqline_nl_to to = { .cmd = IRQLINE_CMD_ALERT_NTF };
	struct sk_buff *msg = genlmsg_new(NLMSG_GOODSIZE, GFP_KERNEL);
	void *hdr;

	if (!msg)
		return ERR_PTR(-ENOMEM);
	hdr = irqline_nl_put(msg, &to);
	if (!hdr || irqline_nl_put_account(msg, info) ||
	    nla_put_u32(msg, IRQLINE_A_STATS_ALERT, info->alert)) {
		nlmsg_free(msg);
		return ERR_PTR(-EMSGSIZE);
	}
	genlmsg_end(msg, hdr);
	return msg;
}

/**
 * irqline_nl_alert() - tell that a policy begins or ceases to bite
 * @info: whose, and what
 *
 * Context: may sleep.
 */
void irqline_nl_alert(const struct irqline_alert_info *info)
{
	if (irqline_nl_listened(IRQLINE_NL_ALERT))
		irqline_nl_multicast(irqline_nl_alert_msg(info),
				     IRQLINE_NL_ALERT);
}
