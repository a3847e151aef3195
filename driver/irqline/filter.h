/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _IRQLINE_FILTER_H
#define _IRQLINE_FILTER_H

#include <linux/rcupdate.h>
#include <linux/types.h>

/**
 * struct irqline_filter - a set of handlers, which never changes once it is in use
 * @rcu: to free it
 * @count: how many
 * @ids: their ids, in ascending order
 */
struct irqline_filter {
	struct rcu_head rcu;
	u32 count;
	u32 ids[];
};

struct irqline_filter *irqline_filter_alloc(u32 room);
void irqline_filter_add(struct irqline_filter *filter, u32 id);
bool irqline_filter_has(const struct irqline_filter *filter, u32 id);

#endif /* _IRQLINE_FILTER_H */
