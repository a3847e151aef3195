/* SPDX-License-Identifier: GPL-2.0-only */
/* The handlers of a line: who is there, and in which order. */
#ifndef _IRQLINE_ROSTER_H
#define _IRQLINE_ROSTER_H

struct irqline_handler;
struct irqline_line;
struct irqline_table;
struct netlink_ext_ack;

struct irqline_handler *irqline_roster_find(struct irqline_line *line,
					    const char *name);
struct irqline_handler *irqline_roster_at(struct irqline_line *line,
					  unsigned int index);
int irqline_roster_add(struct irqline_line *line,
		       struct irqline_handler *handler,
		       struct netlink_ext_ack *extack);
void irqline_roster_move(struct irqline_line *line,
			 struct irqline_handler *handler,
			 struct irqline_table *table);
int irqline_roster_del(struct irqline_line *line,
		       struct irqline_handler *handler, u64 *pending);
void irqline_roster_end(struct irqline_line *line);

#endif /* _IRQLINE_ROSTER_H */
