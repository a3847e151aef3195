// SPDX-License-Identifier: GPL-2.0-only
/*
 * CPUs go and come back while events flow: what is bound to one is elsewhere
 * while it is away and there again afterwards, and no event is lost.
 */
#include <stdio.h>
#include <string.h>

#include "kselftest_harness.h"
#include "flow.h"

#define HANDLER		"hotplug"
#define SOURCES		0x00fffe00U
#define ROUNDS		repeats(3)
/* One of each source may be counted already, and still be on its way to us. */
#define IN_FLIGHT	15
#define EVENTS		(IN_FLIGHT + repeats(100))

FIXTURE(hotplug)
{
	struct nl nl;
	int cpu;		/* that goes and comes back */
	struct flow flow;
};

FIXTURE_VARIANT(hotplug)
{
	const char *bottom;
	__u64 delay;
	bool percpu;		/* a lane for each CPU, not bound to one */
	bool placed;		/* the executor is bound to the CPU */
	bool thread;		/* and it is a thread of its own */
};

FIXTURE_VARIANT_ADD(hotplug, kthread)
{
	.bottom = "kthread", .placed = true, .thread = true,
};

FIXTURE_VARIANT_ADD(hotplug, kthread_worker)
{
	.bottom = "kthread-worker", .placed = true, .thread = true,
};

FIXTURE_VARIANT_ADD(hotplug, workqueue)
{
	.bottom = "workqueue", .placed = true,
};

FIXTURE_VARIANT_ADD(hotplug, workqueue_highpri)
{
	.bottom = "workqueue-highpri", .placed = true,
};

FIXTURE_VARIANT_ADD(hotplug, timer)
{
	.bottom = "timer", .placed = true,
};

FIXTURE_VARIANT_ADD(hotplug, timer_delayed)
{
	.bottom = "timer", .placed = true, .delay = 5 * NSEC_PER_MSEC,
};

FIXTURE_VARIANT_ADD(hotplug, lanes_kthread)
{
	.bottom = "kthread", .percpu = true, .placed = true, .thread = true,
};

FIXTURE_VARIANT_ADD(hotplug, lanes_kthread_worker)
{
	.bottom = "kthread-worker", .percpu = true, .placed = true,
	.thread = true,
};

FIXTURE_VARIANT_ADD(hotplug, lanes_timer)
{
	.bottom = "timer", .percpu = true, .placed = true,
};

FIXTURE_VARIANT_ADD(hotplug, lanes_hrtimer_delayed)
{
	.bottom = "hrtimer", .percpu = true, .delay = NSEC_PER_MSEC,
};

FIXTURE_VARIANT_ADD(hotplug, lanes_workqueue)
{
	.bottom = "workqueue", .percpu = true, .placed = true,
};

FIXTURE_VARIANT_ADD(hotplug, lanes_tasklet)
{
	.bottom = "tasklet", .percpu = true,
};

FIXTURE_VARIANT_ADD(hotplug, lanes_napi)
{
	.bottom = "napi", .percpu = true,
};

FIXTURE_VARIANT_ADD(hotplug, lanes_irq_poll)
{
	.bottom = "irq-poll", .percpu = true,
};

FIXTURE_VARIANT_ADD(hotplug, lanes_inline)
{
	.bottom = "inline", .percpu = true,
};

/* True if the machine can do without the CPU, which is back then. */
static bool can_go(int cpu)
{
	return cpu_set_online(cpu, false) && cpu_set_online(cpu, true);
}

static void must_go(int cpu)
{
	if (!cpu_set_online(cpu, false))
		die("CPU %d does not go offline", cpu);
}

static void must_come(int cpu)
{
	if (!cpu_set_online(cpu, true))
		die("CPU %d does not come back", cpu);
}

static void add_handler(struct _test_data_hotplug *self,
			const struct _fixture_variant_hotplug *variant)
{
	struct nl_msg msg;

	request_handler(&msg, IRQLINE_CMD_HANDLER_NEW, LINE, HANDLER);
	nl_put_u32(&msg, IRQLINE_A_HANDLER_SOURCES, SOURCES);
	nl_put_str(&msg, IRQLINE_A_HANDLER_BOTTOM, variant->bottom);
	if (variant->delay)
		nl_put_u64(&msg, IRQLINE_A_HANDLER_DELAY, variant->delay);
	if (variant->percpu)
		nl_put_u32(&msg, IRQLINE_A_HANDLER_LANES,
			   IRQLINE_LANES_PERCPU);
	else
		nl_put_u32(&msg, IRQLINE_A_HANDLER_CPU, self->cpu);
	nl_must(&self->nl, &msg, NULL);
}

FIXTURE_SETUP(hotplug)
{
	if (cpu_count() < 4)
		SKIP(return, "there are fewer than four CPUs");
	self->cpu = cpu_nth(3);
	if (!can_go(self->cpu))
		SKIP(return, "CPU %d cannot be taken offline", self->cpu);
	objects_open(&self->nl);
	add_handler(self, variant);
	self->flow = (struct flow) {
		.line = LINE, .name = HANDLER, .sources = SOURCES,
		.raiser_cpu = cpu_nth(0), .reader_cpu = cpu_nth(1),
		.seed = 1, .percpu = variant->percpu,
	};
}

FIXTURE_TEARDOWN(hotplug)
{
	/* The CPU that a failed test has left away, too. */
	cpu_set_online(self->cpu, true);
	objects_reset(&self->nl);
	nl_close(&self->nl);
}

/* How many events of the handler ran on the CPU while so many came. */
static __u64 ran_there(struct _test_data_hotplug *self, __u64 events)
{
	struct stats before, after;

	stats_get(&self->nl, LINE, HANDLER, &before);
	flow_wait(&self->flow, events);
	stats_get(&self->nl, LINE, HANDLER, &after);
	return after.cpu[self->cpu] - before.cpu[self->cpu];
}

/* The thread that has the events of the CPU, and where it may run. */
static void thread_of(struct _test_data_hotplug *self,
		      const struct _fixture_variant_hotplug *variant,
		      char *list, int size)
{
	struct stats stats;

	if (variant->percpu)
		stats_get_lane(&self->nl, LINE, HANDLER, self->cpu, &stats);
	else
		stats_get(&self->nl, LINE, HANDLER, &stats);
	thread_cpus(stats.pid, list, size);
}

static void check_there(struct __test_metadata *_metadata,
			struct _test_data_hotplug *self,
			const struct _fixture_variant_hotplug *variant)
{
	char list[64], expected[16];

	/* Its lane has work only if the interrupt is taken there. */
	if (variant->percpu)
		line_affinity_soon(&self->nl, LINE, self->cpu);
	flow_wait(&self->flow, EVENTS);
	EXPECT_GE(ran_there(self, EVENTS) + IN_FLIGHT, EVENTS);
	if (!variant->thread)
		return;
	snprintf(expected, sizeof(expected), "%d", self->cpu);
	thread_of(self, variant, list, sizeof(list));
	EXPECT_STREQ(expected, list);
}

static void check_proof(struct __test_metadata *_metadata,
			struct _test_data_hotplug *self)
{
	struct flow *flow = &self->flow;
	struct stats stats;
	int bit;

	flow_stop(flow, &self->nl);
	EXPECT_STREQ("", flow->failure);
	for (bit = 0; bit < 32; bit++)
		EXPECT_EQ(flow->raised[bit], flow->answered[bit]);
	EXPECT_EQ(flow->events, flow_last(flow));
	stats_get(&self->nl, LINE, HANDLER, &stats);
	EXPECT_EQ(flow->events, stats.taken);
	EXPECT_EQ(stats.taken, stats.handled);
}

TEST_F_TIMEOUT(hotplug, of_a_cpu_loses_nothing, 90)
{
	int round;

	flow_start(&self->flow, &self->nl);
	check_there(_metadata, self, variant);
	for (round = 0; round < ROUNDS && !flow_failed(&self->flow); round++) {
		must_go(self->cpu);
		EXPECT_EQ(0, ran_there(self, EVENTS));
		must_come(self->cpu);
		check_there(_metadata, self, variant);
	}
	check_proof(_metadata, self);
}

/* The setting is what it was, and can be changed; on its return it counts. */
TEST_F_TIMEOUT(hotplug, leaves_settings_to_be_changed_meanwhile, 60)
{
	__u32 cpu = handler_u32(&self->nl, LINE, HANDLER,
				IRQLINE_A_HANDLER_CPU);
	struct nl_msg msg;

	flow_start(&self->flow, &self->nl);
	must_go(self->cpu);
	EXPECT_EQ(cpu, handler_u32(&self->nl, LINE, HANDLER,
				   IRQLINE_A_HANDLER_CPU));
	flow_wait(&self->flow, EVENTS);
	request_handler(&msg, IRQLINE_CMD_HANDLER_SET, LINE, HANDLER);
	nl_put_u32(&msg, IRQLINE_A_HANDLER_BUDGET, 3);
	if (variant->thread)
		nl_put_u32(&msg, IRQLINE_A_HANDLER_NICE, -5);
	nl_must(&self->nl, &msg, NULL);
	EXPECT_EQ(0, ran_there(self, EVENTS));
	must_come(self->cpu);
	check_there(_metadata, self, variant);
	check_proof(_metadata, self);
}

/* All but the first go at once, and come back in another order. */
TEST_F_TIMEOUT(hotplug, of_all_cpus_but_one_loses_nothing, 90)
{
	int n;

	flow_start(&self->flow, &self->nl);
	check_there(_metadata, self, variant);
	for (n = cpu_count() - 1; n > 0; n--)
		must_go(cpu_nth(n));
	EXPECT_EQ(0, ran_there(self, EVENTS));
	for (n = cpu_count() - 1; n > 0; n--)
		must_come(cpu_nth(n));
	check_there(_metadata, self, variant);
	check_proof(_metadata, self);
}

TEST_HARNESS_MAIN
