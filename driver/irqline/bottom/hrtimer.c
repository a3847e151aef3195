// SPDX-License-Identifier: GPL-2.0-only
/*
 * HRTIMER softirq, some nanoseconds after the kick, on the CPU that kicks:
 * moderation. Kicks come only when the lane was idle, so events that come during
 * the delay wait for it together.
 *
 * quiesce swallows kicks: a timer that waits is cancelled.
 */
#include <linux/err.h>
#include <linux/hrtimer.h>
#include <linux/ktime.h>
#include <linux/slab.h>

#include "../compat.h"
#include "bottom.h"

struct irqline_hrtimer {
	struct irqline_exec exec;
	struct hrtimer timer;
	ktime_t delay;
};

static struct irqline_hrtimer *to_hrtimer(struct irqline_exec *exec)
{
	return container_of(exec, struct irqline_hrtimer, exec);
}

/* A kick from within the run starts the timer again by itself. */
static enum hrtimer_restart irqline_hrtimer_run(struct hrtimer *timer)
{
	struct irqline_hrtimer *h =
		container_of(timer, struct irqline_hrtimer, timer);

	h->exec.run(&h->exec);
	return HRTIMER_NORESTART;
}

static enum irqline_kick irqline_hrtimer_kick(struct irqline_exec *exec)
{
	struct irqline_hrtimer *h = to_hrtimer(exec);

	hrtimer_start(&h->timer, h->delay, HRTIMER_MODE_REL_PINNED_SOFT);
	return IRQLINE_KICK_DONE;
}

static struct irqline_exec *
irqline_hrtimer_create(const struct irqline_bottom_config *config,
		       const struct irqline_bottom_env *env,
		       struct netlink_ext_ack *extack)
{
	struct irqline_hrtimer *h = kzalloc(sizeof(*h), GFP_KERNEL_ACCOUNT);

	if (!h)
		return ERR_PTR(-ENOMEM);
	irqline_hrtimer_setup(&h->timer, irqline_hrtimer_run,
			      HRTIMER_MODE_REL_PINNED_SOFT);
	h->delay = ns_to_ktime(config->delay);
	return &h->exec;
}

static void irqline_hrtimer_quiesce(struct irqline_exec *exec)
{
	hrtimer_cancel(&to_hrtimer(exec)->timer);
}

static void irqline_hrtimer_destroy(struct irqline_exec *exec)
{
	struct irqline_hrtimer *h = to_hrtimer(exec);

	WARN_ON_ONCE(hrtimer_active(&h->timer));
	kfree(h);
}

const struct irqline_bottom_ops irqline_hrtimer_ops = {
	.kick		= irqline_hrtimer_kick,
	.create		= irqline_hrtimer_create,
	.quiesce	= irqline_hrtimer_quiesce,
	.destroy	= irqline_hrtimer_destroy,
	.size		= sizeof(struct irqline_hrtimer),
	.name		= "hrtimer",
	.softirq	= "HRTIMER",
	.unbound	= IRQLINE_FOLLOWS_INTERRUPT,
	.context	= IRQLINE_CONTEXT_SOFTIRQ,
	.order		= IRQLINE_ORDER_KICK,
	.place		= IRQLINE_PLACE_INTERRUPT,
	.settings	= IRQLINE_SETTING_DELAY | IRQLINE_SETTING_LANES,
};
