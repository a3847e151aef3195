#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
#
# A device that is unplugged from a running machine.

# Set by the functions of machine.bash:
# shellcheck disable=SC2154
load machine

bats_require_minimum_version 1.5.0

setup()
{
	cd "$BATS_TEST_DIRNAME/../.." || return
	export TMPDIR=$BATS_TEST_TMPDIR
}

@test "a device is unplugged and plugged 50 times with everything in use" {
	machine unplug 600
	[ "$count" = 100 ]
}
