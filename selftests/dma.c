// SPDX-License-Identifier: GPL-2.0-only
/*
 * Copies to and from the device's buffer: each caller's bytes and no others, in
 * the callers' turn, whoever gives up, is interrupted, raises the source by hand,
 * switches the handler, or takes the device away.
 *
 * A transfer lasts 100 ms, so a test makes few of them.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "kselftest_harness.h"
#include "buffer.h"
#include "call.h"
#include "dev.h"
#include "objects.h"
#include "switcher.h"

#define BUILTIN		"dma"
#define DRIVER		"/sys/bus/pci/drivers/edu/"
/* Longer than any transfer takes, unless it is lost. */
#define LONG_MS		60000
/* How often to try what a machine under load may be too late for. */
#define TRIES		10

FIXTURE(dma)
{
	struct nl nl;
	__u32 id;
	int fd;
	__u8 data[EDU_BUFFER_SIZE];
};

FIXTURE_SETUP(dma)
{
	objects_open(&self->nl);
	self->id = handler_id(&self->nl, LINE, BUILTIN);
	self->fd = dev_open(LINE, O_RDWR | O_NONBLOCK);
}

FIXTURE_TEARDOWN(dma)
{
	close(self->fd);
	objects_reset(&self->nl);
	nl_close(&self->nl);
}

static void fill(__u8 *data, __u32 length, __u32 seed)
{
	while (length--)
		*data++ = random_u32(&seed);
}

static int dma_error(int fd, struct edu_dma request)
{
	return dev_error(fd, EDU_IOC_DMA, &request);
}

TEST_F(dma, brings_back_what_it_took_and_leaves_its_neighbours)
{
	static const struct {
		__u32 offset, length;
	} parts[] = {
		{ 0, 1 }, { 4094, 1 }, { 1, 2 }, { 333, 1000 }, { 2048, 64 },
		{ 4000, 95 },
	};
	__u8 model[EDU_BUFFER_USABLE];
	unsigned int i;

	fill(model, sizeof(model), 1);
	buffer_write(self->fd, 0, sizeof(model), model);
	for (i = 0; i < ARRAY_SIZE(parts); i++) {
		fill(model + parts[i].offset, parts[i].length, 2 + i);
		buffer_write(self->fd, parts[i].offset, parts[i].length,
			     model + parts[i].offset);
	}
	buffer_read(self->fd, 0, sizeof(model), self->data);
	EXPECT_EQ(0, memcmp(model, self->data, sizeof(model)));

	for (i = 0; i < ARRAY_SIZE(parts); i++) {
		memset(self->data, 0xa5, sizeof(self->data));
		buffer_read(self->fd, parts[i].offset, parts[i].length,
			    self->data);
		EXPECT_EQ(0, memcmp(model + parts[i].offset, self->data,
				    parts[i].length));
		EXPECT_EQ(0xa5, self->data[parts[i].length]);
	}
}

/* Most of these would end the virtual machine. */
TEST_F(dma, refuses_what_is_not_in_the_buffer)
{
	static const struct {
		__u32 offset, length;
	} bad[] = {
		{ 0, 0 }, { 1, 0 }, { 4094, 0 }, { 4095, 0 }, { 4096, 0 },
		{ 0, 4096 }, { 0, 4097 }, { 1, 4095 }, { 1, 4096 },
		{ 4094, 2 }, { 4095, 1 }, { 4095, 4095 }, { 4096, 1 },
		{ 4097, 1 }, { 2048, 2048 }, { 0x40000, 1 },
		{ 0x7fffffff, 1 }, { 0x80000000, 1 }, { 0x80000000, 0x80000000 },
		{ 0xffffffff, 0 }, { 0xffffffff, 1 }, { 0xffffffff, 2 },
		{ 0xfffff000, 4096 }, { 0xfffff001, 4095 }, { 0xfffff002, 4095 },
		{ 0, 0x80000000 }, { 1, 0xffffffff }, { 2, 0xffffffff },
		{ 4095, 0xfffff002 }, { 0, 0xffffffff }, { 0xffffffff, 0xffffffff },
	};
	__u64 before = stats_taken(&self->nl, LINE, BUILTIN);
	__u32 direction;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		for (direction = 0; direction < 2; direction++) {
			struct edu_dma request =
				buffer_request(direction, bad[i].offset,
					       bad[i].length, self->data);

			EXPECT_EQ(EINVAL, dma_error(self->fd, request))
				TH_LOG("%u bytes at %u", bad[i].length,
				       bad[i].offset);
		}
	}
	EXPECT_EQ(before, stats_taken(&self->nl, LINE, BUILTIN));
}

TEST_F(dma, refuses_what_it_does_not_know)
{
	__u64 before = stats_taken(&self->nl, LINE, BUILTIN);
	struct edu_dma request;

	request = buffer_request(2, 0, 1, self->data);
	EXPECT_EQ(EINVAL, dma_error(self->fd, request));
	request = buffer_request(0xffffffff, 0, 1, self->data);
	EXPECT_EQ(EINVAL, dma_error(self->fd, request));
	request = buffer_request(EDU_DMA_TO_DEVICE, 0, 1, self->data);
	request.flags = 1;
	EXPECT_EQ(EINVAL, dma_error(self->fd, request));
	request.flags = 0;
	request.reserved = 1;
	EXPECT_EQ(EINVAL, dma_error(self->fd, request));
	EXPECT_EQ(before, stats_taken(&self->nl, LINE, BUILTIN));
}

TEST_F(dma, needs_to_be_open_for_writing)
{
	int fd = dev_open(LINE, O_RDONLY);

	EXPECT_EQ(EBADF, dma_error(fd, buffer_request(EDU_DMA_TO_DEVICE, 0, 1,
						      self->data)));
	EXPECT_EQ(EBADF, dma_error(fd, buffer_request(EDU_DMA_FROM_DEVICE, 0, 1,
						      self->data)));
	close(fd);
}

TEST_F(dma, refuses_bad_pointers)
{
	long page = sysconf(_SC_PAGESIZE);
	char *memory = half_mapped(page);

	EXPECT_EQ(EFAULT, dev_error(self->fd, EDU_IOC_DMA, NULL));
	EXPECT_EQ(EFAULT, dev_error(self->fd, EDU_IOC_DMA,
				    memory + page - sizeof(struct edu_dma) + 1));
	memcpy(memory, "before", 7);
	buffer_write(self->fd, 0, 7, memory);
	/* The last byte is behind the end; the buffer stays as it is. */
	EXPECT_EQ(EFAULT,
		  dma_error(self->fd, buffer_request(EDU_DMA_TO_DEVICE, 0, 100,
						     memory + page - 99)));
	EXPECT_EQ(EFAULT,
		  dma_error(self->fd, buffer_request(EDU_DMA_FROM_DEVICE, 0, 100,
						     memory + page - 99)));
	EXPECT_EQ(EFAULT,
		  dma_error(self->fd, buffer_request(EDU_DMA_FROM_DEVICE, 0, 1,
						     NULL)));
	buffer_read(self->fd, 0, 7, self->data);
	EXPECT_STREQ("before", (char *)self->data);
	munmap(memory, 2 * page);
}

#define CALLERS		4

/* Writers and readers that come in turn: each reader finds the last writer. */
TEST_F_TIMEOUT(dma, serves_its_callers_in_turn, 60)
{
	struct edu_dma requests[2 * CALLERS];
	struct call calls[2 * CALLERS];
	__u8 in[CALLERS][64], out[CALLERS][64] = { { 0 } };
	int i;

	for (i = 0; i < CALLERS; i++) {
		fill(in[i], sizeof(in[i]), 10 + i);
		requests[2 * i] = buffer_request(EDU_DMA_TO_DEVICE, 1000,
						 sizeof(in[i]), in[i]);
		requests[2 * i + 1] = buffer_request(EDU_DMA_FROM_DEVICE, 1000,
						     sizeof(out[i]), out[i]);
	}
	for (i = 0; i < 2 * CALLERS; i++)
		call_start_ioctl(&calls[i], self->fd, EDU_IOC_DMA, &requests[i]);
	for (i = 0; i < 2 * CALLERS; i++) {
		call_finish(&calls[i]);
		EXPECT_EQ(0, calls[i].err);
	}
	for (i = 0; i < CALLERS; i++)
		EXPECT_EQ(0, memcmp(in[i], out[i], sizeof(in[i])));
}

/* The transfer before has left other bytes where this one's are to go through. */
TEST_F_TIMEOUT(dma, does_not_end_by_a_raise, 60)
{
	struct edu_dma request = buffer_request(EDU_DMA_FROM_DEVICE, 0, 8,
						self->data);
	struct irqline_event event;
	int early = 0, i;
	struct call call;

	for (i = 0; i < TRIES && !early; i++) {
		buffer_write(self->fd, 0, 8, "expected");
		buffer_write(self->fd, 8, 8, "mistaken");
		memset(self->data, 0, 8);
		dev_drain(self->fd, self->id);
		call_start_ioctl(&call, self->fd, EDU_IOC_DMA, &request);
		while (!call_done(&call) && early < 20) {
			dev_raise(self->fd, EDU_SOURCE_DMA);
			dev_next(self->fd, self->id, &event);
			early += !call_done(&call);
		}
		call_finish(&call);
		ASSERT_EQ(0, call.err);
		EXPECT_EQ(0, memcmp("expected", self->data, 8));
	}
	EXPECT_GT(early, 0);

	/* And with nobody waiting, it does nothing at all. */
	dev_raise(self->fd, EDU_SOURCE_DMA);
	buffer_read(self->fd, 8, 8, self->data);
	EXPECT_EQ(0, memcmp("mistaken", self->data, 8));
}

/* Gives a transfer up; until that comes before its end. */
static void abandon(int fd, struct edu_dma request)
{
	int i;

	request.timeout_ms = 1;
	for (i = 0; i < TRIES; i++) {
		if (dma_error(fd, request) == ETIMEDOUT)
			return;
	}
	die("no transfer lasts for longer than a millisecond");
}

TEST_F_TIMEOUT(dma, is_given_up_when_its_time_is_over, 60)
{
	__u8 left[8];

	buffer_write(self->fd, 0, 8, "whatever");
	abandon(self->fd, buffer_request(EDU_DMA_TO_DEVICE, 0, 8, "was left"));
	/* The device goes on with it, and what comes next comes after. */
	buffer_write(self->fd, 2, 3, "ill");
	buffer_read(self->fd, 0, 8, self->data);
	EXPECT_EQ(0, memcmp("wailleft", self->data, 8));

	/* Who has given up gets nothing, not even later. */
	abandon(self->fd, buffer_request(EDU_DMA_FROM_DEVICE, 0, 8, left));
	memset(left, 0x77, sizeof(left));
	buffer_read(self->fd, 5, 3, self->data);
	EXPECT_EQ(0, memcmp("eft", self->data, 3));
	EXPECT_EQ(0x77, left[0]);
	EXPECT_EQ(0x77, left[7]);
}

TEST_F_TIMEOUT(dma, has_time_enough, 60)
{
	struct edu_dma request = buffer_request(EDU_DMA_TO_DEVICE, 0, 8,
						"in time!");

	request.timeout_ms = LONG_MS;
	EXPECT_EQ(0, dma_error(self->fd, request));
	request = buffer_request(EDU_DMA_FROM_DEVICE, 0, 8, self->data);
	request.timeout_ms = 0xffffffff;
	EXPECT_EQ(0, dma_error(self->fd, request));
	EXPECT_EQ(0, memcmp("in time!", self->data, 8));
}

/* One is at work, one waits: both may be interrupted. */
TEST_F_TIMEOUT(dma, ends_by_a_signal, 60)
{
	struct edu_dma requests[] = {
		buffer_request(EDU_DMA_TO_DEVICE, 0, 8, "first..."),
		buffer_request(EDU_DMA_TO_DEVICE, 0, 8, "second.."),
		buffer_request(EDU_DMA_TO_DEVICE, 8, 8, "third..."),
	};
	struct call calls[ARRAY_SIZE(requests)];
	unsigned int i, tries = 0;

	catch_signals(0);
	do {
		buffer_write(self->fd, 0, 16, "0123456789abcdef");
		for (i = 0; i < ARRAY_SIZE(calls); i++)
			call_start_ioctl(&calls[i], self->fd, EDU_IOC_DMA,
					 &requests[i]);
		call_interrupt(&calls[1]);
		call_interrupt(&calls[0]);
		for (i = 0; i < ARRAY_SIZE(calls); i++)
			call_finish(&calls[i]);
		ASSERT_EQ(0, calls[2].err);
	} while (!(calls[0].err && calls[1].err) && ++tries < TRIES);
	EXPECT_EQ(EINTR, calls[0].err);
	EXPECT_EQ(EINTR, calls[1].err);
	/* The first was at work and is done, the second was never begun. */
	buffer_read(self->fd, 0, 16, self->data);
	EXPECT_EQ(0, memcmp("first...third...", self->data, 16));
}

TEST_F_TIMEOUT(dma, goes_on_if_it_may_be_restarted, 60)
{
	struct edu_dma request = buffer_request(EDU_DMA_TO_DEVICE, 0, 8,
						"restart!");
	struct call call;
	int i;

	catch_signals(SA_RESTART);
	call_start_ioctl(&call, self->fd, EDU_IOC_DMA, &request);
	for (i = 0; i < 3; i++) {
		call_interrupt(&call);
		WAIT_UNTIL(call_asleep(&call) || call_done(&call),
			   EVENT_TIMEOUT, "the thread waits again");
	}
	call_finish(&call);
	EXPECT_EQ(0, call.err);
	buffer_read(self->fd, 0, 8, self->data);
	EXPECT_EQ(0, memcmp("restart!", self->data, 8));

	/* With a time it may not. */
	request.timeout_ms = LONG_MS;
	for (i = 0; i < TRIES; i++) {
		call_start_ioctl(&call, self->fd, EDU_IOC_DMA, &request);
		call_interrupt(&call);
		call_finish(&call);
		if (call.err)
			break;
	}
	EXPECT_EQ(EINTR, call.err);
}

TEST_F_TIMEOUT(dma, goes_on_while_its_handler_is_switched, 60)
{
	struct switcher switcher;
	__u8 data[100];
	unsigned int i;

	switcher_start(&switcher, LINE, BUILTIN);
	for (i = 0; i < 10 || switcher_count(&switcher) < 100; i++) {
		fill(data, sizeof(data), i + 1);
		buffer_write(self->fd, 40 * i % 3900, sizeof(data), data);
		buffer_read(self->fd, 40 * i % 3900, sizeof(data), self->data);
		ASSERT_EQ(0, memcmp(data, self->data, sizeof(data)));
	}
	switcher_stop(&switcher);
	ksft_print_msg("%u transfers, %u switches\n", 2 * i, switcher.switches);
}

/* The device does both at a time. */
TEST_F_TIMEOUT(dma, and_factorials_do_not_wait_for_each_other, 60)
{
	struct edu_factorial f = { .operand = 1500000000U, .result = 77 };
	bool beside = false;
	struct call call;
	int i;

	for (i = 0; i < TRIES && !beside; i++) {
		call_start_ioctl(&call, self->fd, EDU_IOC_FACTORIAL, &f);
		buffer_write(self->fd, 0, 8, "between.");
		beside = !call_done(&call);
		call_finish(&call);
		EXPECT_EQ(0, call.err);
		EXPECT_EQ(0, f.result);
	}
	EXPECT_TRUE(beside);
}

/* At work or waiting: with the device all calls end. */
TEST_F_TIMEOUT(dma, and_factorials_end_with_the_device, 120)
{
	struct edu_factorial f[2] = { { .operand = 1500000000U },
				      { .operand = 5 } };
	struct edu_dma requests[3];
	struct call calls[5];
	char function[64];
	unsigned int i;

	dev_function(LINE, function, sizeof(function));
	for (i = 0; i < 2; i++)
		call_start_ioctl(&calls[i], self->fd, EDU_IOC_FACTORIAL, &f[i]);
	for (i = 0; i < 3; i++) {
		requests[i] = buffer_request(EDU_DMA_TO_DEVICE, 0, 1, "x");
		call_start_ioctl(&calls[2 + i], self->fd, EDU_IOC_DMA,
				 &requests[i]);
	}
	file_must_write(DRIVER "unbind", function);
	for (i = 0; i < ARRAY_SIZE(calls); i++)
		call_finish(&calls[i]);
	EXPECT_EQ(ENODEV, calls[0].err);
	EXPECT_EQ(ENODEV, calls[1].err);
	/* The first two may have come to their end before. */
	EXPECT_TRUE(calls[2].err == ENODEV || !calls[2].err);
	EXPECT_TRUE(calls[3].err == ENODEV || !calls[3].err);
	EXPECT_EQ(ENODEV, calls[4].err);
	EXPECT_EQ(ENODEV, dma_error(self->fd, requests[0]));
	EXPECT_EQ(ENODEV, dev_error(self->fd, EDU_IOC_FACTORIAL, &f[1]));

	file_must_write(DRIVER "bind", function);
	close(self->fd);
	self->fd = dev_open(LINE, O_RDWR | O_NONBLOCK);
	buffer_write(self->fd, 0, 6, "again.");
	buffer_read(self->fd, 0, 6, self->data);
	EXPECT_EQ(0, memcmp("again.", self->data, 6));
	EXPECT_EQ(120, dev_factorial(self->fd, 5));
}

/* A transfer that nobody waits for still is at the kernel's memory. */
TEST_F_TIMEOUT(dma, left_alone_does_not_outlive_the_device, 60)
{
	char function[64];
	int i;

	dev_function(LINE, function, sizeof(function));
	for (i = 0; i < 3; i++) {
		buffer_write(self->fd, 0, 8, "original");
		abandon(self->fd, buffer_request(EDU_DMA_TO_DEVICE, 0, 8,
						 "finished"));
		file_must_write(DRIVER "unbind", function);
		file_must_write(DRIVER "bind", function);
		close(self->fd);
		self->fd = dev_open(LINE, O_RDWR | O_NONBLOCK);
		buffer_read(self->fd, 0, 8, self->data);
		/* It was waited for, with bus mastering on. */
		EXPECT_EQ(0, memcmp("finished", self->data, 8));
	}
}

TEST_HARNESS_MAIN
