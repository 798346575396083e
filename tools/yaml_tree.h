/* SPDX-License-Identifier: GPL-2.0 */
/* A YAML document as a tree that knows the place of every node; no anchors, aliases or tags. */
#ifndef LEVEECTL_YAML_TREE_H
#define LEVEECTL_YAML_TREE_H

#include "diag.h"

enum yaml_kind {
	YAML_SCALAR,
	YAML_LIST,
	YAML_MAP,	/* its children are a key, its value, the next key, ... */
	YAML_REFUSED,	/* was reported already */
};

struct yaml_node {
	enum yaml_kind kind;
	bool quoted;
	struct mark at;
	const char *text;	/* of a scalar; holds no NUL byte */
	struct yaml_node *first;
	struct yaml_node *last;
	struct yaml_node *next;
};

struct yaml_tree {
	struct yaml_node *root;
	struct yaml_block *blocks;
};

/*
 * Parses @len bytes. What is wrong is reported; when the root is NULL the rest
 * of the text could not be read. False when memory ran out. In every case
 * yaml_tree_free() it.
 */
bool yaml_tree_parse(struct yaml_tree *tree, const char *text, size_t len, struct diag *diag);
void yaml_tree_free(struct yaml_tree *tree);

#endif /* LEVEECTL_YAML_TREE_H */
