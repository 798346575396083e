/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Models: what workloads were seen doing while learning.
 *
 * Lifetime. A model is made when the first workload of its key is matched, or by
 * an import; it outlives workloads and policies, and goes when there are too
 * many, or when nothing that will come again could have it. What it knows is a
 * table, which an import replaces as a whole by one pointer; the old one is freed
 * after a grace period. Readers hold rcu_read_lock().
 *
 * Locks, all with bottom halves or interrupts off: a table's -> models_lock.
 * A workload's birth takes models_lock inside its own.
 */
#ifndef LEVEE_POLICY_MODEL_H
#define LEVEE_POLICY_MODEL_H

#include <linux/atomic.h>
#include <linux/list.h>
#include <linux/netlink.h>
#include <linux/rhashtable-types.h>
#include <linux/sched.h>
#include <linux/workqueue.h>

#include "act.h"
#include "ruleset.h"

/**
 * struct levee_model_item - one thing that a model knows
 * @node: in the hash of all items
 * @list: among those of its table, the oldest first
 * @rcu: for freeing
 * @table: the table's id
 * @first_ns: when it was learned, since the epoch
 * @last: when it was last used, seconds since the epoch
 * @uses: how often
 * @members: how many were collapsed to it
 * @size: memory that it takes
 * @feature: enum levee_feature
 * @comm: the command that did it first: container-controlled
 * @entry: what it is; a name points to @name
 * @name: in wire form
 */
struct levee_model_item {
	struct rhash_head node;
	struct list_head list;
	struct rcu_head rcu;
	u64 table;
	u64 first_ns;
	u64 last;
	atomic64_t uses;
	u32 members;
	u16 size;
	u8 feature;
	char comm[TASK_COMM_LEN];
	struct levee_entry entry;
	u8 name[];
};

/**
 * struct levee_model_table - what a model knows
 * @lock: all below but @id
 * @id: of this table alone
 * @changes: number of the last time that something came or went, among those of all tables
 * @nr: items of each feature
 * @nr_of_root: names of one label, which are never collapsed
 * @trees: number of names with all that is below them
 * @bytes: memory that it and its items hold
 * @incomplete: something was not learned for want of room
 * @items: all of them
 * @retire: for freeing
 */
struct levee_model_table {
	spinlock_t lock;	/* as above */
	u64 id;
	u64 changes;
	u32 nr[LEVEE_FEATURE_MAX + 1];
	u32 nr_of_root;
	u32 trees;
	size_t bytes;
	bool incomplete;
	struct list_head items;
	struct rcu_work retire;
};

/* The rule will say how long: of a model that no workload has yet. */
#define LEVEE_MODEL_LEFT_UNSET	S64_MAX

/**
 * struct levee_model - one model; all but @table and @key under models_lock
 * @node: in the hash by key
 * @idle: among those that no workload has, the longest unused first
 * @rcu: for freeing
 * @kind: enum levee_model_kind
 * @state: enum levee_model_state
 * @populated: the clock's last tick in which a workload of it was
 * @nr_workloads: that have it
 * @learn_for: seconds, of the rule that gave it last; 0: none did
 * @dry_run_for: the same
 * @left_ns: populated time until @state ends, also below 0, where a rule with a shorter
 *	time is followed by one with a longer; or LEVEE_MODEL_LEFT_UNSET
 * @used_ns: when the last workload let it go, or it was imported, since the epoch
 * @idle_since: the same by the clock of the time since boot, which nobody sets
 * @table: what it knows
 * @key: the text
 */
struct levee_model {
	struct hlist_node node;
	struct list_head idle;
	struct rcu_head rcu;
	u8 kind;
	u8 state;
	u32 populated;
	u32 nr_workloads;
	u32 learn_for;
	u32 dry_run_for;
	s64 left_ns;
	u64 used_ns;
	u64 idle_since;
	struct levee_model_table __rcu *table;
	char key[];
};

/* What the floors above want to know; set before the first commit. Any context. */
struct levee_model_events {
	void (*state)(const struct levee_model *model, u8 state);
	void (*incomplete)(const struct levee_model *model);
	void (*refused)(void);	/* a workload found no room for a model; once a minute at most */
};

extern const struct levee_model_events *levee_model_events;

static inline u8 levee_model_state(const struct levee_model *model)
{
	return READ_ONCE(model->state);
}

/*
 * The item that covers an act of outbound, listen or dns, or NULL. Any context,
 * under rcu_read_lock().
 */
struct levee_model_item *levee_model_find(const struct levee_model *model,
					  const struct levee_act *act);
/* Counts a use. Any context. */
void levee_model_use(struct levee_model_item *item);
/*
 * Adds what the act is, if there is room, and collapses what has become too many.
 * In a dry run, learning begins again. @comm may be NULL. Any context but hard
 * interrupts, under rcu_read_lock().
 */
void levee_model_learn(struct levee_model *model, const struct levee_act *act, const char *comm);

/*
 * The model of this key for one more workload, made where there is none: NULL
 * without room. Any context; interrupts are off.
 */
struct levee_model *levee_model_attach(u8 kind, const char *key,
				       const struct levee_model_settings *settings);
/* One workload less. Any context; interrupts are off. */
void levee_model_detach(struct levee_model *model);

/* For the clock: that a workload of it is populated, and that so much time has passed. */
void levee_model_set_populated(struct levee_model *model, u32 tick);
void levee_models_spend(u32 tick, u64 ns);
/* Drops what nothing will come for again, @now nanoseconds after boot. */
void levee_models_expire(u64 now);

/*
 * Calls @fn for all models in the order of their buckets from @bucket on; stops
 * when it returns other than 0, and returns that. Under rcu_read_lock().
 */
int levee_models_walk(u32 *bucket, int (*fn)(struct levee_model *model, void *arg), void *arg);
/* Changes whenever a model comes or goes. */
u64 levee_models_seq(void);
/* NULL for none. Under rcu_read_lock(). */
struct levee_model *levee_model_by_key(u8 kind, const char *key);

/**
 * struct levee_model_summary - a model at one moment
 * @state: enum levee_model_state
 * @incomplete: something was not learned for want of room
 * @workloads: that have it
 * @items: that it knows
 * @bytes: memory of those
 * @left_ns: as in struct levee_model
 * @used_ns: as in struct levee_model; now while workloads have it
 */
struct levee_model_summary {
	u8 state;
	bool incomplete;
	u32 workloads;
	u32 items;
	u64 bytes;
	s64 left_ns;
	u64 used_ns;
};

/* Under rcu_read_lock(). */
void levee_model_read(const struct levee_model *model, struct levee_model_summary *summary);
/*
 * Changes whenever items of it come or go, also all of them, and is no other
 * model's. Under rcu_read_lock().
 */
u64 levee_model_seq(const struct levee_model *model);
/*
 * Calls @fn for the items from number *skip on, which counts those for which it
 * returned 0; stops at another, and returns that. Under rcu_read_lock(); @fn is
 * called with bottom halves off.
 */
int levee_model_items_walk(const struct levee_model *model, u32 *skip,
			   int (*fn)(const struct levee_model_item *item, void *arg), void *arg);

/* These may sleep. All return -ENOENT when there is no such model. */

/* Learning is over: the model is active. */
int levee_model_freeze(u8 kind, const char *key);
/* Learning goes on for so much longer, or begins again for so long. */
int levee_model_extend(u8 kind, const char *key, u32 seconds);
/* Forgets what was learned, and begins again. -ENOMEM, and nothing changed. */
int levee_model_relearn(u8 kind, const char *key);

/**
 * struct levee_model_draft - a model that is being imported
 * @list: among those of its import
 * @kind: enum levee_model_kind
 * @state: enum levee_model_state
 * @left_ns: as in struct levee_model
 * @table: what it knows
 * @model: for a key that no model has
 * @key: the text
 */
struct levee_model_draft {
	struct list_head list;
	u8 kind;
	u8 state;
	s64 left_ns;
	struct levee_model_table *table;
	struct levee_model *model;
	char key[];
};

/* A draft without items, owned by the caller: levee_model_draft_free(). An ERR_PTR. */
struct levee_model_draft *levee_model_draft_new(u8 kind, const char *key, u8 state, s64 left_ns,
						bool incomplete, struct netlink_ext_ack *extack);
void levee_model_draft_free(struct levee_model_draft *draft);
/* All of a list. */
void levee_model_drafts_free(struct list_head *drafts);

/* What is told of an item with it; zero where it is not known. */
struct levee_model_origin {
	u64 first_ns;
	u64 last;
	u64 uses;
	u32 members;
	const char *comm;
};

/*
 * Adds an item that levee_model_item_check() accepts. -EEXIST, -E2BIG at a bound,
 * -ENOMEM; the extack says.
 */
int levee_model_draft_add(struct levee_model_draft *draft, u8 feature,
			  const struct levee_entry *entry, const struct levee_model_origin *origin,
			  struct netlink_ext_ack *extack);
/*
 * Puts all of them in the place of their namesakes: the drafts are of no use any
 * more but to be freed. -ENOSPC when there would be too many models, and nothing
 * changed.
 */
int levee_models_import(struct list_head *drafts, struct netlink_ext_ack *extack);

/* Models, and their memory, those that are being imported included. */
u32 levee_models_count(void);
u64 levee_models_bytes(void);
u64 levee_models_budget(void);
/* Workloads without a model, items not learned, and idle models that gave way, for want of room. */
u64 levee_models_refused(void);
u64 levee_model_items_refused(void);
u64 levee_models_evicted(void);

int levee_model_init(void);
/* No reader is left, and no workload. Sleeps. */
void levee_model_exit(void);

#endif /* LEVEE_POLICY_MODEL_H */
