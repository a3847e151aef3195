// SPDX-License-Identifier: GPL-2.0-only
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../irqctl/spec.h"
#include "../irqctl/units.h"
#include "table.h"

#define TEXT_SIZE	64

/* Bars begin at 100 ns, and get a character longer with each factor of ten. */
#define BAR_ZERO	100.0
#define BAR_WIDTH	6

void table_print_heading(void)
{
	printf("%-17s %-17s %-4s %-17s %6s %6s  %-14s %-14s %s\n", "STRATEGY", "RAN IN", "CPUS",
	       "THREAD", "EVENTS", "HANDED", "    P50", "    P99", "    MAX");
}

static void append(char text[TEXT_SIZE], const char *separator, const char *more)
{
	size_t used = strlen(text);

	snprintf(text + used, TEXT_SIZE - used, "%s%s", used ? separator : "", more);
}

static void name_contexts(const struct row *row, char text[TEXT_SIZE])
{
	text[0] = '\0';
	for (unsigned int i = 0; i < ENGINE_CONTEXTS; i++) {
		if (row->contexts[i])
			append(text, "+", spec_name(&spec_contexts, i));
	}
}

static void name_cpus(const struct row *row, char text[TEXT_SIZE])
{
	char number[16];

	text[0] = '\0';
	for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
		if (!CPU_ISSET(cpu, &row->cpus))
			continue;
		snprintf(number, sizeof(number), "%d", cpu);
		append(text, ",", number);
	}
}

/* The first one, and how many more. */
static void name_threads(const struct row *row, char text[TEXT_SIZE])
{
	if (!row->nthreads)
		snprintf(text, TEXT_SIZE, "-");
	else if (row->nthreads == 1)
		snprintf(text, TEXT_SIZE, "%s", row->threads[0].name);
	else
		snprintf(text, TEXT_SIZE, "%s +%u", row->threads[0].name, row->nthreads - 1);
}

static int compare(const void *a, const void *b)
{
	const __u64 *left = a, *right = b;

	return *left < *right ? -1 : *left > *right;
}

/* The value that so many percent do not exceed. */
static __u64 percentile(const struct row *row, unsigned int percent)
{
	unsigned int rank = (row->events * percent + 99) / 100;

	return row->latencies[rank ? rank - 1 : 0];
}

/* On the screen: UTF-8's bytes after the first take no room. */
static int width_of(const char *text)
{
	int width = 0;

	for (; *text; text++)
		width += (*text & 0xc0) != 0x80;
	return width;
}

/* Returns how far its bar is from the end of the column. */
static int print_latency(int gap, __u64 ns)
{
	double decades = ns > BAR_ZERO ? log10(ns / BAR_ZERO) : 0;
	unsigned int eighths = 8 * (decades < BAR_WIDTH ? decades : BAR_WIDTH);
	char time[UNITS_SIZE], bar[BAR_WIDTH * 4 + 1];

	units_time(time, ns);
	units_bar(bar, sizeof(bar), eighths);
	printf("%*s %7s %s", gap, "", time, bar);
	return BAR_WIDTH - width_of(bar);
}

static void print_latencies(struct row *row)
{
	int gap;

	qsort(row->latencies, row->events, sizeof(*row->latencies), compare);
	gap = print_latency(0, percentile(row, 50));
	gap = print_latency(gap, percentile(row, 99));
	print_latency(gap, row->latencies[row->events - 1]);
}

void table_print_row(struct row *row)
{
	char contexts[TEXT_SIZE], cpus[TEXT_SIZE], threads[TEXT_SIZE];

	name_contexts(row, contexts);
	name_cpus(row, cpus);
	name_threads(row, threads);
	printf("%-17s %-17s %-4s %-17s %6u %6u", row->strategy, contexts, cpus, threads,
	       row->events, row->handed_over);
	if (row->events)
		print_latencies(row);
	putchar('\n');
	fflush(stdout);
}
