// SPDX-License-Identifier: GPL-2.0
/* check, apply, flush: what changes the policy. */
#include <inttypes.h>

#include "feed_file.h"
#include "leveectl.h"
#include "netlink.h"
#include "policy_push.h"
#include "policy_text.h"
#include "policy_warn.h"
#include "policy_yaml.h"
#include "scope.h"
#include "text.h"

/* Reads every feed as apply would, and says, as comments, what is in it. */
static bool check_feeds(const struct policy *policy)
{
	bool good = true;

	for (u32 i = 0; i < policy->feed_count; i++) {
		const struct policy_feed *listed = &policy->feeds[i];
		struct diag diag = { .file = listed->path, .out = stderr };
		struct feed_file feed;

		if (!feed_file_load(&feed, listed->kind, false, &diag)) {
			good = false;
			continue;
		}
		fputs("# feed ", stdout);
		text_print_quoted(stdout, listed->name);
		printf(" has %" PRIu64 " %s\n", feed.count, feed_kind_name(feed.kind));
		feed_file_free(&feed);
	}
	return good;
}

int cmd_check(int argc, char **argv)
{
	struct diag diag = { .out = stderr };
	struct policy *policy;
	bool good;

	if (check_words("check", argc, argv, 1, 1))
		return LEVEECTL_USAGE;
	diag.file = argv[0];
	policy = policy_yaml_load(&diag);
	if (!policy)
		return LEVEECTL_FAILED;
	if (!policy->rule_count)
		diag_warning(&diag, (struct mark){ 0 }, "no rule: nothing is protected");
	policy_warn(policy, &diag);
	policy_text_print(stdout, policy, true);
	scope_print_selected(stdout, policy, &diag);
	good = check_feeds(policy);
	policy_free(policy);
	if (fflush(stdout)) {
		perror("leveectl: standard output");
		return LEVEECTL_FAILED;
	}
	return diag.errors || !good ? LEVEECTL_FAILED : LEVEECTL_DONE;
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
