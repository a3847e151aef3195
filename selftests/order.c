// SPDX-License-Identifier: GPL-2.0-only
/*
 * The order of the bottom halves of several handlers that one interrupt kicks:
 * by priority where the strategy keeps the order of the kicks, by the vector of
 * their softirq where they have different ones.
 *
 * The test runs on the line's CPU. So when it goes on, what runs in a softirq
 * there is over, and the next interrupt finds all handlers idle.
 */
#include <stdio.h>
#include <string.h>

#include "kselftest_harness.h"
#include "dev.h"
#include "objects.h"

#define SOURCE		0x100U
#define ROUNDS		repeats(50)

enum { FIRST, LAST, BOTH };

static const char * const names[BOTH] = { "one", "two" };

struct pair {
	__u32 id[BOTH];
	int fd;
};

/* Two handlers of one source, of these strategies. */
static void pair_new(struct nl *nl, struct pair *pair, const char *one,
		     const char *two)
{
	pair->id[0] = handler_new(nl, LINE, names[0], SOURCE, one);
	pair->id[1] = handler_new(nl, LINE, names[1], SOURCE, two);
	pair->fd = dev_open(LINE, O_RDWR);
}

/* Which of them an interrupt kicks first. */
static void pair_rank(struct nl *nl, int first)
{
	int i;

	for (i = 0; i < BOTH; i++)
		handler_set_u32(nl, LINE, names[i], IRQLINE_A_HANDLER_PRIORITY,
				i == first ? 10 : -10);
}

static bool is_of(const struct pair *pair, const struct irqline_event *event)
{
	return event->handler == pair->id[0] || event->handler == pair->id[1];
}

static void next_of(const struct pair *pair, struct irqline_event *event)
{
	__u64 end = now_ns() + EVENT_TIMEOUT * NSEC_PER_SEC;

	while (now_ns() < end) {
		if (dev_read(pair->fd, event, 1, EVENT_TIMEOUT * 1000) == 1 &&
		    is_of(pair, event))
			return;
	}
	die("no event within %d seconds", EVENT_TIMEOUT);
}

static bool pair_idle(struct nl *nl)
{
	return !stats_pending(nl, LINE, names[0]) &&
	       !stats_pending(nl, LINE, names[1]);
}

/* The two events of one interrupt, in the order in which they were handled. */
static void pair_raise(struct nl *nl, const struct pair *pair,
		       struct irqline_event *events)
{
	WAIT_UNTIL(pair_idle(nl), EVENT_TIMEOUT, "both handlers are idle");
	dev_raise(pair->fd, SOURCE);
	next_of(pair, &events[FIRST]);
	next_of(pair, &events[LAST]);
}

/* Returns how often the first of these handlers came first. */
static int count_first(struct __test_metadata *_metadata, struct nl *nl,
		       const struct pair *pair, int first)
{
	struct irqline_event events[BOTH];
	int count = 0, i;

	for (i = 0; i < ROUNDS; i++) {
		pair_raise(nl, pair, events);
		ASSERT_NE(events[FIRST].handler, events[LAST].handler);
		ASSERT_EQ(events[FIRST].top_ns, events[LAST].top_ns);
		/* Both tell the same: the times, and the order of arrival. */
		ASSERT_LE(events[FIRST].bottom_ns, events[LAST].bottom_ns);
		count += events[FIRST].handler == pair->id[first];
	}
	return count;
}

FIXTURE(kick)
{
	struct nl nl;
	struct strategy strategy;
	struct pair pair;
};

FIXTURE_VARIANT(kick)
{
	const char *name;
};

FIXTURE_VARIANT_ADD(kick, inline) { .name = "inline" };
FIXTURE_VARIANT_ADD(kick, tasklet_hi) { .name = "tasklet-hi" };
FIXTURE_VARIANT_ADD(kick, tasklet) { .name = "tasklet" };
FIXTURE_VARIANT_ADD(kick, bh_highpri) { .name = "bh-highpri" };
FIXTURE_VARIANT_ADD(kick, bh) { .name = "bh" };
FIXTURE_VARIANT_ADD(kick, irq_poll) { .name = "irq-poll" };
FIXTURE_VARIANT_ADD(kick, hrtimer) { .name = "hrtimer" };
FIXTURE_VARIANT_ADD(kick, napi) { .name = "napi" };
FIXTURE_VARIANT_ADD(kick, irq_thread) { .name = "irq-thread" };

FIXTURE_SETUP(kick)
{
	objects_open(&self->nl);
	strategy_find(&self->nl, variant->name, &self->strategy);
	if (strategy_lacks_kernel(&self->strategy))
		SKIP(return, "%s needs Linux %s", variant->name,
		     self->strategy.since);
	line_affinity(&self->nl, LINE, cpu_nth(1));
	pair_new(&self->nl, &self->pair, variant->name, variant->name);
	pin(cpu_nth(1));
}

FIXTURE_TEARDOWN(kick)
{
	close(self->pair.fd);
	objects_reset(&self->nl);
	nl_close(&self->nl);
}

/* Whoever has the higher priority, so it is not just the older one. */
TEST_F(kick, runs_in_the_order_of_the_priorities)
{
	int first;

	ASSERT_EQ(IRQLINE_ORDER_KICK, self->strategy.order);
	for (first = 0; first < BOTH; first++) {
		pair_rank(&self->nl, first);
		EXPECT_EQ(ROUNDS, count_first(_metadata, &self->nl,
					      &self->pair, first));
	}
}

/* Of the strategies that promise the order, none is missing above. */
FIXTURE(softirq)
{
	struct nl nl;
	struct strategy strategies[STRATEGIES_MAX];
	int count;
};

FIXTURE_SETUP(softirq)
{
	objects_open(&self->nl);
	self->count = strategies_available(&self->nl, self->strategies);
}

FIXTURE_TEARDOWN(softirq)
{
	objects_reset(&self->nl);
	nl_close(&self->nl);
}

TEST_F(softirq, is_tested_for_each_strategy_that_promises_an_order)
{
	static const char * const tested[] = {
		"inline", "tasklet-hi", "tasklet", "bh-highpri", "bh",
		"irq-poll", "hrtimer", "napi", "irq-thread",
	};
	unsigned int j;
	int i;

	for (i = 0; i < self->count; i++) {
		if (self->strategies[i].order != IRQLINE_ORDER_KICK)
			continue;
		for (j = 0; j < ARRAY_SIZE(tested); j++)
			if (!strcmp(tested[j], self->strategies[i].name))
				break;
		EXPECT_NE(ARRAY_SIZE(tested), j)
			TH_LOG("%s", self->strategies[i].name);
	}
}

static bool has(const struct _test_data_softirq *self, const char *name)
{
	int i;

	for (i = 0; i < self->count; i++)
		if (!strcmp(self->strategies[i].name, name))
			return true;
	return false;
}

/*
 * The HI softirq goes before the others, though it is kicked after them; and
 * where both have the same vector, it is the kick that counts.
 */
static void expect_overtakes(struct __test_metadata *_metadata,
			     struct _test_data_softirq *self,
			     const char *hi, const char *other)
{
	struct pair pair;
	int first;

	if (!has(self, hi) || !has(self, other))
		return;
	pair_new(&self->nl, &pair, hi, other);
	for (first = 0; first < BOTH; first++) {
		pair_rank(&self->nl, first);
		EXPECT_EQ(ROUNDS, count_first(_metadata, &self->nl, &pair, 0))
			TH_LOG("%s against %s", hi, other);
	}
	close(pair.fd);
	handler_del(&self->nl, LINE, names[0]);
	handler_del(&self->nl, LINE, names[1]);
}

TEST_F_TIMEOUT(softirq, hi_goes_before_all_others, 60)
{
	line_affinity(&self->nl, LINE, cpu_nth(1));
	pin(cpu_nth(1));
	expect_overtakes(_metadata, self, "tasklet-hi", "tasklet");
	expect_overtakes(_metadata, self, "tasklet-hi", "irq-poll");
	expect_overtakes(_metadata, self, "tasklet-hi", "napi");
	expect_overtakes(_metadata, self, "tasklet-hi", "bh");
	expect_overtakes(_metadata, self, "bh-highpri", "bh");
	expect_overtakes(_metadata, self, "bh-highpri", "tasklet");
}

TEST_HARNESS_MAIN
