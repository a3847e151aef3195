// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
#include <linux/capability.h>

#include "kselftest.h"
#include "util.h"

void (*die_hook)(void);

void die(const char *format, ...)
{
	char text[512];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	fprintf(stderr, "# %s\n", text);
	if (die_hook)
		die_hook();
	fflush(NULL);
	_exit(KSFT_FAIL);
}

__u64 now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * NSEC_PER_SEC + now.tv_nsec;
}

void pause_ms(int ms)
{
	poll(NULL, 0, ms);
}

void spin(unsigned int turns)
{
	unsigned int i;

	for (i = 0; i < turns; i++)
		__asm__ volatile("" : : : "memory");
}

__u64 turns_per_ms(void)
{
	const unsigned int turns = 1000000;
	__u64 start = now_ns();

	spin(turns);
	return turns * NSEC_PER_MSEC / (now_ns() - start);
}

/* xorshift32 */
__u32 random_u32(__u32 *state)
{
	__u32 x = *state ? *state : 1;

	x ^= x << 13;
	x ^= x >> 17;
	x ^= x << 5;
	*state = x;
	return x;
}

__u32 random_below(__u32 *state, __u32 limit)
{
	return ((__u64)random_u32(state) * limit) >> 32;
}

/* As the process was started; read before any thread pins itself. */
static const cpu_set_t *cpus(void)
{
	static cpu_set_t set;
	static bool known;

	if (!known && sched_getaffinity(getpid(), sizeof(set), &set))
		die("sched_getaffinity: %s", strerror(errno));
	known = true;
	return &set;
}

int cpu_count(void)
{
	return CPU_COUNT(cpus());
}

int cpu_nth(int n)
{
	int cpu;

	n %= cpu_count();
	for (cpu = 0; cpu < CPU_SETSIZE; cpu++) {
		if (CPU_ISSET(cpu, cpus()) && n-- == 0)
			return cpu;
	}
	die("no CPU is online");
}

void pin(int cpu)
{
	cpu_set_t set;

	cpus();
	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		die("cannot run on CPU %d: %s", cpu, strerror(errno));
}

static void caps_get(struct __user_cap_data_struct *data)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};

	if (syscall(SYS_capget, &header, data))
		die("capget: %s", strerror(errno));
}

static void caps_set(const struct __user_cap_data_struct *data)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};

	if (syscall(SYS_capset, &header, data))
		die("capset: %s", strerror(errno));
}

void caps_drop(int cap)
{
	struct __user_cap_data_struct data[2];

	caps_get(data);
	data[CAP_TO_INDEX(cap)].effective &= ~CAP_TO_MASK(cap);
	caps_set(data);
}

void caps_restore(void)
{
	struct __user_cap_data_struct data[2];

	caps_get(data);
	data[0].effective = data[0].permitted;
	data[1].effective = data[1].permitted;
	caps_set(data);
}

void thread_name(int pid, char *name, int size)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/comm", pid);
	if (!file_read(path, name, size))
		*name = '\0';
}

char thread_state(int tid)
{
	char path[64], text[512], *end;

	snprintf(path, sizeof(path), "/proc/self/task/%d/stat", tid);
	if (!file_read(path, text, sizeof(text)))
		return '\0';
	end = strrchr(text, ')');
	return end && end[1] ? end[2] : '\0';
}

void thread_cpus(int pid, char *list, int size)
{
	static const char key[] = "Cpus_allowed_list:\t";
	char path[64], text[4096], *at;

	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	*list = '\0';
	if (!file_read(path, text, sizeof(text)))
		return;
	at = strstr(text, key);
	if (!at)
		die("%s does not tell of CPUs", path);
	at += strlen(key);
	snprintf(list, size, "%.*s", (int)strcspn(at, "\n"), at);
}

bool cpu_set_online(int cpu, bool online)
{
	char path[64];

	snprintf(path, sizeof(path), "/sys/devices/system/cpu/cpu%d/online",
		 cpu);
	return file_write(path, online ? "1" : "0");
}

bool top_halves_are_threads(void)
{
	char text[4096];

	if (file_read("/sys/kernel/realtime", text, sizeof(text)) &&
	    !strcmp(text, "1"))
		return true;
	return file_read("/proc/cmdline", text, sizeof(text)) &&
	       strstr(text, "threadirqs");
}

char *half_mapped(long page)
{
	char *memory = mmap(NULL, 2 * page, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (memory == MAP_FAILED || mprotect(memory + page, page, PROT_NONE))
		die("cannot map memory");
	return memory;
}

bool file_read(const char *path, char *text, int size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t len;

	if (fd < 0)
		return false;
	len = read(fd, text, size - 1);
	close(fd);
	if (len < 0)
		return false;
	if (len && text[len - 1] == '\n')
		len--;
	text[len] = '\0';
	return true;
}

bool file_write(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	ssize_t len;
	int saved;

	if (fd < 0)
		return false;
	len = write(fd, text, strlen(text));
	saved = errno;
	close(fd);
	errno = saved;
	return len == (ssize_t)strlen(text);
}

void file_must_write(const char *path, const char *text)
{
	if (!file_write(path, text))
		die("%s: %s", path, strerror(errno));
}

unsigned long env_number(const char *name, unsigned long otherwise)
{
	const char *text = getenv(name);

	return text && *text ? strtoul(text, NULL, 0) : otherwise;
}

int patience(int time)
{
	return time * (int)env_number("IRQLINE_PATIENCE", 1);
}

unsigned int __wrap_alarm(unsigned int seconds)
{
	return __real_alarm(patience(seconds));
}

int repeats(int count)
{
	count = count * (int)env_number("IRQLINE_REPEATS", 100) / 100;
	return count ? count : 1;
}
