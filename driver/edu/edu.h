/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _EDU_H
#define _EDU_H

#include <linux/io.h>
#include <linux/kref.h>
#include <linux/miscdevice.h>
#include <linux/mutex.h>
#include <linux/rwsem.h>
#include <linux/spinlock.h>
#include <linux/swait.h>
#include <linux/types.h>
#include <linux/wait.h>

#include "regs.h"

struct irqline_event;
struct irqline_line;
struct pci_dev;

/**
 * struct edu_calc - the device's one computation
 * @mutex: the callers, one at a time
 * @turn: the one whose turn it is; a simple wait queue, since under PREEMPT_RT the
 *	bottom half may run in hard interrupt context
 * @pending: an operand was written and nobody has fetched the result;
 *	protected by the device's lock
 * @result: of the last computation; likewise
 */
struct edu_calc {
	struct mutex mutex;	/* callers */
	struct swait_queue_head turn;
	bool pending;
	u32 result;
};

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
 * @pdev: the PCI device
 * @regs: BAR 0
 * @lock: accesses to the registers on behalf of files against losing the
 *	device
 * @moving: held for writing while the device gets another interrupt
 * @gone: the device is lost; protected by @lock
 * @lost: who polls a file that only its end can wake
 * @line: its interrupt
 * @calc: factorials
 */
struct edu {
	struct kref ref;
	struct miscdevice misc;
	char name[16];
	int id;
	struct pci_dev *pdev;
	void __iomem *regs;
	raw_spinlock_t lock;
	struct rw_semaphore moving;
	bool gone;
	wait_queue_head_t lost;
	struct irqline_line *line;
	struct edu_calc calc;
};

static inline u32 edu_read(const struct edu *edu, unsigned int reg)
{
	return readl(edu->regs + reg);
}

static inline void edu_write(struct edu *edu, unsigned int reg, u32 value)
{
	writel(value, edu->regs + reg);
}

/* chardev.c */
struct edu *edu_chardev_alloc(struct pci_dev *pdev);
void edu_chardev_put(struct edu *edu);
int edu_chardev_add(struct edu *edu);
void edu_chardev_del(struct edu *edu);
void edu_chardev_exit(void);

/* factorial.c */
void edu_factorial_init(struct edu *edu);
void edu_factorial_end(struct edu *edu);
void edu_factorial_work(void *priv, const struct irqline_event *event);
int edu_factorial_compute(struct edu *edu, u32 operand, u32 *result);

#endif /* _EDU_H */
