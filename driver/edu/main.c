// SPDX-License-Identifier: GPL-2.0-only
/*
 * QEMU's edu device, a client of irqline.
 */
#include <linux/edu.h>
#include <linux/err.h>
#include <linux/iopoll.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/pm.h>
#include <linux/rcupdate.h>
#include <irqline.h>
#include <irqline_fault.h>

#include "compat.h"
#include "edu.h"

static u32 edu_status(void *priv)
{
	return edu_read(priv, EDU_IRQ_STATUS);
}

static void edu_ack(void *priv, u32 sources)
{
	edu_write(priv, EDU_IRQ_ACK, sources);
}

static void edu_rearm(void *priv)
{
	edu_write(priv, EDU_IRQ_RAISE, 0);
}

static bool edu_alive(void *priv)
{
	return edu_is_edu(priv);
}

/* Config space needs only raw locks. Context: any. */
static void edu_set_config(struct pci_dev *pdev, int where, u16 bit, bool set)
{
	u16 value;

	pci_read_config_word(pdev, where, &value);
	value &= ~bit;
	if (set)
		value |= bit;
	pci_write_config_word(pdev, where, value);
}

/*
 * The device has no mask for its messages. With MSI off it would use INTx, which is
 * masked as long as there is MSI. Not pci_intx(), which allocates memory for a device
 * whose resources are managed.
 */
static void edu_set_masked(struct edu *edu, bool masked)
{
	struct pci_dev *pdev = edu->pdev;

	if (pdev->msi_enabled)
		edu_set_config(pdev, pdev->msi_cap + PCI_MSI_FLAGS,
			       PCI_MSI_FLAGS_ENABLE, !masked);
	else
		edu_set_config(pdev, PCI_COMMAND, PCI_COMMAND_INTX_DISABLE,
			       masked);
}

static void edu_mask(void *priv)
{
	edu_set_masked(priv, true);
}

static void edu_unmask(void *priv)
{
	edu_set_masked(priv, false);
}

/*
 * A message that was sent before the device was masked may be on its way: a CPU has looked
 * up whose it is, and not yet begun to handle it. Freeing the handler waits for those that
 * have begun. What is freed here must outlast the others, too.
 */
static void edu_free_vectors(struct pci_dev *pdev)
{
	if (pdev->msi_enabled)
		synchronize_rcu();
	pci_free_irq_vectors(pdev);
}

/*
 * While messages come or go, the PCI core has a device assert INTx, whoever listens there;
 * and one who does so in a thread may keep a CPU until it ends, which it cannot if it is
 * that CPU that the others wait for. So the core is told to leave INTx alone, and it is
 * the line that has it masked, but while it has an action there.
 */
static void edu_own_intx(struct pci_dev *pdev, bool own)
{
	if (own)
		pdev->dev_flags |= PCI_DEV_FLAGS_MSI_INTX_DISABLE_BUG;
	else
		pdev->dev_flags &= ~PCI_DEV_FLAGS_MSI_INTX_DISABLE_BUG;
}

/* INTx is there without being asked for, which would unmask it. */
static int edu_get_vector(struct pci_dev *pdev, enum irqline_delivery delivery)
{
	int err;

	if (irqline_fault())
		return -ENOMEM;
	if (delivery == IRQLINE_DELIVERY_INTX)
		return pdev->irq ?: -ENXIO;
	err = pci_alloc_irq_vectors(pdev, 1, 1, PCI_IRQ_MSI);
	return err < 0 ? err : pci_irq_vector(pdev, 0);
}

/*
 * The PCI core has the device send messages when it gets them, where nobody hears it
 * yet, so users have to wait with what they raise.
 */
static int edu_deliver(void *priv, enum irqline_delivery delivery)
{
	struct edu *edu = priv;
	int irq;

	down_write(&edu->moving);
	edu_free_vectors(edu->pdev);
	irq = edu_get_vector(edu->pdev, delivery);
	edu_mask(edu);
	up_write(&edu->moving);
	return irq;
}

static const struct irqline_client_ops edu_line_ops = {
	.status		= edu_status,
	.ack		= edu_ack,
	.capture	= edu_factorial_capture,
	.rearm		= edu_rearm,
	.alive		= edu_alive,
	.mask		= edu_mask,
	.unmask		= edu_unmask,
	.deliver	= edu_deliver,
};

static const struct irqline_builtin edu_builtins[] = {
	{
		.name		= "factorial",
		.sources	= EDU_SOURCE_FACTORIAL,
		.work		= edu_factorial_work,
	},
	{
		.name		= "dma",
		.sources	= EDU_SOURCE_DMA,
		.work		= edu_dma_work,
	},
};

/*
 * The device has no reset, so it may be at work for whoever had it before, and
 * have old sources pending.
 */
static int edu_quiet(struct edu *edu)
{
	u32 value;
	int err;

	edu_write(edu, EDU_STATUS, 0);
	err = readl_poll_timeout(edu->regs + EDU_STATUS, value,
				 !(value & EDU_STATUS_COMPUTING),
				 EDU_IDLE_POLL_US, EDU_IDLE_TIMEOUT_US) ?:
	      readl_poll_timeout(edu->regs + EDU_DMA_COMMAND, value,
				 !(value & EDU_DMA_BUSY),
				 EDU_IDLE_POLL_US, EDU_IDLE_TIMEOUT_US);
	edu_write(edu, EDU_IRQ_ACK, U32_MAX);
	return err;
}

static int edu_check(struct edu *edu)
{
	const u32 pattern = 0x5a5aa5a5;

	if (!edu_is_edu(edu))
		return -ENODEV;
	edu->version = edu_read(edu, EDU_ID);
	edu->revision = edu->pdev->revision;
	edu_write(edu, EDU_LIVENESS, pattern);
	return edu_read(edu, EDU_LIVENESS) == ~pattern ? 0 : -ENODEV;
}

static struct irqline_line *edu_register_line(struct edu *edu,
					      struct pci_dev *pdev)
{
	const struct irqline_config config = {
		.name		= edu->name,
		.irq		= pci_irq_vector(pdev, 0),
		.delivery	= pdev->msi_enabled ? IRQLINE_DELIVERY_MSI :
						      IRQLINE_DELIVERY_INTX,
		.sources	= U32_MAX,
		.captured	= EDU_SOURCE_FACTORIAL,
		.ops		= &edu_line_ops,
		.builtins	= edu_builtins,
		.nr_builtins	= ARRAY_SIZE(edu_builtins),
		.dev		= &pdev->dev,
		.bar		= pci_resource_start(pdev, EDU_BAR),
		.bar_size	= pci_resource_len(pdev, EDU_BAR),
		.priv		= edu,
	};

	return irqline_register(&config);
}

/* What pcim_ does not own: the interrupt must end before the files may. */
static int edu_start(struct edu *edu, struct pci_dev *pdev)
{
	int err;

	edu_own_intx(pdev, true);
	edu_set_config(pdev, PCI_COMMAND, PCI_COMMAND_INTX_DISABLE, true);
	/* Nothing is pending, so INTx may be unmasked if that is what it gets. */
	err = irqline_fault() ? -ENOMEM :
	      pci_alloc_irq_vectors(pdev, 1, 1, PCI_IRQ_ALL_TYPES);
	if (err < 0) {
		dev_err_probe(&pdev->dev, err, "no interrupt\n");
		goto disown;
	}
	edu->line = edu_register_line(edu, pdev);
	if (IS_ERR(edu->line)) {
		err = dev_err_probe(&pdev->dev, PTR_ERR(edu->line),
				    "no interrupt line\n");
		goto free_vectors;
	}
	edu_write(edu, EDU_STATUS, EDU_STATUS_INTERRUPT);
	err = edu_chardev_add(edu);
	if (err) {
		dev_err_probe(&pdev->dev, err, "no character device\n");
		goto unregister;
	}
	return 0;

unregister:
	irqline_unregister(edu->line);
free_vectors:
	pci_free_irq_vectors(pdev);
disown:
	edu_own_intx(pdev, false);
	return err;
}

/* A transfer still raises its interrupt, so the line goes after it. */
static void edu_stop(struct edu *edu, struct pci_dev *pdev)
{
	edu_chardev_del(edu);
	edu_dma_end(edu);
	/* What it is at work on is not to interrupt any more, while interrupts go. */
	edu_write(edu, EDU_STATUS, 0);
	irqline_unregister(edu->line);
	/* Not before: the line writes the same register to mask INTx. */
	pci_clear_master(pdev);
	edu_free_vectors(pdev);
}

static int edu_map(struct edu *edu, struct pci_dev *pdev)
{
	int err;

	err = irqline_fault() ? -ENOMEM : pcim_enable_device(pdev);
	if (err)
		return dev_err_probe(&pdev->dev, err, "cannot enable it\n");
	err = pcim_iomap_regions(pdev, BIT(EDU_BAR), KBUILD_MODNAME);
	if (err)
		return dev_err_probe(&pdev->dev, err, "cannot map BAR 0\n");
	edu->regs = pcim_iomap_table(pdev)[EDU_BAR];
	err = edu_check(edu);
	if (err)
		return dev_err_probe(&pdev->dev, err, "not an edu device\n");
	err = edu_quiet(edu);
	if (err)
		return dev_err_probe(&pdev->dev, err, "the device is stuck at work\n");
	err = edu_dma_probe(edu);
	if (err)
		return dev_err_probe(&pdev->dev, err, "no memory for DMA\n");
	/* MSI is a write to memory, too. */
	pci_set_master(pdev);
	return 0;
}

static int edu_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct edu *edu = edu_chardev_alloc(pdev);
	int err;

	if (IS_ERR(edu))
		return PTR_ERR(edu);
	err = edu_map(edu, pdev) ?: edu_start(edu, pdev);
	if (err) {
		edu_chardev_put(edu);
		return err;
	}
	pci_set_drvdata(pdev, edu);
	return 0;
}

static void edu_remove(struct pci_dev *pdev)
{
	struct edu *edu = pci_get_drvdata(pdev);

	edu_stop(edu, pdev);
	/* Who comes next unmasks INTx, and others may listen there. */
	edu_write(edu, EDU_IRQ_ACK, U32_MAX);
	edu_own_intx(pdev, false);
	edu_chardev_put(edu);
}

/* What the device is at has come to its end, and is safe. */
static int edu_rest(struct edu *edu)
{
	return edu_engine_rest(&edu->factorial) ?: edu_engine_rest(&edu->dma);
}

static void edu_go_on(struct edu *edu)
{
	edu_engine_resume(&edu->factorial);
	edu_engine_resume(&edu->dma);
}

/*
 * The line first: what the device raises at the end of its work is found on
 * resume, like all that is raised meanwhile.
 */
static int edu_suspend(struct device *dev)
{
	struct edu *edu = dev_get_drvdata(dev);
	int err;

	edu_engine_pause(&edu->factorial);
	edu_engine_pause(&edu->dma);
	err = irqline_suspend(edu->line);
	if (err)
		goto go_on;
	err = edu_rest(edu);
	if (err)
		goto resume_line;
	return 0;

resume_line:
	irqline_resume(edu->line);
go_on:
	edu_go_on(edu);
	return err;
}

/* The PCI core restores the configuration, with it MSI and bus mastering. */
static int edu_resume(struct device *dev)
{
	struct edu *edu = dev_get_drvdata(dev);

	edu_write(edu, EDU_STATUS, EDU_STATUS_INTERRUPT);
	irqline_resume(edu->line);
	edu_go_on(edu);
	return 0;
}

static DEFINE_SIMPLE_DEV_PM_OPS(edu_pm_ops, edu_suspend, edu_resume);

static const struct pci_device_id edu_ids[] = {
	{ PCI_DEVICE(EDU_VENDOR, EDU_DEVICE) },
	{ }
};
MODULE_DEVICE_TABLE(pci, edu_ids);

static struct pci_driver edu_driver = {
	.name		= KBUILD_MODNAME,
	.id_table	= edu_ids,
	.probe		= edu_probe,
	.remove		= edu_remove,
	.driver.pm	= pm_sleep_ptr(&edu_pm_ops),
};

static int __init edu_init(void)
{
	return pci_register_driver(&edu_driver);
}

static void __exit edu_exit(void)
{
	pci_unregister_driver(&edu_driver);
	edu_chardev_exit();
}

module_init(edu_init);
module_exit(edu_exit);

MODULE_DESCRIPTION("QEMU edu device, a client of irqline");
MODULE_LICENSE("GPL");
