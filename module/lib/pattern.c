// SPDX-License-Identifier: GPL-2.0
/*
 * Scope patterns, matched by following all positions of the pattern at once:
 * a set of offsets, moved on by each byte of the text. So the time is bounded
 * by pattern length * text length, whatever the pattern.
 */
#include "pattern.h"

#include <linux/levee.h>

/* Offsets into the pattern, 0 (nothing matched yet) to its length (all matched). */
#define POSITIONS (LEVEE_PATTERN_MAX + 1)
#define WORDS ((POSITIONS + 63) / 64)

struct positions {
	u64 word[WORDS];
};

static bool is_special(char c)
{
	return c == '*' || c == '?' || c == '[' || c == '\\';
}

static bool is_negation(char c)
{
	return c == '^' || c == '!';
}

/* One member of a set, or a bound of a range; moves *p behind it. */
static u8 set_member(const char **p)
{
	if (**p == '\\')
		(*p)++;
	return (u8)*(*p)++;
}

static const char *fault_at(size_t *offset, size_t at, const char *text)
{
	*offset = at;
	return text;
}

/* Checks the set that opens at pattern[*at] and moves *at behind it. */
static const char *check_set(const char *pattern, size_t *at, size_t *offset)
{
	const char *p = pattern + *at + 1;
	const char *member;
	u8 first;

	if (is_negation(*p))
		p++;
	if (*p == ']')
		return fault_at(offset, *at, "empty set");
	while (*p != ']') {
		if (!*p || (*p == '\\' && !p[1]))
			return fault_at(offset, *at, "set without its closing bracket");
		member = p;
		first = set_member(&p);
		if (*p != '-' || p[1] == ']')
			continue;
		p++;
		if (!*p || (*p == '\\' && !p[1]))
			return fault_at(offset, *at, "set without its closing bracket");
		if (set_member(&p) < first)
			return fault_at(offset, member - pattern, "range in a set is descending");
	}
	*at = p + 1 - pattern;
	return NULL;
}

const char *levee_pattern_check(const char *pattern, size_t *offset)
{
	const char *fault;
	size_t at = 0;

	if (!*pattern)
		return fault_at(offset, 0, "empty pattern");
	while (pattern[at]) {
		if (at >= LEVEE_PATTERN_MAX)
			return fault_at(offset, at, "pattern is too long");
		if (pattern[at] == '[') {
			fault = check_set(pattern, &at, offset);
			if (fault)
				return fault;
			if (at > LEVEE_PATTERN_MAX)
				return fault_at(offset, LEVEE_PATTERN_MAX, "pattern is too long");
			continue;
		}
		if (pattern[at] == '\\') {
			at++;
			if (!pattern[at])
				return fault_at(offset, at - 1, "backslash at the end");
			if (at >= LEVEE_PATTERN_MAX)
				return fault_at(offset, at, "pattern is too long");
		}
		at++;
	}
	return NULL;
}

static bool take(u64 *word, u32 *bit)
{
	if (!*word)
		return false;
	*bit = (u32)__builtin_ctzll(*word);
	*word &= *word - 1;
	return true;
}

/* Adds an offset; stars may match nothing, so what follows them is added too. */
static void add(struct positions *set, const char *pattern, size_t at)
{
	while (at < POSITIONS) {
		set->word[at / 64] |= 1ULL << (at % 64);
		if (pattern[at] != '*')
			return;
		while (pattern[at] == '*')
			at++;
	}
}

/* Whether the set that opens at p[0] has the byte; *end is set behind the set. */
static bool set_has(const char *p, u8 c, const char **end)
{
	bool negated, found = false;

	p++;
	negated = is_negation(*p);
	if (negated)
		p++;
	while (*p != ']') {
		u8 first = set_member(&p);
		u8 last = first;

		if (*p == '-' && p[1] != ']') {
			p++;
			last = set_member(&p);
		}
		found |= first <= c && c <= last;
	}
	*end = p + 1;
	return found != negated && c != '/';
}

/* Adds to @next where the byte leads from the offset @at. */
static void step(struct positions *next, const char *pattern, size_t at, char c)
{
	const char *p = pattern + at;
	const char *end;

	switch (*p) {
	case '\0':
		return;
	case '*':
		/* Stars stay where they are; add() has put the offset behind them in the set. */
		if (p[1] == '*' || c != '/')
			add(next, pattern, at);
		return;
	case '?':
		if (c != '/')
			add(next, pattern, at + 1);
		return;
	case '[':
		if (set_has(p, (u8)c, &end))
			add(next, pattern, end - pattern);
		return;
	case '\\':
		if (p[1] == c)
			add(next, pattern, at + 2);
		return;
	default:
		if (*p == c)
			add(next, pattern, at + 1);
		return;
	}
}

bool levee_pattern_match(const char *pattern, const char *text)
{
	struct positions now = { };
	size_t length;

	/* Most patterns differ from most paths in their literal beginning. */
	while (*pattern && !is_special(*pattern)) {
		if (*pattern != *text)
			return false;
		pattern++;
		text++;
	}
	if (!*pattern)
		return !*text;

	length = strlen(pattern);
	if (length >= POSITIONS)
		return false;
	add(&now, pattern, 0);
	for (; *text; text++) {
		struct positions next = { };
		u64 any = 0;
		u32 i, bit;

		for (i = 0; i < WORDS; i++) {
			u64 word = now.word[i];

			while (take(&word, &bit))
				step(&next, pattern, i * 64 + bit, *text);
		}
		for (i = 0; i < WORDS; i++)
			any |= next.word[i];
		if (!any)
			return false;
		now = next;
	}
	return now.word[length / 64] >> (length % 64) & 1;
}
