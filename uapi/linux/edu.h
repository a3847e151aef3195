/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * /dev/eduN: QEMU's edu device as a client of irqline. read() returns whole
 * struct irqline_event of the line of the same name. Documentation/edu.rst tells
 * what each call promises.
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

/**
 * struct edu_factorial_timed - one computation, and how long to wait for it
 * @operand: n, written by the caller
 * @result: n! modulo 2^32, written by the kernel
 * @timeout_ms: milliseconds to wait at least, the wait for one's turn included;
 *	0 for ever
 * @flags: 0
 */
struct edu_factorial_timed {
	__u32	operand;
	__u32	result;
	__u32	timeout_ms;
	__u32	flags;
};

/* Bytes of the device's buffer, and how many of them, from 0, can be used. */
#define EDU_BUFFER_SIZE		4096U
#define EDU_BUFFER_USABLE	4095U

/* Directions of struct edu_dma. */
#define EDU_DMA_TO_DEVICE	0U
#define EDU_DMA_FROM_DEVICE	1U

/**
 * struct edu_dma - one transfer between memory and the device's buffer
 * @buffer: address of the caller's memory
 * @offset: where in the device's buffer
 * @length: bytes, 1 at least; @offset + @length is %EDU_BUFFER_USABLE at most
 * @direction: %EDU_DMA_TO_DEVICE or %EDU_DMA_FROM_DEVICE
 * @timeout_ms: milliseconds to wait at least, the wait for one's turn included;
 *	0 for ever
 * @flags: 0
 * @reserved: 0
 */
struct edu_dma {
	__u64	buffer;
	__u32	offset;
	__u32	length;
	__u32	direction;
	__u32	timeout_ms;
	__u32	flags;
	__u32	reserved;
};

/**
 * struct edu_info - what a device is, written by the kernel
 * @line: its line in irqline, ended by a 0
 * @id: the device's identification register, 0xRRrr00ed: version RR.rr
 * @revision: the revision that its PCI function has
 * @buffer_size: bytes of its buffer
 * @buffer_usable: how many of them, from 0, can be used
 * @dma_bits: bits of an address that its transfers reach
 * @reserved: 0
 */
struct edu_info {
	char	line[32];
	__u32	id;
	__u32	revision;
	__u32	buffer_size;
	__u32	buffer_usable;
	__u32	dma_bits;
	__u32	reserved[11];
};

/* All but EDU_IOC_INFO need the file open for writing. */

/* Raise these sources; at least one. */
#define EDU_IOC_RAISE		_IOW(0xed, 0x00, __u32)
/* Compute, and wait for the answer. */
#define EDU_IOC_FACTORIAL	_IOWR(0xed, 0x01, struct edu_factorial)
/* Likewise, for so long at most. */
#define EDU_IOC_FACTORIAL_TIMED	_IOWR(0xed, 0x02, struct edu_factorial_timed)
/* Copy to or from the device's buffer, and wait for the end. */
#define EDU_IOC_DMA		_IOW(0xed, 0x03, struct edu_dma)
/* What it is. */
#define EDU_IOC_INFO		_IOR(0xed, 0x04, struct edu_info)

#endif /* _UAPI_LINUX_EDU_H */
