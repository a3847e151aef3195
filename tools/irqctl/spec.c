// SPDX-License-Identifier: GPL-2.0-only
#include <stddef.h>
#include <string.h>

#include "compiler.h"
#include "spec.h"

#define VALUES(array)	{ (array), ARRAY_SIZE(array) }
#define SET(array)	{ (array), ARRAY_SIZE(array) - 1 }

static const char *const delivery_names[] = { "msi", "intx" };
static const char *const context_names[] = { "hardirq", "softirq", "ksoftirqd", "task" };
static const char *const lanes_names[] = { "single", "percpu" };
static const char *const sched_names[] = { "other", "fifo", "rr" };
static const char *const overflow_names[] = {
	"drop-newest", "drop-oldest", "merge", "backpressure"
};

static const char *const work_names[] = { "none", "spin", "sleep" };
static const char *const kind_names[] = { "top", "bottom" };
static const char *const setting_names[] = {
	"cpu", "sched", "nice", "delay", "threaded",
	"lanes", "period", "nothread"
};

static const char *const order_names[] = { "none", "kick" };
static const char *const place_names[] = { "interrupt", "cpu", "any" };
static const char *const alert_names[] = { "overflow-begin", "overflow-end" };

static const struct spec_values deliveries = VALUES(delivery_names);
static const struct spec_values lanes = VALUES(lanes_names);
static const struct spec_values scheds = VALUES(sched_names);
static const struct spec_values overflows = VALUES(overflow_names);
static const struct spec_values works = VALUES(work_names);
static const struct spec_values kinds = VALUES(kind_names);
static const struct spec_values settings = VALUES(setting_names);
static const struct spec_values orders = VALUES(order_names);
static const struct spec_values places = VALUES(place_names);

const struct spec_values spec_contexts = VALUES(context_names);
const struct spec_values spec_alerts = VALUES(alert_names);

static const struct spec_attr line_attrs[] = {
	[IRQLINE_A_LINE_NAME]		= { "name", SPEC_STRING },
	[IRQLINE_A_LINE_IRQ]		= { "irq", SPEC_U32 },
	[IRQLINE_A_LINE_SOURCES]	= { "sources", SPEC_U32 },
	[IRQLINE_A_LINE_TOP]		= { "top", SPEC_STRING },
	[IRQLINE_A_LINE_PERIOD]		= { "period", SPEC_TIME },
	[IRQLINE_A_LINE_DELIVERY]	= { "delivery", SPEC_ENUM, &deliveries },
	[IRQLINE_A_LINE_AFFINITY]	= { "affinity", SPEC_CPULIST },
	[IRQLINE_A_LINE_CLOCK]		= { "clock", SPEC_BOOL },
	[IRQLINE_A_LINE_NOTHREAD]	= { "nothread", SPEC_BOOL },
	[IRQLINE_A_LINE_HANDLERS]	= { "handlers", SPEC_U32 },
	[IRQLINE_A_LINE_MEMORY]		= { "memory", SPEC_U64 },
	[IRQLINE_A_LINE_PASSES]		= { "passes", SPEC_U64 },
	[IRQLINE_A_LINE_FOREIGN]	= { "foreign", SPEC_U64 },
	[IRQLINE_A_LINE_UNCLAIMED]	= { "unclaimed", SPEC_U64 },
	[IRQLINE_A_LINE_REARMS]		= { "rearms", SPEC_U64 },
	[IRQLINE_A_LINE_GONE]		= { "gone", SPEC_FLAG },
	[IRQLINE_A_LINE_FORCED]		= { "forced", SPEC_FLAG },
	[IRQLINE_A_LINE_THROTTLES]	= { "throttles", SPEC_U64 },
};

static const struct spec_attr handler_attrs[] = {
	[IRQLINE_A_HANDLER_LINE]	= { "line", SPEC_STRING },
	[IRQLINE_A_HANDLER_NAME]	= { "name", SPEC_STRING },
	[IRQLINE_A_HANDLER_ID]		= { "id", SPEC_U32 },
	[IRQLINE_A_HANDLER_SOURCES]	= { "sources", SPEC_U32 },
	[IRQLINE_A_HANDLER_PRIORITY]	= { "priority", SPEC_S32 },
	[IRQLINE_A_HANDLER_EXCLUSIVE]	= { "exclusive", SPEC_BOOL },
	[IRQLINE_A_HANDLER_BOTTOM]	= { "bottom", SPEC_STRING },
	[IRQLINE_A_HANDLER_CPU]		= { "cpu", SPEC_S32 },
	[IRQLINE_A_HANDLER_LANES]	= { "lanes", SPEC_ENUM, &lanes },
	[IRQLINE_A_HANDLER_DELAY]	= { "delay", SPEC_TIME },
	[IRQLINE_A_HANDLER_SCHED]	= { "sched", SPEC_ENUM, &scheds },
	[IRQLINE_A_HANDLER_SCHED_PRIORITY] = { "sched-priority", SPEC_U32 },
	[IRQLINE_A_HANDLER_NICE]	= { "nice", SPEC_S32 },
	[IRQLINE_A_HANDLER_THREADED]	= { "threaded", SPEC_BOOL },
	[IRQLINE_A_HANDLER_BUDGET]	= { "budget", SPEC_U32 },
	[IRQLINE_A_HANDLER_QUEUE]	= { "queue", SPEC_U32 },
	[IRQLINE_A_HANDLER_OVERFLOW]	= { "overflow", SPEC_ENUM, &overflows },
	[IRQLINE_A_HANDLER_HIGH]	= { "high", SPEC_U32 },
	[IRQLINE_A_HANDLER_LOW]		= { "low", SPEC_U32 },
	[IRQLINE_A_HANDLER_WORK]	= { "work", SPEC_ENUM, &works },
	[IRQLINE_A_HANDLER_WORK_TIME]	= { "work-time", SPEC_TIME },
	[IRQLINE_A_HANDLER_BUILTIN]	= { "builtin", SPEC_FLAG },
	[IRQLINE_A_HANDLER_MEMORY]	= { "memory", SPEC_U64 },
	[IRQLINE_A_HANDLER_UIO]		= { "uio", SPEC_U32 },
	[IRQLINE_A_HANDLER_PENDING]	= { "pending", SPEC_U64 },
};

static const struct spec_attr strategy_attrs[] = {
	[IRQLINE_A_STRATEGY_NAME]	= { "name", SPEC_STRING },
	[IRQLINE_A_STRATEGY_KIND]	= { "kind", SPEC_ENUM, &kinds },
	[IRQLINE_A_STRATEGY_AVAILABLE]	= { "available", SPEC_BOOL },
	[IRQLINE_A_STRATEGY_SINCE]	= { "since", SPEC_STRING },
	[IRQLINE_A_STRATEGY_CONTEXT]	= { "context", SPEC_ENUM, &spec_contexts },
	[IRQLINE_A_STRATEGY_SOFTIRQ]	= { "softirq", SPEC_STRING },
	[IRQLINE_A_STRATEGY_MAY_SLEEP]	= { "may-sleep", SPEC_BOOL },
	[IRQLINE_A_STRATEGY_SETTINGS]	= { "settings", SPEC_FLAGS, &settings },
	[IRQLINE_A_STRATEGY_ORDER]	= { "order", SPEC_ENUM, &orders },
	[IRQLINE_A_STRATEGY_PLACE]	= { "place", SPEC_ENUM, &places },
};

static const struct spec_attr stats_attrs[] = {
	[IRQLINE_A_STATS_LINE]		= { "line", SPEC_STRING },
	[IRQLINE_A_STATS_HANDLER]	= { "handler", SPEC_STRING },
	[IRQLINE_A_STATS_LANE]		= { "lane", SPEC_U32 },
	[IRQLINE_A_STATS_HIST]		= { "hist", SPEC_FLAG },
	[IRQLINE_A_STATS_TAKEN]		= { "taken", SPEC_U64 },
	[IRQLINE_A_STATS_HANDLED]	= { "handled", SPEC_U64 },
	[IRQLINE_A_STATS_DROPPED]	= { "dropped", SPEC_U64 },
	[IRQLINE_A_STATS_MERGED]	= { "merged", SPEC_U64 },
	[IRQLINE_A_STATS_PENDING]	= { "pending", SPEC_U64 },
	[IRQLINE_A_STATS_SWITCHES]	= { "switches", SPEC_U64 },
	[IRQLINE_A_STATS_SWITCHES_OWNED] = { "switches-owned", SPEC_U64 },
	[IRQLINE_A_STATS_OWED]		= { "owed", SPEC_U64 },
	[IRQLINE_A_STATS_CONTEXT]	= { "context", SPEC_NEST },
	[IRQLINE_A_STATS_CPU]		= { "cpu", SPEC_NEST },
	[IRQLINE_A_STATS_PID]		= { "pid", SPEC_U32 },
	[IRQLINE_A_STATS_COMM]		= { "comm", SPEC_STRING },
	[IRQLINE_A_STATS_LATENCY]	= { "latency", SPEC_NEST },
	[IRQLINE_A_STATS_RUNTIME]	= { "runtime", SPEC_NEST },
	[IRQLINE_A_STATS_ALERT]		= { "alert", SPEC_ENUM, &spec_alerts },
};

static const struct spec_attr stats_context_attrs[] = {
	[IRQLINE_A_STATS_CONTEXT_CONTEXT] = { "context", SPEC_ENUM, &spec_contexts },
	[IRQLINE_A_STATS_CONTEXT_COUNT]	= { "count", SPEC_U64 },
};

static const struct spec_attr stats_cpu_attrs[] = {
	[IRQLINE_A_STATS_CPU_CPU]	= { "cpu", SPEC_U32 },
	[IRQLINE_A_STATS_CPU_COUNT]	= { "count", SPEC_U64 },
};

static const struct spec_attr histogram_attrs[] = {
	[IRQLINE_A_HISTOGRAM_COUNT]	= { "count", SPEC_U64 },
	[IRQLINE_A_HISTOGRAM_SUM]	= { "sum", SPEC_TIME },
	[IRQLINE_A_HISTOGRAM_MAXIMUM]	= { "maximum", SPEC_TIME },
	[IRQLINE_A_HISTOGRAM_BUCKET]	= { "bucket", SPEC_NEST },
};

static const struct spec_attr bucket_attrs[] = {
	[IRQLINE_A_BUCKET_LOWEST]	= { "lowest", SPEC_TIME },
	[IRQLINE_A_BUCKET_HIGHEST]	= { "highest", SPEC_TIME },
	[IRQLINE_A_BUCKET_COUNT]	= { "count", SPEC_U64 },
};

const struct spec_set spec_line = SET(line_attrs);
const struct spec_set spec_handler = SET(handler_attrs);
const struct spec_set spec_strategy = SET(strategy_attrs);
const struct spec_set spec_stats = SET(stats_attrs);
const struct spec_set spec_stats_context = SET(stats_context_attrs);
const struct spec_set spec_stats_cpu = SET(stats_cpu_attrs);
const struct spec_set spec_histogram = SET(histogram_attrs);
const struct spec_set spec_bucket = SET(bucket_attrs);

_Static_assert(ARRAY_SIZE(line_attrs) <= SPEC_ATTRS_MAX, "SPEC_ATTRS_MAX is too small");
_Static_assert(ARRAY_SIZE(handler_attrs) <= SPEC_ATTRS_MAX, "SPEC_ATTRS_MAX is too small");
_Static_assert(ARRAY_SIZE(strategy_attrs) <= SPEC_ATTRS_MAX, "SPEC_ATTRS_MAX is too small");
_Static_assert(ARRAY_SIZE(stats_attrs) <= SPEC_ATTRS_MAX, "SPEC_ATTRS_MAX is too small");

static const struct spec_set *const sets[IRQLINE_CMD_MAX + 1] = {
	[IRQLINE_CMD_LINE_GET]		= &spec_line,
	[IRQLINE_CMD_LINE_SET]		= &spec_line,
	[IRQLINE_CMD_LINE_ADD_NTF]	= &spec_line,
	[IRQLINE_CMD_LINE_DEL_NTF]	= &spec_line,
	[IRQLINE_CMD_LINE_CHANGE_NTF]	= &spec_line,
	[IRQLINE_CMD_HANDLER_GET]	= &spec_handler,
	[IRQLINE_CMD_HANDLER_NEW]	= &spec_handler,
	[IRQLINE_CMD_HANDLER_SET]	= &spec_handler,
	[IRQLINE_CMD_HANDLER_DEL]	= &spec_handler,
	[IRQLINE_CMD_HANDLER_ADD_NTF]	= &spec_handler,
	[IRQLINE_CMD_HANDLER_DEL_NTF]	= &spec_handler,
	[IRQLINE_CMD_HANDLER_CHANGE_NTF] = &spec_handler,
	[IRQLINE_CMD_STRATEGY_GET]	= &spec_strategy,
	[IRQLINE_CMD_STATS_GET]		= &spec_stats,
	[IRQLINE_CMD_STATS_RESET]	= &spec_stats,
	[IRQLINE_CMD_ALERT_NTF]		= &spec_stats,
};

const struct spec_set *spec_of_command(int cmd)
{
	return cmd >= 0 && cmd <= IRQLINE_CMD_MAX ? sets[cmd] : NULL;
}

const struct spec_attr *spec_attr(const struct spec_set *set, unsigned int attr)
{
	if (!set || attr > set->max || !set->attrs[attr].name)
		return NULL;
	return &set->attrs[attr];
}

const char *spec_name(const struct spec_values *values, __u32 value)
{
	return value < values->count ? values->names[value] : NULL;
}

int spec_value(const struct spec_values *values, const char *name)
{
	for (unsigned int i = 0; i < values->count; i++) {
		if (!strcmp(values->names[i], name))
			return i;
	}
	return -1;
}

bool spec_is_u32(enum spec_type type)
{
	return type == SPEC_U32 || type == SPEC_S32 || type == SPEC_BOOL ||
	       type == SPEC_ENUM || type == SPEC_FLAGS;
}

bool spec_is_u64(enum spec_type type)
{
	return type == SPEC_U64 || type == SPEC_TIME;
}

bool spec_is_text(enum spec_type type)
{
	return type == SPEC_STRING || type == SPEC_CPULIST;
}
