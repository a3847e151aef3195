// SPDX-License-Identifier: GPL-2.0-only
/*
 * All at once, in random order: events are raised and read, handlers and top halves
 * switched, interrupts moved and CPUs taken away, the system is suspended, and the
 * lines' devices are unbound, removed and unplugged in the midst of it. Within each life of
 * a line, nothing is lost, doubled or reordered; whoever uses a line that goes is told; and
 * what any handler has taken is handled, dropped, merged or pending at every moment. Each
 * round ends in peace, with all raises answered, and the modules are loaded anew.
 *
 * IRQLINE_SIEGE_SECONDS makes a longer run; IRQLINE_SIEGE_OFFLINE=0 leaves the CPUs there.
 * IRQLINE_SIEGE_SEED repeats the choices of a run, though not the moments that they meet.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "kselftest_harness.h"
#include "bus.h"
#include "module.h"
#include "siege.h"

#define SECONDS		20
#define ROUND_MAX	30
/* What has not been done by then is still waited for. */
#define GRACE		60
/* A run ends by itself, or by a flow that stalls. */
#define DAY		86400
/* Between one suspend and the next, all counts are read so often, or a little more. */
#define DUMPS		4

static const char * const faults[FAULTS] = {
	[FAULT_SWITCH] = "switch", [FAULT_LANES] = "change of lanes",
	[FAULT_QUEUE] = "queue", [FAULT_TOP] = "top half",
	[FAULT_DELIVERY] = "delivery", [FAULT_AFFINITY] = "affinity",
	[FAULT_ADD] = "handler added", [FAULT_DELETE] = "handler deleted",
	[FAULT_IRQ] = "smp_affinity", [FAULT_OFFLINE] = "CPU offline",
	[FAULT_FREEZE] = "freezer", [FAULT_SUSPEND] = "suspend of devices",
	[FAULT_CORE] = "suspend to core",
	[FAULT_UNBIND] = "unbind", [FAULT_REMOVE] = "remove",
	[FAULT_UNPLUG] = "unplug", [FAULT_RELOAD] = "rmmod and insmod",
};

void siege_count(struct siege *siege, enum fault fault)
{
	__atomic_add_fetch(&siege->done[fault], 1, __ATOMIC_RELAXED);
}

void siege_refuse(struct siege *siege)
{
	__atomic_add_fetch(&siege->refused, 1, __ATOMIC_RELAXED);
}

bool siege_over(struct siege *siege)
{
	return __atomic_load_n(&siege->over, __ATOMIC_ACQUIRE);
}

FIXTURE(siege)
{
	struct siege siege;
};

/* True if the machine can do without its last CPU, which is back then. */
static bool can_take_cpu(void)
{
	int cpu = cpu_nth(cpu_count() - 1);

	return cpu_count() > 1 && cpu_set_online(cpu, false) &&
	       cpu_set_online(cpu, true);
}

static void find_out(struct siege *siege)
{
	const char *why;

	if (!env_number("IRQLINE_SIEGE_OFFLINE", 1))
		siege->cannot[FAULT_OFFLINE] = "IRQLINE_SIEGE_OFFLINE is 0";
	else if (!can_take_cpu())
		siege->cannot[FAULT_OFFLINE] = "no CPU goes offline";
	why = pm_open(&siege->pm);
	siege->cannot[FAULT_FREEZE] = why;
	siege->cannot[FAULT_SUSPEND] = why;
	siege->cannot[FAULT_CORE] = why ?: pm_cannot(&siege->pm, "core");
	if (!machine_serves())
		siege->cannot[FAULT_UNPLUG] = "there is nobody to unplug a device";
	siege->cannot[FAULT_RELOAD] = module_missing();
}

/*
 * The kernel loads no module for anybody while processes are frozen, and a switch to uio
 * would be refused then. Where the kernel has none, nobody switches to it.
 */
static void have_uio(struct nl *nl)
{
	struct nl_msg msg;

	handler_new(nl, LINE, "siege-uio", 0x2U, "inline");
	request_handler(&msg, IRQLINE_CMD_HANDLER_SET, LINE, "siege-uio");
	nl_put_str(&msg, IRQLINE_A_HANDLER_BOTTOM, "uio");
	nl_do(nl, &msg, NULL);
	handler_del(nl, LINE, "siege-uio");
}

/* Who waits to have it alone is not to wait for ever. */
static void gate_init(pthread_rwlock_t *gate)
{
	pthread_rwlockattr_t attr;

	pthread_rwlockattr_init(&attr);
	pthread_rwlockattr_setkind_np(&attr,
				      PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP);
	pthread_rwlock_init(gate, &attr);
	pthread_rwlockattr_destroy(&attr);
}

static void aim(struct siege *siege, int index, const char *line)
{
	struct target *target = &siege->targets[index];

	target->siege = siege;
	target->index = index;
	target->how = index;
	target->since = ++siege->arrivals;
	target->seed = random_u32(&siege->seed);
	dev_function(line, target->function, sizeof(target->function));
	snprintf(target->machine_name, sizeof(target->machine_name), "%s", line);
	pthread_mutex_init(&target->hold, NULL);
	gate_init(&target->gate);
}

FIXTURE_SETUP(siege)
{
	struct siege *siege = &self->siege;

	objects_open(&siege->nl);
	if (!line_exists(&siege->nl, NEIGHBOUR))
		SKIP(return, "there is no second device");
	siege->seconds = env_number("IRQLINE_SIEGE_SECONDS", SECONDS);
	siege->seed = env_number("IRQLINE_SIEGE_SEED", time(NULL));
	ksft_print_msg("IRQLINE_SIEGE_SEED=%u\n", siege->seed);
	pthread_mutex_init(&siege->bus, NULL);
	have_uio(&siege->nl);
	find_out(siege);
	aim(siege, 0, LINE);
	aim(siege, 1, NEIGHBOUR);
	nl_close(&siege->nl);
}

/* In the parent, for who dies leaves much to be put back. */
FIXTURE_TEARDOWN_PARENT(siege)
{
	struct nl nl;

	if (!self->siege.cannot[FAULT_SUSPEND])
		pm_close(&self->siege.pm);
	siege_repair();
	objects_open(&nl);
	nl_close(&nl);
}

static void watch_counts(struct siege *siege)
{
	char text[256];

	if (!stats_all_add_up(&siege->nl, NULL, text, sizeof(text)))
		die("%s", text);
	siege->dumps++;
}

/* Each first for once, then mostly the one that does not take seconds. */
static void suspend(struct siege *siege)
{
	bool deep = !siege->done[FAULT_SUSPEND] ||
		    !random_below(&siege->seed, 8);

	if (siege->cannot[FAULT_SUSPEND])
		return;
	if (siege->done[FAULT_FREEZE] && deep)
		siege_suspend(siege);
	else
		siege_freeze(siege);
}

/* What can be done, and was not: a fault, or FAULTS. */
static enum fault missing(const struct siege *siege)
{
	enum fault fault;

	for (fault = 0; fault < FAULTS; fault++)
		if (!siege->done[fault] && !siege->cannot[fault])
			return fault;
	return FAULTS;
}

static void start(struct siege *siege)
{
	struct target *target;

	nl_open(&siege->nl, IRQLINE_FAMILY_NAME);
	__atomic_store_n(&siege->over, false, __ATOMIC_RELEASE);
	for (target = siege->targets; target < siege->targets + TARGETS;
	     target++)
		target_start(target);
	mover_start(siege);
}

static void finish(struct siege *siege)
{
	struct target *target;

	__atomic_store_n(&siege->over, true, __ATOMIC_RELEASE);
	mover_join(siege);
	for (target = siege->targets; target < siege->targets + TARGETS;
	     target++)
		target_finish(target);
	watch_counts(siege);
	nl_close(&siege->nl);
}

static void one_round(struct siege *siege, __u64 end)
{
	unsigned int wait = 0;

	start(siege);
	do {
		watch_counts(siege);
		if (wait--)
			continue;
		suspend(siege);
		wait = DUMPS + random_below(&siege->seed, 4 * DUMPS);
	} while (now_ns() < end);
	finish(siege);
	if (!siege->cannot[FAULT_RELOAD])
		siege_reload(siege);
}

static __u64 sum(const struct siege *siege, size_t offset)
{
	__u64 total = 0;
	int i;

	for (i = 0; i < TARGETS; i++)
		total += *(const __u64 *)((const char *)&siege->targets[i] +
					  offset);
	return total;
}

#define SUM(siege, member) \
	((unsigned long long)sum(siege, offsetof(struct target, member)))

static unsigned long long lost(const struct siege *siege)
{
	return SUM(siege, raised) - SUM(siege, answered) - SUM(siege, cut);
}

static void report(const struct siege *siege)
{
	enum fault fault;

	ksft_print_msg("%u switches, %llu events of %llu raises, lost %llu\n",
		       siege->done[FAULT_SWITCH], SUM(siege, events),
		       SUM(siege, raised), lost(siege));
	ksft_print_msg("%u lives of %d lines, whose ends cut off %llu raises\n",
		       siege->targets[0].lives + siege->targets[1].lives,
		       TARGETS, SUM(siege, cut));
	for (fault = 0; fault < FAULTS; fault++) {
		if (siege->cannot[fault])
			ksft_print_msg("%-18s     -  %s\n", faults[fault],
				       siege->cannot[fault]);
		else
			ksft_print_msg("%-18s %5u\n", faults[fault],
				       siege->done[fault]);
	}
	ksft_print_msg("%u refused, all counts read %u times\n", siege->refused,
		       siege->dumps);
}

TEST_F_TIMEOUT(siege, loses_nothing_whatever_happens, DAY)
{
	struct siege *siege = &self->siege;
	__u64 now = now_ns(), end = now + siege->seconds * NSEC_PER_SEC;
	unsigned int rounds = 2 + siege->seconds / ROUND_MAX;
	enum fault fault;

	while (now < end || (missing(siege) != FAULTS &&
			     now < end + GRACE * NSEC_PER_SEC)) {
		one_round(siege, now + siege->seconds * NSEC_PER_SEC / rounds);
		now = now_ns();
	}
	report(siege);
	EXPECT_EQ(0, lost(siege));
	for (fault = 0; fault < FAULTS; fault++) {
		EXPECT_TRUE(siege->done[fault] || siege->cannot[fault])
			TH_LOG("%s", faults[fault]);
	}
}

TEST_HARNESS_MAIN
