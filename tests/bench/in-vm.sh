#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# In a booted stock kernel whose clock counts instructions, levee not loaded
# yet: dnsperf, connect() and one packet at LOCAL_OUT, without the module,
# under nftables and under levee in turn. Prints "what name instructions".
set -eu
queries=4000
mkdir -p /sys/fs/cgroup/bench /sys/fs/cgroup/idle

policy() {
	echo "rules: [{name: bench, scope: {cgroup: [$1]}, $2}]" | leveectl apply - >/dev/null
}

in_bench() {
	(
		echo "$BASHPID" >/sys/fs/cgroup/bench/cgroup.procs
		exec "$@"
	)
}

# dnsperf, from a namespace of its own as a container has it

ip netns add box
ip netns add server
ip -n box link add eth0 type veth peer name eth0 netns server
for end in box:10.77.0.1 server:10.77.0.2; do
	ip -n "${end%:*}" addr add "${end#*:}/24" dev eth0
	ip -n "${end%:*}" link set lo up
	ip -n "${end%:*}" link set eth0 up
done
ip netns exec server answer 10.77.0.2 >/run/answer &
answerer=$!
until grep -q ready /run/answer; do sleep 0.1; done

# Nobody asks twice for a name.
seq -f 'www.name%07.0f.com A' "$queries" >/run/names
seq -f 'n%.0f.bench.example.net' 100000 >/run/feed

# What the processor did, without idle time: the seventh figure of its line.
busy() {
	awk '$1 == "cpu0" { print $8 }' /proc/schedstat
}

# From the first query to the last answer the processor is never idle: else it would count time.
ask() {
	local before after
	before=$(busy)
	in_bench ip netns exec box dnsperf -s 10.77.0.2 -d /run/names -n 1 -q 100 -t 30 >/run/dnsperf
	after=$(busy)
	awk -v name="$1" -v queries="$queries" -v busy="$((after - before))" '
		/Queries completed:/ { completed = $3 }
		/Run time \(s\):/ { run = $4 * 1e9 }
		END {
			if (completed != queries || !run || run > busy) {
				print "dnsperf", name ":", completed, "answers,", run, "ns,", busy, "busy" >"/dev/stderr"
				exit 1
			}
			print "dnsperf", name, run / queries
		}' /run/dnsperf
}

ask_under() {
	policy /bench "outbound: {effect: prevent}, dns: {$2}"
	ask "$1"
}

# A name at one place in the payload, in one spelling: as near as nftables comes.
nft_name() {	# [COMMAND TO RUN IT WITH]
	"$@" nft -f - <<-END
		table inet t {
			chain c {
				type filter hook output priority -300; policy accept;
				socket cgroupv2 level 1 "bench" udp dport 53 @th,160,96 0x03626164056f6e696f6e0000 drop
			}
		}
	END
}

servers='servers: [10.77.0.2]'
for _ in 1 2; do
	ask without
	nft_name nsenter --net=/run/netns/box
	ask nft
	ip netns exec box nft flush ruleset
	modprobe levee
	policy /idle "dns: {effect: prevent, deny: [bad.onion]}"
	ask unmatched
	ask_under off 'effect: disable'
	ask_under name "effect: prevent, deny: [bad.onion], $servers"
	ask_under lists "effect: prevent, allow: [.com], deny: [\"*.onion\"], $servers"
	leveectl feed load feed /run/feed >/dev/null
	ask_under feed "effect: prevent, deny: [\"*.onion\"], $servers"
	leveectl flush >/dev/null
	rmmod levee
done
kill "$answerer"

# connect(), when nothing of the boot goes on any more

connect_policy='outbound: {effect: prevent, default: deny, allow: ["10.0.0.0/8:443/tcp"]}'
connect() {
	echo "connect $1 $(in_bench /levee-test/bin/connect 100)"
}
connect without
modprobe levee
policy /other "$connect_policy"
connect unmatched
policy /bench "$connect_policy"
connect governed
leveectl flush >/dev/null
rmmod levee
connect without

# One packet at LOCAL_OUT, in the initial namespace. Loading always fails, and says the figure.

hook() {	# TAG PARAMETER=VALUE...
	local tag=$1
	shift
	in_bench insmod /usr/lib/levee-test/hookbench.ko loops=20000 runs=5 tag="$tag" "$@" 2>/dev/null || :
	dmesg | sed -n "s/.*hookbench: $tag \\([0-9]*\\)\\.[0-9]* 1$/hook $tag \\1/p"
}

hook_under() {
	policy /bench "outbound: {effect: prevent}, dns: {$2}"
	hook "$1" dns=1
}

hook no_rules dns=1
hook empty_hook dns=1 empty_hook=1
nft_name
hook nft_name dns=1
nft flush ruleset
modprobe levee
hook_under off 'effect: disable'
hook_under name 'effect: prevent, deny: [bad.onion]'
hook name_new dns=1 flows=0
hook_under lists 'effect: prevent, allow: [.com], deny: ["*.onion"]'
leveectl feed load feed /run/feed >/dev/null
hook_under feed 'effect: prevent, deny: ["*.onion"]'
leveectl flush >/dev/null
