// SPDX-License-Identifier: GPL-2.0-only
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "kselftest.h"
#include "bus.h"
#include "module.h"
#include "siege.h"

#define SLEEPER		"sleeper"
/*
 * Work for longer than a line waits for it to end, and what of that has passed when it
 * begins to; a handler that is deleted waits for one of them.
 */
#define SLEEPS		40
#define SLEEP_NS	NSEC_PER_SEC
/* Between two things that happen to the machine, so many events. */
#define PAUSE		8

/* Returns a target that stays as it is until it is let go, if there is one now. */
static struct target *hold_any(struct siege *siege, __u32 *seed)
{
	struct target *target = &siege->targets[random_below(seed, TARGETS)];

	if (pthread_mutex_trylock(&target->hold))
		return NULL;
	if (target->alive)
		return target;
	pthread_mutex_unlock(&target->hold);
	return NULL;
}

static void let_go(struct target *target)
{
	pthread_mutex_unlock(&target->hold);
}

/* The kernel may have reasons of its own not to move it. */
static void move_irq(struct siege *siege, struct target *target, struct nl *nl,
		     __u32 *seed)
{
	char path[64], mask[16];
	bool moved;

	snprintf(path, sizeof(path), "/proc/irq/%u/smp_affinity",
		 line_u32(nl, target->line, IRQLINE_A_LINE_IRQ));
	snprintf(mask, sizeof(mask), "%x",
		 1U << cpu_nth(random_below(seed, cpu_count())));
	gates_enter(siege);
	moved = file_write(path, mask);
	gates_leave(siege);
	if (moved)
		siege_count(siege, FAULT_IRQ);
	else
		siege_refuse(siege);
}

/* Every line that lives goes on without the CPU. */
static void settle_all(struct siege *siege)
{
	struct target *target;

	for (target = siege->targets; target < siege->targets + TARGETS;
	     target++) {
		pthread_mutex_lock(&target->hold);
		if (target->alive)
			target_settle(target);
		pthread_mutex_unlock(&target->hold);
	}
}

static bool set_online(struct siege *siege, int cpu, bool online)
{
	bool done;
	int err;

	gates_enter(siege);
	done = cpu_set_online(cpu, online);
	err = errno;
	gates_leave(siege);
	errno = err;
	return done;
}

/* While the system is suspended, no CPU may go or come. */
static void take_cpu(struct siege *siege, int cpu)
{
	if (!set_online(siege, cpu, false)) {
		if (errno != EBUSY)
			die("CPU %d does not go offline: %s", cpu,
			    strerror(errno));
		siege_refuse(siege);
		return;
	}
	settle_all(siege);
	WAIT_UNTIL(set_online(siege, cpu, true), 2 * EVENT_TIMEOUT,
		   "the CPU comes back");
	siege_count(siege, FAULT_OFFLINE);
}

static void disturb(struct siege *siege, struct nl *nl, __u32 *seed)
{
	struct target *target;

	if (!random_below(seed, 4) && !siege->cannot[FAULT_OFFLINE]) {
		take_cpu(siege, cpu_nth(1 + random_below(seed, cpu_count() - 1)));
		return;
	}
	target = hold_any(siege, seed);
	if (!target)
		return;
	move_irq(siege, target, nl, seed);
	flow_wait(&target->flows[random_below(seed, FLOWS)], PAUSE);
	let_go(target);
}

static void *move(void *arg)
{
	struct siege *siege = arg;
	struct nl nl;

	nl_open(&nl, IRQLINE_FAMILY_NAME);
	while (!siege_over(siege))
		disturb(siege, &nl, &siege->mover_seed);
	nl_close(&nl);
	return NULL;
}

void mover_start(struct siege *siege)
{
	siege->mover_seed = random_u32(&siege->seed);
	if (pthread_create(&siege->mover, NULL, move, siege))
		die("cannot start a thread");
}

void mover_join(struct siege *siege)
{
	pthread_join(siege->mover, NULL);
}

void siege_freeze(struct siege *siege)
{
	int err = pm_freeze(&siege->pm);

	if (err)
		die("the processes cannot be frozen: %s", strerror(err));
	siege_count(siege, FAULT_FREEZE);
}

/* The device that came first is asked last, and so the others sleep when it refuses. */
static struct target *first_come(struct siege *siege)
{
	struct target *first = siege->targets, *target;

	for (target = first + 1; target < siege->targets + TARGETS; target++)
		if (target->since < first->since)
			first = target;
	return first;
}

static void refuse_to_sleep(struct siege *siege, struct target *target)
{
	struct nl *nl = &siege->nl;
	int fd = dev_open(target->line, O_WRONLY), i;
	const char *wrong;

	handler_new(nl, target->line, SLEEPER, SLEEPER_SOURCE, "workqueue");
	handler_work(nl, target->line, SLEEPER, IRQLINE_WORK_SLEEP, SLEEP_NS);
	for (i = 0; i < SLEEPS; i++)
		raise_taken(nl, fd, target->line, SLEEPER, SLEEPER_SOURCE);
	wrong = pm_suspend(&siege->pm, target->function);
	if (wrong)
		die("%s", wrong);
	if (!handler_del(nl, target->line, SLEEPER))
		die("%s was at rest, and refused to sleep", target->line);
	close(fd);
}

/* All devices sleep, and what else may down to there. */
static void reach(struct siege *siege, const char *level)
{
	int err = pm_reach(&siege->pm, level);

	if (err)
		die("the system cannot be suspended down to %s: %s", level, strerror(err));
}

/* To the core first, which is after all others, then to any. */
static void go_down(struct siege *siege)
{
	static const char * const levels[] = {
		"devices", "platform", "processors",
	};
	unsigned int n = random_below(&siege->seed, ARRAY_SIZE(levels) + 1);

	if (n < ARRAY_SIZE(levels) && siege->done[FAULT_CORE]) {
		reach(siege, levels[n]);
	} else {
		reach(siege, "core");
		siege_count(siege, FAULT_CORE);
	}
}

/* Of the lines that sleep and wake, everything goes on. */
void siege_suspend(struct siege *siege)
{
	struct target *target;

	for (target = siege->targets; target < siege->targets + TARGETS;
	     target++)
		pthread_mutex_lock(&target->hold);
	if (siege->cannot[FAULT_CORE])
		refuse_to_sleep(siege, first_come(siege));
	else
		go_down(siege);
	for (target = siege->targets; target < siege->targets + TARGETS;
	     target++) {
		target_settle(target);
		pthread_mutex_unlock(&target->hold);
	}
	siege_count(siege, FAULT_SUSPEND);
}

void siege_reload(struct siege *siege)
{
	module_unload("edu");
	module_unload("irqline");
	module_load("irqline");
	module_load("edu");
	siege_count(siege, FAULT_RELOAD);
}

static bool is_edu(const char *function)
{
	char path[PATH_MAX], vendor[16], device[16];

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/vendor", function);
	if (!file_read(path, vendor, sizeof(vendor)))
		return false;
	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/device", function);
	return file_read(path, device, sizeof(device)) &&
	       !strcmp(vendor, "0x1234") && !strcmp(device, "0x11e8");
}

static void bind_all(void)
{
	char line[IRQLINE_NAME_MAX + 1];
	DIR *dir = opendir("/sys/bus/pci/devices");
	struct dirent *entry;

	if (!dir)
		die("there is no PCI bus");
	while ((entry = readdir(dir)))
		if (is_edu(entry->d_name) &&
		    !bus_line(entry->d_name, line, sizeof(line)))
			bus_bind(entry->d_name);
	closedir(dir);
}

void siege_repair(void)
{
	int n;

	for (n = 1; n < cpu_count(); n++)
		cpu_set_online(cpu_nth(n), true);
	if (!module_loaded("irqline"))
		module_load("irqline");
	if (!module_loaded("edu"))
		module_load("edu");
	bus_rescan();
	bind_all();
}
