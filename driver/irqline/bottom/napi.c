// SPDX-License-Identifier: GPL-2.0-only
/*
 * A NAPI instance on a network device that does not exist: NET_RX softirq on
 * the CPU that kicks, or a thread of NAPI's own.
 *
 * A kick during a poll leaves NAPI's missed mark, and completing the poll then
 * schedules the next one. Never swallows a kick: napi_disable() waits until a
 * scheduled poll has run.
 */
#include <linux/err.h>
#include <linux/netdevice.h>
#include <linux/netlink.h>
#include <linux/slab.h>
#include <irqline_fault.h>

#include "../compat.h"
#include "bottom.h"

struct irqline_napi {
	struct irqline_exec exec;
	struct napi_struct napi;
	struct net_device *dev;
};

static struct irqline_napi *to_napi(struct irqline_exec *exec)
{
	return container_of(exec, struct irqline_napi, exec);
}

/* Who completes may be disabled at once, and who uses up all may not complete. */
static int irqline_napi_run(struct napi_struct *napi, int weight)
{
	struct irqline_napi *n = container_of(napi, struct irqline_napi, napi);
	int done = n->exec.run(&n->exec);

	if (done < weight)
		napi_complete_done(napi, done);
	return done;
}

static enum irqline_kick irqline_napi_kick(struct irqline_exec *exec)
{
	napi_schedule(&to_napi(exec)->napi);
	return IRQLINE_KICK_DONE;
}

/* NAPI names its thread after the device: napi/LINE/HANDLER-ID, cut short. */
static int irqline_napi_enable(struct irqline_napi *n,
			       const struct irqline_bottom_config *config,
			       const struct irqline_bottom_env *env,
			       struct netlink_ext_ack *extack)
{
	int err;

	snprintf(n->dev->name, sizeof(n->dev->name), "%s/%s", env->line,
		 env->handler);
	netif_napi_add(n->dev, &n->napi, irqline_napi_run);
	err = irqline_fault() ? -ENOMEM :
	      dev_set_threaded(n->dev, config->threaded);
	if (err) {
		NL_SET_ERR_MSG(extack, "no memory, or no process number, for another thread");
		netif_napi_del(&n->napi);
		return err;
	}
	napi_enable(&n->napi);
	return 0;
}

static struct irqline_exec *
irqline_napi_create(const struct irqline_bottom_config *config,
		    const struct irqline_bottom_env *env,
		    struct netlink_ext_ack *extack)
{
	struct irqline_napi *n = kzalloc(sizeof(*n), GFP_KERNEL_ACCOUNT);
	int err = -ENOMEM;

	if (!n)
		return ERR_PTR(-ENOMEM);
	n->dev = irqline_netdev_alloc();
	if (!n->dev)
		goto free;
	err = irqline_napi_enable(n, config, env, extack);
	if (err)
		goto free_dev;
	return &n->exec;

free_dev:
	irqline_netdev_free(n->dev);
free:
	kfree(n);
	return ERR_PTR(err);
}

static void irqline_napi_quiesce(struct irqline_exec *exec)
{
	napi_disable(&to_napi(exec)->napi);
}

static void irqline_napi_destroy(struct irqline_exec *exec)
{
	struct irqline_napi *n = to_napi(exec);

	netif_napi_del(&n->napi);
	irqline_netdev_free(n->dev);
	kfree(n);
}

const struct irqline_bottom_ops irqline_napi_ops = {
	.kick		= irqline_napi_kick,
	.create		= irqline_napi_create,
	.quiesce	= irqline_napi_quiesce,
	.destroy	= irqline_napi_destroy,
	.size		= sizeof(struct irqline_napi) + sizeof(struct net_device),
	.name		= "napi",
	.softirq	= "NET_RX",
	.unbound	= IRQLINE_FOLLOWS_INTERRUPT,
	.context	= IRQLINE_CONTEXT_SOFTIRQ,
	.order		= IRQLINE_ORDER_KICK,
	.place		= IRQLINE_PLACE_INTERRUPT,
	.settings	= IRQLINE_SETTING_THREADED | IRQLINE_SETTING_LANES,
	.budget_max	= NAPI_POLL_WEIGHT,
};
