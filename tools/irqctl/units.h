/* SPDX-License-Identifier: GPL-2.0-only */
/* Numbers as people read them. */
#ifndef IRQCTL_UNITS_H
#define IRQCTL_UNITS_H

#include <stddef.h>
#include <linux/types.h>

#define UNITS_SIZE	32

/* 812ns, 8.21us, 13.4ms, 1.02s */
void units_time(char text[UNITS_SIZE], __u64 ns);

/* 512B, 16K, 1.5M */
void units_size(char text[UNITS_SIZE], __u64 bytes);

/*
 * A bar as long as that many eighths of a character: of blocks where the locale
 * has them, else of number signs.
 */
void units_bar(char *text, size_t size, unsigned int eighths);

#endif
