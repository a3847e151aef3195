// SPDX-License-Identifier: GPL-2.0-only
/*
 * The parsers of single words. The first byte of the input says which one, the rest is
 * the word. What is accepted is within its limits, and is the same when it is written
 * down and parsed again.
 */
#include <stdint.h>
#include <string.h>

#include "check.h"
#include "compiler.h"
#include "parse.h"
#include "units.h"

static void parse_number_again(__u64 number)
{
	char text[64];
	__u64 again;

	snprintf(text, sizeof(text), "%llu", number);
	CHECK(!parse_number(text, number, &again) && again == number);
	CHECK(!number || parse_number(text, number - 1, &again));
	snprintf(text, sizeof(text), "0x%llx", number);
	CHECK(!parse_number(text, UINT64_MAX, &again) && again == number);
}

static const char *try_number(const char *word)
{
	static const __u64 most[] = {
		0, 1, 7, UINT32_MAX, INT64_MAX, UINT64_MAX - 1, UINT64_MAX
	};
	const char *why = "";
	__u64 number;

	for (size_t i = 0; i < ARRAY_SIZE(most); i++) {
		why = parse_number(word, most[i], &number);
		if (why)
			continue;
		CHECK(number <= most[i]);
		parse_number_again(number);
	}
	return why;
}

static const char *try_signed(const char *word)
{
	char text[64];
	__s64 number, again;
	const char *why = parse_signed(word, INT32_MIN, INT32_MAX, &number);

	if (!why)
		CHECK(number >= INT32_MIN && number <= INT32_MAX);
	why = parse_signed(word, INT64_MIN, INT64_MAX, &number);
	if (why)
		return why;
	snprintf(text, sizeof(text), "%lld", (long long)number);
	CHECK(!parse_signed(text, number, number, &again) && again == number);
	return NULL;
}

/* What people are shown has three digits that mean something. */
static void parse_shown(__u64 ns)
{
	char text[UNITS_SIZE];
	__u64 again;

	units_time(text, ns);
	CHECK(strlen(text) < UNITS_SIZE - 1);
	if (!parse_time(text, &again))
		CHECK((again > ns ? again - ns : ns - again) <= ns / 200);
	units_size(text, ns);
	CHECK(strlen(text) < UNITS_SIZE - 1);
}

static const char *try_time(const char *word)
{
	const char *why;
	char text[64];
	__u64 ns, again;

	why = parse_time(word, &ns);
	if (why)
		return why;
	snprintf(text, sizeof(text), "%lluns", (unsigned long long)ns);
	CHECK(!parse_time(text, &again) && again == ns);
	parse_shown(ns);
	return NULL;
}

static const char *try_cpulist(const char *word)
{
	const char *why = parse_cpulist(word);

	if (!why)
		CHECK(*word && strspn(word, "0123456789abcdefABCDEFx,-") == strlen(word));
	return why;
}

static const char *try_onoff(const char *word)
{
	bool on;
	const char *why = parse_onoff(word, &on);

	if (!why)
		CHECK(!strcmp(word, on ? "on" : "off"));
	return why;
}

/* What was taken apart is the word when it is put together. */
static void put_together(const char *word, const struct parse_path *path)
{
	char text[2 * PARSE_NAME_SIZE];

	CHECK(path->line[0] && !strchr(path->line, '/') && !strchr(path->name, '/'));
	snprintf(text, sizeof(text), "%s%s%s", path->line, path->name[0] ? "/" : "", path->name);
	CHECK(!strcmp(text, word));
}

static const char *try_path(const char *word)
{
	struct parse_path path;
	const char *why = parse_path(word, &path);

	if (why)
		return why;
	put_together(word, &path);
	CHECK(!strchr(word, '/') == !parse_line(word, &path));
	CHECK(!!strchr(word, '/') == !parse_handler(word, &path));
	return NULL;
}

static const char *(*const tries[])(const char *word) = {
	try_number, try_signed, try_time, try_cpulist, try_onoff, try_path,
};

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	char *word;

	if (!size)
		return 0;
	/* On the heap, and no longer than it is: reading on is noticed. */
	word = malloc(size);
	CHECK(word);
	memcpy(word, data + 1, size - 1);
	word[size - 1] = '\0';
	check_count(tries[*data % ARRAY_SIZE(tries)](word));
	free(word);
	return 0;
}
