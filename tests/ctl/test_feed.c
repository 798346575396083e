// SPDX-License-Identifier: GPL-2.0
/* Feed files: every form, and against a naive reading of random ones. */
#define _POSIX_C_SOURCE 200809L
#include <arpa/inet.h>
#include <stdlib.h>

#include "feed_file.h"
#include "lib/entry.h"
#include "lib/limits.h"
#include "leveectl.h"

static u32 passed, failed;

/* Of main.c, which holds the other main(). */
int usage_error(const char *command, const char *what, const char *word)
{
	fprintf(stderr, "%s: %s %s\n", command, what, word ? word : "");
	return LEVEECTL_USAGE;
}

static void expect(bool good, const char *name)
{
	printf("%s ctl/feed: %s\n", good ? "ok" : "not ok", name);
	if (good)
		passed++;
	else
		failed++;
}

static u64 random_state = 0x9e3779b97f4a7c15;

static u32 below(u32 bound)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return random_state % bound;
}

static bool parse(struct feed_file *feed, u32 kind, const char *text)
{
	struct diag diag = { .file = "feed", .out = stdout };
	FILE *in = fmemopen((void *)text, strlen(text), "r");
	bool good = feed_file_parse(feed, kind, false, in, &diag);

	fclose(in);
	return good;
}

/* What is in a feed, as text, a line each, written in chunks of @size bytes. */
static char *feed_text(const struct feed_file *feed, size_t size)
{
	struct feed_cursor v4 = { 0 }, v6 = { 0 };
	size_t len, length = 0;
	u8 *chunk = malloc(size);
	char *text = NULL;
	FILE *out = open_memstream(&text, &length);
	u32 index = 0;

	while ((len = feed_names_write(&feed->names, &index, chunk, size))) {
		for (size_t at = 0; at < len;) {
			char name_text[LEVEE_DNS_TEXT_MAX];
			struct levee_dns_name name;
			int used = levee_dns_name_read(&name, chunk, len, at, 0);

			if (used <= 0)
				abort();
			levee_dns_name_format(name_text, sizeof(name_text), &name);
			fprintf(out, "%s\n", name_text);
			at += used;
		}
	}
	while ((len = feed_ranges_write(&feed->v4, &v4, chunk, size)))
		for (size_t at = 0; at < len; at += 5)
			fprintf(out, "%u.%u.%u.%u/%u\n", chunk[at], chunk[at + 1], chunk[at + 2],
				chunk[at + 3], chunk[at + 4]);
	while ((len = feed_ranges_write(&feed->v6, &v6, chunk, size))) {
		for (size_t at = 0; at < len; at += 17) {
			char address[INET6_ADDRSTRLEN];

			inet_ntop(AF_INET6, chunk + at, address, sizeof(address));
			fprintf(out, "%s/%u\n", address, chunk[at + 16]);
		}
	}
	fclose(out);
	free(chunk);
	return text;
}

static void expect_feed(const char *text, u32 kind, const char *want, const char *name)
{
	struct feed_file feed;
	char *got;
	u64 lines = 0;

	if (!parse(&feed, 0, text)) {
		expect(false, name);
		return;
	}
	got = feed_text(&feed, 512);
	for (const char *c = got; *c; c++)
		lines += *c == '\n';
	if (strcmp(got, want))
		printf("    %s", got);
	expect(!strcmp(got, want) && feed.kind == kind && feed.count == lines, name);
	free(got);
	feed_file_free(&feed);
}

#define DOMAINS LEVEE_FEED_KIND_DOMAINS
#define ADDRESSES LEVEE_FEED_KIND_ADDRESSES

static void test_forms(void)
{
	expect_feed("b.example\na.example\n\n# c\n; d\n! e\nb.example", DOMAINS,
		    "a.example\nb.example\n", "plain names, sorted, once");
	expect_feed("\xef\xbb\xbf" "A.Example.\r\n  b.example \t# c\r\n*.c.example\r\n.d.example\r\n",
		    DOMAINS, "a.example\nb.example\nc.example\nd.example\n",
		    "case, dots, blanks, CRLF, a byte order mark");
	expect_feed("b.a.example\nba.example\na.example\nc.b.a.example\n*.a.example\n", DOMAINS,
		    "a.example\nba.example\n", "what is below another name is dropped");
	expect_feed("127.0.0.1 localhost\n::1 localhost ip6-loopback\nfe80::1%lo0 localhost\n"
		    "255.255.255.255 broadcasthost\n0.0.0.0 0.0.0.0\n0.0.0.0 a.example b.example # c\n"
		    "127.0.0.1\tc.example\n:: d.example\n", DOMAINS,
		    "a.example\nb.example\nc.example\nd.example\n", "a hosts file");
	expect_feed("$TTL 2h\n@ IN SOA ns. root. (\n 1 ; serial\n 3H 1H\n 1W 1H )\n  IN NS localhost.\n"
		    "\tNS localhost.\na.example CNAME .\n*.b.example 60 IN CNAME . ; why\n"
		    "c.example IN 1h CNAME *.\nd.example cname rpz-drop.\n", DOMAINS,
		    "a.example\nb.example\nc.example\nd.example\n", "response policy zones");
	expect_feed("$ORIGIN rpz.test.\n@ SOA a. b. 1 2 3 4 5\na.example CNAME .\n"
		    "b.example.rpz.test. CNAME .\n$ORIGIN example.rpz.test.\n*.c CNAME .\n", DOMAINS,
		    "a.example\nb.example\nc.example\n", "zones with origins");
	expect_feed("rpz.test. 60 IN SOA a. b. 1 2 3 4 5\nrpz.test. 60 IN NS a.\n"
		    "a.example.rpz.test. 60 IN CNAME .\n", DOMAINS, "a.example\n",
		    "zones as they are transferred");
	expect_feed("[Adblock Plus 2.0]\n! Title\n||a.example^\n||*.b.example^\n", DOMAINS,
		    "a.example\nb.example\n", "filters");
	expect_feed("address=/a.example/\naddress=/b.example/c.example/0.0.0.0\n"
		    "address=/d.example/#\nlocal=/e.example/\nserver=/f.example/\n", DOMAINS,
		    "a.example\nb.example\nc.example\nd.example\ne.example\nf.example\n", "dnsmasq");
	expect_feed("a\\.b.example\n\\000.example\n\\001.example\n\\002.example\nb.example\n", DOMAINS,
		    "\\000.example\n\\001.example\n\\002.example\na\\.b.example\nb.example\n",
		    "any byte in a label");
	expect_feed("\\000\\000.example\nx.\\000.example\n\\000.example\n", DOMAINS,
		    "\\000.example\n\\000\\000.example\n", "a zero is no end of a label");
	expect_feed("10.0.0.0/8 ; c\n192.0.2.1\n192.0.2.0 # d\n2001:db8::/32\n", ADDRESSES,
		    "10.0.0.0/8\n192.0.2.0/31\n2001:db8::/32\n", "addresses and prefixes");
	expect_feed("10.0.0.0 - 10.0.0.255\n10.0.1.0-10.0.1.5\n10.0.1.6,10.0.1.6,\"A, B\"\n"
		    "2001:db8::1,2001:db8::4,XX\n", ADDRESSES,
		    "10.0.0.0/24\n10.0.1.0/30\n10.0.1.4/31\n10.0.1.6/32\n"
		    "2001:db8::1/128\n2001:db8::2/127\n2001:db8::4/128\n", "ranges");
	expect_feed("::ffff:10.0.0.0/104\n::ffff:11.0.0.1\n::fffe:0:0/95\n", ADDRESSES,
		    "10.0.0.0/8\n11.0.0.1/32\n::fffe:0:0/95\n", "IPv4-mapped addresses are IPv4");
	expect_feed("0.0.0.0/0\n::/0\n255.255.255.255\nffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff\n",
		    ADDRESSES, "0.0.0.0/0\n::/0\n", "all there are");
	expect_feed("0.0.0.0-255.255.255.254\n255.255.255.255\n::1-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff\n::\n",
		    ADDRESSES, "0.0.0.0/0\n::/0\n", "all there are, in parts");
}

/* Names of few labels, so that many repeat and many are below another. */
static void test_random_names(void)
{
	static const char *const labels[] = { "a", "ab", "b", "a-", "0x", "\\000", "\\001" };
	bool good = true;

	for (u32 round = 0; good && round < 300; round++) {
		char names[64][64], *text = NULL, *got, *line, *save = NULL;
		u32 count = 1 + below(64), kept = 0, found = 0;
		struct feed_file feed;
		size_t len;
		FILE *out = open_memstream(&text, &len);

		for (u32 i = 0; i < count; i++) {
			/* Behind a dot, so that a name is below another when it ends in it. */
			strcpy(names[i], "");
			for (u32 n = 1 + below(4); n; n--)
				sprintf(names[i] + strlen(names[i]), ".%s",
					labels[below(ARRAY_SIZE(labels))]);
			fprintf(out, "%s\n", names[i] + below(2));
		}
		fclose(out);
		good = parse(&feed, DOMAINS, text);
		got = good ? feed_text(&feed, 300) : NULL;
		for (line = got ? strtok_r(got, "\n", &save) : NULL; line;
		     line = strtok_r(NULL, "\n", &save)) {
			u32 same = 0;

			kept++;
			for (u32 i = 0; i < count; i++)
				same |= !strcmp(names[i] + 1, line);
			found += same;
		}
		good = good && kept == found && kept == feed.count;
		/* A name is there exactly when no other, or an earlier equal one, covers it. */
		for (u32 i = 0; good && i < count; i++) {
			for (u32 j = 0; j < count; j++) {
				size_t a = strlen(names[i]), b = strlen(names[j]);

				if (a >= b && !strcmp(names[i] + a - b, names[j]) &&
				    (a > b || j < i)) {
					found++;
					break;
				}
			}
		}
		good = good && found == count;
		free(got);
		free(text);
		feed_file_free(&feed);
	}
	expect(good, "300 random feeds keep what a naive reading keeps");
}

/* Ranges in 256 addresses, whose bits tell what is covered. */
static void test_random_ranges(bool v6)
{
	bool good = true;

	for (u32 round = 0; good && round < 2000; round++) {
		bool want[256] = { false }, got[256] = { false };
		size_t len, bytes = v6 ? 16 : 4;
		struct feed_cursor cursor = { 0 };
		struct feed_file feed;
		u8 chunk[40];
		char *text = NULL;
		FILE *out = open_memstream(&text, &len);
		int last = -1;

		for (u32 n = 1 + below(12); n; n--) {
			u32 first = below(256), end = first + below(256 - first) % (1 + below(40));

			fprintf(out, v6 ? "2001:db8::%x-2001:db8::%x\n" : "10.0.0.%u - 10.0.0.%u\n",
				first, end);
			memset(want + first, true, end - first + 1);
		}
		fclose(out);
		good = parse(&feed, ADDRESSES, text);
		while (good && (len = feed_ranges_write(v6 ? &feed.v6 : &feed.v4, &cursor, chunk,
							sizeof(chunk)))) {
			for (size_t at = 0; at < len; at += bytes + 1) {
				u32 first = chunk[at + bytes - 1];
				u32 size = 1u << (bytes * 8 - chunk[at + bytes]);

				/* Ascending, apart, on their own boundary. */
				good = good && (int)first > last && !(first % size);
				memset(got + first, true, size);
				last = first + size - 1;
				feed.count--;
			}
		}
		good = good && !feed.count && !memcmp(want, got, sizeof(want));
		free(text);
		feed_file_free(&feed);
	}
	expect(good, v6 ? "2000 random feeds of IPv6 ranges" : "2000 random feeds of IPv4 ranges");
}

/* More lines than are kept before they are thinned out, all of them repeated. */
#define LINES (LEVEE_FEED_DOMAINS_MAX / 2 * 3 + 5000)

static void test_repeated(void)
{
	struct diag diag = { .file = "feed", .out = stdout };
	struct feed_file feed;
	size_t len;
	char *text = NULL;
	FILE *out = open_memstream(&text, &len), *in;

	for (u32 i = 0; i < LINES; i++)
		fprintf(out, "n%u.x\n", i % 1000);
	fclose(out);
	in = fmemopen(text, len, "r");
	expect(feed_file_parse(&feed, 0, false, in, &diag) && feed.count == 1000 &&
	       feed.names.dropped == LINES - 1000 &&
	       feed.lines == LINES, "more lines than are kept, of a thousand names");
	fclose(in);
	feed_file_free(&feed);
	free(text);
}

int main(void)
{
	test_forms();
	test_random_names();
	test_random_ranges(false);
	test_random_ranges(true);
	test_repeated();
	printf("%u passed, %u failed, 0 skipped\n", passed, failed);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
