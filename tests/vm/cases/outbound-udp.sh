# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# timeout: 300
# shellcheck disable=SC2154 # what comes from lib.sh
# Datagrams are judged one by one, by where each goes, whatever call sends them.

group=case-udp
cgroup "$group"
link_netns box far 77.0
ip -n box route add default via 10.77.0.2
ip -n box -6 route add default via fd00:77:0::2
addresses far 169.254.169.254 192.0.2.7 2001:db8:bad::1 2001:db8:600d::1
peer far box 10.77.0.2 udp:{50..68}

policy() {
	apply <<-END
		rules:
		  - name: udp rule
		    scope: {cgroup: ["/$group"]}
		    outbound: {effect: $1, default: allow, deny: ["$bad4:50-66/udp", "2001:db8:bad::/48"]}
	END
}

good4=192.0.2.7 good6=2001:db8:600d::1
bad4=169.254.169.254 bad6=2001:db8:bad::1
in=(-g "$group" -n box)
all=("workload=/$group" "rule=udp rule" feature=outbound reason=denied protocol=udp)
v4=("${all[@]}" "entry=$bad4:50-66/udp" "address=$bad4")
v6=("${all[@]}" entry=2001:db8:bad::/48 "address=$bad6")

policy prevent

# name, family, the good and the bad address, port, options
while read -r name family good bad port options; do
	read -ra options <<<"$options"
	if [[ $family == 4 ]]; then fields=("${v4[@]}"); else fields=("${v6[@]}"); fi
	passes "$name-allowed" "^udp ${good#::ffff:} $port -" -- "${in[@]}" udp "${options[@]}" "$good" "$port"
	denied "$name-denied" EPERM "^udp ${bad#::ffff:} $port " "${fields[@]}" effect=prevent enforced=true \
		"port=$port" -- "${in[@]}" udp "${options[@]}" "$bad" "$port"
	passes "$name-ungoverned" "^udp ${bad#::ffff:} $port -" -- -n box udp "${options[@]}" "$bad" "$port"
done <<-END
	v4           4 $good4         $bad4         50
	v6           6 $good6         $bad6         50
	mapped       4 ::ffff:$good4  ::ffff:$bad4  51
	connected4   4 $good4         $bad4         52 -c
	connected6   6 $good6         $bad6         52 -c
	conn-mapped  4 ::ffff:$good4  ::ffff:$bad4  53 -c
	corked4      4 $good4         $bad4         54 -k
	corked6      6 $good6         $bad6         54 -k
	segmented4   4 $good4         $bad4         55 -s 400
	segmented6   6 $good6         $bad6         55 -s 400
	conn-segment 4 $good4         $bad4         56 -c -s 400
	options4     4 $good4         $bad4         63 -o
	extension6   6 $good6         $bad6         63 -o
END

# Longer than a packet: judged whole, before it is cut.
passes long-allowed "^frag $good4 0 17" -- "${in[@]}" udp -z 4000 $good4 64
denied long-denied EPERM "^(udp|frag) $bad4 (0|64) " "${v4[@]}" port=64 -- "${in[@]}" udp -z 4000 $bad4 64
passes long6-allowed "^frag $good6 0 17" -- "${in[@]}" udp -z 4000 $good6 64
denied long6-denied EPERM "^(udp|frag) $bad6 (0|64) " "${v6[@]}" port=64 -- "${in[@]}" udp -z 4000 $bad6 64

# The same socket: what is denied stays behind, what is allowed goes, in any order.
check_act mixed 'ok EPERM ok' "${v4[@]}" port=57 -- "${in[@]}" udp $good4 57 $bad4 57 $good4 58
check_fails mixed-left arrived far $bad4
check mixed-went arrived far "^udp $good4 58 "

# One sendmmsg() for several: the first one's error is the call's.
check_act mmsg 'EPERM sent sent echoes 2' "${v4[@]}" port=58 \
	-- "${in[@]}" udp -v $bad4 58 $good4 57 $good4 59
check_fails mmsg-left arrived far $bad4
check mmsg-went arrived far "^udp $good4 59 "
check_act mmsg6 'EPERM sent sent echoes 2' "${v6[@]}" port=57 \
	-- "${in[@]}" udp -v $bad6 57 $good6 57 $good6 59
check_fails mmsg6-left arrived far $bad6
# Further down it ends the call, and act tries the rest again: two acts.
forget far
act "${in[@]}" udp -v $good4 57 $bad4 62 $good4 59
check_eq mmsg-middle "$act_result" 'sent EPERM sent echoes 2'
check_counted mmsg-middle-counted 2
check_fails mmsg-middle-left arrived far $bad4

# One after the other connect()ed.
check_act reconnected 'ok EPERM ok' "${v4[@]}" port=59 \
	-- "${in[@]}" udp -c $good4 57 $bad4 59 $good4 58
check_fails reconnected-left arrived far $bad4
# An IPv6 socket speaks both.
check_act both 'ok EPERM ok' "${v4[@]}" port=60 \
	-- "${in[@]}" udp $good6 57 ::ffff:$bad4 60 ::ffff:$good4 58
check_fails both-left arrived far $bad4

# Each datagram that is refused is an act, also by the same socket to the same address.
forget far
act "${in[@]}" udp $bad4 61 $bad4 61 $bad4 61
check_eq refused-again "$act_result" 'EPERM EPERM EPERM'
check_counted refused-again-counted 3
check_fails refused-again-left arrived far $bad4

# connect() sends nothing, and so is no act: resolvers do it on every address.
for bad in $bad4 $bad6 ::ffff:$bad4; do
	check_act "connect-alone-$bad" ok -- "${in[@]}" udp-connect "$bad" 50
done

# Another port of the same address is not on the list.
passes port-not-listed "^udp $bad4 67 -" -- "${in[@]}" udp $bad4 67

# The user who sends, and a process that has dropped its privileges.
denied uid EPERM "$bad4" "${v4[@]}" port=66 uid=4242 -- "${in[@]}" -u 4242 udp $bad4 66

# alert: all of it goes, and a socket's datagrams to one address are one act.
policy alert
while read -r name family bad port options; do
	read -ra options <<<"$options"
	if [[ $family == 4 ]]; then fields=("${v4[@]}"); else fields=("${v6[@]}"); fi
	passes "alert-$name" "^udp ${bad#::ffff:} $port -" "${fields[@]}" effect=alert enforced=true \
		"port=$port" -- "${in[@]}" udp "${options[@]}" "$bad" "$port"
done <<-END
	v4          4 $bad4         50
	v6          6 $bad6         50
	mapped      4 ::ffff:$bad4  51
	connected   4 $bad4         52 -c
	corked      4 $bad4         54 -k
	segmented   4 $bad4         55 -s 400
END
check_act alert-flow 'ok ok ok' "${v4[@]}" effect=alert port=56 -- "${in[@]}" udp $bad4 56 $bad4 56 $bad4 56
