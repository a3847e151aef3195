// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the netlink family promises: the settings that a handler begins with, what each
 * strategy says of itself, and the limits that its policies tell.
 */
#include <string.h>
#include <linux/edu.h>

#include "kselftest_harness.h"
#include "objects.h"
#include "world.h"

#define ARRAY_LEN(array)	(sizeof(array) / sizeof((array)[0]))

#define HANDLER		"abi"
#define SOURCE		0x2U	/* of no device's own */

FIXTURE(abi)
{
	struct nl nl;
};

FIXTURE_SETUP(abi)
{
	objects_open(&self->nl);
}

FIXTURE_TEARDOWN(abi)
{
	objects_reset(&self->nl);
	nl_close(&self->nl);
}

/* The settings of a handler that has been given none. */
TEST_F(abi, defaults_of_a_new_handler)
{
	struct nl_list reply = { 0 };
	const struct nlmsghdr *header;
	struct nl_msg msg;

	request_handler(&msg, IRQLINE_CMD_HANDLER_NEW, LINE, HANDLER);
	nl_put_u32(&msg, IRQLINE_A_HANDLER_SOURCES, SOURCE);
	nl_must(&self->nl, &msg, NULL);
	handler_get(&self->nl, LINE, HANDLER, &reply);
	header = nl_first(&reply);
	EXPECT_EQ(0, nl_u32(header, IRQLINE_A_HANDLER_PRIORITY));
	EXPECT_EQ(0, nl_u32(header, IRQLINE_A_HANDLER_EXCLUSIVE));
	EXPECT_STREQ("tasklet", nl_str(header, IRQLINE_A_HANDLER_BOTTOM));
	EXPECT_EQ((__u32)-1, nl_u32(header, IRQLINE_A_HANDLER_CPU));
	EXPECT_EQ(IRQLINE_LANES_SINGLE,
		  nl_u32(header, IRQLINE_A_HANDLER_LANES));
	EXPECT_EQ(64, nl_u32(header, IRQLINE_A_HANDLER_BUDGET));
	EXPECT_EQ(256, nl_u32(header, IRQLINE_A_HANDLER_QUEUE));
	EXPECT_EQ(IRQLINE_OVERFLOW_DROP_NEWEST,
		  nl_u32(header, IRQLINE_A_HANDLER_OVERFLOW));
	EXPECT_EQ(NULL, nl_find(header, IRQLINE_A_HANDLER_HIGH));
	EXPECT_EQ(128, nl_u32(header, IRQLINE_A_HANDLER_LOW));
	EXPECT_EQ(IRQLINE_WORK_NONE, nl_u32(header, IRQLINE_A_HANDLER_WORK));
	EXPECT_EQ(NULL, nl_find(header, IRQLINE_A_HANDLER_BUILTIN));
	nl_free(&reply);

	handler_get(&self->nl, LINE, "factorial", &reply);
	header = nl_first(&reply);
	EXPECT_NE(NULL, nl_find(header, IRQLINE_A_HANDLER_BUILTIN));
	EXPECT_EQ(EDU_SOURCE_FACTORIAL,
		  nl_u32(header, IRQLINE_A_HANDLER_SOURCES));
	EXPECT_EQ(IRQLINE_OVERFLOW_MERGE,
		  nl_u32(header, IRQLINE_A_HANDLER_OVERFLOW));
	nl_free(&reply);
}

/* To name a strategy starts from its defaults, to name none keeps them. */
TEST_F(abi, settings_of_a_strategy_that_is_named_again)
{
	struct nl_msg msg;

	handler_new(&self->nl, LINE, HANDLER, SOURCE, "kthread");
	request_handler(&msg, IRQLINE_CMD_HANDLER_SET, LINE, HANDLER);
	nl_put_u32(&msg, IRQLINE_A_HANDLER_NICE, 5);
	nl_must(&self->nl, &msg, NULL);
	request_handler(&msg, IRQLINE_CMD_HANDLER_SET, LINE, HANDLER);
	nl_put_u32(&msg, IRQLINE_A_HANDLER_CPU, cpu_nth(0));
	nl_must(&self->nl, &msg, NULL);
	EXPECT_EQ(5, handler_u32(&self->nl, LINE, HANDLER,
				 IRQLINE_A_HANDLER_NICE));

	handler_bottom(&self->nl, LINE, HANDLER, "kthread");
	EXPECT_EQ(0, handler_u32(&self->nl, LINE, HANDLER,
				 IRQLINE_A_HANDLER_NICE));
	EXPECT_EQ((__u32)-1,
		  handler_u32(&self->nl, LINE, HANDLER,
			      IRQLINE_A_HANDLER_CPU));
}

/* As documented, in this order; what they claim is measured by another test. */
#define FOLLOWS		IRQLINE_PLACE_INTERRUPT
#define KICK		IRQLINE_ORDER_KICK
#define LANES		IRQLINE_SETTING_LANES
#define CPU		IRQLINE_SETTING_CPU
#define DELAY		IRQLINE_SETTING_DELAY
#define THREAD		(IRQLINE_SETTING_SCHED | IRQLINE_SETTING_NICE)

static const struct {
	const char *name, *since, *softirq;
	__u32 context, order, place, settings;
} bottoms[] = {
	{ "inline", "", "", IRQLINE_CONTEXT_HARDIRQ, KICK, FOLLOWS, LANES },
	{ "tasklet-hi", "", "HI", IRQLINE_CONTEXT_SOFTIRQ, KICK, FOLLOWS,
	  LANES },
	{ "tasklet", "", "TASKLET", IRQLINE_CONTEXT_SOFTIRQ, KICK, FOLLOWS,
	  LANES },
	{ "bh-highpri", "6.9", "HI", IRQLINE_CONTEXT_SOFTIRQ, KICK, FOLLOWS,
	  LANES },
	{ "bh", "6.9", "TASKLET", IRQLINE_CONTEXT_SOFTIRQ, KICK, FOLLOWS,
	  LANES },
	{ "irq-poll", "", "IRQ_POLL", IRQLINE_CONTEXT_SOFTIRQ, KICK, FOLLOWS,
	  LANES },
	{ "timer", "", "TIMER", IRQLINE_CONTEXT_SOFTIRQ, IRQLINE_ORDER_NONE,
	  IRQLINE_PLACE_CPU, CPU | DELAY | LANES },
	{ "hrtimer", "", "HRTIMER", IRQLINE_CONTEXT_SOFTIRQ, KICK, FOLLOWS,
	  DELAY | LANES },
	{ "napi", "", "NET_RX", IRQLINE_CONTEXT_SOFTIRQ, KICK, FOLLOWS,
	  IRQLINE_SETTING_THREADED | LANES },
	{ "workqueue-highpri", "", "", IRQLINE_CONTEXT_TASK,
	  IRQLINE_ORDER_NONE, IRQLINE_PLACE_CPU, CPU | LANES },
	{ "workqueue", "", "", IRQLINE_CONTEXT_TASK,
	  IRQLINE_ORDER_NONE, IRQLINE_PLACE_CPU, CPU | LANES },
	{ "workqueue-unbound", "", "", IRQLINE_CONTEXT_TASK,
	  IRQLINE_ORDER_NONE, IRQLINE_PLACE_ANY, LANES },
	{ "irq-thread", "", "", IRQLINE_CONTEXT_TASK, KICK, FOLLOWS, 0 },
	{ "kthread", "", "", IRQLINE_CONTEXT_TASK,
	  IRQLINE_ORDER_NONE, IRQLINE_PLACE_CPU, CPU | THREAD | LANES },
	{ "kthread-worker", "", "", IRQLINE_CONTEXT_TASK,
	  IRQLINE_ORDER_NONE, IRQLINE_PLACE_CPU, CPU | THREAD | LANES },
	{ "uio", "", "", IRQLINE_CONTEXT_TASK,
	  IRQLINE_ORDER_NONE, IRQLINE_PLACE_ANY, 0 },
};

TEST_F(abi, properties_of_strategies)
{
	struct strategy list[STRATEGIES_MAX];
	unsigned int i;

	ASSERT_EQ((int)ARRAY_LEN(bottoms), strategies(&self->nl, list));
	for (i = 0; i < ARRAY_LEN(bottoms); i++) {
		EXPECT_STREQ(bottoms[i].name, list[i].name);
		EXPECT_STREQ(bottoms[i].since, list[i].since);
		EXPECT_EQ(IRQLINE_KIND_BOTTOM, list[i].kind);
		if (!list[i].available) {
			EXPECT_TRUE(strategy_lacks_kernel(&list[i]));
			continue;
		}
		EXPECT_STREQ(bottoms[i].softirq, list[i].softirq);
		EXPECT_EQ(bottoms[i].context, list[i].context);
		EXPECT_EQ(bottoms[i].order, list[i].order);
		EXPECT_EQ(bottoms[i].place, list[i].place);
		EXPECT_EQ(bottoms[i].settings, list[i].settings);
		/* What runs in a thread may sleep, and nothing else. */
		EXPECT_EQ(bottoms[i].context == IRQLINE_CONTEXT_TASK,
			  list[i].may_sleep);
	}
}

TEST_F(abi, strategy_of_the_top_half)
{
	const struct nlmsghdr *header;
	struct nl_list list = { 0 };
	unsigned int tops = 0;

	world_dump(&self->nl, IRQLINE_CMD_STRATEGY_GET, &list);
	header = nl_first(&list);
	EXPECT_STREQ("hard", nl_str(header, IRQLINE_A_STRATEGY_NAME));
	EXPECT_EQ(1, nl_u32(header, IRQLINE_A_STRATEGY_AVAILABLE));
	EXPECT_EQ(IRQLINE_CONTEXT_HARDIRQ,
		  nl_u32(header, IRQLINE_A_STRATEGY_CONTEXT));
	nl_for_each(header, &list)
		tops += nl_u32(header, IRQLINE_A_STRATEGY_KIND) ==
			IRQLINE_KIND_TOP;
	EXPECT_GE(tops, 1);
	EXPECT_EQ(tops + ARRAY_LEN(bottoms), list.count);
	nl_free(&list);
}

/* What the controller says of an attribute of a command. */
struct limit {
	__u8 cmd;
	__u16 type;
	__u32 kind;		/* NL_ATTR_TYPE_* */
	__s64 min, max;		/* of a text, max is the longest length */
};

static const struct limit limits[] = {
	{ IRQLINE_CMD_LINE_SET, IRQLINE_A_LINE_NAME, NL_ATTR_TYPE_NUL_STRING,
	  0, IRQLINE_NAME_MAX },
	{ IRQLINE_CMD_LINE_SET, IRQLINE_A_LINE_AFFINITY,
	  NL_ATTR_TYPE_NUL_STRING, 0, IRQLINE_CPULIST_MAX },
	{ IRQLINE_CMD_LINE_SET, IRQLINE_A_LINE_PERIOD, NL_ATTR_TYPE_U64,
	  IRQLINE_PERIOD_MIN, IRQLINE_PERIOD_MAX },
	{ IRQLINE_CMD_LINE_SET, IRQLINE_A_LINE_DELIVERY, NL_ATTR_TYPE_U32,
	  0, IRQLINE_DELIVERY_INTX },
	{ IRQLINE_CMD_LINE_SET, IRQLINE_A_LINE_CLOCK, NL_ATTR_TYPE_U32, 0, 1 },
	{ IRQLINE_CMD_HANDLER_NEW, IRQLINE_A_HANDLER_NAME,
	  NL_ATTR_TYPE_NUL_STRING, 0, IRQLINE_NAME_MAX },
	{ IRQLINE_CMD_HANDLER_NEW, IRQLINE_A_HANDLER_PRIORITY,
	  NL_ATTR_TYPE_S32, IRQLINE_PRIORITY_MIN, IRQLINE_PRIORITY_MAX },
	{ IRQLINE_CMD_HANDLER_NEW, IRQLINE_A_HANDLER_DELAY, NL_ATTR_TYPE_U64,
	  0, IRQLINE_DELAY_MAX },
	{ IRQLINE_CMD_HANDLER_NEW, IRQLINE_A_HANDLER_BUDGET, NL_ATTR_TYPE_U32,
	  1, IRQLINE_BUDGET_MAX },
	{ IRQLINE_CMD_HANDLER_NEW, IRQLINE_A_HANDLER_QUEUE, NL_ATTR_TYPE_U32,
	  IRQLINE_QUEUE_MIN, IRQLINE_QUEUE_MAX },
	{ IRQLINE_CMD_HANDLER_NEW, IRQLINE_A_HANDLER_OVERFLOW,
	  NL_ATTR_TYPE_U32, 0, IRQLINE_OVERFLOW_BACKPRESSURE },
	{ IRQLINE_CMD_HANDLER_NEW, IRQLINE_A_HANDLER_WORK, NL_ATTR_TYPE_U32,
	  0, IRQLINE_WORK_SLEEP },
	{ IRQLINE_CMD_HANDLER_SET, IRQLINE_A_HANDLER_WORK_TIME,
	  NL_ATTR_TYPE_U64, 1, IRQLINE_WORK_TIME_MAX },
	{ IRQLINE_CMD_HANDLER_SET, IRQLINE_A_HANDLER_NICE, NL_ATTR_TYPE_S32,
	  -20, 19 },
	{ IRQLINE_CMD_HANDLER_SET, IRQLINE_A_HANDLER_SCHED, NL_ATTR_TYPE_U32,
	  0, IRQLINE_SCHED_RR },
	{ IRQLINE_CMD_HANDLER_SET, IRQLINE_A_HANDLER_SCHED_PRIORITY,
	  NL_ATTR_TYPE_U32, 1, 99 },
	{ IRQLINE_CMD_STRATEGY_GET, IRQLINE_A_STRATEGY_KIND, NL_ATTR_TYPE_U32,
	  0, IRQLINE_KIND_BOTTOM },
};

/* The part of a policy that is about one attribute, or NULL. */
static const struct nlattr *find_policy(const struct nl_list *list, __u16 type)
{
	const struct nlattr *policies, *policy, *attr;
	const struct nlmsghdr *header;
	size_t len;

	nl_for_each(header, list) {
		policies = nl_find(header, CTRL_ATTR_POLICY);
		if (!policies)
			continue;
		nl_for_each_attr(policy, nl_nested(policies, &len), &len) {
			attr = nl_find_nested(policy, type);
			if (attr)
				return attr;
		}
	}
	return NULL;
}

static void get_policy(__u16 family, __u8 cmd, struct nl_list *list)
{
	struct nl_msg msg;
	struct nl ctrl;

	nl_open(&ctrl, IRQLINE_FAMILY_NAME);
	ctrl.family = GENL_ID_CTRL;
	nl_init(&msg, CTRL_CMD_GETPOLICY);
	nl_put(&msg, CTRL_ATTR_FAMILY_ID, &family, sizeof(family));
	nl_put_u32(&msg, CTRL_ATTR_OP, cmd);
	if (nl_dump(&ctrl, &msg, list))
		die("policy of command %u: %s", cmd,
		    strerror(ctrl.ack.error));
	nl_close(&ctrl);
}

static __s64 policy_value(const struct nlattr *policy, __u16 type)
{
	const struct nlattr *attr = nl_find_nested(policy, type);

	return attr ? (__s64)nl_value_u64(attr) : 0;
}

static void expect_limit(struct __test_metadata *const _metadata,
			 const struct nlattr *policy, const struct limit *limit)
{
	const struct nlattr *length;

	EXPECT_EQ(limit->kind,
		  nl_value_u32(nl_find_nested(policy,
					      NL_POLICY_TYPE_ATTR_TYPE)));
	switch (limit->kind) {
	case NL_ATTR_TYPE_NUL_STRING:
		length = nl_find_nested(policy, NL_POLICY_TYPE_ATTR_MAX_LENGTH);
		ASSERT_NE(NULL, length);
		EXPECT_EQ(limit->max, nl_value_u32(length));
		break;
	case NL_ATTR_TYPE_S32:
		EXPECT_EQ(limit->min,
			  policy_value(policy, NL_POLICY_TYPE_ATTR_MIN_VALUE_S));
		EXPECT_EQ(limit->max,
			  policy_value(policy, NL_POLICY_TYPE_ATTR_MAX_VALUE_S));
		break;
	default:
		EXPECT_EQ(limit->min,
			  policy_value(policy, NL_POLICY_TYPE_ATTR_MIN_VALUE_U));
		EXPECT_EQ(limit->max,
			  policy_value(policy, NL_POLICY_TYPE_ATTR_MAX_VALUE_U));
	}
}

TEST_F(abi, policy_agrees_with_the_header)
{
	const struct nlattr *policy;
	struct nl_list list = { 0 };
	unsigned int i;

	for (i = 0; i < ARRAY_LEN(limits); i++) {
		get_policy(self->nl.family, limits[i].cmd, &list);
		policy = find_policy(&list, limits[i].type);
		EXPECT_NE(NULL, policy)
			TH_LOG("command %u has no policy for attribute %u",
			       limits[i].cmd, limits[i].type);
		if (policy)
			expect_limit(_metadata, policy, &limits[i]);
		nl_free(&list);
	}
}

TEST_HARNESS_MAIN
