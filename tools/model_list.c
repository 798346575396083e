// SPDX-License-Identifier: GPL-2.0
#include <inttypes.h>

#include "json.h"
#include "leveectl.h"
#include "model_list.h"
#include "model_pull.h"
#include "text.h"

static void put_time(struct json_object *object, const char *key, u64 ns)
{
	char text[TEXT_TIME_MAX];

	if (ns)
		json_put_text(object, key, text_time_format(text, ns));
}

static struct json_object *model_json(const struct model *model)
{
	struct json_object *object = json_new();
	char key[MODEL_KEY_TEXT_MAX];

	json_put_text(object, "key", model_key_text(key, model->kind, model->key));
	json_put_text(object, "state", model_state_name(model->state));
	if (model->has_left)
		json_put_number(object, "left", model->left);
	json_put_bool(object, "incomplete", model->incomplete);
	json_put_number(object, "workloads", model->workloads);
	put_time(object, "used", model->used);
	json_put_number(object, "bytes", model->bytes);
	return object;
}

static const char *show_left(char buf[TEXT_DURATION_MAX], const struct model *model)
{
	return model->has_left ? text_duration_format(buf, model->left) : "-";
}

static const char *show_time(char buf[TEXT_TIME_MAX], u64 ns)
{
	return ns ? text_time_seconds(buf, ns) : "-";
}

static void print_key(const struct model *model)
{
	char key[MODEL_KEY_TEXT_MAX];

	text_print(stdout, model_key_text(key, model->kind, model->key));
	putchar('\n');
}

static int print_list(const struct model_set *set)
{
	char left[TEXT_DURATION_MAX], used[TEXT_TIME_MAX];

	if (!set->count) {
		printf("there is no model\n");
		return LEVEECTL_DONE;
	}
	printf("%-8s %-12s %6s %9s %-20s %-10s %s\n", "STATE", "LEFT", "ITEMS", "WORKLOADS",
	       "LAST-USED", "INCOMPLETE", "KEY");
	for (u32 i = 0; i < set->count; i++) {
		const struct model *model = &set->models[i];

		printf("%-8s %-12s %6u %9u %-20s %-10s ", model_state_name(model->state),
		       show_left(left, model), model->known, model->workloads,
		       show_time(used, model->used), model->incomplete ? "yes" : "no");
		print_key(model);
	}
	return LEVEECTL_DONE;
}

static int print_list_json(const struct model_set *set)
{
	struct json_object *object = json_new(), *list = json_new_list();

	for (u32 i = 0; i < set->count; i++) {
		struct json_object *model = model_json(&set->models[i]);

		json_put_number(model, "items", set->models[i].known);
		json_append(list, model);
	}
	json_put(object, "models", list);
	return json_print(object);
}

int model_list_show(struct netlink *nl, bool json)
{
	struct netlink_error error;
	struct model_set set;
	int status;

	if (model_pull(nl, &set, &error))
		status = netlink_fail("cannot read the models", &error);
	else
		status = json ? print_list_json(&set) : print_list(&set);
	model_set_free(&set);
	return status;
}

static struct json_object *item_json(const struct model_item *item)
{
	struct json_object *object = json_new();
	char entry[LEVEE_ENTRY_TEXT_MAX];

	levee_entry_format(entry, sizeof(entry), &item->entry);
	json_put_text(object, "feature", levee_feature_name(item->feature));
	json_put_text(object, "entry", entry);
	put_time(object, "first", item->first);
	put_time(object, "last", item->last);
	json_put_number(object, "uses", item->uses);
	if (item->members)
		json_put_number(object, "members", item->members);
	if (*item->comm)
		json_put_text(object, "comm", item->comm);
	return object;
}

static void print_item(const struct model_item *item)
{
	char entry[LEVEE_ENTRY_TEXT_MAX], first[TEXT_TIME_MAX], last[TEXT_TIME_MAX];
	char comm[4 * MODEL_COMM_MAX + 9];

	levee_entry_format(entry, sizeof(entry), &item->entry);
	text_escape(comm, sizeof(comm), item->comm, strlen(item->comm));
	printf("%-8s %-20s %-20s %8" PRIu64 " %-15s ", levee_feature_name(item->feature),
	       show_time(first, item->first), show_time(last, item->last), item->uses,
	       *comm ? comm : "-");
	text_print(stdout, entry);
	if (item->members)
		printf(" (collapsed from %u)", item->members);
	putchar('\n');
}

static void print_model(const struct model *model)
{
	char left[TEXT_DURATION_MAX], used[TEXT_TIME_MAX];

	fputs("model      ", stdout);
	print_key(model);
	printf("state      %s%s%s\n", model_state_name(model->state), model->has_left ? ", " : "",
	       model->has_left ? show_left(left, model) : "");
	printf("workloads  %u\nlast used  %s\n", model->workloads, show_time(used, model->used));
	if (model->incomplete)
		printf("incomplete something was not learned for want of room\n");
	printf("items      %u\n", model->item_count);
}

int model_list_show_one(const struct model *model, u64 before, bool json)
{
	struct json_object *object = NULL, *list = NULL;
	bool any = false;

	if (json) {
		object = model_json(model);
		list = json_new_list();
	} else {
		print_model(model);
	}
	for (u32 i = 0; i < model->item_count; i++) {
		const struct model_item *item = &model->items[i];

		if (before && item->last >= before)
			continue;
		if (json) {
			json_append(list, item_json(item));
			continue;
		}
		if (!any)
			printf("%-8s %-20s %-20s %8s %-15s %s\n", "FEATURE", "FIRST", "LAST",
			       "USES", "COMM", "ENTRY");
		any = true;
		print_item(item);
	}
	if (!json)
		return LEVEECTL_DONE;
	json_put(object, "items", list);
	return json_print(object);
}
