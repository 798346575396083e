// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>

#include "model_push.h"
#include "parts.h"
#include "policy_push.h"

#define CHUNK_BYTES 30000	/* of items in a message */
#define ITEM_BYTES 448		/* above an item's nest: an entry, four numbers, a command */

struct push {
	struct netlink *nl;
	struct diag *diag;
	u64 stage;
	struct parts parts;
};

static bool take_answer(const struct nlattr *const *attrs, void *data)
{
	struct push *push = data;

	push->stage = attr_number(attrs, LEVEE_A_MODELS_STAGE, push->stage);
	return true;
}

static int send_parts(struct push *push)
{
	struct netlink_error error;

	if (!netlink_do(push->nl, LEVEE_A_MODELS_MAX, take_answer, push, &error))
		return 0;
	parts_blame(&push->parts, &error, push->diag);
	return -1;
}

/* A request about the import, or its beginning. */
static struct nlmsghdr *request(struct push *push, u8 cmd, struct mark at)
{
	struct nlmsghdr *msg = netlink_request(push->nl, cmd);

	parts_begin(&push->parts, at);
	if (cmd != LEVEE_CMD_MODEL_BEGIN)
		mnl_attr_put_u64(msg, LEVEE_A_MODELS_STAGE, push->stage);
	return msg;
}

static void put_item(struct nlmsghdr *msg, const struct model_item *item)
{
	struct nlattr *nest = mnl_attr_nest_start(msg, LEVEE_A_MODELS_ITEM);

	mnl_attr_put_u32(msg, LEVEE_A_ITEM_FEATURE, item->feature);
	policy_put_entry(msg, LEVEE_A_ITEM_ENTRY, &item->entry);
	if (item->first)
		mnl_attr_put_u64(msg, LEVEE_A_ITEM_FIRST, item->first);
	if (item->last)
		mnl_attr_put_u64(msg, LEVEE_A_ITEM_LAST, item->last);
	if (item->uses)
		mnl_attr_put_u64(msg, LEVEE_A_ITEM_USES, item->uses);
	if (item->members)
		mnl_attr_put_u32(msg, LEVEE_A_ITEM_MEMBERS, item->members);
	if (*item->comm)
		mnl_attr_put_strz(msg, LEVEE_A_ITEM_COMM, item->comm);
	mnl_attr_nest_end(msg, nest);
}

static int push_items(struct push *push, const struct model *model)
{
	for (u32 i = 0; i < model->item_count;) {
		struct nlmsghdr *msg = request(push, LEVEE_CMD_MODEL_ITEM_ADD, model->items[i].at);
		u32 end = model->item_count - i < LEVEE_ITEM_CHUNK_MAX ? model->item_count :
			  i + LEVEE_ITEM_CHUNK_MAX;

		for (; i < end && msg->nlmsg_len + ITEM_BYTES < CHUNK_BYTES; i++) {
			parts_add(&push->parts, msg, model->items[i].at);
			put_item(msg, &model->items[i]);
		}
		if (send_parts(push))
			return -1;
	}
	return 0;
}

static int push_model(struct push *push, const struct model *model)
{
	struct nlmsghdr *msg = request(push, LEVEE_CMD_MODEL_ADD, model->at);

	mnl_attr_put_u32(msg, LEVEE_A_MODELS_KIND, model->kind);
	mnl_attr_put_strz(msg, LEVEE_A_MODELS_KEY, model->key);
	mnl_attr_put_u32(msg, LEVEE_A_MODELS_STATE, model->state);
	if (model->has_left)
		mnl_attr_put_u32(msg, LEVEE_A_MODELS_LEFT, model->left);
	if (model->incomplete)
		mnl_attr_put(msg, LEVEE_A_MODELS_INCOMPLETE, 0, NULL);
	return send_parts(push) ? -1 : push_items(push, model);
}

int model_push(struct netlink *nl, const struct model_set *set, struct diag *diag)
{
	struct push *push = calloc(1, sizeof(*push));
	int err;

	if (!push) {
		diag_error(diag, (struct mark){ 0 }, "out of memory");
		return -1;
	}
	push->nl = nl;
	push->diag = diag;
	/* A stage that is left behind is dropped when the socket closes. */
	request(push, LEVEE_CMD_MODEL_BEGIN, (struct mark){ 0 });
	err = send_parts(push);
	for (u32 i = 0; !err && i < set->count; i++)
		err = push_model(push, &set->models[i]);
	if (!err) {
		request(push, LEVEE_CMD_MODEL_COMMIT, (struct mark){ 0 });
		err = send_parts(push);
	}
	free(push);
	return err;
}
