/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _IRQLINE_TOPS_H
#define _IRQLINE_TOPS_H

#include <linux/irqline.h>
#include <linux/types.h>

struct irqline_config;
struct irqline_line;
struct irqline_top_ops;
struct netlink_ext_ack;

/* Where nobody says otherwise, in nanoseconds. */
#define IRQLINE_PERIOD_DEFAULT	1000000ULL

/**
 * struct irqline_top_settings - how a line's top half runs
 * @top: its strategy
 * @period: in nanoseconds, of a strategy that has one; else 0
 * @delivery: how the interrupt reaches the CPU
 * @nothread: exempt from forced threading; of a strategy that can be, else false
 */
struct irqline_top_settings {
	const struct irqline_top_ops *top;
	u64 period;
	enum irqline_delivery delivery;
	bool nothread;
};

void irqline_tops_lock(void);
int irqline_tops_lock_killable(void);
void irqline_tops_unlock(void);

int irqline_tops_start(struct irqline_line *line,
		       const struct irqline_config *config);
void irqline_tops_stop(struct irqline_line *line);
void irqline_tops_pause(struct irqline_line *line);
void irqline_tops_unpause(struct irqline_line *line);
int irqline_tops_set(struct irqline_line *line,
		     const struct irqline_top_settings *settings,
		     struct netlink_ext_ack *extack);
void irqline_tops_changed(struct irqline_line *line);
void irqline_tops_assert_held(void);

#endif /* _IRQLINE_TOPS_H */
