/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _IRQLINE_TAP_H
#define _IRQLINE_TAP_H

#include <linux/irq_work.h>
#include <linux/kref.h>
#include <linux/list.h>
#include <linux/spinlock.h>
#include <linux/irqline.h>

/**
 * struct irqline_tapset - the open files that receive the events of a line
 * @ref: one of the line's, one of each tap's: files outlive the line
 * @lock: protects @taps against each other's changes
 * @taps: RCU list
 * @gone: the line is gone; no tap can be opened, and those there are end
 * @wake: wakes who waits for events that were pushed where that must not be done
 */
struct irqline_tapset {
	struct kref ref;
	spinlock_t lock;	/* changes */
	struct list_head taps;
	bool gone;
	struct irq_work wake;
};

struct irqline_tapset *irqline_tapset_alloc(void);
void irqline_tapset_end(struct irqline_tapset *set);
void irqline_tapset_push(struct irqline_tapset *set,
			 const struct irqline_event *event);
struct irqline_tap *irqline_tapset_open(struct irqline_tapset *set);

#endif /* _IRQLINE_TAP_H */
