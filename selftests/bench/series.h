/* SPDX-License-Identifier: GPL-2.0-only */
/* Figures that were measured several times. */
#ifndef BENCH_SERIES_H
#define BENCH_SERIES_H

#include <linux/types.h>

/**
 * struct series - figures in the order in which they were measured
 * @figure: the figures
 * @count: how many
 * @size: how many have room
 */
struct series {
	__u64 *figure;
	unsigned int count, size;
};

/* What is told of them. The median is one of them, as the quartiles are. */
struct summary {
	unsigned int count;
	__u64 min, least, lower, median, upper, max;
	/* Medians of the first half and of the second. */
	__u64 first, second;
};

void series_add(struct series *series, __u64 figure);
void series_copy(struct series *to, const struct series *from);
void series_free(struct series *series);
struct summary series_summary(const struct series *series);

#endif /* BENCH_SERIES_H */
