#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
#
# irqctl without privileges: reading is free to all, and what may not be
# changed says what is missing.

# Set by the functions of lib.bash:
# shellcheck disable=SC2154
load lib

setup() {
	cd "$BATS_TEST_TMPDIR" || return
}

teardown() {
	stop_background
	delete_handlers
}

nobody() {
	setpriv --reuid 65534 --regid 65534 --clear-groups irqctl "$@"
}

without() {
	local capability=$1
	shift
	setpriv --bounding-set "-$capability" --inh-caps "-$capability" irqctl "$@"
}

@test "anybody reads lines, handlers, strategies and stats" {
	local command
	for command in line handler strategy "stats show edu0/factorial hist"; do
		# shellcheck disable=SC2086
		try nobody -j $command
		[ "$status" -eq 0 ] || fail "$command" "$err"
		jq -e '[.[][]] | length > 0' try.out >/dev/null
	done
}

@test "anybody monitors" {
	start monitor setpriv --reuid 65534 --regid 65534 --clear-groups irqctl monitor
	wait_until 20 "the monitor shows the state" has monitor.out dma
	irqctl handler add edu0/worker sources 0x2
	wait_until 20 "the monitor shows a change" has monitor.out worker
}

@test "nobody changes anything, and each refusal says what is missing" {
	irqctl handler add edu0/worker sources 0x2
	local command
	for command in "handler add edu0/x sources 0x2" "handler set edu0/worker priority 5" \
		"handler del edu0/worker" "line set edu0 clock off" "stats reset"; do
		# shellcheck disable=SC2086
		try nobody $command
		complains 1 CAP_NET_ADMIN || fail "of: $command"
	done
	shows handler edu0/worker priority=0
	shows line edu0 clock=true
}

@test "raising needs the device, not a capability" {
	try nobody raise edu0 0x2
	complains 1 "ermission denied"
}

@test "root without CAP_NET_ADMIN changes nothing" {
	try without net_admin handler add edu0/x sources 0x2
	complains 1 CAP_NET_ADMIN
	try without net_admin -j handler
	[ "$status" -eq 0 ]
}

@test "sched and nice need CAP_SYS_NICE, the rest does not" {
	try without sys_nice handler add edu0/x sources 0x2 bottom kthread sched fifo:5
	complains 1 CAP_SYS_NICE sched
	try without sys_nice handler add edu0/x sources 0x2 bottom kthread nice 5
	complains 1 CAP_SYS_NICE nice
	without sys_nice handler add edu0/x sources 0x2 bottom kthread cpu 1
	try without sys_nice handler set edu0/x nice -5
	complains 1 CAP_SYS_NICE nice
	shows handler edu0/x nice=0 cpu=1
}
