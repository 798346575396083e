// SPDX-License-Identifier: GPL-2.0
/* Hashes with a list by age each; whatever finds no room pushes out the workload's own oldest. */
#include <linux/atomic.h>
#include <linux/jiffies.h>
#include <linux/mm.h>
#include <linux/rculist.h>
#include <linux/random.h>
#include <linux/siphash.h>
#include <linux/slab.h>
#include <linux/spinlock.h>

#include "dns_state.h"

#define ASK_BITS 6
#define KNOWN_BITS 8
#define CONNECTION_BITS 5

struct ask {
	struct hlist_node node;
	struct list_head age;
	struct levee_addr server;
	u64 name_hash;
	u64 sent;		/* jiffies */
	u16 server_port;
	u16 local_port;
	u16 id;
	u8 proto;
};

struct known {
	struct hlist_node by_addr;	/* RCU */
	struct hlist_node by_name;
	struct list_head age;		/* the one that was told longest ago first */
	struct rcu_head rcu;
	struct levee_addr addr;
	u64 name_hash;
	u64 told;			/* jiffies */
	u64 until;			/* jiffies */
	u64 asked_until;		/* jiffies, as the name that was asked for; 0: never was */
	u8 len;
	u8 wire[];
};

struct levee_dns_state {
	spinlock_t lock;		/* all below; names are read without */
	u32 nr_asks;
	u32 nr_known;
	u32 nr_connections;
	struct list_head asks_by_age;
	struct list_head known_by_age;
	struct list_head connections_by_age;
	struct hlist_head asks[1 << ASK_BITS];
	struct hlist_head known_by_addr[1 << KNOWN_BITS];
	struct hlist_head known_by_name[1 << KNOWN_BITS];
	struct hlist_head connections[1 << CONNECTION_BITS];
};

static siphash_key_t key;
static atomic_long_t bytes;
static atomic64_t evicted;
static atomic64_t refused;

u64 levee_dns_state_budget(void)
{
	/* A 128th of memory. */
	return (u64)(totalram_pages() / 128) << PAGE_SHIFT;
}

static void *take(size_t size)
{
	void *memory = NULL;

	if (atomic_long_add_return(size, &bytes) <= levee_dns_state_budget())
		memory = kzalloc(size, GFP_ATOMIC | __GFP_NOWARN);
	if (!memory)
		atomic_long_sub(size, &bytes);
	return memory;
}

static void give(void *memory, size_t size)
{
	if (memory)
		atomic_long_sub(size, &bytes);
	kfree(memory);
}

u64 levee_dns_name_hash(const struct levee_name *name)
{
	return siphash(name->wire, name->len, &key);
}

static u32 hash_of_addr(const struct levee_addr *addr)
{
	return siphash_2u64(addr->hi, addr->lo, &key) >> (64 - KNOWN_BITS);
}

static bool same_addr(const struct levee_addr *a, const struct levee_addr *b)
{
	return a->hi == b->hi && a->lo == b->lo && a->is_v4 == b->is_v4;
}

/* queries */

static struct hlist_head *asks_of(struct levee_dns_state *state, u16 id)
{
	return &state->asks[id % ARRAY_SIZE(state->asks)];
}

static void forget_ask(struct levee_dns_state *state, struct ask *ask)
{
	hlist_del(&ask->node);
	list_del(&ask->age);
	state->nr_asks--;
	give(ask, sizeof(*ask));
}

static bool is_over(const struct ask *ask)
{
	return time_after64(get_jiffies_64(), ask->sent + LEVEE_DNS_ASK_SECONDS * HZ);
}

static bool forget_oldest_ask(struct levee_dns_state *state)
{
	struct ask *oldest = list_first_entry_or_null(&state->asks_by_age, struct ask, age);

	if (!oldest)
		return false;
	if (!is_over(oldest))
		atomic64_inc(&evicted);
	forget_ask(state, oldest);
	return true;
}

static struct ask *new_ask(struct levee_dns_state *state)
{
	struct ask *ask = NULL;

	if (state->nr_asks < LEVEE_DNS_ASKS_MAX)
		ask = take(sizeof(*ask));
	if (!ask && forget_oldest_ask(state))
		ask = take(sizeof(*ask));
	return ask;
}

void levee_dns_ask_note(struct levee_dns_state *state, const struct levee_dns_ask *ask)
{
	struct ask *entry, *oldest;

	spin_lock_bh(&state->lock);
	oldest = list_first_entry_or_null(&state->asks_by_age, struct ask, age);
	if (oldest && is_over(oldest))
		forget_ask(state, oldest);
	entry = new_ask(state);
	if (entry) {
		entry->server = ask->server;
		entry->name_hash = levee_dns_name_hash(&ask->name);
		entry->sent = get_jiffies_64();
		entry->server_port = ask->server_port;
		entry->local_port = ask->local_port;
		entry->id = ask->id;
		entry->proto = ask->proto;
		hlist_add_head(&entry->node, asks_of(state, ask->id));
		list_add_tail(&entry->age, &state->asks_by_age);
		state->nr_asks++;
	} else {
		atomic64_inc(&refused);
	}
	spin_unlock_bh(&state->lock);
}

bool levee_dns_ask_take(struct levee_dns_state *state, const struct levee_dns_ask *ask)
{
	u64 name_hash = levee_dns_name_hash(&ask->name);
	bool found = false;
	struct ask *entry;

	spin_lock_bh(&state->lock);
	hlist_for_each_entry(entry, asks_of(state, ask->id), node) {
		if (entry->id != ask->id || entry->name_hash != name_hash ||
		    entry->server_port != ask->server_port ||
		    entry->local_port != ask->local_port || entry->proto != ask->proto ||
		    !same_addr(&entry->server, &ask->server))
			continue;
		found = !is_over(entry);
		forget_ask(state, entry);
		break;
	}
	spin_unlock_bh(&state->lock);
	return found;
}

void levee_dns_ask_spoil(struct levee_dns_state *state, u16 id, const struct levee_name *name)
{
	u64 name_hash = levee_dns_name_hash(name);
	struct hlist_node *next;
	struct ask *entry;

	spin_lock_bh(&state->lock);
	hlist_for_each_entry_safe(entry, next, asks_of(state, id), node)
		if (entry->id == id && entry->name_hash == name_hash)
			forget_ask(state, entry);
	spin_unlock_bh(&state->lock);
}

/* names */

static size_t known_bytes(u8 len)
{
	return sizeof(struct known) + len;
}

static void forget_known(struct levee_dns_state *state, struct known *known)
{
	hlist_del_rcu(&known->by_addr);
	hlist_del(&known->by_name);
	list_del(&known->age);
	state->nr_known--;
	atomic_long_sub(known_bytes(known->len), &bytes);
	kfree_rcu(known, rcu);
}

static struct hlist_head *known_of(struct levee_dns_state *state, u64 name_hash)
{
	return &state->known_by_name[name_hash >> (64 - KNOWN_BITS)];
}

static void push_out_known(struct levee_dns_state *state, struct known *known)
{
	if (time_before64(get_jiffies_64(), known->until))
		atomic64_inc(&evicted);
	forget_known(state, known);
}

static bool forget_oldest_known(struct levee_dns_state *state)
{
	struct known *oldest = list_first_entry_or_null(&state->known_by_age, struct known, age);

	if (oldest)
		push_out_known(state, oldest);
	return oldest;
}

static struct known *new_known(struct levee_dns_state *state, u8 len)
{
	struct known *known = NULL;

	if (state->nr_known < LEVEE_DNS_KNOWN_MAX)
		known = take(known_bytes(len));
	if (!known && forget_oldest_known(state))
		known = take(known_bytes(len));
	return known;
}

/* The pair, and room for it among those of the address and those of the name. */
static struct known *find_known(struct levee_dns_state *state, const struct levee_addr *addr,
				const struct levee_name *name, u64 name_hash)
{
	struct known *known, *oldest = NULL;
	u32 count = 0;

	hlist_for_each_entry(known, known_of(state, name_hash), by_name) {
		if (known->name_hash != name_hash || known->len != name->len ||
		    memcmp(known->wire, name->wire, name->len))
			continue;
		if (same_addr(&known->addr, addr))
			return known;
		count++;
		if (!oldest || time_before64(known->told, oldest->told))
			oldest = known;
	}
	if (count >= LEVEE_DNS_ADDRS_MAX)
		push_out_known(state, oldest);
	count = 0;
	oldest = NULL;
	hlist_for_each_entry(known, &state->known_by_addr[hash_of_addr(addr)], by_addr) {
		if (!same_addr(&known->addr, addr))
			continue;
		count++;
		if (!oldest || time_before64(known->told, oldest->told))
			oldest = known;
	}
	if (count >= LEVEE_DNS_NAMES_MAX)
		push_out_known(state, oldest);
	return NULL;
}

static struct known *add_known(struct levee_dns_state *state, const struct levee_addr *addr,
			       const struct levee_name *name, u64 name_hash)
{
	struct known *known = new_known(state, name->len);

	if (!known) {
		atomic64_inc(&refused);
		return NULL;
	}
	known->addr = *addr;
	known->name_hash = name_hash;
	known->len = name->len;
	memcpy(known->wire, name->wire, name->len);
	hlist_add_head(&known->by_name, known_of(state, name_hash));
	list_add_tail(&known->age, &state->known_by_age);
	state->nr_known++;
	return known;
}

void levee_dns_learn(struct levee_dns_state *state, const struct levee_addr *addr,
		     const struct levee_name *name, bool alias, u64 seconds)
{
	u64 now = get_jiffies_64(), until = now + seconds * HZ;
	u64 name_hash = levee_dns_name_hash(name);
	bool added = false;
	struct known *known;

	spin_lock_bh(&state->lock);
	known = find_known(state, addr, name, name_hash);
	if (!known) {
		known = add_known(state, addr, name, name_hash);
		added = known;
	}
	if (known) {
		WRITE_ONCE(known->told, now);
		/* A shorter answer takes nothing from a longer one. */
		if (time_after64(until, known->until))
			WRITE_ONCE(known->until, until);
		/* An alias takes nothing either, and gives the name that was asked for nothing. */
		if (!alias && time_after64(until, known->asked_until))
			WRITE_ONCE(known->asked_until, until);
		list_move_tail(&known->age, &state->known_by_age);
	}
	/* Last: readers take no lock. */
	if (added)
		hlist_add_head_rcu(&known->by_addr,
				   &state->known_by_addr[hash_of_addr(addr)]);
	spin_unlock_bh(&state->lock);
}

u32 levee_dns_names_of(const struct levee_workload *workload, const struct levee_addr *addr,
		       bool outlasting, struct levee_name names[LEVEE_DNS_NAMES_MAX])
{
	const struct levee_dns_state *state = rcu_dereference(workload->dns);
	u64 now = get_jiffies_64(), latest = 0, told, asked_until;
	const struct known *known;
	u32 count = 0;

	if (!state)
		return 0;
	hlist_for_each_entry_rcu(known, &state->known_by_addr[hash_of_addr(addr)], by_addr) {
		if (!same_addr(&known->addr, addr))
			continue;
		if (!outlasting && time_after64(now, READ_ONCE(known->until)))
			continue;
		if (count == LEVEE_DNS_NAMES_MAX)
			break;
		names[count].wire = known->wire;
		names[count].len = known->len;
		asked_until = READ_ONCE(known->asked_until);
		names[count].alias = !asked_until ||
				     (!outlasting && time_after64(now, asked_until));
		told = READ_ONCE(known->told);
		/* What people know it by comes first. */
		if (!names[count].alias && (!count || names[0].alias || told > latest)) {
			swap(names[0], names[count]);
			latest = told;
		}
		count++;
	}
	return count;
}

/* connections */

static struct hlist_head *connections_of(struct levee_dns_state *state,
					 const struct levee_flow_key *flow)
{
	return &state->connections[hash_64(flow->ports ^ flow->lo, CONNECTION_BITS)];
}

static void forget_connection(struct levee_dns_state *state,
			      struct levee_dns_connection *connection)
{
	hlist_del(&connection->node);
	list_del(&connection->age);
	state->nr_connections--;
	give(connection->answer, LEVEE_DNS_ANSWER_MAX);
	give(connection, sizeof(*connection));
}

static bool forget_oldest_connection(struct levee_dns_state *state)
{
	struct levee_dns_connection *oldest;

	oldest = list_first_entry_or_null(&state->connections_by_age,
					  struct levee_dns_connection, age);
	if (!oldest)
		return false;
	atomic64_inc(&evicted);
	forget_connection(state, oldest);
	return true;
}

void levee_dns_state_lock(struct levee_dns_state *state) __acquires(state)
{
	spin_lock_bh(&state->lock);
}

void levee_dns_state_unlock(struct levee_dns_state *state) __releases(state)
{
	spin_unlock_bh(&state->lock);
}

struct levee_dns_connection *levee_dns_connection_find(struct levee_dns_state *state,
						       const struct levee_flow_key *flow)
{
	struct levee_dns_connection *connection;

	lockdep_assert_held(&state->lock);
	hlist_for_each_entry(connection, connections_of(state, flow), node) {
		if (levee_flow_same(&connection->key, flow)) {
			list_move_tail(&connection->age, &state->connections_by_age);
			return connection;
		}
	}
	return NULL;
}

struct levee_dns_connection *levee_dns_connection_new(struct levee_dns_state *state,
						      const struct levee_flow_key *flow)
{
	struct levee_dns_connection *connection = levee_dns_connection_find(state, flow);

	if (connection)
		forget_connection(state, connection);
	connection = NULL;
	if (state->nr_connections < LEVEE_DNS_CONNECTIONS_MAX)
		connection = take(sizeof(*connection));
	if (!connection && forget_oldest_connection(state))
		connection = take(sizeof(*connection));
	if (!connection) {
		atomic64_inc(&refused);
		return NULL;
	}
	connection->key = *flow;
	hlist_add_head(&connection->node, connections_of(state, flow));
	list_add_tail(&connection->age, &state->connections_by_age);
	state->nr_connections++;
	return connection;
}

bool levee_dns_connection_listen(struct levee_dns_connection *connection)
{
	if (!connection->answer)
		connection->answer = take(LEVEE_DNS_ANSWER_MAX);
	return connection->answer;
}

/* states */

static struct levee_dns_state *new_state(void)
{
	struct levee_dns_state *state = take(sizeof(*state));

	if (!state) {
		atomic64_inc(&refused);
		return NULL;
	}
	spin_lock_init(&state->lock);
	INIT_LIST_HEAD(&state->asks_by_age);
	INIT_LIST_HEAD(&state->known_by_age);
	INIT_LIST_HEAD(&state->connections_by_age);
	return state;
}

/* Nobody reads it any more: its workload was freed after a grace period. */
static void free_state(struct levee_dns_state *state)
{
	struct levee_dns_connection *connection, *next_connection;
	struct known *known, *next_known;
	struct ask *ask, *next_ask;

	list_for_each_entry_safe(connection, next_connection, &state->connections_by_age, age)
		forget_connection(state, connection);
	list_for_each_entry_safe(known, next_known, &state->known_by_age, age)
		forget_known(state, known);
	list_for_each_entry_safe(ask, next_ask, &state->asks_by_age, age)
		forget_ask(state, ask);
	give(state, sizeof(*state));
}

struct levee_dns_state *levee_dns_state_of(struct levee_workload *workload)
{
	struct levee_dns_state *state = rcu_dereference(workload->dns), *other;

	if (state)
		return state;
	state = new_state();
	if (!state)
		return NULL;
	/* Fully made before it can be reached. */
	other = unrcu_pointer(cmpxchg(&workload->dns, NULL, RCU_INITIALIZER(state)));
	if (!other)
		return state;
	free_state(state);
	return other;
}

u64 levee_dns_state_bytes(void)
{
	return atomic_long_read(&bytes);
}

u64 levee_dns_state_evicted(void)
{
	return atomic64_read(&evicted);
}

u64 levee_dns_state_refused(void)
{
	return atomic64_read(&refused);
}

int levee_dns_state_init(void)
{
	get_random_bytes(&key, sizeof(key));
	levee_workload_free_dns = free_state;
	return 0;
}

void levee_dns_state_exit(void)
{
	/* Workloads go after us, and their states with them: free_state() stays. */
}
