// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a switch costs: the change itself, and all that a process spends on it, the
 * request with its answer and the notification that another socket receives.
 */
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "report.h"
#include "rig.h"
#include "rows.h"

const char *const five[] = {
	"inline", "tasklet", "bh", "workqueue", "irq-thread"
};

/* Each of these is tried with all of the five, or with a tasklet alone. */
static const struct {
	const char *name;
	unsigned int with;
	enum bar bar;
} others[] = {
	{ "kthread",	FIVE,	BAR_REQUEST_KTHREAD },
	{ "napi",	1,	BAR_NONE },
	{ "irq-poll",	1,	BAR_NONE },
	{ "uio",	1,	BAR_NONE },
};

#define CYCLES	"/sys/module/bench_probe/parameters/cycles"

static __u64 read_cycles(void)
{
	unsigned long long cycles;
	char text[32];

	if (!file_read(CYCLES, text, sizeof(text)) ||
	    sscanf(text, "%llu", &cycles) != 1)
		die("cannot read %s", CYCLES);
	return cycles;
}

static void await_notification(struct nl *listener)
{
	if (recv(listener->fd, listener->buf, sizeof(listener->buf), 0) <= 0)
		die("no notification of a switch");
}

static __u64 request(struct rig *rig, struct nl *listener, const char *bottom)
{
	struct nl_msg msg;
	__u64 start;

	request_handler(&msg, IRQLINE_CMD_HANDLER_SET, BENCH_LINE, BENCH_HANDLER);
	nl_put_str(&msg, IRQLINE_A_HANDLER_BOTTOM, bottom);
	start = stamp();
	nl_must(&rig->nl, &msg, NULL);
	await_notification(listener);
	return stamp() - start;
}

/* Back and forth between two. */
static void measure(struct rig *rig, struct nl *listener, const char *a,
		    const char *b, bool itself, struct series *to_a,
		    struct series *to_b)
{
	unsigned int i;
	__u64 whole;

	line_bottom(rig, a);
	while (recv(listener->fd, listener->buf, sizeof(listener->buf),
		    MSG_DONTWAIT) > 0)
		;
	for (i = 0; i < WARM_UP + rig->runs; i++) {
		whole = request(rig, listener, b);
		if (i >= WARM_UP)
			series_add(to_b, itself ? read_cycles() : whole);
		whole = request(rig, listener, a);
		if (i >= WARM_UP)
			series_add(to_a, itself ? read_cycles() : whole);
	}
}

static void add_row(const char *from, const char *to, enum bar bar,
		    struct series *series)
{
	char name[64];

	snprintf(name, sizeof(name), "%s to %s", from, to);
	report_row(name, bar, ALONE, series, NULL);
}

static void add_pair(struct rig *rig, struct nl *listener, const char *a,
		     const char *b, bool itself, enum bar bar)
{
	struct series to_a = { }, to_b = { };

	measure(rig, listener, a, b, itself, &to_a, &to_b);
	add_row(a, b, bar, &to_b);
	add_row(b, a, bar, &to_a);
}

static void report(struct rig *rig, struct nl *listener, bool itself)
{
	unsigned int i, j;

	report_table(itself ? "A switch itself" :
		     "The whole request for a switch, with its notification",
		     itself ? "the change" : "the request", "");
	for (i = 0; i < FIVE; i++)
		for (j = i + 1; j < FIVE; j++)
			add_pair(rig, listener, five[i], five[j], itself,
				 itself ? BAR_SWITCH : BAR_REQUEST);
	for (i = 0; i < sizeof(others) / sizeof(*others); i++)
		for (j = 0; j < others[i].with; j++)
			add_pair(rig, listener,
				 others[i].with == 1 ? "tasklet" : five[j],
				 others[i].name, itself,
				 itself ? BAR_NONE : others[i].bar);
	line_bottom(rig, "tasklet");
}

/* Reloads the minimal driver, which has its device at once. */
static void report_reload(struct rig *rig, struct nl *listener)
{
	struct series to_tasklet = { }, to_thread = { }, reload = { };
	unsigned int i, runs = rig->runs / 8;
	__u64 start;

	rig_detach_bare(rig);
	for (i = 0; i < runs; i++) {
		start = stamp();
		module_unload("bench_bare");
		module_load(rig->modules, "bench_bare");
		series_add(&reload, stamp() - start);
	}
	rig_attach_bare(rig);
	measure(rig, listener, "tasklet", "irq-thread", false, &to_tasklet,
		&to_thread);
	series_free(&to_tasklet);
	report_table("A switch, instead of another driver", "the request",
		     "rmmod, insmod");
	report_row("tasklet to irq-thread", BAR_RELOAD, RATIO, &to_thread, &reload);
}

void rows_switches(struct rig *rig)
{
	static struct nl listener;

	nl_open(&listener, IRQLINE_FAMILY_NAME);
	nl_join(&listener, IRQLINE_FAMILY_NAME, IRQLINE_MCGRP_CONFIG);
	module_load(rig->modules, "bench_probe");
	report(rig, &listener, true);
	module_unload("bench_probe");
	report(rig, &listener, false);
	report_reload(rig, &listener);
	nl_close(&listener);
}
