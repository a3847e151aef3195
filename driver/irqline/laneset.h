/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _IRQLINE_LANESET_H
#define _IRQLINE_LANESET_H

#include "lane.h"

struct irqline_execs;

/* Events that a change of lanes moves at most, with interrupts off. */
#define IRQLINE_MOVE_MAX	1024U

/**
 * struct irqline_laneset - the lanes of a handler
 * @percpu: one for each CPU, by its number; else there is one only
 * @nr: how many numbers there are
 * @lane: by number; NULL for a CPU that is not possible
 */
struct irqline_laneset {
	bool percpu;
	unsigned int nr;
	struct irqline_lane *lane[];
};

/* The lane that takes the events of a pass. */
static inline struct irqline_lane *
irqline_laneset_of(const struct irqline_laneset *set,
		   const struct irqline_pass *pass)
{
	return set->lane[set->percpu ? pass->cpu : 0];
}

/* The first lane from @i on, whose number is stored there; or NULL. */
static inline struct irqline_lane *
irqline_laneset_next(const struct irqline_laneset *set, unsigned int *i)
{
	while (*i < set->nr && !set->lane[*i])
		++*i;
	return *i < set->nr ? set->lane[*i] : NULL;
}

#define irqline_for_each_lane(_lane, _set, _i)				\
	for ((_i) = 0; ((_lane) = irqline_laneset_next(_set, &(_i))); (_i)++)

struct irqline_laneset *
irqline_laneset_alloc(const struct irqline_lane_config *config, bool percpu);
void irqline_laneset_free(struct irqline_laneset *set);
void irqline_laneset_start(struct irqline_laneset *set,
			   struct irqline_execs *execs);
void irqline_laneset_switch(struct irqline_laneset *set,
			    struct irqline_execs *execs);
void irqline_laneset_park(struct irqline_laneset *set);
u64 irqline_laneset_stop(struct irqline_laneset *set);
bool irqline_laneset_move(struct irqline_laneset *from,
			  struct irqline_laneset *to, u64 *numbers);
void irqline_laneset_nudge(struct irqline_laneset *set);
void irqline_laneset_share(struct irqline_laneset *set,
			   enum irqline_overflow overflow);
void irqline_laneset_unshare(struct irqline_laneset *set,
			     enum irqline_overflow overflow);
void irqline_laneset_policy(struct irqline_laneset *set,
			    enum irqline_overflow overflow, u32 high, u32 low);
struct irqline_ring **irqline_laneset_rings(const struct irqline_laneset *set,
					    u32 size);
void irqline_laneset_free_rings(const struct irqline_laneset *set,
				struct irqline_ring **rings);
const char *irqline_laneset_chain(struct irqline_laneset *set,
				  struct irqline_ring **rings, u32 size);
void irqline_laneset_budget(struct irqline_laneset *set, u32 budget);
bool irqline_laneset_idle(const struct irqline_laneset *set);
unsigned int irqline_laneset_count(const struct irqline_laneset *set);
size_t irqline_laneset_memory(const struct irqline_laneset *set);
void irqline_laneset_counts(const struct irqline_laneset *set,
			    struct irqline_counts *counts);
void irqline_laneset_counts_locked(const struct irqline_laneset *set,
				   struct irqline_counts *counts);

#endif /* _IRQLINE_LANESET_H */
