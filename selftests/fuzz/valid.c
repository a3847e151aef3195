// SPDX-License-Identifier: GPL-2.0-only
#include <stdio.h>
#include <string.h>

#include "fuzz.h"
#include "kselftest.h"
#include "valid.h"

/* What a request is made with. */
struct maker {
	struct request *request;
	const struct vocabulary *words;
	const struct policy_set *set;
	__u16 want;
	__u32 *seed;
};

static void learn_tops(struct vocabulary *words, struct nl *nl)
{
	const struct nlmsghdr *header;
	struct nl_list list = { 0 };
	struct strategy *top;
	struct nl_msg msg;

	nl_init(&msg, IRQLINE_CMD_STRATEGY_GET);
	nl_dump(nl, &msg, &list);
	nl_for_each(header, &list) {
		if (nl_u32(header, IRQLINE_A_STRATEGY_KIND) != IRQLINE_KIND_TOP)
			continue;
		if (words->nr_tops == VALID_TOPS)
			die("more than %d strategies of top halves", VALID_TOPS);
		top = &words->tops[words->nr_tops++];
		snprintf(top->name, sizeof(top->name), "%s",
			 nl_str(header, IRQLINE_A_STRATEGY_NAME));
		top->settings = nl_u32(header, IRQLINE_A_STRATEGY_SETTINGS);
	}
	nl_free(&list);
}

static void learn_lines(struct vocabulary *words, struct nl *nl)
{
	const struct nlmsghdr *header;
	struct nl_list list = { 0 };
	struct nl_msg msg;

	nl_init(&msg, IRQLINE_CMD_LINE_GET);
	nl_dump(nl, &msg, &list);
	nl_for_each(header, &list) {
		if (words->nr_lines < VALID_LINES)
			snprintf(words->lines[words->nr_lines++], sizeof(words->lines[0]),
				 "%s", nl_str(header, IRQLINE_A_LINE_NAME));
	}
	nl_free(&list);
	if (!words->nr_lines)
		die("there is no line");
}

void vocabulary_learn(struct vocabulary *words, struct nl *nl)
{
	memset(words, 0, sizeof(*words));
	policy_learn(&words->policy, IRQLINE_FAMILY_NAME);
	words->nr_bottoms = strategies_available(nl, words->bottoms);
	learn_tops(words, nl);
	learn_lines(words, nl);
}

const char *vocabulary_line(const struct vocabulary *words, __u32 *seed)
{
	return words->lines[random_below(seed, words->nr_lines)];
}

const char *vocabulary_handler(__u32 *seed)
{
	static const char * const names[] = {
		"a", "b", "c", "d", "e", "a", "b", "c", VALID_IDLE, VALID_WITNESS,
		"factorial", "dma",
	};

	return names[random_below(seed, ARRAY_SIZE(names))];
}

const struct policy_attr *valid_policy(const struct vocabulary *words, __u8 cmd,
				       unsigned int type)
{
	const struct policy_op *op = policy_op(&words->policy, cmd);
	const struct policy_attr *attr;

	if (!op || type >= POLICY_ATTRS)
		return NULL;
	attr = &words->policy.set[op->on_do >= 0 ? op->on_do : op->on_dump].attrs[type];
	return attr->kind ? attr : NULL;
}

static __u64 random_u64(__u32 *seed)
{
	return (__u64)random_u32(seed) << 32 | random_u32(seed);
}

__u64 valid_number(const struct policy_attr *attr, __u32 *seed)
{
	__u64 span = (__u64)attr->max - (__u64)attr->min;

	if (!attr->ranged)
		return random_u64(seed) >> random_below(seed, 64);
	switch (random_below(seed, 4)) {
	case 0:
		return attr->min;
	case 1:
		return attr->max;
	default:
		return attr->min + (span == ~0ULL ? random_u64(seed) :
				    random_u64(seed) % (span + 1));
	}
}

/* Wanted, or once in a while. */
static bool takes(const struct maker *maker, __u16 type)
{
	return maker->want == type || fuzz_chance(maker->seed, 6);
}

static void put_u32(const struct maker *maker, __u16 type, __u32 value)
{
	if (!request_has(maker->request, type))
		request_u32(maker->request, type, value);
}

static void put_str(const struct maker *maker, __u16 type, const char *text)
{
	if (!request_has(maker->request, type))
		request_str(maker->request, type, text);
}

/* Whatever the policy says; of the size that a number of this kind has. */
static void put_number(const struct maker *maker, __u16 type)
{
	const struct policy_attr *attr = &maker->set->attrs[type];
	__u64 value = valid_number(attr, maker->seed);

	if (!request_has(maker->request, type))
		request_put(maker->request, type, &value, policy_width(attr));
}

static void maybe_number(const struct maker *maker, __u16 type)
{
	if (takes(maker, type))
		put_number(maker, type);
}

/* The settings of strategies that have attributes of their own. */
static __u32 setting_of(__u16 type)
{
	switch (type) {
	case IRQLINE_A_HANDLER_CPU:
		return IRQLINE_SETTING_CPU;
	case IRQLINE_A_HANDLER_LANES:
		return IRQLINE_SETTING_LANES;
	case IRQLINE_A_HANDLER_DELAY:
		return IRQLINE_SETTING_DELAY;
	case IRQLINE_A_HANDLER_SCHED:
	case IRQLINE_A_HANDLER_SCHED_PRIORITY:
		return IRQLINE_SETTING_SCHED;
	case IRQLINE_A_HANDLER_NICE:
		return IRQLINE_SETTING_NICE;
	case IRQLINE_A_HANDLER_THREADED:
		return IRQLINE_SETTING_THREADED;
	default:
		return 0;
	}
}

static const struct strategy *pick(const struct strategy *list, int count, __u32 settings,
				   __u32 *seed)
{
	int start = random_below(seed, count), i;

	for (i = 0; i < count; i++)
		if ((list[(start + i) % count].settings & settings) == settings)
			return &list[(start + i) % count];
	die("no strategy takes the settings 0x%x", settings);
}

/* One for each CPU excludes one CPU, so both are said. */
static void put_place(const struct maker *maker, const struct strategy *bottom)
{
	bool lanes = strategy_takes(bottom, IRQLINE_SETTING_LANES);
	bool cpu = strategy_takes(bottom, IRQLINE_SETTING_CPU);

	if (cpu && takes(maker, IRQLINE_A_HANDLER_CPU)) {
		put_u32(maker, IRQLINE_A_HANDLER_CPU,
			cpu_nth(random_below(maker->seed, cpu_count())));
		put_u32(maker, IRQLINE_A_HANDLER_LANES, IRQLINE_LANES_SINGLE);
	} else if (lanes && takes(maker, IRQLINE_A_HANDLER_LANES)) {
		put_number(maker, IRQLINE_A_HANDLER_LANES);
	}
}

static void put_class(const struct maker *maker, const struct strategy *bottom)
{
	if (strategy_takes(bottom, IRQLINE_SETTING_NICE) &&
	    takes(maker, IRQLINE_A_HANDLER_NICE)) {
		put_number(maker, IRQLINE_A_HANDLER_NICE);
	} else if (strategy_takes(bottom, IRQLINE_SETTING_SCHED) &&
		   (takes(maker, IRQLINE_A_HANDLER_SCHED) ||
		    maker->want == IRQLINE_A_HANDLER_SCHED_PRIORITY)) {
		put_u32(maker, IRQLINE_A_HANDLER_SCHED,
			1 + random_below(maker->seed, IRQLINE_SCHED_RR));
		put_number(maker, IRQLINE_A_HANDLER_SCHED_PRIORITY);
	}
}

static void put_work(const struct maker *maker, const struct strategy *bottom)
{
	__u32 kinds = bottom->may_sleep ? 2 : 1;

	if (!takes(maker, IRQLINE_A_HANDLER_WORK) && maker->want != IRQLINE_A_HANDLER_WORK_TIME)
		return;
	if (maker->want != IRQLINE_A_HANDLER_WORK_TIME && fuzz_chance(maker->seed, 2)) {
		put_u32(maker, IRQLINE_A_HANDLER_WORK, IRQLINE_WORK_NONE);
		return;
	}
	put_u32(maker, IRQLINE_A_HANDLER_WORK, 1 + random_below(maker->seed, kinds));
	put_number(maker, IRQLINE_A_HANDLER_WORK_TIME);
}

static void put_bottom(const struct maker *maker)
{
	const struct strategy *bottom = pick(maker->words->bottoms, maker->words->nr_bottoms,
					     setting_of(maker->want), maker->seed);

	put_str(maker, IRQLINE_A_HANDLER_BOTTOM, bottom->name);
	put_place(maker, bottom);
	if (strategy_takes(bottom, IRQLINE_SETTING_DELAY))
		maybe_number(maker, IRQLINE_A_HANDLER_DELAY);
	put_class(maker, bottom);
	if (strategy_takes(bottom, IRQLINE_SETTING_THREADED))
		maybe_number(maker, IRQLINE_A_HANDLER_THREADED);
	put_work(maker, bottom);
}

/* Watermarks go with a size that they fit, and high with backpressure alone. */
static void put_queue(const struct maker *maker)
{
	__u32 size = 2U << random_below(maker->seed, fuzz_chance(maker->seed, 8) ? 16 : 9);
	bool high = takes(maker, IRQLINE_A_HANDLER_HIGH);
	bool low = takes(maker, IRQLINE_A_HANDLER_LOW);

	if (!high && !low && !takes(maker, IRQLINE_A_HANDLER_QUEUE))
		return;
	put_u32(maker, IRQLINE_A_HANDLER_QUEUE, size);
	if (high) {
		put_u32(maker, IRQLINE_A_HANDLER_OVERFLOW, IRQLINE_OVERFLOW_BACKPRESSURE);
		size = 1 + random_below(maker->seed, size);
		put_u32(maker, IRQLINE_A_HANDLER_HIGH, size);
	}
	if (low || high)
		put_u32(maker, IRQLINE_A_HANDLER_LOW, random_below(maker->seed, size));
}

static void put_rank(const struct maker *maker)
{
	if (maker->request->cmd == IRQLINE_CMD_HANDLER_NEW ||
	    takes(maker, IRQLINE_A_HANDLER_SOURCES))
		put_u32(maker, IRQLINE_A_HANDLER_SOURCES,
			random_u32(maker->seed) & random_u32(maker->seed) ? : 2);
	maybe_number(maker, IRQLINE_A_HANDLER_PRIORITY);
	if (maker->want == IRQLINE_A_HANDLER_EXCLUSIVE || fuzz_chance(maker->seed, 32))
		put_number(maker, IRQLINE_A_HANDLER_EXCLUSIVE);
}

static bool is_devices_own(const char *name)
{
	return !strcmp(name, "factorial") || !strcmp(name, "dma");
}

/* A handler of a user's has all the settings, the device's own only some. */
static void make_settings(const struct maker *maker)
{
	bool ranked = maker->want == IRQLINE_A_HANDLER_SOURCES ||
		      maker->want == IRQLINE_A_HANDLER_PRIORITY ||
		      maker->want == IRQLINE_A_HANDLER_EXCLUSIVE;
	const char *name = maker->want ? "a" : vocabulary_handler(maker->seed);

	put_str(maker, IRQLINE_A_HANDLER_LINE, vocabulary_line(maker->words, maker->seed));
	put_str(maker, IRQLINE_A_HANDLER_NAME, name);
	if (ranked || !is_devices_own(name))
		put_rank(maker);
	if (setting_of(maker->want) || maker->want == IRQLINE_A_HANDLER_BOTTOM ||
	    maker->want == IRQLINE_A_HANDLER_WORK_TIME || !fuzz_chance(maker->seed, 4))
		put_bottom(maker);
	if (takes(maker, IRQLINE_A_HANDLER_BUDGET))
		put_u32(maker, IRQLINE_A_HANDLER_BUDGET,
			1 + random_below(maker->seed, fuzz_chance(maker->seed, 8) ?
					 IRQLINE_BUDGET_MAX : 64));
	put_queue(maker);
	if (!request_has(maker->request, IRQLINE_A_HANDLER_OVERFLOW))
		maybe_number(maker, IRQLINE_A_HANDLER_OVERFLOW);
	if (maker->want == IRQLINE_A_HANDLER_WORK)
		put_u32(maker, IRQLINE_A_HANDLER_WORK, IRQLINE_WORK_NONE);
}

static void make_line(const struct maker *maker)
{
	__u32 settings = maker->want == IRQLINE_A_LINE_PERIOD ? IRQLINE_SETTING_PERIOD :
			 maker->want == IRQLINE_A_LINE_NOTHREAD ? IRQLINE_SETTING_NOTHREAD : 0;
	const struct strategy *top = pick(maker->words->tops, maker->words->nr_tops, settings,
					  maker->seed);
	bool polls = strategy_takes(top, IRQLINE_SETTING_PERIOD);
	char cpu[16];

	put_str(maker, IRQLINE_A_LINE_NAME, vocabulary_line(maker->words, maker->seed));
	if (settings || maker->want == IRQLINE_A_LINE_TOP || fuzz_chance(maker->seed, 3)) {
		put_str(maker, IRQLINE_A_LINE_TOP, top->name);
		if (polls)
			maybe_number(maker, IRQLINE_A_LINE_PERIOD);
		if (strategy_takes(top, IRQLINE_SETTING_NOTHREAD))
			maybe_number(maker, IRQLINE_A_LINE_NOTHREAD);
	}
	if (!polls && takes(maker, IRQLINE_A_LINE_AFFINITY)) {
		snprintf(cpu, sizeof(cpu), "%d",
			 cpu_nth(random_below(maker->seed, cpu_count())));
		put_str(maker, IRQLINE_A_LINE_AFFINITY, cpu);
	}
	maybe_number(maker, IRQLINE_A_LINE_CLOCK);
	maybe_number(maker, IRQLINE_A_LINE_DELIVERY);
}

/* One of them, or in a dump all, or those of a line. */
static void make_identity(const struct maker *maker, __u16 line, __u16 name, bool dumps)
{
	bool dump = dumps && maker->want != name && fuzz_chance(maker->seed, 2);

	if (dump)
		maker->request->flags |= NLM_F_DUMP;
	if (!dump || takes(maker, line))
		put_str(maker, line, vocabulary_line(maker->words, maker->seed));
	if (!dump)
		put_str(maker, name, maker->want ? "a" : vocabulary_handler(maker->seed));
}

static void make_stats(const struct maker *maker)
{
	bool get = maker->request->cmd == IRQLINE_CMD_STATS_GET;

	make_identity(maker, IRQLINE_A_STATS_LINE, IRQLINE_A_STATS_HANDLER,
		      get && maker->want != IRQLINE_A_STATS_LANE);
	if (!get)
		return;
	if (!(maker->request->flags & NLM_F_DUMP) && takes(maker, IRQLINE_A_STATS_LANE))
		put_u32(maker, IRQLINE_A_STATS_LANE, 0);
	if (takes(maker, IRQLINE_A_STATS_HIST))
		request_put(maker->request, IRQLINE_A_STATS_HIST, NULL, 0);
}

static void make_strategy(const struct maker *maker)
{
	bool top = fuzz_chance(maker->seed, 4);
	const struct strategy *strategy =
		top ? pick(maker->words->tops, maker->words->nr_tops, 0, maker->seed) :
		      pick(maker->words->bottoms, maker->words->nr_bottoms, 0, maker->seed);

	if (!maker->want && fuzz_chance(maker->seed, 2)) {
		maker->request->flags |= NLM_F_DUMP;
		return;
	}
	put_str(maker, IRQLINE_A_STRATEGY_NAME, strategy->name);
	put_u32(maker, IRQLINE_A_STRATEGY_KIND,
		top ? IRQLINE_KIND_TOP : IRQLINE_KIND_BOTTOM);
}

static void make_line_get(const struct maker *maker)
{
	if (!maker->want && fuzz_chance(maker->seed, 2))
		maker->request->flags |= NLM_F_DUMP;
	else
		put_str(maker, IRQLINE_A_LINE_NAME,
			vocabulary_line(maker->words, maker->seed));
}

/* A command that this fuzzer does not know: whatever its policy allows. */
static void make_unknown(const struct maker *maker)
{
	int type;

	for (type = 1; type <= maker->set->max; type++)
		if (policy_width(&maker->set->attrs[type]))
			maybe_number(maker, type);
}

void valid_request(struct request *request, const struct vocabulary *words, __u8 cmd,
		   __u16 want, __u32 *seed)
{
	const struct policy_op *op = policy_op(&words->policy, cmd);
	const struct maker maker = {
		.request = request,
		.words = words,
		.set = &words->policy.set[op->on_do >= 0 ? op->on_do : op->on_dump],
		.want = want,
		.seed = seed,
	};

	request_begin(request, cmd);
	switch (cmd) {
	case IRQLINE_CMD_LINE_GET:
		return make_line_get(&maker);
	case IRQLINE_CMD_LINE_SET:
		return make_line(&maker);
	case IRQLINE_CMD_HANDLER_NEW:
	case IRQLINE_CMD_HANDLER_SET:
		return make_settings(&maker);
	case IRQLINE_CMD_HANDLER_GET:
	case IRQLINE_CMD_HANDLER_DEL:
		return make_identity(&maker, IRQLINE_A_HANDLER_LINE, IRQLINE_A_HANDLER_NAME,
				     cmd == IRQLINE_CMD_HANDLER_GET);
	case IRQLINE_CMD_STRATEGY_GET:
		return make_strategy(&maker);
	case IRQLINE_CMD_STATS_GET:
	case IRQLINE_CMD_STATS_RESET:
		return make_stats(&maker);
	default:
		return make_unknown(&maker);
	}
}
