// SPDX-License-Identifier: GPL-2.0
/*
 * All items of all models are in one hash, which grows with them; a table's
 * number tells whose they are. What is learned is learned where it happens, in
 * atomic context, within bounds.
 */
#include <linux/hash.h>
#include <linux/ktime.h>
#include <linux/mm.h>
#include <linux/random.h>
#include <linux/rculist.h>
#include <linux/rhashtable.h>
#include <linux/siphash.h>
#include <linux/slab.h>

#include "../lib/model_item.h"
#include "model.h"
#include "registry.h"

#define HASH_BITS 12
#define REFUSED_EVERY (60 * HZ)

#define LEARN_FOR	3600	/* Prisma: an hour, */
#define DRY_RUN_FOR	86400	/* and a day */
/* Of docker-1234abcd.scope nothing comes again; a name, an image or a rule may. */
#define CGROUP_KEPT_NS	(24 * 3600ULL * NSEC_PER_SEC)	/* Prisma archives models for a day */

/* What an item is looked up by. */
struct item_key {
	u64 table;
	u8 feature;
	const struct levee_entry *entry;
};

static struct rhashtable items;
static siphash_key_t hash_key;
static struct hlist_head *models;
static DEFINE_SPINLOCK(models_lock);
/* Under models_lock. */
static LIST_HEAD(idle_models);
static u32 nr_models;
static u64 nr_changes;	/* how often a model came or went */
static unsigned long refused_said;	/* jiffies */
static bool refused_ever;

static atomic_long_t bytes;
static atomic64_t last_table;
static atomic64_t last_change;
static atomic64_t models_refused;
static atomic64_t items_refused;
static atomic64_t models_evicted;
static struct workqueue_struct *retire_queue;
const struct levee_model_events *levee_model_events;

static const u32 item_bounds[LEVEE_FEATURE_MAX + 1] = {
	[LEVEE_FEATURE_OUTBOUND] = LEVEE_MODEL_OUTBOUND_MAX,
	[LEVEE_FEATURE_LISTEN] = LEVEE_MODEL_LISTEN_MAX,
	[LEVEE_FEATURE_DNS] = LEVEE_MODEL_DNS_MAX,
};

u64 levee_models_budget(void)
{
	/* A 128th of memory. */
	return (u64)(totalram_pages() / 128) << PAGE_SHIFT;
}

static void *take(size_t size, gfp_t gfp)
{
	void *memory = NULL;

	if (atomic_long_add_return(size, &bytes) <= levee_models_budget())
		memory = kzalloc(size, gfp | __GFP_NOWARN);
	if (!memory)
		atomic_long_sub(size, &bytes);
	return memory;
}

static void uncharge(size_t size)
{
	atomic_long_sub(size, &bytes);
}

/* Keyed, so that a workload cannot make items that meet. */
static u32 hash_of(u64 table, u8 feature, const struct levee_entry *entry)
{
	struct {
		u64 table;
		u64 name;
		u8 addr[16];
		u16 port_first;
		u16 port_last;
		u16 proto;
		u8 feature;
		u8 target;
		u8 prefix_len;
		u8 pad[7];
	} all = {
		.table = table,
		.port_first = entry->port_first,
		.port_last = entry->port_last,
		.proto = entry->proto,
		.feature = feature,
		.target = entry->target,
		.prefix_len = entry->prefix_len,
	};

	static_assert(sizeof(all) == 48);
	if (levee_entry_is_domain(entry))
		all.name = siphash(entry->name, entry->name_len, &hash_key);
	else
		memcpy(all.addr, entry->addr, entry->addr_len);
	return siphash(&all, sizeof(all), &hash_key);
}

static u32 hash_key_fn(const void *data, u32 len, u32 seed)
{
	const struct item_key *key = data;

	return hash_of(key->table, key->feature, key->entry);
}

static u32 hash_item_fn(const void *data, u32 len, u32 seed)
{
	const struct levee_model_item *item = data;

	return hash_of(item->table, item->feature, &item->entry);
}

static int compare_item_fn(struct rhashtable_compare_arg *arg, const void *object)
{
	const struct levee_model_item *item = object;
	const struct item_key *key = arg->key;

	return item->table != key->table || item->feature != key->feature ||
	       !levee_model_item_equal(&item->entry, key->entry);
}

static const struct rhashtable_params item_params = {
	.head_offset = offsetof(struct levee_model_item, node),
	.hashfn = hash_key_fn,
	.obj_hashfn = hash_item_fn,
	.obj_cmpfn = compare_item_fn,
	.automatic_shrinking = true,
};

static struct levee_model_item *find_item(const struct levee_model_table *table, u8 feature,
					  const struct levee_entry *entry)
{
	const struct item_key key = { .table = table->id, .feature = feature, .entry = entry };

	return rhashtable_lookup(&items, &key, item_params);
}

static struct levee_model_item *find_item_or_group(const struct levee_model_table *table,
						   u8 feature, const struct levee_entry *entry)
{
	struct levee_model_item *item = find_item(table, feature, entry);
	struct levee_entry group;

	if (!item && levee_model_group_of(&group, entry))
		item = find_item(table, feature, &group);
	return item;
}

static struct levee_model_item *find_outbound(const struct levee_model_table *table,
					      const struct levee_act *act)
{
	struct levee_model_item *item;
	struct levee_entry entry;

	levee_model_item_outbound(&entry, act->addr, act->proto, act->port);
	item = find_item_or_group(table, act->feature, &entry);
	if (item || entry.target == LEVEE_TARGET_PREFIX)
		return item;
	levee_model_item_host(&entry, act->addr, act->proto, act->port);
	return find_item_or_group(table, act->feature, &entry);
}

/* A port that is known stays so where it has become one of the ephemeral range. */
static struct levee_model_item *find_listen(const struct levee_model_table *table,
					    const struct levee_act *act)
{
	struct levee_model_item *item = NULL;
	struct levee_entry entry;

	if (act->ephemeral) {
		levee_model_item_listen(&entry, act->proto, act->port, true);
		item = find_item(table, act->feature, &entry);
	}
	if (item || !act->port)
		return item;
	levee_model_item_listen(&entry, act->proto, act->port, false);
	return find_item_or_group(table, act->feature, &entry);
}

static struct levee_model_item *find_name(const struct levee_model_table *table,
					  const struct levee_act *act)
{
	struct levee_model_item *item;
	struct levee_entry entry;
	u32 at;

	if (!act->name.len)
		return NULL;
	levee_model_item_name(&entry, act->name.wire, act->name.len);
	item = find_item(table, act->feature, &entry);
	if (item || !READ_ONCE(table->trees))
		return item;
	/* Up to but for the root. */
	for (at = 0; !item && act->name.wire[at]; at += 1 + act->name.wire[at]) {
		levee_model_item_tree(&entry, act->name.wire + at, act->name.len - at);
		item = find_item(table, act->feature, &entry);
	}
	return item;
}

static struct levee_model_item *find_act(const struct levee_model_table *table,
					 const struct levee_act *act)
{
	switch (act->feature) {
	case LEVEE_FEATURE_OUTBOUND:
		return find_outbound(table, act);
	case LEVEE_FEATURE_LISTEN:
		return find_listen(table, act);
	case LEVEE_FEATURE_DNS:
		return find_name(table, act);
	}
	return NULL;
}

struct levee_model_item *levee_model_find(const struct levee_model *model,
					  const struct levee_act *act)
{
	return find_act(rcu_dereference(model->table), act);
}

void levee_model_use(struct levee_model_item *item)
{
	u64 now = ktime_get_real_seconds();

	atomic64_inc(&item->uses);
	if (READ_ONCE(item->last) != now)
		WRITE_ONCE(item->last, now);
}

/* Other than that of any table at any time. */
static void set_changed(struct levee_model_table *table)
{
	WRITE_ONCE(table->changes, atomic64_inc_return(&last_change));
}

static struct levee_model_table *new_table(gfp_t gfp)
{
	struct levee_model_table *table = take(sizeof(*table), gfp);

	if (!table)
		return NULL;
	spin_lock_init(&table->lock);
	INIT_LIST_HEAD(&table->items);
	table->id = atomic64_inc_return(&last_table);
	table->bytes = sizeof(*table);
	set_changed(table);
	return table;
}

static bool is_of_the_root(const struct levee_entry *entry)
{
	struct levee_entry group;

	return levee_entry_is_domain(entry) && levee_model_group_of(&group, entry) &&
	       levee_model_group_is_root(&group);
}

static void count_item(struct levee_model_table *table, const struct levee_model_item *item,
		       int more)
{
	table->nr[item->feature] += more;
	if (is_of_the_root(&item->entry))
		table->nr_of_root += more;
	if (item->entry.target == LEVEE_TARGET_DOMAIN_TREE)
		WRITE_ONCE(table->trees, table->trees + more);
	table->bytes += more * item->size;
	set_changed(table);
}

/* Nobody finds it any more, but who has found it may still look at it. */
static void remove_item(struct levee_model_table *table, struct levee_model_item *item)
{
	rhashtable_remove_fast(&items, &item->node, item_params);
	list_del(&item->list);
	count_item(table, item, -1);
	uncharge(item->size);
	kfree_rcu(item, rcu);
}

/* No reader has it. */
static void free_table(struct levee_model_table *table)
{
	struct levee_model_item *item, *next;

	list_for_each_entry_safe(item, next, &table->items, list) {
		spin_lock_bh(&table->lock);
		remove_item(table, item);
		spin_unlock_bh(&table->lock);
		cond_resched();
	}
	uncharge(sizeof(*table));
	kfree(table);
}

static void retire_fn(struct work_struct *work)
{
	free_table(container_of(to_rcu_work(work), struct levee_model_table, retire));
}

static void retire_table(struct levee_model_table *table)
{
	INIT_RCU_WORK(&table->retire, retire_fn);
	queue_rcu_work(retire_queue, &table->retire);
}

static size_t item_size(const struct levee_entry *entry)
{
	return kmalloc_size_roundup(sizeof(struct levee_model_item) +
				    (levee_entry_is_domain(entry) ? entry->name_len : 0));
}

/* NULL without room; the table is locked, or nobody's yet. */
static struct levee_model_item *add_item(struct levee_model_table *table, u8 feature,
					 const struct levee_entry *entry, gfp_t gfp)
{
	u32 name_len = levee_entry_is_domain(entry) ? entry->name_len : 0;
	size_t size = item_size(entry);
	struct levee_model_item *item = take(size, gfp);
	int err;

	if (!item)
		return NULL;
	item->table = table->id;
	item->size = size;
	item->feature = feature;
	item->entry = *entry;
	if (name_len)
		item->entry.name = memcpy(item->name, entry->name, name_len);
	err = rhashtable_insert_fast(&items, &item->node, item_params);
	if (err) {
		uncharge(size);
		kfree(item);
		return NULL;
	}
	list_add_tail(&item->list, &table->items);
	count_item(table, item, 1);
	return item;
}

static bool is_member(const struct levee_model_item *item, u8 feature,
		      const struct levee_entry *group)
{
	struct levee_entry own;

	return item->feature == feature && levee_model_group_of(&own, &item->entry) &&
	       levee_model_item_equal(&own, group);
}

static u32 count_members(const struct levee_model_table *table, u8 feature,
			 const struct levee_entry *group)
{
	const struct levee_model_item *item;
	u32 count = 0;

	if (table->nr[feature] < LEVEE_MODEL_GROUP_MAX)
		return 0;
	list_for_each_entry(item, &table->items, list)
		count += is_member(item, feature, group);
	return count;
}

/* The new item has the history of those that it stands for. */
static void collapse(struct levee_model_table *table, struct levee_model_item *to)
{
	struct levee_model_item *item, *next;

	list_for_each_entry_safe(item, next, &table->items, list) {
		if (item == to || !is_member(item, to->feature, &to->entry))
			continue;
		if (!to->first_ns || item->first_ns < to->first_ns) {
			to->first_ns = item->first_ns;
			memcpy(to->comm, item->comm, sizeof(to->comm));
		}
		atomic64_add(atomic64_read(&item->uses), &to->uses);
		to->members++;
		remove_item(table, item);
	}
}

enum learned { LEARNED, NOT_LEARNED, NO_ROOM };

static enum learned learn_locked(struct levee_model_table *table, u8 feature,
				 const struct levee_entry *entry, const char *comm)
{
	struct levee_model_item *item;
	struct levee_entry group;
	bool many;

	lockdep_assert_held(&table->lock);
	/* Names of one label that are made up once, say: not everything for that. */
	if (table->nr_of_root >= LEVEE_MODEL_GROUP_MAX && is_of_the_root(entry))
		return NOT_LEARNED;
	many = levee_model_group_of(&group, entry) && !levee_model_group_is_root(&group) &&
	       count_members(table, feature, &group) >= LEVEE_MODEL_GROUP_MAX;
	if (!many && table->nr[feature] >= item_bounds[feature])
		return NO_ROOM;
	item = add_item(table, feature, many ? &group : entry, GFP_ATOMIC);
	if (!item)
		return NO_ROOM;
	if (many)
		collapse(table, item);
	if (!item->first_ns) {
		item->first_ns = ktime_get_real_ns();
		strscpy(item->comm, comm ?: "", sizeof(item->comm));
	}
	item->members += many;
	levee_model_use(item);
	return LEARNED;
}

static bool item_of(struct levee_entry *entry, const struct levee_act *act)
{
	struct levee_entry_fault fault;

	switch (act->feature) {
	case LEVEE_FEATURE_OUTBOUND:
		levee_model_item_outbound(entry, act->addr, act->proto, act->port);
		break;
	case LEVEE_FEATURE_LISTEN:
		levee_model_item_listen(entry, act->proto, act->port, act->ephemeral);
		break;
	case LEVEE_FEATURE_DNS:
		levee_model_item_name(entry, act->name.wire, act->name.len);
		break;
	default:
		return false;
	}
	/* What could not be written down is not learned. */
	return !levee_model_item_check(entry, act->feature, &fault);
}

static s64 seconds_to_ns(u32 seconds)
{
	return (s64)seconds * NSEC_PER_SEC;
}

/* By it, decisions may come out otherwise. */
static void set_state(struct levee_model *model, u8 state, s64 left_ns)
{
	lockdep_assert_held(&models_lock);
	model->left_ns = left_ns;
	if (model->state == state)
		return;
	WRITE_ONCE(model->state, state);
	levee_epoch_advance();
}

/* The same, of which nobody knows who has not asked for it. */
static void change_state(struct levee_model *model, u8 state, s64 left_ns)
{
	set_state(model, state, left_ns);
	levee_model_events->state(model, state);
}

/* Unless what was learned has gone with its table, and the state is another's. */
static void reopen(struct levee_model *model, const struct levee_model_table *table)
{
	unsigned long flags;

	spin_lock_irqsave(&models_lock, flags);
	if (model->state == LEVEE_MODEL_STATE_DRY_RUN &&
	    rcu_access_pointer(model->table) == table)
		change_state(model, LEVEE_MODEL_STATE_LEARNING, seconds_to_ns(model->learn_for));
	spin_unlock_irqrestore(&models_lock, flags);
}

void levee_model_learn(struct levee_model *model, const struct levee_act *act, const char *comm)
{
	struct levee_model_table *table = rcu_dereference(model->table);
	enum learned learned = NOT_LEARNED;
	struct levee_entry entry;
	bool full = false;

	if (!item_of(&entry, act))
		return;
	spin_lock_bh(&table->lock);
	/* Another CPU may have been faster. */
	if (!READ_ONCE(table->incomplete) && !find_act(table, act))
		learned = learn_locked(table, act->feature, &entry, comm);
	if (learned == NO_ROOM) {
		full = true;
		WRITE_ONCE(table->incomplete, true);
	}
	spin_unlock_bh(&table->lock);
	if (learned == LEARNED)
		reopen(model, table);
	if (full || (learned == NOT_LEARNED && READ_ONCE(table->incomplete)))
		atomic64_inc(&items_refused);
	if (full)
		levee_model_events->incomplete(model);
}

static struct hlist_head *bucket_of(u8 kind, const char *key)
{
	return &models[hash_64(siphash(key, strlen(key), &hash_key) + kind, HASH_BITS)];
}

struct levee_model *levee_model_by_key(u8 kind, const char *key)
{
	struct levee_model *model;

	hlist_for_each_entry_rcu(model, bucket_of(kind, key), node, lockdep_is_held(&models_lock))
		if (model->kind == kind && !strcmp(model->key, key))
			return model;
	return NULL;
}

int levee_models_walk(u32 *bucket, int (*fn)(struct levee_model *model, void *arg), void *arg)
{
	struct levee_model *model;
	int err;

	for (; *bucket < 1 << HASH_BITS; ++*bucket) {
		hlist_for_each_entry_rcu(model, &models[*bucket], node) {
			err = fn(model, arg);
			if (err)
				return err;
		}
	}
	return 0;
}

void levee_model_read(const struct levee_model *model, struct levee_model_summary *summary)
{
	struct levee_model_table *table = rcu_dereference(model->table);
	unsigned long flags;
	u32 feature;

	memset(summary, 0, sizeof(*summary));
	spin_lock_bh(&table->lock);
	for (feature = 1; feature <= LEVEE_FEATURE_MAX; feature++)
		summary->items += table->nr[feature];
	summary->bytes = table->bytes;
	summary->incomplete = READ_ONCE(table->incomplete);
	spin_unlock_bh(&table->lock);
	spin_lock_irqsave(&models_lock, flags);
	summary->state = model->state;
	summary->left_ns = model->left_ns;
	summary->workloads = model->nr_workloads;
	summary->used_ns = model->nr_workloads ? ktime_get_real_ns() : model->used_ns;
	spin_unlock_irqrestore(&models_lock, flags);
}

u64 levee_model_seq(const struct levee_model *model)
{
	return READ_ONCE(rcu_dereference(model->table)->changes);
}

int levee_model_items_walk(const struct levee_model *model, u32 *skip,
			   int (*fn)(const struct levee_model_item *item, void *arg), void *arg)
{
	struct levee_model_table *table = rcu_dereference(model->table);
	const struct levee_model_item *item;
	u32 seen = 0;
	int err = 0;

	spin_lock_bh(&table->lock);
	list_for_each_entry(item, &table->items, list) {
		if (seen++ < *skip)
			continue;
		err = fn(item, arg);
		if (err)
			break;
		++*skip;
	}
	spin_unlock_bh(&table->lock);
	return err;
}

static size_t size_of(const char *key)
{
	return sizeof(struct levee_model) + strlen(key) + 1;
}

/* Without a table, nowhere yet. */
static struct levee_model *new_model(u8 kind, const char *key, gfp_t gfp)
{
	struct levee_model *model = take(size_of(key), gfp);

	if (!model)
		return NULL;
	memcpy(model->key, key, strlen(key) + 1);
	model->kind = kind;
	model->state = LEVEE_MODEL_STATE_LEARNING;
	model->left_ns = LEVEE_MODEL_LEFT_UNSET;
	INIT_LIST_HEAD(&model->idle);
	return model;
}

static void free_model(struct levee_model *model)
{
	uncharge(size_of(model->key));
	kfree_rcu(model, rcu);
}

static void note_use(struct levee_model *model)
{
	model->used_ns = ktime_get_real_ns();
	model->idle_since = ktime_get_boottime_ns();
}

static void hash_model(struct levee_model *model)
{
	lockdep_assert_held(&models_lock);
	hlist_add_head_rcu(&model->node, bucket_of(model->kind, model->key));
	WRITE_ONCE(nr_models, nr_models + 1);
	WRITE_ONCE(nr_changes, nr_changes + 1);
}

/* One that no workload has. */
static void drop_model(struct levee_model *model)
{
	lockdep_assert_held(&models_lock);
	hlist_del_rcu(&model->node);
	list_del(&model->idle);
	WRITE_ONCE(nr_models, nr_models - 1);
	WRITE_ONCE(nr_changes, nr_changes + 1);
	retire_table(rcu_dereference_protected(model->table, true));
	free_model(model);
}

static bool evict_idle(void)
{
	lockdep_assert_held(&models_lock);
	if (list_empty(&idle_models))
		return false;
	drop_model(list_first_entry(&idle_models, struct levee_model, idle));
	atomic64_inc(&models_evicted);
	return true;
}

void levee_models_expire(u64 now)
{
	struct levee_model *model, *next;
	unsigned long flags;

	spin_lock_irqsave(&models_lock, flags);
	list_for_each_entry_safe(model, next, &idle_models, idle)
		if (model->kind == LEVEE_MODEL_KIND_CGROUP &&
		    now - model->idle_since > CGROUP_KEPT_NS)
			drop_model(model);
	spin_unlock_irqrestore(&models_lock, flags);
}

/* What nobody has seen; either may be NULL. */
static void discard(struct levee_model *model, struct levee_model_table *table)
{
	if (model)
		free_model(model);
	if (table) {
		uncharge(sizeof(*table));
		kfree(table);
	}
}

static struct levee_model *make_model(u8 kind, const char *key)
{
	struct levee_model *model;
	struct levee_model_table *table;

	lockdep_assert_held(&models_lock);
	if (nr_models >= LEVEE_MODELS_MAX && !evict_idle())
		return NULL;
	model = new_model(kind, key, GFP_ATOMIC);
	table = new_table(GFP_ATOMIC);
	if (!model || !table) {
		/* Its memory is there for the next try, once readers are gone. */
		evict_idle();
		discard(model, table);
		return NULL;
	}
	RCU_INIT_POINTER(model->table, table);
	hash_model(model);
	return model;
}

/* What the policy says now: time that was spent stays spent. */
static void set_times(struct levee_model *model, u32 learn_for, u32 dry_run_for)
{
	bool dry_run = model->state == LEVEE_MODEL_STATE_DRY_RUN;
	u32 old = dry_run ? model->dry_run_for : model->learn_for;
	u32 new = dry_run ? dry_run_for : learn_for;

	lockdep_assert_held(&models_lock);
	if (model->state != LEVEE_MODEL_STATE_ACTIVE) {
		if (model->left_ns == LEVEE_MODEL_LEFT_UNSET)
			model->left_ns = seconds_to_ns(new);
		else if (model->learn_for)
			model->left_ns += seconds_to_ns(new) - seconds_to_ns(old);
	}
	model->learn_for = learn_for;
	model->dry_run_for = dry_run_for;
}

static void refuse(void)
{
	lockdep_assert_held(&models_lock);
	atomic64_inc(&models_refused);
	if (refused_ever && time_before(jiffies, refused_said + REFUSED_EVERY))
		return;
	refused_ever = true;
	refused_said = jiffies;
	levee_model_events->refused();
}

struct levee_model *levee_model_attach(u8 kind, const char *key,
				       const struct levee_model_settings *settings)
{
	struct levee_model *model;

	lockdep_assert_irqs_disabled();
	spin_lock(&models_lock);
	model = levee_model_by_key(kind, key) ?: make_model(kind, key);
	if (model) {
		set_times(model, settings->learn_for ?: LEARN_FOR,
			  settings->has_dry_run ? settings->dry_run_for : DRY_RUN_FOR);
		if (!model->nr_workloads++)
			list_del_init(&model->idle);
	} else {
		refuse();
	}
	spin_unlock(&models_lock);
	return model;
}

void levee_model_detach(struct levee_model *model)
{
	lockdep_assert_irqs_disabled();
	spin_lock(&models_lock);
	if (!--model->nr_workloads) {
		note_use(model);
		list_add_tail(&model->idle, &idle_models);
	}
	spin_unlock(&models_lock);
}

void levee_model_set_populated(struct levee_model *model, u32 tick)
{
	WRITE_ONCE(model->populated, tick);
}

static void learning_is_over(struct levee_model *model)
{
	if (model->state == LEVEE_MODEL_STATE_LEARNING && model->dry_run_for)
		change_state(model, LEVEE_MODEL_STATE_DRY_RUN, seconds_to_ns(model->dry_run_for));
	else
		change_state(model, LEVEE_MODEL_STATE_ACTIVE, 0);
}

static void spend(struct levee_model *model, u32 tick, u64 ns)
{
	lockdep_assert_held(&models_lock);
	if (model->state == LEVEE_MODEL_STATE_ACTIVE || !model->nr_workloads ||
	    READ_ONCE(model->populated) != tick)
		return;
	if (model->left_ns > (s64)ns)
		model->left_ns -= ns;
	else
		learning_is_over(model);
}

void levee_models_spend(u32 tick, u64 ns)
{
	struct levee_model *model;
	unsigned long flags;
	u32 bucket;

	rcu_read_lock();
	for (bucket = 0; bucket < 1 << HASH_BITS; bucket++) {
		if (hlist_empty(&models[bucket]))
			continue;
		spin_lock_irqsave(&models_lock, flags);
		hlist_for_each_entry_rcu(model, &models[bucket], node)
			spend(model, tick, ns);
		spin_unlock_irqrestore(&models_lock, flags);
	}
	rcu_read_unlock();
}

int levee_model_freeze(u8 kind, const char *key)
{
	struct levee_model *model;
	unsigned long flags;

	spin_lock_irqsave(&models_lock, flags);
	model = levee_model_by_key(kind, key);
	if (model)
		set_state(model, LEVEE_MODEL_STATE_ACTIVE, 0);
	spin_unlock_irqrestore(&models_lock, flags);
	return model ? 0 : -ENOENT;
}

int levee_model_extend(u8 kind, const char *key, u32 seconds)
{
	struct levee_model *model;
	unsigned long flags;
	s64 left;

	spin_lock_irqsave(&models_lock, flags);
	model = levee_model_by_key(kind, key);
	if (model) {
		left = seconds_to_ns(seconds);
		if (model->state == LEVEE_MODEL_STATE_LEARNING &&
		    model->left_ns != LEVEE_MODEL_LEFT_UNSET)
			left = min(left + model->left_ns, seconds_to_ns(U32_MAX));
		/* There may be room by now, or more of it. */
		WRITE_ONCE(rcu_dereference_protected(model->table,
						     lockdep_is_held(&models_lock))->incomplete,
			   false);
		set_state(model, LEVEE_MODEL_STATE_LEARNING, left);
	}
	spin_unlock_irqrestore(&models_lock, flags);
	return model ? 0 : -ENOENT;
}

/* Decisions may come out otherwise. Returns the old one. */
static struct levee_model_table *replace_table(struct levee_model *model,
					       struct levee_model_table *table)
{
	lockdep_assert_held(&models_lock);
	table = rcu_replace_pointer(model->table, table, lockdep_is_held(&models_lock));
	levee_epoch_advance();
	return table;
}

int levee_model_relearn(u8 kind, const char *key)
{
	struct levee_model_table *table = new_table(GFP_KERNEL);
	struct levee_model *model;
	unsigned long flags;

	if (!table)
		return -ENOMEM;
	spin_lock_irqsave(&models_lock, flags);
	model = levee_model_by_key(kind, key);
	if (model) {
		table = replace_table(model, table);
		set_state(model, LEVEE_MODEL_STATE_LEARNING, model->learn_for ?
			  seconds_to_ns(model->learn_for) : LEVEE_MODEL_LEFT_UNSET);
	}
	spin_unlock_irqrestore(&models_lock, flags);
	if (model)
		retire_table(table);
	else
		free_table(table);
	return model ? 0 : -ENOENT;
}

/* For so many bytes more. */
static int no_memory(struct netlink_ext_ack *extack, size_t size)
{
	if (levee_models_bytes() + size > levee_models_budget())
		NL_SET_ERR_MSG(extack, "the models exceed their memory budget");
	return -ENOMEM;
}

struct levee_model_draft *levee_model_draft_new(u8 kind, const char *key, u8 state, s64 left_ns,
						bool incomplete, struct netlink_ext_ack *extack)
{
	struct levee_model_draft *draft;

	draft = kzalloc(struct_size(draft, key, strlen(key) + 1), GFP_KERNEL_ACCOUNT);
	if (!draft)
		return ERR_PTR(-ENOMEM);
	memcpy(draft->key, key, strlen(key) + 1);
	draft->kind = kind;
	draft->state = state;
	draft->left_ns = left_ns;
	draft->model = new_model(kind, key, GFP_KERNEL_ACCOUNT);
	draft->table = new_table(GFP_KERNEL_ACCOUNT);
	if (!draft->model || !draft->table) {
		levee_model_draft_free(draft);
		return ERR_PTR(no_memory(extack, size_of(key) +
					 sizeof(struct levee_model_table)));
	}
	draft->table->incomplete = incomplete;
	return draft;
}

void levee_model_draft_free(struct levee_model_draft *draft)
{
	if (draft->model)
		free_model(draft->model);
	if (draft->table)
		free_table(draft->table);
	kfree(draft);
}

int levee_model_draft_add(struct levee_model_draft *draft, u8 feature,
			  const struct levee_entry *entry, const struct levee_model_origin *origin,
			  struct netlink_ext_ack *extack)
{
	struct levee_model_table *table = draft->table;
	struct levee_model_item *item;
	int err = 0;

	rcu_read_lock();
	if (find_item(table, feature, entry))
		err = -EEXIST;
	rcu_read_unlock();
	if (err) {
		NL_SET_ERR_MSG(extack, "the model has this item already");
		return err;
	}
	if (table->nr[feature] >= item_bounds[feature]) {
		NL_SET_ERR_MSG(extack, "too many items of this feature");
		return -E2BIG;
	}
	item = add_item(table, feature, entry, GFP_KERNEL_ACCOUNT);
	if (!item)
		return no_memory(extack, item_size(entry));
	item->first_ns = origin->first_ns;
	item->last = origin->last;
	atomic64_set(&item->uses, origin->uses);
	item->members = origin->members;
	strscpy(item->comm, origin->comm ?: "", sizeof(item->comm));
	return 0;
}

/* How many of them are for keys that no model has. */
static u32 count_new(const struct list_head *drafts)
{
	const struct levee_model_draft *draft;
	u32 count = 0;

	list_for_each_entry(draft, drafts, list)
		count += !levee_model_by_key(draft->kind, draft->key);
	return count;
}

/* Afterwards the draft has what was there before. */
static void publish(struct levee_model_draft *draft)
{
	struct levee_model *model = levee_model_by_key(draft->kind, draft->key);

	lockdep_assert_held(&models_lock);
	if (!model) {
		model = draft->model;
		draft->model = NULL;
		rcu_assign_pointer(model->table, draft->table);
		draft->table = NULL;
		model->state = draft->state;
		model->left_ns = draft->left_ns;
		note_use(model);
		hash_model(model);
		list_add_tail(&model->idle, &idle_models);
		return;
	}
	draft->table = replace_table(model, draft->table);
	set_state(model, draft->state, draft->left_ns);
	if (draft->left_ns == LEVEE_MODEL_LEFT_UNSET && model->learn_for)
		set_times(model, model->learn_for, model->dry_run_for);
}

void levee_model_drafts_free(struct list_head *drafts)
{
	struct levee_model_draft *draft, *next;

	list_for_each_entry_safe(draft, next, drafts, list) {
		list_del(&draft->list);
		levee_model_draft_free(draft);
	}
}

int levee_models_import(struct list_head *drafts, struct netlink_ext_ack *extack)
{
	struct levee_model_draft *draft;
	unsigned long flags;
	u32 count;

	spin_lock_irqsave(&models_lock, flags);
	count = count_new(drafts);
	if (count > LEVEE_MODELS_MAX - nr_models) {
		spin_unlock_irqrestore(&models_lock, flags);
		NL_SET_ERR_MSG(extack, "there would be too many models");
		return -ENOSPC;
	}
	list_for_each_entry(draft, drafts, list)
		publish(draft);
	spin_unlock_irqrestore(&models_lock, flags);
	list_for_each_entry(draft, drafts, list) {
		if (draft->table)
			retire_table(draft->table);
		draft->table = NULL;
	}
	return 0;
}

u32 levee_models_count(void)
{
	return READ_ONCE(nr_models);
}

u64 levee_models_seq(void)
{
	return READ_ONCE(nr_changes);
}

u64 levee_models_bytes(void)
{
	return atomic_long_read(&bytes);
}

u64 levee_models_refused(void)
{
	return atomic64_read(&models_refused);
}

u64 levee_model_items_refused(void)
{
	return atomic64_read(&items_refused);
}

u64 levee_models_evicted(void)
{
	return atomic64_read(&models_evicted);
}

int levee_model_init(void)
{
	int err;

	get_random_bytes(&hash_key, sizeof(hash_key));
	models = kvcalloc(1 << HASH_BITS, sizeof(*models), GFP_KERNEL);
	retire_queue = alloc_workqueue("levee_models", WQ_UNBOUND, 0);
	err = models && retire_queue ? rhashtable_init(&items, &item_params) : -ENOMEM;
	if (!err)
		return 0;
	if (retire_queue)
		destroy_workqueue(retire_queue);
	kvfree(models);
	return err;
}

void levee_model_exit(void)
{
	struct levee_model *model;
	struct hlist_node *next;
	u32 bucket;

	/* 1) every retirement is queued; 2) and done; 3) the rest; 4) and is freed. */
	rcu_barrier();
	flush_workqueue(retire_queue);
	for (bucket = 0; bucket < 1 << HASH_BITS; bucket++) {
		hlist_for_each_entry_safe(model, next, &models[bucket], node) {
			free_table(rcu_dereference_protected(model->table, true));
			free_model(model);
		}
	}
	rcu_barrier();
	destroy_workqueue(retire_queue);
	rhashtable_destroy(&items);
	kvfree(models);
}
