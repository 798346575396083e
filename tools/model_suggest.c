// SPDX-License-Identifier: GPL-2.0
/*
 * Entries become fewer in two ways. What says the same in fewer words is always
 * taken: prefixes all of whose addresses are there, ranges all of whose ports
 * are. What says more is taken where there are many alike, and is marked.
 */
#include <stdlib.h>

#include "lib/registered_domain.h"
#include "model_suggest.h"
#include "text.h"

#define NETWORK_LEN4	24	/* what many addresses alike are taken for */
#define NETWORK_LEN6	64
#define NETWORK_ENTRIES	8	/* so many of one network are many */
#define CHILDREN	4	/* and so many names right below one */

/* @seen: of what the entry covers, so much is known to the model; 0 is all of it. */
struct suggestion {
	struct levee_entry entry;
	u32 seen;
};

/* What names the entries have belongs to the model. */
struct suggestions {
	struct suggestion *list;
	u32 count;
};

static int compare_numbers(u32 a, u32 b)
{
	return a < b ? -1 : a > b;
}

static int compare_entries(const void *a, const void *b)
{
	const struct suggestion *x = a, *y = b;

	return levee_entry_compare(&x->entry, &y->entry);
}

/* Prefixes with one protocol and the same ports stand together, each before those inside it. */
static int compare_services(const void *a, const void *b)
{
	const struct levee_entry *x = &((const struct suggestion *)a)->entry;
	const struct levee_entry *y = &((const struct suggestion *)b)->entry;
	int order = compare_numbers(x->proto, y->proto);

	if (!order)
		order = compare_numbers(x->port_first, y->port_first);
	if (!order)
		order = compare_numbers(x->port_last, y->port_last);
	return order ? order : levee_entry_compare(x, y);
}

static void put_in_order(struct suggestions *s, int (*compare)(const void *a, const void *b))
{
	if (s->count)
		qsort(s->list, s->count, sizeof(*s->list), compare);
}

static bool same_service(const struct levee_entry *a, const struct levee_entry *b)
{
	return a->target == LEVEE_TARGET_PREFIX && b->target == LEVEE_TARGET_PREFIX &&
	       a->proto == b->proto && a->port_first == b->port_first &&
	       a->port_last == b->port_last && a->addr_len == b->addr_len;
}

/* Clears the bits of the address from @len on, and makes that the length. */
static void cut_prefix(struct levee_entry *entry, u32 len)
{
	for (u32 bit = len; bit < entry->prefix_len; bit++)
		entry->addr[bit / 8] &= ~(0x80 >> bit % 8);
	entry->prefix_len = len;
}

/* Whether an entry is inside the prefix that the first @len bits of another make. */
static bool in_prefix(const struct levee_entry *entry, const struct levee_entry *other, u32 len)
{
	struct levee_entry a = *entry, b = *other;

	if (!same_service(entry, other) || entry->prefix_len < len || other->prefix_len < len)
		return false;
	cut_prefix(&a, len);
	cut_prefix(&b, len);
	return !memcmp(a.addr, b.addr, sizeof(a.addr));
}

/* Two halves of a prefix become the prefix, and what is inside another goes. */
static void join_prefixes(struct suggestions *s)
{
	u32 kept = 0;

	put_in_order(s, compare_services);
	for (u32 i = 0; i < s->count; i++) {
		const struct levee_entry *entry = &s->list[i].entry;

		if (kept && in_prefix(entry, &s->list[kept - 1].entry,
				      s->list[kept - 1].entry.prefix_len))
			continue;
		s->list[kept++] = s->list[i];
		while (kept > 1) {
			struct levee_entry *low = &s->list[kept - 2].entry;
			u32 len = low->prefix_len;

			if (!len || s->list[kept - 1].entry.prefix_len != len ||
			    !in_prefix(&s->list[kept - 1].entry, low, len - 1))
				break;
			cut_prefix(low, len - 1);
			kept--;
		}
	}
	s->count = kept;
}

static u32 addresses_of(const struct levee_entry *entry)
{
	u32 bits = entry->addr_len * 8 - entry->prefix_len;

	return bits < 24 ? 1u << bits : 1u << 24;
}

/* Many of one network, which are together, become the network. */
static void join_networks(struct suggestions *s)
{
	u32 kept = 0, end;

	for (u32 i = 0; i < s->count; i = end) {
		const struct levee_entry first = s->list[i].entry;
		u32 len = first.addr_len == 4 ? NETWORK_LEN4 : NETWORK_LEN6, seen = 0;

		for (end = i; end < s->count && in_prefix(&s->list[end].entry, &first, len); end++)
			seen += addresses_of(&s->list[end].entry);
		if (end - i >= NETWORK_ENTRIES) {
			s->list[kept] = s->list[i];
			s->list[kept].seen = seen;
			cut_prefix(&s->list[kept++].entry, len);
			continue;
		}
		if (end == i)
			end++;
		for (u32 n = i; n < end; n++)
			s->list[kept++] = s->list[n];
	}
	s->count = kept;
}

/* Ports of one target and protocol that follow one another become a range. */
static void join_ports(struct suggestions *s)
{
	u32 kept = 0;

	put_in_order(s, compare_entries);
	for (u32 i = 1; i < s->count; i++) {
		struct levee_entry *before = &s->list[kept].entry;
		const struct levee_entry *entry = &s->list[i].entry;
		struct levee_entry same = *entry;

		same.port_first = before->port_first;
		same.port_last = before->port_last;
		if (s->list[kept].seen || s->list[i].seen || !entry->has_ports ||
		    levee_entry_compare(before, &same) ||
		    entry->port_first > before->port_last + 1)
			s->list[++kept] = s->list[i];
		else if (before->port_last < entry->port_last)
			before->port_last = entry->port_last;
	}
	if (s->count)
		s->count = kept + 1;
}

/* Whether a name, in wire form, is another or below it. */
static bool is_in(const struct levee_entry *name, const struct levee_entry *above)
{
	u32 at = 0;

	while (name->name_len - at > above->name_len)
		at += name->name[at] + 1;
	return name->name_len - at == above->name_len &&
	       !memcmp(name->name + at, above->name, above->name_len);
}

/* What is in a tree goes. A name comes right before its own tree, and before all below it. */
static void drop_covered(struct suggestions *s)
{
	const struct levee_entry *tree = NULL;
	u32 kept = 0;

	put_in_order(s, compare_entries);
	for (u32 i = 0; i < s->count; i++) {
		const struct levee_entry *entry = &s->list[i].entry;

		if (tree && is_in(entry, tree))
			continue;
		if (entry->target == LEVEE_TARGET_DOMAIN_TREE) {
			if (kept && is_in(&s->list[kept - 1].entry, entry))
				kept--;
			tree = &s->list[kept].entry;
		}
		s->list[kept++] = s->list[i];
	}
	s->count = kept;
}

/* The tree of the name above. False where that is more than what somebody registered. */
static bool tree_above(struct levee_entry *tree, const struct levee_entry *entry)
{
	u32 registered = levee_registered_domain(entry->name, entry->name_len);

	if (!registered || !entry->name[registered])
		return false;
	*tree = *entry;
	tree->target = LEVEE_TARGET_DOMAIN_TREE;
	tree->name += *entry->name + 1;
	tree->name_len -= *entry->name + 1;
	return true;
}

/* Many names right below one become all that is below it, and that one. */
static bool join_names(struct suggestions *s)
{
	struct suggestions trees = { .list = calloc(2 * s->count + 1, sizeof(*trees.list)) };
	u32 kept = 0;

	if (!trees.list)
		return false;
	drop_covered(s);
	for (u32 i = 0; i < s->count; i++)
		if (tree_above(&trees.list[trees.count].entry, &s->list[i].entry))
			trees.list[trees.count++].seen = 1;
	put_in_order(&trees, compare_entries);
	for (u32 i = 1; i < trees.count; i++) {
		if (compare_entries(&trees.list[kept], &trees.list[i]))
			trees.list[++kept] = trees.list[i];
		else
			trees.list[kept].seen++;
	}
	trees.count = trees.count ? kept + 1 : 0;
	kept = 0;
	for (u32 i = 0; i < trees.count; i++)
		if (trees.list[i].seen >= CHILDREN)
			trees.list[kept++] = trees.list[i];
	memcpy(trees.list + kept, s->list, s->count * sizeof(*s->list));
	trees.count = kept + s->count;
	free(s->list);
	*s = trees;
	drop_covered(s);
	return true;
}

static bool suggest(struct suggestions *s, const struct model *model, u32 feature)
{
	*s = (struct suggestions){ .list = calloc(model->item_count + 1, sizeof(*s->list)) };
	if (!s->list)
		return false;
	for (u32 i = 0; i < model->item_count; i++)
		if (model->items[i].feature == feature)
			s->list[s->count++].entry = model->items[i].entry;
	if (feature == LEVEE_FEATURE_DNS)
		return join_names(s);
	if (feature == LEVEE_FEATURE_OUTBOUND) {
		join_prefixes(s);
		join_networks(s);
	}
	join_ports(s);
	return true;
}

static void print_section(FILE *out, const struct suggestions *s, u32 feature)
{
	if (!s->count) {
		fprintf(out, "    # %s: nothing was learned\n", levee_feature_name(feature));
		return;
	}
	fprintf(out, "    %s:\n      effect: alert\n      allow:\n", levee_feature_name(feature));
	for (u32 i = 0; i < s->count; i++) {
		const struct suggestion *suggestion = &s->list[i];
		char text[LEVEE_ENTRY_TEXT_MAX];

		levee_entry_format(text, sizeof(text), &suggestion->entry);
		fputs("        - ", out);
		text_print_quoted(out, text);
		if (suggestion->seen)
			fprintf(out, "  # wider than the model, which has %u %s", suggestion->seen,
				feature == LEVEE_FEATURE_DNS ? "names right below it" :
				"addresses of it");
		putc('\n', out);
	}
}

bool model_suggest_print(FILE *out, const struct model *model)
{
	char key[MODEL_KEY_TEXT_MAX];

	fputs("    # what the model ", out);
	text_print(out, model_key_text(key, model->kind, model->key));
	fprintf(out, " knows (%s); allow also exempts from feeds\n",
		model_state_name(model->state));
	if (model->incomplete)
		fputs("    # it is incomplete: something was not learned for want of room\n", out);
	for (u32 i = 0; model_features[i]; i++) {
		struct suggestions s;
		bool good = suggest(&s, model, model_features[i]);

		if (good)
			print_section(out, &s, model_features[i]);
		free(s.list);
		if (!good)
			return false;
	}
	return true;
}
