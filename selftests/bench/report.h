/* SPDX-License-Identifier: GPL-2.0-only */
/* What was measured, and how it compares with what must hold. */
#ifndef BENCH_REPORT_H
#define BENCH_REPORT_H

#include <stdbool.h>
#include <stdio.h>

#include "series.h"

/* The bars; a row without one is only told of. */
enum bar {
	BAR_NONE,
	BAR_COST,
	BAR_COST_NO_CLOCK,
	BAR_SWITCH,
	BAR_REQUEST,
	BAR_REQUEST_KTHREAD,
	BAR_WAIT,
	BAR_BACKLOG,
	BAR_READ_BLOCKED,
	BAR_READ_THERE,
	BAR_HANDLERS,
	BAR_RELOAD,

	BARS
};

/* How a row compares its two sides. */
enum relation {
	ALONE,			/* there is but one */
	DIFFERENCE,		/* the first less the second */
	RATIO,			/* the first, by the second */
};

/* Begins a table, and adds a row to the last one that was begun. Takes the series. */
void report_table(const char *name, const char *first, const char *second);
void report_row(const char *name, enum bar bar, enum relation relation,
		struct series *first, struct series *second);

void report_text(FILE *to);
/* In real time: how the sides compare from run to run, and how that spreads. */
void report_ratios(FILE *to);
void report_json(FILE *to, const char *kernel, bool live);
void report_plot(FILE *to);
/* Prints a line for each bar, and how many hold. Returns whether all do. */
bool report_verdict(FILE *to);

#endif /* BENCH_REPORT_H */
