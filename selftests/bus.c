// SPDX-License-Identifier: GPL-2.0-only
#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kselftest.h"
#include "bus.h"
#include "util.h"

#define DRIVER	"/sys/bus/pci/drivers/edu"
#define DEVICES	"/sys/bus/pci/devices/"

void bus_unbind(const char *function)
{
	file_must_write(DRIVER "/unbind", function);
}

void bus_bind(const char *function)
{
	file_must_write(DRIVER "/bind", function);
}

void bus_remove(const char *function)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), DEVICES "%s/remove", function);
	file_must_write(path, "1");
}

void bus_rescan(void)
{
	file_must_write("/sys/bus/pci/rescan", "1");
}

bool bus_has(const char *function)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), DEVICES "%s", function);
	return !access(path, F_OK);
}

/* The kernel shows the directory in sysfs first, and makes the file in /dev then. */
bool bus_line(const char *function, char *line, size_t size)
{
	char path[PATH_MAX];
	struct dirent *entry;
	bool found = false;
	DIR *dir;

	snprintf(path, sizeof(path), DEVICES "%s/misc", function);
	dir = opendir(path);
	if (!dir)
		return false;
	while (!found && (entry = readdir(dir))) {
		found = entry->d_name[0] != '.';
		if (found)
			snprintf(line, size, "%s", entry->d_name);
	}
	closedir(dir);
	if (!found)
		return false;
	snprintf(path, sizeof(path), "/dev/%s", line);
	return !access(path, F_OK);
}

static void say(const char *what, const char *name)
{
	ksft_print_msg("%s %s\n", what, name);
	fflush(stdout);
}

bool machine_serves(void)
{
	return getenv("IRQLINE_MACHINE");
}

void machine_unplug(const char *name, const char *function)
{
	say("unplug", name);
	WAIT_UNTIL(!bus_has(function), BUS_PATIENCE, "the device is unplugged");
	say("unplugged", name);
}

void machine_plug(const char *name, const char *function)
{
	char line[64];

	say("plug", name);
	WAIT_UNTIL(bus_line(function, line, sizeof(line)), BUS_PATIENCE,
		   "the device is plugged");
	say("plugged", name);
}
