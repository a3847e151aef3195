// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "flow_parts.h"

#define BATCH	32

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
		flow_fail(flow, "event %llu of CPU %u in lane %u",
			  (unsigned long long)event->seq, event->top_cpu,
			  event->lane);
	else if (event->seq != last + 1)
		flow_fail(flow, "event %llu follows event %llu in lane %u, lost %u",
			  (unsigned long long)event->seq,
			  (unsigned long long)last, event->lane, event->lost);
	else if (event->sources & ~flow->outstanding & ~flow->noise)
		flow_fail(flow, "event %llu is for 0x%x, of which 0x%x is not outstanding",
			  (unsigned long long)event->seq, event->sources,
			  event->sources & ~flow->outstanding & ~flow->noise);
	else if (!event->sources)
		flow_fail(flow, "event %llu is for nothing",
			  (unsigned long long)event->seq);
	else if ((event->merged && !flow->merges) || event->lost)
		flow_fail(flow, "event %llu: merged %u, lost %u",
			  (unsigned long long)event->seq, event->merged,
			  event->lost);
	else if (event->bottom_context > IRQLINE_CONTEXT_TASK)
		flow_fail(flow, "event %llu: context %u",
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
		flow_count(flow->answered, events[i].sources);
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
		flow_stall(flow, "no event for %d seconds after %llu events, with 0x%x outstanding",
			   EVENT_TIMEOUT, (unsigned long long)flow->events,
			   flow->outstanding);
	pthread_mutex_unlock(&flow->lock);
}

/* Nothing can come but what is there. */
static bool is_quiet(struct flow *flow)
{
	bool quiet;

	pthread_mutex_lock(&flow->lock);
	quiet = (flow->quiet && !flow->outstanding) || flow->failure[0];
	pthread_mutex_unlock(&flow->lock);
	return quiet;
}

/* All return how many events there were, or -1 if the line has gone. */
static int read_some(struct flow *flow, struct irqline_event *events)
{
	ssize_t len = read(flow->read_fd, events, BATCH * sizeof(*events));

	if (len < 0 && errno == ENODEV) {
		flow_gone(flow, "read()");
		return -1;
	}
	if (len <= 0)
		die("read: %s", len ? strerror(errno) : "end of file");
	if (len % sizeof(*events))
		die("read brings %zd bytes, not whole events", len);
	return len / sizeof(*events);
}

/* The ring stays when the line goes, with all that came before. */
static int take_some(struct flow *flow, struct irqline_event *events, bool gone)
{
	int count = ring_take(&flow->ring, events, BATCH);

	if (count || !gone)
		return count;
	if (flow->ring.ring->flags != IRQLINE_TAP_RING_GONE)
		die("the line has gone, and its ring does not say so");
	flow_gone(flow, "the ring");
	return -1;
}

static int poll_some(struct flow *flow, struct irqline_event *events, int ms)
{
	struct pollfd poller = { .fd = flow->read_fd, .events = POLLIN };

	if (poll(&poller, 1, ms) < 0)
		die("poll: %s", strerror(errno));
	if (!poller.revents)
		return 0;
	if (flow->how == FLOW_BY_RING)
		return take_some(flow, events, poller.revents & POLLHUP);
	return read_some(flow, events);
}

/* Waits for events, but not for ever, unless it is to wait in read(). */
static int fetch(struct flow *flow, struct irqline_event *events, bool quiet)
{
	if (flow->how == FLOW_BY_READ && !quiet)
		return read_some(flow, events);
	return poll_some(flow, events, quiet ? 0 : 50);
}

void *flow_read(void *arg)
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
		count = fetch(flow, events, quiet);
		if (count < 0)
			return NULL;
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

void flow_reader_open(struct flow *flow)
{
	flow->read_fd = dev_open(flow->line, flow->how == FLOW_BY_RING ?
					     O_RDWR : O_RDONLY);
	/* What other handlers have would fill the file. */
	tap_subscribe(flow->read_fd, flow->name);
	if (flow->how == FLOW_BY_RING)
		ring_map(&flow->ring, flow->read_fd);
}

void flow_reader_close(struct flow *flow)
{
	if (flow->how == FLOW_BY_RING)
		ring_unmap(&flow->ring);
	close(flow->read_fd);
}
