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

/* The lines, handlers and counts that a step leaves behind. */
struct sweep {
	struct step *step;
	struct world done;
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

/* Returns whether a fault was hit. */
static bool try(struct sweep *sweep, unsigned int nth, bool first)
{
	struct step *step = sweep->step;
	struct outcome outcome = { };
	struct world before, after;

	if (step->prepare)
		step->prepare(step);
	look(step, &before);
	step->try(step, nth, &outcome);
	look(step, &after);
	if (step->review)
		step->review(step, nth, &outcome);
	/* All that went wrong is that nobody could be told. */
	if (outcome.refused && outcome.lost && differs(step, &before, &after))
		outcome.refused = false;
	if (*outcome.wrong)
		complain(sweep, nth, &outcome, "%s", outcome.wrong);
	if (outcome.refused) {
		judge_refusal(sweep, nth, &outcome, &before, &after);
	} else if (first) {
		world_blank_ids(&after);
		sweep->done = after;
	} else {
		judge_done(sweep, nth, &outcome, &after);
	}
	if (!outcome.refused && step->undo)
		step->undo(step);
	world_free(&before);
	if (outcome.refused || !first)
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

static void run(struct sweep *sweep, unsigned int every)
{
	unsigned int nth = every > 1 ? 1 + random_below(sweep_seed(), every) : 1;

	for (; try(sweep, nth, false); nth += every) {
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
	if (most(step))
		try(&sweep, SWEEP_NEVER, false);
	every = stride(step, fault_counted());
	run(&sweep, every);
	world_free(&sweep.done);
	printf("# %s: %u faults, 1 in %u, %u refused, %u survived\n", step->label,
	       step->count, every, step->refusals, step->count - step->refusals);
	fflush(stdout);
	/* A whole sweep that has nothing refused is no test. */
	return sweep.wrong + (every == 1 && !step->refusals && !step->frugal);
}
