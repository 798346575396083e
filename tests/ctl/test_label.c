// SPDX-License-Identifier: GPL-2.0
/* build: -Wl,--wrap=netlink_try,--wrap=netlink_close,--wrap=netlink_request,--wrap=netlink_dump,--wrap=cgroup_mount,--wrap=cgroup_find,--wrap=cgroup_walk */
/* Which cgroups scopes select by labels, of a kernel and a tree of cgroups that are made up here. */
#define _POSIX_C_SOURCE 200809L
#include <linux/genetlink.h>
#include <stdlib.h>

#include "cgroup.h"
#include "label.h"
#include "leveectl.h"
#include "policy_yaml.h"
#include "scope.h"

static u32 passed, failed;

/* Of main.c, which holds the other main(). */
int usage_error(const char *command, const char *what, const char *word)
{
	fprintf(stderr, "%s: %s %s\n", command, what, word ? word : "");
	return LEVEECTL_USAGE;
}

static void expect(bool good, const char *name)
{
	printf("%s ctl/label: %s\n", good ? "ok" : "not ok", name);
	if (good)
		passed++;
	else
		failed++;
}

/* Parents first; a cgroup's id is its place, counted from 1. */
static const char *const tree[] = { "/a", "/a/web", "/a/web/in", "/a/web/in/x", "/b", "/c" };

static struct {
	struct label labels[4];
	u32 count;
	int no_module;		/* what opening fails with */
	int no_labels;		/* what the dump fails with */
	u32 restarts;
	u32 opened;
} kernel;

struct netlink *__wrap_netlink_try(struct netlink_error *error);
void __wrap_netlink_close(struct netlink *nl);
struct nlmsghdr *__wrap_netlink_request(struct netlink *nl, u8 cmd);
int __wrap_netlink_dump(struct netlink *nl, u16 max, netlink_message_fn message,
			void (*restart)(void *), void *data, struct netlink_error *error);
bool __wrap_cgroup_mount(char mount[CGROUP_PATH_MAX]);
bool __wrap_cgroup_find(const char *mount, const char *path, u64 *id);
bool __wrap_cgroup_walk(const char *path, cgroup_visit_fn visit, void *data);

struct netlink *__wrap_netlink_try(struct netlink_error *error)
{
	*error = (struct netlink_error){ .err = kernel.no_module };
	kernel.opened += !kernel.no_module;
	return kernel.no_module ? NULL : (struct netlink *)&kernel;
}

void __wrap_netlink_close(struct netlink *nl)
{
	kernel.opened -= nl == (struct netlink *)&kernel;
}

struct nlmsghdr *__wrap_netlink_request(struct netlink *nl, u8 cmd)
{
	(void)nl;
	expect(cmd == LEVEE_CMD_LABEL_GET, "labels alone are asked for");
	return NULL;
}

static bool deliver(const struct label *label, netlink_message_fn message, void *data)
{
	union {
		struct nlmsghdr header;
		char bytes[2048];
	} buffer = { .bytes = "" };
	const struct nlattr *attrs[64] = { NULL };
	struct nlmsghdr *msg = mnl_nlmsg_put_header(buffer.bytes);
	const struct nlattr *attr;

	mnl_nlmsg_put_extra_header(msg, sizeof(struct genlmsghdr));
	mnl_attr_put_u64(msg, LEVEE_A_WORKLOAD_CGROUP_ID, label->cgroup_id);
	if (*label->container)
		mnl_attr_put_strz(msg, LEVEE_A_WORKLOAD_CONTAINER, label->container);
	if (*label->image)
		mnl_attr_put_strz(msg, LEVEE_A_WORKLOAD_IMAGE, label->image);
	mnl_attr_for_each(attr, msg, sizeof(struct genlmsghdr))
		attrs[mnl_attr_get_type(attr)] = attr;
	return message(attrs, data);
}

int __wrap_netlink_dump(struct netlink *nl, u16 max, netlink_message_fn message,
			void (*restart)(void *), void *data, struct netlink_error *error)
{
	(void)nl;
	(void)max;
	*error = (struct netlink_error){ .err = kernel.no_labels };
	if (kernel.no_labels)
		return -1;
	for (u32 round = 0; round <= kernel.restarts; round++) {
		if (round)
			restart(data);
		for (u32 i = kernel.count; i--;)
			if (!deliver(&kernel.labels[i], message, data))
				return -1;
	}
	return 0;
}

bool __wrap_cgroup_mount(char mount[CGROUP_PATH_MAX])
{
	strcpy(mount, "/sys/fs/cgroup");
	return true;
}

bool __wrap_cgroup_find(const char *mount, const char *path, u64 *id)
{
	(void)mount;
	for (u32 i = 0; i < ARRAY_SIZE(tree); i++) {
		if (strcmp(tree[i], path))
			continue;
		*id = i + 1;
		return true;
	}
	return false;
}

bool __wrap_cgroup_walk(const char *path, cgroup_visit_fn visit, void *data)
{
	const char *skipped = NULL;

	if (*path)
		return true;
	for (u32 i = 0; i < ARRAY_SIZE(tree); i++) {
		if (skipped && !strncmp(tree[i], skipped, strlen(skipped)) &&
		    tree[i][strlen(skipped)] == '/')
			continue;
		skipped = visit(tree[i], data) ? NULL : tree[i];
	}
	return true;
}

static void label(u64 id, const char *container, const char *image)
{
	struct label *bound = &kernel.labels[kernel.count++];

	bound->cgroup_id = id;
	strcpy(bound->container, container);
	strcpy(bound->image, image);
}

/* What check says of a policy of one rule with that scope, the rule's own line cut off. */
static bool selects(const char *scope, const char *wanted)
{
	struct diag diag = { .file = "policy", .out = stdout };
	struct policy *policy;
	char text[512], *out;
	size_t len = 0;
	FILE *stream;
	bool same;

	snprintf(text, sizeof(text), "rules: [{name: r, scope: %s}]\n", scope);
	policy = policy_yaml_parse(text, strlen(text), &diag);
	if (!policy)
		return false;
	stream = open_memstream(&out, &len);
	scope_print_selected(stream, policy, &diag);
	fclose(stream);
	same = !strcmp(out, wanted);
	if (!same)
		printf("# %s gives:\n%s", scope, out);
	free(out);
	policy_free(policy);
	return same && !kernel.opened;
}

#define NOTHING "# rule \"r\" selects no cgroup that exists now\n"
#define SELECTS "# rule \"r\" selects:\n#   "

int main(void)
{
	label(2, "web", "nginx:1");
	label(5, "db", "");
	label(4, "", "other");
	expect(selects("{container: [web]}", SELECTS "/a/web\n"),
	       "the outermost cgroup of a label, and what is below it once");
	expect(selects("{image: [nginx*]}", SELECTS "/a/web\n"), "an image");
	expect(selects("{container: [\"*\"]}", SELECTS "/a/web\n#   /b\n"),
	       "no pattern matches what is not bound");
	expect(selects("{cgroup: [/a/web/in], container: [web]}", SELECTS "/a/web/in\n"),
	       "a label holds below its cgroup");
	expect(selects("{cgroup: [/a/web/in/x], container: [web]}", NOTHING),
	       "the nearest cgroup's labels stand in the place of those above");
	expect(selects("{image: [other]}", SELECTS "/a/web/in/x\n"), "a nearer label");
	expect(selects("{cgroup: [/**], not: {container: [web]}}",
		       SELECTS "/a\n#   /b\n#   /c\n"), "not: by label, seen on each cgroup");
	kernel.restarts = 2;
	expect(selects("{container: [db]}", SELECTS "/b\n"), "a dump that began anew");
	kernel.no_labels = EPERM;
	expect(selects("{container: [db]}", "# labels cannot be read, so patterns of container and "
		       "image match nothing here: needs root (CAP_NET_ADMIN in the initial user "
		       "namespace)\n" NOTHING), "labels that may not be read are told");
	kernel.no_module = EMFILE;
	expect(selects("{cgroup: [/c]}", SELECTS "/c\n"), "no label is asked for where none counts");
	kernel.no_module = ENOENT;
	expect(selects("{container: [db]}", NOTHING), "without the module, nothing is bound");
	printf("%u passed, %u failed, 0 skipped\n", passed, failed);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
