#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
#
# The example programs do what they say.

# Set by the functions of lib.bash:
# shellcheck disable=SC2154
load lib

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	load_modules
	irqctl handler add edu0/first sources 0x2
	irqctl handler add edu0/second sources 0x4
	first=$(json '.[][] | .id' handler show edu0/first)
	second=$(json '.[][] | .id' handler show edu0/second)
}

teardown() {
	stop_background
	load_modules
	delete_handlers
}

# follow PROGRAM ARGUMENTS...: starts it, and waits until it listens.
follow() {
	start "$1" "$@"
	wait_until 10 "$1 has the device open" has_open "$pid" /dev/edu0
}

# raise COUNT: one event of each handler, so many times. What is raised again before
# it was taken would be the same event.
raise() {
	local i
	for ((i = 1; i <= $1; i++)); do
		irqctl raise edu0 0x2
		wait_until 10 "the first handler is done" shows stats edu0/first "handled=$i"
		irqctl raise edu0 0x4
		wait_until 10 "the second handler is done" shows stats edu0/second "handled=$i"
	done
}

# printed FILE HANDLER COUNT: its events from number 1 on, each once, in order.
printed() {
	local i
	for ((i = 1; i <= $3; i++)); do
		echo "handler $2 seq $i"
	done >expected
	grep "^handler $2 seq" "$1" | sed 's/ sources.*//' >found || :
	diff expected found
}

unbind() {
	pci_function edu0 >/sys/bus/pci/drivers/edu/unbind
}

ends_well() {
	finish "$pid" 20
	[ "$status" -eq 0 ] || fail "$(<"$1.err")"
}

@test "tap-read prints all events" {
	follow tap-read /dev/edu0 6
	raise 3
	ends_well tap-read
	printed tap-read.out "$first" 3
	printed tap-read.out "$second" 3
	grep "handler $first .* sources 0x2$" tap-read.out
}

@test "tap-read is told that the device has gone" {
	follow tap-read /dev/edu0
	unbind
	finish "$pid" 20
	[ "$status" -eq 1 ]
	has tap-read.err "No such device" || fail "$(<tap-read.err)"
}

@test "tap-poll prints the events of the handlers that it is told" {
	follow tap-poll /dev/edu0 2 4 second
	wait_until 10 "tap-poll has subscribed" has tap-poll.out "is second"
	raise 4
	ends_well tap-poll
	has tap-poll.out "handler $second is second"
	printed tap-poll.out "$second" 4
	printed tap-poll.out "$first" 0
	grep "at a time" tap-poll.out
}

@test "tap-poll prints what there is after a second" {
	follow tap-poll /dev/edu0 100 1 first
	wait_until 10 "tap-poll has subscribed" has tap-poll.out "is first"
	raise 1
	ends_well tap-poll
	printed tap-poll.out "$first" 1
}

@test "tap-poll complains of a handler that is not there" {
	try tap-poll /dev/edu0 1 1 nobody
	[ "$status" -eq 1 ]
	[[ $err == *"nobody: No such file"* ]] || fail "$err"
	try tap-poll /dev/edu0 100000 1 first
	[ "$status" -eq 1 ]
	[[ $err == *"Invalid argument"* ]] || fail "$err"
}

mapped() {
	[[ $(<"/proc/$pid/maps") == *10000000*/dev/edu0* ]]
}

@test "tap-ring prints all events" {
	follow tap-ring /dev/edu0 6
	raise 3
	ends_well tap-ring
	printed tap-ring.out "$first" 3
	printed tap-ring.out "$second" 3
}

@test "tap-ring prints what came before the device went" {
	follow tap-ring /dev/edu0
	wait_until 10 "tap-ring has mapped the ring" mapped
	raise 2
	unbind
	finish "$pid" 20
	[ "$status" -eq 1 ]
	has tap-ring.err "the device has gone" || fail "$(<tap-ring.err)"
	printed tap-ring.out "$first" 2
	printed tap-ring.out "$second" 2
}
