/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A large set of IPv4 and IPv6 prefixes, frozen: is this address inside any?
 *
 * Built from sorted prefixes that arrive one by one, in the block that readers
 * then read: there is no second copy, and nothing is left to sort at the end.
 */
#ifndef LEVEE_LIB_ADDRESS_FEED_H
#define LEVEE_LIB_ADDRESS_FEED_H

#include "addr.h"

struct levee_address_feed;

/**
 * levee_address_feed_size() - bytes of a feed
 * @v4_count: IPv4 prefixes that will be added
 * @v6_count: IPv6 prefixes that will be added
 *
 * From 1,000 on at most 9 bytes an IPv4 prefix (4.3 at 1,000,000) and 20 an IPv6
 * one, whatever their lengths.
 *
 * Return: bytes, never 0.
 */
size_t levee_address_feed_size(u32 v4_count, u32 v6_count);

/**
 * levee_address_feed_init() - begin to build a feed
 * @mem: 8-byte aligned; best 64, so that a node is one cache line
 * @size: bytes of @mem, from levee_address_feed_size()
 * @v4_count: IPv4 prefixes that will be added, at most
 * @v6_count: IPv6 prefixes that will be added, at most
 *
 * The feed keeps no pointer: its bytes may be copied elsewhere. Any context, O(1).
 *
 * Return: 0, or -EINVAL for more than LEVEE_FEED_PREFIXES_MAX together, or for a
 * smaller size; @mem is then as it was.
 */
int levee_address_feed_init(void *mem, size_t size, u32 v4_count, u32 v6_count);

/**
 * levee_address_feed_add() - add the next prefix
 * @feed: begun, and not finished
 * @wire: @addr_len bytes in network order
 * @addr_len: 4 or 16
 * @prefix_len: bits
 *
 * Strictly ascending: IPv4 before IPv6, then by address, then by length, the
 * shorter first. So a prefix that holds others comes before them; they then say
 * nothing new, and take no room.
 *
 * Any context. O(1), but for filling the index: all calls of a feed together
 * write at most 65,537 numbers there, which takes tens of microseconds. So the
 * caller may reschedule between any two calls and need not between most. After an
 * error the feed is what it was before.
 *
 * Return: 0; -EINVAL for another length, bits beyond the prefix, an IPv6 prefix
 * inside ::ffff:0:0/96 (which is to be given as IPv4), or broken order; -ENOSPC
 * for more of a family than was said.
 */
int levee_address_feed_add(struct levee_address_feed *feed, const u8 *wire, size_t addr_len,
			   u32 prefix_len);

/**
 * levee_address_feed_finish() - end building: from here on the feed is read-only
 * @feed: begun; all of its prefixes are added
 *
 * Any context. Bounded: ends the index, see levee_address_feed_add(), whatever the
 * number of prefixes.
 */
void levee_address_feed_finish(struct levee_address_feed *feed);

/**
 * levee_address_feed_contains() - whether an address is inside a prefix of the feed
 * @feed: finished
 * @addr: the address; IPv6 prefixes, ::/0 included, hold no IPv4-mapped address
 *
 * Any context, no lock.
 */
bool levee_address_feed_contains(const struct levee_address_feed *feed,
				 const struct levee_addr *addr);

#endif /* LEVEE_LIB_ADDRESS_FEED_H */
