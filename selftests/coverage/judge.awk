# SPDX-License-Identifier: GPL-2.0-only
#
# Usage: awk -v tree=DIRECTORY/ -f judge.awk REASONS TRACE
#
# Holds the lines that were not run, as lcov traces them, against the reasons for not
# running them. A range is what lies between two lines of a function that were run. It has
# a reason if its function is named among the places of one, or a text that is in one of
# its lines. The end of a function has nothing to be run, and with some options is counted
# apart. Prints how many lines there are for each reason; then the ranges that have none,
# and the places without a range. Fails if there are any of these.

# REASONS: a paragraph says why, and what is indented below it where:
# FILE FUNCTION [TEXT]
# File and function may end in *, which stands for anything; but a * alone is no function.
# A place behind ~ is run at times, so it may have no range.
FILENAME == ARGV[1] && (/^#/ || /^$/) { text = ""; next }
FILENAME == ARGV[1] && /^[^\t]/ {
	if (text == "" || closed)
		reason[++reasons] = $0
	else
		reason[reasons] = reason[reasons] " " $0
	text = $0
	closed = 0
	next
}
FILENAME == ARGV[1] {
	closed = 1
	sub(/^\t/, "")
	place[++places] = $0
	why[places] = reasons
	optional[places] = sub(/^~/, "")
	file_of[places] = $1
	function_of[places] = $2
	if ($2 == "*")
		complaint[++complaints] = "a place in no function: " $0
	sub(/^[^ ]+ +[^ ]+ */, "")
	text_of[places] = $0
	next
}

# TRACE
/^SF:/ {
	file = substr($0, 4)
	path = file
	sub("^" tree, "", file)
	lines = 0
}
/^DA:/ {
	split(substr($0, 4), field, ",")
	line[++lines] = field[1] + 0
	run[lines] = field[2] + 0
}
/^end_of_record/ { judge_file() }

# The text, and which function each line is in: the compiler does not name those that it
# has made a part of others.
function read_source(   number, got, begin, name) {
	split("", owner)
	name = ""
	for (number = 1; (getline got <path) > 0; number++) {
		source[number] = got
		if (got ~ /^[a-z_].*\(/) {
			begin = number
			name = got
			sub(/\(.*/, "", name)
			sub(/.*[ *]/, "", name)
		} else if (got ~ /^{/) {
			for (; begin < number; begin++)
				owner[begin] = name
		}
		owner[number] = name
		if (got ~ /^}/)
			name = ""
	}
	close(path)
}

function judge_file(   i, first) {
	read_source()
	for (i = 1; i <= lines; i++) {
		if (first && (run[i] || owner[line[i]] != owner[line[first]])) {
			judge_range(first, i - 1, owner[line[first]])
			first = 0
		}
		if (!run[i] && !first)
			first = i
	}
	if (first)
		judge_range(first, lines, owner[line[first]])
}

function fits(pattern, name) {
	return pattern == name ||
	       (sub(/\*$/, "", pattern) && index(name, pattern) == 1)
}

# Not only the lines that have code: a call may be written on several.
function has_text(first, last, text,   number, end) {
	end = last < lines ? line[last + 1] - 1 : line[last]
	for (number = line[first]; number <= end; number++)
		if (index(source[number], text))
			return 1
	return text == ""
}

function judge_range(first, last, owner_,   i, found) {
	if (first == last && source[line[first]] == "}")
		return
	for (i = 1; i <= places; i++)
		if (fits(file_of[i], file) && fits(function_of[i], owner_) &&
		    has_text(first, last, text_of[i])) {
			used[i] = 1
			if (!found)
				found = why[i]
		}
	if (found)
		explained[found] += last - first + 1
	else
		complaint[++complaints] = sprintf("no reason: %s:%d%s: %s: %s", file, line[first],
			last > first ? "-" line[last] : "", owner_, trim(source[line[first]]))
}

function trim(text) {
	gsub(/^[ \t]+|[ \t]+$/, "", text)
	return text
}

END {
	for (i = 1; i <= reasons; i++)
		printf "%5d lines: %s\n", explained[i], reason[i]
	for (i = 1; i <= complaints; i++)
		print complaint[i]
	for (i = 1; i <= places; i++)
		if (!used[i] && !optional[i]) {
			print "a reason for what is run: " place[i]
			complaints++
		}
	exit complaints != 0
}
