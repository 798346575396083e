// SPDX-License-Identifier: GPL-2.0
/* A fixed number of stages: of policies, one a socket, and of feeds. */
#include <linux/mutex.h>

#include "stage.h"

struct feed_stage {
	struct levee_feed *feed;	/* NULL: free */
	u32 portid;
	u64 cookie;
	bool spoiled;			/* something was refused: it is not what it should be */
};

struct stage {
	struct levee_draft *draft;	/* NULL: free */
	u32 portid;
	u64 cookie;			/* port ids are used again, these are not */
	struct feed_stage feeds[LEVEE_FEEDS_MAX];
};

static struct stage stages[LEVEE_STAGES_MAX];
/* Feeds that are no part of a policy. */
static struct feed_stage lone_feeds[LEVEE_STAGES_MAX];
static DEFINE_MUTEX(stages_mutex);
static u64 last_cookie;

int levee_stage_open(u32 portid, bool alert_only, u32 require, u64 *cookie,
		     struct netlink_ext_ack *extack)
{
	struct levee_draft *draft = levee_draft_new();
	struct stage *free = NULL;
	int err = 0;
	u32 i;

	if (!draft)
		return -ENOMEM;
	draft->alert_only = alert_only;
	draft->require = require;
	mutex_lock(&stages_mutex);
	for (i = 0; i < LEVEE_STAGES_MAX; i++) {
		if (!stages[i].draft)
			free = &stages[i];
		else if (stages[i].portid == portid)
			err = -EBUSY;
	}
	if (err) {
		NL_SET_ERR_MSG(extack, "this socket stages a policy already");
	} else if (!free) {
		NL_SET_ERR_MSG(extack, "too many policies are being staged");
		err = -ENOSPC;
	} else {
		free->draft = draft;
		free->portid = portid;
		free->cookie = ++last_cookie;
		*cookie = free->cookie;
	}
	mutex_unlock(&stages_mutex);
	if (err)
		levee_draft_free(draft);
	return err;
}

static struct stage *find(u32 portid, u64 cookie)
{
	u32 i;

	lockdep_assert_held(&stages_mutex);
	for (i = 0; i < LEVEE_STAGES_MAX; i++)
		if (stages[i].draft && stages[i].portid == portid && stages[i].cookie == cookie)
			return &stages[i];
	return NULL;
}

static int no_such_stage(struct netlink_ext_ack *extack)
{
	NL_SET_ERR_MSG(extack, "this socket has no such stage");
	return -ENOENT;
}

struct levee_draft *levee_stage_get(u32 portid, u64 cookie, struct netlink_ext_ack *extack)
{
	struct stage *stage;

	mutex_lock(&stages_mutex);
	stage = find(portid, cookie);
	if (!stage) {
		mutex_unlock(&stages_mutex);
		return ERR_PTR(no_such_stage(extack));
	}
	/* levee_stage_put() unlocks. */
	return stage->draft;
}

void levee_stage_put(void)
{
	mutex_unlock(&stages_mutex);
}

/* Empties the stage. Whether none of its feeds is spoiled. */
static bool empty(struct stage *stage, struct levee_staged *staged)
{
	struct feed_stage *feed;
	bool whole = true;

	lockdep_assert_held(&stages_mutex);
	staged->draft = stage->draft;
	staged->nr_feeds = 0;
	for (feed = stage->feeds; feed < stage->feeds + LEVEE_FEEDS_MAX; feed++) {
		if (!feed->feed)
			continue;
		staged->feeds[staged->nr_feeds++] = feed->feed;
		whole &= !feed->spoiled;
		feed->feed = NULL;
	}
	stage->draft = NULL;
	return whole;
}

void levee_staged_free(struct levee_staged *staged)
{
	while (staged->nr_feeds)
		levee_feed_free(staged->feeds[--staged->nr_feeds]);
	levee_draft_free(staged->draft);
}

static int refuse_spoiled(struct netlink_ext_ack *extack)
{
	NL_SET_ERR_MSG(extack, "a part of the feed was refused, it has to be begun again");
	return -EINVAL;
}

int levee_stage_take(u32 portid, u64 cookie, struct levee_staged *staged,
		     struct netlink_ext_ack *extack)
{
	struct stage *stage;
	bool whole = true;
	int err = 0;
	u32 i;

	mutex_lock(&stages_mutex);
	stage = find(portid, cookie);
	if (stage)
		whole = empty(stage, staged);
	mutex_unlock(&stages_mutex);
	if (!stage)
		return no_such_stage(extack);
	if (!whole)
		err = refuse_spoiled(extack);
	for (i = 0; i < staged->nr_feeds && !err; i++)
		err = levee_feed_finish(staged->feeds[i], extack);
	if (err)
		levee_staged_free(staged);
	return err;
}

int levee_stage_abandon(u32 portid, u64 cookie, struct netlink_ext_ack *extack)
{
	struct levee_staged staged;
	struct stage *stage;

	mutex_lock(&stages_mutex);
	stage = find(portid, cookie);
	if (stage)
		empty(stage, &staged);
	mutex_unlock(&stages_mutex);
	if (!stage)
		return no_such_stage(extack);
	levee_staged_free(&staged);
	return 0;
}

u64 levee_stages_open(void)
{
	u64 open = 0;
	u32 i;

	mutex_lock(&stages_mutex);
	for (i = 0; i < LEVEE_STAGES_MAX; i++)
		open += !!stages[i].draft;
	mutex_unlock(&stages_mutex);
	return open;
}

/* Where a policy's next feed goes: an ERR_PTR when it has no place, or has the feed. */
static struct feed_stage *policy_slot(struct stage *stage, const char *name,
				      struct netlink_ext_ack *extack)
{
	struct feed_stage *feed, *free = NULL;

	if (!stage)
		return ERR_PTR(no_such_stage(extack));
	for (feed = stage->feeds; feed < stage->feeds + LEVEE_FEEDS_MAX; feed++) {
		if (!feed->feed) {
			free = feed;
		} else if (!strcmp(feed->feed->name, name)) {
			NL_SET_ERR_MSG(extack, "the policy has a feed of this name already");
			return ERR_PTR(-EEXIST);
		}
	}
	if (free)
		return free;
	NL_SET_ERR_MSG(extack, "a policy has at most 64 feeds");
	return ERR_PTR(-E2BIG);
}

static struct feed_stage *lone_slot(struct netlink_ext_ack *extack)
{
	u32 i;

	for (i = 0; i < LEVEE_STAGES_MAX; i++)
		if (!lone_feeds[i].feed)
			return &lone_feeds[i];
	NL_SET_ERR_MSG(extack, "too many feeds are being staged");
	return ERR_PTR(-ENOSPC);
}

int levee_feed_stage_open(u32 portid, u64 policy, struct levee_feed *feed, u64 *cookie,
			  struct netlink_ext_ack *extack)
{
	struct feed_stage *slot;

	mutex_lock(&stages_mutex);
	slot = policy ? policy_slot(find(portid, policy), feed->name, extack) : lone_slot(extack);
	if (!IS_ERR(slot)) {
		slot->feed = feed;
		slot->portid = portid;
		slot->cookie = ++last_cookie;
		slot->spoiled = false;
		*cookie = slot->cookie;
	}
	mutex_unlock(&stages_mutex);
	return PTR_ERR_OR_ZERO(slot);
}

static struct feed_stage *find_in(struct feed_stage *feeds, u32 count, u32 portid, u64 cookie)
{
	struct feed_stage *feed;

	lockdep_assert_held(&stages_mutex);
	for (feed = feeds; feed < feeds + count; feed++)
		if (feed->feed && feed->portid == portid && feed->cookie == cookie)
			return feed;
	return NULL;
}

static struct feed_stage *find_policy_feed(u32 portid, u64 cookie)
{
	u32 i;

	for (i = 0; i < LEVEE_STAGES_MAX; i++)
		if (stages[i].draft && stages[i].portid == portid)
			return find_in(stages[i].feeds, LEVEE_FEEDS_MAX, portid, cookie);
	return NULL;
}

static struct feed_stage *find_feed(u32 portid, u64 cookie)
{
	return find_in(lone_feeds, LEVEE_STAGES_MAX, portid, cookie) ?:
	       find_policy_feed(portid, cookie);
}

static int add(struct levee_feed *feed, const struct levee_feed_chunk *chunk,
	       struct netlink_ext_ack *extack)
{
	int err = 0;

	if (chunk->names_len)
		err = levee_feed_add_names(feed, chunk->names, chunk->names_len, extack);
	if (!err && chunk->prefixes4_len)
		err = levee_feed_add_prefixes(feed, chunk->prefixes4, chunk->prefixes4_len, 4,
					      extack);
	if (!err && chunk->prefixes6_len)
		err = levee_feed_add_prefixes(feed, chunk->prefixes6, chunk->prefixes6_len, 16,
					      extack);
	return err;
}

int levee_feed_stage_add(u32 portid, u64 cookie, const struct levee_feed_chunk *chunk,
			 struct netlink_ext_ack *extack)
{
	struct feed_stage *stage;
	int err;

	mutex_lock(&stages_mutex);
	stage = find_feed(portid, cookie);
	if (!stage)
		err = no_such_stage(extack);
	else if (stage->spoiled)
		err = refuse_spoiled(extack);
	else
		err = add(stage->feed, chunk, extack);
	if (stage && err)
		stage->spoiled = true;
	mutex_unlock(&stages_mutex);
	return err;
}

struct levee_feed *levee_feed_stage_take(u32 portid, u64 cookie, struct netlink_ext_ack *extack)
{
	struct levee_feed *feed = NULL;
	struct feed_stage *stage;
	int err = 0;

	mutex_lock(&stages_mutex);
	stage = find_in(lone_feeds, LEVEE_STAGES_MAX, portid, cookie);
	if (stage) {
		feed = stage->feed;
		stage->feed = NULL;
		if (stage->spoiled)
			err = refuse_spoiled(extack);
	} else if (find_policy_feed(portid, cookie)) {
		NL_SET_ERR_MSG(extack, "the feed is committed with its policy");
		err = -EPERM;
	} else {
		err = no_such_stage(extack);
	}
	mutex_unlock(&stages_mutex);
	if (!err)
		err = levee_feed_finish(feed, extack);
	if (!err)
		return feed;
	levee_feed_free(feed);
	return ERR_PTR(err);
}

int levee_feed_stage_abandon(u32 portid, u64 cookie, struct netlink_ext_ack *extack)
{
	struct levee_feed *feed = NULL;
	struct feed_stage *stage;

	mutex_lock(&stages_mutex);
	stage = find_feed(portid, cookie);
	if (stage)
		swap(feed, stage->feed);
	mutex_unlock(&stages_mutex);
	if (!feed)
		return no_such_stage(extack);
	levee_feed_free(feed);
	return 0;
}

u64 levee_feed_stages_open(void)
{
	u64 open = 0;
	u32 i;

	mutex_lock(&stages_mutex);
	for (i = 0; i < LEVEE_STAGES_MAX; i++)
		open += !!lone_feeds[i].feed;
	mutex_unlock(&stages_mutex);
	return open;
}

/* What a socket staged, or everybody when it is NULL. */
static void drop(const u32 *portid)
{
	struct levee_staged staged;
	struct levee_feed *feed;
	u32 i;

	for (i = 0; i < LEVEE_STAGES_MAX; i++) {
		feed = NULL;
		staged.draft = NULL;
		staged.nr_feeds = 0;
		mutex_lock(&stages_mutex);
		if (stages[i].draft && (!portid || stages[i].portid == *portid))
			empty(&stages[i], &staged);
		if (lone_feeds[i].feed && (!portid || lone_feeds[i].portid == *portid))
			swap(feed, lone_feeds[i].feed);
		mutex_unlock(&stages_mutex);
		levee_staged_free(&staged);
		levee_feed_free(feed);
	}
}

void levee_stage_close_socket(u32 portid)
{
	drop(&portid);
}

int levee_stage_init(void)
{
	return 0;
}

void levee_stage_exit(void)
{
	drop(NULL);
}
