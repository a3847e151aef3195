// SPDX-License-Identifier: GPL-2.0-only
/*
 * The whole job in the top half.
 *
 * A pass claims the executor under the line's lock and runs it after dropping
 * the lock, so quiesce has to wait for the claims made before the executor was
 * unpublished. Claims can overlap: one pass may still be on its way out of
 * run() when the lane, given up in there, is taken by another.
 *
 * No pass may run for ever, and who hands a lane over is no pass. What such a
 * kick is about spills into a kworker, as softirqs do into ksoftirqd; events
 * that run there are marked as handed over.
 *
 * quiesce swallows kicks: a spill that waits is taken off its queue.
 */
#include <linux/err.h>
#include <linux/slab.h>
#include <linux/workqueue.h>

#include "bottom.h"
#include "busy.h"

struct irqline_inline {
	struct irqline_exec exec;
	struct irqline_busy busy;
	struct work_struct spill;
};

static struct irqline_inline *to_inline(struct irqline_exec *exec)
{
	return container_of(exec, struct irqline_inline, exec);
}

static void irqline_inline_run_spill(struct work_struct *work)
{
	struct irqline_inline *inl =
		container_of(work, struct irqline_inline, spill);

	inl->exec.run(&inl->exec);
}

static enum irqline_kick irqline_inline_kick(struct irqline_exec *exec)
{
	queue_work(system_highpri_wq, &to_inline(exec)->spill);
	return IRQLINE_KICK_DONE;
}

static struct irqline_exec *
irqline_inline_create(const struct irqline_bottom_config *config,
		      const struct irqline_bottom_env *env,
		      struct netlink_ext_ack *extack)
{
	struct irqline_inline *inl = kzalloc(sizeof(*inl), GFP_KERNEL_ACCOUNT);

	if (!inl)
		return ERR_PTR(-ENOMEM);
	irqline_busy_init(&inl->busy);
	inl->exec.busy = &inl->busy;
	INIT_WORK(&inl->spill, irqline_inline_run_spill);
	return &inl->exec;
}

static void irqline_inline_quiesce(struct irqline_exec *exec)
{
	struct irqline_inline *inl = to_inline(exec);

	cancel_work_sync(&inl->spill);
	irqline_busy_wait(&inl->busy);
}

static void irqline_inline_destroy(struct irqline_exec *exec)
{
	struct irqline_inline *inl = to_inline(exec);

	WARN_ON_ONCE(!irqline_busy_over(&inl->busy) || work_pending(&inl->spill));
	kfree(inl);
}

const struct irqline_bottom_ops irqline_inline_ops = {
	.kick		= irqline_inline_kick,
	.create		= irqline_inline_create,
	.quiesce	= irqline_inline_quiesce,
	.destroy	= irqline_inline_destroy,
	.size		= sizeof(struct irqline_inline),
	.name		= "inline",
	.unbound	= IRQLINE_FOLLOWS_INTERRUPT,
	.order		= IRQLINE_ORDER_KICK,
	.place		= IRQLINE_PLACE_INTERRUPT,
	.settings	= IRQLINE_SETTING_LANES,
	.context	= IRQLINE_CONTEXT_HARDIRQ,
};
