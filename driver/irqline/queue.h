/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The queue between the halves: one producer (the passes of a line, which its
 * lock serialises), one consumer (the owner of the lane), no lock.
 *
 * Events have numbers that run free, and an event is where its number, modulo the
 * size, says. To change the size, another ring is chained behind the one in use:
 * events from some number on go there, and the consumer follows when it comes to
 * that number. So nothing is copied, and nobody waits.
 *
 * A policy that makes the producer touch events that wait (drop-oldest, merge) has
 * both sides hold the line's lock.
 */
#ifndef _IRQLINE_QUEUE_H
#define _IRQLINE_QUEUE_H

#include <linux/atomic.h>
#include <linux/cache.h>
#include <linux/irqline.h>
#include <linux/rcupdate.h>
#include <linux/types.h>

/**
 * struct irqline_ring - where the events of a queue are
 * @events: @mask + 1 slots
 * @mask: size - 1; the size is a power of two
 * @from: number of the first event that can be here
 * @next: where the events from @next->from on are, or NULL
 * @rcu: to free it where that may be done
 */
struct irqline_ring {
	struct irqline_event *events;
	u32 mask;
	u32 from;
	struct irqline_ring *next;
	struct rcu_head rcu;
};

/**
 * struct irqline_queue - a ring of events, or several in a row
 * @in: where the next event goes; the producer's
 * @tail: its number; runs free, written by the producer
 * @slots: of all rings, for who asks how much memory they take
 * @rings: how many there are
 * @out: where the oldest event is, or was when it was there; the consumer's
 * @head: its number; runs free, written by the consumer
 */
struct irqline_queue {
	struct irqline_ring *in;
	u32 tail;
	atomic_t slots;
	atomic_t rings;
	struct irqline_ring *out ____cacheline_aligned_in_smp;
	u32 head;
};

/*
 * Who leaves them behind does it with interrupts off, and who merges may have to look
 * through them, so there are few.
 */
#define IRQLINE_RINGS_MAX	8

struct irqline_ring *irqline_ring_alloc(u32 size);
void irqline_ring_free(struct irqline_ring *ring);
size_t irqline_ring_memory(u32 size);

int irqline_queue_init(struct irqline_queue *queue, u32 size);
void irqline_queue_destroy(struct irqline_queue *queue);
void irqline_queue_chain(struct irqline_queue *queue, struct irqline_ring *ring);
void irqline_queue_follow(struct irqline_queue *queue);
struct irqline_event *irqline_queue_newest(struct irqline_queue *queue);
size_t irqline_queue_memory(const struct irqline_queue *queue);

/* Are there rings beside the one that the producer uses? */
static inline bool irqline_queue_chained(const struct irqline_queue *queue)
{
	return atomic_read(&queue->rings) > 1;
}

/* Can there be one more? */
static inline bool irqline_queue_chainable(const struct irqline_queue *queue)
{
	return atomic_read(&queue->rings) < IRQLINE_RINGS_MAX;
}

/* Producer: how many events there may be. */
static inline u32 irqline_queue_size(const struct irqline_queue *queue)
{
	return queue->in->mask + 1;
}

/* Events in the queue. Exact for either side, else a snapshot. */
static inline u32 irqline_queue_fill(const struct irqline_queue *queue)
{
	/* Pairs with irqline_queue_pop(): old events have been read out. */
	return READ_ONCE(queue->tail) - smp_load_acquire(&queue->head);
}

/*
 * Producer, having seen by irqline_queue_fill() that there is room: the slot to
 * write the next event to.
 */
static inline struct irqline_event *
irqline_queue_slot(struct irqline_queue *queue)
{
	return &queue->in->events[queue->tail & queue->in->mask];
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
	/* Pairs with irqline_queue_push(), and with irqline_queue_chain(). */
	return smp_load_acquire(&queue->tail) == READ_ONCE(queue->head);
}

/* Consumer, on a queue that is not empty: look at the oldest event. */
static inline const struct irqline_event *
irqline_queue_peek(struct irqline_queue *queue)
{
	if (unlikely(READ_ONCE(queue->out->next)))
		irqline_queue_follow(queue);
	return &queue->out->events[queue->head & queue->out->mask];
}

/* Consumer: done with what irqline_queue_peek() showed. */
static inline void irqline_queue_pop(struct irqline_queue *queue)
{
	/* Pairs with irqline_queue_fill(). */
	smp_store_release(&queue->head, queue->head + 1);
}

#endif /* _IRQLINE_QUEUE_H */
