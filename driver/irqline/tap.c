// SPDX-License-Identifier: GPL-2.0-only
/*
 * Taps: open files that receive events.
 *
 * Producers are the owners of all lanes of a line; they push under the tap's
 * raw lock. The consumers are the readers of one file, which a mutex
 * serialises. A full tap drops the newest event, so producers never touch what
 * a reader may be copying, and a slow reader loses events of its own only.
 */
#include <linux/err.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/rculist.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <linux/wait.h>
#include <irqline.h>

#include "tap.h"

#define IRQLINE_TAP_SIZE	1024U

/**
 * struct irqline_tap - one open file
 * @node: in the set's RCU list
 * @rcu: to free it
 * @set: what it belongs to
 * @lock: serialises producers; protects @tail and @lost
 * @wait: readers and pollers
 * @read_mutex: serialises readers; protects @head
 * @tail: where the next event goes; runs free
 * @head: where the oldest one is; runs free
 * @lost: events dropped since the last one that went in
 * @ring: the events
 */
struct irqline_tap {
	struct list_head node;
	struct rcu_head rcu;
	struct irqline_tapset *set;
	raw_spinlock_t lock;
	wait_queue_head_t wait;
	struct mutex read_mutex;	/* readers */
	u32 tail;
	u32 head;
	u32 lost;
	struct irqline_event ring[IRQLINE_TAP_SIZE];
};

static void irqline_tap_wake(struct irqline_tap *tap)
{
	if (wq_has_sleeper(&tap->wait))
		wake_up_interruptible_poll(&tap->wait, EPOLLIN | EPOLLRDNORM);
}

/* For all taps that have something: an event was pushed to each of them. */
static void irqline_tapset_wake(struct irq_work *work)
{
	struct irqline_tapset *set =
		container_of(work, struct irqline_tapset, wake);
	struct irqline_tap *tap;

	rcu_read_lock();
	list_for_each_entry_rcu(tap, &set->taps, node)
		irqline_tap_wake(tap);
	rcu_read_unlock();
}

/*
 * Wait queues have locks that sleep under PREEMPT_RT, where a bottom half may run
 * in a top half that is exempt from threading (IRQF_NO_THREAD).
 */
static bool irqline_tap_may_wake(void)
{
	return !IS_ENABLED(CONFIG_PREEMPT_RT) || preemptible();
}

/**
 * irqline_tapset_alloc() - an empty set
 *
 * Context: may sleep.
 * Return: the set, with one reference, or NULL.
 */
struct irqline_tapset *irqline_tapset_alloc(void)
{
	struct irqline_tapset *set = kzalloc(sizeof(*set), GFP_KERNEL_ACCOUNT);

	if (!set)
		return NULL;
	kref_init(&set->ref);
	spin_lock_init(&set->lock);
	INIT_LIST_HEAD(&set->taps);
	init_irq_work(&set->wake, irqline_tapset_wake);
	return set;
}

static void irqline_tapset_release(struct kref *ref)
{
	struct irqline_tapset *set =
		container_of(ref, struct irqline_tapset, ref);

	WARN_ON_ONCE(!list_empty(&set->taps));
	kfree(set);
}

/**
 * irqline_tapset_end() - the line is gone: wake all, let nobody wait again
 * @set: the set; the caller's reference is given up
 *
 * Context: may sleep. Nobody pushes any more.
 */
void irqline_tapset_end(struct irqline_tapset *set)
{
	struct irqline_tap *tap;

	/* Was queued by who pushes, so it will not be again. */
	irq_work_sync(&set->wake);
	spin_lock(&set->lock);
	WRITE_ONCE(set->gone, true);
	list_for_each_entry(tap, &set->taps, node)
		wake_up_all(&tap->wait);
	spin_unlock(&set->lock);
	kref_put(&set->ref, irqline_tapset_release);
}

static void irqline_tap_push(struct irqline_tap *tap,
			     const struct irqline_event *event)
{
	struct irqline_event *slot;
	unsigned long flags;

	raw_spin_lock_irqsave(&tap->lock, flags);
	/* Pairs with irqline_tap_copy(): the old event has been copied. */
	if (tap->tail - smp_load_acquire(&tap->head) == IRQLINE_TAP_SIZE) {
		tap->lost++;
		raw_spin_unlock_irqrestore(&tap->lock, flags);
		return;
	}
	slot = &tap->ring[tap->tail % IRQLINE_TAP_SIZE];
	*slot = *event;
	slot->lost = tap->lost;
	tap->lost = 0;
	/* Pairs with irqline_tap_fill(): the event is complete. */
	smp_store_release(&tap->tail, tap->tail + 1);
	raw_spin_unlock_irqrestore(&tap->lock, flags);

	if (irqline_tap_may_wake())
		irqline_tap_wake(tap);
	else
		irq_work_queue(&tap->set->wake);
}

/**
 * irqline_tapset_push() - hand an event to all taps of a line
 * @set: of the line
 * @event: what was handled
 *
 * Context: any in which a handler runs.
 */
void irqline_tapset_push(struct irqline_tapset *set,
			 const struct irqline_event *event)
{
	struct irqline_tap *tap;

	rcu_read_lock();
	list_for_each_entry_rcu(tap, &set->taps, node)
		irqline_tap_push(tap, event);
	rcu_read_unlock();
}

/**
 * irqline_tapset_open() - a new tap, which receives all events from now on
 * @set: of the line
 *
 * Its memory is charged to the caller.
 *
 * Context: may sleep.
 * Return: the tap; -ENOMEM or -ENODEV as an ERR_PTR.
 */
struct irqline_tap *irqline_tapset_open(struct irqline_tapset *set)
{
	struct irqline_tap *tap = kvzalloc(sizeof(*tap), GFP_KERNEL_ACCOUNT);
	bool gone;

	if (!tap)
		return ERR_PTR(-ENOMEM);
	raw_spin_lock_init(&tap->lock);
	init_waitqueue_head(&tap->wait);
	mutex_init(&tap->read_mutex);
	tap->set = set;

	spin_lock(&set->lock);
	gone = set->gone;
	if (!gone) {
		kref_get(&set->ref);
		list_add_tail_rcu(&tap->node, &set->taps);
	}
	spin_unlock(&set->lock);
	if (gone) {
		kvfree(tap);
		return ERR_PTR(-ENODEV);
	}
	return tap;
}

static void irqline_tap_free(struct rcu_head *rcu)
{
	kvfree(container_of(rcu, struct irqline_tap, rcu));
}

/**
 * irqline_tap_close() - the file is closed
 * @tap: of irqline_tap_open(); nobody reads or polls it any more
 *
 * Context: may sleep.
 */
void irqline_tap_close(struct irqline_tap *tap)
{
	struct irqline_tapset *set = tap->set;

	spin_lock(&set->lock);
	list_del_rcu(&tap->node);
	spin_unlock(&set->lock);
	call_rcu(&tap->rcu, irqline_tap_free);
	kref_put(&set->ref, irqline_tapset_release);
}
EXPORT_SYMBOL_GPL(irqline_tap_close);

/* Reader: events that are there. */
static u32 irqline_tap_fill(const struct irqline_tap *tap)
{
	/* Pairs with irqline_tap_push(). */
	return smp_load_acquire(&tap->tail) - READ_ONCE(tap->head);
}

static bool irqline_tap_gone(const struct irqline_tap *tap)
{
	return READ_ONCE(tap->set->gone);
}

/* Reader: up to @max events that lie together in the ring. */
static ssize_t irqline_tap_copy(struct irqline_tap *tap, char __user *buf,
				u32 max)
{
	u32 at = tap->head % IRQLINE_TAP_SIZE;
	u32 n = min3(irqline_tap_fill(tap), max, IRQLINE_TAP_SIZE - at);

	if (copy_to_user(buf, &tap->ring[at], array_size(n, sizeof(*tap->ring))))
		return -EFAULT;
	/* Pairs with irqline_tap_push(). */
	smp_store_release(&tap->head, tap->head + n);
	return array_size(n, sizeof(*tap->ring));
}

static ssize_t irqline_tap_wait(struct irqline_tap *tap, bool nonblock)
{
	if (irqline_tap_gone(tap))
		return -ENODEV;
	if (irqline_tap_fill(tap))
		return 0;
	if (nonblock)
		return -EAGAIN;
	return wait_event_interruptible(tap->wait, irqline_tap_fill(tap) ||
					irqline_tap_gone(tap));
}

static int irqline_tap_lock(struct irqline_tap *tap, bool nonblock)
{
	if (!nonblock)
		return mutex_lock_interruptible(&tap->read_mutex);
	return mutex_trylock(&tap->read_mutex) ? 0 : -EAGAIN;
}

/**
 * irqline_tap_read() - the read() of a client's character device
 * @tap: of irqline_tap_open()
 * @buf: where to copy events to
 * @count: bytes there
 * @nonblock: do not wait
 *
 * Waits for an event, then copies as many whole ones as there are and fit. An
 * event that could not be copied stays.
 *
 * Context: process.
 * Return: bytes copied; -EINVAL if not one event fits, -EAGAIN, -ERESTARTSYS,
 * -EFAULT, or -ENODEV if the line is gone.
 */
ssize_t irqline_tap_read(struct irqline_tap *tap, char __user *buf,
			 size_t count, bool nonblock)
{
	u32 max = min_t(size_t, count / sizeof(*tap->ring), IRQLINE_TAP_SIZE);
	ssize_t done, more;

	if (!max)
		return -EINVAL;
	done = irqline_tap_lock(tap, nonblock);
	if (done)
		return done;
	do {
		done = irqline_tap_wait(tap, nonblock);
		if (!done)
			done = irqline_tap_copy(tap, buf, max);
	} while (!done);
	max -= max_t(ssize_t, done, 0) / sizeof(*tap->ring);
	if (done > 0 && max) {
		/* What lies at the start of the ring. */
		more = irqline_tap_copy(tap, buf + done, max);
		done += max_t(ssize_t, more, 0);
	}
	mutex_unlock(&tap->read_mutex);
	return done;
}
EXPORT_SYMBOL_GPL(irqline_tap_read);

/**
 * irqline_tap_poll() - the poll() of a client's character device
 * @tap: of irqline_tap_open()
 * @file: the file
 * @wait: the poll table
 *
 * Context: process.
 * Return: EPOLLIN | EPOLLRDNORM if there is an event; EPOLLHUP | EPOLLERR if
 * the line is gone.
 */
__poll_t irqline_tap_poll(struct irqline_tap *tap, struct file *file,
			  struct poll_table_struct *wait)
{
	poll_wait(file, &tap->wait, wait);
	if (irqline_tap_gone(tap))
		return EPOLLHUP | EPOLLERR;
	return irqline_tap_fill(tap) ? EPOLLIN | EPOLLRDNORM : 0;
}
EXPORT_SYMBOL_GPL(irqline_tap_poll);
