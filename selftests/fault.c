// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "kselftest.h"
#include "fault.h"
#include "util.h"

#define DEBUGFS		"/sys/kernel/debug/"
#define HOOK		DEBUGFS "fail_irqline/"
#define ANY_THREAD	"/proc/thread-self/fail-nth"

static unsigned int armed, left;
static int kmsg = -1;
static char name[32];
static bool inside;

static void set(const char *knob, const char *value)
{
	char path[128];

	snprintf(path, sizeof(path), DEBUGFS "%s", knob);
	file_must_write(path, value);
}

/* Each that fails leaves its name in the log, and with 2 where it was. */
static void set_verbose(const char *verbose)
{
	set("failslab/verbose", verbose);
	set("fail_page_alloc/verbose", verbose);
	if (!access(DEBUGFS "fail_usercopy", F_OK))
		set("fail_usercopy/verbose", verbose);
	if (fault_has_hook())
		set("fail_irqline/verbose", verbose);
}

static void set_all(const char *knob, unsigned long value)
{
	static const char * const kinds[] = {
		"failslab", "fail_page_alloc", "fail_usercopy", "fail_irqline",
	};
	char path[128], text[32];
	unsigned int i;

	snprintf(text, sizeof(text), "0x%lx", value);
	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		snprintf(path, sizeof(path), DEBUGFS "%s/%s", kinds[i], knob);
		if (!access(path, F_OK))
			file_must_write(path, text);
	}
}

static bool can_filter(void)
{
	return !access(DEBUGFS "failslab/require-start", F_OK);
}

/* Where code begins, and what comes next. */
struct range {
	unsigned long start, end;
};

/*
 * Functions of the kernel's that are asked for. The first one is of kmemleak, which has an
 * object for each that is allocated. It has others for when it gets no memory for one, so
 * that would be half of all tries, and none of them fails.
 */
static struct {
	const char *name;
	struct range range;
} functions[] = {
	{ .name = "__create_object" },
	{ .name = FAULT_UNSURVIVED },
	{ .name = FAULT_OF_FAMILY },
	{ .name = FAULT_OF_DRIVER },
	{ .name = FAULT_OF_PROBE },
};

static const struct range *const kmemleak = &functions[0].range;

/* Of one line of a list in the order of addresses. Returns whether all are known. */
static bool note_symbol(unsigned long address, const char *symbol)
{
	bool all = true;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(functions); i++) {
		struct range *range = &functions[i].range;

		if (!range->start && !strcmp(symbol, functions[i].name))
			range->start = address;
		else if (range->start && !range->end && address > range->start)
			range->end = address;
		all &= !!range->end;
	}
	return all;
}

/* The list is long, so it is read once, before each test has a process of its own. */
__attribute__((constructor))
static void find_functions(void)
{
	FILE *file = can_filter() ? fopen("/proc/kallsyms", "r") : NULL;
	char line[512], symbol[256];
	unsigned long address;
	bool all = false;

	while (file && !all && fgets(line, sizeof(line), file))
		if (sscanf(line, "%lx %*c %255s", &address, symbol) == 2)
			all = note_symbol(address, symbol);
	if (file)
		fclose(file);
}

static const struct range *function(const char *name)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(functions); i++)
		if (!strcmp(functions[i].name, name) && functions[i].range.end)
			return &functions[i].range;
	return NULL;
}

static bool only_within(const struct range *range, const char *except)
{
	const struct range *other = except ? function(except) : kmemleak;

	if (!range || !other)
		return false;
	set_all("require-start", range->start);
	set_all("require-end", range->end);
	set_all("reject-start", other->start);
	set_all("reject-end", other->end);
	return true;
}

bool fault_only_in_function(const char *name, const char *except)
{
	return can_filter() && only_within(function(name), except);
}

bool fault_only_in_module(const char *name, const char *except)
{
	char path[128], text[32], size[32];
	struct range module;

	snprintf(path, sizeof(path), "/sys/module/%s/sections/.text", name);
	if (!can_filter() || !file_read(path, text, sizeof(text)))
		return false;
	snprintf(path, sizeof(path), "/sys/module/%s/coresize", name);
	if (!file_read(path, size, sizeof(size)))
		return false;
	module.start = strtoul(text, NULL, 16);
	module.end = module.start + strtoul(size, NULL, 10);
	return only_within(&module, except);
}

void fault_anywhere(void)
{
	const struct range all = { 0, ULONG_MAX };

	only_within(&all, NULL);
}

/* Those that may wait count, too. */
static void ready(void)
{
	fault_anywhere();
	set("failslab/ignore-gfp-wait", "N");
	set("fail_page_alloc/ignore-gfp-wait", "N");
	set("fail_page_alloc/min-order", "0");
	fault_trace(false);
}

void fault_trace(bool on)
{
	set_verbose(on ? "2" : getenv("IRQLINE_FAULTS_VERBOSE") ?: "1");
}

const char *fault_missing(void)
{
	if (access(ANY_THREAD, W_OK))
		return "the kernel has no fail-nth (CONFIG_FAULT_INJECTION)";
	if (access(DEBUGFS "failslab", F_OK))
		return "the kernel has no failslab (CONFIG_FAILSLAB)";
	if (access(DEBUGFS "fail_page_alloc", F_OK))
		return "the kernel has no fail_page_alloc (CONFIG_FAIL_PAGE_ALLOC)";
	ready();
	return NULL;
}

bool fault_has_hook(void)
{
	return !access(HOOK, F_OK);
}

/* Only what is logged from now on. */
static void begin_log(void)
{
	if (kmsg < 0)
		kmsg = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (kmsg < 0 || lseek(kmsg, 0, SEEK_END) < 0)
		die("/dev/kmsg: %s", strerror(errno));
	name[0] = '\0';
	inside = false;
}

/* A record has its line feeds escaped. */
static void parse_record(const char *record)
{
	const char *at = strstr(record, "FAULT_INJECTION: forcing a failure.");

	/* What has a question mark is left over on the stack. */
	if (strstr(record, "[irqline]") && !strstr(record, " ? "))
		inside = true;
	at = at ? strstr(at, "name ") : NULL;
	if (at)
		sscanf(at, "name %31[^, ]", name);
}

/* EPIPE: others have overwritten what was to be read. */
static void end_log(void)
{
	char record[8192];
	ssize_t len;

	for (;;) {
		len = read(kmsg, record, sizeof(record) - 1);
		if (len < 0 && errno == EPIPE)
			continue;
		if (len < 0)
			break;
		record[len] = '\0';
		parse_record(record);
	}
	if (errno != EAGAIN)
		die("/dev/kmsg: %s", strerror(errno));
}

static int thread_file(pid_t tid)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/fail-nth", tid);
	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		die("%s: %s", path, strerror(errno));
	return fd;
}

/*
 * Open throughout, so that opening it is not among what is counted. A test has a
 * process of its own.
 */
static int own_file(void)
{
	static int fd = -1;
	static pid_t tid;

	if (fd < 0 || tid != (pid_t)syscall(SYS_gettid)) {
		tid = syscall(SYS_gettid);
		fd = thread_file(tid);
	}
	return fd;
}

/* Copying the number counts as well, and may be what fails; then nothing else has. */
static void put_number(int fd, unsigned int number)
{
	char text[16];
	int len = snprintf(text, sizeof(text), "%u", number);

	if (pwrite(fd, text, len, 0) != len && pwrite(fd, text, len, 0) != len)
		die("fail-nth: %s", strerror(errno));
}

static unsigned int get_number(int fd)
{
	char text[16] = "";

	if (pread(fd, text, sizeof(text) - 1, 0) > 0)
		return strtoul(text, NULL, 10);
	if (errno != EFAULT)
		die("fail-nth: %s", strerror(errno));
	return 1;
}

void fault_arm(unsigned int nth)
{
	int fd = own_file();

	begin_log();
	armed = nth;
	put_number(fd, nth);
}

bool fault_hit(void)
{
	int fd = own_file();

	left = get_number(fd);
	put_number(fd, 0);
	end_log();
	return !left;
}

unsigned int fault_counted(void)
{
	return armed - left;
}

void fault_arm_thread(pid_t tid, unsigned int nth)
{
	int fd = thread_file(tid);

	begin_log();
	armed = nth;
	put_number(fd, nth);
	close(fd);
}

bool fault_hit_thread(pid_t tid)
{
	int fd = thread_file(tid);

	left = get_number(fd);
	put_number(fd, 0);
	close(fd);
	end_log();
	return !left;
}

enum fault_kind fault_kind(void)
{
	if (!strcmp(name, "fail_usercopy"))
		return FAULT_USERCOPY;
	if (!strcmp(name, "fail_irqline"))
		return FAULT_HOOK;
	return FAULT_MEMORY;
}

const char *fault_name(void)
{
	return *name ? name : "an allocation that does not warn";
}

bool fault_was_inside(void)
{
	return inside;
}

static void set_hook(const char *knob, unsigned int value)
{
	char path[64], text[16];

	snprintf(path, sizeof(path), HOOK "%s", knob);
	snprintf(text, sizeof(text), "%u", value);
	file_must_write(path, text);
}

/* A call takes 1 of the space, but for the last 1 of it. */
void fault_hook_begin(unsigned int skip, unsigned int times)
{
	set_hook("space", skip ? skip + 1 : 0);
	set_hook("times", times);
	set_hook("probability", 100);
}

unsigned int fault_hook_end(void)
{
	char text[16];

	set_hook("probability", 0);
	if (!file_read(HOOK "times", text, sizeof(text)))
		die(HOOK "times: %s", strerror(errno));
	return strtoul(text, NULL, 10);
}
