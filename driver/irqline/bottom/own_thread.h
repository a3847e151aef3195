/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _IRQLINE_BOTTOM_OWN_THREAD_H
#define _IRQLINE_BOTTOM_OWN_THREAD_H

struct irqline_bottom_config;
struct irqline_bottom_env;
struct netlink_ext_ack;
struct task_struct;

struct task_struct *
irqline_own_thread(int (*loop)(void *data), void *data,
		   const struct irqline_bottom_config *config,
		   const struct irqline_bottom_env *env,
		   struct netlink_ext_ack *extack);

#endif /* _IRQLINE_BOTTOM_OWN_THREAD_H */
