// SPDX-License-Identifier: GPL-2.0
#include <kunit/test.h>

#include "lib/pattern.h"
#include "oracle.h"
#include "policy/scope.h"
#include "random.h"

#define PATTERNS 4
#define CGROUP LEVEE_SCOPE_FIELD_CGROUP
#define CONTAINER LEVEE_SCOPE_FIELD_CONTAINER
#define IMAGE LEVEE_SCOPE_FIELD_IMAGE

struct pattern {
	u8 field;
	bool negated;
	const char *text;
};

static const struct levee_labels none;
static const struct levee_labels shop = { .container = "shop", .image = "local/shop:1" };

static struct levee_ruleset *new_ruleset(struct kunit *test, u32 nr_rules)
{
	struct levee_ruleset *rs;
	u32 i;

	rs = kunit_kzalloc(test, struct_size(rs, rules, nr_rules), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, rs);
	rs->nr_rules = nr_rules;
	for (i = 0; i < nr_rules; i++) {
		rs->rules[i].index = i;
		rs->rules[i].patterns = kunit_kcalloc(test, PATTERNS, sizeof(*rs->rules->patterns),
						      GFP_KERNEL);
		KUNIT_ASSERT_NOT_NULL(test, rs->rules[i].patterns);
	}
	return rs;
}

static void set(struct levee_ruleset *rs, u32 index, const struct pattern *patterns, u32 count)
{
	struct levee_rule *rule = &rs->rules[index];
	u32 i;

	rule->nr_patterns = count;
	for (i = 0; i < count; i++) {
		rule->patterns[i].field = patterns[i].field;
		rule->patterns[i].negated = patterns[i].negated;
		strscpy(rule->patterns[i].text, patterns[i].text,
			sizeof(rule->patterns[i].text));
	}
}

static bool selects(struct kunit *test, const struct pattern *patterns, u32 count,
		    const char *path, const struct levee_labels *labels)
{
	struct levee_ruleset *rs = new_ruleset(test, 1);

	set(rs, 0, patterns, count);
	return levee_scope_find(rs, path, labels);
}

static void patterns_of_a_field_are_alternatives(struct kunit *test)
{
	static const struct pattern two[] = { { CGROUP, false, "/a/*" }, { CGROUP, false, "/b" } };

	KUNIT_EXPECT_TRUE(test, selects(test, two, 2, "/a/x", &none));
	KUNIT_EXPECT_TRUE(test, selects(test, two, 2, "/b", &none));
	KUNIT_EXPECT_FALSE(test, selects(test, two, 2, "/a", &none));
	KUNIT_EXPECT_FALSE(test, selects(test, two, 2, "/b/x", &none));
}

static void every_field_is_needed(struct kunit *test)
{
	static const struct pattern all[] = { { CGROUP, false, "/a" }, { CONTAINER, false, "sh*" },
					      { IMAGE, false, "local/*" } };
	static const struct levee_labels other = { .container = "shop", .image = "remote/shop" };

	KUNIT_EXPECT_TRUE(test, selects(test, all, 3, "/a", &shop));
	KUNIT_EXPECT_FALSE(test, selects(test, all, 3, "/b", &shop));
	KUNIT_EXPECT_FALSE(test, selects(test, all, 3, "/a", &other));
}

static void unknown_label_matches_no_pattern(struct kunit *test)
{
	static const struct pattern any[] = { { CONTAINER, false, "**" } };
	static const struct pattern not[] = { { CGROUP, false, "/a" }, { IMAGE, true, "**" } };

	KUNIT_EXPECT_FALSE(test, selects(test, any, 1, "/a", &none));
	KUNIT_EXPECT_TRUE(test, selects(test, any, 1, "/a", &shop));
	KUNIT_EXPECT_TRUE(test, selects(test, not, 2, "/a", &none));
	KUNIT_EXPECT_FALSE(test, selects(test, not, 2, "/a", &shop));
}

static void negated_pattern_excludes(struct kunit *test)
{
	static const struct pattern before[] = { { CGROUP, true, "/a/b" },
						 { CGROUP, false, "/a/*" } };
	static const struct pattern after[] = { { CGROUP, false, "/a/*" },
						{ CGROUP, true, "/a/b" } };
	static const struct pattern alone[] = { { CGROUP, true, "/a/b" } };

	KUNIT_EXPECT_TRUE(test, selects(test, before, 2, "/a/c", &none));
	KUNIT_EXPECT_FALSE(test, selects(test, before, 2, "/a/b", &none));
	KUNIT_EXPECT_TRUE(test, selects(test, after, 2, "/a/c", &none));
	KUNIT_EXPECT_FALSE(test, selects(test, after, 2, "/a/b", &none));
	KUNIT_EXPECT_TRUE(test, selects(test, alone, 1, "/x", &none));
	KUNIT_EXPECT_FALSE(test, selects(test, alone, 1, "/a/b", &none));
}

static void first_rule_in_order_wins(struct kunit *test)
{
	static const struct pattern narrow = { CGROUP, false, "/a/b" };
	static const struct pattern wide = { CGROUP, false, "/a/*" };
	struct levee_ruleset *rs = new_ruleset(test, 2);

	set(rs, 0, &wide, 1);
	set(rs, 1, &narrow, 1);
	KUNIT_EXPECT_PTR_EQ(test, levee_scope_find(rs, "/a/b", &none),
			    (const struct levee_rule *)&rs->rules[0]);
	set(rs, 0, &narrow, 1);
	set(rs, 1, &wide, 1);
	KUNIT_EXPECT_PTR_EQ(test, levee_scope_find(rs, "/a/c", &none),
			    (const struct levee_rule *)&rs->rules[1]);
	KUNIT_EXPECT_NULL(test, levee_scope_find(rs, "/b", &none));
}

static bool oracle_selects(const struct levee_rule *rule, const char * const texts[])
{
	u32 field, i;

	for (field = CGROUP; field <= IMAGE; field++) {
		bool asked = false, matched = false;

		for (i = 0; i < rule->nr_patterns; i++) {
			const struct levee_scope_pattern *pattern = &rule->patterns[i];
			bool hit;

			if (pattern->field != field)
				continue;
			hit = texts[field] && oracle_pattern(pattern->text, texts[field]);
			if (pattern->negated && hit)
				return false;
			asked |= !pattern->negated;
			matched |= !pattern->negated && hit;
		}
		if (asked && !matched)
			return false;
	}
	return true;
}

static void random_scopes_agree(struct kunit *test)
{
	static const char * const words[] = { "/a", "/a/*", "/a/**", "*", "**", "/[ab]", "/a/b",
					      "a?", "/a/b/c", "ab" };
	static const char * const plain[] = { NULL, "/a", "/a/b", "/b", "ab", "/a/b/c" };
	struct levee_ruleset *rs = new_ruleset(test, 3);
	u32 round, i, rule, found = 0;

	for (round = 0; round < 20000; round++) {
		const char *texts[] = { NULL, plain[1 + random_below(ARRAY_SIZE(plain) - 1)],
					plain[random_below(ARRAY_SIZE(plain))],
					plain[random_below(ARRAY_SIZE(plain))] };
		const struct levee_labels labels = { texts[CONTAINER], texts[IMAGE] };
		const struct levee_rule *expected = NULL;

		for (rule = 0; rule < rs->nr_rules; rule++) {
			struct pattern patterns[PATTERNS];
			u32 count = 1 + random_below(PATTERNS);

			for (i = 0; i < count; i++) {
				patterns[i].field = CGROUP + random_below(3);
				patterns[i].negated = !random_below(4);
				patterns[i].text = words[random_below(ARRAY_SIZE(words))];
			}
			set(rs, rule, patterns, count);
			if (!expected && oracle_selects(&rs->rules[rule], texts))
				expected = &rs->rules[rule];
		}
		KUNIT_ASSERT_PTR_EQ(test, levee_scope_find(rs, texts[CGROUP], &labels), expected);
		found += !!expected;
	}
	KUNIT_EXPECT_GT(test, found, 2000U);
	KUNIT_EXPECT_LT(test, found, 18000U);
}

static struct kunit_case scope_cases[] = {
	KUNIT_CASE(patterns_of_a_field_are_alternatives),
	KUNIT_CASE(every_field_is_needed),
	KUNIT_CASE(unknown_label_matches_no_pattern),
	KUNIT_CASE(negated_pattern_excludes),
	KUNIT_CASE(first_rule_in_order_wins),
	KUNIT_CASE(random_scopes_agree),
	{}
};

static struct kunit_suite scope_suite = {
	.name = "levee_scope",
	.init = random_seed,
	.test_cases = scope_cases,
};

kunit_test_suite(scope_suite);
