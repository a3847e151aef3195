// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the netlink family promises to those who use it right: replies, dumps
 * and notifications that agree with each other, counts that add up, handlers
 * that share sources, and bounds that hold.
 */
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <linux/capability.h>

#include "kselftest_harness.h"
#include "dev.h"
#include "flow.h"
#include "objects.h"

#define ARRAY_LEN(array)	(sizeof(array) / sizeof((array)[0]))

#define HANDLER		"abi"
/* Of no device's own, and of two handlers at most at a time. */
#define SOURCE		0x2U
#define OTHER		0x4U

#define HANDLERS_MAX	256
#define LINE_IDLE_MAX	(64 * 1024)
#define HANDLER_256_MAX	(24 * 1024)
#define LINE_MEMORY_MAX	(64 * 1024 * 1024)

/* How long to wait for what must not come. */
#define NOTHING_MS	200
#define NOTIFY_MS	patience(5000)

FIXTURE(abi)
{
	struct nl nl;
	int fd;
};

FIXTURE_SETUP(abi)
{
	objects_open(&self->nl);
	self->fd = dev_open(LINE, O_RDWR);
}

FIXTURE_TEARDOWN(abi)
{
	caps_restore();
	close(self->fd);
	objects_reset(&self->nl);
	nl_close(&self->nl);
}

static void dump(struct nl *nl, __u8 cmd, struct nl_list *list)
{
	struct nl_msg msg;

	nl_init(&msg, cmd);
	if (nl_dump(nl, &msg, list))
		die("command %u: %s: %s", cmd, strerror(nl->ack.error),
		    nl->ack.text);
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

static void add(struct nl *nl, const char *name, __u32 sources, int priority,
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

/* Sleeps that long for each event, and has room for so many. */
static __u32 add_sleeper(struct nl *nl, const char *name, __u32 queue, int ms)
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

/* One event for each: the next is raised when the one before was taken. */
static void raise_events(struct _test_data_abi *self, const char *name,
			 int count)
{
	while (count--)
		raise_taken(&self->nl, self->fd, LINE, name, SOURCE);
}

static void await_idle(struct nl *nl, const char *name)
{
	WAIT_UNTIL(!stats_pending(nl, LINE, name), patience(30), "all events handled");
}

/* Some handlers and some counts, so that there is something to tell. */
static void populate(struct _test_data_abi *self)
{
	handler_new(&self->nl, LINE, HANDLER, SOURCE, "kthread");
	handler_new(&self->nl, NEIGHBOUR, HANDLER, SOURCE, "workqueue");
	add_sleeper(&self->nl, "sleeper", 16, 1);
	raise_events(self, HANDLER, 3);
	await_idle(&self->nl, HANDLER);
	await_idle(&self->nl, "sleeper");
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

	dump(nl, cmd, &list);
	EXPECT_FALSE(list.interrupted);
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

TEST_F(abi, dump_has_what_get_gives)
{
	unsigned int i;

	populate(self);
	for (i = 0; i < ARRAY_LEN(gets); i++)
		expect_dump_is_gets(_metadata, &self->nl, gets[i]);
}

static void dump_line(struct nl *nl, __u8 cmd, __u16 type, const char *line,
		      struct nl_list *list)
{
	struct nl_msg msg;

	nl_init(&msg, cmd);
	nl_put_str(&msg, type, line);
	if (nl_dump(nl, &msg, list))
		die("dump of %s: %s", line, nl->ack.text);
}

/* The dumps of each line, one after the other, are the dump of all. */
static void expect_lines_make_all(struct __test_metadata *const _metadata,
				  struct nl *nl, __u8 cmd, __u16 type)
{
	struct nl_list all = { 0 }, parts = { 0 };
	const char *first;

	dump(nl, cmd, &all);
	first = nl_str(nl_first(&all), type);
	dump_line(nl, cmd, type, first, &parts);
	EXPECT_LE(1, parts.count);
	EXPECT_GT(all.count, parts.count);
	dump_line(nl, cmd, type, strcmp(first, LINE) ? LINE : NEIGHBOUR, &parts);
	EXPECT_TRUE(nl_list_same(&all, &parts))
		TH_LOG("command %u", cmd);
	nl_free(&all);
	nl_free(&parts);
}

TEST_F(abi, dump_of_one_line)
{
	struct nl_list lines = { 0 };

	populate(self);
	dump(&self->nl, IRQLINE_CMD_LINE_GET, &lines);
	if (lines.count != 2)
		SKIP(return, "this test is for two devices");
	nl_free(&lines);
	expect_lines_make_all(_metadata, &self->nl, IRQLINE_CMD_HANDLER_GET,
			      IRQLINE_A_HANDLER_LINE);
	expect_lines_make_all(_metadata, &self->nl, IRQLINE_CMD_STATS_GET,
			      IRQLINE_A_STATS_LINE);
}

TEST_F(abi, reading_needs_no_capability)
{
	struct nl unprivileged;
	unsigned int i;

	populate(self);
	for (i = 0; i <= CAP_LAST_CAP; i++)
		caps_drop(i);
	nl_open(&unprivileged, IRQLINE_FAMILY_NAME);
	nl_join(&unprivileged, IRQLINE_FAMILY_NAME, IRQLINE_MCGRP_CONFIG);
	nl_join(&unprivileged, IRQLINE_FAMILY_NAME, IRQLINE_MCGRP_ALERT);
	for (i = 0; i < ARRAY_LEN(gets); i++)
		expect_dump_is_gets(_metadata, &unprivileged, gets[i]);
	nl_close(&unprivileged);
}

/* The settings of a handler that has been given none. */
TEST_F(abi, defaults_of_a_new_handler)
{
	struct nl_list reply = { 0 };
	const struct nlmsghdr *header;
	struct nl_msg msg;

	request_handler(&msg, IRQLINE_CMD_HANDLER_NEW, LINE, HANDLER);
	nl_put_u32(&msg, IRQLINE_A_HANDLER_SOURCES, SOURCE);
	nl_must(&self->nl, &msg, NULL);
	handler_get(&self->nl, LINE, HANDLER, &reply);
	header = nl_first(&reply);
	EXPECT_EQ(0, nl_u32(header, IRQLINE_A_HANDLER_PRIORITY));
	EXPECT_EQ(0, nl_u32(header, IRQLINE_A_HANDLER_EXCLUSIVE));
	EXPECT_STREQ("tasklet", nl_str(header, IRQLINE_A_HANDLER_BOTTOM));
	EXPECT_EQ((__u32)-1, nl_u32(header, IRQLINE_A_HANDLER_CPU));
	EXPECT_EQ(IRQLINE_LANES_SINGLE,
		  nl_u32(header, IRQLINE_A_HANDLER_LANES));
	EXPECT_EQ(64, nl_u32(header, IRQLINE_A_HANDLER_BUDGET));
	EXPECT_EQ(256, nl_u32(header, IRQLINE_A_HANDLER_QUEUE));
	EXPECT_EQ(IRQLINE_OVERFLOW_DROP_NEWEST,
		  nl_u32(header, IRQLINE_A_HANDLER_OVERFLOW));
	EXPECT_EQ(NULL, nl_find(header, IRQLINE_A_HANDLER_HIGH));
	EXPECT_EQ(128, nl_u32(header, IRQLINE_A_HANDLER_LOW));
	EXPECT_EQ(IRQLINE_WORK_NONE, nl_u32(header, IRQLINE_A_HANDLER_WORK));
	EXPECT_EQ(NULL, nl_find(header, IRQLINE_A_HANDLER_BUILTIN));
	nl_free(&reply);

	handler_get(&self->nl, LINE, "factorial", &reply);
	header = nl_first(&reply);
	EXPECT_NE(NULL, nl_find(header, IRQLINE_A_HANDLER_BUILTIN));
	EXPECT_EQ(EDU_SOURCE_FACTORIAL,
		  nl_u32(header, IRQLINE_A_HANDLER_SOURCES));
	EXPECT_EQ(IRQLINE_OVERFLOW_MERGE,
		  nl_u32(header, IRQLINE_A_HANDLER_OVERFLOW));
	nl_free(&reply);
}

/* To name a strategy starts from its defaults, to name none keeps them. */
TEST_F(abi, settings_of_a_strategy_that_is_named_again)
{
	struct nl_msg msg;

	handler_new(&self->nl, LINE, HANDLER, SOURCE, "kthread");
	request_handler(&msg, IRQLINE_CMD_HANDLER_SET, LINE, HANDLER);
	nl_put_u32(&msg, IRQLINE_A_HANDLER_NICE, 5);
	nl_must(&self->nl, &msg, NULL);
	request_handler(&msg, IRQLINE_CMD_HANDLER_SET, LINE, HANDLER);
	nl_put_u32(&msg, IRQLINE_A_HANDLER_CPU, cpu_nth(0));
	nl_must(&self->nl, &msg, NULL);
	EXPECT_EQ(5, handler_u32(&self->nl, LINE, HANDLER,
				 IRQLINE_A_HANDLER_NICE));

	handler_bottom(&self->nl, LINE, HANDLER, "kthread");
	EXPECT_EQ(0, handler_u32(&self->nl, LINE, HANDLER,
				 IRQLINE_A_HANDLER_NICE));
	EXPECT_EQ((__u32)-1,
		  handler_u32(&self->nl, LINE, HANDLER,
			      IRQLINE_A_HANDLER_CPU));
}

/* As documented, in this order; what they claim is measured by another test. */
#define FOLLOWS		IRQLINE_PLACE_INTERRUPT
#define KICK		IRQLINE_ORDER_KICK
#define LANES		IRQLINE_SETTING_LANES
#define CPU		IRQLINE_SETTING_CPU
#define DELAY		IRQLINE_SETTING_DELAY
#define THREAD		(IRQLINE_SETTING_SCHED | IRQLINE_SETTING_NICE)

static const struct {
	const char *name, *since, *softirq;
	__u32 context, order, place, settings;
} bottoms[] = {
	{ "inline", "", "", IRQLINE_CONTEXT_HARDIRQ, KICK, FOLLOWS, LANES },
	{ "tasklet-hi", "", "HI", IRQLINE_CONTEXT_SOFTIRQ, KICK, FOLLOWS,
	  LANES },
	{ "tasklet", "", "TASKLET", IRQLINE_CONTEXT_SOFTIRQ, KICK, FOLLOWS,
	  LANES },
	{ "bh-highpri", "6.9", "HI", IRQLINE_CONTEXT_SOFTIRQ, KICK, FOLLOWS,
	  LANES },
	{ "bh", "6.9", "TASKLET", IRQLINE_CONTEXT_SOFTIRQ, KICK, FOLLOWS,
	  LANES },
	{ "irq-poll", "", "IRQ_POLL", IRQLINE_CONTEXT_SOFTIRQ, KICK, FOLLOWS,
	  LANES },
	{ "timer", "", "TIMER", IRQLINE_CONTEXT_SOFTIRQ, IRQLINE_ORDER_NONE,
	  IRQLINE_PLACE_CPU, CPU | DELAY | LANES },
	{ "hrtimer", "", "HRTIMER", IRQLINE_CONTEXT_SOFTIRQ, KICK, FOLLOWS,
	  DELAY | LANES },
	{ "napi", "", "NET_RX", IRQLINE_CONTEXT_SOFTIRQ, KICK, FOLLOWS,
	  IRQLINE_SETTING_THREADED | LANES },
	{ "workqueue-highpri", "", "", IRQLINE_CONTEXT_TASK,
	  IRQLINE_ORDER_NONE, IRQLINE_PLACE_CPU, CPU | LANES },
	{ "workqueue", "", "", IRQLINE_CONTEXT_TASK,
	  IRQLINE_ORDER_NONE, IRQLINE_PLACE_CPU, CPU | LANES },
	{ "workqueue-unbound", "", "", IRQLINE_CONTEXT_TASK,
	  IRQLINE_ORDER_NONE, IRQLINE_PLACE_ANY, LANES },
	{ "irq-thread", "", "", IRQLINE_CONTEXT_TASK, KICK, FOLLOWS, 0 },
	{ "kthread", "", "", IRQLINE_CONTEXT_TASK,
	  IRQLINE_ORDER_NONE, IRQLINE_PLACE_CPU, CPU | THREAD | LANES },
	{ "kthread-worker", "", "", IRQLINE_CONTEXT_TASK,
	  IRQLINE_ORDER_NONE, IRQLINE_PLACE_CPU, CPU | THREAD | LANES },
	{ "uio", "", "", IRQLINE_CONTEXT_TASK,
	  IRQLINE_ORDER_NONE, IRQLINE_PLACE_ANY, 0 },
};

TEST_F(abi, properties_of_strategies)
{
	struct strategy list[STRATEGIES_MAX];
	unsigned int i;

	ASSERT_EQ((int)ARRAY_LEN(bottoms), strategies(&self->nl, list));
	for (i = 0; i < ARRAY_LEN(bottoms); i++) {
		EXPECT_STREQ(bottoms[i].name, list[i].name);
		EXPECT_STREQ(bottoms[i].since, list[i].since);
		EXPECT_EQ(IRQLINE_KIND_BOTTOM, list[i].kind);
		if (!list[i].available) {
			EXPECT_TRUE(strategy_lacks_kernel(&list[i]));
			continue;
		}
		EXPECT_STREQ(bottoms[i].softirq, list[i].softirq);
		EXPECT_EQ(bottoms[i].context, list[i].context);
		EXPECT_EQ(bottoms[i].order, list[i].order);
		EXPECT_EQ(bottoms[i].place, list[i].place);
		EXPECT_EQ(bottoms[i].settings, list[i].settings);
		/* What runs in a thread may sleep, and nothing else. */
		EXPECT_EQ(bottoms[i].context == IRQLINE_CONTEXT_TASK,
			  list[i].may_sleep);
	}
}

TEST_F(abi, strategy_of_the_top_half)
{
	const struct nlmsghdr *header;
	struct nl_list list = { 0 };
	unsigned int tops = 0;

	dump(&self->nl, IRQLINE_CMD_STRATEGY_GET, &list);
	header = nl_first(&list);
	EXPECT_STREQ("hard", nl_str(header, IRQLINE_A_STRATEGY_NAME));
	EXPECT_EQ(1, nl_u32(header, IRQLINE_A_STRATEGY_AVAILABLE));
	EXPECT_EQ(IRQLINE_CONTEXT_HARDIRQ,
		  nl_u32(header, IRQLINE_A_STRATEGY_CONTEXT));
	nl_for_each(header, &list)
		tops += nl_u32(header, IRQLINE_A_STRATEGY_KIND) ==
			IRQLINE_KIND_TOP;
	EXPECT_GE(tops, 1);
	EXPECT_EQ(tops + ARRAY_LEN(bottoms), list.count);
	nl_free(&list);
}

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

TEST_F(abi, dump_tells_that_it_was_interrupted)
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
		add(&nl, "churn", OTHER, 1, false);
		handler_del(&nl, LINE, "churn");
		churn->rounds++;
	}
	nl_close(&nl);
	return NULL;
}

TEST_F_TIMEOUT(abi, dump_while_handlers_come_and_go, 60)
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

/* The account adds up whenever it is read, and counts never go back. */
TEST_F_TIMEOUT(abi, live_counts_add_up, 120)
{
	struct strategy list[STRATEGIES_MAX];
	int count = strategies_available(&self->nl, list), i, reads;
	struct stats stats, last, sleeper;

	add_sleeper(&self->nl, "sleeper", 4, 2);
	for (i = 0; i < count; i++) {
		struct flow flow = {
			.line = LINE, .name = HANDLER, .sources = 0xfeU,
			.raiser_cpu = -1, .reader_cpu = -1, .seed = i + 1,
		};

		handler_new(&self->nl, LINE, HANDLER, 0xfeU, list[i].name);
		flow_start(&flow, &self->nl);
		stats_get(&self->nl, LINE, HANDLER, &last);
		for (reads = 0; reads < repeats(500); reads++) {
			stats_get(&self->nl, LINE, HANDLER, &stats);
			stats_get(&self->nl, LINE, "sleeper", &sleeper);
			ASSERT_TRUE(stats_add_up(&stats))
				TH_LOG("%s: taken %llu handled %llu pending %llu",
				       list[i].name, stats.taken,
				       stats.handled, stats.pending);
			ASSERT_TRUE(stats_add_up(&sleeper))
				TH_LOG("sleeper: taken %llu handled %llu dropped %llu pending %llu",
				       sleeper.taken, sleeper.handled,
				       sleeper.dropped, sleeper.pending);
			EXPECT_GE(stats.taken, last.taken);
			EXPECT_GE(stats.handled, last.handled);
			last = stats;
		}
		flow_wait(&flow, 100);
		flow_stop(&flow, &self->nl);
		EXPECT_STREQ("", flow.failure)
			TH_LOG("%s", list[i].name);
		await_idle(&self->nl, HANDLER);
		stats_get(&self->nl, LINE, HANDLER, &stats);
		EXPECT_EQ(flow.events, stats.handled);
		handler_del(&self->nl, LINE, HANDLER);
	}
}

static const struct nlattr *hist_of(const struct nl_list *reply, __u16 type)
{
	return nl_find(nl_first(reply), type);
}

/* Buckets are told if asked for, ascending, and make up the count. */
TEST_F(abi, histograms_on_request)
{
	const struct nlattr *hist, *attr;
	struct nl_list reply = { 0 };
	__u64 total = 0, lowest, above = 0;
	struct nl_msg msg;
	size_t len;

	handler_new(&self->nl, LINE, HANDLER, SOURCE, "kthread");
	raise_events(self, HANDLER, 20);
	await_idle(&self->nl, HANDLER);
	nl_init(&msg, IRQLINE_CMD_STATS_GET);
	nl_put_str(&msg, IRQLINE_A_STATS_LINE, LINE);
	nl_put_str(&msg, IRQLINE_A_STATS_HANDLER, HANDLER);
	nl_must(&self->nl, &msg, &reply);
	hist = hist_of(&reply, IRQLINE_A_STATS_LATENCY);
	ASSERT_NE(NULL, hist);
	EXPECT_EQ(NULL, nl_find_nested(hist, IRQLINE_A_HISTOGRAM_BUCKET));
	nl_free(&reply);

	nl_put_flag(&msg, IRQLINE_A_STATS_HIST);
	nl_must(&self->nl, &msg, &reply);
	hist = hist_of(&reply, IRQLINE_A_STATS_LATENCY);
	ASSERT_NE(NULL, hist);
	nl_for_each_attr(attr, nl_nested(hist, &len), &len) {
		if (nl_type(attr) != IRQLINE_A_HISTOGRAM_BUCKET)
			continue;
		lowest = nl_value_u64(nl_find_nested(attr,
						     IRQLINE_A_BUCKET_LOWEST));
		EXPECT_GE(lowest, above);
		above = nl_value_u64(nl_find_nested(attr,
						    IRQLINE_A_BUCKET_HIGHEST));
		EXPECT_GE(above, lowest);
		total += nl_value_u64(nl_find_nested(attr,
						     IRQLINE_A_BUCKET_COUNT));
	}
	EXPECT_EQ(20, total);
	EXPECT_EQ(20, nl_value_u64(nl_find_nested(hist,
						  IRQLINE_A_HISTOGRAM_COUNT)));
	nl_free(&reply);
}

/* The highest value of the last bucket that is told. */
static __u64 highest_bound(struct nl *nl, __u16 type)
{
	const struct nlattr *attr;
	struct nl_list reply = { 0 };
	__u64 highest = 0;
	struct nl_msg msg;
	size_t len;

	nl_init(&msg, IRQLINE_CMD_STATS_GET);
	nl_put_str(&msg, IRQLINE_A_STATS_LINE, LINE);
	nl_put_str(&msg, IRQLINE_A_STATS_HANDLER, HANDLER);
	nl_put_flag(&msg, IRQLINE_A_STATS_HIST);
	nl_must(nl, &msg, &reply);
	nl_for_each_attr(attr, nl_nested(hist_of(&reply, type), &len), &len)
		if (nl_type(attr) == IRQLINE_A_HISTOGRAM_BUCKET)
			highest = nl_value_u64(nl_find_nested(attr,
							      IRQLINE_A_BUCKET_HIGHEST));
	nl_free(&reply);
	return highest;
}

/* What takes longer than the others can tell is in one that has no end. */
TEST_F(abi, histograms_end_with_all_that_is_longer)
{
	handler_new(&self->nl, LINE, HANDLER, SOURCE, "kthread");
	handler_work(&self->nl, LINE, HANDLER, IRQLINE_WORK_SLEEP,
		     4500 * NSEC_PER_MSEC);
	raise_events(self, HANDLER, 1);
	await_idle(&self->nl, HANDLER);
	EXPECT_EQ(~0ULL, highest_bound(&self->nl, IRQLINE_A_STATS_RUNTIME));
}

static void expect_zero(struct __test_metadata *const _metadata,
			struct nl *nl, const char *line, const char *name,
			bool zero)
{
	struct stats stats;

	stats_get(nl, line, name, &stats);
	EXPECT_EQ(zero, !stats.taken)
		TH_LOG("%s/%s: taken %llu", line, name, stats.taken);
	EXPECT_EQ(zero, !stats.handled);
	EXPECT_EQ(zero, !stats.runtime.count);
	EXPECT_TRUE(stats_add_up(&stats));
}

static void raise_neighbour(struct nl *nl)
{
	__u32 id = handler_id(nl, NEIGHBOUR, HANDLER);
	int fd = dev_open(NEIGHBOUR, O_RDWR);
	struct irqline_event event;

	dev_raise(fd, SOURCE);
	dev_next(fd, id, &event);
	close(fd);
	WAIT_UNTIL(!stats_pending(nl, NEIGHBOUR, HANDLER), patience(10), "event handled");
}

TEST_F(abi, reset_of_one_of_a_line_and_of_all)
{
	populate(self);
	raise_neighbour(&self->nl);

	stats_reset(&self->nl, LINE, HANDLER);
	expect_zero(_metadata, &self->nl, LINE, HANDLER, true);
	expect_zero(_metadata, &self->nl, LINE, "sleeper", false);
	EXPECT_LT(0, line_u64(&self->nl, LINE, IRQLINE_A_LINE_PASSES));

	raise_events(self, HANDLER, 1);
	await_idle(&self->nl, HANDLER);
	await_idle(&self->nl, "sleeper");
	stats_reset(&self->nl, LINE, NULL);
	expect_zero(_metadata, &self->nl, LINE, HANDLER, true);
	expect_zero(_metadata, &self->nl, LINE, "sleeper", true);
	EXPECT_EQ(0, line_u64(&self->nl, LINE, IRQLINE_A_LINE_PASSES));
	expect_zero(_metadata, &self->nl, NEIGHBOUR, HANDLER, false);

	raise_events(self, HANDLER, 1);
	await_idle(&self->nl, HANDLER);
	await_idle(&self->nl, "sleeper");
	stats_reset(&self->nl, NULL, NULL);
	expect_zero(_metadata, &self->nl, LINE, HANDLER, true);
	expect_zero(_metadata, &self->nl, NEIGHBOUR, HANDLER, true);
}

TEST_F(abi, reset_counts_what_is_pending_as_taken)
{
	struct stats stats;

	add_sleeper(&self->nl, HANDLER, 16, 500);
	raise_events(self, HANDLER, 3);
	stats_reset(&self->nl, LINE, HANDLER);
	stats_get(&self->nl, LINE, HANDLER, &stats);
	EXPECT_TRUE(stats_add_up(&stats));
	EXPECT_GE(3, stats.taken);
	EXPECT_LE(1, stats.taken);
	await_idle(&self->nl, HANDLER);
	EXPECT_EQ(stats.taken, stats_taken(&self->nl, LINE, HANDLER));
	stats_get(&self->nl, LINE, HANDLER, &stats);
	EXPECT_EQ(stats.taken, stats.handled);
}

/* What the controller says of an attribute of a command. */
struct limit {
	__u8 cmd;
	__u16 type;
	__u32 kind;		/* NL_ATTR_TYPE_* */
	__s64 min, max;		/* of a text, max is the longest length */
};

static const struct limit limits[] = {
	{ IRQLINE_CMD_LINE_SET, IRQLINE_A_LINE_NAME, NL_ATTR_TYPE_NUL_STRING,
	  0, IRQLINE_NAME_MAX },
	{ IRQLINE_CMD_LINE_SET, IRQLINE_A_LINE_AFFINITY,
	  NL_ATTR_TYPE_NUL_STRING, 0, IRQLINE_CPULIST_MAX },
	{ IRQLINE_CMD_LINE_SET, IRQLINE_A_LINE_PERIOD, NL_ATTR_TYPE_U64,
	  IRQLINE_PERIOD_MIN, IRQLINE_PERIOD_MAX },
	{ IRQLINE_CMD_LINE_SET, IRQLINE_A_LINE_DELIVERY, NL_ATTR_TYPE_U32,
	  0, IRQLINE_DELIVERY_INTX },
	{ IRQLINE_CMD_LINE_SET, IRQLINE_A_LINE_CLOCK, NL_ATTR_TYPE_U32, 0, 1 },
	{ IRQLINE_CMD_HANDLER_NEW, IRQLINE_A_HANDLER_NAME,
	  NL_ATTR_TYPE_NUL_STRING, 0, IRQLINE_NAME_MAX },
	{ IRQLINE_CMD_HANDLER_NEW, IRQLINE_A_HANDLER_PRIORITY,
	  NL_ATTR_TYPE_S32, IRQLINE_PRIORITY_MIN, IRQLINE_PRIORITY_MAX },
	{ IRQLINE_CMD_HANDLER_NEW, IRQLINE_A_HANDLER_DELAY, NL_ATTR_TYPE_U64,
	  0, IRQLINE_DELAY_MAX },
	{ IRQLINE_CMD_HANDLER_NEW, IRQLINE_A_HANDLER_BUDGET, NL_ATTR_TYPE_U32,
	  1, IRQLINE_BUDGET_MAX },
	{ IRQLINE_CMD_HANDLER_NEW, IRQLINE_A_HANDLER_QUEUE, NL_ATTR_TYPE_U32,
	  IRQLINE_QUEUE_MIN, IRQLINE_QUEUE_MAX },
	{ IRQLINE_CMD_HANDLER_NEW, IRQLINE_A_HANDLER_OVERFLOW,
	  NL_ATTR_TYPE_U32, 0, IRQLINE_OVERFLOW_BACKPRESSURE },
	{ IRQLINE_CMD_HANDLER_NEW, IRQLINE_A_HANDLER_WORK, NL_ATTR_TYPE_U32,
	  0, IRQLINE_WORK_SLEEP },
	{ IRQLINE_CMD_HANDLER_SET, IRQLINE_A_HANDLER_WORK_TIME,
	  NL_ATTR_TYPE_U64, 1, IRQLINE_WORK_TIME_MAX },
	{ IRQLINE_CMD_HANDLER_SET, IRQLINE_A_HANDLER_NICE, NL_ATTR_TYPE_S32,
	  -20, 19 },
	{ IRQLINE_CMD_HANDLER_SET, IRQLINE_A_HANDLER_SCHED, NL_ATTR_TYPE_U32,
	  0, IRQLINE_SCHED_RR },
	{ IRQLINE_CMD_HANDLER_SET, IRQLINE_A_HANDLER_SCHED_PRIORITY,
	  NL_ATTR_TYPE_U32, 1, 99 },
	{ IRQLINE_CMD_STRATEGY_GET, IRQLINE_A_STRATEGY_KIND, NL_ATTR_TYPE_U32,
	  0, IRQLINE_KIND_BOTTOM },
};

/* The part of a policy that is about one attribute, or NULL. */
static const struct nlattr *find_policy(const struct nl_list *list, __u16 type)
{
	const struct nlattr *policies, *policy, *attr;
	const struct nlmsghdr *header;
	size_t len;

	nl_for_each(header, list) {
		policies = nl_find(header, CTRL_ATTR_POLICY);
		if (!policies)
			continue;
		nl_for_each_attr(policy, nl_nested(policies, &len), &len) {
			attr = nl_find_nested(policy, type);
			if (attr)
				return attr;
		}
	}
	return NULL;
}

static void get_policy(__u16 family, __u8 cmd, struct nl_list *list)
{
	struct nl_msg msg;
	struct nl ctrl;

	nl_open(&ctrl, IRQLINE_FAMILY_NAME);
	ctrl.family = GENL_ID_CTRL;
	nl_init(&msg, CTRL_CMD_GETPOLICY);
	nl_put(&msg, CTRL_ATTR_FAMILY_ID, &family, sizeof(family));
	nl_put_u32(&msg, CTRL_ATTR_OP, cmd);
	if (nl_dump(&ctrl, &msg, list))
		die("policy of command %u: %s", cmd,
		    strerror(ctrl.ack.error));
	nl_close(&ctrl);
}

static __s64 policy_value(const struct nlattr *policy, __u16 type)
{
	const struct nlattr *attr = nl_find_nested(policy, type);

	return attr ? (__s64)nl_value_u64(attr) : 0;
}

static void expect_limit(struct __test_metadata *const _metadata,
			 const struct nlattr *policy, const struct limit *limit)
{
	const struct nlattr *length;

	EXPECT_EQ(limit->kind,
		  nl_value_u32(nl_find_nested(policy,
					      NL_POLICY_TYPE_ATTR_TYPE)));
	switch (limit->kind) {
	case NL_ATTR_TYPE_NUL_STRING:
		length = nl_find_nested(policy, NL_POLICY_TYPE_ATTR_MAX_LENGTH);
		ASSERT_NE(NULL, length);
		EXPECT_EQ(limit->max, nl_value_u32(length));
		break;
	case NL_ATTR_TYPE_S32:
		EXPECT_EQ(limit->min,
			  policy_value(policy, NL_POLICY_TYPE_ATTR_MIN_VALUE_S));
		EXPECT_EQ(limit->max,
			  policy_value(policy, NL_POLICY_TYPE_ATTR_MAX_VALUE_S));
		break;
	default:
		EXPECT_EQ(limit->min,
			  policy_value(policy, NL_POLICY_TYPE_ATTR_MIN_VALUE_U));
		EXPECT_EQ(limit->max,
			  policy_value(policy, NL_POLICY_TYPE_ATTR_MAX_VALUE_U));
	}
}

TEST_F(abi, policy_agrees_with_the_header)
{
	const struct nlattr *policy;
	struct nl_list list = { 0 };
	unsigned int i;

	for (i = 0; i < ARRAY_LEN(limits); i++) {
		get_policy(self->nl.family, limits[i].cmd, &list);
		policy = find_policy(&list, limits[i].type);
		EXPECT_NE(NULL, policy)
			TH_LOG("command %u has no policy for attribute %u",
			       limits[i].cmd, limits[i].type);
		if (policy)
			expect_limit(_metadata, policy, &limits[i]);
		nl_free(&list);
	}
}

/* The next events, whoever they are for. */
static int read_events(struct _test_data_abi *self,
		       struct irqline_event *events, int count)
{
	int got = 0, more;

	do {
		more = dev_read(self->fd, events + got, count - got,
				got ? 1000 : EVENT_TIMEOUT * 1000);
		got += more;
	} while (more && got < count);
	return got;
}

TEST_F(abi, handlers_that_share_a_source)
{
	struct irqline_event events[2];
	__u32 a, b;

	a = handler_new(&self->nl, LINE, "a", SOURCE | OTHER, "tasklet");
	b = handler_new(&self->nl, LINE, "b", SOURCE, "kthread");
	dev_raise(self->fd, SOURCE);
	ASSERT_EQ(2, read_events(self, events, 2));
	EXPECT_EQ(a ^ b, events[0].handler ^ events[1].handler);
	EXPECT_TRUE(events[0].handler == a || events[0].handler == b);
	EXPECT_EQ(SOURCE, events[0].sources);
	EXPECT_EQ(SOURCE, events[1].sources);

	dev_raise(self->fd, OTHER);
	ASSERT_EQ(1, read_events(self, events, 1));
	EXPECT_EQ(a, events[0].handler);
	EXPECT_EQ(0, dev_read(self->fd, events, 1, NOTHING_MS));
}

/* Inline, so the order of kicks is the order of their events. */
TEST_F(abi, higher_priority_goes_first)
{
	static const int priorities[] = { 0, 10, -10, 1000, 5 };
	static const int order[] = { 3, 1, 4, 0, 2 };
	__u32 ids[ARRAY_LEN(priorities)];
	struct irqline_event events[ARRAY_LEN(priorities)];
	const int count = ARRAY_LEN(priorities);
	struct nl_msg msg;
	char name[16];
	int i;

	for (i = 0; i < count; i++) {
		snprintf(name, sizeof(name), "rank%d", i);
		add(&self->nl, name, SOURCE, priorities[i], false);
		ids[i] = handler_id(&self->nl, LINE, name);
	}
	dev_raise(self->fd, SOURCE);
	ASSERT_EQ(count, read_events(self, events, count));
	for (i = 0; i < count; i++)
		EXPECT_EQ(ids[order[i]], events[i].handler);

	/* From first to last. */
	request_handler(&msg, IRQLINE_CMD_HANDLER_SET, LINE, "rank3");
	nl_put_u32(&msg, IRQLINE_A_HANDLER_PRIORITY, -1000);
	nl_must(&self->nl, &msg, NULL);
	dev_raise(self->fd, SOURCE);
	ASSERT_EQ(count, read_events(self, events, count));
	EXPECT_EQ(ids[1], events[0].handler);
	EXPECT_EQ(ids[3], events[count - 1].handler);
}

TEST_F(abi, exclusive_hides_sources_from_lower_ones)
{
	struct irqline_event events[3];
	__u32 high, above, low;

	add(&self->nl, "low", SOURCE | OTHER, -1, false);
	add(&self->nl, "high", SOURCE, 1, true);
	add(&self->nl, "above", SOURCE, 2, false);
	low = handler_id(&self->nl, LINE, "low");
	high = handler_id(&self->nl, LINE, "high");
	above = handler_id(&self->nl, LINE, "above");

	dev_raise(self->fd, SOURCE);
	ASSERT_EQ(2, read_events(self, events, 2));
	EXPECT_EQ(above, events[0].handler);
	EXPECT_EQ(high, events[1].handler);

	/* Only what the higher one takes is hidden. */
	dev_raise(self->fd, SOURCE | OTHER);
	ASSERT_EQ(3, read_events(self, events, 3));
	EXPECT_EQ(low, events[2].handler);
	EXPECT_EQ(OTHER, events[2].sources);

	handler_del(&self->nl, LINE, "high");
	dev_raise(self->fd, SOURCE);
	ASSERT_EQ(2, read_events(self, events, 2));
	EXPECT_EQ(low, events[1].handler);
	EXPECT_EQ(SOURCE, events[1].sources);
}

TEST_F_TIMEOUT(abi, deleting_while_events_flow, 60)
{
	struct flow flow = {
		.line = LINE, .name = HANDLER, .sources = 0xfeU,
		.raiser_cpu = -1, .reader_cpu = -1, .seed = 1,
	};
	int rounds;

	handler_new(&self->nl, LINE, HANDLER, 0xfeU, "tasklet");
	flow_start(&flow, &self->nl);
	for (rounds = 0; rounds < repeats(100) && !flow_failed(&flow); rounds++) {
		add_sleeper(&self->nl, "victim", 4, 1);
		flow_wait(&flow, 5);
		handler_del(&self->nl, LINE, "victim");
	}
	flow_stop(&flow, &self->nl);
	EXPECT_STREQ("", flow.failure);
	EXPECT_EQ(flow_raised(&flow), flow_answered(&flow));
}

/* A backlog of seconds is neither waited for nor handled. */
TEST_F(abi, deleting_drops_what_is_pending)
{
	__u32 id = add_sleeper(&self->nl, HANDLER, 16, 500);
	__u64 start, pending;

	raise_events(self, HANDLER, 10);
	WAIT_UNTIL(stats_pending(&self->nl, LINE, HANDLER) < 10, patience(10),
		   "the first is handled");
	start = now_ns();
	pending = handler_del(&self->nl, LINE, HANDLER);
	EXPECT_GT(3 * NSEC_PER_SEC, now_ns() - start);
	/* The one in work when it was deleted, and those done by then. */
	EXPECT_GT(9, pending);
	EXPECT_LT(0, pending);
	EXPECT_EQ(10, pending + dev_drain(self->fd, id));
	pause_ms(1200);
	EXPECT_EQ(0, dev_drain(self->fd, id));
}

TEST_F(abi, ids_are_never_used_again)
{
	__u32 last = 0, id;
	int i;

	for (i = 0; i < 50; i++) {
		const char *line = i & 1 ? NEIGHBOUR : LINE;

		id = handler_new(&self->nl, line, HANDLER, SOURCE, "tasklet");
		EXPECT_GT(id, last);
		last = id;
		handler_del(&self->nl, line, HANDLER);
	}
}

static __u64 handler_memory(struct nl *nl, const char *name)
{
	struct nl_list reply = { 0 };
	__u64 memory;

	handler_get(nl, LINE, name, &reply);
	memory = nl_u64(nl_first(&reply), IRQLINE_A_HANDLER_MEMORY);
	nl_free(&reply);
	return memory;
}

/* What a strategy takes beside the queue and the histograms. */
static __u64 strategy_memory_max(const char *name)
{
	if (!strcmp(name, "napi"))
		return 4 * 1024;	/* a network device */
	if (!strcmp(name, "uio"))
		return 36 * 1024;	/* the ring that user space maps */
	return 0;
}

TEST_F(abi, memory_of_an_idle_line)
{
	struct strategy list[STRATEGIES_MAX];
	int count = strategies_available(&self->nl, list), i;
	__u64 line, handler = 0;

	line = line_u64(&self->nl, LINE, IRQLINE_A_LINE_MEMORY);
	EXPECT_GE(LINE_IDLE_MAX, line);
	EXPECT_LT(handler_memory(&self->nl, "factorial"), line);
	for (i = 0; i < count; i++) {
		handler_new(&self->nl, LINE, HANDLER, SOURCE, list[i].name);
		handler = handler_memory(&self->nl, HANDLER);
		EXPECT_GE(HANDLER_256_MAX + strategy_memory_max(list[i].name),
			  handler)
			TH_LOG("%s", list[i].name);
		EXPECT_LE(256 * sizeof(struct irqline_event), handler);
		EXPECT_LE(line + handler,
			  line_u64(&self->nl, LINE, IRQLINE_A_LINE_MEMORY));
		handler_del(&self->nl, LINE, HANDLER);
	}
	ksft_print_msg("idle line %llu, handler %llu bytes\n",
		       (unsigned long long)line, (unsigned long long)handler);
}

/* The attribute that the last answer blames; see nl_ack. */
static int blamed(const struct nl_msg *msg, const struct nl_ack *ack)
{
	const struct nlattr *attr;

	if (ack->offset < 0)
		return -1;
	attr = (const struct nlattr *)(msg->buf + ack->offset);
	return nl_type(attr);
}

static int try_new(struct nl *nl, int number, __u32 queue, struct nl_msg *msg)
{
	char name[16];

	snprintf(name, sizeof(name), "many%d", number);
	request_handler(msg, IRQLINE_CMD_HANDLER_NEW, LINE, name);
	nl_put_u32(msg, IRQLINE_A_HANDLER_SOURCES, SOURCE);
	nl_put_u32(msg, IRQLINE_A_HANDLER_QUEUE, queue);
	return nl_do(nl, msg, NULL);
}

TEST_F_TIMEOUT(abi, as_many_handlers_as_a_line_can_have, 60)
{
	int had = line_u32(&self->nl, LINE, IRQLINE_A_LINE_HANDLERS), i;
	struct nl_list list = { 0 };
	struct nl_msg msg;

	for (i = had; i < HANDLERS_MAX; i++) {
		ASSERT_EQ(0, try_new(&self->nl, i, IRQLINE_QUEUE_MIN, &msg))
			TH_LOG("handler %d: %s", i, self->nl.ack.text);
	}
	EXPECT_EQ(ENOSPC, try_new(&self->nl, i, IRQLINE_QUEUE_MIN, &msg));
	EXPECT_NE('\0', self->nl.ack.text[0]);
	EXPECT_EQ(IRQLINE_A_HANDLER_NAME, blamed(&msg, &self->nl.ack));
	EXPECT_EQ(HANDLERS_MAX,
		  line_u32(&self->nl, LINE, IRQLINE_A_LINE_HANDLERS));
	dump_line(&self->nl, IRQLINE_CMD_HANDLER_GET, IRQLINE_A_HANDLER_LINE,
		  LINE, &list);
	EXPECT_EQ(HANDLERS_MAX, list.count);
	nl_free(&list);

	/* All of them get the event. */
	raise_events(self, "many100", 1);
	await_idle(&self->nl, "many100");
	EXPECT_EQ(1, stats_taken(&self->nl, LINE, "many255"));

	handler_del(&self->nl, LINE, "many100");
	EXPECT_EQ(0, try_new(&self->nl, i, IRQLINE_QUEUE_MIN, &msg));
}

TEST_F_TIMEOUT(abi, as_much_memory_as_a_line_can_have, 60)
{
	struct nl_msg msg;
	int i = 0, err;

	do {
		err = try_new(&self->nl, i, IRQLINE_QUEUE_MAX, &msg);
	} while (!err && ++i < HANDLERS_MAX);
	EXPECT_EQ(ENOSPC, err);
	EXPECT_NE('\0', self->nl.ack.text[0]);
	EXPECT_EQ(IRQLINE_A_HANDLER_QUEUE, blamed(&msg, &self->nl.ack));
	/* A queue of the largest size takes 4 MiB for its events alone. */
	EXPECT_GE(16, i);
	EXPECT_LE(12, i);
	EXPECT_GE(LINE_MEMORY_MAX,
		  line_u64(&self->nl, LINE, IRQLINE_A_LINE_MEMORY));

	/* A small one still fits. */
	EXPECT_EQ(0, try_new(&self->nl, i, IRQLINE_QUEUE_MIN, &msg));
}

TEST_HARNESS_MAIN
