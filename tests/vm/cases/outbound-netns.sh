# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# timeout: 300
# Network namespaces: policy goes with the workload, loopback stays usable, and
# a namespace lives although nothing may go out of it.

group=case-netns
cgroup "$group"
link_netns box far 77.0
ip -n box route add default via 10.77.0.2
ip -n box -6 route add default via fd00:77:0::2
addresses far 169.254.169.254
peer far box 10.77.0.2 tcp:80 udp:53
bad=169.254.169.254
in=(-g "$group" -n box)
all=("workload=/$group" "rule=netns rule" feature=outbound effect=prevent enforced=true)

# policy MORE: outbound's other keys
policy() {
	apply <<-END
		rules:
		  - name: netns rule
		    scope: {cgroup: ["/$group"]}
		    raw-sockets: {effect: disable}
		    outbound: {effect: prevent$1}
	END
}
policy ', default: deny'

# In a namespace of its own making, made after the commit.
denied unshared 'connect EPERM' "^tcp $bad" "${all[@]}" reason=not-allowed entry= protocol=tcp address=$bad port=80 \
	-- -g "$group" -N tcp $bad 80
link_netns inner far 78.0
ip -n inner route add default via 10.78.0.2
denied new-netns 'connect EPERM' "^tcp $bad" "${all[@]}" reason=not-allowed protocol=tcp address=$bad port=81 \
	-- -g "$group" -n inner tcp $bad 81
denied new-netns-udp EPERM "^udp $bad" "${all[@]}" reason=not-allowed protocol=udp address=$bad port=53 \
	-- -g "$group" -n inner udp $bad 53
passes new-netns-ungoverned "^udp $bad 53 " -- -n inner udp $bad 53
# And in the host's: there too it is the workload's.
check_act host 'connect EPERM' "${all[@]}" reason=not-allowed address=$bad port=82 -- -g "$group" tcp $bad 82

# Loopback, by whatever name; the listeners are of the same namespace.
spawn in_netns box peer - tcp:80 tcp:81 udp:53 >/dev/null
wait_for 5 command act -n box tcp 127.0.0.1 81 >/dev/null
for address in 127.0.0.1 127.9.8.7 ::1 ::ffff:127.0.0.1 0.0.0.0 ::; do
	check_act "loopback-$address" ok -- "${in[@]}" tcp $address 80
	check_act "loopback-udp-$address" ok -- "${in[@]}" udp $address 53
done
check_act loopback-ping ok -- "${in[@]}" ping -r 127.0.0.1
# Loopback is an address, not a device: the namespace's own address is none.
check_act own-address 'connect EPERM' "${all[@]}" reason=not-allowed address=10.77.0.1 port=80 -- "${in[@]}" tcp 10.77.0.1 80
check_act own-address-ungoverned ok -- -n box tcp 10.77.0.1 80

# Neither "any" nor a prefix around it says otherwise of loopback.
policy ', default: allow, deny: [any]'
check_act loopback-any ok -- "${in[@]}" tcp 127.0.0.1 80
check_act any 'connect EPERM' "${all[@]}" reason=denied entry=any address=$bad port=80 -- "${in[@]}" tcp $bad 80
policy ', default: allow, deny: ["0.0.0.0/0", "::/0"]'
check_act loopback-wide ok -- "${in[@]}" tcp 127.0.0.1 80
check_act loopback-wide6 ok -- "${in[@]}" tcp ::1 80

policy ', default: allow, deny: [loopback]'
denied_here() {
	local name=$1 result=$2 entry=$3 address=$4 port=$5
	shift 5
	check_act "$name" "$result" "${all[@]}" reason=denied "entry=$entry" "address=$address" "port=$port" -- "${in[@]}" "$@"
}
denied_here deny-loopback 'connect EPERM' loopback 127.0.0.1 80 tcp 127.0.0.1 80
denied_here deny-loopback-8 'connect EPERM' loopback 127.9.8.7 80 tcp 127.9.8.7 80
denied_here deny-loopback6 'connect EPERM' loopback ::1 80 tcp ::1 80
denied_here deny-loopback-mapped 'connect EPERM' loopback 127.0.0.1 81 tcp ::ffff:127.0.0.1 81
denied_here deny-loopback-udp EPERM loopback 127.0.0.1 53 udp 127.0.0.1 53
# 0.0.0.0 is where the stack makes it go.
denied_here deny-loopback-0 'connect EPERM' loopback 127.0.0.1 82 tcp 0.0.0.0 82
denied_here deny-loopback-0-udp EPERM loopback 127.0.0.1 54 udp 0.0.0.0 54
denied_here deny-loopback-6 'connect EPERM' loopback ::1 82 tcp :: 82
denied_here deny-loopback-0-fast 'send ECONNREFUSED' loopback 127.0.0.1 83 tcp -f 0.0.0.0 83

policy ', default: allow, deny: ["127.0.0.1:80"]'
denied_here deny-one 'connect EPERM' 127.0.0.1:80 127.0.0.1 80 tcp 127.0.0.1 80
check_act deny-one-port ok -- "${in[@]}" tcp 127.0.0.1 81
check_act deny-one-address ok -- "${in[@]}" tcp 127.0.0.2 80
check_act deny-one-family ok -- "${in[@]}" tcp ::1 80

# The workload's own namespace: its tools work, its neighbours are found.
policy ', default: deny, allow: ["10.77.0.2:80/tcp", "[fd00:77::]/64:80/tcp"]'
inside() {
	contained "$group" box "$@"
}
check lo-down-up inside bash -c 'ip link set lo down && ip link set lo up && ip addr show lo | grep -q 127.0.0.1'
check ip-tools inside bash -c 'ip addr add 10.77.0.77/24 dev eth-far && ip -6 addr && ip route get 10.77.0.2 && ss -tan'
no_audit ip-tools-quiet
ip -n box neigh flush dev eth-far
passes arp '^tcp 10.77.0.2 80 S' -- "${in[@]}" tcp 10.77.0.2 80
ip -n box -6 neigh flush dev eth-far
passes neighbour-discovery '^icmp6 (ff02::1:ff00:2|fd00:77::2) 135 ' -- "${in[@]}" tcp fd00:77:0::2 80
# A new address is looked for on the link, and its group is joined; by the task that adds it.
forget far
check dad-add inside ip addr add fd00:77:0::beef/64 dev eth-far
dad_seen() {
	arrived far '^icmp6 ff02::1:ff00:beef 135 '
}
mld_seen() {
	arrived far '^icmp6 ff02::16 143 '
}
check dad-seen wait_for 5 dad_seen
check mld-seen wait_for 5 mld_seen
settled() {
	! ip -n box addr show dev eth-far | grep -q tentative
}
check dad-done wait_for 5 settled
# So it is by an application that joins a group by itself.
forget far
check igmp inside python3 -c '
import socket, time
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP,
             socket.inet_aton("239.1.2.3") + socket.inet_aton("10.77.0.1"))
time.sleep(0.3)
'
check igmp-seen wait_for 3 arrived far '^2 224.0.0.22 '
no_audit link-control-quiet

# Who asks it is answered: echo requests, closed ports.
for address in 10.77.0.1 fd00:77:0::1; do
	check_act "pinged-$address" ok -- -n far ping -r $address
	check_act "closed-tcp-$address" 'connect ECONNREFUSED' -- -n far tcp $address 4711
	check_act "closed-udp-$address" ECONNREFUSED -- -n far udp -c $address 4711
done
# But it does not ask by itself.
denied ping-out 'send EPERM' '^icmp ' "${all[@]}" reason=not-allowed protocol=icmp address=10.77.0.2 -- "${in[@]}" ping -r 10.77.0.2
denied ping6-out 'send EPERM' '^icmp6 [^ ]* 128 ' "${all[@]}" reason=not-allowed protocol=ipv6-icmp address=fd00:77::2 \
	-- "${in[@]}" ping -r fd00:77:0::2
