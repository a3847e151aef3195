/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A consumer that stands still, for as long as a test needs and not a moment
 * longer: the handler's strategy is uio, and its process has turned the interrupt
 * off. All events wait in the queue, and none is in work.
 */
#ifndef STALL_H
#define STALL_H

#include "client.h"
#include "objects.h"

struct stall {
	const char *line, *name;	/* the handler */
	struct client client;
};

/* This kernel has what it takes. */
bool stall_possible(struct nl *nl);
/* The handler is idle. */
void stall_begin(struct stall *stall, struct nl *nl, const char *line,
		 const char *name);
/* What has waited goes to this strategy, which may be uio itself. */
void stall_end(struct stall *stall, struct nl *nl, const char *bottom);
/* The handler has gone, or is about to. */
void stall_close(struct stall *stall);

#endif /* STALL_H */
