// SPDX-License-Identifier: GPL-2.0-only
/*
 * Usage: tap-read FILE [COUNT]
 *
 * Prints the events of a line by read(), in batches: all of them, from now on,
 * or so many. FILE is the line's, such as /dev/edu0.
 */
#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <linux/irqline.h>

#define BATCH	64

static void print_event(const struct irqline_event *event)
{
	if (event->lost)
		printf("lost %u\n", event->lost);
	printf("handler %u seq %llu sources 0x%x\n", event->handler,
	       (unsigned long long)event->seq, event->sources);
}

/* Waits for an event, then takes what there is. */
static size_t read_events(int fd, struct irqline_event *events, size_t max)
{
	ssize_t len = read(fd, events, max * sizeof(*events));

	if (len < 0)
		err(1, "read");
	/* They are whole ones. */
	return len / sizeof(*events);
}

int main(int argc, char **argv)
{
	struct irqline_event events[BATCH];
	unsigned long left;
	size_t count, i;
	int fd;

	if (argc < 2 || argc > 3)
		errx(2, "usage: tap-read FILE [COUNT]");
	left = argc > 2 ? strtoul(argv[2], NULL, 0) : -1UL;
	/* The file receives events from here on. */
	fd = open(argv[1], O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		err(1, "%s", argv[1]);
	setlinebuf(stdout);
	while (left) {
		count = read_events(fd, events, left < BATCH ? left : BATCH);
		for (i = 0; i < count; i++)
			print_event(&events[i]);
		left -= count;
	}
	return 0;
}
