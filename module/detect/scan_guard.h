/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Who tries to reach what, and what comes of it: from acts and packets to the
 * estimator. Nothing here decides.
 *
 * Lifetime. A scan state is made at the first contact of its workload that counts,
 * and goes with it; all of them share a budget. Contacts that wait for an answer
 * are in one table of fixed size, in which a workload's own oldest of a set gives
 * way before another's: then silence is all that can be told of it.
 */
#ifndef LEVEE_DETECT_SCAN_GUARD_H
#define LEVEE_DETECT_SCAN_GUARD_H

#include <net/net_namespace.h>

#include "../lib/scan_estimator.h"
#include "../policy/workload.h"
#include "flow.h"

#define LEVEE_SCAN_EVIDENCE_MAX	16	/* of an incident */
#define LEVEE_SCAN_KINDS	3

/**
 * struct levee_scan_finding - an incident, to be reported
 * @kind: enum levee_incident_kind
 * @count: scans that were found since the last report, this one included
 * @first_ns: when the oldest of @evidence was tried, since the epoch
 * @nr_evidence: number of @evidence
 * @evidence: the latest first
 */
struct levee_scan_finding {
	u8 kind;
	u64 count;
	u64 first_ns;
	u32 nr_evidence;
	struct levee_scan_target evidence[LEVEE_SCAN_EVIDENCE_MAX];
};

/* All of these: any context but hard interrupts, under rcu_read_lock(). */

/*
 * A workload tries to reach something, or is not let (@refused). Returns whether
 * it is a scan; those that were not reported for a day are findings, one of a
 * kind, and *nr says how many.
 */
bool levee_scan_try(struct levee_workload *workload, const struct levee_scan_settings *settings,
		    const struct levee_scan_target *target, bool refused,
		    struct levee_scan_finding findings[LEVEE_SCAN_KINDS], u32 *nr);
/* The same of what came back. */
bool levee_scan_answer(struct levee_workload *workload,
		       const struct levee_scan_settings *settings,
		       const struct levee_scan_target *target, bool answered,
		       struct levee_scan_finding findings[LEVEE_SCAN_KINDS], u32 *nr);

/* Whether the target was tried before, and not that by which the hold began. */
bool levee_scan_knows(struct levee_workload *workload, const struct levee_scan_target *target);
/* First contacts, and @target, are not let through for so many seconds from now. */
void levee_scan_hold(struct levee_workload *workload, const struct levee_scan_target *target,
		     u32 seconds);
bool levee_scan_holds(const struct levee_workload *workload);

/*
 * A packet of the workload has left, @by_loopback or not: what comes back within so
 * many seconds is its answer.
 */
void levee_scan_wait(const struct net *net, const struct levee_flow *flow,
		     const struct levee_workload *workload, u32 seconds, bool by_loopback);

/**
 * struct levee_scan_reply - something that came back
 * @workload: whose it is
 * @target: who was tried
 * @answered: he answered; else the workload was turned away
 */
struct levee_scan_reply {
	struct levee_workload *workload;
	struct levee_scan_target target;
	bool answered;
};

/*
 * Whether a delivered packet is waited for; then it is no longer. One that came
 * @by_loopback answers only what left that way: anybody in the namespace who may
 * write headers could have made it.
 */
bool levee_scan_hear(const struct net *net, const struct sk_buff *skb, u8 family,
		     const struct levee_flow *flow, bool by_loopback,
		     struct levee_scan_reply *reply);

/* Over all workloads: memory, and what it may be; contacts not counted for want of it. */
u64 levee_scan_bytes(void);
u64 levee_scan_budget(void);
u64 levee_scan_refused(void);

int levee_scan_guard_init(void);
/* No hook runs any more. */
void levee_scan_guard_exit(void);

#endif /* LEVEE_DETECT_SCAN_GUARD_H */
