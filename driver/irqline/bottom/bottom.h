/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Bottom strategies: ways to have a function called later.
 *
 * A strategy is a leaf: one file, one const ops table, one line in
 * strategy.c, one in Kbuild. It knows how to have exec->run() called in its
 * context, on its CPU, and nothing of lanes, handlers or netlink.
 */
#ifndef _IRQLINE_BOTTOM_H
#define _IRQLINE_BOTTOM_H

#include <linux/atomic.h>
#include <linux/types.h>
#include <linux/irqline.h>

struct device;
struct irqline_busy;
struct irqline_exec;
struct irqline_lane;
struct irqline_thread;
struct netlink_ext_ack;

/* What a kick leaves to the one who kicked. */
enum irqline_kick {
	IRQLINE_KICK_DONE,	/* nothing: it will run */
	IRQLINE_KICK_THREAD,	/* have the IRQ's thread woken */
};

/* What a kick leaves to the one who runs. */
enum irqline_token {
	IRQLINE_TOKEN_NONE,
	IRQLINE_TOKEN_KICKED,
	/* Not kicked by a top half, or by a run in one that has used its budget up. */
	IRQLINE_TOKEN_HANDED_OVER,
};

/**
 * struct irqline_bottom_config - how a bottom half is to run
 * @ops: the strategy
 * @cpu: the CPU that it is bound to, or -1
 * @sched: scheduling class of a thread of its own
 * @sched_priority: 1 to 99 with fifo and rr, else 0
 * @nice: -20 to 19, with IRQLINE_SCHED_OTHER only
 * @delay: from the kick to the run, in nanoseconds
 * @threaded: in a thread instead of a softirq, where it can be either
 */
struct irqline_bottom_config {
	const struct irqline_bottom_ops *ops;
	int cpu;
	enum irqline_sched sched;
	unsigned int sched_priority;
	int nice;
	u64 delay;
	bool threaded;
};

/**
 * struct irqline_bottom_env - where an executor is created
 * @line: name of the line, for the names of threads
 * @handler: name of the handler, likewise
 * @thread: the thread of the line's interrupt
 * @dev: the device
 * @bar: the device's registers, for a strategy that maps them
 * @bar_size: bytes of them; 0 if there are none
 */
struct irqline_bottom_env {
	const char *line;
	const char *handler;
	struct irqline_thread *thread;
	struct device *dev;
	phys_addr_t bar;
	resource_size_t bar_size;
};

/**
 * struct irqline_bottom_ops - a bottom strategy
 *
 * Sorted by heat. All are required, but for @deliver, @load, @uio and @mapped.
 *
 * @kick: Makes exec->run() be called soon, once or more often. Any context,
 *	with the line's raw spinlock held and interrupts off; never fails,
 *	never sleeps, never calls exec->run() itself. Where a pass runs the
 *	executor itself (&irqline_exec.busy), for whoever is not a pass, or has
 *	used its budget up.
 * @deliver: Takes the event whose work is done, before it counts as handled. Called
 *	within exec->run(), for a strategy whose bottom half goes on elsewhere.
 * @load: Loads the modules that @create needs, which says if that has failed. May
 *	sleep, with no lock held.
 * @create: Allocates an executor and all that it needs. May sleep. The CPU
 *	hotplug lock is held for reading, and config->cpu is -1 or online.
 *	Returns it or an ERR_PTR, with a reason in the extack.
 * @quiesce: After it returns, no code of this executor runs and none can
 *	start. It may swallow a kick, whose token then stays set. May sleep,
 *	up to one event's work. Called once, when nobody can kick any more.
 * @destroy: Frees what @create made. Called once, after @quiesce. May sleep.
 * @uio: The number of its UIO device. May sleep.
 * @size: bytes that @create allocates
 * @mapped: further bytes, in whole pages, for user space to map
 * @name: the exact name by which users choose it
 * @softirq: the vector that it runs on, or NULL
 * @unbound: why its CPU cannot be chosen, and what can; NULL if it can
 * @single: why it cannot have a lane for each CPU, and what can; NULL if it can
 * @context: where it runs as a rule
 * @order: among executors that are kicked on one CPU
 * @place: what decides on which CPU it runs
 * @settings: the settings that it takes, IRQLINE_SETTING_*
 * @budget_max: events that one run may take at most, 0 for no such bound
 * @may_sleep: its work may sleep
 */
struct irqline_bottom_ops {
	enum irqline_kick (*kick)(struct irqline_exec *exec);
	void (*deliver)(struct irqline_exec *exec,
			const struct irqline_event *event);

	void (*load)(void);
	struct irqline_exec *(*create)(const struct irqline_bottom_config *config,
				       const struct irqline_bottom_env *env,
				       struct netlink_ext_ack *extack);
	void (*quiesce)(struct irqline_exec *exec);
	void (*destroy)(struct irqline_exec *exec);
	int (*uio)(struct irqline_exec *exec);

	size_t size;
	size_t mapped;
	const char *name;
	const char *softirq;
	const char *unbound;
	const char *single;
	enum irqline_context context;
	enum irqline_order order;
	enum irqline_place place;
	u32 settings;
	u32 budget_max;
	bool may_sleep;
};

/**
 * struct irqline_exec - an executor: one strategy at work for one lane
 * @ops: its strategy
 * @run: the way up. Takes the token and does the lane's work, or returns at
 *	once if there is no token. Returns how many events it handled
 * @lane: for @run alone
 * @busy: set by the create() of a strategy whose bottom half runs in the pass itself:
 *	who means to run it enters this under the line's lock, and leaves it when
 *	that is done, and quiesce waits for that. NULL for all others
 * @next: link of the list of the pass that will run it here, or of the IRQ's thread
 * @cpu: that it is bound to, or -1; for those who switch
 * @token: enum irqline_token, from the kick until run() or, after quiesce, the switch
 *	takes it
 * @yield: of irq-thread: pass ownership on after the event in work; written under
 *	the line's lock
 *
 * A strategy embeds it in a struct of its own. @ops, @run, @lane and @cpu are set
 * by the caller of create().
 */
struct irqline_exec {
	const struct irqline_bottom_ops *ops;
	unsigned int (*run)(struct irqline_exec *exec);
	struct irqline_lane *lane;
	struct irqline_busy *busy;
	struct irqline_exec *next;
	int cpu;
	int token;
	bool yield;
};

/* Why the CPU of a strategy with IRQLINE_PLACE_INTERRUPT cannot be chosen. */
#define IRQLINE_FOLLOWS_INTERRUPT \
	"it runs where the interrupt comes; set that affinity, or use kthread"

static inline void irqline_exec_set(struct irqline_exec *exec,
				    enum irqline_token token)
{
	/* Pairs with irqline_exec_take(): who takes it sees all before. */
	smp_store_release(&exec->token, token);
}

static inline enum irqline_token irqline_exec_take(struct irqline_exec *exec)
{
	return xchg(&exec->token, IRQLINE_TOKEN_NONE);
}

static inline bool irqline_exec_kicked(const struct irqline_exec *exec)
{
	return READ_ONCE(exec->token);
}

extern const struct irqline_bottom_ops irqline_inline_ops;
extern const struct irqline_bottom_ops irqline_tasklet_hi_ops;
extern const struct irqline_bottom_ops irqline_tasklet_ops;
extern const struct irqline_bottom_ops irqline_bh_highpri_ops;
extern const struct irqline_bottom_ops irqline_bh_ops;
extern const struct irqline_bottom_ops irqline_irq_poll_ops;
extern const struct irqline_bottom_ops irqline_timer_ops;
extern const struct irqline_bottom_ops irqline_hrtimer_ops;
extern const struct irqline_bottom_ops irqline_napi_ops;
extern const struct irqline_bottom_ops irqline_workqueue_highpri_ops;
extern const struct irqline_bottom_ops irqline_workqueue_ops;
extern const struct irqline_bottom_ops irqline_workqueue_unbound_ops;
extern const struct irqline_bottom_ops irqline_irq_thread_ops;
extern const struct irqline_bottom_ops irqline_kthread_ops;
extern const struct irqline_bottom_ops irqline_kthread_worker_ops;
extern const struct irqline_bottom_ops irqline_uio_ops;

#endif /* _IRQLINE_BOTTOM_H */
