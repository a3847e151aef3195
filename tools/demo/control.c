// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "../irqctl/compiler.h"
#include "../irqctl/netlink.h"
#include "control.h"

bool control_open(struct control *control, const char *line, const char *handler)
{
	int err = irqnl_open(&control->nl);

	control->line = line;
	control->handler = handler;
	if (err == -ENOENT)
		fprintf(stderr, "demo: irqline is not loaded\n");
	else if (err)
		fprintf(stderr, "demo: generic netlink: %s\n", strerror(-err));
	return !err;
}

void control_close(struct control *control)
{
	irqnl_close(control->nl);
}

static bool check(struct control *control, const char *what, int err)
{
	const struct extack *why = irqnl_error(control->nl);

	if (err)
		fprintf(stderr, "demo: %s: %s%s%s\n", what, why->attr ? why->attr : "",
			why->attr ? ": " : "", why->text);
	return !err;
}

/* A request about the handler. */
static void begin(struct control *control, struct irqnl_request *request, int cmd)
{
	irqnl_begin(control->nl, request, cmd);
	irqnl_put_text(request, IRQLINE_A_HANDLER_LINE, control->line);
	irqnl_put_text(request, IRQLINE_A_HANDLER_NAME, control->handler);
}

static int read_clock(const struct attrs *attrs, void *arg)
{
	attrs_number(attrs, IRQLINE_A_LINE_CLOCK, arg);
	return 0;
}

bool control_has_clock(struct control *control)
{
	struct irqnl_request request;
	__u64 clock = 0;

	irqnl_begin(control->nl, &request, IRQLINE_CMD_LINE_GET);
	irqnl_put_text(&request, IRQLINE_A_LINE_NAME, control->line);
	if (!check(control, control->line, irqnl_call(control->nl, &request, read_clock, &clock)))
		return false;
	if (!clock)
		fprintf(stderr, "demo: %s: its clock is off\n", control->line);
	return clock;
}

static int read_strategy(const struct attrs *attrs, void *arg)
{
	const char *name = attrs_text(attrs, IRQLINE_A_STRATEGY_NAME);
	struct strategies *strategies = arg;
	__u64 kind = IRQLINE_KIND_TOP, available = 0;

	attrs_number(attrs, IRQLINE_A_STRATEGY_KIND, &kind);
	attrs_number(attrs, IRQLINE_A_STRATEGY_AVAILABLE, &available);
	if (!name || kind != IRQLINE_KIND_BOTTOM || !available)
		return 0;
	if (strategies->count < CONTROL_STRATEGIES)
		snprintf(strategies->names[strategies->count++], IRQLINE_NAME_MAX + 1, "%s", name);
	return 0;
}

bool control_strategies(struct control *control, struct strategies *strategies)
{
	struct irqnl_request request;

	strategies->count = 0;
	irqnl_begin(control->nl, &request, IRQLINE_CMD_STRATEGY_GET);
	return check(control, "strategies",
		     irqnl_dump(control->nl, &request, read_strategy, strategies));
}

bool control_add(struct control *control, __u32 sources, const char *strategy)
{
	struct irqnl_request request;

	begin(control, &request, IRQLINE_CMD_HANDLER_NEW);
	irqnl_put(&request, IRQLINE_A_HANDLER_SOURCES, sources);
	irqnl_put_text(&request, IRQLINE_A_HANDLER_BOTTOM, strategy);
	return check(control, "adding a handler", irqnl_call(control->nl, &request, NULL, NULL));
}

static int read_id(const struct attrs *attrs, void *arg)
{
	attrs_number(attrs, IRQLINE_A_HANDLER_ID, arg);
	return 0;
}

bool control_id(struct control *control, __u32 *id)
{
	struct irqnl_request request;
	__u64 number = 0;

	begin(control, &request, IRQLINE_CMD_HANDLER_GET);
	if (!check(control, "the handler", irqnl_call(control->nl, &request, read_id, &number)))
		return false;
	*id = number;
	return true;
}

bool control_switch(struct control *control, const char *strategy)
{
	struct irqnl_request request;

	begin(control, &request, IRQLINE_CMD_HANDLER_SET);
	irqnl_put_text(&request, IRQLINE_A_HANDLER_BOTTOM, strategy);
	return check(control, strategy, irqnl_call(control->nl, &request, NULL, NULL));
}

/* Adds the counts of a lane to those of the others. */
static int read_counts(const struct attrs *attrs, void *arg)
{
	struct counts *counts = arg;
	const struct {
		int attr;
		__u64 *sum;
	} sums[] = {
		{ IRQLINE_A_STATS_TAKEN, &counts->taken },
		{ IRQLINE_A_STATS_HANDLED, &counts->handled },
		{ IRQLINE_A_STATS_DROPPED, &counts->dropped },
		{ IRQLINE_A_STATS_SWITCHES, &counts->switches },
		{ IRQLINE_A_STATS_SWITCHES_OWNED, &counts->owned },
		{ IRQLINE_A_STATS_OWED, &counts->owed },
	};
	__u64 count;

	for (size_t i = 0; i < ARRAY_SIZE(sums); i++) {
		if (attrs_number(attrs, sums[i].attr, &count))
			*sums[i].sum += count;
	}
	return 0;
}

bool control_counts(struct control *control, struct counts *counts)
{
	struct irqnl_request request;

	memset(counts, 0, sizeof(*counts));
	irqnl_begin(control->nl, &request, IRQLINE_CMD_STATS_GET);
	irqnl_put_text(&request, IRQLINE_A_STATS_LINE, control->line);
	irqnl_put_text(&request, IRQLINE_A_STATS_HANDLER, control->handler);
	return check(control, "counts", irqnl_call(control->nl, &request, read_counts, counts));
}

bool control_delete(struct control *control)
{
	struct irqnl_request request;

	begin(control, &request, IRQLINE_CMD_HANDLER_DEL);
	return check(control, "deleting the handler",
		     irqnl_call(control->nl, &request, NULL, NULL));
}
