// SPDX-License-Identifier: GPL-2.0-only
/*
 * Every allocation of a module's init function fails once; what the kernel allocates to
 * load any module is its own. A load that fails leaves nothing. One that is done in spite
 * of a fault is done in full.
 *
 * Probes are a step of their own: the load is done whatever becomes of them, and a device
 * whose probe has failed waits to be bound. There are hundreds of allocations, of which
 * faultdev has more fail.
 *
 * The modules are in IRQLINE_KO_DIR. With DEBUG_KOBJECT_RELEASE it takes seconds each time
 * until a module is gone, also one that could not be loaded.
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

/* Of the probes; IRQLINE_FAULTS_MOST makes it more. */
#define TRIES		3
#define DRIVER		"/sys/bus/pci/drivers/edu"

#define wrong(outcome, ...) \
	snprintf((outcome)->wrong, sizeof((outcome)->wrong), __VA_ARGS__)

/* A module, in memory: reading the file is not what is tested. */
struct image {
	const char *name;
	void *data;
	size_t size;
	/* Why it does not work, and what it has left once it is gone; or NULL. */
	const char *(*lacking)(void);
	const char *(*left)(void);
	int also;	/* what the kernel may say instead of ENOMEM, or 0 */
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

static const char *core_lacking(void)
{
	struct strategy list[STRATEGIES_MAX];
	struct nl nl;
	int count;

	nl_open(&nl, IRQLINE_FAMILY_NAME);
	count = strategies_available(&nl, list);
	nl_close(&nl);
	return count ? NULL : "it has no strategy";
}

/* A family that is left would have the next load fail. */
static const char *core_left(void)
{
	char states[8192];

	if (fault_has_hook())
		return "a directory in debugfs is left";
	if (file_read("/sys/devices/system/cpu/hotplug/states", states,
		      sizeof(states)) && strstr(states, "irqline"))
		return "it still hears of CPUs";
	return NULL;
}

static char functions[2][64];
static const char * const files[2] = { "/dev/" LINE, "/dev/" NEIGHBOUR };

static bool is_bound(int i)
{
	char path[256];

	snprintf(path, sizeof(path), DRIVER "/%s", functions[i]);
	return !access(path, F_OK);
}

static int count_bound(void)
{
	return is_bound(0) + is_bound(1);
}

static int count_files(void)
{
	return !access(files[0], F_OK) + !access(files[1], F_OK);
}

static int count_lines(void)
{
	struct nl nl;
	int count;

	nl_open(&nl, IRQLINE_FAMILY_NAME);
	count = line_exists(&nl, LINE) + line_exists(&nl, NEIGHBOUR);
	nl_close(&nl);
	return count;
}

static const char *driver_lacking(void)
{
	int i, fd, result;

	if (count_bound() < 2)
		return "a device has no driver";
	if (count_files() < 2)
		return "a device has no file";
	for (i = 0; i < 2; i++) {
		fd = dev_open(i ? NEIGHBOUR : LINE, O_RDWR);
		result = dev_factorial(fd, 5);
		close(fd);
		if (result != 120)
			return "a device computes no factorial";
	}
	return NULL;
}

static const char *driver_left(void)
{
	return count_files() ? "a file is left" :
	       count_lines() ? "a line is left" : NULL;
}

/* Where nothing was probed at the load. */
static const char *devices_lacking(void)
{
	int i;

	for (i = 0; i < 2; i++)
		if (!file_write("/sys/bus/pci/drivers_probe", functions[i]))
			return "a device cannot be probed";
	return driver_lacking();
}

static void probe_at_load(bool on)
{
	file_must_write("/sys/bus/pci/drivers_autoprobe", on ? "1" : "0");
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

static void load(const struct image *image, unsigned int nth,
		 struct outcome *outcome)
{
	long ret;

	fault_arm(nth);
	ret = insert(image);
	outcome->error = ret ? errno : 0;
	outcome->hit = fault_hit();
	outcome->refused = ret;
}

static void judge_refusal(const struct image *image, struct outcome *outcome)
{
	const char *left = image->left();

	if (is_loaded(image->name))
		wrong(outcome, "it is loaded");
	else if (left)
		wrong(outcome, "%s", left);
	else if (outcome->error != image->also && outcome->error !=
		 (fault_kind() == FAULT_USERCOPY ? EFAULT : ENOMEM))
		wrong(outcome, "not ENOMEM");
}

static void judge_load(const struct image *image, struct outcome *outcome)
{
	const char *lacking;

	lacking = is_loaded(image->name) ? image->lacking() : "it is not loaded";
	if (lacking)
		wrong(outcome, "%s", lacking);
	/* A call of the kernel that has failed is never done without. */
	else if (outcome->hit && fault_kind() == FAULT_HOOK)
		wrong(outcome, "it is loaded all the same");
}

static void try_load(struct step *step, unsigned int nth, struct outcome *outcome)
{
	load(step->data, nth, outcome);
	if (outcome->refused)
		judge_refusal(step->data, outcome);
	else
		judge_load(step->data, outcome);
}

/* What is refused here is one of the two devices. The other one has the first name. */
static void try_probes(struct step *step, unsigned int nth,
		       struct outcome *outcome)
{
	const char *lacking;
	int i;

	load(step->data, nth, outcome);
	if (outcome->refused) {
		wrong(outcome, "the load has failed");
		return;
	}
	outcome->refused = count_bound() < 2;
	outcome->error = outcome->refused ? ENODEV : 0;
	if (count_files() != count_bound() || count_lines() != count_bound())
		wrong(outcome, "something of the device is left");
	for (i = 0; i < 2; i++)
		if (!is_bound(i) && !file_write(DRIVER "/bind", functions[i]))
			wrong(outcome, "the device cannot be bound");
	lacking = driver_lacking();
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
	self->irqline = (struct image) {
		.name = "irqline", .lacking = core_lacking, .left = core_left,
	};
	self->edu = (struct image) {
		.name = "edu", .lacking = devices_lacking, .left = driver_left,
		/* Of a directory in the module's own that cannot be made. */
		.also = EINVAL,
	};
	dev_function(LINE, functions[0], sizeof(functions[0]));
	dev_function(NEIGHBOUR, functions[1], sizeof(functions[1]));
	read_image(&self->irqline);
	read_image(&self->edu);
}

FIXTURE_TEARDOWN(faultload)
{
	fault_anywhere();
	probe_at_load(true);
	if (!is_loaded("irqline") && insert(&self->irqline))
		die("insmod irqline: %s", strerror(errno));
	if (!is_loaded("edu") && insert(&self->edu))
		die("insmod edu: %s", strerror(errno));
	free(self->irqline.data);
	free(self->edu.data);
}

/*
 * Its family is all that it allocates for, but for the directory of a test build, which
 * nothing needs. Hooks are new with each load, and count in any function.
 */
TEST_F_TIMEOUT(faultload, of_the_core, PATIENCE)
{
	struct step step = {
		.label = "load of irqline", .prepare = unload, .undo = unload,
		.try = try_load, .blind = true, .slow = true,
		.data = &self->irqline,
	};

	if (!fault_only_in_function(FAULT_OF_FAMILY, NULL))
		SKIP(return, "the kernel cannot tell who allocates");
	EXPECT_EQ(sweep(&step), 0);
}

TEST_F_TIMEOUT(faultload, of_the_driver, PATIENCE)
{
	struct step step = {
		.label = "load of edu", .prepare = unload, .undo = unload,
		.try = try_load, .blind = true, .slow = true,
		.data = &self->edu,
	};

	if (!fault_only_in_function(FAULT_OF_DRIVER, NULL))
		SKIP(return, "the kernel cannot tell who allocates");
	unload(&step);
	probe_at_load(false);
	EXPECT_EQ(sweep(&step), 0);
}

/* The devices are enabled already: ACPI does not survive all of that. */
TEST_F_TIMEOUT(faultload, of_the_devices, PATIENCE)
{
	struct step step = {
		.label = "probes at the load of edu", .prepare = unload,
		.undo = unload, .try = try_probes, .blind = true, .slow = true,
		.most = TRIES,
		.data = &self->edu,
	};

	if (!fault_only_in_function(FAULT_OF_PROBE, FAULT_UNSURVIVED))
		SKIP(return, "the kernel cannot tell who allocates");
	unload(&step);
	enable_devices(true);
	EXPECT_EQ(sweep(&step), 0);
	enable_devices(false);
}

TEST_HARNESS_MAIN
