/* SPDX-License-Identifier: GPL-2.0-only */
/* What both drivers of the bench have: a function of the edu device, and stamps. */
#ifndef BENCH_DEVICE_H
#define BENCH_DEVICE_H

#include <linux/io.h>
#include <linux/miscdevice.h>
#include <asm/msr.h>

#include "stamps.h"

struct pci_dev;
struct vm_area_struct;

#define BENCH_IRQ_STATUS	0x24
#define BENCH_IRQ_RAISE		0x60
#define BENCH_IRQ_ACK		0x64

/**
 * struct bench_device - the one function that a driver of the bench has
 * @pdev: it, or NULL
 * @regs: BAR 0
 * @irq: its message
 * @stamps: mapped by the program
 * @misc: the character device
 *
 * Static, and so are the stamps as long as the module is there: files may outlive
 * the function.
 */
struct bench_device {
	struct pci_dev *pdev;
	void __iomem *regs;
	int irq;
	struct bench_stamps *stamps;
	struct miscdevice misc;
};

int bench_device_init(struct bench_device *dev, const char *name,
		      const struct file_operations *fops);
void bench_device_exit(struct bench_device *dev);
int bench_device_add(struct bench_device *dev, struct pci_dev *pdev);
void bench_device_del(struct bench_device *dev);
int bench_device_mmap(struct bench_device *dev, struct vm_area_struct *vma);

/* A stamp is the count itself: no clock, no conversion, a handful of instructions. */
static __always_inline void bench_stamp_top(struct bench_device *dev)
{
	dev->stamps->top = rdtsc();
}

static __always_inline void bench_stamp_body(struct bench_device *dev)
{
	struct bench_stamps *stamps = dev->stamps;
	u64 now = rdtsc();

	stamps->body = now;
	stamps->kept[stamps->bodies % BENCH_KEPT] = now;
	/* The program looks at the stamps when the count has changed. */
	smp_store_release(&stamps->bodies, stamps->bodies + 1);
}

#endif /* BENCH_DEVICE_H */
