// SPDX-License-Identifier: GPL-2.0-only
/*
 * Factorials, by the device's interrupt.
 *
 * The device computes one at a time and cannot be stopped. It ends the
 * computation before it raises the interrupt, so the interrupt of one may come
 * after the next has begun: an event is a hint, and the status register says
 * whether the computation is over. A caller who is interrupted leaves the device
 * computing; the next one waits until it is idle.
 */
#include <linux/errno.h>

#include "edu.h"

/* Context: edu->lock held. */
static bool edu_computing(const struct edu *edu)
{
	return edu_read(edu, EDU_STATUS) & EDU_STATUS_COMPUTING;
}

/**
 * edu_factorial_init() - prepare for callers
 * @edu: the device
 */
void edu_factorial_init(struct edu *edu)
{
	mutex_init(&edu->calc.mutex);
	init_swait_queue_head(&edu->calc.turn);
}

/**
 * edu_factorial_end() - the device is lost: the one who waits need not
 * @edu: the device, with @gone set
 */
void edu_factorial_end(struct edu *edu)
{
	swake_up_one(&edu->calc.turn);
}

/**
 * edu_factorial_work() - the bottom half of source 0x1
 * @priv: the device
 * @event: a hint that a computation may be over
 *
 * Context: any that the administrator chose; never sleeps.
 */
void edu_factorial_work(void *priv, const struct irqline_event *event)
{
	struct edu *edu = priv;
	unsigned long flags;

	raw_spin_lock_irqsave(&edu->lock, flags);
	if (edu->calc.pending && !edu_computing(edu)) {
		edu->calc.result = edu_read(edu, EDU_FACTORIAL);
		edu->calc.pending = false;
	}
	raw_spin_unlock_irqrestore(&edu->lock, flags);
	/* Also for the one who waits for the device to be idle. */
	swake_up_one(&edu->calc.turn);
}

/* A device that is lost counts as ready, so that nobody waits for it. */
static bool edu_factorial_ready(struct edu *edu)
{
	bool ready;

	raw_spin_lock_irq(&edu->lock);
	ready = edu->gone || !edu_computing(edu);
	raw_spin_unlock_irq(&edu->lock);
	return ready;
}

static bool edu_factorial_done(struct edu *edu)
{
	bool done;

	raw_spin_lock_irq(&edu->lock);
	done = edu->gone || !edu->calc.pending;
	raw_spin_unlock_irq(&edu->lock);
	return done;
}

static int edu_factorial_start(struct edu *edu, u32 operand)
{
	int err = 0;

	raw_spin_lock_irq(&edu->lock);
	if (edu->gone) {
		err = -ENODEV;
	} else {
		edu_write(edu, EDU_FACTORIAL, operand);
		edu->calc.pending = true;
	}
	raw_spin_unlock_irq(&edu->lock);
	return err;
}

/* Nobody waits for the result any more. */
static int edu_factorial_finish(struct edu *edu, u32 *result)
{
	int err = 0;

	raw_spin_lock_irq(&edu->lock);
	if (edu->gone)
		err = -ENODEV;
	else if (edu->calc.pending)
		err = -ERESTARTSYS;
	edu->calc.pending = false;
	*result = edu->calc.result;
	raw_spin_unlock_irq(&edu->lock);
	return err;
}

/* Context: edu->calc.mutex held. */
static int edu_factorial_locked(struct edu *edu, u32 operand, u32 *result)
{
	struct edu_calc *calc = &edu->calc;
	int err;

	err = swait_event_interruptible_exclusive(calc->turn,
						  edu_factorial_ready(edu));
	if (err)
		return err;
	err = edu_factorial_start(edu, operand);
	if (err)
		return err;
	/* A signal that comes with the answer does not void it. */
	swait_event_interruptible_exclusive(calc->turn, edu_factorial_done(edu));
	return edu_factorial_finish(edu, result);
}

/**
 * edu_factorial_compute() - have the device compute, and wait
 * @edu: the device
 * @operand: n
 * @result: where to store n! modulo 2^32
 *
 * Context: process. Callers are served in turn.
 * Return: 0; -ENODEV, or -ERESTARTSYS if a signal came first.
 */
int edu_factorial_compute(struct edu *edu, u32 operand, u32 *result)
{
	int err = mutex_lock_interruptible(&edu->calc.mutex);

	if (err)
		return -ERESTARTSYS;
	err = edu_factorial_locked(edu, operand, result);
	mutex_unlock(&edu->calc.mutex);
	return err;
}
