#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Init of a User-Mode Linux whose root is the host's, read-only: nftables and
# levee hold the same policy in turn, and hookbench times a packet under each.
# $bench_dir (from the kernel's command line) has the modules and leveectl,
# $bench_runs is how many runs the best is of.
: "${bench_dir:?}" "${bench_runs:?}"
export PATH=/usr/sbin:/usr/bin:/sbin:/bin
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t cgroup2 cg /sys/fs/cgroup
mount -t tmpfs tmp /run
mount -t tmpfs tmp /tmp
ip link set lo up

mkdir -p /sys/fs/cgroup/a/b
echo $$ >/sys/fs/cgroup/a/b/cgroup.procs

# Loading always fails: that is how it can be loaded again.
bench() {	# TAG [PARAMETER=VALUE]...
	tag=$1
	shift
	insmod "$bench_dir/hookbench.ko" runs="$bench_runs" tag="$tag" "$@" 2>/dev/null
}

# A query takes longer, so a run has fewer.
bench_dns() {	# TAG [PARAMETER=VALUE]...
	tag=$1
	shift
	bench "$tag" dns=1 loops=2000 runs=$((bench_runs * 10)) "$@"
}

nft_policy() {
	nft -f - <<-END
	table inet t {
		set deny { type ipv4_addr; flags interval; }
		set allow { type ipv4_addr . inet_proto . inet_service; flags interval; }
		chain gov {
			ip daddr @deny drop
			ip daddr . meta l4proto . th dport @allow accept
			drop
		}
		chain c {
			type filter hook output priority -300; policy accept;
			socket cgroupv2 level 1 "a" jump gov
		}
	}
	add element inet t allow { 93.184.0.0/16 . udp . 443 }
	add element inet t deny { $1 }
	END
}

nft_workloads() {
	i=0
	while [ $i -lt "$1" ]; do
		mkdir -p "/sys/fs/cgroup/w$i"
		echo "insert rule inet t c socket cgroupv2 level 1 \"w$i\" drop"
		i=$((i + 1))
	done | nft -f -
}

# The same in levee's words; the workloads before it have rules of their own.
levee_policy() {
	{
		echo 'rules:'
		i=0
		while [ $i -lt "$2" ]; do
			mkdir -p "/sys/fs/cgroup/w$i"
			echo "  - {name: w$i, scope: {cgroup: [/w$i]}, outbound: {effect: prevent, default: deny}}"
			i=$((i + 1))
		done
		echo '  - name: a'
		echo '    scope: {cgroup: [/a]}'
		echo '    outbound:'
		echo '      effect: prevent'
		echo '      default: deny'
		echo '      allow: ["93.184.0.0/16:443/udp"]'
		echo "      deny: [$1]"
	} >/run/policy.yaml
	"$bench_dir/leveectl" apply /run/policy.yaml >/dev/null || echo "hookbench: failed levee_policy" >/dev/kmsg
}

deny_few=169.254.169.254
deny_many=$(i=0; while [ $i -lt 10000 ]; do
	printf '%s10.%d.%d.0/25' "${comma:-}" $((i / 256)) $((i % 256)); comma=,
	i=$((i + 1))
done)

bench no_rules
bench empty_hook empty_hook=1
nft 'add table inet t; add chain inet t c { type filter hook output priority -300; policy accept; }'
bench nft_empty_chain
mkdir -p /sys/fs/cgroup/x
nft 'add rule inet t c socket cgroupv2 level 1 "x" drop'
bench nft_unmatched
nft flush ruleset
nft_policy "$deny_few"
bench nft_2
bench nft_2_new flows=0
nft flush ruleset
nft_policy "$deny_many"
bench nft_10k
bench nft_10k_new flows=0
nft_workloads 50
bench nft_10k_50
bench nft_10k_50_new flows=0
nft flush ruleset

# A name at one place in the payload, in one spelling: as near as nftables comes to
# levee's deny of one name.
nft_name() {
	nft -f - <<-END
		table inet t {
			chain c {
				type filter hook output priority -300; policy accept;
				socket cgroupv2 level 1 "a" udp dport 53 $1 drop
			}
		}
	END
}
bench_dns dns_no_rules
nft_name '@th,160,96 0x03626164056f6e696f6e0000'	# bad.onion, and half of the type
bench_dns dns_nft_name
nft flush ruleset
nft_name '@th,264,40 0x03636f6d00'			# com, behind www.xxxxxxxx
bench_dns dns_nft_denied refused=1
nft flush ruleset

insmod "$bench_dir/levee.ko" || echo "hookbench: failed levee" >/dev/kmsg
bench levee_idle
echo 'rules: [{name: x, scope: {cgroup: [/x]}, outbound: {effect: prevent, default: deny}}]' >/run/policy.yaml
"$bench_dir/leveectl" apply /run/policy.yaml >/dev/null || echo "hookbench: failed unmatched" >/dev/kmsg
bench levee_unmatched
levee_policy "$deny_few" 0
bench levee_2_established
bench levee_2_established_64 flows=64
bench levee_2_new flows=0
levee_policy "$deny_many" 0
bench levee_10k_established
bench levee_10k_new flows=0
levee_policy "$deny_many" 50
bench levee_10k_50_established
bench levee_10k_50_new flows=0

# What no list has: an active model, and first contacts that are watched.
levee_learned() {
	{
		echo 'rules:'
		echo '  - name: a'
		echo '    scope: {cgroup: [/a]}'
		echo '    model: learn'
		echo '    outbound: {effect: prevent}'
		echo "    port-scan: {effect: $1}"
	} >/run/policy.yaml
	"$bench_dir/leveectl" apply /run/policy.yaml >/dev/null || echo "hookbench: failed levee_learned" >/dev/kmsg
}
levee_learned disable
bench levee_model_learning_new flows=0
"$bench_dir/leveectl" model freeze cgroup:/a >/dev/null || echo "hookbench: failed freeze" >/dev/kmsg
bench levee_model_established
bench levee_model_new flows=0
levee_learned alert
bench levee_model_watched_new flows=0

# One section of dns, and feeds that have none of the names that are asked for.
dns_policy() {
	{
		echo 'rules:'
		echo '  - name: a'
		echo '    scope: {cgroup: [/a]}'
		echo '    outbound: {effect: prevent, default: allow}'
		echo "    dns: {$1}"
	} >/run/policy.yaml
	"$bench_dir/leveectl" apply /run/policy.yaml >/dev/null || echo "hookbench: failed dns_policy" >/dev/kmsg
}
dns_policy 'effect: disable'
bench_dns dns_levee_off
dns_policy 'effect: prevent, deny: [bad.onion]'
bench_dns dns_levee_name
bench_dns dns_levee_name_new flows=0
dns_policy 'effect: prevent, allow: [.com], deny: ["*.onion"]'
bench_dns dns_levee_2
dns_policy 'effect: prevent, deny: ["*.onion"]'
for feed in 1k 100k 2m; do
	"$bench_dir/leveectl" feed load feed "$bench_dir/names.$feed" >/dev/null || echo "hookbench: failed feed $feed" >/dev/kmsg
	bench_dns "dns_levee_feed_$feed"
done
"$bench_dir/leveectl" feed unload feed
dns_policy 'effect: prevent, deny: ["*.com"]'
bench_dns dns_levee_denied refused=1
"$bench_dir/leveectl" flush

dmesg | sed -n 's/.*\(hookbench: .*\)/\1/p'
dmesg | grep -E 'BUG|WARNING|Oops' && echo 'hookbench: failed kernel log'
echo 'hookbench: end'
sync
busybox poweroff -f
