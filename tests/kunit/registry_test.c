// SPDX-License-Identifier: GPL-2.0
#include "fixture.h"
#include "policy/registry.h"

static void publish_gives_the_next_generation(struct kunit *test)
{
	struct levee_ruleset *before, *rs, *old;
	u64 generation, epoch;

	mutex_lock(&levee_registry_mutex);
	before = levee_live();
	generation = before->generation;
	epoch = levee_epoch();
	rs = levee_ruleset_empty();
	old = rs ? levee_publish(rs) : NULL;
	KUNIT_EXPECT_PTR_EQ(test, levee_live(), rs);
	mutex_unlock(&levee_registry_mutex);
	KUNIT_ASSERT_NOT_NULL(test, rs);
	KUNIT_EXPECT_PTR_EQ(test, old, before);
	KUNIT_EXPECT_EQ(test, rs->generation, generation + 1);
	KUNIT_EXPECT_GT(test, levee_epoch(), epoch);
	levee_ruleset_retire(old);
}

/* Who read the old one may go on: it is freed after a grace period, by KASAN's word. */
static void reader_of_the_old_one_goes_on(struct kunit *test)
{
	struct levee_ruleset *rs = levee_ruleset_empty(), *old;

	KUNIT_ASSERT_NOT_NULL(test, rs);
	rcu_read_lock();
	old = levee_live_rcu();
	rcu_read_unlock();
	mutex_lock(&levee_registry_mutex);
	rcu_read_lock();
	KUNIT_EXPECT_PTR_EQ(test, levee_publish(rs), old);
	levee_ruleset_retire(old);
	KUNIT_EXPECT_EQ(test, old->nr_rules, 0U);
	KUNIT_EXPECT_EQ(test, old->generation + 1, rs->generation);
	rcu_read_unlock();
	mutex_unlock(&levee_registry_mutex);
	synchronize_rcu();
}

static void epoch_changes_with_commit_and_quarantine(struct kunit *test)
{
	struct levee_draft *draft = fixture_draft(test);
	struct levee_workload *workload;
	struct cgroup *cgroup;
	u64 epoch;

	cgroup = fixture_mkdir(test, "/kunit_epoch");
	fixture_rule(test, draft, "/kunit_epoch");
	epoch = levee_epoch();
	fixture_commit(test, draft);
	KUNIT_EXPECT_GT(test, levee_epoch(), epoch);
	rcu_read_lock();
	workload = levee_workload_by_id(cgroup_id(cgroup));
	if (workload) {
		epoch = levee_epoch();
		KUNIT_EXPECT_TRUE(test, levee_workload_quarantine(workload));
		KUNIT_EXPECT_GT(test, levee_epoch(), epoch);
		epoch = levee_epoch();
		KUNIT_EXPECT_FALSE(test, levee_workload_quarantine(workload));
		KUNIT_EXPECT_EQ(test, levee_epoch(), epoch);
		KUNIT_EXPECT_TRUE(test, levee_workload_release(workload));
		KUNIT_EXPECT_GT(test, levee_epoch(), epoch);
	}
	rcu_read_unlock();
	KUNIT_EXPECT_NOT_NULL(test, workload);
}

static struct kunit_case registry_cases[] = {
	KUNIT_CASE(publish_gives_the_next_generation),
	KUNIT_CASE(reader_of_the_old_one_goes_on),
	KUNIT_CASE(epoch_changes_with_commit_and_quarantine),
	{}
};

static struct kunit_suite registry_suite = {
	.name = "levee_registry",
	.exit = fixture_exit,
	.test_cases = registry_cases,
};

kunit_test_suite(registry_suite);
