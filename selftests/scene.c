// SPDX-License-Identifier: GPL-2.0-only
#include "kselftest.h"
#include "dev.h"
#include "scene.h"

#define ARRAY_LEN(array)	(sizeof(array) / sizeof((array)[0]))

static const struct {
	const char *name;
	struct value values[VALUES_MAX];
} handlers[] = {
	{ PLAIN, { } },
	{ SLEEPER, { T(IRQLINE_A_HANDLER_BOTTOM, "kthread"),
		     N(IRQLINE_A_HANDLER_WORK, IRQLINE_WORK_SLEEP),
		     L(IRQLINE_A_HANDLER_WORK_TIME, 1000) } },
	{ SPINNER, { T(IRQLINE_A_HANDLER_BOTTOM, "workqueue"),
		     N(IRQLINE_A_HANDLER_WORK, IRQLINE_WORK_SPIN),
		     L(IRQLINE_A_HANDLER_WORK_TIME,
		       IRQLINE_SPIN_TIME_MAX + 1) } },
	{ URGENT, { T(IRQLINE_A_HANDLER_BOTTOM, "kthread"),
		    N(IRQLINE_A_HANDLER_SCHED, IRQLINE_SCHED_FIFO),
		    N(IRQLINE_A_HANDLER_SCHED_PRIORITY, 1) } },
	{ GREEDY, { N(IRQLINE_A_HANDLER_BUDGET, 65) } },
	{ POLLER, { T(IRQLINE_A_HANDLER_BOTTOM, "napi") } },
	{ HOLDER, { N(IRQLINE_A_HANDLER_QUEUE, 64),
		    N(IRQLINE_A_HANDLER_OVERFLOW,
		      IRQLINE_OVERFLOW_BACKPRESSURE),
		    N(IRQLINE_A_HANDLER_HIGH, 48),
		    N(IRQLINE_A_HANDLER_LOW, 15) } },
	{ DEEP, { N(IRQLINE_A_HANDLER_QUEUE, 64),
		  N(IRQLINE_A_HANDLER_LOW, 63) } },
};

void scene_add(struct nl *nl, const char *name, const struct value *values)
{
	struct nl_msg msg;

	request_handler(&msg, IRQLINE_CMD_HANDLER_NEW, LINE, name);
	nl_put_u32(&msg, IRQLINE_A_HANDLER_SOURCES, 0x2);
	put_values(&msg, values);
	nl_must(nl, &msg, NULL);
}

static bool all_idle(struct nl *nl)
{
	unsigned int i;

	for (i = 0; i < ARRAY_LEN(handlers); i++) {
		if (stats_pending(nl, LINE, handlers[i].name))
			return false;
	}
	return true;
}

/* One event each, so that no count is 0 by chance. */
static void add_counts(struct nl *nl)
{
	int fd = dev_open(LINE, O_RDWR);
	struct irqline_event event;

	dev_raise(fd, 0x2);
	dev_next(fd, handler_id(nl, LINE, SPINNER), &event);
	WAIT_UNTIL(all_idle(nl), patience(10), "all events handled");
	close(fd);
}

void scene_open(struct scene *scene)
{
	unsigned int i;

	objects_open(&scene->nl);
	for (i = 0; i < ARRAY_LEN(handlers); i++)
		scene_add(&scene->nl, handlers[i].name, handlers[i].values);
	add_counts(&scene->nl);
	world_get(&scene->nl, &scene->before);
}

void scene_close(struct scene *scene)
{
	caps_restore();
	world_free(&scene->before);
	objects_reset(&scene->nl);
	nl_close(&scene->nl);
	if (scene->refused)
		ksft_print_msg("%u requests refused\n", scene->refused);
}

void request_settings(struct nl_msg *msg, __u8 cmd, const char *name,
		      const struct value *values)
{
	request_handler(msg, cmd, LINE, name);
	if (cmd == IRQLINE_CMD_HANDLER_NEW &&
	    !has_value(values, IRQLINE_A_HANDLER_SOURCES))
		nl_put_u32(msg, IRQLINE_A_HANDLER_SOURCES, 0x4);
	put_values(msg, values);
}

const char *scene_change(struct scene *scene)
{
	const char *what;
	struct world now;

	world_get(&scene->nl, &now);
	what = world_differs(&scene->before, &now);
	world_free(&now);
	return what;
}
