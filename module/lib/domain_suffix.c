// SPDX-License-Identifier: GPL-2.0
/* The suffixes of a domain name. */
#include "domain_suffix.h"

/* A place is a byte; the last label of one byte begins two in front of the root's zero. */
static_assert(LEVEE_DOMAIN_LEN_MAX <= 0xff);
static_assert(LEVEE_DOMAIN_LABELS_MAX == (LEVEE_DOMAIN_LEN_MAX - 1) / 2);

int levee_domain_split(const u8 *wire, size_t len, u8 starts[LEVEE_DOMAIN_LABELS_MAX])
{
	size_t place = 0;
	int labels = 0;

	if (len > LEVEE_DOMAIN_LEN_MAX)
		return -EINVAL;
	while (place < len && wire[place]) {
		if (wire[place] > LEVEE_DOMAIN_LABEL_MAX)
			return -EINVAL;
		starts[labels++] = place;
		place += 1 + wire[place];
	}
	/* The root's zero, where the last label ends, and nothing behind it. */
	return place + 1 == len ? labels : -EINVAL;
}

bool levee_domain_is_folded(const u8 *wire, size_t len)
{
	/* A length byte is below every letter. */
	static_assert(LEVEE_DOMAIN_LABEL_MAX < 'A');

	while (len--) {
		if (*wire >= 'A' && *wire <= 'Z')
			return false;
		wire++;
	}
	return true;
}
