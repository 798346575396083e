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
	return levee_prefix_table_find(list->prefixes, act->addr, act->proto, act->port);
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

static noinline u32 find_local(const struct levee_list *list, const struct levee_act *act)
{
	if (!list->count)
		return LEVEE_ENTRY_NONE;
	switch (act->feature) {
	case LEVEE_FEATURE_LISTEN:
		return find_listen(list, act);
	case LEVEE_FEATURE_RAW_SOCKETS:
		return find_raw(list, act);
	}
	return LEVEE_ENTRY_NONE;
}

static __always_inline u32 find(const struct levee_list *list, const struct levee_act *act)
{
	/* Asked by packets, the others by system calls. */
	if (likely(act->feature == LEVEE_FEATURE_OUTBOUND))
		return find_outbound(list, act);
	return find_local(list, act);
}

/* Where neither list speaks. */
static bool is_allowed_by_default(const struct levee_section *section,
				  const struct levee_act *act)
{
	switch (act->feature) {
	case LEVEE_FEATURE_OUTBOUND:
		if (levee_addr_is_loopback(act->addr))
			return true;
		break;
	case LEVEE_FEATURE_LISTEN:
		if (act->loopback_only)
			return true;
		break;
	case LEVEE_FEATURE_RAW_SOCKETS:
		/* Any other family comes here for the list of families alone. */
		if (act->socket_family != AF_PACKET && act->socket_family != AF_XDP &&
		    !is_internet_socket(act->socket_family))
			return true;
		/* Raw sockets are rare: what is not listed deviates. */
		return section->fallback == LEVEE_ACTION_ALLOW;
	}
	if (section->fallback)
		return section->fallback == LEVEE_ACTION_ALLOW;
	return !section->lists[LEVEE_ACTION_ALLOW].count;
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
	verdict->entry = NULL;
}

/* Whether an entry of the list covers the act; then it is the verdict's. */
static __always_inline bool decides(const struct levee_list *list, u8 action,
				    const struct levee_act *act, struct levee_verdict *verdict)
{
	u32 entry = find(list, act);

	if (entry == LEVEE_ENTRY_NONE)
		return false;
	verdict->action = action;
	verdict->entry = &list->entries[entry];
	return true;
}

void levee_decide(struct levee_verdict *verdict, const struct levee_rule *rule,
		  const struct levee_act *act)
{
	const struct levee_section *section = &rule->sections[act->feature];

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
	else if (!decides(&section->lists[LEVEE_ACTION_ALLOW], LEVEE_ACTION_ALLOW, act, verdict) &&
		 !is_allowed_by_default(section, act))
		verdict->reason = LEVEE_REASON_NOT_ALLOWED;
}
