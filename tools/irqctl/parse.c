// SPDX-License-Identifier: GPL-2.0-only
#include <stddef.h>
#include <string.h>

#include "compiler.h"
#include "parse.h"

static const char not_number[] = "not a number";
static const char too_large[] = "too large";
static const char too_small[] = "too small";
static const char not_time[] = "not a time, which is a number and ns, us, ms or s";
static const char not_cpulist[] = "not a CPU list such as 0-1,3";

/* The largest CPU number that a list may hold; the kernel judges the rest. */
#define CPU_MAX	65535

static int digit_of(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return 16;
}

/* Takes digits off the front of *word, of which there must be one at least. */
static const char *take_digits(const char **word, int base, __u64 max, __u64 *number)
{
	const char *c = *word;
	__u64 sum = 0;

	if (digit_of(*c) >= base)
		return not_number;
	for (; digit_of(*c) < base; c++) {
		if ((__u64)digit_of(*c) > max || sum > (max - digit_of(*c)) / base)
			return too_large;
		sum = sum * base + digit_of(*c);
	}
	*word = c;
	*number = sum;
	return NULL;
}

/* No leading zeros: they would mean octal to some. */
static const char *take_number(const char **word, __u64 max, __u64 *number)
{
	if ((*word)[0] == '0' && (*word)[1] == 'x') {
		*word += 2;
		return take_digits(word, 16, max, number);
	}
	if ((*word)[0] == '0' && digit_of((*word)[1]) < 10)
		return not_number;
	return take_digits(word, 10, max, number);
}

const char *parse_number(const char *word, __u64 max, __u64 *number)
{
	const char *why = take_number(&word, max, number);

	if (why)
		return why;
	return *word ? not_number : NULL;
}

const char *parse_signed(const char *word, __s64 min, __s64 max, __s64 *number)
{
	bool negative = *word == '-';
	const char *why;
	__u64 size;

	why = parse_number(word + negative, __INT64_MAX__, &size);
	if (why == too_large && negative)
		return too_small;
	if (why)
		return why;
	*number = negative ? -(__s64)size : (__s64)size;
	if (*number > max)
		return too_large;
	return *number < min ? too_small : NULL;
}

static const char *take_range(const char **word, __u64 max, __u64 *first, __u64 *last)
{
	const char *why = take_number(word, max, first);

	if (why)
		return why;
	*last = *first;
	if (**word != '-')
		return NULL;
	(*word)++;
	why = take_number(word, max, last);
	if (why)
		return why;
	return *last < *first ? "a range that ends before it begins" : NULL;
}

const char *parse_time(const char *word, __u64 *ns)
{
	static const struct {
		const char *name;
		__u64 ns;
	} units[] = {
		{ "ns", 1 }, { "us", 1000 }, { "ms", 1000000 }, { "s", 1000000000 },
	};
	const char *why = take_number(&word, ~0ULL, ns);

	if (why)
		return why == too_large ? why : not_time;
	for (size_t i = 0; i < ARRAY_SIZE(units); i++) {
		if (!strcmp(word, units[i].name))
			return __builtin_mul_overflow(*ns, units[i].ns, ns) ? too_large : NULL;
	}
	return not_time;
}

const char *parse_cpulist(const char *word)
{
	__u64 first, last;
	const char *why;

	for (;; word++) {
		why = take_range(&word, CPU_MAX, &first, &last);
		if (why)
			return why == not_number ? not_cpulist : why;
		if (!*word)
			return NULL;
		if (*word != ',')
			return not_cpulist;
	}
}

const char *parse_onoff(const char *word, bool *on)
{
	*on = !strcmp(word, "on");
	return *on || !strcmp(word, "off") ? NULL : "neither on nor off";
}

static const char *copy_name(char *name, const char *from, size_t length)
{
	if (length >= PARSE_NAME_SIZE)
		return "too long";
	memcpy(name, from, length);
	name[length] = '\0';
	return NULL;
}

const char *parse_line(const char *word, struct parse_path *path)
{
	if (!*word || strchr(word, '/'))
		return "not a LINE such as edu0";
	path->name[0] = '\0';
	return copy_name(path->line, word, strlen(word));
}

const char *parse_handler(const char *word, struct parse_path *path)
{
	const char *slash = strchr(word, '/');
	const char *why;

	if (!slash || slash == word || !slash[1] || strchr(slash + 1, '/'))
		return "not a LINE/NAME such as edu0/factorial";
	why = copy_name(path->line, word, slash - word);
	return why ? why : copy_name(path->name, slash + 1, strlen(slash + 1));
}

const char *parse_path(const char *word, struct parse_path *path)
{
	return strchr(word, '/') ? parse_handler(word, path) : parse_line(word, path);
}
