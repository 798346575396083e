// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>

#include "label.h"
#include "model_set.h"
#include "policy.h"
#include "text.h"

static const char *const kind_names[] = {
	[LEVEE_MODEL_KIND_IMAGE] = "image",
	[LEVEE_MODEL_KIND_CONTAINER] = "container",
	[LEVEE_MODEL_KIND_CGROUP] = "cgroup",
	[LEVEE_MODEL_KIND_RULE] = "rule",
};
static_assert(ARRAY_SIZE(kind_names) == LEVEE_MODEL_KIND_MAX + 1);

static const char *const state_names[] = {
	[LEVEE_MODEL_STATE_LEARNING] = "learning",
	[LEVEE_MODEL_STATE_DRY_RUN] = "dry-run",
	[LEVEE_MODEL_STATE_ACTIVE] = "active",
};
static_assert(ARRAY_SIZE(state_names) == LEVEE_MODEL_STATE_MAX + 1);

const u32 model_features[] = {
	LEVEE_FEATURE_OUTBOUND, LEVEE_FEATURE_LISTEN, LEVEE_FEATURE_DNS, 0,
};

const char *model_kind_name(u32 kind)
{
	return kind < ARRAY_SIZE(kind_names) ? kind_names[kind] : NULL;
}

const char *model_state_name(u32 state)
{
	return state < ARRAY_SIZE(state_names) ? state_names[state] : NULL;
}

char *model_key_text(char buf[MODEL_KEY_TEXT_MAX], u32 kind, const char *key)
{
	snprintf(buf, MODEL_KEY_TEXT_MAX, "%s:%s", kind_names[kind], key);
	return buf;
}

u32 model_key_split(const char *text, const char **key)
{
	for (u32 kind = 1; kind <= LEVEE_MODEL_KIND_MAX; kind++) {
		size_t len = strlen(kind_names[kind]);

		if (strncmp(text, kind_names[kind], len) || text[len] != ':')
			continue;
		*key = text + len + 1;
		return kind;
	}
	return 0;
}

const char *model_key_fault(u32 kind, const char *key)
{
	if (kind == LEVEE_MODEL_KIND_CGROUP) {
		/* Any byte but a line feed can be in the name of a cgroup. */
		if (*key != '/' || !key[1] || strchr(key, '\n'))
			return "is no path of a cgroup";
		if (!text_is_utf8(key))
			return "is no UTF-8";
		return strlen(key) > LEVEE_TEXT_MAX ? "is too long" : NULL;
	}
	if (kind == LEVEE_MODEL_KIND_RULE && strlen(key) > LEVEE_NAME_MAX)
		return "is too long";
	return label_fault(key);
}

struct model *model_set_add(struct model_set *set, u32 kind, const char *key)
{
	struct model *model;

	if (set->count == set->room) {
		u32 room = set->room ? set->room * 2 : 16;
		struct model *models = realloc(set->models, room * sizeof(*models));

		if (!models)
			return NULL;
		set->models = models;
		set->room = room;
	}
	model = &set->models[set->count++];
	*model = (struct model){ .kind = kind, .state = LEVEE_MODEL_STATE_ACTIVE };
	snprintf(model->key, sizeof(model->key), "%s", key);
	return model;
}

void model_set_remove(struct model_set *set, u32 index)
{
	struct model *model = &set->models[index];

	model_clear_items(model);
	free(model->items);
	memmove(model, model + 1, (--set->count - index) * sizeof(*model));
}

bool model_add_item(struct model *model, const struct model_item *item)
{
	struct model_item added = *item;

	if (model->item_count == model->item_room) {
		u32 room = model->item_room ? model->item_room * 2 : 16;
		struct model_item *items = realloc(model->items, room * sizeof(*items));

		if (!items)
			return false;
		model->items = items;
		model->item_room = room;
	}
	if (!policy_keep_entry(&added.entry, &item->entry))
		return false;
	model->items[model->item_count++] = added;
	return true;
}

void model_clear_items(struct model *model)
{
	while (model->item_count)
		policy_drop_entry(&model->items[--model->item_count].entry);
}

static int compare_numbers(u32 a, u32 b)
{
	return a < b ? -1 : a > b;
}

static int compare_places(struct mark a, struct mark b)
{
	return a.line != b.line ? compare_numbers(a.line, b.line) :
				  compare_numbers(a.column, b.column);
}

static int compare_items(const void *a, const void *b)
{
	const struct model_item *x = a, *y = b;
	int order = compare_numbers(x->feature, y->feature);

	if (!order)
		order = levee_entry_compare(&x->entry, &y->entry);
	return order ? order : compare_places(x->at, y->at);
}

void model_finish(struct model *model)
{
	if (model->item_count)
		qsort(model->items, model->item_count, sizeof(*model->items), compare_items);
}

static int compare_models(const void *a, const void *b)
{
	const struct model *x = a, *y = b;
	int order = compare_numbers(x->kind, y->kind);

	if (!order)
		order = strcmp(x->key, y->key);
	return order ? order : compare_places(x->at, y->at);
}

void model_set_finish(struct model_set *set)
{
	if (set->count)
		qsort(set->models, set->count, sizeof(*set->models), compare_models);
}

void model_set_free(struct model_set *set)
{
	for (u32 i = 0; i < set->count; i++) {
		model_clear_items(&set->models[i]);
		free(set->models[i].items);
	}
	free(set->models);
	*set = (struct model_set){ 0 };
}
