// SPDX-License-Identifier: GPL-2.0-only
/*
 * The other side of each border: what is just right is taken, and read back.
 */
#include <string.h>

#include "kselftest_harness.h"
#include "scene.h"

#define ARRAY_LEN(array)	(sizeof(array) / sizeof((array)[0]))

FIXTURE(borders)
{
	struct scene scene;
};

FIXTURE_SETUP(borders)
{
	scene_open(&self->scene);
}

FIXTURE_TEARDOWN(borders)
{
	scene_close(&self->scene);
}

/*
 * After handlers have come and gone. The line may keep memory for the next one,
 * so it is not looked at.
 */
static void expect_same_handlers(struct __test_metadata *const _metadata,
				 struct scene *scene)
{
	struct nl_list now = { 0 };

	world_dump(&scene->nl, IRQLINE_CMD_HANDLER_GET, &now);
	EXPECT_TRUE(nl_list_same(&scene->before.handlers, &now));
	nl_free(&now);
}

/* Each is a request of its own. */
static const struct {
	const char *label;
	struct value values[VALUES_MAX];
} right[] = {
	{ "priority -1000", { N(IRQLINE_A_HANDLER_PRIORITY,
				IRQLINE_PRIORITY_MIN) } },
	{ "priority 1000", { N(IRQLINE_A_HANDLER_PRIORITY,
			       IRQLINE_PRIORITY_MAX) } },
	{ "exclusive 0", { N(IRQLINE_A_HANDLER_EXCLUSIVE, 0) } },
	{ "exclusive 1", { N(IRQLINE_A_HANDLER_EXCLUSIVE, 1) } },
	{ "lowest source", { N(IRQLINE_A_HANDLER_SOURCES, 1) } },
	{ "highest source", { N(IRQLINE_A_HANDLER_SOURCES, 0x80000000) } },
	{ "budget 1", { N(IRQLINE_A_HANDLER_BUDGET, 1) } },
	{ "budget 4096", { N(IRQLINE_A_HANDLER_BUDGET, IRQLINE_BUDGET_MAX) } },
	{ "queue 2", { N(IRQLINE_A_HANDLER_QUEUE, IRQLINE_QUEUE_MIN) } },
	{ "queue 65536", { N(IRQLINE_A_HANDLER_QUEUE, IRQLINE_QUEUE_MAX) } },
	{ "cpu -1", { T(IRQLINE_A_HANDLER_BOTTOM, "kthread"),
		      N(IRQLINE_A_HANDLER_CPU, -1) } },
	{ "cpu -1 of tasklet", { N(IRQLINE_A_HANDLER_CPU, -1) } },
	{ "nice -20", { T(IRQLINE_A_HANDLER_BOTTOM, "kthread"),
			N(IRQLINE_A_HANDLER_NICE, -20) } },
	{ "nice 19", { T(IRQLINE_A_HANDLER_BOTTOM, "kthread"),
		       N(IRQLINE_A_HANDLER_NICE, 19) } },
	{ "fifo 1", { T(IRQLINE_A_HANDLER_BOTTOM, "kthread"),
		      N(IRQLINE_A_HANDLER_SCHED, IRQLINE_SCHED_FIFO),
		      N(IRQLINE_A_HANDLER_SCHED_PRIORITY, 1) } },
	{ "rr 99", { T(IRQLINE_A_HANDLER_BOTTOM, "kthread"),
		     N(IRQLINE_A_HANDLER_SCHED, IRQLINE_SCHED_RR),
		     N(IRQLINE_A_HANDLER_SCHED_PRIORITY, 99) } },
	{ "no delay", { T(IRQLINE_A_HANDLER_BOTTOM, "hrtimer"),
			L(IRQLINE_A_HANDLER_DELAY, 0) } },
	{ "delay 1 ns", { T(IRQLINE_A_HANDLER_BOTTOM, "timer"),
			  L(IRQLINE_A_HANDLER_DELAY, 1) } },
	{ "delay 1 s", { T(IRQLINE_A_HANDLER_BOTTOM, "timer"),
			 L(IRQLINE_A_HANDLER_DELAY, IRQLINE_DELAY_MAX) } },
	{ "delay 1 s", { T(IRQLINE_A_HANDLER_BOTTOM, "hrtimer"),
			 L(IRQLINE_A_HANDLER_DELAY, IRQLINE_DELAY_MAX) } },
	{ "threaded 0 of napi", { T(IRQLINE_A_HANDLER_BOTTOM, "napi"),
				  N(IRQLINE_A_HANDLER_THREADED, 0) } },
	{ "threaded 1 of napi", { T(IRQLINE_A_HANDLER_BOTTOM, "napi"),
				  N(IRQLINE_A_HANDLER_THREADED, 1) } },
	{ "budget 64 of napi", { T(IRQLINE_A_HANDLER_BOTTOM, "napi"),
				 N(IRQLINE_A_HANDLER_BUDGET, 64) } },
	{ "lanes percpu", { N(IRQLINE_A_HANDLER_LANES,
			      IRQLINE_LANES_PERCPU) } },
	{ "lanes percpu of kthread", { T(IRQLINE_A_HANDLER_BOTTOM, "kthread"),
				       N(IRQLINE_A_HANDLER_LANES,
					 IRQLINE_LANES_PERCPU) } },
	{ "spin 1 ns", { N(IRQLINE_A_HANDLER_WORK, IRQLINE_WORK_SPIN),
			 L(IRQLINE_A_HANDLER_WORK_TIME, 1) } },
	{ "spin 1 ms", { N(IRQLINE_A_HANDLER_WORK, IRQLINE_WORK_SPIN),
			 L(IRQLINE_A_HANDLER_WORK_TIME,
			   IRQLINE_SPIN_TIME_MAX) } },
	{ "spin 10 s", { T(IRQLINE_A_HANDLER_BOTTOM, "workqueue"),
			 N(IRQLINE_A_HANDLER_WORK, IRQLINE_WORK_SPIN),
			 L(IRQLINE_A_HANDLER_WORK_TIME,
			   IRQLINE_WORK_TIME_MAX) } },
	{ "sleep 1 ns", { T(IRQLINE_A_HANDLER_BOTTOM, "irq-thread"),
			  N(IRQLINE_A_HANDLER_WORK, IRQLINE_WORK_SLEEP),
			  L(IRQLINE_A_HANDLER_WORK_TIME, 1) } },
	{ "sleep 10 s", { T(IRQLINE_A_HANDLER_BOTTOM, "irq-thread"),
			  N(IRQLINE_A_HANDLER_WORK, IRQLINE_WORK_SLEEP),
			  L(IRQLINE_A_HANDLER_WORK_TIME,
			    IRQLINE_WORK_TIME_MAX) } },
	{ "drop-newest", { N(IRQLINE_A_HANDLER_LANES, IRQLINE_LANES_SINGLE),
			   N(IRQLINE_A_HANDLER_OVERFLOW,
			     IRQLINE_OVERFLOW_DROP_NEWEST) } },
	{ "drop-oldest", { N(IRQLINE_A_HANDLER_OVERFLOW,
			     IRQLINE_OVERFLOW_DROP_OLDEST) } },
	{ "merge", { N(IRQLINE_A_HANDLER_OVERFLOW, IRQLINE_OVERFLOW_MERGE) } },
	{ "low 0", { N(IRQLINE_A_HANDLER_LOW, 0) } },
	{ "low below the queue", { N(IRQLINE_A_HANDLER_LOW, 3),
				   N(IRQLINE_A_HANDLER_QUEUE, 4) } },
	{ "high 1", { N(IRQLINE_A_HANDLER_OVERFLOW,
			IRQLINE_OVERFLOW_BACKPRESSURE),
		      N(IRQLINE_A_HANDLER_HIGH, 1),
		      N(IRQLINE_A_HANDLER_LOW, 0) } },
	{ "high as large as the queue", { N(IRQLINE_A_HANDLER_OVERFLOW,
					    IRQLINE_OVERFLOW_BACKPRESSURE),
					  N(IRQLINE_A_HANDLER_HIGH, 256),
					  N(IRQLINE_A_HANDLER_LOW, 255) } },
	{ "the smallest queue", { N(IRQLINE_A_HANDLER_QUEUE,
				    IRQLINE_QUEUE_MIN),
				  N(IRQLINE_A_HANDLER_OVERFLOW,
				    IRQLINE_OVERFLOW_BACKPRESSURE),
				  N(IRQLINE_A_HANDLER_HIGH, 2),
				  N(IRQLINE_A_HANDLER_LOW, 1) } },
};

static void expect_value(struct __test_metadata *const _metadata,
			 const struct nlmsghdr *header,
			 const struct value *value, const char *label)
{
	switch (value->form) {
	case TEXT:
		EXPECT_STREQ(value->text, nl_str(header, value->type))
			TH_LOG("%s", label);
		break;
	case U64:
		EXPECT_EQ(value->number, nl_u64(header, value->type))
			TH_LOG("%s", label);
		break;
	default:
		EXPECT_EQ(value->number, nl_u32(header, value->type))
			TH_LOG("%s", label);
	}
}

static void expect_values(struct __test_metadata *const _metadata,
			  const struct nlmsghdr *header,
			  const struct value *values, const char *label)
{
	int i;

	for (i = 0; i < VALUES_MAX && values[i].type; i++)
		expect_value(_metadata, header, &values[i], label);
}

static void accept_new(struct __test_metadata *const _metadata,
		       struct scene *scene, const char *name,
		       const struct value *values, const char *label)
{
	struct nl_list reply = { 0 };
	struct nl_msg msg;

	request_settings(&msg, IRQLINE_CMD_HANDLER_NEW, name, values);
	EXPECT_EQ(0, nl_do(&scene->nl, &msg, NULL)) {
		TH_LOG("%s: %s", label, scene->nl.ack.text);
		return;
	}
	handler_get(&scene->nl, LINE, name, &reply);
	EXPECT_STREQ(name, nl_str(nl_first(&reply), IRQLINE_A_HANDLER_NAME));
	expect_values(_metadata, nl_first(&reply), values, label);
	nl_free(&reply);
	handler_del(&scene->nl, LINE, name);
}

TEST_F_TIMEOUT(borders, border_values_of_a_new_handler, 60)
{
	unsigned int i;

	for (i = 0; i < ARRAY_LEN(right); i++)
		accept_new(_metadata, &self->scene, FRESH, right[i].values,
			   right[i].label);
	expect_same_handlers(_metadata, &self->scene);
}

TEST_F_TIMEOUT(borders, border_values_of_a_handler_set, 60)
{
	const struct value none[VALUES_MAX] = { };
	struct nl_list reply = { 0 };
	struct nl_msg msg;
	unsigned int i;

	for (i = 0; i < ARRAY_LEN(right); i++) {
		scene_add(&self->scene.nl, FRESH, none);
		request_settings(&msg, IRQLINE_CMD_HANDLER_SET, FRESH,
				 right[i].values);
		EXPECT_EQ(0, nl_do(&self->scene.nl, &msg, NULL))
			TH_LOG("%s: %s", right[i].label, self->scene.nl.ack.text);
		handler_get(&self->scene.nl, LINE, FRESH, &reply);
		expect_values(_metadata, nl_first(&reply), right[i].values,
			      right[i].label);
		nl_free(&reply);
		handler_del(&self->scene.nl, LINE, FRESH);
	}
	expect_same_handlers(_metadata, &self->scene);
}

TEST_F(borders, border_values_of_names)
{
	const struct value none[VALUES_MAX] = { };
	char longest[IRQLINE_NAME_MAX + 1];

	memset(longest, 'x', IRQLINE_NAME_MAX);
	longest[IRQLINE_NAME_MAX] = '\0';
	accept_new(_metadata, &self->scene, longest, none, "the longest name");
	accept_new(_metadata, &self->scene, "a", none, "the shortest name");
	accept_new(_metadata, &self->scene, "Az09._-", none, "all kinds of characters");
	accept_new(_metadata, &self->scene, "-", none, "a name that is a dash");
	expect_same_handlers(_metadata, &self->scene);
}

TEST_F(borders, highest_cpu)
{
	const struct value values[VALUES_MAX] = {
		T(IRQLINE_A_HANDLER_BOTTOM, "kthread"),
		N(IRQLINE_A_HANDLER_CPU, cpu_nth(cpu_count() - 1)),
	};

	accept_new(_metadata, &self->scene, FRESH, values, "the highest CPU");
}

/* To say what is so anyway is allowed, even where it cannot be changed. */
TEST_F(borders, settings_as_they_are)
{
	__u32 delivery = line_u32(&self->scene.nl, LINE, IRQLINE_A_LINE_DELIVERY);
	struct nl_msg msg;

	request_line(&msg, IRQLINE_CMD_LINE_SET, LINE);
	nl_put_str(&msg, IRQLINE_A_LINE_TOP, "hard");
	nl_put_u32(&msg, IRQLINE_A_LINE_DELIVERY, delivery);
	nl_put_u32(&msg, IRQLINE_A_LINE_NOTHREAD, 0);
	EXPECT_EQ(0, nl_do(&self->scene.nl, &msg, NULL))
		TH_LOG("%s", self->scene.nl.ack.text);

	request_handler(&msg, IRQLINE_CMD_HANDLER_SET, LINE, PLAIN);
	nl_put_u32(&msg, IRQLINE_A_HANDLER_QUEUE, 256);
	nl_put_u32(&msg, IRQLINE_A_HANDLER_LANES, IRQLINE_LANES_SINGLE);
	nl_put_u32(&msg, IRQLINE_A_HANDLER_THREADED, 0);
	nl_put_u32(&msg, IRQLINE_A_HANDLER_OVERFLOW,
		   IRQLINE_OVERFLOW_DROP_NEWEST);
	EXPECT_EQ(0, nl_do(&self->scene.nl, &msg, NULL))
		TH_LOG("%s", self->scene.nl.ack.text);
	EXPECT_EQ(NULL, scene_change(&self->scene));
}

TEST_HARNESS_MAIN
