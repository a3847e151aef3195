// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "call.h"
#include "dev.h"
#include "util.h"

long call_ioctl(struct call *call)
{
	return ioctl(call->fd, call->request, call->arg);
}

long call_read(struct call *call)
{
	return read(call->fd, call->arg, call->size);
}

long call_poll(struct call *call)
{
	struct pollfd poller = { .fd = call->fd, .events = POLLIN };

	return poll(&poller, 1, -1);
}

static void *call_thread(void *arg)
{
	struct call *call = arg;

	__atomic_store_n(&call->tid, syscall(SYS_gettid), __ATOMIC_RELEASE);
	call->ret = call->what(call);
	call->err = call->ret < 0 ? errno : 0;
	__atomic_store_n(&call->done, true, __ATOMIC_RELEASE);
	return NULL;
}

bool call_done(struct call *call)
{
	return __atomic_load_n(&call->done, __ATOMIC_ACQUIRE);
}

bool call_asleep(struct call *call)
{
	int tid = __atomic_load_n(&call->tid, __ATOMIC_ACQUIRE);

	return tid && thread_state(tid) == 'S';
}

void call_start(struct call *call, long (*what)(struct call *call))
{
	call->what = what;
	call->tid = 0;
	call->done = false;
	if (pthread_create(&call->thread, NULL, call_thread, call))
		die("cannot start a thread");
	WAIT_UNTIL(call_asleep(call) || call_done(call), EVENT_TIMEOUT,
		   "the thread waits in its system call");
}

void call_start_ioctl(struct call *call, int fd, unsigned long request,
		      void *arg)
{
	*call = (struct call) { .fd = fd, .request = request, .arg = arg };
	call_start(call, call_ioctl);
}

void call_finish(struct call *call)
{
	WAIT_UNTIL(call_done(call), 2 * EVENT_TIMEOUT,
		   "the system call has returned");
	pthread_join(call->thread, NULL);
}

void call_interrupt(struct call *call)
{
	int err = pthread_kill(call->thread, SIGUSR1);

	if (err)
		die("cannot send a signal: %s", strerror(err));
}

/* Only to interrupt a system call. */
static void on_signal(int sig)
{
	(void)sig;
}

void catch_signals(int flags)
{
	struct sigaction action = { .sa_handler = on_signal,
				    .sa_flags = flags };

	if (sigaction(SIGUSR1, &action, NULL))
		die("cannot catch a signal");
}
