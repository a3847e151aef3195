// SPDX-License-Identifier: GPL-2.0-only
/*
 * The system is suspended, down to each level of pm_test, while events flow on two lines:
 * nothing is lost, doubled or reordered, and each line interrupts afterwards as it did
 * before. All devices sleep, and further down the other CPUs have gone, and what is left
 * runs without interrupts. Some handlers have more to do than fits their queue then, and the
 * device holds the rest.
 *
 * It takes a machine whose root can sleep, too: tools/vm/run --in-memory.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "kselftest_harness.h"
#include "crew.h"
#include "pm.h"

#define EVENTS		repeats(20)
#define LINES		2

static const char * const lines[LINES] = { LINE, NEIGHBOUR };
static const char * const tops[] = { "hard", "thread", "poll" };

FIXTURE(levels)
{
	struct nl nl;
	struct pm pm;
	struct crew crews[LINES];
	bool open;
};

FIXTURE_VARIANT(levels)
{
	const char *level;
};

FIXTURE_VARIANT_ADD(levels, freezer) {
	.level = "freezer",
};

FIXTURE_VARIANT_ADD(levels, devices) {
	.level = "devices",
};

FIXTURE_VARIANT_ADD(levels, platform) {
	.level = "platform",
};

FIXTURE_VARIANT_ADD(levels, processors) {
	.level = "processors",
};

FIXTURE_VARIANT_ADD(levels, core) {
	.level = "core",
};

FIXTURE_SETUP(levels)
{
	const char *why;

	objects_open(&self->nl);
	if (!line_exists(&self->nl, NEIGHBOUR))
		SKIP(return, "there is no second device");
	why = pm_open(&self->pm);
	if (why)
		SKIP(return, "%s", why);
	self->open = true;
	why = pm_cannot(&self->pm, variant->level);
	if (why)
		SKIP(return, "%s", why);
}

FIXTURE_TEARDOWN(levels)
{
	if (self->open)
		pm_close(&self->pm);
	objects_reset(&self->nl);
	nl_close(&self->nl);
}

/* What is to be the same after it as before. */
struct state {
	__u32 masks, irq, delivery;
	int cpus;
};

static struct state look(struct nl *nl, const char *line)
{
	return (struct state) {
		.masks = dev_masks(line),
		.irq = line_u32(nl, line, IRQLINE_A_LINE_IRQ),
		.delivery = line_u32(nl, line, IRQLINE_A_LINE_DELIVERY),
		.cpus = cpu_count(),
	};
}

static bool all_go_on(struct _test_data_levels *self)
{
	return !crew_failed(&self->crews[0]) && !crew_failed(&self->crews[1]);
}

static void reach(struct __test_metadata *_metadata,
		  struct _test_data_levels *self, const char *level)
{
	struct state before[LINES], after;
	int i;

	for (i = 0; i < LINES; i++) {
		crew_wait(&self->crews[i], EVENTS);
		before[i] = look(&self->nl, lines[i]);
	}
	crew_await_hold(&self->crews[1], &self->nl);
	ASSERT_EQ(0, pm_reach(&self->pm, level));
	for (i = 0; i < LINES; i++) {
		after = look(&self->nl, lines[i]);
		EXPECT_EQ(before[i].masks, after.masks);
		EXPECT_EQ(before[i].irq, after.irq);
		EXPECT_EQ(before[i].delivery, after.delivery);
		EXPECT_EQ(before[i].cpus, after.cpus);
		crew_wait(&self->crews[i], EVENTS);
	}
}

/* In each top half that can be had, by messages first, and then by INTx. */
TEST_F_TIMEOUT(levels, lose_nothing, 240)
{
	const unsigned int count = ARRAY_SIZE(tops);
	unsigned int i, reached = 0;

	for (i = 0; i < LINES; i++)
		crew_start(&self->crews[i], &self->nl, lines[i]);
	for (i = 0; i < 2 * count && all_go_on(self); i++) {
		if (i == count)
			line_delivery(&self->nl, NEIGHBOUR,
				      IRQLINE_DELIVERY_INTX);
		if (!try_top(&self->nl, NEIGHBOUR, tops[i % count]))
			continue;
		reach(_metadata, self, variant->level);
		reached++;
	}
	for (i = 0; i < LINES; i++)
		EXPECT_STREQ("", crew_stop(&self->crews[i], &self->nl));
	EXPECT_GE(reached, 2);
	ksft_print_msg("%s: suspended and resumed %u times\n", variant->level,
		       reached);
}

TEST_HARNESS_MAIN
