/* SPDX-License-Identifier: GPL-2.0 */
/* Models of items that any kernel could have learned, for the tests that include this. */
#ifndef CTL_RANDOM_MODELS_H
#define CTL_RANDOM_MODELS_H

#include <stdlib.h>

#include "lib/dns_name.h"
#include "lib/model_item.h"
#include "model_set.h"
#include "text.h"

static u64 random_state = 0x9e3779b97f4a7c15;

static u32 below(u32 bound)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return (random_state >> 11) % bound;
}

static void add_label(struct levee_dns_name *name, const char *label)
{
	u32 len = strlen(label);

	name->wire[name->len++] = len;
	memcpy(name->wire + name->len, label, len);
	name->len += len;
	name->labels++;
}

/* Of few names, so that many are alike; some have labels of any bytes. */
static void random_name(struct levee_dns_name *name)
{
	static const char *const tops[] = { "com", "uk", "internet" };
	static const char *const seconds[] = { "co", "example", "10", "any" };
	char label[8] = "";

	name->len = 0;
	name->labels = 0;
	for (u32 deep = below(4); deep; deep--) {
		snprintf(label, sizeof(label), "n%u", below(7));
		if (!below(8))
			snprintf(label, sizeof(label), "%c.%c", 1 + below(64), 128 + below(128));
		add_label(name, label);
	}
	if (below(8))
		add_label(name, seconds[below(ARRAY_SIZE(seconds))]);
	add_label(name, tops[below(ARRAY_SIZE(tops))]);
	name->wire[name->len++] = 0;
}

/* One port of few, or what ports are collapsed to. */
static void random_ports(struct levee_entry *entry, bool range)
{
	entry->has_ports = true;
	entry->port_first = below(3) ? 1020 + below(8) : 1 + below(65535);
	entry->port_last = entry->port_first;
	if (range && !below(8)) {
		entry->port_first = 1024;
		entry->port_last = 65535;
	}
}

static void random_outbound(struct levee_entry *entry)
{
	static const u16 protos[] = { 6, 6, 6, 17, 132, 1, 58, 99 };
	u32 group;

	entry->proto = protos[below(ARRAY_SIZE(protos))];
	entry->target = below(4) ? LEVEE_TARGET_PREFIX : LEVEE_TARGET_INTERNET;
	if (levee_proto_has_ports(entry->proto))
		random_ports(entry, entry->target == LEVEE_TARGET_INTERNET);
	if (entry->target == LEVEE_TARGET_INTERNET)
		return;
	/* Mostly in two networks beside each other. */
	entry->addr_len = below(3) ? 4 : 16;
	group = entry->addr_len == 4 ? 24 : 64;
	entry->addr[0] = entry->addr_len == 4 ? 10 : 0xfd;
	entry->addr[group / 8 - 1] = below(2);
	entry->prefix_len = entry->addr_len * 8;
	entry->addr[entry->addr_len - 1] = below(4) ? below(24) : below(256);
	if (!below(32)) {
		entry->prefix_len = group;
		entry->addr[entry->addr_len - 1] = 0;
	}
}

/* The name that the entry may have is good until the next call. */
static void random_item(struct model_item *item)
{
	static const u16 listens[] = { 6, 17, 132 };
	static struct levee_dns_name name;
	struct levee_entry *entry = &item->entry;

	*item = (struct model_item){
		.feature = model_features[below(3)], .entry.proto = LEVEE_PROTO_ANY,
		.entry.port_last = 65535,
	};
	switch (item->feature) {
	case LEVEE_FEATURE_OUTBOUND:
		random_outbound(entry);
		break;
	case LEVEE_FEATURE_LISTEN:
		entry->proto = listens[below(ARRAY_SIZE(listens))];
		entry->target = below(8) ? LEVEE_TARGET_PORTS : LEVEE_TARGET_EPHEMERAL;
		if (entry->target == LEVEE_TARGET_PORTS)
			random_ports(entry, true);
		break;
	default:
		random_name(&name);
		entry->target = below(8) ? LEVEE_TARGET_DOMAIN : LEVEE_TARGET_DOMAIN_TREE;
		entry->name = name.wire;
		entry->name_len = name.len;
	}
	if (below(2))
		item->first = 1000000000ULL * (1 + below(4000000000));
	if (below(2))
		item->last = 1000000000ULL * (1 + below(4000000000));
	if (below(2))
		item->uses = below(3) ? below(100) : ((u64)below(UINT32_MAX) << 32) + below(9);
	item->members = below(4) ? 0 : below(1000);
	for (u32 len = below(MODEL_COMM_MAX + 1), i = 0; i < len; i++)
		item->comm[i] = below(4) ? 'a' + below(26) : 1 + below(127);
}

static bool has_item(const struct model *model, const struct model_item *item)
{
	for (u32 i = 0; i < model->item_count; i++)
		if (model->items[i].feature == item->feature &&
		    !levee_entry_compare(&model->items[i].entry, &item->entry))
			return true;
	return false;
}

/* Up to @most items, none twice. */
static void random_items(struct model *model, u32 most)
{
	struct levee_entry_fault fault;

	for (u32 tries = below(most + 1); tries; tries--) {
		struct model_item item;

		random_item(&item);
		if (levee_model_item_check(&item.entry, item.feature, &fault)) {
			fprintf(stderr, "no item: %s\n", fault.text);
			abort();
		}
		if (!has_item(model, &item) && !model_add_item(model, &item))
			abort();
	}
	model_finish(model);
}

/* Up to @most models of up to @items items, sorted. */
static void random_set(struct model_set *set, u32 most, u32 items)
{
	*set = (struct model_set){ 0 };
	for (u32 count = below(most + 1), i = 0; i < count; i++) {
		static const char *const tails[] = { "", ":1.27", "\"", "\\x2d", " # a", "\xc3\xa9" };
		u32 kind = 1 + below(LEVEE_MODEL_KIND_MAX);
		struct model *model;
		char key[64];

		snprintf(key, sizeof(key), "%s%u%s%s", kind == LEVEE_MODEL_KIND_CGROUP ? "/" : "k", i,
			 tails[below(ARRAY_SIZE(tails))],
			 kind == LEVEE_MODEL_KIND_CGROUP && !below(4) ? "\x1b\xc2\x85" : "");
		model = model_set_add(set, kind, key);
		if (!model)
			abort();
		model->state = 1 + below(LEVEE_MODEL_STATE_MAX);
		model->incomplete = !below(4);
		if (model->state != LEVEE_MODEL_STATE_ACTIVE && below(2)) {
			model->has_left = true;
			model->left = below(2) ? below(90000) : below(UINT32_MAX);
		}
		random_items(model, items);
	}
	model_set_finish(set);
}

static bool same_item(const struct model_item *a, const struct model_item *b, bool plain)
{
	if (a->feature != b->feature || levee_entry_compare(&a->entry, &b->entry))
		return false;
	return plain || (a->first == b->first && a->last == b->last && a->uses == b->uses &&
			 a->members == b->members && !strcmp(a->comm, b->comm));
}

static bool same_model(const struct model *a, const struct model *b, bool plain)
{
	if (a->kind != b->kind || strcmp(a->key, b->key) || a->state != b->state ||
	    a->incomplete != b->incomplete || a->item_count != b->item_count)
		return false;
	if (!plain && (a->has_left != b->has_left || a->left != b->left))
		return false;
	for (u32 i = 0; i < a->item_count; i++)
		if (!same_item(&a->items[i], &b->items[i], plain))
			return false;
	return true;
}

/* @plain: but for what export --plain leaves out. */
static bool same_set(const struct model_set *a, const struct model_set *b, bool plain)
{
	if (a->count != b->count)
		return false;
	for (u32 i = 0; i < a->count; i++)
		if (!same_model(&a->models[i], &b->models[i], plain))
			return false;
	return true;
}

#endif /* CTL_RANDOM_MODELS_H */
