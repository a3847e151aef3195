// SPDX-License-Identifier: GPL-2.0-only
/*
 * Requests that are wrong. Each must be refused with the documented errno, a
 * text, and the attribute to blame, and must change nothing: a full dump of
 * lines, handlers, strategies and counts is the same before and after.
 *
 * What is wrong with an attribute by itself is generated from a table of what
 * each command takes, which is written from the spec, not from the kernel's
 * policies. What only the rest of the request or the state of an object makes
 * wrong is listed case by case.
 */
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <linux/capability.h>

#include "kselftest_harness.h"
#include "dev.h"
#include "objects.h"
#include "values.h"
#include "world.h"

#define ARRAY_LEN(array)	(sizeof(array) / sizeof((array)[0]))

/* Handlers that the requests are about, in different states. */
#define PLAIN		"plain"		/* tasklet, and all defaults */
#define SLEEPER		"sleeper"	/* kthread, work sleep */
#define SPINNER		"spinner"	/* workqueue, a spin beyond a ms */
#define URGENT		"urgent"	/* kthread, sched fifo */
#define GREEDY		"greedy"	/* tasklet, more at once than napi may */
#define POLLER		"poller"	/* napi */
#define HOLDER		"holder"	/* backpressure, watermarks of its own */
#define DEEP		"deep"		/* drop-newest, a low watermark of its own */
#define BUILTIN		"factorial"	/* the device's own */
#define FRESH		"fresh"		/* of requests for a new one */

/* One attribute, as the spec has it. For TEXT, max is the longest length. */
struct field {
	__u16 type;
	const char *name;
	enum form form;
	__s64 min, max;
	const char *valid;	/* of TEXT */
};

/* What a command takes, and at least needs. */
struct command {
	const char *label;
	__u8 cmd;
	__u16 last;		/* the highest type of its set of attributes */
	const struct field *fields;
	int count;
	__u16 required[3];	/* ends at the first 0 */
	bool changes;
	bool dumps;
	__u16 refused[3];	/* by its dump, though the command takes it */
};

static const struct field line_get_fields[] = {
	{ IRQLINE_A_LINE_NAME, "name", TEXT, .max = IRQLINE_NAME_MAX,
	  .valid = LINE },
};

static const struct field line_set_fields[] = {
	{ IRQLINE_A_LINE_NAME, "name", TEXT, .max = IRQLINE_NAME_MAX,
	  .valid = LINE },
	{ IRQLINE_A_LINE_TOP, "top", TEXT, .max = IRQLINE_NAME_MAX,
	  .valid = "hard" },
	{ IRQLINE_A_LINE_PERIOD, "period", U64, .min = IRQLINE_PERIOD_MIN,
	  .max = IRQLINE_PERIOD_MAX },
	{ IRQLINE_A_LINE_DELIVERY, "delivery", U32, .max = IRQLINE_DELIVERY_INTX },
	{ IRQLINE_A_LINE_AFFINITY, "affinity", TEXT,
	  .max = IRQLINE_CPULIST_MAX, .valid = "0" },
	{ IRQLINE_A_LINE_CLOCK, "clock", U32, .max = 1 },
	{ IRQLINE_A_LINE_NOTHREAD, "nothread", U32, .max = 1 },
};

/* The first two are all that handler-get and handler-del take. */
static const struct field handler_fields[] = {
	{ IRQLINE_A_HANDLER_LINE, "line", TEXT, .max = IRQLINE_NAME_MAX,
	  .valid = LINE },
	{ IRQLINE_A_HANDLER_NAME, "name", TEXT, .max = IRQLINE_NAME_MAX,
	  .valid = PLAIN },
	{ IRQLINE_A_HANDLER_SOURCES, "sources", U32, .min = 1,
	  .max = UINT_MAX },
	{ IRQLINE_A_HANDLER_PRIORITY, "priority", S32, .min = IRQLINE_PRIORITY_MIN,
	  .max = IRQLINE_PRIORITY_MAX },
	{ IRQLINE_A_HANDLER_EXCLUSIVE, "exclusive", U32, .max = 1 },
	{ IRQLINE_A_HANDLER_BOTTOM, "bottom", TEXT, .max = IRQLINE_NAME_MAX,
	  .valid = "tasklet" },
	{ IRQLINE_A_HANDLER_CPU, "cpu", S32, .min = -1,
	  .max = INT_MAX },
	{ IRQLINE_A_HANDLER_LANES, "lanes", U32, .max = IRQLINE_LANES_PERCPU },
	{ IRQLINE_A_HANDLER_DELAY, "delay", U64, .max = IRQLINE_DELAY_MAX },
	{ IRQLINE_A_HANDLER_SCHED, "sched", U32, .max = IRQLINE_SCHED_RR },
	{ IRQLINE_A_HANDLER_SCHED_PRIORITY, "sched-priority", U32, .min = 1,
	  .max = 99 },
	{ IRQLINE_A_HANDLER_NICE, "nice", S32, .min = -20,
	  .max = 19 },
	{ IRQLINE_A_HANDLER_THREADED, "threaded", U32, .max = 1 },
	{ IRQLINE_A_HANDLER_BUDGET, "budget", U32, .min = 1,
	  .max = IRQLINE_BUDGET_MAX },
	{ IRQLINE_A_HANDLER_QUEUE, "queue", U32, .min = IRQLINE_QUEUE_MIN,
	  .max = IRQLINE_QUEUE_MAX },
	{ IRQLINE_A_HANDLER_OVERFLOW, "overflow", U32, .max = IRQLINE_OVERFLOW_BACKPRESSURE },
	{ IRQLINE_A_HANDLER_HIGH, "high", U32, .max = UINT_MAX },
	{ IRQLINE_A_HANDLER_LOW, "low", U32, .max = UINT_MAX },
	{ IRQLINE_A_HANDLER_WORK, "work", U32, .max = IRQLINE_WORK_SLEEP },
	{ IRQLINE_A_HANDLER_WORK_TIME, "work-time", U64, .min = 1,
	  .max = IRQLINE_WORK_TIME_MAX },
};

static const struct field strategy_fields[] = {
	{ IRQLINE_A_STRATEGY_NAME, "name", TEXT, .max = IRQLINE_NAME_MAX,
	  .valid = "tasklet" },
	{ IRQLINE_A_STRATEGY_KIND, "kind", U32, .max = IRQLINE_KIND_BOTTOM },
};

/* The first two are all that stats-reset takes. */
static const struct field stats_fields[] = {
	{ IRQLINE_A_STATS_LINE, "line", TEXT, .max = IRQLINE_NAME_MAX,
	  .valid = LINE },
	{ IRQLINE_A_STATS_HANDLER, "handler", TEXT, .max = IRQLINE_NAME_MAX,
	  .valid = PLAIN },
	{ IRQLINE_A_STATS_HIST, "hist", .form = FLAG },
	{ IRQLINE_A_STATS_LANE, "lane", U32, .max = UINT_MAX },
};

static const struct command commands[] = {
	{
		.label = "line-get",
		.cmd = IRQLINE_CMD_LINE_GET,
		.last = IRQLINE_A_LINE_MAX,
		.fields = line_get_fields,
		.count = ARRAY_LEN(line_get_fields),
		.required = { IRQLINE_A_LINE_NAME },
		.dumps = true,
		.refused = { IRQLINE_A_LINE_NAME },
	},
	{
		.label = "line-set",
		.cmd = IRQLINE_CMD_LINE_SET,
		.last = IRQLINE_A_LINE_MAX,
		.fields = line_set_fields,
		.count = ARRAY_LEN(line_set_fields),
		.required = { IRQLINE_A_LINE_NAME },
		.changes = true,
	},
	{
		.label = "handler-get",
		.cmd = IRQLINE_CMD_HANDLER_GET,
		.last = IRQLINE_A_HANDLER_MAX,
		.fields = handler_fields,
		.count = 2,
		.required = { IRQLINE_A_HANDLER_LINE, IRQLINE_A_HANDLER_NAME },
		.dumps = true,
		.refused = { IRQLINE_A_HANDLER_NAME },
	},
	{
		.label = "handler-new",
		.cmd = IRQLINE_CMD_HANDLER_NEW,
		.last = IRQLINE_A_HANDLER_MAX,
		.fields = handler_fields,
		.count = ARRAY_LEN(handler_fields),
		.required = { IRQLINE_A_HANDLER_LINE, IRQLINE_A_HANDLER_NAME,
			      IRQLINE_A_HANDLER_SOURCES },
		.changes = true,
	},
	{
		.label = "handler-set",
		.cmd = IRQLINE_CMD_HANDLER_SET,
		.last = IRQLINE_A_HANDLER_MAX,
		.fields = handler_fields,
		.count = ARRAY_LEN(handler_fields),
		.required = { IRQLINE_A_HANDLER_LINE, IRQLINE_A_HANDLER_NAME },
		.changes = true,
	},
	{
		.label = "handler-del",
		.cmd = IRQLINE_CMD_HANDLER_DEL,
		.last = IRQLINE_A_HANDLER_MAX,
		.fields = handler_fields,
		.count = 2,
		.required = { IRQLINE_A_HANDLER_LINE, IRQLINE_A_HANDLER_NAME },
		.changes = true,
	},
	{
		.label = "strategy-get",
		.cmd = IRQLINE_CMD_STRATEGY_GET,
		.last = IRQLINE_A_STRATEGY_MAX,
		.fields = strategy_fields,
		.count = ARRAY_LEN(strategy_fields),
		.required = { IRQLINE_A_STRATEGY_NAME,
			      IRQLINE_A_STRATEGY_KIND },
		.dumps = true,
		.refused = { IRQLINE_A_STRATEGY_NAME,
			     IRQLINE_A_STRATEGY_KIND },
	},
	{
		.label = "stats-get",
		.cmd = IRQLINE_CMD_STATS_GET,
		.last = IRQLINE_A_STATS_MAX,
		.fields = stats_fields,
		.count = ARRAY_LEN(stats_fields),
		.required = { IRQLINE_A_STATS_LINE, IRQLINE_A_STATS_HANDLER },
		.dumps = true,
		.refused = { IRQLINE_A_STATS_HANDLER, IRQLINE_A_STATS_LANE },
	},
	{
		.label = "stats-reset",
		.cmd = IRQLINE_CMD_STATS_RESET,
		.last = IRQLINE_A_STATS_MAX,
		.fields = stats_fields,
		.count = 2,
		.changes = true,
	},
};

#define for_each_command(c) \
	for (c = commands; c < commands + ARRAY_LEN(commands); c++)
#define for_each_field(f, c) \
	for (f = (c)->fields; f < (c)->fields + (c)->count; f++)

/* Whom the answer blames. */
enum blame { ATTR, MISSING, NOBODY };

struct wrong {
	const char *label;
	struct value values[VALUES_MAX];
	int error;
	enum blame blame;
	__u16 type;
};

static int put_number(struct nl_msg *msg, const struct field *field,
		      __u64 number)
{
	if (field->form == U64)
		return nl_put_u64(msg, field->type, number);
	return nl_put_u32(msg, field->type, number);
}

static int put_valid(struct nl_msg *msg, const struct field *field)
{
	if (field->form == TEXT)
		return nl_put_str(msg, field->type, field->valid);
	if (field->form == FLAG)
		return nl_put_flag(msg, field->type);
	return put_number(msg, field, field->max);
}

static bool listed(const __u16 *types, int max, __u16 type)
{
	int i;

	for (i = 0; i < max && types[i]; i++) {
		if (types[i] == type)
			return true;
	}
	return false;
}

static bool is_required(const struct command *command, __u16 type)
{
	return listed(command->required, ARRAY_LEN(command->required), type);
}

static bool is_refused(const struct command *command, __u16 type)
{
	return listed(command->refused, ARRAY_LEN(command->refused), type);
}

/* All that the command needs, but for this one. */
static void begin(struct nl_msg *msg, const struct command *command,
		  __u16 without)
{
	const struct field *field;

	nl_init(msg, command->cmd);
	for_each_field(field, command) {
		if (field->type != without && is_required(command, field->type))
			put_valid(msg, field);
	}
}

/* The type of the attribute that begins there, or -1. */
static int type_at(const struct nl_msg *msg, int offset)
{
	const struct nlattr *attr;
	size_t len;

	nl_for_each_attr(attr, nl_attrs(&msg->header, &len), &len) {
		if ((const char *)attr - msg->buf == offset)
			return nl_type(attr);
	}
	return -1;
}

FIXTURE(badinput)
{
	struct nl nl;
	struct world before;
	unsigned int refused;
};

static void add(struct nl *nl, const char *name, const struct value *values)
{
	struct nl_msg msg;

	request_handler(&msg, IRQLINE_CMD_HANDLER_NEW, LINE, name);
	nl_put_u32(&msg, IRQLINE_A_HANDLER_SOURCES, 0x2);
	put_values(&msg, values);
	nl_must(nl, &msg, NULL);
}

/* One event each, so that no count is 0 by chance. */
static void add_counts(struct nl *nl)
{
	int fd = dev_open(LINE, O_RDWR);
	struct irqline_event event;

	dev_raise(fd, 0x2);
	dev_next(fd, handler_id(nl, LINE, SPINNER), &event);
	WAIT_UNTIL(!stats_pending(nl, LINE, PLAIN) &&
		   !stats_pending(nl, LINE, SLEEPER) &&
		   !stats_pending(nl, LINE, SPINNER) &&
		   !stats_pending(nl, LINE, URGENT) &&
		   !stats_pending(nl, LINE, GREEDY) &&
		   !stats_pending(nl, LINE, POLLER) &&
		   !stats_pending(nl, LINE, HOLDER) &&
		   !stats_pending(nl, LINE, DEEP), patience(10), "all events handled");
	close(fd);
}

FIXTURE_SETUP(badinput)
{
	const struct value plain[VALUES_MAX] = { };
	const struct value sleeper[VALUES_MAX] = {
		T(IRQLINE_A_HANDLER_BOTTOM, "kthread"),
		N(IRQLINE_A_HANDLER_WORK, IRQLINE_WORK_SLEEP),
		L(IRQLINE_A_HANDLER_WORK_TIME, 1000),
	};
	const struct value spinner[VALUES_MAX] = {
		T(IRQLINE_A_HANDLER_BOTTOM, "workqueue"),
		N(IRQLINE_A_HANDLER_WORK, IRQLINE_WORK_SPIN),
		L(IRQLINE_A_HANDLER_WORK_TIME, IRQLINE_SPIN_TIME_MAX + 1),
	};
	const struct value urgent[VALUES_MAX] = {
		T(IRQLINE_A_HANDLER_BOTTOM, "kthread"),
		N(IRQLINE_A_HANDLER_SCHED, IRQLINE_SCHED_FIFO),
		N(IRQLINE_A_HANDLER_SCHED_PRIORITY, 1),
	};
	const struct value greedy[VALUES_MAX] = {
		N(IRQLINE_A_HANDLER_BUDGET, 65),
	};
	const struct value poller[VALUES_MAX] = {
		T(IRQLINE_A_HANDLER_BOTTOM, "napi"),
	};
	const struct value holder[VALUES_MAX] = {
		N(IRQLINE_A_HANDLER_QUEUE, 64),
		N(IRQLINE_A_HANDLER_OVERFLOW, IRQLINE_OVERFLOW_BACKPRESSURE),
		N(IRQLINE_A_HANDLER_HIGH, 48),
		N(IRQLINE_A_HANDLER_LOW, 15),
	};
	const struct value deep[VALUES_MAX] = {
		N(IRQLINE_A_HANDLER_QUEUE, 64),
		N(IRQLINE_A_HANDLER_LOW, 63),
	};

	objects_open(&self->nl);
	add(&self->nl, PLAIN, plain);
	add(&self->nl, SLEEPER, sleeper);
	add(&self->nl, SPINNER, spinner);
	add(&self->nl, URGENT, urgent);
	add(&self->nl, GREEDY, greedy);
	add(&self->nl, POLLER, poller);
	add(&self->nl, HOLDER, holder);
	add(&self->nl, DEEP, deep);
	add_counts(&self->nl);
	world_get(&self->nl, &self->before);
}

FIXTURE_TEARDOWN(badinput)
{
	caps_restore();
	world_free(&self->before);
	objects_reset(&self->nl);
	nl_close(&self->nl);
	if (self->refused)
		ksft_print_msg("%u requests refused\n", self->refused);
}

/* After each request, so that a failure is told beside the one that made it. */
static void expect_unchanged(struct __test_metadata *const _metadata,
			     struct _test_data_badinput *self, const char *label)
{
	const char *what;
	struct world now;

	world_get(&self->nl, &now);
	what = world_differs(&self->before, &now);
	EXPECT_EQ(NULL, what)
		TH_LOG("%s: %s has changed", label, what);
	world_free(&now);
}

static void expect_blame(struct __test_metadata *const _metadata,
			 const struct nl_ack *ack, const struct nl_msg *msg,
			 enum blame blame, __u16 type, const char *label)
{
	EXPECT_EQ(blame == MISSING ? type : -1, ack->missing)
		TH_LOG("%s: missing is told of", label);
	if (blame == ATTR) {
		EXPECT_EQ(type, type_at(msg, ack->offset))
			TH_LOG("%s: the attribute at offset %d is blamed: %s",
			       label, ack->offset, ack->text);
	} else {
		EXPECT_EQ(-1, ack->offset)
			TH_LOG("%s: an attribute is blamed", label);
	}
}

/* The request, sent as it is or as a dump, is refused as documented. */
static void expect_ack(struct __test_metadata *const _metadata,
		       struct _test_data_badinput *self, struct nl_msg *msg,
		       bool as_dump, int error, const char *label)
{
	struct nl_list list = { 0 };

	self->refused++;
	if (as_dump)
		nl_dump(&self->nl, msg, &list);
	else
		nl_do(&self->nl, msg, &list);
	EXPECT_EQ(error, self->nl.ack.error)
		TH_LOG("%s: %s: '%s'", label, strerror(self->nl.ack.error),
		       self->nl.ack.text);
	EXPECT_EQ(0, list.count)
		TH_LOG("%s: there is a reply, too", label);
	nl_free(&list);
}

static void refuse(struct __test_metadata *const _metadata,
		   struct _test_data_badinput *self, struct nl_msg *msg,
		   bool as_dump, int error, enum blame blame, __u16 type,
		   const char *label)
{
	struct nl_ack ack;

	expect_ack(_metadata, self, msg, as_dump, error, label);
	ack = self->nl.ack;
	EXPECT_NE('\0', ack.text[0])
		TH_LOG("%s: no text", label);
	expect_blame(_metadata, &ack, msg, blame, type, label);
	expect_unchanged(_metadata, self, label);
}

#define refuse_attr(msg, error, type, label) \
	refuse(_metadata, self, msg, false, error, ATTR, type, label)

/*
 * Before 6.2, what a dump says for itself when it refuses a request reaches
 * the asker as text only. What the policies refuse is told in full.
 */
static bool dump_tells_attr(void)
{
	return !kernel_before("6.2");
}

static void refuse_dump(struct __test_metadata *const _metadata,
			struct _test_data_badinput *self, struct nl_msg *msg,
			int error, __u16 type, const char *label)
{
	refuse(_metadata, self, msg, true, error,
	       dump_tells_attr() ? ATTR : NOBODY, type, label);
}

static void name_case(char *label, size_t size, const struct command *command,
		      const char *field, const char *what)
{
	snprintf(label, size, "%s, %s %s", command->label, field, what);
}

TEST_F_TIMEOUT(badinput, required_attribute_missing, 120)
{
	const struct command *command;
	const struct field *field;
	struct nl_msg msg;
	char label[96], text[64];

	for_each_command(command) {
		for_each_field(field, command) {
			if (!is_required(command, field->type))
				continue;
			begin(&msg, command, field->type);
			name_case(label, sizeof(label), command, field->name,
				  "missing");
			refuse(_metadata, self, &msg, false, EINVAL, MISSING,
			       field->type, label);
		}
	}

	/* Some spelling, but always the same one. */
	snprintf(text, sizeof(text), "line is missing");
	nl_init(&msg, IRQLINE_CMD_HANDLER_NEW);
	EXPECT_EQ(EINVAL, nl_do(&self->nl, &msg, NULL));
	EXPECT_STREQ(text, self->nl.ack.text);

	nl_init(&msg, IRQLINE_CMD_STATS_RESET);
	nl_put_str(&msg, IRQLINE_A_STATS_HANDLER, PLAIN);
	refuse(_metadata, self, &msg, false, EINVAL, MISSING,
	       IRQLINE_A_STATS_LINE, "stats-reset, handler without line");
}

static bool takes(const struct command *command, __u16 type)
{
	const struct field *field;

	for_each_field(field, command) {
		if (field->type == type)
			return true;
	}
	return false;
}

/* The one after the last is unknown to the family, and so is 0. */
TEST_F_TIMEOUT(badinput, attribute_not_of_the_command, 120)
{
	const struct command *command;
	struct nl_msg msg;
	char label[96];
	int type;

	for_each_command(command) {
		for (type = 0; type <= command->last + 1; type++) {
			if (takes(command, type))
				continue;
			begin(&msg, command, 0);
			nl_put_u32(&msg, type, 1);
			snprintf(label, sizeof(label), "%s, attribute %d",
				 command->label, type);
			refuse_attr(&msg, EINVAL, type, label);
			if (!command->dumps)
				continue;
			nl_init(&msg, command->cmd);
			nl_put_u32(&msg, type, 1);
			snprintf(label, sizeof(label),
				 "dump of %s, attribute %d", command->label,
				 type);
			refuse(_metadata, self, &msg, true, EINVAL, ATTR, type,
			       label);
		}
	}
}

static __s64 form_min(const struct field *field)
{
	return field->form == S32 ? INT_MIN : 0;
}

static __s64 form_max(const struct field *field)
{
	switch (field->form) {
	case S32:
		return INT_MAX;
	case U32:
		return UINT_MAX;
	default:
		return LLONG_MAX;
	}
}

TEST_F_TIMEOUT(badinput, integer_out_of_range, 120)
{
	const struct command *command;
	const struct field *field;
	struct nl_msg msg;
	char label[96];

	for_each_command(command) {
		for_each_field(field, command) {
			const __s64 numbers[] = {
				field->min - 1, form_min(field),
				field->max + 1, form_max(field),
			};
			unsigned int i;

			if (field->form == TEXT || field->form == FLAG)
				continue;
			for (i = 0; i < ARRAY_LEN(numbers); i++) {
				if (numbers[i] < form_min(field) ||
				    numbers[i] > form_max(field) ||
				    (numbers[i] >= field->min &&
				     numbers[i] <= field->max))
					continue;
				begin(&msg, command, field->type);
				put_number(&msg, field, numbers[i]);
				snprintf(label, sizeof(label), "%s, %s %lld",
					 command->label, field->name,
					 (long long)numbers[i]);
				refuse_attr(&msg, ERANGE, field->type, label);
			}
		}
	}
}

/* More than 63 bits, which a comparison of signed numbers would let pass. */
TEST_F(badinput, time_beyond_63_bits)
{
	struct nl_msg msg;

	request_handler(&msg, IRQLINE_CMD_HANDLER_SET, LINE, PLAIN);
	nl_put_u32(&msg, IRQLINE_A_HANDLER_WORK, IRQLINE_WORK_SPIN);
	nl_put_u64(&msg, IRQLINE_A_HANDLER_WORK_TIME, ~0ULL);
	refuse_attr(&msg, ERANGE, IRQLINE_A_HANDLER_WORK_TIME,
		    "handler-set, work-time of all ones");
}

/* A payload of so many bytes; of a text, with or without its end. */
static void put_length(struct nl_msg *msg, const struct field *field, int len,
		       bool end)
{
	char data[IRQLINE_CPULIST_MAX + 8];

	memset(data, '1', sizeof(data));
	if (len && end)
		data[len - 1] = '\0';
	nl_put(msg, field->type, data, len);
}

struct length {
	enum form form;
	int len;		/* of TEXT, beyond the longest */
	bool end;
	const char *label;
};

static const struct length lengths[] = {
	{ U32, 0, false, "without a payload" },
	{ U32, 1, false, "of 1 byte" },
	{ U32, 3, false, "of 3 bytes" },
	{ U32, 8, false, "of 8 bytes" },
	{ U64, 0, false, "without a payload" },
	{ U64, 4, false, "of 4 bytes" },
	{ U64, 7, false, "of 7 bytes" },
	{ U64, 16, false, "of 16 bytes" },
	{ TEXT, -IRQLINE_CPULIST_MAX, false, "without a payload" },
	{ TEXT, -8, false, "without an end" },
	{ TEXT, 0, false, "of full length without an end" },
	{ TEXT, 1, false, "too long without an end" },
	{ TEXT, 2, true, "too long" },
};

static bool length_fits(const struct length *length, const struct field *field)
{
	return length->form == (field->form == S32 ? U32 : field->form);
}

static int length_of(const struct length *length, const struct field *field)
{
	int len = length->len;

	if (field->form == TEXT)
		len += field->max;
	return len < 0 ? 0 : len;
}

TEST_F_TIMEOUT(badinput, wrong_length, 120)
{
	const struct command *command;
	const struct field *field;
	struct nl_msg msg;
	char label[96];
	unsigned int i;

	for_each_command(command) {
		for_each_field(field, command) {
			for (i = 0; i < ARRAY_LEN(lengths); i++) {
				if (!length_fits(&lengths[i], field))
					continue;
				begin(&msg, command, field->type);
				put_length(&msg, field,
					   length_of(&lengths[i], field),
					   lengths[i].end);
				name_case(label, sizeof(label), command,
					  field->name, lengths[i].label);
				refuse_attr(&msg, EINVAL, field->type, label);
			}
		}
	}
}

/* The kernel checks flags as it does ranges, for all families. */
TEST_F(badinput, flag_with_a_payload)
{
	struct nl_msg msg;

	nl_init(&msg, IRQLINE_CMD_STATS_GET);
	nl_put_str(&msg, IRQLINE_A_STATS_LINE, LINE);
	nl_put_str(&msg, IRQLINE_A_STATS_HANDLER, PLAIN);
	nl_put_u32(&msg, IRQLINE_A_STATS_HIST, 1);
	refuse_attr(&msg, ERANGE, IRQLINE_A_STATS_HIST, "stats-get, hist");
}

/* The last attribute claims more bytes than the request has. */
TEST_F(badinput, attribute_beyond_the_request)
{
	const struct command *command;
	struct nl_msg msg;
	int offset;

	for_each_command(command) {
		begin(&msg, command, 0);
		offset = nl_put_u32(&msg, command->fields[0].type, 0);
		((struct nlattr *)(msg.buf + offset))->nla_len = 64;
		refuse(_metadata, self, &msg, false, EINVAL, NOBODY, 0,
		       command->label);
	}
}

/* Put last, so only the one that comes second is the last of the request. */
TEST_F_TIMEOUT(badinput, given_twice, 120)
{
	const struct command *command;
	const struct field *field;
	struct nl_msg msg;
	char label[96];
	int second;

	for_each_command(command) {
		for_each_field(field, command) {
			begin(&msg, command, field->type);
			put_valid(&msg, field);
			second = put_valid(&msg, field);
			name_case(label, sizeof(label), command, field->name,
				  "twice");
			refuse_attr(&msg, EINVAL, field->type, label);
			nl_do(&self->nl, &msg, NULL);
			EXPECT_EQ(second, self->nl.ack.offset)
				TH_LOG("%s: not the second is blamed", label);
		}
	}
}

TEST_F(badinput, given_twice_in_a_dump)
{
	const struct command *command;
	const struct field *field;
	struct nl_msg msg;
	char label[96];
	struct nl_list list = { 0 };
	int second;

	for_each_command(command) {
		for_each_field(field, command) {
			if (!command->dumps ||
			    is_refused(command, field->type))
				continue;
			nl_init(&msg, command->cmd);
			put_valid(&msg, field);
			second = put_valid(&msg, field);
			name_case(label, sizeof(label), command, field->name,
				  "twice in a dump");
			refuse_dump(_metadata, self, &msg, EINVAL,
				    field->type, label);
			nl_dump(&self->nl, &msg, &list);
			EXPECT_EQ(dump_tells_attr() ? second : -1,
				  self->nl.ack.offset)
				TH_LOG("%s: not the second is blamed", label);
		}
	}
}

TEST_F(badinput, dump_takes_no_selection)
{
	const struct command *command;
	const struct field *field;
	struct nl_msg msg;
	char label[96];

	for_each_command(command) {
		for_each_field(field, command) {
			if (!is_refused(command, field->type))
				continue;
			nl_init(&msg, command->cmd);
			put_valid(&msg, field);
			name_case(label, sizeof(label), command, field->name,
				  "in a dump");
			refuse_dump(_metadata, self, &msg, EINVAL,
				    field->type, label);
		}
	}
}

TEST_F(badinput, dump_of_unknown_line)
{
	struct nl_msg msg;

	nl_init(&msg, IRQLINE_CMD_HANDLER_GET);
	nl_put_str(&msg, IRQLINE_A_HANDLER_LINE, "edu99");
	refuse_dump(_metadata, self, &msg, ENOENT, IRQLINE_A_HANDLER_LINE,
		    "dump of handler-get");

	nl_init(&msg, IRQLINE_CMD_STATS_GET);
	nl_put_str(&msg, IRQLINE_A_STATS_LINE, "edu99");
	refuse_dump(_metadata, self, &msg, ENOENT, IRQLINE_A_STATS_LINE,
		    "dump of stats-get");
}

/* Generic netlink refuses these by itself, and says nothing beside. */
TEST_F(badinput, dump_where_there_is_none)
{
	const struct command *command;
	struct nl_msg msg;

	for_each_command(command) {
		if (command->dumps)
			continue;
		begin(&msg, command, 0);
		expect_ack(_metadata, self, &msg, true, EOPNOTSUPP,
			   command->label);
		expect_unchanged(_metadata, self, command->label);
	}
}

/* Notifications are no requests. */
TEST_F(badinput, no_such_command)
{
	static const __u8 none[] = {
		0, IRQLINE_CMD_LINE_ADD_NTF, IRQLINE_CMD_LINE_DEL_NTF,
		IRQLINE_CMD_LINE_CHANGE_NTF, IRQLINE_CMD_HANDLER_ADD_NTF,
		IRQLINE_CMD_HANDLER_DEL_NTF, IRQLINE_CMD_HANDLER_CHANGE_NTF,
		IRQLINE_CMD_ALERT_NTF, IRQLINE_CMD_MAX + 1, 255,
	};
	struct nl_msg msg;
	char label[32];
	unsigned int i;

	for (i = 0; i < ARRAY_LEN(none); i++) {
		snprintf(label, sizeof(label), "command %u", none[i]);
		nl_init(&msg, none[i]);
		expect_ack(_metadata, self, &msg, false, EOPNOTSUPP, label);
		expect_unchanged(_metadata, self, label);
	}
}

/*
 * Settings of a handler that has no other: wrong for a new one, and for a plain
 * one that exists.
 */
static const struct wrong settings[] = {
	/* Watermarks. The queue holds 256 where nothing is said. */
	{ "high without backpressure", { N(IRQLINE_A_HANDLER_HIGH, 8) },
	  EINVAL, ATTR, IRQLINE_A_HANDLER_HIGH },
	{ "high of drop-oldest",
	  { N(IRQLINE_A_HANDLER_OVERFLOW, IRQLINE_OVERFLOW_DROP_OLDEST),
	    N(IRQLINE_A_HANDLER_HIGH, 256) },
	  EINVAL, ATTR, IRQLINE_A_HANDLER_HIGH },
	{ "high of merge",
	  { N(IRQLINE_A_HANDLER_HIGH, 8),
	    N(IRQLINE_A_HANDLER_OVERFLOW, IRQLINE_OVERFLOW_MERGE) },
	  EINVAL, ATTR, IRQLINE_A_HANDLER_HIGH },
	{ "high 0",
	  { N(IRQLINE_A_HANDLER_OVERFLOW, IRQLINE_OVERFLOW_BACKPRESSURE),
	    N(IRQLINE_A_HANDLER_HIGH, 0) },
	  ERANGE, ATTR, IRQLINE_A_HANDLER_HIGH },
	{ "high above the queue",
	  { N(IRQLINE_A_HANDLER_OVERFLOW, IRQLINE_OVERFLOW_BACKPRESSURE),
	    N(IRQLINE_A_HANDLER_HIGH, 257) },
	  ERANGE, ATTR, IRQLINE_A_HANDLER_HIGH },
	{ "high above a queue that is given",
	  { N(IRQLINE_A_HANDLER_HIGH, 5),
	    N(IRQLINE_A_HANDLER_OVERFLOW, IRQLINE_OVERFLOW_BACKPRESSURE),
	    N(IRQLINE_A_HANDLER_QUEUE, 4) },
	  ERANGE, ATTR, IRQLINE_A_HANDLER_HIGH },
	{ "the highest number as high",
	  { N(IRQLINE_A_HANDLER_OVERFLOW, IRQLINE_OVERFLOW_BACKPRESSURE),
	    N(IRQLINE_A_HANDLER_HIGH, UINT_MAX) },
	  ERANGE, ATTR, IRQLINE_A_HANDLER_HIGH },
	{ "low as large as the queue", { N(IRQLINE_A_HANDLER_LOW, 256) },
	  ERANGE, ATTR, IRQLINE_A_HANDLER_LOW },
	{ "low as large as a queue that is given",
	  { N(IRQLINE_A_HANDLER_LOW, 4), N(IRQLINE_A_HANDLER_QUEUE, 4) },
	  ERANGE, ATTR, IRQLINE_A_HANDLER_LOW },
	{ "the highest number as low", { N(IRQLINE_A_HANDLER_LOW, UINT_MAX) },
	  ERANGE, ATTR, IRQLINE_A_HANDLER_LOW },
	{ "low as large as high",
	  { N(IRQLINE_A_HANDLER_OVERFLOW, IRQLINE_OVERFLOW_BACKPRESSURE),
	    N(IRQLINE_A_HANDLER_HIGH, 8), N(IRQLINE_A_HANDLER_LOW, 8) },
	  ERANGE, ATTR, IRQLINE_A_HANDLER_LOW },

	/* Strategies. */
	{ "unknown strategy", { T(IRQLINE_A_HANDLER_BOTTOM, "softirq") },
	  ENOENT, ATTR, IRQLINE_A_HANDLER_BOTTOM },
	{ "strategy of a top half", { T(IRQLINE_A_HANDLER_BOTTOM, "hard") },
	  ENOENT, ATTR, IRQLINE_A_HANDLER_BOTTOM },
	{ "strategy without a name", { T(IRQLINE_A_HANDLER_BOTTOM, "") },
	  ENOENT, ATTR, IRQLINE_A_HANDLER_BOTTOM },
	{ "strategy cut short", { T(IRQLINE_A_HANDLER_BOTTOM, "task") },
	  ENOENT, ATTR, IRQLINE_A_HANDLER_BOTTOM },
	{ "strategy in capitals", { T(IRQLINE_A_HANDLER_BOTTOM, "Tasklet") },
	  ENOENT, ATTR, IRQLINE_A_HANDLER_BOTTOM },

	/* The CPU. */
	{ "cpu of a default strategy", { N(IRQLINE_A_HANDLER_CPU, 0) },
	  EINVAL, ATTR, IRQLINE_A_HANDLER_CPU },
	{ "cpu of inline", { T(IRQLINE_A_HANDLER_BOTTOM, "inline"),
			     N(IRQLINE_A_HANDLER_CPU, 0) },
	  EINVAL, ATTR, IRQLINE_A_HANDLER_CPU },
	{ "cpu of irq-thread", { T(IRQLINE_A_HANDLER_BOTTOM, "irq-thread"),
				 N(IRQLINE_A_HANDLER_CPU, 0) },
	  EINVAL, ATTR, IRQLINE_A_HANDLER_CPU },
	{ "cpu before its strategy", { N(IRQLINE_A_HANDLER_CPU, 0),
				       T(IRQLINE_A_HANDLER_BOTTOM, "tasklet") },
	  EINVAL, ATTR, IRQLINE_A_HANDLER_CPU },
	{ "cpu that no machine has", { T(IRQLINE_A_HANDLER_BOTTOM, "kthread"),
				       N(IRQLINE_A_HANDLER_CPU, 1000000) },
	  EINVAL, ATTR, IRQLINE_A_HANDLER_CPU },
	{ "the highest number as cpu",
	  { T(IRQLINE_A_HANDLER_BOTTOM, "workqueue"),
	    N(IRQLINE_A_HANDLER_CPU, INT_MAX) },
	  EINVAL, ATTR, IRQLINE_A_HANDLER_CPU },

	/* Lanes. */
	{ "lanes of irq-thread",
	  { T(IRQLINE_A_HANDLER_BOTTOM, "irq-thread"),
	    N(IRQLINE_A_HANDLER_LANES, IRQLINE_LANES_PERCPU) },
	  EINVAL, ATTR, IRQLINE_A_HANDLER_LANES },
	{ "lanes of a cpu",
	  { T(IRQLINE_A_HANDLER_BOTTOM, "kthread"),
	    N(IRQLINE_A_HANDLER_CPU, 0),
	    N(IRQLINE_A_HANDLER_LANES, IRQLINE_LANES_PERCPU) },
	  EINVAL, ATTR, IRQLINE_A_HANDLER_LANES },

	/* Deferring, and NAPI. */
	{ "delay of the default strategy", { L(IRQLINE_A_HANDLER_DELAY, 1000) },
	  EINVAL, ATTR, IRQLINE_A_HANDLER_DELAY },
	{ "no delay of the default strategy", { L(IRQLINE_A_HANDLER_DELAY, 0) },
	  EINVAL, ATTR, IRQLINE_A_HANDLER_DELAY },
	{ "delay before its strategy",
	  { L(IRQLINE_A_HANDLER_DELAY, 1000),
	    T(IRQLINE_A_HANDLER_BOTTOM, "napi") },
	  EINVAL, ATTR, IRQLINE_A_HANDLER_DELAY },
	{ "cpu of hrtimer", { T(IRQLINE_A_HANDLER_BOTTOM, "hrtimer"),
			      N(IRQLINE_A_HANDLER_CPU, 0) },
	  EINVAL, ATTR, IRQLINE_A_HANDLER_CPU },
	{ "cpu of workqueue-unbound",
	  { T(IRQLINE_A_HANDLER_BOTTOM, "workqueue-unbound"),
	    N(IRQLINE_A_HANDLER_CPU, 0) },
	  EINVAL, ATTR, IRQLINE_A_HANDLER_CPU },
	{ "threaded default strategy", { N(IRQLINE_A_HANDLER_THREADED, 1) },
	  EINVAL, ATTR, IRQLINE_A_HANDLER_THREADED },
	{ "threaded kthread", { T(IRQLINE_A_HANDLER_BOTTOM, "kthread"),
				N(IRQLINE_A_HANDLER_THREADED, 1) },
	  EINVAL, ATTR, IRQLINE_A_HANDLER_THREADED },
	{ "nice threaded napi", { T(IRQLINE_A_HANDLER_BOTTOM, "napi"),
				  N(IRQLINE_A_HANDLER_THREADED, 1),
				  N(IRQLINE_A_HANDLER_NICE, 1) },
	  EINVAL, ATTR, IRQLINE_A_HANDLER_NICE },
	{ "budget of napi", { T(IRQLINE_A_HANDLER_BOTTOM, "napi"),
			      N(IRQLINE_A_HANDLER_BUDGET, 65) },
	  ERANGE, ATTR, IRQLINE_A_HANDLER_BUDGET },
	{ "sleeping in threaded napi",
	  { T(IRQLINE_A_HANDLER_BOTTOM, "napi"),
	    N(IRQLINE_A_HANDLER_THREADED, 1),
	    N(IRQLINE_A_HANDLER_WORK, IRQLINE_WORK_SLEEP),
	    L(IRQLINE_A_HANDLER_WORK_TIME, 1000) },
	  EINVAL, ATTR, IRQLINE_A_HANDLER_BOTTOM },

	/* Scheduling. */
	{ "sched of tasklet",
	  { N(IRQLINE_A_HANDLER_SCHED, IRQLINE_SCHED_FIFO),
	    N(IRQLINE_A_HANDLER_SCHED_PRIORITY, 1) },
	  EINVAL, ATTR, IRQLINE_A_HANDLER_SCHED },
	{ "sched of workqueue",
	  { T(IRQLINE_A_HANDLER_BOTTOM, "workqueue"),
	    N(IRQLINE_A_HANDLER_SCHED, IRQLINE_SCHED_RR),
	    N(IRQLINE_A_HANDLER_SCHED_PRIORITY, 1) },
	  EINVAL, ATTR, IRQLINE_A_HANDLER_SCHED },
	{ "sched-priority of irq-thread",
	  { T(IRQLINE_A_HANDLER_BOTTOM, "irq-thread"),
	    N(IRQLINE_A_HANDLER_SCHED_PRIORITY, 1) },
	  EINVAL, ATTR, IRQLINE_A_HANDLER_SCHED_PRIORITY },
	{ "nice of workqueue", { T(IRQLINE_A_HANDLER_BOTTOM, "workqueue"),
				 N(IRQLINE_A_HANDLER_NICE, 1) },
	  EINVAL, ATTR, IRQLINE_A_HANDLER_NICE },
	{ "nice of inline", { T(IRQLINE_A_HANDLER_BOTTOM, "inline"),
			      N(IRQLINE_A_HANDLER_NICE, -1) },
	  EINVAL, ATTR, IRQLINE_A_HANDLER_NICE },
	{ "fifo without a priority",
	  { T(IRQLINE_A_HANDLER_BOTTOM, "kthread"),
	    N(IRQLINE_A_HANDLER_SCHED, IRQLINE_SCHED_FIFO) },
	  EINVAL, MISSING, IRQLINE_A_HANDLER_SCHED_PRIORITY },
	{ "rr without a priority",
	  { T(IRQLINE_A_HANDLER_BOTTOM, "kthread"),
	    N(IRQLINE_A_HANDLER_SCHED, IRQLINE_SCHED_RR) },
	  EINVAL, MISSING, IRQLINE_A_HANDLER_SCHED_PRIORITY },
	{ "other with a priority",
	  { T(IRQLINE_A_HANDLER_BOTTOM, "kthread"),
	    N(IRQLINE_A_HANDLER_SCHED, IRQLINE_SCHED_OTHER),
	    N(IRQLINE_A_HANDLER_SCHED_PRIORITY, 1) },
	  EINVAL, ATTR, IRQLINE_A_HANDLER_SCHED_PRIORITY },
	{ "default class with a priority",
	  { T(IRQLINE_A_HANDLER_BOTTOM, "kthread"),
	    N(IRQLINE_A_HANDLER_SCHED_PRIORITY, 1) },
	  EINVAL, ATTR, IRQLINE_A_HANDLER_SCHED_PRIORITY },
	{ "fifo with a nice value",
	  { T(IRQLINE_A_HANDLER_BOTTOM, "kthread"),
	    N(IRQLINE_A_HANDLER_SCHED, IRQLINE_SCHED_FIFO),
	    N(IRQLINE_A_HANDLER_SCHED_PRIORITY, 1),
	    N(IRQLINE_A_HANDLER_NICE, 1) },
	  EINVAL, ATTR, IRQLINE_A_HANDLER_NICE },

	/* Work. */
	{ "sleep in tasklet", { N(IRQLINE_A_HANDLER_WORK, IRQLINE_WORK_SLEEP),
				L(IRQLINE_A_HANDLER_WORK_TIME, 1000) },
	  EINVAL, ATTR, IRQLINE_A_HANDLER_WORK },
	{ "sleep in a named tasklet",
	  { T(IRQLINE_A_HANDLER_BOTTOM, "tasklet"),
	    N(IRQLINE_A_HANDLER_WORK, IRQLINE_WORK_SLEEP),
	    L(IRQLINE_A_HANDLER_WORK_TIME, 1000) },
	  EINVAL, ATTR, IRQLINE_A_HANDLER_BOTTOM },
	{ "sleep in inline",
	  { T(IRQLINE_A_HANDLER_BOTTOM, "inline"),
	    N(IRQLINE_A_HANDLER_WORK, IRQLINE_WORK_SLEEP),
	    L(IRQLINE_A_HANDLER_WORK_TIME, 1000) },
	  EINVAL, ATTR, IRQLINE_A_HANDLER_BOTTOM },
	{ "long spin in tasklet",
	  { N(IRQLINE_A_HANDLER_WORK, IRQLINE_WORK_SPIN),
	    L(IRQLINE_A_HANDLER_WORK_TIME, IRQLINE_SPIN_TIME_MAX + 1) },
	  ERANGE, ATTR, IRQLINE_A_HANDLER_WORK_TIME },
	{ "long spin in inline",
	  { T(IRQLINE_A_HANDLER_BOTTOM, "inline"),
	    N(IRQLINE_A_HANDLER_WORK, IRQLINE_WORK_SPIN),
	    L(IRQLINE_A_HANDLER_WORK_TIME, IRQLINE_SPIN_TIME_MAX + 1) },
	  ERANGE, ATTR, IRQLINE_A_HANDLER_BOTTOM },
	{ "spin without a time",
	  { N(IRQLINE_A_HANDLER_WORK, IRQLINE_WORK_SPIN) },
	  EINVAL, MISSING, IRQLINE_A_HANDLER_WORK_TIME },
	{ "sleep without a time",
	  { T(IRQLINE_A_HANDLER_BOTTOM, "kthread"),
	    N(IRQLINE_A_HANDLER_WORK, IRQLINE_WORK_SLEEP) },
	  EINVAL, MISSING, IRQLINE_A_HANDLER_WORK_TIME },
	{ "time of no work", { N(IRQLINE_A_HANDLER_WORK, IRQLINE_WORK_NONE),
			       L(IRQLINE_A_HANDLER_WORK_TIME, 1000) },
	  EINVAL, ATTR, IRQLINE_A_HANDLER_WORK_TIME },
	{ "time of the default work",
	  { L(IRQLINE_A_HANDLER_WORK_TIME, 1000) },
	  EINVAL, ATTR, IRQLINE_A_HANDLER_WORK_TIME },

	/* The queue. */
	{ "queue of 3", { N(IRQLINE_A_HANDLER_QUEUE, 3) },
	  EINVAL, ATTR, IRQLINE_A_HANDLER_QUEUE },
	{ "queue of 65535", { N(IRQLINE_A_HANDLER_QUEUE, 65535) },
	  EINVAL, ATTR, IRQLINE_A_HANDLER_QUEUE },

	/* One transaction: what is right beside what is wrong is not done. */
	{ "wrong after right", { N(IRQLINE_A_HANDLER_BUDGET, 7),
				 N(IRQLINE_A_HANDLER_PRIORITY, 7),
				 T(IRQLINE_A_HANDLER_BOTTOM, "kthread"),
				 N(IRQLINE_A_HANDLER_CPU, INT_MAX) },
	  EINVAL, ATTR, IRQLINE_A_HANDLER_CPU },
};

static void request_settings(struct nl_msg *msg, __u8 cmd, const char *name,
			     const struct value *values)
{
	request_handler(msg, cmd, LINE, name);
	if (cmd == IRQLINE_CMD_HANDLER_NEW &&
	    !has_value(values, IRQLINE_A_HANDLER_SOURCES))
		nl_put_u32(msg, IRQLINE_A_HANDLER_SOURCES, 0x4);
	put_values(msg, values);
}

static void refuse_settings(struct __test_metadata *const _metadata,
			    struct _test_data_badinput *self,
			    const struct wrong *wrong)
{
	struct nl_msg msg;
	char label[96];

	request_settings(&msg, IRQLINE_CMD_HANDLER_NEW, FRESH, wrong->values);
	snprintf(label, sizeof(label), "handler-new, %s", wrong->label);
	refuse(_metadata, self, &msg, false, wrong->error, wrong->blame,
	       wrong->type, label);

	request_settings(&msg, IRQLINE_CMD_HANDLER_SET, PLAIN, wrong->values);
	snprintf(label, sizeof(label), "handler-set, %s", wrong->label);
	refuse(_metadata, self, &msg, false, wrong->error, wrong->blame,
	       wrong->type, label);
}

TEST_F_TIMEOUT(badinput, settings_of_a_handler, 120)
{
	unsigned int i;

	for (i = 0; i < ARRAY_LEN(settings); i++)
		refuse_settings(_metadata, self, &settings[i]);
}

/* The text names a strategy that takes the setting. */
static bool names_one(const char *text, const struct strategy *list, int count,
		      __u32 setting)
{
	int i;

	for (i = 0; i < count; i++) {
		if (strategy_takes(&list[i], setting) &&
		    strstr(text, list[i].name))
			return true;
	}
	return false;
}

/* Each strategy by what it says of itself, whichever there may be. */
TEST_F_TIMEOUT(badinput, settings_that_a_strategy_does_not_take, 120)
{
	const struct value nice = N(IRQLINE_A_HANDLER_NICE, 0);
	const struct value sched = N(IRQLINE_A_HANDLER_SCHED, 0);
	const struct value cpu = N(IRQLINE_A_HANDLER_CPU, cpu_nth(0));
	const struct value delay = L(IRQLINE_A_HANDLER_DELAY, 0);
	const struct value threaded = N(IRQLINE_A_HANDLER_THREADED, 1);
	const struct value lanes = N(IRQLINE_A_HANDLER_LANES,
				     IRQLINE_LANES_PERCPU);
	const struct {
		__u32 setting;
		struct value value;
	} all[] = {
		{ IRQLINE_SETTING_CPU, cpu },
		{ IRQLINE_SETTING_SCHED, sched },
		{ IRQLINE_SETTING_NICE, nice },
		{ IRQLINE_SETTING_DELAY, delay },
		{ IRQLINE_SETTING_THREADED, threaded },
		{ IRQLINE_SETTING_LANES, lanes },
	};
	struct strategy list[STRATEGIES_MAX];
	int count = strategies_available(&self->nl, list), i;
	unsigned int j;
	struct nl_msg msg;

	for (i = 0; i < count; i++) {
		for (j = 0; j < ARRAY_LEN(all); j++) {
			struct wrong wrong = {
				.label = list[i].name,
				.values = { T(IRQLINE_A_HANDLER_BOTTOM,
					      list[i].name),
					    all[j].value },
				.error = EINVAL,
				.type = all[j].value.type,
			};

			if (list[i].settings & all[j].setting)
				continue;
			refuse_settings(_metadata, self, &wrong);
			request_settings(&msg, IRQLINE_CMD_HANDLER_SET, PLAIN,
					 wrong.values);
			nl_do(&self->nl, &msg, NULL);
			EXPECT_TRUE(names_one(self->nl.ack.text, list, count,
					      all[j].setting))
				TH_LOG("%s: no alternative: %s", list[i].name,
				       self->nl.ack.text);
		}
	}
}

TEST_F_TIMEOUT(badinput, work_that_a_strategy_may_not_do, 120)
{
	struct strategy list[STRATEGIES_MAX];
	int count = strategies_available(&self->nl, list), i;

	for (i = 0; i < count; i++) {
		struct wrong wrong = {
			.label = list[i].name,
			.values = {
				T(IRQLINE_A_HANDLER_BOTTOM, list[i].name),
				N(IRQLINE_A_HANDLER_WORK, IRQLINE_WORK_SLEEP),
				L(IRQLINE_A_HANDLER_WORK_TIME,
				  IRQLINE_SPIN_TIME_MAX + 1),
			},
			.error = EINVAL,
			.type = IRQLINE_A_HANDLER_BOTTOM,
		};

		if (list[i].may_sleep)
			continue;
		refuse_settings(_metadata, self, &wrong);
		wrong.values[1].number = IRQLINE_WORK_SPIN;
		wrong.error = ERANGE;
		refuse_settings(_metadata, self, &wrong);
	}
}

TEST_F(badinput, strategy_not_on_this_kernel)
{
	struct strategy list[STRATEGIES_MAX];
	int count = strategies(&self->nl, list), missing = 0, i;

	for (i = 0; i < count; i++) {
		struct wrong wrong = {
			.label = list[i].name,
			.values = { T(IRQLINE_A_HANDLER_BOTTOM,
				      list[i].name) },
			.error = EOPNOTSUPP,
			.type = IRQLINE_A_HANDLER_BOTTOM,
		};

		if (list[i].available)
			continue;
		missing++;
		EXPECT_TRUE(strategy_lacks_kernel(&list[i]))
			TH_LOG("%s", list[i].name);
		refuse_settings(_metadata, self, &wrong);
	}
	if (!missing)
		SKIP(return, "this kernel has all strategies");
}

TEST_F(badinput, cpu_that_is_offline)
{
	struct wrong wrong = {
		.label = "cpu that is offline",
		.values = { T(IRQLINE_A_HANDLER_BOTTOM, "kthread"),
			    N(IRQLINE_A_HANDLER_CPU, 0) },
		.error = EINVAL,
		.type = IRQLINE_A_HANDLER_CPU,
	};
	int cpu = cpu_nth(cpu_count() - 1);
	char path[64];

	snprintf(path, sizeof(path), "/sys/devices/system/cpu/cpu%d/online",
		 cpu);
	if (cpu_count() < 2 || !file_write(path, "0"))
		SKIP(return, "no CPU can be taken offline");
	/* The interrupts may have moved, which is not what this is about. */
	world_free(&self->before);
	world_get(&self->nl, &self->before);
	wrong.values[1].number = cpu;
	refuse_settings(_metadata, self, &wrong);
	wrong.values[0].text = "workqueue";
	refuse_settings(_metadata, self, &wrong);
	ASSERT_TRUE(file_write(path, "1"));
}

/* What only the name or the state of an object makes wrong. */
static const struct {
	__u8 cmd;
	struct wrong wrong;
} objects[] = {
	{ IRQLINE_CMD_LINE_GET,
	  { "unknown line", { T(IRQLINE_A_LINE_NAME, "edu99") },
	    ENOENT, ATTR, IRQLINE_A_LINE_NAME } },
	{ IRQLINE_CMD_LINE_GET,
	  { "line without a name", { T(IRQLINE_A_LINE_NAME, "") },
	    ENOENT, ATTR, IRQLINE_A_LINE_NAME } },
	{ IRQLINE_CMD_LINE_GET,
	  { "line cut short", { T(IRQLINE_A_LINE_NAME, "edu") },
	    ENOENT, ATTR, IRQLINE_A_LINE_NAME } },
	{ IRQLINE_CMD_LINE_SET,
	  { "unknown line to set", { T(IRQLINE_A_LINE_NAME, "edu99"),
				     N(IRQLINE_A_LINE_CLOCK, 0) },
	    ENOENT, ATTR, IRQLINE_A_LINE_NAME } },
	{ IRQLINE_CMD_LINE_SET,
	  { "unknown top", { T(IRQLINE_A_LINE_NAME, LINE),
			     T(IRQLINE_A_LINE_TOP, "soft") },
	    ENOENT, ATTR, IRQLINE_A_LINE_TOP } },
	{ IRQLINE_CMD_LINE_SET,
	  { "strategy of a bottom half as top",
	    { T(IRQLINE_A_LINE_NAME, LINE),
	      T(IRQLINE_A_LINE_TOP, "tasklet") },
	    ENOENT, ATTR, IRQLINE_A_LINE_TOP } },
	{ IRQLINE_CMD_LINE_SET,
	  { "period without polling", { T(IRQLINE_A_LINE_NAME, LINE),
			L(IRQLINE_A_LINE_PERIOD, IRQLINE_PERIOD_MIN) },
	    EINVAL, ATTR, IRQLINE_A_LINE_PERIOD } },
	{ IRQLINE_CMD_LINE_SET,
	  { "period of a thread", { T(IRQLINE_A_LINE_NAME, LINE),
			T(IRQLINE_A_LINE_TOP, "thread"),
			L(IRQLINE_A_LINE_PERIOD, IRQLINE_PERIOD_MIN) },
	    EINVAL, ATTR, IRQLINE_A_LINE_PERIOD } },
	{ IRQLINE_CMD_LINE_SET,
	  { "nothread of a thread", { T(IRQLINE_A_LINE_NAME, LINE),
			  T(IRQLINE_A_LINE_TOP, "thread"),
			  N(IRQLINE_A_LINE_NOTHREAD, 1) },
	    EINVAL, ATTR, IRQLINE_A_LINE_NOTHREAD } },
	{ IRQLINE_CMD_LINE_SET,
	  { "nothread beside poll", { T(IRQLINE_A_LINE_NAME, LINE),
			  T(IRQLINE_A_LINE_TOP, "poll"),
			  N(IRQLINE_A_LINE_NOTHREAD, 1) },
	    EINVAL, ATTR, IRQLINE_A_LINE_NOTHREAD } },
	{ IRQLINE_CMD_LINE_SET,
	  { "affinity beside poll", { T(IRQLINE_A_LINE_NAME, LINE),
			  T(IRQLINE_A_LINE_TOP, "poll"),
			  T(IRQLINE_A_LINE_AFFINITY, "0") },
	    EINVAL, ATTR, IRQLINE_A_LINE_AFFINITY } },
	{ IRQLINE_CMD_LINE_SET,
	  { "affinity that is no list", { T(IRQLINE_A_LINE_NAME, LINE),
					  T(IRQLINE_A_LINE_AFFINITY, "all of them") },
	    EINVAL, ATTR, IRQLINE_A_LINE_AFFINITY } },
	{ IRQLINE_CMD_LINE_SET,
	  { "affinity backwards", { T(IRQLINE_A_LINE_NAME, LINE),
				    T(IRQLINE_A_LINE_AFFINITY, "1-0") },
	    EINVAL, ATTR, IRQLINE_A_LINE_AFFINITY } },
	{ IRQLINE_CMD_LINE_SET,
	  { "affinity to no CPU", { T(IRQLINE_A_LINE_NAME, LINE),
				    T(IRQLINE_A_LINE_AFFINITY, "") },
	    EINVAL, ATTR, IRQLINE_A_LINE_AFFINITY } },
	{ IRQLINE_CMD_LINE_SET,
	  { "affinity to a CPU that no machine has",
	    { T(IRQLINE_A_LINE_NAME, LINE),
	      T(IRQLINE_A_LINE_AFFINITY, "1000000") },
	    EINVAL, ATTR, IRQLINE_A_LINE_AFFINITY } },
	{ IRQLINE_CMD_LINE_SET,
	  { "clock beside a wrong affinity",
	    { N(IRQLINE_A_LINE_CLOCK, 0), T(IRQLINE_A_LINE_NAME, LINE),
	      T(IRQLINE_A_LINE_AFFINITY, "x") },
	    EINVAL, ATTR, IRQLINE_A_LINE_AFFINITY } },
	{ IRQLINE_CMD_LINE_SET,
	  { "clock and affinity beside a period",
	    { N(IRQLINE_A_LINE_CLOCK, 0), T(IRQLINE_A_LINE_NAME, LINE),
	      T(IRQLINE_A_LINE_AFFINITY, "0"),
	      L(IRQLINE_A_LINE_PERIOD, IRQLINE_PERIOD_MAX) },
	    EINVAL, ATTR, IRQLINE_A_LINE_PERIOD } },

	{ IRQLINE_CMD_HANDLER_GET,
	  { "unknown line of a handler", { T(IRQLINE_A_HANDLER_LINE, "edu99"),
					   T(IRQLINE_A_HANDLER_NAME, PLAIN) },
	    ENOENT, ATTR, IRQLINE_A_HANDLER_LINE } },
	{ IRQLINE_CMD_HANDLER_GET,
	  { "unknown handler", { T(IRQLINE_A_HANDLER_LINE, LINE),
				 T(IRQLINE_A_HANDLER_NAME, "nobody") },
	    ENOENT, ATTR, IRQLINE_A_HANDLER_NAME } },
	{ IRQLINE_CMD_HANDLER_GET,
	  { "handler of another line", { T(IRQLINE_A_HANDLER_LINE, NEIGHBOUR),
					 T(IRQLINE_A_HANDLER_NAME, PLAIN) },
	    ENOENT, ATTR, IRQLINE_A_HANDLER_NAME } },
	{ IRQLINE_CMD_HANDLER_NEW,
	  { "unknown line of a new handler",
	    { T(IRQLINE_A_HANDLER_LINE, "edu99"),
	      T(IRQLINE_A_HANDLER_NAME, FRESH),
	      N(IRQLINE_A_HANDLER_SOURCES, 2) },
	    ENOENT, ATTR, IRQLINE_A_HANDLER_LINE } },
	{ IRQLINE_CMD_HANDLER_NEW,
	  { "handler that exists", { T(IRQLINE_A_HANDLER_LINE, LINE),
				     T(IRQLINE_A_HANDLER_NAME, PLAIN),
				     N(IRQLINE_A_HANDLER_SOURCES, 4) },
	    EEXIST, ATTR, IRQLINE_A_HANDLER_NAME } },
	{ IRQLINE_CMD_HANDLER_NEW,
	  { "handler of the device's own", { T(IRQLINE_A_HANDLER_LINE, LINE),
					     T(IRQLINE_A_HANDLER_NAME, BUILTIN),
					     N(IRQLINE_A_HANDLER_SOURCES, 4) },
	    EEXIST, ATTR, IRQLINE_A_HANDLER_NAME } },
	{ IRQLINE_CMD_HANDLER_SET,
	  { "unknown line of a handler to set",
	    { T(IRQLINE_A_HANDLER_LINE, "edu99"),
	      T(IRQLINE_A_HANDLER_NAME, PLAIN) },
	    ENOENT, ATTR, IRQLINE_A_HANDLER_LINE } },
	{ IRQLINE_CMD_HANDLER_SET,
	  { "unknown handler to set", { T(IRQLINE_A_HANDLER_LINE, LINE),
					T(IRQLINE_A_HANDLER_NAME, "nobody"),
					N(IRQLINE_A_HANDLER_BUDGET, 1) },
	    ENOENT, ATTR, IRQLINE_A_HANDLER_NAME } },
	{ IRQLINE_CMD_HANDLER_DEL,
	  { "unknown line of a handler to delete",
	    { T(IRQLINE_A_HANDLER_LINE, "edu99"),
	      T(IRQLINE_A_HANDLER_NAME, PLAIN) },
	    ENOENT, ATTR, IRQLINE_A_HANDLER_LINE } },
	{ IRQLINE_CMD_HANDLER_DEL,
	  { "unknown handler to delete", { T(IRQLINE_A_HANDLER_LINE, LINE),
					   T(IRQLINE_A_HANDLER_NAME, "nobody") },
	    ENOENT, ATTR, IRQLINE_A_HANDLER_NAME } },
	{ IRQLINE_CMD_HANDLER_DEL,
	  { "the device's own deleted", { T(IRQLINE_A_HANDLER_LINE, LINE),
					  T(IRQLINE_A_HANDLER_NAME, BUILTIN) },
	    EBUSY, ATTR, IRQLINE_A_HANDLER_NAME } },
	{ IRQLINE_CMD_HANDLER_SET,
	  { "sources of the device's own", { T(IRQLINE_A_HANDLER_LINE, LINE),
					     T(IRQLINE_A_HANDLER_NAME, BUILTIN),
					     N(IRQLINE_A_HANDLER_SOURCES, 2) },
	    EBUSY, ATTR, IRQLINE_A_HANDLER_SOURCES } },
	{ IRQLINE_CMD_HANDLER_SET,
	  { "priority of the device's own", { T(IRQLINE_A_HANDLER_LINE, LINE),
					      T(IRQLINE_A_HANDLER_NAME, BUILTIN),
					      N(IRQLINE_A_HANDLER_PRIORITY, 1) },
	    EBUSY, ATTR, IRQLINE_A_HANDLER_PRIORITY } },
	{ IRQLINE_CMD_HANDLER_SET,
	  { "exclusive of the device's own", { T(IRQLINE_A_HANDLER_LINE, LINE),
					       T(IRQLINE_A_HANDLER_NAME, BUILTIN),
					       N(IRQLINE_A_HANDLER_EXCLUSIVE, 1) },
	    EBUSY, ATTR, IRQLINE_A_HANDLER_EXCLUSIVE } },
	{ IRQLINE_CMD_HANDLER_SET,
	  { "drop-newest of the device's own",
	    { T(IRQLINE_A_HANDLER_LINE, LINE),
	      T(IRQLINE_A_HANDLER_NAME, BUILTIN),
	      N(IRQLINE_A_HANDLER_OVERFLOW, IRQLINE_OVERFLOW_DROP_NEWEST) },
	    EINVAL, ATTR, IRQLINE_A_HANDLER_OVERFLOW } },
	{ IRQLINE_CMD_HANDLER_SET,
	  { "drop-oldest of the device's own",
	    { T(IRQLINE_A_HANDLER_LINE, LINE),
	      T(IRQLINE_A_HANDLER_NAME, BUILTIN),
	      N(IRQLINE_A_HANDLER_OVERFLOW, IRQLINE_OVERFLOW_DROP_OLDEST) },
	    EINVAL, ATTR, IRQLINE_A_HANDLER_OVERFLOW } },
	{ IRQLINE_CMD_HANDLER_SET,
	  { "smaller queue than high", { T(IRQLINE_A_HANDLER_LINE, LINE),
					 T(IRQLINE_A_HANDLER_NAME, HOLDER),
					 N(IRQLINE_A_HANDLER_QUEUE, 32) },
	    ERANGE, ATTR, IRQLINE_A_HANDLER_QUEUE } },
	{ IRQLINE_CMD_HANDLER_SET,
	  { "smaller queue than low", { T(IRQLINE_A_HANDLER_LINE, LINE),
					T(IRQLINE_A_HANDLER_NAME, DEEP),
					N(IRQLINE_A_HANDLER_QUEUE, 32) },
	    ERANGE, ATTR, IRQLINE_A_HANDLER_QUEUE } },
	{ IRQLINE_CMD_HANDLER_SET,
	  { "high that low does not leave room for",
	    { T(IRQLINE_A_HANDLER_LINE, LINE),
	      T(IRQLINE_A_HANDLER_NAME, HOLDER),
	      N(IRQLINE_A_HANDLER_HIGH, 15) },
	    ERANGE, ATTR, IRQLINE_A_HANDLER_HIGH } },
	{ IRQLINE_CMD_HANDLER_SET,
	  { "low above the high that there is",
	    { T(IRQLINE_A_HANDLER_LINE, LINE),
	      T(IRQLINE_A_HANDLER_NAME, HOLDER),
	      N(IRQLINE_A_HANDLER_LOW, 48) },
	    ERANGE, ATTR, IRQLINE_A_HANDLER_LOW } },
	{ IRQLINE_CMD_HANDLER_SET,
	  { "high beside the end of backpressure",
	    { T(IRQLINE_A_HANDLER_LINE, LINE),
	      T(IRQLINE_A_HANDLER_NAME, HOLDER),
	      N(IRQLINE_A_HANDLER_OVERFLOW, IRQLINE_OVERFLOW_MERGE),
	      N(IRQLINE_A_HANDLER_HIGH, 48) },
	    EINVAL, ATTR, IRQLINE_A_HANDLER_HIGH } },
	{ IRQLINE_CMD_HANDLER_SET,
	  { "strategy that may not sleep where work does",
	    { T(IRQLINE_A_HANDLER_LINE, LINE),
	      T(IRQLINE_A_HANDLER_NAME, SLEEPER),
	      T(IRQLINE_A_HANDLER_BOTTOM, "tasklet") },
	    EINVAL, ATTR, IRQLINE_A_HANDLER_BOTTOM } },
	{ IRQLINE_CMD_HANDLER_SET,
	  { "strategy that may not spin as long as work does",
	    { T(IRQLINE_A_HANDLER_LINE, LINE),
	      T(IRQLINE_A_HANDLER_NAME, SPINNER),
	      T(IRQLINE_A_HANDLER_BOTTOM, "inline") },
	    ERANGE, ATTR, IRQLINE_A_HANDLER_BOTTOM } },
	{ IRQLINE_CMD_HANDLER_SET,
	  { "strategy that may not take as many as the budget",
	    { T(IRQLINE_A_HANDLER_LINE, LINE),
	      T(IRQLINE_A_HANDLER_NAME, GREEDY),
	      T(IRQLINE_A_HANDLER_BOTTOM, "napi") },
	    ERANGE, ATTR, IRQLINE_A_HANDLER_BOTTOM } },
	{ IRQLINE_CMD_HANDLER_SET,
	  { "larger budget than the strategy may take",
	    { T(IRQLINE_A_HANDLER_LINE, LINE),
	      T(IRQLINE_A_HANDLER_NAME, POLLER),
	      N(IRQLINE_A_HANDLER_BUDGET, 65) },
	    ERANGE, ATTR, IRQLINE_A_HANDLER_BUDGET } },
	{ IRQLINE_CMD_HANDLER_SET,
	  { "strategy that has one lane, beside lanes for each CPU",
	    { T(IRQLINE_A_HANDLER_LINE, LINE),
	      T(IRQLINE_A_HANDLER_NAME, PLAIN),
	      T(IRQLINE_A_HANDLER_BOTTOM, "irq-thread"),
	      N(IRQLINE_A_HANDLER_LANES, IRQLINE_LANES_PERCPU) },
	    EINVAL, ATTR, IRQLINE_A_HANDLER_LANES } },
	{ IRQLINE_CMD_HANDLER_SET,
	  { "nice where the class is fifo", { T(IRQLINE_A_HANDLER_LINE, LINE),
					      T(IRQLINE_A_HANDLER_NAME, URGENT),
					      N(IRQLINE_A_HANDLER_NICE, 1) },
	    EINVAL, ATTR, IRQLINE_A_HANDLER_NICE } },
	{ IRQLINE_CMD_HANDLER_SET,
	  { "fifo again without a priority",
	    { T(IRQLINE_A_HANDLER_LINE, LINE),
	      T(IRQLINE_A_HANDLER_NAME, URGENT),
	      N(IRQLINE_A_HANDLER_SCHED, IRQLINE_SCHED_FIFO) },
	    EINVAL, MISSING, IRQLINE_A_HANDLER_SCHED_PRIORITY } },

	{ IRQLINE_CMD_STRATEGY_GET,
	  { "unknown strategy",
	    { T(IRQLINE_A_STRATEGY_NAME, "softirq"),
	      N(IRQLINE_A_STRATEGY_KIND, IRQLINE_KIND_BOTTOM) },
	    ENOENT, ATTR, IRQLINE_A_STRATEGY_NAME } },
	{ IRQLINE_CMD_STRATEGY_GET,
	  { "strategy of the other kind",
	    { T(IRQLINE_A_STRATEGY_NAME, "tasklet"),
	      N(IRQLINE_A_STRATEGY_KIND, IRQLINE_KIND_TOP) },
	    ENOENT, ATTR, IRQLINE_A_STRATEGY_NAME } },

	{ IRQLINE_CMD_STATS_GET,
	  { "counts of an unknown line", { T(IRQLINE_A_STATS_LINE, "edu99"),
					   T(IRQLINE_A_STATS_HANDLER, PLAIN) },
	    ENOENT, ATTR, IRQLINE_A_STATS_LINE } },
	{ IRQLINE_CMD_STATS_GET,
	  { "counts of an unknown handler",
	    { T(IRQLINE_A_STATS_LINE, LINE),
	      T(IRQLINE_A_STATS_HANDLER, "nobody") },
	    ENOENT, ATTR, IRQLINE_A_STATS_HANDLER } },
	{ IRQLINE_CMD_STATS_RESET,
	  { "reset of an unknown line", { T(IRQLINE_A_STATS_LINE, "edu99") },
	    ENOENT, ATTR, IRQLINE_A_STATS_LINE } },
	{ IRQLINE_CMD_STATS_RESET,
	  { "reset of an unknown handler",
	    { T(IRQLINE_A_STATS_LINE, LINE),
	      T(IRQLINE_A_STATS_HANDLER, "nobody") },
	    ENOENT, ATTR, IRQLINE_A_STATS_HANDLER } },
};

TEST_F_TIMEOUT(badinput, objects_and_their_state, 120)
{
	const struct wrong *wrong;
	struct nl_msg msg;
	unsigned int i;

	for (i = 0; i < ARRAY_LEN(objects); i++) {
		wrong = &objects[i].wrong;
		nl_init(&msg, objects[i].cmd);
		put_values(&msg, wrong->values);
		refuse(_metadata, self, &msg, false, wrong->error, wrong->blame,
		       wrong->type, wrong->label);
	}
}

/* A line that begins with INTx could have no MSI. */
TEST_F(badinput, delivery_that_is_not_to_be_had)
{
	struct nl_msg msg;

	if (line_u32(&self->nl, LINE, IRQLINE_A_LINE_DELIVERY) ==
	    IRQLINE_DELIVERY_MSI)
		SKIP(return, "the kernel has MSI");
	request_line(&msg, IRQLINE_CMD_LINE_SET, LINE);
	nl_put_u32(&msg, IRQLINE_A_LINE_DELIVERY, IRQLINE_DELIVERY_MSI);
	refuse_attr(&msg, EOPNOTSUPP, IRQLINE_A_LINE_DELIVERY, "delivery");
}

TEST_F(badinput, sources_outside_of_the_line)
{
	__u32 has = line_u32(&self->nl, LINE, IRQLINE_A_LINE_SOURCES);
	struct wrong wrong = {
		.label = "sources outside of the line's",
		.values = { N(IRQLINE_A_HANDLER_SOURCES, ~has) },
		.error = EINVAL,
		.type = IRQLINE_A_HANDLER_SOURCES,
	};

	if (!~has)
		SKIP(return, "the line has all sources");
	refuse_settings(_metadata, self, &wrong);
}

TEST_F(badinput, names_of_handlers)
{
	static const char * const names[] = {
		"", ".", "..", ".hidden", "a b", "a/b", "a\n", "a\x7f", "a*",
		"\xc3\xa4", "a:b", "a%s", "~", "a\\b",
	};
	const struct value none[VALUES_MAX] = { };
	struct nl_msg msg;
	char label[32];
	unsigned int i;

	for (i = 0; i < ARRAY_LEN(names); i++) {
		snprintf(label, sizeof(label), "name %u", i);
		request_settings(&msg, IRQLINE_CMD_HANDLER_NEW, names[i], none);
		refuse_attr(&msg, EINVAL, IRQLINE_A_HANDLER_NAME, label);
	}
}

/* Blames none: it is not about what the request says. */
TEST_F(badinput, change_without_net_admin)
{
	const struct command *command;
	struct nl_msg msg;

	caps_drop(CAP_NET_ADMIN);
	for_each_command(command) {
		if (!command->changes)
			continue;
		begin(&msg, command, 0);
		refuse(_metadata, self, &msg, false, EPERM, NOBODY, 0,
		       command->label);
	}
}

TEST_F(badinput, scheduling_without_sys_nice)
{
	static const struct wrong wrong[] = {
		{ "sched fifo", { T(IRQLINE_A_HANDLER_BOTTOM, "kthread"),
				  N(IRQLINE_A_HANDLER_SCHED, IRQLINE_SCHED_FIFO),
				  N(IRQLINE_A_HANDLER_SCHED_PRIORITY, 1) },
		  EPERM, ATTR, IRQLINE_A_HANDLER_SCHED },
		{ "nice", { T(IRQLINE_A_HANDLER_BOTTOM, "kthread"),
			    N(IRQLINE_A_HANDLER_NICE, 19) },
		  EPERM, ATTR, IRQLINE_A_HANDLER_NICE },
	};
	struct nl_msg msg;
	unsigned int i;

	caps_drop(CAP_SYS_NICE);
	for (i = 0; i < ARRAY_LEN(wrong); i++)
		refuse_settings(_metadata, self, &wrong[i]);

	request_handler(&msg, IRQLINE_CMD_HANDLER_SET, LINE, URGENT);
	nl_put_u32(&msg, IRQLINE_A_HANDLER_SCHED_PRIORITY, 2);
	refuse_attr(&msg, EPERM, IRQLINE_A_HANDLER_SCHED_PRIORITY,
		    "another priority");

	/* The rest is still allowed. */
	handler_bottom(&self->nl, LINE, PLAIN, "kthread");
}

/*
 * After handlers have come and gone. The line may keep memory for the next one,
 * so it is not looked at.
 */
static void expect_same_handlers(struct __test_metadata *const _metadata,
				 struct _test_data_badinput *self)
{
	struct nl_list now = { 0 };

	world_dump(&self->nl, IRQLINE_CMD_HANDLER_GET, &now);
	EXPECT_TRUE(nl_list_same(&self->before.handlers, &now));
	nl_free(&now);
}

/*
 * The other side of each border: what is just right is taken, and read back.
 * Each is a handler-new of its own.
 */
static const struct {
	const char *label;
	struct value values[VALUES_MAX];
} right[] = {
	{ "priority -1000", { N(IRQLINE_A_HANDLER_PRIORITY,
				IRQLINE_PRIORITY_MIN) } },
	{ "priority 1000", { N(IRQLINE_A_HANDLER_PRIORITY,
			       IRQLINE_PRIORITY_MAX) } },
	{ "exclusive 0", { N(IRQLINE_A_HANDLER_EXCLUSIVE, 0) } },
	{ "exclusive 1", { N(IRQLINE_A_HANDLER_EXCLUSIVE, 1) } },
	{ "lowest source", { N(IRQLINE_A_HANDLER_SOURCES, 1) } },
	{ "highest source", { N(IRQLINE_A_HANDLER_SOURCES, 0x80000000) } },
	{ "budget 1", { N(IRQLINE_A_HANDLER_BUDGET, 1) } },
	{ "budget 4096", { N(IRQLINE_A_HANDLER_BUDGET, IRQLINE_BUDGET_MAX) } },
	{ "queue 2", { N(IRQLINE_A_HANDLER_QUEUE, IRQLINE_QUEUE_MIN) } },
	{ "queue 65536", { N(IRQLINE_A_HANDLER_QUEUE, IRQLINE_QUEUE_MAX) } },
	{ "cpu -1", { T(IRQLINE_A_HANDLER_BOTTOM, "kthread"),
		      N(IRQLINE_A_HANDLER_CPU, -1) } },
	{ "cpu -1 of tasklet", { N(IRQLINE_A_HANDLER_CPU, -1) } },
	{ "nice -20", { T(IRQLINE_A_HANDLER_BOTTOM, "kthread"),
			N(IRQLINE_A_HANDLER_NICE, -20) } },
	{ "nice 19", { T(IRQLINE_A_HANDLER_BOTTOM, "kthread"),
		       N(IRQLINE_A_HANDLER_NICE, 19) } },
	{ "fifo 1", { T(IRQLINE_A_HANDLER_BOTTOM, "kthread"),
		      N(IRQLINE_A_HANDLER_SCHED, IRQLINE_SCHED_FIFO),
		      N(IRQLINE_A_HANDLER_SCHED_PRIORITY, 1) } },
	{ "rr 99", { T(IRQLINE_A_HANDLER_BOTTOM, "kthread"),
		     N(IRQLINE_A_HANDLER_SCHED, IRQLINE_SCHED_RR),
		     N(IRQLINE_A_HANDLER_SCHED_PRIORITY, 99) } },
	{ "no delay", { T(IRQLINE_A_HANDLER_BOTTOM, "hrtimer"),
			L(IRQLINE_A_HANDLER_DELAY, 0) } },
	{ "delay 1 ns", { T(IRQLINE_A_HANDLER_BOTTOM, "timer"),
			  L(IRQLINE_A_HANDLER_DELAY, 1) } },
	{ "delay 1 s", { T(IRQLINE_A_HANDLER_BOTTOM, "timer"),
			 L(IRQLINE_A_HANDLER_DELAY, IRQLINE_DELAY_MAX) } },
	{ "delay 1 s", { T(IRQLINE_A_HANDLER_BOTTOM, "hrtimer"),
			 L(IRQLINE_A_HANDLER_DELAY, IRQLINE_DELAY_MAX) } },
	{ "threaded 0 of napi", { T(IRQLINE_A_HANDLER_BOTTOM, "napi"),
				  N(IRQLINE_A_HANDLER_THREADED, 0) } },
	{ "threaded 1 of napi", { T(IRQLINE_A_HANDLER_BOTTOM, "napi"),
				  N(IRQLINE_A_HANDLER_THREADED, 1) } },
	{ "budget 64 of napi", { T(IRQLINE_A_HANDLER_BOTTOM, "napi"),
				 N(IRQLINE_A_HANDLER_BUDGET, 64) } },
	{ "lanes percpu", { N(IRQLINE_A_HANDLER_LANES,
			      IRQLINE_LANES_PERCPU) } },
	{ "lanes percpu of kthread", { T(IRQLINE_A_HANDLER_BOTTOM, "kthread"),
				       N(IRQLINE_A_HANDLER_LANES,
					 IRQLINE_LANES_PERCPU) } },
	{ "spin 1 ns", { N(IRQLINE_A_HANDLER_WORK, IRQLINE_WORK_SPIN),
			 L(IRQLINE_A_HANDLER_WORK_TIME, 1) } },
	{ "spin 1 ms", { N(IRQLINE_A_HANDLER_WORK, IRQLINE_WORK_SPIN),
			 L(IRQLINE_A_HANDLER_WORK_TIME,
			   IRQLINE_SPIN_TIME_MAX) } },
	{ "spin 10 s", { T(IRQLINE_A_HANDLER_BOTTOM, "workqueue"),
			 N(IRQLINE_A_HANDLER_WORK, IRQLINE_WORK_SPIN),
			 L(IRQLINE_A_HANDLER_WORK_TIME,
			   IRQLINE_WORK_TIME_MAX) } },
	{ "sleep 1 ns", { T(IRQLINE_A_HANDLER_BOTTOM, "irq-thread"),
			  N(IRQLINE_A_HANDLER_WORK, IRQLINE_WORK_SLEEP),
			  L(IRQLINE_A_HANDLER_WORK_TIME, 1) } },
	{ "sleep 10 s", { T(IRQLINE_A_HANDLER_BOTTOM, "irq-thread"),
			  N(IRQLINE_A_HANDLER_WORK, IRQLINE_WORK_SLEEP),
			  L(IRQLINE_A_HANDLER_WORK_TIME,
			    IRQLINE_WORK_TIME_MAX) } },
	{ "drop-newest", { N(IRQLINE_A_HANDLER_LANES, IRQLINE_LANES_SINGLE),
			   N(IRQLINE_A_HANDLER_OVERFLOW,
			     IRQLINE_OVERFLOW_DROP_NEWEST) } },
	{ "drop-oldest", { N(IRQLINE_A_HANDLER_OVERFLOW,
			     IRQLINE_OVERFLOW_DROP_OLDEST) } },
	{ "merge", { N(IRQLINE_A_HANDLER_OVERFLOW, IRQLINE_OVERFLOW_MERGE) } },
	{ "low 0", { N(IRQLINE_A_HANDLER_LOW, 0) } },
	{ "low below the queue", { N(IRQLINE_A_HANDLER_LOW, 3),
				   N(IRQLINE_A_HANDLER_QUEUE, 4) } },
	{ "high 1", { N(IRQLINE_A_HANDLER_OVERFLOW,
			IRQLINE_OVERFLOW_BACKPRESSURE),
		      N(IRQLINE_A_HANDLER_HIGH, 1),
		      N(IRQLINE_A_HANDLER_LOW, 0) } },
	{ "high as large as the queue", { N(IRQLINE_A_HANDLER_OVERFLOW,
					    IRQLINE_OVERFLOW_BACKPRESSURE),
					  N(IRQLINE_A_HANDLER_HIGH, 256),
					  N(IRQLINE_A_HANDLER_LOW, 255) } },
	{ "the smallest queue", { N(IRQLINE_A_HANDLER_QUEUE,
				    IRQLINE_QUEUE_MIN),
				  N(IRQLINE_A_HANDLER_OVERFLOW,
				    IRQLINE_OVERFLOW_BACKPRESSURE),
				  N(IRQLINE_A_HANDLER_HIGH, 2),
				  N(IRQLINE_A_HANDLER_LOW, 1) } },
};

static void expect_value(struct __test_metadata *const _metadata,
			 const struct nlmsghdr *header,
			 const struct value *value, const char *label)
{
	switch (value->form) {
	case TEXT:
		EXPECT_STREQ(value->text, nl_str(header, value->type))
			TH_LOG("%s", label);
		break;
	case U64:
		EXPECT_EQ(value->number, nl_u64(header, value->type))
			TH_LOG("%s", label);
		break;
	default:
		EXPECT_EQ(value->number, nl_u32(header, value->type))
			TH_LOG("%s", label);
	}
}

static void expect_values(struct __test_metadata *const _metadata,
			  const struct nlmsghdr *header,
			  const struct value *values, const char *label)
{
	int i;

	for (i = 0; i < VALUES_MAX && values[i].type; i++)
		expect_value(_metadata, header, &values[i], label);
}

static void accept_new(struct __test_metadata *const _metadata,
		       struct _test_data_badinput *self, const char *name,
		       const struct value *values, const char *label)
{
	struct nl_list reply = { 0 };
	struct nl_msg msg;

	request_settings(&msg, IRQLINE_CMD_HANDLER_NEW, name, values);
	EXPECT_EQ(0, nl_do(&self->nl, &msg, NULL)) {
		TH_LOG("%s: %s", label, self->nl.ack.text);
		return;
	}
	handler_get(&self->nl, LINE, name, &reply);
	EXPECT_STREQ(name, nl_str(nl_first(&reply), IRQLINE_A_HANDLER_NAME));
	expect_values(_metadata, nl_first(&reply), values, label);
	nl_free(&reply);
	handler_del(&self->nl, LINE, name);
}

TEST_F_TIMEOUT(badinput, border_values_of_a_new_handler, 60)
{
	unsigned int i;

	for (i = 0; i < ARRAY_LEN(right); i++)
		accept_new(_metadata, self, FRESH, right[i].values,
			   right[i].label);
	expect_same_handlers(_metadata, self);
}

TEST_F_TIMEOUT(badinput, border_values_of_a_handler_set, 60)
{
	const struct value none[VALUES_MAX] = { };
	struct nl_list reply = { 0 };
	struct nl_msg msg;
	unsigned int i;

	for (i = 0; i < ARRAY_LEN(right); i++) {
		add(&self->nl, FRESH, none);
		request_settings(&msg, IRQLINE_CMD_HANDLER_SET, FRESH,
				 right[i].values);
		EXPECT_EQ(0, nl_do(&self->nl, &msg, NULL))
			TH_LOG("%s: %s", right[i].label, self->nl.ack.text);
		handler_get(&self->nl, LINE, FRESH, &reply);
		expect_values(_metadata, nl_first(&reply), right[i].values,
			      right[i].label);
		nl_free(&reply);
		handler_del(&self->nl, LINE, FRESH);
	}
	expect_same_handlers(_metadata, self);
}

TEST_F(badinput, border_values_of_names)
{
	const struct value none[VALUES_MAX] = { };
	char longest[IRQLINE_NAME_MAX + 1];

	memset(longest, 'x', IRQLINE_NAME_MAX);
	longest[IRQLINE_NAME_MAX] = '\0';
	accept_new(_metadata, self, longest, none, "the longest name");
	accept_new(_metadata, self, "a", none, "the shortest name");
	accept_new(_metadata, self, "Az09._-", none, "all kinds of characters");
	accept_new(_metadata, self, "-", none, "a name that is a dash");
	expect_same_handlers(_metadata, self);
}

TEST_F(badinput, highest_cpu)
{
	const struct value values[VALUES_MAX] = {
		T(IRQLINE_A_HANDLER_BOTTOM, "kthread"),
		N(IRQLINE_A_HANDLER_CPU, cpu_nth(cpu_count() - 1)),
	};

	accept_new(_metadata, self, FRESH, values, "the highest CPU");
}

/* To say what is so anyway is allowed, even where it cannot be changed. */
TEST_F(badinput, settings_as_they_are)
{
	__u32 delivery = line_u32(&self->nl, LINE, IRQLINE_A_LINE_DELIVERY);
	struct nl_msg msg;

	request_line(&msg, IRQLINE_CMD_LINE_SET, LINE);
	nl_put_str(&msg, IRQLINE_A_LINE_TOP, "hard");
	nl_put_u32(&msg, IRQLINE_A_LINE_DELIVERY, delivery);
	nl_put_u32(&msg, IRQLINE_A_LINE_NOTHREAD, 0);
	EXPECT_EQ(0, nl_do(&self->nl, &msg, NULL))
		TH_LOG("%s", self->nl.ack.text);

	request_handler(&msg, IRQLINE_CMD_HANDLER_SET, LINE, PLAIN);
	nl_put_u32(&msg, IRQLINE_A_HANDLER_QUEUE, 256);
	nl_put_u32(&msg, IRQLINE_A_HANDLER_LANES, IRQLINE_LANES_SINGLE);
	nl_put_u32(&msg, IRQLINE_A_HANDLER_THREADED, 0);
	nl_put_u32(&msg, IRQLINE_A_HANDLER_OVERFLOW,
		   IRQLINE_OVERFLOW_DROP_NEWEST);
	EXPECT_EQ(0, nl_do(&self->nl, &msg, NULL))
		TH_LOG("%s", self->nl.ack.text);
	expect_unchanged(_metadata, self, "settings as they are");
}

TEST_HARNESS_MAIN
