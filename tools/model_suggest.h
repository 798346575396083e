/* SPDX-License-Identifier: GPL-2.0 */
/* What a model knows as the lists of a rule. */
#ifndef LEVEECTL_MODEL_SUGGEST_H
#define LEVEECTL_MODEL_SUGGEST_H

#include "model_set.h"

/*
 * Prints sections whose allow lists cover all that the model, whose items are
 * sorted, knows, indented as they stand in a rule. What is wider than that has a
 * comment that says so. False when memory ran out.
 */
bool model_suggest_print(FILE *out, const struct model *model);

#endif /* LEVEECTL_MODEL_SUGGEST_H */
