/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What each command of the family takes. It is written from the spec, not from the
 * kernel's policies. What is valid is so for the handlers of scene.h.
 */
#ifndef COMMANDS_H
#define COMMANDS_H

#include "nl.h"
#include "values.h"

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

/* Ends at the first without a label. */
extern const struct command commands[];

#define for_each_command(c) \
	for (c = commands; (c)->label; c++)
#define for_each_field(f, c) \
	for (f = (c)->fields; f < (c)->fields + (c)->count; f++)

bool takes(const struct command *command, __u16 type);
bool is_required(const struct command *command, __u16 type);
/* By its dump, though the command takes it. */
bool is_refused(const struct command *command, __u16 type);

/* Both return the offset of the attribute within the request. */
int put_number(struct nl_msg *msg, const struct field *field, __u64 number);
int put_valid(struct nl_msg *msg, const struct field *field);
/* A request with all that the command needs, but for this type, or 0 for all. */
void begin_request(struct nl_msg *msg, const struct command *command,
		   __u16 without);

#endif /* COMMANDS_H */
