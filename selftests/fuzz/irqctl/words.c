// SPDX-License-Identifier: GPL-2.0-only
/*
 * Whole command lines: a word a line, up to an empty one, and behind that what the
 * kernel answers. There is no kernel: requests end here. Each has the types and sizes
 * that the spec says, and what sets something is the same request when its attributes
 * are written as words again.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>
#include <linux/irqline.h>

#include "check.h"

/* The tool itself, but for its main function. */
int irqctl_main(int argc, char **argv);
#define main irqctl_main
#include "../../../tools/irqctl/irqctl.c"
#undef main

#include "settings.h"

#define WORDS_MAX	64

/* A request as it would have been sent; texts are the words that they came from. */
struct record {
	int cmd;
	bool given[SPEC_ATTRS_MAX];
	__u64 number[SPEC_ATTRS_MAX];
	char text[SPEC_ATTRS_MAX][PARSE_NAME_SIZE];
};

struct irqnl {
	struct extack error;
	struct record record;
};

static struct irqnl only;
static bool asked;
static const unsigned char *answer;
static size_t answer_size;

int irqnl_open(struct irqnl **nl)
{
	*nl = &only;
	return 0;
}

void irqnl_close(struct irqnl *nl)
{
	(void)nl;
}

void irqnl_begin(struct irqnl *nl, struct irqnl_request *request, int cmd)
{
	memset(&nl->record, 0, sizeof(nl->record));
	nl->record.cmd = cmd;
	request->set = spec_of_command(cmd);
	request->failed = false;
	CHECK(request->set);
}

static const struct spec_attr *put(struct irqnl_request *request, int attr)
{
	const struct spec_attr *spec = spec_attr(request->set, attr);

	CHECK(spec && !only.record.given[attr]);
	only.record.given[attr] = true;
	return spec;
}

void irqnl_put(struct irqnl_request *request, int attr, __u64 number)
{
	const struct spec_attr *spec = put(request, attr);

	CHECK(!spec_is_text(spec->type));
	if (spec->type == SPEC_S32)
		CHECK((__s64)number >= INT32_MIN && (__s64)number <= INT32_MAX);
	else if (spec_is_u32(spec->type))
		CHECK(number <= UINT32_MAX);
	if (spec->type == SPEC_ENUM)
		CHECK(spec_name(spec->values, number));
	if (spec->type == SPEC_BOOL)
		CHECK(number <= 1);
	only.record.number[attr] = number;
}

void irqnl_put_text(struct irqnl_request *request, int attr, const char *text)
{
	CHECK(spec_is_text(put(request, attr)->type));
	/* What is too long the real one would refuse, or the kernel. */
	snprintf(only.record.text[attr], PARSE_NAME_SIZE, "%s", text);
}

void irqnl_drop(struct irqnl_request *request)
{
	(void)request;
}

/* A line is never there, so that nothing of this machine is opened. */
static int reply(struct irqnl_request *request, irqnl_fn fn, void *arg)
{
	struct nlattr *head;
	struct attrs attrs;
	int err;

	asked = true;
	extack_set(&only.error, ENODEV);
	if (only.record.cmd == IRQLINE_CMD_LINE_GET && !fn)
		return -ENODEV;
	if (!fn || !answer_size)
		return 0;
	head = malloc(answer_size);
	CHECK(head);
	memcpy(head, answer, answer_size);
	err = attrs_parse(&attrs, request->set, head, answer_size);
	attrs.cmd = only.record.cmd;
	if (!err)
		err = fn(&attrs, arg);
	free(head);
	return err;
}

int irqnl_call(struct irqnl *nl, struct irqnl_request *request, irqnl_fn fn, void *arg)
{
	(void)nl;
	return reply(request, fn, arg);
}

int irqnl_dump(struct irqnl *nl, struct irqnl_request *request, irqnl_fn fn, void *arg)
{
	(void)nl;
	return reply(request, fn, arg);
}

const struct extack *irqnl_error(const struct irqnl *nl)
{
	return &nl->error;
}

/* So that a monitor ends at once. */
int irqnl_join(struct irqnl *nl, const char *group)
{
	(void)nl;
	CHECK(!strcmp(group, IRQLINE_MCGRP_CONFIG) || !strcmp(group, IRQLINE_MCGRP_ALERT));
	return -EPERM;
}

int irqnl_fd(const struct irqnl *nl)
{
	(void)nl;
	return -1;
}

int irqnl_receive(struct irqnl *nl, irqnl_fn fn, void *arg)
{
	(void)nl;
	(void)fn;
	(void)arg;
	return -EPERM;
}

/* Words under construction. */
struct line {
	char text[8192];
	size_t used;
	char *words[WORDS_MAX + 1];
	int count;
};

static void add(struct line *line, const char *format, ...) __printf(2, 3);

static void add(struct line *line, const char *format, ...)
{
	va_list list;

	CHECK(line->count < WORDS_MAX);
	line->words[line->count++] = line->text + line->used;
	line->words[line->count] = NULL;
	va_start(list, format);
	line->used += 1 + vsnprintf(line->text + line->used, sizeof(line->text) - line->used,
				    format, list);
	va_end(list);
	CHECK(line->used < sizeof(line->text));
}

/* An attribute's value, but for those that two attributes make. */
static void add_value(struct line *line, const struct record *record, const struct spec_set *set,
		      int attr)
{
	const struct spec_attr *spec = &set->attrs[attr];
	__u64 number = record->number[attr];

	add(line, "%s", spec->name);
	if (set == &spec_handler && attr == IRQLINE_A_HANDLER_SCHED && number)
		add(line, "%s:%llu", spec_name(spec->values, number),
		    record->number[IRQLINE_A_HANDLER_SCHED_PRIORITY]);
	else if (spec_is_text(spec->type))
		add(line, "%s", record->text[attr]);
	else if (spec->type == SPEC_ENUM)
		add(line, "%s", spec_name(spec->values, number));
	else if (spec->type == SPEC_BOOL)
		add(line, "%s", number ? "on" : "off");
	else if (spec->type == SPEC_S32)
		add(line, "%lld", (long long)number);
	else if (spec->type == SPEC_TIME)
		add(line, "%lluns", number);
	else
		add(line, "%llu", number);
	if (set == &spec_handler && attr == IRQLINE_A_HANDLER_WORK && number)
		add(line, "%lluns",
		    record->number[IRQLINE_A_HANDLER_WORK_TIME]);
}

/* Those that are said in other words. */
static bool is_apart(const struct spec_set *set, int attr)
{
	if (set == &spec_line)
		return attr == IRQLINE_A_LINE_NAME;
	return attr == IRQLINE_A_HANDLER_LINE || attr == IRQLINE_A_HANDLER_NAME ||
	       attr == IRQLINE_A_HANDLER_SCHED_PRIORITY ||
	       attr == IRQLINE_A_HANDLER_WORK_TIME;
}

static void write_down(struct line *line, const struct record *record)
{
	const struct spec_set *set = spec_of_command(record->cmd);

	line->used = 0;
	line->count = 0;
	add(line, "%s", set == &spec_line ? "line" : "handler");
	add(line, "%s", record->cmd == IRQLINE_CMD_HANDLER_NEW ? "add" : "set");
	if (set == &spec_line)
		add(line, "%s", record->text[IRQLINE_A_LINE_NAME]);
	else
		add(line, "%s/%s", record->text[IRQLINE_A_HANDLER_LINE],
		    record->text[IRQLINE_A_HANDLER_NAME]);
	for (unsigned int attr = 0; attr <= set->max; attr++)
		if (record->given[attr] && !is_apart(set, attr))
			add_value(line, record, set, attr);
}

static bool same(const struct record *a, const struct record *b)
{
	return !memcmp(a, b, sizeof(*a));
}

/* Longer texts than a record holds are cut there. */
static bool is_whole(const struct record *record)
{
	for (int i = 0; i < SPEC_ATTRS_MAX; i++)
		if (strlen(record->text[i]) == PARSE_NAME_SIZE - 1)
			return false;
	return true;
}

static void ask_again(void)
{
	static struct line line;
	struct record record = only.record;

	if (!is_whole(&record))
		return;
	write_down(&line, &record);
	CHECK(run(line.words) == STATUS_OK);
	CHECK(same(&record, &only.record));
}

static bool sets_something(int cmd)
{
	return cmd == IRQLINE_CMD_LINE_SET || cmd == IRQLINE_CMD_HANDLER_NEW ||
	       cmd == IRQLINE_CMD_HANDLER_SET;
}

/* A word may be empty, but then it is not the last one. */
static void split(struct line *line, const unsigned char *data, size_t size)
{
	const unsigned char *end = memmem(data, size, "\n\n", 2);
	size_t used = end ? (size_t)(end - data) : size, length;

	answer = end ? end + 2 : NULL;
	answer_size = end ? size - used - 2 : 0;
	line->used = 0;
	line->count = 0;
	line->words[0] = NULL;
	while (used && line->count < WORDS_MAX - 1) {
		const unsigned char *stop = memchr(data, '\n', used);

		length = stop ? (size_t)(stop - data) : used;
		if (line->used + length + 1 >= sizeof(line->text))
			break;
		add(line, "%.*s", (int)length, (const char *)data);
		data += length + !!stop;
		used -= length + !!stop;
	}
}

static void options_of(struct line *line, char ***words)
{
	options.json = false;
	options.pretty = false;
	for (*words = line->words; **words; (*words)++) {
		if (!strcmp(**words, "-j"))
			options.json = true;
		else if (!strcmp(**words, "-p"))
			options.pretty = true;
		else
			break;
	}
}

/* What is printed is nobody's to read. */
int LLVMFuzzerInitialize(int *argc, char ***argv);

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	stdout = fopen("/dev/null", "w");
	CHECK(stdout);
	return 0;
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	static struct line line;
	static FILE *nowhere;
	FILE *errors = stderr;
	char **words;
	int status;

	if (!nowhere)
		nowhere = fopen("/dev/null", "w");
	CHECK(nowhere);
	split(&line, data, size);
	options_of(&line, &words);
	asked = false;
	stderr = nowhere;
	status = run(words);
	stderr = errors;
	CHECK(status == STATUS_OK || status == STATUS_FAILED || status == STATUS_USAGE);
	check_count(status == STATUS_USAGE ? "usage" : NULL);
	if (asked && status == STATUS_OK && sets_something(only.record.cmd))
		ask_again();
	return 0;
}
