/* SPDX-License-Identifier: GPL-2.0-only */
/* What a target of libFuzzer's counts and demands. */
#ifndef CHECK_H
#define CHECK_H

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

/* A property that does not hold is a crash, so that the input is kept. */
#define CHECK(condition) do {						\
	if (!(condition)) {						\
		dprintf(STDERR_FILENO, "%s:%d: not true: %s\n", __FILE__, \
			__LINE__, #condition);				\
		abort();						\
	}								\
} while (0)

/* Counted, and told at the end; none of either is a failure of the target. */
void check_count(const char *error);

#endif /* CHECK_H */
