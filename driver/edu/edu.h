/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _EDU_H
#define _EDU_H

#include <linux/io.h>
#include <linux/kref.h>
#include <linux/miscdevice.h>
#include <linux/rwsem.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <linux/wait.h>

#include "engine.h"
#include "regs.h"

struct edu_dma;
struct irqline_event;
struct irqline_line;
struct pci_dev;

/*
 * A DMA transfer takes 100 ms. The longest factorial takes a few seconds of a CPU of the
 * host, which may be shared with many others.
 */
#define EDU_IDLE_POLL_US	1000
#define EDU_IDLE_TIMEOUT_US	60000000

/**
 * struct edu - one device
 *
 * Files outlive the device, and so does this structure; the registers do not. It
 * is freed by code of this module alone, and files pin the module: nothing that
 * the driver core may release late lives in here.
 *
 * @ref: one of the driver's, and of each open file's
 * @misc: the character device
 * @name: its name, and that of the line
 * @id: the number in the name
 * @pdev: the PCI device, as long as it is there
 * @version: its identification register
 * @revision: that of its PCI function
 * @regs: BAR 0
 * @lock: accesses to the registers on behalf of files against losing the
 *	device, and the engines; may be taken with the line's raw spinlock held
 * @moving: held for writing while the device gets another interrupt
 * @gone: the device is lost; protected by @lock
 * @lost: who polls a file that only its end can wake
 * @line: its interrupt
 * @factorial: computes
 * @computation: number of the last computation that was begun, or 0; protected by
 *	@lock
 * @dma: copies to and from the device's buffer
 * @page: the other end of these copies; protected by @lock, and the device's own
 *	during a transfer
 * @page_dma: its address for the device
 */
struct edu {
	struct kref ref;
	struct miscdevice misc;
	char name[16];
	int id;
	struct pci_dev *pdev;
	u32 version;
	u8 revision;
	void __iomem *regs;
	raw_spinlock_t lock;
	struct rw_semaphore moving;
	bool gone;
	wait_queue_head_t lost;
	struct irqline_line *line;
	struct edu_engine factorial;
	u32 computation;
	struct edu_engine dma;
	void *page;
	dma_addr_t page_dma;
};

static inline u32 edu_read(const struct edu *edu, unsigned int reg)
{
	return readl(edu->regs + reg);
}

static inline void edu_write(struct edu *edu, unsigned int reg, u32 value)
{
	writel(value, edu->regs + reg);
}

static inline bool edu_is_edu(const struct edu *edu)
{
	return (edu_read(edu, EDU_ID) & EDU_ID_MASK) == EDU_ID_VALUE;
}

/* chardev.c */
struct edu *edu_chardev_alloc(struct pci_dev *pdev);
void edu_chardev_put(struct edu *edu);
int edu_chardev_add(struct edu *edu);
void edu_chardev_del(struct edu *edu);
void edu_chardev_exit(void);

/* factorial.c */
void edu_factorial_init(struct edu *edu);
u64 edu_factorial_capture(void *priv, u32 sources);
void edu_factorial_work(void *priv, const struct irqline_event *event);
int edu_factorial_compute(struct edu *edu, u32 operand, u32 timeout_ms,
			  u32 *result);

/* dma.c */
void edu_dma_init(struct edu *edu);
int edu_dma_probe(struct edu *edu);
void edu_dma_end(struct edu *edu);
void edu_dma_work(void *priv, const struct irqline_event *event);
int edu_dma_copy(struct edu *edu, const struct edu_dma *request);

#endif /* _EDU_H */
