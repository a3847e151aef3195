// SPDX-License-Identifier: GPL-2.0-only
/* What the strategies share that have a thread of their own. */
#include <linux/err.h>
#include <linux/kthread.h>
#include <linux/netlink.h>
#include <linux/sched.h>
#include <uapi/linux/sched/types.h>
#include <irqline_fault.h>

#include "bottom.h"
#include "own_thread.h"

static int irqline_own_thread_sched(struct task_struct *task,
				    const struct irqline_bottom_config *config)
{
	static const u32 policy[] = {
		[IRQLINE_SCHED_OTHER]	= SCHED_NORMAL,
		[IRQLINE_SCHED_FIFO]	= SCHED_FIFO,
		[IRQLINE_SCHED_RR]	= SCHED_RR,
	};
	const struct sched_attr attr = {
		.size		= sizeof(attr),
		.sched_policy	= policy[config->sched],
		.sched_priority	= config->sched_priority,
		.sched_nice	= config->nice,
	};

	return irqline_fault() ? -ENOMEM : sched_setattr_nocheck(task, &attr);
}

/**
 * irqline_own_thread() - a thread for an executor
 * @loop: what it runs
 * @data: for @loop
 * @config: where, and in which class
 * @env: whose
 * @extack: for the reason of a failure
 *
 * A bound thread whose CPU goes offline runs elsewhere and stays free.
 *
 * Context: may sleep; config->cpu is -1 or online, and stays so.
 * Return: the thread, named irqline/LINE/HANDLER, which has yet to be woken;
 * or an ERR_PTR.
 */
struct task_struct *
irqline_own_thread(int (*loop)(void *data), void *data,
		   const struct irqline_bottom_config *config,
		   const struct irqline_bottom_env *env,
		   struct netlink_ext_ack *extack)
{
	struct task_struct *task;
	int err;

	task = irqline_fault() ? ERR_PTR(-ENOMEM) :
	       kthread_create(loop, data, "irqline/%s/%s", env->line,
			      env->handler);
	if (IS_ERR(task)) {
		NL_SET_ERR_MSG(extack, "no memory, or no process number, for another thread");
		return task;
	}
	if (config->cpu >= 0)
		kthread_bind(task, config->cpu);
	err = irqline_own_thread_sched(task, config);
	if (err) {
		NL_SET_ERR_MSG(extack, "the scheduler refuses this class or priority");
		kthread_stop(task);
		return ERR_PTR(err);
	}
	return task;
}
