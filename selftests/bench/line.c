// SPDX-License-Identifier: GPL-2.0-only
/*
 * A client of irqline that stamps what the minimal drivers stamp, at the same points:
 * the status is acknowledged; the bottom half of its own handler begins.
 */
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/hrtimer.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/prandom.h>
#include <linux/uaccess.h>
#include <irqline.h>

#include "compat.h"
#include "device.h"

/**
 * struct bench_line - the line
 * @dev: its device
 * @line: it, or NULL
 * @timer: raises
 * @storm: how
 * @random: for the jitter
 * @raised: when it last did, or 0 if that was served
 */
static struct bench_line {
	struct bench_device dev;
	struct irqline_line *line;
	struct hrtimer timer;
	struct bench_storm storm;
	struct rnd_state random;
	u64 raised;
} bench_line;

static u32 bench_line_status(void *priv)
{
	return readl(bench_line.dev.regs + BENCH_IRQ_STATUS);
}

static void bench_line_ack(void *priv, u32 sources)
{
	writel(sources, bench_line.dev.regs + BENCH_IRQ_ACK);
	bench_stamp_top(&bench_line.dev);
}

static void bench_line_rearm(void *priv)
{
	writel(0, bench_line.dev.regs + BENCH_IRQ_RAISE);
}

static bool bench_line_alive(void *priv)
{
	return (readl(bench_line.dev.regs) & 0xffff) == 0xed;
}

static void bench_line_set_masked(bool masked)
{
	struct pci_dev *pdev = bench_line.dev.pdev;
	u16 flags;

	pci_read_config_word(pdev, pdev->msi_cap + PCI_MSI_FLAGS, &flags);
	flags &= ~PCI_MSI_FLAGS_ENABLE;
	if (!masked)
		flags |= PCI_MSI_FLAGS_ENABLE;
	pci_write_config_word(pdev, pdev->msi_cap + PCI_MSI_FLAGS, flags);
}

static void bench_line_mask(void *priv)
{
	bench_line_set_masked(true);
}

static void bench_line_unmask(void *priv)
{
	bench_line_set_masked(false);
}

/* The message that it has is all that it offers. */
static int bench_line_deliver(void *priv, enum irqline_delivery delivery)
{
	return delivery == IRQLINE_DELIVERY_MSI ? bench_line.dev.irq : -EOPNOTSUPP;
}

static void bench_line_work(void *priv, const struct irqline_event *event)
{
	struct bench_stamps *stamps = bench_line.dev.stamps;

	bench_stamp_body(&bench_line.dev);
	if (likely(!bench_line.raised))
		return;
	stamps->kept[(stamps->bodies - 1) % BENCH_KEPT] =
		stamps->body - bench_line.raised;
	WRITE_ONCE(bench_line.raised, 0);
}

static const struct irqline_client_ops bench_line_ops = {
	.status		= bench_line_status,
	.ack		= bench_line_ack,
	.rearm		= bench_line_rearm,
	.alive		= bench_line_alive,
	.mask		= bench_line_mask,
	.unmask		= bench_line_unmask,
	.deliver	= bench_line_deliver,
};

static const struct irqline_builtin bench_line_builtin = {
	.name		= "body",
	.sources	= BIT(2),
	.work		= bench_line_work,
};

static enum hrtimer_restart bench_line_storm(struct hrtimer *timer)
{
	const struct bench_storm *storm = &bench_line.storm;
	u64 next = storm->period_ns;

	if (storm->jitter_ns)
		next += prandom_u32_state(&bench_line.random) % storm->jitter_ns;
	if (!READ_ONCE(bench_line.raised)) {
		if (!bench_line.dev.stamps->storm)
			return HRTIMER_NORESTART;
		bench_line.dev.stamps->storm--;
		WRITE_ONCE(bench_line.raised, rdtsc());
		writel(storm->source, bench_line.dev.regs + BENCH_IRQ_RAISE);
	}
	hrtimer_forward_now(timer, ns_to_ktime(next));
	return HRTIMER_RESTART;
}

static int bench_line_start_storm(void __user *arg)
{
	struct bench_storm *storm = &bench_line.storm;

	hrtimer_cancel(&bench_line.timer);
	if (copy_from_user(storm, arg, sizeof(*storm)))
		return -EFAULT;
	if (!bench_line.dev.pdev)
		return -ENODEV;
	prandom_seed_state(&bench_line.random, 1);
	bench_line.raised = 0;
	bench_line.dev.stamps->storm = storm->count;
	hrtimer_start(&bench_line.timer, ns_to_ktime(storm->period_ns),
		      HRTIMER_MODE_REL_HARD);
	return 0;
}

static int bench_line_open(struct inode *inode, struct file *file)
{
	file->private_data = NULL;
	return stream_open(inode, file);
}

static int bench_line_release(struct inode *inode, struct file *file)
{
	if (file->private_data)
		irqline_tap_close(file->private_data);
	return 0;
}

/*
 * A file becomes a tap when it is first used as one: before that, events are handed to
 * nobody. By one thread at a time, as the program has it.
 */
static struct irqline_tap *bench_line_tap(struct file *file)
{
	struct irqline_tap *tap;

	if (file->private_data)
		return file->private_data;
	if (!bench_line.line)
		return ERR_PTR(-ENODEV);
	tap = irqline_tap_open(bench_line.line);
	if (!IS_ERR(tap))
		file->private_data = tap;
	return tap;
}

static long bench_line_ioctl(struct file *file, unsigned int cmd,
			     unsigned long arg)
{
	struct irqline_tap *tap;

	if (cmd == BENCH_IOC_STORM)
		return bench_line_start_storm((void __user *)arg);
	tap = bench_line_tap(file);
	if (IS_ERR(tap))
		return PTR_ERR(tap);
	return irqline_tap_ioctl(tap, cmd, (void __user *)arg);
}

static int bench_line_mmap(struct file *file, struct vm_area_struct *vma)
{
	struct irqline_tap *tap;

	if (vma->vm_pgoff == BENCH_MAP_STAMPS >> PAGE_SHIFT) {
		vma->vm_pgoff = 0;
		return bench_device_mmap(&bench_line.dev, vma);
	}
	tap = bench_line_tap(file);
	return IS_ERR(tap) ? PTR_ERR(tap) : irqline_tap_mmap(tap, vma);
}

static const struct file_operations bench_line_fops = {
	.owner		= THIS_MODULE,
	.open		= bench_line_open,
	.release	= bench_line_release,
	.mmap		= bench_line_mmap,
	.unlocked_ioctl	= bench_line_ioctl,
};

static int bench_line_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct irqline_config config = {
		.name		= "bench",
		.delivery	= IRQLINE_DELIVERY_MSI,
		.sources	= U32_MAX,
		.ops		= &bench_line_ops,
		.builtins	= &bench_line_builtin,
		.nr_builtins	= 1,
		.dev		= &pdev->dev,
		.bar		= pci_resource_start(pdev, 0),
		.bar_size	= pci_resource_len(pdev, 0),
	};
	struct irqline_line *line;
	int err = bench_device_add(&bench_line.dev, pdev);

	if (err)
		return err;
	config.irq = bench_line.dev.irq;
	line = irqline_register(&config);
	if (IS_ERR(line)) {
		bench_device_del(&bench_line.dev);
		return PTR_ERR(line);
	}
	bench_line.line = line;
	return 0;
}

static void bench_line_remove(struct pci_dev *pdev)
{
	struct irqline_line *line = bench_line.line;

	hrtimer_cancel(&bench_line.timer);
	bench_line.line = NULL;
	irqline_unregister(line);
	bench_device_del(&bench_line.dev);
}

/* No device is its own: it takes those that are given to it by driver_override. */
static struct pci_driver bench_line_driver = {
	.name	= KBUILD_MODNAME,
	.probe	= bench_line_probe,
	.remove	= bench_line_remove,
};

static int __init bench_line_init(void)
{
	int err;

	irqline_hrtimer_setup(&bench_line.timer, bench_line_storm,
			      HRTIMER_MODE_REL_HARD);
	err = bench_device_init(&bench_line.dev, "bench_line", &bench_line_fops);
	if (err)
		return err;
	err = pci_register_driver(&bench_line_driver);
	if (err)
		bench_device_exit(&bench_line.dev);
	return err;
}

static void __exit bench_line_exit(void)
{
	pci_unregister_driver(&bench_line_driver);
	bench_device_exit(&bench_line.dev);
}

module_init(bench_line_init);
module_exit(bench_line_exit);

MODULE_DESCRIPTION("A client of irqline that tells when its halves run");
MODULE_LICENSE("GPL");
