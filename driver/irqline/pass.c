// SPDX-License-Identifier: GPL-2.0-only
/*
 * Passes: status, acknowledge, hand out.
 */
#include <linux/bitops.h>

#include "line.h"
#include "take.h"

/*
 * Rounds of status and acknowledge in one pass. A device that raises faster
 * than a pass acknowledges would hold its CPU forever.
 */
#define IRQLINE_ROUNDS		16

/* All ones is also what reading a lost device gives. */
static noinline u32 irqline_line_status_of_all(struct irqline_line *line)
{
	if (line->ops->alive(line->priv))
		return U32_MAX;
	line->gone = true;
	return 0;
}

/* Is it our interrupt? */
static __always_inline u32 irqline_line_status(struct irqline_line *line)
{
	u32 pending = line->ops->status(line->priv);

	return likely(pending != U32_MAX) ? pending :
		irqline_line_status_of_all(line);
}

/* One round: acknowledge, then hand out. */
static __always_inline void
irqline_line_round(struct irqline_line *line, u32 pending,
		   struct irqline_pass *pass)
{
	const struct irqline_table *table = line->table;
	const struct irqline_table_entry *only;
	u32 unclaimed;

	pass->captured = pending & line->captured;
	pass->data = 0;
	if (unlikely(pass->captured))
		pass->data = line->ops->capture(line->priv, pending);
	line->ops->ack(line->priv, pending);
	only = irqline_table_only(table, pending);
	if (likely(only)) {
		irqline_lane_take(irqline_laneset_of(*only->lanes, pass), pending,
				  pass);
		return;
	}
	unclaimed = pending & ~table->claimed;
	if (unlikely(unclaimed))
		line->counts.unclaimed += hweight32(unclaimed);
	irqline_table_dispatch(table, pending, pass);
}

/*
 * All that is pending is held for handlers that cannot take more. INTx stays asserted
 * then, so the whole device is masked; what it raises meanwhile stays in its status.
 * A device that sends messages is silent until it raises something. Returns
 * whether the interrupt can have been this device's.
 */
static bool irqline_line_throttle(struct irqline_line *line,
				  const struct irqline_top *top)
{
	bool silent = top->intx && (line->masked || line->throttled);

	if (silent && !top->ops->polls)
		return false;
	line->counts.throttles++;
	if (top->intx && !silent)
		line->ops->mask(line->priv);
	line->throttled = true;
	return true;
}

/* Have the device raise again what it was not heard for. */
static void irqline_line_release(struct irqline_line *line)
{
	line->throttled = false;
	/* Who ends that asks for what is pending, too. */
	if (line->masked || line->closed || line->gone)
		return;
	if (line->top->intx)
		line->ops->unmask(line->priv);
	else
		line->ops->rearm(line->priv);
}

/**
 * irqline_line_hold() - irqline_hub.hold of a line: look again what is to be held
 * @hub: of the line
 *
 * As soon as one source less is held, the device is asked; what is still held then
 * throttles the line once more.
 *
 * Context: any; hub->lock held.
 */
void irqline_line_hold(struct irqline_hub *hub)
{
	struct irqline_line *line = container_of(hub, struct irqline_line, hub);
	u32 held = irqline_table_held(line->table);
	u32 released = line->held & ~held;

	lockdep_assert_held(&hub->lock);

	hub->holds = false;
	line->held = held;
	if (released && line->throttled)
		irqline_line_release(line);
}

enum irqline_found {
	IRQLINE_FOUND_NOTHING,
	IRQLINE_FOUND_HELD,
	IRQLINE_FOUND_WORK,
};

/* What of @pending is not to be left at the device. */
static inline u32 irqline_line_free(struct irqline_line *line, u32 pending)
{
	if (unlikely(line->hub.holds))
		irqline_line_hold(&line->hub);
	return pending & ~line->held;
}

/* There was more after the first round: @pending. */
static noinline void irqline_line_more_rounds(struct irqline_line *line,
					      const struct irqline_top *top,
					      u32 pending)
{
	unsigned int rounds = 1;

	do {
		pending = irqline_line_free(line, pending);
		if (!pending) {
			irqline_line_throttle(line, top);
			return;
		}
		if (rounds++ == IRQLINE_ROUNDS) {
			line->ops->rearm(line->priv);
			line->counts.rearms++;
			return;
		}
		irqline_line_round(line, pending, &line->pass);
		pending = irqline_line_status(line);
	} while (pending);
}

/*
 * Acknowledge until the device has nothing left: with MSI, a device sends no
 * new message for what is left after a partial acknowledge.
 */
static __always_inline enum irqline_found
irqline_line_rounds(struct irqline_line *line, const struct irqline_top *top,
		    enum irqline_context context)
{
	struct irqline_pass *pass = &line->pass;
	u32 pending;

	if (unlikely(line->closed || line->gone))
		return IRQLINE_FOUND_NOTHING;
	pending = irqline_line_status(line);
	if (unlikely(!pending))
		return IRQLINE_FOUND_NOTHING;
	pending = irqline_line_free(line, pending);
	if (unlikely(!pending))
		return irqline_line_throttle(line, top) ? IRQLINE_FOUND_HELD :
							  IRQLINE_FOUND_NOTHING;
	irqline_pass_begin(pass, &line->hub, context);
	irqline_line_round(line, pending, pass);
	pending = irqline_line_status(line);
	if (unlikely(pending))
		irqline_line_more_rounds(line, top, pending);
	return IRQLINE_FOUND_WORK;
}

/* Returns what the pass is to return. Context: hub->lock held. */
static __always_inline irqreturn_t
irqline_line_pass_locked(struct irqline_line *line, struct irqline_top *top,
			 enum irqline_context context,
			 struct irqline_exec **first)
{
	enum irqline_found found;

	*first = NULL;
	found = irqline_line_rounds(line, top, context);
	if (likely(found == IRQLINE_FOUND_WORK)) {
		line->counts.passes++;
		top->in_task = context == IRQLINE_CONTEXT_TASK;
		*first = line->pass.first;
	} else if (found == IRQLINE_FOUND_NOTHING && !top->ops->polls) {
		line->counts.foreign++;
	}
	if (irqline_thread_tell(&line->hub.thread))
		return IRQ_WAKE_THREAD;
	return found ? IRQ_HANDLED : IRQ_NONE;
}

/* A pass of a top half that polls, or in a thread. */
static noinline irqreturn_t irqline_line_pass_below(struct irqline_top *top)
{
	struct irqline_line *line = top->line;
	struct irqline_exec *first;
	unsigned long flags;
	irqreturn_t ret;

	raw_spin_lock_irqsave(&line->hub.lock, flags);
	ret = irqline_line_pass_locked(line, top, irqline_context_below(), &first);
	raw_spin_unlock_irqrestore(&line->hub.lock, flags);

	irqline_pass_end(first);
	return ret;
}

/**
 * irqline_line_pass() - irqline_top.pass of a line
 * @irq: its interrupt
 * @dev_id: the top half that passes
 *
 * Under forced threading irq_wake_thread() wakes the thread that runs this, not
 * the one with the bottom halves, so the answer may be IRQ_WAKE_THREAD with
 * nothing found, too.
 *
 * Context: hard interrupt, and then interrupts are off; softirq or task.
 * Return: IRQ_WAKE_THREAD if top->thread() is to be called; else IRQ_HANDLED or
 * IRQ_NONE.
 */
irqreturn_t irqline_line_pass(int irq, void *dev_id)
{
	struct irqline_top *top = dev_id;
	struct irqline_line *line = top->line;
	struct irqline_exec *first;
	irqreturn_t ret;

	if (unlikely(!in_hardirq()))
		return irqline_line_pass_below(top);
	raw_spin_lock(&line->hub.lock);
	ret = irqline_line_pass_locked(line, top, IRQLINE_CONTEXT_HARDIRQ, &first);
	raw_spin_unlock(&line->hub.lock);

	irqline_pass_end(first);
	return ret;
}

/**
 * irqline_line_thread() - irqline_top.thread of a line
 * @irq: its interrupt
 * @dev_id: the top half whose thread was woken
 *
 * Context: task, may sleep.
 * Return: IRQ_HANDLED.
 */
irqreturn_t irqline_line_thread(int irq, void *dev_id)
{
	struct irqline_top *top = dev_id;

	irqline_thread_run(&top->line->hub.thread, top);
	return IRQ_HANDLED;
}

/**
 * irqline_line_wake() - irqline_thread.wake of a line
 * @thread: of the line
 *
 * While the line has no top half, the switch that takes it away sees afterwards
 * that something waits.
 *
 * Context: hub.lock held.
 */
void irqline_line_wake(struct irqline_thread *thread)
{
	struct irqline_line *line =
		container_of(thread, struct irqline_line, hub.thread);

	if (line->top)
		line->top->ops->wake(line->top);
}
