#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
#
# What selftests/mutation/check takes for a catch: with a driver of one line, and
# with what builds and runs it replaced.

bats_require_minimum_version 1.5.0

setup()
{
	tree=$BATS_TEST_TMPDIR/tree
	mkdir -p "$tree"/{driver,uapi,tools,Documentation,selftests/mutation,bin} \
		"$tree"/build/{tools,selftests}
	cp "$BATS_TEST_DIRNAME/../mutation/check" "$tree/selftests/mutation/"
	cd "$tree" || return
	touch Kbuild Makefile uapi/header tools/tool
	echo "whole" >driver/driver.c
	write_patch whole 'Test: suite.notices'
	write_script bin/make 'cat driver/driver.c'
	# Without a breakage all is well; with one, what the case has left.
	write_script bin/guest "grep -q whole driver/driver.c || { . '$tree/verdict'; }" \
		"echo 'ok 1 suite.notices'"
	echo "echo 'not ok 1 suite.notices'; exit 1" >verdict
	write_page
	export PATH=$tree/bin:$PATH VM_RUN=$tree/bin/guest JOBS=1
}

write_script()
{
	printf '%s\n' '#!/bin/bash' "${@:2}" >"$1"
	chmod +x "$1"
}

# write_patch LINE HEADER...: it breaks a driver that has that line.
write_patch()
{
	printf '%s\n' 'Breaks: it' 'Suite: suite' "${@:2}" \
		'--- a/driver/driver.c' '+++ b/driver/driver.c' '@@ -1 +1 @@' \
		"-$1" '+broken' >selftests/mutation/it.patch
}

write_page()
{
	selftests/mutation/check --table >Documentation/mutation.rst
}

# no_catch WHY: the breakage alone fails, for that reason.
no_catch()
{
	run -1 selftests/mutation/check
	[[ $output == *"not ok - it # it"*"# no catch: $1"* ]]
	[ "${lines[-1]}" = "2 passed, 1 failed" ]
}

@test "the test that is named fails" {
	run -0 selftests/mutation/check
	[ "${lines[0]%% #*}" = "ok - table" ]
	[ "${lines[1]%% #*}" = "ok - intact" ]
	[ "${lines[2]%% #*}" = "ok - it" ]
	[ "${lines[-1]}" = "3 passed, 0 failed" ]
	# The next one begins with a whole driver.
	[ "$(cat build/mutation/tree.0/driver/driver.c)" = whole ]
}

@test "no test fails" {
	echo "echo 'ok 1 suite.notices'; exit 0" >verdict
	no_catch "suite.notices did not fail"
}

@test "another test fails" {
	echo "echo 'not ok 1 suite.notices_more'; exit 1" >verdict
	no_catch "suite.notices did not fail"
}

@test "the test does not come to an end" {
	echo "echo '# suite.notices: Test terminated by timeout'
		echo 'not ok 1 suite.notices'; exit 1" >verdict
	no_catch "suite.notices took too long, and that is no answer"
}

@test "the guest crashes, whatever the test has said before" {
	echo "echo 'not ok 1 suite.notices'; exit 125" >verdict
	no_catch "the guest crashed or hung"
}

@test "the driver cannot be built" {
	write_script bin/make "grep whole driver/driver.c"
	no_catch "it cannot be built"
}

@test "a patch does not apply any more" {
	write_patch other 'Test: suite.notices'
	no_catch "the patch does not apply any more"
}

@test "the kernel complains first of what is named" {
	write_patch whole 'Test: suite.notices' 'Complaint: WARNING: .* driver_end'
	write_page
	echo "echo '[ 1.0] WARNING: CPU: 0 PID: 1 at driver.c:1 driver_end+0x1/0x2'
		echo '[ 1.1] BUG: unable to handle page fault'; exit 125" >verdict
	run -0 selftests/mutation/check
	echo "echo '[ 1.0] BUG: unable to handle page fault'
		echo '[ 1.1] WARNING: CPU: 0 PID: 1 at driver.c:1 driver_end+0x1/0x2'
		exit 125" >verdict
	no_catch "the kernel did not complain of it"
}

@test "a test that fails without a breakage shows nothing" {
	write_script bin/guest "echo 'not ok 1 suite.notices'" "exit 1"
	run -1 selftests/mutation/check
	[[ $output == *"not ok - intact"*"# no catch: without a breakage, there are failures, too"* ]]
}

@test "a test that there is not shows nothing" {
	write_script bin/guest "echo 'ok 1 suite.other'"
	run -1 selftests/mutation/check
	[[ $output == *"not ok - intact"*"# no catch: there is no test suite.notices"* ]]
}

@test "the page says something else than the patches" {
	echo >>Documentation/mutation.rst
	run -1 selftests/mutation/check
	[[ ${lines[*]} == *"not ok - table"* ]]
}

@test "a breakage that there is not is refused, and the others are named" {
	run -2 selftests/mutation/check other
	[ "$output" = "check: there is no breakage 'other': it" ]
}

@test "each breakage fits the code" {
	cd "$BATS_TEST_DIRNAME/../.."
	for patch in selftests/mutation/*.patch; do
		run -0 patch -p1 -F0 -s -f --dry-run <"$patch"
	done
}
