// SPDX-License-Identifier: GPL-2.0
/* build: -Itools tools/policy_yaml.c tools/policy_yaml_dns.c tools/policy_yaml_scan.c tools/policy_scan.c tools/yaml_read.c tools/yaml_tree.c tools/policy.c tools/policy_text.c tools/entry_text.c tools/name_text.c tools/feed_file.c tools/file.c tools/feed_names.c tools/feed_ranges.c tools/text.c tools/diag.c module/lib/addr.c module/lib/dns_name.c module/lib/domain_suffix.c module/lib/domain_table.c module/lib/entry.c module/lib/pattern.c module/lib/scan_estimator.c module/lib/userspace.c -lyaml */
/* Any bytes as a policy file: what is accepted is printed, read again, and must be the same. */
#define _GNU_SOURCE
#include <stdlib.h>

#include "policy_text.h"
#include "policy_yaml.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct diag diag = { .file = "fuzz" }, printed = { .file = "printed" };
	struct policy *policy, *again;
	size_t len = 0;
	char *text = NULL;
	FILE *out;

	policy = policy_yaml_parse((const char *)data, size, &diag);
	if (!policy)
		return 0;
	out = open_memstream(&text, &len);
	policy_text_print(out, policy, false);
	fclose(out);
	again = policy_yaml_parse(text, len, &printed);
	if (!again || !policy_equal(policy, again)) {
		fprintf(stderr, "%s", text);
		abort();
	}
	policy_free(again);
	policy_free(policy);
	free(text);
	return 0;
}
