// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <mntent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "pm.h"
#include "util.h"

#define PM		"/sys/power/"
#define MEM_SLEEP	PM "mem_sleep"
#define PM_TEST_DELAY	"/sys/module/suspend/parameters/pm_test_delay"

/* Is the root on a device that cannot be suspended? It may be bound from where that is. */
static bool on_9p(void)
{
	FILE *mounts = setmntent("/proc/mounts", "r");
	struct mntent *mount;
	bool found = false;

	if (!mounts)
		die("nobody tells what is mounted");
	while (!found && (mount = getmntent(mounts)))
		found = !strcmp(mount->mnt_type, "9p");
	endmntent(mounts);
	return found;
}

/* Why it is of no use that all devices are suspended, or NULL. */
static const char *why_shallow(const char *states, const char *sleeps)
{
	if (on_9p())
		return "the file system would not come back, it is on a virtio device";
	if (!strstr(states, "mem") || (sleeps[0] && !strstr(sleeps, "deep")))
		return "the system cannot suspend to memory";
	return NULL;
}

/* Of the words in a list, the one in brackets. */
static void selected(const char *list, char *word, size_t size)
{
	const char *at = strchr(list, '[');

	snprintf(word, size, "%.*s", at ? (int)strcspn(at + 1, "]") : 0,
		 at ? at + 1 : "");
}

/* An old kernel may lack it. */
static void read_if_there(const char *path, char *text, int size)
{
	if (!file_read(path, text, size))
		text[0] = '\0';
}

const char *pm_open(struct pm *pm)
{
	char states[64], sleeps[64];

	if (!file_read(PM "pm_test", pm->levels, sizeof(pm->levels)))
		return "no " PM "pm_test: it needs CONFIG_PM_DEBUG";
	read_if_there(PM "state", states, sizeof(states));
	pm->state = strstr(states, "freeze") ? "freeze" :
		    strstr(states, "mem") ? "mem" : NULL;
	if (!pm->state)
		return "this system cannot be suspended";
	if (!file_read(PM "pm_async", pm->async, sizeof(pm->async)))
		return "no " PM "pm_async";
	file_must_write(PM "pm_async", "0");
	read_if_there(MEM_SLEEP, sleeps, sizeof(sleeps));
	selected(sleeps, pm->sleep, sizeof(pm->sleep));
	pm->shallow = why_shallow(states, sleeps);
	read_if_there(PM_TEST_DELAY, pm->delay, sizeof(pm->delay));
	if (pm->delay[0])
		file_must_write(PM_TEST_DELAY, "0");
	return NULL;
}

void pm_close(struct pm *pm)
{
	file_must_write(PM "pm_test", "none");
	file_must_write(PM "pm_async", pm->async);
	if (pm->sleep[0])
		file_must_write(MEM_SLEEP, pm->sleep);
	if (pm->delay[0])
		file_must_write(PM_TEST_DELAY, pm->delay);
}

static int suspend(const char *level, const char *state)
{
	file_must_write(PM "pm_test", level);
	return file_write(PM "state", state) ? 0 : errno;
}

int pm_freeze(struct pm *pm)
{
	return suspend("freezer", pm->state);
}

/* How often a device has refused. */
static int refusals(void)
{
	char text[32] = "";

	if (!file_read(PM "suspend_stats/failed_suspend", text, sizeof(text)))
		die("nobody counts failed suspends");
	return atoi(text);
}

const char *pm_suspend(struct pm *pm, const char *refuser)
{
	static char text[256];
	char failed[64] = "";
	int before = refusals(), err;

	err = suspend("devices", pm->state);
	if (err != EBUSY || refusals() != before + 1) {
		snprintf(text, sizeof(text), "no device refused to sleep: %s",
			 strerror(err));
		return text;
	}
	if (!file_read(PM "suspend_stats/last_failed_dev", failed, sizeof(failed)))
		return "nobody tells which device refused";
	if (!strcmp(failed, refuser))
		return NULL;
	snprintf(text, sizeof(text), "%s refused to sleep, not %s", failed,
		 refuser);
	return text;
}

const char *pm_cannot(struct pm *pm, const char *level)
{
	if (!strstr(pm->levels, level))
		return "there is no such level";
	return strcmp(level, "freezer") ? pm->shallow : NULL;
}

/* A suspend to idle goes no further than the level "platform", hence a deep one. */
int pm_reach(struct pm *pm, const char *level)
{
	if (pm->sleep[0])
		file_must_write(MEM_SLEEP, "deep");
	return suspend(level, "mem");
}
