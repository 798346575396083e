// SPDX-License-Identifier: GPL-2.0
#include "unit.h"

#include "lib/scan_estimator.h"
#include "random.h"

#define TCP 6
#define UDP 17
#define V LEVEE_SCAN_VERTICAL
#define H LEVEE_SCAN_HORIZONTAL
#define S LEVEE_SCAN_SLOW

static struct levee_scan_state scan;
static struct levee_scan_settings settings;

/* A new scanner, and only the forms that are wanted. */
static void begin_with(u32 forms)
{
	memset(&scan, 0, sizeof(scan));
	settings = levee_scan_defaults;
	/* Without a vertical one there is no time that a slow one has to wait for. */
	if (!(forms & V)) {
		settings.vertical_ports = 0;
		settings.vertical_seconds = 0;
	}
	if (!(forms & H))
		settings.horizontal_hosts = 0;
	if (!(forms & S))
		settings.slow_failures = 0;
	settings.fast_weight = 0;
}

static struct levee_scan_target target_of(u32 host, u16 port)
{
	struct levee_scan_target target = {
		.addr = { .lo = 0x0a000000 + host, .is_v4 = true },
		.port = port,
		.proto = TCP,
	};

	return target;
}

static u32 try_at(u32 host, u16 port, u32 now)
{
	const struct levee_scan_target target = target_of(host, port);

	return levee_scan_begin(&scan, &settings, &target, now, false);
}

static u32 end_at(u32 host, u16 port, u32 now, bool answered)
{
	const struct levee_scan_target target = target_of(host, port);

	return levee_scan_end(&scan, &settings, &target, now, answered);
}

/* Tried, and turned away a millisecond later. */
static u32 fail_at(u32 host, u16 port, u32 now)
{
	return try_at(host, port, now) | end_at(host, port, now + 1, false);
}

static u32 answer_at(u32 host, u16 port, u32 now)
{
	return try_at(host, port, now) | end_at(host, port, now + 1, true);
}

static bool knows(u32 host, u16 port)
{
	const struct levee_scan_target target = target_of(host, port);

	return levee_scan_is_known(&scan, &target);
}

/* The thresholds are those that were published. */
static void defaults_are_the_published(struct kunit *test)
{
	const struct levee_scan_settings *d = &levee_scan_defaults;

	KUNIT_ASSERT_EQ(test, d->vertical_ports, 15);		/* Zeek's scan.zeek */
	KUNIT_ASSERT_EQ(test, d->vertical_failures, 10);	/* Snort 3, medium */
	KUNIT_ASSERT_EQ(test, d->vertical_seconds, 90);
	KUNIT_ASSERT_EQ(test, d->horizontal_hosts, 25);		/* Zeek */
	KUNIT_ASSERT_EQ(test, d->horizontal_failures, 7);	/* Snort 3, medium */
	KUNIT_ASSERT_EQ(test, d->horizontal_seconds, 300);
	KUNIT_ASSERT_EQ(test, d->fast_weight, 21);		/* xt_psd */
	KUNIT_ASSERT_EQ(test, d->fast_gap, 3);
	KUNIT_ASSERT_EQ(test, d->slow_failures, 7);		/* Jung and others 2004 */
	KUNIT_ASSERT_EQ(test, d->silence, 3);
}

static void vertical_needs_its_ports(struct kunit *test)
{
	u32 i;

	begin_with(V);
	for (i = 0; i < 14; i++)
		KUNIT_ASSERT_EQ(test, fail_at(1, 2000 + i, i * 4000), 0);
	KUNIT_ASSERT_EQ(test, try_at(1, 2014, 14 * 4000), V);
	/* Another host has its own count. */
	KUNIT_ASSERT_EQ(test, fail_at(2, 2014, 14 * 4000), 0);
}

static void vertical_needs_its_failures(struct kunit *test)
{
	u32 i;

	begin_with(V);
	for (i = 0; i < 6; i++)
		KUNIT_ASSERT_EQ(test, answer_at(1, 1000 + i, i), 0);
	for (i = 0; i < 9; i++)
		KUNIT_ASSERT_EQ(test, fail_at(1, 2000 + i, 10 + i), 0);
	KUNIT_ASSERT_EQ(test, try_at(1, 3000, 30), 0);
	KUNIT_ASSERT_EQ(test, end_at(1, 3000, 31, false), V);
}

static void vertical_needs_more_in_vain_than_not(struct kunit *test)
{
	u32 i;

	begin_with(V);
	for (i = 0; i < 10; i++)
		KUNIT_ASSERT_EQ(test, answer_at(1, 1000 + i, i), 0);
	for (i = 0; i < 10; i++)
		KUNIT_ASSERT_EQ(test, fail_at(1, 2000 + i, 20 + i), 0);
	KUNIT_ASSERT_EQ(test, fail_at(1, 3000, 40), V);
}

static void vertical_has_its_time(struct kunit *test)
{
	u32 late, i;

	for (late = 0; late <= 1; late++) {
		begin_with(V);
		for (i = 0; i < 14; i++)
			KUNIT_ASSERT_EQ(test, fail_at(1, 2000 + i, 0), 0);
		KUNIT_ASSERT_EQ(test, try_at(1, 3000, 90000 + late), late ? 0 : V);
	}
}

static void horizontal_needs_its_hosts(struct kunit *test)
{
	struct levee_scan_target udp = target_of(101, 22);
	u32 i;

	begin_with(H);
	for (i = 0; i < 24; i++)
		KUNIT_ASSERT_EQ(test, fail_at(i, 22, i * 10000), 0);
	/* Neither another port nor another protocol is the same. */
	KUNIT_ASSERT_EQ(test, fail_at(100, 23, 240000), 0);
	udp.proto = UDP;
	KUNIT_ASSERT_EQ(test, levee_scan_begin(&scan, &settings, &udp, 240000, true), 0);
	KUNIT_ASSERT_EQ(test, try_at(24, 22, 240000), H);
}

static void horizontal_needs_its_failures(struct kunit *test)
{
	u32 i;

	begin_with(H);
	for (i = 0; i < 6; i++)
		KUNIT_ASSERT_EQ(test, fail_at(i, 22, 0), 0);
	/* The others are still waited for. */
	for (i = 0; i < 30; i++)
		KUNIT_ASSERT_EQ(test, try_at(100 + i, 22, 10), 0);
	KUNIT_ASSERT_EQ(test, end_at(100, 22, 11, false), H);
}

static void horizontal_needs_more_in_vain_than_not(struct kunit *test)
{
	u32 i;

	begin_with(H);
	for (i = 0; i < 20; i++)
		KUNIT_ASSERT_EQ(test, answer_at(i, 22, 0), 0);
	for (i = 0; i < 20; i++)
		KUNIT_ASSERT_EQ(test, fail_at(100 + i, 22, 10), 0);
	KUNIT_ASSERT_EQ(test, fail_at(200, 22, 20), H);
}

static void horizontal_has_its_time(struct kunit *test)
{
	u32 late, i;

	for (late = 0; late <= 1; late++) {
		begin_with(H);
		for (i = 0; i < 24; i++)
			KUNIT_ASSERT_EQ(test, fail_at(i, 22, 0), 0);
		KUNIT_ASSERT_EQ(test, try_at(24, 22, 300000 + late), late ? 0 : H);
	}
}

static void fast_weighs_ports(struct kunit *test)
{
	u32 i;

	begin_with(0);
	settings.fast_weight = 21;
	for (i = 0; i < 6; i++)
		KUNIT_ASSERT_EQ(test, try_at(1, 1023 - i, i), 0);
	KUNIT_ASSERT_EQ(test, try_at(1, 1, 6), V);

	begin_with(0);
	settings.fast_weight = 21;
	for (i = 0; i < 20; i++)
		KUNIT_ASSERT_EQ(test, try_at(1, 1024 + i, i), 0);
	/* Other hosts neither count nor stand between. */
	for (i = 0; i < 50; i++)
		KUNIT_ASSERT_EQ(test, try_at(2 + i, 80, 30), 0);
	KUNIT_ASSERT_EQ(test, try_at(1, 3000, 40), V);
}

static void fast_has_its_gap(struct kunit *test)
{
	u32 late, i;

	for (late = 0; late <= 1; late++) {
		begin_with(0);
		settings.fast_weight = 21;
		for (i = 0; i < 6; i++)
			KUNIT_ASSERT_EQ(test, try_at(1, 10 + i, i * (3000 + late)), 0);
		KUNIT_ASSERT_EQ(test, try_at(1, 20, 6 * (3000 + late)), late ? 0 : V);
	}
}

static void fast_does_not_count_what_answers(struct kunit *test)
{
	u32 i;

	begin_with(0);
	settings.fast_weight = 21;
	for (i = 0; i < 40; i++)
		KUNIT_ASSERT_EQ(test, answer_at(1, 10 + i, i * 2), 0);
	for (i = 0; i < 6; i++)
		KUNIT_ASSERT_EQ(test, try_at(1, 100 + i, 100), 0);
	KUNIT_ASSERT_EQ(test, try_at(1, 200, 100), V);
}

static void slow_takes_its_time(struct kunit *test)
{
	const u32 hour = 3600000;
	u32 i;

	begin_with(S);
	for (i = 0; i < 6; i++)
		KUNIT_ASSERT_EQ(test, fail_at(i, 1000 + i, i * hour), 0);
	/* Two that answer need two more that do not. */
	KUNIT_ASSERT_EQ(test, answer_at(50, 80, 6 * hour), 0);
	KUNIT_ASSERT_EQ(test, answer_at(51, 80, 6 * hour), 0);
	for (i = 6; i < 8; i++)
		KUNIT_ASSERT_EQ(test, fail_at(i, 1000 + i, i * hour), 0);
	KUNIT_ASSERT_EQ(test, fail_at(8, 1008, 8 * hour), S);
	/* It begins anew. */
	for (i = 10; i < 16; i++)
		KUNIT_ASSERT_EQ(test, fail_at(i, 1000 + i, 9 * hour + i), 0);
	KUNIT_ASSERT_EQ(test, fail_at(16, 1016, 9 * hour + 16), S);
}

/* In the time that the other forms have it is theirs. */
static void slow_is_what_no_window_sees(struct kunit *test)
{
	u32 late, i;

	for (late = 0; late <= 1; late++) {
		begin_with(S);
		settings.vertical_seconds = 90;
		answer_at(100, 80, 0);
		for (i = 0; i < 6; i++)
			KUNIT_ASSERT_EQ(test, fail_at(i, 1000 + i, 10000 + i), 0);
		KUNIT_ASSERT_EQ(test, fail_at(6, 1006, 100000 - 2 + late), late ? S : 0);
	}
	/* What another form has found is not found by this one, too. */
	begin_with(H | S);
	settings.vertical_seconds = 1;
	settings.slow_failures = 25;
	for (i = 0; i < 24; i++)
		KUNIT_ASSERT_EQ(test, fail_at(i, 22, i * 1000), 0);
	KUNIT_ASSERT_EQ(test, fail_at(24, 22, 24000), H);
	KUNIT_ASSERT_EQ(test, scan.walk, 0);
}

static void slow_saves_no_answers_up(struct kunit *test)
{
	u32 i;

	begin_with(S);
	for (i = 0; i < 100; i++)
		KUNIT_ASSERT_EQ(test, answer_at(i, 80, i), 0);
	KUNIT_ASSERT_EQ(test, scan.walk, 0);
	for (i = 0; i < 6; i++)
		KUNIT_ASSERT_EQ(test, fail_at(200 + i, 80, 200), 0);
	KUNIT_ASSERT_EQ(test, fail_at(206, 80, 200), S);
}

static void refusal_by_the_policy_is_in_vain(struct kunit *test)
{
	struct levee_scan_target target;
	u32 i;

	begin_with(S);
	for (i = 0; i < 7; i++) {
		target = target_of(i, 25);
		KUNIT_ASSERT_EQ(test, levee_scan_begin(&scan, &settings, &target, 0, true),
				i < 6 ? 0 : S);
	}
	KUNIT_ASSERT_EQ(test, scan.failed, 7);
}

static void silence_is_in_vain(struct kunit *test)
{
	u32 i;

	begin_with(S);
	for (i = 0; i < 7; i++)
		KUNIT_ASSERT_EQ(test, try_at(i, 80, i), 0);
	/* The last of them has still a moment. */
	KUNIT_ASSERT_EQ(test, try_at(50, 80, 3005), 0);
	KUNIT_ASSERT_EQ(test, scan.failed, 6);
	KUNIT_ASSERT_EQ(test, try_at(51, 80, 3006), S);
	KUNIT_ASSERT_EQ(test, scan.failed, 7);
	/* An answer that comes too late is none. */
	KUNIT_ASSERT_EQ(test, end_at(0, 80, 3007, true), 0);
	KUNIT_ASSERT_EQ(test, scan.failed, 7);
}

static void retries_tell_the_last_probes(struct kunit *test)
{
	u32 i;

	begin_with(H);
	for (i = 0; i < 25; i++)
		KUNIT_ASSERT_EQ(test, try_at(i, 80, 0), 0);
	for (i = 0; i < 25; i++)
		KUNIT_ASSERT_EQ(test, try_at(i, 80, 1000), 0);
	KUNIT_ASSERT_EQ(test, try_at(0, 80, 3000), H);
	KUNIT_ASSERT_EQ(test, try_at(1, 80, 3000), 0);
	KUNIT_ASSERT_EQ(test, scan.seen, 25);
}

static void retries_count_once(struct kunit *test)
{
	u32 i;

	begin_with(V | H | S);
	settings.fast_weight = 21;
	KUNIT_ASSERT_EQ(test, fail_at(1, 80, 0), 0);
	for (i = 1; i < 3600; i++)
		KUNIT_ASSERT_EQ(test, fail_at(1, 80, i * 1000), 0);
	KUNIT_ASSERT_EQ(test, scan.seen, 1);
	KUNIT_ASSERT_EQ(test, scan.failed, 1);
}

static void outcome_is_the_first(struct kunit *test)
{
	begin_with(S);
	KUNIT_ASSERT_EQ(test, end_at(1, 80, 0, false), 0);
	KUNIT_ASSERT_EQ(test, scan.failed, 0);
	fail_at(1, 80, 0);
	end_at(1, 80, 2, false);
	end_at(1, 80, 3, true);
	KUNIT_ASSERT_EQ(test, scan.failed, 1);
	KUNIT_ASSERT_EQ(test, scan.walk, 1);
	answer_at(1, 81, 4);
	end_at(1, 81, 5, false);
	KUNIT_ASSERT_EQ(test, scan.failed, 1);
	KUNIT_ASSERT_EQ(test, scan.walk, 0);
}

static void families_and_protocols_differ(struct kunit *test)
{
	struct levee_scan_target target = target_of(1, 80);

	begin_with(V);
	try_at(1, 80, 0);
	target.addr.is_v4 = false;
	KUNIT_ASSERT_FALSE(test, levee_scan_is_known(&scan, &target));
	target = target_of(1, 80);
	target.addr.hi = 1;
	KUNIT_ASSERT_FALSE(test, levee_scan_is_known(&scan, &target));
	target = target_of(1, 80);
	target.proto = UDP;
	KUNIT_ASSERT_FALSE(test, levee_scan_is_known(&scan, &target));
	target.proto = TCP;
	KUNIT_ASSERT_TRUE(test, levee_scan_is_known(&scan, &target));
}

static void forms_can_be_off(struct kunit *test)
{
	u32 i;

	begin_with(0);
	for (i = 0; i < 100; i++) {
		KUNIT_ASSERT_EQ(test, fail_at(1, 1 + i, i), 0);
		KUNIT_ASSERT_EQ(test, fail_at(10 + i, 22, i), 0);
	}
}

static void room_is_made_by_what_answered(struct kunit *test)
{
	u32 i;

	begin_with(0);
	fail_at(1, 80, 0);
	for (i = 0; i < LEVEE_SCAN_CONTACTS - 1; i++)
		answer_at(2 + i, 80, 1);
	KUNIT_ASSERT_EQ(test, scan.count, LEVEE_SCAN_CONTACTS);
	try_at(1000, 80, 2);
	KUNIT_ASSERT_EQ(test, scan.count, LEVEE_SCAN_CONTACTS);
	KUNIT_ASSERT_TRUE(test, knows(1, 80));
	KUNIT_ASSERT_FALSE(test, knows(2, 80));
	KUNIT_ASSERT_TRUE(test, knows(3, 80));
	KUNIT_ASSERT_TRUE(test, knows(1000, 80));
	KUNIT_ASSERT_EQ(test, scan.forgotten, 0);
	/* All but the last are decided. */
	KUNIT_ASSERT_EQ(test, scan.walked, LEVEE_SCAN_CONTACTS - 1);
}

static void what_was_in_vain_gives_way_last(struct kunit *test)
{
	u32 i;

	begin_with(0);
	for (i = 0; i <= LEVEE_SCAN_FAILED; i++)
		fail_at(2 + i, 80, 1);
	while (scan.count < LEVEE_SCAN_CONTACTS)
		try_at(scan.count + 2, 80, 2);
	try_at(1000, 80, 3);
	KUNIT_ASSERT_FALSE(test, knows(2, 80));
	KUNIT_ASSERT_TRUE(test, knows(3, 80));
	KUNIT_ASSERT_TRUE(test, knows(1000, 80));
	KUNIT_ASSERT_EQ(test, scan.forgotten, 1);
	/* Without too many in vain, those stay, too. */
	try_at(1001, 80, 3);
	KUNIT_ASSERT_TRUE(test, knows(3, 80));
	KUNIT_ASSERT_FALSE(test, knows(1001, 80));
	KUNIT_ASSERT_EQ(test, scan.forgotten, 2);
	KUNIT_ASSERT_EQ(test, scan.seen, LEVEE_SCAN_CONTACTS + 2);
}

/* Nothing that the walk has not come to gives way. */
static void what_is_waited_for_keeps_the_rest(struct kunit *test)
{
	u32 i;

	begin_with(S);
	try_at(1, 80, 0);
	answer_at(500, 80, 1);
	for (i = 0; i < LEVEE_SCAN_CONTACTS - 2; i++)
		fail_at(2 + i, 80, 1);
	KUNIT_ASSERT_EQ(test, try_at(1000, 80, 2), 0);
	KUNIT_ASSERT_FALSE(test, knows(1000, 80));
	KUNIT_ASSERT_TRUE(test, knows(500, 80));
	KUNIT_ASSERT_EQ(test, scan.count, LEVEE_SCAN_CONTACTS);
	/* It is answered: the others follow, and the finding with them. */
	KUNIT_ASSERT_EQ(test, end_at(1, 80, 3, true), 0);
	KUNIT_ASSERT_EQ(test, try_at(1000, 80, 4), S);
	KUNIT_ASSERT_TRUE(test, knows(1000, 80));
	KUNIT_ASSERT_FALSE(test, knows(2, 80));
}

/* Who is silent is known last, but was not tried last. */
static void silence_counts_where_it_began(struct kunit *test)
{
	u32 round, i;

	begin_with(S);
	for (round = 0; round < 10; round++) {
		for (i = 0; i < 40; i++)
			if (i % 4)
				answer_at(round * 40 + i, 80, round * 10000 + i * 10);
			else
				try_at(round * 40 + i, 80, round * 10000 + i * 10);
	}
	KUNIT_ASSERT_EQ(test, try_at(1000, 80, 200000), 0);
	KUNIT_ASSERT_EQ(test, scan.failed, 100);
	KUNIT_ASSERT_EQ(test, scan.walk, 0);
}

/* One in five is down of more hosts than are remembered: mostly they answer. */
static void answers_count_that_gave_way(struct kunit *test)
{
	u32 i;

	begin_with(H);
	for (i = 0; i < 400; i++) {
		KUNIT_ASSERT_EQ(test, i % 5 ? answer_at(i, 80, i * 10) :
					      fail_at(i, 80, i * 10), 0);
		/* Those of another port do not. */
		answer_at(i, 443, i * 10 + 5);
	}
	/* Until they are too long ago. */
	for (i = 0; i < 25; i++)
		KUNIT_ASSERT_EQ(test, fail_at(1000 + i, 80, 310000 + i), i < 24 ? 0 : H);
}

static u32 sum_of_others(void)
{
	u32 i, sum = 0;

	for (i = 0; i < scan.count; i++)
		sum += scan.contacts[i].others;
	return sum;
}

static void each_answer_counts_once(struct kunit *test)
{
	u32 i;

	begin_with(H);
	for (i = 0; i < 3000; i++) {
		answer_at(i, 80, i);
		KUNIT_ASSERT_EQ(test, sum_of_others() + scan.count, i + 1);
	}
	/* What is new stands for itself. */
	begin_with(H);
	answer_at(0, 80, 0);
	while (scan.count < LEVEE_SCAN_CONTACTS - 1)
		answer_at(scan.count, 443, 1);
	try_at(1, 80, 2);
	try_at(1000, 443, 3);
	KUNIT_ASSERT_TRUE(test, scan.contacts[LEVEE_SCAN_CONTACTS - 2].others == 1);
	KUNIT_ASSERT_TRUE(test, scan.contacts[LEVEE_SCAN_CONTACTS - 1].others == 0);
}

static void hosts_count_that_gave_way(struct kunit *test)
{
	u32 i;

	begin_with(H);
	for (i = 0; i < 6; i++)
		answer_at(i, 80, i);
	for (i = 0; i < 18; i++)
		KUNIT_ASSERT_EQ(test, fail_at(100 + i, 80, 100 + i), 0);
	for (i = 0; i < 300; i++)
		answer_at(1000 + i, 443, 200 + i);
	KUNIT_ASSERT_FALSE(test, knows(0, 80) || knows(5, 80));
	KUNIT_ASSERT_EQ(test, fail_at(200, 80, 1000), H);
}

static void old_answers_do_not_count(struct kunit *test)
{
	u32 i;

	begin_with(H);
	for (i = 0; i < 50; i++)
		answer_at(i, 80, i);
	for (i = 0; i < 24; i++)
		KUNIT_ASSERT_EQ(test, fail_at(100 + i, 80, 400000 + i), 0);
	for (i = 0; i < 300; i++)
		answer_at(1000 + i, 443, 400100 + i);
	KUNIT_ASSERT_FALSE(test, knows(49, 80));
	KUNIT_ASSERT_EQ(test, fail_at(200, 80, 401000), H);
}

/* Answers of one port are no excuse for another, however many there are. */
static void answers_count_for_their_port_alone(struct kunit *test)
{
	u32 i, found = 0;

	begin_with(H);
	for (i = 0; !found && i < 100; i++) {
		for (u32 n = 0; n < 20; n++)
			answer_at(i * 20 + n, 443, i * 100 + n);
		found = fail_at(5000 + i, 22, i * 100 + 50);
	}
	KUNIT_ASSERT_EQ(test, found, H);
	KUNIT_ASSERT_EQ(test, i, 25);
}

/* A sweep of silent hosts that is faster than silence: the first of them grow old. */
static void sweep_is_not_too_fast(struct kunit *test)
{
	u32 i, found = 0;

	begin_with(H | S);
	for (i = 0; i < 3000; i++)
		KUNIT_ASSERT_EQ(test, try_at(i, 80, i), 0);
	KUNIT_ASSERT_TRUE(test, knows(0, 80));
	KUNIT_ASSERT_FALSE(test, knows(LEVEE_SCAN_CONTACTS, 80));
	KUNIT_ASSERT_EQ(test, scan.seen, 3000);
	KUNIT_ASSERT_EQ(test, scan.forgotten, 3000 - LEVEE_SCAN_CONTACTS);
	for (i = 3000; !found && i < 4000; i++)
		found = try_at(i, 80, i);
	KUNIT_ASSERT_EQ(test, found, H);
	KUNIT_ASSERT_EQ(test, i, 3007);
}

static void clock_may_wrap(struct kunit *test)
{
	const u32 before = (u32)-5000;
	u32 i;

	begin_with(V);
	for (i = 0; i < 14; i++)
		KUNIT_ASSERT_EQ(test, fail_at(1, 2000 + i, before + i), 0);
	KUNIT_ASSERT_EQ(test, try_at(1, 3000, before + 90000), V);

	begin_with(0);
	settings.fast_weight = 21;
	for (i = 0; i < 6; i++)
		KUNIT_ASSERT_EQ(test, try_at(1, 10 + i, before + i * 2000), 0);
	KUNIT_ASSERT_EQ(test, try_at(1, 20, before + 12000), V);

	begin_with(S);
	try_at(1, 80, (u32)-1);
	try_at(2, 80, 2998);
	KUNIT_ASSERT_EQ(test, scan.failed, 0);
	try_at(3, 80, 2999);
	KUNIT_ASSERT_EQ(test, scan.failed, 1);
}

static void evidence_is_the_latest(struct kunit *test)
{
	struct levee_scan_target evidence[16], target = target_of(1, 22);
	u32 oldest = 0, i;

	begin_with(0);
	KUNIT_ASSERT_EQ(test, levee_scan_evidence(&scan, S, &target, evidence, 16, &oldest), 0);
	for (i = 0; i < 20; i++)
		fail_at(1, 100 + i, 1000 + i * 10);
	answer_at(1, 200, 2000);
	for (i = 0; i < 5; i++)
		fail_at(10 + i, 22, 3000 + i * 10);
	/* Of one host, the latest first, and as many as there is room for. */
	KUNIT_ASSERT_EQ(test, levee_scan_evidence(&scan, V, &target, evidence, 16, &oldest), 16);
	for (i = 0; i < 16; i++) {
		KUNIT_ASSERT_EQ(test, evidence[i].port, 119 - i);
		KUNIT_ASSERT_EQ(test, evidence[i].addr.lo, 0x0a000001);
		KUNIT_ASSERT_TRUE(test, evidence[i].addr.is_v4);
		KUNIT_ASSERT_EQ(test, evidence[i].proto, TCP);
	}
	KUNIT_ASSERT_EQ(test, oldest, 1040);
	/* Of one port. */
	KUNIT_ASSERT_EQ(test, levee_scan_evidence(&scan, H, &target, evidence, 16, &oldest), 5);
	KUNIT_ASSERT_EQ(test, evidence[0].addr.lo, 0x0a00000e);
	KUNIT_ASSERT_EQ(test, evidence[4].addr.lo, 0x0a00000a);
	KUNIT_ASSERT_EQ(test, oldest, 3000);
	/* Of whatever there is, but what answered. */
	KUNIT_ASSERT_EQ(test, levee_scan_evidence(&scan, S, &target, evidence, 7, &oldest), 7);
	KUNIT_ASSERT_EQ(test, evidence[4].port, 22);
	KUNIT_ASSERT_EQ(test, evidence[5].port, 119);
	KUNIT_ASSERT_EQ(test, oldest, 1180);
}

/* What a workload that is held back may go on with is what it has tried already. */
static void known_is_what_was_tried(struct kunit *test)
{
	begin_with(V);
	KUNIT_ASSERT_FALSE(test, knows(1, 80));
	try_at(1, 80, 0);
	KUNIT_ASSERT_TRUE(test, knows(1, 80));
	KUNIT_ASSERT_FALSE(test, knows(1, 81));
	KUNIT_ASSERT_FALSE(test, knows(2, 80));
	end_at(1, 80, 1, true);
	KUNIT_ASSERT_TRUE(test, knows(1, 80));
	fail_at(2, 80, 2);
	KUNIT_ASSERT_TRUE(test, knows(2, 80));
}

/*
 * The oracle: everything that happened, on a clock that does not wrap, without a
 * bound.
 */

#define EVENTS 300
#define HOSTS 30
#define PORTS 30

enum { PENDING, FAILED, ANSWERED };

struct happened {
	u64 time;
	u32 host;
	u16 port;
	bool begins;
	bool good;	/* answered; or, where it begins, refused */
};

struct remembered {
	struct happened first;
	u32 outcome;
};

static struct happened history[EVENTS];
static struct remembered contacts[EVENTS];
static u32 nr_contacts, walked, walk;
static u64 walk_since;

/* In the order of the contacts, as far as they are decided. */
static void oracle_walk(void)
{
	for (; walked < nr_contacts && contacts[walked].outcome != PENDING; walked++) {
		if (contacts[walked].outcome == ANSWERED) {
			walk -= walk > 0;
			continue;
		}
		if (!walk)
			walk_since = contacts[walked].first.time;
		walk += walk < settings.slow_failures;
	}
}

static struct remembered *oracle_find(const struct happened *event)
{
	u32 i;

	for (i = 0; i < nr_contacts; i++)
		if (contacts[i].first.host == event->host && contacts[i].first.port == event->port)
			return &contacts[i];
	return NULL;
}

/* Of those within a time, of one host or one port. */
static bool oracle_counts(const struct happened *event, bool by_host, u32 seconds, u32 all,
			  u32 failed)
{
	u32 by[3] = { 0 }, i;

	for (i = 0; i < nr_contacts; i++)
		if ((by_host ? contacts[i].first.host == event->host :
			       contacts[i].first.port == event->port) &&
		    contacts[i].first.time + seconds * 1000ULL >= event->time)
			by[contacts[i].outcome]++;
	return all && by[PENDING] + by[FAILED] + by[ANSWERED] >= all && by[FAILED] >= failed &&
	       by[FAILED] > by[ANSWERED];
}

/* A contact counts if from there on no two are too far apart. */
static u32 oracle_weight(const struct happened *event)
{
	u64 reaches = event->time;
	u32 weight = 0, i;

	for (i = nr_contacts; i--;) {
		if (contacts[i].first.host != event->host || contacts[i].outcome == ANSWERED)
			continue;
		if (contacts[i].first.time + settings.fast_gap * 1000ULL < reaches)
			return weight;
		reaches = contacts[i].first.time;
		weight += contacts[i].first.port < 1024 ? 3 : 1;
	}
	return weight;
}

/* What is true after the next event. */
static u32 oracle_judge(const struct happened *event)
{
	struct remembered *contact = oracle_find(event);
	bool ask = false;
	u32 i, found = 0;

	for (i = 0; event->begins && i < nr_contacts; i++) {
		if (contacts[i].outcome != PENDING ||
		    contacts[i].first.time + settings.silence * 1000ULL > event->time)
			continue;
		contacts[i].outcome = FAILED;
		ask = true;
	}
	if (event->begins && !contact) {
		contact = &contacts[nr_contacts++];
		contact->first = *event;
		contact->outcome = event->good ? FAILED : PENDING;
		ask = true;
	} else if (!event->begins && contact && contact->outcome == PENDING) {
		contact->outcome = event->good ? ANSWERED : FAILED;
		ask = !event->good;
	}
	oracle_walk();
	if (!ask)
		return 0;
	if (oracle_counts(event, true, settings.vertical_seconds, settings.vertical_ports,
			  settings.vertical_failures) ||
	    (settings.fast_weight && oracle_weight(event) >= settings.fast_weight))
		found |= V;
	if (oracle_counts(event, false, settings.horizontal_seconds, settings.horizontal_hosts,
			  settings.horizontal_failures))
		found |= H;
	if (!found && settings.slow_failures && walk >= settings.slow_failures &&
	    event->time >= walk_since + settings.vertical_seconds * 1000ULL)
		found = S;
	if (found)
		walk = 0;
	return found;
}

static u32 random_threshold(u32 bound)
{
	return random_below(5) ? 1 + random_below(bound) : 0;
}

/* Small ones, so that what is random reaches each form, and misses it. */
static void random_settings(void)
{
	settings = (struct levee_scan_settings){
		.vertical_ports = random_threshold(12),
		.vertical_failures = 1 + random_below(8),
		.vertical_seconds = 1 + random_below(60),
		.horizontal_hosts = random_threshold(12),
		.horizontal_failures = 1 + random_below(8),
		.horizontal_seconds = 1 + random_below(60),
		.fast_weight = random_threshold(30),
		.fast_gap = 1 + random_below(5),
		.slow_failures = random_threshold(20),
		.silence = 1 + random_below(5),
	};
}

/* Something that begins, or an end of something that did. */
static struct happened random_event(u32 nr, u32 hosts, u32 ports, u64 time)
{
	struct happened event = { .time = time, .begins = !nr || random_below(2) };

	if (event.begins) {
		event.host = random_below(hosts);
		event.port = 1024 - ports / 2 + random_below(ports);
		event.good = !random_below(6);
	} else {
		event = history[nr - 1 - random_below(min_t(u32, nr, 6))];
		event.time = time;
		event.begins = false;
		event.good = random_below(2);
	}
	return event;
}

static u32 feed(const struct happened *event)
{
	const struct levee_scan_target target = target_of(event->host, event->port);

	if (event->begins)
		return levee_scan_begin(&scan, &settings, &target, event->time, event->good);
	return levee_scan_end(&scan, &settings, &target, event->time, event->good);
}

static void random_histories_agree(struct kunit *test)
{
	u32 run, nr, found, seen = 0, none = 0;

	for (run = 0; run < 200; run++) {
		/* At most 128 contacts, and now and then a clock that is about to wrap. */
		u32 hosts = 1 + random_below(10), ports = 1 + random_below(12);
		u32 wraps = random_below(60000);
		u64 time = random_below(3) ? random_u64() >> 32 : (1ULL << 32) - wraps;
		u32 pace = 1 + random_below(random_below(2) ? 100 : 4000);

		memset(&scan, 0, sizeof(scan));
		nr_contacts = 0;
		walked = 0;
		walk = 0;
		random_settings();
		for (nr = 0; nr < 150; nr++) {
			time += random_below(pace);
			history[nr] = random_event(nr, hosts, ports, time);
			found = feed(&history[nr]);
			KUNIT_ASSERT_EQ(test, found, oracle_judge(&history[nr]));
			KUNIT_ASSERT_EQ(test, scan.count, nr_contacts);
			KUNIT_ASSERT_EQ(test, scan.walk, walk);
			seen |= found;
			none += !found;
		}
	}
	/* The oracle was asked for something. */
	KUNIT_ASSERT_EQ(test, seen, V | H | S);
	KUNIT_ASSERT_TRUE(test, none > 1000);
}

/* Contacts of a group that may have been in vain: more than that cannot have been. */
static u32 not_answered(u32 nr, const struct happened *event, bool by_host, bool by_port)
{
	u32 sum = 0, i;

	for (i = 0; i < nr; i++) {
		if ((by_host && history[i].host != event->host) ||
		    (by_port && history[i].port != event->port))
			continue;
		sum += history[i].begins;
	}
	return sum;
}

/* Also where more was tried than is remembered: no finding without its failures. */
static void nothing_is_found_without_failures(struct kunit *test)
{
	u32 run, nr, found, seen = 0;

	for (run = 0; run < 200; run++) {
		u32 hosts = 1 + random_below(HOSTS), ports = 1 + random_below(PORTS);
		u32 share = random_below(4), pace = 1 + random_below(3000);
		u64 time = 0;

		begin_with(V | H | S);
		for (nr = 0; nr < EVENTS; nr++) {
			time += random_below(pace);
			history[nr] = random_event(nr, hosts, ports, time);
			history[nr].good = !history[nr].begins && random_below(4) < share;
			found = feed(&history[nr]);
			KUNIT_ASSERT_TRUE(test, scan.count <= LEVEE_SCAN_CONTACTS);
			KUNIT_ASSERT_TRUE(test, !(found & V) ||
					  not_answered(nr + 1, &history[nr], true, false) >= 15);
			KUNIT_ASSERT_TRUE(test, !(found & H) ||
					  not_answered(nr + 1, &history[nr], false, true) >= 25);
			KUNIT_ASSERT_TRUE(test, !found || scan.failed >= 7);
			seen |= found;
		}
	}
	KUNIT_ASSERT_EQ(test, seen, V | H | S);
}

/* Who is answered at once is no scanner, however many he talks to. */
static void who_is_answered_is_no_scanner(struct kunit *test)
{
	u32 i;

	begin_with(V | H | S);
	settings.fast_weight = 21;
	for (i = 0; i < 20000; i++) {
		u32 host = random_below(3000);
		u16 port = 1 + random_below(100);

		KUNIT_ASSERT_EQ(test, answer_at(host, port, i * 3), 0);
	}
	KUNIT_ASSERT_EQ(test, scan.failed, 0);
	KUNIT_ASSERT_EQ(test, scan.forgotten, 0);
}

static struct kunit_case scan_estimator_cases[] = {
	KUNIT_CASE(defaults_are_the_published),
	KUNIT_CASE(vertical_needs_its_ports),
	KUNIT_CASE(vertical_needs_its_failures),
	KUNIT_CASE(vertical_needs_more_in_vain_than_not),
	KUNIT_CASE(vertical_has_its_time),
	KUNIT_CASE(horizontal_needs_its_hosts),
	KUNIT_CASE(horizontal_needs_its_failures),
	KUNIT_CASE(horizontal_needs_more_in_vain_than_not),
	KUNIT_CASE(horizontal_has_its_time),
	KUNIT_CASE(fast_weighs_ports),
	KUNIT_CASE(fast_has_its_gap),
	KUNIT_CASE(fast_does_not_count_what_answers),
	KUNIT_CASE(slow_takes_its_time),
	KUNIT_CASE(slow_is_what_no_window_sees),
	KUNIT_CASE(slow_saves_no_answers_up),
	KUNIT_CASE(refusal_by_the_policy_is_in_vain),
	KUNIT_CASE(silence_is_in_vain),
	KUNIT_CASE(retries_tell_the_last_probes),
	KUNIT_CASE(retries_count_once),
	KUNIT_CASE(outcome_is_the_first),
	KUNIT_CASE(families_and_protocols_differ),
	KUNIT_CASE(forms_can_be_off),
	KUNIT_CASE(room_is_made_by_what_answered),
	KUNIT_CASE(what_was_in_vain_gives_way_last),
	KUNIT_CASE(what_is_waited_for_keeps_the_rest),
	KUNIT_CASE(silence_counts_where_it_began),
	KUNIT_CASE(answers_count_that_gave_way),
	KUNIT_CASE(each_answer_counts_once),
	KUNIT_CASE(hosts_count_that_gave_way),
	KUNIT_CASE(old_answers_do_not_count),
	KUNIT_CASE(answers_count_for_their_port_alone),
	KUNIT_CASE(sweep_is_not_too_fast),
	KUNIT_CASE(clock_may_wrap),
	KUNIT_CASE(evidence_is_the_latest),
	KUNIT_CASE(known_is_what_was_tried),
	KUNIT_CASE(random_histories_agree),
	KUNIT_CASE(nothing_is_found_without_failures),
	KUNIT_CASE(who_is_answered_is_no_scanner),
	{}
};

static struct kunit_suite scan_estimator_suite = {
	.name = "levee_scan_estimator",
	.init = random_seed,
	.test_cases = scan_estimator_cases,
};

kunit_test_suite(scan_estimator_suite);
