// SPDX-License-Identifier: GPL-2.0
/*
 * The flow cache: per CPU, two ways, direct by a keyed hash. A miss costs a
 * decision, nothing else. A commit empties it, because the epoch is in the key.
 */
#include <linux/hash.h>
#include <linux/jiffies.h>
#include <linux/mm.h>
#include <linux/percpu.h>
#include <linux/random.h>
#include <linux/seqlock.h>
#include <linux/siphash.h>
#include <net/mptcp.h>

#include "flow_cache.h"

#define SET_BITS 8
#define WAYS 2
#define ACT_BITS 13
#define ACT_WAYS 4
#define LOCK_BITS 6

struct slot {
	struct levee_flow_key key;
	seqcount_t seq;		/* a softirq may write while its CPU's task reads */
	u32 verdict;
} ____cacheline_aligned;

struct cache {
	struct slot slots[1 << SET_BITS][WAYS];
};

/* A keyed fingerprint and when it was marked: a false match loses an audit, no more. */
struct act_mark {
	u64 fingerprint;
	u64 second;
};

static DEFINE_PER_CPU(struct cache *, caches);
static u64 hash_seed __read_mostly;
static siphash_key_t act_key;
static struct act_mark *marks;
static spinlock_t mark_locks[1 << LOCK_BITS];

void levee_connect_key_set(struct levee_flow_key *key, const struct sock *sk, u64 generation,
			   u64 cgroup_id, const struct levee_addr *addr, u16 proto, u16 port)
{
	const struct levee_flow flow = { .dst = *addr, .proto = proto, .dport = port };

	/* MPTCP: connect() has the connection's socket, the SYN its subflow's. */
	if (sk->sk_protocol == IPPROTO_MPTCP ||
	    (sk->sk_protocol == IPPROTO_TCP && sk->sk_type == SOCK_STREAM && sk_is_mptcp(sk)))
		sk = NULL;
	levee_flow_key_set(key, sk, generation, cgroup_id, &flow);
}

void levee_listen_key_set(struct levee_flow_key *key, u64 generation, u64 cgroup_id, u16 proto,
			  u16 port)
{
	const struct levee_flow flow = { .proto = proto, .dport = port };

	levee_flow_key_set(key, NULL, generation, cgroup_id, &flow);
}

/*
 * Multiplicative, with a seed: a workload chooses addresses and ports, but can
 * only guess which of them share a set, and gains nothing but misses.
 */
static struct slot *set_of(const struct levee_flow_key *key)
{
	u64 mixed = (key->lo ^ hash_seed) * GOLDEN_RATIO_64;

	mixed ^= key->hi ^ key->ports ^ (unsigned long)key->sk;
	return raw_cpu_read(caches)->slots[(mixed * GOLDEN_RATIO_64) >> (64 - SET_BITS)];
}

static bool same(const struct levee_flow_key *a, const struct levee_flow_key *b)
{
	return !((unsigned long)a->sk ^ (unsigned long)b->sk) &&
	       !((a->tag ^ b->tag) | (a->cgroup_id ^ b->cgroup_id) |
		 (a->hi ^ b->hi) | (a->lo ^ b->lo) | (a->ports ^ b->ports));
}

/*
 * Lockless. A task that is moved to another CPU in between reads that CPU's
 * slots no worse than its own.
 */
enum levee_flow_verdict levee_flow_cache_find(const struct levee_flow_key *key)
{
	const struct slot *set = set_of(key);
	u32 way, seq, verdict;
	bool found;

	for (way = 0; way < WAYS; way++) {
		seq = raw_read_seqcount(&set[way].seq);
		/* data_race: what is torn, the sequence count gives away */
		found = data_race(same(&set[way].key, key));
		/* data_race: as above */
		verdict = data_race(set[way].verdict);
		if (found && !(seq & 1) && !read_seqcount_retry(&set[way].seq, seq))
			return verdict;
	}
	return LEVEE_FLOW_UNKNOWN;
}

static void fill(struct slot *slot, const struct levee_flow_key *key, u32 verdict)
{
	raw_write_seqcount_begin(&slot->seq);
	slot->key = *key;
	slot->verdict = verdict;
	raw_write_seqcount_end(&slot->seq);
}

static u32 raw_seqcount(const struct slot *slot)
{
	return raw_read_seqcount(&slot->seq);
}

void levee_flow_cache_add(const struct levee_flow_key *key, enum levee_flow_verdict verdict)
{
	struct slot *set;
	u32 way;

	/* This CPU's slots have this writer alone. */
	local_bh_disable();
	set = set_of(key);
	/* The way of this key, or the one that was filled less often: they take turns. */
	way = raw_seqcount(&set[1]) < raw_seqcount(&set[0]);
	if (same(&set[!way].key, key))
		way = !way;
	fill(&set[way], key, verdict);
	local_bh_enable();
}

static u64 fingerprint_of(const struct levee_flow_key *key, u8 feature)
{
	struct {
		struct levee_flow_key key;
		u64 feature;
	} act = { .key = *key, .feature = feature };

	/* 0 marks a free slot. */
	return siphash(&act, sizeof(act), &act_key) | 1;
}

static struct act_mark *marks_of(u64 fingerprint)
{
	return &marks[(fingerprint >> (64 - ACT_BITS)) * ACT_WAYS];
}

static spinlock_t *lock_of(const struct act_mark *set)
{
	return &mark_locks[(set - marks) / ACT_WAYS & (BIT(LOCK_BITS) - 1)];
}

bool levee_act_mark(const struct levee_flow_key *key, u8 feature)
{
	u64 fingerprint = fingerprint_of(key, feature), now = ktime_get_seconds();
	struct act_mark *set = marks_of(fingerprint), *slot = set;
	bool marked = false;
	u32 way;

	spin_lock_bh(lock_of(set));
	for (way = 0; way < ACT_WAYS; way++) {
		if (set[way].fingerprint == fingerprint) {
			slot = &set[way];
			marked = now - slot->second < LEVEE_ACT_SECONDS;
			break;
		}
		if (set[way].second < slot->second)
			slot = &set[way];
	}
	slot->fingerprint = fingerprint;
	slot->second = now;
	spin_unlock_bh(lock_of(set));
	return marked;
}

bool levee_act_marked(const struct levee_flow_key *key, u8 feature, u64 seconds)
{
	u64 fingerprint = fingerprint_of(key, feature), now = ktime_get_seconds();
	struct act_mark *set = marks_of(fingerprint);
	bool marked = false;
	u32 way;

	spin_lock_bh(lock_of(set));
	for (way = 0; way < ACT_WAYS; way++)
		if (set[way].fingerprint == fingerprint)
			marked = now - set[way].second < seconds;
	spin_unlock_bh(lock_of(set));
	return marked;
}

size_t levee_flow_cache_bytes(void)
{
	return sizeof(struct cache) * num_possible_cpus() +
	       (sizeof(*marks) * ACT_WAYS << ACT_BITS);
}

int levee_flow_cache_init(void)
{
	int cpu;
	u32 i;

	get_random_bytes(&hash_seed, sizeof(hash_seed));
	get_random_bytes(&act_key, sizeof(act_key));
	for (i = 0; i < 1 << LOCK_BITS; i++)
		spin_lock_init(&mark_locks[i]);
	marks = kvcalloc(ACT_WAYS << ACT_BITS, sizeof(*marks), GFP_KERNEL);
	if (!marks)
		return -ENOMEM;
	for_each_possible_cpu(cpu) {
		per_cpu(caches, cpu) = kvzalloc_node(sizeof(struct cache), GFP_KERNEL,
						     cpu_to_node(cpu));
		if (!per_cpu(caches, cpu))
			goto err_free;
	}
	return 0;

err_free:
	levee_flow_cache_exit();
	return -ENOMEM;
}

void levee_flow_cache_exit(void)
{
	int cpu;

	for_each_possible_cpu(cpu)
		kvfree(per_cpu(caches, cpu));
	kvfree(marks);
}
