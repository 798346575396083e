// SPDX-License-Identifier: GPL-2.0
/* Allowed is: explicit allow, less explicit deny; where neither speaks, the section's default. */
#include <linux/in.h>
#include <linux/socket.h>

#include "decide.h"

static bool is_internet_socket(u8 family)
{
	return family == AF_INET || family == AF_INET6;
}

static u32 find_outbound(const struct levee_list *list, const struct levee_act *act)
{
	if (!list->prefixes)
		return LEVEE_ENTRY_NONE;
	return levee_prefix_table_find(list->prefixes, &act->addr, act->proto, act->port);
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

static u32 find(const struct levee_list *list, const struct levee_act *act)
{
	if (!list->count)
		return LEVEE_ENTRY_NONE;
	switch (act->feature) {
	case LEVEE_FEATURE_OUTBOUND:
		return find_outbound(list, act);
	case LEVEE_FEATURE_LISTEN:
		return find_listen(list, act);
	case LEVEE_FEATURE_RAW_SOCKETS:
		return find_raw(list, act);
	}
	return LEVEE_ENTRY_NONE;
}

static bool outbound_is_enforced(const struct levee_rule *rule)
{
	return rule->sections[LEVEE_FEATURE_OUTBOUND].written >= LEVEE_EFFECT_PREVENT;
}

/* Where neither list speaks. */
static bool is_allowed_by_default(const struct levee_rule *rule,
				  const struct levee_section *section,
				  const struct levee_act *act)
{
	switch (act->feature) {
	case LEVEE_FEATURE_OUTBOUND:
		if (levee_addr_is_loopback(&act->addr))
			return true;
		break;
	case LEVEE_FEATURE_LISTEN:
		if (act->loopback_only)
			return true;
		break;
	case LEVEE_FEATURE_RAW_SOCKETS:
		/* Raw sockets are rare: what is not listed deviates. */
		if (act->socket_family == AF_PACKET || act->socket_family == AF_XDP ||
		    is_internet_socket(act->socket_family))
			return section->fallback == LEVEE_ACTION_ALLOW;
		/* Any other family comes here for the list of families alone. */
		if (rule->has_families)
			return rule->families & BIT_ULL(act->socket_family);
		/* SMC leaves IP once it has shaken hands: no later hook would see it. */
		return act->socket_family != AF_SMC || !outbound_is_enforced(rule);
	}
	if (section->fallback)
		return section->fallback == LEVEE_ACTION_ALLOW;
	return !section->lists[LEVEE_ACTION_ALLOW].count;
}

struct levee_verdict levee_decide(const struct levee_rule *rule, const struct levee_act *act)
{
	const struct levee_section *section = &rule->sections[act->feature];
	const struct levee_list *deny = &section->lists[LEVEE_ACTION_DENY];
	const struct levee_list *allow = &section->lists[LEVEE_ACTION_ALLOW];
	struct levee_verdict verdict = {
		.reason = LEVEE_REASON_NONE,
		.effect = section->effect,
		.written = section->written,
	};
	u32 entry;

	if (section->effect == LEVEE_EFFECT_DISABLE)
		return verdict;
	entry = find(deny, act);
	if (entry != LEVEE_ENTRY_NONE) {
		verdict.reason = LEVEE_REASON_DENIED;
		verdict.action = LEVEE_ACTION_DENY;
		verdict.entry = &deny->entries[entry];
		return verdict;
	}
	entry = find(allow, act);
	if (entry != LEVEE_ENTRY_NONE) {
		verdict.action = LEVEE_ACTION_ALLOW;
		verdict.entry = &allow->entries[entry];
		return verdict;
	}
	if (!is_allowed_by_default(rule, section, act))
		verdict.reason = LEVEE_REASON_NOT_ALLOWED;
	return verdict;
}
