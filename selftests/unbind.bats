#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
#
# A device that goes while it is in use: whoever waits for it is told, its
# neighbour goes on, and it comes back as if new.

# Set by the functions of lib.bash:
# shellcheck disable=SC2154
load lib

DRIVER=/sys/bus/pci/drivers/edu

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	load_modules
	FUNCTION=$(pci_function edu0)
}

teardown() {
	stop_background
	local path vendor device
	[[ -c /dev/edu0 && -c /dev/edu1 ]] || echo 1 >/sys/bus/pci/rescan
	for path in /sys/bus/pci/devices/*; do
		read -r vendor <"$path/vendor"
		read -r device <"$path/device"
		[[ $vendor:$device == 0x1234:0x11e8 && ! -e $path/driver ]] || continue
		echo "${path##*/}" >$DRIVER/bind
	done
	delete_handlers
}


unbind() {
	echo "${1:-$FUNCTION}" >$DRIVER/unbind
}

bind() {
	echo "${1:-$FUNCTION}" >$DRIVER/bind
}

# A reader of all events; dd says at the end what stopped it.
start_reader() {
	start reader dd if=/dev/edu0 of=reader.events bs=64
	wait_until 10 "the reader has the device open" has_open "$pid" /dev/edu0
}

passes() {
	json "[.[][]][0].passes" line show edu0
}

passes_beyond() {
	(($(passes) > $1))
}

# Returns when it is at work.
start_raiser() {
	local before
	before=$(passes)
	start raiser irqctl raise edu0 0x2 count 100000000
	wait_until 20 "interrupts come" passes_beyond "$before"
}

# went PID NAME: the process of that name has failed for want of a device.
went() {
	finish "$1" 20
	[[ $status -ne 0 ]] || fail "$2 ended well" "$(<"$2.err")"
	has "$2.err" "No such device" || fail "$2 says:" "$(<"$2.err")"
}

# raise_by_file FD: raises source 0x2 through an open file.
raise_by_file() {
	# shellcheck disable=SC2016
	perl -e 'open(my $file, "+<&=", $ARGV[0]) or die;
		my $sources = pack("L", 2);
		ioctl($file, 0x4004ed00, $sources) or die "raise: $!\n"' "$1"
}

# no_device FD: reading it fails for want of a device.
no_device() {
	try dd bs=64 count=1 <&"$1"
	[ "$status" -eq 1 ]
	[[ $err == *"No such device"* ]] || fail "$err"
}

# fresh LINE: it stands there as if nothing had happened to it.
fresh() {
	[ "$(json '[.[][] | .name] | sort | join(" ")' \
		handler show "$1")" = "dma factorial" ]
	[ "$(json '[.[][] | .taken] | add' stats show "$1")" -eq 0 ]
	try dd if="/dev/$1" iflag=nonblock bs=64 count=1
	[[ $err == *"Resource temporarily unavailable"* ]]
}

gone() {
	[[ ! -e /dev/$1 ]] || fail "/dev/$1 is still there"
	refute grep -w "$1" /proc/interrupts
	try irqctl line show "$1"
	complains 1 "$1" "no such line"
	json . line >/dev/null
	refute has json.out "\"$1\""
}

@test "an idle device goes and comes back as a fresh line" {
	irqctl handler add edu0/worker sources 0x2
	irqctl raise edu0 0x2 count 5
	unbind
	gone edu0
	bind
	fresh edu0
	irqctl raise edu0 0x2
}

@test "a waiting reader is told that the device has gone" {
	start_reader
	unbind
	went "$pid" reader
}

@test "reader and raiser are told while events flow" {
	irqctl handler add edu0/worker sources 0x2
	local reader
	start_reader
	reader=$pid
	start_raiser
	wait_until 20 "events flow" has_size reader.events 6400
	unbind
	went "$reader" reader
	went "$pid" raiser
	[ $(($(stat -c %s reader.events) % 64)) -eq 0 ]
	gone edu0
	bind
	fresh edu0
}

@test "a poller wakes when the device goes" {
	# shellcheck disable=SC2016
	start poller perl -e 'open(my $file, "<", "/dev/edu0") or die;
		vec(my $wanted, fileno($file), 1) = 1;
		select($wanted, undef, undef, 60) == 1 or die "nothing within a minute\n";
		defined(sysread($file, my $event, 64)) or die "read: $!\n"'
	wait_until 10 "the poller has the device open" has_open "$pid" /dev/edu0
	pause 0.3
	unbind
	went "$pid" poller
}

@test "an old file stays dead when the device is back" {
	exec {file}<>/dev/edu0
	unbind
	no_device "$file"
	bind
	no_device "$file"
	try raise_by_file "$file"
	[ "$status" -ne 0 ]
	[[ $err == "raise: No such device" ]] || fail "$err"
	fresh edu0
}

@test "events that were not read go with the device" {
	irqctl handler add edu0/worker sources 0x2
	exec {file}</dev/edu0
	irqctl raise edu0 0x2 count 10
	unbind
	no_device "$file"
}

@test "edu stays while a file of a device that went is open" {
	exec {file}</dev/edu0
	unbind
	try rmmod edu
	[ "$status" -ne 0 ]
	[[ $err == *"in use"* ]]
	exec {file}<&-
	remove edu
	load_modules
	fresh edu0
}

@test "30 open files and handlers of every strategy go at once" {
	local i file files=() strategy
	for strategy in $(available_strategies); do
		irqctl handler add "edu0/$strategy" sources 0x2 bottom "$strategy"
	done
	for ((i = 0; i < 30; i++)); do
		exec {file}</dev/edu0
		files+=("$file")
	done
	start_raiser
	unbind
	went "$pid" raiser
	for file in "${files[0]}" "${files[29]}"; do
		no_device "$file"
	done
	for file in "${files[@]}"; do
		exec {file}<&-
	done
	bind
	fresh edu0
	remove edu
}

@test "a device goes while its handler is switched" {
	irqctl handler add edu0/worker sources 0x2
	local strategies
	strategies=$(available_strategies)
	switcher() {
		while :; do
			for strategy in $strategies; do
				irqctl handler set edu0/worker bottom "$strategy" || return
			done
		done
	}
	local raiser
	start_raiser
	raiser=$pid
	start switcher switcher
	pause 2
	refute exited "$pid"
	unbind
	went "$raiser" raiser
	finish "$pid" 20
	[ "$status" -eq 1 ]
	has switcher.err "irqctl: "
	bind
	fresh edu0
}

@test "a device goes while bottom halves sleep with a backlog" {
	local strategy begin=$SECONDS
	for strategy in workqueue irq-thread kthread; do
		irqctl handler add "edu0/$strategy" sources 0x2 bottom "$strategy" \
			work sleep 4s
	done
	irqctl raise edu0 0x2 count 50 rate 1000
	unbind
	# The events in work take 12 s at most, the backlog would take 200.
	((SECONDS - begin < 100)) || fail "took $((SECONDS - begin)) seconds"
	gone edu0
}

@test "factorials in progress and a reader end with the device" {
	local reader first second
	start_reader
	reader=$pid
	start first "${FACTORIAL[@]}" edu0 4000000000
	first=$pid
	start second "${FACTORIAL[@]}" edu0 4000000001
	second=$pid
	wait_until 10 "both have the device open" has_open "$first" /dev/edu0
	wait_until 10 "both have the device open" has_open "$second" /dev/edu0
	pause 0.3
	unbind
	went "$first" first
	went "$second" second
	went "$reader" reader
	bind
	[ "$("${FACTORIAL[@]}" edu0 5)" -eq 120 ]
}

@test "a device that goes does not disturb its neighbour" {
	local reader neighbour round
	neighbour=$(pci_function edu1)
	irqctl handler add edu0/worker sources 0x2
	start reader dd if=/dev/edu0 of=reader.events bs=64 count=400
	reader=$pid
	wait_until 10 "the reader has the device open" has_open "$reader" /dev/edu0
	start raiser irqctl raise edu0 0x2 count 100000 rate 100
	for round in 1 2 3; do
		unbind "$neighbour"
		[ ! -e /dev/edu1 ]
		bind "$neighbour"
		[ -c /dev/edu1 ]
	done
	finish "$reader" 60
	[ "$status" -eq 0 ]
	refute exited "$pid"
	# Their numbers, one an event and from 1: none is missing.
	od -An -v -w64 -tu8 reader.events | awk '$1 != NR { exit 1 } END { exit NR != 400 }'
	fresh edu1
}

@test "10 rounds of unbind and bind while events flow" {
	local round
	for ((round = 1; round <= 10; round++)); do
		irqctl handler add edu0/worker sources 0x2 bottom kthread
		start_raiser
		unbind
		went "$pid" raiser
		bind
	done
	fresh edu0
}

@test "a device that is removed from its bus comes back with a scan" {
	local reader
	start_reader
	reader=$pid
	start_raiser
	echo 1 >"/sys/bus/pci/devices/$FUNCTION/remove"
	went "$reader" reader
	went "$pid" raiser
	gone edu0
	echo 1 >/sys/bus/pci/rescan
	wait_until 10 "/dev/edu0 is back" test -c /dev/edu0
	fresh edu0
}
