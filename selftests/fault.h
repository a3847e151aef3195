/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Faults: the Nth allocation of a thread fails, by the kernel's fault injection and
 * /proc/thread-self/fail-nth. In a test build of the modules, calls that are no
 * allocations count among them.
 */
#ifndef FAULT_H
#define FAULT_H

#include <stdbool.h>
#include <sys/types.h>

/* What failed. An allocation that is not to warn leaves no name. */
enum fault_kind {
	FAULT_MEMORY,	/* failslab, fail_page_alloc, or no name */
	FAULT_USERCOPY,	/* fail_usercopy: an access to user memory */
	FAULT_HOOK,	/* fail_irqline: a call of our own */
};

/* Why this kernel cannot do it, or NULL; then all allocations count. */
const char *fault_missing(void);
/* Are the modules a test build? */
bool fault_has_hook(void);

/* The next one of the calling thread fails that is the Nth from here. */
void fault_arm(unsigned int nth);
/*
 * No more faults; was there one since? How many allocations there were, if not, is what
 * an Nth beyond all of them has lost meanwhile.
 */
bool fault_hit(void);
unsigned int fault_counted(void);

/* The same for a thread that is stopped. */
void fault_arm_thread(pid_t tid, unsigned int nth);
bool fault_hit_thread(pid_t tid);

/*
 * From now on, only what is called by this function of the kernel's counts, or by the code
 * of this module, until fault_anywhere(). Not what another function of the kernel's calls:
 * that named, or else the one by which kmemleak allocates for itself. False if this kernel
 * cannot tell (it lacks CONFIG_FAULT_INJECTION_STACKTRACE_FILTER).
 */
bool fault_only_in_function(const char *name, const char *except);
bool fault_only_in_module(const char *name, const char *except);
void fault_anywhere(void);

/* The functions that can be named: what is called for a netlink family, */
#define FAULT_OF_FAMILY		"genl_register_family"
/* for a driver, */
#define FAULT_OF_DRIVER		"bus_add_driver"
/* for a device that it finds; */
#define FAULT_OF_PROBE		"pci_device_probe"
/*
 * and what the kernel does not survive: an entry of /proc/irq that could not be made is
 * missed, with a warning, when the interrupt goes.
 */
#define FAULT_UNSURVIVED	"register_irq_proc"

/* What the last one was, and what it was called there. */
enum fault_kind fault_kind(void);
const char *fault_name(void);
/* Has the kernel tell where, which takes it long; was it in a call of irqline's? */
void fault_trace(bool on);
bool fault_was_inside(void);

/*
 * From any task, the calls of a test build: so many, after so many that do not. Until
 * fault_hook_end(), which says how many are left.
 */
void fault_hook_begin(unsigned int skip, unsigned int times);
unsigned int fault_hook_end(void);

#endif /* FAULT_H */
