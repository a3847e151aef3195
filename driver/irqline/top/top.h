/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Top strategies: ways to have a function called when the interrupt comes. A
 * leaf, as the bottom strategies are: one file, one const ops table, one line in
 * strategy.c, one in Kbuild.
 */
#ifndef _IRQLINE_TOP_H
#define _IRQLINE_TOP_H

#include <linux/hrtimer.h>
#include <linux/interrupt.h>
#include <linux/workqueue.h>
#include <linux/irqline.h>

struct irqline_line;
struct irqline_top_ops;

/**
 * struct irqline_top - a top half at work for one line
 * @ops: its strategy
 * @pass: the way up: one pass, given @irq and the top half. The primary handler of
 *	the interrupt, or called by whoever stands in for that
 * @thread: the way up, likewise: run the bottom halves that wait for the interrupt's
 *	thread. Task context, may sleep
 * @line: for @pass and @thread alone
 * @name: for /proc/interrupts and the thread
 * @irq: the interrupt
 * @intx: it is INTx: others may have it, too, and the device can be kept from
 *	raising it
 * @nothread: exempt from forced threading
 * @in_task: the last pass that found work ran in task context; for @pass alone
 * @period: in nanoseconds, of a strategy that polls
 * @called: of the thread strategy: its thread was woken and has not looked yet
 * @timer: of the poll strategy
 * @work: of the poll strategy: calls @thread
 *
 * Its address is what the interrupt core knows it by (dev_id), so each request
 * has a new one, and the old and the new one can be there side by side.
 */
struct irqline_top {
	const struct irqline_top_ops *ops;
	irq_handler_t pass;
	irq_handler_t thread;
	struct irqline_line *line;
	const char *name;
	unsigned int irq;
	bool intx;
	bool nothread;
	bool in_task;
	u64 period;

	int called;
	struct hrtimer timer;
	struct work_struct work;
};

/**
 * struct irqline_top_ops - a top strategy
 *
 * All are required, but for @retime.
 *
 * @wake: Has thread() called soon, or pass() if that makes the interrupt's
 *	thread be woken. For a kick that came outside of a pass. Any context,
 *	with the line's raw spinlock held and interrupts off; between @start
 *	and @stop.
 * @start: From here on, and before it returns, pass() and thread() can be
 *	called. May sleep. Returns 0 or an error of request_threaded_irq();
 *	cannot fail where it @polls and the line is delivered by INTx. After
 *	@stop it may be started again.
 * @stop: After it returns, pass() and thread() do not run and are not called.
 *	May swallow a @wake. May sleep, up to what a bottom half in the thread
 *	sleeps.
 * @pause: Keeps still what the device itself cannot: passes do not run after
 *	it. Bottom halves do. May sleep.
 * @unpause: Ends @pause. May sleep.
 * @retime: Another period, at once. Process context, while not paused. Only,
 *	and then required, with IRQLINE_SETTING_PERIOD.
 * @name: the exact name by which users choose it
 * @context: where it runs as a rule
 * @settings: the settings that it takes, IRQLINE_SETTING_*
 * @polls: the device may not interrupt where it can be kept from it; a pass that
 *	finds nothing was nobody's interrupt
 */
struct irqline_top_ops {
	void (*wake)(struct irqline_top *top);
	int (*start)(struct irqline_top *top);
	void (*stop)(struct irqline_top *top);
	void (*pause)(struct irqline_top *top);
	void (*unpause)(struct irqline_top *top);
	void (*retime)(struct irqline_top *top, u64 period);
	const char *name;
	enum irqline_context context;
	u32 settings;
	bool polls;
};

extern const struct irqline_top_ops irqline_hard_ops;
extern const struct irqline_top_ops irqline_thread_ops;
extern const struct irqline_top_ops irqline_poll_ops;

/* action.c: what those have in common that have an action of their own. */
unsigned long irqline_action_flags(const struct irqline_top *top);
void irqline_action_wake(struct irqline_top *top);
void irqline_action_stop(struct irqline_top *top);
void irqline_action_pause(struct irqline_top *top);
void irqline_action_unpause(struct irqline_top *top);

#endif /* _IRQLINE_TOP_H */
