// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>

#include "crew.h"

#define WORK_NS		(200 * NSEC_PER_USEC)
#define SLEEP_NS	(2 * NSEC_PER_MSEC)
#define STRAIN_NS	(200 * NSEC_PER_MSEC)
#define HOLDER		"holder"

static const struct member {
	const char *name, *bottom;
	__u32 sources;
	bool percpu, holds;
} members[CREW_SIZE] = {
	{ "softirq", "tasklet", 0x00000e00U, false, false },
	{ "percpu", "kthread", 0x00007000U, true, false },
	{ "thread", "irq-thread", 0x00070000U, false, false },
	{ "worker", "workqueue", 0x00700000U, false, false },
	{ HOLDER, "workqueue", 0x3c000000U, false, true },
};

static void add(struct nl *nl, const char *line, const struct member *member)
{
	struct nl_msg msg;

	request_handler(&msg, IRQLINE_CMD_HANDLER_NEW, line, member->name);
	nl_put_u32(&msg, IRQLINE_A_HANDLER_SOURCES, member->sources);
	nl_put_str(&msg, IRQLINE_A_HANDLER_BOTTOM, member->bottom);
	nl_put_u32(&msg, IRQLINE_A_HANDLER_WORK,
		   member->holds ? IRQLINE_WORK_SLEEP : IRQLINE_WORK_SPIN);
	nl_put_u64(&msg, IRQLINE_A_HANDLER_WORK_TIME,
		   member->holds ? SLEEP_NS : WORK_NS);
	if (member->percpu)
		nl_put_u32(&msg, IRQLINE_A_HANDLER_LANES,
			   IRQLINE_LANES_PERCPU);
	if (member->holds) {
		nl_put_u32(&msg, IRQLINE_A_HANDLER_QUEUE, IRQLINE_QUEUE_MIN);
		nl_put_u32(&msg, IRQLINE_A_HANDLER_OVERFLOW,
			   IRQLINE_OVERFLOW_BACKPRESSURE);
	}
	nl_must(nl, &msg, NULL);
}

void crew_start(struct crew *crew, struct nl *nl, const char *line)
{
	unsigned int i;

	crew->line = line;
	for (i = 0; i < CREW_SIZE; i++) {
		add(nl, line, &members[i]);
		crew->flows[i] = (struct flow) {
			.line = line, .name = members[i].name,
			.sources = members[i].sources,
			.percpu = members[i].percpu,
			.raiser_cpu = -1, .reader_cpu = -1, .seed = i + 1,
		};
		flow_start(&crew->flows[i], nl);
	}
}

bool crew_failed(struct crew *crew)
{
	unsigned int i;

	for (i = 0; i < CREW_SIZE; i++)
		if (flow_failed(&crew->flows[i]))
			return true;
	return false;
}

void crew_wait(struct crew *crew, __u64 events)
{
	unsigned int i;

	for (i = 0; i < CREW_SIZE; i++)
		flow_wait(&crew->flows[i], events);
}

/* Two wait, and their time begins when the one before them ends: that is what it holds for. */
void crew_strain(struct crew *crew, struct nl *nl)
{
	__u64 before;

	handler_work(nl, crew->line, HOLDER, IRQLINE_WORK_SLEEP, STRAIN_NS);
	before = line_u64(nl, crew->line, IRQLINE_A_LINE_THROTTLES);
	WAIT_UNTIL(crew_failed(crew) || line_u64(nl, crew->line, IRQLINE_A_LINE_THROTTLES) > before,
		   EVENT_TIMEOUT, "the device holds a source");
}

void crew_relax(struct crew *crew, struct nl *nl)
{
	handler_work(nl, crew->line, HOLDER, IRQLINE_WORK_SLEEP, SLEEP_NS);
}

const char *crew_stop(struct crew *crew, struct nl *nl)
{
	static char text[320];
	const char *wrong;
	unsigned int i;

	text[0] = '\0';
	for (i = 0; i < CREW_SIZE; i++) {
		flow_stop(&crew->flows[i], nl);
		wrong = flow_proof(&crew->flows[i]);
		if (wrong[0] && !text[0])
			snprintf(text, sizeof(text), "%s: %s",
				 members[i].name, wrong);
	}
	return text;
}
