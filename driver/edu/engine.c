// SPDX-License-Identifier: GPL-2.0-only
/*
 * Engines: the parts of the device that do one job at a time, which nobody can
 * stop, and those who wait for them.
 *
 * Callers are served in turn. A job is begun as soon as it is the oldest and the
 * device is idle, by whoever notices: the caller himself, or the bottom half that
 * sees the one before end. A caller who gives up takes his job back; if the
 * device is at it, it goes on and nobody gets the result, and the next job begins
 * when it is over.
 *
 * That a job is over is the device's own word. An interrupt is a hint to ask: it
 * may have been raised by hand, or be late and tell of a job before. A job is
 * begun only while the device is idle, under the same lock that it is asked
 * under, so a device that is idle with a job running has done this job.
 *
 * Bottom halves may run in hard interrupt context, under PREEMPT_RT, too: there
 * is but a raw lock, and callers are woken without a wait queue.
 */
#include <linux/errno.h>
#include <linux/iopoll.h>
#include <linux/jiffies.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>

#include "edu.h"

/* The last touch of a job: its caller may have left when the lock is dropped. */
static void edu_job_end(struct edu_job *job, int err)
{
	job->err = err;
	WRITE_ONCE(job->done, true);
	wake_up_process(job->task);
}

static void edu_engine_begin(struct edu_engine *engine)
{
	struct edu_job *job;

	job = list_first_entry_or_null(&engine->waiting, struct edu_job, node);
	if (!job || engine->paused)
		return;
	list_del(&job->node);
	engine->running = job;
	engine->ops->start(engine->edu, job);
}

/* End what is over, and begin what is next. */
static void edu_engine_step(struct edu_engine *engine, u64 captured)
{
	struct edu *edu = engine->edu;

	lockdep_assert_held(&edu->lock);

	if (edu->gone || engine->ops->busy(edu))
		return;
	if (engine->running) {
		engine->ops->finish(edu, engine->running, captured);
		edu_job_end(engine->running, 0);
		engine->running = NULL;
	}
	edu_engine_begin(engine);
}

/**
 * edu_engine_advance() - the device may have done its job
 * @engine: the engine
 * @captured: the data of the event that says so
 *
 * Context: any in which a bottom half runs; never sleeps.
 */
void edu_engine_advance(struct edu_engine *engine, u64 captured)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&engine->edu->lock, flags);
	edu_engine_step(engine, captured);
	raw_spin_unlock_irqrestore(&engine->edu->lock, flags);
}

static int edu_engine_submit(struct edu_engine *engine, struct edu_job *job)
{
	struct edu *edu = engine->edu;
	int err = 0;

	job->task = current;
	job->done = false;
	raw_spin_lock_irq(&edu->lock);
	if (edu->gone) {
		err = -ENODEV;
	} else {
		list_add_tail(&job->node, &engine->waiting);
		edu_engine_step(engine, 0);
	}
	raw_spin_unlock_irq(&edu->lock);
	return err;
}

/*
 * The caller is frozen where he waits, so that a suspend does not show as a
 * signal. Time that has passed meanwhile is his.
 */
static int edu_job_wait(struct edu_job *job, long left)
{
	int err = 0;

	for (;;) {
		set_current_state(TASK_INTERRUPTIBLE | TASK_FREEZABLE);
		if (READ_ONCE(job->done))
			break;
		err = signal_pending(current) ? -ERESTARTSYS :
		      left ? 0 : -ETIMEDOUT;
		if (err)
			break;
		left = schedule_timeout(left);
	}
	__set_current_state(TASK_RUNNING);
	return err;
}

/*
 * The caller leaves, with @err unless the job is done after all. No result is
 * void because a signal or the end of the time came with it, or because its
 * bottom half is slow.
 */
static int edu_engine_leave(struct edu_engine *engine, struct edu_job *job,
			    int err)
{
	struct edu *edu = engine->edu;

	raw_spin_lock_irq(&edu->lock);
	if (!job->done)
		edu_engine_step(engine, 0);
	if (job->done)
		err = job->err;
	else if (engine->running == job)
		engine->running = NULL;
	else
		list_del(&job->node);
	raw_spin_unlock_irq(&edu->lock);
	return err;
}

/**
 * edu_engine_run() - have a job done, in its turn
 * @engine: the engine
 * @job: the job
 * @timeout_ms: how long to wait for its turn and its end, or 0: for ever
 *
 * When it returns, nobody knows of @job any more. A call with a time-out is not
 * begun anew after a signal, since its time would begin anew, too.
 *
 * Context: process.
 * Return: 0; -ETIMEDOUT; -ENODEV if the device is gone; -ERESTARTSYS if a signal
 * came first, or with a time-out -EINTR.
 */
int edu_engine_run(struct edu_engine *engine, struct edu_job *job,
		   u32 timeout_ms)
{
	/* The first jiffy is not a whole one. */
	long left = timeout_ms ? msecs_to_jiffies(timeout_ms) + 1 :
				 MAX_SCHEDULE_TIMEOUT;
	int err = edu_engine_submit(engine, job);

	if (err)
		return err;
	err = edu_engine_leave(engine, job, edu_job_wait(job, left));
	return err == -ERESTARTSYS && timeout_ms ? -EINTR : err;
}

/**
 * edu_engine_init() - prepare for callers
 * @engine: the engine
 * @edu: its device
 * @ops: what it does
 */
void edu_engine_init(struct edu_engine *engine, struct edu *edu,
		     const struct edu_engine_ops *ops)
{
	engine->edu = edu;
	engine->ops = ops;
	INIT_LIST_HEAD(&engine->waiting);
}

/**
 * edu_engine_end() - the device is lost: whoever waits need not
 * @engine: the engine; its device is marked as gone, so none will come
 *
 * Context: process.
 */
void edu_engine_end(struct edu_engine *engine)
{
	struct edu *edu = engine->edu;
	struct edu_job *job, *next;

	raw_spin_lock_irq(&edu->lock);
	if (engine->running)
		edu_job_end(engine->running, -ENODEV);
	engine->running = NULL;
	list_for_each_entry_safe(job, next, &engine->waiting, node) {
		list_del(&job->node);
		edu_job_end(job, -ENODEV);
	}
	raw_spin_unlock_irq(&edu->lock);
}

/**
 * edu_engine_pause() - begin no job until edu_engine_resume()
 * @engine: the engine
 *
 * Context: process.
 */
void edu_engine_pause(struct edu_engine *engine)
{
	raw_spin_lock_irq(&engine->edu->lock);
	engine->paused = true;
	raw_spin_unlock_irq(&engine->edu->lock);
}

/* What no longer answers does nothing any more. */
static bool edu_engine_rests(struct edu_engine *engine)
{
	struct edu *edu = engine->edu;
	bool rests;

	raw_spin_lock_irq(&edu->lock);
	edu_engine_step(engine, 0);
	rests = !engine->ops->busy(edu) || !edu_is_edu(edu);
	raw_spin_unlock_irq(&edu->lock);
	return rests;
}

/**
 * edu_engine_rest() - wait until the device is at no job
 * @engine: the engine; it is paused, or the device is marked as gone
 *
 * What was running is over then, and its result is safe.
 *
 * Context: may sleep.
 * Return: 0, or -EBUSY if the device does not come to an end.
 */
int edu_engine_rest(struct edu_engine *engine)
{
	bool rests;

	return read_poll_timeout(edu_engine_rests, rests, rests,
				 EDU_IDLE_POLL_US, EDU_IDLE_TIMEOUT_US, false,
				 engine) ? -EBUSY : 0;
}

/**
 * edu_engine_resume() - go on after edu_engine_pause()
 * @engine: the engine
 *
 * Context: process.
 */
void edu_engine_resume(struct edu_engine *engine)
{
	raw_spin_lock_irq(&engine->edu->lock);
	engine->paused = false;
	edu_engine_step(engine, 0);
	raw_spin_unlock_irq(&engine->edu->lock);
}
