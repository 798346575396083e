# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# timeout: 600
# shellcheck disable=SC2154,SC2016 # from lib.sh; for inner shells
# Port scans by the tools that people use: each an incident of its kind, with what
# it was concluded from; and what is none, however busy.

group=case-scans
made_cgroups+=("$group")
link_netns box far 84.0
ip -n box route add default via 10.84.0.2
ip -n box -6 route add default via fd00:84:0::2
# Every address of these answers: the first with resets, the second not at all.
ip -n far route add local 10.91.0.0/16 dev lo
ip -n far route add local 10.92.0.0/16 dev lo
ip -n far -6 route add local fd00:91::/64 dev lo
in_netns far sysctl -qw net.ipv4.icmp_ratelimit=0 net.ipv6.icmp.ratelimit=0
# One of five of a balancer's backends is down, one of twenty of what is monitored.
down=$(for n in 1 6 11 16 21 26 31 36; do echo "10.91.6.$n,"; done)
down+=$(for n in $(seq 1 20 241); do echo "10.91.8.$n, 10.91.9.$n,"; done)
in_netns far nft -f - <<-END || bail "no filter"
	table inet f {
		chain in {
			type filter hook input priority 0;
			ip daddr 10.92.0.0/16 drop
			ip daddr { ${down//$'\n'/ } 10.91.6.255 } tcp dport 80 reject with tcp reset
		}
	}
END
work=$(mktemp -d)
echo hello >"$work/index.html"
in_netns far busybox httpd -p 80 -h "$work"

policy() {
	apply <<-END
		rules:
		  - name: watched
		    scope: {cgroup: ["/$group/*"]}
		    raw-sockets: {effect: disable}
		    outbound: {effect: alert, default: allow, allow: ["10.84.0.2:80/tcp"${2:-}]}
		    port-scan: {effect: $1}
	END
}
# Each in a workload of its own, because an incident is told once a day.
fresh() {
	who=$1
	cgroup "$group/$who"
	since=$(leveectl incidents --json | jq '[.events[].seq, 0] | max')
}
scan() {
	contained "$group/$who" box timeout 60 "$@" >"$work/out" 2>&1
}
incidents() {
	leveectl incidents --json | jq -c ".events[] | select(.seq > $since and .workload == \"/$group/$who\")"
}
has_incident() {
	[[ -n $(incidents | jq -c "select($1)") ]]
}
# NAME KIND JQ CMD...
found() {
	local kind=$2 what=$3
	fresh "$1"
	shift 3
	scan "$@"
	check "$who: $kind" wait_for 3 has_incident ".kind == \"$kind\" and .feature == \"port-scan\" and (.evidence | length) > 0 and (${what:-true})"
	incidents | jq -c '{kind, count, evidence: (.evidence | length), first: .evidence[0], comm}' | sed "s/^/# $who /"
}
quiet() {
	fresh "$1"
	shift
	scan "$@"
	check_eq "$who: no incident" "$(incidents)" ""
}
vertical=port-scan-vertical horizontal=port-scan-horizontal slow=port-scan-slow

policy alert
found connect $vertical '.evidence[0] | startswith("10.91.0.1:")' nmap -n -Pn -sT -F 10.91.0.1
check_eq "connect: of one kind, once" "$(incidents | jq -r .kind)" $vertical
found connect6 $vertical '.evidence[0] | startswith("[fd00:91::1]:")' nmap -n -Pn -6 -sT -F fd00:91::1
found syn $vertical '' nmap -n -Pn -sS -F 10.91.0.2
found fin $vertical '' nmap -n -Pn -sF -F 10.91.0.3
found ack $vertical '' nmap -n -Pn -sA -F 10.91.0.4
found udp $vertical '.evidence[0] | endswith("/udp")' nmap -n -Pn -sU -F --max-retries 1 10.91.0.5
found filtered $vertical '' nmap -n -Pn -sS -F --max-retries 0 --host-timeout 20s 10.92.0.1
found sweep $horizontal '.evidence[0] | endswith(":22/tcp")' nmap -n -Pn -sT -p 22 10.91.1.0/26
found pings $horizontal '.evidence[0] | endswith("/icmp")' nmap -n -sn -PE --max-retries 0 10.92.1.0/26
found hping $vertical '' hping3 -q -S -p ++1 -c 40 -i u20000 10.91.0.6
found python $vertical '' python3 -c '
import socket
for port in range(1, 60):
    try:
        socket.create_connection(("10.91.0.7", port), 1)
    except OSError:
        pass'
found paced $vertical '' nmap -n -Pn -sT --scan-delay 1s -p 1-20 10.91.0.8

# By frames of packet sockets, which no hook of IP sees.
found frames $vertical '' nmap -n -Pn -sS -F --send-eth 10.91.0.13
found masscan $vertical '' masscan 10.91.0.14 -p 1-60 --rate 200 --wait 1 --interface eth-far \
	--source-ip 10.84.0.1 --source-port 61000 --router-mac "$(in_netns far cat /sys/class/net/eth-box/address)"

# Over fifty cgroups and a hundred processes it is one workload still.
fresh spread
for n in $(seq 50); do
	mkdir -p "$cgroups/$group/$who/c$n"
	for m in 1 2; do
		in_cgroup "$group/$who/c$n" ip netns exec box bash -c "exec 3<>/dev/tcp/10.91.0.9/$((n * 2 + m))" 2>/dev/null
	done
done
check "spread: $vertical" wait_for 3 has_incident ".kind == \"$vertical\""

# Slower than any window, with time made short.
policy alert
apply <<-END
	rules:
	  - name: watched
	    scope: {cgroup: ["/$group/*"]}
	    raw-sockets: {effect: disable}
	    outbound: {effect: alert, default: allow}
	    port-scan: {effect: alert, fast: off, vertical: {within: 9s}, horizontal: {within: 9s}, silence: 1s}
END
found slow-ports $slow '' bash -c 'for n in 1 2 3 4 5 6 7 8; do timeout 1 bash -c "exec 3<>/dev/tcp/10.91.0.9/$n"; sleep 1.5; done'
found slow-hosts $slow '' bash -c 'for n in 1 2 3 4 5 6 7 8; do timeout 2 bash -c "exec 3<>/dev/tcp/10.92.2.$n/445"; sleep 0.3; done'

# What is prevented: the connection that made it a scan, and those after it.
policy prevent
fresh held
contained "$group/$who" box python3 - >"$work/held" <<'END'
import errno, socket
through = refused = 0
for port in range(1, 101):
    try:
        socket.create_connection(("10.91.0.10", port), 2)
    except OSError as e:
        through += e.errno == errno.ECONNREFUSED and refused == 0
        refused += e.errno == errno.EPERM
print(through, refused)
END
read -r through refused <"$work/held"
echo "# prevent: $through probes through, $refused refused"
check "prevent: soon" test "$through" -le 20
check "prevent: all the others" test "$refused" -ge 80
check "prevent: an incident" has_incident ".kind == \"$vertical\" and .effect == \"prevent\" and .enforced"
check "prevent: later ones are audits" wait_audit 3 ".workload == \"/$group/$who\" and .feature == \"port-scan\" and .reason == \"held\" and .enforced"
check_match "prevent: what is on the list passes" "$(contained "$group/$who" box curl -s -m 3 http://10.84.0.2/)" hello
check_match "prevent: loopback passes" "$(contained "$group/$who" box bash -c 'exec 3<>/dev/tcp/127.0.0.1/1' 2>&1)" refused
check_fails "prevent: another workload is not held" grep -q EPERM <(command act -g "$group/connect" -n box tcp 10.91.0.20 80)

policy block
fresh blocked
contained "$group/$who" box nmap -n -Pn -sT -F 10.91.0.11 >/dev/null 2>&1 &
spawned_pids+=($!)
check "block: an incident" wait_for 20 has_incident ".effect == \"block\" and .enforced"
empty() {
	[[ $(cat "$cgroups/$group/$who/cgroup.procs") == "" ]]
}
check "block: its tasks are killed" wait_for 10 empty

# Busy, and none.
policy alert ', "10.93.0.0/16"'
ip -n far route add local 10.93.0.0/16 dev lo
quiet retries bash -c 'for n in $(seq 40); do timeout 1 bash -c "exec 3<>/dev/tcp/10.91.0.12/5432"; sleep 0.2; done'
quiet crawler python3 -c '
import socket
for n in range(300):
    s = socket.create_connection(("10.91.%d.%d" % (4 + n // 250, n % 250 + 1), 80), 2)
    s.close()'
quiet balancer python3 -c '
import socket
for round in range(4):
    for n in range(40):
        try:
            socket.create_connection(("10.91.6.%d" % (n + 1), 80), 2).close()
        except OSError:
            pass'
quiet monitor python3 -c '
import socket
for n in range(500):
    try:
        socket.create_connection(("10.91.%d.%d" % (8 + n // 250, n % 250 + 1), 80), 2).close()
    except OSError:
        pass'
quiet peers python3 -c '
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for n in range(400):
    s.sendto(b"find_node", ("10.93.%d.%d" % (n // 250, n % 250 + 1), 6881 + n))'
fresh explained
check_match "show workloads tells" "$(leveectl status --json)" scan_memory
rm -rf "$work"
