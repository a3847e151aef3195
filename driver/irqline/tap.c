// SPDX-License-Identifier: GPL-2.0-only
/*
 * Taps: open files that receive events.
 *
 * Producers are the owners of all lanes of a line; they push under the tap's
 * raw lock. The consumer is read(), or a process that has the ring mapped. A full
 * ring drops the newest event, so producers never touch what a reader may be
 * copying, and a slow reader loses events of its own only.
 *
 * Either consumer says in the control page how far it has got. A process can
 * write anything there. So the head is loaded once for each decision, and what
 * is not behind the tail by 0 to IRQLINE_TAP_SIZE means: there is no room.
 *
 * A reader is woken when the ring comes up to the watermark, not above it: who
 * has not caught up is told nothing. No wake-up is lost, since
 *
 *   the producer			the reader
 *	stores the tail			stores the head, enters the wait queue
 *	full barrier			full barrier
 *	loads the head			loads the tail
 *
 * one of them at least sees what the other one has stored. If the reader does not
 * see the event that makes it ready, the producer of that event sees the head that
 * the reader goes to sleep with, finds exactly as many events as the watermark
 * says, and after a barrier of its own the reader in the queue.
 */
#include <linux/err.h>
#include <linux/module.h>
#include <linux/poll.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>
#include <irqline.h>

#include "filter.h"
#include "tap.h"

static_assert(sizeof(struct irqline_tap_ring) == sizeof(struct irqline_event));
static_assert(!(IRQLINE_TAP_SIZE & (IRQLINE_TAP_SIZE - 1)));

/* Pages, since they are mapped. The reader's own is the last one. */
static int irqline_tap_alloc_ring(struct irqline_tap *tap)
{
	void *memory = __vmalloc(IRQLINE_TAP_RING_BYTES + IRQLINE_TAP_CONTROL_BYTES,
				 GFP_KERNEL_ACCOUNT | __GFP_ZERO);

	if (!memory)
		return -ENOMEM;
	tap->ring = memory;
	tap->ring->size = IRQLINE_TAP_SIZE;
	tap->control = memory + IRQLINE_TAP_RING_BYTES;
	return 0;
}

static void irqline_tap_free(struct irqline_tap *tap)
{
	mutex_destroy(&tap->mutex);
	mutex_destroy(&tap->read_mutex);
	kfree(rcu_dereference_protected(tap->filter, true));
	vfree(tap->ring);
	kfree(tap);
}

static void irqline_tap_free_rcu(struct rcu_head *rcu)
{
	irqline_tap_free(container_of(rcu, struct irqline_tap, rcu));
}

static struct irqline_tap *irqline_tap_alloc(struct irqline_tapset *set)
{
	struct irqline_tap *tap = kzalloc(sizeof(*tap), GFP_KERNEL_ACCOUNT);

	if (!tap)
		return NULL;
	if (irqline_tap_alloc_ring(tap)) {
		kfree(tap);
		return NULL;
	}
	raw_spin_lock_init(&tap->lock);
	init_waitqueue_head(&tap->wait);
	mutex_init(&tap->read_mutex);
	mutex_init(&tap->mutex);
	tap->watermark = 1;
	tap->set = set;
	return tap;
}

/**
 * irqline_tap_create() - a new tap, which receives all events from now on
 * @set: of the line
 *
 * Its memory is charged to the caller.
 *
 * Context: may sleep.
 * Return: the tap; -ENOMEM, -ENOSPC or -ENODEV as an ERR_PTR.
 */
struct irqline_tap *irqline_tap_create(struct irqline_tapset *set)
{
	struct irqline_tap *tap = irqline_tap_alloc(set);
	int err;

	if (!tap)
		return ERR_PTR(-ENOMEM);
	err = irqline_tapset_link(set, tap);
	if (err) {
		irqline_tap_free(tap);
		return ERR_PTR(err);
	}
	return tap;
}

/**
 * irqline_tap_close() - the file is closed
 * @tap: of irqline_tap_open(); nobody reads, polls or maps it any more
 *
 * Context: may sleep.
 */
void irqline_tap_close(struct irqline_tap *tap)
{
	struct irqline_tapset *set = tap->set;

	irqline_tapset_unlink(set, tap);
	call_rcu(&tap->rcu, irqline_tap_free_rcu);
	irqline_tapset_put(set);
}
EXPORT_SYMBOL_GPL(irqline_tap_close);

/* Context: under RCU. */
static bool irqline_tap_wants(const struct irqline_tap *tap, u32 handler)
{
	const struct irqline_filter *filter = rcu_dereference(tap->filter);

	return !filter || irqline_filter_has(filter, handler);
}

static bool irqline_tap_has_room(struct irqline_tap *tap)
{
	u32 fill;

	lockdep_assert_held(&tap->lock);

	/* Pairs with the reader's release: the old event has been copied. */
	fill = tap->tail - smp_load_acquire(&tap->control->head);
	if (likely(fill < IRQLINE_TAP_SIZE))
		return true;
	if (fill > IRQLINE_TAP_SIZE)
		WRITE_ONCE(tap->ring->violations, ++tap->violations);
	WRITE_ONCE(tap->ring->lost, ++tap->lost);
	tap->skipped++;
	return false;
}

/* There is room, and it stays: a reader that takes it back harms itself. */
static void irqline_tap_write(struct irqline_tap *tap,
			      const struct irqline_event *event)
{
	struct irqline_event *slot =
		&tap->ring->events[tap->tail % IRQLINE_TAP_SIZE];

	lockdep_assert_held(&tap->lock);

	*slot = *event;
	slot->lost = tap->skipped;
	tap->skipped = 0;
	/* Pairs with irqline_tap_waiting(): the event is complete. */
	smp_store_release(&tap->tail, tap->tail + 1);
	/* Pairs with the acquire of who has it mapped. */
	smp_store_release(&tap->ring->tail, tap->tail);
}

/* Was it the event that was written last that has made the reader ready? */
static bool irqline_tap_came_up(const struct irqline_tap *tap)
{
	lockdep_assert_held(&tap->lock);

	/* Between tail and head, as said at the top; pairs with the reader's. */
	smp_mb();
	return tap->tail - READ_ONCE(tap->control->head) == tap->watermark;
}

/**
 * irqline_tap_push() - hand it an event, if it wants it
 * @tap: the tap
 * @event: what was handled
 *
 * Context: any, under RCU.
 * Return: true if its readers are to be woken, with irqline_tap_wake().
 */
bool irqline_tap_push(struct irqline_tap *tap,
		      const struct irqline_event *event)
{
	unsigned long flags;
	bool wake = false;

	if (!irqline_tap_wants(tap, event->handler))
		return false;
	raw_spin_lock_irqsave(&tap->lock, flags);
	if (irqline_tap_has_room(tap)) {
		irqline_tap_write(tap, event);
		wake = irqline_tap_came_up(tap);
	}
	raw_spin_unlock_irqrestore(&tap->lock, flags);
	return wake;
}

/**
 * irqline_tap_wake() - wake who waits for the watermark
 * @tap: the tap
 *
 * Context: any in which a wait queue may be woken.
 */
void irqline_tap_wake(struct irqline_tap *tap)
{
	if (wq_has_sleeper(&tap->wait))
		wake_up_interruptible_poll(&tap->wait, EPOLLIN | EPOLLRDNORM);
}

/**
 * irqline_tap_mark_gone() - say in the ring that the line is gone
 * @tap: a tap whose set is about to say so
 *
 * Context: set->lock held.
 */
void irqline_tap_mark_gone(struct irqline_tap *tap)
{
	lockdep_assert_held(&tap->set->lock);

	WRITE_ONCE(tap->ring->flags, IRQLINE_TAP_RING_GONE);
}

/**
 * irqline_tap_end() - the line is gone: let nobody wait
 * @tap: a tap whose set says so
 *
 * Context: may sleep; set->lock held.
 */
void irqline_tap_end(struct irqline_tap *tap)
{
	lockdep_assert_held(&tap->set->lock);

	wake_up_all(&tap->wait);
}

/**
 * irqline_tap_gone() - is the line gone?
 * @tap: the tap
 *
 * Context: any.
 * Return: true if so.
 */
bool irqline_tap_gone(const struct irqline_tap *tap)
{
	/* Pairs with irqline_tapset_end(). */
	return smp_load_acquire(&tap->set->gone);
}

/**
 * irqline_tap_waiting() - how many events wait to be taken
 * @tap: the tap
 *
 * If others take events meanwhile, it may say more than there are.
 *
 * Context: any.
 * Return: up to %IRQLINE_TAP_SIZE, which is also for a head out of its range.
 */
u32 irqline_tap_waiting(const struct irqline_tap *tap)
{
	/* The head comes first, lest it be ahead of the tail. */
	u32 head = smp_load_acquire(&tap->control->head);
	/* Pairs with irqline_tap_write(): these events are complete. */
	u32 tail = smp_load_acquire(&tap->tail);

	return min(tail - head, IRQLINE_TAP_SIZE);
}

/**
 * irqline_tap_ready() - do as many events wait as the reader wants?
 * @tap: the tap
 *
 * Context: any.
 * Return: true if so.
 */
bool irqline_tap_ready(const struct irqline_tap *tap)
{
	return irqline_tap_waiting(tap) >= READ_ONCE(tap->watermark);
}

/**
 * irqline_tap_claim() - take the events by read(), or from the ring, for ever
 * @tap: the tap
 * @use: %IRQLINE_TAP_READ or %IRQLINE_TAP_MAPPED
 *
 * Context: process.
 * Return: 0, or -EBUSY if they are taken the other way.
 */
int irqline_tap_claim(struct irqline_tap *tap, enum irqline_tap_use use)
{
	int err = 0;

	if (likely(READ_ONCE(tap->use) == use))
		return 0;
	mutex_lock(&tap->mutex);
	if (!tap->use)
		WRITE_ONCE(tap->use, use);
	else if (tap->use != use)
		err = -EBUSY;
	mutex_unlock(&tap->mutex);
	return err;
}
