/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Keeps sources of a device in flight and checks what comes back: a thread
 * raises each source again only after its last event was seen, a thread reads.
 * So whatever is lost, doubled or out of order shows in user space.
 */
#ifndef DEMO_ENGINE_H
#define DEMO_ENGINE_H

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <linux/irqline.h>

#define ENGINE_LANES	64
#define ENGINE_THREADS	8
#define ENGINE_EVENTS	2000
#define ENGINE_CONTEXTS	(IRQLINE_CONTEXT_TASK + 1)

struct thread {
	__u32 pid;
	char name[32];
};

/* Where the bottom half ran, and how late, while one strategy was in force. */
struct row {
	const char *strategy;
	__u64 begin_ns;			/* when the switch to it began */
	__u64 since_ns;			/* when that was over; nothing before counts */
	__u64 latencies[ENGINE_EVENTS];	/* of the events that count, in nanoseconds */
	unsigned int events;		/* how many there are */
	unsigned int handed_over;	/* events from the switch itself, apart */
	unsigned int contexts[ENGINE_CONTEXTS];
	cpu_set_t cpus;
	struct thread threads[ENGINE_THREADS];
	unsigned int nthreads;
};

struct tally {
	__u64 raised;
	__u64 handled;
	__u64 lost;
	__u64 doubled;
	__u64 reordered;
	__u64 events;
};

struct engine {
	int fd;
	__u32 handler;
	__u32 sources;
	pthread_t raiser;
	pthread_t reader;
	pthread_mutex_t lock;		/* protects all below */
	pthread_cond_t seen;		/* broadcast when events have been seen */
	__u32 in_flight;		/* sources that were raised, not yet seen */
	__u64 seq[ENGINE_LANES];	/* the last one seen */
	struct tally tally;
	struct row *row;		/* the one at hand, or NULL */
	bool stop_raising;
	bool stop_reading;
	int error;			/* errno that ended a thread */
};

/* Starts raising @sources at @device, whose events @handler has. 0 or an errno. */
int engine_start(struct engine *engine, const char *device, __u32 handler, __u32 sources);

/* From now on, events that the switch hands over count in @row. */
void engine_begin(struct engine *engine, struct row *row);

/*
 * The switch is done: waits until ENGINE_EVENTS have come. False if none comes for
 * too long, or when *@interrupted turns true.
 */
bool engine_measure(struct engine *engine, const volatile sig_atomic_t *interrupted);

/* What has ended a thread, 0 for nothing. */
int engine_error(struct engine *engine);

/* Lets go of the row. */
void engine_end(struct engine *engine);

/* Waits for what is in flight, a bounded time, ends the threads and adds it up. */
struct tally engine_stop(struct engine *engine);

#endif
