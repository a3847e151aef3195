/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A model of how irqline hands events from one half to the other while both are
 * switched. Documentation/model.rst explains it; selftests/model/check runs it.
 */

bit cpu_online = 1;

#include "hub.pml"
#include "bottom.pml"
#include "lane.pml"
#include "pass.pml"
#include "tops.pml"
#include "run.pml"

/* handler->mutex, and what it protects */
bit handler_mutex;
bit handler_dead;
#ifdef BREAK_DEAD
#define handler_gone()	false
#else
#define handler_gone()	handler_dead
#endif
byte created;			/* executors so far */
byte ended;			/* of the processes below */

/* The CPU hotplug lock, which one of either side takes at a time. */
bit cpus_lock;

inline choose(strategy)
{
	if
#ifdef WITH_DEFERRED
	:: strategy = DEFERRED
#endif
#ifdef WITH_INLINE
	:: strategy = INLINE
#endif
#ifdef WITH_IRQ_THREAD
	:: strategy = IRQ_THREAD
#endif
	fi
}

/*
 * Raises events. What it raises before the last one was acknowledged is one with
 * that, so it waits.
 */
proctype device()
{
	byte raised, i;

end:	do
	:: d_step {
		raised < EVENTS && !status ->
		count(raised);
		status = 1;
		edge(i)
	   }
	:: raised == EVENTS ->
		break
	od
}

/* One executor for another. Context: handler_mutex held. */
inline change_create(strategy, is_bound)
{
	created++;
	exec_create(created, strategy, is_bound)
}

proctype request()
{
	byte strategy, old, target, n;
	bit got;

	do
	:: atomic {
		n < SWITCHES && !cpus_lock && !handler_mutex ->
		n++;
		if
		:: !handler_dead ->
			cpus_lock = 1;
			handler_mutex = 1;
			choose(strategy);
			change_create(strategy, cpu_online);
			strategy = 0;
			HUB_WAIT
			lane_replace(created, old)
		:: else
		fi
	   }
	   if
	   :: old ->
		lane_retire(old, got, target);
		atomic {
			old = 0;
			handler_mutex = 0;
			cpus_lock = 0
		}
	   :: else
	   fi
	:: n == SWITCHES ->
		break
	od;
	ended++
}

/* irqline_roster_end() */
proctype removal()
{
	byte old;

	if
	:: d_step {
		hub_take();
		table_has_handler = 0;
		hub_drop()
	   }
	   d_step {
		!handler_mutex ->
		handler_mutex = 1;
		handler_dead = 1
	   }
	   lane_stop(old);
	   atomic {
		handler_mutex = 0;
		lane_destroy()
	   }
	:: true
	fi;
	atomic {
		old = 0;
		ended++
	}
}

/* hotplug.c: what is bound goes before the CPU does, and comes back after it. */
inline hotplug_move(is_bound, old)
{
	!handler_mutex ->
	if
	:: !handler_gone() ->
		handler_mutex = 1;
		change_create(exec[lane_exec].kind, is_bound);
		HUB_WAIT
		lane_replace(created, old)
	:: else
	fi
}

inline hotplug_retire(old, got, target)
{
	if
	:: old ->
		lane_retire(old, got, target);
		atomic {
			old = 0;
			handler_mutex = 0
		}
	:: else
	fi
}

proctype hotplug()
{
	byte old, target;
	bit got;

	d_step {
		!cpus_lock ->
		cpus_lock = 1
	}
#ifndef BREAK_OFFLINE
	atomic {
		hotplug_move(0, old)
	}
	hotplug_retire(old, got, target);
#endif
	atomic {
		cpu_online = 0;
		cpus_lock = 0
	}
	if
	:: true
	:: d_step {
		!cpus_lock ->
		cpus_lock = 1;
		cpu_online = 1
	   }
#ifndef BREAK_OFFLINE
	   atomic {
		hotplug_move(1, old)
	   }
	   hotplug_retire(old, got, target);
#endif
	   cpus_lock = 0
	fi;
	ended++
}

/* One change of the top half. */
proctype retop()
{
	byte i;

	if
	:: tops_replace(1, 2, i)
	:: tops_exchange(1, 2, i)
	fi;
	ended++
}

/* What of these there is. */
#ifdef REMOVAL
#define REMOVALS	1
#else
#define REMOVALS	0
#endif
#ifdef HOTPLUG
#define HOTPLUGS	1
#else
#define HOTPLUGS	0
#endif
#define REQUESTS	(1 + REMOVALS + HOTPLUGS + TOPS - 1)

/* Whoever has come to rest has left nothing behind. */
proctype rest()
{
end:	timeout;
	d_step {
		check(all_requests_end, ended == REQUESTS);
		check(account_is_exact, lane_counts());
		check(nothing_waits, !status && !queue_fill() && !lane_stage);
		check(nothing_waits, handler_dead || !lane_state);
#ifndef OVERFLOW
		check(account_is_exact, handler_dead || !lane_dropped);
#endif
		check(alarm_ends, handler_dead || !lane_overflowing)
	}
}

init {
	byte i;

	atomic {
		exec[NONE].alive = 1;
		top_start(1);
		line_top = 1;
		thread_owner = 1;
		choose(i);
		created = 1;
		exec_create(1, i, 1);
		lane_exec = 1;

		run device();
		for (i : 1 .. TOPS) {
			run interrupt(i);
#ifdef WITH_IRQ_THREAD
			run thread(i);
#endif
		}
		for (i : 1 .. EXECS) {
			run mechanism(i);
		}
		i = 0;
		run request();
#ifdef REMOVAL
		run removal();
#endif
#ifdef HOTPLUG
		run hotplug();
#endif
#if TOPS > 1
		run retop();
#endif
#ifndef ENDLESS
		run rest();
#endif
	}
}

#ifdef ENDLESS
/* Under weak fairness: switches end, and events are handled, though more come. */
ltl endless {
	(<> (ended == REQUESTS)) && ([] <> (lane_stage == WORK))
}
#endif
