/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _IRQLINE_HANDLER_H
#define _IRQLINE_HANDLER_H

#include <linux/kref.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <irqline.h>

#include "alert.h"
#include "laneset.h"
#include "tapset.h"

/**
 * struct irqline_handler_settings - all that can be set of a handler
 * @sources: what it receives
 * @priority: the higher is kicked first
 * @exclusive: lower ones do not see its sources
 * @bottom: how its bottom half runs
 * @lanes: one order of events, or one on each CPU
 * @budget: events that one run takes at most
 * @queue: events that its queue holds
 * @overflow: what becomes of an event that finds it full
 * @high: with backpressure, events at which the device is to hold its sources
 * @low: events at which an episode of overflow ends, or the device goes on
 * @work: artificial cost of its bottom half
 * @work_time: of that, in nanoseconds; 0 with IRQLINE_WORK_NONE
 */
struct irqline_handler_settings {
	u32 sources;
	s32 priority;
	bool exclusive;
	struct irqline_bottom_config bottom;
	enum irqline_lanes lanes;
	u32 budget;
	u32 queue;
	enum irqline_overflow overflow;
	u32 high;
	u32 low;
	enum irqline_work work;
	u64 work_time;
};

/**
 * struct irqline_handler - a named receiver of some sources of a line
 * @lanes: its order; written under both mutexes and hub->lock, so each allows to
 *	read it
 * @numbers: the last number that each lane has used, while there was one; NULL
 *	until the lanes first change. Under hub->lock
 * @hub: what it shares with the line
 * @spend: work and work_time in one word, for the owner of the lane
 * @builtin: the device's own, or NULL
 * @priv: for @builtin
 * @taps: the open files of its line
 * @feed: what they know of it; in their list as long as the line has it
 * @line: its line, for the alert; lives as long as the handler
 * @holds: lanes that cannot take more, so its sources are held at the device; under
 *	hub->lock
 * @overflowing: lanes in an episode of overflow; under hub->lock
 * @alerts: tells of these episodes
 * @ref: one of the line's, and of each request's at work
 * @node: in the line's list, by rank; protected by the line's mutex
 * @mutex: serialises changes; held across a switch, so taken before the line's
 *	mutex, and never needed to look at a handler
 * @settings: written under both mutexes, so each allows to read it
 * @id: unique since the module was loaded
 * @uio: number of its UIO device, or -1; as @settings
 * @dead: deleted; written under both mutexes
 * @name: unique within the line
 */
struct irqline_handler {
	struct irqline_laneset *lanes;
	u64 *numbers;
	struct irqline_hub *hub;
	u64 spend;
	const struct irqline_builtin *builtin;
	void *priv;
	struct irqline_tapset *taps;
	struct irqline_feed feed;
	struct irqline_line *line;
	u32 holds;
	u32 overflowing;
	struct irqline_alerts alerts;

	struct kref ref;
	struct list_head node;
	struct mutex mutex;	/* changes */
	struct irqline_handler_settings settings;
	u32 id;
	int uio;
	bool dead;
	char name[IRQLINE_NAME_MAX + 1];
};

struct irqline_handler *
irqline_handler_alloc(struct irqline_line *line, struct irqline_hub *hub,
		      struct irqline_tapset *taps, const char *name,
		      const struct irqline_handler_settings *settings);
struct irqline_laneset *
irqline_handler_lanes(struct irqline_handler *handler,
		      const struct irqline_handler_settings *settings);
void irqline_handler_put(struct irqline_handler *handler);
void irqline_handler_spend(struct irqline_handler *handler,
			   enum irqline_work work, u64 ns);
size_t irqline_handler_memory(const struct irqline_handler *handler);
extern const struct irqline_handler_settings irqline_handler_defaults;

bool irqline_name_valid(const char *name);
u32 irqline_settings_budget(const struct irqline_handler_settings *settings);
bool irqline_bottom_equal(const struct irqline_bottom_config *a,
			  const struct irqline_bottom_config *b);
bool irqline_rank_equal(const struct irqline_handler_settings *a,
			const struct irqline_handler_settings *b);
bool irqline_queues_equal(const struct irqline_handler_settings *a,
			  const struct irqline_handler_settings *b);
bool irqline_settings_equal(const struct irqline_handler_settings *a,
			    const struct irqline_handler_settings *b);

#endif /* _IRQLINE_HANDLER_H */
