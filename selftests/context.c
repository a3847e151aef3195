// SPDX-License-Identifier: GPL-2.0-only
/*
 * Each strategy runs a bottom half where it claims to, one event at a time and
 * in order, with the settings that it was given. Where it ran is taken from the
 * events and from the thread that they name, never from the table of
 * strategies, which says what is meant.
 *
 * Events of a run that a switch has handed over may be elsewhere, so they are
 * exempt; a test that had nothing but exempt ones has failed.
 */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "kselftest_harness.h"
#include "dev.h"
#include "objects.h"

#define HANDLER		"context"
#define OTHER		"other"
/* The handler receives all of them; the marker comes last in a burst. */
#define SOURCES		0x00ffff00U
#define RAISED		0x003ffe00U
#define MARKER		0x00800000U
#define LAST		0x00400000U
#define OTHER_SOURCE	0x01000000U
#define EVENTS_MAX	256
#define ONE_BY_ONE	30
#define BURST		100
#define BACKLOG		20
#define SPILL_MAX	1000
#define SPILL_MAX_SLOW	50
#define VECTOR_EVENTS	20
#define SPILL_SECONDS	60
#define SPIN_NS		(200 * NSEC_PER_USEC)
#define SLEEP_NS	(20 * NSEC_PER_MSEC)

/*
 * Where the events of a strategy have to be.
 */
struct place {
	int cpu;		/* that the bottom half is bound to, or -1 */
	__u32 irq;		/* of the line */
	bool forced;		/* the kernel makes threads of top halves */
};

/* Each returns why this is the wrong place, or "". */
static const char *in_top_half(const struct irqline_event *event,
			       const struct place *place)
{
	(void)place;
	if (event->bottom_context != event->top_context)
		return "not in the top half's context";
	if (event->bottom_cpu != event->top_cpu)
		return "not on the top half's CPU";
	return "";
}

/* Of the threads that softirqs have, where it is one of these. */
static const char *in_its_thread(const struct irqline_event *event)
{
	char name[32], expected[32];

	if (event->bottom_context == IRQLINE_CONTEXT_SOFTIRQ)
		return "";
	thread_name(event->pid, name, sizeof(name));
	snprintf(expected, sizeof(expected), "ksoftirqd/%u", event->bottom_cpu);
	return strcmp(name, expected) ? "not in this CPU's ksoftirqd" : "";
}

static const char *in_softirq(const struct irqline_event *event,
			      const struct place *place)
{
	int cpu = place->cpu >= 0 ? place->cpu : event->top_cpu;

	if (event->bottom_context != IRQLINE_CONTEXT_SOFTIRQ &&
	    event->bottom_context != IRQLINE_CONTEXT_KSOFTIRQD)
		return "not in softirq context";
	if (event->bottom_cpu != cpu)
		return "not on the softirq's CPU";
	return in_its_thread(event);
}

static const char *in_thread(const struct irqline_event *event,
			     const char *prefix)
{
	char name[64];

	if (event->bottom_context != IRQLINE_CONTEXT_TASK)
		return "not in task context";
	thread_name(event->pid, name, sizeof(name));
	return strncmp(name, prefix, strlen(prefix)) ?
		"not in its own kind of thread" : "";
}

/* Of a pool that belongs to a CPU: kworker/CPU:NUMBER, with an H if highpri. */
static const char *in_bound_kworker(const struct irqline_event *event,
				    const struct place *place, bool highpri)
{
	int cpu = place->cpu >= 0 ? place->cpu : event->top_cpu;
	int pool, end = 0;
	unsigned int number;
	char name[64];

	if (event->bottom_cpu != cpu)
		return "not on the work's CPU";
	thread_name(event->pid, name, sizeof(name));
	if (sscanf(name, "kworker/%d:%u%n", &pool, &number, &end) < 2)
		return "not in a bound kworker";
	if (pool != cpu)
		return "not in a kworker of its CPU";
	if ((name[end] == 'H') != highpri)
		return "not in a kworker of its priority";
	if (getpriority(PRIO_PROCESS, event->pid) != (highpri ? -20 : 0))
		return "not in a kworker as nice as it should be";
	return in_thread(event, "kworker/");
}

static const char *in_kworker(const struct irqline_event *event,
			      const struct place *place)
{
	return in_bound_kworker(event, place, false);
}

static const char *in_highpri_kworker(const struct irqline_event *event,
				      const struct place *place)
{
	return in_bound_kworker(event, place, true);
}

static const char *in_unbound_kworker(const struct irqline_event *event,
				      const struct place *place)
{
	(void)place;
	return in_thread(event, "kworker/u");
}

/*
 * Where the top half is a thread, this one is its second, which older kernels forget
 * when they move an interrupt: 6.1 does, 6.12 does not.
 */
static const char *in_irq_thread(const struct irqline_event *event,
				 const struct place *place)
{
	char prefix[32];

	if (event->bottom_cpu != event->top_cpu &&
	    !(place->forced && kernel_before("6.12")))
		return "not on the interrupt's CPU";
	snprintf(prefix, sizeof(prefix), "irq/%u-%s" LINE, place->irq,
		 place->forced ? "s-" : "");
	return in_thread(event, prefix);
}

static const char *in_kthread(const struct irqline_event *event,
			      const struct place *place)
{
	char name[64];

	if (place->cpu >= 0 && event->bottom_cpu != place->cpu)
		return "not on the thread's CPU";
	thread_name(event->pid, name, sizeof(name));
	if (strcmp(name, "irqline/" LINE "/" HANDLER))
		return "not in a thread of its own";
	return in_thread(event, "irqline/");
}

static const char *in_napi_thread(const struct irqline_event *event,
				  const struct place *place)
{
	(void)place;
	return in_thread(event, "napi/" LINE "/" HANDLER "-");
}

FIXTURE(context)
{
	struct nl nl;
	struct strategy strategy;
	struct place place;
	__u32 id, seq;
	int fd, irq_cpu;
	int count;
	bool stop;
	struct irqline_event events[EVENTS_MAX];
};

FIXTURE_VARIANT(context)
{
	const char *name;
	__u64 delay;
	bool threaded;
	bool slow;		/* it runs some 100 times a second at most */
	const char *before;	/* the strategy that it is switched from */
	const char *(*wrong)(const struct irqline_event *event,
			     const struct place *place);
};

FIXTURE_VARIANT_ADD(context, inline)
{
	.name = "inline", .before = "workqueue", .wrong = in_top_half,
};

FIXTURE_VARIANT_ADD(context, tasklet_hi)
{
	.name = "tasklet-hi", .before = "kthread", .wrong = in_softirq,
};

FIXTURE_VARIANT_ADD(context, tasklet)
{
	.name = "tasklet", .before = "inline", .wrong = in_softirq,
};

FIXTURE_VARIANT_ADD(context, bh_highpri)
{
	.name = "bh-highpri", .before = "irq-poll", .wrong = in_softirq,
};

FIXTURE_VARIANT_ADD(context, bh)
{
	.name = "bh", .before = "tasklet", .wrong = in_softirq,
};

FIXTURE_VARIANT_ADD(context, irq_poll)
{
	.name = "irq-poll", .before = "timer", .wrong = in_softirq,
};

FIXTURE_VARIANT_ADD(context, timer)
{
	.name = "timer", .before = "napi", .wrong = in_softirq,
	.slow = true,
};

FIXTURE_VARIANT_ADD(context, timer_delayed)
{
	.name = "timer", .before = "kthread", .wrong = in_softirq,
	.slow = true, .delay = 5 * NSEC_PER_MSEC,
};

FIXTURE_VARIANT_ADD(context, hrtimer)
{
	.name = "hrtimer", .before = "timer", .wrong = in_softirq,
};

FIXTURE_VARIANT_ADD(context, hrtimer_delayed)
{
	.name = "hrtimer", .before = "hrtimer", .wrong = in_softirq,
	.slow = true, .delay = NSEC_PER_MSEC,
};

FIXTURE_VARIANT_ADD(context, napi)
{
	.name = "napi", .before = "hrtimer", .wrong = in_softirq,
};

FIXTURE_VARIANT_ADD(context, napi_threaded)
{
	.name = "napi", .before = "napi", .wrong = in_napi_thread,
	.threaded = true,
};

FIXTURE_VARIANT_ADD(context, workqueue_highpri)
{
	.name = "workqueue-highpri", .before = "workqueue", .wrong = in_highpri_kworker,
};

FIXTURE_VARIANT_ADD(context, workqueue)
{
	.name = "workqueue", .before = "kthread", .wrong = in_kworker,
};

FIXTURE_VARIANT_ADD(context, workqueue_unbound)
{
	.name = "workqueue-unbound", .before = "kthread-worker", .wrong = in_unbound_kworker,
};

FIXTURE_VARIANT_ADD(context, irq_thread)
{
	.name = "irq-thread", .before = "tasklet", .wrong = in_irq_thread,
};

FIXTURE_VARIANT_ADD(context, kthread)
{
	.name = "kthread", .before = "irq-thread", .wrong = in_kthread,
};

FIXTURE_VARIANT_ADD(context, kthread_worker)
{
	.name = "kthread-worker", .before = "tasklet-hi", .wrong = in_kthread,
};

/* The strategy under test, with its settings. */
static void put_choice(struct nl_msg *msg,
		       const struct _fixture_variant_context *variant)
{
	nl_put_str(msg, IRQLINE_A_HANDLER_BOTTOM, variant->name);
	if (variant->delay)
		nl_put_u64(msg, IRQLINE_A_HANDLER_DELAY, variant->delay);
	if (variant->threaded)
		nl_put_u32(msg, IRQLINE_A_HANDLER_THREADED, 1);
}

static void choose(struct nl *nl, const struct _fixture_variant_context *variant)
{
	struct nl_msg msg;

	request_handler(&msg, IRQLINE_CMD_HANDLER_SET, LINE, HANDLER);
	put_choice(&msg, variant);
	nl_must(nl, &msg, NULL);
}

FIXTURE_SETUP(context)
{
	objects_open(&self->nl);
	strategy_find(&self->nl, variant->name, &self->strategy);
	if (strategy_lacks_kernel(&self->strategy))
		SKIP(return, "%s needs Linux %s", variant->name,
		     self->strategy.since);
	ASSERT_TRUE(self->strategy.available);

	self->irq_cpu = cpu_nth(1);
	line_affinity(&self->nl, LINE, self->irq_cpu);
	self->place.cpu = -1;
	self->place.irq = line_u32(&self->nl, LINE, IRQLINE_A_LINE_IRQ);
	self->place.forced = top_halves_are_threads();
	self->id = handler_new(&self->nl, LINE, HANDLER, SOURCES, "inline");
	choose(&self->nl, variant);
	self->fd = dev_open(LINE, O_RDWR);
}

FIXTURE_TEARDOWN(context)
{
	close(self->fd);
	objects_reset(&self->nl);
	nl_close(&self->nl);
}

/* Fetches one event, and checks that it follows the one before. */
static void fetch(struct __test_metadata *_metadata,
		  struct _test_data_context *self)
{
	struct irqline_event *event = &self->events[self->count];

	ASSERT_LT(self->count, EVENTS_MAX);
	dev_next(self->fd, self->id, event);
	self->seq++;
	ASSERT_EQ(self->seq, event->seq);
	ASSERT_EQ(0, event->merged);
	ASSERT_EQ(0, event->lost);
	self->count++;
}

/* One event at a time. */
static void raise_one_by_one(struct __test_metadata *_metadata,
			     struct _test_data_context *self, int count)
{
	self->count = 0;
	while (self->count < count) {
		dev_raise(self->fd, MARKER);
		fetch(_metadata, self);
		ASSERT_EQ(MARKER, self->events[self->count - 1].sources);
	}
}

/*
 * Many raises, as fast as they go; the device merges what the top half has not
 * yet seen. The marker comes last, and so does its event.
 */
static void raise_burst(struct __test_metadata *_metadata,
			struct _test_data_context *self, int count)
{
	int bit = 0;

	self->count = 0;
	while (count--) {
		do
			bit = (bit + 1) % 32;
		while (!(RAISED & 1U << bit));
		dev_raise(self->fd, 1U << bit);
	}
	dev_raise(self->fd, MARKER);
	do
		fetch(_metadata, self);
	while (!(self->events[self->count - 1].sources & MARKER));
}

/* Checks where all events were; returns how many were not exempt. */
static int check_places(struct __test_metadata *_metadata,
			struct _test_data_context *self,
			const struct _fixture_variant_context *variant)
{
	int counted = 0, i;

	for (i = 0; i < self->count; i++) {
		const struct irqline_event *event = &self->events[i];
		char name[64];

		ASSERT_EQ(self->irq_cpu, event->top_cpu);
		if (event->flags & IRQLINE_EVENT_HANDED_OVER)
			continue;
		counted++;
		thread_name(event->pid, name, sizeof(name));
		ASSERT_STREQ("", variant->wrong(event, &self->place)) {
			TH_LOG("event %llu: context %u CPU %u, top %u CPU %u, thread %u %s",
			       (unsigned long long)event->seq,
			       event->bottom_context, event->bottom_cpu,
			       event->top_context, event->top_cpu, event->pid,
			       name);
		}
	}
	return counted;
}

/* With no switch and no backlog, no event is exempt. */
static void check_undisturbed(struct __test_metadata *_metadata,
			      struct _test_data_context *self,
			      const struct _fixture_variant_context *variant)
{
	raise_one_by_one(_metadata, self, ONE_BY_ONE);
	ASSERT_EQ(ONE_BY_ONE, check_places(_metadata, self, variant));
}

TEST_F(context, runs_where_it_claims)
{
	int n;

	for (n = 1; n <= 2; n++) {
		self->irq_cpu = cpu_nth(n);
		line_affinity(&self->nl, LINE, self->irq_cpu);
		check_undisturbed(_metadata, self, variant);
	}
}

TEST_F(context, runs_where_it_claims_after_a_switch)
{
	int n;

	for (n = 0; n < 5; n++) {
		handler_bottom(&self->nl, LINE, HANDLER, variant->before);
		dev_raise(self->fd, RAISED);
		dev_raise(self->fd, MARKER);
		choose(&self->nl, variant);

		/* These may have been on either side of the switch. */
		self->count = 0;
		do
			fetch(_metadata, self);
		while (!(self->events[self->count - 1].sources & MARKER));

		/*
		 * The run that has just handled the marker was handed over, and
		 * may take an event more along before it ends.
		 */
		raise_one_by_one(_metadata, self, ONE_BY_ONE);
		ASSERT_LE(ONE_BY_ONE - 2,
			  check_places(_metadata, self, variant));
	}
}

TEST_F(context, says_in_its_stats_where_it_ran)
{
	__u64 context[IRQLINE_CONTEXT_TASK + 1] = { 0 };
	__u64 cpu[CPUS_MAX] = { 0 };
	struct stats stats;
	int i;

	raise_burst(_metadata, self, BURST);
	WAIT_UNTIL(!stats_pending(&self->nl, LINE, HANDLER), EVENT_TIMEOUT,
		   "the handler is idle");
	for (i = 0; i < self->count; i++) {
		context[self->events[i].bottom_context]++;
		cpu[self->events[i].bottom_cpu]++;
	}
	stats_get(&self->nl, LINE, HANDLER, &stats);
	for (i = 0; i <= IRQLINE_CONTEXT_TASK; i++)
		EXPECT_EQ(context[i], stats.context[i]);
	for (i = 0; i < CPUS_MAX; i++)
		EXPECT_EQ(cpu[i], stats.cpu[i]);
	EXPECT_EQ(self->events[self->count - 1].pid, stats.pid);
}

static int set_cpu(struct nl *nl,
		   const struct _fixture_variant_context *variant, int cpu)
{
	struct nl_msg msg;

	request_handler(&msg, IRQLINE_CMD_HANDLER_SET, LINE, HANDLER);
	put_choice(&msg, variant);
	nl_put_u32(&msg, IRQLINE_A_HANDLER_CPU, cpu);
	return nl_do(nl, &msg, NULL);
}

TEST_F(context, runs_on_the_cpu_that_it_can_be_bound_to)
{
	int n;

	for (n = 0; n < cpu_count(); n++) {
		int err = set_cpu(&self->nl, variant, cpu_nth(n));

		if (self->strategy.settings & IRQLINE_SETTING_CPU) {
			ASSERT_EQ(0, err) TH_LOG("%s", self->nl.ack.text);
			self->place.cpu = cpu_nth(n);
		} else {
			ASSERT_EQ(EINVAL, err);
		}
		check_undisturbed(_metadata, self, variant);
	}
	/* To name the strategy takes the binding back. */
	self->place.cpu = -1;
	choose(&self->nl, variant);
	check_undisturbed(_metadata, self, variant);
}

/* What the kernel's own table of softirqs has counted for a vector on a CPU. */
static __u64 softirqs(const char *vector, int cpu)
{
	static char text[65536];
	char *at, *line;
	int column = 0;

	if (!file_read("/proc/softirqs", text, sizeof(text)))
		die("cannot read /proc/softirqs");
	/* The head names the possible CPUs, whose numbers need not be dense. */
	for (at = strtok(text, " "); at && *at != '\n'; at = strtok(NULL, " ")) {
		if (atoi(at + strlen("CPU")) == cpu)
			break;
		column++;
	}
	if (!at || *at == '\n')
		die("/proc/softirqs does not have CPU %d", cpu);
	line = strstr(at + strlen(at) + 1, vector);
	if (!line)
		die("/proc/softirqs does not have %s", vector);
	for (at = strchr(line, ':') + 1; column; column--)
		strtoull(at, &at, 10);
	return strtoull(at, NULL, 10);
}

/* How often the vector ran on the line's CPU while so many events came apart. */
static __u64 vector_runs(struct __test_metadata *_metadata,
			 struct _test_data_context *self, const char *vector,
			 int count)
{
	__u64 before = softirqs(vector, self->irq_cpu);

	while (count--) {
		raise_one_by_one(_metadata, self, 1);
		WAIT_UNTIL(!stats_pending(&self->nl, LINE, HANDLER),
			   EVENT_TIMEOUT, "the handler is idle");
	}
	return softirqs(vector, self->irq_cpu) - before;
}

/*
 * The vector that it names runs for its events, and does not where a kthread has
 * them. Events are far from each other, so but few can share a run. The tick
 * runs TIMER, too, so there the comparison would tell nothing.
 */
TEST_F(context, runs_on_the_softirq_that_it_claims)
{
	char vector[40];
	__u64 runs;

	if (!self->strategy.softirq[0]) {
		EXPECT_NE(IRQLINE_CONTEXT_SOFTIRQ, self->strategy.context);
		return;
	}
	snprintf(vector, sizeof(vector), " %s:", self->strategy.softirq);
	runs = vector_runs(_metadata, self, vector, VECTOR_EVENTS);
	EXPECT_TRUE(variant->threaded ? runs <= VECTOR_EVENTS / 4 :
					runs >= VECTOR_EVENTS * 3 / 4)
		TH_LOG("%llu runs", (unsigned long long)runs);
	if (!strcmp(self->strategy.softirq, "TIMER"))
		return;
	handler_bottom(&self->nl, LINE, HANDLER, "kthread");
	runs = vector_runs(_metadata, self, vector, VECTOR_EVENTS);
	EXPECT_LE(runs, VECTOR_EVENTS / 4);
}

/* The claims of strategy-get, against what the events say. */
TEST_F(context, is_what_it_claims)
{
	const struct strategy *claimed = &self->strategy;
	__u32 context = claimed->context;
	int i;

	raise_one_by_one(_metadata, self, ONE_BY_ONE);
	for (i = 0; i < self->count; i++) {
		const struct irqline_event *event = &self->events[i];
		__u32 seen = event->bottom_context;

		/* The kernel may have a thread, where a rule says otherwise. */
		EXPECT_EQ(self->place.forced ? IRQLINE_CONTEXT_TASK :
					       IRQLINE_CONTEXT_HARDIRQ,
			  event->top_context);
		if (context == IRQLINE_CONTEXT_HARDIRQ && self->place.forced)
			seen = IRQLINE_CONTEXT_HARDIRQ;
		if (seen == IRQLINE_CONTEXT_KSOFTIRQD || variant->threaded)
			seen = IRQLINE_CONTEXT_SOFTIRQ;
		EXPECT_EQ(context, seen);
		if (claimed->place == IRQLINE_PLACE_INTERRUPT &&
		    !variant->threaded)
			EXPECT_EQ(event->top_cpu, event->bottom_cpu);
	}
	EXPECT_EQ(claimed->place == IRQLINE_PLACE_CPU,
		  strategy_takes(claimed, IRQLINE_SETTING_CPU));
}

/*
 * Ends with a backlog that only a strategy that sleeps can have built up, and
 * that the one under test has to handle, from now on with these settings.
 */
static void leave_backlog(struct __test_metadata *_metadata,
			  struct _test_data_context *self,
			  const struct _fixture_variant_context *variant,
			  __u32 budget)
{
	const char *sleeper = strcmp(variant->name, "kthread") ? "kthread" :
								 "workqueue";
	struct nl_msg msg;
	int i;

	handler_bottom(&self->nl, LINE, HANDLER, sleeper);
	handler_work(&self->nl, LINE, HANDLER, IRQLINE_WORK_SLEEP,
		     NSEC_PER_SEC);
	for (i = 0; i < BACKLOG; i++)
		raise_taken(&self->nl, self->fd, LINE, HANDLER, RAISED);
	raise_taken(&self->nl, self->fd, LINE, HANDLER, MARKER);

	request_handler(&msg, IRQLINE_CMD_HANDLER_SET, LINE, HANDLER);
	put_choice(&msg, variant);
	nl_put_u32(&msg, IRQLINE_A_HANDLER_WORK, IRQLINE_WORK_SPIN);
	nl_put_u64(&msg, IRQLINE_A_HANDLER_WORK_TIME, SPIN_NS);
	nl_put_u32(&msg, IRQLINE_A_HANDLER_BUDGET, budget);
	nl_must(&self->nl, &msg, NULL);

	self->count = 0;
	while (self->count <= BACKLOG)
		fetch(_metadata, self);
	ASSERT_EQ(MARKER, self->events[BACKLOG].sources);
}

/* Returns how many events came while the one before was in work. */
static int check_order(struct __test_metadata *_metadata,
		       const struct _test_data_context *self)
{
	int waited = 0, i;

	for (i = 1; i < self->count; i++) {
		const struct irqline_event *last = &self->events[i - 1];
		const struct irqline_event *event = &self->events[i];

		ASSERT_LE(last->top_ns, event->top_ns);
		ASSERT_LE(last->bottom_ns + SPIN_NS, event->bottom_ns) {
			TH_LOG("event %llu began before %llu can have ended",
			       (unsigned long long)event->seq,
			       (unsigned long long)last->seq);
		}
		waited += event->top_ns < last->bottom_ns + SPIN_NS;
	}
	return waited;
}

/* The run that was handed over takes along what comes early enough: raise until it has ended. */
static void await_own_run(struct __test_metadata *_metadata,
			  struct _test_data_context *self)
{
	do {
		self->count = 0;
		dev_raise(self->fd, MARKER);
		fetch(_metadata, self);
	} while (self->events[0].flags & IRQLINE_EVENT_HANDED_OVER);
}

TEST_F(context, takes_events_one_at_a_time_and_in_order)
{
	leave_backlog(_metadata, self, variant, 64);
	ASSERT_GE(check_order(_metadata, self), BACKLOG - 1);
	await_own_run(_metadata, self);
	raise_burst(_metadata, self, BURST);
	check_order(_metadata, self);
	ASSERT_GT(check_places(_metadata, self, variant), 0);
}

static void set_budget(struct nl *nl, __u32 budget)
{
	struct nl_msg msg;

	request_handler(&msg, IRQLINE_CMD_HANDLER_SET, LINE, HANDLER);
	nl_put_u32(&msg, IRQLINE_A_HANDLER_BUDGET, budget);
	nl_must(nl, &msg, NULL);
}

TEST_F(context, goes_on_when_its_budget_is_used_up)
{
	struct stats stats;

	leave_backlog(_metadata, self, variant, 1);
	ASSERT_GE(check_order(_metadata, self), BACKLOG - 1);
	raise_burst(_metadata, self, BURST);
	check_order(_metadata, self);
	check_undisturbed(_metadata, self, variant);

	WAIT_UNTIL(!stats_pending(&self->nl, LINE, HANDLER), EVENT_TIMEOUT,
		   "the handler is idle");
	stats_get(&self->nl, LINE, HANDLER, &stats);
	EXPECT_EQ(self->seq, stats.taken);
	EXPECT_EQ(stats.taken, stats.handled);
}

static void *raise_without_a_pause(void *arg)
{
	struct _test_data_context *self = arg;
	__u32 sources = MARKER;

	pin(cpu_nth(2));
	while (!__atomic_load_n(&self->stop, __ATOMIC_ACQUIRE)) {
		sources ^= RAISED;
		dev_raise(self->fd, sources);
	}
	return NULL;
}

/*
 * Fetches until an event has spilled, or so many have come, or, where one has to,
 * for so long: a busy host may let no two CPUs run at once for a while. All others
 * have to be in their place.
 */
static bool fetch_spilled(struct __test_metadata *_metadata,
			  struct _test_data_context *self,
			  const struct _fixture_variant_context *variant,
			  struct irqline_event *event)
{
	bool must = !strcmp(variant->name, "inline");
	__u64 end = now_ns() + patience(SPILL_SECONDS) * NSEC_PER_SEC;
	int max = repeats(variant->slow ? SPILL_MAX_SLOW : SPILL_MAX), count;

	for (count = 0; must ? now_ns() < end : count < max; count++) {
		dev_next(self->fd, self->id, event);
		if (event->flags & IRQLINE_EVENT_HANDED_OVER)
			return true;
		ASSERT_STREQ("", variant->wrong(event, &self->place));
	}
	return false;
}

/*
 * A pass that has more than the budget cannot go on with it. It takes two
 * raises that fall into one pass, which is a race, but one that is won soon.
 */
TEST_F_TIMEOUT(context, spills_beyond_its_budget_only_if_inline,
	       SPILL_SECONDS + 30)
{
	struct irqline_event event;
	pthread_t raiser;
	bool spilled;

	if (cpu_count() < 3)
		SKIP(return, "nobody can raise during a pass with so few CPUs");
	set_budget(&self->nl, 1);
	ASSERT_EQ(0, pthread_create(&raiser, NULL, raise_without_a_pause,
				    self));
	spilled = fetch_spilled(_metadata, self, variant, &event);
	__atomic_store_n(&self->stop, true, __ATOMIC_RELEASE);
	ASSERT_EQ(0, pthread_join(raiser, NULL));
	EXPECT_EQ(!strcmp(variant->name, "inline"), spilled);
	if (spilled)
		EXPECT_STREQ("", in_thread(&event, "kworker/"));

	/* It goes back to where it belongs when the backlog is done. */
	WAIT_UNTIL(!stats_pending(&self->nl, LINE, HANDLER), EVENT_TIMEOUT,
		   "the handler is idle");
	dev_drain(self->fd, self->id);
	dev_raise(self->fd, LAST);
	do
		dev_next(self->fd, self->id, &event);
	while (!(event.sources & LAST));
	self->seq = event.seq;
	check_undisturbed(_metadata, self, variant);
}

TEST_F(context, tells_when_it_took_and_handled_events)
{
	__u64 before = now_ns(), after;
	int i;

	raise_burst(_metadata, self, BURST);
	after = now_ns();
	for (i = 0; i < self->count; i++) {
		const struct irqline_event *event = &self->events[i];

		ASSERT_FALSE(event->flags & IRQLINE_EVENT_NO_TIME);
		ASSERT_LE(before, event->top_ns);
		ASSERT_LE(event->top_ns, event->bottom_ns);
		ASSERT_LE(event->bottom_ns, after);
	}
}

TEST_F(context, tells_no_times_without_a_clock)
{
	struct stats stats;
	int i;

	line_clock(&self->nl, LINE, false);
	raise_burst(_metadata, self, BURST);
	for (i = 0; i < self->count; i++) {
		const struct irqline_event *event = &self->events[i];

		ASSERT_TRUE(event->flags & IRQLINE_EVENT_NO_TIME);
		ASSERT_EQ(0, event->top_ns);
		ASSERT_EQ(0, event->bottom_ns);
	}
	ASSERT_GT(check_places(_metadata, self, variant), 0);
	WAIT_UNTIL(!stats_pending(&self->nl, LINE, HANDLER), EVENT_TIMEOUT,
		   "the handler is idle");
	stats_get(&self->nl, LINE, HANDLER, &stats);
	EXPECT_EQ(self->seq, stats.handled);
	EXPECT_EQ(0, stats.latency.count);
	EXPECT_EQ(0, stats.runtime.count);

	line_clock(&self->nl, LINE, true);
	raise_one_by_one(_metadata, self, 1);
	EXPECT_FALSE(self->events[0].flags & IRQLINE_EVENT_NO_TIME);
	EXPECT_NE(0, self->events[0].top_ns);
}

/* Each event has had at least that much time, and the histogram says so. */
static void check_runtime(struct __test_metadata *_metadata,
			  struct _test_data_context *self, __u64 ns)
{
	struct stats stats;

	stats_reset(&self->nl, LINE, HANDLER);
	raise_one_by_one(_metadata, self, 5);
	WAIT_UNTIL(!stats_pending(&self->nl, LINE, HANDLER), EVENT_TIMEOUT,
		   "the handler is idle");
	stats_get(&self->nl, LINE, HANDLER, &stats);
	EXPECT_EQ(5, stats.runtime.count);
	EXPECT_GE(stats.runtime.sum, 5 * ns);
	EXPECT_GE(stats.runtime.maximum, ns);
}

TEST_F(context, spins_as_long_as_told)
{
	handler_work(&self->nl, LINE, HANDLER, IRQLINE_WORK_SPIN,
		     IRQLINE_SPIN_TIME_MAX);
	check_runtime(_metadata, self, IRQLINE_SPIN_TIME_MAX);
}

TEST_F(context, sleeps_where_it_says_that_it_may)
{
	struct nl_list reply = { 0 };
	struct nl_msg msg;
	int err;

	request_handler(&msg, IRQLINE_CMD_HANDLER_SET, LINE, HANDLER);
	nl_put_u32(&msg, IRQLINE_A_HANDLER_WORK, IRQLINE_WORK_SLEEP);
	nl_put_u64(&msg, IRQLINE_A_HANDLER_WORK_TIME, SLEEP_NS);
	err = nl_do(&self->nl, &msg, NULL);
	if (self->strategy.may_sleep) {
		ASSERT_EQ(0, err);
		check_runtime(_metadata, self, SLEEP_NS);
		EXPECT_EQ(5, check_places(_metadata, self, variant));
		EXPECT_EQ(IRQLINE_CONTEXT_TASK,
			  self->events[0].bottom_context);
		return;
	}
	EXPECT_EQ(EINVAL, err);
	EXPECT_STRNE("", self->nl.ack.text);
	handler_get(&self->nl, LINE, HANDLER, &reply);
	EXPECT_EQ(IRQLINE_WORK_NONE,
		  nl_u32(nl_first(&reply), IRQLINE_A_HANDLER_WORK));
	nl_free(&reply);
}

/* Of the strategies that put a bottom half off for as long as one likes. */
FIXTURE(delay)
{
	struct nl nl;
	__u32 id;
	int fd;
};

FIXTURE_VARIANT(delay)
{
	const char *name;
	__u64 early;
};

/* Who counts ticks may count one that was late when the delay began. */
FIXTURE_VARIANT_ADD(delay, timer) {
	.name = "timer", .early = 10 * NSEC_PER_MSEC,
};

FIXTURE_VARIANT_ADD(delay, hrtimer) { .name = "hrtimer" };

FIXTURE_SETUP(delay)
{
	objects_open(&self->nl);
	line_affinity(&self->nl, LINE, cpu_nth(1));
	self->id = handler_new(&self->nl, LINE, HANDLER, MARKER,
			       variant->name);
	self->fd = dev_open(LINE, O_RDWR);
}

FIXTURE_TEARDOWN(delay)
{
	close(self->fd);
	objects_reset(&self->nl);
	nl_close(&self->nl);
}

static void set_delay(struct nl *nl, __u64 delay)
{
	struct nl_msg msg;

	request_handler(&msg, IRQLINE_CMD_HANDLER_SET, LINE, HANDLER);
	nl_put_u64(&msg, IRQLINE_A_HANDLER_DELAY, delay);
	nl_must(nl, &msg, NULL);
}

/* An event of an idle handler, whose last run is over. */
static void raise_idle(struct _test_data_delay *self,
		       struct irqline_event *event)
{
	WAIT_UNTIL(!stats_pending(&self->nl, LINE, HANDLER), EVENT_TIMEOUT,
		   "the handler is idle");
	pause_ms(2);
	dev_raise(self->fd, MARKER);
	dev_next(self->fd, self->id, event);
}

/* On the line's CPU, so that a bottom half is over when the test goes on. */
TEST_F(delay, is_as_long_as_told_at_least)
{
	static const __u64 delays[] = {
		0, 1, 50 * NSEC_PER_USEC, NSEC_PER_MSEC, 4 * NSEC_PER_MSEC,
		10 * NSEC_PER_MSEC + 1, 300 * NSEC_PER_MSEC,
	};
	struct irqline_event event;
	unsigned int i, n;

	pin(cpu_nth(1));
	for (i = 0; i < ARRAY_SIZE(delays); i++) {
		set_delay(&self->nl, delays[i]);
		for (n = 0; n < 5; n++) {
			raise_idle(self, &event);
			EXPECT_GE(event.bottom_ns - event.top_ns + variant->early,
				  delays[i])
				TH_LOG("%llu ns", (unsigned long long)delays[i]);
		}
	}
}

/* Events that come during the delay wait for its end, and not a delay each. */
TEST_F(delay, is_one_for_all_that_come_meanwhile)
{
	const __u64 delay = 500 * NSEC_PER_MSEC;
	struct irqline_event events[5];
	int i;

	set_delay(&self->nl, delay);
	for (i = 0; i < 5; i++)
		raise_taken(&self->nl, self->fd, LINE, HANDLER, MARKER);
	for (i = 0; i < 5; i++) {
		dev_next(self->fd, self->id, &events[i]);
		EXPECT_GE(events[i].bottom_ns + variant->early,
			  events[0].top_ns + delay);
		/* Unless it came late, since the host was busy. */
		if (events[i].top_ns < events[0].top_ns + delay)
			EXPECT_LT(events[i].bottom_ns,
				  events[0].bottom_ns + delay);
	}
}

/* What waits when the delay is taken back does not wait any longer. */
TEST_F(delay, ends_with_the_setting)
{
	struct irqline_event event;

	set_delay(&self->nl, IRQLINE_DELAY_MAX);
	raise_taken(&self->nl, self->fd, LINE, HANDLER, MARKER);
	set_delay(&self->nl, 0);
	dev_next(self->fd, self->id, &event);
	EXPECT_LT(event.bottom_ns - event.top_ns, IRQLINE_DELAY_MAX);
	EXPECT_TRUE(event.flags & IRQLINE_EVENT_HANDED_OVER);
}

/* Threads of a strategy's own: their class and priority. */
FIXTURE(sched)
{
	struct nl nl;
	__u32 id;
	int fd;
};

FIXTURE_VARIANT(sched)
{
	__u32 sched, priority;
	int policy, nice;
};

FIXTURE_VARIANT_ADD(sched, other)
{
	.sched = IRQLINE_SCHED_OTHER, .policy = SCHED_OTHER,
};

FIXTURE_VARIANT_ADD(sched, nicer)
{
	.sched = IRQLINE_SCHED_OTHER, .policy = SCHED_OTHER, .nice = 19,
};

FIXTURE_VARIANT_ADD(sched, less_nice)
{
	.sched = IRQLINE_SCHED_OTHER, .policy = SCHED_OTHER, .nice = -20,
};

FIXTURE_VARIANT_ADD(sched, fifo)
{
	.sched = IRQLINE_SCHED_FIFO, .policy = SCHED_FIFO, .priority = 7,
};

FIXTURE_VARIANT_ADD(sched, rr)
{
	.sched = IRQLINE_SCHED_RR, .policy = SCHED_RR, .priority = 99,
};

FIXTURE_SETUP(sched)
{
	objects_open(&self->nl);
	self->id = handler_new(&self->nl, LINE, HANDLER, MARKER, "tasklet");
	self->fd = dev_open(LINE, O_RDWR);
}

FIXTURE_TEARDOWN(sched)
{
	close(self->fd);
	objects_reset(&self->nl);
	nl_close(&self->nl);
}

static void check_thread(struct __test_metadata *_metadata,
			 struct _test_data_sched *self,
			 const struct _fixture_variant_sched *variant,
			 const char *bottom)
{
	struct irqline_event event;
	struct sched_param param;
	struct nl_msg msg;
	char name[64];

	request_handler(&msg, IRQLINE_CMD_HANDLER_SET, LINE, HANDLER);
	nl_put_str(&msg, IRQLINE_A_HANDLER_BOTTOM, bottom);
	nl_put_u32(&msg, IRQLINE_A_HANDLER_SCHED, variant->sched);
	if (variant->priority)
		nl_put_u32(&msg, IRQLINE_A_HANDLER_SCHED_PRIORITY,
			   variant->priority);
	else
		nl_put_u32(&msg, IRQLINE_A_HANDLER_NICE, variant->nice);
	nl_must(&self->nl, &msg, NULL);

	dev_raise(self->fd, MARKER);
	dev_next(self->fd, self->id, &event);
	thread_name(event.pid, name, sizeof(name));
	EXPECT_STREQ("irqline/" LINE "/" HANDLER, name);
	EXPECT_EQ(variant->policy, sched_getscheduler(event.pid));
	ASSERT_EQ(0, sched_getparam(event.pid, &param));
	EXPECT_EQ(variant->priority, param.sched_priority);
	EXPECT_EQ(variant->nice, getpriority(PRIO_PROCESS, event.pid));
}

TEST_F(sched, threads_run_as_asked_for)
{
	check_thread(_metadata, self, variant, "kthread");
	check_thread(_metadata, self, variant, "kthread-worker");
}

/* Of the events of one line's handlers: what sleeps is in nobody's way. */
FIXTURE(sleeper)
{
	struct nl nl;
	struct strategy strategies[STRATEGIES_MAX];
	int count;
	int fd;
	bool stop;
	pthread_t raiser;
};

FIXTURE_VARIANT(sleeper)
{
	const char *name;
};

FIXTURE_VARIANT_ADD(sleeper, workqueue)
{
	.name = "workqueue",
};

FIXTURE_VARIANT_ADD(sleeper, irq_thread)
{
	.name = "irq-thread",
};

FIXTURE_VARIANT_ADD(sleeper, kthread)
{
	.name = "kthread",
};

FIXTURE_VARIANT_ADD(sleeper, kthread_worker)
{
	.name = "kthread-worker",
};

FIXTURE_SETUP(sleeper)
{
	objects_open(&self->nl);
	self->count = strategies_available(&self->nl, self->strategies);
	ASSERT_GE(self->count, 2);
	handler_new(&self->nl, LINE, HANDLER, SOURCES, variant->name);
	self->fd = dev_open(LINE, O_RDWR);
}

FIXTURE_TEARDOWN(sleeper)
{
	close(self->fd);
	objects_reset(&self->nl);
	nl_close(&self->nl);
}

/* Another handler's switches are over while there is still work here. */
TEST_F_TIMEOUT(sleeper, delays_no_switch_of_another_handler, 60)
{
	struct stats stats;
	int i;

	handler_work(&self->nl, LINE, HANDLER, IRQLINE_WORK_SLEEP,
		     NSEC_PER_SEC);
	handler_new(&self->nl, LINE, OTHER, OTHER_SOURCE,
		    self->strategies[0].name);
	for (i = 0; i < 12; i++)
		raise_taken(&self->nl, self->fd, LINE, HANDLER, MARKER);

	/* One that waits for an event would wait for all: a second each. */
	for (i = 1; i <= 20; i++) {
		raise_taken(&self->nl, self->fd, LINE, OTHER, OTHER_SOURCE);
		handler_bottom(&self->nl, LINE, OTHER,
			       self->strategies[i % self->count].name);
	}
	stats_get(&self->nl, LINE, HANDLER, &stats);
	EXPECT_GT(stats.pending, 0);
	ksft_print_msg("%llu of %llu events still pending after 20 switches\n",
		       (unsigned long long)stats.pending,
		       (unsigned long long)stats.taken);

	stats_get(&self->nl, LINE, OTHER, &stats);
	EXPECT_EQ(20, stats.switches);
	EXPECT_EQ(20, stats.taken);
	/* Where it shares the line's thread it has to wait for its turn. */
	handler_bottom(&self->nl, LINE, OTHER, "kthread");
	WAIT_UNTIL(!stats_pending(&self->nl, LINE, OTHER), EVENT_TIMEOUT,
		   "the other handler's events are handled");
}

static void *raise_for_ever(void *arg)
{
	struct _test_data_sleeper *self = arg;

	while (!__atomic_load_n(&self->stop, __ATOMIC_ACQUIRE)) {
		dev_raise(self->fd, MARKER);
		pause_ms(1);
	}
	return NULL;
}

/*
 * The queue is never empty, so a switch that waits for that never ends; there
 * would be no answer in time.
 */
TEST_F_TIMEOUT(sleeper, is_left_while_its_events_keep_coming, 60)
{
	struct stats stats;
	int i;

	handler_work(&self->nl, LINE, HANDLER, IRQLINE_WORK_SLEEP,
		     100 * NSEC_PER_MSEC);
	ASSERT_EQ(0, pthread_create(&self->raiser, NULL, raise_for_ever, self));
	for (i = 0; i < self->count; i++) {
		const struct strategy *next = &self->strategies[i];
		struct nl_msg msg;

		if (!strcmp(next->name, variant->name))
			continue;
		WAIT_UNTIL(stats_pending(&self->nl, LINE, HANDLER) > 10,
			   EVENT_TIMEOUT, "there is a backlog");
		request_handler(&msg, IRQLINE_CMD_HANDLER_SET, LINE, HANDLER);
		nl_put_str(&msg, IRQLINE_A_HANDLER_BOTTOM, next->name);
		if (!next->may_sleep)
			nl_put_u32(&msg, IRQLINE_A_HANDLER_WORK,
				   IRQLINE_WORK_NONE);
		nl_must(&self->nl, &msg, NULL);
		if (next->may_sleep)
			EXPECT_GT(stats_pending(&self->nl, LINE, HANDLER), 0);

		handler_bottom(&self->nl, LINE, HANDLER, variant->name);
		handler_work(&self->nl, LINE, HANDLER, IRQLINE_WORK_SLEEP,
			     100 * NSEC_PER_MSEC);
	}
	__atomic_store_n(&self->stop, true, __ATOMIC_RELEASE);
	ASSERT_EQ(0, pthread_join(self->raiser, NULL));

	handler_work(&self->nl, LINE, HANDLER, IRQLINE_WORK_NONE, 0);
	WAIT_UNTIL(!stats_pending(&self->nl, LINE, HANDLER), EVENT_TIMEOUT,
		   "the backlog is handled");
	stats_get(&self->nl, LINE, HANDLER, &stats);
	EXPECT_TRUE(stats_add_up(&stats));
}

TEST_HARNESS_MAIN
