// SPDX-License-Identifier: GPL-2.0
/* cbmc: module/lib/dns_name.c */
/* cbmc: -D BYTES_MAX=32 --unwindset levee_dns_name_read.0:12,copy_folded.0:4,copy_folded.1:8 */
/*
 * The first bytes of a message of any size, BYTES_MAX of them at most: the parser reads
 * none behind them, and a query is what its bytes say.
 */
#include "lib/dns_message.c"

#include "proof.h"


void prove(void)
{
	size_t have = nondet_size(), total = nondet_size();
	struct levee_dns_query query;
	enum levee_dns_outcome outcome;
	u8 *data;

	assume(have <= BYTES_MAX && have <= total);
	data = any_bytes(have);
	outcome = levee_dns_query_read(&query, data, have, total);
	if (outcome == LEVEE_DNS_MALFORMED) {
		reached("a malformed message");
		return;
	}
	hold(total >= LEVEE_DNS_HEADER_SIZE + QUESTION_MIN && total <= LEVEE_DNS_MESSAGE_MAX);
	if (outcome == LEVEE_DNS_MORE) {
		hold(have < total);
		reached("the beginning of a message");
		return;
	}
	hold(outcome == LEVEE_DNS_QUERY);
	hold(!(data[2] & 0x80));
	hold(data[4] == 0 && data[5] == query.has_question);
	if (!query.has_question) {
		hold(have >= 23 && query.beyond == total - LEVEE_DNS_HEADER_SIZE);
		hold(query.name.len == 1 && !query.name.labels);
		hold(!query.type && !query.class);
		reached("options alone");
		return;
	}
	hold((size_t)LEVEE_DNS_HEADER_SIZE + query.name.len + QUESTION_TAIL <= have);
	hold(query.name.len > query.name.labels);
	hold(query.beyond == total - LEVEE_DNS_HEADER_SIZE - query.name.len - QUESTION_TAIL);
	reached("a question");
}
