// SPDX-License-Identifier: GPL-2.0
/*
 * A loadable module cannot register an LSM. Where bpf is among the LSMs, the
 * core calls bpf_lsm_socket_*() and honours what they return; else it is asked
 * for at security_socket_*(). levee sits in that seat: ftrace calls it at the
 * function's entry, and for a denial lets the function return -EPERM instead of
 * running. Programs of others on the same function go on working.
 *
 * This is the only file that knows how the hooks are attached.
 */
#include <linux/atomic.h>
#include <linux/ftrace.h>
#include <linux/in.h>
#include <linux/kallsyms.h>
#include <linux/net.h>
#include <linux/ptrace.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/sctp.h>
#include <net/inet_sock.h>
#include <net/sock.h>
#include <uapi/linux/sctp.h>

#include "../detect/flow.h"
#include "../detect/flow_cache.h"
#include "../policy/registry.h"
#include "../report/event.h"
#include "egress_hooks.h"
#include "gate.h"
#include "packet_hooks.h"
#include "scan_gate.h"
#include "socket_hooks.h"

/* What the hooks ask of the caller. */
struct call {
	struct levee_ruleset *rs;
	struct levee_subject socket;
	struct levee_subject actor;
	struct task_struct *task;	/* NULL: SCTP asks from a softirq, too */
};

/* Returns true when the caller must get EPERM. Under rcu_read_lock(), preemption off. */
typedef bool (*judge_fn)(struct ftrace_regs *fregs);

struct seat {
	const char *name;
	judge_fn judge;
	unsigned long ip;	/* where ftrace calls from; 0 until the first call */
	char function[48];
	u32 state;		/* under told_lock, as is the text */
	char text[LEVEE_SOCKET_HOOK_TEXT];
};

static bool armed;
/* What is told of the seats; who asks holds no mutex. */
static DEFINE_SPINLOCK(told_lock);
static atomic64_t missed;	/* calls of any of the functions */

/* Set while arming: whether the seat is really called. */
static struct task_struct *prober;
static bool probed;

/* What a denied function runs instead of itself. */
static noinline notrace int refused(void)
{
	return -EPERM;
}

static bool subjects(struct call *call, const struct sock *sk)
{
	call->rs = levee_live_rcu();
	call->task = levee_actor();
	call->actor = (struct levee_subject){};
	if (call->task)
		call->actor = levee_actor_subject(call->rs, call->task);
	call->socket = call->actor;
	if (sk)
		call->socket = levee_subject_of(call->rs, levee_sock_cgroup(sk));
	return call->socket.workload || call->actor.workload;
}

/*
 * Decides, counts, reports. @key is the act's identity, by which the packet
 * hooks know that it was counted here; NULL when they never see it. An act that
 * goes on (@again: connect() is asked how far it is) is decided only.
 */
static bool judge(const struct call *call, const struct levee_act *act,
		  const struct levee_flow_key *key, bool again)
{
	struct levee_outcome outcome;
	bool deny;

	levee_gate_decide(&outcome, &call->socket, &call->actor, act);
	if (outcome.quarantined)
		return true;
	if (levee_rule_watches_scans(outcome.subject->rule))
		levee_scan_gate_hold(&outcome, act);
	if (again)
		return outcome.verdict.reason && outcome.verdict.effect >= LEVEE_EFFECT_PREVENT;
	if (!outcome.verdict.reason) {
		/* A socket of a family that is not raw is no act, unless its family is refused. */
		if (act->feature != LEVEE_FEATURE_RAW_SOCKETS || outcome.verdict.entry)
			levee_gate_allow(&outcome, act);
		levee_gate_note(&outcome, act, call->task, true);
		return false;
	}
	if (key)
		levee_act_mark(key, act->feature);
	deny = levee_gate_enforce(call->rs, &outcome, act, call->task);
	/* What is refused here sends no packet by which it would be counted. */
	if (deny)
		levee_scan_gate_try(call->rs, &outcome, act, call->task, false);
	return deny;
}

static bool is_quarantined(const struct levee_subject *subject)
{
	return subject->workload && levee_workload_quarantined(subject->workload);
}

/*
 * A packet socket whose frames nobody could judge, where they must be: by outbound,
 * dns and port-scan. Whatever the effects are, a quarantine cuts frames as well.
 */
static bool is_unwatched(const struct call *call)
{
	const struct levee_rule *rule = call->actor.rule;

	if (!rule || levee_egress_hooks_want() || !levee_egress_hooks_armed())
		return false;
	return rule->sections[LEVEE_FEATURE_OUTBOUND].effect >= LEVEE_EFFECT_PREVENT ||
	       rule->sections[LEVEE_FEATURE_DNS].effect >= LEVEE_EFFECT_PREVENT ||
	       rule->sections[LEVEE_FEATURE_PORT_SCAN].effect >= LEVEE_EFFECT_PREVENT;
}

/* socket_create(int family, int type, int protocol, int kern) */
static bool judge_create(struct ftrace_regs *fregs)
{
	int family = ftrace_regs_get_argument(fregs, 0);
	int type = ftrace_regs_get_argument(fregs, 1);
	int protocol = ftrace_regs_get_argument(fregs, 2);
	bool kern = (int)ftrace_regs_get_argument(fregs, 3);
	bool is_ip = family == AF_INET || family == AF_INET6;
	struct levee_act act = {
		.feature = LEVEE_FEATURE_RAW_SOCKETS,
		.socket_family = family,
		.proto = protocol & 0xff,
	};
	struct call call;

	if (READ_ONCE(prober) == current)
		WRITE_ONCE(probed, true);
	if (kern || !subjects(&call, NULL))
		return false;
	if (current->nsproxy)
		levee_packet_hooks_mark(current->nsproxy->net_ns);
	if (is_quarantined(&call.actor))
		return true;
	/* SMC by its other name. */
	if (is_ip && protocol == IPPROTO_SMC) {
		act.socket_family = AF_SMC;
		return judge(&call, &act, NULL, false);
	}
	/* IPv4 and IPv6 are judged by what is done with them, unless raw. */
	if (is_ip && type != SOCK_RAW) {
		if (!call.actor.rule || !call.actor.rule->has_families ||
		    call.actor.rule->families & BIT_ULL(family))
			return false;
	}
	if (judge(&call, &act, NULL, false))
		return true;
	return family == AF_PACKET && is_unwatched(&call);
}

/* Binding a datagram socket to a port is how UDP listens. */
static bool listens_by_bind(const struct sock *sk)
{
	return sk->sk_type == SOCK_DGRAM &&
	       (sk->sk_protocol == IPPROTO_UDP || sk->sk_protocol == IPPROTO_UDPLITE);
}

static bool is_internet(const struct sock *sk)
{
	return sk->sk_family == AF_INET || sk->sk_family == AF_INET6 || sk->sk_family == AF_SMC;
}

static bool judge_listen_at(const struct call *call, const struct sock *sk,
			    const struct levee_addr *addr, u16 port)
{
	struct levee_act act = {
		.feature = LEVEE_FEATURE_LISTEN,
		.proto = levee_sock_proto(sk),
		.port = port,
		.ephemeral = levee_port_is_ephemeral(sock_net(sk), port),
		.loopback_only = levee_addr_is_loopback(addr),
	};
	struct levee_flow_key key;

	levee_listen_key_set(&key, call->rs->generation, levee_sock_cgroup(sk),
			     act.proto, port);
	return judge(call, &act, &key, false);
}

/* socket_bind(struct socket *sock, struct sockaddr *address, int addrlen) */
static bool judge_bind(struct ftrace_regs *fregs)
{
	const struct socket *sock = (void *)ftrace_regs_get_argument(fregs, 0);
	const struct sockaddr *sa = (void *)ftrace_regs_get_argument(fregs, 1);
	int len = ftrace_regs_get_argument(fregs, 2);
	const struct sock *sk = sock->sk;
	struct levee_addr addr = {};
	struct call call;
	u16 port;

	if (!subjects(&call, sk))
		return false;
	levee_packet_hooks_mark(sock_net(sk));
	if (is_quarantined(&call.socket) || is_quarantined(&call.actor))
		return true;
	if (!is_internet(sk) || !listens_by_bind(sk))
		return false;
	/* What does not parse the stack refuses, with its own error. */
	if (levee_addr_of_sockaddr(&addr, &port, sk, sa, len) || !port)
		return false;
	return judge_listen_at(&call, sk, &addr, port);
}

/* socket_listen(struct socket *sock, int backlog) */
static bool judge_listen(struct ftrace_regs *fregs)
{
	const struct socket *sock = (void *)ftrace_regs_get_argument(fregs, 0);
	const struct sock *sk = sock->sk;
	struct levee_addr addr = {};
	struct call call;
	u16 port = 0;

	if (!subjects(&call, sk))
		return false;
	if (is_quarantined(&call.socket) || is_quarantined(&call.actor))
		return true;
	if (!is_internet(sk))
		return false;
	levee_packet_hooks_mark(sock_net(sk));
	if (sk->sk_family != AF_SMC)
		levee_sock_local(sk, &addr, &port);
	return judge_listen_at(&call, sk, &addr, port);
}

static bool judge_connect_to(const struct call *call, const struct sock *sk,
			     const struct sockaddr *sa, int len, bool again)
{
	struct levee_addr addr;
	struct levee_act act = {
		.feature = LEVEE_FEATURE_OUTBOUND,
		.proto = levee_sock_proto(sk),
		.addr = &addr,
	};
	struct levee_flow_key key;

	/* AF_UNSPEC disconnects; what does not parse the stack refuses. */
	if (len < offsetofend(struct sockaddr, sa_family) || sa->sa_family == AF_UNSPEC ||
	    levee_addr_of_sockaddr(&addr, &act.port, sk, sa, len))
		return false;
	/* RFC 1122 3.2.1.3: "this host"; the stack connects to loopback. */
	if (!addr.hi && !addr.lo)
		addr.lo = addr.is_v4 ? INADDR_LOOPBACK : 1;
	levee_connect_key_set(&key, sk, call->rs->generation, levee_sock_cgroup(sk), &addr,
			      act.proto, act.port);
	return judge(call, &act, &key, again);
}

/* socket_connect(struct socket *sock, struct sockaddr *address, int addrlen) */
static bool judge_connect(struct ftrace_regs *fregs)
{
	const struct socket *sock = (void *)ftrace_regs_get_argument(fregs, 0);
	const struct sockaddr *sa = (void *)ftrace_regs_get_argument(fregs, 1);
	int len = ftrace_regs_get_argument(fregs, 2);
	const struct sock *sk = sock->sk;
	struct call call;

	if (!subjects(&call, sk))
		return false;
	if (is_quarantined(&call.socket) || is_quarantined(&call.actor))
		return true;
	/* A datagram socket's connect() sends nothing; its first datagram is the act. */
	if (!is_internet(sk) || (sk->sk_type != SOCK_STREAM && sk->sk_type != SOCK_SEQPACKET))
		return false;
	levee_packet_hooks_mark(sock_net(sk));
	return judge_connect_to(&call, sk, sa, len, sock->state != SS_UNCONNECTED);
}

static bool starts_association(int optname)
{
	switch (optname) {
	case SCTP_SOCKOPT_CONNECTX:
	case SCTP_SOCKOPT_CONNECTX_OLD:
	case SCTP_SENDMSG_CONNECT:
	case (__force int)SCTP_PARAM_SET_PRIMARY:	/* as the callers pass them */
	case (__force int)SCTP_PARAM_ADD_IP:
		return true;
	}
	return false;
}

/* sctp_bind_connect(struct sock *sk, int optname, struct sockaddr *address, int addrlen) */
static bool judge_sctp(struct ftrace_regs *fregs)
{
	const struct sock *sk = (void *)ftrace_regs_get_argument(fregs, 0);
	int optname = ftrace_regs_get_argument(fregs, 1);
	const u8 *at = (void *)ftrace_regs_get_argument(fregs, 2);
	int left = ftrace_regs_get_argument(fregs, 3), size;
	struct call call;

	if (!starts_association(optname) || !subjects(&call, sk))
		return false;
	if (is_quarantined(&call.socket) || is_quarantined(&call.actor))
		return true;
	levee_packet_hooks_mark(sock_net(sk));
	/* A list of addresses without gaps, each as long as its family says. */
	while (left >= (int)sizeof(sa_family_t)) {
		size = ((const struct sockaddr *)at)->sa_family == AF_INET6 ?
		       sizeof(struct sockaddr_in6) : sizeof(struct sockaddr_in);
		if (size > left)
			break;
		if (judge_connect_to(&call, sk, (const void *)at, size, false))
			return true;
		at += size;
		left -= size;
	}
	return false;
}

#define SEAT(hook, function) { .name = (hook), .judge = (function) }

static struct seat seats[] = {
	SEAT("socket_create", judge_create),
	SEAT("socket_bind", judge_bind),
	SEAT("socket_listen", judge_listen),
	SEAT("socket_connect", judge_connect),
	SEAT("sctp_bind_connect", judge_sctp),
};

/* Which function an address is in is not to be had before it is called: ask once, and keep it. */
static noinline notrace struct seat *find_seat(unsigned long ip)
{
	char name[KSYM_SYMBOL_LEN];
	u32 i;

	sprint_symbol_no_offset(name, ip);
	for (i = 0; i < ARRAY_SIZE(seats); i++) {
		if (!strcmp(name, seats[i].function)) {
			WRITE_ONCE(seats[i].ip, ip);
			return &seats[i];
		}
	}
	return NULL;
}

static __always_inline struct seat *seat_at(unsigned long ip)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(seats); i++)
		if (likely(READ_ONCE(seats[i].ip) == ip))
			return &seats[i];
	return find_seat(ip);
}

/*
 * ftrace calls this at the entry of the function, with preemption off. Some
 * code that it runs may itself be in another's seat: the bit keeps it from
 * coming back here.
 */
static void notrace in_seat(unsigned long ip, unsigned long parent_ip, struct ftrace_ops *ops,
			    struct ftrace_regs *fregs)
{
	int bit = ftrace_test_recursion_trylock(ip, parent_ip);
	struct seat *seat;
	bool deny;

	if (bit < 0) {
		atomic64_inc(&missed);
		return;
	}
	seat = seat_at(ip);
	if (likely(seat)) {
		rcu_read_lock();
		deny = seat->judge(fregs);
		rcu_read_unlock();
		if (deny)
			ftrace_regs_set_instruction_pointer(fregs, (unsigned long)refused);
	} else {
		atomic64_inc(&missed);
	}
	ftrace_test_recursion_unlock(bit);
}

/*
 * One for all the seats, because each is waited for when it goes. PERMANENT: the
 * ftrace sysctl must not switch the hooks off. Not RECURSION: ftrace's own guard
 * would keep a call from us without our knowing.
 */
#define OPS_FLAGS (FTRACE_OPS_FL_IPMODIFY | FTRACE_OPS_FL_PERMANENT)
static struct ftrace_ops seat_ops = { .func = in_seat, .flags = OPS_FLAGS };

/* 6.1's ftrace_free_filter() leaves pointers to what it freed: begin with new ops. */
static void reset_ops(void)
{
	ftrace_free_filter(&seat_ops);
	seat_ops = (struct ftrace_ops){ .func = in_seat, .flags = OPS_FLAGS };
}

static void set_state(u32 state, const char *why)
{
	u32 i;

	spin_lock(&told_lock);
	for (i = 0; i < ARRAY_SIZE(seats); i++) {
		seats[i].state = state;
		snprintf(seats[i].text, sizeof(seats[i].text), "%s%s", seats[i].function, why);
	}
	spin_unlock(&told_lock);
}

static int set_filter(const char *prefix)
{
	struct seat *seat;
	u32 i;
	int err;

	for (i = 0; i < ARRAY_SIZE(seats); i++) {
		seat = &seats[i];
		seat->ip = 0;
		snprintf(seat->function, sizeof(seat->function), "%s_%s", prefix, seat->name);
		err = ftrace_set_filter(&seat_ops, seat->function, strlen(seat->function), !i);
		if (err)
			return err;
	}
	return 0;
}

static const char *why_not(int err)
{
	switch (err) {
	case -EBUSY:
		return ": ftrace is off, or another has it";
	case -EINVAL:
		return ": not in this kernel";
	case -ENOMEM:
		return ": out of memory";
	default:
		return ": ftrace refuses";
	}
}

/* All the seats of one kind, or none. */
static int sit(const char *prefix)
{
	int err;

	err = set_filter(prefix) ?: register_ftrace_function(&seat_ops);
	if (err) {
		/* A list that was being walked may still hold the ops. */
		synchronize_rcu();
		reset_ops();
		set_state(LEVEE_HOOK_STATE_FAILED, why_not(err));
		return err;
	}
	set_state(LEVEE_HOOK_STATE_ARMED, "");
	return 0;
}

static void leave(void)
{
	/* 1) unhooked; 2) no task is still on its way through a trampoline. */
	unregister_ftrace_function(&seat_ops);
	synchronize_rcu_tasks();
	reset_ops();
}

/*
 * The stubs of the bpf LSM exist even where it is not among the LSMs, and are
 * then never called: ask for a socket and see.
 */
static bool is_called(void)
{
	struct socket *sock;

	probed = false;
	WRITE_ONCE(prober, current);
	if (!sock_create_kern(&init_net, AF_UNIX, SOCK_DGRAM, 0, &sock))
		sock_release(sock);
	WRITE_ONCE(prober, NULL);
	return READ_ONCE(probed);
}

static int take_seats(const char *prefix)
{
	int err = sit(prefix);

	if (err)
		return err;
	if (is_called())
		return 0;
	leave();
	set_state(LEVEE_HOOK_STATE_FAILED, ": is never called");
	return -ENOENT;
}

int levee_socket_hooks_arm(void)
{
	static const char * const prefixes[] = { "bpf_lsm", "security" };
	u32 i;

	lockdep_assert_held(&levee_registry_mutex);
	if (armed)
		return 0;
	for (i = 0; i < ARRAY_SIZE(prefixes); i++) {
		if (take_seats(prefixes[i]))
			continue;
		WRITE_ONCE(armed, true);
		return 0;
	}
	return -EOPNOTSUPP;
}

void levee_socket_hooks_disarm(void)
{
	u32 i;

	lockdep_assert_held(&levee_registry_mutex);
	if (armed)
		leave();
	spin_lock(&told_lock);
	for (i = 0; i < ARRAY_SIZE(seats); i++) {
		seats[i].state = LEVEE_HOOK_STATE_IDLE;
		seats[i].text[0] = '\0';
	}
	spin_unlock(&told_lock);
	WRITE_ONCE(armed, false);
}

bool levee_socket_hooks_armed(void)
{
	return READ_ONCE(armed);
}

bool levee_socket_hooks_info(u32 index, struct levee_socket_hook_info *info)
{
	struct seat *seat;

	if (index >= ARRAY_SIZE(seats))
		return false;
	seat = &seats[index];
	info->name = seat->name;
	spin_lock(&told_lock);
	info->state = seat->state;
	strscpy(info->text, seat->text, sizeof(info->text));
	spin_unlock(&told_lock);
	info->missed = atomic64_read(&missed);
	return true;
}
