/* SPDX-License-Identifier: GPL-2.0 */
/* What is live now. The one mutex that serialises every change of policy. */
#ifndef LEVEE_POLICY_REGISTRY_H
#define LEVEE_POLICY_REGISTRY_H

#include <linux/atomic.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>

#include "ruleset.h"

/* Serialises commit, flush, release and everything else that changes what is live. */
extern struct mutex levee_registry_mutex;

extern struct levee_ruleset __rcu *levee_live_ruleset;
extern atomic64_t levee_epoch_counter;

/* The live ruleset, never NULL while the module is loaded; under rcu_read_lock(). */
static inline struct levee_ruleset *levee_live_rcu(void)
{
	return rcu_dereference(levee_live_ruleset);
}

/*
 * Changes whenever a decision may come out otherwise: at a commit, a quarantine,
 * a release. Read it before whatever a decision is made from; the decision may
 * be kept under the number that was read. The first is random.
 */
static inline u64 levee_epoch(void)
{
	u64 epoch = atomic64_read(&levee_epoch_counter);

	/* Pairs with levee_epoch_advance(). */
	smp_rmb();
	return epoch;
}

/* After the change that makes kept decisions stale. Any context. */
static inline void levee_epoch_advance(void)
{
	/* Who reads the new number sees the change. */
	smp_mb__before_atomic();
	atomic64_inc(&levee_epoch_counter);
}

/* The same, under levee_registry_mutex. */
struct levee_ruleset *levee_live(void);
/*
 * Gives @rs the next generation and makes it live. Returns the old one, which
 * readers may still use: hand it to levee_ruleset_retire(). Cannot fail. Under
 * the mutex; does not sleep.
 */
struct levee_ruleset *levee_publish(struct levee_ruleset *rs);

int levee_registry_init(void);
/* No reader is left. */
void levee_registry_exit(void);

#endif /* LEVEE_POLICY_REGISTRY_H */
