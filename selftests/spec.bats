#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
#
# The netlink spec is the source of truth for the numbers of the UAPI header.
# Each is parsed on its own and printed as sorted lines "NAME VALUE"; the two
# lists must be the same. The last cases change copies of either and must see it.

setup() {
	TREE=$BATS_TEST_DIRNAME/..
	SPEC=$TREE/Documentation/netlink/specs/irqline.yaml
	HEADER=$TREE/uapi/linux/irqline.h
	cd "$BATS_TEST_TMPDIR" || return
}

spec_values() {
	awk -f "$BATS_TEST_DIRNAME/spec.awk" "$1" >spec.raw && LC_ALL=C sort spec.raw
}

# The flags of an event belong to the character device, not to the spec.
header_values() {
	awk -f "$BATS_TEST_DIRNAME/uapi.awk" "$1" >header.raw || return
	grep -v '^IRQLINE_EVENT_' header.raw | LC_ALL=C sort
}

# compare SPEC HEADER: prints what stands in one only.
compare() {
	spec_values "$1" >spec.values && header_values "$2" >header.values || return 2
	diff -u spec.values header.values
}

# seen_in spec|header SED-SCRIPT: a copy so changed no longer agrees.
seen_in() {
	local spec=$SPEC header=$HEADER original
	case $1 in
	spec) original=$SPEC spec=mutant ;;
	header) original=$HEADER header=mutant ;;
	esac
	sed "$2" "$original" >mutant
	if cmp -s "$original" mutant; then
		echo "changes nothing in the $1: $2"
		return 1
	fi
	run compare "$spec" "$header"
	if [ "$status" -ne 1 ]; then
		echo "status $status, not 1, in the $1: $2"
		echo "$output"
		return 1
	fi
}

@test "spec and header define the same names and values" {
	compare "$SPEC" "$HEADER"
}

@test "both lists hold every kind of definition" {
	spec_values "$SPEC" >list
	local line
	while read -r line; do
		grep -qx "$line" list || {
			echo "the spec lacks $line"
			return 1
		}
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
	run awk -v refs=1 -f "$BATS_TEST_DIRNAME/spec.awk" "$SPEC"
	[ "$status" -eq 0 ]
	[ -z "$output" ]
}

@test "a name that the spec uses but does not define is seen" {
	local change
	for change in 's/max-len: name-max/max-len: name-maximum/' \
		's/enum: delivery/enum: deliveries/' \
		's/nested-attributes: bucket/nested-attributes: buckets/' \
		's/attribute-set: stats/attribute-set: statistics/' \
		's/notify: line-get/notify: line-got/' \
		's/mcgrp: alert/mcgrp: alarm/' \
		's/attributes: \[line, name\]/attributes: [line, nickname]/' \
		's/^            - rearms/            - rearm/' \
		's/\*line-reply/*line-answer/'; do
		sed "$change" "$SPEC" >mutant
		run awk -v refs=1 -f "$BATS_TEST_DIRNAME/spec.awk" mutant
		if [ "$status" -ne 0 ] || [ -z "$output" ]; then
			echo "not seen: $change"
			return 1
		fi
	done
}

@test "a change of the spec's definitions is seen" {
	seen_in spec '/name: queue-max/,/value/s/value: 65536/value: 65535/'
	seen_in spec '/name: priority-min/,/value/s/value: -1000/value: 1000/'
	seen_in spec 's/name: delay-max/name: delay-most/'
	seen_in spec 's/entries: \[msi, intx\]/entries: [intx, msi]/'
	seen_in spec 's/entries: \[other, fifo, rr\]/entries: [other, fifo, rr, idle]/'
	seen_in spec 's/, threaded\]/]/'
	seen_in spec 's/type: flags/type: enum/'
	seen_in spec 's/^version: 1/version: 2/'
}

@test "a change of the spec's attributes is seen" {
	seen_in spec '/^        name: foreign$/s/foreign/alien/'
	# The pad of the line's attributes goes: all behind it move.
	seen_in spec '/^    name: line$/,/^    name: handler$/{
		/^      -$/{ N; N; /type: pad$/d; N; }
	}'
	# A last attribute moves nobody, but the end.
	seen_in spec '/^        name: alert$/,/alert-ntf only/d'
	seen_in spec '/^        name: gone$/a\
        value: 40'
}

@test "a change of the spec's commands and groups is seen" {
	seen_in spec 's/name: strategy-get/name: strategies-get/'
	seen_in spec '/^      name: stats-reset$/a\
      value: 40'
	seen_in spec 's/^      name: alert$/      name: alarm/'
	# shellcheck disable=SC2016
	seen_in spec '$a\
    -\
      name: trace'
}

@test "a change of the header's definitions is seen" {
	seen_in header 's/\(IRQLINE_QUEUE_MAX\t*\)65536/\165535/'
	seen_in header '/IRQLINE_BUDGET_MAX/d'
	seen_in header 's/^enum irqline_lanes/enum irqline_lane/'
	seen_in header '/IRQLINE_OVERFLOW_MERGE/d'
	seen_in header 's/\(IRQLINE_SETTING_NICE\t*\)= 4/\1= 5/'
	seen_in header 's/^\tIRQLINE_WORK_SLEEP,/&\n\tIRQLINE_WORK_YIELD,/'
	seen_in header 's/"irqline"/"irqlines"/'
	seen_in header 's/"alert"/"alarm"/'
}

@test "a change of the header's attributes and commands is seen" {
	seen_in header 's/^\tIRQLINE_A_LINE_NAME = 1/\tIRQLINE_A_LINE_NAME = 2/'
	seen_in header '/^\tIRQLINE_A_HANDLER_PAD,/d'
	seen_in header '/^\tIRQLINE_A_STATS_ALERT,/d'
	seen_in header 's/^\tIRQLINE_A_BUCKET_COUNT,/&\n\tIRQLINE_A_BUCKET_SHARE,/'
	seen_in header 's/^\tIRQLINE_CMD_STATS_RESET,/\tIRQLINE_CMD_STATS_CLEAR,/'
	seen_in header 's/^\tIRQLINE_CMD_HANDLER_DEL,/&\n\tIRQLINE_CMD_HANDLER_MOVE,/'
	seen_in header 's/\(IRQLINE_CMD_MAX = (__IRQLINE_CMD_MAX - \)1/\12/'
}
