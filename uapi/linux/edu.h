/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * /dev/eduN: QEMU's edu device as a client of irqline. read() returns whole
 * struct irqline_event of the line of the same name.
 */
#ifndef _UAPI_LINUX_EDU_H
#define _UAPI_LINUX_EDU_H

#include <linux/ioctl.h>
#include <linux/types.h>

/* The sources that the device itself raises; the other 30 are software's. */
#define EDU_SOURCE_FACTORIAL	0x00000001U
#define EDU_SOURCE_DMA		0x00000100U

/**
 * struct edu_factorial - one computation
 * @operand: n, written by the caller
 * @result: n! modulo 2^32, written by the kernel
 */
struct edu_factorial {
	__u32	operand;
	__u32	result;
};

/* Raise these sources; needs the file open for writing, and at least one. */
#define EDU_IOC_RAISE		_IOW(0xed, 0x00, __u32)
/* Compute, and wait for the answer; needs the file open for writing. */
#define EDU_IOC_FACTORIAL	_IOWR(0xed, 0x01, struct edu_factorial)

#endif /* _UAPI_LINUX_EDU_H */
