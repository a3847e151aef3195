/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Handlers of LINE in different states, that requests can be about, and all that a
 * request could change as it was with them there.
 */
#ifndef SCENE_H
#define SCENE_H

#include "objects.h"
#include "values.h"
#include "world.h"

/* The handlers. */
#define PLAIN		"plain"		/* tasklet, and all defaults */
#define SLEEPER		"sleeper"	/* kthread, work sleep */
#define SPINNER		"spinner"	/* workqueue, a spin beyond a ms */
#define URGENT		"urgent"	/* kthread, sched fifo */
#define GREEDY		"greedy"	/* tasklet, more at once than napi may */
#define POLLER		"poller"	/* napi */
#define HOLDER		"holder"	/* backpressure, watermarks of its own */
#define DEEP		"deep"		/* drop-newest, a low watermark of its own */
#define FRESH		"fresh"		/* of requests for a new one */

struct scene {
	struct nl nl;
	struct world before;
	unsigned int refused;	/* requests, by now */
	char wrong[512];	/* see refusal.h */
};

/* Each of the handlers has had an event by then. */
void scene_open(struct scene *scene);
void scene_close(struct scene *scene);
void scene_add(struct nl *nl, const char *name, const struct value *values);

/* A new handler, or an existing one that is to be set: to have these values. */
void request_settings(struct nl_msg *msg, __u8 cmd, const char *name,
		      const struct value *values);

/* What is another than it was, or NULL. */
const char *scene_change(struct scene *scene);

#endif /* SCENE_H */
