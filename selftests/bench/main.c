// SPDX-License-Identifier: GPL-2.0-only
/*
 * Usage: bench [--live] [--runs N] [--profile BOTTOM] MODULES
 *
 * Measures irqline and what it is compared with, on the machine where it is started.
 * The directory MODULES has those of the bench. Writes table, JSON and data for a plot to
 * stdout, each behind a line that says so, and the verdict at the end. With --profile, it
 * raises events for a bottom half of the strategy BOTTOM, and nothing else.
 */
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/utsname.h>

#include "report.h"
#include "rig.h"
#include "rows.h"
#include "util.h"

/* Raises until the machine is switched off, after telling where the kernel's code is. */
static void run_profile(struct rig *rig, const char *bottom)
{
	struct cycle cycle = { };
	char line[256];
	FILE *symbols;

	line_bottom(rig, bottom);
	cycle_measure(&cycle, &rig->line, rig->runs);
	cycle_free(&cycle);
	symbols = fopen("/proc/kallsyms", "r");
	if (!symbols)
		die("cannot read the symbols");
	while (fgets(line, sizeof(line), symbols))
		fputs(line, stdout);
	fclose(symbols);
	puts("ready");
	fflush(stdout);
	give_way(true);
	for (;;) {
		side_raise(rig->line.regs);
		pause_ms(1);
	}
}

static void measure_all(struct rig *rig)
{
	rows_halves(rig);
	rows_handlers(rig);
	rows_delivery(rig);
	rows_switches(rig);
	rows_waits(rig);
}

static bool report(bool live)
{
	struct utsname host;

	uname(&host);
	puts("@table");
	if (live)
		report_ratios(stdout);
	else
		report_text(stdout);
	puts("@json");
	report_json(stdout, host.release, live);
	puts("@plot");
	report_plot(stdout);
	puts("@verdict");
	if (!live)
		return report_verdict(stdout);
	puts("0 passed, 0 failed");
	return true;
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "live", no_argument, NULL, 'l' },
		{ "profile", required_argument, NULL, 'p' },
		{ "runs", required_argument, NULL, 'r' },
		{ }
	};
	const char *profile = NULL;
	unsigned int runs = 256;
	static struct rig rig;
	bool live = false;
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == 'l')
			live = true;
		else if (option == 'p')
			profile = optarg;
		else if (option == 'r')
			runs = strtoul(optarg, NULL, 0);
		else
			return 2;
	}
	/* Less would leave nothing of what is taken less often. */
	if (optind != argc - 1 || runs < 16)
		return 2;
	rig_open(&rig, argv[optind], runs, live);
	if (profile)
		run_profile(&rig, profile);
	measure_all(&rig);
	rig_close(&rig);
	return !report(live);
}
