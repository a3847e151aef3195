// SPDX-License-Identifier: GPL-2.0-only
/*
 * A thread of our own, bound to a CPU or free, in a scheduling class of
 * choice.
 *
 * quiesce swallows kicks: kthread_stop() may come before the thread has looked
 * for its token, even before its first run.
 */
#include <linux/err.h>
#include <linux/kthread.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include "bottom.h"
#include "own_thread.h"

struct irqline_kthread {
	struct irqline_exec exec;
	struct task_struct *task;
};

static struct irqline_kthread *to_kthread_exec(struct irqline_exec *exec)
{
	return container_of(exec, struct irqline_kthread, exec);
}

static int irqline_kthread_loop(void *data)
{
	struct irqline_kthread *k = data;

	for (;;) {
		/* Pairs with the wake-up after the token was set. */
		set_current_state(TASK_IDLE);
		if (kthread_should_stop())
			break;
		if (!irqline_exec_kicked(&k->exec)) {
			schedule();
			continue;
		}
		__set_current_state(TASK_RUNNING);
		k->exec.run(&k->exec);
		cond_resched();
	}
	__set_current_state(TASK_RUNNING);
	return 0;
}

static enum irqline_kick irqline_kthread_kick(struct irqline_exec *exec)
{
	wake_up_process(to_kthread_exec(exec)->task);
	return IRQLINE_KICK_DONE;
}

static struct irqline_exec *
irqline_kthread_create(const struct irqline_bottom_config *config,
		       const struct irqline_bottom_env *env,
		       struct netlink_ext_ack *extack)
{
	struct irqline_kthread *k = kzalloc(sizeof(*k), GFP_KERNEL_ACCOUNT);
	struct task_struct *task;

	if (!k)
		return ERR_PTR(-ENOMEM);
	task = irqline_own_thread(irqline_kthread_loop, k, config, env, extack);
	if (IS_ERR(task)) {
		kfree(k);
		return ERR_CAST(task);
	}
	k->task = task;
	/* Into its loop: a thread that never ran would count as hung. */
	wake_up_process(task);
	return &k->exec;
}

static void irqline_kthread_quiesce(struct irqline_exec *exec)
{
	struct irqline_kthread *k = to_kthread_exec(exec);

	kthread_stop(k->task);
	k->task = NULL;
}

static void irqline_kthread_destroy(struct irqline_exec *exec)
{
	struct irqline_kthread *k = to_kthread_exec(exec);

	WARN_ON_ONCE(k->task);
	kfree(k);
}

const struct irqline_bottom_ops irqline_kthread_ops = {
	.kick		= irqline_kthread_kick,
	.create		= irqline_kthread_create,
	.quiesce	= irqline_kthread_quiesce,
	.destroy	= irqline_kthread_destroy,
	.size		= sizeof(struct irqline_kthread),
	.name		= "kthread",
	.context	= IRQLINE_CONTEXT_TASK,
	.place		= IRQLINE_PLACE_CPU,
	.settings	= IRQLINE_SETTING_CPU | IRQLINE_SETTING_SCHED |
			  IRQLINE_SETTING_NICE | IRQLINE_SETTING_LANES,
	.may_sleep	= true,
};
