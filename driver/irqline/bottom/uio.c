// SPDX-License-Identifier: GPL-2.0-only
/*
 * User space: the bottom half is a process that waits for a UIO device of the
 * handler's own.
 *
 * UIO passes on nothing but a count, so the events themselves go into a ring
 * that the process maps. An event is handled when it is there and UIO has been
 * told; what becomes of it then is the process's business, and a process that is
 * too slow finds it overwritten.
 *
 * A work item runs the lane, because UIO's wake-up takes locks that sleep under
 * PREEMPT_RT. If the process has turned the interrupt off (irqcontrol), the
 * work leaves token and events where they are; turning it on queues it again.
 *
 * Nothing here refers to uio.ko by a symbol, so irqline.ko loads without it.
 *
 * Locks: UIO calls with its info_lock held, which quiesce takes under the
 * handler's mutex. So no callback may take a mutex of handlers or lines.
 *
 * quiesce swallows kicks: of a work item that waits, or found the interrupt off.
 */
#include <linux/err.h>
#include <linux/kmod.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/netlink.h>
#include <linux/slab.h>
#include <linux/uio_driver.h>
#include <linux/vmalloc.h>
#include <linux/workqueue.h>

#include "bottom.h"
#include "compat.h"
#include "uio_bar.h"

/*
 * UIO gives the number of a device away before the device is gone from sysfs, so one
 * that is registered meanwhile may be refused with EEXIST. The devices come and go one at
 * a time. UIO's info_lock is taken within.
 */
static DEFINE_MUTEX(irqline_uio_mutex);

#define IRQLINE_UIO_EVENTS	512
#define IRQLINE_UIO_RING_SIZE \
	PAGE_ALIGN(struct_size_t(struct irqline_uio_ring, events, IRQLINE_UIO_EVENTS))

/* What we use of uio.ko, each with a reference to it. */
struct irqline_uio_core {
	int (*add)(struct module *owner, struct device *parent,
		   struct uio_info *info);
	void (*del)(struct uio_info *info);
	void (*notify)(struct uio_info *info);
};

/**
 * struct irqline_uio - an executor
 * @exec: what the lane knows
 * @work: runs the lane
 * @off: the process wants no events now
 * @head: events written; belongs to who owns the lane
 * @ring: the events; written by who owns the lane, mapped by processes
 * @core: the way to UIO
 * @bar: the registers
 * @files: how many have the device open; under info_lock
 * @closed: @work must not be queued any more; under info_lock
 * @info: what UIO knows
 * @name: in there
 */
struct irqline_uio {
	struct irqline_exec exec;
	struct work_struct work;
	bool off;
	u32 head;
	struct irqline_uio_ring *ring;
	struct irqline_uio_core core;
	struct irqline_uio_bar *bar;
	unsigned int files;
	bool closed;
	struct uio_info info;
	char name[sizeof("irqline//") + 2 * IRQLINE_NAME_MAX];
};

static struct irqline_uio *to_uio(struct irqline_exec *exec)
{
	return container_of(exec, struct irqline_uio, exec);
}

static struct irqline_uio *info_to_uio(struct uio_info *info)
{
	return container_of(info, struct irqline_uio, info);
}

/*
 * Who turns the interrupt on may be earlier than the first kick, and than
 * exec->run is set; then there is no token.
 */
static void irqline_uio_work(struct work_struct *work)
{
	struct irqline_uio *uio = container_of(work, struct irqline_uio, work);

	/* Pairs with irqline_exec_set(). */
	if (READ_ONCE(uio->off) || !smp_load_acquire(&uio->exec.token))
		return;
	uio->exec.run(&uio->exec);
}

static enum irqline_kick irqline_uio_kick(struct irqline_exec *exec)
{
	queue_work(system_highpri_wq, &to_uio(exec)->work);
	return IRQLINE_KICK_DONE;
}

/*
 * The layout and the barriers are the UAPI header's. The ring is never read
 * back: its pages are mapped by others, though only for reading.
 */
static void irqline_uio_deliver(struct irqline_exec *exec,
				const struct irqline_event *event)
{
	struct irqline_uio *uio = to_uio(exec);

	/* Who reads a part of this event for an old one then sees @head. */
	smp_wmb();
	uio->ring->events[uio->head % IRQLINE_UIO_EVENTS] = *event;
	/* Who sees @head sees the event. */
	smp_store_release(&uio->ring->head, ++uio->head);
	uio->core.notify(&uio->info);
}

/* Context: info_lock held. */
static void irqline_uio_turn_on(struct irqline_uio *uio)
{
	WRITE_ONCE(uio->off, false);
	if (!uio->closed)
		queue_work(system_highpri_wq, &uio->work);
}

/* Context: info_lock held. A run at work goes on to the end of its budget. */
static int irqline_uio_irqcontrol(struct uio_info *info, s32 on)
{
	struct irqline_uio *uio = info_to_uio(info);

	if (on)
		irqline_uio_turn_on(uio);
	else
		WRITE_ONCE(uio->off, true);
	return 0;
}

/* Context: info_lock held. */
static int irqline_uio_open(struct uio_info *info, struct inode *inode)
{
	info_to_uio(info)->files++;
	return 0;
}

/* Context: info_lock held. The off of a process that has died ends here. */
static int irqline_uio_release(struct uio_info *info, struct inode *inode)
{
	struct irqline_uio *uio = info_to_uio(info);

	if (!--uio->files)
		irqline_uio_turn_on(uio);
	return 0;
}

/* The pages live as long as they are mapped: each mapping has its references. */
static int irqline_uio_mmap_ring(struct irqline_uio *uio,
				 struct vm_area_struct *vma)
{
	if (!(vma->vm_flags & VM_MAYSHARE))
		return -EINVAL;
	if (vma->vm_flags & VM_WRITE)
		return -EACCES;
	irqline_vma_flags_clear(vma, VM_MAYWRITE);
	return remap_vmalloc_range(vma, uio->ring, 0);
}

/* Context: info_lock held. UIO has checked number and length. */
static int irqline_uio_mmap(struct uio_info *info, struct vm_area_struct *vma)
{
	struct irqline_uio *uio = info_to_uio(info);

	if (vma->vm_pgoff == IRQLINE_UIO_REGISTERS)
		return irqline_uio_bar_mmap(uio->bar, vma);
	return irqline_uio_mmap_ring(uio, vma);
}

static void irqline_uio_core_put(const struct irqline_uio_core *core)
{
	if (core->add)
		symbol_put(__uio_register_device);
	if (core->del)
		symbol_put(uio_unregister_device);
	if (core->notify)
		symbol_put(uio_event_notify);
}

static bool irqline_uio_core_get(struct irqline_uio_core *core)
{
	core->add = symbol_get(__uio_register_device);
	core->del = symbol_get(uio_unregister_device);
	core->notify = symbol_get(uio_event_notify);
	if (core->add && core->del && core->notify)
		return true;
	irqline_uio_core_put(core);
	*core = (struct irqline_uio_core) { };
	return false;
}

/* A module loads under locks of its own, so not in create. */
static void irqline_uio_load(void)
{
	struct irqline_uio_core core;

	if (irqline_uio_core_get(&core))
		irqline_uio_core_put(&core);
	else
		request_module("uio");
}

/* The ring shows no address: UIO would tell everybody where the kernel is. */
static void irqline_uio_describe(struct irqline_uio *uio,
				 const struct irqline_bottom_env *env)
{
	snprintf(uio->name, sizeof(uio->name), "irqline/%s/%s", env->line,
		 env->handler);
	uio->info = (struct uio_info) {
		.name		= uio->name,
		.version	= IRQLINE_UIO_VERSION,
		.irq		= UIO_IRQ_CUSTOM,
		.open		= irqline_uio_open,
		.release	= irqline_uio_release,
		.mmap		= irqline_uio_mmap,
		.irqcontrol	= irqline_uio_irqcontrol,
		.mem[IRQLINE_UIO_REGISTERS] = {
			.name		= "registers",
			.addr		= env->bar,
			.size		= env->bar_size,
			.memtype	= UIO_MEM_PHYS,
		},
		.mem[IRQLINE_UIO_RING] = {
			.name		= "ring",
			.size		= IRQLINE_UIO_RING_SIZE,
			.memtype	= UIO_MEM_VIRTUAL,
		},
	};
}

static struct irqline_uio *irqline_uio_alloc(const struct irqline_bottom_env *env)
{
	struct irqline_uio *uio = kzalloc(sizeof(*uio), GFP_KERNEL_ACCOUNT);

	if (!uio)
		return NULL;
	uio->ring = vmalloc_user(IRQLINE_UIO_RING_SIZE);
	uio->bar = irqline_uio_bar_alloc(env->bar, env->bar_size);
	if (!uio->ring || !uio->bar) {
		if (uio->bar)
			irqline_uio_bar_revoke(uio->bar);
		vfree(uio->ring);
		kfree(uio);
		return NULL;
	}
	uio->ring->size = IRQLINE_UIO_EVENTS;
	INIT_WORK(&uio->work, irqline_uio_work);
	irqline_uio_describe(uio, env);
	return uio;
}

/* Of one that UIO does not know, or knows no more. */
static void irqline_uio_free(struct irqline_uio *uio)
{
	irqline_uio_core_put(&uio->core);
	vfree(uio->ring);
	kfree(uio);
}

/* From here on, processes may call. */
static int irqline_uio_register(struct irqline_uio *uio, struct device *dev,
				struct netlink_ext_ack *extack)
{
	int err;

	if (!irqline_uio_core_get(&uio->core)) {
		NL_SET_ERR_MSG(extack, "the module uio cannot be loaded");
		return -EOPNOTSUPP;
	}
	mutex_lock(&irqline_uio_mutex);
	err = uio->core.add(THIS_MODULE, dev, &uio->info);
	mutex_unlock(&irqline_uio_mutex);
	if (err)
		NL_SET_ERR_MSG(extack, "UIO does not take one more device");
	return err;
}

static struct irqline_exec *
irqline_uio_create(const struct irqline_bottom_config *config,
		   const struct irqline_bottom_env *env,
		   struct netlink_ext_ack *extack)
{
	struct irqline_uio *uio;
	int err;

	if (!env->dev || !env->bar_size ||
	    !PAGE_ALIGNED(env->bar | env->bar_size)) {
		NL_SET_ERR_MSG(extack, "the device has no pages of registers to map");
		return ERR_PTR(-EOPNOTSUPP);
	}
	uio = irqline_uio_alloc(env);
	if (!uio)
		return ERR_PTR(-ENOMEM);
	err = irqline_uio_register(uio, env->dev, extack);
	if (err) {
		irqline_uio_bar_revoke(uio->bar);
		irqline_uio_free(uio);
		return ERR_PTR(err);
	}
	return &uio->exec;
}

static void irqline_uio_quiesce(struct irqline_exec *exec)
{
	struct irqline_uio *uio = to_uio(exec);
	struct uio_device *idev = uio->info.uio_dev;

	mutex_lock(&idev->info_lock);
	uio->closed = true;
	mutex_unlock(&idev->info_lock);
	cancel_work_sync(&uio->work);
}

/*
 * The registers go first: as long as the device is there, its number, and so
 * what is mapped from its file, can be nobody else's.
 */
static void irqline_uio_destroy(struct irqline_exec *exec)
{
	struct irqline_uio *uio = to_uio(exec);

	WARN_ON_ONCE(work_pending(&uio->work));
	irqline_uio_bar_revoke(uio->bar);
	mutex_lock(&irqline_uio_mutex);
	uio->core.del(&uio->info);
	mutex_unlock(&irqline_uio_mutex);
	irqline_uio_free(uio);
}

static int irqline_uio_minor(struct irqline_exec *exec)
{
	return to_uio(exec)->info.uio_dev->minor;
}

const struct irqline_bottom_ops irqline_uio_ops = {
	.kick		= irqline_uio_kick,
	.deliver	= irqline_uio_deliver,
	.load		= irqline_uio_load,
	.create		= irqline_uio_create,
	.quiesce	= irqline_uio_quiesce,
	.destroy	= irqline_uio_destroy,
	.uio		= irqline_uio_minor,
	.size		= sizeof(struct irqline_uio),
	.mapped		= IRQLINE_UIO_RING_SIZE,
	.name		= "uio",
	.unbound	= "its work is done by a process; bind that, or use kthread",
	.single		= "a UIO device has one count of events; use workqueue or kthread",
	.context	= IRQLINE_CONTEXT_TASK,
	.order		= IRQLINE_ORDER_NONE,
	.place		= IRQLINE_PLACE_ANY,
	.may_sleep	= true,
};
