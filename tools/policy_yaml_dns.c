// SPDX-License-Identifier: GPL-2.0
#define _POSIX_C_SOURCE 200809L
#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

#include "entry_text.h"
#include "policy_yaml_dns.h"

/* The items of a list that is not empty; NULL, told, for anything else. */
static const struct yaml_node *list_items(struct yaml_reader *r, const struct yaml_node *node,
					  const char *name, const char *expected)
{
	if (!yaml_expect(r, node, YAML_LIST, name, expected))
		return NULL;
	if (!node->first)
		diag_error(r->diag, node->at, "nothing in %s \"[]\", expected %s", name, expected);
	return node->first;
}

void policy_yaml_ports(struct yaml_reader *r, const struct yaml_node *node,
		       struct policy_dns *dns)
{
	const struct yaml_node *item = list_items(r, node, "ports", "a list of ports as [53]");
	char quote[TEXT_QUOTE_MAX];
	u64 port;

	for (; item; item = item->next) {
		if (!yaml_expect(r, item, YAML_SCALAR, "a port", "a number of 1 to 65535"))
			continue;
		if (!text_number(item->text, strlen(item->text), 65535, &port) || !port) {
			diag_error(r->diag, item->at, "bad port \"%s\", expected a number of 1 to "
				   "65535; DNS is udp and tcp",
				   yaml_quote(quote, item->text));
			continue;
		}
		if (dns->port_count == LEVEE_DNS_PORTS_MAX) {
			diag_error(r->diag, item->at, "too many ports \"%s\", expected at most %u",
				   yaml_quote(quote, item->text), LEVEE_DNS_PORTS_MAX);
			return;
		}
		dns->ports[dns->port_count++] = port;
	}
}

void policy_yaml_servers(struct yaml_reader *r, const struct yaml_node *node,
			 struct policy_dns *dns)
{
	const char *expected = "a list of addresses as [10.0.0.2]";
	const struct yaml_node *item = list_items(r, node, "servers", expected);
	char quote[TEXT_QUOTE_MAX];

	for (; item; item = item->next) {
		struct policy_server server = { .at = item->at };

		if (!yaml_expect(r, item, YAML_SCALAR, "a server", "an address as 10.0.0.2"))
			continue;
		if (!entry_text_address(item->text, &server.addr)) {
			diag_error(r->diag, item->at, "bad server \"%s\", expected an address as "
				   "10.0.0.2, without a port; ports: lists those",
				   yaml_quote(quote, item->text));
			continue;
		}
		if (dns->server_count == LEVEE_DNS_SERVERS_MAX) {
			diag_error(r->diag, item->at, "too many servers \"%s\", expected at most "
				   "%u", yaml_quote(quote, item->text), LEVEE_DNS_SERVERS_MAX);
			return;
		}
		dns->servers[dns->server_count++] = server;
	}
}

static void add_feed_name(struct yaml_reader *r, const struct yaml_node *node,
			  struct policy_section *section)
{
	char name[LEVEE_NAME_MAX + 1], quote[TEXT_QUOTE_MAX];

	if (!yaml_read_label(r, node, LEVEE_NAME_MAX, name))
		return;
	for (u32 i = 0; i < section->feed_count; i++) {
		if (!strcmp(section->feeds[i].text, name)) {
			diag_error(r->diag, node->at, "a feed is named twice \"%s\", expected it "
				   "once", yaml_quote(quote, name));
			return;
		}
	}
	if (section->feed_count == LEVEE_FEEDS_MAX)
		diag_error(r->diag, node->at, "too many feeds \"%s\", expected at most %u",
			   yaml_quote(quote, name), LEVEE_FEEDS_MAX);
	else if (!policy_section_add_feed(section, name, node->at))
		r->out_of_memory = true;
}

void policy_yaml_feed_use(struct yaml_reader *r, const struct yaml_node *node,
			  struct policy_section *section)
{
	char quote[TEXT_QUOTE_MAX];

	if (node->kind == YAML_LIST) {
		section->feed_use = node->first ? LEVEE_FEED_USE_NAMED : LEVEE_FEED_USE_NONE;
		for (const struct yaml_node *item = node->first; item; item = item->next)
			add_feed_name(r, item, section);
	} else if (node->kind == YAML_SCALAR && !strcmp(node->text, "true")) {
		section->feed_use = LEVEE_FEED_USE_ALL;
	} else if (node->kind == YAML_SCALAR && !strcmp(node->text, "false")) {
		section->feed_use = LEVEE_FEED_USE_NONE;
	} else if (node->kind != YAML_REFUSED) {
		diag_error(r->diag, node->at, "bad value of feeds \"%s\", expected true, false or "
			   "a list of names", yaml_quote(quote, yaml_kind_text(node)));
	}
}

/*
 * The file that a policy names, from the root: one that is relative is so to the
 * policy file, or to the working directory where that is standard input. False
 * when it is longer than @size.
 */
static bool resolve_path(const char *policy_file, const char *text, char *path, size_t size)
{
	const char *slash = strrchr(policy_file, '/');
	int folder = slash ? (int)(slash - policy_file) : 0;
	bool from_root = *text == '/' || (slash && *policy_file == '/');
	char here[PATH_MAX] = "";
	int len;

	if (!from_root && !getcwd(here, sizeof(here)))
		return false;
	if (*text == '/')
		len = snprintf(path, size, "%s", text);
	else if (from_root)
		len = snprintf(path, size, "%.*s/%s", folder, policy_file, text);
	else
		len = snprintf(path, size, "%s%s%.*s/%s", strcmp(here, "/") ? here : "",
			       folder ? "/" : "", folder, policy_file, text);
	return len >= 0 && (size_t)len < size;
}

static bool read_path(struct yaml_reader *r, const struct yaml_node *node, const char *key,
		      char path[LEVEE_TEXT_MAX + 1])
{
	char quote[TEXT_QUOTE_MAX];

	if (!yaml_expect(r, node, YAML_SCALAR, key, "the name of a file"))
		return false;
	if (!*node->text || text_has_control(node->text)) {
		diag_error(r->diag, node->at, "no file name \"%s\", expected that of a feed's file",
			   yaml_quote(quote, node->text));
		return false;
	}
	if (resolve_path(r->diag->file, node->text, path, LEVEE_TEXT_MAX + 1))
		return true;
	diag_error(r->diag, node->at, "the file name is too long \"%s\", expected at most %u bytes "
		   "from the root on", yaml_quote(quote, node->text), LEVEE_TEXT_MAX);
	return false;
}

static void read_feed(struct yaml_reader *r, const struct yaml_node *node)
{
	static const char *const names[] = { "name", "domains", "addresses" };
	char name[LEVEE_NAME_MAX + 1] = "", path[LEVEE_TEXT_MAX + 1] = "";
	char quote[TEXT_QUOTE_MAX];
	u32 kind = LEVEE_FEED_KIND_DOMAINS, before = r->diag->errors;
	const struct policy_feed *same;
	const struct yaml_node *value;
	struct yaml_walk walk = { 0 };

	if (!yaml_expect(r, node, YAML_MAP, "a feed", "{name: NAME, domains: FILE}"))
		return;
	walk.at = node->first;
	while ((value = yaml_map_next(r, &walk, names, ARRAY_SIZE(names)))) {
		if (!walk.index) {
			yaml_read_label(r, value, LEVEE_NAME_MAX, name);
			continue;
		}
		kind = walk.index == 1 ? LEVEE_FEED_KIND_DOMAINS : LEVEE_FEED_KIND_ADDRESSES;
		read_path(r, value, names[walk.index], path);
	}
	if (!(walk.seen & 1))
		diag_error(r->diag, node->at, "a feed without its name \"feeds\", expected "
			   "{name: NAME, domains: FILE}");
	/* A feed of both would be two of one name. */
	if (((walk.seen >> 1 & 1) ^ (walk.seen >> 2 & 1)) == 0)
		diag_error(r->diag, node->at, "a feed %s \"%s\", expected domains: FILE or "
			   "addresses: FILE", walk.seen >> 1 ? "of two kinds" : "without a file",
			   yaml_quote(quote, *name ? name : "feeds"));
	same = *name ? policy_find_feed(r->policy, name) : NULL;
	if (same)
		diag_error(r->diag, node->at, "the name is taken \"%s\", expected another than "
			   "that of line %u", yaml_quote(quote, name), same->at.line);
	if (r->diag->errors == before &&
	    !policy_add_feed(r->policy, name, kind, path, node->at))
		r->out_of_memory = true;
}

void policy_yaml_feeds(struct yaml_reader *r, const struct yaml_node *node)
{
	u32 count = 0;

	if (!yaml_expect(r, node, YAML_LIST, "feeds", "a list of feeds"))
		return;
	for (const struct yaml_node *item = node->first; item; item = item->next) {
		if (count++ == LEVEE_FEEDS_MAX) {
			diag_error(r->diag, item->at, "too many feeds \"feeds\", expected at most "
				   "%u", LEVEE_FEEDS_MAX);
			return;
		}
		read_feed(r, item);
	}
}
