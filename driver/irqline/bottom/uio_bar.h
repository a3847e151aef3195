/* SPDX-License-Identifier: GPL-2.0-only */
/* Mappings of a device's registers that can be taken back. */
#ifndef _IRQLINE_BOTTOM_UIO_BAR_H
#define _IRQLINE_BOTTOM_UIO_BAR_H

#include <linux/types.h>

struct irqline_uio_bar;
struct vm_area_struct;

struct irqline_uio_bar *irqline_uio_bar_alloc(phys_addr_t addr,
					      resource_size_t size);
int irqline_uio_bar_mmap(struct irqline_uio_bar *bar,
			 struct vm_area_struct *vma);
void irqline_uio_bar_revoke(struct irqline_uio_bar *bar);

#endif /* _IRQLINE_BOTTOM_UIO_BAR_H */
