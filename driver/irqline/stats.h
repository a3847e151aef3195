/* SPDX-License-Identifier: GPL-2.0-only */
/* What a lane counts beside its events: where they ran, and how long. */
#ifndef _IRQLINE_STATS_H
#define _IRQLINE_STATS_H

#include <linux/bits.h>
#include <linux/preempt.h>
#include <linux/irqline.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/types.h>

#define IRQLINE_NR_CONTEXTS	(IRQLINE_CONTEXT_TASK + 1)

/*
 * Log-linear: values below 8 have a bucket each, then each doubling has 8, so
 * that a bucket is at most 12.5% wide. The last one takes all from
 * 2^32 ns (4.3 s) on. The whole fits into a page with up to 15 CPUs.
 */
#define IRQLINE_HIST_SHIFT	3
#define IRQLINE_HIST_SUB	BIT(IRQLINE_HIST_SHIFT)
#define IRQLINE_HIST_BITS	32
#define IRQLINE_HIST_BUCKETS \
	((IRQLINE_HIST_BITS - IRQLINE_HIST_SHIFT + 1) * IRQLINE_HIST_SUB)

/**
 * struct irqline_hist - a histogram; one writer, any readers
 * @sum: of all values, in nanoseconds
 * @maximum: the highest value
 * @bucket: number of values in each bucket
 */
struct irqline_hist {
	u64 sum;
	u64 maximum;
	u64 bucket[IRQLINE_HIST_BUCKETS];
};

/**
 * struct irqline_stats - one writer, the owner of the lane; any readers
 * @rcu: to free it when nobody can be reading or writing
 * @latency: from top half to bottom half
 * @runtime: of the bottom half
 * @context: events handled in each context
 * @pid: thread that the last event ran in, or interrupted
 * @comm: its name
 * @cpu: events handled on each CPU
 */
struct irqline_stats {
	struct rcu_head rcu;
	struct irqline_hist latency;
	struct irqline_hist runtime;
	u64 context[IRQLINE_NR_CONTEXTS];
	pid_t pid;
	char comm[TASK_COMM_LEN];
	u64 cpu[];
};

/* One writer, so no atomic is needed; readers may look at any moment. */
static inline void irqline_count(u64 *counter, u64 n)
{
	WRITE_ONCE(*counter, *counter + n);
}

enum irqline_context irqline_context_below(void);

/*
 * Where this code runs: what the preempt count and current tell. Context: any.
 */
static inline enum irqline_context irqline_context(void)
{
	if (in_hardirq())
		return IRQLINE_CONTEXT_HARDIRQ;
	return irqline_context_below();
}

struct irqline_stats *irqline_stats_alloc(void);
size_t irqline_stats_size(void);
void irqline_stats_add(struct irqline_stats *stats,
		       const struct irqline_event *event, u64 end);
void irqline_stats_sum(struct irqline_stats *sum,
		       const struct irqline_stats *stats);
void irqline_hist_bounds(unsigned int bucket, u64 *lowest, u64 *highest);

#endif /* _IRQLINE_STATS_H */
