// SPDX-License-Identifier: GPL-2.0-only
#include <limits.h>

#include "commands.h"
#include "scene.h"

#define ARRAY_LEN(array)	(sizeof(array) / sizeof((array)[0]))

static const struct field line_get_fields[] = {
	{ IRQLINE_A_LINE_NAME, "name", TEXT, .max = IRQLINE_NAME_MAX,
	  .valid = LINE },
};

static const struct field line_set_fields[] = {
	{ IRQLINE_A_LINE_NAME, "name", TEXT, .max = IRQLINE_NAME_MAX,
	  .valid = LINE },
	{ IRQLINE_A_LINE_TOP, "top", TEXT, .max = IRQLINE_NAME_MAX,
	  .valid = "hard" },
	{ IRQLINE_A_LINE_PERIOD, "period", U64, .min = IRQLINE_PERIOD_MIN,
	  .max = IRQLINE_PERIOD_MAX },
	{ IRQLINE_A_LINE_DELIVERY, "delivery", U32, .max = IRQLINE_DELIVERY_INTX },
	{ IRQLINE_A_LINE_AFFINITY, "affinity", TEXT,
	  .max = IRQLINE_CPULIST_MAX, .valid = "0" },
	{ IRQLINE_A_LINE_CLOCK, "clock", U32, .max = 1 },
	{ IRQLINE_A_LINE_NOTHREAD, "nothread", U32, .max = 1 },
};

/* The first two are all that handler-get and handler-del take. */
static const struct field handler_fields[] = {
	{ IRQLINE_A_HANDLER_LINE, "line", TEXT, .max = IRQLINE_NAME_MAX,
	  .valid = LINE },
	{ IRQLINE_A_HANDLER_NAME, "name", TEXT, .max = IRQLINE_NAME_MAX,
	  .valid = PLAIN },
	{ IRQLINE_A_HANDLER_SOURCES, "sources", U32, .min = 1,
	  .max = UINT_MAX },
	{ IRQLINE_A_HANDLER_PRIORITY, "priority", S32, .min = IRQLINE_PRIORITY_MIN,
	  .max = IRQLINE_PRIORITY_MAX },
	{ IRQLINE_A_HANDLER_EXCLUSIVE, "exclusive", U32, .max = 1 },
	{ IRQLINE_A_HANDLER_BOTTOM, "bottom", TEXT, .max = IRQLINE_NAME_MAX,
	  .valid = "tasklet" },
	{ IRQLINE_A_HANDLER_CPU, "cpu", S32, .min = -1,
	  .max = INT_MAX },
	{ IRQLINE_A_HANDLER_LANES, "lanes", U32, .max = IRQLINE_LANES_PERCPU },
	{ IRQLINE_A_HANDLER_DELAY, "delay", U64, .max = IRQLINE_DELAY_MAX },
	{ IRQLINE_A_HANDLER_SCHED, "sched", U32, .max = IRQLINE_SCHED_RR },
	{ IRQLINE_A_HANDLER_SCHED_PRIORITY, "sched-priority", U32, .min = 1,
	  .max = 99 },
	{ IRQLINE_A_HANDLER_NICE, "nice", S32, .min = -20,
	  .max = 19 },
	{ IRQLINE_A_HANDLER_THREADED, "threaded", U32, .max = 1 },
	{ IRQLINE_A_HANDLER_BUDGET, "budget", U32, .min = 1,
	  .max = IRQLINE_BUDGET_MAX },
	{ IRQLINE_A_HANDLER_QUEUE, "queue", U32, .min = IRQLINE_QUEUE_MIN,
	  .max = IRQLINE_QUEUE_MAX },
	{ IRQLINE_A_HANDLER_OVERFLOW, "overflow", U32, .max = IRQLINE_OVERFLOW_BACKPRESSURE },
	{ IRQLINE_A_HANDLER_HIGH, "high", U32, .max = UINT_MAX },
	{ IRQLINE_A_HANDLER_LOW, "low", U32, .max = UINT_MAX },
	{ IRQLINE_A_HANDLER_WORK, "work", U32, .max = IRQLINE_WORK_SLEEP },
	{ IRQLINE_A_HANDLER_WORK_TIME, "work-time", U64, .min = 1,
	  .max = IRQLINE_WORK_TIME_MAX },
};

static const struct field strategy_fields[] = {
	{ IRQLINE_A_STRATEGY_NAME, "name", TEXT, .max = IRQLINE_NAME_MAX,
	  .valid = "tasklet" },
	{ IRQLINE_A_STRATEGY_KIND, "kind", U32, .max = IRQLINE_KIND_BOTTOM },
};

/* The first two are all that stats-reset takes. */
static const struct field stats_fields[] = {
	{ IRQLINE_A_STATS_LINE, "line", TEXT, .max = IRQLINE_NAME_MAX,
	  .valid = LINE },
	{ IRQLINE_A_STATS_HANDLER, "handler", TEXT, .max = IRQLINE_NAME_MAX,
	  .valid = PLAIN },
	{ IRQLINE_A_STATS_HIST, "hist", .form = FLAG },
	{ IRQLINE_A_STATS_LANE, "lane", U32, .max = UINT_MAX },
};

const struct command commands[] = {
	{
		.label = "line-get",
		.cmd = IRQLINE_CMD_LINE_GET,
		.last = IRQLINE_A_LINE_MAX,
		.fields = line_get_fields,
		.count = ARRAY_LEN(line_get_fields),
		.required = { IRQLINE_A_LINE_NAME },
		.dumps = true,
		.refused = { IRQLINE_A_LINE_NAME },
	},
	{
		.label = "line-set",
		.cmd = IRQLINE_CMD_LINE_SET,
		.last = IRQLINE_A_LINE_MAX,
		.fields = line_set_fields,
		.count = ARRAY_LEN(line_set_fields),
		.required = { IRQLINE_A_LINE_NAME },
		.changes = true,
	},
	{
		.label = "handler-get",
		.cmd = IRQLINE_CMD_HANDLER_GET,
		.last = IRQLINE_A_HANDLER_MAX,
		.fields = handler_fields,
		.count = 2,
		.required = { IRQLINE_A_HANDLER_LINE, IRQLINE_A_HANDLER_NAME },
		.dumps = true,
		.refused = { IRQLINE_A_HANDLER_NAME },
	},
	{
		.label = "handler-new",
		.cmd = IRQLINE_CMD_HANDLER_NEW,
		.last = IRQLINE_A_HANDLER_MAX,
		.fields = handler_fields,
		.count = ARRAY_LEN(handler_fields),
		.required = { IRQLINE_A_HANDLER_LINE, IRQLINE_A_HANDLER_NAME,
			      IRQLINE_A_HANDLER_SOURCES },
		.changes = true,
	},
	{
		.label = "handler-set",
		.cmd = IRQLINE_CMD_HANDLER_SET,
		.last = IRQLINE_A_HANDLER_MAX,
		.fields = handler_fields,
		.count = ARRAY_LEN(handler_fields),
		.required = { IRQLINE_A_HANDLER_LINE, IRQLINE_A_HANDLER_NAME },
		.changes = true,
	},
	{
		.label = "handler-del",
		.cmd = IRQLINE_CMD_HANDLER_DEL,
		.last = IRQLINE_A_HANDLER_MAX,
		.fields = handler_fields,
		.count = 2,
		.required = { IRQLINE_A_HANDLER_LINE, IRQLINE_A_HANDLER_NAME },
		.changes = true,
	},
	{
		.label = "strategy-get",
		.cmd = IRQLINE_CMD_STRATEGY_GET,
		.last = IRQLINE_A_STRATEGY_MAX,
		.fields = strategy_fields,
		.count = ARRAY_LEN(strategy_fields),
		.required = { IRQLINE_A_STRATEGY_NAME,
			      IRQLINE_A_STRATEGY_KIND },
		.dumps = true,
		.refused = { IRQLINE_A_STRATEGY_NAME,
			     IRQLINE_A_STRATEGY_KIND },
	},
	{
		.label = "stats-get",
		.cmd = IRQLINE_CMD_STATS_GET,
		.last = IRQLINE_A_STATS_MAX,
		.fields = stats_fields,
		.count = ARRAY_LEN(stats_fields),
		.required = { IRQLINE_A_STATS_LINE, IRQLINE_A_STATS_HANDLER },
		.dumps = true,
		.refused = { IRQLINE_A_STATS_HANDLER, IRQLINE_A_STATS_LANE },
	},
	{
		.label = "stats-reset",
		.cmd = IRQLINE_CMD_STATS_RESET,
		.last = IRQLINE_A_STATS_MAX,
		.fields = stats_fields,
		.count = 2,
		.changes = true,
	},
	{ }
};

int put_number(struct nl_msg *msg, const struct field *field, __u64 number)
{
	if (field->form == U64)
		return nl_put_u64(msg, field->type, number);
	return nl_put_u32(msg, field->type, number);
}

int put_valid(struct nl_msg *msg, const struct field *field)
{
	if (field->form == TEXT)
		return nl_put_str(msg, field->type, field->valid);
	if (field->form == FLAG)
		return nl_put_flag(msg, field->type);
	return put_number(msg, field, field->max);
}

bool takes(const struct command *command, __u16 type)
{
	const struct field *field;

	for_each_field(field, command) {
		if (field->type == type)
			return true;
	}
	return false;
}

static bool listed(const __u16 *types, int max, __u16 type)
{
	int i;

	for (i = 0; i < max && types[i]; i++) {
		if (types[i] == type)
			return true;
	}
	return false;
}

bool is_required(const struct command *command, __u16 type)
{
	return listed(command->required, ARRAY_LEN(command->required), type);
}

bool is_refused(const struct command *command, __u16 type)
{
	return listed(command->refused, ARRAY_LEN(command->refused), type);
}

void begin_request(struct nl_msg *msg, const struct command *command,
		   __u16 without)
{
	const struct field *field;

	nl_init(msg, command->cmd);
	for_each_field(field, command) {
		if (field->type != without && is_required(command, field->type))
			put_valid(msg, field);
	}
}
