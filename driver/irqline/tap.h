/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _IRQLINE_TAP_H
#define _IRQLINE_TAP_H

#include <linux/atomic.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/overflow.h>
#include <linux/rcupdate.h>
#include <linux/spinlock.h>
#include <linux/wait.h>
#include <linux/irqline.h>

#include "tapset.h"

struct irqline_filter;

/* Events; a power of two, since the indices run free. */
#define IRQLINE_TAP_SIZE	1024U

/* The mappings, in bytes. */
#define IRQLINE_TAP_RING_BYTES \
	PAGE_ALIGN(struct_size_t(struct irqline_tap_ring, events, IRQLINE_TAP_SIZE))
#define IRQLINE_TAP_CONTROL_BYTES	PAGE_SIZE

/* How a file takes its events; decided by its first use, for its whole life. */
enum irqline_tap_use {
	IRQLINE_TAP_UNUSED,
	IRQLINE_TAP_READ,
	IRQLINE_TAP_MAPPED,
};

/**
 * struct irqline_tap - one open file
 *
 * @tail is the truth, and its copy in @ring what user space sees: nothing that is
 * mapped is ever read back, except the head, which may have any value at any time.
 *
 * @node: in the set's RCU list
 * @rcu: to free it
 * @set: what it belongs to
 * @filter: the handlers that it wants, or NULL for all; RCU, changed under @mutex
 * @ring: what the reader may read; written under @lock
 * @control: what the reader may write: the consumer index, also that of read()
 * @lock: serialises producers; protects what follows, to @watermark
 * @tail: where the next event goes; runs free
 * @skipped: events lost since the last one that went in
 * @lost: events lost at all
 * @violations: those that found the head out of its range
 * @watermark: events that make it ready
 * @owed: its readers are to be woken by the set's irq_work
 * @wait: readers and pollers
 * @read_mutex: serialises read(); protects the head if @use is
 *	%IRQLINE_TAP_READ
 * @mutex: changes of @filter and @use. Taken with mmap_lock held, so user memory
 *	must not be touched under it, nor @read_mutex be taken
 * @use: enum irqline_tap_use; changes but once
 */
struct irqline_tap {
	struct list_head node;
	struct rcu_head rcu;
	struct irqline_tapset *set;
	struct irqline_filter __rcu *filter;
	struct irqline_tap_ring *ring;
	struct irqline_tap_control *control;
	raw_spinlock_t lock;
	u32 tail;
	u32 skipped;
	u64 lost;
	u64 violations;
	u32 watermark;
	atomic_t owed;
	wait_queue_head_t wait;
	struct mutex read_mutex;	/* readers */
	struct mutex mutex;	/* settings */
	enum irqline_tap_use use;
};

struct irqline_tap *irqline_tap_create(struct irqline_tapset *set);
bool irqline_tap_push(struct irqline_tap *tap,
		      const struct irqline_event *event);
void irqline_tap_wake(struct irqline_tap *tap);
void irqline_tap_mark_gone(struct irqline_tap *tap);
void irqline_tap_end(struct irqline_tap *tap);
bool irqline_tap_gone(const struct irqline_tap *tap);
u32 irqline_tap_waiting(const struct irqline_tap *tap);
bool irqline_tap_ready(const struct irqline_tap *tap);
int irqline_tap_claim(struct irqline_tap *tap, enum irqline_tap_use use);

#endif /* _IRQLINE_TAP_H */
