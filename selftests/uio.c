// SPDX-License-Identifier: GPL-2.0-only
/*
 * A bottom half in user space, by a program that knows UIO: it sees each event
 * once, with its content, and reaches the device's registers as long as the
 * handler is its own, and no longer. What is taken is handled or pending at any
 * time, so a switch to user space and back loses nothing.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <linux/capability.h>

#include "kselftest_harness.h"
#include "client.h"
#include "flow.h"

#define HANDLER		"user"
#define NAME		"irqline/" LINE "/" HANDLER
#define SOURCE		0x2U
#define OTHER_SOURCE	0x4U
#define FLOW_SOURCES	0x03fffefeU
#define EVENTS		20
#define EVENTS_MAX	1024

#define SWITCHES	repeats(300)
#define RACES		repeats(40)

/* The device's registers. */
#define REG_ID		0x00
#define REG_LIVENESS	0x04
#define REG_RAISE	0x60
#define ID_MASK		0xffff
#define ID_VALUE	0x00ed

static __thread sigjmp_buf fault_env;
static __thread volatile sig_atomic_t touching;

static void on_fault(int sig)
{
	if (!touching)
		die("signal %d", sig);
	siglongjmp(fault_env, sig);
}

static void catch_faults(void)
{
	const struct sigaction action = { .sa_handler = on_fault };

	if (sigaction(SIGBUS, &action, NULL) ||
	    sigaction(SIGSEGV, &action, NULL))
		die("sigaction: %s", strerror(errno));
}

/* Reads a word. Returns the signal that this has brought, or 0. */
static int touch(const volatile void *addr)
{
	int sig = sigsetjmp(fault_env, 1);

	if (!sig) {
		touching = 1;
		(void)*(const volatile __u32 *)addr;
	}
	touching = 0;
	return sig;
}

static __u32 reg_read(const volatile void *registers, int reg)
{
	return *(const volatile __u32 *)((const volatile char *)registers + reg);
}

static void reg_write(volatile void *registers, int reg, __u32 value)
{
	*(volatile __u32 *)((volatile char *)registers + reg) = value;
}

/* The number of the handler's UIO device as irqline tells it, or -1. */
static int uio_number(struct nl *nl, const char *handler)
{
	const struct nlattr *attr;
	struct nl_list reply = { 0 };
	int number;

	handler_get(nl, LINE, handler, &reply);
	attr = nl_find(nl_first(&reply), IRQLINE_A_HANDLER_UIO);
	number = attr ? (int)nl_value_u32(attr) : -1;
	nl_free(&reply);
	return number;
}

static bool exists(int number)
{
	char path[32];

	snprintf(path, sizeof(path), "/dev/uio%d", number);
	return !access(path, F_OK);
}

FIXTURE(uio)
{
	struct nl nl;
	int fd;
	__u32 id;
	struct client client;
	void *registers;
	struct irqline_event events[EVENTS_MAX];
	struct flow flow;
};

FIXTURE_SETUP(uio)
{
	struct strategy strategy;

	objects_open(&self->nl);
	strategy_find(&self->nl, "uio", &strategy);
	if (!strategy.available)
		SKIP(return, "this kernel has no UIO");
	self->id = handler_new(&self->nl, LINE, HANDLER, SOURCE, "uio");
	self->fd = dev_open(LINE, O_RDWR);
	client_open(&self->client, client_find(NAME));
	self->registers = client_map(&self->client, IRQLINE_UIO_REGISTERS,
				     PROT_READ | PROT_WRITE);
	ASSERT_NE(MAP_FAILED, self->registers);
	catch_faults();
}

FIXTURE_TEARDOWN(uio)
{
	client_close(&self->client);
	close(self->fd);
	objects_reset(&self->nl);
	nl_close(&self->nl);
}

/* So many events, none of which shares a pass with another. */
static void raise_apart(struct _test_data_uio *self, int events)
{
	__u64 passes;

	while (events--) {
		passes = line_u64(&self->nl, LINE, IRQLINE_A_LINE_PASSES);
		dev_raise(self->fd, SOURCE);
		WAIT_UNTIL(line_u64(&self->nl, LINE, IRQLINE_A_LINE_PASSES) !=
			   passes, EVENT_TIMEOUT, "the interrupt has come");
	}
}

static void wait_handled(struct _test_data_uio *self)
{
	WAIT_UNTIL(!stats_pending(&self->nl, LINE, HANDLER), EVENT_TIMEOUT,
		   "nothing is pending");
}

/* Takes all there is; there must be so many events, and none lost. */
static void take(struct __test_metadata *_metadata, struct client *client,
		 struct irqline_event *events, int count)
{
	__u32 lost = 0;

	ASSERT_EQ(count, client_take(client, events, EVENTS_MAX, &lost));
	ASSERT_EQ(0, lost);
}

static void check_events(struct __test_metadata *_metadata,
			 const struct irqline_event *events, int count,
			 __u32 id, __u64 first)
{
	int i;

	for (i = 0; i < count; i++) {
		ASSERT_EQ(first + i, events[i].seq);
		ASSERT_EQ(id, events[i].handler);
		ASSERT_EQ(SOURCE, events[i].sources);
		ASSERT_EQ(IRQLINE_CONTEXT_TASK, events[i].bottom_context);
		ASSERT_LE(events[i].top_ns, events[i].bottom_ns);
	}
}

static void check_stats(struct __test_metadata *_metadata, struct nl *nl,
			__u64 handled, __u64 pending)
{
	struct stats stats;

	stats_get(nl, LINE, HANDLER, &stats);
	EXPECT_TRUE(stats_add_up(&stats));
	EXPECT_EQ(handled, stats.handled);
	EXPECT_EQ(pending, stats.pending);
	EXPECT_EQ(0, stats.dropped);
}

TEST_F(uio, is_a_uio_device_like_others)
{
	char text[64];

	EXPECT_EQ(uio_number(&self->nl, HANDLER), self->client.number);
	client_attribute(self->client.number, "version", text, sizeof(text));
	EXPECT_STREQ(IRQLINE_UIO_VERSION, text);
	client_attribute(self->client.number, "event", text, sizeof(text));
	EXPECT_STREQ("0", text);
	client_attribute(self->client.number, "maps/map0/name", text,
			 sizeof(text));
	EXPECT_STREQ("registers", text);
	EXPECT_EQ(1 << 20, self->client.size[IRQLINE_UIO_REGISTERS]);
	client_attribute(self->client.number, "maps/map1/name", text,
			 sizeof(text));
	EXPECT_STREQ("ring", text);
	EXPECT_GE(self->client.size[IRQLINE_UIO_RING],
		  sizeof(struct irqline_uio_ring) +
		  self->client.ring->size * sizeof(struct irqline_event));
	EXPECT_EQ(0, self->client.ring->size & (self->client.ring->size - 1));
}

TEST_F(uio, exists_only_while_the_handler_is_in_user_space)
{
	int number = self->client.number;

	handler_bottom(&self->nl, LINE, HANDLER, "workqueue");
	EXPECT_EQ(-1, uio_number(&self->nl, HANDLER));
	EXPECT_EQ(-1, client_find(NAME));
	EXPECT_FALSE(exists(number));
	handler_bottom(&self->nl, LINE, HANDLER, "uio");
	EXPECT_EQ(client_find(NAME), uio_number(&self->nl, HANDLER));
	handler_del(&self->nl, LINE, HANDLER);
	EXPECT_EQ(-1, client_find(NAME));
}

TEST_F(uio, counts_each_event)
{
	__u32 count;
	int i;

	for (i = 1; i <= EVENTS; i++) {
		dev_raise(self->fd, SOURCE);
		ASSERT_TRUE(client_wait(&self->client, EVENT_TIMEOUT * 1000,
					&count));
		ASSERT_EQ(i, count);
		ASSERT_LE(count, self->client.ring->head);
	}
	EXPECT_FALSE(client_wait(&self->client, 0, &count));
	wait_handled(self);
	check_stats(_metadata, &self->nl, EVENTS, 0);
}

/* The ring has what the device's file has, to the byte. */
TEST_F(uio, brings_the_events_themselves)
{
	struct irqline_event event;
	int i;

	raise_apart(self, EVENTS);
	wait_handled(self);
	take(_metadata, &self->client, self->events, EVENTS);
	check_events(_metadata, self->events, EVENTS, self->id, 1);
	for (i = 0; i < EVENTS; i++) {
		dev_next(self->fd, self->id, &event);
		ASSERT_EQ(0, memcmp(&event, &self->events[i], sizeof(event)));
	}
	EXPECT_EQ(EVENTS, self->client.ring->head);
}

TEST_F_TIMEOUT(uio, keeps_the_newest_for_a_slow_reader, 120)
{
	int size = self->client.ring->size, kept = size - 1;
	int raised = size + EVENTS;
	__u32 lost = 0;

	ASSERT_LE(size, EVENTS_MAX);
	raise_apart(self, raised);
	wait_handled(self);
	ASSERT_EQ(kept, client_take(&self->client, self->events, EVENTS_MAX,
				    &lost));
	EXPECT_EQ(raised - kept, lost);
	check_events(_metadata, self->events, kept, self->id,
		     raised - kept + 1);
	check_stats(_metadata, &self->nl, raised, 0);
}

TEST_F(uio, refuses_to_wait_where_it_is_told_so)
{
	__u64 wrong;
	__u32 count;

	ASSERT_EQ(0, fcntl(self->client.fd, F_SETFL, O_NONBLOCK));
	EXPECT_EQ(-1, read(self->client.fd, &count, sizeof(count)));
	EXPECT_EQ(EAGAIN, errno);
	EXPECT_EQ(-1, read(self->client.fd, &wrong, sizeof(wrong)));
	EXPECT_EQ(EINVAL, errno);
	EXPECT_EQ(-1, write(self->client.fd, &wrong, sizeof(wrong)));
	EXPECT_EQ(EINVAL, errno);
}

TEST_F(uio, two_clients_see_all)
{
	struct client second;
	__u32 count;

	client_open(&second, self->client.number);
	raise_apart(self, EVENTS);
	wait_handled(self);
	ASSERT_TRUE(client_wait(&self->client, 0, &count));
	EXPECT_EQ(EVENTS, count);
	ASSERT_TRUE(client_wait(&second, 0, &count));
	EXPECT_EQ(EVENTS, count);
	take(_metadata, &self->client, self->events, EVENTS);
	check_events(_metadata, self->events, EVENTS, self->id, 1);
	take(_metadata, &second, self->events, EVENTS);
	check_events(_metadata, self->events, EVENTS, self->id, 1);
	client_close(&second);
}

TEST_F(uio, reaches_the_registers)
{
	__u32 count;

	EXPECT_EQ(ID_VALUE, reg_read(self->registers, REG_ID) & ID_MASK);
	reg_write(self->registers, REG_LIVENESS, 0x12345678);
	EXPECT_EQ(~0x12345678U, reg_read(self->registers, REG_LIVENESS));

	reg_write(self->registers, REG_RAISE, SOURCE);
	ASSERT_TRUE(client_wait(&self->client, EVENT_TIMEOUT * 1000, &count));
	EXPECT_EQ(1, count);
	take(_metadata, &self->client, self->events, 1);
	check_events(_metadata, self->events, 1, self->id, 1);
}

TEST_F(uio, off_holds_events_back_and_loses_none)
{
	__u32 count;

	raise_apart(self, 1);
	ASSERT_TRUE(client_wait(&self->client, EVENT_TIMEOUT * 1000, &count));
	wait_handled(self);
	client_control(&self->client, false);
	raise_apart(self, EVENTS);
	EXPECT_FALSE(client_wait(&self->client, 100, &count));
	EXPECT_EQ(1, self->client.ring->head);
	check_stats(_metadata, &self->nl, 1, EVENTS);

	client_control(&self->client, true);
	wait_handled(self);
	ASSERT_TRUE(client_wait(&self->client, 0, &count));
	EXPECT_EQ(1 + EVENTS, count);
	take(_metadata, &self->client, self->events, 1 + EVENTS);
	check_events(_metadata, self->events, 1 + EVENTS, self->id, 1);
	check_stats(_metadata, &self->nl, 1 + EVENTS, 0);
}

TEST_F(uio, off_and_on_while_events_come)
{
	__u32 count;
	int i;

	for (i = 0; i < EVENTS; i++) {
		client_control(&self->client, false);
		dev_raise(self->fd, SOURCE);
		client_control(&self->client, true);
		ASSERT_TRUE(client_wait(&self->client, EVENT_TIMEOUT * 1000,
					&count));
	}
	wait_handled(self);
	take(_metadata, &self->client, self->events, EVENTS);
	check_events(_metadata, self->events, EVENTS, self->id, 1);
}

/* What the process has turned off is on again when the last one is gone. */
TEST_F(uio, off_ends_with_the_last_file)
{
	struct client second;

	munmap(self->registers, self->client.size[IRQLINE_UIO_REGISTERS]);
	client_open(&second, self->client.number);
	client_control(&second, false);
	client_close(&second);
	raise_apart(self, EVENTS);
	check_stats(_metadata, &self->nl, 0, EVENTS);
	client_close(&self->client);
	wait_handled(self);
	check_stats(_metadata, &self->nl, EVENTS, 0);
	client_open(&self->client, client_find(NAME));
	EXPECT_EQ(EVENTS, self->client.ring->head);
}

TEST_F(uio, off_does_not_outlive_a_switch)
{
	client_control(&self->client, false);
	raise_apart(self, EVENTS);
	handler_bottom(&self->nl, LINE, HANDLER, "kthread");
	wait_handled(self);
	check_stats(_metadata, &self->nl, EVENTS, 0);
	EXPECT_EQ(EVENTS, dev_drain(self->fd, self->id));
}

TEST_F(uio, registers_need_a_capability)
{
	void *map;

	caps_drop(CAP_SYS_RAWIO);
	map = client_map(&self->client, IRQLINE_UIO_REGISTERS, PROT_READ);
	EXPECT_EQ(MAP_FAILED, map);
	EXPECT_EQ(EPERM, errno);
	map = client_map(&self->client, IRQLINE_UIO_RING, PROT_READ);
	ASSERT_NE(MAP_FAILED, map);
	EXPECT_EQ(0, touch(map));
	munmap(map, self->client.size[IRQLINE_UIO_RING]);
	caps_restore();
}

TEST_F(uio, ring_cannot_be_written)
{
	off_t ring = (off_t)(uintptr_t)self->client.ring;
	int mem = open("/proc/self/mem", O_RDWR);
	__u32 value = 1;

	EXPECT_EQ(MAP_FAILED, client_map(&self->client, IRQLINE_UIO_RING,
					 PROT_READ | PROT_WRITE));
	EXPECT_EQ(EACCES, errno);
	EXPECT_EQ(-1, mprotect((void *)self->client.ring,
			       self->client.size[IRQLINE_UIO_RING],
			       PROT_READ | PROT_WRITE));
	EXPECT_EQ(EACCES, errno);
	ASSERT_LE(0, mem);
	EXPECT_EQ(-1, pwrite(mem, &value, sizeof(value), ring));
	EXPECT_EQ(0, self->client.ring->head);
	close(mem);
}

static int mmap_error(const struct client *client, size_t size, int flags,
		      int page)
{
	void *map = mmap(NULL, size, PROT_READ, flags, client->fd,
			 (off_t)page * getpagesize());

	if (map == MAP_FAILED)
		return errno;
	munmap(map, size);
	return 0;
}

TEST_F(uio, refuses_other_mappings)
{
	const struct client *client = &self->client;
	size_t page = getpagesize();
	int map;

	for (map = 0; map < 2; map++) {
		EXPECT_EQ(0, mmap_error(client, page, MAP_SHARED, map));
		EXPECT_EQ(EINVAL, mmap_error(client, page, MAP_PRIVATE, map));
		EXPECT_EQ(EINVAL, mmap_error(client, client->size[map] + page,
					     MAP_SHARED, map));
	}
	EXPECT_EQ(EINVAL, mmap_error(client, page, MAP_SHARED, 2));
	EXPECT_EQ(EINVAL, mmap_error(client, page, MAP_SHARED, 1 << 19));
	EXPECT_EQ(MAP_FAILED, mremap(self->registers, page, 2 * page,
				     MREMAP_MAYMOVE));
}

TEST_F(uio, registers_do_not_pass_to_children)
{
	int status;
	pid_t child;

	ASSERT_EQ(0, touch(self->registers));
	child = fork();
	ASSERT_LE(0, child);
	if (!child)
		_exit(touch(self->registers) != SIGSEGV ||
		      touch(self->client.ring));
	ASSERT_EQ(child, waitpid(child, &status, 0));
	EXPECT_EQ(0, status);
}

/* The file is of no use any more, and what was in the ring still is. */
static void check_ended(struct __test_metadata *_metadata,
			struct _test_data_uio *self)
{
	struct client *client = &self->client;
	struct pollfd poller = { .fd = client->fd, .events = POLLIN };
	__u32 value = 1;

	EXPECT_EQ(-1, read(client->fd, &value, sizeof(value)));
	EXPECT_EQ(EIO, errno);
	EXPECT_EQ(-1, write(client->fd, &value, sizeof(value)));
	EXPECT_EQ(1, poll(&poller, 1, 0));
	EXPECT_EQ(POLLHUP | POLLERR, poller.revents & (POLLHUP | POLLERR));
	EXPECT_EQ(SIGBUS, touch(self->registers));
	EXPECT_EQ(MAP_FAILED, client_map(client, IRQLINE_UIO_REGISTERS,
					 PROT_READ));
	EXPECT_EQ(MAP_FAILED, client_map(client, IRQLINE_UIO_RING, PROT_READ));
	client->next = 0;
	take(_metadata, client, self->events, EVENTS);
	check_events(_metadata, self->events, EVENTS, self->id, 1);
}

TEST_F(uio, ends_with_a_switch)
{
	raise_apart(self, EVENTS);
	wait_handled(self);
	ASSERT_EQ(0, touch(self->registers));
	handler_bottom(&self->nl, LINE, HANDLER, "tasklet");
	check_ended(_metadata, self);
	/* And does not come back with the next one. */
	handler_bottom(&self->nl, LINE, HANDLER, "uio");
	check_ended(_metadata, self);
}

TEST_F(uio, ends_with_the_handler)
{
	raise_apart(self, EVENTS);
	wait_handled(self);
	ASSERT_EQ(0, touch(self->registers));
	handler_del(&self->nl, LINE, HANDLER);
	check_ended(_metadata, self);
}

/* Without a touch before, there is no page to take away, only one to refuse. */
TEST_F(uio, registers_never_touched_end_too)
{
	handler_bottom(&self->nl, LINE, HANDLER, "tasklet");
	EXPECT_EQ(SIGBUS, touch(self->registers));
}

TEST_F(uio, registers_end_where_they_were_moved_to)
{
	size_t page = getpagesize(), size;
	char *first = self->registers, *rest, *moved;

	size = self->client.size[IRQLINE_UIO_REGISTERS] - 2 * page;
	rest = first + 2 * page;
	ASSERT_EQ(0, munmap(first + page, page));
	ASSERT_EQ(0, touch(first));
	ASSERT_EQ(0, touch(rest));
	moved = mremap(rest, size, size, MREMAP_MAYMOVE | MREMAP_FIXED,
		       mmap(NULL, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS,
			    -1, 0));
	ASSERT_NE(MAP_FAILED, moved);
	ASSERT_EQ(0, touch(moved));
	handler_bottom(&self->nl, LINE, HANDLER, "tasklet");
	EXPECT_EQ(SIGBUS, touch(first));
	EXPECT_EQ(SIGBUS, touch(moved));
	EXPECT_EQ(SIGBUS, touch(moved + page));
	EXPECT_EQ(0, touch(self->client.ring));
	munmap(moved, size);
}

/* A process that waits in read, and what it was told. */
struct waiter {
	pthread_t thread;
	int fd, tid, error;
};

static void *wait_in_read(void *arg)
{
	struct waiter *waiter = arg;
	__u32 count;

	__atomic_store_n(&waiter->tid, syscall(SYS_gettid), __ATOMIC_RELEASE);
	waiter->error = read(waiter->fd, &count, sizeof(count)) < 0 ? errno : 0;
	return NULL;
}

static bool sleeps(struct waiter *waiter)
{
	int tid = __atomic_load_n(&waiter->tid, __ATOMIC_ACQUIRE);

	return tid && thread_state(tid) == 'S';
}

TEST_F(uio, a_waiting_reader_is_told_of_the_end)
{
	struct waiter waiter = { .fd = self->client.fd };

	ASSERT_EQ(0, pthread_create(&waiter.thread, NULL, wait_in_read,
				    &waiter));
	WAIT_UNTIL(sleeps(&waiter), patience(10), "the reader waits");
	handler_bottom(&self->nl, LINE, HANDLER, "kthread");
	pthread_join(waiter.thread, NULL);
	EXPECT_EQ(EIO, waiter.error);
}

/* A process that maps the registers again and again, up to the end. */
struct mapper {
	pthread_t thread;
	struct client *client;
	void *map;		/* the last one */
	int touched;
	bool started;
};

static void *map_registers(void *arg)
{
	struct mapper *mapper = arg;
	size_t size = mapper->client->size[IRQLINE_UIO_REGISTERS];
	void *map;

	for (;;) {
		map = client_map(mapper->client, IRQLINE_UIO_REGISTERS,
				 PROT_READ);
		if (map == MAP_FAILED)
			return NULL;
		if (mapper->map)
			munmap(mapper->map, size);
		mapper->map = map;
		__atomic_store_n(&mapper->started, true, __ATOMIC_RELEASE);
		mapper->touched += !touch(map);
	}
}

/* However late a mapping was made: once the switch is done, it has ended. */
TEST_F_TIMEOUT(uio, no_mapping_slips_through_a_switch, 120)
{
	struct mapper mapper;
	struct client client;
	int i, touched = 0;

	for (i = 0; i < RACES; i++) {
		handler_bottom(&self->nl, LINE, HANDLER, "uio");
		client_open(&client, uio_number(&self->nl, HANDLER));
		mapper = (struct mapper) { .client = &client };
		ASSERT_EQ(0, pthread_create(&mapper.thread, NULL, map_registers,
					    &mapper));
		WAIT_UNTIL(__atomic_load_n(&mapper.started, __ATOMIC_ACQUIRE),
			   10, "the registers are mapped");
		handler_bottom(&self->nl, LINE, HANDLER, "kthread");
		pthread_join(mapper.thread, NULL);
		ASSERT_EQ(SIGBUS, touch(mapper.map));
		munmap(mapper.map, client.size[IRQLINE_UIO_REGISTERS]);
		client_close(&client);
		touched += mapper.touched;
	}
	EXPECT_GT(touched, 0);
}

/* Its work is the kernel's, as with every strategy; the process looks on. */
TEST_F(uio, the_devices_own_handler_works_in_user_space)
{
	struct edu_factorial factorial = { .operand = 5 };
	struct client client;
	__u32 count, lost = 0;

	handler_bottom(&self->nl, LINE, "factorial", "uio");
	client_open(&client, uio_number(&self->nl, "factorial"));
	ASSERT_EQ(0, ioctl(self->fd, EDU_IOC_FACTORIAL, &factorial));
	EXPECT_EQ(120, factorial.result);
	ASSERT_TRUE(client_wait(&client, EVENT_TIMEOUT * 1000, &count));
	ASSERT_EQ(1, client_take(&client, self->events, EVENTS_MAX, &lost));
	EXPECT_EQ(120, (__u32)self->events[0].data);
	client_close(&client);
}

TEST_F(uio, refuses_a_cpu)
{
	struct nl_msg msg;

	request_handler(&msg, IRQLINE_CMD_HANDLER_SET, LINE, HANDLER);
	nl_put_u32(&msg, IRQLINE_A_HANDLER_CPU, cpu_nth(0));
	EXPECT_EQ(EINVAL, nl_do(&self->nl, &msg, NULL));
	EXPECT_STRNE("", self->nl.ack.text);
	EXPECT_TRUE(exists(self->client.number));
}

static int set_lanes(struct nl *nl, const char *bottom, __u32 lanes)
{
	struct nl_msg msg;

	request_handler(&msg, IRQLINE_CMD_HANDLER_SET, LINE, HANDLER);
	nl_put_str(&msg, IRQLINE_A_HANDLER_BOTTOM, bottom);
	nl_put_u32(&msg, IRQLINE_A_HANDLER_LANES, lanes);
	return nl_do(nl, &msg, NULL);
}

TEST_F(uio, refuses_a_lane_for_each_cpu)
{
	EXPECT_EQ(EINVAL, set_lanes(&self->nl, "uio", IRQLINE_LANES_PERCPU));
	EXPECT_STRNE("", self->nl.ack.text);
	EXPECT_TRUE(exists(self->client.number));
}

TEST_F(uio, goes_to_lanes_for_each_cpu_and_comes_back)
{
	client_control(&self->client, false);
	raise_apart(self, EVENTS);
	ASSERT_EQ(0, set_lanes(&self->nl, "kthread", IRQLINE_LANES_PERCPU));
	EXPECT_EQ(-1, uio_number(&self->nl, HANDLER));
	EXPECT_EQ(-1, client_find(NAME));
	EXPECT_EQ(SIGBUS, touch(self->registers));
	wait_handled(self);
	EXPECT_EQ(EVENTS, dev_drain(self->fd, self->id));
	ASSERT_EQ(0, set_lanes(&self->nl, "uio", IRQLINE_LANES_SINGLE));
	EXPECT_LE(0, client_find(NAME));
	EXPECT_EQ(client_find(NAME), uio_number(&self->nl, HANDLER));
}

/* More than a change of lanes moves: it is refused, and the device begins anew. */
TEST_F_TIMEOUT(uio, stays_in_user_space_if_lanes_cannot_change, 120)
{
	const int backlog = 1100;
	struct nl_msg msg;
	struct client client;

	handler_del(&self->nl, LINE, HANDLER);
	request_handler(&msg, IRQLINE_CMD_HANDLER_NEW, LINE, HANDLER);
	nl_put_u32(&msg, IRQLINE_A_HANDLER_SOURCES, SOURCE);
	nl_put_str(&msg, IRQLINE_A_HANDLER_BOTTOM, "uio");
	nl_put_u32(&msg, IRQLINE_A_HANDLER_QUEUE, 2048);
	nl_must(&self->nl, &msg, NULL);
	client_open(&client, client_find(NAME));
	client_control(&client, false);
	raise_apart(self, backlog);
	ASSERT_EQ(EBUSY, set_lanes(&self->nl, "kthread", IRQLINE_LANES_PERCPU));
	EXPECT_EQ(0, client.ring->head);
	client_close(&client);

	client_open(&client, uio_number(&self->nl, HANDLER));
	EXPECT_EQ(client_find(NAME), client.number);
	wait_handled(self);
	EXPECT_EQ(backlog, client.ring->head);
	client_close(&client);
}

static bool write_name(const char *path, const char *name)
{
	if (!file_write(path, name))
		die("%s: %s", path, strerror(errno));
	return true;
}

static bool is_back(void)
{
	int fd = open("/dev/" LINE, O_RDWR | O_CLOEXEC);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

TEST_F(uio, ends_with_the_device)
{
	char path[256];
	ssize_t len = readlink("/sys/class/misc/" LINE "/device", path,
			       sizeof(path) - 1);

	ASSERT_GT(len, 0);
	path[len] = '\0';
	raise_apart(self, EVENTS);
	wait_handled(self);
	ASSERT_EQ(0, touch(self->registers));
	write_name("/sys/bus/pci/drivers/edu/unbind", strrchr(path, '/') + 1);
	check_ended(_metadata, self);
	EXPECT_EQ(-1, client_find(NAME));
	write_name("/sys/bus/pci/drivers/edu/bind", strrchr(path, '/') + 1);
	WAIT_UNTIL(is_back(), patience(10), "the device is back");
	check_ended(_metadata, self);
}

/* Clients that come and go in the middle of a flow that nothing may disturb. */
static void start_flow(struct _test_data_uio *self, __u32 seed)
{
	handler_del(&self->nl, LINE, HANDLER);
	self->id = handler_new(&self->nl, LINE, HANDLER, FLOW_SOURCES, "uio");
	self->flow = (struct flow) {
		.line = LINE, .name = HANDLER, .sources = FLOW_SOURCES,
		.raiser_cpu = -1, .reader_cpu = -1, .seed = seed,
	};
	flow_start(&self->flow, &self->nl);
}

static void stop_flow(struct __test_metadata *_metadata,
		      struct _test_data_uio *self)
{
	struct stats stats;

	flow_stop(&self->flow, &self->nl);
	stats_get(&self->nl, LINE, HANDLER, &stats);
	EXPECT_STREQ("", self->flow.failure);
	EXPECT_EQ(flow_raised(&self->flow), flow_answered(&self->flow));
	EXPECT_EQ(self->flow.events, stats.taken);
	EXPECT_EQ(stats.taken, stats.handled);
	EXPECT_TRUE(stats_add_up(&stats));
}

/* What the ring holds follows without a gap. */
static int check_ring(struct __test_metadata *_metadata,
		      struct _test_data_uio *self, struct client *client)
{
	__u32 lost = 0;
	int count = client_take(client, self->events, EVENTS_MAX, &lost), i;

	for (i = 1; i < count; i++)
		ASSERT_EQ(self->events[i - 1].seq + 1, self->events[i].seq);
	return count;
}

TEST_F_TIMEOUT(uio, clients_come_and_go_while_events_flow, 120)
{
	struct client client;
	__u32 count;
	int i, seen = 0;

	start_flow(self, 1);
	for (i = 0; i < repeats(100) && !flow_failed(&self->flow); i++) {
		client_open(&client, uio_number(&self->nl, HANDLER));
		client_control(&client, false);
		client_control(&client, true);
		if (i % 4)
			client_wait(&client, EVENT_TIMEOUT * 1000, &count);
		else
			client_control(&client, false);
		seen += check_ring(_metadata, self, &client);
		client_close(&client);
	}
	stop_flow(_metadata, self);
	EXPECT_GT(seen, 0);
}

/* One stay in user space; its ring is read after it. Returns its events. */
static __u32 stay(struct __test_metadata *_metadata, struct _test_data_uio *self,
		  const char *next, __u32 *seed)
{
	struct client client;
	__u32 head;

	handler_bottom(&self->nl, LINE, HANDLER, "uio");
	client_open(&client, uio_number(&self->nl, HANDLER));
	client.next = 0;
	flow_wait(&self->flow, random_below(seed, 4));
	if (!random_below(seed, 3))
		client_control(&client, false);
	flow_nudge(&self->flow, &self->nl);
	handler_bottom(&self->nl, LINE, HANDLER, next);
	head = client.ring->head;
	ASSERT_LT(head, client.ring->size);
	ASSERT_EQ(head, check_ring(_metadata, self, &client));
	client_close(&client);
	return head;
}

/* Between user space and each other strategy, in mid-work and not. */
TEST_F_TIMEOUT(uio, switches_lose_nothing, 280)
{
	struct strategy list[STRATEGIES_MAX];
	int count = strategies_available(&self->nl, list), i;
	struct stats stats = { 0 };
	__u32 seed = 7, events = 0;

	start_flow(self, seed);
	handler_bottom(&self->nl, LINE, HANDLER, "inline");
	for (i = 0; i < SWITCHES && !flow_failed(&self->flow); i++) {
		if (!strcmp(list[i % count].name, "uio"))
			continue;
		events += stay(_metadata, self, list[i % count].name, &seed);
		stats_get(&self->nl, LINE, HANDLER, &stats);
		ASSERT_TRUE(stats_add_up(&stats));
		flow_wait(&self->flow, random_below(&seed, 3));
	}
	stop_flow(_metadata, self);
	stats_get(&self->nl, LINE, HANDLER, &stats);
	ksft_print_msg("%llu switches, %llu owed, %u of %llu events in user space\n",
		       (unsigned long long)stats.switches,
		       (unsigned long long)stats.owed, events,
		       (unsigned long long)stats.handled);
	EXPECT_GT(events, 0);
	EXPECT_GT(stats.owed, 0);
	EXPECT_GT(stats.switches_owned, 0);
}

TEST_HARNESS_MAIN
