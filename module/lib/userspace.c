// SPDX-License-Identifier: GPL-2.0
/* The functions that floor 0 takes from the kernel; Kbuild does not compile this file. */
#include "types.h"

#include <endian.h>
#include <stdarg.h>

/* The length written, without the NUL and never above size - 1, unlike snprintf(). */
int levee_scnprintf(char *buf, size_t size, const char *format, ...)
{
	va_list args;
	int len;

	if (!size)
		return 0;
	va_start(args, format);
	len = vsnprintf(buf, size, format, args);
	va_end(args);
	if (len < 0)
		len = 0;
	return (size_t)len < size ? len : (int)size - 1;
}

static u64 rotate(u64 word, unsigned int bits)
{
	return word << bits | word >> (64 - bits);
}

struct sip_state {
	u64 v0, v1, v2, v3;
};

static inline void sip_round(struct sip_state *v)
{
	v->v0 += v->v1;
	v->v2 += v->v3;
	v->v1 = rotate(v->v1, 13) ^ v->v0;
	v->v3 = rotate(v->v3, 16) ^ v->v2;
	v->v0 = rotate(v->v0, 32) + v->v3;
	v->v2 += v->v1;
	v->v3 = rotate(v->v3, 21) ^ v->v0;
	v->v1 = rotate(v->v1, 17) ^ v->v2;
	v->v2 = rotate(v->v2, 32);
}

static inline void sip_block(struct sip_state *v, u64 block)
{
	v->v3 ^= block;
	sip_round(v);
	sip_round(v);
	v->v0 ^= block;
}

/* SipHash-2-4, Aumasson and Bernstein 2012. */
u64 levee_siphash(const void *data, size_t len, const siphash_key_t *key)
{
	struct sip_state v = {
		key->key[0] ^ 0x736f6d6570736575, key->key[1] ^ 0x646f72616e646f6d,
		key->key[0] ^ 0x6c7967656e657261, key->key[1] ^ 0x7465646279746573,
	};
	const u8 *bytes = data;
	u64 block, last = (u64)len << 56;
	u8 tail[8] = { };

	for (; len >= sizeof(block); len -= sizeof(block), bytes += sizeof(block)) {
		memcpy(&block, bytes, sizeof(block));
		sip_block(&v, le64toh(block));
	}
	memcpy(tail, bytes, len);
	memcpy(&block, tail, sizeof(block));
	sip_block(&v, last | le64toh(block));
	v.v2 ^= 0xff;
	sip_round(&v);
	sip_round(&v);
	sip_round(&v);
	sip_round(&v);
	return v.v0 ^ v.v1 ^ v.v2 ^ v.v3;
}
