// SPDX-License-Identifier: GPL-2.0-only
#include <linux/bug.h>
#include <linux/kernel.h>
#include <linux/string.h>

#include "bottom/bottom.h"
#include "strategy.h"
#include "top/top.h"

#define TOP(_name, _ops) \
	{ .name = _name, .kind = IRQLINE_KIND_TOP, .top = _ops }
#define BOTTOM(_name, _ops, ...) \
	{ .name = _name, .kind = IRQLINE_KIND_BOTTOM, .bottom = _ops, __VA_ARGS__ }

/* Kbuild says by 1 or 0 whether this kernel has what is needed. */
#define IRQLINE_IF(_have, _ops)	((_have) ? &(_ops) : NULL)

/* In the order in which users see them: the more deferred, the later. */
static const struct irqline_strategy irqline_strategies[] = {
	TOP("hard", &irqline_hard_ops),
	TOP("thread", &irqline_thread_ops),
	TOP("poll", &irqline_poll_ops),

	BOTTOM("inline", &irqline_inline_ops),
	BOTTOM("tasklet-hi", &irqline_tasklet_hi_ops),
	BOTTOM("tasklet", &irqline_tasklet_ops),
	BOTTOM("bh-highpri", IRQLINE_IF(IRQLINE_HAVE_BH, irqline_bh_highpri_ops),
	       .since = "6.9"),
	BOTTOM("bh", IRQLINE_IF(IRQLINE_HAVE_BH, irqline_bh_ops), .since = "6.9"),
	BOTTOM("irq-poll", IRQLINE_IF(IRQLINE_HAVE_IRQ_POLL, irqline_irq_poll_ops)),
	BOTTOM("timer", &irqline_timer_ops),
	BOTTOM("hrtimer", &irqline_hrtimer_ops),
	BOTTOM("napi", &irqline_napi_ops),
	BOTTOM("workqueue-highpri", &irqline_workqueue_highpri_ops),
	BOTTOM("workqueue", &irqline_workqueue_ops),
	BOTTOM("workqueue-unbound", &irqline_workqueue_unbound_ops),
	BOTTOM("irq-thread", &irqline_irq_thread_ops),
	BOTTOM("kthread", &irqline_kthread_ops),
	BOTTOM("kthread-worker", &irqline_kthread_worker_ops),
	BOTTOM("uio", IRQLINE_IF(IRQLINE_HAVE_UIO, irqline_uio_ops)),
};

/**
 * irqline_strategy_at() - the strategies by number
 * @index: from 0
 *
 * Return: the strategy, or NULL behind the last one.
 */
const struct irqline_strategy *irqline_strategy_at(unsigned int index)
{
	if (index >= ARRAY_SIZE(irqline_strategies))
		return NULL;
	return &irqline_strategies[index];
}

/**
 * irqline_strategy_find() - a strategy by its exact name
 * @kind: for which half
 * @name: the name
 *
 * Return: the strategy, which may be unavailable, or NULL.
 */
const struct irqline_strategy *irqline_strategy_find(enum irqline_kind kind,
						     const char *name)
{
	const struct irqline_strategy *s;
	unsigned int i;

	for (i = 0; (s = irqline_strategy_at(i)); i++)
		if (s->kind == kind && !strcmp(s->name, name))
			return s;
	return NULL;
}

/**
 * irqline_strategy_available() - does this kernel have what it needs?
 * @strategy: the strategy
 *
 * Return: true if so.
 */
bool irqline_strategy_available(const struct irqline_strategy *strategy)
{
	return strategy->top || strategy->bottom;
}

static bool irqline_bottom_complete(const struct irqline_bottom_ops *ops)
{
	return ops->kick && ops->create && ops->quiesce && ops->destroy && ops->size &&
	       !ops->unbound == !!(ops->settings & IRQLINE_SETTING_CPU) &&
	       !ops->single == !!(ops->settings & IRQLINE_SETTING_LANES) &&
	       (ops->place == IRQLINE_PLACE_CPU) == !ops->unbound;
}

static bool irqline_top_complete(const struct irqline_top_ops *ops)
{
	return ops->wake && ops->start && ops->stop && ops->pause && ops->unpause &&
	       !ops->retime == !(ops->settings & IRQLINE_SETTING_PERIOD);
}

static bool irqline_strategy_complete(const struct irqline_strategy *s)
{
	if (s->top)
		return irqline_top_complete(s->top) &&
		       !strcmp(s->name, s->top->name);
	if (s->bottom)
		return irqline_bottom_complete(s->bottom) &&
		       !strcmp(s->name, s->bottom->name);
	return true;
}

/**
 * irqline_strategy_check() - refuse to load with an incomplete strategy
 *
 * So that nothing on the way of an event tests for a missing op.
 *
 * Return: 0 or -EINVAL.
 */
int irqline_strategy_check(void)
{
	const struct irqline_strategy *s;
	unsigned int i;

	for (i = 0; (s = irqline_strategy_at(i)); i++)
		if (WARN(!irqline_strategy_complete(s), "strategy %s", s->name))
			return -EINVAL;
	return 0;
}
