// SPDX-License-Identifier: GPL-2.0-only
/*
 * The top half is switched, the delivery of its interrupt changed and the interrupt
 * moved while events flow, and none is lost; the CPU that was chosen stays chosen, what
 * waits for the interrupt's thread is handed over, and the device can go.
 *
 * What needs MSI is skipped where the machine has none.
 */
#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "kselftest_harness.h"
#include "bus.h"
#include "flow.h"
#include "klog.h"
#include "line_settings.h"

#define HANDLER		"topswitch"
#define OTHER		"other"
#define SOURCES		0x00ffff00U
#define MARKER		0x100U
#define OTHER_SOURCE	0x01000000U
#define UNWANTED	0x02000000U
#define DELIVERIES	repeats(150)
#define MOVES		repeats(300)
/* Of the pairs of top halves, the rarest is to come so often. */
#define PAIR_MIN	10
#define SLEEP_NS	(100 * NSEC_PER_MSEC)

/* Switches while events flow. */
FIXTURE(switching)
{
	struct nl nl;
	struct strategy bottoms[STRATEGIES_MAX];
	int count, log;
	struct strategy irq_thread;
	bool can[4];
	__u32 seed;
	unsigned int now, done, pairs[4][4];
	struct flow flow;
	bool stop;
};

FIXTURE_VARIANT(switching)
{
	__u32 delivery;
	unsigned int switches;
};

FIXTURE_VARIANT_ADD(switching, msi) {
	.delivery = IRQLINE_DELIVERY_MSI, .switches = 1500,
};

FIXTURE_VARIANT_ADD(switching, intx) {
	.delivery = IRQLINE_DELIVERY_INTX, .switches = 700,
};

/* Those whose executors take milliseconds to be made or to end are left out. */
static bool is_slow(const struct strategy *strategy)
{
	return !strcmp(strategy->name, "napi") ||
	       !strcmp(strategy->name, "irq-poll") ||
	       !strcmp(strategy->name, "uio");
}

static int quick_strategies(struct nl *nl, struct strategy *list)
{
	int known = strategies_available(nl, list), count = 0, i;

	for (i = 0; i < known; i++)
		if (!is_slow(&list[i]))
			list[count++] = list[i];
	return count;
}

/* Hard, thread, poll, and hard without forced threads. */
static void request_nth(struct _test_data_switching *self, struct nl_msg *msg,
			unsigned int n)
{
	static const char * const tops[] = { "hard", "thread", "poll", "hard" };

	request_top(msg, LINE, tops[n]);
	if (n == 2)
		nl_put_u64(msg, IRQLINE_A_LINE_PERIOD,
			   IRQLINE_PERIOD_MIN +
			   random_below(&self->seed, 2 * NSEC_PER_MSEC));
	if (n == 3)
		nl_put_u32(msg, IRQLINE_A_LINE_NOTHREAD, 1);
}

/* Which of them can be had; the line ends with the first one. */
static void try_all(struct _test_data_switching *self)
{
	struct nl_msg msg;
	int n;

	for (n = 3; n >= 0; n--) {
		request_nth(self, &msg, n);
		self->can[n] = !nl_do(&self->nl, &msg, NULL);
		if (!self->can[n] && !may_be_hindered(&self->nl, LINE))
			die("top half %d: %s", n, self->nl.ack.text);
	}
}

FIXTURE_SETUP(switching)
{
	objects_open(&self->nl);
	if (try_delivery(&self->nl, LINE, variant->delivery)) {
		EXPECT_EQ(EOPNOTSUPP, self->nl.ack.error);
		SKIP(return, "%s", self->nl.ack.text);
	}
	try_all(self);
	strategy_find(&self->nl, "irq-thread", &self->irq_thread);
	self->count = quick_strategies(&self->nl, self->bottoms);
	handler_new(&self->nl, LINE, HANDLER, SOURCES, "tasklet");
	self->seed = now_ns();
	ksft_print_msg("seed %u\n", self->seed);
	self->log = log_open();
	self->flow = (struct flow) {
		.line = LINE, .name = HANDLER, .sources = SOURCES,
		.raiser_cpu = -1, .reader_cpu = -1, .seed = self->seed,
		.percpu = true,
	};
}

FIXTURE_TEARDOWN(switching)
{
	log_check(self->log);
	objects_reset(&self->nl);
	nl_close(&self->nl);
}

/* A lane for each CPU, where the strategy can, for about half of the time. */
static void switch_bottom(struct _test_data_switching *self)
{
	const struct strategy *to =
		&self->bottoms[random_below(&self->seed, self->count)];
	bool percpu = random_below(&self->seed, 2);
	struct nl_msg msg;

	/* The one that depends on the top half. */
	if (!random_below(&self->seed, 3))
		to = &self->irq_thread;
	if (!strategy_takes(to, IRQLINE_SETTING_LANES))
		percpu = false;
	request_handler(&msg, IRQLINE_CMD_HANDLER_SET, LINE, HANDLER);
	nl_put_str(&msg, IRQLINE_A_HANDLER_BOTTOM, to->name);
	nl_put_u32(&msg, IRQLINE_A_HANDLER_LANES, percpu ?
		   IRQLINE_LANES_PERCPU : IRQLINE_LANES_SINGLE);
	nl_must(&self->nl, &msg, NULL);
}

static void switch_top(struct _test_data_switching *self)
{
	unsigned int to = random_below(&self->seed, 4);
	struct nl_msg msg;

	if (!self->can[to])
		return;
	request_nth(self, &msg, to);
	nl_must(&self->nl, &msg, NULL);
	self->pairs[self->now][to]++;
	self->now = to;
	self->done++;
}

/* Now and then the flow goes on for a while, or a switch meets an event. */
static void let_flow(struct _test_data_switching *self)
{
	switch (random_below(&self->seed, 4)) {
	case 0:
		flow_wait(&self->flow, 1);
		break;
	case 1:
		flow_nudge(&self->flow, &self->nl);
		break;
	}
}

static void check_pairs(struct __test_metadata *_metadata,
			const struct _test_data_switching *self)
{
	unsigned int from, to, least = ~0U;

	for (from = 0; from < 4; from++)
		for (to = 0; to < 4; to++)
			if (self->can[from] && self->can[to] &&
			    self->pairs[from][to] < least)
				least = self->pairs[from][to];
	EXPECT_GE(least, PAIR_MIN);
	ksft_print_msg("%u switches, %u of the rarest pair, %llu events\n",
		       self->done, least,
		       (unsigned long long)self->flow.events);
}

TEST_F_TIMEOUT(switching, loses_no_event, 200)
{
	unsigned int i;

	flow_start(&self->flow, &self->nl);
	for (i = 0; !flow_failed(&self->flow) && i < variant->switches; i++) {
		if (!(i & 7))
			switch_bottom(self);
		switch_top(self);
		let_flow(self);
	}
	flow_stop(&self->flow, &self->nl);
	EXPECT_STREQ("", flow_proof(&self->flow));
	check_pairs(_metadata, self);
}

/* From one delivery to the other and back, in each top half. */
TEST_F_TIMEOUT(switching, of_the_delivery_loses_no_event, 120)
{
	__u32 delivery = variant->delivery;
	struct settings before, after;
	int i;

	if (variant->delivery == IRQLINE_DELIVERY_INTX)
		SKIP(return, "the same as beginning with MSI");
	flow_start(&self->flow, &self->nl);
	for (i = 0; i < DELIVERIES && !flow_failed(&self->flow); i++) {
		if (!(i & 7))
			switch_bottom(self);
		if (!(i & 3))
			switch_top(self);
		before = settings_get(&self->nl, LINE);
		delivery = !delivery;
		ASSERT_EQ(0, try_delivery(&self->nl, LINE, delivery))
			TH_LOG("%s", self->nl.ack.text);
		after = settings_get(&self->nl, LINE);
		ASSERT_EQ(delivery, after.delivery);
		ASSERT_NE(before.irq, after.irq);
		ASSERT_STREQ(before.top, after.top);
		ASSERT_EQ(before.period, after.period);
		ASSERT_EQ(before.nothread, after.nothread);
		let_flow(self);
	}
	flow_stop(&self->flow, &self->nl);
	EXPECT_STREQ("", flow_proof(&self->flow));
}

/* Has the interrupt move all the time, from outside of irqline. */
static void *move_for_ever(void *arg)
{
	struct _test_data_switching *self = arg;
	char path[64], cpu[16];
	struct nl nl;
	int n;

	nl_open(&nl, IRQLINE_FAMILY_NAME);
	for (n = 0; !__atomic_load_n(&self->stop, __ATOMIC_ACQUIRE); n++) {
		/* It may be another one by now, or gone. */
		if (!(n % 16))
			snprintf(path, sizeof(path),
				 "/proc/irq/%u/smp_affinity_list",
				 line_u32(&nl, LINE, IRQLINE_A_LINE_IRQ));
		snprintf(cpu, sizeof(cpu), "%d", cpu_nth(n));
		file_write(path, cpu);
	}
	nl_close(&nl);
	return NULL;
}

/* Of a source that nobody wants. */
static void *interrupt_for_ever(void *arg)
{
	struct _test_data_switching *self = arg;
	int fd = dev_open(LINE, O_WRONLY);

	while (!__atomic_load_n(&self->stop, __ATOMIC_ACQUIRE))
		dev_raise(fd, UNWANTED);
	close(fd);
	return NULL;
}

/*
 * An interrupt moves when it comes next, and then the PCI core writes what the
 * device is masked by, too. A mask that is lost by this shows in the kernel log, an
 * end of it that is lost by a flow that stops.
 */
TEST_F_TIMEOUT(switching, of_the_delivery_while_it_moves_loses_no_event, 120)
{
	__u32 delivery = variant->delivery;
	pthread_t mover, raiser;
	int i;

	if (variant->delivery == IRQLINE_DELIVERY_INTX)
		SKIP(return, "the same as beginning with MSI");
	flow_start(&self->flow, &self->nl);
	ASSERT_EQ(0, pthread_create(&mover, NULL, move_for_ever, self));
	ASSERT_EQ(0, pthread_create(&raiser, NULL, interrupt_for_ever, self));
	for (i = 0; i < MOVES && !flow_failed(&self->flow); i++) {
		flow_wait(&self->flow, delivery == IRQLINE_DELIVERY_MSI ? 5 : 1);
		delivery = !delivery;
		EXPECT_EQ(0, try_delivery(&self->nl, LINE, delivery))
			TH_LOG("%s", self->nl.ack.text);
	}
	__atomic_store_n(&self->stop, true, __ATOMIC_RELEASE);
	ASSERT_EQ(0, pthread_join(mover, NULL));
	ASSERT_EQ(0, pthread_join(raiser, NULL));
	flow_stop(&self->flow, &self->nl);
	EXPECT_STREQ("", flow_proof(&self->flow));
}

/* Until an event of LINE is taken on this CPU. */
static void await_cpu(int fd, __u32 id, int cpu, const char *after)
{
	__u64 end = now_ns() + EVENT_TIMEOUT * NSEC_PER_SEC;
	struct irqline_event event;

	do {
		if (now_ns() > end)
			die("after %s, no interrupt comes to CPU %d", after,
			    cpu);
		dev_raise(fd, MARKER);
		dev_next(fd, id, &event);
	} while (event.top_cpu != cpu);
}

static void check_affinity(struct __test_metadata *_metadata,
			   struct _test_data_switching *self, int fd, __u32 id,
			   int cpu, const char *after)
{
	struct settings now = settings_get(&self->nl, LINE);
	char list[16];

	if (!strcmp(now.top, "poll")) {
		EXPECT_STREQ("", now.affinity);
		return;
	}
	await_cpu(fd, id, cpu, after);
	snprintf(list, sizeof(list), "%d", cpu);
	EXPECT_STREQ(list, settings_get(&self->nl, LINE).affinity)
		TH_LOG("after %s", after);
}

TEST_F_TIMEOUT(switching, keeps_the_affinity, 60)
{
	__u32 id = handler_id(&self->nl, LINE, HANDLER);
	int fd = dev_open(LINE, O_RDWR), cpu = cpu_nth(1);
	__u32 delivery = variant->delivery;
	struct nl_msg msg;
	unsigned int n, i;

	line_affinity(&self->nl, LINE, cpu);
	for (n = 0; n < 8; n++) {
		if (!self->can[n & 3])
			continue;
		request_nth(self, &msg, n & 3);
		nl_must(&self->nl, &msg, NULL);
		check_affinity(_metadata, self, fd, id, cpu, "a switch");
		for (i = 0; i < 2; i++) {
			delivery = !delivery;
			if (try_delivery(&self->nl, LINE, delivery))
				break;
			check_affinity(_metadata, self, fd, id, cpu,
				       "a change of the delivery");
		}
		delivery = line_u32(&self->nl, LINE, IRQLINE_A_LINE_DELIVERY);
	}
	close(fd);
}

/*
 * The bottom halves of two handlers wait for the interrupt's thread when the
 * top half goes: the other one's must not wait for the next interrupt.
 */
TEST_F_TIMEOUT(switching, hands_over_what_waits_for_the_thread, 60)
{
	static const char * const tops[] = { "hard", "thread", "poll" };
	__u32 other = handler_new(&self->nl, LINE, OTHER, OTHER_SOURCE,
				  "irq-thread");
	int fd = dev_open(LINE, O_RDWR);
	struct irqline_event event;
	unsigned int i;

	handler_bottom(&self->nl, LINE, HANDLER, "irq-thread");
	handler_work(&self->nl, LINE, HANDLER, IRQLINE_WORK_SLEEP, SLEEP_NS);
	for (i = 0; i < 2 * ARRAY_SIZE(tops); i++) {
		raise_taken(&self->nl, fd, LINE, HANDLER, MARKER | OTHER_SOURCE);
		try_top(&self->nl, LINE, tops[i % ARRAY_SIZE(tops)]);
		dev_next(fd, other, &event);
		EXPECT_EQ(i + 1, event.seq);
		WAIT_UNTIL(!stats_pending(&self->nl, LINE, HANDLER),
			   EVENT_TIMEOUT, "nothing is pending");
	}
	close(fd);
}

/* The device goes in each top half, and comes back as new. */
TEST_F_TIMEOUT(switching, does_not_hinder_the_device_from_going, 60)
{
	struct irqline_event event;
	char function[NAME_MAX];
	struct settings now;
	struct nl_msg msg;
	unsigned int n;
	__u32 id;
	int fd;

	dev_function(LINE, function, sizeof(function));
	for (n = 0; n < 4; n++) {
		if (!self->can[n])
			continue;
		ASSERT_EQ(0, try_delivery(&self->nl, LINE, variant->delivery));
		request_nth(self, &msg, n);
		nl_must(&self->nl, &msg, NULL);
		fd = dev_open(LINE, O_RDWR);
		dev_raise(fd, SOURCES);
		bus_unbind(function);
		EXPECT_EQ(-1, read(fd, &event, sizeof(event)));
		EXPECT_EQ(ENODEV, errno);
		close(fd);
		bus_bind(function);

		now = settings_get(&self->nl, LINE);
		EXPECT_EQ(0, now.nothread);
		id = handler_new(&self->nl, LINE, HANDLER, SOURCES, "tasklet");
		fd = dev_open(LINE, O_RDWR);
		dev_raise(fd, MARKER);
		dev_next(fd, id, &event);
		EXPECT_EQ(1, event.seq);
		EXPECT_EQ(MARKER, event.sources);
		close(fd);
	}
}

TEST_HARNESS_MAIN
