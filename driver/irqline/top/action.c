// SPDX-License-Identifier: GPL-2.0-only
/*
 * The action of a top half, as the interrupt core has it.
 */
#include "top.h"

/**
 * irqline_action_flags() - how every action of ours is requested
 * @top: the top half
 *
 * Always to be shared, so that the old action and the new one can be there side
 * by side during a switch. On INTx a foreign action may disagree, which is an
 * answer and nothing for the log.
 *
 * Return: IRQF_*.
 */
unsigned long irqline_action_flags(const struct irqline_top *top)
{
	return top->intx ? IRQF_SHARED | IRQF_PROBE_SHARED : IRQF_SHARED;
}

/**
 * irqline_action_wake() - irqline_top_ops.wake of an action with a thread
 * @top: the top half
 *
 * Context: any.
 */
void irqline_action_wake(struct irqline_top *top)
{
	irq_wake_thread(top->irq, top);
}

/**
 * irqline_action_stop() - irqline_top_ops.stop of an action
 * @top: the top half
 *
 * Context: may sleep.
 */
void irqline_action_stop(struct irqline_top *top)
{
	free_irq(top->irq, top);
}

/**
 * irqline_action_pause() - irqline_top_ops.pause of an action
 * @top: the top half
 *
 * INTx may be shared, so it is the device that keeps still; with MSI, the
 * interrupt itself. Nothing may be requested or freed until it is unpaused: a
 * first request resets the count of who has disabled an interrupt.
 *
 * Context: may sleep.
 */
void irqline_action_pause(struct irqline_top *top)
{
	if (!top->intx)
		disable_irq(top->irq);
}

/**
 * irqline_action_unpause() - irqline_top_ops.unpause of an action
 * @top: the top half
 *
 * Context: may sleep.
 */
void irqline_action_unpause(struct irqline_top *top)
{
	if (!top->intx)
		enable_irq(top->irq);
}
