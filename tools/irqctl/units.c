// SPDX-License-Identifier: GPL-2.0-only
#include <langinfo.h>
#include <stdio.h>
#include <string.h>

#include "units.h"

struct unit {
	const char *name;
	__u64 size;
};

/* Three digits that mean something. */
static void scaled(char text[UNITS_SIZE], __u64 number, const struct unit *unit)
{
	double value = (double)number / unit->size;
	int digits = value < 10 ? 2 : value < 100 ? 1 : 0;

	if (number % unit->size == 0)
		digits = 0;
	snprintf(text, UNITS_SIZE, "%.*f%s", digits, value, unit->name);
}

void units_time(char text[UNITS_SIZE], __u64 ns)
{
	static const struct unit units[] = {
		{ "ns", 1 }, { "us", 1000 }, { "ms", 1000000 }, { "s", 1000000000 },
	};
	const struct unit *unit = units;

	while (unit < &units[3] && ns >= unit[1].size)
		unit++;
	scaled(text, ns, unit);
}

void units_size(char text[UNITS_SIZE], __u64 bytes)
{
	static const struct unit units[] = {
		{ "B", 1 }, { "K", 1 << 10 }, { "M", 1 << 20 }, { "G", 1 << 30 },
	};
	const struct unit *unit = units;

	while (unit < &units[3] && bytes >= unit[1].size)
		unit++;
	scaled(text, bytes, unit);
}

void units_bar(char *text, size_t size, unsigned int eighths)
{
	static const char *const blocks[] = { "", "▏", "▎", "▍", "▌", "▋", "▊", "▉" };
	int utf8 = !strcmp(nl_langinfo(CODESET), "UTF-8");
	const char *full = utf8 ? "█" : "#";
	const char *rest = utf8 ? blocks[eighths % 8] : eighths % 8 >= 4 ? "#" : "";
	size_t used = 0;

	text[0] = '\0';
	for (unsigned int i = 0; i < eighths / 8 && used < size; i++)
		used += snprintf(text + used, size - used, "%s", full);
	if (used < size)
		snprintf(text + used, size - used, "%s", rest);
}
