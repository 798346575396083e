/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a model knows: single acts, written as entries, and what many of them are
 * collapsed to. A policy's lists may be as wide as one likes; a model may not.
 */
#ifndef LEVEE_LIB_MODEL_ITEM_H
#define LEVEE_LIB_MODEL_ITEM_H

#include "addr.h"
#include "entry.h"

/* More than so many of one group are collapsed to it. */
#define LEVEE_MODEL_GROUP_MAX	32
/* The first of the ports that any process may listen on, and that are collapsed. */
#define LEVEE_MODEL_PORT_FIRST	1024

/**
 * levee_model_item_outbound() - the item of something that the workload started
 * @item: filled in
 * @addr: the destination, not loopback
 * @proto: IP protocol
 * @port: host order, 0 where the protocol has none
 *
 * An address of the Internet is one of many that serve the same, and changes:
 * it is learned as internet. Any other is learned as it is.
 */
void levee_model_item_outbound(struct levee_entry *item, const struct levee_addr *addr, u16 proto,
			       u16 port);
/* The same of the address itself, also of one of the Internet: a person can list it. */
void levee_model_item_host(struct levee_entry *item, const struct levee_addr *addr, u16 proto,
			   u16 port);
/* The item of a listener; the ephemeral range is one item a protocol. */
void levee_model_item_listen(struct levee_entry *item, u16 proto, u16 port, bool ephemeral);
/* The item of a name, in wire form and lower case, which the item goes on pointing to. */
void levee_model_item_name(struct levee_entry *item, const u8 *wire, u8 len);
/* The item of a name and all below it, which only a collapse, or a person, makes. */
void levee_model_item_tree(struct levee_entry *item, const u8 *wire, u8 len);

/**
 * levee_model_group_of() - what an item and its likes would be collapsed to
 * @group: filled in; its name points into @item's
 * @item: a single act
 *
 * Addresses with one protocol and port: the /24 of IPv4 or /64 of IPv6. Ports
 * from LEVEE_MODEL_PORT_FIRST on: all of them. Names: their registered domain
 * and what is below it. Names of one label have the root, to which nothing is
 * ever collapsed: it would be everything.
 *
 * Return: false when the item belongs to no group.
 */
bool levee_model_group_of(struct levee_entry *group, const struct levee_entry *item);

/* Whether an item is what others were collapsed to. */
bool levee_model_item_is_group(const struct levee_entry *item);
/* Whether a group is only counted, never made an item. */
bool levee_model_group_is_root(const struct levee_entry *group);

/**
 * levee_model_item_check() - whether a model may know an entry
 * @item: the entry
 * @feature: outbound, listen or dns
 * @fault: filled in on error
 *
 * Return: 0, or -EINVAL.
 */
int levee_model_item_check(const struct levee_entry *item, enum levee_feature feature,
			   struct levee_entry_fault *fault);

/* The names of the netlink enums, as the contracts print them; NULL for an unknown number. */
const char *levee_model_kind_name(u32 kind);
const char *levee_model_state_name(u32 state);

/* Whether two items are the same. */
bool levee_model_item_equal(const struct levee_entry *a, const struct levee_entry *b);

#endif /* LEVEE_LIB_MODEL_ITEM_H */
