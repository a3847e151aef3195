// SPDX-License-Identifier: GPL-2.0-only
/* irqctl strategy */
#include "view.h"

static const char help[] =
	"Usage: irqctl strategy [show]\n"
	"\n"
	"The ways to run the top or the bottom half of an interrupt that irqline knows.\n"
	"\n"
	"  AVAILABLE  whether this kernel has it; SINCE, the first one that does\n"
	"  CONTEXT    where it runs as a rule, and SOFTIRQ, on which vector\n"
	"  MAY-SLEEP  whether its work may sleep\n"
	"  ORDER      among handlers that are kicked on one CPU: kick, in the order of\n"
	"             the kicks, or none\n"
	"  PLACE      what decides on which CPU it runs: interrupt, the line's affinity;\n"
	"             cpu, the setting of that name, without it as interrupt or any; or\n"
	"             any, nothing\n"
	"  SETTINGS   the settings that it takes\n";

static const struct out_column columns[] = {
	{ "NAME",	OUT_TEXT,	OUT_ALL,	IRQLINE_A_STRATEGY_NAME },
	{ "KIND",	OUT_TEXT,	OUT_ALL,	IRQLINE_A_STRATEGY_KIND },
	{ "AVAILABLE",	OUT_YESNO,	OUT_ALL,	IRQLINE_A_STRATEGY_AVAILABLE },
	{ "SINCE",	OUT_TEXT,	OUT_ALL,	IRQLINE_A_STRATEGY_SINCE },
	{ "CONTEXT",	OUT_TEXT,	OUT_ALL,	IRQLINE_A_STRATEGY_CONTEXT },
	{ "SOFTIRQ",	OUT_TEXT,	OUT_ALL,	IRQLINE_A_STRATEGY_SOFTIRQ },
	{ "MAY-SLEEP",	OUT_YESNO,	OUT_ALL,	IRQLINE_A_STRATEGY_MAY_SLEEP },
	{ "ORDER",	OUT_TEXT,	OUT_ALL,	IRQLINE_A_STRATEGY_ORDER },
	{ "PLACE",	OUT_TEXT,	OUT_ALL,	IRQLINE_A_STRATEGY_PLACE },
	{ "SETTINGS",	OUT_WORDS,	OUT_ALL,	IRQLINE_A_STRATEGY_SETTINGS },
	{ }
};

static const struct view strategy_view = { .kind = "strategy", .columns = columns };

static int strategy_show(struct args *args)
{
	static const struct settings request = { .set = &spec_strategy };

	if (args_end(args))
		return STATUS_USAGE;
	return view_all(&strategy_view, args, IRQLINE_CMD_STRATEGY_GET, &request);
}

static const struct command commands[] = {
	{ "show", strategy_show },
	{ }
};

const struct object strategy_object = { .name = "strategy", .help = help, .commands = commands };
