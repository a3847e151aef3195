// SPDX-License-Identifier: GPL-2.0-only
/*
 * The whole job in the top half.
 *
 * A pass claims the executor under the line's lock and runs it after dropping
 * the lock, so quiesce has to wait for the claims made before the executor was
 * unpublished. Claims can overlap: one pass may still be on its way out of
 * run() when the lane, given up in there, is taken by another.
 */
#include <linux/completion.h>
#include <linux/err.h>
#include <linux/slab.h>

#include "bottom.h"

struct irqline_inline {
	struct irqline_exec exec;
	atomic_t busy;		/* claims, and one until quiesce */
	struct completion idle;
};

static struct irqline_inline *to_inline(struct irqline_exec *exec)
{
	return container_of(exec, struct irqline_inline, exec);
}

static void irqline_inline_claim(struct irqline_exec *exec)
{
	atomic_inc(&to_inline(exec)->busy);
}

static void irqline_inline_run_here(struct irqline_exec *exec)
{
	struct irqline_inline *inl = to_inline(exec);

	exec->run(exec);
	if (atomic_dec_and_test(&inl->busy))
		complete(&inl->idle);
}

static struct irqline_exec *
irqline_inline_create(const struct irqline_bottom_config *config,
		      const struct irqline_bottom_env *env,
		      struct netlink_ext_ack *extack)
{
	struct irqline_inline *inl = kzalloc(sizeof(*inl), GFP_KERNEL_ACCOUNT);

	if (!inl)
		return ERR_PTR(-ENOMEM);
	atomic_set(&inl->busy, 1);
	init_completion(&inl->idle);
	return &inl->exec;
}

static void irqline_inline_quiesce(struct irqline_exec *exec)
{
	struct irqline_inline *inl = to_inline(exec);

	if (!atomic_dec_and_test(&inl->busy))
		wait_for_completion(&inl->idle);
}

static void irqline_inline_destroy(struct irqline_exec *exec)
{
	struct irqline_inline *inl = to_inline(exec);

	WARN_ON_ONCE(atomic_read(&inl->busy));
	kfree(inl);
}

const struct irqline_bottom_ops irqline_inline_ops = {
	.run_here	= irqline_inline_run_here,
	.claim		= irqline_inline_claim,
	.create		= irqline_inline_create,
	.quiesce	= irqline_inline_quiesce,
	.destroy	= irqline_inline_destroy,
	.size		= sizeof(struct irqline_inline),
	.name		= "inline",
	.unbound	= "it runs where the interrupt comes; set that affinity, or use kthread",
	.context	= IRQLINE_CONTEXT_HARDIRQ,
};
