// SPDX-License-Identifier: GPL-2.0-only
/* Executors for the lanes of a handler: all of them, or none and an error. */
#include <linux/cpumask.h>
#include <linux/err.h>
#include <linux/slab.h>

#include "bottom/bottom.h"
#include "executor.h"
#include "laneset.h"
#include "line.h"

/**
 * irqline_exec_create() - an executor for a lane
 * @line: the line
 * @handler: the handler
 * @config: its strategy and settings
 * @cpu: the CPU that it is bound to, which is online; or -1
 * @extack: for the reason of a failure
 *
 * Context: may sleep; CPU hotplug lock held for reading.
 * Return: the executor, or what the strategy says as an ERR_PTR.
 */
struct irqline_exec *
irqline_exec_create(struct irqline_line *line, struct irqline_handler *handler,
		    const struct irqline_bottom_config *config, int cpu,
		    struct netlink_ext_ack *extack)
{
	const struct irqline_bottom_env env = {
		.line		= line->name,
		.handler	= handler->name,
		.thread		= &line->hub.thread,
		.dev		= line->dev,
		.bar		= line->bar,
		.bar_size	= line->bar_size,
	};
	struct irqline_bottom_config bound = *config;
	struct irqline_exec *exec;

	bound.cpu = cpu;
	exec = config->ops->create(&bound, &env, extack);
	if (!IS_ERR(exec)) {
		exec->ops = config->ops;
		exec->cpu = cpu;
	}
	return exec;
}

/**
 * irqline_exec_cpu() - the CPU that a lane's executor belongs on
 * @config: its strategy and settings
 * @set: the lanes
 * @lane: the number of the lane
 *
 * Return: the CPU, which may be offline, or -1 for none.
 */
int irqline_exec_cpu(const struct irqline_bottom_config *config,
		     const struct irqline_laneset *set, unsigned int lane)
{
	if (set->percpu && (config->ops->settings & IRQLINE_SETTING_CPU))
		return lane;
	return config->cpu;
}

static int irqline_exec_cpu_now(const struct irqline_bottom_config *config,
				const struct irqline_laneset *set,
				unsigned int lane)
{
	int cpu = irqline_exec_cpu(config, set, lane);

	return cpu >= 0 && cpu_online(cpu) ? cpu : -1;
}

/**
 * irqline_execs_discard() - free executors that no lane has had
 * @execs: of irqline_execs_create(), or NULL
 *
 * Context: may sleep.
 */
void irqline_execs_discard(struct irqline_execs *execs)
{
	unsigned int i;

	if (!execs)
		return;
	for (i = 0; i < execs->nr; i++) {
		struct irqline_exec *exec = execs->exec[i];

		if (!exec)
			continue;
		exec->ops->quiesce(exec);
		exec->ops->destroy(exec);
	}
	kfree(execs);
}

/**
 * irqline_execs_create() - an executor for each lane
 * @line: the line
 * @handler: the handler
 * @set: the lanes
 * @config: strategy and settings
 * @extack: for the reason of a failure
 *
 * Where its CPU is offline an executor is bound to none.
 *
 * Context: may sleep; CPU hotplug lock held for reading.
 * Return: the executors; -ENOMEM or what the strategy says as an ERR_PTR.
 */
struct irqline_execs *
irqline_execs_create(struct irqline_line *line, struct irqline_handler *handler,
		     const struct irqline_laneset *set,
		     const struct irqline_bottom_config *config,
		     struct netlink_ext_ack *extack)
{
	struct irqline_execs *execs;
	struct irqline_lane *lane;
	unsigned int i;

	execs = kzalloc(struct_size(execs, exec, set->nr), GFP_KERNEL_ACCOUNT);
	if (!execs)
		return ERR_PTR(-ENOMEM);
	execs->nr = set->nr;
	irqline_for_each_lane(lane, set, i) {
		int cpu = irqline_exec_cpu_now(config, set, i);
		struct irqline_exec *exec =
			irqline_exec_create(line, handler, config, cpu, extack);

		if (IS_ERR(exec)) {
			irqline_execs_discard(execs);
			return ERR_CAST(exec);
		}
		execs->exec[i] = exec;
	}
	return execs;
}

/**
 * irqline_execs_uio() - the UIO device of executors
 * @execs: of irqline_execs_create()
 *
 * Context: may sleep.
 * Return: its number, or -1 for a strategy that has none.
 */
int irqline_execs_uio(const struct irqline_execs *execs)
{
	struct irqline_exec *exec = execs->exec[0];

	/* Who has one has one lane. */
	return exec && exec->ops->uio ? exec->ops->uio(exec) : -1;
}
