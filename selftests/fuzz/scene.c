// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <string.h>

#include "fuzz.h"
#include "kselftest.h"
#include "taps.h"
#include "scene.h"

static const char * const names[SCENE_LINES] = { LINE, NEIGHBOUR };

static void drain(struct scene *scene, int fd)
{
	struct irqline_event events[64];
	int count;

	while ((count = dev_read(fd, events, ARRAY_SIZE(events), 0)))
		scene->read += count;
}

/* Raises whatever it likes, in bursts with pauses, and reads what comes of it. */
static void *make_noise(void *arg)
{
	struct scene *scene = arg;
	__u32 seed = scene->seed, sources;
	int i;

	while (!__atomic_load_n(&scene->stop, __ATOMIC_ACQUIRE)) {
		for (i = 0; i < scene->lines; i++) {
			sources = random_u32(&seed) & random_u32(&seed) & SCENE_NOISE;
			if (sources)
				dev_raise(scene->writers[i], sources);
			scene->raised++;
			drain(scene, scene->readers[i]);
		}
		if (!fuzz_chance(&seed, 4))
			pause_ms(1 + random_below(&seed, 4));
	}
	return NULL;
}

static void start_noise(struct scene *scene)
{
	int i;

	scene->lines = line_exists(&scene->nl, NEIGHBOUR) ? 2 : 1;
	for (i = 0; i < scene->lines; i++) {
		scene->writers[i] = dev_open(names[i], O_WRONLY);
		scene->readers[i] = dev_open(names[i], O_RDONLY | O_NONBLOCK);
		scene->deaf[i] = dev_open(names[i], O_RDONLY | O_NONBLOCK);
	}
	if (pthread_create(&scene->noise, NULL, make_noise, scene))
		die("cannot start a thread");
}

static void stop_noise(struct scene *scene)
{
	int i;

	__atomic_store_n(&scene->stop, true, __ATOMIC_RELEASE);
	pthread_join(scene->noise, NULL);
	for (i = 0; i < scene->lines; i++) {
		close(scene->writers[i]);
		close(scene->readers[i]);
		close(scene->deaf[i]);
	}
}

/* Before all others, so that nobody can be exclusive to it. */
static void add_witness(struct scene *scene)
{
	struct nl_msg msg;

	request_handler(&msg, IRQLINE_CMD_HANDLER_NEW, LINE, VALID_WITNESS);
	nl_put_u32(&msg, IRQLINE_A_HANDLER_SOURCES, SCENE_FLOW);
	nl_put_u32(&msg, IRQLINE_A_HANDLER_PRIORITY, IRQLINE_PRIORITY_MAX);
	nl_must(&scene->nl, &msg, NULL);
	scene->flow = (struct flow) {
		.line = LINE, .name = VALID_WITNESS, .sources = SCENE_FLOW,
		.raiser_cpu = -1, .reader_cpu = -1, .seed = scene->seed, .percpu = true,
	};
	flow_start(&scene->flow, &scene->nl);
}

void scene_open(struct scene *scene, __u32 seed)
{
	memset(scene, 0, sizeof(*scene));
	scene->seed = seed;
	objects_open(&scene->nl);
	vocabulary_learn(&scene->words, &scene->nl);
	add_witness(scene);
	start_noise(scene);
}

/* What the header promises of a setting that is in force. */
struct limit {
	__u16 type;
	bool wide;		/* 64 bits; else 32, signed */
	__s64 min, max;
};

static const struct limit handler_limits[] = {
	{ IRQLINE_A_HANDLER_PRIORITY, false, IRQLINE_PRIORITY_MIN, IRQLINE_PRIORITY_MAX },
	{ IRQLINE_A_HANDLER_EXCLUSIVE, false, 0, 1 },
	{ IRQLINE_A_HANDLER_CPU, false, -1, CPUS_MAX - 1 },
	{ IRQLINE_A_HANDLER_LANES, false, 0, IRQLINE_LANES_PERCPU },
	{ IRQLINE_A_HANDLER_DELAY, true, 0, IRQLINE_DELAY_MAX },
	{ IRQLINE_A_HANDLER_SCHED, false, 0, IRQLINE_SCHED_RR },
	{ IRQLINE_A_HANDLER_SCHED_PRIORITY, false, 0, 99 },
	{ IRQLINE_A_HANDLER_NICE, false, -20, 19 },
	{ IRQLINE_A_HANDLER_THREADED, false, 0, 1 },
	{ IRQLINE_A_HANDLER_BUDGET, false, 1, IRQLINE_BUDGET_MAX },
	{ IRQLINE_A_HANDLER_QUEUE, false, IRQLINE_QUEUE_MIN, IRQLINE_QUEUE_MAX },
	{ IRQLINE_A_HANDLER_OVERFLOW, false, 0, IRQLINE_OVERFLOW_BACKPRESSURE },
	{ IRQLINE_A_HANDLER_HIGH, false, 1, IRQLINE_QUEUE_MAX },
	{ IRQLINE_A_HANDLER_LOW, false, 0, IRQLINE_QUEUE_MAX - 1 },
	{ IRQLINE_A_HANDLER_WORK, false, 0, IRQLINE_WORK_SLEEP },
	{ IRQLINE_A_HANDLER_WORK_TIME, true, 0, IRQLINE_WORK_TIME_MAX },
	{ }
};

static const struct limit line_limits[] = {
	{ IRQLINE_A_LINE_PERIOD, true, IRQLINE_PERIOD_MIN, IRQLINE_PERIOD_MAX },
	{ IRQLINE_A_LINE_DELIVERY, false, 0, IRQLINE_DELIVERY_INTX },
	{ IRQLINE_A_LINE_CLOCK, false, 0, 1 },
	{ IRQLINE_A_LINE_NOTHREAD, false, 0, 1 },
	{ }
};

static const char *check_limits(const struct nlmsghdr *header, const struct limit *limit)
{
	static __thread char text[256];
	__s64 value;

	for (; limit->type; limit++) {
		if (!nl_find(header, limit->type))
			continue;
		value = limit->wide ? (__s64)nl_u64(header, limit->type) :
				      (__s32)nl_u32(header, limit->type);
		if (value >= limit->min && value <= limit->max)
			continue;
		snprintf(text, sizeof(text), "command %u: attribute %u is %lld, not %lld to %lld",
			 nl_cmd(header), limit->type, (long long)value,
			 (long long)limit->min, (long long)limit->max);
		return text;
	}
	return NULL;
}

const char *scene_limits(const struct nl_list *list)
{
	const struct nlmsghdr *header;
	const char *wrong = NULL;

	nl_for_each(header, list) {
		if (nl_cmd(header) == IRQLINE_CMD_LINE_GET)
			wrong = wrong ? : check_limits(header, line_limits);
		else
			wrong = wrong ? : check_limits(header, handler_limits);
	}
	return wrong;
}

void scene_list(struct nl *nl, __u8 cmd, struct nl_list *list)
{
	struct nl_msg msg;

	nl_init(&msg, cmd);
	if (nl_dump(nl, &msg, list))
		die("command %u does not list: %s", cmd, nl->ack.text);
}

static void tidy_up(struct scene *scene)
{
	const struct nlmsghdr *header;
	struct nl_list list = { 0 };
	const char *name;

	scene_list(&scene->nl, IRQLINE_CMD_HANDLER_GET, &list);
	nl_for_each(header, &list) {
		name = nl_str(header, IRQLINE_A_HANDLER_NAME);
		if (strcmp(name, VALID_WITNESS) &&
		    !nl_find(header, IRQLINE_A_HANDLER_BUILTIN))
			handler_del(&scene->nl, nl_str(header, IRQLINE_A_HANDLER_LINE), name);
	}
	nl_free(&list);
}

static const char *check_settings(struct scene *scene)
{
	struct nl_list list = { 0 };
	const char *wrong;

	scene_list(&scene->nl, IRQLINE_CMD_HANDLER_GET, &list);
	scene_list(&scene->nl, IRQLINE_CMD_LINE_GET, &list);
	wrong = scene_limits(&list);
	nl_free(&list);
	return wrong;
}

static const char *check_counts(struct scene *scene)
{
	static char text[256];
	int i;

	for (i = 0; i < scene->lines; i++)
		if (!stats_all_add_up(&scene->nl, names[i], text, sizeof(text)))
			return text;
	return NULL;
}

/* A handler is added, gets an event, is switched, gets another one, and goes. */
static void use_line(struct scene *scene, const char *line)
{
	int fd = dev_open(line, O_RDWR | O_NONBLOCK);
	struct irqline_event event;
	__u32 id, factorial;

	id = handler_new(&scene->nl, line, "good", SCENE_GOOD, "tasklet");
	tap_subscribe(fd, "good");
	dev_raise(fd, SCENE_GOOD);
	dev_next(fd, id, &event);
	handler_bottom(&scene->nl, line, "good", "kthread");
	dev_raise(fd, SCENE_GOOD);
	dev_next(fd, id, &event);
	if (event.seq != 2 || event.sources != SCENE_GOOD)
		die("%s: event %llu of sources 0x%x, not the second of 0x%x", line,
		    (unsigned long long)event.seq, event.sources, SCENE_GOOD);
	factorial = dev_factorial(fd, 5);
	if (factorial != 120)
		die("%s: 5! is %u", line, factorial);
	handler_del(&scene->nl, line, "good");
	close(fd);
}

const char *scene_check(struct scene *scene)
{
	const char *wrong = check_counts(scene) ? : check_settings(scene);
	int i;

	if (wrong)
		return wrong;
	tidy_up(scene);
	for (i = 0; i < scene->lines; i++)
		use_line(scene, names[i]);
	flow_wait(&scene->flow, 2);
	if (flow_failed(&scene->flow))
		return scene->flow.failure;
	scene->checks++;
	return check_counts(scene);
}

const char *scene_close(struct scene *scene)
{
	const char *proof;

	stop_noise(scene);
	tidy_up(scene);
	flow_stop(&scene->flow, &scene->nl);
	proof = flow_proof(&scene->flow);
	ksft_print_msg("%llu raises of the witness in %llu events, lost %llu\n",
		       (unsigned long long)flow_raised(&scene->flow),
		       (unsigned long long)scene->flow.events,
		       (unsigned long long)(flow_raised(&scene->flow) -
					    flow_answered(&scene->flow)));
	ksft_print_msg("%lu other raises, %lu events read, %lu checks\n", scene->raised,
		       scene->read, scene->checks);
	objects_reset(&scene->nl);
	nl_close(&scene->nl);
	return *proof ? proof : NULL;
}
