/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _IRQLINE_LINE_H
#define _IRQLINE_LINE_H

#include <linux/kref.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <irqline.h>

#include "dispatch.h"
#include "handler.h"
#include "lane.h"
#include "tap.h"
#include "top/top.h"

#define IRQLINE_HANDLERS_MAX	256U
#define IRQLINE_MEMORY_MAX	(64UL << 20)

/**
 * struct irqline_line_counts - what a line counts itself
 * @passes: that found work
 * @foreign: that found nothing of this device's
 * @unclaimed: sources that no handler wants
 * @rearms: passes that left at their bound of rounds
 */
struct irqline_line_counts {
	u64 passes;
	u64 foreign;
	u64 unclaimed;
	u64 rearms;
};

/**
 * struct irqline_line - one interrupt of one device
 *
 * Who may run when: passes (by the interrupt, and by irqline_resume() and
 * irqline_register() standing in for it) one at a time, under hub.lock.
 * Requests, in process context, each with a reference; those that change a
 * handler under its mutex, so a switch that waits for sleeping work holds up
 * no other handler. Locks: CPU hotplug -> handler's mutex -> line's mutex ->
 * hub.lock.
 *
 * @hub: what the lanes share
 * @top: what the top half's strategy works with
 * @top_ops: that strategy
 * @ops: the device
 * @priv: for @ops
 * @captured: sources to capture
 * @closed: passes leave the device alone: suspended; under hub.lock
 * @gone: the device no longer answers; under hub.lock
 * @table: which lanes want which sources; under hub.lock, written under the
 *	mutex, too
 * @empty: a table without a lane: the first one, and the last
 * @counts: under hub.lock
 * @taps: the open files
 * @ref: one of the client's, and of each request's
 * @node: in the registry
 * @mutex: protects all that follows
 * @handlers: by rank: the device's own, then by priority, then by age
 * @nr_handlers: how many
 * @dead: the client has unregistered it
 * @sources: that the device can report; constant
 * @delivery: constant
 * @name: constant
 */
struct irqline_line {
	struct irqline_hub hub;
	struct irqline_top top;
	const struct irqline_top_ops *top_ops;
	const struct irqline_client_ops *ops;
	void *priv;
	u32 captured;
	bool closed;
	bool gone;
	struct irqline_table *table;
	struct irqline_table *empty;
	struct irqline_line_counts counts;
	struct irqline_tapset *taps;

	struct kref ref;
	struct list_head node;
	struct mutex mutex;	/* changes */
	struct list_head handlers;
	unsigned int nr_handlers;
	bool dead;

	u32 sources;
	enum irqline_delivery delivery;
	char name[IRQLINE_NAME_MAX + 1];
};

void irqline_line_put(struct irqline_line *line);
size_t irqline_line_memory(struct irqline_line *line);
void irqline_line_counts(struct irqline_line *line,
			 struct irqline_line_counts *counts, bool *gone);
void irqline_line_reset(struct irqline_line *line);

#endif /* _IRQLINE_LINE_H */
