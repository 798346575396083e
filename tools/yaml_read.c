// SPDX-License-Identifier: GPL-2.0
#include "text.h"
#include "yaml_read.h"

char *yaml_quote(char quote[TEXT_QUOTE_MAX], const char *text)
{
	return text_escape(quote, TEXT_QUOTE_MAX, text, strlen(text));
}

/* "a, b or c" of a table with @count names; entries may be NULL. */
static char *join_names(char *buf, size_t size, const char *const *names, size_t count)
{
	size_t used = 0, left = 0, i;

	buf[0] = 0;
	for (i = 0; i < count; i++)
		left += !!names[i];
	for (i = 0; i < count && used < size; i++) {
		if (!names[i])
			continue;
		left--;
		used += snprintf(buf + used, size - used, "%s%s", names[i],
				 left > 1 ? ", " : left ? " or " : "");
	}
	return buf;
}

#define NAMES_TEXT_MAX 256

const char *yaml_kind_text(const struct yaml_node *node)
{
	switch (node->kind) {
	case YAML_LIST:
		return "[...]";
	case YAML_MAP:
		return "{...}";
	case YAML_REFUSED:
		return "";
	default:
		return node->text;
	}
}

bool yaml_expect(struct yaml_reader *r, const struct yaml_node *node, enum yaml_kind kind,
		 const char *name, const char *expected)
{
	char quote[TEXT_QUOTE_MAX];

	if (node->kind == kind)
		return true;
	if (node->kind != YAML_REFUSED)
		diag_error(r->diag, node->at, "bad value of %s \"%s\", expected %s", name,
			   yaml_quote(quote, yaml_kind_text(node)), expected);
	return false;
}

const struct yaml_node *yaml_map_next(struct yaml_reader *r, struct yaml_walk *walk,
				      const char *const *names, u32 count)
{
	char quote[TEXT_QUOTE_MAX], known[NAMES_TEXT_MAX];

	while (walk->at) {
		const struct yaml_node *key = walk->at, *value = key->next;
		u32 i = count;

		walk->at = value->next;
		if (key->kind == YAML_REFUSED)
			continue;
		if (key->kind == YAML_SCALAR)
			for (i = 0; i < count && strcmp(key->text, names[i]); i++)
				;
		if (i == count) {
			diag_error(r->diag, key->at, "unknown key \"%s\", expected %s",
				   yaml_quote(quote, yaml_kind_text(key)),
				   join_names(known, sizeof(known), names, count));
			continue;
		}
		if (walk->seen & 1u << i) {
			diag_error(r->diag, key->at, "duplicate key \"%s\", expected it once",
				   names[i]);
			continue;
		}
		walk->seen |= 1u << i;
		walk->index = i;
		walk->key = key;
		return value;
	}
	return NULL;
}

int yaml_read_choice(struct yaml_reader *r, const struct yaml_node *node, const char *what,
		     const char *const *names, u32 count)
{
	char quote[TEXT_QUOTE_MAX], known[NAMES_TEXT_MAX];

	if (node->kind == YAML_REFUSED)
		return -1;
	if (node->kind == YAML_SCALAR)
		for (u32 i = 0; i < count; i++)
			if (names[i] && !strcmp(node->text, names[i]))
				return i;
	diag_error(r->diag, node->at, "bad %s \"%s\", expected %s", what,
		   yaml_quote(quote, yaml_kind_text(node)),
		   join_names(known, sizeof(known), names, count));
	return -1;
}

bool yaml_read_duration(struct yaml_reader *r, const struct yaml_node *node, const char *what,
			u32 min, u32 max, u32 *seconds)
{
	char quote[TEXT_QUOTE_MAX], low[TEXT_DURATION_MAX], high[TEXT_DURATION_MAX];
	u64 value;

	if (!yaml_expect(r, node, YAML_SCALAR, what, "a duration as 60s, 10min, 1h or 7d"))
		return false;
	if (!text_duration(node->text, &value)) {
		diag_error(r->diag, node->at,
			   "bad duration of %s \"%s\", expected a number and s, min, h or d", what,
			   yaml_quote(quote, node->text));
		return false;
	}
	if (value < min || value > max) {
		diag_error(r->diag, node->at, "%s is out of range \"%s\", expected %s to %s", what,
			   yaml_quote(quote, node->text), text_duration_format(low, min),
			   text_duration_format(high, max));
		return false;
	}
	*seconds = value;
	return true;
}

bool yaml_read_number(struct yaml_reader *r, const struct yaml_node *node, const char *what, u32 min,
		      u32 max, u32 *number)
{
	char quote[TEXT_QUOTE_MAX], expected[48];
	u64 value;

	snprintf(expected, sizeof(expected), "a number of %u to %u", min, max);
	if (!yaml_expect(r, node, YAML_SCALAR, what, expected))
		return false;
	if (!text_number(node->text, strlen(node->text), max, &value) || value < min) {
		diag_error(r->diag, node->at, "bad %s \"%s\", expected %s", what,
			   yaml_quote(quote, node->text), expected);
		return false;
	}
	*number = value;
	return true;
}

bool yaml_read_bool(struct yaml_reader *r, const struct yaml_node *node, const char *name,
		    bool *value)
{
	static const char *const names[] = { "false", "true" };
	int choice = yaml_read_choice(r, node, name, names, ARRAY_SIZE(names));

	if (choice >= 0)
		*value = choice;
	return choice >= 0;
}

bool yaml_read_label(struct yaml_reader *r, const struct yaml_node *node, size_t max, char *label)
{
	char quote[TEXT_QUOTE_MAX], expected[64];
	const char *fault;
	size_t len;

	snprintf(expected, sizeof(expected), "1 to %zu bytes of printable text", max);
	if (!yaml_expect(r, node, YAML_SCALAR, "name", expected))
		return false;
	len = strlen(node->text);
	fault = !len ? "the name is empty" : len > max ? "the name is too long" :
		text_has_control(node->text) ? "a control character in the name" : NULL;
	if (fault)
		diag_error(r->diag, node->at, "%s \"%s\", expected %s", fault,
			   yaml_quote(quote, node->text), expected);
	else
		strcpy(label, node->text);
	return !fault;
}
