// SPDX-License-Identifier: GPL-2.0-only
/*
 * Fuzzes the generic-netlink family: requests that follow the policy, as the kernel
 * tells it, and what becomes of them when values, lengths, types and headers are made
 * wrong, one at a time and from several sockets at once, while events flow.
 *
 * For IRQLINE_FUZZ_SEED and IRQLINE_FUZZ_SECONDS see fuzz.h.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <linux/capability.h>

#include "fuzz.h"
#include "guard.h"
#include "kselftest_harness.h"
#include "mutate.h"
#include "scene.h"

#define DAY		86400
#define WORKERS		3
/* A burst ends after so many requests of each worker, or so long. */
#define BURST		400
#define BURST_NS	(5 * NSEC_PER_SEC)
/* Requests that a worker remembers. */
#define TRACE		8
#define CORPUS		512
#define COMMANDS	256
/* How often a request that should be granted is tried. */
#define TRIES		400

#ifndef SOL_NETLINK
#define SOL_NETLINK	270
#endif

/* Of a command by itself, under number 0, and of its attributes. */
struct coverage {
	unsigned long accepted[COMMANDS][POLICY_ATTRS];
	unsigned long refused[COMMANDS][POLICY_ATTRS];
};

static struct scene scene;
static struct fuzz fuzz;
static struct coverage coverage;
static struct fuzz_tally requests, options;
static unsigned long dumps_left, notifications, unanswered;
static struct datagram corpus[CORPUS];
static int corpus_size;

struct worker {
	struct nl nl;
	__u32 seed;
	bool tells;		/* errors come with a text */
	char failure[256];
	struct request request;
	struct datagram datagram;
	struct datagram trace[TRACE];
	unsigned int traced;
	pthread_t thread;
};

static struct worker workers[WORKERS];

/* What a request has led to. */
struct outcome {
	bool answered;
	struct nl_ack ack;
};

static void count(unsigned long *counter)
{
	__atomic_fetch_add(counter, 1, __ATOMIC_RELAXED);
}

static void print_traces(void)
{
	unsigned int i, j;

	for (i = 0; i < WORKERS; i++) {
		struct worker *worker = &workers[i];

		printf("# the last requests of worker %u\n", i);
		for (j = worker->traced > TRACE ? worker->traced - TRACE : 0;
		     j < worker->traced; j++)
			datagram_print(&worker->trace[j % TRACE], worker->nl.family);
	}
	fflush(stdout);
}

static void worker_open(struct worker *worker)
{
	nl_open(&worker->nl, IRQLINE_FAMILY_NAME);
	worker->tells = true;
}

static void take_message(struct worker *worker, const struct nlmsghdr *header,
			 struct outcome *outcome)
{
	struct nl_ack ack = { 0 };

	if (header->nlmsg_type == worker->nl.family && !header->nlmsg_seq)
		count(&notifications);
	if (header->nlmsg_type != NLMSG_ERROR && header->nlmsg_type != NLMSG_DONE)
		return;
	nl_parse_ack(&ack, header);
	if (!fuzz_count(&requests, ack.error))
		snprintf(worker->failure, sizeof(worker->failure), "the answer is error %d",
			 ack.error);
	if (header->nlmsg_seq != worker->nl.seq)
		return;
	outcome->answered = true;
	outcome->ack = ack;
}

/* One datagram of the answer. False if there is none any more. */
static bool receive(struct worker *worker, size_t size, struct outcome *outcome)
{
	char *buf = worker->nl.buf;
	const struct nlmsghdr *header = (const struct nlmsghdr *)buf;
	ssize_t len = recv(worker->nl.fd, buf, size, MSG_DONTWAIT | MSG_TRUNC);

	if (len < 0 && errno == EAGAIN)
		return false;
	if (len < 0 && errno != ENOBUFS)
		die("netlink: %s", strerror(errno));
	if (len > (ssize_t)size)
		len = size;
	for (; len > 0 && NLMSG_OK(header, len); header = NLMSG_NEXT(header, len))
		take_message(worker, header, outcome);
	return true;
}

/* All that there is to come: a request is done when it has been sent. */
static struct outcome collect(struct worker *worker)
{
	struct outcome outcome = { .ack.offset = -1 };

	while (receive(worker, sizeof(worker->nl.buf), &outcome))
		;
	if (!outcome.answered)
		count(&unanswered);
	return outcome;
}

static void transmit(struct worker *worker)
{
	struct datagram *datagram = &worker->datagram;

	guard(datagram, worker->nl.family);
	worker->trace[worker->traced++ % TRACE] = *datagram;
	if (send(worker->nl.fd, datagram->bytes, datagram->len, 0) < 0 && errno != ENOBUFS)
		die("netlink send of %zu bytes: %s", datagram->len, strerror(errno));
}

static void make_datagram(struct worker *worker)
{
	worker->datagram.len = 0;
	datagram_add(&worker->datagram, &worker->request, worker->nl.family,
		     ++worker->nl.seq);
}

/* A socket can have one dump at a time, which the family never hears of. */
static bool is_netlinks_own(const struct request *request, int error)
{
	return error == EBUSY && (request->flags & NLM_F_DUMP) == NLM_F_DUMP;
}

/* Counts for the request as it was meant, and demands that an error says why. */
static void judge(struct worker *worker, const struct outcome *outcome)
{
	const struct request *request = &worker->request;
	int error = outcome->ack.error, i;
	unsigned long *counts;

	if (!outcome->answered)
		return;
	counts = error ? coverage.refused[request->cmd] : coverage.accepted[request->cmd];
	count(&counts[0]);
	for (i = 0; i < request->count; i++)
		if (request->attrs[i].type && request->attrs[i].type < POLICY_ATTRS)
			count(&counts[request->attrs[i].type]);
	if (error && worker->tells && !outcome->ack.text[0] && !is_netlinks_own(request, error))
		snprintf(worker->failure, sizeof(worker->failure),
			 "command %u is refused without a word: %s", request->cmd,
			 strerror(error));
}

static struct outcome ask(struct worker *worker)
{
	struct outcome outcome;

	make_datagram(worker);
	transmit(worker);
	outcome = collect(worker);
	judge(worker, &outcome);
	return outcome;
}

static __u8 any_command(__u32 *seed)
{
	const struct policy *policy = &scene.words.policy;

	return policy->op[random_below(seed, policy->ops)].cmd;
}

static void make_request(struct worker *worker)
{
	__u32 *seed = &worker->seed;
	int mutations = random_below(seed, 2) ? 0 : 1 + random_below(seed, 3);

	valid_request(&worker->request, &scene.words, any_command(seed), 0, seed);
	while (mutations--)
		mutate_request(&worker->request, &scene.words, seed);
}

static void send_odd_bytes(struct worker *worker)
{
	make_request(worker);
	if (fuzz_chance(&worker->seed, 2))
		mutate_header(&worker->request, &worker->seed);
	make_datagram(worker);
	if (fuzz_chance(&worker->seed, 2))
		mutate_bytes(&worker->datagram, &worker->seed);
	transmit(worker);
	collect(worker);
}

static void send_several(struct worker *worker)
{
	int more = 1 + random_below(&worker->seed, 6);

	make_request(worker);
	make_datagram(worker);
	while (more--) {
		make_request(worker);
		datagram_add(&worker->datagram, &worker->request, worker->nl.family,
			     ++worker->nl.seq);
	}
	transmit(worker);
	collect(worker);
}

static void take_from_corpus(struct worker *worker, int index)
{
	const struct nlmsghdr *header = (const struct nlmsghdr *)worker->datagram.bytes;

	worker->datagram = corpus[index];
	if (worker->datagram.len >= NLMSG_HDRLEN)
		worker->nl.seq = header->nlmsg_seq;
}

static void send_from_corpus(struct worker *worker)
{
	int mutations = random_below(&worker->seed, 4);

	if (!corpus_size)
		return;
	take_from_corpus(worker, random_below(&worker->seed, corpus_size));
	while (mutations--)
		mutate_bytes(&worker->datagram, &worker->seed);
	transmit(worker);
	collect(worker);
}

/* What is left of it comes with later answers, or never. */
static void leave_dump(struct worker *worker)
{
	static const size_t sizes[] = { 16, 100, 512, 4096 };
	struct outcome outcome = { 0 };
	int parts = random_below(&worker->seed, 3);

	make_request(worker);
	worker->request.flags |= NLM_F_DUMP;
	make_datagram(worker);
	transmit(worker);
	while (parts-- && receive(worker, sizes[random_below(&worker->seed, ARRAY_SIZE(sizes))],
				  &outcome))
		;
	count(&dumps_left);
	if (fuzz_chance(&worker->seed, 2)) {
		nl_close(&worker->nl);
		worker_open(worker);
	}
}

static void ask_without_rights(struct worker *worker)
{
	int cap = random_below(&worker->seed, 2) ? CAP_NET_ADMIN : CAP_SYS_NICE;

	make_request(worker);
	caps_drop(cap);
	ask(worker);
	caps_restore();
}

static void set_option(struct worker *worker)
{
	static const int known[] = {
		NETLINK_ADD_MEMBERSHIP, NETLINK_ADD_MEMBERSHIP, NETLINK_DROP_MEMBERSHIP,
		NETLINK_PKTINFO, NETLINK_BROADCAST_ERROR, NETLINK_NO_ENOBUFS,
		NETLINK_EXT_ACK, NETLINK_CAP_ACK, NETLINK_GET_STRICT_CHK,
	};
	int option = known[random_below(&worker->seed, ARRAY_SIZE(known))];
	int value = random_below(&worker->seed, option == NETLINK_ADD_MEMBERSHIP ||
				 option == NETLINK_DROP_MEMBERSHIP ? 64 : 2);
	int err = setsockopt(worker->nl.fd, SOL_NETLINK, option, &value, sizeof(value));

	fuzz_count(&options, err ? errno : 0);
	if (!err && option == NETLINK_EXT_ACK)
		worker->tells = value;
}

static void trouble_socket(struct worker *worker)
{
	static const char * const groups[] = { IRQLINE_MCGRP_CONFIG, IRQLINE_MCGRP_ALERT };

	switch (random_below(&worker->seed, 4)) {
	case 0:
		nl_close(&worker->nl);
		worker_open(worker);
		break;
	case 1:
		nl_join(&worker->nl, IRQLINE_FAMILY_NAME,
			groups[random_below(&worker->seed, ARRAY_SIZE(groups))]);
		break;
	default:
		set_option(worker);
	}
}

static void step(struct worker *worker)
{
	switch (random_below(&worker->seed, 24)) {
	case 0:
		return trouble_socket(worker);
	case 1:
		return send_from_corpus(worker);
	case 2:
		return send_several(worker);
	case 3:
		return leave_dump(worker);
	case 4:
		return ask_without_rights(worker);
	case 5:
	case 6:
	case 7:
		return send_odd_bytes(worker);
	default:
		make_request(worker);
		ask(worker);
	}
}

static void *work(void *arg)
{
	struct worker *worker = arg;
	__u64 end = now_ns() + BURST_NS;
	int i;

	for (i = 0; i < BURST && now_ns() < end && !worker->failure[0]; i++)
		step(worker);
	return NULL;
}

static const char *burst(void)
{
	int i;

	for (i = 0; i < WORKERS; i++)
		if (pthread_create(&workers[i].thread, NULL, work, &workers[i]))
			die("cannot start a thread");
	for (i = 0; i < WORKERS; i++)
		pthread_join(workers[i].thread, NULL);
	for (i = 0; i < WORKERS; i++)
		if (workers[i].failure[0])
			return workers[i].failure;
	return scene_check(&scene);
}

static void take_seed(void *arg, const char *line)
{
	(void)arg;
	if (line && corpus_size < CORPUS)
		datagram_parse(&corpus[corpus_size++], line, scene.nl.family);
}

static void report(void)
{
	fuzz_print("requests", &requests);
	if (options.accepted + options.refused)
		fuzz_print("socket options", &options);
	ksft_print_msg("%lu without an answer of their own, %lu dumps left, %lu notifications\n",
		       unanswered, dumps_left, notifications);
}

FIXTURE(netlink)
{
};

FIXTURE_SETUP(netlink)
{
	int i;

	(void)self;
	fuzz_begin(&fuzz);
	scene_open(&scene, fuzz.seed);
	for (i = 0; i < WORKERS; i++) {
		worker_open(&workers[i]);
		workers[i].seed = fuzz.seed + i * 0x9e3779b9U;
	}
	die_hook = print_traces;
}

FIXTURE_TEARDOWN(netlink)
{
	int i;

	(void)self;
	for (i = 0; i < WORKERS; i++)
		nl_close(&workers[i].nl);
}

static void expect_well(struct __test_metadata *_metadata, const char *wrong)
{
	EXPECT_EQ(NULL, wrong) {
		TH_LOG("%s", wrong);
		print_traces();
	}
}

/* Each file of them begins with the lines as they are when nothing was asked. */
TEST_F_TIMEOUT(netlink, survives_its_seeds, DAY)
{
	struct worker *worker = &workers[0];
	int lines, i;

	(void)self;
	lines = fuzz_seeds("netlink", take_seed, NULL);
	ASSERT_EQ(lines, corpus_size);
	ASSERT_GT(lines, 0);
	for (i = 0; i < corpus_size; i++) {
		take_from_corpus(worker, i);
		transmit(worker);
		collect(worker);
	}
	expect_well(_metadata, scene_check(&scene));
	report();
	expect_well(_metadata, scene_close(&scene));
	EXPECT_GT(requests.accepted, 0);
}

/* An "a" on each line, which most requests are about. */
static void add_targets(void)
{
	struct nl_msg msg;
	int i;

	for (i = 0; i < scene.words.nr_lines; i++) {
		request_handler(&msg, IRQLINE_CMD_HANDLER_NEW, scene.words.lines[i], "a");
		nl_put_u32(&msg, IRQLINE_A_HANDLER_SOURCES, 0x2);
		if (nl_do(&scene.nl, &msg, NULL) && scene.nl.ack.error != EEXIST)
			die("adding a handler: %s", scene.nl.ack.text);
	}
}

/* Until a request with this attribute is granted. */
static bool get_accepted(struct worker *worker, __u8 cmd, __u16 type)
{
	struct nl_msg msg;
	int i, line;

	for (i = 0; i < TRIES; i++) {
		add_targets();
		valid_request(&worker->request, &scene.words, cmd, type, &worker->seed);
		if (type && !request_has(&worker->request, type))
			continue;
		for (line = 0; cmd == IRQLINE_CMD_HANDLER_NEW &&
		     line < scene.words.nr_lines; line++) {
			request_handler(&msg, IRQLINE_CMD_HANDLER_DEL,
					scene.words.lines[line], "a");
			nl_must(&scene.nl, &msg, NULL);
		}
		if (!ask(worker).ack.error)
			return true;
	}
	return false;
}

/* Memory of a former queue goes when its events have; a UIO device may be another one. */
static bool may_change(__u16 type)
{
	return type == IRQLINE_A_HANDLER_MEMORY || type == IRQLINE_A_HANDLER_UIO;
}

/* The attribute that differs, or 0. */
static __u16 changed_attr(const struct nlmsghdr *before, const struct nlmsghdr *after)
{
	const struct nlattr *attr, *now;
	size_t len;

	nl_for_each_attr(attr, nl_attrs(before, &len), &len) {
		now = nl_find(after, nl_type(attr));
		if (!may_change(nl_type(attr)) &&
		    (!now || now->nla_len != attr->nla_len ||
		     memcmp(nl_data(now), nl_data(attr), nl_len(attr))))
			return nl_type(attr);
	}
	return 0;
}

static const char *compare(const struct nl_list *before, const struct nl_list *after)
{
	static char text[128];
	const struct nlmsghdr *header, *now = nl_first(after);
	__u16 type;

	if (before->count != after->count)
		return "a refused request has changed how many handlers there are";
	nl_for_each(header, before) {
		type = changed_attr(header, now);
		snprintf(text, sizeof(text), "a refused request has changed attribute %u of %s",
			 type, nl_str(header, IRQLINE_A_HANDLER_NAME));
		if (type)
			return text;
		now = nl_next(after, now);
	}
	return NULL;
}

/* What is refused changes nothing, and what is granted keeps to the limits. */
static const char *ask_mutated(struct worker *worker)
{
	struct nl_list before = { 0 }, after = { 0 };
	struct outcome outcome;
	const char *wrong;

	scene_list(&scene.nl, IRQLINE_CMD_HANDLER_GET, &before);
	outcome = ask(worker);
	scene_list(&scene.nl, IRQLINE_CMD_HANDLER_GET, &after);
	wrong = scene_limits(&after);
	if (outcome.answered && outcome.ack.error)
		wrong = wrong ? : compare(&before, &after);
	nl_free(&before);
	nl_free(&after);
	return wrong;
}

static int index_of(const struct request *request, __u16 type)
{
	int i;

	for (i = 0; i < request->count; i++)
		if (request->attrs[i].type == type)
			return i;
	return -1;
}

/* Each mutation of one attribute of a request that would be granted. */
static void mutate_each(struct __test_metadata *_metadata, struct worker *worker, __u8 cmd,
			__u16 type)
{
	const char *wrong;
	int mutation, index;

	for (mutation = 0; mutation < MUTATIONS; mutation++) {
		add_targets();
		valid_request(&worker->request, &scene.words, cmd, type, &worker->seed);
		index = index_of(&worker->request, type);
		if (index < 0)
			continue;
		mutate_attr(&worker->request, &scene.words, index, mutation, &worker->seed);
		wrong = ask_mutated(worker);
		expect_well(_metadata, wrong);
		/* What follows would be told again and again. */
		ASSERT_EQ(NULL, wrong);
	}
}

static void sweep(struct __test_metadata *_metadata, __u8 cmd, __u16 type)
{
	struct worker *worker = &workers[0];

	EXPECT_TRUE(get_accepted(worker, cmd, type)) {
		TH_LOG("command %u was never accepted with attribute %u", cmd, type);
		print_traces();
	}
	if (!type)
		return;
	do {
		mutate_each(_metadata, worker, cmd, type);
	} while (!coverage.refused[cmd][type] && fuzz_is_patient(&fuzz));
	EXPECT_GT(coverage.refused[cmd][type], 0) {
		TH_LOG("command %u was never refused with attribute %u", cmd, type);
	}
}

/* One socket and no hurry: what is refused leaves all as it was. */
TEST_F_TIMEOUT(netlink, each_attribute_is_exercised, DAY)
{
	const struct policy *policy = &scene.words.policy;
	const struct policy_op *op;
	int i, type, pairs = 0;

	(void)self;
	for (i = 0; i < policy->ops; i++) {
		op = &policy->op[i];
		sweep(_metadata, op->cmd, 0);
		for (type = 1; type < POLICY_ATTRS; type++) {
			if (!valid_policy(&scene.words, op->cmd, type))
				continue;
			sweep(_metadata, op->cmd, type);
			pairs++;
		}
		EXPECT_STREQ("", workers[0].failure);
		expect_well(_metadata, scene_check(&scene));
	}
	ksft_print_msg("%d commands with %d attributes\n", policy->ops, pairs);
	report();
	expect_well(_metadata, scene_close(&scene));
	EXPECT_GE(policy->ops, IRQLINE_CMD_STRATEGY_GET - IRQLINE_CMD_HANDLER_GET);
}

/* Each command was granted and refused, and the rest has happened, too. */
static bool all_exercised(void)
{
	const struct policy *policy = &scene.words.policy;
	int i;

	for (i = 0; i < policy->ops; i++)
		if (!coverage.accepted[policy->op[i].cmd][0] ||
		    !coverage.refused[policy->op[i].cmd][0])
			return false;
	return notifications && dumps_left;
}

TEST_F_TIMEOUT(netlink, survives_several_sockets, DAY)
{
	const char *wrong = NULL;
	struct nl deaf;

	(void)self;
	fuzz_seeds("netlink", take_seed, NULL);
	nl_open(&deaf, IRQLINE_FAMILY_NAME);
	nl_join(&deaf, IRQLINE_FAMILY_NAME, IRQLINE_MCGRP_CONFIG);
	nl_join(&deaf, IRQLINE_FAMILY_NAME, IRQLINE_MCGRP_ALERT);
	while (!wrong && (fuzz_goes_on(&fuzz) || (!all_exercised() && fuzz_is_patient(&fuzz))))
		wrong = burst();
	expect_well(_metadata, wrong);
	nl_close(&deaf);
	report();
	expect_well(_metadata, scene_close(&scene));
	EXPECT_TRUE(all_exercised());
}

TEST_HARNESS_MAIN
