# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# timeout: 300
# Raw sockets: whether one may be had, and that what one crafts is judged like
# any other packet.

group=case-raw
cgroup "$group"
link_netns box far 77.0
ip -n box route add default via 10.77.0.2
ip -n box -6 route add default via fd00:77:0::2
addresses far 169.254.169.254 192.0.2.7 2001:db8:bad::1 2001:db8:600d::1
ip netns exec box sysctl -qw net.ipv4.ping_group_range='0 2147483647'
peer far box 10.77.0.2 udp:53 tcp:80

good4=192.0.2.7 good6=2001:db8:600d::1
bad4=169.254.169.254 bad6=2001:db8:bad::1
in=(-g "$group" -n box)
all=("workload=/$group" "rule=raw rule" reason=denied feature=outbound)

# policy EFFECT REST...: raw sockets are free, outbound is enforced, or as told.
policy() {
	apply <<-END
		rules:
		  - name: raw rule
		    scope: {cgroup: ["/$group"]}
		$(printf '    %s\n' "$@")
	END
}

# What a raw socket crafts. Nothing is listed twice, so each audit is a new one.
policy 'raw-sockets: {effect: disable}' \
	"outbound: {effect: prevent, default: allow, deny: [$bad4, '$bad6']}"

# A packet that gets no echo: it is sent, and arrives, or not.
crafted() {
	local name=$1 what=$2
	shift 2
	check_act "$name" sent -- "$@"
	check "$name-arrived" arrived far "$what"
}
v4=("${all[@]}" "entry=$bad4" "address=$bad4" effect=prevent enforced=true)
v6=("${all[@]}" "entry=$bad6" "address=$bad6" effect=prevent enforced=true)

crafted hdrincl-udp-allowed "^udp $good4 53 " "${in[@]}" hdrincl udp $good4 53
denied hdrincl-udp-denied 'send EPERM' $bad4 "${v4[@]}" protocol=udp port=53 -- "${in[@]}" hdrincl udp $bad4 53
crafted hdrincl-udp-ungoverned "^udp $bad4 53 " -n box hdrincl udp $bad4 53
crafted hdrincl-tcp-allowed "^tcp $good4 80 S " "${in[@]}" hdrincl tcp $good4 80
denied hdrincl-tcp-denied 'send (EPERM|ECONNREFUSED)' $bad4 "${v4[@]}" protocol=tcp port=80 -- "${in[@]}" hdrincl tcp $bad4 80
crafted hdrincl-tcp-ungoverned "^tcp $bad4 80 S " -n box hdrincl tcp $bad4 80
# A forged source changes nothing.
denied hdrincl-source 'send EPERM' $bad4 "${v4[@]}" protocol=udp port=54 -- "${in[@]}" hdrincl -s 203.0.113.9 udp $bad4 54
# A protocol without ports, and one that nobody knows.
denied hdrincl-gre 'send EPERM' $bad4 "${v4[@]}" protocol=gre port= -- "${in[@]}" hdrincl 47 $bad4 0
denied hdrincl-253 'send EPERM' $bad4 "${v4[@]}" protocol=253 port= -- "${in[@]}" hdrincl 253 $bad4 0
crafted hdrincl-253-ungoverned "^253 $bad4 " -n box hdrincl 253 $bad4 0

crafted raw6-udp-allowed "^udp $good6 53 " "${in[@]}" raw6 udp $good6 53
denied raw6-udp-denied 'send EPERM' $bad6 "${v6[@]}" protocol=udp port=53 -- "${in[@]}" raw6 udp $bad6 53
crafted raw6-udp-ungoverned "^udp $bad6 53 " -n box raw6 udp $bad6 53
denied raw6-hdrincl-denied 'send EPERM' $bad6 "${v6[@]}" protocol=udp port=54 \
	-- "${in[@]}" raw6 -i fd00:77:0::1 udp $bad6 54
crafted raw6-hdrincl-allowed "^udp $good6 54 " "${in[@]}" raw6 -i fd00:77:0::1 udp $good6 54
crafted raw6-hdrincl-ungoverned "^udp $bad6 54 " -n box raw6 -i fd00:77:0::1 udp $bad6 54

# A fragment that is not the first hides its ports, wherever it goes to;
# IP_NODEFRAG keeps the kernel from putting it together.
fragment=("workload=/$group" "rule=raw rule" feature=outbound reason=malformed entry= port=
	effect=prevent enforced=true)
denied fragment 'send EPERM' "$good4|$bad4" "${fragment[@]}" protocol=udp address=$bad4 \
	-- "${in[@]}" hdrincl -d -o 64 udp $bad4 53
denied fragment-allowed-address 'send EPERM' "$good4|$bad4" "${fragment[@]}" protocol=udp address=$good4 \
	-- "${in[@]}" hdrincl -d -o 64 -M udp $good4 53
crafted fragment-ungoverned "^frag $bad4 0 17 " -n box hdrincl -d -o 64 udp $bad4 53
# Without the option too, with nothing in the namespace that defragments.
denied fragment-plain 'send EPERM' "$bad4" "${fragment[@]}" address=$bad4 protocol=tcp \
	-- "${in[@]}" hdrincl -o 64 tcp $bad4 53
# The first one shows its ports, and is judged by them.
denied fragment-first 'send EPERM' "$bad4" "${v4[@]}" protocol=udp port=55 \
	-- "${in[@]}" hdrincl -d -M udp $bad4 55

# ICMP, by ping sockets and raw ones.
v4=("${v4[@]}" protocol=icmp port=) v6=("${v6[@]}" protocol=ipv6-icmp port=)
passes ping-allowed "^icmp $good4 8 " -- "${in[@]}" ping $good4
denied ping-denied 'send EPERM' $bad4 "${v4[@]}" -- "${in[@]}" ping $bad4
passes ping-ungoverned "^icmp $bad4 8 " -- -n box ping $bad4
passes ping6-allowed "^icmp6 $good6 128 " -- "${in[@]}" ping $good6
# The kernel does not tell an IPv6 ping socket that its packet was refused.
denied ping6-denied 'sent|send EPERM' $bad6 "${v6[@]}" -- "${in[@]}" ping $bad6
passes ping6-ungoverned "^icmp6 $bad6 128 " -- -n box ping $bad6
# Each was a commit's first of its kind, so that the raw ones are not folded into them.
policy 'raw-sockets: {effect: disable}' \
	"outbound: {effect: prevent, default: allow, deny: [$bad4, '$bad6']}"
passes raw-icmp-allowed "^icmp $good4 8 " -- "${in[@]}" ping -r $good4
denied raw-icmp-denied 'send EPERM' $bad4 "${v4[@]}" -- "${in[@]}" ping -r $bad4
passes raw-icmp6-allowed "^icmp6 $good6 128 " -- "${in[@]}" ping -r $good6
denied raw-icmp6-denied 'send EPERM' $bad6 "${v6[@]}" -- "${in[@]}" ping -r $bad6

# Whether a raw socket may be had. The section that is left out alerts.
sockets=("workload=/$group" "rule=raw rule" feature=raw-sockets address= port=)
policy 'outbound: {effect: disable}'
check_act default-inet ok "${sockets[@]}" reason=not-allowed entry= effect=alert enforced=true protocol=icmp \
	-- "${in[@]}" socket inet raw 1
check_act default-packet ok "${sockets[@]}" reason=not-allowed entry= effect=alert protocol=packet \
	-- "${in[@]}" socket packet raw 3
# Not raw: no act at all.
for words in 'inet stream 0' 'inet dgram 17' 'inet6 dgram 0' 'unix stream 0' 'netlink raw 0' 'inet dgram 1'; do
	read -ra words <<<"$words"
	check_act "not-raw-${words[*]}" ok -- "${in[@]}" socket "${words[@]}"
done

policy 'raw-sockets: {effect: prevent, allow: [icmp/raw]}'
prevented=("${sockets[@]}" effect=prevent enforced=true reason=not-allowed entry=)
check_act icmp-listed ok -- "${in[@]}" socket inet raw 1
check_act tcp-unlisted 'socket EPERM' "${prevented[@]}" protocol=tcp -- "${in[@]}" socket inet raw 6
check_act raw-unlisted 'socket EPERM' "${prevented[@]}" protocol=255 -- "${in[@]}" socket inet raw 255
check_act icmp6-unlisted 'socket EPERM' "${prevented[@]}" protocol=ipv6-icmp -- "${in[@]}" socket inet6 raw 58
check_act packet-unlisted 'socket EPERM' "${prevented[@]}" protocol=packet -- "${in[@]}" socket packet raw 3
check_act packet-dgram 'socket EPERM' "${sockets[@]}" effect=prevent protocol=packet -- "${in[@]}" socket packet dgram 0
check_act xdp-unlisted 'socket EPERM' "${prevented[@]}" protocol=xdp -- "${in[@]}" socket xdp raw 0
check_act ungoverned ok -- -n box socket packet raw 3
# A ping socket is no raw one.
check_act ping-socket ok -- "${in[@]}" socket inet dgram 1

policy 'raw-sockets: {effect: prevent, allow: [packet, xdp]}'
check_act packet-listed ok -- "${in[@]}" socket packet raw 3
check_act xdp-listed ok -- "${in[@]}" socket xdp raw 0
check_act icmp-not-listed 'socket EPERM' "${prevented[@]}" protocol=icmp -- "${in[@]}" socket inet raw 1

policy 'raw-sockets: {effect: prevent, default: allow, allow: [packet], deny: [packet, udp/raw]}'
listed=("${sockets[@]}" effect=prevent enforced=true reason=denied)
check_act deny-over-allow 'socket EPERM' "${listed[@]}" entry=packet protocol=packet -- "${in[@]}" socket packet raw 3
check_act deny-udp 'socket EPERM' "${listed[@]}" entry=udp/raw protocol=udp -- "${in[@]}" socket inet raw 17
check_act deny-udp6 'socket EPERM' "${listed[@]}" entry=udp/raw protocol=udp uid=0 -- "${in[@]}" socket inet6 raw 17
check_act default-allow ok -- "${in[@]}" socket inet raw 6

policy 'raw-sockets: {effect: disable}'
check_act disabled ok -- "${in[@]}" socket packet raw 3

# Other families: none is refused until the policy lists those that may be had.
# vsock may be missing here; levee decides before the kernel looks for it.
check_act vsock-not-asked 'ok|socket EAFNOSUPPORT' -- "${in[@]}" socket vsock stream 0
policy 'raw-sockets: {effect: prevent}' 'families: [inet, unix, netlink]'
for family in vsock tipc can alg; do
	check_act "family-$family" 'socket EPERM' "${prevented[@]}" "protocol=$family" -- "${in[@]}" socket $family stream 0
done
check_act family-inet6 'socket EPERM' "${prevented[@]}" -- "${in[@]}" socket inet6 stream 6
check_act family-inet ok -- "${in[@]}" socket inet stream 0
check_act family-unix ok -- "${in[@]}" socket unix dgram 0
check_act family-netlink ok -- "${in[@]}" socket netlink raw 0
# These two are a matter of raw-sockets alone.
check_act family-packet 'socket EPERM' "${prevented[@]}" protocol=packet -- "${in[@]}" socket packet raw 3
policy 'raw-sockets: {effect: prevent, allow: [packet]}' 'families: [inet, unix, netlink]'
check_act family-packet-listed ok -- "${in[@]}" socket packet raw 3
policy 'raw-sockets: {effect: alert}' 'families: [inet, unix, netlink]'
check_act family-alert 'ok|socket EAFNOSUPPORT' "${sockets[@]}" effect=alert reason=not-allowed protocol=vsock \
	-- "${in[@]}" socket vsock stream 0

# SMC leaves IP after its handshake: where outbound is enforced, it is refused.
policy 'raw-sockets: {effect: prevent}' 'outbound: {effect: prevent}'
check_act smc-refused 'socket EPERM' "${prevented[@]}" protocol=smc -- "${in[@]}" socket smc stream 0
policy 'raw-sockets: {effect: prevent}' 'outbound: {effect: alert}'
check_act smc-not-asked 'ok|socket EAFNOSUPPORT' -- "${in[@]}" socket smc stream 0
policy 'raw-sockets: {effect: prevent}' 'outbound: {effect: prevent}' 'families: [inet, smc]'
check_act smc-listed 'ok|socket EAFNOSUPPORT' -- "${in[@]}" socket smc stream 0
