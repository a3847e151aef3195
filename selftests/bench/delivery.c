// SPDX-License-Identifier: GPL-2.0-only
/*
 * From the raise to a process and back: by read(), by UIO, by the mapped ring. What a
 * process has to do with uio_pci_generic before the next interrupt can come (read the
 * status, acknowledge, unmask) is the top half's work otherwise, so it is counted.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <linux/pci_regs.h>

#include "dev.h"
#include "report.h"
#include "rig.h"
#include "rows.h"
#include "taps.h"

#define HANDLER	"reader"
#define BACKLOG	64

/**
 * struct reader - a process that waits for events of one device
 * @regs: to raise, and of uio_pci_generic to acknowledge
 * @fd: to read from
 * @size: bytes of an event there
 * @config: of uio_pci_generic, the device's configuration; else -1
 * @command: the upper byte of its command register, with INTx on
 * @returned: when read() last did
 * @done: events that are done with
 * @stop: no event comes any more, but one that ends it
 */
struct reader {
	volatile __u32 *regs;
	int fd;
	size_t size;
	int config;
	__u8 command;
	volatile __u64 returned;
	volatile __u32 done;
	volatile bool stop;
	pthread_t thread;
};

static void reader_init(struct reader *reader, volatile __u32 *regs, int fd,
			size_t size)
{
	*reader = (struct reader) {
		.regs = regs,
		.fd = fd,
		.size = size,
		.config = -1,
	};
}

static void reader_init_uio(struct reader *reader, struct foreign *uio)
{
	__u16 command;

	reader_init(reader, uio->regs, uio->uio, sizeof(__u32));
	reader->config = uio->config;
	if (pread(uio->config, &command, sizeof(command), PCI_COMMAND) !=
	    sizeof(command))
		die("cannot read the configuration: %s", strerror(errno));
	reader->command = (command & ~PCI_COMMAND_INTX_DISABLE) >> 8;
}

/* As the documentation of UIO has it: one byte to write. */
static void serve(struct reader *reader)
{
	__u32 status = reader->regs[0x24 / sizeof(status)];

	reader->regs[0x64 / sizeof(status)] = status;
	if (pwrite(reader->config, &reader->command, 1, PCI_COMMAND + 1) != 1)
		die("cannot unmask INTx: %s", strerror(errno));
}

static void take(struct reader *reader)
{
	char event[sizeof(struct irqline_event)];

	if (read(reader->fd, event, reader->size) != (ssize_t)reader->size)
		die("read: %s", strerror(errno));
	reader->returned = stamp();
	if (reader->config >= 0)
		serve(reader);
}

static void *read_for_ever(void *arg)
{
	struct reader *reader = arg;

	while (!reader->stop) {
		take(reader);
		reader->done++;
	}
	return NULL;
}

static void await_done(const struct reader *reader, __u32 before)
{
	__u64 end = now_ns() + EVENT_TIMEOUT * NSEC_PER_SEC;

	while (reader->done == before) {
		sched_yield();
		if (now_ns() > end)
			die("no event within %d seconds", EVENT_TIMEOUT);
	}
}

static void raise_once(struct reader *reader, struct cycle *cycle)
{
	__u32 before = reader->done;
	__u64 raised, back;

	raised = stamp();
	side_raise(reader->regs);
	back = stamp();
	if (reader->done == before) {
		await_done(reader, before);
		back = stamp();
	}
	if (!cycle)
		return;
	series_add(&cycle->body, reader->returned - raised);
	series_add(&cycle->whole, back - raised);
}

/* We run only while the reader sleeps, so when we go on, it is back in read(). */
static void measure_blocked(struct rig *rig, struct reader *reader,
			    struct cycle *cycle)
{
	unsigned int i;

	reader->stop = false;
	if (pthread_create(&reader->thread, NULL, read_for_ever, reader))
		die("cannot start a thread");
	give_way(true);
	pause_ms(10);
	for (i = 0; i < WARM_UP + rig->runs / 2; i++)
		raise_once(reader, i < WARM_UP ? NULL : cycle);
	reader->stop = true;
	raise_once(reader, NULL);
	give_way(false);
	pthread_join(reader->thread, NULL);
}

/* The event is there when read() is called. */
static void measure_there(struct rig *rig, struct reader *reader,
			  struct cycle *cycle)
{
	unsigned int i;
	__u64 raised;

	for (i = 0; i < WARM_UP + rig->runs / 2; i++) {
		raised = stamp();
		side_raise(reader->regs);
		take(reader);
		if (i < WARM_UP)
			continue;
		series_add(&cycle->whole, stamp() - raised);
	}
}

/* The UIO device of a handler, once it has that strategy. */
static int open_handlers_uio(struct rig *rig)
{
	char path[32];
	int fd;

	handler_bottom(&rig->nl, LINE, HANDLER, "uio");
	snprintf(path, sizeof(path), "/dev/uio%u",
		 handler_u32(&rig->nl, LINE, HANDLER, IRQLINE_A_HANDLER_UIO));
	WAIT_UNTIL(!access(path, R_OK), 10, "the UIO device is there");
	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		die("%s: %s", path, strerror(errno));
	return fd;
}

enum way { OURS, OURS_INTX, OURS_UIO, BARE, WAYS };

static const char *const way_names[WAYS] = {
	[OURS]		= "irqline, inline, read()",
	[OURS_INTX]	= "the same by INTx",
	[OURS_UIO]	= "irqline, strategy uio",
	[BARE]		= "a minimal driver, read()",
};

/* Makes ready what is to be read; returns a descriptor of its own. */
static int open_way(struct rig *rig, enum way way, struct reader *reader)
{
	int fd;

	if (way == BARE) {
		bare_mechanism(rig, BENCH_READ);
		fd = open("/dev/bench_bare", O_RDONLY | O_CLOEXEC);
		reader_init(reader, rig->bare.regs, fd, sizeof(__u32));
		return fd;
	}
	line_delivery(&rig->nl, LINE, way == OURS_INTX ? IRQLINE_DELIVERY_INTX :
		      IRQLINE_DELIVERY_MSI);
	if (way == OURS_UIO) {
		fd = open_handlers_uio(rig);
		reader_init(reader, rig->edu.regs, fd, sizeof(__u32));
		return fd;
	}
	handler_bottom(&rig->nl, LINE, HANDLER, "inline");
	fd = dev_open(LINE, O_RDONLY);
	reader_init(reader, rig->edu.regs, fd, sizeof(struct irqline_event));
	return fd;
}

struct delivery {
	struct cycle blocked, there;
};

static void measure_way(struct rig *rig, enum way way, struct delivery *delivery)
{
	struct reader reader;
	int fd = open_way(rig, way, &reader);

	if (fd < 0)
		die("cannot open what is to be read: %s", strerror(errno));
	measure_blocked(rig, &reader, &delivery->blocked);
	measure_there(rig, &reader, &delivery->there);
	close(fd);
}

static void measure_uio(struct rig *rig, struct delivery *delivery)
{
	struct reader reader;

	reader_init_uio(&reader, &rig->uio);
	measure_blocked(rig, &reader, &delivery->blocked);
	measure_there(rig, &reader, &delivery->there);
}

static void report_ways(const char *table, enum bar bar,
			struct delivery *deliveries, struct delivery *uio,
			size_t offset)
{
	unsigned int way;
	struct series copy;

	report_table(table, "as named", FOREIGN_NAME);
	for (way = 0; way < WAYS; way++) {
		series_copy(&copy, (void *)((char *)uio + offset));
		report_row(way_names[way], way == OURS ? bar : BAR_NONE, RATIO,
			   (void *)((char *)&deliveries[way] + offset), &copy);
	}
}

/*
 * A backlog: nobody else runs until all are raised, then the kworker, which takes them
 * in one run. Returns what the 63 after the first took, from body to body.
 */
static __u64 serve_backlog(struct rig *rig)
{
	volatile struct bench_stamps *stamps = rig->line.stamps;
	__u32 first = stamps->bodies, i;

	for (i = 0; i < BACKLOG; i++)
		side_raise(rig->line.regs);
	if (stamps->bodies != first)
		die("events are served before all are raised");
	WAIT_UNTIL(stamps->bodies == first + BACKLOG, EVENT_TIMEOUT,
		   "all events are served");
	return stamps->kept[(first + BACKLOG - 1) % BENCH_KEPT] -
	       stamps->kept[first % BENCH_KEPT];
}

/* Each is copied, as a process would that cannot keep the slot. */
static __u64 read_ring(struct ring *ring)
{
	static struct irqline_event events[BACKLOG];
	__u64 start = stamp();

	if (ring_take(ring, events, BACKLOG) != BACKLOG)
		die("the ring does not have the backlog");
	return stamp() - start;
}

struct backlog {
	struct series queued, mapped, push, ring, both;
};

/* In turns without a tap and with one that is mapped. */
static void measure_backlog(struct rig *rig, struct backlog *b)
{
	const struct sched_param first = { .sched_priority = 1 }, none = { };
	__u64 alone, pushed, ring;
	struct ring tap;
	unsigned int i;
	int fd;

	line_bottom(rig, "workqueue");
	if (sched_setscheduler(0, SCHED_FIFO, &first))
		die("cannot change the scheduling class: %s", strerror(errno));
	for (i = 0; i < WARM_UP + rig->runs; i++) {
		alone = serve_backlog(rig);
		fd = dev_open("bench_line", O_RDWR);
		ring_map(&tap, fd);
		pushed = serve_backlog(rig);
		ring = read_ring(&tap);
		ring_unmap(&tap);
		close(fd);
		if (i < WARM_UP)
			continue;
		series_add(&b->queued, alone / (BACKLOG - 1));
		series_add(&b->mapped, pushed / (BACKLOG - 1));
		series_add(&b->push, (pushed - alone) / (BACKLOG - 1));
		series_add(&b->ring, ring / BACKLOG);
		series_add(&b->both, (pushed - alone) / (BACKLOG - 1) +
			   ring / BACKLOG);
	}
	if (sched_setscheduler(0, SCHED_OTHER, &none))
		die("cannot change the scheduling class: %s", strerror(errno));
}

static void report_backlog(struct rig *rig, struct series *uio)
{
	struct backlog b = { };
	struct series copy;

	measure_backlog(rig, &b);
	report_table("An event of a backlog of 64", "irqline", FOREIGN_NAME);
	report_row("queued, no tap, body to body", BAR_NONE, ALONE, &b.queued,
		   NULL);
	report_row("the same with a tap", BAR_NONE, ALONE, &b.mapped, NULL);
	report_row("pushed into a tap", BAR_NONE, ALONE, &b.push, NULL);
	report_row("read from the ring", BAR_NONE, ALONE, &b.ring, NULL);
	series_copy(&copy, uio);
	report_row("pushed and read", BAR_BACKLOG, RATIO, &b.both, &copy);
}

void rows_delivery(struct rig *rig)
{
	struct delivery ours[WAYS] = { }, uio = { };
	unsigned int turn, way;

	handler_new(&rig->nl, LINE, HANDLER, BENCH_SOURCE, "inline");
	for (turn = 0; turn < 2; turn++) {
		for (way = 0; way < WAYS; way++)
			measure_way(rig, way, &ours[way]);
		measure_uio(rig, &uio);
	}
	line_delivery(&rig->nl, LINE, IRQLINE_DELIVERY_MSI);
	handler_del(&rig->nl, LINE, HANDLER);
	bare_mechanism(rig, BENCH_INLINE);

	report_ways("One event: raise until read() returns", BAR_NONE, ours, &uio,
		    offsetof(struct delivery, blocked.body));
	report_ways("One event: raise until the reader waits again",
		    BAR_READ_BLOCKED, ours, &uio,
		    offsetof(struct delivery, blocked.whole));
	report_ways("One event that is there when read() is called",
		    BAR_READ_THERE, ours, &uio,
		    offsetof(struct delivery, there.whole));
	report_backlog(rig, &uio.blocked.whole);
	cycle_free(&uio.blocked);
	cycle_free(&uio.there);
}
