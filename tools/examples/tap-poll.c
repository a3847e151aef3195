// SPDX-License-Identifier: GPL-2.0-only
/*
 * Usage: tap-poll FILE WATERMARK COUNT HANDLER...
 *
 * Prints the first COUNT events of some handlers of a line, and how many came at
 * a time: it sleeps in poll() until WATERMARK of them wait, or for a second.
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <linux/irqline.h>

#define BATCH		64
#define TIMEOUT_MS	1000

static void subscribe(int fd, const char *name)
{
	struct irqline_tap_handler handler = { };

	if (strlen(name) > IRQLINE_NAME_MAX)
		errx(2, "%s: too long", name);
	memcpy(handler.name, name, strlen(name));
	if (ioctl(fd, IRQLINE_TAP_IOC_SUBSCRIBE, &handler))
		err(1, "%s", name);
	/* Events carry the number, not the name. */
	printf("handler %u is %s\n", handler.id, name);
}

static void wait_for_events(int fd)
{
	struct pollfd poller = { .fd = fd, .events = POLLIN };

	if (poll(&poller, 1, TIMEOUT_MS) < 0)
		err(1, "poll");
	if (poller.revents & POLLHUP)
		errx(1, "the device has gone");
}

/* After a time-out there may be some, too: a read that does not wait brings them. */
static unsigned long take_events(int fd, unsigned long max)
{
	struct irqline_event events[BATCH];
	size_t size = (max < BATCH ? max : BATCH) * sizeof(*events);
	ssize_t len = read(fd, events, size);
	unsigned long count, i;

	if (len < 0 && errno != EAGAIN)
		err(1, "read");
	if (len < 0)
		return 0;
	count = len / sizeof(*events);
	printf("%lu at a time\n", count);
	for (i = 0; i < count; i++)
		printf("handler %u seq %llu sources 0x%x\n", events[i].handler,
		       (unsigned long long)events[i].seq, events[i].sources);
	return count;
}

int main(int argc, char **argv)
{
	unsigned long left;
	__u32 watermark;
	int fd, i;

	if (argc < 5)
		errx(2, "usage: tap-poll FILE WATERMARK COUNT HANDLER...");
	watermark = strtoul(argv[2], NULL, 0);
	left = strtoul(argv[3], NULL, 0);
	fd = open(argv[1], O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0)
		err(1, "%s", argv[1]);
	setlinebuf(stdout);
	for (i = 4; i < argc; i++)
		subscribe(fd, argv[i]);
	if (ioctl(fd, IRQLINE_TAP_IOC_WATERMARK, &watermark))
		err(1, "a watermark of %u", watermark);
	while (left) {
		wait_for_events(fd);
		left -= take_events(fd, left);
	}
	return 0;
}
