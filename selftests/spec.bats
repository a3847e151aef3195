#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
#
# The netlink spec is the source of truth for the numbers of the UAPI header.
# Each is parsed on its own into lines "NAME VALUE"; the two sets of lines must be
# the same. Then copies of either are changed, and each change must show.

setup() {
	TREE=$BATS_TEST_DIRNAME/..
	SPEC=$TREE/Documentation/netlink/specs/irqline.yaml
	HEADER=$TREE/uapi/linux/irqline.h
	cd "$BATS_TEST_TMPDIR" || return
}

# values_of spec|header FILE. The flags of an event, taps and the maps of UIO belong to
# character devices, not to the spec.
values_of() {
	case $1 in
	spec) awk -f "$BATS_TEST_DIRNAME/spec.awk" "$2" ;;
	header) awk -v skip='^IRQLINE_(EVENT|TAP|UIO)_' -f "$BATS_TEST_DIRNAME/uapi.awk" "$2" ;;
	esac
}

# undefined_in SPEC: the names that it uses but does not define.
undefined_in() {
	awk -v refs=1 -f "$BATS_TEST_DIRNAME/spec.awk" "$1"
}

# differences FILE FILE: the lines that stand in one only; fails if there are any.
differences() {
	awk 'NR == FNR { first[$0] = 1; next }
		!($0 in first) { print FILENAME ": " $0; found = 1 }
		{ delete first[$0] }
		END {
			for (line in first) {
				print ARGV[1] ": " line
				found = 1
			}
			exit found
		}' "$1" "$2"
}

# mutate FILE SED-SCRIPT: a changed copy, mutant.
mutate() {
	sed "$2" "$1" >mutant
	[[ $(<mutant) != "$(<"$1")" ]] || { echo "changes nothing: $2"; return 1; }
}

# seen_in spec|header SED-SCRIPT...: each of the copies so changed disagrees.
seen_in() {
	local side=$1 original=$SPEC script
	values_of header "$HEADER" >other
	if [[ $side == header ]]; then
		original=$HEADER
		values_of spec "$SPEC" >other
	fi
	shift
	for script; do
		mutate "$original" "$script"
		values_of "$side" mutant >values
		if differences values other >/dev/null; then
			echo "not seen in the $side: $script"
			return 1
		fi
	done
}

@test "spec and header define the same names and values" {
	local line values
	values_of spec "$SPEC" >spec.values
	values_of header "$HEADER" >header.values
	differences spec.values header.values
	values=$'\n'$(<spec.values)$'\n'
	# One of each kind, lest both parsers pass over it.
	while read -r line; do
		[[ $values == *$'\n'"$line"$'\n'* ]] || { echo "no $line"; return 1; }
	done <<-END
		IRQLINE_FAMILY_NAME "irqline"
		IRQLINE_FAMILY_VERSION 1
		IRQLINE_MCGRP_ALERT "alert"
		IRQLINE_PRIORITY_MIN -1000
		IRQLINE_WORK_TIME_MAX 10000000000
		enum irqline_context IRQLINE_CONTEXT_TASK 3
		enum irqline_setting IRQLINE_SETTING_THREADED 16
		IRQLINE_A_HANDLER_LINE 1
		IRQLINE_A_BUCKET_COUNT 4
		IRQLINE_A_BUCKET_MAX 4
		IRQLINE_CMD_LINE_GET 1
		IRQLINE_CMD_ALERT_NTF 16
	END
}

@test "every name that the spec uses is defined in it" {
	local change undefined
	undefined=$(undefined_in "$SPEC")
	[ -z "$undefined" ] || { echo "$undefined"; return 1; }
	for change in 's/max-len: name-max/max-len: name-maximum/' \
		's/enum: delivery/enum: deliveries/' \
		's/nested-attributes: bucket/nested-attributes: buckets/' \
		's/attribute-set: stats/attribute-set: statistics/' \
		's/notify: line-get/notify: line-got/' \
		's/mcgrp: alert/mcgrp: alarm/' \
		's/attributes: \[line, name\]/attributes: [line, nickname]/' \
		's/^            - rearms/            - rearm/' \
		's/\*line-reply/*line-answer/'; do
		mutate "$SPEC" "$change"
		[[ $(undefined_in mutant) ]] || { echo "not seen: $change"; return 1; }
	done
}

@test "a change of the spec is seen" {
	local pad='/^    name: line$/,/^    name: handler$/{ /^      -$/{ N; N; /type: pad$/d; N } }'
	seen_in spec '/name: queue-max/,/value/s/value: 65536/value: 65535/' \
		'/name: priority-min/,/value/s/value: -1000/value: 1000/' \
		's/name: delay-max/name: delay-most/' \
		's/entries: \[msi, intx\]/entries: [intx, msi]/' \
		's/entries: \[other, fifo, rr\]/entries: [other, fifo, rr, idle]/' \
		's/, nothread\]/]/' \
		's/type: flags/type: enum/' \
		's/^version: 1/version: 2/' \
		"$pad" \
		's/^        name: foreign$/        name: alien/' \
		'/^        name: alert$/,/alert-ntf only/d' \
		's/^        name: gone$/&\n        value: 40/' \
		's/name: strategy-get/name: strategies-get/' \
		's/^      name: stats-reset$/&\n      value: 40/' \
		's/^      name: alert$/      name: alarm/' \
		's/^      name: alert$/&\n    -\n      name: trace/'
}

@test "a change of the header is seen" {
	seen_in header 's/\(IRQLINE_QUEUE_MAX\t*\)65536/\165535/' \
		'/IRQLINE_BUDGET_MAX/d' \
		's/^enum irqline_lanes/enum irqline_lane/' \
		'/IRQLINE_OVERFLOW_MERGE/d' \
		's/\(IRQLINE_SETTING_NICE\t*\)= 4/\1= 5/' \
		's/^\tIRQLINE_WORK_SLEEP,/&\n\tIRQLINE_WORK_YIELD,/' \
		's/"irqline"/"irqlines"/' \
		's/"alert"/"alarm"/' \
		's/^\tIRQLINE_A_LINE_NAME = 1/\tIRQLINE_A_LINE_NAME = 2/' \
		'/^\tIRQLINE_A_HANDLER_PAD,/d' \
		'/^\tIRQLINE_A_STATS_ALERT,/d' \
		's/^\tIRQLINE_A_BUCKET_COUNT,/&\n\tIRQLINE_A_BUCKET_SHARE,/' \
		's/^\tIRQLINE_CMD_STATS_RESET,/\tIRQLINE_CMD_STATS_CLEAR,/' \
		's/^\tIRQLINE_CMD_HANDLER_DEL,/&\n\tIRQLINE_CMD_HANDLER_MOVE,/' \
		's/\(IRQLINE_CMD_MAX = (__IRQLINE_CMD_MAX - \)1/\12/'
}
