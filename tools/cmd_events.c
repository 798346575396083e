// SPDX-License-Identifier: GPL-2.0
/* monitor, audits, incidents: what levee reports. */
#define _POSIX_C_SOURCE 200809L
#include <errno.h>
#include <time.h>

#include "event.h"
#include "leveectl.h"
#include "text.h"

struct output {
	bool json;
	int status;
};

static void put_event(struct output *output, struct json_object *event)
{
	if (output->json) {
		output->status = json_print(event);
		return;
	}
	if (event)
		event_print(event);
	json_object_put(event);
	if (fflush(stdout)) {
		perror("leveectl: standard output");
		output->status = LEVEECTL_FAILED;
	}
}

static bool take_live(const struct nlattr *const *attrs, void *data)
{
	put_event(data, event_json(attrs, true));
	return true;
}

int cmd_monitor(int argc, char **argv)
{
	struct output output = { .json = take_option(&argc, argv, "--json") };
	bool audits = take_option(&argc, argv, "--audits");
	bool incidents = take_option(&argc, argv, "--incidents");
	bool all = !audits && !incidents;
	struct netlink *nl;

	if (check_words("monitor", argc, argv, 0, 0))
		return LEVEECTL_USAGE;
	nl = netlink_open();
	if (!nl)
		return LEVEECTL_FAILED;
	if (((all || audits) && !netlink_join(nl, LEVEE_MCGRP_AUDIT)) ||
	    ((all || incidents) && !netlink_join(nl, LEVEE_MCGRP_INCIDENT)) ||
	    (all && !netlink_join(nl, LEVEE_MCGRP_NOTICE)))
		output.status = LEVEECTL_FAILED;
	while (!output.status) {
		int got = netlink_listen(nl, LEVEE_CMD_EVENT_NTF, LEVEE_A_EVENT_MAX, take_live,
					 &output);

		if (!got)
			put_event(&output, event_own_notice("events were lost: they came faster "
							    "than they were read"));
		if (got < 0) {
			perror("leveectl: cannot listen");
			output.status = LEVEECTL_FAILED;
		}
	}
	netlink_close(nl);
	return output.status;
}

static bool take_held(const struct nlattr *const *attrs, void *data)
{
	struct json_object **events = data;

	json_append(*events, event_json(attrs, false));
	return true;
}

static void restart(void *data)
{
	struct json_object **events = data;

	json_object_put(*events);
	*events = json_new_list();
}

static int print_held(struct json_object *events, bool json)
{
	struct json_object *object;

	if (json) {
		object = json_new();
		json_put(object, "events", events);
		return json_print(object);
	}
	for (size_t i = 0; i < json_object_array_length(events); i++)
		event_print(json_object_array_get_idx(events, i));
	json_object_put(events);
	return LEVEECTL_DONE;
}

static int show_held(const char *command, u32 type, int argc, char **argv)
{
	bool json = take_option(&argc, argv, "--json");
	struct json_object *events;
	struct netlink_error error;
	const char *since = NULL;
	struct nlmsghdr *msg;
	struct timespec now;
	struct netlink *nl;
	u64 since_ns = 0;
	int err;

	if (take_value(&argc, argv, "--since", &since) < 0)
		return usage_error(command, "a time is missing after", "--since");
	if (check_words(command, argc, argv, 0, 0))
		return LEVEECTL_USAGE;
	clock_gettime(CLOCK_REALTIME, &now);
	if (since && !text_time(since, (u64)now.tv_sec * 1000000000 + now.tv_nsec, &since_ns))
		return usage_error(command, "bad time, expected as 2026-01-31T12:00:00Z, @SECONDS "
				   "or 10min,", since);
	nl = netlink_open();
	if (!nl)
		return LEVEECTL_FAILED;
	events = json_new_list();
	msg = netlink_request(nl, LEVEE_CMD_EVENT_GET);
	mnl_attr_put_u32(msg, LEVEE_A_EVENT_TYPE, type);
	if (since)
		mnl_attr_put_u64(msg, LEVEE_A_EVENT_SINCE, since_ns);
	err = netlink_dump(nl, LEVEE_A_EVENT_MAX, take_held, restart, &events, &error);
	netlink_close(nl);
	if (!err)
		return print_held(events, json);
	json_object_put(events);
	return netlink_fail("cannot read the events", &error);
}

int cmd_audits(int argc, char **argv)
{
	return show_held("audits", LEVEE_EVENT_TYPE_AUDIT, argc, argv);
}

int cmd_incidents(int argc, char **argv)
{
	return show_held("incidents", LEVEE_EVENT_TYPE_INCIDENT, argc, argv);
}
