// SPDX-License-Identifier: GPL-2.0
/* levee.seed=NUMBER on the kernel's command line: another run of the random cases. */
#include <linux/moduleparam.h>

#include "random.h"

#undef MODULE_PARAM_PREFIX
#define MODULE_PARAM_PREFIX "levee."

unsigned long levee_test_seed = 1;

module_param_named(seed, levee_test_seed, ulong, 0400);
