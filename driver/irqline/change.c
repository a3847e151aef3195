// SPDX-License-Identifier: GPL-2.0-only
/*
 * Changing a handler while events flow.
 *
 * All that can fail comes first; what it allocates is collected, so that only
 * one function has to give back what was not used.
 */
#include <linux/err.h>
#include <linux/netlink.h>
#include <linux/slab.h>

#include "bottom/bottom.h"
#include "change.h"
#include "executor.h"
#include "line.h"
#include "registry.h"
#include "roster.h"

/**
 * struct irqline_change - what a change of a handler has to have beforehand
 * @execs: executors, or NULL if they stay
 * @lanes: lanes, or NULL if they stay
 * @spare: executors for the old lanes, should the new ones not do
 * @rings: memory for queues of another size, or NULL if the lanes or their queues
 *	stay as they are
 * @requeue: the lanes stay, and what their queues do when they are full changes
 * @table: a table to be filled, or NULL if the dispatch stays
 * @uio: the number of the UIO device afterwards, or -1
 *
 * What was used is NULL afterwards.
 */
struct irqline_change {
	struct irqline_execs *execs;
	struct irqline_laneset *lanes;
	struct irqline_execs *spare;
	struct irqline_ring **rings;
	bool requeue;
	struct irqline_table *table;
	int uio;
};

static void irqline_change_end(struct irqline_change *change,
			       const struct irqline_handler *handler)
{
	irqline_laneset_free_rings(handler->lanes, change->rings);
	irqline_execs_discard(change->execs);
	irqline_execs_discard(change->spare);
	irqline_laneset_free(change->lanes);
	irqline_table_free(change->table);
}

static int irqline_change_execs(struct irqline_execs **execs,
				struct irqline_line *line,
				struct irqline_handler *handler,
				const struct irqline_laneset *lanes,
				const struct irqline_bottom_config *config,
				struct netlink_ext_ack *extack)
{
	struct irqline_execs *created =
		irqline_execs_create(line, handler, lanes, config, extack);

	if (IS_ERR(created))
		return PTR_ERR(created);
	*execs = created;
	return 0;
}

static int irqline_change_room_locked(struct irqline_line *line, size_t more,
				      struct netlink_ext_ack *extack)
{
	lockdep_assert_held(&line->mutex);

	if (irqline_line_memory(line) + more <= IRQLINE_MEMORY_MAX)
		return 0;
	NL_SET_ERR_MSG(extack, "the line's queues would take too much memory");
	return -ENOSPC;
}

/*
 * Before memory is allocated that will not be had. Others may take it meanwhile, so
 * who takes it looks again.
 */
static int irqline_change_room(struct irqline_line *line, size_t more,
			       struct netlink_ext_ack *extack)
{
	int err;

	mutex_lock(&line->mutex);
	err = irqline_change_room_locked(line, more, extack);
	mutex_unlock(&line->mutex);
	return err;
}

static int irqline_change_lanes(struct irqline_change *change,
				struct irqline_line *line,
				struct irqline_handler *handler,
				const struct irqline_handler_settings *settings,
				struct netlink_ext_ack *extack)
{
	bool percpu = settings->lanes == IRQLINE_LANES_PERCPU;
	unsigned int nr = percpu ? num_possible_cpus() : 1;
	int err;

	if (!handler->numbers)
		handler->numbers = kcalloc(nr_cpu_ids, sizeof(u64),
					   GFP_KERNEL_ACCOUNT);
	err = irqline_change_room(line, nr * irqline_ring_memory(settings->queue),
				  extack);
	if (err)
		return err;
	change->lanes = irqline_handler_lanes(handler, settings);
	if (!handler->numbers || !change->lanes)
		return -ENOMEM;
	return irqline_change_execs(&change->spare, line, handler,
				    handler->lanes, &handler->settings.bottom,
				    extack);
}

static size_t irqline_change_ring_memory(const struct irqline_laneset *lanes,
					 u32 size)
{
	return irqline_laneset_count(lanes) * irqline_ring_memory(size);
}

/* What waits in the rings that are there now stays there until it is handled. */
static int irqline_change_rings(struct irqline_change *change,
				struct irqline_line *line,
				const struct irqline_laneset *lanes, u32 size,
				struct netlink_ext_ack *extack)
{
	int err;

	err = irqline_change_room(line, irqline_change_ring_memory(lanes, size),
				  extack);
	if (err)
		return err;
	change->rings = irqline_laneset_rings(lanes, size);
	return change->rings ? 0 : -ENOMEM;
}

static int irqline_change_queues(struct irqline_change *change,
				 struct irqline_line *line,
				 struct irqline_handler *handler,
				 const struct irqline_handler_settings *settings,
				 struct netlink_ext_ack *extack)
{
	const struct irqline_handler_settings *now = &handler->settings;

	if (irqline_queues_equal(now, settings))
		return 0;
	change->requeue = true;
	if (now->queue == settings->queue)
		return 0;
	return irqline_change_rings(change, line, handler->lanes,
				    settings->queue, extack);
}

/* All that can fail. What there is then is left to irqline_change_end(). */
static int irqline_change_begin(struct irqline_change *change,
				struct irqline_line *line,
				struct irqline_handler *handler,
				const struct irqline_handler_settings *settings,
				struct netlink_ext_ack *extack)
{
	const struct irqline_handler_settings *now = &handler->settings;
	int err;

	change->uio = handler->uio;
	if (!irqline_rank_equal(now, settings)) {
		change->table = irqline_table_alloc(IRQLINE_HANDLERS_MAX);
		if (!change->table)
			return -ENOMEM;
	}
	if (now->lanes != settings->lanes)
		err = irqline_change_lanes(change, line, handler, settings,
					   extack);
	else
		err = irqline_change_queues(change, line, handler, settings,
					    extack);
	if (err)
		return err;
	if (!change->lanes && irqline_bottom_equal(&now->bottom, &settings->bottom))
		return 0;
	err = irqline_change_execs(&change->execs, line, handler,
				   change->lanes ?: handler->lanes,
				   &settings->bottom, extack);
	if (!err)
		change->uio = irqline_execs_uio(change->execs);
	return err;
}

/*
 * The settings that a get shows, and the dispatch. A dead line has none any
 * more. Context: line->mutex held.
 */
static void irqline_change_settle(struct irqline_change *change,
				  struct irqline_line *line,
				  struct irqline_handler *handler,
				  const struct irqline_handler_settings *settings)
{
	handler->settings = *settings;
	handler->uio = change->uio;
	if (!change->table || line->dead)
		return;
	irqline_roster_move(line, handler, change->table);
	change->table = NULL;
}

/*
 * Other queues, or others to do when they are full. Returns NULL, or why it cannot be.
 * Context: line->mutex held.
 */
static const char *irqline_change_requeue(struct irqline_change *change,
					  struct irqline_handler *handler,
					  const struct irqline_handler_settings *settings)
{
	const char *why = NULL;

	raw_spin_lock_irq(&handler->hub->lock);
	if (change->rings)
		why = irqline_laneset_chain(handler->lanes, change->rings,
					    settings->queue);
	if (!why)
		irqline_laneset_policy(handler->lanes, settings->overflow,
				       settings->high, settings->low);
	raw_spin_unlock_irq(&handler->hub->lock);
	return why;
}

/* The point of no return. Returns an error if it is not passed. */
static int irqline_change_commit(struct irqline_change *change,
				 struct irqline_line *line,
				 struct irqline_handler *handler,
				 const struct irqline_handler_settings *settings,
				 struct netlink_ext_ack *extack)
{
	const char *why = NULL;
	int err = 0;

	mutex_lock(&line->mutex);
	if (line->dead)
		err = -ENODEV;
	else if (change->rings)
		err = irqline_change_room_locked(line,
						 irqline_change_ring_memory(handler->lanes,
									    settings->queue),
						 extack);
	if (!err && change->requeue)
		why = irqline_change_requeue(change, handler, settings);
	if (!err && !why)
		irqline_change_settle(change, line, handler, settings);
	mutex_unlock(&line->mutex);
	if (!why)
		return err;
	extack->_msg = why;
	return -EBUSY;
}

/*
 * Work that sleeps, or spins for long, must not meet a strategy that may not
 * sleep. Where the old one may, the new work suits both and comes before the
 * switch; where it may not, the old work suits both until after it.
 */
static int irqline_change_switch(struct irqline_change *change,
				 struct irqline_line *line,
				 struct irqline_handler *handler,
				 const struct irqline_handler_settings *settings,
				 struct netlink_ext_ack *extack)
{
	bool early = handler->settings.bottom.ops->may_sleep;
	int err;

	irqline_laneset_share(handler->lanes, settings->overflow);
	err = irqline_change_commit(change, line, handler, settings, extack);
	irqline_laneset_unshare(handler->lanes, handler->settings.overflow);
	if (err)
		return err;
	if (change->requeue)
		irqline_laneset_nudge(handler->lanes);

	irqline_laneset_budget(handler->lanes, irqline_settings_budget(settings));
	if (early)
		irqline_handler_spend(handler, settings->work,
				      settings->work_time);
	if (change->execs)
		irqline_laneset_switch(handler->lanes, change->execs);
	change->execs = NULL;
	if (!early)
		irqline_handler_spend(handler, settings->work,
				      settings->work_time);
	return 0;
}

/*
 * While the old lanes are parked and passes have yet to see the new ones,
 * nothing of the handler runs. Fails if the events do not fit.
 * Context: line->mutex held.
 */
static int irqline_change_swap(struct irqline_change *change,
			       struct irqline_handler *handler,
			       const struct irqline_handler_settings *settings,
			       struct netlink_ext_ack *extack)
{
	struct irqline_laneset *old = handler->lanes;
	bool moved;

	raw_spin_lock_irq(&handler->hub->lock);
	moved = irqline_laneset_move(old, change->lanes, handler->numbers);
	if (moved) {
		handler->lanes = change->lanes;
		irqline_handler_spend(handler, settings->work,
				      settings->work_time);
		/* More may have been moved to one than may wait there. */
		irqline_laneset_policy(handler->lanes, settings->overflow,
				       settings->high, settings->low);
		change->lanes = old;
	}
	raw_spin_unlock_irq(&handler->hub->lock);
	if (moved)
		return 0;
	NL_SET_ERR_MSG(extack, "too many events are pending to move them to other lanes now");
	return -EBUSY;
}

/* Back to lanes that were parked. Their UIO device is another one then. */
static void irqline_change_unpark(struct irqline_change *change,
				  struct irqline_line *line,
				  struct irqline_handler *handler)
{
	mutex_lock(&line->mutex);
	handler->uio = irqline_execs_uio(change->spare);
	mutex_unlock(&line->mutex);
	irqline_laneset_start(handler->lanes, change->spare);
	change->spare = NULL;
}

/* A line that dies meanwhile takes the handler with it, whatever its lanes. */
static int irqline_change_relane(struct irqline_change *change,
				 struct irqline_line *line,
				 struct irqline_handler *handler,
				 const struct irqline_handler_settings *settings,
				 struct netlink_ext_ack *extack)
{
	int err;

	irqline_laneset_start(change->lanes, change->execs);
	change->execs = NULL;
	irqline_laneset_park(handler->lanes);

	mutex_lock(&line->mutex);
	err = irqline_change_room_locked(line, irqline_laneset_memory(change->lanes),
					 extack);
	if (!err)
		err = irqline_change_swap(change, handler, settings, extack);
	if (!err) {
		irqline_change_settle(change, line, handler, settings);
		irqline_changed();
	}
	mutex_unlock(&line->mutex);

	if (!err) {
		irqline_laneset_nudge(handler->lanes);
		return 0;
	}
	irqline_change_unpark(change, line, handler);
	irqline_laneset_park(change->lanes);
	return err;
}

/**
 * irqline_change() - change a handler while events flow
 * @line: its line
 * @handler: the handler
 * @settings: all of its settings, valid together
 * @extack: for the reason of a failure
 *
 * Context: may sleep; CPU hotplug lock held for reading, and handler->mutex.
 * Return: 0; -ENODEV, -ENOMEM, -ENOSPC, -EBUSY or what the strategy says, and
 * nothing changed.
 */
int irqline_change(struct irqline_line *line, struct irqline_handler *handler,
		   const struct irqline_handler_settings *settings,
		   struct netlink_ext_ack *extack)
{
	struct irqline_change change = { };
	int err;

	lockdep_assert_held(&handler->mutex);

	err = irqline_change_begin(&change, line, handler, settings, extack);
	if (!err && change.lanes)
		err = irqline_change_relane(&change, line, handler, settings,
					    extack);
	else if (!err)
		err = irqline_change_switch(&change, line, handler, settings,
					    extack);
	irqline_change_end(&change, handler);
	return err;
}

static int irqline_change_exec_cpu(struct irqline_line *line,
				   struct irqline_handler *handler,
				   struct irqline_lane *lane, int target)
{
	struct irqline_exec *exec =
		irqline_exec_create(line, handler, &handler->settings.bottom,
				    target, NULL);

	if (IS_ERR(exec))
		return PTR_ERR(exec);
	irqline_lane_retire(lane, irqline_lane_replace(lane, exec));
	return 0;
}

/**
 * irqline_change_cpu() - move what belongs on a CPU there, or away from there
 * @line: the line
 * @handler: the handler
 * @cpu: the CPU
 * @target: @cpu, or -1 for no binding
 *
 * The settings stay as they are.
 *
 * Context: may sleep; CPU hotplug lock held, and handler->mutex.
 * Return: 0, -ENOMEM or what the strategy says.
 */
int irqline_change_cpu(struct irqline_line *line,
		       struct irqline_handler *handler, unsigned int cpu,
		       int target)
{
	const struct irqline_bottom_config *config = &handler->settings.bottom;
	struct irqline_laneset *lanes = handler->lanes;
	struct irqline_lane *lane;
	unsigned int i;
	int err = 0;

	lockdep_assert_held(&handler->mutex);

	irqline_for_each_lane(lane, lanes, i) {
		if (irqline_exec_cpu(config, lanes, i) != cpu ||
		    lane->exec->cpu == target)
			continue;
		err = irqline_change_exec_cpu(line, handler, lane, target);
		if (err)
			break;
	}
	return err;
}
