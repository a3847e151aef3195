// SPDX-License-Identifier: GPL-2.0-only
/*
 * Alerts: a policy for full queues begins or ceases to bite.
 *
 * That happens in a pass, or where a bottom half runs, and is told from process
 * context, with the account of the moment when it happened. One episode at a time
 * is remembered: one that begins before the end of the last one was told is
 * the same episode that goes on.
 */
#include "alert.h"
#include "registry.h"

/* Takes what is to be told next; false if there is nothing. */
static bool irqline_alerts_take(struct irqline_alerts *alerts,
				struct irqline_alert_info *info)
{
	bool found = true;

	raw_spin_lock_irq(alerts->lock);
	switch (alerts->state) {
	case IRQLINE_EPISODE_QUIET:
	case IRQLINE_EPISODE_LASTING:
		found = false;
		break;
	case IRQLINE_EPISODE_BEGUN:
	case IRQLINE_EPISODE_OVER:
		info->alert = IRQLINE_ALERT_OVERFLOW_BEGIN;
		info->counts = alerts->begin;
		alerts->state = alerts->state == IRQLINE_EPISODE_OVER ?
			IRQLINE_EPISODE_ENDED : IRQLINE_EPISODE_LASTING;
		break;
	case IRQLINE_EPISODE_ENDED:
		info->alert = IRQLINE_ALERT_OVERFLOW_END;
		info->counts = alerts->end;
		alerts->state = IRQLINE_EPISODE_QUIET;
		break;
	}
	raw_spin_unlock_irq(alerts->lock);
	return found;
}

static void irqline_alerts_tell(struct work_struct *work)
{
	struct irqline_alerts *alerts =
		container_of(work, struct irqline_alerts, work);
	struct irqline_alert_info info = { .handler = alerts->handler };

	while (irqline_alerts_take(alerts, &info))
		irqline_notify(IRQLINE_NOTIFY_ALERT, &info);
}

/**
 * irqline_alerts_init() - nothing has happened yet
 * @alerts: to be filled
 * @handler: whose they are; lives as long as they do
 * @lock: of its line
 */
void irqline_alerts_init(struct irqline_alerts *alerts,
			 struct irqline_handler *handler, raw_spinlock_t *lock)
{
	alerts->lock = lock;
	alerts->handler = handler;
	INIT_WORK(&alerts->work, irqline_alerts_tell);
}

/**
 * irqline_alerts_begin() - an episode begins
 * @alerts: the handler's
 * @counts: its account now
 *
 * Context: any; the line's lock held.
 */
void irqline_alerts_begin(struct irqline_alerts *alerts,
			  const struct irqline_counts *counts)
{
	lockdep_assert_held(alerts->lock);

	switch (alerts->state) {
	case IRQLINE_EPISODE_QUIET:
		alerts->begin = *counts;
		alerts->state = IRQLINE_EPISODE_BEGUN;
		schedule_work(&alerts->work);
		break;
	case IRQLINE_EPISODE_ENDED:
		alerts->state = IRQLINE_EPISODE_LASTING;
		break;
	case IRQLINE_EPISODE_OVER:
		alerts->state = IRQLINE_EPISODE_BEGUN;
		break;
	case IRQLINE_EPISODE_BEGUN:
	case IRQLINE_EPISODE_LASTING:
		WARN_ON_ONCE(1);
		break;
	}
}

/**
 * irqline_alerts_end() - the episode ends
 * @alerts: the handler's
 * @counts: its account now
 *
 * Context: any; the line's lock held.
 */
void irqline_alerts_end(struct irqline_alerts *alerts,
			const struct irqline_counts *counts)
{
	lockdep_assert_held(alerts->lock);

	alerts->end = *counts;
	switch (alerts->state) {
	case IRQLINE_EPISODE_BEGUN:
		alerts->state = IRQLINE_EPISODE_OVER;
		break;
	case IRQLINE_EPISODE_LASTING:
		alerts->state = IRQLINE_EPISODE_ENDED;
		schedule_work(&alerts->work);
		break;
	case IRQLINE_EPISODE_QUIET:
	case IRQLINE_EPISODE_ENDED:
	case IRQLINE_EPISODE_OVER:
		WARN_ON_ONCE(1);
		break;
	}
}

/**
 * irqline_alerts_flush() - have all told that has happened
 * @alerts: the handler's; no episode can begin or end any more
 *
 * Context: may sleep.
 */
void irqline_alerts_flush(struct irqline_alerts *alerts)
{
	flush_work(&alerts->work);
}
