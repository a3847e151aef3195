// SPDX-License-Identifier: GPL-2.0-only
#include <linux/mm.h>
#include <linux/slab.h>

#include "queue.h"

/* Is event @number in a ring that begins with @from? Numbers wrap around. */
static bool irqline_ring_has(const struct irqline_ring *ring, u32 number)
{
	return (s32)(number - ring->from) >= 0;
}

/**
 * irqline_ring_alloc() - memory for events
 * @size: how many, a power of two
 *
 * Context: may sleep.
 * Return: the ring or NULL.
 */
struct irqline_ring *irqline_ring_alloc(u32 size)
{
	struct irqline_ring *ring = kzalloc(sizeof(*ring), GFP_KERNEL_ACCOUNT);

	if (!ring)
		return NULL;
	ring->events = kvcalloc(size, sizeof(*ring->events), GFP_KERNEL_ACCOUNT);
	if (!ring->events) {
		kfree(ring);
		return NULL;
	}
	ring->mask = size - 1;
	return ring;
}

/**
 * irqline_ring_free() - free a ring that is in no queue
 * @ring: the ring or NULL
 *
 * Context: process or softirq.
 */
void irqline_ring_free(struct irqline_ring *ring)
{
	if (!ring)
		return;
	kvfree(ring->events);
	kfree(ring);
}

static void irqline_ring_free_rcu(struct rcu_head *rcu)
{
	irqline_ring_free(container_of(rcu, struct irqline_ring, rcu));
}

/**
 * irqline_ring_memory() - bytes that a ring takes
 * @size: events that it holds
 *
 * Return: the size in bytes.
 */
size_t irqline_ring_memory(u32 size)
{
	return array_size(size, sizeof(struct irqline_event)) +
		kmalloc_size_roundup(sizeof(struct irqline_ring));
}

/**
 * irqline_queue_init() - give a queue its first ring
 * @queue: zeroed memory
 * @size: events that it holds, a power of two
 *
 * Context: may sleep.
 * Return: 0 or -ENOMEM.
 */
int irqline_queue_init(struct irqline_queue *queue, u32 size)
{
	queue->in = irqline_ring_alloc(size);
	if (!queue->in)
		return -ENOMEM;
	queue->out = queue->in;
	atomic_set(&queue->slots, size);
	atomic_set(&queue->rings, 1);
	return 0;
}

/**
 * irqline_queue_destroy() - free the rings
 * @queue: a queue that nobody uses any more
 */
void irqline_queue_destroy(struct irqline_queue *queue)
{
	struct irqline_ring *ring, *next;

	WARN_ON_ONCE(irqline_queue_fill(queue));
	for (ring = queue->out; ring; ring = next) {
		next = ring->next;
		irqline_ring_free(ring);
	}
}

/**
 * irqline_queue_chain() - producer: have all events from the next one on elsewhere
 * @queue: the queue; irqline_queue_chainable(), and not more events in it than @ring
 *	holds
 * @ring: of irqline_ring_alloc()
 *
 * The fill never exceeds what the newest ring holds, so an event finds its slot
 * free, although some that count for the fill are still in older rings.
 */
void irqline_queue_chain(struct irqline_queue *queue, struct irqline_ring *ring)
{
	ring->from = queue->tail;
	atomic_add(ring->mask + 1, &queue->slots);
	atomic_inc(&queue->rings);
	/*
	 * Pairs with the consumer, which finds the ring complete by the address,
	 * and is sure to find it with its first event.
	 */
	smp_store_release(&queue->in->next, ring);
	queue->in = ring;
}

/**
 * irqline_queue_follow() - consumer: leave the rings that are read out
 * @queue: the queue
 *
 * They are freed later: this is any context.
 */
void irqline_queue_follow(struct irqline_queue *queue)
{
	struct irqline_ring *ring, *next;

	for (ring = queue->out; (next = READ_ONCE(ring->next)); ring = next) {
		if (!irqline_ring_has(next, queue->head))
			break;
		queue->out = next;
		atomic_sub(ring->mask + 1, &queue->slots);
		atomic_dec(&queue->rings);
		call_rcu(&ring->rcu, irqline_ring_free_rcu);
	}
}

/**
 * irqline_queue_newest() - producer, with the consumer kept away: the newest event
 * @queue: a queue that is not empty
 *
 * Return: the event.
 */
struct irqline_event *irqline_queue_newest(struct irqline_queue *queue)
{
	u32 number = queue->tail - 1;
	struct irqline_ring *ring = queue->in;

	if (unlikely(!irqline_ring_has(ring, number)))
		ring = queue->out;
	while (ring->next && irqline_ring_has(ring->next, number))
		ring = ring->next;
	return &ring->events[number & ring->mask];
}

/**
 * irqline_queue_memory() - bytes of all rings
 * @queue: the queue
 *
 * Context: any.
 * Return: the size in bytes.
 */
size_t irqline_queue_memory(const struct irqline_queue *queue)
{
	return array_size(atomic_read(&queue->slots),
			  sizeof(struct irqline_event)) +
		array_size(atomic_read(&queue->rings),
			   kmalloc_size_roundup(sizeof(struct irqline_ring)));
}
