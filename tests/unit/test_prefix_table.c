// SPDX-License-Identifier: GPL-2.0
#include "unit.h"

#include "lib/limits.h"
#include "lib/prefix_table.h"
#include "oracle.h"
#include "random.h"

static const u16 protos[] = { LEVEE_PROTO_ANY, 1, 6, 17, 132, 47 };
static const u16 ports[] = { 0, 1, 2, 80, 81, 443, 8000, 8010, 65534, 65535 };

/* Few, so that prefixes nest and meet: both ends of the space, loopback and its neighbours. */
static const u8 v4_seeds[][4] = {
	{ 0, 0, 0, 0 }, { 255, 255, 255, 255 }, { 127, 0, 0, 0 }, { 127, 255, 255, 255 },
	{ 126, 255, 255, 255 }, { 128, 0, 0, 0 }, { 10, 0, 0, 0 }, { 10, 128, 3, 7 }, { 8, 8, 8, 8 },
};
static const u8 v6_seeds[][16] = {
	{ 0 }, { [15] = 1 }, { [15] = 2 }, { [7] = 1 },
	{ 0x20, 0x01, 0x0d, 0xb8 }, { 0x20, 0x01, 0x0d, 0xb8, [7] = 1, [15] = 9 },
	{ 0x2a, 0x00, 0x14, 0x50, [15] = 0xff },
	{ 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255 },
};

static void random_address(u8 *wire, u8 len)
{
	unsigned int flips = random_below(3);

	if (len == 4)
		memcpy(wire, v4_seeds[random_below(ARRAY_SIZE(v4_seeds))], 4);
	else
		memcpy(wire, v6_seeds[random_below(ARRAY_SIZE(v6_seeds))], 16);
	while (flips--)
		wire[random_below(len)] ^= 1 << random_below(8);
}

static struct levee_entry random_entry(void)
{
	struct levee_entry entry = { .target = LEVEE_TARGET_PREFIX, .port_last = 65535 };

	if (!random_below(8)) {
		entry.target = LEVEE_TARGET_ANY + random_below(3);
	} else {
		entry.addr_len = random_below(2) ? 4 : 16;
		random_address(entry.addr, entry.addr_len);
		entry.prefix_len = random_below(entry.addr_len * 8 + 1);
		oracle_mask(entry.addr, entry.addr_len, entry.prefix_len);
	}
	entry.proto = protos[random_below(ARRAY_SIZE(protos))];
	if (random_below(2) && (entry.proto == LEVEE_PROTO_ANY || levee_proto_has_ports(entry.proto))) {
		entry.has_ports = true;
		entry.port_first = ports[1 + random_below(ARRAY_SIZE(ports) - 1)];
		entry.port_last = ports[1 + random_below(ARRAY_SIZE(ports) - 1)];
	}
	return entry;
}

static const u8 mapped[12] = { [10] = 0xff, [11] = 0xff };

/* Most often at an end of a prefix of the list, or one beyond it. */
static struct act random_act(const struct levee_entry *entries, u32 count)
{
	const struct levee_entry *entry = count ? &entries[random_below(count)] : NULL;
	struct act act = { .proto = protos[1 + random_below(ARRAY_SIZE(protos) - 1)] };

	if (entry && entry->addr_len && random_below(8)) {
		act.len = entry->addr_len;
		memcpy(act.wire, entry->addr, sizeof(act.wire));
		if (random_below(2))
			oracle_fill(act.wire, act.len, entry->prefix_len);
		if (random_below(2))
			oracle_move(act.wire, act.len, random_below(2));
	} else {
		act.len = random_below(2) ? 4 : 16;
		random_address(act.wire, act.len);
	}
	if (levee_proto_has_ports(act.proto))
		act.port = ports[random_below(ARRAY_SIZE(ports))] + random_below(3) - 1;
	/* An address that is IPv4 in disguise: the table is asked for what it stands for. */
	if (act.len == 16 && !memcmp(act.wire, mapped, sizeof(mapped))) {
		memmove(act.wire, act.wire + 12, 4);
		act.len = 4;
	}
	return act;
}

static struct levee_prefix_table *build(struct kunit *test, const struct levee_entry *entries, u32 count)
{
	size_t size = levee_prefix_table_size(entries, count);
	void *mem = unit_alloc(size);
	void *moved;
	long used;

	KUNIT_ASSERT_NOT_NULL(test, mem);
	memset(mem, 0xa5, size);
	used = levee_prefix_table_build(mem, size, entries, count);
	KUNIT_ASSERT_TRUE(test, used > 0 && (size_t)used <= size);
	/* It keeps no pointer, so a copy of what it used does. */
	moved = unit_alloc(used);
	KUNIT_ASSERT_NOT_NULL(test, moved);
	memcpy(moved, mem, used);
	unit_free(mem);
	return moved;
}

static void agree(struct kunit *test, struct levee_entry *entries, u32 count, u32 acts)
{
	struct levee_prefix_table *table = build(test, entries, count);

	while (acts--) {
		struct act act = random_act(entries, count);

		KUNIT_ASSERT_TRUE_MSG(test, oracle_agrees(table, entries, count, &act),
				      "%d.%d.%d.%d... len %d proto %d port %d, %u entries",
				      act.wire[0], act.wire[1], act.wire[2], act.wire[3], act.len,
				      act.proto, act.port, count);
	}
	unit_free(table);
}

static void random_tables_agree(struct kunit *test)
{
	static struct levee_entry entries[60];

	for (u32 round = 0; round < 3000; round++) {
		u32 count = random_below(ARRAY_SIZE(entries) + 1) >> random_below(5);

		for (u32 i = 0; i < count; i++)
			entries[i] = random_entry();
		agree(test, entries, oracle_arrange(entries, count), 200);
	}
}

static void large_table_agrees(struct kunit *test, u8 addr_len)
{
	struct levee_entry *entries = unit_alloc(LEVEE_ENTRIES_MAX * sizeof(*entries));
	u32 count;

	for (u32 i = 0; i < LEVEE_ENTRIES_MAX; i++) {
		entries[i] = random_entry();
		if (entries[i].target != LEVEE_TARGET_PREFIX)
			continue;
		entries[i].addr_len = addr_len;
		for (u32 j = 0; j < 16; j++)
			entries[i].addr[j] = j < addr_len ? random_u64() : 0;
		entries[i].prefix_len = addr_len * 8 / 2 + random_below(addr_len * 8 / 2 + 1);
		oracle_mask(entries[i].addr, addr_len, entries[i].prefix_len);
	}
	count = oracle_arrange(entries, LEVEE_ENTRIES_MAX);
	KUNIT_ASSERT_TRUE(test, count >= LEVEE_ENTRIES_MAX / 2 && count <= LEVEE_ENTRIES_MAX);
	agree(test, entries, count, 200);
	unit_free(entries);
}

static void large_v4_table_agrees(struct kunit *test)
{
	large_table_agrees(test, 4);
}

static void large_v6_table_agrees(struct kunit *test)
{
	large_table_agrees(test, 16);
}

/* Every length of both families, one inside the other, ends included: the deepest stack and walk. */
static void deepest_nest_agrees(struct kunit *test)
{
	static struct levee_entry entries[33 + 129 + 3];
	u32 count = 0;

	for (u8 len = 0; len <= 32; len++)
		entries[count++] = (struct levee_entry){
			.target = LEVEE_TARGET_PREFIX, .addr_len = 4, .prefix_len = len,
			.proto = 6, .has_ports = true, .port_first = len + 1, .port_last = len + 1,
			.addr = { 127, 255, 255, 255 } };
	for (u8 len = 0; len <= 128; len++)
		entries[count++] = (struct levee_entry){
			.target = LEVEE_TARGET_PREFIX, .addr_len = 16, .prefix_len = len,
			.proto = len % 2 ? 17 : LEVEE_PROTO_ANY, .port_last = 65535,
			.addr = { [15] = 1 } };
	for (u32 i = 0; i < count; i++)
		oracle_mask(entries[i].addr, entries[i].addr_len, entries[i].prefix_len);
	agree(test, entries, oracle_arrange(entries, count), 20000);
}

static struct levee_entry prefix_v4(u8 a, u8 b, u8 c, u8 d, u8 prefix_len)
{
	return (struct levee_entry){
		.target = LEVEE_TARGET_PREFIX, .addr_len = 4, .prefix_len = prefix_len,
		.proto = LEVEE_PROTO_ANY, .port_last = 65535, .addr = { a, b, c, d } };
}

static void broken_order_is_refused(struct kunit *test)
{
	struct levee_entry entries[] = { prefix_v4(9, 0, 0, 0, 8), prefix_v4(10, 0, 0, 0, 8) };
	size_t size = levee_prefix_table_size(entries, 2) + 4096;	/* no refusal for want of room */
	void *mem = unit_alloc(size);

	entries[0] = entries[1];
	KUNIT_ASSERT_EQ(test, levee_prefix_table_build(mem, size, entries, 2), -EINVAL);
	entries[0] = prefix_v4(11, 0, 0, 0, 8);
	KUNIT_ASSERT_EQ(test, levee_prefix_table_build(mem, size, entries, 2), -EINVAL);
	entries[0] = prefix_v4(9, 0, 0, 1, 8);	/* bits beyond the prefix */
	KUNIT_ASSERT_EQ(test, levee_prefix_table_build(mem, size, entries, 2), -EINVAL);
	entries[0] = prefix_v4(9, 0, 0, 0, 8);
	KUNIT_ASSERT_TRUE(test, levee_prefix_table_build(mem, size, entries, 2) > 0);
	KUNIT_ASSERT_EQ(test, levee_prefix_table_build(mem, 64, entries, 2), -EINVAL);
	KUNIT_ASSERT_EQ(test, levee_prefix_table_build(mem, size, entries, LEVEE_ENTRIES_MAX + 1), -EINVAL);
	entries[1] = (struct levee_entry){	/* a name has no place here */
		.target = LEVEE_TARGET_DOMAIN, .proto = LEVEE_PROTO_ANY, .port_last = 65535,
		.name = (const u8 *)"", .name_len = 1,
	};
	KUNIT_ASSERT_EQ(test, levee_prefix_table_build(mem, size, entries, 2), -EINVAL);
	unit_free(mem);
}

static void empty_table_finds_nothing(struct kunit *test)
{
	struct levee_prefix_table *table = build(test, NULL, 0);
	struct levee_addr v4 = { .lo = 0x7f000001, .is_v4 = true };
	struct levee_addr v6 = { .hi = ~0ull, .lo = ~0ull };

	KUNIT_ASSERT_EQ(test, levee_prefix_table_find(table, &v4, 6, 80), LEVEE_ENTRY_NONE);
	KUNIT_ASSERT_EQ(test, levee_prefix_table_find(table, &v6, 6, 80), LEVEE_ENTRY_NONE);
	unit_free(table);
}

static struct kunit_case prefix_table_cases[] = {
	KUNIT_CASE(empty_table_finds_nothing),
	KUNIT_CASE(broken_order_is_refused),
	KUNIT_CASE(deepest_nest_agrees),
	KUNIT_CASE(random_tables_agree),
	KUNIT_CASE(large_v4_table_agrees),
	KUNIT_CASE(large_v6_table_agrees),
	{}
};

static struct kunit_suite prefix_table_suite = {
	.name = "levee_prefix_table",
	.init = random_seed,
	.test_cases = prefix_table_cases,
};

kunit_test_suite(prefix_table_suite);
