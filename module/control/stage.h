/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What is being staged: policies, one a netlink socket, with feeds that are a
 * part of them; and feeds on their own.
 */
#ifndef LEVEE_CONTROL_STAGE_H
#define LEVEE_CONTROL_STAGE_H

#include <linux/netlink.h>

#include "../lib/limits.h"
#include "../policy/feed.h"
#include "../policy/ruleset.h"

/* All of these may sleep. A socket is told by its port id. */

/* Opens a stage; *cookie names it. -EBUSY when the socket has one, -ENOSPC when all are taken. */
int levee_stage_open(u32 portid, bool alert_only, u32 require, u64 *cookie,
		     struct netlink_ext_ack *extack);
/*
 * The draft of this socket's stage of that number, with the stages locked, or
 * an ERR_PTR with the extack set and nothing locked. Unlock with levee_stage_put().
 */
struct levee_draft *levee_stage_get(u32 portid, u64 cookie, struct netlink_ext_ack *extack);
void levee_stage_put(void);

/**
 * struct levee_staged - what was staged, when its stage is over
 * @draft: the policy
 * @nr_feeds: number of @feeds
 * @feeds: the policy's, ready to be published
 */
struct levee_staged {
	struct levee_draft *draft;
	u32 nr_feeds;
	struct levee_feed *feeds[LEVEE_FEEDS_MAX];
};

/*
 * Takes a policy out to commit it, with its feeds: the stage is over. The caller
 * frees them with levee_staged_free(). -ENOENT as above, and nothing is over.
 * -EINVAL when a feed is not whole; then the stage is over, too, and all is freed.
 */
int levee_stage_take(u32 portid, u64 cookie, struct levee_staged *staged,
		     struct netlink_ext_ack *extack);
void levee_staged_free(struct levee_staged *staged);
/* Drops a policy with its feeds. -ENOENT as above. */
int levee_stage_abandon(u32 portid, u64 cookie, struct netlink_ext_ack *extack);
/* Stages of policies that are open. */
u64 levee_stages_open(void);

/* What one message adds to a feed; a part that is not there has no bytes. */
struct levee_feed_chunk {
	const u8 *names, *prefixes4, *prefixes6;
	size_t names_len, prefixes4_len, prefixes6_len;
};

/*
 * Opens a stage for a feed, as a part of the policy of this socket's stage of
 * the number @policy, or on its own when that is 0. It owns the feed from here;
 * on error the caller still does. -ENOENT, -ENOSPC when all are taken, -E2BIG
 * beyond a policy's bound, -EEXIST for a second feed of a policy with this name.
 */
int levee_feed_stage_open(u32 portid, u64 policy, struct levee_feed *feed, u64 *cookie,
			  struct netlink_ext_ack *extack);
/*
 * Adds to a feed. -ENOENT, or what levee_feed_add_names() and its sister say;
 * after such an error the feed cannot be committed any more.
 */
int levee_feed_stage_add(u32 portid, u64 cookie, const struct levee_feed_chunk *chunk,
			 struct netlink_ext_ack *extack);
/*
 * Takes a feed out to commit it: its stage is over, and the caller owns it. An
 * ERR_PTR: -ENOENT as above, -EPERM for a policy's, and nothing is over; -EINVAL
 * when it is not whole, and the stage is over and the feed freed.
 */
struct levee_feed *levee_feed_stage_take(u32 portid, u64 cookie, struct netlink_ext_ack *extack);
/* Drops a feed, also a policy's. -ENOENT as above. */
int levee_feed_stage_abandon(u32 portid, u64 cookie, struct netlink_ext_ack *extack);
/* Stages of feeds that are open, those of policies left out. */
u64 levee_feed_stages_open(void);

/* Drops all that the socket has open. */
void levee_stage_close_socket(u32 portid);

int levee_stage_init(void);
void levee_stage_exit(void);

#endif /* LEVEE_CONTROL_STAGE_H */
