// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <string.h>

#include "irqctl.h"
#include "parse.h"
#include "settings.h"

static const char unknown_value[] = "unknown value";

static const char *take_bool(const char *value, __u64 *number)
{
	bool on;
	const char *why = parse_onoff(value, &on);

	*number = on;
	return why;
}

static const char *take_signed(const char *value, __u64 *number)
{
	__s64 result = 0;
	const char *why = parse_signed(value, INT32_MIN, INT32_MAX, &result);

	*number = result;
	return why;
}

static const char *take_enum(const struct spec_values *values, const char *value, __u64 *number)
{
	int result = spec_value(values, value);

	*number = result;
	return result < 0 ? unknown_value : NULL;
}

void settings_number(struct settings *settings, int attr, __u64 number)
{
	settings->given[attr] = true;
	settings->number[attr] = number;
}

void settings_text(struct settings *settings, int attr, const char *text)
{
	settings->given[attr] = true;
	settings->text[attr] = text;
}

const char *settings_take(struct settings *settings, int attr, const char *value)
{
	const struct spec_attr *spec = &settings->set->attrs[attr];
	__u64 *number = &settings->number[attr];

	settings->given[attr] = true;
	switch (spec->type) {
	case SPEC_BOOL:
		return take_bool(value, number);
	case SPEC_S32:
		return take_signed(value, number);
	case SPEC_ENUM:
		return take_enum(spec->values, value, number);
	case SPEC_TIME:
		return parse_time(value, number);
	case SPEC_STRING:
		settings->text[attr] = value;
		return NULL;
	case SPEC_CPULIST:
		settings->text[attr] = value;
		return parse_cpulist(value);
	default:
		return parse_number(value, UINT32_MAX, number);
	}
}

static const struct setting *find(const struct settings *settings, const struct setting *table,
				  const char *word)
{
	for (; table->attr; table++) {
		if (!strcmp(settings->set->attrs[table->attr].name, word))
			return table;
	}
	return NULL;
}

/* "not one of a, b, c" in place of a plain no. */
static const char *name_values(char *text, size_t size, const struct spec_values *values)
{
	size_t used = snprintf(text, size, "not one of ");

	for (unsigned int i = 0; i < values->count && used < size; i++)
		used += snprintf(text + used, size - used, "%s%s", i ? ", " : "",
				 values->names[i]);
	return text;
}

/* Names all the words from the setting's on that were taken. */
static int bad_words(const struct args *args, char **word, const char *why)
{
	char text[256];
	size_t used = 0;

	for (; word < args->words && used < sizeof(text); word++)
		used += snprintf(text + used, sizeof(text) - used, used ? " %s" : "%s", *word);
	return args_bad(args, text, why);
}

static const char *take(struct settings *settings, const struct setting *setting,
			struct args *args)
{
	const char *value = args_next(args);

	if (!value)
		return "needs a value";
	if (setting->take)
		return setting->take(settings, value, args);
	return settings_take(settings, setting->attr, value);
}

static int parse_one(struct settings *settings, const struct setting *table, struct args *args)
{
	char **words = args->words;
	const char *word = args_next(args);
	const struct setting *setting = find(settings, table, word);
	const char *why;
	char text[128];

	if (!setting)
		return args_bad(args, word, "unknown setting");
	if (settings->given[setting->attr])
		return args_bad(args, word, "given twice");
	why = take(settings, setting, args);
	if (why == unknown_value)
		why = name_values(text, sizeof(text), settings->set->attrs[setting->attr].values);
	return why ? bad_words(args, words, why) : STATUS_OK;
}

int settings_parse(struct settings *settings, const struct setting *table, struct args *args)
{
	int status = STATUS_OK;

	while (status == STATUS_OK && *args->words)
		status = parse_one(settings, table, args);
	return status;
}

static void settings_put(const struct settings *settings, struct irqnl_request *request)
{
	for (unsigned int i = 0; i <= settings->set->max; i++) {
		if (!settings->given[i])
			continue;
		if (spec_is_text(settings->set->attrs[i].type))
			irqnl_put_text(request, i, settings->text[i]);
		else
			irqnl_put(request, i, settings->number[i]);
	}
}

typedef int (*call_fn)(struct irqnl *nl, struct irqnl_request *request, irqnl_fn fn, void *arg);

static int request_with(call_fn call, const struct settings *settings, const struct args *args,
			int cmd, irqnl_fn fn, void *arg)
{
	struct irqnl_request request;
	struct irqnl *nl;
	int status = irqctl_open(args, &nl);

	if (status)
		return status;
	irqnl_begin(nl, &request, cmd);
	settings_put(settings, &request);
	if (call(nl, &request, fn, arg))
		status = args_refused(args, irqnl_error(nl));
	irqnl_close(nl);
	return status;
}

int settings_call(const struct settings *settings, const struct args *args, int cmd,
		  irqnl_fn fn, void *arg)
{
	return request_with(irqnl_call, settings, args, cmd, fn, arg);
}

int settings_dump(const struct settings *settings, const struct args *args, int cmd,
		  irqnl_fn fn, void *arg)
{
	return request_with(irqnl_dump, settings, args, cmd, fn, arg);
}
