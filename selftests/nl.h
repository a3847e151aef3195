/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Generic netlink over a raw socket. The tests talk to irqline with this code
 * of their own: no mistake of a library or of irqctl can hide one of the
 * kernel's, and requests can be as wrong as a test needs them.
 *
 * What never fails while kernel and test are sound (a socket, an answer within
 * NL_TIMEOUT seconds) ends the test by die().
 */
#ifndef NL_H
#define NL_H

#include <stdbool.h>
#include <stddef.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <linux/types.h>

#define NL_TIMEOUT	patience(30)
#define NL_BUFFER	32768

/* How the kernel acknowledged a request. */
struct nl_ack {
	int error;		/* as errno; 0 if it was done */
	int offset;		/* of the attribute to blame, or -1 */
	int missing;		/* type of the attribute that is missing, or -1 */
	char text[256];		/* the message, or "" */
};

struct nl {
	int fd;
	__u16 family;
	__u32 seq;
	size_t chunk;		/* bytes to receive at once */
	struct nl_ack ack;	/* of the last request */
	size_t len, next;	/* of what was received, what is yet unread */
	char buf[NL_BUFFER] __attribute__((aligned(NLMSG_ALIGNTO)));
};

/* A request under construction. */
struct nl_msg {
	union {
		struct nlmsghdr header;
		char buf[4096];
	};
};

/* Messages of the family, one after the other. */
struct nl_list {
	char *buf;
	size_t len, size;
	unsigned int count;
	bool interrupted;	/* NLM_F_DUMP_INTR was seen */
};

void nl_open(struct nl *nl, const char *family);
/* Another socket to the family of one that is open. */
void nl_open_too(struct nl *nl, const struct nl *other);
void nl_close(struct nl *nl);
void nl_join(struct nl *nl, const char *family, const char *group);

void nl_init(struct nl_msg *msg, __u8 cmd);
/* Each returns the offset of the new attribute within the request. */
int nl_put(struct nl_msg *msg, __u16 type, const void *data, size_t len);
int nl_put_flag(struct nl_msg *msg, __u16 type);
int nl_put_u32(struct nl_msg *msg, __u16 type, __u32 value);
int nl_put_u64(struct nl_msg *msg, __u16 type, __u64 value);
int nl_put_str(struct nl_msg *msg, __u16 type, const char *text);

/* Each returns nl->ack.error. Replies are added to list if there is one. */
int nl_do(struct nl *nl, struct nl_msg *msg, struct nl_list *list);
int nl_dump(struct nl *nl, struct nl_msg *msg, struct nl_list *list);
/* nl_do() that ends the test, with what the kernel says, if it fails. */
/* Of an NLMSG_ERROR, or of an NLMSG_DONE, which starts with an errno alone. */
void nl_parse_ack(struct nl_ack *ack, const struct nlmsghdr *header);
void nl_must(struct nl *nl, struct nl_msg *msg, struct nl_list *list);

/*
 * Only sends a request, NLM_F_REQUEST and these flags; returns 0, or the error. For who
 * receives by itself: what a message of type NLMSG_ERROR or NLMSG_DONE says.
 */
int nl_send(struct nl *nl, struct nl_msg *msg, __u16 flags);
void nl_parse_ack(struct nl_ack *ack, const struct nlmsghdr *header);

/* The halves of nl_dump(); nl_dump_more() returns false at the end. */
void nl_dump_start(struct nl *nl, struct nl_msg *msg);
bool nl_dump_more(struct nl *nl, struct nl_list *list);

/* The next notification, or NULL if none comes within so many milliseconds. */
const struct nlmsghdr *nl_notification(struct nl *nl, int ms);

const struct nlmsghdr *nl_first(const struct nl_list *list);
const struct nlmsghdr *nl_next(const struct nl_list *list,
			       const struct nlmsghdr *header);
void nl_add(struct nl_list *list, const struct nlmsghdr *header);
void nl_free(struct nl_list *list);

#define nl_for_each(header, list) \
	for (header = nl_first(list); header; header = nl_next(list, header))

__u8 nl_cmd(const struct nlmsghdr *header);
/* Both carry the same attributes, to the byte. */
bool nl_same(const struct nlmsghdr *a, const struct nlmsghdr *b);
bool nl_list_same(const struct nl_list *a, const struct nl_list *b);

/* Attributes: of a message, or within a nest. */
const struct nlattr *nl_attrs(const struct nlmsghdr *header, size_t *len);
const struct nlattr *nl_nested(const struct nlattr *nest, size_t *len);
const struct nlattr *nl_attr_next(const struct nlattr *attr, size_t *len);

#define nl_for_each_attr(attr, first, len) \
	for (attr = (first); attr; attr = nl_attr_next(attr, len))

static inline __u16 nl_type(const struct nlattr *attr)
{
	return attr->nla_type & NLA_TYPE_MASK;
}

static inline const void *nl_data(const struct nlattr *attr)
{
	return (const char *)attr + NLA_HDRLEN;
}

static inline size_t nl_len(const struct nlattr *attr)
{
	return attr->nla_len - NLA_HDRLEN;
}

const struct nlattr *nl_find(const struct nlmsghdr *header, __u16 type);
const struct nlattr *nl_find_nested(const struct nlattr *nest, __u16 type);
/* End the test if the attribute is missing or not of this kind. */
__u32 nl_value_u32(const struct nlattr *attr);
__u64 nl_value_u64(const struct nlattr *attr);
const char *nl_value_str(const struct nlattr *attr);
__u32 nl_u32(const struct nlmsghdr *header, __u16 type);
__u64 nl_u64(const struct nlmsghdr *header, __u16 type);
const char *nl_str(const struct nlmsghdr *header, __u16 type);

#endif /* NL_H */
