// SPDX-License-Identifier: GPL-2.0
/* build: -Wl,--wrap=netlink_open,--wrap=netlink_close,--wrap=netlink_request,--wrap=netlink_do,--wrap=netlink_dump */
/* Models to a kernel that is made up here, and back, and what the command does with them. */
#define _POSIX_C_SOURCE 200809L
#include <linux/genetlink.h>

#include "leveectl.h"
#include "model_pull.h"
#include "model_push.h"
#include "model_yaml.h"
#include "random_models.h"

#define MODELS_MAX 64
#define CHUNKS_MAX 64
#define STAGE 7

static u32 passed, failed;

/* Of main.c, which holds the other main(). */
int usage_error(const char *command, const char *what, const char *word)
{
	fprintf(stderr, "%s: %s %s\n", command, what, word ? word : "");
	return LEVEECTL_USAGE;
}

static void expect(bool good, const char *name)
{
	printf("%s ctl/model-push: %s\n", good ? "ok" : "not ok", name);
	if (good)
		passed++;
	else
		failed++;
}

/* A model as the messages that it came in. */
struct told {
	struct nlmsghdr *model;
	struct nlmsghdr *chunks[CHUNKS_MAX];
	u32 chunk_count;
	bool gone;		/* since the list was read */
};

static struct {
	struct told models[MODELS_MAX];
	u32 count;
	bool committed;
	u32 restarts;		/* dumps that begin anew */
	u32 refused;		/* the item of the next item-add that is refused, from 1 on */
	u32 changes;
	u32 opened;
	struct nlmsghdr *change;
	union {
		struct nlmsghdr header;
		char bytes[NETLINK_REQUEST_MAX];
	} request;
	u8 cmd;
} kernel;

struct netlink *__wrap_netlink_open(void);
void __wrap_netlink_close(struct netlink *nl);
struct nlmsghdr *__wrap_netlink_request(struct netlink *nl, u8 cmd);
int __wrap_netlink_do(struct netlink *nl, u16 max, netlink_message_fn message, void *data,
		      struct netlink_error *error);
int __wrap_netlink_dump(struct netlink *nl, u16 max, netlink_message_fn message,
			void (*restart)(void *), void *data, struct netlink_error *error);

struct netlink *__wrap_netlink_open(void)
{
	kernel.opened++;
	return (struct netlink *)&kernel;
}

void __wrap_netlink_close(struct netlink *nl)
{
	kernel.opened -= nl == (struct netlink *)&kernel;
}

struct nlmsghdr *__wrap_netlink_request(struct netlink *nl, u8 cmd)
{
	struct nlmsghdr *msg = mnl_nlmsg_put_header(kernel.request.bytes);

	(void)nl;
	kernel.cmd = cmd;
	mnl_nlmsg_put_extra_header(msg, sizeof(struct genlmsghdr));
	return msg;
}

struct table {
	const struct nlattr *attrs[64];
};

static int store(const struct nlattr *attr, void *data)
{
	struct table *table = data;

	table->attrs[mnl_attr_get_type(attr)] = attr;
	return MNL_CB_OK;
}

static struct table parse(const struct nlmsghdr *msg)
{
	struct table table = { { NULL } };

	mnl_attr_parse(msg, sizeof(struct genlmsghdr), store, &table);
	table.attrs[0] = (const struct nlattr *)msg;
	return table;
}

static struct nlmsghdr *keep_request(void)
{
	struct nlmsghdr *copy = malloc(kernel.request.header.nlmsg_len);

	memcpy(copy, &kernel.request.header, kernel.request.header.nlmsg_len);
	return copy;
}

static bool deliver(const struct nlmsghdr *msg, netlink_message_fn message, void *data)
{
	const struct table table = parse(msg);

	return message(table.attrs, data);
}

static void answer_stage(netlink_message_fn message, void *data)
{
	union {
		struct nlmsghdr header;
		char bytes[256];
	} reply = { .bytes = "" };
	struct nlmsghdr *msg = mnl_nlmsg_put_header(reply.bytes);

	mnl_nlmsg_put_extra_header(msg, sizeof(struct genlmsghdr));
	mnl_attr_put_u64(msg, LEVEE_A_MODELS_STAGE, STAGE);
	deliver(msg, message, data);
}

static struct told *find(const struct table *wanted)
{
	for (u32 i = 0; i < kernel.count; i++) {
		const struct table table = parse(kernel.models[i].model);

		if (attr_number(table.attrs, LEVEE_A_MODELS_KIND, 0) ==
		    attr_number(wanted->attrs, LEVEE_A_MODELS_KIND, 0) &&
		    !strcmp(attr_text(table.attrs, LEVEE_A_MODELS_KEY),
			    attr_text(wanted->attrs, LEVEE_A_MODELS_KEY)))
			return &kernel.models[i];
	}
	return NULL;
}

/* Counts the items; the one to be refused is told by its place in the request. */
static int add_items(struct netlink_error *error)
{
	struct told *told = &kernel.models[kernel.count - 1];
	const struct nlattr *attr;
	u32 items = 0;

	mnl_attr_for_each(attr, &kernel.request.header, sizeof(struct genlmsghdr)) {
		if (mnl_attr_get_type(attr) != LEVEE_A_MODELS_ITEM || ++items != kernel.refused)
			continue;
		/* Of the entry in it. */
		error->offset = (const char *)attr - kernel.request.bytes + 8;
		snprintf(error->text, sizeof(error->text), "no such item");
		return EINVAL;
	}
	if (!items || items > LEVEE_ITEM_CHUNK_MAX || told->chunk_count == CHUNKS_MAX)
		return E2BIG;
	told->chunks[told->chunk_count++] = keep_request();
	return 0;
}

static int serve(netlink_message_fn message, void *data, struct netlink_error *error)
{
	const struct table table = parse(&kernel.request.header);

	if (kernel.cmd == LEVEE_CMD_MODEL_BEGIN) {
		answer_stage(message, data);
		return 0;
	}
	if (kernel.cmd == LEVEE_CMD_MODEL_SET) {
		free(kernel.change);
		kernel.change = keep_request();
		kernel.changes++;
		return find(&table) ? 0 : ENOENT;
	}
	if (attr_number(table.attrs, LEVEE_A_MODELS_STAGE, 0) != STAGE)
		return ENOENT;
	switch (kernel.cmd) {
	case LEVEE_CMD_MODEL_ADD:
		kernel.models[kernel.count++].model = keep_request();
		return 0;
	case LEVEE_CMD_MODEL_ITEM_ADD:
		return add_items(error);
	case LEVEE_CMD_MODEL_COMMIT:
		kernel.committed = true;
		return 0;
	}
	return EOPNOTSUPP;
}

int __wrap_netlink_do(struct netlink *nl, u16 max, netlink_message_fn message, void *data,
		      struct netlink_error *error)
{
	(void)nl;
	(void)max;
	*error = (struct netlink_error){ 0 };
	error->err = serve(message, data, error);
	return error->err ? -1 : 0;
}

static int dump(const struct table *table, netlink_message_fn message, void *data)
{
	struct told *told;

	/* In no order. */
	for (u32 i = kernel.count; kernel.cmd == LEVEE_CMD_MODEL_GET && i--;)
		deliver(kernel.models[i].model, message, data);
	if (kernel.cmd == LEVEE_CMD_MODEL_GET)
		return 0;
	told = find(table);
	if (!told || told->gone)
		return ENOENT;
	for (u32 i = told->chunk_count; i--;)
		deliver(told->chunks[i], message, data);
	return 0;
}

int __wrap_netlink_dump(struct netlink *nl, u16 max, netlink_message_fn message,
			void (*restart)(void *), void *data, struct netlink_error *error)
{
	const struct table table = parse(&kernel.request.header);

	(void)nl;
	(void)max;
	*error = (struct netlink_error){ .err = dump(&table, message, data) };
	for (u32 i = 0; !error->err && i < kernel.restarts; i++) {
		restart(data);
		dump(&table, message, data);
	}
	return error->err ? -1 : 0;
}

static void reset(void)
{
	while (kernel.count) {
		struct told *told = &kernel.models[--kernel.count];

		while (told->chunk_count)
			free(told->chunks[--told->chunk_count]);
		free(told->model);
	}
	free(kernel.change);
	memset(&kernel, 0, sizeof(kernel));
}

static bool pull_all(struct model_set *set)
{
	struct netlink_error error;

	if (model_pull(NULL, set, &error))
		return false;
	for (u32 i = 0; i < set->count; i++)
		if (model_pull_items(NULL, &set->models[i], &error))
			return false;
	return true;
}

static void test_round_trip(void)
{
	struct diag diag = { .file = "models", .out = stdout };
	struct model_set set, told;
	bool good = true;

	for (u32 i = 0; good && i < 100; i++) {
		random_set(&set, 8, i % 8 ? 40 : 900);
		good = !model_push(NULL, &set, &diag) && kernel.committed;
		kernel.restarts = i % 3;
		good = good && pull_all(&told) && same_set(&set, &told, false);
		model_set_free(&told);
		model_set_free(&set);
		reset();
	}
	expect(good, "what was sent is what is told");
}

static void test_refusal(void)
{
	static const char text[] =
		"models:\n- key: rule:r\n  listen:\n  - 80/tcp\n  - 81/tcp\n  - 82/tcp\n";
	FILE *out = fopen("models", "w");
	char *said = NULL;
	size_t len = 0;
	struct diag diag = { .file = "models" };
	struct model_set set;

	fputs(text, out);
	fclose(out);
	kernel.refused = 2;
	diag.out = open_memstream(&said, &len);
	expect(model_yaml_load(&set, &diag) && model_push(NULL, &set, &diag) && !kernel.committed,
	       "a refused item ends the import");
	fclose(diag.out);
	expect(!strcmp(said, "models:5:5: the kernel refuses it: no such item\n"),
	       "and is told at its place");
	free(said);
	model_set_free(&set);
	remove("models");
	reset();
}

/* A command line; the words are changed by it. */
static int run(const char *line)
{
	char copy[256], *words[16], *save = NULL;
	int count = 0;

	snprintf(copy, sizeof(copy), "%s", line);
	for (char *word = strtok_r(copy, " ", &save); word; word = strtok_r(NULL, " ", &save))
		words[count++] = word;
	return cmd_model(count, words);
}

static bool write_models(void)
{
	FILE *out = fopen("models", "w");

	fputs("models:\n- {key: \"image:web\", listen: [80/tcp]}\n- {key: \"container:web\"}\n"
	      "- {key: \"image:container:web\"}\n- {key: \"rule:db\", state: learning, left: 1h, "
	      "dns: [a.example, b.example]}\n", out);
	return !fclose(out) && run("import models") == LEVEECTL_DONE && kernel.committed;
}

static bool changed(u32 kind, const char *key, u32 change, u32 left)
{
	const struct table table = parse(kernel.change);

	return attr_number(table.attrs, LEVEE_A_MODELS_KIND, 0) == kind &&
	       !strcmp(attr_text(table.attrs, LEVEE_A_MODELS_KEY), key) &&
	       attr_number(table.attrs, LEVEE_A_MODELS_CHANGE, 0) == change &&
	       attr_number(table.attrs, LEVEE_A_MODELS_LEFT, 0) == left;
}

static void test_command(void)
{
	struct diag diag = { .file = "exported", .out = stdout };
	struct model_set set, told;

	expect(write_models() && kernel.count == 4, "import");
	expect(!run("freeze db") && changed(LEVEE_MODEL_KIND_RULE, "db",
					    LEVEE_MODEL_CHANGE_FREEZE, 0), "freeze, by the key");
	expect(!run("extend rule:db 1h30m") && changed(LEVEE_MODEL_KIND_RULE, "db",
						       LEVEE_MODEL_CHANGE_EXTEND, 5400),
	       "extend, by kind and key");
	expect(!run("relearn container:web") && changed(LEVEE_MODEL_KIND_CONTAINER, "web",
							LEVEE_MODEL_CHANGE_RELEARN, 0),
	       "kind and key go before a key that reads the same");
	expect(run("relearn web") == LEVEECTL_FAILED && run("relearn nobody") == LEVEECTL_FAILED &&
	       run("extend db 0s") == LEVEECTL_USAGE && kernel.changes == 3,
	       "a key of two models, of none, and no time");
	expect(!run("export --output exported") && model_yaml_load(&set, &diag) &&
	       pull_all(&told) && same_set(&set, &told, false) && set.count == 4, "export");
	model_set_free(&told);
	model_set_free(&set);
	expect(!run("export --plain image:web --output=exported") &&
	       model_yaml_load(&set, &diag) && set.count == 1 && set.models[0].item_count == 1,
	       "export of one");
	model_set_free(&set);
	kernel.models[3].gone = true;
	expect(!run("export --output exported") && model_yaml_load(&set, &diag) && set.count == 3,
	       "export without one that has gone meanwhile");
	model_set_free(&set);
	expect(run("export --output nowhere/exported") == LEVEECTL_FAILED &&
	       run("show db") == LEVEECTL_FAILED, "what fails is told");
	expect(!kernel.opened, "what was opened is closed");
	reset();
	expect(!run("export --output exported") && model_yaml_load(&set, &diag) && set.count == 3,
	       "no model at all, and the file stays");
	model_set_free(&set);
	remove("exported");
	remove("models");
	reset();
}

int main(void)
{
	test_round_trip();
	test_refusal();
	test_command();
	printf("%u passed, %u failed, 0 skipped\n", passed, failed);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
