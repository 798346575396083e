// SPDX-License-Identifier: GPL-2.0
/*
 * A hook for each device, owned by the list of them, which is changed under RTNL.
 * A device takes its hook along when it goes: the notifier is told of each that
 * comes, goes, or moves to another namespace.
 *
 * A task that makes a packet socket hooks its namespace itself, on its way back
 * from the system call, because the socket hook must not sleep. Until it has, it
 * holds the module, so that a flush need not wait for it.
 */
#include <linux/etherdevice.h>
#include <linux/if_arp.h>
#include <linux/if_vlan.h>
#include <linux/module.h>
#include <linux/netdevice.h>
#include <linux/netfilter.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>
#include <linux/task_work.h>
#include <net/netns/generic.h>
#include <net/sock.h>

#include "../policy/registry.h"
#include "egress_hooks.h"
#include "packet_hooks.h"

#define VLAN_TAGS_MAX 2

/* Of a namespace. */
struct egress_net {
	bool watched;		/* under RTNL, read without */
};

struct egress_device {
	struct list_head list;
	struct nf_hook_ops ops;	/* with the device */
	struct net *net;
	bool hooked;		/* else its hook was full */
	struct rcu_head rcu;
};

static unsigned int net_id __read_mostly;
static LIST_HEAD(devices);	/* under RTNL */
static bool armed;
static atomic_t missing;

/* Where the IP header is, from skb->data on; 0 in *type for what has none. */
static int find_header(const struct sk_buff *skb, const struct net_device *dev, __be16 *type)
{
	struct vlan_hdr tag_buffer;
	const struct vlan_hdr *tag;
	struct ethhdr buffer;
	const struct ethhdr *eth;
	int offset = sizeof(*eth), tags = 0;
	const u8 *version;
	u8 first;

	*type = 0;
	if (dev->type != ARPHRD_ETHER && dev->type != ARPHRD_LOOPBACK) {
		/* Tunnels and the like: nothing, or nothing that is known, before IP. */
		version = dev->hard_header_len ? NULL : skb_header_pointer(skb, 0, 1, &first);
		if (version)
			*type = *version >> 4 == 4 ? htons(ETH_P_IP) : htons(ETH_P_IPV6);
		return 0;
	}
	eth = skb_header_pointer(skb, 0, sizeof(buffer), &buffer);
	if (!eth)
		return 0;
	*type = eth->h_proto;
	while (eth_type_vlan(*type) && tags++ < VLAN_TAGS_MAX) {
		tag = skb_header_pointer(skb, offset, sizeof(tag_buffer), &tag_buffer);
		if (!tag)
			return 0;
		*type = tag->h_vlan_encapsulated_proto;
		offset += sizeof(*tag);
	}
	return offset;
}

/*
 * By a device of the socket's own namespace it left, and there it was judged. What a
 * tunnel made of it, which has a route, the hooks of IP have seen.
 */
static bool was_judged(const struct sk_buff *skb, const struct sock *sk,
		       const struct nf_hook_state *state)
{
	return skb_dst(skb) || !net_eq(sock_net(sk), state->net);
}

static unsigned int egress(void *priv, struct sk_buff *skb, const struct nf_hook_state *state)
{
	struct sock *sk = skb->sk;
	u8 family = NFPROTO_UNSPEC;
	unsigned int verdict;
	__be16 type;
	u16 header;
	int offset;

	/* All others were seen by the hooks of IP. */
	if (likely(!sk || sk->sk_family != AF_PACKET) || was_judged(skb, sk, state))
		return NF_ACCEPT;
	/* Of a ring the sender could change what was judged. */
	if (skb_orphan_frags(skb, GFP_ATOMIC))
		return NF_DROP;
	offset = find_header(skb, state->out, &type);
	if (type == htons(ETH_P_ARP))
		family = NFPROTO_ARP;
	else if (type == htons(ETH_P_IP))
		family = NFPROTO_IPV4;
	else if (type == htons(ETH_P_IPV6))
		family = NFPROTO_IPV6;
	header = skb->network_header;
	skb_set_network_header(skb, offset);
	verdict = levee_packet_hooks_judge_frame(skb, family, state);
	skb->network_header = header;
	return verdict;
}

static struct egress_device *find_device(const struct net_device *dev)
{
	struct egress_device *device;

	ASSERT_RTNL();
	list_for_each_entry(device, &devices, list)
		if (device->ops.dev == dev)
			return device;
	return NULL;
}

static void hook_device(struct net_device *dev)
{
	struct egress_device *device;

	if (find_device(dev))
		return;
	device = kzalloc(sizeof(*device), GFP_KERNEL);
	if (!device) {
		atomic_inc(&missing);
		return;
	}
	device->net = dev_net(dev);
	device->ops.hook = egress;
	device->ops.pf = NFPROTO_NETDEV;
	device->ops.hooknum = NF_NETDEV_EGRESS;
	/* After all that a container's chains make of it. */
	device->ops.priority = INT_MAX;
	device->ops.dev = dev;
	device->hooked = !nf_register_net_hook(device->net, &device->ops);
	if (!device->hooked)
		atomic_inc(&missing);
	list_add(&device->list, &devices);
}

static void unhook_device(struct net_device *dev)
{
	struct egress_device *device = find_device(dev);

	if (!device)
		return;
	if (device->hooked)
		nf_unregister_net_hook(device->net, &device->ops);
	else
		atomic_dec(&missing);
	list_del(&device->list);
	/* The hook's table is freed after a grace period, and so is what it points to. */
	kfree_rcu(device, rcu);
}

static int on_device(struct notifier_block *block, unsigned long event, void *data)
{
	struct net_device *dev = netdev_notifier_info_to_dev(data);
	struct egress_net *egress_net;

	if (event == NETDEV_REGISTER) {
		egress_net = net_generic(dev_net(dev), net_id);
		if (egress_net->watched)
			hook_device(dev);
	} else if (event == NETDEV_UNREGISTER) {
		unhook_device(dev);
	}
	return NOTIFY_DONE;
}

static struct notifier_block notifier = { .notifier_call = on_device };

static struct pernet_operations net_ops = {
	.id = &net_id,
	.size = sizeof(struct egress_net),
};

/* Under RTNL. */
static void watch(struct net *net)
{
	struct egress_net *egress_net = net_generic(net, net_id);
	struct net_device *dev;

	ASSERT_RTNL();
	if (egress_net->watched)
		return;
	for_each_netdev(net, dev)
		hook_device(dev);
	WRITE_ONCE(egress_net->watched, true);
}

struct want {
	struct callback_head work;
};

/* The task is about to return from socket(). */
static void on_return(struct callback_head *work)
{
	struct want *want = container_of(work, struct want, work);

	rtnl_lock();
	/* A flush may have been faster. */
	if (armed && current->nsproxy)
		watch(current->nsproxy->net_ns);
	rtnl_unlock();
	kfree(want);
	/* levee_egress_hooks_exit() waits for the rest of this function. */
	module_put(THIS_MODULE);
}

bool levee_egress_hooks_want(void)
{
	struct egress_net *egress_net;
	struct want *want;

	if (!READ_ONCE(armed) || !current->nsproxy)
		return false;
	egress_net = net_generic(current->nsproxy->net_ns, net_id);
	if (READ_ONCE(egress_net->watched))
		return true;
	want = kmalloc(sizeof(*want), GFP_ATOMIC | __GFP_NOWARN);
	if (!want)
		return false;
	init_task_work(&want->work, on_return);
	__module_get(THIS_MODULE);
	/* A worker of io_uring hands out the socket first. */
	if (!task_work_add(current, &want->work, TWA_RESUME))
		return !(current->flags & PF_IO_WORKER);
	module_put(THIS_MODULE);
	kfree(want);
	return false;
}

void levee_egress_hooks_catch_up(void)
{
	struct net *net;

	lockdep_assert_held(&levee_registry_mutex);
	if (!armed)
		return;
	rtnl_lock();
	down_read(&net_rwsem);
	for_each_net(net)
		if (levee_packet_hooks_marked(net) && !hlist_empty(&net->packet.sklist))
			watch(net);
	up_read(&net_rwsem);
	rtnl_unlock();
}

int levee_egress_hooks_arm(void)
{
	int err;

	lockdep_assert_held(&levee_registry_mutex);
	if (armed)
		return 0;
	err = register_pernet_subsys(&net_ops);
	if (err)
		return err;
	err = register_netdevice_notifier(&notifier);
	if (err) {
		unregister_pernet_subsys(&net_ops);
		return err;
	}
	rtnl_lock();
	WRITE_ONCE(armed, true);
	rtnl_unlock();
	return 0;
}

void levee_egress_hooks_disarm(void)
{
	lockdep_assert_held(&levee_registry_mutex);
	if (!armed)
		return;
	rtnl_lock();
	WRITE_ONCE(armed, false);
	rtnl_unlock();
	/* Tells of each device that it goes: all are unhooked. */
	unregister_netdevice_notifier(&notifier);
	unregister_pernet_subsys(&net_ops);
	synchronize_net();
	atomic_set(&missing, 0);
}

bool levee_egress_hooks_armed(void)
{
	return READ_ONCE(armed);
}

u32 levee_egress_hooks_missing(void)
{
	return atomic_read(&missing);
}

void levee_egress_hooks_exit(void)
{
	/* A task that has let go of the module may not have left on_return() yet. */
	synchronize_rcu_tasks();
}
