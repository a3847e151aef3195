/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the kernel says of a request that it refuses: libnl takes no notice of
 * extended acknowledgements.
 */
#ifndef IRQCTL_EXTACK_H
#define IRQCTL_EXTACK_H

#include <stdbool.h>
#include <linux/netlink.h>

#include "spec.h"

struct extack {
	int error;		/* errno */
	char text[256];		/* the kernel's own, or strerror()'s */
	const char *attr;	/* the attribute to blame, or NULL */
	char value[64];		/* its value if that is text, else "" */
	bool missing;		/* attr is not there, though it is needed */
};

/* Without the kernel's word. */
void extack_set(struct extack *extack, int error);

/*
 * From an error, or from the end of a dump, whose error code is @error. @request
 * is the message that it answers, made of attributes of @set.
 */
void extack_parse(struct extack *extack, int error, struct nlmsghdr *answer,
		  struct nlmsghdr *request, const struct spec_set *set);

#endif
