// SPDX-License-Identifier: GPL-2.0-only
/*
 * A device asserts INTx only while its line has an action there. Between, others listen
 * whose handlers would be called for nothing again and again: LINE is one of them here.
 *
 * NEIGHBOUR is raised all the time, also between.
 */
#include <pthread.h>

#include "kselftest_harness.h"
#include "dev.h"
#include "objects.h"

#define SOURCE		0x00000002U
#define ROUNDS		50

FIXTURE(quiet)
{
	struct nl nl;
	pthread_t raiser;
	bool stop;
};

/* Nobody hears NEIGHBOUR on INTx. */
static void have_it_polled(struct nl *nl)
{
	struct nl_msg msg;

	request_top(&msg, NEIGHBOUR, "poll");
	nl_put_u64(&msg, IRQLINE_A_LINE_PERIOD, IRQLINE_PERIOD_MAX);
	nl_must(nl, &msg, NULL);
}

FIXTURE_SETUP(quiet)
{
	const char *why;

	objects_open(&self->nl);
	why = lines_share(&self->nl);
	if (why)
		SKIP(return, "%s", why);
	if (try_delivery(&self->nl, NEIGHBOUR, IRQLINE_DELIVERY_MSI))
		SKIP(return, "%s", self->nl.ack.text);
	have_it_polled(&self->nl);
}

FIXTURE_TEARDOWN(quiet)
{
	objects_reset(&self->nl);
	nl_close(&self->nl);
}

static void *raise_on(void *arg)
{
	bool *stop = arg;
	int fd = dev_open(NEIGHBOUR, O_WRONLY);

	while (!__atomic_load_n(stop, __ATOMIC_ACQUIRE))
		dev_raise(fd, SOURCE);
	close(fd);
	return NULL;
}

/* How often LINE was called for an interrupt that was not its own. */
static __u64 called_for_nothing(struct nl *nl)
{
	return line_u64(nl, LINE, IRQLINE_A_LINE_FOREIGN);
}

TEST_F(quiet, while_its_delivery_changes)
{
	__u64 before = called_for_nothing(&self->nl);
	int i;

	ASSERT_EQ(0, pthread_create(&self->raiser, NULL, raise_on, &self->stop));
	for (i = 0; i < ROUNDS; i++) {
		line_delivery(&self->nl, NEIGHBOUR, IRQLINE_DELIVERY_INTX);
		line_delivery(&self->nl, NEIGHBOUR, IRQLINE_DELIVERY_MSI);
	}
	__atomic_store_n(&self->stop, true, __ATOMIC_RELEASE);
	ASSERT_EQ(0, pthread_join(self->raiser, NULL));
	EXPECT_EQ(before, called_for_nothing(&self->nl));
}

TEST_HARNESS_MAIN
