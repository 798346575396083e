// SPDX-License-Identifier: GPL-2.0
/* DNS messages: queries, streams of queries, the addresses of answers. */
#include "dns_message.h"

#define QUESTION_TAIL	4	/* type and class behind a name, RFC 1035 section 4.1.2 */
#define RECORD_TAIL	10	/* type to length behind an owner, ibid. 4.1.3 */
#define QUESTION_MIN	(1 + QUESTION_TAIL)	/* of the root */
#define RECORD_MIN	(1 + RECORD_TAIL)
#define LENGTH_SIZE	2	/* before a message over TCP, ibid. 4.2.2 */
#define TTL_MAX		0x7fffffff	/* RFC 2181 section 8 */

/* SvcParamKeys, RFC 9460 section 14.3.2. */
#define PARAM_IPV4HINT	4
#define PARAM_IPV6HINT	6

/* The IANA registry "Resource Record (RR) TYPEs"; 255 is written "*" there. */
static const struct { u16 type; const char *name; } types[] = {
	{ 1, "A" }, { 2, "NS" }, { 3, "MD" }, { 4, "MF" }, { 5, "CNAME" }, { 6, "SOA" },
	{ 7, "MB" }, { 8, "MG" }, { 9, "MR" }, { 10, "NULL" }, { 11, "WKS" }, { 12, "PTR" },
	{ 13, "HINFO" }, { 14, "MINFO" }, { 15, "MX" }, { 16, "TXT" }, { 17, "RP" },
	{ 18, "AFSDB" }, { 19, "X25" }, { 20, "ISDN" }, { 21, "RT" }, { 22, "NSAP" },
	{ 23, "NSAP-PTR" }, { 24, "SIG" }, { 25, "KEY" }, { 26, "PX" }, { 27, "GPOS" },
	{ 28, "AAAA" }, { 29, "LOC" }, { 30, "NXT" }, { 31, "EID" }, { 32, "NIMLOC" },
	{ 33, "SRV" }, { 34, "ATMA" }, { 35, "NAPTR" }, { 36, "KX" }, { 37, "CERT" },
	{ 38, "A6" }, { 39, "DNAME" }, { 40, "SINK" }, { 41, "OPT" }, { 42, "APL" },
	{ 43, "DS" }, { 44, "SSHFP" }, { 45, "IPSECKEY" }, { 46, "RRSIG" }, { 47, "NSEC" },
	{ 48, "DNSKEY" }, { 49, "DHCID" }, { 50, "NSEC3" }, { 51, "NSEC3PARAM" },
	{ 52, "TLSA" }, { 53, "SMIMEA" }, { 55, "HIP" }, { 56, "NINFO" }, { 57, "RKEY" },
	{ 58, "TALINK" }, { 59, "CDS" }, { 60, "CDNSKEY" }, { 61, "OPENPGPKEY" },
	{ 62, "CSYNC" }, { 63, "ZONEMD" }, { 64, "SVCB" }, { 65, "HTTPS" }, { 66, "DSYNC" },
	{ 67, "HHIT" }, { 68, "BRID" }, { 99, "SPF" }, { 100, "UINFO" }, { 101, "UID" },
	{ 102, "GID" }, { 103, "UNSPEC" }, { 104, "NID" }, { 105, "L32" }, { 106, "L64" },
	{ 107, "LP" }, { 108, "EUI48" }, { 109, "EUI64" }, { 128, "NXNAME" }, { 249, "TKEY" },
	{ 250, "TSIG" }, { 251, "IXFR" }, { 252, "AXFR" }, { 253, "MAILB" }, { 254, "MAILA" },
	{ 255, "ANY" }, { 256, "URI" }, { 257, "CAA" }, { 258, "AVC" }, { 259, "DOA" },
	{ 260, "AMTRELAY" }, { 261, "RESINFO" }, { 262, "WALLET" }, { 263, "CLA" },
	{ 264, "IPN" }, { 32768, "TA" }, { 32769, "DLV" },
};

const char *levee_dns_type_name(u16 type)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(types); i++)
		if (types[i].type == type)
			return types[i].name;
	return NULL;
}

int levee_dns_type_number(const char *text)
{
	u32 number = 0;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(types); i++)
		if (!strcasecmp(types[i].name, text))
			return types[i].type;
	if (strncasecmp(text, "TYPE", 4) || !text[4])
		return -ENOENT;
	for (text += 4; *text; text++) {
		if (*text < '0' || *text > '9')
			return -ENOENT;
		number = number * 10 + (*text - '0');
		if (number > 65535)
			return -ENOENT;
	}
	return (int)number;
}

size_t levee_dns_type_format(char *buf, size_t size, u16 type)
{
	const char *name = levee_dns_type_name(type);

	return name ? scnprintf(buf, size, "%s", name) : scnprintf(buf, size, "TYPE%u", type);
}

static u16 read_be16(const u8 *wire)
{
	return (u16)(wire[0] << 8 | wire[1]);
}

static u32 read_be32(const u8 *wire)
{
	return (u32)read_be16(wire) << 16 | read_be16(wire + 2);
}

/* The fields of a header, RFC 1035 section 4.1.1. */
static bool is_response(const u8 *header)
{
	return header[2] & 0x80;
}

static bool is_truncated(const u8 *header)
{
	return header[2] & 0x02;
}

static u8 opcode_of(const u8 *header)
{
	return header[2] >> 3 & 15;
}

static u8 rcode_of(const u8 *header)
{
	return header[3] & 15;
}

static u16 question_count(const u8 *header)
{
	return read_be16(header + 4);
}

static u16 answer_count(const u8 *header)
{
	return read_be16(header + 6);
}

static u16 authority_count(const u8 *header)
{
	return read_be16(header + 8);
}

static u16 additional_count(const u8 *header)
{
	return read_be16(header + 10);
}

/* Returns where the question ends, 0 when @have ends inside it, -EINVAL when it is no name. */
static int question_end(struct levee_dns_name *name, const u8 *data, size_t have)
{
	int len = levee_dns_name_read(name, data, have, LEVEE_DNS_HEADER_SIZE, 0);

	if (len <= 0)
		return len;
	len += LEVEE_DNS_HEADER_SIZE + QUESTION_TAIL;
	return (size_t)len <= have ? len : 0;
}

/* No question: nothing but one OPT record (RFC 6891 section 6.1.2), which ends the message. */
static enum levee_dns_outcome read_options(struct levee_dns_query *query, const u8 *data,
					   size_t have, size_t total)
{
	const u8 *record = data + LEVEE_DNS_HEADER_SIZE;

	if (answer_count(data) || authority_count(data) || additional_count(data) != 1 ||
	    total < LEVEE_DNS_HEADER_SIZE + RECORD_MIN)
		return LEVEE_DNS_MALFORMED;
	if (have < LEVEE_DNS_HEADER_SIZE + RECORD_MIN)
		return LEVEE_DNS_MORE;
	if (record[0] || read_be16(record + 1) != LEVEE_DNS_TYPE_OPT ||
	    read_be16(record + 9) != total - LEVEE_DNS_HEADER_SIZE - RECORD_MIN)
		return LEVEE_DNS_MALFORMED;
	query->has_question = false;
	query->type = 0;
	query->class = 0;
	query->beyond = (u32)(total - LEVEE_DNS_HEADER_SIZE);
	query->name.len = 1;
	query->name.labels = 0;
	query->name.wire[0] = 0;
	return LEVEE_DNS_QUERY;
}

static enum levee_dns_outcome read_question(struct levee_dns_query *query, const u8 *data,
					    size_t have, size_t total)
{
	u32 records = (u32)answer_count(data) + authority_count(data) + additional_count(data);
	int end = question_end(&query->name, data, have);

	if (end < 0)
		return LEVEE_DNS_MALFORMED;
	if (!end)
		return have < total ? LEVEE_DNS_MORE : LEVEE_DNS_MALFORMED;
	query->has_question = true;
	query->type = read_be16(data + end - QUESTION_TAIL);
	query->class = read_be16(data + end - QUESTION_TAIL + 2);
	query->beyond = (u32)(total - (size_t)end);
	return records * RECORD_MIN > query->beyond ? LEVEE_DNS_MALFORMED : LEVEE_DNS_QUERY;
}

enum levee_dns_outcome levee_dns_query_read(struct levee_dns_query *query, const u8 *data,
					    size_t have, size_t total)
{
	if (total < LEVEE_DNS_HEADER_SIZE + QUESTION_MIN || total > LEVEE_DNS_MESSAGE_MAX)
		return LEVEE_DNS_MALFORMED;
	if (have < LEVEE_DNS_HEADER_SIZE)
		return LEVEE_DNS_MORE;
	if (is_response(data) || question_count(data) > 1)
		return LEVEE_DNS_MALFORMED;
	query->id = read_be16(data);
	query->opcode = opcode_of(data);
	if (!question_count(data))
		return read_options(query, data, have, total);
	return read_question(query, data, have, total);
}

/* Moves bytes from the piece to the stream's, until it holds @wanted of them. */
static void keep(struct levee_dns_stream *stream, size_t wanted, const u8 **data, size_t *size)
{
	size_t count = min_t(size_t, wanted - stream->kept, *size);

	memcpy(stream->data + stream->kept, *data, count);
	stream->kept += (u16)count;
	*data += count;
	*size -= count;
}

enum levee_dns_outcome levee_dns_stream_next(struct levee_dns_stream *stream,
					     struct levee_dns_query *query,
					     const u8 **data, size_t *size)
{
	size_t skipped = min_t(size_t, stream->skip, *size);
	enum levee_dns_outcome outcome;
	size_t total;

	if (stream->malformed)
		return LEVEE_DNS_MALFORMED;
	stream->skip -= (u16)skipped;
	*data += skipped;
	*size -= skipped;
	if (!*size)
		return LEVEE_DNS_MORE;

	if (stream->kept < LENGTH_SIZE)
		keep(stream, LENGTH_SIZE, data, size);
	if (stream->kept < LENGTH_SIZE)
		return LEVEE_DNS_MORE;
	total = read_be16(stream->data);
	keep(stream, LENGTH_SIZE + min_t(size_t, total, LEVEE_DNS_QUERY_PEEK), data, size);
	outcome = levee_dns_query_read(query, stream->data + LENGTH_SIZE,
				       stream->kept - LENGTH_SIZE, total);
	if (outcome == LEVEE_DNS_QUERY) {
		stream->skip = (u16)(total + LENGTH_SIZE - stream->kept);
		stream->kept = 0;
	}
	stream->malformed = outcome == LEVEE_DNS_MALFORMED;
	return outcome;
}

/* One record of an answer: all but its owner, as offsets into the message. */
struct record {
	u16 type;
	u16 class;
	u32 ttl;
	size_t data;
	size_t end;	/* of its data, where the next record begins */
};

/* A CNAME record, or one that names a service. */
struct link {
	u16 owner;
	u16 target;
	bool is_service;
	u32 ttl;
};

static bool is_service(u16 type)
{
	return type == LEVEE_DNS_TYPE_SVCB || type == LEVEE_DNS_TYPE_HTTPS;
}

/* Returns above 0; 0 when the bytes end inside the record; -EINVAL when it has no owner. */
static int read_record(struct record *record, struct levee_dns_name *owner,
		       const struct levee_dns_answer *answer, size_t at)
{
	int len = levee_dns_name_read(owner, answer->data, answer->size, at, LEVEE_DNS_JUMPS_MAX);
	const u8 *tail;

	if (len <= 0)
		return len;
	tail = answer->data + at + len;
	at += len + RECORD_TAIL;
	if (at > answer->size)
		return 0;
	record->type = read_be16(tail);
	record->class = read_be16(tail + 2);
	record->ttl = read_be32(tail + 4);
	if (record->ttl > TTL_MAX)
		record->ttl = 0;
	record->data = at;
	record->end = at + read_be16(tail + 8);
	return record->end <= answer->size;
}

/* One name and nothing else, RFC 1035 section 3.3.1. */
static bool check_alias(const struct levee_dns_answer *answer, size_t at, size_t end,
			struct levee_dns_name *target)
{
	int len = levee_dns_name_read(target, answer->data, end, at, LEVEE_DNS_JUMPS_MAX);

	return len > 0 && at + (size_t)len == end;
}

/* RFC 9460 section 2.2: a priority, a name that is not compressed, parameters by ascending key. */
static bool check_service(const struct levee_dns_answer *answer, size_t at, size_t end,
			  struct levee_dns_name *target)
{
	int len = end - at < 2 ? 0 : levee_dns_name_read(target, answer->data, end, at + 2, 0);
	int last = -1;

	if (len <= 0)
		return false;
	at += 2 + len;
	while (at < end) {
		u32 key, count;

		if (end - at < 4)
			return false;
		key = read_be16(answer->data + at);
		count = read_be16(answer->data + at + 2);
		at += 4;
		if ((int)key <= last || count > end - at)
			return false;
		if (key == PARAM_IPV4HINT && (!count || count % 4))
			return false;
		if (key == PARAM_IPV6HINT && (!count || count % 16))
			return false;
		last = (int)key;
		at += count;
	}
	return true;
}

/* Whether the data are what the type says, as far as anything is taken from them. */
static bool check_record(const struct levee_dns_answer *answer, const struct record *record,
			 struct levee_dns_name *scratch)
{
	size_t count = record->end - record->data;

	switch (record->type) {
	case LEVEE_DNS_TYPE_A:
		return count == 4;
	case LEVEE_DNS_TYPE_AAAA:
		return count == 16;
	case LEVEE_DNS_TYPE_CNAME:
		return check_alias(answer, record->data, record->end, scratch);
	case LEVEE_DNS_TYPE_SVCB:
	case LEVEE_DNS_TYPE_HTTPS:
		return check_service(answer, record->data, record->end, scratch);
	default:
		return true;
	}
}

/* Checks a record of class IN at @at, and notes it if it leads to a name. */
static bool take_record(const struct levee_dns_answer *answer, size_t at,
			const struct record *record, struct levee_dns_name *scratch,
			struct link links[LEVEE_DNS_LINKS_MAX], u32 *count)
{
	bool service = is_service(record->type);

	if (!check_record(answer, record, scratch))
		return false;
	if (!service && record->type != LEVEE_DNS_TYPE_CNAME)
		return true;
	if (*count == LEVEE_DNS_LINKS_MAX)
		return false;
	links[(*count)++] = (struct link){
		.owner = (u16)at,
		.target = (u16)(service ? record->data + 2 : record->data),
		.is_service = service,
		.ttl = record->ttl,
	};
	return true;
}

/* Counts the records up to the first that cannot be read; returns how many of them are links. */
static u32 read_records(struct levee_dns_answer *answer, u32 wanted, bool whole,
			struct link links[LEVEE_DNS_LINKS_MAX])
{
	struct levee_dns_name scratch __uninitialized;
	size_t at = answer->record;
	struct record record;
	u32 count = 0;
	int outcome;

	for (; answer->records < wanted; answer->records++) {
		outcome = read_record(&record, &scratch, answer, at);
		if (!outcome && !whole) {
			answer->partial = true;
			break;
		}
		if (outcome <= 0 || (record.class == LEVEE_DNS_CLASS_IN &&
				     !take_record(answer, at, &record, &scratch, links, &count))) {
			answer->malformed = true;
			break;
		}
		at = record.end;
	}
	return count;
}

/* Returns the name's place in the first @count of answer->found, or @count. */
static u32 find_name(const struct levee_dns_answer *answer, u32 count,
		     const struct levee_dns_name *name)
{
	u32 i;

	for (i = 0; i < count; i++)
		if (levee_dns_name_equal(&answer->found[i].name, name))
			break;
	return i;
}

/* Adds where a link of the name at @from leads to, unless that is known. */
static void follow_link(struct levee_dns_answer *answer, u32 from, const struct link *link)
{
	struct levee_dns_name *name = &answer->found[answer->names].name;

	levee_dns_name_read(name, answer->data, answer->size, link->target, LEVEE_DNS_JUMPS_MAX);
	/* A service at "." is at its owner, an alias to "." nowhere (RFC 9460 section 2.5). */
	if (link->is_service && !name->labels)
		return;
	if (find_name(answer, answer->names, name) < answer->names)
		return;
	answer->found[answer->names].ttl = min(answer->found[from].ttl, link->ttl);
	answer->names++;
}

/*
 * Follows all links of a kind from the first *@end names, which may rise on the
 * way. Names differ, so a link is followed once at most: answer->found has room.
 */
static void follow_links(struct levee_dns_answer *answer, const u8 *end, bool service,
			 const struct link *links, u32 count)
{
	struct levee_dns_name owner __uninitialized;
	u32 i, j;

	for (i = 0; i < *end; i++) {
		for (j = 0; j < count; j++) {
			if (links[j].is_service != service)
				continue;
			levee_dns_name_read(&owner, answer->data, answer->size, links[j].owner,
					    LEVEE_DNS_JUMPS_MAX);
			if (levee_dns_name_equal(&owner, &answer->found[i].name))
				follow_link(answer, i, &links[j]);
		}
	}
}

bool levee_dns_answer_read(struct levee_dns_answer *answer, const u8 *data, size_t have,
			   size_t total)
{
	struct link links[LEVEE_DNS_LINKS_MAX] __uninitialized;
	u32 wanted, count;
	int end;

	if (have < LEVEE_DNS_HEADER_SIZE + QUESTION_MIN || total > LEVEE_DNS_MESSAGE_MAX)
		return false;
	if (!is_response(data) || opcode_of(data) || question_count(data) != 1)
		return false;
	end = question_end(&answer->found[0].name, data, have);
	if (end <= 0)
		return false;

	answer->id = read_be16(data);
	answer->rcode = rcode_of(data);
	answer->truncated = is_truncated(data);
	answer->type = read_be16(data + end - QUESTION_TAIL);
	answer->class = read_be16(data + end - QUESTION_TAIL + 2);
	answer->found[0].ttl = TTL_MAX;
	answer->data = data;
	answer->size = have;
	answer->record = (size_t)end;
	answer->records = 0;
	answer->param = 0;
	answer->param_end = 0;
	answer->addr = 0;
	answer->addr_end = 0;

	wanted = answer->class == LEVEE_DNS_CLASS_IN ? answer_count(data) : 0;
	answer->malformed = false;
	answer->partial = wanted > LEVEE_DNS_RECORDS_MAX;
	wanted = min_t(u32, wanted, LEVEE_DNS_RECORDS_MAX);
	count = read_records(answer, wanted, have == total, links);
	answer->names = 1;
	follow_links(answer, &answer->names, false, links, count);
	answer->chain = answer->names;
	follow_links(answer, &answer->chain, true, links, count);
	return true;
}

static void open_addresses(struct levee_dns_answer *answer, size_t at, size_t end, u32 len)
{
	answer->addr = at;
	answer->addr_end = end;
	answer->addr_len = len;
}

/* Takes the next record, whose addresses or parameters are then the next. */
static void open_record(struct levee_dns_answer *answer)
{
	struct levee_dns_name name __uninitialized;
	struct record record;
	u32 i;

	read_record(&record, &name, answer, answer->record);
	answer->record = record.end;
	answer->records--;
	i = find_name(answer, answer->chain, &name);
	if (record.class != LEVEE_DNS_CLASS_IN || i == answer->chain)
		return;
	answer->ttl = min(record.ttl, answer->found[i].ttl);
	if (record.type == LEVEE_DNS_TYPE_A || record.type == LEVEE_DNS_TYPE_AAAA) {
		open_addresses(answer, record.data, record.end,
			       record.type == LEVEE_DNS_TYPE_A ? 4 : 16);
	} else if (is_service(record.type) && read_be16(answer->data + record.data)) {
		/* Not of an alias (priority 0), which has none: RFC 9460 section 2.4.2. */
		answer->param = record.data + 2 +
			levee_dns_name_read(&name, answer->data, record.end, record.data + 2, 0);
		answer->param_end = record.end;
	}
}

static void open_param(struct levee_dns_answer *answer)
{
	const u8 *param = answer->data + answer->param;
	size_t at = answer->param + 4;

	answer->param = at + read_be16(param + 2);
	if (read_be16(param) == PARAM_IPV4HINT)
		open_addresses(answer, at, answer->param, 4);
	if (read_be16(param) == PARAM_IPV6HINT)
		open_addresses(answer, at, answer->param, 16);
}

bool levee_dns_answer_next(struct levee_dns_answer *answer, struct levee_addr *addr, u32 *ttl)
{
	while (answer->addr == answer->addr_end) {
		if (answer->param < answer->param_end)
			open_param(answer);
		else if (answer->records)
			open_record(answer);
		else
			return false;
	}
	levee_addr_read(addr, answer->data + answer->addr, answer->addr_len);
	answer->addr += answer->addr_len;
	*ttl = answer->ttl;
	return true;
}
