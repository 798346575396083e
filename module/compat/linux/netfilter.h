/* SPDX-License-Identifier: GPL-2.0 */
/* The mark of a packet that nft dup or TEE sends was per CPU before it was the task's. */
#include_next <linux/netfilter.h>
#ifndef LEVEE_COMPAT_LINUX_NETFILTER_H
#define LEVEE_COMPAT_LINUX_NETFILTER_H

#include <linux/sched.h>

static inline bool levee_in_nf_duplicate(void)
{
#ifdef LEVEE_TASK_IN_NF_DUPLICATE
	return current->in_nf_duplicate;
#else
	return this_cpu_read(nf_skb_duplicated);
#endif
}

#endif /* LEVEE_COMPAT_LINUX_NETFILTER_H */
