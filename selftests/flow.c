// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "flow_parts.h"

/* Seconds within which what is outstanding is answered. */
#define SETTLE_TIMEOUT	(2 * EVENT_TIMEOUT)

void flow_fail(struct flow *flow, const char *format, ...)
{
	va_list args;

	if (!flow->failure[0]) {
		va_start(args, format);
		vsnprintf(flow->failure, sizeof(flow->failure), format, args);
		va_end(args);
	}
	flow->stop = true;
	pthread_cond_broadcast(&flow->change);
}

void flow_gone(struct flow *flow, const char *call)
{
	pthread_mutex_lock(&flow->lock);
	if (!flow->doomed)
		flow_fail(flow, "%s says that there is no such device", call);
	flow->over = true;
	flow->stop = true;
	pthread_cond_broadcast(&flow->change);
	pthread_mutex_unlock(&flow->lock);
}

void flow_count(__u64 *counts, __u32 sources)
{
	int bit;

	for (bit = 0; bit < 32; bit++)
		counts[bit] += sources >> bit & 1;
}

/* The device refuses, so these were not raised. */
static void take_back(struct flow *flow, __u32 sources)
{
	int bit;

	pthread_mutex_lock(&flow->lock);
	flow->outstanding &= ~sources;
	for (bit = 0; bit < 32; bit++)
		flow->raised[bit] -= sources >> bit & 1;
	pthread_mutex_unlock(&flow->lock);
}

static int raise_through(struct flow *flow, __u32 sources)
{
	int err;

	if (flow->gate)
		pthread_rwlock_rdlock(flow->gate);
	err = dev_error(flow->raise_fd, EDU_IOC_RAISE, &sources);
	if (flow->gate)
		pthread_rwlock_unlock(flow->gate);
	return err;
}

/*
 * Raises those of the sources that are not outstanding: another thread may have
 * been faster. Returns them.
 */
static __u32 raise_now(struct flow *flow, __u32 sources)
{
	int err;

	pthread_mutex_lock(&flow->lock);
	sources &= ~flow->outstanding;
	flow->outstanding |= sources;
	flow_count(flow->raised, sources);
	pthread_mutex_unlock(&flow->lock);
	err = sources ? raise_through(flow, sources) : 0;
	if (!err)
		return sources;
	if (err != ENODEV)
		die("raise 0x%x: %s", sources, strerror(err));
	take_back(flow, sources);
	flow_gone(flow, "a raise");
	return 0;
}

/*
 * Waits until no source is outstanding, or until at least one is not. Returns
 * those that are not; none if it is time to stop.
 */
static __u32 free_sources(struct flow *flow, bool all)
{
	__u32 idle;

	pthread_mutex_lock(&flow->lock);
	for (;;) {
		idle = flow->stop ? 0 : flow->sources & ~flow->outstanding;
		if (flow->stop || idle == flow->sources || (idle && !all))
			break;
		pthread_cond_wait(&flow->change, &flow->lock);
	}
	pthread_mutex_unlock(&flow->lock);
	return idle;
}

static void raise_each(struct flow *flow, __u32 sources)
{
	for (; sources; sources &= sources - 1)
		raise_now(flow, sources & -sources);
}

static bool stopped(struct flow *flow)
{
	bool stop;

	pthread_mutex_lock(&flow->lock);
	stop = flow->stop;
	pthread_mutex_unlock(&flow->lock);
	return stop;
}

/* How often the top half has run; false if the line has gone. */
static bool get_passes(struct flow *flow, struct nl *nl, __u64 *passes)
{
	struct nl_list reply = { 0 };
	struct nl_msg msg;
	int err;

	request_line(&msg, IRQLINE_CMD_LINE_GET, flow->line);
	err = nl_do(nl, &msg, &reply);
	if (!err)
		*passes = nl_u64(nl_first(&reply), IRQLINE_A_LINE_PASSES);
	else if (err == ENOENT || err == ENODEV)
		flow_gone(flow, "a request for the line");
	else
		die("%s: %s", flow->line, nl->ack.text);
	nl_free(&reply);
	return !err;
}

/*
 * Until the top half has run again; ends early when it is time to stop. It
 * gives way each time: where CPUs are virtual, the one that is to take the
 * interrupt may have to wait for this one to be idle.
 */
static void await_pass(struct flow *flow, struct nl *nl, __u64 passes)
{
	const struct timespec pause = { .tv_nsec = 20 * NSEC_PER_USEC };
	__u64 now;

	do {
		nanosleep(&pause, NULL);
	} while (get_passes(flow, nl, &now) && now == passes && !stopped(flow));
}

/* Waits each time for the top half, so that no two sources share an event. */
static void raise_apart(struct flow *flow, struct nl *nl, __u32 sources)
{
	__u64 passes;

	for (; sources && !stopped(flow); sources &= sources - 1) {
		if (get_passes(flow, nl, &passes) &&
		    raise_now(flow, sources & -sources))
			await_pass(flow, nl, passes);
	}
}

/* Some of the sources, at most three: the flow ends within a few events. */
static __u32 pick_few(__u32 sources, __u32 *seed)
{
	__u32 few = 0;
	int i;

	for (i = 0; i < 3; i++)
		few |= 1U << random_below(seed, 32);
	return (few & sources) ? : (sources & -sources);
}

static void *raise_sources(void *arg)
{
	struct flow *flow = arg;
	struct nl nl;
	__u32 seed = flow->seed, idle, choice;

	if (flow->raiser_cpu >= 0)
		pin(flow->raiser_cpu);
	nl_open(&nl, IRQLINE_FAMILY_NAME);
	for (;;) {
		choice = random_u32(&seed) >> 16;
		idle = free_sources(flow, !(choice & 7));
		if (!idle)
			break;
		if (choice & 0x18)
			raise_apart(flow, &nl, idle);
		else if (choice & 0x20)
			raise_now(flow, idle);
		else
			raise_each(flow, pick_few(idle, &seed));
	}
	nl_close(&nl);
	return NULL;
}

void flow_start(struct flow *flow, struct nl *nl)
{
	flow->handler = handler_id(nl, flow->line, flow->name);
	flow_reader_open(flow);
	flow->raise_fd = dev_open(flow->line, O_WRONLY);
	pthread_mutex_init(&flow->lock, NULL);
	pthread_cond_init(&flow->change, NULL);
	if (pthread_create(&flow->reader, NULL, flow_read, flow) ||
	    pthread_create(&flow->raiser, NULL, raise_sources, flow))
		die("cannot start a thread");
}

/* Under the lock. Returns false at the end of the time that an answer may take. */
static bool await_change(struct flow *flow, const struct timespec *end)
{
	return !pthread_cond_clockwait(&flow->change, &flow->lock,
				       CLOCK_MONOTONIC, end);
}

static struct timespec end_of_patience(void)
{
	struct timespec end;

	clock_gettime(CLOCK_MONOTONIC, &end);
	end.tv_sec += SETTLE_TIMEOUT;
	return end;
}

static bool has_ended(const struct flow *flow)
{
	return flow->failure[0] || flow->over;
}

void flow_wait(struct flow *flow, __u64 events)
{
	struct timespec end = end_of_patience();
	__u64 before;

	pthread_mutex_lock(&flow->lock);
	events += flow->events;
	while (flow->events < events && !has_ended(flow)) {
		before = flow->events;
		if (await_change(flow, &end))
			continue;
		if (flow->events == before)
			flow_stall(flow, "no event more than %llu within %d seconds",
				   (unsigned long long)before, SETTLE_TIMEOUT);
		end = end_of_patience();
	}
	pthread_mutex_unlock(&flow->lock);
}

/* Under the lock: which of the sources have not been answered since. */
static __u32 unanswered(const struct flow *flow, __u32 sources,
			const __u64 *answered)
{
	int bit;

	for (bit = 0; bit < 32; bit++)
		if (flow->answered[bit] != answered[bit])
			sources &= ~(1U << bit);
	return sources;
}

/* Under the lock. */
static void settle(struct flow *flow)
{
	struct timespec end = end_of_patience();
	__u64 answered[32];
	__u32 left = flow->outstanding;

	memcpy(answered, flow->answered, sizeof(answered));
	while ((left = unanswered(flow, left, answered)) && !has_ended(flow)) {
		if (await_change(flow, &end))
			continue;
		flow_stall(flow, "0x%x is not answered within %d seconds, after %llu events",
			   left, SETTLE_TIMEOUT,
			   (unsigned long long)flow->events);
	}
}

void flow_settle(struct flow *flow)
{
	pthread_mutex_lock(&flow->lock);
	settle(flow);
	pthread_mutex_unlock(&flow->lock);
}

void flow_nudge(struct flow *flow, struct nl *nl)
{
	__u32 idle;

	pthread_mutex_lock(&flow->lock);
	idle = flow->sources & ~flow->outstanding;
	pthread_mutex_unlock(&flow->lock);
	raise_apart(flow, nl, idle & -idle);
}

bool flow_failed(struct flow *flow)
{
	bool failed;

	pthread_mutex_lock(&flow->lock);
	failed = flow->failure[0];
	pthread_mutex_unlock(&flow->lock);
	return failed;
}

/*
 * One who waits in read() has to get something to see that it is over. One who does so
 * after a failure may wait in vain.
 */
static void join_reader(struct flow *flow)
{
	bool waits = flow->how == FLOW_BY_READ;

	if (waits && flow_failed(flow))
		pthread_cancel(flow->reader);
	else if (waits && !flow->over)
		raise_now(flow, flow->sources & -flow->sources);
	pthread_join(flow->reader, NULL);
}

static void wait_for_rest(struct flow *flow, struct nl *nl)
{
	if (!flow_failed(flow))
		WAIT_UNTIL(!stats_pending(nl, flow->line, flow->name),
			   EVENT_TIMEOUT, "nothing is pending");
}

void flow_stop(struct flow *flow, struct nl *nl)
{
	pthread_mutex_lock(&flow->lock);
	flow->stop = true;
	pthread_cond_broadcast(&flow->change);
	pthread_mutex_unlock(&flow->lock);
	pthread_join(flow->raiser, NULL);
	flow_settle(flow);
	wait_for_rest(flow, nl);
	pthread_mutex_lock(&flow->lock);
	flow->quiet = true;
	pthread_mutex_unlock(&flow->lock);
	join_reader(flow);
	wait_for_rest(flow, nl);
	flow_reader_close(flow);
	close(flow->raise_fd);
}

void flow_doom(struct flow *flow)
{
	pthread_mutex_lock(&flow->lock);
	flow->doomed = true;
	pthread_mutex_unlock(&flow->lock);
}

void flow_end(struct flow *flow)
{
	pthread_join(flow->raiser, NULL);
	if (flow_failed(flow))
		pthread_cancel(flow->reader);
	pthread_join(flow->reader, NULL);
	flow_reader_close(flow);
	close(flow->raise_fd);
}
