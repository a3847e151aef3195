/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Top strategies: ways to have a function called when the interrupt comes. A
 * leaf, as the bottom strategies are.
 */
#ifndef _IRQLINE_TOP_H
#define _IRQLINE_TOP_H

#include <linux/interrupt.h>
#include <linux/irqline.h>

/**
 * struct irqline_top - a top half at work for one line
 * @pass: the way up: one pass. Called by the interrupt, or by whoever stands
 *	in for it
 * @thread: the way up: the interrupt's thread was woken
 * @irq: the interrupt
 * @shared: others may have it, too
 * @name: for /proc/interrupts and the thread
 */
struct irqline_top {
	irqreturn_t (*pass)(struct irqline_top *top);
	void (*thread)(struct irqline_top *top);
	unsigned int irq;
	bool shared;
	const char *name;
};

/**
 * struct irqline_top_ops - a top strategy
 * @start: Required. From here on, and before it returns, pass() can be
 *	called. May sleep. Returns 0 or an error of request_threaded_irq().
 * @stop: Required. After it returns, pass() and thread() do not run and are
 *	not called. May sleep, up to what a bottom half in the thread sleeps.
 * @name: the exact name by which users choose it
 * @context: where it runs as a rule
 */
struct irqline_top_ops {
	int (*start)(struct irqline_top *top);
	void (*stop)(struct irqline_top *top);
	const char *name;
	enum irqline_context context;
};

extern const struct irqline_top_ops irqline_hard_ops;

#endif /* _IRQLINE_TOP_H */
