#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
#
# What irqctl shows: tables for people, JSON for scripts, help.

# Set by the functions of lib.bash:
# shellcheck disable=SC2154
load lib

setup() {
	cd "$BATS_TEST_TMPDIR" || return
}

teardown() {
	delete_handlers
}

# aligned FILE: a table, in which a column that is blank in every row parts any
# two neighbouring words of the header.
aligned() {
	awk '{
			for (i = 1; i <= length($0); i++)
				if (substr($0, i, 1) != " ")
					ink[i] = 1
		}
		NR == 1 {
			header = $0
		}
		END {
			while (match(header, /[^ ]+/)) {
				begin = at + RSTART
				for (i = end + 1; end && i < begin; i++)
					if (!ink[i])
						break
				if (end && i == begin)
					exit 1
				end = begin + RLENGTH - 1
				at = end
				header = substr(header, RSTART + RLENGTH)
				words++
			}
			exit NR < 2 || words < 2
		}' "$1" || fail "not aligned:" "$(<"$1")"
}

# table ROWS COMMAND...: succeeds with an aligned table of so many rows.
table() {
	local rows=$1 lines
	shift
	try "$@"
	[[ $status -eq 0 && -z $err ]] || fail "$err" || return
	mapfile -t lines <try.out
	[[ ${#lines[@]} -eq $((rows + 1)) ]] || fail "not $rows rows" "$out" || return
	aligned try.out
}

# types OBJECT FILTER COMMAND...: JSON whose every item fits FILTER.
types() {
	local filter=$1
	shift
	irqctl -j "$@" >json.out
	jq -e "[.[][]] | length > 0 and all($filter)" json.out >/dev/null ||
		fail "not true of all: $filter" "$(<json.out)"
}

@test "line shows a table of all lines, or of one" {
	printf '%s\n' 'NAME  IRQ' 'edu0long 24' >bad
	refute aligned bad 2>/dev/null
	table 2 irqctl line
	[[ $out == *edu0* && $out == *edu1* ]]
	[ "$(irqctl line show)" = "$out" ]
	table 1 irqctl line show edu1
	[[ $out == *edu1* && $out != *edu0* ]]
}

@test "lines in JSON have their types" {
	types 'all(.name, .top, .delivery, .affinity; type == "string")
		and all(.irq, .sources, .handlers, .memory, .passes, .foreign,
			.unclaimed, .rearms, .throttles; type == "number")
		and all(.clock, .nothread, .forced; type == "boolean")
		and .top == "hard" and .sources == 4294967295
		and (.delivery | IN("msi", "intx"))' line
	[ "$(jq -r '[.[][] | .name] | sort | join(" ")' json.out)" = "edu0 edu1" ]
}

@test "a line counts its handlers and their memory, which stay in bounds" {
	shows line edu0 handlers=2
	check '.memory > 0 and .memory <= 65536' line edu0
	local memory
	memory=$(jq '.[][] | .memory' json.out)
	irqctl handler add edu0/lane sources 0x2
	check ".handlers == 3 and .memory > $memory" line edu0
	check '.queue == 256 and .memory > 0 and .memory <= 24576' handler edu0/lane
}

@test "irqctl -j handler is one whole JSON document, plain or pretty" {
	irqctl -j handler >json.out
	[ "$(jq -s length json.out)" -eq 1 ]
	[ "$(jq -r '[.[][] | .line + "/" + .name] | sort | join(" ")' json.out)" = \
		"edu0/dma edu0/factorial edu1/dma edu1/factorial" ]
	[ "$(wc -l <json.out)" -eq 1 ]
	irqctl -j -p handler >pretty.out
	[ "$(wc -l <pretty.out)" -gt 10 ]
	[ "$(jq -S . pretty.out)" = "$(jq -S . json.out)" ]
}

@test "handlers in JSON have their types" {
	irqctl handler add edu0/worker sources 0x2 bottom kthread cpu 1 work sleep 1ms
	irqctl handler add edu0/timed sources 0x2 bottom hrtimer delay 1ms
	irqctl handler add edu0/polled sources 0x2 bottom napi threaded on
	types 'all(.line, .name, .bottom, .lanes, .overflow, .work; type == "string")
		and all(.id, .sources, .priority, .cpu, .budget, .queue, .low,
			.memory; type == "number")
		and all(.high; . == null)
		and all(.exclusive, .builtin; type == "boolean")' handler
	[ "$(jq '[.[][] | .id] | unique | length' json.out)" -eq 7 ]
	# What the strategy does not have is null.
	jq -e '.[][] | select(.name == "worker") | all(.delay, .threaded, .uio; . == null) and
		.sched == "other" and .nice == 0 and .cpu == 1' json.out
	jq -e '.[][] | select(.name == "timed") | .delay == 1000000 and .nice == null' json.out
	jq -e '.[][] | select(.name == "polled") | .threaded == true and .delay == null' json.out
}

@test "handler shows all, those of a line, or one" {
	irqctl handler add edu1/a-name-of-31-characters-0123456 sources 0x2
	irqctl handler add edu1/x sources 0x80000000 bottom kthread sched fifo:99
	table 6 irqctl handler
	[[ $out == *edu1/a-name-of-31-characters-0123456* ]]
	table 4 irqctl handler show edu1
	[[ $out != *edu0* ]]
	table 1 irqctl handler show edu1/x
	[[ $out == *kthread* ]]
	irqctl handler set edu1/x bottom napi threaded on
	table 1 irqctl handler show edu1/x
	[[ $out == *napi*single*threaded* ]]
	irqctl handler set edu1/x bottom timer delay 5ms lanes percpu
	table 1 irqctl handler show edu1/x
	[[ $out == *timer*percpu*5ms* && $out != *threaded* ]]
}

# What irqctl strategy is to show: kind, name, context, softirq, may-sleep, order,
# place, settings.
strategies() {
	cat <<-'END'
	top    hard              hardirq -        -     -    -         nothread
	top    thread            task    -        -     -    -         -
	top    poll              softirq -        -     -    -         period
	bottom inline            hardirq -        false kick interrupt lanes
	bottom tasklet-hi        softirq HI       false kick interrupt lanes
	bottom tasklet           softirq TASKLET  false kick interrupt lanes
	bottom bh-highpri        softirq HI       false kick interrupt lanes
	bottom bh                softirq TASKLET  false kick interrupt lanes
	bottom irq-poll          softirq IRQ_POLL false kick interrupt lanes
	bottom timer             softirq TIMER    false none cpu       cpu,delay,lanes
	bottom hrtimer           softirq HRTIMER  false kick interrupt delay,lanes
	bottom napi              softirq NET_RX   false kick interrupt threaded,lanes
	bottom workqueue-highpri task    -        true  none cpu       cpu,lanes
	bottom workqueue         task    -        true  none cpu       cpu,lanes
	bottom workqueue-unbound task    -        true  none any       lanes
	bottom irq-thread        task    -        true  kick interrupt -
	bottom kthread           task    -        true  none cpu       cpu,sched,nice,lanes
	bottom kthread-worker    task    -        true  none cpu       cpu,sched,nice,lanes
	bottom uio               task    -        true  none any       -
	END
}

@test "strategy shows a table of those known, and which this kernel lacks" {
	table "$(strategies | wc -l)" irqctl strategy
	[ "$(json '.[][] | .kind + " " + .name' strategy)" = \
		"$(strategies | awk '{ print $1, $2 }')" ]
	local has_bh=true
	[[ $RELEASE != 6.[0-8].* ]] || has_bh=false
	jq -e "[.[][] | select(.name | startswith(\"bh\")) | .since == \"6.9\" and
		.available == $has_bh] == [true, true]" json.out
	jq -e '[.[][] | select(.name | startswith("bh") | not) |
		.available and .since == null] | all' json.out
}

@test "strategies in JSON have their properties, those available" {
	types 'all(.name, .kind; type == "string")
		and all(.context, .softirq, .order, .place; type == "string" or . == null)
		and (.available | type == "boolean")
		and (.["may-sleep"] | type == "boolean" or . == null)
		and (.settings | type == "array")' strategy
	local lacks='^$'
	[[ $RELEASE != 6.[0-8].* ]] || lacks='^bottom bh'
	jq -r '.[][] | select(.available) | [.kind, .name, .context // "-", .softirq // "-",
		if .["may-sleep"] == null then "-" else .["may-sleep"] end,
		.order // "-", .place // "-",
		if .settings == [] then "-" else .settings | join(",") end] |
		map(tostring) | join(" ")' json.out >properties.out
	strategies | grep -v "$lacks" | tr -s ' ' | diff - properties.out
}

@test "help names every object and command" {
	try irqctl --help
	[ "$status" -eq 0 ]
	[ -z "$err" ]
	local word
	for word in line handler strategy stats monitor raise; do
		[[ $out == *"$word"* ]] || fail "no $word in" "$out"
	done
	[ "$(irqctl help)" = "$out" ]
}

@test "help of each object names what it takes" {
	local object words word
	while read -r object words; do
		try irqctl "$object" --help
		[ "$status" -eq 0 ]
		[ -z "$err" ]
		for word in $object $words; do
			[[ $out == *"$word"* ]] || fail "no $word in" "$out"
		done
		[ "$(irqctl "$object" help)" = "$out" ]
	done <<-END
		line show set top period delivery affinity clock nothread
		handler show add set del sources priority bottom cpu lanes delay sched nice threaded exclusive budget queue overflow high low work
		strategy show interrupt kick
		stats show reset hist lane
		monitor config alert
		raise count rate
	END
}

@test "a full disk is an error" {
	local command
	for command in line "-j handler" strategy "stats show edu0 hist" --help "line --help"; do
		status=0
		# shellcheck disable=SC2086
		irqctl $command >/dev/full 2>err || status=$?
		[ "$status" -eq 1 ] || fail "$command ends with $status"
		has err "No space left" || fail "$command says $(<err)"
	done
}

@test "help and version" {
	try irqctl line help
	[[ $status -eq 0 && $out == "Usage: irqctl line "* ]]
	try irqctl line show help
	[[ $status -eq 0 && $out == "Usage: irqctl line "* ]]
	try irqctl -V
	[[ $status -eq 0 && $out == "irqctl "[0-9]* ]]
}
