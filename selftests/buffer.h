/* SPDX-License-Identifier: GPL-2.0-only */
/* The device's buffer, as its character device copies to and from it. */
#ifndef BUFFER_H
#define BUFFER_H

#include <linux/edu.h>

struct edu_dma buffer_request(__u32 direction, __u32 offset, __u32 length,
			      void *data);
/* These end the test if they fail. */
void buffer_write(int fd, __u32 offset, __u32 length, const void *data);
void buffer_read(int fd, __u32 offset, __u32 length, void *data);

#endif /* BUFFER_H */
