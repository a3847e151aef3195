// SPDX-License-Identifier: GPL-2.0-only
/*
 * The top halves of lines: starting, stopping and switching them.
 *
 * A switch is made while events come, and loses none: what nobody heard is still
 * in the device's status, and the device is asked to raise its interrupt again
 * when the new top half is there. What waits for the interrupt's thread stays on
 * the line's list, which then has another owner.
 *
 * With MSI the new action is requested beside the old one, so a failure changes
 * nothing. INTx may be shared, and all its actions must agree on IRQF_ONESHOT,
 * so the old one has to go first; meanwhile the device is masked. Where other
 * lines of ours are in the way, they are taken down and requested again around
 * it, as they were if the kernel lets them, else like the new one. Where what was
 * there before does not come back, the line polls, which on INTx needs nothing
 * that could fail.
 *
 * All of it is serialised by one mutex for all lines, since lines share
 * interrupts. It is held while the interrupt core waits for a handler to end, so
 * it is not what a get takes: what a get shows is published under the line's
 * mutex, which is not held then.
 *
 * Locks: irqline_top_mutex -> line->mutex -> hub.lock, and irqline_top_mutex -> CPU
 * hotplug lock, for the mask alone. It is never taken with the CPU hotplug lock or a
 * handler's mutex held, nor is the latter taken with it held.
 */
#include <linux/cpu.h>
#include <linux/cpumask.h>
#include <linux/interrupt.h>
#include <linux/irq.h>
#include <linux/irqdesc.h>
#include <linux/mutex.h>
#include <linux/netlink.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <irqline_fault.h>

#include "compat.h"
#include "line.h"
#include "registry.h"
#include "tops.h"

static DEFINE_MUTEX(irqline_top_mutex);
static LIST_HEAD(irqline_tops_to_tell);	/* protected by the mutex */

/**
 * irqline_tops_assert_held() - see that the caller may look at top halves
 */
void irqline_tops_assert_held(void)
{
	lockdep_assert_held(&irqline_top_mutex);
}

/**
 * irqline_tops_lock() - keep all top halves as they are
 *
 * Context: may sleep, as long as a switch takes.
 */
void irqline_tops_lock(void)
{
	mutex_lock(&irqline_top_mutex);
}

/**
 * irqline_tops_lock_killable() - likewise, for a request
 *
 * Context: may sleep, as long as a switch takes.
 * Return: 0 or -EINTR.
 */
int irqline_tops_lock_killable(void)
{
	return mutex_lock_killable(&irqline_top_mutex);
}

/**
 * irqline_tops_unlock() - let others go on, and tell what has changed
 *
 * Tells under the lock, so that nobody hears of a line that he was told has gone.
 *
 * Context: may sleep.
 */
void irqline_tops_unlock(void)
{
	struct irqline_line *line, *next;

	list_for_each_entry_safe(line, next, &irqline_tops_to_tell, changed) {
		list_del_init(&line->changed);
		irqline_notify(IRQLINE_NOTIFY_LINE_CHANGE, line);
		irqline_line_put(line);
	}
	mutex_unlock(&irqline_top_mutex);
}

/**
 * irqline_tops_changed() - have a change of a line told by irqline_tops_unlock()
 * @line: the line
 *
 * Context: irqline_tops_lock() held.
 */
void irqline_tops_changed(struct irqline_line *line)
{
	irqline_tops_assert_held();

	if (!list_empty(&line->changed))
		return;
	kref_get(&line->ref);
	list_add_tail(&line->changed, &irqline_tops_to_tell);
}

static void irqline_top_init(struct irqline_top *top, struct irqline_line *line,
			     const struct irqline_top_settings *settings,
			     unsigned int irq)
{
	*top = (struct irqline_top) {
		.ops		= settings->top,
		.pass		= irqline_line_pass,
		.thread		= irqline_line_thread,
		.line		= line,
		.name		= line->name,
		.irq		= irq,
		.intx		= settings->delivery == IRQLINE_DELIVERY_INTX,
		.nothread	= settings->nothread,
		.period		= settings->period,
	};
}

static struct irqline_top *
irqline_top_alloc(struct irqline_line *line,
		  const struct irqline_top_settings *settings)
{
	struct irqline_top *top = kzalloc(sizeof(*top), GFP_KERNEL_ACCOUNT);

	if (top)
		irqline_top_init(top, line, settings, line->irq);
	return top;
}

static void irqline_top_free(struct irqline_top *top)
{
	if (top != &top->line->fallback)
		kfree(top);
}

/* What a get shows is what is there. */
static void irqline_tops_show(struct irqline_line *line)
{
	const struct irqline_top *top = line->top;

	mutex_lock(&line->mutex);
	line->irq = top->irq;
	line->settings = (struct irqline_top_settings) {
		.top		= top->ops,
		.period		= top->period,
		.delivery	= top->intx ? IRQLINE_DELIVERY_INTX :
					      IRQLINE_DELIVERY_MSI,
		.nothread	= top->nothread,
	};
	line->moving = false;
	mutex_unlock(&line->mutex);
}

/* From now on, gets leave the interrupt alone: it is about to be freed. */
static void irqline_tops_move(struct irqline_line *line)
{
	mutex_lock(&line->mutex);
	line->moving = true;
	mutex_unlock(&line->mutex);
}

static void irqline_tops_close(struct irqline_line *line, bool closed)
{
	raw_spin_lock_irq(&line->hub.lock);
	line->closed = closed;
	raw_spin_unlock_irq(&line->hub.lock);
}

static void irqline_tops_publish(struct irqline_line *line,
				 struct irqline_top *top)
{
	raw_spin_lock_irq(&line->hub.lock);
	line->top = top;
	irqline_thread_own(&line->hub.thread, top);
	raw_spin_unlock_irq(&line->hub.lock);
}

/*
 * Find what came while no pass could, and have run what waits for a thread that
 * has gone. An edge that nobody heard is lost, the status bit is not, so have the
 * device raise its interrupt again.
 */
static void irqline_tops_catch_up(struct irqline_line *line)
{
	raw_spin_lock_irq(&line->hub.lock);
	irqline_thread_rouse(&line->hub.thread);
	if (!line->gone && !line->closed)
		line->ops->rearm(line->priv);
	raw_spin_unlock_irq(&line->hub.lock);
}

/*
 * Backpressure masks INTx, too, in passes, and unmasks it where it ends; not while
 * this does. A pass finds out anew whether it has to.
 */
static void irqline_tops_mask_locked(struct irqline_line *line, bool masked)
{
	raw_spin_lock_irq(&line->hub.lock);
	line->masked = masked;
	line->throttled = false;
	if (masked)
		line->ops->mask(line->priv);
	else
		line->ops->unmask(line->priv);
	raw_spin_unlock_irq(&line->hub.lock);
}

/*
 * What masks messages stands in a register that the PCI core writes, too, when an
 * interrupt moves: in its handler, but not while it is disabled, or when its CPU goes
 * offline. A mask that is lost has the device send messages to a vector that is
 * another's by then. The interrupt is left disabled.
 */
static void irqline_tops_set_masked(struct irqline_line *line,
				    const struct irqline_top *top, bool masked)
{
	if (top->intx) {
		irqline_tops_mask_locked(line, masked);
		return;
	}
	cpus_read_lock();
	disable_irq_nosync(top->irq);
	irqline_tops_mask_locked(line, masked);
	cpus_read_unlock();
}

/* A message can be kept back only by a device that nobody is to hear. */
static void irqline_tops_unmask(struct irqline_line *line)
{
	const struct irqline_top *top = line->top;

	if (line->suspended || (top->intx && top->ops->polls))
		return;
	irqline_tops_set_masked(line, top, false);
	if (!top->intx)
		enable_irq(top->irq);
}

/*
 * Take the top half away, to line->resting. The device is masked first: no pass may
 * leave it raising. The interrupt stays disabled until it is freed. Nobody owns the
 * list of its thread, so stopping waits for one event at most.
 */
static void irqline_tops_down(struct irqline_line *line)
{
	struct irqline_top *top = line->top;

	irqline_tops_set_masked(line, top, true);
	irqline_tops_close(line, true);
	irqline_tops_publish(line, NULL);
	top->ops->stop(top);
	line->resting = top;
}

/* A top half that was started takes the place of line->resting. */
static void irqline_tops_up(struct irqline_line *line, struct irqline_top *top)
{
	struct irqline_top *old = line->resting;

	irqline_tops_publish(line, top);
	line->resting = NULL;
	if (old != top)
		irqline_top_free(old);
	irqline_tops_show(line);
	irqline_tops_close(line, line->suspended);
	irqline_tops_unmask(line);
	irqline_tops_catch_up(line);
}

/* Nothing else is left. Device masked, no action: this cannot fail. */
static struct irqline_top *irqline_tops_fall(struct irqline_line *line,
					     unsigned int irq)
{
	static const struct irqline_top_settings settings = {
		.top		= &irqline_poll_ops,
		.period		= IRQLINE_PERIOD_DEFAULT,
		.delivery	= IRQLINE_DELIVERY_INTX,
	};

	irqline_top_init(&line->fallback, line, &settings, irq);
	WARN_ON_ONCE(line->fallback.ops->start(&line->fallback));
	irqline_tops_changed(line);
	return &line->fallback;
}

/*
 * What to say of a foreign action. The answer to a request points to its text
 * until after the request has ended, so texts stay: one for each name, and one
 * for all when there are no more.
 */
static const char *irqline_tops_text(const char *name)
{
	static char texts[16][96];
	char text[sizeof(texts[0])];
	unsigned int i;

	irqline_tops_assert_held();

	snprintf(text, sizeof(text),
		 "all on this INTx must agree on IRQF_ONESHOT, and %s does not",
		 name);
	for (i = 0; i < ARRAY_SIZE(texts); i++) {
		if (!*texts[i])
			strscpy(texts[i], text, sizeof(texts[i]));
		if (!strcmp(texts[i], text))
			return texts[i];
	}
	return "all on this INTx must agree on IRQF_ONESHOT, and a foreign action does not";
}

/* Name the first action on an interrupt that has none of ours. */
static void irqline_tops_blame(unsigned int irq, struct netlink_ext_ack *extack)
{
	struct irq_data *data = irq_get_irq_data(irq);
	struct irq_desc *desc;
	unsigned long flags;
	char name[32] = "";

	if (!data || !extack)
		return;
	desc = irq_data_to_desc(data);
	raw_spin_lock_irqsave(&desc->lock, flags);
	if (desc->action && desc->action->name)
		strscpy(name, desc->action->name, sizeof(name));
	raw_spin_unlock_irqrestore(&desc->lock, flags);
	if (*name)
		extack->_msg = irqline_tops_text(name);
}

/* An INTx, and the line that is not to be among those that are looked for. */
struct irqline_tops_place {
	unsigned int irq;
	const struct irqline_line *except;
};

/* Does a line have an action on INTx at @arg? */
static bool irqline_tops_is_peer(const struct irqline_line *line,
				 const void *arg)
{
	const struct irqline_tops_place *place = arg;

	return line != place->except && line->irq == place->irq &&
	       line->top->intx && !line->top->ops->polls;
}

static void irqline_tops_disperse(struct list_head *peers)
{
	struct irqline_line *peer, *next;

	list_for_each_entry_safe(peer, next, peers, peer) {
		list_del_init(&peer->peer);
		kfree(peer->spare);
		peer->spare = NULL;
	}
}

static int irqline_tops_spare(struct list_head *peers)
{
	struct irqline_line *peer;

	list_for_each_entry(peer, peers, peer) {
		peer->spare = irqline_top_alloc(peer, &peer->settings);
		if (!peer->spare)
			return -ENOMEM;
	}
	return 0;
}

/*
 * Nobody has asked for a change of a peer's, so one refusal for lack of memory is not
 * the end of its interrupt: what it needs was freed a moment ago.
 */
static int irqline_tops_start_again(struct irqline_top *top)
{
	int err = top->ops->start(top);

	return err == -ENOMEM ? top->ops->start(top) : err;
}

/* Start peer->spare as @like is, exempt from threads only if there is no other way. */
static int irqline_tops_start_like(struct irqline_line *peer,
				   const struct irqline_top *like)
{
	struct irqline_top *top = peer->spare;
	int err;

	top->ops = like->ops;
	top->nothread = false;
	err = irqline_tops_start_again(top);
	if (err == -EBUSY && like->nothread) {
		top->nothread = true;
		err = irqline_tops_start_again(top);
	}
	return err;
}

/* Start a peer as it was, else as @like, else let it poll. */
static void irqline_tops_restore(struct irqline_line *peer,
				 const struct irqline_top *like)
{
	struct irqline_top *top = peer->resting;
	int err = irqline_tops_start_again(top);

	if (err == -EBUSY && like) {
		top = peer->spare;
		err = irqline_tops_start_like(peer, like);
		if (!err) {
			peer->spare = NULL;
			irqline_tops_changed(peer);
		}
	}
	if (err)
		top = irqline_tops_fall(peer, peer->irq);
	irqline_tops_up(peer, top);
}

/* Start @top with all other actions of ours out of its way. */
static int irqline_tops_start_first(struct irqline_top *top,
				    struct list_head *peers,
				    struct netlink_ext_ack *extack)
{
	struct irqline_line *peer;
	int err;

	list_for_each_entry(peer, peers, peer)
		irqline_tops_down(peer);
	err = top->ops->start(top);
	if (err == -EBUSY)
		irqline_tops_blame(top->irq, extack);
	list_for_each_entry(peer, peers, peer)
		irqline_tops_restore(peer, err ? NULL : top);
	return err;
}

static int irqline_tops_start_among(struct irqline_top *top,
				    struct netlink_ext_ack *extack)
{
	const struct irqline_tops_place place = {
		.irq	= top->irq,
		.except	= top->line,
	};
	LIST_HEAD(peers);
	int err;

	irqline_registry_collect(&peers, irqline_tops_is_peer, &place);
	err = irqline_tops_spare(&peers);
	if (!err)
		err = irqline_tops_start_first(top, &peers, extack);
	irqline_tops_disperse(&peers);
	return err;
}

static bool irqline_tops_threads(const struct list_head *peers)
{
	const struct irqline_line *peer;

	list_for_each_entry(peer, peers, peer)
		if (peer->top->ops == &irqline_thread_ops)
			return true;
	return false;
}

/*
 * Primary handlers that have agreed to IRQF_ONESHOT for the sake of a thread keep
 * it, and keep away whoever does not agree. With the last thread gone, they are
 * requested again.
 */
static void irqline_tops_relax(unsigned int irq)
{
	const struct irqline_tops_place place = { .irq = irq };
	struct irqline_line *peer;
	LIST_HEAD(peers);

	if (!IRQF_COND_ONESHOT)
		return;
	irqline_registry_collect(&peers, irqline_tops_is_peer, &place);
	if (!irqline_tops_threads(&peers)) {
		list_for_each_entry(peer, &peers, peer)
			irqline_tops_down(peer);
		list_for_each_entry(peer, &peers, peer)
			irqline_tops_restore(peer, NULL);
	}
	irqline_tops_disperse(&peers);
}

/* Is it one that others on its INTx had to agree with? */
static bool irqline_top_binds(const struct irqline_top *top)
{
	return top->intx && top->ops == &irqline_thread_ops;
}

static int irqline_tops_deliver(struct irqline_line *line,
				struct irqline_top *top,
				struct netlink_ext_ack *extack)
{
	int irq = line->ops->deliver(line->priv, top->intx ?
				     IRQLINE_DELIVERY_INTX :
				     IRQLINE_DELIVERY_MSI);

	if (irq > 0) {
		top->irq = irq;
		return 0;
	}
	if (top->intx)
		NL_SET_ERR_MSG(extack, "the device gets no INTx here");
	else
		NL_SET_ERR_MSG(extack, "the device gets no MSI here");
	return irq == -ENOMEM ? irq : -EOPNOTSUPP;
}

/* Get the interrupt, if @deliver, and start the top half on it. */
static int irqline_tops_try(struct irqline_line *line, struct irqline_top *top,
			    bool deliver, struct netlink_ext_ack *extack)
{
	int err = deliver ? irqline_tops_deliver(line, top, extack) : 0;

	if (err)
		return err;
	err = top->ops->start(top);
	if (err == -EBUSY && top->intx)
		return irqline_tops_start_among(top, extack);
	return err;
}

/* Start line->resting again, else let the line poll. */
static struct irqline_top *irqline_tops_retreat(struct irqline_line *line,
						bool deliver,
						struct netlink_ext_ack *extack)
{
	int irq = line->irq;

	if (!irqline_tops_try(line, line->resting, deliver, NULL))
		return line->resting;
	if (deliver)
		irq = line->ops->deliver(line->priv, IRQLINE_DELIVERY_INTX);
	NL_SET_ERR_MSG(extack,
		       "neither this nor what was before can be had: the line polls");
	return irqline_tops_fall(line, max(irq, 0));
}

/* The old one goes first: INTx, or another interrupt. */
static int irqline_tops_replace(struct irqline_line *line,
				struct irqline_top *top,
				struct netlink_ext_ack *extack)
{
	/* A line that had to fall to polling may have been left without an interrupt. */
	bool deliver = top->intx != line->top->intx || !line->irq;
	bool bound = irqline_top_binds(line->top);
	unsigned int irq = line->irq;
	struct irqline_top *use = top;
	int err;

	irqline_tops_down(line);
	if (deliver)
		irqline_tops_move(line);
	err = irqline_tops_try(line, top, deliver, extack);
	if (err) {
		irqline_top_free(top);
		use = irqline_tops_retreat(line, deliver, extack);
	}
	irqline_tops_up(line, use);
	if (bound)
		irqline_tops_relax(irq);
	return err;
}

/* The new one comes first: MSI, which is nobody's but ours. */
static int irqline_tops_exchange(struct irqline_line *line,
				 struct irqline_top *top)
{
	struct irqline_top *old = line->top;
	int err = top->ops->start(top);

	if (err) {
		irqline_top_free(top);
		return err;
	}
	irqline_tops_publish(line, top);
	old->ops->stop(old);
	irqline_top_free(old);
	irqline_tops_show(line);
	irqline_tops_catch_up(line);
	return 0;
}

/* The CPUs that were once chosen, for an interrupt that may be a new one. */
static void irqline_tops_affine(struct irqline_line *line,
				struct netlink_ext_ack *extack)
{
	if (!line->affine || line->settings.top->polls)
		return;
	if (irqline_fault() || irq_set_affinity(line->irq, line->affinity))
		NL_SET_ERR_MSG(extack, "done, but the chosen CPUs cannot be had now");
}

static int irqline_tops_switch(struct irqline_line *line,
			       const struct irqline_top_settings *settings,
			       struct netlink_ext_ack *extack)
{
	struct irqline_top *top = irqline_top_alloc(line, settings);
	int err;

	if (!top)
		return -ENOMEM;
	if (top->intx || line->top->intx)
		err = irqline_tops_replace(line, top, extack);
	else
		err = irqline_tops_exchange(line, top);
	if (err && err != -ENOMEM && extack && !extack->_msg)
		NL_SET_ERR_MSG(extack, "the kernel refuses to hand out the interrupt so");
	/* What was before may have another interrupt now. */
	irqline_tops_affine(line, err ? NULL : extack);
	return err;
}

/**
 * irqline_tops_set() - switch the top half of a line while events come
 * @line: the line
 * @settings: all of its settings, valid together
 * @extack: for the reason of a failure
 *
 * Another period alone needs no switch. Other lines on the same INTx may have to
 * change, too; irqline_tops_unlock() tells of all.
 *
 * Context: may sleep, up to one event's work; irqline_tops_lock() held.
 * Return: 0; or -EBUSY, -EOPNOTSUPP, -ENOMEM or what the kernel says, and then
 * nothing has changed, but that the line may have been left to poll.
 */
int irqline_tops_set(struct irqline_line *line,
		     const struct irqline_top_settings *settings,
		     struct netlink_ext_ack *extack)
{
	const struct irqline_top_settings *now = &line->settings;
	int err = 0;

	irqline_tops_assert_held();

	if (settings->top == now->top && settings->delivery == now->delivery &&
	    settings->nothread == now->nothread &&
	    settings->period == now->period)
		return 0;
	if (line->suspended) {
		NL_SET_ERR_MSG(extack, "the device is suspended");
		return -EBUSY;
	}
	if (settings->top != now->top || settings->delivery != now->delivery ||
	    settings->nothread != now->nothread) {
		err = irqline_tops_switch(line, settings, extack);
	} else {
		line->top->ops->retime(line->top, settings->period);
		irqline_tops_show(line);
	}
	if (!err)
		irqline_tops_changed(line);
	return err;
}

/**
 * irqline_tops_start() - give a new line its first top half
 * @line: a line that nobody can find yet
 * @config: the line, as its client describes it
 *
 * A new line leaves those alone that have its INTx already: if they are such
 * that a primary handler cannot be added, it begins with a thread.
 *
 * Context: may sleep; irqline_tops_lock() held.
 * Return: 0, -ENOMEM, or what request_threaded_irq() says.
 */
int irqline_tops_start(struct irqline_line *line,
		       const struct irqline_config *config)
{
	const struct irqline_top_settings settings = {
		.top		= &irqline_hard_ops,
		.delivery	= config->delivery,
	};
	struct irqline_top *top;
	int err;

	irqline_tops_assert_held();

	line->irq = config->irq;
	top = irqline_top_alloc(line, &settings);
	if (!top)
		return -ENOMEM;
	err = top->ops->start(top);
	if (err == -EBUSY) {
		top->ops = &irqline_thread_ops;
		err = top->ops->start(top);
	}
	if (err) {
		irqline_top_free(top);
		return err;
	}
	irqline_tops_publish(line, top);
	irqline_tops_show(line);
	irqline_tops_catch_up(line);
	return 0;
}

/**
 * irqline_tops_stop() - end the top half of a line for good
 * @line: a line that nobody can find any more; masked when it returns
 *
 * Context: may sleep, up to one event's work; irqline_tops_lock() held.
 */
void irqline_tops_stop(struct irqline_line *line)
{
	bool bound = irqline_top_binds(line->top);

	irqline_tops_assert_held();

	irqline_tops_down(line);
	irqline_top_free(line->resting);
	line->resting = NULL;
	if (bound)
		irqline_tops_relax(line->irq);
}

/**
 * irqline_tops_pause() - have no pass touch the device any more
 * @line: the line
 *
 * INTx may be shared, so there it is the device that keeps still.
 *
 * Context: may sleep; irqline_tops_lock() held.
 */
void irqline_tops_pause(struct irqline_line *line)
{
	irqline_tops_assert_held();

	line->suspended = true;
	if (line->top->intx)
		irqline_tops_set_masked(line, line->top, true);
	line->top->ops->pause(line->top);
	irqline_tops_close(line, true);
}

/**
 * irqline_tops_unpause() - end irqline_tops_pause()
 * @line: the line
 *
 * Context: may sleep; irqline_tops_lock() held.
 */
void irqline_tops_unpause(struct irqline_line *line)
{
	irqline_tops_assert_held();

	line->suspended = false;
	irqline_tops_close(line, false);
	line->top->ops->unpause(line->top);
	irqline_tops_unmask(line);
	irqline_tops_catch_up(line);
}
