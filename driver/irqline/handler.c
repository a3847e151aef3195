// SPDX-License-Identifier: GPL-2.0-only
#include <linux/ctype.h>
#include <linux/hrtimer.h>
#include <linux/ktime.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "handler.h"
#include "registry.h"

/* What a new handler has where nobody says otherwise. It has no source yet. */
const struct irqline_handler_settings irqline_handler_defaults = {
	.bottom	= { .ops = &irqline_tasklet_ops, .cpu = -1 },
	.budget	= 64,
	.queue	= 256,
	.high	= 256,
	.low	= 128,
};

/* How enum irqline_work and its time share a word: 2^61 ns are 73 years. */
#define IRQLINE_SPEND_SHIFT	61

/* Context: any; sleeps never, but lets others run where it may. */
static void irqline_spin(u64 ns)
{
	u64 end = ktime_get_ns() + ns;

	while (ktime_get_ns() < end) {
		cpu_relax();
		/* With PREEMPT_RT, a softirq is preemptible, and reads what RCU protects. */
		if (preemptible() && !rcu_preempt_depth())
			cond_resched();
	}
}

/* Context: may sleep. A wake-up that was meant for the thread's loop is spurious. */
static void irqline_sleep(u64 ns)
{
	ktime_t end = ktime_add_ns(ktime_get(), ns);

	while (ktime_before(ktime_get(), end)) {
		set_current_state(TASK_IDLE);
		schedule_hrtimeout(&end, HRTIMER_MODE_ABS);
	}
}

/* Apart, so that a bottom half without it needs no stack. */
static noinline void irqline_handler_spend_now(u64 spend)
{
	u64 ns = spend & (BIT_ULL(IRQLINE_SPEND_SHIFT) - 1);

	if (spend >> IRQLINE_SPEND_SHIFT == IRQLINE_WORK_SLEEP)
		irqline_sleep(ns);
	else
		irqline_spin(ns);
}

/* The bottom half: one event. Context: as the strategy has it. */
static void irqline_handler_work(struct irqline_lane *lane,
				 const struct irqline_event *event)
{
	struct irqline_handler *handler = lane->owner;
	u64 spend = READ_ONCE(handler->spend);

	if (unlikely(spend))
		irqline_handler_spend_now(spend);
	if (handler->builtin)
		handler->builtin->work(handler->priv, event);
	irqline_tapset_push(handler->taps, event);
}

/*
 * Whether passes are to leave its sources at the device. Many may begin in one round,
 * so passes look at all of them once, when it is over.
 */
static void irqline_handler_hold(struct irqline_handler *handler, bool begin)
{
	struct irqline_hub *hub = handler->hub;

	if (begin && !handler->holds++)
		hub->holds = true;
	else if (!begin && !--handler->holds)
		hub->hold(hub);
}

/*
 * An episode of the handler lasts as long as one of its lanes has one. Under
 * hub->lock, in any context.
 */
static void irqline_handler_alarm(struct irqline_lane *lane, bool begin)
{
	struct irqline_handler *handler = lane->owner;
	struct irqline_counts counts;

	if (lane->overflow == IRQLINE_OVERFLOW_BACKPRESSURE)
		irqline_handler_hold(handler, begin);
	if (begin ? handler->overflowing++ : --handler->overflowing)
		return;
	irqline_laneset_counts_locked(handler->lanes, &counts);
	if (begin)
		irqline_alerts_begin(&handler->alerts, &counts);
	else
		irqline_alerts_end(&handler->alerts, &counts);
}

/**
 * irqline_name_valid() - can a line or a handler have this name?
 * @name: the name; at most %IRQLINE_NAME_MAX characters
 *
 * It stands in paths, in names of threads and in LINE/NAME on command lines.
 *
 * Return: true if it is made of letters, digits, '.', '_' and '-', and neither
 * empty nor hidden.
 */
bool irqline_name_valid(const char *name)
{
	if (!*name || *name == '.' || strlen(name) > IRQLINE_NAME_MAX)
		return false;
	for (; *name; name++)
		if (!isascii(*name) || (!isalnum(*name) && !strchr("._-", *name)))
			return false;
	return true;
}

/**
 * irqline_settings_budget() - how many events one run takes at most
 * @settings: valid settings
 *
 * Where it may not sleep, a run does not spin for longer than %IRQLINE_SPIN_RUN_MAX, or for
 * one event: with as many handlers as a line has, it would look like a CPU that hangs.
 *
 * Return: the budget or less, but not 0.
 */
u32 irqline_settings_budget(const struct irqline_handler_settings *settings)
{
	if (settings->work != IRQLINE_WORK_SPIN || settings->bottom.ops->may_sleep)
		return settings->budget;
	return clamp_t(u64, div64_u64(IRQLINE_SPIN_RUN_MAX, max(settings->work_time, 1ULL)),
		       1, settings->budget);
}

/**
 * irqline_handler_lanes() - lanes for a handler, without executors
 * @handler: whose
 * @settings: valid settings
 *
 * Context: may sleep.
 * Return: the lanes or NULL.
 */
struct irqline_laneset *
irqline_handler_lanes(struct irqline_handler *handler,
		      const struct irqline_handler_settings *settings)
{
	const struct irqline_lane_config config = {
		.hub		= handler->hub,
		.owner		= handler,
		.handler	= handler->id,
		.queue		= settings->queue,
		.overflow	= settings->overflow,
		.high		= settings->high,
		.low		= settings->low,
		.budget		= irqline_settings_budget(settings),
		.work		= irqline_handler_work,
		.alarm		= irqline_handler_alarm,
	};

	return irqline_laneset_alloc(&config,
				     settings->lanes == IRQLINE_LANES_PERCPU);
}

/**
 * irqline_handler_alloc() - a handler that no pass knows, with no executor
 * @line: its line
 * @hub: of the line
 * @taps: of the line
 * @name: a valid name
 * @settings: valid settings
 *
 * Context: may sleep.
 * Return: the handler, with one reference, or NULL.
 */
struct irqline_handler *
irqline_handler_alloc(struct irqline_line *line, struct irqline_hub *hub,
		      struct irqline_tapset *taps, const char *name,
		      const struct irqline_handler_settings *settings)
{
	struct irqline_handler *handler =
		kzalloc(sizeof(*handler), GFP_KERNEL_ACCOUNT);

	if (!handler)
		return NULL;
	handler->hub = hub;
	handler->id = irqline_next_id();
	handler->uio = -1;
	handler->lanes = irqline_handler_lanes(handler, settings);
	if (!handler->lanes) {
		kfree(handler);
		return NULL;
	}
	kref_init(&handler->ref);
	INIT_LIST_HEAD(&handler->node);
	mutex_init(&handler->mutex);
	irqline_alerts_init(&handler->alerts, handler, &hub->lock);
	handler->line = line;
	handler->taps = taps;
	handler->settings = *settings;
	strscpy(handler->name, name, sizeof(handler->name));
	handler->feed.id = handler->id;
	handler->feed.name = handler->name;
	irqline_handler_spend(handler, settings->work, settings->work_time);
	return handler;
}

static void irqline_handler_release(struct kref *ref)
{
	struct irqline_handler *handler =
		container_of(ref, struct irqline_handler, ref);

	irqline_laneset_free(handler->lanes);
	kfree(handler->numbers);
	mutex_destroy(&handler->mutex);
	kfree(handler);
}

/**
 * irqline_handler_put() - give up a reference
 * @handler: the handler
 *
 * Context: may sleep.
 */
void irqline_handler_put(struct irqline_handler *handler)
{
	kref_put(&handler->ref, irqline_handler_release);
}

/**
 * irqline_handler_spend() - set the artificial cost of the bottom half
 * @handler: the handler
 * @work: what it does
 * @ns: for how long; at most %IRQLINE_WORK_TIME_MAX
 *
 * Context: any. The event in work may still cost what it cost before.
 */
void irqline_handler_spend(struct irqline_handler *handler,
			   enum irqline_work work, u64 ns)
{
	u64 spend = work == IRQLINE_WORK_NONE ? 0 :
		((u64)work << IRQLINE_SPEND_SHIFT) | ns;

	WRITE_ONCE(handler->spend, spend);
}

/**
 * irqline_handler_memory() - bytes that a handler takes
 * @handler: the handler
 *
 * The stacks of threads of its own are not counted, nor a number for each CPU once
 * its lanes have changed.
 *
 * Context: process; the handler's or the line's mutex held.
 * Return: the size in bytes, its queues and histograms included.
 */
size_t irqline_handler_memory(const struct irqline_handler *handler)
{
	const struct irqline_bottom_ops *ops = handler->settings.bottom.ops;
	size_t exec = kmalloc_size_roundup(ops->size) + ops->mapped;

	return kmalloc_size_roundup(sizeof(*handler)) +
		irqline_laneset_count(handler->lanes) * exec +
		irqline_laneset_memory(handler->lanes);
}

/**
 * irqline_bottom_equal() - do both say the same about the bottom half?
 * @a: one
 * @b: the other
 *
 * Return: true if a switch from one to the other would be a no-op.
 */
bool irqline_bottom_equal(const struct irqline_bottom_config *a,
			  const struct irqline_bottom_config *b)
{
	return a->ops == b->ops && a->cpu == b->cpu && a->sched == b->sched &&
	       a->sched_priority == b->sched_priority && a->nice == b->nice &&
	       a->delay == b->delay && a->threaded == b->threaded;
}

/**
 * irqline_rank_equal() - do both say the same about the dispatch?
 * @a: one
 * @b: the other
 *
 * Return: true if the dispatch table stays the same.
 */
bool irqline_rank_equal(const struct irqline_handler_settings *a,
			const struct irqline_handler_settings *b)
{
	return a->sources == b->sources && a->priority == b->priority &&
	       a->exclusive == b->exclusive;
}

/**
 * irqline_queues_equal() - do both say the same about the queues?
 * @a: one
 * @b: the other
 *
 * Return: true if the queues, and what they do when they are full, stay the same.
 */
bool irqline_queues_equal(const struct irqline_handler_settings *a,
			  const struct irqline_handler_settings *b)
{
	return a->queue == b->queue && a->overflow == b->overflow &&
	       a->high == b->high && a->low == b->low;
}

/**
 * irqline_settings_equal() - do both say the same?
 * @a: one
 * @b: the other
 *
 * Return: true if so.
 */
bool irqline_settings_equal(const struct irqline_handler_settings *a,
			    const struct irqline_handler_settings *b)
{
	return irqline_rank_equal(a, b) &&
	       irqline_bottom_equal(&a->bottom, &b->bottom) &&
	       a->lanes == b->lanes &&
	       irqline_queues_equal(a, b) &&
	       a->budget == b->budget &&
	       a->work == b->work && a->work_time == b->work_time;
}
