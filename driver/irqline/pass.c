// SPDX-License-Identifier: GPL-2.0-only
/*
 * Passes: status, acknowledge, hand out.
 */
#include <linux/bitops.h>

#include "line.h"

/*
 * Rounds of status and acknowledge in one pass. A device that raises faster
 * than a pass acknowledges would hold its CPU forever.
 */
#define IRQLINE_ROUNDS		16

/* Is it our interrupt? All ones is also what reading a lost device gives. */
static u32 irqline_line_status(struct irqline_line *line)
{
	u32 pending = line->ops->status(line->priv);

	if (likely(pending != U32_MAX) || line->ops->alive(line->priv))
		return pending;
	line->gone = true;
	return 0;
}

/* One round: acknowledge, then hand out. */
static void irqline_line_round(struct irqline_line *line, u32 pending,
			       struct irqline_pass *pass)
{
	u32 unclaimed = pending & ~line->table->claimed;

	if (pending & line->captured)
		pass->data = line->ops->capture(line->priv, pending);
	else
		pass->data = 0;
	line->ops->ack(line->priv, pending);
	if (unlikely(unclaimed))
		line->counts.unclaimed += hweight32(unclaimed);
	irqline_table_dispatch(line->table, pending, pass);
}

/*
 * Acknowledge until the device has nothing left: with MSI, a device sends no
 * new message for what is left after a partial acknowledge.
 */
static bool irqline_line_rounds(struct irqline_line *line,
				struct irqline_pass *pass)
{
	unsigned int rounds = 0;
	u32 pending;

	if (unlikely(line->closed || line->gone))
		return false;
	while ((pending = irqline_line_status(line))) {
		if (unlikely(rounds++ == IRQLINE_ROUNDS)) {
			line->ops->rearm(line->priv);
			line->counts.rearms++;
			break;
		}
		if (rounds == 1)
			irqline_pass_begin(pass, &line->hub);
		irqline_line_round(line, pending, pass);
	}
	return rounds;
}

/**
 * irqline_line_pass() - irqline_top.pass of a line
 * @top: the top half that passes
 *
 * Under forced threading irq_wake_thread() wakes the thread that runs this, not
 * the one with the bottom halves, so the answer may be IRQ_WAKE_THREAD with
 * nothing found, too.
 *
 * Context: hard interrupt, softirq or task.
 * Return: IRQ_WAKE_THREAD if top->thread() is to be called; else IRQ_HANDLED or
 * IRQ_NONE.
 */
irqreturn_t irqline_line_pass(struct irqline_top *top)
{
	struct irqline_line *line = top->line;
	struct irqline_hub *hub = &line->hub;
	struct irqline_pass pass;
	unsigned long flags;
	bool found, tell;

	raw_spin_lock_irqsave(&hub->lock, flags);
	found = irqline_line_rounds(line, &pass);
	if (found) {
		line->counts.passes++;
		top->in_task = pass.context == IRQLINE_CONTEXT_TASK;
	} else if (!top->ops->polls) {
		line->counts.foreign++;
	}
	tell = irqline_thread_tell(&hub->thread);
	raw_spin_unlock_irqrestore(&hub->lock, flags);

	if (found)
		irqline_pass_end(&pass);
	if (tell)
		return IRQ_WAKE_THREAD;
	return found ? IRQ_HANDLED : IRQ_NONE;
}

/**
 * irqline_line_thread() - irqline_top.thread of a line
 * @top: the top half whose thread was woken
 *
 * Context: task, may sleep.
 */
void irqline_line_thread(struct irqline_top *top)
{
	irqline_thread_run(&top->line->hub.thread, top);
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
