// SPDX-License-Identifier: GPL-2.0-only
/*
 * Every allocation fails once: of a file of the device's, of its probe, and of the
 * modules' load.
 *
 * What the kernel can do without it does: a page that cannot be had when memory is
 * touched is asked for again, an entry of /proc that cannot be made is left out, MSI that
 * cannot be had is INTx. What is done is then done in full as far as a user of the
 * device can see.
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

#include "kselftest_harness.h"
#include "dev.h"
#include "objects.h"
#include "sweep.h"
#include "taps.h"

/* Seconds: an emulated CPU with a debug kernel is slow, and so is a busy host. */
#define PATIENCE	1200

#define SUBJECT		"subject"
#define SOURCE		0x00000002U
#define DRIVER		"/sys/bus/pci/drivers/edu"
/* Of a probe or a load: there are hundreds, and each takes long. */
#define TRIES		40

#define ALL_OF(array)	((int)(sizeof(array) / sizeof((array)[0])))
#define wrong(outcome, ...) \
	snprintf((outcome)->wrong, sizeof((outcome)->wrong), __VA_ARGS__)

/* Returns what the call returns, and its error. */
static long attempt(unsigned int nth, struct outcome *outcome,
		    long (*call)(const void *data), const void *data)
{
	long ret;

	fault_arm(nth);
	ret = call(data);
	outcome->error = ret < 0 ? errno : 0;
	outcome->hit = fault_hit();
	outcome->refused = ret < 0;
	if (outcome->refused && outcome->error !=
	    (fault_kind() == FAULT_USERCOPY ? EFAULT : ENOMEM))
		wrong(outcome, "not %s", fault_kind() == FAULT_USERCOPY ?
		      "EFAULT" : "ENOMEM");
	return ret;
}

FIXTURE(faultdev)
{
	struct nl nl;
};

/* The file that the steps are about, and what they leave behind. */
static int file, opened;
static struct ring mapped;

FIXTURE_SETUP(faultdev)
{
	const char *missing = fault_missing();

	if (missing)
		SKIP(return, "%s", missing);
	objects_open(&self->nl);
	handler_new(&self->nl, LINE, SUBJECT, SOURCE, "tasklet");
	file = dev_open(LINE, O_RDWR | O_NONBLOCK);
}

FIXTURE_TEARDOWN(faultdev)
{
	close(file);
	objects_reset(&self->nl);
	nl_close(&self->nl);
}

static long call_open(const void *data)
{
	return open("/dev/" LINE, *(const int *)data | O_CLOEXEC);
}

static void try_open(struct step *step, unsigned int nth, struct outcome *outcome)
{
	opened = attempt(nth, outcome, call_open, step->data);
}

static void undo_open(struct step *step)
{
	(void)step;
	close(opened);
}

TEST_F_TIMEOUT(faultdev, of_who_opens, PATIENCE)
{
	static const int reading = O_RDONLY, writing = O_WRONLY, both = O_RDWR;
	struct step steps[] = {
		{ .label = "open for reading", .data = &reading },
		{ .label = "open for writing", .data = &writing },
		{ .label = "open for both", .data = &both },
	};
	int i;

	for (i = 0; i < ALL_OF(steps); i++) {
		steps[i].try = try_open;
		steps[i].undo = undo_open;
		steps[i].nl = &self->nl;
		EXPECT_EQ(sweep(&steps[i]), 0);
	}
}

/* A part of the file to be mapped. */
struct part {
	off_t at;
	int prot;
};

static size_t part_size(const struct part *part)
{
	return part->at == IRQLINE_TAP_MAP_RING ? mapped.ring_bytes :
						  mapped.control_bytes;
}

static void *place;

/* The first of its pages as well. */
static long call_mmap(const void *data)
{
	const struct part *part = data;

	place = mmap(NULL, part_size(part), part->prot, MAP_SHARED, opened, part->at);
	return place == MAP_FAILED ? -1 : *(volatile char *)place & 0;
}

static void prepare_mmap(struct step *step)
{
	struct irqline_tap_info info;

	(void)step;
	opened = dev_open(LINE, O_RDWR);
	tap_info(opened, &info);
	mapped.ring_bytes = info.ring_bytes;
	mapped.control_bytes = info.control_bytes;
}

/* What could not be mapped can be, and what is mapped can be used. */
static void try_mmap(struct step *step, unsigned int nth, struct outcome *outcome)
{
	struct ring ring;

	attempt(nth, outcome, call_mmap, step->data);
	if (!outcome->refused)
		munmap(place, part_size(step->data));
	ring_map(&ring, opened);
	if (ring_tail(&ring) != ring_head(&ring))
		wrong(outcome, "the ring is not empty");
	ring_unmap(&ring);
	close(opened);
}

TEST_F_TIMEOUT(faultdev, of_who_maps_the_ring, PATIENCE)
{
	static const struct part ring = { IRQLINE_TAP_MAP_RING, PROT_READ };
	static const struct part control = {
		IRQLINE_TAP_MAP_CONTROL, PROT_READ | PROT_WRITE,
	};
	struct step steps[] = {
		{ .label = "mmap of the ring", .data = &ring },
		{ .label = "mmap of the control page", .data = &control },
	};
	int i;

	for (i = 0; i < ALL_OF(steps); i++) {
		steps[i].prepare = prepare_mmap;
		steps[i].try = try_mmap;
		steps[i].nl = &self->nl;
		EXPECT_EQ(sweep(&steps[i]), 0);
	}
}

static char bytes[256], copy[256];

/* An ioctl, and what tells that it was done. */
struct command {
	const char *label;
	unsigned long request;
	bool moves;
	bool frugal;
	union {
		__u32 number;
		struct edu_factorial factorial;
		struct edu_factorial_timed timed;
		struct edu_dma dma;
		struct edu_info info;
		struct irqline_tap_handler handler;
		struct irqline_tap_info tap;
	} argument;
};

static const struct command ioctls[] = {
	{ .label = "raise", .request = EDU_IOC_RAISE, .moves = true, .frugal = true,
	  .argument.number = SOURCE },
	{ .label = "factorial", .request = EDU_IOC_FACTORIAL, .moves = true,
	  .argument.factorial.operand = 5 },
	{ .label = "factorial timed", .request = EDU_IOC_FACTORIAL_TIMED,
	  .moves = true,
	  .argument.timed = { .operand = 5, .timeout_ms = 10000 } },
	{ .label = "dma to the device", .request = EDU_IOC_DMA, .moves = true,
	  .argument.dma = { .length = sizeof(bytes),
			    .direction = EDU_DMA_TO_DEVICE } },
	{ .label = "dma from the device", .request = EDU_IOC_DMA, .moves = true,
	  .argument.dma = { .length = sizeof(copy),
			    .direction = EDU_DMA_FROM_DEVICE } },
	{ .label = "info", .request = EDU_IOC_INFO },
	{ .label = "subscribe", .request = IRQLINE_TAP_IOC_SUBSCRIBE,
	  .argument.handler.name = SUBJECT },
	{ .label = "subscribe to all", .request = IRQLINE_TAP_IOC_SUBSCRIBE },
	{ .label = "unsubscribe", .request = IRQLINE_TAP_IOC_UNSUBSCRIBE,
	  .argument.handler.name = SUBJECT },
	{ .label = "unsubscribe from all", .request = IRQLINE_TAP_IOC_UNSUBSCRIBE },
	{ .label = "watermark", .request = IRQLINE_TAP_IOC_WATERMARK, .frugal = true,
	  .argument.number = 3 },
	{ .label = "info of the tap", .request = IRQLINE_TAP_IOC_INFO },
};

static struct command now;

static long call_command(const void *data)
{
	(void)data;
	return ioctl(file, now.request, &now.argument);
}

/* What is subscribed to before: something that the command can change. */
static void prepare_command(struct step *step)
{
	now = *(const struct command *)step->data;
	if (now.request == EDU_IOC_DMA) {
		now.argument.dma.buffer = (unsigned long)
			(now.argument.dma.direction ? copy : bytes);
		memset(copy, 0, sizeof(copy));
	}
	tap_watermark(file, 1);
	if (now.request == IRQLINE_TAP_IOC_UNSUBSCRIBE)
		tap_subscribe(file, SUBJECT);
	else if (*now.argument.handler.name || now.request != IRQLINE_TAP_IOC_SUBSCRIBE)
		tap_subscribe(file, "");
	else
		tap_subscribe(file, SUBJECT);
}

/* Why it is not done, or NULL. */
static const char *command_undone(void)
{
	struct irqline_tap_info info;

	tap_info(file, &info);
	switch (now.request) {
	case EDU_IOC_FACTORIAL:
		return now.argument.factorial.result == 120 ? NULL : "not 5!";
	case EDU_IOC_FACTORIAL_TIMED:
		return now.argument.timed.result == 120 ? NULL : "not 5!";
	case EDU_IOC_DMA:
		return now.argument.dma.direction && memcmp(bytes, copy, sizeof(copy)) ?
			"not the bytes" : NULL;
	case IRQLINE_TAP_IOC_SUBSCRIBE:
		return !(info.flags & IRQLINE_TAP_INFO_ALL) ==
			!!*now.argument.handler.name ? NULL : "not what was chosen";
	case IRQLINE_TAP_IOC_WATERMARK:
		return info.watermark == 3 ? NULL : "not the watermark";
	}
	return NULL;
}

/*
 * A tap is as it was, whatever of it was to be changed; but who cannot be told the id
 * of what he has subscribed to has subscribed.
 */
static void try_command(struct step *step, unsigned int nth,
			struct outcome *outcome)
{
	struct irqline_tap_info before, after;
	const char *undone;

	tap_info(file, &before);
	attempt(nth, outcome, call_command, step->data);
	tap_info(file, &after);
	if (outcome->refused) {
		if (before.flags != after.flags && outcome->error != EFAULT)
			wrong(outcome, "the choice of handlers has changed");
		if (before.watermark != after.watermark)
			wrong(outcome, "the watermark has changed");
	} else {
		undone = command_undone();
		if (undone)
			wrong(outcome, "%s", undone);
	}
}

TEST_F_TIMEOUT(faultdev, of_who_commands, PATIENCE)
{
	int i;

	memset(bytes, 0x5a, sizeof(bytes));
	for (i = 0; i < ALL_OF(ioctls); i++) {
		struct step step = {
			.label = ioctls[i].label,
			.prepare = prepare_command,
			.try = try_command,
			.moves = ioctls[i].moves,
			.frugal = ioctls[i].frugal,
			.data = &ioctls[i],
			.nl = &self->nl,
		};

		EXPECT_EQ(sweep(&step), 0) TH_LOG("%s", ioctls[i].label);
	}
}

static struct irqline_event event;

static long call_poll(const void *data)
{
	struct pollfd poller = { .fd = file, .events = POLLIN };

	(void)data;
	return poll(&poller, 1, EVENT_TIMEOUT * 1000);
}

static long call_read(const void *data)
{
	(void)data;
	return read(file, &event, sizeof(event));
}

/* There is one event to be read. */
static void prepare_event(struct step *step)
{
	(void)step;
	tap_subscribe(file, SUBJECT);
	dev_raise(file, SOURCE);
	if (call_poll(NULL) != 1)
		die("no event within %d seconds", EVENT_TIMEOUT);
}

/* An event that could not be copied stays. */
static void try_event(struct step *step, unsigned int nth, struct outcome *outcome)
{
	long (*const *call)(const void *data) = step->data;

	event.sources = 0;
	attempt(nth, outcome, *call, NULL);
	if ((outcome->refused || *call == call_poll) &&
	    call_read(NULL) != sizeof(event))
		wrong(outcome, "the event has gone");
	else if (event.sources != SOURCE)
		wrong(outcome, "another event");
}

TEST_F_TIMEOUT(faultdev, of_who_waits_and_reads, PATIENCE)
{
	static long (*const waits)(const void *data) = call_poll;
	static long (*const reads)(const void *data) = call_read;
	struct step steps[] = {
		{ .label = "poll", .data = &waits },
		{ .label = "read", .data = &reads },
	};
	int i;

	for (i = 0; i < ALL_OF(steps); i++) {
		steps[i].prepare = prepare_event;
		steps[i].try = try_event;
		steps[i].moves = true;
		steps[i].nl = &self->nl;
		EXPECT_EQ(sweep(&steps[i]), 0);
	}
}

/* The function of NEIGHBOUR, and the driver's file to bind it by. */
static char function[64];
static int bind_file;

static long call_bind(const void *data)
{
	(void)data;
	return write(bind_file, function, strlen(function));
}

static void unbind(struct step *step)
{
	(void)step;
	if (!access(DRIVER "/unbind", W_OK))
		file_write(DRIVER "/unbind", function);
}

/* Why the device is not served, or NULL. */
static const char *unserved(struct nl *nl)
{
	int fd;

	if (!line_exists(nl, NEIGHBOUR))
		return "there is no line";
	fd = open("/dev/" NEIGHBOUR, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return "there is no file";
	if (dev_factorial(fd, 5) != 120)
		return "the device computes no factorial";
	close(fd);
	return NULL;
}

static void try_bind(struct step *step, unsigned int nth, struct outcome *outcome)
{
	const char *lacking;

	attempt(nth, outcome, call_bind, NULL);
	/* Those of whatever pci_iomap() and pci_request_region() lack. */
	if (outcome->error == EINVAL || outcome->error == EBUSY)
		*outcome->wrong = '\0';
	if (outcome->refused) {
		if (line_exists(step->nl, NEIGHBOUR) ||
		    !access("/dev/" NEIGHBOUR, F_OK))
			wrong(outcome, "something of the device is left");
		return;
	}
	lacking = unserved(step->nl);
	if (lacking)
		wrong(outcome, "%s", lacking);
}

/*
 * Only what the driver has called counts. That is not ACPI, which does not survive all
 * of it: the device is enabled already.
 */
TEST_F_TIMEOUT(faultdev, of_who_binds_the_driver, PATIENCE)
{
	struct step step = {
		.label = "probe",
		.prepare = unbind,
		.undo = unbind,
		.try = try_bind,
		.blind = true,
		.most = TRIES,
		.nl = &self->nl,
	};

	if (!fault_only_in_module("edu", FAULT_UNSURVIVED))
		SKIP(return, "the kernel cannot tell who allocates");
	dev_function(NEIGHBOUR, function, sizeof(function));
	unbind(&step);
	dev_enable(function, true);
	bind_file = open(DRIVER "/bind", O_WRONLY | O_CLOEXEC);
	ASSERT_GE(bind_file, 0);
	EXPECT_EQ(sweep(&step), 0);
	fault_anywhere();
	dev_enable(function, false);
	file_must_write(DRIVER "/bind", function);
	close(bind_file);
}

TEST_HARNESS_MAIN
