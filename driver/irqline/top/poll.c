// SPDX-License-Identifier: GPL-2.0-only
/*
 * A timer looks at the device. On INTx there is no action: the device is kept
 * from raising it. A message cannot be kept back, so with MSI there is an action
 * that ignores it; without one, the vector would be torn down under a device
 * that writes to it.
 *
 * Bottom halves that wait for the interrupt's thread run in a kworker.
 */
#include <irqline_fault.h>

#include "../compat.h"
#include "top.h"

static irqreturn_t irqline_poll_message(int irq, void *dev_id)
{
	return IRQ_HANDLED;
}

static void irqline_poll_wake(struct irqline_top *top)
{
	queue_work(system_highpri_wq, &top->work);
}

static void irqline_poll_arm(struct irqline_top *top)
{
	hrtimer_start(&top->timer, ns_to_ktime(READ_ONCE(top->period)),
		      HRTIMER_MODE_REL_PINNED_SOFT);
}

/*
 * The next one comes a period after the end of this, so a period that is shorter
 * than a pass cannot keep the CPU. Started anew rather than forwarded: retime
 * may have started it meanwhile, which is allowed beside a start only.
 */
static enum hrtimer_restart irqline_poll_expired(struct hrtimer *timer)
{
	struct irqline_top *top = container_of(timer, struct irqline_top, timer);

	if (top->pass(top->irq, top) == IRQ_WAKE_THREAD)
		irqline_poll_wake(top);
	irqline_poll_arm(top);
	return HRTIMER_NORESTART;
}

static void irqline_poll_work(struct work_struct *work)
{
	struct irqline_top *top = container_of(work, struct irqline_top, work);

	top->thread(top->irq, top);
}

static int irqline_poll_start(struct irqline_top *top)
{
	int err;

	INIT_WORK(&top->work, irqline_poll_work);
	irqline_hrtimer_setup(&top->timer, irqline_poll_expired,
			      HRTIMER_MODE_REL_PINNED_SOFT);
	if (!top->intx) {
		err = irqline_fault() ? -ENOMEM :
		      request_irq(top->irq, irqline_poll_message,
				  irqline_action_flags(top) | IRQF_NO_THREAD,
				  top->name, top);
		if (err)
			return err;
	}
	irqline_poll_arm(top);
	return 0;
}

static void irqline_poll_stop(struct irqline_top *top)
{
	hrtimer_cancel(&top->timer);
	cancel_work_sync(&top->work);
	if (!top->intx)
		free_irq(top->irq, top);
}

static void irqline_poll_pause(struct irqline_top *top)
{
	hrtimer_cancel(&top->timer);
	irqline_action_pause(top);
}

static void irqline_poll_unpause(struct irqline_top *top)
{
	irqline_action_unpause(top);
	irqline_poll_arm(top);
}

static void irqline_poll_retime(struct irqline_top *top, u64 period)
{
	WRITE_ONCE(top->period, period);
	irqline_poll_arm(top);
}

const struct irqline_top_ops irqline_poll_ops = {
	.wake		= irqline_poll_wake,
	.start		= irqline_poll_start,
	.stop		= irqline_poll_stop,
	.pause		= irqline_poll_pause,
	.unpause	= irqline_poll_unpause,
	.retime		= irqline_poll_retime,
	.name		= "poll",
	.context	= IRQLINE_CONTEXT_SOFTIRQ,
	.settings	= IRQLINE_SETTING_PERIOD,
	.polls		= true,
};
