// SPDX-License-Identifier: GPL-2.0
#define _POSIX_C_SOURCE 200809L
#include <errno.h>
#include <stdlib.h>

#include "cgroup.h"
#include "lib/pattern.h"
#include "scope.h"
#include "text.h"

struct selection {
	const struct policy *policy;
	struct diag *diag;
	char **paths;		/* a list for each rule, joined by newlines */
	bool out_of_memory;
};

/* A label is bound to no cgroup in this version, so a pattern of one matches nothing. */
static bool scope_matches(const struct policy_rule *rule, const char *path)
{
	bool wanted[LEVEE_SCOPE_FIELD_MAX + 1] = { false };
	bool found[LEVEE_SCOPE_FIELD_MAX + 1] = { false };

	for (u32 i = 0; i < rule->pattern_count; i++) {
		const struct policy_pattern *pattern = &rule->patterns[i];
		bool match = pattern->field == LEVEE_SCOPE_FIELD_CGROUP &&
			     levee_pattern_match(pattern->text, path);

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

	for (u32 i = 0; i < selection->policy->rule_count; i++) {
		const struct policy_rule *rule = &selection->policy->rules[i];
		size_t used, len = strlen(path);
		char *list;

		if (!scope_matches(rule, path))
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

void scope_print_selected(FILE *out, const struct policy *policy, struct diag *diag)
{
	struct selection selection = { .policy = policy, .diag = diag };
	bool walked;

	selection.paths = calloc(policy->rule_count + 1, sizeof(*selection.paths));
	if (!selection.paths) {
		diag_error(diag, (struct mark){ 0 }, "out of memory");
		return;
	}
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
}
