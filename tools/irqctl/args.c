// SPDX-License-Identifier: GPL-2.0-only
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "args.h"

const char *args_next(struct args *args)
{
	return *args->words ? *args->words++ : NULL;
}

bool args_take(struct args *args, const char *word)
{
	if (!*args->words || strcmp(*args->words, word))
		return false;
	args->words++;
	return true;
}

/* irqctl: OBJECT COMMAND */
static void print_command(const struct args *args)
{
	fprintf(stderr, "irqctl: %s", args->object);
	if (args->command)
		fprintf(stderr, " %s", args->command);
}

int args_bad(const struct args *args, const char *word, const char *why)
{
	print_command(args);
	fprintf(stderr, ": %s: %s\nTry 'irqctl %s help'.\n", word, why, args->object);
	return STATUS_USAGE;
}

int args_end(const struct args *args)
{
	return *args->words ? args_bad(args, *args->words, "one word too many") : STATUS_OK;
}

int args_target(struct args *args, args_parser parser, const char *what,
		struct parse_path *path)
{
	const char *word = args_next(args);
	const char *why = word ? parser(word, path) : "is missing";

	if (why)
		return args_bad(args, word ? word : what, why);
	args->target = word;
	return STATUS_OK;
}

static void print_what(const struct args *args)
{
	print_command(args);
	if (args->target)
		fprintf(stderr, " %s", args->target);
	fputs(": ", stderr);
}

int args_fail(const struct args *args, const char *format, ...)
{
	va_list list;

	print_what(args);
	va_start(list, format);
	vfprintf(stderr, format, list);
	va_end(list);
	fputc('\n', stderr);
	return STATUS_FAILED;
}

/* Whether the value is worth being shown, since the target does not. */
static bool is_news(const struct args *args, const char *value)
{
	return *value && !(args->target && strstr(args->target, value));
}

int args_refused(const struct args *args, const struct extack *extack)
{
	const char *attr = extack->attr;

	/* "line: line is missing" says it twice. */
	if (!attr || (extack->missing && !strncmp(extack->text, attr, strlen(attr))))
		return args_fail(args, "%s", extack->text);
	if (is_news(args, extack->value))
		return args_fail(args, "%s %s: %s", attr, extack->value, extack->text);
	return args_fail(args, "%s: %s", attr, extack->text);
}

int args_written(const struct args *args, int err)
{
	if (!err)
		return STATUS_OK;
	return args_fail(args, "standard output: %s", strerror(-err));
}
