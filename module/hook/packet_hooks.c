// SPDX-License-Identifier: GPL-2.0
/*
 * LOCAL_OUT judges what leaves a socket; POST_ROUTING looks again where the
 * destination was rewritten in a container's own namespace; LOCAL_IN notes who
 * sent what may be answered, and guards UDP sockets that are older than the policy.
 *
 * All run under rcu_read_lock(), which netfilter takes.
 */
#include <linux/netfilter.h>
#include <linux/netfilter_ipv4.h>
#include <linux/netfilter_ipv6.h>
#include <net/dst.h>
#include <net/mptcp.h>
#include <net/net_namespace.h>
#include <net/netfilter/nf_socket.h>
#include <net/netns/generic.h>

#include "../detect/flow.h"
#include "../detect/flow_cache.h"
#include "../detect/peers.h"
#include "../policy/registry.h"
#include "dns_gate.h"
#include "gate.h"
#include "packet_hooks.h"
#include "scan_gate.h"
#include "socket_hooks.h"
#include "stop.h"

/* That a namespace has; see hooks[]. */
#define HOOKS 6

/* Of a namespace; its hooks get it as their argument. */
struct levee_net {
	struct nf_hook_ops ops[HOOKS];
	bool governed;		/* a governed workload has acted here */
	bool outranked;		/* a chain was behind POST_ROUTING's last when it was registered */
	bool incomplete;	/* there was no place for one of the hooks */
	u8 hooked;		/* a bit for each of @ops */
};

/* Who sends. */
struct sender {
	struct sock *sk;
	struct task_struct *task;
	struct cgroup *cgroup;	/* of the socket */
	u64 epoch;		/* before all that is decided by */
	bool alone;		/* nobody but the socket's workload decides, so the cache serves */
};

/*
 * A packet on its way through a hook. Not initialised as a whole, which would
 * cost more than a lookup.
 */
struct passage {
	struct sk_buff *skb;
	const struct nf_hook_state *state;
	struct levee_net *levee_net;
	struct sender from;
	struct levee_ruleset *rs;
	struct levee_subject socket;
	struct levee_subject actor;
	struct levee_flow flow;
	struct levee_flow_key key;
	bool again;		/* the second look */
	bool judged;		/* where it goes was judged before, what it says was not */
	bool inspects;		/* what it says is judged */
};

static unsigned int net_id __read_mostly;
static bool armed;
/* Namespaces that are. */
static atomic_t outranked;
static atomic_t incomplete;

static void mark_governed(struct levee_net *levee_net)
{
	if (!READ_ONCE(levee_net->governed))
		WRITE_ONCE(levee_net->governed, true);
}

void levee_packet_hooks_mark(struct net *net)
{
	mark_governed(net_generic(net, net_id));
}

bool levee_packet_hooks_marked(struct net *net)
{
	const struct levee_net *levee_net = net_generic(net, net_id);

	return READ_ONCE(levee_net->governed);
}

/* Without the socket hooks nobody tells which namespaces are governed before they send. */
static bool is_governed(const struct levee_net *levee_net)
{
	return READ_ONCE(levee_net->governed) || !levee_socket_hooks_armed();
}

static bool is_stream(const struct sock *sk, const struct levee_flow *flow)
{
	return flow->proto == IPPROTO_TCP && sk->sk_type == SOCK_STREAM;
}

/* Raw and packet sockets write what headers they like. */
static bool writes_headers(const struct sock *sk)
{
	return sk->sk_type == SOCK_RAW || sk->sk_family == AF_PACKET;
}

static bool is_udp_socket(const struct sock *sk)
{
	return sk->sk_type == SOCK_DGRAM &&
	       (sk->sk_protocol == IPPROTO_UDP || sk->sk_protocol == IPPROTO_UDPLITE);
}

static bool is_connected_udp(const struct sock *sk)
{
	return is_udp_socket(sk) && READ_ONCE(sk->sk_state) == TCP_ESTABLISHED;
}

static bool is_quarantined(const struct levee_subject *subject)
{
	return subject->workload && levee_workload_quarantined(subject->workload);
}

/* Where the packet leaves; 0 where it is not known. */
static int out_ifindex(const struct passage *p)
{
	const struct dst_entry *dst = skb_dst(p->skb);

	return dst && dst->dev ? dst->dev->ifindex : 0;
}

static bool leaves_by_loopback(const struct passage *p)
{
	const struct dst_entry *dst = skb_dst(p->skb);

	return dst && dst->dev && dst->dev->flags & IFF_LOOPBACK;
}

/* A denied SYN fails connect() at once; any other send fails with EPERM. */
static unsigned int refuse(const struct passage *p)
{
	int err = p->flow.flags & LEVEE_FLOW_SYN ? -ECONNREFUSED : -EPERM;

	/* 6.1's macro takes a name, not an expression. */
	return NF_DROP_ERR(err);
}

static void remember(const struct passage *p, enum levee_flow_verdict verdict)
{
	/* One answer a connection: nobody asks again. */
	if (p->from.alone && !(p->flow.flags & LEVEE_FLOW_SYNACK))
		levee_flow_cache_add(&p->key, verdict);
}

static struct levee_act outbound_act(const struct levee_flow *flow)
{
	struct levee_act act = {
		.feature = LEVEE_FEATURE_OUTBOUND,
		.proto = flow->proto,
		.port = flow->dport,
		.addr = &flow->dst,
	};

	return act;
}

static struct levee_act listen_act(const struct net *net, const struct sock *sk, u16 proto)
{
	struct levee_act act = {
		.feature = LEVEE_FEATURE_LISTEN,
		.proto = proto,
		.port = sk->sk_num,
		.ephemeral = levee_port_is_ephemeral(net, sk->sk_num),
	};
	struct levee_addr local;
	u16 port;

	levee_sock_local(sk, &local, &port);
	act.loopback_only = levee_addr_is_loopback(&local);
	return act;
}

/*
 * Whether a hook counted this act before; else it is marked as counted now. An
 * act is told by its listener's port, or by its socket and target: with the
 * source port, and without, because connect() comes before there is one.
 */
static bool counted_before(const struct passage *p, const struct levee_act *act)
{
	u64 generation = p->rs->generation;
	struct levee_flow_key key;

	if (act->feature == LEVEE_FEATURE_LISTEN) {
		levee_listen_key_set(&key, generation, p->from.cgroup, act->proto,
				     act->port);
		return levee_act_mark(&key, act->feature);
	}
	levee_connect_key_set(&key, p->from.sk, generation, p->from.cgroup, act->addr,
			      act->proto, act->port);
	if (levee_act_marked(&key, act->feature, LEVEE_ACT_SECONDS))
		return true;
	key = p->key;
	key.tag = generation;
	return levee_act_mark(&key, act->feature);
}

/*
 * Whether every attempt is an act of its own, to be counted each time: a
 * datagram that is refused. A connection, however often its packets come
 * back, is one act; so is a listener.
 */
static bool counts_each(const struct passage *p, const struct levee_outcome *outcome,
			const struct levee_act *act)
{
	return act->feature == LEVEE_FEATURE_OUTBOUND && !is_stream(p->from.sk, &p->flow) &&
	       p->from.sk->sk_protocol != IPPROTO_SCTP &&
	       outcome->verdict.effect >= LEVEE_EFFECT_PREVENT;
}

/* The key under which a UDP socket that has sent is known, under whatever policy. */
static struct levee_flow_key life_key(const struct passage *p)
{
	struct levee_flow_key key = p->key;

	key.tag = 0;
	return key;
}

static noinline void mark_alive(const struct passage *p)
{
	struct levee_flow_key key = life_key(p);

	levee_act_mark(&key, LEVEE_FEATURE_OUTBOUND);
}

/* A live connection that deviates now is not left hanging. */
static void destroy_if_live(const struct passage *p)
{
	struct levee_flow_key key;

	if (is_stream(p->from.sk, &p->flow)) {
		if (p->flow.flags & (LEVEE_FLOW_SYN | LEVEE_FLOW_SYNACK) ||
		    READ_ONCE(p->from.sk->sk_state) == TCP_LISTEN)
			return;
		if (levee_destroy_sock(p->from.sk))
			remember(p, LEVEE_FLOW_DROP);
	} else if (is_connected_udp(p->from.sk)) {
		key = life_key(p);
		if (levee_act_marked(&key, LEVEE_FEATURE_OUTBOUND, U64_MAX))
			levee_destroy_sock(p->from.sk);
	}
}

/* A datagram, or an answer, to who wrote to this port by the same device. */
static struct levee_peer peer_of(const struct passage *p, u64 cgroup_nr)
{
	struct levee_peer peer = {
		.addr = p->flow.dst,
		.cgroup_nr = cgroup_nr,
		.port = p->flow.dport,
		.local_port = p->flow.sport,
		.proto = p->flow.proto,
		.ifindex = levee_peer_device(p->state->net, out_ifindex(p)),
	};

	return peer;
}

/* The socket's port was chosen, and the peer has sent to it. */
static bool is_udp_reply(const struct passage *p)
{
	struct levee_peer peer = peer_of(p, levee_cgroup_nr(p->from.cgroup));

	return is_udp_socket(p->from.sk) && levee_sock_chose_port(p->from.sk) &&
	       levee_peer_known(&peer);
}

static bool is_peers_association(const struct passage *p)
{
	struct levee_peer peer = peer_of(p, 0);

	return p->flow.proto == IPPROTO_SCTP && p->from.sk->sk_protocol == IPPROTO_SCTP &&
	       !writes_headers(p->from.sk) && !(p->flow.flags & LEVEE_FLOW_SCTP_INIT) &&
	       levee_peer_known(&peer);
}

static bool speaks_dns(const struct passage *p)
{
	return levee_rule_speaks_dns(p->socket.rule, p->flow.proto, p->flow.dport) ||
	       levee_rule_speaks_dns(p->actor.rule, p->flow.proto, p->flow.dport);
}

/*
 * Where answers may open something, a workload must not answer itself: from a
 * namespace of its own it could, whatever the addresses say, and from the host's by
 * loopback, because raw and transparent sockets write what source they like.
 */
static bool may_answer_itself(const struct passage *p)
{
	return p->flow.proto == IPPROTO_UDP &&
	       (!net_eq(p->state->net, &init_net) || writes_headers(p->from.sk) ||
		leaves_by_loopback(p)) &&
	       ((p->socket.rule && p->socket.rule->opens) ||
		(p->actor.rule && p->actor.rule->opens));
}

/* Of an LSM, AppArmor for one: a look at marks. No table that rewrites has its priorities. */
static bool only_looks(const struct nf_hook_ops *ops)
{
	static_assert((int)NF_IP_PRI_SELINUX_FIRST == (int)NF_IP6_PRI_SELINUX_FIRST);
	static_assert((int)NF_IP_PRI_SELINUX_LAST == (int)NF_IP6_PRI_SELINUX_LAST);

	return ops->hook_ops_type == NF_HOOK_OP_UNDEFINED &&
	       (ops->priority == NF_IP_PRI_SELINUX_FIRST ||
		ops->priority == NF_IP_PRI_SELINUX_LAST);
}

/* Our own included. */
static u32 count_changers(const struct nf_hook_entries __rcu *entries)
{
	const struct nf_hook_entries *hooks = rcu_dereference(entries);
	struct nf_hook_ops **ops;
	u32 i, count = 0;

	if (!hooks)
		return 0;
	ops = nf_hook_entries_get_hook_ops(hooks);
	for (i = 0; i < hooks->num_hook_entries; i++)
		count += !only_looks(READ_ONCE(ops[i]));
	return count;
}

/* Whether anybody but us could have changed the packet since the first look. */
static bool may_be_changed(const struct nf_hook_state *state)
{
	const struct net *net = state->net;

	if (state->pf == NFPROTO_IPV4)
		return count_changers(net->nf.hooks_ipv4[NF_INET_LOCAL_OUT]) > 1 ||
		       count_changers(net->nf.hooks_ipv4[NF_INET_POST_ROUTING]) > 1;
	return count_changers(net->nf.hooks_ipv6[NF_INET_LOCAL_OUT]) > 1 ||
	       count_changers(net->nf.hooks_ipv6[NF_INET_POST_ROUTING]) > 1;
}

static struct levee_dns_packet dns_packet(const struct passage *p)
{
	struct levee_dns_packet packet = {
		.skb = p->skb,
		.net = p->state->net,
		.family = p->state->pf,
		.again = p->again,
		.sk = p->from.sk,
		.flow = &p->flow,
		.rs = p->rs,
		.socket = &p->socket,
		.actor = &p->actor,
		.task = p->from.task,
	};

	return packet;
}

/* What a packet says, once it may go where it goes. */
static noinline unsigned int inspect(const struct passage *p)
{
	struct levee_dns_packet packet = dns_packet(p);
	bool refused, again;
	u32 judgement;

	if (p->again && !may_be_changed(p->state))
		return NF_ACCEPT;
	if (may_answer_itself(p))
		levee_dns_spoil(&packet);
	if (!speaks_dns(p))
		return NF_ACCEPT;
	judgement = levee_dns_judge(&packet);
	refused = judgement & LEVEE_DNS_REFUSED;
	again = judgement & LEVEE_DNS_UNREADABLE_AGAIN;
	/*
	 * A server's answer to who asks from a DNS port is no query. Nothing else is
	 * let through for a known peer: whoever is asked from a bound port becomes one.
	 */
	if (judgement & LEVEE_DNS_RESPONSE && !is_udp_reply(p))
		judgement |= LEVEE_DNS_UNREADABLE;
	if (again || judgement & LEVEE_DNS_UNREADABLE)
		refused |= levee_dns_judge_malformed(&packet, again);
	if (!refused)
		return NF_ACCEPT;
	/* A datagram alone is lost, not its socket. */
	if (is_stream(p->from.sk, &p->flow))
		destroy_if_live(p);
	return refuse(p);
}

static __always_inline unsigned int let_pass(const struct passage *p)
{
	if (is_connected_udp(p->from.sk))
		mark_alive(p);
	remember(p, p->inspects ? LEVEE_FLOW_INSPECT : LEVEE_FLOW_PASS);
	return unlikely(p->inspects) ? inspect(p) : NF_ACCEPT;
}

/* The namespace's own DHCP client, where it could have its packet socket as well. */
static bool is_dhcp_client(const struct passage *p)
{
	const struct levee_act packet_socket = {
		.feature = LEVEE_FEATURE_RAW_SOCKETS,
		.socket_family = AF_PACKET,
	};
	bool client = p->flow.proto == IPPROTO_UDP &&
		      ((p->flow.sport == 68 && p->flow.dport == 67) ||
		       (p->flow.sport == 546 && p->flow.dport == 547));
	struct levee_verdict verdict;

	if (!client || !p->socket.rule)
		return false;
	levee_decide(&verdict, &p->socket, &packet_socket);
	return !verdict.reason;
}

/* What the workload does not start, and the way in which it gets its address. */
static bool is_exempt(const struct passage *p, const struct levee_act *act)
{
	return act->feature == LEVEE_FEATURE_OUTBOUND &&
	       (is_udp_reply(p) || is_peers_association(p) || is_dhcp_client(p));
}

/* A connection, an association, or datagrams as before, are no first contact. */
static bool goes_on(const struct passage *p, const struct levee_act *act)
{
	struct levee_flow_key key;

	if (p->from.sk->sk_protocol == IPPROTO_SCTP && !writes_headers(p->from.sk))
		return !(p->flow.flags & LEVEE_FLOW_SCTP_INIT);
	if (act->live || !is_udp_socket(p->from.sk))
		return act->live;
	key = life_key(p);
	return levee_act_marked(&key, LEVEE_FEATURE_OUTBOUND, U64_MAX);
}

/* Whether it may go on, as far as it is one of many. Not of what goes on from before. */
static noinline bool watch(const struct passage *p, const struct levee_outcome *outcome,
			   const struct levee_act *act, bool goes)
{
	if (p->again || goes_on(p, act) || is_exempt(p, act))
		return true;
	if (!levee_scan_gate_try(p->rs, outcome, act, p->from.task, goes))
		return false;
	if (!goes)
		return true;
	levee_scan_gate_sent(outcome, act, p->state->net, &p->flow, leaves_by_loopback(p));
	if (is_udp_socket(p->from.sk))
		mark_alive(p);
	return true;
}

static noinline unsigned int judge_deviation(const struct passage *p,
					     const struct levee_outcome *outcome,
					     const struct levee_act *act)
{
	bool deny;

	if (is_exempt(p, act))
		return unlikely(p->inspects) ? inspect(p) : NF_ACCEPT;
	deny = outcome->verdict.effect >= LEVEE_EFFECT_PREVENT;
	if (counts_each(p, outcome, act) || !counted_before(p, act))
		deny = levee_gate_enforce(p->rs, outcome, act, p->from.task);
	if (unlikely(levee_rule_watches_scans(outcome->subject->rule)) &&
	    !watch(p, outcome, act, !deny))
		deny = true;
	if (!deny)
		return let_pass(p);
	destroy_if_live(p);
	return refuse(p);
}

/* A connection was counted by connect(), where that is hooked, and a listener by listen(). */
static __always_inline bool counts_here(const struct passage *p, const struct levee_act *act)
{
	return !p->again && act->feature == LEVEE_FEATURE_OUTBOUND &&
	       !(is_stream(p->from.sk, &p->flow) && levee_socket_hooks_armed());
}

/* What the model makes of it: also of what no socket hook has seen. */
static noinline void note(const struct passage *p, const struct levee_outcome *outcome,
			  const struct levee_act *act)
{
	if (!is_exempt(p, act))
		levee_gate_note(outcome, act, p->from.task, counts_here(p, act));
}

static __always_inline unsigned int judge(const struct passage *p, const struct levee_act *act)
{
	struct levee_outcome outcome;

	levee_gate_decide(&outcome, &p->socket, &p->actor, act);
	if (unlikely(outcome.quarantined))
		return refuse(p);
	if (unlikely(levee_rule_watches_scans(outcome.subject->rule)) && !goes_on(p, act))
		levee_scan_gate_hold(&outcome, act);
	if (unlikely(outcome.verdict.reason))
		return judge_deviation(p, &outcome, act);
	if (unlikely(levee_rule_watches_scans(outcome.subject->rule)) &&
	    !watch(p, &outcome, act, true))
		return refuse(p);
	if (counts_here(p, act))
		levee_gate_allow(&outcome, act);
	if (unlikely(outcome.verdict.model_state))
		note(p, &outcome, act);
	return let_pass(p);
}

/*
 * A packet that cannot be read, or hides where it goes, is not let through for
 * that. @counted: the first look has counted it.
 */
static noinline unsigned int judge_malformed(struct passage *p, bool counted)
{
	struct levee_act act = outbound_act(&p->flow);
	struct levee_outcome outcome;

	levee_gate_decide(&outcome, &p->socket, &p->actor, &act);
	if (outcome.quarantined)
		return refuse(p);
	if (!outcome.subject->rule || outcome.verdict.effect == LEVEE_EFFECT_DISABLE)
		return NF_ACCEPT;
	outcome.verdict.reason = LEVEE_REASON_MALFORMED;
	outcome.verdict.entry = NULL;
	outcome.verdict.feed = NULL;
	if (!counted && (counts_each(p, &outcome, &act) || !counted_before(p, &act)))
		levee_gate_enforce(p->rs, &outcome, &act, p->from.task);
	if (outcome.verdict.effect < LEVEE_EFFECT_PREVENT)
		return NF_ACCEPT;
	destroy_if_live(p);
	return refuse(p);
}

/* A SYN-ACK of a socket that was asked to connect, not to listen: both sides opened. */
static bool is_simultaneous_open(const struct passage *p)
{
	return p->skb->sk == p->from.sk && READ_ONCE(p->from.sk->sk_state) == TCP_SYN_RECV &&
	       !rcu_access_pointer(tcp_sk(p->from.sk)->fastopen_rsk);
}

/*
 * The SYN that this answers came by loopback with a foreign source, and the
 * answer does not go back that way: the workload has opened it towards there.
 */
static bool answers_forged_syn(const struct passage *p)
{
	struct levee_peer peer = peer_of(p, 0);

	if (leaves_by_loopback(p))
		return false;
	peer.ifindex = LEVEE_PEER_LOOPBACK;
	return levee_peer_known(&peer);
}

static bool is_listening(const struct passage *p)
{
	if (p->flow.flags & LEVEE_FLOW_SYNACK)
		return !is_simultaneous_open(p) && !answers_forged_syn(p);
	return READ_ONCE(p->from.sk->sk_state) == TCP_LISTEN ||
	       levee_tcp_opened_by_peer(p->state->net, p->from.sk);
}

/* Of a connection. What was rewritten to go elsewhere is outbound, whoever opened it. */
static __always_inline struct levee_act stream_act(const struct passage *p)
{
	struct levee_act act;

	if (!(p->flow.flags & LEVEE_FLOW_SYN) && !p->again && is_listening(p))
		return listen_act(p->state->net, p->from.sk, IPPROTO_TCP);
	act = outbound_act(&p->flow);
	act.live = !(p->flow.flags & LEVEE_FLOW_SYN);
	return act;
}

static __always_inline struct levee_act packet_act(const struct passage *p)
{
	if (is_stream(p->from.sk, &p->flow))
		return stream_act(p);
	if (unlikely(p->flow.flags & LEVEE_FLOW_SCTP_INIT_ACK) && !writes_headers(p->from.sk))
		return listen_act(p->state->net, p->from.sk, IPPROTO_SCTP);
	return outbound_act(&p->flow);
}

/* What no policy forbids. */
static __always_inline bool passes_always(const struct passage *p)
{
	switch (p->flow.proto) {
	case IPPROTO_ICMP:
	case IPPROTO_ICMPV6:
	case IPPROTO_IGMP:
		return levee_flow_is_link_control(&p->flow, p->from.sk) ||
		       levee_flow_is_kernel_icmp(&p->flow, p->from.sk);
	case IPPROTO_TCP:
		/* The kernel resets by itself; what a reset could tell, the peer has. */
		return p->flow.flags & LEVEE_FLOW_RST && p->from.sk->sk_type == SOCK_STREAM;
	}
	return false;
}

static __always_inline unsigned int judge_packet(struct passage *p)
{
	struct levee_act act;

	/* Fragments are made later, but for raw sockets, which choose their header. */
	if (unlikely(p->flow.flags & LEVEE_FLOW_FRAGMENT))
		return writes_headers(p->from.sk) ? judge_malformed(p, p->again) : NF_ACCEPT;
	if (passes_always(p))
		return NF_ACCEPT;
	/* A raw header may say loopback on its way elsewhere. */
	if (unlikely(writes_headers(p->from.sk)) && levee_addr_is_loopback(&p->flow.dst) &&
	    !leaves_by_loopback(p))
		return judge_malformed(p, p->again);
	if (unlikely(p->judged))
		return inspect(p);
	act = packet_act(p);
	p->inspects = act.feature == LEVEE_FEATURE_OUTBOUND && p->rs->dns_ports &&
		      (speaks_dns(p) || may_answer_itself(p));
	return judge(p, &act);
}

/* MPTCP makes its subflows by itself, on behalf of who has the connection. */
static bool is_subflow(const struct sock *sk)
{
	return sk->sk_type == SOCK_STREAM && sk->sk_protocol == IPPROTO_TCP && sk_is_mptcp(sk);
}

/* Whose act it is to send, if that is known. */
static __always_inline struct task_struct *sending_task(const struct sock *sk)
{
	struct task_struct *task = levee_actor();

	/* What the kernel sends from a socket of its own (NFS, SMB) it sends for itself. */
	if (unlikely(task && levee_sock_is_kernels(sk) && !is_subflow(sk)))
		return NULL;
	return task;
}

static __always_inline struct sender identify(struct sock *sk)
{
	struct sender from __uninitialized;

	from.sk = sk;
	from.task = sending_task(sk);
	from.cgroup = levee_sock_cgroup(sk);
	from.alone = !from.task || task_dfl_cgroup(from.task) == from.cgroup;
	from.epoch = levee_epoch();
	return from;
}

/*
 * Whether it is known at one glance that nobody is governed, as with most of a
 * host's traffic. A socket that somebody else uses is his act as well.
 */
static __always_inline bool is_free(const struct sender *from)
{
	return from->alone && (levee_cgroup_is_free(levee_live_rcu(), from->cgroup) ||
			       !from->cgroup->level);
}

/* The workloads of the two; false when nobody is governed. */
static __always_inline bool find_subjects(struct passage *p)
{
	p->rs = levee_live_rcu();
	p->socket = levee_subject_of(p->rs, p->from.cgroup);
	p->actor.workload = NULL;
	p->actor.rule = NULL;
	if (!p->from.alone) {
		p->actor = levee_actor_subject(p->rs, p->from.task);
		p->from.alone = !p->actor.workload || p->actor.workload == p->socket.workload;
	}
	return p->socket.workload || p->actor.workload;
}

static __always_inline void set_key(struct passage *p)
{
	levee_flow_key_set(&p->key, p->from.sk, p->from.epoch, p->from.cgroup, &p->flow);
}

static unsigned int post_routing(void *priv, struct sk_buff *skb,
				 const struct nf_hook_state *state);

/*
 * Of one priority the youngest hook comes first, so a chain that is older than
 * ours and has the last priority, too, is behind it. Conntrack is there as well,
 * and rewrites nothing.
 */
static bool is_outranked_now(const struct net *net, u8 family)
{
	struct nf_hook_entries __rcu *const *head = family == NFPROTO_IPV4 ?
		&net->nf.hooks_ipv4[NF_INET_POST_ROUTING] :
		&net->nf.hooks_ipv6[NF_INET_POST_ROUTING];
	const struct nf_hook_entries *hooks = rcu_dereference(*head);
	struct nf_hook_ops **ops;
	u32 i;

	if (!hooks)
		return false;
	ops = nf_hook_entries_get_hook_ops(hooks);
	for (i = hooks->num_hook_entries; i-- && hooks->hooks[i].hook != post_routing;)
		if (ops[i]->hook_ops_type != NF_HOOK_OP_UNDEFINED)
			return true;
	return false;
}

/*
 * Whether something could happen to the packet from here on that no hook of ours
 * would see. Younger chains come before us: who was not outranked at first never is.
 */
static __always_inline bool is_unseen(const struct passage *p)
{
	if (READ_ONCE(p->levee_net->incomplete))
		return true;
	return p->again && READ_ONCE(p->levee_net->outranked) &&
	       is_outranked_now(p->state->net, p->state->pf);
}

static __always_inline unsigned int pass_unknown(struct passage *p, bool readable)
{
	if (!find_subjects(p))
		return NF_ACCEPT;
	if (is_quarantined(&p->socket) || is_quarantined(&p->actor))
		return NF_DROP_ERR(-EPERM);
	mark_governed(p->levee_net);
	if (unlikely(is_unseen(p)))
		return readable && passes_always(p) ? NF_ACCEPT : judge_malformed(p, false);
	return readable ? judge_packet(p) : judge_malformed(p, p->again);
}

/*
 * A packet of a socket that may be governed: p's skb, state, levee_net, from, flow
 * and again are set. @look: what is in the cache counts.
 */
static noinline unsigned int pass(struct passage *p, bool readable, bool look)
{
	set_key(p);
	if (look && readable && p->from.alone && levee_flow_may_be_known(&p->flow)) {
		switch (levee_flow_cache_find(&p->key)) {
		case LEVEE_FLOW_PASS:
			return NF_ACCEPT;
		case LEVEE_FLOW_DROP:
			/* The reset by which it is destroyed. */
			if (p->flow.flags & LEVEE_FLOW_RST)
				return NF_ACCEPT;
			return refuse(p);
		case LEVEE_FLOW_INSPECT:
			p->judged = true;
			break;
		case LEVEE_FLOW_UNKNOWN:
			break;
		}
	}
	return pass_unknown(p, readable);
}

/* With SYN cookies no socket is attached to a SYN-ACK. */
static noinline unsigned int pass_without_sock(struct levee_net *levee_net, struct sk_buff *skb,
					       const struct nf_hook_state *state)
{
	struct passage p = { .skb = skb, .state = state, .levee_net = levee_net };
	unsigned int verdict = NF_ACCEPT;
	struct sock *listener;

	/* A copy that nft dup sends along: the socket stayed with the original. */
	if (levee_in_nf_duplicate() && !net_eq(state->net, &init_net) && is_governed(levee_net))
		return NF_DROP_ERR(-EPERM);
	if (!levee_flow_read(&p.flow, skb, state->pf) || !(p.flow.flags & LEVEE_FLOW_SYNACK))
		return NF_ACCEPT;
	listener = levee_synack_listener(state->net, &p.flow, out_ifindex(&p));
	if (!listener)
		return NF_ACCEPT;
	p.from = identify(listener);
	if (!is_free(&p.from))
		verdict = pass(&p, true, true);
	sock_gen_put(listener);
	return verdict;
}

/*
 * The host's own tunnel has the inner packet's socket on the outer one, and its
 * load balancer sends again what was judged.
 */
static bool is_hosts_own(const struct sk_buff *skb, const struct nf_hook_state *state,
			 const struct sock *sk)
{
	return unlikely(state->sk != sk) && net_eq(state->net, &init_net) &&
	       sk_to_full_sk(state->sk) != sk;
}

/* A packet that was looked for in the cache, if it is plain; else @verdict is LEVEE_FLOW_DROP. */
static noinline unsigned int pass_on(struct levee_net *levee_net, struct sk_buff *skb,
				     const struct nf_hook_state *state, struct sock *sk,
				     enum levee_flow_verdict verdict)
{
	struct passage p __uninitialized;

	p.skb = skb;
	p.state = state;
	p.levee_net = levee_net;
	p.again = false;
	p.judged = verdict == LEVEE_FLOW_INSPECT;
	p.from = identify(sk);
	if (unlikely(verdict == LEVEE_FLOW_DROP ||
		     !levee_flow_read_plain(&p.flow, skb, state->pf)))
		return pass(&p, levee_flow_read(&p.flow, skb, state->pf), true);
	set_key(&p);
	return pass_unknown(&p, true);
}

/* Of an established flow all stays in registers. */
static __always_inline unsigned int pass_out(struct levee_net *levee_net, struct sk_buff *skb,
					     const struct nf_hook_state *state,
					     const struct sender *from)
{
	enum levee_flow_verdict verdict = LEVEE_FLOW_DROP;
	struct levee_flow_key key __uninitialized;
	struct levee_flow flow __uninitialized;

	if (unlikely(is_hosts_own(skb, state, from->sk)))
		return NF_ACCEPT;
	if (likely(levee_flow_read_plain(&flow, skb, state->pf))) {
		verdict = LEVEE_FLOW_UNKNOWN;
		levee_flow_key_set(&key, from->sk, from->epoch, from->cgroup, &flow);
		if (likely(from->alone && levee_flow_may_be_known(&flow)))
			verdict = levee_flow_cache_find(&key);
	}
	if (likely(verdict == LEVEE_FLOW_PASS))
		return NF_ACCEPT;
	return pass_on(levee_net, skb, state, from->sk, verdict);
}

/* No IP: like an address that no entry lists. ARP passes, but not out of a quarantine. */
static unsigned int judge_foreign(struct passage *p)
{
	struct levee_outcome outcome;
	struct levee_act act;

	set_key(p);
	if (!find_subjects(p))
		return NF_ACCEPT;
	act = outbound_act(&p->flow);
	levee_gate_decide(&outcome, &p->socket, &p->actor, &act);
	if (is_quarantined(&p->socket) || is_quarantined(&p->actor))
		return refuse(p);
	if (p->state->pf == NFPROTO_ARP)
		return NF_ACCEPT;
	return outcome.verdict.reason ? judge_deviation(p, &outcome, &act) : NF_ACCEPT;
}

/*
 * But for PACKET_QDISC_BYPASS a frame is sent with bottom halves off, by its sender,
 * or, where it has waited in a queue between two devices, by whoever empties that: who
 * is of another cgroup is not told from him.
 */
static struct task_struct *frame_task(const struct sender *from)
{
	if (!in_task() || in_serving_softirq() || current->flags & (PF_KTHREAD | PF_WQ_WORKER) ||
	    task_dfl_cgroup(current) != from->cgroup)
		return NULL;
	return current;
}

/*
 * Whether the checksum that the device is to fill in has its own place: where the
 * sender says so (PACKET_VNET_HDR), it overwrites any header, after all looks at it.
 */
static bool is_checksum_in_place(const struct sk_buff *skb, u8 family,
				 const struct levee_flow *flow)
{
	if (skb->ip_summed != CHECKSUM_PARTIAL)
		return true;
	if (skb_checksum_start_offset(skb) != levee_flow_transport(skb, family))
		return false;
	return flow->proto == IPPROTO_TCP ? skb->csum_offset == offsetof(struct tcphdr, check) :
	       flow->proto == IPPROTO_UDP && skb->csum_offset == offsetof(struct udphdr, check);
}

unsigned int levee_packet_hooks_judge_frame(struct sk_buff *skb, u8 family,
					    const struct nf_hook_state *state)
{
	struct nf_hook_state inner = *state;
	struct passage p = {
		.skb = skb,
		.state = &inner,
		.levee_net = net_generic(state->net, net_id),
		.from = identify(skb->sk),
	};

	if (is_free(&p.from))
		return NF_ACCEPT;
	/* With bottom halves on it is the sender himself, whoever's the socket is. */
	if (!p.from.task)
		p.from.task = frame_task(&p.from);
	inner.pf = family;
	if (family == NFPROTO_IPV4 || family == NFPROTO_IPV6)
		return pass(&p, levee_flow_read(&p.flow, skb, family) &&
				is_checksum_in_place(skb, family, &p.flow), true);
	p.flow.dst.is_v4 = true;
	p.flow.proto = IPPROTO_RAW;
	return skb->ip_summed == CHECKSUM_PARTIAL ? pass(&p, false, true) : judge_foreign(&p);
}

static unsigned int local_out(void *priv, struct sk_buff *skb, const struct nf_hook_state *state)
{
	struct sock *sk = levee_flow_sock(skb);
	struct sender from __uninitialized;

	if (unlikely(!sk))
		return pass_without_sock(priv, skb, state);
	from = identify(sk);
	return likely(is_free(&from)) ? NF_ACCEPT : pass_out(priv, skb, state, &from);
}

/* @sk is the packet's own socket: of a SYN-ACK the request, which knows the peer. */
static bool was_rewritten(const struct sock *sk, const struct levee_flow *flow)
{
	struct levee_addr peer;
	u16 port;

	levee_sock_peer(sk, &peer, &port);
	return peer.hi != flow->dst.hi || peer.lo != flow->dst.lo || port != flow->dport;
}

/* A segment that goes where it should: does it still say what was judged? */
static unsigned int pass_changed(struct passage *p)
{
	set_key(p);
	if (!levee_live_rcu()->dns_ports || !find_subjects(p) || !speaks_dns(p) ||
	    p->flow.flags & LEVEE_FLOW_RST || is_listening(p))
		return NF_ACCEPT;
	return inspect(p);
}

static noinline unsigned int pass_again(struct levee_net *levee_net, struct sk_buff *skb,
					const struct nf_hook_state *state, struct sock *sk)
{
	struct passage p __uninitialized;
	bool readable;

	p.skb = skb;
	p.state = state;
	p.levee_net = levee_net;
	p.from = identify(sk);
	p.again = true;
	p.judged = false;
	readable = levee_flow_read(&p.flow, skb, state->pf);
	/* Not by what is in the cache: the first look has put it there. */
	if (unlikely(is_unseen(&p)))
		return pass(&p, readable, false);
	if (!readable || !is_stream(sk, &p.flow) || was_rewritten(skb->sk, &p.flow))
		return pass(&p, readable, true);
	return may_be_changed(state) ? pass_changed(&p) : NF_ACCEPT;
}

/* A container that may change its namespace's tables must not get out by them. */
static unsigned int post_routing(void *priv, struct sk_buff *skb,
				 const struct nf_hook_state *state)
{
	struct sock *sk = levee_flow_sock(skb);
	struct sender from __uninitialized;

	/* What stays in the namespace does not leave it. */
	if (!sk || (state->out && state->out->flags & IFF_LOOPBACK))
		return NF_ACCEPT;
	from = identify(sk);
	return likely(is_free(&from)) ? NF_ACCEPT : pass_again(priv, skb, state, sk);
}

static struct levee_peer sender_of(const struct passage *p, u64 cgroup_nr)
{
	struct levee_peer peer = {
		.addr = p->flow.src,
		.cgroup_nr = cgroup_nr,
		.port = p->flow.sport,
		.local_port = p->flow.dport,
		.proto = p->flow.proto,
		.ifindex = levee_peer_device(p->state->net, p->state->in->ifindex),
	};

	return peer;
}

/* UDP that was bound before the policy is judged when something comes. */
static unsigned int judge_delivery(struct passage *p)
{
	struct levee_outcome outcome;
	struct levee_act act;

	if (!p->socket.rule)
		return NF_ACCEPT;
	act = listen_act(p->state->net, p->from.sk, p->flow.proto);
	levee_gate_decide(&outcome, &p->socket, &p->actor, &act);
	if (!outcome.verdict.reason) {
		levee_gate_note(&outcome, &act, NULL, false);
		return NF_ACCEPT;
	}
	if (!counted_before(p, &act))
		levee_gate_enforce(p->rs, &outcome, &act, NULL);
	return outcome.verdict.effect >= LEVEE_EFFECT_PREVENT ? NF_DROP : NF_ACCEPT;
}

/* An answer to a workload's query. */
static void hear(const struct passage *p)
{
	struct levee_dns_packet packet = dns_packet(p);

	if (levee_rule_speaks_dns(p->socket.rule, p->flow.proto, p->flow.sport))
		levee_dns_deliver(&packet);
}

static unsigned int deliver_datagram(struct passage *p)
{
	unsigned int verdict = NF_ACCEPT;
	struct levee_peer peer;

	p->rs = levee_live_rcu();
	p->from.cgroup = levee_sock_cgroup(p->from.sk);
	p->socket = levee_subject_of(p->rs, p->from.cgroup);
	if (is_quarantined(&p->socket))
		return NF_DROP;
	hear(p);
	if (!is_udp_socket(p->from.sk) || !levee_sock_chose_port(p->from.sk))
		return NF_ACCEPT;
	if (p->socket.workload)
		verdict = judge_delivery(p);
	if (verdict == NF_ACCEPT) {
		peer = sender_of(p, levee_cgroup_nr(p->from.cgroup));
		levee_peer_note(&peer);
	}
	return verdict;
}

static unsigned int deliver_udp(struct passage *p)
{
	unsigned int verdict = NF_ACCEPT;
	struct sock *found = NULL;

	p->from.sk = p->skb->sk;
	if (!p->from.sk) {
		found = p->state->pf == NFPROTO_IPV4 ?
			nf_sk_lookup_slow_v4(p->state->net, p->skb, p->state->in) :
			nf_sk_lookup_slow_v6(p->state->net, p->skb, p->state->in);
		p->from.sk = found;
	}
	if (p->from.sk && sk_fullsock(p->from.sk))
		verdict = deliver_datagram(p);
	if (found)
		sock_gen_put(found);
	return verdict;
}

/* An association that the peer began lives on as long as it is heard of. */
static void note_sctp(const struct passage *p)
{
	struct levee_peer peer = sender_of(p, 0);

	if (p->flow.flags & LEVEE_FLOW_SCTP_INIT || levee_peer_known(&peer))
		levee_peer_note(&peer);
}

static unsigned int deliver_tcp(struct passage *p)
{
	struct levee_peer peer;

	if (p->flow.flags & LEVEE_FLOW_SYN && p->state->in->flags & IFF_LOOPBACK) {
		peer = sender_of(p, 0);
		levee_peer_note(&peer);
	}
	p->from.sk = p->skb->sk;
	p->rs = levee_live_rcu();
	if (!p->from.sk || !sk_fullsock(p->from.sk) ||
	    (!levee_workloads_quarantined() &&
	     !(p->rs->dns_ports & BIT_ULL(p->flow.sport % 64))))
		return NF_ACCEPT;
	p->socket = levee_subject_of(p->rs, levee_sock_cgroup(p->from.sk));
	if (is_quarantined(&p->socket))
		return NF_DROP;
	/* Over loopback it may be the workload's own: of a connection nobody tells. */
	if (!(p->state->in->flags & IFF_LOOPBACK))
		hear(p);
	return NF_ACCEPT;
}

static unsigned int local_in(void *priv, struct sk_buff *skb, const struct nf_hook_state *state)
{
	struct passage p = { .skb = skb, .state = state };

	if (likely(!is_governed(priv)))
		return NF_ACCEPT;
	if (!levee_flow_read(&p.flow, skb, state->pf) || p.flow.flags & LEVEE_FLOW_FRAGMENT)
		return NF_ACCEPT;
	levee_scan_gate_hear(state, skb, &p.flow);
	switch (p.flow.proto) {
	case IPPROTO_UDP:
	case IPPROTO_UDPLITE:
		return deliver_udp(&p);
	case IPPROTO_TCP:
		return deliver_tcp(&p);
	case IPPROTO_SCTP:
		note_sctp(&p);
		break;
	}
	return NF_ACCEPT;
}

#define LEVEE_HOOK(family, number, function, when) {	\
	.hook = (function),				\
	.pf = (family),					\
	.hooknum = (number),				\
	.priority = (when),				\
}

static const struct nf_hook_ops hooks[] = {
	LEVEE_HOOK(NFPROTO_IPV4, NF_INET_LOCAL_OUT, local_out, NF_IP_PRI_RAW_BEFORE_DEFRAG),
	LEVEE_HOOK(NFPROTO_IPV6, NF_INET_LOCAL_OUT, local_out, NF_IP6_PRI_RAW_BEFORE_DEFRAG),
	/* After source NAT, so that Docker's resolver at 127.0.0.11 has its own address. */
	LEVEE_HOOK(NFPROTO_IPV4, NF_INET_LOCAL_IN, local_in, NF_IP_PRI_NAT_SRC + 1),
	LEVEE_HOOK(NFPROTO_IPV6, NF_INET_LOCAL_IN, local_in, NF_IP6_PRI_NAT_SRC + 1),
	/* Not in the initial one: its own NAT is trusted, Docker and Kubernetes live by it. */
	LEVEE_HOOK(NFPROTO_IPV4, NF_INET_POST_ROUTING, post_routing, NF_IP_PRI_LAST),
	LEVEE_HOOK(NFPROTO_IPV6, NF_INET_POST_ROUTING, post_routing, NF_IP6_PRI_LAST),
};

#define HOOKS_INITIAL 4

static_assert(ARRAY_SIZE(hooks) == HOOKS);

static void __net_exit net_hooks_exit(struct net *net)
{
	struct levee_net *levee_net = net_generic(net, net_id);
	u32 i;

	for (i = 0; i < HOOKS; i++)
		if (levee_net->hooked & BIT(i))
			nf_unregister_net_hook(net, &levee_net->ops[i]);
	levee_net->hooked = 0;
	if (levee_net->outranked)
		atomic_dec(&outranked);
	if (levee_net->incomplete)
		atomic_dec(&incomplete);
}

/*
 * Who is root in a namespace can have filled its hooks before (1,024 functions
 * each). That is no reason to leave the host without a policy.
 */
static int __net_init net_hooks_init(struct net *net)
{
	struct levee_net *levee_net = net_generic(net, net_id);
	bool initial = net_eq(net, &init_net);
	u32 i, count = initial ? HOOKS_INITIAL : HOOKS;
	int err;

	for (i = 0; i < count; i++) {
		levee_net->ops[i] = hooks[i];
		levee_net->ops[i].priv = levee_net;
		err = nf_register_net_hook(net, &levee_net->ops[i]);
		if (!err) {
			levee_net->hooked |= BIT(i);
		} else if (err == -E2BIG && !initial) {
			if (!levee_net->incomplete)
				atomic_inc(&incomplete);
			WRITE_ONCE(levee_net->incomplete, true);
		} else {
			net_hooks_exit(net);
			/* A packet may be in a hook that was there for a moment. */
			synchronize_net();
			return err;
		}
	}
	if (initial)
		return 0;
	rcu_read_lock();
	if (is_outranked_now(net, NFPROTO_IPV4) || is_outranked_now(net, NFPROTO_IPV6)) {
		WRITE_ONCE(levee_net->outranked, true);
		atomic_inc(&outranked);
	}
	rcu_read_unlock();
	return 0;
}

static struct pernet_operations net_ops = {
	.init = net_hooks_init,
	/* Before a grace period, after which the core frees struct levee_net. */
	.pre_exit = net_hooks_exit,
	.id = &net_id,
	.size = sizeof(struct levee_net),
};

int levee_packet_hooks_arm(void)
{
	int err;

	lockdep_assert_held(&levee_registry_mutex);
	if (armed)
		return 0;
	err = register_pernet_subsys(&net_ops);
	WRITE_ONCE(armed, !err);
	return err;
}

void levee_packet_hooks_disarm(void)
{
	lockdep_assert_held(&levee_registry_mutex);
	if (!armed)
		return;
	unregister_pernet_subsys(&net_ops);
	/* A packet may still be in a hook that it found before. */
	synchronize_net();
	WRITE_ONCE(armed, false);
}

u32 levee_packet_hooks_outranked(void)
{
	return atomic_read(&outranked);
}

u32 levee_packet_hooks_incomplete(void)
{
	return atomic_read(&incomplete);
}

bool levee_packet_hooks_armed(void)
{
	return READ_ONCE(armed);
}
