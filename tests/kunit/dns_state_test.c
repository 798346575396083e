// SPDX-License-Identifier: GPL-2.0
#include <linux/timer.h>

#include "detect/dns_state.h"
#include "fixture.h"
#include "policy/registry.h"

#define HOME "/kunit_dns_state"
#define STATES 12

/* Each case has workloads of its own: what they hold must be given back at its end. */
static struct levee_workload *workloads[STATES];
static struct levee_dns_state *states[STATES];
static u32 nr_states;
static u64 bytes_before;

static struct levee_dns_state *new_state(struct kunit *test)
{
	struct levee_workload *workload = levee_workload_new_overflow("kunit");

	KUNIT_ASSERT_NOT_NULL(test, workload);
	KUNIT_ASSERT_LT(test, nr_states, STATES);
	workloads[nr_states] = workload;
	rcu_read_lock();
	states[nr_states] = levee_dns_state_of(workload);
	rcu_read_unlock();
	return states[nr_states++];
}

static int begin(struct kunit *test)
{
	/* What suites before have dropped is gone. */
	rcu_barrier();
	bytes_before = levee_dns_state_bytes();
	new_state(test);
	new_state(test);
	return 0;
}

static void end(struct kunit *test)
{
	while (nr_states)
		levee_workload_free_overflow(workloads[--nr_states]);
	fixture_exit(test);
	rcu_barrier();
	KUNIT_EXPECT_EQ(test, levee_dns_state_bytes(), bytes_before);
}

static void a_workload_has_one_state(struct kunit *test)
{
	rcu_read_lock();
	KUNIT_EXPECT_PTR_EQ(test, levee_dns_state_of(workloads[0]), states[0]);
	KUNIT_EXPECT_PTR_NE(test, states[0], states[1]);
	rcu_read_unlock();
	KUNIT_EXPECT_GT(test, levee_dns_state_bytes(), bytes_before);
}

/* Queries. */

static struct levee_dns_ask some_ask(u16 id)
{
	return (struct levee_dns_ask){
		.server = fixture_addr("192.0.2.53"),
		.name = fixture_name("www.example"),
		.server_port = 53,
		.local_port = 40000,
		.id = id,
		.proto = IPPROTO_UDP,
	};
}

static void note(struct levee_dns_state *state, u16 id)
{
	struct levee_dns_ask ask = some_ask(id);

	levee_dns_ask_note(state, &ask);
}

static bool take(struct levee_dns_state *state, u16 id)
{
	struct levee_dns_ask ask = some_ask(id);

	return levee_dns_ask_take(state, &ask);
}

static void a_query_has_one_answer(struct kunit *test)
{
	KUNIT_EXPECT_FALSE(test, take(states[0], 1));
	note(states[0], 1);
	KUNIT_EXPECT_FALSE(test, take(states[1], 1));
	KUNIT_EXPECT_TRUE(test, take(states[0], 1));
	KUNIT_EXPECT_FALSE(test, take(states[0], 1));
	/* Asked twice, as resolvers do that wait too long. */
	note(states[0], 1);
	note(states[0], 1);
	KUNIT_EXPECT_TRUE(test, take(states[0], 1));
	KUNIT_EXPECT_TRUE(test, take(states[0], 1));
	KUNIT_EXPECT_FALSE(test, take(states[0], 1));
}

static void every_part_of_a_query_counts(struct kunit *test)
{
	struct levee_dns_ask ask = some_ask(7), other;

	levee_dns_ask_note(states[0], &ask);
#define DIFFERS(change) do {							\
	other = ask;								\
	change;									\
	KUNIT_EXPECT_FALSE_MSG(test, levee_dns_ask_take(states[0], &other), #change);	\
} while (0)
	DIFFERS(other.server = fixture_addr("192.0.2.54"));
	DIFFERS(other.server = fixture_addr("::c000:235"));
	DIFFERS(other.server.hi = 1);
	DIFFERS(other.name = fixture_name("example"));
	DIFFERS(other.name = fixture_name("wwx.example"));
	DIFFERS(other.name = fixture_name("."));
	DIFFERS(other.server_port = 54);
	DIFFERS(other.local_port = 40001);
	DIFFERS(other.id = 8);
	/* One that is in the same place. */
	DIFFERS(other.id = 7 + 1024);
	DIFFERS(other.proto = IPPROTO_TCP);
#undef DIFFERS
	other = ask;
	other.name = fixture_name("WWW.eXample");
	KUNIT_EXPECT_TRUE(test, levee_dns_ask_take(states[0], &other));
}

static void a_query_is_open_for_a_minute(struct kunit *test)
{
	note(states[0], 1);
	note(states[0], 2);
	fixture_sleep_jiffies(LEVEE_DNS_ASK_SECONDS - 1);
	KUNIT_EXPECT_TRUE(test, take(states[0], 1));
	fixture_sleep_jiffies(2);
	KUNIT_EXPECT_FALSE(test, take(states[0], 2));
}

static void who_answers_himself_has_no_answer(struct kunit *test)
{
	struct levee_name name = fixture_name("www.example"), other = fixture_name("example");
	struct levee_dns_ask elsewhere = some_ask(1);

	elsewhere.server = fixture_addr("2001:db8::53");
	elsewhere.local_port = 1;
	elsewhere.proto = IPPROTO_TCP;
	note(states[0], 1);
	note(states[0], 1);
	note(states[0], 2);
	note(states[1], 1);
	levee_dns_ask_note(states[0], &elsewhere);
	levee_dns_ask_spoil(states[0], 1, &other);
	levee_dns_ask_spoil(states[0], 1 + 1024, &name);
	KUNIT_EXPECT_TRUE(test, take(states[0], 1));
	levee_dns_ask_spoil(states[0], 1, &name);
	KUNIT_EXPECT_FALSE(test, take(states[0], 1));
	KUNIT_EXPECT_FALSE(test, levee_dns_ask_take(states[0], &elsewhere));
	KUNIT_EXPECT_TRUE(test, take(states[0], 2));
	KUNIT_EXPECT_TRUE(test, take(states[1], 1));
}

static void of_too_many_queries_the_oldest_is_forgotten(struct kunit *test)
{
	u64 evicted = levee_dns_state_evicted(), bytes;
	u32 i;

	note(states[1], 1);
	for (i = 0; i < LEVEE_DNS_ASKS_MAX; i++)
		note(states[0], i);
	KUNIT_EXPECT_EQ(test, levee_dns_state_evicted(), evicted);
	bytes = levee_dns_state_bytes();
	for (; i < LEVEE_DNS_ASKS_MAX + 10; i++)
		note(states[0], i);
	KUNIT_EXPECT_EQ(test, levee_dns_state_evicted(), evicted + 10);
	KUNIT_EXPECT_EQ(test, levee_dns_state_bytes(), bytes);
	for (i = 0; i < LEVEE_DNS_ASKS_MAX + 10; i++)
		KUNIT_EXPECT_EQ(test, take(states[0], i), i >= 10);
	KUNIT_EXPECT_TRUE(test, take(states[1], 1));
}

static void a_query_without_answer_makes_room_in_time(struct kunit *test)
{
	u64 evicted = levee_dns_state_evicted(), bytes;
	u32 i;

	for (i = 0; i < LEVEE_DNS_ASKS_MAX; i++)
		note(states[0], i);
	bytes = levee_dns_state_bytes();
	fixture_sleep_jiffies(LEVEE_DNS_ASK_SECONDS + 1);
	for (i = 0; i < LEVEE_DNS_ASKS_MAX; i++)
		note(states[0], i);
	KUNIT_EXPECT_EQ(test, levee_dns_state_evicted(), evicted);
	KUNIT_EXPECT_EQ(test, levee_dns_state_bytes(), bytes);
	for (i = 0; i < LEVEE_DNS_ASKS_MAX; i++)
		KUNIT_EXPECT_TRUE(test, take(states[0], i));
}

/* Names. */

static void learn(u32 state, const char *addr, const char *name, bool alias, u64 seconds)
{
	struct levee_addr to = fixture_addr(addr);
	struct levee_name named = fixture_name(name);

	levee_dns_learn(states[state], &to, &named, alias, seconds);
}

/* The names of an address in order, an alias behind '~'. */
static const char *names_of(u32 state, const char *addr, bool outlasting)
{
	static char text[LEVEE_DNS_NAMES_MAX * 64];
	struct levee_name names[LEVEE_DNS_NAMES_MAX];
	struct levee_addr to = fixture_addr(addr);
	char name[LEVEE_DNS_TEXT_MAX];
	struct levee_dns_name wire;
	size_t len = 0;
	u32 count, i;

	text[0] = 0;
	rcu_read_lock();
	count = levee_dns_names_of(workloads[state], &to, outlasting, names);
	for (i = 0; i < count; i++) {
		WARN_ON(levee_dns_name_read(&wire, names[i].wire, names[i].len, 0, 0) !=
			names[i].len);
		levee_dns_name_format(name, sizeof(name), &wire);
		len += scnprintf(text + len, sizeof(text) - len, "%s%s%s", i ? " " : "",
				 names[i].alias ? "~" : "", name);
	}
	rcu_read_unlock();
	return text;
}

#define EXPECT_NAMES(addr, expected) \
	KUNIT_EXPECT_STREQ(test, names_of(0, addr, false), expected)
#define EXPECT_OUTLASTING(addr, expected) \
	KUNIT_EXPECT_STREQ(test, names_of(0, addr, true), expected)

static void a_name_is_known_to_who_asked(struct kunit *test)
{
	EXPECT_NAMES("192.0.2.1", "");
	learn(0, "192.0.2.1", "a.example", false, 30);
	learn(0, "2001:db8::1", "b.example", false, 30);
	EXPECT_NAMES("192.0.2.1", "a.example");
	EXPECT_NAMES("2001:db8::1", "b.example");
	EXPECT_NAMES("192.0.2.2", "");
	/* The same number, but of the other family. */
	EXPECT_NAMES("::c000:201", "");
	KUNIT_EXPECT_STREQ(test, names_of(1, "192.0.2.1", true), "");
}

static void a_workload_that_asked_nothing_knows_nothing(struct kunit *test)
{
	struct levee_workload *workload = levee_workload_new_overflow("kunit");
	struct levee_name names[LEVEE_DNS_NAMES_MAX];
	struct levee_addr addr = fixture_addr("192.0.2.1");

	KUNIT_ASSERT_NOT_NULL(test, workload);
	rcu_read_lock();
	KUNIT_EXPECT_EQ(test, levee_dns_names_of(workload, &addr, true, names), 0U);
	rcu_read_unlock();
	levee_workload_free_overflow(workload);
}

static void a_name_is_known_for_its_time(struct kunit *test)
{
	learn(0, "192.0.2.1", "a.example", false, 30);
	learn(0, "192.0.2.1", "b.example", false, 3600);
	fixture_sleep_jiffies(29);
	EXPECT_NAMES("192.0.2.1", "b.example a.example");
	fixture_sleep_jiffies(2);
	EXPECT_NAMES("192.0.2.1", "b.example");
	/* What has begun goes on. */
	EXPECT_OUTLASTING("192.0.2.1", "b.example a.example");
	learn(0, "192.0.2.1", "a.example", false, 30);
	fixture_sleep_jiffies(29);
	EXPECT_NAMES("192.0.2.1", "a.example b.example");
}

static void a_shorter_answer_takes_nothing(struct kunit *test)
{
	learn(0, "192.0.2.1", "a.example", false, 60);
	learn(0, "192.0.2.1", "a.example", false, 0);
	fixture_sleep_jiffies(59);
	EXPECT_NAMES("192.0.2.1", "a.example");
	fixture_sleep_jiffies(2);
	EXPECT_NAMES("192.0.2.1", "");
}

static void the_name_told_last_comes_first(struct kunit *test)
{
	learn(0, "192.0.2.1", "a.example", false, 600);
	fixture_sleep_jiffies(1);
	learn(0, "192.0.2.1", "b.example", false, 600);
	fixture_sleep_jiffies(1);
	learn(0, "192.0.2.1", "c.example", true, 600);
	KUNIT_EXPECT_EQ(test, strncmp(names_of(0, "192.0.2.1", false), "b.example ", 10), 0);
	fixture_sleep_jiffies(1);
	learn(0, "192.0.2.1", "a.example", false, 1);
	KUNIT_EXPECT_EQ(test, strncmp(names_of(0, "192.0.2.1", false), "a.example ", 10), 0);
}

static void who_asks_for_an_alias_has_a_name(struct kunit *test)
{
	learn(0, "192.0.2.1", "cdn.example", true, 60);
	EXPECT_NAMES("192.0.2.1", "~cdn.example");
	EXPECT_OUTLASTING("192.0.2.1", "~cdn.example");
	learn(0, "192.0.2.1", "cdn.example", false, 30);
	EXPECT_NAMES("192.0.2.1", "cdn.example");
}

/* An answer to another question does not prolong what this one allows. */
static void an_alias_allows_no_longer_than_was_asked(struct kunit *test)
{
	learn(0, "192.0.2.1", "cdn.example", false, 30);
	learn(0, "192.0.2.1", "cdn.example", true, 600);
	EXPECT_NAMES("192.0.2.1", "cdn.example");
	fixture_sleep_jiffies(31);
	EXPECT_NAMES("192.0.2.1", "~cdn.example");
	/* A connection of that time goes on. */
	EXPECT_OUTLASTING("192.0.2.1", "cdn.example");
	fixture_sleep_jiffies(600);
	EXPECT_NAMES("192.0.2.1", "");
	/* Nor does it bring back what is over. */
	learn(0, "192.0.2.1", "cdn.example", true, 600);
	EXPECT_NAMES("192.0.2.1", "~cdn.example");
	learn(0, "192.0.2.1", "cdn.example", false, 600);
	EXPECT_NAMES("192.0.2.1", "cdn.example");
}

static const char *numbered(u32 number)
{
	static char names[4][16];
	char *name = names[number % 4];

	snprintf(name, sizeof(names[0]), "n%u.example", number);
	return name;
}

static const char *address(u32 number)
{
	static char addresses[4][24];
	char *text = addresses[number % 4];

	snprintf(text, sizeof(addresses[0]), "2001:db8::%x:%x", number >> 16, number & 0xffff);
	return text;
}

static void an_address_has_sixteen_names(struct kunit *test)
{
	u64 evicted = levee_dns_state_evicted();
	u32 i;

	learn(1, "192.0.2.1", numbered(0), false, 600);
	learn(0, "192.0.2.2", numbered(0), false, 600);
	for (i = 0; i < LEVEE_DNS_NAMES_MAX; i++) {
		learn(0, "192.0.2.1", numbered(i), false, 600);
		fixture_sleep_jiffies(1);
	}
	KUNIT_EXPECT_EQ(test, levee_dns_state_evicted(), evicted);
	/* The first is told again, so the second is the oldest. */
	learn(0, "192.0.2.1", numbered(0), false, 600);
	learn(0, "192.0.2.1", numbered(99), false, 600);
	KUNIT_EXPECT_EQ(test, levee_dns_state_evicted(), evicted + 1);
	KUNIT_EXPECT_NOT_NULL(test, strstr(names_of(0, "192.0.2.1", false), "n0.example"));
	KUNIT_EXPECT_NULL(test, strstr(names_of(0, "192.0.2.1", true), "n1.example"));
	for (i = 2; i < LEVEE_DNS_NAMES_MAX; i++)
		KUNIT_EXPECT_NOT_NULL(test, strstr(names_of(0, "192.0.2.1", false), numbered(i)));
	KUNIT_EXPECT_NOT_NULL(test, strstr(names_of(0, "192.0.2.1", false), "n99.example"));
	EXPECT_NAMES("192.0.2.2", "n0.example");
	KUNIT_EXPECT_STREQ(test, names_of(1, "192.0.2.1", false), "n0.example");
}

static void a_name_has_sixty_four_addresses(struct kunit *test)
{
	u64 evicted = levee_dns_state_evicted();
	u32 i;

	learn(0, address(0), "other.example", false, 600);
	learn(1, address(0), "a.example", false, 600);
	for (i = 0; i < LEVEE_DNS_ADDRS_MAX; i++) {
		learn(0, address(i), "a.example", false, 600);
		fixture_sleep_jiffies(1);
	}
	KUNIT_EXPECT_EQ(test, levee_dns_state_evicted(), evicted);
	learn(0, address(0), "a.example", false, 600);
	learn(0, address(999), "a.example", false, 600);
	KUNIT_EXPECT_EQ(test, levee_dns_state_evicted(), evicted + 1);
	EXPECT_OUTLASTING(address(1), "");
	for (i = 2; i < LEVEE_DNS_ADDRS_MAX; i++)
		EXPECT_NAMES(address(i), "a.example");
	EXPECT_NAMES(address(999), "a.example");
	EXPECT_NAMES(address(0), "a.example other.example");
	KUNIT_EXPECT_STREQ(test, names_of(1, address(0), false), "a.example");
}

static void of_too_many_names_the_oldest_is_forgotten(struct kunit *test)
{
	u64 evicted = levee_dns_state_evicted(), bytes;
	u32 i;

	learn(1, address(1), numbered(1), false, 600);
	for (i = 0; i < LEVEE_DNS_KNOWN_MAX; i++)
		learn(0, address(i), numbered(i), false, i == 1 ? 1 : 600);
	KUNIT_EXPECT_EQ(test, levee_dns_state_evicted(), evicted);
	fixture_sleep_jiffies(2);
	/* The first is told again; the second is over, and nobody's loss. */
	learn(0, address(0), numbered(0), false, 600);
	learn(0, address(i), numbered(i), false, 600);
	KUNIT_EXPECT_EQ(test, levee_dns_state_evicted(), evicted);
	bytes = levee_dns_state_bytes();
	learn(0, address(i + 1), numbered(i + 1), false, 600);
	KUNIT_EXPECT_EQ(test, levee_dns_state_evicted(), evicted + 1);
	/* The one that came is as long as 4096, the one that went as long as 2. */
	KUNIT_EXPECT_EQ(test, levee_dns_state_bytes(), bytes + 3);
	EXPECT_NAMES(address(0), "n0.example");
	EXPECT_OUTLASTING(address(1), "");
	EXPECT_OUTLASTING(address(2), "");
	for (i = 3; i < LEVEE_DNS_KNOWN_MAX + 2; i++)
		EXPECT_NAMES(address(i), numbered(i));
	KUNIT_EXPECT_STREQ(test, names_of(1, address(1), false), "n1.example");
}

/* What a reader holds stays until it lets go, whatever is forgotten meanwhile. */
static void a_name_that_is_read_is_not_freed(struct kunit *test)
{
	struct levee_name expected = fixture_name("read.example");
	struct levee_addr addr = fixture_addr("192.0.2.1");
	struct levee_name names[LEVEE_DNS_NAMES_MAX];
	u32 i;

	learn(0, "192.0.2.1", "read.example", false, 600);
	fixture_sleep_jiffies(1);
	rcu_read_lock();
	KUNIT_EXPECT_EQ(test, levee_dns_names_of(workloads[0], &addr, false, names), 1U);
	for (i = 0; i < LEVEE_DNS_NAMES_MAX; i++)
		learn(0, "192.0.2.1", numbered(i), false, 600);
	KUNIT_EXPECT_NULL(test, strstr(names_of(0, "192.0.2.1", true), "read"));
	KUNIT_EXPECT_EQ(test, names[0].len, expected.len);
	KUNIT_EXPECT_EQ(test, memcmp(names[0].wire, expected.wire, expected.len), 0);
	rcu_read_unlock();
}

#define TICKS 30

/* Told in a softirq, in the middle of what reads: each round forgets what the last one told. */
static atomic_t ticks;
static struct timer_list teller;

static void tell(struct timer_list *timer)
{
	u32 i, first = atomic_inc_return(&ticks) * 100;

	for (i = 0; i < LEVEE_DNS_NAMES_MAX * 2; i++)
		learn(0, "192.0.2.1", numbered(first + i), i % 2, 600);
	mod_timer(timer, jiffies + 1);
}

static void names_are_read_while_they_change(struct kunit *test)
{
	struct levee_addr addr = fixture_addr("192.0.2.1");
	struct levee_name names[LEVEE_DNS_NAMES_MAX];
	u32 count, i, bad = 0, most = 0;
	struct levee_dns_name wire;

	atomic_set(&ticks, 0);
	timer_setup(&teller, tell, 0);
	mod_timer(&teller, jiffies + 1);
	while (atomic_read(&ticks) < TICKS) {
		rcu_read_lock();
		count = levee_dns_names_of(workloads[0], &addr, false, names);
		for (i = 0; i < count; i++)
			bad += levee_dns_name_read(&wire, names[i].wire, names[i].len, 0, 0) !=
			       names[i].len || wire.labels != 2;
		rcu_read_unlock();
		most = max(most, count);
		cond_resched();
	}
	del_timer_sync(&teller);
	KUNIT_EXPECT_EQ(test, bad, 0U);
	KUNIT_EXPECT_EQ(test, most, (u32)LEVEE_DNS_NAMES_MAX);
}

/* Connections. */

static struct levee_flow_key some_key(u16 port)
{
	return (struct levee_flow_key){ .sk = states, .cgroup_nr = 3, .lo = 0xc0000235,
					.ports = 1ULL << 63 | 6ULL << 32 | 53 << 16 | port };
}

static struct levee_dns_connection *find(struct levee_dns_state *state, u16 port)
{
	struct levee_flow_key key = some_key(port);
	struct levee_dns_connection *connection;

	levee_dns_state_lock(state);
	connection = levee_dns_connection_find(state, &key);
	levee_dns_state_unlock(state);
	return connection;
}

static struct levee_dns_connection *connect(struct levee_dns_state *state, u16 port)
{
	struct levee_flow_key key = some_key(port);
	struct levee_dns_connection *connection;

	levee_dns_state_lock(state);
	connection = levee_dns_connection_new(state, &key);
	levee_dns_state_unlock(state);
	return connection;
}

static bool listen(struct levee_dns_state *state, struct levee_dns_connection *connection)
{
	bool listens;

	levee_dns_state_lock(state);
	listens = levee_dns_connection_listen(connection);
	levee_dns_state_unlock(state);
	return listens;
}

static void a_connection_is_found_by_all_of_its_key(struct kunit *test)
{
	struct levee_flow_key key = some_key(1), other;
	struct levee_dns_connection *connection;

	KUNIT_EXPECT_NULL(test, find(states[0], 1));
	connection = connect(states[0], 1);
	KUNIT_ASSERT_NOT_NULL(test, connection);
	KUNIT_EXPECT_PTR_EQ(test, find(states[0], 1), connection);
	KUNIT_EXPECT_NULL(test, find(states[1], 1));
	levee_dns_state_lock(states[0]);
#define DIFFERS(change) do {							\
	other = key;								\
	change;									\
	KUNIT_EXPECT_NULL(test, levee_dns_connection_find(states[0], &other));	\
} while (0)
	DIFFERS(other.sk = &states[1]);
	DIFFERS(other.tag = 1);
	DIFFERS(other.cgroup_nr++);
	DIFFERS(other.hi++);
	DIFFERS(other.lo++);
	DIFFERS(other.ports++);
#undef DIFFERS
	levee_dns_state_unlock(states[0]);
}

static void a_new_connection_knows_nothing_of_the_old(struct kunit *test)
{
	struct levee_dns_connection *connection = connect(states[0], 1);
	u64 bytes = levee_dns_state_bytes();

	KUNIT_ASSERT_NOT_NULL(test, connection);
	connection->lost = true;
	connection->deaf = true;
	connection->stream.malformed = true;
	KUNIT_EXPECT_TRUE(test, listen(states[0], connection));
	KUNIT_EXPECT_TRUE(test, listen(states[0], connection));
	KUNIT_EXPECT_EQ(test, levee_dns_state_bytes(), bytes + LEVEE_DNS_ANSWER_MAX);
	connection = connect(states[0], 1);
	KUNIT_ASSERT_NOT_NULL(test, connection);
	KUNIT_EXPECT_FALSE(test, connection->lost || connection->deaf ||
			   connection->stream.malformed || connection->answer);
	KUNIT_EXPECT_PTR_EQ(test, find(states[0], 1), connection);
	KUNIT_EXPECT_EQ(test, levee_dns_state_bytes(), bytes);
}

static void of_too_many_connections_the_longest_idle_is_forgotten(struct kunit *test)
{
	u64 evicted = levee_dns_state_evicted();
	u32 i;

	connect(states[1], 1);
	for (i = 0; i < LEVEE_DNS_CONNECTIONS_MAX; i++)
		KUNIT_ASSERT_NOT_NULL(test, connect(states[0], i));
	KUNIT_EXPECT_EQ(test, levee_dns_state_evicted(), evicted);
	KUNIT_EXPECT_NOT_NULL(test, find(states[0], 0));
	KUNIT_ASSERT_NOT_NULL(test, connect(states[0], i));
	KUNIT_EXPECT_EQ(test, levee_dns_state_evicted(), evicted + 1);
	KUNIT_EXPECT_NULL(test, find(states[0], 1));
	KUNIT_EXPECT_NOT_NULL(test, find(states[0], 0));
	for (i = 2; i <= LEVEE_DNS_CONNECTIONS_MAX; i++)
		KUNIT_EXPECT_NOT_NULL(test, find(states[0], i));
	KUNIT_EXPECT_NOT_NULL(test, find(states[1], 1));
}

/* Memory. */

static void fill_with_answers(struct kunit *test, struct levee_dns_state *state)
{
	struct levee_dns_connection *connection;
	u32 i;

	for (i = 0; i < LEVEE_DNS_CONNECTIONS_MAX; i++) {
		connection = connect(state, i);
		KUNIT_ASSERT_NOT_NULL(test, connection);
		if (!listen(state, connection))
			break;
	}
}

/* The budget is one for all: who finds it spent loses his own. */
static void without_budget_nobody_pays_for_another(struct kunit *test)
{
	struct levee_workload *late = levee_workload_new_overflow("kunit");
	struct levee_dns_state *hog = NULL;
	u64 evicted, refused;
	u32 i;

	KUNIT_ASSERT_NOT_NULL(test, late);
	for (i = 0; i < 3; i++) {
		note(states[0], i);
		note(states[1], i);
		learn(0, address(i), numbered(i), false, 600);
		learn(1, address(i), numbered(i), false, 600);
	}
	while (levee_dns_state_budget() - levee_dns_state_bytes() > 2 * LEVEE_DNS_ANSWER_MAX) {
		hog = new_state(test);
		KUNIT_ASSERT_NOT_NULL(test, hog);
		fill_with_answers(test, hog);
	}
	/* To the last byte. */
	evicted = levee_dns_state_evicted() + levee_dns_state_refused();
	for (i = 0; levee_dns_state_evicted() + levee_dns_state_refused() == evicted; i++)
		note(hog, i);
	evicted = levee_dns_state_evicted();
	KUNIT_EXPECT_LE(test, levee_dns_state_bytes(), levee_dns_state_budget());

	note(states[0], 3);
	learn(0, address(3), numbered(3), false, 600);
	KUNIT_EXPECT_EQ(test, levee_dns_state_evicted(), evicted + 2);
	/* Those who have nothing have nothing to give. */
	refused = levee_dns_state_refused();
	KUNIT_EXPECT_NULL(test, connect(states[1], 1));
	rcu_read_lock();
	KUNIT_EXPECT_NULL(test, levee_dns_state_of(late));
	rcu_read_unlock();
	KUNIT_EXPECT_EQ(test, levee_dns_state_refused(), refused + 2);
	KUNIT_EXPECT_LE(test, levee_dns_state_bytes(), levee_dns_state_budget());
	for (i = 0; i < 4; i++) {
		KUNIT_EXPECT_EQ(test, take(states[0], i), i > 0);
		KUNIT_EXPECT_STREQ(test, names_of(0, address(i), false), i ? numbered(i) : "");
	}
	for (i = 0; i < 3; i++) {
		KUNIT_EXPECT_TRUE(test, take(states[1], i));
		KUNIT_EXPECT_STREQ(test, names_of(1, address(i), false), numbered(i));
	}
	levee_workload_free_overflow(late);
}

static void a_state_goes_with_its_workload(struct kunit *test)
{
	struct levee_draft *draft = fixture_draft(test);
	struct cgroup *cgroup = fixture_mkdir(test, HOME);
	u64 bytes = levee_dns_state_bytes();
	struct levee_dns_connection *connection;
	struct levee_subject subject;
	u32 i;

	fixture_rule(test, draft, HOME);
	fixture_commit(test, draft);
	rcu_read_lock();
	subject = levee_subject_of(levee_live_rcu(), cgroup);
	if (subject.workload)
		states[nr_states] = levee_dns_state_of(subject.workload);
	rcu_read_unlock();
	KUNIT_ASSERT_NOT_NULL(test, subject.workload);
	KUNIT_ASSERT_NOT_NULL(test, states[nr_states]);
	for (i = 0; i < 100; i++) {
		note(states[nr_states], i);
		learn(nr_states, address(i), numbered(i), false, 600);
		connection = connect(states[nr_states], i);
		KUNIT_ASSERT_NOT_NULL(test, connection);
		if (i % 2)
			KUNIT_ASSERT_TRUE(test, listen(states[nr_states], connection));
	}
	KUNIT_EXPECT_GT(test, levee_dns_state_bytes(), bytes + 50 * LEVEE_DNS_ANSWER_MAX);
	fixture_commit(test, NULL);
	rcu_barrier();
	KUNIT_EXPECT_EQ(test, levee_dns_state_bytes(), bytes);
}

static struct kunit_case dns_state_cases[] = {
	KUNIT_CASE(a_workload_has_one_state),
	KUNIT_CASE(a_query_has_one_answer),
	KUNIT_CASE(every_part_of_a_query_counts),
	KUNIT_CASE(a_query_is_open_for_a_minute),
	KUNIT_CASE(who_answers_himself_has_no_answer),
	KUNIT_CASE(of_too_many_queries_the_oldest_is_forgotten),
	KUNIT_CASE(a_query_without_answer_makes_room_in_time),
	KUNIT_CASE(a_name_is_known_to_who_asked),
	KUNIT_CASE(a_workload_that_asked_nothing_knows_nothing),
	KUNIT_CASE(a_name_is_known_for_its_time),
	KUNIT_CASE(a_shorter_answer_takes_nothing),
	KUNIT_CASE(the_name_told_last_comes_first),
	KUNIT_CASE(who_asks_for_an_alias_has_a_name),
	KUNIT_CASE(an_alias_allows_no_longer_than_was_asked),
	KUNIT_CASE(an_address_has_sixteen_names),
	KUNIT_CASE(a_name_has_sixty_four_addresses),
	KUNIT_CASE(of_too_many_names_the_oldest_is_forgotten),
	KUNIT_CASE(a_name_that_is_read_is_not_freed),
	KUNIT_CASE(names_are_read_while_they_change),
	KUNIT_CASE(a_connection_is_found_by_all_of_its_key),
	KUNIT_CASE(a_new_connection_knows_nothing_of_the_old),
	KUNIT_CASE(of_too_many_connections_the_longest_idle_is_forgotten),
	KUNIT_CASE(without_budget_nobody_pays_for_another),
	KUNIT_CASE(a_state_goes_with_its_workload),
	{}
};

static struct kunit_suite dns_state_suite = {
	.name = "levee_dns_state",
	.init = begin,
	.exit = end,
	.test_cases = dns_state_cases,
};

kunit_test_suite(dns_state_suite);
