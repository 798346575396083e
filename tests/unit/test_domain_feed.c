// SPDX-License-Identifier: GPL-2.0
#include "unit.h"

#include "lib/domain_feed.h"
#include "name.h"
#include "random.h"

static struct levee_domain_feed *begin(struct kunit *test, size_t size)
{
	u64 seed[2] = { random_u64(), random_u64() };
	void *mem = unit_alloc(size);

	KUNIT_ASSERT_NOT_NULL(test, mem);
	memset(mem, 0xa5, size);
	KUNIT_ASSERT_EQ(test, levee_domain_feed_init(mem, size, seed), 0);
	return mem;
}

static int add(struct levee_domain_feed *feed, const struct name *name)
{
	return levee_domain_feed_add(feed, name->wire, name->len);
}

static u32 find(const struct levee_domain_feed *feed, const struct name *name)
{
	return levee_domain_feed_find(feed, name->wire, name->len);
}

static int add_text(struct levee_domain_feed *feed, const char *text)
{
	struct name name = name_of(text);

	return add(feed, &name);
}

static u32 find_text(const struct levee_domain_feed *feed, const char *text)
{
	struct name name = name_of(text);

	return find(feed, &name);
}

static void a_name_covers_what_is_below_it(struct kunit *test)
{
	struct levee_domain_feed *feed = begin(test, levee_domain_feed_size(4));

	KUNIT_ASSERT_EQ(test, add_text(feed, "example.com"), 0);
	KUNIT_ASSERT_EQ(test, add_text(feed, "bad.example.org"), 0);
	KUNIT_ASSERT_EQ(test, add_text(feed, "zip"), 0);
	KUNIT_ASSERT_EQ(test, add_text(feed, "a.example.com"), 0);
	KUNIT_ASSERT_EQ(test, levee_domain_feed_count(feed), 4);

	KUNIT_ASSERT_EQ(test, find_text(feed, "example.com"), 2);
	KUNIT_ASSERT_EQ(test, find_text(feed, "www.example.com"), 2);
	KUNIT_ASSERT_EQ(test, find_text(feed, "x.y.z.www.example.com"), 2);
	/* The shortest that is listed is told. */
	KUNIT_ASSERT_EQ(test, find_text(feed, "a.example.com"), 2);
	KUNIT_ASSERT_EQ(test, find_text(feed, "bad.example.org"), 3);
	KUNIT_ASSERT_EQ(test, find_text(feed, "very.bad.example.org"), 3);
	KUNIT_ASSERT_EQ(test, find_text(feed, "zip"), 1);
	KUNIT_ASSERT_EQ(test, find_text(feed, "archive.zip"), 1);

	KUNIT_ASSERT_EQ(test, find_text(feed, ""), 0);
	KUNIT_ASSERT_EQ(test, find_text(feed, "com"), 0);
	KUNIT_ASSERT_EQ(test, find_text(feed, "example"), 0);
	KUNIT_ASSERT_EQ(test, find_text(feed, "aexample.com"), 0);
	KUNIT_ASSERT_EQ(test, find_text(feed, "xample.com"), 0);
	KUNIT_ASSERT_EQ(test, find_text(feed, "example.co"), 0);
	KUNIT_ASSERT_EQ(test, find_text(feed, "example.comm"), 0);
	KUNIT_ASSERT_EQ(test, find_text(feed, "example.com.net"), 0);
	KUNIT_ASSERT_EQ(test, find_text(feed, "example.org"), 0);
	KUNIT_ASSERT_EQ(test, find_text(feed, "good.example.org"), 0);
	KUNIT_ASSERT_EQ(test, find_text(feed, "bad.example.com.org"), 0);
	KUNIT_ASSERT_EQ(test, find_text(feed, "zip.com"), 0);
	/* The same bytes as one label. */
	KUNIT_ASSERT_EQ(test, find_text(feed, "www\007example\003com"), 0);
	unit_free(feed);
}

static void empty_feed_has_nothing(struct kunit *test)
{
	struct levee_domain_feed *feed = begin(test, levee_domain_feed_size(0));

	KUNIT_ASSERT_EQ(test, levee_domain_feed_count(feed), 0);
	KUNIT_ASSERT_EQ(test, find_text(feed, ""), 0);
	KUNIT_ASSERT_EQ(test, find_text(feed, "example.com"), 0);
	unit_free(feed);
}

static void what_is_no_name_is_refused(struct kunit *test)
{
	size_t size = levee_domain_feed_size(1);
	struct levee_domain_feed *feed = begin(test, size);
	struct name name = name_of("example.com");
	u64 seed[2] = { };

	KUNIT_ASSERT_EQ(test, add_text(feed, ""), -EINVAL);
	KUNIT_ASSERT_EQ(test, add_text(feed, "example.Com"), -EINVAL);
	KUNIT_ASSERT_EQ(test, levee_domain_feed_add(feed, name.wire, 0), -EINVAL);
	KUNIT_ASSERT_EQ(test, levee_domain_feed_add(feed, name.wire, name.len - 1), -EINVAL);
	KUNIT_ASSERT_EQ(test, levee_domain_feed_count(feed), 0);
	KUNIT_ASSERT_EQ(test, add(feed, &name), 0);
	KUNIT_ASSERT_EQ(test, levee_domain_feed_find(feed, name.wire, name.len), 2);
	KUNIT_ASSERT_EQ(test, levee_domain_feed_find(feed, name.wire, name.len - 1), 0);
	KUNIT_ASSERT_EQ(test, levee_domain_feed_find(feed, name.wire, 0), 0);

	KUNIT_ASSERT_EQ(test, levee_domain_feed_init(feed, levee_domain_feed_size(0) - 1, seed), -EINVAL);
	unit_free(feed);
}

/* Every length of a listed name, in and beyond what is fetched at once, and the longest names. */
static void every_depth_is_found(struct kunit *test)
{
	struct name listed = name_root();

	for (u32 depth = 1; depth <= LEVEE_DOMAIN_LABELS_MAX; depth++) {
		struct levee_domain_feed *feed = begin(test, levee_domain_feed_size(1));
		struct name name;

		name_prepend(&listed, "x", 1);
		KUNIT_ASSERT_EQ(test, add(feed, &listed), 0);
		name = name_root();
		while (name.labels < LEVEE_DOMAIN_LABELS_MAX) {
			KUNIT_ASSERT_EQ(test, find(feed, &name), name.labels < depth ? 0 : depth);
			name_prepend(&name, "x", 1);
		}
		KUNIT_ASSERT_EQ(test, find(feed, &name), depth);
		/* Another label at the top, then only at the bottom. */
		name.wire[name.len - 2] = 'y';
		KUNIT_ASSERT_EQ(test, find(feed, &name), 0);
		name.wire[name.len - 2] = 'x';
		name.wire[1] = 'y';
		KUNIT_ASSERT_EQ(test, find(feed, &name), depth < name.labels ? depth : 0);
		unit_free(feed);
	}
}

/* Few labels, so that names meet and nest. */
static struct name random_name(u32 labels_max)
{
	static const char * const labels[] = { "a", "b", "aa", "ab", "b\001a", "example", "aexample" };
	struct name name = name_root();

	for (u32 left = 1 + random_below(labels_max); left; left--) {
		const char *label = labels[random_below(ARRAY_SIZE(labels))];

		name_prepend(&name, label, strlen(label));
	}
	return name;
}

static u32 oracle_find(const struct name *names, u32 count, const struct name *name)
{
	u32 shortest = 0;

	for (u32 i = 0; i < count; i++)
		if (name_is_at_or_below(name, &names[i]) &&
		    (!shortest || names[i].labels < shortest))
			shortest = names[i].labels;
	return shortest;
}

/* Also in the other order of adding. */
static void random_feeds_agree(struct kunit *test)
{
	static struct name names[60];

	for (u32 round = 0; round < 2000; round++) {
		u32 count = random_below(ARRAY_SIZE(names) + 1) >> random_below(4);
		u32 depth = 1 + random_below(5), different = 0;
		struct levee_domain_feed *feed = begin(test, levee_domain_feed_size(count));
		struct levee_domain_feed *reverse = begin(test, levee_domain_feed_size(count));

		for (u32 i = 0; i < count; i++) {
			bool is_new = true;

			names[i] = random_name(depth);
			for (u32 j = 0; j < i; j++)
				is_new &= names[i].labels != names[j].labels ||
					  !name_is_at_or_below(&names[i], &names[j]);
			different += is_new;
			KUNIT_ASSERT_EQ(test, add(feed, &names[i]), is_new ? 0 : -EEXIST);
			KUNIT_ASSERT_EQ(test, levee_domain_feed_count(feed), different);
		}
		for (u32 i = count; i--;)
			add(reverse, &names[i]);
		KUNIT_ASSERT_EQ(test, levee_domain_feed_count(reverse), different);
		for (u32 i = 0; i < 100; i++) {
			struct name name = random_name(depth + 1);
			u32 expected = oracle_find(names, count, &name);

			KUNIT_ASSERT_EQ(test, find(feed, &name), expected);
			KUNIT_ASSERT_EQ(test, find(reverse, &name), expected);
		}
		unit_free(feed);
		unit_free(reverse);
	}
}

/* All that a size is for is placed and found again, also in a copy; others are not. */
static void fill(struct kunit *test, u32 count, u32 misses)
{
	size_t size = levee_domain_feed_size(count);
	struct levee_domain_feed *feed = begin(test, size);
	struct levee_domain_feed *moved = unit_alloc(size);

	KUNIT_ASSERT_NOT_NULL(test, moved);
	KUNIT_ASSERT_TRUE(test, count < 1000 || size <= (size_t)count * 10);
	for (u32 i = 0; i < count; i++) {
		struct name name = name_numbered(i);

		KUNIT_ASSERT_EQ(test, add(feed, &name), 0);
	}
	KUNIT_ASSERT_EQ(test, levee_domain_feed_count(feed), count);
	memcpy(moved, feed, size);
	unit_free(feed);
	for (u32 i = 0; i < count; i++) {
		struct name name = name_numbered(i);

		KUNIT_ASSERT_EQ(test, find(moved, &name), name.labels);
		if (i % 16)
			continue;
		KUNIT_ASSERT_EQ(test, add(moved, &name), -EEXIST);
		name_prepend(&name, "www", 3);
		KUNIT_ASSERT_EQ(test, find(moved, &name), name.labels - 1);
	}
	for (u32 i = 0; i < misses; i++) {
		struct name name = name_numbered(count + i);

		if (i % 2)
			name_prepend(&name, "www", 3);
		KUNIT_ASSERT_EQ(test, find(moved, &name), 0);
	}
	unit_free(moved);
}

static void small_feeds_are_filled(struct kunit *test)
{
	for (u32 count = 0; count < 300; count++)
		for (u32 seeds = 0; seeds < 10; seeds++)
			fill(test, count, 10);
}

static void feeds_are_filled(struct kunit *test)
{
	static const u32 counts[] = { 799, 800, 999, 1000, 1001, 10000 };

	for (u32 i = 0; i < ARRAY_SIZE(counts); i++)
		for (u32 seeds = 0; seeds < 10; seeds++)
			fill(test, counts[i], 1000);
}

/* Of the largest feed, and a million names that are not in it. */
static void the_largest_feed_is_filled(struct kunit *test)
{
	fill(test, 2000000, 1000000);
}

/* Whatever is refused for want of room leaves the others where they are found. */
static void a_full_feed_refuses(struct kunit *test)
{
	for (u32 round = 0; round < 300; round++) {
		/* 32 places for 100 names, 152 for 300. */
		u32 wanted = round % 2 ? 300 : 100, refused = 0, placed = 0;
		struct levee_domain_feed *feed = begin(test, levee_domain_feed_size(round % 2 ? 100 : 0));
		u32 places = round % 2 ? 152 : 32;
		u32 base = round * 300;

		for (u32 i = 0; i < wanted; i++) {
			struct name name = name_numbered(base + i);
			int status = add(feed, &name);

			KUNIT_ASSERT_TRUE(test, status == 0 || status == -ENOSPC);
			placed += !status;
			refused += !!status;
			KUNIT_ASSERT_EQ(test, find(feed, &name), status ? 0 : name.labels);
			KUNIT_ASSERT_EQ(test, levee_domain_feed_count(feed), placed);
			/* 5/6 is what sizes are made for. */
			KUNIT_ASSERT_TRUE(test, !refused || placed > places / 2);
		}
		KUNIT_ASSERT_TRUE(test, placed <= places);
		for (u32 i = 0; i < wanted; i++) {
			struct name name = name_numbered(base + i);

			placed -= find(feed, &name) == name.labels;
		}
		KUNIT_ASSERT_EQ(test, placed, 0);
		unit_free(feed);
	}
}

/*
 * Whichever of its two buckets a name is in, it makes room by going to the other: so
 * 96.4 % of the places are filled before the first is refused, on average; without
 * one of the four ways, at most 95 %.
 */
static void names_make_room(struct kunit *test)
{
	u32 places = (levee_domain_feed_size(1000) - 64) / 8, seeds = 100, placed = 0;

	for (u32 i = 0; i < seeds; i++) {
		struct levee_domain_feed *feed = begin(test, levee_domain_feed_size(1000));
		struct name name = name_numbered(0);

		for (u32 j = 1; !add(feed, &name); j++)
			name = name_numbered(j);
		placed += levee_domain_feed_count(feed);
		unit_free(feed);
	}
	KUNIT_ASSERT_TRUE_MSG(test, placed > seeds * places / 1000 * 957, "%u of %u", placed,
			      seeds * places);
}

/* Who does not know the seed does not know the fingerprints. */
static void the_seed_is_in_every_word(struct kunit *test)
{
	size_t size = levee_domain_feed_size(100);
	struct levee_domain_feed *feeds[3];
	static const u64 seeds[3][2] = { { 1, 2 }, { 1, 3 }, { 4, 2 } };
	u32 same = 0;

	for (u32 i = 0; i < 3; i++) {
		feeds[i] = begin(test, size);
		KUNIT_ASSERT_EQ(test, levee_domain_feed_init(feeds[i], size, seeds[i]), 0);
		for (u32 j = 0; j < 100; j++) {
			struct name name = name_numbered(j);

			KUNIT_ASSERT_EQ(test, add(feeds[i], &name), 0);
		}
	}
	/* The first 64 bytes are the header. */
	for (u32 i = 0; i < 3; i++)
		for (u32 j = 64; j < size; j += 8)
			for (u32 k = 64; k < size; k += 8) {
				u64 a, b;

				memcpy(&a, (u8 *)feeds[i] + j, sizeof(a));
				memcpy(&b, (u8 *)feeds[(i + 1) % 3] + k, sizeof(b));
				same += a && a == b;
			}
	KUNIT_ASSERT_EQ(test, same, 0);
	for (u32 i = 0; i < 3; i++)
		unit_free(feeds[i]);
}

static struct kunit_case domain_feed_cases[] = {
	KUNIT_CASE(empty_feed_has_nothing),
	KUNIT_CASE(a_name_covers_what_is_below_it),
	KUNIT_CASE(what_is_no_name_is_refused),
	KUNIT_CASE(every_depth_is_found),
	KUNIT_CASE(random_feeds_agree),
	KUNIT_CASE(small_feeds_are_filled),
	KUNIT_CASE(feeds_are_filled),
	KUNIT_CASE(a_full_feed_refuses),
	KUNIT_CASE(names_make_room),
	KUNIT_CASE(the_seed_is_in_every_word),
	KUNIT_CASE(the_largest_feed_is_filled),
	{}
};

static struct kunit_suite domain_feed_suite = {
	.name = "levee_domain_feed",
	.init = random_seed,
	.test_cases = domain_feed_cases,
};

kunit_test_suite(domain_feed_suite);
