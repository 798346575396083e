# SPDX-License-Identifier: GPL-2.0
# timeout: 200
# Real containers under rules of their own: exec, restarts, cgroups that the
# container makes itself, the host's network.

work=$(mktemp -d)
# podman leaves conmon where it is when a service runs it; a person's does not.
unset INVOCATION_ID
link_netns one far 76.0
link_netns two far 76.1
echo hello >"$work/index.html"
for port in 8080 9090; do
	in_netns far busybox httpd -p $port -h "$work"
done

# By what is known before: the slice. Each may reach one of the two ports.
leveectl apply - <<'END' || bail "the policy was refused"
require: [socket-hooks]
rules:
  - name: one
    scope: {cgroup: ["/one.slice/libpod-*"], not: {cgroup: ["/**/libpod-conmon-*"]}}
    outbound: {effect: prevent, allow: ["any:8080/tcp"]}
    raw-sockets: {effect: prevent}
  - name: others
    scope: {cgroup: ["/*.slice/libpod-*"], not: {cgroup: ["/**/libpod-conmon-*"]}}
    outbound: {effect: prevent, allow: ["any:9090/tcp"]}
END
container one --cgroup-parent one.slice --network ns:/run/netns/one --privileged
one=/one.slice/${container_cgroup#/machine.slice/}
container two --network ns:/run/netns/two
two=$container_cgroup

fetch() {
	local name=$1 url=$2
	podman exec "$name" wget -q -O - "$url" 2>&1
}
denied='Operation not permitted'
check_match "one, its port" "$(fetch one http://10.76.0.2:8080/)" hello
check_match "one, the other's" "$(fetch one http://10.76.0.2:9090/)" "$denied"
check_match "two, its port" "$(fetch two http://10.76.1.2:9090/)" hello
check_match "two, the other's" "$(fetch two http://10.76.1.2:8080/)" "$denied"
check_match "two, IPv6" "$(fetch two 'http://[fd00:76:1::2]:8080/')" "$denied"
check_eq "two workloads, since they have acted" "$(leveectl show workloads --json | jq -r '.workloads[] | .path + " " + .rule' | sort)" "$(printf '%s\n' "$one one" "$two others" | sort)"
check_match "one, ping" "$(podman exec one ping -c 1 10.76.0.2 2>&1)" "permission denied"
for n in one:10.76.0.2:9090 two:10.76.1.2:8080; do
	IFS=: read -r name address port <<<"$n"
	path=${!name}
	id=${path#*libpod-}
	id=${id%.scope}
	check "audit of $name" wait_audit 3 ".workload == \"$path\" and .container == \"$id\" and .address == \"$address\" and .port == $port and .comm == \"wget\" and .effect == \"prevent\" and .enforced"
done

# A container that may do anything makes cgroups, to be something else.
# shellcheck disable=SC2016 # for the container's shell
nested='
	mkdir -p /sys/fs/cgroup/two.slice/libpod-0123.scope/x/y || exit 9
	echo $$ >/sys/fs/cgroup/two.slice/libpod-0123.scope/x/y/cgroup.procs || exit 8
	cat /proc/self/cgroup
	wget -q -O - http://10.76.0.2:8080/
	wget -q -O - http://10.76.0.2:9090/'
out=$(podman exec one sh -c "$nested" 2>&1)
check_match "nested: it moved" "$out" 'two.slice/libpod-0123.scope/x/y'
check_match "nested: still one's rule" "$out" "hello.*$denied"
check_eq "nested: still one's workload" "$(leveectl show workloads --json | jq -r '.workloads[].path' | sort)" "$(printf '%s\n' "$one" "$two" | sort)"
in_one() {
	[[ $(leveectl show workloads --json | jq ".workloads[] | select(.path == \"$one\") | .audited") -eq $1 ]]
}
check "nested: charged to one" in_one 3
check_match "nested: explain" "$(leveectl explain "$(cut -d : -f 3 "/proc/$(podman inspect -f '{{.State.Pid}}' one)/cgroup")" connect tcp 10.76.0.2:9090)" "workload +$one"

# Restarted, it has another cgroup of the same name.
before=$(stat -c %i "$cgroups$two")
check "restart" podman restart -t 0 two
check_fails "another cgroup" test "$before" = "$(stat -c %i "$cgroups$two")"
check_match "after a restart, its port" "$(fetch two http://10.76.1.2:9090/)" hello
check_match "after a restart, the other's" "$(fetch two http://10.76.1.2:8080/)" "$denied"
check_eq "one workload for it" "$(leveectl show workloads --json | jq -r ".workloads[] | select(.path == \"$two\") | .path")" "$two"

# What a container does before anybody could look: its first act, and one in
# the host's network.
out=$(podman run --rm --network host localhost/busybox wget -q -O - http://192.0.2.1:8080/ 2>&1)
check_match "in the host's network, from the first act" "$out" "$denied"
check_match "the host itself gets the kernel's answer" "$(bash -c 'exec 2>&1; exec 3<>/dev/tcp/127.0.0.1/1')" refused

# Gone with the containers.
podman rm -f -a -t 0 >/dev/null 2>&1
none() {
	[[ $(leveectl show workloads --json | jq '.workloads | length') -eq 0 ]]
}
check "no workload is left" wait_for 10 none
check "flush" leveectl flush
check "nothing holds the module" wait_for 5 rmmod levee
check "load again" modprobe levee
