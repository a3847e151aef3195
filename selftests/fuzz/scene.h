/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What goes on around a fuzzer: events that flow on the lines, readers, one that never
 * reads, and a handler, the witness, whose events prove that none is lost. And the
 * check that all of it is well.
 */
#ifndef SCENE_H
#define SCENE_H

#include <pthread.h>

#include "flow.h"
#include "valid.h"

#define SCENE_LINES	2

/* Sources that prove themselves on LINE, and those that anybody may raise. */
#define SCENE_FLOW	0x00ff0000U
#define SCENE_NOISE	0x3f00fefeU
/* Of the check. */
#define SCENE_GOOD	0x40000000U

struct scene {
	struct vocabulary words;
	struct nl nl;
	struct flow flow;
	int writers[SCENE_LINES], readers[SCENE_LINES], deaf[SCENE_LINES];
	int lines;
	__u32 seed;
	bool stop;
	pthread_t noise;
	unsigned long raised, read, checks;
};

void scene_open(struct scene *scene, __u32 seed);

/*
 * After a burst: the lines answer, counts add up, settings are within their limits, a
 * request that must be granted is, and events come. What was added is deleted before.
 * NULL, or what is wrong.
 */
const char *scene_check(struct scene *scene);

/* All handlers, or all lines, added to a list. Ends the test if that fails. */
void scene_list(struct nl *nl, __u8 cmd, struct nl_list *list);
/* NULL, or which setting in the list is not what the header promises. */
const char *scene_limits(const struct nl_list *list);

/* NULL, or how the witness has lost something. */
const char *scene_close(struct scene *scene);

#endif /* SCENE_H */
