/* SPDX-License-Identifier: GPL-2.0-only */
/* What the two halves of a flow have from each other: flow.c raises, flow_reader.c reads. */
#ifndef FLOW_PARTS_H
#define FLOW_PARTS_H

#include "flow.h"

/* Under the lock. Only the first failure is kept: others follow from it. */
void flow_fail(struct flow *flow, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/*
 * Likewise, after a report of where the event may be; drops the lock meanwhile. Takes a
 * second or two.
 */
void flow_stall(struct flow *flow, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* Some call says that there is no such device, or line. */
void flow_gone(struct flow *flow, const char *call);
void flow_count(__u64 *counts, __u32 sources);

void flow_reader_open(struct flow *flow);
void flow_reader_close(struct flow *flow);
/* The thread that reads. */
void *flow_read(void *arg);

#endif /* FLOW_PARTS_H */
