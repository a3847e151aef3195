// SPDX-License-Identifier: GPL-2.0-only
/* irqctl stats */
#include <stdio.h>

#include "bars.h"
#include "histogram.h"
#include "parse.h"
#include "view.h"

static const char help[] =
	"Usage: irqctl stats [show [LINE[/NAME [lane N]]] [hist]]\n"
	"       irqctl stats reset [LINE[/NAME]]\n"
	"\n"
	"The counts of each lane; of a handler that is named, the sum of its lanes, or one\n"
	"of them. Where the bottom halves really ran, and the time from top to bottom half\n"
	"(P50, P99, MAX) and of the bottom half itself (RUN-P50, RUN-P99, RUN-MAX).\n"
	"Percentiles are upper bounds, at most an eighth too high; the maximum is exact.\n"
	"Always taken = handled + dropped + merged + pending.\n"
	"\n"
	"hist shows the histograms of these times. reset starts the counts from zero.\n";

enum {
	COLUMN_NAME,
	COLUMN_LINE,
	COLUMN_HANDLER,
	COLUMN_LANE,
	COLUMN_TAKEN,
	COLUMN_HANDLED,
	COLUMN_DROPPED,
	COLUMN_MERGED,
	COLUMN_PENDING,
	COLUMN_SWITCHES,
	COLUMN_SWITCHES_OWNED,
	COLUMN_OWED,
	COLUMN_CONTEXTS,
	COLUMN_CONTEXT,
	COLUMN_CPUS,
	COLUMN_CPU,
	COLUMN_THREAD,
	COLUMN_PID,
	COLUMN_COMM,
	COLUMN_P50,
	COLUMN_P99,
	COLUMN_MAX,
	COLUMN_RUN_P50,
	COLUMN_RUN_P99,
	COLUMN_RUN_MAX,
	COLUMN_LATENCY,
	COLUMN_RUNTIME,
	COLUMNS,
};

static const struct out_column columns[COLUMNS + 1] = {
	[COLUMN_NAME]	  = { "HANDLER",  OUT_TEXT,   OUT_HUMAN },
	[COLUMN_LINE]	  = { "LINE",	  OUT_TEXT,   OUT_JSON, IRQLINE_A_STATS_LINE },
	[COLUMN_HANDLER]  = { "HANDLER",  OUT_TEXT,   OUT_JSON, IRQLINE_A_STATS_HANDLER },
	[COLUMN_LANE]	  = { "LANE",	  OUT_NUMBER, OUT_ALL,	IRQLINE_A_STATS_LANE },
	[COLUMN_TAKEN]	  = { "TAKEN",	  OUT_NUMBER, OUT_ALL,	IRQLINE_A_STATS_TAKEN },
	[COLUMN_HANDLED]  = { "HANDLED",  OUT_NUMBER, OUT_ALL,	IRQLINE_A_STATS_HANDLED },
	[COLUMN_DROPPED]  = { "DROPPED",  OUT_NUMBER, OUT_ALL,	IRQLINE_A_STATS_DROPPED },
	[COLUMN_MERGED]	  = { "MERGED",	  OUT_NUMBER, OUT_ALL,	IRQLINE_A_STATS_MERGED },
	[COLUMN_PENDING]  = { "PENDING",  OUT_NUMBER, OUT_ALL,	IRQLINE_A_STATS_PENDING },
	[COLUMN_SWITCHES] = { "SWITCHES", OUT_NUMBER, OUT_ALL,	IRQLINE_A_STATS_SWITCHES },
	[COLUMN_SWITCHES_OWNED] = { "SWITCHES-OWNED", OUT_NUMBER, OUT_JSON,
				    IRQLINE_A_STATS_SWITCHES_OWNED },
	[COLUMN_OWED]	  = { "OWED",	  OUT_NUMBER, OUT_JSON,	IRQLINE_A_STATS_OWED },
	[COLUMN_CONTEXTS] = { "CONTEXT",  OUT_WORDS,  OUT_TABLE },
	[COLUMN_CONTEXT]  = { "CONTEXT",  OUT_OBJECTS, OUT_JSON },
	[COLUMN_CPUS]	  = { "CPU",	  OUT_WORDS,  OUT_TABLE },
	[COLUMN_CPU]	  = { "CPU",	  OUT_OBJECTS, OUT_JSON },
	[COLUMN_THREAD]	  = { "THREAD",	  OUT_TEXT,   OUT_TABLE },
	[COLUMN_PID]	  = { "PID",	  OUT_NUMBER, OUT_JSON,	IRQLINE_A_STATS_PID },
	[COLUMN_COMM]	  = { "COMM",	  OUT_TEXT,   OUT_JSON,	IRQLINE_A_STATS_COMM },
	[COLUMN_P50]	  = { "P50",	  OUT_TIME,   OUT_TABLE },
	[COLUMN_P99]	  = { "P99",	  OUT_TIME,   OUT_TABLE },
	[COLUMN_MAX]	  = { "MAX",	  OUT_TIME,   OUT_TABLE },
	[COLUMN_RUN_P50]  = { "RUN-P50",  OUT_TIME,   OUT_TABLE },
	[COLUMN_RUN_P99]  = { "RUN-P99",  OUT_TIME,   OUT_TABLE },
	[COLUMN_RUN_MAX]  = { "RUN-MAX",  OUT_TIME,   OUT_TABLE },
	[COLUMN_LATENCY]  = { "LATENCY",  OUT_OBJECT, OUT_JSON },
	[COLUMN_RUNTIME]  = { "RUNTIME",  OUT_OBJECT, OUT_JSON },
};

/* One of the counts by context. In JSON, they are a list of objects. */
static int fill_context(struct out *out, struct nlattr *nest)
{
	struct attrs attrs;
	int err = attrs_parse_nest(&attrs, &spec_stats_context, nest);
	const char *context;
	__u64 count = 0;

	if (err)
		return err;
	context = attrs_text(&attrs, IRQLINE_A_STATS_CONTEXT_CONTEXT);
	attrs_number(&attrs, IRQLINE_A_STATS_CONTEXT_COUNT, &count);
	if (!context || !count)
		return 0;
	out_add(out, COLUMN_CONTEXTS, "%s:%llu", context, count);
	out_add(out, COLUMN_CONTEXT, "{\"context\":\"%s\",\"count\":%llu}", context, count);
	return 0;
}

static int fill_cpu(struct out *out, struct nlattr *nest)
{
	struct attrs attrs;
	int err = attrs_parse_nest(&attrs, &spec_stats_cpu, nest);
	__u64 cpu = 0, count = 0;

	if (err)
		return err;
	attrs_number(&attrs, IRQLINE_A_STATS_CPU_CPU, &cpu);
	attrs_number(&attrs, IRQLINE_A_STATS_CPU_COUNT, &count);
	if (!count)
		return 0;
	out_add(out, COLUMN_CPUS, "%llu:%llu", cpu, count);
	out_add(out, COLUMN_CPU, "{\"cpu\":%llu,\"count\":%llu}", cpu, count);
	return 0;
}

static int fill_where(struct out *out, const struct attrs *attrs)
{
	struct nlattr *pos = NULL;
	int err = 0;

	while (!err && (pos = attrs_next(attrs, IRQLINE_A_STATS_CONTEXT, pos)))
		err = fill_context(out, pos);
	while (!err && (pos = attrs_next(attrs, IRQLINE_A_STATS_CPU, pos)))
		err = fill_cpu(out, pos);
	return err;
}

static void fill_thread(struct out *out, const struct attrs *attrs)
{
	const char *comm = attrs_text(attrs, IRQLINE_A_STATS_COMM);
	char thread[64];
	__u64 pid;

	if (!comm || !*comm || !attrs_number(attrs, IRQLINE_A_STATS_PID, &pid))
		return;
	snprintf(thread, sizeof(thread), "%s:%llu", comm, pid);
	out_text(out, COLUMN_THREAD, thread);
}

static void fill_table_times(struct out *out, int column, const struct histogram *histogram)
{
	__u64 value;

	if (histogram_percentile(histogram, 50, &value))
		out_number(out, column, value);
	if (histogram_percentile(histogram, 99, &value))
		out_number(out, column + 1, value);
	if (histogram->count)
		out_number(out, column + 2, histogram->maximum);
}

static void fill_json_buckets(struct out *out, int column, const struct histogram *histogram)
{
	const struct bucket *bucket = histogram->buckets;

	out_append(out, column, ",\"bucket\":[");
	for (unsigned int i = 0; i < histogram->length; i++, bucket++)
		out_append(out, column, "%s{\"lowest\":%llu,\"highest\":%llu,\"count\":%llu}",
			   i ? "," : "", bucket->lowest, bucket->highest, bucket->count);
	out_append(out, column, "]");
}

static void fill_json_times(struct out *out, int column, const struct histogram *histogram,
			    bool buckets)
{
	__u64 p50, p99;

	out_append(out, column, "{\"count\":%llu,\"sum\":%llu,\"maximum\":%llu",
		   histogram->count, histogram->sum, histogram->maximum);
	if (histogram_percentile(histogram, 50, &p50) &&
	    histogram_percentile(histogram, 99, &p99))
		out_append(out, column, ",\"p50\":%llu,\"p99\":%llu", p50, p99);
	if (buckets)
		fill_json_buckets(out, column, histogram);
	out_append(out, column, "}");
}

static int fill_times(struct out *out, int table, int json, struct nlattr *nest, bool buckets)
{
	struct histogram histogram;
	int err = nest ? histogram_read(&histogram, nest) : 0;

	if (err || !nest)
		return err;
	fill_table_times(out, table, &histogram);
	fill_json_times(out, json, &histogram, buckets);
	histogram_free(&histogram);
	return 0;
}

static int fill_all(struct out *out, const struct attrs *attrs, bool buckets)
{
	const char *line = attrs_text(attrs, IRQLINE_A_STATS_LINE);
	const char *handler = attrs_text(attrs, IRQLINE_A_STATS_HANDLER);
	int err;

	if (line && handler)
		out_append(out, COLUMN_NAME, "%s/%s", line, handler);
	fill_thread(out, attrs);
	err = fill_where(out, attrs);
	if (!err)
		err = fill_times(out, COLUMN_P50, COLUMN_LATENCY,
				 attrs->tb[IRQLINE_A_STATS_LATENCY], buckets);
	if (!err)
		err = fill_times(out, COLUMN_RUN_P50, COLUMN_RUNTIME,
				 attrs->tb[IRQLINE_A_STATS_RUNTIME], buckets);
	return err;
}

static int fill(struct out *out, const struct attrs *attrs)
{
	return fill_all(out, attrs, false);
}

static int fill_with_buckets(struct out *out, const struct attrs *attrs)
{
	return fill_all(out, attrs, true);
}

const struct view stats_view = { "stats", columns, fill };
static const struct view hist_view = { "stats", columns, fill_with_buckets };

/* Percentiles need the buckets, so they are asked for in any case. */
static int show(struct args *args, struct settings *request, const struct view *view)
{
	settings_number(request, IRQLINE_A_STATS_HIST, 1);
	if (request->given[IRQLINE_A_STATS_HANDLER])
		return view_one(view, args, IRQLINE_CMD_STATS_GET, request);
	return view_all(view, args, IRQLINE_CMD_STATS_GET, request);
}

static int show_bars(struct args *args, struct settings *request)
{
	settings_number(request, IRQLINE_A_STATS_HIST, 1);
	if (request->given[IRQLINE_A_STATS_HANDLER])
		return settings_call(request, args, IRQLINE_CMD_STATS_GET, bars_print, NULL);
	return settings_dump(request, args, IRQLINE_CMD_STATS_GET, bars_print, NULL);
}

static int take_target(struct args *args, struct settings *request, struct parse_path *path)
{
	if (args_target(args, parse_path, "LINE", path))
		return STATUS_USAGE;
	settings_text(request, IRQLINE_A_STATS_LINE, path->line);
	if (path->name[0])
		settings_text(request, IRQLINE_A_STATS_HANDLER, path->name);
	return STATUS_OK;
}

/* One lane of the handler that was named. */
static int take_lane(struct args *args, struct settings *request)
{
	const char *word, *why;

	if (!request->given[IRQLINE_A_STATS_HANDLER] || !args_take(args, "lane"))
		return STATUS_OK;
	word = args_next(args);
	if (!word)
		return args_bad(args, "lane", "needs a value");
	why = settings_take(request, IRQLINE_A_STATS_LANE, word);
	return why ? args_bad(args, word, why) : STATUS_OK;
}

static int stats_show(struct args *args)
{
	struct settings request = { .set = &spec_stats };
	struct parse_path path;
	bool hist = args_take(args, "hist");

	if (!hist && *args->words) {
		if (take_target(args, &request, &path) || take_lane(args, &request))
			return STATUS_USAGE;
		hist = args_take(args, "hist");
	}
	if (args_end(args))
		return STATUS_USAGE;
	if (hist && irqctl_style().form == OUT_TABLE)
		return show_bars(args, &request);
	return show(args, &request, hist ? &hist_view : &stats_view);
}

static int stats_reset(struct args *args)
{
	struct settings request = { .set = &spec_stats };
	struct parse_path path;

	if (*args->words && take_target(args, &request, &path))
		return STATUS_USAGE;
	if (args_end(args))
		return STATUS_USAGE;
	return settings_call(&request, args, IRQLINE_CMD_STATS_RESET, NULL, NULL);
}

static const struct command commands[] = {
	{ "show", stats_show },
	{ "reset", stats_reset },
	{ }
};

const struct object stats_object = { .name = "stats", .help = help, .commands = commands };
