// SPDX-License-Identifier: GPL-2.0-only
/*
 * All in the interrupt's thread.
 *
 * INTx has no primary handler, and stays masked until the thread is done
 * (IRQF_ONESHOT). A message is not masked: the device sends more of them while
 * the thread is at work, and the interrupt core takes a long row of wake-ups
 * without a thread that finishes for an interrupt that nobody serves, and
 * disables it. So with MSI there is a primary handler that wakes the thread
 * once, until it has looked, and calls every further message handled.
 */
#include <linux/bottom_half.h>
#include <irqline_fault.h>

#include "top.h"

/* Hard interrupt context, also where the kernel forces threads: IRQF_ONESHOT. */
static irqreturn_t irqline_thread_message(int irq, void *dev_id)
{
	struct irqline_top *top = dev_id;

	return xchg(&top->called, 1) ? IRQ_HANDLED : IRQ_WAKE_THREAD;
}

/*
 * Without bottom halves off, a softirq that a pass raises would wait for the
 * next interrupt or for ksoftirqd.
 */
static irqreturn_t irqline_thread_interrupt(int irq, void *dev_id)
{
	struct irqline_top *top = dev_id;
	irqreturn_t found;

	/* Ordered before the look at the device; pairs with the xchg() above. */
	xchg(&top->called, 0);
	local_bh_disable();
	found = top->pass(irq, top);
	local_bh_enable();
	if (found != IRQ_WAKE_THREAD)
		return found;
	return top->thread(irq, top);
}

static int irqline_thread_start(struct irqline_top *top)
{
	unsigned long flags = irqline_action_flags(top) | IRQF_ONESHOT;

	top->called = 0;
	return irqline_fault() ? -ENOMEM :
	       request_threaded_irq(top->irq,
				    top->intx ? NULL : irqline_thread_message,
				    irqline_thread_interrupt, flags, top->name,
				    top);
}

const struct irqline_top_ops irqline_thread_ops = {
	.wake		= irqline_action_wake,
	.start		= irqline_thread_start,
	.stop		= irqline_action_stop,
	.pause		= irqline_action_pause,
	.unpause	= irqline_action_unpause,
	.name		= "thread",
	.context	= IRQLINE_CONTEXT_TASK,
};
