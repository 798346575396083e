// SPDX-License-Identifier: GPL-2.0
/* libyaml's events become a tree; YAML's traps are told by name. */
#include <assert.h>
#include <stdlib.h>
#include <yaml.h>

#include "text.h"
#include "yaml_tree.h"

#define DEPTH_MAX 16	/* a policy needs 6 */
#define BLOCK_SIZE 65536

struct yaml_block {
	struct yaml_block *next;
	size_t used;
	size_t size;
	max_align_t data[];
};

struct builder {
	struct yaml_tree *tree;
	struct diag *diag;
	const char *text;
	size_t len;
	struct yaml_node *open[DEPTH_MAX];
	u32 depth;
	bool out_of_memory;
};

static void *tree_alloc(struct yaml_tree *tree, size_t size)
{
	struct yaml_block *block = tree->blocks;
	void *data;

	size = (size + sizeof(max_align_t) - 1) / sizeof(max_align_t) * sizeof(max_align_t);
	if (!block || block->size - block->used < size) {
		size_t room = size > BLOCK_SIZE ? size : BLOCK_SIZE;

		block = malloc(sizeof(*block) + room);
		if (!block)
			return NULL;
		block->next = tree->blocks;
		block->used = 0;
		block->size = room;
		tree->blocks = block;
	}
	data = (char *)block->data + block->used;
	block->used += size;
	return data;
}

void yaml_tree_free(struct yaml_tree *tree)
{
	while (tree->blocks) {
		struct yaml_block *next = tree->blocks->next;

		free(tree->blocks);
		tree->blocks = next;
	}
	tree->root = NULL;
}

static struct mark mark_of(yaml_mark_t mark)
{
	return (struct mark){ mark.line + 1, mark.column + 1 };
}

/* The bytes of line @line, which counts from 1; NULL behind the end. */
static const char *line_of(const struct builder *b, u32 line, size_t *len)
{
	const char *at = b->text, *end = b->text + b->len, *stop;

	while (--line) {
		at = memchr(at, '\n', end - at);
		if (!at)
			return NULL;
		at++;
	}
	stop = memchr(at, '\n', end - at);
	*len = (stop ? stop : end) - at;
	if (*len && at[*len - 1] == '\r')
		--*len;
	return at;
}

/* What stands at a place, up to the next blank or comma, for a message. */
static char *token_at(const struct builder *b, struct mark at, char quote[TEXT_QUOTE_MAX])
{
	size_t len, used;
	const char *line = line_of(b, at.line, &len);
	const u8 *p, *end;

	if (!line)
		return text_escape(quote, TEXT_QUOTE_MAX, "", 0);
	p = (const u8 *)line;
	end = p + len;
	for (u32 i = 1; i < at.column && p < end; i++)
		utf8_next(&p, end);
	for (used = 0; p + used < end && !strchr(" \t,", p[used]); used++)
		;
	return text_escape(quote, TEXT_QUOTE_MAX, (const char *)p, used);
}

/* Whether the line has a '[' that opens an IPv6 address and no quote before it. */
static bool has_bare_ipv6(const char *line, size_t len, u32 *column)
{
	for (size_t i = 0; i < len && line[i] != '#'; i++) {
		size_t end = i + 1, colons = 0;

		if (line[i] == '"' || line[i] == '\'') {
			const char *close = memchr(line + i + 1, line[i], len - i - 1);

			if (!close)
				return false;
			i = close - line;
			continue;
		}
		if (line[i] != '[')
			continue;
		while (end < len && strchr("0123456789abcdefABCDEF:.", line[end]))
			colons += line[end++] == ':';
		if (colons >= 2 && end < len && line[end] == ']') {
			*column = i + 1;
			return true;
		}
	}
	return false;
}

/* The column where the word begins that goes on at @column. */
static u32 token_start(const char *line, u32 column)
{
	while (column > 1 && !strchr(" \t,[{", line[column - 2]))
		column--;
	return column;
}

static void syntax_error(struct builder *b, const yaml_parser_t *parser)
{
	struct mark at = mark_of(parser->problem_mark), start = mark_of(parser->context_mark);
	const char *context = parser->context ? parser->context : "";
	char quote[TEXT_QUOTE_MAX];
	size_t len = 0;
	u32 column, colon = 0;
	const char *line;

	if (parser->error == YAML_MEMORY_ERROR) {
		b->out_of_memory = true;
		return;
	}
	if (strstr(context, "alias")) {
		diag_error(b->diag, start, "an unquoted * begins an alias \"%s\", expected it in "
			   "quotes: \"*...\"", token_at(b, start, quote));
		return;
	}
	if (strstr(context, "anchor")) {
		diag_error(b->diag, start,
			   "an unquoted & begins an anchor \"%s\", expected a value",
			   token_at(b, start, quote));
		return;
	}
	line = line_of(b, at.line, &len);
	if (line && at.column <= len && line[at.column - 1] == ':')
		colon = token_start(line, at.column);
	if (line && has_bare_ipv6(line, len, &column) &&
	    !(colon && !strncmp(line + colon - 1, "::", 2))) {
		at.column = column;
		diag_error(b->diag, at, "an unquoted [ begins a list \"%s\", expected the IPv6 "
			   "address in quotes: \"[ADDRESS]...\"", token_at(b, at, quote));
		return;
	}
	if (colon) {
		at.column = colon;
		diag_error(b->diag, at, "an unquoted : begins a map \"%s\", expected it in quotes, "
			   "as every IPv6 address that begins or ends with ::",
			   token_at(b, at, quote));
		return;
	}
	if (parser->problem && strstr(parser->problem, "cannot start any token") && line &&
	    at.column <= len && line[at.column - 1] == '\t') {
		diag_error(b->diag, at, "a tab \"\\x09\", expected spaces");
		return;
	}
	diag_error(b->diag, at, "no valid YAML \"%s\": %s%s%s, expected the form of "
		   "levee-policy(5)", token_at(b, at, quote), context, *context ? ": " : "",
		   parser->problem ? parser->problem : "unknown");
}

/* Bytes that no policy may hold, before libyaml sees them: each is told with its place. */
static void check_bytes(struct builder *b)
{
	const u8 *at = (const u8 *)b->text, *end = at + b->len;
	struct mark mark = { 1, 1 };
	bool indent = true;

	while (at < end) {
		const u8 *from = at;
		int c = utf8_next(&at, end);

		if (c == '\n' || (c == '\r' && at < end && *at == '\n')) {
			if (c == '\r')
				at++;
			mark.line++;
			mark.column = 1;
			indent = true;
			continue;
		}
		if (c == '\t' && indent) {
			const u8 *next = from;

			while (next < end && (*next == '\t' || *next == ' '))
				next++;
			if (next < end && *next != '\n' && *next != '\r' && *next != '#')
				diag_error(b->diag, mark,
					   "a tab in the indentation \"\\x09\", expected spaces");
			indent = false;
		} else if (c < 0) {
			diag_error(b->diag, mark, "no valid UTF-8 \"\\x%02x\", expected UTF-8 text",
				   *from);
		} else if (c != '\t' && code_point_is_control(c)) {
			diag_error(b->diag, mark,
				   "a control character \"\\x%02x\", expected printable text", c);
		}
		if (c != ' ')
			indent = false;
		mark.column++;
	}
}

/* A new node in the open list or map; NULL when memory ran out. */
static struct yaml_node *add_node(struct builder *b, enum yaml_kind kind, yaml_mark_t at)
{
	struct yaml_node *node = tree_alloc(b->tree, sizeof(*node)), *parent;

	if (!node) {
		b->out_of_memory = true;
		return NULL;
	}
	*node = (struct yaml_node){ .kind = kind, .at = mark_of(at) };
	if (!b->depth) {
		b->tree->root = node;
		return node;
	}
	parent = b->open[b->depth - 1];
	if (parent->last)
		parent->last->next = node;
	else
		parent->first = node;
	parent->last = node;
	return node;
}

static void refuse_decorations(struct builder *b, struct mark at, const yaml_char_t *anchor,
			       const yaml_char_t *tag)
{
	char quote[TEXT_QUOTE_MAX];

	if (anchor)
		diag_error(b->diag, at, "an anchor \"&%s\", expected a value without one",
			   text_escape(quote, sizeof(quote), (const char *)anchor,
				       strlen((const char *)anchor)));
	if (tag)
		diag_error(b->diag, at, "a tag \"%s\", expected a value without one",
			   text_escape(quote, sizeof(quote), (const char *)tag,
				       strlen((const char *)tag)));
}

static void add_scalar(struct builder *b, const yaml_event_t *event)
{
	struct yaml_node *node = add_node(b, YAML_SCALAR, event->start_mark);
	size_t len = event->data.scalar.length;
	char *text;

	if (!node)
		return;
	refuse_decorations(b, node->at, event->data.scalar.anchor, event->data.scalar.tag);
	if (memchr(event->data.scalar.value, 0, len)) {
		diag_error(b->diag, node->at, "a NUL byte \"\\x00\", expected printable text");
		node->kind = YAML_REFUSED;
		return;
	}
	text = tree_alloc(b->tree, len + 1);
	if (!text) {
		b->out_of_memory = true;
		return;
	}
	memcpy(text, event->data.scalar.value, len);
	text[len] = 0;
	node->text = text;
	node->quoted = event->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
}

static void add_alias(struct builder *b, const yaml_event_t *event)
{
	const char *name = (const char *)event->data.alias.anchor;
	struct yaml_node *node = add_node(b, YAML_REFUSED, event->start_mark);
	char quote[TEXT_QUOTE_MAX];

	if (node)
		diag_error(b->diag, node->at,
			   "an unquoted * makes an alias \"*%s\", expected it in quotes: \"*...\"",
			   text_escape(quote, sizeof(quote), name, strlen(name)));
}

static bool open_node(struct builder *b, enum yaml_kind kind, const yaml_event_t *event)
{
	struct yaml_node *node = add_node(b, kind, event->start_mark);

	if (!node)
		return false;
	if (kind == YAML_LIST)
		refuse_decorations(b, node->at, event->data.sequence_start.anchor,
				   event->data.sequence_start.tag);
	else
		refuse_decorations(b, node->at, event->data.mapping_start.anchor,
				   event->data.mapping_start.tag);
	if (b->depth == DEPTH_MAX) {
		diag_error(b->diag, node->at,
			   "nested too deeply \"%s\", expected at most %u levels",
			   kind == YAML_LIST ? "[" : "{", DEPTH_MAX);
		return false;
	}
	b->open[b->depth++] = node;
	return true;
}

/* False when the parse must end here. */
static bool take_event(struct builder *b, const yaml_event_t *event, u32 *documents)
{
	switch (event->type) {
	case YAML_DOCUMENT_START_EVENT:
		if ((*documents)++) {
			diag_error(b->diag, mark_of(event->start_mark),
				   "a second document \"---\", expected one document");
			return false;
		}
		if (event->data.document_start.tag_directives.start !=
		    event->data.document_start.tag_directives.end)
			diag_error(b->diag, mark_of(event->start_mark),
				   "a directive \"%%TAG\", expected none");
		return true;
	case YAML_ALIAS_EVENT:
		add_alias(b, event);
		break;
	case YAML_SCALAR_EVENT:
		add_scalar(b, event);
		break;
	case YAML_SEQUENCE_START_EVENT:
		return open_node(b, YAML_LIST, event);
	case YAML_MAPPING_START_EVENT:
		return open_node(b, YAML_MAP, event);
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT:
		/* libyaml ends only what it began. */
		assert(b->depth);
		b->depth--;
		break;
	case YAML_STREAM_END_EVENT:
		return false;
	default:
		break;
	}
	return !b->out_of_memory;
}

bool yaml_tree_parse(struct yaml_tree *tree, const char *text, size_t len, struct diag *diag)
{
	struct builder b = { .tree = tree, .diag = diag, .text = text, .len = len };
	u32 before = diag->errors, documents = 0;
	yaml_parser_t parser;
	yaml_event_t event;
	bool more = true;

	*tree = (struct yaml_tree){ 0 };
	if (len >= 3 && !memcmp(text, "\xef\xbb\xbf", 3)) {
		b.text += 3;
		b.len -= 3;
	}
	check_bytes(&b);
	if (diag->errors != before)
		return true;
	if (!yaml_parser_initialize(&parser))
		return false;
	yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&parser, (const unsigned char *)b.text, b.len);
	while (more) {
		if (!yaml_parser_parse(&parser, &event)) {
			syntax_error(&b, &parser);
			b.depth = 1;
			break;
		}
		more = take_event(&b, &event, &documents);
		yaml_event_delete(&event);
	}
	/* A tree that was not read to its end is not judged: half of it misleads. */
	if (b.depth)
		tree->root = NULL;
	yaml_parser_delete(&parser);
	return !b.out_of_memory;
}
