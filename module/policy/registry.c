// SPDX-License-Identifier: GPL-2.0
/* Build, freeze, publish: one pointer, assigned last. */
#include <linux/random.h>

#include "registry.h"

/* Held by whoever changes what is live; readers use RCU. */
DEFINE_MUTEX(levee_registry_mutex);

struct levee_ruleset __rcu *levee_live_ruleset;
atomic64_t levee_epoch_counter;
static u64 generation;

struct levee_ruleset *levee_live(void)
{
	return rcu_dereference_protected(levee_live_ruleset,
					 lockdep_is_held(&levee_registry_mutex));
}

struct levee_ruleset *levee_publish(struct levee_ruleset *rs)
{
	struct levee_ruleset *old = levee_live();

	rs->generation = ++generation;
	rcu_assign_pointer(levee_live_ruleset, rs);
	levee_epoch_advance();
	return old;
}

int levee_registry_init(void)
{
	struct levee_ruleset *empty = levee_ruleset_empty();

	if (!empty)
		return -ENOMEM;
	RCU_INIT_POINTER(levee_live_ruleset, empty);
	atomic64_set(&levee_epoch_counter, get_random_u64());
	return 0;
}

void levee_registry_exit(void)
{
	levee_ruleset_free(rcu_dereference_protected(levee_live_ruleset, true));
}
