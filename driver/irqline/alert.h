/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _IRQLINE_ALERT_H
#define _IRQLINE_ALERT_H

#include <linux/spinlock.h>
#include <linux/workqueue.h>

#include "lane.h"

struct irqline_handler;

/**
 * enum irqline_episode - what is to be told of an episode of overflow
 * @IRQLINE_EPISODE_QUIET: there is none, or all is told
 * @IRQLINE_EPISODE_BEGUN: that it has begun
 * @IRQLINE_EPISODE_LASTING: nothing, until it ends
 * @IRQLINE_EPISODE_ENDED: that it has ended
 * @IRQLINE_EPISODE_OVER: both, before anything was told
 */
enum irqline_episode {
	IRQLINE_EPISODE_QUIET,
	IRQLINE_EPISODE_BEGUN,
	IRQLINE_EPISODE_LASTING,
	IRQLINE_EPISODE_ENDED,
	IRQLINE_EPISODE_OVER,
};

/**
 * struct irqline_alerts - tells of the episodes of overflow of a handler
 * @lock: of its line; protects what follows
 * @state: what is to be told
 * @begin: the account when the episode began
 * @end: the account when it ended
 * @handler: whose
 * @work: tells, in process context
 */
struct irqline_alerts {
	raw_spinlock_t *lock;
	enum irqline_episode state;
	struct irqline_counts begin;
	struct irqline_counts end;
	struct irqline_handler *handler;
	struct work_struct work;
};

void irqline_alerts_init(struct irqline_alerts *alerts,
			 struct irqline_handler *handler, raw_spinlock_t *lock);
void irqline_alerts_begin(struct irqline_alerts *alerts,
			  const struct irqline_counts *counts);
void irqline_alerts_end(struct irqline_alerts *alerts,
			const struct irqline_counts *counts);
void irqline_alerts_flush(struct irqline_alerts *alerts);

#endif /* _IRQLINE_ALERT_H */
