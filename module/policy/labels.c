// SPDX-License-Identifier: GPL-2.0
/* A hash by cgroup id. */
#include <linux/hash.h>
#include <linux/mm.h>
#include <linux/rculist.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>

#include "../lib/limits.h"
#include "labels.h"

#define HASH_BITS 12

static struct hlist_head *buckets;
/* Taken where a cgroup is released: interrupts are off. */
static DEFINE_SPINLOCK(lock);
static u32 count;
static u64 nr_changes;

static struct hlist_head *bucket_of(u64 cgroup_id)
{
	return &buckets[hash_64(cgroup_id, HASH_BITS)];
}

static struct levee_bound *find(u64 cgroup_id)
{
	struct levee_bound *bound;

	hlist_for_each_entry_rcu(bound, bucket_of(cgroup_id), node, lockdep_is_held(&lock))
		if (bound->cgroup_id == cgroup_id)
			return bound;
	return NULL;
}

const struct levee_bound *levee_labels_find(u64 cgroup_id)
{
	return find(cgroup_id);
}

int levee_labels_walk(u32 *bucket, int (*fn)(const struct levee_bound *bound, void *arg),
		      void *arg)
{
	const struct levee_bound *bound;
	int err;

	for (; *bucket < 1 << HASH_BITS; ++*bucket) {
		hlist_for_each_entry_rcu(bound, &buckets[*bucket], node) {
			err = fn(bound, arg);
			if (err)
				return err;
		}
	}
	return 0;
}

struct levee_bound *levee_labels_new(u64 cgroup_id, const char *container, const char *image)
{
	size_t container_size = container ? strlen(container) + 1 : 0;
	size_t image_size = image ? strlen(image) + 1 : 0;
	struct levee_bound *bound;

	bound = kzalloc(struct_size(bound, text, container_size + image_size), GFP_KERNEL_ACCOUNT);
	if (!bound)
		return NULL;
	bound->cgroup_id = cgroup_id;
	if (container)
		bound->labels.container = memcpy(bound->text, container, container_size);
	if (image)
		bound->labels.image = memcpy(bound->text + container_size, image, image_size);
	return bound;
}

static bool take_off(u64 cgroup_id)
{
	struct levee_bound *bound = find(cgroup_id);

	lockdep_assert_held(&lock);
	if (!bound)
		return false;
	hlist_del_rcu(&bound->node);
	WRITE_ONCE(count, count - 1);
	WRITE_ONCE(nr_changes, nr_changes + 1);
	kfree_rcu(bound, rcu);
	return true;
}

int levee_labels_bind(struct levee_bound *bound)
{
	unsigned long flags;
	int err = 0;

	spin_lock_irqsave(&lock, flags);
	take_off(bound->cgroup_id);
	if (count < LEVEE_LABELS_MAX) {
		hlist_add_head_rcu(&bound->node, bucket_of(bound->cgroup_id));
		WRITE_ONCE(count, count + 1);
		WRITE_ONCE(nr_changes, nr_changes + 1);
	} else {
		err = -ENOSPC;
	}
	spin_unlock_irqrestore(&lock, flags);
	return err;
}

bool levee_labels_unbind(u64 cgroup_id)
{
	unsigned long flags;
	bool bound;

	spin_lock_irqsave(&lock, flags);
	bound = take_off(cgroup_id);
	spin_unlock_irqrestore(&lock, flags);
	return bound;
}

u32 levee_labels_count(void)
{
	return READ_ONCE(count);
}

u64 levee_labels_seq(void)
{
	return READ_ONCE(nr_changes);
}

int levee_labels_init(void)
{
	buckets = kvcalloc(1 << HASH_BITS, sizeof(*buckets), GFP_KERNEL);
	return buckets ? 0 : -ENOMEM;
}

void levee_labels_exit(void)
{
	struct levee_bound *bound;
	struct hlist_node *next;
	u32 bucket;

	for (bucket = 0; bucket < 1 << HASH_BITS; bucket++)
		hlist_for_each_entry_safe(bound, next, &buckets[bucket], node)
			kfree(bound);
	kvfree(buckets);
}
