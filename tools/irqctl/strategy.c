// SPDX-License-Identifier: GPL-2.0-only
/* irqctl strategy */
#include "view.h"

static const char help[] =
	"Usage: irqctl strategy [show]\n"
	"\n"
	"The ways to run the top or the bottom half of an interrupt that irqline knows,\n"
	"which of them this kernel has, and the first kernel that has it; where each\n"
	"runs as a rule, whether it may sleep, and the settings that it takes.\n";

static const struct out_column columns[] = {
	{ "NAME",	OUT_TEXT,	OUT_ALL,	IRQLINE_A_STRATEGY_NAME },
	{ "KIND",	OUT_TEXT,	OUT_ALL,	IRQLINE_A_STRATEGY_KIND },
	{ "AVAILABLE",	OUT_YESNO,	OUT_ALL,	IRQLINE_A_STRATEGY_AVAILABLE },
	{ "SINCE",	OUT_TEXT,	OUT_ALL,	IRQLINE_A_STRATEGY_SINCE },
	{ "CONTEXT",	OUT_TEXT,	OUT_ALL,	IRQLINE_A_STRATEGY_CONTEXT },
	{ "SOFTIRQ",	OUT_TEXT,	OUT_ALL,	IRQLINE_A_STRATEGY_SOFTIRQ },
	{ "MAY-SLEEP",	OUT_YESNO,	OUT_ALL,	IRQLINE_A_STRATEGY_MAY_SLEEP },
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
