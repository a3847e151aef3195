// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "refusal.h"

typedef int (*ask_t)(struct nl *nl, struct nl_msg *msg, struct nl_list *list);

__attribute__((format(printf, 3, 4)))
static const char *tell(struct scene *scene, const char *label,
			const char *format, ...)
{
	size_t len = snprintf(scene->wrong, sizeof(scene->wrong), "%s: ", label);
	va_list args;

	va_start(args, format);
	if (len < sizeof(scene->wrong))
		vsnprintf(scene->wrong + len, sizeof(scene->wrong) - len,
			  format, args);
	va_end(args);
	return scene->wrong;
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

/* Each of these returns NULL if all is as it should be. */
static const char *expect_error(struct scene *scene, struct nl_msg *msg,
				ask_t ask, int error, const char *label)
{
	const struct nl_ack *ack = &scene->nl.ack;
	struct nl_list list = { 0 };
	unsigned int replies;

	scene->refused++;
	ask(&scene->nl, msg, &list);
	replies = list.count;
	nl_free(&list);
	if (ack->error != error)
		return tell(scene, label, "error %d (%s) instead of %d: '%s'",
			    ack->error, strerror(ack->error), error, ack->text);
	if (replies)
		return tell(scene, label, "there is a reply, too");
	return NULL;
}

static const char *expect_blame(struct scene *scene, const struct nl_msg *msg,
				enum blame blame, __u16 type, const char *label)
{
	const struct nl_ack *ack = &scene->nl.ack;

	if (!ack->text[0])
		return tell(scene, label, "no text");
	if (ack->missing != (blame == MISSING ? type : -1))
		return tell(scene, label, "%d is told to be missing: %s",
			    ack->missing, ack->text);
	if (blame == ATTR && type_at(msg, ack->offset) != type)
		return tell(scene, label, "the attribute at offset %d is blamed: %s",
			    ack->offset, ack->text);
	if (blame != ATTR && ack->offset != -1)
		return tell(scene, label, "an attribute is blamed: %s", ack->text);
	return NULL;
}

static const char *expect_unchanged(struct scene *scene, const char *label)
{
	const char *change = scene_change(scene);

	return change ? tell(scene, label, "%s has changed", change) : NULL;
}

static const char *expect_refusal(struct scene *scene, struct nl_msg *msg,
				  ask_t ask, int error, enum blame blame,
				  __u16 type, const char *label)
{
	return expect_error(scene, msg, ask, error, label) ? :
	       expect_blame(scene, msg, blame, type, label) ? :
	       expect_unchanged(scene, label) ? : "";
}

const char *refuse(struct scene *scene, struct nl_msg *msg, int error,
		   enum blame blame, __u16 type, const char *label)
{
	return expect_refusal(scene, msg, nl_do, error, blame, type, label);
}

const char *refuse_attr(struct scene *scene, struct nl_msg *msg, int error,
			__u16 type, const char *label)
{
	return refuse(scene, msg, error, ATTR, type, label);
}

const char *refuse_dump(struct scene *scene, struct nl_msg *msg, int error,
			enum blame blame, __u16 type, const char *label)
{
	return expect_refusal(scene, msg, nl_dump, error, blame, type, label);
}

static const char *refuse_cmd(struct scene *scene, __u8 cmd, const char *name,
			      const struct wrong *wrong, const char *label)
{
	struct nl_msg msg;
	char text[96];

	request_settings(&msg, cmd, name, wrong->values);
	snprintf(text, sizeof(text), "%s, %s", label, wrong->label);
	return refuse(scene, &msg, wrong->error, wrong->blame, wrong->type, text);
}

const char *refuse_settings(struct scene *scene, const struct wrong *wrong)
{
	const char *told = refuse_cmd(scene, IRQLINE_CMD_HANDLER_NEW, FRESH,
				      wrong, "handler-new");

	if (told[0])
		return told;
	return refuse_cmd(scene, IRQLINE_CMD_HANDLER_SET, PLAIN, wrong,
			  "handler-set");
}

const char *refuse_unknown(struct scene *scene, struct nl_msg *msg,
			   const char *label)
{
	return expect_error(scene, msg, nl_do, EOPNOTSUPP, label) ? :
	       expect_unchanged(scene, label) ? : "";
}

const char *refuse_unknown_dump(struct scene *scene, struct nl_msg *msg,
				const char *label)
{
	return expect_error(scene, msg, nl_dump, EOPNOTSUPP, label) ? :
	       expect_unchanged(scene, label) ? : "";
}
