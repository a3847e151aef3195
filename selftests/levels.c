// SPDX-License-Identifier: GPL-2.0-only
/*
 * The system is suspended, down to each level of pm_test, while events flow on two lines:
 * nothing is lost, doubled or reordered, and each line interrupts afterwards as it did
 * before. All devices sleep, and further down the other CPUs have gone, and what is left
 * runs without interrupts. When it begins the device holds what a handler has no room for.
 *
 * It takes a machine whose root can sleep, too: tools/vm/run --in-memory.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "kselftest_harness.h"
#include "call.h"
#include "crew.h"
#include "pm.h"

#define EVENTS		repeats(10)
#define LINES		2

#define SLEEPER		"sleeper"
#define SLEEPER_SOURCE	0x01000000U
/* Less than a line waits for when it is suspended. */
#define SLEEP_NS	(4 * NSEC_PER_SEC)
/* Keeps a device busy for less than that, but until it sleeps, at a nanosecond each. */
#define BUSY_OPERAND	(patience(1) < 10 ? 1500000000U : 3000000000U)

static const char * const lines[LINES] = { LINE, NEIGHBOUR };
static const char * const tops[] = { "hard", "thread", "poll" };

FIXTURE(levels)
{
	struct nl nl;
	struct pm pm;
	struct crew crews[LINES];
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
	why = pm_cannot(&self->pm, variant->level);
	if (why) {
		/* There is no teardown then. */
		pm_close(&self->pm);
		SKIP(return, "%s", why);
	}
}

FIXTURE_TEARDOWN(levels)
{
	pm_close(&self->pm);
	objects_reset(&self->nl);
	nl_close(&self->nl);
}

/* What is to be the same after it as before. */
struct state {
	__u32 masks, irq, delivery;
	long cpus;
	char top[IRQLINE_NAME_MAX + 1];
};

static struct state look(struct nl *nl, const char *line)
{
	struct state state = {
		.masks = dev_masks(line),
		.irq = line_u32(nl, line, IRQLINE_A_LINE_IRQ),
		.delivery = line_u32(nl, line, IRQLINE_A_LINE_DELIVERY),
		.cpus = sysconf(_SC_NPROCESSORS_ONLN),
	};
	struct nl_list reply = { 0 };

	line_get(nl, line, &reply);
	snprintf(state.top, sizeof(state.top), "%s",
		 nl_str(nl_first(&reply), IRQLINE_A_LINE_TOP));
	nl_free(&reply);
	return state;
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
	crew_strain(&self->crews[1], &self->nl);
	if (!all_go_on(self))
		return;
	ASSERT_EQ(0, pm_reach(&self->pm, level));
	crew_relax(&self->crews[1], &self->nl);
	for (i = 0; i < LINES; i++) {
		after = look(&self->nl, lines[i]);
		EXPECT_EQ(before[i].masks, after.masks);
		EXPECT_EQ(before[i].irq, after.irq);
		EXPECT_EQ(before[i].delivery, after.delivery);
		EXPECT_EQ(before[i].cpus, after.cpus);
		EXPECT_STREQ(before[i].top, after.top);
		crew_wait(&self->crews[i], EVENTS);
	}
}

/* In each top half that can be had, by what the line has first, and then by INTx. */
TEST_F_TIMEOUT(levels, lose_nothing, 240)
{
	/* Where it takes long, one of them does. */
	const unsigned int count = repeats(ARRAY_SIZE(tops)) > 1 ? ARRAY_SIZE(tops) : 1;
	unsigned int i, intx, reached[2] = { 0 };

	for (i = 0; i < LINES; i++)
		crew_start(&self->crews[i], &self->nl, lines[i]);
	for (intx = 0; intx < 2; intx++) {
		if (intx)
			line_delivery(&self->nl, NEIGHBOUR, IRQLINE_DELIVERY_INTX);
		for (i = 0; i < count && all_go_on(self); i++) {
			if (!try_top(&self->nl, NEIGHBOUR, tops[i]))
				continue;
			reach(_metadata, self, variant->level);
			reached[intx]++;
		}
	}
	for (i = 0; i < LINES; i++)
		EXPECT_STREQ("", crew_stop(&self->crews[i], &self->nl));
	EXPECT_NE(0, reached[0]);
	EXPECT_NE(0, reached[1]);
	ksft_print_msg("%s: suspended and resumed %u times, and %u with INTx\n",
		       variant->level, reached[0], reached[1]);
}

/*
 * The neighbour sleeps first, and its device raises a source while the line is still at work.
 * That is found when it wakes; where only processes are frozen, before.
 */
TEST_F_TIMEOUT(levels, find_what_was_raised_meanwhile, 60)
{
	int fd = dev_open(NEIGHBOUR, O_RDWR), raiser = dev_open(LINE, O_WRONLY);
	__u32 builtin = handler_id(&self->nl, NEIGHBOUR, "factorial");
	struct edu_factorial f = { .operand = BUSY_OPERAND, .result = 1 };
	struct irqline_event event;
	struct call call;
	__u64 begin;

	handler_new(&self->nl, LINE, SLEEPER, SLEEPER_SOURCE, "workqueue");
	handler_work(&self->nl, LINE, SLEEPER, IRQLINE_WORK_SLEEP, SLEEP_NS);
	dev_drain(fd, builtin);
	begin = now_ns();
	raise_taken(&self->nl, raiser, LINE, SLEEPER, SLEEPER_SOURCE);
	call_start_ioctl(&call, fd, EDU_IOC_FACTORIAL, &f);
	ASSERT_FALSE(call_done(&call));
	ASSERT_EQ(0, pm_reach(&self->pm, variant->level));

	dev_next(fd, builtin, &event);
	ksft_print_msg("a factorial was noticed after %llu ms\n",
		       (unsigned long long)((event.top_ns - begin) / NSEC_PER_MSEC));
	if (strcmp(variant->level, "freezer"))
		EXPECT_GE(event.top_ns, begin + SLEEP_NS);
	call_finish(&call);
	EXPECT_EQ(0, call.err);
	EXPECT_EQ(0, f.result);
	EXPECT_EQ(120, dev_factorial(fd, 5));
	close(raiser);
	close(fd);
}

TEST_HARNESS_MAIN
