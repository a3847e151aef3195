// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tasklets: TASKLET softirq, or HI softirq, which comes before all others, on
 * the CPU that kicks. They never swallow a kick: tasklet_kill() waits until a
 * scheduled tasklet has run.
 */
#include <linux/err.h>
#include <linux/interrupt.h>
#include <linux/slab.h>

#include "bottom.h"

struct irqline_tasklet {
	struct irqline_exec exec;
	struct tasklet_struct tasklet;
};

static struct irqline_tasklet *to_tasklet(struct irqline_exec *exec)
{
	return container_of(exec, struct irqline_tasklet, exec);
}

static void irqline_tasklet_run(struct tasklet_struct *tasklet)
{
	struct irqline_tasklet *t = from_tasklet(t, tasklet, tasklet);

	t->exec.run(&t->exec);
}

static enum irqline_kick irqline_tasklet_kick(struct irqline_exec *exec)
{
	tasklet_schedule(&to_tasklet(exec)->tasklet);
	return IRQLINE_KICK_DONE;
}

static enum irqline_kick irqline_tasklet_hi_kick(struct irqline_exec *exec)
{
	tasklet_hi_schedule(&to_tasklet(exec)->tasklet);
	return IRQLINE_KICK_DONE;
}

static struct irqline_exec *
irqline_tasklet_create(const struct irqline_bottom_config *config,
		       const struct irqline_bottom_env *env,
		       struct netlink_ext_ack *extack)
{
	struct irqline_tasklet *t = kzalloc(sizeof(*t), GFP_KERNEL_ACCOUNT);

	if (!t)
		return ERR_PTR(-ENOMEM);
	tasklet_setup(&t->tasklet, irqline_tasklet_run);
	return &t->exec;
}

static void irqline_tasklet_quiesce(struct irqline_exec *exec)
{
	tasklet_kill(&to_tasklet(exec)->tasklet);
}

static void irqline_tasklet_destroy(struct irqline_exec *exec)
{
	struct irqline_tasklet *t = to_tasklet(exec);

	WARN_ON_ONCE(t->tasklet.state);
	kfree(t);
}

const struct irqline_bottom_ops irqline_tasklet_hi_ops = {
	.kick		= irqline_tasklet_hi_kick,
	.create		= irqline_tasklet_create,
	.quiesce	= irqline_tasklet_quiesce,
	.destroy	= irqline_tasklet_destroy,
	.size		= sizeof(struct irqline_tasklet),
	.name		= "tasklet-hi",
	.softirq	= "HI",
	.unbound	= IRQLINE_FOLLOWS_INTERRUPT,
	.context	= IRQLINE_CONTEXT_SOFTIRQ,
	.order		= IRQLINE_ORDER_KICK,
	.place		= IRQLINE_PLACE_INTERRUPT,
	.settings	= IRQLINE_SETTING_LANES,
};

const struct irqline_bottom_ops irqline_tasklet_ops = {
	.kick		= irqline_tasklet_kick,
	.create		= irqline_tasklet_create,
	.quiesce	= irqline_tasklet_quiesce,
	.destroy	= irqline_tasklet_destroy,
	.size		= sizeof(struct irqline_tasklet),
	.name		= "tasklet",
	.softirq	= "TASKLET",
	.unbound	= IRQLINE_FOLLOWS_INTERRUPT,
	.context	= IRQLINE_CONTEXT_SOFTIRQ,
	.order		= IRQLINE_ORDER_KICK,
	.place		= IRQLINE_PLACE_INTERRUPT,
	.settings	= IRQLINE_SETTING_LANES,
};
