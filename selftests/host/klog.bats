#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
#
# What tools/vm/klog takes for a complaint of the kernel.

bats_require_minimum_version 1.5.0

setup()
{
	klog=$BATS_TEST_DIRNAME/../../tools/vm/klog
	log=$BATS_TEST_TMPDIR/log
}

complains()
{
	printf '[    1.000000] before\n[    2.345678] %s\n[    3.000000] after\n' "$1" >"$log"
	run -1 "$klog" "$log"
	[[ $output == *"$1"* ]]
}

accepts()
{
	printf '[    1.000000] before\n[    2.345678] %s\n' "$1" >"$log"
	run -0 "$klog" "$log"
	[ -z "$output" ]
}

@test "warnings and bugs" {
	complains "WARNING: CPU: 1 PID: 77 at kernel/softirq.c:381 irqline_x+0x9a/0xc0"
	complains "BUG: kernel NULL pointer dereference, address: 0000000000000008"
	complains "BUG: scheduling while atomic: sh/77/0x00010002"
	complains "BUG: sleeping function called from invalid context at mm/page.c:3"
	complains "kernel BUG at lib/list_debug.c:26!"
	complains "Oops: 0000 [#1] PREEMPT SMP NOPTI"
	complains "general protection fault, probably for non-canonical address 0xdead"
	complains "Kernel panic - not syncing: Fatal exception in interrupt"
}

@test "lockdep and sanitizers" {
	complains "WARNING: possible circular locking dependency detected"
	complains "WARNING: suspicious RCU usage"
	complains "INFO: trying to register non-static key."
	complains "BUG: KASAN: slab-use-after-free in irqline_x+0x1/0x2 [irqline]"
	complains "BUG: KCSAN: data-race in irqline_x / irqline_y"
	complains "[ BUG: Invalid wait context ]"
	complains "UBSAN: shift-out-of-bounds in x.c:3:4"
	complains "kmemleak: 3 new suspected memory leaks (see /sys/kernel/debug/kmemleak)"
	complains "BUG kmalloc-64 (Tainted: G        O      ): Right Redzone overwritten"
	complains "pagealloc: memory corruption"
	complains "sysfs: cannot create duplicate filename '/class/misc/edu0'"
}

# A report: its title, and what its stack ends with.
race()
{
	printf "[    1.000000] %s\n" "==================" "BUG: KCSAN: data-race in $1" "" \
		"race at unknown origin, with read to 0x1 of 8 bytes by task 11 on cpu 0:" \
		" $2" "==================" >"$log"
}

@test "data races of the kernel alone are not ours" {
	race "process_scheduled_works+0x21c/0x88a" "worker_thread+0x1f6/0x2ba"
	run -0 "$klog" "$log"
	[ -z "$output" ]
	race "ktime_get / update_wall_time" "irqline_x+0x1/0x2 [irqline]"
	run -1 "$klog" "$log"
	[[ $output == *"data-race in ktime_get"* ]]
	race "edu_x / edu_y [edu]" "worker_thread+0x1f6/0x2ba"
	run -1 "$klog" "$log"
	race "napi_complete_done / napi_schedule_prep" "irqline_napi_run+0x3d/0x49 [irqline]"
	run -0 "$klog" "$log"
	race "napi_complete_done / irqline_x" "irqline_napi_run+0x3d/0x49 [irqline]"
	run -1 "$klog" "$log"
}

@test "what looks for bugs gives up" {
	complains "BUG: MAX_LOCKDEP_CHAINS too low!"
	complains "kmemleak: Kernel memory leak detector disabled"
	complains "ODEBUG: Out of memory. ODEBUG disabled"
}

@test "leaks are not looked for if the command line says so, and in no other case" {
	off="kmemleak: Kernel memory leak detector disabled"
	printf "[    0.%06d] %s\n" 1 "$off" 2 "Kernel command line: kmemleak=off quiet" >"$log"
	run -0 "$klog" "$log"
	printf "[    0.%06d] %s\n" 1 "Kernel command line: kmemleak=on" 2 "$off" >"$log"
	run -1 "$klog" "$log"
}

@test "stalls, hung tasks and lost interrupts" {
	complains "rcu: INFO: rcu_preempt detected stalls on CPUs/tasks:"
	complains "rcu: INFO: rcu_preempt self-detected stall on CPU"
	complains "INFO: task irqctl:77 blocked for more than 120 seconds."
	complains "watchdog: BUG: soft lockup - CPU#1 stuck for 26s! [sh:77]"
	complains "BUG: workqueue lockup - pool cpus=0 node=0 flags=0x0 nice=0 stuck for 33s!"
	complains "irq 24: nobody cared (try booting with the \"irqpoll\" option)"
	complains "Disabling IRQ #24"
	complains "unexpected IRQ trap at vector 1c"
	complains "NOHZ tick-stop error: local softirq work is pending, handler #08!!!"
}

@test "softirqs are left pending by a CPU that goes offline, and by no other" {
	nohz="NOHZ tick-stop error: local softirq work is pending, handler #40!!!"
	printf "[    1.%06d] %s\n" 1 "$nohz" 2 "smpboot: CPU 1 is now offline" >"$log"
	run -0 "$klog" "$log"
	[ ! "$output" ]
	printf "[    1.%06d] %s\n" 1 "smpboot: CPU 1 is now offline" 2 "$nohz" >"$log"
	run -1 "$klog" "$log"
	printf "[    1.%06d] %s\n" 1 "$nohz" 2 a 3 b 4 c 5 "smpboot: CPU 1 is now offline" >"$log"
	run -1 "$klog" "$log"
}

@test "softirqs are left pending once real-time tasks are throttled, and not before" {
	nohz="NOHZ tick-stop error: local softirq work is pending, handler #80!!!"
	printf "[    1.%06d] %s\n" 1 "sched: RT throttling activated" 2 a 3 "$nohz" >"$log"
	run -0 "$klog" "$log"
	printf "[    1.%06d] %s\n" 1 "$nohz" 2 "sched: RT throttling activated" >"$log"
	run -1 "$klog" "$log"
}

@test "a report with the caller's number" {
	printf '[    2.345678][  T77] WARNING: CPU: 1 PID: 77 at x.c:3\r\n' >"$log"
	run -1 "$klog" "$log"
}

@test "ordinary messages" {
	accepts "irqline: 2 lines"
	accepts "edu 0000:00:04.0: a warning: this is none"
	accepts "clocksource: timekeeping watchdog on CPU0: Marking clocksource 'tsc' as unstable"
	accepts "random: crng init done"
	accepts "sysrq: Show Blocked State"
	# x86 says so of a message that is sent while its interrupt moves.
	accepts "__common_interrupt: 1.36 No irq handler for vector"
}

@test "a report is shown with what comes before and after it" {
	seq -f '[    1.000000] line %g' 200 | sed '100s/line.*/WARNING: CPU: 0 PID: 1 at x.c:1/' >"$log"
	run -1 "$klog" "$log"
	[ "${lines[0]}" = "[    1.000000] line 97" ]
	[ "${lines[3]}" = "[    1.000000] WARNING: CPU: 0 PID: 1 at x.c:1" ]
	[ "${#lines[@]}" = 63 ]
}
