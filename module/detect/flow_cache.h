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
 * @generation: of the ruleset
 * @cgroup_id: of the socket: a socket's memory may be another's later
 * @hi: destination
 * @lo: destination
 * @ports: protocol << 32 | destination port << 16 | source port
 */
struct levee_flow_key {
	const void *sk;
	u64 generation;
	u64 cgroup_id;
	u64 hi;
	u64 lo;
	u64 ports;
};

void levee_flow_key_set(struct levee_flow_key *key, const struct sock *sk, u64 generation,
			u64 cgroup_id, const struct levee_flow *flow);
/* The key of an act that connect() marks, before there is a source port. */
void levee_connect_key_set(struct levee_flow_key *key, const struct sock *sk, u64 generation,
			   u64 cgroup_id, const struct levee_addr *addr, u16 proto, u16 port);
/* The key of listening on a port. */
void levee_listen_key_set(struct levee_flow_key *key, u64 generation, u64 cgroup_id, u16 proto,
			  u16 port);
/* Both with bottom halves disabled. A later verdict replaces an older one. */
enum levee_flow_verdict levee_flow_cache_find(const struct levee_flow_key *key);
void levee_flow_cache_add(const struct levee_flow_key *key, enum levee_flow_verdict verdict);

/*
 * One act, seen by several hooks or retransmitted, is one act: the hook that
 * counts it marks it, the others ask whether it was marked within the last
 * 180 s, on any CPU. A verdict under another feature is another act. Any
 * context but hard interrupts.
 */
void levee_act_mark(const struct levee_flow_key *key, u8 feature);
bool levee_act_marked(const struct levee_flow_key *key, u8 feature);

size_t levee_flow_cache_bytes(void);
int levee_flow_cache_init(void);
/* No hook runs any more. */
void levee_flow_cache_exit(void);

#endif /* LEVEE_DETECT_FLOW_CACHE_H */
