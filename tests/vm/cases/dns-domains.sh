# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# timeout: 600
# shellcheck disable=SC2154 # what comes from lib.sh
# A domain entry in outbound opens the addresses that a listed server has told
# this workload for a name that it asked for; nothing else does.

group=case-domains
cgroup "$group"
link_netns box far 77.0
ip -n box route add default via 10.77.0.2
ip -n box -6 route add default via fd00:77:0::2
addresses far 192.0.2.53 192.0.2.7 192.0.2.8 192.0.2.9 192.0.2.10 192.0.2.11 192.0.2.12 192.0.2.13 192.0.2.14 \
	192.0.2.15 192.0.2.16 2001:db8:600d::1 169.254.169.254
peer far box 10.77.0.2 tcp:80 tcp:81 udp:80
servers=(10.77.0.2 fd00:77:0::2 192.0.2.53)
spawn in_netns far python3 /root/data/nameserver.py /run/dns.record 53 "${servers[@]}"
wait_for 20 in_netns box python3 /root/data/ask.py udp 10.77.0.2 up.test >/dev/null || bail "no name server" server
in=(-g "$group" -n box)

policy() {
	apply <<-END
		rules:
		  - name: domain rule
		    scope: {cgroup: ["/$group"]}
		    raw-sockets: {effect: disable}
		    outbound:
		      effect: prevent
		      allow: [".allowed.test:80", "127.0.0.0/8"${1:+, $1}]
		      deny: [cloak.test, "192.0.2.13"]
		    dns: {effect: alert, servers: [10.77.0.2, "fd00:77:0::2", 127.0.0.11], grace: 1s}
	END
}
ask() {
	contained "$group" box env ASK_WAIT="${wait:-3}" python3 /root/data/ask.py "$@" | paste -sd ' ' -
}
all=("workload=/$group" "rule=domain rule" feature=outbound effect=prevent enforced=true)
closed() {
	denied "$1" '(connect )?EPERM' "^$2 $3 " "${all[@]}" reason=not-allowed entry= "${@:5}" -- "${in[@]}" "$2" "$3" "$4"
}
open() {
	passes "$1" "^$2 $3 " -- "${in[@]}" "$2" "$3" "$4"
}

policy
closed before tcp 192.0.2.7 80
check_match resolve "$(ask udp 10.77.0.2 a-192-0-2-7.allowed.test)" 'answer 192.0.2.7'
open after tcp 192.0.2.7 80
open after-udp udp 192.0.2.7 80
closed other-port tcp 192.0.2.7 81 domain=a-192-0-2-7.allowed.test
closed other-address tcp 192.0.2.8 80 domain=
check_match other-name "$(ask udp 10.77.0.2 a-192-0-2-8.elsewhere.test)" 'answer 192.0.2.8'
closed other-name-closed tcp 192.0.2.8 80 domain=a-192-0-2-8.elsewhere.test
check_match resolve6 "$(ask udp '[fd00:77:0::2]' q-20010db8600d00000000000000000001.allowed.test/28)" 'answer 2001:db8:600d::1'
open after6 tcp 2001:db8:600d::1 80

# Of an address with several names any denied one denies, also one behind an alias.
check_match cloaked "$(ask udp 10.77.0.2 a-192-0-2-9.c-cloak.allowed.test)" 'answer 192.0.2.9'
denied cloaked-closed 'connect EPERM' '^tcp 192.0.2.9 ' "${all[@]}" reason=denied entry=cloak.test domain=cloak.test \
	-- "${in[@]}" tcp 192.0.2.9 80
check_match aliased "$(ask udp 10.77.0.2 a-192-0-2-10.c-real.allowed.test)" 'answer 192.0.2.10'
open aliased-open tcp 192.0.2.10 80
check_match alias-of-allowed "$(ask udp 10.77.0.2 a-192-0-2-16.c-x.elsewhere.test)" 'answer 192.0.2.16'
closed alias-of-allowed-closed tcp 192.0.2.16 80

# Never what is near, never what is denied.
check_match near "$(ask udp 10.77.0.2 a-169-254-169-254.allowed.test)" 'answer 169.254.169.254'
closed near-closed tcp 169.254.169.254 80
check_match denied "$(ask udp 10.77.0.2 a-192-0-2-13.allowed.test)" 'answer 192.0.2.13'
denied denied-closed 'connect EPERM' '^tcp 192.0.2.13 ' "${all[@]}" reason=denied entry=192.0.2.13 domain=a-192-0-2-13.allowed.test \
	-- "${in[@]}" tcp 192.0.2.13 80

# By TCP, at once or after a truncated answer.
check_match tcp "$(ask tcp 10.77.0.2 a-192-0-2-11.allowed.test)" 'answer 192.0.2.11'
open tcp-open tcp 192.0.2.11 80
check_match tcp-pieces "$(ask tcp:1 10.77.0.2 a-192-0-2-12.allowed.test)" 'answer 192.0.2.12'
open tcp-pieces-open tcp 192.0.2.12 80
digs() {
	contained "$group" box dig +short +time=3 +tries=1 "@10.77.0.2" "$@"
}
check_match truncated "$(digs tc.a-192-0-2-14.allowed.test)" 192.0.2.14
open truncated-open tcp 192.0.2.14 80
mark_audits

# An answer that was not asked for like that opens nothing.
wait=1
last=20
for wrong in badid badport badname; do
	last=$((last + 1))
	ask udp 10.77.0.2 "$wrong.a-192-0-2-$last.allowed.test" >/dev/null
	closed "$wrong-closed" tcp 192.0.2.$last 80
done
check_match other-server "$(ask udp 192.0.2.53 a-192-0-2-24.allowed.test)" EPERM
mark_audits
policy '"192.0.2.53:53"'
check_match other-server-answers "$(ask udp 192.0.2.53 a-192-0-2-25.allowed.test)" 'answer 192.0.2.25'
closed other-server-closed tcp 192.0.2.25 80
# Nor does what another asked.
check_match ungoverned "$(in_netns box python3 /root/data/ask.py udp 10.77.0.2 a-192-0-2-26.allowed.test)" 'answer 192.0.2.26'
closed ungoverned-closed tcp 192.0.2.26 80

# A workload that is root in its namespace cannot answer itself: by the address of
# a server on its own device, by rewriting, or from a namespace behind its own.
self() {
	spawn contained "$group" "$1" python3 /root/data/nameserver.py "/run/self.$2" "$3" "$4"
	wait_for 20 contained "$group" "$1" env ASK_WAIT=1 python3 /root/data/ask.py udp "$4:$3" up.test >/dev/null
	sleep 1
}
self box nat 53 127.0.0.1
ip netns exec box nft -f - <<-END
	table ip mine {
		chain out {
			type nat hook output priority -100
			ip daddr 10.77.0.2 udp dport 53 dnat to 127.0.0.1:53
			ip daddr 10.77.0.2 tcp dport 53 dnat to 127.0.0.1:53
		}
	}
END
wait=3
check_match self-nat "$(ask udp 10.77.0.2 a-192-0-2-27.allowed.test)" 'answer 192.0.2.27'
check self-nat-by-itself grep -q 'udp 127.0.0.1 a-192-0-2-27' /run/self.nat
closed self-nat-closed tcp 192.0.2.27 80
check_match self-nat-tcp "$(ask tcp 10.77.0.2 a-192-0-2-28.allowed.test)" 'answer 192.0.2.28'
closed self-nat-tcp-closed tcp 192.0.2.28 80
ip netns exec box nft delete table ip mine
link_netns box behind 77.9
addresses behind 10.77.0.2
ip -n behind route add default via 10.77.9.1
ip -n box route add 10.77.0.2/32 via 10.77.9.2
self behind behind 53 10.77.0.2
check_match self-behind "$(ask udp 10.77.0.2 a-192-0-2-29.allowed.test)" 'answer 192.0.2.29'
check self-behind-by-itself grep -q 'udp 10.77.0.2 a-192-0-2-29' /run/self.behind
closed self-behind-closed tcp 192.0.2.29 80
ip -n box route del 10.77.0.2/32 via 10.77.9.2
mark_audits

# Docker's: a server of the host in the container's namespace, behind a rewritten port.
policy
spawn in_netns box python3 /root/data/nameserver.py /run/docker.record 5353 127.0.0.11
ip netns exec box nft -f - <<-END
	table ip docker {
		chain out {
			type nat hook output priority -100
			ip daddr 127.0.0.11 udp dport 53 dnat to 127.0.0.11:5353
			ip daddr 127.0.0.11 tcp dport 53 dnat to 127.0.0.11:5353
		}
		chain post {
			type nat hook postrouting priority 100
			ip saddr 127.0.0.11 udp sport 5353 snat to :53
			ip saddr 127.0.0.11 tcp sport 5353 snat to :53
		}
	}
END
wait_for 20 in_netns box env ASK_WAIT=1 python3 /root/data/ask.py udp 127.0.0.11:5353 up.test >/dev/null
sleep 1
closed docker-before tcp 192.0.2.15 80
check_match docker "$(ask udp 127.0.0.11 a-192-0-2-15.allowed.test)" 'answer 192.0.2.15'
open docker-open tcp 192.0.2.15 80
ip netns exec box nft delete table ip docker

# One second of TTL and one of grace: then it is over for what begins, not for what lives.
cat >/run/live.py <<-'END'
	import socket, sys
	s = socket.create_connection(("192.0.2.8", 80), 5)
	s.send(b"1")
	assert s.recv(1) == b"1"
	print("ready", flush=True)
	for line in sys.stdin:
	    s.settimeout(5)
	    try:
	        s.send(b"2")
	        print("echo" if s.recv(1) == b"2" else "closed", flush=True)
	    except OSError as e:
	        print("error", e, flush=True)
END
check_match short "$(ask udp 10.77.0.2 t-1.a-192-0-2-8.allowed.test)" 'answer 192.0.2.8'
coproc LIVE { contained "$group" box python3 -u /run/live.py; }
read -r -t 20 line <&"${LIVE[0]}"
check_eq short-open "$line" ready
sleep 3
closed short-over tcp 192.0.2.8 80
live() {
	echo >&"${LIVE[1]}"
	read -r -t 20 line <&"${LIVE[0]}"
	check_eq "$1" "$line" echo
}
live short-lives-on
policy
live short-lives-on-after-commit
no_audit short-quiet
check_match short-again "$(ask udp 10.77.0.2 t-1.a-192-0-2-8.allowed.test)" 'answer 192.0.2.8'
open short-open-again tcp 192.0.2.8 80

# Where nothing depends on names, reports have them all the same.
apply <<-END
	rules:
	  - name: domain rule
	    scope: {cgroup: ["/$group"]}
	    raw-sockets: {effect: disable}
	    outbound: {effect: prevent, deny: ["192.0.2.12"]}
	    dns: {effect: alert}
END
check_match named "$(ask udp 10.77.0.2 a-192-0-2-12.named.test)" 'answer 192.0.2.12'
denied named-denied 'connect EPERM' '^tcp 192.0.2.12 ' "${all[@]}" reason=denied entry=192.0.2.12 domain=a-192-0-2-12.named.test \
	-- "${in[@]}" tcp 192.0.2.12 80
