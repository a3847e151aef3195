#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
#
# irqctl changes lines and handlers: every setting, read back.

# Set by the functions of lib.bash:
# shellcheck disable=SC2154
load lib

setup() {
	cd "$BATS_TEST_TMPDIR" || return
}

teardown() {
	delete_handlers
	irqctl line set edu0 top hard
}

@test "a new handler has the documented defaults" {
	try irqctl handler add edu0/plain sources 0x2
	[ "$status" -eq 0 ]
	[ -z "$out$err" ]
	shows handler edu0/plain line=edu0 name=plain sources=2 priority=0 exclusive=false \
		bottom=tasklet cpu=-1 lanes=single budget=64 queue=256 \
		overflow=drop-newest high=null low=128 work=none builtin=false
	irqctl handler set edu0/plain bottom kthread
	shows handler edu0/plain sched=other nice=0
}

@test "a new handler takes every setting at once" {
	irqctl handler add edu0/full sources 0xf0 priority -5 bottom kthread cpu 1 \
		lanes single sched fifo:7 exclusive on budget 8 queue 512 \
		overflow backpressure high 400 low 20 work sleep 2ms
	shows handler edu0/full sources=240 priority=-5 exclusive=true bottom=kthread cpu=1 \
		lanes=single sched=fifo sched-priority=7 budget=8 queue=512 \
		overflow=backpressure high=400 low=20 work=sleep work-time=2000000
}

@test "add and set take every strategy that this kernel has" {
	local strategy strategies
	strategies=$(available_strategies)
	irqctl handler add edu0/moved sources 0x2 priority 9
	for strategy in $strategies; do
		irqctl handler add "edu0/$strategy" sources 0x2 bottom "$strategy"
		shows handler "edu0/$strategy" "bottom=$strategy"
		irqctl handler set edu0/moved bottom "$strategy"
		shows handler edu0/moved "bottom=$strategy" priority=9
	done
}

@test "what is named anew has its defaults" {
	irqctl handler add edu0/moved sources 0x2 bottom kthread cpu 1 sched rr:3 priority 9
	irqctl handler set edu0/moved bottom kthread
	shows handler edu0/moved cpu=-1 sched=other nice=0 priority=9
	irqctl handler set edu0/moved cpu 2 nice 5
	irqctl handler set edu0/moved bottom tasklet
	irqctl handler set edu0/moved bottom workqueue
	shows handler edu0/moved cpu=-1 priority=9
}

@test "set keeps what it does not name" {
	irqctl handler add edu0/kept sources 0x2 bottom kthread cpu 2 nice 5 priority 3 budget 16
	irqctl handler set edu0/kept priority 4
	shows handler edu0/kept priority=4 bottom=kthread cpu=2 nice=5 budget=16 sources=2
	irqctl handler set edu0/kept nice -3
	shows handler edu0/kept nice=-3 cpu=2
}

@test "set changes sources, priority, exclusive and budget" {
	irqctl handler add edu0/changed sources 0x2
	irqctl handler set edu0/changed sources 0x30
	irqctl handler set edu0/changed priority 1000 exclusive on
	irqctl handler set edu0/changed budget 4096
	shows handler edu0/changed sources=48 priority=1000 exclusive=true budget=4096
	irqctl handler set edu0/changed exclusive off priority -1000 budget 1
	shows handler edu0/changed priority=-1000 exclusive=false budget=1
}

@test "set changes the CPU and the scheduling of a thread" {
	irqctl handler add edu0/thread sources 0x2 bottom kthread
	irqctl handler set edu0/thread cpu 3
	irqctl handler set edu0/thread sched fifo:50
	shows handler edu0/thread cpu=3 sched=fifo sched-priority=50
	irqctl handler set edu0/thread sched rr:1
	shows handler edu0/thread sched=rr sched-priority=1
	irqctl handler set edu0/thread sched other nice 19
	shows handler edu0/thread sched=other nice=19
	irqctl handler set edu0/thread cpu -1
	shows handler edu0/thread cpu=-1 nice=19
	irqctl handler add edu0/works sources 0x2 bottom workqueue cpu 2
	shows handler edu0/works cpu=2
}

@test "set changes the delay of a timer, in every unit" {
	local strategy
	for strategy in timer hrtimer; do
		irqctl handler add "edu0/$strategy" sources 0x2 bottom "$strategy"
		shows handler "edu0/$strategy" delay=0
		irqctl handler set "edu0/$strategy" delay 250us
		shows handler "edu0/$strategy" delay=250000
		irqctl handler set "edu0/$strategy" delay 1s
		shows handler "edu0/$strategy" delay=1000000000
		irqctl handler set "edu0/$strategy" bottom "$strategy"
		shows handler "edu0/$strategy" delay=0
	done
	irqctl handler set edu0/timer cpu 2 delay 3ms
	shows handler edu0/timer cpu=2 delay=3000000
	irqctl handler set edu0/timer bottom tasklet
	check '.delay == null and .cpu == -1' handler edu0/timer
}

has_napi_thread() {
	grep -qs '^napi/edu0/' /proc/[0-9]*/comm
}

has_no_napi_thread() {
	! has_napi_thread
}

@test "set moves napi into a thread, and back" {
	irqctl handler add edu0/polled sources 0x2 bottom napi budget 16
	shows handler edu0/polled threaded=false
	irqctl handler set edu0/polled threaded on
	shows handler edu0/polled bottom=napi threaded=true budget=16
	has_napi_thread
	irqctl handler set edu0/polled threaded off
	shows handler edu0/polled threaded=false
	wait_until 10 "the thread is gone" has_no_napi_thread
}

@test "set changes lanes, and stats tell them apart" {
	irqctl handler add edu0/many sources 0x2 bottom kthread lanes percpu
	shows handler edu0/many lanes=percpu cpu=-1
	irqctl raise edu0 0x2 count 20 rate 500
	[ "$(json '[.[][] | select(.handler == "many") | .lane] | sort | map(tostring) | join(" ")' \
		stats show edu0)" = "0 1 2 3" ]
	check '.lane == null and .taken > 0' stats edu0/many
	check '.lane == 3' stats edu0/many lane 3
	irqctl handler set edu0/many lanes single
	shows handler edu0/many lanes=single
	check '.lane == 0' stats edu0/many
}

@test "a handler keeps the CPU that was set while it is offline" {
	local online=/sys/devices/system/cpu/cpu3/online
	[ -e $online ] || skip "CPU 3 cannot go offline"
	irqctl handler add edu0/bound sources 0x2 bottom kthread cpu 3
	echo 0 >$online
	try irqctl -j handler show edu0/bound
	local shown=$out
	try irqctl handler set edu0/bound priority 2
	echo 1 >$online
	[[ $shown == *'"cpu":3,'* ]] || fail "$shown"
	[ "$status" -eq 0 ]
	shows handler edu0/bound cpu=3 priority=2
}

@test "set changes the work and its time, in every unit" {
	irqctl handler add edu0/busy sources 0x2 bottom workqueue work spin 1500ns
	shows handler edu0/busy work=spin work-time=1500
	irqctl handler set edu0/busy work sleep 10s
	shows handler edu0/busy work=sleep work-time=10000000000
	irqctl handler set edu0/busy work sleep 250us
	shows handler edu0/busy work-time=250000
	irqctl handler set edu0/busy work spin 3ms
	shows handler edu0/busy work=spin work-time=3000000
	irqctl handler set edu0/busy work none
	shows handler edu0/busy work=none
}

@test "set changes the queue, and watermarks follow unless they were set" {
	local policy
	irqctl handler add edu0/queue sources 0x2 queue 64
	for policy in drop-oldest merge drop-newest; do
		irqctl handler set edu0/queue overflow "$policy"
		shows handler edu0/queue "overflow=$policy" queue=64 high=null low=32
	done
	irqctl handler set edu0/queue overflow backpressure
	shows handler edu0/queue high=64 low=32
	irqctl handler set edu0/queue queue 65536
	shows handler edu0/queue queue=65536 high=65536 low=32768
	irqctl handler set edu0/queue queue 64 high 10 low 3
	irqctl handler set edu0/queue queue 16
	shows handler edu0/queue queue=16 high=10 low=3
	irqctl handler set edu0/queue overflow merge queue 8
	shows handler edu0/queue overflow=merge queue=8 high=null low=3
}

@test "the device's own handler can be switched, and back" {
	irqctl handler set edu0/factorial bottom kthread
	shows handler edu0/factorial bottom=kthread builtin=true
	[ "$("${FACTORIAL[@]}" edu0 10)" -eq 3628800 ]
	irqctl handler set edu0/factorial bottom tasklet
	shows handler edu0/factorial bottom=tasklet
}

@test "del removes a handler and only that" {
	irqctl handler add edu0/first sources 0x2
	irqctl handler add edu0/second sources 0x2
	irqctl handler add edu1/first sources 0x2
	try irqctl handler del edu0/first
	[ "$status" -eq 0 ]
	[ -z "$out$err" ]
	[ "$(json '[.[][] | .line + "/" + .name] | sort | join(" ")' handler)" = \
		"edu0/dma edu0/factorial edu0/second edu1/dma edu1/factorial edu1/first" ]
}

# leave_pending N: edu0/slow has one event in work and N that wait.
leave_pending() {
	irqctl handler add edu0/slow sources 0x2 bottom kthread work sleep 3s
	irqctl raise edu0 0x2 count $(($1 + 1)) rate 50
	wait_until 10 "$1 events wait" check ".pending == $1 + 1" stats edu0/slow 2>/dev/null
	# The first is out of the queue when it is at work.
	pause 0.3
}

@test "del tells how many events were pending" {
	leave_pending 3
	try irqctl handler del edu0/slow
	[ "$status" -eq 0 ]
	[ "$out" = "3 pending events dropped" ]
	leave_pending 1
	try irqctl handler del edu0/slow
	[ "$out" = "1 pending event dropped" ]
	leave_pending 2
	irqctl -j handler del edu0/slow >json.out
	jq -e '.handler == [{ line: "edu0", name: "slow", id: .handler[0].id, pending: 2 }]' json.out
	irqctl handler add edu0/slow sources 0x2
	irqctl -j handler del edu0/slow >json.out
	jq -e '.handler[0].pending == 0' json.out
}

@test "masks, numbers and names are taken in every form" {
	irqctl handler add edu0/a sources 0xffffffff
	shows handler edu0/a sources=4294967295
	irqctl handler add edu0/A9._- sources 48 queue 0x40
	shows handler edu0/A9._- name=A9._- sources=48 queue=64
	irqctl handler add edu0/abcdefghijklmnopqrstuvwxyz01234 sources 0x2
	shows handler edu0/abcdefghijklmnopqrstuvwxyz01234 sources=2
}

@test "a line's clock and affinity are set" {
	irqctl line set edu0 clock off
	shows line edu0 clock=false
	irqctl line set edu0 clock on affinity 1
	# The interrupt moves when it comes.
	irqctl raise edu0 0x2 count 3 rate 50
	shows line edu0 clock=true affinity=1
	irqctl line set edu0 affinity 0-3
	irqctl raise edu0 0x2 count 3 rate 50
	shows line edu0 clock=true affinity=0-3
}

@test "what is already so can be set on a line" {
	local delivery
	delivery=$(json '.[][] | .delivery' line show edu0)
	irqctl line set edu0 top hard
	irqctl line set edu0 "delivery" "$delivery" nothread off
	shows line edu0 top=hard "delivery=$delivery" nothread=false
}

# reaches LINE: an event of the line gets to a handler.
reaches() {
	irqctl handler add "$1/reached" sources 0x2
	irqctl raise "$1" 0x2
	wait_until 20 "$1 takes the event" check '.handled == 1' stats "$1/reached" 2>/dev/null
	irqctl handler del "$1/reached"
}

@test "a line's top half is moved, and back" {
	local top
	for top in thread poll hard; do
		irqctl line set edu0 top "$top"
		shows line edu0 "top=$top"
		shows line edu1 top=hard
		reaches edu0
	done
}

@test "only poll has a period, and no affinity" {
	irqctl line set edu0 top poll
	shows line edu0 period=1000000
	irqctl line set edu0 period 250us
	shows line edu0 top=poll period=250000
	irqctl line set edu0 top poll
	shows line edu0 period=1000000
	try irqctl line set edu0 period 9us
	complains 1 period
	try irqctl line set edu0 affinity 1
	complains 1 affinity
	irqctl line set edu0 top thread
	check '.period == null' line edu0
	try irqctl line set edu0 period 1ms
	complains 1 period poll
}

@test "only hard is exempt from threads" {
	irqctl line set edu0 nothread on
	shows line edu0 top=hard nothread=true forced=false
	reaches edu0
	irqctl line set edu0 top thread
	shows line edu0 nothread=false
	try irqctl line set edu0 nothread on
	complains 1 nothread hard
	irqctl line set edu0 top hard nothread on
	irqctl line set edu0 top hard
	shows line edu0 nothread=false
}

@test "a line's delivery is changed, and back" {
	[ "$(json '.[][] | .delivery' line show edu0)" = msi ] || skip "no MSI here"
	irqctl line set edu0 delivery intx affinity 1
	shows line edu0 delivery=intx
	# The interrupt moves when it comes.
	irqctl raise edu0 0x2 count 3 rate 50
	shows line edu0 delivery=intx affinity=1
	reaches edu0
	irqctl line set edu0 delivery msi affinity 0-3
	shows line edu0 delivery=msi
	reaches edu0
}
