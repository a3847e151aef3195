// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mappings of a device's registers that can be taken back.
 *
 * Whoever has one makes the device do what its registers can do, DMA included.
 * So it needs CAP_SYS_RAWIO and a kernel that is not locked down, does not pass
 * to children, and ends when the registers are somebody else's.
 *
 * Pages come by faults, each under the lock under which the registers are
 * revoked. Were they all put in by mmap, a mapping that is not linked to its
 * file yet could not be found, and would stay.
 *
 * A mapping outlives who made it, until the process unmaps it; the module stays
 * as long, since the mapping has the file open.
 *
 * Locks: mmap_lock -> UIO's info_lock -> bar->lock -> i_mmap_rwsem.
 */
#include <linux/bits.h>
#include <linux/capability.h>
#include <linux/fs.h>
#include <linux/kref.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/security.h>
#include <linux/slab.h>

#include "compat.h"
#include "uio_bar.h"

/*
 * Where the registers stand in the file, in pages, once they are mapped: far
 * from UIO's own offsets, which overlap, map N beginning at page N. So
 * what is zapped is registers, and nothing else that is mapped from the file.
 */
#define IRQLINE_UIO_BAR_PGOFF	BIT(19)

/**
 * struct irqline_uio_bar - registers
 * @ref: one of who made it, and one of each of @maps
 * @lock: protects @revoked, @maps and their count of VMAs
 * @revoked: no page may be mapped any more
 * @maps: what is mapped
 * @addr: constant
 * @size: constant
 */
struct irqline_uio_bar {
	struct kref ref;
	struct mutex lock;	/* mappings */
	bool revoked;
	struct list_head maps;
	phys_addr_t addr;
	resource_size_t size;
};

/**
 * struct irqline_uio_bar_map - what one mmap has mapped
 * @bar: of what
 * @mapping: where its VMAs can be found. They have the file open, so it lives
 *	as long as this
 * @node: in the list of @bar
 * @vmas: what mremap and munmap have made of it
 */
struct irqline_uio_bar_map {
	struct irqline_uio_bar *bar;
	struct address_space *mapping;
	struct list_head node;
	unsigned int vmas;
};

static void irqline_uio_bar_release(struct kref *ref)
{
	struct irqline_uio_bar *bar =
		container_of(ref, struct irqline_uio_bar, ref);

	WARN_ON_ONCE(!list_empty(&bar->maps));
	mutex_destroy(&bar->lock);
	kfree(bar);
}

static void irqline_uio_bar_open(struct vm_area_struct *vma)
{
	struct irqline_uio_bar_map *map = vma->vm_private_data;

	mutex_lock(&map->bar->lock);
	map->vmas++;
	mutex_unlock(&map->bar->lock);
}

static void irqline_uio_bar_close(struct vm_area_struct *vma)
{
	struct irqline_uio_bar_map *map = vma->vm_private_data;
	struct irqline_uio_bar *bar = map->bar;
	bool last;

	mutex_lock(&bar->lock);
	last = !--map->vmas;
	if (last)
		list_del(&map->node);
	mutex_unlock(&bar->lock);
	if (!last)
		return;
	kfree(map);
	kref_put(&bar->ref, irqline_uio_bar_release);
}

static vm_fault_t irqline_uio_bar_fault(struct vm_fault *vmf)
{
	struct irqline_uio_bar_map *map = vmf->vma->vm_private_data;
	struct irqline_uio_bar *bar = map->bar;
	resource_size_t offset =
		(resource_size_t)(vmf->pgoff - IRQLINE_UIO_BAR_PGOFF) << PAGE_SHIFT;
	vm_fault_t ret = VM_FAULT_SIGBUS;

	mutex_lock(&bar->lock);
	if (!bar->revoked && offset < bar->size)
		ret = vmf_insert_pfn(vmf->vma, vmf->address,
				     PHYS_PFN(bar->addr + offset));
	mutex_unlock(&bar->lock);
	return ret;
}

/* No access op: a debugger needs a mapping of its own, and so the capability. */
static const struct vm_operations_struct irqline_uio_bar_vm_ops = {
	.open	= irqline_uio_bar_open,
	.close	= irqline_uio_bar_close,
	.fault	= irqline_uio_bar_fault,
};

/**
 * irqline_uio_bar_alloc() - registers that can be mapped
 * @addr: where they are; of a page of their own
 * @size: bytes; whole pages
 *
 * Context: may sleep.
 * Return: them, to be given up by irqline_uio_bar_revoke(), or NULL.
 */
struct irqline_uio_bar *irqline_uio_bar_alloc(phys_addr_t addr,
					      resource_size_t size)
{
	struct irqline_uio_bar *bar = kzalloc(sizeof(*bar), GFP_KERNEL_ACCOUNT);

	if (!bar)
		return NULL;
	kref_init(&bar->ref);
	mutex_init(&bar->lock);
	INIT_LIST_HEAD(&bar->maps);
	bar->addr = addr;
	bar->size = size;
	return bar;
}

static int irqline_uio_bar_may_map(const struct irqline_uio_bar *bar,
				   const struct vm_area_struct *vma)
{
	/* A page of registers cannot be copied when it is written to. */
	if (!(vma->vm_flags & VM_MAYSHARE))
		return -EINVAL;
	if (vma->vm_end - vma->vm_start > bar->size)
		return -EINVAL;
	if (!capable(CAP_SYS_RAWIO))
		return -EPERM;
	return security_locked_down(LOCKDOWN_PCI_ACCESS);
}

/**
 * irqline_uio_bar_mmap() - map registers, from the first one on
 * @bar: the registers
 * @vma: where to
 *
 * Context: mmap of a file.
 * Return: 0; -EINVAL for a private mapping or one that is too long, -EPERM, or
 * -ENOMEM.
 */
int irqline_uio_bar_mmap(struct irqline_uio_bar *bar,
			 struct vm_area_struct *vma)
{
	struct irqline_uio_bar_map *map;
	int err;

	err = irqline_uio_bar_may_map(bar, vma);
	if (err)
		return err;
	map = kzalloc(sizeof(*map), GFP_KERNEL_ACCOUNT);
	if (!map)
		return -ENOMEM;
	map->bar = bar;
	map->mapping = vma->vm_file->f_mapping;
	map->vmas = 1;
	kref_get(&bar->ref);
	mutex_lock(&bar->lock);
	list_add(&map->node, &bar->maps);
	mutex_unlock(&bar->lock);

	irqline_vma_flags_set(vma, VM_IO | VM_PFNMAP | VM_DONTEXPAND |
				   VM_DONTCOPY | VM_DONTDUMP);
	vma->vm_page_prot = pgprot_noncached(vma->vm_page_prot);
	vma->vm_pgoff = IRQLINE_UIO_BAR_PGOFF;
	vma->vm_private_data = map;
	vma->vm_ops = &irqline_uio_bar_vm_ops;
	return 0;
}

/**
 * irqline_uio_bar_revoke() - take all mappings back, for good
 * @bar: of irqline_uio_bar_alloc()
 *
 * When it returns, nobody can reach the registers by it; who tries gets SIGBUS.
 *
 * Context: may sleep.
 */
void irqline_uio_bar_revoke(struct irqline_uio_bar *bar)
{
	struct irqline_uio_bar_map *map;

	mutex_lock(&bar->lock);
	bar->revoked = true;
	list_for_each_entry(map, &bar->maps, node)
		unmap_mapping_range(map->mapping,
				    (loff_t)IRQLINE_UIO_BAR_PGOFF << PAGE_SHIFT,
				    bar->size, 1);
	mutex_unlock(&bar->lock);
	kref_put(&bar->ref, irqline_uio_bar_release);
}
