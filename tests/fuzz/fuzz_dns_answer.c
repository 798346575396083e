// SPDX-License-Identifier: GPL-2.0
/* build: -I tests/unit module/lib/addr.c module/lib/dns_name.c module/lib/userspace.c */
/* How much is cut off, and an answer: names, TTLs and addresses are those that the oracle finds. */
#include "lib/dns_message.c"

#include "dns_oracle.h"
#include "fence.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	u32 addresses, have, cut;
	const u8 *block;

	if (!size || size > 65536)
		return 0;
	cut = data[0];
	data++;
	have = (u32)size - 1;
	block = fence(data, have);
	if (!oracle_agrees_on_answer(block, have, have, &addresses))
		abort();
	if (cut && !oracle_agrees_on_answer(block, have, have + cut, &addresses))
		abort();
	return 0;
}
