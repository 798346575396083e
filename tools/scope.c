// SPDX-License-Identifier: GPL-2.0
#define _POSIX_C_SOURCE 200809L
#include <errno.h>
#include <stdlib.h>

#include "cgroup.h"
#include "label.h"
#include "lib/pattern.h"
#include "scope.h"
#include "text.h"

struct selection {
	const struct policy *policy;
	struct diag *diag;
	char **paths;		/* a list for each rule, joined by newlines */
	bool out_of_memory;
	struct label_set labels;
	char mount[CGROUP_PATH_MAX];
};

/* By enum levee_scope_field; what is not bound is NULL, and no pattern matches it. */
struct subject {
	const char *texts[LEVEE_SCOPE_FIELD_MAX + 1];
};

/* A label holds below its cgroup, too, until a nearer cgroup has labels of its own. */
static const struct label *label_of(const struct selection *selection, const char *path)
{
	char above[CGROUP_PATH_MAX];
	const struct label *label = NULL;
	u64 id;

	if (!selection->labels.count)
		return NULL;
	snprintf(above, sizeof(above), "%s", path);
	while (!label && *above) {
		if (cgroup_find(selection->mount, above, &id))
			label = label_find(&selection->labels, id);
		*strrchr(above, '/') = 0;
	}
	return label;
}

static struct subject subject_of(const struct selection *selection, const char *path)
{
	const struct label *label = label_of(selection, path);
	struct subject subject = { .texts = { [LEVEE_SCOPE_FIELD_CGROUP] = path } };

	if (label && *label->container)
		subject.texts[LEVEE_SCOPE_FIELD_CONTAINER] = label->container;
	if (label && *label->image)
		subject.texts[LEVEE_SCOPE_FIELD_IMAGE] = label->image;
	return subject;
}

static bool scope_matches(const struct policy_rule *rule, const struct subject *subject)
{
	bool wanted[LEVEE_SCOPE_FIELD_MAX + 1] = { false };
	bool found[LEVEE_SCOPE_FIELD_MAX + 1] = { false };

	for (u32 i = 0; i < rule->pattern_count; i++) {
		const struct policy_pattern *pattern = &rule->patterns[i];
		const char *text = subject->texts[pattern->field];
		bool match = text && levee_pattern_match(pattern->text, text);

		if (match && pattern->negated)
			return false;
		wanted[pattern->field] |= !pattern->negated;
		found[pattern->field] |= match;
	}
	for (u32 field = 1; field <= LEVEE_SCOPE_FIELD_MAX; field++)
		if (wanted[field] && !found[field])
			return false;
	return true;
}

static bool looks_like_container(const char *path)
{
	const char *name = strrchr(path, '/') + 1;
	const char *id;
	size_t len;

	id = cgroup_container_id(name, &len);
	return id || !strncmp(name, "lxc.payload.", 12);
}

static bool count_containers(const char *path, void *data)
{
	u32 *count = data;

	if (!looks_like_container(path))
		return true;
	++*count;
	return false;
}

static void warn_selected(struct selection *selection, const struct policy_rule *rule,
			  const char *path)
{
	char *quote = malloc(CGROUP_PATH_MAX);
	u32 containers = 0;

	if (!quote) {
		selection->out_of_memory = true;
		return;
	}
	text_escape(quote, CGROUP_PATH_MAX, path, strlen(path));
	if (cgroup_holds_init(path))
		diag_warning(selection->diag, rule->at,
			     "the scope selects \"%s\", which holds process 1", quote);
	if (!looks_like_container(path))
		cgroup_walk(path, count_containers, &containers);
	if (containers > 1)
		diag_warning(selection->diag, rule->at, "the scope selects \"%s\", which contains "
			     "%u containers: they would be one workload", quote, containers);
	free(quote);
}

static bool select_cgroup(const char *path, void *data)
{
	struct selection *selection = data;
	const struct subject subject = subject_of(selection, path);

	for (u32 i = 0; i < selection->policy->rule_count; i++) {
		const struct policy_rule *rule = &selection->policy->rules[i];
		size_t used, len = strlen(path);
		char *list;

		if (!scope_matches(rule, &subject))
			continue;
		used = selection->paths[i] ? strlen(selection->paths[i]) : 0;
		list = realloc(selection->paths[i], used + len + 2);
		if (!list) {
			selection->out_of_memory = true;
			return false;
		}
		sprintf(list + used, "%s\n", path);
		selection->paths[i] = list;
		warn_selected(selection, rule, path);
		return false;
	}
	return true;
}

static void print_paths(FILE *out, const struct policy_rule *rule, char *paths)
{
	char *save = NULL;

	fputs("# rule ", out);
	text_print_quoted(out, rule->name);
	if (!paths) {
		fputs(" selects no cgroup that exists now\n", out);
		return;
	}
	fputs(" selects:\n", out);
	for (char *path = strtok_r(paths, "\n", &save); path; path = strtok_r(NULL, "\n", &save)) {
		fputs("#   ", out);
		text_print(out, path);
		putc('\n', out);
	}
}

static bool goes_by_labels(const struct policy *policy)
{
	for (u32 i = 0; i < policy->rule_count; i++)
		for (u32 p = 0; p < policy->rules[i].pattern_count; p++)
			if (policy->rules[i].patterns[p].field != LEVEE_SCOPE_FIELD_CGROUP)
				return true;
	return false;
}

/* Nothing is bound where levee is not loaded; that what is bound cannot be read is said. */
static void pull_labels(FILE *out, struct selection *selection)
{
	struct netlink_error error;
	struct netlink *nl;
	int err = -1;

	if (!goes_by_labels(selection->policy) || !cgroup_mount(selection->mount))
		return;
	nl = netlink_try(&error);
	if (!nl && error.err == ENOENT)
		return;
	if (nl) {
		err = label_pull(nl, &selection->labels, &error);
		netlink_close(nl);
	}
	if (!err)
		return;
	label_set_free(&selection->labels);
	fprintf(out, "# labels cannot be read, so patterns of container and image match nothing "
		"here: %s\n", netlink_error_text(&error));
}

void scope_print_selected(FILE *out, const struct policy *policy, struct diag *diag)
{
	struct selection selection = { .policy = policy, .diag = diag };
	bool walked;

	selection.paths = calloc(policy->rule_count + 1, sizeof(*selection.paths));
	if (!selection.paths) {
		diag_error(diag, (struct mark){ 0 }, "out of memory");
		return;
	}
	pull_labels(out, &selection);
	walked = cgroup_walk("", select_cgroup, &selection);
	if (!walked && errno == ENOMEM)
		selection.out_of_memory = true;
	else if (!walked)
		fputs("# cgroup v2 is not mounted: no scope selects anything here\n", out);
	else
		for (u32 i = 0; i < policy->rule_count; i++)
			print_paths(out, &policy->rules[i], selection.paths[i]);
	if (selection.out_of_memory)
		diag_error(diag, (struct mark){ 0 }, "out of memory");
	for (u32 i = 0; i < policy->rule_count; i++)
		free(selection.paths[i]);
	free(selection.paths);
	label_set_free(&selection.labels);
}
