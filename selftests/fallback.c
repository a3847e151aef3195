// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is left when the kernel refuses twice in a row, or where no request waits for an
 * answer: a line without an interrupt polls, a CPU whose handlers cannot move stays, a
 * CPU is not kept away, and CPUs that were chosen may not be had.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "kselftest_harness.h"
#include "dev.h"
#include "fault.h"
#include "objects.h"

#define SUBJECT		"subject"
#define SOURCE		0x00000002U
#define POLLS		"neither this nor what was before can be had: the line polls"

FIXTURE(fallback)
{
	struct nl nl;
	int fd;
	__u32 id;
};

FIXTURE_SETUP(fallback)
{
	const char *missing = fault_missing();

	if (missing)
		SKIP(return, "%s", missing);
	if (!fault_has_hook())
		SKIP(return, "the modules are no test build (make modules FAULTS=1)");
	objects_open(&self->nl);
	self->fd = dev_open(LINE, O_RDWR);
	self->id = handler_new(&self->nl, LINE, SUBJECT, SOURCE, "kthread");
}

FIXTURE_TEARDOWN(fallback)
{
	fault_hook_end();
	close(self->fd);
	objects_reset(&self->nl);
	nl_close(&self->nl);
}

/* What is raised is handled; returns the CPU. */
static __u32 works(int fd, __u32 id)
{
	struct irqline_event event;

	dev_raise(fd, SOURCE);
	dev_next(fd, id, &event);
	return event.bottom_cpu;
}

static bool has_top(struct nl *nl, const char *top, __u32 delivery)
{
	struct nl_list reply = { 0 };
	bool same;

	line_get(nl, LINE, &reply);
	same = !strcmp(nl_str(nl_first(&reply), IRQLINE_A_LINE_TOP), top) &&
	       nl_u32(nl_first(&reply), IRQLINE_A_LINE_DELIVERY) == delivery;
	nl_free(&reply);
	return same;
}

/* A request for another delivery; after so many calls, so many fail. */
static int deliver(struct nl *nl, __u32 delivery, unsigned int skip,
		   unsigned int times)
{
	struct nl_msg msg;
	int err;

	nl_init(&msg, IRQLINE_CMD_LINE_SET);
	nl_put_str(&msg, IRQLINE_A_LINE_NAME, LINE);
	nl_put_u32(&msg, IRQLINE_A_LINE_DELIVERY, delivery);
	fault_hook_begin(skip, times);
	err = nl_do(nl, &msg, NULL);
	if (fault_hook_end())
		die("fewer calls failed than were to");
	return err;
}

/* It polls, and says so; and leaves that when it is told to. */
static void check_way_back(struct __test_metadata *_metadata,
			   struct _test_data_fallback *self)
{
	EXPECT_STREQ(self->nl.ack.text, POLLS);
	EXPECT_TRUE(has_top(&self->nl, "poll", IRQLINE_DELIVERY_INTX));
	works(self->fd, self->id);

	line_top(&self->nl, LINE, "hard");
	EXPECT_TRUE(has_top(&self->nl, "hard", IRQLINE_DELIVERY_INTX));
	works(self->fd, self->id);
}

TEST_F_TIMEOUT(fallback, no_action_for_the_new_top_half_nor_for_the_old_one, 120)
{
	struct nl_msg msg;

	line_delivery(&self->nl, LINE, IRQLINE_DELIVERY_INTX);
	request_top(&msg, LINE, "thread");
	fault_hook_begin(0, 2);
	EXPECT_EQ(nl_do(&self->nl, &msg, NULL), ENOMEM);
	EXPECT_EQ(fault_hook_end(), 0);
	check_way_back(_metadata, self);
}

/* The first call hands out the other interrupt; the action and the way back fail. */
TEST_F_TIMEOUT(fallback, no_action_on_the_other_interrupt_and_no_way_back, 120)
{
	if (try_delivery(&self->nl, LINE, IRQLINE_DELIVERY_MSI))
		SKIP(return, "the device gets no MSI here");
	EXPECT_EQ(deliver(&self->nl, IRQLINE_DELIVERY_INTX, 1, 2), ENOMEM);
	check_way_back(_metadata, self);
}

/* Not even INTx: it polls without, and asks for it when it is needed again. */
TEST_F_TIMEOUT(fallback, no_interrupt_at_all, 120)
{
	if (try_delivery(&self->nl, LINE, IRQLINE_DELIVERY_MSI))
		SKIP(return, "the device gets no MSI here");
	EXPECT_EQ(deliver(&self->nl, IRQLINE_DELIVERY_INTX, 0, 3), ENOMEM);
	EXPECT_STREQ(self->nl.ack.text, POLLS);
	EXPECT_TRUE(has_top(&self->nl, "poll", IRQLINE_DELIVERY_INTX));
	EXPECT_EQ(line_u32(&self->nl, LINE, IRQLINE_A_LINE_IRQ), 0);
	works(self->fd, self->id);

	line_top(&self->nl, LINE, "hard");
	EXPECT_TRUE(has_top(&self->nl, "hard", IRQLINE_DELIVERY_INTX));
	EXPECT_NE(line_u32(&self->nl, LINE, IRQLINE_A_LINE_IRQ), 0);
	works(self->fd, self->id);
}

TEST_F_TIMEOUT(fallback, no_interrupt_at_all_then_msi, 120)
{
	if (try_delivery(&self->nl, LINE, IRQLINE_DELIVERY_MSI))
		SKIP(return, "the device gets no MSI here");
	EXPECT_EQ(deliver(&self->nl, IRQLINE_DELIVERY_INTX, 0, 3), ENOMEM);
	line_delivery(&self->nl, LINE, IRQLINE_DELIVERY_MSI);
	line_top(&self->nl, LINE, "hard");
	EXPECT_TRUE(has_top(&self->nl, "hard", IRQLINE_DELIVERY_MSI));
	works(self->fd, self->id);
}

/* The third call is for the CPUs; the rest of the request is done. */
TEST_F_TIMEOUT(fallback, chosen_cpus_that_cannot_be_had, 120)
{
	if (try_delivery(&self->nl, LINE, IRQLINE_DELIVERY_MSI))
		SKIP(return, "the device gets no MSI here");
	line_affinity_soon(&self->nl, LINE, 0);
	EXPECT_EQ(deliver(&self->nl, IRQLINE_DELIVERY_INTX, 2, 1), 0);
	EXPECT_STREQ(self->nl.ack.text, "done, but the chosen CPUs cannot be had now");
	EXPECT_TRUE(has_top(&self->nl, "hard", IRQLINE_DELIVERY_INTX));
	works(self->fd, self->id);
}

TEST_F_TIMEOUT(fallback, a_cpu_whose_handlers_cannot_move_stays, 120)
{
	if (cpu_count() < 2)
		SKIP(return, "there is one CPU only");
	handler_set_u32(&self->nl, LINE, SUBJECT, IRQLINE_A_HANDLER_CPU, 1);
	EXPECT_EQ(works(self->fd, self->id), 1);

	fault_hook_begin(0, 1);
	EXPECT_FALSE(cpu_set_online(1, false));
	EXPECT_EQ(fault_hook_end(), 0);
	EXPECT_EQ(works(self->fd, self->id), 1);

	EXPECT_TRUE(cpu_set_online(1, false));
	EXPECT_NE(works(self->fd, self->id), 1);
	EXPECT_TRUE(cpu_set_online(1, true));
	EXPECT_EQ(works(self->fd, self->id), 1);
}

/* What belongs there goes on elsewhere, until the CPU comes back another time. */
TEST_F_TIMEOUT(fallback, a_cpu_is_not_kept_away, 120)
{
	if (cpu_count() < 2)
		SKIP(return, "there is one CPU only");
	handler_set_u32(&self->nl, LINE, SUBJECT, IRQLINE_A_HANDLER_CPU, 1);
	EXPECT_TRUE(cpu_set_online(1, false));

	fault_hook_begin(0, 1);
	EXPECT_TRUE(cpu_set_online(1, true));
	EXPECT_EQ(fault_hook_end(), 0);
	works(self->fd, self->id);
	EXPECT_EQ(handler_u32(&self->nl, LINE, SUBJECT, IRQLINE_A_HANDLER_CPU), 1);

	EXPECT_TRUE(cpu_set_online(1, false));
	EXPECT_TRUE(cpu_set_online(1, true));
	EXPECT_EQ(works(self->fd, self->id), 1);
}

TEST_HARNESS_MAIN
