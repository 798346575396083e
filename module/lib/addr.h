/* SPDX-License-Identifier: GPL-2.0 */
/* Addresses in the form in which levee compares them: an IPv4-mapped IPv6 address is IPv4. */
#ifndef LEVEE_LIB_ADDR_H
#define LEVEE_LIB_ADDR_H

#include "types.h"

#define LEVEE_ADDR_TEXT_MAX	46	/* longest text and its NUL (INET6_ADDRSTRLEN) */

/**
 * struct levee_addr - an IPv4 or IPv6 address in host order
 * @hi: IPv6, the high 64 bits; IPv4, 0
 * @lo: IPv6, the low 64 bits; IPv4, the address in the low 32 bits
 * @is_v4: true for IPv4
 */
struct levee_addr {
	u64 hi;
	u64 lo;
	bool is_v4;
};

/**
 * levee_addr_read() - take an address from its wire form
 * @addr: filled in
 * @wire: @len bytes in network order
 * @len: 4 or 16
 *
 * ::ffff:a.b.c.d (RFC 4291 section 2.5.5.2) becomes a.b.c.d. Any context.
 *
 * Return: false for another length, and @addr is as it was.
 */
bool levee_addr_read(struct levee_addr *addr, const u8 *wire, size_t len);

/**
 * levee_addr_write() - give an address its wire form
 * @addr: the address
 * @wire: filled in, in network order; bytes beyond the length are left alone
 *
 * Return: the length, 4 or 16.
 */
size_t levee_addr_write(const struct levee_addr *addr, u8 wire[16]);

/**
 * levee_addr_compare() - the order of addresses: IPv4 before IPv6, then as numbers
 * @a: an address
 * @b: another
 *
 * Return: below 0, 0, or above 0.
 */
int levee_addr_compare(const struct levee_addr *a, const struct levee_addr *b);

/**
 * levee_addr_is_loopback() - 127.0.0.0/8 (RFC 1122) and ::1 (RFC 4291)
 * @addr: the address
 */
bool levee_addr_is_loopback(const struct levee_addr *addr);

/**
 * levee_addr_is_internet() - whether no IANA special-purpose registry has it
 * @addr: the address
 *
 * The registries are those of RFC 6890, with multicast; IPv6 must be global
 * unicast. NAT64 (64:ff9b::/96) and 6to4 (2002::/16) addresses are judged by
 * the IPv4 address in them. Any context, a few nanoseconds.
 */
bool levee_addr_is_internet(const struct levee_addr *addr);

/**
 * levee_addr_is_routable() - whether packets to it are for one host, beyond this one and the link
 * @addr: the address
 *
 * Private addresses are. Not so loopback, link-local, multicast, unspecified
 * (with 0.0.0.0/8 and ::/96) and broadcast addresses. NAT64 and 6to4 addresses
 * are judged by the IPv4 address in them. Any context, a few nanoseconds.
 */
bool levee_addr_is_routable(const struct levee_addr *addr);

/**
 * levee_addr_format() - the address as text (RFC 5952)
 * @buf: filled in, cut where it ends, and terminated unless @size is 0
 * @size: bytes of @buf; LEVEE_ADDR_TEXT_MAX is always enough
 * @addr: the address
 *
 * No port, no brackets, and IPv6 never with a dotted part.
 *
 * Return: the length written, without the NUL, as scnprintf() does.
 */
size_t levee_addr_format(char *buf, size_t size, const struct levee_addr *addr);

#endif /* LEVEE_LIB_ADDR_H */
