// SPDX-License-Identifier: GPL-2.0-only
/*
 * The top half runs where its strategy says, whatever the bottom half is, and one that
 * polls does so as often as it is told.
 */
#include <stdio.h>
#include <string.h>

#include "kselftest_harness.h"
#include "dev.h"
#include "klog.h"
#include "line_settings.h"

#define HANDLER		"top"
#define SOURCES		0x00ffff00U
#define MARKER		0x100U
#define EACH		20
#define TRIES		20
#define PERIOD_LONG	(20 * NSEC_PER_MSEC)
#define PERIOD_SHORT	(100 * NSEC_PER_USEC)

/* Returns how many events came that were in the top half alone, and checks all. */
static void raise_each(struct nl *nl, int fd, __u32 id, int count,
		       struct irqline_event *events)
{
	int i;

	for (i = 0; i < count; i++) {
		dev_raise(fd, MARKER << i % 16);
		dev_next(fd, id, &events[i]);
		if (events[i].sources != MARKER << i % 16)
			die("event %d has sources 0x%x", i, events[i].sources);
	}
	WAIT_UNTIL(!stats_pending(nl, LINE, HANDLER), EVENT_TIMEOUT,
		   "nothing is pending");
}

static bool in_softirq(__u32 context)
{
	return context == IRQLINE_CONTEXT_SOFTIRQ ||
	       context == IRQLINE_CONTEXT_KSOFTIRQD;
}

/* Where a bottom half ran that was made to run in the top half. */
static void expect_thread(struct __test_metadata *_metadata, struct nl *nl,
			  const struct irqline_event *event)
{
	char name[64], expected[64];

	thread_name(event->pid, name, sizeof(name));
	snprintf(expected, sizeof(expected), "irq/%u-" LINE,
		 line_u32(nl, LINE, IRQLINE_A_LINE_IRQ));
	expected[15] = '\0';
	EXPECT_STREQ(expected, name);
}

/* Each top half, on the delivery that the line begins with. */
FIXTURE(top)
{
	struct nl nl;
	__u32 id;
	int fd, log;
};

FIXTURE_VARIANT(top)
{
	const char *name;
	bool nothread;
};

FIXTURE_VARIANT_ADD(top, hard) { .name = "hard" };
FIXTURE_VARIANT_ADD(top, hard_nothread) { .name = "hard", .nothread = true };
FIXTURE_VARIANT_ADD(top, thread) { .name = "thread" };
FIXTURE_VARIANT_ADD(top, poll) { .name = "poll" };

FIXTURE_SETUP(top)
{
	struct nl_msg msg;

	objects_open(&self->nl);
	request_top(&msg, LINE, variant->name);
	if (variant->nothread)
		nl_put_u32(&msg, IRQLINE_A_LINE_NOTHREAD, 1);
	if (nl_do(&self->nl, &msg, NULL)) {
		if (may_be_hindered(&self->nl, LINE))
			SKIP(return, "%s", self->nl.ack.text);
		die("%s: %s", variant->name, self->nl.ack.text);
	}
	self->id = handler_new(&self->nl, LINE, HANDLER, SOURCES, "inline");
	self->fd = dev_open(LINE, O_RDWR);
	self->log = log_open();
}

FIXTURE_TEARDOWN(top)
{
	close(self->fd);
	log_check(self->log);
	objects_reset(&self->nl);
	nl_close(&self->nl);
}

static bool is_poll(const struct _fixture_variant_top *variant)
{
	return !strcmp(variant->name, "poll");
}

/* Does the kernel make a thread of this primary handler? */
static bool is_forced(const struct _fixture_variant_top *variant)
{
	return !strcmp(variant->name, "hard") && !variant->nothread &&
	       top_halves_are_threads();
}

static void check_place(struct __test_metadata *_metadata,
			struct _test_data_top *self,
			const struct _fixture_variant_top *variant,
			const struct irqline_event *event)
{
	if (is_poll(variant)) {
		EXPECT_TRUE(in_softirq(event->top_context))
			TH_LOG("context %u", event->top_context);
		return;
	}
	if (!strcmp(variant->name, "hard") && !is_forced(variant)) {
		EXPECT_EQ(IRQLINE_CONTEXT_HARDIRQ, event->top_context);
		return;
	}
	EXPECT_EQ(IRQLINE_CONTEXT_TASK, event->top_context);
	expect_thread(_metadata, &self->nl, event);
}

/* The bottom half is inline, so its thread is the top half's. */
TEST_F(top, runs_where_it_says)
{
	struct irqline_event events[EACH];
	struct settings now;
	int inside = 0, i;

	raise_each(&self->nl, self->fd, self->id, EACH, events);
	for (i = 0; i < EACH; i++) {
		if (events[i].flags & IRQLINE_EVENT_HANDED_OVER)
			continue;
		EXPECT_EQ(events[i].top_context, events[i].bottom_context);
		check_place(_metadata, self, variant, &events[i]);
		inside++;
	}
	EXPECT_GT(inside, 0);
	now = settings_get(&self->nl, LINE);
	EXPECT_STREQ(variant->name, now.top);
	EXPECT_EQ(variant->nothread, now.nothread);
	EXPECT_EQ(is_forced(variant), now.forced);
	EXPECT_EQ(is_poll(variant), now.period != 0);
	EXPECT_EQ(is_poll(variant), now.affinity[0] == '\0');
}

/* What the interrupt's thread would run has one also where there is none. */
static void check_irq_thread(struct __test_metadata *_metadata,
			     const struct _fixture_variant_top *variant,
			     const struct irqline_event *event)
{
	const char *prefix = is_poll(variant) ? "kworker/" : "irq/";
	char name[64];

	EXPECT_EQ(IRQLINE_CONTEXT_TASK, event->bottom_context);
	thread_name(event->pid, name, sizeof(name));
	EXPECT_EQ(0, strncmp(prefix, name, strlen(prefix)))
		TH_LOG("in %s", name);
}

TEST_F_TIMEOUT(top, serves_each_bottom, 90)
{
	struct strategy list[STRATEGIES_MAX];
	struct irqline_event events[EACH];
	int count = strategies_available(&self->nl, list), i, j;

	for (i = 0; i < count; i++) {
		handler_bottom(&self->nl, LINE, HANDLER, list[i].name);
		raise_each(&self->nl, self->fd, self->id, EACH, events);
		for (j = 0; j < EACH; j++) {
			ASSERT_EQ(i * EACH + j + 1, events[j].seq)
				TH_LOG("%s", list[i].name);
			if (!strcmp(list[i].name, "irq-thread"))
				check_irq_thread(_metadata, variant,
						 &events[j]);
		}
	}
	EXPECT_EQ(0, dev_drain(self->fd, self->id));
}

/* The period of the poll strategy. */
FIXTURE(period)
{
	struct nl nl;
	__u32 id;
	int fd;
};

FIXTURE_SETUP(period)
{
	objects_open(&self->nl);
	line_top(&self->nl, LINE, "poll");
	self->id = handler_new(&self->nl, LINE, HANDLER, SOURCES, "inline");
	self->fd = dev_open(LINE, O_RDWR);
}

FIXTURE_TEARDOWN(period)
{
	close(self->fd);
	objects_reset(&self->nl);
	nl_close(&self->nl);
}

/* The time between two events, the second of them raised when the first came. */
static __u64 distance(struct _test_data_period *self)
{
	struct irqline_event first, second;

	dev_raise(self->fd, MARKER);
	dev_next(self->fd, self->id, &first);
	dev_raise(self->fd, MARKER);
	dev_next(self->fd, self->id, &second);
	return second.top_ns - first.top_ns;
}

static void expect_period(struct __test_metadata *_metadata,
			  struct _test_data_period *self, __u64 period)
{
	int i;

	EXPECT_EQ(period, line_u64(&self->nl, LINE, IRQLINE_A_LINE_PERIOD));
	for (i = 0; i < EACH; i++)
		EXPECT_GE(distance(self), period);
}

/* No interrupt brings an event earlier, and another period comes at once. */
TEST_F(period, lies_between_two_looks)
{
	expect_period(_metadata, self, NSEC_PER_MSEC);
	period_set(&self->nl, PERIOD_LONG);
	expect_period(_metadata, self, PERIOD_LONG);
	period_set(&self->nl, PERIOD_SHORT);
	expect_period(_metadata, self, PERIOD_SHORT);
	period_set(&self->nl, PERIOD_LONG);
	expect_period(_metadata, self, PERIOD_LONG);
}

/* One event, and the next one with a short period set in between. */
static __u64 cut_short(struct _test_data_period *self)
{
	struct irqline_event first, second;

	period_set(&self->nl, IRQLINE_PERIOD_MAX);
	dev_raise(self->fd, MARKER);
	dev_next(self->fd, self->id, &first);
	dev_raise(self->fd, MARKER);
	period_set(&self->nl, PERIOD_SHORT);
	dev_next(self->fd, self->id, &second);
	return second.top_ns - first.top_ns;
}

/* The look that was a second away comes now. */
TEST_F_TIMEOUT(period, is_cut_short_by_a_shorter_one, 60)
{
	int tries = 0;

	while (cut_short(self) >= IRQLINE_PERIOD_MAX) {
		tries++;
		ASSERT_LT(tries, TRIES);
	}
}

/* What nobody's interrupt was is no foreign one. */
TEST_F(period, counts_no_foreign_interrupts)
{
	__u64 before = line_u64(&self->nl, LINE, IRQLINE_A_LINE_FOREIGN);

	distance(self);
	distance(self);
	EXPECT_EQ(before, line_u64(&self->nl, LINE, IRQLINE_A_LINE_FOREIGN));
}

/*
 * An event that was raised while the device was only looked at once a second is
 * found by the new top half: what it would have been told by was ignored.
 */
static __u64 taken_over(struct _test_data_period *self, const char *top)
{
	struct irqline_event first, second;

	line_top(&self->nl, LINE, "poll");
	period_set(&self->nl, IRQLINE_PERIOD_MAX);
	dev_raise(self->fd, MARKER);
	dev_next(self->fd, self->id, &first);
	dev_raise(self->fd, MARKER);
	line_top(&self->nl, LINE, top);
	dev_next(self->fd, self->id, &second);
	return second.top_ns - first.top_ns;
}

TEST_F_TIMEOUT(period, ends_with_the_poll, 90)
{
	static const char * const tops[] = { "hard", "thread" };
	unsigned int i;
	int tries;

	for (i = 0; i < ARRAY_SIZE(tops); i++) {
		if (!try_top(&self->nl, LINE, tops[i]))
			continue;
		tries = 0;
		while (taken_over(self, tops[i]) >= IRQLINE_PERIOD_MAX) {
			tries++;
			ASSERT_LT(tries, TRIES) TH_LOG("%s", tops[i]);
		}
	}
}

TEST_HARNESS_MAIN
