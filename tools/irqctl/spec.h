/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The names and types of Documentation/netlink/specs/irqline.yaml, as data: what
 * the kernel's attributes are called, and how to read and write them.
 */
#ifndef IRQCTL_SPEC_H
#define IRQCTL_SPEC_H

#include <stdbool.h>
#include <linux/irqline.h>

enum spec_type {
	SPEC_NONE,		/* padding */
	SPEC_STRING,
	SPEC_CPULIST,		/* a string such as 0-1,3 */
	SPEC_U32,
	SPEC_S32,
	SPEC_U64,
	SPEC_TIME,		/* 64 bit, in nanoseconds */
	SPEC_BOOL,		/* 32 bit, 0 or 1 */
	SPEC_ENUM,		/* 32 bit, one of values */
	SPEC_FLAGS,		/* 32 bit, a set of the bits named by values */
	SPEC_FLAG,		/* true if it is there */
	SPEC_NEST,
};

struct spec_values {
	const char *const *names;
	unsigned int count;
};

struct spec_attr {
	const char *name;
	enum spec_type type;
	const struct spec_values *values;	/* of SPEC_ENUM and SPEC_FLAGS */
};

/* One attribute set, indexed by the attributes' numbers. */
struct spec_set {
	const struct spec_attr *attrs;
	unsigned int max;
};

/* Room for the attributes of any set, number 0 included. */
#define SPEC_ATTRS_MAX	32

extern const struct spec_set spec_line;
extern const struct spec_set spec_handler;
extern const struct spec_set spec_strategy;
extern const struct spec_set spec_stats;
extern const struct spec_set spec_stats_context;
extern const struct spec_set spec_stats_cpu;
extern const struct spec_set spec_histogram;
extern const struct spec_set spec_bucket;

extern const struct spec_values spec_contexts;
extern const struct spec_values spec_alerts;

/* The set that a command's messages carry, NULL for an unknown command. */
const struct spec_set *spec_of_command(int cmd);

/* The attribute of that number, NULL for an unknown one. */
const struct spec_attr *spec_attr(const struct spec_set *set, unsigned int attr);

/* The name of a value, NULL for an unknown one. */
const char *spec_name(const struct spec_values *values, __u32 value);

/* The value of a name, -1 for an unknown one. */
int spec_value(const struct spec_values *values, const char *name);

/* Whether such an attribute's payload is 32 bits wide. */
bool spec_is_u32(enum spec_type type);

/* Whether such an attribute's payload is 64 bits wide. */
bool spec_is_u64(enum spec_type type);

/* Whether such an attribute's payload is text. */
bool spec_is_text(enum spec_type type);

#endif
