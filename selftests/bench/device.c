// SPDX-License-Identifier: GPL-2.0-only
#include <linux/mm.h>
#include <linux/pci.h>
#include <linux/vmalloc.h>

#include "device.h"

/*
 * The file is there as long as the module, whether or not it has a function.
 */
int bench_device_init(struct bench_device *dev, const char *name,
		      const struct file_operations *fops)
{
	int err;

	dev->stamps = vmalloc_user(sizeof(*dev->stamps));
	if (!dev->stamps)
		return -ENOMEM;
	dev->misc.minor = MISC_DYNAMIC_MINOR;
	dev->misc.name = name;
	dev->misc.fops = fops;
	err = misc_register(&dev->misc);
	if (err)
		vfree(dev->stamps);
	return err;
}

void bench_device_exit(struct bench_device *dev)
{
	misc_deregister(&dev->misc);
	vfree(dev->stamps);
}

/* The regions are not requested: the program maps them, too, to raise. */
static int bench_device_map(struct bench_device *dev, struct pci_dev *pdev)
{
	int err = pci_enable_device(pdev);

	if (err)
		return err;
	dev->regs = pci_iomap(pdev, 0, 0);
	if (!dev->regs) {
		pci_disable_device(pdev);
		return -ENOMEM;
	}
	writel(U32_MAX, dev->regs + BENCH_IRQ_ACK);
	pci_set_master(pdev);
	return 0;
}

static void bench_device_unmap(struct bench_device *dev, struct pci_dev *pdev)
{
	pci_iounmap(pdev, dev->regs);
	pci_disable_device(pdev);
}

int bench_device_add(struct bench_device *dev, struct pci_dev *pdev)
{
	int err;

	if (dev->pdev)
		return -EBUSY;
	err = bench_device_map(dev, pdev);
	if (err)
		return err;
	err = pci_alloc_irq_vectors(pdev, 1, 1, PCI_IRQ_MSI);
	if (err < 0) {
		bench_device_unmap(dev, pdev);
		return err;
	}
	dev->irq = pci_irq_vector(pdev, 0);
	dev->pdev = pdev;
	return 0;
}

void bench_device_del(struct bench_device *dev)
{
	struct pci_dev *pdev = dev->pdev;

	dev->pdev = NULL;
	pci_free_irq_vectors(pdev);
	bench_device_unmap(dev, pdev);
}

int bench_device_mmap(struct bench_device *dev, struct vm_area_struct *vma)
{
	return remap_vmalloc_range(vma, dev->stamps, 0);
}
