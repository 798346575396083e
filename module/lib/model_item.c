// SPDX-License-Identifier: GPL-2.0
#include "model_item.h"
#include "registered_domain.h"

#define GROUP_LEN4	24
#define GROUP_LEN6	64
#define PORT_MAX	65535

static void begin(struct levee_entry *item, u8 target, u16 proto)
{
	memset(item, 0, sizeof(*item));
	item->target = target;
	item->proto = proto;
	item->port_last = PORT_MAX;
}

static void set_port(struct levee_entry *item, u16 port)
{
	if (!levee_proto_has_ports(item->proto))
		return;
	item->has_ports = true;
	item->port_first = port;
	item->port_last = port;
}

void levee_model_item_host(struct levee_entry *item, const struct levee_addr *addr, u16 proto,
			   u16 port)
{
	begin(item, LEVEE_TARGET_PREFIX, proto);
	item->addr_len = levee_addr_write(addr, item->addr);
	item->prefix_len = item->addr_len * 8;
	set_port(item, port);
}

void levee_model_item_outbound(struct levee_entry *item, const struct levee_addr *addr, u16 proto,
			       u16 port)
{
	if (!levee_addr_is_internet(addr)) {
		levee_model_item_host(item, addr, proto, port);
		return;
	}
	begin(item, LEVEE_TARGET_INTERNET, proto);
	set_port(item, port);
}

void levee_model_item_listen(struct levee_entry *item, u16 proto, u16 port, bool ephemeral)
{
	begin(item, ephemeral ? LEVEE_TARGET_EPHEMERAL : LEVEE_TARGET_PORTS, proto);
	if (!ephemeral)
		set_port(item, port);
}

static void set_name(struct levee_entry *item, u8 target, const u8 *wire, u8 len)
{
	begin(item, target, LEVEE_PROTO_ANY);
	item->name = wire;
	item->name_len = len;
}

void levee_model_item_name(struct levee_entry *item, const u8 *wire, u8 len)
{
	set_name(item, LEVEE_TARGET_DOMAIN, wire, len);
}

void levee_model_item_tree(struct levee_entry *item, const u8 *wire, u8 len)
{
	set_name(item, LEVEE_TARGET_DOMAIN_TREE, wire, len);
}

static bool is_single_port(const struct levee_entry *item)
{
	return item->has_ports && item->port_first == item->port_last;
}

static void widen_prefix(struct levee_entry *group)
{
	u32 len = group->addr_len == 4 ? GROUP_LEN4 : GROUP_LEN6;

	memset(group->addr + len / 8, 0, group->addr_len - len / 8);
	group->prefix_len = len;
}

static bool widen_ports(struct levee_entry *group)
{
	if (!is_single_port(group) || group->port_first < LEVEE_MODEL_PORT_FIRST)
		return false;
	group->port_first = LEVEE_MODEL_PORT_FIRST;
	group->port_last = PORT_MAX;
	return true;
}

bool levee_model_group_of(struct levee_entry *group, const struct levee_entry *item)
{
	u32 offset;

	*group = *item;
	switch (item->target) {
	case LEVEE_TARGET_PREFIX:
		if (item->prefix_len != item->addr_len * 8)
			return false;
		widen_prefix(group);
		return true;
	case LEVEE_TARGET_INTERNET:
	case LEVEE_TARGET_PORTS:
		return widen_ports(group);
	case LEVEE_TARGET_DOMAIN:
		offset = levee_registered_domain(item->name, item->name_len);
		levee_model_item_tree(group, item->name + offset, item->name_len - offset);
		return true;
	}
	return false;
}

bool levee_model_item_is_group(const struct levee_entry *item)
{
	switch (item->target) {
	case LEVEE_TARGET_PREFIX:
		return item->prefix_len != item->addr_len * 8;
	case LEVEE_TARGET_INTERNET:
	case LEVEE_TARGET_PORTS:
		return item->has_ports && !is_single_port(item);
	case LEVEE_TARGET_DOMAIN_TREE:
		return true;
	}
	return false;
}

bool levee_model_group_is_root(const struct levee_entry *group)
{
	return group->target == LEVEE_TARGET_DOMAIN_TREE && group->name_len == 1;
}

static int fault_at(struct levee_entry_fault *fault, int attr, const char *text)
{
	fault->attr = attr;
	fault->text = text;
	return -EINVAL;
}

static int check_target(const struct levee_entry *item, struct levee_entry_fault *fault)
{
	u32 group = item->addr_len == 4 ? GROUP_LEN4 : GROUP_LEN6;

	switch (item->target) {
	case LEVEE_TARGET_PREFIX:
		if (item->prefix_len != item->addr_len * 8 && item->prefix_len != group)
			return fault_at(fault, LEVEE_A_ENTRY_PREFIX_LEN,
					"a model knows addresses, IPv4 /24 and IPv6 /64");
		return 0;
	case LEVEE_TARGET_DOMAIN_TREE:
		if (levee_model_group_is_root(item))
			return fault_at(fault, LEVEE_A_ENTRY_NAME, "that would be every name");
		return 0;
	case LEVEE_TARGET_INTERNET:
	case LEVEE_TARGET_PORTS:
	case LEVEE_TARGET_EPHEMERAL:
	case LEVEE_TARGET_DOMAIN:
		return 0;
	}
	return fault_at(fault, LEVEE_A_ENTRY_TARGET, "a model knows no such entry");
}

static int check_ports(const struct levee_entry *item, struct levee_entry_fault *fault)
{
	if (item->proto == LEVEE_PROTO_ANY)
		return fault_at(fault, LEVEE_A_ENTRY_PROTO, "a model knows one protocol an entry");
	if (item->target == LEVEE_TARGET_EPHEMERAL)
		return 0;
	if (levee_proto_has_ports(item->proto) != item->has_ports)
		return fault_at(fault, LEVEE_A_ENTRY_PORT_FIRST, "a model knows one port an entry");
	if (!item->has_ports || is_single_port(item))
		return 0;
	if (item->target == LEVEE_TARGET_PREFIX || item->port_first != LEVEE_MODEL_PORT_FIRST ||
	    item->port_last != PORT_MAX)
		return fault_at(fault, LEVEE_A_ENTRY_PORT_LAST,
				"a model knows single ports, and 1024-65535");
	return 0;
}

int levee_model_item_check(const struct levee_entry *item, enum levee_feature feature,
			   struct levee_entry_fault *fault)
{
	int err;

	if (feature != LEVEE_FEATURE_OUTBOUND && feature != LEVEE_FEATURE_LISTEN &&
	    feature != LEVEE_FEATURE_DNS)
		return fault_at(fault, 0, "a model knows outbound, listen and dns");
	err = levee_entry_check(item, feature, fault);
	if (err)
		return err;
	if (feature == LEVEE_FEATURE_OUTBOUND && levee_entry_is_domain(item))
		return fault_at(fault, LEVEE_A_ENTRY_TARGET, "a model knows addresses in outbound");
	err = check_target(item, fault);
	if (err || levee_entry_is_domain(item))
		return err;
	return check_ports(item, fault);
}

bool levee_model_item_equal(const struct levee_entry *a, const struct levee_entry *b)
{
	if (a->target != b->target || a->proto != b->proto || a->port_first != b->port_first ||
	    a->port_last != b->port_last || a->addr_len != b->addr_len ||
	    a->prefix_len != b->prefix_len || a->name_len != b->name_len)
		return false;
	if (levee_entry_is_domain(a))
		return !memcmp(a->name, b->name, a->name_len);
	return !memcmp(a->addr, b->addr, a->addr_len);
}

const char *levee_model_kind_name(u32 kind)
{
	static const char * const names[] = {
		[LEVEE_MODEL_KIND_IMAGE] = "image",
		[LEVEE_MODEL_KIND_CONTAINER] = "container",
		[LEVEE_MODEL_KIND_CGROUP] = "cgroup",
		[LEVEE_MODEL_KIND_RULE] = "rule",
	};

	return kind < ARRAY_SIZE(names) ? names[kind] : NULL;
}

const char *levee_model_state_name(u32 state)
{
	static const char * const names[] = {
		[LEVEE_MODEL_STATE_LEARNING] = "learning",
		[LEVEE_MODEL_STATE_DRY_RUN] = "dry-run",
		[LEVEE_MODEL_STATE_ACTIVE] = "active",
	};

	return state < ARRAY_SIZE(names) ? names[state] : NULL;
}
