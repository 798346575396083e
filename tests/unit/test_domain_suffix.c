// SPDX-License-Identifier: GPL-2.0
#include "unit.h"

#include "lib/domain_suffix.h"
#include "name.h"
#include "random.h"

/* The reference source's, https://github.com/veorq/SipHash: of 0, 1, 2, ..., so many bytes as the index says. */
static const u64 siphash_vectors[64] = {
	0x726fdb47dd0e0e31, 0x74f839c593dc67fd, 0x0d6c8009d9a94f5a, 0x85676696d7fb7e2d,
	0xcf2794e0277187b7, 0x18765564cd99a68d, 0xcbc9466e58fee3ce, 0xab0200f58b01d137,
	0x93f5f5799a932462, 0x9e0082df0ba9e4b0, 0x7a5dbbc594ddb9f3, 0xf4b32f46226bada7,
	0x751e8fbc860ee5fb, 0x14ea5627c0843d90, 0xf723ca908e7af2ee, 0xa129ca6149be45e5,
	0x3f2acc7f57c29bdb, 0x699ae9f52cbe4794, 0x4bc1b3f0968dd39c, 0xbb6dc91da77961bd,
	0xbed65cf21aa2ee98, 0xd0f2cbb02e3b67c7, 0x93536795e3a33e88, 0xa80c038ccd5ccec8,
	0xb8ad50c6f649af94, 0xbce192de8a85b8ea, 0x17d835b85bbb15f3, 0x2f2e6163076bcfad,
	0xde4daaaca71dc9a5, 0xa6a2506687956571, 0xad87a3535c49ef28, 0x32d892fad841c342,
	0x7127512f72f27cce, 0xa7f32346f95978e3, 0x12e0b01abb051238, 0x15e034d40fa197ae,
	0x314dffbe0815a3b4, 0x027990f029623981, 0xcadcd4e59ef40c4d, 0x9abfd8766a33735c,
	0x0e3ea96b5304a7d0, 0xad0c42d6fc585992, 0x187306c89bc215a9, 0xd4a60abcf3792b95,
	0xf935451de4f21df2, 0xa9538f0419755787, 0xdb9acddff56ca510, 0xd06c98cd5c0975eb,
	0xe612a3cb9ecba951, 0xc766e62cfcadaf96, 0xee64435a9752fe72, 0xa192d576b245165a,
	0x0a8787bf8ecb74b2, 0x81b3e73d20b49b6f, 0x7fa8220ba3b2ecea, 0x245731c13ca42499,
	0xb78dbfaf3a8d83bd, 0xea1ad565322a1a0b, 0x60e61c23a3795013, 0x6606d7e446282b93,
	0x6ca4ecb15c5f91e1, 0x9f626da15c9625f3, 0xe51b38608ef25f57, 0x958a324ceb064572,
};

static void siphash_is_the_reference(struct kunit *test)
{
	siphash_key_t key = { { 0x0706050403020100, 0x0f0e0d0c0b0a0908 } };
	u8 data[64 + 8];

	/* At every alignment. */
	for (u32 shift = 0; shift < 8; shift++) {
		for (u32 i = 0; i < 64; i++)
			data[shift + i] = i;
		for (u32 len = 0; len < 64; len++)
			KUNIT_ASSERT_EQ(test, siphash(data + shift, len, &key), siphash_vectors[len]);
	}
}

static void names_are_split(struct kunit *test)
{
	struct name name = name_of("www.example.com");
	u8 starts[LEVEE_DOMAIN_LABELS_MAX];

	KUNIT_ASSERT_EQ(test, levee_domain_split(name.wire, name.len, starts), 3);
	KUNIT_ASSERT_EQ(test, starts[0], 0);
	KUNIT_ASSERT_EQ(test, starts[1], 4);
	KUNIT_ASSERT_EQ(test, starts[2], 12);
	KUNIT_ASSERT_EQ(test, levee_domain_split((const u8 *)"", 1, starts), 0);

	name = name_root();
	for (u32 i = 1; i <= LEVEE_DOMAIN_LABELS_MAX; i++) {
		name_prepend(&name, "x", 1);
		KUNIT_ASSERT_EQ(test, levee_domain_split(name.wire, name.len, starts), i);
	}
	KUNIT_ASSERT_EQ(test, name.len, LEVEE_DOMAIN_LEN_MAX);
}

/* In memory of that length, so that a read behind it is heard. */
static int split_copy(struct kunit *test, const u8 *wire, size_t len)
{
	u8 starts[LEVEE_DOMAIN_LABELS_MAX];
	u8 *copy = unit_alloc(len ? len : 1);
	int labels;

	KUNIT_ASSERT_NOT_NULL(test, copy);
	memcpy(copy, wire, len);
	labels = levee_domain_split(copy, len, starts);
	unit_free(copy);
	return labels;
}

static void what_is_no_name_is_refused(struct kunit *test)
{
	struct name name = name_of("www.example.com");
	u8 wire[LEVEE_DOMAIN_LEN_MAX + 2] = { };

	for (u32 len = 0; len < name.len; len++)
		KUNIT_ASSERT_EQ(test, split_copy(test, name.wire, len), -EINVAL);
	KUNIT_ASSERT_EQ(test, split_copy(test, name.wire, name.len + 1), -EINVAL);

	/* A label of 63 bytes, of 64, a compression pointer. */
	wire[0] = 63;
	memset(wire + 1, 'x', 64);
	wire[64] = 0;
	KUNIT_ASSERT_EQ(test, split_copy(test, wire, 65), 1);
	wire[0] = 64;
	wire[64] = 'x';
	KUNIT_ASSERT_EQ(test, split_copy(test, wire, 66), -EINVAL);
	wire[0] = 0xc0;
	KUNIT_ASSERT_EQ(test, split_copy(test, wire, 2), -EINVAL);

	/* 257 bytes of well-formed labels. */
	for (u32 i = 0; i + 1 < sizeof(wire); i += 2) {
		wire[i] = 1;
		wire[i + 1] = 'x';
	}
	wire[sizeof(wire) - 1] = 0;
	KUNIT_ASSERT_EQ(test, split_copy(test, wire, sizeof(wire)), -EINVAL);
}

static void garbage_is_split_in_bounds(struct kunit *test)
{
	u8 starts[LEVEE_DOMAIN_LABELS_MAX];
	u32 names = 0;

	for (u32 round = 0; round < 20000; round++) {
		u32 len = random_below(8);
		u8 wire[8];
		int labels;

		for (u32 i = 0; i < len; i++)
			wire[i] = random_below(random_below(8) ? 3 : 256);
		labels = split_copy(test, wire, len);
		if (labels < 0)
			continue;
		names++;
		/* What it says is true: label after label, to the root's zero. */
		KUNIT_ASSERT_EQ(test, levee_domain_split(wire, len, starts), labels);
		for (u32 i = 0, place = 0; place + 1 < len; place += 1 + wire[place])
			KUNIT_ASSERT_EQ(test, starts[i++], place);
	}
	KUNIT_ASSERT_TRUE(test, names > 1000);
}

static void upper_case_is_seen(struct kunit *test)
{
	struct name name = name_of("az@[`{09-_.com");

	KUNIT_ASSERT_TRUE(test, levee_domain_is_folded(name.wire, name.len));
	for (u32 i = 1; i < name.len; i++) {
		u8 was = name.wire[i];

		name.wire[i] = 'A';
		KUNIT_ASSERT_FALSE(test, levee_domain_is_folded(name.wire, name.len));
		name.wire[i] = 'Z';
		KUNIT_ASSERT_FALSE(test, levee_domain_is_folded(name.wire, name.len));
		name.wire[i] = was;
	}
}

static u64 hash_of(const char *text, u64 root, u64 secret)
{
	struct name name = name_of(text);
	u8 starts[LEVEE_DOMAIN_LABELS_MAX];
	int labels = levee_domain_split(name.wire, name.len, starts);
	u64 hash = root;

	while (labels--)
		hash = levee_domain_hash(hash, name.wire + starts[labels], secret);
	return hash;
}

/* The same bytes in other labels, other orders, and under other seeds, are other hashes. */
static void hashes_tell_names_apart(struct kunit *test)
{
	static const char * const names[] = {
		"com", "a.com", "acom", "aa.com", "a.a.com", "com.a", "a", "a.a", "b.com", "a.b.com",
		"b.a.com", "ab.com", "example.com", "aexample.com", "a.example.com", "example.com.a",
	};
	u64 hashes[ARRAY_SIZE(names) * 3];
	u32 count = 0;

	for (u32 i = 0; i < ARRAY_SIZE(names); i++) {
		hashes[count++] = hash_of(names[i], 1, 2);
		hashes[count++] = hash_of(names[i], 3, 2);
		hashes[count++] = hash_of(names[i], 1, 4);
	}
	for (u32 i = 0; i < count; i++)
		for (u32 j = 0; j < i; j++)
			KUNIT_ASSERT_TRUE(test, hashes[i] != hashes[j]);
}

static struct kunit_case domain_suffix_cases[] = {
	KUNIT_CASE(siphash_is_the_reference),
	KUNIT_CASE(names_are_split),
	KUNIT_CASE(what_is_no_name_is_refused),
	KUNIT_CASE(garbage_is_split_in_bounds),
	KUNIT_CASE(upper_case_is_seen),
	KUNIT_CASE(hashes_tell_names_apart),
	{}
};

static struct kunit_suite domain_suffix_suite = {
	.name = "levee_domain_suffix",
	.init = random_seed,
	.test_cases = domain_suffix_cases,
};

kunit_test_suite(domain_suffix_suite);
