// SPDX-License-Identifier: GPL-2.0-only
/*
 * The taps of a line, and the handlers that they can choose from.
 *
 * Files outlive the line, so the set does, too: it is what a file asks whether
 * the line is still there.
 */
#include <linux/err.h>
#include <linux/preempt.h>
#include <linux/rculist.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "filter.h"
#include "tap.h"
#include "tapset.h"

/* For all taps whose readers are to be woken, and could not be. */
static void irqline_tapset_wake(struct irq_work *work)
{
	struct irqline_tapset *set =
		container_of(work, struct irqline_tapset, wake);
	struct irqline_tap *tap;

	rcu_read_lock();
	list_for_each_entry_rcu(tap, &set->taps, node)
		if (atomic_xchg(&tap->owed, false))
			irqline_tap_wake(tap);
	rcu_read_unlock();
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
	INIT_LIST_HEAD(&set->feeds);
	init_irq_work(&set->wake, irqline_tapset_wake);
	return set;
}

static void irqline_tapset_release(struct kref *ref)
{
	struct irqline_tapset *set =
		container_of(ref, struct irqline_tapset, ref);

	WARN_ON_ONCE(!list_empty(&set->taps) || !list_empty(&set->feeds));
	kfree(set);
}

/**
 * irqline_tapset_put() - give up a reference
 * @set: the set
 *
 * Context: any.
 */
void irqline_tapset_put(struct irqline_tapset *set)
{
	kref_put(&set->ref, irqline_tapset_release);
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
	list_for_each_entry(tap, &set->taps, node)
		irqline_tap_mark_gone(tap);
	/* Pairs with irqline_tap_gone(): who learns it there finds it in the ring. */
	smp_store_release(&set->gone, true);
	list_for_each_entry(tap, &set->taps, node)
		irqline_tap_end(tap);
	spin_unlock(&set->lock);
	irqline_tapset_put(set);
}

/*
 * Wait queues have locks that sleep under PREEMPT_RT, where a bottom half may run
 * in a top half that is exempt from threading (IRQF_NO_THREAD). Where raw locks are
 * checked as if they were PREEMPT_RT's, that is wrong elsewhere, too.
 */
static bool irqline_tapset_may_wake(void)
{
	if (IS_ENABLED(CONFIG_PREEMPT_RT))
		return preemptible();
	return !IS_ENABLED(CONFIG_PROVE_RAW_LOCK_NESTING) || !in_hardirq();
}

/**
 * irqline_tapset_push() - hand an event to the taps that want it
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
	list_for_each_entry_rcu(tap, &set->taps, node) {
		if (!irqline_tap_push(tap, event))
			continue;
		if (irqline_tapset_may_wake()) {
			irqline_tap_wake(tap);
		} else {
			atomic_set(&tap->owed, true);
			irq_work_queue(&set->wake);
		}
	}
	rcu_read_unlock();
}

/**
 * irqline_tapset_link() - have a tap receive events from now on
 * @set: the set
 * @tap: ready for it; gets a reference to @set
 *
 * Context: may sleep.
 * Return: 0, -ENODEV if the line is gone, or -ENOSPC.
 */
int irqline_tapset_link(struct irqline_tapset *set, struct irqline_tap *tap)
{
	int err = 0;

	spin_lock(&set->lock);
	if (set->gone) {
		err = -ENODEV;
	} else if (set->nr_taps >= IRQLINE_TAPS_MAX) {
		err = -ENOSPC;
	} else {
		kref_get(&set->ref);
		set->nr_taps++;
		list_add_tail_rcu(&tap->node, &set->taps);
	}
	spin_unlock(&set->lock);
	return err;
}

/**
 * irqline_tapset_unlink() - undo irqline_tapset_link(), but for the reference
 * @set: the set
 * @tap: to be freed after a grace period
 *
 * Context: may sleep.
 */
void irqline_tapset_unlink(struct irqline_tapset *set, struct irqline_tap *tap)
{
	spin_lock(&set->lock);
	set->nr_taps--;
	list_del_rcu(&tap->node);
	spin_unlock(&set->lock);
}

/**
 * irqline_tapset_join() - let files subscribe to a handler
 * @set: of its line
 * @feed: the handler; no other there has its name or id
 *
 * Context: may sleep.
 */
void irqline_tapset_join(struct irqline_tapset *set, struct irqline_feed *feed)
{
	struct irqline_feed *other;

	spin_lock(&set->lock);
	list_for_each_entry_reverse(other, &set->feeds, node)
		if (other->id < feed->id)
			break;
	list_add(&feed->node, &other->node);
	spin_unlock(&set->lock);
}

/**
 * irqline_tapset_leave() - let nobody find a handler any more
 * @set: of its line
 * @feed: the handler; it may still push what it has at work
 *
 * Context: may sleep.
 */
void irqline_tapset_leave(struct irqline_tapset *set, struct irqline_feed *feed)
{
	spin_lock(&set->lock);
	list_del(&feed->node);
	spin_unlock(&set->lock);
}

static struct irqline_feed *irqline_tapset_find(struct irqline_tapset *set,
						const char *name)
{
	struct irqline_feed *feed;

	lockdep_assert_held(&set->lock);

	list_for_each_entry(feed, &set->feeds, node)
		if (!strcmp(feed->name, name))
			return feed;
	return NULL;
}

/* The handler to put into @old, or to take out of it. Context: set->lock held. */
static struct irqline_feed *
irqline_tapset_chosen(struct irqline_tapset *set,
		      const struct irqline_filter *old, const char *name,
		      bool on)
{
	struct irqline_feed *feed = irqline_tapset_find(set, name);

	if (set->gone)
		return ERR_PTR(-ENODEV);
	if (!feed || !(on || (old && irqline_filter_has(old, feed->id))))
		return ERR_PTR(-ENOENT);
	return feed;
}

/**
 * irqline_tapset_choose() - a filter with one handler more, or less
 * @set: of the line
 * @filter: empty, with room for one more than @old has; filled on success
 * @old: the filter before, or NULL if there was none
 * @name: of the handler
 * @on: it is to be in
 * @id: set to its id on success
 *
 * What is not among the handlers any more does not get in again.
 *
 * Context: may sleep.
 * Return: 0; -ENOENT if there is no such handler, or it is to be taken out and is
 * not in; -ENODEV if the line is gone.
 */
int irqline_tapset_choose(struct irqline_tapset *set,
			  struct irqline_filter *filter,
			  const struct irqline_filter *old, const char *name,
			  bool on, u32 *id)
{
	struct irqline_feed *chosen, *feed;

	spin_lock(&set->lock);
	chosen = irqline_tapset_chosen(set, old, name, on);
	if (!IS_ERR(chosen)) {
		*id = chosen->id;
		list_for_each_entry(feed, &set->feeds, node)
			if (feed == chosen ? on :
			    old && irqline_filter_has(old, feed->id))
				irqline_filter_add(filter, feed->id);
	}
	spin_unlock(&set->lock);
	return PTR_ERR_OR_ZERO(chosen);
}
