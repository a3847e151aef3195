// SPDX-License-Identifier: GPL-2.0-only
/*
 * A life begins with a line that is as new, on which handlers are put whose events
 * prove themselves. It ends in the midst of all, and whoever used the line is told; or
 * in peace at the end of a round, and then all counts are known.
 */
#include <sched.h>
#include <stdio.h>
#include <string.h>

#include "kselftest.h"
#include "bus.h"
#include "siege.h"

#define QUEUE		64
/* A life is at least as long as it takes to see so many events of each flow. */
#define YOUNG		20
#define OLD		200

static const struct {
	const char *name;
	enum flow_reader how;
	__u32 sources;
} cast[FLOWS] = {
	{ "polled", FLOW_BY_POLL, 0x000000feU },
	{ "read", FLOW_BY_READ, 0x0000fe00U },
	{ "mapped", FLOW_BY_RING, 0x00ff0000U },
};

bool target_stops(struct target *target)
{
	return __atomic_load_n(&target->stop, __ATOMIC_ACQUIRE);
}

void target_gone(struct target *target, const char *who, const char *text)
{
	if (!__atomic_load_n(&target->doomed, __ATOMIC_ACQUIRE))
		die("%s, life %u: %s is told: %s", target->line, target->lives,
		    who, text);
}

void target_arrive(struct target *target)
{
	WAIT_UNTIL(bus_line(target->function, target->line,
			    sizeof(target->line)), BUS_PATIENCE,
		   "the device has a line");
}

/* Nothing of the life before is left. */
static void check_fresh(struct target *target)
{
	static const char * const builtins[] = { "factorial", "dma" };
	int handlers = line_u32(&target->nl, target->line,
				IRQLINE_A_LINE_HANDLERS);
	unsigned int i;

	if (handlers != (int)ARRAY_SIZE(builtins))
		die("%s has %d handlers when it comes", target->line, handlers);
	for (i = 0; i < ARRAY_SIZE(builtins); i++)
		if (stats_taken(&target->nl, target->line, builtins[i]))
			die("%s/%s has had events when it comes", target->line,
			    builtins[i]);
}

static void start_flow(struct target *target, int n)
{
	struct flow *flow = &target->flows[n];
	char *name = target->names[n];
	struct nl_msg msg;

	snprintf(name, sizeof(target->names[n]), "%s%d", cast[n].name,
		 target->index);
	request_handler(&msg, IRQLINE_CMD_HANDLER_NEW, target->line, name);
	nl_put_u32(&msg, IRQLINE_A_HANDLER_SOURCES, cast[n].sources);
	nl_put_u32(&msg, IRQLINE_A_HANDLER_PRIORITY, IRQLINE_PRIORITY_MAX);
	nl_put_u32(&msg, IRQLINE_A_HANDLER_QUEUE, QUEUE);
	nl_must(&target->nl, &msg, NULL);
	*flow = (struct flow) {
		.line = target->line, .name = name, .sources = cast[n].sources,
		.raiser_cpu = -1, .reader_cpu = -1, .how = cast[n].how,
		.seed = random_u32(&target->seed), .percpu = true,
		.gate = &target->gate,
	};
	target->relaned[n] = false;
	flow_start(flow, &target->nl);
}

static void begin(struct target *target)
{
	int n;

	/* Who comes first finds what other tests have left. */
	if (target->lives)
		check_fresh(target);
	target->doomed = false;
	target->stop = false;
	target->lives++;
	for (n = 0; n < FLOWS; n++)
		start_flow(target, n);
	actors_start(target);
}

static void check_flow(struct target *target, struct flow *flow)
{
	const char *wrong = flow_proof(flow);

	if (wrong[0])
		die("%s/%s, life %u: %s", target->line, flow->name,
		    target->lives, wrong);
	target->events += flow->events;
	target->raised += flow_raised(flow);
	target->answered += flow_answered(flow);
	target->cut += flow_cut(flow);
}

void target_settle(struct target *target)
{
	struct flow *flow;

	for (flow = target->flows; flow < target->flows + FLOWS; flow++) {
		flow_settle(flow);
		if (flow_failed(flow))
			check_flow(target, flow);
	}
}

/* All has been handled, and nothing was lost, whatever happened to the handler. */
static void check_account(struct target *target, int n)
{
	const struct flow *flow = &target->flows[n];
	struct stats stats;

	stats_get(&target->nl, target->line, flow->name, &stats);
	if (stats.handled != stats.taken || stats.dropped || stats.merged ||
	    stats.pending || stats.taken > flow->events ||
	    (!target->relaned[n] && stats.taken != flow->events))
		die("%s of %llu: taken %llu handled %llu dropped %llu merged %llu pending %llu",
		    flow->name, (unsigned long long)flow->events,
		    (unsigned long long)stats.taken,
		    (unsigned long long)stats.handled,
		    (unsigned long long)stats.dropped,
		    (unsigned long long)stats.merged,
		    (unsigned long long)stats.pending);
}

/* In peace. */
static void finish(struct target *target)
{
	int n;

	__atomic_store_n(&target->stop, true, __ATOMIC_RELEASE);
	actors_join(target);
	for (n = 0; n < FLOWS; n++) {
		flow_stop(&target->flows[n], &target->nl);
		check_flow(target, &target->flows[n]);
		check_account(target, n);
	}
}

/* Everybody has been told: files by the error, requests by the name. */
static void end(struct target *target)
{
	struct flow *flow;

	for (flow = target->flows; flow < target->flows + FLOWS; flow++) {
		flow_end(flow);
		check_flow(target, flow);
	}
	__atomic_store_n(&target->stop, true, __ATOMIC_RELEASE);
	actors_join(target);
}

static void unbind(struct target *target)
{
	bus_unbind(target->function);
}

static void bind(struct target *target)
{
	bus_bind(target->function);
}

static void take_off(struct target *target)
{
	bus_remove(target->function);
}

static void look_for(struct target *target)
{
	bus_rescan();
	target->since = ++target->siege->arrivals;
}

static void unplug(struct target *target)
{
	machine_unplug(target->machine_name, target->function);
}

/* Its slot is part of the name by which it comes back: it is the same function. */
static void plug(struct target *target)
{
	char name[64];

	snprintf(name, sizeof(name), "%s,addr=%s", target->machine_name,
		 strrchr(target->function, ':') + 1);
	machine_plug(name, target->function);
	target->since = ++target->siege->arrivals;
}

static const struct {
	enum fault fault;
	void (*go)(struct target *target);
	void (*come)(struct target *target);
	bool alone;	/* nothing else may come meanwhile */
	bool registers_go, registers_come;	/* with it, or stay where they are */
} ends[] = {
	{ .fault = FAULT_UNBIND, .go = unbind, .come = bind },
	{ .fault = FAULT_REMOVE, .go = take_off, .come = look_for,
	  .registers_come = true },
	{ .fault = FAULT_UNPLUG, .go = unplug, .come = plug, .alone = true,
	  .registers_go = true, .registers_come = true },
};

void gates_enter(struct siege *siege)
{
	int i;

	for (i = 0; i < TARGETS; i++)
		pthread_rwlock_rdlock(&siege->targets[i].gate);
}

void gates_leave(struct siege *siege)
{
	int i;

	for (i = 0; i < TARGETS; i++)
		pthread_rwlock_unlock(&siege->targets[i].gate);
}

/* While the registers of this one go or come, nobody is at those of the others. */
static void others_stop(struct target *target)
{
	struct siege *siege = target->siege;
	int i;

	for (i = 0; i < TARGETS; i++)
		if (i != target->index)
			pthread_rwlock_wrlock(&siege->targets[i].gate);
}

static void others_go_on(struct target *target)
{
	struct siege *siege = target->siege;
	int i;

	for (i = 0; i < TARGETS; i++)
		if (i != target->index)
			pthread_rwlock_unlock(&siege->targets[i].gate);
}

/* With "moves" the registers of this one come or go, too. */
static void take_step(struct target *target, void (*step)(struct target *),
		      bool moves)
{
	if (moves)
		others_stop(target);
	step(target);
	if (moves)
		others_go_on(target);
}

/* One after the other, so that each comes to pass; not the same for all lines. */
static int next_end(struct target *target, int last)
{
	do {
		last = (last + 1) % ARRAY_SIZE(ends);
	} while (target->siege->cannot[ends[last].fault]);
	return last;
}

/*
 * While one goes, none comes: who is yet to be told would take it for the former, if it
 * has the same name. Between, another one may go or come.
 */
static void go_and_come(struct target *target, int how)
{
	pthread_mutex_t *bus = &target->siege->bus;

	pthread_mutex_lock(bus);
	take_step(target, ends[how].go, ends[how].registers_go);
	end(target);
	if (!ends[how].alone) {
		pthread_mutex_unlock(bus);
		sched_yield();
		pthread_mutex_lock(bus);
	}
	take_step(target, ends[how].come, ends[how].registers_come);
	target_arrive(target);
	pthread_mutex_unlock(bus);
}

/*
 * What was raised up to a moment ago is answered, and all goes on, when the line goes
 * and another one comes.
 */
static void replace(struct target *target, int how)
{
	int n;

	pthread_mutex_lock(&target->hold);
	target_settle(target);
	for (n = 0; n < FLOWS; n++)
		flow_doom(&target->flows[n]);
	__atomic_store_n(&target->doomed, true, __ATOMIC_RELEASE);
	go_and_come(target, how);
	siege_count(target->siege, ends[how].fault);
	begin(target);
	pthread_mutex_unlock(&target->hold);
}

static void *keep(void *arg)
{
	struct target *target = arg;
	int n;

	while (!siege_over(target->siege)) {
		n = random_below(&target->seed, FLOWS);
		flow_wait(&target->flows[n], YOUNG +
			  random_below(&target->seed, OLD - YOUNG));
		target->how = next_end(target, target->how);
		replace(target, target->how);
	}
	return NULL;
}

void target_start(struct target *target)
{
	nl_open(&target->nl, IRQLINE_FAMILY_NAME);
	target_arrive(target);
	begin(target);
	target->alive = true;
	if (pthread_create(&target->keeper, NULL, keep, target))
		die("cannot start a thread");
}

void target_finish(struct target *target)
{
	pthread_join(target->keeper, NULL);
	pthread_mutex_lock(&target->hold);
	target->alive = false;
	finish(target);
	pthread_mutex_unlock(&target->hold);
	nl_close(&target->nl);
}
