// SPDX-License-Identifier: GPL-2.0-only
/*
 * Usage: dump ADDRESS SIZE
 *
 * Writes what a module has counted to the files that gcov reads, below $GCOV_PREFIX.
 * A module that is compiled with -fprofile-info-section has a section with a pointer
 * for each of its objects, at ADDRESS and SIZE bytes long; the counts are where these
 * point to, in the kernel's memory, of which /proc/kcore is a core dump. So neither
 * has the kernel to know of gcov, nor does the module do anything but count.
 *
 * The structures and the format are those of gcc 12, which says so in each object.
 */
#include <elf.h>
#include <err.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <linux/types.h>

#define VERSION_MIN	0x42323000U	/* "B20": gcc 12.0 */
#define VERSION_MAX	0x4232ffffU

#define COUNTERS	8

#define MAGIC		0x67636461U
#define TAG_FUNCTION	0x01000000U
#define TAG_COUNTER(n)	(0x01a10000U + ((__u32)(n) << 17))

/* One kind of counters of a function. */
struct counts {
	__u32 number;
	__u64 values;
};

struct function {
	__u64 key;		/* the object that has it */
	__u32 ident;
	__u32 line_checksum;
	__u32 graph_checksum;
	/* As many as the object has kinds. */
	struct counts counts[COUNTERS];
};

struct object {
	__u32 version;
	__u64 next;
	__u32 stamp;
	__u32 checksum;
	__u64 filename;
	__u64 merge[COUNTERS];	/* not 0 for those kinds that there are */
	__u32 nr_functions;
	__u64 functions;
};

static int kcore;
static Elf64_Phdr segments[256];
static unsigned int nr_segments;

static void read_at(void *to, size_t size, off_t offset)
{
	ssize_t got = pread(kcore, to, size, offset);

	if (got < 0)
		err(1, "/proc/kcore");
	if ((size_t)got != size)
		errx(1, "/proc/kcore ends at 0x%zx", (size_t)offset + got);
}

static void kcore_open(void)
{
	Elf64_Ehdr header;

	kcore = open("/proc/kcore", O_RDONLY | O_CLOEXEC);
	if (kcore < 0)
		err(1, "/proc/kcore");
	read_at(&header, sizeof(header), 0);
	nr_segments = header.e_phnum;
	if (nr_segments > sizeof(segments) / sizeof(*segments))
		errx(1, "/proc/kcore has %u segments", nr_segments);
	read_at(segments, nr_segments * sizeof(*segments), header.e_phoff);
}

/* What the kernel has at an address. */
static void fetch(void *to, size_t size, __u64 address)
{
	const Elf64_Phdr *s;

	for (s = segments; s < segments + nr_segments; s++)
		if (s->p_type == PT_LOAD && address >= s->p_vaddr &&
		    address - s->p_vaddr < s->p_memsz) {
			read_at(to, size, s->p_offset + (address - s->p_vaddr));
			return;
		}
	errx(1, "/proc/kcore has nothing at 0x%zx", (size_t)address);
}

static void fetch_text(char *to, size_t size, __u64 address)
{
	for (; size > 1; size--, to++, address++) {
		fetch(to, 1, address);
		if (!*to)
			return;
	}
	errx(1, "a text without an end");
}

static void put(FILE *file, __u32 word)
{
	if (fwrite(&word, sizeof(word), 1, file) != 1)
		err(1, "cannot write");
}

static void put_counts(FILE *file, unsigned int kind, const struct counts *counts)
{
	__u64 value;
	__u32 i;

	put(file, TAG_COUNTER(kind));
	put(file, counts->number * sizeof(value));
	for (i = 0; i < counts->number; i++) {
		fetch(&value, sizeof(value), counts->values + i * sizeof(value));
		put(file, value);
		put(file, value >> 32);
	}
}

static void put_function(FILE *file, const struct object *object, __u64 at,
			 __u64 address)
{
	const struct counts *counts;
	struct function function;
	unsigned int kind;

	fetch(&function, sizeof(function), address);
	/* It can be in several objects, and is another one's then. */
	if (function.key != at)
		return;
	put(file, TAG_FUNCTION);
	put(file, 3 * sizeof(__u32));
	put(file, function.ident);
	put(file, function.line_checksum);
	put(file, function.graph_checksum);
	counts = function.counts;
	for (kind = 0; kind < COUNTERS; kind++)
		if (object->merge[kind])
			put_counts(file, kind, counts++);
}

/* The directories are there: they have the objects. */
static FILE *open_counts(const struct object *object)
{
	const char *prefix = getenv("GCOV_PREFIX");
	char name[PATH_MAX], path[2 * PATH_MAX];
	FILE *file;

	fetch_text(name, sizeof(name), object->filename);
	snprintf(path, sizeof(path), "%s%s", prefix ? prefix : "", name);
	file = fopen(path, "we");
	if (!file)
		err(1, "%s", path);
	return file;
}

static void dump(__u64 at)
{
	struct object object;
	__u64 function;
	__u32 i;
	FILE *file;

	fetch(&object, sizeof(object), at);
	if (object.version < VERSION_MIN || object.version > VERSION_MAX)
		errx(1, "compiled by another version of gcc than 12: 0x%x",
		     object.version);
	file = open_counts(&object);
	put(file, MAGIC);
	put(file, object.version);
	put(file, object.stamp);
	put(file, object.checksum);
	for (i = 0; i < object.nr_functions; i++) {
		fetch(&function, sizeof(function),
		      object.functions + i * sizeof(function));
		if (function)
			put_function(file, &object, at, function);
	}
	put(file, 0);
	if (fclose(file))
		err(1, "cannot write");
}

int main(int argc, char **argv)
{
	__u64 address, end, object;

	if (argc != 3)
		errx(2, "Usage: dump ADDRESS SIZE");
	address = strtoull(argv[1], NULL, 0);
	end = address + strtoull(argv[2], NULL, 0);
	kcore_open();
	for (; address < end; address += sizeof(object)) {
		fetch(&object, sizeof(object), address);
		dump(object);
	}
	return 0;
}
