// SPDX-License-Identifier: GPL-2.0
/* Models without workloads: what they learn, their states, and what replaces them. */
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/kthread.h>
#include <linux/timekeeping.h>

#include "fixture.h"
#include "policy/model.h"
#include "policy/registry.h"
#include "random.h"

#define OUT LEVEE_FEATURE_OUTBOUND
#define IN LEVEE_FEATURE_LISTEN
#define DNS LEVEE_FEATURE_DNS
#define CGROUP LEVEE_MODEL_KIND_CGROUP
#define LEARNING LEVEE_MODEL_STATE_LEARNING
#define DRY_RUN LEVEE_MODEL_STATE_DRY_RUN
#define ACTIVE LEVEE_MODEL_STATE_ACTIVE
#define TCP 6
#define UDP 17
#define S NSEC_PER_SEC

static struct {
	u32 states, incomplete, refused;
	u8 state;
} heard;

static void hear_state(const struct levee_model *model, u8 state)
{
	heard.states++;
	heard.state = state;
}

static void hear_incomplete(const struct levee_model *model)
{
	heard.incomplete++;
}

static void hear_refused(void)
{
	heard.refused++;
}

static const struct levee_model_events ear = { hear_state, hear_incomplete, hear_refused };
static const struct levee_model_events *old_events;
static struct levee_model *attached[16];
static u32 nr_attached;
static LIST_HEAD(drafts);

static int begin(struct kunit *test)
{
	memset(&heard, 0, sizeof(heard));
	old_events = levee_model_events;
	levee_model_events = &ear;
	return random_seed(test);
}

/* Models that no workload has, and that nothing will come for, are a day older; then they go. */
static void expire(void)
{
	levee_models_expire(ktime_get_boottime_ns() + 25 * 3600 * (u64)S);
}

static void end(struct kunit *test)
{
	levee_model_drafts_free(&drafts);
	while (nr_attached) {
		local_irq_disable();
		levee_model_detach(attached[--nr_attached]);
		local_irq_enable();
	}
	expire();
	levee_model_events = old_events;
}

static struct levee_model *attach_as(struct kunit *test, u8 kind, const char *key, u32 learn_for,
				     u32 dry_run_for)
{
	const struct levee_model_settings settings = { .mode = LEVEE_MODEL_MODE_LEARN,
						       .learn_for = learn_for,
						       .has_dry_run = learn_for,
						       .dry_run_for = dry_run_for };
	struct levee_model *model;

	KUNIT_ASSERT_LT(test, nr_attached, ARRAY_SIZE(attached));
	local_irq_disable();
	model = levee_model_attach(kind, key, &settings);
	local_irq_enable();
	if (model)
		attached[nr_attached++] = model;
	return model;
}

/* A model for this case alone, which learns for 100 s and is tried for 50. */
static struct levee_model *attach(struct kunit *test)
{
	struct levee_model *model = attach_as(test, CGROUP, test->name, 100, 50);

	KUNIT_ASSERT_NOT_NULL(test, model);
	return model;
}

static struct levee_act outbound(const char *host, u16 proto, u16 port)
{
	return (struct levee_act){ .feature = OUT, .proto = proto, .port = port,
				   .addr = fixture_target(host) };
}

static struct levee_act listener(u16 proto, u16 port, bool ephemeral)
{
	return (struct levee_act){ .feature = IN, .proto = proto, .port = port,
				   .ephemeral = ephemeral };
}

static struct levee_act query(const char *name)
{
	return (struct levee_act){ .feature = DNS, .proto = UDP, .port = 53,
				   .name = fixture_name(name) };
}

static void learn_as(struct levee_model *model, struct levee_act act, const char *comm)
{
	rcu_read_lock();
	levee_model_learn(model, &act, comm);
	rcu_read_unlock();
}

static void learn(struct levee_model *model, struct levee_act act)
{
	learn_as(model, act, "kunit");
}

/* The item that covers an act, as it is now; no feature: there is none. */
struct known {
	u8 feature;
	u8 target;
	u32 members;
	u64 first_ns;
	u64 last;
	u64 uses;
	char comm[TASK_COMM_LEN];
};

static struct known find(const struct levee_model *model, struct levee_act act)
{
	const struct levee_model_item *item;
	struct known known = {};

	rcu_read_lock();
	item = levee_model_find(model, &act);
	if (item) {
		known = (struct known){ item->feature, item->entry.target, item->members,
					item->first_ns, item->last, atomic64_read(&item->uses) };
		strscpy(known.comm, item->comm, sizeof(known.comm));
	}
	rcu_read_unlock();
	return known;
}

static bool knows(const struct levee_model *model, struct levee_act act)
{
	return find(model, act).feature;
}

static struct levee_model_summary read(const struct levee_model *model)
{
	struct levee_model_summary summary;

	rcu_read_lock();
	levee_model_read(model, &summary);
	rcu_read_unlock();
	return summary;
}

static u64 seq_of(const struct levee_model *model)
{
	u64 seq;

	rcu_read_lock();
	seq = levee_model_seq(model);
	rcu_read_unlock();
	return seq;
}

/* A tick in which so much time has passed; the clock's own are lower numbers. */
static void spend(struct levee_model *model, u64 ns)
{
	static u32 tick = 1 << 30;

	levee_model_set_populated(model, ++tick);
	levee_models_spend(tick, ns);
}

static void learned_is_known(struct kunit *test)
{
	struct levee_model *model = attach(test);
	u64 seq;

	KUNIT_EXPECT_FALSE(test, knows(model, outbound("8.8.8.8", TCP, 443)));
	learn(model, outbound("8.8.8.8", TCP, 443));
	KUNIT_EXPECT_TRUE(test, knows(model, outbound("1.1.1.1", TCP, 443)));
	KUNIT_EXPECT_TRUE(test, knows(model, outbound("2a00:1450::1", TCP, 443)));
	KUNIT_EXPECT_FALSE(test, knows(model, outbound("8.8.8.8", TCP, 444)));
	KUNIT_EXPECT_FALSE(test, knows(model, outbound("8.8.8.8", UDP, 443)));
	KUNIT_EXPECT_FALSE(test, knows(model, outbound("10.0.0.1", TCP, 443)));
	learn(model, outbound("10.0.0.1", TCP, 5432));
	KUNIT_EXPECT_TRUE(test, knows(model, outbound("10.0.0.1", TCP, 5432)));
	KUNIT_EXPECT_FALSE(test, knows(model, outbound("10.0.0.2", TCP, 5432)));
	learn(model, listener(TCP, 8080, false));
	KUNIT_EXPECT_TRUE(test, knows(model, listener(TCP, 8080, false)));
	KUNIT_EXPECT_FALSE(test, knows(model, listener(TCP, 8081, false)));
	KUNIT_EXPECT_FALSE(test, knows(model, listener(UDP, 8080, false)));
	/* The port stays known where it has become one of the ephemeral range. */
	KUNIT_EXPECT_TRUE(test, knows(model, listener(TCP, 8080, true)));
	KUNIT_EXPECT_FALSE(test, knows(model, listener(TCP, 0, true)));
	learn(model, listener(TCP, 40000, true));
	KUNIT_EXPECT_TRUE(test, knows(model, listener(TCP, 0, true)));
	KUNIT_EXPECT_TRUE(test, knows(model, listener(TCP, 50000, true)));
	KUNIT_EXPECT_FALSE(test, knows(model, listener(TCP, 40000, false)));
	KUNIT_EXPECT_FALSE(test, knows(model, listener(UDP, 40000, true)));
	learn(model, query("a.example"));
	KUNIT_EXPECT_TRUE(test, knows(model, query("a.example")));
	KUNIT_EXPECT_FALSE(test, knows(model, query("b.example")));
	KUNIT_EXPECT_FALSE(test, knows(model, query("x.a.example")));
	KUNIT_EXPECT_FALSE(test, knows(model, query("example")));
	KUNIT_EXPECT_EQ(test, read(model).items, 5U);
	/* What is known already, and what is only asked for, changes nothing. */
	seq = seq_of(model);
	learn(model, outbound("1.1.1.1", TCP, 443));
	learn(model, listener(TCP, 50000, true));
	KUNIT_EXPECT_EQ(test, read(model).items, 5U);
	KUNIT_EXPECT_EQ(test, seq_of(model), seq);
	learn(model, query("b.example"));
	KUNIT_EXPECT_NE(test, seq_of(model), seq);
}

static void what_an_item_tells(struct kunit *test)
{
	const struct levee_act act = outbound("10.0.0.1", TCP, 80);
	struct levee_model *model = attach(test);
	u64 now = ktime_get_real_ns();
	struct known known;

	learn_as(model, act, "first");
	known = find(model, act);
	KUNIT_EXPECT_STREQ(test, known.comm, "first");
	KUNIT_EXPECT_EQ(test, known.uses, 1ULL);
	KUNIT_EXPECT_EQ(test, known.members, 0U);
	KUNIT_EXPECT_GE(test, known.first_ns, now);
	fixture_sleep_by_clock(2);
	rcu_read_lock();
	levee_model_use(levee_model_find(model, &act));
	rcu_read_unlock();
	KUNIT_EXPECT_EQ(test, find(model, act).uses, 2ULL);
	KUNIT_EXPECT_EQ(test, find(model, act).first_ns, known.first_ns);
	KUNIT_EXPECT_GT(test, find(model, act).last, known.last);
	learn_as(model, query("a.example"), NULL);
	KUNIT_EXPECT_STREQ(test, find(model, query("a.example")).comm, "");
}

static void what_cannot_be_written_is_not_learned(struct kunit *test)
{
	const struct levee_act raw = { .feature = LEVEE_FEATURE_RAW_SOCKETS, .proto = 1,
				       .socket_family = AF_INET };
	const struct levee_act nothing = { .feature = DNS, .proto = UDP, .port = 53 };
	struct levee_model *model = attach(test);

	learn(model, raw);
	learn(model, nothing);
	learn(model, outbound("10.0.0.1", TCP, 0));
	learn(model, listener(1, 0, true));
	KUNIT_EXPECT_EQ(test, read(model).items, 0U);
	KUNIT_EXPECT_FALSE(test, knows(model, raw));
	KUNIT_EXPECT_FALSE(test, knows(model, nothing));
	KUNIT_EXPECT_FALSE(test, read(model).incomplete);
}

static struct levee_act numbered_name(u32 i)
{
	char text[32];

	snprintf(text, sizeof(text), "n%u.example.com", i);
	return query(text);
}

static struct levee_act numbered_host(u32 i)
{
	char text[32];

	snprintf(text, sizeof(text), "10.7.0.%u", i);
	return outbound(text, TCP, 443);
}

static struct levee_act numbered_host6(u32 i)
{
	char text[32];

	snprintf(text, sizeof(text), "fd00::%x", i + 1);
	return outbound(text, UDP, 53);
}

static struct levee_act numbered_listener(u32 i)
{
	return listener(UDP, 2000 + i, false);
}

static struct levee_act numbered_service(u32 i)
{
	return outbound("8.8.8.8", TCP, 65535 - i);
}

/* Up to 32 of a kind stand for themselves; one more, and all are one. */
static void expect_collapse(struct kunit *test, struct levee_act (*numbered)(u32 i), u8 target)
{
	struct levee_model *model = attach(test);
	const struct levee_act first = numbered(0);
	struct known known;
	u32 i;

	KUNIT_ASSERT_EQ(test, levee_model_relearn(CGROUP, test->name), 0);
	/* Of its feature, but no like of theirs. */
	learn(model, query("n0.example.org"));
	learn(model, outbound("8.8.8.8", 132, 443));
	learn(model, listener(UDP, 1023, false));
	learn_as(model, numbered(0), "first");
	rcu_read_lock();
	levee_model_use(levee_model_find(model, &first));
	rcu_read_unlock();
	for (i = 1; i < 32; i++)
		learn_as(model, numbered(i), "later");
	KUNIT_EXPECT_EQ(test, read(model).items, 35U);
	KUNIT_EXPECT_FALSE(test, knows(model, numbered(32)));
	learn_as(model, numbered(32), "last");
	KUNIT_EXPECT_EQ(test, read(model).items, 4U);
	for (i = 0; i < 100; i++)
		KUNIT_EXPECT_TRUE(test, knows(model, numbered(i)));
	known = find(model, numbered(99));
	KUNIT_EXPECT_EQ(test, known.target, target);
	KUNIT_EXPECT_EQ(test, known.members, 33U);
	KUNIT_EXPECT_EQ(test, known.uses, 34ULL);
	KUNIT_EXPECT_STREQ(test, known.comm, "first");
	KUNIT_EXPECT_GT(test, known.first_ns, 0ULL);
	/* What is inside is not learned beside it. */
	learn(model, numbered(99));
	KUNIT_EXPECT_EQ(test, read(model).items, 4U);
	KUNIT_EXPECT_FALSE(test, knows(model, query("n0.example.net")));
	KUNIT_EXPECT_FALSE(test, knows(model, query("n1.example.org")));
	KUNIT_EXPECT_FALSE(test, knows(model, outbound("10.7.1.1", TCP, 443)));
	KUNIT_EXPECT_FALSE(test, knows(model, outbound("10.7.0.1", TCP, 444)));
	KUNIT_EXPECT_FALSE(test, knows(model, outbound("fd00:0:0:1::1", UDP, 53)));
	KUNIT_EXPECT_FALSE(test, knows(model, outbound("8.8.8.8", TCP, 1023)));
	KUNIT_EXPECT_FALSE(test, knows(model, listener(UDP, 1022, false)));
	KUNIT_EXPECT_FALSE(test, knows(model, listener(TCP, 2000, false)));
}

static void more_than_32_are_one(struct kunit *test)
{
	expect_collapse(test, numbered_name, LEVEE_TARGET_DOMAIN_TREE);
	expect_collapse(test, numbered_host, LEVEE_TARGET_PREFIX);
	expect_collapse(test, numbered_host6, LEVEE_TARGET_PREFIX);
	expect_collapse(test, numbered_listener, LEVEE_TARGET_PORTS);
	expect_collapse(test, numbered_service, LEVEE_TARGET_INTERNET);
}

static void names_of_one_label_are_never_one(struct kunit *test)
{
	struct levee_model *model = attach(test);
	char text[16];
	u32 i, known = 0;

	learn(model, query("."));
	for (i = 0; i < 100; i++) {
		snprintf(text, sizeof(text), "h%u", i);
		learn(model, query(text));
	}
	for (i = 0; i < 100; i++) {
		snprintf(text, sizeof(text), "h%u", i);
		known += knows(model, query(text));
	}
	KUNIT_EXPECT_EQ(test, known, 31U);
	KUNIT_EXPECT_TRUE(test, knows(model, query(".")));
	KUNIT_EXPECT_EQ(test, read(model).items, 32U);
	/* The others are learned as ever. */
	KUNIT_EXPECT_FALSE(test, read(model).incomplete);
	learn(model, query("a.example"));
	KUNIT_EXPECT_TRUE(test, knows(model, query("a.example")));
}

static void full_feature_ends_learning(struct kunit *test)
{
	struct levee_model *model = attach(test);
	u64 refused = levee_model_items_refused();
	u32 i;

	for (i = 1; i <= LEVEE_MODEL_LISTEN_MAX; i++)
		learn(model, listener(TCP, i, false));
	KUNIT_EXPECT_EQ(test, read(model).items, (u32)LEVEE_MODEL_LISTEN_MAX);
	KUNIT_EXPECT_EQ(test, heard.incomplete, 0U);
	KUNIT_EXPECT_FALSE(test, read(model).incomplete);
	learn(model, listener(TCP, i, false));
	KUNIT_EXPECT_EQ(test, heard.incomplete, 1U);
	KUNIT_EXPECT_TRUE(test, read(model).incomplete);
	/* Also of what there is room for; said once, counted always. */
	learn(model, query("a.example"));
	learn(model, listener(TCP, i, false));
	KUNIT_EXPECT_EQ(test, heard.incomplete, 1U);
	KUNIT_EXPECT_EQ(test, levee_model_items_refused(), refused + 3);
	KUNIT_EXPECT_EQ(test, read(model).items, (u32)LEVEE_MODEL_LISTEN_MAX);
	KUNIT_EXPECT_TRUE(test, knows(model, listener(TCP, 1, false)));
	KUNIT_ASSERT_EQ(test, levee_model_extend(CGROUP, test->name, 10), 0);
	KUNIT_EXPECT_FALSE(test, read(model).incomplete);
	learn(model, query("a.example"));
	KUNIT_EXPECT_TRUE(test, knows(model, query("a.example")));
}

static void expect_state(struct kunit *test, const struct levee_model *model, u8 state, s64 left_ns)
{
	KUNIT_EXPECT_EQ(test, levee_model_state(model), state);
	KUNIT_EXPECT_EQ(test, read(model).state, state);
	KUNIT_EXPECT_EQ(test, read(model).left_ns, left_ns);
}

static void clock_ends_learning_and_the_dry_run(struct kunit *test)
{
	struct levee_model *model = attach(test);
	u64 epoch = levee_epoch();

	expect_state(test, model, LEARNING, 100 * S);
	spend(model, 40 * S);
	expect_state(test, model, LEARNING, 60 * S);
	/* A tick in which nobody was in it. */
	levee_models_spend(1 << 29, 40 * S);
	expect_state(test, model, LEARNING, 60 * S);
	KUNIT_EXPECT_EQ(test, levee_epoch(), epoch);
	spend(model, 60 * S);
	expect_state(test, model, DRY_RUN, 50 * S);
	KUNIT_EXPECT_EQ(test, heard.states, 1U);
	KUNIT_EXPECT_NE(test, levee_epoch(), epoch);
	/* What is new begins it again, what is known does not. */
	learn(model, query("a.example"));
	expect_state(test, model, LEARNING, 100 * S);
	KUNIT_EXPECT_EQ(test, heard.states, 2U);
	KUNIT_EXPECT_EQ(test, heard.state, LEARNING);
	spend(model, 100 * S);
	spend(model, 10 * S);
	learn(model, query("a.example"));
	expect_state(test, model, DRY_RUN, 40 * S);
	epoch = levee_epoch();
	spend(model, 41 * S);
	expect_state(test, model, ACTIVE, 0);
	KUNIT_EXPECT_NE(test, levee_epoch(), epoch);
	KUNIT_EXPECT_EQ(test, heard.states, 4U);
	KUNIT_EXPECT_EQ(test, heard.state, ACTIVE);
	/* Adapting does not begin it again. */
	learn(model, query("b.example"));
	KUNIT_EXPECT_TRUE(test, knows(model, query("b.example")));
	spend(model, 1000 * S);
	expect_state(test, model, ACTIVE, 0);
	KUNIT_EXPECT_EQ(test, heard.states, 4U);
}

static void times_have_defaults(struct kunit *test)
{
	struct levee_model *model = attach_as(test, CGROUP, test->name, 0, 0);

	KUNIT_ASSERT_NOT_NULL(test, model);
	expect_state(test, model, LEARNING, 3600 * S);
	spend(model, 3600 * S);
	expect_state(test, model, DRY_RUN, 86400 * S);
	/* A dry run of no time is none. */
	model = attach_as(test, CGROUP, "kunit-no-dry-run", 10, 0);
	KUNIT_ASSERT_NOT_NULL(test, model);
	spend(model, 10 * S);
	expect_state(test, model, ACTIVE, 0);
	KUNIT_EXPECT_EQ(test, heard.state, ACTIVE);
}

static void policy_changes_what_is_left(struct kunit *test)
{
	struct levee_model *model = attach(test);

	spend(model, 40 * S);
	KUNIT_EXPECT_PTR_EQ(test, attach_as(test, CGROUP, test->name, 200, 50), model);
	expect_state(test, model, LEARNING, 160 * S);
	KUNIT_EXPECT_EQ(test, read(model).workloads, 2U);
	attach_as(test, CGROUP, test->name, 50, 50);
	expect_state(test, model, LEARNING, 10 * S);
	/* Less than was spent; whoever has the longer time gives it back. */
	attach_as(test, CGROUP, test->name, 20, 50);
	expect_state(test, model, LEARNING, -20 * S);
	attach_as(test, CGROUP, test->name, 50, 50);
	expect_state(test, model, LEARNING, 10 * S);
	attach_as(test, CGROUP, test->name, 20, 50);
	spend(model, 1);
	expect_state(test, model, DRY_RUN, 50 * S);
	spend(model, 20 * S);
	attach_as(test, CGROUP, test->name, 20, 80);
	expect_state(test, model, DRY_RUN, 60 * S);
	attach_as(test, CGROUP, test->name, 20, 10);
	expect_state(test, model, DRY_RUN, -10 * S);
	spend(model, 1);
	expect_state(test, model, ACTIVE, 0);
	attach_as(test, CGROUP, test->name, 500, 500);
	expect_state(test, model, ACTIVE, 0);
}

static void hand_changes_the_state(struct kunit *test)
{
	const u64 longest = U32_MAX * (u64)S;
	struct levee_model *model = attach(test);
	u64 epoch = levee_epoch();
	u32 i;

	learn(model, query("a.example"));
	KUNIT_EXPECT_EQ(test, levee_model_freeze(CGROUP, test->name), 0);
	expect_state(test, model, ACTIVE, 0);
	KUNIT_EXPECT_NE(test, levee_epoch(), epoch);
	KUNIT_EXPECT_EQ(test, levee_model_extend(CGROUP, test->name, 7), 0);
	expect_state(test, model, LEARNING, 7 * S);
	KUNIT_EXPECT_EQ(test, levee_model_extend(CGROUP, test->name, 7), 0);
	expect_state(test, model, LEARNING, 14 * S);
	KUNIT_EXPECT_TRUE(test, knows(model, query("a.example")));
	epoch = levee_epoch();
	KUNIT_EXPECT_EQ(test, levee_model_relearn(CGROUP, test->name), 0);
	expect_state(test, model, LEARNING, 100 * S);
	KUNIT_EXPECT_NE(test, levee_epoch(), epoch);
	KUNIT_EXPECT_FALSE(test, knows(model, query("a.example")));
	KUNIT_EXPECT_EQ(test, read(model).items, 0U);
	/* Who did it needs not be told. */
	KUNIT_EXPECT_EQ(test, heard.states, 0U);
	for (i = 0; i < 5; i++)
		KUNIT_EXPECT_EQ(test, levee_model_extend(CGROUP, test->name, U32_MAX), 0);
	expect_state(test, model, LEARNING, longest);
	attach_as(test, CGROUP, test->name, 90, 50);
	expect_state(test, model, LEARNING, longest - 10 * S);

	KUNIT_EXPECT_EQ(test, levee_model_freeze(CGROUP, "kunit-nobody"), -ENOENT);
	KUNIT_EXPECT_EQ(test, levee_model_extend(CGROUP, "kunit-nobody", 1), -ENOENT);
	KUNIT_EXPECT_EQ(test, levee_model_relearn(CGROUP, "kunit-nobody"), -ENOENT);
	/* Of this text, but of another kind. */
	KUNIT_EXPECT_EQ(test, levee_model_freeze(LEVEE_MODEL_KIND_IMAGE, test->name), -ENOENT);
}

/* Imports. */

static const struct levee_model_origin old = { .first_ns = 5, .last = 6, .uses = 7, .members = 8,
					       .comm = "old" };

static struct levee_model_draft *draft(struct kunit *test, const char *key, u8 state, s64 left_ns)
{
	struct levee_model_draft *draft = levee_model_draft_new(CGROUP, key, state, left_ns, false,
								NULL);

	KUNIT_ASSERT_FALSE(test, IS_ERR(draft));
	list_add_tail(&draft->list, &drafts);
	return draft;
}

static int add_name(struct levee_model_draft *draft, const char *name, struct netlink_ext_ack *ack)
{
	const struct levee_entry entry = fixture_domain(LEVEE_TARGET_DOMAIN, name, LEVEE_PROTO_ANY);

	return levee_model_draft_add(draft, DNS, &entry, &old, ack);
}

static int import(struct netlink_ext_ack *ack)
{
	int err = levee_models_import(&drafts, ack);

	levee_model_drafts_free(&drafts);
	return err;
}

static struct levee_model *by_key(const char *key)
{
	struct levee_model *model;

	rcu_read_lock();
	model = levee_model_by_key(CGROUP, key);
	rcu_read_unlock();
	return model;
}

static void import_makes_what_is_not_there(struct kunit *test)
{
	u32 count = levee_models_count();
	u64 seq = levee_models_seq();
	struct levee_model *model;
	struct known known;

	KUNIT_ASSERT_EQ(test, add_name(draft(test, test->name, DRY_RUN, 9 * S), "a.example", NULL),
			0);
	draft(test, "kunit-other", LEARNING, LEVEE_MODEL_LEFT_UNSET);
	KUNIT_EXPECT_EQ(test, levee_models_count(), count);
	KUNIT_ASSERT_EQ(test, import(NULL), 0);
	KUNIT_EXPECT_EQ(test, levee_models_count(), count + 2);
	KUNIT_EXPECT_NE(test, levee_models_seq(), seq);
	model = by_key(test->name);
	KUNIT_ASSERT_NOT_NULL(test, model);
	expect_state(test, model, DRY_RUN, 9 * S);
	KUNIT_EXPECT_EQ(test, read(model).workloads, 0U);
	KUNIT_EXPECT_GT(test, read(model).used_ns, 0ULL);
	known = find(model, query("a.example"));
	KUNIT_EXPECT_EQ(test, known.feature, DNS);
	KUNIT_EXPECT_EQ(test, known.first_ns, old.first_ns);
	KUNIT_EXPECT_EQ(test, known.last, old.last);
	KUNIT_EXPECT_EQ(test, known.uses, old.uses);
	KUNIT_EXPECT_EQ(test, known.members, old.members);
	KUNIT_EXPECT_STREQ(test, known.comm, "old");
	/* What it has left is its own, what it has not is the rule's. */
	KUNIT_EXPECT_PTR_EQ(test, attach(test), model);
	expect_state(test, model, DRY_RUN, 9 * S);
	expect_state(test, by_key("kunit-other"), LEARNING, LEVEE_MODEL_LEFT_UNSET);
	attach_as(test, CGROUP, "kunit-other", 70, 50);
	expect_state(test, by_key("kunit-other"), LEARNING, 70 * S);
}

static void import_takes_the_place(struct kunit *test)
{
	struct levee_model *model = attach(test);
	u64 epoch, seq, bytes = levee_models_bytes();
	u32 count = levee_models_count();

	learn(model, query("a.example"));
	seq = seq_of(model);
	epoch = levee_epoch();
	KUNIT_ASSERT_EQ(test, add_name(draft(test, test->name, ACTIVE, LEVEE_MODEL_LEFT_UNSET), "b.example", NULL),
			0);
	KUNIT_EXPECT_GT(test, levee_models_bytes(), bytes);
	KUNIT_ASSERT_EQ(test, import(NULL), 0);
	KUNIT_EXPECT_EQ(test, levee_models_count(), count);
	KUNIT_EXPECT_NE(test, levee_epoch(), epoch);
	/* As many items, and yet others. */
	KUNIT_EXPECT_NE(test, (u32)seq_of(model), (u32)seq);
	KUNIT_EXPECT_EQ(test, levee_model_state(model), ACTIVE);
	KUNIT_EXPECT_EQ(test, read(model).workloads, 1U);
	KUNIT_EXPECT_FALSE(test, knows(model, query("a.example")));
	KUNIT_EXPECT_TRUE(test, knows(model, query("b.example")));
	draft(test, test->name, LEARNING, LEVEE_MODEL_LEFT_UNSET);
	KUNIT_ASSERT_EQ(test, import(NULL), 0);
	expect_state(test, model, LEARNING, 100 * S);
	draft(test, test->name, DRY_RUN, LEVEE_MODEL_LEFT_UNSET);
	KUNIT_ASSERT_EQ(test, import(NULL), 0);
	expect_state(test, model, DRY_RUN, 50 * S);
	/* Twice the same key: the later. */
	KUNIT_ASSERT_EQ(test, add_name(draft(test, test->name, ACTIVE, LEVEE_MODEL_LEFT_UNSET), "a.example", NULL),
			0);
	draft(test, test->name, LEARNING, 3 * S);
	KUNIT_ASSERT_EQ(test, import(NULL), 0);
	expect_state(test, model, LEARNING, 3 * S);
	KUNIT_EXPECT_FALSE(test, knows(model, query("a.example")));
	KUNIT_EXPECT_EQ(test, heard.states, 0U);
}

static void draft_is_bounded(struct kunit *test)
{
	struct levee_model_draft *full = draft(test, test->name, ACTIVE, LEVEE_MODEL_LEFT_UNSET);
	struct netlink_ext_ack ack = {};
	struct levee_entry port;
	u32 i;

	KUNIT_ASSERT_EQ(test, add_name(full, "a.example", NULL), 0);
	KUNIT_EXPECT_EQ(test, add_name(full, "a.example", &ack), -EEXIST);
	KUNIT_EXPECT_STREQ(test, ack._msg, "the model has this item already");
	for (i = 1; i <= LEVEE_MODEL_LISTEN_MAX; i++) {
		port = fixture_ports(LEVEE_TARGET_PORTS, TCP, i, i);
		KUNIT_ASSERT_EQ(test, levee_model_draft_add(full, IN, &port, &old, NULL), 0);
	}
	port = fixture_ports(LEVEE_TARGET_PORTS, TCP, i, i);
	KUNIT_EXPECT_EQ(test, levee_model_draft_add(full, IN, &port, &old, &ack), -E2BIG);
	KUNIT_EXPECT_STREQ(test, ack._msg, "too many items of this feature");
	KUNIT_EXPECT_EQ(test, add_name(full, "b.example", NULL), 0);
}

static void dropped_draft_leaves_nothing(struct kunit *test)
{
	u64 bytes = levee_models_bytes();
	u32 count = levee_models_count();

	KUNIT_ASSERT_EQ(test, add_name(draft(test, test->name, ACTIVE, LEVEE_MODEL_LEFT_UNSET), "a.example", NULL),
			0);
	levee_model_drafts_free(&drafts);
	KUNIT_EXPECT_EQ(test, levee_models_bytes(), bytes);
	KUNIT_EXPECT_EQ(test, levee_models_count(), count);
	KUNIT_EXPECT_NULL(test, by_key(test->name));
}

/* Bounds. */

static bool bytes_fall_to(u64 bytes)
{
	int tries;

	for (tries = 0; tries < 500 && levee_models_bytes() > bytes; tries++)
		msleep(20);
	return levee_models_bytes() <= bytes;
}

static void idle_models_give_way(struct kunit *test)
{
	u32 i, count = levee_models_count(), room = LEVEE_MODELS_MAX - count;
	u64 bytes = levee_models_bytes(), evicted = levee_models_evicted();
	struct netlink_ext_ack ack = {};
	char key[16];

	for (i = 0; i < room; i++) {
		snprintf(key, sizeof(key), "kunit-%u", i);
		draft(test, key, ACTIVE, LEVEE_MODEL_LEFT_UNSET);
	}
	KUNIT_ASSERT_EQ(test, import(NULL), 0);
	KUNIT_EXPECT_EQ(test, levee_models_count(), (u32)LEVEE_MODELS_MAX);
	/* One more, and nothing of the import is there. */
	draft(test, "kunit-0", LEARNING, 1 * S);
	draft(test, test->name, ACTIVE, LEVEE_MODEL_LEFT_UNSET);
	KUNIT_EXPECT_EQ(test, import(&ack), -ENOSPC);
	KUNIT_EXPECT_STREQ(test, ack._msg, "there would be too many models");
	KUNIT_EXPECT_NULL(test, by_key(test->name));
	KUNIT_EXPECT_EQ(test, levee_model_state(by_key("kunit-0")), ACTIVE);
	draft(test, "kunit-0", LEARNING, 1 * S);
	KUNIT_EXPECT_EQ(test, import(NULL), 0);
	expect_state(test, by_key("kunit-0"), LEARNING, 1 * S);
	/* A workload's needs make room. */
	attach(test);
	KUNIT_EXPECT_EQ(test, levee_models_evicted(), evicted + 1);
	KUNIT_EXPECT_EQ(test, levee_models_count(), (u32)LEVEE_MODELS_MAX);
	KUNIT_EXPECT_NOT_NULL(test, by_key(test->name));
	KUNIT_EXPECT_EQ(test, heard.refused, 0U);
	/* In a day nothing comes for them, but for the one that somebody has. */
	expire();
	KUNIT_EXPECT_NULL(test, by_key("kunit-1"));
	KUNIT_EXPECT_NOT_NULL(test, by_key(test->name));
	KUNIT_EXPECT_LE(test, levee_models_count(), count + 1);
	KUNIT_EXPECT_TRUE(test, bytes_fall_to(bytes + 4096));
}

static void what_may_come_again_is_kept(struct kunit *test)
{
	static const u8 kinds[] = { LEVEE_MODEL_KIND_IMAGE, LEVEE_MODEL_KIND_CONTAINER,
				    LEVEE_MODEL_KIND_RULE };
	u32 i;

	for (i = 0; i < ARRAY_SIZE(kinds); i++)
		KUNIT_ASSERT_NOT_NULL(test, attach_as(test, kinds[i], "kunit-kept", 10, 10));
	attach(test);
	while (nr_attached) {
		local_irq_disable();
		levee_model_detach(attached[--nr_attached]);
		local_irq_enable();
	}
	levee_models_expire(ktime_get_boottime_ns());
	KUNIT_EXPECT_NOT_NULL(test, by_key(test->name));
	expire();
	KUNIT_EXPECT_NULL(test, by_key(test->name));
	for (i = 0; i < ARRAY_SIZE(kinds); i++)
		KUNIT_EXPECT_EQ(test, levee_model_freeze(kinds[i], "kunit-kept"), 0);
}

/* Full of what no workload has. */
static void fill_the_budget(struct kunit *test)
{
	struct netlink_ext_ack ack = {};
	struct levee_model_draft *next;
	char text[32];
	u32 i, n;
	int err = 0;

	for (n = 0; !err; n++) {
		snprintf(text, sizeof(text), "kunit-%u", n);
		next = levee_model_draft_new(CGROUP, text, ACTIVE, LEVEE_MODEL_LEFT_UNSET, false, &ack);
		if (IS_ERR(next))
			break;
		list_add_tail(&next->list, &drafts);
		for (i = 0; !err && i < LEVEE_MODEL_DNS_MAX; i++) {
			snprintf(text, sizeof(text), "n%u.example", i);
			err = add_name(next, text, &ack);
		}
	}
	KUNIT_EXPECT_STREQ(test, ack._msg, "the models exceed their memory budget");
	KUNIT_EXPECT_LE(test, levee_models_bytes(), levee_models_budget());
	KUNIT_ASSERT_EQ(test, import(NULL), 0);
	/* What is left after the last item is not enough for a model, or will not be. */
	for (n = 0; n < 100; n++) {
		snprintf(text, sizeof(text), "kunit-rest-%u", n);
		next = levee_model_draft_new(CGROUP, text, ACTIVE, LEVEE_MODEL_LEFT_UNSET, false, NULL);
		if (IS_ERR(next))
			break;
		list_add_tail(&next->list, &drafts);
	}
	KUNIT_ASSERT_EQ(test, import(NULL), 0);
}

static void memory_is_bounded(struct kunit *test)
{
	struct levee_model *model = attach(test);
	u64 evicted, refused = levee_models_refused(), budget = levee_models_budget();
	u32 i;

	fill_the_budget(test);
	for (i = 0; i < 8; i++)
		learn(model, numbered_host(i));
	KUNIT_EXPECT_EQ(test, heard.incomplete, 1U);
	KUNIT_EXPECT_TRUE(test, read(model).incomplete);
	evicted = levee_models_evicted();
	KUNIT_EXPECT_NULL(test, attach_as(test, CGROUP, "kunit-refused", 10, 10));
	KUNIT_EXPECT_EQ(test, levee_models_refused(), refused + 1);
	KUNIT_EXPECT_EQ(test, heard.refused, 1U);
	/* The longest unused goes, and with its memory there is room for who asks again. */
	KUNIT_EXPECT_EQ(test, levee_models_evicted(), evicted + 1);
	for (i = 0; i < 20 && !attach_as(test, CGROUP, "kunit-refused", 10, 10); i++)
		msleep(1000);
	KUNIT_EXPECT_NOT_NULL(test, by_key("kunit-refused"));
	expire();
	KUNIT_EXPECT_TRUE(test, bytes_fall_to(budget / 4));
}

/* Learning beside what replaces the table. */

#define ROUNDS 2000

static struct levee_model *shared;
static DECLARE_COMPLETION(learner_done);

static int learn_much(void *arg)
{
	u32 i;

	for (i = 0; i < ROUNDS; i++) {
		learn(shared, numbered_name(i % 50));
		learn(shared, numbered_host(i % 50));
		learn(shared, listener(TCP, 1 + i % 300, false));
		if (i % 16 == 0)
			msleep(20);
	}
	complete(&learner_done);
	return 0;
}

static int count_bytes(const struct levee_model_item *item, void *arg)
{
	u64 *sum = arg;

	sum[0]++;
	sum[1] += item->size;
	return 0;
}

static void expect_consistent(struct kunit *test, const struct levee_model *model)
{
	struct levee_model_summary summary;
	u64 sum[2] = {};
	u32 skip = 0;

	rcu_read_lock();
	levee_model_read(model, &summary);
	levee_model_items_walk(model, &skip, count_bytes, sum);
	rcu_read_unlock();
	KUNIT_ASSERT_EQ(test, (u64)summary.items, sum[0]);
	KUNIT_ASSERT_EQ(test, (u64)skip, sum[0]);
	KUNIT_ASSERT_EQ(test, summary.bytes, sizeof(struct levee_model_table) + sum[1]);
}

static void learning_beside_imports(struct kunit *test)
{
	u32 i, relearned = 0, imported = 0;

	shared = attach(test);
	reinit_completion(&learner_done);
	KUNIT_ASSERT_FALSE(test, IS_ERR(kthread_run(learn_much, NULL, "kunit-learner")));
	for (i = 0; !completion_done(&learner_done); i++) {
		if (i % 2) {
			relearned += !levee_model_relearn(CGROUP, test->name);
		} else {
			add_name(draft(test, test->name, i % 4 ? DRY_RUN : LEARNING, 10 * S),
				 "a.example", NULL);
			imported += !import(NULL);
		}
		expect_consistent(test, shared);
		msleep(20);
	}
	wait_for_completion(&learner_done);
	KUNIT_EXPECT_GT(test, relearned, 2U);
	KUNIT_EXPECT_GT(test, imported, 2U);
	expect_consistent(test, shared);
}

static int stop_at_second(const struct levee_model_item *item, void *arg)
{
	u32 *left = arg;

	return (*left)-- ? 0 : -EMSGSIZE;
}

static void walk_goes_on_where_it_stopped(struct kunit *test)
{
	struct levee_model *model = attach(test);
	u32 i, left, skip = 0, rounds = 0;
	int err = -EMSGSIZE;

	for (i = 0; i < 5; i++)
		learn(model, numbered_name(i));
	rcu_read_lock();
	for (; err && rounds < 10; rounds++) {
		left = 2;
		err = levee_model_items_walk(model, &skip, stop_at_second, &left);
	}
	rcu_read_unlock();
	KUNIT_EXPECT_EQ(test, rounds, 3U);
	KUNIT_EXPECT_EQ(test, skip, 5U);
}

static struct kunit_case model_cases[] = {
	KUNIT_CASE(learned_is_known),
	KUNIT_CASE(what_an_item_tells),
	KUNIT_CASE(what_cannot_be_written_is_not_learned),
	KUNIT_CASE(more_than_32_are_one),
	KUNIT_CASE(names_of_one_label_are_never_one),
	KUNIT_CASE(full_feature_ends_learning),
	KUNIT_CASE(clock_ends_learning_and_the_dry_run),
	KUNIT_CASE(times_have_defaults),
	KUNIT_CASE(policy_changes_what_is_left),
	KUNIT_CASE(hand_changes_the_state),
	KUNIT_CASE(import_makes_what_is_not_there),
	KUNIT_CASE(import_takes_the_place),
	KUNIT_CASE(draft_is_bounded),
	KUNIT_CASE(dropped_draft_leaves_nothing),
	KUNIT_CASE(idle_models_give_way),
	KUNIT_CASE(what_may_come_again_is_kept),
	KUNIT_CASE(memory_is_bounded),
	KUNIT_CASE(learning_beside_imports),
	KUNIT_CASE(walk_goes_on_where_it_stopped),
	{}
};

static struct kunit_suite model_suite = {
	.name = "levee_model",
	.init = begin,
	.exit = end,
	.test_cases = model_cases,
};

kunit_test_suite(model_suite);
