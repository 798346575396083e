/* SPDX-License-Identifier: GPL-2.0 */
/* Before 6.7 there was no NLA_POLICY_MAX_LEN(), and ranges were not const. */
#include_next <net/netlink.h>
#ifndef LEVEE_COMPAT_NET_NETLINK_H
#define LEVEE_COMPAT_NET_NETLINK_H

#ifndef NLA_POLICY_MAX_LEN
#define NLA_POLICY_MAX_LEN(length) { .type = NLA_BINARY, .len = (length) }
#undef NLA_POLICY_FULL_RANGE
#define NLA_POLICY_FULL_RANGE(kind, limits) {				\
	.type = NLA_ENSURE_UINT_OR_BINARY_TYPE(kind),			\
	.validation_type = NLA_VALIDATE_RANGE_PTR,			\
	.range = (struct netlink_range_validation *)(limits),		\
}
#endif

#endif /* LEVEE_COMPAT_NET_NETLINK_H */
