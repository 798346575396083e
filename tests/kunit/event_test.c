// SPDX-License-Identifier: GPL-2.0
#include "fixture.h"
#include "policy/registry.h"

#define AUDIT LEVEE_EVENT_TYPE_AUDIT
#define NOTICE LEVEE_EVENT_TYPE_NOTICE

/* A workload with a rule, and its tokens unspent. */
static struct cgroup *begin(struct kunit *test)
{
	struct levee_draft *draft = fixture_draft(test);
	struct cgroup *cgroup = fixture_mkdir(test, "/kunit_event");

	fixture_rule(test, draft, "/kunit_event");
	fixture_section(draft, 0, LEVEE_FEATURE_OUTBOUND)->written = LEVEE_EFFECT_ALERT;
	fixture_commit(test, draft);
	fixture_listen(test);
	return cgroup;
}

static void audit(struct cgroup *cgroup, u16 port, bool enforced)
{
	const struct levee_verdict verdict = { .reason = LEVEE_REASON_NOT_ALLOWED };
	const struct levee_act act = { .feature = LEVEE_FEATURE_OUTBOUND, .proto = 6, .port = port,
				       .addr = fixture_target("192.0.2.1") };
	struct levee_subject subject;

	rcu_read_lock();
	subject = levee_subject_of(levee_live_rcu(), cgroup);
	if (subject.workload)
		levee_report_audit(levee_live_rcu(), &subject, &act, &verdict, LEVEE_EFFECT_ALERT,
				   enforced, NULL);
	rcu_read_unlock();
}

static struct levee_report_counters counters(void)
{
	struct levee_report_counters counters;

	levee_report_flush();
	levee_report_read(&counters);
	return counters;
}

static void audit_says_it_all(struct kunit *test)
{
	struct cgroup *cgroup = begin(test);
	const struct levee_event *event;

	audit(cgroup, 443, true);
	KUNIT_ASSERT_EQ(test, fixture_heard()->count, 1U);
	event = &fixture_heard()->list[0];
	KUNIT_EXPECT_EQ(test, event->type, AUDIT);
	KUNIT_EXPECT_EQ(test, event->cgroup_id, cgroup_id(cgroup));
	KUNIT_EXPECT_EQ(test, event->count, 1ULL);
	KUNIT_EXPECT_EQ(test, event->feature, LEVEE_FEATURE_OUTBOUND);
	KUNIT_EXPECT_EQ(test, event->effect, LEVEE_EFFECT_ALERT);
	KUNIT_EXPECT_EQ(test, event->reason, LEVEE_REASON_NOT_ALLOWED);
	KUNIT_EXPECT_TRUE(test, event->enforced);
	KUNIT_EXPECT_FALSE(test, event->has_actor);
	KUNIT_EXPECT_FALSE(test, event->has_entry);
	KUNIT_EXPECT_TRUE(test, event->has_port);
	KUNIT_EXPECT_EQ(test, event->port, 443);
	KUNIT_EXPECT_EQ(test, event->addr_len, 4);
	KUNIT_EXPECT_EQ(test, event->addr[0], 192);
	KUNIT_EXPECT_STREQ(test, event->rule, "rule-0");
	KUNIT_EXPECT_STREQ(test, event->text, "/kunit_event");
	KUNIT_EXPECT_GT(test, event->time_ns, 0ULL);
}

/* An act that is about names, under the first rule. */
static void audit_name(struct cgroup *cgroup, const struct levee_act *act,
		       const struct levee_entry *entry, const struct levee_feed *feed)
{
	const struct levee_verdict verdict = {
		.reason = feed ? LEVEE_REASON_FEED : LEVEE_REASON_DENIED,
		.entry = entry,
		.feed = feed,
		.name = act->name.len ? act->name : act->nr_names ? act->names[0] : act->name,
	};
	struct levee_subject subject;

	rcu_read_lock();
	subject = levee_subject_of(levee_live_rcu(), cgroup);
	if (subject.workload)
		levee_report_audit(levee_live_rcu(), &subject, act, &verdict, LEVEE_EFFECT_ALERT,
				   true, NULL);
	rcu_read_unlock();
}

static struct levee_act query(const char *name, u16 type, const char *server)
{
	return (struct levee_act){ .feature = LEVEE_FEATURE_DNS, .proto = 17, .port = 53,
				   .qtype = type, .name = fixture_name(name),
				   .addr = fixture_target(server) };
}

static void query_names_what_was_asked(struct kunit *test)
{
	const struct levee_entry tree = fixture_domain(LEVEE_TARGET_DOMAIN_TREE, "example.com",
						       LEVEE_PROTO_ANY);
	struct levee_act act = query("a.b.example.com", 28, "10.0.0.2");
	struct cgroup *cgroup = begin(test);
	const struct levee_event *event;
	struct levee_entry entry;
	char text[80];

	audit_name(cgroup, &act, &tree, NULL);
	KUNIT_ASSERT_EQ(test, fixture_heard()->count, 1U);
	event = &fixture_heard()->list[0];
	KUNIT_EXPECT_EQ(test, event->feature, LEVEE_FEATURE_DNS);
	KUNIT_ASSERT_EQ(test, event->name_len, act.name.len);
	KUNIT_EXPECT_EQ(test, memcmp(event->name, act.name.wire, act.name.len), 0);
	KUNIT_EXPECT_EQ(test, event->qtype, 28);
	KUNIT_EXPECT_EQ(test, event->addr_len, 4);
	KUNIT_EXPECT_EQ(test, event->port, 53);
	KUNIT_EXPECT_STREQ(test, event->feed, "");
	/* The entry is told by the event alone. */
	KUNIT_ASSERT_TRUE(test, event->has_entry);
	KUNIT_EXPECT_NULL(test, event->entry.name);
	KUNIT_EXPECT_PTR_EQ(test, levee_event_entry(event).name, event->name + 4);
	entry = levee_event_entry(event);
	levee_entry_format(text, sizeof(text), &entry);
	KUNIT_EXPECT_STREQ(test, text, ".example.com");
}

static void entry_of_another_name_is_not_told(struct kunit *test)
{
	const struct levee_entry other = fixture_domain(LEVEE_TARGET_DOMAIN, "example.org",
							LEVEE_PROTO_ANY);
	struct levee_act act = query("example.com", 1, "10.0.0.2"), root = query(".", 1, "10.0.0.2");
	struct cgroup *cgroup = begin(test);

	audit_name(cgroup, &act, &other, NULL);
	audit_name(cgroup, &root, &other, NULL);
	KUNIT_ASSERT_EQ(test, fixture_heard()->count, 2U);
	KUNIT_EXPECT_FALSE(test, fixture_heard()->list[0].has_entry);
	KUNIT_EXPECT_FALSE(test, fixture_heard()->list[1].has_entry);
}

static void feed_and_name_of_an_address_are_named(struct kunit *test)
{
	struct levee_feed *feed = fixture_feed(test, "intel", "", "bad.example");
	const struct levee_name names[] = { fixture_name("cdn.example"), fixture_name("example") };
	const struct levee_act act = { .feature = LEVEE_FEATURE_OUTBOUND, .proto = 6, .port = 443,
				       .addr = fixture_target("192.0.2.1"), .names = names,
				       .nr_names = 2 };
	struct cgroup *cgroup = begin(test);
	const struct levee_event *event;

	audit_name(cgroup, &act, NULL, feed);
	levee_feed_free(feed);
	KUNIT_ASSERT_EQ(test, fixture_heard()->count, 1U);
	event = &fixture_heard()->list[0];
	KUNIT_EXPECT_EQ(test, event->reason, LEVEE_REASON_FEED);
	KUNIT_EXPECT_STREQ(test, event->feed, "intel");
	KUNIT_EXPECT_FALSE(test, event->has_entry);
	KUNIT_ASSERT_EQ(test, event->name_len, names[0].len);
	KUNIT_EXPECT_EQ(test, memcmp(event->name, names[0].wire, names[0].len), 0);
}

/* A name and a type are what is asked; of whom and how is not. */
static void queries_fold_by_name_and_type(struct kunit *test)
{
	struct levee_act act = query("example.com", 1, "10.0.0.2"), other;
	struct cgroup *cgroup = begin(test);

	audit_name(cgroup, &act, NULL, NULL);
	other = query("example.com", 1, "10.0.0.3");
	other.proto = 6;
	other.port = 5353;
	audit_name(cgroup, &other, NULL, NULL);
	KUNIT_EXPECT_EQ(test, fixture_heard()->count, 1U);
	other = query("example.com", 28, "10.0.0.2");
	audit_name(cgroup, &other, NULL, NULL);
	KUNIT_EXPECT_EQ(test, fixture_heard()->count, 2U);
	other = query("example.org", 1, "10.0.0.2");
	audit_name(cgroup, &other, NULL, NULL);
	KUNIT_EXPECT_EQ(test, fixture_heard()->count, 3U);
}

static int tell(void *arg)
{
	const struct levee_entry entry = fixture_prefix("192.0.2.0", 24, LEVEE_PROTO_ANY);
	const struct levee_verdict verdict = { .reason = LEVEE_REASON_DENIED, .entry = &entry };
	const struct levee_act act = { .feature = LEVEE_FEATURE_LISTEN, .proto = 17 };
	struct levee_subject subject;

	rcu_read_lock();
	subject = levee_subject_of(levee_live_rcu(), arg);
	if (subject.workload)
		levee_report_audit(levee_live_rcu(), &subject, &act, &verdict,
				   LEVEE_EFFECT_PREVENT, false, current);
	rcu_read_unlock();
	levee_report_notice(77, "told by %s", "a task");
	return task_tgid_nr(current);
}

static void actor_and_entry_are_named(struct kunit *test)
{
	struct cgroup *cgroup = begin(test);
	int pid = fixture_run_in(test, "/kunit_event", tell, cgroup);
	const struct levee_event *event;

	KUNIT_ASSERT_EQ(test, fixture_heard()->count, 2U);
	event = &fixture_heard()->list[0];
	KUNIT_EXPECT_TRUE(test, event->has_actor);
	KUNIT_EXPECT_EQ(test, event->pid, (u32)pid);
	KUNIT_EXPECT_EQ(test, event->uid, 0U);
	KUNIT_EXPECT_GT(test, strlen(event->comm), (size_t)0);
	KUNIT_EXPECT_TRUE(test, event->has_entry);
	KUNIT_EXPECT_EQ(test, event->entry.prefix_len, 24);
	KUNIT_EXPECT_FALSE(test, event->enforced);
	/* Listening on a port that is not chosen yet. */
	KUNIT_EXPECT_FALSE(test, event->has_port);
	KUNIT_EXPECT_EQ(test, event->addr_len, 0);
	event = &fixture_heard()->list[1];
	KUNIT_EXPECT_EQ(test, event->type, NOTICE);
	KUNIT_EXPECT_EQ(test, event->generation, 77ULL);
	KUNIT_EXPECT_STREQ(test, event->text, "told by a task");
	KUNIT_EXPECT_EQ(test, event->pid, (u32)pid);
	/* A kernel thread, as this one, is nobody. */
	levee_report_notice(78, "told by nobody");
	KUNIT_ASSERT_EQ(test, fixture_heard()->count, 3U);
	KUNIT_EXPECT_FALSE(test, fixture_heard()->list[2].has_actor);
}

static void likes_are_folded(struct kunit *test)
{
	u64 folded = counters().folded;
	struct cgroup *cgroup = begin(test);
	u32 i;

	for (i = 0; i < 5; i++)
		audit(cgroup, 443, true);
	KUNIT_EXPECT_EQ(test, fixture_heard()->count, 1U);
	KUNIT_EXPECT_EQ(test, counters().folded, folded + 4);
	fixture_sleep_jiffies(8);
	KUNIT_EXPECT_EQ(test, fixture_heard()->count, 1U);
	fixture_sleep_jiffies(4);
	KUNIT_ASSERT_EQ(test, fixture_heard()->count, 2U);
	KUNIT_EXPECT_EQ(test, fixture_heard()->list[1].count, 4ULL);
	KUNIT_EXPECT_GT(test, fixture_heard()->list[1].seq, fixture_heard()->list[0].seq);
	/* From then on once in ten minutes, and only if there is something to say. */
	audit(cgroup, 443, true);
	fixture_sleep_jiffies(500);
	KUNIT_EXPECT_EQ(test, fixture_heard()->count, 2U);
	fixture_sleep_jiffies(110);
	KUNIT_ASSERT_EQ(test, fixture_heard()->count, 3U);
	KUNIT_EXPECT_EQ(test, fixture_heard()->list[2].count, 1ULL);
	fixture_sleep_jiffies(610);
	KUNIT_EXPECT_EQ(test, fixture_heard()->count, 3U);
	/* The fold is over: the next one is told at once. */
	audit(cgroup, 443, true);
	KUNIT_EXPECT_EQ(test, fixture_heard()->count, 4U);
}

static void what_differs_is_not_folded(struct kunit *test)
{
	struct cgroup *cgroup = begin(test);

	audit(cgroup, 443, true);
	audit(cgroup, 444, true);
	audit(cgroup, 443, false);
	KUNIT_EXPECT_EQ(test, fixture_heard()->count, 3U);
}

static void commit_sends_what_is_owed(struct kunit *test)
{
	struct cgroup *cgroup = begin(test);
	struct levee_draft *draft = fixture_draft(test);
	u32 i;

	for (i = 0; i < 3; i++)
		audit(cgroup, 443, true);
	KUNIT_EXPECT_EQ(test, fixture_heard_of(AUDIT), 1U);
	fixture_rule(test, draft, "/kunit_event");
	fixture_commit(test, draft);
	KUNIT_EXPECT_EQ(test, fixture_heard_of(AUDIT), 2U);
	KUNIT_EXPECT_EQ(test, fixture_heard()->list[1].count, 2ULL);
	audit(cgroup, 443, true);
	KUNIT_EXPECT_EQ(test, fixture_heard_of(AUDIT), 3U);
}

static u64 acts_heard(void)
{
	u64 sum = 0;
	u32 i;

	for (i = 0; i < fixture_heard()->count; i++)
		sum += fixture_heard()->list[i].count;
	return sum;
}

/* Who has spent his tokens is told of later, but told of. */
static void rate_holds_back_and_loses_nothing(struct kunit *test)
{
	u64 held = counters().held;
	struct cgroup *cgroup = begin(test);
	u32 i;

	for (i = 0; i < 80; i++)
		audit(cgroup, 1000 + i, true);
	/* A token or two may have come back meanwhile. */
	KUNIT_EXPECT_GE(test, fixture_heard()->count, (u32)LEVEE_AUDIT_BURST);
	KUNIT_EXPECT_LT(test, fixture_heard()->count, LEVEE_AUDIT_BURST + 10U);
	KUNIT_EXPECT_EQ(test, counters().held - held, 80ULL - fixture_heard()->count);
	fixture_sleep_jiffies(30);
	KUNIT_EXPECT_EQ(test, fixture_heard()->count, 80U);
	KUNIT_EXPECT_EQ(test, acts_heard(), 80ULL);
}

/* More kinds than there are folds: every act is heard of, or counted as not. */
static void flood_of_kinds_is_accounted_for(struct kunit *test)
{
	struct cgroup *cgroup = begin(test);
	struct levee_report_counters before = counters(), after;
	u32 i;

	for (i = 0; i < 6000; i++)
		audit(cgroup, 1 + i, true);
	after = counters();
	KUNIT_EXPECT_GT(test, after.evicted, before.evicted);
	KUNIT_EXPECT_GT(test, after.suppressed, before.suppressed);
	/* What is neither sent nor suppressed is owed, and sent at the latest when folds end. */
	levee_report_end_folds();
	after = counters();
	KUNIT_EXPECT_EQ(test, after.events - before.events + after.suppressed - before.suppressed,
			6000ULL);
}

static void ring_keeps_the_last(struct kunit *test)
{
	struct levee_event *event = kunit_kzalloc(test, sizeof(*event), GFP_KERNEL);
	u64 lost = counters().lost, first, seq = 0;
	u32 i, count = 0;

	/* Faster than anybody reads: the work does not run while we do. */
	levee_report_notice(1, "the first");
	levee_report_flush();
	while (levee_report_next(NOTICE, &seq, event))
		;
	first = seq;
	for (i = 0; i < 600; i++)
		levee_report_notice(1, "notice %u", i);
	KUNIT_EXPECT_EQ(test, counters().lost, lost + 600 - 512);
	seq = 0;
	while (levee_report_next(NOTICE, &seq, event)) {
		KUNIT_ASSERT_EQ(test, event->seq, seq);
		if (!count)
			KUNIT_EXPECT_STREQ(test, event->text, "notice 88");
		count++;
	}
	KUNIT_EXPECT_EQ(test, count, 512U);
	KUNIT_EXPECT_STREQ(test, event->text, "notice 599");
	KUNIT_EXPECT_EQ(test, seq, first + 600);
	KUNIT_EXPECT_FALSE(test, levee_report_next(NOTICE, &seq, event));
	seq = first + 599;
	KUNIT_EXPECT_TRUE(test, levee_report_next(NOTICE, &seq, event));
	seq = U64_MAX;
	KUNIT_EXPECT_FALSE(test, levee_report_next(LEVEE_EVENT_TYPE_INCIDENT, &seq, event));
}

static void events_come_in_their_order(struct kunit *test)
{
	struct cgroup *cgroup = begin(test);
	u32 i;

	for (i = 0; i < 20; i++) {
		audit(cgroup, 100 + i, true);
		levee_report_notice(1, "notice %u", i);
	}
	KUNIT_ASSERT_EQ(test, fixture_heard()->count, 40U);
	for (i = 1; i < 40; i++) {
		KUNIT_EXPECT_EQ(test, fixture_heard()->list[i].seq,
				fixture_heard()->list[i - 1].seq + 1);
		KUNIT_EXPECT_EQ(test, fixture_heard()->list[i].type, i % 2 ? NOTICE : AUDIT);
	}
}

static void incident(struct cgroup *cgroup, u64 count)
{
	const struct levee_incident incident = {
		.feature = LEVEE_FEATURE_PORT_SCAN,
		.kind = LEVEE_INCIDENT_KIND_PORT_SCAN_SLOW,
		.count = count,
		.first_ns = 7,
		.nr_evidence = 1,
		.evidence[0] = { .addr = { 10, 0, 0, 5 }, .addr_len = 4, .port = 22, .proto = 6 },
	};
	struct levee_subject subject;

	rcu_read_lock();
	subject = levee_subject_of(levee_live_rcu(), cgroup);
	if (subject.workload)
		levee_report_incident(levee_live_rcu(), &subject, &incident, LEVEE_EFFECT_PREVENT,
				      true, current);
	rcu_read_unlock();
}

static void no_flood_holds_back_an_incident(struct kunit *test)
{
	struct cgroup *cgroup = begin(test);
	const struct levee_event *event;
	u32 i;

	for (i = 0; i < 100; i++)
		audit(cgroup, 100 + i, true);
	KUNIT_EXPECT_LT(test, fixture_heard_of(AUDIT), 100U);
	/* Nor are two of one kind the same. */
	incident(cgroup, 1);
	incident(cgroup, 2);
	KUNIT_ASSERT_EQ(test, fixture_heard_of(LEVEE_EVENT_TYPE_INCIDENT), 2U);
	event = &fixture_heard()->list[fixture_heard()->count - 1];
	KUNIT_EXPECT_EQ(test, event->count, 2ULL);
	KUNIT_EXPECT_EQ(test, event->kind, LEVEE_INCIDENT_KIND_PORT_SCAN_SLOW);
	KUNIT_EXPECT_EQ(test, event->feature, LEVEE_FEATURE_PORT_SCAN);
	KUNIT_EXPECT_EQ(test, event->effect, LEVEE_EFFECT_PREVENT);
	KUNIT_EXPECT_EQ(test, event->first_ns, 7ULL);
	KUNIT_EXPECT_EQ(test, event->nr_evidence, 1);
	KUNIT_EXPECT_EQ(test, event->evidence[0].port, 22);
	KUNIT_EXPECT_TRUE(test, event->has_actor);
	KUNIT_EXPECT_STREQ(test, event->text, "/kunit_event");
}

static struct kunit_case event_cases[] = {
	KUNIT_CASE(audit_says_it_all),
	KUNIT_CASE(query_names_what_was_asked),
	KUNIT_CASE(entry_of_another_name_is_not_told),
	KUNIT_CASE(feed_and_name_of_an_address_are_named),
	KUNIT_CASE(queries_fold_by_name_and_type),
	KUNIT_CASE(actor_and_entry_are_named),
	KUNIT_CASE(likes_are_folded),
	KUNIT_CASE(what_differs_is_not_folded),
	KUNIT_CASE(commit_sends_what_is_owed),
	KUNIT_CASE(rate_holds_back_and_loses_nothing),
	KUNIT_CASE(flood_of_kinds_is_accounted_for),
	KUNIT_CASE(ring_keeps_the_last),
	KUNIT_CASE(events_come_in_their_order),
	KUNIT_CASE(no_flood_holds_back_an_incident),
	{}
};

static struct kunit_suite event_suite = {
	.name = "levee_event",
	.exit = fixture_exit,
	.test_cases = event_cases,
};

kunit_test_suite(event_suite);
