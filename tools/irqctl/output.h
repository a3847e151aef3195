/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tables, lines of words and values, and JSON, all from one walk over the same
 * columns. Nothing here talks netlink.
 */
#ifndef IRQCTL_OUTPUT_H
#define IRQCTL_OUTPUT_H

#include <stdbool.h>
#include <linux/types.h>

#include "compiler.h"

enum out_form {
	OUT_TABLE	= 1,	/* columns with a heading */
	OUT_LINE	= 2,	/* one line for each row: name value name value */
	OUT_JSON	= 4,

	OUT_HUMAN	= OUT_TABLE | OUT_LINE,
	OUT_ALL		= OUT_HUMAN | OUT_JSON,
};

/* What a column holds, and how the table shows it; JSON has plain values. */
enum out_type {
	OUT_TEXT,
	OUT_NUMBER,
	OUT_MASK,		/* hexadecimal in the table */
	OUT_SIZE,		/* in bytes; 16K in the table */
	OUT_TIME,		/* in nanoseconds; 1.5us in the table */
	OUT_ONOFF,
	OUT_YESNO,
	OUT_WORDS,		/* any number of words */
	OUT_OBJECT,		/* one or any number of objects, */
	OUT_OBJECTS,		/* in JSON of the caller's own */
};

struct out_column {
	const char *name;	/* upper case; JSON has it in lower case */
	enum out_type type;
	int forms;		/* the enum out_form that have it */
	int id;			/* the caller's own, 0 for none */
};

struct out_style {
	enum out_form form;
	bool pretty;		/* JSON over many lines */
	const char *event;	/* a word before each row, or NULL */
};

struct out;

/*
 * @columns end with one that has no name; @kind is the JSON's key. NULL if there
 * is no memory. The setters below ignore a column that this form does not have,
 * and leave errors to out_close().
 */
struct out *out_open(const char *kind, const struct out_column *columns,
		     const struct out_style *style);

/* Begins a row, in which all is absent. */
void out_row(struct out *out);

void out_text(struct out *out, int column, const char *text);
void out_number(struct out *out, int column, __u64 number);
void out_signed(struct out *out, int column, __s64 number);
void out_bool(struct out *out, int column, bool yes);

/* Adds to the list that OUT_WORDS and OUT_OBJECTS hold. Plain ASCII only. */
void out_add(struct out *out, int column, const char *format, ...) __printf(3, 4);

/* Adds to a text. Plain ASCII only, or blocks. */
void out_append(struct out *out, int column, const char *format, ...) __printf(3, 4);

/* Frees it, and prints nothing. */
void out_drop(struct out *out);

/* Writes it all to standard output. 0 or a negative errno. */
int out_close(struct out *out);

/* A title between tables. 0 or a negative errno. */
int out_title(const char *format, ...) __printf(1, 2);

#endif
