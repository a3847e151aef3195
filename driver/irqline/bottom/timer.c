// SPDX-License-Identifier: GPL-2.0-only
/*
 * TIMER softirq, some jiffies after the kick, on the CPU that kicks or the one
 * that was asked for. Kicks come only when the lane was idle, so events that
 * come during the delay wait for it together.
 *
 * quiesce swallows kicks: a timer that waits is deleted.
 */
#include <linux/err.h>
#include <linux/jiffies.h>
#include <linux/math64.h>
#include <linux/slab.h>
#include <linux/timer.h>

#include "bottom.h"

struct irqline_timer {
	struct irqline_exec exec;
	struct timer_list timer;
	unsigned long delay;
	int cpu;
};

static struct irqline_timer *to_timer(struct irqline_exec *exec)
{
	return container_of(exec, struct irqline_timer, exec);
}

static void irqline_timer_run(struct timer_list *timer)
{
	struct irqline_timer *t =
		container_of(timer, struct irqline_timer, timer);

	t->exec.run(&t->exec);
}

/* It never waits when a kick comes: who kicks has just come to own the lane. */
static enum irqline_kick irqline_timer_kick(struct irqline_exec *exec)
{
	struct irqline_timer *t = to_timer(exec);

	if (t->cpu < 0) {
		mod_timer(&t->timer, jiffies + t->delay);
	} else {
		t->timer.expires = jiffies + t->delay;
		add_timer_on(&t->timer, t->cpu);
	}
	return IRQLINE_KICK_DONE;
}

static struct irqline_exec *
irqline_timer_create(const struct irqline_bottom_config *config,
		     const struct irqline_bottom_env *env,
		     struct netlink_ext_ack *extack)
{
	struct irqline_timer *t = kzalloc(sizeof(*t), GFP_KERNEL_ACCOUNT);

	if (!t)
		return ERR_PTR(-ENOMEM);
	timer_setup(&t->timer, irqline_timer_run, TIMER_PINNED);
	t->delay = DIV64_U64_ROUND_UP(config->delay, TICK_NSEC);
	t->cpu = config->cpu;
	return &t->exec;
}

static void irqline_timer_quiesce(struct irqline_exec *exec)
{
	timer_delete_sync(&to_timer(exec)->timer);
}

static void irqline_timer_destroy(struct irqline_exec *exec)
{
	struct irqline_timer *t = to_timer(exec);

	WARN_ON_ONCE(timer_pending(&t->timer));
	kfree(t);
}

const struct irqline_bottom_ops irqline_timer_ops = {
	.kick		= irqline_timer_kick,
	.create		= irqline_timer_create,
	.quiesce	= irqline_timer_quiesce,
	.destroy	= irqline_timer_destroy,
	.size		= sizeof(struct irqline_timer),
	.name		= "timer",
	.softirq	= "TIMER",
	.context	= IRQLINE_CONTEXT_SOFTIRQ,
	.place		= IRQLINE_PLACE_CPU,
	.settings	= IRQLINE_SETTING_CPU | IRQLINE_SETTING_DELAY |
			  IRQLINE_SETTING_LANES,
};
