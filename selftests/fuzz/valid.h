/* SPDX-License-Identifier: GPL-2.0-only */
/* Requests to irqline that it should accept, as far as one can know. */
#ifndef VALID_H
#define VALID_H

#include "objects.h"
#include "policy.h"
#include "request.h"

#define VALID_LINES	8
#define VALID_TOPS	8

/* Handlers that have a part of their own, see guard.h. */
#define VALID_WITNESS	"witness"
#define VALID_IDLE	"idle"

/* What there is to name. */
struct vocabulary {
	struct policy policy;
	char lines[VALID_LINES][IRQLINE_NAME_MAX + 1];
	struct strategy bottoms[STRATEGIES_MAX];
	struct strategy tops[VALID_TOPS];
	int nr_lines, nr_bottoms, nr_tops;
};

void vocabulary_learn(struct vocabulary *words, struct nl *nl);
const char *vocabulary_line(const struct vocabulary *words, __u32 *seed);
/* Of a handler, that may be there or not. */
const char *vocabulary_handler(__u32 *seed);

/* What is said of an attribute of a command, or NULL. */
const struct policy_attr *valid_policy(const struct vocabulary *words, __u8 cmd,
				       unsigned int type);

/*
 * A request of this command, with this attribute if that is not 0. It may still be
 * refused: what it names may not be there, or may be in a state that forbids it.
 */
void valid_request(struct request *request, const struct vocabulary *words, __u8 cmd,
		   __u16 want, __u32 *seed);

/* A number within the limits of an attribute, often one of them. */
__u64 valid_number(const struct policy_attr *attr, __u32 *seed);

#endif /* VALID_H */
