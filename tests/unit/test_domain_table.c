// SPDX-License-Identifier: GPL-2.0
#include "unit.h"

#include "domain_oracle.h"
#include "lib/limits.h"
#include "random.h"

static const u64 seed[2] = { 0x0123456789abcdef, 0xfedcba9876543210 };

/* As policies write it: "example.com", ".example.com", "*.example.com"; "." and "*." for the root. */
static struct entry entry_of(const char *text)
{
	if (text[0] == '*')
		return (struct entry){ name_of(text + 2), LEVEE_DOMAIN_BELOW };
	if (text[0] == '.')
		return (struct entry){ name_of(text + 1), LEVEE_DOMAIN_BOTH };
	return (struct entry){ name_of(text), LEVEE_DOMAIN_EXACT };
}

/* RFC 4034, 6.1, on labels without zero bytes: reversed, each label ended by one. */
static void sort_key(u8 key[LEVEE_DOMAIN_LEN_MAX + 2], const struct entry *entry)
{
	u32 used = 0;

	memset(key, 0, LEVEE_DOMAIN_LEN_MAX + 2);
	for (u32 labels = 1; labels <= entry->name.labels; labels++) {
		const u8 *label = entry->name.wire + name_suffix(&entry->name, labels);

		memcpy(key + used, label + 1, label[0]);
		used += label[0] + 1;
	}
	key[LEVEE_DOMAIN_LEN_MAX + 1] = entry->kind;
}

static int compare_entries(const void *a, const void *b)
{
	u8 a_key[LEVEE_DOMAIN_LEN_MAX + 2], b_key[LEVEE_DOMAIN_LEN_MAX + 2];

	sort_key(a_key, a);
	sort_key(b_key, b);
	return memcmp(a_key, b_key, sizeof(a_key));
}

static struct levee_domain *domains_of(struct kunit *test, const struct entry *entries, u32 count)
{
	struct levee_domain *domains = unit_alloc((count + 1) * sizeof(*domains));

	KUNIT_ASSERT_NOT_NULL(test, domains);
	for (u32 i = 0; i < count; i++)
		domains[i] = (struct levee_domain){ entries[i].name.wire, entries[i].name.len,
						    entries[i].kind };
	return domains;
}

static struct levee_domain_table *build(struct kunit *test, const struct entry *entries, u32 count)
{
	struct levee_domain *domains = domains_of(test, entries, count);
	size_t size = levee_domain_table_size(domains, count);
	void *mem = unit_alloc(size);
	void *moved;
	long used;

	KUNIT_ASSERT_NOT_NULL(test, mem);
	memset(mem, 0xa5, size);
	used = levee_domain_table_build(mem, size, domains, count, seed);
	KUNIT_ASSERT_TRUE(test, used > 0 && (size_t)used <= size);
	/* It keeps no pointer, so a copy of what it used does. */
	moved = unit_alloc(used);
	KUNIT_ASSERT_NOT_NULL(test, moved);
	memcpy(moved, mem, used);
	unit_free(mem);
	unit_free(domains);
	return moved;
}

/* Few labels, so that names meet and nest; some that look like others' wire form. */
static struct name random_name(u32 labels_max)
{
	static const char * const labels[] = { "a", "b", "aa", "ab", "b\001a", "\001a\001b", "example", "aexample" };
	struct name name = name_root();

	for (u32 left = random_below(labels_max + 1); left; left--) {
		const char *label = labels[random_below(ARRAY_SIZE(labels))];

		name_prepend(&name, label, strlen(label));
	}
	return name;
}

static void random_tables_agree(struct kunit *test)
{
	static struct entry entries[60];

	for (u32 round = 0; round < 3000; round++) {
		u32 count = random_below(ARRAY_SIZE(entries) + 1) >> random_below(5);
		u32 depth = 1 + random_below(5);
		struct levee_domain_table *table;

		for (u32 i = 0; i < count; i++)
			entries[i] = (struct entry){ random_name(depth), random_below(LEVEE_DOMAIN_KINDS) };
		sort(entries, count, sizeof(*entries), compare_entries, NULL);
		table = build(test, entries, count);
		for (u32 i = 0; i < 100; i++) {
			struct name name = random_name(depth + 1);

			KUNIT_ASSERT_TRUE_MSG(test, agrees(table, entries, count, &name),
					      "%u labels, %u bytes, %u entries, round %u",
					      name.labels, name.len, count, round);
		}
		unit_free(table);
	}
}

static void large_table_agrees(struct kunit *test)
{
	struct entry *entries = unit_alloc(LEVEE_ENTRIES_MAX * sizeof(*entries));
	struct levee_domain_table *table;

	KUNIT_ASSERT_NOT_NULL(test, entries);
	for (u32 i = 0; i < LEVEE_ENTRIES_MAX; i++)
		entries[i] = (struct entry){ name_numbered(random_below(LEVEE_ENTRIES_MAX)),
					     random_below(LEVEE_DOMAIN_KINDS) };
	sort(entries, LEVEE_ENTRIES_MAX, sizeof(*entries), compare_entries, NULL);
	table = build(test, entries, LEVEE_ENTRIES_MAX);
	for (u32 i = 0; i < 200; i++) {
		struct name name = name_numbered(random_below(LEVEE_ENTRIES_MAX + LEVEE_ENTRIES_MAX / 8));

		if (i % 2)
			name_prepend(&name, "www", 3);
		KUNIT_ASSERT_TRUE(test, agrees(table, entries, LEVEE_ENTRIES_MAX, &name));
	}
	unit_free(table);
	unit_free(entries);
}

/* Every suffix of the longest name, of every kind, twice. */
static void deepest_nest_agrees(struct kunit *test)
{
	u32 count = (LEVEE_DOMAIN_LABELS_MAX + 1) * LEVEE_DOMAIN_KINDS * 2;
	struct entry *entries = unit_alloc(count * sizeof(*entries));
	struct levee_domain_table *table;
	struct name name = name_root();

	KUNIT_ASSERT_NOT_NULL(test, entries);
	for (u32 i = 0; i < count; i++) {
		entries[i] = (struct entry){ name, i / 2 % LEVEE_DOMAIN_KINDS };
		if (i % (LEVEE_DOMAIN_KINDS * 2) == LEVEE_DOMAIN_KINDS * 2 - 1 && i + 1 < count)
			name_prepend(&name, "x", 1);
	}
	table = build(test, entries, count);
	for (u32 labels = 0; labels <= LEVEE_DOMAIN_LABELS_MAX; labels++) {
		struct name query = name_root();

		while (query.labels < labels)
			name_prepend(&query, "x", 1);
		KUNIT_ASSERT_TRUE(test, agrees(table, entries, count, &query));
		query.wire[1] ^= labels ? 'x' ^ 'y' : 0;
		KUNIT_ASSERT_TRUE(test, agrees(table, entries, count, &query));
	}
	unit_free(table);
	unit_free(entries);
}

/* What covers a name, as the indices of the groups' first entries, in order. */
static void expect(struct kunit *test, const char * const *texts, u32 count, const char *name,
		   const char *firsts)
{
	static struct entry entries[16];
	struct levee_domain_table *table;
	struct name query = name_of(name);
	struct levee_domain_match match;
	char found[16];
	u32 used = 0;

	for (u32 i = 0; i < count; i++)
		entries[i] = entry_of(texts[i]);
	table = build(test, entries, count);
	for (bool more = levee_domain_table_first(table, query.wire, query.len, &match);
	     more && used + 1 < sizeof(found); more = levee_domain_table_next(table, &match))
		found[used++] = "0123456789abcdef"[match.first];
	found[used] = '\0';
	KUNIT_ASSERT_STREQ(test, found, firsts);
	unit_free(table);
}

static void kinds_cover_what_they_say(struct kunit *test)
{
	static const char * const list[] = {
		"com", "example.com", ".example.com", ".example.com", "*.example.com",
		"*.a.example.com", ".example.org",
	};

	expect(test, list, ARRAY_SIZE(list), "com", "0");
	expect(test, list, ARRAY_SIZE(list), "other.com", "");
	expect(test, list, ARRAY_SIZE(list), "example.com", "12");
	expect(test, list, ARRAY_SIZE(list), "www.example.com", "24");
	expect(test, list, ARRAY_SIZE(list), "a.example.com", "24");
	expect(test, list, ARRAY_SIZE(list), "b.a.example.com", "524");
	expect(test, list, ARRAY_SIZE(list), "c.b.a.example.com", "524");
	expect(test, list, ARRAY_SIZE(list), "aexample.com", "");
	expect(test, list, ARRAY_SIZE(list), "example.co", "");
	expect(test, list, ARRAY_SIZE(list), "example.comm", "");
	expect(test, list, ARRAY_SIZE(list), "example.com.net", "");
	expect(test, list, ARRAY_SIZE(list), "example", "");
	expect(test, list, ARRAY_SIZE(list), "org", "");
	expect(test, list, ARRAY_SIZE(list), "www.example.org", "6");
	expect(test, list, ARRAY_SIZE(list), "", "");
}

static void the_root_is_every_name(struct kunit *test)
{
	static const char * const both[] = { ".", "example.com" };
	static const char * const below[] = { "*." };
	static const char * const all[] = { "", ".", "*.", ".com" };

	expect(test, both, 2, "", "0");
	expect(test, both, 2, "com", "0");
	expect(test, both, 2, "example.com", "10");
	expect(test, both, 2, "a.b.c.d", "0");
	expect(test, below, 1, "", "");
	expect(test, below, 1, "com", "0");
	expect(test, below, 1, "a.b.c.d", "0");
	expect(test, all, 4, "", "01");
	expect(test, all, 4, "net", "12");
	expect(test, all, 4, "a.com", "312");
}

/* A label may hold any byte, so what ends with a listed name's bytes need not be below it. */
static void bytes_inside_a_label_are_no_suffix(struct kunit *test)
{
	static const char * const list[] = { ".com", "*.x\003com", ".a.x\003com" };

	expect(test, list, 3, "x\003com", "");
	expect(test, list, 3, "y.x\003com", "1");
	expect(test, list, 3, "a.x\003com", "21");
}

static void empty_table_covers_nothing(struct kunit *test)
{
	expect(test, NULL, 0, "", "");
	expect(test, NULL, 0, "example.com", "");
}

static void what_is_no_name_is_not_covered(struct kunit *test)
{
	struct entry entry = entry_of(".");
	struct levee_domain_table *table = build(test, &entry, 1);
	struct name name = name_of("example.com");
	struct levee_domain_match match;

	KUNIT_ASSERT_TRUE(test, levee_domain_table_first(table, name.wire, name.len, &match));
	KUNIT_ASSERT_FALSE(test, levee_domain_table_first(table, name.wire, name.len - 1, &match));
	KUNIT_ASSERT_FALSE(test, levee_domain_table_first(table, name.wire, 0, &match));
	unit_free(table);
}

static long build_pair(struct kunit *test, const struct entry *a, const struct entry *b)
{
	struct entry pair[] = { *a, *b };
	struct levee_domain *domains = domains_of(test, pair, 2);
	size_t size = levee_domain_table_size(domains, 2);
	void *mem = unit_alloc(size);
	long used;

	KUNIT_ASSERT_NOT_NULL(test, mem);
	used = levee_domain_table_build(mem, size, domains, 2, seed);
	unit_free(mem);
	unit_free(domains);
	return used;
}

static void bad_lists_are_refused(struct kunit *test)
{
	static const char * const ascending[] = {
		"", ".", "*.", "com", ".com", "*.com", "a.com", "a.a.com", "aa.com", "b.com",
		"comm", "a.comm", "net",
	};
	struct entry good = entry_of("example.com"), bad = good;
	struct levee_domain domain = { good.name.wire, good.name.len, good.kind };
	size_t size = levee_domain_table_size(&domain, 1);
	void *mem = unit_alloc(size + 4096);	/* no refusal for want of room */

	KUNIT_ASSERT_NOT_NULL(test, mem);
	for (u32 i = 0; i < ARRAY_SIZE(ascending); i++) {
		struct entry a = entry_of(ascending[i]);

		KUNIT_ASSERT_TRUE(test, build_pair(test, &a, &a) > 0);
		for (u32 j = 0; j < i; j++) {
			struct entry b = entry_of(ascending[j]);

			KUNIT_ASSERT_EQ(test, build_pair(test, &a, &b), -EINVAL);
			KUNIT_ASSERT_TRUE(test, build_pair(test, &b, &a) > 0);
		}
	}

	bad.kind = LEVEE_DOMAIN_KINDS;
	KUNIT_ASSERT_EQ(test, build_pair(test, &good, &bad), -EINVAL);
	bad = entry_of("example.coM");
	KUNIT_ASSERT_EQ(test, build_pair(test, &bad, &bad), -EINVAL);
	bad = good;
	bad.name.len--;
	KUNIT_ASSERT_EQ(test, build_pair(test, &bad, &bad), -EINVAL);
	bad.name.len = 0;
	KUNIT_ASSERT_EQ(test, build_pair(test, &bad, &bad), -EINVAL);

	KUNIT_ASSERT_EQ(test, levee_domain_table_build(mem, size, &domain, 1, seed), (long)size);
	KUNIT_ASSERT_EQ(test, levee_domain_table_build(mem, size - 1, &domain, 1, seed), -EINVAL);
	KUNIT_ASSERT_EQ(test, levee_domain_table_build(mem, size + 4096, &domain, LEVEE_ENTRIES_MAX + 1, seed),
			-EINVAL);
	unit_free(mem);
}

static int sign_of(int number)
{
	return (number > 0) - (number < 0);
}

static void order_is_canonical(struct kunit *test)
{
	for (u32 round = 0; round < 100000; round++) {
		struct entry a = { random_name(4), random_below(LEVEE_DOMAIN_KINDS) };
		struct entry b = { random_name(4), random_below(LEVEE_DOMAIN_KINDS) };
		struct levee_domain a_domain = { a.name.wire, a.name.len, a.kind };
		struct levee_domain b_domain = { b.name.wire, b.name.len, b.kind };

		KUNIT_ASSERT_EQ(test, sign_of(levee_domain_compare(&a_domain, &b_domain)),
				sign_of(compare_entries(&a, &b)));
	}
}

static struct kunit_case domain_table_cases[] = {
	KUNIT_CASE(empty_table_covers_nothing),
	KUNIT_CASE(kinds_cover_what_they_say),
	KUNIT_CASE(the_root_is_every_name),
	KUNIT_CASE(bytes_inside_a_label_are_no_suffix),
	KUNIT_CASE(what_is_no_name_is_not_covered),
	KUNIT_CASE(bad_lists_are_refused),
	KUNIT_CASE(order_is_canonical),
	KUNIT_CASE(deepest_nest_agrees),
	KUNIT_CASE(random_tables_agree),
	KUNIT_CASE(large_table_agrees),
	{}
};

static struct kunit_suite domain_table_suite = {
	.name = "levee_domain_table",
	.init = random_seed,
	.test_cases = domain_table_cases,
};

kunit_test_suite(domain_table_suite);
