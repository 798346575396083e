/* SPDX-License-Identifier: GPL-2.0 */
/* Models as the text that import takes. */
#ifndef LEVEECTL_MODEL_TEXT_H
#define LEVEECTL_MODEL_TEXT_H

#include "model_set.h"

/*
 * Prints all of them, which are sorted, in the form that model_yaml_parse()
 * reads; @plain: without what changes while nothing new is learned (times,
 * counts, commands). A model whose key cannot be written is a comment. Times are
 * cut to seconds.
 */
void model_text_print(FILE *out, const struct model_set *set, bool plain);

#endif /* LEVEECTL_MODEL_TEXT_H */
