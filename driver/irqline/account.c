// SPDX-License-Identifier: GPL-2.0-only
/*
 * The account of a lane: taken = handled + dropped + merged + pending, at any
 * moment, though the producer and the owner count on their own.
 */
#include <linux/processor.h>
#include <linux/seqlock.h>

#include "lane.h"

/* One attempt; false if the owner was at the counts. */
static bool irqline_lane_try_counts(const struct irqline_lane *lane,
				    struct irqline_counts *counts)
{
	unsigned int seq = raw_read_seqcount(&lane->seq);

	lockdep_assert_held(&lane->hub->lock);

	*counts = (struct irqline_counts) {
		.taken		= lane->taken,
		.handled	= READ_ONCE(lane->handled),
		.dropped	= lane->dropped,
		.merged		= lane->merged,
		.pending	= irqline_queue_fill(&lane->queue) +
				  (atomic_read(&lane->stage) != IRQLINE_STAGE_NONE),
		.switches	= lane->switches,
		.switches_owned	= lane->switches_owned,
		.owed		= lane->owed,
	};
	return !(seq & 1) && !read_seqcount_retry(&lane->seq, seq);
}

static void irqline_counts_subtract(struct irqline_counts *counts,
				    const struct irqline_counts *base)
{
	counts->taken -= base->taken;
	counts->handled -= base->handled;
	counts->dropped -= base->dropped;
	counts->merged -= base->merged;
	counts->switches -= base->switches;
	counts->switches_owned -= base->switches_owned;
	counts->owed -= base->owed;
}

/**
 * irqline_lane_counts_locked() - the account of a lane at this moment
 * @lane: the lane
 * @counts: to be filled; taken = handled + dropped + merged + pending
 *
 * The owner changes the counts with interrupts off, so it is never the one who is
 * interrupted by who waits here.
 *
 * Context: hub->lock held.
 */
void irqline_lane_counts_locked(struct irqline_lane *lane,
				struct irqline_counts *counts)
{
	while (!irqline_lane_try_counts(lane, counts))
		cpu_relax();
	irqline_counts_subtract(counts, &lane->base);
}

/**
 * irqline_lane_counts() - the account of a lane at one moment
 * @lane: the lane
 * @counts: to be filled; taken = handled + dropped + merged + pending
 *
 * The lock keeps the producer away; the owner, who need not take it, is waited
 * for while it changes the counts, without keeping passes away.
 *
 * Context: process.
 */
void irqline_lane_counts(struct irqline_lane *lane,
			 struct irqline_counts *counts)
{
	const struct irqline_counts *base = &lane->base;
	bool done;

	do {
		raw_spin_lock_irq(&lane->hub->lock);
		done = irqline_lane_try_counts(lane, counts);
		if (done)
			irqline_counts_subtract(counts, base);
		raw_spin_unlock_irq(&lane->hub->lock);
		cpu_relax();
	} while (!done);
}

/**
 * irqline_lane_reset() - start all counts of a lane from zero
 * @lane: the lane
 * @fresh: of irqline_stats_alloc(), replaces the statistics
 *
 * The counters themselves have one writer each and go on, so what is
 * subtracted from them moves. Events that are pending count as taken.
 *
 * Context: process; one reset of a lane at a time.
 */
void irqline_lane_reset(struct irqline_lane *lane, struct irqline_stats *fresh)
{
	struct irqline_counts now;
	struct irqline_stats *old;
	bool done;

	do {
		raw_spin_lock_irq(&lane->hub->lock);
		done = irqline_lane_try_counts(lane, &now);
		if (done) {
			now.taken -= now.pending;
			lane->base = now;
			old = rcu_replace_pointer(lane->stats, fresh, true);
		}
		raw_spin_unlock_irq(&lane->hub->lock);
		cpu_relax();
	} while (!done);
	kfree_rcu(old, rcu);
}
