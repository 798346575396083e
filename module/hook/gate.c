// SPDX-License-Identifier: GPL-2.0
/* What follows from a decision. Counters move before any limit of reporting. */
#include <linux/pid_namespace.h>
#include <linux/sched/signal.h>

#include "../detect/dns_state.h"
#include "../policy/feed.h"
#include "../report/event.h"
#include "gate.h"
#include "stop.h"

struct levee_subject levee_actor_subject(struct levee_ruleset *rs, struct task_struct *actor)
{
	return levee_subject_of(rs, task_dfl_cgroup(actor));
}

void levee_gate_decide_named(struct levee_verdict *verdict, const struct levee_subject *subject,
			     const struct levee_act *act)
{
	struct levee_name names[LEVEE_DNS_NAMES_MAX];
	struct levee_act named = *act;

	named.names = names;
	named.nr_names = levee_dns_names_of(subject->workload, act->addr, act->live, names);
	levee_decide(verdict, subject, &named);
}

void levee_gate_note_model(const struct levee_outcome *outcome, const struct levee_act *act,
			   struct task_struct *actor, bool counts)
{
	struct levee_model *model;

	if (outcome->verdict.item) {
		if (counts)
			levee_model_use(outcome->verdict.item);
		return;
	}
	model = levee_subject_model(outcome->subject);
	if (model)
		levee_model_learn(model, act, actor ? actor->comm : NULL);
}

/*
 * Of low severity is what the policy only reports, and what goes to no place that
 * is special, as a cloud's metadata are.
 */
static bool adapts(const struct levee_outcome *outcome, const struct levee_act *act)
{
	const struct levee_verdict *verdict = &outcome->verdict;

	return verdict->reason == LEVEE_REASON_NOT_IN_MODEL &&
	       verdict->written == LEVEE_EFFECT_ALERT &&
	       outcome->subject->rule->model.adapt == LEVEE_MODEL_ADAPT_ONCE &&
	       (act->feature != LEVEE_FEATURE_OUTBOUND || levee_addr_is_routable(act->addr));
}

/* 0 for what passes without a word, else the higher the stricter. */
static u32 strictness(const struct levee_outcome *outcome)
{
	if (outcome->quarantined)
		return LEVEE_EFFECT_MAX + 1;
	return outcome->verdict.reason ? outcome->verdict.effect : 0;
}

void levee_gate_decide_actor(struct levee_outcome *outcome, const struct levee_subject *actor,
			     const struct levee_act *act)
{
	struct levee_outcome other;

	levee_gate_decide_one(&other, actor, act);
	if (!outcome->subject->workload || strictness(&other) > strictness(outcome))
		*outcome = other;
}

/* Never global init, and never the hand that holds the policy. */
static bool may_be_stopped(const struct levee_workload *workload)
{
	if (test_bit(LEVEE_WORKLOAD_OVERFLOW, &workload->flags) ||
	    test_bit(LEVEE_WORKLOAD_PROTECTED, &workload->flags))
		return false;
	return !levee_workload_holds(workload, task_dfl_cgroup(init_pid_ns.child_reaper));
}

bool levee_gate_stop(struct levee_workload *workload)
{
	if (!may_be_stopped(workload))
		return false;
	levee_stop_workload(workload);
	return true;
}

void levee_gate_count_stop(const struct levee_subject *subject, u8 feature, u8 effect, u8 written,
			   bool enforced)
{
	const struct levee_rule *rule = subject->rule;

	levee_rule_count(rule, feature, LEVEE_STAT_AUDITED);
	atomic64_inc(&subject->workload->audited);
	if (written > effect)
		levee_rule_count(rule, feature, LEVEE_STAT_UNENFORCED);
	if (effect >= LEVEE_EFFECT_PREVENT) {
		levee_rule_count(rule, feature, LEVEE_STAT_PREVENTED);
		atomic64_inc(&subject->workload->prevented);
	}
	if (effect == LEVEE_EFFECT_BLOCK)
		levee_rule_count(rule, feature,
				 enforced ? LEVEE_STAT_BLOCKED : LEVEE_STAT_UNENFORCED);
}

bool levee_gate_enforce(const struct levee_ruleset *rs, const struct levee_outcome *outcome,
			const struct levee_act *act, struct task_struct *actor)
{
	const struct levee_subject *subject = outcome->subject;
	const struct levee_verdict *verdict = &outcome->verdict;
	bool enforced = true;

	/* The cut comes first: nothing may leave while the report is written. */
	if (verdict->effect == LEVEE_EFFECT_BLOCK)
		enforced = levee_gate_stop(subject->workload);
	levee_gate_count_stop(subject, levee_verdict_feature(verdict, act), verdict->effect,
			      verdict->written, enforced);
	if (verdict->feed)
		levee_feed_hit(verdict->feed);
	levee_report_audit(rs, subject, act, verdict, verdict->effect, enforced, actor);
	if (unlikely(adapts(outcome, act)))
		levee_gate_note_model(outcome, act, actor, true);
	return verdict->effect >= LEVEE_EFFECT_PREVENT;
}
