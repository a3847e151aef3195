// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>

#include "flow.h"

static __u64 total(const __u64 *counts)
{
	__u64 sum = 0;
	int bit;

	for (bit = 0; bit < 32; bit++)
		sum += counts[bit];
	return sum;
}

__u64 flow_raised(const struct flow *flow)
{
	return total(flow->raised);
}

__u64 flow_answered(const struct flow *flow)
{
	return total(flow->answered);
}

unsigned int flow_cut(const struct flow *flow)
{
	return __builtin_popcount(flow->outstanding);
}

__u64 flow_last(const struct flow *flow)
{
	__u64 sum = 0;
	int lane;

	for (lane = 0; lane < CPUS_MAX; lane++)
		sum += flow->last[lane];
	return sum;
}

const char *flow_proof(const struct flow *flow)
{
	static __thread char text[256];
	int bit;

	text[0] = '\0';
	if (flow->failure[0])
		return flow->failure;
	if (flow->outstanding && !flow->over)
		snprintf(text, sizeof(text), "0x%x is not answered",
			 flow->outstanding);
	for (bit = 0; bit < 32; bit++)
		if (flow->raised[bit] != flow->answered[bit] +
					 (flow->outstanding >> bit & 1))
			snprintf(text, sizeof(text),
				 "source %d: %llu raised, %llu answered", bit,
				 (unsigned long long)flow->raised[bit],
				 (unsigned long long)flow->answered[bit]);
	if (flow->events != flow_last(flow))
		snprintf(text, sizeof(text), "%llu events, numbers up to %llu",
			 (unsigned long long)flow->events,
			 (unsigned long long)flow_last(flow));
	if (!flow->events)
		snprintf(text, sizeof(text), "there was no event");
	return text;
}
