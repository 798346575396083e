// SPDX-License-Identifier: GPL-2.0
#include <linux/sort.h>

#include "fixture.h"
#include "oracle.h"
#include "policy/decide.h"
#include "random.h"

#define ENTRIES 12

static const u16 protos[] = { LEVEE_PROTO_ANY, 1, 6, 17, 58, 132 };
static const u16 ports[] = { 22, 53, 80, 443, 40000 };
static const char * const hosts[] = { "10.0.0.1", "10.0.0.2", "8.8.8.8", "127.0.0.1", "127.0.0.53",
				      "2001:db8::1", "2a00:1450::1", "::1", "fe80::1" };
static const u8 families[] = { AF_INET, AF_INET6, AF_PACKET, AF_XDP, AF_VSOCK, AF_NETLINK, AF_SMC };

#define PICK(array) ((array)[random_below(ARRAY_SIZE(array))])

static void random_ports(struct levee_entry *entry)
{
	if (entry->proto != LEVEE_PROTO_ANY && !levee_proto_has_ports(entry->proto))
		return;
	entry->has_ports = true;
	entry->port_first = PICK(ports);
	entry->port_last = entry->port_first + random_below(500);
}

static struct levee_entry random_entry(u8 feature)
{
	struct levee_entry entry = fixture_word(0, PICK(protos));

	switch (feature) {
	case LEVEE_FEATURE_OUTBOUND:
		if (random_below(4)) {
			entry = fixture_prefix(PICK(hosts), 0, entry.proto);
			entry.prefix_len = entry.addr_len * 8 - random_below(3) * 8;
			oracle_mask(entry.addr, entry.addr_len, entry.prefix_len);
		} else {
			entry.target = LEVEE_TARGET_ANY + random_below(3);
		}
		if (random_below(2))
			random_ports(&entry);
		break;
	case LEVEE_FEATURE_LISTEN:
		entry.target = random_below(4) ? LEVEE_TARGET_PORTS : LEVEE_TARGET_EPHEMERAL;
		if (entry.target == LEVEE_TARGET_PORTS)
			random_ports(&entry);
		break;
	default:
		entry.target = LEVEE_TARGET_RAW + random_below(3);
		if (entry.target != LEVEE_TARGET_RAW)
			entry.proto = LEVEE_PROTO_ANY;
	}
	return entry;
}

static void random_list(struct kunit *test, struct levee_draft *draft, u8 feature, u8 action)
{
	struct levee_entry entries[ENTRIES];
	u32 i, count = random_below(ENTRIES + 1) >> random_below(4);
	struct levee_entry_fault fault;

	for (i = 0; i < count; i++)
		entries[i] = random_entry(feature);
	sort(entries, count, sizeof(*entries), oracle_compare, NULL);
	for (i = 0; i < count; i++) {
		const struct levee_draft_mark mark = levee_draft_at(draft, 0, feature, action);

		/* What is there twice is refused, and what has no meaning left out. */
		if (!levee_entry_check(&entries[i], feature, &fault))
			levee_draft_add_entry(draft, &mark, &entries[i], NULL);
	}
}

static struct levee_draft *random_draft(struct kunit *test)
{
	struct levee_draft *draft = levee_draft_new();
	struct levee_rule *rule;
	u32 feature, action;

	KUNIT_ASSERT_NOT_NULL(test, draft);
	fixture_rule(test, draft, "/kunit");
	rule = &draft->rules[0]->rule;
	rule->has_families = random_below(2);
	rule->families = random_u64();
	draft->alert_only = !random_below(4);
	for (feature = LEVEE_FEATURE_OUTBOUND; feature <= LEVEE_FEATURE_RAW_SOCKETS; feature++) {
		rule->sections[feature].written = 1 + random_below(LEVEE_EFFECT_MAX);
		rule->sections[feature].fallback = random_below(LEVEE_ACTION_MAX + 1);
		for (action = 1; action <= LEVEE_ACTION_MAX; action++)
			random_list(test, draft, feature, action);
	}
	return draft;
}

static struct levee_act random_act_of(u8 feature)
{
	struct levee_act act = { .feature = feature, .proto = protos[1 + random_below(5)] };

	switch (feature) {
	case LEVEE_FEATURE_OUTBOUND:
		act.addr = fixture_target(PICK(hosts));
		break;
	case LEVEE_FEATURE_LISTEN:
		act.ephemeral = random_below(2);
		act.loopback_only = !random_below(4);
		break;
	default:
		act.socket_family = PICK(families);
	}
	if (levee_proto_has_ports(act.proto))
		act.port = PICK(ports) + random_below(2);
	return act;
}

/* The obvious way. */
static bool covers(const struct levee_entry *entry, const struct levee_act *act)
{
	struct act flat = { .proto = act->proto, .port = act->port };
	bool of_proto = entry->proto == LEVEE_PROTO_ANY || entry->proto == act->proto;
	bool inet = act->socket_family == AF_INET || act->socket_family == AF_INET6;

	switch (entry->target) {
	case LEVEE_TARGET_PORTS:
		return oracle_covers_port(entry, act->proto, act->port);
	case LEVEE_TARGET_EPHEMERAL:
		return act->ephemeral && of_proto;
	case LEVEE_TARGET_RAW:
		return inet && of_proto;
	case LEVEE_TARGET_PACKET:
		return act->socket_family == AF_PACKET;
	case LEVEE_TARGET_XDP:
		return act->socket_family == AF_XDP;
	}
	flat.len = levee_addr_write(act->addr, flat.wire);
	return oracle_rank(entry, &flat) >= 0;
}

static bool any_covers(const struct levee_list *list, const struct levee_act *act)
{
	u32 i;

	for (i = 0; i < list->count; i++)
		if (covers(&list->entries[i], act))
			return true;
	return false;
}

static bool default_allows(const struct levee_section *section, const struct levee_act *act)
{
	bool inet = act->socket_family == AF_INET || act->socket_family == AF_INET6;
	bool raw = act->feature == LEVEE_FEATURE_RAW_SOCKETS;

	if (act->feature == LEVEE_FEATURE_OUTBOUND && levee_addr_is_loopback(act->addr))
		return true;
	if (act->feature == LEVEE_FEATURE_LISTEN && act->loopback_only)
		return true;
	if (raw && !inet && act->socket_family != AF_PACKET && act->socket_family != AF_XDP)
		return true;
	if (section->fallback)
		return section->fallback == LEVEE_ACTION_ALLOW;
	return !raw && !section->lists[LEVEE_ACTION_ALLOW].count;
}

static void oracle_decide(struct levee_verdict *verdict, const struct levee_rule *rule,
			  const struct levee_act *act)
{
	const struct levee_section *section = &rule->sections[act->feature];
	bool raw = act->feature == LEVEE_FEATURE_RAW_SOCKETS;
	bool listed = rule->has_families && rule->families & BIT_ULL(act->socket_family);
	bool has_entries = act->socket_family == AF_PACKET || act->socket_family == AF_XDP;

	if (raw && act->socket_family == AF_SMC && !listed &&
	    rule->sections[LEVEE_FEATURE_OUTBOUND].written >= LEVEE_EFFECT_PREVENT) {
		section = &rule->sections[LEVEE_FEATURE_OUTBOUND];
		verdict->reason = LEVEE_REASON_NOT_ALLOWED;
	} else if (section->effect == LEVEE_EFFECT_DISABLE) {
		verdict->reason = LEVEE_REASON_NONE;
	} else if (raw && rule->has_families && !has_entries && !listed) {
		verdict->reason = LEVEE_REASON_NOT_ALLOWED;
	} else if (any_covers(&section->lists[LEVEE_ACTION_DENY], act)) {
		verdict->reason = LEVEE_REASON_DENIED;
		verdict->action = LEVEE_ACTION_DENY;
	} else if (any_covers(&section->lists[LEVEE_ACTION_ALLOW], act)) {
		verdict->action = LEVEE_ACTION_ALLOW;
	} else if (!default_allows(section, act)) {
		verdict->reason = LEVEE_REASON_NOT_ALLOWED;
	}
	verdict->effect = section->effect;
	verdict->written = section->written;
}

static void expect_agreement(struct kunit *test, const struct levee_rule *rule,
			     const struct levee_act *act)
{
	struct levee_verdict expected = {}, verdict;
	const struct levee_list *list;

	oracle_decide(&expected, rule, act);
	levee_decide(&verdict, rule, act);
	KUNIT_ASSERT_EQ_MSG(test, verdict.reason, expected.reason,
			    "feature %u family %u proto %u port %u", act->feature,
			    act->socket_family, act->proto, act->port);
	KUNIT_ASSERT_EQ(test, verdict.effect, expected.effect);
	KUNIT_ASSERT_EQ(test, verdict.written, expected.written);
	KUNIT_ASSERT_EQ(test, verdict.action, expected.action);
	KUNIT_ASSERT_EQ(test, !verdict.entry, !expected.action);
	if (!verdict.entry)
		return;
	list = &rule->sections[act->feature].lists[verdict.action];
	KUNIT_ASSERT_TRUE(test, verdict.entry >= list->entries &&
			  verdict.entry < list->entries + list->count);
	KUNIT_ASSERT_TRUE(test, covers(verdict.entry, act));
}

static void random_policies_agree(struct kunit *test)
{
	struct levee_ruleset *rs;
	struct levee_draft *draft;
	struct levee_act act;
	u32 round, i;

	for (round = 0; round < 1500; round++) {
		draft = random_draft(test);
		rs = levee_ruleset_build(draft, NULL);
		KUNIT_ASSERT_FALSE(test, IS_ERR(rs));
		for (i = 0; i < 60; i++) {
			act = random_act_of(LEVEE_FEATURE_OUTBOUND + random_below(3));
			expect_agreement(test, &rs->rules[0], &act);
		}
		levee_ruleset_free(rs);
		levee_draft_free(draft);
	}
}

static u8 decide(const struct levee_ruleset *rs, struct levee_act act)
{
	struct levee_verdict verdict;

	levee_decide(&verdict, &rs->rules[0], &act);
	return verdict.reason;
}

static struct levee_act outbound(const char *host, u16 proto, u16 port)
{
	return (struct levee_act){ .feature = LEVEE_FEATURE_OUTBOUND, .proto = proto,
				   .port = port, .addr = fixture_target(host) };
}

/* The example of Documentation/policy.rst: deny speaks before allow, both before the default. */
static void deny_is_stronger_than_allow(struct kunit *test)
{
	const u8 out = LEVEE_FEATURE_OUTBOUND;
	struct levee_draft *draft = fixture_draft(test);
	struct levee_ruleset *rs;

	fixture_rule(test, draft, "/kunit");
	fixture_section(draft, 0, out)->written = LEVEE_EFFECT_PREVENT;
	fixture_entry(test, draft, 0, out, LEVEE_ACTION_ALLOW,
		      fixture_prefix("10.0.0.0", 8, LEVEE_PROTO_ANY));
	fixture_entry(test, draft, 0, out, LEVEE_ACTION_ALLOW,
		      fixture_ports(LEVEE_TARGET_INTERNET, 6, 443, 443));
	fixture_entry(test, draft, 0, out, LEVEE_ACTION_DENY,
		      fixture_prefix("10.1.0.0", 16, LEVEE_PROTO_ANY));
	rs = fixture_build(test, draft);
	KUNIT_EXPECT_EQ(test, decide(rs, outbound("10.0.0.1", 17, 53)), LEVEE_REASON_NONE);
	KUNIT_EXPECT_EQ(test, decide(rs, outbound("10.1.2.3", 6, 443)), LEVEE_REASON_DENIED);
	KUNIT_EXPECT_EQ(test, decide(rs, outbound("8.8.8.8", 6, 443)), LEVEE_REASON_NONE);
	KUNIT_EXPECT_EQ(test, decide(rs, outbound("8.8.8.8", 17, 443)), LEVEE_REASON_NOT_ALLOWED);
	KUNIT_EXPECT_EQ(test, decide(rs, outbound("::ffff:8.8.8.8", 6, 443)), LEVEE_REASON_NONE);
	KUNIT_EXPECT_EQ(test, decide(rs, outbound("127.0.0.1", 6, 80)), LEVEE_REASON_NONE);
}

static void disabled_feature_says_nothing(struct kunit *test)
{
	struct levee_draft *draft = fixture_draft(test);
	struct levee_ruleset *rs;

	fixture_rule(test, draft, "/kunit");
	fixture_entry(test, draft, 0, LEVEE_FEATURE_OUTBOUND, LEVEE_ACTION_DENY,
		      fixture_word(LEVEE_TARGET_ANY, LEVEE_PROTO_ANY));
	rs = fixture_build(test, draft);
	KUNIT_EXPECT_EQ(test, decide(rs, outbound("8.8.8.8", 6, 443)), LEVEE_REASON_NONE);
}

static struct kunit_case decide_cases[] = {
	KUNIT_CASE(deny_is_stronger_than_allow),
	KUNIT_CASE(disabled_feature_says_nothing),
	KUNIT_CASE(random_policies_agree),
	{}
};

static struct kunit_suite decide_suite = {
	.name = "levee_decide",
	.init = random_seed,
	.exit = fixture_exit,
	.test_cases = decide_cases,
};

kunit_test_suite(decide_suite);
