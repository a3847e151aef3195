// SPDX-License-Identifier: GPL-2.0-only
/*
 * Usage: tap-ring FILE [COUNT]
 *
 * Prints the events of a line from its ring in memory: no system call for an event,
 * and one to sleep, when there is nothing left. The file must be open for both,
 * since the place that the reader has got to is written to memory, too.
 */
#include <err.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <linux/irqline.h>

struct ring {
	int fd;
	const struct irqline_tap_ring *ring;
	struct irqline_tap_control *control;
};

static void *map(int fd, size_t bytes, int prot, off_t offset)
{
	void *memory = mmap(NULL, bytes, prot, MAP_SHARED, fd, offset);

	if (memory == MAP_FAILED)
		err(1, "mmap");
	return memory;
}

static void ring_open(struct ring *ring, const char *path)
{
	struct irqline_tap_info info;

	ring->fd = open(path, O_RDWR | O_CLOEXEC);
	if (ring->fd < 0)
		err(1, "%s", path);
	if (ioctl(ring->fd, IRQLINE_TAP_IOC_INFO, &info))
		err(1, "%s", path);
	ring->ring = map(ring->fd, info.ring_bytes, PROT_READ,
			 IRQLINE_TAP_MAP_RING);
	ring->control = map(ring->fd, info.control_bytes, PROT_READ | PROT_WRITE,
			    IRQLINE_TAP_MAP_CONTROL);
}

static void print_event(const struct irqline_event *event)
{
	if (event->lost)
		printf("lost %u\n", event->lost);
	printf("handler %u seq %llu sources 0x%x\n", event->handler,
	       (unsigned long long)event->seq, event->sources);
}

/* Takes up to max events, and returns how many. */
static unsigned long ring_take(const struct ring *ring, unsigned long max)
{
	__u32 head = ring->control->head;	/* nobody else writes it */
	__u32 tail = __atomic_load_n(&ring->ring->tail, __ATOMIC_ACQUIRE);
	unsigned long count = 0;

	while (count < max && head != tail) {
		print_event(&ring->ring->events[head % ring->ring->size]);
		head++;
		count++;
	}
	/* From here on, the kernel may write there again. */
	__atomic_store_n(&ring->control->head, head, __ATOMIC_RELEASE);
	return count;
}

/*
 * Sleeps unless there is an event; poll() looks after it has begun to listen.
 * Returns false if no event will come any more.
 */
static bool ring_wait(const struct ring *ring)
{
	struct pollfd poller = { .fd = ring->fd, .events = POLLIN };

	if (poll(&poller, 1, -1) < 0)
		err(1, "poll");
	return !(poller.revents & POLLHUP);
}

int main(int argc, char **argv)
{
	unsigned long left;
	struct ring ring;

	if (argc < 2 || argc > 3)
		errx(2, "usage: tap-ring FILE [COUNT]");
	left = argc > 2 ? strtoul(argv[2], NULL, 0) : -1UL;
	ring_open(&ring, argv[1]);
	setlinebuf(stdout);
	do {
		left -= ring_take(&ring, left);
	} while (left && ring_wait(&ring));
	/* What came before the device went is still there. */
	left -= ring_take(&ring, left);
	if (left)
		errx(1, "the device has gone");
	return 0;
}
