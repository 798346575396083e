// SPDX-License-Identifier: GPL-2.0
/*
 * A set of prefixes that is asked only whether it holds an address.
 *
 * IPv4: the boundaries of disjoint ranges in ascending order, the first address
 * of one and the first behind it by turns. An address is inside when the number
 * of boundaries at or below it is odd. An index on the high bits says how many
 * boundaries come before each place. In a large feed that is the high half, so
 * that a boundary needs no more than its low half (DXR: Zec, Rizzo, Mikuc, 2012).
 *
 * IPv6: disjoint prefixes in ascending order, high halves, low halves and lengths
 * apart. Above the high halves is a tree without pointers: each level has every
 * eighth number of the one below, so that a node is a cache line.
 *
 * The block, all offsets from its start:
 *   header | levels of the tree, high halves first | low halves | lengths |
 *   index | boundaries
 */
#include "address_feed.h"

#include "limits.h"

#define CACHE_LINE	64
#define FANOUT		8	/* numbers of a node */
#define LEVELS_MAX	7	/* FANOUT ^ LEVELS_MAX is above LEVEE_FEED_PREFIXES_MAX */

static_assert(FANOUT * sizeof(u64) == CACHE_LINE);
static_assert(LEVEE_FEED_PREFIXES_MAX <= 1 << 3 * LEVELS_MAX);

/* From so many on, an index of 256 KiB and halves are smaller than a small index and wholes. */
#define V4_HALVES_MIN	65536
#define V4_HALF_BITS	16
/* A small index has one place for 8 to 16 prefixes. */
#define V4_PREFIXES_OF_PLACE	8

struct prefix {
	struct levee_addr first;
	int len;
};

struct levee_address_feed {
	u32 v6_levels[LEVELS_MAX];
	u32 v6_depth;		/* how many levels there are */
	u32 v6_lo;
	u32 v6_len;
	u32 v6_count;
	u32 v4_index;
	u32 v4_boundaries;	/* u16 if v4_shift is V4_HALF_BITS, else u32 */
	u32 v4_count;
	u32 v4_shift;		/* of an address, to its place in the index */

	/* While it is being built. */
	u32 v4_left;		/* prefixes that may still come */
	u32 v6_left;
	u32 v4_place;		/* first place of the index that is not filled */
	bool v4_open;		/* a range from v4_first to v4_last, which may still grow */
	u32 v4_first;
	u32 v4_last;
	struct prefix last;	/* the last one that was added */
};

static void *at(const struct levee_address_feed *feed, u32 offset)
{
	return (u8 *)feed + offset;
}

static bool has_halves(u32 v4_shift)
{
	return v4_shift == V4_HALF_BITS;
}

static u32 shift_for(u32 v4_count)
{
	u32 bits = 0;

	if (v4_count >= V4_HALVES_MIN)
		return V4_HALF_BITS;
	while (v4_count >> (bits + 1) >= V4_PREFIXES_OF_PLACE)
		bits++;
	return 32 - bits;
}

static u32 places_of(u32 v4_shift)
{
	return (u32)(((u64)1 << 32) >> v4_shift);
}

static u32 reserve(size_t *used, size_t count, size_t size)
{
	size_t offset = *used;

	*used = (offset + count * size + CACHE_LINE - 1) & ~(size_t)(CACHE_LINE - 1);
	return (u32)offset;
}

/* Fills in the offsets, and returns the bytes of the block. */
static size_t lay_out(struct levee_address_feed *feed, u32 v4_count, u32 v6_count)
{
	size_t boundaries = 2 * (size_t)v4_count;
	u32 nodes = v6_count;
	size_t used = 0;

	reserve(&used, 1, sizeof(*feed));
	feed->v6_depth = 0;
	do {
		nodes = (nodes + FANOUT - 1) / FANOUT;
		feed->v6_levels[feed->v6_depth++] = reserve(&used, nodes, CACHE_LINE);
	} while (nodes > 1);
	feed->v6_lo = reserve(&used, v6_count, sizeof(u64));
	feed->v6_len = reserve(&used, v6_count, sizeof(u8));
	feed->v4_shift = shift_for(v4_count);
	/* The places, and one that ends the last. */
	feed->v4_index = reserve(&used, (size_t)places_of(feed->v4_shift) + 1, sizeof(u32));
	feed->v4_boundaries = reserve(&used, boundaries,
				      has_halves(feed->v4_shift) ? sizeof(u16) : sizeof(u32));
	return used;
}

size_t levee_address_feed_size(u32 v4_count, u32 v6_count)
{
	struct levee_address_feed feed;

	return lay_out(&feed, v4_count, v6_count);
}

int levee_address_feed_init(void *mem, size_t size, u32 v4_count, u32 v6_count)
{
	struct levee_address_feed *feed = mem;

	if (v4_count > LEVEE_FEED_PREFIXES_MAX || v6_count > LEVEE_FEED_PREFIXES_MAX - v4_count ||
	    size < levee_address_feed_size(v4_count, v6_count))
		return -EINVAL;
	memset(feed, 0, sizeof(*feed));
	lay_out(feed, v4_count, v6_count);
	feed->v4_left = v4_count;
	feed->v6_left = v6_count;
	/* Before every prefix. */
	feed->last = (struct prefix){ .first.is_v4 = true, .len = -1 };
	return 0;
}

static u64 v6_host_mask(u32 prefix_bits)
{
	return prefix_bits < 64 ? ~(u64)0 >> prefix_bits : 0;
}

static bool read_prefix(struct prefix *prefix, const u8 *wire, size_t addr_len, u32 prefix_len)
{
	const struct levee_addr *first = &prefix->first;

	if (!levee_addr_read(&prefix->first, wire, addr_len) || prefix_len > addr_len * 8 ||
	    (addr_len == 16 && first->is_v4))
		return false;
	prefix->len = (int)prefix_len;
	if (first->is_v4)
		return !(first->lo & (u64)0xffffffff >> prefix_len);
	return !(first->hi & v6_host_mask(prefix_len)) &&
	       !(first->lo & v6_host_mask(prefix_len < 64 ? 0 : prefix_len - 64));
}

static bool is_below(const struct prefix *a, const struct prefix *b)
{
	if (a->first.is_v4 != b->first.is_v4)
		return a->first.is_v4;
	if (a->first.hi != b->first.hi)
		return a->first.hi < b->first.hi;
	if (a->first.lo != b->first.lo)
		return a->first.lo < b->first.lo;
	return a->len < b->len;
}

static void put_boundary(struct levee_address_feed *feed, u32 boundary)
{
	u32 place = (u32)((u64)boundary >> feed->v4_shift);
	u32 *index = at(feed, feed->v4_index);

	while (feed->v4_place <= place)
		index[feed->v4_place++] = feed->v4_count;
	if (has_halves(feed->v4_shift))
		((u16 *)at(feed, feed->v4_boundaries))[feed->v4_count++] = (u16)boundary;
	else
		((u32 *)at(feed, feed->v4_boundaries))[feed->v4_count++] = boundary;
}

static void close_range(struct levee_address_feed *feed)
{
	if (!feed->v4_open)
		return;
	put_boundary(feed, feed->v4_first);
	if (feed->v4_last != 0xffffffff)	/* nothing is behind that */
		put_boundary(feed, feed->v4_last + 1);
	feed->v4_open = false;
}

static void add_v4(struct levee_address_feed *feed, const struct prefix *prefix)
{
	u32 first = (u32)prefix->first.lo;
	u32 last = first | (u32)((u64)0xffffffff >> prefix->len);

	if (feed->v4_open && first <= (u64)feed->v4_last + 1) {
		if (feed->v4_last < last)
			feed->v4_last = last;
		return;
	}
	close_range(feed);
	feed->v4_open = true;
	feed->v4_first = first;
	feed->v4_last = last;
}

/* Whether the address is inside that prefix. */
static bool v6_holds(const struct levee_address_feed *feed, u32 i, const struct levee_addr *addr)
{
	const u64 *hi = at(feed, feed->v6_levels[0]);
	const u64 *lo = at(feed, feed->v6_lo);
	u32 len = ((const u8 *)at(feed, feed->v6_len))[i];

	if (len <= 64)
		return !((addr->hi ^ hi[i]) & ~v6_host_mask(len));
	return addr->hi == hi[i] && !((addr->lo ^ lo[i]) & ~v6_host_mask(len - 64));
}

static void add_v6(struct levee_address_feed *feed, const struct prefix *prefix)
{
	u32 i = feed->v6_count;
	u32 level, slot = i;

	if (i && v6_holds(feed, i - 1, &prefix->first))
		return;
	for (level = 0; level < feed->v6_depth; level++) {
		((u64 *)at(feed, feed->v6_levels[level]))[slot] = prefix->first.hi;
		if (slot % FANOUT)
			break;
		slot /= FANOUT;
	}
	((u64 *)at(feed, feed->v6_lo))[i] = prefix->first.lo;
	((u8 *)at(feed, feed->v6_len))[i] = (u8)prefix->len;
	feed->v6_count++;
}

int levee_address_feed_add(struct levee_address_feed *feed, const u8 *wire, size_t addr_len,
			   u32 prefix_len)
{
	struct prefix prefix;
	u32 *left;

	if (!read_prefix(&prefix, wire, addr_len, prefix_len) || !is_below(&feed->last, &prefix))
		return -EINVAL;
	left = prefix.first.is_v4 ? &feed->v4_left : &feed->v6_left;
	if (!*left)
		return -ENOSPC;
	(*left)--;
	feed->last = prefix;
	if (prefix.first.is_v4)
		add_v4(feed, &prefix);
	else
		add_v6(feed, &prefix);
	return 0;
}

void levee_address_feed_finish(struct levee_address_feed *feed)
{
	u32 *index = at(feed, feed->v4_index);
	u32 places = places_of(feed->v4_shift);
	u32 level, count = feed->v6_count;

	close_range(feed);
	while (feed->v4_place <= places)
		index[feed->v4_place++] = feed->v4_count;

	/* What is left of the last node of a level is above all that is looked for. */
	for (level = 0; count && level < feed->v6_depth; level++) {
		u64 *numbers = at(feed, feed->v6_levels[level]);
		u32 slot;

		for (slot = count; slot % FANOUT; slot++)
			numbers[slot] = ~(u64)0;
		count = (count + FANOUT - 1) / FANOUT;
	}
}

/* How many of @count ascending numbers are at or below @key; no branch depends on them. */
#define DEFINE_RANK(type)							\
static u32 rank_##type(const type numbers[], u32 count, type key)		\
{										\
	u32 rank = 0;								\
										\
	while (count) {								\
		u32 half = (count + 1) / 2;					\
										\
		rank += half & -(u32)(numbers[rank + half - 1] <= key);	\
		count -= half;							\
	}									\
	return rank;								\
}

DEFINE_RANK(u16)
DEFINE_RANK(u32)
DEFINE_RANK(u64)

static bool v4_contains(const struct levee_address_feed *feed, u32 addr)
{
	const u32 *place = (u32 *)at(feed, feed->v4_index) + ((u64)addr >> feed->v4_shift);
	u32 first = place[0], count = place[1] - first;
	const void *boundaries = at(feed, feed->v4_boundaries);

	if (has_halves(feed->v4_shift))
		return (first + rank_u16((u16 *)boundaries + first, count, (u16)addr)) % 2;
	return (first + rank_u32((u32 *)boundaries + first, count, addr)) % 2;
}

/* The last prefix whose high half is at or below @hi, or the first. */
static u32 v6_last(const struct levee_address_feed *feed, u64 hi)
{
	const u64 *all = at(feed, feed->v6_levels[0]);
	u32 level = feed->v6_depth;
	u32 slot = 0;

	if (hi >= all[feed->v6_count - 1])
		return feed->v6_count - 1;
	while (level--) {
		const u64 *node = (u64 *)at(feed, feed->v6_levels[level]) + slot * FANOUT;
		u32 i, last = 0;

		if (!level) {
			prefetch((u64 *)at(feed, feed->v6_lo) + slot * FANOUT);
			prefetch((u8 *)at(feed, feed->v6_len) + slot * FANOUT);
		}
		for (i = 1; i < FANOUT; i++)
			last += node[i] <= hi;
		slot = slot * FANOUT + last;
	}
	return slot;
}

static bool v6_contains(const struct levee_address_feed *feed, const struct levee_addr *addr)
{
	const u64 *hi = at(feed, feed->v6_levels[0]);
	const u64 *lo = at(feed, feed->v6_lo);
	u32 first = 0, below, i;

	if (!feed->v6_count)
		return false;
	i = v6_last(feed, addr->hi);
	if (hi[i] != addr->hi || lo[i] <= addr->lo)
		return v6_holds(feed, i, addr);
	/* Some begin inside its /64: so none around that is kept, and only they can hold it. */
	if (hi[0] < addr->hi)
		first = v6_last(feed, addr->hi - 1) + 1;
	below = rank_u64(lo + first, i - first, addr->lo);
	return below && v6_holds(feed, first + below - 1, addr);
}

bool levee_address_feed_contains(const struct levee_address_feed *feed,
				 const struct levee_addr *addr)
{
	return addr->is_v4 ? v4_contains(feed, (u32)addr->lo) : v6_contains(feed, addr);
}
