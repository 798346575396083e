// SPDX-License-Identifier: GPL-2.0
/*
 * Somebody else who may change where functions go on, as a live patch does:
 *   insmod squatter.ko functions=NAME,NAME...
 * It changes nothing. ftrace lets only one such user sit on a function.
 */
#include <linux/ftrace.h>
#include <linux/module.h>
#include <linux/string.h>

static char *functions[16];
static int count;
module_param_array(functions, charp, &count, 0400);
MODULE_PARM_DESC(functions, "names of the functions to sit on");

static void notrace pass(unsigned long ip, unsigned long parent_ip, struct ftrace_ops *ops,
			 struct ftrace_regs *fregs)
{
}

static struct ftrace_ops squat = { .func = pass, .flags = FTRACE_OPS_FL_IPMODIFY };

static int __init squatter_init(void)
{
	int err = count ? 0 : -EINVAL, i;

	for (i = 0; i < count && !err; i++)
		err = ftrace_set_filter(&squat, functions[i], strlen(functions[i]), !i);
	err = err ?: register_ftrace_function(&squat);
	if (err)
		ftrace_free_filter(&squat);
	return err;
}

static void __exit squatter_exit(void)
{
	unregister_ftrace_function(&squat);
	ftrace_free_filter(&squat);
}

module_init(squatter_init);
module_exit(squatter_exit);
MODULE_DESCRIPTION("Sits on functions with IPMODIFY, for levee's tests");
MODULE_LICENSE("GPL");
