/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What all parts share: sizes, properties, the line's lock, and the state of a
 * line with one lane. Names are those of the code, less irqline_.
 */

/* At most so many events and switches of the bottom half. */
#ifndef EVENTS
#define EVENTS		3
#endif
#ifndef SWITCHES
#define SWITCHES	2
#endif

/* Events that the queue holds. */
#ifndef QUEUE
#define QUEUE		EVENTS
#endif

/* Rounds of status and acknowledge in one pass. */
#ifndef ROUNDS
#define ROUNDS		2
#endif

/* Top halves that there are in turn. */
#ifndef TOPS
#define TOPS		1
#endif

/*
 * The properties. Each is true until something breaks it, and is named so that
 * the checker's message tells which it was.
 */
bool handled_once_in_order = true;
bool one_consumer = true;
bool executor_is_there = true;
bool executor_can_be_kicked = true;
bool lane_is_there = true;
bool account_is_exact = true;
bool switch_waits_for_one_event = true;
bool top_half_is_there = true;
bool nothing_waits = true;
bool alarm_ends = true;
bool all_requests_end = true;

inline check(property, condition)
{
	if
	:: (condition)
	:: else ->
		property = false;
		assert(property)
	fi
}

/* Strategies, by what quiesce does with a kick and where run() is called. */
#define STUB		0	/* lane->none */
#define DEFERRED	1	/* may run what is scheduled, or take it off */
#define INLINE		2	/* run by the pass, or spilled */
#define IRQ_THREAD	3	/* on the list of the interrupt's thread */

/* The executor that each switch makes; further ones follow the CPU. */
#ifdef HOTPLUG
#define MOVES		2
#else
#define MOVES		0
#endif
#define NONE		0	/* lane->none: no executor */
#define EXECS		(1 + SWITCHES + MOVES)	/* numbered from 1 */

/* irqline_exec, and what strategies embed it in. */
typedef Exec {
	byte kind;
	bit token;
	bit yield;
	bit bound;		/* to the CPU that goes */
	bit alive;		/* between create and destroy */
	bit closing;		/* quiesce has begun */
	bit scheduled;		/* its mechanism will call run() */
	bit running;		/* its mechanism is at it */
	byte busy;		/* irqline_busy.count, less the one of quiesce */
	bit late;		/* took an event after it was replaced */
};

Exec exec[EXECS + 1];

/* irqline_lane */
#define OWNED		1
#define MISSED		2
#define WAITING		1
#define WORK		2

byte lane_exec;
byte lane_state;
byte lane_taken, lane_dropped, lane_handled;
byte lane_stage;		/* what lane_event is */
byte lane_event;
byte lane_last;			/* the number of the last event handled */
bit lane_alive = 1;
bit lane_overflowing;

/* irqline_queue */
byte queue_ring[QUEUE];
byte queue_head, queue_tail;

/* irqline_hub and its irqline_thread */
bit hub_lock;
byte thread_kicked;		/* the list; one lane has at most one there */
byte thread_current;
byte thread_idle;		/* executor whose quiesce waits */
byte thread_owner;
byte thread_runner;		/* who runs it */
bit thread_running, thread_told;

/*
 * irqline_line: top halves are numbered from 1, and 0 is none. The table has
 * the handler as long as it is there.
 */
byte line_top;
bit line_closed;
bit table_has_handler = 1;

/* irqline_top, and what the interrupt core knows of its action */
typedef Top {
	bit started;
	bit irq;		/* an edge that it has yet to hear */
	byte passing;
	bit woken;		/* its thread */
	bit threading;
	bit late;		/* its thread took an event after that */
};

Top top[TOPS + 1];

/* The device: a status bit that stays until it is acknowledged. */
bit status;

/* The indices run free, here as far as they tell full from empty. */
#define INDICES		(2 * QUEUE)
#define queue_next(i)	((i + 1) % INDICES)
#define queue_fill()	((queue_tail + INDICES - queue_head) % INDICES)
#define queue_empty()	(queue_tail == queue_head)

/* One that waits elsewhere counts. */
#define lane_waiting()	(queue_fill() + (lane_stage == WAITING))
#define lane_full()	(lane_waiting() == QUEUE)
#define lane_empty()	(queue_empty() && lane_stage != WAITING)

/*
 * irqline_lane_counts(): whoever holds the lock may read an exact account. Where
 * events never end, nothing is counted.
 */
#ifdef ENDLESS
#define count(n)	skip
#define lane_counts()	true
#else
#define count(n)	n++
#define lane_counts() \
	(lane_taken == lane_handled + lane_dropped + queue_fill() + (lane_stage != 0))
#endif

/*
 * The lock is fair: where events never end, no pass begins while somebody waits
 * for it. What takes it is no inline, since what blocks has to be the first
 * statement of a step itself.
 */
#ifdef ENDLESS
byte hub_waiting;
#define HUB_WAIT	hub_waiting++;
#define HUB_WAITED	hub_waiting--;
#ifndef BREAK_FAIR
#define hub_free()	(!hub_lock && !hub_waiting)
#else
#define hub_free()	(!hub_lock)
#endif
#else
#define HUB_WAIT
#define HUB_WAITED
#define hub_free()	(!hub_lock)
#endif

#define hub_take() \
	!hub_lock -> \
	hub_lock = 1; \
	check(account_is_exact, lane_counts())

#define hub_drop() \
	hub_lock = 0
