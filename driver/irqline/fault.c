// SPDX-License-Identifier: GPL-2.0-only
/*
 * Faults on demand, in test builds alone. The kernel's own machinery decides, so the
 * task's /proc/thread-self/fail-nth counts these calls among its allocations, and
 * fail_irqline in debugfs has those of any task fail.
 */
#include <linux/debugfs.h>
#include <linux/fault-inject.h>
#include <linux/module.h>
#include <linux/printk.h>
#include <irqline_fault.h>

#ifndef CONFIG_FAULT_INJECTION
#error "FAULTS=1 is for kernels with CONFIG_FAULT_INJECTION"
#endif

static DECLARE_FAULT_ATTR(irqline_fault_attr);
static struct dentry *irqline_fault_dir;

/**
 * irqline_fault() - is the next call to fail?
 *
 * Context: any.
 * Return: true if so.
 */
bool irqline_fault(void)
{
	return should_fail(&irqline_fault_attr, 1);
}
EXPORT_SYMBOL_GPL(irqline_fault);

/**
 * irqline_fault_init() - let faults be asked for
 *
 * Context: may sleep.
 */
void irqline_fault_init(void)
{
	pr_notice("irqline: a test build: calls of the kernel can be made to fail\n");
	irqline_fault_dir = fault_create_debugfs_attr("fail_irqline", NULL,
						      &irqline_fault_attr);
}

/**
 * irqline_fault_exit() - no more
 *
 * Context: may sleep.
 */
void irqline_fault_exit(void)
{
	debugfs_remove(irqline_fault_dir);
}

MODULE_INFO(faults, "on demand: a test build");
