/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * irqline's objects as the tests handle them: requests that must succeed, and
 * replies as structs. What a test is about is done with nl.h by itself.
 */
#ifndef OBJECTS_H
#define OBJECTS_H

#include <linux/irqline.h>

#include "nl.h"
#include "util.h"

/* The line that most tests use, and its neighbour. */
#define LINE		"edu0"
#define NEIGHBOUR	"edu1"
/* A third one, where there is one, is for another driver. */
#define SPARE		"edu2"
/* Sources that no device raises by itself. */
#define SOURCES_FREE	0xfffffefeU

struct hist {
	__u64 count, sum, maximum;
};

struct stats {
	int lane;		/* or -1: the sum of all lanes */
	__u64 taken, handled, dropped, merged, pending;
	__u64 switches, switches_owned, owed;
	__u64 context[IRQLINE_CONTEXT_TASK + 1];
	__u64 cpu[CPUS_MAX];
	__u32 pid;
	char comm[32];
	struct hist latency, runtime;
};

struct strategy {
	char name[IRQLINE_NAME_MAX + 1];
	char since[16];		/* "" if all kernels have it */
	char softirq[32];	/* "" if it runs on none */
	__u32 kind, context, settings, order, place;
	bool available, may_sleep;
};

#define STRATEGIES_MAX	32

/* A socket to irqline; removes what a failed test before may have left. */
void objects_open(struct nl *nl);
/* Deletes all handlers but the devices' own, and takes settings back. */
void objects_reset(struct nl *nl);

void request_line(struct nl_msg *msg, __u8 cmd, const char *line);
void request_handler(struct nl_msg *msg, __u8 cmd, const char *line,
		     const char *name);

bool line_exists(struct nl *nl, const char *line);
void line_get(struct nl *nl, const char *line, struct nl_list *reply);
__u32 line_u32(struct nl *nl, const char *line, __u16 type);
__u64 line_u64(struct nl *nl, const char *line, __u16 type);
void line_clock(struct nl *nl, const char *line, bool on);
void line_delivery(struct nl *nl, const char *line, __u32 delivery);
/* Returns the error that says why it cannot be had, or 0. */
int try_delivery(struct nl *nl, const char *line, __u32 delivery);
/*
 * Has LINE and NEIGHBOUR interrupt by INTx. Returns why they do not share it, or
 * NULL.
 */
const char *lines_share(struct nl *nl);
void request_top(struct nl_msg *msg, const char *line, const char *top);
void line_top(struct nl *nl, const char *line, const char *top);
/*
 * Returns whether it can be had. Else, as after may_be_hindered(), the answer
 * says who is in the way.
 */
bool try_top(struct nl *nl, const char *line, const char *top);
/* After a failure: may another driver, on the same INTx, be the reason? */
bool may_be_hindered(struct nl *nl, const char *line);
/* Which CPUs take the interrupt from now on, and until it really does. */
void line_affinity(struct nl *nl, const char *line, int cpu);
/* The same, but whoever comes next may still be elsewhere. */
void line_affinity_soon(struct nl *nl, const char *line, int cpu);

/* Return the handler's id. */
__u32 handler_new(struct nl *nl, const char *line, const char *name,
		  __u32 sources, const char *bottom);
__u32 handler_id(struct nl *nl, const char *line, const char *name);
void handler_get(struct nl *nl, const char *line, const char *name,
		 struct nl_list *reply);
/* Returns how many events were pending. */
__u64 handler_del(struct nl *nl, const char *line, const char *name);
void handler_bottom(struct nl *nl, const char *line, const char *name,
		    const char *bottom);
void handler_work(struct nl *nl, const char *line, const char *name,
		  __u32 work, __u64 ns);
/* Sets one attribute of 32 bits, signed or not. */
void handler_set_u32(struct nl *nl, const char *line, const char *name,
		     __u16 type, __u32 value);
__u32 handler_u32(struct nl *nl, const char *line, const char *name,
		  __u16 type);

void stats_get(struct nl *nl, const char *line, const char *handler,
	       struct stats *stats);
/* One lane of a handler that has one for each CPU. */
void stats_get_lane(struct nl *nl, const char *line, const char *handler,
		    int lane, struct stats *stats);
/* How many lanes a dump tells of. */
int stats_lanes(struct nl *nl, const char *line, const char *handler);
__u64 stats_pending(struct nl *nl, const char *line, const char *handler);
__u64 stats_taken(struct nl *nl, const char *line, const char *handler);
/* Raises once, and waits until the top half has taken it for the handler. */
void raise_taken(struct nl *nl, int fd, const char *line, const char *handler,
		 __u32 sources);
void stats_reset(struct nl *nl, const char *line, const char *handler);
/* taken = handled + dropped + merged + pending */
bool stats_add_up(const struct stats *stats);
/*
 * Do all lanes of all handlers of a line? A dump, while they come and go. Else
 * tells of the first that does not.
 */
bool stats_all_add_up(struct nl *nl, const char *line, char *text, size_t size);

/* Which alert a message is, IRQLINE_ALERT_*, and the counts that it tells. */
__u32 alert_parse(const struct nlmsghdr *header, struct stats *stats);

/* All bottom strategies that irqline knows, in its order. Returns how many. */
int strategies(struct nl *nl, struct strategy *list);
int strategies_available(struct nl *nl, struct strategy *list);
/* Fills in one; ends the test if irqline does not know it. */
void strategy_find(struct nl *nl, const char *name, struct strategy *strategy);
/* It is unavailable, and this kernel is older than the first that has it. */
/* It takes this one of IRQLINE_SETTING_*. */
bool strategy_takes(const struct strategy *strategy, __u32 setting);
bool strategy_lacks_kernel(const struct strategy *strategy);
/* The running kernel is older than this release, such as "6.9". */
bool kernel_before(const char *release);

#endif /* OBJECTS_H */
