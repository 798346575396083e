/* SPDX-License-Identifier: GPL-2.0 */
/* What a workload wants to do, and what the policy says of it. */
#ifndef LEVEE_POLICY_ACT_H
#define LEVEE_POLICY_ACT_H

#include "../lib/addr.h"
#include "../lib/entry.h"

/**
 * struct levee_act - one act, of any feature
 * @feature: enum levee_feature
 * @socket_family: raw-sockets, the AF_* of the socket
 * @ephemeral: listen, the port is of net.ipv4.ip_local_port_range or not chosen yet
 * @loopback_only: listen, the socket is bound to a loopback address
 * @proto: IP protocol
 * @port: remote port (outbound) or local port (listen), host order, 0 if none
 * @addr: the destination, always for outbound; else NULL
 */
struct levee_act {
	u8 feature;
	u8 socket_family;
	bool ephemeral;
	bool loopback_only;
	u16 proto;
	u16 port;
	const struct levee_addr *addr;
};

/**
 * struct levee_verdict - the decision function's answer
 * @reason: enum levee_reason; none: allowed
 * @effect: enum levee_effect of the section, in force now
 * @written: enum levee_effect of the section, as the policy has it
 * @action: enum levee_action of @entry
 * @entry: the entry that decided, or NULL; lives as long as the ruleset
 */
struct levee_verdict {
	u8 reason;
	u8 effect;
	u8 written;
	u8 action;
	const struct levee_entry *entry;
};

#endif /* LEVEE_POLICY_ACT_H */
