# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# timeout: 300
# What an entry of outbound means; `leveectl explain` answers as the act goes.

group=case-entries
cgroup "$group"
link_netns box far 77.0
ip -n box route add default via 10.77.0.2
ip -n box -6 route add default via fd00:77:0::2
addresses far 8.8.8.8 1.1.1.1 100.64.0.1 172.16.0.9 172.32.0.9 192.168.1.1 198.51.100.7 169.254.169.254 \
	10.1.0.1 10.1.2.3 10.1.2.4 10.2.0.1 10.255.255.254 11.0.0.1 \
	2606:4700::1111 2001:db8::1 fd12::1 64:ff9b::808:808 64:ff9b::a00:1 2002:a00:1::1
peer far box 10.77.0.2 tcp:{25,80,443,444,8000,8005,8010,8011} udp:{53,80,443,8005}
in=(-g "$group" -n box)

policy() {
	apply <<-END
		rules:
		  - name: entries rule
		    scope: {cgroup: ["/$group"]}
		    raw-sockets: {effect: disable}
		    outbound: {effect: prevent$1}
	END
	made=$((made + 1))
}
made=0

# What leveectl says: "allowed ENTRY" or "REASON ENTRY", ENTRY - if there is none.
explained() {
	local line entry=- said=none
	while read -r line; do
		case $line in
		verdict*deviates:\ *) said=${line##* } ;;
		verdict*allowed) said=allowed ;;
		entry*) entry=${line#entry} entry=${entry#"${entry%%[! ]*}"} entry=${entry% (*} ;;
		esac
	done < <(leveectl explain "/$group" "$@" 2>&1)
	echo "$said $entry"
}

# Lines: PROTO ADDRESS PORT REASON|allowed ENTRY|-
table() {
	local proto address port want entry target words
	while read -r proto address port want entry; do
		target=$address
		words=("$proto" "$address" "$port")
		if [[ $proto == icmp || $proto == ipv6-icmp ]]; then
			words=(ping -r "$address")
		elif [[ $address == *:* ]]; then
			target="[$address]:$port"
		else
			target=$address:$port
		fi
		check_eq "explain-$made-$proto-$target" "$(explained connect "$proto" "$target")" "$want $entry"
		if [[ $want == allowed ]]; then
			passes "act-$made-$proto-$target" "^${proto/ipv6-icmp/icmp6} $address " -- "${in[@]}" "${words[@]}"
		else
			denied "act-$made-$proto-$target" '(connect |send )?EPERM' "^${proto/ipv6-icmp/icmp6} $address " \
				"workload=/$group" feature=outbound effect=prevent "reason=$want" \
				"entry=${entry#-}" "protocol=$proto" "address=$address" "port=${port#-}" \
				-- "${in[@]}" "${words[@]}"
		fi
	done
}

# An allow list: what is not on it is not allowed.
policy ', allow: ["internet:443", "10.1.0.0/16:8000-8010/tcp", 10.1.2.3, 192.168.1.1/udp, "[2001:db8::]/32:80", 100.64.0.1/icmp]'
table <<-END
	tcp       8.8.8.8          443  allowed     internet:443
	udp       1.1.1.1          443  allowed     internet:443
	tcp       8.8.8.8          444  not-allowed -
	tcp       172.32.0.9       443  allowed     internet:443
	tcp       2606:4700::1111  443  allowed     internet:443
	tcp       100.64.0.1       443  not-allowed -
	tcp       172.16.0.9       443  not-allowed -
	tcp       169.254.169.254  443  not-allowed -
	tcp       198.51.100.7     443  not-allowed -
	tcp       fd12::1          443  not-allowed -
	tcp       64:ff9b::808:808 443  allowed     internet:443
	tcp       64:ff9b::a00:1   443  not-allowed -
	tcp       2002:a00:1::1    443  not-allowed -
	tcp       10.1.0.1         8000 allowed     10.1.0.0/16:8000-8010/tcp
	tcp       10.1.0.1         8010 allowed     10.1.0.0/16:8000-8010/tcp
	tcp       10.1.0.1         8011 not-allowed -
	udp       10.1.0.1         8005 not-allowed -
	tcp       10.1.2.3         80   allowed     10.1.2.3
	tcp       10.1.2.4         80   not-allowed -
	udp       192.168.1.1      53   allowed     192.168.1.1/udp
	tcp       192.168.1.1      80   not-allowed -
	tcp       2001:db8::1      80   allowed     [2001:db8::]/32:80
	tcp       2001:db8::1      443  not-allowed -
	icmp      100.64.0.1       -    allowed     100.64.0.1/icmp
	icmp      8.8.8.8          -    not-allowed -
	ipv6-icmp 2606:4700::1111  -    not-allowed -
END

# Deny goes over allow, and the default serves the rest.
policy ', default: allow, allow: ["10.0.0.0/8:80/tcp"], deny: [10.1.0.0/16, "internet:25/tcp", "any:444", "fd12::/16"]'
table <<-END
	tcp       10.2.0.1         80   allowed     10.0.0.0/8:80/tcp
	tcp       10.255.255.254   80   allowed     10.0.0.0/8:80/tcp
	tcp       10.1.0.1         80   denied      10.1.0.0/16
	tcp       10.2.0.1         443  allowed     -
	tcp       8.8.8.8          25   denied      internet:25/tcp
	tcp       10.2.0.1         25   allowed     -
	udp       8.8.8.8          53   allowed     -
	tcp       11.0.0.1         444  denied      any:444
	tcp       2001:db8::1      444  denied      any:444
	tcp       fd12::1          80   denied      fd12::/16
	icmp      10.1.0.1         -    denied      10.1.0.0/16
	icmp      8.8.8.8          -    allowed     -
END

# Defaults.
policy ''
table <<-END
	tcp       8.8.8.8          443  allowed     -
END
policy ', default: deny'
table <<-END
	tcp       8.8.8.8          443  not-allowed -
	udp       10.2.0.1         53   not-allowed -
END
policy ', deny: [8.8.8.8]'
table <<-END
	tcp       1.1.1.1          443  allowed     -
	tcp       8.8.8.8          443  denied      8.8.8.8
END
policy ', default: allow, allow: [8.8.8.8]'
table <<-END
	tcp       8.8.8.8          443  allowed     8.8.8.8
	tcp       1.1.1.1          443  allowed     -
END
policy ', allow: [any], deny: [internet]'
table <<-END
	tcp       10.2.0.1         443  allowed     any
	tcp       8.8.8.8          443  denied      internet
	tcp       2606:4700::1111  443  denied      internet
END

# Outside of any workload nothing is said.
check_match explain-ungoverned "$(leveectl explain / connect tcp 8.8.8.8:443)" 'no rule governs'
