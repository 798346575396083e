// SPDX-License-Identifier: GPL-2.0
/* check, apply, flush: what changes the policy. */
#include <inttypes.h>

#include "leveectl.h"
#include "netlink.h"
#include "policy_push.h"
#include "policy_text.h"
#include "policy_yaml.h"
#include "scope.h"

int cmd_check(int argc, char **argv)
{
	struct diag diag = { .out = stderr };
	struct policy *policy;

	if (check_words("check", argc, argv, 1, 1))
		return LEVEECTL_USAGE;
	diag.file = argv[0];
	policy = policy_yaml_load(&diag);
	if (!policy)
		return LEVEECTL_FAILED;
	if (!policy->rule_count)
		diag_warning(&diag, (struct mark){ 0 }, "no rule: nothing is protected");
	scope_warn_shadowed(policy, &diag);
	policy_text_print(stdout, policy, true);
	scope_print_selected(stdout, policy, &diag);
	policy_free(policy);
	if (fflush(stdout)) {
		perror("leveectl: standard output");
		return LEVEECTL_FAILED;
	}
	return diag.errors ? LEVEECTL_FAILED : LEVEECTL_DONE;
}

int cmd_apply(int argc, char **argv)
{
	bool alert_only = take_option(&argc, argv, "--alert-only");
	struct diag diag = { .out = stderr };
	struct policy *policy;
	struct netlink *nl;
	u64 generation;
	int err = -1;

	if (check_words("apply", argc, argv, 1, 1))
		return LEVEECTL_USAGE;
	diag.file = argv[0];
	policy = policy_yaml_load(&diag);
	if (!policy)
		return LEVEECTL_FAILED;
	policy->alert_only = alert_only;
	nl = netlink_open();
	if (nl) {
		err = policy_push(nl, policy, &diag, &generation);
		netlink_close(nl);
	}
	if (!err)
		printf("generation %" PRIu64 ", rules %u%s\n", generation, policy->rule_count,
		       alert_only ? ", alert-only" : "");
	policy_free(policy);
	return err ? LEVEECTL_FAILED : LEVEECTL_DONE;
}

int cmd_flush(int argc, char **argv)
{
	struct netlink_error error;
	struct netlink *nl;
	int err;

	if (check_words("flush", argc, argv, 0, 0))
		return LEVEECTL_USAGE;
	nl = netlink_open();
	if (!nl)
		return LEVEECTL_FAILED;
	netlink_request(nl, LEVEE_CMD_POLICY_FLUSH);
	err = netlink_do(nl, LEVEE_A_POLICY_MAX, NULL, NULL, &error);
	netlink_close(nl);
	return err ? netlink_fail("cannot flush", &error) : LEVEECTL_DONE;
}
