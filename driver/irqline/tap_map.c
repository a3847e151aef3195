// SPDX-License-Identifier: GPL-2.0-only
/*
 * Taking events from the ring itself.
 *
 * A mapping has the file open, so the memory lives as long as it, whatever has
 * become of the line. Pages come by faults: nothing is left to fail in mmap once
 * the checks are passed, and what a process zaps comes back.
 */
#include <linux/export.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/vmalloc.h>
#include <irqline.h>

#include "compat.h"
#include "tap.h"

static vm_fault_t irqline_tap_fault(struct vm_fault *vmf)
{
	struct vm_area_struct *vma = vmf->vma;
	unsigned long offset = (vmf->pgoff - vma->vm_pgoff) << PAGE_SHIFT;

	/* A mapping is as long as its part: it cannot be cut or grow. */
	vmf->page = vmalloc_to_page(vma->vm_private_data + offset);
	get_page(vmf->page);
	return 0;
}

static int irqline_tap_may_split(struct vm_area_struct *vma, unsigned long addr)
{
	return -EINVAL;
}

static const struct vm_operations_struct irqline_tap_vm_ops = {
	.fault		= irqline_tap_fault,
	.may_split	= irqline_tap_may_split,
};

/* The part that is at this place in the file and so long, or NULL. */
static void *irqline_tap_part(struct irqline_tap *tap,
			      const struct vm_area_struct *vma)
{
	unsigned long len = vma->vm_end - vma->vm_start;

	if (vma->vm_pgoff == IRQLINE_TAP_MAP_RING >> PAGE_SHIFT)
		return len == IRQLINE_TAP_RING_BYTES ? tap->ring : NULL;
	if (vma->vm_pgoff == IRQLINE_TAP_MAP_CONTROL >> PAGE_SHIFT)
		return len == IRQLINE_TAP_CONTROL_BYTES ? tap->control : NULL;
	return NULL;
}

/*
 * A file that cannot be written to would give a ring that nobody can move on: its
 * mappings are shared, but not for writing.
 */
static int irqline_tap_may_map(const struct irqline_tap *tap, const void *part,
			       const struct vm_area_struct *vma)
{
	if (!part || !(vma->vm_flags & VM_MAYSHARE))
		return -EINVAL;
	if (!(vma->vm_flags & VM_SHARED))
		return -EACCES;
	if (vma->vm_flags & VM_EXEC)
		return -EPERM;
	if (part == tap->ring && vma->vm_flags & VM_WRITE)
		return -EACCES;
	return 0;
}

/**
 * irqline_tap_mmap() - the mmap() of a client's character device
 * @tap: of irqline_tap_open()
 * @vma: the mapping
 *
 * Context: mmap of a file.
 * Return: 0; -EINVAL if it is private, or neither the whole ring nor the whole
 * control page; -EACCES for a ring to write to, or a file that is not open for
 * writing; -EPERM to execute; -EBUSY if read() was used; -ENODEV if the line is
 * gone.
 */
int irqline_tap_mmap(struct irqline_tap *tap, struct vm_area_struct *vma)
{
	void *part = irqline_tap_part(tap, vma);
	int err;

	if (irqline_tap_gone(tap))
		return -ENODEV;
	err = irqline_tap_may_map(tap, part, vma);
	if (err)
		return err;
	err = irqline_tap_claim(tap, IRQLINE_TAP_MAPPED);
	if (err)
		return err;
	irqline_vma_flags_set(vma, VM_DONTEXPAND | VM_DONTCOPY | VM_DONTDUMP);
	irqline_vma_flags_clear(vma, VM_MAYEXEC);
	if (part == tap->ring)
		irqline_vma_flags_clear(vma, VM_MAYWRITE);
	vma->vm_private_data = part;
	vma->vm_ops = &irqline_tap_vm_ops;
	return 0;
}
EXPORT_SYMBOL_GPL(irqline_tap_mmap);
