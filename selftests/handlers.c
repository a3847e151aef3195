// SPDX-License-Identifier: GPL-2.0-only
/*
 * Handlers beside each other: who gets a source that several want, what is left of one
 * that is deleted, and how many there can be.
 */
#include <stdio.h>
#include <string.h>

#include "kselftest_harness.h"
#include "dev.h"
#include "flow.h"
#include "populate.h"
#include "world.h"

#define ARRAY_LEN(array)	(sizeof(array) / sizeof((array)[0]))

#define HANDLERS_MAX	256
#define LINE_IDLE_MAX	(64 * 1024)
#define HANDLER_256_MAX	(24 * 1024)
#define LINE_MEMORY_MAX	(64 * 1024 * 1024)

/* How long to wait for what must not come. */
#define NOTHING_MS	200

FIXTURE(handlers)
{
	struct nl nl;
	int fd;
};

FIXTURE_SETUP(handlers)
{
	objects_open(&self->nl);
	self->fd = dev_open(LINE, O_RDWR);
}

FIXTURE_TEARDOWN(handlers)
{
	close(self->fd);
	objects_reset(&self->nl);
	nl_close(&self->nl);
}

/* The next events, whoever they are for. */
static int read_events(struct _test_data_handlers *self,
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

TEST_F(handlers, handlers_that_share_a_source)
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
TEST_F(handlers, higher_priority_goes_first)
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
		add_inline(&self->nl, name, SOURCE, priorities[i], false);
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

TEST_F(handlers, exclusive_hides_sources_from_lower_ones)
{
	struct irqline_event events[3];
	__u32 high, above, low;

	add_inline(&self->nl, "low", SOURCE | OTHER, -1, false);
	add_inline(&self->nl, "high", SOURCE, 1, true);
	add_inline(&self->nl, "above", SOURCE, 2, false);
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

TEST_F_TIMEOUT(handlers, deleting_while_events_flow, 60)
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
TEST_F(handlers, deleting_drops_what_is_pending)
{
	__u32 id = add_sleeper(&self->nl, HANDLER, 16, 500);
	__u64 start, pending;

	raise_events(&self->nl, self->fd, HANDLER, 10);
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

TEST_F(handlers, ids_are_never_used_again)
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

TEST_F(handlers, memory_of_an_idle_line)
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

TEST_F_TIMEOUT(handlers, as_many_handlers_as_a_line_can_have, 60)
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
	world_dump_line(&self->nl, IRQLINE_CMD_HANDLER_GET, IRQLINE_A_HANDLER_LINE,
			LINE, &list);
	EXPECT_EQ(HANDLERS_MAX, list.count);
	nl_free(&list);

	/* All of them get the event. */
	raise_events(&self->nl, self->fd, "many100", 1);
	await_idle(&self->nl, "many100");
	EXPECT_EQ(1, stats_taken(&self->nl, LINE, "many255"));

	handler_del(&self->nl, LINE, "many100");
	EXPECT_EQ(0, try_new(&self->nl, i, IRQLINE_QUEUE_MIN, &msg));
}

TEST_F_TIMEOUT(handlers, as_much_memory_as_a_line_can_have, 60)
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
