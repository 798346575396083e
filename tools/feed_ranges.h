/* SPDX-License-Identifier: GPL-2.0 */
/* The addresses of a feed: ranges of one family, which become prefixes. */
#ifndef LEVEECTL_FEED_RANGES_H
#define LEVEECTL_FEED_RANGES_H

#include "lib/types.h"

/* As struct levee_addr, the family apart. */
struct feed_address {
	u64 hi;
	u64 lo;
};

struct feed_range {
	struct feed_address first;
	struct feed_address last;
};

/**
 * struct feed_ranges - a set of addresses
 * @bytes: of an address, 4 or 16
 * @count: number of @ranges
 * @room: for that many
 * @ranges: as they were added, or sorted and apart
 */
struct feed_ranges {
	u32 bytes;
	u32 count;
	u32 room;
	struct feed_range *ranges;
};

/* How far the prefixes have been written; begins as zero. */
struct feed_cursor {
	u32 index;
	bool inside;		/* that range, at the address */
	struct feed_address at;
};

int feed_address_compare(struct feed_address a, struct feed_address b);
/* The address with its @bits low bits set. */
struct feed_address feed_address_fill(struct feed_address address, u32 bits);
/* Whether none of the @bits low bits is set. */
bool feed_address_ends_in_zeros(struct feed_address address, u32 bits);

/* 0, -ENOMEM, or -E2BIG when there are more than LEVEE_FEED_PREFIXES_MAX, however merged. */
int feed_ranges_add(struct feed_ranges *list, const struct feed_range *range);
/* Sorts, and joins what overlaps or touches; needed before what follows. */
void feed_ranges_merge(struct feed_ranges *list);
/* How many prefixes they make. */
u64 feed_ranges_prefixes(const struct feed_ranges *list);
/*
 * Writes prefixes, an address and a byte of length each, in ascending order:
 * as many as @size has room for. Returns the bytes, 0 at the end.
 */
size_t feed_ranges_write(const struct feed_ranges *list, struct feed_cursor *cursor, u8 *buf,
			 size_t size);
void feed_ranges_free(struct feed_ranges *list);

#endif /* LEVEECTL_FEED_RANGES_H */
