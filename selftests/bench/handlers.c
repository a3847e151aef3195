// SPDX-License-Identifier: GPL-2.0-only
/* One handler that wants the event: alone on its line, or among as many as can be. */
#include <stdio.h>

#include "report.h"
#include "rig.h"
#include "rows.h"

#define OTHERS	255U

static void add_others(struct rig *rig)
{
	char name[16];
	unsigned int i;
	__u32 source;

	for (i = 0; i < OTHERS; i++) {
		source = 1U << (i % 31);
		if (source == BENCH_SOURCE)
			source = 1U << 31;
		snprintf(name, sizeof(name), "other%u", i);
		handler_new(&rig->nl, BENCH_LINE, name, source, "tasklet");
	}
}

static void delete_others(struct rig *rig)
{
	char name[16];
	unsigned int i;

	for (i = 0; i < OTHERS; i++) {
		snprintf(name, sizeof(name), "other%u", i);
		handler_del(&rig->nl, BENCH_LINE, name);
	}
}

static void measure(struct rig *rig, struct cycle *cycles)
{
	unsigned int i;

	for (i = 0; i < FIVE; i++) {
		line_bottom(rig, five[i]);
		cycle_measure(&cycles[i], &rig->line, rig->runs / 2);
	}
}

void rows_handlers(struct rig *rig)
{
	struct cycle alone[FIVE] = { }, among[FIVE] = { };
	unsigned int i;

	for (i = 0; i < 2; i++) {
		measure(rig, alone);
		add_others(rig);
		measure(rig, among);
		delete_others(rig);
	}
	report_table("Raise to body, one handler of 256 that matches", "of 256",
		     "alone");
	for (i = 0; i < FIVE; i++) {
		report_row(five[i], BAR_HANDLERS, RATIO, &among[i].body,
			   &alone[i].body);
		cycle_free(&among[i]);
		cycle_free(&alone[i]);
	}
}
