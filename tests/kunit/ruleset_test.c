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

static void expect_refused(struct kunit *test, const struct levee_draft *draft,
			   const char *message)
{
	struct netlink_ext_ack extack = {};
	struct levee_ruleset *rs = levee_ruleset_build(draft, &extack);

	KUNIT_ASSERT_TRUE(test, IS_ERR(rs));
	KUNIT_EXPECT_EQ(test, PTR_ERR(rs), -EINVAL);
	expect_message(test, &extack, message);
}

static void serve(struct levee_draft *draft, u32 rule, const char *server)
{
	struct levee_dns_settings *dns = &draft->rules[rule]->rule.dns;

	dns->servers[dns->nr_servers++] = fixture_addr(server);
}

static u32 find_on(const struct levee_list *list, const char *text, u16 proto, u16 port)
{
	struct levee_name name = fixture_name(text);
	struct levee_domain_match match;

	if (!levee_domain_table_first(list->domains, name.wire, name.len, &match))
		return LEVEE_ENTRY_NONE;
	return levee_port_set_find(list->ports + match.first, match.count, proto, port);
}

static struct levee_entry web(u16 first, u16 last)
{
	struct levee_entry entry = fixture_domain(LEVEE_TARGET_DOMAIN, "web.example", 6);

	entry.has_ports = true;
	entry.port_first = first;
	entry.port_last = last;
	return entry;
}

static void names_are_compiled(struct kunit *test)
{
	const u8 out = LEVEE_FEATURE_OUTBOUND, allow = LEVEE_ACTION_ALLOW;
	struct levee_draft *draft = levee_draft_new();
	u32 rule = outbound_rule(test, draft), i;
	const struct levee_list *list;
	struct levee_ruleset *rs;

	append(draft, rule, 3, NULL);
	fixture_entry(test, draft, rule, out, allow,
		      fixture_domain(LEVEE_TARGET_DOMAIN, "a.example", LEVEE_PROTO_ANY));
	/* Of one name, some inside others. */
	fixture_entry(test, draft, rule, out, allow, web(80, 90));
	fixture_entry(test, draft, rule, out, allow, web(81, 85));
	fixture_entry(test, draft, rule, out, allow, web(443, 443));
	fixture_entry(test, draft, rule, out, allow,
		      fixture_domain(LEVEE_TARGET_SUBDOMAINS, "web.example", 17));
	fixture_entry(test, draft, rule, LEVEE_FEATURE_DNS, LEVEE_ACTION_DENY,
		      fixture_domain(LEVEE_TARGET_DOMAIN_TREE, "onion", LEVEE_PROTO_ANY));
	serve(draft, rule, "10.0.0.2");
	rs = fixture_build(test, draft);
	levee_draft_free(draft);	/* names and all */

	list = &rs->rules[0].sections[out].lists[allow];
	KUNIT_ASSERT_EQ(test, list->count, 8U);
	KUNIT_EXPECT_EQ(test, list->first_domain, 3U);
	KUNIT_EXPECT_EQ(test, list->nr_ports, 5U);
	KUNIT_EXPECT_NOT_NULL(test, list->prefixes);
	KUNIT_ASSERT_NOT_NULL(test, list->domains);
	KUNIT_EXPECT_EQ(test, find_on(list, "a.example", 1, 0), 3U);
	for (i = 80; i <= 90; i++)
		KUNIT_EXPECT_EQ(test, find_on(list, "web.example", 6, i), 4U);
	KUNIT_EXPECT_EQ(test, find_on(list, "web.example", 6, 443), 6U);
	KUNIT_EXPECT_EQ(test, find_on(list, "web.example", 6, 91), LEVEE_ENTRY_NONE);
	KUNIT_EXPECT_EQ(test, find_on(list, "web.example", 17, 80), LEVEE_ENTRY_NONE);
	KUNIT_EXPECT_EQ(test, find_on(list, "x.web.example", 17, 80), 7U);
	KUNIT_EXPECT_EQ(test, find_on(list, "example", 6, 80), LEVEE_ENTRY_NONE);
	KUNIT_EXPECT_EQ(test, list->entries[4].name_len, 13);
	KUNIT_EXPECT_EQ(test, memcmp(list->entries[4].name, "\3web\7example", 13), 0);

	list = &rs->rules[0].sections[LEVEE_FEATURE_DNS].lists[LEVEE_ACTION_DENY];
	KUNIT_EXPECT_NULL(test, list->prefixes);
	KUNIT_EXPECT_EQ(test, list->first_domain, 0U);
	KUNIT_EXPECT_EQ(test, find_on(list, "a.onion", 17, 53), 0U);
}

/* Name number @i of a list, in order, always in the same memory. */
static const struct levee_entry *named(u32 i)
{
	static struct levee_entry entry;
	static u8 wire[6] = { 4 };
	u32 at;

	for (at = 4; at; at--, i /= 26)
		wire[at] = 'a' + i % 26;
	entry = fixture_word(LEVEE_TARGET_DOMAIN, LEVEE_PROTO_ANY);
	entry.name = wire;
	entry.name_len = sizeof(wire);
	return &entry;
}

#define NAMES 3000	/* of 6 bytes: several blocks of a page */

static void names_are_copied_and_taken_back(struct kunit *test)
{
	struct levee_draft *draft = fixture_draft(test);
	u32 rule = fixture_rule(test, draft, "/kunit"), i;
	struct levee_draft_mark begin, middle;
	const struct levee_list *list;
	size_t bytes = 0;

	begin = levee_draft_at(draft, rule, LEVEE_FEATURE_DNS, LEVEE_ACTION_ALLOW);
	middle = begin;
	for (i = 0; i < NAMES; i++) {
		if (i == NAMES / 2) {
			middle = levee_draft_at(draft, rule, LEVEE_FEATURE_DNS, LEVEE_ACTION_ALLOW);
			bytes = draft->bytes;
		}
		KUNIT_ASSERT_EQ(test, levee_draft_add_entry(draft, &begin, named(i), NULL), 0);
	}
	KUNIT_EXPECT_GE(test, draft->bytes - bytes, NAMES / 2 * 5UL);
	levee_draft_back_to(draft, &middle);
	for (i = NAMES / 2; i < NAMES; i++)
		KUNIT_ASSERT_EQ(test, levee_draft_add_entry(draft, &middle, named(i), NULL), 0);

	list = &fixture_build(test, draft)->rules[0].sections[LEVEE_FEATURE_DNS]
			.lists[LEVEE_ACTION_ALLOW];
	KUNIT_ASSERT_EQ(test, list->count, (u32)NAMES);
	for (i = 0; i < NAMES; i++) {
		KUNIT_ASSERT_EQ(test, list->entries[i].name_len, 6);
		KUNIT_ASSERT_EQ(test, memcmp(list->entries[i].name, named(i)->name, 6), 0);
	}

	/* What is left are the entries' own places. */
	levee_draft_back_to(draft, &begin);
	KUNIT_EXPECT_NULL(test, begin.list->names);
	KUNIT_EXPECT_EQ(test, draft->rules[0]->nr_entries, 0U);
	bytes = draft->bytes;
	for (i = 0; i < 2000; i++) {
		KUNIT_ASSERT_EQ(test, levee_draft_add_entry(draft, &begin, named(i), NULL), 0);
		if (i % 1000 == 999)
			levee_draft_back_to(draft, &begin);
	}
	KUNIT_EXPECT_EQ(test, draft->bytes, bytes);
}

static void names_in_outbound_need_servers(struct kunit *test)
{
	const u8 out = LEVEE_FEATURE_OUTBOUND;
	struct levee_draft *draft = fixture_draft(test);
	u32 rule = outbound_rule(test, draft);
	struct levee_rule *staged = &draft->rules[rule]->rule;
	const struct levee_rule *built;

	fixture_entry(test, draft, rule, out, LEVEE_ACTION_DENY,
		      fixture_domain(LEVEE_TARGET_DOMAIN, "a.example", LEVEE_PROTO_ANY));
	expect_refused(test, draft, "names in outbound need the rule's dns servers");
	staged->sections[out].written = LEVEE_EFFECT_DISABLE;
	KUNIT_EXPECT_FALSE(test, fixture_build(test, draft)->rules[0].resolves);
	staged->sections[out].written = LEVEE_EFFECT_ALERT;
	serve(draft, rule, "10.0.0.2");
	built = fixture_build(test, draft)->rules;
	KUNIT_EXPECT_TRUE(test, built->resolves);
	KUNIT_EXPECT_FALSE(test, built->guards_dns);
	KUNIT_EXPECT_FALSE(test, built->opens);
	fixture_entry(test, draft, rule, out, LEVEE_ACTION_ALLOW,
		      fixture_domain(LEVEE_TARGET_DOMAIN, "b.example", LEVEE_PROTO_ANY));
	built = fixture_build(test, draft)->rules;
	KUNIT_EXPECT_TRUE(test, built->opens);
	KUNIT_EXPECT_TRUE(test, levee_dns_is_server(&built->dns, fixture_target("10.0.0.2")));
	KUNIT_EXPECT_TRUE(test, levee_dns_is_server(&built->dns, fixture_target("::ffff:10.0.0.2")));
	KUNIT_EXPECT_FALSE(test, levee_dns_is_server(&built->dns, fixture_target("10.0.0.3")));
	KUNIT_EXPECT_FALSE(test, levee_dns_is_server(&built->dns, fixture_target("::a00:2")));
}

static void dns_has_defaults(struct kunit *test)
{
	struct levee_draft *draft = fixture_draft(test);
	u32 rule = fixture_rule(test, draft, "/kunit");
	struct levee_dns_settings *staged = &draft->rules[rule]->rule.dns;
	const struct levee_rule *built;
	struct levee_ruleset *rs;

	rs = fixture_build(test, draft);
	built = rs->rules;
	KUNIT_EXPECT_EQ(test, rs->dns_ports, 0ULL);
	KUNIT_EXPECT_EQ(test, built->dns.nr_ports, 1);
	KUNIT_EXPECT_EQ(test, built->dns.ports[0], 53);
	KUNIT_EXPECT_EQ(test, built->dns.grace, 60U);
	KUNIT_EXPECT_FALSE(test, built->guards_dns);
	KUNIT_EXPECT_FALSE(test, built->resolves);

	fixture_section(draft, rule, LEVEE_FEATURE_DNS)->written = LEVEE_EFFECT_ALERT;
	staged->has_grace = true;
	staged->has_ports = true;
	staged->nr_ports = 2;
	staged->ports[0] = 53;
	staged->ports[1] = 5353;
	rs = fixture_build(test, draft);
	built = rs->rules;
	KUNIT_EXPECT_EQ(test, rs->dns_ports, BIT_ULL(53) | BIT_ULL(5353 % 64));
	KUNIT_EXPECT_EQ(test, built->dns.nr_ports, 2);
	KUNIT_EXPECT_EQ(test, built->dns.ports[1], 5353);
	KUNIT_EXPECT_EQ(test, built->dns.grace, 0U);
	KUNIT_EXPECT_TRUE(test, built->guards_dns);
	KUNIT_EXPECT_TRUE(test, built->resolves);

	staged->servers_only = true;
	expect_refused(test, draft, "servers-only without servers would refuse all DNS");
	serve(draft, rule, "2001:db8::53");
	KUNIT_EXPECT_EQ(test, fixture_build(test, draft)->rules->dns.nr_servers, 1);
}

static void *two_feeds(struct kunit *test)
{
	char (*feeds)[LEVEE_NAME_MAX + 1] = kvcalloc(2, sizeof(*feeds), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, feeds);
	strscpy(feeds[0], "intel", sizeof(feeds[0]));
	strscpy(feeds[1], "ads", sizeof(feeds[1]));
	return feeds;
}

static void feeds_are_the_sections_own(struct kunit *test)
{
	struct levee_draft *draft = levee_draft_new();
	struct levee_rule *rule = kunit_kzalloc(test, sizeof(*rule), GFP_KERNEL);
	struct levee_section *section;
	struct levee_ruleset *rs;

	KUNIT_ASSERT_NOT_NULL(test, draft);
	KUNIT_ASSERT_NOT_NULL(test, rule);
	section = &rule->sections[LEVEE_FEATURE_DNS];
	section->feed_use = LEVEE_FEED_USE_NAMED;
	section->nr_feeds = 2;
	section->feeds = two_feeds(test);
	KUNIT_ASSERT_EQ(test, levee_draft_add_rule(draft, rule, NULL), 0);
	rs = fixture_build(test, draft);
	levee_draft_free(draft);
	section = &rs->rules[0].sections[LEVEE_FEATURE_DNS];
	KUNIT_EXPECT_EQ(test, section->feed_use, LEVEE_FEED_USE_NAMED);
	KUNIT_ASSERT_EQ(test, section->nr_feeds, 2);
	KUNIT_EXPECT_STREQ(test, section->feeds[0], "intel");
	KUNIT_EXPECT_STREQ(test, section->feeds[1], "ads");
	KUNIT_EXPECT_NULL(test, rs->rules[0].sections[LEVEE_FEATURE_OUTBOUND].feeds);
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
	/* The patterns and feeds of one that is refused are not leaked, either. */
	rule->patterns = kvzalloc(sizeof(*rule->patterns), GFP_KERNEL);
	rule->nr_patterns = 1;
	rule->sections[LEVEE_FEATURE_DNS].nr_feeds = 2;
	rule->sections[LEVEE_FEATURE_DNS].feeds = two_feeds(test);
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

	/* Compiled, it is larger than staged, where lists have no room to spare. */
	while (draft->bytes < levee_draft_budget() * 9 / 10)
		if (append(draft, outbound_rule(test, draft), 65536, NULL))
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
	KUNIT_CASE(names_are_compiled),
	KUNIT_CASE(names_are_copied_and_taken_back),
	KUNIT_CASE(names_in_outbound_need_servers),
	KUNIT_CASE(dns_has_defaults),
	KUNIT_CASE(feeds_are_the_sections_own),
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
