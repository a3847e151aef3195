// SPDX-License-Identifier: GPL-2.0-only
/*
 * Factorials, by the device's interrupt.
 *
 * The device ends a computation before it raises the interrupt, so the interrupt
 * of one may come after the next has begun, and the register holds the operand of
 * a computation until it holds the result. So computations are numbered, and what
 * a top half captures carries the number of the one that it is the result of.
 */
#include <irqline.h>

#include "edu.h"

/**
 * struct edu_factorial_job - one computation
 * @job: its place among others
 * @operand: n
 * @result: n! modulo 2^32
 */
struct edu_factorial_job {
	struct edu_job job;
	u32 operand;
	u32 result;
};

static struct edu_factorial_job *edu_factorial_job(struct edu_job *job)
{
	return container_of(job, struct edu_factorial_job, job);
}

static bool edu_factorial_busy(const struct edu *edu)
{
	return edu_read(edu, EDU_STATUS) & EDU_STATUS_COMPUTING;
}

/* No computation has the number 0, which stands for none. */
static void edu_factorial_start(struct edu *edu, struct edu_job *job)
{
	if (!++edu->computation)
		edu->computation = 1;
	edu_write(edu, EDU_FACTORIAL, edu_factorial_job(job)->operand);
}

/*
 * What was captured with this computation's number was read after its end, and
 * before a next one that would have another number. If it has not: the register
 * still holds the result, since only edu_factorial_start() changes it.
 */
static void edu_factorial_finish(struct edu *edu, struct edu_job *job,
				 u64 captured)
{
	if (upper_32_bits(captured) == edu->computation)
		edu_factorial_job(job)->result = lower_32_bits(captured);
	else
		edu_factorial_job(job)->result = edu_read(edu, EDU_FACTORIAL);
}

static const struct edu_engine_ops edu_factorial_ops = {
	.busy	= edu_factorial_busy,
	.start	= edu_factorial_start,
	.finish	= edu_factorial_finish,
};

/**
 * edu_factorial_init() - prepare for callers
 * @edu: the device
 */
void edu_factorial_init(struct edu *edu)
{
	edu_engine_init(&edu->factorial, edu, &edu_factorial_ops);
}

/**
 * edu_factorial_capture() - the result, before the next computation overwrites it
 * @priv: the device
 * @sources: what is pending
 *
 * Context: the top half, with the line's raw spinlock held. The device's lock
 * keeps the next computation from being begun between the two registers.
 * Return: the register in the lower half; in the upper half the number of the
 * computation that it is the result of, or 0 if one is going on.
 */
u64 edu_factorial_capture(void *priv, u32 sources)
{
	struct edu *edu = priv;
	u64 captured = 0;

	raw_spin_lock(&edu->lock);
	if (!edu_factorial_busy(edu))
		captured = (u64)edu->computation << 32;
	captured |= edu_read(edu, EDU_FACTORIAL);
	raw_spin_unlock(&edu->lock);
	return captured;
}

/**
 * edu_factorial_work() - the bottom half of source 0x1
 * @priv: the device
 * @event: a hint that a computation may be over, with what was captured; if it
 *	stands for several, with the last that was
 *
 * Context: any that the administrator chose; never sleeps.
 */
void edu_factorial_work(void *priv, const struct irqline_event *event)
{
	struct edu *edu = priv;

	edu_engine_advance(&edu->factorial, event->data);
}

/**
 * edu_factorial_compute() - have the device compute, and wait
 * @edu: the device
 * @operand: n
 * @timeout_ms: as that of edu_engine_run()
 * @result: where to store n! modulo 2^32, if it is computed
 *
 * Context: process. Callers are served in turn.
 * Return: as edu_engine_run().
 */
int edu_factorial_compute(struct edu *edu, u32 operand, u32 timeout_ms,
			  u32 *result)
{
	struct edu_factorial_job factorial = { .operand = operand };
	int err = edu_engine_run(&edu->factorial, &factorial.job, timeout_ms);

	if (!err)
		*result = factorial.result;
	return err;
}
