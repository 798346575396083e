// SPDX-License-Identifier: GPL-2.0
/*
 * From a cgroup to the workload that it belongs to.
 *
 * Lock order: trace_cgroup_path_lock (the kernel's, held around the release
 * tracepoint) -> births -> that of models. births is taken with interrupts off for
 * that reason.
 */
#include <linux/rculist.h>
#include <linux/slab.h>
#include <linux/tracepoint.h>

#include "model_clock.h"
#include "registry.h"
#include "scope.h"
#include "workload.h"

#define HASH_BITS 14
#define POOL_MIN 256
#define RULE_BITS 16

static struct hlist_head *workloads;
static struct kmem_cache *cache;
static DEFINE_SPINLOCK(births);
/* All below: under births; what is marked is also read without. */
static HLIST_HEAD(pool);
static u32 pool_size;		/* marked */
static LIST_HEAD(removed);
static u32 nr_hashed;
static u32 nr_removed;
static u32 nr_quarantined;	/* and not removed; marked */
static u64 nr_overflowed;
static u64 nr_matched;
static u64 overflow_generation;
static u64 match_seq;	/* of labels: what was matched by others counts no more */

/* For matching, with bottom halves off. */
struct path_buffer {
	char text[PATH_MAX];
};

static struct path_buffer __percpu *path_buffers;

static struct tracepoint *release_tracepoint;
static struct tracepoint *rmdir_tracepoint;
const struct levee_workload_events *levee_workload_events;
void (*levee_workload_free_dns)(struct levee_dns_state *state);
void (*levee_workload_free_scan)(struct levee_scan *scan);

static void refill(struct work_struct *work)
{
	levee_workloads_fill_pool();
}

static DECLARE_WORK(refill_work, refill);

static struct hlist_head *bucket_of(u64 id)
{
	return &workloads[hash_64(id, HASH_BITS)];
}

struct levee_workload *levee_workload_by_id(u64 cgroup_id)
{
	struct levee_workload *workload;

	hlist_for_each_entry_rcu(workload, bucket_of(cgroup_id), node)
		if (workload->cgroup_id == cgroup_id)
			return workload;
	return NULL;
}

static u64 match_of(const struct levee_ruleset *rs, const struct levee_rule *rule)
{
	return rs->generation << RULE_BITS | (rule ? rule->index + 1 : 0);
}

const struct levee_rule *levee_workload_rule(const struct levee_ruleset *rs,
					     const struct levee_workload *workload)
{
	/* Pairs with settle_match(): whoever sees the rule sees the model. */
	u64 match = smp_load_acquire(&workload->match);
	u32 rule = match & GENMASK(RULE_BITS - 1, 0);

	if (match >> RULE_BITS != rs->generation || !rule)
		return NULL;
	return &rs->rules[rule - 1];
}

static void set_path(struct levee_workload *workload, const char *path)
{
	size_t length = strlen(path);

	if (length <= LEVEE_TEXT_MAX)
		memcpy(workload->path, path, length + 1);
	else
		snprintf(workload->path, sizeof(workload->path), "...%s",
			 path + length - LEVEE_TEXT_MAX + 3);
}

/* What detectors know; no reader is left. */
static void free_states(struct levee_workload *workload)
{
	struct levee_dns_state *state = rcu_dereference_protected(workload->dns, true);
	struct levee_scan *scan = rcu_dereference_protected(workload->scan, true);

	if (state)
		levee_workload_free_dns(state);
	if (scan)
		levee_workload_free_scan(scan);
}

static void free_rcu(struct rcu_head *head)
{
	struct levee_workload *workload = container_of(head, struct levee_workload, rcu);

	free_states(workload);
	kmem_cache_free(cache, workload);
}

static void set_model(struct levee_workload *workload, struct levee_model *model)
{
	struct levee_model *old = rcu_dereference_protected(workload->model,
							    lockdep_is_held(&births));

	rcu_assign_pointer(workload->model, model);
	if (old)
		levee_model_detach(old);
}

/* Image, else container, else path: by what it comes again. */
static void give_model(struct levee_workload *workload, const struct levee_rule *rule)
{
	const struct levee_labels labels = levee_workload_labels(workload);
	u8 kind = LEVEE_MODEL_KIND_CGROUP;
	const char *key = workload->path;
	struct levee_model *model;

	if (rule->model.key == LEVEE_MODEL_KEY_RULE) {
		kind = LEVEE_MODEL_KIND_RULE;
		key = rule->name;
	} else if (labels.image) {
		kind = LEVEE_MODEL_KIND_IMAGE;
		key = labels.image;
	} else if (labels.container) {
		kind = LEVEE_MODEL_KIND_CONTAINER;
		key = labels.container;
	}
	model = levee_model_attach(kind, key, &rule->model);
	set_model(workload, model);
	if (!model || levee_model_state(model) != LEVEE_MODEL_STATE_ACTIVE)
		levee_model_clock_start();
}

static void quarantine_is_over(void)
{
	lockdep_assert_held(&births);
	WRITE_ONCE(nr_quarantined, nr_quarantined - 1);
	READ_ONCE(levee_workload_events)->quarantine_over();
}

static void unhash(struct levee_workload *workload)
{
	lockdep_assert_held(&births);
	hlist_del_init_rcu(&workload->node);
	nr_hashed--;
	set_model(workload, NULL);
	if (levee_workload_removed(workload)) {
		list_del(&workload->removed);
		nr_removed--;
	} else if (levee_workload_quarantined(workload)) {
		quarantine_is_over();
	}
	call_rcu(&workload->rcu, free_rcu);
}

static void set_removed(struct levee_workload *workload)
{
	lockdep_assert_held(&births);
	if (test_and_set_bit(LEVEE_WORKLOAD_REMOVED, &workload->flags))
		return;
	list_add_tail(&workload->removed, &removed);
	nr_removed++;
	if (levee_workload_quarantined(workload))
		quarantine_is_over();
}

static bool is_online(const struct cgroup_subsys_state *css)
{
	/* data_race: who clears the bit then comes to on_cgroup_rmdir(), and waits for births */
	return data_race(css->flags) & CSS_ONLINE;
}

/* A new workload out of the pool, or NULL at the bound or when the pool is empty. */
static struct levee_workload *born(struct cgroup *cgroup, const char *path)
{
	struct levee_workload *workload;

	lockdep_assert_held(&births);
	/* The oldest of those that no task is in any more gives way. */
	if (nr_hashed == LEVEE_WORKLOADS_MAX && nr_removed)
		unhash(list_first_entry(&removed, struct levee_workload, removed));
	if (nr_hashed == LEVEE_WORKLOADS_MAX || hlist_empty(&pool))
		return NULL;
	workload = hlist_entry(pool.first, struct levee_workload, node);
	hlist_del(&workload->node);
	WRITE_ONCE(pool_size, pool_size - 1);
	workload->cgroup_id = cgroup_id(cgroup);
	workload->level = cgroup->level;
	workload->tokens = LEVEE_AUDIT_BURST;
	workload->token_stamp = jiffies;
	set_path(workload, path);
	hlist_add_head_rcu(&workload->node, bucket_of(workload->cgroup_id));
	nr_hashed++;
	/* A socket may outlive its cgroup's removal. */
	if (!is_online(&cgroup->self))
		set_removed(workload);
	return workload;
}

static const char *path_of(struct cgroup *cgroup, char *buffer)
{
	int length = cgroup_path(cgroup, buffer, PATH_MAX);

	/* A path that does not fit matches nothing; its ancestors' were matched before. */
	return length < 0 || length >= PATH_MAX ? NULL : buffer;
}

/* Stores what was matched, or finds that somebody else has. */
static struct levee_subject settle_match(struct levee_ruleset *rs, struct cgroup *cgroup,
					 const char *path, const struct levee_bound *bound,
					 const struct levee_rule *rule)
{
	struct levee_subject subject = { .rule = rule };

	lockdep_assert_held(&births);
	nr_matched++;
	subject.workload = levee_workload_by_id(cgroup_id(cgroup));
	if (!subject.workload && rule) {
		subject.workload = born(cgroup, path);
		if (!subject.workload) {
			/* Explicit lists hold all the same. */
			nr_overflowed++;
			subject.workload = rule->overflow;
			if (overflow_generation != rs->generation)
				READ_ONCE(levee_workload_events)->overflow(rs->generation);
			overflow_generation = rs->generation;
			return subject;
		}
	}
	if (subject.workload) {
		WRITE_ONCE(subject.workload->labelled, bound ? bound->cgroup_id : 0);
		if (rule && rule->learns)
			give_model(subject.workload, rule);
		else
			set_model(subject.workload, NULL);
		/* Pairs with levee_workload_rule(). */
		smp_store_release(&subject.workload->match, match_of(rs, rule));
		if (!rule && !levee_workload_quarantined(subject.workload))
			subject.workload = NULL;
	}
	return subject;
}

static void remember_free(struct levee_ruleset *rs, const struct cgroup *cgroup)
{
	u64 nr = levee_cgroup_nr(cgroup), *set = rs->negative[nr % ARRAY_SIZE(rs->negative)];
	static u32 next;
	u32 way;

	lockdep_assert_held(&births);
	for (way = 0; way < LEVEE_NEGATIVE_WAYS; way++)
		if (!set[way])
			break;
	if (way == LEVEE_NEGATIVE_WAYS)
		way = next++ % LEVEE_NEGATIVE_WAYS;
	WRITE_ONCE(set[way], nr);
}

/* Before the lock is taken: what is matched by labels that change meanwhile is matched again. */
struct match {
	struct levee_ruleset *rs;
	struct cgroup *cgroup;
	const struct levee_bound *bound;	/* to the nearest ancestor that has labels */
	u64 seq;
	bool low;	/* few workloads are left to be born */
};

/* False when labels have changed; else the ancestor is settled. */
static bool match_ancestor(struct match *match, int level, struct levee_subject *subject)
{
	static const struct levee_labels none;
	struct cgroup *ancestor = cgroup_ancestor(match->cgroup, level);
	const char *path = path_of(ancestor, this_cpu_ptr(path_buffers)->text);
	const struct levee_rule *rule;
	unsigned long flags;
	bool settled;

	match->bound = levee_labels_find(cgroup_id(ancestor)) ?: match->bound;
	rule = path ? levee_scope_find(match->rs, path,
				       match->bound ? &match->bound->labels : &none) : NULL;
	spin_lock_irqsave(&births, flags);
	settled = match->seq == match_seq;
	if (settled) {
		*subject = settle_match(match->rs, ancestor, path, match->bound, rule);
		if (!subject->workload && ancestor == match->cgroup)
			remember_free(match->rs, match->cgroup);
		match->low = pool_size < POOL_MIN / 2 &&
			     nr_hashed + pool_size < LEVEE_WORKLOADS_MAX;
	}
	spin_unlock_irqrestore(&births, flags);
	return settled;
}

/*
 * Outermost ancestor first, so that a container cannot leave its rule by a
 * child cgroup. The matching itself is outside the lock.
 */
static noinline struct levee_subject match_path(struct levee_ruleset *rs, struct cgroup *cgroup)
{
	struct match match = { .rs = rs, .cgroup = cgroup };
	struct levee_subject subject;
	int level;

	local_bh_disable();
again:
	match.seq = READ_ONCE(match_seq);
	/* Pairs with levee_workloads_forget_match(). */
	smp_rmb();
	match.bound = NULL;
	subject = (struct levee_subject){};
	for (level = 1; level <= cgroup->level && !subject.workload; level++)
		if (!match_ancestor(&match, level, &subject))
			goto again;
	local_bh_enable();
	if (match.low)
		schedule_work(&refill_work);
	return subject;
}

struct levee_subject levee_subject_of(struct levee_ruleset *rs, struct cgroup *cgroup)
{
	struct levee_subject subject = {};
	int level;

	for (level = 1; level <= cgroup->level; level++) {
		subject.workload = levee_workload_by_id(cgroup_id(cgroup_ancestor(cgroup, level)));
		if (!subject.workload)
			continue;
		subject.rule = levee_workload_rule(rs, subject.workload);
		if (subject.rule || levee_workload_quarantined(subject.workload))
			return subject;
	}
	subject.workload = NULL;
	/* The root cgroup is nobody's workload. */
	if (!cgroup->level || levee_cgroup_is_free(rs, cgroup))
		return subject;
	return match_path(rs, cgroup);
}

bool levee_workload_holds(const struct levee_workload *workload, struct cgroup *cgroup)
{
	struct cgroup *ancestor = cgroup_ancestor(cgroup, workload->level);

	return ancestor && cgroup_id(ancestor) == workload->cgroup_id;
}

int levee_workloads_walk(u32 *bucket, int (*fn)(struct levee_workload *workload, void *arg),
			 void *arg)
{
	struct levee_workload *workload;
	int err;

	for (; *bucket < 1 << HASH_BITS; ++*bucket) {
		hlist_for_each_entry_rcu(workload, &workloads[*bucket], node) {
			err = fn(workload, arg);
			if (err)
				return err;
		}
	}
	return 0;
}

static void forget_free(struct levee_ruleset *rs, const struct cgroup *cgroup)
{
	u64 nr = levee_cgroup_nr(cgroup), *set = rs->negative[nr % ARRAY_SIZE(rs->negative)];
	u32 way;

	lockdep_assert_held(&births);
	for (way = 0; way < LEVEE_NEGATIVE_WAYS; way++)
		if (set[way] == nr)
			WRITE_ONCE(set[way], 0);
}

static void forget_match(struct levee_ruleset *rs, struct cgroup *cgroup)
{
	struct levee_workload *workload;

	lockdep_assert_held(&births);
	forget_free(rs, cgroup);
	workload = levee_workload_by_id(cgroup_id(cgroup));
	if (workload)
		WRITE_ONCE(workload->match, 0);
}

/* Calls @fn for the cgroup and every one below it. */
static void walk_below(struct levee_ruleset *rs, struct cgroup *cgroup,
		       void (*fn)(struct levee_ruleset *rs, struct cgroup *cgroup))
{
	struct cgroup_subsys_state *css;

	rcu_read_lock();
	css_for_each_descendant_pre(css, &cgroup->self) {
		/* What is removed acts by sockets at most; it is matched when it does. */
		if (!is_online(css) || !css_tryget(css))
			continue;
		fn(rs, css->cgroup);
		/* The reference pins our place in the walk while RCU is let go. */
		if (need_resched() || READ_ONCE(pool_size) < POOL_MIN / 2) {
			rcu_read_unlock();
			levee_workloads_fill_pool();
			cond_resched();
			rcu_read_lock();
		}
		css_put(css);
	}
	rcu_read_unlock();
}

static void match(struct levee_ruleset *rs, struct cgroup *cgroup)
{
	levee_subject_of(rs, cgroup);
}

void levee_workloads_match_below(struct levee_ruleset *rs, struct cgroup *cgroup)
{
	walk_below(rs, cgroup, match);
}

void levee_workloads_match_all(struct levee_ruleset *rs)
{
	walk_below(rs, &cgrp_dfl_root.cgrp, match);
}

void levee_workloads_forget_match(struct levee_ruleset *rs, struct cgroup *cgroup)
{
	struct cgroup_subsys_state *css;
	unsigned long flags;

	spin_lock_irqsave(&births, flags);
	/* Whoever reads the new number sees the new labels; see match_path(). */
	WRITE_ONCE(match_seq, match_seq + 1);
	spin_unlock_irqrestore(&births, flags);
	rcu_read_lock();
	css_for_each_descendant_pre(css, &cgroup->self) {
		spin_lock_irqsave(&births, flags);
		forget_match(rs, css->cgroup);
		spin_unlock_irqrestore(&births, flags);
	}
	rcu_read_unlock();
	levee_epoch_advance();
}

struct tick {
	const struct levee_ruleset *rs;
	u32 tick;
	bool more;
};

static bool is_populated(const struct levee_workload *workload)
{
	struct cgroup *cgroup = cgroup_get_from_id(workload->cgroup_id);
	bool populated;

	if (IS_ERR_OR_NULL(cgroup))
		return false;
	populated = cgroup_is_populated(cgroup);
	cgroup_put(cgroup);
	return populated;
}

/* There was no room when it was matched; it may have been matched again meanwhile. */
static void give_missing_model(struct levee_workload *workload, const struct levee_ruleset *rs)
{
	const struct levee_rule *rule;
	unsigned long flags;

	spin_lock_irqsave(&births, flags);
	rule = levee_workload_rule(rs, workload);
	if (rule && rule->learns && !hlist_unhashed(&workload->node) &&
	    !rcu_access_pointer(workload->model))
		give_model(workload, rule);
	spin_unlock_irqrestore(&births, flags);
}

static int tick_one(struct levee_workload *workload, void *arg)
{
	const struct levee_rule *rule;
	struct levee_model *model;
	struct tick *tick = arg;

	rule = levee_workload_rule(tick->rs, workload);
	if (!rule || !rule->learns || levee_workload_removed(workload))
		return 0;
	model = rcu_dereference(workload->model);
	if (!model) {
		give_missing_model(workload, tick->rs);
		tick->more = true;
	} else if (levee_model_state(model) != LEVEE_MODEL_STATE_ACTIVE) {
		if (is_populated(workload))
			levee_model_set_populated(model, tick->tick);
		tick->more = true;
	}
	return 0;
}

bool levee_workloads_tick(u32 tick)
{
	struct tick walk = { .tick = tick };
	u32 bucket = 0;

	rcu_read_lock();
	walk.rs = levee_live_rcu();
	levee_workloads_walk(&bucket, tick_one, &walk);
	rcu_read_unlock();
	return walk.more;
}

void levee_workloads_prune(const struct levee_ruleset *rs)
{
	struct levee_workload *workload;
	struct hlist_node *next;
	u32 bucket;

	for (bucket = 0; bucket < 1 << HASH_BITS; bucket++) {
		spin_lock_irq(&births);
		hlist_for_each_entry_safe(workload, next, &workloads[bucket], node)
			if (!levee_workload_rule(rs, workload) &&
			    !levee_workload_quarantined(workload))
				unhash(workload);
		spin_unlock_irq(&births);
		cond_resched();
	}
}

int levee_workloads_fill_pool(void)
{
	struct levee_workload *workload;
	bool enough;

	for (;;) {
		workload = kmem_cache_zalloc(cache, GFP_KERNEL_ACCOUNT);
		if (!workload)
			return -ENOMEM;
		spin_lock_irq(&births);
		enough = pool_size >= POOL_MIN || nr_hashed + pool_size >= LEVEE_WORKLOADS_MAX;
		if (!enough) {
			hlist_add_head(&workload->node, &pool);
			WRITE_ONCE(pool_size, pool_size + 1);
		}
		spin_unlock_irq(&births);
		if (enough) {
			kmem_cache_free(cache, workload);
			return 0;
		}
	}
}

bool levee_workload_quarantine(struct levee_workload *workload)
{
	unsigned long flags;
	bool changed;

	spin_lock_irqsave(&births, flags);
	/* One that was unhashed meanwhile is nobody's any more. */
	changed = !hlist_unhashed(&workload->node) &&
		  !test_and_set_bit(LEVEE_WORKLOAD_QUARANTINED, &workload->flags);
	if (changed && !levee_workload_removed(workload))
		WRITE_ONCE(nr_quarantined, nr_quarantined + 1);
	if (changed)
		levee_epoch_advance();
	spin_unlock_irqrestore(&births, flags);
	return changed;
}

bool levee_workload_release(struct levee_workload *workload)
{
	unsigned long flags;
	bool changed;

	spin_lock_irqsave(&births, flags);
	changed = test_and_clear_bit(LEVEE_WORKLOAD_QUARANTINED, &workload->flags);
	clear_bit(LEVEE_WORKLOAD_KILL, &workload->flags);
	if (changed && !levee_workload_removed(workload))
		WRITE_ONCE(nr_quarantined, nr_quarantined - 1);
	if (changed)
		levee_epoch_advance();
	spin_unlock_irqrestore(&births, flags);
	return changed;
}

u32 levee_workloads_live(void)
{
	unsigned long flags;
	u32 live;

	spin_lock_irqsave(&births, flags);
	live = nr_hashed - nr_removed;
	spin_unlock_irqrestore(&births, flags);
	return live;
}

u32 levee_workloads_quarantined(void)
{
	return READ_ONCE(nr_quarantined);
}

static u64 read_births(const u64 *counter)
{
	unsigned long flags;
	u64 value;

	spin_lock_irqsave(&births, flags);
	value = *counter;
	spin_unlock_irqrestore(&births, flags);
	return value;
}

u64 levee_workloads_overflowed(void)
{
	return read_births(&nr_overflowed);
}

u64 levee_workloads_matched(void)
{
	return read_births(&nr_matched);
}

struct levee_workload *levee_workload_new_overflow(const char *rule)
{
	struct levee_workload *workload = kzalloc(sizeof(*workload), GFP_KERNEL_ACCOUNT);

	if (!workload)
		return NULL;
	__set_bit(LEVEE_WORKLOAD_OVERFLOW, &workload->flags);
	workload->tokens = LEVEE_AUDIT_BURST;
	workload->token_stamp = jiffies;
	snprintf(workload->path, sizeof(workload->path), "(beyond the bound, rule %s)", rule);
	return workload;
}

void levee_workload_free_overflow(struct levee_workload *workload)
{
	if (workload)
		free_states(workload);
	kfree(workload);
}

/* The last task of the cgroup is gone, and none can come. Interrupts are off. */
static void on_cgroup_rmdir(void *data, struct cgroup *cgroup, const char *path)
{
	struct levee_workload *workload;
	unsigned long flags;

	if (cgroup->root != &cgrp_dfl_root)
		return;
	spin_lock_irqsave(&births, flags);
	workload = levee_workload_by_id(cgroup_id(cgroup));
	if (workload)
		set_removed(workload);
	spin_unlock_irqrestore(&births, flags);
}

/* Nothing belongs to the cgroup any more: no task, no socket, no page. Interrupts are off. */
static void on_cgroup_release(void *data, struct cgroup *cgroup, const char *path)
{
	struct levee_workload *workload;
	unsigned long flags;

	if (cgroup->root != &cgrp_dfl_root)
		return;
	levee_labels_unbind(cgroup_id(cgroup));
	spin_lock_irqsave(&births, flags);
	workload = levee_workload_by_id(cgroup_id(cgroup));
	if (workload)
		unhash(workload);
	spin_unlock_irqrestore(&births, flags);
}

static void find_tracepoint(struct tracepoint *tracepoint, void *arg)
{
	if (!strcmp(tracepoint->name, "cgroup_release"))
		release_tracepoint = tracepoint;
	else if (!strcmp(tracepoint->name, "cgroup_rmdir"))
		rmdir_tracepoint = tracepoint;
}

int levee_workload_init(void)
{
	int err = -ENOMEM;

	BUILD_BUG_ON(sizeof(struct levee_workload) > 512);
	BUILD_BUG_ON(LEVEE_RULES_MAX >= 1 << RULE_BITS);
	for_each_kernel_tracepoint(find_tracepoint, NULL);
	if (!release_tracepoint || !rmdir_tracepoint)
		return -EOPNOTSUPP;
	workloads = kvcalloc(1 << HASH_BITS, sizeof(*workloads), GFP_KERNEL);
	cache = KMEM_CACHE(levee_workload, 0);
	path_buffers = alloc_percpu(struct path_buffer);
	if (!workloads || !cache || !path_buffers)
		goto err_free;
	err = tracepoint_probe_register(release_tracepoint, on_cgroup_release, NULL);
	if (err)
		goto err_free;
	err = tracepoint_probe_register(rmdir_tracepoint, on_cgroup_rmdir, NULL);
	if (err)
		goto err_unregister;
	return 0;

err_unregister:
	tracepoint_probe_unregister(release_tracepoint, on_cgroup_release, NULL);
	tracepoint_synchronize_unregister();
err_free:
	free_percpu(path_buffers);
	kmem_cache_destroy(cache);
	kvfree(workloads);
	return err;
}

void levee_workload_exit(void)
{
	struct levee_workload *workload;
	struct hlist_node *next;
	u32 bucket;

	/* 1) no birth and no release any more; 2) empty the hash; 3) frees have run. */
	tracepoint_probe_unregister(rmdir_tracepoint, on_cgroup_rmdir, NULL);
	tracepoint_probe_unregister(release_tracepoint, on_cgroup_release, NULL);
	tracepoint_synchronize_unregister();
	cancel_work_sync(&refill_work);
	spin_lock_irq(&births);
	for (bucket = 0; bucket < 1 << HASH_BITS; bucket++)
		hlist_for_each_entry_safe(workload, next, &workloads[bucket], node)
			unhash(workload);
	spin_unlock_irq(&births);
	hlist_for_each_entry_safe(workload, next, &pool, node)
		kmem_cache_free(cache, workload);
	rcu_barrier();
	free_percpu(path_buffers);
	kmem_cache_destroy(cache);
	kvfree(workloads);
}
