# SPDX-License-Identifier: GPL-2.0
# timeout: 200
# The policy that is shipped, as it is: it governs containers and nothing else,
# and a container that does what containers do never hears of it.

work=$(mktemp -d)
policy=/etc/levee/policy.yaml
# podman leaves conmon where it is when a service runs it; a person's does not.
unset INVOCATION_ID
link_netns box far 75.0
echo hello >"$work/index.html"
in_netns far busybox httpd -p 80 -h "$work"

leveectl check "$policy" >"$work/check" 2>"$work/check.err"
check_eq "check" $? 0
check_fails "no warning" grep -v '^note:' "$work/check.err"
check "apply" leveectl apply "$policy"

# Cgroups as runtimes name them, under both drivers, and their neighbours.
id=0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
uid=/user.slice/user-1000.slice/user@1000.service
pod=kubepods-burstable-pod0f7a1b2c_1111_2222_3333_444455556666.slice
governed=(
	"/system.slice/docker-$id.scope"
	"/docker/$id"
	"$uid/user.slice/docker-$id.scope"
	"/machine.slice/libpod-$id.scope"
	"/machine.slice/machine-libpod_pod_$id.slice/libpod-$id.scope"
	"$uid/user.slice/libpod-$id.scope"
	"$uid/app.slice/podman-1234.scope/libpod-$id.scope"
	"/libpod_parent/libpod-$id"
	"/system.slice/web.service/libpod-payload-$id"
	"/system.slice/nerdctl-$id.scope"
	"/default/$id"
	"/kubepods.slice/kubepods-burstable.slice/$pod/cri-containerd-$id.scope"
	"/kubepods.slice/kubepods-pod0f7a.slice/crio-$id.scope"
	"/kubepods/besteffort/pod0f7a1b2c-1111/$id"
	"/kubepods/pod0f7a1b2c-1111/$id"
	"/system.slice/crio-$id.scope"
	"/lxc.payload.web"
	"/lxc/web"
	"/machine.slice/systemd-nspawn@web.service/payload"
	"/machine.slice/machine-web.scope/payload"
)
not_governed=(
	"/system.slice/docker.service"
	"/system.slice/containerd.service"
	"/machine.slice/libpod-conmon-$id.scope"
	"/libpod_parent/conmon"
	"/kubepods.slice/kubepods-burstable.slice/$pod/crio-conmon-$id.scope"
	"/lxc.monitor.web"
	"/machine.slice/systemd-nspawn@web.service/supervisor"
	"/machine.slice/machine-web.scope/supervisor"
	"$uid/app.slice/dbus.service"
	"/user.slice/user-1000.slice/session-3.scope"
	"/system.slice/ssh.service"
)
there=$(find "$cgroups" -type d | sort)
for path in "${governed[@]}" "${not_governed[@]}"; do
	mkdir -p "$cgroups$path" || bail "mkdir $path"
done
check "apply with cgroups of every runtime" leveectl apply "$policy"
workloads() {
	leveectl show workloads --json | jq -r '.workloads[].path' | sort
}
check_eq "governed are the containers, each by itself" "$(workloads)" "$(printf '%s\n' "${governed[@]}" | sort)"
check_eq "check selects the same" "$(leveectl check "$policy" 2>/dev/null | sed -n 's/^#   //p' | sort)" "$(workloads)"
# Later ones are matched by themselves.
check_match "a cgroup below a container is its own" "$(mkdir "$cgroups/docker/$id/nested"; leveectl explain "/docker/$id/nested" connect tcp 192.0.2.1:80)" \
	"workload +/docker/$id"$'\n'
comm -13 <(echo "$there") <(find "$cgroups" -type d | sort) | sort -r | xargs -r rmdir

# A real container under it. Everything that it needs goes on in silence.
before=$(audits | wc -l)
container web --network ns:/run/netns/box --cap-add NET_RAW
check_match "it is governed" "$(leveectl explain "$container_cgroup" connect tcp 192.0.2.1:80)" "workload +$container_cgroup"
check_eq "the container is the only workload" "$(workloads)" "$container_cgroup"
check_match "check names it" "$(leveectl check "$policy" 2>/dev/null)" "#   $container_cgroup"
conmon=$(cut -d : -f 3 "/proc/$(pgrep -xo conmon)/cgroup")
check_match "conmon has a cgroup of its own" "$conmon" libpod-conmon-
check_match "which no rule governs" "$(leveectl explain "$conmon" connect tcp 192.0.2.1:80)" "no rule"
check_match "ping" "$(podman exec web ping -c 2 10.75.0.2)" "2 packets received"
check_match "ping, IPv6" "$(podman exec web ping -c 1 fd00:75:0::2)" "1 packets received"
check_match "fetch" "$(podman exec web wget -q -O - http://10.75.0.2/)" hello
check_match "fetch, IPv6" "$(podman exec web wget -q -O - 'http://[fd00:75:0::2]/')" hello
check_match "listen" "$(podman exec web sh -c 'nc -l -p 8080 -e cat & sleep 1; echo hi | nc -w 2 127.0.0.1 8080')" hi
check "restart" podman restart -t 0 web
check_match "fetch after a restart" "$(podman exec web wget -q -O - http://10.75.0.2/)" hello
sleep 1
check_eq "not a word of it" "$(audits | tail -n "+$((before + 1))")" ""

# A packet socket is not what containers do: reported, and let through.
podman exec web arping -c 1 -I eth-far 10.75.0.2
check_eq "a packet socket works" $? 0
check "and is reported" wait_audit 3 '.feature == "raw-sockets" and .protocol == "packet" and .effect == "alert" and .comm == "arping" and .reason == "not-allowed" and (.rule | startswith("default"))'
id=${container_cgroup#*libpod-}
check_eq "once, with the container's id" "$(audits '.comm == "arping"' | jq -r .container)" "${id%.scope}"
check_eq "nothing was prevented" "$(cat /sys/kernel/levee/rules/0/prevented)" 0

podman rm -f -t 0 web >/dev/null
gone() {
	[[ -z $(workloads) ]]
}
check "the workload goes with the container" wait_for 10 gone
