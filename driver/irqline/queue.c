// SPDX-License-Identifier: GPL-2.0-only
#include <linux/mm.h>

#include "queue.h"

/**
 * irqline_queue_init() - allocate the ring
 * @queue: zeroed memory
 * @size: events that it holds, a power of two
 *
 * Context: may sleep.
 * Return: 0 or -ENOMEM.
 */
int irqline_queue_init(struct irqline_queue *queue, u32 size)
{
	queue->ring = kvcalloc(size, sizeof(*queue->ring), GFP_KERNEL_ACCOUNT);
	if (!queue->ring)
		return -ENOMEM;
	queue->mask = size - 1;
	return 0;
}

/**
 * irqline_queue_destroy() - free the ring
 * @queue: a queue that nobody uses any more
 */
void irqline_queue_destroy(struct irqline_queue *queue)
{
	WARN_ON_ONCE(irqline_queue_fill(queue));
	kvfree(queue->ring);
}
