// SPDX-License-Identifier: GPL-2.0-only
/*
 * A flow that stalls: where is the event? What the kernel has counted tells, and
 * whether it comes when the device is made to interrupt once more.
 */
#include <stdarg.h>
#include <stdio.h>

#include "kselftest.h"
#include "flow_parts.h"

static __u64 tell(const struct flow *flow, struct nl *nl, const char *when)
{
	struct nl_list line = { 0 }, handler = { 0 };
	struct stats stats;
	struct nl_msg msg;
	__u64 passes;

	request_line(&msg, IRQLINE_CMD_LINE_GET, flow->line);
	nl_must(nl, &msg, &line);
	request_handler(&msg, IRQLINE_CMD_HANDLER_GET, flow->line, flow->name);
	nl_must(nl, &msg, &handler);
	stats_get(nl, flow->line, flow->name, &stats);
	passes = nl_u64(nl_first(&line), IRQLINE_A_LINE_PASSES);
	ksft_print_msg("%s/%s, %s: top half %s by %s, %llu passes; bottom half %s, taken %llu handled %llu pending %llu\n",
		       flow->line, flow->name, when,
		       nl_str(nl_first(&line), IRQLINE_A_LINE_TOP),
		       nl_u32(nl_first(&line), IRQLINE_A_LINE_DELIVERY) ==
		       IRQLINE_DELIVERY_MSI ? "MSI" : "INTx",
		       (unsigned long long)passes,
		       nl_str(nl_first(&handler), IRQLINE_A_HANDLER_BOTTOM),
		       (unsigned long long)stats.taken,
		       (unsigned long long)stats.handled,
		       (unsigned long long)stats.pending);
	fflush(stdout);
	nl_free(&line);
	nl_free(&handler);
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
