// SPDX-License-Identifier: GPL-2.0-only
/*
 * A producer that outruns its consumer, for as long as a test lasts: what each
 * policy promises holds all the time, in each strategy, and while the settings of
 * the queue change. The noise of the producer is at least ten times as fast as the
 * consumer; in it, a flow of events shows that no source is lost where the policy
 * says so.
 */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>

#include "kselftest_harness.h"
#include "flow.h"

#define HANDLER		"load"
#define NOISE		0x0000ff00U
#define FLOW_SOURCES	0x00ff0000U
#define OTHER		"other"
#define OTHER_SOURCES	0x0f000000U
#define MARKER		"marker"
#define MARKER_SOURCE	0x10000000U
#define QUEUE		IRQLINE_QUEUE_MIN
/* What an event costs: many times what it costs to raise one. */
#define SPIN_NS		IRQLINE_SPIN_TIME_MAX
#define SLEEP_NS	(2 * NSEC_PER_MSEC)
#define HURRY_NS	(100 * NSEC_PER_USEC)
#define FASTER		10
/* How many events of each strategy say something. */
#define EVENTS		25
#define CHANGES		repeats(150)
#define FACTORIALS	8
#define BATCH		32
/* How many sizes a queue can have, and those that are soon worked off. */
#define SIZES		16
#define SIZES_SMALL	7

/* The producer does not wait for who is to be outrun. */
enum { CPU_IRQ, CPU_NOISE };

/* Raises as fast as it can. */
struct noise {
	int fd;
	__u32 sources;
	bool pause, stop;
	__u64 raises;
	pthread_t thread;
};

static void *make_noise(void *arg)
{
	struct noise *noise = arg;

	pin(cpu_nth(CPU_NOISE));
	while (!__atomic_load_n(&noise->stop, __ATOMIC_RELAXED)) {
		if (__atomic_load_n(&noise->pause, __ATOMIC_RELAXED)) {
			pause_ms(1);
			continue;
		}
		dev_raise(noise->fd, noise->sources);
		__atomic_add_fetch(&noise->raises, 1, __ATOMIC_RELAXED);
	}
	return NULL;
}

static void noise_start(struct noise *noise, __u32 sources)
{
	*noise = (struct noise) {
		.fd = dev_open(LINE, O_WRONLY), .sources = sources,
	};
	if (pthread_create(&noise->thread, NULL, make_noise, noise))
		die("cannot start a thread");
}

static __u64 noise_raises(const struct noise *noise)
{
	return __atomic_load_n(&noise->raises, __ATOMIC_RELAXED);
}

static void noise_pause(struct noise *noise, bool pause)
{
	__atomic_store_n(&noise->pause, pause, __ATOMIC_RELAXED);
}

static void noise_stop(struct noise *noise)
{
	__atomic_store_n(&noise->stop, true, __ATOMIC_RELAXED);
	pthread_join(noise->thread, NULL);
	close(noise->fd);
}

/* The handler whose queue is too small. Returns its id. */
static __u32 add(struct nl *nl, const char *bottom, __u32 policy, __u32 queue)
{
	struct strategy strategy;
	struct nl_msg msg;

	strategy_find(nl, bottom, &strategy);
	request_handler(&msg, IRQLINE_CMD_HANDLER_NEW, LINE, HANDLER);
	nl_put_u32(&msg, IRQLINE_A_HANDLER_SOURCES, NOISE | FLOW_SOURCES);
	nl_put_str(&msg, IRQLINE_A_HANDLER_BOTTOM, bottom);
	nl_put_u32(&msg, IRQLINE_A_HANDLER_QUEUE, queue);
	nl_put_u32(&msg, IRQLINE_A_HANDLER_OVERFLOW, policy);
	nl_put_u32(&msg, IRQLINE_A_HANDLER_WORK, strategy.may_sleep ?
		   IRQLINE_WORK_SLEEP : IRQLINE_WORK_SPIN);
	nl_put_u64(&msg, IRQLINE_A_HANDLER_WORK_TIME, strategy.may_sleep ?
		   SLEEP_NS : SPIN_NS);
	nl_must(nl, &msg, NULL);
	return handler_id(nl, LINE, HANDLER);
}

static void await_idle(struct nl *nl)
{
	WAIT_UNTIL(!stats_pending(nl, LINE, HANDLER), EVENT_TIMEOUT,
		   "nothing is pending");
}

/*
 * All that was raised before has been taken, and handled: what the device has held is
 * there no more when the handler is idle, and a pass that takes what is raised after
 * that takes the rest, too.
 */
static void settle(struct nl *nl)
{
	int fd = dev_open(LINE, O_WRONLY);

	await_idle(nl);
	raise_taken(nl, fd, LINE, MARKER, MARKER_SOURCE);
	await_idle(nl);
	close(fd);
}

static struct flow flow_of(__u32 policy)
{
	return (struct flow) {
		.line = LINE, .name = HANDLER, .sources = FLOW_SOURCES,
		.raiser_cpu = -1, .reader_cpu = -1, .seed = 1, .percpu = true,
		.merges = policy == IRQLINE_OVERFLOW_MERGE, .noise = NOISE,
	};
}

static bool is_lossless(__u32 policy)
{
	return policy == IRQLINE_OVERFLOW_MERGE ||
	       policy == IRQLINE_OVERFLOW_BACKPRESSURE;
}

/* Each policy, with a queue that is always full. */
FIXTURE(overload)
{
	struct nl nl;
	int fd, count;
	struct strategy strategies[STRATEGIES_MAX];
	__u32 id;
	const char *bottom;
	__u64 memory, throttles, last, events, lost;
	struct stats stats;
	struct noise noise;
	struct flow flow;
};

FIXTURE_VARIANT(overload)
{
	__u32 policy;
};

FIXTURE_VARIANT_ADD(overload, drop_newest) {
	.policy = IRQLINE_OVERFLOW_DROP_NEWEST,
};

FIXTURE_VARIANT_ADD(overload, drop_oldest) {
	.policy = IRQLINE_OVERFLOW_DROP_OLDEST,
};

FIXTURE_VARIANT_ADD(overload, merge) {
	.policy = IRQLINE_OVERFLOW_MERGE,
};

FIXTURE_VARIANT_ADD(overload, backpressure) {
	.policy = IRQLINE_OVERFLOW_BACKPRESSURE,
};

FIXTURE_SETUP(overload)
{
	if (cpu_count() < 2)
		SKIP(return, "there is one CPU only");
	objects_open(&self->nl);
	handler_new(&self->nl, LINE, MARKER, MARKER_SOURCE, "inline");
	line_affinity(&self->nl, LINE, cpu_nth(CPU_IRQ));
	self->count = strategies_available(&self->nl, self->strategies);
	self->fd = dev_open(LINE, O_RDWR);
}

FIXTURE_TEARDOWN(overload)
{
	close(self->fd);
	objects_reset(&self->nl);
	nl_close(&self->nl);
}

/* The account, and the bounds of the memory, at a moment of the load. */
static void check_account(struct __test_metadata *_metadata,
			  struct _test_data_overload *self, int lanes)
{
	struct stats *stats = &self->stats;

	stats_get(&self->nl, LINE, HANDLER, stats);
	ASSERT_TRUE(stats_add_up(stats))
		TH_LOG("taken %llu handled %llu dropped %llu merged %llu pending %llu",
		       stats->taken, stats->handled, stats->dropped,
		       stats->merged, stats->pending);
	ASSERT_LE(stats->pending, (QUEUE + 1) * lanes);
	ASSERT_EQ(self->memory,
		  line_u64(&self->nl, LINE, IRQLINE_A_LINE_MEMORY));
}

/*
 * Of one lane: some may be missing, but none comes late or twice. Returns how many
 * there were.
 */
static int read_some(struct __test_metadata *_metadata,
		     struct _test_data_overload *self)
{
	struct irqline_event events[BATCH];
	int count = dev_read(self->fd, events, BATCH, 0), i;

	for (i = 0; i < count; i++) {
		if (events[i].handler != self->id)
			continue;
		ASSERT_GT(events[i].seq, self->last);
		ASSERT_EQ(0, events[i].sources & ~NOISE);
		ASSERT_NE(0, events[i].sources);
		ASSERT_EQ(0, events[i].merged);
		self->last = events[i].seq;
		self->events++;
	}
	return count;
}

/* How often the policy has come to bite. */
static __u64 bitten(struct _test_data_overload *self)
{
	return self->stats.dropped + self->stats.merged - self->throttles +
	       line_u64(&self->nl, LINE, IRQLINE_A_LINE_THROTTLES);
}

/*
 * Until the consumer has been outrun. CPUs that are virtual may run one after the
 * other, and then the device merges most of the noise: it takes its time.
 */
static void load(struct __test_metadata *_metadata,
		 struct _test_data_overload *self, bool flows, __u64 bites)
{
	__u64 end = now_ns() + 2 * EVENT_TIMEOUT * NSEC_PER_SEC;

	noise_start(&self->noise, NOISE);
	do {
		check_account(_metadata, self, 1);
		if (!flows)
			read_some(_metadata, self);
		ASSERT_GT(end, now_ns())
			TH_LOG("%s: %llu raises, %llu handled, %llu bites",
			       self->bottom, noise_raises(&self->noise), self->stats.handled,
			       bitten(self));
	} while (self->stats.handled < EVENTS || bitten(self) < bites ||
		 noise_raises(&self->noise) < FASTER * self->stats.handled);
	noise_stop(&self->noise);
	settle(&self->nl);
}

/* All that there is to say at the end of a load without a flow. */
static void check_drops(struct __test_metadata *_metadata,
			struct _test_data_overload *self, __u32 policy)
{
	struct irqline_tap_info info;
	__u64 lost;

	while (read_some(_metadata, self))
		;
	check_account(_metadata, self, 1);
	/* What the file had no room for, on a host that had no time for who reads it. */
	tap_info(self->fd, &info);
	lost = info.lost - self->lost;
	EXPECT_EQ(self->stats.handled, self->events + lost);
	EXPECT_EQ(0, self->stats.merged);
	/* The newest of all has not been dropped. */
	if (policy == IRQLINE_OVERFLOW_DROP_OLDEST && !lost)
		EXPECT_EQ(self->stats.taken, self->last);
}

/* The flow has made sure of the events. */
static void check_flow(struct __test_metadata *_metadata,
		       struct _test_data_overload *self, __u32 policy)
{
	const struct flow *flow = &self->flow;
	int bit;

	check_account(_metadata, self, 1);
	EXPECT_STREQ("", flow->failure);
	for (bit = 0; bit < 32; bit++)
		if (FLOW_SOURCES >> bit & 1)
			EXPECT_EQ(flow->raised[bit], flow->answered[bit]);
	EXPECT_EQ(0, self->stats.dropped);
	EXPECT_EQ(self->stats.handled, flow->events);
	EXPECT_EQ(self->stats.taken, flow_last(flow));
	if (policy == IRQLINE_OVERFLOW_BACKPRESSURE)
		EXPECT_EQ(0, self->stats.merged);
}

/* Where the bottom half keeps the top half from coming, nothing can be too much. */
static bool may_be_outrun(const struct strategy *strategy)
{
	return strcmp(strategy->name, "inline") && !top_halves_are_threads();
}

static void overload(struct __test_metadata *_metadata,
		     struct _test_data_overload *self, __u32 policy,
		     const struct strategy *bottom)
{
	bool flows = is_lossless(policy);
	struct irqline_tap_info info;

	self->bottom = bottom->name;
	self->id = add(&self->nl, bottom->name, policy, QUEUE);
	self->throttles = line_u64(&self->nl, LINE, IRQLINE_A_LINE_THROTTLES);
	self->memory = line_u64(&self->nl, LINE, IRQLINE_A_LINE_MEMORY);
	self->last = 0;
	self->events = 0;
	/* The device has a handler of its own for some of the noise. */
	tap_subscribe(self->fd, HANDLER);
	tap_info(self->fd, &info);
	self->lost = info.lost;
	self->flow = flow_of(policy);
	if (flows)
		flow_start(&self->flow, &self->nl);
	load(_metadata, self, flows, may_be_outrun(bottom));
	if (flows) {
		flow_stop(&self->flow, &self->nl);
		check_flow(_metadata, self, policy);
	} else {
		check_drops(_metadata, self, policy);
	}
	handler_del(&self->nl, LINE, HANDLER);
}

TEST_F_TIMEOUT(overload, of_each_strategy, 150)
{
	int i;

	for (i = 0; i < self->count; i++)
		overload(_metadata, self, variant->policy,
			 &self->strategies[i]);
}

/* Lanes fill up one by one, when the interrupt moves. */
TEST_F_TIMEOUT(overload, of_a_lane_for_each_cpu, 60)
{
	bool flows = is_lossless(variant->policy);
	int lanes, i;

	self->id = add(&self->nl, "kthread", variant->policy, QUEUE);
	handler_set_u32(&self->nl, LINE, HANDLER, IRQLINE_A_HANDLER_LANES,
			IRQLINE_LANES_PERCPU);
	lanes = stats_lanes(&self->nl, LINE, HANDLER);
	self->memory = line_u64(&self->nl, LINE, IRQLINE_A_LINE_MEMORY);
	self->throttles = line_u64(&self->nl, LINE, IRQLINE_A_LINE_THROTTLES);
	self->flow = flow_of(variant->policy);
	if (flows)
		flow_start(&self->flow, &self->nl);
	noise_start(&self->noise, NOISE);
	for (i = 0; i < 3 * cpu_count(); i++) {
		line_affinity_soon(&self->nl, LINE, cpu_nth(i));
		do {
			check_account(_metadata, self, lanes);
		} while (self->stats.handled < (__u64)i * EVENTS);
	}
	noise_stop(&self->noise);
	settle(&self->nl);
	if (flows)
		flow_stop(&self->flow, &self->nl);
	check_account(_metadata, self, lanes);
	EXPECT_LT(0, bitten(self));
	EXPECT_STREQ("", self->flow.failure);
	if (!flows)
		return;
	EXPECT_EQ(0, self->stats.dropped);
	EXPECT_EQ(self->stats.handled, self->flow.events);
	EXPECT_EQ(self->stats.taken, flow_last(&self->flow));
}

/* Another handler, which is fast, loses nothing to it. */
TEST_F_TIMEOUT(overload, of_another_handler, 60)
{
	struct flow flow = {
		.line = LINE, .name = OTHER, .sources = OTHER_SOURCES,
		.raiser_cpu = -1, .reader_cpu = -1, .seed = 1,
	};

	self->bottom = "kthread";
	self->id = add(&self->nl, self->bottom, variant->policy, QUEUE);
	handler_new(&self->nl, LINE, OTHER, OTHER_SOURCES, "inline");
	self->memory = line_u64(&self->nl, LINE, IRQLINE_A_LINE_MEMORY);
	self->throttles = line_u64(&self->nl, LINE, IRQLINE_A_LINE_THROTTLES);
	flow_start(&flow, &self->nl);
	load(_metadata, self, is_lossless(variant->policy), 1);
	flow_wait(&flow, 100);
	flow_stop(&flow, &self->nl);
	EXPECT_STREQ("", flow.failure);
	EXPECT_EQ(flow_raised(&flow), flow_answered(&flow));
	EXPECT_EQ(flow.events, flow_last(&flow));
}

/* Settings of the queue, changed under load. */
FIXTURE(live)
{
	struct nl nl, listener;
	int count;
	struct strategy strategies[STRATEGIES_MAX];
	__u32 seed, queue;
	struct noise noise;
	struct flow flow;
	unsigned int refused;
	__u32 alert;		/* to come next */
	unsigned int alerts;
	struct stats told;
};

FIXTURE_SETUP(live)
{
	objects_open(&self->nl);
	handler_new(&self->nl, LINE, MARKER, MARKER_SOURCE, "inline");
	self->count = strategies_available(&self->nl, self->strategies);
	self->seed = now_ns();
	ksft_print_msg("seed %u\n", self->seed);
}

FIXTURE_TEARDOWN(live)
{
	objects_reset(&self->nl);
	nl_close(&self->nl);
}

/* If it cannot be had, the queue stays as it is. */
static bool try_resize(struct __test_metadata *_metadata,
		       struct _test_data_live *self, __u32 to)
{
	struct nl_msg msg;
	int offset, err;

	request_handler(&msg, IRQLINE_CMD_HANDLER_SET, LINE, HANDLER);
	offset = nl_put_u32(&msg, IRQLINE_A_HANDLER_QUEUE, to);
	err = nl_do(&self->nl, &msg, NULL);
	if (err) {
		/* Too small for what waits, or those before are still in use. */
		ASSERT_TRUE(err == EBUSY &&
			    (to < self->queue ||
			     strstr(self->nl.ack.text, "former sizes")))
			TH_LOG("from %u to %u: %s", self->queue, to,
			       self->nl.ack.text);
		ASSERT_EQ(offset, self->nl.ack.offset);
	} else {
		self->queue = to;
	}
	ASSERT_EQ(self->queue, handler_u32(&self->nl, LINE, HANDLER,
					   IRQLINE_A_HANDLER_QUEUE));
	return !err;
}

/* The consumer catches up, but no faster than who reads the events can. */
static void hurry(struct nl *nl)
{
	handler_work(nl, LINE, HANDLER, IRQLINE_WORK_SPIN, HURRY_NS);
}

static void resize(struct __test_metadata *_metadata,
		   struct _test_data_live *self, int sizes)
{
	__u32 to = IRQLINE_QUEUE_MIN << random_below(&self->seed, sizes);

	if (try_resize(_metadata, self, to))
		return;
	self->refused++;
	noise_pause(&self->noise, true);
	hurry(&self->nl);
	WAIT_UNTIL(try_resize(_metadata, self, to), 2 * EVENT_TIMEOUT,
		   "what waits fits");
	handler_work(&self->nl, LINE, HANDLER, IRQLINE_WORK_SPIN, SPIN_NS);
	noise_pause(&self->noise, false);
}

/* What the work costs, it must cost where it may not sleep, too. */
static void switch_bottom(struct _test_data_live *self)
{
	const struct strategy *to =
		&self->strategies[random_below(&self->seed, self->count)];
	struct nl_msg msg;

	request_handler(&msg, IRQLINE_CMD_HANDLER_SET, LINE, HANDLER);
	nl_put_str(&msg, IRQLINE_A_HANDLER_BOTTOM, to->name);
	nl_put_u32(&msg, IRQLINE_A_HANDLER_WORK, IRQLINE_WORK_SPIN);
	nl_put_u64(&msg, IRQLINE_A_HANDLER_WORK_TIME, SPIN_NS);
	nl_must(&self->nl, &msg, NULL);
}

static void set_policy(struct nl *nl, __u32 policy)
{
	handler_set_u32(nl, LINE, HANDLER, IRQLINE_A_HANDLER_OVERFLOW, policy);
}

static void check_live_flow(struct __test_metadata *_metadata,
			    struct _test_data_live *self)
{
	struct stats stats;

	noise_stop(&self->noise);
	/* A large queue has room for a lot of noise. */
	hurry(&self->nl);
	settle(&self->nl);
	flow_stop(&self->flow, &self->nl);
	stats_get(&self->nl, LINE, HANDLER, &stats);
	EXPECT_STREQ("", self->flow.failure);
	EXPECT_TRUE(stats_add_up(&stats));
	EXPECT_EQ(0, stats.dropped);
	EXPECT_EQ(stats.handled, self->flow.events);
	EXPECT_EQ(stats.taken, flow_last(&self->flow));
}

/* All sizes, with what waits kept in order. */
TEST_F_TIMEOUT(live, sizes_lose_nothing, 60)
{
	int i;

	self->queue = QUEUE;
	add(&self->nl, "kthread", IRQLINE_OVERFLOW_BACKPRESSURE, QUEUE);
	self->flow = flow_of(IRQLINE_OVERFLOW_BACKPRESSURE);
	flow_start(&self->flow, &self->nl);
	noise_start(&self->noise, NOISE);
	for (i = 0; i < CHANGES && !flow_failed(&self->flow); i++) {
		resize(_metadata, self, SIZES);
		if (!random_below(&self->seed, 3))
			flow_wait(&self->flow, 3);
	}
	check_live_flow(_metadata, self);
	ksft_print_msg("%d sizes, of which %u had to wait\n", i,
		       self->refused);
}

/* A switch meets a handler that holds the device, and the hold goes on or ends. */
TEST_F_TIMEOUT(live, switches_while_the_device_is_held_lose_nothing, 120)
{
	__u64 throttles = line_u64(&self->nl, LINE, IRQLINE_A_LINE_THROTTLES);
	int i;

	add(&self->nl, "tasklet", IRQLINE_OVERFLOW_BACKPRESSURE,
	    IRQLINE_QUEUE_MIN);
	self->flow = flow_of(IRQLINE_OVERFLOW_BACKPRESSURE);
	flow_start(&self->flow, &self->nl);
	noise_start(&self->noise, NOISE);
	for (i = 0; i < CHANGES && !flow_failed(&self->flow); i++) {
		switch_bottom(self);
		flow_wait(&self->flow, random_below(&self->seed, 3));
	}
	check_live_flow(_metadata, self);
	EXPECT_LT(throttles, line_u64(&self->nl, LINE, IRQLINE_A_LINE_THROTTLES));
}

/* Between the two that lose no source, beside other strategies and sizes. */
TEST_F_TIMEOUT(live, policies_lose_no_source, 120)
{
	int i;

	self->queue = QUEUE;
	add(&self->nl, "kthread", IRQLINE_OVERFLOW_MERGE, QUEUE);
	self->flow = flow_of(IRQLINE_OVERFLOW_MERGE);
	flow_start(&self->flow, &self->nl);
	noise_start(&self->noise, NOISE);
	for (i = 0; i < CHANGES && !flow_failed(&self->flow); i++) {
		set_policy(&self->nl, i & 1 ? IRQLINE_OVERFLOW_MERGE :
					      IRQLINE_OVERFLOW_BACKPRESSURE);
		flow_wait(&self->flow, random_below(&self->seed, 4));
		if (!random_below(&self->seed, 4))
			resize(_metadata, self, SIZES_SMALL);
		if (!random_below(&self->seed, 4))
			switch_bottom(self);
	}
	check_live_flow(_metadata, self);
}

/* One lane or one for each CPU, whatever is held at that moment. */
TEST_F_TIMEOUT(live, lanes_lose_nothing, 120)
{
	int i;

	add(&self->nl, "kthread", IRQLINE_OVERFLOW_BACKPRESSURE, 8);
	self->flow = flow_of(IRQLINE_OVERFLOW_BACKPRESSURE);
	flow_start(&self->flow, &self->nl);
	noise_start(&self->noise, NOISE);
	for (i = 0; i < CHANGES && !flow_failed(&self->flow); i++) {
		struct nl_msg msg;
		int err;

		line_affinity_soon(&self->nl, LINE, cpu_nth(i / 3));
		flow_wait(&self->flow, random_below(&self->seed, 4));
		request_handler(&msg, IRQLINE_CMD_HANDLER_SET, LINE, HANDLER);
		nl_put_u32(&msg, IRQLINE_A_HANDLER_LANES,
			   i & 1 ? IRQLINE_LANES_SINGLE : IRQLINE_LANES_PERCPU);
		err = nl_do(&self->nl, &msg, NULL);
		/* What waits in several lanes may be too much for one. */
		if (err)
			ASSERT_EQ(EBUSY, err) TH_LOG("%s", self->nl.ack.text);
	}
	noise_stop(&self->noise);
	settle(&self->nl);
	flow_stop(&self->flow, &self->nl);
	EXPECT_STREQ("", self->flow.failure);
	EXPECT_EQ(self->flow.events, flow_last(&self->flow));
}

/* A beginning and an end in turn, each with an account that goes on. Others see noise, too. */
static void hear(struct __test_metadata *_metadata, struct _test_data_live *self,
		 int ms)
{
	const struct nlmsghdr *header;
	struct stats stats;

	while ((header = nl_notification(&self->listener, ms))) {
		if (strcmp(nl_str(header, IRQLINE_A_STATS_HANDLER), HANDLER))
			continue;
		ASSERT_EQ(self->alert, alert_parse(header, &stats));
		ASSERT_TRUE(stats_add_up(&stats));
		ASSERT_GE(stats.taken, self->told.taken);
		ASSERT_GE(stats.handled, self->told.handled);
		ASSERT_GE(stats.dropped, self->told.dropped);
		ASSERT_GE(stats.merged, self->told.merged);
		self->told = stats;
		self->alert = self->alert == IRQLINE_ALERT_OVERFLOW_BEGIN ?
			IRQLINE_ALERT_OVERFLOW_END : IRQLINE_ALERT_OVERFLOW_BEGIN;
		self->alerts++;
	}
}

/* Nothing is dropped or merged while backpressure is the policy. */
static void check_phase(struct __test_metadata *_metadata,
			struct _test_data_live *self, __u32 policy)
{
	struct stats before, stats;
	int i;

	stats_get(&self->nl, LINE, HANDLER, &before);
	for (i = 0; i < 5; i++) {
		stats_get(&self->nl, LINE, HANDLER, &stats);
		ASSERT_TRUE(stats_add_up(&stats));
		ASSERT_LE(stats.pending, QUEUE + 1);
		ASSERT_GE(stats.handled, before.handled);
	}
	if (policy != IRQLINE_OVERFLOW_MERGE)
		ASSERT_EQ(before.merged, stats.merged);
	if (is_lossless(policy))
		ASSERT_EQ(before.dropped, stats.dropped);
}

TEST_F_TIMEOUT(live, policies_keep_the_account, 60)
{
	struct stats stats;
	__u32 policy;
	int i;

	nl_open(&self->listener, IRQLINE_FAMILY_NAME);
	nl_join(&self->listener, IRQLINE_FAMILY_NAME, IRQLINE_MCGRP_ALERT);
	add(&self->nl, "kthread", IRQLINE_OVERFLOW_DROP_NEWEST, QUEUE);
	noise_start(&self->noise, NOISE);
	/* Until the noise has filled the queue, however late it comes. */
	for (i = 0; i < CHANGES || self->alerts < 2; i++) {
		policy = random_below(&self->seed, 4);
		set_policy(&self->nl, policy);
		check_phase(_metadata, self, policy);
		hear(_metadata, self, 0);
	}
	noise_stop(&self->noise);
	settle(&self->nl);
	hear(_metadata, self, 500);
	EXPECT_EQ(IRQLINE_ALERT_OVERFLOW_BEGIN, self->alert);
	EXPECT_GE(self->alerts, 2);
	stats_get(&self->nl, LINE, HANDLER, &stats);
	EXPECT_EQ(stats.taken, stats.handled + stats.dropped + stats.merged);
	ksft_print_msg("%u alerts, %llu dropped, %llu merged of %llu\n",
		       self->alerts, (unsigned long long)stats.dropped,
		       (unsigned long long)stats.merged,
		       (unsigned long long)stats.taken);
	nl_close(&self->listener);
}

/* Handlers that hold the device come and go, and the others lose nothing. */
TEST_F_TIMEOUT(live, holds_that_end_with_their_handler_lose_nothing, 60)
{
	struct flow flow = {
		.line = LINE, .name = OTHER, .sources = FLOW_SOURCES,
		.raiser_cpu = -1, .reader_cpu = -1, .seed = 1,
	};
	int i;

	handler_new(&self->nl, LINE, OTHER, FLOW_SOURCES, "tasklet");
	flow_start(&flow, &self->nl);
	noise_start(&self->noise, NOISE);
	for (i = 0; i < CHANGES / 3 && !flow_failed(&flow); i++) {
		add(&self->nl, "workqueue", IRQLINE_OVERFLOW_BACKPRESSURE,
		    IRQLINE_QUEUE_MIN);
		flow_wait(&flow, 1 + random_below(&self->seed, 3));
		handler_del(&self->nl, LINE, HANDLER);
	}
	noise_stop(&self->noise);
	flow_stop(&flow, &self->nl);
	EXPECT_STREQ("", flow.failure);
	EXPECT_EQ(flow_raised(&flow), flow_answered(&flow));
	EXPECT_EQ(flow.events, flow_last(&flow));
}

/* The device's own handler, with no more room than there has to be. */
FIXTURE(builtin)
{
	struct nl nl;
	int fd;
	struct noise noise;
};

FIXTURE_VARIANT(builtin)
{
	__u32 policy;
};

FIXTURE_VARIANT_ADD(builtin, merge) {
	.policy = IRQLINE_OVERFLOW_MERGE,
};

FIXTURE_VARIANT_ADD(builtin, backpressure) {
	.policy = IRQLINE_OVERFLOW_BACKPRESSURE,
};

FIXTURE_SETUP(builtin)
{
	struct nl_msg msg;

	objects_open(&self->nl);
	handler_new(&self->nl, LINE, MARKER, MARKER_SOURCE, "inline");
	request_handler(&msg, IRQLINE_CMD_HANDLER_SET, LINE, "factorial");
	nl_put_u32(&msg, IRQLINE_A_HANDLER_QUEUE, IRQLINE_QUEUE_MIN);
	nl_put_u32(&msg, IRQLINE_A_HANDLER_OVERFLOW, variant->policy);
	nl_put_u32(&msg, IRQLINE_A_HANDLER_WORK, IRQLINE_WORK_SPIN);
	nl_put_u64(&msg, IRQLINE_A_HANDLER_WORK_TIME, SPIN_NS);
	nl_must(&self->nl, &msg, NULL);
	stats_reset(&self->nl, LINE, "factorial");
	self->fd = dev_open(LINE, O_RDWR);
}

FIXTURE_TEARDOWN(builtin)
{
	close(self->fd);
	objects_reset(&self->nl);
	nl_close(&self->nl);
}

TEST_F_TIMEOUT(builtin, computes_while_its_source_is_raised_by_others, 60)
{
	static const __u32 results[FACTORIALS] = {
		1, 1, 2, 6, 24, 120, 720, 5040,
	};
	struct edu_factorial call;
	struct stats stats;
	unsigned int i;

	noise_start(&self->noise, EDU_SOURCE_FACTORIAL);
	for (i = 0; i < FACTORIALS; i++) {
		call = (struct edu_factorial) { .operand = i };
		ASSERT_EQ(0, ioctl(self->fd, EDU_IOC_FACTORIAL, &call))
			TH_LOG("%s", strerror(errno));
		EXPECT_EQ(results[i], call.result);
	}
	noise_stop(&self->noise);
	stats_get(&self->nl, LINE, "factorial", &stats);
	EXPECT_TRUE(stats_add_up(&stats));
	EXPECT_EQ(0, stats.dropped);
	if (variant->policy == IRQLINE_OVERFLOW_BACKPRESSURE)
		EXPECT_EQ(0, stats.merged);
}

TEST_HARNESS_MAIN
