// SPDX-License-Identifier: GPL-2.0-only
/* irqctl monitor */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "view.h"

static const char help[] =
	"Usage: irqctl monitor [config|alert]\n"
	"\n"
	"Prints the state, then every change, a line for each, until interrupted.\n"
	"\n"
	"  config  lines and handlers: their state, then add, del and change\n"
	"  alert   overflow-begin and overflow-end: counts of a handler at that moment\n"
	"\n"
	"Without a word, both. When changes come so fast that some are lost, prints\n"
	"notifications-lost and the state again. With -j, each line is a JSON object.\n";

struct monitor {
	struct args *args;
	struct irqnl *nl;
	bool config;
	bool alert;
};

static const struct {
	const struct view *view;
	const char *event;
} kinds[IRQLINE_CMD_MAX + 1] = {
	[IRQLINE_CMD_LINE_GET]		 = { &line_view, "state" },
	[IRQLINE_CMD_LINE_ADD_NTF]	 = { &line_view, "add" },
	[IRQLINE_CMD_LINE_DEL_NTF]	 = { &line_view, "del" },
	[IRQLINE_CMD_LINE_CHANGE_NTF]	 = { &line_view, "change" },
	[IRQLINE_CMD_HANDLER_GET]	 = { &handler_view, "state" },
	[IRQLINE_CMD_HANDLER_ADD_NTF]	 = { &handler_view, "add" },
	[IRQLINE_CMD_HANDLER_DEL_NTF]	 = { &handler_view, "del" },
	[IRQLINE_CMD_HANDLER_CHANGE_NTF] = { &handler_view, "change" },
	[IRQLINE_CMD_ALERT_NTF]		 = { &stats_view, "alert" },
};

static struct out_style event_style(const char *event)
{
	struct out_style style = irqctl_style();

	if (style.form == OUT_TABLE)
		style.form = OUT_LINE;
	style.pretty = false;
	style.event = event;
	return style;
}

/* A reply counts as a part of the state, a notification as a change of it. */
static int print_event(const struct attrs *attrs, void *arg)
{
	const struct view *view = kinds[attrs->cmd].view;
	struct out_style style = event_style(kinds[attrs->cmd].event);

	(void)arg;
	if (!view)
		return 0;
	if (attrs->set == &spec_stats && attrs->tb[IRQLINE_A_STATS_ALERT])
		style.event = attrs_text(attrs, IRQLINE_A_STATS_ALERT);
	return view_print(view, &style, attrs);
}

static int print_lost(void)
{
	static const struct out_column none[] = { { } };
	struct out_style style = event_style("notifications-lost");
	struct out *out = out_open("monitor", none, &style);

	if (!out)
		return -ENOMEM;
	out_row(out);
	return out_close(out);
}

static int print_objects(struct monitor *monitor, int cmd)
{
	struct settings request = { .set = spec_of_command(cmd) };

	return settings_dump(&request, monitor->args, cmd, print_event, NULL);
}

/* Alerts have none: they are about moments. */
static int print_state(struct monitor *monitor)
{
	int status;

	if (!monitor->config)
		return STATUS_OK;
	status = print_objects(monitor, IRQLINE_CMD_LINE_GET);
	return status ? status : print_objects(monitor, IRQLINE_CMD_HANDLER_GET);
}

static int join(struct monitor *monitor)
{
	int err = 0;

	if (monitor->config)
		err = irqnl_join(monitor->nl, IRQLINE_MCGRP_CONFIG);
	if (!err && monitor->alert)
		err = irqnl_join(monitor->nl, IRQLINE_MCGRP_ALERT);
	return err ? args_fail(monitor->args, "notifications: %s", strerror(-err)) : STATUS_OK;
}

/* Listens before it prints the state, so that no change falls in between. */
static int start(struct monitor *monitor)
{
	int status = irqctl_open(monitor->args, &monitor->nl);

	if (status == STATUS_OK)
		status = join(monitor);
	return status ? status : print_state(monitor);
}

/* What is still queued is older than the state to come, so it goes, too. */
static int start_again(struct monitor *monitor)
{
	int err;

	irqnl_close(monitor->nl);
	monitor->nl = NULL;
	err = print_lost();
	return err ? args_written(monitor->args, err) : start(monitor);
}

static int receive(struct monitor *monitor)
{
	int err = irqnl_receive(monitor->nl, print_event, NULL);

	if (err == -ENOBUFS)
		return start_again(monitor);
	if (err == -ENODEV)
		return args_fail(monitor->args, "irqline has been unloaded");
	return err ? args_fail(monitor->args, "%s", strerror(-err)) : STATUS_OK;
}

/* Until a signal comes, or the reader of our output goes. */
static int watch(struct monitor *monitor, int signals)
{
	struct pollfd fds[] = {
		{ .fd = signals, .events = POLLIN },
		{ .events = POLLIN },
		{ .fd = STDOUT_FILENO },
	};
	int status = STATUS_OK;

	while (status == STATUS_OK) {
		fds[1].fd = irqnl_fd(monitor->nl);
		if (poll(fds, ARRAY_SIZE(fds), -1) < 0)
			return args_fail(monitor->args, "poll: %s", strerror(errno));
		if (fds[0].revents)
			return STATUS_OK;
		if (fds[1].revents)
			status = receive(monitor);
		else if (fds[2].revents)
			status = args_written(monitor->args, -EPIPE);
	}
	return status;
}

static int open_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	if (sigprocmask(SIG_BLOCK, &set, NULL))
		return -1;
	return signalfd(-1, &set, SFD_CLOEXEC);
}

static int parse(struct args *args, struct monitor *monitor)
{
	if (!*args->words) {
		monitor->config = true;
		monitor->alert = true;
		return STATUS_OK;
	}
	monitor->config = args_take(args, "config");
	monitor->alert = args_take(args, "alert");
	if (!monitor->config && !monitor->alert)
		return args_bad(args, *args->words, "neither config nor alert");
	return args_end(args);
}

static int run(struct args *args)
{
	struct monitor monitor = { .args = args };
	int status, signals;

	if (parse(args, &monitor))
		return STATUS_USAGE;
	signals = open_signals();
	if (signals < 0)
		return args_fail(args, "signals: %s", strerror(errno));
	status = start(&monitor);
	if (status == STATUS_OK)
		status = watch(&monitor, signals);
	irqnl_close(monitor.nl);
	close(signals);
	return status;
}

const struct object monitor_object = { .name = "monitor", .help = help, .run = run };
