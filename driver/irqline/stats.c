// SPDX-License-Identifier: GPL-2.0-only
#include <linux/bitops.h>
#include <linux/cpumask.h>
#include <linux/minmax.h>
#include <linux/overflow.h>
#include <linux/preempt.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "stats.h"

/**
 * irqline_stats_size() - bytes that the statistics of a lane take
 *
 * Return: the size in bytes.
 */
size_t irqline_stats_size(void)
{
	return struct_size_t(struct irqline_stats, cpu, nr_cpu_ids);
}

/**
 * irqline_stats_alloc() - statistics that start from zero
 *
 * Context: may sleep.
 * Return: the statistics, to be freed by kfree() or kfree_rcu(), or NULL.
 */
struct irqline_stats *irqline_stats_alloc(void)
{
	return kzalloc(irqline_stats_size(), GFP_KERNEL_ACCOUNT);
}

/**
 * irqline_context_below() - where this code runs, if not in a hard interrupt
 *
 * ksoftirqd itself is not exported to modules, so it is known by its name.
 *
 * Context: any but a hard interrupt.
 * Return: the context that the preempt count and current tell.
 */
enum irqline_context irqline_context_below(void)
{
	if (!in_serving_softirq())
		return IRQLINE_CONTEXT_TASK;
	if ((current->flags & PF_KTHREAD) &&
	    str_has_prefix(current->comm, "ksoftirqd/"))
		return IRQLINE_CONTEXT_KSOFTIRQD;
	return IRQLINE_CONTEXT_SOFTIRQ;
}

static unsigned int irqline_hist_bucket(u64 value)
{
	unsigned int shift;

	if (value < IRQLINE_HIST_SUB)
		return value;
	shift = __fls(value) - IRQLINE_HIST_SHIFT;
	return min_t(unsigned int, IRQLINE_HIST_BUCKETS - 1,
		     shift * IRQLINE_HIST_SUB + (value >> shift));
}

/**
 * irqline_hist_bounds() - the values that fall into a bucket
 * @bucket: 0 to IRQLINE_HIST_BUCKETS - 1
 * @lowest: where to store the lowest, in nanoseconds
 * @highest: where to store the highest
 */
void irqline_hist_bounds(unsigned int bucket, u64 *lowest, u64 *highest)
{
	unsigned int shift = 0;

	if (bucket >= IRQLINE_HIST_SUB)
		shift = bucket / IRQLINE_HIST_SUB - 1;
	*lowest = (u64)(bucket - shift * IRQLINE_HIST_SUB) << shift;
	*highest = *lowest + (1ULL << shift) - 1;
	if (bucket == IRQLINE_HIST_BUCKETS - 1)
		*highest = U64_MAX;
}

static void irqline_hist_add(struct irqline_hist *hist, u64 value)
{
	irqline_count(&hist->bucket[irqline_hist_bucket(value)], 1);
	irqline_count(&hist->sum, value);
	if (value > hist->maximum)
		WRITE_ONCE(hist->maximum, value);
}

/**
 * irqline_stats_add() - count one event
 * @stats: of the lane
 * @event: what was handled, with all that is known of its bottom half
 * @end: when its bottom half was done, in nanoseconds; unused with the clock off
 *
 * Context: any; the owner of the lane.
 */
void irqline_stats_add(struct irqline_stats *stats,
		       const struct irqline_event *event, u64 end)
{
	irqline_count(&stats->context[event->bottom_context], 1);
	irqline_count(&stats->cpu[event->bottom_cpu], 1);
	if (stats->pid != event->pid || !stats->comm[0]) {
		WRITE_ONCE(stats->pid, event->pid);
		strscpy(stats->comm, current->comm, sizeof(stats->comm));
	}
	if (event->flags & IRQLINE_EVENT_NO_TIME)
		return;
	irqline_hist_add(&stats->latency, event->bottom_ns - event->top_ns);
	irqline_hist_add(&stats->runtime, end - event->bottom_ns);
}

static void irqline_hist_sum(struct irqline_hist *sum,
			     const struct irqline_hist *hist)
{
	unsigned int i;

	for (i = 0; i < IRQLINE_HIST_BUCKETS; i++)
		sum->bucket[i] += READ_ONCE(hist->bucket[i]);
	sum->sum += READ_ONCE(hist->sum);
	sum->maximum = max(sum->maximum, READ_ONCE(hist->maximum));
}

/**
 * irqline_stats_sum() - add the statistics of one lane to those of others
 * @sum: what nobody else uses; names no thread
 * @stats: of the lane
 *
 * Context: any.
 */
void irqline_stats_sum(struct irqline_stats *sum,
		       const struct irqline_stats *stats)
{
	unsigned int i;

	irqline_hist_sum(&sum->latency, &stats->latency);
	irqline_hist_sum(&sum->runtime, &stats->runtime);
	for (i = 0; i < IRQLINE_NR_CONTEXTS; i++)
		sum->context[i] += READ_ONCE(stats->context[i]);
	for (i = 0; i < nr_cpu_ids; i++)
		sum->cpu[i] += READ_ONCE(stats->cpu[i]);
}
