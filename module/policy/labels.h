/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Labels: by which name and image a runtime knows a cgroup. They hold for the
 * cgroup and what is below it; a nearer one wins.
 *
 * Lifetime. Labels are bound to a cgroup that exists, outlive every policy, and
 * go when the kernel releases the cgroup. Readers hold rcu_read_lock().
 */
#ifndef LEVEE_POLICY_LABELS_H
#define LEVEE_POLICY_LABELS_H

#include <linux/rcupdate.h>
#include <linux/types.h>

/**
 * struct levee_labels - what is known of a cgroup beside its path
 * @container: name of the container, or NULL
 * @image: its image, or NULL
 */
struct levee_labels {
	const char *container;
	const char *image;
};

/**
 * struct levee_bound - labels, bound to a cgroup
 * @node: in the hash
 * @rcu: for freeing
 * @cgroup_id: whose
 * @labels: point into @text
 * @text: both, each with its NUL
 */
struct levee_bound {
	struct hlist_node node;
	struct rcu_head rcu;
	u64 cgroup_id;
	struct levee_labels labels;
	char text[];
};

/* The cgroup's own labels, or NULL. Any context, under rcu_read_lock(). */
const struct levee_bound *levee_labels_find(u64 cgroup_id);
/*
 * Calls @fn for all of them in the order of their buckets from @bucket on; stops
 * when it returns other than 0, and returns that. Under rcu_read_lock().
 */
int levee_labels_walk(u32 *bucket, int (*fn)(const struct levee_bound *bound, void *arg),
		      void *arg);

/* Labels to bind; either text may be NULL. NULL without memory. May sleep. */
struct levee_bound *levee_labels_new(u64 cgroup_id, const char *container, const char *image);
/*
 * Puts them in the place of those that the cgroup had, if any: whoever was
 * matched by these must be matched again. -ENOSPC at the bound, and nothing
 * changed. Any context.
 */
int levee_labels_bind(struct levee_bound *bound);
/* Takes the cgroup's own labels off; returns whether there were any. Any context. */
bool levee_labels_unbind(u64 cgroup_id);

u32 levee_labels_count(void);
/* Changes whenever labels come or go. */
u64 levee_labels_seq(void);
int levee_labels_init(void);
/* No reader is left, and no cgroup is watched any more. */
void levee_labels_exit(void);

#endif /* LEVEE_POLICY_LABELS_H */
