/* SPDX-License-Identifier: GPL-2.0 */
/* Before 6.6 a dump's attributes lay in another structure. */
#include_next <net/genetlink.h>
#ifndef LEVEE_COMPAT_NET_GENETLINK_H
#define LEVEE_COMPAT_NET_GENETLINK_H

#include <linux/version.h>

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 6, 0)
#define genl_info_dump(cb) genl_dumpit_info(cb)
#endif

#ifndef GENL_MCAST_CAP_NET_ADMIN
#error "levee needs multicast groups with capabilities: take 6.1.176, or 6.8 and newer"
#endif

#endif /* LEVEE_COMPAT_NET_GENETLINK_H */
