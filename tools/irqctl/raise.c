// SPDX-License-Identifier: GPL-2.0-only
/* irqctl raise */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>
#include <linux/edu.h>

#include "parse.h"
#include "view.h"

#define NS_PER_S	1000000000ULL

static const char help[] =
	"Usage: irqctl raise LINE MASK [count N] [rate HZ]\n"
	"\n"
	"Has the device of a line raise interrupts, through /dev/LINE.\n"
	"\n"
	"  MASK      the sources to raise, as in 0x300\n"
	"  count N   how often, once without it\n"
	"  rate HZ   how many times a second, as fast as possible without it\n"
	"\n"
	"The device merges what is raised again before it was acknowledged. Prints\n"
	"nothing, but with -j what was done.\n";

struct raise {
	struct parse_path path;
	__u32 sources;
	__u64 count;
	__u64 period;		/* in nanoseconds, 0 for none */
};

enum {
	COLUMN_LINE,
	COLUMN_SOURCES,
	COLUMN_COUNT,
	COLUMN_ELAPSED,
};

static const struct out_column columns[] = {
	[COLUMN_LINE]	 = { "LINE",	OUT_TEXT,   OUT_ALL },
	[COLUMN_SOURCES] = { "SOURCES",	OUT_MASK,   OUT_ALL },
	[COLUMN_COUNT]	 = { "COUNT",	OUT_NUMBER, OUT_ALL },
	[COLUMN_ELAPSED] = { "ELAPSED",	OUT_TIME,   OUT_ALL },
	{ }
};

/* The number after a word; it is @number unless the word is there. */
static int take_number(struct args *args, const char *word, __u64 max, __u64 *number)
{
	const char *value, *why;
	char both[64];

	if (!args_take(args, word))
		return STATUS_OK;
	value = args_next(args);
	if (!value)
		return args_bad(args, word, "needs a value");
	why = parse_number(value, max, number);
	if (!why && !*number)
		why = "too small";
	snprintf(both, sizeof(both), "%s %s", word, value);
	return why ? args_bad(args, both, why) : STATUS_OK;
}

static int take_mask(struct args *args, struct raise *raise)
{
	const char *word = args_next(args);
	const char *why;
	__u64 mask;

	if (!word)
		return args_bad(args, "MASK", "is missing");
	why = parse_number(word, UINT32_MAX, &mask);
	if (!why && !mask)
		why = "names no source";
	if (why)
		return args_bad(args, word, why);
	raise->sources = mask;
	return STATUS_OK;
}

static int parse(struct args *args, struct raise *raise)
{
	__u64 rate = 0;

	raise->count = 1;
	if (args_target(args, parse_line, "LINE", &raise->path) || take_mask(args, raise) ||
	    take_number(args, "count", UINT64_MAX, &raise->count) ||
	    take_number(args, "rate", NS_PER_S, &rate) || args_end(args))
		return STATUS_USAGE;
	raise->period = rate ? NS_PER_S / rate : 0;
	return STATUS_OK;
}

static __u64 now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * NS_PER_S + time.tv_nsec;
}

static int sleep_until(__u64 ns)
{
	struct timespec time = { .tv_sec = ns / NS_PER_S, .tv_nsec = ns % NS_PER_S };

	return clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, NULL);
}

/*
 * When to raise again after @last was the time to. What is late is made up for,
 * but not in a burst, which the device would merge.
 */
static __u64 next_time(const struct raise *raise, __u64 last)
{
	__u64 earliest = now() + raise->period / 2;
	__u64 next = last + raise->period;

	return next > earliest ? next : earliest;
}

/* A negative errno in case of failure. */
static int raise_all(const struct raise *raise, int fd)
{
	__u64 time = now();
	int err;

	for (__u64 i = 0; i < raise->count; i++) {
		if (i && raise->period) {
			time = next_time(raise, time);
			err = sleep_until(time);
			if (err)
				return -err;
		}
		if (ioctl(fd, EDU_IOC_RAISE, &raise->sources))
			return -errno;
	}
	return 0;
}

static int print_done(const struct args *args, const struct raise *raise, __u64 elapsed)
{
	struct out_style style = irqctl_style();
	struct out *out;

	if (style.form != OUT_JSON)
		return STATUS_OK;
	out = out_open("raise", columns, &style);
	if (!out)
		return args_fail(args, "out of memory");
	out_row(out);
	out_text(out, COLUMN_LINE, raise->path.line);
	out_number(out, COLUMN_SOURCES, raise->sources);
	out_number(out, COLUMN_COUNT, raise->count);
	out_number(out, COLUMN_ELAPSED, elapsed);
	return args_written(args, out_close(out));
}

static int raise_at(const struct args *args, const struct raise *raise)
{
	char device[PARSE_NAME_SIZE + sizeof("/dev/")];
	__u64 begin = now();
	int fd, err;

	snprintf(device, sizeof(device), "/dev/%s", raise->path.line);
	fd = open(device, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return args_fail(args, "%s: %s", device, strerror(errno));
	err = raise_all(raise, fd);
	close(fd);
	if (err)
		return args_fail(args, "%s", strerror(-err));
	return print_done(args, raise, now() - begin);
}

/* Only the device of a line is to be opened: others may do more than that. */
static int check_line(const struct args *args, const struct raise *raise)
{
	struct settings request = { .set = &spec_line };

	settings_text(&request, IRQLINE_A_LINE_NAME, raise->path.line);
	return settings_call(&request, args, IRQLINE_CMD_LINE_GET, NULL, NULL);
}

static int run(struct args *args)
{
	struct raise raise;
	int status = parse(args, &raise);

	if (status == STATUS_OK)
		status = check_line(args, &raise);
	return status ? status : raise_at(args, &raise);
}

const struct object raise_object = { .name = "raise", .help = help, .run = run };
