// SPDX-License-Identifier: GPL-2.0
/* Models to text and back; what a rule is suggested for them. */
#define _POSIX_C_SOURCE 200809L
#include "file.h"
#include "leveectl.h"
#include "model_suggest.h"
#include "model_text.h"
#include "model_yaml.h"
#include "policy_yaml.h"
#include "random_models.h"

static u32 passed, failed;

/* Of main.c, which holds the other main(). */
int usage_error(const char *command, const char *what, const char *word)
{
	fprintf(stderr, "%s: %s %s\n", command, what, word ? word : "");
	return LEVEECTL_USAGE;
}

static void expect(bool good, const char *name)
{
	printf("%s ctl/model: %s\n", good ? "ok" : "not ok", name);
	if (good)
		passed++;
	else
		failed++;
}

static char *export_text(const struct model_set *set, bool plain)
{
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	model_text_print(out, set, plain);
	fclose(out);
	return text;
}

static bool import_text(struct model_set *set, const char *text, FILE *out)
{
	struct diag diag = { .file = "models", .out = out };

	return model_yaml_parse(set, text, strlen(text), &diag);
}

/* Models as text, read again: the same models, and the same text. */
static bool survives(const struct model_set *set, bool plain)
{
	char *text = export_text(set, plain), *again = NULL;
	struct model_set read;
	bool good = import_text(&read, text, stdout) && same_set(set, &read, plain);

	if (good) {
		again = export_text(&read, plain);
		good = !strcmp(text, again);
	}
	if (!good)
		printf("# does not survive:\n%s", text);
	model_set_free(&read);
	free(again);
	free(text);
	return good;
}

static void test_round_trip(void)
{
	bool good = true, plain = true;

	for (u32 i = 0; good && plain && i < 600; i++) {
		struct model_set set;

		random_set(&set, 6, i % 32 ? 20 : 400);
		good = survives(&set, false);
		plain = survives(&set, true);
		model_set_free(&set);
	}
	expect(good, "export, import: the same models");
	expect(plain, "export --plain, import: the same but for times and counts");
}

/* Wherever a file of export ends before its end, it is refused. */
static void test_cut(void)
{
	struct model_set set, read;
	bool good = true;
	char *text;
	size_t len;

	do {
		random_set(&set, 3, 8);
		if (set.count != 3)
			model_set_free(&set);
	} while (set.count != 3);
	text = export_text(&set, false);
	/* Without its line feed, the last line is whole. */
	for (len = strlen(text) - 1; good && len--;) {
		text[len] = 0;
		good = !import_text(&read, text, NULL);
		if (!good)
			printf("# is taken when cut:\n%s\n", text);
		model_set_free(&read);
	}
	expect(good, "a file that was cut off anywhere");
	free(text);
	model_set_free(&set);
}

/* What the kernel may tell, and no file may say. */
static void test_odd_keys(void)
{
	struct model_set set = { 0 }, read;
	struct model *model;
	char *text;

	model_set_add(&set, LEVEE_MODEL_KIND_IMAGE, "a\nb");
	model_set_add(&set, LEVEE_MODEL_KIND_CGROUP, "/a\xff");
	model = model_set_add(&set, LEVEE_MODEL_KIND_RULE, "good");
	model->incomplete = true;
	model_set_finish(&set);
	text = export_text(&set, false);
	expect(!strcmp(text, "# levee models\nversion: 1\nmodels:\n"
		       "  # image:a\\x0ab is left out: its key has a control character or is no "
		       "UTF-8\n  # cgroup:/a\\xff is left out: its key is no UTF-8\n"
		       "  - key: \"rule:good\"\n    state: active\n    incomplete: true\n"
		       "end: true\n") && import_text(&read, text, stdout) && read.count == 1,
	       "a key that cannot be written is told, and the rest is written");
	model_set_free(&read);
	free(text);
	set.count--;
	text = export_text(&set, false);
	expect(import_text(&read, text, stdout) && !read.count, "and nothing else may be left");
	model_set_free(&read);
	free(text);
	set.count++;
	model_set_free(&set);
}

static void test_odd_items(void)
{
	struct model_set set = { 0 }, read;
	struct model_item item = {
		.feature = LEVEE_FEATURE_LISTEN, .first = 5, .last = UINT64_MAX, .uses = UINT64_MAX,
		.entry = { .target = LEVEE_TARGET_PORTS, .proto = 6, .has_ports = true,
			   .port_first = 80, .port_last = 80 },
		.comm = "\xff\xfe\xfd\xc3\xa9\x1b\n\\\"'#: x",
	};
	struct model *model = model_set_add(&set, LEVEE_MODEL_KIND_RULE, "r");
	char *text;

	model_add_item(model, &item);
	text = export_text(&set, false);
	expect(import_text(&read, text, stdout) && read.count == 1 &&
	       read.models[0].item_count == 1 && !read.models[0].items[0].first &&
	       read.models[0].items[0].last / 1000000000 == UINT64_MAX / 1000000000 &&
	       read.models[0].items[0].uses == UINT64_MAX &&
	       !strcmp(read.models[0].items[0].comm, "???\xc3\xa9\x1b\n\\\"'#: x"),
	       "the name of a command may be anything, a time also");
	model_set_free(&read);
	free(text);
	model_set_free(&set);
}

static void print_words(FILE *out, const void *data)
{
	fputs(data, out);
}

static bool holds(const char *file, const char *words)
{
	struct diag diag = { .file = file };
	size_t len;
	char *text = file_read(&diag, &len);
	bool good = text && len == strlen(words) && !memcmp(text, words, len);

	free(text);
	return good;
}

static void test_replace(void)
{
	expect(file_replace("replaced", print_words, "one") && holds("replaced", "one") &&
	       file_replace("replaced", print_words, "two") && holds("replaced", "two"),
	       "a file is written, and replaced");
	expect(!file_replace("nowhere/replaced", print_words, "x") &&
	       !file_replace("/dev/full", print_words, "x") &&
	       !file_replace(".", print_words, "x") && holds("replaced", "two"),
	       "what is no regular file, and where none can be, is told");
	remove("replaced");
}

/* The naive view of an entry: does it cover all of another? */
static bool covers(const struct levee_entry *wide, const struct levee_entry *entry)
{
	if (wide->target != entry->target && !levee_entry_is_domain(wide))
		return false;
	if (wide->proto != entry->proto || wide->port_first > entry->port_first ||
	    wide->port_last < entry->port_last || wide->addr_len != entry->addr_len ||
	    wide->prefix_len > entry->prefix_len)
		return false;
	if (!levee_entry_is_domain(wide)) {
		for (u32 bit = 0; bit < wide->prefix_len; bit++)
			if ((wide->addr[bit / 8] ^ entry->addr[bit / 8]) & 0x80 >> bit % 8)
				return false;
		return true;
	}
	if (wide->target == LEVEE_TARGET_DOMAIN)
		return entry->target == LEVEE_TARGET_DOMAIN &&
		       wide->name_len == entry->name_len &&
		       !memcmp(wide->name, entry->name, wide->name_len);
	for (u32 at = 0; at < entry->name_len; at += entry->name[at] + 1)
		if (entry->name_len - at == wide->name_len &&
		    !memcmp(entry->name + at, wide->name, wide->name_len))
			return true;
	return false;
}

static bool all_covered(const struct model *model, const struct policy_rule *rule)
{
	for (u32 i = 0; i < model->item_count; i++) {
		const struct model_item *item = &model->items[i];
		const struct policy_list *list =
			&rule->sections[item->feature].lists[LEVEE_ACTION_ALLOW];
		bool found = false;

		for (u32 e = 0; !found && e < list->count; e++)
			found = covers(&list->entries[e].entry, &item->entry);
		if (!found)
			return false;
	}
	return true;
}

/* A single act inside an entry: a random one, or one at an edge. */
static void pick(struct levee_entry *act, const struct levee_entry *entry)
{
	*act = *entry;
	if (entry->has_ports) {
		u32 ports = entry->port_last - entry->port_first + 1;

		act->port_first += below(2) ? below(ports) : below(2) * (ports - 1);
		act->port_last = act->port_first;
	}
	for (u32 bit = entry->prefix_len; bit < entry->addr_len * 8u; bit++)
		act->addr[bit / 8] |= below(2) ? 0x80 >> bit % 8 : 0;
	act->prefix_len = act->addr_len * 8;
}

/* What an entry that is not marked as wider covers, the model knows. */
static bool is_known(const struct model *model, const struct policy_entry *entry, u32 feature,
		     const char *text)
{
	const char *line = text, *end;

	for (u32 i = 1; i < entry->at.line; i++)
		line = strchr(line, '\n') + 1;
	end = strchr(line, '\n');
	for (const char *at = line; at < end; at++)
		if (!strncmp(at, "  # wider than the model, which has ", 36))
			return true;
	if (entry->entry.target == LEVEE_TARGET_DOMAIN_TREE) {
		const struct model_item item = { .feature = feature, .entry = entry->entry };

		return has_item(model, &item);
	}
	for (u32 tries = 0; tries < 32; tries++) {
		struct levee_entry act;
		bool found = false;

		pick(&act, &entry->entry);
		for (u32 i = 0; !found && i < model->item_count; i++)
			found = model->items[i].feature == feature &&
				covers(&model->items[i].entry, &act);
		if (!found)
			return false;
	}
	return true;
}

static bool nothing_else(const struct model *model, const struct policy_rule *rule,
			 const char *text)
{
	for (u32 feature = 1; feature <= LEVEE_FEATURE_MAX; feature++) {
		const struct policy_list *list = &rule->sections[feature].lists[LEVEE_ACTION_ALLOW];

		for (u32 i = 0; i < list->count; i++)
			if (!is_known(model, &list->entries[i], feature, text))
				return false;
	}
	return true;
}

/* The suggestion inside a rule, which is what check reads. */
static char *suggest(const struct model *model)
{
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	fputs("rules:\n  - name: r\n    scope: {cgroup: [/a]}\n", out);
	if (!model_suggest_print(out, model))
		abort();
	fclose(out);
	return text;
}

static void test_suggest(void)
{
	bool accepted = true, covered = true, marked = true;

	for (u32 i = 0; accepted && covered && marked && i < 600; i++) {
		struct diag diag = { .file = "suggestion", .out = stdout };
		struct model_set set = { 0 };
		struct model *model = model_set_add(&set, LEVEE_MODEL_KIND_IMAGE, "a\n- b");
		struct policy *policy;
		char *text;

		random_items(model, i % 16 ? 60 : 600);
		text = suggest(model);
		diag.out = NULL;
		policy = policy_yaml_parse(text, strlen(text), &diag);
		accepted = policy;
		covered = policy && all_covered(model, &policy->rules[0]);
		marked = policy && nothing_else(model, &policy->rules[0], text);
		if (!accepted || !covered || !marked)
			printf("# of %u items:\n%s", model->item_count, text);
		policy_free(policy);
		free(text);
		model_set_free(&set);
	}
	expect(accepted, "a suggestion is good in a rule");
	expect(covered, "it allows what the model allows");
	expect(marked, "and where it allows more, it says so");
}

/* What is suggested for a file of one model. */
static bool suggests(const char *lists, const char *wanted)
{
	char text[4096], *out;
	struct model_set set;
	bool same;

	snprintf(text, sizeof(text), "models:\n- key: rule:r\n%s", lists);
	if (!import_text(&set, text, stdout) || set.count != 1)
		return false;
	out = suggest(&set.models[0]);
	same = strstr(out, wanted);
	if (!same)
		printf("# gives:\n%s", out);
	free(out);
	model_set_free(&set);
	return same;
}

static void test_suggestions(void)
{
	expect(suggests("  outbound: [10.0.0.4:80/tcp, 10.0.0.5:80/tcp, 10.0.0.6:80/tcp, "
			"10.0.0.7:80/tcp, 10.0.0.9:80/tcp]",
			"allow:\n        - \"10.0.0.4/30:80/tcp\"\n        - \"10.0.0.9:80/tcp\"\n"),
	       "addresses that fill a prefix");
	expect(suggests("  outbound: [10.0.1.1:80/tcp, 10.0.1.3:80/tcp, 10.0.1.5:80/tcp, "
			"10.0.1.7:80/tcp, 10.0.1.9:80/tcp, 10.0.1.11:80/tcp, 10.0.1.13:80/tcp, "
			"10.0.1.15:80/tcp]", "allow:\n        - \"10.0.1.0/24:80/tcp\"  # wider than "
			"the model, which has 8 addresses of it\n    # listen: nothing was learned\n"
			"    # dns: nothing was learned\n"), "many addresses of a network");
	expect(suggests("  listen: [80/tcp, 81/tcp, 82/tcp, 84/tcp, 1024-65535/udp, 5353/udp]",
			"allow:\n        - \"80-82/tcp\"\n        - \"84/tcp\"\n"
			"        - \"1024-65535/udp\"\n"), "ports in a row");
	expect(suggests("  dns: [a.x.example.com, b.x.example.com, c.x.example.com, "
			"d.x.example.com, x.example.com, y.example.com]",
			"allow:\n        - \".x.example.com\"  # wider than the model, which has 4 "
			"names right below it\n        - \"y.example.com\"\n"), "names below one");
	expect(suggests("  dns: [a.co.uk, b.co.uk, c.co.uk, d.co.uk, a.uk, b.uk, c.uk, d.uk]",
			"allow:\n        - \"a.uk\"\n        - \"b.uk\"\n        - \"c.uk\"\n"
			"        - \"a.co.uk\"\n"), "names of many owners stay as they are");
}

int main(void)
{
	test_round_trip();
	test_cut();
	test_odd_keys();
	test_odd_items();
	test_replace();
	test_suggest();
	test_suggestions();
	printf("%u passed, %u failed, 0 skipped\n", passed, failed);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
