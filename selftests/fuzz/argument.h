/* SPDX-License-Identifier: GPL-2.0-only */
/* The commands of ioctl(), ours and those beside them, and their arguments. */
#ifndef ARGUMENT_H
#define ARGUMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <linux/types.h>

bool argument_is_known(unsigned int cmd);
unsigned int argument_pick_command(__u32 *seed);
size_t argument_size(unsigned int cmd);

/* An argument by a seed, good or odd. The address is for those that hold one. */
void argument_fill(void *arg, unsigned int cmd, __u32 seed, unsigned long address);

#endif /* ARGUMENT_H */
