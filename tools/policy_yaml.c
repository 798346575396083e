// SPDX-License-Identifier: GPL-2.0
/* The policy file: a tree of YAML nodes is checked whole, and becomes a struct policy. */
#define _POSIX_C_SOURCE 200809L
#include <stdlib.h>

#include "entry_text.h"
#include "lib/pattern.h"
#include "policy_yaml.h"
#include "text.h"
#include "yaml_tree.h"

struct reader {
	struct diag *diag;
	struct policy *policy;
	bool out_of_memory;
};

/* Walks a map whose keys are known; repeated and unknown keys are told and skipped. */
struct map_walk {
	const struct yaml_node *at;
	u32 seen;
	u32 index;			/* of the key, in its names */
	const struct yaml_node *key;
};

static const char *const section_names[] = { "effect", "default", "allow", "deny" };
enum { KEY_EFFECT, KEY_DEFAULT, KEY_ALLOW, KEY_DENY };

static char *quote_text(char quote[TEXT_QUOTE_MAX], const char *text)
{
	return text_escape(quote, TEXT_QUOTE_MAX, text, strlen(text));
}

/* "a, b or c" of a table with @count names; entries may be NULL. */
static char *join_names(char *buf, size_t size, const char *const *names, size_t count)
{
	size_t used = 0, left = 0, i;

	buf[0] = 0;
	for (i = 0; i < count; i++)
		left += !!names[i];
	for (i = 0; i < count && used < size; i++) {
		if (!names[i])
			continue;
		left--;
		used += snprintf(buf + used, size - used, "%s%s", names[i],
				 left > 1 ? ", " : left ? " or " : "");
	}
	return buf;
}

#define NAMES_TEXT_MAX 256

static const char *kind_text(const struct yaml_node *node)
{
	switch (node->kind) {
	case YAML_LIST:
		return "[...]";
	case YAML_MAP:
		return "{...}";
	case YAML_REFUSED:
		return "";
	default:
		return node->text;
	}
}

/* False, told, when the node is of another kind; what YAML_REFUSED is was told before. */
static bool expect_kind(struct reader *r, const struct yaml_node *node, enum yaml_kind kind,
			const char *name, const char *expected)
{
	char quote[TEXT_QUOTE_MAX];

	if (node->kind == kind)
		return true;
	if (node->kind != YAML_REFUSED)
		diag_error(r->diag, node->at, "bad value of %s \"%s\", expected %s", name,
			   quote_text(quote, kind_text(node)), expected);
	return false;
}

static const struct yaml_node *map_next(struct reader *r, struct map_walk *walk,
					const char *const *names, u32 count)
{
	char quote[TEXT_QUOTE_MAX], known[NAMES_TEXT_MAX];

	while (walk->at) {
		const struct yaml_node *key = walk->at, *value = key->next;
		u32 i = count;

		walk->at = value->next;
		if (key->kind == YAML_REFUSED)
			continue;
		if (key->kind == YAML_SCALAR)
			for (i = 0; i < count && strcmp(key->text, names[i]); i++)
				;
		if (i == count) {
			diag_error(r->diag, key->at, "unknown key \"%s\", expected %s",
				   quote_text(quote, kind_text(key)),
				   join_names(known, sizeof(known), names, count));
			continue;
		}
		if (walk->seen & 1u << i) {
			diag_error(r->diag, key->at, "duplicate key \"%s\", expected it once",
				   names[i]);
			continue;
		}
		walk->seen |= 1u << i;
		walk->index = i;
		walk->key = key;
		return value;
	}
	return NULL;
}

/* Index of a scalar in a table of names, or -1, told. */
static int read_name(struct reader *r, const struct yaml_node *node, const char *what,
		     const char *const *names, u32 count)
{
	char quote[TEXT_QUOTE_MAX], known[NAMES_TEXT_MAX];

	if (node->kind == YAML_REFUSED)
		return -1;
	if (node->kind == YAML_SCALAR)
		for (u32 i = 0; i < count; i++)
			if (names[i] && !strcmp(node->text, names[i]))
				return i;
	diag_error(r->diag, node->at, "bad %s \"%s\", expected %s", what,
		   quote_text(quote, kind_text(node)),
		   join_names(known, sizeof(known), names, count));
	return -1;
}

static bool read_duration(struct reader *r, const struct yaml_node *node, const char *what,
			  u32 min, u32 max, u32 *seconds)
{
	char quote[TEXT_QUOTE_MAX], low[TEXT_DURATION_MAX], high[TEXT_DURATION_MAX];
	u64 value;

	if (!expect_kind(r, node, YAML_SCALAR, what, "a duration as 60s, 10min, 1h or 7d"))
		return false;
	if (!text_duration(node->text, &value)) {
		diag_error(r->diag, node->at,
			   "bad duration of %s \"%s\", expected a number and s, min, h or d", what,
			   quote_text(quote, node->text));
		return false;
	}
	if (value < min || value > max) {
		diag_error(r->diag, node->at, "%s is out of range \"%s\", expected %s to %s", what,
			   quote_text(quote, node->text), text_duration_format(low, min),
			   text_duration_format(high, max));
		return false;
	}
	*seconds = value;
	return true;
}

static void read_effect(struct reader *r, const struct yaml_node *node,
			struct policy_section *section)
{
	const char *names[LEVEE_EFFECT_MAX + 1] = { NULL };
	int effect;

	for (u32 i = 1; i <= LEVEE_EFFECT_MAX; i++)
		names[i] = levee_effect_name(i);
	effect = read_name(r, node, "effect", names, ARRAY_SIZE(names));
	if (effect > 0)
		section->effect = effect;
}

static void read_default(struct reader *r, const struct yaml_node *node,
			 struct policy_section *section)
{
	const char *names[LEVEE_ACTION_MAX + 1] = { NULL };
	int action;

	for (u32 i = 1; i <= LEVEE_ACTION_MAX; i++)
		names[i] = levee_action_name(i);
	action = read_name(r, node, "default", names, ARRAY_SIZE(names));
	if (action > 0)
		section->action = action;
}

/* Whether an entry is what a comma cut off its list of ports: "443/tcp" behind "10.0.0.0/8:80". */
static bool is_cut_off(const struct yaml_node *before, const struct yaml_node *node)
{
	size_t digits = strspn(node->text, "0123456789-");

	return before && before->kind == YAML_SCALAR && !before->quoted && !node->quoted &&
	       digits && (!node->text[digits] || node->text[digits] == '/') &&
	       before->at.line == node->at.line;
}

static void entry_error(struct reader *r, const struct yaml_node *before,
			const struct yaml_node *node, enum levee_feature feature,
			const struct entry_fault *fault)
{
	char quote[TEXT_QUOTE_MAX], first[TEXT_QUOTE_MAX], second[TEXT_QUOTE_MAX];
	const struct yaml_node *head = NULL, *rest = node;

	if (feature == LEVEE_FEATURE_OUTBOUND && is_cut_off(before, node) &&
	    strchr(before->text, ':'))
		head = before;
	if (feature == LEVEE_FEATURE_LISTEN && !strchr(node->text, '/') && node->next &&
	    node->next->kind == YAML_SCALAR && is_cut_off(node, node->next) &&
	    strchr(node->next->text, '/')) {
		head = node;
		rest = node->next;
	}
	if (!head) {
		diag_error(r->diag, node->at, "%s \"%s\", expected %s", fault->what,
			   quote_text(quote, node->text), fault->expected);
		return;
	}
	diag_error(r->diag, node->at,
		   "%s \"%s\", expected %s: the comma made two entries of it, \"%s\" and \"%s\", "
		   "write the whole entry for each port", fault->what,
		   quote_text(quote, node->text), fault->expected, quote_text(first, head->text),
		   quote_text(second, rest->text));
}

/* A list or map where an entry should be: mostly an IPv6 address without quotes. */
static void entry_kind_error(struct reader *r, const struct yaml_node *node)
{
	char quote[TEXT_QUOTE_MAX];

	if (node->kind == YAML_REFUSED)
		return;
	if (node->kind == YAML_LIST)
		diag_error(r->diag, node->at, "an unquoted [ begins a list \"[...]\", expected an "
			   "entry; an IPv6 address in brackets goes in quotes: \"[ADDRESS]...\"");
	else
		diag_error(r->diag, node->at, "a colon makes a map \"%s\", expected an entry; "
			   "one that ends in a colon goes in quotes: \"ADDRESS\"",
			   node->first ? quote_text(quote, kind_text(node->first)) : "{}");
}

static void read_entries(struct reader *r, const struct yaml_node *node,
			 enum levee_feature feature, struct policy_list *list)
{
	const struct yaml_node *before = NULL;

	if (!expect_kind(r, node, YAML_LIST, "the list", "entries in [...]"))
		return;
	for (const struct yaml_node *item = node->first; item; before = item, item = item->next) {
		struct entry_fault fault;
		struct levee_entry entry;

		if (item->kind != YAML_SCALAR)
			entry_kind_error(r, item);
		else if (!entry_text_parse(&entry, feature, item->text, &fault))
			entry_error(r, before, item, feature, &fault);
		else if (!policy_list_add(list, &entry, item->at))
			r->out_of_memory = true;
	}
}

/* outbound, listen and raw-sockets. */
static void read_section(struct reader *r, const struct yaml_node *key,
			 const struct yaml_node *node, enum levee_feature feature,
			 struct policy_section *section)
{
	struct map_walk walk = { 0 };
	const struct yaml_node *value;
	bool empty_allow = false;

	section->at = key->at;
	if (!expect_kind(r, node, YAML_MAP, key->text, "{effect: ..., ...}"))
		return;
	walk.at = node->first;
	while ((value = map_next(r, &walk, section_names, ARRAY_SIZE(section_names)))) {
		switch (walk.index) {
		case KEY_EFFECT:
			read_effect(r, value, section);
			break;
		case KEY_DEFAULT:
			read_default(r, value, section);
			break;
		case KEY_ALLOW:
			empty_allow = value->kind == YAML_LIST && !value->first;
			read_entries(r, value, feature, &section->lists[LEVEE_ACTION_ALLOW]);
			break;
		case KEY_DENY:
			read_entries(r, value, feature, &section->lists[LEVEE_ACTION_DENY]);
			break;
		}
	}
	if (!(walk.seen & 1u << KEY_EFFECT))
		diag_error(r->diag, key->at, "no effect in \"%s\", expected effect: disable, "
			   "alert, prevent or block", key->text);
	/* A list that is there and empty allows nothing; the kernel cannot see it, so say so. */
	if (empty_allow && !(walk.seen & 1u << KEY_DEFAULT))
		section->action = LEVEE_ACTION_DENY;
}

static void read_port_scan(struct reader *r, const struct yaml_node *key,
			   const struct yaml_node *node, struct policy_section *section)
{
	static const char *const names[] = { "effect", "hold" };
	struct map_walk walk = { 0 };
	const struct yaml_node *value;

	section->at = key->at;
	if (!expect_kind(r, node, YAML_MAP, key->text, "{effect: ...}"))
		return;
	walk.at = node->first;
	while ((value = map_next(r, &walk, names, ARRAY_SIZE(names)))) {
		if (walk.index == 0)
			read_effect(r, value, section);
		else
			read_duration(r, value, "hold", 1, POLICY_HOLD_MAX, &section->hold);
	}
	if (!(walk.seen & 1))
		diag_error(r->diag, key->at, "no effect in \"%s\", expected effect: disable, "
			   "alert, prevent or block", key->text);
	else if (section->effect != LEVEE_EFFECT_DISABLE)
		diag_note(r->diag, key->at,
			  "port-scan is accepted but not active in this version");
}

/* Only "disable" can be kept here: anything else would be a promise that nothing holds. */
static void read_dns(struct reader *r, const struct yaml_node *key, const struct yaml_node *node)
{
	const struct yaml_node *effect = node->first;

	if (node->kind == YAML_REFUSED)
		return;
	if (node->kind == YAML_MAP && effect && effect->kind == YAML_SCALAR &&
	    !strcmp(effect->text, "effect") && effect->next->kind == YAML_SCALAR &&
	    !strcmp(effect->next->text, "disable") && !effect->next->next)
		return;
	diag_error(r->diag, key->at,
		   "dns: not supported by this version \"dns\", expected {effect: disable} or no "
		   "dns section");
}

static bool has_control(const char *text)
{
	const u8 *at = (const u8 *)text, *end = at + strlen(text);

	while (at < end)
		if (code_point_is_control(utf8_next(&at, end)))
			return true;
	return false;
}

static void add_pattern(struct reader *r, const struct yaml_node *node, struct policy_rule *rule,
			u32 field, bool negated)
{
	char quote[TEXT_QUOTE_MAX];
	const char *fault;
	size_t len, offset = 0;

	if (!expect_kind(r, node, YAML_SCALAR, "the pattern", "text"))
		return;
	len = strlen(node->text);
	quote_text(quote, node->text);
	if (has_control(node->text)) {
		diag_error(r->diag, node->at,
			   "a control character in the pattern \"%s\", expected printable text",
			   quote);
		return;
	}
	fault = levee_pattern_check(node->text, &offset);
	if (fault) {
		diag_error(r->diag, node->at,
			   "bad pattern \"%s\", expected no %s at character %zu", quote, fault,
			   offset + 1);
		return;
	}
	if (len > LEVEE_PATTERN_MAX) {
		diag_error(r->diag, node->at,
			   "pattern is too long \"%s\", expected at most %u bytes", quote,
			   LEVEE_PATTERN_MAX);
		return;
	}
	if (field == LEVEE_SCOPE_FIELD_CGROUP) {
		if (node->text[0] != '/') {
			diag_error(r->diag, node->at, "a cgroup pattern without its root \"%s\", "
				   "expected a path that begins with /", quote);
			return;
		}
		if (len == 1) {
			diag_error(r->diag, node->at, "the root cgroup is never a workload \"/\", "
				   "expected a path below it");
			return;
		}
		if (node->text[len - 1] == '/') {
			diag_error(r->diag, node->at, "no cgroup path ends with / \"%s\", expected "
				   "it without", quote);
			return;
		}
	}
	if (rule->pattern_count == LEVEE_PATTERNS_MAX) {
		diag_error(r->diag, node->at,
			   "too many patterns \"%s\", expected at most %u a rule", quote,
			   LEVEE_PATTERNS_MAX);
		return;
	}
	if (field != LEVEE_SCOPE_FIELD_CGROUP)
		diag_note(r->diag, node->at, "labels cannot be bound in this version, so the %s "
			  "pattern matches nothing yet",
			  field == LEVEE_SCOPE_FIELD_IMAGE ? "image" : "container");
	if (!policy_add_pattern(rule, field, negated, node->text, node->at))
		r->out_of_memory = true;
}

static void read_patterns(struct reader *r, const struct yaml_node *key,
			  const struct yaml_node *node, struct policy_rule *rule, u32 field,
			  bool negated)
{
	char name[64];

	snprintf(name, sizeof(name), "%s", key->text);
	if (!expect_kind(r, node, YAML_LIST, name, "a list of patterns [...]"))
		return;
	if (!node->first)
		diag_error(r->diag, node->at, "no pattern in %s \"[]\", expected at least one",
			   name);
	for (const struct yaml_node *item = node->first; item; item = item->next)
		add_pattern(r, item, rule, field, negated);
}

static const char *const scope_names[] = { "cgroup", "container", "image", "not" };

static void read_scope_fields(struct reader *r, const struct yaml_node *node,
			      struct policy_rule *rule, bool negated)
{
	struct map_walk walk = { .at = node->first };
	const struct yaml_node *value;

	while ((value = map_next(r, &walk, scope_names, negated ? 3 : 4))) {
		if (walk.index < 3) {
			read_patterns(r, walk.key, value, rule,
				      LEVEE_SCOPE_FIELD_CGROUP + walk.index, negated);
		} else if (expect_kind(r, value, YAML_MAP, "not", "{cgroup: [...]}")) {
			if (!value->first)
				diag_error(r->diag, value->at,
					   "no pattern in not \"{}\", expected at least one");
			read_scope_fields(r, value, rule, true);
		}
	}
}

static void read_scope(struct reader *r, const struct yaml_node *key,
		       const struct yaml_node *node, struct policy_rule *rule)
{
	u32 before = r->diag->errors;

	if (!expect_kind(r, node, YAML_MAP, "scope", "{cgroup: [...]}"))
		return;
	read_scope_fields(r, node, rule, false);
	for (u32 i = 0; i < rule->pattern_count; i++)
		if (!rule->patterns[i].negated)
			return;
	if (r->diag->errors == before)
		diag_error(r->diag, key->at, "the scope selects nothing \"scope\", expected a "
			   "pattern of cgroup, container or image outside not");
}

static void read_families(struct reader *r, const struct yaml_node *key,
			  const struct yaml_node *node, struct policy_rule *rule)
{
	char quote[TEXT_QUOTE_MAX];

	rule->families_at = key->at;
	if (!expect_kind(r, node, YAML_LIST, "families", "a list as [inet, inet6, unix, netlink]"))
		return;
	if (!node->first)
		diag_error(r->diag, node->at, "no family in families \"[]\", expected names; "
			   "without the key, every family is permitted");
	for (const struct yaml_node *item = node->first; item; item = item->next) {
		int number;

		if (!expect_kind(r, item, YAML_SCALAR, "a family", "a name as inet"))
			continue;
		number = levee_family_number(item->text);
		if (number < 0 || number >= POLICY_FAMILIES)
			diag_error(r->diag, item->at, "unknown socket family \"%s\", expected a "
				   "name as inet, inet6, unix, netlink or vsock",
				   quote_text(quote, item->text));
		else
			rule->families |= 1ULL << number;
	}
}

static void read_rule_name(struct reader *r, const struct yaml_node *node,
			   struct policy_rule *rule)
{
	const char *expected = "1 to 63 bytes of printable text";
	char quote[TEXT_QUOTE_MAX];
	size_t len;

	rule->at = node->at;
	if (!expect_kind(r, node, YAML_SCALAR, "name", expected))
		return;
	len = strlen(node->text);
	if (!len || len > LEVEE_NAME_MAX) {
		diag_error(r->diag, node->at, "%s \"%s\", expected %s", !len ?
			   "the name is empty" : "the name is too long",
			   quote_text(quote, node->text), expected);
		return;
	}
	if (has_control(node->text)) {
		diag_error(r->diag, node->at,
			   "a control character in the name \"%s\", expected %s",
			   quote_text(quote, node->text), expected);
		return;
	}
	strcpy(rule->name, node->text);
	for (u32 i = 0; i + 1 < r->policy->rule_count; i++)
		if (!strcmp(r->policy->rules[i].name, rule->name))
			diag_error(r->diag, node->at, "the name is taken \"%s\", expected another "
				   "than that of line %u", quote_text(quote, node->text),
				   r->policy->rules[i].at.line);
}

static const char *const off_learn[] = { "off", "learn" };
static const char *const off_once[] = { "off", "once" };
static const char *const workload_rule[] = { "workload", "rule" };

static void read_model(struct reader *r, const struct yaml_node *key,
		       const struct yaml_node *node, struct policy_model *model)
{
	int mode = read_name(r, node, "model", off_learn, ARRAY_SIZE(off_learn));

	model->at = key->at;
	if (mode < 0)
		return;
	model->mode = mode;
	if (mode == LEVEE_MODEL_MODE_LEARN)
		diag_note(r->diag, key->at,
			  "model: learn is accepted but not active in this version");
}

static const char *const rule_names[] = {
	"name", "scope", "model", "learn-for", "dry-run-for", "adapt", "model-key",
	"outbound", "listen", "dns", "raw-sockets", "port-scan", "families",
};

enum {
	KEY_NAME, KEY_SCOPE, KEY_MODEL, KEY_LEARN_FOR, KEY_DRY_RUN_FOR, KEY_ADAPT, KEY_MODEL_KEY,
	KEY_OUTBOUND, KEY_LISTEN, KEY_DNS, KEY_RAW_SOCKETS, KEY_PORT_SCAN, KEY_FAMILIES,
};

static void read_rule_value(struct reader *r, const struct map_walk *walk,
			    const struct yaml_node *value, struct policy_rule *rule)
{
	const struct yaml_node *key = walk->key;
	int choice;

	switch (walk->index) {
	case KEY_NAME:
		read_rule_name(r, value, rule);
		break;
	case KEY_SCOPE:
		read_scope(r, key, value, rule);
		break;
	case KEY_MODEL:
		read_model(r, key, value, &rule->model);
		break;
	case KEY_LEARN_FOR:
		read_duration(r, value, "learn-for", 1, UINT32_MAX, &rule->model.learn_for);
		break;
	case KEY_DRY_RUN_FOR:
		read_duration(r, value, "dry-run-for", 0, UINT32_MAX, &rule->model.dry_run_for);
		break;
	case KEY_ADAPT:
		choice = read_name(r, value, "adapt", off_once, ARRAY_SIZE(off_once));
		if (choice >= 0)
			rule->model.adapt = choice;
		break;
	case KEY_MODEL_KEY:
		choice = read_name(r, value, "model-key", workload_rule,
				   ARRAY_SIZE(workload_rule));
		if (choice >= 0)
			rule->model.key = choice;
		break;
	case KEY_OUTBOUND:
		read_section(r, key, value, LEVEE_FEATURE_OUTBOUND,
			     &rule->sections[LEVEE_FEATURE_OUTBOUND]);
		break;
	case KEY_LISTEN:
		read_section(r, key, value, LEVEE_FEATURE_LISTEN,
			     &rule->sections[LEVEE_FEATURE_LISTEN]);
		break;
	case KEY_DNS:
		read_dns(r, key, value);
		break;
	case KEY_RAW_SOCKETS:
		read_section(r, key, value, LEVEE_FEATURE_RAW_SOCKETS,
			     &rule->sections[LEVEE_FEATURE_RAW_SOCKETS]);
		break;
	case KEY_PORT_SCAN:
		read_port_scan(r, key, value, &rule->sections[LEVEE_FEATURE_PORT_SCAN]);
		break;
	case KEY_FAMILIES:
		read_families(r, key, value, rule);
		break;
	}
}

static void read_rule(struct reader *r, const struct yaml_node *node)
{
	struct map_walk walk = { 0 };
	const struct yaml_node *value;
	struct policy_rule *rule;
	u64 entries;

	if (!expect_kind(r, node, YAML_MAP, "a rule", "{name: ..., scope: ..., ...}"))
		return;
	rule = policy_add_rule(r->policy);
	if (!rule) {
		r->out_of_memory = true;
		return;
	}
	rule->at = node->at;
	walk.at = node->first;
	while ((value = map_next(r, &walk, rule_names, ARRAY_SIZE(rule_names))))
		read_rule_value(r, &walk, value, rule);
	for (u32 i = KEY_NAME; i <= KEY_SCOPE; i++)
		if (!(walk.seen & 1u << i))
			diag_error(r->diag, node->at, "a rule without its %s \"%s\", expected "
				   "name and scope", rule_names[i], *rule->name ? rule->name : "-");
	policy_rule_finish(rule);
	entries = policy_rule_entries(rule);
	if (entries > LEVEE_ENTRIES_MAX)
		diag_error(r->diag, rule->at, "too many entries in a rule \"%llu\", expected at "
			   "most %u", (unsigned long long)entries, LEVEE_ENTRIES_MAX);
}

static void read_rules(struct reader *r, const struct yaml_node *node)
{
	u32 count = 0;

	if (!expect_kind(r, node, YAML_LIST, "rules", "a list of rules"))
		return;
	for (const struct yaml_node *item = node->first; item; item = item->next) {
		if (count++ == LEVEE_RULES_MAX) {
			diag_error(r->diag, item->at, "too many rules \"rules\", expected at most "
				   "%u", LEVEE_RULES_MAX);
			return;
		}
		read_rule(r, item);
	}
}

static void read_require(struct reader *r, const struct yaml_node *key,
			 const struct yaml_node *node)
{
	static const char *const names[] = { "socket-hooks" };

	r->policy->require_at = key->at;
	if (!expect_kind(r, node, YAML_LIST, "require", "[socket-hooks]"))
		return;
	for (const struct yaml_node *item = node->first; item; item = item->next) {
		int bit = read_name(r, item, "requirement", names, ARRAY_SIZE(names));

		if (bit >= 0)
			r->policy->require |= 1u << bit;
	}
}

static void read_feeds(struct reader *r, const struct yaml_node *key,
		       const struct yaml_node *node)
{
	if (!expect_kind(r, node, YAML_LIST, "feeds", "a list of feeds"))
		return;
	if (node->first)
		diag_error(r->diag, key->at,
			   "feeds: not supported by this version \"feeds\", expected none");
}

static void read_top(struct reader *r, const struct yaml_node *root)
{
	static const char *const names[] = { "require", "rules", "feeds" };
	struct map_walk walk = { 0 };
	const struct yaml_node *value;

	if (!expect_kind(r, root, YAML_MAP, "the file", "rules: [...]"))
		return;
	walk.at = root->first;
	while ((value = map_next(r, &walk, names, ARRAY_SIZE(names)))) {
		switch (walk.index) {
		case 0:
			read_require(r, walk.key, value);
			break;
		case 1:
			read_rules(r, value);
			break;
		case 2:
			read_feeds(r, walk.key, value);
			break;
		}
	}
	if (!(walk.seen & 1u << 1))
		diag_error(r->diag, root->at, "no rules \"rules\", expected rules: [...]");
}

struct policy *policy_yaml_parse(const char *text, size_t len, struct diag *diag)
{
	struct reader r = { .diag = diag, .policy = policy_new() };
	u32 before = diag->errors;
	struct yaml_tree tree = { 0 };

	if (!r.policy || !yaml_tree_parse(&tree, text, len, diag))
		r.out_of_memory = true;
	else if (tree.root)
		read_top(&r, tree.root);
	else if (diag->errors == before)
		diag_error(diag, (struct mark){ 1, 1 },
			   "the file is empty \"\", expected rules: [...]");
	yaml_tree_free(&tree);
	if (r.out_of_memory)
		diag_error(diag, (struct mark){ 0 }, "out of memory");
	if (diag->errors != before) {
		policy_free(r.policy);
		return NULL;
	}
	return r.policy;
}

/* The whole stream; NULL, told, when it cannot be read or is too long. */
static char *read_stream(FILE *in, size_t *len, struct diag *diag)
{
	size_t room = 65536, used = 0;
	char *text = malloc(room);

	if (!text)
		diag_error(diag, (struct mark){ 0 }, "out of memory");
	while (text) {
		char *larger;

		used += fread(text + used, 1, room - used, in);
		if (ferror(in)) {
			diag_error(diag, (struct mark){ 0 }, "%s", strerror(errno));
			break;
		}
		if (used > POLICY_FILE_MAX) {
			diag_error(diag, (struct mark){ 0 }, "the file is too long, expected at "
				   "most 64 MiB");
			break;
		}
		if (used < room) {
			*len = used;
			return text;
		}
		room *= 2;
		larger = realloc(text, room);
		if (!larger)
			diag_error(diag, (struct mark){ 0 }, "out of memory");
		if (!larger)
			break;
		text = larger;
	}
	free(text);
	return NULL;
}

struct policy *policy_yaml_load(struct diag *diag)
{
	bool is_stdin = !strcmp(diag->file, "-");
	struct policy *policy = NULL;
	FILE *in = stdin;
	size_t len;
	char *text;

	if (!is_stdin)
		in = fopen(diag->file, "r");
	if (!in) {
		diag_error(diag, (struct mark){ 0 }, "%s", strerror(errno));
		return NULL;
	}
	text = read_stream(in, &len, diag);
	if (!is_stdin)
		fclose(in);
	if (text)
		policy = policy_yaml_parse(text, len, diag);
	free(text);
	return policy;
}
