// SPDX-License-Identifier: GPL-2.0-only
/*
 * The character device: what read(), poll() and ioctl() promise, for one file
 * and for several, and that a factorial is right whoever computes another one,
 * raises its source by hand, is interrupted, or switches its handler.
 */
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#include "kselftest_harness.h"
#include "dev.h"
#include "objects.h"

#define HANDLER		"chardev"
#define SOURCES		0x0000fe00U
#define MARKER		0x00008000U
/* Keeps the device busy for a second or more; 2e9! is 0 modulo 2^32. */
#define LONG_OPERAND	2000000000U
#define BUILTIN		"factorial"
#define EVENT_SIZE	sizeof(struct irqline_event)

FIXTURE(chardev)
{
	struct nl nl;
	__u32 id;
	int fd;
};

FIXTURE_SETUP(chardev)
{
	objects_open(&self->nl);
	self->id = handler_new(&self->nl, LINE, HANDLER, SOURCES, "tasklet");
	self->fd = dev_open(LINE, O_RDWR | O_NONBLOCK);
}

FIXTURE_TEARDOWN(chardev)
{
	close(self->fd);
	objects_reset(&self->nl);
	nl_close(&self->nl);
}

static __u64 handled(struct nl *nl)
{
	struct stats stats;

	stats_get(nl, LINE, HANDLER, &stats);
	return stats.handled;
}

/* So many events, each of one raise, that all readers have got. */
static void raise_events(struct nl *nl, int fd, int count)
{
	__u64 before = handled(nl);

	while (count--) {
		dev_raise(fd, MARKER);
		before++;
		WAIT_UNTIL(handled(nl) == before, EVENT_TIMEOUT,
			   "the event is handled");
	}
}

/* Returns 0, or the error. */
static int raise_error(int fd, __u32 *sources)
{
	return ioctl(fd, EDU_IOC_RAISE, sources) ? errno : 0;
}

static int factorial_error(int fd, struct edu_factorial *f)
{
	return ioctl(fd, EDU_IOC_FACTORIAL, f) ? errno : 0;
}

static __u32 factorial(int fd, __u32 operand)
{
	struct edu_factorial f = { .operand = operand, .result = ~operand };
	int err = factorial_error(fd, &f);

	if (err)
		die("factorial of %u: %s", operand, strerror(err));
	return f.result;
}

/* What it has to be. */
static __u32 factorial_of(__u32 operand)
{
	__u32 result = 1;

	while (operand > 1 && result)
		result *= operand--;
	return result;
}

TEST_F(chardev, reads_whole_events_as_many_as_fit)
{
	struct irqline_event events[8];

	raise_events(&self->nl, self->fd, 5);
	ASSERT_EQ(2 * EVENT_SIZE,
		  read(self->fd, events, 3 * EVENT_SIZE - 1));
	EXPECT_EQ(1, events[0].seq);
	EXPECT_EQ(2, events[1].seq);
	ASSERT_EQ(EVENT_SIZE, read(self->fd, events, EVENT_SIZE));
	EXPECT_EQ(3, events[0].seq);
	ASSERT_EQ(2 * EVENT_SIZE, read(self->fd, events, sizeof(events)));
	EXPECT_EQ(4, events[0].seq);
	EXPECT_EQ(5, events[1].seq);
	EXPECT_EQ(self->id, events[0].handler);
	EXPECT_EQ(MARKER, events[0].sources);
	EXPECT_EQ(0, events[0].lane);
	EXPECT_EQ(0, events[0].merged);
	EXPECT_EQ(0, events[0].lost);
}

TEST_F(chardev, refuses_a_buffer_that_no_event_fits_into)
{
	static const size_t sizes[] = { 0, 1, EVENT_SIZE - 1 };
	struct irqline_event event;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		EXPECT_EQ(-1, read(self->fd, &event, sizes[i]));
		EXPECT_EQ(EINVAL, errno);
	}
	raise_events(&self->nl, self->fd, 1);
	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		EXPECT_EQ(-1, read(self->fd, &event, sizes[i]));
		EXPECT_EQ(EINVAL, errno);
	}
	ASSERT_EQ(EVENT_SIZE, read(self->fd, &event, EVENT_SIZE));
	EXPECT_EQ(1, event.seq);
}

TEST_F(chardev, does_not_wait_if_told_so)
{
	struct irqline_event event;

	EXPECT_EQ(-1, read(self->fd, &event, EVENT_SIZE));
	EXPECT_EQ(EAGAIN, errno);
	raise_events(&self->nl, self->fd, 1);
	EXPECT_EQ(EVENT_SIZE, read(self->fd, &event, EVENT_SIZE));
	EXPECT_EQ(-1, read(self->fd, &event, EVENT_SIZE));
	EXPECT_EQ(EAGAIN, errno);
}

TEST_F(chardev, tells_a_reader_nothing_of_before_it_opened)
{
	struct irqline_event event;
	int late;

	raise_events(&self->nl, self->fd, 3);
	late = dev_open(LINE, O_RDONLY | O_NONBLOCK);
	EXPECT_EQ(-1, read(late, &event, EVENT_SIZE));
	EXPECT_EQ(EAGAIN, errno);
	raise_events(&self->nl, self->fd, 1);
	ASSERT_EQ(EVENT_SIZE, read(late, &event, EVENT_SIZE));
	EXPECT_EQ(4, event.seq);
	EXPECT_EQ(0, event.lost);
	close(late);
}

/* A page that can be used, and one behind it that cannot. */
static char *half_mapped(long page)
{
	char *memory = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (memory == MAP_FAILED || mprotect(memory + page, page, PROT_NONE))
		die("cannot map memory");
	return memory;
}

TEST_F(chardev, keeps_an_event_that_cannot_be_copied)
{
	long page = sysconf(_SC_PAGESIZE);
	char *memory = half_mapped(page);
	struct irqline_event event;

	raise_events(&self->nl, self->fd, 2);
	EXPECT_EQ(-1, read(self->fd, memory + page, EVENT_SIZE));
	EXPECT_EQ(EFAULT, errno);
	ASSERT_EQ(EVENT_SIZE, read(self->fd, &event, EVENT_SIZE));
	EXPECT_EQ(1, event.seq);
	ASSERT_EQ(EVENT_SIZE, read(self->fd, &event, EVENT_SIZE));
	EXPECT_EQ(2, event.seq);
	munmap(memory, 2 * page);
}

/* A read that ends early must not lose what lies behind its end. */
TEST_F(chardev, keeps_events_beyond_the_end_of_memory)
{
	long page = sysconf(_SC_PAGESIZE);
	char *memory = half_mapped(page);
	struct irqline_event event;
	unsigned int seq = 0;
	ssize_t len;

	raise_events(&self->nl, self->fd, 3);
	len = read(self->fd, memory + page - EVENT_SIZE, 3 * EVENT_SIZE);
	if (len < 0) {
		EXPECT_EQ(EFAULT, errno);
	} else {
		ASSERT_EQ(EVENT_SIZE, len);
		memcpy(&event, memory + page - EVENT_SIZE, EVENT_SIZE);
		EXPECT_EQ(1, event.seq);
		seq = 1;
	}
	while (seq < 3) {
		seq++;
		ASSERT_EQ(EVENT_SIZE, read(self->fd, &event, EVENT_SIZE));
		EXPECT_EQ(seq, event.seq);
		EXPECT_EQ(0, event.lost);
	}
	munmap(memory, 2 * page);
}

TEST_F(chardev, refuses_bad_pointers)
{
	long page = sysconf(_SC_PAGESIZE);
	char *memory = half_mapped(page);
	struct edu_factorial *f = (struct edu_factorial *)memory;

	EXPECT_EQ(EFAULT, raise_error(self->fd, NULL));
	EXPECT_EQ(EFAULT, raise_error(self->fd, (void *)(memory + page)));
	EXPECT_EQ(EFAULT, factorial_error(self->fd, NULL));
	EXPECT_EQ(EFAULT, factorial_error(self->fd, (void *)(memory + page)));
	/* The operand can be read, the result cannot be written. */
	f->operand = 5;
	ASSERT_EQ(0, mprotect(memory, page, PROT_READ));
	EXPECT_EQ(EFAULT, factorial_error(self->fd, f));
	munmap(memory, 2 * page);

	EXPECT_EQ(0, handled(&self->nl));
	EXPECT_EQ(120, factorial(self->fd, 5));
}

TEST_F(chardev, needs_to_be_open_for_writing_to_do_anything)
{
	int fd = dev_open(LINE, O_RDONLY | O_NONBLOCK);
	struct edu_factorial f = { .operand = 5 };
	struct irqline_event event;
	__u32 sources = MARKER;

	EXPECT_EQ(EBADF, raise_error(fd, &sources));
	EXPECT_EQ(EBADF, factorial_error(fd, &f));
	EXPECT_EQ(0, f.result);
	EXPECT_EQ(-1, read(fd, &event, EVENT_SIZE));
	EXPECT_EQ(EAGAIN, errno);
	raise_events(&self->nl, self->fd, 1);
	EXPECT_EQ(EVENT_SIZE, read(fd, &event, EVENT_SIZE));
	close(fd);
}

TEST_F(chardev, needs_to_be_open_for_reading_to_be_read)
{
	int fd = dev_open(LINE, O_WRONLY);
	struct pollfd poller = { .fd = fd, .events = POLLIN | POLLRDNORM };
	struct irqline_event event;

	raise_events(&self->nl, fd, 1);
	EXPECT_EQ(-1, read(fd, &event, EVENT_SIZE));
	EXPECT_EQ(EBADF, errno);
	EXPECT_EQ(0, poll(&poller, 1, 0));
	EXPECT_EQ(120, factorial(fd, 5));
	close(fd);
}

TEST_F(chardev, refuses_what_it_does_not_know)
{
	static const unsigned int unknown[] = {
		_IO(0xed, 0x7f), _IOW(0xed, 0x00, __u64),
		_IOR(0xed, 0x01, struct edu_factorial), _IOW(0xee, 0x00, __u32),
		0, TCGETS,
	};
	__u64 data[8] = { MARKER };
	__u32 sources = 0;
	unsigned int i;

	EXPECT_EQ(EINVAL, raise_error(self->fd, &sources));
	for (i = 0; i < ARRAY_SIZE(unknown); i++) {
		EXPECT_EQ(-1, ioctl(self->fd, unknown[i], data));
		EXPECT_EQ(ENOTTY, errno) TH_LOG("ioctl 0x%x", unknown[i]);
	}
	EXPECT_EQ(-1, write(self->fd, data, sizeof(data)));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(0, handled(&self->nl));
}

TEST_F(chardev, polls_readable_while_there_is_an_event)
{
	struct pollfd poller = { .fd = self->fd };
	struct irqline_event event;

	poller.events = POLLIN | POLLRDNORM;
	EXPECT_EQ(0, poll(&poller, 1, 0));
	raise_events(&self->nl, self->fd, 2);
	EXPECT_EQ(1, poll(&poller, 1, 0));
	EXPECT_EQ(POLLIN | POLLRDNORM, poller.revents);
	ASSERT_EQ(EVENT_SIZE, read(self->fd, &event, EVENT_SIZE));
	EXPECT_EQ(1, poll(&poller, 1, 0));
	ASSERT_EQ(EVENT_SIZE, read(self->fd, &event, EVENT_SIZE));
	EXPECT_EQ(0, poll(&poller, 1, 0));
}

/* A thread that is in a system call, or soon will be. */
struct call {
	int fd;
	__u32 operand;
	long ret;
	int err;
	struct irqline_event event;
	struct edu_factorial f;
	int tid;
	bool done;
	pthread_t thread;
};

static void call_begin(struct call *call)
{
	__atomic_store_n(&call->tid, syscall(SYS_gettid), __ATOMIC_RELEASE);
}

static void *call_end(struct call *call)
{
	call->err = call->ret < 0 ? errno : 0;
	__atomic_store_n(&call->done, true, __ATOMIC_RELEASE);
	return NULL;
}

static void *call_poll(void *arg)
{
	struct call *call = arg;
	struct pollfd poller = { .fd = call->fd, .events = POLLIN };

	call_begin(call);
	call->ret = poll(&poller, 1, -1);
	return call_end(call);
}

static void *call_read(void *arg)
{
	struct call *call = arg;

	call_begin(call);
	call->ret = read(call->fd, &call->event, EVENT_SIZE);
	return call_end(call);
}

static void *call_factorial(void *arg)
{
	struct call *call = arg;

	call->f.operand = call->operand;
	call_begin(call);
	call->ret = ioctl(call->fd, EDU_IOC_FACTORIAL, &call->f);
	return call_end(call);
}

static bool call_done(struct call *call)
{
	return __atomic_load_n(&call->done, __ATOMIC_ACQUIRE);
}

static bool call_asleep(struct call *call)
{
	int tid = __atomic_load_n(&call->tid, __ATOMIC_ACQUIRE);

	return tid && thread_state(tid) == 'S';
}

static void call_start(struct call *call, void *(*what)(void *))
{
	if (pthread_create(&call->thread, NULL, what, call))
		die("cannot start a thread");
	WAIT_UNTIL(call_asleep(call) || call_done(call), EVENT_TIMEOUT,
		   "the thread waits in its system call");
}

static void call_finish(struct call *call)
{
	WAIT_UNTIL(call_done(call), EVENT_TIMEOUT,
		   "the system call has returned");
	pthread_join(call->thread, NULL);
}

/* Only to interrupt a system call. */
static void on_signal(int sig)
{
	(void)sig;
}

static void catch_signals(int flags)
{
	struct sigaction action = { .sa_handler = on_signal,
				    .sa_flags = flags };

	if (sigaction(SIGUSR1, &action, NULL))
		die("cannot catch a signal");
}

TEST_F(chardev, wakes_who_polls)
{
	struct call call = { .fd = dev_open(LINE, O_RDONLY) };

	call_start(&call, call_poll);
	ASSERT_FALSE(call_done(&call));
	dev_raise(self->fd, MARKER);
	call_finish(&call);
	EXPECT_EQ(1, call.ret);
	close(call.fd);
}

TEST_F(chardev, wakes_who_reads)
{
	struct call call = { .fd = dev_open(LINE, O_RDONLY) };

	call_start(&call, call_read);
	ASSERT_FALSE(call_done(&call));
	dev_raise(self->fd, MARKER);
	call_finish(&call);
	ASSERT_EQ(EVENT_SIZE, call.ret);
	EXPECT_EQ(1, call.event.seq);
	close(call.fd);
}

TEST_F(chardev, ends_a_read_by_a_signal)
{
	struct call call = { .fd = dev_open(LINE, O_RDONLY) };

	catch_signals(0);
	call_start(&call, call_read);
	ASSERT_FALSE(call_done(&call));
	ASSERT_EQ(0, pthread_kill(call.thread, SIGUSR1));
	call_finish(&call);
	EXPECT_EQ(-1, call.ret);
	EXPECT_EQ(EINTR, call.err);
	close(call.fd);
}

TEST_F(chardev, goes_on_with_a_read_that_may_be_restarted)
{
	struct call call = { .fd = dev_open(LINE, O_RDONLY) };
	int i;

	catch_signals(SA_RESTART);
	call_start(&call, call_read);
	for (i = 0; i < 10; i++) {
		ASSERT_EQ(0, pthread_kill(call.thread, SIGUSR1));
		WAIT_UNTIL(call_asleep(&call) || call_done(&call),
			   EVENT_TIMEOUT, "the thread waits again");
		ASSERT_FALSE(call_done(&call));
	}
	dev_raise(self->fd, MARKER);
	call_finish(&call);
	ASSERT_EQ(EVENT_SIZE, call.ret);
	EXPECT_EQ(1, call.event.seq);
	close(call.fd);
}

TEST_F(chardev, gives_all_events_to_each_reader)
{
	struct irqline_event events[2];
	int other = dev_open(LINE, O_RDONLY);
	__u32 builtin = handler_id(&self->nl, LINE, BUILTIN);
	int i;

	for (i = 0; i < 50; i++)
		dev_raise(self->fd, SOURCES & (0x200U << i % 6));
	factorial(self->fd, 7);
	dev_raise(self->fd, MARKER);
	do {
		dev_next(self->fd, self->id, &events[0]);
		dev_next(other, self->id, &events[1]);
		ASSERT_EQ(0, memcmp(&events[0], &events[1], EVENT_SIZE));
	} while (!(events[0].sources & MARKER));
	EXPECT_EQ(handled(&self->nl), events[0].seq);

	factorial(self->fd, 8);
	dev_next(self->fd, builtin, &events[0]);
	dev_next(other, builtin, &events[1]);
	EXPECT_EQ(0, memcmp(&events[0], &events[1], EVENT_SIZE));
	EXPECT_EQ(EDU_SOURCE_FACTORIAL, events[0].sources);
	close(other);
}

TEST_F_TIMEOUT(chardev, loses_a_slow_readers_events_only_and_says_so, 60)
{
	struct irqline_event event;
	int slow = dev_open(LINE, O_RDONLY | O_NONBLOCK);
	unsigned int lost = 100, i;

	for (i = 1; i <= DEV_BUFFER + lost; i++) {
		dev_raise(self->fd, MARKER);
		dev_next(self->fd, self->id, &event);
		ASSERT_EQ(i, event.seq);
		ASSERT_EQ(0, event.lost);
	}
	/* Those that came first are still there. */
	for (i = 1; i <= DEV_BUFFER; i++) {
		ASSERT_EQ(EVENT_SIZE, read(slow, &event, EVENT_SIZE));
		ASSERT_EQ(i, event.seq);
		ASSERT_EQ(0, event.lost);
	}
	EXPECT_EQ(-1, read(slow, &event, EVENT_SIZE));
	EXPECT_EQ(EAGAIN, errno);

	raise_events(&self->nl, self->fd, 2);
	ASSERT_EQ(EVENT_SIZE, read(slow, &event, EVENT_SIZE));
	EXPECT_EQ(DEV_BUFFER + lost + 1, event.seq);
	EXPECT_EQ(lost, event.lost);
	ASSERT_EQ(EVENT_SIZE, read(slow, &event, EVENT_SIZE));
	EXPECT_EQ(DEV_BUFFER + lost + 2, event.seq);
	EXPECT_EQ(0, event.lost);
	close(slow);
}

TEST_F(chardev, computes_factorials)
{
	EXPECT_EQ(1, factorial(self->fd, 0));
	EXPECT_EQ(1, factorial(self->fd, 1));
	EXPECT_EQ(120, factorial(self->fd, 5));
	EXPECT_EQ(479001600, factorial(self->fd, 12));
	/* 13! = 6227020800 does not fit into 32 bits. */
	EXPECT_EQ(1932053504, factorial(self->fd, 13));
	EXPECT_EQ(0, factorial(self->fd, 34));
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
		if (factorial(fd, operand) != factorial_of(operand))
			die("a caller among several got a wrong factorial of %u",
			    operand);
	}
	close(fd);
	return NULL;
}

TEST_F(chardev, gives_each_caller_its_own_factorial)
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

/* A result from before must not be taken for the answer: 6! is not 0. */
TEST_F_TIMEOUT(chardev, does_not_end_a_factorial_by_a_raise, 60)
{
	__u32 builtin = handler_id(&self->nl, LINE, BUILTIN);
	struct call call = { .fd = dev_open(LINE, O_WRONLY),
			     .operand = LONG_OPERAND };
	struct irqline_event event;
	int early = 0;

	ASSERT_EQ(720, factorial(self->fd, 6));
	dev_drain(self->fd, builtin);
	call_start(&call, call_factorial);
	while (!call_done(&call) && early < 50) {
		dev_raise(self->fd, EDU_SOURCE_FACTORIAL);
		dev_next(self->fd, builtin, &event);
		early += !call_done(&call);
		pause_ms(1);
	}
	call_finish(&call);
	EXPECT_GT(early, 0);
	ASSERT_EQ(0, call.ret);
	EXPECT_EQ(factorial_of(LONG_OPERAND), call.f.result);
	close(call.fd);

	/* And with nobody waiting, it does nothing at all. */
	dev_raise(self->fd, EDU_SOURCE_FACTORIAL);
	EXPECT_EQ(120, factorial(self->fd, 5));
}

TEST_F_TIMEOUT(chardev, ends_a_factorial_by_a_signal, 60)
{
	struct call call = { .fd = self->fd, .operand = LONG_OPERAND };
	struct call next = { .fd = self->fd, .operand = 7 };

	catch_signals(0);
	call_start(&call, call_factorial);
	ASSERT_FALSE(call_done(&call));
	ASSERT_EQ(0, pthread_kill(call.thread, SIGUSR1));
	call_finish(&call);
	EXPECT_EQ(-1, call.ret);
	EXPECT_EQ(EINTR, call.err);

	/* The device goes on computing, and the next one has to wait for it. */
	call_start(&next, call_factorial);
	call_finish(&next);
	ASSERT_EQ(0, next.ret);
	EXPECT_EQ(5040, next.f.result);
	EXPECT_EQ(1932053504, factorial(self->fd, 13));
}

/* Who waits for another one's factorial is interrupted alone. */
TEST_F_TIMEOUT(chardev, ends_the_wait_for_ones_turn_by_a_signal, 60)
{
	struct call first = { .fd = self->fd, .operand = LONG_OPERAND };
	struct call second = { .fd = self->fd, .operand = 7 };

	catch_signals(0);
	call_start(&first, call_factorial);
	call_start(&second, call_factorial);
	ASSERT_FALSE(call_done(&second));
	ASSERT_EQ(0, pthread_kill(second.thread, SIGUSR1));
	call_finish(&second);
	EXPECT_EQ(-1, second.ret);
	EXPECT_EQ(EINTR, second.err);
	call_finish(&first);
	ASSERT_EQ(0, first.ret);
	EXPECT_EQ(0, first.f.result);
	EXPECT_EQ(24, factorial(self->fd, 4));
}

struct switcher {
	bool stop;
	unsigned int switches;
};

static void *switch_for_ever(void *arg)
{
	struct strategy list[STRATEGIES_MAX];
	struct switcher *switcher = arg;
	struct nl nl;
	int count, i;

	nl_open(&nl, IRQLINE_FAMILY_NAME);
	count = strategies_available(&nl, list);
	do {
		for (i = 0; i < count; i++)
			handler_bottom(&nl, LINE, BUILTIN, list[i].name);
		__atomic_fetch_add(&switcher->switches, count,
				   __ATOMIC_RELEASE);
	} while (!__atomic_load_n(&switcher->stop, __ATOMIC_ACQUIRE));
	handler_bottom(&nl, LINE, BUILTIN, "tasklet");
	nl_close(&nl);
	return NULL;
}

TEST_F_TIMEOUT(chardev, computes_factorials_while_its_handler_is_switched, 60)
{
	struct switcher switcher = { 0 };
	pthread_t thread;
	unsigned int i;

	ASSERT_EQ(0, pthread_create(&thread, NULL, switch_for_ever, &switcher));
	for (i = 0; i < 300 || __atomic_load_n(&switcher.switches,
					       __ATOMIC_ACQUIRE) < 200; i++) {
		__u32 operand = i % 33;

		ASSERT_EQ(factorial_of(operand), factorial(self->fd, operand));
	}
	__atomic_store_n(&switcher.stop, true, __ATOMIC_RELEASE);
	ASSERT_EQ(0, pthread_join(thread, NULL));
	ksft_print_msg("%u factorials, %u switches\n", i, switcher.switches);
	EXPECT_EQ(1932053504, factorial(self->fd, 13));
}

TEST_HARNESS_MAIN
