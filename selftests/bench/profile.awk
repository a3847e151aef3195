# SPDX-License-Identifier: GPL-2.0-only
#
# From symbols, sorted by address, and QEMU's log of each instruction: the functions
# that run from an interrupt of user space to the body. Of event number skip, since the
# first ones are not like the others. Addresses are compared as text of one length.

FILENAME == ARGV[1] {
	address[n] = $1
	name[n++] = $3
	next
}

function find(pc,	low, high, middle)
{
	low = 0
	high = n - 1
	while (low < high) {
		middle = int((low + high + 1) / 2)
		if (address[middle] <= pc)
			low = middle
		else
			high = middle - 1
	}
	return name[low]
}

function flush()
{
	if (count) {
		order[runs] = last
		instructions[runs++] = count
	}
	count = 0
}

/^Trace / {
	split($0, part, "/")
	pc = part[2]
	where = pc < "8" ? "user space" : (pc in cache) ? cache[pc] : cache[pc] = find(pc)
	if (where == "asm_common_interrupt" && last !~ /^asm_common/) {
		flush()
		runs = 0
	}
	if (where != last)
		flush()
	last = where
	count++
	if (where == "bench_line_work" && count == 1 && seen++ == skip) {
		count = 0
		for (i = 0; i < runs; i++) {
			printf "%6d  %s\n", instructions[i], order[i]
			total += instructions[i]
		}
		printf "%6d  in all\n", total
		done = 1
		exit
	}
}

END {
	if (!done) {
		print "the body was not seen" >"/dev/stderr"
		exit 1
	}
}
