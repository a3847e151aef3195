/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Random settings of a handler, all of them allowed, added to a request. The choices
 * follow from the seed.
 */
#ifndef CHOICE_H
#define CHOICE_H

#include "nl.h"
#include "objects.h"

struct choice {
	struct strategy list[STRATEGIES_MAX];
	int count;
	__u32 seed;
};

void choice_init(struct choice *choice, struct nl *nl, __u32 seed);
/*
 * A bottom half, with what it takes of settings and work. Returns whether there is to
 * be a lane for each CPU.
 */
bool choose_bottom(struct choice *choice, struct nl_msg *msg);
/* A bottom half alone. */
void choose_strategy(struct choice *choice, struct nl_msg *msg);
/* A queue of smallest size, or of the next three; its policy, and the budget. */
void choose_queue(struct choice *choice, struct nl_msg *msg, __u32 smallest);
/* One, two or three of the sources, and a rank below the highest. */
void choose_rank(struct choice *choice, struct nl_msg *msg, __u32 sources);

#endif /* CHOICE_H */
