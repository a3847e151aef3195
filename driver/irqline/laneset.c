// SPDX-License-Identifier: GPL-2.0-only
/*
 * The lanes of a handler: one, or one for each CPU that takes its interrupts.
 *
 * A change from one to the other keeps the events: the old lanes are parked,
 * what waits in them moves to the new ones under the line's lock, and in the
 * same section passes begin to use those. A number never names a lane of which
 * a gap was seen: each goes on where the last one with its number ended.
 */
#include <linux/cpumask.h>
#include <linux/overflow.h>
#include <linux/slab.h>

#include "executor.h"
#include "laneset.h"

/**
 * irqline_laneset_free() - free lanes that no pass knows
 * @set: without executors, or NULL
 *
 * Context: may sleep.
 */
void irqline_laneset_free(struct irqline_laneset *set)
{
	struct irqline_lane *lane;
	unsigned int i;

	if (!set)
		return;
	irqline_for_each_lane(lane, set, i) {
		irqline_lane_destroy(lane);
		kfree(lane);
	}
	kfree(set);
}

static struct irqline_lane *
irqline_laneset_add(const struct irqline_lane_config *config, u16 index)
{
	struct irqline_lane *lane = kzalloc(sizeof(*lane), GFP_KERNEL_ACCOUNT);

	if (!lane)
		return NULL;
	if (irqline_lane_init(lane, config, index)) {
		kfree(lane);
		return NULL;
	}
	return lane;
}

/**
 * irqline_laneset_alloc() - lanes that no pass knows, without executors
 * @config: of each
 * @percpu: one for each possible CPU
 *
 * Context: may sleep.
 * Return: the lanes or NULL.
 */
struct irqline_laneset *
irqline_laneset_alloc(const struct irqline_lane_config *config, bool percpu)
{
	unsigned int nr = percpu ? nr_cpu_ids : 1, i;
	struct irqline_laneset *set;

	set = kzalloc(struct_size(set, lane, nr), GFP_KERNEL_ACCOUNT);
	if (!set)
		return NULL;
	set->percpu = percpu;
	set->nr = nr;
	for (i = 0; i < nr; i++) {
		if (percpu && !cpu_possible(i))
			continue;
		set->lane[i] = irqline_laneset_add(config, i);
		if (!set->lane[i]) {
			irqline_laneset_free(set);
			return NULL;
		}
	}
	return set;
}

/**
 * irqline_laneset_start() - give lanes without executors theirs
 * @set: new, or parked
 * @execs: one for each lane; used up
 *
 * Context: may sleep. One of start, switch, park and stop of a set at a time.
 */
void irqline_laneset_start(struct irqline_laneset *set,
			   struct irqline_execs *execs)
{
	struct irqline_lane *lane;
	unsigned int i;

	irqline_for_each_lane(lane, set, i)
		irqline_lane_start(lane, execs->exec[i]);
	kfree(execs);
}

/**
 * irqline_laneset_switch() - replace all executors while events flow
 * @set: the lanes
 * @execs: one for each lane; used up
 *
 * Cannot fail. All are published before the first wait, so it takes no longer
 * than the longest event in work.
 *
 * Context: may sleep. One of start, switch, park and stop of a set at a time.
 */
void irqline_laneset_switch(struct irqline_laneset *set,
			    struct irqline_execs *execs)
{
	struct irqline_lane *lane;
	unsigned int i;

	irqline_for_each_lane(lane, set, i)
		execs->exec[i] = irqline_lane_replace(lane, execs->exec[i]);
	irqline_for_each_lane(lane, set, i)
		irqline_lane_retire(lane, execs->exec[i]);
	kfree(execs);
}

/**
 * irqline_laneset_park() - take all executors away; events stay, and may come
 * @set: the lanes
 *
 * Context: may sleep. One of start, switch, park and stop of a set at a time.
 */
void irqline_laneset_park(struct irqline_laneset *set)
{
	struct irqline_lane *lane;
	unsigned int i;

	irqline_for_each_lane(lane, set, i)
		irqline_lane_park(lane);
}

/**
 * irqline_laneset_stop() - end all lanes; what is pending counts as dropped
 * @set: lanes that no pass knows any more
 *
 * Context: may sleep. One of start, switch, park and stop of a set at a time.
 * Return: how many were.
 */
u64 irqline_laneset_stop(struct irqline_laneset *set)
{
	struct irqline_lane *lane;
	u64 pending = 0;
	unsigned int i;

	irqline_for_each_lane(lane, set, i)
		pending += irqline_lane_stop(lane);
	return pending;
}

/* Context: hub->lock held. */
static u32 irqline_laneset_fill(const struct irqline_laneset *set)
{
	struct irqline_lane *lane;
	unsigned int i;
	u32 fill = 0;

	irqline_for_each_lane(lane, set, i)
		fill += irqline_lane_waiting(lane);
	return fill;
}

/* Does all fit, even if a single lane of several gets it? */
static bool irqline_laneset_fits(const struct irqline_laneset *from,
				 const struct irqline_laneset *to)
{
	unsigned int first = 0;
	struct irqline_lane *lane = irqline_laneset_next(to, &first);
	u32 fill = irqline_laneset_fill(from);

	return fill <= IRQLINE_MOVE_MAX &&
	       fill <= irqline_queue_size(&lane->queue);
}

/* The lane whose oldest event is the oldest of all, or NULL. */
static struct irqline_lane *
irqline_laneset_oldest(const struct irqline_laneset *set)
{
	struct irqline_lane *lane, *oldest = NULL;
	unsigned int i;
	u64 when = 0;

	irqline_for_each_lane(lane, set, i) {
		const struct irqline_event *event = irqline_lane_oldest(lane);

		if (!event || (oldest && event->top_ns >= when))
			continue;
		oldest = lane;
		when = event->top_ns;
	}
	return oldest;
}

/* The number after which the events that wait in a lane begin. */
static u64 irqline_lane_begins_after(struct irqline_lane *lane)
{
	const struct irqline_event *oldest = irqline_lane_oldest(lane);

	return oldest ? oldest->seq - 1 : lane->taken;
}

static void irqline_laneset_save(const struct irqline_laneset *set, u64 *numbers)
{
	struct irqline_lane *lane;
	unsigned int i;

	irqline_for_each_lane(lane, set, i)
		numbers[i] = irqline_lane_begins_after(lane);
}

/**
 * irqline_laneset_move() - move all events to other lanes
 * @from: parked lanes
 * @to: new lanes of the same handler, that no pass knows yet
 * @numbers: for each lane's number the last one that it gave to an event
 *
 * Context: hub->lock held, and kept until passes know @to.
 * Return: false if it is too much, and then nothing was done.
 */
bool irqline_laneset_move(struct irqline_laneset *from,
			  struct irqline_laneset *to, u64 *numbers)
{
	struct irqline_lane *lane;
	unsigned int i;

	if (!irqline_laneset_fits(from, to))
		return false;
	irqline_laneset_save(from, numbers);
	irqline_for_each_lane(lane, to, i)
		irqline_lane_number(lane, numbers[i]);
	while ((lane = irqline_laneset_oldest(from))) {
		i = to->percpu ? irqline_lane_oldest(lane)->top_cpu : 0;
		irqline_lane_move(lane, to->lane[i]);
	}
	irqline_for_each_lane(lane, from, i)
		irqline_lane_ease(lane);
	return true;
}

/**
 * irqline_laneset_nudge() - have owners look at lanes that were changed
 * @set: the lanes, which have executors
 *
 * Context: process.
 */
void irqline_laneset_nudge(struct irqline_laneset *set)
{
	struct irqline_lane *lane;
	unsigned int i;

	irqline_for_each_lane(lane, set, i)
		irqline_lane_nudge(lane);
}

/**
 * irqline_laneset_share() - have owners take the lock, if a policy needs it
 * @set: the lanes
 * @overflow: the policy that is to come
 *
 * Context: may sleep, a grace period at most: owners take events with interrupts off.
 */
void irqline_laneset_share(struct irqline_laneset *set,
			   enum irqline_overflow overflow)
{
	struct irqline_lane *lane;
	bool shared = true;
	unsigned int i;

	if (!irqline_overflow_shares(overflow))
		return;
	irqline_for_each_lane(lane, set, i) {
		shared = shared && lane->shared;
		WRITE_ONCE(lane->shared, true);
	}
	if (!shared)
		synchronize_rcu();
}

/**
 * irqline_laneset_unshare() - let owners go without the lock, if that will do
 * @set: the lanes
 * @overflow: the policy that they have
 *
 * Context: process.
 */
void irqline_laneset_unshare(struct irqline_laneset *set,
			     enum irqline_overflow overflow)
{
	struct irqline_lane *lane;
	unsigned int i;

	if (irqline_overflow_shares(overflow))
		return;
	irqline_for_each_lane(lane, set, i) {
		/* Pairs with irqline_lane_next(): what shared them has ended. */
		smp_store_release(&lane->shared, false);
	}
}

/**
 * irqline_laneset_policy() - change what full queues do
 * @set: the lanes; irqline_laneset_nudge() is to follow
 * @overflow: the policy
 * @high: as in &struct irqline_lane_config
 * @low: likewise
 *
 * Context: hub->lock held.
 */
void irqline_laneset_policy(struct irqline_laneset *set,
			    enum irqline_overflow overflow, u32 high, u32 low)
{
	struct irqline_lane *lane;
	unsigned int i;

	irqline_for_each_lane(lane, set, i)
		irqline_lane_policy(lane, overflow, high, low);
}

/**
 * irqline_laneset_free_rings() - free what irqline_laneset_chain() did not take
 * @set: the lanes
 * @rings: of irqline_laneset_rings(), or NULL
 *
 * Context: may sleep.
 */
void irqline_laneset_free_rings(const struct irqline_laneset *set,
				struct irqline_ring **rings)
{
	struct irqline_lane *lane;
	unsigned int i;

	if (!rings)
		return;
	irqline_for_each_lane(lane, set, i)
		irqline_ring_free(rings[i]);
	kfree(rings);
}

/**
 * irqline_laneset_rings() - memory for queues of another size
 * @set: the lanes
 * @size: events that each is to hold, a power of two
 *
 * Context: may sleep.
 * Return: a ring for each lane, or NULL.
 */
struct irqline_ring **irqline_laneset_rings(const struct irqline_laneset *set,
					    u32 size)
{
	struct irqline_ring **rings;
	struct irqline_lane *lane;
	unsigned int i;

	rings = kcalloc(set->nr, sizeof(*rings), GFP_KERNEL_ACCOUNT);
	if (!rings)
		return NULL;
	irqline_for_each_lane(lane, set, i) {
		rings[i] = irqline_ring_alloc(size);
		if (!rings[i]) {
			irqline_laneset_free_rings(set, rings);
			return NULL;
		}
	}
	return rings;
}

/**
 * irqline_laneset_chain() - change the size of the queues
 * @set: the lanes
 * @rings: of irqline_laneset_rings(); those that were taken are NULL
 * @size: events that each holds
 *
 * Context: hub->lock held.
 * Return: NULL; or why it cannot be done now, and then nothing was.
 */
const char *irqline_laneset_chain(struct irqline_laneset *set,
				  struct irqline_ring **rings, u32 size)
{
	struct irqline_lane *lane;
	unsigned int i;

	irqline_for_each_lane(lane, set, i) {
		if (irqline_lane_waiting(lane) > size)
			return "more events wait than the queue would hold";
		if (!irqline_queue_chainable(&lane->queue))
			return "events still wait in queues of too many former sizes";
	}
	irqline_for_each_lane(lane, set, i) {
		irqline_lane_chain(lane, rings[i]);
		rings[i] = NULL;
	}
	return NULL;
}

/**
 * irqline_laneset_budget() - how many events one run takes from now on
 * @set: the lanes
 * @budget: at most so many
 *
 * Context: process.
 */
void irqline_laneset_budget(struct irqline_laneset *set, u32 budget)
{
	struct irqline_lane *lane;
	unsigned int i;

	irqline_for_each_lane(lane, set, i)
		WRITE_ONCE(lane->budget, budget);
}

/**
 * irqline_laneset_idle() - is nothing queued and nobody at work?
 * @set: the lanes
 *
 * Context: any. A snapshot, unless passes are kept away.
 * Return: true if so.
 */
bool irqline_laneset_idle(const struct irqline_laneset *set)
{
	struct irqline_lane *lane;
	unsigned int i;

	irqline_for_each_lane(lane, set, i)
		if (!irqline_lane_idle(lane))
			return false;
	return true;
}

/**
 * irqline_laneset_count() - how many lanes are there?
 * @set: the lanes
 *
 * Return: the number.
 */
unsigned int irqline_laneset_count(const struct irqline_laneset *set)
{
	return set->percpu ? num_possible_cpus() : 1;
}

/**
 * irqline_laneset_memory() - bytes that the lanes take
 * @set: the lanes
 *
 * Return: the size in bytes, queues and statistics included.
 */
size_t irqline_laneset_memory(const struct irqline_laneset *set)
{
	size_t size = kmalloc_size_roundup(struct_size(set, lane, set->nr));
	struct irqline_lane *lane;
	unsigned int i;

	irqline_for_each_lane(lane, set, i)
		size += irqline_lane_memory(lane);
	return size;
}

static void irqline_counts_add(struct irqline_counts *sum,
			       const struct irqline_counts *counts)
{
	sum->taken += counts->taken;
	sum->handled += counts->handled;
	sum->dropped += counts->dropped;
	sum->merged += counts->merged;
	sum->pending += counts->pending;
	sum->switches += counts->switches;
	sum->switches_owned += counts->switches_owned;
	sum->owed += counts->owed;
}

static void irqline_laneset_sum(const struct irqline_laneset *set,
				struct irqline_counts *sum,
				void (*get)(struct irqline_lane *lane,
					    struct irqline_counts *counts))
{
	struct irqline_counts counts;
	struct irqline_lane *lane;
	unsigned int i;

	*sum = (struct irqline_counts) { };
	irqline_for_each_lane(lane, set, i) {
		get(lane, &counts);
		irqline_counts_add(sum, &counts);
	}
}

/**
 * irqline_laneset_counts() - the account of all lanes
 * @set: the lanes
 * @sum: to be filled; taken = handled + dropped + merged + pending
 *
 * Each lane at one moment, one lane after the other.
 *
 * Context: process.
 */
void irqline_laneset_counts(const struct irqline_laneset *set,
			    struct irqline_counts *sum)
{
	irqline_laneset_sum(set, sum, irqline_lane_counts);
}

/**
 * irqline_laneset_counts_locked() - the account of all lanes at this moment
 * @set: the lanes
 * @sum: to be filled; taken = handled + dropped + merged + pending
 *
 * Context: hub->lock held.
 */
void irqline_laneset_counts_locked(const struct irqline_laneset *set,
				   struct irqline_counts *sum)
{
	irqline_laneset_sum(set, sum, irqline_lane_counts_locked);
}
