// SPDX-License-Identifier: GPL-2.0-only
/*
 * The passes of the top half, as the line counts them.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kselftest_harness.h"
#include "dev.h"
#include "objects.h"

#define HANDLER		"pass"
#define SOURCES		0x0000fefeU
#define UNCLAIMED	0x00030000U

FIXTURE(pass)
{
	struct nl nl;
	int fd;
	__u32 id;
};

FIXTURE_SETUP(pass)
{
	objects_open(&self->nl);
	line_affinity(&self->nl, LINE, cpu_nth(0));
	self->id = handler_new(&self->nl, LINE, HANDLER, SOURCES, "inline");
	self->fd = dev_open(LINE, O_RDWR);
}

FIXTURE_TEARDOWN(pass)
{
	close(self->fd);
	objects_reset(&self->nl);
	nl_close(&self->nl);
}

static __u64 passes(struct _test_data_pass *self)
{
	return line_u64(&self->nl, LINE, IRQLINE_A_LINE_PASSES);
}

static __u64 taken(struct _test_data_pass *self)
{
	return stats_taken(&self->nl, LINE, HANDLER);
}

/* Sources that are raised together come as one event. */
TEST_F(pass, takes_together_what_is_raised_together)
{
	__u64 before = passes(self);
	struct irqline_event event;

	dev_raise(self->fd, 0x5a);
	dev_next(self->fd, self->id, &event);
	EXPECT_EQ(0x5a, event.sources);
	EXPECT_EQ(1, event.seq);
	EXPECT_EQ(before + 1, passes(self));
	EXPECT_EQ(1, taken(self));
}

/* What nobody wants is acknowledged all the same, else it would come for ever. */
TEST_F(pass, counts_what_nobody_wants)
{
	__u64 before = line_u64(&self->nl, LINE, IRQLINE_A_LINE_UNCLAIMED);
	struct irqline_event event;

	dev_raise(self->fd, UNCLAIMED | 2);
	dev_next(self->fd, self->id, &event);
	EXPECT_EQ(2, event.sources);
	EXPECT_EQ(before + 2,
		  line_u64(&self->nl, LINE, IRQLINE_A_LINE_UNCLAIMED));
	EXPECT_EQ(1, taken(self));
}

/* All ones is what the status of a device that was lost reads as, too. */
TEST_F(pass, takes_all_sources_for_what_they_are)
{
	struct irqline_event event;
	int i;

	for (i = 1; i <= 2; i++) {
		dev_raise(self->fd, ~0U);
		dev_next(self->fd, self->id, &event);
		EXPECT_EQ(SOURCES, event.sources);
		EXPECT_EQ(i, event.seq);
	}
}

struct hammer {
	pthread_t thread;
	int fd, cpu;
	__u32 sources;
	bool stop;
};

/* Raises one source after the other as fast as it can. */
static void *hammer_thread(void *arg)
{
	struct hammer *hammer = arg;
	__u32 left = 0;

	pin(hammer->cpu);
	while (!__atomic_load_n(&hammer->stop, __ATOMIC_RELAXED)) {
		if (!left)
			left = hammer->sources;
		dev_raise(hammer->fd, left & -left);
		left &= left - 1;
	}
	return NULL;
}

static void hammer_start(struct hammer *hammer)
{
	if (pthread_create(&hammer->thread, NULL, hammer_thread, hammer))
		die("cannot start a thread");
}

/*
 * More events than passes since there were so many passes? Read in this order:
 * passes that come in between make it no easier.
 */
static bool has_looked_again(struct _test_data_pass *self, __u64 before)
{
	__u64 events = taken(self);

	return before + events > passes(self);
}

/*
 * A device that signals edges says nothing more of what came while a pass was
 * acknowledging, so the pass looks again until nothing is left. Each round of
 * a pass that found something is an event here, so there are more events than
 * passes as soon as one round was not the last.
 */
TEST_F_TIMEOUT(pass, looks_again_after_acknowledging, 90)
{
	struct hammer hammers[2] = {
		{ .fd = self->fd, .cpu = cpu_nth(2), .sources = 0x00fe },
		{ .fd = self->fd, .cpu = cpu_nth(3), .sources = 0xfe00 },
	};
	__u64 before = passes(self);
	int i;

	for (i = 0; i < 2; i++)
		hammer_start(&hammers[i]);
	WAIT_UNTIL(has_looked_again(self, before), patience(60),
		   "a pass that found sources in a second round");
	for (i = 0; i < 2; i++) {
		__atomic_store_n(&hammers[i].stop, true, __ATOMIC_RELAXED);
		pthread_join(hammers[i].thread, NULL);
	}
}

/* How many interrupts nobody has called his own, as the kernel counts. */
static unsigned int unhandled(struct _test_data_pass *self)
{
	char path[64], text[128], *at;

	snprintf(path, sizeof(path), "/proc/irq/%u/spurious",
		 line_u32(&self->nl, LINE, IRQLINE_A_LINE_IRQ));
	if (!file_read(path, text, sizeof(text)))
		die("cannot read %s", path);
	at = strstr(text, "unhandled ");
	if (!at)
		die("%s says '%s'", path, text);
	return strtoul(at + strlen("unhandled "), NULL, 10);
}

/*
 * Where each raise sends a message, one of them finds that a pass has been faster.
 * The kernel has to know, since it turns an interrupt off that nobody serves.
 */
TEST_F_TIMEOUT(pass, tells_the_kernel_of_what_is_not_its_own, 90)
{
	struct hammer hammer = {
		.fd = self->fd, .cpu = cpu_nth(2), .sources = 0x02,
	};
	__u64 before = line_u64(&self->nl, LINE, IRQLINE_A_LINE_FOREIGN);

	if (line_u32(&self->nl, LINE, IRQLINE_A_LINE_DELIVERY) !=
	    IRQLINE_DELIVERY_MSI)
		SKIP(return, "it is raised only as long as it is served");
	if (top_halves_are_threads())
		SKIP(return, "what a thread says is heard with the next interrupt");
	hammer_start(&hammer);
	WAIT_UNTIL(line_u64(&self->nl, LINE, IRQLINE_A_LINE_FOREIGN) > before,
		   60, "an interrupt that finds nothing");
	WAIT_UNTIL(unhandled(self), patience(60), "the kernel knows of it");
	__atomic_store_n(&hammer.stop, true, __ATOMIC_RELAXED);
	pthread_join(hammer.thread, NULL);
}

TEST_HARNESS_MAIN
