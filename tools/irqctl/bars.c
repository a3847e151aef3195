// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>

#include "bars.h"
#include "histogram.h"
#include "output.h"
#include "units.h"

#define BAR_EIGHTHS	(40 * 8)
#define BAR_SIZE	(BAR_EIGHTHS / 8 * 4)

enum {
	COLUMN_FROM,
	COLUMN_TO,
	COLUMN_EVENTS,
	COLUMN_BAR,
};

static const struct out_column columns[] = {
	[COLUMN_FROM]	= { "FROM",	OUT_TIME,	OUT_TABLE },
	[COLUMN_TO]	= { "TO",	OUT_TIME,	OUT_TABLE },
	[COLUMN_EVENTS]	= { "EVENTS",	OUT_NUMBER,	OUT_TABLE },
	[COLUMN_BAR]	= { "SHARE",	OUT_TEXT,	OUT_TABLE },
	{ }
};

/* Values of the same octave have the same number of bits. */
static int octave(__u64 value)
{
	return value ? 64 - __builtin_clzll(value) : 0;
}

/* Puts the buckets of an octave together, which is enough for the eye. */
static void merge_octaves(struct histogram *histogram)
{
	struct bucket *to = histogram->buckets;

	for (unsigned int i = 1; i < histogram->length; i++) {
		struct bucket *from = &histogram->buckets[i];

		if (octave(from->lowest) == octave(to->lowest)) {
			to->highest = from->highest;
			to->count += from->count;
		} else {
			*++to = *from;
		}
	}
	if (histogram->length)
		histogram->length = to - histogram->buckets + 1;
}

static __u64 largest(const struct histogram *histogram)
{
	__u64 count = 1;

	for (unsigned int i = 0; i < histogram->length; i++) {
		if (histogram->buckets[i].count > count)
			count = histogram->buckets[i].count;
	}
	return count;
}

static void add_bucket(struct out *out, const struct bucket *bucket, __u64 whole)
{
	unsigned int eighths = (double)bucket->count / whole * BAR_EIGHTHS;
	char bar[BAR_SIZE];

	units_bar(bar, sizeof(bar), eighths ? eighths : 1);
	out_row(out);
	out_number(out, COLUMN_FROM, bucket->lowest);
	out_number(out, COLUMN_TO, bucket->highest);
	out_number(out, COLUMN_EVENTS, bucket->count);
	out_append(out, COLUMN_BAR, "%s", bar);
}

static int print_buckets(struct histogram *histogram)
{
	static const struct out_style style = { .form = OUT_TABLE };
	struct out *out = out_open("histogram", columns, &style);

	if (!out)
		return -ENOMEM;
	merge_octaves(histogram);
	for (unsigned int i = 0; i < histogram->length; i++)
		add_bucket(out, &histogram->buckets[i], largest(histogram));
	return out_close(out);
}

/* LINE/NAME, and the lane unless it is about all of them. */
static int print_subject(const struct attrs *attrs)
{
	const char *line = attrs_text(attrs, IRQLINE_A_STATS_LINE);
	const char *handler = attrs_text(attrs, IRQLINE_A_STATS_HANDLER);
	__u64 lane;

	if (out_title("%s/%s", line ? line : "", handler ? handler : ""))
		return -errno;
	if (attrs_number(attrs, IRQLINE_A_STATS_LANE, &lane) && out_title(" lane %llu", lane))
		return -errno;
	return 0;
}

static int print_title(const struct histogram *histogram, const struct attrs *attrs,
		       const char *what)
{
	char p50[UNITS_SIZE], p99[UNITS_SIZE], maximum[UNITS_SIZE];
	__u64 value;
	int err = print_subject(attrs);

	if (err)
		return err;
	if (out_title(" %s: %llu events", what, histogram->count))
		return -errno;
	if (!histogram_percentile(histogram, 50, &value))
		return out_title("\n");
	units_time(p50, value);
	histogram_percentile(histogram, 99, &value);
	units_time(p99, value);
	units_time(maximum, histogram->maximum);
	return out_title(", p50 %s, p99 %s, max %s\n", p50, p99, maximum);
}

static int print_histogram(const struct attrs *attrs, int attr, const char *what)
{
	struct histogram histogram;
	int err;

	if (!attrs->tb[attr])
		return 0;
	err = histogram_read(&histogram, attrs->tb[attr]);
	if (err)
		return err;
	err = print_title(&histogram, attrs, what);
	if (!err)
		err = print_buckets(&histogram);
	histogram_free(&histogram);
	return err ? err : out_title("\n");
}

int bars_print(const struct attrs *attrs, void *arg)
{
	int err = print_histogram(attrs, IRQLINE_A_STATS_LATENCY, "latency");

	(void)arg;
	return err ? err : print_histogram(attrs, IRQLINE_A_STATS_RUNTIME, "run time");
}
