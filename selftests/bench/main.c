// SPDX-License-Identifier: GPL-2.0-only
/*
 * Usage: bench [--live] [--runs N] MODULES
 *
 * Measures irqline and what it is compared with, on the machine where it is started.
 * The directory MODULES has those of the bench. Writes table, JSON and data for a plot to
 * stdout, each behind a line that says so, and the verdict at the end.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/utsname.h>

#include "report.h"
#include "rig.h"
#include "rows.h"
#include "util.h"

static void run_profile(struct rig *rig, const char *bottom)
{
	struct cycle cycle = { };

	line_bottom(rig, bottom);
	cycle_measure(&cycle, &rig->line, 100);
	puts("ready");
	fflush(stdout);
	give_way(true);
	for (;;) {
		side_raise(rig->line.regs);
		pause_ms(1);
	}
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "live", no_argument, NULL, 'l' },
		{ "runs", required_argument, NULL, 'r' },
	{ "profile", required_argument, NULL, 'p' },
		{ }
	};
	unsigned int runs = 256;
	struct utsname host;
	bool live = false;
	static struct rig rig;
	const char *profile = NULL;
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (option) {
		case 'l':
			live = true;
			break;
		case 'r':
			runs = strtoul(optarg, NULL, 0);
			break;
		case 'p':
			profile = optarg;
			break;
		default:
			return 2;
		}
	}
	uname(&host);
	if (optind != argc - 1)
		return 2;
	rig_open(&rig, argv[optind], runs, live);
	if (profile)
		run_profile(&rig, profile);
	rows_halves(&rig);
	rows_handlers(&rig);
	rows_delivery(&rig);
	rows_switches(&rig);
	rows_waits(&rig);
	rig_close(&rig);

	printf("@table\n");
	report_text(stdout);
	printf("@json\n");
	report_json(stdout, host.release, live);
	printf("@plot\n");
	report_plot(stdout);
	printf("@verdict\n");
	return !report_verdict(stdout);
}
