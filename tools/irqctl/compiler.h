/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef IRQCTL_COMPILER_H
#define IRQCTL_COMPILER_H

#define ARRAY_SIZE(array)	(sizeof(array) / sizeof((array)[0]))
#define __printf(a, b)		__attribute__((format(printf, a, b)))

#endif
