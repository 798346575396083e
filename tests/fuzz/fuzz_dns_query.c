// SPDX-License-Identifier: GPL-2.0
/* build: -I tests/unit module/lib/addr.c module/lib/dns_name.c module/lib/userspace.c */
/* A query: read as the oracle does, the same of every beginning, and its name survives its text. */
#include "lib/dns_message.c"

#include "dns_oracle.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

/* The first @have bytes in a block of their own, so that ASan sees a read behind them. */
static enum levee_dns_outcome read_beginning(struct levee_dns_query *query, const u8 *data,
					     size_t have, size_t total)
{
	enum levee_dns_outcome outcome;
	u8 *block = malloc(have ? have : 1);

	memcpy(block, data, have);
	outcome = levee_dns_query_read(query, block, have, total);
	free(block);
	return outcome;
}

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

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	size_t peek = min_t(size_t, size, LEVEE_DNS_QUERY_PEEK);
	struct levee_dns_query query, early;
	enum levee_dns_outcome outcome;
	bool good;

	if (!oracle_agrees_on_query(data, (u32)size, &good))
		abort();
	outcome = levee_dns_query_read(&query, data, size, size);
	for (size_t have = 0; have <= peek; have++) {
		enum levee_dns_outcome told = read_beginning(&early, data, have, size);

		if (told == LEVEE_DNS_MORE && have < peek)
			continue;
		if (told != outcome)
			abort();
		if (good && (early.beyond != query.beyond || early.type != query.type ||
			     !levee_dns_name_equal(&early.name, &query.name)))
			abort();
	}
	if (good)
		check_text(&query.name);
	return 0;
}
