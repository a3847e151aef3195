/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Registers of QEMU's edu device, after its docs/specs/edu. Below 0x80 it takes
 * accesses of four bytes only.
 */
#ifndef _EDU_REGS_H
#define _EDU_REGS_H

#define EDU_VENDOR		0x1234
#define EDU_DEVICE		0x11e8

#define EDU_BAR			0

#define EDU_ID			0x00	/* 0xRRrr00ed */
#define EDU_ID_MASK		0x0000ffff
#define EDU_ID_VALUE		0x000000ed
#define EDU_LIVENESS		0x04	/* reads as the complement */
#define EDU_FACTORIAL		0x08	/* operand, then result */
#define EDU_STATUS		0x20
#define EDU_STATUS_COMPUTING	0x01
#define EDU_STATUS_INTERRUPT	0x80	/* raise source 0x1 when done */
#define EDU_IRQ_STATUS		0x24
#define EDU_IRQ_RAISE		0x60	/* status |= value; 0 sends it again */
#define EDU_IRQ_ACK		0x64	/* status &= ~value */
#define EDU_DMA_SOURCE		0x80	/* a short write clears the rest */
#define EDU_DMA_DESTINATION	0x88
#define EDU_DMA_COUNT		0x90
#define EDU_DMA_COMMAND		0x98
#define EDU_DMA_BUSY		0x01	/* begins, and stays until it is over */
#define EDU_DMA_TO_RAM		0x02	/* else to the device */
#define EDU_DMA_INTERRUPT	0x04	/* raise source 0x100 when done */

#define EDU_BUFFER		0x40000	/* an address for DMA alone */
#define EDU_DMA_BITS		28	/* of an address; the rest is cut off */

#endif /* _EDU_REGS_H */
