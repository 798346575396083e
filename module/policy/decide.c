// SPDX-License-Identifier: GPL-2.0
/*
 * Allowed is: explicit allow, less explicit deny; where neither speaks, what no
 * feed lists and the workload's model knows, or, without one, the section's default
 * allows.
 */
#include <linux/in.h>
#include <linux/socket.h>

#include "decide.h"
#include "feed.h"

static bool is_internet_socket(u8 family)
{
	return family == AF_INET || family == AF_INET6;
}

/* The entry of the nearest name that has the act's protocol and port. */
static u32 find_name(const struct levee_list *list, const struct levee_act *act,
		     const struct levee_name *name)
{
	struct levee_domain_match match;
	bool found;
	u32 entry;

	if (!list->domains)
		return LEVEE_ENTRY_NONE;
	for (found = levee_domain_table_first(list->domains, name->wire, name->len, &match); found;
	     found = levee_domain_table_next(list->domains, &match)) {
		entry = levee_port_set_find(list->ports + match.first, match.count, act->proto,
					    act->port);
		if (entry != LEVEE_ENTRY_NONE)
			return entry;
	}
	return LEVEE_ENTRY_NONE;
}

/* The entry of the first name that has one; the verdict is then about that name. */
static noinline u32 find_names(const struct levee_list *list, const struct levee_act *act,
			       u8 action, struct levee_verdict *verdict)
{
	u32 i, entry;

	/* Names resolve to what their owners like: none opens what is near. */
	if (action == LEVEE_ACTION_ALLOW && !levee_addr_is_routable(act->addr))
		return LEVEE_ENTRY_NONE;
	for (i = 0; i < act->nr_names; i++) {
		if (action == LEVEE_ACTION_ALLOW && act->names[i].alias)
			continue;
		entry = find_name(list, act, &act->names[i]);
		if (entry != LEVEE_ENTRY_NONE) {
			verdict->name = act->names[i];
			return entry;
		}
	}
	return LEVEE_ENTRY_NONE;
}

static __always_inline u32 find_outbound(const struct levee_list *list,
					 const struct levee_act *act, u8 action,
					 struct levee_verdict *verdict)
{
	u32 entry = LEVEE_ENTRY_NONE;

	if (list->prefixes)
		entry = levee_prefix_table_find(list->prefixes, act->addr, act->proto, act->port);
	if (entry == LEVEE_ENTRY_NONE && unlikely(act->nr_names))
		entry = find_names(list, act, action, verdict);
	return entry;
}

static u32 find_listen(const struct levee_list *list, const struct levee_act *act)
{
	u32 entry = levee_port_set_find(list->ports, list->nr_ports, act->proto, act->port);

	if (entry == LEVEE_ENTRY_NONE && act->ephemeral)
		entry = levee_port_set_find(list->ephemeral, list->nr_ephemeral, act->proto,
					    act->port);
	return entry;
}

static u32 find_raw(const struct levee_list *list, const struct levee_act *act)
{
	if (act->socket_family == AF_PACKET)
		return list->packet;
	if (act->socket_family == AF_XDP)
		return list->xdp;
	if (is_internet_socket(act->socket_family))
		return levee_port_set_find(list->ports, list->nr_ports, act->proto, 0);
	return LEVEE_ENTRY_NONE;
}

static noinline u32 find_others(const struct levee_list *list, const struct levee_act *act)
{
	if (!list->count)
		return LEVEE_ENTRY_NONE;
	switch (act->feature) {
	case LEVEE_FEATURE_LISTEN:
		return find_listen(list, act);
	case LEVEE_FEATURE_RAW_SOCKETS:
		return find_raw(list, act);
	case LEVEE_FEATURE_DNS:
		return find_name(list, act, &act->name);
	}
	return LEVEE_ENTRY_NONE;
}

static __always_inline u32 find(const struct levee_list *list, const struct levee_act *act,
				u8 action, struct levee_verdict *verdict)
{
	/* Asked by packets, most others by system calls. */
	if (likely(act->feature == LEVEE_FEATURE_OUTBOUND))
		return find_outbound(list, act, action, verdict);
	return find_others(list, act);
}

/* What no list has to allow. */
static bool is_exempt(const struct levee_act *act)
{
	switch (act->feature) {
	case LEVEE_FEATURE_OUTBOUND:
		return levee_addr_is_loopback(act->addr);
	case LEVEE_FEATURE_LISTEN:
		return act->loopback_only;
	case LEVEE_FEATURE_RAW_SOCKETS:
		/* Any other family comes here for the list of families alone. */
		return act->socket_family != AF_PACKET && act->socket_family != AF_XDP &&
		       !is_internet_socket(act->socket_family);
	}
	return false;
}

static u8 default_reason(const struct levee_section *section, const struct levee_act *act)
{
	bool allowed;

	if (section->fallback)
		allowed = section->fallback == LEVEE_ACTION_ALLOW;
	else if (act->feature == LEVEE_FEATURE_RAW_SOCKETS)
		/* Raw sockets are rare: what is not listed deviates. */
		allowed = false;
	else
		allowed = !section->lists[LEVEE_ACTION_ALLOW].count;
	return allowed ? LEVEE_REASON_NONE : LEVEE_REASON_NOT_ALLOWED;
}

/* A model stands in for the default, of what it can know. */
static u8 unknown_reason(struct levee_verdict *verdict, const struct levee_subject *subject,
			 const struct levee_section *section, const struct levee_act *act)
{
	const struct levee_model *model;

	if (is_exempt(act))
		return LEVEE_REASON_NONE;
	model = levee_subject_model(subject);
	if (likely(!model) || act->feature == LEVEE_FEATURE_RAW_SOCKETS)
		return default_reason(section, act);
	verdict->model_state = levee_model_state(model);
	verdict->item = levee_model_find(model, act);
	return verdict->item || verdict->model_state != LEVEE_MODEL_STATE_ACTIVE ?
	       LEVEE_REASON_NONE : LEVEE_REASON_NOT_IN_MODEL;
}

/* Families are a list of their own: no entry for a protocol lets one in that is not on it. */
static bool is_refused_family(const struct levee_rule *rule, const struct levee_act *act)
{
	return act->feature == LEVEE_FEATURE_RAW_SOCKETS && rule->has_families &&
	       act->socket_family != AF_PACKET && act->socket_family != AF_XDP &&
	       !(rule->families & BIT_ULL(act->socket_family));
}

/* SMC leaves IP once it has shaken hands, and no later hook would see it. */
static bool is_hidden_outbound(const struct levee_rule *rule, const struct levee_act *act)
{
	return act->feature == LEVEE_FEATURE_RAW_SOCKETS && act->socket_family == AF_SMC &&
	       !(rule->has_families && rule->families & BIT_ULL(AF_SMC)) &&
	       rule->sections[LEVEE_FEATURE_OUTBOUND].written >= LEVEE_EFFECT_PREVENT;
}

static void set_verdict(struct levee_verdict *verdict, const struct levee_section *section,
			u8 reason)
{
	verdict->reason = reason;
	verdict->effect = section->effect;
	verdict->written = section->written;
	verdict->action = 0;
	verdict->model_state = 0;
	verdict->entry = NULL;
	verdict->feed = NULL;
	verdict->item = NULL;
}

/* Whether it is a DNS packet, which the dns section judges. */
static bool is_dns(const struct levee_rule *rule, const struct levee_act *act)
{
	u32 i;

	if (!rule->guards_dns || (act->proto != IPPROTO_UDP && act->proto != IPPROTO_TCP))
		return false;
	for (i = 0; i < rule->dns.nr_ports; i++)
		if (rule->dns.ports[i] == act->port)
			return true;
	return false;
}

static bool is_pinned_elsewhere(const struct levee_rule *rule, const struct levee_act *act)
{
	return act->feature == LEVEE_FEATURE_DNS && rule->dns.servers_only && act->addr &&
	       !levee_dns_is_server(&rule->dns, act->addr);
}

/* What no list of addresses or names speaks of. */
static u8 unlisted_outbound(struct levee_verdict *verdict, const struct levee_subject *subject,
			    const struct levee_section *section, const struct levee_act *act)
{
	const struct levee_rule *rule = subject->rule;
	/* Whom the dns section lets it ask is not for this section to refuse. */
	bool dns = is_dns(rule, act);

	if (dns && levee_dns_is_server(&rule->dns, act->addr))
		return LEVEE_REASON_NONE;
	if (!levee_addr_is_loopback(act->addr))
		verdict->feed = levee_feeds_find_addr(section, act->addr);
	if (verdict->feed)
		return LEVEE_REASON_FEED;
	if (dns && !rule->dns.nr_servers)
		return LEVEE_REASON_NONE;
	return unknown_reason(verdict, subject, section, act);
}

static u8 unlisted_dns(struct levee_verdict *verdict, const struct levee_subject *subject,
		       const struct levee_section *section, const struct levee_act *act)
{
	/* A connection, in which nothing was asked yet. */
	if (!act->name.len)
		return LEVEE_REASON_NONE;
	verdict->feed = levee_feeds_find_name(section, &act->name);
	return verdict->feed ? LEVEE_REASON_FEED : unknown_reason(verdict, subject, section, act);
}

static u8 unlisted(struct levee_verdict *verdict, const struct levee_subject *subject,
		   const struct levee_section *section, const struct levee_act *act)
{
	switch (act->feature) {
	case LEVEE_FEATURE_OUTBOUND:
		return unlisted_outbound(verdict, subject, section, act);
	case LEVEE_FEATURE_DNS:
		return unlisted_dns(verdict, subject, section, act);
	}
	return unknown_reason(verdict, subject, section, act);
}

/* Whether an entry of the list covers the act; then it is the verdict's. */
static __always_inline bool decides(const struct levee_list *list, u8 action,
				    const struct levee_act *act, struct levee_verdict *verdict)
{
	u32 entry = find(list, act, action, verdict);

	if (entry == LEVEE_ENTRY_NONE)
		return false;
	verdict->action = action;
	verdict->entry = &list->entries[entry];
	return true;
}

void levee_decide(struct levee_verdict *verdict, const struct levee_subject *subject,
		  const struct levee_act *act)
{
	const struct levee_rule *rule = subject->rule;
	const struct levee_section *section = &rule->sections[act->feature];

	verdict->name = act->nr_names ? act->names[0] : act->name;
	if (unlikely(is_hidden_outbound(rule, act))) {
		/* Refused as what it would do. */
		set_verdict(verdict, &rule->sections[LEVEE_FEATURE_OUTBOUND],
			    LEVEE_REASON_NOT_ALLOWED);
		return;
	}
	set_verdict(verdict, section, LEVEE_REASON_NONE);
	if (section->effect == LEVEE_EFFECT_DISABLE)
		return;
	if (unlikely(is_refused_family(rule, act)))
		verdict->reason = LEVEE_REASON_NOT_ALLOWED;
	else if (decides(&section->lists[LEVEE_ACTION_DENY], LEVEE_ACTION_DENY, act, verdict))
		verdict->reason = LEVEE_REASON_DENIED;
	else if (unlikely(is_pinned_elsewhere(rule, act)))
		verdict->reason = LEVEE_REASON_NOT_ALLOWED;
	else if (!decides(&section->lists[LEVEE_ACTION_ALLOW], LEVEE_ACTION_ALLOW, act, verdict))
		verdict->reason = unlisted(verdict, subject, section, act);
}
