/* SPDX-License-Identifier: GPL-2.0 */
/* The only header that knows whether floor 0 is compiled for the kernel or for userspace. */
#ifndef LEVEE_LIB_TYPES_H
#define LEVEE_LIB_TYPES_H

#ifdef __KERNEL__
#include <linux/build_bug.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/minmax.h>
#include <linux/prefetch.h>
#include <linux/siphash.h>
#include <linux/sort.h>
#include <linux/string.h>
#include <linux/types.h>
#else
#include "userspace.h"
#endif

#endif /* LEVEE_LIB_TYPES_H */
