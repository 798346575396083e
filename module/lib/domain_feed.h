/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A large set of names, each covering itself and everything below it, kept as one
 * keyed fingerprint of 64 bits a name.
 *
 * A name that is not covered is found nevertheless with a probability of at most
 *
 *	P = s * n / 2^64	(s: suffixes of the name, n: names in the feed)
 *
 * because a suffix matches when all 64 bits of its hash are those of some listed
 * name: with 2,000,000 names and a name of four labels 4.3e-13, one in 2.3e12
 * lookups of different names. Without the seed nobody can search for such a name,
 * and it is another one for every seed. So a feed may only say what is refused: an
 * entry that allows is compared exactly, see domain_table.h.
 */
#ifndef LEVEE_LIB_DOMAIN_FEED_H
#define LEVEE_LIB_DOMAIN_FEED_H

#include "types.h"

struct levee_domain_feed;

/**
 * levee_domain_feed_size() - bytes of a feed
 * @count: names that will be added
 *
 * Return: at most 10 bytes a name from 1,000 names on.
 */
size_t levee_domain_feed_size(u32 count);

/**
 * levee_domain_feed_init() - begin to build a feed
 * @mem: 8-byte aligned; best 64, so that a bucket is one cache line
 * @size: bytes of @mem, from levee_domain_feed_size(); all are used
 * @seed: secret and random, of this feed alone
 *
 * The feed keeps no pointer: its bytes may be copied elsewhere. Process context:
 * clears @size bytes.
 *
 * Return: 0, or -EINVAL for a size below that of an empty feed.
 */
int levee_domain_feed_init(void *mem, size_t size, const u64 seed[2]);

/**
 * levee_domain_feed_add() - add one name
 * @feed: that no reader can reach yet
 * @wire: as levee_domain_split() and levee_domain_is_folded() accept it, not the root
 * @len: its bytes, the root's zero included
 *
 * Any context; bounded, so that the caller may reschedule between any two. After
 * an error the feed is what it was before.
 *
 * Return: 0; -EEXIST when it is listed already, which is harmless; -EINVAL for no
 * such name; -ENOSPC when it has no place: start again with another seed. With no
 * more names than the size was asked for, that is not to be expected.
 */
int levee_domain_feed_add(struct levee_domain_feed *feed, const u8 *wire, size_t len);

/**
 * levee_domain_feed_count() - how many different names were added
 * @feed: the feed
 */
u32 levee_domain_feed_count(const struct levee_domain_feed *feed);

/**
 * levee_domain_feed_find() - whether a name, or one above it, is listed
 * @feed: to which nobody adds any more
 * @wire: the name, folded; what levee_domain_split() does not accept is not listed
 * @len: its bytes
 *
 * Any context, no lock. One hash and two cache lines a label, whatever the size
 * of the feed, and none beyond the labels that listed names have.
 *
 * Return: how many labels the shortest suffix has that is listed; 0: none is.
 */
u32 levee_domain_feed_find(const struct levee_domain_feed *feed, const u8 *wire, size_t len);

#endif /* LEVEE_LIB_DOMAIN_FEED_H */
