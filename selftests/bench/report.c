// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>
#include <string.h>

#include "report.h"
#include "util.h"

#define TABLES_MAX	16
#define ROWS_MAX	128

struct row {
	const char *name;
	enum bar bar;
	enum relation relation;
	struct summary first, second;
	struct summary ratio;	/* of each figure and its counterpart, in millionths */
};

struct table {
	const char *name, *first, *second;
	struct row row[ROWS_MAX];
	unsigned int rows;
};

static struct table tables[TABLES_MAX];
static unsigned int tables_count;

/*
 * What must hold, for the least and for the median, in each of its rows; and where it does
 * not, what Documentation/bench.rst explains. What costs more than that has become worse.
 */
static const struct {
	const char *what;
	double limit, explained;
} bars[BARS] = {
	[BAR_COST] = { "cost on top of the bare mechanism, raise to body", 220, 385 },
	[BAR_COST_NO_CLOCK] = { "the same with time stamps off", 130, 305 },
	[BAR_SWITCH] = { "a switch itself", 5000 },
	[BAR_REQUEST] = { "the whole request for a switch", 20000 },
	[BAR_REQUEST_KTHREAD] = { "the whole request to or from kthread", 150000 },
	[BAR_WAIT] = { "longest wait of an event while switching", 2 },
	[BAR_BACKLOG] = { "an event of a backlog by mmap, against a cycle of UIO",
			  1.0 / 20 },
	[BAR_READ_BLOCKED] = { "an event by read(), against UIO, both blocked", 1.1 },
	[BAR_READ_THERE] = { "the same with the event already there", 1.1 },
	[BAR_HANDLERS] = { "256 handlers, one matching, against 1", 1.05 },
	[BAR_RELOAD] = { "a switch against rmmod and insmod", 1.0 / 1000 },
};

static const char *const relations[] = {
	[ALONE]		= "alone",
	[DIFFERENCE]	= "difference",
	[RATIO]		= "ratio",
};

#define MILLION	1000000

/* What has no counterpart is compared with the first of all rows, its second side. */
static void summarise_ratio(struct row *row, const struct series *first,
			    const struct series *second)
{
	__u64 other = tables[0].row[0].second.median;
	struct series ratio = { };
	unsigned int i;

	for (i = 0; i < first->count; i++) {
		if (second)
			other = second->figure[i % second->count];
		if (other)
			series_add(&ratio, MILLION * first->figure[i] / other);
	}
	row->ratio = series_summary(&ratio);
	series_free(&ratio);
}

void report_table(const char *name, const char *first, const char *second)
{
	if (tables_count == TABLES_MAX)
		die("too many tables");
	tables[tables_count++] = (struct table) {
		.name = name,
		.first = first,
		.second = second,
	};
}

void report_row(const char *name, enum bar bar, enum relation relation,
		struct series *first, struct series *second)
{
	struct table *table = &tables[tables_count - 1];
	struct row *row = &table->row[table->rows++];

	if (table->rows > ROWS_MAX)
		die("too many rows");
	*row = (struct row) {
		.name = strdup(name),
		.bar = bar,
		.relation = relation,
		.first = series_summary(first),
	};
	if (!row->first.count)
		die("nothing was measured for %s", name);
	if (relation == ALONE)
		second = NULL;
	else
		row->second = series_summary(second);
	if (second && !second->count)
		die("nothing was measured to compare %s with", name);
	summarise_ratio(row, first, second);
	series_free(first);
	if (second)
		series_free(second);
}

static double relate(enum relation relation, __u64 first, __u64 second)
{
	switch (relation) {
	case DIFFERENCE:
		return (double)first - (double)second;
	case RATIO:
		return (double)first / (double)second;
	case ALONE:
		break;
	}
	return (double)first;
}

static double of_least(const struct row *row)
{
	return relate(row->relation, row->first.least, row->second.least);
}

static double of_median(const struct row *row)
{
	return relate(row->relation, row->first.median, row->second.median);
}

static bool within(const struct row *row, double limit)
{
	return of_least(row) <= limit && of_median(row) <= limit;
}

static bool holds(const struct row *row)
{
	return within(row, bars[row->bar].limit);
}

/* Of a ratio, three digits that count; of what is far below 1, its inverse. */
static void format(enum relation relation, double value, char *text, size_t size)
{
	if (relation != RATIO)
		snprintf(text, size, "%.0f", value);
	else if (value && value < 0.1)
		snprintf(text, size, "1/%.1f", 1 / value);
	else
		snprintf(text, size, "%.3f", value);
}

static void print_pair(FILE *to, int width, enum relation relation, double least,
		       double median)
{
	char left[24], right[24], pair[64];

	format(relation, least, left, sizeof(left));
	format(relation, median, right, sizeof(right));
	snprintf(pair, sizeof(pair), "%s / %s", left, right);
	fprintf(to, " %-*s", width, pair);
}

/* How far the median of the later half is from that of the earlier one. */
static double drift(const struct summary *summary)
{
	double first = summary->first, second = summary->second;

	if (!summary->first || !summary->second)
		return 0;
	return 100 * (first > second ? first / second - 1 : second / first - 1);
}

static double row_drift(const struct row *row)
{
	double first = drift(&row->first), second = drift(&row->second);

	return first > second ? first : second;
}

#define NAME_WIDTH	30
#define PAIR_WIDTH	21

static void print_rule(FILE *to)
{
	static const int widths[] = {
		NAME_WIDTH, PAIR_WIDTH, PAIR_WIDTH, PAIR_WIDTH, 7, 8, 5
	};
	unsigned int i;
	int n;

	for (i = 0; i < sizeof(widths) / sizeof(*widths); i++) {
		if (i)
			fputc(' ', to);
		for (n = 0; n < widths[i]; n++)
			fputc('=', to);
	}
	fputc('\n', to);
}

static void print_row(FILE *to, const struct row *row)
{
	char limit[24];

	fprintf(to, "%-*s", NAME_WIDTH, row->name);
	print_pair(to, PAIR_WIDTH, ALONE, row->first.least, row->first.median);
	if (row->relation == ALONE)
		fprintf(to, " %-*s %-*s", PAIR_WIDTH, "", PAIR_WIDTH, "");
	else
		print_pair(to, PAIR_WIDTH, ALONE, row->second.least,
			   row->second.median);
	if (row->relation != ALONE)
		print_pair(to, PAIR_WIDTH, row->relation, of_least(row),
			   of_median(row));
	fprintf(to, " %6.2f%%", row_drift(row));
	if (row->bar) {
		format(bars[row->bar].limit < 10 ? RATIO : ALONE,
		       bars[row->bar].limit, limit, sizeof(limit));
		fprintf(to, " %-8s %s", limit, holds(row) ? "yes" : "NO");
	}
	fputc('\n', to);
}

static void print_title(FILE *to, const char *title)
{
	unsigned int i;

	fprintf(to, "%s\n", title);
	for (i = 0; i < strlen(title); i++)
		fputc('-', to);
	fprintf(to, "\n\n");
}

void report_text(FILE *to)
{
	unsigned int i, j;

	for (i = 0; i < tables_count; i++) {
		const struct table *table = &tables[i];

		print_title(to, table->name);
		print_rule(to);
		fprintf(to, "%-*s %-*s %-*s %-*s %-7s %-8s %s\n", NAME_WIDTH,
			"least / median", PAIR_WIDTH, table->first, PAIR_WIDTH,
			table->second, PAIR_WIDTH, "compared", "drift", "at most",
			"holds");
		print_rule(to);
		for (j = 0; j < table->rows; j++)
			print_row(to, &table->row[j]);
		print_rule(to);
		fputc('\n', to);
	}
}

static void print_ratio(FILE *to, const struct row *row)
{
	const __u64 ratios[] = {
		row->ratio.lower, row->ratio.median, row->ratio.upper
	};
	unsigned int i;
	char text[24];

	fprintf(to, "%-*s", NAME_WIDTH, row->name);
	for (i = 0; i < 3; i++) {
		format(RATIO, (double)ratios[i] / MILLION, text, sizeof(text));
		fprintf(to, " %-10s", text);
	}
	fputc('\n', to);
}

void report_ratios(FILE *to)
{
	static const char rule[] =
		"============================== ========== ========== ==========\n";
	unsigned int i, j;

	for (i = 0; i < tables_count; i++) {
		const struct table *table = &tables[i];

		print_title(to, table->name);
		fprintf(to, "%s%-*s %-10s %-10s %-10s\n%s", rule, NAME_WIDTH,
			"ratio", "lower", "median", "upper", rule);
		for (j = 0; j < table->rows; j++)
			print_ratio(to, &table->row[j]);
		fprintf(to, "%s\n", rule);
	}
}

static void json_number(FILE *to, const char *key, __u64 number)
{
	fprintf(to, ", \"%s\": %llu", key, (unsigned long long)number);
}

static void json_summary(FILE *to, const char *key, const struct summary *summary)
{
	fprintf(to, ", \"%s\": {\"count\": %u", key, summary->count);
	json_number(to, "min", summary->min);
	json_number(to, "least", summary->least);
	json_number(to, "lower", summary->lower);
	json_number(to, "median", summary->median);
	json_number(to, "upper", summary->upper);
	json_number(to, "max", summary->max);
	json_number(to, "median_first_half", summary->first);
	json_number(to, "median_second_half", summary->second);
	fputc('}', to);
}

static void json_row(FILE *to, const struct row *row)
{
	fprintf(to, "\n      {\"name\": \"%s\"", row->name);
	json_summary(to, "first", &row->first);
	if (row->relation != ALONE) {
		json_summary(to, "second", &row->second);
		fprintf(to, ", \"relation\": \"%s\", \"least\": %g, \"median\": %g",
			relations[row->relation], of_least(row), of_median(row));
	}
	if (row->bar)
		fprintf(to, ", \"bar\": \"%s\", \"limit\": %g, \"holds\": %s",
			bars[row->bar].what, bars[row->bar].limit,
			holds(row) ? "true" : "false");
	fputc('}', to);
}

void report_json(FILE *to, const char *kernel, bool live)
{
	unsigned int i, j;

	fprintf(to, "{\"kernel\": \"%s\", \"unit\": \"%s\", \"tables\": [", kernel,
		live ? "ticks of the time stamp counter" : "instructions");
	for (i = 0; i < tables_count; i++) {
		fprintf(to, "%s\n  {\"name\": \"%s\"", i ? "," : "",
			tables[i].name);
		fprintf(to, ", \"first\": \"%s\", \"second\": \"%s\",\n   \"rows\": [",
			tables[i].first, tables[i].second);
		for (j = 0; j < tables[i].rows; j++) {
			if (j)
				fputc(',', to);
			json_row(to, &tables[i].row[j]);
		}
		fprintf(to, "\n   ]}");
	}
	fprintf(to, "\n]}\n");
}

/* A block for each table: name, median of the one, median of the other. */
void report_plot(FILE *to)
{
	unsigned int i, j;

	for (i = 0; i < tables_count; i++) {
		fprintf(to, "# %s: %s, %s\n", tables[i].name, tables[i].first,
			tables[i].second);
		for (j = 0; j < tables[i].rows; j++)
			fprintf(to, "\"%s\" %llu %llu\n", tables[i].row[j].name,
				(unsigned long long)tables[i].row[j].first.median,
				(unsigned long long)tables[i].row[j].second.median);
		fprintf(to, "\n\n");
	}
}

static double of_worse(const struct row *row)
{
	double least = of_least(row), median = of_median(row);

	return least > median ? least : median;
}

/* The rows of a bar; and the worst of them. */
static unsigned int find_worst(enum bar bar, const struct row **worst)
{
	unsigned int i, j, rows = 0;

	*worst = NULL;
	for (i = 0; i < tables_count; i++) {
		for (j = 0; j < tables[i].rows; j++) {
			const struct row *row = &tables[i].row[j];

			if (row->bar != bar)
				continue;
			rows++;
			if (!*worst || of_worse(row) > of_worse(*worst))
				*worst = row;
		}
	}
	return rows;
}

static bool all_within(enum bar bar, double limit)
{
	unsigned int i, j;

	for (i = 0; i < tables_count; i++)
		for (j = 0; j < tables[i].rows; j++)
			if (tables[i].row[j].bar == bar &&
			    !within(&tables[i].row[j], limit))
				return false;
	return true;
}

enum verdict {
	NOT_MEASURED,
	HOLDS,
	EXPLAINED,
	MISSED,
	VERDICTS
};

static enum verdict judge(enum bar bar, unsigned int rows)
{
	if (!rows)
		return NOT_MEASURED;
	if (all_within(bar, bars[bar].limit))
		return HOLDS;
	return all_within(bar, bars[bar].explained) ? EXPLAINED : MISSED;
}

static enum verdict report_bar(FILE *to, enum bar bar)
{
	const struct row *worst;
	enum verdict verdict = judge(bar, find_worst(bar, &worst));
	bool good = verdict == HOLDS || verdict == EXPLAINED;
	char limit[24];

	fprintf(to, "%s - %s: ", good ? "ok" : "not ok", bars[bar].what);
	if (verdict == NOT_MEASURED) {
		fprintf(to, "not measured\n");
		return verdict;
	}
	format(bars[bar].limit < 10 ? RATIO : ALONE, bars[bar].limit, limit,
	       sizeof(limit));
	fprintf(to, "at most");
	print_pair(to, 0, worst->relation, of_least(worst), of_median(worst));
	fprintf(to, " (%s), of %s", worst->name, limit);
	if (verdict == EXPLAINED)
		fprintf(to, " # XFAIL Documentation/bench.rst tells why");
	fputc('\n', to);
	return verdict;
}

/* What is explained has neither passed nor failed. */
bool report_verdict(FILE *to)
{
	unsigned int count[VERDICTS] = { }, bar, failed;

	for (bar = BAR_NONE + 1; bar < BARS; bar++)
		count[report_bar(to, bar)]++;
	failed = count[MISSED] + count[NOT_MEASURED];
	if (count[EXPLAINED])
		fprintf(to, "# %u bars do not hold, which is explained\n",
			count[EXPLAINED]);
	fprintf(to, "%u passed, %u failed\n", count[HOLDS], failed);
	return !failed;
}
