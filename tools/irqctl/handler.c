// SPDX-License-Identifier: GPL-2.0-only
/* irqctl handler */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "parse.h"
#include "units.h"
#include "view.h"

static const char help[] =
	"Usage: irqctl handler [show [LINE[/NAME]]]\n"
	"       irqctl handler add LINE/NAME sources MASK [SETTING...]\n"
	"       irqctl handler set LINE/NAME SETTING...\n"
	"       irqctl handler del LINE/NAME\n"
	"\n"
	"A handler receives some of a line's sources in its bottom half. It can be set\n"
	"while the interrupt fires: no event is lost.\n"
	"\n"
	"Settings:\n"
	"  sources MASK          the sources that it receives, as in 0x200\n"
	"  priority N            the higher one is kicked first\n"
	"  exclusive on|off      whether lower ones do not see its sources\n"
	"  bottom STRATEGY       how its bottom half runs; see 'irqctl strategy'\n"
	"  cpu N                 the CPU that it runs on, -1 for any\n"
	"  lanes single|percpu   one order of events, or one on each CPU\n"
	"  delay TIME            what timer and hrtimer wait before they run\n"
	"  sched other|fifo:N|rr:N\n"
	"                        scheduling class of the strategy's thread\n"
	"  nice N                nice value of that thread\n"
	"  threaded on|off       whether napi runs in a thread of its own\n"
	"  budget N              events in one run at most\n"
	"  queue N               events that its queue holds, a power of two\n"
	"  overflow POLICY       what becomes of events that the queue has no room for:\n"
	"                        drop-newest, drop-oldest, merge or backpressure\n"
	"  high N                with backpressure, events waiting from which on the\n"
	"                        device holds the sources\n"
	"  low N                 events waiting at which the device goes on, or at which\n"
	"                        an episode of overflow is over\n"
	"  work none|spin TIME|sleep TIME\n"
	"                        artificial cost of each event\n"
	"\n"
	"To name a strategy starts from its default settings. What a strategy takes shows\n"
	"'irqctl strategy'. A TIME is a number and ns, us, ms or s.\n";

enum {
	COLUMN_HANDLER,
	COLUMN_LINE,
	COLUMN_NAME,
	COLUMN_ID,
	COLUMN_SOURCES,
	COLUMN_PRIORITY,
	COLUMN_EXCLUSIVE,
	COLUMN_BOTTOM,
	COLUMN_CPU,
	COLUMN_LANES,
	COLUMN_DELAY,
	COLUMN_SCHED,
	COLUMN_SCHED_CLASS,
	COLUMN_SCHED_PRIORITY,
	COLUMN_NICE,
	COLUMN_THREADED,
	COLUMN_BUDGET,
	COLUMN_QUEUE,
	COLUMN_OVERFLOW,
	COLUMN_HIGH,
	COLUMN_LOW,
	COLUMN_WORK,
	COLUMN_WORK_KIND,
	COLUMN_WORK_TIME,
	COLUMN_MEMORY,
	COLUMN_UIO,
	COLUMN_BUILTIN,
	COLUMN_FLAGS,
	COLUMNS,
};

#define MORE	(OUT_LINE | OUT_JSON)

static const struct out_column columns[COLUMNS + 1] = {
	[COLUMN_HANDLER]  = { "HANDLER",   OUT_TEXT,   OUT_HUMAN },
	[COLUMN_LINE]	  = { "LINE",	   OUT_TEXT,   OUT_JSON, IRQLINE_A_HANDLER_LINE },
	[COLUMN_NAME]	  = { "NAME",	   OUT_TEXT,   OUT_JSON, IRQLINE_A_HANDLER_NAME },
	[COLUMN_ID]	  = { "ID",	   OUT_NUMBER, OUT_ALL, IRQLINE_A_HANDLER_ID },
	[COLUMN_SOURCES]  = { "SOURCES",   OUT_MASK,   OUT_ALL, IRQLINE_A_HANDLER_SOURCES },
	[COLUMN_PRIORITY] = { "PRIORITY",  OUT_NUMBER, OUT_ALL, IRQLINE_A_HANDLER_PRIORITY },
	[COLUMN_EXCLUSIVE] = { "EXCLUSIVE", OUT_ONOFF, OUT_JSON, IRQLINE_A_HANDLER_EXCLUSIVE },
	[COLUMN_BOTTOM]	  = { "BOTTOM",	   OUT_TEXT,   OUT_ALL, IRQLINE_A_HANDLER_BOTTOM },
	[COLUMN_CPU]	  = { "CPU",	   OUT_NUMBER, OUT_ALL, IRQLINE_A_HANDLER_CPU },
	[COLUMN_LANES]	  = { "LANES",	   OUT_TEXT,   OUT_ALL, IRQLINE_A_HANDLER_LANES },
	[COLUMN_DELAY]	  = { "DELAY",	   OUT_TIME,   OUT_ALL, IRQLINE_A_HANDLER_DELAY },
	[COLUMN_SCHED]	  = { "SCHED",	   OUT_TEXT,   OUT_HUMAN },
	[COLUMN_SCHED_CLASS] = { "SCHED",  OUT_TEXT,   OUT_JSON, IRQLINE_A_HANDLER_SCHED },
	[COLUMN_SCHED_PRIORITY] = { "SCHED-PRIORITY", OUT_NUMBER, OUT_JSON,
				    IRQLINE_A_HANDLER_SCHED_PRIORITY },
	[COLUMN_NICE]	  = { "NICE",	   OUT_NUMBER, OUT_ALL, IRQLINE_A_HANDLER_NICE },
	[COLUMN_THREADED] = { "THREADED",  OUT_ONOFF,  OUT_JSON, IRQLINE_A_HANDLER_THREADED },
	[COLUMN_BUDGET]	  = { "BUDGET",	   OUT_NUMBER, OUT_ALL, IRQLINE_A_HANDLER_BUDGET },
	[COLUMN_QUEUE]	  = { "QUEUE",	   OUT_NUMBER, OUT_ALL, IRQLINE_A_HANDLER_QUEUE },
	[COLUMN_OVERFLOW] = { "OVERFLOW",  OUT_TEXT,   OUT_ALL, IRQLINE_A_HANDLER_OVERFLOW },
	[COLUMN_HIGH]	  = { "HIGH",	   OUT_NUMBER, MORE, IRQLINE_A_HANDLER_HIGH },
	[COLUMN_LOW]	  = { "LOW",	   OUT_NUMBER, MORE, IRQLINE_A_HANDLER_LOW },
	[COLUMN_WORK]	  = { "WORK",	   OUT_TEXT,   OUT_HUMAN },
	[COLUMN_WORK_KIND] = { "WORK",	   OUT_TEXT,   OUT_JSON, IRQLINE_A_HANDLER_WORK },
	[COLUMN_WORK_TIME] = { "WORK-TIME", OUT_TIME,  OUT_JSON, IRQLINE_A_HANDLER_WORK_TIME },
	[COLUMN_MEMORY]	  = { "MEMORY",	   OUT_SIZE,   OUT_ALL, IRQLINE_A_HANDLER_MEMORY },
	[COLUMN_UIO]	  = { "UIO",	   OUT_NUMBER, OUT_ALL, IRQLINE_A_HANDLER_UIO },
	[COLUMN_BUILTIN]  = { "BUILTIN",   OUT_YESNO,  OUT_JSON, IRQLINE_A_HANDLER_BUILTIN },
	[COLUMN_FLAGS]	  = { "FLAGS",	   OUT_WORDS,  OUT_HUMAN },
};

static void fill_sched(struct out *out, const struct attrs *attrs)
{
	const char *sched = attrs_text(attrs, IRQLINE_A_HANDLER_SCHED);
	__u64 priority;

	if (!sched)
		return;
	out_append(out, COLUMN_SCHED, "%s", sched);
	if (attrs_number(attrs, IRQLINE_A_HANDLER_SCHED_PRIORITY, &priority) && priority)
		out_append(out, COLUMN_SCHED, ":%llu", priority);
}

static void fill_work(struct out *out, const struct attrs *attrs)
{
	const char *work = attrs_text(attrs, IRQLINE_A_HANDLER_WORK);
	char time[UNITS_SIZE];
	__u64 ns;

	if (!work)
		return;
	out_append(out, COLUMN_WORK, "%s", work);
	if (attrs_number(attrs, IRQLINE_A_HANDLER_WORK_TIME, &ns) && ns) {
		units_time(time, ns);
		out_append(out, COLUMN_WORK, " %s", time);
	}
}

static int fill(struct out *out, const struct attrs *attrs)
{
	const char *line = attrs_text(attrs, IRQLINE_A_HANDLER_LINE);
	const char *name = attrs_text(attrs, IRQLINE_A_HANDLER_NAME);
	__u64 exclusive = 0, threaded = 0;

	if (line && name)
		out_append(out, COLUMN_HANDLER, "%s/%s", line, name);
	fill_sched(out, attrs);
	fill_work(out, attrs);
	attrs_number(attrs, IRQLINE_A_HANDLER_EXCLUSIVE, &exclusive);
	attrs_number(attrs, IRQLINE_A_HANDLER_THREADED, &threaded);
	if (attrs->tb[IRQLINE_A_HANDLER_BUILTIN])
		out_add(out, COLUMN_FLAGS, "builtin");
	if (exclusive)
		out_add(out, COLUMN_FLAGS, "exclusive");
	if (threaded)
		out_add(out, COLUMN_FLAGS, "threaded");
	return 0;
}

const struct view handler_view = { "handler", columns, fill };

static const char not_sched[] = "not one of other, fifo:N, rr:N";

/* other, fifo:N or rr:N */
static const char *take_sched(struct settings *settings, const char *value, struct args *args)
{
	const char *colon = strchrnul(value, ':');
	size_t length = colon - value;
	char class[16];

	(void)args;
	if (length >= sizeof(class))
		return not_sched;
	memcpy(class, value, length);
	class[length] = '\0';
	if (settings_take(settings, IRQLINE_A_HANDLER_SCHED, class))
		return not_sched;
	if (!settings->number[IRQLINE_A_HANDLER_SCHED])
		return *colon ? not_sched : NULL;
	if (!*colon)
		return not_sched;
	return settings_take(settings, IRQLINE_A_HANDLER_SCHED_PRIORITY, colon + 1);
}

/* none, spin TIME or sleep TIME */
static const char *take_work(struct settings *settings, const char *value, struct args *args)
{
	const char *why = settings_take(settings, IRQLINE_A_HANDLER_WORK, value);
	const char *time;

	if (why || settings->number[IRQLINE_A_HANDLER_WORK] == IRQLINE_WORK_NONE)
		return why;
	time = args_next(args);
	if (!time)
		return "needs a time";
	return settings_take(settings, IRQLINE_A_HANDLER_WORK_TIME, time);
}

static const struct setting settable[] = {
	{ .attr = IRQLINE_A_HANDLER_SOURCES },
	{ .attr = IRQLINE_A_HANDLER_PRIORITY },
	{ .attr = IRQLINE_A_HANDLER_EXCLUSIVE },
	{ .attr = IRQLINE_A_HANDLER_BOTTOM },
	{ .attr = IRQLINE_A_HANDLER_CPU },
	{ .attr = IRQLINE_A_HANDLER_LANES },
	{ .attr = IRQLINE_A_HANDLER_DELAY },
	{ .attr = IRQLINE_A_HANDLER_SCHED, .take = take_sched },
	{ .attr = IRQLINE_A_HANDLER_NICE },
	{ .attr = IRQLINE_A_HANDLER_THREADED },
	{ .attr = IRQLINE_A_HANDLER_BUDGET },
	{ .attr = IRQLINE_A_HANDLER_QUEUE },
	{ .attr = IRQLINE_A_HANDLER_OVERFLOW },
	{ .attr = IRQLINE_A_HANDLER_HIGH },
	{ .attr = IRQLINE_A_HANDLER_LOW },
	{ .attr = IRQLINE_A_HANDLER_WORK, .take = take_work },
	{ }
};

static void put_path(struct settings *request, const struct parse_path *path)
{
	settings_text(request, IRQLINE_A_HANDLER_LINE, path->line);
	if (path->name[0])
		settings_text(request, IRQLINE_A_HANDLER_NAME, path->name);
}

static int handler_show(struct args *args)
{
	struct settings request = { .set = &spec_handler };
	struct parse_path path = { 0 };

	if (*args->words && args_target(args, parse_path, "LINE", &path))
		return STATUS_USAGE;
	if (args_end(args))
		return STATUS_USAGE;
	if (args->target)
		put_path(&request, &path);
	if (path.name[0])
		return view_one(&handler_view, args, IRQLINE_CMD_HANDLER_GET, &request);
	return view_all(&handler_view, args, IRQLINE_CMD_HANDLER_GET, &request);
}

static int change(struct args *args, int cmd, int required)
{
	struct settings request = { .set = &spec_handler };
	struct parse_path path;

	if (args_target(args, parse_handler, "LINE/NAME", &path))
		return STATUS_USAGE;
	if (!required && !*args->words)
		return args_bad(args, args->target, "no setting follows");
	if (settings_parse(&request, settable, args))
		return STATUS_USAGE;
	if (required && !request.given[required])
		return args_bad(args, spec_handler.attrs[required].name, "is missing");
	put_path(&request, &path);
	return settings_call(&request, args, cmd, NULL, NULL);
}

static int handler_add(struct args *args)
{
	return change(args, IRQLINE_CMD_HANDLER_NEW, IRQLINE_A_HANDLER_SOURCES);
}

static int handler_set(struct args *args)
{
	return change(args, IRQLINE_CMD_HANDLER_SET, 0);
}

static const struct out_column gone_columns[] = {
	{ "LINE",	OUT_TEXT,	OUT_JSON,	IRQLINE_A_HANDLER_LINE },
	{ "NAME",	OUT_TEXT,	OUT_JSON,	IRQLINE_A_HANDLER_NAME },
	{ "ID",		OUT_NUMBER,	OUT_JSON,	IRQLINE_A_HANDLER_ID },
	{ "PENDING",	OUT_NUMBER,	OUT_JSON,	IRQLINE_A_HANDLER_PENDING },
	{ }
};

static const struct view gone_view = { .kind = "handler", .columns = gone_columns };

static int print_pending(const struct attrs *attrs, void *arg)
{
	__u64 pending = 0;

	(void)arg;
	attrs_number(attrs, IRQLINE_A_HANDLER_PENDING, &pending);
	if (!pending)
		return 0;
	return out_title("%llu pending event%s dropped\n", pending, pending == 1 ? "" : "s");
}

static int handler_del(struct args *args)
{
	struct settings request = { .set = &spec_handler };
	struct parse_path path;

	if (args_target(args, parse_handler, "LINE/NAME", &path) || args_end(args))
		return STATUS_USAGE;
	put_path(&request, &path);
	if (irqctl_style().form == OUT_JSON)
		return view_one(&gone_view, args, IRQLINE_CMD_HANDLER_DEL, &request);
	return settings_call(&request, args, IRQLINE_CMD_HANDLER_DEL, print_pending, NULL);
}

static const struct command commands[] = {
	{ "show", handler_show },
	{ "add", handler_add },
	{ "set", handler_set },
	{ "del", handler_del },
	{ }
};

const struct object handler_object = { .name = "handler", .help = help, .commands = commands };
