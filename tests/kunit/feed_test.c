// SPDX-License-Identifier: GPL-2.0
#include <linux/kthread.h>
#include <linux/sched.h>

#include "fixture.h"
#include "policy/feed.h"
#include "policy/registry.h"

#define DOMAINS LEVEE_FEED_KIND_DOMAINS
#define ADDRESSES LEVEE_FEED_KIND_ADDRESSES

static const struct levee_section all;
static const struct levee_section none = { .feed_use = LEVEE_FEED_USE_NONE };

static void expect_message(struct kunit *test, const struct netlink_ext_ack *extack,
			   const char *message)
{
	KUNIT_ASSERT_NOT_NULL(test, extack->_msg);
	KUNIT_EXPECT_STREQ(test, extack->_msg, message);
}

static struct levee_feed *begin(struct kunit *test, const char *name, u8 kind, u32 count,
				u32 count6, const char *source)
{
	struct levee_feed *feed = levee_feed_new(name, kind, count, count6, source, NULL);

	KUNIT_ASSERT_FALSE(test, IS_ERR(feed));
	return feed;
}

static int add(struct levee_feed *feed, const char *text, struct netlink_ext_ack *extack)
{
	struct levee_name name = fixture_name(text);

	return levee_feed_add_names(feed, name.wire, name.len, extack);
}

static struct levee_feed *domains(struct kunit *test, const char *name, const char *source,
				  const char *first, const char *second)
{
	struct levee_feed *feed = begin(test, name, DOMAINS, 2, 0, source);

	KUNIT_ASSERT_EQ(test, add(feed, first, NULL), 0);
	KUNIT_ASSERT_EQ(test, add(feed, second, NULL), 0);
	KUNIT_ASSERT_EQ(test, levee_feed_finish(feed, NULL), 0);
	return feed;
}

static int add_prefix(struct levee_feed *feed, const char *address, u8 bits,
		      struct netlink_ext_ack *extack)
{
	struct levee_entry entry = fixture_prefix(address, bits, LEVEE_PROTO_ANY);
	u8 bytes[17];

	memcpy(bytes, entry.addr, entry.addr_len);
	bytes[entry.addr_len] = bits;
	return levee_feed_add_prefixes(feed, bytes, entry.addr_len + 1, entry.addr_len, extack);
}

static struct levee_feed *addresses(struct kunit *test, const char *name)
{
	struct levee_feed *feed = begin(test, name, ADDRESSES, 2, 1, NULL);

	KUNIT_ASSERT_EQ(test, add_prefix(feed, "203.0.113.0", 24, NULL), 0);
	KUNIT_ASSERT_EQ(test, add_prefix(feed, "2001:db8::", 32, NULL), 0);
	KUNIT_ASSERT_EQ(test, levee_feed_finish(feed, NULL), 0);
	return feed;
}

/* The name of the feed that lists it, or "". */
static const char *lister(const struct levee_section *section, const char *text)
{
	static char told[LEVEE_NAME_MAX + 1];
	struct levee_name name = fixture_name(text);
	const struct levee_feed *feed;

	rcu_read_lock();
	feed = levee_feeds_find_name(section, &name);
	strscpy(told, feed ? feed->name : "", sizeof(told));
	rcu_read_unlock();
	return told;
}

static const char *addr_lister(const struct levee_section *section, const char *text)
{
	static char told[LEVEE_NAME_MAX + 1];
	const struct levee_feed *feed;

	rcu_read_lock();
	feed = levee_feeds_find_addr(section, fixture_target(text));
	strscpy(told, feed ? feed->name : "", sizeof(told));
	rcu_read_unlock();
	return told;
}

static u32 live_count(void)
{
	u32 count;

	rcu_read_lock();
	count = levee_feeds_live()->count;
	rcu_read_unlock();
	return count;
}

static void published_feed_is_found(struct kunit *test)
{
	u64 epoch = levee_epoch();

	KUNIT_EXPECT_EQ(test, live_count(), 0U);
	KUNIT_EXPECT_STREQ(test, lister(&all, "bad.example"), "");
	fixture_publish_feed(test, domains(test, "bad", NULL, "bad.example", "evil"));
	KUNIT_EXPECT_NE(test, levee_epoch(), epoch);
	fixture_publish_feed(test, addresses(test, "addresses"));
	KUNIT_EXPECT_EQ(test, live_count(), 2U);

	KUNIT_EXPECT_STREQ(test, lister(&all, "bad.example"), "bad");
	KUNIT_EXPECT_STREQ(test, lister(&all, "x.y.bad.example"), "bad");
	KUNIT_EXPECT_STREQ(test, lister(&all, "example"), "");
	KUNIT_EXPECT_STREQ(test, lister(&all, "."), "");
	KUNIT_EXPECT_STREQ(test, lister(&none, "bad.example"), "");
	KUNIT_EXPECT_STREQ(test, addr_lister(&all, "203.0.113.7"), "addresses");
	KUNIT_EXPECT_STREQ(test, addr_lister(&all, "203.0.114.7"), "");
	KUNIT_EXPECT_STREQ(test, addr_lister(&all, "2001:db8::7"), "addresses");
	KUNIT_EXPECT_STREQ(test, addr_lister(&none, "203.0.113.7"), "");

	rcu_read_lock();
	KUNIT_EXPECT_STREQ(test, levee_feeds_live()->feed[0]->name, "addresses");
	KUNIT_EXPECT_STREQ(test, levee_feeds_live()->feed[1]->name, "bad");
	KUNIT_EXPECT_EQ(test, levee_feeds_live()->feed[1]->count, 2U);
	KUNIT_EXPECT_NE(test, levee_feeds_live()->feed[1]->loaded_ns, 0ULL);
	KUNIT_EXPECT_EQ(test, atomic64_read(&levee_feeds_live()->feed[1]->hits), 0LL);
	levee_feed_hit(levee_feeds_live()->feed[1]);
	KUNIT_EXPECT_EQ(test, atomic64_read(&levee_feeds_live()->feed[1]->hits), 1LL);
	rcu_read_unlock();
}

static void section_chooses_feeds(struct kunit *test)
{
	char names[3][LEVEE_NAME_MAX + 1] = { "nobody's", "second", "first" };
	struct levee_section section = {
		.feed_use = LEVEE_FEED_USE_NAMED, .nr_feeds = 3, .feeds = names,
	};

	fixture_publish_feed(test, domains(test, "first", NULL, "a", "both"));
	fixture_publish_feed(test, domains(test, "second", NULL, "b", "both"));
	fixture_publish_feed(test, domains(test, "third", NULL, "c", "d"));
	fixture_publish_feed(test, addresses(test, "fourth"));
	KUNIT_EXPECT_STREQ(test, lister(&all, "both"), "first");
	KUNIT_EXPECT_STREQ(test, lister(&all, "c"), "third");
	/* In the section's order, and no others. */
	KUNIT_EXPECT_STREQ(test, lister(&section, "both"), "second");
	KUNIT_EXPECT_STREQ(test, lister(&section, "a"), "first");
	KUNIT_EXPECT_STREQ(test, lister(&section, "c"), "");
	KUNIT_EXPECT_STREQ(test, addr_lister(&section, "203.0.113.7"), "");
	section.nr_feeds = 1;
	KUNIT_EXPECT_STREQ(test, lister(&section, "both"), "");
}

/* Frees what was retired, and says what is held. */
static size_t bytes_held(void)
{
	rcu_barrier();
	fixture_sleep_jiffies(1);
	return levee_feeds_bytes();
}

static void namesake_is_replaced(struct kunit *test)
{
	size_t bytes = bytes_held();
	u64 epoch;

	fixture_publish_feed(test, domains(test, "bad", NULL, "old", "both"));
	fixture_publish_feed(test, domains(test, "other", NULL, "x", "y"));
	KUNIT_EXPECT_STREQ(test, lister(&all, "old"), "bad");
	epoch = levee_epoch();
	fixture_publish_feed(test, domains(test, "bad", NULL, "new", "both"));
	KUNIT_EXPECT_NE(test, levee_epoch(), epoch);
	KUNIT_EXPECT_EQ(test, live_count(), 2U);
	KUNIT_EXPECT_STREQ(test, lister(&all, "old"), "");
	KUNIT_EXPECT_STREQ(test, lister(&all, "new"), "bad");
	KUNIT_EXPECT_STREQ(test, lister(&all, "both"), "bad");
	KUNIT_EXPECT_STREQ(test, lister(&all, "x"), "other");
	rcu_read_lock();
	bytes += levee_feeds_live()->feed[0]->bytes + levee_feeds_live()->feed[1]->bytes;
	rcu_read_unlock();
	KUNIT_EXPECT_EQ(test, bytes_held(), bytes);
}

static struct levee_feeds *prepare(struct levee_feed **feeds, u32 nr, bool replace_policy,
				   struct netlink_ext_ack *extack)
{
	struct levee_feeds *list;

	mutex_lock(&levee_registry_mutex);
	list = levee_feeds_prepare(feeds, nr, replace_policy, extack);
	mutex_unlock(&levee_registry_mutex);
	return list;
}

static int publish(struct levee_feed **feeds, u32 nr, bool replace_policy,
		   struct netlink_ext_ack *extack)
{
	struct levee_feeds *list;
	int err;

	mutex_lock(&levee_registry_mutex);
	list = levee_feeds_prepare(feeds, nr, replace_policy, extack);
	err = PTR_ERR_OR_ZERO(list);
	if (!err)
		levee_feeds_publish(list);
	mutex_unlock(&levee_registry_mutex);
	return err;
}

static void policy_replaces_its_own(struct kunit *test)
{
	struct levee_feed *feeds[2];

	fixture_publish_feed(test, domains(test, "loaded", NULL, "a", "b"));
	feeds[0] = domains(test, "policy-1", "feeds/1.txt", "c", "d");
	feeds[1] = domains(test, "policy-2", "feeds/2.txt", "e", "f");
	KUNIT_ASSERT_EQ(test, publish(feeds, 2, true, NULL), 0);
	KUNIT_EXPECT_EQ(test, live_count(), 3U);

	/* The next policy has one of them, and one that was loaded before. */
	feeds[0] = domains(test, "policy-2", "feeds/2.txt", "g", "h");
	feeds[1] = domains(test, "loaded", "feeds/3.txt", "i", "j");
	KUNIT_ASSERT_EQ(test, publish(feeds, 2, true, NULL), 0);
	KUNIT_EXPECT_EQ(test, live_count(), 2U);
	KUNIT_EXPECT_STREQ(test, lister(&all, "a"), "");
	KUNIT_EXPECT_STREQ(test, lister(&all, "c"), "");
	KUNIT_EXPECT_STREQ(test, lister(&all, "e"), "");
	KUNIT_EXPECT_STREQ(test, lister(&all, "g"), "policy-2");
	KUNIT_EXPECT_STREQ(test, lister(&all, "i"), "loaded");

	/* What is loaded on its own stays. */
	fixture_publish_feed(test, domains(test, "mine", NULL, "k", "l"));
	KUNIT_EXPECT_EQ(test, live_count(), 3U);
	KUNIT_ASSERT_EQ(test, publish(NULL, 0, true, NULL), 0);
	KUNIT_EXPECT_EQ(test, live_count(), 1U);
	KUNIT_EXPECT_STREQ(test, lister(&all, "k"), "mine");
}

static void what_was_prepared_can_be_discarded(struct kunit *test)
{
	struct levee_feed *feed = domains(test, "new", NULL, "c", "d");
	struct levee_feeds *list;
	u64 epoch;

	fixture_publish_feed(test, domains(test, "old", NULL, "a", "b"));
	epoch = levee_epoch();
	list = prepare(&feed, 1, true, NULL);
	KUNIT_ASSERT_FALSE(test, IS_ERR(list));
	KUNIT_EXPECT_EQ(test, list->count, 2U);
	levee_feeds_discard(list);
	levee_feed_free(feed);
	KUNIT_EXPECT_EQ(test, levee_epoch(), epoch);
	KUNIT_EXPECT_EQ(test, live_count(), 1U);
	KUNIT_EXPECT_STREQ(test, lister(&all, "a"), "old");
	levee_feeds_discard(ERR_PTR(-ENOMEM));
	levee_feed_free(ERR_PTR(-ENOMEM));
}

static void unloading_needs_a_feed(struct kunit *test)
{
	struct netlink_ext_ack extack = {};
	struct levee_feeds *list;

	fixture_publish_feed(test, domains(test, "a", NULL, "a", "b"));
	fixture_publish_feed(test, domains(test, "b", NULL, "c", "d"));
	mutex_lock(&levee_registry_mutex);
	list = levee_feeds_without("ab", &extack);
	mutex_unlock(&levee_registry_mutex);
	KUNIT_ASSERT_TRUE(test, IS_ERR(list));
	KUNIT_EXPECT_EQ(test, PTR_ERR(list), -ENOENT);
	expect_message(test, &extack, "no feed has this name");
	mutex_lock(&levee_registry_mutex);
	list = levee_feeds_without("a", NULL);
	if (!IS_ERR(list))
		levee_feeds_publish(list);
	mutex_unlock(&levee_registry_mutex);
	KUNIT_ASSERT_FALSE(test, IS_ERR(list));
	KUNIT_EXPECT_EQ(test, live_count(), 1U);
	KUNIT_EXPECT_STREQ(test, lister(&all, "a"), "");
	KUNIT_EXPECT_STREQ(test, lister(&all, "c"), "b");
}

static void feeds_are_bounded_in_number(struct kunit *test)
{
	struct netlink_ext_ack extack = {};
	struct levee_feed *feeds[2];
	char name[16];
	u32 i;

	for (i = 0; i < LEVEE_FEEDS_MAX; i++) {
		snprintf(name, sizeof(name), "feed-%u", (i * 37) % LEVEE_FEEDS_MAX);
		fixture_publish_feed(test, begin(test, name, DOMAINS, 0, 0, NULL));
	}
	KUNIT_EXPECT_EQ(test, live_count(), (u32)LEVEE_FEEDS_MAX);
	rcu_read_lock();
	for (i = 1; i < LEVEE_FEEDS_MAX; i++)
		KUNIT_EXPECT_LT(test, strcmp(levee_feeds_live()->feed[i - 1]->name,
					     levee_feeds_live()->feed[i]->name), 0);
	rcu_read_unlock();
	feeds[0] = begin(test, "one-more", DOMAINS, 0, 0, NULL);
	KUNIT_EXPECT_EQ(test, publish(feeds, 1, false, &extack), -E2BIG);
	expect_message(test, &extack, "there can be at most 64 feeds");
	/* In place of another there is room. */
	feeds[1] = begin(test, "feed-7", DOMAINS, 0, 0, NULL);
	KUNIT_EXPECT_EQ(test, publish(&feeds[1], 1, false, NULL), 0);
	feeds[1] = begin(test, "one-more", DOMAINS, 0, 0, NULL);
	KUNIT_EXPECT_EQ(test, publish(feeds, 2, false, &extack), -EEXIST);
	expect_message(test, &extack, "two feeds have the same name");
	levee_feed_free(feeds[0]);
	levee_feed_free(feeds[1]);
}

static void expect_no_feed(struct kunit *test, u8 kind, u64 count, u64 count6, int err,
			   const char *message)
{
	struct netlink_ext_ack extack = {};
	struct levee_feed *feed = levee_feed_new("bad", kind, count, count6, NULL, &extack);

	KUNIT_ASSERT_TRUE(test, IS_ERR(feed));
	KUNIT_EXPECT_EQ(test, PTR_ERR(feed), err);
	expect_message(test, &extack, message);
}

static void sizes_are_bounded(struct kunit *test)
{
	expect_no_feed(test, DOMAINS, LEVEE_FEED_DOMAINS_MAX + 1, 0, -E2BIG,
		       "a feed has at most 2000000 domains");
	expect_no_feed(test, ADDRESSES, LEVEE_FEED_PREFIXES_MAX + 1, 0, -E2BIG,
		       "a feed has at most 1000000 prefixes");
	expect_no_feed(test, ADDRESSES, 1ULL << 32, 0, -E2BIG,
		       "a feed has at most 1000000 prefixes");
	expect_no_feed(test, DOMAINS, 5, 1, -EINVAL, "a feed of domains has no IPv6 prefixes");
	expect_no_feed(test, ADDRESSES, 5, 6, -EINVAL, "more IPv6 prefixes than prefixes");
	levee_feed_free(begin(test, "v6", ADDRESSES, LEVEE_FEED_PREFIXES_MAX,
			      LEVEE_FEED_PREFIXES_MAX, NULL));
}

static void bad_names_are_refused(struct kunit *test)
{
	const char *words = "no domain name below the root, in wire form and lower case";
	static const u8 two[] = "\1a\0\1b", cut[] = "\1a\0\2b", upper[] = "\1A";
	struct levee_feed *feed = begin(test, "bad", DOMAINS, 3, 0, NULL);
	struct netlink_ext_ack extack = {};

	KUNIT_EXPECT_EQ(test, levee_feed_add_names(feed, two, sizeof(two), &extack), 0);
	KUNIT_EXPECT_EQ(test, feed->count, 2U);
	KUNIT_EXPECT_EQ(test, add(feed, ".", &extack), -EINVAL);
	expect_message(test, &extack, words);
	extack._msg = NULL;
	KUNIT_EXPECT_EQ(test, levee_feed_add_names(feed, upper, sizeof(upper), &extack), -EINVAL);
	expect_message(test, &extack, words);
	extack._msg = NULL;
	KUNIT_EXPECT_EQ(test, levee_feed_add_names(feed, two, 2, &extack), -EINVAL);
	expect_message(test, &extack, words);
	KUNIT_EXPECT_EQ(test, feed->count, 2U);
	KUNIT_EXPECT_EQ(test, levee_feed_finish(feed, &extack), -EINVAL);
	expect_message(test, &extack, "fewer than the feed was begun for");

	/* The first of these is a name that is there already, which is none the worse. */
	KUNIT_EXPECT_EQ(test, levee_feed_add_names(feed, cut, sizeof(cut) - 1, &extack), -E2BIG);
	expect_message(test, &extack, "more than the feed was begun for");
	KUNIT_EXPECT_EQ(test, levee_feed_finish(feed, &extack), 0);
	KUNIT_EXPECT_EQ(test, add_prefix(feed, "10.0.0.0", 8, &extack), -EINVAL);
	expect_message(test, &extack, "prefixes in a feed of domains");
	levee_feed_free(feed);
}

static void bad_prefixes_are_refused(struct kunit *test)
{
	const char *words = "no prefix, or not above the one before: IPv4 first, then by address, then by length";
	struct levee_feed *feed = begin(test, "bad", ADDRESSES, 3, 1, NULL);
	struct netlink_ext_ack extack = {};
	static const u8 cut[6] = { 11, 0, 0, 0, 8, 12 };

	KUNIT_EXPECT_EQ(test, add_prefix(feed, "10.0.0.0", 8, &extack), 0);
	KUNIT_EXPECT_EQ(test, add_prefix(feed, "10.0.0.0", 8, &extack), -EINVAL);
	expect_message(test, &extack, words);
	extack._msg = NULL;
	KUNIT_EXPECT_EQ(test, add_prefix(feed, "11.0.0.1", 8, &extack), -EINVAL);
	expect_message(test, &extack, words);
	KUNIT_EXPECT_EQ(test, levee_feed_add_prefixes(feed, cut, sizeof(cut), 4, &extack), -EINVAL);
	expect_message(test, &extack, "a prefix is cut short");
	KUNIT_EXPECT_EQ(test, add_prefix(feed, "12.0.0.0", 8, &extack), 0);
	KUNIT_EXPECT_EQ(test, add_prefix(feed, "13.0.0.0", 8, &extack), -E2BIG);
	expect_message(test, &extack, "more than the feed was begun for");
	KUNIT_EXPECT_EQ(test, levee_feed_finish(feed, &extack), -EINVAL);
	expect_message(test, &extack, "fewer than the feed was begun for");
	KUNIT_EXPECT_EQ(test, add_prefix(feed, "2001:db8::", 32, &extack), 0);
	KUNIT_EXPECT_EQ(test, add_prefix(feed, "2001:db9::", 32, &extack), -E2BIG);
	KUNIT_EXPECT_EQ(test, add(feed, "a", &extack), -EINVAL);
	expect_message(test, &extack, "names in a feed of addresses");
	KUNIT_EXPECT_EQ(test, levee_feed_finish(feed, &extack), 0);
	levee_feed_free(feed);
}

static int add_number(struct levee_feed *feed, u32 number, struct netlink_ext_ack *extack)
{
	u8 wire[6] = { 4 };
	u32 i;

	for (i = 1; i < 5; i++, number /= 26)
		wire[i] = 'a' + number % 26;
	return levee_feed_add_names(feed, wire, sizeof(wire), extack);
}

static void name_without_a_place_begins_again(struct kunit *test)
{
	struct levee_feed *feed = begin(test, "full", DOMAINS, 10, 0, NULL);
	struct netlink_ext_ack extack = {};
	int err = 0;
	u32 i;

	/* As if chance had filled it. */
	feed->declared = 1000;
	for (i = 0; i < 1000 && !err; i++)
		err = add_number(feed, i, &extack);
	KUNIT_EXPECT_EQ(test, err, -EAGAIN);
	expect_message(test, &extack, "a name has no place, begin the feed again");
	KUNIT_EXPECT_EQ(test, levee_feed_finish(feed, NULL), -EINVAL);
	levee_feed_free(feed);
}

static void large_feed_is_filled(struct kunit *test)
{
	struct levee_feed *feed = begin(test, "large", DOMAINS, 200000, 0, NULL);
	u32 i;

	KUNIT_EXPECT_LE(test, feed->bytes - sizeof(*feed), 200000UL * 10);
	for (i = 0; i < 200000; i++)
		KUNIT_ASSERT_EQ(test, add_number(feed, i, NULL), 0);
	KUNIT_ASSERT_EQ(test, levee_feed_finish(feed, NULL), 0);
	fixture_publish_feed(test, feed);
	KUNIT_EXPECT_STREQ(test, lister(&all, "aaaa"), "large");
	KUNIT_EXPECT_STREQ(test, lister(&all, "www.baaa"), "large");
	KUNIT_EXPECT_STREQ(test, lister(&all, "zzzz"), "");
}

#define BUDGET_DOMAINS 700000

static void budget_is_kept_and_comes_back(struct kunit *test)
{
	struct levee_feed *feeds[16] = {};
	struct netlink_ext_ack extack = {};
	size_t bytes = bytes_held();
	struct levee_feed *feed;
	u32 count = 0, i;

	for (;;) {
		feed = levee_feed_new("much", DOMAINS, BUDGET_DOMAINS, 0, NULL, &extack);
		if (IS_ERR(feed))
			break;
		KUNIT_ASSERT_LT(test, count, (u32)ARRAY_SIZE(feeds));
		feeds[count++] = feed;
	}
	KUNIT_EXPECT_EQ(test, PTR_ERR(feed), -E2BIG);
	expect_message(test, &extack, "the feeds exceed their memory budget");
	KUNIT_EXPECT_GT(test, count, 1U);
	KUNIT_EXPECT_LE(test, levee_feeds_bytes(), levee_feeds_budget());
	KUNIT_EXPECT_GT(test, levee_feeds_bytes() + feeds[0]->bytes, levee_feeds_budget());
	for (i = 2; i < count; i++)
		levee_feed_free(feeds[i]);

	/* With room for one live and count - 1 retired, any number can follow each other. */
	levee_feed_free(feeds[1]);
	fixture_publish_feed(test, feeds[0]);
	for (i = 0; i < 20; i++) {
		feed = levee_feed_new("much", DOMAINS, BUDGET_DOMAINS, 0, NULL, &extack);
		KUNIT_ASSERT_FALSE(test, IS_ERR(feed));
		fixture_publish_feed(test, feed);
	}
	rcu_read_lock();
	bytes += levee_feeds_live()->feed[0]->bytes;
	rcu_read_unlock();
	KUNIT_EXPECT_EQ(test, bytes_held(), bytes);
}

/* Readers while feeds are replaced. */

#define READERS 4

static atomic_t wrong, lookups;

static int read_feeds(void *arg)
{
	static const u8 always[] = "\6always", never[] = "\5never";
	const struct levee_name in = { .wire = always, .len = sizeof(always) };
	const struct levee_name out = { .wire = never, .len = sizeof(never) };
	const struct levee_addr *addr = arg;
	const struct levee_feed *feed;

	while (!kthread_should_stop()) {
		rcu_read_lock();
		feed = levee_feeds_find_name(&all, &in);
		if (!feed || strcmp(feed->name, "domains"))
			atomic_inc(&wrong);
		if (levee_feeds_find_name(&all, &out))
			atomic_inc(&wrong);
		feed = levee_feeds_find_addr(&all, addr);
		if (!feed || strcmp(feed->name, "addresses"))
			atomic_inc(&wrong);
		else
			levee_feed_hit(feed);
		rcu_read_unlock();
		atomic_inc(&lookups);
		cond_resched();
	}
	return 0;
}

static void replace_all(struct kunit *test, u32 round)
{
	struct levee_feed *feed;
	char name[16];

	snprintf(name, sizeof(name), "round-%u", round);
	fixture_publish_feed(test, domains(test, "domains", NULL, "always", name));
	fixture_publish_feed(test, addresses(test, "addresses"));
	/* Others come and go beside them. */
	feed = domains(test, name, "policy", "a", "b");
	KUNIT_ASSERT_EQ(test, publish(&feed, 1, round % 3 == 0, NULL), 0);
}

static void readers_see_one_or_the_other(struct kunit *test)
{
	struct levee_addr addr = fixture_addr("203.0.113.7");
	struct task_struct *readers[READERS];
	u32 i;

	atomic_set(&wrong, 0);
	atomic_set(&lookups, 0);
	replace_all(test, 0);
	for (i = 0; i < READERS; i++) {
		readers[i] = kthread_run(read_feeds, &addr, "levee-reader");
		KUNIT_ASSERT_FALSE(test, IS_ERR(readers[i]));
	}
	for (i = 1; i < 300; i++) {
		replace_all(test, i);
		cond_resched();
		if (i % 50 == 0)
			schedule_timeout_uninterruptible(1);
	}
	for (i = 0; i < READERS; i++)
		kthread_stop(readers[i]);
	KUNIT_EXPECT_EQ(test, atomic_read(&wrong), 0);
	KUNIT_EXPECT_GT(test, atomic_read(&lookups), 300);
}

static struct kunit_case feed_cases[] = {
	KUNIT_CASE(published_feed_is_found),
	KUNIT_CASE(section_chooses_feeds),
	KUNIT_CASE(namesake_is_replaced),
	KUNIT_CASE(policy_replaces_its_own),
	KUNIT_CASE(what_was_prepared_can_be_discarded),
	KUNIT_CASE(unloading_needs_a_feed),
	KUNIT_CASE(feeds_are_bounded_in_number),
	KUNIT_CASE(sizes_are_bounded),
	KUNIT_CASE(bad_names_are_refused),
	KUNIT_CASE(bad_prefixes_are_refused),
	KUNIT_CASE(name_without_a_place_begins_again),
	KUNIT_CASE(large_feed_is_filled),
	KUNIT_CASE(budget_is_kept_and_comes_back),
	KUNIT_CASE(readers_see_one_or_the_other),
	{}
};

static struct kunit_suite feed_suite = {
	.name = "levee_feed",
	.exit = fixture_exit,
	.test_cases = feed_cases,
};

kunit_test_suite(feed_suite);
