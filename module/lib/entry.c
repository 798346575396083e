// SPDX-License-Identifier: GPL-2.0
/* Entries of the lists of a policy: what they may hold, their order, their text, their names. */
#include "entry.h"

#include "addr.h"
#include "dns_name.h"
#include "domain_suffix.h"

#define PROTO_TCP	6
#define PROTO_UDP	17
#define PROTO_DCCP	33
#define PROTO_SCTP	132
#define PROTO_UDPLITE	136
#define PROTO_MAX	255

static int fault_at(struct levee_entry_fault *fault, int attr, const char *text)
{
	fault->attr = attr;
	fault->text = text;
	return -EINVAL;
}

static bool is_zero(const u8 *bytes, size_t len)
{
	while (len--)
		if (*bytes++)
			return false;
	return true;
}

static bool has_bits_beyond(const struct levee_entry *entry)
{
	size_t whole = entry->prefix_len / 8;
	u8 host_bits = 0xff >> (entry->prefix_len % 8);

	if (whole >= sizeof(entry->addr))
		return false;
	if (entry->addr[whole] & host_bits)
		return true;
	return !is_zero(entry->addr + whole + 1, sizeof(entry->addr) - whole - 1);
}

/* Inside ::ffff:0:0/96, where levee_addr_read() never leaves an address. */
static bool is_v4_mapped(const struct levee_entry *entry)
{
	return entry->addr_len == 16 && entry->prefix_len >= 96 && is_zero(entry->addr, 10) &&
	       entry->addr[10] == 0xff && entry->addr[11] == 0xff;
}

static int check_address(const struct levee_entry *entry, struct levee_entry_fault *fault)
{
	if (entry->name_len)
		return fault_at(fault, LEVEE_A_ENTRY_NAME, "only a domain entry has a name");
	if (entry->target != LEVEE_TARGET_PREFIX) {
		if (entry->addr_len || !is_zero(entry->addr, sizeof(entry->addr)))
			return fault_at(fault, LEVEE_A_ENTRY_ADDRESS,
					"only a prefix entry has an address");
		if (entry->prefix_len)
			return fault_at(fault, LEVEE_A_ENTRY_PREFIX_LEN,
					"only a prefix entry has a prefix length");
		return 0;
	}
	if (entry->addr_len != 4 && entry->addr_len != 16)
		return fault_at(fault, LEVEE_A_ENTRY_ADDRESS,
				"a prefix entry needs an address of 4 or 16 bytes");
	if (entry->prefix_len > entry->addr_len * 8)
		return fault_at(fault, LEVEE_A_ENTRY_PREFIX_LEN,
				entry->addr_len == 4 && entry->prefix_len <= 128 ?
				"prefix length over 32 needs an IPv6 address" :
				"prefix length over 128");
	if (has_bits_beyond(entry))
		return fault_at(fault, LEVEE_A_ENTRY_ADDRESS, "address has bits beyond the prefix");
	if (is_v4_mapped(entry))
		return fault_at(fault, LEVEE_A_ENTRY_ADDRESS,
				"IPv4-mapped address, write it as IPv4");
	return 0;
}

static int check_name(const struct levee_entry *entry, struct levee_entry_fault *fault)
{
	u8 starts[LEVEE_DOMAIN_LABELS_MAX];
	int labels;

	if (entry->addr_len)
		return fault_at(fault, LEVEE_A_ENTRY_ADDRESS, "only a prefix entry has an address");
	if (entry->prefix_len)
		return fault_at(fault, LEVEE_A_ENTRY_PREFIX_LEN,
				"only a prefix entry has a prefix length");
	if (!entry->name_len)
		return fault_at(fault, LEVEE_A_ENTRY_NAME, "a domain entry needs its name");
	labels = levee_domain_split(entry->name, entry->name_len, starts);
	if (labels < 0)
		return fault_at(fault, LEVEE_A_ENTRY_NAME, "no domain name in wire form");
	if (!levee_domain_is_folded(entry->name, entry->name_len))
		return fault_at(fault, LEVEE_A_ENTRY_NAME,
				"domain name has letters in upper case");
	/* Its text would be the root's own. */
	if (!labels && entry->target == LEVEE_TARGET_DOMAIN_TREE)
		return fault_at(fault, LEVEE_A_ENTRY_TARGET,
				"the root and all below it are two entries, . and *.");
	return 0;
}

static int check_ports(const struct levee_entry *entry, struct levee_entry_fault *fault)
{
	if (!entry->has_ports) {
		if (entry->port_first || entry->port_last != 65535)
			return fault_at(fault, LEVEE_A_ENTRY_PORT_FIRST,
					"both ports are needed, or none");
		return 0;
	}
	/* Nothing is reached at port 0; levee_port_set_find() builds on its absence. */
	if (!entry->port_first)
		return fault_at(fault, LEVEE_A_ENTRY_PORT_FIRST, "port 0 cannot be listed");
	if (entry->port_first > entry->port_last)
		return fault_at(fault, LEVEE_A_ENTRY_PORT_LAST, "first port above the last");
	if (entry->proto != LEVEE_PROTO_ANY && !levee_proto_has_ports(entry->proto))
		return fault_at(fault, LEVEE_A_ENTRY_PROTO, "protocol has no ports");
	return 0;
}

static int check_outbound(const struct levee_entry *entry, struct levee_entry_fault *fault)
{
	if (entry->target > LEVEE_TARGET_LOOPBACK && !levee_entry_is_domain(entry))
		return fault_at(fault, LEVEE_A_ENTRY_TARGET,
				"outbound lists hold prefix, any, internet, loopback, names only");
	return 0;
}

static int check_dns(const struct levee_entry *entry, struct levee_entry_fault *fault)
{
	if (!levee_entry_is_domain(entry))
		return fault_at(fault, LEVEE_A_ENTRY_TARGET, "dns lists hold names only");
	if (entry->proto != LEVEE_PROTO_ANY)
		return fault_at(fault, LEVEE_A_ENTRY_PROTO, "names in dns lists have no protocol");
	if (entry->has_ports)
		return fault_at(fault, LEVEE_A_ENTRY_PORT_FIRST,
				"names in dns lists have no ports");
	return 0;
}

static int check_listen(const struct levee_entry *entry, struct levee_entry_fault *fault)
{
	if (entry->target != LEVEE_TARGET_PORTS && entry->target != LEVEE_TARGET_EPHEMERAL)
		return fault_at(fault, LEVEE_A_ENTRY_TARGET,
				"listen lists hold ports and ephemeral only");
	if (entry->proto != PROTO_TCP && entry->proto != PROTO_UDP &&
	    entry->proto != PROTO_SCTP && entry->proto != LEVEE_PROTO_ANY)
		return fault_at(fault, LEVEE_A_ENTRY_PROTO,
				"listen knows tcp, udp, sctp and any only");
	if (entry->target == LEVEE_TARGET_PORTS && !entry->has_ports)
		return fault_at(fault, LEVEE_A_ENTRY_PORT_FIRST, "a ports entry needs its ports");
	if (entry->target == LEVEE_TARGET_EPHEMERAL && entry->has_ports)
		return fault_at(fault, LEVEE_A_ENTRY_PORT_FIRST,
				"an ephemeral entry has no ports of its own");
	return 0;
}

static int check_raw(const struct levee_entry *entry, struct levee_entry_fault *fault)
{
	if (entry->target < LEVEE_TARGET_RAW || levee_entry_is_domain(entry))
		return fault_at(fault, LEVEE_A_ENTRY_TARGET,
				"raw-sockets lists hold raw, packet and xdp only");
	if (entry->has_ports)
		return fault_at(fault, LEVEE_A_ENTRY_PORT_FIRST, "raw sockets have no ports");
	if (entry->target != LEVEE_TARGET_RAW && entry->proto != LEVEE_PROTO_ANY)
		return fault_at(fault, LEVEE_A_ENTRY_PROTO, "only a raw entry has a protocol");
	return 0;
}

int levee_entry_check(const struct levee_entry *entry, enum levee_feature feature,
		      struct levee_entry_fault *fault)
{
	int err;

	if (entry->target < LEVEE_TARGET_PREFIX || entry->target > LEVEE_TARGET_MAX)
		return fault_at(fault, LEVEE_A_ENTRY_TARGET, "unknown target");
	if (entry->proto > PROTO_MAX && entry->proto != LEVEE_PROTO_ANY)
		return fault_at(fault, LEVEE_A_ENTRY_PROTO, "protocol over 255");

	switch (feature) {
	case LEVEE_FEATURE_OUTBOUND:
		err = check_outbound(entry, fault);
		break;
	case LEVEE_FEATURE_LISTEN:
		err = check_listen(entry, fault);
		break;
	case LEVEE_FEATURE_RAW_SOCKETS:
		err = check_raw(entry, fault);
		break;
	case LEVEE_FEATURE_DNS:
		err = check_dns(entry, fault);
		break;
	default:
		return fault_at(fault, 0, "this feature has no such lists");
	}
	if (!err)
		err = levee_entry_is_domain(entry) ? check_name(entry, fault) :
						     check_address(entry, fault);
	if (!err)
		err = check_ports(entry, fault);
	return err;
}

static int compare_numbers(u32 a, u32 b)
{
	return a < b ? -1 : a > b;
}

/* As numbers in which an absent attribute is the lowest. */
static u32 proto_rank(const struct levee_entry *entry)
{
	return entry->proto == LEVEE_PROTO_ANY ? 0 : entry->proto + 1u;
}

static u32 port_rank(const struct levee_entry *entry, u16 port)
{
	return entry->has_ports ? port + 1u : 0;
}

/* Domain entries have the highest targets, so they come last. */
static_assert(LEVEE_TARGET_DOMAIN > LEVEE_TARGET_XDP);
static_assert(LEVEE_TARGET_MAX - LEVEE_TARGET_DOMAIN + 1 == (int)LEVEE_DOMAIN_KINDS);
static_assert(LEVEE_TARGET_DOMAIN_TREE - LEVEE_TARGET_DOMAIN == (int)LEVEE_DOMAIN_BOTH);
static_assert(LEVEE_TARGET_SUBDOMAINS - LEVEE_TARGET_DOMAIN == (int)LEVEE_DOMAIN_BELOW);

static int compare_targets(const struct levee_entry *a, const struct levee_entry *b)
{
	struct levee_domain a_domain, b_domain;
	int order;

	if (levee_entry_is_domain(a) && levee_entry_is_domain(b)) {
		a_domain = levee_entry_domain(a);
		b_domain = levee_entry_domain(b);
		return levee_domain_compare(&a_domain, &b_domain);
	}
	order = compare_numbers(a->target, b->target);
	if (!order)
		order = compare_numbers(a->addr_len, b->addr_len);
	if (!order)
		order = memcmp(a->addr, b->addr, sizeof(a->addr));
	if (!order)
		order = compare_numbers(a->prefix_len, b->prefix_len);
	return order;
}

int levee_entry_compare(const struct levee_entry *a, const struct levee_entry *b)
{
	int order = compare_targets(a, b);

	if (!order)
		order = compare_numbers(proto_rank(a), proto_rank(b));
	if (!order)
		order = compare_numbers(port_rank(a, a->port_first), port_rank(b, b->port_first));
	if (!order)
		order = compare_numbers(port_rank(a, a->port_last), port_rank(b, b->port_last));
	return order;
}

static size_t format_ports(char *buf, size_t size, const struct levee_entry *entry)
{
	if (entry->port_first == entry->port_last)
		return scnprintf(buf, size, "%u", entry->port_first);
	return scnprintf(buf, size, "%u-%u", entry->port_first, entry->port_last);
}

static size_t format_proto(char *buf, size_t size, u16 proto)
{
	const char *name = levee_proto_name(proto);

	return name ? scnprintf(buf, size, "%s", name) : scnprintf(buf, size, "%u", proto);
}

/*
 * "10.0.0.0/8", "10.0.0.1", "2001:db8::/32", before ports "[2001:db8::]/32". A
 * host has its length written only where a bare protocol number follows, which
 * would be read as one.
 */
static size_t format_prefix(char *buf, size_t size, const struct levee_entry *entry)
{
	bool host = entry->prefix_len == entry->addr_len * 8;
	bool bracket = entry->addr_len == 16 && entry->has_ports;
	bool nameless = !levee_proto_name(entry->proto);
	struct levee_addr addr;
	size_t len = 0;

	if (!levee_addr_read(&addr, entry->addr, entry->addr_len))
		return scnprintf(buf, size, "invalid");
	len += scnprintf(buf + len, size - len, "%s", bracket ? "[" : "");
	len += levee_addr_format(buf + len, size - len, &addr);
	len += scnprintf(buf + len, size - len, "%s", bracket ? "]" : "");
	if (!host || nameless)
		len += scnprintf(buf + len, size - len, "/%u", entry->prefix_len);
	return len;
}

static const char * const words[] = {
	[LEVEE_TARGET_ANY] = "any",
	[LEVEE_TARGET_INTERNET] = "internet",
	[LEVEE_TARGET_LOOPBACK] = "loopback",
};

/*
 * Whether the text would be read as an IPv4 address for the number at its end, or,
 * of one label, as a word or a mistyped one.
 */
static bool is_mistakable(const struct levee_dns_name *name)
{
	const u8 *label = name->wire;
	u32 i, digits = 0;

	for (i = 1; i < name->labels; i++)
		label += 1 + *label;
	for (i = 1; i <= *label; i++)
		digits += label[i] >= '0' && label[i] <= '9';
	return name->labels == 1 || (digits && digits == *label);
}

/* "example.com", "*.example.com", ".example.com"; the root: ".", "*." */
static size_t format_domain(char *buf, size_t size, const struct levee_entry *entry)
{
	static const char * const before[] = {
		[LEVEE_DOMAIN_EXACT] = "",
		[LEVEE_DOMAIN_BOTH] = ".",
		[LEVEE_DOMAIN_BELOW] = "*.",
	};
	const struct levee_domain domain = levee_entry_domain(entry);
	struct levee_dns_name name;
	size_t len;

	if (levee_dns_name_read(&name, domain.wire, domain.len, 0, 0) <= 0)
		return scnprintf(buf, size, "invalid");
	len = scnprintf(buf, size, "%s", before[domain.kind]);
	if (name.labels || domain.kind == LEVEE_DOMAIN_EXACT)
		len += levee_dns_name_format(buf + len, size - len, &name);
	if (domain.kind == LEVEE_DOMAIN_EXACT && is_mistakable(&name))
		len += scnprintf(buf + len, size - len, ".");
	return len;
}

static size_t format_outbound(char *buf, size_t size, const struct levee_entry *entry)
{
	size_t len = 0;

	if (levee_entry_is_domain(entry))
		len += format_domain(buf, size, entry);
	else if (entry->target == LEVEE_TARGET_PREFIX)
		len += format_prefix(buf, size, entry);
	else
		len += scnprintf(buf, size, "%s", words[entry->target]);
	if (entry->has_ports) {
		len += scnprintf(buf + len, size - len, ":");
		len += format_ports(buf + len, size - len, entry);
	}
	if (entry->proto != LEVEE_PROTO_ANY) {
		len += scnprintf(buf + len, size - len, "/");
		len += format_proto(buf + len, size - len, entry->proto);
	}
	return len;
}

size_t levee_entry_format(char *buf, size_t size, const struct levee_entry *entry)
{
	size_t len = 0;

	if (!size)
		return 0;
	switch (entry->target) {
	case LEVEE_TARGET_PREFIX:
	case LEVEE_TARGET_ANY:
	case LEVEE_TARGET_INTERNET:
	case LEVEE_TARGET_LOOPBACK:
	case LEVEE_TARGET_DOMAIN:
	case LEVEE_TARGET_DOMAIN_TREE:
	case LEVEE_TARGET_SUBDOMAINS:
		return format_outbound(buf, size, entry);
	case LEVEE_TARGET_PORTS:
		len += format_ports(buf, size, entry);
		len += scnprintf(buf + len, size - len, "/");
		return len + format_proto(buf + len, size - len, entry->proto);
	case LEVEE_TARGET_EPHEMERAL:
		len += scnprintf(buf, size, "ephemeral/");
		return len + format_proto(buf + len, size - len, entry->proto);
	case LEVEE_TARGET_RAW:
		len += format_proto(buf, size, entry->proto);
		return len + scnprintf(buf + len, size - len, "/raw");
	case LEVEE_TARGET_PACKET:
		return scnprintf(buf, size, "packet");
	case LEVEE_TARGET_XDP:
		return scnprintf(buf, size, "xdp");
	default:
		return scnprintf(buf, size, "invalid");
	}
}

/* IANA's protocol numbers under the names of /etc/protocols, as far as a container meets them. */
static const struct { u16 number; const char *name; } protos[] = {
	{ LEVEE_PROTO_ANY, "any" },
	{ 1, "icmp" },
	{ 2, "igmp" },
	{ 4, "ipencap" },
	{ PROTO_TCP, "tcp" },
	{ PROTO_UDP, "udp" },
	{ PROTO_DCCP, "dccp" },
	{ 41, "ipv6" },
	{ 46, "rsvp" },
	{ 47, "gre" },
	{ 50, "esp" },
	{ 51, "ah" },
	{ 58, "ipv6-icmp" },
	{ 58, "icmpv6" },	/* nftables' name; the first name of a number is printed */
	{ 89, "ospf" },
	{ 103, "pim" },
	{ 112, "vrrp" },
	{ 115, "l2tp" },
	{ PROTO_SCTP, "sctp" },
	{ PROTO_UDPLITE, "udplite" },
};

const char *levee_proto_name(u16 proto)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(protos); i++)
		if (protos[i].number == proto)
			return protos[i].name;
	return NULL;
}

int levee_proto_number(const char *name)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(protos); i++)
		if (!strcmp(protos[i].name, name))
			return protos[i].number;
	return -ENOENT;
}

bool levee_proto_has_ports(u16 proto)
{
	return proto == PROTO_TCP || proto == PROTO_UDP || proto == PROTO_SCTP ||
	       proto == PROTO_UDPLITE || proto == PROTO_DCCP;
}

/* By AF_* number (linux/socket.h), in full: the numbers are ABI, and libc's headers lag behind. */
static const char * const families[] = {
	"unspec", "unix", "inet", "ax25", "ipx", "appletalk", "netrom", "bridge",
	"atmpvc", "x25", "inet6", "rose", "decnet", "netbeui", "security", "key",
	"netlink", "packet", "ash", "econet", "atmsvc", "rds", "sna", "irda",
	"pppox", "wanpipe", "llc", "ib", "mpls", "can", "tipc", "bluetooth",
	"iucv", "rxrpc", "isdn", "phonet", "ieee802154", "caif", "alg", "nfc",
	"vsock", "kcm", "qipcrtr", "smc", "xdp", "mctp",
};

static_assert(ARRAY_SIZE(families) == 46);	/* AF_MAX since 5.15 */

const char *levee_family_name(u16 family)
{
	return family < ARRAY_SIZE(families) ? families[family] : NULL;
}

int levee_family_number(const char *name)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(families); i++)
		if (!strcmp(families[i], name))
			return (int)i;
	return -ENOENT;
}

static const char * const feature_names[] = {
	[LEVEE_FEATURE_OUTBOUND] = "outbound",
	[LEVEE_FEATURE_LISTEN] = "listen",
	[LEVEE_FEATURE_RAW_SOCKETS] = "raw-sockets",
	[LEVEE_FEATURE_PORT_SCAN] = "port-scan",
	[LEVEE_FEATURE_DNS] = "dns",
	[LEVEE_FEATURE_DNS_EXFILTRATION] = "dns-exfiltration",
};

static_assert(ARRAY_SIZE(feature_names) == LEVEE_FEATURE_MAX + 1);

static const char * const effect_names[] = {
	[LEVEE_EFFECT_DISABLE] = "disable",
	[LEVEE_EFFECT_ALERT] = "alert",
	[LEVEE_EFFECT_PREVENT] = "prevent",
	[LEVEE_EFFECT_BLOCK] = "block",
};

static_assert(ARRAY_SIZE(effect_names) == LEVEE_EFFECT_MAX + 1);

static const char * const action_names[] = {
	[LEVEE_ACTION_ALLOW] = "allow",
	[LEVEE_ACTION_DENY] = "deny",
};

static_assert(ARRAY_SIZE(action_names) == LEVEE_ACTION_MAX + 1);

static const char * const reason_names[] = {
	[LEVEE_REASON_NONE] = "none",
	[LEVEE_REASON_DENIED] = "denied",
	[LEVEE_REASON_FEED] = "feed",
	[LEVEE_REASON_NOT_IN_MODEL] = "not-in-model",
	[LEVEE_REASON_NOT_ALLOWED] = "not-allowed",
	[LEVEE_REASON_MALFORMED] = "malformed",
	[LEVEE_REASON_QUARANTINED] = "quarantined",
	[LEVEE_REASON_HELD] = "held",
};

static_assert(ARRAY_SIZE(reason_names) == LEVEE_REASON_MAX + 1);

const char *levee_feature_name(u32 feature)
{
	return feature < ARRAY_SIZE(feature_names) ? feature_names[feature] : NULL;
}

const char *levee_effect_name(u32 effect)
{
	return effect < ARRAY_SIZE(effect_names) ? effect_names[effect] : NULL;
}

const char *levee_action_name(u32 action)
{
	return action < ARRAY_SIZE(action_names) ? action_names[action] : NULL;
}

const char *levee_reason_name(u32 reason)
{
	return reason < ARRAY_SIZE(reason_names) ? reason_names[reason] : NULL;
}
