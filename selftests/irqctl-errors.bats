#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
#
# What irqctl says when it cannot: one line "irqctl: what: why" and exit status
# 1, or 2 for a command that makes no sense. Nothing changes.

# Set by the functions of lib.bash:
# shellcheck disable=SC2154
load lib

setup() {
	cd "$BATS_TEST_TMPDIR" || return
}

teardown() {
	delete_handlers
}

# misused ARGUMENTS...: exit status 2, and why, on stderr only.
misused() {
	try irqctl "$@"
	[[ $status -eq 2 ]] || fail "irqctl $* ends with $status" "$out$err" || return
	[[ -z $out ]] || fail "irqctl $* prints" "$out" || return
	[[ $err == "irqctl: "* ]] || fail "irqctl $* says" "$err"
}

# refused "TEXT|TEXT..." ARGUMENTS...: exit status 1, one line with each TEXT.
refused() {
	local texts
	IFS='|' read -ra texts <<<"$1"
	shift
	try irqctl "$@"
	complains 1 "${texts[@]}" || fail "of: irqctl $*"
}

@test "an unknown or abbreviated object or command is misuse" {
	misused lines
	misused hand show
	misused -x line
	misused ""
	misused line display
	misused handler sho
	misused handler remove edu0/factorial
	misused strategy add
	misused stats clear
	misused monitor stats
	misused handler set
	misused handler add
	misused raise
}

@test "unknown keywords, missing values, words too many and twice are misuse" {
	misused line show edu0/x
	misused line show edu0 edu1
	misused line set edu0
	misused line set edu0 speed 3
	misused line set edu0 clock
	misused line set edu0 clock maybe
	misused handler add edu0/x sources 0x2 bottom
	misused handler add edu0/x sources 0x2 prio 3
	misused handler add edu0/x sources 0x2 work spin
	misused handler add edu0/x sources 0x2 lanes many
	misused handler show edu0/factorial edu0/dma
	misused strategy show bottom
	misused handler set edu0/factorial
	misused handler del edu0/factorial now
	misused stats show edu0 histogram
	misused stats show edu0 lane 1
	misused stats show edu0/factorial lane
	misused stats show edu0/factorial lane one
	misused stats show edu0/factorial hist lane 0
	misused stats reset edu0/factorial now
	misused monitor alert config
	misused raise edu0 0x2 twice
	misused handler add edu0/x sources 0x2 sources 0x4
	misused line set edu0 clock on clock off
}

@test "a handler is named LINE/NAME" {
	misused handler add edu0 sources 0x2
	misused handler del edu0
	misused handler del /factorial
	misused handler set edu0/ bottom tasklet
	misused handler set edu0/a/b bottom tasklet
	misused handler show edu0/a/b
	misused stats show edu0/a/b
	misused stats reset /factorial
}

@test "numbers and times are read whole and strictly" {
	local number time
	for number in "" x 12x 012 0x 1.5 " 1" "1 " 4294967296 0x100000000 -1 99999999999999999999; do
		misused handler add edu0/x sources "$number"
		misused raise edu0 "$number"
	done
	misused handler add edu0/x sources 0x2 priority 9999999999
	misused handler add edu0/x sources 0x2 sched fifo
	misused handler add edu0/x sources 0x2 sched fifo:
	misused handler add edu0/x sources 0x2 sched fifo:1x
	misused handler add edu0/x sources 0x2 sched idle
	misused raise edu0 0x2 count 0x
	misused raise edu0 0x2 rate -5
	for time in "" ms 1 1h 1mss 1.ms -1ms "1 ms" 99999999999999999999ns; do
		misused handler add edu0/x sources 0x2 bottom kthread work sleep "$time"
	done
}

@test "an unknown line, handler or strategy is named" {
	refused "nosuch|o such line" line show nosuch
	refused "nosuch|o such line" handler show nosuch
	refused "nosuch|o such line" handler add nosuch/x sources 0x2
	refused "nosuch|o such handler" handler show edu0/nosuch
	refused "nosuch|o such handler" handler set edu0/nosuch priority 1
	refused "nosuch|o such handler" handler del edu0/nosuch
	refused "nosuch|o such handler" stats show edu0/nosuch
	refused "nosuch|o such handler" stats reset edu0/nosuch
	refused "lane|no such lane" stats show edu0/factorial lane 1
	refused "nosuch|o such strategy" handler add edu0/x sources 0x2 bottom nosuch
	refused "nosuch" line set edu0 top nosuch
	refused "nosuch" raise nosuch 0x2
}

@test "a handler that exists is not added again" {
	irqctl handler add edu0/x sources 0x2
	refused "edu0/x|name|a handler of that name" handler add edu0/x sources 0x4
	shows handler edu0/x sources=2
}

@test "what the kernel calls out of range is named" {
	irqctl handler add edu0/x sources 0x2 bottom kthread
	local before
	before=$(irqctl -j handler show edu0/x)
	refused "priority" handler set edu0/x priority 1001
	refused "priority" handler set edu0/x priority -1001
	refused "budget" handler set edu0/x budget 0
	refused "budget" handler set edu0/x budget 4097
	refused "delay" handler set edu0/x bottom timer delay 1001ms
	refused "nice" handler set edu0/x nice 20
	refused "sched" handler set edu0/x sched fifo:100
	refused "sched" handler set edu0/x sched rr:0
	refused "work" handler set edu0/x work sleep 11s
	refused "sources" handler set edu0/x sources 0
	refused "queue" handler add edu0/y sources 0x2 queue 131072
	refused "queue|power of two" handler add edu0/y sources 0x2 queue 100
	refused "name" handler add edu0/a-name-that-is-longer-than-31-ones sources 0x2
	refused "name" handler add edu0/.hidden sources 0x2
	refused "name" "handler" add "edu0/a b" sources 0x2
	[ "$before" = "$(irqctl -j handler show edu0/x)" ]
}

@test "a CPU that is not there is named" {
	refused "cpu" handler add edu0/x sources 0x2 bottom kthread cpu 4095
	refused "cpu" handler add edu0/x sources 0x2 bottom kthread cpu -2
	refused "affinity" line set edu0 affinity 4095
	misused line set edu0 affinity one
	[ -e /sys/devices/system/cpu/cpu3/online ] || skip "CPU 3 cannot go offline"
	echo 0 >/sys/devices/system/cpu/cpu3/online
	try irqctl handler add edu0/x sources 0x2 bottom kthread cpu 3
	echo 1 >/sys/devices/system/cpu/cpu3/online
	complains 1 cpu online
}

@test "a setting that the strategy does not take is named, with an alternative" {
	refused "cpu|kthread" handler add edu0/x sources 0x2 bottom tasklet cpu 1
	refused "nice|kthread" handler add edu0/x sources 0x2 bottom workqueue nice 5
	refused "sched|kthread" handler add edu0/x sources 0x2 bottom inline sched fifo:5
	refused "nice" handler add edu0/x sources 0x2 bottom kthread sched fifo:5 nice 5
	refused "delay|hrtimer" handler add edu0/x sources 0x2 bottom tasklet delay 1ms
	refused "threaded|napi" handler add edu0/x sources 0x2 bottom tasklet threaded on
	refused "cpu|kthread" handler add edu0/x sources 0x2 bottom workqueue-unbound cpu 1
	refused "lanes|kthread" handler add edu0/x sources 0x2 bottom irq-thread lanes percpu
	refused "lanes|single" handler add edu0/x sources 0x2 bottom kthread lanes percpu cpu 1
	refused "budget|64" handler add edu0/x sources 0x2 bottom napi budget 65
	irqctl handler add edu0/x sources 0x2
	refused "cpu|kthread" handler set edu0/x cpu 1
	shows handler edu0/x cpu=-1 bottom=tasklet
}

@test "work that the strategy cannot do is refused" {
	refused "tasklet|sleep" handler add edu0/x sources 0x2 bottom tasklet work sleep 1ms
	refused "inline" handler add edu0/x sources 0x2 bottom inline work spin 2ms
	irqctl handler add edu0/x sources 0x2 bottom kthread work sleep 1ms
	refused "tasklet|sleep" handler set edu0/x bottom tasklet
	irqctl handler set edu0/x work spin 5ms
	refused "tasklet" handler set edu0/x bottom tasklet
	shows handler edu0/x bottom=kthread work-time=5000000
}

@test "watermarks that do not fit are named, with what would" {
	refused "high|only backpressure" handler add edu0/x sources 0x2 high 8
	refused "high|at most the size" handler add edu0/x sources 0x2 queue 4 overflow backpressure high 5
	refused "high|at least 1" handler add edu0/x sources 0x2 overflow backpressure high 0
	refused "low|below" handler add edu0/x sources 0x2 queue 4 low 4
	misused handler add edu0/x sources 0x2 overflow drop
	irqctl handler add edu0/x sources 0x2 queue 64 overflow backpressure high 48 low 15
	refused "queue|high watermark" handler set edu0/x queue 32
	refused "high|low watermark" handler set edu0/x high 15
	shows handler edu0/x queue=64 high=48 low=15
}

@test "a queue does not become smaller than what waits in it" {
	irqctl handler add edu0/x sources 0x2 bottom kthread queue 64 work sleep 5s
	irqctl raise edu0 0x2 count 5 rate 50
	wait_until 10 "events wait" check '.pending == 5' stats edu0/x 2>/dev/null
	refused "queue|more events wait" handler set edu0/x queue 2
	shows handler edu0/x queue=64
	irqctl handler set edu0/x queue 8
	shows handler edu0/x queue=8
}

@test "the device's own handler stays as it is" {
	refused "factorial" handler del edu0/factorial
	refused "sources" handler set edu0/factorial sources 0x3
	refused "priority" handler set edu0/factorial priority 1
	refused "exclusive" handler set edu0/factorial exclusive on
	refused "overflow|merge" handler set edu0/factorial overflow drop-newest
	refused "overflow|merge" handler set edu0/factorial overflow drop-oldest
	shows handler edu0/factorial sources=1 priority=0 exclusive=false overflow=merge
}

@test "a strategy that this kernel lacks is named" {
	[[ $RELEASE == 6.[0-8].* ]] || skip "this kernel has every strategy"
	refused "bottom|bh|this kernel" handler add edu0/x sources 0x2 bottom bh
	refused "bottom|bh-highpri|this kernel" handler add edu0/x sources 0x2 bottom bh-highpri
}

@test "misuse says which word is wrong, and why" {
	local words why long
	long=$(printf %256s '' | tr ' ' x)
	while IFS='|' read -r words why; do
		# shellcheck disable=SC2086 # the words of a command
		misused $words
		[[ $err == "irqctl: "*": $why"* ]] || fail "irqctl $words says" "$err"
	done <<-END
		raise edu0|MASK: is missing
		raise edu0 0|0: names no source
		raise edu0 0xFG|0xFG: not a number
		raise edu0 0x2 count|count: needs a value
		raise edu0 0x2 count 0|count 0: too small
		handler add edu0/x|sources: is missing
		handler add edu0/x sources 0x2 priority -99999999999|priority -99999999999: too small
		handler add edu0/x sources 0x2 priority -x|priority -x: not a number
		handler add edu0/x sources 0x2 sched fifo:|sched fifo:: not a number
		handler add edu0/x sources 0x2 priority -99999999999999999999|priority -99999999999999999999: too small
		handler add edu0/x sources 0x2 sched whatever-it-is:3|sched whatever-it-is:3: not
		handler add edu0/x sources 0x2 sched whatever-that-may-be:3|sched whatever-that-may-be:3: not
		line show $long|$long: too long
		handler show edu0/$long|edu0/$long: too long
		line set a/b top hard|a/b: not a LINE such as edu0
		line set edu0 affinity 0-|affinity 0-: not a CPU list
		line set edu0 affinity 0,|affinity 0,: not a CPU list
		line set edu0 affinity 0;1|affinity 0;1: not a CPU list
		line set edu0 affinity 3-1|affinity 3-1: a range that ends before it begins
	END
	try irqctl help nosuch
	[[ $status -eq 2 && $err == "irqctl: nosuch: unknown object"* ]]
	try irqctl help line line
	[[ $status -eq 2 && $err == "irqctl: line: one word too many"* ]]
}
