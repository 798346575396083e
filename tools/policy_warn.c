// SPDX-License-Identifier: GPL-2.0
#include "lib/addr.h"
#include "model_set.h"
#include "lib/scan_estimator.h"
#include "policy_warn.h"
#include "text.h"

#define PROTO_UDP 17

/* Comparisons in one policy, after which shadowing is looked for no more: a second or two. */
#define SHADOW_BUDGET 50000000

static bool covers_ports(const struct levee_entry *deny, const struct levee_entry *allow)
{
	if (deny->proto != LEVEE_PROTO_ANY && deny->proto != allow->proto)
		return false;
	if (!deny->has_ports)
		return true;
	/* Ports of every protocol still leave out the protocols that have none. */
	return allow->has_ports && deny->port_first <= allow->port_first &&
	       deny->port_last >= allow->port_last;
}

static bool same_prefix(const u8 *a, const u8 *b, u32 bits)
{
	if (memcmp(a, b, bits / 8))
		return false;
	return !(bits % 8) || !((a[bits / 8] ^ b[bits / 8]) & (0xff00 >> bits % 8) & 0xff);
}

static bool in_loopback(const struct levee_entry *entry)
{
	struct levee_addr addr;

	if (entry->target == LEVEE_TARGET_LOOPBACK)
		return true;
	if (entry->target != LEVEE_TARGET_PREFIX || entry->prefix_len < 8 ||
	    (entry->addr_len == 16 && entry->prefix_len < 128))
		return false;
	return levee_addr_read(&addr, entry->addr, entry->addr_len) &&
	       levee_addr_is_loopback(&addr);
}

/* Whether the deny entry covers all that the allow entry does, by what is sure. */
static bool covers_target(const struct levee_entry *deny, const struct levee_entry *allow)
{
	if (deny->target == LEVEE_TARGET_ANY)
		return !in_loopback(allow);
	if (deny->target == LEVEE_TARGET_LOOPBACK)
		return in_loopback(allow);
	if (deny->target != allow->target)
		return false;
	if (deny->target != LEVEE_TARGET_PREFIX)
		return true;
	/* Loopback is denied only by an entry inside it. */
	return deny->addr_len == allow->addr_len && deny->prefix_len <= allow->prefix_len &&
	       same_prefix(deny->addr, allow->addr, deny->prefix_len) &&
	       (in_loopback(deny) || !in_loopback(allow));
}

/* The first entry that is not below (address, length), the first two that order prefixes. */
static u32 lower_bound(const struct policy_list *list, const struct levee_entry *key)
{
	u32 low = 0, high = list->count;

	while (low < high) {
		u32 middle = low + (high - low) / 2;

		if (levee_entry_compare(&list->entries[middle].entry, key) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool same_target(const struct levee_entry *a, const struct levee_entry *b)
{
	if (a->target != b->target)
		return false;
	if (levee_entry_is_domain(a))
		return a->name_len == b->name_len && !memcmp(a->name, b->name, a->name_len);
	return a->addr_len == b->addr_len && a->prefix_len == b->prefix_len &&
	       !memcmp(a->addr, b->addr, sizeof(a->addr));
}

static const struct policy_entry *find_in(const struct policy_list *deny, u32 from,
					  const struct levee_entry *key,
					  const struct levee_entry *allow, u64 *budget)
{
	for (u32 i = from; i < deny->count && *budget; i++) {
		const struct levee_entry *entry = &deny->entries[i].entry;

		--*budget;
		if (!same_target(entry, key))
			break;
		/* A name was looked for because it covers. */
		if ((levee_entry_is_domain(entry) || covers_target(entry, allow)) &&
		    covers_ports(entry, allow))
			return &deny->entries[i];
	}
	return NULL;
}

/* Whether a deny entry of a name covers an allow entry of that name, or of one @below it. */
static bool covers_name(u32 deny, u32 allow, bool below)
{
	if (deny == LEVEE_TARGET_DOMAIN_TREE)
		return true;
	if (below)
		return deny == LEVEE_TARGET_SUBDOMAINS;
	return deny == allow;
}

static const struct policy_entry *find_name(const struct policy_list *deny,
					    const struct levee_entry *allow, u64 *budget)
{
	struct levee_entry key = { .proto = LEVEE_PROTO_ANY, .port_last = 65535 };
	const struct policy_entry *found = NULL;

	/* Its name, then each name above it, the root last. */
	for (u32 at = 0; !found && at < allow->name_len; at += allow->name[at] + 1) {
		key.name = allow->name + at;
		key.name_len = allow->name_len - at;
		for (u32 target = LEVEE_TARGET_DOMAIN; !found && target <= LEVEE_TARGET_MAX;
		     target++) {
			key.target = target;
			if (covers_name(target, allow->target, at))
				found = find_in(deny, lower_bound(deny, &key), &key, allow, budget);
		}
	}
	return found;
}

static const struct policy_entry *find_shadow(const struct policy_list *deny,
					      const struct levee_entry *allow, u64 *budget)
{
	const struct policy_entry *found = NULL;
	struct levee_entry key = { .proto = LEVEE_PROTO_ANY, .port_last = 65535 };

	/* The words and what has no address: a run of entries for each target. */
	for (u32 target = LEVEE_TARGET_ANY; !found && target < LEVEE_TARGET_DOMAIN; target++) {
		key.target = target;
		found = find_in(deny, lower_bound(deny, &key), &key, allow, budget);
	}
	if (!found && levee_entry_is_domain(allow))
		return find_name(deny, allow, budget);
	if (found || allow->target != LEVEE_TARGET_PREFIX)
		return found;
	key.target = LEVEE_TARGET_PREFIX;
	key.addr_len = allow->addr_len;
	for (u32 bits = 0; !found && bits <= allow->prefix_len; bits++) {
		key.prefix_len = bits;
		memset(key.addr, 0, sizeof(key.addr));
		memcpy(key.addr, allow->addr, (bits + 7) / 8);
		if (bits % 8)
			key.addr[bits / 8] &= 0xff00 >> bits % 8;
		found = find_in(deny, lower_bound(deny, &key), &key, allow, budget);
	}
	return found;
}

static void tell_shadow(struct diag *diag, const struct policy_entry *allow,
			const struct policy_entry *deny)
{
	char text[LEVEE_ENTRY_TEXT_MAX], by[LEVEE_ENTRY_TEXT_MAX];

	levee_entry_format(text, sizeof(text), &allow->entry);
	levee_entry_format(by, sizeof(by), &deny->entry);
	diag_warning(diag, allow->at,
		     "the allow entry \"%s\" has no effect: the deny entry \"%s\" of line %u "
		     "covers it", text, by, deny->at.line);
}

static void warn_shadowed(const struct policy *policy, struct diag *diag)
{
	u64 budget = SHADOW_BUDGET;

	for (u32 i = 0; i < policy->rule_count; i++) {
		for (u32 feature = 1; feature <= LEVEE_FEATURE_MAX; feature++) {
			const struct policy_list *lists = policy->rules[i].sections[feature].lists;
			const struct policy_list *allow = &lists[LEVEE_ACTION_ALLOW];
			const struct policy_list *deny = &lists[LEVEE_ACTION_DENY];

			for (u32 a = 0; deny->count && a < allow->count; a++) {
				const struct policy_entry *entry = &allow->entries[a], *shadow;

				shadow = find_shadow(deny, &entry->entry, &budget);
				if (!shadow)
					continue;
				tell_shadow(diag, entry, shadow);
			}
		}
	}
	if (!budget)
		diag_warning(diag, (struct mark){ 0 },
			     "too many entries: not every allow entry was held against deny");
}

/* A feed may be loaded on its own, before or after; but a name may also be mistyped. */
static void warn_feeds(const struct policy *policy, const struct policy_section *section,
		       u32 feature, struct diag *diag)
{
	u32 kind = feature == LEVEE_FEATURE_DNS ? LEVEE_FEED_KIND_DOMAINS :
		   LEVEE_FEED_KIND_ADDRESSES;
	char quote[TEXT_QUOTE_MAX];

	for (u32 i = 0; i < section->feed_count; i++) {
		const struct policy_label *label = &section->feeds[i];
		const struct policy_feed *feed = policy_find_feed(policy, label->text);

		text_escape(quote, sizeof(quote), label->text, strlen(label->text));
		if (!feed)
			diag_warning(diag, label->at, "the feed \"%s\" is not in this file: it "
				     "holds once it is loaded on its own", quote);
		else if (feed->kind != kind)
			diag_warning(diag, label->at, "the feed \"%s\" has no effect here: it is "
				     "one of %s", quote, kind == LEVEE_FEED_KIND_DOMAINS ?
				     "addresses" : "domains");
	}
}

/* Whether an allow entry of outbound is sure to let packets to a server's port pass. */
static bool is_allowed(const struct policy_section *outbound, const struct levee_addr *server,
		       u16 port)
{
	const struct policy_list *allow = &outbound->lists[LEVEE_ACTION_ALLOW];
	struct levee_entry act = {
		.target = LEVEE_TARGET_PREFIX, .proto = PROTO_UDP, .has_ports = true,
		.port_first = port, .port_last = port,
	};

	if (levee_addr_is_loopback(server))
		return true;
	act.addr_len = levee_addr_write(server, act.addr);
	act.prefix_len = act.addr_len * 8;
	for (u32 i = 0; i < allow->count; i++) {
		const struct levee_entry *entry = &allow->entries[i].entry;

		if (covers_ports(entry, &act) &&
		    (covers_target(entry, &act) || (entry->target == LEVEE_TARGET_INTERNET &&
						    levee_addr_is_internet(server))))
			return true;
	}
	return false;
}

/* With dns disabled, packets to its servers are judged as any others. */
static void warn_servers(const struct policy_rule *rule, struct diag *diag)
{
	const struct policy_section *outbound = &rule->sections[LEVEE_FEATURE_OUTBOUND];
	const struct policy_dns *dns = &rule->dns;
	char text[LEVEE_ADDR_TEXT_MAX];

	if (rule->sections[LEVEE_FEATURE_DNS].effect != LEVEE_EFFECT_DISABLE ||
	    outbound->effect == LEVEE_EFFECT_DISABLE || rule->model.mode != LEVEE_MODEL_MODE_OFF ||
	    policy_section_action(rule, LEVEE_FEATURE_OUTBOUND) == LEVEE_ACTION_ALLOW)
		return;
	for (u32 i = 0; i < dns->server_count; i++) {
		u16 port = dns->port_count ? dns->ports[0] : POLICY_DNS_PORT;

		if (is_allowed(outbound, &dns->servers[i].addr, port))
			continue;
		levee_addr_format(text, sizeof(text), &dns->servers[i].addr);
		diag_warning(diag, dns->servers[i].at, "nothing allows the server \"%s\": dns is "
			     "disabled, so outbound judges port %u", text, port);
	}
}

/* What no list has, a model judges; and it learns where a section is on. */
static void warn_model(const struct policy_rule *rule, struct diag *diag)
{
	bool learns = false;

	if (rule->model.mode != LEVEE_MODEL_MODE_LEARN)
		return;
	for (u32 i = 0; model_features[i]; i++) {
		const struct policy_section *section = &rule->sections[model_features[i]];

		if (section->effect == LEVEE_EFFECT_DISABLE)
			continue;
		learns = true;
		if (section->default_at.line)
			diag_warning(diag, section->default_at, "the default of %s has no effect "
				     "beside model: learn", levee_feature_name(model_features[i]));
	}
	if (!learns)
		diag_warning(diag, rule->model.at, "the model learns nothing: outbound, listen and "
			     "dns are disabled");
}

/* What no answer is told of later than it counts is never counted. */
static void warn_silence(const struct policy_rule *rule, u32 form, u32 within, struct diag *diag)
{
	const struct policy_section *section = &rule->sections[LEVEE_FEATURE_PORT_SCAN];
	u32 silence = policy_scan_value(&rule->scan, LEVEE_A_SCAN_SILENCE);
	char text[TEXT_DURATION_MAX], limit[TEXT_DURATION_MAX];

	if (policy_scan_is_off(&rule->scan, &policy_scan_forms[form]) ||
	    silence < policy_scan_value(&rule->scan, within))
		return;
	diag_warning(diag, section->at, "what never answers does not count for %s: silence of %s "
		     "is no failure within %s", policy_scan_forms[form].name,
		     text_duration_format(text, silence),
		     text_duration_format(limit, policy_scan_value(&rule->scan, within)));
}

/* Beyond this many, failures give way to what is new. */
static void warn_failures(const struct policy_rule *rule, u32 form, u32 failures, struct diag *diag)
{
	const struct policy_section *section = &rule->sections[LEVEE_FEATURE_PORT_SCAN];
	u32 value = policy_scan_value(&rule->scan, failures);

	if (policy_scan_is_off(&rule->scan, &policy_scan_forms[form]) ||
	    value <= LEVEE_SCAN_FAILED)
		return;
	diag_warning(diag, section->at, "%s may find nothing: %u failures are remembered for "
		     "certain, and %u are more", policy_scan_forms[form].name, LEVEE_SCAN_FAILED,
		     value);
}

static void warn_scan(const struct policy_rule *rule, struct diag *diag)
{
	const struct policy_section *section = &rule->sections[LEVEE_FEATURE_PORT_SCAN];
	u32 weight = policy_scan_value(&rule->scan, LEVEE_A_SCAN_FAST_WEIGHT);

	if (section->effect == LEVEE_EFFECT_DISABLE)
		return;
	if (weight > POLICY_SCAN_WEIGHT * LEVEE_SCAN_CONTACTS)
		diag_warning(diag, section->at, "fast finds nothing: %u contacts are remembered, "
			     "of weight %u at most, and weight %u is more", LEVEE_SCAN_CONTACTS,
			     POLICY_SCAN_WEIGHT, weight);
	warn_failures(rule, 0, LEVEE_A_SCAN_VERTICAL_FAILURES, diag);
	warn_failures(rule, 1, LEVEE_A_SCAN_HORIZONTAL_FAILURES, diag);
	warn_silence(rule, 0, LEVEE_A_SCAN_VERTICAL_WITHIN, diag);
	warn_silence(rule, 1, LEVEE_A_SCAN_HORIZONTAL_WITHIN, diag);
}

void policy_warn(const struct policy *policy, struct diag *diag)
{
	warn_shadowed(policy, diag);
	for (u32 i = 0; i < policy->rule_count; i++) {
		const struct policy_rule *rule = &policy->rules[i];

		for (u32 feature = 1; feature <= LEVEE_FEATURE_MAX; feature++)
			warn_feeds(policy, &rule->sections[feature], feature, diag);
		warn_servers(rule, diag);
		warn_model(rule, diag);
		warn_scan(rule, diag);
	}
}
