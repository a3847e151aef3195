// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>

#include "view.h"

struct rows {
	const struct view *view;
	struct out *out;
};

static void fill_flags(struct out *out, int column, const struct spec_values *values, __u64 flags)
{
	for (unsigned int bit = 0; bit < values->count; bit++) {
		if (flags & (1ULL << bit))
			out_add(out, column, "%s", values->names[bit]);
	}
}

static void fill_column(struct out *out, int column, const struct attrs *attrs, int attr)
{
	const struct spec_attr *spec = &attrs->set->attrs[attr];
	__u64 number;

	if (spec->type == SPEC_FLAG)
		out_bool(out, column, attrs->tb[attr]);
	else if (!attrs->tb[attr])
		return;
	else if (spec->type == SPEC_ENUM || spec_is_text(spec->type))
		out_text(out, column, attrs_text(attrs, attr));
	else if (!attrs_number(attrs, attr, &number))
		return;
	else if (spec->type == SPEC_FLAGS)
		fill_flags(out, column, spec->values, number);
	else if (spec->type == SPEC_S32)
		out_signed(out, column, number);
	else if (spec->type == SPEC_BOOL)
		out_bool(out, column, number);
	else
		out_number(out, column, number);
}

static int add_row(const struct view *view, struct out *out, const struct attrs *attrs)
{
	out_row(out);
	for (int i = 0; view->columns[i].name; i++) {
		if (view->columns[i].id)
			fill_column(out, i, attrs, view->columns[i].id);
	}
	return view->fill ? view->fill(out, attrs) : 0;
}

static int add_row_fn(const struct attrs *attrs, void *arg)
{
	struct rows *rows = arg;

	return add_row(rows->view, rows->out, attrs);
}

int view_print(const struct view *view, const struct out_style *style,
	       const struct attrs *attrs)
{
	struct out *out = out_open(view->kind, view->columns, style);
	int err;

	if (!out)
		return -ENOMEM;
	err = add_row(view, out, attrs);
	if (err) {
		out_drop(out);
		return err;
	}
	return out_close(out);
}

typedef int (*settings_fn)(const struct settings *settings, const struct args *args, int cmd,
			   irqnl_fn fn, void *arg);

/* Prints when all is there, so nothing in case of an error. */
static int show(const struct view *view, const struct args *args, int cmd,
		const struct settings *settings, settings_fn ask)
{
	struct out_style style = irqctl_style();
	struct rows rows = {
		.view = view,
		.out = out_open(view->kind, view->columns, &style),
	};
	int status;

	if (!rows.out)
		return args_fail(args, "out of memory");
	status = ask(settings, args, cmd, add_row_fn, &rows);
	if (status) {
		out_drop(rows.out);
		return status;
	}
	return args_written(args, out_close(rows.out));
}

int view_one(const struct view *view, const struct args *args, int cmd,
	     const struct settings *settings)
{
	return show(view, args, cmd, settings, settings_call);
}

int view_all(const struct view *view, const struct args *args, int cmd,
	     const struct settings *settings)
{
	return show(view, args, cmd, settings, settings_dump);
}
