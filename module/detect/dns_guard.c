// SPDX-License-Identifier: GPL-2.0
/* Where in a packet the messages are, and what follows from an answer. */
#include <linux/percpu.h>
#include <linux/udp.h>
#include <net/mptcp.h>
#include <net/tcp.h>

#include "dns_guard.h"

/* An answer does not fit on the stack; with bottom halves off. */
struct scratch {
	struct levee_dns_answer answer;
	u8 message[LEVEE_DNS_ANSWER_MAX];
};

static struct scratch __percpu *scratches;

/* TCP that is handed to levee_dns_stream_next() at once; a query fits. */
#define PIECE 288

static bool is_udp_train(const struct sk_buff *skb)
{
	return skb_is_gso(skb) && skb_shinfo(skb)->gso_type & SKB_GSO_UDP_L4;
}

/* Where the payload of a datagram is; false for a header that cannot be. */
static bool find_datagram(const struct sk_buff *skb, u8 family, u32 *at, u32 *end)
{
	struct udphdr buffer, *udp;
	int offset = levee_flow_transport(skb, family);
	u32 len;

	udp = offset < 0 ? NULL : skb_header_pointer(skb, offset, sizeof(buffer), &buffer);
	if (!udp)
		return false;
	len = is_udp_train(skb) ? skb->len - offset : ntohs(udp->len);
	if (len < sizeof(*udp) || len > skb->len - offset)
		return false;
	*at = offset + sizeof(*udp);
	*end = offset + len;
	return true;
}

/* The same of a segment, and its header. */
static bool find_segment(const struct sk_buff *skb, u8 family, struct tcphdr *tcp, u32 *at,
			 u32 *end)
{
	int offset = levee_flow_transport(skb, family);

	if (offset < 0 || skb_copy_bits(skb, offset, tcp, sizeof(*tcp)))
		return false;
	if (tcp->doff * 4 < sizeof(*tcp) || tcp->doff * 4 > skb->len - offset)
		return false;
	*at = offset + tcp->doff * 4;
	*end = skb->len;
	return true;
}

void levee_dns_walk_begin(struct levee_dns_walk *walk, const struct sk_buff *skb, u8 family,
			  const struct levee_flow *flow, const struct sock *sk,
			  struct levee_dns_state *state, bool again)
{
	struct tcphdr tcp;

	memset(walk, 0, sizeof(*walk));
	walk->skb = skb;
	walk->state = state;
	walk->tcp = flow->proto == IPPROTO_TCP;
	if (!walk->tcp) {
		if (find_datagram(skb, family, &walk->at, &walk->end))
			walk->slice = is_udp_train(skb) ? skb_shinfo(skb)->gso_size : U32_MAX;
		return;
	}
	levee_flow_key_set(&walk->key, sk, again, levee_sock_cgroup(sk), flow);
	if (!find_segment(skb, family, &tcp, &walk->at, &walk->end)) {
		walk->urgent = true;
		return;
	}
	walk->seq = ntohl(tcp.seq);
	if (tcp.syn)
		walk->seq++;
	walk->begins = tcp.syn;
	/*
	 * The receiver takes an urgent byte out of the stream, and orders what comes
	 * by several subflows by other numbers than these. Who writes his segments
	 * himself may say something else when he sends again.
	 */
	walk->urgent = tcp.urg || sk->sk_type != SOCK_STREAM || sk_is_mptcp(sk);
}

/* The beginning of the walk's next datagram, of which there is one, and its whole length. */
static const u8 *take_datagram(struct levee_dns_walk *walk, u8 buffer[LEVEE_DNS_QUERY_PEEK],
			       u32 *have, u32 *total)
{
	u32 at = walk->at;

	*total = min(walk->end - at, walk->slice);
	*have = min_t(u32, *total, LEVEE_DNS_QUERY_PEEK);
	walk->at += *total;
	if (walk->at == walk->end)
		walk->slice = 0;
	return skb_header_pointer(walk->skb, at, *have, buffer);
}

static enum levee_dns_outcome next_datagram(struct levee_dns_walk *walk,
					    struct levee_dns_query *query)
{
	u8 buffer[LEVEE_DNS_QUERY_PEEK] __uninitialized;
	const u8 *data;
	u32 total, have;

	/* No header, or a train that ends. */
	if (!walk->slice)
		return walk->end ? LEVEE_DNS_MORE : LEVEE_DNS_MALFORMED;
	data = take_datagram(walk, buffer, &have, &total);
	/* RFC 1035 4.1.1. */
	walk->response = data && have >= LEVEE_DNS_HEADER_SIZE && data[2] & 0x80;
	if (!data || levee_dns_query_read(query, data, have, total) != LEVEE_DNS_QUERY)
		return LEVEE_DNS_MALFORMED;
	return LEVEE_DNS_QUERY;
}

/* Takes the stream a piece further, at most to the end of a query. The state is locked. */
static enum levee_dns_outcome read_piece(struct levee_dns_walk *walk,
					 struct levee_dns_connection *connection,
					 struct levee_dns_query *query)
{
	enum levee_dns_outcome outcome;
	u8 buffer[PIECE];
	const u8 *data = buffer;
	size_t size, left;

	size = min_t(u32, walk->end - walk->at, sizeof(buffer));
	if (skb_copy_bits(walk->skb, walk->at, buffer, size))
		return LEVEE_DNS_MALFORMED;
	left = size;
	outcome = levee_dns_stream_next(&connection->stream, query, &data, &left);
	walk->at += size - left;
	walk->seq += size - left;
	connection->next = walk->seq;
	return outcome;
}

/* Whether what begins at the walk's place goes on from what was read, once that is passed over. */
static bool goes_on(struct levee_dns_walk *walk, const struct levee_dns_connection *connection)
{
	s32 ahead = connection->next - walk->seq;

	if (ahead < 0)
		return false;
	ahead = min_t(u32, ahead, walk->end - walk->at);
	walk->at += ahead;
	walk->seq += ahead;
	return true;
}

/* The connection, if this goes on from what was read of it. The state is locked. */
static struct levee_dns_connection *follow(struct levee_dns_walk *walk)
{
	struct levee_dns_connection *connection;

	if (walk->begins) {
		connection = levee_dns_connection_new(walk->state, &walk->key);
		if (connection)
			connection->next = walk->seq;
		walk->begins = false;
		return connection;
	}
	connection = levee_dns_connection_find(walk->state, &walk->key);
	if (connection) {
		walk->known = connection->lost;
	} else {
		/* It began before the policy, or there was no room: told once, if that can be. */
		connection = levee_dns_connection_new(walk->state, &walk->key);
		if (connection)
			connection->lost = true;
	}
	return connection;
}

static enum levee_dns_outcome read_segment(struct levee_dns_walk *walk,
					   struct levee_dns_query *query)
{
	struct levee_dns_connection *connection = follow(walk);
	enum levee_dns_outcome outcome = LEVEE_DNS_MORE;

	if (!connection)
		return LEVEE_DNS_MALFORMED;
	if (connection->lost || walk->urgent || !goes_on(walk, connection))
		outcome = LEVEE_DNS_MALFORMED;
	while (outcome == LEVEE_DNS_MORE && walk->at < walk->end)
		outcome = read_piece(walk, connection, query);
	if (outcome == LEVEE_DNS_MALFORMED)
		connection->lost = true;
	return outcome;
}

static enum levee_dns_outcome next_segment(struct levee_dns_walk *walk,
					   struct levee_dns_query *query)
{
	enum levee_dns_outcome outcome;

	if (!walk->begins && walk->at == walk->end && !walk->urgent)
		return LEVEE_DNS_MORE;
	if (!walk->state)
		return walk->at < walk->end || walk->urgent ? LEVEE_DNS_MALFORMED : LEVEE_DNS_MORE;
	levee_dns_state_lock(walk->state);
	outcome = read_segment(walk, query);
	levee_dns_state_unlock(walk->state);
	return outcome;
}

enum levee_dns_outcome levee_dns_walk_next(struct levee_dns_walk *walk,
					   struct levee_dns_query *query)
{
	return walk->tcp ? next_segment(walk, query) : next_datagram(walk, query);
}

/* answers */

static struct levee_name name_of(const struct levee_dns_name *name)
{
	struct levee_name ref = { .wire = name->wire, .len = name->len };

	return ref;
}

/* In one piece, as much as is read of any; NULL when the packet has less than it says. */
static const u8 *message_at(const struct sk_buff *skb, u32 at, u32 len, struct scratch *scratch)
{
	return skb_header_pointer(skb, at, min_t(u32, len, sizeof(scratch->message)),
				  scratch->message);
}

/* The addresses are those of the name that was asked for, and its aliases are known, too. */
static void learn(struct levee_dns_state *state, struct levee_dns_answer *answer, u32 grace)
{
	struct levee_addr addr;
	struct levee_name name;
	u32 ttl, i;

	while (levee_dns_answer_next(answer, &addr, &ttl)) {
		for (i = 0; i < answer->names; i++) {
			name = name_of(&answer->found[i].name);
			levee_dns_learn(state, &addr, &name, i, (u64)ttl + grace);
		}
	}
}

static void hear(struct levee_dns_state *state, struct levee_dns_answer *answer, const u8 *data,
		 u32 total, const struct levee_flow *flow, u32 grace)
{
	struct levee_dns_ask ask = {
		.server = flow->src,
		.server_port = flow->sport,
		.local_port = flow->dport,
		.proto = flow->proto,
	};

	if (!levee_dns_answer_read(answer, data, min_t(u32, total, LEVEE_DNS_ANSWER_MAX), total))
		return;
	ask.id = answer->id;
	ask.name = name_of(&answer->found[0].name);
	if (levee_dns_ask_take(state, &ask) && !answer->rcode)
		learn(state, answer, grace);
}

static void hear_datagram(struct levee_dns_state *state, const struct sk_buff *skb, u8 family,
			  const struct levee_flow *flow, u32 grace)
{
	struct scratch *scratch;
	const u8 *data;
	u32 at, end;

	if (!find_datagram(skb, family, &at, &end))
		return;
	scratch = this_cpu_ptr(scratches);
	data = message_at(skb, at, end - at, scratch);
	if (data)
		hear(state, &scratch->answer, data, end - at, flow, grace);
}

/* Takes bytes into the answer that comes; returns how many, 0 where memory is short. */
static u32 collect(struct levee_dns_connection *connection, const struct sk_buff *skb, u32 at,
		   u32 left)
{
	u32 total = sizeof(connection->prefix) + (connection->prefix[0] << 8 |
						  connection->prefix[1]);
	u32 heard = connection->nr_heard, place, take;
	u8 *to;

	if (heard < sizeof(connection->prefix)) {
		take = 1;
		to = connection->prefix + heard;
	} else {
		place = heard - sizeof(connection->prefix);
		take = min(left, total - heard);
		if (place >= LEVEE_DNS_ANSWER_MAX) {
			/* Too long to be kept whole: the rest is passed over. */
			connection->nr_heard += take;
			return take;
		}
		take = min(take, LEVEE_DNS_ANSWER_MAX - place);
		if (!levee_dns_connection_listen(connection))
			return 0;
		to = connection->answer + place;
	}
	if (skb_copy_bits(skb, at, to, take))
		return 0;
	connection->nr_heard += take;
	return take;
}

static bool is_complete(const struct levee_dns_connection *connection)
{
	return connection->nr_heard >= sizeof(connection->prefix) &&
	       connection->nr_heard == sizeof(connection->prefix) +
	       (connection->prefix[0] << 8 | connection->prefix[1]);
}

/*
 * Goes on with an answer in a segment whose payload is @begin to @end. When it is
 * whole, it is copied to @message: its length, else 0. What does not come in order
 * makes us deaf: an answer that is missed opens nothing. The state is locked.
 */
static u32 collect_answer(struct levee_dns_connection *connection, const struct sk_buff *skb,
			  const struct tcphdr *tcp, u32 begin, u32 end, u8 *message)
{
	u32 seq = ntohl(tcp->seq) + tcp->syn, taken, total = 0;
	s32 ahead;

	if (tcp->syn && !connection->hearing) {
		connection->hearing = true;
		connection->next_heard = seq;
	}
	ahead = connection->next_heard - seq;
	if (!connection->hearing || ahead < 0 || tcp->urg)
		connection->deaf = true;
	while (!connection->deaf && !total && ahead < (s32)(end - begin)) {
		taken = collect(connection, skb, begin + ahead, end - begin - ahead);
		ahead += taken;
		connection->next_heard += taken;
		if (is_complete(connection)) {
			total = connection->nr_heard - sizeof(connection->prefix);
			if (total)
				memcpy(message, connection->answer,
				       min_t(u32, total, LEVEE_DNS_ANSWER_MAX));
			connection->nr_heard = 0;
			connection->deaf = !total;
		}
		connection->deaf |= !taken;
	}
	return total;
}

static u32 next_answer(struct levee_dns_state *state, const struct levee_flow_key *flow_key,
		       const struct sk_buff *skb, const struct tcphdr *tcp, u32 begin, u32 end,
		       u8 *message)
{
	struct levee_dns_connection *connection;
	u32 total = 0;

	levee_dns_state_lock(state);
	connection = levee_dns_connection_find(state, flow_key);
	if (connection)
		total = collect_answer(connection, skb, tcp, begin, end, message);
	levee_dns_state_unlock(state);
	return total;
}

static void hear_segment(struct levee_dns_state *state, const struct sk_buff *skb, u8 family,
			 const struct levee_flow *flow, const struct sock *sk, u32 grace)
{
	const struct levee_flow back = {
		.dst = flow->src,
		.proto = flow->proto,
		.sport = flow->dport,
		.dport = flow->sport,
	};
	struct levee_flow_key flow_key;
	struct scratch *scratch;
	struct tcphdr tcp;
	u32 at, end, total;

	if (!find_segment(skb, family, &tcp, &at, &end) || (at == end && !tcp.syn))
		return;
	levee_flow_key_set(&flow_key, sk, 0, levee_sock_cgroup(sk), &back);
	scratch = this_cpu_ptr(scratches);
	do {
		total = next_answer(state, &flow_key, skb, &tcp, at, end, scratch->message);
		if (total)
			hear(state, &scratch->answer, scratch->message, total, flow, grace);
	} while (total);
}

void levee_dns_hear(struct levee_dns_state *state, const struct sk_buff *skb, u8 family,
		    const struct levee_flow *flow, const struct sock *sk, u32 grace)
{
	local_bh_disable();
	if (flow->proto == IPPROTO_TCP)
		hear_segment(state, skb, family, flow, sk, grace);
	else
		hear_datagram(state, skb, family, flow, grace);
	local_bh_enable();
}

/* A response with a question, RFC 1035 4.1.1. */
static bool read_echo(struct levee_dns_echo *echo, const u8 *data, u32 have)
{
	if (have < LEVEE_DNS_HEADER_SIZE || !(data[2] & 0x80) || !(data[4] | data[5]))
		return false;
	echo->id = data[0] << 8 | data[1];
	return levee_dns_name_read(&echo->name, data, have, LEVEE_DNS_HEADER_SIZE, 0) > 0;
}

bool levee_dns_walk_echo(struct levee_dns_walk *walk, struct levee_dns_echo *echo)
{
	u8 buffer[LEVEE_DNS_QUERY_PEEK];
	u32 total, have;
	const u8 *data;

	while (walk->slice) {
		data = take_datagram(walk, buffer, &have, &total);
		if (data && read_echo(echo, data, have))
			return true;
	}
	return false;
}

int levee_dns_guard_init(void)
{
	scratches = alloc_percpu(struct scratch);
	return scratches ? 0 : -ENOMEM;
}

void levee_dns_guard_exit(void)
{
	free_percpu(scratches);
}
