// SPDX-License-Identifier: GPL-2.0-only
/*
 * Taking events by read(), and waiting for them by poll().
 */
#include <linux/export.h>
#include <linux/poll.h>
#include <linux/uaccess.h>
#include <irqline.h>

#include "tap.h"

/* Up to @max events that lie together in the ring. */
static ssize_t irqline_tap_copy_some(struct irqline_tap *tap, char __user *buf,
				     u32 max)
{
	u32 head = tap->control->head;
	u32 at = head % IRQLINE_TAP_SIZE;
	u32 n = min3(irqline_tap_waiting(tap), max, IRQLINE_TAP_SIZE - at);
	size_t len = array_size(n, sizeof(struct irqline_event));

	lockdep_assert_held(&tap->read_mutex);

	if (copy_to_user(buf, &tap->ring->events[at], len))
		return -EFAULT;
	/* Pairs with irqline_tap_has_room(): the events have been copied. */
	smp_store_release(&tap->control->head, head + n);
	/* Before the next look at the tail; pairs with irqline_tap_came_up(). */
	smp_mb();
	return len;
}

/*
 * Up to @max events. The last look at the tail comes after the last change of the
 * head: who gets fewer than @max is told of the next one, also where he waits by an
 * epoll that is triggered by edges.
 */
static ssize_t irqline_tap_copy(struct irqline_tap *tap, char __user *buf,
				u32 max)
{
	ssize_t done = 0, more;

	while (max) {
		more = irqline_tap_copy_some(tap, buf + done, max);
		if (more <= 0)
			return done ?: more;
		done += more;
		max -= more / sizeof(struct irqline_event);
	}
	return done;
}

/* Waits for the watermark, or not at all. */
static ssize_t irqline_tap_wait(struct irqline_tap *tap, bool nonblock)
{
	if (irqline_tap_gone(tap))
		return -ENODEV;
	if (nonblock)
		return irqline_tap_waiting(tap) ? 0 : -EAGAIN;
	/* Has the barrier that the top of tap.c tells of. */
	return wait_event_interruptible(tap->wait, irqline_tap_ready(tap) ||
					irqline_tap_gone(tap));
}

static int irqline_tap_lock(struct irqline_tap *tap, bool nonblock)
{
	if (!nonblock)
		return mutex_lock_interruptible(&tap->read_mutex);
	return mutex_trylock(&tap->read_mutex) ? 0 : -EAGAIN;
}

static ssize_t irqline_tap_read_locked(struct irqline_tap *tap,
				       char __user *buf, u32 max, bool nonblock)
{
	ssize_t done;

	do {
		done = irqline_tap_wait(tap, nonblock);
		if (!done)
			done = irqline_tap_copy(tap, buf, max);
	} while (!done);
	return done;
}

/**
 * irqline_tap_read() - the read() of a client's character device
 * @tap: of irqline_tap_open()
 * @buf: where to copy events to
 * @count: bytes there
 * @nonblock: do not wait
 *
 * Waits until as many events as the watermark says are there, then copies as many
 * whole ones as there are and fit; without waiting, whatever is there. An event
 * that could not be copied stays.
 *
 * Context: process.
 * Return: bytes copied; -EINVAL if not one event fits, -EAGAIN, -ERESTARTSYS,
 * -EFAULT, -EBUSY if the file is mapped, or -ENODEV if the line is gone.
 */
ssize_t irqline_tap_read(struct irqline_tap *tap, char __user *buf,
			 size_t count, bool nonblock)
{
	u32 max = min_t(size_t, count / sizeof(struct irqline_event),
			IRQLINE_TAP_SIZE);
	ssize_t done;

	if (!max)
		return -EINVAL;
	if (irqline_tap_gone(tap))
		return -ENODEV;
	done = irqline_tap_claim(tap, IRQLINE_TAP_READ) ?:
	       irqline_tap_lock(tap, nonblock);
	if (done)
		return done;
	done = irqline_tap_read_locked(tap, buf, max, nonblock);
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
 * Return: EPOLLIN | EPOLLRDNORM if as many events wait as the watermark says;
 * EPOLLHUP | EPOLLERR if the line is gone.
 */
__poll_t irqline_tap_poll(struct irqline_tap *tap, struct file *file,
			  struct poll_table_struct *wait)
{
	poll_wait(file, &tap->wait, wait);
	/*
	 * Between entering the queue, or the head that the caller has stored, and
	 * the tail; pairs with irqline_tap_came_up() and wq_has_sleeper().
	 */
	smp_mb();
	if (irqline_tap_gone(tap))
		return EPOLLHUP | EPOLLERR;
	return irqline_tap_ready(tap) ? EPOLLIN | EPOLLRDNORM : 0;
}
EXPORT_SYMBOL_GPL(irqline_tap_poll);
