// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "kselftest.h"
#include "buffer.h"
#include "siege.h"

/* Enough for all sources of a flow at once. */
#define QUEUE		16

/* Why the kernel may refuse what was all right when it was chosen. */
static const struct {
	int error;
	const char *text;
} refusals[] = {
	{ EBUSY, "events" },			/* too many wait to be moved */
	{ EINVAL, "there is no such CPU online" },
	{ EINVAL, "none of these CPUs is online" },
	{ EINVAL, "the top half polls" },
	{ EOPNOTSUPP, "the device gets no MSI here" },
	/* A line that is on its way out takes no part in a change, but has its action yet. */
	{ EBUSY, "must agree on IRQF_ONESHOT" },
	{ EBUSY, "the interrupt controller refuses" },
	{ EINVAL, "the interrupt controller refuses" },
	{ ENOSPC, "the interrupt controller refuses" },
};

static bool may_refuse(const struct nl_ack *ack)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(refusals); i++)
		if (ack->error == refusals[i].error &&
		    strstr(ack->text, refusals[i].text))
			return true;
	return false;
}

/* Returns 0, or the error of one that was refused, or has come too late. */
static int ask(struct actor *actor, struct nl_msg *msg, enum fault fault)
{
	struct target *target = actor->target;
	const struct nl_ack *ack = &actor->nl.ack;
	int err = nl_do(&actor->nl, msg, NULL);

	if (!err)
		siege_count(target->siege, fault);
	else if (err == ENODEV || err == ENOENT)
		target_gone(target, actor->name, ack->text);
	else if (may_refuse(ack))
		siege_refuse(target->siege);
	else
		die("%s: %s: %s: %s", target->line, actor->name, strerror(err),
		    ack->text);
	return err;
}

static bool has_gone(int err)
{
	return err == ENODEV || err == ENOENT;
}

static __u32 below(struct actor *actor, __u32 limit)
{
	return random_below(&actor->choice.seed, limit);
}

/* The device's own handlers, which others wait for. */
static bool switch_builtin(struct actor *actor)
{
	struct nl_msg msg;

	request_handler(&msg, IRQLINE_CMD_HANDLER_SET, actor->target->line,
			below(actor, 2) ? "factorial" : "dma");
	choose_strategy(&actor->choice, &msg);
	return !has_gone(ask(actor, &msg, FAULT_SWITCH));
}

static bool switch_flow(struct actor *actor)
{
	struct target *target = actor->target;
	int n = below(actor, FLOWS), err;
	struct nl_msg msg;
	bool percpu;

	request_handler(&msg, IRQLINE_CMD_HANDLER_SET, target->line,
			target->names[n]);
	percpu = choose_bottom(&actor->choice, &msg);
	err = ask(actor, &msg, FAULT_SWITCH);
	if (!err && percpu != actor->percpu[n]) {
		siege_count(target->siege, FAULT_LANES);
		actor->percpu[n] = percpu;
		target->relaned[n] = true;
	}
	return !has_gone(err);
}

static bool tune_flow(struct actor *actor)
{
	struct target *target = actor->target;
	struct nl_msg msg;

	request_handler(&msg, IRQLINE_CMD_HANDLER_SET, target->line,
			target->names[below(actor, FLOWS)]);
	choose_queue(&actor->choice, &msg, QUEUE);
	return !has_gone(ask(actor, &msg, FAULT_QUEUE));
}

static bool change_flow(struct actor *actor)
{
	switch (below(actor, 8)) {
	case 0:
		return switch_builtin(actor);
	case 1:
	case 2:
		return tune_flow(actor);
	default:
		return switch_flow(actor);
	}
}

/* Another handler of the same events, which may lose some. */
static bool change_guest(struct actor *actor)
{
	struct target *target = actor->target;
	int guest = below(actor, GUESTS);
	bool there = actor->guests[guest];
	char name[IRQLINE_NAME_MAX + 1];
	struct nl_msg msg;
	int err;

	snprintf(name, sizeof(name), "guest%d-%d", target->index, guest);
	request_handler(&msg, there ? IRQLINE_CMD_HANDLER_DEL :
				      IRQLINE_CMD_HANDLER_NEW,
			target->line, name);
	if (!there) {
		choose_queue(&actor->choice, &msg, IRQLINE_QUEUE_MIN);
		choose_rank(&actor->choice, &msg, GUEST_SOURCES);
		choose_bottom(&actor->choice, &msg);
	}
	err = ask(actor, &msg, there ? FAULT_DELETE : FAULT_ADD);
	if (!err)
		actor->guests[guest] = !there;
	return !has_gone(err);
}

static bool change_top(struct actor *actor)
{
	static const char * const tops[] = { "hard", "thread", "poll" };
	struct nl_msg msg;

	request_top(&msg, actor->target->line,
		    tops[below(actor, ARRAY_SIZE(tops))]);
	return !has_gone(ask(actor, &msg, FAULT_TOP));
}

static bool change_delivery(struct actor *actor)
{
	struct nl_msg msg;

	request_line(&msg, IRQLINE_CMD_LINE_SET, actor->target->line);
	nl_put_u32(&msg, IRQLINE_A_LINE_DELIVERY, below(actor, 2) ?
		   IRQLINE_DELIVERY_MSI : IRQLINE_DELIVERY_INTX);
	return !has_gone(ask(actor, &msg, FAULT_DELIVERY));
}

static bool change_affinity(struct actor *actor)
{
	char list[16];
	struct nl_msg msg;

	snprintf(list, sizeof(list), "%d", cpu_nth(below(actor, cpu_count())));
	request_line(&msg, IRQLINE_CMD_LINE_SET, actor->target->line);
	nl_put_str(&msg, IRQLINE_A_LINE_AFFINITY, list);
	return !has_gone(ask(actor, &msg, FAULT_AFFINITY));
}

static bool change_line(struct actor *actor)
{
	switch (below(actor, 8)) {
	case 0:
		return change_delivery(actor);
	case 1:
	case 2:
		return change_top(actor);
	case 3:
		return change_affinity(actor);
	default:
		return change_guest(actor);
	}
}

/* True if it was done; else the device has gone. */
static bool called(struct actor *actor, int err)
{
	if (err == ENODEV)
		target_gone(actor->target, actor->name, strerror(err));
	else if (err)
		die("%s: %s: %s", actor->target->line, actor->name,
		    strerror(err));
	return !err;
}

static bool compute(struct actor *actor)
{
	struct edu_factorial f = { .operand = 6 };

	if (!called(actor, dev_error(actor->fd, EDU_IOC_FACTORIAL, &f)))
		return false;
	if (f.result != 720)
		die("6! is %u", f.result);
	return true;
}

static bool transfer(struct actor *actor)
{
	__u32 out = random_u32(&actor->choice.seed), in = ~out;
	struct edu_dma there = buffer_request(EDU_DMA_TO_DEVICE, 8, sizeof(out),
					      &out);
	struct edu_dma back = buffer_request(EDU_DMA_FROM_DEVICE, 8,
					     sizeof(in), &in);

	if (!called(actor, dev_error(actor->fd, EDU_IOC_DMA, &there)) ||
	    !called(actor, dev_error(actor->fd, EDU_IOC_DMA, &back)))
		return false;
	if (in != out)
		die("0x%x comes back as 0x%x", out, in);
	return true;
}

static bool call_device(struct actor *actor)
{
	return below(actor, 4) ? compute(actor) : transfer(actor);
}

static const struct actor cast[ACTORS] = {
	{ .name = "who changes handlers", .act = change_flow },
	{ .name = "who changes the line", .act = change_line },
	{ .name = "who calls the device", .act = call_device },
};

static bool act_once(struct actor *actor)
{
	bool done;

	pthread_rwlock_rdlock(&actor->target->gate);
	done = actor->act(actor);
	pthread_rwlock_unlock(&actor->target->gate);
	return done;
}

static void *act(void *arg)
{
	struct actor *actor = arg;

	while (!target_stops(actor->target) && act_once(actor))
		actor->acts++;
	return NULL;
}

void actors_start(struct target *target)
{
	struct actor *actor;
	int i;

	for (i = 0; i < ACTORS; i++) {
		actor = &target->actors[i];
		*actor = cast[i];
		actor->target = target;
		nl_open(&actor->nl, IRQLINE_FAMILY_NAME);
		choice_init(&actor->choice, &actor->nl,
			    random_u32(&target->seed));
		actor->fd = dev_open(target->line, O_WRONLY);
		if (pthread_create(&actor->thread, NULL, act, actor))
			die("cannot start a thread");
	}
}

void actors_join(struct target *target)
{
	struct actor *actor;

	for (actor = target->actors; actor < target->actors + ACTORS; actor++) {
		pthread_join(actor->thread, NULL);
		close(actor->fd);
		nl_close(&actor->nl);
	}
}
