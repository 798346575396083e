# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# timeout: 300
# shellcheck disable=SC2154 # what comes from lib.sh
# Who may listen, on which port; also where the listener is older than the policy.

group=case-listen
cgroup "$group"
link_netns box far 77.0
peer far box 10.77.0.2
in=(-g "$group" -n box)
all=("workload=/$group" "rule=listen rule" feature=listen effect=prevent enforced=true address=)

policy() {
	apply <<-END
		rules:
		  - name: listen rule
		    scope: {cgroup: ["/$group"]}
		    raw-sockets: {effect: disable}
		    listen: {effect: prevent$1}
	END
}
# refused NAME PROTO ADDRESS PORT KEY=VALUE...
refused() {
	local name=$1 proto=$2 address=$3 port=$4 step=listen
	shift 4
	[[ $proto != udp ]] || step=bind
	check_act "$name" "$step EPERM" "${all[@]}" "protocol=${proto/mptcp/tcp}" "$@" \
		-- "${in[@]}" listen "$proto" "$address" "$port"
}
allowed() {
	check_act "$1" ok -- "${in[@]}" listen "$2" "$3" "$4"
}

policy ', allow: [8080/tcp, 9000-9010/tcp, 5300/udp, 443/any]'
no=(reason=not-allowed entry=)
allowed listed tcp 0.0.0.0 8080
allowed listed6 tcp :: 9005
allowed listed-mptcp mptcp 0.0.0.0 8080
allowed listed-udp udp 0.0.0.0 5300
allowed listed-udp6 udp :: 5300
allowed any-tcp tcp 0.0.0.0 443
allowed any-udp udp 0.0.0.0 443
refused tcp4 tcp 0.0.0.0 8081 "${no[@]}" port=8081
refused tcp6 tcp :: 8082 "${no[@]}" port=8082
refused own-address tcp 10.77.0.1 8083 "${no[@]}" port=8083
refused mptcp mptcp 0.0.0.0 8084 "${no[@]}" port=8084
refused udp4 udp 0.0.0.0 5301 "${no[@]}" port=5301
refused udp6 udp :: 5302 "${no[@]}" port=5302
refused other-proto udp 0.0.0.0 8080 "${no[@]}" port=8080
# Port 0: the kernel's choice of an ephemeral one; for UDP that is no listening.
refused bound-to-0 tcp 0.0.0.0 0 "${no[@]}" port=*
refused unbound tcp - 0 "${no[@]}" port=
allowed udp-0 udp 0.0.0.0 0
# A listener of loopback alone is nobody's business, unless it is listed.
allowed loopback4 tcp 127.0.0.1 8081
allowed loopback6 tcp ::1 8081
allowed loopback-udp udp 127.0.0.1 5301
allowed loopback-0 tcp 127.0.0.1 0
check_act ungoverned ok -- -n box listen tcp 0.0.0.0 8081
refused uid tcp 0.0.0.0 8085 "${no[@]}" port=8085 uid=0

policy ', deny: [8081/tcp, ephemeral/tcp, 53/udp]'
allowed not-denied tcp 0.0.0.0 8080
refused denied tcp 0.0.0.0 8081 reason=denied entry=8081/tcp port=8081
refused denied-udp udp :: 53 reason=denied entry=53/udp port=53
refused denied-ephemeral tcp 0.0.0.0 0 reason=denied entry=ephemeral/tcp port=*
refused denied-in-range tcp 0.0.0.0 40000 reason=denied entry=ephemeral/tcp port=40000
policy ', deny: [8081/tcp, ephemeral/tcp, 53/udp]'
refused denied-loopback tcp 127.0.0.1 8081 reason=denied entry=8081/tcp port=8081
allowed tcp-53 tcp 0.0.0.0 53

policy ', allow: [ephemeral/tcp]'
allowed ephemeral tcp 0.0.0.0 0
allowed ephemeral-unbound tcp - 0
allowed ephemeral-range tcp :: 40000
refused not-ephemeral tcp 0.0.0.0 8080 "${no[@]}" port=8080
refused not-ephemeral-udp udp 0.0.0.0 40000 "${no[@]}" port=40000

check_match explain-ephemeral "$(leveectl explain /$group listen tcp 40000)" 'verdict +allowed.*entry +ephemeral/tcp'
check_match explain-refused "$(leveectl explain /$group listen tcp 8080)" 'deviates: not-allowed'

# Listeners that are there before the policy: nobody gets through to them.
leveectl flush
rm -f /run/listeners.out
spawn contained "$group" box peer - tcp:{8080..8089} udp:{5300..5303} >>/run/listeners.out
wait_for 5 grep -q ready /run/listeners.out
for port in 8081 8082; do
	for address in 10.77.0.1 fd00:77:0::1; do
		check "older-before-$port-$address" command act -n far tcp $address $port
		check "older-before-udp-$address" command act -n far udp $address 5301
	done
done
policy ', allow: [8080/tcp, 5300/udp]'
unheard=(pid= comm= uid= "${all[@]}" "${no[@]}")
# name, port, address, syncookies
while read -r name port address cookies; do
	ip netns exec box sysctl -qw net.ipv4.tcp_syncookies="$cookies"
	check_act "older-$name-listed" ok -- -n far tcp "$address" 8080
	: >/run/listeners.out
	# The SYN is sent again meanwhile, and is the same act.
	denied "older-$name" 'connect EINPROGRESS' '^tcp [^ ]* [0-9]+ .*S' "${unheard[@]}" protocol=tcp "port=$port" \
		-- -n far -w 2500 tcp "$address" "$port"
	check_eq "older-$name-accepted" "$(</run/listeners.out)" ''
done <<-END
	tcp4         8081 10.77.0.1    1
	tcp6         8082 fd00:77:0::1 1
	tcp4-cookies 8083 10.77.0.1    2
	tcp6-cookies 8084 fd00:77:0::1 2
END
while read -r name port address; do
	check_act "older-$name-listed" ok -- -n far udp "$address" 5300
	: >/run/listeners.out
	check_act "older-$name" 'sent sent' "${unheard[@]}" protocol=udp "port=$port" \
		-- -n far -w 300 udp "$address" "$port" "$address" "$port"
	check_eq "older-$name-received" "$(</run/listeners.out)" ''
done <<-END
	udp4 5301 10.77.0.1
	udp6 5302 fd00:77:0::1
END

# A connection that was let in ends when its port is no longer to be listened on.
spawn command act -n far -H 20 tcp 10.77.0.1 8080 >/run/client.out
wait_for 5 grep -q ok /run/client.out
policy ', allow: [8086/tcp]'
ended() {
	grep -q 'then' /run/client.out
}
check established-ended wait_for 5 ended
check_match established-reset "$(</run/client.out)" 'then (recv|send) (ECONNRESET|EPIPE)'
# One act, whether the server's own answer is the first to meet it or the kernel's.
check_eq established-audit "$(audits '.feature == "listen" and .port == 8080 and .generation == '"$(</sys/kernel/levee/generation)" | jq -s 'map(.count) | add')" 1
