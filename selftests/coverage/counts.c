// SPDX-License-Identifier: GPL-2.0-only
/*
 * Has the counts of modules saved before they go.
 *
 * A module that counts which of its lines are run has the counters in its own memory,
 * which goes with it. After its exit function, and after an init function that failed,
 * the kernel tells who asked for it that the module is going: here, that has a program
 * save the counts, the one that the parameters name (see dump.c). It reads the kernel's
 * memory from a file of this module, irqline_memory in debugfs.
 */
#include <linux/debugfs.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <linux/umh.h>

static char *program;
module_param(program, charp, 0400);
MODULE_PARM_DESC(program, "what saves the counts; its arguments are from, to, and the module's name");

static char *from;
module_param(from, charp, 0400);
MODULE_PARM_DESC(from, "the directory of the modules");

static char *to;
module_param(to, charp, 0400);
MODULE_PARM_DESC(to, "the directory for what they have counted");

static struct dentry *counts_file;

/* Addresses of the kernel are negative, which places in a file must not be. */
static const void *counts_address(loff_t place)
{
	return (const void *)((unsigned long)place | 1UL << (BITS_PER_LONG - 1));
}

static ssize_t counts_read(struct file *file, char __user *buffer, size_t size,
			   loff_t *place)
{
	void *copy;
	int err;

	size = min_t(size_t, size, PAGE_SIZE);
	copy = kmalloc(size, GFP_KERNEL);
	if (!copy)
		return -ENOMEM;
	err = copy_from_kernel_nofault(copy, counts_address(*place), size);
	if (!err && copy_to_user(buffer, copy, size))
		err = -EFAULT;
	kfree(copy);
	if (err)
		return err;
	*place += size;
	return size;
}

static const struct file_operations counts_fops = {
	.owner = THIS_MODULE,
	.open = simple_open,
	.read = counts_read,
};

static int counts_notify(struct notifier_block *block, unsigned long state, void *data)
{
	struct module *module = data;
	char *arguments[] = { program, from, to, module->name, NULL };
	char *environment[] = { NULL };

	if (state != MODULE_STATE_GOING ||
	    (strcmp(module->name, "irqline") && strcmp(module->name, "edu")))
		return NOTIFY_DONE;
	WARN(call_usermodehelper(program, arguments, environment, UMH_WAIT_PROC),
	     "the counts of %s are lost\n", module->name);
	return NOTIFY_OK;
}

static struct notifier_block counts_block = {
	.notifier_call = counts_notify,
};

static int __init counts_init(void)
{
	int err;

	if (!program || !from || !to)
		return -EINVAL;
	counts_file = debugfs_create_file("irqline_memory", 0400, NULL, NULL,
					  &counts_fops);
	if (IS_ERR(counts_file))
		return PTR_ERR(counts_file);
	err = register_module_notifier(&counts_block);
	if (err)
		debugfs_remove(counts_file);
	return err;
}
module_init(counts_init);

static void __exit counts_exit(void)
{
	unregister_module_notifier(&counts_block);
	debugfs_remove(counts_file);
}
module_exit(counts_exit);

MODULE_DESCRIPTION("Saves what modules have counted before they go");
MODULE_LICENSE("GPL");
