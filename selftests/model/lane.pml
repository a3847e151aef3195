/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * lane.c: order, ownership and switching.
 *
 * Steps are merged where nobody can tell: taking the lock, and what only who
 * holds it looks at, with what comes next; dropping it with what came before;
 * what is the owner's alone with a look at what is not. All else that is not
 * atomic in the code is not atomic here.
 */

/* Local variables of who runs lanes. */
#define RUN_LOCALS \
	byte event, target, step; \
	bit got, done

inline lane_touch()
{
	check(lane_is_there, lane_alive)
}

/* Who finds the lane idle need not queue what he has. */
inline lane_claim_idle(claimed)
{
	lane_touch();
	claimed = !lane_state;
	if
	:: claimed ->
		check(one_consumer, !lane_stage);
		check(handled_once_in_order, queue_empty());
		lane_state = OWNED
	:: else
	fi
}

inline lane_claim(claimed)
{
	lane_touch();
	claimed = !(lane_state & OWNED);
	lane_state = (claimed -> OWNED : lane_state | MISSED)
}

/* With what follows if it fails: the mark is cleared before the next look. */
inline lane_give_up(gave)
{
	lane_touch();
#ifdef BREAK_GIVE_UP
	gave = 1;
#else
	gave = lane_state == OWNED;
#endif
	lane_state = (gave -> 0 : lane_state & ~MISSED)
}

/* Producer, owning the lane: the token, but for what the pass runs itself ... */
inline lane_choose_from_pass(target)
{
	lane_touch();
	target = lane_exec;
	if
	:: exec[target].kind != INLINE -> exec_set(target)
	:: else
	fi
}

/* ... and the kick. @here is the list of the pass. */
inline lane_kick_from_pass(here, target)
{
	if
	:: exec[target].kind == INLINE ->
		check(one_consumer, !here);
		inline_claim(target);
		here = target
	:: else ->
		exec_kick(target, false)
	fi;
	target = 0
}

/* Owner, not in a pass. @from is its executor. */
inline lane_kick(from, target)
{
	HUB_WAIT
	d_step {
		hub_take();
		HUB_WAITED
		lane_touch();
		target = lane_exec;
		exec_set(target)
	}
	d_step {
		exec_kick(target, target != from);
		hub_drop();
		target = 0
	}
}

#ifdef BREAK_ORDER
#define lane_first()	(lane_stage == WAITING && queue_empty())
#else
#define lane_first()	(lane_stage == WAITING)
#endif

inline lane_next(e, event)
{
	lane_touch();
	touch(e);
	check(one_consumer, lane_stage != WORK);
	if
	:: lane_first() ->
		event = lane_event;
		lane_event = 0
	:: else ->
		event = queue_ring[queue_head % QUEUE];
		queue_head = queue_next(queue_head)
	fi;
	lane_stage = WORK
}

inline lane_done()
{
	lane_stage = 0;
	count(lane_handled)
}

/* The next number, but for those that were dropped. */
#if defined(ENDLESS)
#define lane_number()		queue_next(lane_taken)
#define lane_in_order(event)	(event == queue_next(lane_last))
#elif defined(OVERFLOW)
#define lane_number()		(lane_taken + 1)
#define lane_in_order(event)	(event > lane_last)
#else
#define lane_number()		(lane_taken + 1)
#define lane_in_order(event)	(event == lane_last + 1)
#endif

/*
 * Whoever was replaced while it ran takes at most the event that it had begun. So
 * does the interrupt's thread that has lost the list.
 */
inline lane_handle(e, event)
{
	check(handled_once_in_order, lane_in_order(event));
	lane_last = event;
	event = 0;
	if
	:: lane_exec != e ->
		check(switch_waits_for_one_event, !exec[e].late);
		exec[e].late = 1
	:: else
	fi;
	if
	:: exec[e].kind == IRQ_THREAD && line_top != thread_runner ->
		check(switch_waits_for_one_event, !top[thread_runner].late);
		top[thread_runner].late = 1
	:: else
	fi;
	lane_done()
}

#define RUN_LOOK	0	/* compare, and look at the queue */
#define RUN_WORK	1	/* an event is in work */
#define RUN_EMPTY	2	/* the queue was empty */
#define RUN_RELIEF	3	/* an episode of overflow has ended */
#define RUN_HAND_ON	4	/* no more here */
#define RUN_STRAY	5	/* no token: nothing to do */

#ifdef BREAK_COMPARE
#define lane_replaced(e)	(lane_exec != e && !done)
#else
#define lane_replaced(e)	(lane_exec != e)
#endif

#ifdef BREAK_YIELD
#define exec_yields(e)		false
#else
#define exec_yields(e)		exec[e].yield
#endif

/* The next step of a run. The budget may be used up with any event. */
inline lane_look(e)
{
	if
	:: lane_replaced(e) ->
		step = RUN_HAND_ON
	:: !lane_replaced(e) && lane_empty() ->
		step = RUN_EMPTY
	:: !lane_replaced(e) && !lane_empty() && done ->
		step = RUN_HAND_ON
	:: !lane_replaced(e) && !lane_empty() && !(done && exec_yields(e)) ->
		lane_next(e, event);
		step = RUN_WORK
	fi
}

/* The queue was empty: end an episode of overflow, or give up. */
inline lane_end()
{
	if
	:: lane_overflowing ->
		step = RUN_RELIEF
	:: else ->
		lane_give_up(got);
		step = RUN_LOOK
	fi
}

inline lane_relieve()
{
	lane_overflowing = 0
}

/* The owner of a lane, from irqline_exec_run() on. */
inline lane_run(e)
{
	do
	:: atomic {
		step == RUN_LOOK ->
		lane_look(e)
	   }
	:: atomic {
		step == RUN_WORK ->
		lane_handle(e, event);
		done = 1;
		lane_look(e)
	   }
	:: atomic {
		step == RUN_EMPTY ->
		lane_end();
		if
		:: got -> break
		:: else
		fi
	   }
	:: atomic {
		step == RUN_RELIEF && !hub_lock ->
		lane_relieve();
		step = RUN_LOOK
	   }
	:: step == RUN_HAND_ON ->
		lane_kick(e, target);
		break
	od;
#ifdef BREAK_LAST_TOUCH
	lane_stage = 0;
#endif
	step = RUN_LOOK;
	done = 0;
	got = 0
}

inline exec_run(e)
{
	atomic {
		exec_take(e, got);
#ifdef BREAK_TOKEN
		got = 1;
#endif
		step = RUN_LOOK;
		if
		:: got ->
			got = 0;
			lane_look(e)
		:: else ->
			step = RUN_STRAY
		fi
	}
	if
	:: step != RUN_STRAY -> lane_run(e)
	:: else
	fi;
	step = RUN_LOOK
}

inline exec_run_here(e)
{
	atomic {
		touch(e);
		step = RUN_LOOK;
		lane_look(e)
	}
	lane_run(e);
	d_step {
		touch(e);
#if !defined(BREAK_BUSY) && !defined(BREAK_LEAVE)
		busy_leave(e);
#endif
		e = 0
	}
}

/* Producer, having claimed an idle lane. Context: hub_lock held. */
inline lane_take()
{
	lane_touch();
	lane_taken = lane_number();
	lane_event = lane_taken;
	lane_stage = WAITING
}

/* Producer, having found the lane owned. Context: hub_lock held. */
inline lane_queue()
{
	lane_touch();
	lane_taken = lane_number();
	queue_ring[queue_tail % QUEUE] = lane_taken;
	queue_tail = queue_next(queue_tail)
}

inline lane_bite()
{
	lane_overflowing = 1
}

/* The queue was full. */
inline lane_overflow()
{
	lane_touch();
	lane_bite();
	lane_taken++;
	lane_dropped++
}

inline lane_publish(e, old)
{
	lane_touch();
	old = lane_exec;
	lane_exec = e
}

inline lane_replace(new, old)
{
	d_step {
#ifndef BREAK_PUBLISH
		hub_take();
#endif
		HUB_WAITED
		lane_publish(new, old);
#ifndef BREAK_PUBLISH
		hub_drop()
#endif
	}
}

inline lane_retire(old, got, target)
{
#ifdef BREAK_DESTROY
	exec[old].alive = 0;
#endif
	exec_quiesce(old);
	atomic {
		exec_take(old, got)
	}
#ifndef BREAK_OWED
	if
	:: got -> lane_kick(old, target)
	:: else
	fi;
#endif
	exec_destroy(old);
	got = 0
}

inline lane_park(old)
{
	HUB_WAIT
	lane_replace(NONE, old);
	exec_quiesce(old);
	exec_destroy(old)
}

inline lane_stop(old)
{
	lane_park(old);
	d_step {
		hub_take();
#ifndef BREAK_STOP
		lane_dropped = lane_dropped + lane_waiting();
#endif
		queue_head = queue_tail;
		lane_stage = 0;
		lane_event = 0;
		hub_drop()
	}
}

/* irqline_lane_destroy(): with the last reference to the handler. */
inline lane_destroy()
{
	lane_alive = 0
}
