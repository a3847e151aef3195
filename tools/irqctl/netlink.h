/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Requests to and notifications from irqline's generic-netlink family. Nothing
 * here prints. Functions that can fail return 0 or a negative errno.
 */
#ifndef IRQCTL_NETLINK_H
#define IRQCTL_NETLINK_H

#include <stdbool.h>

#include "attrs.h"
#include "extack.h"
#include "spec.h"

struct irqnl;

/* A request in the making. A failure is kept for the call to report. */
struct irqnl_request {
	struct nl_msg *msg;
	const struct spec_set *set;
	bool failed;
};

/* Takes one message; a negative result ends the call with it. */
typedef int (*irqnl_fn)(const struct attrs *attrs, void *arg);

/* -ENOENT: the kernel has no such family, so irqline is not loaded. */
int irqnl_open(struct irqnl **nl);
void irqnl_close(struct irqnl *nl);

void irqnl_begin(struct irqnl *nl, struct irqnl_request *request, int cmd);
void irqnl_put(struct irqnl_request *request, int attr, __u64 number);
void irqnl_put_text(struct irqnl_request *request, int attr, const char *text);

/* Frees a request that is not to be sent. */
void irqnl_drop(struct irqnl_request *request);

/* Sends the request, waits for the answer and frees the request in any case. */
int irqnl_call(struct irqnl *nl, struct irqnl_request *request, irqnl_fn fn, void *arg);

/*
 * The same for a dump. @fn sees consistent ones only: a dump that a change has
 * interrupted is thrown away and read again, -EAGAIN if that never ends.
 */
int irqnl_dump(struct irqnl *nl, struct irqnl_request *request, irqnl_fn fn, void *arg);

/* What the last call or dump has failed with. */
const struct extack *irqnl_error(const struct irqnl *nl);

/* Joins a multicast group. A connection that has joined one makes no calls. */
int irqnl_join(struct irqnl *nl, const char *group);

/* To be polled for notifications. */
int irqnl_fd(const struct irqnl *nl);

/*
 * Hands the notifications that have come, up to a datagram of them, to @fn.
 * -ENOBUFS: the kernel has dropped some; -ENODEV: irqline has been unloaded.
 */
int irqnl_receive(struct irqnl *nl, irqnl_fn fn, void *arg);

#endif
