/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The queue between the halves: one producer (the passes of a line, which its
 * lock serialises), one consumer (the owner of the lane), no lock.
 */
#ifndef _IRQLINE_QUEUE_H
#define _IRQLINE_QUEUE_H

#include <linux/cache.h>
#include <linux/irqline.h>
#include <linux/types.h>

/**
 * struct irqline_queue - a ring of events
 * @ring: @mask + 1 slots
 * @mask: size - 1; the size is a power of two
 * @tail: where the next event goes; runs free, written by the producer
 * @head: where the oldest event is; runs free, written by the consumer
 */
struct irqline_queue {
	struct irqline_event *ring;
	u32 mask;
	u32 tail;
	u32 head ____cacheline_aligned_in_smp;
};

int irqline_queue_init(struct irqline_queue *queue, u32 size);
void irqline_queue_destroy(struct irqline_queue *queue);

static inline u32 irqline_queue_size(const struct irqline_queue *queue)
{
	return queue->mask + 1;
}

/* Events in the queue. Exact for either side, else a snapshot. */
static inline u32 irqline_queue_fill(const struct irqline_queue *queue)
{
	return READ_ONCE(queue->tail) - READ_ONCE(queue->head);
}

/*
 * Producer: the slot to write the next event to, or NULL if the queue is full.
 */
static inline struct irqline_event *
irqline_queue_slot(struct irqline_queue *queue)
{
	/* Pairs with irqline_queue_pop(): the old event has been read out. */
	if (queue->tail - smp_load_acquire(&queue->head) > queue->mask)
		return NULL;
	return &queue->ring[queue->tail & queue->mask];
}

/* Producer: the slot is filled. */
static inline void irqline_queue_push(struct irqline_queue *queue)
{
	/* Pairs with irqline_queue_empty(): the event is complete. */
	smp_store_release(&queue->tail, queue->tail + 1);
}

/* Consumer: is there no event? */
static inline bool irqline_queue_empty(const struct irqline_queue *queue)
{
	/* Pairs with irqline_queue_push(). */
	return smp_load_acquire(&queue->tail) == queue->head;
}

/* Consumer, on a queue that is not empty: look at the oldest event. */
static inline const struct irqline_event *
irqline_queue_peek(const struct irqline_queue *queue)
{
	return &queue->ring[queue->head & queue->mask];
}

/* Consumer: done with what irqline_queue_peek() showed. */
static inline void irqline_queue_pop(struct irqline_queue *queue)
{
	/* Pairs with irqline_queue_slot(). */
	smp_store_release(&queue->head, queue->head + 1);
}

#endif /* _IRQLINE_QUEUE_H */
