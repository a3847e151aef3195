// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <string.h>

#include "fuzz.h"
#include "kselftest.h"
#include "taps.h"
#include "world.h"

static const char * const names[WORLD_LINES] = { LINE, NEIGHBOUR };

static void drain(struct world *world, int fd)
{
	struct irqline_event events[64];
	int count;

	while ((count = dev_read(fd, events, ARRAY_SIZE(events), 0)))
		world->read += count;
}

/* Raises whatever it likes, in bursts with pauses, and reads what comes of it. */
static void *make_noise(void *arg)
{
	struct world *world = arg;
	__u32 seed = world->seed, sources;
	int i;

	while (!__atomic_load_n(&world->stop, __ATOMIC_ACQUIRE)) {
		for (i = 0; i < world->lines; i++) {
			sources = random_u32(&seed) & random_u32(&seed) & WORLD_NOISE;
			if (sources)
				dev_raise(world->writers[i], sources);
			world->raised++;
			drain(world, world->readers[i]);
		}
		if (fuzz_chance(&seed, 4))
			pause_ms(random_below(&seed, 8));
	}
	return NULL;
}

static void start_noise(struct world *world)
{
	int i;

	world->lines = line_exists(&world->nl, NEIGHBOUR) ? 2 : 1;
	for (i = 0; i < world->lines; i++) {
		world->writers[i] = dev_open(names[i], O_WRONLY);
		world->readers[i] = dev_open(names[i], O_RDONLY | O_NONBLOCK);
		world->deaf[i] = dev_open(names[i], O_RDONLY | O_NONBLOCK);
	}
	if (pthread_create(&world->noise, NULL, make_noise, world))
		die("cannot start a thread");
}

static void stop_noise(struct world *world)
{
	int i;

	__atomic_store_n(&world->stop, true, __ATOMIC_RELEASE);
	pthread_join(world->noise, NULL);
	for (i = 0; i < world->lines; i++) {
		close(world->writers[i]);
		close(world->readers[i]);
		close(world->deaf[i]);
	}
}

/* Before all others, so that nobody can be exclusive to it. */
static void add_witness(struct world *world)
{
	struct nl_msg msg;

	request_handler(&msg, IRQLINE_CMD_HANDLER_NEW, LINE, VALID_WITNESS);
	nl_put_u32(&msg, IRQLINE_A_HANDLER_SOURCES, WORLD_FLOW);
	nl_put_u32(&msg, IRQLINE_A_HANDLER_PRIORITY, IRQLINE_PRIORITY_MAX);
	nl_must(&world->nl, &msg, NULL);
	world->flow = (struct flow) {
		.line = LINE, .name = VALID_WITNESS, .sources = WORLD_FLOW,
		.raiser_cpu = -1, .reader_cpu = -1, .seed = world->seed, .percpu = true,
	};
	flow_start(&world->flow, &world->nl);
}

void world_open(struct world *world, __u32 seed)
{
	memset(world, 0, sizeof(*world));
	world->seed = seed;
	objects_open(&world->nl);
	vocabulary_learn(&world->words, &world->nl);
	add_witness(world);
	start_noise(world);
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

const char *world_limits(const struct nl_list *list)
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

void world_list(struct nl *nl, __u8 cmd, struct nl_list *list)
{
	struct nl_msg msg;

	nl_init(&msg, cmd);
	if (nl_dump(nl, &msg, list))
		die("command %u does not list: %s", cmd, nl->ack.text);
}

static void tidy_up(struct world *world)
{
	const struct nlmsghdr *header;
	struct nl_list list = { 0 };
	const char *name;

	world_list(&world->nl, IRQLINE_CMD_HANDLER_GET, &list);
	nl_for_each(header, &list) {
		name = nl_str(header, IRQLINE_A_HANDLER_NAME);
		if (strcmp(name, VALID_WITNESS) &&
		    !nl_find(header, IRQLINE_A_HANDLER_BUILTIN))
			handler_del(&world->nl, nl_str(header, IRQLINE_A_HANDLER_LINE), name);
	}
	nl_free(&list);
}

static const char *check_settings(struct world *world)
{
	struct nl_list list = { 0 };
	const char *wrong;

	world_list(&world->nl, IRQLINE_CMD_HANDLER_GET, &list);
	world_list(&world->nl, IRQLINE_CMD_LINE_GET, &list);
	wrong = world_limits(&list);
	nl_free(&list);
	return wrong;
}

static const char *check_counts(struct world *world)
{
	static char text[256];
	int i;

	for (i = 0; i < world->lines; i++)
		if (!stats_all_add_up(&world->nl, names[i], text, sizeof(text)))
			return text;
	return NULL;
}

/* A handler is added, gets an event, is switched, gets another one, and goes. */
static void use_line(struct world *world, const char *line)
{
	int fd = dev_open(line, O_RDWR | O_NONBLOCK);
	struct irqline_event event;
	__u32 id, factorial;

	id = handler_new(&world->nl, line, "good", WORLD_GOOD, "tasklet");
	tap_subscribe(fd, "good");
	dev_raise(fd, WORLD_GOOD);
	dev_next(fd, id, &event);
	handler_bottom(&world->nl, line, "good", "kthread");
	dev_raise(fd, WORLD_GOOD);
	dev_next(fd, id, &event);
	if (event.seq != 2 || event.sources != WORLD_GOOD)
		die("%s: event %llu of sources 0x%x, not the second of 0x%x", line,
		    (unsigned long long)event.seq, event.sources, WORLD_GOOD);
	factorial = dev_factorial(fd, 5);
	if (factorial != 120)
		die("%s: 5! is %u", line, factorial);
	handler_del(&world->nl, line, "good");
	close(fd);
}

const char *world_check(struct world *world)
{
	const char *wrong = check_counts(world) ? : check_settings(world);
	int i;

	if (wrong)
		return wrong;
	tidy_up(world);
	for (i = 0; i < world->lines; i++)
		use_line(world, names[i]);
	flow_wait(&world->flow, 2);
	if (flow_failed(&world->flow))
		return world->flow.failure;
	world->checks++;
	return check_counts(world);
}

const char *world_close(struct world *world)
{
	const char *proof;

	stop_noise(world);
	tidy_up(world);
	flow_stop(&world->flow, &world->nl);
	proof = flow_proof(&world->flow);
	ksft_print_msg("%llu raises of the witness in %llu events, lost %llu\n",
		       (unsigned long long)flow_raised(&world->flow),
		       (unsigned long long)world->flow.events,
		       (unsigned long long)(flow_raised(&world->flow) -
					    flow_answered(&world->flow)));
	ksft_print_msg("%lu other raises, %lu events read, %lu checks\n", world->raised,
		       world->read, world->checks);
	objects_reset(&world->nl);
	nl_close(&world->nl);
	return *proof ? proof : NULL;
}
