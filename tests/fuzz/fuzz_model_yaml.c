// SPDX-License-Identifier: GPL-2.0
/* build: -Itools tools/model_yaml.c tools/model_text.c tools/model_set.c tools/label.c tools/netlink.c tools/yaml_read.c tools/yaml_tree.c tools/policy.c tools/policy_scan.c module/lib/scan_estimator.c tools/entry_text.c tools/name_text.c tools/file.c tools/text.c tools/diag.c module/lib/addr.c module/lib/dns_name.c module/lib/domain_suffix.c module/lib/domain_table.c module/lib/entry.c module/lib/model_item.c module/lib/registered_domain.c module/lib/userspace.c -lyaml -lmnl */
/* Any bytes as a file of models: what is accepted is printed, read again, and must be the same. */
#define _GNU_SOURCE
#include <stdlib.h>

#include "model_text.h"
#include "model_yaml.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

static char *print(const struct model_set *set, bool plain)
{
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	model_text_print(out, set, plain);
	fclose(out);
	return text;
}

/* As text once more: the text is all that models are compared by here. */
static void check(const struct model_set *set, bool plain)
{
	struct diag diag = { .file = "printed", .out = stderr };
	char *text = print(set, plain), *again;
	struct model_set read;

	if (!model_yaml_parse(&read, text, strlen(text), &diag))
		abort();
	again = print(&read, plain);
	if (read.count != set->count || strcmp(text, again)) {
		fprintf(stderr, "%s---\n%s", text, again);
		abort();
	}
	model_set_free(&read);
	free(again);
	free(text);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct diag diag = { .file = "fuzz" };
	struct model_set set;

	if (model_yaml_parse(&set, (const char *)data, size, &diag)) {
		check(&set, false);
		check(&set, true);
	}
	model_set_free(&set);
	return 0;
}
