// SPDX-License-Identifier: GPL-2.0
/* build: -Itools tools/feed_file.c tools/feed_names.c tools/feed_ranges.c tools/name_text.c tools/text.c tools/diag.c module/lib/addr.c module/lib/dns_name.c module/lib/userspace.c */
/*
 * Any bytes as a feed file: what is accepted is written for the kernel and as
 * text, which is read again and must be the same.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <stdlib.h>

#include "feed_file.h"
#include "lib/entry.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

static u8 *write_all(const struct feed_file *feed, size_t *len)
{
	struct feed_cursor v4 = { 0 }, v6 = { 0 };
	u8 chunk[600];
	size_t got;
	char *all = NULL;
	FILE *out = open_memstream(&all, len);
	u32 index = 0;

	while ((got = feed_names_write(&feed->names, &index, chunk, sizeof(chunk))))
		fwrite(chunk, 1, got, out);
	while ((got = feed_ranges_write(&feed->v4, &v4, chunk, sizeof(chunk))))
		fwrite(chunk, 1, got, out);
	while ((got = feed_ranges_write(&feed->v6, &v6, chunk, sizeof(chunk))))
		fwrite(chunk, 1, got, out);
	fclose(out);
	return (u8 *)all;
}

/* As plain names, or prefixes. Whatever is malformed aborts. */
static char *print_all(const struct feed_file *feed, const u8 *all, size_t len, size_t *text_len)
{
	size_t v4 = feed->kind == LEVEE_FEED_KIND_ADDRESSES ?
		    feed_ranges_prefixes(&feed->v4) * 5 : 0;
	char *text = NULL;
	FILE *out = open_memstream(&text, text_len);

	for (size_t at = 0; at < len;) {
		size_t bytes = at < v4 ? 4 : 16;
		char line[LEVEE_DNS_TEXT_MAX];

		if (feed->kind == LEVEE_FEED_KIND_DOMAINS) {
			struct levee_dns_name name;
			int used = levee_dns_name_read(&name, all, len, at, 0);

			if (used <= 1 || memcmp(name.wire, all + at, used))
				abort();
			levee_dns_name_format(line, sizeof(line), &name);
			/* The dot keeps what looks like an address a name. */
			fprintf(out, "%s.\n", line);
			at += used;
			continue;
		}
		if (at + bytes + 1 > len || all[at + bytes] > bytes * 8)
			abort();
		inet_ntop(bytes == 4 ? AF_INET : AF_INET6, all + at, line, sizeof(line));
		fprintf(out, "%s/%u\n", line, all[at + bytes]);
		at += bytes + 1;
	}
	fclose(out);
	return text;
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct diag diag = { .file = "fuzz" };
	struct feed_file feed, again;
	size_t len, text_len, len_again;
	u8 *all, *all_again;
	char *text;
	FILE *in;

	/* The first byte says how to read the rest. */
	if (size < 2)
		return 0;
	in = fmemopen((void *)(data + 1), size - 1, "r");
	if (!feed_file_parse(&feed, *data % 3, *data & 4, in, &diag)) {
		fclose(in);
		return 0;
	}
	fclose(in);
	all = write_all(&feed, &len);
	text = print_all(&feed, all, len, &text_len);
	in = fmemopen(text, text_len, "r");
	if (!feed_file_parse(&again, feed.kind, false, in, &diag) || again.count != feed.count)
		abort();
	fclose(in);
	all_again = write_all(&again, &len_again);
	if (len != len_again || memcmp(all, all_again, len))
		abort();
	feed_file_free(&feed);
	feed_file_free(&again);
	free(all);
	free(all_again);
	free(text);
	return 0;
}
