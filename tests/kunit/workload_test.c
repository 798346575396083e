// SPDX-License-Identifier: GPL-2.0
#include <linux/delay.h>

#include "control/commit.h"
#include "fixture.h"
#include "policy/model_clock.h"
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

/* Models: whose it is, and how it is told. */

static struct levee_draft *learning(struct kunit *test, const char *pattern, u8 key)
{
	struct levee_draft *draft = fixture_draft(test);

	fixture_rule(test, draft, pattern);
	draft->rules[0]->rule.model.mode = LEVEE_MODEL_MODE_LEARN;
	draft->rules[0]->rule.model.key = key;
	return draft;
}

static void expect_model(struct kunit *test, struct cgroup *cgroup, u8 kind, const char *key)
{
	struct levee_subject subject;
	struct levee_model *model;
	char was[LEVEE_TEXT_MAX + 1] = "(none)";
	u8 was_kind = 0;

	rcu_read_lock();
	subject = levee_subject_of(levee_live_rcu(), cgroup);
	model = subject.rule ? levee_subject_model(&subject) : NULL;
	if (model) {
		was_kind = model->kind;
		strscpy(was, model->key, sizeof(was));
	}
	rcu_read_unlock();
	KUNIT_EXPECT_EQ(test, was_kind, kind);
	KUNIT_EXPECT_STREQ(test, was, key ?: "(none)");
}

static u32 workloads_of(u8 kind, const char *key)
{
	struct levee_model_summary summary = {};
	struct levee_model *model;

	rcu_read_lock();
	model = levee_model_by_key(kind, key);
	if (model)
		levee_model_read(model, &summary);
	rcu_read_unlock();
	return model ? summary.workloads : U32_MAX;
}

static void model_is_known_by_what_comes_again(struct kunit *test)
{
	struct cgroup *a = fixture_mkdir(test, "/kunit_a"), *b = fixture_mkdir(test, "/kunit_b");
	struct cgroup *below = fixture_mkdir(test, "/kunit_a/below");

	/* Labels outlive a policy, and need none. */
	KUNIT_ASSERT_EQ(test, levee_bind(cgroup_id(a), "shop", NULL, NULL), 0);
	fixture_commit(test, learning(test, "/kunit_*", LEVEE_MODEL_KEY_WORKLOAD));
	expect_model(test, a, LEVEE_MODEL_KIND_CONTAINER, "shop");
	expect_model(test, b, LEVEE_MODEL_KIND_CGROUP, "/kunit_b");
	KUNIT_ASSERT_EQ(test, levee_bind(cgroup_id(a), "shop", "local/shop:1", NULL), 0);
	expect_model(test, a, LEVEE_MODEL_KIND_IMAGE, "local/shop:1");
	expect_model(test, below, LEVEE_MODEL_KIND_IMAGE, "local/shop:1");
	KUNIT_EXPECT_EQ(test, workloads_of(LEVEE_MODEL_KIND_CONTAINER, "shop"), 0U);
	/* Another of the same image has the same. */
	KUNIT_ASSERT_EQ(test, levee_bind(cgroup_id(b), NULL, "local/shop:1", NULL), 0);
	expect_model(test, b, LEVEE_MODEL_KIND_IMAGE, "local/shop:1");
	KUNIT_EXPECT_EQ(test, workloads_of(LEVEE_MODEL_KIND_IMAGE, "local/shop:1"), 2U);
	KUNIT_EXPECT_EQ(test, workloads_of(LEVEE_MODEL_KIND_CGROUP, "/kunit_b"), 0U);
	KUNIT_ASSERT_EQ(test, levee_unbind(cgroup_id(a), NULL), 0);
	expect_model(test, a, LEVEE_MODEL_KIND_CGROUP, "/kunit_a");
	KUNIT_EXPECT_EQ(test, workloads_of(LEVEE_MODEL_KIND_IMAGE, "local/shop:1"), 1U);
	fixture_commit(test, learning(test, "/kunit_*", LEVEE_MODEL_KEY_RULE));
	expect_model(test, a, LEVEE_MODEL_KIND_RULE, "rule-0");
	expect_model(test, b, LEVEE_MODEL_KIND_RULE, "rule-0");
	KUNIT_EXPECT_EQ(test, workloads_of(LEVEE_MODEL_KIND_RULE, "rule-0"), 2U);
	commit_for(test, "/kunit_*");
	expect_model(test, a, 0, NULL);
	KUNIT_EXPECT_EQ(test, workloads_of(LEVEE_MODEL_KIND_RULE, "rule-0"), 0U);
}

static void model_outlives_its_workload(struct kunit *test)
{
	struct cgroup *cgroup = fixture_mkdir(test, "/kunit_a");
	u64 id = cgroup_id(cgroup);

	fixture_commit(test, learning(test, "/kunit_a", LEVEE_MODEL_KEY_WORKLOAD));
	KUNIT_EXPECT_EQ(test, workloads_of(LEVEE_MODEL_KIND_CGROUP, "/kunit_a"), 1U);
	fixture_rmdir(test, "/kunit_a");
	KUNIT_EXPECT_EQ(test, workloads_of(LEVEE_MODEL_KIND_CGROUP, "/kunit_a"), 1U);
	fixture_put(cgroup);
	KUNIT_EXPECT_TRUE(test, gone(id));
	KUNIT_EXPECT_EQ(test, workloads_of(LEVEE_MODEL_KIND_CGROUP, "/kunit_a"), 0U);
	cgroup = fixture_mkdir(test, "/kunit_a");
	expect_model(test, cgroup, LEVEE_MODEL_KIND_CGROUP, "/kunit_a");
	KUNIT_ASSERT_EQ(test, levee_commit(NULL, NULL, &id, NULL), 0);
	KUNIT_EXPECT_EQ(test, workloads_of(LEVEE_MODEL_KIND_CGROUP, "/kunit_a"), 0U);
}

static void pattern_of_image(struct levee_draft *draft, const char *image)
{
	struct levee_scope_pattern *pattern = draft->rules[0]->rule.patterns;

	pattern->field = LEVEE_SCOPE_FIELD_IMAGE;
	strscpy(pattern->text, image, sizeof(pattern->text));
}

static void label_selects_the_rule(struct kunit *test)
{
	struct cgroup *parent = fixture_mkdir(test, "/kunit_a");
	struct cgroup *child = fixture_mkdir(test, "/kunit_a/b");
	struct levee_draft *draft = learning(test, "", LEVEE_MODEL_KEY_WORKLOAD);
	u32 live = levee_workloads_live();

	pattern_of_image(draft, "local/*:1");
	fixture_commit(test, draft);
	KUNIT_EXPECT_NULL(test, subject_of(child).workload);
	KUNIT_ASSERT_EQ(test, levee_bind(cgroup_id(child), NULL, "local/shop:1", NULL), 0);
	KUNIT_ASSERT_NOT_NULL(test, subject_of(child).workload);
	KUNIT_EXPECT_EQ(test, subject_of(child).workload->cgroup_id, cgroup_id(child));
	KUNIT_EXPECT_NULL(test, subject_of(parent).workload);
	KUNIT_EXPECT_EQ(test, levee_workloads_live(), live + 1);
	/* What an ancestor is labelled makes it the workload: what was one is none any more. */
	KUNIT_ASSERT_EQ(test, levee_bind(cgroup_id(parent), NULL, "local/shop:1", NULL), 0);
	KUNIT_ASSERT_NOT_NULL(test, subject_of(child).workload);
	KUNIT_EXPECT_EQ(test, subject_of(child).workload->cgroup_id, cgroup_id(parent));
	KUNIT_EXPECT_NULL(test, by_id(cgroup_id(child)));
	KUNIT_EXPECT_EQ(test, levee_workloads_live(), live + 1);
	KUNIT_EXPECT_EQ(test, workloads_of(LEVEE_MODEL_KIND_IMAGE, "local/shop:1"), 1U);
	KUNIT_ASSERT_EQ(test, levee_unbind(cgroup_id(parent), NULL), 0);
	KUNIT_EXPECT_EQ(test, subject_of(child).workload->cgroup_id, cgroup_id(child));
	KUNIT_ASSERT_EQ(test, levee_bind(cgroup_id(child), NULL, "local/shop:2", NULL), 0);
	KUNIT_EXPECT_NULL(test, subject_of(child).workload);
	KUNIT_EXPECT_EQ(test, levee_workloads_live(), live);
	KUNIT_EXPECT_EQ(test, workloads_of(LEVEE_MODEL_KIND_IMAGE, "local/shop:1"), 0U);
}

/* Whatever a container makes below its root, it is called as its root is. */
static void nearest_label_counts(struct kunit *test)
{
	struct cgroup *outer = fixture_mkdir(test, "/kunit_a");
	struct cgroup *root = fixture_mkdir(test, "/kunit_a/b");
	struct cgroup *below = fixture_mkdir(test, "/kunit_a/b/c");

	KUNIT_ASSERT_EQ(test, levee_bind(cgroup_id(outer), NULL, "outer", NULL), 0);
	fixture_commit(test, learning(test, "/kunit_a/*", LEVEE_MODEL_KEY_WORKLOAD));
	expect_model(test, root, LEVEE_MODEL_KIND_IMAGE, "outer");
	KUNIT_ASSERT_EQ(test, levee_bind(cgroup_id(root), NULL, "nearer", NULL), 0);
	expect_model(test, root, LEVEE_MODEL_KIND_IMAGE, "nearer");
	/* Below the root of the workload it says nothing. */
	KUNIT_ASSERT_EQ(test, levee_bind(cgroup_id(below), NULL, "below", NULL), 0);
	expect_model(test, below, LEVEE_MODEL_KIND_IMAGE, "nearer");
	KUNIT_ASSERT_EQ(test, levee_unbind(cgroup_id(root), NULL), 0);
	expect_model(test, below, LEVEE_MODEL_KIND_IMAGE, "outer");
}

static void beyond_the_pool_there_is_no_model(struct kunit *test)
{
	struct levee_subject subject;
	u32 i, of_overflow = 0, with_model = 0;
	struct cgroup **crowd = kunit_kcalloc(test, CROWD, sizeof(*crowd), GFP_KERNEL);
	char path[32];

	KUNIT_ASSERT_NOT_NULL(test, crowd);
	fixture_commit(test, learning(test, "/kunit_a/*", LEVEE_MODEL_KEY_WORKLOAD));
	fixture_mkdir(test, "/kunit_a");
	for (i = 0; i < CROWD; i++) {
		snprintf(path, sizeof(path), "/kunit_a/%u", i);
		crowd[i] = fixture_mkdir(test, path);
	}
	rcu_read_lock();
	for (i = 0; i < CROWD; i++) {
		subject = levee_subject_of(levee_live_rcu(), crowd[i]);
		if (!subject.workload ||
		    !test_bit(LEVEE_WORKLOAD_OVERFLOW, &subject.workload->flags))
			continue;
		of_overflow++;
		with_model += !!levee_subject_model(&subject);
	}
	rcu_read_unlock();
	KUNIT_EXPECT_GT(test, of_overflow, 0U);
	KUNIT_EXPECT_EQ(test, with_model, 0U);
}

static int stay(void *arg)
{
	fixture_sleep_by_clock(20);
	return 0;
}

/* The module's own clock: time counts while a task is there. */
static void clock_runs_while_somebody_is_there(struct kunit *test)
{
	struct levee_draft *draft = learning(test, "/kunit_a", LEVEE_MODEL_KEY_WORKLOAD);
	struct cgroup *cgroup = fixture_mkdir(test, "/kunit_a");
	struct levee_subject subject;
	u8 state = 0;
	int tries;

	draft->rules[0]->rule.model.learn_for = 5;
	draft->rules[0]->rule.model.has_dry_run = true;
	fixture_commit(test, draft);
	KUNIT_ASSERT_EQ(test, levee_model_relearn(LEVEE_MODEL_KIND_CGROUP, "/kunit_a"), 0);
	fixture_sleep_by_clock(10);
	subject = subject_of(cgroup);
	KUNIT_ASSERT_NOT_NULL(test, subject.workload);
	rcu_read_lock();
	state = levee_model_state(levee_subject_model(&subject));
	rcu_read_unlock();
	KUNIT_EXPECT_EQ(test, state, LEVEE_MODEL_STATE_LEARNING);
	fixture_start_in(test, "/kunit_a", stay, NULL);
	for (tries = 0; tries < 20 && state != LEVEE_MODEL_STATE_ACTIVE; tries++) {
		fixture_sleep_by_clock(1);
		rcu_read_lock();
		state = levee_model_state(levee_subject_model(&subject));
		rcu_read_unlock();
	}
	KUNIT_EXPECT_EQ(test, state, LEVEE_MODEL_STATE_ACTIVE);
	KUNIT_EXPECT_GE(test, tries, 4);
}

/* With the clock standing, whoever keeps asking for it does not put it off. */
static void births_do_not_put_off_the_clock(struct kunit *test)
{
	struct levee_draft *draft = learning(test, "/kunit_a", LEVEE_MODEL_KEY_WORKLOAD);
	struct levee_model_summary summary = {};
	struct cgroup *cgroup;
	int i;

	cgroup = fixture_mkdir(test, "/kunit_a");
	draft->rules[0]->rule.model.learn_for = 1000;
	fixture_start_in(test, "/kunit_a", stay, NULL);
	fixture_commit(test, draft);
	KUNIT_ASSERT_EQ(test, levee_model_relearn(LEVEE_MODEL_KIND_CGROUP, "/kunit_a"), 0);
	for (i = 0; i < 30; i++) {
		levee_model_clock_start();
		msleep(500);
	}
	rcu_read_lock();
	levee_model_read(levee_model_by_key(LEVEE_MODEL_KIND_CGROUP, "/kunit_a"), &summary);
	rcu_read_unlock();
	KUNIT_EXPECT_NOT_NULL(test, subject_of(cgroup).workload);
	KUNIT_EXPECT_LT(test, summary.left_ns, 995 * (s64)NSEC_PER_SEC);
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
	KUNIT_CASE(model_is_known_by_what_comes_again),
	KUNIT_CASE(model_outlives_its_workload),
	KUNIT_CASE(label_selects_the_rule),
	KUNIT_CASE(nearest_label_counts),
	KUNIT_CASE(beyond_the_pool_there_is_no_model),
	KUNIT_CASE(clock_runs_while_somebody_is_there),
	KUNIT_CASE(births_do_not_put_off_the_clock),
	{}
};

static struct kunit_suite workload_suite = {
	.name = "levee_workload",
	.exit = fixture_exit,
	.test_cases = workload_cases,
};

kunit_test_suite(workload_suite);
