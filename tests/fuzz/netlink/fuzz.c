// SPDX-License-Identifier: GPL-2.0
/*
 * Fuzz the netlink family: sequences of requests that are right, mutated, or
 * out of order, over several sockets, with dumps that are broken off and
 * sockets that close in the middle.
 *
 *   fuzz [--seed N] [--messages N] [--verbose]
 *
 * After every datagram, of one request or of several, the live policy is what
 * it was, unless one of them published; then it has as many rules and entries
 * as were accepted. With kcov, requests that reach new code are kept and
 * mutated further.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/kcov.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <arpa/inet.h>
#include <time.h>
#include <unistd.h>

#include "message.h"
#include "spec.h"

#define CLIENTS		5
#define CORPUS		1024
#define CORPUS_LEN	4096
#define COVER		(64 * 1024)
#define CGROUPS		"/sys/fs/cgroup/fuzz"

struct client {
	int fd;
	bool staged;
	bool unsure;			/* something was sent that is not answered */
	struct message_world world;
	unsigned int entries;		/* accepted since the stage was opened */
};

static struct client clients[CLIENTS];
static struct nl_policy live;
static uint64_t cgroup_ids[4];
static int listener = -1;
static bool verbose;

static struct nl_msg msg;
static char answer[512 * 1024] __attribute__((aligned(NLMSG_ALIGNTO)));
static uint64_t seed, done, wanted = 20000;
static struct { uint64_t sent, accepted, refused; } counts[256];

static struct { unsigned short len; char data[CORPUS_LEN]; } corpus[CORPUS];
static unsigned int kept, reached;
static unsigned long *cover;
static unsigned char seen[1 << 18];

static void show_message(void)
{
	unsigned int i;

	printf("seed %llu, message %llu, %u bytes:", (unsigned long long)seed, (unsigned long long)done, msg.len);
	for (i = 0; i < msg.len && i < 1024; i++)
		printf("%s%02x", i % 4 ? "" : " ", (unsigned char)msg.data[i]);
	putchar('\n');
}

/* kcov: the code of levee that this task's requests run. */

static void cover_init(void)
{
	int fd = open("/sys/kernel/debug/kcov", O_RDWR | O_CLOEXEC);

	if (fd < 0 || ioctl(fd, KCOV_INIT_TRACE, COVER))
		return;
	cover = mmap(NULL, COVER * sizeof(*cover), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (cover == MAP_FAILED || ioctl(fd, KCOV_ENABLE, KCOV_TRACE_PC))
		cover = NULL;
}

/* How many places the last request was the first to reach. */
static unsigned int cover_new(void)
{
	unsigned long count, i, slot;
	unsigned int new = 0;

	if (!cover)
		return 0;
	count = __atomic_load_n(&cover[0], __ATOMIC_RELAXED);
	for (i = 1; i <= count && i < COVER; i++) {
		slot = cover[i] * 0x9e3779b97f4a7c15 >> 46;
		new += !seen[slot];
		seen[slot] = 1;
	}
	reached += new;
	return new;
}

static void cover_clear(void)
{
	if (cover)
		__atomic_store_n(&cover[0], 0, __ATOMIC_RELAXED);
}

/* A workload: a task in a governed cgroup that acts when it is told to. */

static int traffic_fd = -1;
static pid_t traffic_pid;

static void traffic_act(void)
{
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6, .sin6_port = htons(7) };
	struct sockaddr_in v4 = { .sin_family = AF_INET, .sin_port = htons(80) };
	int fd;

	inet_pton(AF_INET, "192.0.2.1", &v4.sin_addr);
	inet_pton(AF_INET6, "fd00::1", &v6.sin6_addr);
	fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	if (!connect(fd, (struct sockaddr *)&v4, sizeof(v4)) || errno == EINPROGRESS)
		send(fd, "x", 1, MSG_NOSIGNAL);
	close(fd);
	fd = socket(AF_INET6, SOCK_DGRAM, 0);
	sendto(fd, "x", 1, 0, (struct sockaddr *)&v6, sizeof(v6));
	close(fd);
	fd = socket(AF_INET, SOCK_RAW, IPPROTO_ICMP);
	sendto(fd, "\10\0\367\377\0\0\0\0", 8, 0, (struct sockaddr *)&v4, sizeof(v4));
	close(fd);
	v4.sin_port = htons(8080);
	fd = socket(AF_INET, SOCK_STREAM, 0);
	if (!bind(fd, (struct sockaddr *)&v4, sizeof(v4)))
		listen(fd, 1);
	close(fd);
}

static void write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		fail("%s: %s", path, strerror(errno));
	close(fd);
}

static void traffic_start(void)
{
	char byte = 0;
	int fds[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds))
		fail("socketpair: %s", strerror(errno));
	fflush(stdout);
	traffic_pid = fork();
	if (!traffic_pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		write_file(CGROUPS "/a/cgroup.procs", "0");
		for (int fd = 3; fd < 64; fd++)
			if (fd != fds[1])
				close(fd);
		while (read(fds[1], &byte, 1) == 1) {
			traffic_act();
			if (write(fds[1], &byte, 1) != 1)
				break;
		}
		_exit(0);
	}
	close(fds[1]);
	traffic_fd = fds[0];
}

static void traffic(void)
{
	char byte = 0;
	int fd;

	if (traffic_fd < 0)
		traffic_start();
	/* A policy may have it killed; it is quarantined then, until a release. */
	if (send(traffic_fd, &byte, 1, MSG_NOSIGNAL) != 1 || read(traffic_fd, &byte, 1) != 1) {
		close(traffic_fd);
		waitpid(traffic_pid, NULL, 0);
		traffic_fd = -1;
	}
	while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0)
		close(fd);
}

static uint64_t make_cgroup(const char *path)
{
	struct stat st;

	if ((mkdir(path, 0755) && errno != EEXIST) || stat(path, &st))
		fail("%s: %s", path, strerror(errno));
	return st.st_ino;
}

static void rebirth(void)
{
	rmdir(CGROUPS "/b");
	cgroup_ids[1] = make_cgroup(CGROUPS "/b");
}

static void world_init(void)
{
	struct sockaddr_in any = { .sin_family = AF_INET, .sin_port = htons(80) };

	cgroup_ids[3] = make_cgroup(CGROUPS);
	cgroup_ids[0] = make_cgroup(CGROUPS "/a");
	cgroup_ids[2] = make_cgroup(CGROUPS "/c");
	rebirth();
	listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (bind(listener, (struct sockaddr *)&any, sizeof(any)) || listen(listener, 16))
		fail("no listener: %s", strerror(errno));
}

/* Clients and the live policy. */

static void client_open(struct client *client)
{
	*client = (struct client){ .fd = nl_open() };
}

static void client_close(struct client *client)
{
	close(client->fd);
	client_open(client);
}

static const struct nl_op *op_of(unsigned char cmd)
{
	return cmd && cmd <= NL_OPS ? &nl_ops[cmd - 1] : &nl_ops[0];
}

static void stage_over(struct client *client)
{
	struct message_world *world = &client->world;

	client->staged = client->unsure = false;
	client->entries = 0;
	world->staged_rules = 0;
	memset(world->last, 0, sizeof(world->last));
}

/* How many it brought. */
static void note_entries(struct client *client, const struct nlmsghdr *request)
{
	const struct nlattr *attr = (const struct nlattr *)((const char *)request + NL_HEADERS);
	int left = (int)request->nlmsg_len - NL_HEADERS;

	while (left >= NLA_HDRLEN && attr->nla_len >= NLA_HDRLEN && attr->nla_len <= left) {
		client->entries += (attr->nla_type & NLA_TYPE_MASK) == LEVEE_A_POLICY_ENTRY;
		left -= NLA_ALIGN(attr->nla_len);
		attr = (const struct nlattr *)((const char *)attr + NLA_ALIGN(attr->nla_len));
	}
}

static uint32_t request_u32(const struct nlmsghdr *request, unsigned int type)
{
	const struct nlattr *attr = nl_find(request, type);
	uint32_t value = 0;

	if (attr)
		memcpy(&value, (const char *)attr + NLA_HDRLEN, sizeof(value));
	return value;
}

static void note_last(struct client *client, const struct nlmsghdr *request)
{
	uint32_t rule = request_u32(request, LEVEE_A_POLICY_RULE);
	uint32_t feature = request_u32(request, LEVEE_A_POLICY_FEATURE);
	uint32_t action = request_u32(request, LEVEE_A_POLICY_ACTION);
	struct levee_entry *last;

	if (rule >= MESSAGE_RULES || feature > LEVEE_FEATURE_MAX || action > LEVEE_ACTION_MAX)
		return;
	/* It need not be exact: above every list that has something is enough. */
	last = &client->world.last[rule][feature][action];
	last->target = feature == LEVEE_FEATURE_OUTBOUND ? LEVEE_TARGET_LOOPBACK :
		       feature == LEVEE_FEATURE_LISTEN ? LEVEE_TARGET_EPHEMERAL : LEVEE_TARGET_XDP;
	last->proto = 6;
}

/* What a request that was accepted means for the stage. */
static void accepted(struct client *client, const struct nlmsghdr *request)
{
	switch (((const char *)request)[NLMSG_HDRLEN]) {
	case LEVEE_CMD_RULE_ADD:
		client->world.staged_rules++;
		break;
	case LEVEE_CMD_ENTRIES_ADD:
		note_entries(client, request);
		note_last(client, request);
		break;
	case LEVEE_CMD_POLICY_ABANDON:
		stage_over(client);
		break;
	}
}

#define UNKNOWN ((unsigned int)-1)

static void expect_published(struct client *client, unsigned char cmd, struct nl_policy *expected)
{
	expected->rules = expected->entries = 0;
	if (cmd != LEVEE_CMD_POLICY_COMMIT)
		return;
	expected->rules = client->unsure ? UNKNOWN : client->world.staged_rules;
	expected->entries = client->unsure ? UNKNOWN : client->entries;
	stage_over(client);
}

static bool of_stage(const struct client *client, const struct nlmsghdr *request)
{
	unsigned char cmd = ((const char *)request)[NLMSG_HDRLEN];
	const struct nlattr *attr = nl_find(request, LEVEE_A_POLICY_STAGE);

	return cmd >= LEVEE_CMD_RULE_ADD && cmd <= LEVEE_CMD_POLICY_ABANDON &&
	       attr && nl_get_u64(attr) == client->world.stage;
}

/* Requests that were sent at once, in order, and what was answered. */
static void read_answers(struct client *client, const struct nl_msg *sent, unsigned int *published,
			 struct nl_policy *expected)
{
	const struct nlmsghdr *header, *request;
	int len, left, error, rest;
	unsigned char cmd;
	uint64_t stage;

	while ((len = nl_receive(client->fd, answer, sizeof(answer))) > 0) {
		header = (struct nlmsghdr *)answer;
		for (left = len; nl_ok(header, left); header = nl_next(header, &left)) {
			/* The request that this answers. */
			request = (const struct nlmsghdr *)sent->data;
			for (rest = sent->len; nl_ok(request, rest) && request->nlmsg_seq != header->nlmsg_seq;
			     request = nl_next(request, &rest))
				;
			if (!nl_ok(request, rest))
				continue;	/* of a dump that began before */
			cmd = ((const char *)request)[NLMSG_HDRLEN];
			if (header->nlmsg_type == NLMSG_ERROR) {
				memcpy(&error, NLMSG_DATA(header), sizeof(error));
				counts[cmd].accepted += !error;
				counts[cmd].refused += !!error;
				if (verbose)
					printf("%s: %d\n", op_of(cmd)->name, error);
				/* What is no request is acknowledged, and that is all. */
				if (!error && request->nlmsg_flags & NLM_F_REQUEST)
					accepted(client, request);
				else if (error == -ENOENT && of_stage(client, request))
					stage_over(client);
			} else if (header->nlmsg_type == NLMSG_DONE) {
				counts[cmd].accepted++;
			} else if (header->nlmsg_type >= NLMSG_MIN_TYPE && cmd == LEVEE_CMD_POLICY_BEGIN) {
				stage = nl_get_u64(nl_find(header, LEVEE_A_POLICY_STAGE));
				stage_over(client);
				client->staged = true;
				client->world.stage = stage;
			} else if (header->nlmsg_type >= NLMSG_MIN_TYPE &&
				   (cmd == LEVEE_CMD_POLICY_COMMIT || cmd == LEVEE_CMD_POLICY_FLUSH) &&
				   !(header->nlmsg_flags & NLM_F_MULTI)) {
				(*published)++;
				expected->generation++;
				if (nl_get_u64(nl_find(header, LEVEE_A_POLICY_GENERATION)) != expected->generation)
					fail("a generation is not the one after the last");
				expect_published(client, cmd, expected);
			}
		}
	}
	if (len != -EAGAIN)
		fail("recv: %s", strerror(-len));
}

/* The invariant. */
static void check(const struct nl_policy *expected, bool published)
{
	struct nl_policy now;

	nl_policy(&now);
	if (now.generation != expected->generation)
		fail("generation %llu, not %llu", (unsigned long long)now.generation,
		     (unsigned long long)expected->generation);
	if (expected->rules != UNKNOWN &&
	    (now.rules != expected->rules || now.entries != expected->entries))
		fail("%u rules and %u entries are live, not %u and %u", now.rules, now.entries,
		     expected->rules, expected->entries);
	if (!published && now.digest != live.digest)
		fail("the live policy changed without a commit");
	live = now;
}

static void keep_if_new(void)
{
	unsigned int at;

	if (!cover_new() || msg.len > CORPUS_LEN)
		return;
	at = kept < CORPUS ? kept++ : pick(CORPUS);
	corpus[at].len = msg.len;
	memcpy(corpus[at].data, msg.data, msg.len);
}

static void send_and_check(struct client *client)
{
	struct nl_policy expected = live;
	unsigned int published = 0;
	int err;

	cover_clear();
	err = nl_send(client->fd, &msg);
	keep_if_new();
	if (err && err != -EINVAL && err != -EMSGSIZE)
		fail("send: %s", strerror(-err));
	read_answers(client, &msg, &published, &expected);
	check(&expected, published);
}

static void refresh_world(struct client *client)
{
	client->world.generation = live.generation;
	client->world.live_rules = live.rules;
	client->world.cgroups = cgroup_ids;
	client->world.nr_cgroups = 4;
}

/* What is likely to be next in a transaction; the rest is for chance. */
static const struct nl_op *choose(const struct client *client)
{
	if (chance(35))
		return &nl_ops[pick(NL_OPS)];
	if (!client->staged)
		return op_of(LEVEE_CMD_POLICY_BEGIN);
	if (!client->world.staged_rules || (client->world.staged_rules < 4 && chance(25)))
		return op_of(LEVEE_CMD_RULE_ADD);
	return op_of(chance(80) ? LEVEE_CMD_ENTRIES_ADD : LEVEE_CMD_POLICY_COMMIT);
}

static void make_one(struct client *client)
{
	unsigned int times, at;
	const struct nl_op *op;

	refresh_world(client);
	if (kept && chance(25)) {
		at = pick(kept);
		msg.len = corpus[at].len;
		memcpy(msg.data, corpus[at].data, msg.len);
		nl_header(&msg)->nlmsg_len = msg.len;
		op = op_of(msg.data[NLMSG_HDRLEN]);
		if (chance(90))
			message_adapt(&msg, &client->world);
		times = 1 + pick(4);
	} else {
		op = choose(client);
		message_valid(&msg, op, &client->world);
		times = chance(50) ? 0 : 1 + pick(3);
	}
	while (times--)
		message_mutate(&msg, op);
	nl_header(&msg)->nlmsg_seq = ++done;
	if (!(nl_header(&msg)->nlmsg_flags & NLM_F_ACK))
		client->unsure = true;
	counts[(unsigned char)msg.data[NLMSG_HDRLEN]].sent++;
}

/* Several requests in one datagram. */
static void step_batch(struct client *client)
{
	static struct nl_msg all;
	unsigned int times = 2 + pick(7);

	all.len = 0;
	while (times--) {
		make_one(client);
		nl_header(&msg)->nlmsg_len = msg.len;
		if (all.len + msg.len > NL_ROOM)
			break;
		memcpy(all.data + all.len, msg.data, msg.len);
		all.len += NLMSG_ALIGN(msg.len);
	}
	if (all.len > NL_ROOM)
		return;
	memcpy(msg.data, all.data, all.len);
	msg.len = all.len;
	send_and_check(client);
}

/* A dump of which not all is read, at least not now. */
static void step_dump(struct client *client)
{
	static const unsigned char dumps[] = {
		LEVEE_CMD_RULE_GET, LEVEE_CMD_ENTRY_GET, LEVEE_CMD_WORKLOAD_GET, LEVEE_CMD_EVENT_GET,
	};
	const struct nl_op *op = op_of(dumps[pick(4)]);
	unsigned int reads = pick(3);

	refresh_world(client);
	nl_begin(&msg, op->cmd, NLM_F_DUMP);
	if (chance(50)) {
		message_valid(&msg, op, &client->world);
		nl_header(&msg)->nlmsg_flags |= NLM_F_DUMP;
		if (chance(50))
			message_mutate(&msg, op);
	}
	nl_header(&msg)->nlmsg_seq = ++done;
	counts[op->cmd].sent++;
	cover_clear();
	nl_send(client->fd, &msg);
	while (reads-- && nl_receive(client->fd, answer, sizeof(answer)) > 0)
		;
	keep_if_new();
	if (chance(40))
		client_close(client);
	check(&live, false);
}

/* More stages than there may be, and all of them gone at once. */
static void step_crowd(void)
{
	int fds[20], error, refused = 0;
	unsigned int i;

	for (i = 0; i < 20; i++) {
		fds[i] = nl_open();
		nl_begin(&msg, LEVEE_CMD_POLICY_BEGIN, NLM_F_ACK);
		error = nl_ask(fds[i], &msg, 0, NULL);
		refused += error == -ENOSPC;
		if (error && error != -ENOSPC)
			fail("policy-begin: %s", strerror(-error));
		done++;
	}
	if (!refused)
		fail("20 stages at once were not refused");
	for (i = 0; i < 20; i++)
		close(fds[i]);
	check(&live, false);
}

static void step(void)
{
	struct client *client = &clients[pick(CLIENTS)];

	switch (pick(200)) {
	case 0 ... 5:
		client_close(client);
		check(&live, false);
		break;
	case 6 ... 11:
		step_dump(client);
		break;
	case 12 ... 19:
		traffic();
		break;
	case 20:
		rebirth();
		break;
	case 21:
		if (chance(10))
			step_crowd();
		break;
	case 22 ... 110:
		step_batch(client);
		break;
	default:
		make_one(client);
		send_and_check(client);
	}
}

/* Every operation was accepted at least once, or nothing is known of it. */
static unsigned int show_operations(void)
{
	unsigned int i, never = 0;
	const struct nl_op *op;

	printf("%-16s %9s %9s %9s\n", "operation", "sent", "accepted", "refused");
	for (i = 0; i < NL_OPS; i++) {
		op = &nl_ops[i];
		printf("%-16s %9llu %9llu %9llu\n", op->name, (unsigned long long)counts[op->cmd].sent,
		       (unsigned long long)counts[op->cmd].accepted,
		       (unsigned long long)counts[op->cmd].refused);
		/* In a short run, nothing may ever be stopped, and so released. */
		if ((op->doit || op->dumpit) && !counts[op->cmd].accepted && wanted >= 20000) {
			printf("%s was never accepted\n", op->name);
			never++;
		}
	}
	return never;
}

static double seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec + now.tv_nsec / 1e9;
}

/* A quarantine outlives its policy, and keeps the module. */
static void release_all(void)
{
	int fd = nl_open(), other = nl_open(), len, left;
	const struct nlmsghdr *header;

	nl_begin(&msg, LEVEE_CMD_WORKLOAD_GET, NLM_F_DUMP);
	nl_send(fd, &msg);
	while ((len = nl_receive(fd, answer, sizeof(answer))) > 0) {
		header = (struct nlmsghdr *)answer;
		for (left = len; nl_ok(header, left); header = nl_next(header, &left)) {
			if (header->nlmsg_type < NLMSG_MIN_TYPE ||
			    !nl_find(header, LEVEE_A_WORKLOAD_QUARANTINED))
				continue;
			nl_begin(&msg, LEVEE_CMD_RELEASE, NLM_F_ACK);
			nl_u64(&msg, LEVEE_A_WORKLOAD_CGROUP_ID,
			       nl_get_u64(nl_find(header, LEVEE_A_WORKLOAD_CGROUP_ID)));
			if (nl_ask(other, &msg, 0, NULL))
				fail("a quarantined workload cannot be released");
		}
	}
	close(fd);
	close(other);
}

static void finish(void)
{
	unsigned int i;

	for (i = 0; i < CLIENTS; i++)
		close(clients[i].fd);
	if (nl_limit_used("stages"))
		fail("%llu stages are open, and no socket is",
		     (unsigned long long)nl_limit_used("stages"));
	if (traffic_fd >= 0)
		close(traffic_fd);
	if (traffic_pid)
		waitpid(traffic_pid, NULL, 0);
	release_all();
	nl_begin(&msg, LEVEE_CMD_POLICY_FLUSH, NLM_F_ACK);
	clients[0].fd = nl_open();
	if (nl_ask(clients[0].fd, &msg, 0, NULL))
		fail("policy-flush is refused at the end");
	close(clients[0].fd);
}

int main(int argc, char **argv)
{
	double start, next;
	int i, listening;

	for (i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "--verbose")) {
			verbose = true;
		} else if (i + 1 < argc && !strcmp(argv[i], "--seed")) {
			seed = strtoull(argv[++i], NULL, 0);
		} else if (i + 1 < argc && !strcmp(argv[i], "--messages")) {
			wanted = strtoull(argv[++i], NULL, 0);
		} else {
			fprintf(stderr, "usage: fuzz [--seed N] [--messages N] [--verbose]\n");
			return 2;
		}
	}
	message_seed(seed);
	world_init();
	cover_init();
	for (i = 0; i < CLIENTS; i++)
		client_open(&clients[i]);
	/* Somebody reads events, so that they are built. */
	listening = nl_open();
	if (nl_join(listening, "audit") || nl_join(listening, "notice") || nl_join(listening, "incident"))
		fail("no multicast groups");
	nl_policy(&live);
	on_failure = show_message;
	start = seconds();
	next = start + 30;
	while (done < wanted) {
		step();
		if (!(done % 64))
			nl_drain(listening);
		if (seconds() > next) {
			printf("%llu messages, generation %llu, %u places reached\n", (unsigned long long)done,
			       (unsigned long long)live.generation, reached);
			fflush(stdout);
			next += 30;
		}
	}
	finish();
	i = show_operations();
	printf("%llu messages in %.0f s, seed %llu, %llu policies published, %s", (unsigned long long)done,
	       seconds() - start, (unsigned long long)seed, (unsigned long long)live.generation,
	       cover ? "" : "no kcov: not guided\n");
	if (cover)
		printf("%u places of levee reached, %u requests kept\n", reached, kept);
	return i ? 1 : 0;
}
