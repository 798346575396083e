/* SPDX-License-Identifier: GPL-2.0 */
/* Feeds that rules name and nobody has loaded: a policy may come before them. */
#ifndef LEVEE_CONTROL_MISSING_H
#define LEVEE_CONTROL_MISSING_H

#include "../policy/ruleset.h"

/*
 * Looks which they are, and sends a notice of each that was not missing before.
 * After rules or feeds have changed; under the registry mutex. Sleeps.
 */
void levee_missing_update(const struct levee_ruleset *rs);
/* Number @index of them, by name; false beyond the last. Sleeps; without the registry mutex. */
bool levee_missing_feed(u32 index, char name[LEVEE_NAME_MAX + 1]);

#endif /* LEVEE_CONTROL_MISSING_H */
