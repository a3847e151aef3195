// SPDX-License-Identifier: GPL-2.0-only
/*
 * The character device: what read(), poll() and ioctl() promise, for one file
 * and for several.
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

#include "kselftest_harness.h"
#include "call.h"
#include "dev.h"
#include "objects.h"

#define HANDLER		"chardev"
#define SOURCES		0x0000fe00U
#define MARKER		0x00008000U
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

	EXPECT_EQ(EFAULT, dev_error(self->fd, EDU_IOC_RAISE, NULL));
	EXPECT_EQ(EFAULT, dev_error(self->fd, EDU_IOC_RAISE, memory + page));
	EXPECT_EQ(EFAULT, dev_error(self->fd, EDU_IOC_FACTORIAL, NULL));
	EXPECT_EQ(EFAULT, dev_error(self->fd, EDU_IOC_FACTORIAL,
				    memory + page));
	/* The operand can be read, the result cannot be written. */
	f->operand = 5;
	ASSERT_EQ(0, mprotect(memory, page, PROT_READ));
	EXPECT_EQ(EFAULT, dev_error(self->fd, EDU_IOC_FACTORIAL, f));
	munmap(memory, 2 * page);

	EXPECT_EQ(0, handled(&self->nl));
	EXPECT_EQ(120, dev_factorial(self->fd, 5));
}

TEST_F(chardev, needs_to_be_open_for_writing_to_do_anything)
{
	int fd = dev_open(LINE, O_RDONLY | O_NONBLOCK);
	struct edu_factorial f = { .operand = 5 };
	struct irqline_event event;
	__u32 sources = MARKER;

	EXPECT_EQ(EBADF, dev_error(fd, EDU_IOC_RAISE, &sources));
	EXPECT_EQ(EBADF, dev_error(fd, EDU_IOC_FACTORIAL, &f));
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
	EXPECT_EQ(120, dev_factorial(fd, 5));
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

	EXPECT_EQ(EINVAL, dev_error(self->fd, EDU_IOC_RAISE, &sources));
	for (i = 0; i < ARRAY_SIZE(unknown); i++) {
		EXPECT_EQ(-1, ioctl(self->fd, unknown[i], data));
		EXPECT_EQ(ENOTTY, errno) TH_LOG("ioctl 0x%x", unknown[i]);
	}
	EXPECT_EQ(-1, write(self->fd, data, sizeof(data)));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(0, handled(&self->nl));
}

TEST_F(chardev, tells_what_the_device_is)
{
	long page = sysconf(_SC_PAGESIZE);
	char *memory = half_mapped(page);
	int reader = dev_open(LINE, O_RDONLY);
	static const __u32 zero[ARRAY_SIZE(((struct edu_info *)0)->reserved)];
	struct edu_info info, again;

	memset(&info, 0xa5, sizeof(info));
	memset(&again, 0x5a, sizeof(again));
	ASSERT_EQ(0, dev_error(self->fd, EDU_IOC_INFO, &info));
	ASSERT_EQ(0, dev_error(reader, EDU_IOC_INFO, &again));
	EXPECT_EQ(0, memcmp(&info, &again, sizeof(info)));
	EXPECT_STREQ(LINE, info.line);
	EXPECT_EQ(0xed, info.id & 0xffff);
	EXPECT_EQ(0x10, info.revision);
	EXPECT_EQ(4096, info.buffer_size);
	EXPECT_EQ(4095, info.buffer_usable);
	EXPECT_EQ(28, info.dma_bits);
	EXPECT_EQ(0, memcmp(zero, info.reserved, sizeof(zero)));

	EXPECT_EQ(EFAULT, dev_error(self->fd, EDU_IOC_INFO, NULL));
	EXPECT_EQ(EFAULT, dev_error(self->fd, EDU_IOC_INFO,
				    memory + page - sizeof(info) + 1));
	munmap(memory, 2 * page);
	close(reader);
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

TEST_F_TIMEOUT(chardev, wakes_who_reads, 60)
{
	struct irqline_event event;
	struct call call = {
		.fd = dev_open(LINE, O_RDONLY),
		.arg = &event, .size = EVENT_SIZE,
	};

	call_start(&call, call_read);
	ASSERT_FALSE(call_done(&call));
	dev_raise(self->fd, MARKER);
	call_finish(&call);
	ASSERT_EQ(EVENT_SIZE, call.ret);
	EXPECT_EQ(1, event.seq);
	close(call.fd);
}

TEST_F(chardev, ends_a_read_by_a_signal)
{
	struct irqline_event event;
	struct call call = {
		.fd = dev_open(LINE, O_RDONLY),
		.arg = &event, .size = EVENT_SIZE,
	};

	catch_signals(0);
	call_start(&call, call_read);
	ASSERT_FALSE(call_done(&call));
	call_interrupt(&call);
	call_finish(&call);
	EXPECT_EQ(-1, call.ret);
	EXPECT_EQ(EINTR, call.err);
	close(call.fd);
}

TEST_F(chardev, goes_on_with_a_read_that_may_be_restarted)
{
	struct irqline_event event;
	struct call call = {
		.fd = dev_open(LINE, O_RDONLY),
		.arg = &event, .size = EVENT_SIZE,
	};
	int i;

	catch_signals(SA_RESTART);
	call_start(&call, call_read);
	for (i = 0; i < 10; i++) {
		call_interrupt(&call);
		WAIT_UNTIL(call_asleep(&call) || call_done(&call),
			   EVENT_TIMEOUT, "the thread waits again");
		ASSERT_FALSE(call_done(&call));
	}
	dev_raise(self->fd, MARKER);
	call_finish(&call);
	ASSERT_EQ(EVENT_SIZE, call.ret);
	EXPECT_EQ(1, event.seq);
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
	dev_factorial(self->fd, 7);
	dev_raise(self->fd, MARKER);
	do {
		dev_next(self->fd, self->id, &events[0]);
		dev_next(other, self->id, &events[1]);
		ASSERT_EQ(0, memcmp(&events[0], &events[1], EVENT_SIZE));
	} while (!(events[0].sources & MARKER));
	EXPECT_EQ(handled(&self->nl), events[0].seq);

	dev_factorial(self->fd, 8);
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

TEST_HARNESS_MAIN
