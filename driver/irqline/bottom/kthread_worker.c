// SPDX-License-Identifier: GPL-2.0-only
/*
 * A kthread_worker of our own, bound to a CPU or free, in a scheduling class of
 * choice.
 *
 * quiesce swallows kicks: kthread_cancel_work_sync() takes a work item that
 * waits off its list.
 */
#include <linux/err.h>
#include <linux/kthread.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include "bottom.h"
#include "own_thread.h"

struct irqline_kthread_worker {
	struct irqline_exec exec;
	struct kthread_worker worker;
	struct kthread_work work;
	struct task_struct *task;
};

static struct irqline_kthread_worker *to_worker(struct irqline_exec *exec)
{
	return container_of(exec, struct irqline_kthread_worker, exec);
}

static void irqline_kthread_worker_run(struct kthread_work *work)
{
	struct irqline_kthread_worker *w =
		container_of(work, struct irqline_kthread_worker, work);

	w->exec.run(&w->exec);
}

static enum irqline_kick irqline_kthread_worker_kick(struct irqline_exec *exec)
{
	struct irqline_kthread_worker *w = to_worker(exec);

	kthread_queue_work(&w->worker, &w->work);
	return IRQLINE_KICK_DONE;
}

static struct irqline_exec *
irqline_kthread_worker_create(const struct irqline_bottom_config *config,
			      const struct irqline_bottom_env *env,
			      struct netlink_ext_ack *extack)
{
	struct irqline_kthread_worker *w = kzalloc(sizeof(*w), GFP_KERNEL_ACCOUNT);
	struct task_struct *task;

	if (!w)
		return ERR_PTR(-ENOMEM);
	kthread_init_worker(&w->worker);
	kthread_init_work(&w->work, irqline_kthread_worker_run);
	task = irqline_own_thread(kthread_worker_fn, &w->worker, config, env,
				  extack);
	if (IS_ERR(task)) {
		kfree(w);
		return ERR_CAST(task);
	}
	w->task = task;
	w->worker.task = task;
	wake_up_process(task);
	return &w->exec;
}

static void irqline_kthread_worker_quiesce(struct irqline_exec *exec)
{
	struct irqline_kthread_worker *w = to_worker(exec);

	kthread_cancel_work_sync(&w->work);
	kthread_stop(w->task);
	w->task = NULL;
}

static void irqline_kthread_worker_destroy(struct irqline_exec *exec)
{
	struct irqline_kthread_worker *w = to_worker(exec);

	WARN_ON_ONCE(w->task || !list_empty(&w->worker.work_list));
	kfree(w);
}

const struct irqline_bottom_ops irqline_kthread_worker_ops = {
	.kick		= irqline_kthread_worker_kick,
	.create		= irqline_kthread_worker_create,
	.quiesce	= irqline_kthread_worker_quiesce,
	.destroy	= irqline_kthread_worker_destroy,
	.size		= sizeof(struct irqline_kthread_worker),
	.name		= "kthread-worker",
	.context	= IRQLINE_CONTEXT_TASK,
	.place		= IRQLINE_PLACE_CPU,
	.settings	= IRQLINE_SETTING_CPU | IRQLINE_SETTING_SCHED |
			  IRQLINE_SETTING_NICE | IRQLINE_SETTING_LANES,
	.may_sleep	= true,
};
