// SPDX-License-Identifier: GPL-2.0-only
/*
 * As many handlers as a line can have, on two lines at once: added, changed,
 * switched and deleted in random order while events flow. A steady handler of each
 * line loses nothing by it, and where another driver has the same INTx, that one
 * goes on, too.
 *
 * IRQLINE_CROWD_SECONDS makes a longer run. IRQLINE_CROWD_SEED repeats the choices
 * of a run, though not the moments that they meet.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "kselftest_harness.h"
#include "choice.h"
#include "flow.h"
#include "foreign.h"

#define HANDLERS_MAX	256
#define STEADY		"steady"
#define SOURCES		0x03fffefeU
/* So that one of them has about 20 receivers. */
#define RANKED		0x03ffffffU
#define SECONDS		20
/* A run ends by itself, or by a flow that stalls. */
#define DAY		86400
#define SIDES		2
#define QUEUE_MAX	(IRQLINE_QUEUE_MIN << 3)

enum { ADD, DELETE, SWITCH, RANK, TUNE, READ, ACTIONS };

static const char * const actions[ACTIONS] = {
	"added", "deleted", "switched", "moved", "tuned", "read",
};

/* One line, and who changes its handlers. */
struct side {
	const char *line;
	struct nl nl;
	struct choice choice;
	int members;			/* that there can be beside the others */
	bool there[HANDLERS_MAX];
	unsigned int done[ACTIONS], refused;
	__u64 pending;			/* of those that were deleted */
	__u64 memory;			/* before there was any */
	__u32 handlers;
	struct flow flow;
	pthread_t thread;
	bool stop;
};

static void member_name(int member, char *name, size_t size)
{
	snprintf(name, size, "member%d", member);
}

static void request_member(struct nl_msg *msg, __u8 cmd, const struct side *side,
			   int member)
{
	char name[IRQLINE_NAME_MAX + 1];

	member_name(member, name, sizeof(name));
	request_handler(msg, cmd, side->line, name);
}

/*
 * What waits may be too much for one lane or for a smaller queue. Then the handler is as
 * it was.
 */
static void do_change(struct side *side, struct nl_msg *msg)
{
	if (!nl_do(&side->nl, msg, NULL))
		return;
	if (side->nl.ack.error != EBUSY || !strstr(side->nl.ack.text, "events"))
		die("%s: %s", side->line, side->nl.ack.text);
	side->refused++;
}

static void add_member(struct side *side, int member)
{
	struct nl_msg msg;

	request_member(&msg, IRQLINE_CMD_HANDLER_NEW, side, member);
	choose_queue(&side->choice, &msg, IRQLINE_QUEUE_MIN);
	choose_rank(&side->choice, &msg, RANKED);
	choose_bottom(&side->choice, &msg);
	nl_must(&side->nl, &msg, NULL);
	side->there[member] = true;
	side->done[ADD]++;
}

static void read_member(struct side *side, int member)
{
	char name[IRQLINE_NAME_MAX + 1];
	struct stats s;

	member_name(member, name, sizeof(name));
	stats_get(&side->nl, side->line, name, &s);
	if (!stats_add_up(&s))
		die("%s/%s: taken %llu handled %llu dropped %llu merged %llu pending %llu",
		    side->line, name, (unsigned long long)s.taken,
		    (unsigned long long)s.handled, (unsigned long long)s.dropped,
		    (unsigned long long)s.merged, (unsigned long long)s.pending);
	side->done[READ]++;
}

/* The answer says what was pending: no more than the queues held, and one at work. */
static void delete_member(struct side *side, int member)
{
	struct nl_list reply = { 0 };
	struct nl_msg msg;
	__u64 pending;

	read_member(side, member);
	request_member(&msg, IRQLINE_CMD_HANDLER_DEL, side, member);
	nl_must(&side->nl, &msg, &reply);
	pending = nl_u64(nl_first(&reply), IRQLINE_A_HANDLER_PENDING);
	nl_free(&reply);
	if (pending > (QUEUE_MAX + 1) * CPUS_MAX)
		die("%llu were pending", (unsigned long long)pending);
	side->pending += pending;
	side->there[member] = false;
	side->done[DELETE]++;
}

static void set_member(struct side *side, int member, int action)
{
	struct nl_msg msg;

	request_member(&msg, IRQLINE_CMD_HANDLER_SET, side, member);
	if (action == SWITCH)
		choose_bottom(&side->choice, &msg);
	else if (action == RANK)
		choose_rank(&side->choice, &msg, RANKED);
	else
		choose_queue(&side->choice, &msg, IRQLINE_QUEUE_MIN);
	do_change(side, &msg);
	side->done[action]++;
}

/* So that there are nearly as many as there can be, most of the time. */
static void act(struct side *side)
{
	int member = random_below(&side->choice.seed, side->members);
	int action = random_below(&side->choice.seed, ACTIONS);

	if (!side->there[member])
		add_member(side, member);
	else if (action == READ || action == ADD)
		read_member(side, member);
	else if (action == DELETE)
		delete_member(side, member);
	else
		set_member(side, member, action);
}

static void *act_for_ever(void *arg)
{
	struct side *side = arg;

	while (!__atomic_load_n(&side->stop, __ATOMIC_ACQUIRE))
		act(side);
	return NULL;
}

FIXTURE(crowd)
{
	struct nl nl;
	struct side sides[SIDES];
	struct foreign foreign;
	unsigned int seconds;
	__u32 seed;
};

FIXTURE_VARIANT(crowd)
{
	bool shared;		/* one INTx, with another driver */
};

FIXTURE_VARIANT_ADD(crowd, of_two_lines) { .shared = false };
FIXTURE_VARIANT_ADD(crowd, of_lines_that_share) { .shared = true };

/* Why this variant is not for this machine, or NULL. */
static const char *not_here(struct nl *nl, bool shared)
{
	bool three = line_exists(nl, SPARE);

	if (!shared)
		return three ? "there is a third device, so they share" : NULL;
	if (!three)
		return "there is no third device for another driver";
	return foreign_missing() ? : lines_share(nl);
}

static void side_init(struct side *side, const char *line, __u32 *seed)
{
	side->line = line;
		nl_open(&side->nl, IRQLINE_FAMILY_NAME);
	choice_init(&side->choice, &side->nl, random_u32(seed));
	side->memory = line_u64(&side->nl, line, IRQLINE_A_LINE_MEMORY);
	side->handlers = line_u32(&side->nl, line, IRQLINE_A_LINE_HANDLERS);
	side->members = HANDLERS_MAX - side->handlers - 1;
}

FIXTURE_SETUP(crowd)
{
	const char *why;

	foreign_reclaim();
	objects_open(&self->nl);
	why = not_here(&self->nl, variant->shared);
	if (why)
		SKIP(return, "%s", why);
	self->seconds = env_number("IRQLINE_CROWD_SECONDS", repeats(SECONDS));
	self->seed = env_number("IRQLINE_CROWD_SEED", time(NULL));
	ksft_print_msg("IRQLINE_CROWD_SEED=%u\n", self->seed);
	side_init(&self->sides[0], LINE, &self->seed);
	side_init(&self->sides[1], NEIGHBOUR, &self->seed);
	if (!variant->shared)
		return;
	foreign_init(&self->foreign, SPARE);
	ASSERT_TRUE(foreign_come(&self->foreign));
}

FIXTURE_TEARDOWN(crowd)
{
	foreign_go(&self->foreign);
	objects_reset(&self->nl);
	nl_close(&self->nl);
}

static void start_flow(struct side *side, const char *bottom)
{
	struct nl_msg msg;

	request_handler(&msg, IRQLINE_CMD_HANDLER_NEW, side->line, STEADY);
	nl_put_u32(&msg, IRQLINE_A_HANDLER_SOURCES, SOURCES);
	nl_put_u32(&msg, IRQLINE_A_HANDLER_PRIORITY, IRQLINE_PRIORITY_MAX);
	nl_put_str(&msg, IRQLINE_A_HANDLER_BOTTOM, bottom);
	nl_must(&side->nl, &msg, NULL);
	side->flow = (struct flow) {
		.line = side->line, .name = STEADY, .sources = SOURCES,
		.raiser_cpu = -1, .reader_cpu = -1, .seed = side->choice.seed,
	};
	flow_start(&side->flow, &side->nl);
}

static void fill(struct __test_metadata *_metadata, struct side *side)
{
	int member;

	for (member = 0; member < side->members; member++)
		add_member(side, member);
	EXPECT_EQ(HANDLERS_MAX, line_u32(&side->nl, side->line,
					 IRQLINE_A_LINE_HANDLERS));
}

/* In random order, too. */
static void empty(struct side *side)
{
	int left = 0, member;

	for (member = 0; member < side->members; member++)
		left += side->there[member];
	for (; left; left--) {
		member = random_below(&side->choice.seed, side->members);
		while (!side->there[member])
			member = (member + 1) % side->members;
		delete_member(side, member);
	}
}

static void report(const struct side *side)
{
	char text[256] = "";
	int i;

	for (i = 0; i < ACTIONS; i++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text),
			 ", %s %u", actions[i], side->done[i]);
	ksft_print_msg("%s: %llu events%s, refused %u, pending %llu\n",
		       side->line, (unsigned long long)side->flow.events, text,
		       side->refused, (unsigned long long)side->pending);
}

static void check_side(struct __test_metadata *_metadata, struct side *side)
{
	struct stats stats;
	int i;

	EXPECT_STREQ("", flow_proof(&side->flow));
	stats_get(&side->nl, side->line, STEADY, &stats);
	EXPECT_EQ(side->flow.events, stats.taken);
	EXPECT_EQ(stats.taken, stats.handled);
	handler_del(&side->nl, side->line, STEADY);
	EXPECT_EQ(side->memory, line_u64(&side->nl, side->line,
					 IRQLINE_A_LINE_MEMORY));
	EXPECT_EQ(side->handlers, line_u32(&side->nl, side->line,
					   IRQLINE_A_LINE_HANDLERS));
	for (i = 0; i < ACTIONS; i++) {
		EXPECT_GT(side->done[i], 0)
			TH_LOG("action %d", i);
	}
}

/* All there are, while they come and go. */
static void watch(struct __test_metadata *_metadata,
		  struct _test_data_crowd *self)
{
	__u64 end = now_ns() + self->seconds * NSEC_PER_SEC;
	char text[256];
	unsigned int i;

	for (i = 0; now_ns() < end; i++) {
		struct side *side = &self->sides[i % SIDES];

		ASSERT_TRUE(stats_all_add_up(&self->nl, side->line, text,
					     sizeof(text)))
			TH_LOG("%s", text);
		if (flow_failed(&side->flow))
			break;
	}
}

TEST_F_TIMEOUT(crowd, changes_while_events_flow, DAY)
{
	struct side *side;

	start_flow(&self->sides[0], "tasklet");
	start_flow(&self->sides[1], "kthread");
	if (variant->shared)
		foreign_start(&self->foreign);
	for (side = self->sides; side < self->sides + SIDES; side++) {
		fill(_metadata, side);
		ASSERT_EQ(0, pthread_create(&side->thread, NULL, act_for_ever,
					    side));
	}
	watch(_metadata, self);
	for (side = self->sides; side < self->sides + SIDES; side++)
		__atomic_store_n(&side->stop, true, __ATOMIC_RELEASE);
	for (side = self->sides; side < self->sides + SIDES; side++)
		ASSERT_EQ(0, pthread_join(side->thread, NULL));
	for (side = self->sides; side < self->sides + SIDES; side++) {
		empty(side);
		flow_stop(&side->flow, &side->nl);
		report(side);
		check_side(_metadata, side);
	}
	if (!variant->shared)
		return;
	foreign_stop(&self->foreign);
	ksft_print_msg("%llu interrupts of " FOREIGN_NAME "\n",
		       (unsigned long long)self->foreign.interrupts);
	EXPECT_GT(self->foreign.interrupts, 0);
}

TEST_HARNESS_MAIN
