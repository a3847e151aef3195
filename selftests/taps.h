/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Files of a character device as taps: their settings, and their rings, mapped as
 * Documentation/taps.rst tells to do it.
 */
#ifndef TAPS_H
#define TAPS_H

#include <stddef.h>
#include <linux/irqline.h>

#include "nl.h"

/* These end the test if they fail. subscribe returns the handler's id. */
__u32 tap_subscribe(int fd, const char *handler);
void tap_unsubscribe(int fd, const char *handler);
void tap_watermark(int fd, __u32 events);
void tap_info(int fd, struct irqline_tap_info *info);
/* For what must fail: the error of SUBSCRIBE or UNSUBSCRIBE, or 0. */
int tap_request(int fd, unsigned long request, const char *handler);

struct ring {
	int fd;
	const struct irqline_tap_ring *ring;
	struct irqline_tap_control *control;
	size_t ring_bytes, control_bytes;
};

/* Maps the ring of a file, which stays the caller's. */
void ring_map(struct ring *ring, int fd);
void ring_unmap(struct ring *ring);
__u32 ring_tail(const struct ring *ring);
__u32 ring_head(const struct ring *ring);
void ring_set_head(const struct ring *ring, __u32 head);
/* Takes up to max events, and returns how many. */
int ring_take(const struct ring *ring, struct irqline_event *events, int max);

/* A handler of LINE, with a source of its own, whose events a test makes. */
struct producer {
	struct nl *nl;
	const char *name;
	__u32 source, id;
	int fd;
	int witness;		/* a file that has seen each event */
};

void producer_open(struct producer *producer, struct nl *nl, const char *name,
		   __u32 source);
void producer_close(struct producer *producer);
/* So many events, each of one raise, that all files have got. */
void produce(struct producer *producer, int events);

#endif /* TAPS_H */
