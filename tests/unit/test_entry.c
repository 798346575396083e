// SPDX-License-Identifier: GPL-2.0
#include "unit.h"

#include "lib/dns_name.h"
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

/* A domain entry, by the text of its name; good for the next few calls. */
static struct levee_entry domain(u8 target, const char *text, u16 proto)
{
	static struct levee_dns_name names[64];
	static u32 next;
	struct levee_dns_name *name = &names[next++ % ARRAY_SIZE(names)];
	struct levee_entry entry = word(target, proto);
	size_t offset;

	if (levee_dns_name_parse(name, text, strlen(text), &offset))
		return word(0, proto);
	entry.name = name->wire;
	entry.name_len = name->len;
	return entry;
}

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
		size_t len = levee_entry_format(text, size, &entry);

		/* An escape is there as a whole, or not. */
		KUNIT_ASSERT_TRUE(test, len < size && len + 4 >= size && !text[len]);
		if (!strchr(expected, '\\')) {
			KUNIT_ASSERT_EQ(test, len, size - 1);
			KUNIT_ASSERT_BYTES(test, text, expected, size - 1);
		}
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
	expect_text(test, feature, domain(LEVEE_TARGET_DOMAIN, "Example.com", ANY), "example.com");
	expect_text(test, feature, with_ports(domain(LEVEE_TARGET_DOMAIN, "example.com", 6), 443, 443),
		    "example.com:443/tcp");
	expect_text(test, feature, with_ports(domain(LEVEE_TARGET_SUBDOMAINS, "example.com", ANY), 80, 90),
		    "*.example.com:80-90");
	expect_text(test, feature, domain(LEVEE_TARGET_DOMAIN_TREE, "example.com", 99), ".example.com/99");
	feature = LEVEE_FEATURE_DNS;
	expect_text(test, feature, domain(LEVEE_TARGET_DOMAIN_TREE, "_a\\.b.\\042.com", ANY),
		    "._a\\.b.\\042.com");
	expect_text(test, feature, domain(LEVEE_TARGET_DOMAIN, ".", ANY), ".");
	expect_text(test, feature, domain(LEVEE_TARGET_SUBDOMAINS, ".", ANY), "*.");
	expect_text(test, feature, domain(LEVEE_TARGET_DOMAIN, "localhost", ANY), "localhost.");
	/* What is no word, and no address. */
	expect_text(test, feature, domain(LEVEE_TARGET_DOMAIN, "any", ANY), "any.");
	expect_text(test, feature, domain(LEVEE_TARGET_DOMAIN, "any.com", ANY), "any.com");
	expect_text(test, feature, domain(LEVEE_TARGET_DOMAIN, "com.any", ANY), "com.any");
	expect_text(test, feature, domain(LEVEE_TARGET_DOMAIN, "loopback", ANY), "loopback.");
	expect_text(test, feature, domain(LEVEE_TARGET_DOMAIN, "10.0.0.1", ANY), "10.0.0.1.");
	expect_text(test, feature, domain(LEVEE_TARGET_DOMAIN, "10.0.0.1a", ANY), "10.0.0.1a");
	expect_text(test, feature, domain(LEVEE_TARGET_SUBDOMAINS, "internet", ANY), "*.internet");
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
	static char text[LEVEE_ENTRY_TEXT_MAX * 2];
	u8 wire[255];
	struct levee_entry_fault fault;
	struct levee_entry entry = with_ports(
		prefix("ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe", 127, 136), 65534, 65535);

	KUNIT_ASSERT_TRUE(test, levee_entry_format(text, sizeof(text), &entry) < LEVEE_ENTRY_TEXT_MAX);
	memset(wire, 0xff, sizeof(wire));
	wire[0] = 63;
	wire[64] = 63;
	wire[128] = 63;
	wire[192] = 61;
	wire[254] = 0;
	entry = with_ports(word(LEVEE_TARGET_SUBDOMAINS, 136), 65534, 65535);
	entry.name = wire;
	entry.name_len = sizeof(wire);
	KUNIT_ASSERT_EQ(test, levee_entry_check(&entry, LEVEE_FEATURE_OUTBOUND, &fault), 0);
	/* "*.", 250 bytes of four characters, three dots, ":65534-65535/udplite" */
	KUNIT_ASSERT_EQ(test, levee_entry_format(text, sizeof(text), &entry), 2 + 250 * 4 + 3 + 20);
	KUNIT_ASSERT_TRUE(test, 2 + 250 * 4 + 3 + 20 < LEVEE_ENTRY_TEXT_MAX);
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
		     "outbound lists hold prefix, any, internet, loopback, names only");
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
	expect_fault(test, LEVEE_FEATURE_PORT_SCAN, word(LEVEE_TARGET_ANY, ANY), 0,
		     "this feature has no such lists");
}

static struct levee_entry wire_name(const char *bytes, u8 len)
{
	struct levee_entry entry = word(LEVEE_TARGET_DOMAIN, ANY);

	entry.name = (const u8 *)bytes;
	entry.name_len = len;
	return entry;
}

static void nonsense_with_names_is_refused(struct kunit *test)
{
	const u8 out = LEVEE_FEATURE_OUTBOUND, dns = LEVEE_FEATURE_DNS;
	struct levee_entry entry;

	expect_fault(test, dns, word(LEVEE_TARGET_ANY, ANY), LEVEE_A_ENTRY_TARGET,
		     "dns lists hold names only");
	expect_fault(test, dns, domain(LEVEE_TARGET_DOMAIN, "a", 17), LEVEE_A_ENTRY_PROTO,
		     "names in dns lists have no protocol");
	expect_fault(test, dns, with_ports(domain(LEVEE_TARGET_DOMAIN, "a", ANY), 53, 53),
		     LEVEE_A_ENTRY_PORT_FIRST, "names in dns lists have no ports");
	expect_fault(test, LEVEE_FEATURE_LISTEN, domain(LEVEE_TARGET_DOMAIN, "a", ANY),
		     LEVEE_A_ENTRY_TARGET, "listen lists hold ports and ephemeral only");
	expect_fault(test, LEVEE_FEATURE_RAW_SOCKETS, domain(LEVEE_TARGET_DOMAIN, "a", ANY),
		     LEVEE_A_ENTRY_TARGET, "raw-sockets lists hold raw, packet and xdp only");
	expect_fault(test, out, with_ports(domain(LEVEE_TARGET_DOMAIN, "a", 1), 1, 1),
		     LEVEE_A_ENTRY_PROTO, "protocol has no ports");
	expect_fault(test, out, domain(LEVEE_TARGET_DOMAIN_TREE, ".", ANY), LEVEE_A_ENTRY_TARGET,
		     "the root and all below it are two entries, . and *.");
	expect_fault(test, out, word(LEVEE_TARGET_DOMAIN, ANY), LEVEE_A_ENTRY_NAME,
		     "a domain entry needs its name");
	entry = domain(LEVEE_TARGET_DOMAIN, "a", ANY);
	entry.addr_len = 4;
	expect_fault(test, out, entry, LEVEE_A_ENTRY_ADDRESS, "only a prefix entry has an address");
	entry.addr_len = 0;
	entry.prefix_len = 8;
	expect_fault(test, out, entry, LEVEE_A_ENTRY_PREFIX_LEN,
		     "only a prefix entry has a prefix length");
	entry = word(LEVEE_TARGET_ANY, ANY);
	entry.name_len = 1;
	expect_fault(test, out, entry, LEVEE_A_ENTRY_NAME, "only a domain entry has a name");

	expect_fault(test, dns, wire_name("\1A", 3), LEVEE_A_ENTRY_NAME,
		     "domain name has letters in upper case");
	/* Without its end, with more than its end, with a label that is too long, with a pointer. */
	expect_fault(test, dns, wire_name("\1a", 2), LEVEE_A_ENTRY_NAME, "no domain name in wire form");
	expect_fault(test, dns, wire_name("\2a", 3), LEVEE_A_ENTRY_NAME, "no domain name in wire form");
	expect_fault(test, dns, wire_name("\1a\0", 4), LEVEE_A_ENTRY_NAME, "no domain name in wire form");
	expect_fault(test, dns, wire_name("\100aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", 66),
		     LEVEE_A_ENTRY_NAME, "no domain name in wire form");
	expect_fault(test, dns, wire_name("\1a\300\14", 4), LEVEE_A_ENTRY_NAME,
		     "no domain name in wire form");
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
		word(LEVEE_TARGET_XDP, ANY),
		domain(LEVEE_TARGET_DOMAIN, ".", ANY),
		domain(LEVEE_TARGET_SUBDOMAINS, ".", ANY),
		/* RFC 4034 section 6.1 */
		domain(LEVEE_TARGET_DOMAIN, "example", ANY),
		domain(LEVEE_TARGET_DOMAIN, "example", 6),
		with_ports(domain(LEVEE_TARGET_DOMAIN, "example", 6), 1, 1),
		domain(LEVEE_TARGET_DOMAIN_TREE, "example", ANY),
		domain(LEVEE_TARGET_SUBDOMAINS, "example", ANY),
		domain(LEVEE_TARGET_DOMAIN, "a.example", ANY),
		domain(LEVEE_TARGET_DOMAIN, "yljkjljk.a.example", ANY),
		domain(LEVEE_TARGET_DOMAIN, "Z.a.example", ANY),
		domain(LEVEE_TARGET_DOMAIN, "zABC.a.EXAMPLE", ANY),
		domain(LEVEE_TARGET_DOMAIN, "z.example", ANY),
		domain(LEVEE_TARGET_DOMAIN, "\\001.z.example", ANY),
		domain(LEVEE_TARGET_DOMAIN, "\\042.z.example", ANY),
		domain(LEVEE_TARGET_DOMAIN, "\\200.z.example", ANY),
	};

	for (int i = 0; i < (int)ARRAY_SIZE(ascending); i++) {
		for (int j = 0; j < (int)ARRAY_SIZE(ascending); j++) {
			int order = levee_entry_compare(&ascending[i], &ascending[j]);

			KUNIT_ASSERT_EQ(test, (order > 0) - (order < 0), (i > j) - (i < j));
		}
	}
}

/* The obvious order of names: texts of labels from the right, one after another. */
static int oracle_order(const struct levee_dns_name *a, const struct levee_dns_name *b)
{
	u8 a_at[LEVEE_DNS_LABELS_MAX + 1], b_at[LEVEE_DNS_LABELS_MAX + 1];
	u32 i, j, k;

	levee_dns_name_offsets(a, a_at);
	levee_dns_name_offsets(b, b_at);
	for (i = 1; i <= a->labels && i <= b->labels; i++) {
		const u8 *x = a->wire + a_at[a->labels - i], *y = b->wire + b_at[b->labels - i];

		for (j = 1, k = 1; j <= *x && k <= *y; j++, k++)
			if (x[j] != y[k])
				return x[j] < y[k] ? -1 : 1;
		if (*x != *y)
			return *x < *y ? -1 : 1;
	}
	return a->labels < b->labels ? -1 : a->labels > b->labels;
}

static void random_name(struct levee_dns_name *name)
{
	static const u8 bytes[] = { 'a', 'b', '.', '*', '\\', ':', '/', '7', 0, 0x80, 0xff, '-' };
	u32 labels = random_below(4), i;

	*name = (struct levee_dns_name){ .len = 1, .labels = (u8)labels };
	while (labels--) {
		u8 *label = name->wire + name->len - 1;

		*label = (u8)(1 + random_below(3));
		for (i = 1; i <= *label; i++)
			label[i] = bytes[random_below(ARRAY_SIZE(bytes))];
		name->len += 1 + *label;
		name->wire[name->len - 1] = 0;
	}
}

static struct levee_entry random_domain(const struct levee_dns_name *name)
{
	struct levee_entry entry = word(LEVEE_TARGET_DOMAIN + random_below(3), ANY);

	entry.name = name->wire;
	entry.name_len = name->len;
	if (random_below(2))
		entry.proto = (u16)random_below(256);
	if (random_below(2))
		entry = with_ports(entry, (u16)(1 + random_below(3)), (u16)(3 + random_below(3)));
	return entry;
}

/* The text of the name alone, and what else it tells, taken from the text of an entry. */
static void expect_told(struct kunit *test, const struct levee_entry *entry, char *text)
{
	struct levee_dns_name name;
	char tail[64] = "", ports[32] = "", proto[16] = "";
	size_t at = 0, offset;
	char *end = text;

	if (entry->target != LEVEE_TARGET_DOMAIN) {
		KUNIT_ASSERT_EQ(test, text[0], entry->target == LEVEE_TARGET_SUBDOMAINS ? '*' : '.');
		at = entry->target == LEVEE_TARGET_SUBDOMAINS ? 2 : 1;
		KUNIT_ASSERT_EQ(test, text[at - 1], '.');
	}
	/* Neither sign is ever a part of a name's text. */
	end = text + strcspn(text, ":/");
	if (entry->has_ports)
		snprintf(ports, sizeof(ports), entry->port_first == entry->port_last ? ":%u" : ":%u-%u",
			 entry->port_first, entry->port_last);
	if (entry->proto != ANY && levee_proto_name(entry->proto))
		snprintf(proto, sizeof(proto), "/%s", levee_proto_name(entry->proto));
	else if (entry->proto != ANY)
		snprintf(proto, sizeof(proto), "/%u", entry->proto);
	snprintf(tail, sizeof(tail), "%s%s", ports, proto);
	KUNIT_ASSERT_STREQ(test, end, tail);
	if (at == 2 && end == text + 2) {
		KUNIT_ASSERT_EQ(test, entry->name_len, 1);
		return;
	}
	KUNIT_ASSERT_TRUE(test, !levee_dns_name_parse(&name, text + at, end - text - at, &offset));
	KUNIT_ASSERT_EQ(test, name.len, entry->name_len);
	KUNIT_ASSERT_BYTES(test, name.wire, entry->name, name.len);
}

static void random_names_agree(struct kunit *test)
{
	static char text[LEVEE_ENTRY_TEXT_MAX];
	struct levee_entry_fault fault;
	struct levee_dns_name a, b;
	u32 i;

	for (i = 0; i < 20000; i++) {
		struct levee_entry left, right;
		int order, expected;

		random_name(&a);
		random_name(&b);
		left = random_domain(&a);
		right = random_domain(&b);
		order = levee_entry_compare(&left, &right);
		expected = oracle_order(&a, &b);
		if (!expected)
			expected = left.target - right.target;
		if (expected)
			KUNIT_ASSERT_EQ(test, (order > 0) - (order < 0), (expected > 0) - (expected < 0));
		if (levee_entry_check(&left, LEVEE_FEATURE_OUTBOUND, &fault))
			continue;
		levee_entry_format(text, sizeof(text), &left);
		expect_told(test, &left, text);
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
	KUNIT_CASE(nonsense_with_names_is_refused),
	KUNIT_CASE(order_is_the_specs),
	KUNIT_CASE(random_names_agree),
	KUNIT_CASE(names_and_numbers_agree),
	{}
};

static struct kunit_suite entry_suite = {
	.name = "levee_entry",
	.init = random_seed,
	.test_cases = entry_cases,
};

kunit_test_suite(entry_suite);
