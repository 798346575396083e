// SPDX-License-Identifier: GPL-2.0
/* feed, show feeds: sets of what is known to be bad, beside the policy. */
#include <inttypes.h>

#include "feed_list.h"
#include "feed_push.h"
#include "leveectl.h"
#include "text.h"

/* 0, or LEVEECTL_USAGE, printed, for a name that no feed can have. */
static int check_name(const char *name)
{
	if (!*name || strlen(name) > LEVEE_NAME_MAX)
		return usage_error("feed", "bad name, expected 1 to 63 bytes of printable text,",
				   name);
	if (text_has_control(name))
		return usage_error("feed", "a control character in the name", NULL);
	return 0;
}

static int push(struct netlink *nl, const struct feed_file *feed, const char *name)
{
	struct netlink_error error;
	u64 stage;

	if (feed_push(nl, feed, name, NULL, 0, &stage, &error) || feed_commit(nl, stage, &error))
		return netlink_fail("cannot load the feed", &error);
	printf("%" PRIu64 " %s", feed->count, feed_kind_name(feed->kind));
	if (feed->names.dropped)
		printf(", %" PRIu64 " repeated or below another", feed->names.dropped);
	if (feed->skipped)
		printf(", %" PRIu64 " bad lines skipped", feed->skipped);
	putchar('\n');
	return LEVEECTL_DONE;
}

static int load_feed(int argc, char **argv)
{
	bool lenient = take_option(&argc, argv, "--lenient");
	struct diag diag = { .out = stderr };
	struct feed_file feed;
	struct netlink *nl;
	int status;

	if (check_words("feed", argc, argv, 2, 2) || check_name(argv[0]))
		return LEVEECTL_USAGE;
	diag.file = argv[1];
	if (!feed_file_load(&feed, 0, lenient, &diag))
		return LEVEECTL_FAILED;
	nl = netlink_open();
	status = nl ? push(nl, &feed, argv[0]) : LEVEECTL_FAILED;
	if (nl)
		netlink_close(nl);
	feed_file_free(&feed);
	return status;
}

static int unload_feed(int argc, char **argv)
{
	struct netlink_error error;
	struct nlmsghdr *msg;
	struct netlink *nl;
	int err;

	if (check_words("feed", argc, argv, 1, 1) || check_name(argv[0]))
		return LEVEECTL_USAGE;
	nl = netlink_open();
	if (!nl)
		return LEVEECTL_FAILED;
	msg = netlink_request(nl, LEVEE_CMD_FEED_UNLOAD);
	mnl_attr_put_strz(msg, LEVEE_A_FEED_NAME, argv[0]);
	err = netlink_do(nl, LEVEE_A_FEED_MAX, NULL, NULL, &error);
	netlink_close(nl);
	return err ? netlink_fail("cannot unload the feed", &error) : LEVEECTL_DONE;
}

static int list_feeds(int argc, char **argv)
{
	bool json = take_option(&argc, argv, "--json");
	struct netlink *nl;
	int status;

	if (check_words("feed", argc, argv, 0, 0))
		return LEVEECTL_USAGE;
	nl = netlink_open();
	if (!nl)
		return LEVEECTL_FAILED;
	status = feed_list_show(nl, json);
	netlink_close(nl);
	return status;
}

int cmd_feed(int argc, char **argv)
{
	static const struct {
		const char *name;
		int (*run)(int argc, char **argv);
	} verbs[] = {
		{ "load", load_feed }, { "unload", unload_feed }, { "list", list_feeds },
	};

	for (size_t i = 0; argc && i < ARRAY_SIZE(verbs); i++)
		if (!strcmp(verbs[i].name, argv[0]))
			return verbs[i].run(argc - 1, argv + 1);
	return usage_error("feed", argc ? "unknown word" : "a word is missing",
			   argc ? argv[0] : NULL);
}
