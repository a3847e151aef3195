/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The words of one command, and what is said when it fails. The exit statuses
 * are what the functions of this tool return.
 */
#ifndef IRQCTL_ARGS_H
#define IRQCTL_ARGS_H

#include <stdbool.h>

#include "compiler.h"
#include "extack.h"
#include "parse.h"

enum {
	STATUS_OK,
	STATUS_FAILED,
	STATUS_USAGE,
};

struct args {
	const char *object;
	const char *command;	/* NULL for an object without commands */
	const char *target;	/* LINE or LINE/NAME, if there is one */
	char **words;		/* what is left, with NULL at its end */
};

/* The next word, NULL if none is left. */
const char *args_next(struct args *args);

/* Takes the next word if it is this one. */
bool args_take(struct args *args, const char *word);

/* Complains about a word. */
int args_bad(const struct args *args, const char *word, const char *why);

/* Complains about any word that is left. */
int args_end(const struct args *args);

/* A parser of parse.h's for a path. */
typedef const char *(*args_parser)(const char *word, struct parse_path *path);

/* Takes the next word as the target, which @what says the form of. */
int args_target(struct args *args, args_parser parser, const char *what,
		struct parse_path *path);

/* irqctl: OBJECT COMMAND TARGET: why */
int args_fail(const struct args *args, const char *format, ...) __printf(2, 3);

/* The same with the kernel's word, and the attribute that it blames. */
int args_refused(const struct args *args, const struct extack *extack);

/* The same for a negative errno of writing the output; STATUS_OK for 0. */
int args_written(const struct args *args, int err);

#endif
