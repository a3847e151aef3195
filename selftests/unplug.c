// SPDX-License-Identifier: GPL-2.0-only
/*
 * A device goes while everything of it is in use: files are read, polled and
 * written to, the device computes, handlers and the top half are switched, all is
 * dumped. Whoever waits is told, what is mapped stays, the last close frees; a
 * device that comes back is as new, with none of the handlers that a user added.
 */
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>

#include "kselftest_harness.h"
#include "bus.h"
#include "client.h"
#include "flow.h"
#include "taps.h"

#define CYCLES		50
#define SWITCHED	"switched"
#define SLEEPER		"sleeper"
#define MAPPED		"mapped"
#define SOURCES		0x0000fe00U
#define FLOW_SOURCES	0x00ff0000U
/* A tenth of a second or more. */
#define OPERAND		100000000U

/* Who uses the device, in a thread of its own, until the device is gone. */
struct user {
	const char *name;
	int flags;			/* to open the file with, or -1 */
	/* Once; returns 0 or an errno. */
	int (*use)(struct user *user);
	bool raises;			/* without it, the others have to wait */

	pthread_t thread;
	struct nl nl;
	struct ring ring;
	int fd, error, tid;
	unsigned int uses;
};

/* For requests and paths that name the line, it ends either way. */
static int gone_by_name(int error)
{
	return error == ENOENT || error == ENXIO ? ENODEV : error;
}

static int read_event(struct user *user)
{
	struct irqline_event event;

	return read(user->fd, &event, sizeof(event)) < 0 ? errno : 0;
}

static int poll_event(struct user *user)
{
	struct pollfd poller = { .fd = user->fd, .events = POLLIN };

	if (poll(&poller, 1, -1) != 1)
		return errno;
	return poller.revents & POLLHUP ? ENODEV : read_event(user);
}

/* A file for writing alone has but the end to wait for. */
static int poll_end(struct user *user)
{
	struct pollfd poller = { .fd = user->fd, .events = POLLIN };

	if (poll(&poller, 1, -1) != 1)
		return errno;
	return poller.revents & POLLHUP ? ENODEV : EPROTO;
}

/* The ring is mapped: nothing is read, and nothing is taken. */
static int poll_ring(struct user *user)
{
	struct pollfd poller = { .fd = user->fd, .events = POLLIN };

	if (poll(&poller, 1, -1) != 1)
		return errno;
	ring_set_head(&user->ring, ring_tail(&user->ring));
	return poller.revents & POLLHUP ? ENODEV : 0;
}

static int raise_sources(struct user *user)
{
	__u32 sources = SOURCES;

	return ioctl(user->fd, EDU_IOC_RAISE, &sources) ? errno : 0;
}

static int compute(struct user *user)
{
	struct edu_factorial f = { .operand = OPERAND };

	return ioctl(user->fd, EDU_IOC_FACTORIAL, &f) ? errno : 0;
}

/* To the device and back. */
static int transfer(struct user *user)
{
	char buffer[64] = "";
	struct edu_dma dma = {
		.buffer = (unsigned long)buffer, .length = sizeof(buffer),
		.direction = user->uses % 2 ? EDU_DMA_FROM_DEVICE :
					      EDU_DMA_TO_DEVICE,
	};

	return ioctl(user->fd, EDU_IOC_DMA, &dma) ? errno : 0;
}

static int open_again(struct user *user)
{
	int fd = open("/dev/" LINE, O_RDWR | O_CLOEXEC);

	(void)user;
	if (fd < 0)
		return gone_by_name(errno);
	close(fd);
	return 0;
}

static int switch_bottom(struct user *user)
{
	static const char * const bottoms[] = {
		"tasklet", "kthread", "workqueue", "irq-thread", "inline",
		"timer", "napi", "uio",
	};
	struct nl_msg msg;

	request_handler(&msg, IRQLINE_CMD_HANDLER_SET, LINE, SWITCHED);
	nl_put_str(&msg, IRQLINE_A_HANDLER_BOTTOM,
		   bottoms[user->uses % ARRAY_SIZE(bottoms)]);
	return gone_by_name(nl_do(&user->nl, &msg, NULL));
}

/* On an INTx, another driver may not let it. */
static int switch_top(struct user *user)
{
	static const char * const tops[] = { "thread", "poll", "hard" };
	struct nl_msg msg;
	int error;

	request_top(&msg, LINE, tops[user->uses % ARRAY_SIZE(tops)]);
	error = nl_do(&user->nl, &msg, NULL);
	return error == EBUSY ? 0 : gone_by_name(error);
}

static int come_and_go(struct user *user)
{
	__u8 cmd = user->uses % 2 ? IRQLINE_CMD_HANDLER_DEL :
				    IRQLINE_CMD_HANDLER_NEW;
	struct nl_msg msg;

	request_handler(&msg, cmd, LINE, "passer-by");
	if (cmd == IRQLINE_CMD_HANDLER_NEW)
		nl_put_u32(&msg, IRQLINE_A_HANDLER_SOURCES, SOURCES);
	return gone_by_name(nl_do(&user->nl, &msg, NULL));
}

/* Of everything, which never fails. */
static int dump(struct user *user)
{
	static const __u8 cmds[] = {
		IRQLINE_CMD_LINE_GET, IRQLINE_CMD_HANDLER_GET,
		IRQLINE_CMD_STATS_GET,
	};
	struct nl_list list = { 0 };
	struct nl_msg msg;
	unsigned int i;
	int error = 0;

	for (i = 0; i < ARRAY_SIZE(cmds) && !error; i++) {
		nl_init(&msg, cmds[i]);
		error = nl_dump(&user->nl, &msg, &list);
		nl_free(&list);
	}
	if (error)
		die("a dump: %s", user->nl.ack.text);
	return line_exists(&user->nl, LINE) ? 0 : ENODEV;
}

static int wait_for_uio(struct user *user)
{
	__u32 count;

	return read(user->fd, &count, sizeof(count)) < 0 ? errno : 0;
}

/* Of UIO, the file and the error are its own. */
static int end_of(const struct user *user)
{
	return user->use == wait_for_uio ? EIO : ENODEV;
}

static struct user users[] = {
	{ .name = "read", .flags = O_RDONLY, .use = read_event },
	{ .name = "poll", .flags = O_RDONLY, .use = poll_event },
	{ .name = "mapped ring", .flags = O_RDWR, .use = poll_ring },
	{ .name = "poll of a file for writing", .flags = O_WRONLY, .use = poll_end },
	{ .name = "factorial", .flags = O_RDWR, .use = compute },
	{ .name = "factorial, in turn", .flags = O_RDWR, .use = compute },
	{ .name = "DMA", .flags = O_WRONLY, .use = transfer },
	{ .name = "DMA, in turn", .flags = O_RDWR, .use = transfer },
	{ .name = "open", .flags = -1, .use = open_again },
	{ .name = "switch", .flags = -1, .use = switch_bottom },
	{ .name = "switch of the top half", .flags = -1, .use = switch_top },
	{ .name = "add and delete", .flags = -1, .use = come_and_go },
	{ .name = "dump", .flags = -1, .use = dump },
	{ .name = "raise", .flags = O_WRONLY, .use = raise_sources, .raises = true },
	{ .name = "wait for UIO", .flags = -1, .use = wait_for_uio },
};

#define for_each_user(user) \
	for (user = users; user < users + ARRAY_SIZE(users); user++)

static void *use_until_gone(void *arg)
{
	struct user *user = arg;

	__atomic_store_n(&user->tid, syscall(SYS_gettid), __ATOMIC_RELEASE);
	do {
		user->error = user->use(user);
		__atomic_add_fetch(&user->uses, 1, __ATOMIC_RELEASE);
	} while (!user->error);
	return NULL;
}

/* It has done something, or waits for something to do. */
static bool at_work(struct user *user)
{
	int tid = __atomic_load_n(&user->tid, __ATOMIC_ACQUIRE);

	return __atomic_load_n(&user->uses, __ATOMIC_ACQUIRE) ||
	       (tid && thread_state(tid) == 'S');
}

FIXTURE(unplug)
{
	struct nl nl;
	struct flow flow;
	struct client client;
	char function[NAME_MAX];
	int cycles, refs;
	int flow_refs;			/* those that the flow adds */
	__u32 head;
};

FIXTURE_VARIANT(unplug)
{
	void (*unplug)(const char *function);
	void (*plug)(const char *function);
	bool machine;
};

static void rescan(const char *function)
{
	(void)function;
	bus_rescan();
}

static void unplug(const char *function)
{
	machine_unplug(LINE, function);
}

static void plug(const char *function)
{
	machine_plug(LINE, function);
}

static bool is_back(void)
{
	int fd = open("/dev/" LINE, O_RDWR | O_CLOEXEC);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

FIXTURE_VARIANT_ADD(unplug, by_unbind) { .unplug = bus_unbind, .plug = bus_bind };
FIXTURE_VARIANT_ADD(unplug, by_remove) { .unplug = bus_remove, .plug = rescan };
FIXTURE_VARIANT_ADD(unplug, by_machine) {
	.unplug = unplug, .plug = plug, .machine = true,
};

/* The files that keep the driver. */
static int module_refs(void)
{
	char text[32];

	if (!file_read("/sys/module/edu/refcnt", text, sizeof(text)))
		die("edu is no module");
	return atoi(text);
}

static void start_flow(struct _test_data_unplug *self)
{
	handler_new(&self->nl, NEIGHBOUR, SWITCHED, FLOW_SOURCES, "tasklet");
	self->flow = (struct flow) {
		.line = NEIGHBOUR, .name = SWITCHED, .sources = FLOW_SOURCES,
		.raiser_cpu = -1, .reader_cpu = -1, .seed = 1,
	};
	flow_start(&self->flow, &self->nl);
	self->flow_refs = 2;
}

FIXTURE_SETUP(unplug)
{
	bool machine = machine_serves();

	if (machine != variant->machine)
		SKIP(return, machine ? "it is the machine that unplugs here" :
				       "there is nobody to unplug the device");
	self->cycles = env_number("IRQLINE_CYCLES", repeats(CYCLES));
	objects_open(&self->nl);
	self->refs = module_refs();
	start_flow(self);
}

FIXTURE_TEARDOWN(unplug)
{
	objects_reset(&self->nl);
	nl_close(&self->nl);
}

static int number_of_uio(struct nl *nl, const char *name)
{
	return handler_u32(nl, LINE, name, IRQLINE_A_HANDLER_UIO);
}

static void add_handlers(struct _test_data_unplug *self)
{
	handler_new(&self->nl, LINE, SWITCHED, SOURCES, "tasklet");
	handler_new(&self->nl, LINE, SLEEPER, SOURCES, "workqueue");
	handler_work(&self->nl, LINE, SLEEPER, IRQLINE_WORK_SLEEP,
		     NSEC_PER_MSEC);
	handler_new(&self->nl, LINE, MAPPED, SOURCES, "uio");
}

static void open_file(struct _test_data_unplug *self, struct user *user)
{
	user->fd = user->flags < 0 ? -1 : dev_open(LINE, user->flags);
	if (user->use == wait_for_uio)
		user->fd = self->client.fd;
	if (user->use == poll_ring)
		ring_map(&user->ring, user->fd);
	nl_open(&user->nl, IRQLINE_FAMILY_NAME);
	user->uses = 0;
	user->tid = 0;
	user->error = 0;
}

static struct user *raiser(void)
{
	struct user *user;

	for_each_user(user)
		if (user->raises)
			return user;
	die("nobody raises");
}

/* All of them at work; now and then without the one that keeps the others busy. */
static void begin(struct __test_metadata *_metadata,
		  struct _test_data_unplug *self, bool busy)
{
	struct user *user;

	add_handlers(self);
	client_open(&self->client, number_of_uio(&self->nl, MAPPED));
	for_each_user(user)
		open_file(self, user);
	/* It has something that it can keep. */
	raise_taken(&self->nl, raiser()->fd, LINE, MAPPED, SOURCES);
	WAIT_UNTIL(self->client.ring->head, EVENT_TIMEOUT,
		   "an event is in the ring");
	for_each_user(user) {
		if (user->raises && !busy)
			continue;
		ASSERT_EQ(0, pthread_create(&user->thread, NULL, use_until_gone,
					    user));
	}
	for_each_user(user) {
		if (user->raises && !busy)
			continue;
		WAIT_UNTIL(at_work(user), EVENT_TIMEOUT, user->name);
	}
}

/* Each of them was told, once for all. */
static void check_told(struct __test_metadata *_metadata, bool busy)
{
	struct user *user;

	for_each_user(user) {
		if (user->raises && !busy)
			continue;
		ASSERT_EQ(0, pthread_join(user->thread, NULL));
		EXPECT_EQ(end_of(user), user->error)
			TH_LOG("%s: %s", user->name, strerror(user->error));
		if (user->fd >= 0 || user->use == dump)
			EXPECT_EQ(end_of(user), user->use(user))
				TH_LOG("%s, again", user->name);
	}
}

/* Also what it was not used for before. */
static void check_file(struct __test_metadata *_metadata, struct user *user)
{
	struct pollfd poller = { .fd = user->fd, .events = POLLIN | POLLOUT };
	int mode = user->flags & O_ACCMODE;

	EXPECT_EQ(1, poll(&poller, 1, 0));
	EXPECT_EQ(POLLHUP | POLLERR, poller.revents & (POLLHUP | POLLERR));
	EXPECT_EQ(mode == O_WRONLY ? EBADF : ENODEV, read_event(user));
	EXPECT_EQ(mode == O_RDONLY ? EBADF : ENODEV, raise_sources(user));
	EXPECT_EQ(mode == O_RDONLY ? EBADF : ENODEV, compute(user));
	EXPECT_EQ(mode == O_RDONLY ? EBADF : ENODEV, transfer(user));
}

/* What was there is still there: the last event, of those that were not dropped. */
static void check_mapping(struct __test_metadata *_metadata,
			  const struct client *client)
{
	__u32 head = __atomic_load_n(&client->ring->head, __ATOMIC_ACQUIRE);
	const struct irqline_event *last =
		&client->ring->events[(head - 1) % client->ring->size];

	EXPECT_GT(head, 0);
	EXPECT_LE(head, last->seq);
	EXPECT_EQ(SOURCES, last->sources);
}

/* The ring says that it is over, also when the file is closed. */
static void check_ring(struct __test_metadata *_metadata, struct user *user)
{
	EXPECT_EQ(IRQLINE_TAP_RING_GONE, user->ring.ring->flags);
	EXPECT_GE(user->ring.ring->size, ring_tail(&user->ring) -
					 ring_head(&user->ring));
	ring_unmap(&user->ring);
}

static void end(struct __test_metadata *_metadata,
		struct _test_data_unplug *self, bool busy)
{
	struct user *user;

	check_told(_metadata, busy);
	check_mapping(_metadata, &self->client);
	for_each_user(user) {
		nl_close(&user->nl);
		if (user->flags < 0)
			continue;
		check_file(_metadata, user);
		close(user->fd);
		if (user->use == poll_ring)
			check_ring(_metadata, user);
	}
	EXPECT_EQ(self->refs + self->flow_refs, module_refs());
	check_mapping(_metadata, &self->client);
	client_close(&self->client);
}

/* As it was before anybody had touched it. */
static void check_fresh(struct __test_metadata *_metadata, struct nl *nl)
{
	const struct nlmsghdr *header;
	struct nl_list list = { 0 };
	struct irqline_event event;
	struct nl_msg msg;
	const char *name;
	__u32 id;
	int fd;

	nl_init(&msg, IRQLINE_CMD_HANDLER_GET);
	EXPECT_EQ(0, nl_dump(nl, &msg, &list));
	nl_for_each(header, &list) {
		if (strcmp(nl_str(header, IRQLINE_A_HANDLER_LINE), LINE))
			continue;
		EXPECT_NE(NULL, nl_find(header, IRQLINE_A_HANDLER_BUILTIN));
		EXPECT_STREQ("tasklet",
			     nl_str(header, IRQLINE_A_HANDLER_BOTTOM));
		name = nl_str(header, IRQLINE_A_HANDLER_NAME);
		EXPECT_EQ(0, stats_taken(nl, LINE, name));
	}
	nl_free(&list);
	line_get(nl, LINE, &list);
	EXPECT_STREQ("hard", nl_str(nl_first(&list), IRQLINE_A_LINE_TOP));
	nl_free(&list);

	id = handler_new(nl, LINE, SWITCHED, SOURCES, "tasklet");
	fd = dev_open(LINE, O_RDWR);
	dev_raise(fd, SOURCES);
	dev_next(fd, id, &event);
	EXPECT_EQ(1, event.seq);
	EXPECT_EQ(SOURCES, event.sources);
	close(fd);
	handler_del(nl, LINE, SWITCHED);
}

/*
 * While registers come and go, an emulated machine can lead the neighbour's accesses astray
 * (Documentation/testing.rst), the one that acknowledges among them: then it has to rest.
 */
static void rest_flow(struct __test_metadata *_metadata,
		      struct _test_data_unplug *self)
{
	flow_stop(&self->flow, &self->nl);
	EXPECT_STREQ("", flow_proof(&self->flow));
	handler_del(&self->nl, NEIGHBOUR, SWITCHED);
	self->flow_refs = 0;
}

TEST_F_TIMEOUT(unplug, ends_all_that_is_in_use, 570)
{
	int i;

	for (i = 0; i < self->cycles && !flow_failed(&self->flow); i++) {
		dev_function(LINE, self->function, sizeof(self->function));
		begin(_metadata, self, i % 2);
		if (variant->machine)
			rest_flow(_metadata, self);
		variant->unplug(self->function);
		end(_metadata, self, i % 2);
		EXPECT_FALSE(line_exists(&self->nl, LINE));
		variant->plug(self->function);
		WAIT_UNTIL(is_back(), BUS_PATIENCE, "the device is back");
		check_fresh(_metadata, &self->nl);
		if (variant->machine)
			start_flow(self);
		flow_wait(&self->flow, 5);
	}
	flow_stop(&self->flow, &self->nl);
	EXPECT_STREQ("", flow_proof(&self->flow));
	EXPECT_EQ(self->refs, module_refs());
}

#define SLEEPERS	16
#define SLEEP_NS	(2 * NSEC_PER_SEC)

static void add_sleepers(struct nl *nl)
{
	char name[16];
	int i;

	for (i = 0; i < SLEEPERS; i++) {
		snprintf(name, sizeof(name), SLEEPER "%d", i);
		handler_new(nl, LINE, name, SOURCES, "workqueue");
		handler_work(nl, LINE, name, IRQLINE_WORK_SLEEP, SLEEP_NS);
	}
}

/*
 * Each of them is at an event when the one before it has ended; it is not to begin with the
 * next one, or the waits would add up.
 */
TEST(unplug_waits_once_for_all_that_sleep)
{
	char function[NAME_MAX];
	struct nl nl;
	__u64 begin;
	int fd, i;

	objects_open(&nl);
	dev_function(LINE, function, sizeof(function));
	add_sleepers(&nl);
	fd = dev_open(LINE, O_RDWR);
	for (i = 0; i <= SLEEPERS; i++)
		raise_taken(&nl, fd, LINE, SLEEPER "0", SOURCES);
	close(fd);
	begin = now_ns();
	bus_unbind(function);
	EXPECT_GT(SLEEPERS / 2 * SLEEP_NS, now_ns() - begin);
	bus_bind(function);
	WAIT_UNTIL(is_back(), BUS_PATIENCE, "the device is back");
	objects_reset(&nl);
	nl_close(&nl);
}

TEST_HARNESS_MAIN
