// SPDX-License-Identifier: GPL-2.0-only
/*
 * A primary handler in hard interrupt context, or in a thread where the kernel
 * forces it there. The action has a thread, too, for the bottom halves of the
 * irq-thread strategy.
 */
#include <irqline_fault.h>

#include "../compat.h"
#include "top.h"

static int irqline_hard_start(struct irqline_top *top)
{
	unsigned long flags = irqline_action_flags(top) | IRQF_COND_ONESHOT;

	if (top->nothread)
		flags |= IRQF_NO_THREAD;
	return irqline_fault() ? -ENOMEM :
	       request_threaded_irq(top->irq, top->pass,
				    top->thread, flags, top->name, top);
}

const struct irqline_top_ops irqline_hard_ops = {
	.wake		= irqline_action_wake,
	.start		= irqline_hard_start,
	.stop		= irqline_action_stop,
	.pause		= irqline_action_pause,
	.unpause	= irqline_action_unpause,
	.name		= "hard",
	.context	= IRQLINE_CONTEXT_HARDIRQ,
	.settings	= IRQLINE_SETTING_NOTHREAD,
};
