// SPDX-License-Identifier: GPL-2.0-only
/*
 * A primary handler in hard interrupt context, or in a thread where the kernel
 * forces it there. The action has a thread, too, for the bottom halves of the
 * irq-thread strategy.
 */
#include "../compat.h"
#include "top.h"

static irqreturn_t irqline_hard_interrupt(int irq, void *dev_id)
{
	struct irqline_top *top = dev_id;

	return top->pass(top);
}

static irqreturn_t irqline_hard_thread(int irq, void *dev_id)
{
	struct irqline_top *top = dev_id;

	top->thread(top);
	return IRQ_HANDLED;
}

static int irqline_hard_start(struct irqline_top *top)
{
	unsigned long flags = IRQF_COND_ONESHOT;

	if (top->shared)
		flags |= IRQF_SHARED;
	return request_threaded_irq(top->irq, irqline_hard_interrupt,
				    irqline_hard_thread, flags, top->name, top);
}

static void irqline_hard_stop(struct irqline_top *top)
{
	free_irq(top->irq, top);
}

const struct irqline_top_ops irqline_hard_ops = {
	.start		= irqline_hard_start,
	.stop		= irqline_hard_stop,
	.name		= "hard",
	.context	= IRQLINE_CONTEXT_HARDIRQ,
};
