// SPDX-License-Identifier: GPL-2.0-only
/*
 * From the raise to the two halves and back: irqline, and the minimal driver of the
 * same mechanism. They take turns, so that what changes with time does so for both.
 */
#include <stddef.h>

#include "report.h"
#include "rig.h"
#include "rows.h"

#define TURNS	4

static const struct {
	const char *name;
	enum bench_mechanism mechanism;
	bool barred;
} mechanisms[] = {
	{ "inline",	BENCH_INLINE,		true },
	{ "tasklet",	BENCH_TASKLET,		true },
	{ "bh",		BENCH_BH,		true },
	{ "workqueue",	BENCH_WORKQUEUE,	true },
	{ "irq-thread",	BENCH_IRQ_THREAD,	true },
	{ "kthread",	BENCH_KTHREAD,		false },
};

#define MECHANISMS	(sizeof(mechanisms) / sizeof(*mechanisms))

struct pair {
	struct cycle ours, bare;
};

static void measure(struct rig *rig, bool clock, struct pair *pairs)
{
	unsigned int turn, i;

	line_clock(&rig->nl, BENCH_LINE, clock);
	for (turn = 0; turn < TURNS; turn++) {
		for (i = 0; i < MECHANISMS; i++) {
			line_bottom(rig, mechanisms[i].name);
			cycle_measure(&pairs[i].ours, &rig->line,
				      rig->runs / TURNS);
			bare_mechanism(rig, mechanisms[i].mechanism);
			cycle_measure(&pairs[i].bare, &rig->bare,
				      rig->runs / TURNS);
		}
	}
	line_clock(&rig->nl, BENCH_LINE, true);
}

static void report_body(const char *table, enum bar bar, struct pair *pairs)
{
	unsigned int i;

	report_table(table, "irqline", "bare");
	for (i = 0; i < MECHANISMS; i++)
		report_row(mechanisms[i].name,
			   mechanisms[i].barred ? bar : BAR_NONE, DIFFERENCE,
			   &pairs[i].ours.body, &pairs[i].bare.body);
}

static void report_part(const char *table, struct pair *pairs, size_t offset)
{
	unsigned int i;

	report_table(table, "irqline", "bare");
	for (i = 0; i < MECHANISMS; i++)
		report_row(mechanisms[i].name, BAR_NONE, DIFFERENCE,
			   (void *)((char *)&pairs[i].ours + offset),
			   (void *)((char *)&pairs[i].bare + offset));
}

void rows_halves(struct rig *rig)
{
	struct pair on[MECHANISMS] = { }, off[MECHANISMS] = { };
	unsigned int i;

	measure(rig, true, on);
	measure(rig, false, off);
	report_body("Raise to body", BAR_COST, on);
	report_body("Raise to body, clock off", BAR_COST_NO_CLOCK, off);
	report_part("Raise to top half", on, offsetof(struct cycle, top));
	report_part("Top half to body", on, offsetof(struct cycle, half));
	report_part("Raise until the raiser goes on", on,
		    offsetof(struct cycle, whole));
	for (i = 0; i < MECHANISMS; i++) {
		cycle_free(&off[i].ours);
		cycle_free(&off[i].bare);
	}
}
