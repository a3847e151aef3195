// SPDX-License-Identifier: GPL-2.0-only
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "flow.h"
#include "taps.h"

#define BATCH	32

/* Under the lock. Only the first failure is kept: others follow from it. */
static void fail(struct flow *flow, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void fail(struct flow *flow, const char *format, ...)
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

static void count_bits(__u64 *counts, __u32 sources)
{
	int bit;

	for (bit = 0; bit < 32; bit++)
		counts[bit] += sources >> bit & 1;
}

/*
 * Raises those of the sources that are not outstanding: another thread may have
 * been faster. Returns them.
 */
static __u32 raise_now(struct flow *flow, __u32 sources)
{
	pthread_mutex_lock(&flow->lock);
	sources &= ~flow->outstanding;
	flow->outstanding |= sources;
	count_bits(flow->raised, sources);
	pthread_mutex_unlock(&flow->lock);
	if (sources)
		dev_raise(flow->raise_fd, sources);
	return sources;
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

/*
 * Until the top half has run again; ends early when it is time to stop. It
 * gives way each time: where CPUs are virtual, the one that is to take the
 * interrupt may have to wait for this one to be idle.
 */
static void await_pass(struct flow *flow, struct nl *nl, __u64 passes)
{
	const struct timespec pause = { .tv_nsec = 20 * NSEC_PER_USEC };

	do {
		nanosleep(&pause, NULL);
	} while (line_u64(nl, flow->line, IRQLINE_A_LINE_PASSES) == passes &&
		 !stopped(flow));
}

/* Waits each time for the top half, so that no two sources share an event. */
static void raise_apart(struct flow *flow, struct nl *nl, __u32 sources)
{
	__u64 passes;

	for (; sources && !stopped(flow); sources &= sources - 1) {
		passes = line_u64(nl, flow->line, IRQLINE_A_LINE_PASSES);
		if (raise_now(flow, sources & -sources))
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

/*
 * A lane for each CPU has the CPU's number; what was pending when the lanes
 * became one, or were one, is in the first.
 */
static bool lane_is_wrong(const struct flow *flow,
			  const struct irqline_event *event)
{
	return event->lane &&
	       (!flow->percpu || event->lane != event->top_cpu);
}

/* Under the lock. */
static void check_event(struct flow *flow, const struct irqline_event *event)
{
	__u64 last = flow->last[event->lane % CPUS_MAX];

	if (lane_is_wrong(flow, event) || event->lane >= CPUS_MAX)
		fail(flow, "event %llu of CPU %u in lane %u",
		     (unsigned long long)event->seq, event->top_cpu,
		     event->lane);
	else if (event->seq != last + 1)
		fail(flow, "event %llu follows event %llu in lane %u, lost %u",
		     (unsigned long long)event->seq, (unsigned long long)last,
		     event->lane, event->lost);
	else if (event->sources & ~flow->outstanding & ~flow->noise)
		fail(flow, "event %llu is for 0x%x, of which 0x%x is not outstanding",
		     (unsigned long long)event->seq, event->sources,
		     event->sources & ~flow->outstanding & ~flow->noise);
	else if (!event->sources)
		fail(flow, "event %llu is for nothing",
		     (unsigned long long)event->seq);
	else if ((event->merged && !flow->merges) || event->lost)
		fail(flow, "event %llu: merged %u, lost %u",
		     (unsigned long long)event->seq, event->merged,
		     event->lost);
	else if (event->bottom_context > IRQLINE_CONTEXT_TASK)
		fail(flow, "event %llu: context %u",
		     (unsigned long long)event->seq, event->bottom_context);
}

static void take_events(struct flow *flow, const struct irqline_event *events,
			int count)
{
	int i;

	pthread_mutex_lock(&flow->lock);
	for (i = 0; i < count; i++) {
		if (events[i].handler != flow->handler)
			continue;
		check_event(flow, &events[i]);
		/* What was merged into it has the numbers that follow. */
		flow->last[events[i].lane % CPUS_MAX] =
			events[i].seq + events[i].merged;
		flow->outstanding &= ~events[i].sources;
		count_bits(flow->answered, events[i].sources);
		flow->events++;
		flow->context[events[i].bottom_context & 3]++;
		if (events[i].flags & IRQLINE_EVENT_HANDED_OVER)
			flow->handed_over++;
	}
	pthread_cond_broadcast(&flow->change);
	pthread_mutex_unlock(&flow->lock);
}

/* No event has come for EVENT_TIMEOUT seconds. */
static void check_stall(struct flow *flow)
{
	pthread_mutex_lock(&flow->lock);
	if (flow->outstanding)
		fail(flow, "no event for %d seconds after %llu events, with 0x%x outstanding",
		     EVENT_TIMEOUT, (unsigned long long)flow->events,
		     flow->outstanding);
	pthread_mutex_unlock(&flow->lock);
}

static bool is_quiet(struct flow *flow)
{
	bool quiet;

	pthread_mutex_lock(&flow->lock);
	quiet = flow->quiet || flow->failure[0];
	pthread_mutex_unlock(&flow->lock);
	return quiet;
}

static void *read_events(void *arg)
{
	struct irqline_event events[BATCH];
	struct flow *flow = arg;
	__u64 seen = now_ns();
	bool quiet;
	int count;

	if (flow->reader_cpu >= 0)
		pin(flow->reader_cpu);
	for (;;) {
		quiet = is_quiet(flow);
		count = dev_read(flow->read_fd, events, BATCH, quiet ? 0 : 50);
		take_events(flow, events, count);
		if (count) {
			seen = now_ns();
		} else if (quiet) {
			return NULL;
		} else if (now_ns() - seen > EVENT_TIMEOUT * NSEC_PER_SEC) {
			check_stall(flow);
			seen = now_ns();
		}
	}
}

void flow_start(struct flow *flow, struct nl *nl)
{
	flow->handler = handler_id(nl, flow->line, flow->name);
	flow->read_fd = dev_open(flow->line, O_RDONLY);
	/* What other handlers have would fill the file. */
	tap_subscribe(flow->read_fd, flow->name);
	flow->raise_fd = dev_open(flow->line, O_WRONLY);
	pthread_mutex_init(&flow->lock, NULL);
	pthread_cond_init(&flow->change, NULL);
	if (pthread_create(&flow->reader, NULL, read_events, flow) ||
	    pthread_create(&flow->raiser, NULL, raise_sources, flow))
		die("cannot start a thread");
}

void flow_wait(struct flow *flow, __u64 events)
{
	pthread_mutex_lock(&flow->lock);
	events += flow->events;
	while (flow->events < events && !flow->failure[0])
		pthread_cond_wait(&flow->change, &flow->lock);
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

static void wait_for_answers(struct flow *flow)
{
	pthread_mutex_lock(&flow->lock);
	while (flow->outstanding && !flow->failure[0])
		pthread_cond_wait(&flow->change, &flow->lock);
	pthread_mutex_unlock(&flow->lock);
}

void flow_stop(struct flow *flow, struct nl *nl)
{
	pthread_mutex_lock(&flow->lock);
	flow->stop = true;
	pthread_cond_broadcast(&flow->change);
	pthread_mutex_unlock(&flow->lock);
	pthread_join(flow->raiser, NULL);
	wait_for_answers(flow);
	if (!flow_failed(flow))
		WAIT_UNTIL(!stats_pending(nl, flow->line, flow->name),
			   EVENT_TIMEOUT, "nothing is pending");
	pthread_mutex_lock(&flow->lock);
	flow->quiet = true;
	pthread_mutex_unlock(&flow->lock);
	pthread_join(flow->reader, NULL);
	close(flow->read_fd);
	close(flow->raise_fd);
}

static __u64 total(const __u64 *counts)
{
	__u64 sum = 0;
	int bit;

	for (bit = 0; bit < 32; bit++)
		sum += counts[bit];
	return sum;
}

__u64 flow_raised(const struct flow *flow)
{
	return total(flow->raised);
}

__u64 flow_answered(const struct flow *flow)
{
	return total(flow->answered);
}

__u64 flow_last(const struct flow *flow)
{
	__u64 sum = 0;
	int lane;

	for (lane = 0; lane < CPUS_MAX; lane++)
		sum += flow->last[lane];
	return sum;
}

const char *flow_proof(const struct flow *flow)
{
	static __thread char text[256];
	int bit;

	text[0] = '\0';
	if (flow->failure[0])
		return flow->failure;
	for (bit = 0; bit < 32; bit++)
		if (flow->raised[bit] != flow->answered[bit])
			snprintf(text, sizeof(text),
				 "source %d: %llu raised, %llu answered", bit,
				 (unsigned long long)flow->raised[bit],
				 (unsigned long long)flow->answered[bit]);
	if (flow->events != flow_last(flow))
		snprintf(text, sizeof(text), "%llu events, numbers up to %llu",
			 (unsigned long long)flow->events,
			 (unsigned long long)flow_last(flow));
	if (!flow->events)
		snprintf(text, sizeof(text), "there was no event");
	return text;
}
