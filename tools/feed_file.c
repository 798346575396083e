// SPDX-License-Identifier: GPL-2.0
/* One line at a time, in a buffer of one line, whatever the file. */
#define _POSIX_C_SOURCE 200809L
#include <arpa/inet.h>
#include <ctype.h>
#include <stdlib.h>
#include <strings.h>

#include "feed_file.h"
#include "lib/addr.h"
#include "lib/entry.h"
#include "lib/limits.h"
#include "name_text.h"

#define FAULTS_TOLD 20	/* a file of another kind has one a line */
#define EXPECT_DOMAINS \
	"a name, ADDRESS NAME..., NAME CNAME ., ||NAME^ or address=/NAME/"
#define EXPECT_ADDRESSES "an address, ADDRESS/LENGTH, FIRST - LAST or FIRST,LAST"

struct span {
	const char *text;
	size_t len;
};

struct reader {
	struct feed_file *feed;
	struct diag *diag;
	bool lenient;
	bool failed;		/* memory, the stream, or the bound of a feed; told */
	u64 faults;
	u32 parentheses;	/* open in a zone file's SOA */
	bool has_origin;
	bool has_apex;
	struct levee_dns_name origin;
	struct levee_dns_name apex;
	FILE *in;
	size_t begin;		/* of what is not parsed yet, in the buffer */
	size_t end;
	char buffer[FEED_LINE_MAX + 1];
};

static const char *const kind_names[] = {
	[LEVEE_FEED_KIND_DOMAINS] = "domains",
	[LEVEE_FEED_KIND_ADDRESSES] = "addresses",
};

static_assert(ARRAY_SIZE(kind_names) == LEVEE_FEED_KIND_MAX + 1, "a name for each kind");

const char *feed_kind_name(u32 kind)
{
	return kind < ARRAY_SIZE(kind_names) ? kind_names[kind] : NULL;
}

static void fail_all(struct reader *r, const char *why)
{
	if (!r->failed)
		diag_error(r->diag, (struct mark){ 0 }, "%s", why);
	r->failed = true;
}

/* Why what was read cannot be kept; 0 is nothing. */
static void fail_add(struct reader *r, int err)
{
	bool domains = r->feed->kind == LEVEE_FEED_KIND_DOMAINS;
	u32 most = domains ? LEVEE_FEED_DOMAINS_MAX : LEVEE_FEED_PREFIXES_MAX;
	char why[80];

	if (!err)
		return;
	snprintf(why, sizeof(why), "too many %s, expected at most %u",
		 domains ? "names" : "prefixes", most);
	fail_all(r, err == -E2BIG ? why : "out of memory");
}

static void bad_line(struct reader *r, const char *what, struct span text, const char *expected)
{
	struct mark at = { r->feed->lines, 0 };
	char quote[TEXT_QUOTE_MAX];

	text_escape(quote, sizeof(quote), text.text, text.len);
	if (r->faults++ >= FAULTS_TOLD)
		r->diag->errors += !r->lenient;
	else if (r->lenient)
		diag_warning(r->diag, at, "%s \"%s\", expected %s", what, quote, expected);
	else
		diag_error(r->diag, at, "%s \"%s\", expected %s", what, quote, expected);
}

static void keep_name(struct reader *r, const struct levee_dns_name *name)
{
	fail_add(r, feed_names_add(&r->feed->names, name));
}

/* A name as a list has it; "*.", "." and nothing in front mean the same. */
static bool parse_name(struct levee_dns_name *name, struct span text, struct text_fault *fault)
{
	u32 target;

	if (!name_text_entry(name, &target, text.text, text.len, fault))
		return false;
	return name->labels || text_fail(fault, "the root, which covers every name", "a name");
}

static void add_name(struct reader *r, struct span text)
{
	struct levee_dns_name name;
	struct text_fault fault;

	if (parse_name(&name, text, &fault))
		keep_name(r, &name);
	else
		bad_line(r, fault.what, text, fault.expected);
}

/* The next word of a line, cut off its front; one without length at the end. */
static struct span next_word(struct span *line)
{
	struct span word;
	size_t at = 0;

	while (at < line->len && (line->text[at] == ' ' || line->text[at] == '\t'))
		at++;
	word = (struct span){ line->text + at, 0 };
	while (at + word.len < line->len && word.text[word.len] != ' ' &&
	       word.text[word.len] != '\t')
		word.len++;
	line->text = word.text + word.len;
	line->len -= at + word.len;
	return word;
}

static bool is_word(struct span word, const char *text)
{
	return word.len == strlen(text) && !strncasecmp(word.text, text, word.len);
}

static bool begins(struct span line, const char *text)
{
	return line.len >= strlen(text) && !memcmp(line.text, text, strlen(text));
}

static bool is_one_of(struct span word, const char *const *names, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (is_word(word, names[i]))
			return true;
	return false;
}

/* Addresses at which nothing is reached: that of a name on a list of bad ones. */
static bool is_sink(struct span word)
{
	static const char *const sinks[] = { "", "#", "0.0.0.0", "::", "::1", "::0" };

	return is_one_of(word, sinks, ARRAY_SIZE(sinks)) || begins(word, "127.");
}

/* ADDRESS NAME..., hosts(5), with what every such file says of the machine itself. */
static void hosts_line(struct reader *r, struct span address, struct span line)
{
	static const char *const own[] = {
		"localhost", "localhost.localdomain", "localhost4", "localhost6",
		"localhost4.localdomain4", "localhost6.localdomain6", "local", "broadcasthost",
		"ip6-localhost", "ip6-loopback", "ip6-localnet", "ip6-mcastprefix",
		"ip6-allnodes", "ip6-allrouters", "ip6-allhosts", "0.0.0.0",
	};
	struct span name;

	while ((name = next_word(&line)).len) {
		if (is_one_of(name, own, ARRAY_SIZE(own)))
			continue;
		if (!is_sink(address)) {
			bad_line(r, "a host with an address of its own", address,
				 "0.0.0.0, 127.0.0.1, :: or ::1 before the name");
			return;
		}
		add_name(r, name);
	}
}

/* ||NAME^ */
static void adblock_line(struct reader *r, struct span line)
{
	struct span name = { line.text + 2, line.len - 2 };

	if (!name.len || name.text[name.len - 1] != '^') {
		bad_line(r, "a filter that is not for a whole name", line, "||NAME^");
		return;
	}
	name.len--;
	add_name(r, name);
}

/* address=/NAME/.../ADDRESS, dnsmasq(8); local= and server= where they lead nowhere. */
static void dnsmasq_line(struct reader *r, struct span line)
{
	const char *slash = memchr(line.text, '/', line.len), *end = line.text + line.len, *next;
	bool is_address = begins(line, "address=");
	struct span target = { end, 0 };

	for (const char *p = end; p > slash + 1 && p[-1] != '/'; p--)
		target = (struct span){ p - 1, end - (p - 1) };
	if ((is_address && !is_sink(target)) || (!is_address && target.len)) {
		bad_line(r, "an address that is no sink", line, "address=/NAME/");
		return;
	}
	if (target.text == slash + 1) {
		bad_line(r, "the name is missing", line, "address=/NAME/");
		return;
	}
	for (const char *p = slash + 1; p < target.text; p = next + 1) {
		next = memchr(p, '/', target.text - p);
		add_name(r, (struct span){ p, next - p });
	}
}

/* A zone file's name: below the origin, unless a dot ends it. */
static bool zone_name(struct reader *r, struct levee_dns_name *name, struct span text,
		      struct text_fault *fault)
{
	bool absolute = text.len && text.text[text.len - 1] == '.';

	if (!name_text_parse(name, text.text, text.len, fault))
		return false;
	if (absolute || !r->has_origin)
		return true;
	if (name->len - 1 + r->origin.len > LEVEE_DNS_NAME_MAX)
		return text_fail(fault, "name is longer than 255 bytes",
				 "it with its origin to fit");
	memcpy(name->wire + name->len - 1, r->origin.wire, r->origin.len);
	name->len += r->origin.len - 1;
	name->labels += r->origin.labels;
	return true;
}

/* The outermost origin is the zone's own name, which no trigger has in it. */
static void set_origin(struct reader *r, const struct levee_dns_name *name)
{
	if (!r->has_apex)
		r->apex = *name;
	r->has_apex = true;
}

static void directive(struct reader *r, struct span line)
{
	struct span all = line, word = next_word(&line), text = next_word(&line);
	struct levee_dns_name name;
	struct text_fault fault;

	if (is_word(word, "$TTL"))
		return;
	if (!is_word(word, "$ORIGIN")) {
		bad_line(r, "an unknown directive", all, "$TTL or $ORIGIN");
		return;
	}
	if (!zone_name(r, &name, text, &fault)) {
		bad_line(r, fault.what, all, fault.expected);
		return;
	}
	r->origin = name;
	r->has_origin = true;
	set_origin(r, &name);
}

static bool is_ttl(struct span word)
{
	static const char units[] = "smhdwSMHDW";
	bool number = false;

	for (size_t i = 0; i < word.len; i++) {
		if (isdigit((u8)word.text[i]))
			number = true;
		else if (!number || !strchr(units, word.text[i]))
			return false;
	}
	return number;
}

static void count_parentheses(struct reader *r, struct span line)
{
	for (size_t i = 0; i < line.len; i++) {
		if (line.text[i] == '(')
			r->parentheses++;
		else if (line.text[i] == ')' && r->parentheses)
			r->parentheses--;
	}
}

/* Without the zone's own name behind it, which a trigger in full has. */
static bool cut_apex(struct reader *r, struct levee_dns_name *name, struct text_fault *fault)
{
	u32 at = 0;

	if (!r->has_apex || !r->apex.labels)
		return true;
	if (!levee_dns_name_is_below(name, &r->apex))
		return text_fail(fault, "a name outside its zone", "one below $ORIGIN or the SOA");
	while (name->len - at > r->apex.len)
		at = levee_dns_name_next(name, at);
	name->wire[at] = 0;
	name->len = at + 1;
	name->labels -= r->apex.labels;
	return true;
}

static bool is_other_trigger(const struct levee_dns_name *name)
{
	static const char *const kinds[] = { "rpz-ip", "rpz-nsip", "rpz-nsdname", "rpz-client-ip" };
	u8 offsets[LEVEE_DNS_LABELS_MAX + 1];
	u32 labels = levee_dns_name_offsets(name, offsets);
	const u8 *last = labels ? name->wire + offsets[labels - 1] : name->wire;

	return is_one_of((struct span){ (const char *)last + 1, *last }, kinds, ARRAY_SIZE(kinds));
}

static void add_trigger(struct reader *r, struct span all, struct span owner)
{
	bool absolute = owner.text[owner.len - 1] == '.';
	struct levee_dns_name name;
	struct text_fault fault;

	if (owner.len > 2 && owner.text[0] == '*' && owner.text[1] == '.') {
		owner.text += 2;
		owner.len -= 2;
	}
	/* Without $ORIGIN, a relative name is the trigger as it stands. */
	if (!zone_name(r, &name, owner, &fault) ||
	    ((absolute || r->has_origin) && !cut_apex(r, &name, &fault)))
		bad_line(r, fault.what, owner, fault.expected);
	else if (!name.labels)
		bad_line(r, "the root", all, "a name");
	else if (is_other_trigger(&name))
		bad_line(r, "a trigger that is no name", all, "NAME CNAME .");
	else
		keep_name(r, &name);
}

/* [OWNER] [TTL] [IN] TYPE DATA, of a response policy zone. */
static void record_line(struct reader *r, struct span all, struct span owner, struct span line)
{
	static const char *const refusals[] = { ".", "*.", "rpz-drop." };
	static const char *const meta[] = { "NS", "SOA", "IN" };
	struct span type;
	bool at_apex = is_word(owner, "@");

	if (is_one_of(owner, meta, ARRAY_SIZE(meta)) || is_ttl(owner)) {
		/* No owner: that of the record before, which can only be the zone's own. */
		at_apex = true;
		line = all;
	}
	do {
		type = next_word(&line);
	} while (is_word(type, "IN") || is_ttl(type));
	if (is_word(type, "SOA")) {
		struct levee_dns_name name;
		struct text_fault fault;

		if (!at_apex && zone_name(r, &name, owner, &fault))
			set_origin(r, &name);
		count_parentheses(r, line);
	} else if (is_word(type, "CNAME") && !at_apex) {
		struct span target = next_word(&line);

		if (is_one_of(target, refusals, ARRAY_SIZE(refusals)) && !next_word(&line).len)
			add_trigger(r, all, owner);
		else
			bad_line(r, "a CNAME that is no refusal", all, "NAME CNAME .");
	} else if (!at_apex && !is_word(type, "NS")) {
		bad_line(r, "no line of such a feed", all, EXPECT_DOMAINS);
	}
}

static bool is_hosts_address(struct span word)
{
	const char *zone = memchr(word.text, '%', word.len);

	return name_text_is_address(word.text, zone ? (size_t)(zone - word.text) : word.len);
}

static void domain_line(struct reader *r, struct span line)
{
	struct span all = line, word, rest;

	if (r->parentheses) {
		count_parentheses(r, line);
		return;
	}
	if (begins(line, "||")) {
		adblock_line(r, line);
		return;
	}
	if (begins(line, "@@")) {
		bad_line(r, "an exception", line, EXPECT_DOMAINS);
		return;
	}
	if (begins(line, "address=/") || begins(line, "local=/") || begins(line, "server=/")) {
		dnsmasq_line(r, line);
		return;
	}
	if (*line.text == '$') {
		directive(r, line);
		return;
	}
	word = next_word(&line);
	rest = line;
	if (!next_word(&rest).len)
		add_name(r, word);
	else if (is_hosts_address(word))
		hosts_line(r, word, line);
	else
		record_line(r, all, word, line);
}

static struct span trim(struct span text)
{
	while (text.len && (*text.text == ' ' || *text.text == '\t')) {
		text.text++;
		text.len--;
	}
	while (text.len && (text.text[text.len - 1] == ' ' || text.text[text.len - 1] == '\t'))
		text.len--;
	return text;
}

/* An address as it was written, IPv4-mapped included, as 4 or 16 bytes; 0 if it is none. */
static u32 read_address(u8 wire[16], struct span text)
{
	char copy[INET6_ADDRSTRLEN];

	if (text.len >= sizeof(copy))
		return 0;
	memcpy(copy, text.text, text.len);
	copy[text.len] = 0;
	if (inet_pton(AF_INET, copy, wire) == 1)
		return 4;
	return inet_pton(AF_INET6, copy, wire) == 1 ? 16 : 0;
}

static bool parse_range(struct feed_range *range, bool *is_v4, struct span first, struct span last,
			struct text_fault *fault)
{
	u8 first_wire[16], last_wire[16];
	u32 first_len = read_address(first_wire, trim(first));
	u32 last_len = read_address(last_wire, trim(last));
	struct levee_addr from, to;

	if (!first_len || !last_len)
		return text_fail(fault, "bad address", EXPECT_ADDRESSES);
	levee_addr_read(&from, first_wire, first_len);
	levee_addr_read(&to, last_wire, last_len);
	if (from.is_v4 != to.is_v4)
		return text_fail(fault, "a range from IPv4 to IPv6", "one family");
	*is_v4 = from.is_v4;
	range->first = (struct feed_address){ from.hi, from.lo };
	range->last = (struct feed_address){ to.hi, to.lo };
	if (feed_address_compare(range->first, range->last) > 0)
		return text_fail(fault, "the first address is above the last", "FIRST - LAST");
	return true;
}

static bool parse_prefix(struct feed_range *range, bool *is_v4, struct span text,
			 struct text_fault *fault)
{
	static const u8 mapped[12] = { [10] = 0xff, [11] = 0xff };
	const char *slash = memchr(text.text, '/', text.len);
	struct span address = { text.text, slash ? (size_t)(slash - text.text) : text.len };
	struct levee_addr addr;
	u32 bytes, width, bits;
	u8 wire[16];
	u64 length;

	bytes = read_address(wire, address);
	if (!bytes)
		return text_fail(fault, "bad address", EXPECT_ADDRESSES);
	length = bytes * 8;
	if (slash && !text_number(slash + 1, text.len - address.len - 1, length, &length))
		return text_fail(fault, "bad prefix length", bytes == 4 ?
				 "0 to 32 for an IPv4 address" : "0 to 128 for an IPv6 address");
	if (bytes == 16 && length >= 96 && !memcmp(wire, mapped, sizeof(mapped))) {
		memmove(wire, wire + 12, 4);
		bytes = 4;
		length -= 96;
	}
	width = bytes * 8;
	bits = width - length;
	levee_addr_read(&addr, wire, bytes);
	*is_v4 = bytes == 4;
	range->first = (struct feed_address){ addr.hi, addr.lo };
	range->last = feed_address_fill(range->first, bits);
	/* What is mapped and shorter than the mapping's own prefix has bits of it set. */
	if (addr.is_v4 == *is_v4 && feed_address_ends_in_zeros(range->first, bits))
		return true;
	return text_fail(fault, "address bits are set beyond the prefix",
			 "the first address of the prefix, or a longer length");
}

static void address_line(struct reader *r, struct span line)
{
	const char *comma = memchr(line.text, ',', line.len);
	const char *dash = memchr(line.text, '-', line.len);
	const char *end = line.text + line.len;
	struct feed_range range;
	struct text_fault fault;
	bool is_v4, good;

	if (comma) {
		const char *more = memchr(comma + 1, ',', end - comma - 1);

		good = parse_range(&range, &is_v4, (struct span){ line.text, comma - line.text },
				   (struct span){ comma + 1, (more ? more : end) - comma - 1 },
				   &fault);
	} else if (dash) {
		good = parse_range(&range, &is_v4, (struct span){ line.text, dash - line.text },
				   (struct span){ dash + 1, end - dash - 1 }, &fault);
	} else {
		good = parse_prefix(&range, &is_v4, line, &fault);
	}
	if (good)
		fail_add(r, feed_ranges_add(is_v4 ? &r->feed->v4 : &r->feed->v6, &range));
	else
		bad_line(r, fault.what, line, fault.expected);
}

/* Lines. */

/* Whether a line can only be one of addresses. */
static bool looks_like_address(struct span line)
{
	size_t len = 0;

	while (len < line.len && !strchr(" \t,-/", line.text[len]))
		len++;
	if (!name_text_is_address(line.text, len))
		return false;
	line = trim((struct span){ line.text + len, line.len - len });
	return !line.len || strchr(",-/", *line.text);
}

/* Without a comment and the blanks around. */
static struct span strip(struct span line, bool *comment)
{
	const char *semicolon;

	if (line.len && line.text[line.len - 1] == '\r')
		line.len--;
	line = trim(line);
	/* "[Adblock Plus 2.0]" is what such lists begin with. */
	*comment = !line.len || strchr("#;!", *line.text) ||
		   (*line.text == '[' && line.text[line.len - 1] == ']');
	if (*comment)
		return line;
	semicolon = memchr(line.text, ';', line.len);
	if (semicolon)
		line.len = semicolon - line.text;
	for (size_t i = 1; i < line.len; i++)
		if (line.text[i] == '#' && (line.text[i - 1] == ' ' || line.text[i - 1] == '\t'))
			line.len = i;
	return trim(line);
}

static void take_line(struct reader *r, struct span line)
{
	u64 before;
	bool comment;

	line = strip(line, &comment);
	if (comment)
		return;
	if (!r->feed->kind)
		r->feed->kind = looks_like_address(line) ? LEVEE_FEED_KIND_ADDRESSES :
				LEVEE_FEED_KIND_DOMAINS;
	before = r->faults;
	if (r->feed->kind == LEVEE_FEED_KIND_DOMAINS)
		domain_line(r, line);
	else
		address_line(r, line);
	r->feed->skipped += r->faults != before;
}

/* Fills the buffer; false at the end of the stream, or when it cannot be read. */
static bool read_more(struct reader *r)
{
	size_t got;

	memmove(r->buffer, r->buffer + r->begin, r->end - r->begin);
	r->end -= r->begin;
	r->begin = 0;
	got = fread(r->buffer + r->end, 1, sizeof(r->buffer) - r->end, r->in);
	if (ferror(r->in))
		fail_all(r, strerror(errno));
	r->end += got;
	return got && !r->failed;
}

/* The part of a line that fits was judged; the rest of it is passed over. */
static void skip_line(struct reader *r)
{
	char *newline;

	do {
		newline = memchr(r->buffer + r->begin, '\n', r->end - r->begin);
		r->begin = newline ? (size_t)(newline + 1 - r->buffer) : r->end;
	} while (!newline && read_more(r));
}

static void read_lines(struct reader *r)
{
	bool more = true;

	while (!r->failed) {
		char *text = r->buffer + r->begin;
		char *newline = memchr(text, '\n', r->end - r->begin);
		struct span line = { text, newline ? (size_t)(newline - text) : r->end - r->begin };

		if (!newline && more && line.len < sizeof(r->buffer)) {
			more = read_more(r);
			continue;
		}
		if (!newline && !line.len)
			break;
		r->feed->lines++;
		if (!newline && more) {
			bad_line(r, "the line is too long", line, "at most 65535 bytes");
			r->feed->skipped++;
			skip_line(r);
			continue;
		}
		if (r->feed->lines == 1 && begins(line, "\xef\xbb\xbf"))
			line = (struct span){ line.text + 3, line.len - 3 };
		take_line(r, line);
		r->begin = newline ? (size_t)(newline + 1 - r->buffer) : r->end;
	}
}

static void finish(struct reader *r)
{
	struct feed_file *feed = r->feed;
	u64 prefixes;

	if (r->faults > FAULTS_TOLD && r->diag->out)
		diag_note(r->diag, (struct mark){ feed->lines, 0 }, "%llu more lines are bad",
			  (unsigned long long)(r->faults - FAULTS_TOLD));
	if (r->failed || (r->faults && !r->lenient))
		return;
	fail_add(r, feed_names_thin(&feed->names));
	feed_ranges_merge(&feed->v4);
	feed_ranges_merge(&feed->v6);
	prefixes = feed_ranges_prefixes(&feed->v4) + feed_ranges_prefixes(&feed->v6);
	if (prefixes > LEVEE_FEED_PREFIXES_MAX)
		fail_add(r, -E2BIG);
	feed->count = feed->names.count + prefixes;
	if (!feed->count)
		fail_all(r, "nothing is in it, expected at least one name or address");
}

bool feed_file_parse(struct feed_file *feed, u32 kind, bool lenient, FILE *in, struct diag *diag)
{
	struct reader *r = calloc(1, sizeof(*r));
	bool good;

	*feed = (struct feed_file){ .kind = kind, .v4.bytes = 4, .v6.bytes = 16 };
	if (!r) {
		diag_error(diag, (struct mark){ 0 }, "out of memory");
		return false;
	}
	r->feed = feed;
	r->diag = diag;
	r->lenient = lenient;
	r->in = in;
	read_lines(r);
	finish(r);
	good = !r->failed && (lenient || !r->faults);
	free(r);
	if (!good)
		feed_file_free(feed);
	return good;
}

bool feed_file_load(struct feed_file *feed, u32 kind, bool lenient, struct diag *diag)
{
	bool is_stdin = !strcmp(diag->file, "-"), good;
	FILE *in = stdin;

	if (!is_stdin)
		in = fopen(diag->file, "r");
	if (!in) {
		*feed = (struct feed_file){ 0 };
		diag_error(diag, (struct mark){ 0 }, "%s", strerror(errno));
		return false;
	}
	good = feed_file_parse(feed, kind, lenient, in, diag);
	if (!is_stdin)
		fclose(in);
	return good;
}

void feed_file_free(struct feed_file *feed)
{
	feed_names_free(&feed->names);
	feed_ranges_free(&feed->v4);
	feed_ranges_free(&feed->v6);
	*feed = (struct feed_file){ 0 };
}
