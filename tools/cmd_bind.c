// SPDX-License-Identifier: GPL-2.0
/* bind, unbind: the labels of a cgroup, which scopes and models go by. */
#include "cgroup.h"
#include "label.h"
#include "leveectl.h"
#include "text.h"

/* Takes an option with its label: 0, *label NULL when it is not there; or LEVEECTL_USAGE. */
static int take_label(int *argc, char **argv, const char *name, const char **label)
{
	char what[96], quote[TEXT_QUOTE_MAX];
	const char *fault;
	int taken;

	*label = NULL;
	taken = take_value(argc, argv, name, label);
	if (taken < 0)
		return usage_error("bind", "a label is missing after", name);
	fault = taken ? label_fault(*label) : NULL;
	if (!fault)
		return 0;
	snprintf(what, sizeof(what), "the label of %s %s, expected 1 to %d printable bytes,",
		 name, fault, LEVEE_TEXT_MAX);
	return usage_error("bind", what, text_escape(quote, sizeof(quote), *label, strlen(*label)));
}

/* A request about one cgroup, with the labels that are given. */
static int send_request(u8 cmd, const char *verb, const char *cgroup, const char *container,
			const char *image)
{
	char path[CGROUP_PATH_MAX], quote[CGROUP_PATH_MAX];
	struct netlink_error error;
	struct nlmsghdr *msg;
	struct netlink *nl;
	u64 id;
	int err;

	if (!cgroup_resolve(cgroup, path, &id))
		return LEVEECTL_FAILED;
	nl = netlink_open();
	if (!nl)
		return LEVEECTL_FAILED;
	msg = netlink_request(nl, cmd);
	mnl_attr_put_u64(msg, LEVEE_A_WORKLOAD_CGROUP_ID, id);
	if (container)
		mnl_attr_put_strz(msg, LEVEE_A_WORKLOAD_CONTAINER, container);
	if (image)
		mnl_attr_put_strz(msg, LEVEE_A_WORKLOAD_IMAGE, image);
	err = netlink_do(nl, LEVEE_A_WORKLOAD_MAX, NULL, NULL, &error);
	netlink_close(nl);
	if (!err)
		return LEVEECTL_DONE;
	fprintf(stderr, "leveectl: cannot %s \"%s\": %s\n", verb,
		text_escape(quote, sizeof(quote), path, strlen(path)), netlink_error_text(&error));
	return LEVEECTL_FAILED;
}

int cmd_bind(int argc, char **argv)
{
	const char *container, *image;

	if (take_label(&argc, argv, "--container", &container) ||
	    take_label(&argc, argv, "--image", &image) || check_words("bind", argc, argv, 1, 1))
		return LEVEECTL_USAGE;
	if (!container && !image)
		return usage_error("bind", "a label is missing, --container or --image", NULL);
	return send_request(LEVEE_CMD_BIND, "bind", argv[0], container, image);
}

int cmd_unbind(int argc, char **argv)
{
	if (check_words("unbind", argc, argv, 1, 1))
		return LEVEECTL_USAGE;
	return send_request(LEVEE_CMD_UNBIND, "unbind", argv[0], NULL, NULL);
}
