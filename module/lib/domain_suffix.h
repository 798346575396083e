/* SPDX-License-Identifier: GPL-2.0 */
/* The suffixes of a domain name, hashed one label at a time from the right. */
#ifndef LEVEE_LIB_DOMAIN_SUFFIX_H
#define LEVEE_LIB_DOMAIN_SUFFIX_H

#include "types.h"

#define LEVEE_DOMAIN_LEN_MAX	255	/* RFC 1035, 2.3.4: with the root's zero */
#define LEVEE_DOMAIN_LABEL_MAX	63	/* RFC 1035, 2.3.4 */
#define LEVEE_DOMAIN_LABELS_MAX	127	/* of one byte each */

/**
 * levee_domain_split() - where the labels of a name are
 * @wire: a name in wire form without compression, RFC 1035, 3.1
 * @len: its bytes, the root's zero included
 * @starts: filled in with the place of each label's length byte, leftmost first;
 *	so the suffix of n labels is what begins at @starts[labels - n]
 *
 * Any context. Reads nothing behind @len.
 *
 * Return: the labels without the root, or -EINVAL for what is no such name.
 */
int levee_domain_split(const u8 *wire, size_t len, u8 starts[LEVEE_DOMAIN_LABELS_MAX]);

/**
 * levee_domain_is_folded() - whether a name has no letter in upper case
 * @wire: a name as levee_domain_split() accepts it
 * @len: its bytes
 */
bool levee_domain_is_folded(const u8 *wire, size_t len);

/**
 * levee_domain_hash() - the keyed hash of a suffix
 * @parent: that of the suffix with one label less; of the root, the first half of a secret seed
 * @label: the length byte of the label in front of it, as levee_domain_split() found it
 * @secret: the other half of the seed
 *
 * Each hash is half of the key for the next (a cascade: Bellare, Canetti and
 * Krawczyk, "Pseudorandom functions revisited", 1996), so that who does not know
 * the seed cannot make two suffixes meet.
 */
static inline u64 levee_domain_hash(u64 parent, const u8 *label, u64 secret)
{
	siphash_key_t key = { { parent, secret } };

	return siphash(label + 1, label[0], &key);
}

#endif /* LEVEE_LIB_DOMAIN_SUFFIX_H */
