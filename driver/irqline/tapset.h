/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _IRQLINE_TAPSET_H
#define _IRQLINE_TAPSET_H

#include <linux/irq_work.h>
#include <linux/kref.h>
#include <linux/list.h>
#include <linux/spinlock.h>
#include <linux/irqline.h>

struct irqline_filter;
struct irqline_tap;

/* Each event visits all taps of its line, maybe with interrupts off. */
#define IRQLINE_TAPS_MAX	256U

/**
 * struct irqline_feed - a handler, as the taps of its line know it
 * @node: in the set's list, by id; protected by the set's lock
 * @id: in each of its events; constant
 * @name: by which files subscribe to it; constant
 */
struct irqline_feed {
	struct list_head node;
	u32 id;
	const char *name;
};

/**
 * struct irqline_tapset - the open files that receive the events of a line
 * @ref: one of the line's, one of each tap's: files outlive the line
 * @lock: protects what follows, @taps against each other's changes
 * @taps: RCU list
 * @nr_taps: how many
 * @feeds: what a file can subscribe to
 * @gone: the line is gone; no tap can be opened, and those there are end
 * @wake: wakes who waits for events that were pushed where that must not be done
 */
struct irqline_tapset {
	struct kref ref;
	spinlock_t lock;	/* changes */
	struct list_head taps;
	unsigned int nr_taps;
	struct list_head feeds;
	bool gone;
	struct irq_work wake;
};

struct irqline_tapset *irqline_tapset_alloc(void);
void irqline_tapset_put(struct irqline_tapset *set);
void irqline_tapset_end(struct irqline_tapset *set);
void irqline_tapset_push(struct irqline_tapset *set,
			 const struct irqline_event *event);

int irqline_tapset_link(struct irqline_tapset *set, struct irqline_tap *tap);
void irqline_tapset_unlink(struct irqline_tapset *set, struct irqline_tap *tap);

void irqline_tapset_join(struct irqline_tapset *set, struct irqline_feed *feed);
void irqline_tapset_leave(struct irqline_tapset *set, struct irqline_feed *feed);
int irqline_tapset_choose(struct irqline_tapset *set,
			  struct irqline_filter *filter,
			  const struct irqline_filter *old, const char *name,
			  bool on, u32 *id);

#endif /* _IRQLINE_TAPSET_H */
