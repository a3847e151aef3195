// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <libgen.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <linux/pci_regs.h>

#include "dev.h"
#include "util.h"

int dev_open(const char *line, int flags)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/dev/%s", line);
	fd = open(path, flags | O_CLOEXEC);
	if (fd < 0)
		die("%s: %s", path, strerror(errno));
	return fd;
}

void dev_raise(int fd, __u32 sources)
{
	if (ioctl(fd, EDU_IOC_RAISE, &sources))
		die("raise 0x%x: %s", sources, strerror(errno));
}

__u32 dev_factorial(int fd, __u32 operand)
{
	struct edu_factorial f = { .operand = operand, .result = ~operand };

	if (ioctl(fd, EDU_IOC_FACTORIAL, &f))
		die("factorial of %u: %s", operand, strerror(errno));
	return f.result;
}

void dev_enable(const char *name, bool on)
{
	char path[96];

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/enable", name);
	file_must_write(path, on ? "1" : "0");
}

int dev_error(int fd, unsigned long request, void *arg)
{
	return ioctl(fd, request, arg) ? errno : 0;
}

int dev_read(int fd, struct irqline_event *events, int max, int ms)
{
	struct pollfd poller = { .fd = fd, .events = POLLIN };
	ssize_t len;

	if (poll(&poller, 1, ms) < 0)
		die("poll: %s", strerror(errno));
	if (!poller.revents)
		return 0;
	if (poller.revents & (POLLERR | POLLHUP))
		die("the device has gone");
	len = read(fd, events, max * sizeof(*events));
	if (len <= 0)
		die("read: %s", len ? strerror(errno) : "end of file");
	if (len % sizeof(*events))
		die("read brings %zd bytes, not whole events", len);
	return len / sizeof(*events);
}

void dev_next(int fd, __u32 handler, struct irqline_event *event)
{
	__u64 end = now_ns() + EVENT_TIMEOUT * NSEC_PER_SEC;

	do {
		if (!dev_read(fd, event, 1, EVENT_TIMEOUT * 1000))
			break;
		if (event->handler == handler)
			return;
	} while (now_ns() < end);
	die("no event of handler %u within %d seconds", handler,
	    EVENT_TIMEOUT);
}

int dev_drain(int fd, __u32 handler)
{
	struct irqline_event events[16];
	int count = 0, got, i;

	while ((got = dev_read(fd, events, 16, 0))) {
		for (i = 0; i < got; i++)
			count += events[i].handler == handler;
	}
	return count;
}

void dev_function(const char *line, char *name, size_t size)
{
	char path[64], real[PATH_MAX];

	snprintf(path, sizeof(path), "/sys/class/misc/%s/device", line);
	if (!realpath(path, real))
		die("%s: %s", path, strerror(errno));
	snprintf(name, size, "%s", basename(real));
}

__u32 dev_masks(const char *line)
{
	char path[PATH_MAX], function[NAME_MAX];
	unsigned char config[256];
	__u32 command, msi;
	int fd, at;

	dev_function(line, function, sizeof(function));
	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/config", function);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || read(fd, config, sizeof(config)) != sizeof(config))
		die("%s: %s", path, strerror(errno));
	close(fd);
	for (at = config[PCI_CAPABILITY_LIST]; at; at = config[at + 1])
		if (config[at] == PCI_CAP_ID_MSI)
			break;
	command = config[PCI_COMMAND] | config[PCI_COMMAND + 1] << 8;
	msi = config[at + PCI_MSI_FLAGS];
	/* A line that interrupts by INTx sets and clears that bit as it goes. */
	if (!(msi & PCI_MSI_FLAGS_ENABLE))
		command &= ~PCI_COMMAND_INTX_DISABLE;
	return command | msi << 16;
}
