# SPDX-License-Identifier: GPL-2.0-only
#
# Prints the names and values that a UAPI header defines, one "NAME VALUE" a
# line; a member of a named enum has "enum TAG" in front. The header's guard and
# function-like macros are left out, and with -v skip=REGEXP what fits that.

function fail(text) {
	print FILENAME ":" FNR ": " text > "/dev/stderr"
	failed = 1
	exit 1
}

# A decimal integer, a string, NAME - N, or 1 << N, in parentheses or not.
function evaluate(text,	pair) {
	gsub(/[()]/, "", text)
	gsub(/^[ \t]+|[ \t]+$/, "", text)
	if (text ~ /^"/)
		return text
	if (text ~ /^-?[0-9]+U?L?L?$/) {
		sub(/[UL]+$/, "", text)
		return text
	}
	if (text ~ /^[A-Za-z_][A-Za-z_0-9]* - [0-9]+$/) {
		split(text, pair, " ")
		if (!(pair[1] in known))
			fail("not defined yet: " pair[1])
		return known[pair[1]] - pair[3]
	}
	if (text ~ /^1U? << [0-9]+$/) {
		split(text, pair, " ")
		return 2 ^ pair[3]
	}
	fail("not understood: " text)
}

function emit(tag, name, number) {
	if (name in known)
		fail(name " twice")
	known[name] = number
	printf "%s%s %s\n", tag ? "enum " tag " " : "", name, number
	found++
}

# Comments go first; ours never share a line with a second one.
{
	sub(/\/\*.*\*\//, "")
}
comment {
	if (/\*\//)
		comment = 0
	next
}
/\/\*/ {
	comment = 1
	next
}

/^#define/ {
	if (NF > 2 && $2 !~ /\(/) {
		text = $0
		sub(/^#define[ \t]+[^ \t]+[ \t]+/, "", text)
		if (!skip || $2 !~ skip)
			emit("", $2, evaluate(text))
	}
	next
}

/^enum.*\{/ {
	inside = 1
	tag = $2 == "{" ? "" : $2
	next_number = 0
	next
}
/^}/ {
	inside = 0
}
inside && NF {
	text = $0
	sub(/,[ \t]*$/, "", text)
	name = text
	sub(/[ \t]*=.*/, "", name)
	gsub(/[ \t]/, "", name)
	if (sub(/^[^=]*=/, "", text))
		next_number = evaluate(text)
	emit(tag, name, next_number++)
}

END {
	if (!failed && !found) {
		print FILENAME ": nothing in it" > "/dev/stderr"
		failed = 1
	}
	exit failed
}
