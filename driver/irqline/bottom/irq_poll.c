// SPDX-License-Identifier: GPL-2.0-only
/*
 * IRQ_POLL softirq, on the CPU that kicks.
 *
 * irq_poll_sched() forgets a kick that comes while the instance is on its list,
 * so the list is left before the lane is looked at. From then on the instance
 * can be on another CPU's list, and irq_poll_disable() no longer waits for the
 * code that still runs here.
 *
 * Never swallows a kick: irq_poll_disable() waits until a scheduled poll has run.
 */
#include <linux/err.h>
#include <linux/irq_poll.h>
#include <linux/minmax.h>
#include <linux/slab.h>

#include "bottom.h"
#include "busy.h"

/* What one call may say to have done, less one: it has left the list. */
#define IRQLINE_IRQ_POLL_WEIGHT	64

struct irqline_irq_poll {
	struct irqline_exec exec;
	struct irq_poll poll;
	struct irqline_busy busy;
};

static struct irqline_irq_poll *to_irq_poll(struct irqline_exec *exec)
{
	return container_of(exec, struct irqline_irq_poll, exec);
}

/* Returns how much of the softirq's budget was used. */
static int irqline_irq_poll_run(struct irq_poll *poll, int weight)
{
	struct irqline_irq_poll *p =
		container_of(poll, struct irqline_irq_poll, poll);
	unsigned int done;

	irqline_busy_enter(&p->busy);
	irq_poll_complete(poll);
	done = p->exec.run(&p->exec);
	irqline_busy_leave(&p->busy);
	return min_t(unsigned int, done, weight - 1);
}

static enum irqline_kick irqline_irq_poll_kick(struct irqline_exec *exec)
{
	irq_poll_sched(&to_irq_poll(exec)->poll);
	return IRQLINE_KICK_DONE;
}

static struct irqline_exec *
irqline_irq_poll_create(const struct irqline_bottom_config *config,
			const struct irqline_bottom_env *env,
			struct netlink_ext_ack *extack)
{
	struct irqline_irq_poll *p = kzalloc(sizeof(*p), GFP_KERNEL_ACCOUNT);

	if (!p)
		return ERR_PTR(-ENOMEM);
	irq_poll_init(&p->poll, IRQLINE_IRQ_POLL_WEIGHT, irqline_irq_poll_run);
	irqline_busy_init(&p->busy);
	return &p->exec;
}

static void irqline_irq_poll_quiesce(struct irqline_exec *exec)
{
	struct irqline_irq_poll *p = to_irq_poll(exec);

	irq_poll_disable(&p->poll);
	irqline_busy_wait(&p->busy);
}

static void irqline_irq_poll_destroy(struct irqline_exec *exec)
{
	struct irqline_irq_poll *p = to_irq_poll(exec);

	WARN_ON_ONCE(!irqline_busy_over(&p->busy));
	kfree(p);
}

const struct irqline_bottom_ops irqline_irq_poll_ops = {
	.kick		= irqline_irq_poll_kick,
	.create		= irqline_irq_poll_create,
	.quiesce	= irqline_irq_poll_quiesce,
	.destroy	= irqline_irq_poll_destroy,
	.size		= sizeof(struct irqline_irq_poll),
	.name		= "irq-poll",
	.softirq	= "IRQ_POLL",
	.unbound	= IRQLINE_FOLLOWS_INTERRUPT,
	.context	= IRQLINE_CONTEXT_SOFTIRQ,
	.order		= IRQLINE_ORDER_KICK,
	.place		= IRQLINE_PLACE_INTERRUPT,
	.settings	= IRQLINE_SETTING_LANES,
};
