// SPDX-License-Identifier: GPL-2.0-only
/*
 * Copies to and from the device's buffer, which only its DMA reaches.
 *
 * The device's end of a transfer is a page that the kernel owns as long as the
 * device is bound. A caller's data goes through memory of his own, too: he may give
 * up, and then the device goes on with the page alone. Nothing of his is touched
 * while others wait, for his memory may have to be paged in.
 */
#include <linux/dma-mapping.h>
#include <linux/edu.h>
#include <linux/err.h>
#include <linux/pci.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <irqline.h>

#include "edu.h"

/**
 * struct edu_dma_job - one transfer
 * @job: its place among others
 * @request: what to transfer, checked
 * @data: the caller's data, in memory of the kernel
 */
struct edu_dma_job {
	struct edu_job job;
	const struct edu_dma *request;
	void *data;
};

static struct edu_dma_job *edu_dma_job(struct edu_job *job)
{
	return container_of(job, struct edu_dma_job, job);
}

static bool edu_dma_from_device(const struct edu_dma *request)
{
	return request->direction == EDU_DMA_FROM_DEVICE;
}

static bool edu_dma_busy(const struct edu *edu)
{
	return edu_read(edu, EDU_DMA_COMMAND) & EDU_DMA_BUSY;
}

/* Writing the command has what the CPU wrote to the page before be there. */
static void edu_dma_start(struct edu *edu, struct edu_job *job)
{
	const struct edu_dma *request = edu_dma_job(job)->request;
	u32 device = EDU_BUFFER + request->offset;
	u32 command = EDU_DMA_BUSY | EDU_DMA_INTERRUPT;

	if (edu_dma_from_device(request)) {
		edu_write(edu, EDU_DMA_SOURCE, device);
		edu_write(edu, EDU_DMA_DESTINATION, edu->page_dma);
		command |= EDU_DMA_TO_RAM;
	} else {
		memcpy(edu->page, edu_dma_job(job)->data, request->length);
		edu_write(edu, EDU_DMA_SOURCE, edu->page_dma);
		edu_write(edu, EDU_DMA_DESTINATION, device);
	}
	edu_write(edu, EDU_DMA_COUNT, request->length);
	edu_write(edu, EDU_DMA_COMMAND, command);
}

/* Reading the command, which has said that it is over, comes before the page. */
static void edu_dma_finish(struct edu *edu, struct edu_job *job, u64 captured)
{
	const struct edu_dma *request = edu_dma_job(job)->request;

	if (edu_dma_from_device(request))
		memcpy(edu_dma_job(job)->data, edu->page, request->length);
}

static const struct edu_engine_ops edu_dma_ops = {
	.busy	= edu_dma_busy,
	.start	= edu_dma_start,
	.finish	= edu_dma_finish,
};

/**
 * edu_dma_init() - prepare for callers
 * @edu: the device
 */
void edu_dma_init(struct edu *edu)
{
	edu_engine_init(&edu->dma, edu, &edu_dma_ops);
}

/**
 * edu_dma_probe() - take the page that transfers go through
 * @edu: the device
 *
 * It is given back after the driver's remove callback.
 *
 * Context: may sleep.
 * Return: 0 or an error.
 */
int edu_dma_probe(struct edu *edu)
{
	struct device *dev = &edu->pdev->dev;
	int err = dma_set_mask_and_coherent(dev, DMA_BIT_MASK(EDU_DMA_BITS));

	if (err)
		return err;
	edu->page = dmam_alloc_coherent(dev, EDU_BUFFER_SIZE, &edu->page_dma,
					GFP_KERNEL);
	return edu->page ? 0 : -ENOMEM;
}

/**
 * edu_dma_end() - wait until the device leaves the page alone
 * @edu: the device, which is marked as gone
 *
 * It may be at a transfer that nobody waits for. Should it never end, it must lose
 * bus mastering before the page is given back.
 *
 * Context: may sleep. The line is still there, for the interrupt of its end.
 */
void edu_dma_end(struct edu *edu)
{
	if (edu_engine_rest(&edu->dma))
		pci_warn(edu->pdev, "a transfer does not end\n");
}

/**
 * edu_dma_work() - the bottom half of source 0x100
 * @priv: the device
 * @event: a hint that a transfer may be over
 *
 * Context: any that the administrator chose; never sleeps.
 */
void edu_dma_work(void *priv, const struct irqline_event *event)
{
	struct edu *edu = priv;

	edu_engine_advance(&edu->dma, 0);
}

/*
 * The one place that keeps a transfer within the buffer. Beyond its end, or with
 * its last byte, the device may end the whole machine, or take what is not its own.
 */
static bool edu_dma_fits(const struct edu_dma *request)
{
	return request->length && request->length <= EDU_BUFFER_USABLE &&
	       request->offset <= EDU_BUFFER_USABLE - request->length;
}

static bool edu_dma_valid(const struct edu_dma *request)
{
	return !request->flags && !request->reserved &&
	       request->direction <= EDU_DMA_FROM_DEVICE &&
	       edu_dma_fits(request);
}

/* The caller's data, or room for it. */
static void *edu_dma_data(const struct edu_dma *request)
{
	void *data;

	if (!edu_dma_from_device(request))
		return memdup_user(u64_to_user_ptr(request->buffer),
				   request->length);
	data = kmalloc(request->length, GFP_KERNEL_ACCOUNT);
	return data ?: ERR_PTR(-ENOMEM);
}

/**
 * edu_dma_copy() - copy between a caller's memory and the device's buffer
 * @edu: the device
 * @request: what to copy
 *
 * Context: process, of the caller. Callers are served in turn.
 * Return: 0; -EINVAL if it cannot be asked for; -EFAULT; -ENOMEM; or as
 * edu_engine_run().
 */
int edu_dma_copy(struct edu *edu, const struct edu_dma *request)
{
	struct edu_dma_job dma = { .request = request };
	int err;

	if (!edu_dma_valid(request))
		return -EINVAL;
	dma.data = edu_dma_data(request);
	if (IS_ERR(dma.data))
		return PTR_ERR(dma.data);
	err = edu_engine_run(&edu->dma, &dma.job, request->timeout_ms);
	if (!err && edu_dma_from_device(request) &&
	    copy_to_user(u64_to_user_ptr(request->buffer), dma.data,
			 request->length))
		err = -EFAULT;
	kfree(dma.data);
	return err;
}
