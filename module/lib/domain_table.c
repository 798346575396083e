// SPDX-License-Identifier: GPL-2.0
/*
 * Every name of a list is a node, which knows the nearest node above it. A lookup
 * finds the node of the longest listed suffix; what else covers the name is on the
 * way up from there.
 *
 * The block: header | slots (open addressing, half of them empty) | nodes, in the
 * order of their names. A node goes by its offset from the start of the block.
 */
#include "domain_table.h"

#include "domain_suffix.h"
#include "limits.h"

#define NODE_NONE	0	/* the header is there */
#define NODE_ALIGN	sizeof(u32)

struct domain_slot {
	u32 tag;	/* of the hash, what does not choose the place */
	u32 node;	/* NODE_NONE: empty */
};

struct domain_node {
	u32 parent;	/* the nearest name above it that is listed, or NODE_NONE */
	u32 firsts[LEVEE_DOMAIN_KINDS + 1];	/* entries of each kind, and where the last ends */
	u8 len;
	u8 labels;
	u8 wire[];
};

struct levee_domain_table {
	u64 seed[2];
	u32 slot_count;
	u32 root;	/* its node, or NODE_NONE */
	u32 deepest;	/* most labels of a name */
	struct domain_slot slots[];
};

struct shape {
	u32 names;	/* different ones */
	size_t nodes;	/* bytes of their nodes */
};

static void *at(const struct levee_domain_table *table, u32 offset)
{
	return (u8 *)table + offset;
}

static bool same_name(const struct levee_domain *a, const struct levee_domain *b)
{
	return a->len == b->len && !memcmp(a->wire, b->wire, a->len);
}

static int compare_labels(const u8 *a, const u8 *b)
{
	int order = memcmp(a + 1, b + 1, min(a[0], b[0]));

	return order ? order : a[0] - b[0];
}

int levee_domain_compare(const struct levee_domain *a, const struct levee_domain *b)
{
	u8 a_starts[LEVEE_DOMAIN_LABELS_MAX], b_starts[LEVEE_DOMAIN_LABELS_MAX];
	int a_left = levee_domain_split(a->wire, a->len, a_starts);
	int b_left = levee_domain_split(b->wire, b->len, b_starts);

	while (a_left > 0 && b_left > 0) {
		int order = compare_labels(a->wire + a_starts[--a_left],
					   b->wire + b_starts[--b_left]);

		if (order)
			return order;
	}
	return a_left != b_left ? a_left - b_left : a->kind - b->kind;
}

static int check_domains(const struct levee_domain *domains, u32 count)
{
	u8 starts[LEVEE_DOMAIN_LABELS_MAX];
	u32 i;

	for (i = 0; i < count; i++) {
		const struct levee_domain *domain = &domains[i];

		if (domain->kind >= LEVEE_DOMAIN_KINDS ||
		    levee_domain_split(domain->wire, domain->len, starts) < 0 ||
		    !levee_domain_is_folded(domain->wire, domain->len))
			return -EINVAL;
		if (i && levee_domain_compare(&domains[i - 1], domain) > 0)
			return -EINVAL;
	}
	return 0;
}

static size_t node_size(const struct levee_domain *domain)
{
	size_t size = sizeof(struct domain_node) + domain->len;

	return (size + NODE_ALIGN - 1) / NODE_ALIGN * NODE_ALIGN;
}

static struct shape shape_of(const struct levee_domain *domains, u32 count)
{
	struct shape shape = { };
	u32 i;

	for (i = 0; i < count; i++) {
		if (i && same_name(&domains[i - 1], &domains[i]))
			continue;
		shape.names++;
		shape.nodes += node_size(&domains[i]);
	}
	return shape;
}

static u32 slots_of(const struct shape *shape)
{
	return 2 * shape->names;
}

/* Where the nodes begin. */
static size_t nodes_at(const struct shape *shape)
{
	return sizeof(struct levee_domain_table) +
	       slots_of(shape) * sizeof(struct domain_slot);
}

size_t levee_domain_table_size(const struct levee_domain *domains, u32 count)
{
	struct shape shape = shape_of(domains, count);

	return nodes_at(&shape) + shape.nodes;
}

/* The first place that is asked for a hash; the others follow it. */
static u32 place_of(const struct levee_domain_table *table, u64 hash)
{
	return (u32)((hash >> 32) * table->slot_count >> 32);
}

static u32 next_place(const struct levee_domain_table *table, u32 place)
{
	return place + 1 < table->slot_count ? place + 1 : 0;
}

static void add_slot(struct levee_domain_table *table, u64 hash, u32 node)
{
	u32 place = place_of(table, hash);

	while (table->slots[place].node != NODE_NONE)
		place = next_place(table, place);
	table->slots[place] = (struct domain_slot){ .tag = (u32)hash, .node = node };
}

/* @starts: of the labels of @node. A tail of bytes may begin inside a label, and is no suffix. */
static bool is_below(const struct domain_node *node, const u8 *starts,
		     const struct domain_node *above)
{
	u32 start;

	if (node->labels <= above->labels)
		return false;
	start = above->labels ? starts[node->labels - above->labels] : node->len - 1u;
	return node->len - start == above->len &&
	       !memcmp(node->wire + start, above->wire, above->len);
}

/* Names above come in front, so the nearest is the name before, or above that. */
static u32 parent_of(const struct levee_domain_table *table, const struct domain_node *node,
		     const u8 *starts, u32 before)
{
	while (before != NODE_NONE) {
		const struct domain_node *above = at(table, before);

		if (is_below(node, starts, above))
			break;
		before = above->parent;
	}
	return before;
}

/* The node for a name at an offset; @before: the node in front of it. */
static void add_node(struct levee_domain_table *table, u32 offset, u32 before,
		     const struct levee_domain *domain)
{
	struct domain_node *node = at(table, offset);
	u8 starts[LEVEE_DOMAIN_LABELS_MAX];
	u64 hash = table->seed[0];
	int labels, i;

	labels = levee_domain_split(domain->wire, domain->len, starts);
	node->len = domain->len;
	node->labels = labels;
	memcpy(node->wire, domain->wire, domain->len);
	node->parent = parent_of(table, node, starts, before);
	if (!labels) {
		table->root = offset;
		return;
	}
	if (table->deepest < node->labels)
		table->deepest = node->labels;
	for (i = labels - 1; i >= 0; i--)
		hash = levee_domain_hash(hash, domain->wire + starts[i], table->seed[1]);
	add_slot(table, hash, offset);
}

/* Where each kind begins among the entries from @first on that have its name; returns their end. */
static u32 group(u32 *firsts, const struct levee_domain *domains, u32 first, u32 count)
{
	const struct levee_domain *name = &domains[first];
	u32 kind;

	for (kind = 0; kind < LEVEE_DOMAIN_KINDS; kind++) {
		firsts[kind] = first;
		while (first < count && domains[first].kind == kind &&
		       same_name(&domains[first], name))
			first++;
	}
	firsts[kind] = first;
	return first;
}

long levee_domain_table_build(void *mem, size_t size, const struct levee_domain *domains, u32 count,
			      const u64 seed[2])
{
	struct levee_domain_table *table = mem;
	u32 offset, before = NODE_NONE;
	struct shape shape;
	u32 i = 0;

	if (count > LEVEE_ENTRIES_MAX || check_domains(domains, count) ||
	    size < levee_domain_table_size(domains, count))
		return -EINVAL;

	shape = shape_of(domains, count);
	offset = (u32)nodes_at(&shape);
	memset(table, 0, offset);
	table->seed[0] = seed[0];
	table->seed[1] = seed[1];
	table->slot_count = slots_of(&shape);
	while (i < count) {
		struct domain_node *node = at(table, offset);

		add_node(table, offset, before, &domains[i]);
		before = offset;
		offset += node_size(&domains[i]);
		i = group(node->firsts, domains, i, count);
	}
	return offset;
}

static u32 find_node(const struct levee_domain_table *table, u64 hash, const u8 *name, size_t len)
{
	u32 place = place_of(table, hash);
	u32 offset;

	while ((offset = table->slots[place].node) != NODE_NONE) {
		const struct domain_node *node = at(table, offset);

		if (table->slots[place].tag == (u32)hash && node->len == len &&
		    !memcmp(node->wire, name, len))
			break;
		place = next_place(table, place);
	}
	return offset;
}

bool levee_domain_table_first(const struct levee_domain_table *table, const u8 *wire, size_t len,
			      struct levee_domain_match *match)
{
	u8 starts[LEVEE_DOMAIN_LABELS_MAX] __uninitialized;
	const struct domain_node *node;
	u64 hash = table->seed[0];
	int labels, last;

	if (!table->slot_count)
		return false;
	labels = levee_domain_split(wire, len, starts);
	if (labels < 0)
		return false;

	match->node = table->root;
	last = labels - (int)table->deepest;
	while (labels > 0 && labels > last) {
		u32 start = starts[--labels];
		u32 found;

		hash = levee_domain_hash(hash, wire + start, table->seed[1]);
		found = find_node(table, hash, wire + start, len - start);
		if (found != NODE_NONE)
			match->node = found;
	}
	if (match->node == NODE_NONE)
		return false;
	node = at(table, match->node);
	if (node->len == len) {
		match->kind = LEVEE_DOMAIN_EXACT;
		match->last_kind = LEVEE_DOMAIN_BOTH;
	} else {
		match->kind = LEVEE_DOMAIN_BOTH;
		match->last_kind = LEVEE_DOMAIN_BELOW;
	}
	return levee_domain_table_next(table, match);
}

bool levee_domain_table_next(const struct levee_domain_table *table,
			     struct levee_domain_match *match)
{
	while (match->node != NODE_NONE) {
		const struct domain_node *node = at(table, match->node);

		match->first = node->firsts[match->kind];
		match->count = node->firsts[match->kind + 1] - match->first;
		if (match->kind < match->last_kind) {
			match->kind++;
		} else {
			match->node = node->parent;
			match->kind = LEVEE_DOMAIN_BOTH;
			match->last_kind = LEVEE_DOMAIN_BELOW;
		}
		if (match->count)
			return true;
	}
	return false;
}
