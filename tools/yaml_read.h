/* SPDX-License-Identifier: GPL-2.0 */
/* What a policy file is read with: nodes of its tree become values, or are told to be wrong. */
#ifndef LEVEECTL_YAML_READ_H
#define LEVEECTL_YAML_READ_H

#include "policy.h"
#include "text.h"
#include "yaml_tree.h"

struct yaml_reader {
	struct diag *diag;
	struct policy *policy;
	bool out_of_memory;
};

/* A map whose keys are known, walked with yaml_map_next(); begins with the map's first node. */
struct yaml_walk {
	const struct yaml_node *at;
	u32 seen;
	u32 index;			/* of the key, in its names */
	const struct yaml_node *key;
};

/* Text as messages show it. */
char *yaml_quote(char quote[TEXT_QUOTE_MAX], const char *text);
/* A scalar's text, or what stands for a list or map. */
const char *yaml_kind_text(const struct yaml_node *node);
/* The value of the next key; repeated and unknown ones are told and skipped. NULL at the end. */
const struct yaml_node *yaml_map_next(struct yaml_reader *r, struct yaml_walk *walk,
				      const char *const *names, u32 count);

/*
 * Each is false, or -1, when the node is something else, which was told then;
 * what YAML_REFUSED is was told before.
 */
bool yaml_expect(struct yaml_reader *r, const struct yaml_node *node, enum yaml_kind kind,
		 const char *name, const char *expected);
/* The index of a scalar in a table of names, in which NULL is no name. */
int yaml_read_choice(struct yaml_reader *r, const struct yaml_node *node, const char *what,
		     const char *const *names, u32 count);
bool yaml_read_duration(struct yaml_reader *r, const struct yaml_node *node, const char *what,
			u32 min, u32 max, u32 *seconds);
bool yaml_read_number(struct yaml_reader *r, const struct yaml_node *node, const char *what, u32 min,
		      u32 max, u32 *number);
bool yaml_read_bool(struct yaml_reader *r, const struct yaml_node *node, const char *name,
		    bool *value);
/* 1 to @max bytes without control characters, and a NUL. */
bool yaml_read_label(struct yaml_reader *r, const struct yaml_node *node, size_t max, char *label);

#endif /* LEVEECTL_YAML_READ_H */
