// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>

#include "label.h"
#include "text.h"

const char *label_fault(const char *text)
{
	if (!*text)
		return "is empty";
	if (strlen(text) > LEVEE_TEXT_MAX)
		return "is too long";
	return text_has_control(text) ? "has a control character or is no UTF-8" : NULL;
}

static void copy_text(char to[LEVEE_TEXT_MAX + 1], const char *text)
{
	snprintf(to, LEVEE_TEXT_MAX + 1, "%s", text ? text : "");
}

static bool take_label(const struct nlattr *const *attrs, void *data)
{
	struct label_set *set = data;
	struct label *labels = realloc(set->labels, (set->count + 1) * sizeof(*labels));

	if (!labels)
		return false;
	set->labels = labels;
	labels += set->count++;
	labels->cgroup_id = attr_number(attrs, LEVEE_A_WORKLOAD_CGROUP_ID, 0);
	copy_text(labels->container, attr_text(attrs, LEVEE_A_WORKLOAD_CONTAINER));
	copy_text(labels->image, attr_text(attrs, LEVEE_A_WORKLOAD_IMAGE));
	return true;
}

static void restart(void *data)
{
	struct label_set *set = data;

	set->count = 0;
}

static int compare_ids(const void *a, const void *b)
{
	const struct label *x = a, *y = b;

	return x->cgroup_id < y->cgroup_id ? -1 : x->cgroup_id > y->cgroup_id;
}

int label_pull(struct netlink *nl, struct label_set *set, struct netlink_error *error)
{
	*set = (struct label_set){ 0 };
	netlink_request(nl, LEVEE_CMD_LABEL_GET);
	if (netlink_dump(nl, LEVEE_A_WORKLOAD_MAX, take_label, restart, set, error))
		return -1;
	if (set->count)
		qsort(set->labels, set->count, sizeof(*set->labels), compare_ids);
	return 0;
}

void label_set_free(struct label_set *set)
{
	free(set->labels);
	*set = (struct label_set){ 0 };
}

const struct label *label_find(const struct label_set *set, u64 cgroup_id)
{
	const struct label key = { .cgroup_id = cgroup_id };

	if (!set->count)
		return NULL;
	return bsearch(&key, set->labels, set->count, sizeof(key), compare_ids);
}
