/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Feeds: named sets of names and addresses that are known to be bad, independent
 * of rules and shared by all of them.
 *
 * Lifetime. A feed is built by whoever stages it, never changed once it is
 * published, and freed after a grace period. The list of the live ones is
 * replaced as a whole, under levee_registry_mutex. Readers hold rcu_read_lock().
 */
#ifndef LEVEE_POLICY_FEED_H
#define LEVEE_POLICY_FEED_H

#include <linux/atomic.h>
#include <linux/netlink.h>
#include <linux/workqueue.h>

#include "../lib/limits.h"
#include "act.h"
#include "ruleset.h"

/**
 * struct levee_feed - one feed
 * @name: told by it
 * @kind: enum levee_feed_kind
 * @declared: names or prefixes that were announced
 * @count: that were added
 * @bytes: memory that it holds
 * @loaded_ns: when it was published, since the epoch
 * @source: the policy's file, empty for a feed that was loaded on its own
 * @hits: acts that it decided
 * @table: struct levee_domain_feed or struct levee_address_feed
 * @retire: for freeing
 */
struct levee_feed {
	char name[LEVEE_NAME_MAX + 1];
	u8 kind;
	u32 declared;
	u32 count;
	size_t bytes;
	u64 loaded_ns;
	char source[LEVEE_TEXT_MAX + 1];
	atomic64_t hits;
	void *table;
	struct rcu_work retire;
};

/**
 * struct levee_feeds - the live ones, in the order of their names
 * @rcu: for freeing
 * @count: number of @feed
 * @feed: each of them is part of one list, or of a list and its successor
 */
struct levee_feeds {
	struct rcu_head rcu;
	u32 count;
	struct levee_feed *feed[];
};

/* Never NULL while the module is loaded; under rcu_read_lock(), or the registry's mutex. */
const struct levee_feeds *levee_feeds_live(void);

/* The feed of this name, or NULL; as long as the list. */
struct levee_feed *levee_feeds_find(const struct levee_feeds *feeds, const char *name);

/*
 * The feed of those that hold for the section that lists the name, or a name
 * above it; or the address. NULL for none. Pure; any context, under rcu_read_lock().
 */
const struct levee_feed *levee_feeds_find_name(const struct levee_section *section,
					       const struct levee_name *name);
const struct levee_feed *levee_feeds_find_addr(const struct levee_section *section,
					       const struct levee_addr *addr);
/* Counts an act that the feed decided. Any context. */
static inline void levee_feed_hit(const struct levee_feed *feed)
{
	atomic64_inc((atomic64_t *)&feed->hits);
}

/* The rest may sleep. */

/*
 * A feed to be filled, owned by the caller: levee_feed_free(). @count6 of its
 * @count prefixes are of IPv6. An ERR_PTR: -E2BIG for a count beyond the bounds
 * or the budget of feeds, -EINVAL for a @count6 that is above @count or for
 * domains, -ENOMEM; the extack says which.
 */
struct levee_feed *levee_feed_new(const char *name, u8 kind, u64 count, u64 count6,
				  const char *source, struct netlink_ext_ack *extack);
void levee_feed_free(struct levee_feed *feed);
/*
 * Adds names one after another, in wire form, lower case; each is verified.
 * -EINVAL for a bad name, -E2BIG for more than was declared, -EAGAIN when a name
 * cannot be placed, and the feed is of no use any more.
 */
int levee_feed_add_names(struct levee_feed *feed, const u8 *names, size_t len,
			 struct netlink_ext_ack *extack);
/* Adds prefixes of @addr_len + 1 bytes each, in ascending order. As above. */
int levee_feed_add_prefixes(struct levee_feed *feed, const u8 *prefixes, size_t len, u8 addr_len,
			    struct netlink_ext_ack *extack);
/* Makes it ready to be published: -EINVAL when fewer were added than declared. */
int levee_feed_finish(struct levee_feed *feed, struct netlink_ext_ack *extack);

/*
 * A list to publish: the live one without what the policy had (those with a
 * source) when @replace_policy, and with @nr new ones, which replace their
 * namesakes. Prepared first, because only that can fail; publishing it takes the
 * new feeds over and retires what is not in it any more. Under the registry's mutex.
 */
struct levee_feeds *levee_feeds_prepare(struct levee_feed *const *feeds, u32 nr,
					bool replace_policy, struct netlink_ext_ack *extack);
void levee_feeds_publish(struct levee_feeds *feeds);
void levee_feeds_discard(struct levee_feeds *feeds);
/* The live list without the feed of this name, to publish; ERR_PTR(-ENOENT) without one. */
struct levee_feeds *levee_feeds_without(const char *name, struct netlink_ext_ack *extack);

/* Memory of all feeds, staged ones included, and what they may have. */
size_t levee_feeds_bytes(void);
size_t levee_feeds_budget(void);

int levee_feed_init(void);
/* No reader is left. */
void levee_feed_exit(void);

#endif /* LEVEE_POLICY_FEED_H */
