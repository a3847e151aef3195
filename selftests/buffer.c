// SPDX-License-Identifier: GPL-2.0-only
#include <stdint.h>
#include <string.h>

#include "buffer.h"
#include "dev.h"
#include "util.h"

struct edu_dma buffer_request(__u32 direction, __u32 offset, __u32 length,
			      void *data)
{
	return (struct edu_dma) {
		.buffer = (uintptr_t)data, .offset = offset, .length = length,
		.direction = direction,
	};
}

static void buffer_copy(int fd, struct edu_dma request)
{
	int err = dev_error(fd, EDU_IOC_DMA, &request);

	if (err)
		die("%u bytes at %u: %s", request.length, request.offset,
		    strerror(err));
}

void buffer_write(int fd, __u32 offset, __u32 length, const void *data)
{
	buffer_copy(fd, buffer_request(EDU_DMA_TO_DEVICE, offset, length,
				       (void *)data));
}

void buffer_read(int fd, __u32 offset, __u32 length, void *data)
{
	buffer_copy(fd, buffer_request(EDU_DMA_FROM_DEVICE, offset, length,
				       data));
}
