/* SPDX-License-Identifier: GPL-2.0-only */
/* Threads that are in a system call, or soon will be. */
#ifndef CALL_H
#define CALL_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

struct call {
	/* Set by the test. */
	int fd;
	unsigned long request;	/* of call_ioctl() */
	void *arg;
	size_t size;		/* of call_read() */

	/* To be read after call_finish(). */
	long ret;
	int err;		/* 0 if it did not fail */

	long (*what)(struct call *call);
	int tid;
	bool done;
	pthread_t thread;
};

long call_ioctl(struct call *call);
long call_read(struct call *call);
/* Waits for POLLIN. */
long call_poll(struct call *call);

/* Waits until the thread sleeps in its system call, or is done with it. */
void call_start(struct call *call, long (*what)(struct call *call));
void call_start_ioctl(struct call *call, int fd, unsigned long request,
		      void *arg);
bool call_done(struct call *call);
bool call_asleep(struct call *call);
void call_finish(struct call *call);

/* Interrupts the system call, after catch_signals(), with flags of sigaction(). */
void call_interrupt(struct call *call);
void catch_signals(int flags);

#endif /* CALL_H */
