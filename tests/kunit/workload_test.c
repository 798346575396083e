// SPDX-License-Identifier: GPL-2.0
#include <linux/delay.h>

#include "fixture.h"
#include "policy/registry.h"

/* As a hook would ask. What is returned lives on until the cgroup goes, or a commit comes. */
static struct levee_subject subject_of(struct cgroup *cgroup)
{
	struct levee_subject subject;

	rcu_read_lock();
	subject = levee_subject_of(levee_live_rcu(), cgroup);
	rcu_read_unlock();
	return subject;
}

static struct levee_workload *by_id(u64 id)
{
	struct levee_workload *workload;

	rcu_read_lock();
	workload = levee_workload_by_id(id);
	rcu_read_unlock();
	return workload;
}

static bool is_free(struct cgroup *cgroup)
{
	bool free;

	rcu_read_lock();
	free = levee_cgroup_is_free(levee_live_rcu(), cgroup);
	rcu_read_unlock();
	return free;
}

static void commit_for(struct kunit *test, const char *pattern)
{
	struct levee_draft *draft = fixture_draft(test);

	fixture_rule(test, draft, pattern);
	fixture_commit(test, draft);
}

static void commit_finds_cgroups_that_exist(struct kunit *test)
{
	struct cgroup *cgroup = fixture_mkdir(test, "/kunit_a");
	struct levee_workload *workload;
	u32 live = levee_workloads_live();

	commit_for(test, "/kunit_a");
	workload = by_id(cgroup_id(cgroup));
	KUNIT_ASSERT_NOT_NULL(test, workload);
	KUNIT_EXPECT_STREQ(test, workload->path, "/kunit_a");
	KUNIT_EXPECT_EQ(test, workload->level, 1);
	KUNIT_EXPECT_EQ(test, levee_workloads_live(), live + 1);
	KUNIT_EXPECT_STREQ(test, subject_of(cgroup).rule->name, "rule-0");
}

static void later_cgroup_is_found_when_it_acts(struct kunit *test)
{
	struct cgroup *cgroup;
	u64 matched;

	commit_for(test, "/kunit_a");
	cgroup = fixture_mkdir(test, "/kunit_a");
	KUNIT_EXPECT_NULL(test, by_id(cgroup_id(cgroup)));
	KUNIT_EXPECT_NOT_NULL(test, subject_of(cgroup).workload);
	matched = levee_workloads_matched();
	KUNIT_EXPECT_PTR_EQ(test, subject_of(cgroup).workload, by_id(cgroup_id(cgroup)));
	KUNIT_EXPECT_EQ(test, levee_workloads_matched(), matched);
}

static void outermost_match_governs(struct kunit *test)
{
	struct levee_draft *draft = fixture_draft(test);
	struct cgroup *parent, *child, *leaf;

	fixture_rule(test, draft, "/kunit_a/b/**");
	fixture_rule(test, draft, "/kunit_a/**");
	fixture_commit(test, draft);
	parent = fixture_mkdir(test, "/kunit_a");
	child = fixture_mkdir(test, "/kunit_a/b");
	leaf = fixture_mkdir(test, "/kunit_a/b/c");
	KUNIT_EXPECT_NULL(test, subject_of(parent).workload);
	/* A child cannot leave it for the rule that is written for its own name. */
	KUNIT_ASSERT_NOT_NULL(test, subject_of(leaf).workload);
	KUNIT_EXPECT_EQ(test, subject_of(leaf).workload->cgroup_id, cgroup_id(child));
	KUNIT_EXPECT_STREQ(test, subject_of(leaf).rule->name, "rule-1");
	KUNIT_EXPECT_TRUE(test, levee_workload_holds(subject_of(leaf).workload, leaf));
	KUNIT_EXPECT_TRUE(test, levee_workload_holds(subject_of(leaf).workload, child));
	KUNIT_EXPECT_FALSE(test, levee_workload_holds(subject_of(leaf).workload, parent));
}

static void free_cgroup_is_remembered_for_one_policy(struct kunit *test)
{
	struct cgroup *cgroup;
	u64 matched;

	commit_for(test, "/kunit_other");
	cgroup = fixture_mkdir(test, "/kunit_a");
	KUNIT_EXPECT_FALSE(test, is_free(cgroup));
	KUNIT_EXPECT_NULL(test, subject_of(cgroup).workload);
	KUNIT_EXPECT_TRUE(test, is_free(cgroup));
	matched = levee_workloads_matched();
	KUNIT_EXPECT_NULL(test, subject_of(cgroup).workload);
	KUNIT_EXPECT_EQ(test, levee_workloads_matched(), matched);
	commit_for(test, "/kunit_a");
	KUNIT_EXPECT_FALSE(test, is_free(cgroup));
	KUNIT_EXPECT_NOT_NULL(test, subject_of(cgroup).workload);
}

static void root_cgroup_is_nobodys(struct kunit *test)
{
	commit_for(test, "**");
	KUNIT_EXPECT_NULL(test, subject_of(&cgrp_dfl_root.cgrp).workload);
}

static void commit_changes_the_rule(struct kunit *test)
{
	struct cgroup *cgroup = fixture_mkdir(test, "/kunit_a");
	struct levee_draft *draft = fixture_draft(test);
	struct levee_workload *workload;

	commit_for(test, "/kunit_a");
	workload = by_id(cgroup_id(cgroup));
	fixture_rule(test, draft, "/kunit_b");
	fixture_rule(test, draft, "/kunit_*");
	fixture_commit(test, draft);
	KUNIT_EXPECT_PTR_EQ(test, by_id(cgroup_id(cgroup)), workload);
	KUNIT_EXPECT_STREQ(test, subject_of(cgroup).rule->name, "rule-1");
	commit_for(test, "/kunit_b");
	KUNIT_EXPECT_NULL(test, by_id(cgroup_id(cgroup)));
	KUNIT_EXPECT_NULL(test, subject_of(cgroup).workload);
}

static void long_path_keeps_its_end(struct kunit *test)
{
	char path[FIXTURE_PATH_MAX], expected[LEVEE_TEXT_MAX + 1];
	struct cgroup *cgroup;
	size_t n;

	n = snprintf(path, sizeof(path), "/kunit_%0200d", 0);
	fixture_mkdir(test, path);
	n += snprintf(path + n, sizeof(path) - n, "/%0100d", 0);
	fixture_mkdir(test, path);
	n += snprintf(path + n, sizeof(path) - n, "/end");
	cgroup = fixture_mkdir(test, path);
	commit_for(test, "/kunit_*/*/end");
	KUNIT_ASSERT_NOT_NULL(test, by_id(cgroup_id(cgroup)));
	snprintf(expected, sizeof(expected), "...%s", path + n - (LEVEE_TEXT_MAX - 3));
	KUNIT_EXPECT_STREQ(test, by_id(cgroup_id(cgroup))->path, expected);
}

static bool gone(u64 id)
{
	int tries;

	for (tries = 0; tries < 500 && by_id(id); tries++)
		msleep(20);
	return !by_id(id);
}

static void removed_cgroup_ends_it_in_two_steps(struct kunit *test)
{
	struct cgroup *cgroup = fixture_mkdir(test, "/kunit_a");
	u64 id = cgroup_id(cgroup);
	u32 live;

	commit_for(test, "/kunit_a");
	live = levee_workloads_live();
	KUNIT_ASSERT_NOT_NULL(test, by_id(id));
	KUNIT_EXPECT_FALSE(test, levee_workload_removed(by_id(id)));
	fixture_rmdir(test, "/kunit_a");
	/* A reference, as a socket has one, keeps it. */
	KUNIT_ASSERT_NOT_NULL(test, by_id(id));
	KUNIT_EXPECT_TRUE(test, levee_workload_removed(by_id(id)));
	KUNIT_EXPECT_EQ(test, levee_workloads_live(), live - 1);
	KUNIT_EXPECT_NOT_NULL(test, subject_of(cgroup).rule);
	fixture_put(cgroup);
	KUNIT_EXPECT_TRUE(test, gone(id));
	KUNIT_EXPECT_EQ(test, levee_workloads_live(), live - 1);
}

static void socket_may_outlive_its_cgroup(struct kunit *test)
{
	struct cgroup *cgroup = fixture_mkdir(test, "/kunit_a");
	u32 live = levee_workloads_live();

	fixture_rmdir(test, "/kunit_a");
	commit_for(test, "/kunit_a");
	/* Not matched at the commit, but when the socket acts, and not counted. */
	KUNIT_EXPECT_NULL(test, by_id(cgroup_id(cgroup)));
	KUNIT_ASSERT_NOT_NULL(test, subject_of(cgroup).workload);
	KUNIT_EXPECT_TRUE(test, levee_workload_removed(subject_of(cgroup).workload));
	KUNIT_EXPECT_EQ(test, levee_workloads_live(), live);
}

static void quarantine_outlives_the_rule(struct kunit *test)
{
	struct cgroup *cgroup = fixture_mkdir(test, "/kunit_a");
	struct levee_workload *workload;

	commit_for(test, "/kunit_a");
	workload = by_id(cgroup_id(cgroup));
	KUNIT_ASSERT_NOT_NULL(test, workload);
	KUNIT_EXPECT_TRUE(test, levee_workload_quarantine(workload));
	KUNIT_EXPECT_FALSE(test, levee_workload_quarantine(workload));
	KUNIT_EXPECT_EQ(test, levee_workloads_quarantined(), 1U);
	commit_for(test, "/kunit_b");
	KUNIT_EXPECT_PTR_EQ(test, subject_of(cgroup).workload, workload);
	KUNIT_EXPECT_NULL(test, subject_of(cgroup).rule);
	KUNIT_EXPECT_TRUE(test, levee_workload_release(workload));
	KUNIT_EXPECT_FALSE(test, levee_workload_release(workload));
	KUNIT_EXPECT_EQ(test, levee_workloads_quarantined(), 0U);
	KUNIT_EXPECT_NULL(test, subject_of(cgroup).workload);
}

static void quarantine_ends_with_the_cgroup(struct kunit *test)
{
	struct cgroup *cgroup = fixture_mkdir(test, "/kunit_a");
	struct levee_workload *workload;
	u64 id = cgroup_id(cgroup);

	commit_for(test, "/kunit_a");
	workload = by_id(id);
	KUNIT_ASSERT_NOT_NULL(test, workload);
	KUNIT_EXPECT_TRUE(test, levee_workload_quarantine(workload));
	fixture_rmdir(test, "/kunit_a");
	KUNIT_EXPECT_EQ(test, levee_workloads_quarantined(), 0U);
	/* What sockets are left stay cut. */
	KUNIT_EXPECT_TRUE(test, levee_workload_quarantined(workload));
	fixture_put(cgroup);
	KUNIT_EXPECT_TRUE(test, gone(id));
}

#define CROWD 300	/* more than the pool holds */

static void births_beyond_the_pool_keep_their_lists(struct kunit *test)
{
	struct cgroup **crowd = kunit_kcalloc(test, CROWD, sizeof(*crowd), GFP_KERNEL);
	u64 overflowed = levee_workloads_overflowed();
	u32 i, of_overflow = 0, stale = 0;
	struct levee_subject subject;
	char path[32];

	fixture_listen(test);
	commit_for(test, "/kunit_a/*");
	fixture_mkdir(test, "/kunit_a");
	for (i = 0; i < CROWD; i++) {
		snprintf(path, sizeof(path), "/kunit_a/%u", i);
		crowd[i] = fixture_mkdir(test, path);
	}
	/* Nothing is filled up while we do not sleep. */
	rcu_read_lock();
	for (i = 0; i < CROWD; i++) {
		subject = levee_subject_of(levee_live_rcu(), crowd[i]);
		stale += !subject.workload || !subject.rule;
		of_overflow += subject.workload &&
			       test_bit(LEVEE_WORKLOAD_OVERFLOW, &subject.workload->flags);
	}
	rcu_read_unlock();
	KUNIT_EXPECT_EQ(test, stale, 0U);
	KUNIT_EXPECT_GT(test, of_overflow, 0U);
	KUNIT_EXPECT_EQ(test, levee_workloads_overflowed(), overflowed + of_overflow);
	/* The commit's notices, and one for all of these. */
	for (i = 0, of_overflow = 0; i < fixture_heard()->count; i++)
		of_overflow += !!strstr(fixture_heard()->list[i].text,
					"no room for more workloads");
	KUNIT_EXPECT_EQ(test, of_overflow, 1U);
	/* Who comes again once there is memory has a workload of his own. */
	KUNIT_EXPECT_EQ(test, levee_workloads_fill_pool(), 0);
	subject = subject_of(crowd[CROWD - 1]);
	KUNIT_ASSERT_NOT_NULL(test, subject.workload);
	KUNIT_EXPECT_FALSE(test, test_bit(LEVEE_WORKLOAD_OVERFLOW, &subject.workload->flags));
}

static int count_one(struct levee_workload *workload, void *arg)
{
	u32 *left = arg;

	return --*left ? 0 : 7;
}

static void walk_stops_where_it_is_told(struct kunit *test)
{
	u32 bucket = 0, left = U32_MAX, live;
	int err;

	fixture_mkdir(test, "/kunit_a");
	fixture_mkdir(test, "/kunit_b");
	fixture_mkdir(test, "/kunit_c");
	commit_for(test, "/kunit_*");
	rcu_read_lock();
	err = levee_workloads_walk(&bucket, count_one, &left);
	live = U32_MAX - left;
	KUNIT_EXPECT_EQ(test, err, 0);
	KUNIT_EXPECT_GE(test, live, 3U);
	bucket = 0;
	left = 2;
	KUNIT_EXPECT_EQ(test, levee_workloads_walk(&bucket, count_one, &left), 7);
	rcu_read_unlock();
}

static struct kunit_case workload_cases[] = {
	KUNIT_CASE(commit_finds_cgroups_that_exist),
	KUNIT_CASE(later_cgroup_is_found_when_it_acts),
	KUNIT_CASE(outermost_match_governs),
	KUNIT_CASE(free_cgroup_is_remembered_for_one_policy),
	KUNIT_CASE(root_cgroup_is_nobodys),
	KUNIT_CASE(commit_changes_the_rule),
	KUNIT_CASE(long_path_keeps_its_end),
	KUNIT_CASE(removed_cgroup_ends_it_in_two_steps),
	KUNIT_CASE(socket_may_outlive_its_cgroup),
	KUNIT_CASE(quarantine_outlives_the_rule),
	KUNIT_CASE(quarantine_ends_with_the_cgroup),
	KUNIT_CASE(births_beyond_the_pool_keep_their_lists),
	KUNIT_CASE(walk_stops_where_it_is_told),
	{}
};

static struct kunit_suite workload_suite = {
	.name = "levee_workload",
	.exit = fixture_exit,
	.test_cases = workload_cases,
};

kunit_test_suite(workload_suite);
