/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _IRQLINE_DISPATCH_H
#define _IRQLINE_DISPATCH_H

#include <linux/bitops.h>
#include <linux/types.h>

struct irqline_laneset;
struct irqline_pass;

/* The bits of a status word. */
#define IRQLINE_NR_SOURCES	32

/**
 * struct irqline_table - which handlers want which sources
 * @size: of the whole, in bytes
 * @nr: handlers in it, in order of priority
 * @words: longs in a set of handlers
 * @claimed: the sources that some handler wants
 * @closed: while it is filled: sources that an exclusive one has closed
 * @by_source: a set of handlers for each source
 * @only: the one handler that wants a source; NULL if there is none, or more
 * @entry: their lanes, which may be replaced, what they get, and, if it is not 0,
 *	that they cannot take more now
 *
 * Never changes once passes see it; another one takes its place under the
 * line's lock.
 */
struct irqline_table {
	size_t size;
	unsigned int nr;
	unsigned int words;
	u32 claimed;
	u32 closed;
	unsigned long *by_source;
	const struct irqline_table_entry *only[IRQLINE_NR_SOURCES];
	struct irqline_table_entry {
		struct irqline_laneset **lanes;
		const u32 *holds;
		u32 sources;
	} entry[];
};

struct irqline_table *irqline_table_alloc(unsigned int max);
void irqline_table_free(struct irqline_table *table);
void irqline_table_begin(struct irqline_table *table, unsigned int nr);
void irqline_table_add(struct irqline_table *table,
		       struct irqline_laneset **lanes, const u32 *holds,
		       u32 sources, bool exclusive);
u32 irqline_table_held(const struct irqline_table *table);
void irqline_table_dispatch(const struct irqline_table *table, u32 pending,
			    struct irqline_pass *pass);

/* The one handler that wants @pending, which is not 0, if that is one source; or NULL. */
static inline const struct irqline_table_entry *
irqline_table_only(const struct irqline_table *table, u32 pending)
{
	return pending & (pending - 1) ? NULL : table->only[__ffs(pending)];
}

#endif /* _IRQLINE_DISPATCH_H */
