# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# The variables that the functions set are for the cases:
# shellcheck disable=SC2034
#
# What the bats files share. A process costs a lot where these tests run, so they
# wait by builtins, and use jq only where a value has to be understood.

PATH=$PATH:/usr/sbin:/sbin
export LC_ALL=C

read -r RELEASE </proc/sys/kernel/osrelease
read -r CPUS </sys/devices/system/cpu/online
KO_DIR=${IRQLINE_KO_DIR:-$BATS_TEST_DIRNAME/../build/$RELEASE}

# The processes that this case has started, for stop_background.
BACKGROUND=()

# A pipe that nobody writes to: reading it with a timeout is a sleep.
exec {PAUSE}<> <(:)

pause() {
	read -rt "$1" -u "$PAUSE" || :
}

fail() {
	printf '%s\n' "$@" >&2
	return 1
}

# refute COMMAND...: must fail; "!" alone would not end a case.
refute() {
	if "$@"; then
		fail "succeeded: $*"
	fi
}

# quietly COMMAND...: a function, without bats taking notes of each of its commands,
# which costs more than most of them. What fails is then the call.
quietly() {
	local -
	set +T
	"$@"
}

# wait_until SECONDS WHAT COMMAND...: until COMMAND succeeds.
wait_until() {
	quietly wait_in_loop "$@"
}

wait_in_loop() {
	local limit=$(($1 * ${IRQLINE_PATIENCE:-1})) what=$2 end
	end=$((SECONDS + limit))
	shift 2
	until "$@"; do
		((SECONDS <= end)) || fail "after $limit seconds still not: $what" || return
		pause 0.05
	done
}

exited() {
	! kill -0 "$1" 2>/dev/null
}

# The cases may be kept on one CPU; what runs beside them is to run beside them.
on_all_cpus() {
	taskset -cp "$CPUS" "$BASHPID" >/dev/null
	if declare -F "$1" >/dev/null; then
		"$@"
	else
		exec "$@"
	fi
}

# start NAME COMMAND...: in the background, its output in NAME.out and
# NAME.err. Sets pid.
start() {
	local name=$1
	shift
	on_all_cpus "$@" >"$name.out" 2>"$name.err" 3>&- &
	pid=$!
	BACKGROUND+=("$pid")
}

# finish PID SECONDS: waits for the end of a child. Sets status.
finish() {
	wait_until "$2" "process $1 has ended" exited "$1"
	status=0
	wait "$1" || status=$?
}

# stop_background: by SIGTERM, so that each can end in order; what has not done so after
# a while is killed.
stop_background() {
	local child
	for child in "${BACKGROUND[@]}"; do
		kill -TERM "$child" 2>/dev/null || :
	done
	for child in "${BACKGROUND[@]}"; do
		wait_until 5 "process $child has ended" exited "$child" ||
			kill -KILL "$child" 2>/dev/null || :
		wait "$child" 2>/dev/null || :
	done
	BACKGROUND=()
}

# has FILE TEXT: FILE holds TEXT. Builtins only, for polling.
has() {
	[[ -e $1 && $(<"$1") == *"$2"* ]]
}

# has_size FILE BYTES: it has at least so many.
has_size() {
	[[ $(stat -c %s "$1") -ge $2 ]]
}

loaded() {
	[[ -e /sys/module/$1/refcnt ]]
}

# insert MODULE..., remove MODULE...: by busybox where there is one: bound
# statically, it starts in a fraction of the time.
BUSYBOX=$(type -P busybox) || BUSYBOX=

insert() {
	local module
	for module; do
		${BUSYBOX:+"$BUSYBOX"} insmod "$KO_DIR/$module.ko" || return
	done
}

remove() {
	${BUSYBOX:+"$BUSYBOX"} rmmod "$@"
}

# load_modules: what a case finds, whatever the one before has left.
load_modules() {
	if loaded edu && [[ ! -c /dev/edu0 || ! -c /dev/edu1 ]]; then
		remove edu
	fi
	loaded irqline || insert irqline
	loaded edu || insert edu
	wait_until 10 "/dev/edu0 and /dev/edu1 are there" has_devices
}

has_devices() {
	[[ -c /dev/edu0 && -c /dev/edu1 ]]
}

# try COMMAND...: sets status, out and err.
try() {
	status=0
	"$@" >try.out 2>try.err 3>&- || status=$?
	out=$(<try.out)
	err=$(<try.err)
}

# complains STATUS TEXT...: what was tried last ended with STATUS, an empty
# standard output, and one line "irqctl: what: why" that holds each TEXT.
complains() {
	local text
	[[ $status -eq $1 ]] || fail "status $status, not $1" "$err" || return
	[[ -z $out ]] || fail "prints $out" || return
	[[ $err == "irqctl: "*": "* && $err != *$'\n'* ]] ||
		fail "not one line irqctl: what: why, but" "$err" || return
	shift
	for text; do
		[[ $err == *"$text"* ]] || fail "$err" "does not say: $text" || return
	done
}

# has_open PID FILE
has_open() {
	local file
	for file in /proc/"$1"/fd/*; do
		[[ ! $file -ef $2 ]] || return 0
	done
	return 1
}

# json FILTER ARGUMENTS...: what jq's FILTER makes of irqctl -j ARGUMENTS.
json() {
	local filter=$1
	shift
	irqctl -j "$@" >json.out && jq -r "$filter" json.out
}

available_strategies() {
	local name kind available
	irqctl strategy >strategies.out
	while read -r name kind available _; do
		[[ $kind != bottom || $available != yes ]] || echo "$name"
	done <strategies.out
}

# delete_handlers: all but the devices' own.
delete_handlers() {
	local name
	irqctl handler >handlers.out
	while read -r name _; do
		[[ $name != */* || $name == */@(factorial|dma) ]] || irqctl handler del "$name"
	done <handlers.out
}

# "${FACTORIAL[@]}" DEVICE N: prints N! modulo 2^32, or fails with the error's
# text. No function, so that start knows the process that has the device open.
# shellcheck disable=SC2016
FACTORIAL=(perl -e 'open(my $file, "+<", "/dev/$ARGV[0]") or die "$ARGV[0]: $!\n";
	my $argument = pack("LL", $ARGV[1], 0);
	ioctl($file, 0xc008ed01, $argument) or die "factorial: $!\n";
	print((unpack("LL", $argument))[1], "\n")')

# shows OBJECT SELECTOR KEY=VALUE...: irqctl -j shows one such object, and its
# KEY has VALUE, a string or else.
shows() {
	local json pair key
	irqctl -j "$1" show "$2" >shown.out || return
	json=$(<shown.out)
	for pair in "${@:3}"; do
		key="\"${pair%%=*}\":"
		[[ $json == *"$key${pair#*=}"[,\}]* || $json == *"$key\"${pair#*=}\""* ]] ||
			fail "not $pair:" "$json" || return
	done
}

# check FILTER OBJECT SELECTOR...: jq's FILTER is true of the one that it shows.
check() {
	irqctl -j "$2" show "${@:3}" >json.out || return
	jq -e ".[][] | $1" json.out >/dev/null || fail "not true: $1" "$(<json.out)"
}

# pci_function DEVICE: its PCI address.
pci_function() {
	local path
	cd -P /sys/class/*/"$1"/device && path=$PWD && cd "$OLDPWD" && echo "${path##*/}"
}
