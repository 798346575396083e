// SPDX-License-Identifier: GPL-2.0
/* Addresses: wire form, text, and which are special (IANA registries, RFC 6890 and its updates). */
#include "addr.h"

#define V4_LEN 4
#define V6_LEN 16
#define V6_GROUPS 8

/* ::ffff:0:0/96, RFC 4291 section 2.5.5.2. */
static const u8 v4_mapped[12] = { [10] = 0xff, [11] = 0xff };

static u64 read_be(const u8 *wire, size_t len)
{
	u64 value = 0;

	while (len--)
		value = value << 8 | *wire++;
	return value;
}

static void write_be(u8 *wire, size_t len, u64 value)
{
	while (len--) {
		wire[len] = (u8)value;
		value >>= 8;
	}
}

bool levee_addr_read(struct levee_addr *addr, const u8 *wire, size_t len)
{
	if (len != V4_LEN && len != V6_LEN)
		return false;
	addr->is_v4 = len == V4_LEN || !memcmp(wire, v4_mapped, sizeof(v4_mapped));
	if (addr->is_v4) {
		addr->hi = 0;
		addr->lo = read_be(wire + len - V4_LEN, V4_LEN);
	} else {
		addr->hi = read_be(wire, 8);
		addr->lo = read_be(wire + 8, 8);
	}
	return true;
}

size_t levee_addr_write(const struct levee_addr *addr, u8 wire[16])
{
	if (addr->is_v4) {
		write_be(wire, V4_LEN, addr->lo);
		return V4_LEN;
	}
	write_be(wire, 8, addr->hi);
	write_be(wire + 8, 8, addr->lo);
	return V6_LEN;
}

int levee_addr_compare(const struct levee_addr *a, const struct levee_addr *b)
{
	if (a->is_v4 != b->is_v4)
		return a->is_v4 ? -1 : 1;
	if (a->hi != b->hi)
		return a->hi < b->hi ? -1 : 1;
	return a->lo < b->lo ? -1 : a->lo > b->lo;
}

bool levee_addr_is_loopback(const struct levee_addr *addr)
{
	if (addr->is_v4)
		return addr->lo >> 24 == 127;
	return addr->hi == 0 && addr->lo == 1;
}

#define V4(a, b, c, d) ((u32)(a) << 24 | (u32)(b) << 16 | (u32)(c) << 8 | (u32)(d))

/*
 * The IPv4 Special-Purpose Address Registry, and multicast; sorted, disjoint.
 * Blocks that the registry calls globally reachable (AS112, AMT) are special
 * all the same: what answers there is whoever announces the anycast nearby.
 */
static const struct { u32 first; u32 last; } v4_special[] = {
	{ V4(0, 0, 0, 0),	V4(0, 255, 255, 255) },		/* this network, RFC 791 */
	{ V4(10, 0, 0, 0),	V4(10, 255, 255, 255) },	/* private, RFC 1918 */
	{ V4(100, 64, 0, 0),	V4(100, 127, 255, 255) },	/* shared (CGNAT), RFC 6598 */
	{ V4(127, 0, 0, 0),	V4(127, 255, 255, 255) },	/* loopback, RFC 1122 */
	{ V4(169, 254, 0, 0),	V4(169, 254, 255, 255) },	/* link-local, RFC 3927 */
	{ V4(172, 16, 0, 0),	V4(172, 31, 255, 255) },	/* private, RFC 1918 */
	{ V4(192, 0, 0, 0),	V4(192, 0, 0, 255) },		/* protocol assignments, RFC 6890 */
	{ V4(192, 0, 2, 0),	V4(192, 0, 2, 255) },		/* documentation, RFC 5737 */
	{ V4(192, 31, 196, 0),	V4(192, 31, 196, 255) },	/* AS112-v4, RFC 7535 */
	{ V4(192, 52, 193, 0),	V4(192, 52, 193, 255) },	/* AMT, RFC 7450 */
	{ V4(192, 88, 99, 0),	V4(192, 88, 99, 255) },		/* 6to4 relays, RFC 7526 */
	{ V4(192, 168, 0, 0),	V4(192, 168, 255, 255) },	/* private, RFC 1918 */
	{ V4(192, 175, 48, 0),	V4(192, 175, 48, 255) },	/* AS112 delegation, RFC 7534 */
	{ V4(198, 18, 0, 0),	V4(198, 19, 255, 255) },	/* benchmarking, RFC 2544 */
	{ V4(198, 51, 100, 0),	V4(198, 51, 100, 255) },	/* documentation, RFC 5737 */
	{ V4(203, 0, 113, 0),	V4(203, 0, 113, 255) },		/* documentation, RFC 5737 */
	{ V4(224, 0, 0, 0),	V4(239, 255, 255, 255) },	/* multicast, RFC 5771 */
	{ V4(240, 0, 0, 0),	V4(255, 255, 255, 255) },	/* reserved, RFC 1112; broadcast */
};

static bool v4_is_internet(u32 addr)
{
	u32 base = 0, len = ARRAY_SIZE(v4_special);

	/* The last block that starts at or below the address; the first starts at 0. */
	while (len > 1) {
		u32 half = len / 2;

		base += v4_special[base + half].first <= addr ? half : 0;
		len -= half;
	}
	return addr > v4_special[base].last;
}

/*
 * The IPv6 Special-Purpose Address Registry, as far as it lies inside global
 * unicast (2000::/3), as prefixes of at most 64 bits. Everything outside
 * 2000::/3 is special or unassigned: ::/128, ::1 and ::ffff:0:0/96 (RFC 4291),
 * 64:ff9b:1::/48 (RFC 8215), 100::/64 (RFC 6666), 100:0:0:1::/64 (RFC 9780),
 * 5f00::/16 (RFC 9602), fc00::/7 (RFC 4193), fe80::/10 and ff00::/8 (RFC 4291).
 */
static const struct { u64 hi; u8 len; } v6_special[] = {
	{ 0x2001000000000000, 23 },	/* protocol assignments (Teredo, ORCHID, ...), RFC 2928 */
	{ 0x20010db800000000, 32 },	/* documentation, RFC 3849 */
	{ 0x2620004f80000000, 48 },	/* AS112 delegation, RFC 7534 */
	{ 0x3fff000000000000, 20 },	/* documentation, RFC 9637 */
};

/*
 * NAT64's well-known prefix (64:ff9b::/96, RFC 6052) and 6to4 (2002::/16,
 * RFC 3056) carry an IPv4 address to which a translator or relay delivers. So
 * they are where that address is: else 64:ff9b::10.0.0.1 would be "internet",
 * and a private host in reach.
 */
static bool v6_carries_v4(const struct levee_addr *addr, u32 *v4)
{
	if (addr->hi == 0x0064ff9b00000000 && addr->lo >> 32 == 0)
		*v4 = (u32)addr->lo;
	else if (addr->hi >> 48 == 0x2002)
		*v4 = (u32)(addr->hi >> 16);
	else
		return false;
	return true;
}

static bool v6_is_internet(const struct levee_addr *addr)
{
	u32 i, v4;

	if (v6_carries_v4(addr, &v4))
		return v4_is_internet(v4);
	if (addr->hi >> 61 != 1)	/* 2000::/3, RFC 4291 and the IANA allocations */
		return false;
	for (i = 0; i < ARRAY_SIZE(v6_special); i++)
		if ((addr->hi ^ v6_special[i].hi) >> (64 - v6_special[i].len) == 0)
			return false;
	return true;
}

bool levee_addr_is_internet(const struct levee_addr *addr)
{
	return addr->is_v4 ? v4_is_internet((u32)addr->lo) : v6_is_internet(addr);
}

static bool v4_is_routable(u32 addr)
{
	return addr >> 24 != 0 &&		/* this network, RFC 791 */
	       addr >> 24 != 127 &&		/* loopback, RFC 1122 */
	       addr >> 16 != (169 << 8 | 254) &&	/* link-local, RFC 3927 */
	       addr >> 28 != 0xe &&		/* multicast, RFC 5771 */
	       addr != 0xffffffff;		/* limited broadcast, RFC 919 */
}

bool levee_addr_is_routable(const struct levee_addr *addr)
{
	u32 v4;

	if (addr->is_v4)
		return v4_is_routable((u32)addr->lo);
	if (v6_carries_v4(addr, &v4))
		return v4_is_routable(v4);
	/* Unspecified, loopback and IPv4-compatible; link-local; multicast: RFC 4291. */
	return !(addr->hi == 0 && addr->lo >> 32 == 0) && addr->hi >> 54 != 0xfe80 >> 6 &&
	       addr->hi >> 56 != 0xff;
}

static u16 v6_group(const struct levee_addr *addr, int i)
{
	u64 half = i < V6_GROUPS / 2 ? addr->hi : addr->lo;

	return (u16)(half >> (48 - 16 * (i % (V6_GROUPS / 2))));
}

/*
 * Lower case, no leading zeros, the first of the longest runs of two or more
 * zero groups as "::". Always hexadecimal: one text for one address.
 */
static size_t v6_format(char *buf, size_t size, const struct levee_addr *addr)
{
	int i, run = 0, longest = 1, gap = -1;
	size_t len = 0;

	for (i = 0; i < V6_GROUPS; i++) {
		run = v6_group(addr, i) ? 0 : run + 1;
		if (run > longest) {
			longest = run;
			gap = i - run + 1;
		}
	}
	for (i = 0; i < V6_GROUPS; i++) {
		if (i == gap) {
			len += scnprintf(buf + len, size - len, "::");
			i += longest - 1;
			continue;
		}
		len += scnprintf(buf + len, size - len, "%s%x",
				 i && i != gap + longest ? ":" : "", v6_group(addr, i));
	}
	return len;
}

size_t levee_addr_format(char *buf, size_t size, const struct levee_addr *addr)
{
	u32 v4 = (u32)addr->lo;

	if (!size)
		return 0;
	if (addr->is_v4)
		return scnprintf(buf, size, "%u.%u.%u.%u", v4 >> 24, v4 >> 16 & 0xff,
				 v4 >> 8 & 0xff, v4 & 0xff);
	return v6_format(buf, size, addr);
}
