/* SPDX-License-Identifier: GPL-2.0-only */
/* What the kernel says of interrupts that go wrong. */
#ifndef KLOG_H
#define KLOG_H

/* The kernel's messages from now on. */
int log_open(void);
/* Ends the test if the kernel has complained since log_open(). */
void log_check(int fd);

#endif /* KLOG_H */
