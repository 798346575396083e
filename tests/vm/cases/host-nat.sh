# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# timeout: 300
# The host's NAT is trusted: a policy names service addresses, as Docker and
# Kubernetes have them. A container's own NAT is not: what leaves its namespace
# is looked at again.

group=case-nat
cgroup "$group"
link_netns box far 77.0
ip -n box route add default via 10.77.0.2
ip -n box -6 route add default via fd00:77:0::2
addresses far 169.254.169.254 192.0.2.7 2001:db8:bad::1 2001:db8:600d::1
in=(-g "$group" -n box)
bad=169.254.169.254 bad6=2001:db8:bad::1
all=("workload=/$group" "rule=nat rule" feature=outbound effect=prevent enforced=true reason=not-allowed entry=)

policy() {
	apply <<-END
		rules:
		  - name: nat rule
		    scope: {cgroup: ["/$group"]}
		    raw-sockets: {effect: disable}
		    outbound: {effect: prevent, allow: [10.96.0.10, 192.0.2.7, "2001:db8:600d::1"]}
	END
}
policy

# --- the host: a container behind a veth, a backend behind another
ip link add to-pod type veth peer name eth0 netns box
ip addr add 10.80.0.1/24 dev to-pod
ip link set to-pod up
ip -n box addr add 10.80.0.2/24 dev eth0
ip -n box link set eth0 up
ip -n box route add 10.96.0.0/16 via 10.80.0.1
netns backend
ip link add to-backend type veth peer name eth0 netns backend
ip addr add 10.81.0.1/24 dev to-backend
ip link set to-backend up
ip -n backend addr add 10.81.0.2/24 dev eth0
ip -n backend link set eth0 up
ip -n backend route add default via 10.81.0.1
forwarding=$(sysctl -n net.ipv4.ip_forward)
sysctl -qw net.ipv4.ip_forward=1
ip route add 10.96.0.0/16 via 10.81.0.2
peer backend box 10.81.0.2 tcp:8080 udp:5353
ip -n box route add 10.81.0.0/24 via 10.80.0.1
nft -f - <<-END
	table ip services {
		chain prerouting {
			type nat hook prerouting priority dstnat;
			ip daddr 10.96.0.10 tcp dport 80 dnat to 10.81.0.2:8080
			ip daddr 10.96.0.10 udp dport 53 dnat to 10.81.0.2:5353
		}
		chain output {
			type nat hook output priority -100;
			ip daddr 10.96.0.10 tcp dport 80 dnat to 10.81.0.2:8080
			ip daddr 10.96.0.10 udp dport 53 dnat to 10.81.0.2:5353
		}
		chain postrouting {
			type nat hook postrouting priority srcnat;
			oifname "to-backend" masquerade
		}
	}
END

passes service-tcp '^tcp 10.81.0.2 8080 S' -- "${in[@]}" tcp 10.96.0.10 80
passes service-udp '^udp 10.81.0.2 5353 ' -- "${in[@]}" udp 10.96.0.10 53
passes service-udp-connected '^udp 10.81.0.2 5353 ' -- "${in[@]}" udp -c 10.96.0.10 53
# A workload in the host's namespace goes through the host's own OUTPUT chain.
passes service-host-tcp '^tcp 10.81.0.2 8080 S' -- -g "$group" tcp 10.96.0.10 80
passes service-host-udp '^udp 10.81.0.2 5353 ' -- -g "$group" udp 10.96.0.10 53
# The backend itself was not named.
denied backend-tcp 'connect EPERM' '^tcp ' "${all[@]}" protocol=tcp address=10.81.0.2 port=8080 -- "${in[@]}" tcp 10.81.0.2 8080
denied backend-udp EPERM '^udp 10.81.0.2 5353' "${all[@]}" protocol=udp address=10.81.0.2 port=5353 -- "${in[@]}" udp 10.81.0.2 5353
passes backend-ungoverned '^tcp 10.81.0.2 8080 S' -- -n box tcp 10.81.0.2 8080
# A published port: the host leads what comes to it into the container, whose
# answers are no acts of its own.
spawn contained "$group" box peer - tcp:8000 udp:8000 >/run/published.out
wait_for 5 grep -q ready /run/published.out
nft add rule ip services prerouting ip daddr 10.81.0.1 tcp dport 18000 dnat to 10.80.0.2:8000
nft add rule ip services prerouting ip daddr 10.81.0.1 udp dport 18000 dnat to 10.80.0.2:8000
check_act published-tcp ok -- -n backend tcp 10.81.0.1 18000
check_act published-udp ok -- -n backend udp 10.81.0.1 18000
nft delete table ip services
sysctl -qw net.ipv4.ip_forward="$forwarding"
ip link del to-pod
ip link del to-backend

# --- the container: it rewrites in its own namespace
peer far box 10.77.0.2 tcp:{80..99} udp:{80..99}
inside() {
	contained "$group" box "$@"
}
port=79
# rewritten NAME [REPORTED]: by the tables that stand, nothing but what they are asked for
# gets out. The address that is allowed is rewritten to one that is not, for ports from 80
# on. The audit names the one that it was rewritten to, or REPORTED.
rewritten() {
	local target reported=${2:-$bad}
	step() {
		port=$((port + 1))
		target=("${all[@]}" "address=$reported" "port=$port")
	}
	step
	denied "$1-tcp" 'connect (ECONNREFUSED|EPERM|EINPROGRESS)' "^tcp $bad $port " "${target[@]}" protocol=tcp \
		-- "${in[@]}" tcp 192.0.2.7 $port
	denied "$1-udp" 'EPERM|sent' "^udp $bad $port " "${target[@]}" protocol=udp \
		-- "${in[@]}" -w 300 udp 192.0.2.7 $port
	step
	denied "$1-udp-connected" 'EPERM|sent' "^udp $bad $port " "${target[@]}" protocol=udp \
		-- "${in[@]}" -w 300 udp -c 192.0.2.7 $port
	denied "$1-fast-open" 'send (ECONNREFUSED|EPERM|EINPROGRESS)' "^tcp $bad $port " "${target[@]}" protocol=tcp \
		-- "${in[@]}" tcp -f 192.0.2.7 $port
	# It does rewrite: a process that nobody governs is led there.
	passes "$1-ungoverned" "^tcp $bad $port S" -- -n box tcp 192.0.2.7 $port
	passes "$1-udp-ungoverned" "^udp $bad $port " -- -n box udp 192.0.2.7 $port
}
passes plain-tcp '^tcp 192.0.2.7 80 S' -- "${in[@]}" tcp 192.0.2.7 80
passes plain-udp '^udp 192.0.2.7 80 ' -- "${in[@]}" udp 192.0.2.7 80

# Docker's resolver: within the namespace, and within loopback.
spawn in_netns box peer - udp:4053 tcp:4053 >/run/docker-dns.out
wait_for 5 grep -q ready /run/docker-dns.out
for proto in tcp udp; do
	ip netns exec box iptables -t nat -A OUTPUT -d 127.0.0.11/32 -p $proto --dport 53 -j DNAT --to-destination 127.0.0.11:4053
	ip netns exec box iptables -t nat -A POSTROUTING -s 127.0.0.11/32 -p $proto --sport 4053 -j SNAT --to-source :53
done
check_act docker-dns-udp ok -- "${in[@]}" udp -c 127.0.0.11 53
check_act docker-dns-tcp ok -- "${in[@]}" tcp 127.0.0.11 53
ip netns exec box iptables -t nat -F

check nft-dnat-made inside nft -f - <<-END
	table ip mine {
		chain output {
			type nat hook output priority -100;
			ip daddr 192.0.2.7 dnat to $bad
		}
	}
END
rewritten nft-dnat
ip netns exec box nft delete table ip mine

check iptables-dnat-made inside iptables -t nat -A OUTPUT -d 192.0.2.7 -j DNAT --to-destination $bad
rewritten iptables-dnat
ip netns exec box iptables -t nat -F

# Changes of the header itself need no NAT: in the output chain, and in the last
# place that a container can have, after all the hooks that come last.
mangled() {
	check "nft-$1-made" inside nft -f - <<-END
		table ip mine {
			chain there {
				type $2;
				ip daddr 192.0.2.7 ip daddr set $bad
			}
			chain back {
				type filter hook prerouting priority -300;
				ip saddr $bad ip saddr set 192.0.2.7
			}
		}
	END
	rewritten "nft-$1"
	ip netns exec box nft delete table ip mine
}
mangled output 'route hook output priority 0'
mangled postrouting 'filter hook postrouting priority 0'
mangled postrouting-last 'filter hook postrouting priority 2147483647'

# Of one priority the youngest hook comes first, so a chain that was there before
# the hooks is behind them: what it rewrites cannot be seen, so nothing passes.
# Conntrack is there as well, and rewrites nothing there.
leveectl flush
check nft-older-made inside nft -f - <<-END
	table ip mine {
		chain there {
			type filter hook postrouting priority 2147483647;
			ip daddr 192.0.2.7 ip daddr set $bad
		}
		chain back {
			type filter hook prerouting priority -300;
			ip saddr $bad ip saddr set 192.0.2.7
		}
	}
END
check conntrack-older-made inside nft -f - <<-END
	table ip tracked {
		chain there {
			type filter hook postrouting priority 0;
			ct state invalid counter
		}
	}
END
policy
check nft-older-notice wait_for 5 grep -q 'a chain that is older than the policy' <(dmesg)
all=("workload=/$group" "rule=nat rule" feature=outbound effect=prevent enforced=true reason=malformed entry=)
rewritten nft-older 192.0.2.7
# Only reported where that is the effect, and a connection lives on.
apply <<-END
	rules:
	  - name: nat rule
	    scope: {cgroup: ["/$group"]}
	    outbound: {effect: alert, allow: [192.0.2.7]}
END
all=("workload=/$group" "rule=nat rule" feature=outbound effect=alert enforced=true reason=malformed entry=)
passes nft-older-alert-tcp "^tcp $bad 92 S" "${all[@]}" protocol=tcp address=192.0.2.7 port=92 -- "${in[@]}" tcp 192.0.2.7 92
passes nft-older-alert-udp "^udp $bad 92 " "${all[@]}" protocol=udp address=192.0.2.7 port=92 -- "${in[@]}" udp 192.0.2.7 92
policy
ip netns exec box nft delete table ip mine
passes nft-older-gone '^tcp 192.0.2.7 93 S' -- "${in[@]}" tcp 192.0.2.7 93
ip netns exec box nft delete table ip tracked
all=("workload=/$group" "rule=nat rule" feature=outbound effect=prevent enforced=true reason=not-allowed entry=)

# IPv6.
check nft6-dnat-made inside nft -f - <<-END
	table ip6 mine {
		chain output {
			type nat hook output priority -100;
			ip6 daddr 2001:db8:600d::1 dnat to $bad6
		}
	}
END
denied nft6-tcp 'connect (ECONNREFUSED|EPERM)' "^tcp $bad6 90 " "${all[@]}" protocol=tcp "address=$bad6" port=90 \
	-- "${in[@]}" tcp 2001:db8:600d::1 90
denied nft6-udp EPERM "^udp $bad6 90 " "${all[@]}" protocol=udp "address=$bad6" port=90 \
	-- "${in[@]}" udp 2001:db8:600d::1 90
passes nft6-ungoverned "^tcp $bad6 90 S" -- -n box tcp 2001:db8:600d::1 90
# Another port of an allowed address is as good as another address.
apply <<-END
	rules:
	  - name: nat rule
	    scope: {cgroup: ["/$group"]}
	    outbound: {effect: prevent, allow: ["[2001:db8:600d::1]:91/tcp"]}
END
ip netns exec box nft flush ruleset
check nft6-port-made inside nft -f - <<-END
	table ip6 mine {
		chain output {
			type nat hook output priority -100;
			ip6 daddr 2001:db8:600d::1 tcp dport 91 dnat to :92
		}
	}
END
denied nft6-port 'connect (ECONNREFUSED|EPERM)' "^tcp .* 92 S" "${all[@]}" protocol=tcp address=2001:db8:600d::1 port=92 \
	-- "${in[@]}" tcp 2001:db8:600d::1 91
passes nft6-port-ungoverned '^tcp 2001:db8:600d::1 92 S' -- -n box tcp 2001:db8:600d::1 91
