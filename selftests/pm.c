// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "pm.h"
#include "util.h"

#define PM		"/sys/power/"
#define PM_TEST_DELAY	"/sys/module/suspend/parameters/pm_test_delay"

const char *pm_open(struct pm *pm)
{
	char states[64];

	if (access(PM "pm_test", W_OK))
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
	if (!access(PM_TEST_DELAY, W_OK))
		file_must_write(PM_TEST_DELAY, "0");
	return NULL;
}

void pm_close(struct pm *pm)
{
	file_must_write(PM "pm_test", "none");
	file_must_write(PM "pm_async", pm->async);
}

static int suspend(struct pm *pm, const char *level)
{
	file_must_write(PM "pm_test", level);
	return file_write(PM "state", pm->state) ? 0 : errno;
}

int pm_freeze(struct pm *pm)
{
	return suspend(pm, "freezer");
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

	err = suspend(pm, "devices");
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
