// SPDX-License-Identifier: GPL-2.0
#include "feed_file.h"
#include "feed_list.h"
#include "json.h"
#include "leveectl.h"
#include "text.h"

static bool take_feed(const struct nlattr *const *attrs, void *data)
{
	struct json_object **feeds = data, *feed = json_new();
	u64 loaded = attr_number(attrs, LEVEE_A_FEED_LOADED, 0);
	char text[TEXT_TIME_MAX];

	json_put_text(feed, "name", attr_text(attrs, LEVEE_A_FEED_NAME));
	json_put_text(feed, "kind", feed_kind_name(attr_number(attrs, LEVEE_A_FEED_KIND, 0)));
	json_put_number(feed, "count", attr_number(attrs, LEVEE_A_FEED_COUNT, 0));
	json_put_number(feed, "bytes", attr_number(attrs, LEVEE_A_FEED_BYTES, 0));
	json_put_number(feed, "hits", attr_number(attrs, LEVEE_A_FEED_HITS, 0));
	json_put_text(feed, "loaded", text_time_format(text, loaded));
	json_put_text(feed, "source", attr_text(attrs, LEVEE_A_FEED_SOURCE));
	json_append(*feeds, feed);
	return true;
}

static void restart(void *data)
{
	struct json_object **feeds = data;

	json_object_put(*feeds);
	*feeds = json_new_list();
}

static const char *get(const struct json_object *feed, const char *key)
{
	struct json_object *value;

	return json_object_object_get_ex(feed, key, &value) ? json_object_get_string(value) : NULL;
}

static void print_feed(const struct json_object *feed)
{
	const char *source = get(feed, "source");

	text_print_quoted(stdout, get(feed, "name") ? get(feed, "name") : "");
	printf(": %s %s, %s bytes, %s hits, loaded %s", get(feed, "count"),
	       get(feed, "kind") ? get(feed, "kind") : "of an unknown kind", get(feed, "bytes"),
	       get(feed, "hits"), get(feed, "loaded"));
	if (source) {
		fputs(", by the policy from ", stdout);
		text_print(stdout, source);
	}
	putchar('\n');
}

int feed_list_show(struct netlink *nl, bool json)
{
	struct json_object *feeds = json_new_list(), *object;
	struct netlink_error error;

	netlink_request(nl, LEVEE_CMD_FEED_GET);
	if (netlink_dump(nl, LEVEE_A_FEED_MAX, take_feed, restart, &feeds, &error)) {
		json_object_put(feeds);
		return netlink_fail("cannot read the feeds", &error);
	}
	if (json) {
		object = json_new();
		json_put(object, "feeds", feeds);
		return json_print(object);
	}
	for (size_t i = 0; i < json_object_array_length(feeds); i++)
		print_feed(json_object_array_get_idx(feeds, i));
	if (!json_object_array_length(feeds))
		printf("no feed is loaded\n");
	json_object_put(feeds);
	return LEVEECTL_DONE;
}
