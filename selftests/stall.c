// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <string.h>

#include "stall.h"

bool stall_possible(struct nl *nl)
{
	struct strategy strategy;

	strategy_find(nl, "uio", &strategy);
	return strategy.available;
}

void stall_begin(struct stall *stall, struct nl *nl, const char *line,
		 const char *name)
{
	char device[80];

	*stall = (struct stall) { .line = line, .name = name };
	handler_bottom(nl, line, name, "uio");
	snprintf(device, sizeof(device), "irqline/%s/%s", line, name);
	client_open(&stall->client, client_find(device));
	client_control(&stall->client, false);
}

void stall_end(struct stall *stall, struct nl *nl, const char *bottom)
{
	if (strcmp(bottom, "uio"))
		handler_bottom(nl, stall->line, stall->name, bottom);
	else
		client_control(&stall->client, true);
	stall_close(stall);
}

void stall_close(struct stall *stall)
{
	client_close(&stall->client);
}
