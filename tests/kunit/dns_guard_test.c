// SPDX-License-Identifier: GPL-2.0
#include "detect/dns_guard.h"
#include "dns_packet.h"

#define HEADERS_UDP (sizeof(struct iphdr) + sizeof(struct udphdr))
#define HEADERS_TCP (sizeof(struct iphdr) + sizeof(struct tcphdr))
/* Sequence numbers wrap in all that is sent, and in all that comes. */
#define SENT_FIRST 0xffffffe0U
#define HEARD_FIRST 0xffffffd0U

static struct levee_workload *workload;
static struct levee_dns_state *state;
static struct sock *stream_sk;

static int begin(struct kunit *test)
{
	workload = levee_workload_new_overflow("kunit");
	KUNIT_ASSERT_NOT_NULL(test, workload);
	rcu_read_lock();
	state = levee_dns_state_of(workload);
	rcu_read_unlock();
	KUNIT_ASSERT_NOT_NULL(test, state);
	stream_sk = fixture_sock(test, "/", AF_INET, SOCK_STREAM, IPPROTO_TCP);
	return 0;
}

static void end(struct kunit *test)
{
	levee_workload_free_overflow(workload);
	fixture_exit(test);
}

/* What a packet asks, appended: "ID NAME TYPE;" each, "malformed;" or "malformed again;". */
struct said {
	char text[512];
	size_t len;
};

static void say(struct said *said, const struct levee_dns_query *query)
{
	char name[LEVEE_DNS_TEXT_MAX];

	levee_dns_name_format(name, sizeof(name), &query->name);
	said->len += scnprintf(said->text + said->len, sizeof(said->text) - said->len,
			       "%u %s %u;", query->id, name, query->type);
}

static void walk_skb(struct said *said, const struct sk_buff *skb, u8 family,
		     const struct sock *sk, struct levee_dns_state *of, bool again)
{
	enum levee_dns_outcome outcome;
	struct levee_dns_query query;
	struct levee_dns_walk walk;
	struct levee_flow flow;

	WARN_ON(!levee_flow_read(&flow, skb, family));
	rcu_read_lock();
	levee_dns_walk_begin(&walk, skb, family, &flow, sk, of, again);
	while ((outcome = levee_dns_walk_next(&walk, &query)) == LEVEE_DNS_QUERY)
		say(said, &query);
	rcu_read_unlock();
	if (outcome == LEVEE_DNS_MALFORMED)
		said->len += scnprintf(said->text + said->len, sizeof(said->text) - said->len,
				       "malformed%s;", walk.known ? " again" : "");
}

/* Datagrams. */

static const char *asked_by(struct kunit *test, const struct packet *p, size_t linear, u16 slice)
{
	struct sk_buff *skb = fixture_skb(test, p->bytes, p->len, linear);
	static struct said said;

	if (slice) {
		skb_shinfo(skb)->gso_size = slice;
		skb_shinfo(skb)->gso_type = SKB_GSO_UDP_L4;
	}
	memset(&said, 0, sizeof(said));
	walk_skb(&said, skb, p->family, NULL, state, false);
	kfree_skb(skb);
	return said.text;
}

/* Wherever the linear part ends. */
static void expect_asked(struct kunit *test, const struct packet *p, u16 slice,
			 const char *expected)
{
	size_t linear;

	for (linear = sizeof(struct ipv6hdr); linear <= p->len; linear++)
		KUNIT_ASSERT_STREQ(test, asked_by(test, p, linear, slice), expected);
}

static struct packet query_of(const char *from, const char *to)
{
	struct dns_bytes *b = kzalloc(sizeof(*b), GFP_KERNEL | __GFP_NOFAIL);
	struct packet p;

	dns_put_query(b, 7, "WWW.example", TYPE_AAAA);
	p = dns_datagram(from, CLIENT_PORT, to, 53, b);
	kfree(b);
	return p;
}

static void a_datagram_is_a_query(struct kunit *test)
{
	struct packet p = query_of(CLIENT, SERVER);

	expect_asked(test, &p, 0, "7 www.example 28;");
	p = query_of("2001:db8::1", "2001:db8::53");
	expect_asked(test, &p, 0, "7 www.example 28;");
}

static void set_udp_len(struct packet *p, u16 len)
{
	p->bytes[sizeof(struct iphdr) + 4] = len >> 8;
	p->bytes[sizeof(struct iphdr) + 5] = len;
}

static void a_datagram_has_the_length_of_its_header(struct kunit *test)
{
	struct packet p = query_of(CLIENT, SERVER);
	u16 len = p.len - sizeof(struct iphdr), other;

	for (other = 0; other < len; other++) {
		set_udp_len(&p, other);
		expect_asked(test, &p, 0, "malformed;");
	}
	set_udp_len(&p, len + 1);
	expect_asked(test, &p, 0, "malformed;");
	set_udp_len(&p, 65535);
	expect_asked(test, &p, 0, "malformed;");
	/* What trails is none of the datagram: who receives it does not see it. */
	set_udp_len(&p, len);
	packet_put(&p, "trailer", 7);
	expect_asked(test, &p, 0, "7 www.example 28;");
}

static void an_answer_is_no_query(struct kunit *test)
{
	struct packet p = query_of(CLIENT, SERVER);

	p.bytes[HEADERS_UDP + 2] |= 0x80;
	expect_asked(test, &p, 0, "malformed;");
}

/* Three queries of the same length, and how long that is. */
static struct packet train(struct kunit *test, u16 *slice)
{
	struct dns_bytes *b = kunit_kzalloc(test, sizeof(*b), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, b);
	dns_put_query(b, 1, "a.example", TYPE_A);
	*slice = b->len;
	dns_put_query(b, 2, "b.example", TYPE_A);
	dns_put_query(b, 3, "c.example", TYPE_A);
	return dns_datagram(CLIENT, CLIENT_PORT, SERVER, 53, b);
}

static void a_train_is_several_datagrams(struct kunit *test)
{
	struct packet p, whole;
	u16 slice;

	p = train(test, &slice);
	whole = p;
	expect_asked(test, &p, slice, "1 a.example 1;2 b.example 1;3 c.example 1;");
	/* Its header is not cut to a datagram's yet, whatever is in it. */
	set_udp_len(&p, 8);
	expect_asked(test, &p, slice, "1 a.example 1;2 b.example 1;3 c.example 1;");
	/* What it is without its slices: one query, and what trails. */
	expect_asked(test, &whole, 0, "1 a.example 1;");
	/* The last one may be shorter, but not a query then. */
	p.len--;
	expect_asked(test, &p, slice, "1 a.example 1;2 b.example 1;malformed;");
	p.len++;
	p.bytes[HEADERS_UDP + slice + 2] |= 0x80;
	expect_asked(test, &p, slice, "1 a.example 1;malformed;");
}

/* Connections. */

static struct dns_bytes stream;
static u8 wire[6200];

static struct sk_buff *segment_skb(struct kunit *test, const struct packet *header,
				   const u8 *data, u32 len, size_t linear)
{
	memcpy(wire, header->bytes, header->len);
	memcpy(wire + header->len, data, len);
	return fixture_skb(test, wire, header->len + len, min(linear, header->len + len));
}

struct sender {
	struct kunit *test;
	struct said said;
	const struct sock *sk;
	struct levee_dns_state *state;
	bool again;
	size_t linear;
};

static struct sender sender_of(struct kunit *test)
{
	return (struct sender){ .test = test, .sk = stream_sk, .state = state, .linear = 9999 };
}

/* Bytes @from to @to of the stream. */
static void put_flagged(struct sender *sender, u8 flags, u32 from, u32 to)
{
	struct packet header = dns_segment(CLIENT, CLIENT_PORT, SERVER, 53,
					   SENT_FIRST + (flags & SEG_SYN ? 0 : 1) + from, flags);
	struct sk_buff *skb = segment_skb(sender->test, &header, stream.bytes + from, to - from,
					  sender->linear);

	walk_skb(&sender->said, skb, NFPROTO_IPV4, sender->sk, sender->state, sender->again);
	kfree_skb(skb);
}

static void put(struct sender *sender, u32 from, u32 to)
{
	put_flagged(sender, SEG_ACK, from, to);
}

static void put_syn(struct sender *sender)
{
	put_flagged(sender, SEG_SYN, 0, 0);
}

static void expect_said(struct sender *sender, const char *expected)
{
	KUNIT_EXPECT_STREQ(sender->test, sender->said.text, expected);
	memset(&sender->said, 0, sizeof(sender->said));
}

#define ALL "1 a.example 1;2 bb.example 28;3 . 16;"

/* Three queries, one with something behind its question. */
static void begin_stream(void)
{
	u32 begin;

	memset(&stream, 0, sizeof(stream));
	dns_put_tcp_query(&stream, 1, "a.example", TYPE_A);
	begin = dns_begin_message(&stream);
	dns_put_query(&stream, 2, "bb.example", TYPE_AAAA);
	dns_put(&stream, "behind the question", 19);
	dns_end_message(&stream, begin);
	dns_put_tcp_query(&stream, 3, ".", TYPE_TXT);
}

static void a_stream_says_the_same_in_every_cut(struct kunit *test)
{
	struct sender sender = sender_of(test);
	u32 first, second;

	begin_stream();
	put_syn(&sender);
	put(&sender, 0, stream.len);
	expect_said(&sender, ALL);
	for (first = 0; first <= stream.len; first++) {
		for (second = first; second <= stream.len; second++) {
			/* Of the buffer's pieces, too. */
			sender.linear = HEADERS_TCP + second % 16;
			put_syn(&sender);
			put(&sender, 0, first);
			put(&sender, first, second);
			put(&sender, second, stream.len);
			KUNIT_ASSERT_STREQ(test, sender.said.text, ALL);
			expect_said(&sender, ALL);
		}
	}
	put_syn(&sender);
	for (first = 0; first < stream.len; first++)
		put(&sender, first, first + 1);
	expect_said(&sender, ALL);
}

static void what_is_sent_again_was_read(struct kunit *test)
{
	struct sender sender = sender_of(test);

	begin_stream();
	put_syn(&sender);
	put(&sender, 0, 40);
	put(&sender, 0, 40);
	put(&sender, 20, 60);
	put(&sender, 10, 50);
	put(&sender, 0, stream.len);
	put(&sender, 0, stream.len);
	expect_said(&sender, ALL);
	/* What it says the second time does not count: it was read. */
	put_syn(&sender);
	put(&sender, 0, 50);
	memset(stream.bytes, 0xff, 50);
	put(&sender, 0, stream.len);
	expect_said(&sender, ALL);
}

static void a_gap_is_malformed_once(struct kunit *test)
{
	struct sender sender = sender_of(test);

	begin_stream();
	put_syn(&sender);
	put(&sender, 0, 20);
	put(&sender, 21, 40);
	expect_said(&sender, "malformed;");
	put(&sender, 20, 40);
	expect_said(&sender, "malformed again;");
	/* What only acknowledges says nothing. */
	put(&sender, 40, 40);
	expect_said(&sender, "");
	put_syn(&sender);
	put(&sender, 0, stream.len);
	expect_said(&sender, ALL);
}

static void what_is_no_query_is_malformed_once(struct kunit *test)
{
	struct sender sender = sender_of(test);
	u32 second;

	begin_stream();
	second = 2 + (stream.bytes[0] << 8 | stream.bytes[1]);
	stream.bytes[second + 4] |= 0x80;
	put_syn(&sender);
	put(&sender, 0, stream.len);
	expect_said(&sender, "1 a.example 1;malformed;");
	put(&sender, second, stream.len);
	expect_said(&sender, "malformed again;");
}

static void an_urgent_byte_is_malformed(struct kunit *test)
{
	struct sender sender = sender_of(test);

	begin_stream();
	put_syn(&sender);
	put(&sender, 0, 20);
	put_flagged(&sender, SEG_ACK | SEG_URG, 20, 40);
	expect_said(&sender, "malformed;");
	put(&sender, 20, 40);
	expect_said(&sender, "malformed again;");
}

static void a_connection_is_known_from_its_syn_on(struct kunit *test)
{
	struct sender sender = sender_of(test), second = sender_of(test);

	begin_stream();
	put(&sender, 0, 0);
	expect_said(&sender, "");
	put(&sender, 0, stream.len);
	expect_said(&sender, "malformed;");
	put(&sender, 0, stream.len);
	expect_said(&sender, "malformed again;");
	/* The second look has a place of its own. */
	second.again = true;
	put_syn(&sender);
	put_syn(&second);
	put(&sender, 0, stream.len);
	expect_said(&sender, ALL);
	put(&second, 0, stream.len);
	expect_said(&second, ALL);
}

static void without_a_state_nothing_can_be_followed(struct kunit *test)
{
	struct sender sender = sender_of(test);

	begin_stream();
	sender.state = NULL;
	put_syn(&sender);
	expect_said(&sender, "");
	put(&sender, 0, 0);
	expect_said(&sender, "");
	put(&sender, 0, stream.len);
	expect_said(&sender, "malformed;");
	put_flagged(&sender, SEG_SYN, 0, 20);
	expect_said(&sender, "malformed;");
}

static void a_syn_may_ask(struct kunit *test)
{
	struct sender sender = sender_of(test);

	begin_stream();
	put_flagged(&sender, SEG_SYN, 0, 40);
	expect_said(&sender, "1 a.example 1;");
	put(&sender, 40, stream.len);
	expect_said(&sender, "2 bb.example 28;3 . 16;");
	/* Refused by the server: all is sent again, without the data. */
	put_flagged(&sender, SEG_SYN, 0, stream.len);
	expect_said(&sender, ALL);
	put_syn(&sender);
	put(&sender, 0, stream.len);
	expect_said(&sender, ALL);
}

/* Who writes segments himself may send other bytes for those that were read. */
static void a_raw_socket_has_no_connection(struct kunit *test)
{
	struct sender sender = sender_of(test);

	begin_stream();
	sender.sk = fixture_sock(test, "/", AF_INET, SOCK_RAW, IPPROTO_TCP);
	put_syn(&sender);
	expect_said(&sender, "malformed;");
	put(&sender, 0, stream.len);
	expect_said(&sender, "malformed again;");
}

static void a_segment_has_a_header(struct kunit *test)
{
	struct packet p = dns_segment(CLIENT, CLIENT_PORT, SERVER, 53, 1, SEG_ACK);
	static const u8 offsets[] = { 0, 1, 4, 6, 15 };
	struct sender sender = sender_of(test);
	struct sk_buff *skb;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(offsets); i++) {
		p.bytes[sizeof(struct iphdr) + 12] = offsets[i] << 4;
		skb = fixture_skb(test, p.bytes, p.len, p.len);
		walk_skb(&sender.said, skb, NFPROTO_IPV4, stream_sk, state, false);
		kfree_skb(skb);
		KUNIT_EXPECT_EQ(test, strncmp(sender.said.text, "malformed", 9), 0);
		memset(&sender.said, 0, sizeof(sender.said));
	}
}

/* Answers. */

static void ask(u16 id, const char *name, u8 proto)
{
	struct levee_dns_ask ask = {
		.server = fixture_addr(SERVER),
		.name = fixture_name(name),
		.server_port = 53,
		.local_port = CLIENT_PORT,
		.id = id,
		.proto = proto,
	};

	levee_dns_ask_note(state, &ask);
}

static void hear_skb(struct sk_buff *skb, const struct sock *sk, u32 grace)
{
	struct levee_flow flow;

	WARN_ON(!levee_flow_read(&flow, skb, NFPROTO_IPV4));
	rcu_read_lock();
	levee_dns_hear(state, skb, NFPROTO_IPV4, &flow, sk, grace);
	rcu_read_unlock();
	kfree_skb(skb);
}

static void hear_from(struct kunit *test, const char *server, u16 port, u16 to,
		      const struct dns_bytes *b)
{
	struct packet p = dns_datagram(server, port, CLIENT, to, b);

	hear_skb(fixture_skb(test, p.bytes, p.len, p.len), NULL, 10);
}

static void hear(struct kunit *test, const struct dns_bytes *b)
{
	hear_from(test, SERVER, 53, CLIENT_PORT, b);
}

/* The names of 10.0.0.0 and so many, an alias behind '~'. */
static const char *names_of(u32 addr)
{
	struct levee_name names[LEVEE_DNS_NAMES_MAX];
	const struct levee_addr to = { .lo = addr, .is_v4 = true };
	char name[LEVEE_DNS_TEXT_MAX];
	struct levee_dns_name found;
	static char text[256];
	size_t len = 0;
	u32 count, i;

	text[0] = 0;
	rcu_read_lock();
	count = levee_dns_names_of(workload, &to, false, names);
	for (i = 0; i < count; i++) {
		WARN_ON(levee_dns_name_read(&found, names[i].wire, names[i].len, 0, 0) <= 0);
		levee_dns_name_format(name, sizeof(name), &found);
		len += scnprintf(text + len, sizeof(text) - len, "%s%s%s", i ? " " : "",
				 names[i].alias ? "~" : "", name);
	}
	rcu_read_unlock();
	return text;
}

#define ADDR 0x0a090000U
#define EXPECT_NAMES(addr, expected) KUNIT_EXPECT_STREQ(test, names_of(addr), expected)

static struct dns_bytes message;

static const struct dns_bytes *answer(u16 id, const char *name, u32 addr)
{
	message.len = 0;
	dns_put_answer(&message, id, name, 30, addr);
	return &message;
}

static void an_answer_gives_a_name_for_its_time_and_grace(struct kunit *test)
{
	ask(1, "a.example", IPPROTO_UDP);
	hear(test, answer(1, "A.example", ADDR));
	EXPECT_NAMES(ADDR, "a.example");
	fixture_sleep_jiffies(39);
	EXPECT_NAMES(ADDR, "a.example");
	fixture_sleep_jiffies(2);
	EXPECT_NAMES(ADDR, "");
}

static void what_was_not_asked_is_not_answered(struct kunit *test)
{
	hear(test, answer(1, "a.example", ADDR));
	ask(1, "a.example", IPPROTO_UDP);
	hear(test, answer(2, "a.example", ADDR));
	hear(test, answer(1, "b.example", ADDR));
	hear_from(test, "192.0.2.54", 53, CLIENT_PORT, answer(1, "a.example", ADDR));
	hear_from(test, SERVER, 54, CLIENT_PORT, answer(1, "a.example", ADDR));
	hear_from(test, SERVER, 53, CLIENT_PORT + 1, answer(1, "a.example", ADDR));
	/* Neither is a query an answer. */
	message.len = 0;
	dns_put_query(&message, 1, "a.example", TYPE_A);
	hear(test, &message);
	EXPECT_NAMES(ADDR, "");
	hear(test, answer(1, "a.example", ADDR));
	EXPECT_NAMES(ADDR, "a.example");
	/* And once. */
	hear(test, answer(1, "a.example", ADDR + 1));
	EXPECT_NAMES(ADDR + 1, "");
}

static void an_error_is_an_answer_without_addresses(struct kunit *test)
{
	ask(1, "a.example", IPPROTO_UDP);
	answer(1, "a.example", ADDR);
	message.bytes[3] |= 3;
	hear(test, &message);
	EXPECT_NAMES(ADDR, "");
	hear(test, answer(1, "a.example", ADDR));
	EXPECT_NAMES(ADDR, "");
}

static void an_alias_is_known_as_that(struct kunit *test)
{
	struct dns_bytes *target = kunit_kzalloc(test, sizeof(*target), GFP_KERNEL);
	const __be32 addr = htonl(ADDR);

	KUNIT_ASSERT_NOT_NULL(test, target);
	dns_put_name(target, "cdn.example");
	message.len = 0;
	dns_put_question(&message, 1, 0x8180, 2, "a.example", TYPE_A);
	dns_put16(&message, 0xc00c);
	dns_put_record(&message, TYPE_CNAME, 30, target->bytes, target->len);
	dns_put_name(&message, "cdn.example");
	dns_put_record(&message, TYPE_A, 30, &addr, sizeof(addr));
	ask(1, "a.example", IPPROTO_UDP);
	hear(test, &message);
	/* What was asked for comes first. */
	EXPECT_NAMES(ADDR, "a.example ~cdn.example");
}

static void a_datagram_is_heard_in_every_piece(struct kunit *test)
{
	struct packet p;
	u32 linear;

	for (linear = HEADERS_UDP - 8; linear <= HEADERS_UDP + message.len; linear++) {
		p = dns_datagram(SERVER, 53, CLIENT, CLIENT_PORT,
				 answer(linear, "a.example", ADDR + linear));
		ask(linear, "a.example", IPPROTO_UDP);
		hear_skb(fixture_skb(test, p.bytes, p.len, linear), NULL, 0);
		KUNIT_ASSERT_STREQ(test, names_of(ADDR + linear), "a.example");
	}
}

static void a_datagram_that_is_cut_is_not_heard(struct kunit *test)
{
	struct packet p = dns_datagram(SERVER, 53, CLIENT, CLIENT_PORT,
				       answer(1, "a.example", ADDR));

	ask(1, "a.example", IPPROTO_UDP);
	hear_skb(fixture_skb(test, p.bytes, p.len - 1, p.len - 1), NULL, 0);
	EXPECT_NAMES(ADDR, "");
}

/* Bytes of the stream, to the client. */
static void hear_flagged(struct kunit *test, u8 flags, u32 from, u32 to, size_t linear)
{
	struct packet header = dns_segment(SERVER, 53, CLIENT, CLIENT_PORT,
					   HEARD_FIRST + (flags & SEG_SYN ? 0 : 1) + from,
					   flags | SEG_ACK);

	hear_skb(segment_skb(test, &header, stream.bytes + from, to - from, linear), stream_sk, 0);
}

static void hear_bytes(struct kunit *test, u32 from, u32 to)
{
	hear_flagged(test, SEG_ACK, from, to, 9999);
}

static void connect(struct kunit *test)
{
	struct sender sender = sender_of(test);

	put_syn(&sender);
	hear_flagged(test, SEG_SYN, 0, 0, 9999);
}

/* Two answers, to queries 1 and 2; @addr and the next. */
static void begin_answers(u32 addr)
{
	u32 begin;

	memset(&stream, 0, sizeof(stream));
	begin = dns_begin_message(&stream);
	dns_put_answer(&stream, 1, "a.example", 30, addr);
	dns_end_message(&stream, begin);
	begin = dns_begin_message(&stream);
	dns_put_answer(&stream, 2, "b.example", 30, addr + 1);
	dns_end_message(&stream, begin);
	ask(1, "a.example", IPPROTO_TCP);
	ask(2, "b.example", IPPROTO_TCP);
}

static void answers_are_heard_in_every_cut(struct kunit *test)
{
	u32 first, second, addr = ADDR;

	begin_answers(addr);
	for (first = 0; first <= stream.len; first++) {
		for (second = first; second <= stream.len; second += 3, addr += 2) {
			begin_answers(addr);
			connect(test);
			hear_bytes(test, 0, first);
			hear_flagged(test, SEG_ACK, first, second, HEADERS_TCP + second % 16);
			hear_bytes(test, second, stream.len);
			KUNIT_ASSERT_STREQ(test, names_of(addr), "a.example");
			KUNIT_ASSERT_STREQ(test, names_of(addr + 1), "b.example");
		}
	}
}

static void what_comes_again_was_heard(struct kunit *test)
{
	begin_answers(ADDR);
	connect(test);
	hear_bytes(test, 0, 30);
	hear_bytes(test, 0, 30);
	hear_bytes(test, 10, 50);
	hear_bytes(test, 0, stream.len);
	EXPECT_NAMES(ADDR, "a.example");
	EXPECT_NAMES(ADDR + 1, "b.example");
	/* The SYN-ACK, too. */
	begin_answers(ADDR + 2);
	connect(test);
	hear_bytes(test, 0, 30);
	hear_flagged(test, SEG_SYN, 0, 0, 9999);
	hear_bytes(test, 30, stream.len);
	EXPECT_NAMES(ADDR + 2, "a.example");
}

static void what_comes_out_of_order_makes_deaf(struct kunit *test)
{
	begin_answers(ADDR);
	connect(test);
	hear_bytes(test, 30, 50);
	hear_bytes(test, 0, stream.len);
	EXPECT_NAMES(ADDR, "");
	EXPECT_NAMES(ADDR + 1, "");
	/* The next connection hears. */
	connect(test);
	hear_bytes(test, 0, stream.len);
	EXPECT_NAMES(ADDR, "a.example");
}

static void an_urgent_answer_makes_deaf(struct kunit *test)
{
	begin_answers(ADDR);
	connect(test);
	hear_flagged(test, SEG_ACK | SEG_URG, 0, 30, 9999);
	hear_bytes(test, 30, stream.len);
	EXPECT_NAMES(ADDR, "");
}

static void an_answer_of_no_length_makes_deaf(struct kunit *test)
{
	begin_answers(ADDR);
	memmove(stream.bytes + 2, stream.bytes, stream.len);
	memset(stream.bytes, 0, 2);
	stream.len += 2;
	connect(test);
	hear_bytes(test, 0, stream.len);
	EXPECT_NAMES(ADDR, "");
}

static void a_connection_hears_from_its_beginning_on(struct kunit *test)
{
	struct sender sender = sender_of(test);

	begin_answers(ADDR);
	/* Nobody has sent a SYN. */
	hear_flagged(test, SEG_SYN, 0, 0, 9999);
	hear_bytes(test, 0, stream.len);
	/* Or the answer to it was not seen. */
	put_syn(&sender);
	hear_bytes(test, 0, stream.len);
	EXPECT_NAMES(ADDR, "");
}

/* Of the first 4 KiB; what is behind them is passed over, and the next answer heard. */
static void a_long_answer_is_heard_as_far_as_it_is_read(struct kunit *test)
{
	static const u8 text[1000] = { 255 };
	u32 begin, i, at;

	memset(&stream, 0, sizeof(stream));
	begin = dns_begin_message(&stream);
	dns_put_question(&stream, 1, 0x8180, 7, "a.example", TYPE_A);
	dns_put_a(&stream, 30, ADDR);
	for (i = 0; i < 5; i++) {
		dns_put16(&stream, 0xc00c);
		dns_put_record(&stream, TYPE_TXT, 30, text, sizeof(text));
	}
	dns_put_a(&stream, 30, ADDR + 1);
	dns_end_message(&stream, begin);
	begin = dns_begin_message(&stream);
	dns_put_answer(&stream, 2, "b.example", 30, ADDR + 2);
	dns_end_message(&stream, begin);
	ask(1, "a.example", IPPROTO_TCP);
	ask(2, "b.example", IPPROTO_TCP);
	connect(test);
	for (at = 0; at < stream.len; at += 1001)
		hear_bytes(test, at, min(at + 1001, stream.len));
	EXPECT_NAMES(ADDR, "a.example");
	EXPECT_NAMES(ADDR + 1, "");
	EXPECT_NAMES(ADDR + 2, "b.example");
}

/* Who answers himself. */

static const char *echoes(struct kunit *test, const struct packet *p, u16 slice)
{
	struct sk_buff *skb = fixture_skb(test, p->bytes, p->len, p->len / 2);
	struct levee_dns_echo echo;
	struct levee_dns_walk walk;
	static char text[256];
	struct levee_flow flow;
	char name[LEVEE_DNS_TEXT_MAX];
	size_t len = 0;

	if (slice) {
		skb_shinfo(skb)->gso_size = slice;
		skb_shinfo(skb)->gso_type = SKB_GSO_UDP_L4;
	}
	text[0] = 0;
	WARN_ON(!levee_flow_read(&flow, skb, NFPROTO_IPV4));
	rcu_read_lock();
	levee_dns_walk_begin(&walk, skb, NFPROTO_IPV4, &flow, NULL, NULL, false);
	while (levee_dns_walk_echo(&walk, &echo)) {
		levee_dns_name_format(name, sizeof(name), &echo.name);
		len += scnprintf(text + len, sizeof(text) - len, "%u %s;", echo.id, name);
	}
	rcu_read_unlock();
	kfree_skb(skb);
	return text;
}

static void an_answer_that_leaves_is_an_echo(struct kunit *test)
{
	struct packet p = dns_datagram(SERVER, 53, CLIENT, CLIENT_PORT,
				       answer(9, "A.example", ADDR));
	u32 i;

	KUNIT_EXPECT_STREQ(test, echoes(test, &p, 0), "9 a.example;");
	/* As long as its question is there. */
	for (i = 0; i < HEADERS_UDP + 12 + 11; i++) {
		p.len = max_t(u32, i, HEADERS_UDP);
		set_udp_len(&p, p.len - sizeof(struct iphdr));
		KUNIT_ASSERT_STREQ(test, echoes(test, &p, 0), "");
	}
	p = query_of(SERVER, CLIENT);
	KUNIT_EXPECT_STREQ(test, echoes(test, &p, 0), "");
}

/* Each of them may be the answer, if somebody cuts the train on its way. */
static void every_answer_in_a_train_is_an_echo(struct kunit *test)
{
	struct packet p;
	u16 slice;

	p = train(test, &slice);
	KUNIT_EXPECT_STREQ(test, echoes(test, &p, slice), "");
	p.bytes[HEADERS_UDP + slice + 2] |= 0x80;
	p.bytes[HEADERS_UDP + 2 * slice + 2] |= 0x80;
	KUNIT_EXPECT_STREQ(test, echoes(test, &p, slice), "2 b.example;3 c.example;");
}

static struct kunit_case dns_guard_cases[] = {
	KUNIT_CASE(a_datagram_is_a_query),
	KUNIT_CASE(a_datagram_has_the_length_of_its_header),
	KUNIT_CASE(an_answer_is_no_query),
	KUNIT_CASE(a_train_is_several_datagrams),
	KUNIT_CASE(a_stream_says_the_same_in_every_cut),
	KUNIT_CASE(what_is_sent_again_was_read),
	KUNIT_CASE(a_gap_is_malformed_once),
	KUNIT_CASE(what_is_no_query_is_malformed_once),
	KUNIT_CASE(an_urgent_byte_is_malformed),
	KUNIT_CASE(a_connection_is_known_from_its_syn_on),
	KUNIT_CASE(without_a_state_nothing_can_be_followed),
	KUNIT_CASE(a_syn_may_ask),
	KUNIT_CASE(a_raw_socket_has_no_connection),
	KUNIT_CASE(a_segment_has_a_header),
	KUNIT_CASE(an_answer_gives_a_name_for_its_time_and_grace),
	KUNIT_CASE(what_was_not_asked_is_not_answered),
	KUNIT_CASE(an_error_is_an_answer_without_addresses),
	KUNIT_CASE(an_alias_is_known_as_that),
	KUNIT_CASE(a_datagram_is_heard_in_every_piece),
	KUNIT_CASE(a_datagram_that_is_cut_is_not_heard),
	KUNIT_CASE(answers_are_heard_in_every_cut),
	KUNIT_CASE(what_comes_again_was_heard),
	KUNIT_CASE(what_comes_out_of_order_makes_deaf),
	KUNIT_CASE(an_urgent_answer_makes_deaf),
	KUNIT_CASE(an_answer_of_no_length_makes_deaf),
	KUNIT_CASE(a_connection_hears_from_its_beginning_on),
	KUNIT_CASE(a_long_answer_is_heard_as_far_as_it_is_read),
	KUNIT_CASE(an_answer_that_leaves_is_an_echo),
	KUNIT_CASE(every_answer_in_a_train_is_an_echo),
	{}
};

static struct kunit_suite dns_guard_suite = {
	.name = "levee_dns_guard",
	.init = begin,
	.exit = end,
	.test_cases = dns_guard_cases,
};

kunit_test_suite(dns_guard_suite);
