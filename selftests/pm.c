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

/* Does a device that cannot be suspended have the root? */
static bool root_stays_awake(void)
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

/* Of those that a file lists, the one in brackets; "" if there is no such file. */
static void selected(const char *path, char *word, size_t size)
{
	char text[64], *at;

	word[0] = '\0';
	if (!file_read(path, text, sizeof(text)))
		return;
	at = strchr(text, '[');
	if (!at)
		die("%s does not tell what is selected", path);
	at++;
	snprintf(word, size, "%.*s", (int)strcspn(at, "]"), at);
}

const char *pm_open(struct pm *pm)
{
	char states[64];

	if (!file_read(PM "pm_test", pm->levels, sizeof(pm->levels)))
		return "no " PM "pm_test: it needs CONFIG_PM_DEBUG";
	if (!file_read(PM "state", states, sizeof(states)))
		states[0] = '\0';
	pm->state = strstr(states, "freeze") ? "freeze" :
		    strstr(states, "mem") ? "mem" : NULL;
	if (!pm->state)
		return "this system cannot be suspended";
	if (!file_read(PM "pm_async", pm->async, sizeof(pm->async)))
		return "no " PM "pm_async";
	file_must_write(PM "pm_async", "0");
	selected(MEM_SLEEP, pm->sleep, sizeof(pm->sleep));
	pm->shallow = root_stays_awake() ?
		"the root would not come back, it is on a virtio device" :
		      !strstr(states, "mem") ? "the system cannot suspend to memory" : NULL;
	if (!access(PM_TEST_DELAY, W_OK))
		file_must_write(PM_TEST_DELAY, "0");
	return NULL;
}

void pm_close(struct pm *pm)
{
	file_must_write(PM "pm_test", "none");
	file_must_write(PM "pm_async", pm->async);
	if (pm->sleep[0])
		file_must_write(MEM_SLEEP, pm->sleep);
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
	if (pm->shallow)
		return pm->shallow;
	return strstr(pm->levels, level) ? NULL : "there is no such level";
}

/* What is only idle while it is suspended does not go below the level of the platform. */
int pm_reach(struct pm *pm, const char *level)
{
	if (pm->sleep[0])
		file_must_write(MEM_SLEEP, "deep");
	return suspend(level, "mem");
}
