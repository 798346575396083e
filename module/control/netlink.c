// SPDX-License-Identifier: GPL-2.0
/*
 * The family, and what its operations share. Every handler checks everything it
 * was given, then changes anything.
 */
#include <linux/module.h>
#include <linux/notifier.h>

#include "../report/event.h"
#include "import.h"
#include "netlink.h"
#include "ops.h"
#include "stage.h"

struct sk_buff *levee_reply_new(struct genl_info *info, size_t size, void **header)
{
	struct sk_buff *reply = genlmsg_new(size, GFP_KERNEL);

	if (!reply)
		return NULL;
	*header = genlmsg_put_reply(reply, info, &levee_family, 0, info->genlhdr->cmd);
	if (*header)
		return reply;
	nlmsg_free(reply);
	return NULL;
}

int levee_reply_send(struct sk_buff *reply, void *header, struct genl_info *info)
{
	genlmsg_end(reply, header);
	return genlmsg_reply(reply, info);
}

/* NL_SET_ERR_MSG() takes literals only. @text is static, like they are. */
void levee_refuse(struct netlink_ext_ack *extack, const struct nlattr *attr, const char *text)
{
	if (!extack)
		return;
	extack->_msg = text;
	if (attr)
		NL_SET_BAD_ATTR(extack, attr);
}

bool levee_missing(struct genl_info *info, int attr, const char *text)
{
	if (info->attrs[attr])
		return false;
	levee_refuse(info->extack, NULL, text);
	return true;
}

/* A name or a pattern goes into logs and files: no control characters. */
int levee_path_check(const struct nlattr *attr, struct netlink_ext_ack *extack)
{
	const char *text = nla_data(attr);

	if (strnlen(text, nla_len(attr)) == nla_len(attr)) {
		NL_SET_ERR_MSG_ATTR(extack, attr, "text without its end");
		return -EINVAL;
	}
	if (strlen(text) + 1 != nla_len(attr)) {
		NL_SET_ERR_MSG_ATTR(extack, attr, "something behind the end of the text");
		return -EINVAL;
	}
	if (!*text) {
		NL_SET_ERR_MSG_ATTR(extack, attr, "empty text");
		return -EINVAL;
	}
	return 0;
}

int levee_text_check(const struct nlattr *attr, struct netlink_ext_ack *extack)
{
	const char *text = nla_data(attr);
	int err = levee_path_check(attr, extack);

	if (err)
		return err;
	for (; *text; text++) {
		if ((unsigned char)*text < 0x20 || *text == 0x7f) {
			NL_SET_ERR_MSG_ATTR(extack, attr, "control character in text");
			return -EINVAL;
		}
	}
	return 0;
}

u32 levee_u32_or(struct nlattr *attr, u32 absent)
{
	return attr ? nla_get_u32(attr) : absent;
}

struct levee_dump *levee_dump_state(struct netlink_callback *cb)
{
	BUILD_BUG_ON(sizeof(struct levee_dump) > sizeof_field(struct netlink_callback, ctx));
	return (struct levee_dump *)cb->ctx;
}

void *levee_dump_header(struct sk_buff *skb, struct netlink_callback *cb, u8 cmd)
{
	void *header = genlmsg_put(skb, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq,
				   &levee_family, NLM_F_MULTI, cmd);

	if (header)
		genl_dump_check_consistent(cb, header);
	return header;
}

struct nlattr *levee_dump_attr(struct netlink_callback *cb, int attr)
{
	return genl_info_dump(cb)->attrs[attr];
}

void levee_dump_walk_begin(struct levee_dump_walk *walk, struct sk_buff *skb,
			   struct netlink_callback *cb)
{
	walk->skb = skb;
	walk->cb = cb;
	walk->bucket = levee_dump_state(cb)->bucket;
	walk->seen = 0;
}

bool levee_dump_walk_is_new(struct levee_dump_walk *walk)
{
	struct levee_dump *dump = levee_dump_state(walk->cb);

	if (dump->bucket != walk->bucket) {
		walk->bucket = dump->bucket;
		walk->seen = 0;
		dump->skip = 0;
	}
	return walk->seen++ >= dump->skip;
}

int levee_dump_walk_put(struct levee_dump_walk *walk, void *header, int err)
{
	if (!header || err) {
		genlmsg_cancel(walk->skb, header);
		return -EMSGSIZE;
	}
	genlmsg_end(walk->skb, header);
	levee_dump_state(walk->cb)->skip = walk->seen;
	return 0;
}

static struct levee_sink sink = { .emit = levee_event_multicast };

/* Who may not change may not listen either; the generator leaves these flags out. */
static const struct genl_multicast_group groups[] = {
	[LEVEE_NLGRP_AUDIT] = { .name = LEVEE_MCGRP_AUDIT, .flags = GENL_MCAST_CAP_NET_ADMIN },
	[LEVEE_NLGRP_INCIDENT] = { .name = LEVEE_MCGRP_INCIDENT,
				   .flags = GENL_MCAST_CAP_NET_ADMIN },
	[LEVEE_NLGRP_NOTICE] = { .name = LEVEE_MCGRP_NOTICE, .flags = GENL_MCAST_CAP_NET_ADMIN },
};

/* The generated table, with what the generator cannot say. */
static struct genl_ops ops[ARRAY_SIZE(levee_nl_ops)] __ro_after_init;

static void set_ops(void)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(ops); i++) {
		ops[i] = levee_nl_ops[i];
		if (ops[i].cmd == LEVEE_CMD_RULE_GET)
			ops[i].start = levee_rule_get_start;
	}
}

struct genl_family levee_family __ro_after_init = {
	.name = LEVEE_FAMILY_NAME,
	.version = LEVEE_FAMILY_VERSION,
	.module = THIS_MODULE,
	.netnsok = false,
	.parallel_ops = true,
	.ops = ops,
	.n_ops = ARRAY_SIZE(ops),
	.mcgrps = groups,
	.n_mcgrps = ARRAY_SIZE(groups),
};

static int on_netlink_event(struct notifier_block *block, unsigned long event, void *data)
{
	const struct netlink_notify *notify = data;

	if (event != NETLINK_URELEASE || notify->protocol != NETLINK_GENERIC ||
	    notify->net != &init_net)
		return NOTIFY_DONE;
	levee_stage_close_socket(notify->portid);
	levee_import_close_socket(notify->portid);
	return NOTIFY_DONE;
}

static struct notifier_block notifier = { .notifier_call = on_netlink_event };

int levee_netlink_init(void)
{
	int err;

	set_ops();
	err = netlink_register_notifier(&notifier);
	if (err)
		return err;
	err = genl_register_family(&levee_family);
	if (err) {
		netlink_unregister_notifier(&notifier);
		return err;
	}
	levee_sink_add(&sink);
	return 0;
}

void levee_netlink_exit(void)
{
	levee_sink_remove(&sink);
	genl_unregister_family(&levee_family);
	netlink_unregister_notifier(&notifier);
}
