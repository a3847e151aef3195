/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Keeps requests from what irqline allows to the administrator and a fuzzer could not
 * live with: bottom halves that take seconds each time, and a witness that does not
 * hear of events any more. The times may be as long as they like in the handler that
 * is called idle, whose source nobody raises; the witness can be switched, but keeps
 * its sources, its rank and its queue.
 */
#ifndef GUARD_H
#define GUARD_H

#include "request.h"

/* A source that only the handler called idle has, and one for the check of a burst. */
#define GUARD_IDLE_SOURCE	0x80000000U

/* What else would be sent to the family; all messages of the datagram. */
void guard(struct datagram *datagram, __u16 family);

#endif /* GUARD_H */
