#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
#
# A siege in which the machine unplugs devices, too.

# Set by the functions of machine.bash:
# shellcheck disable=SC2154
load ../host/machine

bats_require_minimum_version 1.5.0

setup()
{
	cd "$BATS_TEST_DIRNAME/../.." || return
	export TMPDIR=$BATS_TEST_TMPDIR
}

@test "devices are unplugged in the midst of a siege" {
	machine siege
	[ "$count" -ge 2 ]
}
