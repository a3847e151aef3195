// SPDX-License-Identifier: GPL-2.0-only
/*
 * CPUs that go and come back.
 *
 * What is bound to a CPU that goes would lose its binding for good (a thread),
 * or be left behind (a timer), so it is switched to an executor without a
 * binding before the CPU goes, and to a bound one when it has come back. Both
 * are switches like any other: no event is lost, and nothing pauses.
 *
 * Handlers come and change under the CPU hotplug lock, so a handler that one of
 * these walks does not see is created for the CPUs as they are then. Deleting
 * one, or a line, moves the others up; then the walk begins again, and finds
 * most of its work done.
 */
#include <linux/cpuhotplug.h>
#include <linux/printk.h>
#include <irqline_fault.h>

#include "change.h"
#include "hotplug.h"
#include "line.h"
#include "registry.h"
#include "roster.h"

static enum cpuhp_state irqline_hotplug_state;

/* The handler with this rank, with a reference; or NULL. */
static struct irqline_handler *irqline_hotplug_handler(struct irqline_line *line,
						       unsigned int rank)
{
	struct irqline_handler *handler;

	mutex_lock(&line->mutex);
	handler = irqline_roster_at(line, rank);
	if (handler)
		kref_get(&handler->ref);
	mutex_unlock(&line->mutex);
	return handler;
}

static int irqline_hotplug_line(struct irqline_line *line, unsigned int cpu,
				int target)
{
	struct irqline_handler *handler;
	unsigned int rank;
	int err = 0;

	for (rank = 0; !err && (handler = irqline_hotplug_handler(line, rank));
	     rank++) {
		mutex_lock(&handler->mutex);
		if (!handler->dead)
			err = irqline_change_cpu(line, handler, cpu, target);
		mutex_unlock(&handler->mutex);
		irqline_handler_put(handler);
	}
	return err;
}

/* What belongs on @cpu goes to @target: @cpu itself, or -1 for any. */
static int irqline_hotplug_move(unsigned int cpu, int target)
{
	unsigned int generation, i;
	struct irqline_line *line;
	int err = 0;

	do {
		generation = irqline_generation();
		for (i = 0; !err && (line = irqline_registry_at(i)); i++) {
			err = irqline_hotplug_line(line, cpu, target);
			irqline_line_put(line);
		}
	} while (!err && generation != irqline_generation());
	return err;
}

/* A CPU does not stay away because of us. */
static int irqline_hotplug_online(unsigned int cpu)
{
	int err = irqline_hotplug_move(cpu, cpu);

	if (err)
		pr_warn("irqline: not all that belongs on CPU %u is back: %d\n",
			cpu, err);
	return 0;
}

/* A CPU stays if what runs there cannot go. */
static int irqline_hotplug_offline(unsigned int cpu)
{
	int err = irqline_hotplug_move(cpu, -1);

	if (err)
		irqline_hotplug_online(cpu);
	return err;
}

/**
 * irqline_hotplug_init() - begin to follow the CPUs
 *
 * Context: may sleep; there is no line yet.
 * Return: 0 or an error of cpuhp_setup_state_nocalls().
 */
int irqline_hotplug_init(void)
{
	int state = irqline_fault() ? -ENOMEM :
		    cpuhp_setup_state_nocalls(CPUHP_AP_ONLINE_DYN,
					      "irqline:online",
					      irqline_hotplug_online,
					      irqline_hotplug_offline);

	if (state < 0)
		return state;
	irqline_hotplug_state = state;
	return 0;
}

/**
 * irqline_hotplug_exit() - stop following the CPUs
 *
 * Context: may sleep; there is no line any more.
 */
void irqline_hotplug_exit(void)
{
	cpuhp_remove_state_nocalls(irqline_hotplug_state);
}
