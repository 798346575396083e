# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# timeout: 300
# shellcheck disable=SC2154 # what comes from lib.sh
# disable, alert, prevent, block, of outbound, listen and raw-sockets.

top=case-effects
cgroup "$top"
link_netns box far 77.0
ip -n box route add default via 10.77.0.2
addresses far 192.0.2.7 169.254.169.254
peer far box 10.77.0.2 tcp:80 udp:53
bad=169.254.169.254

# What each feature is tried with: name, feature, how it fails, what arrives (or -), keys, act
acts=(
	"tcp|outbound|connect EPERM|^tcp $bad 80 S|protocol=tcp address=$bad port=80 reason=denied entry=$bad|tcp $bad 80"
	"fast|outbound|send ECONNREFUSED|^tcp $bad 80 S|protocol=tcp address=$bad port=80 reason=denied entry=$bad|tcp -f $bad 80"
	"udp|outbound|EPERM|^udp $bad 53 |protocol=udp address=$bad port=53 reason=denied entry=$bad|udp $bad 53"
	"tcp-listen|listen|listen EPERM|-|protocol=tcp port=8080 reason=denied entry=8080/tcp address=|listen tcp 0.0.0.0 8080"
	"udp-listen|listen|bind EPERM|-|protocol=udp port=8080 reason=denied entry=8080/udp address=|listen udp 0.0.0.0 8080"
	"raw|raw-sockets|socket EPERM|-|protocol=tcp reason=not-allowed entry= address= port=|socket inet raw 6"
	"packet|raw-sockets|socket EPERM|-|protocol=packet reason=not-allowed entry= address= port=|socket packet raw 3"
	"family|raw-sockets|socket EPERM|-|protocol=vsock reason=not-allowed entry= address= port=|socket vsock stream 0"
)

policy() {
	apply <<-END
		rules:
		  - name: effects rule
		    scope: {cgroup: ["/$top/*"]}
		    outbound: {effect: $1, default: allow, deny: [$bad]}
		    listen: {effect: $1, default: allow, deny: [8080/tcp, 8080/udp]}
		    raw-sockets: {effect: $1, allow: [icmp/raw]}
		    families: [inet, inet6, unix, netlink, packet]
	END
}

# Whether the act is done, whatever it is.
done_result='ok|socket EAFNOSUPPORT'
for effect in disable alert prevent; do
	policy $effect
	for act in "${acts[@]}"; do
		IFS='|' read -r name feature failure what keys words <<<"$act"
		read -ra keys <<<"$keys"
		read -ra words <<<"$words"
		group=$top/$name-$effect
		mkdir -p "$cgroups/$group"
		keys+=("workload=/$group" "rule=effects rule" "feature=$feature" "effect=$effect" enforced=true)
		case $effect in
		disable) check_act "$effect-$name" "$done_result" -- -g "$group" -n box "${words[@]}" ;;
		alert) check_act "$effect-$name" "$done_result" "${keys[@]}" -- -g "$group" -n box "${words[@]}" ;;
		prevent) check_act "$effect-$name" "$failure" "${keys[@]}" -- -g "$group" -n box "${words[@]}" ;;
		esac
		if [[ $what != - && $effect != prevent ]]; then
			check "$effect-$name-arrived" arrived far "$what"
		elif [[ $what != - ]]; then
			check_fails "$effect-$name-arrived" arrived far "$what"
		fi
		# Whoever lives in there is none the worse for it.
		if [[ $effect == prevent ]]; then
			check_act "$effect-$name-goes-on" ok -- -g "$group" -n box tcp 192.0.2.7 80
		fi
	done
done

# block: nothing of it gets out, all that runs there is killed within a second,
# and nothing that is put there later gets out, whatever it is.
policy block
populated() {
	grep -q 'populated 1' "$cgroups/$1/cgroup.events"
}
# A process with threads, one that has left its main thread, and one in a child cgroup.
cat >/run/tenants.py <<-'END'
	import ctypes, os, signal, sys, threading, time
	signal.signal(signal.SIGTERM, signal.SIG_IGN)
	if os.fork() == 0:
	    threading.Thread(target=time.sleep, args=(1000,)).start()
	    ctypes.CDLL(None).pthread_exit(None)
	print("ready", flush=True)
	time.sleep(1000)
END
for act in "${acts[@]}"; do
	IFS='|' read -r name feature failure what keys words <<<"$act"
	read -ra keys <<<"$keys"
	read -ra words <<<"$words"
	group=$top/$name-block
	mkdir -p "$cgroups/$group/child"
	spawn in_cgroup "$group/child" sleep 1000
	if [[ $name == tcp ]]; then
		spawn contained "$group" box python3 /run/tenants.py >/run/tenants.out
		wait_for 15 grep -q ready /run/tenants.out
	fi
	keys+=("workload=/$group" "rule=effects rule" "feature=$feature" effect=block enforced=true)
	forget far
	act -g "$group" -n box -H 2 "${words[@]}"
	for _ in {1..100}; do
		populated "$group" || break
		sleep 0.01
	done
	check_fails "block-$name-killed" populated "$group"
	# The actor is killed in its call: it says nothing, or what prevent says.
	check_match "block-$name-result" "$act_result" "^($failure)?\$"
	check_fails "block-$name-arrived" arrived far "${what/#-/^(tcp|udp) 192}"
	one_audit "block-$name-audit" "${keys[@]}" "pid=$act_pid" comm=act uid=0
done

# Cut off, loopback and what is allowed included; a listener elsewhere is there.
group=$top/tcp-block
mark_audits
for words in 'tcp 192.0.2.7 80' 'tcp 127.0.0.1 80' 'udp 192.0.2.7 53' 'listen tcp 127.0.0.1 9000' 'socket inet raw 1'; do
	read -ra words <<<"$words"
	forget far
	act -g "$group" -n box "${words[@]}"
	check_match "cut-${words[0]}-${words[1]}" "$act_result" '(^| )EPERM$'
	check_fails "cut-${words[0]}-${words[1]}-arrived" arrived far '^(tcp|udp) 192'
done
check_match cut-shown "$(leveectl show workloads --json | jq -c ".workloads[] | select(.path == \"/$group\")")" '"quarantined":true'
# Until it is released; the policy holds on.
check release leveectl release "/$group"
mark_audits
passes released '^tcp 192.0.2.7 80 S' -- -g "$group" -n box tcp 192.0.2.7 80
denied released-not-free '(connect EPERM)?' "^tcp $bad" "workload=/$group" effect=block enforced=true address=$bad port=81 \
	-- -g "$group" -n box -H 2 tcp $bad 81
