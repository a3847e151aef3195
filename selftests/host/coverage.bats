#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0-only
#
# What selftests/coverage says about lines that were not run.

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	cat >code.c <<'END'
static bool nothing(void)
{
	return
		false;
}

int half(int value)
{
	if (value)
		goto out;
	return -EIO;
out:
	release(value);
	return 0;
}
END
	# Line 3 was not run, nor were 10 and 13 to 14.
	printf '%s\n' "SF:$PWD/code.c" DA:1,0 DA:3,0 DA:7,2 DA:9,2 DA:10,0 DA:11,2 \
		DA:13,0 DA:14,0 end_of_record >trace
}

# judge: with the reasons that are read.
judge() {
	run awk -v tree="$PWD/" -f "$BATS_TEST_DIRNAME/../coverage/judge.awk" - trace
	echo "$output"
}

all_reasons() {
	printf '%s\n' '# A comment' '' 'Nobody does' 'it:' $'\tcode.c nothing' \
		$'\tcode.c half goto out;' '' 'It is too late:' $'\tcode.c half return 0;'
}

@test "each range has a reason" {
	judge < <(all_reasons)
	[ "$status" -eq 0 ]
	[ "${lines[0]}" = "    3 lines: Nobody does it:" ]
	[ "${lines[1]}" = "    2 lines: It is too late:" ]
	[ "${#lines[@]}" -eq 2 ]
}

@test "a range without a reason is named" {
	judge < <(all_reasons | grep -v goto)
	[ "$status" -eq 1 ]
	[ "${lines[2]}" = "no reason: code.c:10: half: goto out;" ]
	[ "${#lines[@]}" -eq 3 ]
}

@test "the end of a function needs no reason" {
	# Line 15 is that, and not of the range 13 to 14 if line 14 was run.
	sed -i 's/^DA:14,0/DA:14,1\nDA:15,0/' trace
	judge < <(all_reasons | sed 's/return 0;/release/')
	[ "$status" -eq 0 ]
	[ "${lines[1]}" = "    1 lines: It is too late:" ]
}

@test "a reason is for one function" {
	judge < <(all_reasons | sed 's/nothing/half nothing/')
	[ "$status" -eq 1 ]
	[ "${lines[2]}" = "no reason: code.c:1-3: nothing: static bool nothing(void)" ]
}

@test "a reason for what is run is named, unless that is by chance" {
	judge < <(all_reasons; printf '\tcode.c half return -EIO;\n')
	[ "$status" -eq 1 ]
	[ "${lines[2]}" = "a reason for what is run: code.c half return -EIO;" ]

	judge < <(all_reasons; printf '\t~code.c half return -EIO;\n')
	[ "$status" -eq 0 ]
}

@test "a reason for a function that is gone is named" {
	judge < <(all_reasons; printf '\tcode.c quarter\n')
	[ "$status" -eq 1 ]
	[ "${lines[2]}" = "a reason for what is run: code.c quarter" ]
}

@test "a reason can be for all files and functions whose names begin alike" {
	judge < <(printf '%s\n' 'Nobody does it:' $'\tco* no*' $'\tco* ha*')
	[ "$status" -eq 0 ]
	judge < <(printf '%s\n' 'Nobody does it:' $'\tco* ha*')
	[ "$status" -eq 1 ]
	[ "${lines[1]}" = "no reason: code.c:1-3: nothing: static bool nothing(void)" ]
}

@test "a reason cannot be for whatever there is" {
	judge < <(printf '%s\n' 'Nobody does it:' $'\tcode.c *')
	[ "$status" -eq 1 ]
	[ "${lines[1]}" = "a place in no function: code.c *" ]
}
