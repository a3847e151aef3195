/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The four devices: one with edu, one with each driver of the bench, one with
 * uio_pci_generic. All of them are raised in the same way, by a store to the register
 * from user space.
 */
#ifndef BENCH_RIG_H
#define BENCH_RIG_H

#include <limits.h>
#include <stdbool.h>

#include "foreign.h"
#include "objects.h"
#include "series.h"
#include "stamps.h"

/* The line of bench_line, its handler, and what its handler wants. */
#define BENCH_LINE	"bench"
#define BENCH_HANDLER	"body"
#define BENCH_SOURCE	4U

/**
 * struct side - one device and who serves it
 * @function: the PCI function
 * @regs: its registers
 * @fd: the character device of a driver of the bench, or -1
 * @stamps: of that driver, or NULL
 */
struct side {
	char function[NAME_MAX + 1];
	volatile __u32 *regs;
	int fd;
	volatile struct bench_stamps *stamps;
};

/**
 * struct rig - all that is measured
 * @nl: to irqline
 * @modules: the directory of the bench's modules
 * @runs: how often each figure is taken
 * @live: in real time, so nothing is exact
 * @edu: with edu.ko, the line "edu0"
 * @bare: with bench_bare.ko
 * @line: with bench_line.ko, the line "bench"
 * @uio: with uio_pci_generic
 */
struct rig {
	struct nl nl;
	const char *modules;
	unsigned int runs;
	bool live;
	struct side edu, bare, line;
	struct foreign uio;
};

void rig_open(struct rig *rig, const char *modules, unsigned int runs, bool live);
void rig_close(struct rig *rig);
/* While its module is exchanged. */
void rig_detach_bare(struct rig *rig);
void rig_attach_bare(struct rig *rig);

void module_load(const char *directory, const char *name);
void module_unload(const char *name);

/* How bench_bare, and the line's handler, serve their interrupts from now on. */
void bare_mechanism(struct rig *rig, enum bench_mechanism mechanism);
void line_bottom(struct rig *rig, const char *bottom);

/* One event, from the store that raises it until the raiser goes on. */
struct cycle {
	struct series top;	/* raise to top half */
	struct series body;	/* raise to body */
	struct series half;	/* top half to body */
	struct series whole;	/* raise to raiser */
};

void cycle_measure(struct cycle *cycle, const struct side *side,
		   unsigned int runs);
void cycle_free(struct cycle *cycle);

/* Instructions under icount, else what the counter counts. */
static inline __u64 stamp(void)
{
	return __builtin_ia32_rdtsc();
}

static inline void side_raise(volatile __u32 *regs)
{
	regs[0x60 / sizeof(*regs)] = BENCH_SOURCE;
}

/* The first of them are not counted: nothing was called yet. */
#define WARM_UP		16U

/* Whoever is woken runs at once, and not when the scheduler has had enough of us. */
void give_way(bool on);

#endif /* BENCH_RIG_H */
