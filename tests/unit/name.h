/* SPDX-License-Identifier: GPL-2.0 */
/* Domain names for tests and benchmarks, and what covers what, the obvious way. */
#ifndef LEVEE_TESTS_NAME_H
#define LEVEE_TESTS_NAME_H

#include "lib/domain_suffix.h"

struct name {
	u8 wire[LEVEE_DOMAIN_LEN_MAX];
	u8 len;
	u8 labels;
};

static inline struct name name_root(void)
{
	return (struct name){ .len = 1 };
}

/* Puts a label in front. */
static inline void name_prepend(struct name *name, const void *label, u8 len)
{
	memmove(name->wire + 1 + len, name->wire, name->len);
	name->wire[0] = len;
	memcpy(name->wire + 1, label, len);
	name->len += 1 + len;
	name->labels++;
}

/* From text without escapes: "a.b"; "" is the root. */
static inline struct name name_of(const char *text)
{
	struct name name = name_root();
	size_t end = strlen(text);

	while (end) {
		size_t start = end;

		while (start && text[start - 1] != '.')
			start--;
		name_prepend(&name, text + start, end - start);
		end = start ? start - 1 : 0;
	}
	return name;
}

/* Where the suffix of so many labels begins, from the left. */
static inline u32 name_suffix(const struct name *name, u32 labels)
{
	u32 start = 0, left;

	for (left = name->labels; left > labels; left--)
		start += 1 + name->wire[start];
	return start;
}

/* Whether @above is @name or a suffix of it. */
static inline bool name_is_at_or_below(const struct name *name, const struct name *above)
{
	u32 start;

	if (name->labels < above->labels)
		return false;
	start = name_suffix(name, above->labels);
	return name->len - start == above->len &&
	       !memcmp(name->wire + start, above->wire, above->len);
}

/* Another name for each number, of two labels or three, as those in lists of bad ones are. */
static inline struct name name_numbered(u32 number)
{
	static const char * const tops[] = { "com", "net", "org", "info", "top", "xyz", "co", "ru" };
	u64 digits = (number + 1) * 0x9e3779b97f4a7c15;	/* odd: no two are the same */
	struct name name = name_of(tops[number % ARRAY_SIZE(tops)]);
	char label[16];
	u8 len = 0;

	for (; digits; digits /= 36)
		label[len++] = "0123456789abcdefghijklmnopqrstuvwxyz"[digits % 36];
	if (number % 3) {
		name_prepend(&name, label, len);
	} else {
		name_prepend(&name, label, len - 5);
		name_prepend(&name, label + len - 5, 5);
	}
	return name;
}

#endif /* LEVEE_TESTS_NAME_H */
