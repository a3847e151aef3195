// SPDX-License-Identifier: GPL-2.0-only
/*
 * Switches a handler's bottom half at random among all strategies, thousands of
 * times, while events flow: none is lost, doubled or reordered, and the counts
 * add up at any moment. A run proves nothing unless switches hit the lane in
 * mid-work, and unless each strategy that can owe a kick came to owe one; both
 * are counted by the kernel and required here.
 *
 * IRQLINE_TORTURE_SEED repeats the choices of a run, though not the moments that
 * they meet; IRQLINE_TORTURE_SWITCHES makes a longer one.
 */
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "kselftest_harness.h"
#include "flow.h"

#define HANDLER		"torture"
/* 24 of them, without those that the device itself raises. */
#define SOURCES		0x03fffefeU
/* Those that also have another handler. */
#define HINDERED	0x00aaaaaaU
#define SWITCHES	10000
#define PAIR_MIN	20
#define OWNED_MIN	30
#define OWNED_GOAL	40
/* Long enough for 24 events to be found at work. */
#define WORK_NS		(200 * NSEC_PER_USEC)

/* One of each on a CPU of its own, if there are four. */
enum { CPU_IRQ, CPU_SWITCHER, CPU_RAISER, CPU_READER };

/* A strategy and the settings that make it another executor. */
struct choice {
	int strategy;
	int cpu;
	__u32 sched;
	int nice;
	__u32 budget;
};

FIXTURE(torture)
{
	struct nl nl;
	struct strategy strategies[STRATEGIES_MAX];
	int count;
	struct choice now;
	struct stats stats;
	__u32 seed;
	unsigned int switches;
	unsigned int pairs[STRATEGIES_MAX][STRATEGIES_MAX];
	__u64 owned, owed[STRATEGIES_MAX];
	struct flow flow;
};

static unsigned long setting(const char *name, unsigned long otherwise)
{
	const char *text = getenv(name);

	return text && *text ? strtoul(text, NULL, 0) : otherwise;
}

/*
 * Another handler of the same events, kicked after the one under test, which
 * keeps the interrupt's CPU from what was kicked before.
 */
static void add_hindrance(struct nl *nl)
{
	struct nl_msg msg;

	request_handler(&msg, IRQLINE_CMD_HANDLER_NEW, LINE, "hindrance");
	nl_put_u32(&msg, IRQLINE_A_HANDLER_SOURCES, HINDERED);
	nl_put_u32(&msg, IRQLINE_A_HANDLER_PRIORITY, -1);
	nl_put_str(&msg, IRQLINE_A_HANDLER_BOTTOM, "inline");
	nl_put_u32(&msg, IRQLINE_A_HANDLER_WORK, IRQLINE_WORK_SPIN);
	nl_put_u64(&msg, IRQLINE_A_HANDLER_WORK_TIME, WORK_NS);
	nl_must(nl, &msg, NULL);
}

FIXTURE_SETUP(torture)
{
	objects_open(&self->nl);
	self->count = strategies_available(&self->nl, self->strategies);
	ASSERT_GE(self->count, 2);
	ASSERT_STREQ("inline", self->strategies[0].name);
	handler_new(&self->nl, LINE, HANDLER, SOURCES, "inline");
	handler_work(&self->nl, LINE, HANDLER, IRQLINE_WORK_SPIN, WORK_NS);
	add_hindrance(&self->nl);
	line_affinity(&self->nl, LINE, cpu_nth(CPU_IRQ));
	self->now = (struct choice){ .cpu = -1, .budget = 64 };
	self->seed = setting("IRQLINE_TORTURE_SEED", time(NULL));
	self->switches = setting("IRQLINE_TORTURE_SWITCHES", SWITCHES);
}

FIXTURE_TEARDOWN(torture)
{
	objects_reset(&self->nl);
	nl_close(&self->nl);
}

/* The strategies that may have to be handed a kick when they go. */
static bool can_owe(const struct strategy *strategy)
{
	return strcmp(strategy->name, "tasklet");
}

static bool takes(const struct strategy *strategy, __u32 setting)
{
	return strategy->settings & setting;
}

/* A CPU, or none; not the one of before, if both are of the same strategy. */
static int pick_cpu(struct _test_data_torture *self, bool same)
{
	int cpu;

	do {
		cpu = (int)random_below(&self->seed, cpu_count() + 1) - 1;
		cpu = cpu < 0 ? -1 : cpu_nth(cpu);
	} while (same && cpu == self->now.cpu);
	return cpu;
}

static struct choice pick(struct _test_data_torture *self)
{
	static const __u32 budgets[] = { 1, 1, 3, 64 };
	struct choice choice = {
		.strategy = random_below(&self->seed, self->count),
		.cpu = -1,
		.budget = budgets[random_below(&self->seed, 4)],
	};
	const struct strategy *strategy = &self->strategies[choice.strategy];

	if (takes(strategy, IRQLINE_SETTING_CPU))
		choice.cpu = pick_cpu(self,
				      choice.strategy == self->now.strategy);
	if (takes(strategy, IRQLINE_SETTING_SCHED) &&
	    !random_below(&self->seed, 4))
		choice.sched = 1 + random_below(&self->seed, 2);
	else if (takes(strategy, IRQLINE_SETTING_NICE) &&
		 !random_below(&self->seed, 4))
		choice.nice = (int)random_below(&self->seed, 40) - 20;
	return choice;
}

static void request(const struct _test_data_torture *self,
		    const struct choice *choice, struct nl_msg *msg)
{
	request_handler(msg, IRQLINE_CMD_HANDLER_SET, LINE, HANDLER);
	nl_put_str(msg, IRQLINE_A_HANDLER_BOTTOM,
		   self->strategies[choice->strategy].name);
	nl_put_u32(msg, IRQLINE_A_HANDLER_BUDGET, choice->budget);
	if (choice->cpu >= 0)
		nl_put_u32(msg, IRQLINE_A_HANDLER_CPU, choice->cpu);
	if (choice->sched != IRQLINE_SCHED_OTHER) {
		nl_put_u32(msg, IRQLINE_A_HANDLER_SCHED, choice->sched);
		nl_put_u32(msg, IRQLINE_A_HANDLER_SCHED_PRIORITY, 1);
	}
	if (choice->nice)
		nl_put_u32(msg, IRQLINE_A_HANDLER_NICE, choice->nice);
}

/*
 * A switch at a random moment mostly finds the lane idle. Where too many have,
 * or the strategy has yet to owe a kick, it is made right after an interrupt;
 * or at once, if the one before has just handed the lane over.
 */
static void await_work(struct _test_data_torture *self)
{
	bool rare = self->owned * 100 < self->stats.switches * OWNED_GOAL;
	int now = self->now.strategy;

	if (self->stats.pending && random_below(&self->seed, 2))
		return;
	if (rare || (can_owe(&self->strategies[now]) && !self->owed[now]))
		flow_nudge(&self->flow, &self->nl);
}

/*
 * Kicks that a switch makes are to wait for the switcher where they share a
 * CPU, so that the next switch may come first.
 */
static void go_first(void)
{
	const struct sched_param param = { .sched_priority = 1 };

	if (sched_setscheduler(0, SCHED_FIFO, &param))
		die("cannot get a real-time priority");
}

/*
 * The switcher is the only one who switches, so what the counts have grown by
 * is due to this switch, and what is owed to the strategy that has gone.
 * Returns the number of executors replaced.
 */
static int do_switch(struct _test_data_torture *self,
		     const struct choice *choice)
{
	struct stats before = self->stats;
	int old = self->now.strategy;
	struct nl_msg msg;
	int switches;

	request(self, choice, &msg);
	nl_must(&self->nl, &msg, NULL);
	self->now = *choice;
	stats_get(&self->nl, LINE, HANDLER, &self->stats);
	switches = self->stats.switches - before.switches;
	self->pairs[old][choice->strategy] += switches;
	self->owned += self->stats.switches_owned - before.switches_owned;
	self->owed[old] += self->stats.owed - before.owed;
	return switches;
}

/* The same again, though not the budget: it may not replace the executor. */
static bool is_noop(const struct choice *a, const struct choice *b)
{
	return a->strategy == b->strategy && a->cpu == b->cpu &&
	       a->sched == b->sched && a->nice == b->nice;
}

static unsigned int rarest_pair(const struct _test_data_torture *self,
				int *from, int *to)
{
	unsigned int least = ~0U;
	int i, j;

	for (i = 0; i < self->count; i++) {
		for (j = 0; j < self->count; j++) {
			if (i == j || self->pairs[i][j] >= least)
				continue;
			least = self->pairs[i][j];
			*from = i;
			*to = j;
		}
	}
	return least;
}

static void report(const struct _test_data_torture *self)
{
	int from = 0, to = 0, i;
	unsigned int rarest = rarest_pair(self, &from, &to);

	ksft_print_msg("%llu switches, %llu%% found the lane owned\n",
		       (unsigned long long)self->stats.switches,
		       (unsigned long long)(self->owned * 100 /
					    (self->stats.switches ? : 1)));
	ksft_print_msg("%u switches of the rarest pair, %s to %s\n", rarest,
		       self->strategies[from].name, self->strategies[to].name);
	ksft_print_msg("%llu raises in %llu events, %llu of them handed over\n",
		       (unsigned long long)flow_raised(&self->flow),
		       (unsigned long long)self->flow.events,
		       (unsigned long long)self->flow.handed_over);
	for (i = 0; i < self->count; i++) {
		ksft_print_msg("%-12s to itself %4u, owed %llu\n",
			       self->strategies[i].name, self->pairs[i][i],
			       (unsigned long long)self->owed[i]);
	}
}

static __u64 sum(const __u64 *counts, int count)
{
	__u64 total = 0;

	while (count--)
		total += counts[count];
	return total;
}

static void start(struct _test_data_torture *self)
{
	self->flow = (struct flow) {
		.line = LINE, .name = HANDLER, .sources = SOURCES,
		.raiser_cpu = cpu_nth(CPU_RAISER),
		.reader_cpu = cpu_nth(CPU_READER),
		.seed = random_u32(&self->seed),
	};
	flow_start(&self->flow, &self->nl);
	pin(cpu_nth(CPU_SWITCHER));
	go_first();
	stats_get(&self->nl, LINE, HANDLER, &self->stats);
}

/* Another strategy is another executor; what is the same stays. */
static void check_switch(struct __test_metadata *_metadata,
			 const struct choice *old, const struct choice *new,
			 int switches)
{
	int least = old->strategy != new->strategy;
	int most = !is_noop(old, new);

	ASSERT_LE(least, switches);
	ASSERT_GE(most, switches);
}

static void check_counts(struct __test_metadata *_metadata,
			 const struct stats *stats)
{
	ASSERT_TRUE(stats_add_up(stats)) {
		TH_LOG("taken %llu handled %llu dropped %llu merged %llu pending %llu",
		       stats->taken, stats->handled, stats->dropped,
		       stats->merged, stats->pending);
	}
}

/* Each raise was answered exactly once, and the kernel counted the same. */
static void check_flow(struct __test_metadata *_metadata,
		       const struct _test_data_torture *self)
{
	const struct stats *stats = &self->stats;
	const struct flow *flow = &self->flow;
	int bit;

	EXPECT_STREQ("", flow->failure) {
		TH_LOG("bottom half: %s",
		       self->strategies[self->now.strategy].name);
	}
	for (bit = 0; bit < 32; bit++)
		EXPECT_EQ(flow->raised[bit], flow->answered[bit]);
	EXPECT_EQ(flow->events, stats->taken);
	EXPECT_EQ(flow->last, stats->taken);
	EXPECT_EQ(stats->taken, stats->handled);
	EXPECT_EQ(0, stats->dropped);
	EXPECT_EQ(0, stats->merged);
	EXPECT_EQ(0, stats->pending);
	EXPECT_EQ(stats->handled, stats->runtime.count);
	EXPECT_EQ(stats->handled,
		  sum(stats->context, IRQLINE_CONTEXT_TASK + 1));
	EXPECT_EQ(stats->handled, sum(stats->cpu, CPUS_MAX));
}

/* What must have happened for the run to mean anything. */
static void check_reach(struct __test_metadata *_metadata,
			const struct _test_data_torture *self)
{
	int from, to, i;

	EXPECT_GE(self->stats.switches, self->switches);
	EXPECT_GE(rarest_pair(self, &from, &to), PAIR_MIN);
	EXPECT_GE(self->owned * 100, self->stats.switches * OWNED_MIN);
	for (i = 0; i < self->count; i++) {
		EXPECT_EQ(can_owe(&self->strategies[i]), self->owed[i] > 0) {
			TH_LOG("%s was owed %llu kicks",
			       self->strategies[i].name, self->owed[i]);
		}
	}
}

TEST_F_TIMEOUT(torture, switches_while_events_flow, 280)
{
	struct choice old, new;

	ksft_print_msg("IRQLINE_TORTURE_SEED=%u\n", self->seed);
	if (cpu_count() < 4)
		ksft_print_msg("only %d CPUs, so some threads share one\n",
			       cpu_count());
	start(self);
	while (self->stats.switches < self->switches &&
	       !flow_failed(&self->flow)) {
		old = self->now;
		new = pick(self);
		await_work(self);
		check_switch(_metadata, &old, &new, do_switch(self, &new));
		check_counts(_metadata, &self->stats);
	}
	flow_stop(&self->flow, &self->nl);
	stats_get(&self->nl, LINE, HANDLER, &self->stats);
	report(self);
	check_flow(_metadata, self);
	check_reach(_metadata, self);
}

TEST_HARNESS_MAIN
