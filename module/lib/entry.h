/* SPDX-License-Identifier: GPL-2.0 */
/* One entry of a policy's lists: what it may hold, its order, its text. Shared with leveectl. */
#ifndef LEVEE_LIB_ENTRY_H
#define LEVEE_LIB_ENTRY_H

#include "domain_table.h"
#include "types.h"
#include <linux/levee.h>

#define LEVEE_PROTO_ANY		256	/* above every IP protocol */
#define LEVEE_ENTRY_NONE	((u32)-1)	/* index of no entry */
/*
 * Longest text: a domain name of 250 bytes, each of them escaped as \ddd, the
 * ports, a protocol, and the NUL.
 */
#define LEVEE_ENTRY_TEXT_MAX	1056

/**
 * struct levee_entry - one entry, as in the netlink attribute set of that name
 * @target: enum levee_target
 * @addr_len: 4 or 16 for LEVEE_TARGET_PREFIX, else 0
 * @prefix_len: for LEVEE_TARGET_PREFIX, else 0
 * @name_len: bytes of @name for LEVEE_TARGET_DOMAIN, SUBDOMAINS, DOMAIN_TREE, else 0
 * @has_ports: false: every port, and port_first is 0, port_last 65535
 * @proto: IP protocol, or LEVEE_PROTO_ANY
 * @port_first: lowest port
 * @port_last: highest port
 * @addr: network order; no bit beyond the prefix is set, the rest is 0
 * @name: wire form with the root label, not compressed, lower case; owned by
 *	whoever owns the entry
 */
struct levee_entry {
	u8 target;
	u8 addr_len;
	u8 prefix_len;
	u8 name_len;
	bool has_ports;
	u16 proto;
	u16 port_first;
	u16 port_last;
	union {
		u8 addr[16];
		const u8 *name;
	};
};

/* Whether it is about a name, and has one. */
static inline bool levee_entry_is_domain(const struct levee_entry *entry)
{
	return entry->target >= LEVEE_TARGET_DOMAIN;
}

/* The name of a domain entry, and what it covers. */
static inline struct levee_domain levee_entry_domain(const struct levee_entry *entry)
{
	struct levee_domain domain = {
		.wire = entry->name,
		.len = entry->name_len,
		.kind = entry->target - LEVEE_TARGET_DOMAIN,
	};

	return domain;
}

/* Where levee_entry_check() found the fault: the netlink attribute, and words in extack's style. */
struct levee_entry_fault {
	int attr;		/* LEVEE_A_ENTRY_*, or 0 for the entry as a whole */
	const char *text;	/* static; lower case, no full stop */
};

/**
 * levee_entry_check() - whether an entry may stand in a list of a feature
 * @entry: the entry
 * @feature: of the list
 * @fault: filled in on error
 *
 * Every combination that has no meaning is refused: ports with icmp, port 0,
 * bits beyond the prefix, an IPv4-mapped address, listen without ports, a first
 * port above the last, and so on. Names stand in lists of outbound, with ports
 * and protocols as prefixes have them, and of dns, without.
 *
 * Return: 0, or -EINVAL.
 */
int levee_entry_check(const struct levee_entry *entry, enum levee_feature feature,
		      struct levee_entry_fault *fault);

/**
 * levee_entry_compare() - the order in which a list must be sent
 * @a: an entry
 * @b: another
 *
 * The netlink spec, attribute set entry, says which order that is.
 *
 * Return: below 0, 0, or above 0.
 */
int levee_entry_compare(const struct levee_entry *a, const struct levee_entry *b);

/**
 * levee_entry_format() - the canonical text of an entry, as a policy file has it
 * @buf: filled in, cut where it ends, and terminated unless @size is 0
 * @size: bytes of @buf; LEVEE_ENTRY_TEXT_MAX is always enough
 * @entry: accepted by levee_entry_check()
 *
 * A protocol without a name here is written as its number; after a host, the
 * prefix length is then written out, which the number would be taken for. A
 * name of one label, which may be a mistyped word, ends in a dot, as does one
 * that would be read as an address.
 *
 * Return: the length written, without the NUL, as scnprintf() does.
 */
size_t levee_entry_format(char *buf, size_t size, const struct levee_entry *entry);

/**
 * levee_proto_name() - the name of an IP protocol
 * @proto: IP protocol or LEVEE_PROTO_ANY
 *
 * Return: as in /etc/protocols ("tcp", "ipv6-icmp"), or "any", or NULL for one
 * without a name here.
 */
const char *levee_proto_name(u16 proto);

/**
 * levee_proto_number() - the protocol of a name
 * @name: one that levee_proto_name() returns, or "icmpv6"
 *
 * Return: IP protocol, LEVEE_PROTO_ANY, or -ENOENT.
 */
int levee_proto_number(const char *name);

/**
 * levee_family_name() - the name of a socket family
 * @family: AF_*
 *
 * Return: as in AF_* in lower case ("inet6", "vsock"), or NULL.
 */
const char *levee_family_name(u16 family);

/**
 * levee_family_number() - the socket family of a name
 * @name: one that levee_family_name() returns
 *
 * Return: AF_*, or -ENOENT.
 */
int levee_family_number(const char *name);

/**
 * levee_proto_has_ports() - true for TCP, UDP, UDP-Lite, SCTP, DCCP
 * @proto: IP protocol
 */
bool levee_proto_has_ports(u16 proto);

/* The names of the netlink enums, as the contracts print them; NULL for an unknown number. */
const char *levee_feature_name(u32 feature);
const char *levee_effect_name(u32 effect);
const char *levee_action_name(u32 action);
const char *levee_reason_name(u32 reason);

#endif /* LEVEE_LIB_ENTRY_H */
