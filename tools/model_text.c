// SPDX-License-Identifier: GPL-2.0
#include <inttypes.h>

#include "model_text.h"
#include "text.h"

#define SECOND 1000000000

/* Any bytes may be in it; one that is no UTF-8 cannot be in YAML. */
static void print_comm(FILE *out, const char *comm)
{
	char shown[MODEL_COMM_MAX + 1], *to = shown;
	const u8 *at = (const u8 *)comm, *end = at + strlen(comm);

	while (at < end) {
		const u8 *from = at;

		if (utf8_next(&at, end) < 0) {
			*to++ = '?';
			continue;
		}
		memcpy(to, from, at - from);
		to += at - from;
	}
	*to = 0;
	fputs(", comm: ", out);
	text_print_quoted(out, shown);
}

static void print_item(FILE *out, const struct model_item *item, bool plain)
{
	char entry[LEVEE_ENTRY_TEXT_MAX], time[TEXT_TIME_MAX];

	levee_entry_format(entry, sizeof(entry), &item->entry);
	fputs(plain ? "      - " : "      - {entry: ", out);
	text_print_quoted(out, entry);
	/* In the first second of the epoch, the clock was not set. */
	if (!plain && item->first >= SECOND)
		fprintf(out, ", first: %s", text_time_seconds(time, item->first));
	if (!plain && item->last >= SECOND)
		fprintf(out, ", last: %s", text_time_seconds(time, item->last));
	if (!plain && item->uses)
		fprintf(out, ", uses: %" PRIu64, item->uses);
	if (!plain && item->members)
		fprintf(out, ", members: %u", item->members);
	if (!plain && *item->comm)
		print_comm(out, item->comm);
	fputs(plain ? "\n" : "}\n", out);
}

static void print_feature(FILE *out, const struct model *model, u32 feature, bool plain)
{
	bool any = false;

	for (u32 i = 0; i < model->item_count; i++) {
		if (model->items[i].feature != feature)
			continue;
		if (!any)
			fprintf(out, "    %s:\n", levee_feature_name(feature));
		any = true;
		print_item(out, &model->items[i], plain);
	}
}

static void print_model(FILE *out, const struct model *model, bool plain)
{
	char key[MODEL_KEY_TEXT_MAX], left[TEXT_DURATION_MAX];
	const char *fault = model_key_fault(model->kind, model->key);

	model_key_text(key, model->kind, model->key);
	if (fault) {
		fputs("  # ", out);
		text_print(out, key);
		fprintf(out, " is left out: its key %s\n", fault);
		return;
	}
	fputs("  - key: ", out);
	text_print_quoted(out, key);
	fprintf(out, "\n    state: %s\n", model_state_name(model->state));
	if (!plain && model->has_left && model->state != LEVEE_MODEL_STATE_ACTIVE)
		fprintf(out, "    left: %s\n", text_duration_format(left, model->left));
	if (model->incomplete)
		fputs("    incomplete: true\n", out);
	for (u32 i = 0; model_features[i]; i++)
		print_feature(out, model, model_features[i], plain);
}

void model_text_print(FILE *out, const struct model_set *set, bool plain)
{
	u32 written = 0;

	for (u32 i = 0; i < set->count; i++)
		written += !model_key_fault(set->models[i].kind, set->models[i].key);
	fprintf(out, "# levee models\nversion: 1\nmodels:%s\n", written ? "" : " []");
	for (u32 i = 0; i < set->count; i++)
		print_model(out, &set->models[i], plain);
	/* A file that was cut off anywhere has no such line. */
	fputs("end: true\n", out);
}
