/* SPDX-License-Identifier: GPL-2.0 */
/* Between packets and the DNS guard: what a packet asks is decided here, query by query. */
#ifndef LEVEE_HOOK_DNS_GATE_H
#define LEVEE_HOOK_DNS_GATE_H

#include "../detect/dns_guard.h"
#include "gate.h"

/**
 * struct levee_dns_packet - a packet that leaves for a DNS port, or comes from one
 * @skb: the packet
 * @net: its namespace
 * @family: NFPROTO_*
 * @again: the second look: what the first one saw is counted
 * @sk: the socket
 * @flow: its headers
 * @rs: the live ruleset
 * @socket: the socket's workload
 * @actor: the acting task's, or nobody
 * @task: the acting task, or NULL
 */
struct levee_dns_packet {
	const struct sk_buff *skb;
	const struct net *net;
	u8 family;
	bool again;
	const struct sock *sk;
	const struct levee_flow *flow;
	const struct levee_ruleset *rs;
	const struct levee_subject *socket;
	const struct levee_subject *actor;
	struct task_struct *task;
};

/* Whether DNS is spoken by this protocol with this port, and heard. */
static inline bool levee_rule_speaks_dns(const struct levee_rule *rule, u16 proto, u16 port)
{
	u32 i;

	if (!rule || !rule->resolves || (proto != IPPROTO_UDP && proto != IPPROTO_TCP))
		return false;
	for (i = 0; i < rule->dns.nr_ports; i++)
		if (rule->dns.ports[i] == port)
			return true;
	return false;
}

enum levee_dns_judgement {
	LEVEE_DNS_REFUSED = 1,		/* a query must not leave */
	LEVEE_DNS_UNREADABLE = 2,	/* something is malformed, and not judged yet */
	LEVEE_DNS_UNREADABLE_AGAIN = 4,	/* the same, of a connection that was malformed before */
	LEVEE_DNS_RESPONSE = 8,		/* a datagram is a response: unreadable, but to a client */
};

/*
 * All of these: any context but hard interrupts, under rcu_read_lock(). The
 * packet goes to a port of levee_rule_speaks_dns() of one of the two subjects.
 */

/* Judges, counts and reports every query in it. Returns enum levee_dns_judgement's bits. */
u32 levee_dns_judge(const struct levee_dns_packet *packet);
/* What cannot be read is no allowed query; returns whether it must be refused. */
bool levee_dns_judge_malformed(const struct levee_dns_packet *packet, bool counted);
/* Of UDP: a datagram of a workload that looks like an answer is none to its own questions. */
void levee_dns_spoil(const struct levee_dns_packet *packet);
/* Learns from a packet that comes to @packet->socket from a DNS port. */
void levee_dns_deliver(const struct levee_dns_packet *packet);

#endif /* LEVEE_HOOK_DNS_GATE_H */
