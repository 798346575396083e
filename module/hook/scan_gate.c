// SPDX-License-Identifier: GPL-2.0
/* A scan is concluded where its last probe is sent, or where what came back is delivered. */
#include <linux/netdevice.h>
#include <net/netfilter/nf_conntrack.h>

#include "../policy/registry.h"
#include "../report/event.h"
#include "dns_gate.h"
#include "scan_gate.h"

#define HOLD_SECONDS 600	/* where the policy does not say */

/* Nobody answers for a group. */
static bool is_multicast(const struct levee_addr *addr)
{
	if (addr->is_v4)
		return addr->lo >> 28 == 0xe || addr->lo == 0xffffffff;
	return addr->hi >> 56 == 0xff;
}

static bool is_permitted_dns(const struct levee_rule *rule, const struct levee_act *act)
{
	return rule->guards_dns && levee_rule_speaks_dns(rule, act->proto, act->port) &&
	       (!rule->dns.nr_servers || levee_dns_is_server(&rule->dns, act->addr));
}

/* What nothing permits by name: not the allow list, the model, or the section of dns. */
static bool counts(const struct levee_outcome *outcome, const struct levee_act *act)
{
	const struct levee_verdict *verdict = &outcome->verdict;
	const struct levee_rule *rule = outcome->subject->rule;

	if (act->feature != LEVEE_FEATURE_OUTBOUND || !levee_rule_watches_scans(rule) ||
	    levee_addr_is_loopback(act->addr) || is_multicast(act->addr))
		return false;
	return verdict->reason || !(verdict->entry || verdict->item || is_permitted_dns(rule, act));
}

static struct levee_scan_target target_of(const struct levee_act *act)
{
	struct levee_scan_target target = {
		.addr = *act->addr,
		.port = act->port,
		.proto = act->proto,
	};

	return target;
}

void levee_scan_gate_hold(struct levee_outcome *outcome, const struct levee_act *act)
{
	const struct levee_section *section =
		&outcome->subject->rule->sections[LEVEE_FEATURE_PORT_SCAN];
	struct levee_verdict *verdict = &outcome->verdict;
	struct levee_scan_target target;

	/* The policy may have changed since. */
	if (section->effect < LEVEE_EFFECT_PREVENT ||
	    !levee_scan_holds(outcome->subject->workload) || !counts(outcome, act))
		return;
	if (verdict->reason && verdict->effect >= LEVEE_EFFECT_PREVENT)
		return;
	target = target_of(act);
	if (levee_scan_knows(outcome->subject->workload, &target))
		return;
	verdict->reason = LEVEE_REASON_HELD;
	verdict->effect = section->effect;
	verdict->written = section->written;
	verdict->entry = NULL;
	verdict->feed = NULL;
}

static void report(const struct levee_ruleset *rs, const struct levee_subject *subject,
		   const struct levee_scan_finding *finding, u8 effect, bool enforced,
		   struct task_struct *actor)
{
	struct levee_incident incident = {
		.feature = LEVEE_FEATURE_PORT_SCAN,
		.kind = finding->kind,
		.count = finding->count,
		.first_ns = finding->first_ns,
		.nr_evidence = finding->nr_evidence,
	};
	struct levee_evidence *evidence;
	u32 i;

	static_assert(LEVEE_SCAN_EVIDENCE_MAX == LEVEE_EVIDENCE_MAX);
	for (i = 0; i < finding->nr_evidence; i++) {
		evidence = &incident.evidence[i];
		evidence->addr_len = levee_addr_write(&finding->evidence[i].addr, evidence->addr);
		evidence->port = finding->evidence[i].port;
		evidence->proto = finding->evidence[i].proto;
	}
	levee_report_incident(rs, subject, &incident, effect, enforced, actor);
}

/* Returns whether the workload may go on to first contacts, and to @target. */
static bool conclude(const struct levee_ruleset *rs, const struct levee_subject *subject,
		     const struct levee_scan_target *target,
		     const struct levee_scan_finding *findings, u32 nr, struct task_struct *actor)
{
	const struct levee_section *section = &subject->rule->sections[LEVEE_FEATURE_PORT_SCAN];
	bool enforced = true;
	u32 i;

	if (section->effect == LEVEE_EFFECT_BLOCK)
		enforced = levee_gate_stop(subject->workload);
	if (section->effect >= LEVEE_EFFECT_PREVENT)
		levee_scan_hold(subject->workload, target, section->hold ?: HOLD_SECONDS);
	for (i = 0; i < nr; i++) {
		levee_gate_count_stop(subject, LEVEE_FEATURE_PORT_SCAN, section->effect,
				      section->written, enforced);
		report(rs, subject, &findings[i], section->effect, enforced, actor);
	}
	return section->effect < LEVEE_EFFECT_PREVENT;
}

bool levee_scan_gate_try(const struct levee_ruleset *rs, const struct levee_outcome *outcome,
			 const struct levee_act *act, struct task_struct *actor, bool goes)
{
	struct levee_scan_finding findings[LEVEE_SCAN_KINDS];
	const struct levee_subject *subject = outcome->subject;
	struct levee_scan_target target;
	u32 nr;

	/* Who is held would be so for as long as he tries, were that counted as well. */
	if (outcome->verdict.reason == LEVEE_REASON_HELD || !counts(outcome, act))
		return true;
	target = target_of(act);
	if (!levee_scan_try(subject->workload, &subject->rule->scan, &target, !goes, findings, &nr))
		return true;
	return conclude(rs, subject, &target, findings, nr, actor);
}

void levee_scan_gate_sent(const struct levee_outcome *outcome, const struct levee_act *act,
			  const struct net *net, const struct levee_flow *flow, bool by_loopback)
{
	if (counts(outcome, act))
		levee_scan_wait(net, flow, outcome->subject->workload,
				outcome->subject->rule->scan.silence, by_loopback);
}

/* A proxy in the namespace, to which its tables send on what is meant for others. */
static bool was_translated(const struct sk_buff *skb)
{
	enum ip_conntrack_info info;
	const struct nf_conn *conn = nf_ct_get(skb, &info);

	return conn && READ_ONCE(conn->status) & IPS_NAT_MASK;
}

void levee_scan_gate_hear(const struct nf_hook_state *state, const struct sk_buff *skb,
			  const struct levee_flow *flow)
{
	bool by_loopback = state->in->flags & IFF_LOOPBACK && !was_translated(skb);
	struct levee_scan_finding findings[LEVEE_SCAN_KINDS];
	const struct levee_ruleset *rs = levee_live_rcu();
	struct levee_subject subject;
	struct levee_scan_reply reply;
	u32 nr;

	if (!levee_scan_hear(state->net, skb, state->pf, flow, by_loopback, &reply))
		return;
	subject.workload = reply.workload;
	subject.rule = levee_workload_rule(rs, reply.workload);
	if (!levee_rule_watches_scans(subject.rule))
		return;
	if (levee_scan_answer(subject.workload, &subject.rule->scan, &reply.target,
			      reply.answered, findings, &nr))
		conclude(rs, &subject, &reply.target, findings, nr, NULL);
}
