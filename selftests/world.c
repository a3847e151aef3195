// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>
#include <linux/irqline.h>

#include "util.h"
#include "world.h"

#define ARRAY_LEN(array)	(sizeof(array) / sizeof((array)[0]))

static void dump(struct nl *nl, struct nl_msg *msg, __u8 cmd,
		 struct nl_list *list)
{
	if (nl_dump(nl, msg, list) || list->interrupted)
		die("dump of command %u: %s", cmd, strerror(nl->ack.error));
}

void world_dump(struct nl *nl, __u8 cmd, struct nl_list *list)
{
	struct nl_msg msg;

	nl_init(&msg, cmd);
	dump(nl, &msg, cmd, list);
}

void world_dump_line(struct nl *nl, __u8 cmd, __u16 type, const char *line,
		     struct nl_list *list)
{
	struct nl_msg msg;

	nl_init(&msg, cmd);
	nl_put_str(&msg, type, line);
	dump(nl, &msg, cmd, list);
}

/* Their place in the message stays. */
static void blank(const struct nl_list *list, const __u16 *types, int count)
{
	const struct nlmsghdr *header;
	const struct nlattr *attr;
	int i;

	nl_for_each(header, list) {
		for (i = 0; i < count; i++) {
			attr = nl_find(header, types[i]);
			if (attr)
				memset((void *)nl_data(attr), 0, nl_len(attr));
		}
	}
}

static void blank_counts(const struct nl_list *lines)
{
	static const __u16 counts[] = {
		IRQLINE_A_LINE_PASSES, IRQLINE_A_LINE_FOREIGN,
		IRQLINE_A_LINE_UNCLAIMED, IRQLINE_A_LINE_REARMS,
		IRQLINE_A_LINE_THROTTLES,
	};

	blank(lines, counts, ARRAY_LEN(counts));
}

void world_blank_ids(const struct world *world)
{
	static const __u16 handler[] = {
		IRQLINE_A_HANDLER_ID, IRQLINE_A_HANDLER_UIO,
	};
	static const __u16 stats[] = {
		IRQLINE_A_STATS_SWITCHES,
		IRQLINE_A_STATS_SWITCHES_OWNED, IRQLINE_A_STATS_OWED,
	};

	blank(&world->handlers, handler, ARRAY_LEN(handler));
	blank(&world->stats, stats, ARRAY_LEN(stats));
}

void world_get(struct nl *nl, struct world *world)
{
	memset(world, 0, sizeof(*world));
	world_dump(nl, IRQLINE_CMD_LINE_GET, &world->lines);
	blank_counts(&world->lines);
	world_dump(nl, IRQLINE_CMD_HANDLER_GET, &world->handlers);
	world_dump(nl, IRQLINE_CMD_STRATEGY_GET, &world->strategies);
	world_dump(nl, IRQLINE_CMD_STATS_GET, &world->stats);
}

void world_free(struct world *world)
{
	nl_free(&world->lines);
	nl_free(&world->handlers);
	nl_free(&world->strategies);
	nl_free(&world->stats);
}

const char *world_differs(const struct world *a, const struct world *b)
{
	if (!nl_list_same(&a->lines, &b->lines))
		return "a line";
	if (!nl_list_same(&a->handlers, &b->handlers))
		return "a handler";
	if (!nl_list_same(&a->strategies, &b->strategies))
		return "a strategy";
	if (!nl_list_same(&a->stats, &b->stats))
		return "the counts";
	return NULL;
}
