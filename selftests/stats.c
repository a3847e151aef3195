// SPDX-License-Identifier: GPL-2.0-only
/*
 * The counts of handlers: they add up whenever they are read, histograms are told on
 * request, and a reset is of what it names.
 */
#include "kselftest_harness.h"
#include "dev.h"
#include "flow.h"
#include "populate.h"

FIXTURE(stats)
{
	struct nl nl;
	int fd;
};

FIXTURE_SETUP(stats)
{
	objects_open(&self->nl);
	self->fd = dev_open(LINE, O_RDWR);
}

FIXTURE_TEARDOWN(stats)
{
	close(self->fd);
	objects_reset(&self->nl);
	nl_close(&self->nl);
}

/* The account adds up whenever it is read, and counts never go back. */
TEST_F_TIMEOUT(stats, live_counts_add_up, 120)
{
	struct strategy list[STRATEGIES_MAX];
	int count = strategies_available(&self->nl, list), i, reads;
	struct stats stats, last, sleeper;

	add_sleeper(&self->nl, SLEEPER, 4, 2);
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
			stats_get(&self->nl, LINE, SLEEPER, &sleeper);
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
TEST_F(stats, histograms_on_request)
{
	const struct nlattr *hist, *attr;
	struct nl_list reply = { 0 };
	__u64 total = 0, lowest, above = 0;
	struct nl_msg msg;
	size_t len;

	handler_new(&self->nl, LINE, HANDLER, SOURCE, "kthread");
	raise_events(&self->nl, self->fd, HANDLER, 20);
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
TEST_F(stats, histograms_end_with_all_that_is_longer)
{
	handler_new(&self->nl, LINE, HANDLER, SOURCE, "kthread");
	handler_work(&self->nl, LINE, HANDLER, IRQLINE_WORK_SLEEP,
		     4500 * NSEC_PER_MSEC);
	raise_events(&self->nl, self->fd, HANDLER, 1);
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

TEST_F(stats, reset_of_one_of_a_line_and_of_all)
{
	populate(&self->nl, self->fd);
	raise_neighbour(&self->nl);

	stats_reset(&self->nl, LINE, HANDLER);
	expect_zero(_metadata, &self->nl, LINE, HANDLER, true);
	expect_zero(_metadata, &self->nl, LINE, SLEEPER, false);
	EXPECT_LT(0, line_u64(&self->nl, LINE, IRQLINE_A_LINE_PASSES));

	raise_events(&self->nl, self->fd, HANDLER, 1);
	await_idle(&self->nl, HANDLER);
	await_idle(&self->nl, SLEEPER);
	stats_reset(&self->nl, LINE, NULL);
	expect_zero(_metadata, &self->nl, LINE, HANDLER, true);
	expect_zero(_metadata, &self->nl, LINE, SLEEPER, true);
	EXPECT_EQ(0, line_u64(&self->nl, LINE, IRQLINE_A_LINE_PASSES));
	expect_zero(_metadata, &self->nl, NEIGHBOUR, HANDLER, false);

	raise_events(&self->nl, self->fd, HANDLER, 1);
	await_idle(&self->nl, HANDLER);
	await_idle(&self->nl, SLEEPER);
	stats_reset(&self->nl, NULL, NULL);
	expect_zero(_metadata, &self->nl, LINE, HANDLER, true);
	expect_zero(_metadata, &self->nl, NEIGHBOUR, HANDLER, true);
}

TEST_F(stats, reset_counts_what_is_pending_as_taken)
{
	struct stats stats;

	add_sleeper(&self->nl, HANDLER, 16, 500);
	raise_events(&self->nl, self->fd, HANDLER, 3);
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

TEST_HARNESS_MAIN
