// SPDX-License-Identifier: GPL-2.0-only
/*
 * What only the name or the state of an object makes wrong, listed case by case, and
 * what is wrong for who asks.
 */
#include <stdio.h>
#include <linux/capability.h>

#include "kselftest_harness.h"
#include "commands.h"
#include "refusal.h"

#define ARRAY_LEN(array)	(sizeof(array) / sizeof((array)[0]))

#define BUILTIN		"factorial"	/* the device's own handler */

FIXTURE(badstate)
{
	struct scene scene;
};

FIXTURE_SETUP(badstate)
{
	scene_open(&self->scene);
}

FIXTURE_TEARDOWN(badstate)
{
	scene_close(&self->scene);
}

/* What only the name or the state of an object makes wrong. */
static const struct {
	__u8 cmd;
	struct wrong wrong;
} objects[] = {
	{ IRQLINE_CMD_LINE_GET,
	  { "unknown line", { T(IRQLINE_A_LINE_NAME, "edu99") },
	    ENOENT, ATTR, IRQLINE_A_LINE_NAME } },
	{ IRQLINE_CMD_LINE_GET,
	  { "line without a name", { T(IRQLINE_A_LINE_NAME, "") },
	    ENOENT, ATTR, IRQLINE_A_LINE_NAME } },
	{ IRQLINE_CMD_LINE_GET,
	  { "line cut short", { T(IRQLINE_A_LINE_NAME, "edu") },
	    ENOENT, ATTR, IRQLINE_A_LINE_NAME } },
	{ IRQLINE_CMD_LINE_SET,
	  { "unknown line to set", { T(IRQLINE_A_LINE_NAME, "edu99"),
				     N(IRQLINE_A_LINE_CLOCK, 0) },
	    ENOENT, ATTR, IRQLINE_A_LINE_NAME } },
	{ IRQLINE_CMD_LINE_SET,
	  { "unknown top", { T(IRQLINE_A_LINE_NAME, LINE),
			     T(IRQLINE_A_LINE_TOP, "soft") },
	    ENOENT, ATTR, IRQLINE_A_LINE_TOP } },
	{ IRQLINE_CMD_LINE_SET,
	  { "strategy of a bottom half as top",
	    { T(IRQLINE_A_LINE_NAME, LINE),
	      T(IRQLINE_A_LINE_TOP, "tasklet") },
	    ENOENT, ATTR, IRQLINE_A_LINE_TOP } },
	{ IRQLINE_CMD_LINE_SET,
	  { "period without polling", { T(IRQLINE_A_LINE_NAME, LINE),
			L(IRQLINE_A_LINE_PERIOD, IRQLINE_PERIOD_MIN) },
	    EINVAL, ATTR, IRQLINE_A_LINE_PERIOD } },
	{ IRQLINE_CMD_LINE_SET,
	  { "period of a thread", { T(IRQLINE_A_LINE_NAME, LINE),
			T(IRQLINE_A_LINE_TOP, "thread"),
			L(IRQLINE_A_LINE_PERIOD, IRQLINE_PERIOD_MIN) },
	    EINVAL, ATTR, IRQLINE_A_LINE_PERIOD } },
	{ IRQLINE_CMD_LINE_SET,
	  { "nothread of a thread", { T(IRQLINE_A_LINE_NAME, LINE),
			  T(IRQLINE_A_LINE_TOP, "thread"),
			  N(IRQLINE_A_LINE_NOTHREAD, 1) },
	    EINVAL, ATTR, IRQLINE_A_LINE_NOTHREAD } },
	{ IRQLINE_CMD_LINE_SET,
	  { "nothread beside poll", { T(IRQLINE_A_LINE_NAME, LINE),
			  T(IRQLINE_A_LINE_TOP, "poll"),
			  N(IRQLINE_A_LINE_NOTHREAD, 1) },
	    EINVAL, ATTR, IRQLINE_A_LINE_NOTHREAD } },
	{ IRQLINE_CMD_LINE_SET,
	  { "affinity beside poll", { T(IRQLINE_A_LINE_NAME, LINE),
			  T(IRQLINE_A_LINE_TOP, "poll"),
			  T(IRQLINE_A_LINE_AFFINITY, "0") },
	    EINVAL, ATTR, IRQLINE_A_LINE_AFFINITY } },
	{ IRQLINE_CMD_LINE_SET,
	  { "affinity that is no list", { T(IRQLINE_A_LINE_NAME, LINE),
					  T(IRQLINE_A_LINE_AFFINITY, "all of them") },
	    EINVAL, ATTR, IRQLINE_A_LINE_AFFINITY } },
	{ IRQLINE_CMD_LINE_SET,
	  { "affinity backwards", { T(IRQLINE_A_LINE_NAME, LINE),
				    T(IRQLINE_A_LINE_AFFINITY, "1-0") },
	    EINVAL, ATTR, IRQLINE_A_LINE_AFFINITY } },
	{ IRQLINE_CMD_LINE_SET,
	  { "affinity to no CPU", { T(IRQLINE_A_LINE_NAME, LINE),
				    T(IRQLINE_A_LINE_AFFINITY, "") },
	    EINVAL, ATTR, IRQLINE_A_LINE_AFFINITY } },
	{ IRQLINE_CMD_LINE_SET,
	  { "affinity to a CPU that no machine has",
	    { T(IRQLINE_A_LINE_NAME, LINE),
	      T(IRQLINE_A_LINE_AFFINITY, "1000000") },
	    EINVAL, ATTR, IRQLINE_A_LINE_AFFINITY } },
	{ IRQLINE_CMD_LINE_SET,
	  { "clock beside a wrong affinity",
	    { N(IRQLINE_A_LINE_CLOCK, 0), T(IRQLINE_A_LINE_NAME, LINE),
	      T(IRQLINE_A_LINE_AFFINITY, "x") },
	    EINVAL, ATTR, IRQLINE_A_LINE_AFFINITY } },
	{ IRQLINE_CMD_LINE_SET,
	  { "clock and affinity beside a period",
	    { N(IRQLINE_A_LINE_CLOCK, 0), T(IRQLINE_A_LINE_NAME, LINE),
	      T(IRQLINE_A_LINE_AFFINITY, "0"),
	      L(IRQLINE_A_LINE_PERIOD, IRQLINE_PERIOD_MAX) },
	    EINVAL, ATTR, IRQLINE_A_LINE_PERIOD } },

	{ IRQLINE_CMD_HANDLER_GET,
	  { "unknown line of a handler", { T(IRQLINE_A_HANDLER_LINE, "edu99"),
					   T(IRQLINE_A_HANDLER_NAME, PLAIN) },
	    ENOENT, ATTR, IRQLINE_A_HANDLER_LINE } },
	{ IRQLINE_CMD_HANDLER_GET,
	  { "unknown handler", { T(IRQLINE_A_HANDLER_LINE, LINE),
				 T(IRQLINE_A_HANDLER_NAME, "nobody") },
	    ENOENT, ATTR, IRQLINE_A_HANDLER_NAME } },
	{ IRQLINE_CMD_HANDLER_GET,
	  { "handler of another line", { T(IRQLINE_A_HANDLER_LINE, NEIGHBOUR),
					 T(IRQLINE_A_HANDLER_NAME, PLAIN) },
	    ENOENT, ATTR, IRQLINE_A_HANDLER_NAME } },
	{ IRQLINE_CMD_HANDLER_NEW,
	  { "unknown line of a new handler",
	    { T(IRQLINE_A_HANDLER_LINE, "edu99"),
	      T(IRQLINE_A_HANDLER_NAME, FRESH),
	      N(IRQLINE_A_HANDLER_SOURCES, 2) },
	    ENOENT, ATTR, IRQLINE_A_HANDLER_LINE } },
	{ IRQLINE_CMD_HANDLER_NEW,
	  { "handler that exists", { T(IRQLINE_A_HANDLER_LINE, LINE),
				     T(IRQLINE_A_HANDLER_NAME, PLAIN),
				     N(IRQLINE_A_HANDLER_SOURCES, 4) },
	    EEXIST, ATTR, IRQLINE_A_HANDLER_NAME } },
	{ IRQLINE_CMD_HANDLER_NEW,
	  { "handler of the device's own", { T(IRQLINE_A_HANDLER_LINE, LINE),
					     T(IRQLINE_A_HANDLER_NAME, BUILTIN),
					     N(IRQLINE_A_HANDLER_SOURCES, 4) },
	    EEXIST, ATTR, IRQLINE_A_HANDLER_NAME } },
	{ IRQLINE_CMD_HANDLER_SET,
	  { "unknown line of a handler to set",
	    { T(IRQLINE_A_HANDLER_LINE, "edu99"),
	      T(IRQLINE_A_HANDLER_NAME, PLAIN) },
	    ENOENT, ATTR, IRQLINE_A_HANDLER_LINE } },
	{ IRQLINE_CMD_HANDLER_SET,
	  { "unknown handler to set", { T(IRQLINE_A_HANDLER_LINE, LINE),
					T(IRQLINE_A_HANDLER_NAME, "nobody"),
					N(IRQLINE_A_HANDLER_BUDGET, 1) },
	    ENOENT, ATTR, IRQLINE_A_HANDLER_NAME } },
	{ IRQLINE_CMD_HANDLER_DEL,
	  { "unknown line of a handler to delete",
	    { T(IRQLINE_A_HANDLER_LINE, "edu99"),
	      T(IRQLINE_A_HANDLER_NAME, PLAIN) },
	    ENOENT, ATTR, IRQLINE_A_HANDLER_LINE } },
	{ IRQLINE_CMD_HANDLER_DEL,
	  { "unknown handler to delete", { T(IRQLINE_A_HANDLER_LINE, LINE),
					   T(IRQLINE_A_HANDLER_NAME, "nobody") },
	    ENOENT, ATTR, IRQLINE_A_HANDLER_NAME } },
	{ IRQLINE_CMD_HANDLER_DEL,
	  { "the device's own deleted", { T(IRQLINE_A_HANDLER_LINE, LINE),
					  T(IRQLINE_A_HANDLER_NAME, BUILTIN) },
	    EBUSY, ATTR, IRQLINE_A_HANDLER_NAME } },
	{ IRQLINE_CMD_HANDLER_SET,
	  { "sources of the device's own", { T(IRQLINE_A_HANDLER_LINE, LINE),
					     T(IRQLINE_A_HANDLER_NAME, BUILTIN),
					     N(IRQLINE_A_HANDLER_SOURCES, 2) },
	    EBUSY, ATTR, IRQLINE_A_HANDLER_SOURCES } },
	{ IRQLINE_CMD_HANDLER_SET,
	  { "priority of the device's own", { T(IRQLINE_A_HANDLER_LINE, LINE),
					      T(IRQLINE_A_HANDLER_NAME, BUILTIN),
					      N(IRQLINE_A_HANDLER_PRIORITY, 1) },
	    EBUSY, ATTR, IRQLINE_A_HANDLER_PRIORITY } },
	{ IRQLINE_CMD_HANDLER_SET,
	  { "exclusive of the device's own", { T(IRQLINE_A_HANDLER_LINE, LINE),
					       T(IRQLINE_A_HANDLER_NAME, BUILTIN),
					       N(IRQLINE_A_HANDLER_EXCLUSIVE, 1) },
	    EBUSY, ATTR, IRQLINE_A_HANDLER_EXCLUSIVE } },
	{ IRQLINE_CMD_HANDLER_SET,
	  { "drop-newest of the device's own",
	    { T(IRQLINE_A_HANDLER_LINE, LINE),
	      T(IRQLINE_A_HANDLER_NAME, BUILTIN),
	      N(IRQLINE_A_HANDLER_OVERFLOW, IRQLINE_OVERFLOW_DROP_NEWEST) },
	    EINVAL, ATTR, IRQLINE_A_HANDLER_OVERFLOW } },
	{ IRQLINE_CMD_HANDLER_SET,
	  { "drop-oldest of the device's own",
	    { T(IRQLINE_A_HANDLER_LINE, LINE),
	      T(IRQLINE_A_HANDLER_NAME, BUILTIN),
	      N(IRQLINE_A_HANDLER_OVERFLOW, IRQLINE_OVERFLOW_DROP_OLDEST) },
	    EINVAL, ATTR, IRQLINE_A_HANDLER_OVERFLOW } },
	{ IRQLINE_CMD_HANDLER_SET,
	  { "smaller queue than high", { T(IRQLINE_A_HANDLER_LINE, LINE),
					 T(IRQLINE_A_HANDLER_NAME, HOLDER),
					 N(IRQLINE_A_HANDLER_QUEUE, 32) },
	    ERANGE, ATTR, IRQLINE_A_HANDLER_QUEUE } },
	{ IRQLINE_CMD_HANDLER_SET,
	  { "smaller queue than low", { T(IRQLINE_A_HANDLER_LINE, LINE),
					T(IRQLINE_A_HANDLER_NAME, DEEP),
					N(IRQLINE_A_HANDLER_QUEUE, 32) },
	    ERANGE, ATTR, IRQLINE_A_HANDLER_QUEUE } },
	{ IRQLINE_CMD_HANDLER_SET,
	  { "high that low does not leave room for",
	    { T(IRQLINE_A_HANDLER_LINE, LINE),
	      T(IRQLINE_A_HANDLER_NAME, HOLDER),
	      N(IRQLINE_A_HANDLER_HIGH, 15) },
	    ERANGE, ATTR, IRQLINE_A_HANDLER_HIGH } },
	{ IRQLINE_CMD_HANDLER_SET,
	  { "low above the high that there is",
	    { T(IRQLINE_A_HANDLER_LINE, LINE),
	      T(IRQLINE_A_HANDLER_NAME, HOLDER),
	      N(IRQLINE_A_HANDLER_LOW, 48) },
	    ERANGE, ATTR, IRQLINE_A_HANDLER_LOW } },
	{ IRQLINE_CMD_HANDLER_SET,
	  { "high beside the end of backpressure",
	    { T(IRQLINE_A_HANDLER_LINE, LINE),
	      T(IRQLINE_A_HANDLER_NAME, HOLDER),
	      N(IRQLINE_A_HANDLER_OVERFLOW, IRQLINE_OVERFLOW_MERGE),
	      N(IRQLINE_A_HANDLER_HIGH, 48) },
	    EINVAL, ATTR, IRQLINE_A_HANDLER_HIGH } },
	{ IRQLINE_CMD_HANDLER_SET,
	  { "strategy that may not sleep where work does",
	    { T(IRQLINE_A_HANDLER_LINE, LINE),
	      T(IRQLINE_A_HANDLER_NAME, SLEEPER),
	      T(IRQLINE_A_HANDLER_BOTTOM, "tasklet") },
	    EINVAL, ATTR, IRQLINE_A_HANDLER_BOTTOM } },
	{ IRQLINE_CMD_HANDLER_SET,
	  { "strategy that may not spin as long as work does",
	    { T(IRQLINE_A_HANDLER_LINE, LINE),
	      T(IRQLINE_A_HANDLER_NAME, SPINNER),
	      T(IRQLINE_A_HANDLER_BOTTOM, "inline") },
	    ERANGE, ATTR, IRQLINE_A_HANDLER_BOTTOM } },
	{ IRQLINE_CMD_HANDLER_SET,
	  { "strategy that may not take as many as the budget",
	    { T(IRQLINE_A_HANDLER_LINE, LINE),
	      T(IRQLINE_A_HANDLER_NAME, GREEDY),
	      T(IRQLINE_A_HANDLER_BOTTOM, "napi") },
	    ERANGE, ATTR, IRQLINE_A_HANDLER_BOTTOM } },
	{ IRQLINE_CMD_HANDLER_SET,
	  { "larger budget than the strategy may take",
	    { T(IRQLINE_A_HANDLER_LINE, LINE),
	      T(IRQLINE_A_HANDLER_NAME, POLLER),
	      N(IRQLINE_A_HANDLER_BUDGET, 65) },
	    ERANGE, ATTR, IRQLINE_A_HANDLER_BUDGET } },
	{ IRQLINE_CMD_HANDLER_SET,
	  { "strategy that has one lane, beside lanes for each CPU",
	    { T(IRQLINE_A_HANDLER_LINE, LINE),
	      T(IRQLINE_A_HANDLER_NAME, PLAIN),
	      T(IRQLINE_A_HANDLER_BOTTOM, "irq-thread"),
	      N(IRQLINE_A_HANDLER_LANES, IRQLINE_LANES_PERCPU) },
	    EINVAL, ATTR, IRQLINE_A_HANDLER_LANES } },
	{ IRQLINE_CMD_HANDLER_SET,
	  { "nice where the class is fifo", { T(IRQLINE_A_HANDLER_LINE, LINE),
					      T(IRQLINE_A_HANDLER_NAME, URGENT),
					      N(IRQLINE_A_HANDLER_NICE, 1) },
	    EINVAL, ATTR, IRQLINE_A_HANDLER_NICE } },
	{ IRQLINE_CMD_HANDLER_SET,
	  { "fifo again without a priority",
	    { T(IRQLINE_A_HANDLER_LINE, LINE),
	      T(IRQLINE_A_HANDLER_NAME, URGENT),
	      N(IRQLINE_A_HANDLER_SCHED, IRQLINE_SCHED_FIFO) },
	    EINVAL, MISSING, IRQLINE_A_HANDLER_SCHED_PRIORITY } },

	{ IRQLINE_CMD_STRATEGY_GET,
	  { "unknown strategy",
	    { T(IRQLINE_A_STRATEGY_NAME, "softirq"),
	      N(IRQLINE_A_STRATEGY_KIND, IRQLINE_KIND_BOTTOM) },
	    ENOENT, ATTR, IRQLINE_A_STRATEGY_NAME } },
	{ IRQLINE_CMD_STRATEGY_GET,
	  { "strategy of the other kind",
	    { T(IRQLINE_A_STRATEGY_NAME, "tasklet"),
	      N(IRQLINE_A_STRATEGY_KIND, IRQLINE_KIND_TOP) },
	    ENOENT, ATTR, IRQLINE_A_STRATEGY_NAME } },

	{ IRQLINE_CMD_STATS_GET,
	  { "counts of an unknown line", { T(IRQLINE_A_STATS_LINE, "edu99"),
					   T(IRQLINE_A_STATS_HANDLER, PLAIN) },
	    ENOENT, ATTR, IRQLINE_A_STATS_LINE } },
	{ IRQLINE_CMD_STATS_GET,
	  { "counts of an unknown handler",
	    { T(IRQLINE_A_STATS_LINE, LINE),
	      T(IRQLINE_A_STATS_HANDLER, "nobody") },
	    ENOENT, ATTR, IRQLINE_A_STATS_HANDLER } },
	{ IRQLINE_CMD_STATS_RESET,
	  { "reset of an unknown line", { T(IRQLINE_A_STATS_LINE, "edu99") },
	    ENOENT, ATTR, IRQLINE_A_STATS_LINE } },
	{ IRQLINE_CMD_STATS_RESET,
	  { "reset of an unknown handler",
	    { T(IRQLINE_A_STATS_LINE, LINE),
	      T(IRQLINE_A_STATS_HANDLER, "nobody") },
	    ENOENT, ATTR, IRQLINE_A_STATS_HANDLER } },
};

TEST_F_TIMEOUT(badstate, objects_and_their_state, 120)
{
	const struct wrong *wrong;
	struct nl_msg msg;
	unsigned int i;

	for (i = 0; i < ARRAY_LEN(objects); i++) {
		wrong = &objects[i].wrong;
		nl_init(&msg, objects[i].cmd);
		put_values(&msg, wrong->values);
		EXPECT_STREQ("", refuse(&self->scene, &msg, wrong->error,
					wrong->blame, wrong->type, wrong->label));
	}
}

/* A line that begins with INTx could have no MSI. */
TEST_F(badstate, delivery_that_is_not_to_be_had)
{
	struct nl_msg msg;

	if (line_u32(&self->scene.nl, LINE, IRQLINE_A_LINE_DELIVERY) ==
	    IRQLINE_DELIVERY_MSI)
		SKIP(return, "the kernel has MSI");
	request_line(&msg, IRQLINE_CMD_LINE_SET, LINE);
	nl_put_u32(&msg, IRQLINE_A_LINE_DELIVERY, IRQLINE_DELIVERY_MSI);
	EXPECT_STREQ("", refuse_attr(&self->scene, &msg, EOPNOTSUPP,
				     IRQLINE_A_LINE_DELIVERY, "delivery"));
}

TEST_F(badstate, names_of_handlers)
{
	static const char * const names[] = {
		"", ".", "..", ".hidden", "a b", "a/b", "a\n", "a\x7f", "a*",
		"\xc3\xa4", "a:b", "a%s", "~", "a\\b",
	};
	const struct value none[VALUES_MAX] = { };
	struct nl_msg msg;
	char label[32];
	unsigned int i;

	for (i = 0; i < ARRAY_LEN(names); i++) {
		snprintf(label, sizeof(label), "name %u", i);
		request_settings(&msg, IRQLINE_CMD_HANDLER_NEW, names[i], none);
		EXPECT_STREQ("", refuse_attr(&self->scene, &msg, EINVAL,
					     IRQLINE_A_HANDLER_NAME, label));
	}
}

/* Blames none: it is not about what the request says. */
TEST_F(badstate, change_without_net_admin)
{
	const struct command *command;
	struct nl_msg msg;

	caps_drop(CAP_NET_ADMIN);
	for_each_command(command) {
		if (!command->changes)
			continue;
		begin_request(&msg, command, 0);
		EXPECT_STREQ("", refuse(&self->scene, &msg, EPERM, NOBODY, 0,
					command->label));
	}
}

TEST_F(badstate, scheduling_without_sys_nice)
{
	static const struct wrong wrong[] = {
		{ "sched fifo", { T(IRQLINE_A_HANDLER_BOTTOM, "kthread"),
				  N(IRQLINE_A_HANDLER_SCHED, IRQLINE_SCHED_FIFO),
				  N(IRQLINE_A_HANDLER_SCHED_PRIORITY, 1) },
		  EPERM, ATTR, IRQLINE_A_HANDLER_SCHED },
		{ "nice", { T(IRQLINE_A_HANDLER_BOTTOM, "kthread"),
			    N(IRQLINE_A_HANDLER_NICE, 19) },
		  EPERM, ATTR, IRQLINE_A_HANDLER_NICE },
	};
	struct nl_msg msg;
	unsigned int i;

	caps_drop(CAP_SYS_NICE);
	for (i = 0; i < ARRAY_LEN(wrong); i++)
		EXPECT_STREQ("", refuse_settings(&self->scene, &wrong[i]));

	request_handler(&msg, IRQLINE_CMD_HANDLER_SET, LINE, URGENT);
	nl_put_u32(&msg, IRQLINE_A_HANDLER_SCHED_PRIORITY, 2);
	EXPECT_STREQ("", refuse_attr(&self->scene, &msg, EPERM,
				     IRQLINE_A_HANDLER_SCHED_PRIORITY,
				     "another priority"));

	/* The rest is still allowed. */
	handler_bottom(&self->scene.nl, LINE, PLAIN, "kthread");
}

TEST_HARNESS_MAIN
