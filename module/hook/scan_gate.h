/* SPDX-License-Identifier: GPL-2.0 */
/* Between first contacts and the scan guard: which count, and what follows from a scan. */
#ifndef LEVEE_HOOK_SCAN_GATE_H
#define LEVEE_HOOK_SCAN_GATE_H

#include "../detect/scan_guard.h"
#include "gate.h"

/* Whether a rule wants to know. */
static inline bool levee_rule_watches_scans(const struct levee_rule *rule)
{
	return rule && rule->sections[LEVEE_FEATURE_PORT_SCAN].effect != LEVEE_EFFECT_DISABLE;
}

/* All of these: any context but hard interrupts, under rcu_read_lock(). */

/*
 * After a scan that is to be prevented: turns an act that would go on into one that
 * does not, where it is a first contact that nothing permits by name.
 */
void levee_scan_gate_hold(struct levee_outcome *outcome, const struct levee_act *act);
/*
 * An act of outbound, once it is decided: it @goes, or is refused. Counts what is a
 * first contact. False when it turned out to be a scan by which its workload is
 * stopped, or held: then it must be refused.
 */
bool levee_scan_gate_try(const struct levee_ruleset *rs, const struct levee_outcome *outcome,
			 const struct levee_act *act, struct task_struct *actor, bool goes);
/* The packet leaves, @by_loopback or not: its answer is waited for. */
void levee_scan_gate_sent(const struct levee_outcome *outcome, const struct levee_act *act,
			  const struct net *net, const struct levee_flow *flow, bool by_loopback);
/* A packet was delivered in a governed namespace. */
void levee_scan_gate_hear(const struct nf_hook_state *state, const struct sk_buff *skb,
			  const struct levee_flow *flow);

#endif /* LEVEE_HOOK_SCAN_GATE_H */
