// SPDX-License-Identifier: GPL-2.0-only
/*
 * /dev/eduN: events by read() and poll(), the device's functions by ioctl().
 */
#include <linux/compat.h>
#include <linux/edu.h>
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/idr.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <irqline.h>

#include "edu.h"

#define EDU_MINORS	256

static DEFINE_IDA(edu_ids);
static dev_t edu_first;

static struct class edu_class = {
	.name = "edu",
};

/**
 * struct edu_file - one open file
 * @edu: the device, with a reference
 * @tap: its events, or NULL if it is not open for reading
 */
struct edu_file {
	struct edu *edu;
	struct irqline_tap *tap;
};

static struct irqline_tap *edu_tap_open(struct edu *edu, fmode_t mode)
{
	struct irqline_tap *tap = NULL;

	mutex_lock(&edu->mutex);
	if (edu->gone)
		tap = ERR_PTR(-ENODEV);
	else if (mode & FMODE_READ)
		tap = irqline_tap_open(edu->line);
	mutex_unlock(&edu->mutex);
	return tap;
}

static int edu_open(struct inode *inode, struct file *file)
{
	struct edu *edu = container_of(inode->i_cdev, struct edu, cdev);
	struct edu_file *ef = kzalloc(sizeof(*ef), GFP_KERNEL_ACCOUNT);

	if (!ef)
		return -ENOMEM;
	ef->edu = edu;
	ef->tap = edu_tap_open(edu, file->f_mode);
	if (IS_ERR(ef->tap)) {
		int err = PTR_ERR(ef->tap);

		kfree(ef);
		return err;
	}
	get_device(&edu->dev);
	file->private_data = ef;
	return stream_open(inode, file);
}

static int edu_release(struct inode *inode, struct file *file)
{
	struct edu_file *ef = file->private_data;

	if (ef->tap)
		irqline_tap_close(ef->tap);
	put_device(&ef->edu->dev);
	kfree(ef);
	return 0;
}

static ssize_t edu_fop_read(struct file *file, char __user *buf, size_t count,
			    loff_t *pos)
{
	struct edu_file *ef = file->private_data;

	return irqline_tap_read(ef->tap, buf, count, file->f_flags & O_NONBLOCK);
}

/* A file for writing alone has but the end to wait for. */
static __poll_t edu_poll(struct file *file, struct poll_table_struct *wait)
{
	struct edu_file *ef = file->private_data;

	if (ef->tap)
		return irqline_tap_poll(ef->tap, file, wait);
	poll_wait(file, &ef->edu->calc.wait, wait);
	return READ_ONCE(ef->edu->gone) ? EPOLLHUP | EPOLLERR : 0;
}

static int edu_raise(struct edu *edu, const u32 __user *arg)
{
	int err = 0;
	u32 sources;

	if (get_user(sources, arg))
		return -EFAULT;
	if (!sources)
		return -EINVAL;
	raw_spin_lock_irq(&edu->lock);
	if (edu->gone)
		err = -ENODEV;
	else
		edu_write(edu, EDU_IRQ_RAISE, sources);
	raw_spin_unlock_irq(&edu->lock);
	return err;
}

static int edu_factorial(struct edu *edu, struct edu_factorial __user *arg)
{
	struct edu_factorial f;
	int err;

	if (copy_from_user(&f, arg, sizeof(f)))
		return -EFAULT;
	err = edu_factorial_compute(edu, f.operand, &f.result);
	if (err)
		return err;
	return copy_to_user(arg, &f, sizeof(f)) ? -EFAULT : 0;
}

static long edu_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct edu_file *ef = file->private_data;

	if (cmd != EDU_IOC_RAISE && cmd != EDU_IOC_FACTORIAL)
		return -ENOTTY;
	if (!(file->f_mode & FMODE_WRITE))
		return -EBADF;
	if (READ_ONCE(ef->edu->gone))
		return -ENODEV;
	if (cmd == EDU_IOC_RAISE)
		return edu_raise(ef->edu, (const u32 __user *)arg);
	return edu_factorial(ef->edu, (struct edu_factorial __user *)arg);
}

static const struct file_operations edu_fops = {
	.owner		= THIS_MODULE,
	.open		= edu_open,
	.release	= edu_release,
	.read		= edu_fop_read,
	.poll		= edu_poll,
	.unlocked_ioctl	= edu_ioctl,
	.compat_ioctl	= compat_ptr_ioctl,
	.llseek		= noop_llseek,
};

static void edu_dev_release(struct device *dev)
{
	kfree(container_of(dev, struct edu, dev));
}

/**
 * edu_chardev_alloc() - a device that nobody can open yet
 * @parent: the PCI device
 *
 * Context: may sleep.
 * Return: the device, to be given up by edu_chardev_put(), or an ERR_PTR.
 */
struct edu *edu_chardev_alloc(struct device *parent)
{
	struct edu *edu = kzalloc(sizeof(*edu), GFP_KERNEL);
	int id, err;

	if (!edu)
		return ERR_PTR(-ENOMEM);
	id = ida_alloc_max(&edu_ids, EDU_MINORS - 1, GFP_KERNEL);
	if (id < 0) {
		kfree(edu);
		return ERR_PTR(id);
	}
	mutex_init(&edu->mutex);
	raw_spin_lock_init(&edu->lock);
	edu_factorial_init(edu);
	device_initialize(&edu->dev);
	edu->dev.class = &edu_class;
	edu->dev.parent = parent;
	edu->dev.devt = MKDEV(MAJOR(edu_first), id);
	edu->dev.release = edu_dev_release;
	cdev_init(&edu->cdev, &edu_fops);
	edu->cdev.owner = THIS_MODULE;
	err = dev_set_name(&edu->dev, "edu%d", id);
	if (err) {
		edu_chardev_put(edu);
		return ERR_PTR(err);
	}
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
	ida_free(&edu_ids, MINOR(edu->dev.devt));
	put_device(&edu->dev);
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
	return cdev_device_add(&edu->cdev, &edu->dev);
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
	cdev_device_del(&edu->cdev, &edu->dev);
	mutex_lock(&edu->mutex);
	raw_spin_lock_irq(&edu->lock);
	WRITE_ONCE(edu->gone, true);
	raw_spin_unlock_irq(&edu->lock);
	mutex_unlock(&edu->mutex);
	edu_factorial_end(edu);
}

/**
 * edu_chardev_init() - the class, and numbers
 *
 * Context: may sleep.
 * Return: 0 or an error.
 */
int edu_chardev_init(void)
{
	int err = class_register(&edu_class);

	if (err)
		return err;
	err = alloc_chrdev_region(&edu_first, 0, EDU_MINORS, "edu");
	if (err)
		class_unregister(&edu_class);
	return err;
}

/**
 * edu_chardev_exit() - give both back
 *
 * Context: may sleep.
 */
void edu_chardev_exit(void)
{
	unregister_chrdev_region(edu_first, EDU_MINORS);
	class_unregister(&edu_class);
	ida_destroy(&edu_ids);
}
