#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A guided tour, run in a guest as root by `make demo`: two real containers
# under two rules. One is kept to what it may reach, the other is stopped when
# it touches what it must not. Ends with an error when any of that does not
# happen.
set -u

began=$SECONDS
work=/run/demo
monitor=
blocked_in=

say() {
	printf '\n\033[1m== %s\033[0m\n' "$*"
}

# Indented, so that what levee and the containers say stands out, and with
# container ids as short as podman prints them.
quote() {
	sed -u -E "s/^/${1:-   }/; s/([0-9a-f]{12})[0-9a-f]{52}/\\1/g"
}

fail() {
	printf '\nThe demo FAILED: %s\n' "$*"
	dmesg | tail -n 20 | quote
	exit 1
}

# shellcheck disable=SC2317 # called by the trap
cleanup() {
	[[ -z $monitor ]] || kill "$monitor" 2>/dev/null
	podman rm -f -a -t 0 >/dev/null 2>&1
	leveectl flush 2>/dev/null
	for name in shop batch peer; do
		ip netns pids "$name" 2>/dev/null | xargs -r kill -9 2>/dev/null
		ip netns del "$name" 2>/dev/null
	done
}
trap cleanup EXIT

# Uptime in hundredths of a second.
now() {
	local up
	read -r up _ </proc/uptime
	echo "${up/./}"
}

# link NAME NET: a container's network, with the peer at 10.NET.2.
link() {
	ip netns add "$1" &&
		ip -n "$1" link set lo up &&
		ip -n "$1" link add eth0 type veth peer name "to-$1" netns peer &&
		ip -n "$1" addr add "10.$2.1/24" dev eth0 &&
		ip -n peer addr add "10.$2.2/24" dev "to-$1" &&
		ip -n "$1" link set eth0 up &&
		ip -n peer link set "to-$1" up &&
		ip -n "$1" route add default via "10.$2.2"
}

run_container() {
	local name=$1
	shift
	podman run -d --name "$name" --cgroup-parent "$name.slice" --network "ns:/run/netns/$name" \
		-v "$work:/demo" localhost/busybox "$@" >"$work/$name.id" || fail "podman cannot start $name"
}

# The command is let through, or stopped with EPERM, in the container.
may() {
	echo "\$ podman exec shop $*"
	podman exec shop "$@" 2>&1 | tee "$work/out" | quote
	[[ ${PIPESTATUS[0]} -eq 0 ]] || fail "that was to succeed"
}

may_not() {
	echo "\$ podman exec shop $*"
	podman exec shop "$@" 2>&1 | tee "$work/out" | quote
	[[ ${PIPESTATUS[0]} -ne 0 ]] || fail "that was not to succeed"
	grep -q 'Operation not permitted' "$work/out" || fail "that was to fail with EPERM"
}

say "levee is loaded on $(uname -r), and does nothing yet"
[[ -d /sys/module/levee ]] || fail "the module is not loaded"
leveectl status | grep -E '^(version|generation|hook)' | quote

say "A peer serves HTTP on the ports 8080 and 9090; two containers will have a link to it each"
mkdir -p "$work/www"
echo "hello from the peer" >"$work/www/index.html"
mkfifo "$work/go"
{ ip netns add peer && ip -n peer link set lo up && link shop 77.0 && link batch 78.0; } ||
	fail "no network namespaces"
for port in 8080 9090; do
	ip netns exec peer busybox httpd -p "$port" -h "$work/www" || fail "no HTTP server"
done
levee-image || fail "no busybox image"

say "One policy, two rules"
cat >"$work/policy.yaml" <<'END'
require: [socket-hooks]
rules:
  - name: shop
    scope: {cgroup: ["/shop.slice/libpod-*.scope"], not: {cgroup: ["/**/libpod-conmon-*"]}}
    outbound: {effect: prevent, allow: [10.77.0.0/24:8080/tcp]}
    listen: {effect: prevent, default: deny}
    raw-sockets: {effect: prevent}
  - name: batch
    scope: {cgroup: ["/batch.slice/libpod-*.scope"], not: {cgroup: ["/**/libpod-conmon-*"]}}
    outbound: {effect: block, deny: [169.254.169.254]}
END
quote <"$work/policy.yaml"
leveectl check "$work/policy.yaml" >/dev/null || fail "the policy is not valid"
leveectl apply "$work/policy.yaml" | quote
[[ ${PIPESTATUS[0]} -eq 0 ]] || fail "the policy was refused"

say "Events will be shown as they come, by: leveectl monitor"
leveectl monitor > >(quote ' > ') &
monitor=$!

say "The container 'shop' is governed from its first packet"
run_container shop sleep 1000
scope=/shop.slice/libpod-$(<"$work/shop.id").scope
leveectl explain "$scope" connect tcp 10.77.0.2:8080 | quote

say "It reaches what its rule allows"
may wget -q -O - http://10.77.0.2:8080/
grep -q 'hello from the peer' "$work/out" || fail "the page did not come"

say "It gets EPERM for what its rule does not allow: another port, a listener, a packet socket"
may_not wget -q -O - http://10.77.0.2:9090/
may_not nc -l -p 4444
may_not arping -c 1 -I eth0 10.77.0.2

say "The container 'batch' runs 20 processes; asking for 169.254.169.254 will be the end of all of them"
# The act waits for a word, so that it can be timed.
# shellcheck disable=SC2016 # for the container's shell
run_container batch sh -c '
	for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19; do sleep 1000 & done
	read word </demo/go
	wget -q -O - http://169.254.169.254/
	sleep 1000'
events=/sys/fs/cgroup/batch.slice/libpod-$(<"$work/batch.id").scope/cgroup.events
for ((i = 0; i < 100; i++)); do
	[[ $(podman top batch pid 2>/dev/null | wc -l) -lt 20 ]] || break
	sleep 0.1
done
grep -q 'populated 1' "$events" || fail "batch does not run"
podman top batch pid args 2>/dev/null | tail -n +2 | wc -l | sed 's/$/ processes run/' | quote

start=$(now)
echo now >"$work/go"
for ((i = 0; i < 1000; i++)); do
	# The cgroup goes with its last process.
	[[ $(cat "$events" 2>/dev/null) == *'populated 1'* ]] || {
		blocked_in=$(($(now) - start))
		break
	}
	sleep 0.01
done
[[ -n $blocked_in ]] || fail "batch was not stopped"
printf '   every process of batch was dead %d.%02d s after it was told to begin\n' \
	$((blocked_in / 100)) $((blocked_in % 100))
[[ $blocked_in -le 100 ]] || fail "that took longer than a second"
status=$(podman wait batch)
echo "   podman: batch exited with $status (128 + SIGKILL)"
[[ $status == 137 ]] || fail "batch was not killed"

say "'shop' never noticed"
may wget -q -O - http://10.77.0.2:8080/

say "What levee has to say of it: leveectl audits"
sleep 1
leveectl audits | tee "$work/audits" | quote
for want in 'outbound not-allowed, effect prevent, enforced: tcp 10.77.0.2:9090' \
	'listen not-allowed, effect prevent, enforced: tcp port 4444' \
	'raw-sockets not-allowed, effect prevent, enforced: packet' \
	'outbound denied, effect block, enforced: tcp 169.254.169.254:80'; do
	grep -qF "$want" "$work/audits" || fail "no audit says: $want"
done

say "leveectl stats"
leveectl stats | quote
[[ $(cat /sys/kernel/levee/rules/1/blocked) -eq 1 ]] || fail "the block was not counted"

say "leveectl status"
leveectl status | quote

say "The policy goes, and with it every hook; then the module"
podman rm -f -a -t 0 >/dev/null 2>&1
leveectl flush || fail "leveectl flush"
for ((i = 0; i < 50; i++)); do
	modprobe -r levee 2>/dev/null && break
	sleep 0.1
done
[[ ! -d /sys/module/levee ]] || fail "the module cannot be unloaded"
say "That was all: $((SECONDS - began)) s, of which the stop took $blocked_in hundredths of one"
