/* SPDX-License-Identifier: GPL-2.0 */
/* Verdicts of flows that were judged, so that their next packets cost one probe. */
#ifndef LEVEE_DETECT_FLOW_CACHE_H
#define LEVEE_DETECT_FLOW_CACHE_H

#include "flow.h"

enum levee_flow_verdict {
	LEVEE_FLOW_UNKNOWN,
	LEVEE_FLOW_PASS,	/* judged and let through; counted and reported where due */
	LEVEE_FLOW_DROP,	/* judged, counted, reported; the socket is being destroyed */
};

/**
 * struct levee_flow_key - a flow, as seen by one socket under one policy
 * @sk: identifies, never followed
 * @tag: in the cache, the epoch of the decision; of an act, the policy's generation
 * @cgroup_id: of the socket: a socket's memory may be another's later
 * @hi: destination
 * @lo: destination
 * @ports: protocol << 32 | destination port << 16 | source port
 */
struct levee_flow_key {
	const void *sk;
	u64 tag;
	u64 cgroup_id;
	u64 hi;
	u64 lo;
	u64 ports;
};

static inline void levee_flow_key_set(struct levee_flow_key *key, const struct sock *sk, u64 tag,
				      u64 cgroup_id, const struct levee_flow *flow)
{
	key->sk = sk;
	key->tag = tag;
	key->cgroup_id = cgroup_id;
	key->hi = flow->dst.hi;
	key->lo = flow->dst.lo;
	key->ports = (u64)flow->proto << 32 | (u32)flow->dport << 16 | flow->sport;
	/* IPv4 1.2.3.4 is not ::1.2.3.4. */
	key->ports |= (u64)flow->dst.is_v4 << 63;
}

/* The key of an act that connect() marks, before there is a source port. */
void levee_connect_key_set(struct levee_flow_key *key, const struct sock *sk, u64 generation,
			   u64 cgroup_id, const struct levee_addr *addr, u16 proto, u16 port);
/* The key of listening on a port. */
void levee_listen_key_set(struct levee_flow_key *key, u64 generation, u64 cgroup_id, u16 proto,
			  u16 port);
/* Both in any context but hard interrupts. A later verdict replaces an older one. */
enum levee_flow_verdict levee_flow_cache_find(const struct levee_flow_key *key);
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
