// SPDX-License-Identifier: GPL-2.0-only
/*
 * A work item on a system workqueue: a kworker of the CPU that kicks or of the
 * CPU that was asked for, plain or of high priority; or one that is bound to no
 * CPU.
 *
 * quiesce swallows kicks: cancel_work_sync() takes a work item that waits off
 * its queue.
 */
#include <linux/err.h>
#include <linux/slab.h>

#include "work.h"

/* The function of each such work item. */
void irqline_work_run(struct work_struct *work)
{
	struct irqline_work_exec *w =
		container_of(work, struct irqline_work_exec, work);

	w->exec.run(&w->exec);
}

/*
 * What their create ops begin with. Each goes on with an INIT_WORK() of its own:
 * lockdep tells work items apart by where they were initialised, and those that
 * run in a softirq must not pass for those that do not.
 */
struct irqline_work_exec *
irqline_work_alloc(const struct irqline_bottom_config *config)
{
	struct irqline_work_exec *w = kzalloc(sizeof(*w), GFP_KERNEL_ACCOUNT);

	if (w)
		w->cpu = config->cpu < 0 ? WORK_CPU_UNBOUND : config->cpu;
	return w;
}

/* Their quiesce op. */
void irqline_work_quiesce(struct irqline_exec *exec)
{
	cancel_work_sync(&to_work(exec)->work);
}

/* Their destroy op. */
void irqline_work_destroy(struct irqline_exec *exec)
{
	struct irqline_work_exec *w = to_work(exec);

	WARN_ON_ONCE(work_pending(&w->work));
	kfree(w);
}

static enum irqline_kick irqline_workqueue_kick(struct irqline_exec *exec)
{
	struct irqline_work_exec *w = to_work(exec);

	queue_work_on(w->cpu, system_wq, &w->work);
	return IRQLINE_KICK_DONE;
}

static enum irqline_kick
irqline_workqueue_highpri_kick(struct irqline_exec *exec)
{
	struct irqline_work_exec *w = to_work(exec);

	queue_work_on(w->cpu, system_highpri_wq, &w->work);
	return IRQLINE_KICK_DONE;
}

static enum irqline_kick
irqline_workqueue_unbound_kick(struct irqline_exec *exec)
{
	queue_work(system_unbound_wq, &to_work(exec)->work);
	return IRQLINE_KICK_DONE;
}

static struct irqline_exec *
irqline_workqueue_create(const struct irqline_bottom_config *config,
			 const struct irqline_bottom_env *env,
			 struct netlink_ext_ack *extack)
{
	struct irqline_work_exec *w = irqline_work_alloc(config);

	if (!w)
		return ERR_PTR(-ENOMEM);
	INIT_WORK(&w->work, irqline_work_run);
	return &w->exec;
}

const struct irqline_bottom_ops irqline_workqueue_ops = {
	.kick		= irqline_workqueue_kick,
	.create		= irqline_workqueue_create,
	.quiesce	= irqline_work_quiesce,
	.destroy	= irqline_work_destroy,
	.size		= sizeof(struct irqline_work_exec),
	.name		= "workqueue",
	.context	= IRQLINE_CONTEXT_TASK,
	.place		= IRQLINE_PLACE_CPU,
	.settings	= IRQLINE_SETTING_CPU | IRQLINE_SETTING_LANES,
	.may_sleep	= true,
};

const struct irqline_bottom_ops irqline_workqueue_highpri_ops = {
	.kick		= irqline_workqueue_highpri_kick,
	.create		= irqline_workqueue_create,
	.quiesce	= irqline_work_quiesce,
	.destroy	= irqline_work_destroy,
	.size		= sizeof(struct irqline_work_exec),
	.name		= "workqueue-highpri",
	.context	= IRQLINE_CONTEXT_TASK,
	.place		= IRQLINE_PLACE_CPU,
	.settings	= IRQLINE_SETTING_CPU | IRQLINE_SETTING_LANES,
	.may_sleep	= true,
};

const struct irqline_bottom_ops irqline_workqueue_unbound_ops = {
	.kick		= irqline_workqueue_unbound_kick,
	.create		= irqline_workqueue_create,
	.quiesce	= irqline_work_quiesce,
	.destroy	= irqline_work_destroy,
	.size		= sizeof(struct irqline_work_exec),
	.name		= "workqueue-unbound",
	.unbound	= "its kworkers run on any CPU; use workqueue or kthread",
	.context	= IRQLINE_CONTEXT_TASK,
	.place		= IRQLINE_PLACE_ANY,
	.settings	= IRQLINE_SETTING_LANES,
	.may_sleep	= true,
};
