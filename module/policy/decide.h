/* SPDX-License-Identifier: GPL-2.0 */
/* The one decision function. Every hook asks it, and so does leveectl explain. */
#ifndef LEVEE_POLICY_DECIDE_H
#define LEVEE_POLICY_DECIDE_H

#include "act.h"
#include "workload.h"

/*
 * Decides an act of a workload under its rule, both of which @subject has, with the
 * order of precedence of Documentation/policy.rst. Pure: no lock, no sleep, any
 * context, under rcu_read_lock(); the verdict's entry lives as long as the ruleset.
 */
void levee_decide(struct levee_verdict *verdict, const struct levee_subject *subject,
		  const struct levee_act *act);

#endif /* LEVEE_POLICY_DECIDE_H */
