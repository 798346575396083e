/* SPDX-License-Identifier: GPL-2.0 */
/* Before 6.4 the accessors of ftrace_regs had other names. */
#include_next <linux/ftrace.h>
#ifndef LEVEE_COMPAT_LINUX_FTRACE_H
#define LEVEE_COMPAT_LINUX_FTRACE_H

#ifndef ftrace_regs_get_argument
#define ftrace_regs_get_argument(fregs, n) regs_get_kernel_argument(&(fregs)->regs, n)
#endif
#ifndef ftrace_regs_set_instruction_pointer
#define ftrace_regs_set_instruction_pointer(fregs, ip) ftrace_instruction_pointer_set(fregs, ip)
#endif

#endif /* LEVEE_COMPAT_LINUX_FTRACE_H */
