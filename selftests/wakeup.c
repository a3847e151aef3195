// SPDX-License-Identifier: GPL-2.0-only
/*
 * No event waits for the next one: a lane that is given up while an event
 * arrives looks again. The last of three events is made to arrive when the
 * bottom half of the second one is about to end; then nothing else comes that
 * could help it.
 *
 * Only strategies whose CPU can be chosen: top and bottom half meet in that
 * short moment only if they run on CPUs of their own.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "kselftest_harness.h"
#include "dev.h"
#include "objects.h"

#define HANDLER		"wakeup"

enum { FIRST = 0x2, SECOND = 0x4, LAST = 0x8 };

/* How long the bottom half of an event takes, at least. */
#define WORK_NS		(30 * NSEC_PER_USEC)
/* The last event arrives up to this long after that. */
#define SWEEP_NS	(6 * NSEC_PER_USEC)
/* What the delay before it is corrected by. */
#define STEP_NS		250
/* How often that is to happen; on a busy host, how long it is tried. */
#define MEETINGS	2000
#define SECONDS		10

/* The test raises on the interrupt's CPU, so that nothing comes in between. */
enum { CPU_TOP, CPU_BOTTOM };

FIXTURE(wakeup)
{
	struct nl nl;
	int fd;
	__u32 id;
};

FIXTURE_VARIANT(wakeup)
{
	const char *bottom;
};

FIXTURE_VARIANT_ADD(wakeup, workqueue) { .bottom = "workqueue" };
FIXTURE_VARIANT_ADD(wakeup, kthread) { .bottom = "kthread" };

static void bind_bottom(struct nl *nl, int cpu)
{
	struct nl_msg msg;

	request_handler(&msg, IRQLINE_CMD_HANDLER_SET, LINE, HANDLER);
	nl_put_u32(&msg, IRQLINE_A_HANDLER_CPU, cpu);
	nl_must(nl, &msg, NULL);
}

FIXTURE_SETUP(wakeup)
{
	objects_open(&self->nl);
	line_affinity(&self->nl, LINE, cpu_nth(CPU_TOP));
	self->id = handler_new(&self->nl, LINE, HANDLER, FIRST | SECOND | LAST,
			       variant->bottom);
	handler_work(&self->nl, LINE, HANDLER, IRQLINE_WORK_SPIN, WORK_NS);
	bind_bottom(&self->nl, cpu_nth(CPU_BOTTOM));
	self->fd = dev_open(LINE, O_RDWR | O_NONBLOCK);
	pin(cpu_nth(CPU_TOP));
}

FIXTURE_TEARDOWN(wakeup)
{
	close(self->fd);
	objects_reset(&self->nl);
	nl_close(&self->nl);
}

/* Shorter than any clock can tell. */
static void spin(unsigned int turns)
{
	unsigned int i;

	for (i = 0; i < turns; i++)
		__asm__ volatile("" : : : "memory");
}

static __u64 turns_per_ms(void)
{
	const unsigned int turns = 1000000;
	__u64 start = now_ns();

	spin(turns);
	return turns * NSEC_PER_MSEC / (now_ns() - start);
}

/* The next event; without sleeping at first, and so without being woken late. */
static void take(struct _test_data_wakeup *self, struct irqline_event *event)
{
	unsigned int tries;

	for (tries = 0; tries < 2000; tries++) {
		if (read(self->fd, event, sizeof(*event)) == sizeof(*event))
			return;
		if (errno != EAGAIN)
			die("read: %s", strerror(errno));
	}
	dev_next(self->fd, self->id, event);
}

/*
 * Three events, the last one raised @turns after the first one could be read.
 * Returns false if they came otherwise; sets by how many ns the last one was
 * taken after the end of the second one's work.
 */
static bool meet(struct _test_data_wakeup *self, unsigned int turns,
		 __s64 *late)
{
	struct irqline_event event, second = { 0 };

	dev_raise(self->fd, FIRST);
	dev_raise(self->fd, SECOND);
	take(self, &event);
	spin(turns);
	dev_raise(self->fd, LAST);
	while (!(event.sources & LAST)) {
		take(self, &event);
		if (event.sources == SECOND)
			second = event;
	}
	*late = event.top_ns - second.bottom_ns - WORK_NS;
	return second.sources;
}

TEST_F_TIMEOUT(wakeup, no_event_waits_for_another, 120)
{
	__u64 per_ms = turns_per_ms();
	__u64 end = now_ns() + SECONDS * NSEC_PER_SEC;
	int delay = WORK_NS, meetings = 0, rounds;
	__u32 seed = 1;
	__s64 late;

	for (rounds = 0; meetings < MEETINGS && now_ns() < end; rounds++) {
		if (!meet(self, delay * per_ms / NSEC_PER_MSEC, &late))
			continue;
		if (late >= 0 && late < (__s64)SWEEP_NS)
			meetings++;
		if (late < random_below(&seed, SWEEP_NS))
			delay += STEP_NS;
		else if (delay > STEP_NS)
			delay -= STEP_NS;
	}
	ksft_print_msg("%d of %d events came when the work was ending\n",
		       meetings, rounds);
	WAIT_UNTIL(!stats_pending(&self->nl, LINE, HANDLER), EVENT_TIMEOUT,
		   "nothing is pending");
}

TEST_HARNESS_MAIN
