#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
#
# irqctl monitor shows the state first, then each change once, until it is told
# to end.

# Set by the functions of lib.bash:
# shellcheck disable=SC2154
load lib

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	RECEIVE_MAX=
}

teardown() {
	[[ -z $RECEIVE_MAX ]] || echo "$RECEIVE_MAX" >/proc/sys/net/core/rmem_max
	stop_background
	delete_handlers
}

# watch ARGUMENTS...: starts a monitor and waits until it shows the state, of
# which the handlers are the end.
watch() {
	start monitor irqctl "$@"
	wait_until 20 "the monitor shows the state" shows_state
}

shows_state() {
	has monitor.out edu0 && has monitor.out edu1 && has monitor.out dma
}

# changes: what the monitor has printed but the state.
changes() {
	grep -v -e '^state ' -e '"event":"state"' monitor.out
}

has_changed() {
	[[ $(changes) == *"$1"* ]]
}

# One last change that is seen shows that all before it are there.
flush_changes() {
	irqctl handler add edu1/last sources 0x2
	wait_until 20 "the monitor shows the last change" has_changed last
}

# seen N TEXT: TEXT stands in exactly N lines of the changes.
seen() {
	local count
	count=$(changes | grep -c -- "$2") || :
	[[ $count -eq $1 ]] || fail "$2 stands in $count lines, not $1" "$(<monitor.out)"
}

@test "monitor shows the state first" {
	irqctl handler add edu0/worker sources 0x2
	watch monitor
	flush_changes
	local text
	for text in 'line edu0' 'line edu1' 'handler edu0/factorial' 'handler edu0/dma' \
		'handler edu1/factorial' 'handler edu1/dma' 'handler edu0/worker'; do
		[ "$(grep -c "^state $text " monitor.out)" -eq 1 ]
	done
	[ "$(head -n 7 monitor.out | grep -c '^state ')" -eq 7 ]
}

@test "monitor shows an added, a changed and a deleted handler once each" {
	watch monitor
	irqctl handler add edu0/worker sources 0x2
	irqctl handler set edu0/worker bottom kthread
	irqctl handler del edu0/worker
	flush_changes
	seen 3 worker
}

@test "monitor does not show what changes nothing" {
	irqctl handler add edu0/worker sources 0x2 priority 3
	watch monitor
	irqctl handler set edu0/worker priority 3
	irqctl handler set edu0/worker bottom tasklet
	irqctl line set edu0 clock on
	try irqctl handler set edu0/worker bottom nosuch
	flush_changes
	seen 0 worker
	seen 0 clock
}

@test "monitor shows a changed line" {
	watch monitor
	irqctl line set edu0 clock off
	irqctl line set edu0 clock on
	flush_changes
	seen 2 clock
}

@test "monitor shows a device that goes and comes" {
	watch monitor
	local function
	function=$(pci_function edu0)
	echo "$function" >/sys/bus/pci/drivers/edu/unbind
	echo "$function" >/sys/bus/pci/drivers/edu/bind
	flush_changes
	# A kernel with DEBUG_TEST_DRIVER_REMOVE has a device go once more before it stays.
	local goes
	goes=$(changes | grep -c '^del line edu0 ')
	[ "$goes" -eq 1 ] || [ "$goes" -eq 2 ]
	seen "$goes" '^add line edu0 '
}

@test "monitor -j prints one JSON document for each line" {
	watch -j monitor
	irqctl handler add edu0/worker sources 0x2 bottom kthread
	flush_changes
	jq -e . monitor.out >/dev/null
	[ "$(jq -s length monitor.out)" -eq "$(wc -l <monitor.out)" ]
	changes | jq -s -e '[.[] | select([.. | strings] | any(. == "worker"))] | length == 1'
}

# overflow: makes edu0/small overflow, until the monitor of alerts has seen it.
overflow() {
	irqctl raise edu0 0x2 count 20 rate 400
	has alerts.out overflow-begin
}

@test "monitor alert shows overflows and no changes, monitor config vice versa" {
	irqctl handler add edu0/small sources 0x2 bottom kthread queue 2 work sleep 200ms
	start alerts irqctl monitor alert
	watch monitor config
	irqctl handler add edu0/worker sources 0x4
	wait_until 20 "the overflow begins" overflow
	wait_until 20 "the overflow ends" has alerts.out overflow-end
	flush_changes
	# The counts of that moment, the first of all drops.
	grep -q '^overflow-begin .*edu0/small.* dropped 1 merged 0 pending [23]$' alerts.out
	grep -q '^overflow-end .*edu0/small.* dropped [1-9]' alerts.out
	refute has alerts.out worker
	refute has alerts.out state
	seen 1 worker
	seen 0 overflow-
}

@test "monitor ends cleanly on SIGTERM and on SIGINT" {
	local signal
	for signal in TERM INT; do
		watch monitor
		kill -$signal "$pid"
		finish "$pid" 10
		[ "$status" -eq 0 ] || fail "$signal ends it with $status"
		[ ! -s monitor.err ] || fail "$(<monitor.err)"
	done
}

@test "monitor ends when nobody reads it any more" {
	mkfifo pipe
	irqctl monitor >pipe 2>monitor.err 3>&- &
	local child=$!
	BACKGROUND+=("$child")
	head -n 1 pipe >first
	[ -s first ]
	irqctl handler add edu0/worker sources 0x2
	irqctl handler add edu0/another sources 0x2
	finish "$child" 20
	[ "$status" -ne 0 ]
}

@test "two monitors see the same" {
	start other irqctl monitor
	wait_until 20 "the other monitor shows the state" has other.out edu1
	watch monitor
	irqctl handler add edu0/worker sources 0x2
	flush_changes
	wait_until 20 "the other monitor shows the last change" has other.out last
	[ "$(grep -c worker other.out)" -eq 1 ]
	seen 1 worker
}

@test "monitor misses nothing of many changes in a row" {
	watch monitor
	local i
	for ((i = 0; i < 20; i++)); do
		irqctl handler add edu0/worker sources 0x2
		irqctl handler del edu0/worker
	done
	flush_changes
	seen 40 worker
}

# shows_again N: the state of N objects, after that at the begin.
shows_again() {
	[[ $(grep -c '^state ' monitor.out) -eq $((2 * $1)) ]]
}

# A socket of the least size has room for a few changes only.
@test "monitor says that changes were lost, and shows the state again" {
	read -r RECEIVE_MAX </proc/sys/net/core/rmem_max
	echo 4096 >/proc/sys/net/core/rmem_max
	watch monitor
	kill -STOP "$pid"
	local i
	for ((i = 0; i < 10; i++)); do
		irqctl handler add edu0/worker sources 0x2
		irqctl handler del edu0/worker
	done
	echo "$RECEIVE_MAX" >/proc/sys/net/core/rmem_max
	kill -CONT "$pid"
	wait_until 20 "the monitor shows the state again" shows_again 6
	flush_changes
	seen 1 '^notifications-lost$'
	sed -n '/^notifications-lost$/,$p' monitor.out >since
	[ "$(grep -c '^state ' since)" -eq 6 ]
	refute has since worker
}
