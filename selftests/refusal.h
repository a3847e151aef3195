/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Requests that must be refused: with the documented errno, a text, and the attribute
 * to blame, without a reply, and without a change of anything.
 *
 * Each function makes a request, and returns "" if that is what came of it; else what
 * is wrong, with the label in front.
 */
#ifndef REFUSAL_H
#define REFUSAL_H

#include "scene.h"

/* Whom the answer blames. */
enum blame { ATTR, MISSING, NOBODY };

struct wrong {
	const char *label;
	struct value values[VALUES_MAX];
	int error;
	enum blame blame;
	__u16 type;
};

const char *refuse(struct scene *scene, struct nl_msg *msg, int error,
		   enum blame blame, __u16 type, const char *label);
const char *refuse_attr(struct scene *scene, struct nl_msg *msg, int error,
			__u16 type, const char *label);
const char *refuse_dump(struct scene *scene, struct nl_msg *msg, int error,
			enum blame blame, __u16 type, const char *label);
/* For a new handler, and for the plain one. */
const char *refuse_settings(struct scene *scene, const struct wrong *wrong);
/* Generic netlink says by itself that there is no such thing, and nothing beside. */
const char *refuse_unknown(struct scene *scene, struct nl_msg *msg,
			   const char *label);
const char *refuse_unknown_dump(struct scene *scene, struct nl_msg *msg,
				const char *label);

#endif /* REFUSAL_H */
