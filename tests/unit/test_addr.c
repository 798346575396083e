// SPDX-License-Identifier: GPL-2.0
#include "unit.h"

#include <arpa/inet.h>

#include "lib/addr.h"
#include "oracle.h"
#include "random.h"

static struct levee_addr parse(const char *text)
{
	struct levee_addr addr;
	u8 wire[16];

	if (inet_pton(AF_INET, text, wire) == 1)
		assert_true(levee_addr_read(&addr, wire, 4));
	else if (inet_pton(AF_INET6, text, wire) == 1)
		assert_true(levee_addr_read(&addr, wire, 16));
	else
		fail_msg("no address: %s", text);
	return addr;
}

static void expect_text(const char *in, const char *expected)
{
	struct levee_addr addr = parse(in);
	char text[LEVEE_ADDR_TEXT_MAX];

	assert_int_equal(levee_addr_format(text, sizeof(text), &addr), strlen(expected));
	assert_string_equal(text, expected);
}

static void text_is_rfc5952(void **state)
{
	(void)state;
	expect_text("0.0.0.0", "0.0.0.0");
	expect_text("255.255.255.255", "255.255.255.255");
	expect_text("::", "::");
	expect_text("::1", "::1");
	expect_text("1::", "1::");
	expect_text("2001:DB8::0001", "2001:db8::1");
	expect_text("2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1");	/* section 4.2.2 */
	expect_text("2001:0:0:1:0:0:0:1", "2001:0:0:1::1");		/* 4.2.3, the longest */
	expect_text("2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1");	/* 4.2.3, the first */
	expect_text("0:0:1:2:3:4:5:6", "::1:2:3:4:5:6");
	expect_text("1:2:3:4:5:6:0:0", "1:2:3:4:5:6::");
	expect_text("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
		    "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff");
	expect_text("64:ff9b::192.0.2.1", "64:ff9b::c000:201");
	expect_text("::ffff:192.0.2.1", "192.0.2.1");
}

static void text_is_cut_where_the_buffer_ends(void **state)
{
	struct levee_addr addr = parse("2001:db8:1:2:3:4:5:6");
	char whole[LEVEE_ADDR_TEXT_MAX], text[LEVEE_ADDR_TEXT_MAX];

	(void)state;
	levee_addr_format(whole, sizeof(whole), &addr);
	assert_int_equal(levee_addr_format(text, 0, &addr), 0);
	for (size_t size = 1; size <= strlen(whole); size++) {
		assert_int_equal(levee_addr_format(text, size, &addr), size - 1);
		assert_memory_equal(text, whole, size - 1);
		assert_int_equal(text[size - 1], 0);
	}
}

/* glibc writes the same but for addresses with an IPv4 part, which it writes dotted. */
static void random_text_agrees_with_libc(void **state)
{
	char text[LEVEE_ADDR_TEXT_MAX], expected[INET6_ADDRSTRLEN];

	(void)state;
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
		assert_true(levee_addr_read(&addr, wire, len));
		levee_addr_format(text, sizeof(text), &addr);
		inet_ntop(len == 4 ? AF_INET : AF_INET6, wire, expected, sizeof(expected));
		assert_string_equal(text, expected);
		assert_int_equal(levee_addr_write(&addr, back), len);
		assert_memory_equal(back, wire, len);
	}
}

static void mapped_is_v4(void **state)
{
	struct levee_addr addr = parse("::ffff:10.1.2.3");
	u8 wire[16];

	(void)state;
	assert_true(addr.is_v4);
	assert_int_equal(addr.hi, 0);
	assert_int_equal(addr.lo, 0x0a010203);
	assert_int_equal(levee_addr_write(&addr, wire), 4);
	assert_false(parse("::fffe:10.1.2.3").is_v4);
	assert_false(parse("::10.1.2.3").is_v4);
	assert_false(levee_addr_read(&addr, wire, 0));
	assert_false(levee_addr_read(&addr, wire, 5));
	assert_false(levee_addr_read(&addr, wire, 15));
}

static void loopback_is_127_and_1(void **state)
{
	static const char * const inside[] = { "127.0.0.0", "127.255.255.255", "::1",
					       "::ffff:127.0.0.1" };
	static const char * const outside[] = { "126.255.255.255", "128.0.0.0", "0.0.0.0", "::",
						"::2", "0:0:0:1::1", "::127.0.0.1" };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(inside); i++) {
		struct levee_addr addr = parse(inside[i]);

		assert_true(levee_addr_is_loopback(&addr));
	}
	for (size_t i = 0; i < ARRAY_SIZE(outside); i++) {
		struct levee_addr addr = parse(outside[i]);

		assert_false(levee_addr_is_loopback(&addr));
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

static bool is_special(const u8 *wire, u8 len)
{
	char text[INET6_ADDRSTRLEN + 4];
	u8 prefix[16];
	char *slash;

	for (size_t i = 0; i < ARRAY_SIZE(special); i++) {
		strcpy(text, special[i]);
		slash = strchr(text, '/');
		*slash = 0;
		if (inet_pton(len == 4 ? AF_INET : AF_INET6, text, prefix) == 1 &&
		    oracle_same_bits(wire, prefix, atoi(slash + 1)))
			return true;
	}
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

static void expect_internet(const u8 *wire, u8 len)
{
	char text[LEVEE_ADDR_TEXT_MAX];
	struct levee_addr addr;

	levee_addr_read(&addr, wire, len);
	if (addr.is_v4 && len == 16)
		return;
	if (levee_addr_is_internet(&addr) == is_internet(wire, len))
		return;
	levee_addr_format(text, sizeof(text), &addr);
	fail_msg("%s", text);
}

static void internet_ends_where_the_registries_say(void **state)
{
	char text[INET6_ADDRSTRLEN + 4];
	u8 wire[16];
	char *slash;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(special); i++) {
		u8 len = strchr(special[i], ':') ? 16 : 4;

		strcpy(text, special[i]);
		slash = strchr(text, '/');
		*slash = 0;
		assert_int_equal(inet_pton(len == 4 ? AF_INET : AF_INET6, text, wire), 1);
		expect_internet(wire, len);
		oracle_move(wire, len, false);
		expect_internet(wire, len);
		oracle_move(wire, len, true);
		oracle_fill(wire, len, atoi(slash + 1));
		expect_internet(wire, len);
		oracle_move(wire, len, true);
		expect_internet(wire, len);
	}
	for (u32 round = 0; round < 300000; round++) {
		for (u8 i = 0; i < 16; i++)
			wire[i] = random_u64();
		expect_internet(wire, 4);
		if (round % 3 == 0)
			wire[0] = 0x20, wire[1] = random_below(4);
		if (round % 3 == 1)
			memcpy(wire, (const u8[12]){ 0, 0x64, 0xff, 0x9b }, 12);
		expect_internet(wire, 16);
	}
}

static void internet_by_example(void **state)
{
	static const char * const inside[] = { "8.8.8.8", "1.1.1.1", "100.63.255.255", "172.32.0.1",
		"2606:4700::1111", "2a00:1450::1", "64:ff9b::8.8.8.8", "2002:808:808::1" };
	static const char * const outside[] = { "10.1.1.1", "169.254.169.254", "100.64.0.1",
		"255.255.255.255", "fe80::1", "fd00::1", "ff02::1", "::1", "::", "2001:db8::1",
		"2001::1", "64:ff9b::10.0.0.1", "64:ff9b:1::8.8.8.8", "2002:a00:1::1",
		"2002:7f00:1::", "100::1", "5f00::1", "::8.8.8.8" };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(inside); i++) {
		struct levee_addr addr = parse(inside[i]);

		assert_true(levee_addr_is_internet(&addr));
	}
	for (size_t i = 0; i < ARRAY_SIZE(outside); i++) {
		struct levee_addr addr = parse(outside[i]);

		assert_false(levee_addr_is_internet(&addr));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_is_rfc5952),
		cmocka_unit_test(text_is_cut_where_the_buffer_ends),
		cmocka_unit_test(random_text_agrees_with_libc),
		cmocka_unit_test(mapped_is_v4),
		cmocka_unit_test(loopback_is_127_and_1),
		cmocka_unit_test(internet_ends_where_the_registries_say),
		cmocka_unit_test(internet_by_example),
	};

	random_seed();
	return cmocka_run_group_tests_name("addr", tests, NULL, NULL);
}
