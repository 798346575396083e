// SPDX-License-Identifier: GPL-2.0
/* Domain names: text, wire form, suffixes. */
#include "dns_name.h"

#define LABEL_KIND	0xc0	/* the two high bits of a length: 0 a label, all set a pointer */

static_assert(sizeof(struct levee_dns_name) == 2 + LEVEE_DNS_NAME_MAX);

static u8 fold(u8 c)
{
	return c >= 'A' && c <= 'Z' ? c | 0x20 : c;
}

#define EACH_BYTE(b)	((b) * 0x0101010101010101ULL)

/* Eight bytes at once: the high bit of a byte's sum is whether it is above a bound. */
static u64 fold_word(u64 word)
{
	u64 low = word & EACH_BYTE(0x7f);
	u64 from_a = low + EACH_BYTE(0x80 - 'A');
	u64 beyond_z = low + EACH_BYTE(0x80 - 'Z' - 1);

	return word | (from_a & ~beyond_z & ~word & EACH_BYTE(0x80)) >> 2;
}

static void copy_folded(u8 *to, const u8 *from, size_t count)
{
	u64 word;

	for (; count >= sizeof(word); count -= sizeof(word)) {
		memcpy(&word, from, sizeof(word));
		word = fold_word(word);
		memcpy(to, &word, sizeof(word));
		from += sizeof(word);
		to += sizeof(word);
	}
	while (count--)
		*to++ = fold(*from++);
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static const char *fault_at(size_t *offset, size_t at, const char *text)
{
	*offset = at;
	return text;
}

/* A byte of a label, or the escape of one; *at is moved behind it, and stays on a fault. */
static const char *parse_byte(u8 *byte, const char *text, size_t len, size_t *at)
{
	bool escaped = text[*at] == '\\';
	const char *p = text + *at + escaped;
	size_t left = len - *at - escaped;
	u32 value;

	if (!left)
		return "backslash at the end";
	if (escaped && is_digit(*p)) {
		if (left < 3 || !is_digit(p[1]) || !is_digit(p[2]))
			return "escape needs three digits";
		value = (p[0] - '0') * 100 + (p[1] - '0') * 10 + (p[2] - '0');
		if (value > 255)
			return "escape over 255";
		*byte = (u8)value;
		*at += 4;
		return NULL;
	}
	if ((u8)*p > 127)
		return "not ASCII, write the A-label (xn--...)";
	if (*p <= ' ' || *p == 127)
		return "space or control character, write it as \\DDD";
	if (*p == '*' && !escaped)
		return "star inside a name, the character is \\042";
	*byte = (u8)*p;
	*at += escaped + 1;
	return NULL;
}

const char *levee_dns_name_parse(struct levee_dns_name *name, const char *text, size_t len,
				 size_t *offset)
{
	size_t at = 0, used = 0;

	name->labels = 0;
	if (!len)
		return fault_at(offset, 0, "empty name");
	if (len == 1 && text[0] == '.')
		at = len;
	while (at < len) {
		size_t count = 0;

		while (at < len && text[at] != '.') {
			size_t begin = at;
			const char *fault;
			u8 byte;

			fault = parse_byte(&byte, text, len, &at);
			if (fault)
				return fault_at(offset, begin, fault);
			count++;
			if (count > LEVEE_DNS_LABEL_MAX)
				return fault_at(offset, begin, "label is longer than 63 bytes");
			/* Its length before it, the root behind it. */
			if (used + 1 + count + 1 > LEVEE_DNS_NAME_MAX)
				return fault_at(offset, begin, "name is longer than 255 bytes");
			name->wire[used + count] = fold(byte);
		}
		if (!count)
			return fault_at(offset, at, "empty label");
		name->wire[used] = (u8)count;
		name->labels++;
		used += 1 + count;
		at++;	/* the dot */
	}
	name->wire[used] = 0;
	name->len = (u8)(used + 1);
	return NULL;
}

static bool is_plain(u8 c)
{
	return (c >= 'a' && c <= 'z') || is_digit((char)c) || c == '-' || c == '_';
}

/* Appends a piece that fits as a whole. */
static bool append(char *buf, size_t size, size_t *len, const char *piece)
{
	size_t more = strlen(piece);

	if (size - *len <= more)
		return false;
	memcpy(buf + *len, piece, more + 1);
	*len += more;
	return true;
}

size_t levee_dns_name_format(char *buf, size_t size, const struct levee_dns_name *name)
{
	size_t len = 0;
	u32 at, i;

	if (!size)
		return 0;
	buf[0] = 0;
	if (!name->labels)
		append(buf, size, &len, ".");
	for (at = 0; name->wire[at]; at = levee_dns_name_next(name, at)) {
		if (at && !append(buf, size, &len, "."))
			return len;
		for (i = 1; i <= name->wire[at]; i++) {
			u8 c = name->wire[at + i];
			char piece[8];

			if (is_plain(c))
				scnprintf(piece, sizeof(piece), "%c", c);
			else if (c == '.' || c == '\\')
				scnprintf(piece, sizeof(piece), "\\%c", c);
			else
				scnprintf(piece, sizeof(piece), "\\%03u", c);
			if (!append(buf, size, &len, piece))
				return len;
		}
	}
	return len;
}

int levee_dns_name_read(struct levee_dns_name *name, const u8 *message, size_t size, size_t at,
			u32 jumps)
{
	size_t first = at, taken = 0, used = 0;
	size_t begin = at;	/* of the labels that are being read */
	u8 labels = 0;

	for (;;) {
		size_t count, target;

		if (at >= size)
			return 0;
		count = message[at];
		if ((count & LABEL_KIND) == LABEL_KIND) {
			if (!jumps)
				return -EINVAL;
			jumps--;
			if (size - at < 2)
				return 0;
			target = (count ^ LABEL_KIND) << 8 | message[at + 1];
			if (target < LEVEE_DNS_HEADER_SIZE || target >= begin)
				return -EINVAL;
			copy_folded(name->wire + used - (at - begin), message + begin, at - begin);
			if (!taken)
				taken = at + 2 - first;
			at = target;
			begin = target;
			continue;
		}
		/* The reserved kinds are longer than a label; behind one is at least the root. */
		if (count > LEVEE_DNS_LABEL_MAX ||
		    used + 1 + count + (count ? 1 : 0) > LEVEE_DNS_NAME_MAX)
			return -EINVAL;
		if (size - at < 1 + count)
			return 0;
		used += 1 + count;
		at += 1 + count;
		if (!count)
			break;
		labels++;
	}
	copy_folded(name->wire + used - (at - begin), message + begin, at - begin);
	name->len = (u8)used;
	name->labels = labels;
	return (int)(taken ? taken : at - first);
}

u32 levee_dns_name_offsets(const struct levee_dns_name *name,
			   u8 offsets[LEVEE_DNS_LABELS_MAX + 1])
{
	u32 at = 0, i;

	for (i = 0; i < name->labels; i++) {
		offsets[i] = (u8)at;
		at = levee_dns_name_next(name, at);
	}
	offsets[i] = (u8)at;
	return i;
}

bool levee_dns_name_is_below(const struct levee_dns_name *name,
			     const struct levee_dns_name *above)
{
	u32 at = 0;

	if (name->len <= above->len)
		return false;
	while (name->len - at > above->len)
		at = levee_dns_name_next(name, at);
	return name->len - at == above->len && !memcmp(name->wire + at, above->wire, above->len);
}
