/* SPDX-License-Identifier: GPL-2.0 */
/* Who has sent to a local port lately: what goes back to him is an answer. */
#ifndef LEVEE_DETECT_PEERS_H
#define LEVEE_DETECT_PEERS_H

#include <net/net_namespace.h>

#include "../lib/addr.h"

/* How long a peer is remembered: conntrack's timeout of a UDP stream. */
#define LEVEE_PEER_SECONDS 180
/* LOOPBACK_IFINDEX, the same in every namespace. */
#define LEVEE_PEER_LOOPBACK 1

/**
 * struct levee_peer - a peer of one local port
 * @addr: his address
 * @cgroup_nr: of the local socket; 0 where the socket is not known on delivery
 * @port: his port
 * @local_port: the port that he sent to
 * @proto: IP protocol
 * @ifindex: the device by which he is reached, see levee_peer_device()
 *
 * Compared exactly: a false match would let a packet out.
 */
struct levee_peer {
	struct levee_addr addr;
	u64 cgroup_nr;
	u16 port;
	u16 local_port;
	u16 proto;
	int ifindex;
};

/*
 * Anybody can forge a sender by loopback, which checks no source, and who may
 * make devices can do so by one of his own: so a peer is one of the device by
 * which he came. The host's routes may be asymmetric; there only loopback is
 * told apart.
 */
static inline int levee_peer_device(const struct net *net, int ifindex)
{
	if (net_eq(net, &init_net) && ifindex != LEVEE_PEER_LOOPBACK)
		return 0;
	return ifindex;
}

/* Any context but hard interrupts. */
void levee_peer_note(const struct levee_peer *peer);
bool levee_peer_known(const struct levee_peer *peer);

/* Peers forgotten before their time, for want of room. */
u64 levee_peers_evicted(void);
size_t levee_peers_bytes(void);
int levee_peers_init(void);
/* No hook runs any more. */
void levee_peers_exit(void);

#endif /* LEVEE_DETECT_PEERS_H */
