/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * An edu device that another driver has: uio_pci_generic, which knows nothing of
 * irqline and may share an INTx with its lines.
 */
#ifndef FOREIGN_H
#define FOREIGN_H

#include <limits.h>
#include <pthread.h>
#include <stdbool.h>
#include <linux/types.h>

#define FOREIGN_NAME	"uio_pci_generic"

struct foreign {
	char function[NAME_MAX + 1];	/* set by foreign_init() */
	bool given;			/* it is not edu's any more */

	/* While it is open. */
	int uio, config;
	volatile __u32 *regs;

	/* To be read after foreign_stop(). */
	__u64 interrupts;
	pthread_t thread;
	bool stop;
};

/* Why no other driver can have a device, or NULL. */
const char *foreign_missing(void);
/* Gives back what a failed test before may have left with the other driver. */
void foreign_reclaim(void);
/* It is about the device of this line. */
void foreign_init(struct foreign *foreign, const char *line);
/* Gives the device to the other driver; false if that one cannot have it. */
bool foreign_come(struct foreign *foreign);
/* The other driver lets it go, and nobody has it. */
void foreign_leave(struct foreign *foreign);
/* Gives it back to edu, whoever has it. */
void foreign_go(struct foreign *foreign);

/* Use it from user space, while the other driver has it. */
void foreign_open(struct foreign *foreign);
void foreign_close(struct foreign *foreign);
/* Has it interrupt once. The test ends if it does not come. */
void foreign_interrupt(struct foreign *foreign);
/* Do so all the time, in a thread; and how often that was by now. */
void foreign_start(struct foreign *foreign);
__u64 foreign_interrupts(struct foreign *foreign);
void foreign_stop(struct foreign *foreign);

#endif /* FOREIGN_H */
