// SPDX-License-Identifier: GPL-2.0-only
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "fuzz.h"
#include "kselftest.h"
#include "util.h"

#define SECONDS		20
#define LINE_MAX	32768
#define PATIENCE	600

void fuzz_begin(struct fuzz *fuzz)
{
	fuzz->seed = env_number("IRQLINE_FUZZ_SEED", time(NULL));
	fuzz->end_ns = now_ns() + NSEC_PER_SEC *
		       env_number("IRQLINE_FUZZ_SECONDS", SECONDS);
	ksft_print_msg("IRQLINE_FUZZ_SEED=%u\n", fuzz->seed);
}

bool fuzz_goes_on(const struct fuzz *fuzz)
{
	return now_ns() < fuzz->end_ns;
}

bool fuzz_is_patient(const struct fuzz *fuzz)
{
	return now_ns() < fuzz->end_ns + PATIENCE * NSEC_PER_SEC;
}

bool fuzz_chance(__u32 *seed, __u32 times)
{
	return !random_below(seed, times);
}

static void increment(unsigned long *count)
{
	__atomic_fetch_add(count, 1, __ATOMIC_RELAXED);
}

bool fuzz_count(struct fuzz_tally *tally, int error)
{
	if (error < 0 || error >= FUZZ_ERRNOS)
		return false;
	increment(error ? &tally->refused : &tally->accepted);
	increment(&tally->by_error[error]);
	return true;
}

void fuzz_print(const char *what, const struct fuzz_tally *tally)
{
	char text[1024] = "";
	size_t used = 0;
	int error;

	for (error = 1; error < FUZZ_ERRNOS; error++)
		if (tally->by_error[error] && used < sizeof(text))
			used += snprintf(text + used, sizeof(text) - used, " %s %lu",
					 strerrorname_np(error), tally->by_error[error]);
	ksft_print_msg("%s: %lu accepted, %lu refused:%s\n", what, tally->accepted,
		       tally->refused, text);
}

static int read_lines(const char *path, void (*fn)(void *arg, const char *line),
		      void *arg)
{
	char *line = malloc(LINE_MAX);
	FILE *file = fopen(path, "r");
	int count = 0;

	if (!file || !line)
		die("%s: %s", path, strerror(errno));
	fn(arg, NULL);
	while (fgets(line, LINE_MAX, file)) {
		line[strcspn(line, "\n")] = '\0';
		if (!*line || *line == '#')
			continue;
		fn(arg, line);
		count++;
	}
	fclose(file);
	free(line);
	return count;
}

static int is_visible(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

int fuzz_seeds(const char *name, void (*fn)(void *arg, const char *line), void *arg)
{
	const char *all = getenv("IRQLINE_FUZZ_SEEDS");
	struct dirent **entries;
	char dir[256], path[1024];
	int count = 0, files, i;

	snprintf(dir, sizeof(dir), "%s/%s", all ? : "selftests/fuzz/seeds", name);
	files = scandir(dir, &entries, is_visible, alphasort);
	if (files < 0)
		die("%s: %s", dir, strerror(errno));
	for (i = 0; i < files; i++) {
		snprintf(path, sizeof(path), "%s/%s", dir, entries[i]->d_name);
		count += read_lines(path, fn, arg);
		free(entries[i]);
	}
	free(entries);
	return count;
}
