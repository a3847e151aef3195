/* SPDX-License-Identifier: GPL-2.0-only */
/* All that a request can change, to be compared before and after. */
#ifndef WORLD_H
#define WORLD_H

#include "nl.h"

/*
 * Of a line, the counts of its interrupts are left out: the device may raise one by
 * itself.
 */
struct world {
	struct nl_list lines, handlers, strategies, stats;
};

/* These end the test if the dump fails or was interrupted. */
void world_dump(struct nl *nl, __u8 cmd, struct nl_list *list);
/* Of one line, which is an attribute of this type. */
void world_dump_line(struct nl *nl, __u8 cmd, __u16 type, const char *line,
		     struct nl_list *list);
void world_get(struct nl *nl, struct world *world);
void world_free(struct world *world);
/* The name of what has changed, or NULL. */
const char *world_differs(const struct world *a, const struct world *b);
/*
 * Leaves out what is another each time that the same is done: ids, UIO's numbers, and
 * how many switches there were.
 */
void world_blank_ids(const struct world *world);

#endif /* WORLD_H */
