// SPDX-License-Identifier: GPL-2.0-only
#include "objects.h"
#include "switcher.h"

static void *switcher_run(void *arg)
{
	struct strategy list[STRATEGIES_MAX];
	struct switcher *switcher = arg;
	struct nl nl;
	int count, i;

	nl_open(&nl, IRQLINE_FAMILY_NAME);
	count = strategies_available(&nl, list);
	do {
		for (i = 0; i < count; i++)
			handler_bottom(&nl, switcher->line, switcher->name,
				       list[i].name);
		__atomic_fetch_add(&switcher->switches, count,
				   __ATOMIC_RELEASE);
	} while (!__atomic_load_n(&switcher->stop, __ATOMIC_ACQUIRE));
	handler_bottom(&nl, switcher->line, switcher->name, "tasklet");
	nl_close(&nl);
	return NULL;
}

void switcher_start(struct switcher *switcher, const char *line,
		    const char *name)
{
	*switcher = (struct switcher) { .line = line, .name = name };
	if (pthread_create(&switcher->thread, NULL, switcher_run, switcher))
		die("cannot start a thread");
}

unsigned int switcher_count(struct switcher *switcher)
{
	return __atomic_load_n(&switcher->switches, __ATOMIC_ACQUIRE);
}

void switcher_stop(struct switcher *switcher)
{
	__atomic_store_n(&switcher->stop, true, __ATOMIC_RELEASE);
	if (pthread_join(switcher->thread, NULL))
		die("cannot wait for a thread");
}
