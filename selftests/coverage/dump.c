// SPDX-License-Identifier: GPL-2.0-only
/*
 * Usage: dump FROM TO MODULE
 *
 * Adds what a module has counted to the files that gcov reads, below TO. A module that is
 * compiled with -fprofile-info-section has a section with a pointer for each of its
 * objects, whose size is in FROM/MODULE.size; the counts are where these point to, in the
 * kernel's memory (see counts.c, which starts this). So neither has the kernel to know of
 * gcov, nor does the module do anything but count.
 *
 * The structures and the format are those of gcc 12, which says so in each object.
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <linux/types.h>

#define MEMORY		"/sys/kernel/debug/irqline_memory"
#define SECTION		"/sys/module/%s/sections/.gcov_info"

#define VERSION_MIN	0x42323000U	/* "B20": gcc 12.0 */
#define VERSION_MAX	0x4232ffffU

#define COUNTERS	8

#define MAGIC		0x67636461U
#define TAG_FUNCTION	0x01000000U
#define TAG_COUNTER(n)	(0x01a10000U + ((__u32)(n) << 17))

#define WORDS_MAX	65536

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

/* A file, and what it was before, if it was. */
struct image {
	unsigned int length, earlier_length;
	__u32 words[WORDS_MAX], earlier[WORDS_MAX];
};

static int memory;

/* What the kernel has at an address. */
static void fetch(void *to, size_t size, __u64 address)
{
	ssize_t got;

	for (; size; size -= got, to = (char *)to + got, address += got) {
		got = pread(memory, to, size, address & LLONG_MAX);
		if (got <= 0)
			err(1, "the kernel has nothing at 0x%zx", (size_t)address);
	}
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

static void put(struct image *image, __u32 word)
{
	if (image->length == WORDS_MAX)
		errx(1, "more counters than expected");
	image->words[image->length++] = word;
}

/* The files of one object differ in nothing but counts. */
static void put_count(struct image *image, __u64 value)
{
	unsigned int at = image->length;

	if (at + 2 <= image->earlier_length)
		value += image->earlier[at] | (__u64)image->earlier[at + 1] << 32;
	put(image, value);
	put(image, value >> 32);
}

static void put_counts(struct image *image, unsigned int kind,
		       const struct counts *counts)
{
	static __u64 values[WORDS_MAX / 2];
	__u32 i;

	if (counts->number > WORDS_MAX / 2)
		errx(1, "more counters than expected");
	fetch(values, counts->number * sizeof(*values), counts->values);
	put(image, TAG_COUNTER(kind));
	put(image, counts->number * sizeof(*values));
	for (i = 0; i < counts->number; i++)
		put_count(image, values[i]);
}

static void put_function(struct image *image, const struct object *object, __u64 at,
			 __u64 address)
{
	const struct counts *counts;
	struct function function;
	unsigned int kind;

	fetch(&function, sizeof(function), address);
	/* It can be in several objects, and is another one's then. */
	if (function.key != at)
		return;
	put(image, TAG_FUNCTION);
	put(image, 3 * sizeof(__u32));
	put(image, function.ident);
	put(image, function.line_checksum);
	put(image, function.graph_checksum);
	counts = function.counts;
	for (kind = 0; kind < COUNTERS; kind++)
		if (object->merge[kind])
			put_counts(image, kind, counts++);
}

static void put_object(struct image *image, const struct object *object, __u64 at)
{
	__u64 function;
	__u32 i;

	put(image, MAGIC);
	put(image, object->version);
	put(image, object->stamp);
	put(image, object->checksum);
	for (i = 0; i < object->nr_functions; i++) {
		fetch(&function, sizeof(function),
		      object->functions + i * sizeof(function));
		if (function)
			put_function(image, object, at, function);
	}
	put(image, 0);
}

static void read_earlier(struct image *image, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t got;

	image->length = 0;
	image->earlier_length = 0;
	if (fd < 0 && errno == ENOENT)
		return;
	if (fd < 0)
		err(1, "%s", path);
	got = read(fd, image->earlier, sizeof(image->earlier));
	if (got < 0)
		err(1, "%s", path);
	image->earlier_length = got / sizeof(*image->earlier);
	close(fd);
}

/* The directories are there: they have the objects. */
static void write_image(const struct image *image, const char *path)
{
	const size_t size = image->length * sizeof(*image->words);
	int fd;

	if (image->earlier_length && (image->earlier_length != image->length ||
				      image->earlier[2] != image->words[2]))
		errx(1, "%s: of another object", path);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	if (fd < 0 || write(fd, image->words, size) != (ssize_t)size || close(fd))
		err(1, "%s", path);
}

static void dump(const char *to, __u64 at)
{
	char name[PATH_MAX], path[2 * PATH_MAX];
	static struct image image;
	struct object object;

	fetch(&object, sizeof(object), at);
	if (object.version < VERSION_MIN || object.version > VERSION_MAX)
		errx(1, "compiled by another version of gcc than 12: 0x%x",
		     object.version);
	fetch_text(name, sizeof(name), object.filename);
	snprintf(path, sizeof(path), "%s%s", to, name);
	read_earlier(&image, path);
	put_object(&image, &object, at);
	write_image(&image, path);
}

static __u64 read_number(const char *path)
{
	FILE *file = fopen(path, "re");
	unsigned long long number;

	if (!file || fscanf(file, "%llx", &number) != 1)
		err(1, "%s", path);
	fclose(file);
	return number;
}

int main(int argc, char **argv)
{
	char section[PATH_MAX], size[PATH_MAX];
	__u64 address, end, object;

	/* Who starts this has no standard error. */
	if (!freopen("/dev/kmsg", "we", stderr))
		return 1;
	if (argc != 4)
		errx(2, "Usage: dump FROM TO MODULE");
	memory = open(MEMORY, O_RDONLY | O_CLOEXEC);
	if (memory < 0)
		err(1, MEMORY);
	snprintf(section, sizeof(section), SECTION, argv[3]);
	snprintf(size, sizeof(size), "%s/%s.size", argv[1], argv[3]);
	address = read_number(section);
	end = address + read_number(size);
	for (; address < end; address += sizeof(object)) {
		fetch(&object, sizeof(object), address);
		dump(argv[2], object);
	}
	return 0;
}
