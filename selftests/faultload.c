// SPDX-License-Identifier: GPL-2.0-only
/*
 * Every allocation of a module's init function fails once; what the kernel allocates to
 * load any module is its own. A load that fails leaves nothing. One that is done in spite
 * of a fault is done in full, but that a device whose probe has failed waits to be bound.
 *
 * The modules are in IRQLINE_KO_DIR.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "kselftest_harness.h"
#include "dev.h"
#include "objects.h"
#include "sweep.h"

/* Seconds: an emulated CPU with a debug kernel is slow, and so is a busy host. */
#define PATIENCE	1200

/* A load takes long; IRQLINE_FAULTS_MOST makes it more. */
#define TRIES		12
#define DRIVER		"/sys/bus/pci/drivers/edu"

#define wrong(outcome, ...) \
	snprintf((outcome)->wrong, sizeof((outcome)->wrong), __VA_ARGS__)

/* A module, in memory: reading the file is not what is tested. */
struct image {
	const char *name;
	void *data;
	size_t size;
	const char *(*lacking)(void);	/* why it does not work, or NULL */
};

static void read_image(struct image *image)
{
	const char *dir = getenv("IRQLINE_KO_DIR");
	char path[512];
	struct stat st;
	int fd;

	snprintf(path, sizeof(path), "%s/%s.ko", dir, image->name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st))
		die("%s: %s", path, strerror(errno));
	image->size = st.st_size;
	image->data = malloc(image->size);
	if (read(fd, image->data, image->size) != (ssize_t)image->size)
		die("%s: cannot be read", path);
	close(fd);
}

static long insert(const struct image *image)
{
	return syscall(SYS_init_module, image->data, image->size, "");
}

static long delete(const char *name)
{
	return syscall(SYS_delete_module, name, O_NONBLOCK);
}

static bool is_loaded(const char *name)
{
	char path[64];

	snprintf(path, sizeof(path), "/sys/module/%s", name);
	return !access(path, F_OK);
}

static void must_delete(const char *name)
{
	if (is_loaded(name) && delete(name))
		die("rmmod %s: %s", name, strerror(errno));
}

static const char *no_family(void)
{
	struct nl nl;

	nl_open(&nl, IRQLINE_FAMILY_NAME);
	nl_close(&nl);
	return NULL;
}

static char functions[2][64];

/* A device whose probe has failed can be bound now. */
static const char *no_device(void)
{
	char path[256];
	int i;

	for (i = 0; i < 2; i++) {
		snprintf(path, sizeof(path), DRIVER "/%s", functions[i]);
		if (access(path, F_OK) && !file_write(DRIVER "/bind", functions[i]))
			return "a device cannot be bound";
	}
	return access("/dev/" LINE, F_OK) || access("/dev/" NEIGHBOUR, F_OK) ?
		"a file is missing" : NULL;
}

static void enable_devices(bool on)
{
	int i;

	for (i = 0; i < 2; i++)
		dev_enable(functions[i], on);
}

static void unload(struct step *step)
{
	const struct image *image = step->data;

	must_delete("edu");
	must_delete(image->name);
	/* With DEBUG_KOBJECT_RELEASE the driver's name is taken for a while. */
	WAIT_UNTIL(access(DRIVER, F_OK), patience(15), "the driver has gone");
}

static void try_load(struct step *step, unsigned int nth, struct outcome *outcome)
{
	const struct image *image = step->data;
	const char *lacking;
	long ret;

	fault_arm(nth);
	ret = insert(image);
	outcome->error = ret ? errno : 0;
	outcome->hit = fault_hit();
	outcome->refused = ret;
	if (outcome->refused) {
		if (is_loaded(image->name))
			wrong(outcome, "it is loaded");
		if (outcome->error != (fault_kind() == FAULT_USERCOPY ?
				       EFAULT : ENOMEM))
			wrong(outcome, "not ENOMEM");
		return;
	}
	lacking = is_loaded(image->name) ? image->lacking() : "it is not loaded";
	if (lacking)
		wrong(outcome, "%s", lacking);
}

FIXTURE(faultload)
{
	struct image irqline, edu;
};

FIXTURE_SETUP(faultload)
{
	const char *missing = fault_missing();

	if (missing)
		SKIP(return, "%s", missing);
	if (!getenv("IRQLINE_KO_DIR"))
		SKIP(return, "IRQLINE_KO_DIR does not say where the modules are");
	self->irqline = (struct image) { .name = "irqline", .lacking = no_family };
	self->edu = (struct image) { .name = "edu", .lacking = no_device };
	if (!fault_only_in_function("do_init_module"))
		SKIP(return, "the kernel cannot tell who allocates");
	dev_function(LINE, functions[0], sizeof(functions[0]));
	dev_function(NEIGHBOUR, functions[1], sizeof(functions[1]));
	read_image(&self->irqline);
	read_image(&self->edu);
}

FIXTURE_TEARDOWN(faultload)
{
	fault_anywhere();
	if (!is_loaded("irqline") && insert(&self->irqline))
		die("insmod irqline: %s", strerror(errno));
	if (!is_loaded("edu") && insert(&self->edu))
		die("insmod edu: %s", strerror(errno));
	free(self->irqline.data);
	free(self->edu.data);
}

TEST_F_TIMEOUT(faultload, of_the_core, PATIENCE)
{
	struct step step = {
		.label = "load of irqline", .prepare = unload, .undo = unload,
		.try = try_load, .blind = true, .most = TRIES,
		.data = &self->irqline,
	};

	EXPECT_EQ(sweep(&step), 0);
}

TEST_F_TIMEOUT(faultload, of_the_driver, PATIENCE)
{
	struct step step = {
		.label = "load of edu", .prepare = unload, .undo = unload,
		.try = try_load, .blind = true, .most = TRIES,
		.data = &self->edu,
	};

	unload(&step);
	enable_devices(true);
	EXPECT_EQ(sweep(&step), 0);
	enable_devices(false);
}

TEST_HARNESS_MAIN
