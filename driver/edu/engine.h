/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _EDU_ENGINE_H
#define _EDU_ENGINE_H

#include <linux/list.h>
#include <linux/types.h>

struct edu;
struct edu_job;
struct task_struct;

/**
 * struct edu_engine_ops - what a part of the device does
 *
 * All are called with the device's lock held and interrupts off, maybe in hard
 * interrupt context under PREEMPT_RT: they must not sleep.
 *
 * @busy: Returns whether the device is at work, by its own word.
 * @start: Has the device begin a job; it is not busy.
 * @finish: Takes over what the device has for the job that is over; @captured is
 *	the data of the event that tells of it, or 0.
 */
struct edu_engine_ops {
	bool (*busy)(const struct edu *edu);
	void (*start)(struct edu *edu, struct edu_job *job);
	void (*finish)(struct edu *edu, struct edu_job *job, u64 captured);
};

/**
 * struct edu_job - what one caller wants of an engine; lives on his stack
 * @node: in the engine's list while it waits for its turn; protected by the
 *	device's lock
 * @task: the caller
 * @done: it is over, or will not be done; written under the device's lock
 * @err: how it ended; likewise
 */
struct edu_job {
	struct list_head node;
	struct task_struct *task;
	bool done;
	int err;
};

/**
 * struct edu_engine - a part of the device that does one job at a time
 * @ops: what it does
 * @edu: the device
 * @waiting: jobs that were not begun, the oldest first; protected by the device's
 *	lock
 * @running: the job that the device is at, if its caller still waits; likewise
 * @paused: begin none; likewise
 */
struct edu_engine {
	const struct edu_engine_ops *ops;
	struct edu *edu;
	struct list_head waiting;
	struct edu_job *running;
	bool paused;
};

void edu_engine_init(struct edu_engine *engine, struct edu *edu,
		     const struct edu_engine_ops *ops);
void edu_engine_end(struct edu_engine *engine);
void edu_engine_advance(struct edu_engine *engine, u64 captured);
int edu_engine_run(struct edu_engine *engine, struct edu_job *job,
		   u32 timeout_ms);
void edu_engine_pause(struct edu_engine *engine);
int edu_engine_rest(struct edu_engine *engine);
void edu_engine_resume(struct edu_engine *engine);

#endif /* _EDU_ENGINE_H */
