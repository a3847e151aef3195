// SPDX-License-Identifier: GPL-2.0-only
/*
 * What is wrong with an attribute by itself, generated from a table of what each
 * command takes: missing, not of the command, out of range, of a wrong length,
 * given twice. And dumps and commands that are not to be had.
 */
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "kselftest_harness.h"
#include "commands.h"
#include "refusal.h"

#define ARRAY_LEN(array)	(sizeof(array) / sizeof((array)[0]))

FIXTURE(badattr)
{
	struct scene scene;
};

FIXTURE_SETUP(badattr)
{
	scene_open(&self->scene);
}

FIXTURE_TEARDOWN(badattr)
{
	scene_close(&self->scene);
}

/*
 * Before 6.2, what a dump says for itself when it refuses a request reaches
 * the asker as text only. What the policies refuse is told in full.
 */
static bool dump_tells_attr(void)
{
	return !kernel_before("6.2");
}

static enum blame dump_blame(void)
{
	return dump_tells_attr() ? ATTR : NOBODY;
}

static void name_case(char *label, size_t size, const struct command *command,
		      const char *field, const char *what)
{
	snprintf(label, size, "%s, %s %s", command->label, field, what);
}

TEST_F_TIMEOUT(badattr, required_attribute_missing, 120)
{
	const struct command *command;
	const struct field *field;
	struct nl_msg msg;
	char label[96], text[64];

	for_each_command(command) {
		for_each_field(field, command) {
			if (!is_required(command, field->type))
				continue;
			begin_request(&msg, command, field->type);
			name_case(label, sizeof(label), command, field->name,
				  "missing");
			EXPECT_STREQ("", refuse(&self->scene, &msg, EINVAL, MISSING,
						field->type, label));
		}
	}

	/* Some spelling, but always the same one. */
	snprintf(text, sizeof(text), "line is missing");
	nl_init(&msg, IRQLINE_CMD_HANDLER_NEW);
	EXPECT_EQ(EINVAL, nl_do(&self->scene.nl, &msg, NULL));
	EXPECT_STREQ(text, self->scene.nl.ack.text);

	nl_init(&msg, IRQLINE_CMD_STATS_RESET);
	nl_put_str(&msg, IRQLINE_A_STATS_HANDLER, PLAIN);
	EXPECT_STREQ("", refuse(&self->scene, &msg, EINVAL, MISSING,
				IRQLINE_A_STATS_LINE,
				"stats-reset, handler without line"));
}

/* The one after the last is unknown to the family, and so is 0. */
TEST_F_TIMEOUT(badattr, attribute_not_of_the_command, 120)
{
	const struct command *command;
	struct nl_msg msg;
	char label[96];
	int type;

	for_each_command(command) {
		for (type = 0; type <= command->last + 1; type++) {
			if (takes(command, type))
				continue;
			begin_request(&msg, command, 0);
			nl_put_u32(&msg, type, 1);
			snprintf(label, sizeof(label), "%s, attribute %d",
				 command->label, type);
			EXPECT_STREQ("", refuse_attr(&self->scene, &msg, EINVAL,
						     type, label));
			if (!command->dumps)
				continue;
			nl_init(&msg, command->cmd);
			nl_put_u32(&msg, type, 1);
			snprintf(label, sizeof(label),
				 "dump of %s, attribute %d", command->label,
				 type);
			EXPECT_STREQ("", refuse_dump(&self->scene, &msg, EINVAL,
						     ATTR, type, label));
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

TEST_F_TIMEOUT(badattr, integer_out_of_range, 120)
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
				begin_request(&msg, command, field->type);
				put_number(&msg, field, numbers[i]);
				snprintf(label, sizeof(label), "%s, %s %lld",
					 command->label, field->name,
					 (long long)numbers[i]);
				EXPECT_STREQ("", refuse_attr(&self->scene, &msg,
							     ERANGE, field->type,
							     label));
			}
		}
	}
}

/* More than 63 bits, which a comparison of signed numbers would let pass. */
TEST_F(badattr, time_beyond_63_bits)
{
	struct nl_msg msg;

	request_handler(&msg, IRQLINE_CMD_HANDLER_SET, LINE, PLAIN);
	nl_put_u32(&msg, IRQLINE_A_HANDLER_WORK, IRQLINE_WORK_SPIN);
	nl_put_u64(&msg, IRQLINE_A_HANDLER_WORK_TIME, ~0ULL);
	EXPECT_STREQ("", refuse_attr(&self->scene, &msg, ERANGE,
				     IRQLINE_A_HANDLER_WORK_TIME,
				     "handler-set, work-time of all ones"));
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

TEST_F_TIMEOUT(badattr, wrong_length, 120)
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
				begin_request(&msg, command, field->type);
				put_length(&msg, field,
					   length_of(&lengths[i], field),
					   lengths[i].end);
				name_case(label, sizeof(label), command,
					  field->name, lengths[i].label);
				EXPECT_STREQ("", refuse_attr(&self->scene, &msg,
							     EINVAL, field->type,
							     label));
			}
		}
	}
}

/* The kernel checks flags as it does ranges, for all families. */
TEST_F(badattr, flag_with_a_payload)
{
	struct nl_msg msg;

	nl_init(&msg, IRQLINE_CMD_STATS_GET);
	nl_put_str(&msg, IRQLINE_A_STATS_LINE, LINE);
	nl_put_str(&msg, IRQLINE_A_STATS_HANDLER, PLAIN);
	nl_put_u32(&msg, IRQLINE_A_STATS_HIST, 1);
	EXPECT_STREQ("", refuse_attr(&self->scene, &msg, ERANGE,
				     IRQLINE_A_STATS_HIST, "stats-get, hist"));
}

/* The last attribute claims more bytes than the request has. */
TEST_F(badattr, attribute_beyond_the_request)
{
	const struct command *command;
	struct nl_msg msg;
	int offset;

	for_each_command(command) {
		begin_request(&msg, command, 0);
		offset = nl_put_u32(&msg, command->fields[0].type, 0);
		((struct nlattr *)(msg.buf + offset))->nla_len = 64;
		EXPECT_STREQ("", refuse(&self->scene, &msg, EINVAL, NOBODY, 0,
					command->label));
	}
}

/* Put last, so only the one that comes second is the last of the request. */
TEST_F_TIMEOUT(badattr, given_twice, 120)
{
	const struct command *command;
	const struct field *field;
	struct nl_msg msg;
	char label[96];
	int second;

	for_each_command(command) {
		for_each_field(field, command) {
			begin_request(&msg, command, field->type);
			put_valid(&msg, field);
			second = put_valid(&msg, field);
			name_case(label, sizeof(label), command, field->name,
				  "twice");
			EXPECT_STREQ("", refuse_attr(&self->scene, &msg, EINVAL,
						     field->type, label));
			nl_do(&self->scene.nl, &msg, NULL);
			EXPECT_EQ(second, self->scene.nl.ack.offset)
				TH_LOG("%s: not the second is blamed", label);
		}
	}
}

TEST_F(badattr, given_twice_in_a_dump)
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
			EXPECT_STREQ("", refuse_dump(&self->scene, &msg, EINVAL,
						     dump_blame(), field->type,
						     label));
			nl_dump(&self->scene.nl, &msg, &list);
			EXPECT_EQ(dump_tells_attr() ? second : -1,
				  self->scene.nl.ack.offset)
				TH_LOG("%s: not the second is blamed", label);
		}
	}
}

TEST_F(badattr, dump_takes_no_selection)
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
			EXPECT_STREQ("", refuse_dump(&self->scene, &msg, EINVAL,
						     dump_blame(), field->type,
						     label));
		}
	}
}

TEST_F(badattr, dump_of_unknown_line)
{
	struct nl_msg msg;

	nl_init(&msg, IRQLINE_CMD_HANDLER_GET);
	nl_put_str(&msg, IRQLINE_A_HANDLER_LINE, "edu99");
	EXPECT_STREQ("", refuse_dump(&self->scene, &msg, ENOENT, dump_blame(),
				     IRQLINE_A_HANDLER_LINE,
				     "dump of handler-get"));

	nl_init(&msg, IRQLINE_CMD_STATS_GET);
	nl_put_str(&msg, IRQLINE_A_STATS_LINE, "edu99");
	EXPECT_STREQ("", refuse_dump(&self->scene, &msg, ENOENT, dump_blame(),
				     IRQLINE_A_STATS_LINE, "dump of stats-get"));
}

/* Generic netlink refuses these by itself, and says nothing beside. */
TEST_F(badattr, dump_where_there_is_none)
{
	const struct command *command;
	struct nl_msg msg;

	for_each_command(command) {
		if (command->dumps)
			continue;
		begin_request(&msg, command, 0);
		EXPECT_STREQ("", refuse_unknown_dump(&self->scene, &msg,
						     command->label));
	}
}

/* Notifications are no requests. */
TEST_F(badattr, no_such_command)
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
		EXPECT_STREQ("", refuse_unknown(&self->scene, &msg, label));
	}
}

TEST_HARNESS_MAIN
