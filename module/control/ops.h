/* SPDX-License-Identifier: GPL-2.0 */
/* What the operations of the family share; netlink_gen.h declares their handlers. */
#ifndef LEVEE_CONTROL_OPS_H
#define LEVEE_CONTROL_OPS_H

#include <net/genetlink.h>

#include "../policy/ruleset.h"
#include "netlink_gen.h"

struct levee_event;

extern struct genl_family levee_family;

/* All of these may sleep, unless they fill a message. */

/* A reply of @size bytes with its header, freed with nlmsg_free() or sent; NULL without memory. */
struct sk_buff *levee_reply_new(struct genl_info *info, size_t size, void **header);
int levee_reply_send(struct sk_buff *reply, void *header, struct genl_info *info);

/*
 * Says why a request is refused. NL_SET_ERR_MSG() takes literals only; @text is
 * static, like they are. @attr may be NULL.
 */
void levee_refuse(struct netlink_ext_ack *extack, const struct nlattr *attr, const char *text);
/* Whether the request lacks an attribute; then says so. */
bool levee_missing(struct genl_info *info, int attr, const char *text);
/* A name or a pattern goes into logs and files: no control characters. -EINVAL, with the extack. */
int levee_text_check(const struct nlattr *attr, struct netlink_ext_ack *extack);
/* A path that the kernel told of may hold any byte: it need only be one text. The same. */
int levee_path_check(const struct nlattr *attr, struct netlink_ext_ack *extack);
/* The attribute's number, or @absent without one. */
u32 levee_u32_or(struct nlattr *attr, u32 absent);

/*
 * Where a dump goes on. A dump that began under another generation is marked
 * inconsistent by the core, because cb->seq is the generation.
 */
struct levee_dump {
	u64 seq;	/* events */
	u32 feed;
	u32 rule;
	u32 feature;
	u32 action;
	u32 entry;
	u32 bucket;
	u32 skip;
};

struct levee_dump *levee_dump_state(struct netlink_callback *cb);
/* The header of a dump's next message; NULL when there is no room. */
void *levee_dump_header(struct sk_buff *skb, struct netlink_callback *cb, u8 cmd);
/* An attribute of the request, or NULL. */
struct nlattr *levee_dump_attr(struct netlink_callback *cb, int attr);

/*
 * A dump of what is hashed, one message each. While it pauses, its place is a bucket
 * of levee_dump_state(), and how much of that was seen.
 */
struct levee_dump_walk {
	struct sk_buff *skb;
	struct netlink_callback *cb;
	u32 bucket;
	u32 seen;	/* in this bucket */
};

void levee_dump_walk_begin(struct levee_dump_walk *walk, struct sk_buff *skb,
			   struct netlink_callback *cb);
/* Whether what the walk has come to was not seen before the pause. */
bool levee_dump_walk_is_new(struct levee_dump_walk *walk);
/*
 * Ends the message of what the walk has come to, or takes it back, when it found no
 * room: @header may be NULL, @err what filling it returned. 0 or -EMSGSIZE.
 */
int levee_dump_walk_put(struct levee_dump_walk *walk, void *header, int err);

/* section_ops.c: into the rule, with defaults for what the request has no section of. */
int levee_sections_parse(struct levee_rule *rule, struct genl_info *info);
/* -EMSGSIZE when there is no room. */
int levee_section_put(struct sk_buff *skb, const struct levee_rule *rule, u32 feature);

/*
 * entry_ops.c: an entry of a list of the feature. A name stays where the message
 * has it. -EINVAL, and the extack says where and why.
 */
int levee_entry_parse(struct levee_entry *entry, u32 feature, const struct nlattr *nest,
		      struct netlink_ext_ack *extack);
/* -EMSGSIZE when there is no room, and the message is as it was. */
int levee_entry_put(struct sk_buff *skb, int attr, const struct levee_entry *entry);

/* rule_ops.c: the core gives a dump a page or two unless it is asked for more. */
int levee_rule_get_start(struct netlink_callback *cb);

/* event_ops.c: to whoever listens to its group. */
void levee_event_multicast(const struct levee_event *event);

#endif /* LEVEE_CONTROL_OPS_H */
