// SPDX-License-Identifier: GPL-2.0-only
/*
 * Every allocation of a netlink request fails once. A request is refused with an error
 * that tells of memory, and changes nothing; or it is done in full. What the netlink core
 * allocates itself is not the family's to explain:
 *
 * - for want of the request's own message, send() fails with ENOBUFS;
 * - for want of a table for the attributes, or of a dump's state, the answer is ENOMEM
 *   without a text;
 * - for want of the first message of a dump, the answer is ENOBUFS without a text;
 * - for want of a later one, or of the acknowledgment, recv() fails with ENOBUFS, and
 *   what was asked for has been done.
 *
 * Who cannot be told of a change finds ENOBUFS, too. Where the kernel has accesses to
 * user memory fail, EFAULT takes the place of ENOMEM.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "kselftest_harness.h"
#include "dev.h"
#include "objects.h"
#include "sweep.h"
#include "values.h"

/* Seconds: an emulated CPU with a debug kernel is slow, and so is a busy host. */
#define PATIENCE	1200

#define SUBJECT		"subject"
#define FRESH		"fresh"
/* Of SUBJECT, and of FRESH. */
#define SOURCE		0x00000002U
#define SOURCE_FRESH	0x00000004U

#define DATAGRAMS_MAX	64
#define NEWS_MAX	32
#define ALL_OF(array)	((int)(sizeof(array) / sizeof((array)[0])))

struct request {
	const char *label;
	__u8 cmd;
	struct value values[VALUES_MAX];
	__u8 undo_cmd;			/* or 0 */
	struct value undo[VALUES_MAX];
	bool dump;
	bool counts;			/* an event is handled first */
	bool partly;
	bool told;			/* a switch that is taken back is told of, too */
};

/* What came back of a request, each datagram with its length or error. */
struct datagram {
	const char *at;
	ssize_t len;
	int error;
};

struct exchange {
	int error;			/* of send() */
	int count;
	struct datagram datagrams[DATAGRAMS_MAX];
};

/* What others are told of a change: the commands, and whether some are missing. */
struct news {
	int count;
	__u8 cmds[NEWS_MAX];
	bool lost;
};

static struct nl listener;
static struct news news_done;
static struct nl_list reply_done;
static int device;

/* Touched beforehand, so that receiving allocates nothing for it. */
static char answers[1 << 18];

static void exchange(struct nl *nl, struct nl_msg *msg, __u16 flags,
		     unsigned int nth, struct exchange *x)
{
	char *at = answers;
	ssize_t len;

	x->count = 0;
	fault_arm(nth);
	x->error = nl_send(nl, msg, flags);
	while (!x->error && x->count < DATAGRAMS_MAX) {
		len = recv(nl->fd, at, answers + sizeof(answers) - at, MSG_DONTWAIT);
		if (len < 0 && errno == EAGAIN)
			break;
		x->datagrams[x->count++] = (struct datagram) {
			.at = at, .len = len, .error = len < 0 ? errno : 0,
		};
		at += len > 0 ? NLMSG_ALIGN(len) : 0;
	}
}

/* Returns whether the kernel has said how it ended. */
static bool parse_datagram(struct nl *nl, const struct datagram *datagram,
			   struct nl_list *reply)
{
	const struct nlmsghdr *header = (const void *)datagram->at;
	size_t len = datagram->len;
	bool ended = false;

	for (; NLMSG_OK(header, len); header = NLMSG_NEXT(header, len)) {
		if (header->nlmsg_seq != nl->seq)
			continue;
		if (header->nlmsg_type == NLMSG_ERROR ||
		    header->nlmsg_type == NLMSG_DONE) {
			nl_parse_ack(&nl->ack, header);
			ended = true;
		} else {
			nl_add(reply, header);
		}
	}
	return ended;
}

static void news_get(struct news *news)
{
	char buf[8192];
	ssize_t len;

	memset(news, 0, sizeof(*news));
	for (;;) {
		const struct nlmsghdr *header = (const void *)buf;

		len = recv(listener.fd, buf, sizeof(buf), MSG_DONTWAIT);
		if (len < 0 && errno == EAGAIN)
			return;
		if (len < 0 && errno != ENOBUFS)
			die("listening: %s", strerror(errno));
		if (len < 0)
			news->lost = true;
		else if (len < (ssize_t)NLMSG_LENGTH(GENL_HDRLEN) ||
			 header->nlmsg_len != (size_t)len)
			die("%zd bytes that are no notification", len);
		else if (news->count < NEWS_MAX)
			news->cmds[news->count++] = nl_cmd(header);
	}
}

static bool news_same(const struct news *a, const struct news *b)
{
	return a->count == b->count && !memcmp(a->cmds, b->cmds, a->count);
}

#define wrong(outcome, ...) \
	snprintf((outcome)->wrong, sizeof((outcome)->wrong), __VA_ARGS__)

/* Of a recv(): nothing but the loss of a message. */
static void judge_loss(const struct datagram *datagram, struct outcome *outcome)
{
	int expected = fault_kind() == FAULT_USERCOPY ? EFAULT : ENOBUFS;

	if (datagram->error != expected)
		wrong(outcome, "recv: %s", strerror(datagram->error));
}

/* Whatever the fault was, EFAULT is for user memory and nothing else. */
static void judge_error(const struct request *request, bool sent,
			struct outcome *outcome)
{
	int error = outcome->error;

	if (fault_kind() == FAULT_USERCOPY) {
		if (error != EFAULT)
			wrong(outcome, "not EFAULT");
	} else if (!sent) {
		if (error != ENOBUFS)
			wrong(outcome, "send() does not say ENOBUFS");
	} else if (error == ENOBUFS && request->dump) {
		if (*outcome->text)
			wrong(outcome, "a text from whom?");
	} else if (error != ENOMEM) {
		wrong(outcome, "not ENOMEM");
	}
}

/* Others hear of what was done, and of nothing else. */
static void judge_news(const struct request *request, bool first,
		       struct outcome *outcome)
{
	struct news news;

	news_get(&news);
	if (first)
		news_done = news;
	else if (outcome->refused && !request->told && (news.count || news.lost))
		wrong(outcome, "others are told of something");
	else if (!outcome->refused && !news.lost && !news_same(&news, &news_done))
		wrong(outcome, "others are told of %d changes, not %d, and of no loss",
		      news.count, news_done.count);
}

/* One whose end was not heard has been done. */
static void judge_reply(bool first, bool whole, struct nl_list *reply,
			struct outcome *outcome)
{
	if (first) {
		nl_free(&reply_done);
		reply_done = *reply;
		memset(reply, 0, sizeof(*reply));
	} else if (whole && !nl_list_same(reply, &reply_done)) {
		wrong(outcome, "the answer is not as without a fault");
	}
}

static bool is_first(unsigned int nth)
{
	return nth == SWEEP_NEVER;
}

/*
 * One request, on a socket of its own: a dump that failed may still be under way. Leaves
 * what came back in @x.
 */
static void ask(const struct step *step, unsigned int nth, struct nl *nl,
		struct exchange *x)
{
	const struct request *request = step->data;
	struct nl_msg msg;

	nl_open_too(nl, step->nl);
	nl_init(&msg, request->cmd);
	put_values(&msg, request->values);
	exchange(nl, &msg, request->dump ? NLM_F_DUMP : NLM_F_ACK, nth, x);
}

static void undo_request(struct step *step)
{
	const struct request *request = step->data;
	struct news news;
	struct nl_msg msg;

	if (request->undo_cmd) {
		nl_init(&msg, request->undo_cmd);
		put_values(&msg, request->undo);
		nl_must(step->nl, &msg, NULL);
	}
	news_get(&news);
}

/* Where the fault is that has no text: the netlink core has none, but irqline does. */
static bool review_silence(struct step *step, unsigned int nth,
			   struct outcome *outcome)
{
	struct nl_list reply = { 0 };
	struct exchange x;
	struct nl nl;
	int i;

	if (outcome->error != ENOMEM || *outcome->text)
		return false;
	fault_trace(true);
	ask(step, nth, &nl, &x);
	fault_hit();
	fault_trace(false);
	for (i = 0; i < x.count; i++)
		if (!x.datagrams[i].error)
			parse_datagram(&nl, &x.datagrams[i], &reply);
	if (!x.error && !nl.ack.error)
		undo_request(step);
	else if (nl.ack.error == ENOMEM && !*nl.ack.text && fault_was_inside())
		wrong(outcome, "no text");
	nl_free(&reply);
	nl_close(&nl);
	return true;
}

static void try_request(struct step *step, unsigned int nth,
			struct outcome *outcome)
{
	const struct request *request = step->data;
	bool ended = false, lost = false;
	struct nl_list reply = { 0 };
	struct exchange x;
	struct nl nl;
	int i;

	ask(step, nth, &nl, &x);
	outcome->hit = fault_hit();
	for (i = 0; i < x.count; i++) {
		if (x.datagrams[i].error) {
			judge_loss(&x.datagrams[i], outcome);
			lost = true;
		} else {
			ended |= parse_datagram(&nl, &x.datagrams[i], &reply);
		}
	}
	outcome->error = x.error ?: nl.ack.error;
	outcome->refused = outcome->error;
	snprintf(outcome->text, sizeof(outcome->text), "%s", nl.ack.text);
	if (outcome->refused)
		judge_error(request, !x.error, outcome);
	else if (!ended && !lost)
		wrong(outcome, "no answer");
	else
		judge_reply(is_first(nth), ended && !lost && request->dump, &reply, outcome);
	judge_news(request, is_first(nth), outcome);
	nl_free(&reply);
	nl_close(&nl);
}

/* There is something to be reset, and nothing under way. */
static void prepare_counts(struct step *step)
{
	raise_taken(step->nl, device, LINE, SUBJECT, SOURCE);
	WAIT_UNTIL(!stats_pending(step->nl, LINE, SUBJECT), EVENT_TIMEOUT,
		   "the event is handled");
}

static int sweep_request(struct nl *nl, const struct request *request)
{
	struct step step = {
		.label = request->label,
		.prepare = request->counts ? prepare_counts : NULL,
		.try = try_request,
		.review = review_silence,
		.undo = undo_request,
		.partly = request->partly,
		.data = request,
		.nl = nl,
	};

	return sweep(&step);
}

static int sweep_requests(struct nl *nl, const struct request *requests, int count)
{
	int i, bad = 0;

	for (i = 0; i < count; i++)
		bad += sweep_request(nl, &requests[i]);
	return bad;
}

#define ON_LINE		T(IRQLINE_A_LINE_NAME, LINE)
#define ON_SUBJECT	T(IRQLINE_A_HANDLER_LINE, LINE), \
			T(IRQLINE_A_HANDLER_NAME, SUBJECT)
#define COUNTS_OF_SUBJECT \
			T(IRQLINE_A_STATS_LINE, LINE), \
			T(IRQLINE_A_STATS_HANDLER, SUBJECT)
#define ON_FRESH	T(IRQLINE_A_HANDLER_LINE, LINE), \
			T(IRQLINE_A_HANDLER_NAME, FRESH)

/* What is asked for, and the request that takes it back. */
#define ASK(text, command, ...) \
	.label = text, .cmd = IRQLINE_CMD_##command, .values = { __VA_ARGS__ }
#define BACK(command, ...) \
	.undo_cmd = IRQLINE_CMD_##command, .undo = { __VA_ARGS__ }

FIXTURE(faults)
{
	struct nl nl;
};

FIXTURE_SETUP(faults)
{
	const char *missing = fault_missing();
	struct news news;

	if (missing)
		SKIP(return, "%s", missing);
	memset(answers, 1, sizeof(answers));
	objects_open(&self->nl);
	nl_open(&listener, IRQLINE_FAMILY_NAME);
	nl_join(&listener, IRQLINE_FAMILY_NAME, IRQLINE_MCGRP_CONFIG);
	device = dev_open(LINE, O_WRONLY);
	handler_new(&self->nl, LINE, SUBJECT, SOURCE, "tasklet");
	news_get(&news);
}

FIXTURE_TEARDOWN(faults)
{
	close(device);
	nl_close(&listener);
	objects_reset(&self->nl);
	nl_close(&self->nl);
}

static const struct request questions[] = {
	{ ASK("line-get", LINE_GET, ON_LINE) },
	{ ASK("line-get dump", LINE_GET), .dump = true },
	{ ASK("handler-get", HANDLER_GET, ON_SUBJECT) },
	{ ASK("handler-get dump", HANDLER_GET), .dump = true },
	{ ASK("strategy-get", STRATEGY_GET, T(IRQLINE_A_STRATEGY_NAME, "tasklet"),
	      N(IRQLINE_A_STRATEGY_KIND, IRQLINE_KIND_BOTTOM)) },
	{ ASK("strategy-get dump", STRATEGY_GET), .dump = true },
	{ ASK("stats-get", STATS_GET, COUNTS_OF_SUBJECT) },
	{ ASK("stats-get hist", STATS_GET, COUNTS_OF_SUBJECT, F(IRQLINE_A_STATS_HIST)) },
	{ ASK("stats-get dump", STATS_GET), .dump = true },
	{ ASK("stats-get dump hist", STATS_GET, F(IRQLINE_A_STATS_HIST)), .dump = true },
};

TEST_F_TIMEOUT(faults, of_who_asks, PATIENCE)
{
	EXPECT_EQ(sweep_requests(&self->nl, questions, ALL_OF(questions)), 0);
}

static const struct request resets[] = {
	{ ASK("stats-reset of a handler", STATS_RESET, COUNTS_OF_SUBJECT),
	  .counts = true },
	{ ASK("stats-reset of a line", STATS_RESET, T(IRQLINE_A_STATS_LINE, LINE)),
	  .counts = true },
	{ ASK("stats-reset of all", STATS_RESET), .counts = true, .partly = true },
};

TEST_F_TIMEOUT(faults, of_who_resets, PATIENCE)
{
	EXPECT_EQ(sweep_requests(&self->nl, resets, ALL_OF(resets)), 0);
}

/* Of one that is undone by a set of the same attributes. */
#define SET(text, now, before) \
	{ ASK("handler-set " text, HANDLER_SET, ON_SUBJECT, now), \
	  BACK(HANDLER_SET, ON_SUBJECT, before) }

static const struct request changes[] = {
	SET("priority", N(IRQLINE_A_HANDLER_PRIORITY, 5),
	    N(IRQLINE_A_HANDLER_PRIORITY, 0)),
	SET("sources", N(IRQLINE_A_HANDLER_SOURCES, 0xf0),
	    N(IRQLINE_A_HANDLER_SOURCES, SOURCE)),
	SET("budget", N(IRQLINE_A_HANDLER_BUDGET, 3),
	    N(IRQLINE_A_HANDLER_BUDGET, 64)),
	SET("queue", N(IRQLINE_A_HANDLER_QUEUE, 2048),
	    N(IRQLINE_A_HANDLER_QUEUE, 256)),
	SET("overflow", N(IRQLINE_A_HANDLER_OVERFLOW, IRQLINE_OVERFLOW_MERGE),
	    N(IRQLINE_A_HANDLER_OVERFLOW, IRQLINE_OVERFLOW_DROP_NEWEST)),
	SET("lanes", N(IRQLINE_A_HANDLER_LANES, IRQLINE_LANES_PERCPU),
	    N(IRQLINE_A_HANDLER_LANES, IRQLINE_LANES_SINGLE)),
	{ ASK("handler-set all at once", HANDLER_SET, ON_SUBJECT,
	      T(IRQLINE_A_HANDLER_BOTTOM, "kthread"),
	      N(IRQLINE_A_HANDLER_NICE, 5),
	      N(IRQLINE_A_HANDLER_LANES, IRQLINE_LANES_PERCPU),
	      N(IRQLINE_A_HANDLER_PRIORITY, 7)),
	  BACK(HANDLER_SET, ON_SUBJECT, T(IRQLINE_A_HANDLER_BOTTOM, "tasklet"),
	       N(IRQLINE_A_HANDLER_LANES, IRQLINE_LANES_SINGLE),
	       N(IRQLINE_A_HANDLER_PRIORITY, 0)) },
	{ ASK("handler-del", HANDLER_DEL, ON_SUBJECT),
	  BACK(HANDLER_NEW, ON_SUBJECT, N(IRQLINE_A_HANDLER_SOURCES, SOURCE),
	       T(IRQLINE_A_HANDLER_BOTTOM, "tasklet")) },
};

TEST_F_TIMEOUT(faults, of_who_changes_a_handler, PATIENCE)
{
	EXPECT_EQ(sweep_requests(&self->nl, changes, ALL_OF(changes)), 0);
}

static int sweep_bottom(struct nl *nl, const char *bottom)
{
	char add[64], set[64];
	const struct request requests[] = {
		{ ASK(add, HANDLER_NEW, ON_FRESH,
		      N(IRQLINE_A_HANDLER_SOURCES, SOURCE_FRESH),
		      T(IRQLINE_A_HANDLER_BOTTOM, bottom)),
		  BACK(HANDLER_DEL, ON_FRESH) },
		{ ASK(set, HANDLER_SET, ON_SUBJECT, T(IRQLINE_A_HANDLER_BOTTOM, bottom)),
		  BACK(HANDLER_SET, ON_SUBJECT,
		       T(IRQLINE_A_HANDLER_BOTTOM, "tasklet")) },
	};

	snprintf(add, sizeof(add), "handler-new bottom %.32s", bottom);
	snprintf(set, sizeof(set), "handler-set bottom %.32s", bottom);
	/* To what it has is no switch, which has no memory to lack. */
	return sweep_requests(nl, requests, strcmp(bottom, "tasklet") ? 2 : 1);
}

TEST_F_TIMEOUT(faults, of_each_bottom_half, PATIENCE)
{
	struct strategy list[STRATEGIES_MAX];
	int count = strategies_available(&self->nl, list), i, bad = 0;

	for (i = 0; i < count; i++)
		bad += sweep_bottom(&self->nl, list[i].name);
	EXPECT_EQ(bad, 0);
}

#define LINE_SET(text, now, before) \
	{ ASK("line-set " text, LINE_SET, ON_LINE, now), \
	  BACK(LINE_SET, ON_LINE, before) }

static const struct request lines[] = {
	LINE_SET("top thread", T(IRQLINE_A_LINE_TOP, "thread"),
		 T(IRQLINE_A_LINE_TOP, "hard")),
	LINE_SET("top poll", T(IRQLINE_A_LINE_TOP, "poll"),
		 T(IRQLINE_A_LINE_TOP, "hard")),
	LINE_SET("nothread", N(IRQLINE_A_LINE_NOTHREAD, 1),
		 N(IRQLINE_A_LINE_NOTHREAD, 0)),
	LINE_SET("clock", N(IRQLINE_A_LINE_CLOCK, 0), N(IRQLINE_A_LINE_CLOCK, 1)),
	LINE_SET("affinity", T(IRQLINE_A_LINE_AFFINITY, "1"),
		 T(IRQLINE_A_LINE_AFFINITY, "0")),
	{ ASK("line-set top and affinity", LINE_SET, ON_LINE,
	      T(IRQLINE_A_LINE_TOP, "thread"), T(IRQLINE_A_LINE_AFFINITY, "1"),
	      N(IRQLINE_A_LINE_CLOCK, 0)),
	  BACK(LINE_SET, ON_LINE, T(IRQLINE_A_LINE_TOP, "hard"),
	       T(IRQLINE_A_LINE_AFFINITY, "0"), N(IRQLINE_A_LINE_CLOCK, 1)),
	  .told = true },
};

static const struct request deliveries[] = {
	LINE_SET("delivery", N(IRQLINE_A_LINE_DELIVERY, IRQLINE_DELIVERY_INTX),
		 N(IRQLINE_A_LINE_DELIVERY, IRQLINE_DELIVERY_MSI)),
};

/* The CPU is chosen first, so that it can be forgotten. */
static void choose_cpu(struct nl *nl)
{
	struct news news;
	struct nl_msg msg;

	nl_init(&msg, IRQLINE_CMD_LINE_SET);
	nl_put_str(&msg, IRQLINE_A_LINE_NAME, LINE);
	nl_put_str(&msg, IRQLINE_A_LINE_AFFINITY, "0");
	nl_must(nl, &msg, NULL);
	news_get(&news);
}

TEST_F_TIMEOUT(faults, of_who_changes_a_line, PATIENCE)
{
	if (cpu_count() < 2)
		SKIP(return, "an interrupt cannot move with one CPU");
	choose_cpu(&self->nl);
	EXPECT_EQ(sweep_requests(&self->nl, lines, ALL_OF(lines)), 0);
}

TEST_F_TIMEOUT(faults, of_who_changes_the_delivery, PATIENCE)
{
	struct news news;

	if (try_delivery(&self->nl, LINE, IRQLINE_DELIVERY_MSI))
		SKIP(return, "the device gets no MSI here");
	news_get(&news);
	choose_cpu(&self->nl);
	EXPECT_EQ(sweep_requests(&self->nl, deliveries, ALL_OF(deliveries)), 0);
}

static const struct request shared[] = {
	LINE_SET("top thread on a shared INTx", T(IRQLINE_A_LINE_TOP, "thread"),
		 T(IRQLINE_A_LINE_TOP, "hard")),
	LINE_SET("top poll on a shared INTx", T(IRQLINE_A_LINE_TOP, "poll"),
		 T(IRQLINE_A_LINE_TOP, "hard")),
};

static const struct request relaxed[] = {
	LINE_SET("top hard on a shared INTx", T(IRQLINE_A_LINE_TOP, "hard"),
		 T(IRQLINE_A_LINE_TOP, "thread")),
};

TEST_F_TIMEOUT(faults, of_who_shares_an_interrupt, PATIENCE)
{
	const char *apart = lines_share(&self->nl);
	struct news news;

	if (apart)
		SKIP(return, "%s", apart);
	news_get(&news);
	EXPECT_EQ(sweep_requests(&self->nl, shared, ALL_OF(shared)), 0);
	line_top(&self->nl, LINE, "thread");
	news_get(&news);
	EXPECT_EQ(sweep_requests(&self->nl, relaxed, ALL_OF(relaxed)), 0);
}

TEST_HARNESS_MAIN
