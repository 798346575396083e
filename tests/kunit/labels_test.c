// SPDX-License-Identifier: GPL-2.0
/* Labels of cgroups: bound, replaced, taken off, and gone with their cgroup. */
#include <linux/delay.h>

#include "control/commit.h"
#include "fixture.h"
#include "lib/limits.h"
#include "policy/labels.h"

#define HOME "/kunit_labels"

/* NULL: it has none. */
static const char *image_of(u64 id)
{
	static char image[LEVEE_TEXT_MAX + 1];
	const struct levee_bound *bound;
	bool found = false;

	rcu_read_lock();
	bound = levee_labels_find(id);
	if (bound && bound->labels.image)
		found = strscpy(image, bound->labels.image, sizeof(image)) > 0;
	rcu_read_unlock();
	return found ? image : NULL;
}

static void label_is_bound_and_taken_off(struct kunit *test)
{
	u64 id = cgroup_id(fixture_mkdir(test, HOME)), seq = levee_labels_seq();
	u32 count = levee_labels_count();
	const struct levee_bound *bound;
	struct netlink_ext_ack ack = {};

	KUNIT_EXPECT_NULL(test, image_of(id));
	KUNIT_ASSERT_EQ(test, levee_bind(id, "shop", NULL, NULL), 0);
	KUNIT_EXPECT_EQ(test, levee_labels_count(), count + 1);
	KUNIT_EXPECT_NE(test, levee_labels_seq(), seq);
	rcu_read_lock();
	bound = levee_labels_find(id);
	KUNIT_EXPECT_TRUE(test, bound && !strcmp(bound->labels.container, "shop") &&
			  !bound->labels.image);
	rcu_read_unlock();
	/* In place of both, not beside. */
	KUNIT_ASSERT_EQ(test, levee_bind(id, NULL, "local/shop:1", NULL), 0);
	KUNIT_EXPECT_EQ(test, levee_labels_count(), count + 1);
	rcu_read_lock();
	bound = levee_labels_find(id);
	KUNIT_EXPECT_TRUE(test, bound && !bound->labels.container);
	rcu_read_unlock();
	KUNIT_EXPECT_STREQ(test, image_of(id) ?: "", "local/shop:1");
	KUNIT_ASSERT_EQ(test, levee_unbind(id, NULL), 0);
	KUNIT_EXPECT_NULL(test, image_of(id));
	KUNIT_EXPECT_EQ(test, levee_labels_count(), count);
	KUNIT_EXPECT_EQ(test, levee_unbind(id, &ack), -ENOENT);
	KUNIT_EXPECT_STREQ(test, ack._msg, "this cgroup has no labels of its own");
}

static void what_is_no_workload_is_refused(struct kunit *test)
{
	struct netlink_ext_ack ack = {};

	KUNIT_EXPECT_EQ(test, levee_bind(1ULL << 50, "shop", NULL, &ack), -ENOENT);
	KUNIT_EXPECT_STREQ(test, ack._msg, "there is no such cgroup");
	KUNIT_EXPECT_EQ(test, levee_unbind(1ULL << 50, &ack), -ENOENT);
	KUNIT_EXPECT_EQ(test, levee_bind(cgroup_id(&cgrp_dfl_root.cgrp), "shop", NULL, &ack),
			-EINVAL);
	KUNIT_EXPECT_STREQ(test, ack._msg, "the root cgroup is no workload");
}

static void label_goes_with_its_cgroup(struct kunit *test)
{
	struct cgroup *cgroup = fixture_mkdir(test, HOME);
	u64 seq, id = cgroup_id(cgroup);
	u32 count = levee_labels_count();
	int tries;

	KUNIT_ASSERT_EQ(test, levee_bind(id, NULL, "a", NULL), 0);
	seq = levee_labels_seq();
	fixture_rmdir(test, HOME);
	/* Something of it is left elsewhere, and keeps its name. */
	KUNIT_EXPECT_STREQ(test, image_of(id) ?: "", "a");
	fixture_put(cgroup);
	for (tries = 0; tries < 500 && image_of(id); tries++)
		msleep(20);
	KUNIT_EXPECT_NULL(test, image_of(id));
	KUNIT_EXPECT_EQ(test, levee_labels_count(), count);
	KUNIT_EXPECT_NE(test, levee_labels_seq(), seq);
}

static int count_one(const struct levee_bound *bound, void *arg)
{
	u32 *count = arg;

	++*count;
	return 0;
}

static int stop(const struct levee_bound *bound, void *arg)
{
	return 7;
}

static void unbind_numbers(u64 first, u32 count)
{
	while (count--)
		levee_labels_unbind(first + count);
}

static void labels_are_bounded(struct kunit *test)
{
	u32 i, walked = 0, bucket = 0, room = LEVEE_LABELS_MAX - levee_labels_count();
	u64 id = cgroup_id(fixture_mkdir(test, HOME)), first = 1ULL << 40;
	struct netlink_ext_ack ack = {};
	struct levee_bound *bound;

	for (i = 0; i < room; i++) {
		bound = levee_labels_new(first + i, "c", NULL);
		KUNIT_ASSERT_NOT_NULL(test, bound);
		if (levee_labels_bind(bound)) {
			kfree(bound);
			break;
		}
	}
	KUNIT_EXPECT_EQ(test, i, room);
	rcu_read_lock();
	KUNIT_EXPECT_EQ(test, levee_labels_walk(&bucket, count_one, &walked), 0);
	bucket = 0;
	KUNIT_EXPECT_EQ(test, levee_labels_walk(&bucket, stop, NULL), 7);
	rcu_read_unlock();
	KUNIT_EXPECT_EQ(test, walked, (u32)LEVEE_LABELS_MAX);
	KUNIT_EXPECT_EQ(test, levee_bind(id, "shop", NULL, &ack), -ENOSPC);
	KUNIT_EXPECT_STREQ(test, ack._msg, "too many cgroups have labels");
	KUNIT_EXPECT_EQ(test, levee_labels_count(), (u32)LEVEE_LABELS_MAX);
	/* Who has some may have others. */
	bound = levee_labels_new(first, NULL, "other");
	KUNIT_EXPECT_EQ(test, bound ? levee_labels_bind(bound) : -ENOMEM, 0);
	KUNIT_EXPECT_STREQ(test, image_of(first) ?: "", "other");
	unbind_numbers(first, i);
	KUNIT_EXPECT_EQ(test, levee_bind(id, "shop", NULL, NULL), 0);
}

static void bind_is_told(struct kunit *test)
{
	u64 id = cgroup_id(fixture_mkdir(test, HOME));

	fixture_listen(test);
	KUNIT_ASSERT_EQ(test, levee_bind(id, "shop", "local/shop:1", NULL), 0);
	KUNIT_ASSERT_EQ(test, levee_unbind(id, NULL), 0);
	KUNIT_ASSERT_EQ(test, fixture_heard()->count, 2U);
	KUNIT_EXPECT_STREQ(test, fixture_heard()->list[0].text,
			   HOME " is bound, container shop, image local/shop:1");
	KUNIT_EXPECT_STREQ(test, fixture_heard()->list[1].text, HOME " is unbound");
}

static struct kunit_case labels_cases[] = {
	KUNIT_CASE(label_is_bound_and_taken_off),
	KUNIT_CASE(what_is_no_workload_is_refused),
	KUNIT_CASE(label_goes_with_its_cgroup),
	KUNIT_CASE(labels_are_bounded),
	KUNIT_CASE(bind_is_told),
	{}
};

static struct kunit_suite labels_suite = {
	.name = "levee_labels",
	.exit = fixture_exit,
	.test_cases = labels_cases,
};

kunit_test_suite(labels_suite);
