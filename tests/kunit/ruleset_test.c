// SPDX-License-Identifier: GPL-2.0
#include "fixture.h"

static u32 outbound_rule(struct kunit *test, struct levee_draft *draft)
{
	u32 rule = fixture_rule(test, draft, "/kunit");

	fixture_section(draft, rule, LEVEE_FEATURE_OUTBOUND)->written = LEVEE_EFFECT_PREVENT;
	return rule;
}

/* Host number @i of 16.0.0.0/4, in order. */
static struct levee_entry host(u32 i)
{
	struct levee_entry entry = fixture_word(LEVEE_TARGET_PREFIX, LEVEE_PROTO_ANY);

	entry.addr_len = 4;
	entry.prefix_len = 32;
	put_unaligned_be32(0x10000000 + i * 2, entry.addr);
	return entry;
}

/* Appends hosts until that fails, at most @most; returns why it failed. */
static int append(struct levee_draft *draft, u32 rule, u32 most, struct netlink_ext_ack *extack)
{
	const struct levee_draft_mark mark = levee_draft_at(draft, rule, LEVEE_FEATURE_OUTBOUND,
							    LEVEE_ACTION_ALLOW);
	struct levee_entry entry;
	u32 i;
	int err;

	for (i = 0; i < most; i++) {
		entry = host(i);
		err = levee_draft_add_entry(draft, &mark, &entry, extack);
		if (err)
			return err;
	}
	return 0;
}

static void expect_message(struct kunit *test, const struct netlink_ext_ack *extack,
			   const char *message)
{
	KUNIT_ASSERT_NOT_NULL(test, extack->_msg);
	KUNIT_EXPECT_STREQ(test, extack->_msg, message);
}

static void empty_draft_builds(struct kunit *test)
{
	struct levee_ruleset *rs = fixture_build(test, fixture_draft(test));

	KUNIT_EXPECT_EQ(test, rs->nr_rules, 0U);
	KUNIT_EXPECT_EQ(test, rs->generation, 0ULL);
}

static void lists_are_compiled(struct kunit *test)
{
	struct levee_draft *draft = fixture_draft(test);
	u32 rule = outbound_rule(test, draft);
	const u8 listen = LEVEE_FEATURE_LISTEN, raw = LEVEE_FEATURE_RAW_SOCKETS;
	const struct levee_list *list;
	struct levee_ruleset *rs;

	append(draft, rule, 3, NULL);
	fixture_entry(test, draft, rule, listen, LEVEE_ACTION_ALLOW,
		      fixture_ports(LEVEE_TARGET_PORTS, 6, 80, 90));
	fixture_entry(test, draft, rule, listen, LEVEE_ACTION_ALLOW,
		      fixture_ports(LEVEE_TARGET_PORTS, 6, 85, 100));
	fixture_entry(test, draft, rule, listen, LEVEE_ACTION_ALLOW,
		      fixture_word(LEVEE_TARGET_EPHEMERAL, 17));
	fixture_entry(test, draft, rule, raw, LEVEE_ACTION_DENY,
		      fixture_word(LEVEE_TARGET_RAW, 1));
	fixture_entry(test, draft, rule, raw, LEVEE_ACTION_DENY,
		      fixture_word(LEVEE_TARGET_PACKET, LEVEE_PROTO_ANY));
	rs = fixture_build(test, draft);
	KUNIT_ASSERT_EQ(test, rs->nr_rules, 1U);
	KUNIT_EXPECT_STREQ(test, rs->rules[0].name, "rule-0");

	list = &rs->rules[0].sections[LEVEE_FEATURE_OUTBOUND].lists[LEVEE_ACTION_ALLOW];
	KUNIT_EXPECT_EQ(test, list->count, 3U);
	KUNIT_EXPECT_NOT_NULL(test, list->prefixes);
	list = &rs->rules[0].sections[listen].lists[LEVEE_ACTION_ALLOW];
	KUNIT_EXPECT_EQ(test, list->count, 3U);
	KUNIT_EXPECT_EQ(test, list->nr_ports, 2U);
	KUNIT_EXPECT_EQ(test, list->nr_ephemeral, 1U);
	KUNIT_EXPECT_NULL(test, list->prefixes);
	list = &rs->rules[0].sections[raw].lists[LEVEE_ACTION_DENY];
	KUNIT_EXPECT_EQ(test, list->packet, 1U);
	KUNIT_EXPECT_EQ(test, list->xdp, LEVEE_ENTRY_NONE);
	KUNIT_EXPECT_EQ(test, list->nr_ports, 1U);
	list = &rs->rules[0].sections[raw].lists[LEVEE_ACTION_ALLOW];
	KUNIT_EXPECT_EQ(test, list->count, 0U);
	KUNIT_EXPECT_EQ(test, list->packet, LEVEE_ENTRY_NONE);
}

static void draft_outlives_its_builds(struct kunit *test)
{
	struct levee_draft *draft = fixture_draft(test);
	u32 rule = outbound_rule(test, draft);
	struct levee_ruleset *first, *second;

	append(draft, rule, 100, NULL);
	first = fixture_build(test, draft);
	second = fixture_build(test, draft);
	KUNIT_EXPECT_EQ(test, first->bytes, second->bytes);
	KUNIT_EXPECT_EQ(test, append(draft, rule, 1, NULL), -EINVAL);	/* not behind the last */
	KUNIT_EXPECT_EQ(test, draft->rules[rule]->nr_entries, 100U);
}

static void order_is_kept_up(struct kunit *test)
{
	struct levee_draft *draft = fixture_draft(test);
	u32 rule = outbound_rule(test, draft);
	struct netlink_ext_ack extack = {};
	struct levee_draft_mark mark;
	struct levee_entry entry;

	KUNIT_EXPECT_EQ(test, append(draft, rule, 2, &extack), 0);
	KUNIT_EXPECT_EQ(test, append(draft, rule, 1, &extack), -EINVAL);
	expect_message(test, &extack, "entries must be sent in strictly ascending order");
	KUNIT_EXPECT_EQ(test, draft->rules[rule]->nr_entries, 2U);
	/* Nor twice the same. */
	mark = levee_draft_at(draft, rule, LEVEE_FEATURE_OUTBOUND, LEVEE_ACTION_ALLOW);
	entry = host(1);
	KUNIT_EXPECT_EQ(test, levee_draft_add_entry(draft, &mark, &entry, NULL), -EINVAL);
}

static void mark_takes_back_what_follows(struct kunit *test)
{
	struct levee_draft *draft = fixture_draft(test);
	u32 rule = outbound_rule(test, draft);
	struct levee_draft_mark empty, mark;
	struct levee_entry entry;

	empty = levee_draft_at(draft, rule, LEVEE_FEATURE_OUTBOUND, LEVEE_ACTION_ALLOW);
	append(draft, rule, 20, NULL);
	mark = levee_draft_at(draft, rule, LEVEE_FEATURE_OUTBOUND, LEVEE_ACTION_ALLOW);
	entry = host(20);
	KUNIT_EXPECT_EQ(test, levee_draft_add_entry(draft, &mark, &entry, NULL), 0);
	levee_draft_back_to(draft, &mark);
	KUNIT_EXPECT_EQ(test, draft->rules[rule]->nr_entries, 20U);
	KUNIT_EXPECT_EQ(test, levee_draft_add_entry(draft, &mark, &entry, NULL), 0);
	levee_draft_back_to(draft, &empty);
	KUNIT_EXPECT_EQ(test, draft->rules[rule]->nr_entries, 0U);
	KUNIT_EXPECT_EQ(test, append(draft, rule, 1, NULL), 0);
}

static void rules_are_bounded(struct kunit *test)
{
	struct levee_draft *draft = fixture_draft(test);
	struct levee_rule *rule = kunit_kzalloc(test, sizeof(*rule), GFP_KERNEL);
	struct netlink_ext_ack extack = {};
	u32 i;

	for (i = 0; i < LEVEE_RULES_MAX; i++)
		KUNIT_ASSERT_EQ(test, levee_draft_add_rule(draft, rule, &extack), 0);
	/* The patterns of one that is refused are not leaked, either. */
	rule->patterns = kvzalloc(sizeof(*rule->patterns), GFP_KERNEL);
	rule->nr_patterns = 1;
	KUNIT_EXPECT_EQ(test, levee_draft_add_rule(draft, rule, &extack), -E2BIG);
	expect_message(test, &extack, "a policy has at most 1024 rules");
	KUNIT_EXPECT_EQ(test, draft->nr_rules, (u32)LEVEE_RULES_MAX);
	KUNIT_EXPECT_EQ(test, fixture_build(test, draft)->nr_rules, (u32)LEVEE_RULES_MAX);
}

static void entries_are_bounded(struct kunit *test)
{
	struct levee_draft *draft = fixture_draft(test);
	u32 rule = outbound_rule(test, draft);
	struct netlink_ext_ack extack = {};

	KUNIT_EXPECT_EQ(test, append(draft, rule, LEVEE_ENTRIES_MAX + 1, &extack), -E2BIG);
	expect_message(test, &extack, "a rule has at most 100000 entries");
	KUNIT_EXPECT_EQ(test, draft->rules[rule]->nr_entries, (u32)LEVEE_ENTRIES_MAX);
	KUNIT_EXPECT_GT(test, fixture_build(test, draft)->bytes,
			LEVEE_ENTRIES_MAX * sizeof(struct levee_entry));
}

static u32 rules_until_the_budget_is_spent(struct kunit *test, struct levee_draft *draft)
{
	struct netlink_ext_ack extack = {};
	u32 rules = 0;
	int err = 0;

	while (!err && rules++ < 1000)
		err = append(draft, outbound_rule(test, draft), LEVEE_ENTRIES_MAX, &extack);
	KUNIT_ASSERT_EQ(test, err, -E2BIG);
	expect_message(test, &extack, "staged policies exceed their memory budget");
	return rules;
}

static void budget_is_shared_and_comes_back(struct kunit *test)
{
	struct levee_draft *draft = levee_draft_new(), *other = fixture_draft(test);
	struct netlink_ext_ack extack = {};
	u32 rules;

	KUNIT_ASSERT_NOT_NULL(test, draft);
	outbound_rule(test, other);
	rules = rules_until_the_budget_is_spent(test, draft);
	KUNIT_EXPECT_EQ(test, append(other, 0, LEVEE_ENTRIES_MAX, &extack), -E2BIG);
	levee_draft_free(draft);
	draft = levee_draft_new();
	KUNIT_EXPECT_EQ(test, rules_until_the_budget_is_spent(test, draft), rules);
	levee_draft_free(draft);
}

static void compiled_policy_has_a_budget(struct kunit *test)
{
	struct levee_draft *draft = fixture_draft(test);
	struct netlink_ext_ack extack = {};
	struct levee_ruleset *rs;

	/* Compiled, it is larger than staged. */
	while (draft->bytes < levee_draft_budget() * 3 / 4)
		if (append(draft, outbound_rule(test, draft), LEVEE_ENTRIES_MAX, NULL))
			break;
	rs = levee_ruleset_build(draft, &extack);
	KUNIT_ASSERT_TRUE(test, IS_ERR(rs));
	KUNIT_EXPECT_EQ(test, PTR_ERR(rs), -E2BIG);
	expect_message(test, &extack, "the compiled policy exceeds the memory budget");
}

static void broken_entry_does_not_compile(struct kunit *test)
{
	struct levee_draft *draft = fixture_draft(test);
	u32 rule = outbound_rule(test, draft);
	const struct levee_draft_mark mark = levee_draft_at(draft, rule, LEVEE_FEATURE_OUTBOUND,
							    LEVEE_ACTION_DENY);
	struct levee_entry entry = fixture_prefix("10.0.0.1", 8, LEVEE_PROTO_ANY);
	struct netlink_ext_ack extack = {};
	struct levee_ruleset *rs;

	append(draft, outbound_rule(test, draft), 10, NULL);
	KUNIT_EXPECT_EQ(test, levee_draft_add_entry(draft, &mark, &entry, NULL), 0);
	rs = levee_ruleset_build(draft, &extack);
	KUNIT_ASSERT_TRUE(test, IS_ERR(rs));
	KUNIT_EXPECT_EQ(test, PTR_ERR(rs), -EINVAL);
	expect_message(test, &extack, "the entries do not compile");
}

static void alert_only_caps_effects(struct kunit *test)
{
	static const u8 features[] = { LEVEE_FEATURE_OUTBOUND, LEVEE_FEATURE_LISTEN,
				       LEVEE_FEATURE_RAW_SOCKETS, LEVEE_FEATURE_DNS };
	struct levee_draft *draft = fixture_draft(test);
	u32 rule = fixture_rule(test, draft, "/kunit"), i;
	struct levee_ruleset *rs;

	for (i = 0; i < ARRAY_SIZE(features); i++)
		fixture_section(draft, rule, features[i])->written = LEVEE_EFFECT_DISABLE + i;
	draft->alert_only = true;
	rs = fixture_build(test, draft);
	KUNIT_EXPECT_TRUE(test, rs->alert_only);
	for (i = 0; i < ARRAY_SIZE(features); i++) {
		const struct levee_section *section = &rs->rules[0].sections[features[i]];

		KUNIT_EXPECT_EQ(test, section->written, LEVEE_EFFECT_DISABLE + i);
		KUNIT_EXPECT_EQ(test, section->effect,
				i ? LEVEE_EFFECT_ALERT : LEVEE_EFFECT_DISABLE);
	}
	draft->alert_only = false;
	rs = fixture_build(test, draft);
	KUNIT_EXPECT_EQ(test, rs->rules[0].sections[LEVEE_FEATURE_DNS].effect, LEVEE_EFFECT_BLOCK);
}

static void counters_are_of_one_rule_and_feature(struct kunit *test)
{
	struct levee_draft *draft = fixture_draft(test);
	struct levee_ruleset *rs;
	u32 i;

	outbound_rule(test, draft);
	outbound_rule(test, draft);
	rs = fixture_build(test, draft);
	for (i = 0; i < 5; i++)
		levee_rule_count(&rs->rules[1], LEVEE_FEATURE_LISTEN, LEVEE_STAT_AUDITED);
	KUNIT_EXPECT_EQ(test, levee_rule_stat(&rs->rules[1], LEVEE_FEATURE_LISTEN,
					      LEVEE_STAT_AUDITED), 5ULL);
	KUNIT_EXPECT_EQ(test, levee_rule_stat(&rs->rules[1], LEVEE_FEATURE_LISTEN,
					      LEVEE_STAT_ALLOWED), 0ULL);
	KUNIT_EXPECT_EQ(test, levee_rule_stat(&rs->rules[1], LEVEE_FEATURE_OUTBOUND,
					      LEVEE_STAT_AUDITED), 0ULL);
	KUNIT_EXPECT_EQ(test, levee_rule_stat(&rs->rules[0], LEVEE_FEATURE_LISTEN,
					      LEVEE_STAT_AUDITED), 0ULL);
}

static struct kunit_case ruleset_cases[] = {
	KUNIT_CASE(empty_draft_builds),
	KUNIT_CASE(lists_are_compiled),
	KUNIT_CASE(draft_outlives_its_builds),
	KUNIT_CASE(order_is_kept_up),
	KUNIT_CASE(mark_takes_back_what_follows),
	KUNIT_CASE(rules_are_bounded),
	KUNIT_CASE(entries_are_bounded),
	KUNIT_CASE(budget_is_shared_and_comes_back),
	KUNIT_CASE(compiled_policy_has_a_budget),
	KUNIT_CASE(broken_entry_does_not_compile),
	KUNIT_CASE(alert_only_caps_effects),
	KUNIT_CASE(counters_are_of_one_rule_and_feature),
	{}
};

static struct kunit_suite ruleset_suite = {
	.name = "levee_ruleset",
	.exit = fixture_exit,
	.test_cases = ruleset_cases,
};

kunit_test_suite(ruleset_suite);
