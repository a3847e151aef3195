/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A request as a list of attributes, which can be as wrong as a fuzzer likes, and the
 * bytes that are sent.
 */
#ifndef REQUEST_H
#define REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <linux/types.h>

#define REQUEST_ATTRS	40
#define REQUEST_DATA	1100
#define DATAGRAM_SIZE	16384

struct request_attr {
	__u16 type;		/* with its flags */
	__u16 len;		/* of the data */
	__u8 data[REQUEST_DATA];
};

struct request {
	__u8 cmd, version;
	__u16 reserved, flags;
	int count;
	struct request_attr attrs[REQUEST_ATTRS];
};

struct datagram {
	size_t len;
	union {
		__u8 bytes[DATAGRAM_SIZE];
		__u64 align;
	};
};

void request_begin(struct request *request, __u8 cmd);
/* NULL if there is no room. */
struct request_attr *request_put(struct request *request, __u16 type, const void *data,
				 size_t len);
void request_u32(struct request *request, __u16 type, __u32 value);
void request_u64(struct request *request, __u16 type, __u64 value);
void request_str(struct request *request, __u16 type, const char *text);
bool request_has(const struct request *request, __u16 type);

/* Adds the message of a request to what is there, if there is room. */
void datagram_add(struct datagram *datagram, const struct request *request, __u16 family,
		  __u32 seq);

/*
 * As a line of a seed file: two digits each byte. The number of the family, which
 * differs from boot to boot, is 0 there.
 */
void datagram_print(const struct datagram *datagram, __u16 family);
void datagram_parse(struct datagram *datagram, const char *line, __u16 family);

#endif /* REQUEST_H */
