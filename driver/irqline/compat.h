/* SPDX-License-Identifier: GPL-2.0-only */
/* Where kernels differ, this header decides, and no other file. */
#ifndef _IRQLINE_COMPAT_H
#define _IRQLINE_COMPAT_H

#include <linux/interrupt.h>
#include <linux/version.h>
#include <net/genetlink.h>

/*
 * Agree to IRQF_ONESHOT where a foreign action on a shared line has asked for it.
 * Where a kernel cannot, all actions of a line must say the same.
 */
#ifndef IRQF_COND_ONESHOT
#define IRQF_COND_ONESHOT	0
#endif

/* The parsed attributes of the request that a dump answers. */
static inline struct nlattr **irqline_dump_attrs(struct netlink_callback *cb)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 6, 0)
	return genl_info_dump(cb)->attrs;
#else
	return genl_dumpit_info(cb)->attrs;
#endif
}

#endif /* _IRQLINE_COMPAT_H */
