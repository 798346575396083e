// SPDX-License-Identifier: GPL-2.0
#include "unit.h"

#include "lib/entry.h"
#include "oracle.h"
#include "random.h"

static struct levee_entry word(u8 target, u16 proto)
{
	return (struct levee_entry){ .target = target, .proto = proto, .port_last = 65535 };
}

static struct levee_entry with_ports(struct levee_entry entry, u16 first, u16 last)
{
	entry.has_ports = true;
	entry.port_first = first;
	entry.port_last = last;
	return entry;
}

static struct levee_entry prefix(const char *address, u8 prefix_len, u16 proto)
{
	struct levee_entry entry = word(LEVEE_TARGET_PREFIX, proto);

	entry.prefix_len = prefix_len;
	entry.addr_len = unit_read_addr(entry.addr, address);
	return entry;
}

#define ANY LEVEE_PROTO_ANY

static void expect_text(struct kunit *test, enum levee_feature feature, struct levee_entry entry,
			const char *expected)
{
	struct levee_entry_fault fault = { };
	char text[LEVEE_ENTRY_TEXT_MAX];

	KUNIT_ASSERT_TRUE_MSG(test, !levee_entry_check(&entry, feature, &fault), "%s: %s",
			      expected, fault.text);
	KUNIT_ASSERT_EQ(test, levee_entry_format(text, sizeof(text), &entry), strlen(expected));
	KUNIT_ASSERT_STREQ(test, text, expected);
	for (size_t size = 1; size <= strlen(expected); size++) {
		KUNIT_ASSERT_EQ(test, levee_entry_format(text, size, &entry), size - 1);
		KUNIT_ASSERT_BYTES(test, text, expected, size - 1);
	}
	KUNIT_ASSERT_EQ(test, levee_entry_format(text, 0, &entry), 0);
}

static void text_is_as_in_a_policy(struct kunit *test)
{
	enum levee_feature feature = LEVEE_FEATURE_OUTBOUND;

	expect_text(test, feature, prefix("169.254.169.254", 32, ANY), "169.254.169.254");
	expect_text(test, feature, prefix("10.0.0.0", 8, ANY), "10.0.0.0/8");
	expect_text(test, feature, prefix("10.0.0.0", 8, 1), "10.0.0.0/8/icmp");
	expect_text(test, feature, with_ports(prefix("10.0.0.0", 8, 6), 5432, 5432), "10.0.0.0/8:5432/tcp");
	expect_text(test, feature, with_ports(prefix("10.0.0.1", 32, ANY), 80, 90), "10.0.0.1:80-90");
	expect_text(test, feature, prefix("10.0.0.1", 32, 17), "10.0.0.1/udp");
	expect_text(test, feature, prefix("10.0.0.1", 32, 99), "10.0.0.1/32/99");
	expect_text(test, feature, prefix("0.0.0.0", 0, ANY), "0.0.0.0/0");
	expect_text(test, feature, prefix("2001:db8::", 32, ANY), "2001:db8::/32");
	expect_text(test, feature, prefix("2001:db8::1", 128, ANY), "2001:db8::1");
	expect_text(test, feature, prefix("2001:db8::1", 128, 6), "2001:db8::1/tcp");
	expect_text(test, feature, prefix("2001:db8::1", 128, 200), "2001:db8::1/128/200");
	expect_text(test, feature, with_ports(prefix("2001:db8::", 32, ANY), 443, 443), "[2001:db8::]/32:443");
	expect_text(test, feature, with_ports(prefix("::1", 128, 6), 443, 443), "[::1]:443/tcp");
	expect_text(test, feature, prefix("::", 0, ANY), "::/0");
	expect_text(test, feature, with_ports(word(LEVEE_TARGET_INTERNET, 6), 443, 443), "internet:443/tcp");
	expect_text(test, feature, with_ports(word(LEVEE_TARGET_INTERNET, ANY), 443, 443), "internet:443");
	expect_text(test, feature, word(LEVEE_TARGET_ANY, ANY), "any");
	expect_text(test, feature, word(LEVEE_TARGET_ANY, 58), "any/ipv6-icmp");
	expect_text(test, feature, word(LEVEE_TARGET_LOOPBACK, ANY), "loopback");
	feature = LEVEE_FEATURE_LISTEN;
	expect_text(test, feature, with_ports(word(LEVEE_TARGET_PORTS, 6), 8080, 8080), "8080/tcp");
	expect_text(test, feature, with_ports(word(LEVEE_TARGET_PORTS, 6), 9000, 9010), "9000-9010/tcp");
	expect_text(test, feature, with_ports(word(LEVEE_TARGET_PORTS, ANY), 443, 443), "443/any");
	expect_text(test, feature, word(LEVEE_TARGET_EPHEMERAL, 6), "ephemeral/tcp");
	expect_text(test, feature, word(LEVEE_TARGET_EPHEMERAL, ANY), "ephemeral/any");
	feature = LEVEE_FEATURE_RAW_SOCKETS;
	expect_text(test, feature, word(LEVEE_TARGET_RAW, 1), "icmp/raw");
	expect_text(test, feature, word(LEVEE_TARGET_RAW, ANY), "any/raw");
	expect_text(test, feature, word(LEVEE_TARGET_RAW, 201), "201/raw");
	expect_text(test, feature, word(LEVEE_TARGET_PACKET, ANY), "packet");
	expect_text(test, feature, word(LEVEE_TARGET_XDP, ANY), "xdp");
}

static void longest_text_fits(struct kunit *test)
{
	char text[LEVEE_ENTRY_TEXT_MAX * 2];
	struct levee_entry entry = with_ports(
		prefix("ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe", 127, 136), 65534, 65535);

	KUNIT_ASSERT_TRUE(test, levee_entry_format(text, sizeof(text), &entry) < LEVEE_ENTRY_TEXT_MAX);
}

static void expect_fault(struct kunit *test, enum levee_feature feature, struct levee_entry entry,
			 int attr, const char *text)
{
	struct levee_entry_fault fault = { .attr = -1 };

	KUNIT_ASSERT_EQ(test, levee_entry_check(&entry, feature, &fault), -EINVAL);
	KUNIT_ASSERT_STREQ(test, fault.text, text);
	KUNIT_ASSERT_EQ(test, fault.attr, attr);
}

static void nonsense_is_refused(struct kunit *test)
{
	struct levee_entry entry;

	expect_fault(test, LEVEE_FEATURE_OUTBOUND, word(0, ANY), LEVEE_A_ENTRY_TARGET, "unknown target");
	expect_fault(test, LEVEE_FEATURE_OUTBOUND, word(LEVEE_TARGET_MAX + 1, ANY), LEVEE_A_ENTRY_TARGET,
		     "unknown target");
	expect_fault(test, LEVEE_FEATURE_OUTBOUND, word(LEVEE_TARGET_ANY, 257), LEVEE_A_ENTRY_PROTO,
		     "protocol over 255");
	expect_fault(test, LEVEE_FEATURE_OUTBOUND, word(LEVEE_TARGET_RAW, 1), LEVEE_A_ENTRY_TARGET,
		     "outbound lists hold prefix, any, internet and loopback only");
	expect_fault(test, LEVEE_FEATURE_OUTBOUND, prefix("10.0.0.1", 31, ANY), LEVEE_A_ENTRY_ADDRESS,
		     "address has bits beyond the prefix");
	expect_fault(test, LEVEE_FEATURE_OUTBOUND, prefix("10.0.0.0", 33, ANY), LEVEE_A_ENTRY_PREFIX_LEN,
		     "prefix length over 32 needs an IPv6 address");
	expect_fault(test, LEVEE_FEATURE_OUTBOUND, prefix("::", 129, ANY), LEVEE_A_ENTRY_PREFIX_LEN,
		     "prefix length over 128");
	expect_fault(test, LEVEE_FEATURE_OUTBOUND, prefix("2001:db8::1", 127, ANY), LEVEE_A_ENTRY_ADDRESS,
		     "address has bits beyond the prefix");
	expect_fault(test, LEVEE_FEATURE_OUTBOUND, prefix("::ffff:10.0.0.0", 104, ANY),
		     LEVEE_A_ENTRY_ADDRESS, "IPv4-mapped address, write it as IPv4");
	entry = prefix("10.0.0.0", 8, ANY);
	entry.addr[5] = 1;
	expect_fault(test, LEVEE_FEATURE_OUTBOUND, entry, LEVEE_A_ENTRY_ADDRESS,
		     "address has bits beyond the prefix");
	entry.addr_len = 5;
	expect_fault(test, LEVEE_FEATURE_OUTBOUND, entry, LEVEE_A_ENTRY_ADDRESS,
		     "a prefix entry needs an address of 4 or 16 bytes");
	entry.target = LEVEE_TARGET_ANY;
	expect_fault(test, LEVEE_FEATURE_OUTBOUND, entry, LEVEE_A_ENTRY_ADDRESS,
		     "only a prefix entry has an address");
	entry = word(LEVEE_TARGET_ANY, ANY);
	entry.prefix_len = 8;
	expect_fault(test, LEVEE_FEATURE_OUTBOUND, entry, LEVEE_A_ENTRY_PREFIX_LEN,
		     "only a prefix entry has a prefix length");
	expect_fault(test, LEVEE_FEATURE_OUTBOUND, with_ports(word(LEVEE_TARGET_ANY, 1), 1, 2),
		     LEVEE_A_ENTRY_PROTO, "protocol has no ports");
	expect_fault(test, LEVEE_FEATURE_OUTBOUND, with_ports(word(LEVEE_TARGET_ANY, 6), 2, 1),
		     LEVEE_A_ENTRY_PORT_LAST, "first port above the last");
	expect_fault(test, LEVEE_FEATURE_OUTBOUND, with_ports(word(LEVEE_TARGET_ANY, 6), 0, 1),
		     LEVEE_A_ENTRY_PORT_FIRST, "port 0 cannot be listed");
	entry = word(LEVEE_TARGET_ANY, 6);
	entry.port_first = 1;
	expect_fault(test, LEVEE_FEATURE_OUTBOUND, entry, LEVEE_A_ENTRY_PORT_FIRST,
		     "both ports are needed, or none");
	expect_fault(test, LEVEE_FEATURE_LISTEN, word(LEVEE_TARGET_PORTS, 6), LEVEE_A_ENTRY_PORT_FIRST,
		     "a ports entry needs its ports");
	expect_fault(test, LEVEE_FEATURE_LISTEN, with_ports(word(LEVEE_TARGET_PORTS, 136), 1, 1),
		     LEVEE_A_ENTRY_PROTO, "listen knows tcp, udp, sctp and any only");
	expect_fault(test, LEVEE_FEATURE_LISTEN, word(LEVEE_TARGET_ANY, ANY), LEVEE_A_ENTRY_TARGET,
		     "listen lists hold ports and ephemeral only");
	expect_fault(test, LEVEE_FEATURE_LISTEN, with_ports(word(LEVEE_TARGET_EPHEMERAL, 6), 1, 1),
		     LEVEE_A_ENTRY_PORT_FIRST, "an ephemeral entry has no ports of its own");
	expect_fault(test, LEVEE_FEATURE_RAW_SOCKETS, word(LEVEE_TARGET_PACKET, 1), LEVEE_A_ENTRY_PROTO,
		     "only a raw entry has a protocol");
	expect_fault(test, LEVEE_FEATURE_RAW_SOCKETS, with_ports(word(LEVEE_TARGET_RAW, 6), 1, 1),
		     LEVEE_A_ENTRY_PORT_FIRST, "raw sockets have no ports");
	expect_fault(test, LEVEE_FEATURE_RAW_SOCKETS, with_ports(word(LEVEE_TARGET_PORTS, 6), 1, 1),
		     LEVEE_A_ENTRY_TARGET, "raw-sockets lists hold raw, packet and xdp only");
	expect_fault(test, LEVEE_FEATURE_DNS, word(LEVEE_TARGET_ANY, ANY), 0,
		     "this feature has no such lists");
}

/* The order of the netlink spec, from the lowest. */
static void order_is_the_specs(struct kunit *test)
{
	const struct levee_entry ascending[] = {
		prefix("0.0.0.0", 0, ANY),
		prefix("10.0.0.0", 8, ANY),
		with_ports(prefix("10.0.0.0", 8, ANY), 1, 1),
		prefix("10.0.0.0", 8, 0),
		prefix("10.0.0.0", 8, 6),
		with_ports(prefix("10.0.0.0", 8, 6), 1, 1),
		with_ports(prefix("10.0.0.0", 8, 6), 1, 2),
		with_ports(prefix("10.0.0.0", 8, 6), 2, 2),
		prefix("10.0.0.0", 8, 255),
		prefix("10.0.0.0", 9, ANY),
		prefix("10.0.0.1", 32, ANY),
		prefix("::", 0, ANY),
		prefix("fe80::", 10, ANY),
		word(LEVEE_TARGET_ANY, ANY),
		word(LEVEE_TARGET_ANY, 6),
		word(LEVEE_TARGET_INTERNET, ANY),
	};

	for (int i = 0; i < (int)ARRAY_SIZE(ascending); i++) {
		for (int j = 0; j < (int)ARRAY_SIZE(ascending); j++) {
			int order = levee_entry_compare(&ascending[i], &ascending[j]);

			KUNIT_ASSERT_EQ(test, (order > 0) - (order < 0), (i > j) - (i < j));
		}
	}
}

static void names_and_numbers_agree(struct kunit *test)
{
	for (u16 proto = 0; proto <= ANY; proto++) {
		const char *name = levee_proto_name(proto);

		if (name)
			KUNIT_ASSERT_EQ(test, levee_proto_number(name), proto);
	}
	KUNIT_ASSERT_EQ(test, levee_proto_number("icmpv6"), 58);
	KUNIT_ASSERT_STREQ(test, levee_proto_name(58), "ipv6-icmp");
	KUNIT_ASSERT_STREQ(test, levee_proto_name(ANY), "any");
	KUNIT_ASSERT_EQ(test, levee_proto_number("nonesuch"), -ENOENT);
	KUNIT_ASSERT_NULL(test, levee_proto_name(99));

	for (u16 family = 0; family < 46; family++)
		KUNIT_ASSERT_EQ(test, levee_family_number(levee_family_name(family)), family);
	KUNIT_ASSERT_EQ(test, levee_family_number("vsock"), 40);
	KUNIT_ASSERT_EQ(test, levee_family_number("netlink"), 16);
	KUNIT_ASSERT_EQ(test, levee_family_number("inet6"), 10);
	KUNIT_ASSERT_EQ(test, levee_family_number("smc"), 43);
	KUNIT_ASSERT_NULL(test, levee_family_name(46));
	KUNIT_ASSERT_EQ(test, levee_family_number(""), -ENOENT);

	KUNIT_ASSERT_STREQ(test, levee_feature_name(LEVEE_FEATURE_RAW_SOCKETS), "raw-sockets");
	KUNIT_ASSERT_STREQ(test, levee_effect_name(LEVEE_EFFECT_BLOCK), "block");
	KUNIT_ASSERT_STREQ(test, levee_action_name(LEVEE_ACTION_DENY), "deny");
	KUNIT_ASSERT_STREQ(test, levee_reason_name(LEVEE_REASON_NOT_IN_MODEL), "not-in-model");
	KUNIT_ASSERT_NULL(test, levee_feature_name(0));
	KUNIT_ASSERT_NULL(test, levee_effect_name(LEVEE_EFFECT_MAX + 1));
	KUNIT_ASSERT_NULL(test, levee_action_name(0));
	KUNIT_ASSERT_NULL(test, levee_reason_name(~0u));
}

static struct kunit_case entry_cases[] = {
	KUNIT_CASE(text_is_as_in_a_policy),
	KUNIT_CASE(longest_text_fits),
	KUNIT_CASE(nonsense_is_refused),
	KUNIT_CASE(order_is_the_specs),
	KUNIT_CASE(names_and_numbers_agree),
	{}
};

static struct kunit_suite entry_suite = {
	.name = "levee_entry",
	.test_cases = entry_cases,
};

kunit_test_suite(entry_suite);
