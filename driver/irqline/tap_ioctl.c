// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a file says of its tap, and can set.
 */
#include <linux/errno.h>
#include <linux/export.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <irqline.h>

#include "filter.h"
#include "tap.h"

/* Events that are pushed at this moment may still go by the old one. */
static void irqline_tap_set_filter(struct irqline_tap *tap,
				   struct irqline_filter *filter)
{
	struct irqline_filter *old;

	old = rcu_replace_pointer(tap->filter, filter,
				  lockdep_is_held(&tap->mutex));
	if (old)
		kfree_rcu(old, rcu);
}

/* Context: tap->mutex held. */
static int irqline_tap_choose(struct irqline_tap *tap, const char *name,
			      bool on, u32 *id)
{
	const struct irqline_filter *old;
	struct irqline_filter *filter;
	int err;

	old = rcu_dereference_protected(tap->filter,
					lockdep_is_held(&tap->mutex));
	filter = irqline_filter_alloc(old ? old->count + 1 : 1);
	if (!filter)
		return -ENOMEM;
	err = irqline_tapset_choose(tap->set, filter, old, name, on, id);
	if (err)
		kfree(filter);
	else
		irqline_tap_set_filter(tap, filter);
	return err;
}

/* Context: tap->mutex held. */
static int irqline_tap_choose_all(struct irqline_tap *tap, bool on)
{
	struct irqline_filter *filter = NULL;

	if (!on) {
		filter = irqline_filter_alloc(0);
		if (!filter)
			return -ENOMEM;
	}
	irqline_tap_set_filter(tap, filter);
	return 0;
}

static int irqline_tap_get_handler(struct irqline_tap_handler *handler,
				   const void __user *arg)
{
	if (copy_from_user(handler, arg, sizeof(*handler)))
		return -EFAULT;
	if (!memchr(handler->name, '\0', sizeof(handler->name)) ||
	    memchr_inv(handler->reserved, 0, sizeof(handler->reserved)))
		return -EINVAL;
	return 0;
}

static int irqline_tap_subscribe(struct irqline_tap *tap, void __user *arg,
				 bool on)
{
	struct irqline_tap_handler handler;
	int err;

	err = irqline_tap_get_handler(&handler, arg);
	if (err)
		return err;
	handler.id = 0;
	mutex_lock(&tap->mutex);
	if (*handler.name)
		err = irqline_tap_choose(tap, handler.name, on, &handler.id);
	else
		err = irqline_tap_choose_all(tap, on);
	mutex_unlock(&tap->mutex);
	if (!err && on && copy_to_user(arg, &handler, sizeof(handler)))
		return -EFAULT;
	return err;
}

/* Who waits looks again: the watermark may have come down to what is there. */
static int irqline_tap_set_watermark(struct irqline_tap *tap,
				     const u32 __user *arg)
{
	u32 watermark;

	if (get_user(watermark, arg))
		return -EFAULT;
	if (watermark < 1 || watermark > IRQLINE_TAP_SIZE)
		return -EINVAL;
	raw_spin_lock_irq(&tap->lock);
	WRITE_ONCE(tap->watermark, watermark);
	raw_spin_unlock_irq(&tap->lock);
	if (irqline_tap_ready(tap))
		irqline_tap_wake(tap);
	return 0;
}

static u32 irqline_tap_info_flags(const struct irqline_tap *tap)
{
	u32 flags = 0;

	if (READ_ONCE(tap->use) == IRQLINE_TAP_MAPPED)
		flags |= IRQLINE_TAP_INFO_MAPPED;
	if (!rcu_access_pointer(tap->filter))
		flags |= IRQLINE_TAP_INFO_ALL;
	return flags;
}

static int irqline_tap_get_info(struct irqline_tap *tap, void __user *arg)
{
	struct irqline_tap_info info = {
		.size		= IRQLINE_TAP_SIZE,
		.flags		= irqline_tap_info_flags(tap),
		.ring_bytes	= IRQLINE_TAP_RING_BYTES,
		.control_bytes	= IRQLINE_TAP_CONTROL_BYTES,
	};

	raw_spin_lock_irq(&tap->lock);
	info.lost = tap->lost;
	info.violations = tap->violations;
	info.watermark = tap->watermark;
	info.waiting = irqline_tap_waiting(tap);
	raw_spin_unlock_irq(&tap->lock);
	return copy_to_user(arg, &info, sizeof(info)) ? -EFAULT : 0;
}

static long irqline_tap_do(struct irqline_tap *tap, unsigned int cmd,
			   void __user *arg)
{
	switch (cmd) {
	case IRQLINE_TAP_IOC_SUBSCRIBE:
		return irqline_tap_subscribe(tap, arg, true);
	case IRQLINE_TAP_IOC_UNSUBSCRIBE:
		return irqline_tap_subscribe(tap, arg, false);
	case IRQLINE_TAP_IOC_WATERMARK:
		return irqline_tap_set_watermark(tap, arg);
	default:
		return irqline_tap_get_info(tap, arg);
	}
}

/**
 * irqline_tap_ioctl() - what a client's ioctl() does not know itself
 * @tap: of irqline_tap_open(), or NULL for a file that is not open for reading
 * @cmd: IRQLINE_TAP_IOC_*, or anything else
 * @arg: the argument, a pointer to user memory
 *
 * Context: process.
 * Return: 0; -ENOTTY for a @cmd that is none of ours, -EBADF without a @tap,
 * -ENODEV if the line is gone, -EINVAL, -EFAULT, -ENOENT or -ENOMEM.
 */
long irqline_tap_ioctl(struct irqline_tap *tap, unsigned int cmd,
		       void __user *arg)
{
	switch (cmd) {
	case IRQLINE_TAP_IOC_SUBSCRIBE:
	case IRQLINE_TAP_IOC_UNSUBSCRIBE:
	case IRQLINE_TAP_IOC_WATERMARK:
	case IRQLINE_TAP_IOC_INFO:
		break;
	default:
		return -ENOTTY;
	}
	if (!tap)
		return -EBADF;
	if (irqline_tap_gone(tap))
		return -ENODEV;
	return irqline_tap_do(tap, cmd, arg);
}
EXPORT_SYMBOL_GPL(irqline_tap_ioctl);
