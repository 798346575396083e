// SPDX-License-Identifier: GPL-2.0
#include "unit.h"

#include "lib/dns_message.h"
#include "dns_oracle.h"
#include "random.h"

#define TYPE_NS		2
#define TYPE_DNAME	39

static u8 message[70000];
static u32 size;
static struct levee_dns_query query;
static struct levee_dns_answer answer;

/* Messages are put together here. */

static void put(const void *bytes, u32 count)
{
	memcpy(message + size, bytes, count);
	size += count;
}

static void put8(u32 value)
{
	message[size++] = (u8)value;
}

static void put16(u32 value)
{
	put8(value >> 8);
	put8(value);
}

static void put32(u32 value)
{
	put16(value >> 16);
	put16(value);
}

static void set16(u32 at, u32 value)
{
	message[at] = (u8)(value >> 8);
	message[at + 1] = (u8)value;
}

static void put_name(const char *text)
{
	static struct levee_dns_name name;
	size_t offset;

	if (!levee_dns_name_parse(&name, text, strlen(text), &offset))
		put(name.wire, name.len);
}

static void put_header(u32 flags, u32 questions, u32 answers, u32 authorities, u32 additionals)
{
	size = 0;
	put16(0x1234);
	put16(flags);
	put16(questions);
	put16(answers);
	put16(authorities);
	put16(additionals);
}

static void put_query(const char *name, u32 type)
{
	put_header(0x0100, 1, 0, 0, 0);
	put_name(name);
	put16(type);
	put16(1);
}

/* An OPT record with options of so many bytes. */
static void put_options(u32 count)
{
	put8(0);
	put16(LEVEE_DNS_TYPE_OPT);
	put16(1232);
	put32(0);
	put16(count);
	memset(message + size, 'o', count);
	size += count;
}

static void put_answer(const char *name, u32 type)
{
	put_query(name, type);
	set16(2, 0x8180);
}

static u32 length_at;

static void open_record(const char *owner, u32 type, u32 ttl)
{
	put_name(owner);
	put16(type);
	put16(1);
	put32(ttl);
	length_at = size;
	put16(0);
	set16(6, oracle_number(message + 6, 2) + 1);
}

static void close_record(void)
{
	set16(length_at, size - length_at - 2);
}

static void put_a(const char *owner, u32 ttl, u32 addr)
{
	open_record(owner, LEVEE_DNS_TYPE_A, ttl);
	put32(addr);
	close_record();
}

static void put_cname(const char *owner, u32 ttl, const char *target)
{
	open_record(owner, LEVEE_DNS_TYPE_CNAME, ttl);
	put_name(target);
	close_record();
}

static enum levee_dns_outcome read_query(void)
{
	return levee_dns_query_read(&query, message, size, size);
}

static void types_have_names(struct kunit *test)
{
	static const struct { u16 type; const char *name; } examples[] = {
		{ 1, "A" }, { 10, "NULL" }, { 16, "TXT" }, { 28, "AAAA" }, { 65, "HTTPS" },
		{ 255, "ANY" }, { 257, "CAA" }, { 0, "TYPE0" }, { 54, "TYPE54" },
		{ 65399, "TYPE65399" }, { 65535, "TYPE65535" },
	};
	static const char * const wrong[] = { "", "B", "TYPE", "TYPE65536", "TYPE1a", "TYPE-1",
					      "TYPE4294967297", "TYPE 1", "AA", "1" };
	char text[LEVEE_DNS_TYPE_TEXT_MAX + 8], number[16];
	u32 named = 0;

	for (size_t i = 0; i < ARRAY_SIZE(examples); i++) {
		levee_dns_type_format(text, sizeof(text), examples[i].type);
		KUNIT_ASSERT_STREQ(test, text, examples[i].name);
	}
	KUNIT_ASSERT_EQ(test, levee_dns_type_number("aaaa"), 28);
	KUNIT_ASSERT_EQ(test, levee_dns_type_number("type28"), 28);
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++)
		KUNIT_ASSERT_EQ(test, levee_dns_type_number(wrong[i]), -ENOENT);
	for (u32 type = 0; type < 65536; type++) {
		size_t len = levee_dns_type_format(text, sizeof(text), (u16)type);

		KUNIT_ASSERT_TRUE(test, len && len < LEVEE_DNS_TYPE_TEXT_MAX);
		KUNIT_ASSERT_EQ(test, levee_dns_type_number(text), (int)type);
		scnprintf(number, sizeof(number), "TYPE%u", type);
		KUNIT_ASSERT_EQ(test, levee_dns_type_number(number), (int)type);
		named += levee_dns_type_name((u16)type) != NULL;
	}
	KUNIT_ASSERT_EQ(test, named, 97);
}

static void query_is_read(struct kunit *test)
{
	put_query("Www.Example.COM", LEVEE_DNS_TYPE_HTTPS);
	KUNIT_ASSERT_EQ(test, read_query(), LEVEE_DNS_QUERY);
	KUNIT_ASSERT_EQ(test, query.id, 0x1234);
	KUNIT_ASSERT_EQ(test, query.opcode, 0);
	KUNIT_ASSERT_TRUE(test, query.has_question);
	KUNIT_ASSERT_EQ(test, query.type, 65);
	KUNIT_ASSERT_EQ(test, query.class, 1);
	KUNIT_ASSERT_EQ(test, query.beyond, 0);
	KUNIT_ASSERT_EQ(test, query.name.len, 17);
	KUNIT_ASSERT_BYTES(test, query.name.wire, "\3www\7example\3com", 17);

	set16(10, 1);
	put_options(100);
	put("trailing", 8);
	KUNIT_ASSERT_EQ(test, read_query(), LEVEE_DNS_QUERY);
	KUNIT_ASSERT_EQ(test, query.beyond, 119);

	/* NS of the root is what a resolver is primed with, and the shortest question. */
	put_query(".", TYPE_NS);
	KUNIT_ASSERT_EQ(test, size, 17);
	KUNIT_ASSERT_EQ(test, read_query(), LEVEE_DNS_QUERY);
	KUNIT_ASSERT_EQ(test, query.name.labels, 0);

	for (u32 opcode = 0; opcode < 16; opcode++) {
		set16(2, opcode << 11 | 0x87ff >> 1);
		message[2] &= 0x7f;
		KUNIT_ASSERT_EQ(test, read_query(), LEVEE_DNS_QUERY);
		KUNIT_ASSERT_EQ(test, query.opcode, message[2] >> 3);
	}
}

static void question_is_one(struct kunit *test)
{
	static const u16 counts[] = { 2, 256, 65535 };

	put_query("example.com", 1);
	set16(2, 0x8100);	/* a response */
	KUNIT_ASSERT_EQ(test, read_query(), LEVEE_DNS_MALFORMED);

	put_query("example.com", 1);
	put_name("example.org");
	put16(1);
	put16(1);
	for (size_t i = 0; i < ARRAY_SIZE(counts); i++) {
		set16(4, counts[i]);
		KUNIT_ASSERT_EQ(test, read_query(), LEVEE_DNS_MALFORMED);
	}
	set16(4, 0);
	KUNIT_ASSERT_EQ(test, read_query(), LEVEE_DNS_MALFORMED);
	set16(4, 1);
	KUNIT_ASSERT_EQ(test, read_query(), LEVEE_DNS_QUERY);
	KUNIT_ASSERT_EQ(test, query.beyond, 17);
}

static void query_names_are_plain(struct kunit *test)
{
	bool is_good;

	for (u32 kind = 0; kind < 256; kind++) {
		put_query("example.com", 1);
		put("padding that is long enough for every label, whatever its length is", 67);
		message[20] = (u8)kind;
		KUNIT_ASSERT_TRUE(test, oracle_agrees_on_query(message, size, &is_good));
		KUNIT_ASSERT_TRUE(test, kind < 64 || read_query() == LEVEE_DNS_MALFORMED);
	}
	put_header(0, 1, 0, 0, 0);
	put16(0xc00c);
	put32(0x10001);
	put32(0);
	KUNIT_ASSERT_EQ(test, read_query(), LEVEE_DNS_MALFORMED);

	/* A NUL and dots are bytes like others. */
	put_header(0, 1, 0, 0, 0);
	put("\13a\0b.example\3com\0\0\1\0\1", 21);
	KUNIT_ASSERT_EQ(test, read_query(), LEVEE_DNS_QUERY);
	KUNIT_ASSERT_EQ(test, query.name.labels, 2);
	KUNIT_ASSERT_BYTES(test, query.name.wire, message + 12, 17);
}

static void longest_names_are_read(struct kunit *test)
{
	for (u32 labels = 126; labels <= 128; labels++) {
		put_header(0, 1, 0, 0, 0);
		for (u32 i = 0; i < labels; i++)
			put("\1a", 2);
		put8(0);
		put32(0x10001);
		KUNIT_ASSERT_EQ(test, read_query(), labels == 128 ? LEVEE_DNS_MALFORMED :
				LEVEE_DNS_QUERY);
		KUNIT_ASSERT_TRUE(test, labels == 128 || query.name.labels == labels);
	}
	for (u32 last = 60; last <= 63; last++) {
		put_header(0, 1, 0, 0, 0);
		for (u32 i = 0; i < 4; i++) {
			put8(i == 3 ? last : 63);
			memset(message + size, 'a', 63);
			size += i == 3 ? last : 63;
		}
		put8(0);
		put32(0x10001);
		KUNIT_ASSERT_EQ(test, read_query(), last > 61 ? LEVEE_DNS_MALFORMED :
				LEVEE_DNS_QUERY);
		KUNIT_ASSERT_TRUE(test, last != 61 || query.name.len == 255);
	}
}

static void counts_must_fit(struct kunit *test)
{
	for (u32 section = 6; section <= 10; section += 2) {
		put_query("example.com", 1);
		set16(section, 1);
		memset(message + size, 0, 22);
		for (u32 beyond = 0; beyond <= 22; beyond++) {
			enum levee_dns_outcome expected = beyond >= 11 ? LEVEE_DNS_QUERY :
								LEVEE_DNS_MALFORMED;

			KUNIT_ASSERT_EQ(test, levee_dns_query_read(&query, message, size + beyond,
								   size + beyond), expected);
		}
	}
	/* Together, and too many for 16 bits. */
	size += 22;
	set16(6, 1);
	set16(8, 1);
	set16(10, 0);
	KUNIT_ASSERT_EQ(test, read_query(), LEVEE_DNS_QUERY);
	set16(10, 1);
	KUNIT_ASSERT_EQ(test, read_query(), LEVEE_DNS_MALFORMED);
	set16(6, 0x5555);
	set16(8, 0x5555);
	set16(10, 0x5556);
	KUNIT_ASSERT_EQ(test, read_query(), LEVEE_DNS_MALFORMED);
}

static void options_alone_pass(struct kunit *test)
{
	static const u32 others[] = { 2, 6, 7, 8, 9, 11, 12, 13, 14, 21, 22 };

	for (u32 count = 0; count < 400; count += 57) {
		put_header(0, 0, 0, 0, 1);
		put_options(count);
		KUNIT_ASSERT_EQ(test, read_query(), LEVEE_DNS_QUERY);
		KUNIT_ASSERT_FALSE(test, query.has_question);
		KUNIT_ASSERT_EQ(test, query.beyond, 11 + count);
		KUNIT_ASSERT_EQ(test, query.name.len, 1);
		KUNIT_ASSERT_EQ(test, query.name.wire[0], 0);
		KUNIT_ASSERT_EQ(test, query.type, 0);
		put8(0);	/* one byte trails */
		KUNIT_ASSERT_EQ(test, read_query(), LEVEE_DNS_MALFORMED);
		size -= 2;
		KUNIT_ASSERT_EQ(test, read_query(), LEVEE_DNS_MALFORMED);
	}
	for (size_t i = 0; i < ARRAY_SIZE(others); i++) {
		put_header(0, 0, 0, 0, 1);
		put_options(0);
		message[others[i]] ^= 0x80;
		KUNIT_ASSERT_EQ(test, read_query(), LEVEE_DNS_MALFORMED);
	}
	/* A DSO message (RFC 8490), which has neither. */
	put_header(6 << 11, 0, 0, 0, 0);
	put("\0\1\0\10\0\0\0\0\0\0\0\0", 12);
	KUNIT_ASSERT_EQ(test, read_query(), LEVEE_DNS_MALFORMED);
}

/* What is told of the beginning is what is told of the whole, and the peek is enough. */
static bool beginnings_agree(u32 total)
{
	static struct levee_dns_query early;
	enum levee_dns_outcome whole = levee_dns_query_read(&query, message, total, total);
	u32 peek = total < LEVEE_DNS_QUERY_PEEK ? total : LEVEE_DNS_QUERY_PEEK;

	for (u32 have = 0; have <= peek; have++) {
		enum levee_dns_outcome outcome = levee_dns_query_read(&early, message, have, total);

		if (outcome == LEVEE_DNS_MORE && have < peek)
			continue;
		if (outcome != whole)
			return false;
		if (whole == LEVEE_DNS_QUERY && (early.type != query.type ||
						 early.beyond != query.beyond ||
						 !levee_dns_name_equal(&early.name, &query.name)))
			return false;
	}
	return true;
}

static void truncation_is_malformed(struct kunit *test)
{
	for (u32 labels = 0; labels <= 127; labels += 1 + labels / 4) {
		put_header(0, 1, 0, 0, 0);
		for (u32 i = 0; i < labels; i++)
			put("\1a", 2);
		put8(0);
		put32(0x10001);
		KUNIT_ASSERT_EQ(test, read_query(), LEVEE_DNS_QUERY);
		for (u32 cut = 0; cut < size; cut++) {
			KUNIT_ASSERT_EQ(test, levee_dns_query_read(&query, message, cut, cut),
					LEVEE_DNS_MALFORMED);
			KUNIT_ASSERT_TRUE(test, beginnings_agree(cut));
		}
		KUNIT_ASSERT_TRUE(test, beginnings_agree(size));
		KUNIT_ASSERT_TRUE(test, beginnings_agree(size + 600));
	}
}

static void peek_is_enough(struct kunit *test)
{
	put_query("example.com", 1);
	set16(10, 1);
	put_options(60000);
	KUNIT_ASSERT_EQ(test, levee_dns_query_read(&query, message, LEVEE_DNS_QUERY_PEEK, size),
			LEVEE_DNS_QUERY);
	KUNIT_ASSERT_EQ(test, query.beyond, 60011);
	KUNIT_ASSERT_EQ(test, levee_dns_query_read(&query, message, LEVEE_DNS_QUERY_PEEK, 65535),
			LEVEE_DNS_QUERY);
	KUNIT_ASSERT_EQ(test, levee_dns_query_read(&query, message, LEVEE_DNS_QUERY_PEEK, 65536),
			LEVEE_DNS_MALFORMED);
}

/* A query like those of the wild. */
static void put_random_query(void)
{
	put_header(random_below(8) ? 0x0100 : random_below(0x8000), random_below(10) ? 1 : 0, 0, 0, 0);
	if (message[5]) {
		u32 at = size, most = random_below(4) ? 6 : 64;

		for (u32 i = random_below(random_below(4) ? 5 : 130); i; i--) {
			u32 len = 1 + random_below(most - 1);

			if (size - at + len + 2 > 255)
				break;
			put8(len);
			for (; len; len--)
				put8((u32)random_u64());
		}
		put8(0);
		put32((u32)random_u64());
	}
	if (!message[5] || random_below(2)) {
		set16(10, 1);
		put_options(random_below(4) ? 0 : random_below(300));
	}
}

static void mutate(u32 from, u32 to)
{
	static const u8 bytes[] = { 0, 1, 2, 3, 11, 12, 15, 41, 63, 64, 65, 127, 128, 192, 193, 255 };

	for (u32 i = random_below(3); i && to > from; i--)
		message[from + random_below(to - from)] = random_below(3) ?
			bytes[random_below(sizeof(bytes))] : (u8)random_u64();
}

static void random_queries_agree(struct kunit *test)
{
	u32 good = 0, bad = 0;

	for (u32 round = 0; round < 100000; round++) {
		bool is_good;

		put_random_query();
		if (round % 4)
			mutate(2, size < 40 ? size : 40);
		if (round % 4 == 1)
			mutate(2, size);
		if (!random_below(8))
			size = random_below(size + 1);
		KUNIT_ASSERT_TRUE(test, oracle_agrees_on_query(message, size, &is_good));
		if (round % 8 == 0)
			KUNIT_ASSERT_TRUE(test, beginnings_agree(size));
		good += is_good;
		bad += !is_good;
	}
	KUNIT_ASSERT_TRUE(test, good > 10000 && bad > 10000);
}

/* What a stream came to: a digest of each query, and whether it ended well. */
struct digest {
	u32 count;
	bool malformed;
	struct { u16 id; u16 type; u32 beyond; u32 name; } queries[64];
};

static u32 hash(const u8 *bytes, u32 count)
{
	u32 value = 2166136261;

	while (count--)
		value = (value ^ *bytes++) * 16777619;
	return value;
}

static bool feed(struct levee_dns_stream *stream, struct digest *digest, const u8 *data, size_t count)
{
	enum levee_dns_outcome outcome;

	do {
		outcome = levee_dns_stream_next(stream, &query, &data, &count);
		if (outcome == LEVEE_DNS_QUERY && digest->count < ARRAY_SIZE(digest->queries)) {
			digest->queries[digest->count].id = query.id;
			digest->queries[digest->count].type = query.type;
			digest->queries[digest->count].beyond = query.beyond;
			digest->queries[digest->count].name = hash(query.name.wire, query.name.len);
			digest->count++;
		}
	} while (outcome == LEVEE_DNS_QUERY);
	digest->malformed = outcome == LEVEE_DNS_MALFORMED;
	return outcome == LEVEE_DNS_MORE && !count;
}

static bool same_digest(const struct digest *a, const struct digest *b)
{
	return a->count == b->count && a->malformed == b->malformed &&
	       !memcmp(a->queries, b->queries, a->count * sizeof(a->queries[0]));
}

static u8 wire[70000];
static u32 wire_size;

static void append_message(void)
{
	wire[wire_size] = (u8)(size >> 8);
	wire[wire_size + 1] = (u8)size;
	memcpy(wire + wire_size + 2, message, size);
	wire_size += 2 + size;
}

/* Four queries: plain, with much behind the question, options alone, and the longest name. */
static void write_stream(void)
{
	wire_size = 0;
	put_query("example.com", 1);
	append_message();
	put_query("padded.example", 28);
	set16(10, 1);
	put_options(290);
	append_message();
	put_header(0, 0, 0, 0, 1);
	put_options(12);
	append_message();
	put_header(0, 1, 0, 0, 0);
	for (u32 i = 0; i < 127; i++)
		put("\1z", 2);
	put8(0);
	put32(0x100001);
	append_message();
}

static struct digest whole_digest, digest;
static struct levee_dns_stream stream;

static void new_stream(void)
{
	memset(&stream, 0, sizeof(stream));
	memset(&digest, 0, sizeof(digest));
}

static void read_whole(void)
{
	new_stream();
	feed(&stream, &digest, wire, wire_size);
	whole_digest = digest;
}

static void stream_is_read_however_it_is_cut(struct kunit *test)
{
	write_stream();
	read_whole();
	KUNIT_ASSERT_EQ(test, whole_digest.count, 4);
	KUNIT_ASSERT_FALSE(test, whole_digest.malformed);
	KUNIT_ASSERT_EQ(test, whole_digest.queries[1].beyond, 301);
	KUNIT_ASSERT_EQ(test, whole_digest.queries[2].beyond, 23);
	KUNIT_ASSERT_EQ(test, whole_digest.queries[3].type, 16);

	for (u32 first = 0; first <= wire_size; first++) {
		for (u32 second = first; second <= wire_size; second++) {
			new_stream();
			KUNIT_ASSERT_TRUE(test, feed(&stream, &digest, wire, first));
			KUNIT_ASSERT_TRUE(test, feed(&stream, &digest, wire + first,
						     second - first));
			KUNIT_ASSERT_TRUE(test, feed(&stream, &digest, wire + second,
						     wire_size - second));
			KUNIT_ASSERT_TRUE(test, same_digest(&digest, &whole_digest));
		}
	}
	new_stream();
	for (u32 i = 0; i < wire_size; i++)
		KUNIT_ASSERT_TRUE(test, feed(&stream, &digest, wire + i, 1));
	KUNIT_ASSERT_TRUE(test, same_digest(&digest, &whole_digest));
}

/* A query is handed out with the last byte of its question, not later. */
static void query_does_not_wait_for_its_end(struct kunit *test)
{
	static const u32 ends[] = { 2 + 29, 31 + 2 + 32, 366 + 2 + 23, 403 + 2 + 271 };
	u32 expected = 0;

	write_stream();
	new_stream();
	for (u32 i = 0; i < wire_size; i++) {
		feed(&stream, &digest, wire + i, 1);
		if (expected < ARRAY_SIZE(ends) && i + 1 == ends[expected])
			expected++;
		KUNIT_ASSERT_EQ(test, digest.count, expected);
	}
	KUNIT_ASSERT_EQ(test, expected, 4);
}

static void malformed_stream_stays_so(struct kunit *test)
{
	static const u8 lengths[] = { 0, 1, 12, 16 };
	const u8 *data = wire;
	size_t count = 2;

	for (size_t i = 0; i < ARRAY_SIZE(lengths); i++) {
		write_stream();
		wire[1] = lengths[i];
		new_stream();
		KUNIT_ASSERT_TRUE(test, feed(&stream, &digest, wire, 1));
		KUNIT_ASSERT_FALSE(test, feed(&stream, &digest, wire + 1, 1));
		KUNIT_ASSERT_TRUE(test, digest.malformed && !digest.count);
	}
	write_stream();
	KUNIT_ASSERT_EQ(test, levee_dns_stream_next(&stream, &query, &data, &count),
			LEVEE_DNS_MALFORMED);
	count = 0;
	KUNIT_ASSERT_EQ(test, levee_dns_stream_next(&stream, &query, &data, &count),
			LEVEE_DNS_MALFORMED);

	/* The third is a response: two are handed out, and no fourth. */
	wire[366 + 2 + 2] |= 0x80;
	read_whole();
	KUNIT_ASSERT_TRUE(test, whole_digest.malformed);
	KUNIT_ASSERT_EQ(test, whole_digest.count, 2);
	for (u32 cut = 0; cut <= wire_size; cut++) {
		new_stream();
		feed(&stream, &digest, wire, cut);
		feed(&stream, &digest, wire + cut, wire_size - cut);
		KUNIT_ASSERT_TRUE(test, same_digest(&digest, &whole_digest));
	}
}

static void longest_messages_are_skipped(struct kunit *test)
{
	wire_size = 0;
	put_query("example.com", 1);
	memset(message + size, 0, 65535 - size);
	size = 65535;
	append_message();
	put_query("example.org", 1);
	append_message();
	for (u32 piece = 1; piece < 70000; piece = piece * 5 + 1) {
		new_stream();
		for (u32 at = 0; at < wire_size; at += piece)
			KUNIT_ASSERT_TRUE(test, feed(&stream, &digest, wire + at,
						     wire_size - at < piece ? wire_size - at :
						     piece));
		KUNIT_ASSERT_EQ(test, digest.count, 2);
		KUNIT_ASSERT_EQ(test, digest.queries[0].beyond, 65535 - 29);
	}
}

/* Messages one after the other, read by the oracle. */
static void oracle_read_stream(struct digest *into)
{
	static struct oracle_query expected;
	static u8 name[256];
	u32 at = 0;

	memset(into, 0, sizeof(*into));
	while (at < wire_size) {
		u32 total = oracle_number(wire + at, 2), end = 0;

		if (!oracle_read_query(&expected, wire + at + 2, total)) {
			into->malformed = true;
			return;
		}
		for (u32 i = 0; i < expected.name.count; i++) {
			name[end++] = (u8)expected.name.labels[i].len;
			memcpy(name + end, expected.name.labels[i].bytes,
			       expected.name.labels[i].len);
			end += expected.name.labels[i].len;
		}
		name[end++] = 0;
		into->queries[into->count].id = (u16)expected.id;
		into->queries[into->count].type = (u16)expected.type;
		into->queries[into->count].beyond = expected.beyond;
		into->queries[into->count].name = hash(name, end);
		into->count++;
		at += 2 + total;
	}
}

static void random_streams_agree(struct kunit *test)
{
	static struct digest expected;
	u32 whole = 0, broken = 0;

	for (u32 round = 0; round < 20000; round++) {
		u32 most = round % 3 ? 20 : 500;

		wire_size = 0;
		for (u32 i = 1 + random_below(6); i; i--) {
			put_random_query();
			if (!random_below(8))
				mutate(2, size);
			append_message();
		}
		oracle_read_stream(&expected);
		new_stream();
		for (u32 at = 0, piece; at < wire_size; at += piece) {
			piece = random_below(most);
			if (piece > wire_size - at)
				piece = wire_size - at;
			feed(&stream, &digest, wire + at, piece);
		}
		KUNIT_ASSERT_TRUE(test, same_digest(&digest, &expected));
		whole += !expected.malformed;
		broken += expected.malformed;
	}
	KUNIT_ASSERT_TRUE(test, whole > 2000 && broken > 2000);
}

static bool read_answer(void)
{
	return levee_dns_answer_read(&answer, message, size, size);
}

static void expect_v4(struct kunit *test, u32 addr, u32 ttl)
{
	struct levee_addr given;
	u32 given_ttl;

	KUNIT_ASSERT_TRUE(test, levee_dns_answer_next(&answer, &given, &given_ttl));
	KUNIT_ASSERT_TRUE(test, given.is_v4);
	KUNIT_ASSERT_EQ(test, given.lo, addr);
	KUNIT_ASSERT_EQ(test, given_ttl, ttl);
}

static void expect_v6(struct kunit *test, u64 hi, u64 lo, u32 ttl)
{
	struct levee_addr given;
	u32 given_ttl;

	KUNIT_ASSERT_TRUE(test, levee_dns_answer_next(&answer, &given, &given_ttl));
	KUNIT_ASSERT_FALSE(test, given.is_v4);
	KUNIT_ASSERT_EQ(test, given.hi, hi);
	KUNIT_ASSERT_EQ(test, given.lo, lo);
	KUNIT_ASSERT_EQ(test, given_ttl, ttl);
}

static void expect_end(struct kunit *test)
{
	struct levee_addr given;
	u32 ttl;

	KUNIT_ASSERT_FALSE(test, levee_dns_answer_next(&answer, &given, &ttl));
	KUNIT_ASSERT_FALSE(test, levee_dns_answer_next(&answer, &given, &ttl));
}

static void expect_name(struct kunit *test, u32 index, const char *expected)
{
	static char text[LEVEE_DNS_TEXT_MAX];

	KUNIT_ASSERT_TRUE(test, index < answer.names);
	levee_dns_name_format(text, sizeof(text), &answer.found[index].name);
	KUNIT_ASSERT_STREQ(test, text, expected);
}

static void answer_is_read(struct kunit *test)
{
	put_answer("WWW.example.com", 1);
	put_a("www.example.com", 300, 0xc0000201);
	put_a("www.EXAMPLE.com", 60, 0xc0000202);
	open_record("www.example.com", LEVEE_DNS_TYPE_AAAA, 0x80000001);
	put32(0x20010db8);
	put32(1);
	put32(0);
	put32(2);
	close_record();
	open_record("www.example.com", LEVEE_DNS_TYPE_AAAA, 5);
	put("\0\0\0\0\0\0\0\0\0\0\xff\xff\xc0\0\2\3", 16);	/* IPv4 in disguise */
	close_record();
	KUNIT_ASSERT_TRUE(test, read_answer());
	KUNIT_ASSERT_EQ(test, answer.id, 0x1234);
	KUNIT_ASSERT_EQ(test, answer.rcode, 0);
	KUNIT_ASSERT_EQ(test, answer.type, 1);
	KUNIT_ASSERT_EQ(test, answer.class, 1);
	KUNIT_ASSERT_FALSE(test, answer.truncated || answer.malformed || answer.partial);
	KUNIT_ASSERT_EQ(test, answer.names, 1);
	expect_name(test, 0, "www.example.com");
	expect_v4(test, 0xc0000201, 300);
	expect_v4(test, 0xc0000202, 60);
	expect_v6(test, 0x20010db800000001, 2, 0);
	expect_v4(test, 0xc0000203, 5);
	expect_end(test);

	set16(2, 0x8383);
	KUNIT_ASSERT_TRUE(test, read_answer());
	KUNIT_ASSERT_TRUE(test, answer.truncated);
	KUNIT_ASSERT_EQ(test, answer.rcode, 3);
}

static void only_answers_are_read(struct kunit *test)
{
	put_answer("example.com", 1);
	put_a("example.com", 300, 1);
	set16(2, 0x0180);
	KUNIT_ASSERT_FALSE(test, read_answer());
	set16(2, 0x8980);	/* another opcode */
	KUNIT_ASSERT_FALSE(test, read_answer());
	set16(2, 0x8180);
	set16(4, 0);
	KUNIT_ASSERT_FALSE(test, read_answer());
	set16(4, 2);
	KUNIT_ASSERT_FALSE(test, read_answer());
	set16(4, 1);
	KUNIT_ASSERT_TRUE(test, read_answer());
	expect_v4(test, 1, 300);
	set16(12 + 13 + 2, 3);	/* the question is of class CH */
	KUNIT_ASSERT_TRUE(test, read_answer());
	expect_end(test);
	for (u32 have = 0; have < 29; have++)
		KUNIT_ASSERT_FALSE(test, levee_dns_answer_read(&answer, message, have, size));
	KUNIT_ASSERT_FALSE(test, levee_dns_answer_read(&answer, message, size, 65536));
}

static void other_owners_and_classes_do_not_count(struct kunit *test)
{
	put_answer("example.com", 1);
	put_a("example.org", 300, 1);
	put_a("a.example.com", 300, 2);
	put_a("com", 300, 3);
	put_a("example.com", 300, 4);
	set16(length_at - 6, 3);
	put_cname("example.org", 300, "example.com");	/* the wrong way round */
	put_cname("example.com", 300, "ch.example");
	set16(length_at - 6, 3);
	put_a("ch.example", 300, 5);
	put_a("example.com", 300, 6);
	KUNIT_ASSERT_TRUE(test, read_answer());
	KUNIT_ASSERT_FALSE(test, answer.malformed);
	KUNIT_ASSERT_EQ(test, answer.names, 1);
	expect_v4(test, 6, 300);
	expect_end(test);
}

static void chains_are_followed_in_any_order(struct kunit *test)
{
	put_answer("a.example", 1);
	put_a("c.example", 300, 1);
	put_cname("b.example", 50, "c.example");
	open_record("example", TYPE_DNAME, 10);
	put_name("example.org");
	close_record();
	put_cname("A.example", 100, "b.example");
	put_a("b.example", 400, 2);
	put_a("d.example", 300, 3);
	KUNIT_ASSERT_TRUE(test, read_answer());
	KUNIT_ASSERT_EQ(test, answer.chain, 3);
	KUNIT_ASSERT_EQ(test, answer.names, 3);
	expect_name(test, 0, "a.example");
	expect_name(test, 1, "b.example");
	expect_name(test, 2, "c.example");
	expect_v4(test, 1, 50);
	expect_v4(test, 2, 100);
	expect_end(test);
	KUNIT_ASSERT_FALSE(test, answer.malformed);

	/* Round and round. */
	put_answer("a.example", 1);
	put_cname("a.example", 100, "b.example");
	put_cname("b.example", 100, "a.example");
	put_cname("b.example", 100, "b.example");
	put_a("b.example", 400, 2);
	KUNIT_ASSERT_TRUE(test, read_answer());
	KUNIT_ASSERT_EQ(test, answer.names, 2);
	expect_v4(test, 2, 100);
	expect_end(test);

	/* Two ways out, as no zone has them: neither hides the other. */
	put_answer("a.example", 1);
	put_cname("a.example", 100, "b.example");
	put_cname("a.example", 200, "c.example");
	put_a("b.example", 400, 1);
	put_a("c.example", 400, 2);
	KUNIT_ASSERT_TRUE(test, read_answer());
	KUNIT_ASSERT_EQ(test, answer.names, 3);
	expect_v4(test, 1, 100);
	expect_v4(test, 2, 200);
	expect_end(test);
}

static void chains_are_bounded(struct kunit *test)
{
	char owner[] = "a.example", target[] = "b.example";

	for (u32 links = 16; links <= 17; links++) {
		put_answer("a.example", 1);
		put_a("a.example", 1000, 7);
		for (u32 i = links; i; i--) {
			owner[0] = (char)('a' + i - 1);
			target[0] = (char)('a' + i);
			put_cname(owner, 100 + i, target);
		}
		put_a(links == 16 ? "q.example" : "r.example", 1000, 8);
		KUNIT_ASSERT_TRUE(test, read_answer());
		KUNIT_ASSERT_EQ(test, answer.malformed, links == 17);
		expect_v4(test, 7, 1000);
		if (links == 16)
			expect_v4(test, 8, 101);
		expect_end(test);
		KUNIT_ASSERT_EQ(test, answer.names, links == 16 ? 17 : 1);
	}
}

static void records_are_bounded(struct kunit *test)
{
	put_answer("a.example", 1);
	for (u32 i = 0; i < LEVEE_DNS_RECORDS_MAX; i++)
		put_a("a.example", 10, i);
	KUNIT_ASSERT_TRUE(test, read_answer());
	KUNIT_ASSERT_FALSE(test, answer.malformed || answer.partial);
	put_a("a.example", 10, 999);
	KUNIT_ASSERT_TRUE(test, read_answer());
	KUNIT_ASSERT_TRUE(test, answer.partial && !answer.malformed);
	for (u32 i = 0; i < LEVEE_DNS_RECORDS_MAX; i++)
		expect_v4(test, i, 10);
	expect_end(test);
}

/* A parameter of an SVCB record. */
static void put_param(u32 key, const void *value, u32 count)
{
	put16(key);
	put16(count);
	put(value, count);
}

static void hints_are_addresses(struct kunit *test)
{
	put_answer("a.example", LEVEE_DNS_TYPE_HTTPS);
	put_cname("a.example", 100, "b.example");
	open_record("b.example", LEVEE_DNS_TYPE_HTTPS, 300);
	put16(1);
	put_name(".");
	put_param(1, "\2h2", 3);
	put_param(4, "\1\1\1\1\2\2\2\2", 8);
	put_param(6, "\x20\1\0\0\0\0\0\0\0\0\0\0\0\0\0\1", 16);
	put_param(7, "", 0);
	close_record();
	open_record("b.example", LEVEE_DNS_TYPE_SVCB, 30);
	put16(2);
	put_name("svc.example");
	put_param(4, "\3\3\3\3", 4);
	close_record();
	open_record("b.example", LEVEE_DNS_TYPE_HTTPS, 30);	/* an alias has no parameters */
	put16(0);
	put_name("alias.example");
	put_param(4, "\4\4\4\4", 4);
	close_record();
	open_record("c.example", LEVEE_DNS_TYPE_HTTPS, 30);	/* of no name of the chain */
	put16(1);
	put_name("other.example");
	put_param(4, "\5\5\5\5", 4);
	close_record();
	put_a("svc.example", 30, 6);	/* targets are named, not followed */
	KUNIT_ASSERT_TRUE(test, read_answer());
	KUNIT_ASSERT_FALSE(test, answer.malformed);
	KUNIT_ASSERT_EQ(test, answer.chain, 2);
	KUNIT_ASSERT_EQ(test, answer.names, 4);
	expect_name(test, 2, "svc.example");
	expect_name(test, 3, "alias.example");
	expect_v4(test, 0x01010101, 100);
	expect_v4(test, 0x02020202, 100);
	expect_v6(test, 0x2001000000000000, 1, 100);
	expect_v4(test, 0x03030303, 30);
	expect_end(test);
}

static void faults_end_the_reading(struct kunit *test)
{
	static const struct { u16 type; u8 count; const char *data; } faults[] = {
		{ LEVEE_DNS_TYPE_A, 0, "" },
		{ LEVEE_DNS_TYPE_A, 3, "\1\1\1" },
		{ LEVEE_DNS_TYPE_A, 5, "\1\1\1\1\1" },
		{ LEVEE_DNS_TYPE_AAAA, 4, "\1\1\1\1" },
		{ LEVEE_DNS_TYPE_CNAME, 0, "" },
		{ LEVEE_DNS_TYPE_CNAME, 2, "\1b" },			/* does not end */
		{ LEVEE_DNS_TYPE_CNAME, 4, "\1b\0\0" },			/* ends too early */
		{ LEVEE_DNS_TYPE_CNAME, 2, "\300\0" },			/* into the header */
		{ LEVEE_DNS_TYPE_CNAME, 2, "\377\377" },		/* forwards */
		{ LEVEE_DNS_TYPE_CNAME, 1, "\300" },
		{ LEVEE_DNS_TYPE_CNAME, 2, "\100b" },
		{ LEVEE_DNS_TYPE_HTTPS, 0, "" },
		{ LEVEE_DNS_TYPE_HTTPS, 2, "\0\1" },			/* no target */
		{ LEVEE_DNS_TYPE_HTTPS, 4, "\0\1\300\14" },		/* a compressed one */
		{ LEVEE_DNS_TYPE_HTTPS, 6, "\0\1\0\0\4\0" },		/* half a parameter */
		{ LEVEE_DNS_TYPE_HTTPS, 7, "\0\1\0\0\4\0\4" },		/* no value */
		{ LEVEE_DNS_TYPE_SVCB, 7, "\0\1\0\0\4\0\0" },		/* no hint */
		{ LEVEE_DNS_TYPE_SVCB, 10, "\0\1\0\0\4\0\3\1\1\1" },
		{ LEVEE_DNS_TYPE_SVCB, 11, "\0\1\0\0\6\0\4\1\1\1\1" },
		{ LEVEE_DNS_TYPE_SVCB, 11, "\0\1\0\0\2\0\0\0\2\0\0" },	/* twice the same */
		{ LEVEE_DNS_TYPE_SVCB, 11, "\0\1\0\0\2\0\0\0\1\0\0" },	/* descending */
	};

	for (size_t i = 0; i < ARRAY_SIZE(faults); i++) {
		put_answer("a.example", 1);
		put_a("a.example", 300, 1);
		open_record("a.example", faults[i].type, 300);
		put(faults[i].data, faults[i].count);
		close_record();
		put_a("a.example", 300, 2);
		KUNIT_ASSERT_TRUE(test, read_answer());
		KUNIT_ASSERT_TRUE_MSG(test, answer.malformed && !answer.partial, "fault %zu", i);
		KUNIT_ASSERT_EQ(test, answer.names, 1);
		expect_v4(test, 1, 300);
		expect_end(test);
	}

	/* More records than there are, and a length beyond the end. */
	put_answer("a.example", 1);
	put_a("a.example", 300, 1);
	set16(6, 2);
	KUNIT_ASSERT_TRUE(test, read_answer());
	KUNIT_ASSERT_TRUE(test, answer.malformed);
	expect_v4(test, 1, 300);
	expect_end(test);
	set16(6, 1);
	set16(length_at, 5);
	KUNIT_ASSERT_TRUE(test, read_answer());
	KUNIT_ASSERT_TRUE(test, answer.malformed);
	expect_end(test);
}

static void names_are_compressed_as_servers_do(struct kunit *test)
{
	put_answer("www.example.com", 1);
	put16(0xc00c);
	put("\0\5\0\1\0\0\0\12\0\6\3cdn\300\20", 16);	/* CNAME cdn.example.com */
	put("\300\57\0\1\0\1\0\0\0\12\0\4\1\2\3\4", 16);	/* A of that, by its name's place */
	set16(6, 2);
	KUNIT_ASSERT_TRUE(test, read_answer());
	KUNIT_ASSERT_TRUE(test, answer.malformed);		/* one byte off: into the rdata */
	message[size - 15] = 45;
	KUNIT_ASSERT_TRUE(test, read_answer());
	KUNIT_ASSERT_FALSE(test, answer.malformed);
	expect_name(test, 1, "cdn.example.com");
	expect_v4(test, 0x01020304, 10);
	expect_end(test);
}

/* Cut anywhere, what is given is the beginning of what the whole gives. */
static void cut_answers_give_a_beginning(struct kunit *test)
{
	u32 last = 0;

	put_answer("a.example", 1);
	put_cname("a.example", 100, "b.example");
	for (u32 i = 0; i < 5; i++)
		put_a("b.example", 300, i);
	for (u32 have = 27; have <= size; have++) {
		struct levee_addr addr;
		u32 count = 0, ttl;

		KUNIT_ASSERT_TRUE(test, levee_dns_answer_read(&answer, message, have, size));
		KUNIT_ASSERT_FALSE(test, answer.malformed);
		KUNIT_ASSERT_EQ(test, answer.partial, have < size);
		for (; levee_dns_answer_next(&answer, &addr, &ttl); count++)
			KUNIT_ASSERT_EQ(test, addr.lo, count);
		KUNIT_ASSERT_TRUE(test, count == last || count == last + 1);
		last = count;

		KUNIT_ASSERT_TRUE(test, levee_dns_answer_read(&answer, message, have, have));
		KUNIT_ASSERT_EQ(test, answer.malformed, have < size);
		KUNIT_ASSERT_FALSE(test, answer.partial);
	}
	KUNIT_ASSERT_EQ(test, last, 5);
}

/* Where names begin in the random message, for pointers to lead to. */
static u32 places[64], place_count;

static void put_random_name(bool compressed)
{
	bool whole = compressed && place_count && random_below(2);	/* no label of its own */
	u32 begin = size;

	for (u32 i = whole ? 0 : random_below(3); i; i--) {
		put8(1);
		put8('a' + random_below(random_below(4) ? 2 : 6));
	}
	if (whole)
		put16(0xc000 | places[random_below(place_count < 4 ? place_count : 4)]);
	else if (!compressed || !place_count || !random_below(3))
		put8(0);
	else
		put16(0xc000 | places[random_below(place_count)]);
	if (place_count < ARRAY_SIZE(places))
		places[place_count++] = begin;
}

static void put_random_service(void)
{
	static const u8 value[32] = "0123456789abcdef0123456789abcde";
	u32 key = 0;

	put16(random_below(3));
	put_random_name(false);
	for (u32 i = random_below(4); i; i--) {
		key += 1 + random_below(4);
		if (!random_below(20))
			key--;
		put_param(key, value, key == 4 ? 4 * (1 + random_below(3)) :
				      key == 6 ? 16 * (1 + random_below(2)) : random_below(5));
	}
}

static void put_random_answer(void)
{
	static const u8 types[] = { 1, 1, 1, 5, 5, 5, 28, 64, 65, 2 };
	u32 count = random_below(12);

	if (!random_below(50))
		count = 12 + random_below(250);
	put_header(0x8180, 1, count, 0, 0);
	place_count = 0;
	put_random_name(false);
	put16(1);
	put16(1);
	while (count--) {
		u32 type = types[random_below(sizeof(types))];

		if (message[7] > 12 && type != 28)
			type = 1;
		put_random_name(true);
		put16(type);
		put16(random_below(30) ? 1 : 3);
		put32(random_below(8) ? random_below(1000) : (u32)random_u64());
		length_at = size;
		put16(0);
		if (type == 1 || type == 28)
			put("0123456789abcdef", type == 1 ? 4 : 16);
		else if (type == 64 || type == 65)
			put_random_service();
		else
			put_random_name(true);
		close_record();
	}
}

static void random_answers_agree(struct kunit *test)
{
	u32 addresses, some = 0;

	for (u32 round = 0; round < 60000; round++) {
		u32 have;

		put_random_answer();
		if (round % 3 == 0)
			mutate(12, size);
		if (round % 16 == 0)
			mutate(2, 12);
		have = round % 5 ? size : random_below(size + 1);
		KUNIT_ASSERT_TRUE(test, oracle_agrees_on_answer(message, have, size, &addresses));
		KUNIT_ASSERT_TRUE(test, oracle_agrees_on_answer(message, have, have, &addresses));
		some += addresses > 1;
	}
	KUNIT_ASSERT_TRUE_MSG(test, some > 10000, "%u", some);
}

static struct kunit_case dns_message_cases[] = {
	KUNIT_CASE(types_have_names),
	KUNIT_CASE(query_is_read),
	KUNIT_CASE(question_is_one),
	KUNIT_CASE(query_names_are_plain),
	KUNIT_CASE(longest_names_are_read),
	KUNIT_CASE(counts_must_fit),
	KUNIT_CASE(options_alone_pass),
	KUNIT_CASE(truncation_is_malformed),
	KUNIT_CASE(peek_is_enough),
	KUNIT_CASE(random_queries_agree),
	KUNIT_CASE(stream_is_read_however_it_is_cut),
	KUNIT_CASE(query_does_not_wait_for_its_end),
	KUNIT_CASE(malformed_stream_stays_so),
	KUNIT_CASE(longest_messages_are_skipped),
	KUNIT_CASE(random_streams_agree),
	KUNIT_CASE(answer_is_read),
	KUNIT_CASE(only_answers_are_read),
	KUNIT_CASE(other_owners_and_classes_do_not_count),
	KUNIT_CASE(chains_are_followed_in_any_order),
	KUNIT_CASE(chains_are_bounded),
	KUNIT_CASE(records_are_bounded),
	KUNIT_CASE(hints_are_addresses),
	KUNIT_CASE(faults_end_the_reading),
	KUNIT_CASE(names_are_compressed_as_servers_do),
	KUNIT_CASE(cut_answers_give_a_beginning),
	KUNIT_CASE(random_answers_agree),
	{}
};

static struct kunit_suite dns_message_suite = {
	.name = "levee_dns_message",
	.init = random_seed,
	.test_cases = dns_message_cases,
};

kunit_test_suite(dns_message_suite);
