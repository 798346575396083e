// SPDX-License-Identifier: GPL-2.0
#include "unit.h"

#include "lib/addr.h"
#include "oracle.h"
#include "random.h"

static struct levee_addr parse(struct kunit *test, const char *text)
{
	struct levee_addr addr = { };
	u8 wire[16];

	KUNIT_ASSERT_TRUE_MSG(test, levee_addr_read(&addr, wire, unit_read_addr(wire, text)),
			      "no address: %s", text);
	return addr;
}

static void expect_text(struct kunit *test, const char *in, const char *expected)
{
	struct levee_addr addr = parse(test, in);
	char text[LEVEE_ADDR_TEXT_MAX];

	KUNIT_ASSERT_EQ(test, levee_addr_format(text, sizeof(text), &addr), strlen(expected));
	KUNIT_ASSERT_STREQ(test, text, expected);
}

static void text_is_rfc5952(struct kunit *test)
{
	expect_text(test, "0.0.0.0", "0.0.0.0");
	expect_text(test, "255.255.255.255", "255.255.255.255");
	expect_text(test, "::", "::");
	expect_text(test, "::1", "::1");
	expect_text(test, "1::", "1::");
	expect_text(test, "2001:DB8::0001", "2001:db8::1");
	expect_text(test, "2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1");	/* section 4.2.2 */
	expect_text(test, "2001:0:0:1:0:0:0:1", "2001:0:0:1::1");		/* 4.2.3, the longest */
	expect_text(test, "2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1");	/* 4.2.3, the first */
	expect_text(test, "0:0:1:2:3:4:5:6", "::1:2:3:4:5:6");
	expect_text(test, "1:2:3:4:5:6:0:0", "1:2:3:4:5:6::");
	expect_text(test, "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
		    "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff");
	expect_text(test, "64:ff9b::192.0.2.1", "64:ff9b::c000:201");
	expect_text(test, "::ffff:192.0.2.1", "192.0.2.1");
}

static void text_is_cut_where_the_buffer_ends(struct kunit *test)
{
	struct levee_addr addr = parse(test, "2001:db8:1:2:3:4:5:6");
	char whole[LEVEE_ADDR_TEXT_MAX], text[LEVEE_ADDR_TEXT_MAX];

	levee_addr_format(whole, sizeof(whole), &addr);
	KUNIT_ASSERT_EQ(test, levee_addr_format(text, 0, &addr), 0);
	for (size_t size = 1; size <= strlen(whole); size++) {
		KUNIT_ASSERT_EQ(test, levee_addr_format(text, size, &addr), size - 1);
		KUNIT_ASSERT_BYTES(test, text, whole, size - 1);
		KUNIT_ASSERT_EQ(test, text[size - 1], 0);
	}
}

/* glibc and printk() write the same but for addresses with an IPv4 part, which it writes dotted. */
static void random_text_agrees_with_others(struct kunit *test)
{
	char text[LEVEE_ADDR_TEXT_MAX], expected[LEVEE_ADDR_TEXT_MAX];

	for (u32 round = 0; round < 200000; round++) {
		u8 len = round % 2 ? 4 : 16;
		struct levee_addr addr;
		u8 wire[16], back[16];

		for (u8 i = 0; i < 16; i++)
			wire[i] = random_u64();
		for (u8 i = 2; i < 16; i += 2)
			if (random_below(2))
				wire[i] = wire[i + 1] = 0;
		wire[0] |= 0x20;
		KUNIT_ASSERT_TRUE(test, levee_addr_read(&addr, wire, len));
		levee_addr_format(text, sizeof(text), &addr);
		unit_write_addr(expected, sizeof(expected), wire, len);
		KUNIT_ASSERT_STREQ(test, text, expected);
		KUNIT_ASSERT_EQ(test, levee_addr_write(&addr, back), len);
		KUNIT_ASSERT_BYTES(test, back, wire, len);
	}
}

static void mapped_is_v4(struct kunit *test)
{
	struct levee_addr addr = parse(test, "::ffff:10.1.2.3");
	u8 wire[16];

	KUNIT_ASSERT_TRUE(test, addr.is_v4);
	KUNIT_ASSERT_EQ(test, addr.hi, 0);
	KUNIT_ASSERT_EQ(test, addr.lo, 0x0a010203);
	KUNIT_ASSERT_EQ(test, levee_addr_write(&addr, wire), 4);
	KUNIT_ASSERT_FALSE(test, parse(test, "::fffe:10.1.2.3").is_v4);
	KUNIT_ASSERT_FALSE(test, parse(test, "::10.1.2.3").is_v4);
	KUNIT_ASSERT_FALSE(test, levee_addr_read(&addr, wire, 0));
	KUNIT_ASSERT_FALSE(test, levee_addr_read(&addr, wire, 5));
	KUNIT_ASSERT_FALSE(test, levee_addr_read(&addr, wire, 15));
}

static void loopback_is_127_and_1(struct kunit *test)
{
	static const char * const inside[] = { "127.0.0.0", "127.255.255.255", "::1",
					       "::ffff:127.0.0.1" };
	static const char * const outside[] = { "126.255.255.255", "128.0.0.0", "0.0.0.0", "::",
						"::2", "0:0:0:1::1", "::127.0.0.1" };

	for (size_t i = 0; i < ARRAY_SIZE(inside); i++) {
		struct levee_addr addr = parse(test, inside[i]);

		KUNIT_ASSERT_TRUE(test, levee_addr_is_loopback(&addr));
	}
	for (size_t i = 0; i < ARRAY_SIZE(outside); i++) {
		struct levee_addr addr = parse(test, outside[i]);

		KUNIT_ASSERT_FALSE(test, levee_addr_is_loopback(&addr));
	}
}

/* IANA's tables once more, as prefixes in text, and what lies between them is the Internet. */
static const char * const special[] = {
	"0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16",
	"172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24",
	"192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24", "198.18.0.0/15",
	"198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
	"::/3", "2001::/23", "2001:db8::/32", "2620:4f:8000::/48", "3fff::/20",
	"4000::/2", "8000::/1",
};

struct prefix {
	u8 wire[16];
	u8 len;
	unsigned int bits;
};

static struct prefix prefixes[ARRAY_SIZE(special)];

static void read_special(struct kunit *test)
{
	char text[LEVEE_ADDR_TEXT_MAX];

	for (size_t i = 0; i < ARRAY_SIZE(special); i++) {
		size_t length = strchr(special[i], '/') - special[i];

		memcpy(text, special[i], length);
		text[length] = 0;
		prefixes[i].len = unit_read_addr(prefixes[i].wire, text);
		KUNIT_ASSERT_TRUE(test, prefixes[i].len);
		KUNIT_ASSERT_EQ(test, sscanf(special[i] + length, "/%u", &prefixes[i].bits), 1);
	}
}

static bool is_special(const u8 *wire, u8 len)
{
	for (size_t i = 0; i < ARRAY_SIZE(prefixes); i++)
		if (prefixes[i].len == len &&
		    oracle_same_bits(wire, prefixes[i].wire, prefixes[i].bits))
			return true;
	return false;
}

static bool is_internet(const u8 *wire, u8 len)
{
	static const u8 nat64[12] = { 0, 0x64, 0xff, 0x9b };

	if (len == 16 && !memcmp(wire, nat64, 12))
		return !is_special(wire + 12, 4);
	if (len == 16 && wire[0] == 0x20 && wire[1] == 0x02)
		return !is_special(wire + 2, 4);
	return !is_special(wire, len);
}

static void expect_internet(struct kunit *test, const u8 *wire, u8 len)
{
	char text[LEVEE_ADDR_TEXT_MAX];
	struct levee_addr addr;

	levee_addr_read(&addr, wire, len);
	if (addr.is_v4 && len == 16)
		return;
	levee_addr_format(text, sizeof(text), &addr);
	KUNIT_ASSERT_TRUE_MSG(test, levee_addr_is_internet(&addr) == is_internet(wire, len),
			      "%s", text);
}

static void internet_ends_where_the_registries_say(struct kunit *test)
{
	static const u8 nat64[12] = { 0, 0x64, 0xff, 0x9b };
	u8 wire[16];

	read_special(test);
	for (size_t i = 0; i < ARRAY_SIZE(prefixes); i++) {
		u8 len = prefixes[i].len;

		memcpy(wire, prefixes[i].wire, sizeof(wire));
		expect_internet(test, wire, len);
		oracle_move(wire, len, false);
		expect_internet(test, wire, len);
		oracle_move(wire, len, true);
		oracle_fill(wire, len, prefixes[i].bits);
		expect_internet(test, wire, len);
		oracle_move(wire, len, true);
		expect_internet(test, wire, len);
	}
	for (u32 round = 0; round < 300000; round++) {
		for (u8 i = 0; i < 16; i++)
			wire[i] = random_u64();
		expect_internet(test, wire, 4);
		if (round % 3 == 0)
			wire[0] = 0x20;
		if (round % 3 == 0)
			wire[1] = random_below(4);
		if (round % 3 == 1)
			memcpy(wire, nat64, sizeof(nat64));
		expect_internet(test, wire, 16);
	}
}

static void internet_by_example(struct kunit *test)
{
	static const char * const inside[] = { "8.8.8.8", "1.1.1.1", "100.63.255.255", "172.32.0.1",
		"2606:4700::1111", "2a00:1450::1", "64:ff9b::8.8.8.8", "2002:808:808::1" };
	static const char * const outside[] = { "10.1.1.1", "169.254.169.254", "100.64.0.1",
		"255.255.255.255", "fe80::1", "fd00::1", "ff02::1", "::1", "::", "2001:db8::1",
		"2001::1", "64:ff9b::10.0.0.1", "64:ff9b:1::8.8.8.8", "2002:a00:1::1",
		"2002:7f00:1::", "100::1", "5f00::1", "::8.8.8.8" };

	for (size_t i = 0; i < ARRAY_SIZE(inside); i++) {
		struct levee_addr addr = parse(test, inside[i]);

		KUNIT_ASSERT_TRUE(test, levee_addr_is_internet(&addr));
	}
	for (size_t i = 0; i < ARRAY_SIZE(outside); i++) {
		struct levee_addr addr = parse(test, outside[i]);

		KUNIT_ASSERT_FALSE(test, levee_addr_is_internet(&addr));
	}
}

static void routable_by_example(struct kunit *test)
{
	static const char * const not[] = {
		"0.0.0.0", "0.255.255.255", "127.0.0.1", "127.255.255.255", "169.254.0.0",
		"169.254.255.255", "224.0.0.0", "239.255.255.255", "255.255.255.255", "::",
		"::1", "::127.0.0.1", "::ffff:127.0.0.1", "fe80::", "febf:ffff::1", "ff00::",
		"ff02::1", "64:ff9b::127.0.0.1", "64:ff9b::a9fe:a9fe", "2002:7f00:1::1",
	};
	static const char * const routable[] = {
		"1.0.0.0", "126.255.255.255", "128.0.0.0", "169.253.255.255", "169.255.0.0",
		"223.255.255.255", "240.0.0.0", "255.255.255.254", "10.0.0.1", "::1:0:0",
		"fe7f:ffff::", "fec0::", "feff:ffff::", "fd00::1", "2001:db8::1",
		"64:ff9b::8.8.8.8", "64:ff9b:0:0:0:1:7f00:1", "2002:808:808::1",
	};

	for (size_t i = 0; i < ARRAY_SIZE(not); i++) {
		struct levee_addr addr = parse(test, not[i]);

		KUNIT_ASSERT_TRUE_MSG(test, !levee_addr_is_routable(&addr), "%s", not[i]);
	}
	for (size_t i = 0; i < ARRAY_SIZE(routable); i++) {
		struct levee_addr addr = parse(test, routable[i]);

		KUNIT_ASSERT_TRUE_MSG(test, levee_addr_is_routable(&addr), "%s", routable[i]);
	}
}

static void order_is_of_families_then_numbers(struct kunit *test)
{
	static const char * const ascending[] = {
		"0.0.0.0", "10.0.0.1", "255.255.255.255", "::", "::1", "1::", "1::1", "ff00::",
	};

	for (int i = 0; i < (int)ARRAY_SIZE(ascending); i++) {
		for (int j = 0; j < (int)ARRAY_SIZE(ascending); j++) {
			struct levee_addr a = parse(test, ascending[i]), b = parse(test, ascending[j]);
			int order = levee_addr_compare(&a, &b);

			KUNIT_ASSERT_EQ(test, (order > 0) - (order < 0), (i > j) - (i < j));
		}
	}
}

static struct kunit_case addr_cases[] = {
	KUNIT_CASE(text_is_rfc5952),
	KUNIT_CASE(text_is_cut_where_the_buffer_ends),
	KUNIT_CASE(random_text_agrees_with_others),
	KUNIT_CASE(mapped_is_v4),
	KUNIT_CASE(loopback_is_127_and_1),
	KUNIT_CASE(internet_ends_where_the_registries_say),
	KUNIT_CASE(internet_by_example),
	KUNIT_CASE(routable_by_example),
	KUNIT_CASE(order_is_of_families_then_numbers),
	{}
};

static struct kunit_suite addr_suite = {
	.name = "levee_addr",
	.init = random_seed,
	.test_cases = addr_cases,
};

kunit_test_suite(addr_suite);
