// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "klog.h"
#include "util.h"

int log_open(void)
{
	int fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);

	if (fd < 0 || lseek(fd, 0, SEEK_END) < 0)
		die("/dev/kmsg: %s", strerror(errno));
	return fd;
}

/*
 * The interrupt core found a line that nobody serves, or a message for one that is
 * gone. Not "No irq handler": a message that cannot be masked and is sent while its
 * interrupt moves may meet the old vector on the new CPU.
 */
static bool is_complaint(const char *text)
{
	return strstr(text, "nobody cared") || strstr(text, "Disabling IRQ") ||
	       strstr(text, "unexpected IRQ trap") ||
	       strstr(text, "Flags mismatch");
}

void log_check(int fd)
{
	char text[8192];
	ssize_t len;

	while ((len = read(fd, text, sizeof(text) - 1)) >= 0 ||
	       errno == EPIPE) {
		text[len < 0 ? 0 : len] = '\0';
		if (is_complaint(text))
			die("the kernel says: %s", text);
	}
	if (errno != EAGAIN)
		die("/dev/kmsg: %s", strerror(errno));
	close(fd);
}
