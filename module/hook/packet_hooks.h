/* SPDX-License-Identifier: GPL-2.0 */
/* The authoritative gate: netfilter, IPv4 and IPv6, in every network namespace. */
#ifndef LEVEE_HOOK_PACKET_HOOKS_H
#define LEVEE_HOOK_PACKET_HOOKS_H

#include <net/net_namespace.h>

/*
 * Registers the hooks in every network namespace that is and will be. Sleeps;
 * under the registry mutex.
 */
int levee_packet_hooks_arm(void);
/* Unregisters them; no packet is in a hook when it returns. Sleeps; under the registry mutex. */
void levee_packet_hooks_disarm(void);
bool levee_packet_hooks_armed(void);
/*
 * Namespaces in which a chain older than ours has the last priority. What it does
 * is not seen, so governed packets there are malformed.
 */
u32 levee_packet_hooks_outranked(void);
/*
 * Namespaces in which a hook was full. What is seen of governed packets there is
 * malformed; where nothing is hooked, nothing is seen.
 */
u32 levee_packet_hooks_incomplete(void);
/*
 * Notes that a governed workload lives in the namespace, so that delivered
 * packets are looked at there. Any context, while the hooks are armed.
 */
void levee_packet_hooks_mark(struct net *net);

#endif /* LEVEE_HOOK_PACKET_HOOKS_H */
