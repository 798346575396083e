/* SPDX-License-Identifier: GPL-2.0 */
/* Until 6.18 the listener lookups took the hash table, too. */
#include_next <net/inet6_hashtables.h>
#ifndef LEVEE_COMPAT_NET_INET6_HASHTABLES_H
#define LEVEE_COMPAT_NET_INET6_HASHTABLES_H

#ifdef LEVEE_LOOKUP_TAKES_HASHINFO
#define inet6_lookup_listener(net, ...) \
	inet6_lookup_listener(net, (net)->ipv4.tcp_death_row.hashinfo, __VA_ARGS__)
#endif

#endif /* LEVEE_COMPAT_NET_INET6_HASHTABLES_H */
