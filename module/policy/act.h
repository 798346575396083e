/* SPDX-License-Identifier: GPL-2.0 */
/* What a workload wants to do, and what the policy says of it. */
#ifndef LEVEE_POLICY_ACT_H
#define LEVEE_POLICY_ACT_H

#include "../lib/addr.h"
#include "../lib/entry.h"

/* A domain name in wire form, not compressed, lower case, that somebody else holds. */
struct levee_name {
	const u8 *wire;
	u8 len;		/* with the root label; 0 for no name */
	bool alias;	/* of what was asked for: it can deny an address, never allow it */
};

struct levee_feed;
struct levee_model_item;

/**
 * struct levee_act - one act, of any feature
 * @feature: enum levee_feature
 * @socket_family: raw-sockets, the AF_* of the socket
 * @ephemeral: listen, the port is of net.ipv4.ip_local_port_range or not chosen yet
 * @loopback_only: listen, the socket is bound to a loopback address
 * @live: outbound, of a connection that was let through before
 * @proto: IP protocol
 * @port: remote port (outbound) or local port (listen), host order, 0 if none
 * @qtype: dns, the type that is asked for
 * @addr: the destination, always for outbound; the server, where it is known, for dns; else NULL
 * @name: dns, what is asked for; no bytes where nothing is
 * @names: outbound, by which names the workload knows @addr, the latest first
 * @nr_names: number of @names
 */
struct levee_act {
	u8 feature;
	u8 socket_family;
	bool ephemeral;
	bool loopback_only;
	bool live;
	u16 proto;
	u16 port;
	u16 qtype;
	u16 nr_names;
	const struct levee_addr *addr;
	struct levee_name name;
	const struct levee_name *names;
};

/**
 * struct levee_verdict - the decision function's answer
 * @reason: enum levee_reason; none: allowed
 * @effect: enum levee_effect of the section, in force now
 * @written: enum levee_effect of the section, as the policy has it
 * @action: enum levee_action of @entry
 * @entry: the entry that decided, or NULL; lives as long as the ruleset
 * @model_state: enum levee_model_state of the model that was asked; 0: none was
 * @feed: the feed that decided, or NULL; under rcu_read_lock()
 * @item: by what the model knows the act, or NULL; under rcu_read_lock()
 * @name: the act's name, or the one of its names by which it was decided, else
 *	the latest; lives as long as the act's
 */
struct levee_verdict {
	u8 reason;
	u8 effect;
	u8 written;
	u8 action;
	u8 model_state;
	const struct levee_entry *entry;
	const struct levee_feed *feed;
	struct levee_model_item *item;
	struct levee_name name;
};

/* Under which feature a deviation is counted and reported. */
static inline u8 levee_verdict_feature(const struct levee_verdict *verdict,
				       const struct levee_act *act)
{
	return verdict->reason == LEVEE_REASON_HELD ? LEVEE_FEATURE_PORT_SCAN : act->feature;
}

#endif /* LEVEE_POLICY_ACT_H */
