// SPDX-License-Identifier: GPL-2.0
#include "unit.h"

#include "lib/port_set.h"
#include "oracle.h"
#include "random.h"

static const u16 protos[] = { LEVEE_PROTO_ANY, 6, 17, 132, 1, 47 };

static struct levee_entry random_entry(void)
{
	struct levee_entry entry = { .target = LEVEE_TARGET_ANY, .port_last = 65535,
				     .proto = protos[random_below(ARRAY_SIZE(protos))] };

	if (entry.proto == LEVEE_PROTO_ANY || levee_proto_has_ports(entry.proto)) {
		entry.has_ports = random_below(6);
		if (entry.has_ports) {
			entry.port_first = 1 + random_below(random_below(2) ? 20 : 65535);
			entry.port_last = entry.port_first + random_below(8);
			if (entry.port_last < entry.port_first)
				entry.port_last = 65535;
		}
	}
	return entry;
}

static bool covers(const struct levee_entry *entries, u32 count, u16 proto, u16 port, bool any)
{
	for (u32 i = 0; i < count; i++)
		if (any == (entries[i].proto == LEVEE_PROTO_ANY) &&
		    oracle_covers_port(&entries[i], proto, port))
			return true;
	return false;
}

static void expect_agreement(struct kunit *test, const struct levee_entry *entries, u32 count,
			     const struct levee_interval *set, u32 built, u16 proto, u16 port)
{
	u32 found = levee_port_set_find(set, built, proto, port);
	bool of_proto = covers(entries, count, proto, port, false);
	bool of_any = covers(entries, count, proto, port, true);

	if (!of_proto && !of_any) {
		KUNIT_ASSERT_EQ(test, found, LEVEE_ENTRY_NONE);
		return;
	}
	KUNIT_ASSERT_TRUE(test, found < count);
	KUNIT_ASSERT_TRUE(test, oracle_covers_port(&entries[found], proto, port));
	KUNIT_ASSERT_EQ(test, entries[found].proto != LEVEE_PROTO_ANY, of_proto);
}

static void random_sets_agree(struct kunit *test)
{
	struct levee_entry entries[40];
	struct levee_interval set[40];

	for (u32 round = 0; round < 20000; round++) {
		u32 count = random_below(ARRAY_SIZE(set) + 1) >> random_below(5);
		u32 built;

		for (u32 i = 0; i < count; i++) {
			entries[i] = random_entry();
			set[i] = levee_interval_of(&entries[i], i);
		}
		built = levee_port_set_build(set, count);
		KUNIT_ASSERT_TRUE(test, built >= !!count && built <= count);
		for (u32 i = 0; i < built; i++) {
			KUNIT_ASSERT_TRUE(test, set[i].first <= set[i].last);
			if (i)
				KUNIT_ASSERT_TRUE(test, set[i - 1].last < set[i].first);
		}
		for (u32 i = 0; i < 60; i++) {
			u16 proto = protos[1 + random_below(ARRAY_SIZE(protos) - 1)];
			u16 port = 0;

			if (levee_proto_has_ports(proto))
				port = count && random_below(2) ?
				       entries[random_below(count)].port_last + random_below(3) - 1 :
				       random_below(30);
			expect_agreement(test, entries, count, set, built, proto, port);
		}
	}
}

static void ports_of_any_never_cover_a_protocol_without(struct kunit *test)
{
	struct levee_entry entry = { .target = LEVEE_TARGET_ANY, .proto = LEVEE_PROTO_ANY,
				     .has_ports = true, .port_first = 1, .port_last = 65535 };
	struct levee_interval interval = levee_interval_of(&entry, 7);

	KUNIT_ASSERT_EQ(test, levee_port_set_find(&interval, 1, 6, 1), 7);
	KUNIT_ASSERT_EQ(test, levee_port_set_find(&interval, 1, 1, 0), LEVEE_ENTRY_NONE);
}

static void large_set_agrees(struct kunit *test)
{
	enum { COUNT = 100000 };
	struct levee_entry *entries = unit_alloc(COUNT * sizeof(*entries));
	struct levee_interval *set = unit_alloc(COUNT * sizeof(*set));
	u32 built;

	for (u32 i = 0; i < COUNT; i++) {
		entries[i] = random_entry();
		if (!entries[i].has_ports)	/* else it covers all others */
			entries[i] = entries[0];
		set[i] = levee_interval_of(&entries[i], i);
	}
	built = levee_port_set_build(set, COUNT);
	for (u32 i = 0; i < 300; i++)
		expect_agreement(test, entries, COUNT, set, built,
				 protos[1 + random_below(3)], random_u64());
	unit_free(entries);
	unit_free(set);
}

static struct kunit_case port_set_cases[] = {
	KUNIT_CASE(ports_of_any_never_cover_a_protocol_without),
	KUNIT_CASE(random_sets_agree),
	KUNIT_CASE(large_set_agrees),
	{}
};

static struct kunit_suite port_set_suite = {
	.name = "levee_port_set",
	.init = random_seed,
	.test_cases = port_set_cases,
};

kunit_test_suite(port_set_suite);
