/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Workloads: cgroup subtrees that a rule governs.
 *
 * Lifetime. A workload is born when its root cgroup first acts, or at a commit,
 * into a hash by cgroup id. When that cgroup is removed no task can be in it any
 * more, but sockets of it may live on elsewhere: the workload stays for them,
 * counts no longer, and gives way when there is no room. It is unhashed when the
 * kernel releases the cgroup (also the last page that was charged to it is gone)
 * and freed after an RCU grace period. levee holds no reference to a cgroup.
 * Readers find workloads under rcu_read_lock() and may use them until
 * rcu_read_unlock().
 */
#ifndef LEVEE_POLICY_WORKLOAD_H
#define LEVEE_POLICY_WORKLOAD_H

#include <linux/cgroup.h>
#include <linux/hash.h>
#include <linux/sched.h>

#include "labels.h"
#include "model.h"
#include "ruleset.h"

struct levee_dns_state;
struct levee_scan;

enum levee_workload_flag {
	LEVEE_WORKLOAD_QUARANTINED,	/* its network is cut */
	LEVEE_WORKLOAD_KILL,		/* its tasks are to be killed */
	LEVEE_WORKLOAD_KILLING,		/* the scan that goes on is also for it */
	LEVEE_WORKLOAD_PROTECTED,	/* the policy was committed from here: never killed */
	LEVEE_WORKLOAD_REMOVED,		/* its cgroup was removed: no task is in it */
	LEVEE_WORKLOAD_OVERFLOW,	/* stands for all beyond the bound; not hashed */
};

/**
 * struct levee_workload - one workload, at most 512 bytes
 * @node: in the hash
 * @cgroup_id: of the root, never reused by the kernel
 * @match: generation << 16 | index of the governing rule + 1, or + 0 for none
 * @flags: enum levee_workload_flag
 * @level: depth of the root below the root cgroup
 * @rcu: for freeing
 * @removed: among those whose cgroup was removed, oldest first
 * @tasks_found: by the last scan for tasks to kill
 * @kill_until: jiffies at which killing gives up
 * @tokens: audits that it may still send at once
 * @token_stamp: jiffies at which @tokens was counted
 * @dns: what detectors know of its names; set once, from NULL, by who makes it
 * @scan: the same of what it tries to reach
 * @labelled: id of the cgroup whose labels hold for its root, 0 for none
 * @model: of what it does, or NULL
 * @audited: acts that deviated
 * @prevented: acts that were stopped
 * @path: of the root; one that is too long keeps its end, after "..."
 */
struct levee_workload {
	struct hlist_node node;
	u64 cgroup_id;
	u64 match;
	unsigned long flags;
	int level;
	struct rcu_head rcu;
	struct list_head removed;
	u32 tasks_found;
	unsigned long kill_until;
	u32 tokens;
	unsigned long token_stamp;
	struct levee_dns_state __rcu *dns;
	struct levee_scan __rcu *scan;
	u64 labelled;
	struct levee_model __rcu *model;
	atomic64_t audited;
	atomic64_t prevented;
	char path[LEVEE_TEXT_MAX + 1];
};

/**
 * struct levee_subject - who acts, and under which rule
 * @workload: NULL when nothing governs it
 * @rule: NULL when nothing governs it, or it is only quarantined
 */
struct levee_subject {
	struct levee_workload *workload;
	const struct levee_rule *rule;
};

/*
 * A number that, like the cgroup's id and unlike its address, is never
 * another's, but is one load away. Not for people: they know the id.
 */
static __always_inline u64 levee_cgroup_nr(const struct cgroup *cgroup)
{
	return cgroup->self.serial_nr;
}

/* Whether it is known that nothing governs the cgroup: one probe. Any context. */
static __always_inline bool levee_cgroup_is_free(const struct levee_ruleset *rs,
						 const struct cgroup *cgroup)
{
	u64 nr = levee_cgroup_nr(cgroup);
	const u64 *set = rs->negative[nr % ARRAY_SIZE(rs->negative)];
	u32 way;

	for (way = 0; way < LEVEE_NEGATIVE_WAYS; way++)
		if (READ_ONCE(set[way]) == nr)
			return true;
	return false;
}

/*
 * Who a cgroup's acts belong to, under this ruleset. Matches the cgroup's path
 * if that was not done yet for this generation. Any context but hard
 * interrupts; under rcu_read_lock().
 */
struct levee_subject levee_subject_of(struct levee_ruleset *rs, struct cgroup *cgroup);
/* The workload with this root, or NULL. Under rcu_read_lock(). */
struct levee_workload *levee_workload_by_id(u64 cgroup_id);
/* The rule that governs it under this ruleset, or NULL. */
const struct levee_rule *levee_workload_rule(const struct levee_ruleset *rs,
					     const struct levee_workload *workload);
/* Whether the cgroup is the workload's root or below it. Any context. */
bool levee_workload_holds(const struct levee_workload *workload, struct cgroup *cgroup);

/*
 * Calls @fn for every workload in the order of their buckets from @bucket on;
 * stops when it returns other than 0, and returns that. Under rcu_read_lock().
 */
int levee_workloads_walk(u32 *bucket, int (*fn)(struct levee_workload *workload, void *arg),
			 void *arg);

/* Matches every cgroup that exists. Sleeps. */
void levee_workloads_match_all(struct levee_ruleset *rs);
/* Frees workloads that no rule governs and that are not quarantined. Sleeps. */
void levee_workloads_prune(const struct levee_ruleset *rs);
/*
 * Labels of the cgroup have changed: it and what is below it are matched again
 * at their next act. Any context.
 */
void levee_workloads_forget_match(struct levee_ruleset *rs, struct cgroup *cgroup);
/* Matches the cgroup, and what is below it. Sleeps. */
void levee_workloads_match_below(struct levee_ruleset *rs, struct cgroup *cgroup);
/*
 * For the clock of models: marks those of populated workloads with @tick, and
 * gives one to who has none for want of room. Returns whether any is learning, or
 * still missing. Sleeps.
 */
bool levee_workloads_tick(u32 tick);

/* Fills the pool from which workloads are born in atomic context. Sleeps. */
int levee_workloads_fill_pool(void);

/* What it is known by, beside its path. Under rcu_read_lock(). */
static inline struct levee_labels levee_workload_labels(const struct levee_workload *workload)
{
	u64 cgroup_id = READ_ONCE(workload->labelled);
	const struct levee_bound *bound = cgroup_id ? levee_labels_find(cgroup_id) : NULL;

	return bound ? bound->labels : (struct levee_labels){};
}

/* NULL where its rule has none, or there is no room. Under rcu_read_lock(). */
static __always_inline struct levee_model *levee_subject_model(const struct levee_subject *subject)
{
	if (likely(!subject->rule->learns))
		return NULL;
	return rcu_dereference(subject->workload->model);
}

static inline bool levee_workload_quarantined(const struct levee_workload *workload)
{
	return test_bit(LEVEE_WORKLOAD_QUARANTINED, &workload->flags);
}

static inline bool levee_workload_removed(const struct levee_workload *workload)
{
	return test_bit(LEVEE_WORKLOAD_REMOVED, &workload->flags);
}

/* Cuts it off, or lifts that; returns whether anything changed. Any context. */
bool levee_workload_quarantine(struct levee_workload *workload);
bool levee_workload_release(struct levee_workload *workload);
/* Workloads whose cgroup exists, quarantined ones of them, births refused, cgroups matched. */
u32 levee_workloads_live(void);
u32 levee_workloads_quarantined(void);
u64 levee_workloads_overflowed(void);
u64 levee_workloads_matched(void);
/*
 * What the floors above want to know; set before the first commit. Called under
 * a lock with interrupts off.
 */
struct levee_workload_events {
	void (*overflow)(u64 generation);	/* a birth was refused; once a generation */
	void (*quarantine_over)(void);		/* a quarantined workload's cgroup is removed */
};

extern const struct levee_workload_events *levee_workload_events;

/* Returns a workload for ruleset.c to own. Sleeps. */
struct levee_workload *levee_workload_new_overflow(const char *rule);
/* Frees it, or NULL; no reader is left. */
void levee_workload_free_overflow(struct levee_workload *workload);
/* Free what @dns and @scan point to, once no reader is left. Set before the first commit. */
extern void (*levee_workload_free_dns)(struct levee_dns_state *state);
extern void (*levee_workload_free_scan)(struct levee_scan *scan);

/* -EOPNOTSUPP when cgroup release cannot be watched. */
int levee_workload_init(void);
/* No reader is left; sleeps. */
void levee_workload_exit(void);

#endif /* LEVEE_POLICY_WORKLOAD_H */
