/* SPDX-License-Identifier: GPL-2.0-only */
/* A thread that moves a handler through all strategies, again and again. */
#ifndef SWITCHER_H
#define SWITCHER_H

#include <pthread.h>
#include <stdbool.h>

struct switcher {
	const char *line, *name;
	bool stop;
	unsigned int switches;
	pthread_t thread;
};

void switcher_start(struct switcher *switcher, const char *line,
		    const char *name);
/* How many there were so far. */
unsigned int switcher_count(struct switcher *switcher);
/* Leaves the handler with a tasklet. */
void switcher_stop(struct switcher *switcher);

#endif /* SWITCHER_H */
