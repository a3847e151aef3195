// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "kselftest.h"
#include "module.h"
#include "util.h"

static void module_path(const char *name, char *path, size_t size)
{
	const char *dir = getenv("IRQLINE_KO_DIR");
	char self[PATH_MAX] = "";
	struct utsname kernel;

	if (dir) {
		snprintf(path, size, "%s/%s.ko", dir, name);
		return;
	}
	if (readlink("/proc/self/exe", self, sizeof(self) - 1) < 0)
		die("/proc/self/exe: %s", strerror(errno));
	uname(&kernel);
	snprintf(path, size, "%s/../%s/%s.ko", dirname(self), kernel.release,
		 name);
}

static const char * const names[] = { "irqline", "edu" };

const char *module_missing(void)
{
	static char text[PATH_MAX + 16];
	char path[PATH_MAX + 300];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(names); i++) {
		module_path(names[i], path, sizeof(path));
		if (!access(path, R_OK))
			continue;
		snprintf(text, sizeof(text), "there is no %s.ko", names[i]);
		return text;
	}
	return NULL;
}

bool module_loaded(const char *name)
{
	char path[64];

	snprintf(path, sizeof(path), "/sys/module/%s/refcnt", name);
	return !access(path, F_OK);
}

void module_unload(const char *name)
{
	if (syscall(SYS_delete_module, name, O_NONBLOCK))
		die("unloading %s: %s", name, strerror(errno));
}

void module_load(const char *name)
{
	char path[PATH_MAX + 300];
	int fd;

	module_path(name, path, sizeof(path));
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || syscall(SYS_finit_module, fd, "", 0))
		die("loading %s: %s", path, strerror(errno));
	close(fd);
}
