// SPDX-License-Identifier: GPL-2.0
/* The policy file: a tree of YAML nodes is checked whole, and becomes a struct policy. */
#define _POSIX_C_SOURCE 200809L
#include <stdlib.h>

#include "entry_text.h"
#include "file.h"
#include "lib/pattern.h"
#include "policy_yaml.h"
#include "policy_yaml_dns.h"
#include "policy_yaml_scan.h"
#include "text.h"
#include "yaml_read.h"

/* Each feature knows the first of these, in this order. */
static const char *const section_names[] = {
	"effect", "default", "allow", "deny", "feeds", "ports", "servers", "servers-only", "grace",
	"exfiltration",
};

enum {
	KEY_EFFECT, KEY_DEFAULT, KEY_ALLOW, KEY_DENY, KEY_FEEDS, KEY_PORTS, KEY_SERVERS,
	KEY_SERVERS_ONLY, KEY_GRACE, KEY_EXFILTRATION,
};

static u32 section_keys(enum levee_feature feature)
{
	if (feature == LEVEE_FEATURE_DNS)
		return ARRAY_SIZE(section_names);
	return feature == LEVEE_FEATURE_OUTBOUND ? KEY_FEEDS + 1 : KEY_DENY + 1;
}

static void read_effect(struct yaml_reader *r, const struct yaml_node *node,
			struct policy_section *section)
{
	const char *names[LEVEE_EFFECT_MAX + 1] = { NULL };
	int effect;

	for (u32 i = 1; i <= LEVEE_EFFECT_MAX; i++)
		names[i] = levee_effect_name(i);
	effect = yaml_read_choice(r, node, "effect", names, ARRAY_SIZE(names));
	if (effect > 0)
		section->effect = effect;
}

static void read_default(struct yaml_reader *r, const struct yaml_node *node,
			 struct policy_section *section)
{
	const char *names[LEVEE_ACTION_MAX + 1] = { NULL };
	int action;

	for (u32 i = 1; i <= LEVEE_ACTION_MAX; i++)
		names[i] = levee_action_name(i);
	action = yaml_read_choice(r, node, "default", names, ARRAY_SIZE(names));
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

static void entry_error(struct yaml_reader *r, const struct yaml_node *before,
			const struct yaml_node *node, enum levee_feature feature,
			const struct text_fault *fault)
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
			   yaml_quote(quote, node->text), fault->expected);
		return;
	}
	diag_error(r->diag, node->at,
		   "%s \"%s\", expected %s: the comma made two entries of it, \"%s\" and \"%s\", "
		   "write the whole entry for each port", fault->what,
		   yaml_quote(quote, node->text), fault->expected, yaml_quote(first, head->text),
		   yaml_quote(second, rest->text));
}

/* A list or map where an entry should be: mostly an IPv6 address without quotes. */
static void entry_kind_error(struct yaml_reader *r, const struct yaml_node *node)
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
			   node->first ? yaml_quote(quote, yaml_kind_text(node->first)) : "{}");
}

static void read_entries(struct yaml_reader *r, const struct yaml_node *node,
			 enum levee_feature feature, struct policy_list *list)
{
	const struct yaml_node *before = NULL;

	if (!yaml_expect(r, node, YAML_LIST, "the list", "entries in [...]"))
		return;
	for (const struct yaml_node *item = node->first; item; before = item, item = item->next) {
		struct levee_dns_name name;
		struct levee_entry entry;
		struct text_fault fault;

		if (item->kind != YAML_SCALAR)
			entry_kind_error(r, item);
		else if (!entry_text_parse(&entry, &name, feature, item->text, &fault))
			entry_error(r, before, item, feature, &fault);
		else if (!policy_list_add(list, &entry, item->at))
			r->out_of_memory = true;
	}
}

static void no_effect(struct yaml_reader *r, const struct yaml_node *key)
{
	diag_error(r->diag, key->at, "no effect in \"%s\", expected effect: disable, alert, "
		   "prevent or block", key->text);
}

/* dns: {exfiltration: {effect: ...}} */
static void read_exfiltration(struct yaml_reader *r, const struct yaml_node *key,
			      const struct yaml_node *node, struct policy_section *section)
{
	struct yaml_walk walk = { 0 };
	const struct yaml_node *value;

	section->at = key->at;
	if (!yaml_expect(r, node, YAML_MAP, key->text, "{effect: ...}"))
		return;
	walk.at = node->first;
	while ((value = yaml_map_next(r, &walk, section_names, KEY_EFFECT + 1)))
		read_effect(r, value, section);
	if (!walk.seen)
		no_effect(r, key);
}

/* What dns says by what it leaves out, and what contradicts itself. */
static void finish_dns(struct yaml_reader *r, const struct yaml_node *key,
		       const struct yaml_walk *walk, struct policy_rule *rule)
{
	struct policy_section *exfiltration = &rule->sections[LEVEE_FEATURE_DNS_EXFILTRATION];

	if (!(walk->seen & 1u << KEY_EXFILTRATION) &&
	    rule->sections[LEVEE_FEATURE_DNS].effect != LEVEE_EFFECT_DISABLE)
		exfiltration->effect = LEVEE_EFFECT_ALERT;
	if (exfiltration->effect != LEVEE_EFFECT_DISABLE)
		diag_note(r->diag, exfiltration->at.line ? exfiltration->at : key->at,
			  "dns exfiltration is accepted but not active in this version");
	if (rule->dns.servers_only && !(walk->seen & 1u << KEY_SERVERS))
		diag_error(r->diag, key->at, "servers-only without servers in \"%s\", expected "
			   "servers: [ADDRESS, ...]", key->text);
}

static void read_section_value(struct yaml_reader *r, const struct yaml_walk *walk,
			       const struct yaml_node *value, enum levee_feature feature,
			       struct policy_rule *rule)
{
	struct policy_section *section = &rule->sections[feature];

	switch (walk->index) {
	case KEY_EFFECT:
		read_effect(r, value, section);
		break;
	case KEY_DEFAULT:
		section->default_at = walk->key->at;
		read_default(r, value, section);
		break;
	case KEY_ALLOW:
		read_entries(r, value, feature, &section->lists[LEVEE_ACTION_ALLOW]);
		break;
	case KEY_DENY:
		read_entries(r, value, feature, &section->lists[LEVEE_ACTION_DENY]);
		break;
	case KEY_FEEDS:
		policy_yaml_feed_use(r, value, section);
		break;
	case KEY_PORTS:
		policy_yaml_ports(r, value, &rule->dns);
		break;
	case KEY_SERVERS:
		policy_yaml_servers(r, value, &rule->dns);
		break;
	case KEY_SERVERS_ONLY:
		yaml_read_bool(r, value, "servers-only", &rule->dns.servers_only);
		break;
	case KEY_GRACE:
		rule->dns.has_grace = yaml_read_duration(r, value, "grace", 0, POLICY_GRACE_MAX,
							 &rule->dns.grace);
		break;
	case KEY_EXFILTRATION:
		read_exfiltration(r, walk->key, value,
				  &rule->sections[LEVEE_FEATURE_DNS_EXFILTRATION]);
		break;
	}
}

/* outbound, listen, raw-sockets and dns. */
static void read_section(struct yaml_reader *r, const struct yaml_node *key,
			 const struct yaml_node *node, enum levee_feature feature,
			 struct policy_rule *rule)
{
	struct policy_section *section = &rule->sections[feature];
	struct yaml_walk walk = { 0 };
	const struct yaml_node *value;
	bool empty_allow = false;

	section->at = key->at;
	if (!yaml_expect(r, node, YAML_MAP, key->text, "{effect: ..., ...}"))
		return;
	walk.at = node->first;
	while ((value = yaml_map_next(r, &walk, section_names, section_keys(feature)))) {
		if (walk.index == KEY_ALLOW)
			empty_allow = value->kind == YAML_LIST && !value->first;
		read_section_value(r, &walk, value, feature, rule);
	}
	if (!(walk.seen & 1u << KEY_EFFECT))
		no_effect(r, key);
	/* A list that is there and empty allows nothing; the kernel cannot see it, so say so. */
	if (empty_allow && !(walk.seen & 1u << KEY_DEFAULT))
		section->action = LEVEE_ACTION_DENY;
	if (feature == LEVEE_FEATURE_DNS)
		finish_dns(r, key, &walk, rule);
}

static void read_port_scan(struct yaml_reader *r, const struct yaml_node *key,
			   const struct yaml_node *node, struct policy_rule *rule)
{
	struct policy_section *section = &rule->sections[LEVEE_FEATURE_PORT_SCAN];
	const char *names[3 + POLICY_SCAN_FORMS] = { "effect", "hold", "silence" };
	struct yaml_walk walk = { 0 };
	const struct yaml_node *value;

	for (u32 i = 0; i < POLICY_SCAN_FORMS; i++)
		names[3 + i] = policy_scan_forms[i].name;
	section->at = key->at;
	if (!yaml_expect(r, node, YAML_MAP, key->text, "{effect: ...}"))
		return;
	walk.at = node->first;
	while ((value = yaml_map_next(r, &walk, names, ARRAY_SIZE(names)))) {
		if (walk.index == 0)
			read_effect(r, value, section);
		else if (walk.index == 1)
			yaml_read_duration(r, value, "hold", 1, POLICY_HOLD_MAX, &section->hold);
		else if (walk.index == 2)
			policy_yaml_scan_value(r, value, LEVEE_A_SCAN_SILENCE, &rule->scan);
		else
			policy_yaml_scan_form(r, value, &policy_scan_forms[walk.index - 3],
					      &rule->scan);
	}
	if (!(walk.seen & 1))
		no_effect(r, key);
}

static void add_pattern(struct yaml_reader *r, const struct yaml_node *node,
			struct policy_rule *rule, u32 field, bool negated)
{
	char quote[TEXT_QUOTE_MAX];
	const char *fault;
	size_t len, offset = 0;

	if (!yaml_expect(r, node, YAML_SCALAR, "the pattern", "text"))
		return;
	len = strlen(node->text);
	yaml_quote(quote, node->text);
	if (text_has_control(node->text)) {
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
	if (!policy_add_pattern(rule, field, negated, node->text, node->at))
		r->out_of_memory = true;
}

static void read_patterns(struct yaml_reader *r, const struct yaml_node *key,
			  const struct yaml_node *node, struct policy_rule *rule, u32 field,
			  bool negated)
{
	char name[64];

	snprintf(name, sizeof(name), "%s", key->text);
	if (!yaml_expect(r, node, YAML_LIST, name, "a list of patterns [...]"))
		return;
	if (!node->first)
		diag_error(r->diag, node->at, "no pattern in %s \"[]\", expected at least one",
			   name);
	for (const struct yaml_node *item = node->first; item; item = item->next)
		add_pattern(r, item, rule, field, negated);
}

static const char *const scope_names[] = { "cgroup", "container", "image", "not" };

static void read_scope_fields(struct yaml_reader *r, const struct yaml_node *node,
			      struct policy_rule *rule, bool negated)
{
	struct yaml_walk walk = { .at = node->first };
	const struct yaml_node *value;

	while ((value = yaml_map_next(r, &walk, scope_names, negated ? 3 : 4))) {
		if (walk.index < 3) {
			read_patterns(r, walk.key, value, rule,
				      LEVEE_SCOPE_FIELD_CGROUP + walk.index, negated);
		} else if (yaml_expect(r, value, YAML_MAP, "not", "{cgroup: [...]}")) {
			if (!value->first)
				diag_error(r->diag, value->at,
					   "no pattern in not \"{}\", expected at least one");
			read_scope_fields(r, value, rule, true);
		}
	}
}

static void read_scope(struct yaml_reader *r, const struct yaml_node *key,
		       const struct yaml_node *node, struct policy_rule *rule)
{
	u32 before = r->diag->errors;

	if (!yaml_expect(r, node, YAML_MAP, "scope", "{cgroup: [...]}"))
		return;
	read_scope_fields(r, node, rule, false);
	for (u32 i = 0; i < rule->pattern_count; i++)
		if (!rule->patterns[i].negated)
			return;
	if (r->diag->errors == before)
		diag_error(r->diag, key->at, "the scope selects nothing \"scope\", expected a "
			   "pattern of cgroup, container or image outside not");
}

static void read_families(struct yaml_reader *r, const struct yaml_node *key,
			  const struct yaml_node *node, struct policy_rule *rule)
{
	char quote[TEXT_QUOTE_MAX];

	rule->families_at = key->at;
	if (!yaml_expect(r, node, YAML_LIST, "families", "a list as [inet, inet6, unix, netlink]"))
		return;
	if (!node->first)
		diag_error(r->diag, node->at, "no family in families \"[]\", expected names; "
			   "without the key, every family is permitted");
	for (const struct yaml_node *item = node->first; item; item = item->next) {
		int number;

		if (!yaml_expect(r, item, YAML_SCALAR, "a family", "a name as inet"))
			continue;
		number = levee_family_number(item->text);
		if (number < 0 || number >= POLICY_FAMILIES)
			diag_error(r->diag, item->at, "unknown socket family \"%s\", expected a "
				   "name as inet, inet6, unix, netlink or vsock",
				   yaml_quote(quote, item->text));
		else
			rule->families |= 1ULL << number;
	}
}

static void read_rule_name(struct yaml_reader *r, const struct yaml_node *node,
			   struct policy_rule *rule)
{
	char quote[TEXT_QUOTE_MAX];

	rule->at = node->at;
	if (!yaml_read_label(r, node, LEVEE_NAME_MAX, rule->name))
		return;
	for (u32 i = 0; i + 1 < r->policy->rule_count; i++)
		if (!strcmp(r->policy->rules[i].name, rule->name))
			diag_error(r->diag, node->at, "the name is taken \"%s\", expected another "
				   "than that of line %u", yaml_quote(quote, node->text),
				   r->policy->rules[i].at.line);
}

static const char *const off_learn[] = { "off", "learn" };
static const char *const off_once[] = { "off", "once" };
static const char *const workload_rule[] = { "workload", "rule" };

static void read_model(struct yaml_reader *r, const struct yaml_node *key,
		       const struct yaml_node *node, struct policy_model *model)
{
	int mode = yaml_read_choice(r, node, "model", off_learn, ARRAY_SIZE(off_learn));

	model->at = key->at;
	if (mode >= 0)
		model->mode = mode;
}

static const char *const rule_names[] = {
	"name", "scope", "model", "learn-for", "dry-run-for", "adapt", "model-key",
	"outbound", "listen", "dns", "raw-sockets", "port-scan", "families",
};

enum {
	KEY_NAME, KEY_SCOPE, KEY_MODEL, KEY_LEARN_FOR, KEY_DRY_RUN_FOR, KEY_ADAPT, KEY_MODEL_KEY,
	KEY_OUTBOUND, KEY_LISTEN, KEY_DNS, KEY_RAW_SOCKETS, KEY_PORT_SCAN, KEY_FAMILIES,
};

static void read_rule_value(struct yaml_reader *r, const struct yaml_walk *walk,
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
		yaml_read_duration(r, value, "learn-for", 1, UINT32_MAX, &rule->model.learn_for);
		break;
	case KEY_DRY_RUN_FOR:
		yaml_read_duration(r, value, "dry-run-for", 0, UINT32_MAX,
				   &rule->model.dry_run_for);
		break;
	case KEY_ADAPT:
		choice = yaml_read_choice(r, value, "adapt", off_once, ARRAY_SIZE(off_once));
		if (choice >= 0)
			rule->model.adapt = choice;
		break;
	case KEY_MODEL_KEY:
		choice = yaml_read_choice(r, value, "model-key", workload_rule,
					  ARRAY_SIZE(workload_rule));
		if (choice >= 0)
			rule->model.key = choice;
		break;
	case KEY_OUTBOUND:
		read_section(r, key, value, LEVEE_FEATURE_OUTBOUND, rule);
		break;
	case KEY_LISTEN:
		read_section(r, key, value, LEVEE_FEATURE_LISTEN, rule);
		break;
	case KEY_DNS:
		read_section(r, key, value, LEVEE_FEATURE_DNS, rule);
		break;
	case KEY_RAW_SOCKETS:
		read_section(r, key, value, LEVEE_FEATURE_RAW_SOCKETS, rule);
		break;
	case KEY_PORT_SCAN:
		read_port_scan(r, key, value, rule);
		break;
	case KEY_FAMILIES:
		read_families(r, key, value, rule);
		break;
	}
}

/* Names mean nothing in outbound where nobody's answers tell their addresses. */
static void check_domains(struct yaml_reader *r, const struct policy_rule *rule)
{
	const struct policy_section *section = &rule->sections[LEVEE_FEATURE_OUTBOUND];
	char text[LEVEE_ENTRY_TEXT_MAX], quote[TEXT_QUOTE_MAX];

	for (u32 action = 1; action <= LEVEE_ACTION_MAX && !rule->dns.server_count; action++) {
		const struct policy_list *list = &section->lists[action];
		const struct policy_entry *last = list->count ? &list->entries[list->count - 1] :
						  NULL;

		/* They come last in their list. */
		if (!last || !levee_entry_is_domain(&last->entry))
			continue;
		levee_entry_format(text, sizeof(text), &last->entry);
		diag_error(r->diag, last->at, "a domain entry in a rule without servers \"%s\", "
			   "expected dns: {servers: [ADDRESS, ...]}, whose answers tell its "
			   "addresses", yaml_quote(quote, text));
	}
}

static void read_rule(struct yaml_reader *r, const struct yaml_node *node)
{
	struct yaml_walk walk = { 0 };
	const struct yaml_node *value;
	struct policy_rule *rule;
	u64 entries;

	if (!yaml_expect(r, node, YAML_MAP, "a rule", "{name: ..., scope: ..., ...}"))
		return;
	rule = policy_add_rule(r->policy);
	if (!rule) {
		r->out_of_memory = true;
		return;
	}
	rule->at = node->at;
	walk.at = node->first;
	while ((value = yaml_map_next(r, &walk, rule_names, ARRAY_SIZE(rule_names))))
		read_rule_value(r, &walk, value, rule);
	for (u32 i = KEY_NAME; i <= KEY_SCOPE; i++)
		if (!(walk.seen & 1u << i))
			diag_error(r->diag, node->at, "a rule without its %s \"%s\", expected "
				   "name and scope", rule_names[i], *rule->name ? rule->name : "-");
	policy_rule_finish(rule);
	check_domains(r, rule);
	entries = policy_rule_entries(rule);
	if (entries > LEVEE_ENTRIES_MAX)
		diag_error(r->diag, rule->at, "too many entries in a rule \"%llu\", expected at "
			   "most %u", (unsigned long long)entries, LEVEE_ENTRIES_MAX);
}

static void read_rules(struct yaml_reader *r, const struct yaml_node *node)
{
	u32 count = 0;

	if (!yaml_expect(r, node, YAML_LIST, "rules", "a list of rules"))
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

static void read_require(struct yaml_reader *r, const struct yaml_node *key,
			 const struct yaml_node *node)
{
	static const char *const names[] = { "socket-hooks" };

	r->policy->require_at = key->at;
	if (!yaml_expect(r, node, YAML_LIST, "require", "[socket-hooks]"))
		return;
	for (const struct yaml_node *item = node->first; item; item = item->next) {
		int bit = yaml_read_choice(r, item, "requirement", names, ARRAY_SIZE(names));

		if (bit >= 0)
			r->policy->require |= 1u << bit;
	}
}

static void read_top(struct yaml_reader *r, const struct yaml_node *root)
{
	static const char *const names[] = { "require", "rules", "feeds" };
	struct yaml_walk walk = { 0 };
	const struct yaml_node *value;

	if (!yaml_expect(r, root, YAML_MAP, "the file", "rules: [...]"))
		return;
	walk.at = root->first;
	while ((value = yaml_map_next(r, &walk, names, ARRAY_SIZE(names)))) {
		switch (walk.index) {
		case 0:
			read_require(r, walk.key, value);
			break;
		case 1:
			read_rules(r, value);
			break;
		case 2:
			policy_yaml_feeds(r, value);
			break;
		}
	}
	if (!(walk.seen & 1u << 1))
		diag_error(r->diag, root->at, "no rules \"rules\", expected rules: [...]");
}

struct policy *policy_yaml_parse(const char *text, size_t len, struct diag *diag)
{
	struct yaml_reader r = { .diag = diag, .policy = policy_new() };
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

struct policy *policy_yaml_load(struct diag *diag)
{
	struct policy *policy = NULL;
	size_t len;
	char *text = file_read(diag, &len);

	if (text)
		policy = policy_yaml_parse(text, len, diag);
	free(text);
	return policy;
}
