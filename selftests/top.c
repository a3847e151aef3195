// SPDX-License-Identifier: GPL-2.0-only
/*
 * The top half: it runs where its strategy says, whatever the bottom half is;
 * it is switched, and the delivery of its interrupt changed, while events flow
 * and none is lost, also where the interrupt is shared; and what cannot be is
 * refused with the reason, and changes nothing.
 *
 * Whether an interrupt is shared depends on the machine. A test that needs it,
 * or MSI, or a driver that is not ours, says so and is skipped.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kselftest_harness.h"
#include "flow.h"
#include "foreign.h"

#define HANDLER		"top"
#define OTHER		"other"
#define SOURCES		0x00ffff00U
#define MARKER		0x100U
#define OTHER_SOURCE	0x01000000U
#define UNWANTED	0x02000000U
#define EACH		20
#define TRIES		20
#define SHARED_SWITCHES	repeats(400)
#define DELIVERIES	repeats(150)
#define MOVES		repeats(300)
/* Of the pairs of top halves, the rarest is to come so often. */
#define PAIR_MIN	10
#define PERIOD_LONG	(20 * NSEC_PER_MSEC)
#define PERIOD_SHORT	(100 * NSEC_PER_USEC)
#define SLEEP_NS	(100 * NSEC_PER_MSEC)
#define DRIVER		"/sys/bus/pci/drivers/edu"

/* What a line-get says of settings. */
struct settings {
	char top[IRQLINE_NAME_MAX + 1];
	char affinity[IRQLINE_CPULIST_MAX + 1];
	__u64 period;
	__u32 delivery, nothread, clock, irq;
	bool forced;
};

static void copy_text(const struct nlmsghdr *header, __u16 type, char *text,
		      size_t size)
{
	const struct nlattr *attr = nl_find(header, type);

	snprintf(text, size, "%s", attr ? nl_value_str(attr) : "");
}

static struct settings settings_get(struct nl *nl, const char *line)
{
	struct nl_list reply = { 0 };
	struct settings s = { 0 };
	const struct nlmsghdr *header;
	const struct nlattr *period;

	line_get(nl, line, &reply);
	header = nl_first(&reply);
	copy_text(header, IRQLINE_A_LINE_TOP, s.top, sizeof(s.top));
	copy_text(header, IRQLINE_A_LINE_AFFINITY, s.affinity,
		  sizeof(s.affinity));
	period = nl_find(header, IRQLINE_A_LINE_PERIOD);
	s.period = period ? nl_value_u64(period) : 0;
	s.delivery = nl_u32(header, IRQLINE_A_LINE_DELIVERY);
	s.nothread = nl_u32(header, IRQLINE_A_LINE_NOTHREAD);
	s.clock = nl_u32(header, IRQLINE_A_LINE_CLOCK);
	s.irq = nl_u32(header, IRQLINE_A_LINE_IRQ);
	s.forced = nl_find(header, IRQLINE_A_LINE_FORCED);
	nl_free(&reply);
	return s;
}

/* All but what the passes have shown. */
static bool settings_same(const struct settings *a, const struct settings *b)
{
	return !strcmp(a->top, b->top) && !strcmp(a->affinity, b->affinity) &&
	       a->period == b->period && a->delivery == b->delivery &&
	       a->nothread == b->nothread && a->clock == b->clock &&
	       a->irq == b->irq;
}

static void period_set(struct nl *nl, __u64 period)
{
	struct nl_msg msg;

	request_line(&msg, IRQLINE_CMD_LINE_SET, LINE);
	nl_put_u64(&msg, IRQLINE_A_LINE_PERIOD, period);
	nl_must(nl, &msg, NULL);
}

/* Returns an errno. */
static int try_u32(struct nl *nl, const char *line, __u16 type, __u32 value)
{
	struct nl_msg msg;

	request_line(&msg, IRQLINE_CMD_LINE_SET, line);
	nl_put_u32(&msg, type, value);
	return nl_do(nl, &msg, NULL);
}

static int try_nothread(struct nl *nl, __u32 nothread)
{
	return try_u32(nl, LINE, IRQLINE_A_LINE_NOTHREAD, nothread);
}

/* Kernels of which a primary handler can agree to IRQF_ONESHOT. */
static bool can_agree(void)
{
	return !kernel_before("6.9");
}

/* The kernel's messages from now on. */
static int log_open(void)
{
	int fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);

	if (fd < 0 || lseek(fd, 0, SEEK_END) < 0)
		die("/dev/kmsg: %s", strerror(errno));
	return fd;
}

/*
 * The interrupt core found a line that nobody serves, or a message for one that is
 * gone. Not "No irq handler": a message that cannot be masked and is sent while its
 * interrupt moves may meet the old vector on the new CPU.
 */
static bool is_complaint(const char *text)
{
	return strstr(text, "nobody cared") || strstr(text, "Disabling IRQ") ||
	       strstr(text, "unexpected IRQ trap") ||
	       strstr(text, "Flags mismatch");
}

/* Ends the test if the kernel has complained since log_open(). */
static void log_check(int fd)
{
	char text[8192];
	ssize_t len;

	while ((len = read(fd, text, sizeof(text) - 1)) >= 0 ||
	       errno == EPIPE) {
		text[len < 0 ? 0 : len] = '\0';
		if (is_complaint(text))
			die("the kernel says: %s", text);
	}
	if (errno != EAGAIN)
		die("/dev/kmsg: %s", strerror(errno));
	close(fd);
}

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

/* Requests. */
FIXTURE(request)
{
	struct nl nl, listener;
	int log;
};

FIXTURE_SETUP(request)
{
	objects_open(&self->nl);
	nl_open(&self->listener, IRQLINE_FAMILY_NAME);
	nl_join(&self->listener, IRQLINE_FAMILY_NAME, IRQLINE_MCGRP_CONFIG);
	self->log = log_open();
}

FIXTURE_TEARDOWN(request)
{
	log_check(self->log);
	objects_reset(&self->nl);
	nl_close(&self->listener);
	nl_close(&self->nl);
}

/* The next thing that is told of LINE; NULL if nothing is told. */
static const struct nlmsghdr *next_told(struct _test_data_request *self,
					int ms)
{
	const struct nlmsghdr *header;

	do {
		header = nl_notification(&self->listener, ms);
	} while (header && strcmp(nl_str(header, IRQLINE_A_LINE_NAME), LINE));
	return header;
}

/* Nothing was told of LINE: a change of the clock is what is told next. */
static void expect_untold(struct __test_metadata *_metadata,
			  struct _test_data_request *self)
{
	const struct nlmsghdr *header;
	__u32 clock = line_u32(&self->nl, LINE, IRQLINE_A_LINE_CLOCK);

	line_clock(&self->nl, LINE, !clock);
	header = next_told(self, NL_TIMEOUT * 1000);
	ASSERT_NE(NULL, header);
	EXPECT_EQ(IRQLINE_CMD_LINE_CHANGE_NTF, nl_cmd(header));
	EXPECT_EQ(!clock, nl_u32(header, IRQLINE_A_LINE_CLOCK));
	line_clock(&self->nl, LINE, clock);
	header = next_told(self, NL_TIMEOUT * 1000);
	ASSERT_NE(NULL, header);
	EXPECT_EQ(clock, nl_u32(header, IRQLINE_A_LINE_CLOCK));
}

/* The same to the byte, but for the interrupts of others, which come any time. */
static bool same_but_foreign(const struct nlmsghdr *a, const struct nlmsghdr *b)
{
	const struct nlattr *x, *y;
	size_t m, n;

	x = nl_attrs(a, &m);
	y = nl_attrs(b, &n);
	for (; x && y; x = nl_attr_next(x, &m), y = nl_attr_next(y, &n)) {
		if (x->nla_len != y->nla_len || x->nla_type != y->nla_type)
			return false;
		if (nl_type(x) != IRQLINE_A_LINE_FOREIGN &&
		    memcmp(nl_data(x), nl_data(y), nl_len(x)))
			return false;
	}
	return !x && !y;
}

/* Told once, and just what a get says. */
static void expect_told(struct __test_metadata *_metadata,
			struct _test_data_request *self, struct nl_msg *msg)
{
	struct nl_list reply = { 0 };
	const struct nlmsghdr *header;

	nl_must(&self->nl, msg, NULL);
	header = next_told(self, NL_TIMEOUT * 1000);
	ASSERT_NE(NULL, header);
	EXPECT_EQ(IRQLINE_CMD_LINE_CHANGE_NTF, nl_cmd(header));
	line_get(&self->nl, LINE, &reply);
	EXPECT_TRUE(same_but_foreign(nl_first(&reply), header));
	nl_free(&reply);
	expect_untold(_metadata, self);

	/* The same again is no change. */
	nl_must(&self->nl, msg, NULL);
	expect_untold(_metadata, self);
}

static void expect_change_told(struct __test_metadata *_metadata,
			       struct _test_data_request *self, const char *top,
			       __u64 period)
{
	struct nl_msg msg;

	request_top(&msg, LINE, top);
	if (period)
		nl_put_u64(&msg, IRQLINE_A_LINE_PERIOD, period);
	expect_told(_metadata, self, &msg);
}

static bool can_thread(struct nl *nl)
{
	if (!try_top(nl, LINE, "thread"))
		return false;
	line_top(nl, LINE, "hard");
	return true;
}

TEST_F_TIMEOUT(request, is_told_once_if_it_changes_anything, 60)
{
	struct nl_msg msg;

	if (!can_thread(&self->nl))
		SKIP(return, "%s", self->nl.ack.text);
	while (next_told(self, 0))
		;
	expect_change_told(_metadata, self, "thread", 0);
	expect_change_told(_metadata, self, "poll", 0);
	expect_change_told(_metadata, self, "poll", PERIOD_LONG);
	expect_change_told(_metadata, self, "hard", 0);
	if (!try_nothread(&self->nl, 1)) {
		next_told(self, NL_TIMEOUT * 1000);
		request_line(&msg, IRQLINE_CMD_LINE_SET, LINE);
		nl_put_u32(&msg, IRQLINE_A_LINE_NOTHREAD, 0);
		expect_told(_metadata, self, &msg);
	}
}

/* A part of a request; a chain of them ends with type 0. */
struct part {
	__u16 type;
	const char *text;	/* or NULL: it is a number */
	__u64 number;
};

struct refusal {
	const char *top;	/* that is in force */
	struct part parts[4];
	int blamed;		/* one of the parts */
	int error;
	const char *reason;
};

#define TEXT(attr, value)	{ .type = IRQLINE_A_LINE_##attr, .text = value }
#define NUMBER(attr, value)	{ .type = IRQLINE_A_LINE_##attr, .number = value }

static const struct refusal refusals[] = {
	{ "hard", { NUMBER(PERIOD, 20000000) }, 0, EINVAL, "poll" },
	{ "thread", { NUMBER(PERIOD, 20000000) }, 0, EINVAL, "poll" },
	{ "poll", { NUMBER(NOTHREAD, 1) }, 0, EINVAL, "hard" },
	{ "thread", { NUMBER(NOTHREAD, 1) }, 0, EINVAL, "hard" },
	{ "poll", { TEXT(AFFINITY, "0") }, 0, EINVAL, "hard" },
	{ "hard", { TEXT(TOP, "soft") }, 0, ENOENT, "strategy" },
	{ "hard", { NUMBER(CLOCK, 0), TEXT(TOP, "nonsense") }, 1, ENOENT,
	  "strategy" },
	{ "hard", { TEXT(TOP, "poll"), TEXT(AFFINITY, "0"), NUMBER(CLOCK, 0) },
	  1, EINVAL, "hard" },
	{ "hard", { TEXT(TOP, "thread"), NUMBER(NOTHREAD, 1),
		    NUMBER(CLOCK, 0) }, 1, EINVAL, "hard" },
	{ "hard", { TEXT(TOP, "poll"), NUMBER(PERIOD, 1) }, 1, ERANGE, "" },
	{ "hard", { TEXT(TOP, "poll"), NUMBER(PERIOD, 2000000000) }, 1, ERANGE,
	  "" },
	{ "poll", { TEXT(TOP, "hard"), NUMBER(PERIOD, 20000000) }, 1, EINVAL,
	  "poll" },
	{ "poll", { TEXT(TOP, "hard"), TEXT(AFFINITY, "none"),
		    NUMBER(CLOCK, 0) }, 1, EINVAL, "CPU" },
	{ "thread", { TEXT(TOP, "hard"), NUMBER(NOTHREAD, 1),
		      TEXT(AFFINITY, "4000") }, 2, EINVAL, "" },
	{ "hard", { NUMBER(DELIVERY, IRQLINE_DELIVERY_INTX),
		    NUMBER(PERIOD, 20000000) }, 1, EINVAL, "poll" },
	{ "poll", { NUMBER(PERIOD, 20000000), NUMBER(NOTHREAD, 1) }, 1, EINVAL,
	  "hard" },
};

static int put_part(struct nl_msg *msg, const struct part *part)
{
	if (part->text)
		return nl_put_str(msg, part->type, part->text);
	if (part->type == IRQLINE_A_LINE_PERIOD)
		return nl_put_u64(msg, part->type, part->number);
	return nl_put_u32(msg, part->type, part->number);
}

static void expect_refused(struct __test_metadata *_metadata,
			   struct _test_data_request *self,
			   const struct refusal *r)
{
	struct settings before = settings_get(&self->nl, LINE), after;
	int offset = -1, at, i;
	struct nl_msg msg;

	request_line(&msg, IRQLINE_CMD_LINE_SET, LINE);
	for (i = 0; i < 4 && r->parts[i].type; i++) {
		at = put_part(&msg, &r->parts[i]);
		if (i == r->blamed)
			offset = at;
	}
	EXPECT_EQ(r->error, nl_do(&self->nl, &msg, NULL));
	EXPECT_EQ(offset, self->nl.ack.offset);
	EXPECT_STRNE("", self->nl.ack.text);
	EXPECT_NE(NULL, strstr(self->nl.ack.text, r->reason))
		TH_LOG("%s", self->nl.ack.text);
	after = settings_get(&self->nl, LINE);
	EXPECT_TRUE(settings_same(&before, &after));
}

TEST_F_TIMEOUT(request, changes_nothing_if_a_part_is_wrong, 60)
{
	bool threads = can_thread(&self->nl);
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(refusals); i++) {
		if (!strcmp(refusals[i].top, "thread") && !threads)
			continue;
		line_top(&self->nl, LINE, refusals[i].top);
		while (next_told(self, 0))
			;
		expect_refused(_metadata, self, &refusals[i]);
		expect_untold(_metadata, self);
	}
}

/* To name a strategy takes its settings back, as with the bottom half's. */
TEST_F(request, that_names_a_top_starts_from_its_defaults)
{
	struct nl_msg msg;

	request_top(&msg, LINE, "poll");
	nl_put_u64(&msg, IRQLINE_A_LINE_PERIOD, PERIOD_LONG);
	nl_must(&self->nl, &msg, NULL);
	EXPECT_EQ(PERIOD_LONG, settings_get(&self->nl, LINE).period);
	line_top(&self->nl, LINE, "poll");
	EXPECT_EQ(NSEC_PER_MSEC, settings_get(&self->nl, LINE).period);
	period_set(&self->nl, PERIOD_LONG);
	line_top(&self->nl, LINE, "hard");
	EXPECT_EQ(0, settings_get(&self->nl, LINE).period);
	if (try_nothread(&self->nl, 1))
		SKIP(return, "%s", self->nl.ack.text);
	EXPECT_EQ(1, settings_get(&self->nl, LINE).nothread);
	line_top(&self->nl, LINE, "hard");
	EXPECT_EQ(0, settings_get(&self->nl, LINE).nothread);
}

/* Where there is no MSI, in each top half and under the device's own events. */
TEST_F(request, for_a_delivery_that_is_not_there_is_refused)
{
	static const char * const tops[] = { "hard", "poll", "thread" };
	struct refusal r = {
		.parts = { NUMBER(DELIVERY, IRQLINE_DELIVERY_MSI) },
		.error = EOPNOTSUPP, .reason = "MSI",
	};
	unsigned int i;

	if (settings_get(&self->nl, LINE).delivery == IRQLINE_DELIVERY_MSI)
		SKIP(return, "the device gets MSI here");
	for (i = 0; i < ARRAY_SIZE(tops); i++) {
		if (!try_top(&self->nl, LINE, tops[i]))
			continue;
		while (next_told(self, 0))
			;
		expect_refused(_metadata, self, &r);
		expect_untold(_metadata, self);
	}
}

/* Switches while events flow. */
FIXTURE(switching)
{
	struct nl nl;
	struct strategy bottoms[STRATEGIES_MAX];
	int count, log;
	struct strategy irq_thread;
	bool can[4];
	__u32 seed;
	unsigned int now, done, pairs[4][4];
	struct flow flow;
	bool stop;
};

FIXTURE_VARIANT(switching)
{
	__u32 delivery;
	unsigned int switches;
};

FIXTURE_VARIANT_ADD(switching, msi) {
	.delivery = IRQLINE_DELIVERY_MSI, .switches = 1500,
};

FIXTURE_VARIANT_ADD(switching, intx) {
	.delivery = IRQLINE_DELIVERY_INTX, .switches = 700,
};

/* Those whose executors take milliseconds to be made or to end are left out. */
static bool is_slow(const struct strategy *strategy)
{
	return !strcmp(strategy->name, "napi") ||
	       !strcmp(strategy->name, "irq-poll") ||
	       !strcmp(strategy->name, "uio");
}

static int quick_strategies(struct nl *nl, struct strategy *list)
{
	int known = strategies_available(nl, list), count = 0, i;

	for (i = 0; i < known; i++)
		if (!is_slow(&list[i]))
			list[count++] = list[i];
	return count;
}

/* Hard, thread, poll, and hard without forced threads. */
static void request_nth(struct _test_data_switching *self, struct nl_msg *msg,
			unsigned int n)
{
	static const char * const tops[] = { "hard", "thread", "poll", "hard" };

	request_top(msg, LINE, tops[n]);
	if (n == 2)
		nl_put_u64(msg, IRQLINE_A_LINE_PERIOD,
			   IRQLINE_PERIOD_MIN +
			   random_below(&self->seed, 2 * NSEC_PER_MSEC));
	if (n == 3)
		nl_put_u32(msg, IRQLINE_A_LINE_NOTHREAD, 1);
}

/* Which of them can be had; the line ends with the first one. */
static void try_all(struct _test_data_switching *self)
{
	struct nl_msg msg;
	int n;

	for (n = 3; n >= 0; n--) {
		request_nth(self, &msg, n);
		self->can[n] = !nl_do(&self->nl, &msg, NULL);
		if (!self->can[n] && !may_be_hindered(&self->nl, LINE))
			die("top half %d: %s", n, self->nl.ack.text);
	}
}

FIXTURE_SETUP(switching)
{
	objects_open(&self->nl);
	if (try_delivery(&self->nl, LINE, variant->delivery)) {
		EXPECT_EQ(EOPNOTSUPP, self->nl.ack.error);
		SKIP(return, "%s", self->nl.ack.text);
	}
	try_all(self);
	strategy_find(&self->nl, "irq-thread", &self->irq_thread);
	self->count = quick_strategies(&self->nl, self->bottoms);
	handler_new(&self->nl, LINE, HANDLER, SOURCES, "tasklet");
	self->seed = now_ns();
	ksft_print_msg("seed %u\n", self->seed);
	self->log = log_open();
	self->flow = (struct flow) {
		.line = LINE, .name = HANDLER, .sources = SOURCES,
		.raiser_cpu = -1, .reader_cpu = -1, .seed = self->seed,
		.percpu = true,
	};
}

FIXTURE_TEARDOWN(switching)
{
	log_check(self->log);
	objects_reset(&self->nl);
	nl_close(&self->nl);
}

/* A lane for each CPU, where the strategy can, for about half of the time. */
static void switch_bottom(struct _test_data_switching *self)
{
	const struct strategy *to =
		&self->bottoms[random_below(&self->seed, self->count)];
	bool percpu = random_below(&self->seed, 2);
	struct nl_msg msg;

	/* The one that depends on the top half. */
	if (!random_below(&self->seed, 3))
		to = &self->irq_thread;
	if (!strategy_takes(to, IRQLINE_SETTING_LANES))
		percpu = false;
	request_handler(&msg, IRQLINE_CMD_HANDLER_SET, LINE, HANDLER);
	nl_put_str(&msg, IRQLINE_A_HANDLER_BOTTOM, to->name);
	nl_put_u32(&msg, IRQLINE_A_HANDLER_LANES, percpu ?
		   IRQLINE_LANES_PERCPU : IRQLINE_LANES_SINGLE);
	nl_must(&self->nl, &msg, NULL);
}

static void switch_top(struct _test_data_switching *self)
{
	unsigned int to = random_below(&self->seed, 4);
	struct nl_msg msg;

	if (!self->can[to])
		return;
	request_nth(self, &msg, to);
	nl_must(&self->nl, &msg, NULL);
	self->pairs[self->now][to]++;
	self->now = to;
	self->done++;
}

/* Now and then the flow goes on for a while, or a switch meets an event. */
static void let_flow(struct _test_data_switching *self)
{
	switch (random_below(&self->seed, 4)) {
	case 0:
		flow_wait(&self->flow, 1);
		break;
	case 1:
		flow_nudge(&self->flow, &self->nl);
		break;
	}
}

static void check_flow(struct __test_metadata *_metadata,
		       const struct flow *flow)
{
	EXPECT_STREQ("", flow_proof(flow));
}

static void check_pairs(struct __test_metadata *_metadata,
			const struct _test_data_switching *self)
{
	unsigned int from, to, least = ~0U;

	for (from = 0; from < 4; from++)
		for (to = 0; to < 4; to++)
			if (self->can[from] && self->can[to] &&
			    self->pairs[from][to] < least)
				least = self->pairs[from][to];
	EXPECT_GE(least, PAIR_MIN);
	ksft_print_msg("%u switches, %u of the rarest pair, %llu events\n",
		       self->done, least,
		       (unsigned long long)self->flow.events);
}

TEST_F_TIMEOUT(switching, loses_no_event, 200)
{
	unsigned int i;

	flow_start(&self->flow, &self->nl);
	for (i = 0; !flow_failed(&self->flow) && i < variant->switches; i++) {
		if (!(i & 7))
			switch_bottom(self);
		switch_top(self);
		let_flow(self);
	}
	flow_stop(&self->flow, &self->nl);
	check_flow(_metadata, &self->flow);
	check_pairs(_metadata, self);
}

/* From one delivery to the other and back, in each top half. */
TEST_F_TIMEOUT(switching, of_the_delivery_loses_no_event, 120)
{
	__u32 delivery = variant->delivery;
	struct settings before, after;
	int i;

	if (variant->delivery == IRQLINE_DELIVERY_INTX)
		SKIP(return, "the same as beginning with MSI");
	flow_start(&self->flow, &self->nl);
	for (i = 0; i < DELIVERIES && !flow_failed(&self->flow); i++) {
		if (!(i & 7))
			switch_bottom(self);
		if (!(i & 3))
			switch_top(self);
		before = settings_get(&self->nl, LINE);
		delivery = !delivery;
		ASSERT_EQ(0, try_delivery(&self->nl, LINE, delivery))
			TH_LOG("%s", self->nl.ack.text);
		after = settings_get(&self->nl, LINE);
		ASSERT_EQ(delivery, after.delivery);
		ASSERT_NE(before.irq, after.irq);
		ASSERT_STREQ(before.top, after.top);
		ASSERT_EQ(before.period, after.period);
		ASSERT_EQ(before.nothread, after.nothread);
		let_flow(self);
	}
	flow_stop(&self->flow, &self->nl);
	check_flow(_metadata, &self->flow);
}

/* Has the interrupt move all the time, from outside of irqline. */
static void *move_for_ever(void *arg)
{
	struct _test_data_switching *self = arg;
	char path[64], cpu[16];
	struct nl nl;
	int n;

	nl_open(&nl, IRQLINE_FAMILY_NAME);
	for (n = 0; !__atomic_load_n(&self->stop, __ATOMIC_ACQUIRE); n++) {
		/* It may be another one by now, or gone. */
		if (!(n % 16))
			snprintf(path, sizeof(path),
				 "/proc/irq/%u/smp_affinity_list",
				 line_u32(&nl, LINE, IRQLINE_A_LINE_IRQ));
		snprintf(cpu, sizeof(cpu), "%d", cpu_nth(n));
		file_write(path, cpu);
	}
	nl_close(&nl);
	return NULL;
}

/* Of a source that nobody wants. */
static void *interrupt_for_ever(void *arg)
{
	struct _test_data_switching *self = arg;
	int fd = dev_open(LINE, O_WRONLY);

	while (!__atomic_load_n(&self->stop, __ATOMIC_ACQUIRE))
		dev_raise(fd, UNWANTED);
	close(fd);
	return NULL;
}

/*
 * An interrupt moves when it comes next, and then the PCI core writes what the
 * device is masked by, too. A mask that is lost by this shows in the kernel log, an
 * end of it that is lost by a flow that stops.
 */
TEST_F_TIMEOUT(switching, of_the_delivery_while_it_moves_loses_no_event, 120)
{
	__u32 delivery = variant->delivery;
	pthread_t mover, raiser;
	int i;

	if (variant->delivery == IRQLINE_DELIVERY_INTX)
		SKIP(return, "the same as beginning with MSI");
	flow_start(&self->flow, &self->nl);
	ASSERT_EQ(0, pthread_create(&mover, NULL, move_for_ever, self));
	ASSERT_EQ(0, pthread_create(&raiser, NULL, interrupt_for_ever, self));
	for (i = 0; i < MOVES && !flow_failed(&self->flow); i++) {
		flow_wait(&self->flow, delivery == IRQLINE_DELIVERY_MSI ? 5 : 1);
		delivery = !delivery;
		EXPECT_EQ(0, try_delivery(&self->nl, LINE, delivery))
			TH_LOG("%s", self->nl.ack.text);
	}
	__atomic_store_n(&self->stop, true, __ATOMIC_RELEASE);
	ASSERT_EQ(0, pthread_join(mover, NULL));
	ASSERT_EQ(0, pthread_join(raiser, NULL));
	flow_stop(&self->flow, &self->nl);
	check_flow(_metadata, &self->flow);
}

/* Until an event of LINE is taken on this CPU. */
static void await_cpu(int fd, __u32 id, int cpu, const char *after)
{
	__u64 end = now_ns() + EVENT_TIMEOUT * NSEC_PER_SEC;
	struct irqline_event event;

	do {
		if (now_ns() > end)
			die("after %s, no interrupt comes to CPU %d", after,
			    cpu);
		dev_raise(fd, MARKER);
		dev_next(fd, id, &event);
	} while (event.top_cpu != cpu);
}

static void check_affinity(struct __test_metadata *_metadata,
			   struct _test_data_switching *self, int fd, __u32 id,
			   int cpu, const char *after)
{
	struct settings now = settings_get(&self->nl, LINE);
	char list[16];

	if (!strcmp(now.top, "poll")) {
		EXPECT_STREQ("", now.affinity);
		return;
	}
	await_cpu(fd, id, cpu, after);
	snprintf(list, sizeof(list), "%d", cpu);
	EXPECT_STREQ(list, settings_get(&self->nl, LINE).affinity)
		TH_LOG("after %s", after);
}

TEST_F_TIMEOUT(switching, keeps_the_affinity, 60)
{
	__u32 id = handler_id(&self->nl, LINE, HANDLER);
	int fd = dev_open(LINE, O_RDWR), cpu = cpu_nth(1);
	__u32 delivery = variant->delivery;
	struct nl_msg msg;
	unsigned int n, i;

	line_affinity(&self->nl, LINE, cpu);
	for (n = 0; n < 8; n++) {
		if (!self->can[n & 3])
			continue;
		request_nth(self, &msg, n & 3);
		nl_must(&self->nl, &msg, NULL);
		check_affinity(_metadata, self, fd, id, cpu, "a switch");
		for (i = 0; i < 2; i++) {
			delivery = !delivery;
			if (try_delivery(&self->nl, LINE, delivery))
				break;
			check_affinity(_metadata, self, fd, id, cpu,
				       "a change of the delivery");
		}
		delivery = line_u32(&self->nl, LINE, IRQLINE_A_LINE_DELIVERY);
	}
	close(fd);
}

/*
 * The bottom halves of two handlers wait for the interrupt's thread when the
 * top half goes: the other one's must not wait for the next interrupt.
 */
TEST_F_TIMEOUT(switching, hands_over_what_waits_for_the_thread, 60)
{
	static const char * const tops[] = { "hard", "thread", "poll" };
	__u32 other = handler_new(&self->nl, LINE, OTHER, OTHER_SOURCE,
				  "irq-thread");
	int fd = dev_open(LINE, O_RDWR);
	struct irqline_event event;
	unsigned int i;

	handler_bottom(&self->nl, LINE, HANDLER, "irq-thread");
	handler_work(&self->nl, LINE, HANDLER, IRQLINE_WORK_SLEEP, SLEEP_NS);
	for (i = 0; i < 2 * ARRAY_SIZE(tops); i++) {
		dev_raise(fd, MARKER | OTHER_SOURCE);
		WAIT_UNTIL(stats_pending(&self->nl, LINE, HANDLER),
			   EVENT_TIMEOUT, "the top half takes the event");
		try_top(&self->nl, LINE, tops[i % ARRAY_SIZE(tops)]);
		dev_next(fd, other, &event);
		EXPECT_EQ(i + 1, event.seq);
		WAIT_UNTIL(!stats_pending(&self->nl, LINE, HANDLER),
			   EVENT_TIMEOUT, "nothing is pending");
	}
	close(fd);
}

/* The device goes in each top half, and comes back as new. */
TEST_F_TIMEOUT(switching, does_not_hinder_the_device_from_going, 60)
{
	struct irqline_event event;
	char function[NAME_MAX];
	struct settings now;
	struct nl_msg msg;
	unsigned int n;
	__u32 id;
	int fd;

	dev_function(LINE, function, sizeof(function));
	for (n = 0; n < 4; n++) {
		if (!self->can[n])
			continue;
		ASSERT_EQ(0, try_delivery(&self->nl, LINE, variant->delivery));
		request_nth(self, &msg, n);
		nl_must(&self->nl, &msg, NULL);
		fd = dev_open(LINE, O_RDWR);
		dev_raise(fd, SOURCES);
		file_must_write(DRIVER "/unbind", function);
		EXPECT_EQ(-1, read(fd, &event, sizeof(event)));
		EXPECT_EQ(ENODEV, errno);
		close(fd);
		file_must_write(DRIVER "/bind", function);

		now = settings_get(&self->nl, LINE);
		EXPECT_EQ(0, now.nothread);
		id = handler_new(&self->nl, LINE, HANDLER, SOURCES, "tasklet");
		fd = dev_open(LINE, O_RDWR);
		dev_raise(fd, MARKER);
		dev_next(fd, id, &event);
		EXPECT_EQ(1, event.seq);
		EXPECT_EQ(MARKER, event.sources);
		close(fd);
	}
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
		check_flow(_metadata, &self->flows[n]);
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
		file_must_write(DRIVER "/unbind", function);
		flow_wait(&self->flows[0], EACH);
		file_must_write(DRIVER "/bind", function);
		flow_wait(&self->flows[0], EACH);
	}
	flow_stop(&self->flows[0], &self->nl);
	check_flow(_metadata, &self->flows[0]);
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
