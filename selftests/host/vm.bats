#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck disable=SC2016 # what is quoted is for the shell of the guest
#
# tools/vm/run itself: everything else rests on what it says of a guest.

bats_require_minimum_version 1.5.0

# A download would be told on stderr.
setup_file()
{
	"$BATS_TEST_DIRNAME"/../../tools/vm/kernel image 6.12 >/dev/null
}

setup()
{
	cd "$BATS_TEST_DIRNAME/../.." || return
	vm=$PWD/tools/vm/run
	export TMPDIR=$BATS_TEST_TMPDIR
}

@test "the exit status, stdout and stderr are the command's" {
	run --separate-stderr -42 "$vm" -- sh -c 'echo one; echo two >&2; exit 42'
	[ "$output" = $'one\ntwo' ]
	[ -z "$stderr" ]
}

@test "the command runs in the caller's directory, with the arguments it was given" {
	cd selftests/host
	run -0 "$vm" --env "GREETING=good day" -- \
		sh -c 'echo "$PWD|$HOME|$GREETING|$#|$1|$2"' - 'a  b' '$c"'\'
	[ "$output" = "$PWD|/tmp|good day|2|a  b|\$c\"'" ]
}

@test "a directory below /tmp is there, although the guest has a /tmp of its own" {
	local dir

	dir=$(mktemp -d /tmp/irqline-vm-XXXXXX)
	echo here >"$dir/file"
	cd "$dir"
	run -0 "$vm" -- cat file
	rm -r "$dir"
	[ "$output" = here ]
}

@test "the root is read-only, and /tmp, /run and /var are not" {
	run -0 "$vm" -- sh -c 'touch /tmp/x /run/x /var/x || exit
		touch /x "$PWD/x" 2>/dev/null; [ ! -e /x ] && [ ! -e "$PWD/x" ]'
	[ ! -e /x ]
	[ ! -e x ]
}

@test "the guest has the devices, CPUs and kernel parameters that were asked for" {
	run -0 "$vm" --edu 3 --cpus 2 --append irqline.test=1 -- \
		sh -c 'grep -l 0x11e8 /sys/bus/pci/devices/*/device | wc -l; nproc
			grep -c irqline.test=1 /proc/cmdline; modprobe uio && echo modules'
	[ "$output" = $'3\n2\n1\nmodules' ]
}

@test "an emulated guest is told how fast its time stamp counter is" {
	local told detected khz

	[[ $("$vm" --dry-run -- true) != *"-accel kvm"* ]] || skip "the guest is not emulated"
	run -0 "$vm" -- sh -c 'sed "s/.*tsc_early_khz=\([0-9]*\).*/\1/" /proc/cmdline
		dmesg | sed -n "s/.*tsc: Detected \([0-9]*\)\.\([0-9]*\) MHz.*/\1\2/p" | tail -n 1'
	{ read -r told && read -r detected; } <<<"$output"
	[ "$detected" = "$told" ]
	khz=$("${vm%/tools/*}/build/vm/tsc")
	((told * 1000 / khz >= 999 && khz * 1000 / told >= 999))
}

@test "devices share one interrupt line, on both types of machine" {
	local machine

	for machine in pc q35; do
		run -0 "$vm" --machine $machine --edu 3 --shared -- \
			sh -c 'cd /sys/bus/pci/devices; for dev in $(grep -l 0x11e8 */device); do
				cat "${dev%/*}/irq"; done | sort -u | wc -l'
		[ "$output" = 1 ]
	done
}

@test "output comes while the command runs" {
	local line

	exec 4< <(exec "$vm" -- sh -c 'echo ready; sleep 100' 3>&-)
	read -r -t 60 line <&4
	kill $!
	exec 4<&-
	[ "$line" = ready ]
}

@test "output of many megabytes comes whole" {
	run -0 --separate-stderr bash -c "$vm -- seq 1000000 | sha256sum"
	[ "$output" = "$(seq 1000000 | sha256sum)" ]
}

@test "a command that is killed or cannot be found says so" {
	run -137 "$vm" -- sh -c 'kill -9 $$'
	run -127 "$vm" -- /nonexistent
}

@test "a warning of the kernel makes the run fail, and is shown" {
	run --separate-stderr -125 "$vm" -- sh -c '
		echo "<4>WARNING: CPU: 0 PID: 9 at driver/x.c:7 irqline_x+0x1/0x2" >/dev/kmsg
		echo done'
	[ "$output" = "done" ]
	[[ $stderr == *"WARNING: CPU: 0 PID: 9 at driver/x.c:7"* ]]
}

@test "a panic makes the run fail, and is shown" {
	run --separate-stderr -125 "$vm" -- \
		sh -c 'echo before; echo c >/proc/sysrq-trigger; sleep 10'
	[ "$output" = before ]
	[[ $stderr == *"Kernel panic - not syncing: sysrq triggered crash"* ]]
}

@test "a guest that hangs makes the run fail, and what it waits for is shown" {
	run --separate-stderr -125 "$vm" --timeout 40 -- sh -c 'echo before; sleep 1234'
	[ "$output" = before ]
	[[ $stderr == *"hung: no result within 40 s"* ]]
	[[ $stderr == *"sleep 1234"*nanosleep* ]]
}

@test "a guest that turns itself off makes the run fail" {
	run --separate-stderr -125 "$vm" -- busybox poweroff -f
	[[ $stderr == *"ended without a result"* ]]
}

@test "an interrupted run leaves nothing behind" {
	"$vm" -- sleep 1000 3>&- &
	local run=$! tries

	for ((tries = 0; tries < 100; tries++)); do
		! pgrep -f "irqline.job=$TMPDIR" >/dev/null || break
		sleep 0.2
	done
	pgrep -f "irqline.job=$TMPDIR" >/dev/null
	kill -TERM $run
	wait $run || [ $? = 143 ]
	! pgrep -f "irqline.job=$TMPDIR" || false
	[ -z "$(ls -A "$TMPDIR")" ]
}

@test "two runs at once do not see each other" {
	"$vm" -- sh -c 'touch /tmp/one; sleep 2; ls /tmp/[ot][nw]?' >"$TMPDIR/one" 3>&- &
	run -0 "$vm" -- sh -c 'touch /tmp/two; sleep 2; ls /tmp/[ot][nw]?'
	wait $!
	[ "$output" = /tmp/two ]
	[ "$(cat "$TMPDIR/one")" = /tmp/one ]
}

@test "with icount a guest runs in guest time" {
	run -0 "$vm" --icount -- sleep 5
}

@test "--keep-log keeps the kernel log, which says nothing on stdout" {
	run -0 "$vm" --keep-log "$TMPDIR/log" -- sh -c 'echo "<1>a message" >/dev/kmsg'
	[ -z "$output" ]
	grep -q 'Linux version' "$TMPDIR/log"
	grep -q 'a message' "$TMPDIR/log"
}

@test "--load loads both modules and puts irqctl on the PATH" {
	run -0 "$vm" --load -- sh -c 'cut -d " " -f 1 /proc/modules; command -v irqctl'
	[[ $output == *edu* ]]
	[[ $output == *irqline* ]]
	[[ $output == *build/tools/irqctl ]]
}

@test "--in-memory does without the host's file system, and has what the tests need" {
	make -s selftests
	cd selftests/host
	run -3 "$vm" --in-memory --load --env "GREETING=good day" -- sh -c '
		grep -c 9p /proc/mounts; touch /file && echo "$PWD|$GREETING"
		cut -d " " -f 1 /proc/modules | grep -c edu; irqctl --version | grep -c irqctl
		modprobe uio && [ -x ../../build/selftests/siege ] && exit 3'
	[ "$output" = $'0\n'"$PWD"$'|good day\n1\n1' ]
}

@test "in memory, all devices can be suspended, and interrupt again" {
	run -0 "$vm" --in-memory --load --cpus 2 -- bash -c '
		echo 0 >/sys/module/suspend/parameters/pm_test_delay
		echo deep >/sys/power/mem_sleep && echo core >/sys/power/pm_test &&
			irqctl handler add edu0/worker sources 0x2 bottom kthread &&
			echo mem >/sys/power/state && irqctl raise edu0 0x2 &&
			until irqctl -j stats show edu0/worker | grep -q "\"handled\":1[,}]"; do
				sleep 0.1
			done'
}

@test "--dry-run packs no root, and builds nothing" {
	run -0 "$vm" --in-memory --load --kernel 6.12 --dry-run -- true
	[[ $output == qemu-system-x86_64*/initramfs* ]]
	[[ $output != *9p* ]]
}

@test "wrong options are refused with status 125" {
	run -125 "$vm" --bogus -- true
	run -125 "$vm" --cpus -- true
	run -125 "$vm" --cpus many -- true
	run -125 "$vm" --machine toaster -- true
	run -125 "$vm" --kernel 2.4 -- true
	run -125 "$vm"
}
