// SPDX-License-Identifier: GPL-2.0
/* build: -I tests/unit module/lib/addr.c module/lib/dns_name.c module/lib/domain_suffix.c module/lib/domain_table.c module/lib/entry.c module/lib/port_set.c module/lib/userspace.c */
/* A count, entries, acts: every act is answered as the oracle does. Lists out of order are refused. */
#include "lib/prefix_table.c"

#include "oracle.h"

#define ENTRIES_MAX 48

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

static u16 take_proto(struct input *in)
{
	static const u16 protos[] = { LEVEE_PROTO_ANY, 6, 17, 1, 132, 47 };

	return protos[take_byte(in) % ARRAY_SIZE(protos)];
}

/* Few bytes make an address, so that they meet: both ends of it, the middle repeated. */
static void take_address(struct input *in, u8 *wire, u8 len)
{
	u8 middle = take_byte(in);

	wire[0] = take_byte(in);
	memset(wire + 1, middle, len - 2);
	wire[len - 1] = take_byte(in);
}

static struct levee_entry take_entry(struct input *in)
{
	struct levee_entry entry = { .port_last = 65535 };
	u8 kind = take_byte(in);

	entry.target = kind & 0x0f ? LEVEE_TARGET_PREFIX : LEVEE_TARGET_PREFIX + (kind >> 4) % 4;
	if (entry.target == LEVEE_TARGET_PREFIX) {
		entry.addr_len = kind & 0x10 ? 4 : 16;
		entry.prefix_len = take_byte(in) % (entry.addr_len * 8 + 1);
		take_address(in, entry.addr, entry.addr_len);
		oracle_mask(entry.addr, entry.addr_len, entry.prefix_len);
	}
	entry.proto = take_proto(in);
	if (kind & 0x80) {
		entry.has_ports = true;
		entry.port_first = take_byte(in);
		entry.port_last = take_byte(in);
	}
	return entry;
}

static struct act take_act(struct input *in)
{
	u8 kind = take_byte(in);
	struct act act = { .len = kind & 1 ? 4 : 16, .proto = take_proto(in) };

	take_address(in, act.wire, act.len);
	if (kind & 2)
		oracle_move(act.wire, act.len, kind & 4);
	if (act.proto == LEVEE_PROTO_ANY)
		act.proto = 58;
	if (levee_proto_has_ports(act.proto))
		act.port = take_byte(in);
	return act;
}

static bool is_mapped(const struct act *act)
{
	struct levee_addr addr;

	levee_addr_read(&addr, act->wire, act->len);
	return act->len == 16 && addr.is_v4;
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct input in = { data, size };
	struct levee_entry entries[ENTRIES_MAX];
	u32 count = take_byte(&in) % (ENTRIES_MAX + 1);
	bool arrange = take_byte(&in) & 1;
	size_t bytes;
	void *mem;
	long used;

	for (u32 i = 0; i < count; i++)
		entries[i] = take_entry(&in);
	if (arrange)
		count = oracle_arrange(entries, count);

	bytes = levee_prefix_table_size(entries, count);
	mem = malloc(bytes);
	used = levee_prefix_table_build(mem, bytes, entries, count);
	if (used > (long)bytes || (used < 0 && arrange))
		abort();
	while (used > 0 && in.size) {
		struct act act = take_act(&in);

		if (!is_mapped(&act) && !oracle_agrees(mem, entries, count, &act))
			abort();
	}
	free(mem);
	return 0;
}
