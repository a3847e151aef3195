#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
#
# irqctl raises sources, and shows and resets what has been counted.
#
# The device merges what is raised again before it was acknowledged. Raised from
# the CPU that takes the interrupt, nothing is, so counts are exact, and what was
# raised has been taken when irqctl returns. Hence all cases run there.

# Set by the functions of lib.bash:
# shellcheck disable=SC2154
load lib

setup_file() {
	local line
	for line in edu0 edu1; do
		irqctl line set $line affinity 1
		# The interrupt moves when it comes.
		irqctl raise $line 0x2 count 3 rate 50
	done
}

teardown_file() {
	irqctl line set edu0 affinity 0-3
	irqctl line set edu1 affinity 0-3
}

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	taskset -c -p 1 $BASHPID >/dev/null
}

teardown() {
	delete_handlers
}

settled() {
	shows stats "$1" pending=0 2>/dev/null
}

# settle LINE/NAME: waits until nothing is pending.
settle() {
	wait_until 20 "$1 has nothing pending" settled "$1"
}

@test "raise without a count raises once" {
	irqctl handler add edu0/once sources 0x2
	try irqctl raise edu0 0x2
	[ "$status" -eq 0 ]
	[ -z "$out$err" ]
	settle edu0/once
	shows stats edu0/once taken=1 handled=1 dropped=0 merged=0
}

@test "raise reaches the handlers of its sources only" {
	irqctl handler add edu0/two sources 0x2
	irqctl handler add edu0/both sources 0x6
	irqctl handler add edu1/four sources 0x4
	irqctl raise edu0 0x4
	settle edu0/both
	shows stats edu0/two taken=0
	shows stats edu0/both taken=1
	shows stats edu1/four taken=0
}

@test "an exclusive handler keeps its sources from those of lower priority" {
	irqctl handler add edu0/low sources 0x6 priority -1
	irqctl handler add edu0/only sources 0x2 exclusive on
	irqctl handler add edu0/high sources 0x6 priority 1
	irqctl raise edu0 0x6
	settle edu0/low
	settle edu0/high
	irqctl raise edu0 0x2
	settle edu0/high
	shows stats edu0/low taken=1
	shows stats edu0/high taken=2
	shows stats edu0/only taken=2
}

@test "sources raised together come as one event" {
	irqctl handler add edu0/all sources 0xfffffffe
	exec {file}</dev/edu0
	irqctl raise edu0 0x12
	dd bs=64 count=1 <&"$file" >event 2>/dev/null
	# seq, then the sources behind four 64-bit numbers.
	[ "$(od -An -tu8 -N8 event)" -eq 1 ]
	[ "$(od -An -tu4 -j32 -N4 event)" -eq 18 ]
}

@test "raise with a count and a rate raises so often" {
	irqctl handler add edu0/paced sources 0x2
	json . raise edu0 0x2 count 40 rate 200
	[[ $(<json.out) == *'"count":40'* ]]
	settle edu0/paced
	shows stats edu0/paced taken=40 handled=40
}

@test "raise from another CPU may merge, but makes up no events" {
	irqctl handler add edu0/fast sources 0x2 queue 1024
	irqctl raise edu0 0x2 count 500
	settle edu0/fast
	check '.taken >= 1 and .taken <= 500 and .handled == .taken' stats edu0/fast
}

@test "stats shows a table of all lanes, those of a line, or one" {
	irqctl handler add edu0/worker sources 0x2
	irqctl raise edu0 0x2
	settle edu0/worker
	try irqctl stats
	[ "$status" -eq 0 ]
	[[ $out == *edu0/factorial*edu0/worker* && $out == *edu1/factorial* ]]
	[ "$(irqctl stats show)" = "$out" ]
	try irqctl stats show edu1
	[[ $out == *edu1/factorial* && $out != *edu0* ]]
	try irqctl stats show edu0/worker
	[[ $out == *edu0/worker* && $out != *factorial* ]]
}

@test "stats in JSON have their types" {
	irqctl handler add edu0/worker sources 0x2 bottom kthread
	irqctl raise edu0 0x2 count 3 rate 100
	settle edu0/worker
	# The kernel cuts a thread's name at 15 characters.
	check 'all(.line, .handler, .comm; type == "string")
		and all(.lane, .taken, .handled, .dropped, .merged, .pending, .switches,
			.["switches-owned"], .owed, .pid; type == "number")
		and all(.latency, .runtime; .count == 3 and .maximum > 0 and .sum >= .maximum
			and .p50 > 0 and .p50 <= .p99)
		and .context == [{"context": "task", "count": 3}]
		and ([.cpu[].count] | add) == 3
		and .comm == "irqline/edu0/wo"' stats edu0/worker
}

@test "hist shows buckets that agree with the counts" {
	irqctl handler add edu0/worker sources 0x2
	irqctl raise edu0 0x2 count 20 rate 200
	settle edu0/worker
	irqctl -j stats show edu0/worker hist >json.out
	jq -e '.[][] | all(.latency, .runtime; .maximum as $max
		| ([.bucket[].count] | add) == 20
		and .count == 20
		and [.bucket[].lowest] == ([.bucket[].lowest] | sort | unique)
		and all(.bucket[]; .lowest <= .highest and .count > 0)
		and (.bucket[-1] | .lowest <= $max and $max <= .highest))' json.out
	try irqctl stats show edu0/worker hist
	[ "$status" -eq 0 ]
	[ -z "$err" ]
	[[ $out == *"edu0/worker"*latency*"run time"* ]]
}

@test "hist of a handler without events has no buckets" {
	irqctl handler add edu0/idle sources 0x2
	try irqctl stats show edu0/idle hist
	[ "$status" -eq 0 ]
	[[ $out == *edu0/idle*" latency: 0 events"*edu0/idle*" run time: 0 events"* ]]
	[[ $out != *p50* ]]
}

@test "the counts of every lane add up, even while events are pending" {
	irqctl handler add edu0/worker sources 0x2
	irqctl handler add edu0/slow sources 0x2 bottom workqueue work sleep 100ms
	irqctl raise edu0 0x2 count 30 rate 300
	irqctl -j stats >json.out
	jq -e '[.[][]] | length == 6 and
		all(.taken == .handled + .dropped + .merged + .pending)' json.out
	jq -e 'any(.[][]; .handler == "slow" and .taken == 30 and .pending > 0)' json.out
}

@test "a full queue drops the newest and says how many" {
	irqctl handler add edu0/full sources 0x2 bottom kthread queue 4 work sleep 300ms
	irqctl raise edu0 0x2 count 20 rate 400
	settle edu0/full
	check '.taken == 20 and .dropped >= 10 and .dropped <= 16
		and .handled == 20 - .dropped' stats edu0/full
}

@test "switches are counted, but not what changes nothing" {
	irqctl handler add edu0/moved sources 0x2
	irqctl handler set edu0/moved bottom workqueue
	irqctl handler set edu0/moved bottom kthread
	shows stats edu0/moved switches=2
	irqctl handler set edu0/moved bottom kthread
	irqctl handler set edu0/moved priority 5
	shows stats edu0/moved switches=2
}

@test "stats are reset for one handler, for a line, and for all" {
	local handler
	for handler in edu0/one edu0/two edu1/one; do
		irqctl handler add $handler sources 0x2
	done
	irqctl raise edu0 0x2
	irqctl raise edu1 0x2
	for handler in edu0/one edu0/two edu1/one; do
		settle $handler
	done
	try irqctl stats reset edu0/one
	[ "$status" -eq 0 ]
	[ -z "$out$err" ]
	check '.taken == 0 and .handled == 0 and .latency.count == 0' stats edu0/one
	shows stats edu0/two taken=1
	irqctl stats reset edu0
	shows stats edu0/two taken=0
	shows stats edu1/one taken=1
	irqctl stats reset
	shows stats edu1/one taken=0
}

@test "what is pending at a reset counts as taken" {
	irqctl handler add edu0/slow sources 0x2 bottom kthread work sleep 500ms
	irqctl raise edu0 0x2 count 5 rate 100
	irqctl stats reset edu0/slow
	check '.pending > 0 and .taken == .handled + .pending' stats edu0/slow
	settle edu0/slow
	check '.taken == .handled and .taken > 0 and .taken <= 5' stats edu0/slow
}

@test "no times are taken while the clock is off" {
	irqctl handler add edu0/worker sources 0x2
	irqctl line set edu0 clock off
	irqctl raise edu0 0x2
	settle edu0/worker
	irqctl line set edu0 clock on
	check '.handled == 1 and .latency.count == 0 and .runtime.count == 0' stats edu0/worker
}
