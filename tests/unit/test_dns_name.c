// SPDX-License-Identifier: GPL-2.0
#include "unit.h"

#include "lib/dns_name.h"
#include "dns_oracle.h"
#include "random.h"

static char text[LEVEE_DNS_TEXT_MAX + 64], expected_text[LEVEE_DNS_TEXT_MAX + 64];
static struct levee_dns_name name, other;
static struct oracle_name labels, other_labels;

static const char *parse(struct levee_dns_name *into, const char *from, size_t *offset)
{
	return levee_dns_name_parse(into, from, strlen(from), offset);
}

static void text_becomes_wire(struct kunit *test)
{
	static const struct { const char *text; const char *wire; u8 len; u8 labels; } examples[] = {
		{ ".", "", 1, 0 },
		{ "a", "\1a", 3, 1 },
		{ "a.", "\1a", 3, 1 },
		{ "example.com", "\7example\3com", 13, 2 },
		{ "EXAMPLE.Com.", "\7example\3com", 13, 2 },
		{ "_dns.resolver.arpa", "\4_dns\10resolver\4arpa", 20, 3 },
		{ "xn--bcher-kva.example", "\15xn--bcher-kva\7example", 23, 2 },
		{ "a\\.b.c", "\3a.b\1c", 7, 2 },
		{ "a\\\\b", "\3a\\b", 5, 1 },
		{ "\\065\\090\\091", "\3az[", 5, 1 },
		{ "\\000\\255", "\2\0\377", 4, 1 },
		{ "\\*.\\042", "\1*\1*", 5, 2 },
		{ "a\\032b", "\3a b", 5, 1 },
		{ "\"quoted\"", "\10\"quoted\"", 10, 1 },
		{ "0/25.2.0.192.in-addr.arpa", "\4" "0/25\1" "2\1" "0\3" "192\7in-addr\4arpa", 27, 6 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(examples); i++) {
		size_t offset;

		KUNIT_ASSERT_TRUE_MSG(test, !parse(&name, examples[i].text, &offset), "%s",
				      examples[i].text);
		KUNIT_ASSERT_EQ(test, name.len, examples[i].len);
		KUNIT_ASSERT_EQ(test, name.labels, examples[i].labels);
		KUNIT_ASSERT_BYTES(test, name.wire, examples[i].wire, name.len);
	}
}

static void faults_are_named(struct kunit *test)
{
	static const struct { const char *text; size_t offset; const char *fault; } faults[] = {
		{ "", 0, "empty name" },
		{ "..", 0, "empty label" },
		{ ".a", 0, "empty label" },
		{ "a..b", 2, "empty label" },
		{ "a..", 2, "empty label" },
		{ "a b", 1, "space or control character, write it as \\DDD" },
		{ "a\tb", 1, "space or control character, write it as \\DDD" },
		{ "a\\ b", 1, "space or control character, write it as \\DDD" },
		{ "ab\x7f", 2, "space or control character, write it as \\DDD" },
		{ "b\xc3\xbc" "cher.example", 1, "not ASCII, write the A-label (xn--...)" },
		{ "b\\\xc3", 1, "not ASCII, write the A-label (xn--...)" },
		{ "a\\", 1, "backslash at the end" },
		{ "\\1", 0, "escape needs three digits" },
		{ "\\12", 0, "escape needs three digits" },
		{ "x\\12a", 1, "escape needs three digits" },
		{ "x\\1a2", 1, "escape needs three digits" },
		{ "x.\\256", 2, "escape over 255" },
		{ "*.example.com", 0, "star inside a name, the character is \\042" },
		{ "a.b*", 3, "star inside a name, the character is \\042" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(faults); i++) {
		size_t offset = 99;
		const char *fault = parse(&name, faults[i].text, &offset);

		KUNIT_ASSERT_TRUE_MSG(test, fault, "%s is no name", faults[i].text);
		KUNIT_ASSERT_STREQ(test, fault, faults[i].fault);
		KUNIT_ASSERT_EQ(test, offset, faults[i].offset);
	}
	/* A NUL ends nothing. */
	KUNIT_ASSERT_NOT_NULL(test, levee_dns_name_parse(&name, "a\0b", 3, &(size_t){ 0 }));
}

/* A text of labels of these lengths. */
static void write_text(const u8 *lengths, size_t count)
{
	char *to = text;

	for (size_t i = 0; i < count; i++) {
		if (i)
			*to++ = '.';
		memset(to, 'a', lengths[i]);
		to += lengths[i];
	}
	*to = 0;
}

static void lengths_are_bounded(struct kunit *test)
{
	static const u8 longest[] = { 63, 63, 63, 61 }, too_long[] = { 63, 63, 63, 62 };
	static const u8 label[] = { 64 };
	static u8 single[128];
	size_t offset;

	write_text(longest, 4);
	KUNIT_ASSERT_NULL(test, parse(&name, text, &offset));
	KUNIT_ASSERT_EQ(test, name.len, 255);
	strcat(text, ".");
	KUNIT_ASSERT_NULL(test, parse(&name, text, &offset));
	KUNIT_ASSERT_EQ(test, name.len, 255);

	write_text(too_long, 4);
	KUNIT_ASSERT_STREQ(test, parse(&name, text, &offset), "name is longer than 255 bytes");
	KUNIT_ASSERT_EQ(test, offset, strlen(text) - 1);
	write_text(label, 1);
	KUNIT_ASSERT_STREQ(test, parse(&name, text, &offset), "label is longer than 63 bytes");
	KUNIT_ASSERT_EQ(test, offset, 63);

	memset(single, 1, sizeof(single));
	write_text(single, 127);
	KUNIT_ASSERT_NULL(test, parse(&name, text, &offset));
	KUNIT_ASSERT_EQ(test, name.len, 255);
	KUNIT_ASSERT_EQ(test, name.labels, LEVEE_DNS_LABELS_MAX);
	write_text(single, 128);
	KUNIT_ASSERT_STREQ(test, parse(&name, text, &offset), "name is longer than 255 bytes");
	KUNIT_ASSERT_EQ(test, offset, 254);
}

static void read_wire(struct kunit *test, const void *wire, size_t size)
{
	KUNIT_ASSERT_EQ(test, levee_dns_name_read(&name, wire, size, 0, 0), (int)size);
}

static void text_forges_nothing(struct kunit *test)
{
	static const struct { const char *wire; size_t size; const char *text; } examples[] = {
		{ "", 1, "." },
		{ "\1.", 3, "\\." },
		{ "\3WwW\7EXAMPLE\3com", 17, "www.example.com" },
		{ "\13example.com", 13, "example\\.com" },
		{ "\1*\7example\3com", 15, "\\042.example.com" },
		{ "\3a\0b", 5, "a\\000b" },
		{ "\7a\" b=\"c", 9, "a\\034\\032b\\061\\034c" },
		{ "\3a\nb", 5, "a\\010b" },
		{ "\4a\\.b", 6, "a\\\\\\.b" },
		{ "\2\303\274", 4, "\\195\\188" },
		{ "\6a:53/u", 8, "a\\05853\\047u" },
		{ "\2_-", 4, "_-" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(examples); i++) {
		read_wire(test, examples[i].wire, examples[i].size);
		KUNIT_ASSERT_EQ(test, levee_dns_name_format(text, sizeof(text), &name),
				strlen(examples[i].text));
		KUNIT_ASSERT_STREQ(test, text, examples[i].text);
	}
}

static void text_fits_and_is_cut_between_characters(struct kunit *test)
{
	static u8 wire[255];
	size_t longest, cut, len;

	memset(wire, 0xff, sizeof(wire));
	wire[0] = 63;
	wire[64] = 63;
	wire[128] = 63;
	wire[192] = 61;
	wire[254] = 0;
	read_wire(test, wire, sizeof(wire));
	longest = levee_dns_name_format(text, LEVEE_DNS_TEXT_MAX, &name);
	KUNIT_ASSERT_EQ(test, longest, LEVEE_DNS_TEXT_MAX - 1);
	KUNIT_ASSERT_EQ(test, levee_dns_name_format(text, sizeof(text), &name), longest);

	KUNIT_ASSERT_EQ(test, levee_dns_name_format(expected_text, 0, &name), 0);
	for (size_t size = 1; size <= longest; size++) {
		memset(expected_text, 'x', sizeof(expected_text));
		len = levee_dns_name_format(expected_text, size, &name);
		/* "\255" 63 times and a dot, again and again. */
		cut = (size - 1) / 253 * 253 + (size - 1) % 253 / 4 * 4;
		KUNIT_ASSERT_EQ(test, len, cut);
		KUNIT_ASSERT_BYTES(test, expected_text, text, len);
		KUNIT_ASSERT_EQ(test, expected_text[len], 0);
		KUNIT_ASSERT_EQ(test, expected_text[len + 1], 'x');
	}
}

/* Some labels of any bytes, as a name in a message at @at; returns where it ends. */
static u32 write_random(u8 *message, u32 at)
{
	static const char bytes[] = "aA-_.\\*\" \n";
	u32 end = at, most = 1 + random_below(12), kind = random_below(3);

	for (u32 i = random_below(kind ? 6 : 128); i; i--) {
		u32 len = kind == 2 ? 1 + random_below(63) : 1 + random_below(most);

		if (end - at + 1 + len + 1 > 255)
			break;
		message[end++] = (u8)len;
		for (; len; len--)
			message[end++] = random_below(3) ?
				(u8)bytes[random_below(sizeof(bytes) - 1)] : (u8)random_u64();
	}
	message[end] = 0;
	return end + 1;
}

static void random_names_survive_their_text(struct kunit *test)
{
	static u8 message[512];

	for (u32 round = 0; round < 50000; round++) {
		u32 end = write_random(message, 0), oracle_end = 0;
		size_t offset;

		KUNIT_ASSERT_EQ(test, oracle_read_name(&labels, message, end, 0, 0, &oracle_end),
				ORACLE_GOOD);
		read_wire(test, message, end);
		KUNIT_ASSERT_TRUE(test, oracle_is_name(&name, &labels));
		levee_dns_name_format(text, sizeof(text), &name);
		oracle_format(expected_text, &labels);
		KUNIT_ASSERT_STREQ(test, text, expected_text);
		KUNIT_ASSERT_TRUE_MSG(test, !parse(&other, text, &offset), "%s", text);
		KUNIT_ASSERT_TRUE(test, levee_dns_name_equal(&name, &other));
		KUNIT_ASSERT_EQ(test, other.labels, name.labels);
	}
}

/* The obvious parser: all bytes first, then the dots that are no bytes. */
static bool oracle_parse(struct oracle_name *into, const char *from, size_t len)
{
	static struct { u8 byte; bool dot; } tokens[64];
	size_t count = 0;

	for (size_t i = 0; i < len; i++, count++) {
		tokens[count].dot = from[i] == '.';
		tokens[count].byte = oracle_lower((u8)from[i]);
		if (from[i] == '*' || (u8)from[i] <= ' ' || (u8)from[i] >= 127)
			return false;
		if (from[i] != '\\')
			continue;
		if (++i == len)
			return false;
		if (from[i] >= '0' && from[i] <= '9') {
			u32 value = 0;

			if (i + 3 > len)
				return false;
			for (size_t j = i; j < i + 3; j++) {
				if (from[j] < '0' || from[j] > '9')
					return false;
				value = value * 10 + (u32)(from[j] - '0');
			}
			if (value > 255)
				return false;
			tokens[count].byte = oracle_lower((u8)value);
			i += 2;
			continue;
		}
		if ((u8)from[i] <= ' ' || (u8)from[i] >= 127)
			return false;
		tokens[count].byte = oracle_lower((u8)from[i]);
	}
	into->count = 0;
	if (!count)
		return false;
	if (tokens[count - 1].dot && count-- == 1)
		return true;
	into->labels[0].len = 0;
	for (size_t i = 0; i < count; i++) {
		struct oracle_label *label = &into->labels[into->count];

		if (!tokens[i].dot) {
			label->bytes[label->len++] = tokens[i].byte;
			continue;
		}
		if (!label->len)
			return false;
		into->labels[++into->count].len = 0;
	}
	return into->labels[into->count++].len;
}

static void random_texts_agree(struct kunit *test)
{
	static const char bytes[] = "aZ..\\\\01259-*\" \x80";
	u32 good = 0;

	for (u32 round = 0; round < 500000; round++) {
		size_t len = random_below(14), offset = 99;
		const char *fault;

		for (size_t i = 0; i < len; i++)
			text[i] = bytes[random_below(round % 2 ? sizeof(bytes) - 1 : 11)];
		fault = levee_dns_name_parse(&name, text, len, &offset);
		KUNIT_ASSERT_TRUE_MSG(test, !fault == oracle_parse(&labels, text, len), "%.*s",
				      (int)len, text);
		if (fault) {
			KUNIT_ASSERT_TRUE(test, offset <= len);
			continue;
		}
		KUNIT_ASSERT_TRUE_MSG(test, oracle_is_name(&name, &labels), "%.*s", (int)len, text);
		good++;
	}
	KUNIT_ASSERT_TRUE(test, good > 20000);
}

static int read_at(const void *message, size_t size, size_t at)
{
	return levee_dns_name_read(&name, message, size, at, LEVEE_DNS_JUMPS_MAX);
}

static void pointers_lead_backwards(struct kunit *test)
{
	static u8 message[64];

	/* At 12 "b.", at 15 "a" and a pointer. */
	memcpy(message + 12, "\1b\0\1a\300\14", 7);
	KUNIT_ASSERT_EQ(test, read_at(message, 64, 15), 4);
	KUNIT_ASSERT_EQ(test, name.len, 5);
	KUNIT_ASSERT_EQ(test, name.labels, 2);
	KUNIT_ASSERT_BYTES(test, name.wire, "\1a\1b", 5);
	KUNIT_ASSERT_EQ(test, levee_dns_name_read(&name, message, 64, 15, 0), -EINVAL);
	message[18] = 14;	/* into a name: its root */
	KUNIT_ASSERT_EQ(test, read_at(message, 64, 15), 4);
	KUNIT_ASSERT_EQ(test, name.len, 3);
	message[18] = 15;	/* to its own label */
	KUNIT_ASSERT_EQ(test, read_at(message, 64, 15), -EINVAL);
	message[18] = 17;	/* to itself */
	KUNIT_ASSERT_EQ(test, read_at(message, 64, 15), -EINVAL);
	KUNIT_ASSERT_EQ(test, read_at(message, 64, 17), -EINVAL);
	message[18] = 18;	/* forwards */
	KUNIT_ASSERT_EQ(test, read_at(message, 64, 15), -EINVAL);
	message[17] = 0xff;
	KUNIT_ASSERT_EQ(test, read_at(message, 64, 15), -EINVAL);
	message[17] = 0xc0;
	message[18] = 11;	/* into the header */
	KUNIT_ASSERT_EQ(test, read_at(message, 64, 15), -EINVAL);
	message[18] = 0;
	KUNIT_ASSERT_EQ(test, read_at(message, 64, 15), -EINVAL);

	/* Two that lead to each other: the first is met again, which is not before itself. */
	memcpy(message + 12, "\1a\300\20\1b\300\14", 8);
	KUNIT_ASSERT_EQ(test, read_at(message, 64, 12), -EINVAL);
	KUNIT_ASSERT_EQ(test, read_at(message, 64, 16), -EINVAL);
}

static void jumps_are_counted(struct kunit *test)
{
	static u8 message[64];

	for (u32 i = 1; i <= 17; i++) {
		message[12 + 2 * i] = 0xc0;
		message[13 + 2 * i] = (u8)(10 + 2 * i);
	}
	KUNIT_ASSERT_EQ(test, read_at(message, 64, 12 + 32), 2);
	KUNIT_ASSERT_EQ(test, name.len, 1);
	KUNIT_ASSERT_EQ(test, read_at(message, 64, 12 + 34), -EINVAL);
	KUNIT_ASSERT_EQ(test, levee_dns_name_read(&name, message, 64, 12 + 34, 17), 2);
}

static void labels_are_labels(struct kunit *test)
{
	static u8 message[320];

	for (u32 kind = 64; kind < 256; kind++) {
		message[12] = (u8)kind;
		KUNIT_ASSERT_EQ(test, read_at(message, 64, 12), -EINVAL);
		/* Even where nothing follows. */
		KUNIT_ASSERT_EQ(test, read_at(message, 13, 12), kind < 192 ? -EINVAL : 0);
		KUNIT_ASSERT_EQ(test, levee_dns_name_read(&name, message, 13, 12, 0), -EINVAL);
	}

	/* 127 labels and the root are 255 bytes, one more is too many. */
	for (u32 i = 0; i < 128; i++)
		memcpy(message + 2 * i, "\1a", 2);
	KUNIT_ASSERT_EQ(test, read_at(message, 320, 0), -EINVAL);
	KUNIT_ASSERT_EQ(test, read_at(message, 254, 0), 0);
	KUNIT_ASSERT_EQ(test, read_at(message, 255, 0), -EINVAL);
	message[254] = 0;
	KUNIT_ASSERT_EQ(test, read_at(message, 320, 0), 255);
	KUNIT_ASSERT_EQ(test, name.len, 255);
	KUNIT_ASSERT_EQ(test, name.labels, 127);

	/* 255 bytes in long labels, and a byte more in the last. */
	memset(message, 'a', sizeof(message));
	message[0] = 63;
	message[64] = 63;
	message[128] = 63;
	message[192] = 61;
	message[254] = 0;
	KUNIT_ASSERT_EQ(test, read_at(message, 320, 0), 255);
	message[192] = 62;
	message[254] = 'a';
	message[255] = 0;
	KUNIT_ASSERT_EQ(test, read_at(message, 320, 0), -EINVAL);
	/* Over a pointer, too. */
	memcpy(message + 256, "\1b\300\0", 4);
	message[192] = 61;
	message[254] = 0;
	message[259] = 64;
	KUNIT_ASSERT_EQ(test, read_at(message, 320, 256), 4);
	KUNIT_ASSERT_EQ(test, name.len, 2 + 255 - 64);
	memmove(message + 12, message, 255);
	memcpy(message + 300, "\1b\300\14", 4);
	KUNIT_ASSERT_EQ(test, read_at(message, 320, 300), -EINVAL);
}

static void truncation_is_seen(struct kunit *test)
{
	static u8 message[512];

	for (u32 round = 0; round < 2000; round++) {
		u32 end = write_random(message, 12);

		for (u32 size = 12; size < end; size++)
			KUNIT_ASSERT_EQ(test, read_at(message, size, 12), 0);
		KUNIT_ASSERT_EQ(test, read_at(message, end, 12), (int)end - 12);
	}
}

static void random_wire_agrees(struct kunit *test)
{
	static u8 message[400];
	u32 seen[3] = { };

	for (u32 round = 0; round < 300000; round++) {
		u32 size = 12 + random_below(round % 4 ? 40 : 388), at = 12, end = 0, expected;
		u32 jumps = round % 3 ? LEVEE_DNS_JUMPS_MAX : random_below(3);
		enum oracle_sight sight;
		int len;

		/* Short labels, roots and pointers, mostly near. */
		while (at < size) {
			u32 kind = random_below(32);

			if (kind < 8)
				message[at++] = (u8)random_below(round % 4 ? 5 : 64);
			else if (kind < 10)
				message[at++] = 0xc0 | !random_below(8);
			else if (kind == 10)
				message[at++] = 0;
			else
				message[at++] = (u8)(12 + random_below(kind < 20 ? 30 : 80));
		}
		at = random_below(size);
		sight = oracle_read_name(&labels, message, size, at, jumps, &end);
		expected = sight == ORACLE_GOOD ? end - at : 0;
		seen[sight]++;
		len = levee_dns_name_read(&name, message, size, at, jumps);
		KUNIT_ASSERT_EQ(test, len, sight == ORACLE_BAD ? -EINVAL : (int)expected);
		KUNIT_ASSERT_TRUE(test, len <= 0 || oracle_is_name(&name, &labels));
	}
	KUNIT_ASSERT_TRUE(test, seen[0] > 10000 && seen[1] > 10000 && seen[2] > 10000);
}

static void suffixes_are_walked_from_both_ends(struct kunit *test)
{
	static u8 message[512];
	u8 offsets[LEVEE_DNS_LABELS_MAX + 1];

	for (u32 round = 0; round < 20000; round++) {
		u32 end = write_random(message, 0), at = 0, oracle_end;

		read_wire(test, message, end);
		oracle_read_name(&labels, message, end, 0, 0, &oracle_end);
		KUNIT_ASSERT_EQ(test, levee_dns_name_offsets(&name, offsets), labels.count);
		for (u32 i = 0; i < labels.count; i++) {
			KUNIT_ASSERT_EQ(test, offsets[i], at);
			KUNIT_ASSERT_EQ(test, name.wire[at], labels.labels[i].len);
			at = levee_dns_name_next(&name, at);
		}
		KUNIT_ASSERT_EQ(test, offsets[labels.count], at);
		KUNIT_ASSERT_EQ(test, at, name.len - 1u);
	}
}

static void below_by_example(struct kunit *test)
{
	static const struct { const char *name; const char *above; bool below; } examples[] = {
		{ "a.example.com", "example.com", true },
		{ "a.b.example.com", "EXAMPLE.com", true },
		{ "example.com", "example.com", false },
		{ "com", "example.com", false },
		{ "badexample.com", "example.com", false },
		{ "a.example.com.evil", "example.com", false },
		{ "com", ".", true },
		{ ".", ".", false },
		/* The bytes of the other, but no label of it: 7 is the last of the first label. */
		{ "bad\\007example.com", "example.com", false },
		{ "a\\003com", "com", false },
	};

	for (size_t i = 0; i < ARRAY_SIZE(examples); i++) {
		size_t offset;

		KUNIT_ASSERT_NULL(test, parse(&name, examples[i].name, &offset));
		KUNIT_ASSERT_NULL(test, parse(&other, examples[i].above, &offset));
		KUNIT_ASSERT_TRUE_MSG(test, levee_dns_name_is_below(&name, &other) ==
				      examples[i].below, "%s below %s", examples[i].name,
				      examples[i].above);
	}
}

/* Few and short labels, whose bytes are lengths as well. */
static u32 write_alike(u8 *message)
{
	u32 end = 0;

	for (u32 i = random_below(5); i; i--) {
		u32 len = 1 + random_below(2);

		message[end++] = (u8)len;
		for (; len; len--)
			message[end++] = (u8)(1 + random_below(2));
	}
	message[end] = 0;
	return end + 1;
}

static void random_names_compare_like_labels(struct kunit *test)
{
	u32 equal = 0, below = 0;

	for (u32 round = 0; round < 300000; round++) {
		u8 message[32];
		u32 end = write_alike(message);

		read_wire(test, message, end);
		oracle_read_name(&labels, message, end, 0, 0, &end);
		other = name;
		end = write_alike(message);
		read_wire(test, message, end);
		oracle_read_name(&other_labels, message, end, 0, 0, &end);
		KUNIT_ASSERT_EQ(test, levee_dns_name_equal(&name, &other),
				oracle_same_name(&other_labels, &labels));
		KUNIT_ASSERT_EQ(test, levee_dns_name_is_below(&name, &other),
				oracle_is_below(&other_labels, &labels));
		equal += oracle_same_name(&other_labels, &labels);
		below += oracle_is_below(&other_labels, &labels);
	}
	KUNIT_ASSERT_TRUE(test, equal > 5000 && below > 10000);
}

static struct kunit_case dns_name_cases[] = {
	KUNIT_CASE(text_becomes_wire),
	KUNIT_CASE(faults_are_named),
	KUNIT_CASE(lengths_are_bounded),
	KUNIT_CASE(text_forges_nothing),
	KUNIT_CASE(text_fits_and_is_cut_between_characters),
	KUNIT_CASE(random_names_survive_their_text),
	KUNIT_CASE(random_texts_agree),
	KUNIT_CASE(pointers_lead_backwards),
	KUNIT_CASE(jumps_are_counted),
	KUNIT_CASE(labels_are_labels),
	KUNIT_CASE(truncation_is_seen),
	KUNIT_CASE(random_wire_agrees),
	KUNIT_CASE(suffixes_are_walked_from_both_ends),
	KUNIT_CASE(below_by_example),
	KUNIT_CASE(random_names_compare_like_labels),
	{}
};

static struct kunit_suite dns_name_suite = {
	.name = "levee_dns_name",
	.init = random_seed,
	.test_cases = dns_name_cases,
};

kunit_test_suite(dns_name_suite);
