/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A siege: lines at work, and all that may happen to them, at once.
 *
 * siege_life.c    the lives of a line, one after the other, and their ends
 * siege_actor.c   who uses and changes a line as long as it lives
 * siege_machine.c what happens to all lines: CPUs, suspend, the modules
 */
#ifndef SIEGE_H
#define SIEGE_H

#include <limits.h>
#include <pthread.h>
#include <stdbool.h>

#include "choice.h"
#include "flow.h"
#include "pm.h"

#define TARGETS		2
#define FLOWS		3
#define GUESTS		6

/* What others may look at, and what is for a suspend. */
#define GUEST_SOURCES	0x40fffefeU
#define SLEEPER_SOURCE	0x80000000U

enum fault {
	/* By requests. */
	FAULT_SWITCH, FAULT_LANES, FAULT_QUEUE, FAULT_TOP, FAULT_DELIVERY,
	FAULT_AFFINITY, FAULT_ADD, FAULT_DELETE,
	/* To the machine. */
	FAULT_IRQ, FAULT_OFFLINE, FAULT_FREEZE, FAULT_SUSPEND, FAULT_CORE,
	/* These end a life. */
	FAULT_UNBIND, FAULT_REMOVE, FAULT_UNPLUG, FAULT_RELOAD,
	FAULTS
};

struct siege;
struct target;

/* Who does one thing after the other to a line, in a thread, until it has gone. */
struct actor {
	const char *name;
	/* Returns false when told that the line has gone. */
	bool (*act)(struct actor *actor);

	struct target *target;
	pthread_t thread;
	struct nl nl;
	struct choice choice;
	int fd;
	unsigned int acts;
	bool guests[GUESTS];		/* that are there */
	bool percpu[FLOWS];		/* as it has set the lanes */
};

#define ACTORS	3

/* A device, and the life that its line has now. */
struct target {
	struct siege *siege;
	int index;
	char function[NAME_MAX + 1];
	char machine_name[32];		/* as the machine calls the device */
	unsigned int since;		/* which of all devices came when */
	__u32 seed;
	struct nl nl;
	pthread_t keeper;

	/* Who holds it finds the line alive, and keeps it so. */
	pthread_mutex_t hold;
	/*
	 * Held for reading by whoever has the device at work, for writing while the registers
	 * of another one come or go: an emulator may lead accesses astray then, see
	 * Documentation/testing.rst.
	 */
	pthread_rwlock_t gate;
	bool alive;			/* but before and after a round */

	/* Of this life. */
	char line[IRQLINE_NAME_MAX + 1];
	char names[FLOWS][IRQLINE_NAME_MAX + 1];
	struct flow flows[FLOWS];
	struct actor actors[ACTORS];
	bool relaned[FLOWS];		/* its counts have started anew */
	bool doomed;			/* the line may go */
	bool stop;			/* no actor is to go on */

	/* Of all lives. */
	int how;			/* the last one has ended */
	unsigned int lives;
	__u64 events, raised, answered, cut;
};

struct siege {
	__u32 seed;
	unsigned int seconds;
	struct target targets[TARGETS];
	const char *cannot[FAULTS];	/* why it cannot be done here, or NULL */
	unsigned int done[FAULTS], refused;
	unsigned int arrivals;		/* of devices; by who holds the bus */
	unsigned int dumps;
	bool over;			/* this round */
	struct pm pm;
	struct nl nl;
	pthread_mutex_t bus;		/* held while a device goes, or comes */
	pthread_t mover;
	__u32 mover_seed;
};

void siege_count(struct siege *siege, enum fault fault);
void siege_refuse(struct siege *siege);
bool siege_over(struct siege *siege);

/* Begins the lives of a target, in a thread, and waits for the end of the last. */
void target_start(struct target *target);
void target_finish(struct target *target);
/* The calling thread holds it. */
void target_settle(struct target *target);
bool target_stops(struct target *target);
/* One was told that the line has gone. That is so, or the test ends. */
void target_gone(struct target *target, const char *who, const char *text);
/* Waits for the device to have a line, of which it takes the name. */
void target_arrive(struct target *target);
/* Keep the registers of all devices where they are. */
void gates_enter(struct siege *siege);
void gates_leave(struct siege *siege);

void actors_start(struct target *target);
/* They end by themselves when the line goes, or target->stop is set. */
void actors_join(struct target *target);

/* Moves interrupts and CPUs, in a thread, until the round is over. */
void mover_start(struct siege *siege);
void mover_join(struct siege *siege);
/* Suspends the system, one way or the other. */
void siege_freeze(struct siege *siege);
void siege_suspend(struct siege *siege);
/* Unloads the modules and loads them; nobody uses them. */
void siege_reload(struct siege *siege);
/* Puts back what a failed test may have left: CPUs, modules, devices. */
void siege_repair(void);

#endif /* SIEGE_H */
