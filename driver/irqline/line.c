// SPDX-License-Identifier: GPL-2.0-only
/*
 * Lines, and their clients.
 */
#include <linux/cpu.h>
#include <linux/err.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <irqline.h>

#include "line.h"
#include "registry.h"
#include "roster.h"
#include "tap.h"

/* How long a suspend waits for bottom halves, in milliseconds. */
#define IRQLINE_DRAIN_MS	5000

static void irqline_line_release(struct kref *ref)
{
	struct irqline_line *line = container_of(ref, struct irqline_line, ref);

	irqline_table_free(line->empty);
	free_cpumask_var(line->affinity);
	mutex_destroy(&line->mutex);
	kfree(line);
}

/**
 * irqline_line_put() - give up a reference
 * @line: the line
 *
 * Context: may sleep.
 */
void irqline_line_put(struct irqline_line *line)
{
	kref_put(&line->ref, irqline_line_release);
}

/**
 * irqline_line_memory() - bytes that a line takes
 * @line: the line
 *
 * Context: line->mutex held.
 * Return: the size in bytes, its handlers and their queues included.
 */
size_t irqline_line_memory(struct irqline_line *line)
{
	size_t size = kmalloc_size_roundup(sizeof(*line)) +
		      kmalloc_size_roundup(sizeof(*line->top));
	struct irqline_handler *handler;

	lockdep_assert_held(&line->mutex);

	list_for_each_entry(handler, &line->handlers, node)
		size += irqline_handler_memory(handler);
	return size + line->table->size;
}

/**
 * irqline_line_counts() - what a line has counted
 * @line: the line
 * @counts: to be filled
 * @gone: set if the device no longer answers
 *
 * Context: process.
 */
void irqline_line_counts(struct irqline_line *line,
			 struct irqline_line_counts *counts, bool *gone)
{
	raw_spin_lock_irq(&line->hub.lock);
	*counts = line->counts;
	*gone = line->gone;
	raw_spin_unlock_irq(&line->hub.lock);
}

/**
 * irqline_line_forced() - does the kernel run the primary handler in a thread?
 * @line: the line
 *
 * Context: process; line->mutex held.
 * Return: true if there is a primary handler that may be forced, and PREEMPT_RT
 * does, or the last pass that found work has shown it.
 */
bool irqline_line_forced(struct irqline_line *line)
{
	bool seen;

	lockdep_assert_held(&line->mutex);

	if (line->settings.top != &irqline_hard_ops || line->settings.nothread)
		return false;
	raw_spin_lock_irq(&line->hub.lock);
	seen = line->top && line->top->in_task;
	raw_spin_unlock_irq(&line->hub.lock);
	return seen || IS_ENABLED(CONFIG_PREEMPT_RT);
}

/**
 * irqline_line_reset() - start the line's own counts from zero
 * @line: the line
 *
 * Context: process.
 */
void irqline_line_reset(struct irqline_line *line)
{
	raw_spin_lock_irq(&line->hub.lock);
	line->counts = (struct irqline_line_counts) { };
	raw_spin_unlock_irq(&line->hub.lock);
}

static bool irqline_config_valid(const struct irqline_config *config)
{
	const struct irqline_client_ops *ops = config->ops;

	return irqline_name_valid(config->name) && config->sources &&
	       ops->status && ops->ack && ops->rearm && ops->alive &&
	       (ops->capture || !config->captured) &&
	       ops->mask && ops->unmask && ops->deliver;
}

static int irqline_line_alloc_parts(struct irqline_line *line)
{
	if (!zalloc_cpumask_var(&line->affinity, GFP_KERNEL))
		return -ENOMEM;
	line->empty = irqline_table_alloc(0);
	line->taps = irqline_tapset_alloc();
	if (line->empty && line->taps)
		return 0;
	irqline_table_free(line->empty);
	if (line->taps)
		irqline_tapset_end(line->taps);
	free_cpumask_var(line->affinity);
	return -ENOMEM;
}

static struct irqline_line *
irqline_line_alloc(const struct irqline_config *config)
{
	struct irqline_line *line = kzalloc(sizeof(*line), GFP_KERNEL);

	if (!line)
		return NULL;
	if (irqline_line_alloc_parts(line)) {
		kfree(line);
		return NULL;
	}
	line->table = line->empty;
	raw_spin_lock_init(&line->hub.lock);
	irqline_thread_init(&line->hub.thread, &line->hub.lock,
			    irqline_line_wake);
	line->hub.hold = irqline_line_hold;
	init_completion(&line->hub.drained);
	line->hub.clock = true;
	line->ops = config->ops;
	line->priv = config->priv;
	line->captured = config->captured;
	line->sources = config->sources;
	line->dev = config->dev;
	line->bar = config->bar;
	line->bar_size = config->bar_size;
	kref_init(&line->ref);
	mutex_init(&line->mutex);
	INIT_LIST_HEAD(&line->handlers);
	INIT_LIST_HEAD(&line->peer);
	INIT_LIST_HEAD(&line->changed);
	strscpy(line->name, config->name, sizeof(line->name));
	return line;
}

static int irqline_line_add_builtin(struct irqline_line *line,
				    const struct irqline_builtin *builtin)
{
	struct irqline_handler_settings settings = irqline_handler_defaults;
	struct irqline_handler *handler;
	int err;

	settings.sources = builtin->sources;
	settings.overflow = IRQLINE_OVERFLOW_MERGE;
	handler = irqline_handler_alloc(line, &line->hub, line->taps,
					builtin->name, &settings);
	if (!handler)
		return -ENOMEM;
	handler->builtin = builtin;
	handler->priv = line->priv;
	cpus_read_lock();
	err = irqline_roster_add(line, handler, NULL);
	cpus_read_unlock();
	irqline_handler_put(handler);
	return err;
}

static int irqline_line_add_builtins(struct irqline_line *line,
				     const struct irqline_config *config)
{
	unsigned int i;
	int err = 0;

	for (i = 0; i < config->nr_builtins && !err; i++)
		err = irqline_line_add_builtin(line, &config->builtins[i]);
	return err;
}

/* The end of a line without handlers or passes, that nobody can find. */
static void irqline_line_end(struct irqline_line *line)
{
	irqline_tapset_end(line->taps);
	irqline_line_put(line);
}

static int irqline_line_begin_locked(struct irqline_line *line,
				     const struct irqline_config *config)
{
	int err;

	err = irqline_tops_start(line, config);
	if (err)
		return err;
	err = irqline_registry_add(line);
	if (err)
		irqline_tops_stop(line);
	else
		irqline_notify(IRQLINE_NOTIFY_LINE_ADD, line);
	return err;
}

static int irqline_line_begin(struct irqline_line *line,
			      const struct irqline_config *config)
{
	int err;

	err = irqline_line_add_builtins(line, config);
	if (err)
		return err;
	irqline_tops_lock();
	err = irqline_line_begin_locked(line, config);
	irqline_tops_unlock();
	return err;
}

/**
 * irqline_register() - hand an interrupt to irqline
 * @config: the line
 *
 * From here on, and before it returns, the callbacks are called. The device
 * must be quiet or able to be served. What it had pending before is found.
 *
 * Context: may sleep.
 * Return: the line, to be given back by irqline_unregister(). As an ERR_PTR:
 * -EINVAL for an incomplete @config, -EEXIST if there is a line of that name,
 * -ENOMEM, or what request_threaded_irq() says.
 */
struct irqline_line *irqline_register(const struct irqline_config *config)
{
	struct irqline_line *line;
	int err;

	if (!irqline_config_valid(config))
		return ERR_PTR(-EINVAL);
	line = irqline_line_alloc(config);
	if (!line)
		return ERR_PTR(-ENOMEM);
	err = irqline_line_begin(line, config);
	if (err) {
		irqline_roster_end(line);
		irqline_line_end(line);
		return ERR_PTR(err);
	}
	return line;
}
EXPORT_SYMBOL_GPL(irqline_register);

/**
 * irqline_unregister() - take the interrupt back
 * @line: of irqline_register()
 *
 * When it returns, no callback runs and none will be called, and the device is
 * masked. Requests that are at work are waited for, files that are open end with
 * ENODEV. Events that were taken but not handled are dropped.
 *
 * Context: may sleep, up to what a bottom half sleeps. Must not be called from a
 * callback.
 */
void irqline_unregister(struct irqline_line *line)
{
	irqline_registry_del(line);
	irqline_tops_lock();
	mutex_lock(&line->mutex);
	line->dead = true;
	mutex_unlock(&line->mutex);
	irqline_tops_unlock();

	/* Handlers first: passes go on to acknowledge as long as there are any. */
	irqline_roster_end(line);
	irqline_tops_lock();
	irqline_notify(IRQLINE_NOTIFY_LINE_DEL, line);
	irqline_tops_stop(line);
	irqline_tops_unlock();
	irqline_line_end(line);
}
EXPORT_SYMBOL_GPL(irqline_unregister);

static bool irqline_line_idle(struct irqline_line *line)
{
	struct irqline_handler *handler;
	bool idle = true;

	mutex_lock(&line->mutex);
	list_for_each_entry(handler, &line->handlers, node)
		idle = idle && irqline_laneset_idle(handler->lanes);
	mutex_unlock(&line->mutex);
	return idle;
}

/* Nothing is taken any more: wait until all that was taken is handled. */
static bool irqline_line_drain(struct irqline_line *line)
{
	unsigned long left = msecs_to_jiffies(IRQLINE_DRAIN_MS);
	struct irqline_hub *hub = &line->hub;
	bool idle;

	WRITE_ONCE(hub->draining, true);
	/* Pairs with irqline_exec_run(): it gave up, or sees that we wait. */
	smp_mb();
	while (!(idle = irqline_line_idle(line)) && left)
		left = wait_for_completion_timeout(&hub->drained, left);
	WRITE_ONCE(hub->draining, false);
	return idle;
}

/**
 * irqline_suspend() - keep a line still
 * @line: the line
 *
 * For a driver's suspend callback, before the device loses power: when it
 * returns, no pass touches the device, and all that was taken is handled.
 *
 * Context: may sleep.
 * Return: 0, or -EBUSY if a bottom half is not done within five seconds; then
 * the line goes on as before.
 */
int irqline_suspend(struct irqline_line *line)
{
	irqline_tops_lock();
	irqline_tops_pause(line);
	irqline_tops_unlock();
	if (irqline_line_drain(line))
		return 0;
	irqline_resume(line);
	return -EBUSY;
}
EXPORT_SYMBOL_GPL(irqline_suspend);

/**
 * irqline_resume() - let a line go on
 * @line: a line for which irqline_suspend() returned 0
 *
 * For a driver's resume callback, with the device able to be served. What its
 * status says is pending is found.
 *
 * Context: may sleep.
 */
void irqline_resume(struct irqline_line *line)
{
	irqline_tops_lock();
	irqline_tops_unpause(line);
	irqline_tops_unlock();
}
EXPORT_SYMBOL_GPL(irqline_resume);

/**
 * irqline_tap_open() - have a file receive the events of a line
 * @line: a line that is registered
 *
 * The tap outlives the line.
 *
 * Context: may sleep.
 * Return: the tap, to be closed by irqline_tap_close(). As an ERR_PTR:
 * -ENOMEM, -ENODEV, or -ENOSPC if the line has as many as it can.
 */
struct irqline_tap *irqline_tap_open(struct irqline_line *line)
{
	return irqline_tap_create(line->taps);
}
EXPORT_SYMBOL_GPL(irqline_tap_open);
