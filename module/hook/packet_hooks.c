// SPDX-License-Identifier: GPL-2.0
/*
 * LOCAL_OUT judges what leaves a socket; POST_ROUTING looks again where the
 * destination was rewritten in a container's own namespace; LOCAL_IN notes who
 * sent datagrams, and guards UDP sockets that were bound before the policy.
 *
 * All run under rcu_read_lock(), which netfilter takes.
 */
#include <linux/netfilter.h>
#include <linux/netfilter_ipv4.h>
#include <linux/netfilter_ipv6.h>
#include <net/dst.h>
#include <net/net_namespace.h>
#include <net/netfilter/nf_socket.h>
#include <net/netns/generic.h>

#include "../detect/flow.h"
#include "../detect/flow_cache.h"
#include "../detect/udp_peers.h"
#include "../policy/registry.h"
#include "gate.h"
#include "packet_hooks.h"
#include "socket_hooks.h"
#include "stop.h"

struct levee_net {
	bool governed;	/* a governed workload has acted here */
};

/* A packet on its way through a hook. */
struct passage {
	struct sk_buff *skb;
	struct net *net;
	struct sock *sk;
	struct levee_ruleset *rs;
	struct levee_subject socket;
	struct levee_subject actor;
	struct task_struct *task;
	struct levee_flow flow;
	struct levee_flow_key key;
	bool again;		/* the second look */
	bool cached;		/* the cache serves: nobody but the socket's workload decides */
};

static unsigned int net_id __read_mostly;
static bool armed;

void levee_packet_hooks_mark(struct net *net)
{
	struct levee_net *levee_net = net_generic(net, net_id);

	if (!READ_ONCE(levee_net->governed))
		WRITE_ONCE(levee_net->governed, true);
}

static bool is_stream(const struct sock *sk, const struct levee_flow *flow)
{
	return flow->proto == IPPROTO_TCP && sk->sk_type == SOCK_STREAM;
}

static bool is_udp_socket(const struct sock *sk)
{
	return sk->sk_type == SOCK_DGRAM &&
	       (sk->sk_protocol == IPPROTO_UDP || sk->sk_protocol == IPPROTO_UDPLITE);
}

/* A denied SYN fails connect() at once; any other send fails with EPERM. */
static unsigned int refuse(const struct passage *p)
{
	int err = p->flow.tcp_syn ? -ECONNREFUSED : -EPERM;

	/* 6.1's macro takes a name, not an expression. */
	return NF_DROP_ERR(err);
}

static void remember(const struct passage *p, enum levee_flow_verdict verdict)
{
	if (!p->cached)
		return;
	local_bh_disable();
	levee_flow_cache_add(&p->key, verdict);
	local_bh_enable();
}

static struct levee_act outbound_act(const struct levee_flow *flow)
{
	struct levee_act act = {
		.feature = LEVEE_FEATURE_OUTBOUND,
		.has_addr = true,
		.proto = flow->proto,
		.port = flow->dport,
		.addr = flow->dst,
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

/* The identity of an act: of a listener, its port; of a connection, its socket and target. */
static struct levee_flow_key act_key(const struct passage *p, const struct levee_act *act,
				     bool by_socket_hook)
{
	struct levee_flow_key key = p->key;

	if (act->feature == LEVEE_FEATURE_LISTEN)
		levee_listen_key_set(&key, p->rs->generation,
				     cgroup_id(levee_sock_cgroup(p->sk)), act->proto, act->port);
	else if (by_socket_hook)
		levee_connect_key_set(&key, p->sk, p->rs->generation,
				      cgroup_id(levee_sock_cgroup(p->sk)), &act->addr, act->proto,
				      act->port);
	return key;
}

/* Whether a hook counted this act before; else it is marked as counted now. */
static bool counted_before(const struct passage *p, const struct levee_act *act)
{
	struct levee_flow_key key = act_key(p, act, true);

	if (levee_act_marked(&key, act->feature))
		return true;
	key = act_key(p, act, false);
	if (levee_act_marked(&key, act->feature))
		return true;
	levee_act_mark(&key, act->feature);
	return false;
}

/*
 * Whether every attempt is an act of its own, to be counted each time: a
 * datagram that is refused. A connection, however often its packets come
 * back, is one act; so is a listener.
 */
static bool counts_each(const struct passage *p, const struct levee_outcome *outcome,
			const struct levee_act *act)
{
	return act->feature == LEVEE_FEATURE_OUTBOUND && !is_stream(p->sk, &p->flow) &&
	       outcome->verdict.effect >= LEVEE_EFFECT_PREVENT;
}

static bool is_connected_udp(const struct sock *sk)
{
	return is_udp_socket(sk) && sk->sk_state == TCP_ESTABLISHED;
}

/* A connected UDP socket that has sent, under whatever policy. */
static struct levee_flow_key life_key(const struct passage *p)
{
	struct levee_flow_key key = p->key;

	key.generation = 0;
	return key;
}

static void note_life(const struct passage *p)
{
	struct levee_flow_key key = life_key(p);

	if (is_connected_udp(p->sk))
		levee_act_mark(&key, LEVEE_FEATURE_OUTBOUND);
}

/* A live connection that deviates now is not left hanging. */
static void destroy_if_live(const struct passage *p)
{
	struct levee_flow_key key = life_key(p);
	bool live = is_stream(p->sk, &p->flow) ? !p->flow.tcp_syn && !p->flow.tcp_synack :
		    is_connected_udp(p->sk) && levee_act_marked(&key, LEVEE_FEATURE_OUTBOUND);

	if (live && levee_destroy_sock(p->sk))
		remember(p, LEVEE_FLOW_DROP);
}

static unsigned int judge(struct passage *p, const struct levee_act *act)
{
	struct levee_outcome outcome = levee_gate_decide(&p->socket, &p->actor, act);
	bool deny;

	if (outcome.quarantined)
		return refuse(p);
	if (!outcome.verdict.reason) {
		/* A connection was counted by connect(), where that is hooked. */
		if (!p->again && act->feature == LEVEE_FEATURE_OUTBOUND &&
		    !(is_stream(p->sk, &p->flow) && levee_socket_hooks_armed()))
			levee_gate_allow(&outcome, act);
		note_life(p);
		remember(p, LEVEE_FLOW_PASS);
		return NF_ACCEPT;
	}
	deny = outcome.verdict.effect >= LEVEE_EFFECT_PREVENT;
	if (counts_each(p, &outcome, act) || !counted_before(p, act))
		deny = levee_gate_enforce(p->rs, &outcome, act, p->task);
	if (!deny) {
		note_life(p);
		remember(p, LEVEE_FLOW_PASS);
		return NF_ACCEPT;
	}
	destroy_if_live(p);
	return refuse(p);
}

/* A packet that cannot be read, or hides its ports, is not let through for that. */
static unsigned int judge_malformed(struct passage *p)
{
	struct levee_act act = outbound_act(&p->flow);
	struct levee_outcome outcome = levee_gate_decide(&p->socket, &p->actor, &act);

	if (outcome.quarantined)
		return refuse(p);
	if (!outcome.subject.rule || outcome.verdict.effect == LEVEE_EFFECT_DISABLE)
		return NF_ACCEPT;
	outcome.verdict.reason = LEVEE_REASON_MALFORMED;
	outcome.verdict.entry = NULL;
	return levee_gate_enforce(p->rs, &outcome, &act, p->task) ? refuse(p) : NF_ACCEPT;
}

static unsigned int judge_stream(struct passage *p)
{
	struct levee_act act;

	/* The kernel resets by itself; what a reset could tell, the peer has. */
	if (p->flow.tcp_rst)
		return NF_ACCEPT;
	if (p->flow.tcp_syn) {
		act = outbound_act(&p->flow);
		return judge(p, &act);
	}
	if (p->flow.tcp_synack || p->sk->sk_state == TCP_LISTEN ||
	    levee_tcp_opened_by_peer(p->net, p->sk)) {
		/* Listening happened here, wherever the answer is sent to. */
		if (p->again)
			return NF_ACCEPT;
		act = listen_act(p->net, p->sk, IPPROTO_TCP);
		return judge(p, &act);
	}
	act = outbound_act(&p->flow);
	return judge(p, &act);
}

/* A datagram back to who sent one to this bound port. */
static bool is_udp_reply(const struct passage *p)
{
	struct levee_udp_peer peer = {
		.addr = p->flow.dst,
		.cgroup_id = p->key.cgroup_id,
		.port = p->flow.dport,
		.local_port = p->sk->sk_num,
	};

	return is_udp_socket(p->sk) && p->sk->sk_userlocks & SOCK_BINDPORT_LOCK &&
	       levee_udp_peer_known(&peer);
}

/*
 * An association is judged at its INIT, also at those to further addresses of
 * the peer; what follows on it is not judged again.
 */
static bool is_sctp_follow_up(const struct passage *p)
{
	return p->flow.proto == IPPROTO_SCTP && p->sk->sk_protocol == IPPROTO_SCTP &&
	       !p->flow.sctp_init;
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

	return client && p->socket.rule &&
	       !levee_decide(p->socket.rule, &packet_socket).reason;
}

static unsigned int judge_packet(struct passage *p)
{
	struct levee_act act;

	if (p->flow.fragment)
		return judge_malformed(p);
	if (levee_flow_is_link_control(&p->flow) || levee_flow_is_kernel_icmp(&p->flow, p->sk))
		return NF_ACCEPT;
	if (is_stream(p->sk, &p->flow))
		return judge_stream(p);
	if (is_udp_reply(p) || is_sctp_follow_up(p) || is_dhcp_client(p))
		return NF_ACCEPT;
	act = outbound_act(&p->flow);
	return judge(p, &act);
}

/* Who sends; false when nobody is governed. The common case for most of the host's traffic. */
static bool identify(struct passage *p)
{
	struct cgroup *cgroup = levee_sock_cgroup(p->sk), *own;

	p->rs = levee_live_rcu();
	p->socket = levee_subject_of(p->rs, cgroup);
	p->cached = true;
	p->task = levee_actor();
	if (p->task) {
		own = task_dfl_cgroup(p->task);
		if (own != cgroup) {
			p->actor = levee_subject_of(p->rs, own);
			p->cached = !p->actor.workload || p->actor.workload == p->socket.workload;
		}
	}
	return p->socket.workload || p->actor.workload;
}

static enum levee_flow_verdict cached_verdict(const struct passage *p)
{
	enum levee_flow_verdict verdict;

	if (!p->cached)
		return LEVEE_FLOW_UNKNOWN;
	local_bh_disable();
	verdict = levee_flow_cache_find(&p->key);
	local_bh_enable();
	return verdict;
}

static bool is_quarantined(const struct levee_subject *subject)
{
	return subject->workload && levee_workload_quarantined(subject->workload);
}

static unsigned int pass(struct passage *p, u8 family)
{
	if (is_quarantined(&p->socket) || is_quarantined(&p->actor))
		return NF_DROP_ERR(-EPERM);
	if (!levee_flow_read(&p->flow, p->skb, family))
		return judge_malformed(p);
	levee_flow_key_set(&p->key, p->sk, p->rs->generation,
			   cgroup_id(levee_sock_cgroup(p->sk)), &p->flow);
	switch (cached_verdict(p)) {
	case LEVEE_FLOW_PASS:
		return NF_ACCEPT;
	case LEVEE_FLOW_DROP:
		return refuse(p);
	case LEVEE_FLOW_UNKNOWN:
		break;
	}
	levee_packet_hooks_mark(p->net);
	return judge_packet(p);
}

/* With SYN cookies no socket is attached to a SYN-ACK. */
static unsigned int pass_without_sock(struct sk_buff *skb, const struct nf_hook_state *state)
{
	struct passage p = { .skb = skb, .net = state->net };
	unsigned int verdict = NF_ACCEPT;

	if (!levee_flow_read(&p.flow, skb, state->pf) || !p.flow.tcp_synack)
		return NF_ACCEPT;
	p.sk = levee_synack_listener(state->net, &p.flow);
	if (!p.sk)
		return NF_ACCEPT;
	if (identify(&p))
		verdict = pass(&p, state->pf);
	sock_gen_put(p.sk);
	return verdict;
}

static unsigned int local_out(void *priv, struct sk_buff *skb, const struct nf_hook_state *state)
{
	struct sock *sk = levee_flow_sock(skb);
	struct passage p;

	if (unlikely(!sk))
		return pass_without_sock(skb, state);
	p.sk = sk;
	p.actor.workload = NULL;
	if (likely(!identify(&p)))
		return NF_ACCEPT;
	p.skb = skb;
	p.net = state->net;
	p.again = false;
	return pass(&p, state->pf);
}

static bool was_rewritten(const struct sock *sk, const struct levee_flow *flow)
{
	struct levee_addr peer;
	u16 port;

	levee_sock_peer(sk, &peer, &port);
	return peer.hi != flow->dst.hi || peer.lo != flow->dst.lo || port != flow->dport;
}

/* A container that may change its namespace's tables must not get out by them. */
static unsigned int post_routing(void *priv, struct sk_buff *skb,
				 const struct nf_hook_state *state)
{
	struct sock *sk = levee_flow_sock(skb);
	struct passage p;

	if (!sk)
		return NF_ACCEPT;
	p.sk = sk;
	p.actor.workload = NULL;
	if (likely(!identify(&p)))
		return NF_ACCEPT;
	/* What stays in the namespace does not leave it. */
	if (state->out && state->out->flags & IFF_LOOPBACK)
		return NF_ACCEPT;
	if (!levee_flow_read(&p.flow, skb, state->pf))
		return NF_DROP_ERR(-EPERM);
	if (is_stream(sk, &p.flow) && !was_rewritten(sk, &p.flow))
		return NF_ACCEPT;
	p.skb = skb;
	p.net = state->net;
	p.again = true;
	return pass(&p, state->pf);
}

static unsigned int judge_delivery(struct passage *p)
{
	struct levee_udp_peer peer = {
		.addr = p->flow.src,
		.cgroup_id = cgroup_id(levee_sock_cgroup(p->sk)),
		.port = p->flow.sport,
		.local_port = p->sk->sk_num,
	};
	struct levee_outcome outcome;
	struct levee_act act;

	if (!(p->sk->sk_userlocks & SOCK_BINDPORT_LOCK) || !p->socket.rule)
		return NF_ACCEPT;
	act = listen_act(p->net, p->sk, p->flow.proto);
	outcome = levee_gate_decide(&p->socket, &p->actor, &act);
	if (outcome.verdict.reason) {
		if (!counted_before(p, &act))
			levee_gate_enforce(p->rs, &outcome, &act, NULL);
		if (outcome.verdict.effect >= LEVEE_EFFECT_PREVENT)
			return NF_DROP;
	}
	levee_udp_peer_note(&peer);
	return NF_ACCEPT;
}

static unsigned int local_in(void *priv, struct sk_buff *skb, const struct nf_hook_state *state)
{
	struct levee_net *levee_net = net_generic(state->net, net_id);
	struct passage p = { .skb = skb, .net = state->net };
	unsigned int verdict = NF_ACCEPT;
	struct sock *found = NULL;

	if (!READ_ONCE(levee_net->governed))
		return NF_ACCEPT;
	if (!levee_flow_read(&p.flow, skb, state->pf) ||
	    (p.flow.proto != IPPROTO_UDP && p.flow.proto != IPPROTO_UDPLITE) || p.flow.fragment)
		return NF_ACCEPT;
	p.sk = skb->sk;
	if (!p.sk) {
		found = state->pf == NFPROTO_IPV4 ?
			nf_sk_lookup_slow_v4(state->net, skb, state->in) :
			nf_sk_lookup_slow_v6(state->net, skb, state->in);
		p.sk = found;
	}
	if (!p.sk)
		return NF_ACCEPT;
	if (sk_fullsock(p.sk) && is_udp_socket(p.sk)) {
		p.rs = levee_live_rcu();
		p.socket = levee_subject_of(p.rs, levee_sock_cgroup(p.sk));
		if (p.socket.workload)
			verdict = judge_delivery(&p);
	}
	if (found)
		sock_gen_put(found);
	return verdict;
}

#define LEVEE_HOOK(family, number, function, when) {	\
	.hook = (function),				\
	.pf = (family),					\
	.hooknum = (number),				\
	.priority = (when),				\
}

static const struct nf_hook_ops everywhere[] = {
	LEVEE_HOOK(NFPROTO_IPV4, NF_INET_LOCAL_OUT, local_out, NF_IP_PRI_RAW_BEFORE_DEFRAG),
	LEVEE_HOOK(NFPROTO_IPV6, NF_INET_LOCAL_OUT, local_out, NF_IP6_PRI_RAW_BEFORE_DEFRAG),
	/* After source NAT, so that Docker's resolver at 127.0.0.11 has its own address. */
	LEVEE_HOOK(NFPROTO_IPV4, NF_INET_LOCAL_IN, local_in, NF_IP_PRI_NAT_SRC + 1),
	LEVEE_HOOK(NFPROTO_IPV6, NF_INET_LOCAL_IN, local_in, NF_IP6_PRI_NAT_SRC + 1),
};

/* The host's own NAT is trusted: Docker and Kubernetes live by it. */
static const struct nf_hook_ops elsewhere[] = {
	LEVEE_HOOK(NFPROTO_IPV4, NF_INET_POST_ROUTING, post_routing, NF_IP_PRI_LAST),
	LEVEE_HOOK(NFPROTO_IPV6, NF_INET_POST_ROUTING, post_routing, NF_IP6_PRI_LAST),
};

static int __net_init net_hooks_init(struct net *net)
{
	int err = nf_register_net_hooks(net, everywhere, ARRAY_SIZE(everywhere));

	if (err || net_eq(net, &init_net))
		return err;
	err = nf_register_net_hooks(net, elsewhere, ARRAY_SIZE(elsewhere));
	if (err)
		nf_unregister_net_hooks(net, everywhere, ARRAY_SIZE(everywhere));
	return err;
}

static void __net_exit net_hooks_exit(struct net *net)
{
	if (!net_eq(net, &init_net))
		nf_unregister_net_hooks(net, elsewhere, ARRAY_SIZE(elsewhere));
	nf_unregister_net_hooks(net, everywhere, ARRAY_SIZE(everywhere));
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
	armed = !err;
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
	armed = false;
}

bool levee_packet_hooks_armed(void)
{
	return READ_ONCE(armed);
}
