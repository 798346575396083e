/* SPDX-License-Identifier: GPL-2.0 */
/* Models in the tool's memory, from a file or from the kernel. */
#ifndef LEVEECTL_MODEL_SET_H
#define LEVEECTL_MODEL_SET_H

#include <linux/levee.h>

#include "diag.h"
#include "lib/entry.h"

#define MODEL_COMM_MAX 15	/* netlink spec, attribute set item */

/**
 * struct model_item - one thing that a model knows
 * @feature: enum levee_feature
 * @entry: what it is; the item owns its name
 * @first: when it was learned, nanoseconds since the epoch; 0 where that is not known
 * @last: when it was last seen to begin, likewise
 * @uses: how often; 0 where that is not known
 * @members: how many were collapsed to it, or 0
 * @comm: the command that did it first, or ""
 * @at: where it is in the file
 */
struct model_item {
	u32 feature;
	struct levee_entry entry;
	u64 first;
	u64 last;
	u64 uses;
	u32 members;
	char comm[MODEL_COMM_MAX + 1];
	struct mark at;
};

/**
 * struct model - one model
 * @kind: enum levee_model_kind
 * @key: what it is known by, together with the kind
 * @state: enum levee_model_state
 * @has_left: @left is known
 * @left: seconds of populated time until the state ends
 * @incomplete: something was not learned for want of room
 * @workloads: how many have it; like the next two, only from the kernel
 * @used: when a workload of it was last populated, nanoseconds since the epoch, or 0
 * @known: how many items the kernel has of it, also while they are not read
 * @bytes: kernel memory that it holds
 * @items: sorted by (feature, entry) once model_finish() was called
 * @at: where it is in the file
 */
struct model {
	u32 kind;
	char key[LEVEE_TEXT_MAX + 1];
	u32 state;
	bool has_left;
	u32 left;
	bool incomplete;
	u32 workloads;
	u64 used;
	u32 known;
	u64 bytes;
	struct model_item *items;
	u32 item_count;
	u32 item_room;
	struct mark at;
};

struct model_set {
	struct model *models;
	u32 count;
	u32 room;
};

/* "image", "learning"; NULL for an unknown number. */
const char *model_kind_name(u32 kind);
const char *model_state_name(u32 state);
/* The features that are learned, in the order in which they are written; a 0 ends them. */
extern const u32 model_features[];

/* "KIND:KEY", as people write a model. */
#define MODEL_KEY_TEXT_MAX (LEVEE_TEXT_MAX + 16)
char *model_key_text(char buf[MODEL_KEY_TEXT_MAX], u32 kind, const char *key);
/* The kind that a text begins with, and the key behind it; 0 where it begins with none. */
u32 model_key_split(const char *text, const char **key);
/* Why a model of that kind cannot have the key, in words without a full stop; or NULL. */
const char *model_key_fault(u32 kind, const char *key);

/* A new last model, active and empty, or NULL when memory ran out. Earlier ones may move. */
struct model *model_set_add(struct model_set *set, u32 kind, const char *key);
void model_set_remove(struct model_set *set, u32 index);
/* Adds the item with a name of its own; false when memory ran out. */
bool model_add_item(struct model *model, const struct model_item *item);
void model_clear_items(struct model *model);
/* Sorts the items by (feature, entry), and items that are the same by their places. */
void model_finish(struct model *model);
/* Sorts the models by (kind, key), and those of one key by their places. */
void model_set_finish(struct model_set *set);
void model_set_free(struct model_set *set);

#endif /* LEVEECTL_MODEL_SET_H */
