/* SPDX-License-Identifier: GPL-2.0 */
/* Who has sent a datagram to a bound port lately: a datagram back is a reply. */
#ifndef LEVEE_DETECT_UDP_PEERS_H
#define LEVEE_DETECT_UDP_PEERS_H

#include "../lib/addr.h"

/* How long a peer is remembered: conntrack's timeout of a UDP stream. */
#define LEVEE_UDP_PEER_SECONDS 180

/*
 * A peer of one local port of one workload. Compared exactly: a false match
 * would let a datagram out.
 */
struct levee_udp_peer {
	struct levee_addr addr;
	u64 cgroup_id;
	u16 port;
	u16 local_port;
};

/* Any context but hard interrupts. */
void levee_udp_peer_note(const struct levee_udp_peer *peer);
bool levee_udp_peer_known(const struct levee_udp_peer *peer);

/* Peers forgotten before their time, for want of room. */
u64 levee_udp_peers_evicted(void);
size_t levee_udp_peers_bytes(void);
int levee_udp_peers_init(void);
void levee_udp_peers_exit(void);

#endif /* LEVEE_DETECT_UDP_PEERS_H */
