/* SPDX-License-Identifier: GPL-2.0-only */
/* The character device of a line: /dev/edu0 for edu0. */
#ifndef DEV_H
#define DEV_H

#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <unistd.h>
#include <linux/edu.h>
#include <linux/irqline.h>

/* How long an event may take before it counts as lost. */
#define EVENT_TIMEOUT	patience(15)

/* Events that an open file holds before it loses the newest. */
#define DEV_BUFFER	1024

/* These end the test if they fail. */
int dev_open(const char *line, int flags);
void dev_raise(int fd, __u32 sources);
__u32 dev_factorial(int fd, __u32 operand);
/* The PCI function of a line, such as 0000:00:04.0. */
void dev_function(const char *line, char *name, size_t size);

/*
 * How its device may interrupt: the command word, and above it the control word of MSI. It is
 * the same from one moment to the next, unless somebody changes the delivery.
 */
__u32 dev_masks(const char *line);

/* Enables a function, or takes that back, while no driver has it. */
void dev_enable(const char *name, bool on);

/* Makes a request of ioctl(). Returns 0, or the error. */
int dev_error(int fd, unsigned long request, void *arg);

/*
 * Reads up to max events, and waits up to so many milliseconds for the first.
 * Returns how many. The test ends if what comes are not whole events.
 */
int dev_read(int fd, struct irqline_event *events, int max, int ms);
/*
 * The next event of the handler with this id; those of others are left out.
 * The test ends if none comes.
 */
void dev_next(int fd, __u32 handler, struct irqline_event *event);
/* Reads all that is there, and returns how many were of this handler. */
int dev_drain(int fd, __u32 handler);

#endif /* DEV_H */
