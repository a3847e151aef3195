/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _IRQLINE_BOTTOM_IRQ_THREAD_H
#define _IRQLINE_BOTTOM_IRQ_THREAD_H

#include <linux/lockdep.h>
#include <linux/spinlock.h>

struct completion;
struct irqline_exec;

/**
 * struct irqline_thread - the thread of one interrupt, which serves all
 *	executors of the irq-thread strategy on that line
 * @lock: the line's raw spinlock; protects all the rest
 * @first: executors waiting to be run, in the order of their kicks, or NULL
 * @last: where the next of them is linked
 * @current_exec: the one in work
 * @idle: completed when @current_exec is done, if quiesce waits for that
 * @owner: who may run the list: the published top half, or NULL
 * @wake: has @owner run it; never touches anything if that is NULL
 * @running: somebody runs the list; not always @owner
 * @told: the top half has asked for the thread, and it has not found the list
 *	empty since
 */
struct irqline_thread {
	raw_spinlock_t *lock;
	struct irqline_exec *first;
	struct irqline_exec **last;
	struct irqline_exec *current_exec;
	struct completion *idle;
	const void *owner;
	void (*wake)(struct irqline_thread *thread);
	bool running;
	bool told;
};

void irqline_thread_init(struct irqline_thread *thread, raw_spinlock_t *lock,
			 void (*wake)(struct irqline_thread *thread));
void irqline_thread_own(struct irqline_thread *thread, const void *owner);
void irqline_thread_rouse(struct irqline_thread *thread);
void irqline_thread_run(struct irqline_thread *thread, const void *owner);

/**
 * irqline_thread_tell() - does the top half have to wake the thread?
 * @thread: the thread
 *
 * True once for each time that the thread has work, not for each interrupt
 * that comes while it waits: the interrupt core takes a long row of wake-ups
 * without a thread that finishes for an interrupt that nobody serves.
 *
 * Context: the line's lock held.
 * Return: true if the top half must return IRQ_WAKE_THREAD.
 */
static inline bool irqline_thread_tell(struct irqline_thread *thread)
{
	lockdep_assert_held(thread->lock);

	if (likely(!thread->first) || thread->told)
		return false;
	thread->told = true;
	return true;
}

#endif /* _IRQLINE_BOTTOM_IRQ_THREAD_H */
