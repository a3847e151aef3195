/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Strategies: create, kick, claim, quiesce and destroy. What calls run() is in
 * run.pml.
 */

inline touch(e)
{
	check(executor_is_there, exec[e].alive)
}

inline exec_set(e)
{
	touch(e);
	exec[e].token = 1
}

inline exec_take(e, got)
{
	touch(e);
	got = exec[e].token;
	exec[e].token = 0
}

/* irqline_line_wake() */
inline line_wake()
{
	if
	:: line_top ->
		check(top_half_is_there, top[line_top].started);
		top[line_top].woken = 1
	:: else
	fi
}

inline irq_thread_kick(e)
{
	check(one_consumer, !thread_kicked || thread_kicked == e);
	thread_kicked = e
}

/* exec->ops->kick(), and the wake-up that the one who kicked owes. */
inline exec_kick(to, wake)
{
	touch(to);
	check(executor_can_be_kicked, !exec[to].closing);
	if
	:: exec[to].kind == DEFERRED || exec[to].kind == INLINE ->
		exec[to].scheduled = 1
	:: exec[to].kind == IRQ_THREAD ->
		irq_thread_kick(to);
		if
		:: wake ->
			line_wake()
		:: else
		fi
	:: exec[to].kind == STUB
	fi
}

inline busy_enter(e)
{
	exec[e].busy++
}

inline busy_leave(e)
{
	exec[e].busy--
}

inline inline_claim(e)
{
	touch(e);
	check(executor_can_be_kicked, !exec[e].closing);
#ifndef BREAK_BUSY
	busy_enter(e)
#endif
}

inline exec_create(e, strategy, is_bound)
{
	d_step {
		exec[e].kind = strategy;
		exec[e].bound = is_bound;
		exec[e].alive = 1
	}
}

/*
 * cancel_work_sync(), tasklet_kill(), kthread_stop(): what is scheduled may run
 * first or be taken off. What runs is waited for.
 */
inline mechanism_quiesce(e)
{
	do
	:: atomic {
		exec[e].scheduled ->
		exec[e].scheduled = 0
	   }
	:: !exec[e].scheduled && !exec[e].running ->
		break
	od
}

inline irq_thread_quiesce(e)
{
	d_step {
		hub_take();
		if
		:: thread_kicked == e -> thread_kicked = 0
		:: else
		fi;
		if
		:: thread_current == e -> thread_idle = e
		:: else
		fi;
		hub_drop()
	}
#ifndef BREAK_IDLE
	thread_idle != e
#endif
}

/* exec->ops->quiesce() */
inline exec_quiesce(e)
{
	exec[e].closing = 1;
	if
	:: exec[e].kind == DEFERRED ->
		mechanism_quiesce(e)
	:: exec[e].kind == INLINE ->
		mechanism_quiesce(e);
		exec[e].busy == 0
	:: exec[e].kind == IRQ_THREAD ->
		irq_thread_quiesce(e)
	fi
}

/* exec->ops->destroy() */
inline exec_destroy(e)
{
	atomic {
		touch(e);
		exec[e].alive = 0;
		exec[e].kind = STUB;
		exec[e].token = 0;
		exec[e].yield = 0;
		exec[e].bound = 0;
		exec[e].closing = 0;
		exec[e].late = 0
	}
}
