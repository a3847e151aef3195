#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
#
# A siege in which the machine unplugs devices, too, for IRQLINE_SIEGE_SECONDS.

# Set by the functions of machine.bash:
# shellcheck disable=SC2154
load machine

bats_require_minimum_version 1.5.0

setup()
{
	cd "$BATS_TEST_DIRNAME/../.." || return
	export TMPDIR=$BATS_TEST_TMPDIR
}

@test "devices are unplugged in the midst of a siege" {
	local seconds=${IRQLINE_SIEGE_SECONDS:-20}

	machine siege $((seconds + 580)) --kernel "${KERNEL:-6.12}" \
		--env IRQLINE_SIEGE_SECONDS="$seconds" --env IRQLINE_PATIENCE=3
	[ "$count" -ge 2 ]
}
