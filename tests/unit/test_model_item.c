// SPDX-License-Identifier: GPL-2.0
#include "unit.h"

#include "lib/model_item.h"
#include "name.h"
#include "random.h"

#define OUT LEVEE_FEATURE_OUTBOUND
#define IN LEVEE_FEATURE_LISTEN
#define DNS LEVEE_FEATURE_DNS
#define TCP 6
#define UDP 17
#define ICMP 1

static struct levee_addr addr_of(const char *text)
{
	struct levee_addr addr = { };
	u8 wire[16];
	u8 len = unit_read_addr(wire, text);

	levee_addr_read(&addr, wire, len);
	return addr;
}

static struct levee_entry outbound(const char *host, u16 proto, u16 port)
{
	struct levee_addr addr = addr_of(host);
	struct levee_entry item;

	levee_model_item_outbound(&item, &addr, proto, port);
	return item;
}

static struct levee_entry host(const char *text, u16 proto, u16 port)
{
	struct levee_addr addr = addr_of(text);
	struct levee_entry item;

	levee_model_item_host(&item, &addr, proto, port);
	return item;
}

static struct levee_entry listener(u16 proto, u16 port, bool ephemeral)
{
	struct levee_entry item;

	levee_model_item_listen(&item, proto, port, ephemeral);
	return item;
}

/* Of a name that lives for the next few calls. */
static struct levee_entry named(const char *text, bool tree)
{
	static struct name names[16];
	static u32 next;
	struct name *name = &names[next++ % ARRAY_SIZE(names)];
	struct levee_entry item;

	*name = name_of(text);
	if (tree)
		levee_model_item_tree(&item, name->wire, name->len);
	else
		levee_model_item_name(&item, name->wire, name->len);
	return item;
}

static void expect_text(struct kunit *test, enum levee_feature feature, struct levee_entry item,
			const char *expected)
{
	struct levee_entry_fault fault = { };
	char text[LEVEE_ENTRY_TEXT_MAX];

	KUNIT_ASSERT_TRUE_MSG(test, !levee_model_item_check(&item, feature, &fault), "%s: %s",
			      expected, fault.text);
	levee_entry_format(text, sizeof(text), &item);
	KUNIT_ASSERT_STREQ(test, text, expected);
}

static void act_becomes_an_item(struct kunit *test)
{
	/* Of the Internet it is the protocol and the port, not the address. */
	expect_text(test, OUT, outbound("8.8.8.8", TCP, 443), "internet:443/tcp");
	expect_text(test, OUT, outbound("2a00:1450::1", UDP, 443), "internet:443/udp");
	expect_text(test, OUT, outbound("8.8.8.8", ICMP, 0), "internet/icmp");
	expect_text(test, OUT, outbound("10.1.2.3", TCP, 5432), "10.1.2.3:5432/tcp");
	expect_text(test, OUT, outbound("169.254.169.254", TCP, 80), "169.254.169.254:80/tcp");
	expect_text(test, OUT, outbound("fd00::1", 132, 7), "[fd00::1]:7/sctp");
	expect_text(test, OUT, outbound("239.1.2.3", UDP, 5353), "239.1.2.3:5353/udp");
	expect_text(test, OUT, outbound("10.1.2.3", ICMP, 0), "10.1.2.3/icmp");
	/* A port where there is none is not written down. */
	expect_text(test, OUT, outbound("10.1.2.3", ICMP, 99), "10.1.2.3/icmp");
	expect_text(test, OUT, host("8.8.8.8", TCP, 443), "8.8.8.8:443/tcp");
	expect_text(test, OUT, outbound("::ffff:10.1.2.3", TCP, 1), "10.1.2.3:1/tcp");
	expect_text(test, IN, listener(TCP, 8080, false), "8080/tcp");
	expect_text(test, IN, listener(UDP, 40000, true), "ephemeral/udp");
	expect_text(test, IN, listener(TCP, 0, true), "ephemeral/tcp");
	expect_text(test, DNS, named("www.example.com", false), "www.example.com");
	expect_text(test, DNS, named("example.com", true), ".example.com");
	expect_text(test, DNS, named("", false), ".");
}

static void expect_group(struct kunit *test, enum levee_feature feature, struct levee_entry item,
			 const char *expected)
{
	struct levee_entry group, none;

	KUNIT_ASSERT_TRUE_MSG(test, levee_model_group_of(&group, &item), "%s", expected);
	KUNIT_ASSERT_FALSE(test, levee_model_item_is_group(&item));
	KUNIT_ASSERT_TRUE(test, levee_model_item_is_group(&group));
	KUNIT_ASSERT_FALSE(test, levee_model_group_is_root(&group));
	/* What is one already belongs to none. */
	KUNIT_ASSERT_FALSE(test, levee_model_group_of(&none, &group));
	expect_text(test, feature, group, expected);
}

static void likes_have_a_group(struct kunit *test)
{
	expect_group(test, OUT, outbound("10.1.2.3", TCP, 5432), "10.1.2.0/24:5432/tcp");
	expect_group(test, OUT, outbound("10.1.2.0", ICMP, 0), "10.1.2.0/24/icmp");
	expect_group(test, OUT, outbound("10.1.2.255", TCP, 80), "10.1.2.0/24:80/tcp");
	expect_group(test, OUT, outbound("fd00::1:2:3:4:5", UDP, 53), "[fd00:0:0:1::]/64:53/udp");
	expect_group(test, OUT, host("8.8.8.8", TCP, 443), "8.8.8.0/24:443/tcp");
	expect_group(test, OUT, outbound("8.8.8.8", TCP, 1024), "internet:1024-65535/tcp");
	expect_group(test, OUT, outbound("8.8.8.8", UDP, 65535), "internet:1024-65535/udp");
	expect_group(test, IN, listener(TCP, 1024, false), "1024-65535/tcp");
	expect_group(test, IN, listener(TCP, 65535, false), "1024-65535/tcp");
	expect_group(test, DNS, named("www.example.com", false), ".example.com");
	expect_group(test, DNS, named("example.com", false), ".example.com");
	expect_group(test, DNS, named("a.b.c.example.co.uk", false), ".example.co.uk");
}

static void others_have_no_group(struct kunit *test)
{
	const struct levee_entry alone[] = {
		outbound("8.8.8.8", TCP, 443), outbound("8.8.8.8", TCP, 1023),
		outbound("8.8.8.8", ICMP, 0), listener(TCP, 1023, false), listener(TCP, 1, false),
		listener(TCP, 40000, true), named("example.com", true),
	};
	struct levee_entry group;

	for (u32 i = 0; i < ARRAY_SIZE(alone); i++)
		KUNIT_ASSERT_FALSE(test, levee_model_group_of(&group, &alone[i]));
}

static void names_of_one_label_have_the_root(struct kunit *test)
{
	static const char * const names[] = { "", "localhost", "com" };
	struct levee_entry_fault fault;
	struct levee_entry item, group;

	for (u32 i = 0; i < ARRAY_SIZE(names); i++) {
		item = named(names[i], false);
		KUNIT_ASSERT_TRUE(test, levee_model_group_of(&group, &item));
		KUNIT_ASSERT_TRUE(test, levee_model_group_is_root(&group));
		KUNIT_ASSERT_FALSE(test, levee_model_group_is_root(&item));
		KUNIT_ASSERT_EQ(test, levee_model_item_check(&group, DNS, &fault), -EINVAL);
	}
}

/* Those of one group are told from others by the obvious comparison. */
static void random_likes_agree(struct kunit *test)
{
	u32 same = 0, other = 0;

	for (u32 round = 0; round < 20000; round++) {
		struct levee_entry items[2], groups[2];
		bool grouped[2], v6 = random_below(2), likes;
		u8 wire[2][16], bits = v6 ? 64 : 24, len = v6 ? 16 : 4;
		u16 proto[2], port[2];
		struct levee_addr addr;

		for (u32 i = 0; i < 2; i++) {
			memset(wire[i], 0, sizeof(wire[i]));
			wire[i][0] = v6 ? 0xfd : 10;
			wire[i][bits / 8 - 1] = random_below(3);
			wire[i][bits / 8] = random_below(4);
			wire[i][len - 1] = random_below(4);
			proto[i] = random_below(2) ? TCP : UDP;
			port[i] = 1 + random_below(2);
			KUNIT_ASSERT_TRUE(test, levee_addr_read(&addr, wire[i], len));
			levee_model_item_outbound(&items[i], &addr, proto[i], port[i]);
			grouped[i] = levee_model_group_of(&groups[i], &items[i]);
		}
		KUNIT_ASSERT_TRUE(test, grouped[0] && grouped[1]);
		likes = proto[0] == proto[1] && port[0] == port[1];
		KUNIT_ASSERT_EQ(test, levee_model_item_equal(&items[0], &items[1]),
				likes && !memcmp(wire[0], wire[1], len));
		likes = likes && !memcmp(wire[0], wire[1], bits / 8);
		KUNIT_ASSERT_EQ(test, levee_model_item_equal(&groups[0], &groups[1]), likes);
		same += likes;
		other += !likes;
	}
	KUNIT_ASSERT_TRUE(test, same > 500 && other > 500);
}

static void every_difference_counts(struct kunit *test)
{
	const struct levee_entry items[] = {
		outbound("8.8.8.8", TCP, 443), outbound("8.8.8.8", UDP, 443),
		outbound("8.8.8.8", TCP, 444), outbound("8.8.8.8", ICMP, 0),
		outbound("10.0.0.1", TCP, 443), outbound("10.0.0.2", TCP, 443),
		outbound("10.0.0.1", UDP, 443), outbound("fd00::1", TCP, 443),
		host("8.8.8.8", TCP, 443), host("0.0.0.0", TCP, 443), host("::", TCP, 443),
		listener(TCP, 443, false), listener(TCP, 443, true), listener(UDP, 443, true),
		named("a.example", false), named("a.example", true), named("b.example", false),
		named("example", false), named("", false),
	};
	struct levee_entry copy;
	struct name name;

	for (u32 i = 0; i < ARRAY_SIZE(items); i++)
		for (u32 j = 0; j < ARRAY_SIZE(items); j++)
			KUNIT_ASSERT_EQ(test, levee_model_item_equal(&items[i], &items[j]), i == j);
	/* A name is what it says, not where it is. */
	name = name_of("a.example");
	levee_model_item_name(&copy, name.wire, name.len);
	KUNIT_ASSERT_TRUE(test, levee_model_item_equal(&copy, &items[14]));
	name.wire[1] = 'b';
	KUNIT_ASSERT_FALSE(test, levee_model_item_equal(&copy, &items[14]));
}

static struct levee_entry with(struct levee_entry item, u8 target, u16 proto)
{
	item.target = target;
	item.proto = proto;
	return item;
}

static struct levee_entry with_ports(struct levee_entry item, u16 first, u16 last)
{
	item.has_ports = true;
	item.port_first = first;
	item.port_last = last;
	return item;
}

static struct levee_entry with_prefix_len(struct levee_entry item, u8 len)
{
	item.prefix_len = len;
	return item;
}

static void expect_refused(struct kunit *test, enum levee_feature feature, struct levee_entry item,
			   int attr)
{
	struct levee_entry_fault fault = { .attr = -1 };

	KUNIT_ASSERT_EQ(test, levee_model_item_check(&item, feature, &fault), -EINVAL);
	KUNIT_ASSERT_TRUE_MSG(test, fault.attr == attr, "%d: %s", fault.attr, fault.text);
	KUNIT_ASSERT_NOT_NULL(test, fault.text);
}

static void wider_than_an_act_is_refused(struct kunit *test)
{
	const struct levee_entry ten = outbound("10.1.2.0", TCP, 443);
	const struct levee_entry net = outbound("8.8.8.8", TCP, 443);
	const struct levee_entry all_ports = { .target = LEVEE_TARGET_INTERNET, .proto = TCP,
					       .port_last = 65535 };

	expect_refused(test, LEVEE_FEATURE_RAW_SOCKETS,
		       with(all_ports, LEVEE_TARGET_RAW, ICMP), 0);
	expect_refused(test, LEVEE_FEATURE_PORT_SCAN, net, 0);
	expect_refused(test, OUT, with(all_ports, LEVEE_TARGET_ANY, TCP), LEVEE_A_ENTRY_TARGET);
	expect_refused(test, OUT, with(all_ports, LEVEE_TARGET_LOOPBACK, TCP),
		       LEVEE_A_ENTRY_TARGET);
	expect_refused(test, OUT, all_ports, LEVEE_A_ENTRY_PORT_FIRST);
	expect_refused(test, OUT, with(net, LEVEE_TARGET_INTERNET, LEVEE_PROTO_ANY),
		       LEVEE_A_ENTRY_PROTO);
	expect_refused(test, OUT, with_prefix_len(ten, 23), LEVEE_A_ENTRY_PREFIX_LEN);
	expect_refused(test, OUT, with_prefix_len(ten, 25), LEVEE_A_ENTRY_PREFIX_LEN);
	expect_refused(test, OUT, with_prefix_len(outbound("fd00::", TCP, 443), 63),
		       LEVEE_A_ENTRY_PREFIX_LEN);
	expect_refused(test, OUT, with_prefix_len(outbound("fd00::", TCP, 443), 24),
		       LEVEE_A_ENTRY_PREFIX_LEN);
	/* Ports are one, or all of the higher ones; of an address, one. */
	expect_refused(test, OUT, with_ports(net, 443, 444), LEVEE_A_ENTRY_PORT_LAST);
	expect_refused(test, OUT, with_ports(net, 1023, 65535), LEVEE_A_ENTRY_PORT_LAST);
	expect_refused(test, OUT, with_ports(net, 1024, 65534), LEVEE_A_ENTRY_PORT_LAST);
	expect_refused(test, OUT, with_ports(ten, 1024, 65535), LEVEE_A_ENTRY_PORT_LAST);
	expect_refused(test, OUT, outbound("10.0.0.1", TCP, 0), LEVEE_A_ENTRY_PORT_FIRST);
	expect_refused(test, OUT, named("example.com", false), LEVEE_A_ENTRY_TARGET);
	expect_refused(test, IN, net, LEVEE_A_ENTRY_TARGET);
	expect_refused(test, IN, with_ports(listener(TCP, 1, false), 1, 1024),
		       LEVEE_A_ENTRY_PORT_LAST);
	expect_refused(test, IN, with(listener(TCP, 0, true), LEVEE_TARGET_EPHEMERAL,
				      LEVEE_PROTO_ANY), LEVEE_A_ENTRY_PROTO);
	expect_refused(test, IN, listener(ICMP, 0, true), LEVEE_A_ENTRY_PROTO);
	expect_refused(test, DNS, with(named("example.com", false), LEVEE_TARGET_SUBDOMAINS,
				       LEVEE_PROTO_ANY), LEVEE_A_ENTRY_TARGET);
	expect_refused(test, DNS, with(named("example.com", false), LEVEE_TARGET_DOMAIN, TCP),
		       LEVEE_A_ENTRY_PROTO);
	expect_refused(test, DNS, named("Example.com", false), LEVEE_A_ENTRY_NAME);
}

/*
 * What is accepted is what some act, or what acts are collapsed to, is written as:
 * every entry near to one is refused or is one itself.
 */
static bool is_some_act(const struct levee_entry *entry, enum levee_feature feature)
{
	struct levee_entry item, group;
	struct levee_addr addr;

	if (feature == IN) {
		levee_model_item_listen(&item, entry->proto, entry->port_first,
					entry->target == LEVEE_TARGET_EPHEMERAL);
	} else if (entry->target == LEVEE_TARGET_INTERNET) {
		addr = addr_of("8.8.8.8");
		levee_model_item_outbound(&item, &addr, entry->proto, entry->port_first);
	} else {
		levee_addr_read(&addr, entry->addr, entry->addr_len);
		levee_model_item_host(&item, &addr, entry->proto, entry->port_first);
	}
	if (levee_model_item_equal(&item, entry))
		return item.has_ports == entry->has_ports;
	return levee_model_group_of(&group, &item) && levee_model_item_equal(&group, entry);
}

static void accepted_is_what_acts_are(struct kunit *test)
{
	static const u8 targets[] = { LEVEE_TARGET_PREFIX, LEVEE_TARGET_ANY, LEVEE_TARGET_INTERNET,
				      LEVEE_TARGET_LOOPBACK, LEVEE_TARGET_PORTS,
				      LEVEE_TARGET_EPHEMERAL };
	static const u16 ports[] = { 0, 1, 80, 1023, 1024, 1025, 40000, 65534, 65535 };
	static const u16 protos[] = { ICMP, TCP, UDP, 47, LEVEE_PROTO_ANY };
	static const u8 lens[] = { 0, 8, 23, 24, 25, 32, 63, 64, 65, 128 };
	struct levee_entry_fault fault;
	u32 accepted = 0, refused = 0;

	for (u32 round = 0; round < 200000; round++) {
		enum levee_feature feature = random_below(3) ? OUT : IN;
		struct levee_entry entry = {
			.target = targets[random_below(ARRAY_SIZE(targets))],
			.proto = protos[random_below(ARRAY_SIZE(protos))],
			.has_ports = random_below(4),
			.port_last = 65535,
		};

		if (entry.has_ports) {
			entry.port_first = ports[random_below(ARRAY_SIZE(ports))];
			entry.port_last = random_below(2) ? entry.port_first :
							    ports[random_below(ARRAY_SIZE(ports))];
		}
		if (entry.target == LEVEE_TARGET_PREFIX) {
			entry.addr_len = random_below(2) ? 4 : 16;
			entry.addr[0] = entry.addr_len == 4 ? 10 : 0xfd;
			entry.prefix_len = lens[random_below(ARRAY_SIZE(lens))];
			if (random_below(2))
				entry.addr[entry.addr_len - 1] = 1;
		}
		if (levee_model_item_check(&entry, feature, &fault)) {
			refused++;
			continue;
		}
		accepted++;
		KUNIT_ASSERT_TRUE_MSG(test, is_some_act(&entry, feature),
				      "target %u proto %u ports %u-%u /%u", entry.target,
				      entry.proto, entry.port_first, entry.port_last,
				      entry.prefix_len);
	}
	KUNIT_ASSERT_TRUE(test, accepted > 1000 && refused > 1000);
}

static void words_are_the_contracts(struct kunit *test)
{
	KUNIT_ASSERT_NULL(test, levee_model_kind_name(0));
	KUNIT_ASSERT_STREQ(test, levee_model_kind_name(LEVEE_MODEL_KIND_IMAGE), "image");
	KUNIT_ASSERT_STREQ(test, levee_model_kind_name(LEVEE_MODEL_KIND_CONTAINER), "container");
	KUNIT_ASSERT_STREQ(test, levee_model_kind_name(LEVEE_MODEL_KIND_CGROUP), "cgroup");
	KUNIT_ASSERT_STREQ(test, levee_model_kind_name(LEVEE_MODEL_KIND_RULE), "rule");
	KUNIT_ASSERT_NULL(test, levee_model_kind_name(LEVEE_MODEL_KIND_MAX + 1));
	KUNIT_ASSERT_NULL(test, levee_model_state_name(0));
	KUNIT_ASSERT_STREQ(test, levee_model_state_name(LEVEE_MODEL_STATE_LEARNING), "learning");
	KUNIT_ASSERT_STREQ(test, levee_model_state_name(LEVEE_MODEL_STATE_DRY_RUN), "dry-run");
	KUNIT_ASSERT_STREQ(test, levee_model_state_name(LEVEE_MODEL_STATE_ACTIVE), "active");
	KUNIT_ASSERT_NULL(test, levee_model_state_name(LEVEE_MODEL_STATE_MAX + 1));
}

static struct kunit_case model_item_cases[] = {
	KUNIT_CASE(act_becomes_an_item),
	KUNIT_CASE(likes_have_a_group),
	KUNIT_CASE(others_have_no_group),
	KUNIT_CASE(names_of_one_label_have_the_root),
	KUNIT_CASE(random_likes_agree),
	KUNIT_CASE(every_difference_counts),
	KUNIT_CASE(wider_than_an_act_is_refused),
	KUNIT_CASE(accepted_is_what_acts_are),
	KUNIT_CASE(words_are_the_contracts),
	{}
};

static struct kunit_suite model_item_suite = {
	.name = "levee_model_item",
	.init = random_seed,
	.test_cases = model_item_cases,
};

kunit_test_suite(model_item_suite);
