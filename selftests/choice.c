// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "choice.h"

#define DELAY_NS	(300 * NSEC_PER_USEC)
#define SPIN_NS		(20 * NSEC_PER_USEC)
#define SLEEP_NS	NSEC_PER_MSEC

void choice_init(struct choice *choice, struct nl *nl, __u32 seed)
{
	choice->seed = seed;
	choice->count = strategies_available(nl, choice->list);
}

static __u32 below(struct choice *choice, __u32 limit)
{
	return random_below(&choice->seed, limit);
}

/* Those whose executors take milliseconds to be made or to end are rarer. */
static bool is_slow(const struct strategy *strategy)
{
	return !strcmp(strategy->name, "napi") ||
	       !strcmp(strategy->name, "irq-poll") ||
	       !strcmp(strategy->name, "uio");
}

static const struct strategy *pick_strategy(struct choice *choice)
{
	const struct strategy *strategy;

	do {
		strategy = &choice->list[below(choice, choice->count)];
	} while (is_slow(strategy) && below(choice, 8));
	return strategy;
}

/* Any work that the strategy can do: none of it for half of them. */
static void put_work(struct choice *choice, struct nl_msg *msg,
		     const struct strategy *strategy)
{
	__u32 work = below(choice, 4);

	if (work == IRQLINE_WORK_SLEEP && strategy->may_sleep) {
		nl_put_u32(msg, IRQLINE_A_HANDLER_WORK, IRQLINE_WORK_SLEEP);
		nl_put_u64(msg, IRQLINE_A_HANDLER_WORK_TIME, SLEEP_NS);
	} else if (work == IRQLINE_WORK_SPIN) {
		nl_put_u32(msg, IRQLINE_A_HANDLER_WORK, IRQLINE_WORK_SPIN);
		nl_put_u64(msg, IRQLINE_A_HANDLER_WORK_TIME, SPIN_NS);
	} else {
		nl_put_u32(msg, IRQLINE_A_HANDLER_WORK, IRQLINE_WORK_NONE);
	}
}

void choose_strategy(struct choice *choice, struct nl_msg *msg)
{
	nl_put_str(msg, IRQLINE_A_HANDLER_BOTTOM, pick_strategy(choice)->name);
}

bool choose_bottom(struct choice *choice, struct nl_msg *msg)
{
	const struct strategy *strategy = pick_strategy(choice);
	bool percpu = strategy_takes(strategy, IRQLINE_SETTING_LANES) &&
		      !below(choice, 8);

	nl_put_str(msg, IRQLINE_A_HANDLER_BOTTOM, strategy->name);
	nl_put_u32(msg, IRQLINE_A_HANDLER_LANES, percpu ?
		   IRQLINE_LANES_PERCPU : IRQLINE_LANES_SINGLE);
	if (!percpu && strategy_takes(strategy, IRQLINE_SETTING_CPU) &&
	    below(choice, 2))
		nl_put_u32(msg, IRQLINE_A_HANDLER_CPU,
			   cpu_nth(below(choice, cpu_count())));
	if (strategy_takes(strategy, IRQLINE_SETTING_DELAY))
		nl_put_u64(msg, IRQLINE_A_HANDLER_DELAY,
			   below(choice, DELAY_NS));
	if (strategy_takes(strategy, IRQLINE_SETTING_THREADED))
		nl_put_u32(msg, IRQLINE_A_HANDLER_THREADED, below(choice, 2));
	put_work(choice, msg, strategy);
	return percpu;
}

void choose_queue(struct choice *choice, struct nl_msg *msg, __u32 smallest)
{
	nl_put_u32(msg, IRQLINE_A_HANDLER_QUEUE, smallest << below(choice, 4));
	nl_put_u32(msg, IRQLINE_A_HANDLER_OVERFLOW,
		   below(choice, IRQLINE_OVERFLOW_BACKPRESSURE + 1));
	nl_put_u32(msg, IRQLINE_A_HANDLER_LOW, 1);
	nl_put_u32(msg, IRQLINE_A_HANDLER_BUDGET, 1 + below(choice, 64));
}

/* Of one source that is picked, and is not one of these, there is the next. */
static __u32 pick_source(struct choice *choice, __u32 sources)
{
	__u32 bit = below(choice, 32);

	while (!(sources >> bit & 1))
		bit = (bit + 1) % 32;
	return 1U << bit;
}

void choose_rank(struct choice *choice, struct nl_msg *msg, __u32 sources)
{
	__u32 chosen = 0;
	int n;

	for (n = below(choice, 3); n >= 0; n--)
		chosen |= pick_source(choice, sources);
	nl_put_u32(msg, IRQLINE_A_HANDLER_SOURCES, chosen);
	nl_put_u32(msg, IRQLINE_A_HANDLER_PRIORITY,
		   (int)below(choice, 100) - 50);
	nl_put_u32(msg, IRQLINE_A_HANDLER_EXCLUSIVE, !below(choice, 8));
}
