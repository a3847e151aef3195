// SPDX-License-Identifier: GPL-2.0-only
/*
 * demo: moves a handler's bottom half through all strategies while its
 * interrupt fires, shows what each costs, and proves that no event is lost,
 * doubled or out of order.
 */
#include <locale.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "control.h"
#include "engine.h"
#include "table.h"

#define HANDLER		"demo"
/* Bits 9 to 24: 0 and 8 are the device's own. */
#define SOURCES		0x01fffe00
#define ROUNDS		3
/* A switch that hangs cannot be waited for. */
#define LIMIT_S		120

static volatile sig_atomic_t interrupted;

static void interrupt(int signal)
{
	(void)signal;
	interrupted = true;
}

static void give_up(int signal)
{
	static const char text[] = "demo: a switch has not ended\n";

	(void)signal;
	if (write(STDERR_FILENO, text, sizeof(text) - 1) < 0)
		_exit(1);
	_exit(1);
}

static void catch_signals(void)
{
	signal(SIGINT, interrupt);
	signal(SIGTERM, interrupt);
	signal(SIGPIPE, SIG_IGN);	/* the handler is to be deleted in any case */
	signal(SIGALRM, give_up);
	alarm(LIMIT_S);
}

/* irqctl is beside the demo, or on the PATH. */
static void prepend_path(const char *self)
{
	const char *slash = strrchr(self, '/');
	const char *path = getenv("PATH");
	char both[4096];

	if (!slash)
		return;
	snprintf(both, sizeof(both), "%.*s:%s", (int)(slash - self), self, path ? path : "");
	setenv("PATH", both, 1);
}

/* For show only, so it may fail. */
static void show(char *object)
{
	char *words[] = { "irqctl", object, NULL };
	pid_t pid;
	int err;

	printf("$ irqctl %s\n", object);
	fflush(stdout);
	err = posix_spawnp(&pid, words[0], NULL, NULL, words, environ);
	if (err)
		printf("(%s)\n", strerror(err));
	else
		waitpid(pid, NULL, 0);
	putchar('\n');
}

static bool measure(struct control *control, struct engine *engine, struct row *row)
{
	bool full;

	engine_begin(engine, row);
	full = control_switch(control, row->strategy) && engine_measure(engine, &interrupted);
	engine_end(engine);
	return full;
}

static bool run_row(struct control *control, struct engine *engine, const char *strategy)
{
	struct row row = { .strategy = strategy };
	bool full = measure(control, engine, &row);
	int err = engine_error(engine);

	table_print_row(&row);
	if (!full && !interrupted)
		fprintf(stderr, "demo: %s: too few events came: %s\n", strategy,
			err ? strerror(err) : "timeout");
	return full;
}

static void print_legend(const char *line)
{
	printf("%u sources of %s are kept in flight: each is raised again as soon as its\n",
	       __builtin_popcount(SOURCES), line);
	printf("event was read. A row shows %u events, all after a live switch to its\n",
	       ENGINE_EVENTS);
	printf("strategy; those that the switch itself handed over are apart (HANDED).\n");
	printf("A bar grows by a character with each factor of ten.\n\n");
}

/* How many switches there were; stops early if something is wrong. */
static unsigned int run_rounds(struct control *control, struct engine *engine,
			       const struct strategies *strategies)
{
	unsigned int rows = ROUNDS * strategies->count;
	unsigned int done;

	print_legend(control->line);
	table_print_heading();
	for (done = 0; done < rows; done++) {
		if (done && done % strategies->count == 0)
			putchar('\n');
		if (!run_row(control, engine, strategies->names[done % strategies->count]))
			break;
	}
	return done;
}

static bool is_clean(const struct tally *tally)
{
	return tally->raised == tally->handled && tally->raised && !tally->lost &&
	       !tally->doubled && !tally->reordered;
}

static void print_counts(const struct counts *counts)
{
	printf("in the kernel: taken %llu  handled %llu  dropped %llu  switches %llu\n",
	       counts->taken, counts->handled, counts->dropped, counts->switches);
	printf("switches that met the bottom half at work: %llu, kicks that they handed on: %llu\n",
	       counts->owned, counts->owed);
}

static void print_tally(const struct tally *tally, unsigned int switches)
{
	printf("raised %llu  handled %llu  lost %llu  doubled %llu  reordered %llu  switches %u\n",
	       tally->raised, tally->handled, tally->lost, tally->doubled, tally->reordered,
	       switches);
}

/* What user space saw comes last. */
static bool report(struct control *control, const struct tally *tally, unsigned int switches)
{
	struct counts counts;
	bool counted;

	printf("\n%llu events, since the sources of one pass of the top half share one\n",
	       tally->events);
	counted = control_counts(control, &counts);
	if (counted)
		print_counts(&counts);
	print_tally(tally, switches);
	return is_clean(tally) && counted && counts.switches == switches;
}

/* With the handler in place. */
static bool run_engine(struct control *control, const struct strategies *strategies,
		       const char *device)
{
	struct engine engine;
	struct tally tally;
	unsigned int switches;
	__u32 id;
	int err;

	if (!control_id(control, &id))
		return false;
	err = engine_start(&engine, device, id, SOURCES);
	if (err) {
		fprintf(stderr, "demo: %s: %s\n", device, strerror(err));
		return false;
	}
	switches = run_rounds(control, &engine, strategies);
	tally = engine_stop(&engine);
	return report(control, &tally, switches) && switches == ROUNDS * strategies->count;
}

static bool run(struct control *control, const char *device)
{
	struct strategies strategies;
	bool good;

	if (!control_has_clock(control) || !control_strategies(control, &strategies))
		return false;
	if (strategies.count < 2) {
		fprintf(stderr, "demo: there are no strategies to switch between\n");
		return false;
	}
	/* From the last one, so that even the first row begins with a switch. */
	if (!control_add(control, SOURCES, strategies.names[strategies.count - 1]))
		return false;
	good = run_engine(control, &strategies, device);
	return control_delete(control) && good;
}

int main(int argc, char **argv)
{
	const char *line = argc > 1 ? argv[1] : "edu0";
	struct control control;
	char device[64];
	bool good;

	setlocale(LC_CTYPE, "");
	prepend_path(argv[0]);
	show("line");
	show("handler");
	catch_signals();
	snprintf(device, sizeof(device), "/dev/%s", line);
	if (!control_open(&control, line, HANDLER))
		return 1;
	good = run(&control, device);
	control_close(&control);
	return good && !ferror(stdout) && !fclose(stdout) ? 0 : 1;
}
