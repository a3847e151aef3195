#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
#
# The life of the modules: loading, what keeps them from being unloaded, and
# that nothing of them stays behind. What happens to a device that goes is in
# unbind.bats.

# Set by the functions of lib.bash:
# shellcheck disable=SC2154
load lib

# Debug information makes a module twenty times as large, and loading it a third
# slower.
setup_file() {
	local module
	for module in irqline edu; do
		strip --strip-debug -o "$BATS_FILE_TMPDIR/$module.ko" "$KO_DIR/$module.ko"
	done
}

setup() {
	KO_DIR=$BATS_FILE_TMPDIR
	cd "$BATS_TEST_TMPDIR" || return
	load_modules
}

teardown() {
	stop_background
	load_modules
}

# Prints what is there of the modules; nothing once they are unloaded. The
# interrupts' names follow the lines', the threads' names both.
remains() {
	local path comm
	for path in /dev/edu[0-9]* /sys/module/{edu,irqline} /sys/class/misc/edu*; do
		[[ ! -e $path ]] || echo "$path"
	done
	grep -E '\<edu[0-9]*\>' /proc/interrupts /proc/iomem /proc/misc || :
	grep -E '^(irqline|edu)' /proc/modules /proc/slabinfo || :
	for path in /proc/[0-9]*/comm; do
		{ read -r comm <"$path"; } 2>/dev/null || continue
		[[ $comm != irqline/* && $comm != irq/*-edu* ]] || echo "thread $comm"
	done
}

nothing_remains() {
	quietly remains >remains.out
	[[ ! -s remains.out ]] || fail "$(<remains.out)"
}

# What the kernel has allocated for good, in KiB, exact to about 200.
kernel_memory() {
	local cache
	for cache in /sys/kernel/slab/*kmalloc*/shrink; do
		[[ ! -e $cache ]] || echo 1 >"$cache"
	done
	awk '$1 == "SUnreclaim:" || $1 == "Percpu:" { sum += $2 } END { print sum }' /proc/meminfo
}

@test "remains sees what the loaded modules have" {
	irqctl handler add edu0/worker sources 0x2 bottom kthread
	quietly remains >remains.out
	local want
	for want in /dev/edu0 /sys/module/edu /sys/module/irqline /proc/interrupts: \
		/proc/misc: /sys/class/misc/edu0 'thread irqline/'; do
		has remains.out "$want" || fail "remains does not see $want"
	done
}

@test "both modules unload while idle, leave nothing and load again" {
	remove edu
	[ ! -e /dev/edu0 ]
	loaded irqline
	remove irqline
	nothing_remains
	insert irqline edu
	[ -c /dev/edu0 ]
	[ -c /dev/edu1 ]
}

@test "irqctl says that the module is not loaded" {
	remove edu irqline
	local object
	for object in line handler strategy stats monitor "raise edu0 0x2"; do
		# shellcheck disable=SC2086
		try irqctl $object
		complains 1 irqline "not loaded"
	done
}

@test "irqctl shows no lines while edu is not loaded" {
	remove edu
	[ "$(json '[.[][]] | length' line)" -eq 0 ]
	[ "$(json '[.[][]] | length' handler)" -eq 0 ]
}

@test "edu does not load without irqline, and loads after it" {
	remove edu irqline
	try insmod "$KO_DIR/edu.ko"
	[ "$status" -ne 0 ]
	[[ $err == *"Unknown symbol"* ]]
	nothing_remains
	insert irqline edu
	[ -c /dev/edu0 ]
}

@test "irqline stays while edu is loaded" {
	try rmmod irqline
	[ "$status" -ne 0 ]
	[[ $err == *"in use by: edu"* ]]
	shows line edu0 name=edu0
}

@test "edu stays while a file is open for reading" {
	exec {file}</dev/edu0
	try rmmod edu
	[ "$status" -ne 0 ]
	[[ $err == *"in use"* ]]
	shows line edu0 name=edu0
	exec {file}<&-
	remove edu
	[ ! -e /dev/edu0 ]
}

@test "edu stays while a file is open for writing" {
	exec {file}>/dev/edu1
	try rmmod edu
	[ "$status" -ne 0 ]
	[[ $err == *"in use"* ]]
	exec {file}>&-
	remove edu
}

@test "edu stays while a reader waits" {
	start reader dd if=/dev/edu0 of=events bs=64 count=1
	wait_until 10 "the reader has the device open" has_open "$pid" /dev/edu0
	try rmmod edu
	[ "$status" -ne 0 ]
	kill "$pid"
	finish "$pid" 10
	remove edu
}

@test "handlers of every strategy go with the modules" {
	local strategy
	for strategy in $(available_strategies); do
		irqctl handler add "edu0/$strategy" sources 0x2 bottom "$strategy"
		irqctl handler add "edu1/$strategy" sources 0x4 bottom "$strategy"
	done
	irqctl raise edu0 0x2 count 20
	irqctl raise edu1 0x4 count 20
	remove edu irqline
	nothing_remains
	load_modules
	[ "$(json "[.[][]] | length > 0 and all(.builtin)" handler)" = true ]
}

@test "edu unloads while slow bottom halves have a backlog" {
	irqctl handler add edu0/slow sources 0x2 bottom kthread work sleep 2s
	irqctl handler add edu0/slower sources 0x2 bottom workqueue work sleep 2s
	irqctl raise edu0 0x2 count 100 rate 1000
	local before=$SECONDS
	remove edu irqline
	# The events in work take 2 s, the backlog would take 200.
	((SECONDS - before < 100)) || fail "took $((SECONDS - before)) seconds"
	nothing_remains
}

@test "irqline unloads under a monitor, which is told" {
	start monitor irqctl monitor
	wait_until 20 "the monitor shows the lines" has monitor.out edu1
	remove edu irqline
	nothing_remains
	finish "$pid" 10
	[ "$status" -eq 1 ]
	has monitor.err "irqline has been unloaded"
	has monitor.out "del line edu0 "
}

# cycle FIRST LAST: loads and unloads the modules so often.
cycle() {
	local i
	for ((i = $1; i <= $2; i++)); do
		insert irqline edu || fail "did not load in cycle $i" || return
		has_devices || fail "no device in cycle $i" || return
		remove edu irqline || fail "did not unload in cycle $i" || return
		[[ ! -e /dev/edu0 && ! -e /dev/edu1 ]] ||
			fail "a device stays in cycle $i" || return
	done
}

# With 200 cycles, one and a half kilobytes show that each device leaks each time.
@test "many load and unload cycles leave nothing" {
	remove edu irqline
	local cycles=${IRQLINE_CYCLES:-200} before after begin=$SECONDS
	quietly cycle 1 10
	before=$(kernel_memory)
	quietly cycle 11 "$cycles"
	after=$(kernel_memory)
	echo "# $cycles cycles took $((SECONDS - begin)) s, memory $before to $after KiB" >&3
	nothing_remains
	((after - before < 600)) || fail "$before KiB before, $after KiB after"
}
