// SPDX-License-Identifier: GPL-2.0-only
/*
 * Settings of a handler that are wrong beside each other, or with the strategy that
 * is to run it, listed case by case. There are two handlers to have them: a new one,
 * and a plain one that exists.
 */
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "kselftest_harness.h"
#include "refusal.h"

#define ARRAY_LEN(array)	(sizeof(array) / sizeof((array)[0]))

FIXTURE(badsettings)
{
	struct scene scene;
};

FIXTURE_SETUP(badsettings)
{
	scene_open(&self->scene);
}

FIXTURE_TEARDOWN(badsettings)
{
	scene_close(&self->scene);
}

/*
 * Settings of a handler that has no other: wrong for a new one, and for a plain
 * one that exists.
 */
static const struct wrong settings[] = {
	/* Watermarks. The queue holds 256 where nothing is said. */
	{ "high without backpressure", { N(IRQLINE_A_HANDLER_HIGH, 8) },
	  EINVAL, ATTR, IRQLINE_A_HANDLER_HIGH },
	{ "high of drop-oldest",
	  { N(IRQLINE_A_HANDLER_OVERFLOW, IRQLINE_OVERFLOW_DROP_OLDEST),
	    N(IRQLINE_A_HANDLER_HIGH, 256) },
	  EINVAL, ATTR, IRQLINE_A_HANDLER_HIGH },
	{ "high of merge",
	  { N(IRQLINE_A_HANDLER_HIGH, 8),
	    N(IRQLINE_A_HANDLER_OVERFLOW, IRQLINE_OVERFLOW_MERGE) },
	  EINVAL, ATTR, IRQLINE_A_HANDLER_HIGH },
	{ "high 0",
	  { N(IRQLINE_A_HANDLER_OVERFLOW, IRQLINE_OVERFLOW_BACKPRESSURE),
	    N(IRQLINE_A_HANDLER_HIGH, 0) },
	  ERANGE, ATTR, IRQLINE_A_HANDLER_HIGH },
	{ "high above the queue",
	  { N(IRQLINE_A_HANDLER_OVERFLOW, IRQLINE_OVERFLOW_BACKPRESSURE),
	    N(IRQLINE_A_HANDLER_HIGH, 257) },
	  ERANGE, ATTR, IRQLINE_A_HANDLER_HIGH },
	{ "high above a queue that is given",
	  { N(IRQLINE_A_HANDLER_HIGH, 5),
	    N(IRQLINE_A_HANDLER_OVERFLOW, IRQLINE_OVERFLOW_BACKPRESSURE),
	    N(IRQLINE_A_HANDLER_QUEUE, 4) },
	  ERANGE, ATTR, IRQLINE_A_HANDLER_HIGH },
	{ "the highest number as high",
	  { N(IRQLINE_A_HANDLER_OVERFLOW, IRQLINE_OVERFLOW_BACKPRESSURE),
	    N(IRQLINE_A_HANDLER_HIGH, UINT_MAX) },
	  ERANGE, ATTR, IRQLINE_A_HANDLER_HIGH },
	{ "low as large as the queue", { N(IRQLINE_A_HANDLER_LOW, 256) },
	  ERANGE, ATTR, IRQLINE_A_HANDLER_LOW },
	{ "low as large as a queue that is given",
	  { N(IRQLINE_A_HANDLER_LOW, 4), N(IRQLINE_A_HANDLER_QUEUE, 4) },
	  ERANGE, ATTR, IRQLINE_A_HANDLER_LOW },
	{ "the highest number as low", { N(IRQLINE_A_HANDLER_LOW, UINT_MAX) },
	  ERANGE, ATTR, IRQLINE_A_HANDLER_LOW },
	{ "low as large as high",
	  { N(IRQLINE_A_HANDLER_OVERFLOW, IRQLINE_OVERFLOW_BACKPRESSURE),
	    N(IRQLINE_A_HANDLER_HIGH, 8), N(IRQLINE_A_HANDLER_LOW, 8) },
	  ERANGE, ATTR, IRQLINE_A_HANDLER_LOW },

	/* Strategies. */
	{ "unknown strategy", { T(IRQLINE_A_HANDLER_BOTTOM, "softirq") },
	  ENOENT, ATTR, IRQLINE_A_HANDLER_BOTTOM },
	{ "strategy of a top half", { T(IRQLINE_A_HANDLER_BOTTOM, "hard") },
	  ENOENT, ATTR, IRQLINE_A_HANDLER_BOTTOM },
	{ "strategy without a name", { T(IRQLINE_A_HANDLER_BOTTOM, "") },
	  ENOENT, ATTR, IRQLINE_A_HANDLER_BOTTOM },
	{ "strategy cut short", { T(IRQLINE_A_HANDLER_BOTTOM, "task") },
	  ENOENT, ATTR, IRQLINE_A_HANDLER_BOTTOM },
	{ "strategy in capitals", { T(IRQLINE_A_HANDLER_BOTTOM, "Tasklet") },
	  ENOENT, ATTR, IRQLINE_A_HANDLER_BOTTOM },

	/* The CPU. */
	{ "cpu of a default strategy", { N(IRQLINE_A_HANDLER_CPU, 0) },
	  EINVAL, ATTR, IRQLINE_A_HANDLER_CPU },
	{ "cpu of inline", { T(IRQLINE_A_HANDLER_BOTTOM, "inline"),
			     N(IRQLINE_A_HANDLER_CPU, 0) },
	  EINVAL, ATTR, IRQLINE_A_HANDLER_CPU },
	{ "cpu of irq-thread", { T(IRQLINE_A_HANDLER_BOTTOM, "irq-thread"),
				 N(IRQLINE_A_HANDLER_CPU, 0) },
	  EINVAL, ATTR, IRQLINE_A_HANDLER_CPU },
	{ "cpu before its strategy", { N(IRQLINE_A_HANDLER_CPU, 0),
				       T(IRQLINE_A_HANDLER_BOTTOM, "tasklet") },
	  EINVAL, ATTR, IRQLINE_A_HANDLER_CPU },
	{ "cpu that no machine has", { T(IRQLINE_A_HANDLER_BOTTOM, "kthread"),
				       N(IRQLINE_A_HANDLER_CPU, 1000000) },
	  EINVAL, ATTR, IRQLINE_A_HANDLER_CPU },
	{ "the highest number as cpu",
	  { T(IRQLINE_A_HANDLER_BOTTOM, "workqueue"),
	    N(IRQLINE_A_HANDLER_CPU, INT_MAX) },
	  EINVAL, ATTR, IRQLINE_A_HANDLER_CPU },

	/* Lanes. */
	{ "lanes of irq-thread",
	  { T(IRQLINE_A_HANDLER_BOTTOM, "irq-thread"),
	    N(IRQLINE_A_HANDLER_LANES, IRQLINE_LANES_PERCPU) },
	  EINVAL, ATTR, IRQLINE_A_HANDLER_LANES },
	{ "lanes of a cpu",
	  { T(IRQLINE_A_HANDLER_BOTTOM, "kthread"),
	    N(IRQLINE_A_HANDLER_CPU, 0),
	    N(IRQLINE_A_HANDLER_LANES, IRQLINE_LANES_PERCPU) },
	  EINVAL, ATTR, IRQLINE_A_HANDLER_LANES },

	/* Deferring, and NAPI. */
	{ "delay of the default strategy", { L(IRQLINE_A_HANDLER_DELAY, 1000) },
	  EINVAL, ATTR, IRQLINE_A_HANDLER_DELAY },
	{ "no delay of the default strategy", { L(IRQLINE_A_HANDLER_DELAY, 0) },
	  EINVAL, ATTR, IRQLINE_A_HANDLER_DELAY },
	{ "delay before its strategy",
	  { L(IRQLINE_A_HANDLER_DELAY, 1000),
	    T(IRQLINE_A_HANDLER_BOTTOM, "napi") },
	  EINVAL, ATTR, IRQLINE_A_HANDLER_DELAY },
	{ "cpu of hrtimer", { T(IRQLINE_A_HANDLER_BOTTOM, "hrtimer"),
			      N(IRQLINE_A_HANDLER_CPU, 0) },
	  EINVAL, ATTR, IRQLINE_A_HANDLER_CPU },
	{ "cpu of workqueue-unbound",
	  { T(IRQLINE_A_HANDLER_BOTTOM, "workqueue-unbound"),
	    N(IRQLINE_A_HANDLER_CPU, 0) },
	  EINVAL, ATTR, IRQLINE_A_HANDLER_CPU },
	{ "threaded default strategy", { N(IRQLINE_A_HANDLER_THREADED, 1) },
	  EINVAL, ATTR, IRQLINE_A_HANDLER_THREADED },
	{ "threaded kthread", { T(IRQLINE_A_HANDLER_BOTTOM, "kthread"),
				N(IRQLINE_A_HANDLER_THREADED, 1) },
	  EINVAL, ATTR, IRQLINE_A_HANDLER_THREADED },
	{ "nice threaded napi", { T(IRQLINE_A_HANDLER_BOTTOM, "napi"),
				  N(IRQLINE_A_HANDLER_THREADED, 1),
				  N(IRQLINE_A_HANDLER_NICE, 1) },
	  EINVAL, ATTR, IRQLINE_A_HANDLER_NICE },
	{ "budget of napi", { T(IRQLINE_A_HANDLER_BOTTOM, "napi"),
			      N(IRQLINE_A_HANDLER_BUDGET, 65) },
	  ERANGE, ATTR, IRQLINE_A_HANDLER_BUDGET },
	{ "sleeping in threaded napi",
	  { T(IRQLINE_A_HANDLER_BOTTOM, "napi"),
	    N(IRQLINE_A_HANDLER_THREADED, 1),
	    N(IRQLINE_A_HANDLER_WORK, IRQLINE_WORK_SLEEP),
	    L(IRQLINE_A_HANDLER_WORK_TIME, 1000) },
	  EINVAL, ATTR, IRQLINE_A_HANDLER_BOTTOM },

	/* Scheduling. */
	{ "sched of tasklet",
	  { N(IRQLINE_A_HANDLER_SCHED, IRQLINE_SCHED_FIFO),
	    N(IRQLINE_A_HANDLER_SCHED_PRIORITY, 1) },
	  EINVAL, ATTR, IRQLINE_A_HANDLER_SCHED },
	{ "sched of workqueue",
	  { T(IRQLINE_A_HANDLER_BOTTOM, "workqueue"),
	    N(IRQLINE_A_HANDLER_SCHED, IRQLINE_SCHED_RR),
	    N(IRQLINE_A_HANDLER_SCHED_PRIORITY, 1) },
	  EINVAL, ATTR, IRQLINE_A_HANDLER_SCHED },
	{ "sched-priority of irq-thread",
	  { T(IRQLINE_A_HANDLER_BOTTOM, "irq-thread"),
	    N(IRQLINE_A_HANDLER_SCHED_PRIORITY, 1) },
	  EINVAL, ATTR, IRQLINE_A_HANDLER_SCHED_PRIORITY },
	{ "nice of workqueue", { T(IRQLINE_A_HANDLER_BOTTOM, "workqueue"),
				 N(IRQLINE_A_HANDLER_NICE, 1) },
	  EINVAL, ATTR, IRQLINE_A_HANDLER_NICE },
	{ "nice of inline", { T(IRQLINE_A_HANDLER_BOTTOM, "inline"),
			      N(IRQLINE_A_HANDLER_NICE, -1) },
	  EINVAL, ATTR, IRQLINE_A_HANDLER_NICE },
	{ "fifo without a priority",
	  { T(IRQLINE_A_HANDLER_BOTTOM, "kthread"),
	    N(IRQLINE_A_HANDLER_SCHED, IRQLINE_SCHED_FIFO) },
	  EINVAL, MISSING, IRQLINE_A_HANDLER_SCHED_PRIORITY },
	{ "rr without a priority",
	  { T(IRQLINE_A_HANDLER_BOTTOM, "kthread"),
	    N(IRQLINE_A_HANDLER_SCHED, IRQLINE_SCHED_RR) },
	  EINVAL, MISSING, IRQLINE_A_HANDLER_SCHED_PRIORITY },
	{ "other with a priority",
	  { T(IRQLINE_A_HANDLER_BOTTOM, "kthread"),
	    N(IRQLINE_A_HANDLER_SCHED, IRQLINE_SCHED_OTHER),
	    N(IRQLINE_A_HANDLER_SCHED_PRIORITY, 1) },
	  EINVAL, ATTR, IRQLINE_A_HANDLER_SCHED_PRIORITY },
	{ "default class with a priority",
	  { T(IRQLINE_A_HANDLER_BOTTOM, "kthread"),
	    N(IRQLINE_A_HANDLER_SCHED_PRIORITY, 1) },
	  EINVAL, ATTR, IRQLINE_A_HANDLER_SCHED_PRIORITY },
	{ "fifo with a nice value",
	  { T(IRQLINE_A_HANDLER_BOTTOM, "kthread"),
	    N(IRQLINE_A_HANDLER_SCHED, IRQLINE_SCHED_FIFO),
	    N(IRQLINE_A_HANDLER_SCHED_PRIORITY, 1),
	    N(IRQLINE_A_HANDLER_NICE, 1) },
	  EINVAL, ATTR, IRQLINE_A_HANDLER_NICE },

	/* Work. */
	{ "sleep in tasklet", { N(IRQLINE_A_HANDLER_WORK, IRQLINE_WORK_SLEEP),
				L(IRQLINE_A_HANDLER_WORK_TIME, 1000) },
	  EINVAL, ATTR, IRQLINE_A_HANDLER_WORK },
	{ "sleep in a named tasklet",
	  { T(IRQLINE_A_HANDLER_BOTTOM, "tasklet"),
	    N(IRQLINE_A_HANDLER_WORK, IRQLINE_WORK_SLEEP),
	    L(IRQLINE_A_HANDLER_WORK_TIME, 1000) },
	  EINVAL, ATTR, IRQLINE_A_HANDLER_BOTTOM },
	{ "sleep in inline",
	  { T(IRQLINE_A_HANDLER_BOTTOM, "inline"),
	    N(IRQLINE_A_HANDLER_WORK, IRQLINE_WORK_SLEEP),
	    L(IRQLINE_A_HANDLER_WORK_TIME, 1000) },
	  EINVAL, ATTR, IRQLINE_A_HANDLER_BOTTOM },
	{ "long spin in tasklet",
	  { N(IRQLINE_A_HANDLER_WORK, IRQLINE_WORK_SPIN),
	    L(IRQLINE_A_HANDLER_WORK_TIME, IRQLINE_SPIN_TIME_MAX + 1) },
	  ERANGE, ATTR, IRQLINE_A_HANDLER_WORK_TIME },
	{ "long spin in inline",
	  { T(IRQLINE_A_HANDLER_BOTTOM, "inline"),
	    N(IRQLINE_A_HANDLER_WORK, IRQLINE_WORK_SPIN),
	    L(IRQLINE_A_HANDLER_WORK_TIME, IRQLINE_SPIN_TIME_MAX + 1) },
	  ERANGE, ATTR, IRQLINE_A_HANDLER_BOTTOM },
	{ "spin without a time",
	  { N(IRQLINE_A_HANDLER_WORK, IRQLINE_WORK_SPIN) },
	  EINVAL, MISSING, IRQLINE_A_HANDLER_WORK_TIME },
	{ "sleep without a time",
	  { T(IRQLINE_A_HANDLER_BOTTOM, "kthread"),
	    N(IRQLINE_A_HANDLER_WORK, IRQLINE_WORK_SLEEP) },
	  EINVAL, MISSING, IRQLINE_A_HANDLER_WORK_TIME },
	{ "time of no work", { N(IRQLINE_A_HANDLER_WORK, IRQLINE_WORK_NONE),
			       L(IRQLINE_A_HANDLER_WORK_TIME, 1000) },
	  EINVAL, ATTR, IRQLINE_A_HANDLER_WORK_TIME },
	{ "time of the default work",
	  { L(IRQLINE_A_HANDLER_WORK_TIME, 1000) },
	  EINVAL, ATTR, IRQLINE_A_HANDLER_WORK_TIME },

	/* The queue. */
	{ "queue of 3", { N(IRQLINE_A_HANDLER_QUEUE, 3) },
	  EINVAL, ATTR, IRQLINE_A_HANDLER_QUEUE },
	{ "queue of 65535", { N(IRQLINE_A_HANDLER_QUEUE, 65535) },
	  EINVAL, ATTR, IRQLINE_A_HANDLER_QUEUE },

	/* One transaction: what is right beside what is wrong is not done. */
	{ "wrong after right", { N(IRQLINE_A_HANDLER_BUDGET, 7),
				 N(IRQLINE_A_HANDLER_PRIORITY, 7),
				 T(IRQLINE_A_HANDLER_BOTTOM, "kthread"),
				 N(IRQLINE_A_HANDLER_CPU, INT_MAX) },
	  EINVAL, ATTR, IRQLINE_A_HANDLER_CPU },
};

TEST_F_TIMEOUT(badsettings, settings_of_a_handler, 120)
{
	unsigned int i;

	for (i = 0; i < ARRAY_LEN(settings); i++)
		EXPECT_STREQ("", refuse_settings(&self->scene, &settings[i]));
}

/* The text names a strategy that takes the setting. */
static bool names_one(const char *text, const struct strategy *list, int count,
		      __u32 setting)
{
	int i;

	for (i = 0; i < count; i++) {
		if (strategy_takes(&list[i], setting) &&
		    strstr(text, list[i].name))
			return true;
	}
	return false;
}

/* Each strategy by what it says of itself, whichever there may be. */
TEST_F_TIMEOUT(badsettings, settings_that_a_strategy_does_not_take, 120)
{
	const struct value nice = N(IRQLINE_A_HANDLER_NICE, 0);
	const struct value sched = N(IRQLINE_A_HANDLER_SCHED, 0);
	const struct value cpu = N(IRQLINE_A_HANDLER_CPU, cpu_nth(0));
	const struct value delay = L(IRQLINE_A_HANDLER_DELAY, 0);
	const struct value threaded = N(IRQLINE_A_HANDLER_THREADED, 1);
	const struct value lanes = N(IRQLINE_A_HANDLER_LANES,
				     IRQLINE_LANES_PERCPU);
	const struct {
		__u32 setting;
		struct value value;
	} all[] = {
		{ IRQLINE_SETTING_CPU, cpu },
		{ IRQLINE_SETTING_SCHED, sched },
		{ IRQLINE_SETTING_NICE, nice },
		{ IRQLINE_SETTING_DELAY, delay },
		{ IRQLINE_SETTING_THREADED, threaded },
		{ IRQLINE_SETTING_LANES, lanes },
	};
	struct strategy list[STRATEGIES_MAX];
	int count = strategies_available(&self->scene.nl, list), i;
	unsigned int j;
	struct nl_msg msg;

	for (i = 0; i < count; i++) {
		for (j = 0; j < ARRAY_LEN(all); j++) {
			struct wrong wrong = {
				.label = list[i].name,
				.values = { T(IRQLINE_A_HANDLER_BOTTOM,
					      list[i].name),
					    all[j].value },
				.error = EINVAL,
				.type = all[j].value.type,
			};

			if (list[i].settings & all[j].setting)
				continue;
			EXPECT_STREQ("", refuse_settings(&self->scene, &wrong));
			request_settings(&msg, IRQLINE_CMD_HANDLER_SET, PLAIN,
					 wrong.values);
			nl_do(&self->scene.nl, &msg, NULL);
			EXPECT_TRUE(names_one(self->scene.nl.ack.text, list, count,
					      all[j].setting))
				TH_LOG("%s: no alternative: %s", list[i].name,
				       self->scene.nl.ack.text);
		}
	}
}

TEST_F_TIMEOUT(badsettings, work_that_a_strategy_may_not_do, 120)
{
	struct strategy list[STRATEGIES_MAX];
	int count = strategies_available(&self->scene.nl, list), i;

	for (i = 0; i < count; i++) {
		struct wrong wrong = {
			.label = list[i].name,
			.values = {
				T(IRQLINE_A_HANDLER_BOTTOM, list[i].name),
				N(IRQLINE_A_HANDLER_WORK, IRQLINE_WORK_SLEEP),
				L(IRQLINE_A_HANDLER_WORK_TIME,
				  IRQLINE_SPIN_TIME_MAX + 1),
			},
			.error = EINVAL,
			.type = IRQLINE_A_HANDLER_BOTTOM,
		};

		if (list[i].may_sleep)
			continue;
		EXPECT_STREQ("", refuse_settings(&self->scene, &wrong));
		wrong.values[1].number = IRQLINE_WORK_SPIN;
		wrong.error = ERANGE;
		EXPECT_STREQ("", refuse_settings(&self->scene, &wrong));
	}
}

TEST_F(badsettings, strategy_not_on_this_kernel)
{
	struct strategy list[STRATEGIES_MAX];
	int count = strategies(&self->scene.nl, list), missing = 0, i;

	for (i = 0; i < count; i++) {
		struct wrong wrong = {
			.label = list[i].name,
			.values = { T(IRQLINE_A_HANDLER_BOTTOM,
				      list[i].name) },
			.error = EOPNOTSUPP,
			.type = IRQLINE_A_HANDLER_BOTTOM,
		};

		if (list[i].available)
			continue;
		missing++;
		EXPECT_TRUE(strategy_lacks_kernel(&list[i]))
			TH_LOG("%s", list[i].name);
		EXPECT_STREQ("", refuse_settings(&self->scene, &wrong));
	}
	if (!missing)
		SKIP(return, "this kernel has all strategies");
}

TEST_F(badsettings, cpu_that_is_offline)
{
	struct wrong wrong = {
		.label = "cpu that is offline",
		.values = { T(IRQLINE_A_HANDLER_BOTTOM, "kthread"),
			    N(IRQLINE_A_HANDLER_CPU, 0) },
		.error = EINVAL,
		.type = IRQLINE_A_HANDLER_CPU,
	};
	int cpu = cpu_nth(cpu_count() - 1);
	char path[64];

	snprintf(path, sizeof(path), "/sys/devices/system/cpu/cpu%d/online",
		 cpu);
	if (cpu_count() < 2 || !file_write(path, "0"))
		SKIP(return, "no CPU can be taken offline");
	/* The interrupts may have moved, which is not what this is about. */
	world_free(&self->scene.before);
	world_get(&self->scene.nl, &self->scene.before);
	wrong.values[1].number = cpu;
	EXPECT_STREQ("", refuse_settings(&self->scene, &wrong));
	wrong.values[0].text = "workqueue";
	EXPECT_STREQ("", refuse_settings(&self->scene, &wrong));
	ASSERT_TRUE(file_write(path, "1"));
}

TEST_F(badsettings, sources_outside_of_the_line)
{
	__u32 has = line_u32(&self->scene.nl, LINE, IRQLINE_A_LINE_SOURCES);
	struct wrong wrong = {
		.label = "sources outside of the line's",
		.values = { N(IRQLINE_A_HANDLER_SOURCES, ~has) },
		.error = EINVAL,
		.type = IRQLINE_A_HANDLER_SOURCES,
	};

	if (!~has)
		SKIP(return, "the line has all sources");
	EXPECT_STREQ("", refuse_settings(&self->scene, &wrong));
}

TEST_HARNESS_MAIN
