// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>
#include <linux/edu.h>
#include <linux/irqline.h>

#include "action.h"
#include "argument.h"
#include "kselftest.h"
#include "dev.h"
#include "objects.h"

#define RING_BYTES	(sizeof(struct irqline_tap_ring) + \
			 DEV_BUFFER * sizeof(struct irqline_event))
#define POLL_MS		20
/* At least as large as what any call is given. */
#define MEMORY		(2 * DEV_BUFFER * sizeof(struct irqline_event))

static size_t page(void)
{
	return sysconf(_SC_PAGESIZE);
}

static size_t page_align(size_t len)
{
	return (len + page() - 1) & ~(page() - 1);
}

static void broken(struct actor *actor, const char *what, const struct action *action)
{
	if (actor->failure[0])
		return;
	snprintf(actor->failure, sizeof(actor->failure),
		 "%s: %s %#llx %#llx %#llx %#llx %#llx", what, action_name(action->kind),
		 (unsigned long long)action->args[0], (unsigned long long)action->args[1],
		 (unsigned long long)action->args[2], (unsigned long long)action->args[3],
		 (unsigned long long)action->args[4]);
}

static int file_of(const struct actor *actor, const struct action *action)
{
	return __atomic_load_n(&actor->files[action->args[0] % ACTION_FILES],
			       __ATOMIC_RELAXED);
}

static struct action_map *map_of(struct actor *actor, __u64 index)
{
	return &actor->maps[index % ACTION_MAPS];
}

/* A place for this many bytes, of which there may be less. */
static void *pointer(struct actor *actor, __u64 kind, size_t size)
{
	switch (kind) {
	case POINTER_NULL:
		return NULL;
	case POINTER_UNMAPPED:
		return actor->edge + page();
	case POINTER_KERNEL:
		return (void *)0xffff888000000000UL;
	case POINTER_READ_ONLY:
		return (void *)actor->read_only;
	case POINTER_EDGE:
		return actor->edge + page() - (size / 2 < page() ? size / 2 : page());
	case POINTER_ODD:
		return actor->memory + 1;
	case POINTER_MAPPING:
		return map_of(actor, size)->at ? : actor->memory;
	default:
		return actor->memory;
	}
}

/* Nothing can be read there, nor written. */
static bool is_nowhere(__u64 kind)
{
	return kind == POINTER_NULL || kind == POINTER_UNMAPPED || kind == POINTER_KERNEL;
}

/* 0, or a negative errno, as all that follow. */
static int error_of(long ret)
{
	return ret < 0 ? -errno : 0;
}

/* ARGS: file, flags, which line. Who was there before is closed. */
static int run_open(struct actor *actor, const struct action *action)
{
	const char *path = action->args[2] & 1 ? "/dev/" NEIGHBOUR : "/dev/" LINE;
	int fd = open(path, (action->args[1] & (O_ACCMODE | O_NONBLOCK)) | O_CLOEXEC);
	int error = error_of(fd), old;

	if (error)
		return error;
	old = __atomic_exchange_n(&actor->files[action->args[0] % ACTION_FILES], fd,
				  __ATOMIC_RELAXED);
	if (old >= 0)
		close(old);
	return 0;
}

static int run_close(struct actor *actor, const struct action *action)
{
	int old = __atomic_exchange_n(&actor->files[action->args[0] % ACTION_FILES], -1,
				      __ATOMIC_RELAXED);

	return error_of(close(old));
}

static bool is_event(const struct irqline_event *event)
{
	return event->seq && event->sources && event->handler && event->lane < CPUS_MAX &&
	       event->top_context <= IRQLINE_CONTEXT_TASK &&
	       event->bottom_context <= IRQLINE_CONTEXT_TASK;
}

static void check_read(struct actor *actor, const struct action *action, ssize_t len)
{
	const struct irqline_event *events = (const void *)actor->memory;
	ssize_t count = len / sizeof(*events), i;

	if (len % sizeof(*events) || len > (ssize_t)action->args[1] || !len)
		broken(actor, "not whole events", action);
	if (is_nowhere(action->args[2]))
		broken(actor, "read to nowhere", action);
	if (action->args[2] != POINTER_GOOD)
		return;
	for (i = 0; i < count; i++)
		if (!is_event(&events[i]))
			broken(actor, "no event was read", action);
}

/* ARGS: file, bytes, pointer. */
static int run_read(struct actor *actor, const struct action *action)
{
	size_t size = action->args[1];
	ssize_t len = read(file_of(actor, action), pointer(actor, action->args[2], size), size);

	if (len >= 0)
		check_read(actor, action, len);
	return error_of(len);
}

static int run_write(struct actor *actor, const struct action *action)
{
	ssize_t len = write(file_of(actor, action),
			    pointer(actor, action->args[2], action->args[1]),
			    action->args[1] % MEMORY);

	if (len >= 0)
		broken(actor, "was written", action);
	return error_of(len);
}

/* ARGS: file, events, milliseconds. */
static int run_poll(struct actor *actor, const struct action *action)
{
	struct pollfd poller = {
		.fd = file_of(actor, action),
		.events = action->args[1],
	};
	int ret = poll(&poller, 1, action->args[2] % POLL_MS);

	if (ret > 0 && poller.revents & (POLLERR | POLLHUP))
		broken(actor, "the device is said to be gone", action);
	return error_of(ret);
}

/* ARGS: file, flags. */
static int run_epoll(struct actor *actor, const struct action *action)
{
	struct epoll_event event = { .events = action->args[1] };
	int fd = epoll_create1(EPOLL_CLOEXEC), ret;

	if (fd < 0)
		return -errno;
	ret = epoll_ctl(fd, EPOLL_CTL_ADD, file_of(actor, action), &event);
	if (!ret)
		ret = epoll_wait(fd, &event, 1, action->args[2] % POLL_MS);
	ret = error_of(ret);
	close(fd);
	return ret;
}

/* What the manual of the device allows to say. */
static bool is_ioctl_error(int error)
{
	switch (error) {
	case EBADF:
	case EFAULT:
	case EINTR:
	case EINVAL:
	case ENOENT:
	case ENOMEM:
	case ENOTTY:
	case ETIMEDOUT:
		return true;
	default:
		return false;
	}
}

/* ARGS: file, command, pointer, seed of the argument, pointer within it. */
static int run_ioctl(struct actor *actor, const struct action *action)
{
	unsigned int cmd = action->args[1];
	__u64 kind = action->args[2];
	size_t size = argument_size(cmd);
	void *arg = pointer(actor, kind, size);
	int error;

	/* What is mapped may name sources that are the witness'. */
	if (kind == POINTER_MAPPING && cmd == EDU_IOC_RAISE)
		arg = actor->memory;
	if (arg == actor->memory || kind == POINTER_ODD)
		argument_fill(arg, cmd, action->args[3],
			      (unsigned long)pointer(actor, action->args[4], size));
	error = error_of(ioctl(file_of(actor, action), cmd, arg));
	if (!error && !argument_is_known(cmd))
		broken(actor, "an unknown command was accepted", action);
	if (!error && is_nowhere(kind))
		broken(actor, "an argument was found nowhere", action);
	/* What is no command of ours may be one of the kernel's own. */
	if (error && argument_is_known(cmd) && !is_ioctl_error(-error))
		broken(actor, strerrorname_np(-error) ? : "an error without a name", action);
	return error;
}

/* Documentation/taps.rst: one part, whole, shared, not to be executed. */
static bool may_map(const struct action *action, bool *ring)
{
	__u64 prot = action->args[1], len = page_align(action->args[3]);

	*ring = action->args[4] == IRQLINE_TAP_MAP_RING;
	if (action->args[2] % 4 == MAP_PRIVATE || prot & PROT_EXEC)
		return false;
	if (*ring)
		return len == page_align(RING_BYTES) && !(prot & PROT_WRITE);
	return action->args[4] == IRQLINE_TAP_MAP_CONTROL && len == page();
}

static void unmap(struct action_map *map)
{
	if (map->at && munmap(map->at, map->len))
		die("a mapping cannot be given up: %s", strerror(errno));
	*map = (struct action_map){ 0 };
}

/* ARGS: file, protection, flags, bytes, offset. */
static int run_mmap(struct actor *actor, const struct action *action)
{
	struct action_map *map = map_of(actor, action->args[0] + action->args[4]);
	void *at = mmap(NULL, action->args[3], action->args[1], action->args[2],
			file_of(actor, action), action->args[4]);
	bool ring;

	if (at == MAP_FAILED)
		return -errno;
	if (!may_map(action, &ring))
		broken(actor, "was mapped", action);
	unmap(map);
	*map = (struct action_map){ at, page_align(action->args[3]), ring };
	return 0;
}

/* ARGS: mapping, offset, bytes: all of it, or nothing. */
static int run_munmap(struct actor *actor, const struct action *action)
{
	struct action_map *map = map_of(actor, action->args[0]);
	size_t offset = action->args[1], len = action->args[2];

	if (!map->at || offset >= map->len)
		return -EINVAL;
	if (len > map->len - offset)
		len = map->len - offset;
	if (munmap(map->at + offset, len))
		return -errno;
	if (offset || page_align(len) != map->len)
		broken(actor, "a part was unmapped", action);
	*map = (struct action_map){ 0 };
	return 0;
}

/* ARGS: mapping, bytes, flags. */
static int run_mremap(struct actor *actor, const struct action *action)
{
	struct action_map *map = map_of(actor, action->args[0]);
	char *at;

	if (!map->at)
		return -EINVAL;
	at = mremap(map->at, map->len, action->args[1], action->args[2] & MREMAP_MAYMOVE);
	if (at == MAP_FAILED)
		return -errno;
	if (page_align(action->args[1]) != map->len)
		broken(actor, "another size was mapped", action);
	map->at = at;
	return 0;
}

/* ARGS: mapping, protection, bytes. */
static int run_mprotect(struct actor *actor, const struct action *action)
{
	struct action_map *map = map_of(actor, action->args[0]);
	int prot = action->args[1] & (PROT_READ | PROT_WRITE | PROT_EXEC);
	size_t len = action->args[2];

	if (!map->at || !len)
		return -EINVAL;
	if (len > map->len)
		len = map->len;
	if (mprotect(map->at, len, prot))
		return -errno;
	if (prot & PROT_EXEC || (map->ring && prot & PROT_WRITE))
		broken(actor, "was made accessible", action);
	return 0;
}

/* ARGS: mapping, advice, bytes. */
static int run_madvise(struct actor *actor, const struct action *action)
{
	static const int advice[] = {
		MADV_NORMAL, MADV_RANDOM, MADV_SEQUENTIAL, MADV_WILLNEED, MADV_DONTNEED,
		MADV_REMOVE, MADV_MERGEABLE, MADV_HUGEPAGE, MADV_COLD, MADV_PAGEOUT,
	};
	struct action_map *map = map_of(actor, action->args[0]);

	if (!map->at)
		return -EINVAL;
	return error_of(madvise(map->at, action->args[2] % (map->len + 1),
				advice[action->args[1] % ARRAY_SIZE(advice)]));
}

/* Whatever a failed copy, or another call, has left there. */
static void drain(struct actor *actor)
{
	while (read(actor->pipe[0], actor->memory, MEMORY) > 0)
		;
}

/* By the kernel, which says EFAULT where this process would be killed. */
static int copy(struct actor *actor, char *to, const char *from, size_t len)
{
	ssize_t done, got;

	done = write(actor->pipe[1], from, len);
	if (done < 0)
		return -errno;
	got = read(actor->pipe[0], to, done);
	if (got == done)
		return 0;
	done = got < 0 ? -errno : -EFAULT;
	drain(actor);
	return done;
}

/* ARGS: mapping, offset, bytes: looks at it. */
static int run_look(struct actor *actor, const struct action *action)
{
	struct action_map *map = map_of(actor, action->args[0]);
	size_t len = action->args[2] % page();

	if (!map->at || map->len < len)
		return -EINVAL;
	return copy(actor, actor->memory, map->at + action->args[1] % (map->len - len + 1), len);
}

/* ARGS: mapping, value, offset: what a reader is trusted with, which is nothing. */
static int run_scribble(struct actor *actor, const struct action *action)
{
	struct action_map *map = map_of(actor, action->args[0]);
	int error;

	if (!map->at)
		return -EINVAL;
	memcpy(actor->memory, &action->args[1], sizeof(__u64));
	error = copy(actor, map->at + (action->args[2] % page() & ~7), actor->memory,
		     sizeof(__u64));
	if (!error && map->ring)
		broken(actor, "the ring was written", action);
	return error;
}

/* ARGS: file, whether it waits. */
static int run_fcntl(struct actor *actor, const struct action *action)
{
	return error_of(fcntl(file_of(actor, action), F_SETFL,
			      action->args[1] & (O_NONBLOCK | O_ASYNC | O_DIRECT)));
}

/* ARGS: file, which call. What files can do and this one cannot. */
static int run_other(struct actor *actor, const struct action *action)
{
	int fd = file_of(actor, action);
	struct iovec vec[2] = {
		{ actor->memory, action->args[2] % 200 }, { actor->memory + 256, 64 },
	};

	drain(actor);
	switch (action->args[1] % 9) {
	case 0:
		return error_of(lseek(fd, action->args[2], action->args[3] % 5));
	case 1:
		return error_of(ftruncate(fd, action->args[2] % 65536));
	case 2:
		return error_of(fsync(fd));
	case 3:
		return error_of(splice(fd, NULL, actor->pipe[1], NULL, 64, SPLICE_F_NONBLOCK));
	case 4:
		return error_of(pread(fd, actor->memory, 64, action->args[2] % 65536));
	case 5:
		return error_of(fallocate(fd, 0, 0, 64));
	case 6:
		return error_of(flock(fd, LOCK_SH | LOCK_NB));
	case 7:
		return error_of(sendfile(actor->pipe[1], fd, NULL, 64));
	default:
		return error_of(readv(fd, vec, 2));
	}
}

/* A child has the files, but not the mappings. */
static int run_fork(struct actor *actor, const struct action *action)
{
	pid_t child = fork();
	int status;

	(void)actor;
	(void)action;
	if (child < 0)
		return -errno;
	if (!child)
		_exit(0);
	while (waitpid(child, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	return 0;
}

/* How often they are picked is in relation to the sum. */
static const struct {
	const char *name;
	int weight;
	bool succeeds, fails;	/* are bound to happen, sooner or later */
	int (*run)(struct actor *actor, const struct action *action);
} kinds[] = {
	{ "open",	12,	true,	false,	run_open },
	{ "close",	3,	true,	true,	run_close },
	{ "read",	20,	true,	true,	run_read },
	{ "write",	1,	false,	true,	run_write },
	{ "poll",	6,	true,	false,	run_poll },
	{ "epoll",	3,	true,	false,	run_epoll },
	{ "ioctl",	40,	true,	true,	run_ioctl },
	{ "mmap",	24,	true,	true,	run_mmap },
	{ "munmap",	4,	true,	true,	run_munmap },
	{ "mremap",	6,	true,	true,	run_mremap },
	{ "mprotect",	6,	true,	true,	run_mprotect },
	{ "madvise",	4,	true,	true,	run_madvise },
	{ "look",	6,	true,	true,	run_look },
	{ "scribble",	8,	true,	true,	run_scribble },
	{ "fcntl",	4,	true,	true,	run_fcntl },
	{ "other",	4,	true,	true,	run_other },
	{ "fork",	1,	true,	false,	run_fork },
};

int action_kinds(void)
{
	return ARRAY_SIZE(kinds);
}

const char *action_name(unsigned int kind)
{
	return kinds[kind].name;
}

bool action_succeeds(unsigned int kind)
{
	return kinds[kind].succeeds;
}

bool action_fails(unsigned int kind)
{
	return kinds[kind].fails;
}

static unsigned int pick_kind(__u32 *seed)
{
	int sum = 0, at;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(kinds); i++)
		sum += kinds[i].weight;
	at = random_below(seed, sum);
	for (i = 0; at >= kinds[i].weight; i++)
		at -= kinds[i].weight;
	return i;
}

static __u64 pick_size(__u32 *seed)
{
	const __u64 sizes[] = {
		0, 1, 63, 64, 65, 127, 128, 640, 4095, 4096, 4097, RING_BYTES - page(),
		RING_BYTES, page_align(RING_BYTES), page_align(RING_BYTES) + 1,
		page_align(RING_BYTES) + page(), 2 * RING_BYTES, 1 << 20, 0x7fffffff,
		0xffffffff, 0x100000000ULL, ~0ULL,
	};

	return sizes[random_below(seed, ARRAY_SIZE(sizes))];
}

/* Mostly one that is not beyond what a memory has room for. */
static __u64 pick_pointer(__u32 *seed)
{
	return random_below(seed, 3) ? POINTER_GOOD : random_below(seed, POINTERS);
}

static void pick_mmap(struct action *action, __u32 *seed)
{
	static const __u64 offsets[] = {
		IRQLINE_TAP_MAP_RING, IRQLINE_TAP_MAP_CONTROL, 4096, 0x20000000,
		IRQLINE_TAP_MAP_CONTROL + 4096, IRQLINE_TAP_MAP_CONTROL - 4096, 1,
		0x7ffffffffffff000, 0xfffffffffffff000,
	};
	static const __u64 flags[] = {
		MAP_SHARED, MAP_SHARED, MAP_SHARED, MAP_PRIVATE, MAP_SHARED_VALIDATE,
		MAP_SHARED | MAP_POPULATE, MAP_SHARED | MAP_LOCKED, MAP_SHARED | MAP_NORESERVE,
		MAP_SHARED_VALIDATE | 0x80000, MAP_PRIVATE | MAP_POPULATE, 0,
	};
	bool ring = random_below(seed, 2);

	action->args[1] = random_below(seed, 2) ? PROT_READ | (ring ? 0 : PROT_WRITE) :
						  random_below(seed, 8);
	action->args[2] = flags[random_below(seed, ARRAY_SIZE(flags))];
	action->args[3] = random_below(seed, 3) ? ring ? page_align(RING_BYTES) : 4096 :
						  pick_size(seed);
	action->args[4] = random_below(seed, 4) ? offsets[!ring] :
						  offsets[random_below(seed, ARRAY_SIZE(offsets))];
}

/* A head as it should be, one beside it, or anything. */
static __u64 pick_head(__u32 *seed)
{
	static const __u32 near[] = { 0, 1, 2, DEV_BUFFER - 1, DEV_BUFFER, DEV_BUFFER + 1 };
	__u32 head = near[random_below(seed, ARRAY_SIZE(near))];

	switch (random_below(seed, 3)) {
	case 0:
		return head;
	case 1:
		return -head;
	default:
		return (__u64)random_u32(seed) << 32 | random_u32(seed);
	}
}

void action_pick(struct action *action, __u32 *seed)
{
	int i;

	action->kind = pick_kind(seed);
	for (i = 0; i < ACTION_ARGS; i++)
		action->args[i] = random_u32(seed);
	action->args[0] %= ACTION_FILES;
	if (kinds[action->kind].run == run_open) {
		if (random_below(seed, 3))
			action->args[1] = (action->args[1] & ~O_ACCMODE) | O_RDWR;
	} else if (kinds[action->kind].run == run_mmap) {
		pick_mmap(action, seed);
	} else if (kinds[action->kind].run == run_ioctl) {
		action->args[1] = argument_pick_command(seed);
		action->args[2] = pick_pointer(seed);
		action->args[4] = pick_pointer(seed);
	} else if (kinds[action->kind].run == run_read) {
		action->args[1] = pick_size(seed);
		action->args[2] = pick_pointer(seed);
		if (action->args[1] > MEMORY && action->args[2] == POINTER_GOOD)
			action->args[2] = POINTER_EDGE;
	} else if (kinds[action->kind].run == run_scribble) {
		action->args[1] = pick_head(seed);
		action->args[2] = random_below(seed, 2) ? 0 : action->args[2];
	} else if (kinds[action->kind].run == run_munmap) {
		action->args[1] = random_below(seed, 2) ? 0 : page() * random_below(seed, 18);
		action->args[2] = random_below(seed, 2) ? ~0U : pick_size(seed);
	} else if (kinds[action->kind].run == run_mremap) {
		action->args[1] = pick_size(seed);
	} else if (kinds[action->kind].run == run_mprotect) {
		action->args[2] = random_below(seed, 2) ? ~0U : pick_size(seed);
	}
}

void action_run(struct actor *actor, const struct action *action)
{
	int error = kinds[action->kind].run(actor, action);

	if (!fuzz_count(&actor->tallies[action->kind], -error))
		broken(actor, "an error that nobody may see", action);
}

void action_print(const struct action *action)
{
	int i;

	printf("# %s", kinds[action->kind].name);
	for (i = 0; i < ACTION_ARGS; i++)
		printf(" %#llx", (unsigned long long)action->args[i]);
	printf("\n");
}

void action_parse(struct action *action, const char *line)
{
	char name[16];
	unsigned long long *args = (unsigned long long *)action->args;

	memset(action, 0, sizeof(*action));
	if (sscanf(line, "%15s %lli %lli %lli %lli %lli", name, &args[0], &args[1], &args[2],
		   &args[3], &args[4]) < 1)
		die("no action: %s", line);
	while (strcmp(kinds[action->kind].name, name))
		if (++action->kind == ARRAY_SIZE(kinds))
			die("no action is called %s", name);
}

static char *map_memory(size_t size, int prot)
{
	char *at = mmap(NULL, size, prot, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (at == MAP_FAILED)
		die("no memory: %s", strerror(errno));
	return at;
}

void actor_open(struct actor *actor, int *files, struct fuzz_tally *tallies)
{
	memset(actor, 0, sizeof(*actor));
	actor->files = files;
	actor->tallies = tallies;
	actor->memory = map_memory(page_align(MEMORY) + page(), PROT_READ | PROT_WRITE);
	actor->read_only = map_memory(page(), PROT_READ);
	actor->edge = half_mapped(page());
	if (pipe2(actor->pipe, O_NONBLOCK | O_CLOEXEC))
		die("no pipe: %s", strerror(errno));
}

void actor_close(struct actor *actor)
{
	int i;

	for (i = 0; i < ACTION_MAPS; i++)
		unmap(&actor->maps[i]);
	close(actor->pipe[0]);
	close(actor->pipe[1]);
}
