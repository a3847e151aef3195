// SPDX-License-Identifier: GPL-2.0-only
/*
 * Two lines on one interrupt: what the switch of one does to the other, and what another
 * driver on the same interrupt hinders. Whatever it is, no event is lost.
 *
 * Whether an interrupt is shared depends on the machine, and so does that other driver.
 * Tests that need them say so and are skipped.
 */
#include <errno.h>
#include <limits.h>
#include <string.h>

#include "kselftest_harness.h"
#include "bus.h"
#include "flow.h"
#include "foreign.h"
#include "klog.h"
#include "line_settings.h"

#define HANDLER		"neighbours"
#define SOURCES		0x00ffff00U
#define EACH		20
#define SHARED_SWITCHES	repeats(400)

/* Kernels of which a primary handler can agree to IRQF_ONESHOT. */
static bool can_agree(void)
{
	return !kernel_before("6.9");
}

/*
 * Two lines on one interrupt, and a device for another driver: the third one, or
 * the neighbour where there are two.
 */
FIXTURE(shared)
{
	struct nl nl;
	int log;
	__u32 seed;
	bool three;		/* there is a third device */
	struct foreign foreign;
	struct flow flows[2];
};

static const char *share(struct nl *nl)
{
	const char *why = lines_share(nl);

	if (why)
		return why;
	return can_thread(nl) ? NULL : "another driver has the INTx, too";
}

FIXTURE_SETUP(shared)
{
	const char *why;

	foreign_reclaim();
	objects_open(&self->nl);
	why = share(&self->nl);
	if (why) {
		objects_reset(&self->nl);
		SKIP(return, "%s", why);
	}
	self->three = line_exists(&self->nl, SPARE);
	foreign_init(&self->foreign, self->three ? SPARE : NEIGHBOUR);
	self->seed = now_ns();
	self->log = log_open();
}

FIXTURE_TEARDOWN(shared)
{
	foreign_go(&self->foreign);
	log_check(self->log);
	objects_reset(&self->nl);
	nl_close(&self->nl);
}

static void expect_top(struct __test_metadata *_metadata,
		       struct _test_data_shared *self, const char *line,
		       const char *top)
{
	EXPECT_STREQ(top, settings_get(&self->nl, line).top)
		TH_LOG("%s", line);
}

/* All agree where the kernel demands it; else the neighbour stays as it was. */
TEST_F(shared, moves_the_neighbour_only_if_need_be)
{
	bool stays = can_agree() || top_halves_are_threads();
	struct nl listener;
	const struct nlmsghdr *header;
	bool told = false;

	nl_open(&listener, IRQLINE_FAMILY_NAME);
	nl_join(&listener, IRQLINE_FAMILY_NAME, IRQLINE_MCGRP_CONFIG);
	line_top(&self->nl, LINE, "thread");
	expect_top(_metadata, self, LINE, "thread");
	expect_top(_metadata, self, NEIGHBOUR, stays ? "hard" : "thread");
	while ((header = nl_notification(&listener, 0)))
		told |= !strcmp(NEIGHBOUR,
				nl_str(header, IRQLINE_A_LINE_NAME));
	EXPECT_EQ(!stays, told);

	/* One that polls has no action that could disagree. */
	line_top(&self->nl, NEIGHBOUR, "poll");
	line_top(&self->nl, LINE, "hard");
	expect_top(_metadata, self, NEIGHBOUR, "poll");
	line_top(&self->nl, LINE, "thread");
	expect_top(_metadata, self, NEIGHBOUR, "poll");

	line_top(&self->nl, NEIGHBOUR, "hard");
	expect_top(_metadata, self, NEIGHBOUR, "hard");
	expect_top(_metadata, self, LINE, stays ? "thread" : "hard");
	nl_close(&listener);
}

static void start_flow(struct _test_data_shared *self, int n)
{
	static const char * const lines[] = { LINE, NEIGHBOUR };

	handler_new(&self->nl, lines[n], HANDLER, SOURCES,
		    n ? "irq-thread" : "tasklet");
	self->flows[n] = (struct flow) {
		.line = lines[n], .name = HANDLER, .sources = SOURCES,
		.raiser_cpu = -1, .reader_cpu = -1, .seed = self->seed + n,
	};
	flow_start(&self->flows[n], &self->nl);
}

static void stop_flows(struct __test_metadata *_metadata,
		       struct _test_data_shared *self)
{
	int n;

	for (n = 0; n < 2; n++) {
		if (!self->flows[n].line)
			continue;
		flow_stop(&self->flows[n], &self->nl);
		EXPECT_STREQ("", flow_proof(&self->flows[n]));
	}
}

static bool flows_failed(struct _test_data_shared *self)
{
	return flow_failed(&self->flows[0]) || flow_failed(&self->flows[1]);
}

static void switch_any(struct _test_data_shared *self, const char *line)
{
	static const char * const tops[] = { "hard", "thread", "poll" };

	line_top(&self->nl, line,
		 tops[random_below(&self->seed, ARRAY_SIZE(tops))]);
}

/* The neighbour's events come, whichever of the two is switched. */
TEST_F_TIMEOUT(shared, lines_are_switched_without_a_loss, 120)
{
	int i;

	start_flow(self, 0);
	start_flow(self, 1);
	for (i = 0; i < SHARED_SWITCHES && !flows_failed(self); i++) {
		switch_any(self, i & 2 ? NEIGHBOUR : LINE);
		flow_wait(&self->flows[i & 1], random_below(&self->seed, 3));
	}
	stop_flows(_metadata, self);
}

/* Each looks at what is the other's, and says so. */
TEST_F_TIMEOUT(shared, lines_count_the_interrupts_of_others, 60)
{
	static const char * const tops[] = { "hard", "thread" };
	__u64 before;
	unsigned int i;

	start_flow(self, 0);
	start_flow(self, 1);
	for (i = 0; i < ARRAY_SIZE(tops) && !flows_failed(self); i++) {
		line_top(&self->nl, NEIGHBOUR, tops[i]);
		before = line_u64(&self->nl, NEIGHBOUR, IRQLINE_A_LINE_FOREIGN);
		flow_wait(&self->flows[0], EACH);
		WAIT_UNTIL(line_u64(&self->nl, NEIGHBOUR,
				    IRQLINE_A_LINE_FOREIGN) > before,
			   EVENT_TIMEOUT, "the neighbour counts a foreign one");
	}
	stop_flows(_metadata, self);
}

/* The neighbour goes and comes in each top half, and LINE goes on. */
TEST_F_TIMEOUT(shared, lines_come_and_go_without_a_loss, 60)
{
	static const char * const tops[] = { "hard", "thread", "poll" };
	char function[NAME_MAX];
	unsigned int i;

	dev_function(NEIGHBOUR, function, sizeof(function));
	start_flow(self, 0);
	for (i = 0; i < 9 && !flow_failed(&self->flows[0]); i++) {
		ASSERT_EQ(0, try_delivery(&self->nl, NEIGHBOUR,
					  IRQLINE_DELIVERY_INTX));
		line_top(&self->nl, LINE, tops[i / 3]);
		line_top(&self->nl, NEIGHBOUR, tops[i % 3]);
		flow_wait(&self->flows[0], EACH);
		bus_unbind(function);
		flow_wait(&self->flows[0], EACH);
		bus_bind(function);
		flow_wait(&self->flows[0], EACH);
	}
	flow_stop(&self->flows[0], &self->nl);
	EXPECT_STREQ("", flow_proof(&self->flows[0]));
}

/* It is refused, and names who is in the way; or the kernel lets it be. */
static void expect_foreign(struct __test_metadata *_metadata,
			   struct _test_data_shared *self, struct nl_msg *msg,
			   int offset, bool tolerated)
{
	struct settings line = settings_get(&self->nl, LINE), now;
	struct settings neighbour;

	if (self->three)
		neighbour = settings_get(&self->nl, NEIGHBOUR);
	if (tolerated) {
		EXPECT_EQ(0, nl_do(&self->nl, msg, NULL))
			TH_LOG("%s", self->nl.ack.text);
		return;
	}
	EXPECT_EQ(EBUSY, nl_do(&self->nl, msg, NULL));
	EXPECT_EQ(offset, self->nl.ack.offset);
	EXPECT_NE(NULL, strstr(self->nl.ack.text, FOREIGN_NAME))
		TH_LOG("%s", self->nl.ack.text);
	now = settings_get(&self->nl, LINE);
	EXPECT_TRUE(settings_same(&line, &now));
	if (!self->three)
		return;
	now = settings_get(&self->nl, NEIGHBOUR);
	EXPECT_TRUE(settings_same(&neighbour, &now));
}

/* Under forced threading all agree to IRQF_ONESHOT; else this driver does not. */
TEST_F_TIMEOUT(shared, with_another_driver_says_what_that_one_hinders, 60)
{
	const char *why = foreign_missing();
	bool forced = top_halves_are_threads(), came;
	struct nl_msg msg;
	int offset;

	if (why)
		SKIP(return, "%s", why);
	came = foreign_come(&self->foreign);
	EXPECT_TRUE(came);
	if (!came)
		return;
	start_flow(self, 0);
	if (self->three)
		start_flow(self, 1);

	request_line(&msg, IRQLINE_CMD_LINE_SET, LINE);
	offset = nl_put_str(&msg, IRQLINE_A_LINE_TOP, "thread");
	expect_foreign(_metadata, self, &msg, offset, forced);
	line_top(&self->nl, LINE, "hard");
	flow_wait(&self->flows[0], EACH);
	if (self->three)
		flow_wait(&self->flows[1], EACH);

	request_line(&msg, IRQLINE_CMD_LINE_SET, LINE);
	offset = nl_put_u32(&msg, IRQLINE_A_LINE_NOTHREAD, 1);
	expect_foreign(_metadata, self, &msg, offset, !forced || can_agree());
	line_top(&self->nl, LINE, "poll");
	flow_wait(&self->flows[0], EACH);
	line_top(&self->nl, LINE, "hard");
	flow_wait(&self->flows[0], EACH);
	if (self->three)
		flow_wait(&self->flows[1], EACH);
	stop_flows(_metadata, self);
}

/* Nothing is left of a thread that would keep another driver away. */
TEST_F_TIMEOUT(shared, can_be_had_by_another_driver_afterwards, 60)
{
	static const char * const tops[] = { "hard", "poll" };
	const char *why = foreign_missing();
	unsigned int i;

	if (why)
		SKIP(return, "%s", why);
	for (i = 0; i < ARRAY_SIZE(tops); i++) {
		line_top(&self->nl, LINE, "thread");
		line_top(&self->nl, LINE, tops[i]);
		/* Moved along, where all had to agree. */
		line_top(&self->nl, NEIGHBOUR, "hard");
		line_top(&self->nl, LINE, tops[i]);
		EXPECT_TRUE(foreign_come(&self->foreign)) TH_LOG("after %s", tops[i]);
		foreign_go(&self->foreign);
	}
}

TEST_HARNESS_MAIN
