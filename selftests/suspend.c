// SPDX-License-Identifier: GPL-2.0-only
/*
 * A suspend loses nothing: what was taken before is handled, what is raised
 * meanwhile is found on resume, and the line works after it. A suspend that has
 * to wait for too long is refused, and the line goes on.
 *
 * To have the devices suspended, LINE refuses: pm.h tells why. So NEIGHBOUR, which came
 * after it, sleeps and wakes.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kselftest_harness.h"
#include "buffer.h"
#include "call.h"
#include "crew.h"
#include "pm.h"

#define HANDLER		"suspend"
#define SLEEPER		"sleeper"
#define SOURCES		0x00fffe00U
#define SLEEPER_SOURCE	0x01000000U
#define EVENTS		repeats(200)
#define WORK_NS		(200 * NSEC_PER_USEC)
/* How long a line may take to come to rest. */
#define DRAIN_NS	(5 * NSEC_PER_SEC)
/*
 * Keeps the device busy for a second and a half, at a nanosecond for each unit; longer
 * where the machine that emulates it is busy. To time it there says nothing. It has to be
 * busy when the line keeps still, which takes a kernel that is slow a second or more.
 */
#define BUSY_OPERAND	(patience(1) < 10 ? 1500000000U : 4000000000U)

FIXTURE(suspend)
{
	struct nl nl;
	struct pm pm;
	char refuser[PATH_MAX];	/* LINE's device, such as 0000:00:04.0 */
	struct flow flow;
};

FIXTURE_SETUP(suspend)
{
	const char *why;

	objects_open(&self->nl);
	if (!line_exists(&self->nl, NEIGHBOUR))
		SKIP(return, "there is no second device");
	why = pm_open(&self->pm);
	if (why)
		SKIP(return, "%s", why);
	dev_function(LINE, self->refuser, sizeof(self->refuser));
}

FIXTURE_TEARDOWN(suspend)
{
	pm_close(&self->pm);
	objects_reset(&self->nl);
	nl_close(&self->nl);
}

/* From now on LINE has work for so long. */
static void add_sleeper(struct nl *nl, __u64 ns, int count)
{
	int fd = dev_open(LINE, O_WRONLY);

	handler_new(nl, LINE, SLEEPER, SLEEPER_SOURCE, "workqueue");
	handler_work(nl, LINE, SLEEPER, IRQLINE_WORK_SLEEP, ns);
	while (count--)
		raise_taken(nl, fd, LINE, SLEEPER, SLEEPER_SOURCE);
	close(fd);
}

/* It has to be LINE's device that makes the suspend fail. */
static void suspend(struct __test_metadata *_metadata,
		    struct _test_data_suspend *self)
{
	const char *wrong = pm_suspend(&self->pm, self->refuser);

	ASSERT_EQ(NULL, wrong)
		TH_LOG("%s", wrong);
}

/* Raisers and readers are frozen in the midst of it, as all processes are. */
TEST_F_TIMEOUT(suspend, loses_nothing_with_any_strategy, 150)
{
	struct strategy list[STRATEGIES_MAX];
	int count = strategies_available(&self->nl, list);
	struct flow *flow = &self->flow;
	struct stats stats;
	int i;

	ASSERT_GE(count, 2);
	handler_new(&self->nl, NEIGHBOUR, HANDLER, SOURCES, list[0].name);
	handler_work(&self->nl, NEIGHBOUR, HANDLER, IRQLINE_WORK_SPIN, WORK_NS);
	/* Enough for all rounds. */
	add_sleeper(&self->nl, 2 * NSEC_PER_SEC, 100);

	*flow = (struct flow) {
		.line = NEIGHBOUR, .name = HANDLER, .sources = SOURCES,
		.raiser_cpu = -1, .reader_cpu = -1, .seed = 1,
	};
	flow_start(flow, &self->nl);
	for (i = 0; i < count && !flow_failed(flow); i++) {
		handler_bottom(&self->nl, NEIGHBOUR, HANDLER, list[i].name);
		flow_wait(flow, EVENTS);
		suspend(_metadata, self);
		flow_wait(flow, EVENTS);
		ksft_print_msg("%s: suspended and resumed\n", list[i].name);
	}
	flow_stop(flow, &self->nl);

	EXPECT_STREQ("", flow_proof(flow));
	stats_get(&self->nl, NEIGHBOUR, HANDLER, &stats);
	EXPECT_EQ(flow->events, stats.taken);
	EXPECT_EQ(stats.taken, stats.handled);
}

#define LAST	0x02000000U

/* One who waits in read(), and does not look whether anything has come. */
struct reader {
	pthread_t thread;
	int fd, error;
	__u32 last;			/* the handler whose event ends it */
};

static void *read_on(void *arg)
{
	struct reader *reader = arg;
	struct irqline_event event = { 0 };

	while (event.handler != reader->last) {
		if (read(reader->fd, &event, sizeof(event)) != sizeof(event)) {
			reader->error = errno;
			break;
		}
	}
	return NULL;
}

static void start_reader(struct __test_metadata *_metadata, struct nl *nl,
			 struct reader *reader)
{
	*reader = (struct reader) {
		.fd = dev_open(NEIGHBOUR, O_RDWR),
		.last = handler_new(nl, NEIGHBOUR, HANDLER, LAST, "tasklet"),
	};
	ASSERT_EQ(0, pthread_create(&reader->thread, NULL, read_on, reader));
}

static void stop_reader(struct __test_metadata *_metadata,
			struct reader *reader)
{
	dev_raise(reader->fd, LAST);
	ASSERT_EQ(0, pthread_join(reader->thread, NULL));
	EXPECT_EQ(0, reader->error);
	close(reader->fd);
}

/* In this top half. What it is about is the same afterwards. */
static void suspend_crew(struct __test_metadata *_metadata,
			 struct _test_data_suspend *self, struct crew *crew, const char *top)
{
	struct nl_list before = { 0 }, after = { 0 };
	__u32 mask;

	crew_wait(crew, EVENTS / 10);
	mask = dev_masks(NEIGHBOUR);
	line_get(&self->nl, NEIGHBOUR, &before);
	suspend(_metadata, self);
	EXPECT_EQ(mask, dev_masks(NEIGHBOUR));
	line_get(&self->nl, NEIGHBOUR, &after);
	EXPECT_STREQ(top, nl_str(nl_first(&after), IRQLINE_A_LINE_TOP));
	EXPECT_EQ(nl_u32(nl_first(&before), IRQLINE_A_LINE_DELIVERY),
		  nl_u32(nl_first(&after), IRQLINE_A_LINE_DELIVERY));
	EXPECT_EQ(nl_u32(nl_first(&before), IRQLINE_A_LINE_IRQ),
		  nl_u32(nl_first(&after), IRQLINE_A_LINE_IRQ));
	nl_free(&before);
	nl_free(&after);
	crew_wait(crew, EVENTS / 10);
	ksft_print_msg("%s: suspended and resumed\n", top);
}

/*
 * The top half keeps still, whatever it is, and finds on resume what was raised; so do
 * several bottom halves at once.
 */
TEST_F_TIMEOUT(suspend, loses_nothing_with_any_top, 240)
{
	static const char * const tops[] = { "hard", "thread", "poll" };
	struct crew crew;
	struct reader reader;
	unsigned int i;

	crew_start(&crew, &self->nl, NEIGHBOUR);
	start_reader(_metadata, &self->nl, &reader);
	add_sleeper(&self->nl, 2 * NSEC_PER_SEC, 100);
	for (i = 0; i < 2 * ARRAY_SIZE(tops) && !crew_failed(&crew); i++) {
		if (i == ARRAY_SIZE(tops))
			line_delivery(&self->nl, NEIGHBOUR,
				      IRQLINE_DELIVERY_INTX);
		if (try_top(&self->nl, NEIGHBOUR, tops[i % ARRAY_SIZE(tops)]))
			suspend_crew(_metadata, self, &crew,
				     tops[i % ARRAY_SIZE(tops)]);
	}
	EXPECT_STREQ("", crew_stop(&crew, &self->nl));
	stop_reader(_metadata, &reader);
}

/*
 * The device raises a source while the line keeps still, and nobody hears the
 * interrupt. That is found on resume, and not before.
 */
TEST_F_TIMEOUT(suspend, finds_on_resume_what_was_raised_meanwhile, 90)
{
	__u32 builtin = handler_id(&self->nl, NEIGHBOUR, "factorial");
	int fd = dev_open(NEIGHBOUR, O_RDWR);
	struct edu_factorial f = { .operand = BUSY_OPERAND, .result = 1 };
	struct call call;
	struct irqline_event event;
	__u64 begin;

	add_sleeper(&self->nl, 2 * NSEC_PER_SEC, 10);
	dev_drain(fd, builtin);
	begin = now_ns();
	call_start_ioctl(&call, fd, EDU_IOC_FACTORIAL, &f);
	ASSERT_FALSE(call_done(&call));
	suspend(_metadata, self);

	dev_next(fd, builtin, &event);
	ksft_print_msg("a factorial was noticed after %llu ms\n",
		       (unsigned long long)((event.top_ns - begin) / NSEC_PER_MSEC));
	EXPECT_GE(event.top_ns, begin + DRAIN_NS);
	call_finish(&call);
	EXPECT_EQ(0, call.err);
	EXPECT_EQ(0, f.result);

	EXPECT_EQ(120, dev_factorial(fd, 5));
	close(fd);
}

#define TRANSFERS	8

/*
 * What the device is at comes to its end before it sleeps, what waits for its turn
 * is begun after that, and nobody notices: not even those with a time-out, who
 * would be told of a signal.
 */
TEST_F_TIMEOUT(suspend, lets_callers_wait_through_it, 90)
{
	int fd = dev_open(NEIGHBOUR, O_RDWR);
	struct edu_factorial_timed f[2] = {
		{ .operand = BUSY_OPERAND, .result = 1, .timeout_ms = 60000 },
		{ .operand = 6, .timeout_ms = 60000 },
	};
	struct edu_dma requests[2 * TRANSFERS];
	struct call computing[2], copying[2 * TRANSFERS];
	__u8 in[TRANSFERS], out[TRANSFERS] = { 0 };
	int i;

	add_sleeper(&self->nl, 2 * NSEC_PER_SEC, 10);
	for (i = 0; i < 2; i++)
		call_start_ioctl(&computing[i], fd, EDU_IOC_FACTORIAL_TIMED,
				 &f[i]);
	for (i = 0; i < TRANSFERS; i++) {
		in[i] = 100 + i;
		requests[2 * i] = buffer_request(EDU_DMA_TO_DEVICE, 7, 1, &in[i]);
		requests[2 * i + 1] = buffer_request(EDU_DMA_FROM_DEVICE, 7, 1,
						     &out[i]);
	}
	for (i = 0; i < 2 * TRANSFERS; i++) {
		requests[i].timeout_ms = 60000;
		call_start_ioctl(&copying[i], fd, EDU_IOC_DMA, &requests[i]);
	}
	ASSERT_FALSE(call_done(&computing[0]));
	ASSERT_FALSE(call_done(&copying[2 * TRANSFERS - 1]));
	suspend(_metadata, self);

	for (i = 0; i < 2; i++) {
		call_finish(&computing[i]);
		EXPECT_EQ(0, computing[i].err);
	}
	EXPECT_EQ(0, f[0].result);
	EXPECT_EQ(720, f[1].result);
	for (i = 0; i < 2 * TRANSFERS; i++) {
		call_finish(&copying[i]);
		EXPECT_EQ(0, copying[i].err);
	}
	EXPECT_EQ(0, memcmp(in, out, sizeof(in)));
	close(fd);
}

/* The line goes on, with what it had and with what comes. */
TEST_F_TIMEOUT(suspend, is_refused_when_the_work_takes_too_long, 90)
{
	__u32 id = handler_new(&self->nl, LINE, HANDLER, SOURCES, "tasklet");
	int fd = dev_open(LINE, O_RDWR), i;
	struct irqline_event event;
	struct stats stats;

	add_sleeper(&self->nl, 10 * NSEC_PER_SEC, 3);
	suspend(_metadata, self);

	stats_get(&self->nl, LINE, SLEEPER, &stats);
	EXPECT_EQ(3, stats.taken);
	EXPECT_EQ(0, stats.dropped);
	EXPECT_GT(stats.pending, 0);
	EXPECT_TRUE(stats_add_up(&stats));

	for (i = 1; i <= EVENTS; i++) {
		dev_raise(fd, SOURCES);
		dev_next(fd, id, &event);
		ASSERT_EQ(i, event.seq);
	}

	/* What waits behind the one in work comes at once without that work. */
	handler_work(&self->nl, LINE, SLEEPER, IRQLINE_WORK_NONE, 0);
	WAIT_UNTIL(!stats_pending(&self->nl, LINE, SLEEPER), EVENT_TIMEOUT,
		   "the sleeper's events are handled");
	stats_get(&self->nl, LINE, SLEEPER, &stats);
	EXPECT_EQ(3, stats.handled);
	close(fd);
}

TEST_HARNESS_MAIN
