/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A test build (make modules FAULTS=1) has kernel calls fail that a lack of memory does not
 * reach, or not twice in a row. In any other build nothing is left of this.
 */
#ifndef _IRQLINE_FAULT_H
#define _IRQLINE_FAULT_H

#include <linux/types.h>

#ifdef IRQLINE_FAULTS

bool irqline_fault(void);
void irqline_fault_init(void);
void irqline_fault_exit(void);

#else

static inline bool irqline_fault(void)
{
	return false;
}

static inline void irqline_fault_init(void)
{
}

static inline void irqline_fault_exit(void)
{
}

#endif

#endif /* _IRQLINE_FAULT_H */
