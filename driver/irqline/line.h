/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _IRQLINE_LINE_H
#define _IRQLINE_LINE_H

#include <linux/cpumask.h>
#include <linux/kref.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <irqline.h>

#include "dispatch.h"
#include "handler.h"
#include "lane.h"
#include "tapset.h"
#include "top/top.h"
#include "tops.h"

#define IRQLINE_HANDLERS_MAX	256U
#define IRQLINE_MEMORY_MAX	(64UL << 20)

/**
 * struct irqline_line_counts - what a line counts itself
 * @passes: that found work
 * @foreign: that found nothing of this device's
 * @unclaimed: sources that no handler wants
 * @rearms: passes that left at their bound of rounds
 * @throttles: passes that left sources at the device, for handlers that cannot
 *	take more
 */
struct irqline_line_counts {
	u64 passes;
	u64 foreign;
	u64 unclaimed;
	u64 rearms;
	u64 throttles;
};

/**
 * struct irqline_line - one interrupt of one device
 *
 * Who may run when: passes, by the top half, one at a time, under hub.lock.
 * Requests, in process context, each with a reference; those that change a
 * handler under its mutex, so a switch that waits for sleeping work holds up
 * no other handler; those that change the line itself under irqline_top_mutex.
 * Locks: CPU hotplug -> handler's mutex, or irqline_top_mutex, never one within
 * the other -> line's mutex -> hub.lock.
 *
 * @hub: what the lanes share
 * @top: the top half; NULL while a switch has none. Under hub.lock, written with
 *	irqline_top_mutex held, too
 * @ops: the device
 * @priv: for @ops
 * @captured: sources to capture
 * @closed: passes leave the device alone: suspended, or without an interrupt;
 *	under hub.lock
 * @masked: the device is masked for as long as a switch or a suspend takes, or
 *	its top half polls INTx; under hub.lock
 * @held: sources that passes leave at the device; under hub.lock
 * @throttled: some of them are pending, so INTx is masked, and the device is to be
 *	asked when less is held; under hub.lock
 * @gone: the device no longer answers; under hub.lock
 * @table: which lanes want which sources; under hub.lock, written under the
 *	mutex, too
 * @empty: a table without a lane: the first one, and the last
 * @counts: under hub.lock
 * @pass: the one at work; under hub.lock
 * @taps: the open files
 * @ref: one of the client's, and of each request's
 * @node: in the registry
 * @fallback: a top half that polls, where another one cannot be had. From here
 *	to @affinity: protected by irqline_top_mutex
 * @resting: the top half that was taken away, within a switch
 * @spare: another one for the case that @resting cannot come back
 * @peer: in a list of lines on the same interrupt
 * @changed: in the list of lines that have changed
 * @suspended: between irqline_suspend() and irqline_resume()
 * @affine: the user has chosen @affinity
 * @affinity: CPUs for the interrupt
 * @mutex: protects all that follows
 * @settings: what a get shows of the top half; written with irqline_top_mutex
 *	held, too, so either allows to read it
 * @irq: the interrupt, or 0; likewise
 * @moving: a switch is at work that gives it up; likewise
 * @dead: the client has unregistered it; likewise
 * @handlers: by rank: the device's own, then by priority, then by age
 * @nr_handlers: how many
 * @dev: the device; constant
 * @bar: its registers; constant
 * @bar_size: bytes of them, or 0; constant
 * @sources: that the device can report; constant
 * @name: constant
 */
struct irqline_line {
	struct irqline_hub hub;
	struct irqline_top *top;
	const struct irqline_client_ops *ops;
	void *priv;
	u32 captured;
	bool closed;
	bool masked;
	bool throttled;
	bool gone;
	u32 held;
	struct irqline_table *table;
	struct irqline_table *empty;
	struct irqline_line_counts counts;
	struct irqline_pass pass;
	struct irqline_tapset *taps;

	struct kref ref;
	struct list_head node;
	struct irqline_top fallback;
	struct irqline_top *resting;
	struct irqline_top *spare;
	struct list_head peer;
	struct list_head changed;
	bool suspended;
	bool affine;
	cpumask_var_t affinity;

	struct mutex mutex;	/* changes */
	struct irqline_top_settings settings;
	unsigned int irq;
	bool moving;
	bool dead;
	struct list_head handlers;
	unsigned int nr_handlers;

	struct device *dev;
	phys_addr_t bar;
	resource_size_t bar_size;
	u32 sources;
	char name[IRQLINE_NAME_MAX + 1];
};

void irqline_line_put(struct irqline_line *line);
size_t irqline_line_memory(struct irqline_line *line);
void irqline_line_counts(struct irqline_line *line,
			 struct irqline_line_counts *counts, bool *gone);
bool irqline_line_forced(struct irqline_line *line);
void irqline_line_reset(struct irqline_line *line);

/* pass.c */
irqreturn_t irqline_line_pass(int irq, void *dev_id);
irqreturn_t irqline_line_thread(int irq, void *dev_id);
void irqline_line_wake(struct irqline_thread *thread);
void irqline_line_hold(struct irqline_hub *hub);

#endif /* _IRQLINE_LINE_H */
