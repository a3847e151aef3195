/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Code of an executor that its mechanism no longer knows of, or never did, and
 * that quiesce has to wait for.
 */
#ifndef _IRQLINE_BOTTOM_BUSY_H
#define _IRQLINE_BOTTOM_BUSY_H

#include <linux/atomic.h>
#include <linux/completion.h>

/**
 * struct irqline_busy - who is at work
 * @count: those at work, and one until irqline_busy_wait()
 * @idle: the last one has left
 */
struct irqline_busy {
	atomic_t count;
	struct completion idle;
};

static inline void irqline_busy_init(struct irqline_busy *busy)
{
	atomic_set(&busy->count, 1);
	init_completion(&busy->idle);
}

static inline void irqline_busy_enter(struct irqline_busy *busy)
{
	atomic_inc(&busy->count);
}

/* The last touch: whoever waits may free it. */
static inline void irqline_busy_leave(struct irqline_busy *busy)
{
	if (atomic_dec_and_test(&busy->count))
		complete(&busy->idle);
}

/* Once, when nobody can enter any more. May sleep. */
static inline void irqline_busy_wait(struct irqline_busy *busy)
{
	if (!atomic_dec_and_test(&busy->count))
		wait_for_completion(&busy->idle);
}

static inline bool irqline_busy_over(const struct irqline_busy *busy)
{
	return !atomic_read(&busy->count);
}

#endif /* _IRQLINE_BOTTOM_BUSY_H */
