// SPDX-License-Identifier: GPL-2.0-only
/*
 * The drivers that one would write by hand, each with one mechanism that is decided
 * when it is compiled: as short as they can be and still be right. A handler reads the
 * status once, since the device sends a message for each raise.
 */
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/interrupt.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/pci.h>
#include <linux/uaccess.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

#include "device.h"

/**
 * struct bench_bare_mechanism - one of the drivers
 * @primary: the top half
 * @thread: of the interrupt's thread, or NULL
 * @start: what it needs beside the interrupt, or NULL
 * @stop: likewise
 */
struct bench_bare_mechanism {
	irq_handler_t primary;
	irq_handler_t thread;
	int (*start)(void);
	void (*stop)(void);
};

static struct bench_device bench_bare;
/* Which of them has the interrupt; under the mutex. */
static const struct bench_bare_mechanism *bench_bare_mechanism;
static DEFINE_MUTEX(bench_bare_mutex);

static __always_inline bool bench_bare_mine(void)
{
	u32 status = readl(bench_bare.regs + BENCH_IRQ_STATUS);

	if (!status)
		return false;
	writel(status, bench_bare.regs + BENCH_IRQ_ACK);
	bench_stamp_top(&bench_bare);
	return true;
}

static irqreturn_t bench_inline_primary(int irq, void *dev_id)
{
	if (!bench_bare_mine())
		return IRQ_NONE;
	bench_stamp_body(&bench_bare);
	return IRQ_HANDLED;
}

static void bench_tasklet_run(struct tasklet_struct *tasklet)
{
	bench_stamp_body(&bench_bare);
}

static DECLARE_TASKLET(bench_tasklet, bench_tasklet_run);

static irqreturn_t bench_tasklet_primary(int irq, void *dev_id)
{
	if (!bench_bare_mine())
		return IRQ_NONE;
	tasklet_schedule(&bench_tasklet);
	return IRQ_HANDLED;
}

static void bench_tasklet_stop(void)
{
	tasklet_kill(&bench_tasklet);
}

static void bench_work_run(struct work_struct *work)
{
	bench_stamp_body(&bench_bare);
}

static DECLARE_WORK(bench_work, bench_work_run);
static DECLARE_WORK(bench_bh, bench_work_run);

static irqreturn_t bench_workqueue_primary(int irq, void *dev_id)
{
	if (!bench_bare_mine())
		return IRQ_NONE;
	schedule_work(&bench_work);
	return IRQ_HANDLED;
}

static void bench_workqueue_stop(void)
{
	cancel_work_sync(&bench_work);
}

static irqreturn_t bench_bh_primary(int irq, void *dev_id)
{
	if (!bench_bare_mine())
		return IRQ_NONE;
	queue_work(system_bh_wq, &bench_bh);
	return IRQ_HANDLED;
}

static void bench_bh_stop(void)
{
	cancel_work_sync(&bench_bh);
}

static irqreturn_t bench_irq_thread_primary(int irq, void *dev_id)
{
	return bench_bare_mine() ? IRQ_WAKE_THREAD : IRQ_NONE;
}

static irqreturn_t bench_irq_thread_run(int irq, void *dev_id)
{
	bench_stamp_body(&bench_bare);
	return IRQ_HANDLED;
}

static struct task_struct *bench_task;
static bool bench_task_kicked;

static int bench_kthread_loop(void *data)
{
	for (;;) {
		set_current_state(TASK_IDLE);
		if (kthread_should_stop())
			break;
		if (!xchg(&bench_task_kicked, false)) {
			schedule();
			continue;
		}
		__set_current_state(TASK_RUNNING);
		bench_stamp_body(&bench_bare);
	}
	__set_current_state(TASK_RUNNING);
	return 0;
}

static irqreturn_t bench_kthread_primary(int irq, void *dev_id)
{
	if (!bench_bare_mine())
		return IRQ_NONE;
	WRITE_ONCE(bench_task_kicked, true);
	wake_up_process(bench_task);
	return IRQ_HANDLED;
}

static int bench_kthread_start(void)
{
	bench_task = kthread_run(bench_kthread_loop, NULL, "bench_bare");
	return PTR_ERR_OR_ZERO(bench_task);
}

static void bench_kthread_stop(void)
{
	kthread_stop(bench_task);
}

/* Interrupts so far, and who waits for them in read(). */
static atomic_t bench_count;
static DECLARE_WAIT_QUEUE_HEAD(bench_wait);

static irqreturn_t bench_read_primary(int irq, void *dev_id)
{
	if (!bench_bare_mine())
		return IRQ_NONE;
	atomic_inc(&bench_count);
	wake_up_interruptible(&bench_wait);
	return IRQ_HANDLED;
}

static const struct bench_bare_mechanism bench_bare_mechanisms[] = {
	[BENCH_INLINE]		= { .primary = bench_inline_primary },
	[BENCH_TASKLET]		= { .primary = bench_tasklet_primary,
				    .stop = bench_tasklet_stop },
	[BENCH_BH]		= { .primary = bench_bh_primary,
				    .stop = bench_bh_stop },
	[BENCH_WORKQUEUE]	= { .primary = bench_workqueue_primary,
				    .stop = bench_workqueue_stop },
	[BENCH_IRQ_THREAD]	= { .primary = bench_irq_thread_primary,
				    .thread = bench_irq_thread_run },
	[BENCH_KTHREAD]		= { .primary = bench_kthread_primary,
				    .start = bench_kthread_start,
				    .stop = bench_kthread_stop },
	[BENCH_READ]		= { .primary = bench_read_primary },
};

/* Context: the mutex held. */
static void bench_bare_stop(void)
{
	const struct bench_bare_mechanism *mechanism = bench_bare_mechanism;

	bench_bare_mechanism = NULL;
	if (!mechanism)
		return;
	free_irq(bench_bare.irq, &bench_bare);
	if (mechanism->stop)
		mechanism->stop();
}

/* Context: the mutex held, and none has the interrupt. */
static int bench_bare_start(const struct bench_bare_mechanism *mechanism)
{
	int err;

	if (!bench_bare.pdev)
		return -ENODEV;
	err = mechanism->start ? mechanism->start() : 0;
	if (err)
		return err;
	err = request_threaded_irq(bench_bare.irq, mechanism->primary,
				   mechanism->thread, 0, "bench_bare",
				   &bench_bare);
	if (!err)
		bench_bare_mechanism = mechanism;
	else if (mechanism->stop)
		mechanism->stop();
	return err;
}

static long bench_bare_ioctl(struct file *file, unsigned int cmd,
			     unsigned long arg)
{
	u32 mechanism;
	int err;

	if (cmd != BENCH_IOC_MECHANISM)
		return -ENOTTY;
	if (get_user(mechanism, (const u32 __user *)arg))
		return -EFAULT;
	if (mechanism >= BENCH_MECHANISMS)
		return -EINVAL;
	mutex_lock(&bench_bare_mutex);
	bench_bare_stop();
	err = bench_bare_start(&bench_bare_mechanisms[mechanism]);
	mutex_unlock(&bench_bare_mutex);
	return err;
}

/* The count, when it is another one than this reader has seen last. */
static ssize_t bench_bare_read(struct file *file, char __user *buf, size_t count,
			       loff_t *pos)
{
	int seen = (long)file->private_data;
	int now, err;

	if (count != sizeof(now))
		return -EINVAL;
	err = wait_event_interruptible(bench_wait,
				       (now = atomic_read(&bench_count)) != seen);
	if (err)
		return err;
	file->private_data = (void *)(long)now;
	return copy_to_user(buf, &now, sizeof(now)) ? -EFAULT : sizeof(now);
}

static int bench_bare_open(struct inode *inode, struct file *file)
{
	file->private_data = (void *)(long)atomic_read(&bench_count);
	return stream_open(inode, file);
}

static int bench_bare_mmap(struct file *file, struct vm_area_struct *vma)
{
	if (vma->vm_pgoff != BENCH_MAP_STAMPS >> PAGE_SHIFT)
		return -EINVAL;
	vma->vm_pgoff = 0;
	return bench_device_mmap(&bench_bare, vma);
}

static const struct file_operations bench_bare_fops = {
	.owner		= THIS_MODULE,
	.open		= bench_bare_open,
	.read		= bench_bare_read,
	.mmap		= bench_bare_mmap,
	.unlocked_ioctl	= bench_bare_ioctl,
};

static int bench_bare_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	int err;

	mutex_lock(&bench_bare_mutex);
	err = bench_device_add(&bench_bare, pdev);
	if (!err) {
		err = bench_bare_start(&bench_bare_mechanisms[BENCH_INLINE]);
		if (err)
			bench_device_del(&bench_bare);
	}
	mutex_unlock(&bench_bare_mutex);
	return err;
}

static void bench_bare_remove(struct pci_dev *pdev)
{
	mutex_lock(&bench_bare_mutex);
	bench_bare_stop();
	bench_device_del(&bench_bare);
	mutex_unlock(&bench_bare_mutex);
}

/* No device is its own: it takes those that are given to it by driver_override. */
static struct pci_driver bench_bare_driver = {
	.name	= KBUILD_MODNAME,
	.probe	= bench_bare_probe,
	.remove	= bench_bare_remove,
};

static int __init bench_bare_init(void)
{
	int err = bench_device_init(&bench_bare, "bench_bare", &bench_bare_fops);

	if (err)
		return err;
	err = pci_register_driver(&bench_bare_driver);
	if (err)
		bench_device_exit(&bench_bare);
	return err;
}

static void __exit bench_bare_exit(void)
{
	pci_unregister_driver(&bench_bare_driver);
	bench_device_exit(&bench_bare);
}

module_init(bench_bare_init);
module_exit(bench_bare_exit);

MODULE_DESCRIPTION("Minimal drivers to compare irqline with");
MODULE_LICENSE("GPL");
