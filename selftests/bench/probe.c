// SPDX-License-Identifier: GPL-2.0-only
/*
 * How long a change of a handler takes, from its first instruction to its last, without
 * the netlink request around it. The way in and out of a return probe is in it: it
 * may seem longer, never shorter.
 */
#include <linux/kprobes.h>
#include <linux/module.h>
#include <asm/msr.h>

static u64 bench_probe_cycles;
module_param_named(cycles, bench_probe_cycles, ullong, 0444);
MODULE_PARM_DESC(cycles, "of the last change");

static int bench_probe_enter(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	*(u64 *)ri->data = rdtsc();
	return 0;
}

static int bench_probe_leave(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	bench_probe_cycles = rdtsc() - *(u64 *)ri->data;
	return 0;
}

static struct kretprobe bench_probe = {
	.kp.symbol_name	= "irqline_change",
	.entry_handler	= bench_probe_enter,
	.handler	= bench_probe_leave,
	.data_size	= sizeof(u64),
};

static int __init bench_probe_init(void)
{
	return register_kretprobe(&bench_probe);
}

static void __exit bench_probe_exit(void)
{
	unregister_kretprobe(&bench_probe);
}

module_init(bench_probe_init);
module_exit(bench_probe_exit);

MODULE_DESCRIPTION("Tells how long irqline takes to change a handler");
MODULE_LICENSE("GPL");
