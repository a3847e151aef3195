/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A crew: handlers of one line that run in different places, each with its flow, one of them
 * on every CPU, and one whose queue is so short that the device has to hold what comes.
 */
#ifndef CREW_H
#define CREW_H

#include "flow.h"

#define CREW_SIZE	5

struct crew {
	const char *line;
	struct flow flows[CREW_SIZE];
};

/* Adds the handlers, and has events flow. */
void crew_start(struct crew *crew, struct nl *nl, const char *line);
/* Waits until each flow has had so many more, or has failed itself. */
void crew_wait(struct crew *crew, __u64 events);
bool crew_failed(struct crew *crew);
/*
 * From now on the holder's events take long, until crew_relax(). Waits until the device holds
 * what has no room, as it will do for a while.
 */
void crew_strain(struct crew *crew, struct nl *nl);
void crew_relax(struct crew *crew, struct nl *nl);
/* Returns what is wrong with the flow of one of them, or "". */
const char *crew_stop(struct crew *crew, struct nl *nl);

#endif /* CREW_H */
