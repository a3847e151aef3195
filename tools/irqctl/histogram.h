/* SPDX-License-Identifier: GPL-2.0-only */
/* The kernel's log-linear histograms of times in nanoseconds. */
#ifndef IRQCTL_HISTOGRAM_H
#define IRQCTL_HISTOGRAM_H

#include "attrs.h"

struct bucket {
	__u64 lowest;
	__u64 highest;
	__u64 count;
};

struct histogram {
	__u64 count;
	__u64 sum;
	__u64 maximum;
	struct bucket *buckets;		/* ascending; none unless asked for */
	unsigned int length;
};

/* Reads a nest. 0 or a negative errno, and nothing to free in that case. */
int histogram_read(struct histogram *histogram, struct nlattr *nest);
void histogram_free(struct histogram *histogram);

/*
 * The bound that so many percent of the values keep: the highest value of the
 * bucket that holds the last one of them, or the maximum if that is less.
 * False if there are no buckets.
 */
bool histogram_percentile(const struct histogram *histogram, unsigned int percent, __u64 *value);

#endif
