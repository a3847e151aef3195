// SPDX-License-Identifier: GPL-2.0-only
/*
 * Requests to set a line: what changes anything is told once, to all who listen; what
 * cannot be is refused with the reason, and changes nothing.
 *
 * Whether there are threads or MSI depends on the machine. A test that needs them says
 * so and is skipped.
 */
#include <stdio.h>
#include <string.h>

#include "kselftest_harness.h"
#include "klog.h"
#include "line_settings.h"

#define PERIOD_LONG	(20 * NSEC_PER_MSEC)

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

/* Returns an errno. */
static int try_nothread(struct nl *nl, __u32 nothread)
{
	struct nl_msg msg;

	request_line(&msg, IRQLINE_CMD_LINE_SET, LINE);
	nl_put_u32(&msg, IRQLINE_A_LINE_NOTHREAD, nothread);
	return nl_do(nl, &msg, NULL);
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

TEST_HARNESS_MAIN
