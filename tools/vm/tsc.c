// SPDX-License-Identifier: GPL-2.0-only
/*
 * Prints how many thousand times a second the time stamp counter counts, which is also what
 * an emulated CPU has. It is measured between two moments, each the one of many that took
 * least: so it does not matter who else keeps the CPUs busy.
 */
#include <stdint.h>
#include <stdio.h>
#include <time.h>
#include <x86intrin.h>

#define TRIES		1000
#define LENGTH_NS	50000000

struct moment {
	uint64_t tsc, ns;
};

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC_RAW, &now);
	return now.tv_sec * 1000000000ULL + now.tv_nsec;
}

static struct moment take_moment(void)
{
	struct moment best = { 0, 0 };
	uint64_t least = UINT64_MAX;
	int i;

	for (i = 0; i < TRIES; i++) {
		uint64_t before = now_ns();
		uint64_t tsc = __rdtsc();
		uint64_t took = now_ns() - before;

		if (took < least) {
			least = took;
			best = (struct moment){ .tsc = tsc, .ns = before + took / 2 };
		}
	}
	return best;
}

int main(void)
{
	const struct timespec length = { .tv_nsec = LENGTH_NS };
	struct moment begin, end;

	begin = take_moment();
	nanosleep(&length, NULL);
	end = take_moment();
	printf("%.0f\n", (double)(end.tsc - begin.tsc) * 1000000 / (double)(end.ns - begin.ns));
	return 0;
}
