// SPDX-License-Identifier: GPL-2.0-only
/*
 * No event waits for the next one: a lane that is given up while an event
 * arrives looks again, and so does the thread of an interrupt that comes while it
 * looks. Of two events the second one is made to arrive when the bottom half of the
 * first one is about to end; then nothing else comes that could help.
 *
 * Both halves run on one CPU, the test on another: so the interrupt can come
 * between any two instructions of the bottom half, however little time the CPUs
 * of a virtual machine get. On a busy host it rarely does, where those that stand for the
 * CPUs do not run at the same time: IRQLINE_WAKEUP_SECONDS allows a longer run.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "kselftest_harness.h"
#include "dev.h"
#include "objects.h"

#define HANDLER		"wakeup"

enum { FIRST = 0x2, LAST = 0x4 };

/* The work of a bottom half: time for the test to raise the last event. */
#define WORK_NS		(20 * NSEC_PER_USEC)
/* The last event arrives up to this long after the first one's work. */
#define SWEEP_NS	(5 * NSEC_PER_USEC)
/* The longest delay before it is raised. */
#define DELAY_NS	(60 * NSEC_PER_USEC)
/* How often that is to happen; and how long it is tried, if nothing else is said. */
#define MEETINGS	repeats(5000)
#define SECONDS		3

enum { CPU_HALVES, CPU_TEST };

FIXTURE(wakeup)
{
	struct nl nl;
	int fd;
	__u32 id;
};

FIXTURE_VARIANT(wakeup)
{
	const char *bottom;
	const char *top;	/* or NULL for what it is */
};

FIXTURE_VARIANT_ADD(wakeup, tasklet) { .bottom = "tasklet" };
FIXTURE_VARIANT_ADD(wakeup, irq_poll) { .bottom = "irq-poll" };
FIXTURE_VARIANT_ADD(wakeup, hrtimer) { .bottom = "hrtimer" };
FIXTURE_VARIANT_ADD(wakeup, napi) { .bottom = "napi" };
FIXTURE_VARIANT_ADD(wakeup, workqueue) { .bottom = "workqueue" };
FIXTURE_VARIANT_ADD(wakeup, kthread) { .bottom = "kthread" };
FIXTURE_VARIANT_ADD(wakeup, kthread_worker) { .bottom = "kthread-worker" };
FIXTURE_VARIANT_ADD(wakeup, thread) { .bottom = "inline", .top = "thread" };

/* Where it is not the interrupt's anyway. */
static void bind_bottom(struct nl *nl, const char *bottom, int cpu)
{
	struct strategy strategy;
	struct nl_msg msg;

	strategy_find(nl, bottom, &strategy);
	if (!(strategy.settings & IRQLINE_SETTING_CPU))
		return;
	request_handler(&msg, IRQLINE_CMD_HANDLER_SET, LINE, HANDLER);
	nl_put_u32(&msg, IRQLINE_A_HANDLER_CPU, cpu);
	nl_must(nl, &msg, NULL);
}

FIXTURE_SETUP(wakeup)
{
	objects_open(&self->nl);
	if (variant->top && !try_top(&self->nl, LINE, variant->top))
		SKIP(return, "who shares the INTx does not agree to this top half");
	line_affinity(&self->nl, LINE, cpu_nth(CPU_HALVES));
	self->id = handler_new(&self->nl, LINE, HANDLER, FIRST | LAST,
			       variant->bottom);
	handler_work(&self->nl, LINE, HANDLER, IRQLINE_WORK_SPIN, WORK_NS);
	bind_bottom(&self->nl, variant->bottom, cpu_nth(CPU_HALVES));
	self->fd = dev_open(LINE, O_RDWR | O_NONBLOCK);
	pin(cpu_nth(CPU_TEST));
}

FIXTURE_TEARDOWN(wakeup)
{
	close(self->fd);
	objects_reset(&self->nl);
	nl_close(&self->nl);
}

/* The next event; without sleeping at first, and so without being woken late. */
static void take(struct _test_data_wakeup *self, struct irqline_event *event)
{
	unsigned int tries;

	for (tries = 0; tries < 100; tries++) {
		if (read(self->fd, event, sizeof(*event)) == sizeof(*event))
			return;
		if (errno != EAGAIN)
			die("read: %s", strerror(errno));
	}
	dev_next(self->fd, self->id, event);
}

/*
 * Two events, the last one raised @turns after the first one. Returns by how
 * many ns it was taken after the work of the first one, or a negative number if
 * both are one event.
 */
static __s64 meet(struct _test_data_wakeup *self, unsigned int turns)
{
	struct irqline_event first, last;

	dev_raise(self->fd, FIRST);
	spin(turns);
	dev_raise(self->fd, LAST);
	take(self, &first);
	if (first.sources & LAST)
		return -1;
	take(self, &last);
	return last.top_ns - first.bottom_ns - WORK_NS;
}

/*
 * The next delay to try, in ns: one about as long as the one that met last, as
 * long as it does, and now and then any.
 */
static int next_delay(int good, __u32 *seed)
{
	const int jitter = 2 * NSEC_PER_USEC;

	if (good < 0 || !random_below(seed, 8))
		return random_below(seed, DELAY_NS);
	good += (int)random_below(seed, jitter) - jitter / 2;
	return good < 0 ? 0 : good;
}

TEST_F_TIMEOUT(wakeup, no_event_waits_for_another, 120)
{
	__u64 per_ms = turns_per_ms();
	__u64 end = now_ns() + env_number("IRQLINE_WAKEUP_SECONDS", SECONDS) * NSEC_PER_SEC;
	int meetings = 0, misses = 0, good = -1, delay, rounds;
	__u32 seed = 1;
	__s64 late;

	for (rounds = 0; meetings < MEETINGS && now_ns() < end; rounds++) {
		delay = next_delay(good, &seed);
		late = meet(self, delay * per_ms / NSEC_PER_MSEC);
		if (late >= 0 && late < (__s64)SWEEP_NS) {
			meetings++;
			good = delay;
			misses = 0;
		} else if (++misses == 50) {
			good = -1;
		}
	}
	ksft_print_msg("%d of %d events came when a bottom half was ending\n",
		       meetings, rounds);
	WAIT_UNTIL(!stats_pending(&self->nl, LINE, HANDLER), EVENT_TIMEOUT,
		   "nothing is pending");
	if (!meetings)
		SKIP(return, "no event came when a bottom half was ending");
}

TEST_HARNESS_MAIN
