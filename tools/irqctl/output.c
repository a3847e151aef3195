// SPDX-License-Identifier: GPL-2.0-only
#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <libsmartcols/libsmartcols.h>

#include "output.h"
#include "units.h"

#define COLUMNS_MAX	64

struct out {
	const char *kind;
	const struct out_column *columns;
	struct out_style style;
	struct libscols_table *table;
	struct libscols_column *cells[COLUMNS_MAX];	/* NULL: not in this form */
	struct libscols_column *event;
	struct libscols_line *row;
	int error;
};

/* libsmartcols prints what it takes for a number as it is, so objects may be, too. */
static int json_type(enum out_type type)
{
	switch (type) {
	case OUT_TEXT:
		return SCOLS_JSON_STRING;
	case OUT_ONOFF:
	case OUT_YESNO:
		return SCOLS_JSON_BOOLEAN_OPTIONAL;
	case OUT_WORDS:
		return SCOLS_JSON_ARRAY_STRING;
	case OUT_OBJECTS:
		return SCOLS_JSON_ARRAY_NUMBER;
	default:
		return SCOLS_JSON_NUMBER;
	}
}

static bool is_right(enum out_type type)
{
	return json_type(type) == SCOLS_JSON_NUMBER;
}

static bool is_list(enum out_type type)
{
	return type == OUT_WORDS || type == OUT_OBJECTS;
}

/* libsmartcols makes an array of a cell's lines. */
static void make_array(struct libscols_column *cell)
{
	scols_column_set_flags(cell, SCOLS_FL_WRAP);
	scols_column_set_safechars(cell, "\n");
	scols_column_set_wrapfunc(cell, scols_wrapnl_chunksize, scols_wrapnl_nextchunk, NULL);
}

static struct libscols_column *add_column(struct out *out, const char *name,
					  enum out_type type)
{
	int flags = is_right(type) ? SCOLS_FL_RIGHT : 0;
	struct libscols_column *cell = scols_table_new_column(out->table, name, 0, flags);

	if (!cell) {
		out->error = -ENOMEM;
		return NULL;
	}
	scols_column_set_json_type(cell, json_type(type));
	if (is_list(type) && out->style.form == OUT_JSON)
		make_array(cell);
	return cell;
}

static void add_columns(struct out *out)
{
	const struct out_column *column = out->columns;

	if (out->style.event)
		out->event = add_column(out, "EVENT", OUT_TEXT);
	for (int i = 0; column[i].name && i < COLUMNS_MAX; i++) {
		if (column[i].forms & out->style.form)
			out->cells[i] = add_column(out, column[i].name, column[i].type);
	}
}

struct out *out_open(const char *kind, const struct out_column *columns,
		     const struct out_style *style)
{
	struct out *out = calloc(1, sizeof(*out));

	if (!out)
		return NULL;
	out->kind = kind;
	out->columns = columns;
	out->style = *style;
	out->table = scols_new_table();
	if (!out->table || scols_table_set_name(out->table, kind)) {
		out->error = -ENOMEM;
		return out;
	}
	scols_table_enable_json(out->table, style->form == OUT_JSON);
	scols_table_enable_noheadings(out->table, style->form == OUT_LINE);
	/* A row may be longer than the screen, but nothing is to be cut off. */
	scols_table_set_termforce(out->table, SCOLS_TERMFORCE_NEVER);
	add_columns(out);
	return out;
}

static void set_cell(struct out *out, struct libscols_column *cell, const char *text)
{
	if (!out->row || !cell)
		return;
	if (scols_line_set_column_data(out->row, cell, text))
		out->error = -ENOMEM;
}

static void end_row(struct out *out)
{
	if (!out->row || out->style.form != OUT_TABLE)
		return;
	for (int i = 0; i < COLUMNS_MAX; i++) {
		if (out->cells[i] && !scols_line_get_column_data(out->row, out->cells[i]))
			set_cell(out, out->cells[i], "-");
	}
}

void out_row(struct out *out)
{
	if (!out->table)
		return;
	end_row(out);
	out->row = scols_table_new_line(out->table, NULL);
	if (!out->row)
		out->error = -ENOMEM;
	set_cell(out, out->event, out->style.event);
}

/* Thread names may hold anything; what is not plain ASCII might break JSON. */
void out_text(struct out *out, int column, const char *text)
{
	char plain[256];
	size_t i;

	for (i = 0; text[i] && i < sizeof(plain) - 1; i++)
		plain[i] = isascii(text[i]) && isprint(text[i]) ? text[i] : '?';
	plain[i] = '\0';
	set_cell(out, out->cells[column], plain);
}

void out_number(struct out *out, int column, __u64 number)
{
	enum out_type type = out->columns[column].type;
	char text[UNITS_SIZE];

	if (out->style.form != OUT_JSON && type == OUT_TIME)
		units_time(text, number);
	else if (out->style.form != OUT_JSON && type == OUT_SIZE)
		units_size(text, number);
	else if (out->style.form != OUT_JSON && type == OUT_MASK)
		snprintf(text, sizeof(text), "0x%llx", number);
	else
		snprintf(text, sizeof(text), "%llu", number);
	set_cell(out, out->cells[column], text);
}

void out_signed(struct out *out, int column, __s64 number)
{
	char text[UNITS_SIZE];

	snprintf(text, sizeof(text), "%lld", number);
	set_cell(out, out->cells[column], text);
}

void out_bool(struct out *out, int column, bool yes)
{
	const char *text = yes ? "1" : "0";

	if (out->style.form != OUT_JSON && out->columns[column].type == OUT_ONOFF)
		text = yes ? "on" : "off";
	else if (out->style.form != OUT_JSON)
		text = yes ? "yes" : "no";
	set_cell(out, out->cells[column], text);
}

static void append(struct out *out, struct libscols_column *cell, const char *separator,
		   const char *format, va_list args)
{
	const char *before;
	char word[128];
	char *all;

	if (!out->row || !cell)
		return;
	vsnprintf(word, sizeof(word), format, args);
	before = scols_line_get_column_data(out->row, cell);
	if (!before)
		return set_cell(out, cell, word);
	if (asprintf(&all, "%s%s%s", before, separator, word) < 0) {
		out->error = -ENOMEM;
		return;
	}
	set_cell(out, cell, all);
	free(all);
}

void out_add(struct out *out, int column, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	append(out, out->cells[column], out->style.form == OUT_JSON ? "\n" : ",", format, args);
	va_end(args);
}

void out_append(struct out *out, int column, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	append(out, out->cells[column], "", format, args);
	va_end(args);
}

/* The end of the string that begins at @c. */
static char *skip_string(char *c)
{
	for (c++; *c && *c != '"'; c++) {
		if (*c == '\\' && c[1])
			c++;
	}
	return *c ? c + 1 : c;
}

/* Moves a string or one other character, and returns the end of it. */
static char *move(char **to, char *from)
{
	char *end = *from == '"' ? skip_string(from) : from + 1;

	memmove(*to, from, end - from);
	*to += end - from;
	return end;
}

/*
 * libsmartcols prints JSON over many lines, and an empty array as a null or an
 * empty line. Mends the latter, and without @pretty the former.
 */
static void mend_json(char *json, bool pretty)
{
	char *to = json, *from = json;
	char *array = NULL;	/* behind the [, if nothing else has come since */

	while (*from) {
		if (array && (*from == ']' || !strncmp(from, "null", 4))) {
			from += strcspn(from, "]");
			to = array;
		}
		if (isspace((unsigned char)*from)) {
			if (pretty)
				move(&to, from);
			from++;
			continue;
		}
		from = move(&to, from);
		array = from[-1] == '[' ? to : NULL;
	}
	*to = '\0';
}

static int write_out(const char *text)
{
	size_t length = strlen(text);

	if (fwrite(text, 1, length, stdout) != length)
		return -errno;
	if (length && text[length - 1] != '\n' && putchar('\n') == EOF)
		return -errno;
	return fflush(stdout) ? -errno : 0;
}

static int print_table(struct out *out)
{
	char *text = NULL;
	int err = scols_print_table_to_string(out->table, &text);

	if (!err && text) {
		if (out->style.form == OUT_JSON)
			mend_json(text, out->style.pretty);
		err = write_out(text);
	}
	free(text);
	return err;
}

static int print_words(struct out *out, struct libscols_line *row)
{
	const char *text, *name;
	int err = out->event ? printf("%s", out->style.event) : 0;

	for (int i = 0; i < COLUMNS_MAX && err >= 0; i++) {
		if (!out->cells[i])
			continue;
		text = scols_line_get_column_data(row, out->cells[i]);
		if (!text || !*text)
			continue;
		for (name = out->columns[i].name, err = putchar(' '); *name && err >= 0; name++)
			err = putchar(tolower(*name));
		err = err < 0 ? err : printf(" %s", text);
	}
	return err < 0 ? -errno : write_out("\n");
}

static int print_lines(struct out *out)
{
	size_t count = scols_table_get_nlines(out->table);
	int err = 0;

	for (size_t i = 0; i < count && !err; i++)
		err = print_words(out, scols_table_get_line(out->table, i));
	return err;
}

void out_drop(struct out *out)
{
	scols_unref_table(out->table);
	free(out);
}

int out_close(struct out *out)
{
	int err;

	end_row(out);
	err = out->error;
	if (!err)
		err = out->style.form == OUT_LINE ? print_lines(out) : print_table(out);
	out_drop(out);
	return err;
}

int out_title(const char *format, ...)
{
	va_list args;
	int err;

	va_start(args, format);
	err = vprintf(format, args);
	va_end(args);
	return err < 0 ? -errno : 0;
}
