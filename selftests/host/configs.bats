#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
#
# What tools/vm/compare-config takes for an option that did not come out, and
# what is asked of debug kernels.

bats_require_minimum_version 1.5.0

setup()
{
	vm=$BATS_TEST_DIRNAME/../../tools/vm
	configs=$BATS_TEST_DIRNAME/../configs
	cd "$BATS_TEST_TMPDIR" || return
	printf '%s\n' '# of all' CONFIG_SMP=y CONFIG_UIO=m CONFIG_NR_CPUS=4 \
		'# CONFIG_SLUB_TINY is not set' >wanted
}

@test "all options came out" {
	printf '%s\n' CONFIG_SMP=y CONFIG_UIO=m CONFIG_NR_CPUS=4 CONFIG_NET=y >config
	run -0 "$vm/compare-config" wanted config
	[ -z "$output" ]
	echo '# CONFIG_SLUB_TINY is not set' >>config
	run -0 "$vm/compare-config" wanted config
}

@test "each option that did not is named" {
	printf '%s\n' CONFIG_SMP_PAIR=y CONFIG_UIO=y '# CONFIG_NR_CPUS is not set' \
		CONFIG_SLUB_TINY=y >config
	run -1 "$vm/compare-config" wanted config
	[ "$output" = 'CONFIG_SMP: wanted y, got n
CONFIG_UIO: wanted m, got y
CONFIG_NR_CPUS: wanted 4, got n
CONFIG_SLUB_TINY: wanted n, got y' ]
}

@test "the last one counts of two that name the same option" {
	echo CONFIG_NR_CPUS=8 >>wanted
	printf '%s\n' CONFIG_SMP=y CONFIG_UIO=m CONFIG_NR_CPUS=4 >config
	run -1 "$vm/compare-config" wanted config
	[ "$output" = 'CONFIG_NR_CPUS: wanted 8, got 4' ]
}

@test "a line that is no option is an error" {
	echo 'CONFIG_KASAN' >>wanted
	printf '%s\n' CONFIG_SMP=y CONFIG_UIO=m CONFIG_NR_CPUS=4 >config
	run -1 "$vm/compare-config" wanted config
	[[ $output == *"not an option: CONFIG_KASAN" ]]
}

@test "the lists of the debug kernels name each option once" {
	local list

	for list in "$configs"/debug-?.config; do
		run -0 "$vm/compare-config" "$list" "$list"
		[ -z "$(sed -n 's/^\(# \)\?\(CONFIG_[A-Za-z0-9_]*\).*/\2/p' \
			"$configs/common.config" "$list" | sort | uniq -d)" ]
	done
}

@test "a kind of kernel that there is not is refused, and the others are named" {
	run -1 "$vm/debug-kernel" x
	[ "$output" = "debug-kernel: no debug kernel is called 'x': a b c" ]
	run -1 "$vm/kernel" image debug-x
	[ "$output" = "debug-kernel: no debug kernel is called 'x': a b c" ]
	run -1 "$vm/debug-kernel" ../a
}
