/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _IRQLINE_STRATEGY_H
#define _IRQLINE_STRATEGY_H

#include <linux/irqline.h>
#include <linux/types.h>

struct irqline_bottom_ops;
struct irqline_top_ops;

/**
 * struct irqline_strategy - one way to run a half, as users see it
 * @name: the exact name
 * @kind: which half
 * @top: the ops, for a top half that this kernel has
 * @bottom: the ops, for a bottom half that this kernel has
 * @since: the first kernel that has it, where not all supported ones do
 */
struct irqline_strategy {
	const char *name;
	enum irqline_kind kind;
	const struct irqline_top_ops *top;
	const struct irqline_bottom_ops *bottom;
	const char *since;
};

const struct irqline_strategy *irqline_strategy_at(unsigned int index);
const struct irqline_strategy *irqline_strategy_find(enum irqline_kind kind,
						     const char *name);
bool irqline_strategy_available(const struct irqline_strategy *strategy);
int irqline_strategy_check(void);

#endif /* _IRQLINE_STRATEGY_H */
