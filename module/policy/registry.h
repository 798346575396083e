/* SPDX-License-Identifier: GPL-2.0 */
/* What is live now. The one mutex that serialises every change of policy. */
#ifndef LEVEE_POLICY_REGISTRY_H
#define LEVEE_POLICY_REGISTRY_H

#include <linux/mutex.h>
#include <linux/rcupdate.h>

#include "ruleset.h"

/* Serialises commit, flush, release and everything else that changes what is live. */
extern struct mutex levee_registry_mutex;

/* The live ruleset, never NULL while the module is loaded; under rcu_read_lock(). */
struct levee_ruleset *levee_live_rcu(void);
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
