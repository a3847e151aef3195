// SPDX-License-Identifier: GPL-2.0-only
/*
 * Fuzzes the character device: all of its calls with arguments that are good, at a
 * limit, odd, or nowhere, from several threads that share the files, with signals at
 * any moment, while events flow and handlers are switched.
 *
 * For IRQLINE_FUZZ_SEED and IRQLINE_FUZZ_SECONDS see fuzz.h.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "action.h"
#include "fuzz.h"
#include "guard.h"
#include "kselftest_harness.h"
#include "scene.h"

#define DAY		86400
#define WORKERS		3
#define BURST		600
#define BURST_NS	(5 * NSEC_PER_SEC)
#define TRACE		24
#define CORPUS		512
#define KINDS		32
/* A call that waits for events may wait for ever. */
#define SIGNAL_MS	15

static struct scene scene;
static struct fuzz fuzz;
static struct fuzz_tally tallies[KINDS], switches;
static int files[ACTION_FILES];
static struct action corpus[CORPUS];
static int corpus_size;
static bool burst_over;

struct worker {
	struct actor actor;
	__u32 seed;
	struct action trace[TRACE];
	unsigned int traced;
	bool done;
	pthread_t thread;
};

static struct worker workers[WORKERS];

static void print_traces(void)
{
	unsigned int i, j;

	for (i = 0; i < WORKERS; i++) {
		struct worker *worker = &workers[i];

		printf("# the last actions of worker %u\n", i);
		for (j = worker->traced > TRACE ? worker->traced - TRACE : 0;
		     j < worker->traced; j++)
			action_print(&worker->trace[j % TRACE]);
	}
	fflush(stdout);
}

static void act(struct worker *worker, const struct action *action)
{
	worker->trace[worker->traced++ % TRACE] = *action;
	action_run(&worker->actor, action);
}

static void *work(void *arg)
{
	struct worker *worker = arg;
	__u64 end = now_ns() + BURST_NS;
	struct action action;
	int i;

	for (i = 0; i < BURST && now_ns() < end && !worker->actor.failure[0]; i++) {
		action_pick(&action, &worker->seed);
		act(worker, &action);
	}
	__atomic_store_n(&worker->done, true, __ATOMIC_RELEASE);
	return NULL;
}

/* Handlers come, change and go, by requests that mostly are good. */
static void *switch_handlers(void *arg)
{
	static const __u8 commands[] = {
		IRQLINE_CMD_HANDLER_SET, IRQLINE_CMD_HANDLER_SET, IRQLINE_CMD_HANDLER_NEW,
		IRQLINE_CMD_HANDLER_DEL, IRQLINE_CMD_LINE_SET,
	};
	static struct datagram datagram;
	static struct request request;
	static struct nl nl;
	__u32 *seed = arg;
	struct nl_msg msg;

	nl_open(&nl, IRQLINE_FAMILY_NAME);
	while (!__atomic_load_n(&burst_over, __ATOMIC_ACQUIRE)) {
		valid_request(&request, &scene.words,
			      commands[random_below(seed, ARRAY_SIZE(commands))], 0, seed);
		datagram.len = 0;
		datagram_add(&datagram, &request, nl.family, 0);
		guard(&datagram, nl.family);
		if (datagram.len > sizeof(msg.buf))
			continue;
		memset(&msg, 0, sizeof(msg));
		memcpy(msg.buf, datagram.bytes, datagram.len);
		fuzz_count(&switches, nl_do(&nl, &msg, NULL));
	}
	nl_close(&nl);
	return NULL;
}

static bool all_done(void)
{
	int i;

	for (i = 0; i < WORKERS; i++)
		if (!__atomic_load_n(&workers[i].done, __ATOMIC_ACQUIRE))
			return false;
	return true;
}

/* Ends whatever waits, until all have done what they were to do. */
static void interrupt(void)
{
	int i;

	while (!all_done()) {
		pause_ms(SIGNAL_MS);
		for (i = 0; i < WORKERS; i++)
			pthread_kill(workers[i].thread, SIGUSR1);
	}
}

static void start(pthread_t *thread, void *(*fn)(void *arg), void *arg)
{
	if (pthread_create(thread, NULL, fn, arg))
		die("cannot start a thread");
}

static const char *burst(void)
{
	pthread_t switcher;
	int i;

	burst_over = false;
	start(&switcher, switch_handlers, &fuzz.seed);
	for (i = 0; i < WORKERS; i++) {
		workers[i].done = false;
		start(&workers[i].thread, work, &workers[i]);
	}
	interrupt();
	for (i = 0; i < WORKERS; i++)
		pthread_join(workers[i].thread, NULL);
	__atomic_store_n(&burst_over, true, __ATOMIC_RELEASE);
	pthread_join(switcher, NULL);
	for (i = 0; i < WORKERS; i++)
		if (workers[i].actor.failure[0])
			return workers[i].actor.failure;
	return scene_check(&scene);
}

static void take_seed(void *arg, const char *line)
{
	(void)arg;
	if (line && corpus_size < CORPUS)
		action_parse(&corpus[corpus_size++], line);
}

static void *replay(void *arg)
{
	struct worker *worker = arg;
	int i;

	for (i = 0; i < corpus_size; i++)
		act(worker, &corpus[i]);
	__atomic_store_n(&worker->done, true, __ATOMIC_RELEASE);
	return NULL;
}

static void report(void)
{
	int i;

	for (i = 0; i < action_kinds(); i++)
		fuzz_print(action_name(i), &tallies[i]);
	if (switches.accepted)
		fuzz_print("requests beside", &switches);
}

static void interrupted(int number)
{
	(void)number;
}

static void catch_signals_of_bursts(void)
{
	const struct sigaction action = { .sa_handler = interrupted };

	if (sigaction(SIGUSR1, &action, NULL))
		die("sigaction: %s", strerror(errno));
}

FIXTURE(device)
{
};

FIXTURE_SETUP(device)
{
	int i;

	(void)self;
	fuzz_begin(&fuzz);
	scene_open(&scene, fuzz.seed);
	catch_signals_of_bursts();
	for (i = 0; i < ACTION_FILES; i++)
		files[i] = -1;
	for (i = 0; i < WORKERS; i++) {
		actor_open(&workers[i].actor, files, tallies);
		workers[i].seed = fuzz.seed + i * 0x9e3779b9U;
	}
	ASSERT_LE(action_kinds(), KINDS);
	die_hook = print_traces;
}

FIXTURE_TEARDOWN(device)
{
	int i;

	(void)self;
	for (i = 0; i < ACTION_FILES; i++)
		if (files[i] >= 0)
			close(files[i]);
	for (i = 0; i < WORKERS; i++)
		actor_close(&workers[i].actor);
}

static void expect_well(struct __test_metadata *_metadata, const char *wrong)
{
	EXPECT_EQ(NULL, wrong) {
		TH_LOG("%s", wrong);
		print_traces();
	}
}

TEST_F_TIMEOUT(device, survives_its_seeds, DAY)
{
	int lines;

	(void)self;
	lines = fuzz_seeds("device", take_seed, NULL);
	ASSERT_EQ(lines, corpus_size);
	ASSERT_GT(lines, 0);
	start(&workers[0].thread, replay, &workers[0]);
	workers[1].done = true;
	workers[2].done = true;
	while (!__atomic_load_n(&workers[0].done, __ATOMIC_ACQUIRE)) {
		pause_ms(SIGNAL_MS);
		pthread_kill(workers[0].thread, SIGUSR1);
	}
	pthread_join(workers[0].thread, NULL);
	EXPECT_STREQ("", workers[0].actor.failure);
	expect_well(_metadata, scene_check(&scene));
	report();
	expect_well(_metadata, scene_close(&scene));
}

/* Each action has succeeded and failed, where it can. */
static const char *not_exercised(void)
{
	int i;

	for (i = 0; i < action_kinds(); i++)
		if ((action_succeeds(i) && !tallies[i].accepted) ||
		    (action_fails(i) && !tallies[i].refused))
			return action_name(i);
	return switches.accepted ? NULL : "switch";
}

TEST_F_TIMEOUT(device, survives_several_threads, DAY)
{
	const char *wrong = NULL;

	(void)self;
	while (!wrong && (fuzz_goes_on(&fuzz) || (not_exercised() && fuzz_is_patient(&fuzz))))
		wrong = burst();
	expect_well(_metadata, wrong);
	report();
	expect_well(_metadata, scene_close(&scene));
	EXPECT_EQ(NULL, not_exercised()) TH_LOG("%s", not_exercised());
}

TEST_HARNESS_MAIN
