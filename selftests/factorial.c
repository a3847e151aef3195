// SPDX-License-Identifier: GPL-2.0-only
/*
 * Factorials: each caller gets his own and in his turn, whoever computes another
 * one, raises the source by hand, is interrupted, gives up, or switches the
 * handler.
 */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "kselftest_harness.h"
#include "call.h"
#include "dev.h"
#include "objects.h"
#include "switcher.h"

#define BUILTIN		"factorial"
/* Keeps the device busy for a second or more; 2e9! is 0 modulo 2^32. */
#define LONG_OPERAND	2000000000U
/* For a moment, with the same result. */
#define SHORT_OPERAND	50000000U
/* Longer than any computation takes, unless it is lost. */
#define LONG_MS		60000
/* How often to try what a machine under load may be too late for. */
#define TRIES		10

FIXTURE(factorial)
{
	struct nl nl;
	__u32 id;
	int fd;
};

FIXTURE_SETUP(factorial)
{
	objects_open(&self->nl);
	self->id = handler_id(&self->nl, LINE, BUILTIN);
	self->fd = dev_open(LINE, O_RDWR | O_NONBLOCK);
}

FIXTURE_TEARDOWN(factorial)
{
	close(self->fd);
	objects_reset(&self->nl);
	nl_close(&self->nl);
}

/* What it has to be. */
static __u32 factorial_of(__u32 operand)
{
	__u32 result = 1;

	while (operand > 1 && result)
		result *= operand--;
	return result;
}

static int timed(int fd, __u32 operand, __u32 timeout_ms, __u32 *result)
{
	struct edu_factorial_timed f = {
		.operand = operand, .result = *result, .timeout_ms = timeout_ms,
	};
	int err = dev_error(fd, EDU_IOC_FACTORIAL_TIMED, &f);

	*result = f.result;
	return err;
}

/* Leaves the device with a computation that nobody waits for. */
static void abandon(int fd, __u32 operand)
{
	__u32 result = 77;
	int i;

	for (i = 0; i < TRIES; i++) {
		if (timed(fd, operand, 1, &result) == ETIMEDOUT) {
			if (result != 77)
				die("a time-out brings a result");
			return;
		}
	}
	die("no factorial of %u lasts for longer than a millisecond", operand);
}

TEST_F(factorial, computes)
{
	EXPECT_EQ(1, dev_factorial(self->fd, 0));
	EXPECT_EQ(1, dev_factorial(self->fd, 1));
	EXPECT_EQ(120, dev_factorial(self->fd, 5));
	EXPECT_EQ(479001600, dev_factorial(self->fd, 12));
	/* 13! = 6227020800 does not fit into 32 bits. */
	EXPECT_EQ(1932053504, dev_factorial(self->fd, 13));
	EXPECT_EQ(0, dev_factorial(self->fd, 34));
}

TEST_F(factorial, computes_within_a_time)
{
	static const __u32 timeouts[] = { 0, LONG_MS, 0x7fffffff, 0xffffffff };
	unsigned int i;
	__u32 result;

	for (i = 0; i < ARRAY_SIZE(timeouts); i++) {
		result = 77;
		ASSERT_EQ(0, timed(self->fd, 5 + i, timeouts[i], &result));
		EXPECT_EQ(factorial_of(5 + i), result);
	}
}

TEST_F(factorial, refuses_what_is_not_right)
{
	long page = sysconf(_SC_PAGESIZE);
	char *memory = half_mapped(page);
	struct edu_factorial_timed f = { .operand = 5, .result = 77 };
	struct edu_factorial_timed *late = (void *)(memory + page) - sizeof(f);
	int reader = dev_open(LINE, O_RDONLY);

	EXPECT_EQ(EBADF, dev_error(reader, EDU_IOC_FACTORIAL_TIMED, &f));
	close(reader);
	EXPECT_EQ(EFAULT, dev_error(self->fd, EDU_IOC_FACTORIAL_TIMED, NULL));
	EXPECT_EQ(EFAULT, dev_error(self->fd, EDU_IOC_FACTORIAL_TIMED,
				    &late->result));
	f.flags = 1;
	EXPECT_EQ(EINVAL, dev_error(self->fd, EDU_IOC_FACTORIAL_TIMED, &f));
	f.flags = 0x80000000;
	EXPECT_EQ(EINVAL, dev_error(self->fd, EDU_IOC_FACTORIAL_TIMED, &f));
	EXPECT_EQ(77, f.result);

	/* The operand can be read, the result cannot be written. */
	*late = (struct edu_factorial_timed) { .operand = 6 };
	ASSERT_EQ(0, mprotect(memory, page, PROT_READ));
	EXPECT_EQ(EFAULT, dev_error(self->fd, EDU_IOC_FACTORIAL_TIMED, late));
	EXPECT_EQ(0, late->result);
	munmap(memory, 2 * page);
	EXPECT_EQ(120, dev_factorial(self->fd, 5));
}

#define CALLERS		8
#define CALLS		25

static void *compute_many(void *arg)
{
	__u32 first = *(__u32 *)arg, operand;
	int fd = dev_open(LINE, O_WRONLY);
	int i;

	for (i = 0; i < CALLS; i++) {
		operand = (first + i) % 33;
		if (dev_factorial(fd, operand) != factorial_of(operand))
			die("a caller among several got a wrong factorial of %u",
			    operand);
	}
	close(fd);
	return NULL;
}

TEST_F(factorial, is_each_callers_own)
{
	pthread_t threads[CALLERS];
	__u32 first[CALLERS];
	int i;

	for (i = 0; i < CALLERS; i++) {
		first[i] = 4 * i;
		ASSERT_EQ(0, pthread_create(&threads[i], NULL, compute_many,
					    &first[i]));
	}
	for (i = 0; i < CALLERS; i++)
		ASSERT_EQ(0, pthread_join(threads[i], NULL));
}

/* Its events tell in which order the device has computed. */
TEST_F_TIMEOUT(factorial, is_computed_in_the_callers_turn, 60)
{
	static const __u32 operands[CALLERS] = {
		LONG_OPERAND, 12, 3, 9, 5, 11, 4, 10,
	};
	struct edu_factorial f[CALLERS];
	struct call calls[CALLERS];
	struct irqline_event event;
	__u32 number = 0;
	int i;

	for (i = 0; i < CALLERS; i++) {
		f[i] = (struct edu_factorial) { .operand = operands[i] };
		call_start_ioctl(&calls[i], self->fd, EDU_IOC_FACTORIAL, &f[i]);
	}
	for (i = 0; i < CALLERS; i++) {
		call_finish(&calls[i]);
		ASSERT_EQ(0, calls[i].err);
		EXPECT_EQ(factorial_of(operands[i]), f[i].result);
	}
	for (i = 0; i < CALLERS; i++) {
		dev_next(self->fd, self->id, &event);
		EXPECT_EQ(factorial_of(operands[i]), (__u32)event.data);
		/* Of one computation after the other. */
		if (!i)
			number = event.data >> 32;
		EXPECT_EQ(number + i, event.data >> 32);
	}
}

/* A result from before must not be taken for the answer: 6! is not 0. */
TEST_F_TIMEOUT(factorial, does_not_end_by_a_raise, 60)
{
	struct edu_factorial f = { .operand = LONG_OPERAND, .result = 77 };
	struct irqline_event event;
	struct call call;
	int early = 0;

	ASSERT_EQ(720, dev_factorial(self->fd, 6));
	dev_drain(self->fd, self->id);
	call_start_ioctl(&call, self->fd, EDU_IOC_FACTORIAL, &f);
	while (!call_done(&call) && early < 50) {
		dev_raise(self->fd, EDU_SOURCE_FACTORIAL);
		dev_next(self->fd, self->id, &event);
		early += !call_done(&call);
		pause_ms(1);
	}
	call_finish(&call);
	EXPECT_GT(early, 0);
	ASSERT_EQ(0, call.ret);
	EXPECT_EQ(factorial_of(LONG_OPERAND), f.result);

	/* And with nobody waiting, it does nothing at all. */
	dev_raise(self->fd, EDU_SOURCE_FACTORIAL);
	EXPECT_EQ(120, dev_factorial(self->fd, 5));
}

/* The device goes on computing, and the next one has to wait for it. */
TEST_F_TIMEOUT(factorial, ends_by_a_signal, 60)
{
	struct edu_factorial f = { .operand = LONG_OPERAND, .result = 77 };
	struct call call;

	catch_signals(0);
	call_start_ioctl(&call, self->fd, EDU_IOC_FACTORIAL, &f);
	ASSERT_FALSE(call_done(&call));
	call_interrupt(&call);
	call_finish(&call);
	EXPECT_EQ(EINTR, call.err);
	EXPECT_EQ(77, f.result);

	EXPECT_EQ(5040, dev_factorial(self->fd, 7));
	EXPECT_EQ(1932053504, dev_factorial(self->fd, 13));
}

/* Who waits for another one's factorial is interrupted alone. */
TEST_F_TIMEOUT(factorial, ends_the_wait_for_its_turn_by_a_signal, 60)
{
	struct edu_factorial first = { .operand = LONG_OPERAND, .result = 77 };
	struct edu_factorial second = { .operand = 7, .result = 77 };
	struct call calls[2];

	catch_signals(0);
	call_start_ioctl(&calls[0], self->fd, EDU_IOC_FACTORIAL, &first);
	call_start_ioctl(&calls[1], self->fd, EDU_IOC_FACTORIAL, &second);
	ASSERT_FALSE(call_done(&calls[1]));
	call_interrupt(&calls[1]);
	call_finish(&calls[1]);
	EXPECT_EQ(EINTR, calls[1].err);
	EXPECT_EQ(77, second.result);
	call_finish(&calls[0]);
	ASSERT_EQ(0, calls[0].err);
	EXPECT_EQ(0, first.result);
	EXPECT_EQ(24, dev_factorial(self->fd, 4));
}

/* Begun anew, it waits for the one that it has left behind. */
TEST_F_TIMEOUT(factorial, goes_on_if_it_may_be_restarted, 90)
{
	struct edu_factorial f = { .operand = LONG_OPERAND, .result = 77 };
	struct call call;
	int i;

	catch_signals(SA_RESTART);
	call_start_ioctl(&call, self->fd, EDU_IOC_FACTORIAL, &f);
	for (i = 0; i < 10; i++) {
		call_interrupt(&call);
		WAIT_UNTIL(call_asleep(&call) || call_done(&call),
			   EVENT_TIMEOUT, "the thread waits again");
	}
	call_finish(&call);
	ASSERT_EQ(0, call.err);
	EXPECT_EQ(0, f.result);
}

/* Its time would begin anew, too. */
TEST_F_TIMEOUT(factorial, with_a_time_is_not_restarted, 60)
{
	struct edu_factorial_timed f = {
		.operand = LONG_OPERAND, .result = 77, .timeout_ms = LONG_MS,
	};
	struct call call;

	catch_signals(SA_RESTART);
	call_start_ioctl(&call, self->fd, EDU_IOC_FACTORIAL_TIMED, &f);
	ASSERT_FALSE(call_done(&call));
	call_interrupt(&call);
	call_finish(&call);
	EXPECT_EQ(EINTR, call.err);
	EXPECT_EQ(77, f.result);
	EXPECT_EQ(120, dev_factorial(self->fd, 5));
}

TEST_F_TIMEOUT(factorial, is_given_up_when_its_time_is_over, 60)
{
	__u32 result = 77;
	int err;

	abandon(self->fd, LONG_OPERAND);
	/* The next one's time counts while it waits for the device. */
	err = timed(self->fd, 7, 1, &result);
	EXPECT_EQ(err ? 77 : 5040, result);
	/* With time enough, it gets its own result. */
	ASSERT_EQ(0, timed(self->fd, 6, LONG_MS, &result));
	EXPECT_EQ(720, result);
	EXPECT_EQ(120, dev_factorial(self->fd, 5));
}

TEST_F_TIMEOUT(factorial, is_given_up_while_it_waits_for_its_turn, 60)
{
	struct edu_factorial f;
	struct call call;
	__u32 result = 77;
	int i, err = 0;

	for (i = 0; i < TRIES && !err; i++) {
		f = (struct edu_factorial) {
			.operand = LONG_OPERAND, .result = 77,
		};
		call_start_ioctl(&call, self->fd, EDU_IOC_FACTORIAL, &f);
		err = timed(self->fd, 7, 1, &result);
		call_finish(&call);
		/* The one before does not mind. */
		ASSERT_EQ(0, call.err);
		EXPECT_EQ(0, f.result);
	}
	EXPECT_EQ(ETIMEDOUT, err);
	EXPECT_EQ(120, dev_factorial(self->fd, 5));
}

static __u64 taken(struct nl *nl)
{
	return stats_taken(nl, LINE, BUILTIN);
}

/*
 * The device is done with one that nobody waits for, but its bottom half comes
 * when the next one has begun.
 */
TEST_F_TIMEOUT(factorial, is_not_that_of_an_event_that_comes_late, 60)
{
	struct nl_msg msg;
	__u64 before;
	int i;

	request_handler(&msg, IRQLINE_CMD_HANDLER_SET, LINE, BUILTIN);
	nl_put_str(&msg, IRQLINE_A_HANDLER_BOTTOM, "timer");
	nl_put_u64(&msg, IRQLINE_A_HANDLER_DELAY, NSEC_PER_SEC);
	nl_must(&self->nl, &msg, NULL);
	for (i = 0; i < 3; i++) {
		before = taken(&self->nl);
		abandon(self->fd, SHORT_OPERAND);
		WAIT_UNTIL(taken(&self->nl) > before, EVENT_TIMEOUT,
			   "the device is done with what nobody waits for");
		ASSERT_EQ(factorial_of(7 + i), dev_factorial(self->fd, 7 + i));
	}
}

/* The end of the time, and the end of the computation, at any distance. */
TEST_F_TIMEOUT(factorial, is_right_or_none_when_its_time_is_short, 60)
{
	unsigned int given_up = 0;
	__u32 result, operand;
	int err, i;

	for (i = 0; i < repeats(200); i++) {
		operand = i % 2 ? 1000000 * (i % 60) : 2 + i % 31;
		result = 77;
		err = timed(self->fd, operand, 1 + i % 5, &result);
		if (err) {
			ASSERT_EQ(ETIMEDOUT, err);
			ASSERT_EQ(77, result);
			given_up++;
		} else {
			ASSERT_EQ(factorial_of(operand), result);
		}
	}
	ksft_print_msg("given up %u of %d\n", given_up, i);
	EXPECT_EQ(120, dev_factorial(self->fd, 5));
}

TEST_F_TIMEOUT(factorial, is_computed_while_its_handler_is_switched, 60)
{
	const unsigned int switches = repeats(200);
	struct switcher switcher;
	int i;

	switcher_start(&switcher, LINE, BUILTIN);
	for (i = 0; i < repeats(300) || switcher_count(&switcher) < switches; i++) {
		__u32 operand = i % 33;

		ASSERT_EQ(factorial_of(operand),
			  dev_factorial(self->fd, operand));
	}
	switcher_stop(&switcher);
	ksft_print_msg("%d factorials, %u switches\n", i, switcher.switches);
	EXPECT_EQ(1932053504, dev_factorial(self->fd, 13));
}

TEST_HARNESS_MAIN
