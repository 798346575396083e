// SPDX-License-Identifier: GPL-2.0
#include "registered_domain.h"

#define SHORT_LABEL 3	/* as in co.uk */

u32 levee_registered_domain(const u8 *wire, u32 len)
{
	u32 last[3] = {}, labels = 0, at;

	for (at = 0; at + 1 < len && wire[at]; at += 1 + wire[at]) {
		last[0] = last[1];
		last[1] = last[2];
		last[2] = at;
		labels++;
	}
	if (labels < 2)
		return at;
	if (labels > 2 && wire[last[1]] <= SHORT_LABEL)
		return last[0];
	return last[1];
}
