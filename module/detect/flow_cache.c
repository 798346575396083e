// SPDX-License-Identifier: GPL-2.0
/*
 * The flow cache: per CPU, two ways, direct by a keyed hash. A miss costs a
 * decision, nothing else. A commit empties it, because the epoch is in the key.
 */
#include <linux/jiffies.h>
#include <linux/mm.h>
#include <linux/random.h>
#include <linux/siphash.h>
#include <net/mptcp.h>

#include "flow_cache.h"

#define ACT_BITS 13
#define ACT_WAYS 4
#define LOCK_BITS 6

/* A keyed fingerprint and when it was marked: a false match loses an audit, no more. */
struct act_mark {
	u64 fingerprint;
	u64 second;
};

DEFINE_PER_CPU(struct levee_flow_cache *, levee_flow_caches);
static siphash_key_t act_key;
static struct act_mark *marks;
static spinlock_t mark_locks[1 << LOCK_BITS];

void levee_connect_key_set(struct levee_flow_key *key, const struct sock *sk, u64 generation,
			   const struct cgroup *cgroup, const struct levee_addr *addr,
			   u16 proto, u16 port)
{
	const struct levee_flow flow = { .dst = *addr, .proto = proto, .dport = port };

	/* MPTCP: connect() has the connection's socket, the SYN its subflow's. */
	if (sk->sk_protocol == IPPROTO_MPTCP ||
	    (sk->sk_protocol == IPPROTO_TCP && sk->sk_type == SOCK_STREAM && sk_is_mptcp(sk)))
		sk = NULL;
	levee_flow_key_set(key, sk, generation, cgroup, &flow);
}

void levee_listen_key_set(struct levee_flow_key *key, u64 generation,
			  const struct cgroup *cgroup, u16 proto, u16 port)
{
	const struct levee_flow flow = { .proto = proto, .dport = port };

	levee_flow_key_set(key, NULL, generation, cgroup, &flow);
}

static void fill(struct levee_flow_slot *slot, const struct levee_flow_key *key, u32 verdict)
{
	raw_write_seqcount_begin(&slot->seq);
	slot->key = *key;
	slot->verdict = verdict;
	raw_write_seqcount_end(&slot->seq);
}

static u32 raw_seqcount(const struct levee_flow_slot *slot)
{
	return raw_read_seqcount(&slot->seq);
}

void levee_flow_cache_add(const struct levee_flow_key *key, enum levee_flow_verdict verdict)
{
	struct levee_flow_slot *set;
	u32 first, second, way;

	/* This CPU's slots have writers on this CPU alone. */
	preempt_disable();
	set = levee_flow_set(key);
	first = raw_seqcount(&set[0]);
	second = raw_seqcount(&set[1]);
	/* The way of this key, or the one that was filled less often: they take turns. */
	way = second < first;
	if (levee_flow_same(&set[!way].key, key))
		way = !way;
	/* A softirq that came while one of the two is being filled leaves them alone. */
	if (likely(!((first | second) & 1)))
		fill(&set[way], key, verdict);
	preempt_enable();
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
	return sizeof(struct levee_flow_cache) * num_possible_cpus() +
	       (sizeof(*marks) * ACT_WAYS << ACT_BITS);
}

int levee_flow_cache_init(void)
{
	struct levee_flow_cache *cache;
	int cpu;
	u32 i;

	get_random_bytes(&act_key, sizeof(act_key));
	for (i = 0; i < 1 << LOCK_BITS; i++)
		spin_lock_init(&mark_locks[i]);
	marks = kvcalloc(ACT_WAYS << ACT_BITS, sizeof(*marks), GFP_KERNEL);
	if (!marks)
		return -ENOMEM;
	for_each_possible_cpu(cpu) {
		cache = kvzalloc_node(sizeof(*cache), GFP_KERNEL, cpu_to_node(cpu));
		if (!cache)
			goto err_free;
		per_cpu(levee_flow_caches, cpu) = cache;
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
		kvfree(per_cpu(levee_flow_caches, cpu));
	kvfree(marks);
}
