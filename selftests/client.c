// SPDX-License-Identifier: GPL-2.0-only
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "client.h"
#include "util.h"

#define CLASS	"/sys/class/uio"

void client_attribute(int number, const char *attribute, char *text, int size)
{
	char path[128];

	snprintf(path, sizeof(path), CLASS "/uio%d/%s", number, attribute);
	if (!file_read(path, text, size))
		*text = '\0';
}

static bool is_named(int number, const char *name)
{
	char text[128];

	client_attribute(number, "name", text, sizeof(text));
	return !strcmp(text, name);
}

int client_find(const char *name)
{
	DIR *dir = opendir(CLASS);
	struct dirent *entry;
	int number = -1, n;

	while (dir && number < 0 && (entry = readdir(dir))) {
		if (sscanf(entry->d_name, "uio%d", &n) == 1 &&
		    is_named(n, name))
			number = n;
	}
	if (dir)
		closedir(dir);
	return number;
}

static size_t map_size(int number, int map)
{
	char attribute[32], text[64];

	snprintf(attribute, sizeof(attribute), "maps/map%d/size", map);
	client_attribute(number, attribute, text, sizeof(text));
	return strtoul(text, NULL, 0);
}

void client_open(struct client *client, int number)
{
	char path[32];
	int map;

	snprintf(path, sizeof(path), "/dev/uio%d", number);
	*client = (struct client) {
		.fd = open(path, O_RDWR | O_CLOEXEC),
		.number = number,
	};
	if (client->fd < 0)
		die("%s: %s", path, strerror(errno));
	for (map = 0; map < 2; map++)
		client->size[map] = map_size(number, map);
	client->ring = client_map(client, IRQLINE_UIO_RING, PROT_READ);
	if (client->ring == MAP_FAILED)
		die("%s: mmap of the ring: %s", path, strerror(errno));
	client->next = __atomic_load_n(&client->ring->head, __ATOMIC_ACQUIRE);
}

void client_close(struct client *client)
{
	munmap((void *)client->ring, client->size[IRQLINE_UIO_RING]);
	close(client->fd);
}

void *client_map(const struct client *client, int map, int prot)
{
	return mmap(NULL, client->size[map], prot, MAP_SHARED, client->fd,
		    map * getpagesize());
}

void client_control(const struct client *client, bool on)
{
	__s32 value = on;

	if (write(client->fd, &value, sizeof(value)) != sizeof(value))
		die("turning uio%d %s: %s", client->number, on ? "on" : "off",
		    strerror(errno));
}

bool client_wait(const struct client *client, int ms, __u32 *count)
{
	struct pollfd poller = { .fd = client->fd, .events = POLLIN };

	if (poll(&poller, 1, ms) < 0)
		die("poll: %s", strerror(errno));
	if (!poller.revents)
		return false;
	if (poller.revents != POLLIN)
		die("poll of uio%d says 0x%x", client->number, poller.revents);
	if (read(client->fd, count, sizeof(*count)) != sizeof(*count))
		die("read of uio%d: %s", client->number, strerror(errno));
	return true;
}

/* How far the head is ahead of the event to take next. */
static __u32 ahead(const struct client *client)
{
	return __atomic_load_n(&client->ring->head, __ATOMIC_ACQUIRE) -
		client->next;
}

/* What was overwritten, or may be at this moment. */
static void skip_lost(struct client *client, __u32 *lost)
{
	__u32 behind = ahead(client);

	if (behind < client->ring->size)
		return;
	behind -= client->ring->size - 1;
	client->next += behind;
	*lost += behind;
}

int client_take(struct client *client, struct irqline_event *events, int max,
		__u32 *lost)
{
	const struct irqline_uio_ring *ring = client->ring;
	int count = 0;

	skip_lost(client, lost);
	while (count < max && ahead(client)) {
		events[count] = ring->events[client->next % ring->size];
		__atomic_thread_fence(__ATOMIC_ACQUIRE);
		if (ahead(client) >= ring->size) {
			skip_lost(client, lost);
			continue;
		}
		client->next++;
		count++;
	}
	return count;
}
