// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>
#include <linux/edu.h>

#include "engine.h"

#define NS_PER_S	1000000000ULL
#define NS_PER_MS	1000000ULL

/* How long there may be no event before it counts as lost. */
#define PATIENCE_S	5
/* How often waiting looks up, in milliseconds. */
#define TICK_MS		100
#define BATCH		64

static __u64 now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * NS_PER_S + time.tv_nsec;
}

/* Waits for the reader, not longer than a tick. The lock is held. */
static void wait_tick(struct engine *engine)
{
	__u64 end = now() + TICK_MS * NS_PER_MS;
	struct timespec time = { .tv_sec = end / NS_PER_S, .tv_nsec = end % NS_PER_S };

	pthread_cond_timedwait(&engine->seen, &engine->lock, &time);
}

static void set_error(struct engine *engine, int error)
{
	pthread_mutex_lock(&engine->lock);
	engine->error = error;
	pthread_mutex_unlock(&engine->lock);
}

/* The sources that can be raised, all marked as in flight; 0 at the end. */
static __u32 take_idle(struct engine *engine)
{
	__u32 idle;

	pthread_mutex_lock(&engine->lock);
	while (!engine->stop_raising && engine->in_flight == engine->sources)
		wait_tick(engine);
	idle = engine->stop_raising ? 0 : engine->sources & ~engine->in_flight;
	engine->in_flight |= idle;
	engine->tally.raised += __builtin_popcount(idle);
	pthread_mutex_unlock(&engine->lock);
	return idle;
}

static void *raise_sources(void *arg)
{
	struct engine *engine = arg;
	__u32 idle, source;

	while ((idle = take_idle(engine))) {
		for (; idle; idle &= ~source) {
			source = idle & -idle;
			if (ioctl(engine->fd, EDU_IOC_RAISE, &source)) {
				set_error(engine, errno);
				return NULL;
			}
		}
	}
	return NULL;
}

/* Kernel threads that work for many have more than their name in it. */
static void read_name(struct thread *thread)
{
	char path[64];
	FILE *file;

	snprintf(thread->name, sizeof(thread->name), "pid %u", thread->pid);
	snprintf(path, sizeof(path), "/proc/%u/comm", thread->pid);
	file = fopen(path, "re");
	if (!file)
		return;
	if (fgets(thread->name, sizeof(thread->name), file))
		thread->name[strcspn(thread->name, "\n")] = '\0';
	fclose(file);
	if (!strncmp(thread->name, "kworker/", 8))
		thread->name[strcspn(thread->name, "-+")] = '\0';
}

/* While the thread lives: its name is gone with it. */
static void note_thread(struct row *row, __u32 pid)
{
	for (unsigned int i = 0; i < row->nthreads; i++) {
		if (row->threads[i].pid == pid)
			return;
	}
	if (row->nthreads == ENGINE_THREADS)
		return;
	row->threads[row->nthreads].pid = pid;
	read_name(&row->threads[row->nthreads++]);
}

static void measure(struct row *row, const struct irqline_event *event)
{
	bool handed_over = event->flags & IRQLINE_EVENT_HANDED_OVER;

	if (event->flags & IRQLINE_EVENT_NO_TIME || event->bottom_ns < row->begin_ns)
		return;
	row->handed_over += handed_over;
	if (handed_over || event->bottom_ns < row->since_ns || row->events == ENGINE_EVENTS)
		return;
	row->latencies[row->events++] = event->bottom_ns - event->top_ns;
	if (event->bottom_context < ENGINE_CONTEXTS)
		row->contexts[event->bottom_context]++;
	if (event->bottom_cpu < CPU_SETSIZE)
		CPU_SET(event->bottom_cpu, &row->cpus);
	/* In interrupt context, it is whatever was interrupted. */
	if (event->bottom_context >= IRQLINE_CONTEXT_KSOFTIRQD)
		note_thread(row, event->pid);
}

static void verify(struct engine *engine, const struct irqline_event *event)
{
	__u64 *seq = &engine->seq[event->lane % ENGINE_LANES];
	__u32 expected = event->sources & engine->in_flight;

	engine->tally.events++;
	engine->tally.handled += __builtin_popcount(expected);
	engine->tally.doubled += __builtin_popcount(event->sources & ~expected);
	engine->tally.reordered += event->seq <= *seq;
	engine->in_flight &= ~expected;
	*seq = event->seq;
}

static void see(struct engine *engine, const struct irqline_event *events, size_t count)
{
	pthread_mutex_lock(&engine->lock);
	for (size_t i = 0; i < count; i++) {
		if (events[i].handler != engine->handler)
			continue;
		verify(engine, &events[i]);
		if (engine->row)
			measure(engine->row, &events[i]);
	}
	pthread_cond_broadcast(&engine->seen);
	pthread_mutex_unlock(&engine->lock);
}

static bool stops_reading(struct engine *engine)
{
	bool stop;

	pthread_mutex_lock(&engine->lock);
	stop = engine->stop_reading;
	pthread_mutex_unlock(&engine->lock);
	return stop;
}

/* Ends when it is told to and nothing has come for a tick. */
static void *read_events(void *arg)
{
	struct engine *engine = arg;
	struct pollfd fd = { .fd = engine->fd, .events = POLLIN };
	struct irqline_event events[BATCH];
	ssize_t size;
	int ready;

	for (;;) {
		ready = poll(&fd, 1, TICK_MS);
		if (!ready && stops_reading(engine))
			return NULL;
		if (!ready)
			continue;
		size = ready < 0 ? -1 : read(engine->fd, events, sizeof(events));
		if (size > 0) {
			see(engine, events, size / sizeof(*events));
		} else if (errno != EAGAIN && errno != EINTR) {
			set_error(engine, errno);
			return NULL;
		}
	}
}

static int start_threads(struct engine *engine)
{
	int err = pthread_create(&engine->reader, NULL, read_events, engine);

	if (err)
		return err;
	err = pthread_create(&engine->raiser, NULL, raise_sources, engine);
	if (!err)
		return 0;
	engine->stop_reading = true;
	pthread_join(engine->reader, NULL);
	return err;
}

int engine_start(struct engine *engine, const char *device, __u32 handler, __u32 sources)
{
	pthread_condattr_t monotonic;
	int err;

	memset(engine, 0, sizeof(*engine));
	engine->handler = handler;
	engine->sources = sources;
	pthread_mutex_init(&engine->lock, NULL);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&engine->seen, &monotonic);
	pthread_condattr_destroy(&monotonic);
	engine->fd = open(device, O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (engine->fd < 0)
		return errno;
	err = start_threads(engine);
	if (err)
		close(engine->fd);
	return err;
}

void engine_begin(struct engine *engine, struct row *row)
{
	pthread_mutex_lock(&engine->lock);
	row->begin_ns = now();
	row->since_ns = ~0ULL;
	engine->row = row;
	pthread_mutex_unlock(&engine->lock);
}

int engine_error(struct engine *engine)
{
	int error;

	pthread_mutex_lock(&engine->lock);
	error = engine->error;
	pthread_mutex_unlock(&engine->lock);
	return error;
}

/* Until the row is full. The lock is held. */
static bool wait_full(struct engine *engine, const volatile sig_atomic_t *interrupted)
{
	const struct row *row = engine->row;
	__u64 end = now() + PATIENCE_S * NS_PER_S;
	unsigned int before = 0;

	while (row->events < ENGINE_EVENTS) {
		if (engine->error || *interrupted || now() > end)
			return false;
		wait_tick(engine);
		if (row->events > before)
			end = now() + PATIENCE_S * NS_PER_S;
		before = row->events;
	}
	return true;
}

bool engine_measure(struct engine *engine, const volatile sig_atomic_t *interrupted)
{
	bool full;

	pthread_mutex_lock(&engine->lock);
	engine->row->since_ns = now();
	full = wait_full(engine, interrupted);
	pthread_mutex_unlock(&engine->lock);
	return full;
}

void engine_end(struct engine *engine)
{
	pthread_mutex_lock(&engine->lock);
	engine->row = NULL;
	pthread_mutex_unlock(&engine->lock);
}

/* Until nothing is in flight any more. The lock is held. */
static void drain(struct engine *engine)
{
	__u64 end = now() + PATIENCE_S * NS_PER_S;

	while (engine->in_flight && !engine->error && now() < end)
		wait_tick(engine);
}

struct tally engine_stop(struct engine *engine)
{
	pthread_mutex_lock(&engine->lock);
	engine->stop_raising = true;
	pthread_cond_broadcast(&engine->seen);
	pthread_mutex_unlock(&engine->lock);
	pthread_join(engine->raiser, NULL);

	pthread_mutex_lock(&engine->lock);
	drain(engine);
	engine->stop_reading = true;
	pthread_mutex_unlock(&engine->lock);
	pthread_join(engine->reader, NULL);

	close(engine->fd);
	pthread_cond_destroy(&engine->seen);
	pthread_mutex_destroy(&engine->lock);
	engine->tally.lost = __builtin_popcount(engine->in_flight);
	return engine->tally;
}
