// SPDX-License-Identifier: GPL-2.0-only
/*
 * Every allocation of an irqctl command fails once, the kernel's on its behalf and what
 * it asks the kernel for itself. It is armed when the command first turns to the driver:
 * what starts a program is no business of irqctl's.
 *
 * The one that waits for changes is told of one when it first waits, and to end when it
 * has seen to that.
 *
 * A command that fails says so in one line on stderr, with exit status 1. What it was
 * to change has not changed; or has, in full, if the answer was lost, which it says, too.
 * What is done prints what it prints without a fault.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <linux/ptrace.h>

#include "kselftest_harness.h"
#include "dev.h"
#include "objects.h"
#include "sweep.h"

/* Seconds: an emulated CPU with a debug kernel is slow, and so is a busy host. */
#define PATIENCE	1200

#define SUBJECT		LINE "/subject"
#define FRESH		LINE "/fresh"
#define SOURCE		0x00000002U

/* Of each command, as starting a program takes long. */
#define TRIES		4
#define WORDS_MAX	16
#define OUTPUT_MAX	65536

#define wrong(outcome, ...) \
	snprintf((outcome)->wrong, sizeof((outcome)->wrong), __VA_ARGS__)

/* What irqctl is told, and what takes it back. */
struct command {
	const char *words[WORDS_MAX];
	const char *undo[WORDS_MAX];
	bool moves;		/* counts, or prints what is another each time */
	bool waits;		/* for changes, until it is told to end */
};

/* A run of irqctl: its files, how it ended, and how often it has waited. */
struct run {
	pid_t pid;
	int out, err, status;
	int waits;
};

static char output_done[OUTPUT_MAX];

static void begin(struct run *run, const char * const *words)
{
	const char *argv[WORDS_MAX + 1] = { "irqctl" };
	int i;

	for (i = 0; words[i]; i++)
		argv[i + 1] = words[i];
	run->waits = 0;
	run->out = memfd_create("out", 0);
	run->err = memfd_create("err", 0);
	if (run->out < 0 || run->err < 0)
		die("memfd_create: %s", strerror(errno));
	run->pid = fork();
	if (run->pid < 0)
		die("fork: %s", strerror(errno));
	if (!run->pid) {
		dup2(run->out, 1);
		dup2(run->err, 2);
		ptrace(PTRACE_TRACEME, 0, NULL, NULL);
		execvp(argv[0], (char * const *)argv);
		_exit(127);
	}
}

/* Until it stops again, or ends; returns its wait status. */
static int go_on(const struct run *run, int request, int signal)
{
	int status;

	if (ptrace(request, run->pid, NULL, (void *)(long)signal))
		die("ptrace: %s", strerror(errno));
	if (waitpid(run->pid, &status, 0) != run->pid)
		die("waitpid: %s", strerror(errno));
	return status;
}

static bool is_device(const struct run *run, __u64 path)
{
	long word = ptrace(PTRACE_PEEKDATA, run->pid, (void *)path, NULL);

	return !memcmp(&word, "/dev/edu", sizeof(word));
}

static bool enters_call(const struct run *run, struct ptrace_syscall_info *info)
{
	if (ptrace(PTRACE_GET_SYSCALL_INFO, run->pid, (void *)sizeof(*info), info) <= 0)
		die("ptrace: %s", strerror(errno));
	return info->op == PTRACE_SYSCALL_INFO_ENTRY;
}

/* It is about to make a socket, to open a device, or to listen for signals before. */
static bool turns_to_driver(const struct run *run)
{
	struct ptrace_syscall_info info;

	if (!enters_call(run, &info))
		return false;
	return info.entry.nr == SYS_socket || info.entry.nr == SYS_signalfd4 ||
	       (info.entry.nr == SYS_openat && is_device(run, info.entry.args[1]));
}

static bool is_call(int status)
{
	return WSTOPSIG(status) == (SIGTRAP | 0x80);
}

static void run_up(const struct run *run)
{
	int status;

	if (waitpid(run->pid, &status, 0) != run->pid || !WIFSTOPPED(status))
		die("irqctl does not start");
	if (ptrace(PTRACE_SETOPTIONS, run->pid, NULL,
		   (void *)(PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEEXIT |
			    PTRACE_O_EXITKILL)))
		die("ptrace: %s", strerror(errno));
	do {
		status = go_on(run, PTRACE_SYSCALL, 0);
		if (!WIFSTOPPED(status))
			die("irqctl ends before it turns to the driver");
	} while (!is_call(status) || !turns_to_driver(run));
}

/* Where it waits it has work to do, or its end to come. */
static void see_to_wait(struct run *run, struct nl *nl)
{
	struct ptrace_syscall_info info;

	if (!enters_call(run, &info) || info.entry.nr != SYS_poll)
		return;
	if (!run->waits++)
		handler_set_u32(nl, LINE, "subject", IRQLINE_A_HANDLER_PRIORITY, 1);
	else if (kill(run->pid, SIGTERM))
		die("kill: %s", strerror(errno));
}

/* Returns whether the fault was hit. */
static bool run_on(struct run *run, const struct command *command, struct nl *nl)
{
	int request = command->waits ? PTRACE_SYSCALL : PTRACE_CONT;
	bool hit = false;
	int signal = 0;

	for (;;) {
		run->status = go_on(run, request, signal);
		if (!WIFSTOPPED(run->status))
			return hit;
		signal = WSTOPSIG(run->status);
		if (run->status >> 8 == (SIGTRAP | PTRACE_EVENT_EXIT << 8)) {
			hit = fault_hit_thread(run->pid);
			signal = 0;
		} else if (is_call(run->status)) {
			see_to_wait(run, nl);
			signal = 0;
		}
	}
}

static void read_all(int fd, char *text, size_t size)
{
	ssize_t len = pread(fd, text, size - 1, 0);

	if (len < 0)
		die("read: %s", strerror(errno));
	text[len] = '\0';
	close(fd);
}

/* One line "irqctl: what: why". */
static bool is_complaint(const char *text)
{
	const char *end = strchr(text, '\n');

	return !strncmp(text, "irqctl: ", 8) && end && !end[1];
}

/*
 * In the words of the kernel's, of errno's, or of the C library's. A socket that cannot be
 * had is ENFILE; what a call says that test builds have fail is its own.
 */
static bool tells_why(const char *text)
{
	return strstr(text, "memory") || strstr(text, strerror(ENOBUFS)) ||
	       strstr(text, strerror(EFAULT)) ||
	       strstr(text, strerror(ENFILE)) || fault_kind() == FAULT_HOOK;
}

static void judge(const struct command *command, unsigned int nth,
		  const struct run *run, const char *out,
		  struct outcome *outcome)
{
	if (!WIFEXITED(run->status)) {
		wrong(outcome, "ended by signal %d", WTERMSIG(run->status));
	} else if (!outcome->refused) {
		if (nth == SWEEP_NEVER)
			memcpy(output_done, out, sizeof(output_done));
		else if (!command->moves && strcmp(out, output_done))
			wrong(outcome, "prints something else");
		if (command->waits && !strstr(out, "\nchange handler " SUBJECT))
			wrong(outcome, "does not tell of the change");
	} else if (WEXITSTATUS(run->status) != 1 || !is_complaint(outcome->text)) {
		wrong(outcome, "not one line, but status %d", WEXITSTATUS(run->status));
	} else if (!tells_why(outcome->text)) {
		wrong(outcome, "nothing of memory");
	}
}

static void try_command(struct step *step, unsigned int nth,
			struct outcome *outcome)
{
	const struct command *command = step->data;
	static char out[OUTPUT_MAX];
	struct run run;

	begin(&run, command->words);
	run_up(&run);
	fault_arm_thread(run.pid, nth);
	outcome->hit = run_on(&run, command, step->nl);
	if (run.waits)
		handler_set_u32(step->nl, LINE, "subject",
				IRQLINE_A_HANDLER_PRIORITY, 0);
	read_all(run.out, out, sizeof(out));
	read_all(run.err, outcome->text, sizeof(outcome->text));
	outcome->refused = run.status != 0;
	outcome->lost = strstr(outcome->text, "the answer was lost");
	outcome->error = outcome->refused ? ENOMEM : 0;
	judge(command, nth, &run, out, outcome);
}

static void undo_command(struct step *step)
{
	const struct command *command = step->data;
	struct run run;

	if (!command->undo[0])
		return;
	begin(&run, command->undo);
	if (waitpid(run.pid, &run.status, 0) != run.pid)
		die("irqctl does not start");
	while (WIFSTOPPED(run.status))
		run.status = go_on(&run, PTRACE_CONT, 0);
	close(run.out);
	close(run.err);
	if (run.status)
		die("irqctl cannot take it back");
}

FIXTURE(faultctl)
{
	struct nl nl;
};

FIXTURE_VARIANT(faultctl)
{
	struct command command;
};

#define COMMAND(name, ...) \
	FIXTURE_VARIANT_ADD(faultctl, name) { .command = { __VA_ARGS__ } }

COMMAND(line, { "line" }, .moves = true);
COMMAND(line_json, { "-j", "line", "show", LINE }, .moves = true);
COMMAND(line_set, { "line", "set", LINE, "top", "thread" },
	{ "line", "set", LINE, "top", "hard" });
COMMAND(handler, { "handler" });
COMMAND(handler_show, { "-j", "handler", "show", SUBJECT });
COMMAND(handler_add, { "handler", "add", FRESH, "sources", "0x4" },
	{ "handler", "del", FRESH });
COMMAND(handler_set, { "handler", "set", SUBJECT, "bottom", "kthread" },
	{ "handler", "set", SUBJECT, "bottom", "tasklet" });
COMMAND(handler_del, { "handler", "del", SUBJECT },
	{ "handler", "add", SUBJECT, "sources", "0x2" });
COMMAND(strategy, { "strategy" });
COMMAND(stats, { "stats" });
COMMAND(stats_hist, { "stats", "show", SUBJECT, "hist" });
COMMAND(stats_reset, { "stats", "reset", SUBJECT }, .moves = true);
COMMAND(monitor, { "monitor" }, .moves = true, .waits = true);
COMMAND(raise, { "raise", LINE, "0x2" }, .moves = true);

FIXTURE_SETUP(faultctl)
{
	const char *missing = fault_missing();

	if (missing)
		SKIP(return, "%s", missing);
	objects_open(&self->nl);
	handler_new(&self->nl, LINE, "subject", SOURCE, "tasklet");
}

FIXTURE_TEARDOWN(faultctl)
{
	objects_reset(&self->nl);
	nl_close(&self->nl);
}

TEST_F_TIMEOUT(faultctl, says_so, PATIENCE)
{
	char label[128] = "irqctl";
	struct step step = {
		.label = label,
		.try = try_command,
		.undo = undo_command,
		.moves = variant->command.moves,
		.most = TRIES,
		.data = &variant->command,
		.nl = &self->nl,
	};
	int i;

	for (i = 0; variant->command.words[i]; i++) {
		strcat(label, " ");
		strcat(label, variant->command.words[i]);
	}
	EXPECT_EQ(sweep(&step), 0);
}

TEST_HARNESS_MAIN
