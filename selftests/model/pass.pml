/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * pass.c, and the interrupt's thread of bottom/irq_thread.c: status,
 * acknowledge, hand out, and wake the thread for what waits there.
 */

/* The device's rearm, and each edge: heard by the top halves that are there. */
inline edge(t)
{
	for (t : 1 .. TOPS) {
		if
		:: top[t].started -> top[t].irq = 1
		:: else
		fi
	}
	t = 0
}

inline rearm(t)
{
	if
	:: status -> edge(t)
	:: else
	fi
}

inline thread_tell(tell)
{
	tell = thread_kicked && !thread_told;
	if
	:: tell -> thread_told = 1
	:: else
	fi
}

inline thread_own(owner)
{
	thread_owner = owner;
	if
	:: thread_current -> exec[thread_current].yield = 1
	:: else
	fi
}

inline thread_rouse()
{
#ifndef BREAK_TOLD
	thread_told = 0;
#endif
	if
	:: thread_kicked -> line_wake()
	:: else
	fi
}

/* hub_lock is held, and dropped while the executor runs. */
inline thread_run_one(e)
{
	d_step {
		e = thread_kicked;
		thread_kicked = 0;
		touch(e);
		exec[e].yield = 0;
		thread_current = e;
		hub_drop()
	}
	exec_run(e);
	d_step {
		hub_take();
		touch(e);
		exec[e].yield = 0;
		e = 0;
		thread_current = 0;
		thread_idle = 0
	}
}

inline thread_run(owner, e)
{
	d_step {
		hub_take();
		e = !thread_running;
		if
		:: e ->
			thread_running = 1;
			thread_runner = owner
		:: else -> hub_drop()
		fi
	}
	if
	:: e ->
		do
		:: thread_owner == owner && thread_kicked ->
			thread_run_one(e)
		:: else ->
			break
		od;
		atomic {
			thread_running = 0;
			thread_runner = 0;
			thread_rouse();
			hub_drop()
		}
	:: else
	fi
}

#define PASS_END	0	/* nothing found: the lock is dropped */
#define PASS_TAKE	1	/* an event: is the lane idle? */
#define PASS_QUEUE	2	/* it was not */
#define PASS_FULL	3	/* there is no room for it */
#define PASS_CLAIM	4	/* it is queued: see that it is handled */
#define PASS_KICK	5	/* the lane was taken, or marked */
#ifdef BREAK_CLAIM_FIRST
#define PASS_LATE	6	/* it is queued now */
#endif

/* Context: hub_lock held, and dropped at the end of the pass. */
inline line_rounds_end()
{
	rounds = 0;
	thread_tell(i);
	if
	:: i -> top[t].woken = 1
	:: else
	fi;
	i = 0;
	hub_drop()
}

/* Hand out what a round has found. */
inline line_dispatch()
{
	if
	:: !table_has_handler ->
		line_rounds_end()
	:: table_has_handler ->
		next = PASS_TAKE
	fi
}

/* The lane is owned, or was a moment ago. */
inline line_queue()
{
	if
	:: !lane_full() ->
#ifndef BREAK_CLAIM_FIRST
		lane_queue();
#endif
		next = PASS_CLAIM
	:: lane_full() ->
#ifdef ENDLESS
		line_rounds_end();
		next = PASS_END
#else
		next = PASS_FULL
#endif
	fi
}

/*
 * A round, or the end. A raise between reading and acknowledging the status is one
 * event with what was there.
 */
inline line_round()
{
	next = PASS_END;
	if
	:: status && !line_closed && rounds < ROUNDS ->
		rounds++;
		status = 0;
		line_dispatch()
	:: status && !line_closed && rounds == ROUNDS ->
		rearm(i);
		line_rounds_end()
	:: else ->
		line_rounds_end()
	fi
}

inline line_pass()
{
	atomic {
		top[t].irq && hub_free();
		hub_take();
		top[t].irq = 0;
		top[t].passing++;
		line_round()
	}
	do
	:: atomic {
		next == PASS_TAKE ->
		lane_claim_idle(got);
		if
		:: got ->
			lane_take();
			lane_choose_from_pass(target);
			next = PASS_KICK
		:: else ->
			next = PASS_QUEUE
		fi
	   }
	:: atomic {
		next == PASS_QUEUE ->
		line_queue()
	   }
	:: atomic {
		next == PASS_FULL ->
		lane_overflow();
#ifndef BREAK_OVERFLOW
		next = PASS_CLAIM
#else
		line_round()
#endif
	   }
	:: atomic {
		next == PASS_CLAIM ->
		lane_claim(got);
#ifdef BREAK_CLAIM_FIRST
		next = PASS_LATE
	   }
	:: atomic {
		next == PASS_LATE ->
		lane_queue();
#endif
		if
		:: got -> lane_choose_from_pass(target)
		:: else
		fi;
		next = PASS_KICK
	   }
	:: atomic {
		next == PASS_KICK ->
		if
		:: got -> lane_kick_from_pass(here, target)
		:: else
		fi;
		got = 0;
		line_round()
	   }
	:: next == PASS_END ->
		break
	od;
	if
	:: here -> exec_run_here(here)
	:: else
	fi;
	top[t].passing--
}
