// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

#include "dev.h"
#include "objects.h"

void objects_open(struct nl *nl)
{
	nl_open(nl, IRQLINE_FAMILY_NAME);
	objects_reset(nl);
}

/* Where it has been turned off, a line begins with INTx. */
static bool has_msi(void)
{
	char text[4096];

	return !file_read("/proc/cmdline", text, sizeof(text)) ||
	       !strstr(text, "nomsi");
}

static void reset_line(struct nl *nl, const char *line)
{
	char cpus[IRQLINE_CPULIST_MAX + 1];
	struct nl_msg msg;

	if (!file_read("/sys/devices/system/cpu/online", cpus, sizeof(cpus)))
		die("cannot read which CPUs are online");
	request_line(&msg, IRQLINE_CMD_LINE_SET, line);
	nl_put_str(&msg, IRQLINE_A_LINE_TOP, "hard");
	nl_put_str(&msg, IRQLINE_A_LINE_AFFINITY, cpus);
	nl_put_u32(&msg, IRQLINE_A_LINE_CLOCK, 1);
	nl_must(nl, &msg, NULL);

	if (line_u32(nl, line, IRQLINE_A_LINE_DELIVERY) ==
	    IRQLINE_DELIVERY_MSI || !has_msi())
		return;
	line_delivery(nl, line, IRQLINE_DELIVERY_MSI);
}

/* A device's own handler goes back to what it was when the device came. */
static void reset_builtin(struct nl *nl, const char *line, const char *name)
{
	struct nl_msg msg;

	request_handler(&msg, IRQLINE_CMD_HANDLER_SET, line, name);
	nl_put_str(&msg, IRQLINE_A_HANDLER_BOTTOM, "tasklet");
	nl_put_u32(&msg, IRQLINE_A_HANDLER_LANES, IRQLINE_LANES_SINGLE);
	nl_put_u32(&msg, IRQLINE_A_HANDLER_BUDGET, 64);
	nl_put_u32(&msg, IRQLINE_A_HANDLER_QUEUE, 256);
	nl_put_u32(&msg, IRQLINE_A_HANDLER_OVERFLOW, IRQLINE_OVERFLOW_MERGE);
	nl_put_u32(&msg, IRQLINE_A_HANDLER_LOW, 128);
	nl_put_u32(&msg, IRQLINE_A_HANDLER_WORK, IRQLINE_WORK_NONE);
	nl_must(nl, &msg, NULL);
}

void objects_reset(struct nl *nl)
{
	const struct nlmsghdr *header;
	struct nl_list list = { 0 };
	const char *line, *name;
	struct nl_msg msg;

	nl_init(&msg, IRQLINE_CMD_HANDLER_GET);
	nl_dump(nl, &msg, &list);
	nl_for_each(header, &list) {
		line = nl_str(header, IRQLINE_A_HANDLER_LINE);
		name = nl_str(header, IRQLINE_A_HANDLER_NAME);
		if (nl_find(header, IRQLINE_A_HANDLER_BUILTIN))
			reset_builtin(nl, line, name);
		else
			handler_del(nl, line, name);
	}
	nl_free(&list);

	nl_init(&msg, IRQLINE_CMD_LINE_GET);
	nl_dump(nl, &msg, &list);
	nl_for_each(header, &list)
		reset_line(nl, nl_str(header, IRQLINE_A_LINE_NAME));
	nl_free(&list);
}

void request_line(struct nl_msg *msg, __u8 cmd, const char *line)
{
	nl_init(msg, cmd);
	nl_put_str(msg, IRQLINE_A_LINE_NAME, line);
}

void request_handler(struct nl_msg *msg, __u8 cmd, const char *line,
		     const char *name)
{
	nl_init(msg, cmd);
	nl_put_str(msg, IRQLINE_A_HANDLER_LINE, line);
	nl_put_str(msg, IRQLINE_A_HANDLER_NAME, name);
}

static void must_get(struct nl *nl, struct nl_msg *msg, struct nl_list *reply)
{
	nl_must(nl, msg, reply);
	if (reply->count != 1)
		die("command %u brings %u messages, not one",
		    nl_cmd(&msg->header), reply->count);
}

bool line_exists(struct nl *nl, const char *line)
{
	struct nl_msg msg;

	request_line(&msg, IRQLINE_CMD_LINE_GET, line);
	return nl_do(nl, &msg, NULL) == 0;
}

void line_get(struct nl *nl, const char *line, struct nl_list *reply)
{
	struct nl_msg msg;

	request_line(&msg, IRQLINE_CMD_LINE_GET, line);
	must_get(nl, &msg, reply);
}

__u32 line_u32(struct nl *nl, const char *line, __u16 type)
{
	struct nl_list reply = { 0 };
	__u32 value;

	line_get(nl, line, &reply);
	value = nl_u32(nl_first(&reply), type);
	nl_free(&reply);
	return value;
}

__u64 line_u64(struct nl *nl, const char *line, __u16 type)
{
	struct nl_list reply = { 0 };
	__u64 value;

	line_get(nl, line, &reply);
	value = nl_u64(nl_first(&reply), type);
	nl_free(&reply);
	return value;
}

void line_clock(struct nl *nl, const char *line, bool on)
{
	struct nl_msg msg;

	request_line(&msg, IRQLINE_CMD_LINE_SET, line);
	nl_put_u32(&msg, IRQLINE_A_LINE_CLOCK, on);
	nl_must(nl, &msg, NULL);
}

void request_top(struct nl_msg *msg, const char *line, const char *top)
{
	request_line(msg, IRQLINE_CMD_LINE_SET, line);
	nl_put_str(msg, IRQLINE_A_LINE_TOP, top);
}

void line_top(struct nl *nl, const char *line, const char *top)
{
	struct nl_msg msg;

	request_top(&msg, line, top);
	nl_must(nl, &msg, NULL);
}

bool may_be_hindered(struct nl *nl, const char *line)
{
	struct nl_ack ack = nl->ack;
	__u32 delivery = line_u32(nl, line, IRQLINE_A_LINE_DELIVERY);

	nl->ack = ack;
	return delivery == IRQLINE_DELIVERY_INTX && ack.error == EBUSY;
}

bool try_top(struct nl *nl, const char *line, const char *top)
{
	struct nl_msg msg;

	request_top(&msg, line, top);
	if (!nl_do(nl, &msg, NULL))
		return true;
	if (!may_be_hindered(nl, line))
		die("%s: top %s: %s", line, top, nl->ack.text);
	return false;
}

static void request_delivery(struct nl_msg *msg, const char *line,
			     __u32 delivery)
{
	request_line(msg, IRQLINE_CMD_LINE_SET, line);
	nl_put_u32(msg, IRQLINE_A_LINE_DELIVERY, delivery);
}

void line_delivery(struct nl *nl, const char *line, __u32 delivery)
{
	struct nl_msg msg;

	request_delivery(&msg, line, delivery);
	nl_must(nl, &msg, NULL);
}

int try_delivery(struct nl *nl, const char *line, __u32 delivery)
{
	struct nl_msg msg;

	request_delivery(&msg, line, delivery);
	return nl_do(nl, &msg, NULL);
}

const char *lines_share(struct nl *nl)
{
	if (!line_exists(nl, NEIGHBOUR))
		return "there is no second device";
	line_delivery(nl, LINE, IRQLINE_DELIVERY_INTX);
	line_delivery(nl, NEIGHBOUR, IRQLINE_DELIVERY_INTX);
	if (line_u32(nl, LINE, IRQLINE_A_LINE_IRQ) !=
	    line_u32(nl, NEIGHBOUR, IRQLINE_A_LINE_IRQ))
		return "the devices do not share their INTx";
	return NULL;
}

/*
 * The kernel may move an interrupt when the next one arrives, so interrupts are
 * made until one is taken where it should. It does not while it still has to
 * clean up after the move before, which takes it a tick or two.
 */
static bool arrives_at(struct nl *nl, const char *line, int cpu)
{
	const char *probe = "affinity-probe";
	__u32 id = handler_new(nl, line, probe, 0x80000000U, "inline");
	int fd = dev_open(line, O_RDWR);
	struct irqline_event event = { .top_cpu = cpu + 1 };
	__u64 end = now_ns() + EVENT_TIMEOUT * NSEC_PER_SEC;

	while (event.top_cpu != cpu && now_ns() < end) {
		dev_raise(fd, 0x80000000U);
		dev_next(fd, id, &event);
		if (event.top_cpu != cpu)
			pause_ms(1);
	}
	close(fd);
	handler_del(nl, line, probe);
	return event.top_cpu == cpu;
}

void line_affinity_soon(struct nl *nl, const char *line, int cpu)
{
	struct nl_msg msg;
	char list[16];

	snprintf(list, sizeof(list), "%d", cpu);
	request_line(&msg, IRQLINE_CMD_LINE_SET, line);
	nl_put_str(&msg, IRQLINE_A_LINE_AFFINITY, list);
	nl_must(nl, &msg, NULL);
}

void line_affinity(struct nl *nl, const char *line, int cpu)
{
	line_affinity_soon(nl, line, cpu);
	if (!arrives_at(nl, line, cpu))
		die("%s: no interrupt comes to CPU %d within %d seconds",
		    line, cpu, EVENT_TIMEOUT);
}

void handler_get(struct nl *nl, const char *line, const char *name,
		 struct nl_list *reply)
{
	struct nl_msg msg;

	request_handler(&msg, IRQLINE_CMD_HANDLER_GET, line, name);
	must_get(nl, &msg, reply);
}

__u32 handler_id(struct nl *nl, const char *line, const char *name)
{
	struct nl_list reply = { 0 };
	__u32 id;

	handler_get(nl, line, name, &reply);
	id = nl_u32(nl_first(&reply), IRQLINE_A_HANDLER_ID);
	nl_free(&reply);
	return id;
}

__u32 handler_new(struct nl *nl, const char *line, const char *name,
		  __u32 sources, const char *bottom)
{
	struct nl_msg msg;

	request_handler(&msg, IRQLINE_CMD_HANDLER_NEW, line, name);
	nl_put_u32(&msg, IRQLINE_A_HANDLER_SOURCES, sources);
	nl_put_str(&msg, IRQLINE_A_HANDLER_BOTTOM, bottom);
	nl_must(nl, &msg, NULL);
	return handler_id(nl, line, name);
}

__u64 handler_del(struct nl *nl, const char *line, const char *name)
{
	struct nl_list reply = { 0 };
	struct nl_msg msg;
	__u64 pending;

	request_handler(&msg, IRQLINE_CMD_HANDLER_DEL, line, name);
	must_get(nl, &msg, &reply);
	pending = nl_u64(nl_first(&reply), IRQLINE_A_HANDLER_PENDING);
	nl_free(&reply);
	return pending;
}

void handler_bottom(struct nl *nl, const char *line, const char *name,
		    const char *bottom)
{
	struct nl_msg msg;

	request_handler(&msg, IRQLINE_CMD_HANDLER_SET, line, name);
	nl_put_str(&msg, IRQLINE_A_HANDLER_BOTTOM, bottom);
	nl_must(nl, &msg, NULL);
}

void handler_work(struct nl *nl, const char *line, const char *name,
		  __u32 work, __u64 ns)
{
	struct nl_msg msg;

	request_handler(&msg, IRQLINE_CMD_HANDLER_SET, line, name);
	nl_put_u32(&msg, IRQLINE_A_HANDLER_WORK, work);
	if (work != IRQLINE_WORK_NONE)
		nl_put_u64(&msg, IRQLINE_A_HANDLER_WORK_TIME, ns);
	nl_must(nl, &msg, NULL);
}

void handler_set_u32(struct nl *nl, const char *line, const char *name,
		     __u16 type, __u32 value)
{
	struct nl_msg msg;

	request_handler(&msg, IRQLINE_CMD_HANDLER_SET, line, name);
	nl_put_u32(&msg, type, value);
	nl_must(nl, &msg, NULL);
}

__u32 handler_u32(struct nl *nl, const char *line, const char *name,
		  __u16 type)
{
	struct nl_list reply = { 0 };
	__u32 value;

	handler_get(nl, line, name, &reply);
	value = nl_u32(nl_first(&reply), type);
	nl_free(&reply);
	return value;
}

static void parse_context(const struct nlattr *nest, struct stats *stats)
{
	__u32 context = nl_value_u32(nl_find_nested(nest,
					IRQLINE_A_STATS_CONTEXT_CONTEXT));

	if (context > IRQLINE_CONTEXT_TASK)
		die("stats name context %u", context);
	stats->context[context] += nl_value_u64(nl_find_nested(nest,
					IRQLINE_A_STATS_CONTEXT_COUNT));
}

static void parse_cpu(const struct nlattr *nest, struct stats *stats)
{
	__u32 cpu = nl_value_u32(nl_find_nested(nest, IRQLINE_A_STATS_CPU_CPU));

	if (cpu >= CPUS_MAX)
		die("stats name CPU %u", cpu);
	stats->cpu[cpu] += nl_value_u64(nl_find_nested(nest,
					IRQLINE_A_STATS_CPU_COUNT));
}

static struct hist parse_hist(const struct nlattr *nest)
{
	return (struct hist) {
		.count = nl_value_u64(nl_find_nested(nest,
						IRQLINE_A_HISTOGRAM_COUNT)),
		.sum = nl_value_u64(nl_find_nested(nest,
						IRQLINE_A_HISTOGRAM_SUM)),
		.maximum = nl_value_u64(nl_find_nested(nest,
						IRQLINE_A_HISTOGRAM_MAXIMUM)),
	};
}

static void parse_stats_attr(const struct nlattr *attr, struct stats *stats)
{
	switch (nl_type(attr)) {
	case IRQLINE_A_STATS_LANE:
		stats->lane = nl_value_u32(attr);
		break;
	case IRQLINE_A_STATS_CONTEXT:
		parse_context(attr, stats);
		break;
	case IRQLINE_A_STATS_CPU:
		parse_cpu(attr, stats);
		break;
	case IRQLINE_A_STATS_PID:
		stats->pid = nl_value_u32(attr);
		break;
	case IRQLINE_A_STATS_COMM:
		snprintf(stats->comm, sizeof(stats->comm), "%s",
			 nl_value_str(attr));
		break;
	case IRQLINE_A_STATS_LATENCY:
		stats->latency = parse_hist(attr);
		break;
	case IRQLINE_A_STATS_RUNTIME:
		stats->runtime = parse_hist(attr);
		break;
	}
}

/* What all messages with counts have. */
static void parse_counts(const struct nlmsghdr *header, struct stats *stats)
{
	const struct nlattr *attr;
	size_t len;

	*stats = (struct stats) {
		.lane = -1,
		.taken = nl_u64(header, IRQLINE_A_STATS_TAKEN),
		.handled = nl_u64(header, IRQLINE_A_STATS_HANDLED),
		.dropped = nl_u64(header, IRQLINE_A_STATS_DROPPED),
		.merged = nl_u64(header, IRQLINE_A_STATS_MERGED),
		.pending = nl_u64(header, IRQLINE_A_STATS_PENDING),
	};
	nl_for_each_attr(attr, nl_attrs(header, &len), &len)
		parse_stats_attr(attr, stats);
}

static void parse_stats(const struct nlmsghdr *header, struct stats *stats)
{
	parse_counts(header, stats);
	stats->switches = nl_u64(header, IRQLINE_A_STATS_SWITCHES);
	stats->switches_owned = nl_u64(header, IRQLINE_A_STATS_SWITCHES_OWNED);
	stats->owed = nl_u64(header, IRQLINE_A_STATS_OWED);
}

__u32 alert_parse(const struct nlmsghdr *header, struct stats *stats)
{
	if (nl_cmd(header) != IRQLINE_CMD_ALERT_NTF)
		die("command %u is no alert", nl_cmd(header));
	parse_counts(header, stats);
	return nl_u32(header, IRQLINE_A_STATS_ALERT);
}

static void request_stats(struct nl_msg *msg, __u8 cmd, const char *line,
			  const char *handler)
{
	nl_init(msg, cmd);
	if (line)
		nl_put_str(msg, IRQLINE_A_STATS_LINE, line);
	if (handler)
		nl_put_str(msg, IRQLINE_A_STATS_HANDLER, handler);
}

void stats_get(struct nl *nl, const char *line, const char *handler,
	       struct stats *stats)
{
	struct nl_list reply = { 0 };
	struct nl_msg msg;

	request_stats(&msg, IRQLINE_CMD_STATS_GET, line, handler);
	must_get(nl, &msg, &reply);
	parse_stats(nl_first(&reply), stats);
	nl_free(&reply);
}

void stats_get_lane(struct nl *nl, const char *line, const char *handler,
		    int lane, struct stats *stats)
{
	struct nl_list reply = { 0 };
	struct nl_msg msg;

	request_stats(&msg, IRQLINE_CMD_STATS_GET, line, handler);
	nl_put_u32(&msg, IRQLINE_A_STATS_LANE, lane);
	must_get(nl, &msg, &reply);
	parse_stats(nl_first(&reply), stats);
	if (stats->lane != lane)
		die("asked for lane %d, got lane %d", lane, stats->lane);
	nl_free(&reply);
}

int stats_lanes(struct nl *nl, const char *line, const char *handler)
{
	const struct nlmsghdr *header;
	struct nl_list reply = { 0 };
	struct nl_msg msg;
	int count = 0;

	request_stats(&msg, IRQLINE_CMD_STATS_GET, line, NULL);
	if (nl_dump(nl, &msg, &reply))
		die("stats of %s: %s", line, nl->ack.text);
	nl_for_each(header, &reply)
		count += !strcmp(nl_str(header, IRQLINE_A_STATS_HANDLER),
				 handler);
	nl_free(&reply);
	return count;
}

__u64 stats_pending(struct nl *nl, const char *line, const char *handler)
{
	struct stats stats;

	stats_get(nl, line, handler, &stats);
	return stats.pending;
}

__u64 stats_taken(struct nl *nl, const char *line, const char *handler)
{
	struct stats stats;

	stats_get(nl, line, handler, &stats);
	return stats.taken;
}

void raise_taken(struct nl *nl, int fd, const char *line, const char *handler,
		 __u32 sources)
{
	__u64 before = stats_taken(nl, line, handler);

	dev_raise(fd, sources);
	WAIT_UNTIL(stats_taken(nl, line, handler) > before, EVENT_TIMEOUT,
		   "the top half takes the event");
}

void stats_reset(struct nl *nl, const char *line, const char *handler)
{
	struct nl_msg msg;

	request_stats(&msg, IRQLINE_CMD_STATS_RESET, line, handler);
	nl_must(nl, &msg, NULL);
}

bool stats_add_up(const struct stats *stats)
{
	return stats->taken == stats->handled + stats->dropped +
			       stats->merged + stats->pending;
}

static void tell_stats(const struct nlmsghdr *header, const struct stats *stats,
		       char *text, size_t size)
{
	snprintf(text, size,
		 "%s/%s: taken %llu handled %llu dropped %llu merged %llu pending %llu",
		 nl_str(header, IRQLINE_A_STATS_LINE),
		 nl_str(header, IRQLINE_A_STATS_HANDLER),
		 (unsigned long long)stats->taken,
		 (unsigned long long)stats->handled,
		 (unsigned long long)stats->dropped,
		 (unsigned long long)stats->merged,
		 (unsigned long long)stats->pending);
}

bool stats_all_add_up(struct nl *nl, const char *line, char *text, size_t size)
{
	const struct nlmsghdr *header;
	struct nl_list reply = { 0 };
	struct stats stats;
	struct nl_msg msg;
	bool good = true;

	request_stats(&msg, IRQLINE_CMD_STATS_GET, line, NULL);
	if (nl_dump(nl, &msg, &reply))
		die("stats of %s: %s", line ? : "all lines", nl->ack.text);
	nl_for_each(header, &reply) {
		parse_stats(header, &stats);
		if (good && !stats_add_up(&stats)) {
			tell_stats(header, &stats, text, size);
			good = false;
		}
	}
	nl_free(&reply);
	return good;
}

static void parse_strategy(const struct nlmsghdr *header,
			   struct strategy *strategy)
{
	memset(strategy, 0, sizeof(*strategy));
	snprintf(strategy->name, sizeof(strategy->name), "%s",
		 nl_str(header, IRQLINE_A_STRATEGY_NAME));
	strategy->kind = nl_u32(header, IRQLINE_A_STRATEGY_KIND);
	strategy->available = nl_u32(header, IRQLINE_A_STRATEGY_AVAILABLE);
	if (nl_find(header, IRQLINE_A_STRATEGY_SINCE))
		snprintf(strategy->since, sizeof(strategy->since), "%s",
			 nl_str(header, IRQLINE_A_STRATEGY_SINCE));
	/* Of one that is not there, nothing else is known. */
	if (!strategy->available)
		return;
	strategy->context = nl_u32(header, IRQLINE_A_STRATEGY_CONTEXT);
	strategy->may_sleep = nl_u32(header, IRQLINE_A_STRATEGY_MAY_SLEEP);
	strategy->settings = nl_u32(header, IRQLINE_A_STRATEGY_SETTINGS);
	strategy->order = nl_u32(header, IRQLINE_A_STRATEGY_ORDER);
	strategy->place = nl_u32(header, IRQLINE_A_STRATEGY_PLACE);
	if (nl_find(header, IRQLINE_A_STRATEGY_SOFTIRQ))
		snprintf(strategy->softirq, sizeof(strategy->softirq), "%s",
			 nl_str(header, IRQLINE_A_STRATEGY_SOFTIRQ));
}

int strategies(struct nl *nl, struct strategy *list)
{
	const struct nlmsghdr *header;
	struct nl_list reply = { 0 };
	struct nl_msg msg;
	int count = 0;

	nl_init(&msg, IRQLINE_CMD_STRATEGY_GET);
	nl_dump(nl, &msg, &reply);
	nl_for_each(header, &reply) {
		if (nl_u32(header, IRQLINE_A_STRATEGY_KIND) !=
		    IRQLINE_KIND_BOTTOM)
			continue;
		if (count == STRATEGIES_MAX)
			die("more than %d strategies", STRATEGIES_MAX);
		parse_strategy(header, &list[count++]);
	}
	nl_free(&reply);
	return count;
}

int strategies_available(struct nl *nl, struct strategy *list)
{
	int known = strategies(nl, list), count = 0, i;

	for (i = 0; i < known; i++) {
		if (list[i].available)
			list[count++] = list[i];
	}
	return count;
}

void strategy_find(struct nl *nl, const char *name, struct strategy *strategy)
{
	struct nl_list reply = { 0 };
	struct nl_msg msg;

	nl_init(&msg, IRQLINE_CMD_STRATEGY_GET);
	nl_put_str(&msg, IRQLINE_A_STRATEGY_NAME, name);
	nl_put_u32(&msg, IRQLINE_A_STRATEGY_KIND, IRQLINE_KIND_BOTTOM);
	must_get(nl, &msg, &reply);
	parse_strategy(nl_first(&reply), strategy);
	nl_free(&reply);
}

static unsigned int version(const char *text)
{
	unsigned int major = 0, minor = 0;

	if (sscanf(text, "%u.%u", &major, &minor) != 2)
		die("no kernel version: '%s'", text);
	return major << 16 | minor;
}

bool strategy_takes(const struct strategy *strategy, __u32 setting)
{
	return strategy->settings & setting;
}

bool kernel_before(const char *release)
{
	struct utsname kernel;

	uname(&kernel);
	return version(kernel.release) < version(release);
}

bool strategy_lacks_kernel(const struct strategy *strategy)
{
	return !strategy->available && strategy->since[0] &&
	       kernel_before(strategy->since);
}
