// SPDX-License-Identifier: GPL-2.0-only
/* irqctl line */
#include "parse.h"
#include "settings.h"
#include "view.h"

static const char help[] =
	"Usage: irqctl line [show [LINE]]\n"
	"       irqctl line set LINE SETTING...\n"
	"\n"
	"A line is one interrupt of one device, such as edu0.\n"
	"\n"
	"Settings:\n"
	"  top STRATEGY          what runs the top half: hard, thread or poll\n"
	"  period TIME           how often poll looks at the device\n"
	"  delivery msi|intx     how the interrupt reaches the CPU\n"
	"  affinity CPULIST      the CPUs that may take it, as in 0-1,3\n"
	"  clock on|off          whether events and histograms carry times\n"
	"  nothread on|off       whether hard stays in hard interrupt context where the\n"
	"                        kernel forces threads (threadirqs, PREEMPT_RT)\n"
	"\n"
	"A TIME is a number and ns, us, ms or s.\n";

static const struct out_column columns[] = {
	{ "LINE",	OUT_TEXT,	OUT_HUMAN,	IRQLINE_A_LINE_NAME },
	{ "NAME",	OUT_TEXT,	OUT_JSON,	IRQLINE_A_LINE_NAME },
	{ "IRQ",	OUT_NUMBER,	OUT_ALL,	IRQLINE_A_LINE_IRQ },
	{ "SOURCES",	OUT_MASK,	OUT_ALL,	IRQLINE_A_LINE_SOURCES },
	{ "TOP",	OUT_TEXT,	OUT_ALL,	IRQLINE_A_LINE_TOP },
	{ "PERIOD",	OUT_TIME,	OUT_ALL,	IRQLINE_A_LINE_PERIOD },
	{ "DELIVERY",	OUT_TEXT,	OUT_ALL,	IRQLINE_A_LINE_DELIVERY },
	{ "AFFINITY",	OUT_TEXT,	OUT_ALL,	IRQLINE_A_LINE_AFFINITY },
	{ "CLOCK",	OUT_ONOFF,	OUT_ALL,	IRQLINE_A_LINE_CLOCK },
	{ "NOTHREAD",	OUT_ONOFF,	OUT_ALL,	IRQLINE_A_LINE_NOTHREAD },
	{ "FORCED",	OUT_YESNO,	OUT_ALL,	IRQLINE_A_LINE_FORCED },
	{ "HANDLERS",	OUT_NUMBER,	OUT_ALL,	IRQLINE_A_LINE_HANDLERS },
	{ "MEMORY",	OUT_SIZE,	OUT_ALL,	IRQLINE_A_LINE_MEMORY },
	{ "PASSES",	OUT_NUMBER,	OUT_ALL,	IRQLINE_A_LINE_PASSES },
	{ "FOREIGN",	OUT_NUMBER,	OUT_ALL,	IRQLINE_A_LINE_FOREIGN },
	{ "UNCLAIMED",	OUT_NUMBER,	OUT_ALL,	IRQLINE_A_LINE_UNCLAIMED },
	{ "REARMS",	OUT_NUMBER,	OUT_ALL,	IRQLINE_A_LINE_REARMS },
	{ "THROTTLES",	OUT_NUMBER,	OUT_ALL,	IRQLINE_A_LINE_THROTTLES },
	{ "GONE",	OUT_YESNO,	OUT_ALL,	IRQLINE_A_LINE_GONE },
	{ }
};

const struct view line_view = { .kind = "line", .columns = columns };

static const struct setting settable[] = {
	{ .attr = IRQLINE_A_LINE_TOP },
	{ .attr = IRQLINE_A_LINE_PERIOD },
	{ .attr = IRQLINE_A_LINE_DELIVERY },
	{ .attr = IRQLINE_A_LINE_AFFINITY },
	{ .attr = IRQLINE_A_LINE_CLOCK },
	{ .attr = IRQLINE_A_LINE_NOTHREAD },
	{ }
};

static int line_show(struct args *args)
{
	struct settings request = { .set = &spec_line };
	struct parse_path path;

	if (*args->words && args_target(args, parse_line, "LINE", &path))
		return STATUS_USAGE;
	if (args_end(args))
		return STATUS_USAGE;
	if (!args->target)
		return view_all(&line_view, args, IRQLINE_CMD_LINE_GET, &request);
	settings_text(&request, IRQLINE_A_LINE_NAME, path.line);
	return view_one(&line_view, args, IRQLINE_CMD_LINE_GET, &request);
}

static int line_set(struct args *args)
{
	struct settings request = { .set = &spec_line };
	struct parse_path path;

	if (args_target(args, parse_line, "LINE", &path))
		return STATUS_USAGE;
	if (!*args->words)
		return args_bad(args, args->target, "no setting follows");
	if (settings_parse(&request, settable, args))
		return STATUS_USAGE;
	settings_text(&request, IRQLINE_A_LINE_NAME, path.line);
	return settings_call(&request, args, IRQLINE_CMD_LINE_SET, NULL, NULL);
}

static const struct command commands[] = {
	{ "show", line_show },
	{ "set", line_set },
	{ }
};

const struct object line_object = { .name = "line", .help = help, .commands = commands };
