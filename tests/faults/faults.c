// SPDX-License-Identifier: GPL-2.0
/*
 * Fail each allocation of each netlink operation, of loading the module and of
 * the first commit, one by one, until nothing is left to fail; again with no
 * pages to be had meanwhile, because kvmalloc() has them to fall back on; kill
 * a client after each message of a transaction.
 *
 *   faults [--module FILE] [NAME]...
 *
 * After each failure the live policy is the old one (or, for what publishes
 * and was not refused, the new one), the error is told, and the same request
 * works. Prints `ok NAME` or `not ok NAME: WHY`, then the table of sites.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/levee.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../fuzz/netlink/nl.h"
#include "spec.h"

#define CGROUPS		"/sys/fs/cgroup/faults"
#define SITES_MAX	5000
#define NAMES_MAX	2048

/* What was answered to failures of one kind of request. */
struct row {
	char name[48];
	unsigned int sites, enomem, enobufs, lost, tolerated;
	char functions[NAMES_MAX];	/* of levee, in which it failed */
};

static struct row rows[64];
static unsigned int nr_rows, failed;
static struct nl_msg msg;
static int fail_nth = -1, make_it_fail = -1, kmsg = -1;
static bool no_pages;	/* each allocation of pages fails, too */
static uint64_t cgroup_a, cgroup_q;
static char why[256];

/* Always false, so that it can be returned. */
__attribute__((format(printf, 1, 2))) static bool refuse(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(why, sizeof(why), format, args);
	va_end(args);
	return false;
}

static void write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		fail("%s: %s", path, strerror(errno));
	close(fd);
}

/* fail-nth */

static void faults_init(void)
{
	static const char * const settings[][2] = {
		{ "failslab/ignore-gfp-wait", "N" },
		{ "failslab/verbose", "2" },
		{ "failslab/verbose_ratelimit_interval_ms", "0" },
		{ "fail_page_alloc/ignore-gfp-wait", "N" },
		{ "fail_page_alloc/ignore-gfp-highmem", "N" },
		{ "fail_page_alloc/min-order", "0" },
		/* Of a task that says make-it-fail, always. */
		{ "fail_page_alloc/task-filter", "Y" },
		{ "fail_page_alloc/probability", "100" },
		{ "fail_page_alloc/times", "-1" },
		{ "fail_page_alloc/verbose", "2" },
		{ "fail_page_alloc/verbose_ratelimit_interval_ms", "0" },
	};
	char path[128];
	size_t i;

	for (i = 0; i < sizeof(settings) / sizeof(settings[0]); i++) {
		snprintf(path, sizeof(path), "/sys/kernel/debug/%s", settings[i][0]);
		write_file(path, settings[i][1]);
	}
	fail_nth = open("/proc/thread-self/fail-nth", O_RDWR | O_CLOEXEC);
	make_it_fail = open("/proc/self/make-it-fail", O_RDWR | O_CLOEXEC);
	kmsg = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (fail_nth < 0 || make_it_fail < 0 || kmsg < 0)
		fail("no fail-nth, or no kernel log: %s", strerror(errno));
}

static void arm(unsigned int nth)
{
	char text[16];

	lseek(kmsg, 0, SEEK_END);
	if (no_pages && pwrite(make_it_fail, "1", 1, 0) < 0)
		fail("make-it-fail: %s", strerror(errno));
	if (pwrite(fail_nth, text, snprintf(text, sizeof(text), "%u", nth), 0) < 0)
		fail("fail-nth: %s", strerror(errno));
}

/* True when the allocation was reached, and so failed. */
static bool disarm(void)
{
	char text[16] = "";

	if (no_pages && pwrite(make_it_fail, "0", 1, 0) < 0)
		fail("make-it-fail: %s", strerror(errno));
	if (pread(fail_nth, text, sizeof(text) - 1, 0) < 0 || pwrite(fail_nth, "0", 1, 0) < 0)
		fail("fail-nth: %s", strerror(errno));
	return !atoi(text);
}

/* From the trace in the kernel's log: the innermost function of levee. True if @outer is in it. */
static bool note_function(struct row *row, const char *outer)
{
	char line[1024], name[128], *at, *end;
	bool found = false, traced = false, inside = false;
	ssize_t len;

	for (;;) {
		len = read(kmsg, line, sizeof(line) - 1);
		if (len < 0 && errno == EPIPE)
			continue;	/* some were overwritten */
		if (len < 0)
			return inside || !traced;
		line[len] = 0;
		traced |= !!strstr(line, "FAULT_INJECTION");
		inside |= !strstr(line, "? ") && strstr(line, outer);
		end = strstr(line, " [levee]");
		if (found || !end || strstr(line, "? "))
			continue;
		while (end > line && *end != '+')
			end--;
		for (at = end; at > line && at[-1] != ' ' && at[-1] != ';'; at--)
			;
		found = true;
		snprintf(name, sizeof(name), " %.*s ", (int)(end - at), at);
		if (end > at && !strstr(row->functions, name) &&
		    strlen(row->functions) + strlen(name) < NAMES_MAX)
			strcat(row->functions, row->functions[0] ? name + 1 : name);
	}
}

static struct row *new_row(const char *name)
{
	struct row *row = &rows[nr_rows++];

	snprintf(row->name, sizeof(row->name), "%s", name);
	return row;
}

static bool note_answer(struct row *row, int err)
{
	row->sites++;
	if (err == -ENOMEM)
		row->enomem++;
	else if (err == -ENOBUFS)
		row->enobufs++;
	else if (err == NL_LOST)
		row->lost++;
	else if (!err)
		row->tolerated++;
	else
		return refuse("failure %u is answered with %s", row->sites, strerror(-err));
	return true;
}

/* Requests that succeed, each in the state that it needs. */

static void ask(int fd)
{
	int err = nl_ask(fd, &msg, 0, NULL);

	if (err)
		fail("a request for preparation fails: %d", err);
}

static uint64_t stage, feed_stage;

static void ask_begin(int fd)
{
	int err;

	nl_begin(&msg, LEVEE_CMD_POLICY_BEGIN, NLM_F_ACK);
	err = nl_ask(fd, &msg, LEVEE_A_POLICY_STAGE, &stage);
	if (err)
		fail("policy-begin fails: %d", err);
}

static void put_section(uint32_t feature, uint32_t effect)
{
	unsigned int at = nl_nest(&msg, LEVEE_A_POLICY_SECTION);

	nl_u32(&msg, LEVEE_A_SECTION_FEATURE, feature);
	nl_u32(&msg, LEVEE_A_SECTION_EFFECT, effect);
	nl_nest_end(&msg, at);
}

static void make_rule(uint32_t index, const char *name, const char *scope, uint32_t effect)
{
	unsigned int at;

	nl_begin(&msg, LEVEE_CMD_RULE_ADD, NLM_F_ACK);
	nl_u64(&msg, LEVEE_A_POLICY_STAGE, stage);
	nl_u32(&msg, LEVEE_A_POLICY_RULE, index);
	nl_text(&msg, LEVEE_A_POLICY_NAME, name);
	at = nl_nest(&msg, LEVEE_A_POLICY_PATTERN);
	nl_u32(&msg, LEVEE_A_PATTERN_FIELD, LEVEE_SCOPE_FIELD_CGROUP);
	nl_text(&msg, LEVEE_A_PATTERN_TEXT, scope);
	nl_nest_end(&msg, at);
	put_section(LEVEE_FEATURE_OUTBOUND, effect);
	put_section(LEVEE_FEATURE_LISTEN, LEVEE_EFFECT_ALERT);
}

/* 192.0.2.0/24 and @count hosts: enough of them make the list grow more than once. */
static void make_entries(uint32_t rule, unsigned int count)
{
	unsigned char net[4] = { 192, 0, 2, 0 };
	unsigned int i, at;

	nl_begin(&msg, LEVEE_CMD_ENTRIES_ADD, NLM_F_ACK);
	nl_u64(&msg, LEVEE_A_POLICY_STAGE, stage);
	nl_u32(&msg, LEVEE_A_POLICY_RULE, rule);
	nl_u32(&msg, LEVEE_A_POLICY_FEATURE, LEVEE_FEATURE_OUTBOUND);
	nl_u32(&msg, LEVEE_A_POLICY_ACTION, LEVEE_ACTION_DENY);
	for (i = 0; i <= count; i++) {
		at = nl_nest(&msg, LEVEE_A_POLICY_ENTRY);
		nl_u32(&msg, LEVEE_A_ENTRY_TARGET, LEVEE_TARGET_PREFIX);
		net[2] = 2 + i / 256;
		net[3] = i % 256;
		nl_put(&msg, LEVEE_A_ENTRY_ADDRESS, net, sizeof(net));
		nl_u32(&msg, LEVEE_A_ENTRY_PREFIX_LEN, i ? 32 : 24);
		nl_nest_end(&msg, at);
	}
}

static void make_commit(void)
{
	nl_begin(&msg, LEVEE_CMD_POLICY_COMMIT, NLM_F_ACK);
	nl_u64(&msg, LEVEE_A_POLICY_STAGE, stage);
}

/* The transaction whose policy is live, message by message; false when it is over. */
static bool make_message(unsigned int number, int fd)
{
	switch (number) {
	case 0:
		ask_begin(fd);
		return true;
	case 1:
		make_rule(0, "keep", "/faults/a", LEVEE_EFFECT_PREVENT);
		break;
	case 2:
		make_entries(0, 40);
		break;
	case 3:
		make_rule(1, "stop", "/faults/q", LEVEE_EFFECT_BLOCK);
		break;
	case 4:
		make_entries(1, 0);
		break;
	default:
		return false;
	}
	ask(fd);
	return true;
}

static void stage_all(int fd)
{
	for (unsigned int i = 0; make_message(i, fd); i++)
		;
}

static void commit_policy(void)
{
	int fd = nl_open();

	stage_all(fd);
	make_commit();
	ask(fd);
	close(fd);
}

static void flush_policy(void)
{
	int fd = nl_open();

	nl_begin(&msg, LEVEE_CMD_POLICY_FLUSH, NLM_F_ACK);
	ask(fd);
	close(fd);
}

/* A task of the second rule does what has it killed. */
static void quarantine(int fd)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(9) };
	int status, sock;
	pid_t pid;

	(void)fd;
	inet_pton(AF_INET, "192.0.2.1", &to.sin_addr);
	fflush(stdout);
	pid = fork();
	if (!pid) {
		write_file(CGROUPS "/q/cgroup.procs", "0");
		sock = socket(AF_INET, SOCK_DGRAM, 0);
		sendto(sock, "x", 1, 0, (struct sockaddr *)&to, sizeof(to));
		pause();
	}
	waitpid(pid, &status, 0);
	if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGKILL)
		fail("a workload was not stopped");
}

/* Feeds: enough names that their table takes pages. */
#define FEED_NAMES	1000

static void request_feed_begin(void)
{
	nl_begin(&msg, LEVEE_CMD_FEED_BEGIN, NLM_F_ACK);
	nl_text(&msg, LEVEE_A_FEED_NAME, "names");
	nl_u32(&msg, LEVEE_A_FEED_KIND, LEVEE_FEED_KIND_DOMAINS);
	nl_u64(&msg, LEVEE_A_FEED_COUNT, FEED_NAMES);
}

static void request_feed_add(void)
{
	static unsigned char names[FEED_NAMES * 11];
	unsigned int i;

	/* As they are in a packet: "n000.test". snprintf()'s zero is the root. */
	for (i = 0; i < FEED_NAMES; i++)
		snprintf((char *)names + i * 11, 11, "\4n%03u\4test", i);
	nl_begin(&msg, LEVEE_CMD_FEED_ADD, NLM_F_ACK);
	nl_u64(&msg, LEVEE_A_FEED_STAGE, feed_stage);
	nl_put(&msg, LEVEE_A_FEED_NAMES, names, sizeof(names));
}

static void request_feed_commit(void)
{
	nl_begin(&msg, LEVEE_CMD_FEED_COMMIT, NLM_F_ACK);
	nl_u64(&msg, LEVEE_A_FEED_STAGE, feed_stage);
}

static void request_feed_abandon(void)
{
	nl_begin(&msg, LEVEE_CMD_FEED_ABANDON, NLM_F_ACK);
	nl_u64(&msg, LEVEE_A_FEED_STAGE, feed_stage);
}

static void request_feed_unload(void)
{
	nl_begin(&msg, LEVEE_CMD_FEED_UNLOAD, NLM_F_ACK);
	nl_text(&msg, LEVEE_A_FEED_NAME, "names");
}

static void request_feed_get(void)
{
	nl_begin(&msg, LEVEE_CMD_FEED_GET, NLM_F_ACK);
	nl_text(&msg, LEVEE_A_FEED_NAME, "names");
}

static void before_feed(int fd)
{
	int err;

	request_feed_begin();
	err = nl_ask(fd, &msg, LEVEE_A_FEED_STAGE, &feed_stage);
	if (err)
		fail("feed-begin fails: %d", err);
}

static void stage_feed(int fd)
{
	before_feed(fd);
	request_feed_add();
	ask(fd);
}

static void load_feed(int fd)
{
	stage_feed(fd);
	request_feed_commit();
	ask(fd);
}

static void before_rule(int fd)
{
	make_message(0, fd);
}

static void before_entries(int fd)
{
	make_message(0, fd);
	make_message(1, fd);
}

static void no_policy(int fd)
{
	flush_policy();
	stage_all(fd);
}

static void request_begin(void)
{
	nl_begin(&msg, LEVEE_CMD_POLICY_BEGIN, NLM_F_ACK);
}

static void request_rule(void)
{
	make_rule(0, "keep", "/faults/a", LEVEE_EFFECT_PREVENT);
}

/* The table of rules is there already, and needs no pages. */
static void request_second_rule(void)
{
	make_rule(1, "second", "/faults/a", LEVEE_EFFECT_PREVENT);
}

static void request_entries(void)
{
	make_entries(0, 40);
}

static void request_abandon(void)
{
	nl_begin(&msg, LEVEE_CMD_POLICY_ABANDON, NLM_F_ACK);
	nl_u64(&msg, LEVEE_A_POLICY_STAGE, stage);
}

static void request_flush(void)
{
	nl_begin(&msg, LEVEE_CMD_POLICY_FLUSH, NLM_F_ACK);
}

static void request_status(void)
{
	nl_begin(&msg, LEVEE_CMD_STATUS_GET, NLM_F_ACK);
}

static void request_rule_get(void)
{
	nl_begin(&msg, LEVEE_CMD_RULE_GET, NLM_F_ACK);
	nl_u32(&msg, LEVEE_A_POLICY_RULE, 0);
}

static void request_entry_get(void)
{
	nl_begin(&msg, LEVEE_CMD_ENTRY_GET, NLM_F_ACK);
	nl_u32(&msg, LEVEE_A_POLICY_RULE, 0);
	nl_u32(&msg, LEVEE_A_POLICY_FEATURE, LEVEE_FEATURE_OUTBOUND);
	nl_u32(&msg, LEVEE_A_POLICY_ACTION, LEVEE_ACTION_DENY);
}

static void request_workload(void)
{
	nl_begin(&msg, LEVEE_CMD_WORKLOAD_GET, NLM_F_ACK);
	nl_u64(&msg, LEVEE_A_WORKLOAD_CGROUP_ID, cgroup_a);
}

static void request_explain(void)
{
	unsigned char addr[4] = { 192, 0, 2, 1 };

	nl_begin(&msg, LEVEE_CMD_EXPLAIN, NLM_F_ACK);
	nl_u64(&msg, LEVEE_A_ACT_CGROUP_ID, cgroup_a);
	nl_u32(&msg, LEVEE_A_ACT_FEATURE, LEVEE_FEATURE_OUTBOUND);
	nl_u32(&msg, LEVEE_A_ACT_PROTO, IPPROTO_TCP);
	nl_put(&msg, LEVEE_A_ACT_ADDRESS, addr, sizeof(addr));
}

static void request_release(void)
{
	nl_begin(&msg, LEVEE_CMD_RELEASE, NLM_F_ACK);
	nl_u64(&msg, LEVEE_A_WORKLOAD_CGROUP_ID, cgroup_q);
}

static void request_event(void)
{
	nl_begin(&msg, LEVEE_CMD_EVENT_GET, NLM_F_ACK);
	nl_u32(&msg, LEVEE_A_EVENT_TYPE, LEVEE_EVENT_TYPE_NOTICE);
}

static const struct scenario {
	void (*before)(int fd);		/* the state that it needs */
	void (*request)(void);
	bool publishes;			/* a policy */
	bool publishes_feed;
	bool once;			/* what is done is not done again */
	bool ends;			/* what it is about is gone when it is refused, too */
} scenarios[] = {
	[LEVEE_CMD_STATUS_GET] = { NULL, request_status },
	[LEVEE_CMD_POLICY_BEGIN] = { NULL, request_begin, .once = true },
	[LEVEE_CMD_RULE_ADD] = { before_rule, request_rule, .once = true },
	[LEVEE_CMD_ENTRIES_ADD] = { before_entries, request_entries, .once = true },
	[LEVEE_CMD_POLICY_COMMIT] = {
		stage_all, make_commit, .publishes = true, .once = true, .ends = true },
	[LEVEE_CMD_POLICY_ABANDON] = { stage_all, request_abandon, .once = true },
	[LEVEE_CMD_POLICY_FLUSH] = { NULL, request_flush, .publishes = true },
	[LEVEE_CMD_RULE_GET] = { NULL, request_rule_get },
	[LEVEE_CMD_ENTRY_GET] = { NULL, request_entry_get },
	[LEVEE_CMD_WORKLOAD_GET] = { NULL, request_workload },
	[LEVEE_CMD_EXPLAIN] = { NULL, request_explain },
	[LEVEE_CMD_RELEASE] = { quarantine, request_release, .once = true },
	[LEVEE_CMD_EVENT_GET] = { NULL, request_event },
	[LEVEE_CMD_FEED_BEGIN] = { NULL, request_feed_begin, .once = true },
	[LEVEE_CMD_FEED_ADD] = { before_feed, request_feed_add, .once = true },
	[LEVEE_CMD_FEED_COMMIT] = {
		stage_feed, request_feed_commit, .publishes_feed = true, .once = true, .ends = true },
	[LEVEE_CMD_FEED_ABANDON] = { stage_feed, request_feed_abandon, .once = true },
	[LEVEE_CMD_FEED_UNLOAD] = {
		load_feed, request_feed_unload, .publishes_feed = true, .once = true },
	[LEVEE_CMD_FEED_GET] = { load_feed, request_feed_get },
};

static const struct scenario second_rule = { before_entries, request_second_rule, .once = true };
static const struct scenario first_commit = {
	no_policy, make_commit, .publishes = true, .once = true, .ends = true };

static unsigned int module_references(void)
{
	char text[16] = "";
	int fd = open("/sys/module/levee/refcnt", O_RDONLY | O_CLOEXEC);

	if (fd < 0 || read(fd, text, sizeof(text) - 1) < 0)
		fail("no reference count: %s", strerror(errno));
	close(fd);
	return atoi(text);
}

/* The request again, after a failure that it was told of. */
static bool works_now(const struct scenario *scenario, int fd, unsigned int flags)
{
	int err;

	scenario->request();
	nl_header(&msg)->nlmsg_flags |= flags;
	err = nl_ask(fd, &msg, 0, NULL);
	/* A commit that is refused is over; it may have failed before it came to that. */
	if (err == -ENOENT && scenario->ends) {
		scenario->before(fd);
		scenario->request();
		err = nl_ask(fd, &msg, 0, NULL);
	}
	return !err || refuse("the same request fails after a failure: %s", strerror(err > 0 ? ENOBUFS : -err));
}

/* The module has one reference while there is something to enforce, and else none. */
static bool held_once(unsigned int nth, const struct nl_policy *policy)
{
	return module_references() == !!policy->rules ||
	       refuse("failure %u: %u references to the module with %u rules", nth,
		      module_references(), policy->rules);
}

/* One failure; false with `why`. *reached tells whether there was one. */
static bool fail_one(const struct scenario *scenario, struct row *row, unsigned int nth,
		     unsigned int flags, bool *reached)
{
	bool good = true, changed, feeds_changed;
	struct nl_policy before, after;
	int fd = nl_open(), err;
	uint64_t feeds;

	if (scenario->before)
		scenario->before(fd);
	nl_policy(&before);
	feeds = nl_feeds();
	scenario->request();
	nl_header(&msg)->nlmsg_flags |= flags;
	arm(nth);
	err = nl_ask(fd, &msg, 0, NULL);
	*reached = disarm();
	if (*reached)
		note_function(row, "");
	if (*reached)
		good = note_answer(row, err);
	else if (err && !(no_pages && (err == -ENOMEM || err == -ENOBUFS || err == NL_LOST)))
		good = refuse("without a failure: %s", strerror(err > 0 ? ENOBUFS : -err));
	nl_policy(&after);
	changed = !nl_same(&before, &after);
	feeds_changed = nl_feeds() != feeds;
	if (good && changed && (!scenario->publishes || err < 0))
		good = refuse("failure %u changes the live policy", nth);
	if (good && scenario->publishes && !err && !changed)
		good = refuse("failure %u: published, but nothing changed", nth);
	if (good && feeds_changed && (!scenario->publishes_feed || err < 0))
		good = refuse("failure %u changes the live feeds", nth);
	if (good && scenario->publishes_feed && !err && !feeds_changed)
		good = refuse("failure %u: done, but no feed changed", nth);
	if (good && changed && after.generation != before.generation + 1)
		good = refuse("failure %u: generation %llu after %llu", nth,
			      (unsigned long long)after.generation, (unsigned long long)before.generation);
	/* Before the request is made again, which would set it right. A dump may still run. */
	if (good && !(flags & NLM_F_DUMP))
		good = held_once(nth, &after);
	if (good && *reached && err < 0 && !(flags & NLM_F_DUMP))
		good = works_now(scenario, fd, flags);
	else if (good && *reached && err == NL_LOST && !scenario->once)
		good = works_now(scenario, fd, flags);
	close(fd);
	nl_policy(&after);
	if (good && (nl_limit_used("stages") || nl_limit_used("feed_stages")))
		good = refuse("failure %u: a stage is left over", nth);
	if (good)
		good = held_once(nth, &after);
	return good;
}

static void result(const char *name, bool good)
{
	if (good)
		printf("ok faults %s\n", name);
	else
		printf("not ok faults %s: %s\n", name, why);
	failed += !good;
	fflush(stdout);
}

static void restore(void)
{
	struct nl_policy now;
	int fd = nl_open();

	/* Nothing is refused but the release of what is not quarantined, and an unloaded feed. */
	request_release();
	nl_ask(fd, &msg, 0, NULL);
	request_feed_unload();
	nl_ask(fd, &msg, 0, NULL);
	close(fd);
	nl_policy(&now);
	if (now.rules != 2)
		commit_policy();
}

/* How much can be staged until the budget refuses: in large rules, then in small ones. */
static unsigned int room(void)
{
	unsigned int large = 0, small = 0, i, at;
	char text[LEVEE_PATTERN_MAX + 1];
	int fd = nl_open(), err;

	memset(text, 'x', sizeof(text) - 1);
	text[0] = '/';
	text[sizeof(text) - 1] = 0;
	ask_begin(fd);
	for (;;) {
		make_rule(large, "large", "/faults/large", LEVEE_EFFECT_ALERT);
		for (i = 1; i < 250; i++) {
			at = nl_nest(&msg, LEVEE_A_POLICY_PATTERN);
			nl_u32(&msg, LEVEE_A_PATTERN_FIELD, LEVEE_SCOPE_FIELD_CGROUP);
			nl_text(&msg, LEVEE_A_PATTERN_TEXT, text);
			nl_nest_end(&msg, at);
		}
		err = nl_ask(fd, &msg, 0, NULL);
		if (err)
			break;
		large++;
	}
	while (err == -E2BIG) {
		make_rule(large + small, "small", "/faults/small", LEVEE_EFFECT_ALERT);
		err = nl_ask(fd, &msg, 0, NULL);
		if (err)
			break;
		small++;
		err = -E2BIG;
	}
	close(fd);
	if (err != -E2BIG)
		fail("staging without end fails with %d, not for its memory", err);
	return large * 1000 + small;
}

/* What retired feeds had is returned when no reader can be left. */
static bool feed_memory_returned(void)
{
	for (int i = 0; i < 100 && nl_limit_used("feed_memory"); i++)
		usleep(100000);
	return !nl_limit_used("feed_memory");
}

static unsigned int room_before;

static void run(const char *name, const struct scenario *scenario, unsigned int flags)
{
	struct row *row = new_row(name);
	bool good = true, reached = true;
	unsigned int nth, now;

	restore();
	for (nth = 1; good && reached && nth < SITES_MAX; nth++) {
		good = fail_one(scenario, row, nth, flags, &reached);
		restore();
	}
	if (good && reached)
		good = refuse("there is no end of allocations");
	if (good && row->enobufs + row->enomem + row->lost + row->tolerated == 0)
		good = refuse("there is nothing that could fail");
	now = good ? room() : room_before;
	if (now != room_before)
		good = refuse("staged memory is not returned: room for %u before, %u now", room_before, now);
	if (good && !feed_memory_returned())
		good = refuse("the memory of feeds is not returned");
	result(name, good);
}

/* A client dies after each message of its transaction. */
static void run_killed(void)
{
	unsigned int messages, i;
	struct nl_policy before, after;
	bool good = true, more = true;
	int status, fd;
	pid_t pid;

	restore();
	for (messages = 1; more && good; messages++) {
		nl_policy(&before);
		fflush(stdout);
		pid = fork();
		if (!pid) {
			fd = nl_open();
			for (i = 0; i < messages; i++)
				if (!make_message(i, fd))
					_exit(3);
			raise(SIGKILL);
		}
		waitpid(pid, &status, 0);
		more = WIFSIGNALED(status);
		nl_policy(&after);
		if (!nl_same(&before, &after))
			good = refuse("after %u messages, the live policy changed", messages);
		else if (nl_limit_used("stages"))
			good = refuse("after %u messages, the stage is still open", messages);
		else if (room() != room_before)
			good = refuse("after %u messages, staged memory is not returned", messages);
	}
	if (good && messages < 6)
		good = refuse("the transaction has only %u messages", messages - 1);
	result("a client killed after each message", good);
}

static bool loaded(void)
{
	return !access("/sys/module/levee", F_OK);
}

static bool unload(void)
{
	for (int i = 0; i < 50; i++) {
		if (!syscall(SYS_delete_module, "levee", O_NONBLOCK))
			return true;
		usleep(100000);
	}
	return refuse("the module cannot be unloaded: %s", strerror(errno));
}

static int load(int fd)
{
	return syscall(SYS_finit_module, fd, "", 0) ? -errno : 0;
}

/*
 * The allocations of levee's own part, from the last one back: what comes
 * before is the kernel's, and not all of it bears to fail. Ends with the
 * module loaded.
 */
static void run_load(const char *file)
{
	struct row *row = new_row("loading the module");
	bool good = true, ours = true;
	int fd = open(file, O_RDONLY | O_CLOEXEC), err;
	unsigned int nth;
	char text[16];

	if (fd < 0)
		fail("%s: %s", file, strerror(errno));
	if (loaded() && !unload())
		fail("%s", why);
	arm(SITES_MAX);
	if (load(fd) || pread(fail_nth, text, sizeof(text), 0) < 0 || disarm() || !unload())
		fail("the module cannot be loaded and unloaded");
	for (nth = SITES_MAX - atoi(text); good && ours && nth; nth--) {
		arm(nth);
		err = load(fd);
		if (disarm()) {
			ours = note_function(row, "do_init_module");
			good = note_answer(row, err);
		} else if (err) {
			good = refuse("loading fails without a failure: %s", strerror(-err));
		}
		if (good && err && (loaded() || !access("/sys/kernel/levee", F_OK)))
			good = refuse("failure %u leaves something of the module", nth);
		if (good && !err)
			good = unload();
	}
	if (good && !strstr(row->functions, "levee_"))
		good = refuse("nothing of levee failed");
	if (!loaded() && load(fd))
		fail("the module cannot be loaded");
	close(fd);
	result(row->name, good);
}

static void show_rows(void)
{
	static const char line[] =
		"==============================  =====  ======  =======  ====  =========  ====================\n";
	unsigned int i;

	printf("sites      allocations that failed, each in a run of its own\n"
	       "ENOMEM, ENOBUFS  the request is refused with that, nothing changed\n"
	       "lost       the answer could not be had, and recv() says so with ENOBUFS\n"
	       "tolerated  the request is done nonetheless; kmemleak's own are among them\n\n");
	printf("%s%-30s  %5s  %6s  %7s  %4s  %9s  %s\n%s", line, "operation", "sites", "ENOMEM", "ENOBUFS",
	       "lost", "tolerated", "functions of levee", line);
	for (i = 0; i < nr_rows; i++)
		printf("%-30s  %5u  %6u  %7u  %4u  %9u  %s\n", rows[i].name, rows[i].sites, rows[i].enomem,
		       rows[i].enobufs, rows[i].lost, rows[i].tolerated,
		       rows[i].functions[0] ? rows[i].functions + 1 : "\\-");
	printf("%s", line);
}

static bool wanted(char **names, const char *name)
{
	if (!*names)
		return true;
	for (; *names; names++)
		if (!strcmp(*names, name))
			return true;
	return false;
}

static uint64_t make_cgroup(const char *path)
{
	struct stat st;

	if ((mkdir(path, 0755) && errno != EEXIST) || stat(path, &st))
		fail("%s: %s", path, strerror(errno));
	return st.st_ino;
}

int main(int argc, char **argv)
{
	const char *module = NULL;
	const struct nl_op *op;
	char name[48];
	size_t i;

	argv++;
	if (argc > 2 && !strcmp(argv[0], "--module")) {
		module = argv[1];
		argv += 2;
	}
	faults_init();
	make_cgroup(CGROUPS);
	cgroup_a = make_cgroup(CGROUPS "/a");
	cgroup_q = make_cgroup(CGROUPS "/q");

	/* Only when it is named: User-Mode Linux does not always bear it. */
	if (module && *argv && wanted(argv, "load"))
		run_load(module);
	room_before = room();
	if (wanted(argv, "first-commit"))
		run("policy-commit, the first", &first_commit, 0);
	for (i = 0; i < NL_OPS; i++) {
		op = &nl_ops[i];
		if ((!op->doit && !op->dumpit) || !wanted(argv, op->name))
			continue;
		if (op->cmd >= sizeof(scenarios) / sizeof(scenarios[0]) || !scenarios[op->cmd].request) {
			refuse("an operation of the spec that has no scenario here");
			result(op->name, false);
			continue;
		}
		if (op->doit)
			run(op->name, &scenarios[op->cmd], 0);
		if (op->doit) {
			/* What kvmalloc() asks for is refused for good. */
			no_pages = true;
			snprintf(name, sizeof(name), "%s, no pages", op->name);
			run(name, op->cmd == LEVEE_CMD_RULE_ADD ? &second_rule : &scenarios[op->cmd], 0);
			no_pages = false;
		}
		snprintf(name, sizeof(name), "%s, dump", op->name);
		if (op->dumpit)
			run(name, &scenarios[op->cmd], NLM_F_DUMP);
	}
	if (wanted(argv, "killed"))
		run_killed();
	restore();
	flush_policy();
	show_rows();
	if (argv[0] ? strcmp(argv[0], "killed") && !nr_rows : !nr_rows) {
		refuse("nothing of that name was run");
		result("names", false);
	}
	return !!failed;
}
