/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * irqline for drivers: hand the interrupt of a device to irqline, and how its
 * halves run becomes a run-time setting of each handler.
 *
 * A client registers a line, which takes the interrupt over: irqline reads the
 * status, acknowledges, and has each handler's bottom half run as the
 * administrator chose. A client that wants to show its users the events opens
 * a tap for each open file.
 */
#ifndef _IRQLINE_H
#define _IRQLINE_H

#include <linux/bits.h>
#include <linux/poll.h>
#include <linux/types.h>
#include <linux/irqline.h>

struct device;
struct irqline_line;
struct irqline_tap;
struct vm_area_struct;

/**
 * struct irqline_client_ops - what irqline asks of a device's driver
 *
 * All but @deliver are called with the line's raw spinlock held and interrupts off,
 * most of them by a pass of the top half, so they must neither sleep nor take a lock
 * that sleeps under PREEMPT_RT, and should cost a few register accesses at most.
 *
 * @status: Required. Returns the sources that are pending, 0 for none: then
 *	the interrupt was somebody else's. All ones is what a device that is
 *	gone reads as, and makes irqline ask @alive.
 * @ack: Required. Acknowledges exactly @sources, which @status returned.
 * @rearm: Required. Makes the device send its interrupt again if sources are
 *	still pending; for a pass that left at its bound of rounds, and for
 *	what may have been lost while nobody listened.
 * @alive: Required. Returns false if the device no longer answers.
 * @capture: Required if the line names sources to capture. Returns what the
 *	device holds for @sources and may soon overwrite; becomes
 *	&irqline_event.data.
 * @mask: Required. Keeps the device from asserting INTx, or from sending
 *	messages, whichever it does, without losing what is pending. Calls do
 *	not add up. The interrupt of a device that sends messages is disabled
 *	then, and no CPU goes offline: the PCI core writes the registers of MSI
 *	when an interrupt moves.
 * @unmask: Required. Ends @mask. Same context.
 * @deliver: Required. Frees the interrupt that the device has and takes one of
 *	the given kind. Nobody has it requested, no pass runs, and the device
 *	is masked; it is to be masked when it returns, too. Process context, may
 *	sleep. Returns the Linux interrupt number, above 0, or an error; then
 *	the device has no interrupt, and @deliver is called again for the kind
 *	that it had, or for INTx.
 */
struct irqline_client_ops {
	u32 (*status)(void *priv);
	void (*ack)(void *priv, u32 sources);
	u64 (*capture)(void *priv, u32 sources);
	void (*rearm)(void *priv);
	bool (*alive)(void *priv);
	void (*mask)(void *priv);
	void (*unmask)(void *priv);
	int (*deliver)(void *priv, enum irqline_delivery delivery);
};

/**
 * struct irqline_builtin - a handler of the device's own
 * @name: 1 to %IRQLINE_NAME_MAX letters, digits, '.', '_' or '-'
 * @sources: what it receives; at least one
 * @work: its bottom half. Called once for each event, one at a time and in
 *	order, in whatever context the administrator chose: it must not sleep,
 *	and under PREEMPT_RT neither take a lock that sleeps there nor wake a
 *	wait queue.
 *	Must take an event for a hint and verify at the device what has
 *	happened: users may raise its sources by hand, and a full queue merges
 *	events, or leaves the source at the device, as the administrator chose;
 *	no other policy is allowed.
 */
struct irqline_builtin {
	const char *name;
	u32 sources;
	void (*work)(void *priv, const struct irqline_event *event);
};

/**
 * struct irqline_config - a line, as its client describes it
 * @name: unique; 1 to %IRQLINE_NAME_MAX letters, digits, '.', '_' or '-'
 * @irq: the Linux interrupt number to begin with
 * @delivery: how that interrupt is delivered, to begin with
 * @sources: the sources that the device can report
 * @captured: those of them for which @ops->capture is called
 * @ops: the device
 * @builtins: @nr_builtins handlers that live as long as the line
 * @nr_builtins: number of @builtins
 * @dev: the device, for what processes see as its children; or NULL
 * @bar: its registers, which processes with CAP_SYS_RAWIO may map
 * @bar_size: bytes of them, all in pages without anything else; or 0
 * @priv: handed to every callback
 *
 * Copied by irqline_register(), except @ops and @builtins, which must live as
 * long as the line.
 */
struct irqline_config {
	const char *name;
	unsigned int irq;
	enum irqline_delivery delivery;
	u32 sources;
	u32 captured;
	const struct irqline_client_ops *ops;
	const struct irqline_builtin *builtins;
	unsigned int nr_builtins;
	struct device *dev;
	phys_addr_t bar;
	resource_size_t bar_size;
	void *priv;
};

struct irqline_line *irqline_register(const struct irqline_config *config);
void irqline_unregister(struct irqline_line *line);
int irqline_suspend(struct irqline_line *line);
void irqline_resume(struct irqline_line *line);

struct irqline_tap *irqline_tap_open(struct irqline_line *line);
void irqline_tap_close(struct irqline_tap *tap);
ssize_t irqline_tap_read(struct irqline_tap *tap, char __user *buf,
			 size_t count, bool nonblock);
__poll_t irqline_tap_poll(struct irqline_tap *tap, struct file *file,
			  struct poll_table_struct *wait);
int irqline_tap_mmap(struct irqline_tap *tap, struct vm_area_struct *vma);
long irqline_tap_ioctl(struct irqline_tap *tap, unsigned int cmd,
		       void __user *arg);

#endif /* _IRQLINE_H */
