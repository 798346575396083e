// SPDX-License-Identifier: GPL-2.0
/*
 * What one packet costs at netfilter's LOCAL_OUT, in an in-kernel loop. The
 * packet belongs to a socket of the loading process, so of that process's
 * cgroup. Loading prints the best of many runs, each shorter than a time slice
 * of a busy machine, and always fails, so that it can be loaded again. Where the clock counts instructions, so does this.
 *
 * The loop runs with bottom halves off, as in a softirq: packets of a socket,
 * without an acting task.
 */
#include <linux/module.h>
#include <linux/cgroup.h>
#include <linux/hash.h>
#include <linux/inet.h>
#include <linux/ip.h>
#include <linux/net.h>
#include <linux/netfilter.h>
#include <linux/netfilter_ipv4.h>
#include <linux/udp.h>
#include <net/ip.h>
#include <net/sock.h>

static int loops = 20000;
module_param(loops, int, 0);
MODULE_PARM_DESC(loops, "packets of a run");
static int runs = 450;
module_param(runs, int, 0);
MODULE_PARM_DESC(runs, "runs, of which the best counts");
static int flows = 1;
module_param(flows, int, 0);
MODULE_PARM_DESC(flows, "destinations in turn, a power of two; 0: a new one for every packet");
static bool dns;
module_param(dns, bool, 0);
MODULE_PARM_DESC(dns, "packets to port 53, of which each asks for another name");
static bool refused;
module_param(refused, bool, 0);
MODULE_PARM_DESC(refused, "every packet must be, else none");
static bool empty_hook;
module_param(empty_hook, bool, 0);
MODULE_PARM_DESC(empty_hook, "time a hook that does nothing");
static char *tag = "";
module_param(tag, charp, 0);
MODULE_PARM_DESC(tag, "name of the figure");

/* The destinations are 93.184.0.0/16, of which the policies allow port 443. */
#define BASE 0x5db80000
#define SPAN 0xffff

/* www.xxxxxxxx.com, A; the eight letters change, and so do two of its suffixes. */
static const u8 query[] = "\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00"
			  "\x03www\x08xxxxxxxx\x03" "com\x00\x00\x01\x00\x01";
#define QUERY_LEN (sizeof(query) - 1)
#define QUERY_LETTERS 17

static int accepted_fn(struct net *net, struct sock *sk, struct sk_buff *skb)
{
	return 0;
}

static unsigned int do_nothing(void *priv, struct sk_buff *skb, const struct nf_hook_state *state)
{
	return NF_ACCEPT;
}

static const struct nf_hook_ops nothing = {
	.hook = do_nothing,
	.pf = NFPROTO_IPV4,
	.hooknum = NF_INET_LOCAL_OUT,
	.priority = NF_IP_PRI_RAW_BEFORE_DEFRAG,
};

static struct sk_buff *make_packet(struct sock *sk)
{
	size_t payload = dns ? QUERY_LEN : 0;
	struct sk_buff *skb = alloc_skb(256, GFP_KERNEL);
	struct udphdr *udp;
	struct iphdr *ip;

	if (!skb)
		return NULL;
	skb_reserve(skb, 64);
	skb_reset_network_header(skb);
	ip = skb_put_zero(skb, sizeof(*ip));
	skb_set_transport_header(skb, sizeof(*ip));
	udp = skb_put_zero(skb, sizeof(*udp));
	ip->version = 4;
	ip->ihl = 5;
	ip->ttl = 64;
	ip->protocol = IPPROTO_UDP;
	ip->tot_len = htons(sizeof(*ip) + sizeof(*udp) + payload);
	ip->saddr = in_aton("10.0.0.1");
	udp->source = htons(4000);
	udp->dest = htons(dns ? 53 : 443);
	udp->len = htons(sizeof(*udp) + payload);
	skb_put_data(skb, query, payload);
	skb->sk = sk;
	skb->protocol = htons(ETH_P_IP);
	skb->dev = init_net.loopback_dev;
	return skb;
}

/* With another id, as every client does, for a name that was not asked for before. */
static void ask_another(struct sk_buff *skb, u32 serial)
{
	u64 letters = 0x6161616161616161 + (hash_64(serial, 64) & 0x0f0f0f0f0f0f0f0f);
	u8 *data = (u8 *)(udp_hdr(skb) + 1);

	memcpy(data, &serial, 2);
	memcpy(data + QUERY_LETTERS, &letters, sizeof(letters));
}

static int __init hookbench_init(void)
{
	u32 mask = flows ? flows - 1 : SPAN, serial = 0;
	u64 ns, best = U64_MAX;
	int run, i, accepted = 0;
	struct socket *sock;
	struct sk_buff *skb;
	int err;

	err = sock_create(AF_INET, SOCK_DGRAM, 0, &sock);
	if (err)
		return err;
	skb = make_packet(sock->sk);
	if (!skb) {
		sock_release(sock);
		return -ENOMEM;
	}
	if (empty_hook) {
		err = nf_register_net_hook(&init_net, &nothing);
		if (err)
			goto free;
	}
	for (run = 0; run < runs; run++) {
		ns = ktime_get_ns();
		local_bh_disable();
		for (i = 0; i < loops; i++, serial++) {
			ip_hdr(skb)->daddr = htonl(BASE + (serial & mask));
			/* A source port that grows makes the flow new, also after the addresses are used up. */
			if (!flows)
				udp_hdr(skb)->source = htons(1024 + (serial >> 16) % 60000);
			if (dns)
				ask_another(skb, serial);
			/* Who refuses a packet frees it. */
			if (refused)
				skb_get(skb);
			accepted += nf_hook(NFPROTO_IPV4, NF_INET_LOCAL_OUT, &init_net,
					    sock->sk, skb, NULL, init_net.loopback_dev,
					    accepted_fn) == 1;
		}
		local_bh_enable();
		best = min(best, ktime_get_ns() - ns);
	}
	if (empty_hook)
		nf_unregister_net_hook(&init_net, &nothing);
	pr_info("hookbench: %s %llu.%02llu %d\n", tag, best / loops, best * 100 / loops % 100,
		accepted == (refused ? 0 : runs * loops));
	err = -ECANCELED;
free:
	skb->sk = NULL;
	kfree_skb(skb);
	sock_release(sock);
	return err;
}

module_init(hookbench_init);
MODULE_DESCRIPTION("levee: cost of one packet at LOCAL_OUT");
MODULE_LICENSE("GPL");
