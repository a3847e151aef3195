/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The producer's side of a lane: what a pass does for each event, inlined into it. What
 * is rare is elsewhere.
 */
#ifndef _IRQLINE_TAKE_H
#define _IRQLINE_TAKE_H

#include <linux/ktime.h>

#include "bottom/busy.h"
#include "lane.h"

/**
 * irqline_pass_begin() - begin a pass of the top half
 * @pass: to be filled
 * @hub: of the line
 * @context: where it runs
 *
 * Context: hub->lock held.
 */
static inline void irqline_pass_begin(struct irqline_pass *pass,
				      const struct irqline_hub *hub,
				      enum irqline_context context)
{
	lockdep_assert_held(&hub->lock);

	if (likely(hub->clock)) {
		pass->now = ktime_get_ns();
		pass->flags = 0;
	} else {
		pass->now = 0;
		pass->flags = IRQLINE_EVENT_NO_TIME;
	}
	pass->cpu = raw_smp_processor_id();
	pass->context = context;
	pass->first = NULL;
}

/* Context: hub->lock held. */
static inline void irqline_pass_add(struct irqline_pass *pass,
				    struct irqline_exec *exec)
{
	exec->next = NULL;
	if (likely(!pass->first))
		pass->first = exec;
	else
		pass->last->next = exec;
	pass->last = exec;
}

/**
 * irqline_pass_end() - run what only a pass can run
 * @first: of the pass; NULL for nothing
 *
 * Context: that of the top half, with hub->lock dropped.
 */
static inline void irqline_pass_end(struct irqline_exec *first)
{
	struct irqline_exec *exec, *next;

	/* Once run, an executor may be in another pass's list, or freed. */
	for (exec = first; exec; exec = next) {
		next = exec->next;
		irqline_exec_run_here(exec);
	}
}

/* The top half's share of an event; the rest is filled in when it is in work. */
static inline void irqline_event_begin(struct irqline_event *event, u64 seq,
				       u32 sources,
				       const struct irqline_pass *pass)
{
	event->seq = seq;
	event->top_ns = pass->now;
	event->data = pass->data;
	event->sources = sources;
	event->top_cpu = pass->cpu;
	event->top_context = pass->context;
	event->flags = pass->flags;
	event->merged = 0;
}

/*
 * Producer, owning the lane: let the published executor run. What the pass runs itself
 * needs no token: nobody can swallow that.
 */
static inline void irqline_lane_kick_from_pass(struct irqline_lane *lane,
					       struct irqline_pass *pass)
{
	struct irqline_exec *exec = lane->exec;

	if (exec->busy) {
		irqline_busy_enter(exec->busy);
		irqline_pass_add(pass, exec);
		return;
	}
	irqline_exec_set(exec, IRQLINE_TOKEN_KICKED);
	/* A pass asks irqline_thread_tell() about the thread when it ends. */
	exec->ops->kick(exec);
}

/*
 * Producer: take the lane, or leave the mark. Ordered after the push by being a
 * fully ordered atomic; pairs with irqline_lane_give_up().
 */
static inline bool irqline_lane_claim(struct irqline_lane *lane)
{
	int old = 0;
	int new = IRQLINE_OWNED;

	while (unlikely(!atomic_try_cmpxchg(&lane->state, &old, new)))
		new = old & IRQLINE_OWNED ? old | IRQLINE_MISSED : IRQLINE_OWNED;
	return !(old & IRQLINE_OWNED);
}

/*
 * Producer: take the lane if nobody owns it. The queue is empty then: who gives up has
 * found it so, and who queues an event sees that somebody owns the lane.
 */
static inline bool irqline_lane_claim_idle(struct irqline_lane *lane)
{
	int idle = 0;

	return atomic_try_cmpxchg(&lane->state, &idle, IRQLINE_OWNED);
}

/**
 * irqline_lane_take() - producer: take an event, and see that it is handled
 * @lane: the lane
 * @sources: what the event stands for
 * @pass: the pass that found it
 *
 * An event that finds the lane idle waits where it will be in work; all others wait
 * in the queue.
 *
 * Context: hub->lock held.
 */
static inline void irqline_lane_take(struct irqline_lane *lane, u32 sources,
				     struct irqline_pass *pass)
{
	u64 seq = lane->taken + 1;

	lockdep_assert_held(&lane->hub->lock);

	lane->taken = seq;
	if (unlikely(!irqline_lane_claim_idle(lane))) {
		irqline_lane_queue(lane, sources, pass);
		return;
	}
	irqline_event_begin(&lane->event, seq, sources, pass);
	/* Who runs has seen the kick, and so the event. */
	atomic_set(&lane->stage, IRQLINE_STAGE_WAITING);
	if (unlikely(lane->high <= 1))
		irqline_lane_bite(lane);
	irqline_lane_kick_from_pass(lane, pass);
}

#endif /* _IRQLINE_TAKE_H */
