/* SPDX-License-Identifier: GPL-2.0 */
/* The names of a feed, in memory that is bounded by how many there may be. */
#ifndef LEVEECTL_FEED_NAMES_H
#define LEVEECTL_FEED_NAMES_H

#include "lib/dns_name.h"
#include "lib/types.h"

/**
 * struct feed_names - a set of names, each of which covers what is below it
 * @keys: names as keys, see feed_names.c
 * @keys_len: bytes of it in use
 * @keys_room: bytes of it
 * @names: where each of them is
 * @count: number of @names
 * @room: for that many
 * @dropped: names that were repeated, or are below another
 */
struct feed_names {
	u8 *keys;
	size_t keys_len;
	size_t keys_room;
	struct feed_name *names;
	u32 count;
	u32 room;
	u64 dropped;
};

/* 0, -ENOMEM, or -E2BIG when there are more than LEVEE_FEED_DOMAINS_MAX. The root is no name. */
int feed_names_add(struct feed_names *list, const struct levee_dns_name *name);
/* Sorts, and drops what is repeated or below another. As above; needed before a write. */
int feed_names_thin(struct feed_names *list);
/*
 * Writes names in wire form, one after another, in canonical order, from *index
 * on, which it moves: as many as @size has room for. Returns the bytes, 0 at the end.
 */
size_t feed_names_write(const struct feed_names *list, u32 *index, u8 *buf, size_t size);
void feed_names_free(struct feed_names *list);

#endif /* LEVEECTL_FEED_NAMES_H */
