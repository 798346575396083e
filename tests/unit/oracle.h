/* SPDX-License-Identifier: GPL-2.0 */
/* What the clever structures of floor 0 must agree with: the slow, obvious way, and inputs near the edges. */
#ifndef LEVEE_TESTS_ORACLE_H
#define LEVEE_TESTS_ORACLE_H

#include "lib/addr.h"
#include "lib/entry.h"
#include "lib/prefix_table.h"

struct act {
	u8 wire[16];
	u8 len;
	u16 proto;
	u16 port;
};

static inline bool oracle_same_bits(const u8 *a, const u8 *b, unsigned int bits)
{
	unsigned int i;

	for (i = 0; i < bits; i++)
		if ((a[i / 8] ^ b[i / 8]) & (0x80 >> (i % 8)))
			return false;
	return true;
}

static inline bool oracle_is_loopback(const u8 *wire, u8 len)
{
	static const u8 v6[16] = { [15] = 1 };

	return len == 4 ? wire[0] == 127 : !memcmp(wire, v6, 16);
}

/* How near the entry's target is to the address: -1, it does not hold it. */
static inline int oracle_nearness(const struct levee_entry *entry, const struct act *act)
{
	bool loopback = oracle_is_loopback(act->wire, act->len);
	struct levee_addr addr;

	levee_addr_read(&addr, act->wire, act->len);
	switch (entry->target) {
	case LEVEE_TARGET_PREFIX:
		if (entry->addr_len != act->len ||
		    !oracle_same_bits(entry->addr, act->wire, entry->prefix_len))
			return -1;
		if (loopback && entry->prefix_len < (act->len == 4 ? 8 : 128))
			return -1;
		return 2 + entry->prefix_len;
	case LEVEE_TARGET_INTERNET:
		return levee_addr_is_internet(&addr) ? 1 : -1;
	case LEVEE_TARGET_ANY:
		return loopback ? -1 : 0;
	case LEVEE_TARGET_LOOPBACK:
		return loopback ? 0 : -1;
	default:
		return -1;
	}
}

static inline bool oracle_covers_port(const struct levee_entry *entry, u16 proto, u16 port)
{
	if (entry->proto != LEVEE_PROTO_ANY && entry->proto != proto)
		return false;
	if (!entry->has_ports)
		return true;
	return levee_proto_has_ports(proto) && entry->port_first <= port &&
	       port <= entry->port_last;
}

/* The best that the list offers: nearness, then an entry of the protocol; -1 for nothing. */
static inline int oracle_rank(const struct levee_entry *entry, const struct act *act)
{
	int nearness = oracle_nearness(entry, act);

	if (nearness < 0 || !oracle_covers_port(entry, act->proto, act->port))
		return -1;
	return nearness * 2 + (entry->proto != LEVEE_PROTO_ANY);
}

static inline int oracle_best(const struct levee_entry *entries, u32 count, const struct act *act)
{
	int best = -1;
	u32 i;

	for (i = 0; i < count; i++) {
		int rank = oracle_rank(&entries[i], act);

		if (rank > best)
			best = rank;
	}
	return best;
}

static inline bool oracle_agrees(const struct levee_prefix_table *table,
				 const struct levee_entry *entries, u32 count,
				 const struct act *act)
{
	int best = oracle_best(entries, count, act);
	struct levee_addr addr;
	u32 found;

	levee_addr_read(&addr, act->wire, act->len);
	found = levee_prefix_table_find(table, &addr, act->proto, act->port);
	if (found == LEVEE_ENTRY_NONE)
		return best == -1;
	return best != -1 && found < count && oracle_rank(&entries[found], act) == best;
}

static inline void oracle_mask(u8 *wire, u8 len, unsigned int prefix_len)
{
	unsigned int i;

	for (i = prefix_len; i < len * 8u; i++)
		wire[i / 8] &= (u8)~(0x80 >> (i % 8));
}

/* The last address of the prefix. */
static inline void oracle_fill(u8 *wire, u8 len, unsigned int prefix_len)
{
	unsigned int i;

	for (i = prefix_len; i < len * 8u; i++)
		wire[i / 8] |= 0x80 >> (i % 8);
}

/* The next address up or down, round the end. */
static inline void oracle_move(u8 *wire, u8 len, bool up)
{
	while (len--) {
		wire[len] += up ? 1 : 0xff;
		if (wire[len] != (up ? 0 : 0xff))
			return;
	}
}

static inline int oracle_compare(const void *a, const void *b)
{
	return levee_entry_compare(a, b);
}

/* Sorts, drops what is there twice or refused, and returns the count that is left. */
static inline u32 oracle_arrange(struct levee_entry *entries, u32 count)
{
	struct levee_entry_fault fault;
	u32 i, kept = 0;

	for (i = 0; i < count; i++)
		if (!levee_entry_check(&entries[i], LEVEE_FEATURE_OUTBOUND, &fault))
			entries[kept++] = entries[i];
	count = kept;
	sort(entries, count, sizeof(*entries), oracle_compare, NULL);
	kept = 0;
	for (i = 0; i < count; i++)
		if (!kept || levee_entry_compare(&entries[kept - 1], &entries[i]))
			entries[kept++] = entries[i];
	return kept;
}

/* Whether any of the prefixes holds the address. */
static inline bool oracle_inside(const struct levee_entry *entries, u32 count, const u8 *wire,
				 u8 len)
{
	u32 i;

	for (i = 0; i < count; i++)
		if (entries[i].addr_len == len &&
		    oracle_same_bits(entries[i].addr, wire, entries[i].prefix_len))
			return true;
	return false;
}

/* The obvious matcher of scope patterns, recursive and exponential; for short texts. */
static inline bool oracle_pattern(const char *p, const char *t)
{
	bool negated, found = false;

	switch (*p) {
	case '\0':
		return !*t;
	case '*':
		if (p[1] == '*') {
			while (*p == '*')
				p++;
			for (;; t++) {
				if (oracle_pattern(p, t))
					return true;
				if (!*t)
					return false;
			}
		}
		return oracle_pattern(p + 1, t) || (*t && *t != '/' && oracle_pattern(p, t + 1));
	case '?':
		return *t && *t != '/' && oracle_pattern(p + 1, t + 1);
	case '\\':
		return p[1] == *t && oracle_pattern(p + 2, t + 1);
	case '[':
		p++;
		negated = *p == '^' || *p == '!';
		p += negated;
		while (*p != ']') {
			u8 first = p[0] == '\\' ? p[1] : p[0];
			u8 last = first;

			p += p[0] == '\\' ? 2 : 1;
			if (p[0] == '-' && p[1] != ']') {
				p++;
				last = p[0] == '\\' ? p[1] : p[0];
				p += p[0] == '\\' ? 2 : 1;
			}
			if (first <= (u8)*t && (u8)*t <= last)
				found = true;
		}
		return *t && *t != '/' && found != negated && oracle_pattern(p + 1, t + 1);
	default:
		return *p == *t && oracle_pattern(p + 1, t + 1);
	}
}

#endif /* LEVEE_TESTS_ORACLE_H */
