// SPDX-License-Identifier: GPL-2.0
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/mount.h>

#include "control/commit.h"
#include "control/missing.h"
#include "control/status.h"
#include "fixture.h"
#include "hook/packet_hooks.h"
#include "hook/socket_hooks.h"
#include "policy/registry.h"

/* What must not change when a commit is refused. */
struct live {
	const struct levee_ruleset *rs;
	u64 generation;
	u64 epoch;
	bool armed;
	u32 workloads;
};

static struct live look(void)
{
	struct live live;

	rcu_read_lock();
	live = (struct live){ .rs = levee_live_rcu(), .generation = levee_generation(),
			      .epoch = levee_epoch(), .armed = levee_packet_hooks_armed(),
			      .workloads = levee_workloads_live() };
	rcu_read_unlock();
	return live;
}

static void expect_refused(struct kunit *test, struct levee_draft *draft, const u64 *expected,
			   int error, const char *message)
{
	struct netlink_ext_ack extack = {};
	struct live before = look(), after;
	u64 generation = 4711;

	KUNIT_EXPECT_EQ(test, fixture_try_commit(draft, expected, &generation, &extack), error);
	KUNIT_EXPECT_STREQ(test, extack._msg ?: "", message);
	KUNIT_EXPECT_EQ(test, generation, 4711ULL);
	after = look();
	KUNIT_EXPECT_PTR_EQ(test, after.rs, before.rs);
	KUNIT_EXPECT_EQ(test, after.generation, before.generation);
	KUNIT_EXPECT_EQ(test, after.epoch, before.epoch);
	KUNIT_EXPECT_EQ(test, after.armed, before.armed);
	KUNIT_EXPECT_EQ(test, after.workloads, before.workloads);
}

static struct levee_draft *good(struct kunit *test)
{
	struct levee_draft *draft = fixture_draft(test);

	fixture_rule(test, draft, "/kunit_commit");
	fixture_section(draft, 0, LEVEE_FEATURE_OUTBOUND)->written = LEVEE_EFFECT_PREVENT;
	return draft;
}

static struct levee_draft *broken(struct kunit *test)
{
	struct levee_draft *draft = good(test);
	const struct levee_draft_mark mark = levee_draft_at(draft, 0, LEVEE_FEATURE_OUTBOUND,
							    LEVEE_ACTION_ALLOW);
	struct levee_entry entry = fixture_prefix("10.0.0.1", 8, LEVEE_PROTO_ANY);

	KUNIT_ASSERT_EQ(test, levee_draft_add_entry(draft, &mark, &entry, NULL), 0);
	return draft;
}

static void expect_every_refusal(struct kunit *test)
{
	struct levee_draft *demanding = good(test);
	u64 wrong = levee_generation() + 1;

	demanding->require = LEVEE_REQUIRE_SOCKET_HOOKS;
	expect_refused(test, good(test), &wrong, -ESTALE, "another policy has become live");
	expect_refused(test, NULL, &wrong, -ESTALE, "another policy has become live");
	expect_refused(test, broken(test), NULL, -EINVAL, "the entries do not compile");
	/* User-Mode Linux has no ftrace with arguments, thus no seat. */
	expect_refused(test, demanding, NULL, -EOPNOTSUPP,
		       "the policy requires socket-hooks: not to be had here");
}

static void refusal_changes_nothing_without_a_policy(struct kunit *test)
{
	fixture_mkdir(test, "/kunit_commit");
	expect_every_refusal(test);
	KUNIT_EXPECT_FALSE(test, levee_packet_hooks_armed());
}

static void refusal_changes_nothing_of_a_policy(struct kunit *test)
{
	fixture_mkdir(test, "/kunit_commit");
	fixture_commit(test, good(test));
	expect_every_refusal(test);
	KUNIT_EXPECT_TRUE(test, levee_packet_hooks_armed());
}

static void commit_arms_and_flush_disarms(struct kunit *test)
{
	u64 before = levee_generation(), generation = 0;

	KUNIT_EXPECT_FALSE(test, levee_packet_hooks_armed());
	KUNIT_EXPECT_EQ(test, fixture_try_commit(good(test), &before, &generation, NULL), 0);
	KUNIT_EXPECT_EQ(test, generation, before + 1);
	KUNIT_EXPECT_EQ(test, levee_generation(), generation);
	KUNIT_EXPECT_TRUE(test, levee_packet_hooks_armed());
	KUNIT_EXPECT_FALSE(test, levee_socket_hooks_armed());
	KUNIT_EXPECT_EQ(test, levee_commit(NULL, &generation, &generation, NULL), 0);
	KUNIT_EXPECT_EQ(test, generation, before + 2);
	KUNIT_EXPECT_FALSE(test, levee_packet_hooks_armed());
}

static void commits_are_announced(struct kunit *test)
{
	struct levee_draft *draft = good(test);
	char expected[LEVEE_TEXT_MAX + 1];
	u64 generation;

	fixture_listen(test);
	draft->alert_only = true;
	generation = fixture_commit(test, draft);
	KUNIT_ASSERT_EQ(test, fixture_heard()->count, 2U);
	snprintf(expected, sizeof(expected),
		 "policy committed, generation %llu, 1 rules, alert only", generation);
	KUNIT_EXPECT_STREQ(test, fixture_heard()->list[0].text, expected);
	KUNIT_EXPECT_STREQ(test, fixture_heard()->list[1].text,
			   "the LSM socket hooks cannot be had (no ftrace with arguments): "
			   "raw-sockets is not enforced");
	KUNIT_EXPECT_EQ(test, levee_commit(NULL, NULL, &generation, NULL), 0);
	snprintf(expected, sizeof(expected), "policy flushed, generation %llu", generation);
	KUNIT_ASSERT_EQ(test, fixture_heard()->count, 3U);
	KUNIT_EXPECT_STREQ(test, fixture_heard()->list[2].text, expected);
}

/* Feeds. */

/* A policy whose dns section names a feed, with @nr feeds called feed-0 and so on. */
static void stage(struct kunit *test, struct levee_staged *staged, const char *named, u32 nr)
{
	struct levee_section *section;
	char name[16];

	staged->draft = good(test);
	section = fixture_section(staged->draft, 0, LEVEE_FEATURE_DNS);
	section->written = LEVEE_EFFECT_ALERT;
	section->feed_use = LEVEE_FEED_USE_NAMED;
	section->nr_feeds = 1;
	section->feeds = kvzalloc(sizeof(*section->feeds), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, section->feeds);
	strscpy(section->feeds[0], named, sizeof(section->feeds[0]));
	for (staged->nr_feeds = 0; staged->nr_feeds < nr; staged->nr_feeds++) {
		snprintf(name, sizeof(name), "feed-%u", staged->nr_feeds);
		staged->feeds[staged->nr_feeds] = fixture_feed(test, name, "feeds/x",
							       "bad.example");
		KUNIT_ASSERT_EQ(test, levee_feed_finish(staged->feeds[staged->nr_feeds], NULL), 0);
	}
}

/* The drafts are the fixture's. */
static void free_feeds(struct levee_staged *staged)
{
	while (staged->nr_feeds)
		levee_feed_free(staged->feeds[--staged->nr_feeds]);
}

static u64 commit_staged(struct kunit *test, struct levee_staged *staged)
{
	u64 generation = 0;

	KUNIT_EXPECT_EQ(test, levee_commit(staged, NULL, &generation, NULL), 0);
	KUNIT_EXPECT_EQ(test, staged->nr_feeds, 0U);
	free_feeds(staged);
	return generation;
}

static void load(struct kunit *test, const char *name)
{
	struct levee_feed *feed = fixture_feed(test, name, "", "bad.example");

	KUNIT_ASSERT_EQ(test, levee_feed_finish(feed, NULL), 0);
	KUNIT_ASSERT_EQ(test, levee_commit_feed(feed, NULL), 0);
}

/* The names of the live feeds, one behind another. */
static void expect_live(struct kunit *test, const char *expected)
{
	const struct levee_feeds *feeds;
	char names[200] = "";
	u32 i;

	rcu_read_lock();
	feeds = levee_feeds_live();
	for (i = 0; i < feeds->count; i++)
		snprintf(names + strlen(names), sizeof(names) - strlen(names), "%s%s%s",
			 i ? " " : "", feeds->feed[i]->name, feeds->feed[i]->source[0] ? "*" : "");
	rcu_read_unlock();
	KUNIT_EXPECT_STREQ(test, names, expected);
}

static void expect_heard(struct kunit *test, u32 index, const char *expected)
{
	KUNIT_ASSERT_GT(test, fixture_heard()->count, index);
	KUNIT_EXPECT_STREQ(test, fixture_heard()->list[index].text, expected);
}

static void policy_and_its_feeds_go_together(struct kunit *test)
{
	struct levee_staged *staged = kunit_kzalloc(test, sizeof(*staged), GFP_KERNEL);
	u64 generation;

	load(test, "own");
	load(test, "feed-1");
	stage(test, staged, "feed-0", 2);
	commit_staged(test, staged);
	expect_live(test, "feed-0* feed-1* own");
	/* The next policy's take the place of this one's. */
	stage(test, staged, "feed-0", 1);
	commit_staged(test, staged);
	expect_live(test, "feed-0* own");
	KUNIT_EXPECT_EQ(test, levee_commit(NULL, NULL, &generation, NULL), 0);
	expect_live(test, "own");
	KUNIT_EXPECT_EQ(test, levee_unload_feed("own", NULL), 0);
	expect_live(test, "");
}

static void expect_staged_refused(struct kunit *test, struct levee_staged *staged,
				  const u64 *expected, int error, const char *message)
{
	u64 generation = levee_generation(), unused;
	struct netlink_ext_ack extack = {};
	u32 nr = staged->nr_feeds;

	KUNIT_EXPECT_EQ(test, levee_commit(staged, expected, &unused, &extack), error);
	KUNIT_EXPECT_STREQ(test, extack._msg ?: "", message);
	KUNIT_EXPECT_EQ(test, levee_generation(), generation);
	KUNIT_EXPECT_EQ(test, staged->nr_feeds, nr);
	free_feeds(staged);
	expect_live(test, "feed-0* own");
}

/* Whatever is wrong with one of them, neither becomes live. */
static void refused_policy_changes_no_feed(struct kunit *test)
{
	struct levee_staged *staged = kunit_kzalloc(test, sizeof(*staged), GFP_KERNEL);
	u64 wrong = levee_generation() + 5;
	struct levee_draft *fine;

	load(test, "own");
	stage(test, staged, "feed-0", 1);
	commit_staged(test, staged);
	fixture_listen(test);

	stage(test, staged, "feed-0", 3);
	fine = staged->draft;
	expect_staged_refused(test, staged, &wrong, -ESTALE, "another policy has become live");
	stage(test, staged, "feed-0", 3);
	staged->draft = broken(test);
	expect_staged_refused(test, staged, NULL, -EINVAL, "the entries do not compile");
	stage(test, staged, "feed-0", 3);
	staged->draft->require = LEVEE_REQUIRE_SOCKET_HOOKS;
	expect_staged_refused(test, staged, NULL, -EOPNOTSUPP,
			      "the policy requires socket-hooks: not to be had here");
	/* With the one that is nobody's, one too many. */
	stage(test, staged, "feed-0", LEVEE_FEEDS_MAX);
	staged->draft = fine;
	expect_staged_refused(test, staged, NULL, -E2BIG, "there can be at most 64 feeds");
	KUNIT_EXPECT_EQ(test, fixture_heard()->count, 0U);
}

static void feeds_are_announced(struct kunit *test)
{
	struct levee_staged *staged = kunit_kzalloc(test, sizeof(*staged), GFP_KERNEL);
	struct netlink_ext_ack extack = {};
	u64 generation;

	fixture_listen(test);
	stage(test, staged, "later", 2);
	commit_staged(test, staged);
	/* 0 and 1 are the commit's own. */
	expect_heard(test, 2, "feed feed-0 loaded, 1 domains");
	expect_heard(test, 3, "feed feed-1 loaded, 1 domains");
	expect_heard(test, 4, "feed later: a rule names it, and it is not loaded");
	KUNIT_EXPECT_EQ(test, fixture_heard()->list[4].generation, levee_generation());
	load(test, "later");
	expect_heard(test, 5, "feed later loaded, 1 domains");
	KUNIT_EXPECT_EQ(test, levee_unload_feed("feed-1", NULL), 0);
	expect_heard(test, 6, "feed feed-1 unloaded");
	KUNIT_EXPECT_EQ(test, levee_unload_feed("later", NULL), 0);
	expect_heard(test, 7, "feed later unloaded");
	expect_heard(test, 8, "feed later: a rule names it, and it is not loaded");
	KUNIT_EXPECT_EQ(test, levee_unload_feed("later", &extack), -ENOENT);
	KUNIT_EXPECT_STREQ(test, extack._msg, "no feed has this name");
	KUNIT_EXPECT_EQ(test, levee_commit(NULL, NULL, &generation, NULL), 0);
	expect_heard(test, 9, "feed feed-0 unloaded");
	KUNIT_EXPECT_EQ(test, fixture_heard()->count, 11U);
}

static void missing_feeds_are_told_once(struct kunit *test)
{
	struct levee_staged *staged = kunit_kzalloc(test, sizeof(*staged), GFP_KERNEL);
	char name[LEVEE_NAME_MAX + 1];
	struct levee_section *section;
	u32 other;

	stage(test, staged, "later", 0);
	other = fixture_rule(test, staged->draft, "/kunit_other");
	section = fixture_section(staged->draft, other, LEVEE_FEATURE_OUTBOUND);
	section->feed_use = LEVEE_FEED_USE_NAMED;
	section->nr_feeds = 2;
	section->feeds = kvcalloc(2, sizeof(*section->feeds), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, section->feeds);
	strscpy(section->feeds[0], "later", sizeof(section->feeds[0]));
	strscpy(section->feeds[1], "never", sizeof(section->feeds[0]));
	commit_staged(test, staged);
	KUNIT_ASSERT_TRUE(test, levee_missing_feed(0, name));
	KUNIT_EXPECT_STREQ(test, name, "later");
	KUNIT_ASSERT_TRUE(test, levee_missing_feed(1, name));
	KUNIT_EXPECT_STREQ(test, name, "never");
	KUNIT_EXPECT_FALSE(test, levee_missing_feed(2, name));
	fixture_listen(test);
	load(test, "later");
	KUNIT_EXPECT_EQ(test, fixture_heard()->count, 1U);
	KUNIT_ASSERT_TRUE(test, levee_missing_feed(0, name));
	KUNIT_EXPECT_STREQ(test, name, "never");
	KUNIT_EXPECT_FALSE(test, levee_missing_feed(1, name));
}

/* Without a policy nobody asks it. */
static void feed_alone_arms_nothing(struct kunit *test)
{
	u64 epoch = levee_epoch(), generation = levee_generation();

	load(test, "own");
	KUNIT_EXPECT_FALSE(test, levee_packet_hooks_armed());
	KUNIT_EXPECT_EQ(test, levee_generation(), generation);
	/* What was decided without it is decided again. */
	KUNIT_EXPECT_NE(test, levee_epoch(), epoch);
}

static void release_of_nobody_is_refused(struct kunit *test)
{
	struct netlink_ext_ack extack = {};

	KUNIT_EXPECT_EQ(test, levee_release(12345, &extack), -ENOENT);
	KUNIT_EXPECT_STREQ(test, extack._msg, "no workload with this root is quarantined");
}

/* /sys/kernel/levee, as root reads it. */

static int read_file(const char *name, char *text, size_t size)
{
	static struct vfsmount *mnt;
	struct path root;
	struct file *file;
	char path[80];
	loff_t at = 0;
	ssize_t n;

	if (!mnt)
		mnt = kern_mount(get_fs_type("sysfs"));
	root = (struct path){ .mnt = mnt, .dentry = mnt->mnt_root };
	snprintf(path, sizeof(path), "kernel/levee/%s", name);
	file = file_open_root(&root, path, O_RDONLY, 0);
	if (IS_ERR(file))
		return PTR_ERR(file);
	n = kernel_read(file, text, size - 1, &at);
	fput(file);
	if (n <= 0)
		return n ?: -ENODATA;
	text[n - 1] = 0;	/* the newline */
	return 0;
}

static void expect_file(struct kunit *test, const char *name, const char *expected)
{
	char text[80] = "";

	KUNIT_EXPECT_EQ_MSG(test, read_file(name, text, sizeof(text)), 0, "%s", name);
	KUNIT_EXPECT_STREQ_MSG(test, text, expected, "%s", name);
}

static void files_show_what_is_live(struct kunit *test)
{
	char number[24], text[24];
	u64 generation = fixture_commit(test, good(test));

	snprintf(number, sizeof(number), "%llu", generation);
	expect_file(test, "generation", number);
	expect_file(test, "sealed", "0");
	expect_file(test, "hooks/local_out", "armed");
	expect_file(test, "rules/0/name", "rule-0");
	expect_file(test, "rules/0/audited", "0");
	rcu_read_lock();
	levee_rule_count(&levee_live_rcu()->rules[0], LEVEE_FEATURE_OUTBOUND, LEVEE_STAT_AUDITED);
	levee_rule_count(&levee_live_rcu()->rules[0], LEVEE_FEATURE_LISTEN, LEVEE_STAT_AUDITED);
	rcu_read_unlock();
	expect_file(test, "rules/0/audited", "2");
	KUNIT_EXPECT_EQ(test, read_file("rules/1/name", text, sizeof(text)), -ENOENT);
	KUNIT_EXPECT_EQ(test, levee_commit(NULL, NULL, &generation, NULL), 0);
	KUNIT_EXPECT_EQ(test, read_file("rules/0/name", text, sizeof(text)), -ENOENT);
	KUNIT_EXPECT_EQ(test, read_file("rules.old/0/name", text, sizeof(text)), -ENOENT);
	expect_file(test, "hooks/local_out", "idle");
}

static void every_counter_has_a_file(struct kunit *test)
{
	const struct levee_counter *counter;
	char path[80], value[24], text[24];

	for (counter = levee_counters; counter->name; counter++) {
		snprintf(path, sizeof(path), "stats/%s", counter->name);
		levee_report_flush();
		snprintf(value, sizeof(value), "%llu", counter->read());
		KUNIT_EXPECT_EQ(test, read_file(path, text, sizeof(text)), 0);
		KUNIT_EXPECT_STREQ_MSG(test, text, value, "%s", counter->name);
	}
}

static void limits_are_used_within_their_bounds(struct kunit *test)
{
	const struct levee_limit *limit;
	u32 seen = 0;

	fixture_commit(test, good(test));
	load(test, "own");
	for (limit = levee_limits; limit->name; limit++) {
		KUNIT_EXPECT_LE_MSG(test, limit->used(), limit->most(), "%s", limit->name);
		seen += !strcmp(limit->name, "rules") && limit->used() == 1;
		seen += !strcmp(limit->name, "feeds") && limit->used() == 1;
		seen += !strcmp(limit->name, "domains_of_a_feed") && limit->used() == 1;
		seen += !strcmp(limit->name, "prefixes_of_a_feed") && !limit->used();
		seen += !strcmp(limit->name, "feed_memory") && limit->used();
	}
	KUNIT_EXPECT_EQ(test, seen, 5U);
	expect_file(test, "stats/feeds", "1");
	expect_file(test, "stats/feed_domains", "1");
	expect_file(test, "stats/feed_prefixes", "0");
}

static void status_names_what_is_not_enforced(struct kunit *test)
{
	struct levee_hook_status status;
	u32 i, idle = 0, armed = 0, without_seat = 0, without_egress = 0;
	const char *sentence;

	for (i = 0; (sentence = levee_unenforced(i)); i++)
		idle++;
	fixture_commit(test, good(test));
	for (i = 0; (sentence = levee_unenforced(i)); i++) {
		armed++;
		without_seat += !!strstr(sentence, "LSM socket hooks are not to be had");
		without_egress += !!strstr(sentence, "netdev egress is not to be had");
	}
	KUNIT_EXPECT_EQ(test, without_seat, 1U);
	KUNIT_EXPECT_EQ(test, without_egress, IS_ENABLED(CONFIG_NETFILTER_EGRESS) ? 0U : 1U);
	KUNIT_EXPECT_EQ(test, armed, idle + 2 + without_egress);
	for (i = 0; levee_hook_status(i, &status); i++) {
		KUNIT_EXPECT_STREQ(test, status.text, i < 3 ? "netfilter" : "netdev");
		KUNIT_EXPECT_EQ(test, status.state, (u32)(i == 3 && without_egress ?
				LEVEE_HOOK_STATE_FAILED : LEVEE_HOOK_STATE_ARMED));
	}
	KUNIT_EXPECT_EQ(test, i, 4U);
}

static struct kunit_case commit_cases[] = {
	KUNIT_CASE(refusal_changes_nothing_without_a_policy),
	KUNIT_CASE(refusal_changes_nothing_of_a_policy),
	KUNIT_CASE(commit_arms_and_flush_disarms),
	KUNIT_CASE(commits_are_announced),
	KUNIT_CASE(policy_and_its_feeds_go_together),
	KUNIT_CASE(refused_policy_changes_no_feed),
	KUNIT_CASE(feeds_are_announced),
	KUNIT_CASE(missing_feeds_are_told_once),
	KUNIT_CASE(feed_alone_arms_nothing),
	KUNIT_CASE(release_of_nobody_is_refused),
	KUNIT_CASE(files_show_what_is_live),
	KUNIT_CASE(every_counter_has_a_file),
	KUNIT_CASE(limits_are_used_within_their_bounds),
	KUNIT_CASE(status_names_what_is_not_enforced),
	{}
};

static struct kunit_suite commit_suite = {
	.name = "levee_commit",
	.exit = fixture_exit,
	.test_cases = commit_cases,
};

kunit_test_suite(commit_suite);
