# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# timeout: 300
# io_uring makes no system call that a filter of system calls would see: from
# the caller, from a worker, and from the kernel's polling thread.

group=case-uring
cgroup "$group"
link_netns box far 77.0
ip -n box route add default via 10.77.0.2
ip -n box -6 route add default via fd00:77:0::2
addresses far 169.254.169.254 192.0.2.7 2001:db8:bad::1 2001:db8:600d::1
peer far box 10.77.0.2 tcp:{80..85} udp:{80..85}
[[ ! -e /proc/sys/kernel/io_uring_disabled ]] || sysctl -qw kernel.io_uring_disabled=0

policy() {
	apply <<-END
		rules:
		  - name: uring rule
		    scope: {cgroup: ["/$group"]}
		    outbound: {effect: $1, default: allow, deny: [169.254.169.254, "2001:db8:bad::/48"]}
	END
}

bad4=169.254.169.254 bad6=2001:db8:bad::1
in=(-g "$group" -n box)
all=("workload=/$group" "rule=uring rule" feature=outbound reason=denied enforced=true)
v4=("${all[@]}" "entry=$bad4" "address=$bad4")
v6=("${all[@]}" entry=2001:db8:bad::/48 "address=$bad6")

policy prevent
while read -r name proto failure family good bad port comm options; do
	read -ra options <<<"$options"
	if [[ $family == 4 ]]; then fields=("${v4[@]}"); else fields=("${v6[@]}"); fi
	passes "$name-allowed" "^$proto $good $port " -- "${in[@]}" uring "${options[@]}" "$proto" "$good" "$port"
	denied "$name-denied" "${failure/-/ }" "^$proto ${bad#::ffff:} $port " "${fields[@]}" effect=prevent \
		"protocol=$proto" "port=$port" "comm=$comm" -- "${in[@]}" uring "${options[@]}" "$proto" "$bad" "$port"
	passes "$name-ungoverned" "^$proto ${bad#::ffff:} $port " -- -n box uring "${options[@]}" "$proto" "$bad" "$port"
done <<-END
	tcp4        tcp connect-EPERM 4 192.0.2.7        $bad4         80 act
	tcp6        tcp connect-EPERM 6 2001:db8:600d::1 $bad6         80 act
	tcp-worker  tcp connect-EPERM 4 192.0.2.7        $bad4         81 * -a
	tcp-polled  tcp connect-EPERM 4 192.0.2.7        $bad4         82 * -s
	tcp-mapped  tcp connect-EPERM 4 192.0.2.7        ::ffff:$bad4  83 act
	udp4        udp send-EPERM    4 192.0.2.7        $bad4         80 act
	udp6        udp send-EPERM    6 2001:db8:600d::1 $bad6         80 act
	udp-worker  udp send-EPERM    4 192.0.2.7        $bad4         81 * -a
	udp-polled  udp send-EPERM    4 192.0.2.7        $bad4         82 * -s
END

# alert: a request that the ring tries several times is one act all the same.
policy alert
while read -r name proto family bad port comm options; do
	read -ra options <<<"$options"
	if [[ $family == 4 ]]; then fields=("${v4[@]}"); else fields=("${v6[@]}"); fi
	passes "alert-$name" "^$proto $bad $port " "${fields[@]}" effect=alert "protocol=$proto" "port=$port" \
		"comm=$comm" -- "${in[@]}" uring "${options[@]}" "$proto" "$bad" "$port"
done <<-END
	tcp4        tcp 4 $bad4  80 act
	tcp6        tcp 6 $bad6  80 act
	tcp-worker  tcp 4 $bad4  81 * -a
	tcp-polled  tcp 4 $bad4  82 * -s
	udp4        udp 4 $bad4  80 act
	udp-polled  udp 4 $bad4  82 * -s
END
