// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>
#include <string.h>

#include "series.h"
#include "util.h"

/*
 * The few runs for which the scheduler did less than for all others (Documentation/bench.rst)
 * say nothing about what an event costs, and how many of them a side meets is chance: the
 * least figure is what one run in ten needs.
 */
#define RARE	10

void series_add(struct series *series, __u64 figure)
{
	if (series->count == series->size) {
		series->size = series->size ? 2 * series->size : 256;
		series->figure = realloc(series->figure,
					 series->size * sizeof(figure));
		if (!series->figure)
			die("out of memory");
	}
	series->figure[series->count++] = figure;
}

void series_copy(struct series *to, const struct series *from)
{
	unsigned int i;

	memset(to, 0, sizeof(*to));
	for (i = 0; i < from->count; i++)
		series_add(to, from->figure[i]);
}

void series_free(struct series *series)
{
	free(series->figure);
	memset(series, 0, sizeof(*series));
}

static int compare(const void *a, const void *b)
{
	__u64 left = *(const __u64 *)a, right = *(const __u64 *)b;

	return (left > right) - (left < right);
}

/* Some of the figures, the smallest first. */
static void sorted(const struct series *series, unsigned int from,
		   unsigned int count, __u64 *figure)
{
	memcpy(figure, series->figure + from, count * sizeof(*figure));
	qsort(figure, count, sizeof(*figure), compare);
}

struct summary series_summary(const struct series *series)
{
	unsigned int n = series->count, half = n / 2;
	struct summary summary = { .count = n };
	__u64 *figure;

	if (!n)
		return summary;
	figure = calloc(n, sizeof(*figure));
	if (!figure)
		die("out of memory");
	if (half) {
		sorted(series, 0, half, figure);
		summary.first = figure[half / 2];
		sorted(series, half, n - half, figure);
		summary.second = figure[(n - half) / 2];
	}
	sorted(series, 0, n, figure);
	summary.min = figure[0];
	summary.least = figure[n / RARE];
	summary.lower = figure[n / 4];
	summary.median = figure[n / 2];
	summary.upper = figure[3 * n / 4];
	summary.max = figure[n - 1];
	free(figure);
	return summary;
}
