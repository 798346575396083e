// SPDX-License-Identifier: GPL-2.0
/* Feeds: one table each, filled by who stages it; a list of the live ones, replaced as a whole. */
#include <linux/ktime.h>
#include <linux/mm.h>
#include <linux/random.h>
#include <linux/slab.h>
#include <linux/sort.h>

#include "../lib/address_feed.h"
#include "../lib/domain_feed.h"
#include "feed.h"
#include "registry.h"

/* Names or prefixes that are added before others may run: some tens of microseconds. */
#define ADDS_AT_ONCE 256

static struct levee_feeds __rcu *live;
static atomic_long_t feeds_bytes;
static struct workqueue_struct *retire_queue;

size_t levee_feeds_bytes(void)
{
	return atomic_long_read(&feeds_bytes);
}

size_t levee_feeds_budget(void)
{
	/* One 32nd of memory: at 2 GiB, three of the largest, of which one replaces another. */
	return (size_t)(totalram_pages() / 32) << PAGE_SHIFT;
}

const struct levee_feeds *levee_feeds_live(void)
{
	return rcu_dereference_check(live, lockdep_is_held(&levee_registry_mutex));
}

/* Asking. */

/* The place of a name, or where it would be. */
static u32 place_of(const struct levee_feeds *feeds, const char *name, bool *found)
{
	u32 first = 0, count = feeds->count, half;
	int order;

	*found = false;
	while (count) {
		half = count / 2;
		order = strcmp(feeds->feed[first + half]->name, name);
		if (!order) {
			*found = true;
			return first + half;
		}
		if (order < 0) {
			first += half + 1;
			count -= half + 1;
		} else {
			count = half;
		}
	}
	return first;
}

struct levee_feed *levee_feeds_find(const struct levee_feeds *feeds, const char *name)
{
	bool found;
	u32 place = place_of(feeds, name, &found);

	return found ? feeds->feed[place] : NULL;
}

/* How many feeds hold for the section, counting those that it names and nobody loaded. */
static u32 count_of(const struct levee_feeds *feeds, const struct levee_section *section)
{
	switch (section->feed_use) {
	case LEVEE_FEED_USE_NONE:
		return 0;
	case LEVEE_FEED_USE_NAMED:
		return feeds->count ? section->nr_feeds : 0;
	default:
		return feeds->count;
	}
}

/* One of them, or NULL when it is not loaded or of another kind. */
static const struct levee_feed *feed_at(const struct levee_feeds *feeds,
					const struct levee_section *section, u32 i, u8 kind)
{
	const struct levee_feed *feed;

	if (section->feed_use == LEVEE_FEED_USE_NAMED)
		feed = levee_feeds_find(feeds, section->feeds[i]);
	else
		feed = feeds->feed[i];
	return feed && feed->kind == kind ? feed : NULL;
}

const struct levee_feed *levee_feeds_find_name(const struct levee_section *section,
					       const struct levee_name *name)
{
	const struct levee_feeds *feeds = levee_feeds_live();
	u32 i, count = count_of(feeds, section);
	const struct levee_feed *feed;

	for (i = 0; i < count; i++) {
		feed = feed_at(feeds, section, i, LEVEE_FEED_KIND_DOMAINS);
		if (feed && levee_domain_feed_find(feed->table, name->wire, name->len))
			return feed;
	}
	return NULL;
}

const struct levee_feed *levee_feeds_find_addr(const struct levee_section *section,
					       const struct levee_addr *addr)
{
	const struct levee_feeds *feeds = levee_feeds_live();
	u32 i, count = count_of(feeds, section);
	const struct levee_feed *feed;

	for (i = 0; i < count; i++) {
		feed = feed_at(feeds, section, i, LEVEE_FEED_KIND_ADDRESSES);
		if (feed && levee_address_feed_contains(feed->table, addr))
			return feed;
	}
	return NULL;
}

/* Filling. */

static bool try_charge(size_t bytes)
{
	if (atomic_long_add_return(bytes, &feeds_bytes) <= levee_feeds_budget())
		return true;
	atomic_long_sub(bytes, &feeds_bytes);
	return false;
}

static int charge(size_t bytes, struct netlink_ext_ack *extack)
{
	if (try_charge(bytes))
		return 0;
	/* What was retired is charged until it is freed: 1) it is queued; 2) it is freed. */
	rcu_barrier();
	flush_workqueue(retire_queue);
	if (try_charge(bytes))
		return 0;
	NL_SET_ERR_MSG(extack, "the feeds exceed their memory budget");
	return -E2BIG;
}

static int check_count(u8 kind, u64 count, u64 count6, struct netlink_ext_ack *extack)
{
	if (kind == LEVEE_FEED_KIND_DOMAINS && count > LEVEE_FEED_DOMAINS_MAX) {
		NL_SET_ERR_MSG(extack, "a feed has at most 2000000 domains");
		return -E2BIG;
	}
	if (kind == LEVEE_FEED_KIND_ADDRESSES && count > LEVEE_FEED_PREFIXES_MAX) {
		NL_SET_ERR_MSG(extack, "a feed has at most 1000000 prefixes");
		return -E2BIG;
	}
	if (kind == LEVEE_FEED_KIND_DOMAINS && count6) {
		NL_SET_ERR_MSG(extack, "a feed of domains has no IPv6 prefixes");
		return -EINVAL;
	}
	if (count6 > count) {
		NL_SET_ERR_MSG(extack, "more IPv6 prefixes than prefixes");
		return -EINVAL;
	}
	return 0;
}

static int init_table(struct levee_feed *feed, size_t size, u32 count6)
{
	u64 seed[2];

	if (feed->kind == LEVEE_FEED_KIND_ADDRESSES)
		return levee_address_feed_init(feed->table, size, feed->declared - count6, count6);
	get_random_bytes(seed, sizeof(seed));
	return levee_domain_feed_init(feed->table, size, seed);
}

struct levee_feed *levee_feed_new(const char *name, u8 kind, u64 count, u64 count6,
				  const char *source, struct netlink_ext_ack *extack)
{
	struct levee_feed *feed;
	size_t size;
	int err;

	err = check_count(kind, count, count6, extack);
	if (err)
		return ERR_PTR(err);
	size = kind == LEVEE_FEED_KIND_ADDRESSES ? levee_address_feed_size(count - count6, count6) :
						   levee_domain_feed_size(count);
	err = charge(sizeof(*feed) + size, extack);
	if (err)
		return ERR_PTR(err);
	feed = kzalloc(sizeof(*feed), GFP_KERNEL_ACCOUNT);
	if (!feed) {
		atomic_long_sub(sizeof(*feed) + size, &feeds_bytes);
		return ERR_PTR(-ENOMEM);
	}
	feed->bytes = sizeof(*feed) + size;
	feed->kind = kind;
	feed->declared = count;
	strscpy(feed->name, name, sizeof(feed->name));
	strscpy(feed->source, source ?: "", sizeof(feed->source));
	feed->table = kvmalloc(size, GFP_KERNEL_ACCOUNT);
	err = feed->table ? init_table(feed, size, count6) : -ENOMEM;
	if (err) {
		levee_feed_free(feed);
		return ERR_PTR(err);
	}
	return feed;
}

void levee_feed_free(struct levee_feed *feed)
{
	if (IS_ERR_OR_NULL(feed))
		return;
	atomic_long_sub(feed->bytes, &feeds_bytes);
	kvfree(feed->table);
	kfree(feed);
}

static int too_many(struct netlink_ext_ack *extack)
{
	NL_SET_ERR_MSG(extack, "more than the feed was begun for");
	return -E2BIG;
}

/* Counts one that was added, and lets others run now and then. */
static void added(struct levee_feed *feed)
{
	if (++feed->count % ADDS_AT_ONCE == 0)
		cond_resched();
}

/* Bytes of the name that begins here, with the root label; 0 when it does not end. */
static size_t name_len(const u8 *name, size_t left)
{
	size_t at = 0;

	while (at < left && name[at])
		at += 1 + name[at];
	return at < left ? at + 1 : 0;
}

int levee_feed_add_names(struct levee_feed *feed, const u8 *names, size_t len,
			 struct netlink_ext_ack *extack)
{
	size_t one;
	int err;

	if (feed->kind != LEVEE_FEED_KIND_DOMAINS) {
		NL_SET_ERR_MSG(extack, "names in a feed of addresses");
		return -EINVAL;
	}
	for (; len; names += one, len -= one) {
		if (feed->count == feed->declared)
			return too_many(extack);
		one = name_len(names, len);
		err = one ? levee_domain_feed_add(feed->table, names, one) : -EINVAL;
		if (err == -ENOSPC) {
			NL_SET_ERR_MSG(extack, "a name has no place, begin the feed again");
			return -EAGAIN;
		}
		/* Two names may be the same. */
		if (err && err != -EEXIST) {
			NL_SET_ERR_MSG(extack,
				       "no domain name below the root, in wire form and lower case");
			return err;
		}
		added(feed);
	}
	return 0;
}

int levee_feed_add_prefixes(struct levee_feed *feed, const u8 *prefixes, size_t len, u8 addr_len,
			    struct netlink_ext_ack *extack)
{
	size_t one = addr_len + 1;
	int err;

	if (feed->kind != LEVEE_FEED_KIND_ADDRESSES) {
		NL_SET_ERR_MSG(extack, "prefixes in a feed of domains");
		return -EINVAL;
	}
	if (len % one) {
		NL_SET_ERR_MSG(extack, "a prefix is cut short");
		return -EINVAL;
	}
	for (; len; prefixes += one, len -= one) {
		err = levee_address_feed_add(feed->table, prefixes, addr_len, prefixes[addr_len]);
		if (err == -ENOSPC)
			return too_many(extack);
		if (err) {
			NL_SET_ERR_MSG(extack,
				       "no prefix, or not above the one before: IPv4 first, then by address, then by length");
			return err;
		}
		added(feed);
	}
	return 0;
}

int levee_feed_finish(struct levee_feed *feed, struct netlink_ext_ack *extack)
{
	if (feed->count != feed->declared) {
		NL_SET_ERR_MSG(extack, "fewer than the feed was begun for");
		return -EINVAL;
	}
	if (feed->kind == LEVEE_FEED_KIND_ADDRESSES)
		levee_address_feed_finish(feed->table);
	return 0;
}

/* Publishing. */

static struct levee_feeds *list_new(u32 count)
{
	struct levee_feeds *feeds = kzalloc(struct_size(feeds, feed, count), GFP_KERNEL_ACCOUNT);

	return feeds ?: ERR_PTR(-ENOMEM);
}

static bool insert(struct levee_feeds *feeds, struct levee_feed *feed)
{
	bool found;
	u32 place = place_of(feeds, feed->name, &found);

	if (found)
		return false;
	memmove(&feeds->feed[place + 1], &feeds->feed[place],
		(feeds->count - place) * sizeof(feeds->feed[0]));
	feeds->feed[place] = feed;
	feeds->count++;
	return true;
}

struct levee_feeds *levee_feeds_prepare(struct levee_feed *const *feeds, u32 nr,
					bool replace_policy, struct netlink_ext_ack *extack)
{
	const struct levee_feeds *old = levee_feeds_live();
	struct levee_feeds *new;
	u32 i;

	lockdep_assert_held(&levee_registry_mutex);
	new = list_new(old->count + nr);
	if (IS_ERR(new))
		return new;
	for (i = 0; i < nr; i++) {
		if (!insert(new, feeds[i])) {
			NL_SET_ERR_MSG(extack, "two feeds have the same name");
			kfree(new);
			return ERR_PTR(-EEXIST);
		}
	}
	/* Of namesakes the first stays. */
	for (i = 0; i < old->count; i++)
		if (!replace_policy || !old->feed[i]->source[0])
			insert(new, old->feed[i]);
	if (new->count > LEVEE_FEEDS_MAX) {
		NL_SET_ERR_MSG(extack, "there can be at most 64 feeds");
		kfree(new);
		return ERR_PTR(-E2BIG);
	}
	return new;
}

struct levee_feeds *levee_feeds_without(const char *name, struct netlink_ext_ack *extack)
{
	const struct levee_feeds *old = levee_feeds_live();
	struct levee_feeds *new;
	u32 i;

	lockdep_assert_held(&levee_registry_mutex);
	if (!levee_feeds_find(old, name)) {
		NL_SET_ERR_MSG(extack, "no feed has this name");
		return ERR_PTR(-ENOENT);
	}
	new = list_new(old->count);
	if (IS_ERR(new))
		return new;
	for (i = 0; i < old->count; i++)
		if (strcmp(old->feed[i]->name, name))
			new->feed[new->count++] = old->feed[i];
	return new;
}

static void retire_fn(struct work_struct *work)
{
	levee_feed_free(container_of(to_rcu_work(work), struct levee_feed, retire));
}

void levee_feeds_publish(struct levee_feeds *feeds)
{
	struct levee_feeds *old;
	u32 i;

	for (i = 0; i < feeds->count; i++)
		if (!feeds->feed[i]->loaded_ns)
			feeds->feed[i]->loaded_ns = ktime_get_real_ns();
	old = rcu_replace_pointer(live, feeds, lockdep_is_held(&levee_registry_mutex));
	levee_epoch_advance();
	for (i = 0; i < old->count; i++) {
		if (levee_feeds_find(feeds, old->feed[i]->name) == old->feed[i])
			continue;
		INIT_RCU_WORK(&old->feed[i]->retire, retire_fn);
		queue_rcu_work(retire_queue, &old->feed[i]->retire);
	}
	kfree_rcu(old, rcu);
}

void levee_feeds_discard(struct levee_feeds *feeds)
{
	if (!IS_ERR_OR_NULL(feeds))
		kfree(feeds);
}

int levee_feed_init(void)
{
	struct levee_feeds *none = list_new(0);

	if (IS_ERR(none))
		return PTR_ERR(none);
	retire_queue = alloc_workqueue("levee_feeds", WQ_UNBOUND, 0);
	if (!retire_queue) {
		kfree(none);
		return -ENOMEM;
	}
	RCU_INIT_POINTER(live, none);
	return 0;
}

void levee_feed_exit(void)
{
	struct levee_feeds *last = rcu_dereference_protected(live, true);
	u32 i;

	for (i = 0; i < last->count; i++)
		levee_feed_free(last->feed[i]);
	kfree(last);
	/* 1) rcu_barrier(): every retirement is queued; 2) destroy drains the queue. */
	rcu_barrier();
	destroy_workqueue(retire_queue);
}
