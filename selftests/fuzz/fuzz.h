/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a fuzzer of the kernel's interfaces needs: a seed and an end, counts of what
 * was accepted and refused, and the lines of its seed files.
 *
 * IRQLINE_FUZZ_SEED repeats the choices of a run, though not the moments that they
 * meet; IRQLINE_FUZZ_SECONDS says how long it may take.
 */
#ifndef FUZZ_H
#define FUZZ_H

#include <stdbool.h>
#include <linux/types.h>

/* Higher than any errno that a system call may return. */
#define FUZZ_ERRNOS	134

/* Written by several threads; by fuzz_count() only. */
struct fuzz_tally {
	unsigned long accepted, refused;
	unsigned long by_error[FUZZ_ERRNOS];
};

struct fuzz {
	__u32 seed;
	__u64 end_ns;
};

void fuzz_begin(struct fuzz *fuzz);
bool fuzz_goes_on(const struct fuzz *fuzz);
/* Where the machine is slow: beyond the end, for what has to happen once. */
bool fuzz_is_patient(const struct fuzz *fuzz);

/* True once in so many times. */
bool fuzz_chance(__u32 *seed, __u32 times);

/* 0, or an errno. False if it is none that user space may see. */
bool fuzz_count(struct fuzz_tally *tally, int error);
void fuzz_print(const char *what, const struct fuzz_tally *tally);

/*
 * Each line of the files in the directory fuzz/seeds/NAME, or of that in
 * $IRQLINE_FUZZ_SEEDS instead, but comments and empty ones. Returns how many. The
 * files come in the order of their names; fn is told when another one begins, by NULL.
 */
int fuzz_seeds(const char *name, void (*fn)(void *arg, const char *line), void *arg);

#endif /* FUZZ_H */
