/* SPDX-License-Identifier: GPL-2.0 */
/* Domain names as levee compares them: whole, on wire labels, ASCII case folded (RFC 4343). */
#ifndef LEVEE_LIB_DNS_NAME_H
#define LEVEE_LIB_DNS_NAME_H

#include "types.h"

#define LEVEE_DNS_HEADER_SIZE	12	/* of a message, RFC 1035 4.1.1; no name is in it */
#define LEVEE_DNS_NAME_MAX	255	/* bytes of a name and its lengths, RFC 1035 2.3.4 */
#define LEVEE_DNS_LABEL_MAX	63	/* bytes of a label, ibid. */
#define LEVEE_DNS_LABELS_MAX	127	/* of a byte each, and the root */
/* Longest text and its NUL: 250 bytes as \DDD and three dots, in labels of 63, 63, 63 and 61. */
#define LEVEE_DNS_TEXT_MAX	1004

/**
 * struct levee_dns_name - a name
 * @len: bytes of @wire that are in use, 1 (the root) to 255
 * @labels: without the root, 0 to 127
 * @wire: uncompressed: labels, each behind its length, and the root's zero
 *
 * Length bytes are below 'A', so folding a whole @wire leaves them alone. What
 * lies beyond @len is not set.
 */
struct levee_dns_name {
	u8 len;
	u8 labels;
	u8 wire[LEVEE_DNS_NAME_MAX];
};

/**
 * levee_dns_name_parse() - take a name from its text (RFC 1035 section 5.1, RFC 4343)
 * @name: filled in; undefined on a fault
 * @text: @len bytes; a NUL in them is a control character like others
 * @len: of @text
 * @offset: set to where the fault is, in bytes, if there is one
 *
 * A dot at the end is accepted, "." is the root; '\.' and '\DDD' take any byte
 * into a label. A bare '*' is refused: in an entry it stands in front, which is
 * for the caller to take off, and elsewhere somebody expects more of it than
 * a character. Any context.
 *
 * Return: NULL, or what is wrong, in words.
 */
const char *levee_dns_name_parse(struct levee_dns_name *name, const char *text, size_t len,
				 size_t *offset);

/**
 * levee_dns_name_format() - the one text of a name
 * @buf: filled in, and terminated unless @size is 0
 * @size: bytes of @buf; LEVEE_DNS_TEXT_MAX is always enough
 * @name: the name
 *
 * Letters, digits, '-' and '_' stand for themselves, '.' and '\' inside a label
 * have a backslash before them, every other byte is \DDD. So no name can be
 * taken for another, for a wildcard, or for the end of a string or line.
 * Without the last dot, but for the root. A text that is too long for @buf ends
 * before the character or escape that does not fit. levee_dns_name_parse()
 * leads back to @name.
 *
 * Return: the length written, without the NUL, as scnprintf() does.
 */
size_t levee_dns_name_format(char *buf, size_t size, const struct levee_dns_name *name);

/**
 * levee_dns_name_read() - take a name from a message (RFC 1035 section 4.1.4)
 * @name: filled in; undefined unless a length is returned
 * @message: the message, from its header on
 * @size: bytes of @message that are there
 * @at: where the name begins
 * @jumps: compression pointers to follow at most; 0: a pointer is a fault
 *
 * A pointer must lead behind the header and before the labels that led to it,
 * the reserved label types 0x40 and 0x80 are faults. It ends: the places that
 * pointers lead to fall strictly, and every label between them makes the name
 * longer, which has 255 bytes at most. A fault is one whatever follows, so
 * bytes that arrive later never change it. Any context.
 *
 * Return: bytes that the name takes at @at; 0 when @size ends inside it; -EINVAL
 * for a name that cannot be.
 */
int levee_dns_name_read(struct levee_dns_name *name, const u8 *message, size_t size, size_t at,
			u32 jumps);

/**
 * levee_dns_name_next() - the next shorter suffix of a name
 * @name: the name
 * @at: where a label of it begins in its wire form; 0 is the whole name
 *
 * The bytes from a label on are a name, too, name->len - @at of them; at
 * name->len - 1 it is the root, which has no next.
 *
 * Return: where the label behind the one at @at begins.
 */
static inline u32 levee_dns_name_next(const struct levee_dns_name *name, u32 at)
{
	return at + 1 + name->wire[at];
}

/**
 * levee_dns_name_offsets() - where the labels begin, for who walks them from the right
 * @name: the name
 * @offsets: name->labels + 1 are filled in; the last is the root's
 *
 * The suffix of N labels begins at offsets[name->labels - N].
 *
 * Return: name->labels.
 */
u32 levee_dns_name_offsets(const struct levee_dns_name *name,
			   u8 offsets[LEVEE_DNS_LABELS_MAX + 1]);

/**
 * levee_dns_name_equal() - whether two names are the same
 * @a: a name
 * @b: another
 */
static inline bool levee_dns_name_equal(const struct levee_dns_name *a,
					const struct levee_dns_name *b)
{
	return a->len == b->len && !memcmp(a->wire, b->wire, a->len);
}

/**
 * levee_dns_name_is_below() - whether a name has more labels, and ends in all of another
 * @name: the name
 * @above: the other; every name but the root is below the root
 */
bool levee_dns_name_is_below(const struct levee_dns_name *name,
			     const struct levee_dns_name *above);

#endif /* LEVEE_LIB_DNS_NAME_H */
