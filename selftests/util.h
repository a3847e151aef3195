/* SPDX-License-Identifier: GPL-2.0-only */
/* What all tests need and no test is about. */
#ifndef UTIL_H
#define UTIL_H

#include <stdbool.h>
#include <linux/types.h>

#define NSEC_PER_USEC	1000ULL
#define NSEC_PER_MSEC	1000000ULL
#define NSEC_PER_SEC	1000000000ULL

/* The highest CPU number that the tests can count, plus 1. */
#define CPUS_MAX	256

/* Ends the test as failed, from any thread, and says why. */
void die(const char *format, ...)
	__attribute__((format(printf, 1, 2), noreturn));
/* What is to be said then, too; or NULL. */
extern void (*die_hook)(void);

__u64 now_ns(void);
void pause_ms(int ms);
/* Waits for less than any clock can tell, in turns of a loop. */
void spin(unsigned int turns);
__u64 turns_per_ms(void);

/*
 * Waits until condition is true, looking every millisecond; ends the test when
 * it is not after that many seconds.
 */
#define WAIT_UNTIL(condition, seconds, what) do {			\
	__u64 __end = now_ns() + (seconds) * NSEC_PER_SEC;		\
	while (!(condition)) {						\
		if (now_ns() > __end)					\
			die("after %d seconds still not: %s",		\
			    (seconds), what);				\
		pause_ms(1);						\
	}								\
} while (0)

/* A small generator, so that a seed repeats a run. */
__u32 random_u32(__u32 *state);
__u32 random_below(__u32 *state, __u32 limit);

/* The number of CPUs that are online, and the nth of them, which wraps round. */
int cpu_count(void);
int cpu_nth(int n);
/* Binds the calling thread. */
void pin(int cpu);

/* Takes a capability out of the effective set, and gives all back. */
void caps_drop(int cap);
void caps_restore(void);

/* Fills in the name of a thread, without the newline; "" when it is gone. */
void thread_name(int pid, char *name, int size);
/* The scheduler's letter for a thread of this process, such as 'S'. */
char thread_state(int tid);

/* Fills in the list of CPUs that a thread may run on, such as "0-3". */
void thread_cpus(int pid, char *list, int size);
/* Takes a CPU away, or gives it back; false if the kernel will not have it. */
bool cpu_set_online(int cpu, bool online);

/* By threadirqs or PREEMPT_RT. */
bool top_halves_are_threads(void);

/* A page that can be used, and one behind it that cannot. */
char *half_mapped(long page);

/* What an environment variable says, or otherwise. */
unsigned long env_number(const char *name, unsigned long otherwise);

/*
 * A time to wait for what is to happen, in any unit, as many times as the environment
 * variable IRQLINE_PATIENCE says: debug kernels are slow. The harness waits as many
 * times as long for a test, see selftests/Makefile.
 */
int patience(int time);
/* The linker has the harness call the second one in place of the first one. */
unsigned int __real_alarm(unsigned int seconds);
unsigned int __wrap_alarm(unsigned int seconds);

/* As many as IRQLINE_REPEATS says in percent, of what is done again and again. */
int repeats(int count);

bool file_read(const char *path, char *text, int size);
bool file_write(const char *path, const char *text);
/* Ends the test if it cannot be written. */
void file_must_write(const char *path, const char *text);

#endif /* UTIL_H */
