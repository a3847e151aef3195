/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What can be done to a character device, as numbers: so that it can be chosen at
 * random, written down as a line of a seed file, and done again.
 */
#ifndef ACTION_H
#define ACTION_H

#include <stdbool.h>
#include <linux/types.h>

#include "fuzz.h"

#define ACTION_ARGS	5
#define ACTION_FILES	12
#define ACTION_MAPS	6

/* Where a pointer points to. */
enum pointer {
	POINTER_GOOD,
	POINTER_NULL,
	POINTER_UNMAPPED,
	POINTER_KERNEL,
	POINTER_READ_ONLY,
	POINTER_EDGE,		/* memory ends behind a few bytes */
	POINTER_ODD,		/* good, but not aligned */
	POINTER_MAPPING,	/* what is mapped of the device */
	POINTERS,
};

struct action {
	unsigned int kind;
	__u64 args[ACTION_ARGS];
};

struct action_map {
	char *at;
	size_t len;
	bool ring;
};

/* Files are of all threads, mappings of one. */
struct actor {
	int *files;
	struct action_map maps[ACTION_MAPS];
	char *memory, *edge;	/* pages for pointers */
	const char *read_only;
	int pipe[2];
	__u32 seed;		/* of what is in the memory */
	struct fuzz_tally *tallies;	/* one for each kind */
	char failure[256];	/* a promise that was broken, or "" */
};

void actor_open(struct actor *actor, int *files, struct fuzz_tally *tallies);
void actor_close(struct actor *actor);

int action_kinds(void);
const char *action_name(unsigned int kind);
/* Whether it ever does; else neither is to be expected. */
bool action_succeeds(unsigned int kind);
bool action_fails(unsigned int kind);
void action_pick(struct action *action, __u32 *seed);
void action_run(struct actor *actor, const struct action *action);
void action_print(const struct action *action);
/* Ends the test if it is none. */
void action_parse(struct action *action, const char *line);

#endif /* ACTION_H */
