// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "dev.h"
#include "rig.h"

#define REGS_SIZE	0x1000
#define DEVICES		"/sys/bus/pci/devices/"
#define DRIVERS		"/sys/bus/pci/drivers/"

void give_way(bool on)
{
	const struct sched_param none = { };

	if (sched_setscheduler(0, on ? SCHED_IDLE : SCHED_OTHER, &none))
		die("cannot change the scheduling class: %s", strerror(errno));
}

static void map_regs(struct side *side)
{
	char path[PATH_MAX];
	int fd;

	snprintf(path, sizeof(path), DEVICES "%s/resource0", side->function);
	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		die("%s: %s", path, strerror(errno));
	side->regs = mmap(NULL, REGS_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED,
			  fd, 0);
	if (side->regs == MAP_FAILED)
		die("%s: %s (iomem=relaxed is needed)", path, strerror(errno));
	close(fd);
}

static void map_stamps(struct side *side, const char *path)
{
	side->fd = open(path, O_RDWR | O_CLOEXEC);
	if (side->fd < 0)
		die("%s: %s", path, strerror(errno));
	side->stamps = mmap(NULL, sizeof(*side->stamps), PROT_READ, MAP_SHARED,
			    side->fd, BENCH_MAP_STAMPS);
	if (side->stamps == MAP_FAILED)
		die("mapping the stamps: %s", strerror(errno));
}

void module_load(const char *directory, const char *name)
{
	char path[PATH_MAX];
	int fd;

	snprintf(path, sizeof(path), "%s/%s.ko", directory, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || syscall(SYS_finit_module, fd, "", 0))
		die("%s: %s", path, strerror(errno));
	close(fd);
}

void module_unload(const char *name)
{
	if (syscall(SYS_delete_module, name, O_NONBLOCK))
		die("cannot unload %s: %s", name, strerror(errno));
}

static void unmap_stamps(struct side *side)
{
	close(side->fd);
	munmap((void *)side->stamps, sizeof(*side->stamps));
}

void rig_detach_bare(struct rig *rig)
{
	unmap_stamps(&rig->bare);
}

void rig_attach_bare(struct rig *rig)
{
	map_stamps(&rig->bare, "/dev/bench_bare");
}

/* Takes the device of a line away from edu and gives it to a driver of the bench. */
static void give(struct side *side, const char *line, const char *driver)
{
	char path[PATH_MAX];

	dev_function(line, side->function, sizeof(side->function));
	file_must_write(DRIVERS "edu/unbind", side->function);
	snprintf(path, sizeof(path), DEVICES "%s/driver_override", side->function);
	file_must_write(path, driver);
	snprintf(path, sizeof(path), DRIVERS "%s/bind", driver);
	file_must_write(path, side->function);
	map_regs(side);
	snprintf(path, sizeof(path), "/dev/%s", driver);
	map_stamps(side, path);
}

/* Gives it back. */
static void take_back(struct side *side, const char *driver)
{
	char path[PATH_MAX];

	unmap_stamps(side);
	munmap((void *)side->regs, REGS_SIZE);
	snprintf(path, sizeof(path), DRIVERS "%s/unbind", driver);
	file_must_write(path, side->function);
	snprintf(path, sizeof(path), DEVICES "%s/driver_override", side->function);
	file_must_write(path, "\n");
	file_must_write(DRIVERS "edu/bind", side->function);
}

static void open_uio(struct rig *rig)
{
	const char *missing = foreign_missing();

	if (missing)
		die("%s", missing);
	foreign_init(&rig->uio, "edu3");
	if (!foreign_come(&rig->uio))
		die("%s cannot have %s", FOREIGN_NAME, rig->uio.function);
	foreign_open(&rig->uio);
}

void rig_open(struct rig *rig, const char *modules, unsigned int runs, bool live)
{
	memset(rig, 0, sizeof(*rig));
	rig->modules = modules;
	rig->runs = runs;
	rig->live = live;
	objects_open(&rig->nl);
	dev_function("edu0", rig->edu.function, sizeof(rig->edu.function));
	map_regs(&rig->edu);
	rig->edu.fd = -1;
	module_load(modules, "bench_bare");
	module_load(modules, "bench_line");
	give(&rig->bare, "edu1", "bench_bare");
	give(&rig->line, "edu2", "bench_line");
	open_uio(rig);
	/*
	 * Of the policies that the device's own handler may have, the one that leaves
	 * events that wait alone, as the default of the others does.
	 */
	handler_set_u32(&rig->nl, BENCH_LINE, BENCH_HANDLER,
			IRQLINE_A_HANDLER_OVERFLOW, IRQLINE_OVERFLOW_BACKPRESSURE);
}

void rig_close(struct rig *rig)
{
	foreign_close(&rig->uio);
	foreign_go(&rig->uio);
	take_back(&rig->line, "bench_line");
	take_back(&rig->bare, "bench_bare");
	module_unload("bench_line");
	module_unload("bench_bare");
	nl_close(&rig->nl);
}

void bare_mechanism(struct rig *rig, enum bench_mechanism mechanism)
{
	__u32 value = mechanism;

	if (ioctl(rig->bare.fd, BENCH_IOC_MECHANISM, &value))
		die("bench_bare, mechanism %u: %s", value, strerror(errno));
}

void line_bottom(struct rig *rig, const char *bottom)
{
	handler_bottom(&rig->nl, BENCH_LINE, BENCH_HANDLER, bottom);
}

/* The event may take a while only where others have to run first. */
static __u64 await_body(const struct side *side, __u32 before)
{
	__u64 end = now_ns() + EVENT_TIMEOUT * NSEC_PER_SEC;

	while (side->stamps->bodies == before)
		if (now_ns() > end)
			die("no event within %d seconds", EVENT_TIMEOUT);
	return stamp();
}

static void cycle_once(struct cycle *cycle, const struct side *side, bool count)
{
	__u32 before = side->stamps->bodies;
	__u64 raised, back;

	raised = stamp();
	side_raise(side->regs);
	back = stamp();
	if (side->stamps->bodies == before)
		back = await_body(side, before);
	if (!count)
		return;
	series_add(&cycle->top, side->stamps->top - raised);
	series_add(&cycle->body, side->stamps->body - raised);
	series_add(&cycle->half, side->stamps->body - side->stamps->top);
	series_add(&cycle->whole, back - raised);
}

void cycle_measure(struct cycle *cycle, const struct side *side,
		   unsigned int runs)
{
	unsigned int i;

	give_way(true);
	for (i = 0; i < WARM_UP + runs; i++)
		cycle_once(cycle, side, i >= WARM_UP);
	give_way(false);
}

void cycle_free(struct cycle *cycle)
{
	series_free(&cycle->top);
	series_free(&cycle->body);
	series_free(&cycle->half);
	series_free(&cycle->whole);
}
