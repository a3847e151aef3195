// SPDX-License-Identifier: GPL-2.0-only
/*
 * Switches a handler's bottom half among all strategies and settings, thousands of
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
#define PAIR_MIN	2
#define OWNED_MIN	30
#define OWNED_GOAL	40
/* How much rarer a switch to a strategy is that takes long to end. */
#define SLOW_COST	8
/* One switch of so many is one between a lane and a lane for each CPU. */
#define LANES_EVERY	16
#define ROTATE_EVERY	8
#define DELAY_NS	(300 * NSEC_PER_USEC)
/* Long enough for 24 events to be found at work, also by a kernel that is slow. */
#define WORK_NS		((patience(200) < 1000 ? patience(200) : 1000) * NSEC_PER_USEC)

/* One of each on a CPU of its own, if there are four. */
enum { CPU_IRQ, CPU_SWITCHER, CPU_RAISER, CPU_READER };

/* A strategy and the settings that make it another executor. */
struct choice {
	int strategy;
	int cpu;
	__u32 sched;
	int nice;
	__u64 delay;
	bool threaded;
	bool percpu;
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
	int lanes;			/* with one for each CPU */
	unsigned int done, changes;	/* switches, and of these: of the lanes */
	unsigned int pairs[STRATEGIES_MAX][STRATEGIES_MAX];
	__u64 owned, owed[STRATEGIES_MAX];
	struct flow flow;
};

FIXTURE_VARIANT(torture)
{
	bool percpu;		/* now and then, a lane for each CPU */
};

FIXTURE_VARIANT_ADD(torture, single_lane) { .percpu = false };
FIXTURE_VARIANT_ADD(torture, mixed_lanes) { .percpu = true };

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
	handler_set_u32(&self->nl, LINE, HANDLER, IRQLINE_A_HANDLER_LANES,
			IRQLINE_LANES_PERCPU);
	self->lanes = stats_lanes(&self->nl, LINE, HANDLER);
	handler_set_u32(&self->nl, LINE, HANDLER, IRQLINE_A_HANDLER_LANES,
			IRQLINE_LANES_SINGLE);
	handler_work(&self->nl, LINE, HANDLER, IRQLINE_WORK_SPIN, WORK_NS);
	add_hindrance(&self->nl);
	line_affinity(&self->nl, LINE, cpu_nth(CPU_IRQ));
	self->now = (struct choice){ .cpu = -1, .budget = 64 };
	self->seed = env_number("IRQLINE_TORTURE_SEED", time(NULL));
	self->switches = env_number("IRQLINE_TORTURE_SWITCHES", repeats(SWITCHES));
}

FIXTURE_TEARDOWN(torture)
{
	objects_reset(&self->nl);
	nl_close(&self->nl);
}

/* The strategies that may have to be handed a kick when they go. */
static bool can_owe(const struct strategy *strategy)
{
	static const char * const never[] = {
		"tasklet-hi", "tasklet", "irq-poll", "napi",
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(never); i++)
		if (!strcmp(strategy->name, never[i]))
			return false;
	return true;
}

/* Its executors take milliseconds to be made, or to end. */
static bool is_slow(const struct strategy *strategy)
{
	return !strcmp(strategy->name, "napi") ||
	       !strcmp(strategy->name, "irq-poll") ||
	       !strcmp(strategy->name, "uio");
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

/* A strategy to which, or from which, too few switches were made; -1 if none. */
static int pick_missing(const struct _test_data_torture *self)
{
	int from = self->now.strategy, to, i;

	for (to = 0; to < self->count; to++)
		if (to != from && self->pairs[from][to] < PAIR_MIN)
			return to;
	for (i = 0; i < self->count; i++)
		for (to = 0; to < self->count; to++)
			if (i != to && self->pairs[i][to] < PAIR_MIN)
				return i;
	return -1;
}

/*
 * The strategy to which the least switches from the present one were made, or
 * any: so each pair occurs, in no order that a fault could depend on. The slow
 * ones are rarer, and so few that from there it is mostly the former. What chance
 * has left out comes in the second half.
 */
static int pick_strategy(struct _test_data_torture *self)
{
	const unsigned int *from = self->pairs[self->now.strategy];
	bool slow = is_slow(&self->strategies[self->now.strategy]);
	int start = random_below(&self->seed, self->count);
	unsigned int least = ~0U, cost;
	int best = start, to, i;

	if (self->done * 2 >= self->switches && pick_missing(self) >= 0)
		return pick_missing(self);
	if (!random_below(&self->seed, slow ? SLOW_COST : 2) &&
	    (!is_slow(&self->strategies[start]) ||
	     !random_below(&self->seed, SLOW_COST)))
		return start;
	for (i = 0; i < self->count; i++) {
		to = (start + i) % self->count;
		if (to == self->now.strategy)
			continue;
		cost = from[to] + 1;
		if (is_slow(&self->strategies[to]) && !slow)
			cost *= SLOW_COST;
		if (cost < least) {
			least = cost;
			best = to;
		}
	}
	return best;
}

static void pick_class(struct _test_data_torture *self,
		       const struct strategy *strategy, struct choice *choice)
{
	if (strategy_takes(strategy, IRQLINE_SETTING_SCHED) &&
	    !random_below(&self->seed, 4))
		choice->sched = 1 + random_below(&self->seed, 2);
	else if (strategy_takes(strategy, IRQLINE_SETTING_NICE) &&
		 !random_below(&self->seed, 4))
		choice->nice = (int)random_below(&self->seed, 40) - 20;
}

/* Whether there is a lane for each CPU; only where the strategy can. */
static bool pick_lanes(struct _test_data_torture *self,
		       const struct strategy *strategy)
{
	if (!strategy_takes(strategy, IRQLINE_SETTING_LANES))
		return false;
	if (random_below(&self->seed, LANES_EVERY))
		return self->now.percpu;
	return !self->now.percpu;
}

static struct choice pick(struct _test_data_torture *self,
			  const struct _fixture_variant_torture *variant)
{
	static const __u32 budgets[] = { 1, 1, 3, 64 };
	struct choice choice = {
		.strategy = pick_strategy(self),
		.cpu = -1,
		.budget = budgets[random_below(&self->seed, 4)],
	};
	const struct strategy *strategy = &self->strategies[choice.strategy];

	if (variant->percpu)
		choice.percpu = pick_lanes(self, strategy);
	if (strategy_takes(strategy, IRQLINE_SETTING_CPU) && !choice.percpu)
		choice.cpu = pick_cpu(self,
				      choice.strategy == self->now.strategy);
	if (strategy_takes(strategy, IRQLINE_SETTING_DELAY) &&
	    random_below(&self->seed, 2))
		choice.delay = 1 + random_below(&self->seed, DELAY_NS);
	if (strategy_takes(strategy, IRQLINE_SETTING_THREADED))
		choice.threaded = random_below(&self->seed, 2);
	pick_class(self, strategy, &choice);
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
	if (choice->delay)
		nl_put_u64(msg, IRQLINE_A_HANDLER_DELAY, choice->delay);
	if (choice->threaded)
		nl_put_u32(msg, IRQLINE_A_HANDLER_THREADED, 1);
	if (choice->percpu != self->now.percpu)
		nl_put_u32(msg, IRQLINE_A_HANDLER_LANES,
			   choice->percpu ? IRQLINE_LANES_PERCPU :
					    IRQLINE_LANES_SINGLE);
}

/*
 * A switch at a random moment mostly finds the lane idle. Where too many have,
 * or the strategy has yet to owe a kick, it is made right after an interrupt;
 * or at once, if the one before has just handed the lane over.
 */
static void await_work(struct _test_data_torture *self)
{
	bool rare = self->owned * 100 < self->done * OWNED_GOAL;
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
 * is due to this switch, and what is owed to the strategy that has gone. A
 * change of lanes has them start anew, and is counted here alone.
 * Returns the number of executors replaced, or -1 if lanes were.
 */
static int do_switch(struct _test_data_torture *self,
		     const struct choice *choice)
{
	bool lanes = choice->percpu != self->now.percpu;
	struct stats before = self->stats;
	int old = self->now.strategy;
	struct nl_msg msg;
	int switches;

	request(self, choice, &msg);
	nl_must(&self->nl, &msg, NULL);
	self->now = *choice;
	stats_get(&self->nl, LINE, HANDLER, &self->stats);
	if (lanes)
		before = (struct stats){ 0 };
	switches = self->stats.switches - before.switches;
	self->owned += !!(self->stats.switches_owned - before.switches_owned);
	self->owed[old] += self->stats.owed - before.owed;
	if (lanes || switches) {
		self->pairs[old][choice->strategy]++;
		self->done++;
		self->changes += lanes;
	}
	return lanes ? -1 : switches;
}

/* The same again, though not the budget: it may not replace the executor. */
static bool is_noop(const struct choice *a, const struct choice *b)
{
	return a->strategy == b->strategy && a->cpu == b->cpu &&
	       a->sched == b->sched && a->nice == b->nice &&
	       a->delay == b->delay && a->threaded == b->threaded;
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

	ksft_print_msg("%u switches, %u of them of lanes, %llu%% found the lane owned\n",
		       self->done, self->changes,
		       (unsigned long long)(self->owned * 100 /
					    (self->done ? : 1)));
	ksft_print_msg("%u switches of the rarest pair, %s to %s\n", rarest,
		       self->strategies[from].name, self->strategies[to].name);
	ksft_print_msg("%llu raises in %llu events, %llu of them handed over\n",
		       (unsigned long long)flow_raised(&self->flow),
		       (unsigned long long)self->flow.events,
		       (unsigned long long)self->flow.handed_over);
	for (i = 0; i < self->count; i++) {
		ksft_print_msg("%-17s to itself %4u, owed %llu\n",
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

static void start(struct _test_data_torture *self,
		  const struct _fixture_variant_torture *variant)
{
	self->flow = (struct flow) {
		.line = LINE, .name = HANDLER, .sources = SOURCES,
		.raiser_cpu = cpu_nth(CPU_RAISER),
		.reader_cpu = cpu_nth(CPU_READER),
		.seed = random_u32(&self->seed),
		.percpu = variant->percpu,
	};
	flow_start(&self->flow, &self->nl);
	pin(cpu_nth(CPU_SWITCHER));
	go_first();
	stats_get(&self->nl, LINE, HANDLER, &self->stats);
}

/* Now and then, another CPU takes the interrupt, and another lane its events. */
static void rotate(struct _test_data_torture *self,
		   const struct _fixture_variant_torture *variant)
{
	if (variant->percpu && !random_below(&self->seed, ROTATE_EVERY))
		line_affinity_soon(&self->nl, LINE,
				   cpu_nth(random_below(&self->seed,
							cpu_count())));
}

/*
 * Another strategy is another executor, in each lane; what is the same stays.
 * New lanes have new counts, which no switch has touched.
 */
static void check_switch(struct __test_metadata *_metadata,
			 const struct _test_data_torture *self,
			 const struct choice *old, const struct choice *new,
			 int switches)
{
	int most = new->percpu ? self->lanes : 1;
	int least = old->strategy != new->strategy ? most : 0;

	if (is_noop(old, new))
		most = 0;
	if (old->percpu == new->percpu) {
		ASSERT_TRUE(switches == least || switches == most)
			TH_LOG("%d executors replaced", switches);
		return;
	}
	ASSERT_EQ(0, self->stats.switches);
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

/* Each raise was answered exactly once. */
static void check_flow(struct __test_metadata *_metadata,
		       const struct _test_data_torture *self)
{
	const struct flow *flow = &self->flow;
	int bit;

	EXPECT_STREQ("", flow->failure) {
		TH_LOG("bottom half: %s",
		       self->strategies[self->now.strategy].name);
	}
	for (bit = 0; bit < 32; bit++)
		EXPECT_EQ(flow->raised[bit], flow->answered[bit]);
	EXPECT_EQ(flow->events, flow_last(flow));
}

/* The kernel counted the same, since the last change of lanes if there was one. */
static void check_account(struct __test_metadata *_metadata,
			  const struct _test_data_torture *self)
{
	const struct stats *stats = &self->stats;

	EXPECT_LE(stats->taken, self->flow.events);
	if (!self->changes)
		EXPECT_EQ(self->flow.events, stats->taken);
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

	EXPECT_GE(self->done, self->switches);
	EXPECT_GE(rarest_pair(self, &from, &to), PAIR_MIN);
	EXPECT_GE(self->owned * 100, self->done * OWNED_MIN);
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
	int switches;

	ksft_print_msg("IRQLINE_TORTURE_SEED=%u\n", self->seed);
	if (cpu_count() < 4)
		ksft_print_msg("only %d CPUs, so some threads share one\n",
			       cpu_count());
	start(self, variant);
	while (self->done < self->switches &&
	       !flow_failed(&self->flow)) {
		old = self->now;
		rotate(self, variant);
		new = pick(self, variant);
		await_work(self);
		switches = do_switch(self, &new);
		check_switch(_metadata, self, &old, &new, switches);
		check_counts(_metadata, &self->stats);
	}
	flow_stop(&self->flow, &self->nl);
	stats_get(&self->nl, LINE, HANDLER, &self->stats);
	report(self);
	check_flow(_metadata, self);
	check_account(_metadata, self);
	check_reach(_metadata, self);
}

TEST_HARNESS_MAIN
