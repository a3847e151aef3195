/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The producer's side of a lane: what a pass does for each event, inlined into it. What
 * is rare is elsewhere.
 */
#ifndef _IRQLINE_TAKE_H
#define _IRQLINE_TAKE_H

#include <linux/ktime.h>

#include "lane.h"

/**
 * irqline_pass_begin() - begin a pass of the top half
 * @pass: to be filled
 * @hub: of the line
 *
 * Context: hub->lock held.
 */
static inline void irqline_pass_begin(struct irqline_pass *pass,
				      const struct irqline_hub *hub)
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
	pass->context = irqline_context();
	pass->first = NULL;
	pass->last = &pass->first;
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
		exec->ops->run_here(exec);
	}
}

/* The top half's share of an event; the rest is filled in when it is in work. */
static inline void irqline_event_begin(struct irqline_event *event,
				       const struct irqline_lane *lane,
				       u32 sources,
				       const struct irqline_pass *pass)
{
	event->seq = lane->taken;
	event->top_ns = pass->now;
	event->bottom_ns = 0;
	event->data = pass->data;
	event->sources = sources;
	event->handler = lane->handler;
	event->lane = lane->index;
	event->top_cpu = pass->cpu;
	event->top_context = pass->context;
	event->flags = pass->flags;
	event->merged = 0;
	event->lost = 0;
}

/* Producer, owning the lane: let the published executor run. */
static inline void irqline_lane_kick_from_pass(struct irqline_lane *lane,
					       struct irqline_pass *pass)
{
	struct irqline_exec *exec = lane->exec;

	exec->handed_over = false;
	irqline_exec_set(exec);
	if (irqline_exec_direct(exec)) {
		exec->ops->claim(exec);
		exec->next = NULL;
		*pass->last = exec;
		pass->last = &exec->next;
		return;
	}
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

/* Producer, with room in the queue. */
static inline void irqline_lane_push(struct irqline_lane *lane, u32 sources,
				     const struct irqline_pass *pass)
{
	irqline_event_begin(irqline_queue_slot(&lane->queue), lane, sources, pass);
	irqline_queue_push(&lane->queue);
}

/**
 * irqline_lane_take() - producer: queue an event, and see that it is handled
 * @lane: the lane
 * @sources: what the event stands for
 * @pass: the pass that found it
 *
 * Context: hub->lock held.
 */
static inline void irqline_lane_take(struct irqline_lane *lane, u32 sources,
				     struct irqline_pass *pass)
{
	u32 fill = irqline_queue_fill(&lane->queue);

	lockdep_assert_held(&lane->hub->lock);

	irqline_count(&lane->taken, 1);
	if (likely(fill < irqline_queue_size(&lane->queue))) {
		irqline_lane_push(lane, sources, pass);
		if (unlikely(fill + 1 >= lane->high))
			irqline_lane_bite(lane);
	} else {
		irqline_lane_overflow(lane, sources, pass);
	}
	if (likely(irqline_lane_claim(lane)))
		irqline_lane_kick_from_pass(lane, pass);
}

#endif /* _IRQLINE_TAKE_H */
