// SPDX-License-Identifier: GPL-2.0
/*
 * The flow cache: per CPU, two ways, direct by a keyed hash. A miss costs a
 * decision, nothing else. A commit empties it, because the generation is in
 * the key.
 */
#include <linux/hash.h>
#include <linux/jiffies.h>
#include <linux/mm.h>
#include <linux/percpu.h>
#include <linux/random.h>
#include <linux/siphash.h>
#include <net/mptcp.h>

#include "flow_cache.h"

#define SET_BITS 8
#define WAYS 2
#define ACT_BITS 13
#define ACT_WAYS 4
#define ACT_SECONDS 180	/* longer than a SYN is retransmitted: tcp_syn_retries 6 gives 127 s */

struct slot {
	struct levee_flow_key key;
	u64 verdict;
} ____cacheline_aligned;

struct cache {
	struct slot slots[1 << SET_BITS][WAYS];
};

/* A keyed fingerprint and when it was marked: a false match loses an audit, no more. */
struct act_mark {
	u64 fingerprint;
	u64 second;
};

static struct cache __percpu *caches;
static u64 hash_seed __read_mostly;
static siphash_key_t act_key;
static struct act_mark *marks;
static DEFINE_SPINLOCK(mark_lock);

void levee_flow_key_set(struct levee_flow_key *key, const struct sock *sk, u64 generation,
			u64 cgroup_id, const struct levee_flow *flow)
{
	key->sk = sk;
	key->generation = generation;
	key->cgroup_id = cgroup_id;
	key->hi = flow->dst.hi;
	key->lo = flow->dst.lo;
	key->ports = (u64)flow->proto << 32 | (u32)flow->dport << 16 | flow->sport;
	/* IPv4 1.2.3.4 is not ::1.2.3.4. */
	key->ports |= (u64)flow->dst.is_v4 << 63;
}

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
	return this_cpu_ptr(caches)->slots[(mixed * GOLDEN_RATIO_64) >> (64 - SET_BITS)];
}

static bool same(const struct levee_flow_key *a, const struct levee_flow_key *b)
{
	return !((unsigned long)a->sk ^ (unsigned long)b->sk) &&
	       !((a->generation ^ b->generation) | (a->cgroup_id ^ b->cgroup_id) |
		 (a->hi ^ b->hi) | (a->lo ^ b->lo) | (a->ports ^ b->ports));
}

enum levee_flow_verdict levee_flow_cache_find(const struct levee_flow_key *key)
{
	const struct slot *set = set_of(key);
	u32 way;

	for (way = 0; way < WAYS; way++)
		if (same(&set[way].key, key))
			return set[way].verdict;
	return LEVEE_FLOW_UNKNOWN;
}

void levee_flow_cache_add(const struct levee_flow_key *key, enum levee_flow_verdict verdict)
{
	struct slot *set = set_of(key);

	/* The newest first; what was first goes second. */
	if (!same(&set[0].key, key))
		set[1] = set[0];
	set[0].key = *key;
	set[0].verdict = verdict;
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

void levee_act_mark(const struct levee_flow_key *key, u8 feature)
{
	u64 fingerprint = fingerprint_of(key, feature);
	struct act_mark *set = marks_of(fingerprint), *slot = set;
	u32 way;

	spin_lock_bh(&mark_lock);
	for (way = 0; way < ACT_WAYS; way++) {
		if (set[way].fingerprint == fingerprint) {
			slot = &set[way];
			break;
		}
		if (set[way].second < slot->second)
			slot = &set[way];
	}
	slot->fingerprint = fingerprint;
	slot->second = ktime_get_seconds();
	spin_unlock_bh(&mark_lock);
}

bool levee_act_marked(const struct levee_flow_key *key, u8 feature)
{
	u64 fingerprint = fingerprint_of(key, feature), now = ktime_get_seconds();
	struct act_mark *set = marks_of(fingerprint);
	bool marked = false;
	u32 way;

	spin_lock_bh(&mark_lock);
	for (way = 0; way < ACT_WAYS; way++)
		if (set[way].fingerprint == fingerprint)
			marked = now - set[way].second < ACT_SECONDS;
	spin_unlock_bh(&mark_lock);
	return marked;
}

size_t levee_flow_cache_bytes(void)
{
	return sizeof(struct cache) * num_possible_cpus() +
	       (sizeof(*marks) * ACT_WAYS << ACT_BITS);
}

int levee_flow_cache_init(void)
{
	BUILD_BUG_ON(sizeof(struct slot) != 64);
	get_random_bytes(&hash_seed, sizeof(hash_seed));
	get_random_bytes(&act_key, sizeof(act_key));
	caches = __alloc_percpu(sizeof(struct cache), 64);
	marks = kvcalloc(ACT_WAYS << ACT_BITS, sizeof(*marks), GFP_KERNEL);
	if (caches && marks)
		return 0;
	levee_flow_cache_exit();
	return -ENOMEM;
}

void levee_flow_cache_exit(void)
{
	free_percpu(caches);
	kvfree(marks);
}
