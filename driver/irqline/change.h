/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _IRQLINE_CHANGE_H
#define _IRQLINE_CHANGE_H

struct irqline_handler;
struct irqline_handler_settings;
struct irqline_line;
struct netlink_ext_ack;

int irqline_change(struct irqline_line *line, struct irqline_handler *handler,
		   const struct irqline_handler_settings *settings,
		   struct netlink_ext_ack *extack);
int irqline_change_cpu(struct irqline_line *line,
		       struct irqline_handler *handler, unsigned int cpu,
		       int target);

#endif /* _IRQLINE_CHANGE_H */
