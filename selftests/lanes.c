// SPDX-License-Identifier: GPL-2.0-only
/*
 * A lane for each CPU: the events of each CPU are handled in order, by an
 * executor of that CPU, whatever the other CPUs do; and a handler's lanes can be
 * changed while events flow.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kselftest_harness.h"
#include "flow.h"

#define HANDLER		"lanes"
#define MARKER		0x100U
#define SOURCES		0x00ffff00U
#define EACH		20
#define CHANGES		repeats(200)
/* Long enough for the line to be moved to another CPU meanwhile. */
#define SLEEP_NS	(3 * NSEC_PER_SEC)
#define TRIES		20

static void set_lanes(struct nl *nl, __u32 lanes)
{
	handler_set_u32(nl, LINE, HANDLER, IRQLINE_A_HANDLER_LANES, lanes);
}

static void await_idle(struct nl *nl)
{
	WAIT_UNTIL(!stats_pending(nl, LINE, HANDLER), EVENT_TIMEOUT,
		   "the handler is idle");
}

/* Each strategy that can have lanes. */
FIXTURE(lanes)
{
	struct nl nl;
	struct strategy strategy;
	__u32 id;
	int fd;
};

FIXTURE_VARIANT(lanes)
{
	const char *name;
	bool threaded;
};

FIXTURE_VARIANT_ADD(lanes, inline) { .name = "inline" };
FIXTURE_VARIANT_ADD(lanes, tasklet_hi) { .name = "tasklet-hi" };
FIXTURE_VARIANT_ADD(lanes, tasklet) { .name = "tasklet" };
FIXTURE_VARIANT_ADD(lanes, bh_highpri) { .name = "bh-highpri" };
FIXTURE_VARIANT_ADD(lanes, bh) { .name = "bh" };
FIXTURE_VARIANT_ADD(lanes, irq_poll) { .name = "irq-poll" };
FIXTURE_VARIANT_ADD(lanes, timer) { .name = "timer" };
FIXTURE_VARIANT_ADD(lanes, hrtimer) { .name = "hrtimer" };
FIXTURE_VARIANT_ADD(lanes, napi) { .name = "napi" };
FIXTURE_VARIANT_ADD(lanes, napi_threaded) { .name = "napi", .threaded = true };
FIXTURE_VARIANT_ADD(lanes, wq_highpri) { .name = "workqueue-highpri" };
FIXTURE_VARIANT_ADD(lanes, workqueue) { .name = "workqueue" };
FIXTURE_VARIANT_ADD(lanes, wq_unbound) { .name = "workqueue-unbound" };
FIXTURE_VARIANT_ADD(lanes, kthread) { .name = "kthread" };
FIXTURE_VARIANT_ADD(lanes, kthread_worker) { .name = "kthread-worker" };

FIXTURE_SETUP(lanes)
{
	struct nl_msg msg;

	objects_open(&self->nl);
	strategy_find(&self->nl, variant->name, &self->strategy);
	if (strategy_lacks_kernel(&self->strategy))
		SKIP(return, "%s needs Linux %s", variant->name,
		     self->strategy.since);
	request_handler(&msg, IRQLINE_CMD_HANDLER_NEW, LINE, HANDLER);
	nl_put_u32(&msg, IRQLINE_A_HANDLER_SOURCES, SOURCES);
	nl_put_str(&msg, IRQLINE_A_HANDLER_BOTTOM, variant->name);
	nl_put_u32(&msg, IRQLINE_A_HANDLER_LANES, IRQLINE_LANES_PERCPU);
	if (variant->threaded)
		nl_put_u32(&msg, IRQLINE_A_HANDLER_THREADED, 1);
	nl_must(&self->nl, &msg, NULL);
	self->id = handler_id(&self->nl, LINE, HANDLER);
	self->fd = dev_open(LINE, O_RDWR);
}

FIXTURE_TEARDOWN(lanes)
{
	close(self->fd);
	objects_reset(&self->nl);
	nl_close(&self->nl);
}

/* Does a lane of it stay on its CPU? */
static bool is_placed(const struct _test_data_lanes *self,
		      const struct _fixture_variant_lanes *variant)
{
	return self->strategy.place != IRQLINE_PLACE_ANY && !variant->threaded;
}

/* A thread of the lane's own is bound to its CPU, and named after the handler. */
static void check_thread(struct __test_metadata *_metadata, int pid, int cpu)
{
	char name[64], list[64], expected[16];

	thread_name(pid, name, sizeof(name));
	EXPECT_STREQ("irqline/" LINE "/" HANDLER, name);
	thread_cpus(pid, list, sizeof(list));
	snprintf(expected, sizeof(expected), "%d", cpu);
	EXPECT_STREQ(expected, list);
}

/* All events of this CPU are in its lane, in order, and in no other. */
static void check_cpu(struct __test_metadata *_metadata,
		      struct _test_data_lanes *self,
		      const struct _fixture_variant_lanes *variant, int cpu)
{
	struct irqline_event event;
	int i;

	line_affinity(&self->nl, LINE, cpu);
	for (i = 1; i <= EACH; i++) {
		dev_raise(self->fd, MARKER);
		dev_next(self->fd, self->id, &event);
		ASSERT_EQ(cpu, event.top_cpu);
		ASSERT_EQ(cpu, event.lane);
		ASSERT_EQ(i, event.seq);
		if (is_placed(self, variant))
			ASSERT_EQ(cpu, event.bottom_cpu);
	}
	if (strategy_takes(&self->strategy, IRQLINE_SETTING_SCHED))
		check_thread(_metadata, event.pid, cpu);
}

/* The lane of this CPU has had so many, where it can be only there. */
static void check_lane(struct __test_metadata *_metadata,
		       struct _test_data_lanes *self,
		       const struct _fixture_variant_lanes *variant, int cpu,
		       __u64 count)
{
	struct stats stats;

	stats_get_lane(&self->nl, LINE, HANDLER, cpu, &stats);
	EXPECT_EQ(count, stats.taken) TH_LOG("lane %d", cpu);
	EXPECT_EQ(count, stats.handled) TH_LOG("lane %d", cpu);
	EXPECT_EQ(count, stats.runtime.count) TH_LOG("lane %d", cpu);
	if (is_placed(self, variant))
		EXPECT_EQ(count, stats.cpu[cpu]) TH_LOG("lane %d", cpu);
}

TEST_F(lanes, each_serves_its_cpu)
{
	struct stats sum;
	int n, m;

	for (n = 0; n < cpu_count(); n++) {
		check_cpu(_metadata, self, variant, cpu_nth(n));
		await_idle(&self->nl);
		for (m = 0; m < cpu_count(); m++)
			check_lane(_metadata, self, variant, cpu_nth(m),
				   m <= n ? EACH : 0);
	}
	stats_get(&self->nl, LINE, HANDLER, &sum);
	EXPECT_EQ(-1, sum.lane);
	EXPECT_EQ(EACH * cpu_count(), sum.taken);
	EXPECT_EQ(EACH * cpu_count(), sum.handled);
	EXPECT_EQ(EACH * cpu_count(), sum.latency.count);
	EXPECT_GE(stats_lanes(&self->nl, LINE, HANDLER), cpu_count());
}

/* From a lane for each CPU to one and back, again and again. */
TEST_F_TIMEOUT(lanes, change_while_events_flow, 60)
{
	struct flow flow = {
		.line = LINE, .name = HANDLER, .sources = SOURCES,
		.raiser_cpu = -1, .reader_cpu = -1, .seed = 1, .percpu = true,
	};
	int changes = self->strategy.softirq[0] &&
		      !strcmp(variant->name, "napi") ? CHANGES / 4 : CHANGES;
	int bit, i;

	flow_start(&flow, &self->nl);
	for (i = 0; i < changes && !flow_failed(&flow); i++) {
		line_affinity_soon(&self->nl, LINE, cpu_nth(i / 3));
		flow_wait(&flow, 1);
		set_lanes(&self->nl, i & 1 ? IRQLINE_LANES_PERCPU :
					     IRQLINE_LANES_SINGLE);
	}
	flow_stop(&flow, &self->nl);
	EXPECT_STREQ("", flow.failure);
	for (bit = 0; bit < 32; bit++)
		EXPECT_EQ(flow.raised[bit], flow.answered[bit]);
	EXPECT_EQ(flow.events, flow_last(&flow));
}

/* What is there beside the strategies. */
FIXTURE(change)
{
	struct nl nl;
	__u32 id;
	int fd;
};

FIXTURE_SETUP(change)
{
	if (cpu_count() < 2)
		SKIP(return, "there is one CPU only");
	objects_open(&self->nl);
	self->id = handler_new(&self->nl, LINE, HANDLER, SOURCES, "kthread");
	set_lanes(&self->nl, IRQLINE_LANES_PERCPU);
	self->fd = dev_open(LINE, O_RDWR);
}

FIXTURE_TEARDOWN(change)
{
	close(self->fd);
	objects_reset(&self->nl);
	nl_close(&self->nl);
}

/* One event of this CPU: its lane, and its number there. */
static void expect_event(struct __test_metadata *_metadata,
			 struct _test_data_change *self, int cpu, int lane,
			 __u64 seq)
{
	struct irqline_event event;

	line_affinity(&self->nl, LINE, cpu);
	dev_raise(self->fd, MARKER);
	dev_next(self->fd, self->id, &event);
	EXPECT_EQ(cpu, event.top_cpu);
	EXPECT_EQ(lane, event.lane);
	EXPECT_EQ(seq, event.seq) TH_LOG("lane %d", lane);
	await_idle(&self->nl);
}

TEST_F(change, keeps_the_numbers_of_each_lane)
{
	int a = cpu_nth(0), b = cpu_nth(1);

	expect_event(_metadata, self, a, a, 1);
	expect_event(_metadata, self, b, b, 1);
	expect_event(_metadata, self, b, b, 2);
	set_lanes(&self->nl, IRQLINE_LANES_SINGLE);
	expect_event(_metadata, self, b, 0, a ? 1 : 2);
	expect_event(_metadata, self, a, 0, a ? 2 : 3);
	set_lanes(&self->nl, IRQLINE_LANES_PERCPU);
	expect_event(_metadata, self, b, b, 3);
	expect_event(_metadata, self, a, a, a ? 2 : 4);
}

TEST_F(change, begins_with_new_counts)
{
	struct stats stats;

	expect_event(_metadata, self, cpu_nth(1), cpu_nth(1), 1);
	set_lanes(&self->nl, IRQLINE_LANES_SINGLE);
	stats_get(&self->nl, LINE, HANDLER, &stats);
	EXPECT_EQ(0, stats.lane);
	EXPECT_EQ(0, stats.taken);
	EXPECT_EQ(0, stats.handled);
	EXPECT_EQ(0, stats.switches);
	EXPECT_EQ(0, stats.latency.count);
	EXPECT_EQ(1, stats_lanes(&self->nl, LINE, HANDLER));
	expect_event(_metadata, self, cpu_nth(1), 0, 1 + !cpu_nth(1));
	set_lanes(&self->nl, IRQLINE_LANES_PERCPU);
	stats_get(&self->nl, LINE, HANDLER, &stats);
	EXPECT_EQ(-1, stats.lane);
	EXPECT_EQ(0, stats.taken);
}

/* Leaves events pending in the lanes of two CPUs, behind one that sleeps. */
static void leave_pending(struct _test_data_change *self, int each, __u64 ns)
{
	int n, i;

	handler_work(&self->nl, LINE, HANDLER, IRQLINE_WORK_SLEEP, ns);
	for (n = 0; n < 2; n++) {
		line_affinity(&self->nl, LINE, cpu_nth(n));
		for (i = 0; i < each; i++)
			raise_taken(&self->nl, self->fd, LINE, HANDLER, MARKER << i);
	}
}

/* What waits goes to the one lane, in the order of each CPU, and is counted. */
TEST_F(change, moves_what_is_pending)
{
	struct irqline_event event;
	__u64 seq = 0, last[CPUS_MAX] = { 0 };
	struct stats stats;
	struct nl_msg msg;
	int moved = 0, i;

	leave_pending(self, 6, NSEC_PER_SEC);
	request_handler(&msg, IRQLINE_CMD_HANDLER_SET, LINE, HANDLER);
	nl_put_u32(&msg, IRQLINE_A_HANDLER_LANES, IRQLINE_LANES_SINGLE);
	nl_put_u32(&msg, IRQLINE_A_HANDLER_WORK, IRQLINE_WORK_NONE);
	nl_must(&self->nl, &msg, NULL);
	for (i = 0; i < 12; i++) {
		dev_next(self->fd, self->id, &event);
		EXPECT_LE(last[event.top_cpu], event.top_ns);
		last[event.top_cpu] = event.top_ns;
		if (event.lane == event.top_cpu && event.lane)
			continue;
		EXPECT_EQ(0, event.lane);
		EXPECT_EQ(++seq, event.seq);
		moved += event.top_cpu != 0;
	}
	EXPECT_GT(moved, 0);
	await_idle(&self->nl);
	stats_get(&self->nl, LINE, HANDLER, &stats);
	EXPECT_GE(stats.taken, moved);
	EXPECT_LE(stats.taken, 12);
	EXPECT_EQ(stats.taken, stats.handled);
	EXPECT_EQ(0, dev_drain(self->fd, self->id));
}

/* Too much for one queue: all stays as it was, and nothing is lost. */
TEST_F_TIMEOUT(change, is_refused_if_the_events_do_not_fit, 60)
{
	struct irqline_event event;
	__u64 last[CPUS_MAX] = { 0 };
	struct nl_msg msg;
	int i;

	handler_del(&self->nl, LINE, HANDLER);
	request_handler(&msg, IRQLINE_CMD_HANDLER_NEW, LINE, HANDLER);
	nl_put_u32(&msg, IRQLINE_A_HANDLER_SOURCES, SOURCES);
	nl_put_str(&msg, IRQLINE_A_HANDLER_BOTTOM, "kthread");
	nl_put_u32(&msg, IRQLINE_A_HANDLER_LANES, IRQLINE_LANES_PERCPU);
	nl_put_u32(&msg, IRQLINE_A_HANDLER_QUEUE, 4);
	nl_must(&self->nl, &msg, NULL);
	self->id = handler_id(&self->nl, LINE, HANDLER);

	leave_pending(self, 4, SLEEP_NS);
	request_handler(&msg, IRQLINE_CMD_HANDLER_SET, LINE, HANDLER);
	nl_put_u32(&msg, IRQLINE_A_HANDLER_LANES, IRQLINE_LANES_SINGLE);
	nl_put_u32(&msg, IRQLINE_A_HANDLER_WORK, IRQLINE_WORK_NONE);
	EXPECT_EQ(EBUSY, nl_do(&self->nl, &msg, NULL));
	EXPECT_STRNE("", self->nl.ack.text);
	EXPECT_EQ(IRQLINE_LANES_PERCPU,
		  handler_u32(&self->nl, LINE, HANDLER,
			      IRQLINE_A_HANDLER_LANES));
	EXPECT_EQ(IRQLINE_WORK_SLEEP,
		  handler_u32(&self->nl, LINE, HANDLER,
			      IRQLINE_A_HANDLER_WORK));
	handler_work(&self->nl, LINE, HANDLER, IRQLINE_WORK_NONE, 0);
	for (i = 0; i < 8; i++) {
		dev_next(self->fd, self->id, &event);
		EXPECT_EQ(event.top_cpu, event.lane);
		EXPECT_EQ(++last[event.lane], event.seq);
	}
	await_idle(&self->nl);
	nl_must(&self->nl, &msg, NULL);
}

/* Of two CPUs' events, the first one sleeping; true if it says something. */
static bool sleep_and_pass(struct _test_data_change *self,
			   struct irqline_event *first,
			   struct irqline_event *second)
{
	struct irqline_event event;
	int i;

	await_idle(&self->nl);
	line_affinity(&self->nl, LINE, cpu_nth(0));
	handler_work(&self->nl, LINE, HANDLER, IRQLINE_WORK_SLEEP, SLEEP_NS);
	raise_taken(&self->nl, self->fd, LINE, HANDLER, MARKER);
	line_affinity(&self->nl, LINE, cpu_nth(1));
	raise_taken(&self->nl, self->fd, LINE, HANDLER, MARKER << 1);
	for (i = 0; i < 2; i++) {
		dev_next(self->fd, self->id, &event);
		if (event.sources == MARKER)
			*first = event;
		else
			*second = event;
	}
	return second->top_ns < first->bottom_ns + SLEEP_NS;
}

TEST_F_TIMEOUT(change, of_lanes_decides_who_waits_for_whom, 120)
{
	struct irqline_event first, second;
	int tries;

	for (tries = 0; !sleep_and_pass(self, &first, &second); tries++) {
		ASSERT_LT(tries, TRIES)
			TH_LOG("the host is too slow");
	}
	EXPECT_LT(second.bottom_ns, first.bottom_ns + SLEEP_NS);
	EXPECT_NE(first.pid, second.pid);

	set_lanes(&self->nl, IRQLINE_LANES_SINGLE);
	for (tries = 0; !sleep_and_pass(self, &first, &second); tries++) {
		ASSERT_LT(tries, TRIES)
			TH_LOG("the host is too slow");
	}
	EXPECT_GE(second.bottom_ns, first.bottom_ns + SLEEP_NS);
	EXPECT_EQ(first.pid, second.pid);
}

/* Refused, with the attribute to blame and a text that says what would do. */
static void expect_refused(struct __test_metadata *_metadata,
			   struct _test_data_change *self, struct nl_msg *msg,
			   int offset, const char *alternative)
{
	EXPECT_EQ(EINVAL, nl_do(&self->nl, msg, NULL));
	EXPECT_EQ(offset, self->nl.ack.offset);
	EXPECT_NE(NULL, strstr(self->nl.ack.text, alternative))
		TH_LOG("%s", self->nl.ack.text);
	EXPECT_EQ(IRQLINE_LANES_PERCPU,
		  handler_u32(&self->nl, LINE, HANDLER,
			      IRQLINE_A_HANDLER_LANES));
}

TEST_F(change, blames_what_does_not_go_with_lanes)
{
	struct nl_msg msg;
	int offset;

	request_handler(&msg, IRQLINE_CMD_HANDLER_SET, LINE, HANDLER);
	offset = nl_put_str(&msg, IRQLINE_A_HANDLER_BOTTOM, "irq-thread");
	expect_refused(_metadata, self, &msg, offset, "kthread");

	request_handler(&msg, IRQLINE_CMD_HANDLER_SET, LINE, HANDLER);
	offset = nl_put_u32(&msg, IRQLINE_A_HANDLER_CPU, cpu_nth(0));
	expect_refused(_metadata, self, &msg, offset, "single");

	/* Together with what makes it right, both are done. */
	request_handler(&msg, IRQLINE_CMD_HANDLER_SET, LINE, HANDLER);
	nl_put_str(&msg, IRQLINE_A_HANDLER_BOTTOM, "irq-thread");
	nl_put_u32(&msg, IRQLINE_A_HANDLER_LANES, IRQLINE_LANES_SINGLE);
	nl_must(&self->nl, &msg, NULL);
	expect_event(_metadata, self, cpu_nth(1), 0, 1);
}

/* To name a strategy takes its settings back, but lanes are the handler's. */
TEST_F(change, is_not_made_by_naming_a_strategy)
{
	handler_bottom(&self->nl, LINE, HANDLER, "tasklet");
	EXPECT_EQ(IRQLINE_LANES_PERCPU,
		  handler_u32(&self->nl, LINE, HANDLER,
			      IRQLINE_A_HANDLER_LANES));
}

TEST_F(change, tells_of_lanes_that_there_are)
{
	struct nl_msg msg;
	int offset;

	nl_init(&msg, IRQLINE_CMD_STATS_GET);
	nl_put_str(&msg, IRQLINE_A_STATS_LINE, LINE);
	nl_put_str(&msg, IRQLINE_A_STATS_HANDLER, HANDLER);
	offset = nl_put_u32(&msg, IRQLINE_A_STATS_LANE, 65535);
	EXPECT_EQ(ENOENT, nl_do(&self->nl, &msg, NULL));
	EXPECT_EQ(offset, self->nl.ack.offset);
	EXPECT_STRNE("", self->nl.ack.text);

	set_lanes(&self->nl, IRQLINE_LANES_SINGLE);
	nl_init(&msg, IRQLINE_CMD_STATS_GET);
	nl_put_str(&msg, IRQLINE_A_STATS_LINE, LINE);
	nl_put_str(&msg, IRQLINE_A_STATS_HANDLER, HANDLER);
	offset = nl_put_u32(&msg, IRQLINE_A_STATS_LANE, 1);
	EXPECT_EQ(ENOENT, nl_do(&self->nl, &msg, NULL));
	EXPECT_EQ(offset, self->nl.ack.offset);
}

TEST_HARNESS_MAIN
