// SPDX-License-Identifier: GPL-2.0-only
/*
 * /dev/eduN: events by read(), poll() and mmap(), the device's functions by ioctl().
 */
#include <linux/edu.h>
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/idr.h>
#include <linux/kref.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <irqline.h>

#include "edu.h"

static DEFINE_IDA(edu_ids);

/**
 * struct edu_file - one open file
 * @edu: the device, with a reference
 * @tap: its events, or NULL if it is not open for reading
 */
struct edu_file {
	struct edu *edu;
	struct irqline_tap *tap;
};

static void edu_free(struct kref *ref)
{
	kfree(container_of(ref, struct edu, ref));
}

/* The misc core calls it under the mutex that misc_deregister() takes, too. */
static int edu_open(struct inode *inode, struct file *file)
{
	struct edu *edu = container_of(file->private_data, struct edu, misc);
	struct edu_file *ef = kzalloc(sizeof(*ef), GFP_KERNEL_ACCOUNT);

	if (!ef)
		return -ENOMEM;
	ef->edu = edu;
	if (file->f_mode & FMODE_READ)
		ef->tap = irqline_tap_open(edu->line);
	if (IS_ERR(ef->tap)) {
		int err = PTR_ERR(ef->tap);

		kfree(ef);
		return err;
	}
	kref_get(&edu->ref);
	file->private_data = ef;
	return stream_open(inode, file);
}

static int edu_release(struct inode *inode, struct file *file)
{
	struct edu_file *ef = file->private_data;

	if (ef->tap)
		irqline_tap_close(ef->tap);
	kref_put(&ef->edu->ref, edu_free);
	kfree(ef);
	return 0;
}

static ssize_t edu_fop_read(struct file *file, char __user *buf, size_t count,
			    loff_t *pos)
{
	struct edu_file *ef = file->private_data;

	return irqline_tap_read(ef->tap, buf, count, file->f_flags & O_NONBLOCK);
}

static int edu_mmap(struct file *file, struct vm_area_struct *vma)
{
	struct edu_file *ef = file->private_data;

	return irqline_tap_mmap(ef->tap, vma);
}

/* A file for writing alone has but the end to wait for. */
static __poll_t edu_poll(struct file *file, struct poll_table_struct *wait)
{
	struct edu_file *ef = file->private_data;

	if (ef->tap)
		return irqline_tap_poll(ef->tap, file, wait);
	poll_wait(file, &ef->edu->lost, wait);
	return READ_ONCE(ef->edu->gone) ? EPOLLHUP | EPOLLERR : 0;
}

static int edu_raise(struct edu *edu, void __user *arg)
{
	int err = 0;
	u32 sources;

	if (get_user(sources, (const u32 __user *)arg))
		return -EFAULT;
	if (!sources)
		return -EINVAL;
	down_read(&edu->moving);
	raw_spin_lock_irq(&edu->lock);
	if (edu->gone)
		err = -ENODEV;
	else
		edu_write(edu, EDU_IRQ_RAISE, sources);
	raw_spin_unlock_irq(&edu->lock);
	up_read(&edu->moving);
	return err;
}

static int edu_factorial(struct edu *edu, void __user *arg)
{
	struct edu_factorial f;
	int err;

	if (copy_from_user(&f, arg, sizeof(f)))
		return -EFAULT;
	err = edu_factorial_compute(edu, f.operand, 0, &f.result);
	if (err)
		return err;
	return copy_to_user(arg, &f, sizeof(f)) ? -EFAULT : 0;
}

static int edu_factorial_timed(struct edu *edu, void __user *arg)
{
	struct edu_factorial_timed f;
	int err;

	if (copy_from_user(&f, arg, sizeof(f)))
		return -EFAULT;
	if (f.flags)
		return -EINVAL;
	err = edu_factorial_compute(edu, f.operand, f.timeout_ms, &f.result);
	if (err)
		return err;
	return copy_to_user(arg, &f, sizeof(f)) ? -EFAULT : 0;
}

static int edu_dma(struct edu *edu, void __user *arg)
{
	struct edu_dma request;

	if (copy_from_user(&request, arg, sizeof(request)))
		return -EFAULT;
	return edu_dma_copy(edu, &request);
}

static int edu_info(struct edu *edu, void __user *arg)
{
	struct edu_info info = {
		.id		= edu->version,
		.revision	= edu->revision,
		.buffer_size	= EDU_BUFFER_SIZE,
		.buffer_usable	= EDU_BUFFER_USABLE,
		.dma_bits	= EDU_DMA_BITS,
	};

	strscpy(info.line, edu->name, sizeof(info.line));
	return copy_to_user(arg, &info, sizeof(info)) ? -EFAULT : 0;
}

/**
 * struct edu_command - what a file can be told to do
 * @cmd: EDU_IOC_*
 * @writes: needs the file open for writing
 * @run: does it
 */
struct edu_command {
	unsigned int cmd;
	bool writes;
	int (*run)(struct edu *edu, void __user *arg);
};

static const struct edu_command edu_commands[] = {
	{ EDU_IOC_RAISE,		true,	edu_raise },
	{ EDU_IOC_FACTORIAL,		true,	edu_factorial },
	{ EDU_IOC_FACTORIAL_TIMED,	true,	edu_factorial_timed },
	{ EDU_IOC_DMA,			true,	edu_dma },
	{ EDU_IOC_INFO,			false,	edu_info },
};

static const struct edu_command *edu_command(unsigned int cmd)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(edu_commands); i++) {
		if (edu_commands[i].cmd == cmd)
			return &edu_commands[i];
	}
	return NULL;
}

static long edu_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	const struct edu_command *command = edu_command(cmd);
	struct edu_file *ef = file->private_data;

	if (!command)
		return irqline_tap_ioctl(ef->tap, cmd, (void __user *)arg);
	if (command->writes && !(file->f_mode & FMODE_WRITE))
		return -EBADF;
	if (READ_ONCE(ef->edu->gone))
		return -ENODEV;
	return command->run(ef->edu, (void __user *)arg);
}

static const struct file_operations edu_fops = {
	.owner		= THIS_MODULE,
	.open		= edu_open,
	.release	= edu_release,
	.read		= edu_fop_read,
	.poll		= edu_poll,
	.mmap		= edu_mmap,
	.unlocked_ioctl	= edu_ioctl,
	.compat_ioctl	= compat_ptr_ioctl,
	.llseek		= noop_llseek,
};

static int edu_set_name(struct edu *edu)
{
	int id = ida_alloc(&edu_ids, GFP_KERNEL);

	if (id < 0)
		return id;
	edu->id = id;
	snprintf(edu->name, sizeof(edu->name), "edu%d", id);
	return 0;
}

/**
 * edu_chardev_alloc() - a device that nobody can open yet
 * @pdev: the PCI device
 *
 * Context: may sleep.
 * Return: the device, to be given up by edu_chardev_put(), or an ERR_PTR.
 */
struct edu *edu_chardev_alloc(struct pci_dev *pdev)
{
	struct edu *edu = kzalloc(sizeof(*edu), GFP_KERNEL);
	int err;

	if (!edu)
		return ERR_PTR(-ENOMEM);
	err = edu_set_name(edu);
	if (err) {
		kfree(edu);
		return ERR_PTR(err);
	}
	kref_init(&edu->ref);
	raw_spin_lock_init(&edu->lock);
	init_waitqueue_head(&edu->lost);
	init_rwsem(&edu->moving);
	edu_factorial_init(edu);
	edu_dma_init(edu);
	edu->pdev = pdev;
	edu->misc.minor = MISC_DYNAMIC_MINOR;
	edu->misc.name = edu->name;
	edu->misc.fops = &edu_fops;
	edu->misc.parent = &pdev->dev;
	return edu;
}

/**
 * edu_chardev_put() - give the device up, and its number at once
 * @edu: the device; nobody can open it, and its line is gone
 *
 * Files that are open keep the memory, but the number is for whoever comes next:
 * a device that is bound again has the name that it had.
 *
 * Context: may sleep.
 */
void edu_chardev_put(struct edu *edu)
{
	ida_free(&edu_ids, edu->id);
	kref_put(&edu->ref, edu_free);
}

/**
 * edu_chardev_add() - let it be opened
 * @edu: the device
 *
 * Context: may sleep.
 * Return: 0 or an error.
 */
int edu_chardev_add(struct edu *edu)
{
	return misc_register(&edu->misc);
}

/**
 * edu_chardev_del() - let it not be opened any more, and have files that are
 *	open leave the registers alone
 * @edu: the device
 *
 * Context: may sleep.
 */
void edu_chardev_del(struct edu *edu)
{
	misc_deregister(&edu->misc);
	raw_spin_lock_irq(&edu->lock);
	WRITE_ONCE(edu->gone, true);
	raw_spin_unlock_irq(&edu->lock);
	edu_engine_end(&edu->factorial);
	edu_engine_end(&edu->dma);
	wake_up_all(&edu->lost);
}

/**
 * edu_chardev_exit() - the last device is gone
 *
 * Context: may sleep.
 */
void edu_chardev_exit(void)
{
	ida_destroy(&edu_ids);
}
