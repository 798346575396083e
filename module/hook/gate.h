/* SPDX-License-Identifier: GPL-2.0 */
/* Between a hook and the policy: who acts, what is decided, what follows from it. */
#ifndef LEVEE_HOOK_GATE_H
#define LEVEE_HOOK_GATE_H

#include <linux/preempt.h>
#include <linux/sched.h>

#include "../policy/decide.h"
#include "../policy/workload.h"

/**
 * struct levee_outcome - a decision, and whose it is
 * @subject: the caller's, the stricter of the socket's workload and the acting task's
 * @verdict: the decision under its rule
 * @quarantined: one of the two is stopped: nothing passes, nothing is reported
 */
struct levee_outcome {
	const struct levee_subject *subject;
	struct levee_verdict verdict;
	bool quarantined;
};

/*
 * The task that performs the act, or NULL where it cannot be told: in a softirq,
 * a kernel thread, a worker. Any context.
 */
static inline struct task_struct *levee_actor(void)
{
	if (!in_task() || softirq_count() || current->flags & (PF_KTHREAD | PF_WQ_WORKER))
		return NULL;
	return current;
}

/* Its workload under this ruleset; under rcu_read_lock(). */
struct levee_subject levee_actor_subject(struct levee_ruleset *rs, struct task_struct *actor);

/* The same as levee_decide(), with the names by which the workload knows the address. */
void levee_gate_decide_named(struct levee_verdict *verdict, const struct levee_subject *subject,
			     const struct levee_act *act);

/* Decides an act of one workload. Any context. */
static __always_inline void levee_gate_decide_one(struct levee_outcome *outcome,
						  const struct levee_subject *subject,
						  const struct levee_act *act)
{
	outcome->subject = subject;
	outcome->quarantined = subject->workload && levee_workload_quarantined(subject->workload);
	if (!subject->workload || !subject->rule)
		memset(&outcome->verdict, 0, sizeof(outcome->verdict));
	else if (unlikely(subject->rule->resolves) && act->feature == LEVEE_FEATURE_OUTBOUND)
		levee_gate_decide_named(&outcome->verdict, subject, act);
	else
		levee_decide(&outcome->verdict, subject, act);
}

/* Makes the outcome the actor's, where that is the stricter. Any context. */
void levee_gate_decide_actor(struct levee_outcome *outcome, const struct levee_subject *actor,
			     const struct levee_act *act);

/* Decides an act of a socket's workload, and of its actor's where that is another. Any context. */
static __always_inline void levee_gate_decide(struct levee_outcome *outcome,
					      const struct levee_subject *socket,
					      const struct levee_subject *actor,
					      const struct levee_act *act)
{
	levee_gate_decide_one(outcome, socket, act);
	if (unlikely(actor->workload && actor->workload != socket->workload))
		levee_gate_decide_actor(outcome, actor, act);
}

/*
 * Carries out a deviation: counts, reports, stops the workload where the effect
 * is block. Returns true when the act must be refused. The outcome deviates.
 * Any context but hard interrupts; under rcu_read_lock().
 */
bool levee_gate_enforce(const struct levee_ruleset *rs, const struct levee_outcome *outcome,
			const struct levee_act *act, struct task_struct *actor);

/*
 * Stops a workload, and returns true, unless it must not be stopped: it has global
 * init, holds the policy, or is beyond the bound. Any context; under rcu_read_lock().
 */
bool levee_gate_stop(struct levee_workload *workload);
/* Counts a deviation by what follows; @enforced: where it is block, the workload was stopped. */
void levee_gate_count_stop(const struct levee_subject *subject, u8 feature, u8 effect, u8 written,
			   bool enforced);

/* What its model makes of an act that is allowed; out of line, where there is one. */
void levee_gate_note_model(const struct levee_outcome *outcome, const struct levee_act *act,
			   struct task_struct *actor, bool counts);

/*
 * An act that is allowed is learned, or, if it @counts, is one more use of what was.
 * Any context but hard interrupts; under rcu_read_lock().
 */
static inline void levee_gate_note(const struct levee_outcome *outcome,
				   const struct levee_act *act, struct task_struct *actor,
				   bool counts)
{
	if (unlikely(outcome->verdict.model_state))
		levee_gate_note_model(outcome, act, actor, counts);
}

/* Counts an act that is allowed. */
static inline void levee_gate_allow(const struct levee_outcome *outcome,
				    const struct levee_act *act)
{
	if (outcome->subject->rule && outcome->verdict.effect != LEVEE_EFFECT_DISABLE)
		levee_rule_count(outcome->subject->rule, act->feature, LEVEE_STAT_ALLOWED);
}

#endif /* LEVEE_HOOK_GATE_H */
