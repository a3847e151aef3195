/* SPDX-License-Identifier: GPL-2.0-only */
/* What the strategies that queue a work item share. */
#ifndef _IRQLINE_BOTTOM_WORK_H
#define _IRQLINE_BOTTOM_WORK_H

#include <linux/workqueue.h>

#include "bottom.h"

struct irqline_work_exec {
	struct irqline_exec exec;
	struct work_struct work;
	int cpu;
};

static inline struct irqline_work_exec *to_work(struct irqline_exec *exec)
{
	return container_of(exec, struct irqline_work_exec, exec);
}

struct irqline_work_exec *
irqline_work_alloc(const struct irqline_bottom_config *config);
void irqline_work_run(struct work_struct *work);
void irqline_work_quiesce(struct irqline_exec *exec);
void irqline_work_destroy(struct irqline_exec *exec);

#endif /* _IRQLINE_BOTTOM_WORK_H */
