/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A UIO program, as Documentation/driver-api/uio-howto.rst tells to write one:
 * it looks for its device in sysfs, maps by page offset, waits by read or poll,
 * and turns the interrupt on and off by write. Of irqline it knows no more than
 * the device's name and the layout of map 1.
 */
#ifndef CLIENT_H
#define CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <linux/irqline.h>

struct client {
	int fd;
	int number;			/* of /dev/uioN */
	size_t size[2];			/* of its maps */
	const struct irqline_uio_ring *ring;
	__u32 next;			/* event to take from there */
};

/* The number of the device of that name, or -1. */
int client_find(const char *name);
/* The value of an attribute of a device in sysfs; "" if there is none. */
void client_attribute(int number, const char *attribute, char *text, int size);

/* Opens the device, and maps the ring. These end the test if they fail. */
void client_open(struct client *client, int number);
void client_close(struct client *client);
/* A map, or MAP_FAILED. */
void *client_map(const struct client *client, int map, int prot);
/* Turns the interrupt on or off. */
void client_control(const struct client *client, bool on);

/*
 * Waits up to so many milliseconds for the count to change. Returns false if it
 * did not.
 */
bool client_wait(const struct client *client, int ms, __u32 *count);
/*
 * Takes what the ring holds, up to max events, and returns how many. Those that
 * were overwritten are left out, and are added to lost.
 */
int client_take(struct client *client, struct irqline_event *events, int max,
		__u32 *lost);

#endif /* CLIENT_H */
