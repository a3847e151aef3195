// SPDX-License-Identifier: GPL-2.0-only
/*
 * Dumps: they say of each object what a get of it says, of each line what it has, to
 * everybody, and tell when something was changed while they were told.
 */
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <linux/capability.h>

#include "kselftest_harness.h"
#include "dev.h"
#include "populate.h"
#include "world.h"

#define ARRAY_LEN(array)	(sizeof(array) / sizeof((array)[0]))

FIXTURE(dumps)
{
	struct nl nl;
	int fd;
};

FIXTURE_SETUP(dumps)
{
	objects_open(&self->nl);
	self->fd = dev_open(LINE, O_RDWR);
}

FIXTURE_TEARDOWN(dumps)
{
	caps_restore();
	close(self->fd);
	objects_reset(&self->nl);
	nl_close(&self->nl);
}

/* The request for the one object that a message of a dump is about. */
static void request_same(struct nl_msg *msg, const struct nlmsghdr *header)
{
	nl_init(msg, nl_cmd(header));
	switch (nl_cmd(header)) {
	case IRQLINE_CMD_LINE_GET:
		nl_put_str(msg, IRQLINE_A_LINE_NAME,
			   nl_str(header, IRQLINE_A_LINE_NAME));
		break;
	case IRQLINE_CMD_HANDLER_GET:
		nl_put_str(msg, IRQLINE_A_HANDLER_LINE,
			   nl_str(header, IRQLINE_A_HANDLER_LINE));
		nl_put_str(msg, IRQLINE_A_HANDLER_NAME,
			   nl_str(header, IRQLINE_A_HANDLER_NAME));
		break;
	case IRQLINE_CMD_STRATEGY_GET:
		nl_put_str(msg, IRQLINE_A_STRATEGY_NAME,
			   nl_str(header, IRQLINE_A_STRATEGY_NAME));
		nl_put_u32(msg, IRQLINE_A_STRATEGY_KIND,
			   nl_u32(header, IRQLINE_A_STRATEGY_KIND));
		break;
	case IRQLINE_CMD_STATS_GET:
		nl_put_str(msg, IRQLINE_A_STATS_LINE,
			   nl_str(header, IRQLINE_A_STATS_LINE));
		nl_put_str(msg, IRQLINE_A_STATS_HANDLER,
			   nl_str(header, IRQLINE_A_STATS_HANDLER));
		break;
	}
}

static const __u8 gets[] = {
	IRQLINE_CMD_LINE_GET, IRQLINE_CMD_HANDLER_GET,
	IRQLINE_CMD_STRATEGY_GET, IRQLINE_CMD_STATS_GET,
};

/* What a dump says of an object is what a get of it says, to the byte. */
static void expect_dump_is_gets(struct __test_metadata *const _metadata,
				struct nl *nl, __u8 cmd)
{
	struct nl_list list = { 0 }, reply = { 0 };
	const struct nlmsghdr *header;
	struct nl_msg msg;

	world_dump(nl, cmd, &list);
	EXPECT_LE(2, list.count)
		TH_LOG("command %u", cmd);
	nl_for_each(header, &list) {
		EXPECT_EQ(cmd, nl_cmd(header));
		request_same(&msg, header);
		nl_must(nl, &msg, &reply);
		ASSERT_EQ(1, reply.count);
		EXPECT_TRUE(nl_same(header, nl_first(&reply)))
			TH_LOG("command %u: the dump differs from the get",
			       cmd);
		nl_free(&reply);
	}
	nl_free(&list);
}

TEST_F(dumps, dump_has_what_get_gives)
{
	unsigned int i;

	populate(&self->nl, self->fd);
	for (i = 0; i < ARRAY_LEN(gets); i++)
		expect_dump_is_gets(_metadata, &self->nl, gets[i]);
}

/* The dumps of each line, one after the other, are the dump of all. */
static void expect_lines_make_all(struct __test_metadata *const _metadata,
				  struct nl *nl, __u8 cmd, __u16 type)
{
	struct nl_list all = { 0 }, parts = { 0 };
	const char *first;

	world_dump(nl, cmd, &all);
	first = nl_str(nl_first(&all), type);
	world_dump_line(nl, cmd, type, first, &parts);
	EXPECT_LE(1, parts.count);
	EXPECT_GT(all.count, parts.count);
	world_dump_line(nl, cmd, type, strcmp(first, LINE) ? LINE : NEIGHBOUR, &parts);
	EXPECT_TRUE(nl_list_same(&all, &parts))
		TH_LOG("command %u", cmd);
	nl_free(&all);
	nl_free(&parts);
}

TEST_F(dumps, dump_of_one_line)
{
	struct nl_list lines = { 0 };

	populate(&self->nl, self->fd);
	world_dump(&self->nl, IRQLINE_CMD_LINE_GET, &lines);
	if (lines.count != 2)
		SKIP(return, "this test is for two devices");
	nl_free(&lines);
	expect_lines_make_all(_metadata, &self->nl, IRQLINE_CMD_HANDLER_GET,
			      IRQLINE_A_HANDLER_LINE);
	expect_lines_make_all(_metadata, &self->nl, IRQLINE_CMD_STATS_GET,
			      IRQLINE_A_STATS_LINE);
}

TEST_F(dumps, reading_needs_no_capability)
{
	struct nl unprivileged;
	unsigned int i;

	populate(&self->nl, self->fd);
	for (i = 0; i <= CAP_LAST_CAP; i++)
		caps_drop(i);
	nl_open(&unprivileged, IRQLINE_FAMILY_NAME);
	nl_join(&unprivileged, IRQLINE_FAMILY_NAME, IRQLINE_MCGRP_CONFIG);
	nl_join(&unprivileged, IRQLINE_FAMILY_NAME, IRQLINE_MCGRP_ALERT);
	for (i = 0; i < ARRAY_LEN(gets); i++)
		expect_dump_is_gets(_metadata, &unprivileged, gets[i]);
	nl_close(&unprivileged);
}

/* Enough handlers for a dump of several datagrams. */
#define STABLE		40
#define SMALL_CHUNK	8192

static void add_stable(struct nl *nl)
{
	char name[16];
	int i;

	for (i = 0; i < STABLE; i++) {
		snprintf(name, sizeof(name), "stable%02d", i);
		handler_new(nl, LINE, name, OTHER, "tasklet");
	}
}

/* How many of the stable ones are there, each once and in order; or -1. */
static int count_stable(const struct nl_list *list)
{
	const struct nlmsghdr *header;
	int next = 0, number;

	nl_for_each(header, list) {
		if (sscanf(nl_str(header, IRQLINE_A_HANDLER_NAME), "stable%d",
			   &number) != 1)
			continue;
		if (number < next)
			return -1;
		next = number + 1;
	}
	return next;
}

TEST_F(dumps, dump_tells_that_it_was_interrupted)
{
	struct nl_list list = { 0 };
	struct nl_msg msg;
	struct nl other;

	handler_new(&self->nl, LINE, HANDLER, SOURCE, "tasklet");
	add_stable(&self->nl);
	nl_open(&other, IRQLINE_FAMILY_NAME);
	other.chunk = SMALL_CHUNK;
	nl_init(&msg, IRQLINE_CMD_HANDLER_GET);
	nl_dump_start(&other, &msg);
	ASSERT_TRUE(nl_dump_more(&other, &list));
	ASSERT_LT(list.count, STABLE)
		TH_LOG("the dump is over before it can be interrupted");

	/* All that follow move up by one, so one will be missing. */
	handler_del(&self->nl, LINE, HANDLER);
	while (nl_dump_more(&other, &list))
		;
	EXPECT_EQ(0, other.ack.error);
	EXPECT_TRUE(list.interrupted);
	nl_free(&list);

	/* The next one is whole again. */
	nl_init(&msg, IRQLINE_CMD_HANDLER_GET);
	EXPECT_EQ(0, nl_dump(&other, &msg, &list));
	EXPECT_FALSE(list.interrupted);
	EXPECT_EQ(STABLE, count_stable(&list));
	nl_free(&list);
	nl_close(&other);
}

struct churn {
	pthread_t thread;
	bool stop;
	unsigned int rounds;
};

static void *churn_handlers(void *arg)
{
	struct churn *churn = arg;
	struct nl nl;

	nl_open(&nl, IRQLINE_FAMILY_NAME);
	while (!__atomic_load_n(&churn->stop, __ATOMIC_RELAXED)) {
		/* Before the stable ones, and so moving them all. */
		add_inline(&nl, "churn", OTHER, 1, false);
		handler_del(&nl, LINE, "churn");
		churn->rounds++;
	}
	nl_close(&nl);
	return NULL;
}

TEST_F_TIMEOUT(dumps, dump_while_handlers_come_and_go, 60)
{
	unsigned int interrupted = 0;
	struct churn churn = { 0 };
	struct nl_list list = { 0 };
	struct nl_msg msg;
	int dumps;

	add_stable(&self->nl);
	self->nl.chunk = SMALL_CHUNK;
	ASSERT_EQ(0, pthread_create(&churn.thread, NULL, churn_handlers,
				    &churn));
	for (dumps = 0; dumps < repeats(300); dumps++) {
		nl_init(&msg, IRQLINE_CMD_HANDLER_GET);
		EXPECT_EQ(0, nl_dump(&self->nl, &msg, &list));
		if (list.interrupted)
			interrupted++;
		else
			EXPECT_EQ(STABLE, count_stable(&list));
		nl_free(&list);
	}
	__atomic_store_n(&churn.stop, true, __ATOMIC_RELAXED);
	pthread_join(churn.thread, NULL);
	self->nl.chunk = sizeof(self->nl.buf);
	ksft_print_msg("%u of %d dumps interrupted, by %u changes\n",
		       interrupted, dumps, 2 * churn.rounds);
}

TEST_HARNESS_MAIN
