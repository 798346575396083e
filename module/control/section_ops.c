// SPDX-License-Identifier: GPL-2.0
/* The sections of a rule: what rule-add takes, and rule-get gives back. */
#include <linux/slab.h>

#include "ops.h"

/* What holds where a policy does not say: RFC 1035 4.2, and the spec. */
#define DNS_PORT 53
#define DNS_GRACE 60

static int refuse(struct netlink_ext_ack *extack, const struct nlattr *attr, int err,
		  const char *text)
{
	levee_refuse(extack, attr, text);
	return err;
}

/* Into its place: they are ascending, and told once. */
static int add_port(struct levee_dns_settings *dns, const struct nlattr *attr,
		    struct netlink_ext_ack *extack)
{
	u32 port = nla_get_u32(attr), at = dns->nr_ports;

	if (dns->nr_ports == LEVEE_DNS_PORTS_MAX)
		return refuse(extack, attr, -E2BIG, "a section has at most 16 ports");
	while (at && dns->ports[at - 1] > port)
		at--;
	if (at && dns->ports[at - 1] == port)
		return refuse(extack, attr, -EINVAL, "this port is given twice");
	memmove(&dns->ports[at + 1], &dns->ports[at], (dns->nr_ports - at) * sizeof(*dns->ports));
	dns->ports[at] = port;
	dns->nr_ports++;
	return 0;
}

static int add_server(struct levee_dns_settings *dns, const struct nlattr *attr,
		      struct netlink_ext_ack *extack)
{
	struct levee_addr server;
	u32 at = dns->nr_servers;

	if (!levee_addr_read(&server, nla_data(attr), nla_len(attr)))
		return refuse(extack, attr, -EINVAL, "an address has 4 or 16 bytes");
	if (dns->nr_servers == LEVEE_DNS_SERVERS_MAX)
		return refuse(extack, attr, -E2BIG, "a section has at most 64 servers");
	while (at && levee_addr_compare(&dns->servers[at - 1], &server) > 0)
		at--;
	if (at && !levee_addr_compare(&dns->servers[at - 1], &server))
		return refuse(extack, attr, -EINVAL, "this server is given twice");
	memmove(&dns->servers[at + 1], &dns->servers[at],
		(dns->nr_servers - at) * sizeof(*dns->servers));
	dns->servers[at] = server;
	dns->nr_servers++;
	return 0;
}

static int parse_dns(struct levee_dns_settings *dns, struct nlattr **attrs,
		     const struct nlattr *nest, struct netlink_ext_ack *extack)
{
	struct nlattr *attr;
	int left, err = 0;

	nla_for_each_nested(attr, nest, left) {
		if (nla_type(attr) == LEVEE_A_SECTION_PORT)
			err = add_port(dns, attr, extack);
		else if (nla_type(attr) == LEVEE_A_SECTION_SERVER)
			err = add_server(dns, attr, extack);
		if (err)
			return err;
	}
	dns->has_ports = dns->nr_ports;
	dns->servers_only = attrs[LEVEE_A_SECTION_SERVERS_ONLY];
	if (dns->servers_only && !dns->nr_servers)
		return refuse(extack, attrs[LEVEE_A_SECTION_SERVERS_ONLY], -EINVAL,
			      "servers-only needs a server");
	dns->has_grace = attrs[LEVEE_A_SECTION_GRACE];
	if (dns->has_grace)
		dns->grace = nla_get_u32(attrs[LEVEE_A_SECTION_GRACE]);
	return 0;
}

/* The settings in the order of their attributes. */
static const u8 scan_offsets[LEVEE_A_SCAN_MAX + 1] = {
	[LEVEE_A_SCAN_VERTICAL_PORTS] = offsetof(struct levee_scan_settings, vertical_ports),
	[LEVEE_A_SCAN_VERTICAL_FAILURES] = offsetof(struct levee_scan_settings, vertical_failures),
	[LEVEE_A_SCAN_VERTICAL_WITHIN] = offsetof(struct levee_scan_settings, vertical_seconds),
	[LEVEE_A_SCAN_HORIZONTAL_HOSTS] = offsetof(struct levee_scan_settings, horizontal_hosts),
	[LEVEE_A_SCAN_HORIZONTAL_FAILURES] =
		offsetof(struct levee_scan_settings, horizontal_failures),
	[LEVEE_A_SCAN_HORIZONTAL_WITHIN] =
		offsetof(struct levee_scan_settings, horizontal_seconds),
	[LEVEE_A_SCAN_FAST_WEIGHT] = offsetof(struct levee_scan_settings, fast_weight),
	[LEVEE_A_SCAN_FAST_GAP] = offsetof(struct levee_scan_settings, fast_gap),
	[LEVEE_A_SCAN_SLOW_FAILURES] = offsetof(struct levee_scan_settings, slow_failures),
	[LEVEE_A_SCAN_SILENCE] = offsetof(struct levee_scan_settings, silence),
};

static int parse_scan(struct levee_rule *rule, const struct nlattr *nest,
		      struct netlink_ext_ack *extack)
{
	struct nlattr *attrs[LEVEE_A_SCAN_MAX + 1];
	u32 i;
	int err;

	if (!nest)
		return 0;
	err = nla_parse_nested(attrs, LEVEE_A_SCAN_MAX, nest, levee_scan_nl_policy, extack);
	if (err)
		return err;
	for (i = 1; i <= LEVEE_A_SCAN_MAX; i++) {
		if (!attrs[i])
			continue;
		*(u16 *)((u8 *)&rule->scan + scan_offsets[i]) = nla_get_u32(attrs[i]);
		rule->scan_given |= BIT(i);
	}
	return 0;
}

static int put_scan(struct sk_buff *skb, const struct levee_rule *rule)
{
	struct nlattr *nest;
	u32 i;

	if (!rule->scan_given)
		return 0;
	nest = nla_nest_start(skb, LEVEE_A_SECTION_SCAN);
	if (!nest)
		return -EMSGSIZE;
	for (i = 1; i <= LEVEE_A_SCAN_MAX; i++)
		if (rule->scan_given & BIT(i) &&
		    nla_put_u32(skb, i, *(const u16 *)((const u8 *)&rule->scan + scan_offsets[i])))
			return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int add_feed(struct levee_section *section, const struct nlattr *attr,
		    struct netlink_ext_ack *extack)
{
	const char *name = nla_data(attr);
	u32 i;

	if (levee_text_check(attr, extack))
		return -EINVAL;
	for (i = 0; i < section->nr_feeds; i++)
		if (!strcmp(section->feeds[i], name))
			return refuse(extack, attr, -EINVAL, "this feed is named twice");
	strscpy(section->feeds[section->nr_feeds++], name, sizeof(*section->feeds));
	return 0;
}

/* Whoever has the rule frees them. */
static int add_feeds(struct levee_section *section, const struct nlattr *nest,
		     struct netlink_ext_ack *extack)
{
	struct nlattr *attr;
	u32 count = 0;
	int left, err;

	nla_for_each_nested(attr, nest, left)
		if (nla_type(attr) == LEVEE_A_SECTION_FEED && ++count > LEVEE_FEEDS_MAX)
			return refuse(extack, attr, -E2BIG, "a section names at most 64 feeds");
	section->feeds = kvcalloc(count, sizeof(*section->feeds), GFP_KERNEL_ACCOUNT);
	if (!section->feeds)
		return -ENOMEM;
	nla_for_each_nested(attr, nest, left) {
		if (nla_type(attr) != LEVEE_A_SECTION_FEED)
			continue;
		err = add_feed(section, attr, extack);
		if (err)
			return err;
	}
	return 0;
}

static int parse_feeds(struct levee_section *section, struct nlattr **attrs,
		       const struct nlattr *nest, struct netlink_ext_ack *extack)
{
	section->feed_use = levee_u32_or(attrs[LEVEE_A_SECTION_FEED_USE], LEVEE_FEED_USE_ALL);
	if (section->feed_use != LEVEE_FEED_USE_NAMED) {
		if (!attrs[LEVEE_A_SECTION_FEED])
			return 0;
		return refuse(extack, attrs[LEVEE_A_SECTION_FEED], -EINVAL,
			      "feeds are named with feed-use named only");
	}
	if (!attrs[LEVEE_A_SECTION_FEED])
		return refuse(extack, attrs[LEVEE_A_SECTION_FEED_USE], -EINVAL,
			      "feed-use named needs a feed");
	return add_feeds(section, nest, extack);
}

/* Attributes that not every section has, and which have them. */
static const struct {
	u8 attr;
	u8 features;
	const char *text;
} partial[] = {
	{ LEVEE_A_SECTION_DEFAULT, BIT(LEVEE_FEATURE_OUTBOUND) | BIT(LEVEE_FEATURE_LISTEN) |
	  BIT(LEVEE_FEATURE_RAW_SOCKETS) | BIT(LEVEE_FEATURE_DNS), "this section has no default" },
	{ LEVEE_A_SECTION_HOLD, BIT(LEVEE_FEATURE_PORT_SCAN), "only port-scan has a hold" },
	{ LEVEE_A_SECTION_SCAN, BIT(LEVEE_FEATURE_PORT_SCAN), "only port-scan has thresholds" },
	{ LEVEE_A_SECTION_PORT, BIT(LEVEE_FEATURE_DNS), "only dns has ports" },
	{ LEVEE_A_SECTION_SERVER, BIT(LEVEE_FEATURE_DNS), "only dns has servers" },
	{ LEVEE_A_SECTION_SERVERS_ONLY, BIT(LEVEE_FEATURE_DNS), "only dns has servers" },
	{ LEVEE_A_SECTION_GRACE, BIT(LEVEE_FEATURE_DNS), "only dns has a grace" },
	{ LEVEE_A_SECTION_FEED_USE, BIT(LEVEE_FEATURE_OUTBOUND) | BIT(LEVEE_FEATURE_DNS),
	  "only outbound and dns use feeds" },
	{ LEVEE_A_SECTION_FEED, BIT(LEVEE_FEATURE_OUTBOUND) | BIT(LEVEE_FEATURE_DNS),
	  "only outbound and dns use feeds" },
};

static_assert(LEVEE_FEATURE_MAX < BITS_PER_BYTE);

static int check_attrs(struct nlattr **attrs, u32 feature, struct netlink_ext_ack *extack)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(partial); i++)
		if (attrs[partial[i].attr] && !(partial[i].features & BIT(feature)))
			return refuse(extack, attrs[partial[i].attr], -EINVAL, partial[i].text);
	return 0;
}

static int parse_section(struct levee_rule *rule, const struct nlattr *nest,
			 struct netlink_ext_ack *extack)
{
	struct nlattr *attrs[LEVEE_A_SECTION_MAX + 1];
	struct levee_section *section;
	u32 feature;
	int err;

	err = nla_parse_nested(attrs, LEVEE_A_SECTION_MAX, nest, levee_section_nl_policy, extack);
	if (err)
		return err;
	if (!attrs[LEVEE_A_SECTION_FEATURE] || !attrs[LEVEE_A_SECTION_EFFECT])
		return refuse(extack, nest, -EINVAL, "a section needs a feature and an effect");
	feature = nla_get_u32(attrs[LEVEE_A_SECTION_FEATURE]);
	section = &rule->sections[feature];
	if (section->written)
		return refuse(extack, attrs[LEVEE_A_SECTION_FEATURE], -EINVAL,
			      "the rule has this section already");
	section->written = nla_get_u32(attrs[LEVEE_A_SECTION_EFFECT]);
	err = check_attrs(attrs, feature, extack);
	if (err)
		return err;
	section->fallback = levee_u32_or(attrs[LEVEE_A_SECTION_DEFAULT], 0);
	section->hold = levee_u32_or(attrs[LEVEE_A_SECTION_HOLD], 0);
	err = parse_scan(rule, attrs[LEVEE_A_SECTION_SCAN], extack);
	if (!err && feature == LEVEE_FEATURE_DNS)
		err = parse_dns(&rule->dns, attrs, nest, extack);
	if (!err && (feature == LEVEE_FEATURE_DNS || feature == LEVEE_FEATURE_OUTBOUND))
		err = parse_feeds(section, attrs, nest, extack);
	return err;
}

static u8 default_effect(const struct levee_rule *rule, u32 feature)
{
	switch (feature) {
	case LEVEE_FEATURE_RAW_SOCKETS:
		return LEVEE_EFFECT_ALERT;
	case LEVEE_FEATURE_DNS_EXFILTRATION:
		return rule->sections[LEVEE_FEATURE_DNS].written == LEVEE_EFFECT_DISABLE ?
		       LEVEE_EFFECT_DISABLE : LEVEE_EFFECT_ALERT;
	}
	return LEVEE_EFFECT_DISABLE;
}

static void set_defaults(struct levee_rule *rule)
{
	u32 feature;

	for (feature = 1; feature <= LEVEE_FEATURE_MAX; feature++)
		if (!rule->sections[feature].written)
			rule->sections[feature].written = default_effect(rule, feature);
	if (!rule->sections[LEVEE_FEATURE_OUTBOUND].feed_use)
		rule->sections[LEVEE_FEATURE_OUTBOUND].feed_use = LEVEE_FEED_USE_ALL;
	if (!rule->sections[LEVEE_FEATURE_DNS].feed_use)
		rule->sections[LEVEE_FEATURE_DNS].feed_use = LEVEE_FEED_USE_ALL;
	if (!rule->dns.nr_ports)
		rule->dns.ports[rule->dns.nr_ports++] = DNS_PORT;
	if (!rule->dns.has_grace)
		rule->dns.grace = DNS_GRACE;
}

int levee_sections_parse(struct levee_rule *rule, struct genl_info *info)
{
	struct nlattr *attr;
	int left, err;

	rule->scan = levee_scan_defaults;
	nlmsg_for_each_attr(attr, info->nlhdr, GENL_HDRLEN, left) {
		if (nla_type(attr) != LEVEE_A_POLICY_SECTION)
			continue;
		err = parse_section(rule, attr, info->extack);
		if (err)
			return err;
	}
	set_defaults(rule);
	return 0;
}

static int put_servers(struct sk_buff *skb, const struct levee_dns_settings *dns)
{
	u8 wire[16];
	size_t len;
	u32 i;

	for (i = 0; i < dns->nr_servers; i++) {
		len = levee_addr_write(&dns->servers[i], wire);
		if (nla_put(skb, LEVEE_A_SECTION_SERVER, len, wire))
			return -EMSGSIZE;
	}
	return 0;
}

static int put_dns(struct sk_buff *skb, const struct levee_dns_settings *dns)
{
	u32 i;

	for (i = 0; dns->has_ports && i < dns->nr_ports; i++)
		if (nla_put_u32(skb, LEVEE_A_SECTION_PORT, dns->ports[i]))
			return -EMSGSIZE;
	if (put_servers(skb, dns) ||
	    (dns->servers_only && nla_put_flag(skb, LEVEE_A_SECTION_SERVERS_ONLY)) ||
	    (dns->has_grace && nla_put_u32(skb, LEVEE_A_SECTION_GRACE, dns->grace)))
		return -EMSGSIZE;
	return 0;
}

/* That all feeds hold is what an absent attribute says. */
static int put_feeds(struct sk_buff *skb, const struct levee_section *section)
{
	u32 i;

	if (section->feed_use <= LEVEE_FEED_USE_ALL)
		return 0;
	if (nla_put_u32(skb, LEVEE_A_SECTION_FEED_USE, section->feed_use))
		return -EMSGSIZE;
	for (i = 0; i < section->nr_feeds; i++)
		if (nla_put_string(skb, LEVEE_A_SECTION_FEED, section->feeds[i]))
			return -EMSGSIZE;
	return 0;
}

int levee_section_put(struct sk_buff *skb, const struct levee_rule *rule, u32 feature)
{
	const struct levee_section *section = &rule->sections[feature];
	struct nlattr *nest = nla_nest_start(skb, LEVEE_A_POLICY_SECTION);

	if (!nest ||
	    nla_put_u32(skb, LEVEE_A_SECTION_FEATURE, feature) ||
	    nla_put_u32(skb, LEVEE_A_SECTION_EFFECT, section->written) ||
	    (section->fallback &&
	     nla_put_u32(skb, LEVEE_A_SECTION_DEFAULT, section->fallback)) ||
	    (section->hold && nla_put_u32(skb, LEVEE_A_SECTION_HOLD, section->hold)) ||
	    (feature == LEVEE_FEATURE_PORT_SCAN && put_scan(skb, rule)) ||
	    (feature == LEVEE_FEATURE_DNS && put_dns(skb, &rule->dns)) ||
	    put_feeds(skb, section))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}
