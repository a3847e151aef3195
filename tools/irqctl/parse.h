/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One strict parser for each kind of word on the command line. Each takes the
 * whole word or nothing: no blanks, no octal, no trailing rest. They depend on
 * nothing else of the tool.
 *
 * Each returns NULL, or says what is wrong with the word; the results are valid
 * only with NULL.
 */
#ifndef IRQCTL_PARSE_H
#define IRQCTL_PARSE_H

#include <stdbool.h>
#include <linux/types.h>

/* Room for a name; longer than the kernel takes, which is to judge itself. */
#define PARSE_NAME_SIZE	256

/* LINE or LINE/NAME, taken apart. */
struct parse_path {
	char line[PARSE_NAME_SIZE];
	char name[PARSE_NAME_SIZE];	/* "" if there was none */
};

/* Decimal or 0x hexadecimal, at most @max. */
const char *parse_number(const char *word, __u64 max, __u64 *number);

/* The same with a sign, from @min to @max. */
const char *parse_signed(const char *word, __s64 min, __s64 max, __s64 *number);

/* A number with ns, us, ms or s after it; the result is in nanoseconds. */
const char *parse_time(const char *word, __u64 *ns);

/* CPU numbers and ranges with commas between them, as in 0-1,3. */
const char *parse_cpulist(const char *word);

/* on or off. */
const char *parse_onoff(const char *word, bool *on);

/* LINE, without a slash. */
const char *parse_line(const char *word, struct parse_path *path);

/* LINE/NAME, with exactly one slash. */
const char *parse_handler(const char *word, struct parse_path *path);

/* Either of the two. */
const char *parse_path(const char *word, struct parse_path *path);

#endif
