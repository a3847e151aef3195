/* SPDX-License-Identifier: GPL-2.0-only */
/* The lines that there are, and who wants to hear of them. */
#ifndef _IRQLINE_REGISTRY_H
#define _IRQLINE_REGISTRY_H

#include <linux/irqline.h>
#include <linux/types.h>

#include "lane.h"

struct irqline_handler;
struct irqline_line;
struct list_head;
struct notifier_block;

enum irqline_notify {
	IRQLINE_NOTIFY_LINE_ADD,	/* struct irqline_line */
	IRQLINE_NOTIFY_LINE_DEL,	/* struct irqline_line */
	IRQLINE_NOTIFY_LINE_CHANGE,	/* struct irqline_line */
	IRQLINE_NOTIFY_ALERT,		/* struct irqline_alert_info */
};

/**
 * struct irqline_alert_info - what %IRQLINE_NOTIFY_ALERT carries
 * @handler: whose policy
 * @alert: what has happened
 * @counts: the account of the handler when it did
 */
struct irqline_alert_info {
	struct irqline_handler *handler;
	enum irqline_alert alert;
	struct irqline_counts counts;
};

int irqline_registry_add(struct irqline_line *line);
void irqline_registry_del(struct irqline_line *line);
struct irqline_line *irqline_registry_find(const char *name);
struct irqline_line *irqline_registry_at(unsigned int index);
void irqline_registry_collect(struct list_head *list,
			      bool (*wanted)(const struct irqline_line *line,
					     const void *arg),
			      const void *arg);

unsigned int irqline_generation(void);
void irqline_changed(void);
u32 irqline_next_id(void);

int irqline_notifier_register(struct notifier_block *nb);
void irqline_notifier_unregister(struct notifier_block *nb);
void irqline_notify(enum irqline_notify what, void *data);

#endif /* _IRQLINE_REGISTRY_H */
