# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# timeout: 300
# A socket's cgroup is that of its maker. Who uses it may be somebody else: the
# stricter of the two decides, and the audit names that one.

top=case-fds
for name in strict lax other free; do cgroup "$top/$name"; done
made_cgroups+=("$top")
link_netns box far 77.0
ip -n box route add default via 10.77.0.2
addresses far 169.254.169.254 192.0.2.7
peer far box 10.77.0.2 tcp:{80..99} udp:{80..99}

# Nothing governs "free".
apply <<-END
	rules:
	  - name: strict rule
	    scope: {cgroup: ["/$top/strict"]}
	    outbound: {effect: prevent, default: allow, deny: [169.254.169.254]}
	  - name: lax rule
	    scope: {cgroup: ["/$top/lax"]}
	    outbound: {effect: alert, default: allow, deny: [169.254.0.0/16]}
	  - name: other rule
	    scope: {cgroup: ["/$top/other"]}
	    outbound: {effect: prevent, default: allow, deny: [198.51.100.0/24]}
END

bad=169.254.169.254 good=192.0.2.7
strict=("workload=/$top/strict" "rule=strict rule" "entry=$bad" effect=prevent enforced=true reason=denied
	feature=outbound "address=$bad")
lax=("workload=/$top/lax" "rule=lax rule" entry=169.254.0.0/16 effect=alert enforced=true reason=denied
	feature=outbound "address=$bad")

# given NAME MAKER USER FAMILY TYPE: the options of an act by USER on MAKER's socket.
given() {
	local path=/run/$1.sock
	rm -f "$path"
	spawn act -g "$top/$2" -n box -H 5 give "$path" "$4" "$5" 0 >/dev/null
	using=(-g "$top/$3" -n box -t "$path")
}

port=80
for maker in strict lax other free; do
	for user in strict lax other free; do
		[[ $maker != "$user" ]] || continue
		name=$maker-to-$user port=$((port + 1))
		given "$name-tcp" $maker $user inet stream
		tcp=("${using[@]}")
		given "$name-udp" $maker $user inet dgram
		udp=("${using[@]}")
		case $maker-$user in
		*strict*)
			denied "$name-tcp" 'connect EPERM' "^tcp $bad $port " "${strict[@]}" protocol=tcp port=$port -- "${tcp[@]}" tcp $bad $port
			denied "$name-udp" EPERM "^udp $bad $port " "${strict[@]}" protocol=udp port=$port -- "${udp[@]}" udp $bad $port
			;;
		*lax*)
			passes "$name-tcp" "^tcp $bad $port S" "${lax[@]}" protocol=tcp port=$port -- "${tcp[@]}" tcp $bad $port
			passes "$name-udp" "^udp $bad $port " "${lax[@]}" protocol=udp port=$port -- "${udp[@]}" udp $bad $port
			;;
		*)
			passes "$name-tcp" "^tcp $bad $port S" -- "${tcp[@]}" tcp $bad $port
			passes "$name-udp" "^udp $bad $port " -- "${udp[@]}" udp $bad $port
			;;
		esac
	done
done

# What both allow passes.
given allowed free strict inet stream
passes allowed "^tcp $good 80 S" -- "${using[@]}" tcp $good 80

# A socket that is kept across a move to another cgroup.
denied moved-out 'connect EPERM' "^tcp $bad 95 " "${strict[@]}" port=95 -- -g $top/strict -n box -m $top/free tcp $bad 95
denied moved-out-udp EPERM "^udp $bad 95 " "${strict[@]}" port=95 -- -g $top/strict -n box -m $top/free udp $bad 95
denied moved-in 'connect EPERM' "^tcp $bad 96 " "${strict[@]}" port=96 -- -g $top/free -n box -m $top/strict tcp $bad 96
denied moved-in-udp EPERM "^udp $bad 96 " "${strict[@]}" port=96 -- -g $top/free -n box -m $top/strict udp $bad 96
# The maker's fast open: no hook but the packet's sees it.
denied moved-out-fast 'send ECONNREFUSED' "^tcp $bad 97 " "${strict[@]}" port=97 -- -g $top/strict -n box -m $top/free tcp -f $bad 97

# A connection that somebody else has opened is no way out either.
path=/run/connected.sock
spawn act -g $top/free -n box -H 5 give $path inet stream 0 $bad 98 >/dev/null
wait_for 5 test -S $path
denied connected-given 'recv ECONNABORTED|send EPERM|send ECONNABORTED' "^tcp $bad 98 .*P" "${strict[@]}" port=98 \
	-- -g $top/strict -n box -t $path use
spawn act -g $top/free -n box -H 5 give $path.2 inet dgram 0 $bad 98 >/dev/null
wait_for 5 test -S $path.2
denied connected-given-udp 'send EPERM' "^udp $bad 98 " "${strict[@]}" port=98 -- -g $top/strict -n box -t $path.2 use
spawn act -g $top/free -n box -H 5 give $path.3 inet stream 0 $bad 99 >/dev/null
wait_for 5 test -S $path.3
passes connected-given-free "^tcp $bad 99 .*P" -- -g $top/free -n box -t $path.3 use
