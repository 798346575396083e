/* SPDX-License-Identifier: GPL-2.0 */
/* Requests: valid ones from the tables of the spec, and what mutation makes of them. */
#ifndef LEVEE_TESTS_MESSAGE_H
#define LEVEE_TESTS_MESSAGE_H

#include <linux/levee.h>

#include "../../../module/lib/entry.h"
#include "nl.h"

#define MESSAGE_RULES 8	/* that a stage is given lists for */

/* What a valid request refers to. */
struct message_world {
	uint64_t stage;
	uint32_t staged_rules;
	/* The last entry that each list of the stage took; target 0: none. */
	struct levee_entry last[MESSAGE_RULES][LEVEE_FEATURE_MAX + 1][LEVEE_ACTION_MAX + 1];
	uint64_t generation;
	uint32_t live_rules;
	const uint64_t *cgroups;
	uint32_t nr_cgroups;
};

void message_seed(uint64_t seed);
/* 0 .. bound - 1. */
uint32_t pick(uint32_t bound);
/* True in so many of 100 cases. */
bool chance(uint32_t percent);

/* A request that the spec permits, and mostly one that makes sense. */
void message_valid(struct nl_msg *msg, const struct nl_op *op, const struct message_world *world);
/* One mutation. What it makes need not be a netlink message. */
void message_mutate(struct nl_msg *msg, const struct nl_op *op);
/* Make a kept request fit a stage of now. */
void message_adapt(struct nl_msg *msg, const struct message_world *world);

#endif /* LEVEE_TESTS_MESSAGE_H */
