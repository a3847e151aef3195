// SPDX-License-Identifier: GPL-2.0-only
/*
 * The IRQ's own thread, which the top half wakes by returning
 * IRQ_WAKE_THREAD.
 *
 * There is one for all handlers of a line, so what a kick does is to put the
 * executor on the line's list. quiesce takes it off again, and so swallows the
 * kick.
 *
 * While a line gets another top half, the old one's thread and the new one's may
 * both be there. The list is the line's and has one owner, the top half that is
 * published. Whoever runs the list is alone with it, and one who finds that he
 * is not its owner any more leaves after the event in work and has the owner
 * woken: a switch ends although events keep coming.
 */
#include <linux/completion.h>
#include <linux/err.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include "bottom.h"
#include "irq_thread.h"

struct irqline_irq_thread {
	struct irqline_exec exec;
	bool kicked;		/* it is on the list, by exec.next */
	struct irqline_thread *thread;
};

static struct irqline_irq_thread *to_irq_thread(struct irqline_exec *exec)
{
	return container_of(exec, struct irqline_irq_thread, exec);
}

/**
 * irqline_thread_init() - prepare the thread of an interrupt
 * @thread: what to prepare
 * @lock: the raw spinlock under which kicks come
 * @wake: has irqline_thread_run() called for the owner, if there is one; called
 *	with @lock held
 */
void irqline_thread_init(struct irqline_thread *thread, raw_spinlock_t *lock,
			 void (*wake)(struct irqline_thread *thread))
{
	thread->lock = lock;
	thread->wake = wake;
	thread->last = &thread->first;
}

/**
 * irqline_thread_own() - whose thread runs the list from now on
 * @thread: the thread
 * @owner: what that one hands to irqline_thread_run(), or NULL for nobody
 *
 * What waits on the list stays there, until irqline_thread_rouse().
 *
 * Context: the line's lock held.
 */
void irqline_thread_own(struct irqline_thread *thread, const void *owner)
{
	lockdep_assert_held(thread->lock);

	thread->owner = owner;
	if (thread->current_exec)
		WRITE_ONCE(thread->current_exec->yield, true);
}

/**
 * irqline_thread_rouse() - have the owner woken if anything waits
 * @thread: the thread
 *
 * For who knows that a wake-up may have been lost.
 *
 * Context: the line's lock held.
 */
void irqline_thread_rouse(struct irqline_thread *thread)
{
	lockdep_assert_held(thread->lock);

	thread->told = false;
	if (thread->first)
		thread->wake(thread);
}

/* Take the executor at @link off the list. Context: thread->lock held. */
static void irqline_thread_unlink(struct irqline_thread *thread,
				  struct irqline_exec **link)
{
	struct irqline_exec *exec = *link;

	*link = exec->next;
	if (!*link)
		thread->last = link;
	to_irq_thread(exec)->kicked = false;
}

/* Context: thread->lock held; drops it while the executor runs. */
static void irqline_thread_run_one(struct irqline_thread *thread)
{
	struct irqline_exec *exec = thread->first;

	irqline_thread_unlink(thread, &thread->first);
	exec->yield = false;
	thread->current_exec = exec;
	raw_spin_unlock_irq(thread->lock);

	exec->run(exec);
	cond_resched();

	raw_spin_lock_irq(thread->lock);
	thread->current_exec = NULL;
	if (thread->idle) {
		complete(thread->idle);
		thread->idle = NULL;
	}
}

/**
 * irqline_thread_run() - run all that was kicked
 * @thread: the thread
 * @owner: the caller, as irqline_thread_own() may know him
 *
 * Context: the IRQ's thread or who stands in for it, may sleep.
 */
void irqline_thread_run(struct irqline_thread *thread, const void *owner)
{
	raw_spin_lock_irq(thread->lock);
	/* Who runs it sees what is on the list, or has the owner woken. */
	if (!thread->running) {
		thread->running = true;
		while (thread->owner == owner && thread->first)
			irqline_thread_run_one(thread);
		thread->running = false;
		irqline_thread_rouse(thread);
	}
	raw_spin_unlock_irq(thread->lock);
}

static enum irqline_kick irqline_irq_thread_kick(struct irqline_exec *exec)
{
	struct irqline_irq_thread *t = to_irq_thread(exec);
	struct irqline_thread *thread = t->thread;

	lockdep_assert_held(thread->lock);

	if (!t->kicked) {
		t->kicked = true;
		exec->next = NULL;
		*thread->last = exec;
		thread->last = &exec->next;
	}
	return IRQLINE_KICK_THREAD;
}

static struct irqline_exec *
irqline_irq_thread_create(const struct irqline_bottom_config *config,
			  const struct irqline_bottom_env *env,
			  struct netlink_ext_ack *extack)
{
	struct irqline_irq_thread *t = kzalloc(sizeof(*t), GFP_KERNEL_ACCOUNT);

	if (!t)
		return ERR_PTR(-ENOMEM);
	t->thread = env->thread;
	return &t->exec;
}

static void irqline_irq_thread_quiesce(struct irqline_exec *exec)
{
	struct irqline_irq_thread *t = to_irq_thread(exec);
	struct irqline_thread *thread = t->thread;
	struct irqline_exec **link = &thread->first;
	DECLARE_COMPLETION_ONSTACK(idle);
	bool busy;

	raw_spin_lock_irq(thread->lock);
	if (t->kicked) {
		while (*link != exec)
			link = &(*link)->next;
		irqline_thread_unlink(thread, link);
	}
	busy = thread->current_exec == exec;
	if (busy)
		thread->idle = &idle;
	raw_spin_unlock_irq(thread->lock);

	if (busy)
		wait_for_completion(&idle);
}

static void irqline_irq_thread_destroy(struct irqline_exec *exec)
{
	struct irqline_irq_thread *t = to_irq_thread(exec);

	WARN_ON_ONCE(t->kicked);
	kfree(t);
}

const struct irqline_bottom_ops irqline_irq_thread_ops = {
	.kick		= irqline_irq_thread_kick,
	.create		= irqline_irq_thread_create,
	.quiesce	= irqline_irq_thread_quiesce,
	.destroy	= irqline_irq_thread_destroy,
	.size		= sizeof(struct irqline_irq_thread),
	.name		= "irq-thread",
	.unbound	= IRQLINE_FOLLOWS_INTERRUPT,
	.single		= "the interrupt has one thread for all CPUs; use kthread",
	.context	= IRQLINE_CONTEXT_TASK,
	.order		= IRQLINE_ORDER_KICK,
	.place		= IRQLINE_PLACE_INTERRUPT,
	.may_sleep	= true,
};
