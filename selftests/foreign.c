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
#include <linux/pci_regs.h>

#include "dev.h"
#include "foreign.h"
#include "util.h"

#define DEVICES		"/sys/bus/pci/devices/"
#define OURS		"/sys/bus/pci/drivers/edu"
#define THEIRS		"/sys/bus/pci/drivers/" FOREIGN_NAME

/* The device's registers, as its own driver knows them. */
#define REGS_SIZE	0x1000
#define REG_RAISE	0x60
#define REG_ACK		0x64
#define SOURCE		0x4U

const char *foreign_missing(void)
{
	if (access(THEIRS, F_OK) &&
	    system("modprobe " FOREIGN_NAME " 2>/dev/null"))
		return "there is no " FOREIGN_NAME;
	return NULL;
}

void foreign_init(struct foreign *foreign, const char *line)
{
	*foreign = (struct foreign){ .uio = -1, .config = -1 };
	dev_function(line, foreign->function, sizeof(foreign->function));
}

static void attribute_path(const struct foreign *foreign, const char *name,
			   char *path, size_t size)
{
	snprintf(path, size, DEVICES "%s/%s", foreign->function, name);
}

static void override_driver(const struct foreign *foreign, const char *driver)
{
	char path[PATH_MAX];

	attribute_path(foreign, "driver_override", path, sizeof(path));
	file_must_write(path, driver);
}

bool foreign_come(struct foreign *foreign)
{
	if (!foreign->given) {
		file_must_write(OURS "/unbind", foreign->function);
		override_driver(foreign, FOREIGN_NAME);
		foreign->given = true;
	}
	return file_write(THEIRS "/bind", foreign->function);
}

void foreign_leave(struct foreign *foreign)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), THEIRS "/%s", foreign->function);
	if (!access(path, F_OK))
		file_must_write(THEIRS "/unbind", foreign->function);
}

void foreign_go(struct foreign *foreign)
{
	if (!foreign->given)
		return;
	foreign_leave(foreign);
	override_driver(foreign, "\n");
	file_must_write(OURS "/bind", foreign->function);
	foreign->given = false;
}

/* The next device that the other driver has, all of which are ours to give. */
static bool find_left(struct foreign *foreign)
{
	DIR *dir = opendir(THEIRS);
	struct dirent *entry;

	while (dir && (entry = readdir(dir)) && !foreign->given) {
		if (!strchr(entry->d_name, ':'))
			continue;
		snprintf(foreign->function, sizeof(foreign->function), "%s",
			 entry->d_name);
		foreign->given = true;
	}
	if (dir)
		closedir(dir);
	return foreign->given;
}

void foreign_reclaim(void)
{
	struct foreign foreign = { .given = false };

	while (find_left(&foreign))
		foreign_go(&foreign);
}

/* An attribute of the device; ends the test if it cannot be opened. */
static int open_attribute(const struct foreign *foreign, const char *name)
{
	char path[PATH_MAX];
	int fd;

	attribute_path(foreign, name, path, sizeof(path));
	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		die("%s: %s", path, strerror(errno));
	return fd;
}

/* The device's number among all of UIO. */
static int uio_number(const struct foreign *foreign)
{
	struct dirent *entry;
	char path[PATH_MAX];
	int number = -1;
	DIR *dir;

	attribute_path(foreign, "uio", path, sizeof(path));
	dir = opendir(path);
	while (dir && number < 0 && (entry = readdir(dir)))
		sscanf(entry->d_name, "uio%d", &number);
	if (dir)
		closedir(dir);
	if (number < 0)
		die("%s has no UIO device", foreign->function);
	return number;
}

static void write_reg(const struct foreign *foreign, unsigned int reg,
		      __u32 value)
{
	foreign->regs[reg / sizeof(value)] = value;
}

/* The driver masks INTx with each interrupt, and leaves the rest to us. */
static void unmask(const struct foreign *foreign)
{
	__u16 command;

	if (pread(foreign->config, &command, sizeof(command), PCI_COMMAND) !=
	    sizeof(command))
		die("cannot read the configuration of %s", foreign->function);
	command &= ~PCI_COMMAND_INTX_DISABLE;
	if (pwrite(foreign->config, &command, sizeof(command), PCI_COMMAND) !=
	    sizeof(command))
		die("cannot write the configuration of %s", foreign->function);
}

void foreign_open(struct foreign *foreign)
{
	int fd = open_attribute(foreign, "resource0");
	char path[32];

	foreign->regs = mmap(NULL, REGS_SIZE, PROT_READ | PROT_WRITE,
			     MAP_SHARED, fd, 0);
	if (foreign->regs == MAP_FAILED)
		die("cannot map the registers: %s", strerror(errno));
	close(fd);
	foreign->config = open_attribute(foreign, "config");
	snprintf(path, sizeof(path), "/dev/uio%d", uio_number(foreign));
	foreign->uio = open(path, O_RDONLY | O_CLOEXEC);
	if (foreign->uio < 0)
		die("%s: %s", path, strerror(errno));
	write_reg(foreign, REG_ACK, ~0U);
	unmask(foreign);
}

void foreign_close(struct foreign *foreign)
{
	close(foreign->uio);
	close(foreign->config);
	munmap((void *)foreign->regs, REGS_SIZE);
	foreign->uio = -1;
}

/*
 * Each interrupt of the line finds the device until it is acknowledged, and UIO counts
 * it again.
 */
void foreign_interrupt(struct foreign *foreign)
{
	struct pollfd poller = { .fd = foreign->uio, .events = POLLIN };
	__u32 count;

	write_reg(foreign, REG_RAISE, SOURCE);
	if (poll(&poller, 1, EVENT_TIMEOUT * 1000) != 1)
		die("no interrupt of %s within %d seconds, after %llu",
		    FOREIGN_NAME, EVENT_TIMEOUT,
		    (unsigned long long)foreign->interrupts);
	if (read(foreign->uio, &count, sizeof(count)) != sizeof(count))
		die(FOREIGN_NAME ": %s", strerror(errno));
	__atomic_add_fetch(&foreign->interrupts, 1, __ATOMIC_RELEASE);
	write_reg(foreign, REG_ACK, SOURCE);
	if (poll(&poller, 1, 0) == 1 &&
	    read(foreign->uio, &count, sizeof(count)) != sizeof(count))
		die(FOREIGN_NAME ": %s", strerror(errno));
	unmask(foreign);
}

static void *interrupt_for_ever(void *arg)
{
	struct foreign *foreign = arg;

	while (!__atomic_load_n(&foreign->stop, __ATOMIC_ACQUIRE))
		foreign_interrupt(foreign);
	return NULL;
}

void foreign_start(struct foreign *foreign)
{
	foreign->stop = false;
	foreign->interrupts = 0;
	foreign_open(foreign);
	if (pthread_create(&foreign->thread, NULL, interrupt_for_ever, foreign))
		die("cannot start a thread");
}

__u64 foreign_interrupts(struct foreign *foreign)
{
	return __atomic_load_n(&foreign->interrupts, __ATOMIC_ACQUIRE);
}

void foreign_stop(struct foreign *foreign)
{
	__atomic_store_n(&foreign->stop, true, __ATOMIC_RELEASE);
	pthread_join(foreign->thread, NULL);
	foreign_close(foreign);
}
