/* SPDX-License-Identifier: GPL-2.0 */
/* The authoritative gate: netfilter, IPv4 and IPv6, in every network namespace. */
#ifndef LEVEE_HOOK_PACKET_HOOKS_H
#define LEVEE_HOOK_PACKET_HOOKS_H

#include <linux/netfilter.h>
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
/* Whether that was noted. As above. */
bool levee_packet_hooks_marked(struct net *net);
/*
 * Judges a frame of a packet socket as the packet that is in it, at the skb's network
 * header; NFPROTO_ARP, or NFPROTO_UNSPEC for what is no IP either. Returns netfilter's
 * verdict. Under rcu_read_lock(); any context but hard interrupts, while the hooks are
 * armed.
 */
unsigned int levee_packet_hooks_judge_frame(struct sk_buff *skb, u8 family,
					    const struct nf_hook_state *state);

#endif /* LEVEE_HOOK_PACKET_HOOKS_H */
