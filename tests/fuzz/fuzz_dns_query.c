// SPDX-License-Identifier: GPL-2.0
/* build: -I tests/unit module/lib/addr.c module/lib/dns_name.c module/lib/userspace.c */
/* A query: read as the oracle does, the same of a beginning, and its name survives its text. */
#include "lib/dns_message.c"

#include "dns_oracle.h"
#include "fence.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

static void check_text(const struct levee_dns_name *name)
{
	char text[LEVEE_DNS_TEXT_MAX];
	struct levee_dns_name again;
	size_t len = levee_dns_name_format(text, sizeof(text), name), offset;

	if (len != strlen(text) || strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-_.\\") != len)
		abort();
	if (levee_dns_name_parse(&again, text, len, &offset) || !levee_dns_name_equal(&again, name))
		abort();
}

/* What is told of a beginning is never told otherwise of more; the id, which is any, says of which. */
static void check_beginning(const u8 *data, size_t size, enum levee_dns_outcome outcome,
			    const struct levee_dns_query *query)
{
	size_t peek = min_t(size_t, size, LEVEE_DNS_QUERY_PEEK);
	size_t have = size < 2 ? 0 : read_be16(data) % (peek + 1);
	struct levee_dns_query early;
	enum levee_dns_outcome told = levee_dns_query_read(&early, fence(data, have), have, size);

	if (told == LEVEE_DNS_MORE && have < peek)
		return;
	if (told != outcome)
		abort();
	if (told == LEVEE_DNS_QUERY &&
	    (early.beyond != query->beyond || early.type != query->type ||
	     !levee_dns_name_equal(&early.name, &query->name)))
		abort();
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct levee_dns_query query;
	enum levee_dns_outcome outcome;
	bool good;

	if (size > 65536)
		return 0;
	if (!oracle_agrees_on_query(fence(data, size), (u32)size, &good))
		abort();
	outcome = levee_dns_query_read(&query, data, size, size);
	check_beginning(data, size, outcome, &query);
	if (good)
		check_text(&query.name);
	return 0;
}
