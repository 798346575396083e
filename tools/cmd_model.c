// SPDX-License-Identifier: GPL-2.0
/* model, show models: what workloads were seen doing while learning. */
#include <time.h>

#include "file.h"
#include "leveectl.h"
#include "model_list.h"
#include "model_pull.h"
#include "model_push.h"
#include "model_suggest.h"
#include "model_text.h"
#include "model_yaml.h"
#include "text.h"

/* The kernel's models, and a connection to it. */
struct live {
	struct netlink *nl;
	struct model_set set;
};

static void close_live(struct live *live)
{
	model_set_free(&live->set);
	netlink_close(live->nl);
}

/* False, printed, when they cannot be had. */
static bool open_live(struct live *live)
{
	struct netlink_error error;

	live->nl = netlink_open();
	if (!live->nl)
		return false;
	if (!model_pull(live->nl, &live->set, &error))
		return true;
	netlink_fail("cannot read the models", &error);
	close_live(live);
	return false;
}

static void print_error_key(const struct model *model)
{
	char key[MODEL_KEY_TEXT_MAX];

	fputs("leveectl:   ", stderr);
	text_print(stderr, model_key_text(key, model->kind, model->key));
	putc('\n', stderr);
}

/* The model of a KEY argument: of that kind and key, else the one of that key; NULL, printed. */
static struct model *find_model(struct model_set *set, const char *arg)
{
	char quote[MODEL_KEY_TEXT_MAX];
	struct model *found = NULL;
	const char *key;
	u32 kind = model_key_split(arg, &key), count = 0;

	for (u32 i = 0; kind && i < set->count; i++)
		if (set->models[i].kind == kind && !strcmp(set->models[i].key, key))
			return &set->models[i];
	for (u32 i = 0; i < set->count; i++) {
		if (strcmp(set->models[i].key, arg))
			continue;
		found = &set->models[i];
		count++;
	}
	if (count == 1)
		return found;
	text_escape(quote, sizeof(quote), arg, strlen(arg));
	if (!count) {
		fprintf(stderr, "leveectl: no model \"%s\" (leveectl model list)\n", quote);
		return NULL;
	}
	fprintf(stderr, "leveectl: several models have the key \"%s\", expected one of\n", quote);
	for (u32 i = 0; i < set->count; i++)
		if (!strcmp(set->models[i].key, arg))
			print_error_key(&set->models[i]);
	return NULL;
}

/* The model of a KEY argument with what it knows; NULL, printed. Where it is, close_live(). */
static struct model *open_model(struct live *live, const char *arg)
{
	struct netlink_error error;
	struct model *model;

	if (!open_live(live))
		return NULL;
	model = find_model(&live->set, arg);
	if (model && !model_pull_items(live->nl, model, &error))
		return model;
	if (model)
		netlink_fail("cannot read the model", &error);
	close_live(live);
	return NULL;
}

static int end_output(void)
{
	if (!fflush(stdout) && !ferror(stdout))
		return LEVEECTL_DONE;
	perror("leveectl: standard output");
	return LEVEECTL_FAILED;
}

static int list_models(int argc, char **argv)
{
	bool json = take_option(&argc, argv, "--json");
	struct netlink *nl;
	int status;

	if (check_words("model", argc, argv, 0, 0))
		return LEVEECTL_USAGE;
	nl = netlink_open();
	if (!nl)
		return LEVEECTL_FAILED;
	status = model_list_show(nl, json);
	netlink_close(nl);
	return status ? status : end_output();
}

static int show_model(int argc, char **argv)
{
	bool json = take_option(&argc, argv, "--json");
	const char *stale = NULL;
	struct model *model;
	struct live live;
	u64 seconds = 0, now = time(NULL), before = 0;
	int taken = take_value(&argc, argv, "--stale", &stale), status;

	if (taken < 0)
		return usage_error("model", "a duration is missing after", "--stale");
	if (taken && !text_duration(stale, &seconds))
		return usage_error("model", "bad duration, expected as 10min or 7d,", stale);
	if (check_words("model", argc, argv, 1, 1))
		return LEVEECTL_USAGE;
	model = open_model(&live, argv[0]);
	if (!model)
		return LEVEECTL_FAILED;
	if (taken)
		before = seconds < now ? (now - seconds) * 1000000000 : 1;
	status = model_list_show_one(model, before, json);
	close_live(&live);
	return status ? status : end_output();
}

static int suggest_model(int argc, char **argv)
{
	struct model *model;
	struct live live;
	bool good;

	if (check_words("model", argc, argv, 1, 1))
		return LEVEECTL_USAGE;
	model = open_model(&live, argv[0]);
	if (!model)
		return LEVEECTL_FAILED;
	good = model_suggest_print(stdout, model);
	close_live(&live);
	if (good)
		return end_output();
	fprintf(stderr, "leveectl: out of memory\n");
	return LEVEECTL_FAILED;
}

/* Reads what every model knows; one that has gone since is left out. */
static int pull_all_items(struct live *live, struct netlink_error *error)
{
	for (u32 i = 0; i < live->set.count;) {
		if (!model_pull_items(live->nl, &live->set.models[i], error))
			i++;
		else if (error->err == ENOENT)
			model_set_remove(&live->set, i);
		else
			return -1;
	}
	return 0;
}

struct export {
	const struct model_set *set;
	bool plain;
};

static void print_export(FILE *out, const void *data)
{
	const struct export *export = data;

	model_text_print(out, export->set, export->plain);
}

static int write_export(const struct model_set *set, bool plain, const char *output)
{
	const struct export export = { set, plain };

	if (!output) {
		print_export(stdout, &export);
		return end_output();
	}
	/* A module that was loaded anew knows nothing; what an old one knew is worth more. */
	if (!set->count) {
		fprintf(stderr, "leveectl: there is no model, and \"%s\" stays as it is\n", output);
		return LEVEECTL_DONE;
	}
	return file_replace(output, print_export, &export) ? LEVEECTL_DONE : LEVEECTL_FAILED;
}

static int export_models(int argc, char **argv)
{
	bool plain = take_option(&argc, argv, "--plain");
	struct model_set one = { .count = 1 };
	const char *output = NULL;
	struct netlink_error error;
	struct live live;
	int status;

	if (take_value(&argc, argv, "--output", &output) < 0)
		return usage_error("model", "a file is missing after", "--output");
	if (check_words("model", argc, argv, 0, 1))
		return LEVEECTL_USAGE;
	if (argc) {
		one.models = open_model(&live, argv[0]);
		if (!one.models)
			return LEVEECTL_FAILED;
		status = write_export(&one, plain, output);
	} else {
		if (!open_live(&live))
			return LEVEECTL_FAILED;
		status = pull_all_items(&live, &error) ?
			 netlink_fail("cannot read the models", &error) :
			 write_export(&live.set, plain, output);
	}
	close_live(&live);
	return status;
}

static int import_models(int argc, char **argv)
{
	struct diag diag = { .out = stderr };
	struct model_set set = { 0 };
	struct netlink *nl = NULL;
	u64 items = 0;
	int err = -1;

	if (check_words("model", argc, argv, 1, 1))
		return LEVEECTL_USAGE;
	diag.file = argv[0];
	if (model_yaml_load(&set, &diag))
		nl = netlink_open();
	if (nl) {
		err = model_push(nl, &set, &diag);
		netlink_close(nl);
	}
	for (u32 i = 0; i < set.count; i++)
		items += set.models[i].item_count;
	if (!err)
		printf("models %u, items %llu\n", set.count, (unsigned long long)items);
	model_set_free(&set);
	return err ? LEVEECTL_FAILED : end_output();
}

static int set_model(const char *arg, u32 change, u32 seconds)
{
	struct netlink_error error;
	struct nlmsghdr *msg;
	struct model *model;
	struct live live;
	int err = 0;

	if (!open_live(&live))
		return LEVEECTL_FAILED;
	model = find_model(&live.set, arg);
	if (model) {
		msg = netlink_request(live.nl, LEVEE_CMD_MODEL_SET);
		mnl_attr_put_u32(msg, LEVEE_A_MODELS_KIND, model->kind);
		mnl_attr_put_strz(msg, LEVEE_A_MODELS_KEY, model->key);
		mnl_attr_put_u32(msg, LEVEE_A_MODELS_CHANGE, change);
		if (seconds)
			mnl_attr_put_u32(msg, LEVEE_A_MODELS_LEFT, seconds);
		err = netlink_do(live.nl, LEVEE_A_MODELS_MAX, NULL, NULL, &error);
	}
	close_live(&live);
	if (err)
		return netlink_fail("cannot change the model", &error);
	return model ? LEVEECTL_DONE : LEVEECTL_FAILED;
}

static int freeze_model(int argc, char **argv)
{
	if (check_words("model", argc, argv, 1, 1))
		return LEVEECTL_USAGE;
	return set_model(argv[0], LEVEE_MODEL_CHANGE_FREEZE, 0);
}

static int relearn_model(int argc, char **argv)
{
	if (check_words("model", argc, argv, 1, 1))
		return LEVEECTL_USAGE;
	return set_model(argv[0], LEVEE_MODEL_CHANGE_RELEARN, 0);
}

static int extend_model(int argc, char **argv)
{
	u64 seconds;

	if (check_words("model", argc, argv, 2, 2))
		return LEVEECTL_USAGE;
	if (!text_duration(argv[1], &seconds) || !seconds || seconds > UINT32_MAX)
		return usage_error("model", "bad duration, expected as 10min or 7d,", argv[1]);
	return set_model(argv[0], LEVEE_MODEL_CHANGE_EXTEND, seconds);
}

int cmd_model(int argc, char **argv)
{
	static const struct {
		const char *name;
		int (*run)(int argc, char **argv);
	} verbs[] = {
		{ "list", list_models }, { "show", show_model }, { "export", export_models },
		{ "import", import_models }, { "relearn", relearn_model },
		{ "extend", extend_model }, { "freeze", freeze_model },
		{ "suggest", suggest_model },
	};

	for (size_t i = 0; argc && i < ARRAY_SIZE(verbs); i++)
		if (!strcmp(verbs[i].name, argv[0]))
			return verbs[i].run(argc - 1, argv + 1);
	return usage_error("model", argc ? "unknown word" : "a word is missing",
			   argc ? argv[0] : NULL);
}
