// SPDX-License-Identifier: GPL-2.0
/*
 * Prefixes, flattened at build into disjoint ranges of addresses, each of which
 * knows its most specific prefix. A lookup finds the range, then asks that
 * prefix and the ones around it for (protocol, port).
 *
 * The block, all offsets from its start:
 *   header | nodes | IPv6 starts (high halves, low halves) | values | index |
 *   IPv4 ranges | index | intervals
 */
#include "prefix_table.h"

#include "limits.h"
#include "port_set.h"

/*
 * What a range, and the parent of a node, says: with VALUE_ENTRY, that one entry
 * covers every protocol and port (the common case, decided without a look at a
 * node); else the number of a node.
 */
#define VALUE_ENTRY	0x80000000u
#define VALUE_NOTHING	LEVEE_ENTRY_NONE	/* decided: no entry */

static_assert(LEVEE_ENTRIES_MAX < VALUE_ENTRY);

/* Nodes that every table has. */
#define NODE_OUTSIDE	0	/* no prefix: the words any and internet are left */
#define NODE_LOOPBACK	1	/* the word loopback; nothing is around it */
#define NODES_FIXED	2

/* A table of fewer prefixes has an index of one place. */
#define INDEX_PREFIXES_MIN	8
/* 256 KiB of index. */
#define INDEX_BITS_MAX		16

/* Where the index for IPv6 has its places: all that is assigned, 2000::/3, RFC 4291. */
#define V6_INDEX_FIRST		0x2000000000000000
#define V6_INDEX_BITS		61

/* Boundaries: each prefix begins and ends one range; so does loopback; the first range is at 0. */
#define RANGES_OF(prefixes)	(2 * (prefixes) + 3)
/* Prefixes that hold one another: every length, loopback, and what is outside all of them. */
#define DEPTH_MAX		(129 + 2)

struct slice {
	u32 first;
	u32 count;
};

/* A prefix whose entries name protocols or ports. */
struct prefix_node {
	struct slice intervals;
	u32 parent;		/* value of the prefix around this one */
};

/* With its value beside it: a lookup that knows the range has the value. */
struct v4_range {
	u32 start;
	u32 value;
};

struct levee_prefix_table {
	u32 nodes;
	u32 intervals;
	u32 v6_hi;
	u32 v6_lo;
	u32 v6_values;
	u32 v6_index;
	u32 v6_count;
	u32 v6_shift;		/* of a high half, to its place in the index */
	u32 v4_ranges;
	u32 v4_index;
	u32 v4_count;
	u32 v4_shift;		/* of an address, to its place in the index */
	struct slice internet;
};

struct point {
	u64 hi;
	u64 lo;
};

/* A prefix that the sweep is inside of. */
struct open_prefix {
	struct point last;
	u32 value;
};

/* Entries of target prefix come first, and of them IPv4. */
struct shape {
	u32 v4_end;		/* first entry behind the IPv4 prefixes */
	u32 v6_end;		/* first entry behind the prefixes */
	u32 v4_prefixes;	/* different ones */
	u32 v6_prefixes;
	u32 nodes;
	u32 intervals;
};

struct builder {
	const struct levee_entry *entries;
	struct levee_prefix_table *table;
	struct prefix_node *nodes;
	u32 node_count;
	struct levee_interval *intervals;
	u32 interval_count;
	struct open_prefix *open;	/* DEPTH_MAX of them, behind the block */
	u32 depth;
	bool is_v4;
};

static void *at(const struct levee_prefix_table *table, u32 offset)
{
	return (u8 *)table + offset;
}

static bool same_prefix(const struct levee_entry *a, const struct levee_entry *b)
{
	return a->target == b->target && a->addr_len == b->addr_len &&
	       a->prefix_len == b->prefix_len && !memcmp(a->addr, b->addr, sizeof(a->addr));
}

static bool is_prefix(const struct levee_entry *entry, u8 addr_len)
{
	return entry->target == LEVEE_TARGET_PREFIX && entry->addr_len == addr_len;
}

static bool is_everything(const struct levee_entry *entry)
{
	return entry->proto == LEVEE_PROTO_ANY && !entry->has_ports;
}

/* The first entry from @first on that has another prefix. */
static u32 end_of_prefix(const struct levee_entry *entries, u32 first, u32 end)
{
	u32 next = first + 1;

	while (next < end && same_prefix(&entries[first], &entries[next]))
		next++;
	return next;
}

/* Whether one entry says all of its prefix, so that no node is needed. */
static bool is_simple(const struct levee_entry *entries, u32 first, u32 end)
{
	return end - first == 1 && is_everything(&entries[first]);
}

/* Counts the prefixes of one family from @first on; returns the first entry behind them. */
static u32 count_prefixes(struct shape *shape, u32 *prefixes, u8 addr_len,
			  const struct levee_entry *entries, u32 first, u32 count)
{
	u32 next;

	for (; first < count && is_prefix(&entries[first], addr_len); first = next) {
		next = end_of_prefix(entries, first, count);
		(*prefixes)++;
		if (is_simple(entries, first, next))
			continue;
		shape->nodes++;
		shape->intervals += next - first;
	}
	return first;
}

static struct shape shape_of(const struct levee_entry *entries, u32 count)
{
	struct shape shape = { .nodes = NODES_FIXED };

	shape.v4_end = count_prefixes(&shape, &shape.v4_prefixes, 4, entries, 0, count);
	shape.v6_end = count_prefixes(&shape, &shape.v6_prefixes, 16, entries, shape.v4_end, count);
	shape.intervals += count - shape.v6_end;
	return shape;
}

/* One to two prefixes for a place. */
static u32 index_bits(u32 prefixes)
{
	u32 bits = 0;

	if (prefixes < INDEX_PREFIXES_MIN)
		return 0;
	while (bits < INDEX_BITS_MAX && prefixes >> bits > 1)
		bits++;
	return bits;
}

/* The places, and one that ends the last. */
static size_t index_size(u32 prefixes)
{
	return ((size_t)1 << index_bits(prefixes)) + 1;
}

static u32 reserve(size_t *used, size_t count, size_t size)
{
	size_t offset = *used;

	*used = (offset + count * size + 7) & ~(size_t)7;
	return (u32)offset;
}

/* Fills in the offsets, and returns the bytes of the block. */
static size_t lay_out(struct levee_prefix_table *table, const struct shape *shape)
{
	size_t v4 = RANGES_OF((size_t)shape->v4_prefixes);
	size_t v6 = RANGES_OF((size_t)shape->v6_prefixes);
	size_t used = 0;

	reserve(&used, 1, sizeof(*table));
	table->nodes = reserve(&used, shape->nodes, sizeof(struct prefix_node));
	table->v6_hi = reserve(&used, v6, sizeof(u64));
	table->v6_lo = reserve(&used, v6, sizeof(u64));
	table->v6_values = reserve(&used, v6, sizeof(u32));
	table->v6_shift = V6_INDEX_BITS - index_bits(shape->v6_prefixes);
	table->v6_index = reserve(&used, index_size(shape->v6_prefixes), sizeof(u32));
	table->v4_ranges = reserve(&used, v4, sizeof(struct v4_range));
	table->v4_shift = 32 - index_bits(shape->v4_prefixes);
	table->v4_index = reserve(&used, index_size(shape->v4_prefixes), sizeof(u32));
	table->intervals = reserve(&used, shape->intervals, sizeof(struct levee_interval));
	return used;
}

size_t levee_prefix_table_size(const struct levee_entry *entries, u32 count)
{
	struct shape shape = shape_of(entries, count);
	struct levee_prefix_table table;

	return lay_out(&table, &shape) + DEPTH_MAX * sizeof(struct open_prefix);
}

static struct point first_of(const struct levee_entry *entry)
{
	struct levee_addr addr = { };

	levee_addr_read(&addr, entry->addr, entry->addr_len);
	return (struct point){ addr.hi, addr.lo };
}

static struct point last_of(const struct levee_entry *entry)
{
	struct point point = first_of(entry);
	u32 len = entry->prefix_len;

	if (entry->addr_len == 4) {
		point.lo |= (u64)0xffffffff >> len;
		return point;
	}
	if (len < 64) {
		point.hi |= ~(u64)0 >> len;
		point.lo = ~(u64)0;
	} else if (len < 128) {
		point.lo |= ~(u64)0 >> (len - 64);
	}
	return point;
}

static bool is_below(struct point a, struct point b)
{
	return a.hi < b.hi || (a.hi == b.hi && a.lo < b.lo);
}

static struct point max_point(bool is_v4)
{
	return is_v4 ? (struct point){ 0, 0xffffffff } : (struct point){ ~(u64)0, ~(u64)0 };
}

static struct point next_point(struct point point)
{
	point.lo++;
	point.hi += !point.lo;
	return point;
}

/* Of a node that every table has; a lookup need not look at one that says nothing. */
static u32 value_of_fixed(const struct builder *b, u32 node)
{
	if (b->nodes[node].intervals.count)
		return node;
	return node == NODE_OUTSIDE && b->table->internet.count ? node : VALUE_NOTHING;
}

static struct open_prefix loopback_of(const struct builder *b)
{
	/* 127.0.0.0/8, ::1 */
	return (struct open_prefix){
		.last = b->is_v4 ? (struct point){ 0, 0x7fffffff } : (struct point){ 0, 1 },
		.value = value_of_fixed(b, NODE_LOOPBACK),
	};
}

static struct point loopback_first(bool is_v4)
{
	return is_v4 ? (struct point){ 0, 0x7f000000 } : (struct point){ 0, 1 };
}

/* From @start on, addresses have the value; a later word on the same start is the last. */
static void begin_v4_range(struct levee_prefix_table *table, u32 start, u32 value)
{
	struct v4_range *ranges = at(table, table->v4_ranges);
	u32 i = table->v4_count;

	if (i && ranges[i - 1].start == start)
		i--;
	/* What goes on as before begins nothing. */
	if (!i || ranges[i - 1].value != value)
		ranges[i++] = (struct v4_range){ start, value };
	table->v4_count = i;
}

static void begin_v6_range(struct levee_prefix_table *table, struct point start, u32 value)
{
	u32 *values = at(table, table->v6_values);
	u64 *hi = at(table, table->v6_hi);
	u64 *lo = at(table, table->v6_lo);
	u32 i = table->v6_count;

	if (i && hi[i - 1] == start.hi && lo[i - 1] == start.lo)
		i--;
	if (!i || values[i - 1] != value) {
		hi[i] = start.hi;
		lo[i] = start.lo;
		values[i++] = value;
	}
	table->v6_count = i;
}

static void begin_range(struct builder *b, struct point start, u32 value)
{
	if (b->is_v4)
		begin_v4_range(b->table, (u32)start.lo, value);
	else
		begin_v6_range(b->table, start, value);
}

/* Leaves the prefixes that end below @point; what is around them goes on behind their ends. */
static void leave_below(struct builder *b, struct point point)
{
	while (b->depth && is_below(b->open[b->depth].last, point)) {
		struct point end = b->open[b->depth].last;

		b->depth--;
		begin_range(b, next_point(end), b->open[b->depth].value);
	}
}

static void enter(struct builder *b, struct point first, struct open_prefix prefix)
{
	b->depth++;
	b->open[b->depth] = prefix;
	begin_range(b, first, prefix.value);
}

static void enter_loopback(struct builder *b)
{
	leave_below(b, loopback_first(b->is_v4));
	enter(b, loopback_first(b->is_v4), loopback_of(b));
}

static struct slice add_intervals(struct builder *b, u32 first, u32 end)
{
	struct slice slice = { .first = b->interval_count };
	struct levee_interval *set = b->intervals + slice.first;
	u32 i;

	for (i = first; i < end; i++)
		set[i - first] = levee_interval_of(&b->entries[i], i);
	slice.count = levee_port_set_build(set, end - first);
	b->interval_count += slice.count;
	return slice;
}

/* The value of a prefix with these entries inside the prefix that is open. */
static u32 add_prefix(struct builder *b, u32 first, u32 end)
{
	struct prefix_node *node;

	if (is_simple(b->entries, first, end))
		return VALUE_ENTRY | first;
	node = &b->nodes[b->node_count];
	node->intervals = add_intervals(b, first, end);
	node->parent = b->open[b->depth].value;
	return b->node_count++;
}

/*
 * Goes over the prefixes in order of their first addresses, outer ones first.
 * Loopback is put in as a prefix of its own, with nothing around it: so entries
 * that hold loopback addresses among others never reach them.
 */
static void sweep(struct builder *b, u32 first, u32 end, bool is_v4)
{
	u32 loopback_len = is_v4 ? 8 : 128;
	bool loopback_entered = false;
	u32 i, next;

	b->is_v4 = is_v4;
	b->depth = 0;
	b->open[0] = (struct open_prefix){
		.last = max_point(is_v4),
		.value = value_of_fixed(b, NODE_OUTSIDE),
	};
	begin_range(b, (struct point){ 0, 0 }, b->open[0].value);

	for (i = first; i < end; i = next) {
		const struct levee_entry *entry = &b->entries[i];
		struct point point = first_of(entry);

		next = end_of_prefix(b->entries, i, end);
		if (!loopback_entered && !is_below(point, loopback_first(is_v4)) &&
		    (is_below(loopback_first(is_v4), point) || entry->prefix_len >= loopback_len)) {
			enter_loopback(b);
			loopback_entered = true;
		}
		leave_below(b, point);
		enter(b, point, (struct open_prefix){
			.last = last_of(entry), .value = add_prefix(b, i, next) });
	}
	if (!loopback_entered)
		enter_loopback(b);
	leave_below(b, max_point(is_v4));
}

/* Of each place in the index, the range that holds its first address. */
static void fill_v4_index(struct levee_prefix_table *table)
{
	const struct v4_range *ranges = at(table, table->v4_ranges);
	u32 *index = at(table, table->v4_index);
	u32 places = 1u << (32 - table->v4_shift);
	u32 place, range = 0;

	for (place = 0; place < places; place++) {
		u64 first = (u64)place << table->v4_shift;

		while (range + 1 < table->v4_count && ranges[range + 1].start <= first)
			range++;
		index[place] = range;
	}
	index[places] = table->v4_count - 1;
}

static void fill_v6_index(struct levee_prefix_table *table)
{
	const u64 *hi = at(table, table->v6_hi);
	const u64 *lo = at(table, table->v6_lo);
	u32 *index = at(table, table->v6_index);
	u32 places = 1u << (V6_INDEX_BITS - table->v6_shift);
	u32 place, range = 0;

	/* The one more place is the first behind them. */
	for (place = 0; place <= places; place++) {
		struct point first = { V6_INDEX_FIRST + ((u64)place << table->v6_shift), 0 };

		while (range + 1 < table->v6_count &&
		       !is_below(first, (struct point){ hi[range + 1], lo[range + 1] }))
			range++;
		index[place] = range;
	}
}

static int check_entries(const struct levee_entry *entries, u32 count)
{
	struct levee_entry_fault fault;
	u32 i;

	for (i = 0; i < count; i++) {
		if (levee_entry_is_domain(&entries[i]) ||
		    levee_entry_check(&entries[i], LEVEE_FEATURE_OUTBOUND, &fault))
			return -EINVAL;
		if (i && levee_entry_compare(&entries[i - 1], &entries[i]) >= 0)
			return -EINVAL;
	}
	return 0;
}

static struct slice add_word(struct builder *b, u32 *first, u32 count, u8 target)
{
	u32 end = *first;
	struct slice slice;

	while (end < count && b->entries[end].target == target)
		end++;
	slice = add_intervals(b, *first, end);
	*first = end;
	return slice;
}

long levee_prefix_table_build(void *mem, size_t size, const struct levee_entry *entries, u32 count)
{
	struct builder b = { .entries = entries, .table = mem, .node_count = NODES_FIXED };
	struct shape shape;
	size_t used;
	u32 next;

	if (count > LEVEE_ENTRIES_MAX || check_entries(entries, count))
		return -EINVAL;
	shape = shape_of(entries, count);
	if (size < levee_prefix_table_size(entries, count))
		return -EINVAL;

	memset(b.table, 0, sizeof(*b.table));
	used = lay_out(b.table, &shape);
	b.nodes = at(b.table, b.table->nodes);
	b.intervals = at(b.table, b.table->intervals);
	b.open = (void *)((u8 *)mem + used);

	next = shape.v6_end;
	b.nodes[NODE_OUTSIDE].intervals = add_word(&b, &next, count, LEVEE_TARGET_ANY);
	b.nodes[NODE_OUTSIDE].parent = VALUE_NOTHING;
	b.table->internet = add_word(&b, &next, count, LEVEE_TARGET_INTERNET);
	b.nodes[NODE_LOOPBACK].intervals = add_word(&b, &next, count, LEVEE_TARGET_LOOPBACK);
	b.nodes[NODE_LOOPBACK].parent = VALUE_NOTHING;

	sweep(&b, 0, shape.v4_end, true);
	sweep(&b, shape.v4_end, shape.v6_end, false);
	fill_v4_index(b.table);
	fill_v6_index(b.table);
	return (long)used;
}

static __always_inline u32 find_v4(const struct levee_prefix_table *table, u32 addr)
{
	const u32 *index = at(table, table->v4_index);
	const u32 *place = index + ((u64)addr >> table->v4_shift);
	const struct v4_range *range = at(table, table->v4_ranges);
	u32 len = place[1] - place[0] + 1;

	range += place[0];
	while (len > 1) {
		u32 half = len / 2;

		range += range[half].start <= addr ? half : 0;
		len -= half;
	}
	return range->value;
}

/* What a value says that is decided. */
static u32 entry_of(u32 value)
{
	return value == VALUE_NOTHING ? LEVEE_ENTRY_NONE : value & ~VALUE_ENTRY;
}

/* The last of @count ascending numbers that is at or below @key; the first is. */
static u32 last_at_or_below(const u64 *numbers, u32 count, u64 key)
{
	u32 base = 0;

	while (count > 1) {
		u32 half = count / 2;

		base += numbers[base + half] <= key ? half : 0;
		count -= half;
	}
	return base;
}

static u32 find_v6(const struct levee_prefix_table *table, const struct levee_addr *addr)
{
	const u64 *hi = at(table, table->v6_hi);
	const u64 *lo = at(table, table->v6_lo);
	const u32 *values = at(table, table->v6_values);
	u32 first = 0, end = table->v6_count;
	u32 range, below;

	if (addr->hi >> V6_INDEX_BITS == V6_INDEX_FIRST >> V6_INDEX_BITS) {
		const u32 *index = at(table, table->v6_index);
		u32 place = (u32)((addr->hi - V6_INDEX_FIRST) >> table->v6_shift);

		first = index[place];
		end = index[place + 1] + 1;
	}
	range = first + last_at_or_below(hi + first, end - first, addr->hi);
	/* Only ranges that begin in the same /64 need the low half. */
	if (hi[range] != addr->hi || lo[range] <= addr->lo)
		return values[range];
	/* The first begins below the /64, or with it. */
	below = first;
	if (hi[first] != addr->hi)
		below += last_at_or_below(hi + first, range - first + 1, addr->hi - 1) + 1;
	if (lo[below] > addr->lo)
		return values[below - 1];
	return values[below + last_at_or_below(lo + below, range - below, addr->lo)];
}

static u32 find_in_slice(const struct levee_prefix_table *table, const struct slice *slice,
			 u16 proto, u16 port)
{
	const struct levee_interval *intervals = at(table, table->intervals);

	return levee_port_set_find(intervals + slice->first, slice->count, proto, port);
}

/* Where no prefix decides: the word internet, then any. */
static noinline u32 find_outside(const struct levee_prefix_table *table,
				 const struct levee_addr *addr, u16 proto, u16 port)
{
	const struct prefix_node *nodes = at(table, table->nodes);
	u32 entry;

	if (table->internet.count && levee_addr_is_internet(addr)) {
		entry = find_in_slice(table, &table->internet, proto, port);
		if (entry != LEVEE_ENTRY_NONE)
			return entry;
	}
	return find_in_slice(table, &nodes[NODE_OUTSIDE].intervals, proto, port);
}

/* Where entries name protocols or ports: asks the prefix, then the ones around it. */
static noinline u32 find_in_nodes(const struct levee_prefix_table *table,
				  const struct levee_addr *addr, u16 proto, u16 port, u32 value)
{
	const struct prefix_node *nodes = at(table, table->nodes);

	while (!(value & VALUE_ENTRY)) {
		u32 entry;

		if (value == NODE_OUTSIDE)
			return find_outside(table, addr, proto, port);
		entry = find_in_slice(table, &nodes[value].intervals, proto, port);
		if (entry != LEVEE_ENTRY_NONE)
			return entry;
		value = nodes[value].parent;
	}
	return entry_of(value);
}

static __always_inline u32 find_by_value(const struct levee_prefix_table *table,
					 const struct levee_addr *addr, u16 proto, u16 port,
					 u32 value)
{
	return value & VALUE_ENTRY ? entry_of(value) :
				     find_in_nodes(table, addr, proto, port, value);
}

/* By itself, so that IPv4 saves no registers for it. */
static noinline u32 find_by_v6(const struct levee_prefix_table *table,
			       const struct levee_addr *addr, u16 proto, u16 port)
{
	return find_by_value(table, addr, proto, port, find_v6(table, addr));
}

u32 levee_prefix_table_find(const struct levee_prefix_table *table, const struct levee_addr *addr,
			    u16 proto, u16 port)
{
	if (!addr->is_v4)
		return find_by_v6(table, addr, proto, port);
	return find_by_value(table, addr, proto, port, find_v4(table, (u32)addr->lo));
}
