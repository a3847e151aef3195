// SPDX-License-Identifier: GPL-2.0-only
/*
 * Lanes: order, ownership and switching.
 *
 * Ownership. A producer that finds the lane free takes it and kicks the
 * published executor; one that finds it owned leaves IRQLINE_MISSED. The owner
 * gives up only in an atomic step that fails if that mark is set, and then
 * looks again, so no event waits without an owner that will run. Giving up, and
 * a kick that passes ownership on, are the last touch of the lane.
 *
 * The first event. A producer that has found the lane free knows that the queue is
 * empty. So its event does not go through it, but waits where it will be in work. It
 * counts as one in the queue, the oldest, and drop-oldest can take it back: who changes
 * the stage from waiting has it.
 *
 * Token. A kick sets the executor's token first; run() does nothing without
 * it. Tokens make stray calls of run() harmless, and one that is left after
 * quiesce tells that ownership is stuck in a kick that was swallowed. What a pass runs
 * itself cannot be swallowed, and has none.
 *
 * Switch. Publish the new executor under the line's lock, and no pass can kick
 * the old one any more; quiesce the old one, and no code of it runs; then pass
 * on a kick that it owes. Queue and events stay where they are and nothing
 * pauses: events that arrive meanwhile kick the new executor, if the lane is
 * free, or wait for its owner. An owner that runs in the old executor sees
 * before its next event that another one is published, and hands over.
 *
 * Overflow. An episode begins when the policy first bites: an event finds the queue
 * full, or, with backpressure, there is room for no more than what is to come. It
 * ends when the owner has brought the queue down to the low watermark. Who begins
 * one claims the lane afterwards, and the owner looks for one before it gives up, so
 * none is left behind: with backpressure, nothing else would ever kick the lane.
 *
 * Budget. One run takes a bounded number of events, then kicks the published
 * executor again: nobody keeps a CPU because events keep coming.
 */
#include <linux/interrupt.h>
#include <linux/irqflags.h>
#include <linux/ktime.h>
#include <linux/pid.h>
#include <linux/preempt.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include "lane.h"
#include "take.h"

static enum irqline_kick irqline_none_kick(struct irqline_exec *exec)
{
	return IRQLINE_KICK_DONE;
}

static const struct irqline_bottom_ops irqline_none_ops = {
	.kick	= irqline_none_kick,
	.name	= "none",
};

/*
 * Owner, having found the queue empty: true if the lane is given up, and then
 * it must not be touched. False if a producer came in between: look again.
 */
static bool irqline_lane_give_up(struct irqline_lane *lane)
{
	int owned = IRQLINE_OWNED;

	if (atomic_try_cmpxchg(&lane->state, &owned, 0))
		return true;
	atomic_fetch_andnot(IRQLINE_MISSED, &lane->state);
	return false;
}

/*
 * Owner, not in a pass: pass ownership on to the published executor, which is
 * @from itself when its budget is used up. The last touch of the lane; @hub
 * lives as long as the code of any executor.
 *
 * A softirq that is raised by a task waits for the next interrupt or for
 * ksoftirqd, unless bottom halves are off and on again around it.
 */
static void irqline_lane_kick(struct irqline_lane *lane,
			      const struct irqline_exec *from)
{
	struct irqline_hub *hub = lane->hub;
	enum irqline_kick left;
	bool toggle_bh = !irqs_disabled() && !in_hardirq();
	struct irqline_exec *exec;
	unsigned long flags;

	if (toggle_bh)
		local_bh_disable();
	raw_spin_lock_irqsave(&hub->lock, flags);
	exec = lane->exec;
	irqline_exec_set(exec, exec != from || exec->busy ?
			 IRQLINE_TOKEN_HANDED_OVER : IRQLINE_TOKEN_KICKED);
	left = exec->ops->kick(exec);
	/* The top half that is to be woken is there as long as the lock is held. */
	if (left == IRQLINE_KICK_THREAD && exec != from)
		hub->thread.wake(&hub->thread);
	raw_spin_unlock_irqrestore(&hub->lock, flags);

	if (toggle_bh)
		local_bh_enable();
}

/* Context: interrupts off. */
static inline void irqline_lane_pop(struct irqline_lane *lane)
{
	struct irqline_event *event = &lane->event;

	*event = *irqline_queue_peek(&lane->queue);
	event->handler = lane->handler;
	event->lane = lane->index;

	raw_write_seqcount_begin(&lane->seq);
	irqline_queue_pop(&lane->queue);
	atomic_set(&lane->stage, IRQLINE_STAGE_WORK);
	raw_write_seqcount_end(&lane->seq);
}

/*
 * Owner, with the queue not empty: take the oldest event out of it. The account
 * is exact at any moment; a pass that wants to know it does not interrupt who
 * changes it. irqline_laneset_share() waits for who has not seen @shared.
 */
static void irqline_lane_fetch(struct irqline_lane *lane)
{
	struct irqline_hub *hub = lane->hub;
	unsigned long flags;

	local_irq_save(flags);
	/* Pairs with irqline_laneset_unshare(): the producer has left them alone. */
	if (unlikely(smp_load_acquire(&lane->shared))) {
		raw_spin_lock(&hub->lock);
		irqline_lane_pop(lane);
		raw_spin_unlock(&hub->lock);
	} else {
		irqline_lane_pop(lane);
	}
	local_irq_restore(flags);
}

/* Does the event that found the lane idle become what @stage says? One is the first. */
static inline bool irqline_lane_unwait(struct irqline_lane *lane,
				       enum irqline_stage stage)
{
	int waiting = IRQLINE_STAGE_WAITING;

	return atomic_try_cmpxchg(&lane->stage, &waiting, stage);
}

/*
 * Owner: have the oldest event in work, or return false. Only the first event of a
 * run can be one that found the lane idle, and it is older than all in the queue. For
 * the account it is the same to wait and to be in work.
 */
static inline bool irqline_lane_next(struct irqline_lane *lane, bool first)
{
	if (first && likely(irqline_lane_unwait(lane, IRQLINE_STAGE_WORK)))
		return true;
	if (irqline_queue_empty(&lane->queue))
		return false;
	irqline_lane_fetch(lane);
	return true;
}

/* Owner, with the queue empty: nothing comes to a ring that was read out any more. */
static void irqline_lane_tidy(struct irqline_lane *lane)
{
	struct irqline_hub *hub = lane->hub;
	unsigned long flags;

	if (likely(!irqline_queue_chained(&lane->queue)))
		return;
	raw_spin_lock_irqsave(&hub->lock, flags);
	irqline_queue_follow(&lane->queue);
	raw_spin_unlock_irqrestore(&hub->lock, flags);
}

static void irqline_lane_done(struct irqline_lane *lane)
{
	unsigned long flags;

	local_irq_save(flags);
	raw_write_seqcount_begin(&lane->seq);
	atomic_set(&lane->stage, IRQLINE_STAGE_NONE);
	irqline_count(&lane->handled, 1);
	raw_write_seqcount_end(&lane->seq);
	local_irq_restore(flags);
}

/**
 * irqline_lane_bite() - an episode of overflow begins, unless there is one
 * @lane: the lane
 *
 * Context: hub->lock held.
 */
void irqline_lane_bite(struct irqline_lane *lane)
{
	if (lane->overflowing)
		return;
	WRITE_ONCE(lane->overflowing, true);
	lane->alarm(lane, true);
}

/**
 * irqline_lane_ease() - end the episode of overflow, if there is one
 * @lane: the lane
 *
 * Context: hub->lock held.
 */
void irqline_lane_ease(struct irqline_lane *lane)
{
	lockdep_assert_held(&lane->hub->lock);

	if (!lane->overflowing)
		return;
	WRITE_ONCE(lane->overflowing, false);
	lane->alarm(lane, false);
}

/* Owner, in an episode of overflow: has it ended? */
static noinline void irqline_lane_relieve_now(struct irqline_lane *lane)
{
	struct irqline_hub *hub = lane->hub;
	unsigned long flags;

	if (irqline_lane_waiting(lane) > READ_ONCE(lane->low))
		return;
	raw_spin_lock_irqsave(&hub->lock, flags);
	if (irqline_lane_waiting(lane) <= lane->low)
		irqline_lane_ease(lane);
	raw_spin_unlock_irqrestore(&hub->lock, flags);
}

/* Owner: end an episode of overflow, if there is one that has ended. */
static inline void irqline_lane_relieve(struct irqline_lane *lane)
{
	if (unlikely(READ_ONCE(lane->overflowing)))
		irqline_lane_relieve_now(lane);
}

static inline bool irqline_event_timed(const struct irqline_event *event)
{
	return !(event->flags & IRQLINE_EVENT_NO_TIME);
}

/*
 * When this bottom half begins: the end of the one before serves, unless the
 * event came after that.
 */
static u64 irqline_lane_begin(const struct irqline_event *event, u64 last_end)
{
	return last_end > event->top_ns ? last_end :
		max_t(u64, ktime_get_ns(), event->top_ns);
}

/* Owner: the event in work. @last_end is when the one before ended, or 0. */
static __always_inline u64 irqline_lane_handle(struct irqline_lane *lane,
					       struct irqline_exec *exec,
					       bool handed_over, u64 last_end)
{
	struct irqline_event *event = &lane->event;
	u64 end = 0;

	event->bottom_cpu = raw_smp_processor_id();
	event->bottom_context = irqline_context();
	event->pid = task_pid_nr(current);
	if (handed_over)
		event->flags |= IRQLINE_EVENT_HANDED_OVER;
	event->bottom_ns = likely(irqline_event_timed(event)) ?
			   irqline_lane_begin(event, last_end) : 0;

	lane->work(lane, event);
	if (unlikely(exec->ops->deliver))
		exec->ops->deliver(exec, event);

	if (likely(irqline_event_timed(event)))
		end = max_t(u64, ktime_get_ns(), event->bottom_ns);
	rcu_read_lock();
	irqline_stats_add(rcu_dereference(lane->stats), event, end);
	rcu_read_unlock();
	irqline_lane_done(lane);
	irqline_lane_relieve(lane);
	return end;
}

/* Owner, having taken @done events: are these all that it may take? */
static inline bool irqline_lane_spent(const struct irqline_lane *lane,
				      const struct irqline_exec *exec,
				      unsigned int done)
{
	return done && (done >= READ_ONCE(lane->budget) || READ_ONCE(exec->yield));
}

/*
 * Owner, having taken @done events, of which the last one ended at @end: take more,
 * and pass ownership on, or give it up with nothing left.
 */
static unsigned int irqline_lane_take_more(struct irqline_lane *lane,
					   struct irqline_exec *exec,
					   bool handed_over, unsigned int done,
					   u64 end)
{
	while (READ_ONCE(lane->exec) == exec) {
		bool spent = irqline_lane_spent(lane, exec, done);

		if (!spent && irqline_lane_next(lane, !done)) {
			done++;
			end = irqline_lane_handle(lane, exec, handed_over, end);
			continue;
		}
		if (spent && !irqline_queue_empty(&lane->queue))
			break;
		irqline_lane_relieve(lane);
		irqline_lane_tidy(lane);
		if (irqline_lane_give_up(lane))
			return done;
	}
	irqline_lane_kick(lane, exec);
	return done;
}

/* Apart, so that the first event finds little to save. */
static noinline unsigned int irqline_lane_go_on(struct irqline_lane *lane,
						struct irqline_exec *exec,
						bool handed_over,
						unsigned int done, u64 end)
{
	struct irqline_hub *hub = lane->hub;

	done = irqline_lane_take_more(lane, exec, handed_over, done, end);
	/* Pairs with irqline_line_drain(): giving up was fully ordered. */
	if (unlikely(READ_ONCE(hub->draining)))
		complete(&hub->drained);
	return done;
}

/*
 * The only consumer of a lane: runs as its owner, takes one event, and more up to the
 * budget. Returns how many it took. Most often it is one that found the lane idle.
 */
static __always_inline unsigned int irqline_lane_run(struct irqline_lane *lane,
						     struct irqline_exec *exec,
						     bool handed_over)
{
	unsigned int done = 0;
	u64 end = 0;

	if (likely(READ_ONCE(lane->exec) == exec &&
		   irqline_lane_unwait(lane, IRQLINE_STAGE_WORK))) {
		end = irqline_lane_handle(lane, exec, handed_over, 0);
		done = 1;
	}
	return irqline_lane_go_on(lane, exec, handed_over, done, end);
}

/* What the strategies call. */
static unsigned int irqline_exec_run(struct irqline_exec *exec)
{
	enum irqline_token token = irqline_exec_take(exec);

	if (unlikely(token == IRQLINE_TOKEN_NONE))
		return 0;
	return irqline_lane_run(exec->lane, exec,
				token == IRQLINE_TOKEN_HANDED_OVER);
}

/**
 * irqline_exec_run_here() - run what a pass has claimed
 * @exec: the executor, which is marked as busy; may be freed afterwards
 *
 * Context: that of the top half, with hub->lock dropped.
 */
void irqline_exec_run_here(struct irqline_exec *exec)
{
	irqline_lane_run(exec->lane, exec, false);
	irqline_busy_leave(exec->busy);
}

/*
 * Producer, with the queue full: make room by dropping the oldest event. False if the owner
 * has just begun with the one that waited elsewhere: then there is room.
 */
static bool irqline_lane_drop_oldest(struct irqline_lane *lane)
{
	if (!irqline_lane_unwait(lane, IRQLINE_STAGE_NONE)) {
		if (irqline_queue_fill(&lane->queue) < irqline_queue_size(&lane->queue))
			return false;
		irqline_queue_peek(&lane->queue);
		irqline_queue_pop(&lane->queue);
	}
	irqline_count(&lane->dropped, 1);
	return true;
}

/* Producer, with room in the queue. */
static void irqline_lane_push(struct irqline_lane *lane, u32 sources,
			      const struct irqline_pass *pass)
{
	irqline_event_begin(irqline_queue_slot(&lane->queue), lane->taken, sources,
			    pass);
	irqline_queue_push(&lane->queue);
}

/*
 * Producer, with the queue full, of which one event at most waits elsewhere: have its
 * newest event stand for this one, too.
 */
static void irqline_lane_merge(struct irqline_lane *lane, u32 sources,
			       const struct irqline_pass *pass)
{
	struct irqline_event *event = irqline_queue_newest(&lane->queue);

	event->sources |= sources;
	event->merged++;
	if (pass->captured)
		event->data = pass->data;
	irqline_count(&lane->merged, 1);
}

/* Producer: an event finds the queue full. */
static void irqline_lane_overflow(struct irqline_lane *lane, u32 sources,
				  const struct irqline_pass *pass)
{
	bool bites = true;

	switch (lane->overflow) {
	case IRQLINE_OVERFLOW_DROP_OLDEST:
		bites = irqline_lane_drop_oldest(lane);
		irqline_lane_push(lane, sources, pass);
		break;
	case IRQLINE_OVERFLOW_MERGE:
		irqline_lane_merge(lane, sources, pass);
		break;
	case IRQLINE_OVERFLOW_BACKPRESSURE:
		/* A source is held before its queue is full. */
		WARN_ON_ONCE(1);
		fallthrough;
	case IRQLINE_OVERFLOW_DROP_NEWEST:
		irqline_count(&lane->dropped, 1);
		break;
	}
	if (bites)
		irqline_lane_bite(lane);
}

/**
 * irqline_lane_queue() - producer: an event finds the lane owned
 * @lane: the lane
 * @sources: what the event stands for
 * @pass: the pass that found it
 *
 * The owner may have given up meanwhile, so it is a claim that ends it.
 *
 * Context: hub->lock held.
 */
void irqline_lane_queue(struct irqline_lane *lane, u32 sources,
			struct irqline_pass *pass)
{
	u32 waiting = irqline_lane_waiting(lane);

	if (likely(waiting < irqline_queue_size(&lane->queue))) {
		irqline_lane_push(lane, sources, pass);
		if (unlikely(waiting + 1 >= lane->high))
			irqline_lane_bite(lane);
	} else {
		irqline_lane_overflow(lane, sources, pass);
	}
	if (irqline_lane_claim(lane))
		irqline_lane_kick_from_pass(lane, pass);
}

/* Returns the executor that was published before. */
static struct irqline_exec *irqline_lane_publish(struct irqline_lane *lane,
						 struct irqline_exec *exec)
{
	struct irqline_exec *old;

	lockdep_assert_held(&lane->hub->lock);

	exec->run = irqline_exec_run;
	exec->lane = lane;
	old = lane->exec;
	WRITE_ONCE(lane->exec, exec);
	return old;
}

/* Does the producer touch events that wait? */
bool irqline_overflow_shares(enum irqline_overflow overflow)
{
	return overflow == IRQLINE_OVERFLOW_DROP_OLDEST ||
	       overflow == IRQLINE_OVERFLOW_MERGE;
}

static void irqline_lane_set_policy(struct irqline_lane *lane,
				    enum irqline_overflow overflow, u32 high,
				    u32 low)
{
	lane->overflow = overflow;
	lane->high = overflow == IRQLINE_OVERFLOW_BACKPRESSURE ? high : U32_MAX;
	WRITE_ONCE(lane->low, low);
}

/**
 * irqline_lane_init() - prepare a lane, with nobody to run it yet
 * @lane: zeroed memory
 * @config: whose it is
 * @index: its number within the handler
 *
 * Context: may sleep.
 * Return: 0 or -ENOMEM.
 */
int irqline_lane_init(struct irqline_lane *lane,
		      const struct irqline_lane_config *config, u16 index)
{
	struct irqline_stats *stats = irqline_stats_alloc();
	int err;

	if (!stats)
		return -ENOMEM;
	err = irqline_queue_init(&lane->queue, config->queue);
	if (err) {
		kfree(stats);
		return err;
	}
	RCU_INIT_POINTER(lane->stats, stats);
	seqcount_init(&lane->seq);
	lane->event.handler = config->handler;
	lane->event.lane = index;
	lane->hub = config->hub;
	lane->owner = config->owner;
	lane->handler = config->handler;
	lane->index = index;
	lane->budget = config->budget;
	lane->work = config->work;
	lane->alarm = config->alarm;
	irqline_lane_set_policy(lane, config->overflow, config->high, config->low);
	lane->shared = irqline_overflow_shares(config->overflow);
	lane->none.ops = &irqline_none_ops;
	lane->none.cpu = -1;
	lane->exec = &lane->none;
	return 0;
}

/**
 * irqline_lane_destroy() - free what a lane owns
 * @lane: a lane that was never started, or is stopped
 */
void irqline_lane_destroy(struct irqline_lane *lane)
{
	WARN_ON_ONCE(lane->exec != &lane->none);
	irqline_queue_destroy(&lane->queue);
	kfree(rcu_dereference_protected(lane->stats, true));
}

/**
 * irqline_lane_start() - give a lane without an executor one
 * @lane: a lane that is new, or parked
 * @exec: of the strategy's create()
 *
 * A parked lane that is owned is so by a kick that nobody answered.
 *
 * Context: may sleep. One of start, switch, park and stop of a lane at a time.
 */
void irqline_lane_start(struct irqline_lane *lane, struct irqline_exec *exec)
{
	bool owned;

	raw_spin_lock_irq(&lane->hub->lock);
	owned = atomic_read(&lane->state) & IRQLINE_OWNED;
	irqline_lane_publish(lane, exec);
	raw_spin_unlock_irq(&lane->hub->lock);
	if (owned)
		irqline_lane_kick(lane, NULL);
}

/**
 * irqline_lane_replace() - publish another executor while events flow
 * @lane: the lane
 * @new: the executor that takes over; of the strategy's create()
 *
 * Context: process. One of start, switch, park and stop of a lane at a time.
 * Return: the old executor, for irqline_lane_retire().
 */
struct irqline_exec *irqline_lane_replace(struct irqline_lane *lane,
					  struct irqline_exec *new)
{
	struct irqline_hub *hub = lane->hub;
	struct irqline_exec *old;

	raw_spin_lock_irq(&hub->lock);
	old = irqline_lane_publish(lane, new);
	lane->switches++;
	if (atomic_read(&lane->state) & IRQLINE_OWNED)
		lane->switches_owned++;
	raw_spin_unlock_irq(&hub->lock);
	return old;
}

/**
 * irqline_lane_retire() - end the executor that was replaced
 * @lane: the lane
 * @old: of irqline_lane_replace()
 *
 * Returns when no code of the old executor runs and all that it owed is passed
 * on; it is freed then. Waits at most for the event in work.
 *
 * Context: may sleep.
 */
void irqline_lane_retire(struct irqline_lane *lane, struct irqline_exec *old)
{
	struct irqline_hub *hub = lane->hub;

	old->ops->quiesce(old);

	if (irqline_exec_take(old)) {
		raw_spin_lock_irq(&hub->lock);
		lane->owed++;
		raw_spin_unlock_irq(&hub->lock);
		irqline_lane_kick(lane, old);
	}
	old->ops->destroy(old);
}

/**
 * irqline_lane_park() - take the executor away; events stay, and may come
 * @lane: the lane
 *
 * Returns when no code of the executor runs. Waits at most for the event in
 * work. Whoever owns the lane then, owns it until irqline_lane_start().
 *
 * Context: may sleep. One of start, switch, park and stop of a lane at a time.
 */
void irqline_lane_park(struct irqline_lane *lane)
{
	struct irqline_hub *hub = lane->hub;
	struct irqline_exec *old;

	raw_spin_lock_irq(&hub->lock);
	old = irqline_lane_publish(lane, &lane->none);
	raw_spin_unlock_irq(&hub->lock);

	old->ops->quiesce(old);
	irqline_exec_take(old);
	old->ops->destroy(old);
}

/**
 * irqline_lane_stop() - end a lane; what is pending counts as dropped
 * @lane: a lane that no pass knows any more
 *
 * Context: as irqline_lane_park().
 * Return: how many were.
 */
u32 irqline_lane_stop(struct irqline_lane *lane)
{
	struct irqline_hub *hub = lane->hub;
	u32 pending;

	irqline_lane_park(lane);
	raw_spin_lock_irq(&hub->lock);
	pending = irqline_lane_waiting(lane);
	irqline_count(&lane->dropped, pending);
	WRITE_ONCE(lane->queue.head, lane->queue.tail);
	atomic_set(&lane->stage, IRQLINE_STAGE_NONE);
	irqline_lane_ease(lane);
	raw_spin_unlock_irq(&hub->lock);
	return pending;
}

/**
 * irqline_lane_number() - go on with the numbers of another lane
 * @lane: a new lane
 * @seq: the last number that was used
 *
 * Context: process; no pass knows the lane.
 */
void irqline_lane_number(struct irqline_lane *lane, u64 seq)
{
	lane->taken = seq;
	lane->base.taken = seq;
}

/**
 * irqline_lane_oldest() - the event that waits for longest
 * @lane: a parked lane
 *
 * Context: hub->lock held.
 * Return: it, or NULL.
 */
const struct irqline_event *irqline_lane_oldest(struct irqline_lane *lane)
{
	lockdep_assert_held(&lane->hub->lock);

	if (irqline_lane_waits(lane))
		return &lane->event;
	if (irqline_queue_empty(&lane->queue))
		return NULL;
	return irqline_queue_peek(&lane->queue);
}

/**
 * irqline_lane_move() - move the oldest event to another lane
 * @from: a parked lane with an event
 * @to: a lane with room, that no pass knows yet
 *
 * It gets the next number there, is followed by those of the events that were merged
 * into it, and counts as taken there. The lane is owned from then on, and
 * irqline_lane_nudge() is to follow: what passes find until then comes after it.
 *
 * Context: hub->lock held.
 */
void irqline_lane_move(struct irqline_lane *from, struct irqline_lane *to)
{
	struct irqline_event *slot = irqline_queue_slot(&to->queue);

	lockdep_assert_held(&from->hub->lock);

	*slot = *irqline_lane_oldest(from);
	if (!irqline_lane_unwait(from, IRQLINE_STAGE_NONE))
		irqline_queue_pop(&from->queue);
	irqline_count(&from->base.taken, 1);
	slot->seq = to->taken + 1;
	irqline_count(&to->taken, 1ULL + slot->merged);
	irqline_count(&to->base.taken, slot->merged);
	irqline_queue_push(&to->queue);
	to->moved = true;
	atomic_set(&to->state, IRQLINE_OWNED);
}

/**
 * irqline_lane_nudge() - have an owner look at a lane, if there is something to see
 * @lane: the lane, which has an executor
 *
 * For what changes a lane, and is no producer. A lane that is owned for nothing
 * would keep the machine from being suspended if its executor waits for others.
 *
 * Context: process.
 */
void irqline_lane_nudge(struct irqline_lane *lane)
{
	if (!irqline_lane_waiting(lane) &&
	    !irqline_queue_chained(&lane->queue) &&
	    !READ_ONCE(lane->overflowing))
		return;
	if (!lane->moved && !irqline_lane_claim(lane))
		return;
	lane->moved = false;
	irqline_lane_kick(lane, NULL);
}

/**
 * irqline_lane_policy() - change what becomes of an event that finds the queue full
 * @lane: the lane; irqline_lane_nudge() is to follow
 * @overflow: the policy; one that touches events that wait needs @lane->shared
 * @high: as in &struct irqline_lane_config
 * @low: likewise
 *
 * An episode of overflow ends with its policy, or with a low watermark that the
 * queue has reached already: the owner may be at its event for long.
 *
 * Context: hub->lock held.
 */
void irqline_lane_policy(struct irqline_lane *lane,
			 enum irqline_overflow overflow, u32 high, u32 low)
{
	u32 waiting = irqline_lane_waiting(lane);

	lockdep_assert_held(&lane->hub->lock);

	if (overflow != lane->overflow || waiting <= low)
		irqline_lane_ease(lane);
	irqline_lane_set_policy(lane, overflow, high, low);
	if (waiting >= lane->high)
		irqline_lane_bite(lane);
}

/**
 * irqline_lane_chain() - change the size of the queue
 * @lane: the lane
 * @ring: of the new size; not more events in the queue than it holds
 *
 * Context: hub->lock held.
 */
void irqline_lane_chain(struct irqline_lane *lane, struct irqline_ring *ring)
{
	lockdep_assert_held(&lane->hub->lock);

	irqline_queue_chain(&lane->queue, ring);
	/* Nobody owns it, nobody can claim it now, so it need not be kept. */
	if (!atomic_read_acquire(&lane->state))
		irqline_queue_follow(&lane->queue);
}

/**
 * irqline_lane_idle() - is nothing queued and nobody at work?
 * @lane: the lane
 *
 * Context: any. A snapshot, unless passes are kept away.
 * Return: true if so.
 */
bool irqline_lane_idle(const struct irqline_lane *lane)
{
	return !atomic_read(&lane->state);
}

/**
 * irqline_lane_memory() - bytes of a lane, its queue and statistics
 * @lane: the lane
 *
 * Context: any.
 * Return: the size in bytes.
 */
size_t irqline_lane_memory(const struct irqline_lane *lane)
{
	return kmalloc_size_roundup(sizeof(*lane)) +
		irqline_queue_memory(&lane->queue) +
		kmalloc_size_roundup(irqline_stats_size());
}
