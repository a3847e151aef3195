/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Who runs: the interrupt, its thread, and the mechanisms behind deferred
 * executors. Each waits for its next job for ever, which is a valid end.
 */

/* The interrupt of a top half. */
proctype interrupt(byte t)
{
	RUN_LOCALS;
	byte here, rounds, i;
	byte next;

end:do
	:: line_pass()
	od
}

/* The thread of a top half's action. */
proctype thread(byte t)
{
	RUN_LOCALS;
	byte e;

end:	do
	:: d_step {
		top[t].woken ->
		top[t].woken = 0;
		top[t].threading = 1
	   }
	   thread_run(t, e);
	   top[t].threading = 0
	od
}

/* A softirq, a kworker, a thread of its own. */
proctype mechanism(byte e)
{
	RUN_LOCALS;

end:	do
	:: d_step {
		exec[e].scheduled && (!exec[e].bound || cpu_online) ->
		exec[e].scheduled = 0;
		exec[e].running = 1
	   }
	   exec_run(e);
	   atomic {
		if
		:: true
		/* It may call run() more often than it was kicked. */
		:: exec[e].kind == DEFERRED && !exec[e].closing ->
			exec[e].scheduled = 1
		fi;
		touch(e);
		exec[e].running = 0
	   }
	od
}
