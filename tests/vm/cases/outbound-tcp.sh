# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# timeout: 300
# shellcheck disable=SC2154 # what comes from lib.sh
# Every way in which TCP opens a connection is one act, stopped before a packet
# leaves, and reported once, however many hooks see it.

group=case-tcp
cgroup "$group"
link_netns box far 77.0
ip -n box route add default via 10.77.0.2
ip -n box -6 route add default via fd00:77:0::2
addresses far 169.254.169.254 192.0.2.7 2001:db8:bad::1 2001:db8:600d::1
# Data in the first SYN, with no cookie fetched before.
ip netns exec box sysctl -qw net.ipv4.tcp_fastopen=$((0x5)) net.mptcp.enabled=1
ip netns exec far sysctl -qw net.ipv4.tcp_fastopen=$((0x203)) net.mptcp.enabled=1
peer far box 10.77.0.2 tcp:80 tcp:81 tcp:82 tcp:83 tcp:84 tcp:85 mptcp:90

policy() {
	apply <<-END
		rules:
		  - name: tcp rule
		    scope: {cgroup: ["/$group"]}
		    outbound: {effect: $1, default: allow, deny: [169.254.169.254, "2001:db8:bad::/48"]}
	END
}

bad4=169.254.169.254 bad6=2001:db8:bad::1
in=(-g "$group" -n box)
all=("workload=/$group" "rule=tcp rule" feature=outbound reason=denied protocol=tcp)
v4=("${all[@]}" "entry=$bad4" "address=$bad4")
v6=("${all[@]}" entry=2001:db8:bad::/48 "address=$bad6")

policy prevent

# name, how it fails, family, the good and the bad address, port, options
while read -r name failure family good bad port options; do
	read -ra options <<<"$options"
	if [[ $family == 4 ]]; then fields=("${v4[@]}"); else fields=("${v6[@]}"); fi
	passes "$name-allowed" "^tcp ${good#::ffff:} $port S" -- "${in[@]}" tcp "${options[@]}" "$good" "$port"
	denied "$name-denied" "${failure/-/ }" "^tcp ${bad#::ffff:} $port " "${fields[@]}" effect=prevent enforced=true \
		"port=$port" -- "${in[@]}" tcp "${options[@]}" "$bad" "$port"
	# The peer is there, and would have been reached.
	passes "$name-ungoverned" "^tcp ${bad#::ffff:} $port S" -- -n box tcp "${options[@]}" "$bad" "$port"
done <<-END
	v4          connect-EPERM     4 192.0.2.7         $bad4          80
	v6          connect-EPERM     6 2001:db8:600d::1  $bad6          80
	mapped      connect-EPERM     4 ::ffff:192.0.2.7  ::ffff:$bad4   81
	nonblock    connect-EPERM     4 192.0.2.7         $bad4          82 -n
	fastopen4   send-ECONNREFUSED 4 192.0.2.7         $bad4          83 -f
	fastopen6   send-ECONNREFUSED 6 2001:db8:600d::1  $bad6          83 -f
	fastmapped  send-ECONNREFUSED 4 ::ffff:192.0.2.7  ::ffff:$bad4   84 -f
	fastconnect connect-EPERM     4 192.0.2.7         $bad4          85 -F
	mptcp4      connect-EPERM     4 192.0.2.7         $bad4          90 -p
	mptcp6      connect-EPERM     6 2001:db8:600d::1  $bad6          90 -p
END

# The actor's name and user, and another port of the same address: an act of its own.
denied uid 'connect EPERM' "^tcp $bad4 88 " "${v4[@]}" port=88 uid=4242 -- "${in[@]}" -u 4242 tcp "$bad4" 88

# alert: it goes on, and is one act although connect() and the SYN are both seen.
policy alert
while read -r name family bad port options; do
	read -ra options <<<"$options"
	if [[ $family == 4 ]]; then fields=("${v4[@]}"); else fields=("${v6[@]}"); fi
	passes "alert-$name" "^tcp ${bad#::ffff:} $port S" "${fields[@]}" effect=alert enforced=true "port=$port" \
		-- "${in[@]}" tcp "${options[@]}" "$bad" "$port"
done <<-END
	v4          4 $bad4          80
	v6          6 $bad6          80
	mapped      4 ::ffff:$bad4   84
	nonblock    4 $bad4          82 -n
	fastopen4   4 $bad4          83 -f
	fastopen6   6 $bad6          83 -f
	fastconnect 4 $bad4          85 -F
	mptcp4      4 $bad4          90 -p
	mptcp6      6 $bad6          90 -p
	asked-twice 4 $bad4          81 -n -a
END

# Retransmissions are no further acts: the peer's host drops what comes to 86.
ip netns exec far nft -f - <<-END
	table inet mute {
		chain input {
			type filter hook input priority 0;
			tcp dport 86 drop
		}
	}
END
retransmitted() {
	[[ $(grep -cE "^tcp $1 86 S" /run/peer.far) -ge 3 ]]
}
for bad in $bad4 $bad6; do
	if [[ $bad == "$bad4" ]]; then fields=("${v4[@]}"); else fields=("${v6[@]}"); fi
	check_act "retransmit-$bad" "connect ETIMEDOUT" "${fields[@]}" effect=alert port=86 \
		-- "${in[@]}" -w 4000 tcp -n "$bad" 86
	check "retransmitted-$bad" retransmitted "$bad"
done

# MPTCP: the other end names a further address, and the kernel connects to it on
# its own. An address that is denied stays out, the connection lives on.
ip -n far mptcp limits set subflows 2 add_addr_accepted 2
ip -n box mptcp limits set subflows 2 add_addr_accepted 2
ip -n far mptcp endpoint add "$bad4" port 91 signal
policy prevent
subflow=("${v4[@]}" effect=prevent enforced=true port=91 pid= comm= uid=)
forget far
act "${in[@]}" -H 1 tcp -p 192.0.2.7 90
check_match subflow-lives "$act_result" "then alive"
check_fails subflow-denied arrived far "^tcp $bad4 91 "
one_audit subflow-audit "${subflow[@]}"
act -n box -H 1 tcp -p 192.0.2.7 90
check subflow-ungoverned arrived far "^tcp $bad4 91 S"
policy alert
forget far
act "${in[@]}" -H 1 tcp -p 192.0.2.7 90
check subflow-alert arrived far "^tcp $bad4 91 S"
one_audit subflow-alert-audit "${v4[@]}" effect=alert enforced=true port=91 pid= comm= uid=

# Two connections are two acts, reported as one event whose like follow.
for _ in 1 2; do command act "${in[@]}" tcp "$bad4" 87 9>&-; done
check_counted two-acts 2
