/* SPDX-License-Identifier: GPL-2.0 */
/* Before 6.11 SMC was a socket family only. */
#include_next <linux/in.h>
#ifndef LEVEE_COMPAT_LINUX_IN_H
#define LEVEE_COMPAT_LINUX_IN_H

#include <linux/version.h>

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 11, 0)
#define IPPROTO_SMC 256
#endif

#endif /* LEVEE_COMPAT_LINUX_IN_H */
