/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A flow of events that proves itself: one thread raises sources, another one
 * reads the events of one handler, and a source is raised again only after its
 * last event was seen. So each raise must be answered exactly once, by an event
 * whose number is the one after the number before in its lane.
 *
 * The raiser lets the flow run dry again and again, because only then does an
 * event show that is stuck until the next one comes.
 *
 * A line that goes ends its flows. What was raised a moment before may then stay
 * unanswered, each source once; nothing else may.
 */
#ifndef FLOW_H
#define FLOW_H

#include <pthread.h>

#include "dev.h"
#include "objects.h"
#include "taps.h"

/* How the reader waits for events and takes them. */
enum flow_reader {
	FLOW_BY_POLL,		/* poll(), then read() */
	FLOW_BY_READ,		/* read(), which waits */
	FLOW_BY_RING,		/* poll(), then from the ring, mapped */
};

struct flow {
	/* Set by the test before flow_start(). */
	const char *line, *name;	/* the handler */
	__u32 sources;			/* to raise; the handler receives all */
	int raiser_cpu, reader_cpu;	/* -1 for any */
	__u32 seed;
	enum flow_reader how;
	bool percpu;			/* it has, or had, a lane for each CPU */
	bool merges;			/* its queue may be full, and merge then */
	__u32 noise;			/* that others raise, too, at any time */
	pthread_rwlock_t *gate;		/* to be had for each raise, or NULL */

	/* To be read after flow_stop() or flow_end(), or under the lock. */
	__u64 raised[32], answered[32];
	__u64 events, handed_over;
	__u64 last[CPUS_MAX];		/* number that was used last in each lane */
	__u32 context[IRQLINE_CONTEXT_TASK + 1];
	char failure[256];		/* the first one, or "" */

	pthread_mutex_t lock;
	pthread_cond_t change;
	pthread_t raiser, reader;
	__u32 handler;
	__u32 outstanding;		/* raised and not yet answered */
	bool doomed;			/* the line may go */
	bool over;			/* it has gone */
	bool stop;			/* raise no more */
	bool quiet;			/* no event can come, but of what is outstanding */
	int raise_fd, read_fd;
	struct ring ring;
};

/* The handler exists, is idle, and has not yet had an event. */
void flow_start(struct flow *flow, struct nl *nl);
/* Waits until so many events more have come, or until it has failed or is over. */
void flow_wait(struct flow *flow, __u64 events);
/*
 * Waits until all that is outstanding now is answered, while more is raised. It
 * has failed if that does not come to an end.
 */
void flow_settle(struct flow *flow);
/*
 * Raises one source more, if one is idle, and waits for the top half: for a
 * moment, the handler has something to do.
 */
void flow_nudge(struct flow *flow, struct nl *nl);
bool flow_failed(struct flow *flow);
/* Waits for all answers, and that no event comes beside them. */
void flow_stop(struct flow *flow, struct nl *nl);
/* From now on the line may go; before, a call that says so is a failure. */
void flow_doom(struct flow *flow);
/* The line goes, or has gone: waits until both threads have been told. */
void flow_end(struct flow *flow);

/*
 * After flow_stop() or flow_end(): what is wrong with it, or "" if each raise was
 * answered exactly once, by events without a gap, but for what the end has cut off.
 */
const char *flow_proof(const struct flow *flow);

__u64 flow_raised(const struct flow *flow);
__u64 flow_answered(const struct flow *flow);
/* What the end of the line has left unanswered. */
unsigned int flow_cut(const struct flow *flow);
/* The highest numbers of all lanes, of events that were merged, too, added up. */
__u64 flow_last(const struct flow *flow);

#endif /* FLOW_H */
