// SPDX-License-Identifier: GPL-2.0
/* build: -I tests/unit module/lib/addr.c module/lib/dns_name.c module/lib/userspace.c */
/*
 * Two bytes that say how, and a stream: cut into pieces, it gives what it gives
 * as a whole, and that is what the oracle finds, message by message.
 */
#include "lib/dns_message.c"

#include "dns_oracle.h"
#include "fence.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

static struct levee_dns_query whole[4096];

/* Takes a piece; the queries are stored, or compared with those that are. */
static enum levee_dns_outcome feed(struct levee_dns_stream *stream, u32 *count, bool store,
				   const u8 *data, size_t size)
{
	const u8 *at = fence(data, size);
	enum levee_dns_outcome outcome;
	struct levee_dns_query query;

	while ((outcome = levee_dns_stream_next(stream, &query, &at, &size)) == LEVEE_DNS_QUERY) {
		if (*count == ARRAY_SIZE(whole))
			abort();
		if (store)
			whole[*count] = query;
		else if (query.id != whole[*count].id || query.type != whole[*count].type ||
			 query.beyond != whole[*count].beyond ||
			 !levee_dns_name_equal(&query.name, &whole[*count].name))
			abort();
		++*count;
	}
	if (outcome == LEVEE_DNS_MORE && size)
		abort();
	return outcome;
}

/* The stored queries are those of the messages that are there as a whole, and at most one more. */
static void check_whole(u32 count, enum levee_dns_outcome outcome, const u8 *data, size_t size)
{
	static struct oracle_query expected;
	u32 messages = 0, total;

	for (; size >= 2; size -= 2 + total, data += 2 + total, messages++) {
		total = oracle_number(data, 2);
		if (total > size - 2)
			break;
		if (!oracle_read_query(&expected, data + 2, total)) {
			if (messages != count || outcome != LEVEE_DNS_MALFORMED)
				abort();
			return;
		}
		if (messages == count || !oracle_is_query(&whole[messages], &expected))
			abort();
	}
	if (count > messages + 1 || (!size && outcome != LEVEE_DNS_MORE))
		abort();
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct levee_dns_stream stream = { };
	enum levee_dns_outcome outcome, last = LEVEE_DNS_MORE;
	u32 count = 0, again = 0, state;
	size_t at, piece;

	if (size < 2 || size > 65536)
		return 0;
	state = read_be16(data);
	data += 2;
	size -= 2;
	outcome = feed(&stream, &count, true, data, size);
	check_whole(count, outcome, data, size);

	memset(&stream, 0, sizeof(stream));
	for (at = 0; at < size; at += piece) {
		state = state * 1664525 + 1013904223;
		piece = min_t(size_t, (state >> 24) % (state & 0x10000 ? 4 : 256), size - at);
		last = feed(&stream, &again, false, data + at, piece);
	}
	if (again != count || (size && last != outcome))
		abort();
	return 0;
}
