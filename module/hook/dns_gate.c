// SPDX-License-Identifier: GPL-2.0
/* Every query is an act: decided, counted, reported. Those that leave may be answered. */
#include <linux/siphash.h>
#include <net/net_namespace.h>

#include "dns_gate.h"

/* Beyond this, what is marked is another packet with the same query. */
#define LOOK_SECONDS 2

static struct levee_act query_act(const struct levee_dns_packet *packet,
				  const struct levee_dns_query *query)
{
	struct levee_act act = {
		.feature = LEVEE_FEATURE_DNS,
		.proto = packet->flow->proto,
		.port = packet->flow->dport,
		.addr = &packet->flow->dst,
	};

	if (query && query->has_question) {
		act.qtype = query->type;
		act.name.wire = query->name.wire;
		act.name.len = query->name.len;
	}
	return act;
}

/* Whose questions they are. */
static const struct levee_subject *asker(const struct levee_dns_packet *packet)
{
	const struct levee_flow *flow = packet->flow;

	if (levee_rule_speaks_dns(packet->socket->rule, flow->proto, flow->dport))
		return packet->socket;
	return packet->actor;
}

/*
 * Whether this query was counted: by the first look, where there is a second, or
 * in a SYN whose data is sent again without it.
 */
static bool counted_before(const struct levee_dns_packet *packet, const struct levee_act *act,
			   const struct levee_dns_query *query)
{
	struct levee_flow_key key = {
		.sk = packet->sk,
		.tag = packet->rs->generation,
		.cgroup_nr = levee_cgroup_nr(levee_sock_cgroup(packet->sk)),
		.ports = (u64)packet->flow->proto << 32,
	};

	if (packet->flow->proto != IPPROTO_TCP && net_eq(packet->net, &init_net))
		return false;
	if (query) {
		key.hi = levee_dns_name_hash(&act->name);
		key.lo = (u64)query->id << 16 | query->type;
	}
	if ((packet->again || packet->flow->proto == IPPROTO_TCP) &&
	    levee_act_marked(&key, LEVEE_FEATURE_DNS, LOOK_SECONDS))
		return true;
	levee_act_mark(&key, LEVEE_FEATURE_DNS);
	return false;
}

static void expect_answer(const struct levee_dns_packet *packet, const struct levee_act *act,
			  const struct levee_dns_query *query, struct levee_dns_state *state)
{
	struct levee_dns_ask ask = {
		.server = packet->flow->dst,
		.name = act->name,
		.server_port = packet->flow->dport,
		.local_port = packet->flow->sport,
		.id = query->id,
		.proto = packet->flow->proto,
	};

	if (state && act->name.len && !packet->again)
		levee_dns_ask_note(state, &ask);
}

/* Returns whether the query must be refused. */
static bool judge_query(const struct levee_dns_packet *packet, const struct levee_dns_query *query,
			struct levee_dns_state *state)
{
	struct levee_act act = query_act(packet, query);
	struct levee_outcome outcome;
	bool counted, deny = false;

	levee_gate_decide(&outcome, packet->socket, packet->actor, &act);
	if (outcome.quarantined)
		return true;
	counted = counted_before(packet, &act, query);
	if (outcome.verdict.reason) {
		deny = outcome.verdict.effect >= LEVEE_EFFECT_PREVENT;
		if (!counted)
			levee_gate_enforce(packet->rs, &outcome, &act, packet->task);
	} else if (!counted) {
		levee_gate_allow(&outcome, &act);
		levee_gate_note(&outcome, &act, packet->task, true);
	}
	if (!deny)
		expect_answer(packet, &act, query, state);
	return deny;
}

/* Where a connection goes is judged when it begins. */
static bool judge_connection(const struct levee_dns_packet *packet)
{
	struct levee_act act = query_act(packet, NULL);
	struct levee_outcome outcome;

	levee_gate_decide(&outcome, packet->socket, packet->actor, &act);
	if (outcome.quarantined)
		return true;
	if (!outcome.verdict.reason)
		return false;
	if (!counted_before(packet, &act, NULL))
		levee_gate_enforce(packet->rs, &outcome, &act, packet->task);
	return outcome.verdict.effect >= LEVEE_EFFECT_PREVENT;
}

static u32 unreadable(const struct levee_dns_walk *walk)
{
	if (walk->response)
		return LEVEE_DNS_RESPONSE;
	return walk->known ? LEVEE_DNS_UNREADABLE_AGAIN : LEVEE_DNS_UNREADABLE;
}

u32 levee_dns_judge(const struct levee_dns_packet *packet)
{
	struct levee_dns_state *state = levee_dns_state_of(asker(packet)->workload);
	enum levee_dns_outcome found;
	struct levee_dns_query query __uninitialized;
	struct levee_dns_walk walk __uninitialized;
	u32 judgement = 0;

	if (packet->flow->flags & LEVEE_FLOW_SYN && judge_connection(packet))
		return LEVEE_DNS_REFUSED;
	levee_dns_walk_begin(&walk, packet->skb, packet->family, packet->flow, packet->sk, state,
			     packet->again);
	do {
		found = levee_dns_walk_next(&walk, &query);
		if (found == LEVEE_DNS_QUERY && judge_query(packet, &query, state))
			judgement |= LEVEE_DNS_REFUSED;
		if (found == LEVEE_DNS_MALFORMED)
			judgement |= unreadable(&walk);
	} while (found == LEVEE_DNS_QUERY || walk.slice);
	return judgement;
}

bool levee_dns_judge_malformed(const struct levee_dns_packet *packet, bool counted)
{
	struct levee_act act = query_act(packet, NULL);
	struct levee_outcome outcome;

	levee_gate_decide(&outcome, packet->socket, packet->actor, &act);
	if (outcome.quarantined)
		return true;
	if (!outcome.subject->rule || outcome.verdict.effect == LEVEE_EFFECT_DISABLE)
		return false;
	outcome.verdict.reason = LEVEE_REASON_MALFORMED;
	outcome.verdict.entry = NULL;
	outcome.verdict.feed = NULL;
	if (!counted && !counted_before(packet, &act, NULL))
		levee_gate_enforce(packet->rs, &outcome, &act, packet->task);
	return outcome.verdict.effect >= LEVEE_EFFECT_PREVENT;
}

static void spoil_asks(const struct levee_subject *subject, const struct levee_dns_echo *echo)
{
	const struct levee_name name = { .wire = echo->name.wire, .len = echo->name.len };
	struct levee_dns_state *state = NULL;

	if (subject->workload)
		state = rcu_dereference(subject->workload->dns);
	if (state)
		levee_dns_ask_spoil(state, echo->id, &name);
}

void levee_dns_spoil(const struct levee_dns_packet *packet)
{
	struct levee_dns_echo echo;
	struct levee_dns_walk walk;

	levee_dns_walk_begin(&walk, packet->skb, packet->family, packet->flow, packet->sk, NULL,
			     packet->again);
	while (levee_dns_walk_echo(&walk, &echo)) {
		/* Whoever of the two has asked: a socket may be lent. */
		spoil_asks(packet->socket, &echo);
		spoil_asks(packet->actor, &echo);
	}
}

void levee_dns_deliver(const struct levee_dns_packet *packet)
{
	const struct levee_dns_settings *dns = &packet->socket->rule->dns;
	struct levee_dns_state *state = rcu_dereference(packet->socket->workload->dns);

	/* Nothing was asked. */
	if (!state)
		return;
	if (dns->nr_servers && !levee_dns_is_server(dns, &packet->flow->src))
		return;
	levee_dns_hear(state, packet->skb, packet->family, packet->flow, packet->sk, dns->grace);
}
