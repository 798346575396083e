/* SPDX-License-Identifier: GPL-2.0 */
/* Verdicts of flows that were judged, so that their next packets cost one probe. */
#ifndef LEVEE_DETECT_FLOW_CACHE_H
#define LEVEE_DETECT_FLOW_CACHE_H

#include <linux/hash.h>
#include <linux/percpu.h>
#include <linux/seqlock.h>

#include "../policy/workload.h"
#include "flow.h"

enum levee_flow_verdict {
	LEVEE_FLOW_UNKNOWN,
	LEVEE_FLOW_PASS,	/* judged and let through; counted and reported where due */
	LEVEE_FLOW_DROP,	/* judged, counted, reported; the socket is being destroyed */
	LEVEE_FLOW_INSPECT,	/* as PASS, but what each packet says is judged, too */
};

/**
 * struct levee_flow_key - a flow, as seen by one socket under one policy
 * @sk: identifies, never followed
 * @tag: in the cache, the epoch of the decision; of an act, the policy's generation
 * @cgroup_nr: of the socket: a socket's memory may be another's later
 * @hi: destination
 * @lo: destination
 * @ports: protocol << 32 | destination port << 16 | source port
 */
struct levee_flow_key {
	const void *sk;
	u64 tag;
	u64 cgroup_nr;
	u64 hi;
	u64 lo;
	u64 ports;
};

static inline void levee_flow_key_set(struct levee_flow_key *key, const struct sock *sk, u64 tag,
				      const struct cgroup *cgroup, const struct levee_flow *flow)
{
	key->sk = sk;
	key->tag = tag;
	key->cgroup_nr = levee_cgroup_nr(cgroup);
	key->hi = flow->dst.hi;
	key->lo = flow->dst.lo;
	key->ports = (u64)flow->proto << 32 | (u32)flow->dport << 16 | flow->sport;
	/* IPv4 1.2.3.4 is not ::1.2.3.4. */
	key->ports |= (u64)flow->dst.is_v4 << 63;
}

/* The key of an act that connect() marks, before there is a source port. */
void levee_connect_key_set(struct levee_flow_key *key, const struct sock *sk, u64 generation,
			   const struct cgroup *cgroup, const struct levee_addr *addr,
			   u16 proto, u16 port);
/* The key of listening on a port. */
void levee_listen_key_set(struct levee_flow_key *key, u64 generation,
			  const struct cgroup *cgroup, u16 proto, u16 port);

/* A SYN begins something: what is kept may be of an older socket in the same place. */
static __always_inline bool levee_flow_may_be_known(const struct levee_flow *flow)
{
	return !(flow->flags & LEVEE_FLOW_SYN);
}

#define LEVEE_FLOW_SET_BITS 8
#define LEVEE_FLOW_WAYS 2

struct levee_flow_slot {
	struct levee_flow_key key;
	seqcount_t seq;		/* a softirq may write while its CPU's task reads */
	u32 verdict;
} ____cacheline_aligned;

/* One a CPU. Here, and not in flow_cache.c, only because a call costs as much as the probe. */
struct levee_flow_cache {
	struct levee_flow_slot slots[1 << LEVEE_FLOW_SET_BITS][LEVEE_FLOW_WAYS];
};

DECLARE_PER_CPU(struct levee_flow_cache *, levee_flow_caches);

/*
 * Multiplicative, with a seed, which the epoch is: a workload chooses addresses and
 * ports, but gains nothing but misses by those that share a set.
 */
static __always_inline struct levee_flow_slot *levee_flow_set(const struct levee_flow_key *key)
{
	u64 mixed = key->lo ^ key->hi ^ rol64(key->ports, 29) ^ (unsigned long)key->sk ^ key->tag;
	u32 set = (mixed * GOLDEN_RATIO_64) >> (64 - LEVEE_FLOW_SET_BITS);

	return raw_cpu_read(levee_flow_caches)->slots[set];
}

static __always_inline bool levee_flow_same(const struct levee_flow_key *a,
					    const struct levee_flow_key *b)
{
	/* By what tells most flows apart first, then all the rest without a branch. */
	return !((a->lo ^ b->lo) | (a->ports ^ b->ports)) &&
	       !(((unsigned long)a->sk ^ (unsigned long)b->sk) | (a->hi ^ b->hi) |
		 (a->tag ^ b->tag) | (a->cgroup_nr ^ b->cgroup_nr));
}

/*
 * Lockless, in any context but hard interrupts. A task that is moved to another
 * CPU in between reads that CPU's slots no worse than its own.
 */
static __always_inline enum levee_flow_verdict
levee_flow_cache_find(const struct levee_flow_key *key)
{
	const struct levee_flow_slot *set = levee_flow_set(key);
	u32 way, seq, verdict;
	bool found;

	for (way = 0; way < LEVEE_FLOW_WAYS; way++) {
		seq = raw_read_seqcount(&set[way].seq);
		/* data_race: what is torn, the sequence count gives away */
		found = data_race(levee_flow_same(&set[way].key, key));
		/* data_race: as above */
		verdict = data_race(set[way].verdict);
		if (found && !(seq & 1) && !read_seqcount_retry(&set[way].seq, seq))
			return verdict;
	}
	return LEVEE_FLOW_UNKNOWN;
}

/*
 * A later verdict replaces an older one. Not kept where this CPU was interrupted
 * while it added to the same set. Any context but hard interrupts.
 */
void levee_flow_cache_add(const struct levee_flow_key *key, enum levee_flow_verdict verdict);

/* Longer than a SYN is retransmitted: tcp_syn_retries 6 gives 127 s. */
#define LEVEE_ACT_SECONDS 180

/*
 * One act, seen by several hooks or retransmitted, is one act: the hook that
 * counts it marks it, the others ask for the mark. An act under another feature
 * is another act. Both work over all CPUs, in any context but hard interrupts.
 */

/* Marks an act; returns whether it was marked within LEVEE_ACT_SECONDS before. */
bool levee_act_mark(const struct levee_flow_key *key, u8 feature);
/* Whether it was marked within so many seconds; that alone does not keep the mark fresh. */
bool levee_act_marked(const struct levee_flow_key *key, u8 feature, u64 seconds);

size_t levee_flow_cache_bytes(void);
int levee_flow_cache_init(void);
/* No hook runs any more. */
void levee_flow_cache_exit(void);

#endif /* LEVEE_DETECT_FLOW_CACHE_H */
