// SPDX-License-Identifier: GPL-2.0
#include <linux/genetlink.h>

#include "lib/model_item.h"
#include "model_pull.h"
#include "policy_pull.h"

static bool take_model(const struct nlattr *const *attrs, void *data)
{
	u64 kind = attr_number(attrs, LEVEE_A_MODELS_KIND, 0);
	u64 state = attr_number(attrs, LEVEE_A_MODELS_STATE, 0);
	const char *key = attr_text(attrs, LEVEE_A_MODELS_KEY);
	struct model *model;

	/* A newer kernel may have kinds that cannot be written here. */
	if (!key || !model_kind_name(kind) || !model_state_name(state))
		return true;
	model = model_set_add(data, kind, key);
	if (!model)
		return false;
	model->state = state;
	model->has_left = attrs[LEVEE_A_MODELS_LEFT];
	model->left = attr_number(attrs, LEVEE_A_MODELS_LEFT, 0);
	model->incomplete = attrs[LEVEE_A_MODELS_INCOMPLETE];
	model->workloads = attr_number(attrs, LEVEE_A_MODELS_WORKLOADS, 0);
	model->used = attr_number(attrs, LEVEE_A_MODELS_USED, 0);
	model->known = attr_number(attrs, LEVEE_A_MODELS_ITEMS, 0);
	model->bytes = attr_number(attrs, LEVEE_A_MODELS_BYTES, 0);
	return true;
}

static void restart_models(void *data)
{
	model_set_free(data);
}

int model_pull(struct netlink *nl, struct model_set *set, struct netlink_error *error)
{
	*set = (struct model_set){ 0 };
	netlink_request(nl, LEVEE_CMD_MODEL_GET);
	if (netlink_dump(nl, LEVEE_A_MODELS_MAX, take_model, restart_models, set, error))
		return -1;
	model_set_finish(set);
	return 0;
}

static bool take_item(struct model *model, const struct nlattr *nest)
{
	const struct nlattr *attrs[LEVEE_A_ITEM_MAX + 1];
	struct levee_entry_fault fault;
	struct model_item item = { 0 };
	const char *comm;

	attr_parse_nested(nest, attrs, LEVEE_A_ITEM_MAX);
	if (!attrs[LEVEE_A_ITEM_ENTRY])
		return true;
	policy_read_entry(&item.entry, attrs[LEVEE_A_ITEM_ENTRY]);
	item.feature = attr_number(attrs, LEVEE_A_ITEM_FEATURE, 0);
	/* A newer kernel may know what cannot be written here. */
	if (levee_model_item_check(&item.entry, item.feature, &fault))
		return true;
	item.first = attr_number(attrs, LEVEE_A_ITEM_FIRST, 0);
	item.last = attr_number(attrs, LEVEE_A_ITEM_LAST, 0);
	item.uses = attr_number(attrs, LEVEE_A_ITEM_USES, 0);
	item.members = attr_number(attrs, LEVEE_A_ITEM_MEMBERS, 0);
	comm = attr_text(attrs, LEVEE_A_ITEM_COMM);
	snprintf(item.comm, sizeof(item.comm), "%s", comm ? comm : "");
	return model_add_item(model, &item);
}

static bool take_items(const struct nlattr *const *attrs, void *data)
{
	const struct nlmsghdr *msg = (const struct nlmsghdr *)attrs[0];
	const struct nlattr *attr;

	mnl_attr_for_each(attr, msg, sizeof(struct genlmsghdr))
		if (mnl_attr_get_type(attr) == LEVEE_A_MODELS_ITEM && !take_item(data, attr))
			return false;
	return true;
}

static void restart_items(void *data)
{
	model_clear_items(data);
}

int model_pull_items(struct netlink *nl, struct model *model, struct netlink_error *error)
{
	struct nlmsghdr *msg = netlink_request(nl, LEVEE_CMD_MODEL_ITEM_GET);

	mnl_attr_put_u32(msg, LEVEE_A_MODELS_KIND, model->kind);
	mnl_attr_put_strz(msg, LEVEE_A_MODELS_KEY, model->key);
	model_clear_items(model);
	if (netlink_dump(nl, LEVEE_A_MODELS_MAX, take_items, restart_items, model, error))
		return -1;
	model_finish(model);
	return 0;
}
