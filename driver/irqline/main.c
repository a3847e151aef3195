// SPDX-License-Identifier: GPL-2.0-only
/*
 * irqline: how the halves of an interrupt run, as a run-time setting.
 */
#include <linux/module.h>
#include <linux/rcupdate.h>
#include <irqline_fault.h>

#include "hotplug.h"
#include "netlink.h"
#include "strategy.h"

static int __init irqline_begin(void)
{
	int err = irqline_strategy_check() ?: irqline_hotplug_init();

	if (err)
		return err;
	err = irqline_nl_init();
	if (err)
		irqline_hotplug_exit();
	return err;
}

static int __init irqline_init(void)
{
	int err;

	irqline_fault_init();
	err = irqline_begin();
	if (err)
		irqline_fault_exit();
	return err;
}

/* The clients are gone: they use our symbols. Taps may still wait to be freed. */
static void __exit irqline_exit(void)
{
	irqline_nl_exit();
	irqline_hotplug_exit();
	rcu_barrier();
	irqline_fault_exit();
}

module_init(irqline_init);
module_exit(irqline_exit);

MODULE_DESCRIPTION("Run-time choice of how the halves of an interrupt run");
MODULE_LICENSE("GPL");
MODULE_ALIAS_GENL_FAMILY(IRQLINE_FAMILY_NAME);
