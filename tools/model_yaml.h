/* SPDX-License-Identifier: GPL-2.0 */
/* The file of models: text to struct model_set. */
#ifndef LEVEECTL_MODEL_YAML_H
#define LEVEECTL_MODEL_YAML_H

#include "model_set.h"

/*
 * The models that the text means, sorted, with their items sorted; false when
 * it means none: every error of it is in @diag then, or memory ran out, which is
 * an error too. In both cases model_set_free() them.
 */
bool model_yaml_parse(struct model_set *set, const char *text, size_t len, struct diag *diag);
/* The same of the file @diag->file; "-" is standard input. */
bool model_yaml_load(struct model_set *set, struct diag *diag);

#endif /* LEVEECTL_MODEL_YAML_H */
