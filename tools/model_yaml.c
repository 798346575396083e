// SPDX-License-Identifier: GPL-2.0
#define _POSIX_C_SOURCE 200809L
#include <stdlib.h>

#include "entry_text.h"
#include "file.h"
#include "lib/model_item.h"
#include "model_yaml.h"
#include "yaml_read.h"

#define EXPECT_KEY "image:IMAGE, container:NAME, cgroup:/PATH or rule:NAME"
#define EXPECT_OUTBOUND \
	"one protocol and port of internet, an address, an IPv4 /24 or an IPv6 /64, as " \
	"internet:443/tcp, or internet:1024-65535/tcp; what is wider goes into the rule's allow"
#define EXPECT_LISTEN "one port as 8080/tcp, 1024-65535/tcp or ephemeral/tcp"
#define EXPECT_DNS "example.com or .example.com (also all names below it)"

struct reader {
	struct yaml_reader yaml;
	struct model_set *set;
};

static const char *const expected[] = {
	[LEVEE_FEATURE_OUTBOUND] = EXPECT_OUTBOUND,
	[LEVEE_FEATURE_LISTEN] = EXPECT_LISTEN,
	[LEVEE_FEATURE_DNS] = EXPECT_DNS,
};

/* The item's entry, its name in @name; false, told, when it is none that a model knows. */
static bool read_entry(struct reader *r, const struct yaml_node *node, struct model_item *item,
		       struct levee_dns_name *name)
{
	struct levee_entry_fault wrong;
	char quote[TEXT_QUOTE_MAX];
	struct text_fault fault;

	if (!yaml_expect(&r->yaml, node, YAML_SCALAR, "an entry", expected[item->feature]))
		return false;
	if (!entry_text_parse(&item->entry, name, item->feature, node->text, &fault))
		diag_error(r->yaml.diag, node->at, "%s \"%s\", expected %s", fault.what,
			   yaml_quote(quote, node->text), fault.expected);
	else if (levee_model_item_check(&item->entry, item->feature, &wrong))
		diag_error(r->yaml.diag, node->at, "%s \"%s\", expected %s", wrong.text,
			   yaml_quote(quote, node->text), expected[item->feature]);
	else
		return true;
	return false;
}

static void read_time(struct reader *r, const struct yaml_node *node, const char *name, u64 *ns)
{
	static const char form[] = "a time as 2026-01-31T12:00:00Z";
	char quote[TEXT_QUOTE_MAX];

	if (!yaml_expect(&r->yaml, node, YAML_SCALAR, name, form))
		return;
	if (!text_time_rfc3339(node->text, ns) || !*ns)
		diag_error(r->yaml.diag, node->at, "bad time of %s \"%s\", expected %s", name,
			   yaml_quote(quote, node->text), form);
}

static u64 read_count(struct reader *r, const struct yaml_node *node, const char *name, u64 max)
{
	char quote[TEXT_QUOTE_MAX];
	u64 count = 0;

	if (!yaml_expect(&r->yaml, node, YAML_SCALAR, name, "a number"))
		return 0;
	if (!text_number(node->text, strlen(node->text), max, &count) || !count)
		diag_error(r->yaml.diag, node->at, "bad number of %s \"%s\", expected 1 to %llu",
			   name, yaml_quote(quote, node->text), (unsigned long long)max);
	return count;
}

static void read_comm(struct reader *r, const struct yaml_node *node, struct model_item *item)
{
	char quote[TEXT_QUOTE_MAX];

	if (!yaml_expect(&r->yaml, node, YAML_SCALAR, "comm", "the name of a command"))
		return;
	if (!*node->text || strlen(node->text) > MODEL_COMM_MAX)
		diag_error(r->yaml.diag, node->at, "bad comm \"%s\", expected 1 to %d bytes",
			   yaml_quote(quote, node->text), MODEL_COMM_MAX);
	else
		strcpy(item->comm, node->text);
}

static const char *const item_names[] = { "entry", "first", "last", "uses", "members", "comm" };

enum {
	KEY_ENTRY, KEY_FIRST, KEY_LAST, KEY_USES, KEY_MEMBERS, KEY_COMM,
};

/* {entry: ..., first: ..., ...}; false when it has no good entry. */
static bool read_item_map(struct reader *r, const struct yaml_node *node, struct model_item *item,
			  struct levee_dns_name *name)
{
	struct yaml_walk walk = { .at = node->first };
	const struct yaml_node *value;
	bool good = false;

	while ((value = yaml_map_next(&r->yaml, &walk, item_names, ARRAY_SIZE(item_names)))) {
		switch (walk.index) {
		case KEY_ENTRY:
			good = read_entry(r, value, item, name);
			break;
		case KEY_FIRST:
			read_time(r, value, "first", &item->first);
			break;
		case KEY_LAST:
			read_time(r, value, "last", &item->last);
			break;
		case KEY_USES:
			item->uses = read_count(r, value, "uses", UINT64_MAX);
			break;
		case KEY_MEMBERS:
			item->members = read_count(r, value, "members", UINT32_MAX);
			break;
		case KEY_COMM:
			read_comm(r, value, item);
			break;
		}
	}
	if (!(walk.seen & 1u << KEY_ENTRY))
		diag_error(r->yaml.diag, node->at, "an item without its entry \"{...}\", expected "
			   "{entry: ..., ...}");
	return good;
}

static void read_items(struct reader *r, const struct yaml_node *node, struct model *model,
		       u32 feature)
{
	if (!yaml_expect(&r->yaml, node, YAML_LIST, levee_feature_name(feature), "a list of items"))
		return;
	for (const struct yaml_node *at = node->first; at; at = at->next) {
		struct model_item item = { .feature = feature, .at = at->at };
		struct levee_dns_name name;
		bool good = at->kind == YAML_MAP ? read_item_map(r, at, &item, &name) :
						   read_entry(r, at, &item, &name);

		if (good && !model_add_item(model, &item))
			r->yaml.out_of_memory = true;
	}
}

static void read_key(struct reader *r, const struct yaml_node *node, struct model *model)
{
	char quote[TEXT_QUOTE_MAX];
	const char *key, *fault;

	if (!yaml_expect(&r->yaml, node, YAML_SCALAR, "key", EXPECT_KEY))
		return;
	model->at = node->at;
	model->kind = model_key_split(node->text, &key);
	fault = model->kind ? model_key_fault(model->kind, key) : "has no known kind";
	if (fault)
		diag_error(r->yaml.diag, node->at, "the key %s \"%s\", expected %s", fault,
			   yaml_quote(quote, node->text), EXPECT_KEY);
	else
		strcpy(model->key, key);
}

static void read_state(struct reader *r, const struct yaml_node *node, struct model *model)
{
	const char *names[LEVEE_MODEL_STATE_MAX + 1] = { NULL };
	int state;

	for (u32 i = 1; i <= LEVEE_MODEL_STATE_MAX; i++)
		names[i] = model_state_name(i);
	state = yaml_read_choice(&r->yaml, node, "state", names, ARRAY_SIZE(names));
	if (state > 0)
		model->state = state;
}

/* Those of a model are sorted, the same ones by their places. */
static void check_items(struct reader *r, const struct model *model)
{
	char text[LEVEE_ENTRY_TEXT_MAX], quote[TEXT_QUOTE_MAX];

	for (u32 i = 1; i < model->item_count; i++) {
		const struct model_item *before = &model->items[i - 1], *item = &model->items[i];

		if (before->feature != item->feature ||
		    levee_entry_compare(&before->entry, &item->entry))
			continue;
		levee_entry_format(text, sizeof(text), &item->entry);
		diag_error(r->yaml.diag, item->at, "duplicate item \"%s\", expected it once: line "
			   "%u has it", yaml_quote(quote, text), before->at.line);
	}
}

static const char *const model_names[] = {
	"key", "state", "left", "incomplete", "outbound", "listen", "dns",
};

enum {
	KEY_KEY, KEY_STATE, KEY_LEFT, KEY_INCOMPLETE, KEY_LISTS,
};

static void read_model_value(struct reader *r, const struct yaml_walk *walk,
			     const struct yaml_node *value, struct model *model)
{
	switch (walk->index) {
	case KEY_KEY:
		read_key(r, value, model);
		break;
	case KEY_STATE:
		read_state(r, value, model);
		break;
	case KEY_LEFT:
		model->has_left = yaml_read_duration(&r->yaml, value, "left", 0, UINT32_MAX,
						     &model->left);
		break;
	case KEY_INCOMPLETE:
		yaml_read_bool(&r->yaml, value, "incomplete", &model->incomplete);
		break;
	default:
		read_items(r, value, model, model_features[walk->index - KEY_LISTS]);
		break;
	}
}

static void read_model(struct reader *r, const struct yaml_node *node)
{
	struct yaml_walk walk = { 0 };
	const struct yaml_node *value;
	struct model *model;

	if (!yaml_expect(&r->yaml, node, YAML_MAP, "a model", "{key: ..., ...}"))
		return;
	model = model_set_add(r->set, 0, "");
	if (!model) {
		r->yaml.out_of_memory = true;
		return;
	}
	model->at = node->at;
	walk.at = node->first;
	while ((value = yaml_map_next(&r->yaml, &walk, model_names, ARRAY_SIZE(model_names))))
		read_model_value(r, &walk, value, model);
	if (!(walk.seen & 1u << KEY_KEY))
		diag_error(r->yaml.diag, node->at, "a model without its key \"{...}\", expected %s",
			   EXPECT_KEY);
	if (model->has_left && model->state == LEVEE_MODEL_STATE_ACTIVE)
		diag_error(r->yaml.diag, node->at, "left of an active model \"left\", expected it "
			   "with state: learning or dry-run");
	model_finish(model);
	check_items(r, model);
}

static void read_models(struct reader *r, const struct yaml_node *node)
{
	char text[MODEL_KEY_TEXT_MAX], quote[TEXT_QUOTE_MAX];
	const struct model *models;

	if (!yaml_expect(&r->yaml, node, YAML_LIST, "models", "a list of models"))
		return;
	for (const struct yaml_node *at = node->first; at; at = at->next)
		read_model(r, at);
	model_set_finish(r->set);
	models = r->set->models;
	for (u32 i = 1; i < r->set->count; i++) {
		/* One whose key was refused has none. */
		if (!*models[i].key || models[i].kind != models[i - 1].kind ||
		    strcmp(models[i].key, models[i - 1].key))
			continue;
		model_key_text(text, models[i].kind, models[i].key);
		diag_error(r->yaml.diag, models[i].at, "duplicate model \"%s\", expected it once: "
			   "line %u has it", yaml_quote(quote, text), models[i - 1].at.line);
	}
}

/* What export writes has a version, and ends with its end: else it was cut off. */
static void read_top(struct reader *r, const struct yaml_node *root)
{
	static const char *const names[] = { "version", "models", "end" };
	static const char *const versions[] = { "1" };
	static const char *const ends[] = { "true" };
	struct yaml_walk walk = { 0 };
	const struct yaml_node *value;

	if (!yaml_expect(&r->yaml, root, YAML_MAP, "the file", "models: [...]"))
		return;
	walk.at = root->first;
	while ((value = yaml_map_next(&r->yaml, &walk, names, ARRAY_SIZE(names)))) {
		switch (walk.index) {
		case 0:
			yaml_read_choice(&r->yaml, value, "version", versions,
					 ARRAY_SIZE(versions));
			break;
		case 1:
			read_models(r, value);
			break;
		case 2:
			yaml_read_choice(&r->yaml, value, "end", ends, ARRAY_SIZE(ends));
			break;
		}
	}
	if (!(walk.seen & 1u << 1))
		diag_error(r->yaml.diag, root->at, "no models \"models\", expected models: [...]");
	if (walk.seen & 1 && !(walk.seen & 1u << 2))
		diag_error(r->yaml.diag, root->at, "the file was cut off \"version\", expected "
			   "end: true as the last line of a file that has a version");
}

bool model_yaml_parse(struct model_set *set, const char *text, size_t len, struct diag *diag)
{
	struct reader r = { .yaml.diag = diag, .set = set };
	struct yaml_tree tree = { 0 };
	u32 before = diag->errors;

	*set = (struct model_set){ 0 };
	if (!yaml_tree_parse(&tree, text, len, diag))
		r.yaml.out_of_memory = true;
	else if (tree.root)
		read_top(&r, tree.root);
	else if (diag->errors == before)
		diag_error(diag, (struct mark){ 1, 1 },
			   "the file is empty \"\", expected models: [...]");
	yaml_tree_free(&tree);
	if (r.yaml.out_of_memory)
		diag_error(diag, (struct mark){ 0 }, "out of memory");
	return diag->errors == before;
}

bool model_yaml_load(struct model_set *set, struct diag *diag)
{
	size_t len;
	char *text = file_read(diag, &len);
	bool good;

	*set = (struct model_set){ 0 };
	if (!text)
		return false;
	good = model_yaml_parse(set, text, len, diag);
	free(text);
	return good;
}
