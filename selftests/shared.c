// SPDX-License-Identifier: GPL-2.0-only
/*
 * Two lines that share their INTx with another driver's device. Each serves its own
 * device and says of the others' interrupts that they are not its own, none starves,
 * and each is switched, goes and comes back alone while the others go on.
 *
 * What the other driver hinders, and what lines do to each other, is in neighbours.c.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "kselftest_harness.h"
#include "flow.h"
#include "foreign.h"

#define HANDLER		"shared"
#define SOURCES		0x00ffff00U
#define LINES		2
#define EACH		20
#define SWITCHES	repeats(200)
#define ROUNDS		6
#define DRIVER		"/sys/bus/pci/drivers/edu"

static const char * const lines[LINES] = { LINE, NEIGHBOUR };
static const char * const tops[] = { "hard", "thread", "poll" };

FIXTURE(shared)
{
	struct nl nl;
	__u32 seed;
	struct foreign foreign;
	struct flow flows[LINES];
};

static const char *not_here(struct nl *nl)
{
	if (!line_exists(nl, SPARE))
		return "there is no third device for another driver";
	return foreign_missing() ? : lines_share(nl);
}

FIXTURE_SETUP(shared)
{
	const char *why;

	foreign_reclaim();
	objects_open(&self->nl);
	why = not_here(&self->nl);
	if (why)
		SKIP(return, "%s", why);
	self->seed = now_ns();
	ksft_print_msg("seed %u\n", self->seed);
	foreign_init(&self->foreign, SPARE);
	ASSERT_TRUE(foreign_come(&self->foreign));
	foreign_start(&self->foreign);
}

FIXTURE_TEARDOWN(shared)
{
	foreign_stop(&self->foreign);
	foreign_go(&self->foreign);
	objects_reset(&self->nl);
	nl_close(&self->nl);
}

static void start_flow(struct _test_data_shared *self, int n)
{
	handler_new(&self->nl, lines[n], HANDLER, SOURCES,
		    n ? "workqueue" : "tasklet");
	self->flows[n] = (struct flow) {
		.line = lines[n], .name = HANDLER, .sources = SOURCES,
		.raiser_cpu = -1, .reader_cpu = -1, .seed = self->seed + n,
	};
	flow_start(&self->flows[n], &self->nl);
}

static void stop_flow(struct __test_metadata *_metadata,
		      struct _test_data_shared *self, int n)
{
	flow_stop(&self->flows[n], &self->nl);
	EXPECT_STREQ("", flow_proof(&self->flows[n])) TH_LOG("line %d", n);
}

static bool failed(struct _test_data_shared *self)
{
	return flow_failed(&self->flows[0]) || flow_failed(&self->flows[1]);
}

/* Until the other driver has had so many interrupts more. */
static void await_foreign(struct _test_data_shared *self, __u64 interrupts)
{
	interrupts += foreign_interrupts(&self->foreign);
	WAIT_UNTIL(foreign_interrupts(&self->foreign) >= interrupts,
		   2 * EVENT_TIMEOUT, "interrupts of " FOREIGN_NAME);
}

static __u64 foreign_count(struct _test_data_shared *self, int n)
{
	return line_u64(&self->nl, lines[n], IRQLINE_A_LINE_FOREIGN);
}

/* Without an event of their own, the lines see the other driver's interrupts. */
TEST_F(shared, interrupts_of_another_driver_are_counted)
{
	__u64 passes = line_u64(&self->nl, LINE, IRQLINE_A_LINE_PASSES);
	__u64 before[LINES];
	int n;

	for (n = 0; n < LINES; n++)
		before[n] = foreign_count(self, n);
	await_foreign(self, EACH);
	for (n = 0; n < LINES; n++)
		EXPECT_GE(foreign_count(self, n), before[n] + EACH)
			TH_LOG("line %d", n);
	EXPECT_EQ(passes, line_u64(&self->nl, LINE, IRQLINE_A_LINE_PASSES));
}

/* Not all can be had beside the other driver; which, is in neighbours.c. */
static void switch_any(struct _test_data_shared *self)
{
	try_top(&self->nl, lines[random_below(&self->seed, LINES)],
		tops[random_below(&self->seed, ARRAY_SIZE(tops))]);
}

/* To MSI, where the others do not hear it, and back. */
static void deliver_any(struct _test_data_shared *self)
{
	const char *line = lines[random_below(&self->seed, LINES)];
	struct nl_msg msg;

	request_line(&msg, IRQLINE_CMD_LINE_SET, line);
	nl_put_u32(&msg, IRQLINE_A_LINE_DELIVERY,
		   random_below(&self->seed, 2) ? IRQLINE_DELIVERY_MSI :
						  IRQLINE_DELIVERY_INTX);
	if (nl_do(&self->nl, &msg, NULL) &&
	    self->nl.ack.error != EOPNOTSUPP && self->nl.ack.error != EBUSY)
		die("%s: %s", line, self->nl.ack.text);
}

TEST_F_TIMEOUT(shared, lines_are_switched_beside_another_driver, 240)
{
	int i;

	start_flow(self, 0);
	start_flow(self, 1);
	for (i = 0; i < SWITCHES && !failed(self); i++) {
		if (i % 8)
			switch_any(self);
		else
			deliver_any(self);
		flow_wait(&self->flows[i % LINES],
			  random_below(&self->seed, 3));
		await_foreign(self, random_below(&self->seed, 3));
	}
	flow_wait(&self->flows[0], EACH);
	flow_wait(&self->flows[1], EACH);
	await_foreign(self, EACH);
	stop_flow(_metadata, self, 0);
	stop_flow(_metadata, self, 1);
}

/* Each in turn, in each top half that it can have. */
TEST_F_TIMEOUT(shared, lines_come_and_go_beside_another_driver, 240)
{
	char function[NAME_MAX];
	unsigned int i;
	int n;

	for (n = 0; n < LINES; n++) {
		dev_function(lines[n], function, sizeof(function));
		start_flow(self, !n);
		for (i = 0; i < ROUNDS && !flow_failed(&self->flows[!n]); i++) {
			line_delivery(&self->nl, lines[n], IRQLINE_DELIVERY_INTX);
			try_top(&self->nl, lines[n], tops[i % ARRAY_SIZE(tops)]);
			flow_wait(&self->flows[!n], EACH);
			file_must_write(DRIVER "/unbind", function);
			flow_wait(&self->flows[!n], EACH);
			await_foreign(self, EACH);
			file_must_write(DRIVER "/bind", function);
			flow_wait(&self->flows[!n], EACH);
			await_foreign(self, EACH);
		}
		stop_flow(_metadata, self, !n);
		handler_del(&self->nl, lines[!n], HANDLER);
	}
}

/* Lines that poll, and those with a primary handler, let it come. */
TEST_F_TIMEOUT(shared, another_driver_comes_and_goes, 240)
{
	int i;

	start_flow(self, 0);
	start_flow(self, 1);
	for (i = 0; i < ROUNDS && !failed(self); i++) {
		line_top(&self->nl, LINE, i & 1 ? "poll" : "hard");
		line_top(&self->nl, NEIGHBOUR, i & 2 ? "poll" : "hard");
		await_foreign(self, EACH);
		foreign_stop(&self->foreign);
		foreign_leave(&self->foreign);
		flow_wait(&self->flows[0], EACH);
		flow_wait(&self->flows[1], EACH);
		EXPECT_TRUE(foreign_come(&self->foreign));
		foreign_start(&self->foreign);
	}
	await_foreign(self, EACH);
	stop_flow(_metadata, self, 0);
	stop_flow(_metadata, self, 1);
}

TEST_HARNESS_MAIN
