// SPDX-License-Identifier: GPL-2.0-only
/*
 * How long an event has to wait at worst while its handler is switched without pause. A
 * timer raises at times that have nothing to do with the requests. What it is compared
 * with is the slower strategy of the two, while the same process sends as many requests
 * in the same time that only look.
 */
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <errno.h>

#include "dev.h"
#include "report.h"
#include "rig.h"
#include "rows.h"

/* A round gives one figure, the longest wait of so many events. */
#define EVENTS	64
#define ROUNDS	8

static const struct bench_storm storm = {
	.source = BENCH_SOURCE,
	.count = EVENTS,
	.period_ns = 40000,
	.jitter_ns = 40000,
};

static void begin_storm(struct rig *rig)
{
	if (ioctl(rig->line.fd, BENCH_IOC_STORM, &storm))
		die("cannot raise from a timer: %s", strerror(errno));
}

static bool storm_over(struct rig *rig, __u32 first)
{
	return rig->line.stamps->bodies - first >= EVENTS;
}

static __u64 longest_wait(struct rig *rig, __u32 first)
{
	__u64 longest = 0, wait;
	unsigned int i;

	for (i = 0; i < EVENTS; i++) {
		wait = rig->line.stamps->kept[(first + i) % BENCH_KEPT];
		if (wait > longest)
			longest = wait;
	}
	return longest;
}

static void prepare(struct nl_msg *msg, __u8 cmd, const char *bottom)
{
	request_handler(msg, cmd, BENCH_LINE, BENCH_HANDLER);
	if (bottom)
		nl_put_str(msg, IRQLINE_A_HANDLER_BOTTOM, bottom);
}

/* Returns how long a request took in the mean, the next one included. */
static __u64 switch_under_storm(struct rig *rig, const char *a, const char *b,
				struct series *waits)
{
	struct nl_msg msg[2];
	unsigned int n = 0;
	__u64 start, end;
	__u32 first;

	line_bottom(rig, a);
	prepare(&msg[0], IRQLINE_CMD_HANDLER_SET, b);
	prepare(&msg[1], IRQLINE_CMD_HANDLER_SET, a);
	first = rig->line.stamps->bodies;
	begin_storm(rig);
	start = stamp();
	while (!storm_over(rig, first))
		nl_must(&rig->nl, &msg[n++ % 2], NULL);
	end = stamp();
	series_add(waits, longest_wait(rig, first));
	return (end - start) / n;
}

static void look_under_storm(struct rig *rig, const char *bottom, __u64 pace,
			     struct series *waits)
{
	struct nl_msg msg;
	__u64 next;
	__u32 first;

	line_bottom(rig, bottom);
	prepare(&msg, IRQLINE_CMD_HANDLER_GET, NULL);
	first = rig->line.stamps->bodies;
	begin_storm(rig);
	next = stamp();
	while (!storm_over(rig, first)) {
		nl_must(&rig->nl, &msg, NULL);
		next += pace;
		while (stamp() < next && !storm_over(rig, first))
			;
	}
	series_add(waits, longest_wait(rig, first));
}

static __u64 median(const struct series *series)
{
	return series_summary(series).median;
}

static void measure(struct rig *rig, const char *a, const char *b)
{
	struct series switching = { }, with_a = { }, with_b = { };
	char name[64];
	unsigned int i;
	__u64 pace;

	give_way(true);
	for (i = 0; i < ROUNDS; i++) {
		pace = switch_under_storm(rig, a, b, &switching);
		look_under_storm(rig, a, pace, &with_a);
		look_under_storm(rig, b, pace, &with_b);
	}
	give_way(false);
	snprintf(name, sizeof(name), "%s and %s", a, b);
	if (median(&with_a) > median(&with_b)) {
		report_row(name, BAR_WAIT, RATIO, &switching, &with_a);
		series_free(&with_b);
	} else {
		report_row(name, BAR_WAIT, RATIO, &switching, &with_b);
		series_free(&with_a);
	}
}

void rows_waits(struct rig *rig)
{
	unsigned int i, j;

	report_table("Longest wait of 64 events, raise to body", "switching",
		     "looking");
	for (i = 0; i < FIVE; i++)
		for (j = i + 1; j < FIVE; j++)
			measure(rig, five[i], five[j]);
	line_bottom(rig, "tasklet");
}
