// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <string.h>

#include "line_settings.h"

static void copy_text(const struct nlmsghdr *header, __u16 type, char *text,
		      size_t size)
{
	const struct nlattr *attr = nl_find(header, type);

	snprintf(text, size, "%s", attr ? nl_value_str(attr) : "");
}

struct settings settings_get(struct nl *nl, const char *line)
{
	struct nl_list reply = { 0 };
	struct settings s = { 0 };
	const struct nlmsghdr *header;
	const struct nlattr *period;

	line_get(nl, line, &reply);
	header = nl_first(&reply);
	copy_text(header, IRQLINE_A_LINE_TOP, s.top, sizeof(s.top));
	copy_text(header, IRQLINE_A_LINE_AFFINITY, s.affinity,
		  sizeof(s.affinity));
	period = nl_find(header, IRQLINE_A_LINE_PERIOD);
	s.period = period ? nl_value_u64(period) : 0;
	s.delivery = nl_u32(header, IRQLINE_A_LINE_DELIVERY);
	s.nothread = nl_u32(header, IRQLINE_A_LINE_NOTHREAD);
	s.clock = nl_u32(header, IRQLINE_A_LINE_CLOCK);
	s.irq = nl_u32(header, IRQLINE_A_LINE_IRQ);
	s.forced = nl_find(header, IRQLINE_A_LINE_FORCED);
	nl_free(&reply);
	return s;
}

bool settings_same(const struct settings *a, const struct settings *b)
{
	return !strcmp(a->top, b->top) && !strcmp(a->affinity, b->affinity) &&
	       a->period == b->period && a->delivery == b->delivery &&
	       a->nothread == b->nothread && a->clock == b->clock &&
	       a->irq == b->irq;
}

void period_set(struct nl *nl, __u64 period)
{
	struct nl_msg msg;

	request_line(&msg, IRQLINE_CMD_LINE_SET, LINE);
	nl_put_u64(&msg, IRQLINE_A_LINE_PERIOD, period);
	nl_must(nl, &msg, NULL);
}

bool can_thread(struct nl *nl)
{
	if (!try_top(nl, LINE, "thread"))
		return false;
	line_top(nl, LINE, "hard");
	return true;
}
