// SPDX-License-Identifier: GPL-2.0
#include "unit.h"

#include "lib/address_feed.h"
#include "lib/limits.h"
#include "oracle.h"
#include "random.h"

/* Said to be coming, it makes the feed keep halves of IPv4 addresses, as large ones do. */
#define V4_ROOM_LARGE 65536

/* Few, so that prefixes nest and meet: both ends of the space, ends of places of the index. */
static const u8 v4_seeds[][4] = {
	{ 0, 0, 0, 0 }, { 255, 255, 255, 255 }, { 255, 255, 0, 0 }, { 10, 0, 255, 255 },
	{ 10, 1, 0, 0 }, { 10, 128, 3, 7 }, { 127, 255, 255, 255 }, { 128, 0, 0, 0 },
};
/* Several in one /64, and both ends of it. */
static const u8 v6_seeds[][16] = {
	{ 0 }, { [15] = 1 }, { [7] = 1 },
	{ 0x20, 0x01, 0x0d, 0xb8 }, { 0x20, 0x01, 0x0d, 0xb8, [15] = 9 },
	{ 0x20, 0x01, 0x0d, 0xb8, [8] = 255, 255, 255, 255, 255, 255, 255, 255 },
	{ 0x20, 0x01, 0x0d, 0xb8, [7] = 1 }, { 0x2a, 0x00, 0x14, 0x50, [15] = 0xff },
	{ 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255 },
};

static struct levee_entry prefix_of(const u8 *wire, u8 addr_len, u8 prefix_len)
{
	struct levee_entry entry = {
		.target = LEVEE_TARGET_PREFIX, .addr_len = addr_len, .prefix_len = prefix_len,
		.proto = LEVEE_PROTO_ANY, .port_last = 65535 };

	memcpy(entry.addr, wire, addr_len);
	oracle_mask(entry.addr, addr_len, prefix_len);
	return entry;
}

/* Of at least @shortest of 128 bits, or as many of 32. */
static struct levee_entry random_prefix(u8 addr_len, u32 shortest)
{
	u32 bits = addr_len * 8, least = shortest * bits / 128;
	u32 flips = random_below(4);
	u8 wire[16];

	if (addr_len == 4)
		memcpy(wire, v4_seeds[random_below(ARRAY_SIZE(v4_seeds))], 4);
	else
		memcpy(wire, v6_seeds[random_below(ARRAY_SIZE(v6_seeds))], 16);
	while (flips--)
		wire[random_below(addr_len)] ^= 1 << random_below(8);
	return prefix_of(wire, addr_len, least + random_below(bits - least + 1));
}

static u32 count_of_family(const struct levee_entry *entries, u32 count, u8 addr_len)
{
	u32 found = 0;

	while (count--)
		found += entries[count].addr_len == addr_len;
	return found;
}

/* Keeps no pointer: what is asked is a copy. */
static struct levee_address_feed *build(struct kunit *test, const struct levee_entry *entries,
					u32 count, u32 v4_room)
{
	u32 v6_count = count_of_family(entries, count, 16);
	u32 v4_count = count - v6_count;
	size_t size;
	void *mem, *moved;

	if (v4_count < v4_room)
		v4_count = v4_room;
	size = levee_address_feed_size(v4_count, v6_count);
	mem = unit_alloc(size);
	moved = unit_alloc(size);
	KUNIT_ASSERT_NOT_NULL(test, mem);
	KUNIT_ASSERT_NOT_NULL(test, moved);
	memset(mem, 0xa5, size);
	KUNIT_ASSERT_EQ(test, levee_address_feed_init(mem, size, v4_count, v6_count), 0);
	for (u32 i = 0; i < count; i++)
		KUNIT_ASSERT_EQ(test, levee_address_feed_add(mem, entries[i].addr, entries[i].addr_len,
							     entries[i].prefix_len), 0);
	levee_address_feed_finish(mem);
	memcpy(moved, mem, size);
	unit_free(mem);
	return moved;
}

static bool contains(const struct levee_address_feed *feed, const u8 *wire, u8 len)
{
	struct levee_addr addr = { };

	levee_addr_read(&addr, wire, len);
	return levee_address_feed_contains(feed, &addr);
}

static void agree_at(struct kunit *test, const struct levee_address_feed *feed,
		     const struct levee_entry *entries, u32 count, const u8 *wire, u8 len)
{
	static const u8 mapped[12] = { [10] = 0xff, [11] = 0xff };
	bool is_mapped = len == 16 && !memcmp(wire, mapped, sizeof(mapped));
	bool inside = is_mapped ? oracle_inside(entries, count, wire + 12, 4) :
				  oracle_inside(entries, count, wire, len);

	KUNIT_ASSERT_TRUE_MSG(test, contains(feed, wire, len) == inside,
			      "%d.%d.%d.%d... %d len %d of %u prefixes, not inside: %d",
			      wire[0], wire[1], wire[2], wire[3], wire[len - 1], len, count, inside);
}

/* First, last, and the ones beside them. */
static void agree_around(struct kunit *test, const struct levee_address_feed *feed,
			 const struct levee_entry *entries, u32 count, u32 i)
{
	const struct levee_entry *entry = &entries[i];
	u8 wire[16];

	memcpy(wire, entry->addr, sizeof(wire));
	agree_at(test, feed, entries, count, wire, entry->addr_len);
	oracle_move(wire, entry->addr_len, false);
	agree_at(test, feed, entries, count, wire, entry->addr_len);

	memcpy(wire, entry->addr, sizeof(wire));
	oracle_fill(wire, entry->addr_len, entry->prefix_len);
	agree_at(test, feed, entries, count, wire, entry->addr_len);
	oracle_move(wire, entry->addr_len, true);
	agree_at(test, feed, entries, count, wire, entry->addr_len);
}

static void agree(struct kunit *test, struct levee_entry *entries, u32 count, u32 v4_room)
{
	struct levee_address_feed *feed;

	count = oracle_arrange(entries, count);
	feed = build(test, entries, count, v4_room);
	for (u32 i = 0; i < count; i++)
		agree_around(test, feed, entries, count, i);
	for (u32 i = 0; i < 20; i++) {
		u8 len = random_below(2) ? 4 : 16;
		struct levee_entry any = random_prefix(len, 128);

		agree_at(test, feed, entries, count, any.addr, len);
	}
	unit_free(feed);
}

static void random_feeds_agree(struct kunit *test)
{
	static struct levee_entry entries[80];

	for (u32 round = 0; round < 1200; round++) {
		u32 count = random_below(ARRAY_SIZE(entries) + 1) >> random_below(4);
		u32 shortest = random_below(129);

		for (u32 i = 0; i < count; i++)
			entries[i] = random_prefix(random_below(2) ? 4 : 16, shortest);
		agree(test, entries, count, random_below(4) ? 0 : V4_ROOM_LARGE);
	}
}

/* Every prefix is followed by the one that is adjacent to it. */
static void adjacent_prefixes_agree(struct kunit *test)
{
	static struct levee_entry entries[60];

	for (u32 round = 0; round < 300; round++) {
		u32 count = ARRAY_SIZE(entries);
		u32 shortest = random_below(129);

		for (u32 i = 0; i < count; i += 2) {
			u8 wire[16];

			entries[i] = random_prefix(random_below(2) ? 4 : 16, shortest);
			memcpy(wire, entries[i].addr, sizeof(wire));
			oracle_fill(wire, entries[i].addr_len, entries[i].prefix_len);
			oracle_move(wire, entries[i].addr_len, true);
			entries[i + 1] = prefix_of(wire, entries[i].addr_len, entries[i].prefix_len);
		}
		agree(test, entries, count, random_below(4) ? 0 : V4_ROOM_LARGE);
	}
}

/* One prefix of every length, at both ends of the space. */
static void every_length_agrees(struct kunit *test)
{
	static const u8 ends[2][16] = { { 0 }, { 255, 255, 255, 255, 255, 255, 255, 255,
						 255, 255, 255, 255, 255, 255, 255, 255 } };
	struct levee_entry entry;

	for (u32 end = 0; end < 2; end++) {
		for (u32 len = 0; len <= 32; len++) {
			entry = prefix_of(ends[end], 4, len);
			agree(test, &entry, 1, 0);
			agree(test, &entry, 1, V4_ROOM_LARGE);
		}
		for (u32 len = 0; len <= 128; len++) {
			entry = prefix_of(ends[end], 16, len);
			agree(test, &entry, 1, 0);
		}
	}
}

/* A full tree of IPv6 has every level, and nodes that are full, and not. */
static void every_count_agrees(struct kunit *test)
{
	static struct levee_entry entries[600];

	for (u32 count = 1; count <= ARRAY_SIZE(entries); count += count < 80 ? 1 : 37) {
		struct levee_address_feed *feed;

		for (u32 i = 0; i < count; i++) {
			u8 wire[16] = { 0x20, 0x01, [6] = i >> 7, [7] = i << 1 };

			entries[i] = prefix_of(wire, 16, i % 3 ? 64 : 128);
		}
		feed = build(test, entries, count, 0);
		for (u32 i = 0; i < count; i++)
			agree_around(test, feed, entries, count, i);
		unit_free(feed);
	}
}

/* All in one /64, as of one that changes its address; and with it full, none of them counts. */
static void many_in_one_subnet_agree(struct kunit *test)
{
	static struct levee_entry entries[400];
	u32 count = ARRAY_SIZE(entries);

	for (u32 i = 0; i < count; i++) {
		u8 wire[16] = { 0x20, 0x01, 0x0d, 0xb8 };

		for (u32 j = 8; j < 16; j++)
			wire[j] = random_u64();
		entries[i] = prefix_of(wire, 16, 128 - random_below(8));
	}
	agree(test, entries, count, 0);
	entries[0] = prefix_of(entries[0].addr, 16, 64);
	agree(test, entries, count, 0);
}

static void large_feed_agrees(struct kunit *test, u8 addr_len)
{
	u32 count = 100000;
	struct levee_entry *entries = unit_alloc(count * sizeof(*entries));
	struct levee_address_feed *feed;

	KUNIT_ASSERT_NOT_NULL(test, entries);
	for (u32 i = 0; i < count; i++) {
		u8 wire[16];

		for (u32 j = 0; j < addr_len; j++)
			wire[j] = random_u64();
		/* A sixteenth of the space, so that an eighth of the index is long. */
		wire[0] = 0x20 | (wire[0] & 0x0f);
		entries[i] = prefix_of(wire, addr_len, addr_len == 4 ? 20 + random_below(13) :
							32 + random_below(97));
	}
	count = oracle_arrange(entries, count);
	KUNIT_ASSERT_TRUE(test, count > V4_ROOM_LARGE);
	feed = build(test, entries, count, 0);
	for (u32 i = 0; i < 100; i++)
		agree_around(test, feed, entries, count, random_below(count));
	/* Its own are inside, all of them. */
	for (u32 i = 0; i < count; i++)
		KUNIT_ASSERT_TRUE(test, contains(feed, entries[i].addr, addr_len));
	unit_free(feed);
	unit_free(entries);
}

static void large_v4_feed_agrees(struct kunit *test)
{
	large_feed_agrees(test, 4);
}

static void large_v6_feed_agrees(struct kunit *test)
{
	large_feed_agrees(test, 16);
}

static void empty_feed_contains_nothing(struct kunit *test)
{
	static const u8 ends[2][16] = { { 0 }, { 255, 255, 255, 255, 255, 255, 255, 255,
						 255, 255, 255, 255, 255, 255, 255, 255 } };
	struct levee_address_feed *feed = build(test, NULL, 0, 0);

	for (u32 i = 0; i < 2; i++) {
		KUNIT_ASSERT_FALSE(test, contains(feed, ends[i], 4));
		KUNIT_ASSERT_FALSE(test, contains(feed, ends[i], 16));
	}
	unit_free(feed);
}

/* An IPv4-mapped address is IPv4, whatever IPv6 prefix is around it. */
static void mapped_is_v4(struct kunit *test)
{
	static const u8 mapped[16] = { [10] = 0xff, 0xff, 192, 0, 2, 1 };
	struct levee_entry entries[2] = { prefix_of((u8 [4]){ 192, 0, 2, 1 }, 4, 32),
					  prefix_of((u8 [16]){ 0 }, 16, 0) };
	struct levee_address_feed *both = build(test, entries, 2, 0);
	struct levee_address_feed *v6 = build(test, entries + 1, 1, 0);

	KUNIT_ASSERT_TRUE(test, contains(both, mapped, 16));
	KUNIT_ASSERT_FALSE(test, contains(v6, mapped, 16));
	KUNIT_ASSERT_TRUE(test, contains(v6, (u8 [16]){ [10] = 0xff, 0xfe, 192, 0, 2, 1 }, 16));
	unit_free(both);
	unit_free(v6);
}

static int add(struct levee_address_feed *feed, const char *text, u32 prefix_len)
{
	u8 wire[16];
	u8 addr_len = unit_read_addr(wire, text);

	return levee_address_feed_add(feed, wire, addr_len, prefix_len);
}

/* Each refused prefix leaves the feed as it was. */
static void broken_order_is_refused(struct kunit *test)
{
	static const struct {
		const char *text;
		u32 prefix_len;
		int status;
	} steps[] = {
		{ "10.0.0.0", 33, -EINVAL },
		{ "10.0.0.1", 31, -EINVAL },
		{ "10.0.0.0", 0, -EINVAL },
		{ "10.0.0.0", 8, 0 },
		{ "10.0.0.0", 8, -EINVAL },
		{ "10.0.0.0", 7, -EINVAL },
		{ "9.0.0.0", 8, -EINVAL },
		{ "10.0.0.0", 9, 0 },
		{ "10.0.0.0", 8, -EINVAL },
		{ "10.128.0.0", 9, 0 },
		{ "10.64.0.0", 10, -EINVAL },
		{ "192.0.2.1", 32, 0 },
		{ "192.0.2.2", 32, -ENOSPC },
		{ "2001:db8::", 129, -EINVAL },
		{ "2001:db8::1", 127, -EINVAL },
		{ "2001:db8::", 28, -EINVAL },
		{ "2001:db8:0:1::", 63, -EINVAL },
		{ "::1", 64, -EINVAL },
		{ "::ffff:192.0.2.3", 128, -EINVAL },
		{ "::ffff:0.0.0.0", 96, -EINVAL },
		{ "2001:db8::", 32, 0 },
		{ "2001:db8::", 32, -EINVAL },
		{ "2001:db8::", 31, -EINVAL },
		{ "2001:db7::", 32, -EINVAL },
		{ "192.0.2.2", 32, -EINVAL },
		{ "2001:db8::", 33, 0 },
		{ "2001:db9::1", 128, 0 },
		{ "2001:db9::", 128, -EINVAL },
		{ "2001:db9::2", 128, -ENOSPC },
	};
	size_t size = levee_address_feed_size(4, 3);
	struct levee_address_feed *feed = unit_alloc(size), *before = unit_alloc(size);
	static const u8 wire[16] = { 0x30 };

	KUNIT_ASSERT_NOT_NULL(test, feed);
	KUNIT_ASSERT_NOT_NULL(test, before);
	KUNIT_ASSERT_EQ(test, levee_address_feed_init(feed, size, 4, 3), 0);
	for (u32 i = 0; i < ARRAY_SIZE(steps); i++) {
		memcpy(before, feed, size);
		KUNIT_ASSERT_TRUE_MSG(test, add(feed, steps[i].text, steps[i].prefix_len) ==
				      steps[i].status, "%s/%u", steps[i].text, steps[i].prefix_len);
		KUNIT_ASSERT_EQ(test, !memcmp(before, feed, size), steps[i].status != 0);
	}
	for (u8 len = 0; len < 16; len++)
		if (len != 4)
			KUNIT_ASSERT_EQ(test, levee_address_feed_add(feed, wire, len, 0), -EINVAL);
	levee_address_feed_finish(feed);
	KUNIT_ASSERT_TRUE(test, contains(feed, (u8 [4]){ 10, 255, 255, 255 }, 4));
	KUNIT_ASSERT_TRUE(test, contains(feed, (u8 [4]){ 192, 0, 2, 1 }, 4));
	KUNIT_ASSERT_FALSE(test, contains(feed, (u8 [4]){ 192, 0, 2, 2 }, 4));
	unit_free(feed);
	unit_free(before);
}

static void bad_size_is_refused(struct kunit *test)
{
	size_t size = levee_address_feed_size(4, 3);
	void *mem = unit_alloc(size);

	KUNIT_ASSERT_NOT_NULL(test, mem);
	KUNIT_ASSERT_EQ(test, levee_address_feed_init(mem, size - 1, 4, 3), -EINVAL);
	KUNIT_ASSERT_EQ(test, levee_address_feed_init(mem, SIZE_MAX, LEVEE_FEED_PREFIXES_MAX, 1), -EINVAL);
	KUNIT_ASSERT_EQ(test, levee_address_feed_init(mem, SIZE_MAX, 1, LEVEE_FEED_PREFIXES_MAX), -EINVAL);
	KUNIT_ASSERT_EQ(test, levee_address_feed_init(mem, SIZE_MAX, ~0u, 1), -EINVAL);
	KUNIT_ASSERT_EQ(test, levee_address_feed_init(mem, SIZE_MAX, 1, ~0u), -EINVAL);
	KUNIT_ASSERT_EQ(test, levee_address_feed_init(mem, size, 4, 3), 0);
	unit_free(mem);
}

static void size_is_bounded(struct kunit *test)
{
	for (u32 count = 0; count < 1000; count++) {
		KUNIT_ASSERT_TRUE(test, levee_address_feed_size(count, 0) <= 9 * count + 1024);
		KUNIT_ASSERT_TRUE(test, levee_address_feed_size(0, count) <= 24 * count + 1024);
	}
	/* Every number up to where the layout changes and beyond it, then steps. */
	for (size_t count = 1000; count <= 1000000; count += count < 70000 ? 1 : 997) {
		KUNIT_ASSERT_TRUE(test, levee_address_feed_size(count, 0) <= 9 * count);
		KUNIT_ASSERT_TRUE(test, levee_address_feed_size(0, count) <= 20 * count);
		KUNIT_ASSERT_TRUE(test, levee_address_feed_size(count / 2, count / 2) <=
				  (9 + 20) * (count / 2) + 1024);
	}
	KUNIT_ASSERT_TRUE(test, levee_address_feed_size(1000000, 0) <= 9 * 1000000);
	KUNIT_ASSERT_TRUE(test, levee_address_feed_size(0, 1000000) <= 20 * 1000000);
}

static struct kunit_case address_feed_cases[] = {
	KUNIT_CASE(empty_feed_contains_nothing),
	KUNIT_CASE(broken_order_is_refused),
	KUNIT_CASE(bad_size_is_refused),
	KUNIT_CASE(size_is_bounded),
	KUNIT_CASE(mapped_is_v4),
	KUNIT_CASE(every_length_agrees),
	KUNIT_CASE(every_count_agrees),
	KUNIT_CASE(many_in_one_subnet_agree),
	KUNIT_CASE(adjacent_prefixes_agree),
	KUNIT_CASE(random_feeds_agree),
	KUNIT_CASE(large_v4_feed_agrees),
	KUNIT_CASE(large_v6_feed_agrees),
	{}
};

static struct kunit_suite address_feed_suite = {
	.name = "levee_address_feed",
	.init = random_seed,
	.test_cases = address_feed_cases,
};

kunit_test_suite(address_feed_suite);
