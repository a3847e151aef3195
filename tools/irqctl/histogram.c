// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdlib.h>

#include "histogram.h"

static __u64 number(const struct attrs *attrs, int attr)
{
	__u64 value = 0;

	attrs_number(attrs, attr, &value);
	return value;
}

static int read_bucket(struct bucket *bucket, struct nlattr *nest)
{
	struct attrs attrs;
	int err = attrs_parse_nest(&attrs, &spec_bucket, nest);

	if (err)
		return err;
	bucket->lowest = number(&attrs, IRQLINE_A_BUCKET_LOWEST);
	bucket->highest = number(&attrs, IRQLINE_A_BUCKET_HIGHEST);
	bucket->count = number(&attrs, IRQLINE_A_BUCKET_COUNT);
	return 0;
}

static unsigned int count_buckets(const struct attrs *attrs)
{
	struct nlattr *pos = NULL;
	unsigned int count = 0;

	while ((pos = attrs_next(attrs, IRQLINE_A_HISTOGRAM_BUCKET, pos)))
		count++;
	return count;
}

static int read_buckets(struct histogram *histogram, const struct attrs *attrs)
{
	struct nlattr *pos = NULL;
	int err = 0;

	histogram->buckets = calloc(count_buckets(attrs) + 1, sizeof(*histogram->buckets));
	if (!histogram->buckets)
		return -ENOMEM;
	while (!err && (pos = attrs_next(attrs, IRQLINE_A_HISTOGRAM_BUCKET, pos)))
		err = read_bucket(&histogram->buckets[histogram->length++], pos);
	if (err)
		histogram_free(histogram);
	return err;
}

int histogram_read(struct histogram *histogram, struct nlattr *nest)
{
	struct attrs attrs;
	int err = attrs_parse_nest(&attrs, &spec_histogram, nest);

	if (err)
		return err;
	*histogram = (struct histogram){
		.count = number(&attrs, IRQLINE_A_HISTOGRAM_COUNT),
		.sum = number(&attrs, IRQLINE_A_HISTOGRAM_SUM),
		.maximum = number(&attrs, IRQLINE_A_HISTOGRAM_MAXIMUM),
	};
	return read_buckets(histogram, &attrs);
}

void histogram_free(struct histogram *histogram)
{
	free(histogram->buckets);
	histogram->buckets = NULL;
	histogram->length = 0;
}

static __u64 total(const struct histogram *histogram)
{
	__u64 sum = 0;

	for (unsigned int i = 0; i < histogram->length; i++)
		sum += histogram->buckets[i].count;
	return sum;
}

bool histogram_percentile(const struct histogram *histogram, unsigned int percent, __u64 *value)
{
	__u64 all = total(histogram);
	/* Rounded up, without an overflow. */
	__u64 rank = all / 100 * percent + (all % 100 * percent + 99) / 100;
	__u64 seen = 0;

	for (unsigned int i = 0; i < histogram->length; i++) {
		seen += histogram->buckets[i].count;
		if (seen < rank || !seen)
			continue;
		*value = histogram->buckets[i].highest;
		if (*value > histogram->maximum)
			*value = histogram->maximum;
		return true;
	}
	return false;
}
