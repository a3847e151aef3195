// SPDX-License-Identifier: GPL-2.0-only
/*
 * From sources to lanes. The cost of a dispatch depends on the handlers that
 * match and, weakly, on the longs that hold a bit for each handler.
 */
#include <linux/bitops.h>
#include <linux/mm.h>
#include <linux/overflow.h>

#include "dispatch.h"
#include "laneset.h"
#include "take.h"

/**
 * irqline_table_alloc() - an empty table
 * @max: handlers that will be added at most
 *
 * Context: may sleep.
 * Return: the table or NULL.
 */
struct irqline_table *irqline_table_alloc(unsigned int max)
{
	unsigned int words = max_t(unsigned int, BITS_TO_LONGS(max), 1);
	struct irqline_table *table;
	size_t entries = struct_size(table, entry, max);
	size_t size = size_add(entries, array3_size(IRQLINE_NR_SOURCES, words,
						    sizeof(long)));

	table = kvzalloc(size, GFP_KERNEL_ACCOUNT);
	if (!table)
		return NULL;
	table->size = size;
	table->words = words;
	table->by_source = (void *)table + entries;
	return table;
}

/**
 * irqline_table_free() - free a table
 * @table: one that no pass sees, or NULL
 */
void irqline_table_free(struct irqline_table *table)
{
	kvfree(table);
}

/**
 * irqline_table_begin() - say how many will really be added
 * @table: empty, that no pass sees yet
 * @nr: handlers; at most as many as it was allocated for
 */
void irqline_table_begin(struct irqline_table *table, unsigned int nr)
{
	table->words = max_t(unsigned int, BITS_TO_LONGS(nr), 1);
}

/**
 * irqline_table_add() - add a handler behind those that are there
 * @table: a table with room, that no pass sees yet
 * @lanes: where its lanes are found; written under the line's lock
 * @holds: not 0 while its sources are to be held at the device; likewise
 * @sources: what it wants
 * @exclusive: the handlers that follow do not get these
 */
void irqline_table_add(struct irqline_table *table,
		       struct irqline_laneset **lanes, const u32 *holds,
		       u32 sources, bool exclusive)
{
	unsigned int at = table->nr++;
	u32 claimed = table->claimed;
	unsigned long left;
	unsigned int bit;

	sources &= ~table->closed;
	table->entry[at].lanes = lanes;
	table->entry[at].holds = holds;
	table->entry[at].sources = sources;
	table->claimed |= sources;
	if (exclusive)
		table->closed |= sources;
	left = sources;
	for_each_set_bit(bit, &left, IRQLINE_NR_SOURCES) {
		__set_bit(at, table->by_source + bit * table->words);
		table->only[bit] = claimed & BIT(bit) ? NULL : &table->entry[at];
	}
}

/**
 * irqline_table_held() - the sources that a pass must leave at the device
 * @table: the line's
 *
 * Context: the line's lock held.
 * Return: those that some handler wants who cannot take more now.
 */
u32 irqline_table_held(const struct irqline_table *table)
{
	unsigned int i;
	u32 held = 0;

	for (i = 0; i < table->nr; i++)
		if (*table->entry[i].holds)
			held |= table->entry[i].sources;
	return held;
}

/* The handlers of one word that want some of @pending. */
static unsigned long irqline_table_match(const struct irqline_table *table,
					 unsigned int word, u32 pending)
{
	unsigned long match = 0;

	for (; pending; pending &= pending - 1)
		match |= table->by_source[__ffs(pending) * table->words + word];
	return match;
}

/**
 * irqline_table_dispatch() - hand out the sources of one round of a pass
 * @table: the line's
 * @pending: what the device reported
 * @pass: the pass
 *
 * Context: the line's lock held.
 */
void irqline_table_dispatch(const struct irqline_table *table, u32 pending,
			    struct irqline_pass *pass)
{
	const struct irqline_table_entry *entry;
	unsigned long match;
	unsigned int word;

	for (word = 0; word < table->words; word++) {
		match = irqline_table_match(table, word, pending);
		for (; match; match &= match - 1) {
			entry = &table->entry[word * BITS_PER_LONG + __ffs(match)];
			irqline_lane_take(irqline_laneset_of(*entry->lanes, pass),
					  pending & entry->sources, pass);
		}
	}
}
