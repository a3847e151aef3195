// SPDX-License-Identifier: GPL-2.0-only
/*
 * A flow that stalls: where is the event? What the kernel has counted tells, and
 * whether it comes when the device is made to interrupt once more.
 */
#include <stdarg.h>
#include <stdio.h>

#include "kselftest.h"
#include "flow_parts.h"

/* Returns how often the top half has run. */
static __u64 tell_line(const struct flow *flow, struct nl *nl)
{
	struct nl_list reply = { 0 };
	const struct nlmsghdr *line;
	struct nl_msg msg;
	__u64 passes;

	request_line(&msg, IRQLINE_CMD_LINE_GET, flow->line);
	nl_must(nl, &msg, &reply);
	line = nl_first(&reply);
	passes = nl_u64(line, IRQLINE_A_LINE_PASSES);
	ksft_print_msg("top half %s by %s, %llu passes\n",
		       nl_str(line, IRQLINE_A_LINE_TOP),
		       nl_u32(line, IRQLINE_A_LINE_DELIVERY) ==
		       IRQLINE_DELIVERY_MSI ? "MSI" : "INTx",
		       (unsigned long long)passes);
	nl_free(&reply);
	return passes;
}

static void tell_handler(const struct flow *flow, struct nl *nl)
{
	struct nl_list reply = { 0 };
	struct stats stats;
	struct nl_msg msg;

	request_handler(&msg, IRQLINE_CMD_HANDLER_GET, flow->line, flow->name);
	nl_must(nl, &msg, &reply);
	stats_get(nl, flow->line, flow->name, &stats);
	ksft_print_msg("bottom half %s, taken %llu handled %llu pending %llu\n",
		       nl_str(nl_first(&reply), IRQLINE_A_HANDLER_BOTTOM),
		       (unsigned long long)stats.taken,
		       (unsigned long long)stats.handled,
		       (unsigned long long)stats.pending);
	nl_free(&reply);
}

static __u64 tell(const struct flow *flow, struct nl *nl, const char *when)
{
	__u64 passes;

	ksft_print_msg("%s/%s, %s:\n", flow->line, flow->name, when);
	passes = tell_line(flow, nl);
	tell_handler(flow, nl);
	fflush(stdout);
	return passes;
}

/* By a source that is not the flow's: what the device has pending is found then, too. */
static void raise_another(const struct flow *flow, struct nl *nl, __u64 passes)
{
	__u32 source = 1U << (31 - __builtin_clz(~flow->sources | 1));
	__u64 end = now_ns() + NSEC_PER_SEC;

	dev_raise(flow->raise_fd, source);
	while (line_u64(nl, flow->line, IRQLINE_A_LINE_PASSES) == passes &&
	       now_ns() < end)
		pause_ms(1);
}

static void explain(const struct flow *flow)
{
	struct nl nl;
	__u64 passes;

	nl_open(&nl, IRQLINE_FAMILY_NAME);
	passes = tell(flow, &nl, "as it is");
	raise_another(flow, &nl, passes);
	tell(flow, &nl, "after another raise");
	nl_close(&nl);
}

void flow_stall(struct flow *flow, const char *format, ...)
{
	char text[sizeof(flow->failure)];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	/* First of all: who is asked now may not answer. */
	ksft_print_msg("%s/%s: %s\n", flow->line, flow->name, text);
	fflush(stdout);
	pthread_mutex_unlock(&flow->lock);
	explain(flow);
	pthread_mutex_lock(&flow->lock);
	flow_fail(flow, "%s", text);
}
