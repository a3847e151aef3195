// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which handlers' events a tap receives: a sorted array of ids.
 *
 * A handler that is deleted and added again has another id. So an id that
 * nobody has any more is harmless, and goes when the filter is next replaced.
 */
#include <linux/overflow.h>
#include <linux/slab.h>

#include "filter.h"

/**
 * irqline_filter_alloc() - a filter that lets nothing pass
 * @room: how many ids can be added
 *
 * Its memory is charged to the caller.
 *
 * Context: may sleep.
 * Return: the filter, to be freed by kfree() or kfree_rcu(), or NULL.
 */
struct irqline_filter *irqline_filter_alloc(u32 room)
{
	struct irqline_filter *filter;

	return kzalloc(struct_size(filter, ids, room), GFP_KERNEL_ACCOUNT);
}

/**
 * irqline_filter_add() - let one more handler pass
 * @filter: with room for it, and not in use yet
 * @id: above all that are in
 *
 * Context: any.
 */
void irqline_filter_add(struct irqline_filter *filter, u32 id)
{
	filter->ids[filter->count++] = id;
}

/**
 * irqline_filter_has() - does it let this handler pass?
 * @filter: the filter
 * @id: of the handler
 *
 * Context: any. A line has few handlers, so this takes a few steps.
 * Return: true if so.
 */
bool irqline_filter_has(const struct irqline_filter *filter, u32 id)
{
	u32 low = 0, high = filter->count, middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (filter->ids[middle] == id)
			return true;
		if (filter->ids[middle] < id)
			low = middle + 1;
		else
			high = middle;
	}
	return false;
}
