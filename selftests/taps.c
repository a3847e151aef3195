// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

#include "dev.h"
#include "objects.h"
#include "taps.h"

static int choose(int fd, unsigned long request, const char *handler, __u32 *id)
{
	struct irqline_tap_handler argument = { };
	int err;

	snprintf(argument.name, sizeof(argument.name), "%s", handler);
	err = dev_error(fd, request, &argument);
	*id = argument.id;
	return err;
}

int tap_request(int fd, unsigned long request, const char *handler)
{
	__u32 id;

	return choose(fd, request, handler, &id);
}

__u32 tap_subscribe(int fd, const char *handler)
{
	__u32 id;
	int err = choose(fd, IRQLINE_TAP_IOC_SUBSCRIBE, handler, &id);

	if (err)
		die("subscribing to '%s': %s", handler, strerror(err));
	return id;
}

void tap_unsubscribe(int fd, const char *handler)
{
	int err = tap_request(fd, IRQLINE_TAP_IOC_UNSUBSCRIBE, handler);

	if (err)
		die("unsubscribing from '%s': %s", handler, strerror(err));
}

void tap_watermark(int fd, __u32 events)
{
	int err = dev_error(fd, IRQLINE_TAP_IOC_WATERMARK, &events);

	if (err)
		die("a watermark of %u: %s", events, strerror(err));
}

void tap_info(int fd, struct irqline_tap_info *info)
{
	int err = dev_error(fd, IRQLINE_TAP_IOC_INFO, info);

	if (err)
		die("asking a tap: %s", strerror(err));
}

void ring_map(struct ring *ring, int fd)
{
	struct irqline_tap_info info;

	tap_info(fd, &info);
	*ring = (struct ring) {
		.fd = fd,
		.ring_bytes = info.ring_bytes,
		.control_bytes = info.control_bytes,
	};
	ring->ring = mmap(NULL, ring->ring_bytes, PROT_READ, MAP_SHARED, fd,
			  IRQLINE_TAP_MAP_RING);
	ring->control = mmap(NULL, ring->control_bytes, PROT_READ | PROT_WRITE,
			     MAP_SHARED, fd, IRQLINE_TAP_MAP_CONTROL);
	if (ring->ring == MAP_FAILED || ring->control == MAP_FAILED)
		die("mapping a ring: %s", strerror(errno));
}

void ring_unmap(struct ring *ring)
{
	if (munmap((void *)ring->ring, ring->ring_bytes) ||
	    munmap(ring->control, ring->control_bytes))
		die("unmapping a ring: %s", strerror(errno));
}

__u32 ring_tail(const struct ring *ring)
{
	return __atomic_load_n(&ring->ring->tail, __ATOMIC_ACQUIRE);
}

__u32 ring_head(const struct ring *ring)
{
	return __atomic_load_n(&ring->control->head, __ATOMIC_RELAXED);
}

void ring_set_head(const struct ring *ring, __u32 head)
{
	__atomic_store_n(&ring->control->head, head, __ATOMIC_RELEASE);
}

int ring_take(const struct ring *ring, struct irqline_event *events, int max)
{
	__u32 head = ring_head(ring), tail = ring_tail(ring);
	int count = 0;

	while (count < max && head != tail) {
		events[count++] = ring->ring->events[head % ring->ring->size];
		head++;
	}
	ring_set_head(ring, head);
	return count;
}

void producer_open(struct producer *producer, struct nl *nl, const char *name,
		   __u32 source)
{
	*producer = (struct producer) {
		.nl = nl,
		.name = name,
		.source = source,
		.id = handler_new(nl, LINE, name, source, "tasklet"),
		.fd = dev_open(LINE, O_WRONLY),
		.witness = dev_open(LINE, O_RDONLY | O_NONBLOCK),
	};
	tap_subscribe(producer->witness, name);
}

void producer_close(struct producer *producer)
{
	close(producer->witness);
	close(producer->fd);
}

/* An event is handled when all files have got it. */
void produce(struct producer *producer, int events)
{
	struct irqline_event event;

	while (events--) {
		dev_raise(producer->fd, producer->source);
		dev_next(producer->witness, producer->id, &event);
	}
	WAIT_UNTIL(!stats_pending(producer->nl, LINE, producer->name),
		   EVENT_TIMEOUT, "the last event is handled");
}
