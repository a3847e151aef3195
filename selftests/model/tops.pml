/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * tops.c: switching the top half, beside the old one (MSI) or after it (INTx, or
 * a change of the delivery).
 */

/* top->ops->start(): request_threaded_irq() */
inline top_start(t)
{
	top[t].started = 1
}

/*
 * top->ops->stop(): free_irq(). Edges are lost from here on. Waits for passes and
 * for the thread, which may run once more or not.
 */
inline top_stop(t)
{
	d_step {
		top[t].started = 0;
		top[t].irq = 0
	}
	top[t].passing == 0;
	atomic {
		!top[t].threading;
		top[t].woken = 0;
		top[t].late = 0
	}
}

inline tops_close(closed)
{
	d_step {
		hub_take();
		line_closed = closed;
		hub_drop()
	}
}

inline tops_publish(t)
{
	d_step {
		hub_take();
		line_top = t;
#ifdef BREAK_OWN
		if
		:: t -> thread_own(t)
		:: else
		fi;
#else
		thread_own(t);
#endif
		hub_drop()
	}
}

inline tops_catch_up(i)
{
	d_step {
		hub_take();
#ifndef BREAK_ROUSE
		thread_rouse();
#endif
#ifndef BREAK_REARM
		rearm(i);
#endif
		hub_drop()
	}
}

inline tops_down(t)
{
	tops_close(1);
	tops_publish(0);
	top_stop(t)
}

inline tops_up(t, i)
{
	tops_publish(t);
	tops_close(0);
	tops_catch_up(i)
}

inline tops_replace(old, new, i)
{
	tops_down(old);
	top_start(new);
	tops_up(new, i)
}

inline tops_exchange(old, new, i)
{
#ifndef BREAK_START
	top_start(new);
#endif
	tops_publish(new);
#ifdef BREAK_START
	top_start(new);
#endif
	top_stop(old);
	tops_catch_up(i)
}
