// SPDX-License-Identifier: GPL-2.0-only
/*
 * Notifications: all who listen are told of what has changed, in order, and of nothing
 * else.
 */
#include <stdio.h>

#include "kselftest_harness.h"
#include "objects.h"

#define ARRAY_LEN(array)	(sizeof(array) / sizeof((array)[0]))

#define HANDLER		"notify"
#define SOURCE		0x2U	/* of no device's own */

/* How long to wait for what must not come. */
#define NOTHING_MS	200
#define NOTIFY_MS	patience(5000)

/* Listeners, and what they have to hear. */
FIXTURE(notify)
{
	struct nl nl, listeners[2];
};

FIXTURE_SETUP(notify)
{
	unsigned int i;

	objects_open(&self->nl);
	for (i = 0; i < ARRAY_LEN(self->listeners); i++) {
		nl_open(&self->listeners[i], IRQLINE_FAMILY_NAME);
		nl_join(&self->listeners[i], IRQLINE_FAMILY_NAME,
			IRQLINE_MCGRP_CONFIG);
	}
}

FIXTURE_TEARDOWN(notify)
{
	unsigned int i;

	for (i = 0; i < ARRAY_LEN(self->listeners); i++)
		nl_close(&self->listeners[i]);
	objects_reset(&self->nl);
	nl_close(&self->nl);
}

/* All listeners are told this, and what a get says. */
static void expect_told(struct __test_metadata *const _metadata,
			struct _test_data_notify *self, __u8 cmd,
			const struct nl_list *get)
{
	const struct nlmsghdr *header;
	unsigned int i;

	for (i = 0; i < ARRAY_LEN(self->listeners); i++) {
		header = nl_notification(&self->listeners[i], NOTIFY_MS);
		ASSERT_NE(NULL, header)
			TH_LOG("listener %u hears nothing of %u", i, cmd);
		EXPECT_EQ(cmd, nl_cmd(header));
		EXPECT_EQ(0, header->nlmsg_seq);
		EXPECT_TRUE(nl_same(header, nl_first(get)))
			TH_LOG("notification %u differs from the get", cmd);
	}
}

static void expect_silence(struct __test_metadata *const _metadata,
			   struct _test_data_notify *self)
{
	const struct nlmsghdr *header;
	unsigned int i;

	for (i = 0; i < ARRAY_LEN(self->listeners); i++) {
		header = nl_notification(&self->listeners[i], NOTHING_MS);
		EXPECT_EQ(NULL, header)
			TH_LOG("listener %u hears %u", i, nl_cmd(header));
	}
}

TEST_F(notify, of_handlers_and_lines)
{
	struct nl_list get = { 0 };

	handler_new(&self->nl, LINE, HANDLER, SOURCE, "tasklet");
	handler_get(&self->nl, LINE, HANDLER, &get);
	expect_told(_metadata, self, IRQLINE_CMD_HANDLER_ADD_NTF, &get);
	nl_free(&get);

	handler_bottom(&self->nl, LINE, HANDLER, "kthread");
	handler_get(&self->nl, LINE, HANDLER, &get);
	expect_told(_metadata, self, IRQLINE_CMD_HANDLER_CHANGE_NTF, &get);
	nl_free(&get);

	line_clock(&self->nl, LINE, false);
	line_get(&self->nl, LINE, &get);
	expect_told(_metadata, self, IRQLINE_CMD_LINE_CHANGE_NTF, &get);
	nl_free(&get);

	handler_get(&self->nl, LINE, HANDLER, &get);
	handler_del(&self->nl, LINE, HANDLER);
	expect_told(_metadata, self, IRQLINE_CMD_HANDLER_DEL_NTF, &get);
	nl_free(&get);
	expect_silence(_metadata, self);
}

/* Nobody looks until all is done, so it is the queue that keeps the order. */
TEST_F(notify, in_order)
{
	static const __u8 order[] = {
		IRQLINE_CMD_HANDLER_ADD_NTF, IRQLINE_CMD_HANDLER_CHANGE_NTF,
		IRQLINE_CMD_HANDLER_DEL_NTF,
	};
	const struct nlmsghdr *header;
	unsigned int i, round;
	char name[16];

	for (round = 0; round < 20; round++) {
		snprintf(name, sizeof(name), "order%u", round);
		handler_new(&self->nl, LINE, name, SOURCE, "tasklet");
		handler_bottom(&self->nl, LINE, name, "workqueue");
		handler_del(&self->nl, LINE, name);
	}
	for (i = 0; i < 20 * ARRAY_LEN(order); i++) {
		header = nl_notification(&self->listeners[0], NOTIFY_MS);
		ASSERT_NE(NULL, header);
		snprintf(name, sizeof(name), "order%zu", i / ARRAY_LEN(order));
		EXPECT_EQ(order[i % ARRAY_LEN(order)], nl_cmd(header));
		EXPECT_STREQ(name, nl_str(header, IRQLINE_A_HANDLER_NAME));
	}
	EXPECT_EQ(NULL, nl_notification(&self->listeners[0], NOTHING_MS));
}

TEST_F(notify, nobody_of_what_changes_nothing)
{
	struct nl_list get = { 0 };
	struct stats stats;
	struct nl_msg msg;

	handler_new(&self->nl, LINE, HANDLER, SOURCE, "kthread");
	handler_get(&self->nl, LINE, HANDLER, &get);
	expect_told(_metadata, self, IRQLINE_CMD_HANDLER_ADD_NTF, &get);
	nl_free(&get);

	handler_bottom(&self->nl, LINE, HANDLER, "kthread");
	request_handler(&msg, IRQLINE_CMD_HANDLER_SET, LINE, HANDLER);
	nl_must(&self->nl, &msg, NULL);
	nl_put_u32(&msg, IRQLINE_A_HANDLER_BUDGET, 64);
	nl_put_u32(&msg, IRQLINE_A_HANDLER_PRIORITY, 0);
	nl_put_u32(&msg, IRQLINE_A_HANDLER_SOURCES, SOURCE);
	nl_put_u32(&msg, IRQLINE_A_HANDLER_QUEUE, 256);
	nl_must(&self->nl, &msg, NULL);
	line_clock(&self->nl, LINE, true);
	request_line(&msg, IRQLINE_CMD_LINE_SET, LINE);
	nl_put_str(&msg, IRQLINE_A_LINE_TOP, "hard");
	nl_must(&self->nl, &msg, NULL);
	stats_reset(&self->nl, LINE, HANDLER);

	/* What is refused changes nothing, either. */
	request_handler(&msg, IRQLINE_CMD_HANDLER_SET, LINE, HANDLER);
	nl_put_str(&msg, IRQLINE_A_HANDLER_BOTTOM, "nonsense");
	EXPECT_EQ(ENOENT, nl_do(&self->nl, &msg, NULL));
	expect_silence(_metadata, self);
	stats_get(&self->nl, LINE, HANDLER, &stats);
	EXPECT_EQ(0, stats.switches);
}

TEST_HARNESS_MAIN
