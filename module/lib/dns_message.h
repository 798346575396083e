/* SPDX-License-Identifier: GPL-2.0 */
/*
 * DNS messages (RFC 1035): what a query asks, over UDP or TCP, and to which
 * addresses an answer leads. Nothing is guessed: what cannot be read is said to
 * be malformed.
 */
#ifndef LEVEE_LIB_DNS_MESSAGE_H
#define LEVEE_LIB_DNS_MESSAGE_H

#include "addr.h"
#include "dns_name.h"

#define LEVEE_DNS_MESSAGE_MAX	65535	/* the prefix of a message over TCP has 16 bits */
/* Header, name, type and class: as much of a query as is ever looked at. */
#define LEVEE_DNS_QUERY_PEEK	(LEVEE_DNS_HEADER_SIZE + LEVEE_DNS_NAME_MAX + 4)
#define LEVEE_DNS_JUMPS_MAX	16	/* compression pointers of a name in an answer */
#define LEVEE_DNS_LINKS_MAX	16	/* CNAME, SVCB and HTTPS records of an answer, together */
#define LEVEE_DNS_RECORDS_MAX	256	/* records of an answer that are read */
#define LEVEE_DNS_TYPE_TEXT_MAX	11	/* longest text of a type (OPENPGPKEY) and its NUL */

/* Record types that are read here, and the class (RFC 1035, 3596, 6891, 9460). */
enum {
	LEVEE_DNS_TYPE_A = 1,
	LEVEE_DNS_TYPE_CNAME = 5,
	LEVEE_DNS_TYPE_AAAA = 28,
	LEVEE_DNS_TYPE_OPT = 41,
	LEVEE_DNS_TYPE_SVCB = 64,
	LEVEE_DNS_TYPE_HTTPS = 65,
	LEVEE_DNS_CLASS_IN = 1,
};

/**
 * levee_dns_type_name() - the mnemonic of a record type
 * @type: from the wire
 *
 * Return: as in the IANA registry ("AAAA", "NSAP-PTR", for 255 "ANY"), or NULL
 * for one that it does not have.
 */
const char *levee_dns_type_name(u16 type);

/**
 * levee_dns_type_number() - the record type of a text
 * @text: a mnemonic or TYPE and a decimal number (RFC 3597), in either case
 *
 * Return: the type, or -ENOENT.
 */
int levee_dns_type_number(const char *text);

/**
 * levee_dns_type_format() - a record type as text
 * @buf: filled in, cut where it ends, and terminated unless @size is 0
 * @size: bytes of @buf; LEVEE_DNS_TYPE_TEXT_MAX is always enough
 * @type: from the wire
 *
 * The mnemonic, or TYPE65399 (RFC 3597 section 5).
 *
 * Return: the length written, without the NUL, as scnprintf() does.
 */
size_t levee_dns_type_format(char *buf, size_t size, u16 type);

/* What reading came to. What was left zero is malformed. */
enum levee_dns_outcome {
	LEVEE_DNS_MALFORMED,
	LEVEE_DNS_MORE,		/* not to be told before more bytes are there */
	LEVEE_DNS_QUERY,	/* one query, filled in */
};

/**
 * struct levee_dns_query - what a query asks
 * @id: of the message
 * @opcode: 0 to 15; with UPDATE (RFC 2136) the question is the zone
 * @has_question: false when there are EDNS options and nothing else (RFC 7873
 *	section 5.4); then @name is the root, @type and @class are 0
 * @type: asked for
 * @class: asked for
 * @beyond: bytes behind the question: options, other sections, what trails
 * @name: asked for
 */
struct levee_dns_query {
	u16 id;
	u8 opcode;
	bool has_question;
	u16 type;
	u16 class;
	u32 beyond;
	struct levee_dns_name name;
};

/**
 * levee_dns_query_read() - read a query
 * @query: filled in for LEVEE_DNS_QUERY; undefined otherwise
 * @data: the first @have bytes of the message
 * @have: at most @total; with LEVEE_DNS_QUERY_PEEK of them it is never
 *	LEVEE_DNS_MORE, and with all of them neither
 * @total: bytes of the message
 *
 * Malformed: a response; other than one question (or none beside one OPT record
 * that ends the message); a name that is compressed, has a reserved label type,
 * is over 255 bytes or cut short; more records in the other sections than the
 * rest of the message can hold at 11 bytes each; no room for a question.
 * Everything behind the question is counted, not read. What is told of some
 * bytes is never told otherwise of more of the same message. Any context.
 */
enum levee_dns_outcome levee_dns_query_read(struct levee_dns_query *query, const u8 *data,
					    size_t have, size_t total);

/**
 * struct levee_dns_stream - queries in one direction of a TCP connection; zeroed, it is a new one
 * @skip: bytes of a message that was handed out which are still to come
 * @kept: bytes in @data
 * @malformed: whether it was; there is no way back
 * @data: a message's length prefix (RFC 1035 section 4.2.2), header and question
 */
struct levee_dns_stream {
	u16 skip;
	u16 kept;
	bool malformed;
	u8 data[2 + LEVEE_DNS_QUERY_PEEK];
};

static_assert(sizeof(struct levee_dns_stream) <= 320);

/**
 * levee_dns_stream_next() - the next query of a stream
 * @stream: the state of the connection; the caller serialises
 * @query: filled in for LEVEE_DNS_QUERY; undefined otherwise
 * @data: the bytes that follow those of the calls before; moved on
 * @size: of them; lowered by what was consumed
 *
 * Call it until it is no longer LEVEE_DNS_QUERY. A query is handed out as soon
 * as its question is complete, before the rest of its message is seen, which is
 * then skipped. How the stream is cut into pieces makes no difference but to the
 * cost: each call reads a question from its beginning, once. Any context.
 *
 * Return: LEVEE_DNS_QUERY; LEVEE_DNS_MORE when all of @size is consumed;
 * LEVEE_DNS_MALFORMED, and then for good.
 */
enum levee_dns_outcome levee_dns_stream_next(struct levee_dns_stream *stream,
					     struct levee_dns_query *query,
					     const u8 **data, size_t *size);

/**
 * struct levee_dns_answer - an answer, and what was found in it; some 4.5 KiB
 * @id: of the message
 * @rcode: 0 to 15; whether an answer with an error counts is for the caller
 * @truncated: the TC bit
 * @malformed: something could not be read; it and what follows are left out
 * @partial: records were left out because @data ended before the message or
 *	there were more than LEVEE_DNS_RECORDS_MAX
 * @type: asked for
 * @class: asked for
 * @chain: names in @found that the question's name is an alias of, itself the first
 * @names: all names in @found
 * @found: the chain, and behind it what SVCB and HTTPS records of the chain
 *	lead to
 *
 * The rest belongs to levee_dns_answer_next().
 */
struct levee_dns_answer {
	u16 id;
	u8 rcode;
	bool truncated;
	bool malformed;
	bool partial;
	u16 type;
	u16 class;
	u8 chain;
	u8 names;
	struct {
		u32 ttl;	/* the smallest on the way here */
		struct levee_dns_name name;
	} found[1 + LEVEE_DNS_LINKS_MAX];

	const u8 *data;
	size_t size;
	size_t record;		/* the next one, and how many there are from there on */
	u32 records;
	size_t param;		/* the next parameter of an SVCB or HTTPS record */
	size_t param_end;
	size_t addr;		/* the next address in a record or parameter */
	size_t addr_end;
	u32 addr_len;
	u32 ttl;
};

/**
 * levee_dns_answer_read() - read an answer's question and answer section
 * @answer: filled in; undefined when false is returned
 * @data: the message, in one piece; must stay while @answer is used
 * @have: bytes of @data that are there, at most @total
 * @total: bytes of the message
 *
 * Every record is read up to the first that cannot be: a name compressed other
 * than backwards with LEVEE_DNS_JUMPS_MAX pointers, content that its type does
 * not have, a link too many. Records of a class other than IN are passed over,
 * and in an answer to a question of another class, all are. A name that is
 * reached in two ways, against RFC 1034 section 3.6.2, has the TTL of the way
 * with fewer links. Any context; stack below 1 KiB; bounded by
 * LEVEE_DNS_RECORDS_MAX.
 *
 * Return: false when it is no response to a QUERY of one question, or that
 * question cannot be read.
 */
bool levee_dns_answer_read(struct levee_dns_answer *answer, const u8 *data, size_t have,
			   size_t total);

/**
 * levee_dns_answer_next() - the next address that the question's name resolves to
 * @answer: read; the calls before moved it on
 * @addr: filled in
 * @ttl: filled in: seconds, the smallest along the chain (RFC 2181 section 8)
 *
 * Addresses are those of A and AAAA records of the chain's names, and the hints
 * of their SVCB and HTTPS records (RFC 9460), in the order of the records,
 * whatever the order of the chain.
 *
 * Return: false when there is none left.
 */
bool levee_dns_answer_next(struct levee_dns_answer *answer, struct levee_addr *addr, u32 *ttl);

#endif /* LEVEE_LIB_DNS_MESSAGE_H */
