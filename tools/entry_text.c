// SPDX-License-Identifier: GPL-2.0
#define _POSIX_C_SOURCE 200809L
#include <arpa/inet.h>
#include <ctype.h>
#include <stdlib.h>

#include "entry_text.h"
#include "name_text.h"

#define EXPECT_TARGET \
	"an address, ADDRESS/LENGTH, internet, any, loopback or a domain, then [:PORTS][/PROTO]"
#define EXPECT_WORD \
	"an address, internet, any, loopback or a domain, " \
	"which ends in a dot where it is one label, as db."
#define EXPECT_LISTEN "PORTS/PROTO as 8080/tcp or 9000-9010/tcp, or ephemeral/PROTO"
#define EXPECT_RAW "PROTO/raw as icmp/raw, packet or xdp"
#define EXPECT_DOMAIN "example.com, \"*.example.com\" (below it) or .example.com (both)"
#define EXPECT_PROTO "a protocol as tcp, udp, sctp or icmp, or any"

bool entry_text_proto(const char *text, u16 *proto)
{
	u64 number;
	int named;

	if (!strcmp(text, "any")) {
		*proto = LEVEE_PROTO_ANY;
		return true;
	}
	if (text_number(text, strlen(text), 255, &number)) {
		*proto = number;
		return true;
	}
	named = levee_proto_number(text);
	if (named < 0)
		return false;
	*proto = named;
	return true;
}

const char *entry_text_proto_name(char buf[PROTO_TEXT_MAX], u16 proto)
{
	const char *name = levee_proto_name(proto);

	if (name)
		snprintf(buf, PROTO_TEXT_MAX, "%s", name);
	else
		snprintf(buf, PROTO_TEXT_MAX, "%u", proto);
	return buf;
}

static bool parse_ports(struct levee_entry *entry, char *text, struct text_fault *fault)
{
	const char *expected = "a port of 1 to 65535, or FIRST-LAST";
	char *dash = strchr(text, '-');
	size_t len = dash ? (size_t)(dash - text) : strlen(text);
	u64 first, last;

	if (strchr(text, ','))
		return text_fail(fault, "a list of ports",
			    "one port or FIRST-LAST, and an entry for each");
	if (!text_number(text, len, 65535, &first) || !first)
		return text_fail(fault, "bad port", expected);
	last = first;
	if (dash && !text_number(dash + 1, strlen(dash + 1), 65535, &last))
		return text_fail(fault, "bad port", expected);
	if (first > last)
		return text_fail(fault, "the first port is above the last", expected);
	entry->has_ports = true;
	entry->port_first = first;
	entry->port_last = last;
	return true;
}

/* Clears the bits beyond the prefix; false if one was set. */
static bool mask_address(struct levee_entry *entry)
{
	bool clean = true;

	for (u32 i = 0; i < entry->addr_len; i++) {
		u32 bits = i * 8 >= entry->prefix_len ? 0 : entry->prefix_len - i * 8;
		u8 mask = bits >= 8 ? 0xff : (u8)(0xff00 >> bits);

		if (entry->addr[i] & ~mask)
			clean = false;
		entry->addr[i] &= mask;
	}
	return clean;
}

static bool parse_prefix(struct levee_entry *entry, const char *address, const char *length,
			 struct text_fault *fault)
{
	static const u8 mapped[12] = { [10] = 0xff, [11] = 0xff };
	u64 len;

	entry->target = LEVEE_TARGET_PREFIX;
	if (inet_pton(AF_INET, address, entry->addr) == 1)
		entry->addr_len = 4;
	else if (inet_pton(AF_INET6, address, entry->addr) == 1)
		entry->addr_len = 16;
	else
		return text_fail(fault, "bad address", EXPECT_TARGET);
	len = entry->addr_len * 8;
	if (length && !text_number(length, strlen(length), len, &len))
		return text_fail(fault, "bad prefix length", entry->addr_len == 4 ?
			    "0 to 32 for an IPv4 address" : "0 to 128 for an IPv6 address");
	if (entry->addr_len == 16 && !memcmp(entry->addr, mapped, sizeof(mapped)) && len >= 96) {
		memmove(entry->addr, entry->addr + 12, 4);
		memset(entry->addr + 4, 0, 12);
		entry->addr_len = 4;
		len -= 96;
	}
	entry->prefix_len = len;
	if (!mask_address(entry)) {
		char right[INET6_ADDRSTRLEN];

		inet_ntop(entry->addr_len == 4 ? AF_INET : AF_INET6, entry->addr, right,
			  sizeof(right));
		text_fail(fault, "address bits are set beyond the prefix", "");
		snprintf(fault->expected, sizeof(fault->expected), "%s/%u", right,
			 entry->prefix_len);
		return false;
	}
	return true;
}

static const char *const words[] = {
	[LEVEE_TARGET_ANY] = "any",
	[LEVEE_TARGET_INTERNET] = "internet",
	[LEVEE_TARGET_LOOPBACK] = "loopback",
};

/* The target that a word names, or 0. */
static u32 word_target(const char *text, size_t len)
{
	for (u32 i = LEVEE_TARGET_ANY; i < ARRAY_SIZE(words); i++)
		if (strlen(words[i]) == len && !strncmp(text, words[i], len))
			return i;
	return 0;
}

/* What the entry holds then belongs to @name. */
static void set_name(struct levee_entry *entry, u32 target, const struct levee_dns_name *name)
{
	entry->target = target;
	entry->name = name->wire;
	entry->name_len = name->len;
}

static bool parse_word(struct levee_entry *entry, struct levee_dns_name *name, const char *text,
		       struct text_fault *fault)
{
	size_t len = strlen(text);
	u32 target;

	entry->target = word_target(text, len);
	if (entry->target)
		return true;
	if (!len)
		return text_fail(fault, "the target is missing", EXPECT_TARGET);
	if (!name_text_entry(name, &target, text, len, fault))
		return false;
	/* A word that was mistyped would be a name that nobody has. */
	if (target == LEVEE_TARGET_DOMAIN && name->labels == 1 && text[len - 1] != '.')
		return text_fail(fault, "unknown target", EXPECT_WORD);
	set_name(entry, target, name);
	return true;
}

/* TARGET[:PORTS][/PROTO], taken apart; what is not there is NULL. */
struct outbound_text {
	char *target;
	char *length;
	char *ports;
	char *proto;
	bool is_address;
};

/* The end of the target: of a bracket, of an IPv6 address with its many colons, of a word. */
static char *end_target(struct outbound_text *parts, char *text, struct text_fault *fault)
{
	char *colon, *slash, *end;

	if (*text == '[') {
		end = strchr(text, ']');
		if (!end || (end[1] && end[1] != ':' && end[1] != '/')) {
			text_fail(fault, end ? "unexpected text behind the bracket" :
			     "a bracket is not closed", "[ADDRESS]/LENGTH:PORTS/PROTO");
			return NULL;
		}
		*end = 0;
		parts->target = text + 1;
		parts->is_address = true;
		return end + 1;
	}
	parts->target = text;
	colon = strchr(text, ':');
	slash = strchr(text, '/');
	if (!colon || !strchr(colon + 1, ':') || (slash && slash < colon)) {
		end = text + strcspn(text, ":/");
		parts->is_address = isdigit((u8)*text) && end[-1] != '.' &&
				    strspn(text, "0123456789.") == (size_t)(end - text);
		return end;
	}
	parts->is_address = true;
	if (slash && strchr(slash, ':')) {
		text_fail(fault, "an IPv6 address with ports needs brackets",
			  "\"[ADDRESS]/LENGTH:PORTS/PROTO\"");
		return NULL;
	}
	return slash ? slash : text + strlen(text);
}

/* Takes the text apart in place; a number behind the first slash of an address is its length. */
static bool split_outbound(struct outbound_text *parts, char *text, struct text_fault *fault)
{
	char *rest = end_target(parts, text, fault);
	size_t digits;
	char next;

	if (!rest)
		return false;
	if (*rest == '/' && parts->is_address) {
		digits = strspn(rest + 1, "0123456789");
		if (digits && (!rest[1 + digits] || strchr(":/", rest[1 + digits]))) {
			*rest = 0;
			parts->length = rest + 1;
			rest += 1 + digits;
		}
	}
	next = *rest;
	*rest = 0;
	if (next == ':') {
		parts->ports = ++rest;
		rest += strcspn(rest, "/");
		next = *rest;
		*rest = 0;
	}
	if (next == '/')
		parts->proto = rest + 1;
	else if (next)
		return text_fail(fault, "unexpected text", EXPECT_TARGET);
	return true;
}

static bool parse_outbound(struct levee_entry *entry, struct levee_dns_name *name, char *text,
			   struct text_fault *fault)
{
	struct outbound_text parts = { 0 };

	if (strstr(text, "://"))
		return text_fail(fault, "a URL", "the domain in it, then [:PORTS][/PROTO]");
	if (!split_outbound(&parts, text, fault))
		return false;
	entry->proto = LEVEE_PROTO_ANY;
	entry->port_last = 65535;
	if (parts.is_address ? !parse_prefix(entry, parts.target, parts.length, fault) :
	    !parse_word(entry, name, parts.target, fault))
		return false;
	if (parts.proto && !entry_text_proto(parts.proto, &entry->proto))
		return text_fail(fault, "unknown protocol", EXPECT_PROTO);
	if (parts.ports && !parse_ports(entry, parts.ports, fault))
		return false;
	if (parts.ports && entry->proto != LEVEE_PROTO_ANY && !levee_proto_has_ports(entry->proto))
		return text_fail(fault, "the protocol has no ports",
				 "no ports, or tcp, udp or sctp");
	return true;
}

static bool parse_listen(struct levee_entry *entry, char *text, struct text_fault *fault)
{
	char *slash = strchr(text, '/');

	if (!slash)
		return text_fail(fault, text[strspn(text, "0123456789-")] ? "bad listen entry" :
			    "a port without a protocol", EXPECT_LISTEN);
	*slash = 0;
	if (!entry_text_proto(slash + 1, &entry->proto))
		return text_fail(fault, "unknown protocol", EXPECT_PROTO);
	if (entry->proto != LEVEE_PROTO_ANY && !levee_proto_has_ports(entry->proto))
		return text_fail(fault, "the protocol has no ports", "tcp, udp, sctp or any");
	if (!strcmp(text, "ephemeral")) {
		entry->target = LEVEE_TARGET_EPHEMERAL;
		entry->port_last = 65535;
		return true;
	}
	entry->target = LEVEE_TARGET_PORTS;
	if (text[strspn(text, "0123456789-,")])
		return text_fail(fault, "bad listen entry", EXPECT_LISTEN);
	return parse_ports(entry, text, fault);
}

static bool parse_raw(struct levee_entry *entry, char *text, struct text_fault *fault)
{
	char *slash = strchr(text, '/');

	entry->port_last = 65535;
	entry->proto = LEVEE_PROTO_ANY;
	if (!strcmp(text, "packet")) {
		entry->target = LEVEE_TARGET_PACKET;
		return true;
	}
	if (!strcmp(text, "xdp")) {
		entry->target = LEVEE_TARGET_XDP;
		return true;
	}
	if (!slash || strcmp(slash, "/raw"))
		return text_fail(fault, "bad raw-sockets entry", EXPECT_RAW);
	*slash = 0;
	entry->target = LEVEE_TARGET_RAW;
	if (!entry_text_proto(text, &entry->proto))
		return text_fail(fault, "unknown protocol", EXPECT_PROTO);
	return true;
}

static bool parse_dns(struct levee_entry *entry, struct levee_dns_name *name, const char *text,
		      struct text_fault *fault)
{
	u32 target;

	entry->proto = LEVEE_PROTO_ANY;
	entry->port_last = 65535;
	if (!name_text_entry(name, &target, text, strlen(text), fault))
		return false;
	set_name(entry, target, name);
	return true;
}

static const char *const expected[] = {
	[LEVEE_FEATURE_OUTBOUND] = EXPECT_TARGET,
	[LEVEE_FEATURE_LISTEN] = EXPECT_LISTEN,
	[LEVEE_FEATURE_RAW_SOCKETS] = EXPECT_RAW,
	[LEVEE_FEATURE_DNS] = EXPECT_DOMAIN,
};

bool entry_text_parse(struct levee_entry *entry, struct levee_dns_name *name,
		      enum levee_feature feature, const char *text, struct text_fault *fault)
{
	struct levee_entry_fault wrong;
	char copy[LEVEE_ENTRY_TEXT_MAX];
	bool good;

	memset(entry, 0, sizeof(*entry));
	if (strlen(text) >= sizeof(copy))
		return text_fail(fault, "the entry is too long", expected[feature]);
	strcpy(copy, text);
	if (feature == LEVEE_FEATURE_OUTBOUND)
		good = parse_outbound(entry, name, copy, fault);
	else if (feature == LEVEE_FEATURE_LISTEN)
		good = parse_listen(entry, copy, fault);
	else if (feature == LEVEE_FEATURE_RAW_SOCKETS)
		good = parse_raw(entry, copy, fault);
	else
		good = parse_dns(entry, name, copy, fault);
	if (!good)
		return false;
	return !levee_entry_check(entry, feature, &wrong) ||
	       text_fail(fault, wrong.text, expected[feature]);
}

bool entry_text_address(const char *text, struct levee_addr *addr)
{
	u8 wire[16];

	if (inet_pton(AF_INET, text, wire) == 1)
		return levee_addr_read(addr, wire, 4);
	if (inet_pton(AF_INET6, text, wire) == 1)
		return levee_addr_read(addr, wire, 16);
	return false;
}

bool entry_text_endpoint(const char *text, struct levee_addr *addr, bool *has_port, u16 *port)
{
	char copy[INET6_ADDRSTRLEN + 2];
	const char *end, *colon;
	size_t len;
	u64 number;

	if (*text == '[') {
		text++;
		end = strchr(text, ']');
		if (!end || (end[1] && end[1] != ':'))
			return false;
		colon = end[1] ? end + 1 : NULL;
	} else {
		colon = strchr(text, ':');
		if (colon && strchr(colon + 1, ':'))
			colon = NULL;
		end = colon ? colon : text + strlen(text);
	}
	len = end - text;
	if (len >= sizeof(copy))
		return false;
	memcpy(copy, text, len);
	copy[len] = 0;
	*has_port = colon;
	*port = 0;
	if (colon) {
		if (!text_number(colon + 1, strlen(colon + 1), 65535, &number))
			return false;
		*port = number;
	}
	return entry_text_address(copy, addr);
}
