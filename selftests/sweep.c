// SPDX-License-Identifier: GPL-2.0-only
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sweep.h"
#include "util.h"
#include "world.h"

/* A step of which more goes wrong than this is not tried further. */
#define WRONG_MAX	20

/* When a slow step has survived so many in a row, it is tried with one in so many. */
#define ROW		3
#define LEAP		6

/* The lines, handlers and counts that a step leaves behind, and those of before a try. */
struct sweep {
	struct step *step;
	struct world done, before;
	bool known;		/* nothing was done since before was looked at */
	unsigned int row;	/* so many were survived, one after the other */
	int wrong;
};

__u32 *sweep_seed(void)
{
	static __u32 seed, start;

	if (!start) {
		start = env_number("IRQLINE_SEED", now_ns() ^ getpid()) | 1;
		seed = start;
		printf("# IRQLINE_SEED=%u\n", start);
	}
	return &seed;
}

__attribute__((format(printf, 4, 5)))
static void complain(struct sweep *sweep, unsigned int nth,
		     const struct outcome *outcome, const char *format, ...)
{
	va_list args;

	sweep->wrong++;
	printf("# %s: ", sweep->step->label);
	if (nth == SWEEP_NEVER)
		printf("without a fault: ");
	else
		printf("fault %u (%s): ", nth, fault_name());
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	printf("; %s%s%s%s\n", outcome->refused ? "refused: " : "done",
	       outcome->refused ? strerror(outcome->error) : "",
	       *outcome->text ? ": " : "", outcome->text);
	fflush(stdout);
}

/* What differs, or NULL. */
static const char *differs(const struct step *step, const struct world *a,
			   const struct world *b)
{
	const char *what = world_differs(a, b);

	if (what && !strcmp(what, "the counts") && (step->moves || step->partly))
		return NULL;
	return what;
}

static void look(const struct step *step, struct world *world)
{
	memset(world, 0, sizeof(*world));
	if (!step->blind)
		world_get(step->nl, world);
}

static void judge_refusal(struct sweep *sweep, unsigned int nth,
			  const struct outcome *outcome,
			  const struct world *before, const struct world *after)
{
	const char *what = differs(sweep->step, before, after);

	sweep->step->refusals++;
	if (!outcome->hit)
		complain(sweep, nth, outcome, "refused without a fault");
	if (what)
		complain(sweep, nth, outcome, "refused, but %s has changed", what);
}

static void judge_done(struct sweep *sweep, unsigned int nth,
		       const struct outcome *outcome, const struct world *after)
{
	const char *what;

	world_blank_ids(after);
	what = differs(sweep->step, &sweep->done, after);
	if (what)
		complain(sweep, nth, outcome, "done, but %s is not as without a fault",
			 what);
}

static void forget(struct sweep *sweep)
{
	if (sweep->known)
		world_free(&sweep->before);
	sweep->known = false;
}

/* A look costs as much as many a try: what the last one has found is as good. */
static void get_ready(struct sweep *sweep)
{
	struct step *step = sweep->step;

	if (step->prepare) {
		forget(sweep);
		step->prepare(step);
	}
	if (!sweep->known)
		look(step, &sweep->before);
	sweep->known = true;
}

static void judge(struct sweep *sweep, unsigned int nth, bool first,
		  struct outcome *outcome, const struct world *after)
{
	/* All that went wrong is that nobody could be told. */
	if (outcome->refused && outcome->lost &&
	    differs(sweep->step, &sweep->before, after))
		outcome->refused = false;
	if (*outcome->wrong)
		complain(sweep, nth, outcome, "%s", outcome->wrong);
	if (outcome->refused)
		judge_refusal(sweep, nth, outcome, &sweep->before, after);
	else if (first)
		world_blank_ids(after);
	else
		judge_done(sweep, nth, outcome, after);
}

/* Returns whether a fault was hit. */
static bool try(struct sweep *sweep, unsigned int nth, bool first)
{
	struct step *step = sweep->step;
	struct outcome outcome = { };
	struct world after;
	bool again;

	get_ready(sweep);
	step->try(step, nth, &outcome);
	look(step, &after);
	again = step->review && step->review(step, nth, &outcome);
	judge(sweep, nth, first, &outcome, &after);
	sweep->row = outcome.refused ? 0 : sweep->row + 1;
	forget(sweep);
	if (outcome.refused && !again) {
		sweep->before = after;
		sweep->known = true;
		return outcome.hit;
	}
	if (!outcome.refused && step->undo)
		step->undo(step);
	if (!outcome.refused && first)
		sweep->done = after;
	else
		world_free(&after);
	return outcome.hit;
}

static unsigned int most(const struct step *step)
{
	return env_number("IRQLINE_FAULTS_MOST", step->most);
}

/* How far it is from one to the next that fails. */
static unsigned int stride(const struct step *step, unsigned int total)
{
	unsigned int tries = most(step);

	return tries && total > tries ? (total + tries - 1) / tries : 1;
}

/* What the kernel can do without comes last, and there is much of it. */
static unsigned int leap(const struct sweep *sweep, unsigned int every)
{
	if (!sweep->step->slow || sweep->row < ROW || getenv("IRQLINE_FAULTS_MOST"))
		return every;
	return every * LEAP;
}

static void run(struct sweep *sweep, unsigned int every)
{
	unsigned int nth = every > 1 ? 1 + random_below(sweep_seed(), every) : 1;

	sweep->row = 0;
	for (; try(sweep, nth, false); nth += leap(sweep, every)) {
		sweep->step->count++;
		if (sweep->wrong > WRONG_MAX) {
			printf("# %s: and so on\n", sweep->step->label);
			return;
		}
	}
}

int sweep(struct step *step)
{
	const char *only = getenv("IRQLINE_FAULTS_ONLY");
	struct sweep sweep = { .step = step };
	unsigned int every;

	if (only && !strstr(step->label, only))
		return 0;
	step->count = 0;
	step->refusals = 0;
	try(&sweep, SWEEP_NEVER, true);
	/* What the kernel fills up once in a while was among those. */
	if (most(step) && !step->slow)
		try(&sweep, SWEEP_NEVER, false);
	every = stride(step, fault_counted());
	run(&sweep, every);
	world_free(&sweep.done);
	forget(&sweep);
	printf("# %s: %u faults, 1 in %u%s, %u refused, %u survived\n", step->label,
	       step->count, every, step->slow ? " while some are refused" : "",
	       step->refusals, step->count - step->refusals);
	fflush(stdout);
	if (step->frugal)
		return sweep.wrong + step->count;
	/* One without a fault is no test, nor is a whole one that has nothing refused. */
	return sweep.wrong + (!step->count || (every == 1 && !step->refusals));
}
