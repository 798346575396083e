// SPDX-License-Identifier: GPL-2.0
#include <inttypes.h>

#include "cgroup.h"
#include "model_set.h"
#include "text.h"
#include "workload.h"

static void put_container(struct json_object *object, const struct nlattr *const *attrs)
{
	const char *path = attr_text(attrs, LEVEE_A_WORKLOAD_PATH), *id;
	char text[80];
	size_t len;

	json_put_text(object, "container", attr_text(attrs, LEVEE_A_WORKLOAD_CONTAINER));
	id = path && !attrs[LEVEE_A_WORKLOAD_CONTAINER] ? cgroup_container_id(path, &len) : NULL;
	if (!id)
		return;
	snprintf(text, sizeof(text), "%.*s", (int)len, id);
	json_put_text(object, "container", text);
}

/* The model as the command line has it, and its state. */
static void put_model(struct json_object *object, const struct nlattr *const *attrs)
{
	const char *key = attr_text(attrs, LEVEE_A_WORKLOAD_MODEL);
	u64 kind = attr_number(attrs, LEVEE_A_WORKLOAD_MODEL_KIND, 0);
	u64 state = attr_number(attrs, LEVEE_A_WORKLOAD_MODEL_STATE, 0);
	char text[MODEL_KEY_TEXT_MAX];

	if (key && model_kind_name(kind))
		json_put_text(object, "model", model_key_text(text, kind, key));
	json_put_text(object, "model-state", model_state_name(state));
}

static bool take_workload(const struct nlattr *const *attrs, void *data)
{
	struct json_object **list = data, *object = json_new();

	json_put_text(object, "path", attr_text(attrs, LEVEE_A_WORKLOAD_PATH));
	json_put_number(object, "cgroup-id", attr_number(attrs, LEVEE_A_WORKLOAD_CGROUP_ID, 0));
	put_container(object, attrs);
	json_put_text(object, "image", attr_text(attrs, LEVEE_A_WORKLOAD_IMAGE));
	json_put_text(object, "rule", attr_text(attrs, LEVEE_A_WORKLOAD_RULE));
	put_model(object, attrs);
	json_put_bool(object, "quarantined", attrs[LEVEE_A_WORKLOAD_QUARANTINED]);
	json_put_number(object, "audited", attr_number(attrs, LEVEE_A_WORKLOAD_AUDITED, 0));
	json_put_number(object, "prevented", attr_number(attrs, LEVEE_A_WORKLOAD_PREVENTED, 0));
	json_append(*list, object);
	return true;
}

static void restart(void *data)
{
	struct json_object **list = data;

	json_object_put(*list);
	*list = json_new_list();
}

struct json_object *workload_list(struct netlink *nl)
{
	struct json_object *list = json_new_list();
	struct netlink_error error;

	netlink_request(nl, LEVEE_CMD_WORKLOAD_GET);
	if (!netlink_dump(nl, LEVEE_A_WORKLOAD_MAX, take_workload, restart, &list, &error))
		return list;
	json_object_put(list);
	netlink_fail("cannot read the workloads", &error);
	return NULL;
}

static void print_field(const struct json_object *object, const char *key, int width)
{
	struct json_object *value;
	char text[CGROUP_PATH_MAX];
	const char *string = "-";

	if (json_object_object_get_ex(object, key, &value))
		string = json_object_get_string(value);
	printf("%-*s%s", width, text_escape(text, sizeof(text), string, strlen(string)),
	       width ? " " : "");
}

void workload_print(const struct json_object *list)
{
	static const struct {
		const char *key;
		int width;
	} columns[] = {
		{ "rule", 24 }, { "container", 20 }, { "image", 32 }, { "model", 40 },
		{ "model-state", 9 }, { "path", 0 },
	};
	size_t count = json_object_array_length(list);

	printf("%10s %10s %-12s %-24s %-20s %-32s %-40s %-9s %s\n", "AUDITED", "PREVENTED",
	       "QUARANTINED", "RULE", "CONTAINER", "IMAGE", "MODEL", "STATE", "PATH");
	for (size_t i = 0; i < count; i++) {
		const struct json_object *object = json_object_array_get_idx(list, i);
		struct json_object *value;
		u64 audited = 0, prevented = 0;
		bool quarantined = false;

		if (json_object_object_get_ex(object, "audited", &value))
			audited = json_object_get_uint64(value);
		if (json_object_object_get_ex(object, "prevented", &value))
			prevented = json_object_get_uint64(value);
		if (json_object_object_get_ex(object, "quarantined", &value))
			quarantined = json_object_get_boolean(value);
		printf("%10" PRIu64 " %10" PRIu64 " %-12s ", audited, prevented,
		       quarantined ? "yes" : "no");
		for (size_t column = 0; column < ARRAY_SIZE(columns); column++)
			print_field(object, columns[column].key, columns[column].width);
		putchar('\n');
	}
}
