// SPDX-License-Identifier: GPL-2.0-only
/*
 * A bottom half that always has more to do, in a softirq: ksoftirqd takes over,
 * the CPU still serves others, and a switch to a thread ends it. What makes the
 * difference is the budget of a run: who comes meanwhile is served after at most
 * so many events.
 */
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>

#include "kselftest_harness.h"
#include "dev.h"
#include "objects.h"

#define STORM		"storm"
#define GUEST		"guest"
#define STORM_SOURCES	0x0000ff00U
#define GUEST_SOURCE	0x00010000U
#define SPIN_NS		(200 * NSEC_PER_USEC)
/* How many events in ksoftirqd, or after the switch, prove something. */
#define MANY		200
/* What a process on the CPU of the storm has to get done. */
#define PROGRESS	1000
#define SECONDS		60

enum { CPU_TEST, CPU_STORM, CPU_RAISER };

FIXTURE(storm)
{
	struct nl nl;
	int fd;
	bool stop;
	unsigned long progress;
	pthread_t raiser, worker;
};

FIXTURE_VARIANT(storm)
{
	const char *bottom;
};

FIXTURE_VARIANT_ADD(storm, tasklet) { .bottom = "tasklet" };
FIXTURE_VARIANT_ADD(storm, napi) { .bottom = "napi" };

static bool stopped(struct _test_data_storm *self)
{
	return __atomic_load_n(&self->stop, __ATOMIC_ACQUIRE);
}

static void *raise_without_a_pause(void *arg)
{
	struct _test_data_storm *self = arg;

	pin(cpu_nth(CPU_RAISER));
	while (!stopped(self))
		dev_raise(self->fd, STORM_SOURCES);
	return NULL;
}

/* A process that has nothing but the CPU of the storm. */
static void *work_there(void *arg)
{
	struct _test_data_storm *self = arg;

	pin(cpu_nth(CPU_STORM));
	while (!stopped(self)) {
		syscall(SYS_getppid);
		__atomic_fetch_add(&self->progress, 1, __ATOMIC_RELAXED);
	}
	return NULL;
}

static unsigned long progress(struct _test_data_storm *self)
{
	return __atomic_load_n(&self->progress, __ATOMIC_RELAXED);
}

FIXTURE_SETUP(storm)
{
	if (cpu_count() < 3)
		SKIP(return, "a storm needs a CPU, its producer another one");
	objects_open(&self->nl);
	line_affinity(&self->nl, LINE, cpu_nth(CPU_STORM));
	handler_new(&self->nl, LINE, STORM, STORM_SOURCES, variant->bottom);
	handler_work(&self->nl, LINE, STORM, IRQLINE_WORK_SPIN, SPIN_NS);
	self->fd = dev_open(LINE, O_WRONLY);
	pin(cpu_nth(CPU_TEST));
	ASSERT_EQ(0, pthread_create(&self->raiser, NULL,
				    raise_without_a_pause, self));
}

FIXTURE_TEARDOWN(storm)
{
	__atomic_store_n(&self->stop, true, __ATOMIC_RELEASE);
	pthread_join(self->raiser, NULL);
	close(self->fd);
	objects_reset(&self->nl);
	nl_close(&self->nl);
}

static __u64 in_context(struct nl *nl, int context)
{
	struct stats stats;

	stats_get(nl, LINE, STORM, &stats);
	return stats.context[context];
}

static __u64 handled(struct nl *nl)
{
	struct stats stats;

	stats_get(nl, LINE, STORM, &stats);
	return stats.handled;
}

static bool is_thread_of(const char *comm, const char *kind)
{
	return !strncmp(comm, kind, strlen(kind));
}

/*
 * Where top halves are threads, a softirq that one of them raises runs in that
 * thread, which the scheduler knows as well as ksoftirqd; and goes before it.
 */
TEST_F_TIMEOUT(storm, is_taken_over_by_a_thread, SECONDS + 30)
{
	bool forced = top_halves_are_threads();
	struct stats stats;

	if (forced)
		WAIT_UNTIL(handled(&self->nl) >= MANY, patience(SECONDS),
			   "the storm is on");
	else
		WAIT_UNTIL(in_context(&self->nl, IRQLINE_CONTEXT_KSOFTIRQD) >=
			   MANY, patience(SECONDS), "ksoftirqd has taken over");
	stats_get(&self->nl, LINE, STORM, &stats);
	ksft_print_msg("%llu events in softirqs, %llu in ksoftirqd, the last in %s\n",
		       (unsigned long long)stats.context[IRQLINE_CONTEXT_SOFTIRQ],
		       (unsigned long long)stats.context[IRQLINE_CONTEXT_KSOFTIRQD],
		       stats.comm);
	EXPECT_EQ(0, stats.context[IRQLINE_CONTEXT_TASK]);
	EXPECT_EQ(0, stats.context[IRQLINE_CONTEXT_HARDIRQ]);
	EXPECT_TRUE(stats_add_up(&stats));
	if (forced)
		EXPECT_TRUE(is_thread_of(stats.comm, "irq/") ||
			    is_thread_of(stats.comm, "ksoftirqd/"));
}

/* It has more to do from the beginning to the end of what is measured. */
TEST_F_TIMEOUT(storm, leaves_time_to_others, SECONDS + 30)
{
	unsigned long before;
	__u64 done;

	WAIT_UNTIL(stats_pending(&self->nl, LINE, STORM), patience(SECONDS),
		   "the storm has begun");
	ASSERT_EQ(0, pthread_create(&self->worker, NULL, work_there, self));
	before = progress(self);
	done = handled(&self->nl);
	WAIT_UNTIL(progress(self) - before >= PROGRESS &&
		   handled(&self->nl) - done >= MANY, patience(SECONDS),
		   "a process on that CPU gets on, and so does the storm");
	ksft_print_msg("%lu turns of a process beside %llu events\n",
		       progress(self) - before,
		       (unsigned long long)(handled(&self->nl) - done));
	__atomic_store_n(&self->stop, true, __ATOMIC_RELEASE);
	pthread_join(self->worker, NULL);
}

TEST_F_TIMEOUT(storm, is_ended_by_a_switch_to_a_thread, SECONDS + 30)
{
	__u64 softirq, ksoftirqd, done;

	WAIT_UNTIL(handled(&self->nl) >= MANY, patience(SECONDS), "the storm is on");
	handler_bottom(&self->nl, LINE, STORM, "kthread");
	softirq = in_context(&self->nl, IRQLINE_CONTEXT_SOFTIRQ);
	ksoftirqd = in_context(&self->nl, IRQLINE_CONTEXT_KSOFTIRQD);
	done = handled(&self->nl);
	WAIT_UNTIL(handled(&self->nl) >= done + MANY, patience(SECONDS),
		   "the thread goes on with it");
	EXPECT_EQ(softirq, in_context(&self->nl, IRQLINE_CONTEXT_SOFTIRQ));
	EXPECT_EQ(ksoftirqd, in_context(&self->nl, IRQLINE_CONTEXT_KSOFTIRQD));
}

/*
 * A backlog of one handler, and a guest that comes in the middle of it: another
 * handler's event on the same softirq.
 */
#define BACKLOG		100
#define BACKLOG_NS	(IRQLINE_SPIN_RUN_MAX / BACKLOG)
#define TRIES		20
/* After so many of the backlog the guest comes; not later than after so many. */
#define EARLY		5
#define LATE		60

FIXTURE(budget)
{
	struct nl nl;
	__u32 id[2];
	int fd;
	struct nl_msg set;
	/* Of one try. */
	struct irqline_event backlog[BACKLOG], guest;
	__u64 raised_ns;
};

FIXTURE_VARIANT(budget)
{
	const char *bottom;
	__u32 budget;
	bool served_at_once;
	__u64 work_ns;		/* if not what suits any budget */
};

FIXTURE_VARIANT_ADD(budget, small)
{
	.bottom = "tasklet", .budget = 4, .served_at_once = true,
};

FIXTURE_VARIANT_ADD(budget, of_one)
{
	.bottom = "tasklet", .budget = 1, .served_at_once = true,
};

FIXTURE_VARIANT_ADD(budget, huge)
{
	.bottom = "tasklet", .budget = IRQLINE_BUDGET_MAX,
};

FIXTURE_VARIANT_ADD(budget, huge_with_long_work)
{
	.bottom = "tasklet", .budget = IRQLINE_BUDGET_MAX, .served_at_once = true,
	.work_ns = IRQLINE_SPIN_TIME_MAX,
};

FIXTURE_SETUP(budget)
{
	if (cpu_count() < 2)
		SKIP(return, "nobody can watch the only CPU");
	objects_open(&self->nl);
	line_affinity(&self->nl, LINE, cpu_nth(CPU_STORM));
	self->id[0] = handler_new(&self->nl, LINE, STORM, STORM_SOURCES,
				  "kthread");
	self->id[1] = handler_new(&self->nl, LINE, GUEST, GUEST_SOURCE,
				  variant->bottom);
	self->fd = dev_open(LINE, O_RDWR);
	pin(cpu_nth(CPU_TEST));
}

FIXTURE_TEARDOWN(budget)
{
	close(self->fd);
	objects_reset(&self->nl);
	nl_close(&self->nl);
}

/* The backlog waits behind an event that sleeps, in a thread on its CPU. */
static void build_backlog(struct _test_data_budget *self)
{
	struct nl_msg msg;
	int i;

	request_handler(&msg, IRQLINE_CMD_HANDLER_SET, LINE, STORM);
	nl_put_str(&msg, IRQLINE_A_HANDLER_BOTTOM, "kthread");
	nl_put_u32(&msg, IRQLINE_A_HANDLER_CPU, cpu_nth(CPU_STORM));
	nl_put_u32(&msg, IRQLINE_A_HANDLER_WORK, IRQLINE_WORK_SLEEP);
	nl_put_u64(&msg, IRQLINE_A_HANDLER_WORK_TIME, NSEC_PER_SEC / 2);
	nl_must(&self->nl, &msg, NULL);
	for (i = 0; i < BACKLOG; i++)
		raise_taken(&self->nl, self->fd, LINE, STORM, STORM_SOURCES);
}

/* On the CPU of the storm, so that whoever kicks it in the end, it is there. */
static void *switch_there(void *arg)
{
	struct _test_data_budget *self = arg;

	pin(cpu_nth(CPU_STORM));
	nl_must(&self->nl, &self->set, NULL);
	return NULL;
}

static void fetch_all(struct _test_data_budget *self)
{
	struct irqline_event event;
	int seen = 0, guests = 0;

	while (seen < BACKLOG || !guests) {
		if (!dev_read(self->fd, &event, 1, EVENT_TIMEOUT * 1000))
			die("no event within %d seconds", EVENT_TIMEOUT);
		if (event.handler == self->id[1]) {
			self->guest = event;
			guests++;
		} else if (event.handler == self->id[0]) {
			self->backlog[seen++] = event;
			if (seen != EARLY)
				continue;
			self->raised_ns = now_ns();
			dev_raise(self->fd, GUEST_SOURCE);
		}
	}
}

static void try_once(struct __test_metadata *_metadata,
		     struct _test_data_budget *self,
		     const struct _fixture_variant_budget *variant)
{
	pthread_t thread;

	build_backlog(self);
	request_handler(&self->set, IRQLINE_CMD_HANDLER_SET, LINE, STORM);
	nl_put_str(&self->set, IRQLINE_A_HANDLER_BOTTOM, variant->bottom);
	nl_put_u32(&self->set, IRQLINE_A_HANDLER_WORK, IRQLINE_WORK_SPIN);
	nl_put_u64(&self->set, IRQLINE_A_HANDLER_WORK_TIME,
		   variant->work_ns ?: BACKLOG_NS);
	nl_put_u32(&self->set, IRQLINE_A_HANDLER_BUDGET, variant->budget);
	ASSERT_EQ(0, pthread_create(&thread, NULL, switch_there, self));
	fetch_all(self);
	ASSERT_EQ(0, pthread_join(thread, NULL));
}

/* How many events of the backlog began between these times. */
static int count_between(const struct _test_data_budget *self, __u64 from,
			 __u64 to)
{
	int count = 0, i;

	for (i = 0; i < BACKLOG; i++)
		count += self->backlog[i].bottom_ns > from &&
			 self->backlog[i].bottom_ns < to;
	return count;
}

/* How many events of the backlog may go before the guest. */
static int most_before(const struct _fixture_variant_budget *variant)
{
	__u64 run = IRQLINE_SPIN_RUN_MAX / (variant->work_ns ?: BACKLOG_NS);

	return variant->budget < run ? variant->budget : run;
}

/* Was the guest raised while much of the backlog was still to come? */
static bool came_early(const struct _test_data_budget *self)
{
	return self->raised_ns < self->backlog[LATE].bottom_ns;
}

TEST_F_TIMEOUT(budget, decides_when_others_are_served, 120)
{
	int tries = 0, passed_by, left;

	do {
		ASSERT_LT(tries++, TRIES) TH_LOG("the test is never in time");
		try_once(_metadata, self, variant);
	} while (!came_early(self));
	EXPECT_EQ(self->backlog[0].bottom_cpu, self->guest.bottom_cpu);

	passed_by = count_between(self, self->guest.top_ns,
				  self->guest.bottom_ns);
	left = count_between(self, self->guest.bottom_ns, ~0ULL);
	ksft_print_msg("%d of the backlog went before, %d after\n", passed_by,
		       left);
	if (variant->served_at_once) {
		EXPECT_LE(passed_by, most_before(variant));
		EXPECT_GT(left, 0);
	} else {
		EXPECT_EQ(0, left);
	}
}

TEST_HARNESS_MAIN
