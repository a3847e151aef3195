/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Suspending the system, as far as a test may go.
 *
 * A virtual machine whose root is on a virtio device (9p) does not get that back, so it must
 * not suspend all devices. They are suspended one by one, the last to come first, so it
 * is enough that one refuses which came after those. Then all is resumed that was
 * suspended before it. For the case that it does not refuse, there is pm_test, which
 * wakes the system. Any other machine can go down to each level of pm_test.
 */
#ifndef PM_H
#define PM_H

#include <stdbool.h>

struct pm {
	const char *state;	/* what to write to /sys/power/state */
	/* What is to be put back; the last two are "" where there is no such file. */
	char async[16], sleep[16], delay[16];
	char levels[64];	/* of pm_test, of which this machine knows */
	const char *shallow;	/* why not all devices can be suspended, or NULL */
};

/* Why this system cannot be suspended, or NULL: then pm_close() puts all back. */
const char *pm_open(struct pm *pm);
void pm_close(struct pm *pm);
/*
 * Freezes all processes but the one that calls, and thaws them. Returns 0 or an errno.
 */
int pm_freeze(struct pm *pm);
/*
 * Suspends devices until this one refuses. Returns why it was another end than that, or
 * NULL.
 */
const char *pm_suspend(struct pm *pm, const char *refuser);
/* Why the system cannot go down to this level of pm_test, or NULL. */
const char *pm_cannot(struct pm *pm, const char *level);
/* Goes there, and resumes all. Returns 0 or an errno. */
int pm_reach(struct pm *pm, const char *level);

#endif /* PM_H */
