# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# timeout: 300
# SCTP: associations by connect(), connectx() and by sending; listening.

modprobe -q sctp || skip_case "this kernel has no sctp module"
group=case-sctp
cgroup "$group"
link_netns box far 77.0
ip -n box route add default via 10.77.0.2
ip -n box -6 route add default via fd00:77:0::2
addresses far 169.254.169.254 192.0.2.7 2001:db8:bad::1 2001:db8:600d::1
# Else SCTP keeps private addresses and global ones apart.
for name in box far; do ip netns exec $name sysctl -qw net.sctp.addr_scope_policy=0; done
peer far box 10.77.0.2 sctp:{80..90}
bad=169.254.169.254 bad6=2001:db8:bad::1
in=(-g "$group" -n box)
all=("workload=/$group" "rule=sctp rule" feature=outbound enforced=true reason=denied protocol=sctp)
v4=("${all[@]}" "entry=$bad" "address=$bad")
v6=("${all[@]}" "entry=$bad6" "address=$bad6")

policy() {
	apply <<-END
		rules:
		  - name: sctp rule
		    scope: {cgroup: ["/$group"]}
		    outbound: {effect: $1, default: allow, deny: [$bad, "$bad6"]}
		    listen: {effect: $1, allow: [7000/sctp]}
	END
}
policy prevent

while read -r name failure family good wrong port options; do
	read -ra options <<<"$options"
	if [[ $family == 4 ]]; then fields=("${v4[@]}"); else fields=("${v6[@]}"); fi
	passes "$name-allowed" "^sctp $good $port " -- "${in[@]}" sctp "${options[@]}" "$good" "$port"
	denied "$name-denied" "${failure/-/ }" "^sctp $wrong" "${fields[@]}" effect=prevent "port=$port" \
		-- "${in[@]}" sctp "${options[@]}" "$wrong" "$port"
	passes "$name-ungoverned" "^sctp $wrong $port " -- -n box sctp "${options[@]}" "$wrong" "$port"
done <<-END
	v4        connect-EPERM  4 192.0.2.7        $bad  80
	v6        connect-EPERM  6 2001:db8:600d::1 $bad6 80
	connectx4 connectx-EPERM 4 192.0.2.7        $bad  81 -x
	connectx6 connectx-EPERM 6 2001:db8:600d::1 $bad6 81 -x
	many      send-EPERM     4 192.0.2.7        $bad  82 -q
END
# One bad address among several.
denied connectx-second 'connectx EPERM' "^sctp ($bad|192.0.2.7)" "${v4[@]}" effect=prevent port=83 \
	-- "${in[@]}" sctp -x 192.0.2.7 83 $bad 83
denied connectx-first 'connectx EPERM' "^sctp ($bad|192.0.2.7)" "${v4[@]}" effect=prevent port=84 \
	-- "${in[@]}" sctp -x $bad 84 192.0.2.7 84

listen=("workload=/$group" feature=listen reason=not-allowed effect=prevent protocol=sctp address=)
check_act listen-listed ok -- "${in[@]}" listen sctp 0.0.0.0 7000
check_act listen-refused 'listen EPERM' "${listen[@]}" port=7001 -- "${in[@]}" listen sctp 0.0.0.0 7001

policy alert
passes alert-v4 "^sctp $bad 85 " "${v4[@]}" effect=alert port=85 -- "${in[@]}" sctp $bad 85
passes alert-connectx "^sctp $bad 86 " "${v4[@]}" effect=alert port=86 -- "${in[@]}" sctp -x $bad 86
passes alert-v6 "^sctp $bad6 87 " "${v6[@]}" effect=alert port=87 -- "${in[@]}" sctp $bad6 87
