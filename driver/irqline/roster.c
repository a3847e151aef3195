// SPDX-License-Identifier: GPL-2.0-only
/*
 * Adding and deleting handlers while events flow.
 *
 * All that can fail comes first, then a new dispatch table takes the place of
 * the old one under the line's lock. A pass holds that lock throughout, so the
 * old table is free when the lock is dropped.
 */
#include <linux/cpu.h>
#include <linux/err.h>
#include <linux/netlink.h>

#include "bottom/bottom.h"
#include "executor.h"
#include "line.h"
#include "registry.h"
#include "roster.h"

/**
 * irqline_roster_find() - a handler by its name
 * @line: the line
 * @name: the name
 *
 * Context: line->mutex held.
 * Return: the handler or NULL.
 */
struct irqline_handler *irqline_roster_find(struct irqline_line *line,
					    const char *name)
{
	struct irqline_handler *handler;

	lockdep_assert_held(&line->mutex);

	list_for_each_entry(handler, &line->handlers, node)
		if (!strcmp(handler->name, name))
			return handler;
	return NULL;
}

/**
 * irqline_roster_at() - a handler by its rank
 * @line: the line
 * @index: from 0
 *
 * Context: line->mutex held.
 * Return: the handler or NULL.
 */
struct irqline_handler *irqline_roster_at(struct irqline_line *line,
					  unsigned int index)
{
	struct irqline_handler *handler;

	lockdep_assert_held(&line->mutex);

	list_for_each_entry(handler, &line->handlers, node)
		if (!index--)
			return handler;
	return NULL;
}

static bool irqline_handler_before(const struct irqline_handler *a,
				   const struct irqline_handler *b)
{
	if (!a->builtin != !b->builtin)
		return a->builtin;
	if (a->settings.priority != b->settings.priority)
		return a->settings.priority > b->settings.priority;
	return a->id < b->id;
}

/* Link a handler that is in no list at its rank. */
static void irqline_roster_link(struct irqline_line *line,
				struct irqline_handler *handler)
{
	struct irqline_handler *other;

	list_for_each_entry(other, &line->handlers, node)
		if (irqline_handler_before(handler, other))
			break;
	list_add_tail(&handler->node, &other->node);
}

/* Have passes use @table. The one before is free when the lock is dropped. */
static void irqline_roster_swap(struct irqline_line *line,
				struct irqline_table *table)
{
	struct irqline_table *old;

	lockdep_assert_held(&line->mutex);

	raw_spin_lock_irq(&line->hub.lock);
	old = line->table;
	line->table = table;
	irqline_line_hold(&line->hub);
	raw_spin_unlock_irq(&line->hub.lock);
	if (old != line->empty)
		irqline_table_free(old);
	irqline_changed();
}

/* Fill @table, which is large enough, and have passes use it. */
static void irqline_roster_publish(struct irqline_line *line,
				   struct irqline_table *table)
{
	struct irqline_handler *handler;

	lockdep_assert_held(&line->mutex);

	irqline_table_begin(table, line->nr_handlers);
	list_for_each_entry(handler, &line->handlers, node)
		irqline_table_add(table, &handler->lanes, &handler->holds,
				  handler->settings.sources,
				  handler->settings.exclusive);
	irqline_roster_swap(line, table);
}

/**
 * irqline_roster_move() - give a handler the place that its settings say
 * @line: its line
 * @handler: the handler
 * @table: empty, with room for all of the line; used up
 *
 * Context: line->mutex held.
 */
void irqline_roster_move(struct irqline_line *line,
			 struct irqline_handler *handler,
			 struct irqline_table *table)
{
	list_del(&handler->node);
	irqline_roster_link(line, handler);
	irqline_roster_publish(line, table);
}

static int irqline_roster_room(struct irqline_line *line,
			       struct irqline_handler *handler,
			       struct netlink_ext_ack *extack)
{
	if (line->nr_handlers >= IRQLINE_HANDLERS_MAX) {
		NL_SET_ERR_MSG(extack, "the line has as many handlers as it can");
		return -ENOSPC;
	}
	if (irqline_line_memory(line) + irqline_handler_memory(handler) >
	    IRQLINE_MEMORY_MAX) {
		NL_SET_ERR_MSG(extack, "the line's queues would take too much memory");
		return -ENOSPC;
	}
	return 0;
}

/* Context: line->mutex held. Past the check, only memory can be missing. */
static int irqline_roster_enter(struct irqline_line *line,
				struct irqline_handler *handler,
				struct netlink_ext_ack *extack)
{
	struct irqline_table *table;
	int err;

	if (line->dead)
		return -ENODEV;
	if (irqline_roster_find(line, handler->name)) {
		NL_SET_ERR_MSG(extack, "the line has a handler of that name");
		return -EEXIST;
	}
	err = irqline_roster_room(line, handler, extack);
	if (err)
		return err;
	table = irqline_table_alloc(line->nr_handlers + 1);
	if (!table)
		return -ENOMEM;
	kref_get(&handler->ref);
	line->nr_handlers++;
	irqline_tapset_join(line->taps, &handler->feed);
	irqline_roster_link(line, handler);
	irqline_roster_publish(line, table);
	return 0;
}

/**
 * irqline_roster_add() - give a line one more handler
 * @line: the line
 * @handler: of irqline_handler_alloc(); the line takes a reference of its own
 * @extack: for the reason of a failure
 *
 * Context: may sleep; CPU hotplug lock held for reading.
 * Return: 0; -EEXIST, -ENOSPC, -ENODEV, -ENOMEM or what the strategy says.
 */
int irqline_roster_add(struct irqline_line *line,
		       struct irqline_handler *handler,
		       struct netlink_ext_ack *extack)
{
	struct irqline_execs *execs;
	int err;

	execs = irqline_execs_create(line, handler, handler->lanes,
				     &handler->settings.bottom, extack);
	if (IS_ERR(execs))
		return PTR_ERR(execs);
	handler->uio = irqline_execs_uio(execs);
	irqline_laneset_start(handler->lanes, execs);

	mutex_lock(&line->mutex);
	err = irqline_roster_enter(line, handler, extack);
	mutex_unlock(&line->mutex);
	if (err)
		irqline_laneset_stop(handler->lanes);
	return err;
}

/* Context: both mutexes held. */
static void irqline_roster_unlink(struct irqline_line *line,
				  struct irqline_handler *handler)
{
	handler->dead = true;
	irqline_tapset_leave(line->taps, &handler->feed);
	list_del_init(&handler->node);
	line->nr_handlers--;
}

/* Out of reach of passes, for good. Context: handler->mutex held. */
static u64 irqline_roster_stop(struct irqline_handler *handler)
{
	u64 pending = irqline_laneset_stop(handler->lanes);

	irqline_alerts_flush(&handler->alerts);
	irqline_handler_put(handler);
	return pending;
}

/**
 * irqline_roster_del() - take a handler away while events flow
 * @line: its line
 * @handler: the handler; the caller holds a reference of its own
 * @pending: how many events were pending; they count as dropped
 *
 * Context: may sleep; handler->mutex held.
 * Return: 0, -ENODEV or -ENOMEM.
 */
int irqline_roster_del(struct irqline_line *line,
		       struct irqline_handler *handler, u64 *pending)
{
	struct irqline_table *table;
	int err = 0;

	lockdep_assert_held(&handler->mutex);

	mutex_lock(&line->mutex);
	table = irqline_table_alloc(line->nr_handlers - 1);
	if (line->dead) {
		err = -ENODEV;
	} else if (!table) {
		err = -ENOMEM;
	} else {
		irqline_roster_unlink(line, handler);
		irqline_roster_publish(line, table);
	}
	mutex_unlock(&line->mutex);
	if (err) {
		irqline_table_free(table);
		return err;
	}
	*pending = irqline_roster_stop(handler);
	return 0;
}

/* Returns false if none is left. */
static bool irqline_roster_end_first(struct irqline_line *line)
{
	struct irqline_handler *handler;
	bool mine;

	mutex_lock(&line->mutex);
	handler = irqline_roster_at(line, 0);
	if (handler)
		kref_get(&handler->ref);
	mutex_unlock(&line->mutex);
	if (!handler)
		return false;

	/* A request that is at work on it ends first, and may delete it. */
	mutex_lock(&handler->mutex);
	mutex_lock(&line->mutex);
	mine = !handler->dead;
	if (mine)
		irqline_roster_unlink(line, handler);
	mutex_unlock(&line->mutex);
	if (mine)
		irqline_roster_stop(handler);
	mutex_unlock(&handler->mutex);
	irqline_handler_put(handler);
	return true;
}

/**
 * irqline_roster_end() - take all handlers away for good
 * @line: a line that is dead
 *
 * Passes go on, and acknowledge what nobody wants any more.
 *
 * They end one by one, and those that come later go on with what waits. So that takes no
 * time any more, but for the events in work, which wait at once.
 *
 * Context: may sleep, up to the longest event in work.
 */
void irqline_roster_end(struct irqline_line *line)
{
	struct irqline_handler *handler;

	mutex_lock(&line->mutex);
	irqline_roster_swap(line, line->empty);
	list_for_each_entry(handler, &line->handlers, node)
		irqline_handler_spend(handler, IRQLINE_WORK_NONE, 0);
	mutex_unlock(&line->mutex);
	while (irqline_roster_end_first(line))
		;
}
