// SPDX-License-Identifier: GPL-2.0-only
/*
 * The ring of a tap, mapped: it has what read() brings, the kernel believes nothing
 * that a process writes to it, the mappings cannot become more than they are, and
 * they outlive the device.
 */
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "kselftest_harness.h"
#include "call.h"
#include "flow.h"
#include "taps.h"

#define WORKER		"worker"
#define BUSY		"busy"
#define FLOW_SOURCES	0x00fffef0U
#define EVENT_SIZE	sizeof(struct irqline_event)
/* The second of two events comes about so late, the reader up to so late. */
#define SECOND_NS	(50 * NSEC_PER_USEC)
#define READER_NS	(100 * NSEC_PER_USEC)
/* Files that are open, and how often. */
#define CROWD		100
#define ROUNDS		5

enum { CPU_HALVES, CPU_READER };
#define DRIVER		"/sys/bus/pci/drivers/edu/"

FIXTURE(ring)
{
	struct nl nl;
	struct producer producer;
	struct ring ring;
	struct irqline_event events[DEV_BUFFER], read[DEV_BUFFER];
	struct flow flow;
	int fd, reader;
};

FIXTURE_SETUP(ring)
{
	objects_open(&self->nl);
	producer_open(&self->producer, &self->nl, WORKER, 0x2);
	self->fd = dev_open(LINE, O_RDWR | O_NONBLOCK);
	self->reader = dev_open(LINE, O_RDONLY | O_NONBLOCK);
	ring_map(&self->ring, self->fd);
}

FIXTURE_TEARDOWN(ring)
{
	ring_unmap(&self->ring);
	close(self->fd);
	close(self->reader);
	producer_close(&self->producer);
	objects_reset(&self->nl);
	nl_close(&self->nl);
}

static bool is_ready(int fd)
{
	struct pollfd poller = { .fd = fd, .events = POLLIN };

	return poll(&poller, 1, 0) == 1 && poller.revents == POLLIN;
}

/* What the kernel says of the ring by both ways. */
static void counts(struct __test_metadata *_metadata,
		   struct _test_data_ring *self, __u64 lost, __u64 violations)
{
	struct irqline_tap_info info;

	tap_info(self->fd, &info);
	ASSERT_EQ(lost, info.lost);
	ASSERT_EQ(violations, info.violations);
	ASSERT_EQ(lost, self->ring.ring->lost);
	ASSERT_EQ(violations, self->ring.ring->violations);
}

TEST_F(ring, is_laid_out_as_the_header_says)
{
	struct irqline_tap_info info;

	tap_info(self->fd, &info);
	EXPECT_EQ(DEV_BUFFER, info.size);
	EXPECT_EQ(info.size, self->ring.ring->size);
	EXPECT_EQ(0, info.size & (info.size - 1));
	EXPECT_EQ(IRQLINE_TAP_INFO_MAPPED | IRQLINE_TAP_INFO_ALL, info.flags);
	EXPECT_GE(info.ring_bytes, sizeof(struct irqline_tap_ring) +
		  info.size * sizeof(struct irqline_event));
	EXPECT_GE(info.control_bytes, sizeof(struct irqline_tap_control));
	EXPECT_EQ(0, info.ring_bytes % sysconf(_SC_PAGESIZE));
	EXPECT_EQ(0, info.control_bytes % sysconf(_SC_PAGESIZE));
	EXPECT_EQ(0, self->ring.ring->tail);
	EXPECT_EQ(0, self->ring.ring->flags);
	EXPECT_EQ(0, ring_head(&self->ring));
	counts(_metadata, self, 0, 0);
}

TEST_F(ring, has_what_a_read_of_another_file_brings)
{
	int round, count;

	for (round = 0; round < 3; round++) {
		produce(&self->producer, 20);
		count = dev_read(self->reader, self->read, DEV_BUFFER, 0);
		ASSERT_EQ(20, count);
		ASSERT_EQ(20, ring_take(&self->ring, self->events, DEV_BUFFER));
		ASSERT_EQ(0, memcmp(self->events, self->read,
				    count * EVENT_SIZE));
		ASSERT_EQ(20 * (round + 1), ring_tail(&self->ring));
	}
	EXPECT_EQ(0, ring_take(&self->ring, self->events, DEV_BUFFER));
}

TEST_F_TIMEOUT(ring, goes_round, 60)
{
	int left = 3 * DEV_BUFFER + 1, seq = 0, count, i;

	while (left) {
		count = left < 700 ? left : 700;
		produce(&self->producer, count);
		ASSERT_EQ(count,
			  ring_take(&self->ring, self->events, DEV_BUFFER));
		for (i = 0; i < count; i++)
			ASSERT_EQ(++seq, self->events[i].seq);
		left -= count;
	}
	counts(_metadata, self, 0, 0);
}

TEST_F_TIMEOUT(ring, keeps_the_oldest_when_it_is_full, 60)
{
	int i;

	produce(&self->producer, DEV_BUFFER + 5);
	EXPECT_EQ(DEV_BUFFER, ring_tail(&self->ring));
	counts(_metadata, self, 5, 0);
	ASSERT_EQ(DEV_BUFFER, ring_take(&self->ring, self->events, DEV_BUFFER));
	for (i = 0; i < DEV_BUFFER; i++)
		ASSERT_EQ(i + 1, self->events[i].seq);
	produce(&self->producer, 2);
	ASSERT_EQ(2, ring_take(&self->ring, self->events, DEV_BUFFER));
	EXPECT_EQ(DEV_BUFFER + 6, self->events[0].seq);
	EXPECT_EQ(5, self->events[0].lost);
	EXPECT_EQ(0, self->events[1].lost);
	counts(_metadata, self, 5, 0);
}

TEST_F(ring, has_what_came_before_it_was_mapped)
{
	int fd = dev_open(LINE, O_RDWR);
	struct ring ring;

	produce(&self->producer, 3);
	ring_map(&ring, fd);
	EXPECT_EQ(3, ring_take(&ring, self->events, DEV_BUFFER));
	EXPECT_EQ(1, self->events[0].seq);
	ring_unmap(&ring);
	close(fd);
}

TEST_F(ring, goes_on_where_it_was_when_it_is_mapped_again)
{
	produce(&self->producer, 5);
	ASSERT_EQ(2, ring_take(&self->ring, self->events, 2));
	ring_unmap(&self->ring);
	produce(&self->producer, 1);
	ring_map(&self->ring, self->fd);
	ASSERT_EQ(4, ring_take(&self->ring, self->events, DEV_BUFFER));
	EXPECT_EQ(3, self->events[0].seq);
}

TEST_F(ring, is_not_for_read_once_it_was_mapped)
{
	int fd = dev_open(LINE, O_RDWR | O_NONBLOCK);
	struct ring ring;

	ring_map(&ring, fd);
	produce(&self->producer, 1);
	EXPECT_EQ(-1, read(fd, self->read, EVENT_SIZE));
	EXPECT_EQ(EBUSY, errno);
	ring_unmap(&ring);
	EXPECT_EQ(-1, read(fd, self->read, EVENT_SIZE));
	EXPECT_EQ(EBUSY, errno);
	close(fd);
}

static int map_error(int fd, size_t len, int prot, int flags, off_t offset)
{
	void *map = mmap(NULL, len, prot, flags, fd, offset);

	if (map == MAP_FAILED)
		return errno;
	munmap(map, len);
	return 0;
}

TEST_F(ring, cannot_be_mapped_once_the_file_was_read)
{
	const size_t ring = self->ring.ring_bytes;
	const size_t control = self->ring.control_bytes;
	int fd = dev_open(LINE, O_RDWR | O_NONBLOCK);
	struct irqline_tap_info info;

	/* A read that is wrong is none. */
	EXPECT_EQ(-1, read(fd, self->read, 1));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(0, map_error(fd, ring, PROT_READ, MAP_SHARED,
			       IRQLINE_TAP_MAP_RING));
	close(fd);
	fd = dev_open(LINE, O_RDWR | O_NONBLOCK);
	EXPECT_EQ(-1, read(fd, self->read, EVENT_SIZE));
	EXPECT_EQ(EAGAIN, errno);
	EXPECT_EQ(EBUSY, map_error(fd, ring, PROT_READ, MAP_SHARED,
				   IRQLINE_TAP_MAP_RING));
	EXPECT_EQ(EBUSY, map_error(fd, control, PROT_READ | PROT_WRITE,
				   MAP_SHARED, IRQLINE_TAP_MAP_CONTROL));
	tap_info(fd, &info);
	EXPECT_EQ(0, info.flags & IRQLINE_TAP_INFO_MAPPED);
	produce(&self->producer, 1);
	EXPECT_EQ(EVENT_SIZE, read(fd, self->read, EVENT_SIZE));
	close(fd);
}

TEST_F(ring, refuses_mappings_that_are_not_as_they_should_be)
{
	const int rw = PROT_READ | PROT_WRITE;
	const size_t ring = self->ring.ring_bytes;
	const size_t control = self->ring.control_bytes;
	const size_t page = sysconf(_SC_PAGESIZE);
	const struct {
		int err;
		size_t len;
		int prot, flags;
		off_t offset;
	} bad[] = {
		{ EACCES, ring, rw, MAP_SHARED, 0 },
		{ EACCES, ring, PROT_WRITE, MAP_SHARED, 0 },
		{ EPERM, ring, PROT_READ | PROT_EXEC, MAP_SHARED, 0 },
		{ EINVAL, ring, PROT_READ, MAP_PRIVATE, 0 },
		{ EINVAL, ring, rw, MAP_PRIVATE, 0 },
		{ EINVAL, page, PROT_READ, MAP_SHARED, 0 },
		{ EINVAL, ring - page, PROT_READ, MAP_SHARED, 0 },
		{ EINVAL, ring + page, PROT_READ, MAP_SHARED, 0 },
		{ EINVAL, ring - page, PROT_READ, MAP_SHARED, page },
		{ EINVAL, page, PROT_READ, MAP_SHARED, ring },
		{ EINVAL, control, rw, MAP_PRIVATE, IRQLINE_TAP_MAP_CONTROL },
		{ EPERM, control, rw | PROT_EXEC, MAP_SHARED,
		  IRQLINE_TAP_MAP_CONTROL },
		{ EINVAL, control + page, rw, MAP_SHARED,
		  IRQLINE_TAP_MAP_CONTROL },
		{ EINVAL, control, rw, MAP_SHARED,
		  IRQLINE_TAP_MAP_CONTROL - page },
		{ EINVAL, control, rw, MAP_SHARED,
		  IRQLINE_TAP_MAP_CONTROL + page },
	};
	int fd = dev_open(LINE, O_RDWR | O_NONBLOCK);
	struct irqline_tap_info info;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		EXPECT_EQ(bad[i].err, map_error(fd, bad[i].len, bad[i].prot,
						bad[i].flags, bad[i].offset))
			TH_LOG("mapping %u", i);
	}
	tap_info(fd, &info);
	EXPECT_EQ(0, info.flags & IRQLINE_TAP_INFO_MAPPED);
	EXPECT_EQ(-1, read(fd, self->read, EVENT_SIZE));
	EXPECT_EQ(EAGAIN, errno);
	close(fd);
}

TEST_F(ring, needs_a_file_that_is_open_for_both)
{
	const int flags[] = { O_RDONLY, O_WRONLY };
	unsigned int i;
	int fd;

	for (i = 0; i < ARRAY_SIZE(flags); i++) {
		fd = dev_open(LINE, flags[i]);
		EXPECT_EQ(EACCES, map_error(fd, self->ring.ring_bytes, PROT_READ,
					    MAP_SHARED, IRQLINE_TAP_MAP_RING));
		EXPECT_EQ(EACCES, map_error(fd, self->ring.control_bytes,
					    PROT_READ | PROT_WRITE, MAP_SHARED,
					    IRQLINE_TAP_MAP_CONTROL));
		close(fd);
	}
}

TEST_F(ring, cannot_be_made_writable_or_executable)
{
	void *ring = (void *)self->ring.ring, *control = self->ring.control;
	const size_t bytes = self->ring.ring_bytes;
	FILE *memory = fopen("/proc/self/mem", "r+");

	EXPECT_EQ(-1, mprotect(ring, bytes, PROT_READ | PROT_WRITE));
	EXPECT_EQ(EACCES, errno);
	EXPECT_EQ(-1, mprotect(ring, bytes, PROT_READ | PROT_EXEC));
	EXPECT_EQ(EACCES, errno);
	EXPECT_EQ(-1, mprotect(control, self->ring.control_bytes,
			       PROT_READ | PROT_WRITE | PROT_EXEC));
	EXPECT_EQ(EACCES, errno);
	/* A debugger's way. */
	ASSERT_NE(NULL, memory);
	setbuf(memory, NULL);
	ASSERT_EQ(0, fseek(memory, (long)ring, SEEK_SET));
	EXPECT_EQ(0, fwrite("x", 1, 1, memory));
	fclose(memory);
	EXPECT_EQ(DEV_BUFFER, self->ring.ring->size);
}

TEST_F(ring, cannot_be_split_or_grow)
{
	const size_t page = sysconf(_SC_PAGESIZE);
	const size_t bytes = self->ring.ring_bytes;
	char *ring = (char *)self->ring.ring;

	EXPECT_EQ(-1, munmap(ring, page));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(-1, munmap(ring + bytes - page, page));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(-1, munmap(ring + page, page));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(-1, mprotect(ring + page, page, PROT_NONE));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(MAP_FAILED, mremap(ring, bytes, bytes - page, 0));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(MAP_FAILED, mremap(ring, bytes, bytes + page, MREMAP_MAYMOVE));
	EXPECT_EQ(EFAULT, errno);
	EXPECT_EQ(MAP_FAILED, mremap(self->ring.control, page, 2 * page,
				     MREMAP_MAYMOVE));
	EXPECT_EQ(EFAULT, errno);
	/* All is still there. */
	produce(&self->producer, 1);
	EXPECT_EQ(1, ring_take(&self->ring, self->events, DEV_BUFFER));
	EXPECT_EQ(0, ring[bytes - 1]);
}

/* The line of VmFlags of the mapping that begins there. */
static void vm_flags(const void *map, char *flags, size_t size)
{
	unsigned long start, end;
	bool found = false;
	char line[512];
	FILE *smaps = fopen("/proc/self/smaps", "r");

	if (!smaps)
		die("smaps: %s", strerror(errno));
	while (fgets(line, sizeof(line), smaps)) {
		if (sscanf(line, "%lx-%lx ", &start, &end) == 2)
			found = start == (unsigned long)map;
		if (found && !strncmp(line, "VmFlags: ", 9)) {
			snprintf(flags, size, "%s", line + 8);
			fclose(smaps);
			return;
		}
	}
	die("no mapping at %p", map);
}

TEST_F(ring, has_no_rights_in_reserve)
{
	const void *const maps[] = { self->ring.ring, self->ring.control };
	const char *const never[] = { " me ", " ex ", " wr ", " mw " };
	const char *const always[] = { " de ", " dc ", " dd ", " sh " };
	unsigned int i, j;
	char flags[512];

	for (i = 0; i < ARRAY_SIZE(maps); i++) {
		vm_flags(maps[i], flags, sizeof(flags));
		for (j = 0; j < ARRAY_SIZE(always); j++) {
			EXPECT_NE(NULL, strstr(flags, always[j]))
				TH_LOG("%sin:%s", always[j], flags);
		}
		for (j = 0; j < (i ? 2 : 4); j++) {
			EXPECT_EQ(NULL, strstr(flags, never[j]))
				TH_LOG("%sin:%s", never[j], flags);
		}
	}
}

/* Ends with 0 if nothing is mapped there. */
static int look_for_mapping(const void *map, size_t bytes)
{
	unsigned char resident[64];

	return mincore((void *)map, bytes, resident) == 0 || errno != ENOMEM;
}

TEST_F(ring, is_not_there_in_a_child)
{
	int status;
	pid_t pid;

	EXPECT_NE(0, look_for_mapping(self->ring.ring, self->ring.ring_bytes));
	pid = fork();
	ASSERT_GE(pid, 0);
	if (!pid)
		_exit(look_for_mapping(self->ring.ring, self->ring.ring_bytes) ||
		      look_for_mapping(self->ring.control,
				       self->ring.control_bytes));
	ASSERT_EQ(pid, waitpid(pid, &status, 0));
	EXPECT_EQ(0, status);
	produce(&self->producer, 1);
	EXPECT_EQ(1, ring_take(&self->ring, self->events, DEV_BUFFER));
}

TEST_F(ring, comes_back_where_a_process_zaps_or_moves_it)
{
	void *ring = (void *)self->ring.ring, *moved;

	produce(&self->producer, 2);
	ASSERT_EQ(0, madvise(ring, self->ring.ring_bytes, MADV_DONTNEED));
	ASSERT_EQ(0, madvise(self->ring.control, self->ring.control_bytes,
			     MADV_DONTNEED));
	EXPECT_EQ(1, ring_take(&self->ring, self->events, 1));
	moved = mmap(NULL, self->ring.ring_bytes, PROT_NONE,
		     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	ASSERT_NE(MAP_FAILED, moved);
	ASSERT_EQ(moved, mremap(ring, self->ring.ring_bytes,
				self->ring.ring_bytes,
				MREMAP_MAYMOVE | MREMAP_FIXED, moved));
	self->ring.ring = moved;
	EXPECT_EQ(1, ring_take(&self->ring, self->events, DEV_BUFFER));
	EXPECT_EQ(2, self->events[0].seq);
}

TEST_F(ring, is_ready_at_its_watermark)
{
	tap_watermark(self->fd, 3);
	produce(&self->producer, 2);
	EXPECT_FALSE(is_ready(self->fd));
	produce(&self->producer, 1);
	EXPECT_TRUE(is_ready(self->fd));
	ASSERT_EQ(1, ring_take(&self->ring, self->events, 1));
	EXPECT_FALSE(is_ready(self->fd));
	produce(&self->producer, 1);
	EXPECT_TRUE(is_ready(self->fd));
}

#define PINGS	repeats(5000)

/* Each event is the only one, and comes when the reader is about to sleep. */
TEST_F_TIMEOUT(ring, loses_no_wake_up, 120)
{
	struct pollfd poller = { .fd = self->fd, .events = POLLIN };
	int i;

	for (i = 1; i <= PINGS; i++) {
		dev_raise(self->producer.fd, self->producer.source);
		ASSERT_EQ(1, poll(&poller, 1, EVENT_TIMEOUT * 1000));
		ASSERT_EQ(1, ring_take(&self->ring, self->events, DEV_BUFFER));
		ASSERT_EQ(i, self->events[0].seq);
	}
}

/* Takes all there is, and returns how much, as who waits for edges has to do it. */
static int take_to_the_end(struct _test_data_ring *self)
{
	int got = 0;

	do {
		got += ring_take(&self->ring, self->events, DEV_BUFFER);
		__atomic_thread_fence(__ATOMIC_SEQ_CST);
	} while (ring_tail(&self->ring) != ring_head(&self->ring));
	return got;
}

/*
 * Of two events, the second one comes when the reader is about to be done with the
 * first one, for which it has not slept.
 */
TEST_F_TIMEOUT(ring, loses_no_wake_up_by_edges, 120)
{
	__u64 turns = turns_per_ms() * READER_NS / NSEC_PER_MSEC;
	struct epoll_event event = { .events = EPOLLIN | EPOLLET };
	int epoll = epoll_create1(EPOLL_CLOEXEC);
	__u32 seed = 1;
	int i, got;

	ASSERT_GE(epoll, 0);
	ASSERT_EQ(0, epoll_ctl(epoll, EPOLL_CTL_ADD, self->fd, &event));
	handler_new(&self->nl, LINE, BUSY, 0x4, "tasklet");
	handler_work(&self->nl, LINE, BUSY, IRQLINE_WORK_SPIN, SECOND_NS);
	tap_subscribe(self->fd, WORKER);
	tap_subscribe(self->fd, BUSY);
	line_affinity(&self->nl, LINE, cpu_nth(CPU_HALVES));
	pin(cpu_nth(CPU_READER));
	for (i = 0; i < PINGS; i++) {
		dev_raise(self->producer.fd, self->producer.source | 0x4);
		while (!epoll_wait(epoll, &event, 1, 0))
			;
		spin(random_below(&seed, turns));
		got = take_to_the_end(self);
		while (got < 2) {
			ASSERT_EQ(1, epoll_wait(epoll, &event, 1,
						EVENT_TIMEOUT * 1000));
			got += take_to_the_end(self);
		}
		ASSERT_EQ(2, got);
	}
	close(epoll);
}

/* Below the tail by more than the ring holds, or above it. */
TEST_F(ring, believes_no_head_that_cannot_be)
{
	static const __u32 wrong[] = {
		11, 12, 1000, 0x7fffffff, 0x80000000, 0x8000000a, ~0U - 2000,
		10 - DEV_BUFFER - 1, 10 + DEV_BUFFER, 10 + DEV_BUFFER + 1,
	};
	struct irqline_tap_info info;
	unsigned int i;

	produce(&self->producer, 10);
	for (i = 0; i < ARRAY_SIZE(wrong); i++) {
		ring_set_head(&self->ring, wrong[i]);
		produce(&self->producer, 1);
		ASSERT_EQ(10, ring_tail(&self->ring));
		counts(_metadata, self, i + 1, i + 1);
		/* It counts as full. */
		EXPECT_TRUE(is_ready(self->fd));
		tap_info(self->fd, &info);
		EXPECT_EQ(DEV_BUFFER, info.waiting);
		ASSERT_EQ(wrong[i], ring_head(&self->ring));
	}
	ring_set_head(&self->ring, 10);
	EXPECT_FALSE(is_ready(self->fd));
	produce(&self->producer, 1);
	ASSERT_EQ(1, ring_take(&self->ring, self->events, DEV_BUFFER));
	EXPECT_EQ(10 + i + 1, self->events[0].seq);
	EXPECT_EQ(i, self->events[0].lost);
	counts(_metadata, self, i, i);
	/* The other file has them all. */
	ASSERT_EQ(10 + i + 1, dev_read(self->reader, self->read, DEV_BUFFER, 0));
}

/* It harms nobody but who does it: what it takes back may be overwritten. */
TEST_F(ring, lets_a_head_go_back_as_far_as_it_holds)
{
	produce(&self->producer, 10);
	ring_set_head(&self->ring, 10);
	ring_set_head(&self->ring, 3);
	ASSERT_EQ(7, ring_take(&self->ring, self->events, DEV_BUFFER));
	EXPECT_EQ(4, self->events[0].seq);
	/* Full, as if nothing had been taken; that is no violation. */
	ring_set_head(&self->ring, 10 - DEV_BUFFER);
	produce(&self->producer, 2);
	ASSERT_EQ(10, ring_tail(&self->ring));
	counts(_metadata, self, 2, 0);
	ring_set_head(&self->ring, 10 - DEV_BUFFER + 1);
	produce(&self->producer, 2);
	ASSERT_EQ(11, ring_tail(&self->ring));
	counts(_metadata, self, 3, 0);
}

/* Writes whatever comes to its mind to the control page, as fast as it can. */
struct scribbler {
	pthread_t thread;
	struct ring *ring;
	bool stop;
	__u32 seed;
};

static __u32 scribble(struct scribbler *scribbler)
{
	__u32 tail = ring_tail(scribbler->ring);

	switch (random_below(&scribbler->seed, 8)) {
	case 0:
		return 0;
	case 1:
		return ~0U;
	case 2:
		return tail + 0x80000000U;
	case 3:
		return ring_head(scribbler->ring) - 1;
	case 4:
		return tail + 1;
	case 5:
		return tail - DEV_BUFFER - 1;
	case 6:
		return tail;
	default:
		return random_u32(&scribbler->seed);
	}
}

static void *scribble_for_ever(void *arg)
{
	struct scribbler *scribbler = arg;
	__u32 *words = (__u32 *)scribbler->ring->control;
	__u32 words_max = scribbler->ring->control_bytes / sizeof(*words), word;

	while (!__atomic_load_n(&scribbler->stop, __ATOMIC_ACQUIRE)) {
		ring_set_head(scribbler->ring, scribble(scribbler));
		word = 1 + random_below(&scribbler->seed, words_max - 1);
		__atomic_store_n(&words[word], random_u32(&scribbler->seed),
				 __ATOMIC_RELAXED);
	}
	return NULL;
}

static void start_flow(struct _test_data_ring *self)
{
	handler_new(&self->nl, LINE, BUSY, FLOW_SOURCES, "tasklet");
	self->flow = (struct flow) {
		.line = LINE, .name = BUSY, .sources = FLOW_SOURCES,
		.raiser_cpu = -1, .reader_cpu = -1, .seed = 1,
	};
	flow_start(&self->flow, &self->nl);
}

static void stop_flow(struct __test_metadata *_metadata,
		      struct _test_data_ring *self)
{
	struct stats stats;

	flow_stop(&self->flow, &self->nl);
	EXPECT_STREQ("", self->flow.failure);
	EXPECT_EQ(flow_raised(&self->flow), flow_answered(&self->flow));
	stats_get(&self->nl, LINE, BUSY, &stats);
	EXPECT_TRUE(stats_add_up(&stats));
	EXPECT_EQ(0, stats.dropped);
}

TEST_F_TIMEOUT(ring, stands_a_head_that_is_anywhere_while_events_flow, 60)
{
	struct scribbler scribbler = { .ring = &self->ring, .seed = 1 };
	struct irqline_tap_info info, other;
	__u32 before;

	start_flow(self);
	ASSERT_EQ(0, pthread_create(&scribbler.thread, NULL, scribble_for_ever,
				    &scribbler));
	flow_wait(&self->flow, DEV_BUFFER + repeats(4000));
	__atomic_store_n(&scribbler.stop, true, __ATOMIC_RELEASE);
	pthread_join(scribbler.thread, NULL);
	stop_flow(_metadata, self);

	tap_info(self->fd, &info);
	EXPECT_GT(info.violations, 0);
	EXPECT_GE(info.lost, info.violations);
	EXPECT_EQ(self->flow.events, ring_tail(&self->ring) + info.lost);
	/* Who is not read has lost what it must, and not a violation. */
	tap_info(self->reader, &other);
	EXPECT_EQ(self->flow.events, other.waiting + other.lost);
	EXPECT_EQ(DEV_BUFFER, other.waiting);
	EXPECT_EQ(0, other.violations);

	before = ring_tail(&self->ring);
	ring_set_head(&self->ring, before);
	produce(&self->producer, 1);
	EXPECT_EQ(before + 1, ring_tail(&self->ring));
	ASSERT_EQ(1, ring_take(&self->ring, self->events, DEV_BUFFER));
	EXPECT_EQ(self->producer.id, self->events[0].handler);
}

/* The device's part is the line's own; nothing of this file may be bound to it. */
static void rebind(const char *what, const char *function)
{
	char path[64];

	snprintf(path, sizeof(path), DRIVER "%s", what);
	file_must_write(path, function);
}

static bool is_back(void)
{
	return !access("/dev/" LINE, R_OK | W_OK);
}

TEST_F(ring, stays_readable_when_the_device_goes)
{
	struct pollfd poller = { .fd = self->fd, .events = POLLIN };
	struct call call = { .fd = self->fd };
	struct irqline_tap_info info;
	__u32 watermark = 1;
	char function[32];

	dev_function(LINE, function, sizeof(function));
	produce(&self->producer, 5);
	tap_watermark(self->fd, 10);
	call_start(&call, call_poll);
	rebind("unbind", function);
	call_finish(&call);
	EXPECT_EQ(1, call.ret);
	EXPECT_EQ(1, poll(&poller, 1, 0));
	EXPECT_EQ(POLLHUP | POLLERR, poller.revents);

	EXPECT_EQ(IRQLINE_TAP_RING_GONE, self->ring.ring->flags);
	EXPECT_EQ(5, ring_tail(&self->ring));
	ASSERT_EQ(5, ring_take(&self->ring, self->events, DEV_BUFFER));
	EXPECT_EQ(1, self->events[0].seq);
	EXPECT_EQ(5, self->events[4].seq);

	EXPECT_EQ(ENODEV, dev_error(self->fd, IRQLINE_TAP_IOC_INFO, &info));
	EXPECT_EQ(ENODEV, dev_error(self->fd, IRQLINE_TAP_IOC_WATERMARK,
				    &watermark));
	EXPECT_EQ(ENODEV, tap_request(self->fd, IRQLINE_TAP_IOC_SUBSCRIBE, ""));
	EXPECT_EQ(ENODEV, tap_request(self->fd, IRQLINE_TAP_IOC_SUBSCRIBE,
				      WORKER));
	EXPECT_EQ(ENODEV, tap_request(self->fd, IRQLINE_TAP_IOC_UNSUBSCRIBE,
				      ""));
	EXPECT_EQ(ENODEV, map_error(self->fd, self->ring.ring_bytes, PROT_READ,
				    MAP_SHARED, IRQLINE_TAP_MAP_RING));
	EXPECT_EQ(-1, read(self->fd, self->read, EVENT_SIZE));
	EXPECT_EQ(ENODEV, errno);

	rebind("bind", function);
	WAIT_UNTIL(is_back(), EVENT_TIMEOUT, "the device is back");
	/* The file stays with the old one. */
	EXPECT_EQ(IRQLINE_TAP_RING_GONE, self->ring.ring->flags);
	EXPECT_EQ(ENODEV, dev_error(self->fd, IRQLINE_TAP_IOC_INFO, &info));
}

/* Looks at its file without a pause until that says that the line is gone. */
struct watcher {
	pthread_t thread;
	struct ring ring;
	__u32 flags;		/* of the ring, at that moment */
};

static void *watch_the_end(void *arg)
{
	struct watcher *watcher = arg;
	struct pollfd poller = { .fd = watcher->ring.fd };

	while (!poll(&poller, 1, 0))
		;
	watcher->flags = __atomic_load_n(&watcher->ring.ring->flags,
					 __ATOMIC_RELAXED);
	return NULL;
}

static void watch(struct watcher *watcher, int fd)
{
	ring_map(&watcher->ring, fd);
	if (pthread_create(&watcher->thread, NULL, watch_the_end, watcher))
		die("pthread_create: %s", strerror(errno));
}

static __u32 watched(struct watcher *watcher)
{
	pthread_join(watcher->thread, NULL);
	ring_unmap(&watcher->ring);
	close(watcher->ring.fd);
	return watcher->flags;
}

static void *poll_all(void *arg)
{
	if (poll(arg, CROWD, -1) < 0)
		die("poll: %s", strerror(errno));
	return NULL;
}

/* Those in between, each with somebody to be woken, take a while. */
TEST_F(ring, says_that_the_line_is_gone_no_later_than_its_file)
{
	struct watcher first = { }, last = { };
	struct pollfd files[CROWD];
	char function[32];
	pthread_t poller;
	int round, i;

	dev_function(LINE, function, sizeof(function));
	for (round = 0; round < ROUNDS; round++) {
		watch(&first, dev_open(LINE, O_RDWR | O_NONBLOCK));
		for (i = 0; i < CROWD; i++)
			files[i] = (struct pollfd) { .fd = dev_open(LINE, O_RDONLY) };
		ASSERT_EQ(0, pthread_create(&poller, NULL, poll_all, files));
		watch(&last, dev_open(LINE, O_RDWR | O_NONBLOCK));
		rebind("unbind", function);
		EXPECT_EQ(IRQLINE_TAP_RING_GONE, watched(&first));
		EXPECT_EQ(IRQLINE_TAP_RING_GONE, watched(&last));
		pthread_join(poller, NULL);
		for (i = 0; i < CROWD; i++)
			close(files[i].fd);
		rebind("bind", function);
		WAIT_UNTIL(is_back(), EVENT_TIMEOUT, "the device is back");
	}
}

/* The memory lives as long as the mapping, without the file and the device. */
TEST_F(ring, outlives_its_file_and_the_device)
{
	int fd = dev_open(LINE, O_RDWR), i;
	struct ring ring;
	char function[32];

	ring_map(&ring, fd);
	close(fd);
	produce(&self->producer, 5);
	EXPECT_EQ(5, ring_tail(&ring));
	dev_function(LINE, function, sizeof(function));
	rebind("unbind", function);
	rebind("bind", function);
	WAIT_UNTIL(is_back(), EVENT_TIMEOUT, "the device is back");
	EXPECT_EQ(IRQLINE_TAP_RING_GONE, ring.ring->flags);
	ASSERT_EQ(5, ring_take(&ring, self->events, DEV_BUFFER));
	for (i = 0; i < 5; i++)
		EXPECT_EQ(i + 1, self->events[i].seq);
	ring_unmap(&ring);
}

TEST_HARNESS_MAIN
