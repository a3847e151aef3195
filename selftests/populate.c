// SPDX-License-Identifier: GPL-2.0-only
#include "populate.h"

void add_inline(struct nl *nl, const char *name, __u32 sources, int priority,
		bool exclusive)
{
	struct nl_msg msg;

	request_handler(&msg, IRQLINE_CMD_HANDLER_NEW, LINE, name);
	nl_put_u32(&msg, IRQLINE_A_HANDLER_SOURCES, sources);
	nl_put_u32(&msg, IRQLINE_A_HANDLER_PRIORITY, priority);
	nl_put_u32(&msg, IRQLINE_A_HANDLER_EXCLUSIVE, exclusive);
	nl_put_str(&msg, IRQLINE_A_HANDLER_BOTTOM, "inline");
	nl_must(nl, &msg, NULL);
}

__u32 add_sleeper(struct nl *nl, const char *name, __u32 queue, int ms)
{
	struct nl_msg msg;

	request_handler(&msg, IRQLINE_CMD_HANDLER_NEW, LINE, name);
	nl_put_u32(&msg, IRQLINE_A_HANDLER_SOURCES, SOURCE);
	nl_put_str(&msg, IRQLINE_A_HANDLER_BOTTOM, "kthread");
	nl_put_u32(&msg, IRQLINE_A_HANDLER_QUEUE, queue);
	nl_put_u32(&msg, IRQLINE_A_HANDLER_WORK, IRQLINE_WORK_SLEEP);
	nl_put_u64(&msg, IRQLINE_A_HANDLER_WORK_TIME, ms * NSEC_PER_MSEC);
	nl_must(nl, &msg, NULL);
	return handler_id(nl, LINE, name);
}

void raise_events(struct nl *nl, int fd, const char *name, int count)
{
	while (count--)
		raise_taken(nl, fd, LINE, name, SOURCE);
}

void await_idle(struct nl *nl, const char *name)
{
	WAIT_UNTIL(!stats_pending(nl, LINE, name), patience(30), "all events handled");
}

void populate(struct nl *nl, int fd)
{
	handler_new(nl, LINE, HANDLER, SOURCE, "kthread");
	handler_new(nl, NEIGHBOUR, HANDLER, SOURCE, "workqueue");
	add_sleeper(nl, SLEEPER, 16, 1);
	raise_events(nl, fd, HANDLER, 3);
	await_idle(nl, HANDLER);
	await_idle(nl, SLEEPER);
}
