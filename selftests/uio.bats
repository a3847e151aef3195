#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
#
# The strategy uio and the modules: irqline does without uio.ko until somebody
# chooses it, and none of them goes while a process has a handler's file open.

# Set by the functions of lib.bash:
# shellcheck disable=SC2154
load lib

MODPROBE=/proc/sys/kernel/modprobe

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	load_modules
	[[ $(available_strategies) == *uio* ]] || skip "no UIO in this kernel"
	# Another suite may have had it for a foreign driver.
	! loaded uio_pci_generic || remove uio_pci_generic
}

teardown() {
	stop_background
	[[ ! -e modprobe.saved ]] || cat modprobe.saved >$MODPROBE
	load_modules
	delete_handlers
}

# With DEBUG_KOBJECT_RELEASE the kernel lets devices go some seconds after the last user. uio.ko
# does not wait for its own, so it must not be unloaded there once it has had one.
spare_uio() {
	! zcat /proc/config.gz 2>/dev/null | grep -qx CONFIG_DEBUG_KOBJECT_RELEASE=y ||
		skip "uio.ko does not wait for its devices, which this kernel releases late"
}

# Modules come neither by themselves nor by hand.
hide_modules() {
	cat $MODPROBE >modprobe.saved
	echo /nonexistent >$MODPROBE
	! loaded uio || { spare_uio; remove uio; }
}

# find_uio NAME: sets uio to the device of that name.
find_uio() {
	local path name
	for path in /sys/class/uio/uio*; do
		[[ -e $path/name ]] || continue
		read -r name <"$path/name"
		[[ $name != "$1" ]] || { uio=/dev/${path##*/}; return; }
	done
	fail "no UIO device $1"
}

stays() {
	try remove "$1"
	[ "$status" -ne 0 ] || fail "$1 has gone"
	loaded "$1"
}

@test "without uio.ko all but uio works, and the error says why" {
	remove edu irqline
	hide_modules
	insert irqline edu
	refute loaded uio
	irqctl handler add edu0/worker sources 0x2 bottom kthread
	try irqctl handler add edu0/user sources 0x4 bottom uio
	complains 1 edu0/user bottom "uio cannot be loaded"
	try irqctl handler set edu0/worker bottom uio
	complains 1 edu0/worker bottom "uio cannot be loaded"
	shows handler edu0/worker bottom=kthread
	cat modprobe.saved >$MODPROBE
	irqctl handler set edu0/worker bottom uio
	shows handler edu0/worker bottom=uio
	find_uio irqline/edu0/worker
}

@test "uio stays while a handler uses it, and no longer" {
	irqctl handler add edu0/user sources 0x2 bottom uio
	stays uio
	irqctl handler set edu0/user bottom workqueue
	spare_uio
	remove uio
	irqctl handler set edu0/user bottom uio
	irqctl handler del edu0/user
	remove uio
}

@test "a file that is open outlives edu, and keeps irqline and uio" {
	local file uio
	irqctl handler add edu0/user sources 0x2 bottom uio
	find_uio irqline/edu0/user
	exec {file}<>"$uio"
	remove edu
	[ ! -e "$uio" ]
	stays irqline
	stays uio
	try dd bs=4 count=1 <&"$file"
	[[ $err == *"Input/output error"* ]] || fail "$err"
	exec {file}<&-
	remove irqline
	spare_uio
	remove uio
}

@test "a file that is open keeps irqline after a switch, too" {
	local file uio
	irqctl handler add edu0/user sources 0x2 bottom uio
	find_uio irqline/edu0/user
	exec {file}<>"$uio"
	irqctl handler set edu0/user bottom tasklet
	remove edu
	stays irqline
	exec {file}<&-
	remove irqline
}

@test "a process that waits ends when edu goes" {
	local uio
	irqctl handler add edu0/user sources 0x2 bottom uio
	find_uio irqline/edu0/user
	start waiter dd if="$uio" bs=4 count=1
	wait_until 10 "the process has the device open" has_open "$pid" "$uio"
	remove edu
	finish "$pid" 10
	has waiter.err "Input/output error" || fail "$(<waiter.err)"
}
