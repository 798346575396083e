// SPDX-License-Identifier: GPL-2.0
/* build: -I tests/unit module/lib/addr.c module/lib/dns_name.c module/lib/domain_suffix.c module/lib/domain_table.c module/lib/entry.c module/lib/port_set.c module/lib/prefix_table.c module/lib/userspace.c */
/*
 * A count, a layout, prefixes, addresses: every address is answered as the oracle
 * does. What is refused is out of order, or no prefix, and leaves no trace.
 */
#include "lib/address_feed.c"

#include "oracle.h"

#define PREFIXES_MAX 80

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

struct input {
	const u8 *data;
	size_t size;
};

static u8 take_byte(struct input *in)
{
	if (!in->size)
		return 0;
	in->size--;
	return *in->data++;
}

/* Few bytes make an address, so that they meet: both ends of each half, the middle repeated. */
static void take_address(struct input *in, u8 *wire, u8 len)
{
	u8 middle = take_byte(in);

	memset(wire, middle, len);
	wire[0] = take_byte(in);
	wire[len / 2 - 1] = take_byte(in);
	wire[len - 1] = take_byte(in);
}

static struct levee_entry take_prefix(struct input *in, bool mask)
{
	struct levee_entry entry = { .target = LEVEE_TARGET_PREFIX, .proto = LEVEE_PROTO_ANY,
				     .port_last = 65535 };
	u8 kind = take_byte(in);

	entry.addr_len = kind & 0x80 ? 4 : 16;
	entry.prefix_len = take_byte(in) % (entry.addr_len * 8 + 1);
	take_address(in, entry.addr, entry.addr_len);
	if (mask)
		oracle_mask(entry.addr, entry.addr_len, entry.prefix_len);
	return entry;
}

/* Whether the entry may come next, by the rules of policy entries, which are the same. */
static bool may_follow(const struct levee_entry *last, const struct levee_entry *next)
{
	struct levee_entry_fault fault;

	return !levee_entry_check(next, LEVEE_FEATURE_OUTBOUND, &fault) &&
	       (!last || levee_entry_compare(last, next) < 0);
}

static void ask(const struct levee_address_feed *feed, const struct levee_entry *entries, u32 count,
		struct input *in)
{
	u8 kind = take_byte(in);
	u8 wire[16], len = kind & 1 ? 4 : 16;
	struct levee_addr addr;

	take_address(in, wire, len);
	if (kind & 2)
		oracle_move(wire, len, kind & 4);
	levee_addr_read(&addr, wire, len);
	len = (u8)levee_addr_write(&addr, wire);
	if (levee_address_feed_contains(feed, &addr) != oracle_inside(entries, count, wire, len))
		abort();
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct input in = { data, size };
	struct levee_entry entries[PREFIXES_MAX];
	u32 count = take_byte(&in) % (PREFIXES_MAX + 1), kept = 0;
	u8 kind = take_byte(&in);
	bool arrange = kind & 1;
	/* Seldom: its index is large. */
	u32 v4_count = (kind & 14) == 2 ? V4_HALVES_MIN : count;
	size_t bytes = levee_address_feed_size(v4_count, count);
	void *mem = malloc(bytes);

	for (u32 i = 0; i < count; i++)
		entries[i] = take_prefix(&in, arrange);
	if (arrange)
		count = oracle_arrange(entries, count);
	if (levee_address_feed_init(mem, bytes, v4_count, count))
		abort();
	for (u32 i = 0; i < count; i++) {
		bool good = may_follow(kept ? &entries[kept - 1] : NULL, &entries[i]);
		int status = levee_address_feed_add(mem, entries[i].addr, entries[i].addr_len,
						    entries[i].prefix_len);

		if (status != (good ? 0 : -EINVAL))
			abort();
		if (good)
			entries[kept++] = entries[i];
	}
	levee_address_feed_finish(mem);
	while (in.size)
		ask(mem, entries, kept, &in);
	free(mem);
	return 0;
}
