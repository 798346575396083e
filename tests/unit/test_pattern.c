// SPDX-License-Identifier: GPL-2.0
#include "unit.h"

#include <linux/levee.h>

#include "lib/pattern.h"
#include "oracle.h"
#include "random.h"

static void examples_match(struct kunit *test)
{
	static const struct { const char *pattern; const char *text; bool matches; } examples[] = {
		{ "/a", "/a", true },
		{ "/a", "/ab", false },
		{ "/ab", "/a", false },
		{ "/system.slice/docker-*.scope", "/system.slice/docker-1f.scope", true },
		{ "/system.slice/docker-*.scope", "/system.slice/docker-.scope", true },
		{ "/system.slice/docker-*.scope", "/system.slice/docker-a/b.scope", false },
		{ "/system.slice/docker-*.scope", "/system.slice/docker-a.scope/child", false },
		{ "/**", "/", true },
		{ "/**", "/a/b/c", true },
		{ "/a/**/z", "/a//z", true },
		{ "/a/**/z", "/a/z", false },
		{ "/a/**/z", "/a/b/c/z", true },
		{ "/a**z", "/az", true },
		{ "/a***z", "/a/b/z", true },
		{ "**", "", true },
		{ "*", "", true },
		{ "*", "a/b", false },
		{ "?", "/", false },
		{ "?", "", false },
		{ "?a", "ba", true },
		{ "[a-c]x", "bx", true },
		{ "[a-c]x", "dx", false },
		{ "[^a-c]x", "dx", true },
		{ "[!a-c]x", "bx", false },
		{ "[^a]", "/", false },
		{ "[a/]", "/", false },
		{ "[.-9]", "/", false },
		{ "[a-]", "-", true },
		{ "[a\\]]", "]", true },
		{ "[\\^a]", "^", true },
		{ "[a^]", "^", true },
		{ "\\*", "*", true },
		{ "\\*", "a", false },
		{ "\\\\", "\\", true },
		{ "a*b*c", "aXbXbXc", true },
		{ "a*b*c", "aXbXb", false },
		{ "a*b/c", "abb/c", true },
		{ "registry.local/payments:*", "registry.local/payments:1.2", true },
		{ "[\x80-\xff]", "\xc3", true },
	};

	for (size_t i = 0; i < ARRAY_SIZE(examples); i++) {
		size_t offset;

		KUNIT_ASSERT_NULL(test, levee_pattern_check(examples[i].pattern, &offset));
		KUNIT_ASSERT_TRUE_MSG(test, levee_pattern_match(examples[i].pattern,
								examples[i].text) ==
				      examples[i].matches, "%s on %s", examples[i].pattern,
				      examples[i].text);
	}
}

static void faults_are_named(struct kunit *test)
{
	static const struct { const char *pattern; size_t offset; const char *fault; } faults[] = {
		{ "", 0, "empty pattern" },
		{ "/a[", 2, "set without its closing bracket" },
		{ "/a[b", 2, "set without its closing bracket" },
		{ "[^", 0, "set without its closing bracket" },
		{ "[a-", 0, "set without its closing bracket" },
		{ "[a\\", 0, "set without its closing bracket" },
		{ "[a-\\", 0, "set without its closing bracket" },
		{ "x[]", 1, "empty set" },
		{ "x[^]", 1, "empty set" },
		{ "[az-b]", 2, "range in a set is descending" },
		{ "a\\", 1, "backslash at the end" },
		{ "\\", 0, "backslash at the end" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(faults); i++) {
		size_t offset = 99;
		const char *fault = levee_pattern_check(faults[i].pattern, &offset);

		KUNIT_ASSERT_NOT_NULL(test, fault);
		KUNIT_ASSERT_STREQ(test, fault, faults[i].fault);
		KUNIT_ASSERT_EQ(test, offset, faults[i].offset);
	}
}

static void length_is_bounded(struct kunit *test)
{
	char pattern[LEVEE_PATTERN_MAX + 2] = "";
	static const char * const ends[] = { "a", "[a]", "\\a", "*" };
	size_t offset;

	for (size_t i = 0; i < ARRAY_SIZE(ends); i++) {
		size_t len = strlen(ends[i]);

		memset(pattern, '?', sizeof(pattern));
		strcpy(pattern + LEVEE_PATTERN_MAX - len, ends[i]);
		KUNIT_ASSERT_NULL(test, levee_pattern_check(pattern, &offset));
		KUNIT_ASSERT_FALSE(test, levee_pattern_match(pattern, "x"));
		memset(pattern, '?', sizeof(pattern));
		strcpy(pattern + LEVEE_PATTERN_MAX + 1 - len, ends[i]);
		KUNIT_ASSERT_NOT_NULL(test, levee_pattern_check(pattern, &offset));
		KUNIT_ASSERT_EQ(test, offset, LEVEE_PATTERN_MAX);
	}
}

static void random_patterns_agree(struct kunit *test)
{
	static const char pattern_bytes[] = "ab//**?[]^-\\!";
	static const char text_bytes[] = "aabb//-^]*";
	u32 matched = 0, checked = 0;

	for (u32 round = 0; round < 1000000; round++) {
		char pattern[12], text[12];
		u32 i, len = 1 + random_below(sizeof(pattern) - 1);
		size_t offset;

		for (i = 0; i < len; i++)
			pattern[i] = pattern_bytes[random_below(sizeof(pattern_bytes) - 1)];
		pattern[len] = 0;
		if (levee_pattern_check(pattern, &offset))
			continue;
		len = random_below(sizeof(text));
		for (i = 0; i < len; i++)
			text[i] = text_bytes[random_below(sizeof(text_bytes) - 1)];
		text[len] = 0;
		KUNIT_ASSERT_TRUE_MSG(test, levee_pattern_match(pattern, text) ==
				      oracle_pattern(pattern, text), "%s on %s", pattern, text);
		matched += oracle_pattern(pattern, text);
		checked++;
	}
	KUNIT_ASSERT_TRUE(test, checked > 100000 && matched > 10000);
}

/* Backtracking matchers take years for these. */
static void hostile_patterns_are_quick(struct kunit *test)
{
	static const char * const units[] = { "*a", "**a", "**?", "*?", "*[a-z]" };
	static char pattern[LEVEE_PATTERN_MAX + 1], text[4096];
	u64 start = unit_ms();

	memset(text, 'a', sizeof(text));
	text[sizeof(text) - 1] = 0;
	for (size_t i = 0; i < ARRAY_SIZE(units); i++) {
		pattern[0] = 0;
		while (strlen(pattern) + strlen(units[i]) < LEVEE_PATTERN_MAX)
			strcat(pattern, units[i]);
		strcat(pattern, "b");
		KUNIT_ASSERT_FALSE(test, levee_pattern_match(pattern, text));
	}
	KUNIT_ASSERT_TRUE(test, unit_ms() - start < 2000);
}

static struct kunit_case pattern_cases[] = {
	KUNIT_CASE(examples_match),
	KUNIT_CASE(faults_are_named),
	KUNIT_CASE(length_is_bounded),
	KUNIT_CASE(random_patterns_agree),
	KUNIT_CASE(hostile_patterns_are_quick),
	{}
};

static struct kunit_suite pattern_suite = {
	.name = "levee_pattern",
	.init = random_seed,
	.test_cases = pattern_cases,
};

kunit_test_suite(pattern_suite);
