/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Sweeps: a step is tried with its first allocation failing, with its second, and so on
 * until it is done with none that did. Each time it either was refused, and nothing has
 * changed, or was done in full, since the kernel could do without.
 */
#ifndef SWEEP_H
#define SWEEP_H

#include "fault.h"
#include "nl.h"

/* Beyond all that a step allocates: its first try, to see what it does. */
#define SWEEP_NEVER	1000000

/* What a try has come to. */
struct outcome {
	bool hit;
	bool refused;
	bool lost;		/* the answer of those that are refused: it may be done */
	int error;		/* of those that are refused */
	char text[256];		/* the kernel's, if there is any */
	char wrong[256];	/* what the step itself has found to be so, or "" */
};

struct step {
	const char *label;
	/* Without faults: before each try, and after each that was done. Or NULL. */
	void (*prepare)(struct step *step);
	void (*undo)(struct step *step);
	/* Calls fault_arm(nth), does it, calls fault_hit(), and tells. */
	void (*try)(struct step *step, unsigned int nth, struct outcome *outcome);
	/*
	 * What takes another try to find out, when all has been looked at: returns
	 * whether it has tried again. Or NULL.
	 */
	bool (*review)(struct step *step, unsigned int nth, struct outcome *outcome);
	bool moves;		/* events come of it: counts are not compared */
	bool partly;		/* what is refused may be done for some lines */
	bool frugal;		/* all it needs is a word of the process, and that cannot fail */
	bool slow;		/* each try takes seconds */
	bool blind;		/* there is nothing to be asked what has changed */
	unsigned int most;	/* tries: of more allocations every so many-th fails; or 0 */
	const void *data;
	struct nl *nl;

	unsigned int count, refusals;	/* the result */
};

/* Returns how often it was not so, and has said what. */
int sweep(struct step *step);

/* What IRQLINE_SEED says, or another one each time; said once. */
__u32 *sweep_seed(void);

#endif /* SWEEP_H */
