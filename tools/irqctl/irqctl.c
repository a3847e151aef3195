// SPDX-License-Identifier: GPL-2.0-only
/*
 * irqctl: shows and changes how the halves of interrupts run.
 */
#include <errno.h>
#include <getopt.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "irqctl.h"

#define IRQCTL_VERSION	"0.1"

static const struct object *const objects[] = {
	&line_object,
	&handler_object,
	&strategy_object,
	&stats_object,
	&monitor_object,
	&raise_object,
};

static const char help[] =
	"Usage: irqctl [-j] [-p] [OBJECT [COMMAND [ARGUMENTS]]]\n"
	"       irqctl help [OBJECT]\n"
	"\n"
	"Shows and changes how the halves of interrupts run.\n"
	"\n"
	"Objects:\n"
	"  line      interrupts of devices (default)\n"
	"  handler   receivers of a line's sources\n"
	"  strategy  ways to run a half\n"
	"  stats     counts and times of handlers\n"
	"  monitor   changes as they happen\n"
	"  raise     interrupts on demand\n"
	"\n"
	"Options:\n"
	"  -j, --json     print JSON\n"
	"  -p, --pretty   with -j, over many lines\n"
	"  -h, --help     print this text\n"
	"  -V, --version  print the version\n"
	"\n"
	"'irqctl OBJECT help' tells more. Exit status: 0 done, 1 failed, 2 wrong usage.\n";

static struct {
	bool json;
	bool pretty;
} options;

struct out_style irqctl_style(void)
{
	struct out_style style = {
		.form = options.json ? OUT_JSON : OUT_TABLE,
		.pretty = options.pretty,
	};

	return style;
}

int irqctl_open(const struct args *args, struct irqnl **nl)
{
	int err = irqnl_open(nl);

	if (err == -ENOENT)
		return args_fail(args, "irqline is not loaded");
	if (err)
		return args_fail(args, "generic netlink: %s", strerror(-err));
	return STATUS_OK;
}

static int usage(const char *word, const char *why)
{
	fprintf(stderr, "irqctl: %s: %s\nTry 'irqctl help'.\n", word, why);
	return STATUS_USAGE;
}

static const struct object *find_object(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(objects); i++) {
		if (!strcmp(objects[i]->name, name))
			return objects[i];
	}
	return NULL;
}

static bool is_help(const char *word)
{
	return word && (!strcmp(word, "help") || !strcmp(word, "--help") || !strcmp(word, "-h"));
}

static int print_text(const char *text)
{
	fputs(text, stdout);
	return STATUS_OK;
}

static int run_command(const struct object *object, struct args *args)
{
	const struct command *command = object->commands;
	const char *name = args_next(args);

	while (name && command->name && strcmp(command->name, name))
		command++;
	if (!command->name)
		return args_bad(args, name, "unknown command");
	if (is_help(*args->words))
		return print_text(object->help);
	args->command = command->name;
	return command->run(args);
}

static int run_object(const struct object *object, char **words)
{
	struct args args = { .object = object->name, .words = words };

	if (is_help(*words))
		return print_text(object->help);
	return object->run ? object->run(&args) : run_command(object, &args);
}

/* help [OBJECT] */
static int run_help(char **words)
{
	const struct object *object = *words ? find_object(*words) : NULL;

	if (*words && !object)
		return usage(*words, "unknown object");
	if (*words && words[1])
		return usage(words[1], "one word too many");
	return print_text(object ? object->help : help);
}

static int run(char **words)
{
	const struct object *object = *words ? find_object(*words) : objects[0];

	if (is_help(*words))
		return run_help(words + 1);
	if (!object)
		return usage(*words, "unknown object");
	return run_object(object, *words ? words + 1 : words);
}

/* STATUS_OK to go on with the words at argv[optind]. */
static int parse_options(int argc, char **argv, const char **text)
{
	static const struct option known[] = {
		{ "json",	no_argument, NULL, 'j' },
		{ "pretty",	no_argument, NULL, 'p' },
		{ "help",	no_argument, NULL, 'h' },
		{ "version",	no_argument, NULL, 'V' },
		{ }
	};
	char letter[] = "-?";
	int option;

	opterr = 0;
	while ((option = getopt_long(argc, argv, "+jphV", known, NULL)) != -1) {
		if (option == '?') {
			letter[1] = optopt;
			return usage(optopt ? letter : argv[optind - 1], "unknown option");
		}
		options.json |= option == 'j';
		options.pretty |= option == 'p';
		if (option == 'h')
			*text = help;
		if (option == 'V')
			*text = "irqctl " IRQCTL_VERSION "\n";
	}
	return STATUS_OK;
}

/* A full disk may show only now. */
static int close_output(int status)
{
	bool failed = ferror(stdout);

	errno = 0;
	if (!fclose(stdout) && !failed)
		return status;
	if (status == STATUS_OK)
		fprintf(stderr, "irqctl: standard output: %s\n",
			errno ? strerror(errno) : "write error");
	return status == STATUS_OK ? STATUS_FAILED : status;
}

int main(int argc, char **argv)
{
	const char *text = NULL;
	int status;

	setlocale(LC_CTYPE, "");
	signal(SIGPIPE, SIG_IGN);	/* a write error instead */
	status = parse_options(argc, argv, &text);
	if (status == STATUS_OK)
		status = text ? print_text(text) : run(argv + optind);
	return close_output(status);
}
