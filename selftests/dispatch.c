// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which handlers get a source, in which order, and what each of them gets: with as many
 * handlers as a line can have, at random, against what the documentation says.
 *
 * All run inline, so the order of their events is that of the dispatch. The test runs
 * on the line's CPU: when it goes on, the pass is over, and all handlers are idle.
 *
 * IRQLINE_DISPATCH_SEED repeats a run.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>

#include "kselftest_harness.h"
#include "dev.h"
#include "objects.h"

#define HANDLERS_MAX	256
#define COMBINATIONS	repeats(40)
#define CHANGES		repeats(60)

/* A handler as it is thought to be. */
struct member {
	char name[IRQLINE_NAME_MAX + 1];
	__u32 id, sources;
	int priority;
	bool exclusive, builtin;
};

FIXTURE(dispatch)
{
	struct nl nl;
	struct member members[HANDLERS_MAX];
	struct irqline_event expected[HANDLERS_MAX];
	int count, fd;
	__u32 seed;
};

/* The device's own handlers come first, whatever their priority. */
static int compare(const void *one, const void *other)
{
	const struct member *a = one, *b = other;

	if (a->builtin != b->builtin)
		return b->builtin - a->builtin;
	if (a->priority != b->priority)
		return b->priority - a->priority;
	return a->id < b->id ? -1 : 1;
}

static void add_builtins(struct _test_data_dispatch *self)
{
	const struct nlmsghdr *header;
	struct nl_list list = { 0 };
	struct member *member;
	struct nl_msg msg;

	nl_init(&msg, IRQLINE_CMD_HANDLER_GET);
	nl_dump(&self->nl, &msg, &list);
	nl_for_each(header, &list) {
		if (strcmp(nl_str(header, IRQLINE_A_HANDLER_LINE), LINE))
			continue;
		member = &self->members[self->count++];
		*member = (struct member) {
			.id = nl_u32(header, IRQLINE_A_HANDLER_ID),
			.sources = nl_u32(header, IRQLINE_A_HANDLER_SOURCES),
			.builtin = true,
		};
		snprintf(member->name, sizeof(member->name), "%s",
			 nl_str(header, IRQLINE_A_HANDLER_NAME));
		handler_bottom(&self->nl, LINE, member->name, "inline");
	}
	nl_free(&list);
}

FIXTURE_SETUP(dispatch)
{
	objects_open(&self->nl);
	line_affinity(&self->nl, LINE, cpu_nth(1));
	add_builtins(self);
	self->fd = dev_open(LINE, O_RDWR);
	self->seed = env_number("IRQLINE_DISPATCH_SEED", time(NULL));
	ksft_print_msg("IRQLINE_DISPATCH_SEED=%u\n", self->seed);
	pin(cpu_nth(1));
}

FIXTURE_TEARDOWN(dispatch)
{
	close(self->fd);
	objects_reset(&self->nl);
	nl_close(&self->nl);
}

/* General ones and specific ones; few keep others away. */
static void pick(struct _test_data_dispatch *self, struct member *member)
{
	int bits = random_below(&self->seed, 4) ? 2 : 16;

	member->sources = 0;
	while (bits--)
		member->sources |= 1U << random_below(&self->seed, 32);
	member->priority = (int)random_below(&self->seed, 40) - 20;
	member->exclusive = !random_below(&self->seed, 16);
}

static void put(const struct member *member, struct nl_msg *msg, __u8 cmd)
{
	request_handler(msg, cmd, LINE, member->name);
	nl_put_u32(msg, IRQLINE_A_HANDLER_SOURCES, member->sources);
	nl_put_u32(msg, IRQLINE_A_HANDLER_PRIORITY, member->priority);
	nl_put_u32(msg, IRQLINE_A_HANDLER_EXCLUSIVE, member->exclusive);
}

static void add(struct _test_data_dispatch *self)
{
	struct member *member = &self->members[self->count];
	struct nl_msg msg;

	pick(self, member);
	member->builtin = false;
	snprintf(member->name, sizeof(member->name), "member%d", self->count);
	put(member, &msg, IRQLINE_CMD_HANDLER_NEW);
	nl_put_str(&msg, IRQLINE_A_HANDLER_BOTTOM, "inline");
	nl_put_u32(&msg, IRQLINE_A_HANDLER_QUEUE, IRQLINE_QUEUE_MIN);
	nl_must(&self->nl, &msg, NULL);
	member->id = handler_id(&self->nl, LINE, member->name);
	self->count++;
}

/* Any but the device's own, which the sorting keeps in front. */
static void change(struct _test_data_dispatch *self)
{
	struct member *member;
	struct nl_msg msg;

	do {
		member = &self->members[random_below(&self->seed, self->count)];
	} while (member->builtin);
	pick(self, member);
	put(member, &msg, IRQLINE_CMD_HANDLER_SET);
	nl_must(&self->nl, &msg, NULL);
}

/* Fills in who gets what of these sources, in order. Returns how many do. */
static int expect(struct _test_data_dispatch *self, __u32 raised)
{
	const struct member *member;
	int count = 0;
	__u32 sources;

	qsort(self->members, self->count, sizeof(self->members[0]), compare);
	for (member = self->members; member < self->members + self->count;
	     member++) {
		sources = raised & member->sources;
		if (member->exclusive)
			raised &= ~member->sources;
		if (!sources)
			continue;
		self->expected[count].handler = member->id;
		self->expected[count++].sources = sources;
	}
	return count;
}

static void check(struct __test_metadata *_metadata,
		  struct _test_data_dispatch *self, __u32 sources)
{
	int count = expect(self, sources), i;
	struct irqline_event event;

	dev_raise(self->fd, sources);
	for (i = 0; i < count; i++) {
		ASSERT_EQ(1, dev_read(self->fd, &event, 1,
				      EVENT_TIMEOUT * 1000))
			TH_LOG("0x%x: %d events of %d", sources, i, count);
		ASSERT_EQ(self->expected[i].handler, event.handler)
			TH_LOG("0x%x: event %d of %d", sources, i, count);
		ASSERT_EQ(self->expected[i].sources, event.sources)
			TH_LOG("0x%x: event %d of %d", sources, i, count);
		ASSERT_EQ(0, event.lost);
	}
	ASSERT_EQ(0, dev_read(self->fd, &event, 1, 0))
		TH_LOG("0x%x: handler %u, too", sources, event.handler);
}

TEST_F_TIMEOUT(dispatch, reaches_those_who_want_a_source, 120)
{
	int bit, i;

	while (self->count < HANDLERS_MAX)
		add(self);
	for (bit = 0; bit < 32; bit++)
		check(_metadata, self, 1U << bit);
	for (i = 0; i < COMBINATIONS; i++)
		check(_metadata, self, random_u32(&self->seed));
	for (i = 0; i < CHANGES; i++) {
		change(self);
		check(_metadata, self, random_u32(&self->seed));
	}
}

static __u32 factorial(int fd, __u32 operand)
{
	struct edu_factorial f = { .operand = operand };

	if (ioctl(fd, EDU_IOC_FACTORIAL, &f))
		die("no factorial of %u: %s", operand, strerror(errno));
	return f.result;
}

/* Nobody can keep their sources from them, and they stay. */
TEST_F(dispatch, serves_the_devices_own_handlers_first)
{
	struct member *own = &self->members[0], *other;
	struct nl_msg msg;

	ASSERT_GT(self->count, 0);
	add(self);
	other = &self->members[self->count - 1];
	other->sources = own->sources;
	other->priority = IRQLINE_PRIORITY_MAX;
	other->exclusive = true;
	put(other, &msg, IRQLINE_CMD_HANDLER_SET);
	nl_must(&self->nl, &msg, NULL);
	check(_metadata, self, own->sources);

	request_handler(&msg, IRQLINE_CMD_HANDLER_DEL, LINE, own->name);
	EXPECT_EQ(EBUSY, nl_do(&self->nl, &msg, NULL));
	EXPECT_NE(NULL, strstr(self->nl.ack.text, "own handler"))
		TH_LOG("%s", self->nl.ack.text);
	check(_metadata, self, own->sources);

	handler_bottom(&self->nl, LINE, "factorial", "kthread");
	EXPECT_EQ(120, factorial(self->fd, 5));
}

TEST_HARNESS_MAIN
