/* SPDX-License-Identifier: GPL-2.0 */
/* From packets to DNS queries, and from answers to names of addresses. Nothing here decides. */
#ifndef LEVEE_DETECT_DNS_GUARD_H
#define LEVEE_DETECT_DNS_GUARD_H

#include "dns_state.h"
#include "flow.h"

/**
 * struct levee_dns_walk - the queries in a packet that leaves, one after another
 * @skb: the packet
 * @state: of the workload, or NULL: then a connection cannot be followed
 * @key: of the connection
 * @at: the next byte to look at, from skb->data on
 * @end: behind the last one of the payload
 * @slice: UDP, bytes of a datagram in a train, else of all
 * @seq: TCP, the sequence number of the byte at @at
 * @tcp: it is, else UDP
 * @begins: a SYN
 * @urgent: TCP that cannot be read in order
 * @known: what is malformed was said to be so before
 * @response: what is malformed is a datagram that says that it answers
 */
struct levee_dns_walk {
	const struct sk_buff *skb;
	struct levee_dns_state *state;
	struct levee_flow_key key;
	u32 at;
	u32 end;
	u32 slice;
	u32 seq;
	bool tcp;
	bool begins;
	bool urgent;
	bool known;
	bool response;
};

/*
 * Begins with a packet of UDP or TCP whose headers were read into @flow. A
 * connection is known from its SYN on. @again: the second look. Under
 * rcu_read_lock(); any context but hard interrupts, as the next ones.
 */
void levee_dns_walk_begin(struct levee_dns_walk *walk, const struct sk_buff *skb, u8 family,
			  const struct levee_flow *flow, const struct sock *sk,
			  struct levee_dns_state *state, bool again);

/*
 * The next query: LEVEE_DNS_QUERY; LEVEE_DNS_MORE when there is none left;
 * LEVEE_DNS_MALFORMED, and then it is over but for the datagrams that a train
 * still has, of which @slice tells. The queries of a connection are read
 * in the order in which they were sent, each once: what is sent again was read,
 * and what begins beyond that cannot be told. A sender's packets come one at a
 * time, because it holds its socket's lock.
 */
enum levee_dns_outcome levee_dns_walk_next(struct levee_dns_walk *walk,
					   struct levee_dns_query *query);

/* What is written in a message that only looks like a response: for who answers himself. */
struct levee_dns_echo {
	u16 id;
	struct levee_dns_name name;
};

/* The next datagram of a walk over UDP that is an answer to a question; false: none is left. */
bool levee_dns_walk_echo(struct levee_dns_walk *walk, struct levee_dns_echo *echo);

/*
 * Learns from a packet that was delivered to a workload, if it is an answer to
 * what that workload asked. @grace is in seconds. Under rcu_read_lock(); any
 * context but hard interrupts.
 */
void levee_dns_hear(struct levee_dns_state *state, const struct sk_buff *skb, u8 family,
		    const struct levee_flow *flow, const struct sock *sk, u32 grace);

int levee_dns_guard_init(void);
/* No hook runs any more. */
void levee_dns_guard_exit(void);

#endif /* LEVEE_DETECT_DNS_GUARD_H */
