/* SPDX-License-Identifier: GPL-2.0 */
/* Older kernels zero every variable on the stack, and have no word against it. */
#include_next <linux/compiler.h>
#ifndef LEVEE_COMPAT_LINUX_COMPILER_H
#define LEVEE_COMPAT_LINUX_COMPILER_H

#ifndef __uninitialized
#if __has_attribute(__uninitialized__)
#define __uninitialized __attribute__((__uninitialized__))
#else
#define __uninitialized
#endif
#endif

#endif /* LEVEE_COMPAT_LINUX_COMPILER_H */
