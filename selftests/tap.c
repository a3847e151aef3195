// SPDX-License-Identifier: GPL-2.0-only
/*
 * Files as taps: whose events each one receives, when a reader is woken, and that
 * a file that is not read, or is set up otherwise, makes no difference to others.
 */
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>

#include "kselftest_harness.h"
#include "call.h"
#include "flow.h"
#include "taps.h"

#define FIRST		"first"
#define SECOND		"second"
#define THIRD		"third"
#define FLOW_SOURCES	0x00fffef0U
#define EVENT_SIZE	sizeof(struct irqline_event)
/* The second of two events comes about so late, the reader up to so late. */
#define SECOND_NS	(50 * NSEC_PER_USEC)
#define READER_NS	(100 * NSEC_PER_USEC)

enum { CPU_HALVES, CPU_READER };

FIXTURE(tap)
{
	struct nl nl;
	struct producer first, second;
	struct irqline_event events[DEV_BUFFER + 1];
	struct flow flow;
	int fd;
};

FIXTURE_SETUP(tap)
{
	objects_open(&self->nl);
	producer_open(&self->first, &self->nl, FIRST, 0x2);
	producer_open(&self->second, &self->nl, SECOND, 0x4);
	self->fd = dev_open(LINE, O_RDONLY | O_NONBLOCK);
}

FIXTURE_TEARDOWN(tap)
{
	close(self->fd);
	producer_close(&self->first);
	producer_close(&self->second);
	objects_reset(&self->nl);
	nl_close(&self->nl);
}

/* Reads all there is. These events must be it, by their handlers' ids. */
static void reads(struct __test_metadata *_metadata,
		  struct _test_data_tap *self, int count, const __u32 *ids)
{
	int i;

	ASSERT_EQ(count, dev_read(self->fd, self->events, DEV_BUFFER, 0));
	for (i = 0; i < count; i++)
		ASSERT_EQ(ids[i], self->events[i].handler);
}

/* One event of each. */
static void produce_both(struct _test_data_tap *self)
{
	produce(&self->first, 1);
	produce(&self->second, 1);
}

static bool is_ready(int fd)
{
	struct pollfd poller = { .fd = fd, .events = POLLIN };

	return poll(&poller, 1, 0) == 1 && poller.revents == POLLIN;
}

TEST_F(tap, receives_all_handlers_at_first)
{
	const __u32 ids[] = { self->first.id, self->second.id };
	struct irqline_tap_info info;

	produce_both(self);
	reads(_metadata, self, 2, ids);
	tap_info(self->fd, &info);
	EXPECT_EQ(IRQLINE_TAP_INFO_ALL, info.flags);
	EXPECT_EQ(DEV_BUFFER, info.size);
	EXPECT_EQ(1, info.watermark);
	EXPECT_EQ(0, info.waiting);
	EXPECT_EQ(0, info.lost);
	EXPECT_EQ(0, info.violations);
}

TEST_F(tap, receives_none_but_the_one_that_it_names)
{
	const __u32 ids[] = { self->second.id };
	struct irqline_tap_info info;

	EXPECT_EQ(self->second.id, tap_subscribe(self->fd, SECOND));
	produce_both(self);
	reads(_metadata, self, 1, ids);
	tap_info(self->fd, &info);
	EXPECT_EQ(0, info.flags);
	EXPECT_EQ(0, info.lost);
}

TEST_F(tap, receives_several_that_it_names)
{
	const __u32 ids[] = { self->first.id, self->second.id };
	struct producer third;

	producer_open(&third, &self->nl, THIRD, 0x8);
	tap_subscribe(self->fd, SECOND);
	tap_subscribe(self->fd, FIRST);
	tap_subscribe(self->fd, FIRST);
	produce(&third, 1);
	produce_both(self);
	reads(_metadata, self, 2, ids);
	producer_close(&third);
}

TEST_F(tap, receives_one_no_more_when_told_so)
{
	const __u32 ids[] = { self->first.id };

	tap_subscribe(self->fd, FIRST);
	tap_subscribe(self->fd, SECOND);
	tap_unsubscribe(self->fd, SECOND);
	produce_both(self);
	reads(_metadata, self, 1, ids);
	EXPECT_EQ(ENOENT, tap_request(self->fd, IRQLINE_TAP_IOC_UNSUBSCRIBE,
				      SECOND));
	tap_unsubscribe(self->fd, FIRST);
	produce_both(self);
	reads(_metadata, self, 0, NULL);
}

TEST_F(tap, receives_nothing_and_all_again_when_told_so)
{
	const __u32 ids[] = { self->first.id, self->second.id };

	tap_unsubscribe(self->fd, "");
	produce_both(self);
	reads(_metadata, self, 0, NULL);
	EXPECT_EQ(0, tap_subscribe(self->fd, ""));
	produce_both(self);
	reads(_metadata, self, 2, ids);
	EXPECT_EQ(2, self->events[0].seq);
	/* There is no all but one. */
	EXPECT_EQ(ENOENT, tap_request(self->fd, IRQLINE_TAP_IOC_UNSUBSCRIBE,
				      FIRST));
	produce_both(self);
	reads(_metadata, self, 2, ids);
}

TEST_F(tap, keeps_what_it_has_received_before)
{
	const __u32 ids[] = { self->first.id, self->second.id };

	produce_both(self);
	tap_unsubscribe(self->fd, "");
	reads(_metadata, self, 2, ids);
}

TEST_F(tap, does_not_take_a_new_handler_for_an_old_one_of_that_name)
{
	__u32 old = self->first.id;

	tap_subscribe(self->fd, FIRST);
	tap_subscribe(self->fd, SECOND);
	producer_close(&self->first);
	handler_del(&self->nl, LINE, FIRST);
	EXPECT_EQ(ENOENT, tap_request(self->fd, IRQLINE_TAP_IOC_SUBSCRIBE,
				      FIRST));
	EXPECT_EQ(ENOENT, tap_request(self->fd, IRQLINE_TAP_IOC_UNSUBSCRIBE,
				      FIRST));
	producer_open(&self->first, &self->nl, FIRST, 0x2);
	EXPECT_NE(old, self->first.id);
	EXPECT_EQ(ENOENT, tap_request(self->fd, IRQLINE_TAP_IOC_UNSUBSCRIBE,
				      FIRST));
	produce_both(self);
	reads(_metadata, self, 1, &self->second.id);
	EXPECT_EQ(self->first.id, tap_subscribe(self->fd, FIRST));
	produce(&self->first, 1);
	reads(_metadata, self, 1, &self->first.id);
}

/* More names than a line can have at a time. */
TEST_F_TIMEOUT(tap, forgets_handlers_that_are_gone, 60)
{
	__u32 id;
	int i;

	for (i = 0; i < 300; i++) {
		id = handler_new(&self->nl, LINE, THIRD, 0x8, "tasklet");
		ASSERT_EQ(id, tap_subscribe(self->fd, THIRD));
		handler_del(&self->nl, LINE, THIRD);
	}
	tap_subscribe(self->fd, SECOND);
	produce_both(self);
	reads(_metadata, self, 1, &self->second.id);
}

TEST_F(tap, receives_a_handler_that_comes_later_if_it_wants_all)
{
	struct producer third;

	producer_open(&third, &self->nl, THIRD, 0x8);
	produce(&third, 1);
	reads(_metadata, self, 1, &third.id);
	producer_close(&third);
}

TEST_F(tap, refuses_a_bad_subscription_and_stays_as_it_was)
{
	struct irqline_tap_handler handler = { .name = FIRST };
	const unsigned long requests[] = {
		IRQLINE_TAP_IOC_SUBSCRIBE, IRQLINE_TAP_IOC_UNSUBSCRIBE,
	};
	const __u32 ids[] = { self->first.id, self->second.id };
	unsigned int i, j;

	for (i = 0; i < ARRAY_SIZE(requests); i++) {
		EXPECT_EQ(ENOENT, tap_request(self->fd, requests[i], "nobody"));
		EXPECT_EQ(ENOENT, tap_request(self->fd, requests[i], "firs"));
		EXPECT_EQ(EFAULT, dev_error(self->fd, requests[i], NULL));
		for (j = 0; j < ARRAY_SIZE(handler.reserved); j++) {
			handler.reserved[j] = 1;
			EXPECT_EQ(EINVAL, dev_error(self->fd, requests[i],
						    &handler));
			handler.reserved[j] = 0;
		}
		memset(handler.name, 'x', sizeof(handler.name));
		EXPECT_EQ(EINVAL, dev_error(self->fd, requests[i], &handler));
		memcpy(handler.name, FIRST, sizeof(FIRST));
	}
	produce_both(self);
	reads(_metadata, self, 2, ids);
}

TEST_F(tap, refuses_a_watermark_out_of_range)
{
	const __u32 bad[] = { 0, DEV_BUFFER + 1, 0x80000000U, ~0U };
	struct irqline_tap_info info;
	__u32 watermark;
	unsigned int i;

	tap_watermark(self->fd, 7);
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		watermark = bad[i];
		EXPECT_EQ(EINVAL, dev_error(self->fd, IRQLINE_TAP_IOC_WATERMARK,
					    &watermark));
	}
	EXPECT_EQ(EFAULT, dev_error(self->fd, IRQLINE_TAP_IOC_WATERMARK, NULL));
	EXPECT_EQ(EFAULT, dev_error(self->fd, IRQLINE_TAP_IOC_INFO, NULL));
	tap_info(self->fd, &info);
	EXPECT_EQ(7, info.watermark);
	tap_watermark(self->fd, DEV_BUFFER);
}

TEST_F(tap, needs_a_file_that_is_open_for_reading)
{
	struct irqline_tap_info info;
	__u32 watermark = 1;

	EXPECT_EQ(EBADF, tap_request(self->first.fd, IRQLINE_TAP_IOC_SUBSCRIBE,
				     FIRST));
	EXPECT_EQ(EBADF, tap_request(self->first.fd, IRQLINE_TAP_IOC_UNSUBSCRIBE,
				     FIRST));
	EXPECT_EQ(EBADF, dev_error(self->first.fd, IRQLINE_TAP_IOC_WATERMARK,
				   &watermark));
	EXPECT_EQ(EBADF, dev_error(self->first.fd, IRQLINE_TAP_IOC_INFO, &info));
	EXPECT_EQ(ENOTTY, dev_error(self->first.fd, _IO(0xed, 0x4f), NULL));
	EXPECT_EQ(ENOTTY, dev_error(self->fd, _IO(0xed, 0x40), NULL));
	EXPECT_EQ(ENOTTY, dev_error(self->fd, _IO(0xed, 0x4f), NULL));
}

TEST_F(tap, is_ready_at_its_watermark_and_not_below)
{
	struct irqline_tap_info info;

	tap_watermark(self->fd, 5);
	produce(&self->first, 4);
	EXPECT_FALSE(is_ready(self->fd));
	tap_info(self->fd, &info);
	EXPECT_EQ(4, info.waiting);
	produce(&self->first, 1);
	EXPECT_TRUE(is_ready(self->fd));
	produce(&self->first, 1);
	EXPECT_TRUE(is_ready(self->fd));
	ASSERT_EQ(2 * EVENT_SIZE, read(self->fd, self->events, 2 * EVENT_SIZE));
	EXPECT_FALSE(is_ready(self->fd));
}

TEST_F(tap, gives_what_is_there_to_who_does_not_wait)
{
	tap_watermark(self->fd, 5);
	EXPECT_EQ(-1, read(self->fd, self->events, EVENT_SIZE));
	EXPECT_EQ(EAGAIN, errno);
	produce(&self->first, 3);
	EXPECT_FALSE(is_ready(self->fd));
	EXPECT_EQ(3 * EVENT_SIZE,
		  read(self->fd, self->events, sizeof(self->events)));
}

TEST_F(tap, counts_for_its_watermark_only_what_it_receives)
{
	tap_subscribe(self->fd, FIRST);
	tap_watermark(self->fd, 2);
	produce(&self->second, 3);
	produce(&self->first, 1);
	EXPECT_FALSE(is_ready(self->fd));
	produce(&self->first, 1);
	EXPECT_TRUE(is_ready(self->fd));
}

TEST_F(tap, wakes_a_read_that_waits_at_its_watermark)
{
	struct call call = {
		.fd = dev_open(LINE, O_RDONLY),
		.arg = self->events, .size = sizeof(self->events),
	};

	tap_watermark(call.fd, 3);
	call_start(&call, call_read);
	produce(&self->first, 2);
	ASSERT_FALSE(call_done(&call));
	produce(&self->first, 1);
	call_finish(&call);
	EXPECT_EQ(3 * EVENT_SIZE, call.ret);
	close(call.fd);
}

TEST_F(tap, wakes_who_waits_when_the_watermark_comes_down)
{
	struct call call = { .fd = dev_open(LINE, O_RDONLY) };

	tap_watermark(call.fd, 10);
	produce(&self->first, 3);
	call_start(&call, call_poll);
	ASSERT_FALSE(call_done(&call));
	tap_watermark(call.fd, 4);
	ASSERT_FALSE(call_done(&call));
	tap_watermark(call.fd, 3);
	call_finish(&call);
	EXPECT_EQ(1, call.ret);
	close(call.fd);
}

TEST_F_TIMEOUT(tap, is_ready_when_it_is_full_at_the_highest_watermark, 60)
{
	struct irqline_tap_info info;

	tap_watermark(self->fd, DEV_BUFFER);
	produce(&self->first, DEV_BUFFER - 1);
	EXPECT_FALSE(is_ready(self->fd));
	produce(&self->first, 3);
	EXPECT_TRUE(is_ready(self->fd));
	tap_info(self->fd, &info);
	EXPECT_EQ(DEV_BUFFER, info.waiting);
	EXPECT_EQ(2, info.lost);
	EXPECT_EQ(0, info.violations);
	/* What was lost is told by the next event, and stays in the total. */
	ASSERT_EQ(DEV_BUFFER, dev_read(self->fd, self->events, DEV_BUFFER, 0));
	tap_watermark(self->fd, 1);
	produce(&self->first, 2);
	ASSERT_EQ(2, dev_read(self->fd, self->events, DEV_BUFFER, 0));
	EXPECT_EQ(DEV_BUFFER + 3, self->events[0].seq);
	EXPECT_EQ(2, self->events[0].lost);
	EXPECT_EQ(0, self->events[1].lost);
	tap_info(self->fd, &info);
	EXPECT_EQ(2, info.lost);
}

/* An epoll that is triggered by edges reports each wake-up. */
static int edge_open(int fd)
{
	struct epoll_event event = { .events = EPOLLIN | EPOLLET };
	int epoll = epoll_create1(EPOLL_CLOEXEC);

	if (epoll < 0 || epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event))
		die("epoll: %s", strerror(errno));
	return epoll;
}

/* Whether there was one since this was asked last. */
static bool edge_seen(int epoll, int ms)
{
	struct epoll_event event;
	int count = epoll_wait(epoll, &event, 1, ms);

	if (count < 0)
		die("epoll_wait: %s", strerror(errno));
	return count;
}

TEST_F(tap, wakes_nobody_who_has_not_caught_up)
{
	int epoll = edge_open(self->fd);

	produce(&self->first, 1);
	EXPECT_TRUE(edge_seen(epoll, 0));
	/* Nothing was read, then not all. */
	produce(&self->first, 5);
	EXPECT_FALSE(edge_seen(epoll, 0));
	ASSERT_EQ(5 * EVENT_SIZE, read(self->fd, self->events, 5 * EVENT_SIZE));
	produce(&self->first, 3);
	EXPECT_FALSE(edge_seen(epoll, 0));
	ASSERT_EQ(4 * EVENT_SIZE,
		  read(self->fd, self->events, sizeof(self->events)));
	produce(&self->first, 1);
	EXPECT_TRUE(edge_seen(epoll, 0));
	close(epoll);
}

TEST_F(tap, wakes_once_each_time_that_it_comes_up_to_its_watermark)
{
	int epoll = edge_open(self->fd);
	int i;

	tap_watermark(self->fd, 4);
	for (i = 0; i < 5; i++) {
		produce(&self->first, 3);
		EXPECT_FALSE(edge_seen(epoll, 0));
		produce(&self->first, 1);
		EXPECT_TRUE(edge_seen(epoll, 0));
		produce(&self->first, 2);
		EXPECT_FALSE(edge_seen(epoll, 0));
		ASSERT_EQ(6, dev_read(self->fd, self->events, DEV_BUFFER, 0));
	}
	close(epoll);
}

/*
 * Each event is raised when the one before was read, and is the only one: a
 * wake-up that is lost is lost for good. The reader goes to sleep while it comes.
 */
#define PINGS	repeats(5000)

TEST_F_TIMEOUT(tap, loses_no_wake_up_of_a_read, 120)
{
	int fd = dev_open(LINE, O_RDONLY);
	int i;

	tap_subscribe(fd, FIRST);
	for (i = 1; i <= PINGS; i++) {
		dev_raise(self->first.fd, self->first.source);
		ASSERT_EQ(EVENT_SIZE, read(fd, self->events, EVENT_SIZE));
		ASSERT_EQ(i, self->events[0].seq);
	}
	close(fd);
}

/* Reads what there is. Returns how many events. */
static int take_all(struct _test_data_tap *self)
{
	ssize_t len = read(self->fd, self->events, sizeof(self->events));

	if (len < 0 && errno != EAGAIN)
		die("read: %s", strerror(errno));
	return len < 0 ? 0 : len / EVENT_SIZE;
}

/*
 * Of two events, the second one comes when the reader is about to be done with the
 * first one, for which it has not slept. It reads less than it could, so it must
 * be told.
 */
TEST_F_TIMEOUT(tap, loses_no_wake_up_by_edges, 120)
{
	__u64 turns = turns_per_ms() * READER_NS / NSEC_PER_MSEC;
	int epoll = edge_open(self->fd);
	__u32 seed = 1;
	int i, got;

	handler_work(&self->nl, LINE, SECOND, IRQLINE_WORK_SPIN, SECOND_NS);
	tap_subscribe(self->fd, FIRST);
	tap_subscribe(self->fd, SECOND);
	line_affinity(&self->nl, LINE, cpu_nth(CPU_HALVES));
	pin(cpu_nth(CPU_READER));
	for (i = 0; i < PINGS; i++) {
		dev_raise(self->first.fd,
			  self->first.source | self->second.source);
		while (!edge_seen(epoll, 0))
			;
		spin(random_below(&seed, turns));
		got = take_all(self);
		while (got < 2) {
			ASSERT_TRUE(edge_seen(epoll, EVENT_TIMEOUT * 1000));
			got += take_all(self);
		}
		ASSERT_EQ(2, got);
	}
	close(epoll);
}

/* A flow stops for good if its reader is not woken, or loses an event. */
static void run_flow(struct __test_metadata *_metadata,
		     struct _test_data_tap *self, __u64 events)
{
	struct flow *flow = &self->flow;

	flow_wait(flow, events);
	flow_stop(flow, &self->nl);
	EXPECT_STREQ("", flow->failure);
	EXPECT_EQ(flow_raised(flow), flow_answered(flow));
}

static void start_flow(struct _test_data_tap *self)
{
	handler_new(&self->nl, LINE, THIRD, FLOW_SOURCES, "tasklet");
	self->flow = (struct flow) {
		.line = LINE, .name = THIRD, .sources = FLOW_SOURCES,
		.raiser_cpu = -1, .reader_cpu = -1, .seed = 1,
	};
	flow_start(&self->flow, &self->nl);
}

TEST_F_TIMEOUT(tap, loses_nothing_beside_readers_that_are_stopped, 60)
{
	struct irqline_tap_info info;
	int stopped[8], i;

	for (i = 0; i < 8; i++)
		stopped[i] = dev_open(LINE, O_RDONLY);
	start_flow(self);
	run_flow(_metadata, self, 4 * DEV_BUFFER);
	for (i = 0; i < 8; i++) {
		tap_info(stopped[i], &info);
		EXPECT_EQ(DEV_BUFFER, info.waiting);
		EXPECT_EQ(self->flow.events - DEV_BUFFER, info.lost);
		close(stopped[i]);
	}
}

/* Others come, change their mind and go, as fast as they can. */
struct changer {
	pthread_t thread;
	bool stop;
	int rounds;
};

static void *change(void *arg)
{
	const char *const names[] = { FIRST, THIRD, SECOND, "" };
	struct changer *changer = arg;
	struct irqline_tap_info info;
	int fd, i;

	do {
		fd = dev_open(LINE, O_RDONLY | O_NONBLOCK);
		for (i = 0; i < 4; i++) {
			tap_subscribe(fd, names[i]);
			tap_watermark(fd, i + 1);
			tap_info(fd, &info);
		}
		tap_unsubscribe(fd, "");
		close(fd);
		changer->rounds++;
	} while (!__atomic_load_n(&changer->stop, __ATOMIC_ACQUIRE));
	return NULL;
}

TEST_F_TIMEOUT(tap, loses_nothing_beside_files_that_change_and_go, 60)
{
	struct changer changers[2] = { };
	int i;

	start_flow(self);
	for (i = 0; i < 2; i++)
		ASSERT_EQ(0, pthread_create(&changers[i].thread, NULL, change,
					    &changers[i]));
	flow_wait(&self->flow, repeats(3000));
	for (i = 0; i < 2; i++) {
		__atomic_store_n(&changers[i].stop, true, __ATOMIC_RELEASE);
		pthread_join(changers[i].thread, NULL);
		EXPECT_GT(changers[i].rounds, 0);
	}
	run_flow(_metadata, self, 1);
}

/* In all its changes it is subscribed to FIRST. */
static void change_mind(int fd, int round)
{
	switch (round % 4) {
	case 0:
		tap_subscribe(fd, SECOND);
		break;
	case 1:
		tap_unsubscribe(fd, SECOND);
		break;
	case 2:
		tap_subscribe(fd, "");
		break;
	case 3:
		tap_subscribe(fd, FIRST);
		break;
	}
}

TEST_F_TIMEOUT(tap, loses_nothing_while_its_own_subscription_changes, 60)
{
	struct irqline_event event;
	int i;

	tap_subscribe(self->fd, FIRST);
	for (i = 0; i < repeats(2000); i++) {
		dev_raise(self->first.fd, self->first.source);
		change_mind(self->fd, i);
		dev_next(self->fd, self->first.id, &event);
		ASSERT_EQ(i + 1, event.seq);
		ASSERT_EQ(0, event.lost);
	}
}

TEST_F(tap, has_an_end)
{
	int fds[300], count, err = 0;

	for (count = 0; count < 300 && !err; count++) {
		fds[count] = open("/dev/" LINE, O_RDONLY | O_CLOEXEC);
		if (fds[count] < 0)
			err = errno;
	}
	EXPECT_EQ(ENOSPC, err);
	for (count--; count--;)
		close(fds[count]);
	close(dev_open(LINE, O_RDONLY));
}

TEST_HARNESS_MAIN
