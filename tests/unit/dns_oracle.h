/* SPDX-License-Identifier: GPL-2.0 */
/*
 * DNS, read the slow and obvious way: every label a string of its own, every
 * record of an answer spelt out before anything is concluded. And messages to
 * try it with.
 */
#ifndef LEVEE_TESTS_DNS_ORACLE_H
#define LEVEE_TESTS_DNS_ORACLE_H

#include "lib/dns_message.h"

struct oracle_label {
	u32 len;
	u8 bytes[63];
};

struct oracle_name {
	u32 count;
	struct oracle_label labels[128];
};

static inline u8 oracle_lower(u8 c)
{
	return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c;
}

static inline u32 oracle_number(const u8 *at, u32 bytes)
{
	u32 value = 0;

	while (bytes--)
		value = value * 256 + *at++;
	return value;
}

enum oracle_sight { ORACLE_BAD, ORACLE_SHORT, ORACLE_GOOD };

/* Reads a name byte for byte; *end is where it ends at @at. */
static inline enum oracle_sight oracle_read_name(struct oracle_name *name, const u8 *message,
						 u32 size, u32 at, u32 jumps, u32 *end)
{
	u32 total = 1, begin = at, jumped = 0;

	name->count = 0;
	while (true) {
		struct oracle_label *label = &name->labels[name->count];
		u32 i;

		if (at >= size)
			return ORACLE_SHORT;
		if (message[at] >= 192) {
			u32 target;

			if (jumped == jumps)
				return ORACLE_BAD;
			if (at + 1 >= size)
				return ORACLE_SHORT;
			target = (message[at] - 192) * 256 + message[at + 1];
			if (target < 12 || target >= begin)
				return ORACLE_BAD;
			if (!jumped)
				*end = at + 2;
			jumped++;
			at = target;
			begin = target;
			continue;
		}
		if (message[at] >= 64)
			return ORACLE_BAD;
		if (!message[at]) {
			if (!jumped)
				*end = at + 1;
			return ORACLE_GOOD;
		}
		total += 1 + message[at];
		if (total > 255)
			return ORACLE_BAD;
		label->len = message[at];
		for (i = 0; i < label->len; i++) {
			if (at + 1 + i >= size)
				return ORACLE_SHORT;
			label->bytes[i] = oracle_lower(message[at + 1 + i]);
		}
		name->count++;
		at += 1 + label->len;
	}
}

/* Whether the two end in the same @count labels. */
static inline bool oracle_same_end(const struct oracle_name *a, const struct oracle_name *b,
				   u32 count)
{
	u32 i;

	for (i = 1; i <= count; i++) {
		const struct oracle_label *x = &a->labels[a->count - i];
		const struct oracle_label *y = &b->labels[b->count - i];

		if (x->len != y->len || memcmp(x->bytes, y->bytes, x->len))
			return false;
	}
	return true;
}

static inline bool oracle_same_name(const struct oracle_name *a, const struct oracle_name *b)
{
	return a->count == b->count && oracle_same_end(a, b, a->count);
}

static inline bool oracle_is_below(const struct oracle_name *name, const struct oracle_name *above)
{
	return name->count > above->count && oracle_same_end(name, above, above->count);
}

/* Whether a name is, byte for byte, these labels. */
static inline bool oracle_is_name(const struct levee_dns_name *name, const struct oracle_name *labels)
{
	u32 i, j, at = 0;

	for (i = 0; i < labels->count; i++) {
		if (name->wire[at++] != labels->labels[i].len)
			return false;
		for (j = 0; j < labels->labels[i].len; j++)
			if (name->wire[at++] != labels->labels[i].bytes[j])
				return false;
	}
	return name->labels == labels->count && name->wire[at] == 0 && name->len == at + 1;
}

/* The text, as dns_name.h says it is. */
static inline void oracle_format(char *text, const struct oracle_name *name)
{
	u32 i, j;

	if (!name->count)
		*text++ = '.';
	for (i = 0; i < name->count; i++) {
		if (i)
			*text++ = '.';
		for (j = 0; j < name->labels[i].len; j++) {
			u8 c = name->labels[i].bytes[j];

			if (c && strchr("abcdefghijklmnopqrstuvwxyz0123456789-_", c)) {
				*text++ = (char)c;
			} else if (c == '.' || c == '\\') {
				*text++ = '\\';
				*text++ = (char)c;
			} else {
				*text++ = '\\';
				*text++ = (char)('0' + c / 100);
				*text++ = (char)('0' + c / 10 % 10);
				*text++ = (char)('0' + c % 10);
			}
		}
	}
	*text = 0;
}

struct oracle_query {
	bool has_question;
	u32 id;
	u32 opcode;
	u32 type;
	u32 class;
	u32 beyond;
	struct oracle_name name;
};

/* Whether the whole of @size bytes is a query. */
static inline bool oracle_read_query(struct oracle_query *query, const u8 *message, u32 size)
{
	u32 counts[4], end, i;

	if (size < 17 || size > 65535 || message[2] >= 128)
		return false;
	for (i = 0; i < 4; i++)
		counts[i] = oracle_number(message + 4 + 2 * i, 2);
	query->id = oracle_number(message, 2);
	query->opcode = message[2] / 8;
	query->has_question = counts[0] == 1;
	query->type = 0;
	query->class = 0;
	query->beyond = size - 12;
	query->name.count = 0;
	if (counts[0] > 1)
		return false;
	if (counts[0] == 0)
		return counts[1] == 0 && counts[2] == 0 && counts[3] == 1 && size >= 23 &&
		       message[12] == 0 && oracle_number(message + 13, 2) == 41 &&
		       oracle_number(message + 21, 2) == size - 23;
	if (oracle_read_name(&query->name, message, size, 12, 0, &end) != ORACLE_GOOD ||
	    end + 4 > size)
		return false;
	query->type = oracle_number(message + end, 2);
	query->class = oracle_number(message + end + 2, 2);
	query->beyond = size - end - 4;
	return (counts[1] + counts[2] + counts[3]) * 11 <= query->beyond;
}

static inline bool oracle_is_query(const struct levee_dns_query *query,
				   const struct oracle_query *expected)
{
	return query->id == expected->id && query->opcode == expected->opcode &&
	       query->has_question == expected->has_question && query->type == expected->type &&
	       query->class == expected->class && query->beyond == expected->beyond &&
	       oracle_is_name(&query->name, &expected->name);
}

/* Whether levee agrees on a message that is there as a whole; *good: that it is a query. */
static inline bool oracle_agrees_on_query(const u8 *message, u32 size, bool *good)
{
	static struct levee_dns_query query;
	static struct oracle_query expected;
	enum levee_dns_outcome outcome = levee_dns_query_read(&query, message, size, size);

	*good = oracle_read_query(&expected, message, size);
	if (!*good)
		return outcome == LEVEE_DNS_MALFORMED;
	return outcome == LEVEE_DNS_QUERY && oracle_is_query(&query, &expected);
}

struct oracle_record {
	struct oracle_name owner;
	struct oracle_name target;
	u32 type;
	u32 class;
	u32 ttl;
	u32 data;
	u32 size;
	u32 params;
};

struct oracle_answer {
	struct oracle_name question;
	u32 id;
	u32 rcode;
	u32 type;
	u32 class;
	bool truncated;
	bool malformed;
	bool partial;
	u32 count;
	struct oracle_record records[256];
	u32 chain;
	u32 names;
	const struct oracle_name *found[64];
	u32 ttls[64];
};

static inline bool oracle_leads(const struct oracle_record *record)
{
	return record->class == 1 &&
	       (record->type == 5 || record->type == 64 || record->type == 65);
}

static inline bool oracle_check_params(const u8 *at, u32 left)
{
	long last = -1;

	while (left) {
		u32 key, size;

		if (left < 4)
			return false;
		key = oracle_number(at, 2);
		size = oracle_number(at + 2, 2);
		if ((long)key <= last || size + 4 > left)
			return false;
		if ((key == 4 && (size < 4 || size % 4)) || (key == 6 && (size < 16 || size % 16)))
			return false;
		last = key;
		at += 4 + size;
		left -= 4 + size;
	}
	return true;
}

static inline bool oracle_check_data(struct oracle_record *record, const u8 *message)
{
	u32 end = record->data + record->size, read_to = 0;

	if (record->class != 1)
		return true;
	switch (record->type) {
	case 1:
		return record->size == 4;
	case 28:
		return record->size == 16;
	case 5:
		return oracle_read_name(&record->target, message, end, record->data, 16,
					&read_to) == ORACLE_GOOD && read_to == end;
	case 64:
	case 65:
		if (oracle_read_name(&record->target, message, end, record->data + 2, 0,
				     &read_to) != ORACLE_GOOD)
			return false;
		record->params = read_to;
		return oracle_check_params(message + read_to, end - read_to);
	}
	return true;
}

static inline void oracle_read_records(struct oracle_answer *answer, const u8 *message, u32 have,
				       u32 total, u32 at, u32 wanted)
{
	u32 links = 0;

	for (; answer->count < wanted; answer->count++) {
		struct oracle_record *record = &answer->records[answer->count];
		enum oracle_sight sight = oracle_read_name(&record->owner, message, have, at, 16,
							   &at);

		if (sight == ORACLE_GOOD && at + 10 > have)
			sight = ORACLE_SHORT;
		if (sight == ORACLE_GOOD) {
			record->type = oracle_number(message + at, 2);
			record->class = oracle_number(message + at + 2, 2);
			record->ttl = oracle_number(message + at + 4, 4);
			record->size = oracle_number(message + at + 8, 2);
			record->data = at + 10;
			if (record->ttl >= 0x80000000)
				record->ttl = 0;
			if (record->data + record->size > have)
				sight = ORACLE_SHORT;
		}
		if (sight == ORACLE_SHORT && have < total) {
			answer->partial = true;
			return;
		}
		if (sight != ORACLE_GOOD || !oracle_check_data(record, message) ||
		    (oracle_leads(record) && ++links > 16)) {
			answer->malformed = true;
			return;
		}
		at = record->data + record->size;
	}
}

static inline u32 oracle_find(const struct oracle_answer *answer, const struct oracle_name *name,
			      u32 count)
{
	u32 i = 0;

	while (i < count && !oracle_same_name(answer->found[i], name))
		i++;
	return i;
}

static inline void oracle_follow(struct oracle_answer *answer, u32 from,
				 const struct oracle_record *record)
{
	u32 ttl = answer->ttls[from];

	if (!oracle_same_name(&record->owner, answer->found[from]) ||
	    oracle_find(answer, &record->target, answer->names) < answer->names)
		return;
	answer->found[answer->names] = &record->target;
	answer->ttls[answer->names++] = record->ttl < ttl ? record->ttl : ttl;
}

static inline bool oracle_read_answer(struct oracle_answer *answer, const u8 *message, u32 have,
				      u32 total)
{
	u32 end, wanted, i, j;

	if (have < 17 || total > 65535 || message[2] < 128 || (message[2] & 127) / 8 ||
	    oracle_number(message + 4, 2) != 1)
		return false;
	if (oracle_read_name(&answer->question, message, have, 12, 0, &end) != ORACLE_GOOD ||
	    end + 4 > have)
		return false;
	answer->id = oracle_number(message, 2);
	answer->rcode = message[3] % 16;
	answer->truncated = message[2] / 2 % 2;
	answer->type = oracle_number(message + end, 2);
	answer->class = oracle_number(message + end + 2, 2);
	answer->malformed = false;
	wanted = answer->class == 1 ? oracle_number(message + 6, 2) : 0;
	answer->partial = wanted > 256;
	answer->count = 0;
	oracle_read_records(answer, message, have, total, end + 4, wanted > 256 ? 256 : wanted);

	answer->names = 1;
	answer->found[0] = &answer->question;
	answer->ttls[0] = 0x7fffffff;
	for (i = 0; i < answer->names; i++)
		for (j = 0; j < answer->count; j++)
			if (oracle_leads(&answer->records[j]) && answer->records[j].type == 5)
				oracle_follow(answer, i, &answer->records[j]);
	answer->chain = answer->names;
	for (i = 0; i < answer->chain; i++)
		for (j = 0; j < answer->count; j++)
			if (oracle_leads(&answer->records[j]) && answer->records[j].type != 5 &&
			    answer->records[j].target.count)
				oracle_follow(answer, i, &answer->records[j]);
	return true;
}

/* Whether the next addresses that levee gives are these. */
static inline bool oracle_takes(struct levee_dns_answer *answer, const u8 *wire, u32 size, u32 each,
				u32 ttl)
{
	struct levee_addr addr, expected;
	u32 at, given;

	for (at = 0; at < size; at += each) {
		levee_addr_read(&expected, wire + at, each);
		if (!levee_dns_answer_next(answer, &addr, &given) || given != ttl ||
		    addr.hi != expected.hi || addr.lo != expected.lo ||
		    addr.is_v4 != expected.is_v4)
			return false;
	}
	return true;
}

static inline bool oracle_takes_record(struct levee_dns_answer *answer,
				       const struct oracle_answer *expected,
				       const struct oracle_record *record, const u8 *message,
				       u32 *addresses)
{
	u32 from = oracle_find(expected, &record->owner, expected->chain), ttl, at, size, each;

	if (record->class != 1 || from == expected->chain)
		return true;
	ttl = record->ttl < expected->ttls[from] ? record->ttl : expected->ttls[from];
	if (record->type == 1 || record->type == 28) {
		++*addresses;
		return oracle_takes(answer, message + record->data, record->size, record->size, ttl);
	}
	if (!oracle_leads(record) || record->type == 5 || !oracle_number(message + record->data, 2))
		return true;
	for (at = record->params; at < record->data + record->size; at += 4 + size) {
		u32 key = oracle_number(message + at, 2);

		size = oracle_number(message + at + 2, 2);
		each = key == 4 ? 4 : 16;
		if (key != 4 && key != 6)
			continue;
		*addresses += size / each;
		if (!oracle_takes(answer, message + at + 4, size, each, ttl))
			return false;
	}
	return true;
}

/* Whether levee agrees on an answer; *addresses: how many it has. */
static inline bool oracle_agrees_on_answer(const u8 *message, u32 have, u32 total, u32 *addresses)
{
	static struct levee_dns_answer answer;
	static struct oracle_answer expected;
	struct levee_addr addr;
	u32 i, ttl;

	*addresses = 0;
	memset(&answer, 0xa5, sizeof(answer));
	if (!oracle_read_answer(&expected, message, have, total))
		return !levee_dns_answer_read(&answer, message, have, total);
	if (!levee_dns_answer_read(&answer, message, have, total) ||
	    answer.id != expected.id || answer.rcode != expected.rcode ||
	    answer.truncated != expected.truncated || answer.type != expected.type ||
	    answer.class != expected.class || answer.malformed != expected.malformed ||
	    answer.partial != expected.partial || answer.names != expected.names ||
	    answer.chain != expected.chain)
		return false;
	for (i = 0; i < expected.names; i++)
		if (!oracle_is_name(&answer.found[i].name, expected.found[i]) ||
		    answer.found[i].ttl != expected.ttls[i])
			return false;
	for (i = 0; i < expected.count; i++)
		if (!oracle_takes_record(&answer, &expected, &expected.records[i], message,
					 addresses))
			return false;
	return !levee_dns_answer_next(&answer, &addr, &ttl);
}

#endif /* LEVEE_TESTS_DNS_ORACLE_H */
