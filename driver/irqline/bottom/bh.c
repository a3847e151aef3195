// SPDX-License-Identifier: GPL-2.0-only
/*
 * A work item on a BH workqueue: TASKLET softirq, or HI softirq, on the CPU that
 * kicks.
 */
#include <linux/err.h>

#include "work.h"

static enum irqline_kick irqline_bh_kick(struct irqline_exec *exec)
{
	queue_work(system_bh_wq, &to_work(exec)->work);
	return IRQLINE_KICK_DONE;
}

static enum irqline_kick irqline_bh_highpri_kick(struct irqline_exec *exec)
{
	queue_work(system_bh_highpri_wq, &to_work(exec)->work);
	return IRQLINE_KICK_DONE;
}

static struct irqline_exec *
irqline_bh_create(const struct irqline_bottom_config *config,
		  const struct irqline_bottom_env *env,
		  struct netlink_ext_ack *extack)
{
	struct irqline_work_exec *w = irqline_work_alloc(config);

	if (!w)
		return ERR_PTR(-ENOMEM);
	INIT_WORK(&w->work, irqline_work_run);
	return &w->exec;
}

const struct irqline_bottom_ops irqline_bh_highpri_ops = {
	.kick		= irqline_bh_highpri_kick,
	.create		= irqline_bh_create,
	.quiesce	= irqline_work_quiesce,
	.destroy	= irqline_work_destroy,
	.size		= sizeof(struct irqline_work_exec),
	.name		= "bh-highpri",
	.softirq	= "HI",
	.unbound	= IRQLINE_FOLLOWS_INTERRUPT,
	.context	= IRQLINE_CONTEXT_SOFTIRQ,
	.order		= IRQLINE_ORDER_KICK,
	.place		= IRQLINE_PLACE_INTERRUPT,
	.settings	= IRQLINE_SETTING_LANES,
};

const struct irqline_bottom_ops irqline_bh_ops = {
	.kick		= irqline_bh_kick,
	.create		= irqline_bh_create,
	.quiesce	= irqline_work_quiesce,
	.destroy	= irqline_work_destroy,
	.size		= sizeof(struct irqline_work_exec),
	.name		= "bh",
	.softirq	= "TASKLET",
	.unbound	= IRQLINE_FOLLOWS_INTERRUPT,
	.context	= IRQLINE_CONTEXT_SOFTIRQ,
	.order		= IRQLINE_ORDER_KICK,
	.place		= IRQLINE_PLACE_INTERRUPT,
	.settings	= IRQLINE_SETTING_LANES,
};
