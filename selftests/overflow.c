// SPDX-License-Identifier: GPL-2.0-only
/*
 * Full queues: what is left in one, and what comes of the rest, told by the events
 * themselves. The consumer stands still until the test lets it go on, so nothing
 * here depends on who is faster.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "kselftest_harness.h"
#include "dev.h"
#include "stall.h"

#define DRIVER		"/sys/bus/pci/drivers/edu"

#define HANDLER		"full"
#define FAST		"fast"
#define SOURCES		0x00ffff00U
#define OTHER_SOURCE	0x01000000U
/* Long enough for a few events to come meanwhile. */
#define SLEEP_NS	(4 * NSEC_PER_SEC)
#define NAP_NS		(50 * NSEC_PER_MSEC)
#define MOMENT_MS	200
#define NOTIFY_MS	(EVENT_TIMEOUT * 1000)

/* What is raised first, second ... */
#define NTH(n)		(0x100U << (n))
/* All from one to another. */
#define NTHS(from, to)	((NTH(to) << 1) - NTH(from))

/* The strategy that a test is at, for what it has to complain of. */
static const char *consumer = "kthread";

/* An event as a test expects it. */
struct expected {
	__u64 seq;
	__u32 sources, merged;
};

static __u32 add(struct nl *nl, const char *name, __u32 sources, __u32 queue,
		 __u32 overflow)
{
	struct nl_msg msg;

	request_handler(&msg, IRQLINE_CMD_HANDLER_NEW, LINE, name);
	nl_put_u32(&msg, IRQLINE_A_HANDLER_SOURCES, sources);
	nl_put_u32(&msg, IRQLINE_A_HANDLER_QUEUE, queue);
	nl_put_u32(&msg, IRQLINE_A_HANDLER_OVERFLOW, overflow);
	nl_must(nl, &msg, NULL);
	return handler_id(nl, LINE, name);
}

static void set_policy(struct nl *nl, __u32 overflow)
{
	handler_set_u32(nl, LINE, HANDLER, IRQLINE_A_HANDLER_OVERFLOW, overflow);
}

static void set_queue(struct nl *nl, __u32 queue)
{
	handler_set_u32(nl, LINE, HANDLER, IRQLINE_A_HANDLER_QUEUE, queue);
}

static void await_idle(struct nl *nl)
{
	WAIT_UNTIL(!stats_pending(nl, LINE, HANDLER), EVENT_TIMEOUT,
		   "nothing is pending");
}

/* From the nth on, so many events, each of one source. */
static void raise_nths(struct nl *nl, int fd, int n, int count)
{
	for (; count--; n++)
		raise_taken(nl, fd, LINE, HANDLER, NTH(n));
}

/* Raises what the device is to hold, and waits until a pass has left it there. */
static void raise_held(struct nl *nl, int fd, __u32 sources)
{
	__u64 before = line_u64(nl, LINE, IRQLINE_A_LINE_THROTTLES);

	dev_raise(fd, sources);
	WAIT_UNTIL(line_u64(nl, LINE, IRQLINE_A_LINE_THROTTLES) != before,
		   EVENT_TIMEOUT, "the source is left at the device");
}

static void expect_event(struct __test_metadata *_metadata, int fd, __u32 id,
			 const struct expected *expected)
{
	struct irqline_event event;

	dev_next(fd, id, &event);
	EXPECT_EQ(expected->seq, event.seq)
		TH_LOG("by %s", consumer);
	EXPECT_EQ(expected->sources, event.sources)
		TH_LOG("event %llu by %s", event.seq, consumer);
	EXPECT_EQ(expected->merged, event.merged)
		TH_LOG("event %llu by %s", event.seq, consumer);
	EXPECT_EQ(0, event.lost);
}

/* Single events, from this number on, of the nth source and those after it. */
static void expect_nths(struct __test_metadata *_metadata, int fd, __u32 id,
			__u64 seq, int n, int count)
{
	struct expected expected;

	for (; count--; n++, seq++) {
		expected = (struct expected) { seq, NTH(n), 0 };
		expect_event(_metadata, fd, id, &expected);
	}
}

/*
 * Events without a gap from this number on, until all of these sources were seen:
 * each once.
 */
static void expect_all(struct __test_metadata *_metadata, int fd, __u32 id,
		       __u64 seq, __u32 sources)
{
	struct irqline_event event;

	while (sources) {
		dev_next(fd, id, &event);
		ASSERT_EQ(seq++, event.seq);
		ASSERT_EQ(0, event.sources & ~sources)
			TH_LOG("event %llu has 0x%x, to come is 0x%x",
			       event.seq, event.sources, sources);
		ASSERT_NE(0, event.sources);
		ASSERT_EQ(0, event.merged);
		ASSERT_EQ(0, event.lost);
		sources &= ~event.sources;
	}
}

static void expect_counts(struct __test_metadata *_metadata, struct nl *nl,
			  const struct stats *expected)
{
	struct stats stats;

	stats_get(nl, LINE, HANDLER, &stats);
	EXPECT_EQ(expected->taken, stats.taken);
	EXPECT_EQ(expected->handled, stats.handled);
	EXPECT_EQ(expected->dropped, stats.dropped);
	EXPECT_EQ(expected->merged, stats.merged);
	EXPECT_EQ(expected->pending, stats.pending);
}

/* Nothing was lost, and so much was taken. */
static void expect_handled(struct __test_metadata *_metadata, struct nl *nl,
			   __u64 count)
{
	const struct stats all = { .taken = count, .handled = count };

	WAIT_UNTIL(stats_taken(nl, LINE, HANDLER) >= count, EVENT_TIMEOUT,
		   "all is taken");
	await_idle(nl);
	expect_counts(_metadata, nl, &all);
}

FIXTURE(overflow)
{
	struct nl nl;
	struct strategy strategies[STRATEGIES_MAX];
	int fd, count;
	__u32 id;
	struct stall stall;
};

FIXTURE_SETUP(overflow)
{
	objects_open(&self->nl);
	if (!stall_possible(&self->nl))
		SKIP(return, "this kernel has no UIO");
	self->count = strategies_available(&self->nl, self->strategies);
	self->fd = dev_open(LINE, O_RDWR);
}

FIXTURE_TEARDOWN(overflow)
{
	close(self->fd);
	objects_reset(&self->nl);
	nl_close(&self->nl);
}

/*
 * Ten events meet a queue of four, then this strategy takes what is left, and one
 * that comes afterwards.
 */
static void overflow_by_six(struct __test_metadata *_metadata,
			    struct _test_data_overflow *self, __u32 policy,
			    const char *bottom, const struct expected *left)
{
	const struct expected last = { 11, NTH(10), 0 };
	bool merges = policy == IRQLINE_OVERFLOW_MERGE;
	const struct stats full = {
		.taken = 10, .pending = 4,
		.dropped = merges ? 0 : 6, .merged = merges ? 6 : 0,
	};
	__u32 id = add(&self->nl, HANDLER, SOURCES, 4, policy);
	int i;

	consumer = bottom;
	stall_begin(&self->stall, &self->nl, LINE, HANDLER);
	raise_nths(&self->nl, self->fd, 0, 10);
	expect_counts(_metadata, &self->nl, &full);
	stall_end(&self->stall, &self->nl, bottom);
	for (i = 0; i < 4; i++)
		expect_event(_metadata, self->fd, id, &left[i]);
	raise_nths(&self->nl, self->fd, 10, 1);
	expect_event(_metadata, self->fd, id, &last);
	await_idle(&self->nl);
	EXPECT_EQ(0, dev_drain(self->fd, id));
	EXPECT_EQ(0, handler_del(&self->nl, LINE, HANDLER));
}

static void each_strategy(struct __test_metadata *_metadata,
			  struct _test_data_overflow *self, __u32 policy,
			  const struct expected *left)
{
	int i;

	for (i = 0; i < self->count; i++)
		overflow_by_six(_metadata, self, policy,
				self->strategies[i].name, left);
}

TEST_F_TIMEOUT(overflow, drops_the_newest, 90)
{
	static const struct expected left[] = {
		{ 1, NTH(0), 0 }, { 2, NTH(1), 0 },
		{ 3, NTH(2), 0 }, { 4, NTH(3), 0 },
	};

	each_strategy(_metadata, self, IRQLINE_OVERFLOW_DROP_NEWEST, left);
}

TEST_F_TIMEOUT(overflow, drops_the_oldest, 90)
{
	static const struct expected left[] = {
		{ 7, NTH(6), 0 }, { 8, NTH(7), 0 },
		{ 9, NTH(8), 0 }, { 10, NTH(9), 0 },
	};

	each_strategy(_metadata, self, IRQLINE_OVERFLOW_DROP_OLDEST, left);
}

TEST_F_TIMEOUT(overflow, merges_into_the_newest, 90)
{
	static const struct expected left[] = {
		{ 1, NTH(0), 0 }, { 2, NTH(1), 0 },
		{ 3, NTH(2), 0 }, { 4, NTHS(3, 9), 6 },
	};

	each_strategy(_metadata, self, IRQLINE_OVERFLOW_MERGE, left);
}

/* The one that an event is merged into keeps its time. */
TEST_F(overflow, merges_into_an_older_event)
{
	struct irqline_event event;
	__u64 between = 0;
	int i;

	self->id = add(&self->nl, HANDLER, SOURCES, 2, IRQLINE_OVERFLOW_MERGE);
	stall_begin(&self->stall, &self->nl, LINE, HANDLER);
	raise_nths(&self->nl, self->fd, 0, 2);
	between = now_ns();
	raise_nths(&self->nl, self->fd, 2, 2);
	stall_end(&self->stall, &self->nl, "kthread");
	for (i = 0; i < 2; i++)
		dev_next(self->fd, self->id, &event);
	EXPECT_EQ(2, event.merged);
	EXPECT_LE(event.top_ns, between);
}

/* What the device has captured last is with the one that stands for all of them. */
TEST_F(overflow, merges_what_was_captured)
{
	struct irqline_event event;
	__u32 operand;

	self->id = add(&self->nl, HANDLER, EDU_SOURCE_FACTORIAL, 2,
		       IRQLINE_OVERFLOW_MERGE);
	stall_begin(&self->stall, &self->nl, LINE, HANDLER);
	for (operand = 4; operand < 8; operand++)
		dev_factorial(self->fd, operand);
	stall_end(&self->stall, &self->nl, "kthread");
	dev_next(self->fd, self->id, &event);
	EXPECT_EQ(24, (__u32)event.data);
	dev_next(self->fd, self->id, &event);
	EXPECT_EQ(2, event.merged);
	EXPECT_EQ(5040, (__u32)event.data);
}

/* Never the one in work: with the queue empty beside it, nothing is to be dropped. */
TEST_F(overflow, leaves_alone_what_is_in_work)
{
	static const struct expected left[] = {
		{ 1, NTH(0), 0 }, { 4, NTH(3), 0 }, { 5, NTH(4), 0 },
	};
	struct stats stats;
	int i;

	self->id = add(&self->nl, HANDLER, SOURCES, 2,
		       IRQLINE_OVERFLOW_DROP_OLDEST);
	handler_bottom(&self->nl, LINE, HANDLER, "kthread");
	handler_work(&self->nl, LINE, HANDLER, IRQLINE_WORK_SLEEP,
		     SLEEP_NS);
	raise_nths(&self->nl, self->fd, 0, 1);
	/* It has left the queue when the next two find room there. */
	pause_ms(MOMENT_MS);
	raise_nths(&self->nl, self->fd, 1, 4);
	stats_get(&self->nl, LINE, HANDLER, &stats);
	ASSERT_EQ(0, stats.handled) TH_LOG("the host is too slow for this test");
	EXPECT_EQ(2, stats.dropped);
	EXPECT_EQ(3, stats.pending);
	handler_work(&self->nl, LINE, HANDLER, IRQLINE_WORK_NONE, 0);
	for (i = 0; i < 3; i++)
		expect_event(_metadata, self->fd, self->id, &left[i]);
}

/* The events of one CPU fill the queue of its lane, and of no other. */
TEST_F(overflow, is_one_lanes_affair)
{
	struct irqline_event event;
	struct nl_msg msg;
	struct stats stats;
	int i;

	if (cpu_count() < 2)
		SKIP(return, "there is one CPU only");
	self->id = add(&self->nl, HANDLER, SOURCES, 2,
		       IRQLINE_OVERFLOW_DROP_OLDEST);
	request_handler(&msg, IRQLINE_CMD_HANDLER_SET, LINE, HANDLER);
	nl_put_str(&msg, IRQLINE_A_HANDLER_BOTTOM, "kthread");
	nl_put_u32(&msg, IRQLINE_A_HANDLER_LANES, IRQLINE_LANES_PERCPU);
	nl_put_u32(&msg, IRQLINE_A_HANDLER_WORK, IRQLINE_WORK_SLEEP);
	nl_put_u64(&msg, IRQLINE_A_HANDLER_WORK_TIME, SLEEP_NS);
	nl_must(&self->nl, &msg, NULL);

	line_affinity(&self->nl, LINE, cpu_nth(0));
	raise_nths(&self->nl, self->fd, 0, 1);
	pause_ms(MOMENT_MS);
	raise_nths(&self->nl, self->fd, 1, 5);
	line_affinity(&self->nl, LINE, cpu_nth(1));
	handler_work(&self->nl, LINE, HANDLER, IRQLINE_WORK_NONE, 0);
	raise_nths(&self->nl, self->fd, 6, 1);
	dev_next(self->fd, self->id, &event);
	EXPECT_EQ(cpu_nth(1), event.lane);
	EXPECT_EQ(1, event.seq);
	EXPECT_EQ(NTH(6), event.sources);
	stats_get_lane(&self->nl, LINE, HANDLER, cpu_nth(0), &stats);
	ASSERT_EQ(0, stats.handled) TH_LOG("the host is too slow for this test");
	EXPECT_EQ(3, stats.dropped);
	stats_get_lane(&self->nl, LINE, HANDLER, cpu_nth(1), &stats);
	EXPECT_EQ(0, stats.dropped);
	for (i = 0; i < 3; i++) {
		dev_next(self->fd, self->id, &event);
		EXPECT_EQ(cpu_nth(0), event.lane);
		EXPECT_EQ(i ? NTH(3 + i) : NTH(0), event.sources);
	}
}

/* With events waiting, to each of them, and back. */
TEST_F(overflow, policy_changes_while_events_wait)
{
	static const struct expected left[] = {
		{ 3, NTH(2), 0 }, { 4, NTHS(3, 5), 2 }, { 8, NTH(7), 0 },
	};
	int i;

	self->id = add(&self->nl, HANDLER, SOURCES, 2,
		       IRQLINE_OVERFLOW_DROP_OLDEST);
	stall_begin(&self->stall, &self->nl, LINE, HANDLER);
	raise_nths(&self->nl, self->fd, 0, 4);
	set_policy(&self->nl, IRQLINE_OVERFLOW_MERGE);
	raise_nths(&self->nl, self->fd, 4, 2);
	set_policy(&self->nl, IRQLINE_OVERFLOW_DROP_NEWEST);
	raise_nths(&self->nl, self->fd, 6, 1);
	set_policy(&self->nl, IRQLINE_OVERFLOW_BACKPRESSURE);
	raise_held(&self->nl, self->fd, NTH(7));
	EXPECT_EQ(7, stats_taken(&self->nl, LINE, HANDLER));
	stall_end(&self->stall, &self->nl, "kthread");
	for (i = 0; i < 3; i++)
		expect_event(_metadata, self->fd, self->id, &left[i]);
}

/* With the device's own, which look at the device, only what loses no source. */
TEST_F(overflow, loses_nothing_of_the_devices_own)
{
	struct nl_msg msg;
	__u32 policy;
	int offset;

	EXPECT_EQ(IRQLINE_OVERFLOW_MERGE,
		  handler_u32(&self->nl, LINE, "factorial",
			      IRQLINE_A_HANDLER_OVERFLOW));
	for (policy = 0; policy <= IRQLINE_OVERFLOW_BACKPRESSURE; policy++) {
		request_handler(&msg, IRQLINE_CMD_HANDLER_SET, LINE, "factorial");
		offset = nl_put_u32(&msg, IRQLINE_A_HANDLER_OVERFLOW, policy);
		if (policy >= IRQLINE_OVERFLOW_MERGE) {
			EXPECT_EQ(0, nl_do(&self->nl, &msg, NULL));
			continue;
		}
		EXPECT_EQ(EINVAL, nl_do(&self->nl, &msg, NULL));
		EXPECT_EQ(offset, self->nl.ack.offset);
		EXPECT_NE(NULL, strstr(self->nl.ack.text, "merge"));
	}
}

/* Backpressure, in each top half and each kind of interrupt. */
FIXTURE(hold)
{
	struct nl nl;
	int fd;
	__u32 id, fast;
	bool masks;	/* the device is kept quiet as a whole */
	bool closed;
	struct stall stall;
};

FIXTURE_VARIANT(hold)
{
	__u32 delivery;
	const char *top;
};

FIXTURE_VARIANT_ADD(hold, msi_hard) {
	.delivery = IRQLINE_DELIVERY_MSI, .top = "hard",
};

FIXTURE_VARIANT_ADD(hold, msi_thread) {
	.delivery = IRQLINE_DELIVERY_MSI, .top = "thread",
};

FIXTURE_VARIANT_ADD(hold, msi_poll) {
	.delivery = IRQLINE_DELIVERY_MSI, .top = "poll",
};

FIXTURE_VARIANT_ADD(hold, intx_hard) {
	.delivery = IRQLINE_DELIVERY_INTX, .top = "hard",
};

FIXTURE_VARIANT_ADD(hold, intx_thread) {
	.delivery = IRQLINE_DELIVERY_INTX, .top = "thread",
};

FIXTURE_VARIANT_ADD(hold, intx_poll) {
	.delivery = IRQLINE_DELIVERY_INTX, .top = "poll",
};

/*
 * The smallest queue, which stands still, and another handler of all sources but
 * those from the eighth on, which is fast.
 */
FIXTURE_SETUP(hold)
{
	objects_open(&self->nl);
	if (!stall_possible(&self->nl))
		SKIP(return, "this kernel has no UIO");
	if (try_delivery(&self->nl, LINE, variant->delivery))
		SKIP(return, "%s", self->nl.ack.text);
	if (!try_top(&self->nl, LINE, variant->top))
		SKIP(return, "%s", self->nl.ack.text);
	self->masks = variant->delivery == IRQLINE_DELIVERY_INTX &&
		      strcmp(variant->top, "poll");
	self->id = add(&self->nl, HANDLER, SOURCES, IRQLINE_QUEUE_MIN,
		       IRQLINE_OVERFLOW_BACKPRESSURE);
	self->fast = add(&self->nl, FAST, NTHS(0, 7) | OTHER_SOURCE, 64,
			 IRQLINE_OVERFLOW_DROP_NEWEST);
	handler_bottom(&self->nl, LINE, FAST, "inline");
	self->fd = dev_open(LINE, O_RDWR);
	stall_begin(&self->stall, &self->nl, LINE, HANDLER);
}

FIXTURE_TEARDOWN(hold)
{
	close(self->fd);
	objects_reset(&self->nl);
	nl_close(&self->nl);
}

static void let_go(struct _test_data_hold *self)
{
	stall_end(&self->stall, &self->nl, "kthread");
}

/* The queue is full, and one source more is left at the device. */
static void fill_up(struct _test_data_hold *self, __u32 held)
{
	raise_nths(&self->nl, self->fd, 0, IRQLINE_QUEUE_MIN);
	raise_held(&self->nl, self->fd, held);
}

TEST_F(hold, loses_nothing)
{
	__u32 ids[] = { self->id, self->fast };
	int readers[2], i;

	for (i = 0; i < 2; i++)
		readers[i] = dev_open(LINE, O_RDONLY);
	fill_up(self, NTH(2));
	for (i = 3; i < 16; i++)
		dev_raise(self->fd, NTH(i));
	dev_raise(self->fd, OTHER_SOURCE);
	EXPECT_EQ(2, stats_taken(&self->nl, LINE, HANDLER));
	let_go(self);
	expect_all(_metadata, readers[0], ids[0], 1, SOURCES);
	expect_all(_metadata, readers[1], ids[1], 1, NTHS(0, 7) | OTHER_SOURCE);
	for (i = 0; i < 2; i++) {
		await_idle(&self->nl);
		EXPECT_EQ(0, dev_drain(readers[i], ids[i]));
		close(readers[i]);
	}
	expect_handled(_metadata, &self->nl, stats_taken(&self->nl, LINE, HANDLER));
}

/* The device holds what has no room, and nothing else if it can. */
TEST_F(hold, lets_other_sources_go_on)
{
	const struct expected other = { 3, OTHER_SOURCE, 0 };
	int i;

	fill_up(self, NTH(2));
	for (i = 0; i < 2; i++)
		expect_nths(_metadata, self->fd, self->fast, i + 1, i, 1);
	dev_raise(self->fd, OTHER_SOURCE);
	if (self->masks) {
		pause_ms(MOMENT_MS);
		EXPECT_EQ(0, dev_drain(self->fd, self->fast));
		let_go(self);
		expect_all(_metadata, self->fd, self->fast, 3,
			   OTHER_SOURCE | NTH(2));
		return;
	}
	expect_event(_metadata, self->fd, self->fast, &other);
	EXPECT_EQ(2, stats_taken(&self->nl, LINE, HANDLER));
	let_go(self);
	expect_nths(_metadata, self->fd, self->fast, 4, 2, 1);
}

/* Who shares a held source has it when the one that holds it has it. */
TEST_F(hold, of_a_shared_source_is_for_all_who_want_it)
{
	fill_up(self, NTH(2));
	pause_ms(MOMENT_MS);
	EXPECT_EQ(2, stats_taken(&self->nl, LINE, FAST));
	let_go(self);
	expect_handled(_metadata, &self->nl, 3);
	EXPECT_EQ(3, stats_taken(&self->nl, LINE, FAST));
}

/* Two that have backpressure: the source comes when both have room. */
TEST_F(hold, by_two_ends_with_the_later_one)
{
	struct stall second;
	__u32 id = add(&self->nl, "second", SOURCES, 4,
		       IRQLINE_OVERFLOW_BACKPRESSURE);
	int reader = dev_open(LINE, O_RDONLY);

	stall_begin(&second, &self->nl, LINE, "second");
	fill_up(self, NTH(2));
	set_queue(&self->nl, 8);
	WAIT_UNTIL(stats_taken(&self->nl, LINE, HANDLER) == 3, EVENT_TIMEOUT,
		   "the larger queue takes what was held");
	raise_nths(&self->nl, self->fd, 3, 1);
	raise_held(&self->nl, self->fd, NTH(4));
	EXPECT_EQ(4, stats_taken(&self->nl, LINE, HANDLER));
	EXPECT_EQ(4, stats_taken(&self->nl, LINE, "second"));
	let_go(self);
	await_idle(&self->nl);
	EXPECT_EQ(4, stats_taken(&self->nl, LINE, HANDLER));
	stall_end(&second, &self->nl, "kthread");
	expect_all(_metadata, self->fd, self->id, 1, NTHS(0, 4));
	expect_all(_metadata, reader, id, 1, NTHS(0, 4));
	expect_handled(_metadata, &self->nl, 5);
	EXPECT_EQ(5, stats_taken(&self->nl, LINE, "second"));
	close(reader);
}

/* At the low watermark, not as soon as there is room. */
TEST_F(hold, lies_between_its_watermarks)
{
	struct irqline_event events[4];
	struct nl_msg msg;
	int i;

	request_handler(&msg, IRQLINE_CMD_HANDLER_SET, LINE, HANDLER);
	nl_put_u32(&msg, IRQLINE_A_HANDLER_QUEUE, 8);
	nl_put_u32(&msg, IRQLINE_A_HANDLER_HIGH, 3);
	nl_put_u32(&msg, IRQLINE_A_HANDLER_LOW, 0);
	nl_must(&self->nl, &msg, NULL);
	raise_nths(&self->nl, self->fd, 0, 3);
	raise_held(&self->nl, self->fd, NTH(3));
	EXPECT_EQ(3, stats_pending(&self->nl, LINE, HANDLER));

	handler_work(&self->nl, LINE, HANDLER, IRQLINE_WORK_SLEEP, NAP_NS);
	let_go(self);
	for (i = 0; i < 4; i++) {
		dev_next(self->fd, self->id, &events[i]);
		EXPECT_EQ(i + 1, events[i].seq);
		EXPECT_EQ(NTH(i), events[i].sources);
	}
	/* The last to wait is out of the queue when the one before is handled. */
	EXPECT_GE(events[3].top_ns, events[1].bottom_ns + NAP_NS);
	expect_handled(_metadata, &self->nl, 4);
}

/* An event that finds the handler idle is the first and the last that there is room for. */
TEST_F(hold, begins_with_a_single_event_if_that_is_the_watermark)
{
	struct nl_msg msg;

	request_handler(&msg, IRQLINE_CMD_HANDLER_SET, LINE, HANDLER);
	nl_put_u32(&msg, IRQLINE_A_HANDLER_HIGH, 1);
	nl_put_u32(&msg, IRQLINE_A_HANDLER_LOW, 0);
	nl_must(&self->nl, &msg, NULL);
	raise_nths(&self->nl, self->fd, 0, 1);
	raise_held(&self->nl, self->fd, NTH(1));
	EXPECT_EQ(1, stats_taken(&self->nl, LINE, HANDLER));

	let_go(self);
	expect_nths(_metadata, self->fd, self->id, 1, 0, 2);
	expect_handled(_metadata, &self->nl, 2);
}

TEST_F(hold, ends_with_its_policy)
{
	const struct expected merged = { 2, NTH(1) | NTH(2), 1 };

	fill_up(self, NTH(2));
	set_policy(&self->nl, IRQLINE_OVERFLOW_MERGE);
	WAIT_UNTIL(stats_taken(&self->nl, LINE, FAST) == 3, EVENT_TIMEOUT,
		   "the other handler has what was held");
	let_go(self);
	expect_nths(_metadata, self->fd, self->id, 1, 0, 1);
	expect_event(_metadata, self->fd, self->id, &merged);
	await_idle(&self->nl);
	EXPECT_EQ(3, stats_taken(&self->nl, LINE, HANDLER));
}

TEST_F(hold, ends_with_its_sources)
{
	fill_up(self, NTH(2));
	handler_set_u32(&self->nl, LINE, HANDLER, IRQLINE_A_HANDLER_SOURCES,
			NTH(0));
	WAIT_UNTIL(stats_taken(&self->nl, LINE, FAST) == 3, EVENT_TIMEOUT,
		   "the other handler has what was held");
	let_go(self);
	expect_handled(_metadata, &self->nl, 2);
}

TEST_F(hold, ends_with_a_higher_watermark)
{
	struct nl_msg msg;

	request_handler(&msg, IRQLINE_CMD_HANDLER_SET, LINE, HANDLER);
	nl_put_u32(&msg, IRQLINE_A_HANDLER_QUEUE, 16);
	nl_put_u32(&msg, IRQLINE_A_HANDLER_HIGH, IRQLINE_QUEUE_MIN);
	nl_must(&self->nl, &msg, NULL);
	fill_up(self, NTH(2));
	handler_set_u32(&self->nl, LINE, HANDLER, IRQLINE_A_HANDLER_HIGH, 16);
	WAIT_UNTIL(stats_taken(&self->nl, LINE, HANDLER) == 3, EVENT_TIMEOUT,
		   "the queue takes what was held");
	let_go(self);
	expect_nths(_metadata, self->fd, self->id, 1, 0, 3);
	expect_handled(_metadata, &self->nl, 3);
}

TEST_F(hold, ends_with_its_handler)
{
	fill_up(self, NTH(2));
	EXPECT_EQ(2, handler_del(&self->nl, LINE, HANDLER));
	stall_close(&self->stall);
	expect_nths(_metadata, self->fd, self->fast, 1, 0, 3);
	dev_raise(self->fd, OTHER_SOURCE);
	WAIT_UNTIL(stats_taken(&self->nl, LINE, FAST) == 4, EVENT_TIMEOUT,
		   "the line goes on");
}

TEST_F(hold, ends_with_its_line)
{
	struct irqline_event event;
	char function[NAME_MAX];
	__u32 id;

	dev_function(LINE, function, sizeof(function));
	fill_up(self, NTH(2));
	file_must_write(DRIVER "/unbind", function);
	stall_close(&self->stall);
	close(self->fd);
	file_must_write(DRIVER "/bind", function);

	id = handler_new(&self->nl, LINE, HANDLER, SOURCES, "tasklet");
	self->fd = dev_open(LINE, O_RDWR);
	dev_raise(self->fd, NTH(3));
	dev_next(self->fd, id, &event);
	EXPECT_EQ(1, event.seq);
	EXPECT_EQ(NTH(3), event.sources);
}

/* What the device holds comes in another top half, or by another interrupt. */
TEST_F(hold, outlives_a_switch_of_the_top_half)
{
	static const char * const tops[] = { "thread", "poll", "hard" };
	unsigned int i;

	fill_up(self, NTH(2));
	for (i = 0; i < 3; i++) {
		if (!try_top(&self->nl, LINE, tops[i]))
			continue;
		EXPECT_EQ(2, stats_taken(&self->nl, LINE, HANDLER));
	}
	let_go(self);
	expect_nths(_metadata, self->fd, self->id, 1, 0, 3);
	expect_handled(_metadata, &self->nl, 3);
	raise_nths(&self->nl, self->fd, 3, 1);
	expect_nths(_metadata, self->fd, self->id, 4, 3, 1);
}

TEST_F(hold, outlives_a_change_of_the_delivery)
{
	__u32 other = variant->delivery == IRQLINE_DELIVERY_MSI ?
		IRQLINE_DELIVERY_INTX : IRQLINE_DELIVERY_MSI;

	fill_up(self, NTH(2));
	if (try_delivery(&self->nl, LINE, other))
		SKIP(return, "%s", self->nl.ack.text);
	EXPECT_EQ(2, stats_taken(&self->nl, LINE, HANDLER));
	let_go(self);
	expect_nths(_metadata, self->fd, self->id, 1, 0, 3);
	expect_handled(_metadata, &self->nl, 3);
	raise_nths(&self->nl, self->fd, 3, 1);
	expect_nths(_metadata, self->fd, self->id, 4, 3, 1);
}

/* A queue of another size, while the consumer stands still. */
FIXTURE(resize)
{
	struct nl nl;
	int fd;
	__u32 id;
	struct stall stall;
};

FIXTURE_SETUP(resize)
{
	objects_open(&self->nl);
	if (!stall_possible(&self->nl))
		SKIP(return, "this kernel has no UIO");
	self->id = add(&self->nl, HANDLER, SOURCES, 4,
		       IRQLINE_OVERFLOW_DROP_NEWEST);
	self->fd = dev_open(LINE, O_RDWR);
	stall_begin(&self->stall, &self->nl, LINE, HANDLER);
}

FIXTURE_TEARDOWN(resize)
{
	close(self->fd);
	objects_reset(&self->nl);
	nl_close(&self->nl);
}

static void expect_too_small(struct __test_metadata *_metadata,
			     struct _test_data_resize *self, __u32 size,
			     const char *why)
{
	__u32 now = handler_u32(&self->nl, LINE, HANDLER,
				IRQLINE_A_HANDLER_QUEUE);
	__u64 pending = stats_pending(&self->nl, LINE, HANDLER);
	struct nl_msg msg;
	int offset;

	request_handler(&msg, IRQLINE_CMD_HANDLER_SET, LINE, HANDLER);
	offset = nl_put_u32(&msg, IRQLINE_A_HANDLER_QUEUE, size);
	nl_put_u32(&msg, IRQLINE_A_HANDLER_PRIORITY, 7);
	EXPECT_EQ(EBUSY, nl_do(&self->nl, &msg, NULL)) TH_LOG("size %u", size);
	EXPECT_EQ(offset, self->nl.ack.offset);
	EXPECT_NE(NULL, strstr(self->nl.ack.text, why))
		TH_LOG("%s", self->nl.ack.text);
	EXPECT_EQ(now, handler_u32(&self->nl, LINE, HANDLER,
				   IRQLINE_A_HANDLER_QUEUE));
	EXPECT_EQ(0, handler_u32(&self->nl, LINE, HANDLER,
				 IRQLINE_A_HANDLER_PRIORITY));
	EXPECT_EQ(pending, stats_pending(&self->nl, LINE, HANDLER));
}

/* Several times in a row: what waits is as old as the first of the queues. */
TEST_F(resize, keeps_what_waits_in_order)
{
	static const __u32 sizes[] = { 8, 64, IRQLINE_QUEUE_MAX, 128, 16 };
	const struct stats full = { .taken = 17, .dropped = 1, .pending = 16 };
	const struct expected last = { 18, NTH(0), 0 };
	unsigned int i;

	raise_nths(&self->nl, self->fd, 0, 4);
	for (i = 0; i < 5; i++) {
		set_queue(&self->nl, sizes[i]);
		raise_nths(&self->nl, self->fd, 4 + 2 * i, 2);
	}
	raise_nths(&self->nl, self->fd, 14, 2);
	expect_too_small(_metadata, self, 8, "more events wait");
	expect_too_small(_metadata, self, IRQLINE_QUEUE_MIN, "more events wait");
	/* Full: one more is dropped. */
	raise_nths(&self->nl, self->fd, 0, 1);
	expect_counts(_metadata, &self->nl, &full);

	stall_end(&self->stall, &self->nl, "kthread");
	expect_nths(_metadata, self->fd, self->id, 1, 0, 16);
	await_idle(&self->nl);
	raise_nths(&self->nl, self->fd, 0, 1);
	expect_event(_metadata, self->fd, self->id, &last);
	set_queue(&self->nl, IRQLINE_QUEUE_MIN);
}

/* One event is enough to keep the queues of all sizes that there were since. */
TEST_F(resize, is_refused_while_many_sizes_are_in_use)
{
	static const struct expected events[] = {
		{ 1, NTH(0), 0 }, { 2, NTH(1), 0 },
	};
	int i;

	raise_nths(&self->nl, self->fd, 0, 1);
	for (i = 0; i < 7; i++)
		set_queue(&self->nl, i & 1 ? 4 : 8);
	expect_too_small(_metadata, self, 16, "former sizes");

	stall_end(&self->stall, &self->nl, "kthread");
	raise_nths(&self->nl, self->fd, 1, 1);
	for (i = 0; i < 2; i++)
		expect_event(_metadata, self->fd, self->id, &events[i]);
	set_queue(&self->nl, 16);
}

/* The consumer goes on, and there are two events, no more. */
static void expect_left(struct __test_metadata *_metadata,
			struct _test_data_resize *self,
			const struct expected left[2])
{
	stall_end(&self->stall, &self->nl, "tasklet");
	expect_event(_metadata, self->fd, self->id, &left[0]);
	expect_event(_metadata, self->fd, self->id, &left[1]);
	await_idle(&self->nl);
	EXPECT_EQ(0, dev_drain(self->fd, self->id));
}

TEST_F(resize, drops_the_oldest_from_where_it_is)
{
	static const struct expected left[] = {
		{ 4, NTH(3), 0 }, { 5, NTH(4), 0 },
	};

	set_policy(&self->nl, IRQLINE_OVERFLOW_DROP_OLDEST);
	raise_nths(&self->nl, self->fd, 0, 2);
	set_queue(&self->nl, IRQLINE_QUEUE_MIN);
	raise_nths(&self->nl, self->fd, 2, 3);
	expect_left(_metadata, self, left);
}

TEST_F(resize, merges_into_the_newest_where_it_is)
{
	static const struct expected left[] = {
		{ 1, NTH(0), 0 }, { 2, NTHS(1, 3), 2 },
	};

	set_policy(&self->nl, IRQLINE_OVERFLOW_MERGE);
	raise_nths(&self->nl, self->fd, 0, 2);
	set_queue(&self->nl, IRQLINE_QUEUE_MIN);
	raise_nths(&self->nl, self->fd, 2, 2);
	expect_left(_metadata, self, left);
}

/* What the default says follows the size, what was set stays. */
TEST_F(resize, takes_watermarks_along)
{
	static const struct {
		__u16 type;
		__u32 value, high, low;
	} steps[] = {
		{ IRQLINE_A_HANDLER_QUEUE, 8, 0, 4 },
		{ IRQLINE_A_HANDLER_OVERFLOW, IRQLINE_OVERFLOW_BACKPRESSURE, 8, 4 },
		{ IRQLINE_A_HANDLER_QUEUE, 64, 64, 32 },
		{ IRQLINE_A_HANDLER_HIGH, 40, 40, 20 },
		{ IRQLINE_A_HANDLER_LOW, 10, 40, 10 },
		{ IRQLINE_A_HANDLER_QUEUE, 128, 40, 10 },
		{ IRQLINE_A_HANDLER_OVERFLOW, IRQLINE_OVERFLOW_MERGE, 0, 10 },
		{ IRQLINE_A_HANDLER_QUEUE, 16, 0, 10 },
		{ IRQLINE_A_HANDLER_OVERFLOW, IRQLINE_OVERFLOW_BACKPRESSURE, 16, 10 },
	};
	struct nl_list reply = { 0 };
	const struct nlattr *high;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(steps); i++) {
		handler_set_u32(&self->nl, LINE, HANDLER, steps[i].type,
				steps[i].value);
		handler_get(&self->nl, LINE, HANDLER, &reply);
		high = nl_find(nl_first(&reply), IRQLINE_A_HANDLER_HIGH);
		EXPECT_EQ(steps[i].high, high ? nl_value_u32(high) : 0)
			TH_LOG("step %u", i);
		EXPECT_EQ(steps[i].low, nl_u32(nl_first(&reply),
					       IRQLINE_A_HANDLER_LOW))
			TH_LOG("step %u", i);
		nl_free(&reply);
	}
}

static __u64 memory(struct nl *nl)
{
	struct nl_list reply = { 0 };
	__u64 bytes;

	handler_get(nl, LINE, HANDLER, &reply);
	bytes = nl_u64(nl_first(&reply), IRQLINE_A_HANDLER_MEMORY);
	nl_free(&reply);
	return bytes;
}

/* Once it is empty, a queue takes what one of its size takes, whatever it was. */
TEST_F(resize, gives_memory_back)
{
	__u64 before = memory(&self->nl), large;

	raise_nths(&self->nl, self->fd, 0, 4);
	set_queue(&self->nl, IRQLINE_QUEUE_MAX);
	large = memory(&self->nl);
	EXPECT_GE(large, before + (IRQLINE_QUEUE_MAX - 4) *
			 sizeof(struct irqline_event));
	EXPECT_LE(large, line_u64(&self->nl, LINE, IRQLINE_A_LINE_MEMORY));
	set_queue(&self->nl, 4);
	stall_end(&self->stall, &self->nl, "uio");
	expect_nths(_metadata, self->fd, self->id, 1, 0, 4);
	await_idle(&self->nl);
	raise_nths(&self->nl, self->fd, 4, 1);
	await_idle(&self->nl);
	EXPECT_EQ(before, memory(&self->nl));
}

/* More than a line may take is refused, and changes nothing. */
TEST_F(resize, is_refused_if_it_takes_too_much)
{
	char name[16];
	struct nl_msg msg;
	int i = 0, offset;

	do {
		snprintf(name, sizeof(name), "large%d", i++);
		request_handler(&msg, IRQLINE_CMD_HANDLER_NEW, LINE, name);
		nl_put_u32(&msg, IRQLINE_A_HANDLER_SOURCES, OTHER_SOURCE);
		nl_put_u32(&msg, IRQLINE_A_HANDLER_QUEUE, IRQLINE_QUEUE_MAX);
	} while (!nl_do(&self->nl, &msg, NULL));
	EXPECT_EQ(ENOSPC, self->nl.ack.error);
	request_handler(&msg, IRQLINE_CMD_HANDLER_SET, LINE, HANDLER);
	offset = nl_put_u32(&msg, IRQLINE_A_HANDLER_QUEUE, IRQLINE_QUEUE_MAX);
	EXPECT_EQ(ENOSPC, nl_do(&self->nl, &msg, NULL));
	EXPECT_EQ(offset, self->nl.ack.offset);
	EXPECT_STRNE("", self->nl.ack.text);
	EXPECT_EQ(4, handler_u32(&self->nl, LINE, HANDLER,
				 IRQLINE_A_HANDLER_QUEUE));
	stall_end(&self->stall, &self->nl, "tasklet");
}

/* Who is told of an episode, when, and with which counts. */
FIXTURE(alert)
{
	struct nl nl, listener;
	int fd;
	struct stall stall;
};

FIXTURE_VARIANT(alert)
{
	__u32 policy;
	struct stats begin, end;
};

/*
 * Of a queue of four where seven events come, the counts when it begins. It ends
 * with two of the four waiting, so with one or two handled by then.
 */
FIXTURE_VARIANT_ADD(alert, drop_newest) {
	.policy = IRQLINE_OVERFLOW_DROP_NEWEST,
	.begin = { .taken = 5, .dropped = 1, .pending = 4 },
	.end = { .taken = 7, .dropped = 3 },
};

FIXTURE_VARIANT_ADD(alert, drop_oldest) {
	.policy = IRQLINE_OVERFLOW_DROP_OLDEST,
	.begin = { .taken = 5, .dropped = 1, .pending = 4 },
	.end = { .taken = 7, .dropped = 3 },
};

FIXTURE_VARIANT_ADD(alert, merge) {
	.policy = IRQLINE_OVERFLOW_MERGE,
	.begin = { .taken = 5, .merged = 1, .pending = 4 },
	.end = { .taken = 7, .merged = 3 },
};

FIXTURE_VARIANT_ADD(alert, backpressure) {
	.policy = IRQLINE_OVERFLOW_BACKPRESSURE,
	.begin = { .taken = 4, .pending = 4 },
	.end = { .taken = 4 },
};

FIXTURE_SETUP(alert)
{
	objects_open(&self->nl);
	if (!stall_possible(&self->nl))
		SKIP(return, "this kernel has no UIO");
	nl_open(&self->listener, IRQLINE_FAMILY_NAME);
	nl_join(&self->listener, IRQLINE_FAMILY_NAME, IRQLINE_MCGRP_ALERT);
	add(&self->nl, HANDLER, SOURCES, 4, variant->policy);
	add(&self->nl, "calm", SOURCES, 64, variant->policy);
	self->fd = dev_open(LINE, O_RDWR);
}

FIXTURE_TEARDOWN(alert)
{
	close(self->fd);
	nl_close(&self->listener);
	objects_reset(&self->nl);
	nl_close(&self->nl);
}

/* Ends the test if it is not the next one, and within time. */
static void next_alert(struct _test_data_alert *self, __u32 expected,
		       struct stats *stats)
{
	const struct nlmsghdr *header =
		nl_notification(&self->listener, NOTIFY_MS);
	__u32 alert;

	if (!header)
		die("alert %u does not come", expected);
	alert = alert_parse(header, stats);
	if (alert != expected)
		die("alert %u comes, not %u", alert, expected);
	if (strcmp(nl_str(header, IRQLINE_A_STATS_HANDLER), HANDLER))
		die("an alert of %s",
		    nl_str(header, IRQLINE_A_STATS_HANDLER));
}

/* The beginning of an episode, once @before has been handled. */
static void expect_begin(struct __test_metadata *_metadata,
			 struct _test_data_alert *self,
			 const struct stats *before, const struct stats *begin)
{
	struct stats stats;

	next_alert(self, IRQLINE_ALERT_OVERFLOW_BEGIN, &stats);
	EXPECT_EQ(before->taken + begin->taken, stats.taken);
	EXPECT_EQ(before->handled, stats.handled);
	EXPECT_EQ(before->dropped + begin->dropped, stats.dropped);
	EXPECT_EQ(before->merged + begin->merged, stats.merged);
	EXPECT_EQ(begin->pending, stats.pending);
}

static void expect_end(struct __test_metadata *_metadata,
		       struct _test_data_alert *self,
		       const struct stats *before, const struct stats *end)
{
	struct stats stats;

	next_alert(self, IRQLINE_ALERT_OVERFLOW_END, &stats);
	EXPECT_EQ(before->taken + end->taken, stats.taken);
	EXPECT_EQ(before->dropped + end->dropped, stats.dropped);
	EXPECT_EQ(before->merged + end->merged, stats.merged);
	EXPECT_GE(stats.pending, 2);
	EXPECT_LE(stats.pending, 3);
	EXPECT_TRUE(stats_add_up(&stats));
}

static void overflow(struct __test_metadata *_metadata,
		     struct _test_data_alert *self,
		     const struct _fixture_variant_alert *variant)
{
	bool held = variant->policy == IRQLINE_OVERFLOW_BACKPRESSURE;
	struct stats before;

	stats_get(&self->nl, LINE, HANDLER, &before);
	stall_begin(&self->stall, &self->nl, LINE, HANDLER);
	raise_nths(&self->nl, self->fd, 0, 4);
	if (held)
		raise_held(&self->nl, self->fd, NTH(4));
	else
		raise_nths(&self->nl, self->fd, 4, 3);
	expect_begin(_metadata, self, &before, &variant->begin);
	stall_end(&self->stall, &self->nl, "kthread");
	expect_end(_metadata, self, &before, &variant->end);
	if (held)
		WAIT_UNTIL(stats_taken(&self->nl, LINE, HANDLER) ==
			   before.taken + 5, EVENT_TIMEOUT,
			   "what was held is taken");
	await_idle(&self->nl);
}

TEST_F(alert, is_told_at_each_end_of_an_episode)
{
	int i;

	for (i = 0; i < 3; i++)
		overflow(_metadata, self, variant);
	EXPECT_EQ(NULL, nl_notification(&self->listener, MOMENT_MS));
}

/* A policy that goes bites no more, and the next one begins when it does. */
TEST_F(alert, is_told_of_an_episode_that_ends_with_its_policy)
{
	__u32 other = variant->policy == IRQLINE_OVERFLOW_DROP_NEWEST ?
		IRQLINE_OVERFLOW_DROP_OLDEST : IRQLINE_OVERFLOW_DROP_NEWEST;
	struct stats stats;

	stall_begin(&self->stall, &self->nl, LINE, HANDLER);
	raise_nths(&self->nl, self->fd, 0, 3);
	set_policy(&self->nl, other);
	set_policy(&self->nl, variant->policy);
	EXPECT_EQ(NULL, nl_notification(&self->listener, MOMENT_MS));
	raise_nths(&self->nl, self->fd, 3, 1);
	/* Backpressure begins when there is no more room, before it is wanted. */
	if (variant->policy != IRQLINE_OVERFLOW_BACKPRESSURE)
		raise_nths(&self->nl, self->fd, 4, 1);
	next_alert(self, IRQLINE_ALERT_OVERFLOW_BEGIN, &stats);
	set_policy(&self->nl, other);
	next_alert(self, IRQLINE_ALERT_OVERFLOW_END, &stats);
	EXPECT_EQ(4, stats.pending);
	raise_nths(&self->nl, self->fd, 5, 1);
	next_alert(self, IRQLINE_ALERT_OVERFLOW_BEGIN, &stats);
	EXPECT_EQ(4, stats.pending);
	EXPECT_NE(0, stats.dropped);
	stall_end(&self->stall, &self->nl, "tasklet");
	next_alert(self, IRQLINE_ALERT_OVERFLOW_END, &stats);
}

/* As the low watermark says: with one event less, or with none. */
TEST_F(alert, of_the_end_comes_at_the_low_watermark)
{
	struct stats stats;

	if (variant->policy != IRQLINE_OVERFLOW_DROP_NEWEST)
		SKIP(return, "the policy makes no difference");
	handler_set_u32(&self->nl, LINE, HANDLER, IRQLINE_A_HANDLER_LOW, 0);
	stall_begin(&self->stall, &self->nl, LINE, HANDLER);
	raise_nths(&self->nl, self->fd, 0, 5);
	next_alert(self, IRQLINE_ALERT_OVERFLOW_BEGIN, &stats);
	stall_end(&self->stall, &self->nl, "kthread");
	next_alert(self, IRQLINE_ALERT_OVERFLOW_END, &stats);
	EXPECT_LE(stats.pending, 1);
	EXPECT_EQ(4, stats.handled + stats.pending);
}

TEST_HARNESS_MAIN
