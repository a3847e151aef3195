/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _IRQLINE_LANE_H
#define _IRQLINE_LANE_H

#include <linux/atomic.h>
#include <linux/bits.h>
#include <linux/completion.h>
#include <linux/seqlock.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>

#include "bottom/bottom.h"
#include "bottom/irq_thread.h"
#include "queue.h"
#include "stats.h"

/**
 * struct irqline_hub - what a line shares with its lanes
 * @lock: passes, the dispatch table, and where kicks go. Every pass runs under
 *	it, and every executor is looked up and kicked under it, so that
 *	publishing another one has to take it but once
 * @thread: the thread of the interrupt
 * @hold: the way up: a handler ceases to have its sources held at the device.
 *	Called with @lock held
 * @holds: some handlers have begun to, for the next round of a pass; under @lock
 * @clock: events carry times
 * @draining: somebody waits in irqline_lane_drain()
 * @drained: completed after each run while @draining
 */
struct irqline_hub {
	raw_spinlock_t lock;
	struct irqline_thread thread;
	void (*hold)(struct irqline_hub *hub);
	bool holds;
	bool clock;
	bool draining;
	struct completion drained;
};

/**
 * struct irqline_pass - one run of a top half
 * @now: when, in nanoseconds of CLOCK_MONOTONIC, or 0 with the clock off
 * @data: what the client captured in this round
 * @captured: there is something in @data
 * @first: executors to run here when the lock is dropped, in order of priority
 * @last: the last of them, if there is one
 * @flags: IRQLINE_EVENT_* of its events
 * @cpu: where
 * @context: where
 */
struct irqline_pass {
	u64 now;
	u64 data;
	struct irqline_exec *first;
	struct irqline_exec *last;
	u32 flags;
	u16 cpu;
	u8 context;
	bool captured;
};

/**
 * struct irqline_counts - the account of a lane at one moment
 * @taken: events that the top half took
 * @handled: events whose bottom half is done
 * @dropped: events that the overflow policy dropped
 * @merged: events that the overflow policy merged into others
 * @pending: events in the queue, and the one in work
 * @switches: executors replaced
 * @switches_owned: of those, with the lane owned
 * @owed: kicks that a quiesced executor had swallowed
 */
struct irqline_counts {
	u64 taken;
	u64 handled;
	u64 dropped;
	u64 merged;
	u64 pending;
	u64 switches;
	u64 switches_owned;
	u64 owed;
};

/* irqline_lane.state: somebody owns it; and there may be an event that he missed. */
#define IRQLINE_OWNED	BIT(0)
#define IRQLINE_MISSED	BIT(1)

/* What irqline_lane.event is. */
enum irqline_stage {
	IRQLINE_STAGE_NONE,	/* nothing */
	IRQLINE_STAGE_WAITING,	/* older than all in the queue, and counts as one there */
	IRQLINE_STAGE_WORK,	/* in work */
};

struct irqline_lane;

/**
 * struct irqline_lane_config - whose lane it is
 * @hub: of its line
 * @owner: for @work and @alarm
 * @handler: id of the handler, for the events
 * @queue: events that the queue holds, a power of two
 * @overflow: what becomes of an event that finds it full
 * @high: with backpressure, events at which an episode of overflow begins; at
 *	most @queue
 * @low: events at which it ends; less than @high or @queue
 * @budget: events that one run takes at most
 * @work: the way up: one event, to be handled now
 * @alarm: the way up: an episode of overflow begins or ends. Called under
 *	hub->lock
 */
struct irqline_lane_config {
	struct irqline_hub *hub;
	void *owner;
	u32 handler;
	u32 queue;
	enum irqline_overflow overflow;
	u32 high;
	u32 low;
	u32 budget;
	void (*work)(struct irqline_lane *lane, const struct irqline_event *ev);
	void (*alarm)(struct irqline_lane *lane, bool begin);
};

/**
 * struct irqline_lane - the unit of order: a queue and the right to consume it
 *
 * The producer is a pass, under hub->lock. The consumer is the owner of the
 * lane: whoever set IRQLINE_OWNED in @state, or was kicked by who did.
 *
 * @hub: of its line
 * @owner: for @work and @alarm
 * @handler: id of the handler, for the events
 * @index: of the lane within the handler
 * @budget: events that one run takes at most
 * @work: the way up: one event, to be handled now
 * @exec: the published executor; written under hub->lock, which who kicks it
 *	holds, too. The owner compares it without the lock
 * @none: published while the lane is parked: swallows every kick
 * @state: IRQLINE_OWNED, IRQLINE_MISSED
 * @moved: owned by who has moved events here and has yet to nudge it; for those who
 *	change the handler
 * @queue: events between the halves
 * @taken: written by the producer
 * @dropped: written by the producer, and by irqline_lane_stop()
 * @merged: written by the producer
 * @overflow: what becomes of an event that finds the queue full. From here to
 *	@overflowing: under hub->lock
 * @high: events at which an episode of overflow begins before there is one; only
 *	with backpressure, which then keeps events from coming
 * @low: events at which the owner ends it
 * @overflowing: an episode of overflow has begun. Who sets it claims the lane
 *	afterwards, so an owner will see it
 * @shared: the producer touches events that wait: the owner takes them under
 *	hub->lock
 * @alarm: the way up: an episode begins or ends. Called under hub->lock
 * @seq: the owner changes the counts of events that follow
 * @stage: what @event is, enum irqline_stage. Who waits there becomes the one in work,
 *	or is dropped by the producer
 * @event: an event that found the lane idle, written by the producer, who has just
 *	taken the lane; or the one in work, which is the owner's
 * @handled: written by the owner
 * @stats: written by the owner, replaced by a reset; RCU
 * @base: what to subtract from the counts since the last reset; under
 *	hub->lock
 * @switches: under hub->lock
 * @switches_owned: under hub->lock
 * @owed: under hub->lock
 */
struct irqline_lane {
	struct irqline_hub *hub;
	void *owner;
	u32 handler;
	u16 index;
	u32 budget;
	void (*work)(struct irqline_lane *lane, const struct irqline_event *ev);
	struct irqline_exec *exec;
	struct irqline_exec none;
	atomic_t state;
	bool moved;

	struct irqline_queue queue;
	u64 taken;
	u64 dropped;
	u64 merged;
	enum irqline_overflow overflow;
	u32 high;
	u32 low;
	bool overflowing;
	bool shared;
	void (*alarm)(struct irqline_lane *lane, bool begin);

	seqcount_t seq;
	atomic_t stage;
	struct irqline_event event;
	u64 handled;
	struct irqline_stats __rcu *stats;

	struct irqline_counts base;
	u64 switches;
	u64 switches_owned;
	u64 owed;
};

/* Is there an event that waits, but not in the queue? */
static inline bool irqline_lane_waits(const struct irqline_lane *lane)
{
	return atomic_read(&lane->stage) == IRQLINE_STAGE_WAITING;
}

/* Events that wait. Exact for the producer and the owner, else a snapshot. */
static inline u32 irqline_lane_waiting(const struct irqline_lane *lane)
{
	return irqline_queue_fill(&lane->queue) + irqline_lane_waits(lane);
}

bool irqline_overflow_shares(enum irqline_overflow overflow);
int irqline_lane_init(struct irqline_lane *lane,
		      const struct irqline_lane_config *config, u16 index);
void irqline_lane_destroy(struct irqline_lane *lane);
void irqline_lane_start(struct irqline_lane *lane, struct irqline_exec *exec);
u32 irqline_lane_stop(struct irqline_lane *lane);
struct irqline_exec *irqline_lane_replace(struct irqline_lane *lane,
					  struct irqline_exec *new);
void irqline_lane_retire(struct irqline_lane *lane, struct irqline_exec *old);
void irqline_lane_park(struct irqline_lane *lane);
void irqline_lane_number(struct irqline_lane *lane, u64 seq);
const struct irqline_event *irqline_lane_oldest(struct irqline_lane *lane);
void irqline_lane_move(struct irqline_lane *from, struct irqline_lane *to);
void irqline_lane_ease(struct irqline_lane *lane);
void irqline_lane_nudge(struct irqline_lane *lane);
void irqline_lane_policy(struct irqline_lane *lane,
			 enum irqline_overflow overflow, u32 high, u32 low);
void irqline_lane_chain(struct irqline_lane *lane, struct irqline_ring *ring);
bool irqline_lane_idle(const struct irqline_lane *lane);
size_t irqline_lane_memory(const struct irqline_lane *lane);

void irqline_exec_run_here(struct irqline_exec *exec);
void irqline_lane_bite(struct irqline_lane *lane);
void irqline_lane_queue(struct irqline_lane *lane, u32 sources,
			struct irqline_pass *pass);

/* account.c */
void irqline_lane_counts(struct irqline_lane *lane,
			 struct irqline_counts *counts);
void irqline_lane_counts_locked(struct irqline_lane *lane,
				struct irqline_counts *counts);
void irqline_lane_reset(struct irqline_lane *lane, struct irqline_stats *fresh);

#endif /* _IRQLINE_LANE_H */
