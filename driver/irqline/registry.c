// SPDX-License-Identifier: GPL-2.0-only
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/notifier.h>
#include <linux/string.h>

#include "line.h"
#include "registry.h"

static DEFINE_MUTEX(irqline_registry_mutex);
static LIST_HEAD(irqline_lines);	/* protected by the mutex */

static atomic_t irqline_changes = ATOMIC_INIT(1);
static atomic_t irqline_last_id;

static BLOCKING_NOTIFIER_HEAD(irqline_notifiers);

static struct irqline_line *irqline_registry_find_locked(const char *name)
{
	struct irqline_line *line;

	lockdep_assert_held(&irqline_registry_mutex);

	list_for_each_entry(line, &irqline_lines, node)
		if (!strcmp(line->name, name))
			return line;
	return NULL;
}

/**
 * irqline_registry_add() - make a line known
 * @line: the line
 *
 * Context: may sleep.
 * Return: 0, or -EEXIST if there is one of that name.
 */
int irqline_registry_add(struct irqline_line *line)
{
	int err = 0;

	mutex_lock(&irqline_registry_mutex);
	if (irqline_registry_find_locked(line->name))
		err = -EEXIST;
	else
		list_add_tail(&line->node, &irqline_lines);
	mutex_unlock(&irqline_registry_mutex);
	irqline_changed();
	return err;
}

/**
 * irqline_registry_del() - let nobody find a line any more
 * @line: a line that was added
 *
 * Context: may sleep.
 */
void irqline_registry_del(struct irqline_line *line)
{
	mutex_lock(&irqline_registry_mutex);
	list_del(&line->node);
	mutex_unlock(&irqline_registry_mutex);
	irqline_changed();
}

/**
 * irqline_registry_find() - a line by its name
 * @name: the name
 *
 * Context: may sleep.
 * Return: the line, with a reference to give up by irqline_line_put(), or NULL.
 */
struct irqline_line *irqline_registry_find(const char *name)
{
	struct irqline_line *line;

	mutex_lock(&irqline_registry_mutex);
	line = irqline_registry_find_locked(name);
	if (line)
		kref_get(&line->ref);
	mutex_unlock(&irqline_registry_mutex);
	return line;
}

/**
 * irqline_registry_at() - a line by its place
 * @index: from 0
 *
 * Context: may sleep.
 * Return: the line, with a reference to give up by irqline_line_put(), or NULL.
 */
struct irqline_line *irqline_registry_at(unsigned int index)
{
	struct irqline_line *line;

	mutex_lock(&irqline_registry_mutex);
	list_for_each_entry(line, &irqline_lines, node) {
		if (index--)
			continue;
		kref_get(&line->ref);
		mutex_unlock(&irqline_registry_mutex);
		return line;
	}
	mutex_unlock(&irqline_registry_mutex);
	return NULL;
}

/**
 * irqline_registry_collect() - put lines on a list by their @peer
 * @list: the list, to be appended to
 * @wanted: tells which lines
 * @arg: for @wanted
 *
 * Context: may sleep; irqline_top_mutex held, so that no line can end.
 */
void irqline_registry_collect(struct list_head *list,
			      bool (*wanted)(const struct irqline_line *line,
					     const void *arg),
			      const void *arg)
{
	struct irqline_line *line;

	mutex_lock(&irqline_registry_mutex);
	list_for_each_entry(line, &irqline_lines, node)
		if (wanted(line, arg))
			list_add_tail(&line->peer, list);
	mutex_unlock(&irqline_registry_mutex);
}

/**
 * irqline_generation() - which set of lines, handlers and lanes is this?
 *
 * Context: any.
 * Return: a number, never 0, that changes when one comes, goes or moves.
 */
unsigned int irqline_generation(void)
{
	return (unsigned int)atomic_read(&irqline_changes) ?: 1;
}

/**
 * irqline_changed() - a line or a handler has come, gone or moved
 *
 * Context: any.
 */
void irqline_changed(void)
{
	atomic_inc(&irqline_changes);
}

/**
 * irqline_next_id() - a number for a new handler
 *
 * Context: any.
 * Return: a number that no handler has had since the module was loaded.
 */
u32 irqline_next_id(void)
{
	return atomic_inc_return(&irqline_last_id);
}

/**
 * irqline_notifier_register() - hear of what happens without being asked for
 * @nb: called with an enum irqline_notify, in process context, may sleep
 *
 * Return: 0 or -EEXIST.
 */
int irqline_notifier_register(struct notifier_block *nb)
{
	return blocking_notifier_chain_register(&irqline_notifiers, nb);
}

/**
 * irqline_notifier_unregister() - stop hearing
 * @nb: as it was registered
 */
void irqline_notifier_unregister(struct notifier_block *nb)
{
	blocking_notifier_chain_unregister(&irqline_notifiers, nb);
}

/**
 * irqline_notify() - tell those who want to hear
 * @what: what has happened
 * @data: to what
 *
 * Context: may sleep.
 */
void irqline_notify(enum irqline_notify what, void *data)
{
	blocking_notifier_call_chain(&irqline_notifiers, what, data);
}
